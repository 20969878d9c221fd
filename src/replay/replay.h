/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Re-run a recorded history under another law, to the unit, and say what differs. Two honest questions:
 *
 *   one-step    with every outcome as it was recorded, which single verdicts would differ? What limits have
 * used is recomputed under the other law from the recorded outcomes; money moves as it did. whole-run   had
 * this law been in force from the start? Every request is offered again; expiries are made anew; recorded
 * charters are ignored.
 *
 * Each difference is `rule` (the law itself says otherwise) or `cascade` (it fails, or passes, only because
 * of what went before: money, an original, a chain partner). A later attempt of the same payer, payee and
 * amount after a refusal that this law would not have made is a `retry` besides: sums are given with and
 * without.
 */

#include "replay/tally.h"

#include "journal/journal.h"

#include <stdio.h>

enum sb_replay_mode { SB_REPLAY_ONE_STEP, SB_REPLAY_WHOLE_RUN };

struct sb_replay_report;

struct sb_replay_options {
    enum sb_replay_mode mode;
    const struct sb_source *sources; /* the other law, borrowed; count 0: the journal's own last charter */
    uint32_t source_count;
    enum sb_law law;
    sb_day law_day;          /* AT, KNOWN_AT: the day, by the charter's clock */
    const char *const *sets; /* "LIMIT=AMOUNT", in the charter's unit; borrowed */
    uint32_t set_count;
    const enum sb_dimension *by; /* borrowed */
    unsigned by_count;
    FILE *csv;         /* a row a difference; NULL: none */
    enum sb_lang lang; /* of labels in groups */
    bool (*interrupted)(void);
    void (*progress)(const char *en, const char *vi, uint64_t done, uint64_t all);
    /*
     * For jobs, of which many run at once: stop says whether this one is to end (asked after every record);
     * sofar is told about twice a second how far it is (done of all, over both passes) and, once figures are
     * counted, the report so far: borrowed for the call, its most affected accounts and state hash not there
     * yet. Called by the thread that called sb_replay. Both may be NULL.
     */
    bool (*stop)(void *context);
    void (*sofar)(void *context, struct sb_replay_report *report, uint64_t done, uint64_t all);
    void *context;
};

/* What became of events whose outcome differs; columns of the groups in this order. */
enum sb_change {
    SB_CHANGE_ADMITTED,       /* rule: was refused by the law, now passes */
    SB_CHANGE_REFUSED,        /* rule: passed, now the law refuses */
    SB_CHANGE_CASCADE_GAINED, /* cascade: failed for another cause, now passes */
    SB_CHANGE_CASCADE_LOST, /* cascade: passed, or the law would now let it pass, but something else stops it
                             */
    SB_CHANGE_COUNT,
    SB_CHANGE_NONE = SB_CHANGE_COUNT,
};

#define SB_REPLAY_TOP 10

struct sb_replay_report {
    enum sb_replay_mode mode;
    bool same_law; /* nothing was changed: every result must be the recorded one */
    struct sb_journal_info info;
    char recorded_title[SB_CHARTER_TEXT_SIZE_MAX + 1], title[SB_CHARTER_TEXT_SIZE_MAX + 1];
    uint8_t recorded_hash[32], hash[32]; /* of the charters */
    char law[256]; /* what was changed, in English ("law at 2026-01-15; month = 1000000"); "" nothing */
    unsigned decimals;
    char unit[SB_SYMBOL_SIZE_MAX + 1];
    int32_t clock_offset_s;
    sb_time_us first_time, last_time;

    uint64_t events, transfers;
    struct sb_figure recorded_accepted, accepted; /* transfers that passed, then and now */
    struct sb_figure changes[SB_CHANGE_COUNT];
    uint64_t other_reason; /* refused both times, for other reasons */
    struct sb_figure
        retries_admitted; /* of changes[ADMITTED]: later attempts after one that this law lets pass */
    struct sb_figure
        retries_repeated; /* passed both times, and after an attempt that this law lets pass: needless now */
    uint64_t
        different_results; /* same law: results that are not the recorded ones; 0 unless something is wrong */
    uint64_t checkpoints, checkpoints_differ; /* same law, whole-run: state hashes compared */
    uint8_t state_hash[32];                   /* whole-run: at the end */

    struct sb_tally *groups; /* owned; NULL without dimensions; columns by enum sb_change */
    struct {
        struct sb_id account;
        struct sb_figure figure; /* differences in which it is the holder, and their sum */
    } top[SB_REPLAY_TOP];
    unsigned top_count;
    uint64_t accounts_affected;
};

/*
 * Replay the journal in a folder. Diagnostics hold what is wrong with the charter when it does not compile.
 * SB_INTERRUPTED when the user stopped it. The caller frees the report.
 */
SB_CHECKED enum sb_status sb_replay(const struct sb_os *os, const char *dir,
                                    const struct sb_replay_options *options,
                                    struct sb_replay_report **ret_report, struct sb_diagnostics *diagnostics,
                                    struct sb_err *err);
void sb_replay_report_free(struct sb_replay_report *report);

/* The report for people, and as JSON (a string, owned by the caller; NULL when memory is out). */
void sb_replay_print(struct sb_replay_report *report, enum sb_lang lang, struct sb_str *out);
char *sb_replay_json(struct sb_replay_report *report);
