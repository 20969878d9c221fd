/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Takes an engine's snapshots and keeps the last two. While a copy of the process writes one, the engine goes
 * on; the file gets its name when the events that it stands behind are durable. A snapshot that fails is
 * no failure of the engine: the keeper tells whoever listens, and tries again later.
 */

#include "engine/snapshot.h"

struct sb_keeper;

/* Told of what went wrong with a snapshot and does no harm. err is borrowed for the call. */
typedef void sb_note_fn(void *context, const struct sb_err *err);

struct sb_keeper_options {
    const struct sb_os *os; /* borrowed */
    const char *dir;        /* borrowed */
    uint64_t every;         /* events between snapshots; 0: only at close */
    bool never;             /* not even at close */
    bool no_copies;         /* write in the caller's thread, within the call: for simulators */
    uint64_t newest;        /* sequence of the newest good snapshot that is there; 0: none */
    sb_note_fn *note;       /* or NULL */
    void *note_context;
};

/* Over a journal that is open for writing and the runner that has taken all of it; both borrowed. Errors:
 * SB_NOMEM. */
SB_CHECKED enum sb_status sb_keeper_new(const struct sb_keeper_options *options, struct sb_journal *journal,
                                        const struct sb_runner *runner, struct sb_keeper **ret_keeper,
                                        struct sb_err *err);

/* Begin a snapshot when one is due, bring the one that is under way forward. Cheap when there is nothing to
 * do. Requires that the runner has taken what the journal was given. */
void sb_keeper_tend(struct sb_keeper *keeper);

/* Take one now, whatever is due, and wait until it has its name. One that is under way is given up. Errors:
 * SB_NOMEM, SB_INVALID (see sb_runner_pack; before the first record), the file's, the journal's. */
SB_CHECKED enum sb_status sb_keeper_take(struct sb_keeper *keeper, struct sb_err *err);

/* End, with a last snapshot when that is worth it and `clean`. Call before the journal closes. Safe on NULL.
 */
void sb_keeper_free(struct sb_keeper *keeper, bool clean);

/* How it went so far. */
struct sb_snapshot_counts {
    uint64_t taken, failed;
    uint64_t newest;     /* sequence of the newest one; 0: none */
    uint64_t stopped_us; /* longest time for which beginning one stopped the engine, by its clock */
};
struct sb_snapshot_counts sb_keeper_counts(const struct sb_keeper *keeper);
