/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the engine, recovery, verify, explain and replay share: events in, results out, with names interned,
 * charters compiled and the past looked up. Everything is in memory; nothing is written here.
 */

#include "engine/ids.h"
#include "journal/journal.h"
#include "ledger/save.h"

struct sb_runner;

enum sb_runner_ids {
    SB_RUNNER_ALL_IDS,    /* every id is remembered: what the live engine needs */
    SB_RUNNER_WANTED_IDS, /* only those that sb_runner_scan has seen a reference to: what a second pass needs
                           */
};

struct sb_runner_options {
    enum sb_runner_ids ids;
    struct sb_ids *living_ids; /* a living pilot's, borrowed; NULL: the runner's own, in memory */
    bool as_recorded;          /* sb_runner_take: what was recorded happens, verdicts are this law's
                                  (sb_ledger_step_recorded) */
    bool compare;              /* sb_runner_take: SB_MISMATCH where a result differs from the recorded one */
    /* NULL: the journal's own charters. Else they are ignored, and this plan is in force from the first event
     * on; borrowed. Its names must have been interned in the runner's symbols (sb_runner_symbols, after the
     * scan). */
    const struct sb_plan *plan;
};

SB_CHECKED enum sb_status sb_runner_new(const struct sb_runner_options *options,
                                        struct sb_runner **ret_runner, struct sb_err *err);
void sb_runner_free(struct sb_runner *runner);

/* First pass: learn the record's names, and which ids later events refer to or repeat. */
SB_CHECKED enum sb_status sb_runner_scan(struct sb_runner *runner, const struct sb_record *record,
                                         struct sb_err *err);

/* Put a plan in force from the next event on and ignore recorded charters; borrowed. Requires that nothing
 * was stepped yet. */
SB_CHECKED enum sb_status sb_runner_use(struct sb_runner *runner, const struct sb_plan *plan,
                                        struct sb_err *err);

/*
 * Run a BATCH record's events; ret_results (may be NULL) has room for its count. *ret_results hold what this
 * run gave. Records of other types: a CHECKPOINT's state hash is compared when `compare`; CLOSE does nothing.
 */
SB_CHECKED enum sb_status sb_runner_take(struct sb_runner *runner, const struct sb_record *record,
                                         struct sb_result *ret_results, struct sb_err *err);

/* The same for the first `count` events of a batch only (to stop before one of them). */
SB_CHECKED enum sb_status sb_runner_take_some(struct sb_runner *runner, const struct sb_record *record,
                                              uint32_t count, struct sb_result *ret_results,
                                              struct sb_err *err);

/* Step events as they come from outside, without NAME and CHARTER events. */
SB_CHECKED enum sb_status sb_runner_step(struct sb_runner *runner, const struct sb_event *events,
                                         uint32_t count, struct sb_result *ret_results, struct sb_err *err);

/*
 * Make a plan known to the runner's ledger; takes it. The CHARTER event with its hash installs it. texts:
 * what it was compiled from, as sb_charter_pack lays it out; copied.
 */
SB_CHECKED enum sb_status sb_runner_offer(struct sb_runner *runner, struct sb_plan *plan, const char *texts,
                                          size_t texts_size, struct sb_err *err);

struct sb_ledger *sb_runner_ledger(struct sb_runner *runner);
const struct sb_ledger *sb_runner_ledger_of(const struct sb_runner *runner); /* to look at only */
struct sb_symbols *sb_runner_symbols(struct sb_runner *runner);
uint64_t sb_runner_sequence(const struct sb_runner *runner); /* of the last event taken */
struct sb_ids *sb_runner_ids(struct sb_runner *runner);

/* The past for one event, as step would have it (for reasons). Borrowed until the next call. */
SB_CHECKED enum sb_status sb_runner_past(struct sb_runner *runner, const struct sb_event *event,
                                         const struct sb_past **ret_past, struct sb_err *err);

/* ------------------------------------------------------------------ snapshots */

/*
 * What a ledger needs around it, as bytes: names, charters, and when each was installed. The layout is in
 * docs/formats/snapshot.md, "The context". Errors: SB_NOMEM, SB_INVALID (a snapshot would not give this
 * state back: sb_ledger_is_savable).
 */
SB_CHECKED enum sb_status sb_runner_pack(const struct sb_runner *runner, struct sb_str *out,
                                         struct sb_err *err);

/*
 * Put a runner that has taken nothing into the state behind event `sequence`: context from sb_runner_pack,
 * the ledger from its source. Both are untrusted. After an error the runner must only be freed. Errors:
 * SB_DAMAGED, SB_NOMEM, the source's.
 */
SB_CHECKED enum sb_status sb_runner_restore(struct sb_runner *runner, const struct sb_str *context,
                                            uint64_t sequence, const struct sb_ledger_source *ledger,
                                            struct sb_err *err);

/* Remember the ids of a record that lies behind a restored state's back, by its recorded results; nothing is
 * stepped. Requires that the record ends at or before sb_runner_sequence. */
SB_CHECKED enum sb_status sb_runner_remember(struct sb_runner *runner, const struct sb_record *record,
                                             struct sb_err *err);

/* sb_ids_through of the runner's index. */
uint64_t sb_runner_ids_through(const struct sb_runner *runner);
