/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Why an event passed or not: the journal is run up to the instant before it, and the ledger asked what each
 * sentence says. Where the index has the event, only the accounts that its verdict depends on are run.
 * Reasons are never stored; they are recomputed whenever somebody asks.
 */

#include "engine/runner.h"

struct sb_explain_options {
    const struct sb_os *os;
    const char *dir;
    struct sb_id id;           /* the event's; none: by sequence */
    uint64_t sequence;         /* from 1 */
    const char *index_dir;     /* NULL: the index's own place */
    bool whole;                /* run the whole journal, without the index */
    bool (*interrupted)(void); /* may be NULL */
    void (*progress)(const char *en, const char *vi, uint64_t done, uint64_t all); /* may be NULL */
};

struct sb_explanation {
    struct sb_journal_info info;
    bool used_index;         /* only the accounts that it depends on were run, not the whole journal */
    uint64_t sequence;       /* of the event */
    uint64_t chain_sequence; /* of the first member of its chain: figures are those before it */
    struct sb_event event;
    struct sb_result recorded;
    struct sb_runner *runner;  /* owned: ledger and names at that instant */
    struct sb_reason *reasons; /* owned: all that the charter in force evaluates, in its order */
    uint32_t reason_count;
    struct sb_leg legs[SB_PLAN_FEES_MAX]; /* the fees that move with it, in their order */
    uint32_t leg_count;
    const struct sb_plan *tariff; /* the plan that charges them; borrowed */
};

/* The caller releases the explanation, also after an error. Errors: SB_NOT_FOUND, the journal's,
 * SB_INTERRUPTED, SB_NOMEM. */
SB_CHECKED enum sb_status sb_explain(const struct sb_explain_options *options,
                                     struct sb_explanation *ret_explanation, struct sb_err *err);
void sb_explanation_release(struct sb_explanation *explanation);

/* The plan that judged it; NULL: none was in force. Borrowed from the explanation. */
const struct sb_plan *sb_explanation_plan(const struct sb_explanation *explanation);

/* "holds", "fails", "undecided", "asks". Static. */
const char *sb_reason_state_word(enum sb_reason_state state);
