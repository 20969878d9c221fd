/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A journal's measures: the recorded history run once more under its own charters (every result must be the
 * recorded one), with counters that listen. What the counters say is measure/measure.h.
 */

#include "charter/plan.h"
#include "journal/journal.h"
#include "measure/measure.h"

struct sb_measuring;

struct sb_measuring_options {
    const struct sb_os *os;
    const char *dir;
    const struct sb_source *sources; /* a charter whose sentences are measured instead of the journal's own;
                                        borrowed for the call */
    uint32_t source_count;           /* 0: the journal's own */
    sb_day until;                    /* nothing after this day by the charter's clock; SB_DAY_NONE: all */
    uint32_t days;                   /* one more window for active accounts; 0: none */
    const struct sb_adults *adults;  /* borrowed until the end; NULL: nobody said */
    bool (*interrupted)(void);       /* may be NULL */
    void (*progress)(const char *en, const char *vi, uint64_t done, uint64_t all); /* may be NULL */
};

/*
 * Count a journal. The caller closes. Diagnostics (may be NULL) hold what is wrong with a charter that was
 * given. Errors: the journal's, SB_MISMATCH (a recorded result is not what its charter gives),
 * SB_INTERRUPTED, the charter's, and those of sb_measures_new.
 */
SB_CHECKED enum sb_status sb_measuring_open(const struct sb_measuring_options *options,
                                            struct sb_measuring **ret_measuring,
                                            struct sb_diagnostics *diagnostics, struct sb_err *err);
void sb_measuring_close(struct sb_measuring *measuring); /* safe on NULL */

/* Borrowed until the close. To go on live with it: sb_measures_continue, then sb_ledger_watch on the other
 * ledger. */
struct sb_measures *sb_measuring_measures(struct sb_measuring *measuring);

/* Where it ended. */
struct sb_measuring_end {
    struct sb_journal_info info;
    uint64_t sequence;                 /* of the last event that was counted */
    uint8_t record_hash[SB_HASH_SIZE]; /* of the record that it stands in */
    sb_time_us first_time, last_time;
    bool whole; /* nothing in the journal was left out because it lies after `until` */
};
const struct sb_measuring_end *sb_measuring_end(const struct sb_measuring *measuring);

/* The charters installed up to the end, in order, and when (the time of the event); a journal without any has
 * none. */
uint32_t sb_measuring_plan_count(const struct sb_measuring *measuring);
const struct sb_plan *sb_measuring_plan(const struct sb_measuring *measuring, uint32_t n,
                                        sb_time_us *ret_installed);
const struct sb_ledger *sb_measuring_ledger(const struct sb_measuring *measuring);
const struct sb_symbols *sb_measuring_symbols(const struct sb_measuring *measuring);
