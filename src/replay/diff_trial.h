/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Two ledgers, one a plan, that are asked and stepped together: how diff.c finds and proves a difference. */

#include "replay/diff.h"

/* What a plan lets pass of one event, read off its reasons. */
struct sb_profile_bound {
    uint16_t rule, counter;
    int64_t bound, remaining;
    sb_time_us window_end;
};
struct sb_profile {
    bool plain;          /* no sentence refuses whatever the amount */
    bool undecided;      /* but one cannot decide; plain is false too */
    uint16_t plain_rule; /* the one that does, or SB_DIFF_NO_RULE */
    sb_amount lo, hi;    /* amounts that pass; none when lo > hi */
    uint32_t count;
    struct sb_profile_bound bounds[SB_PLAN_RULES_MAX];
};
static inline bool sb_profile_passes(const struct sb_profile *profile)
{
    return profile->plain && profile->lo <= profile->hi;
}

/* The bound with the least left of those that are like a rule of a plan: same type, measure, subject, side
 * and window. NULL: none. */
const struct sb_profile_bound *sb_profile_like(const struct sb_plan *plan, const struct sb_profile *profile,
                                               const struct sb_plan *of, uint16_t rule);

struct sb_pair {
    const struct sb_plan *plans[2]; /* borrowed */
    struct sb_ledger *ledgers[2];   /* owned */
    struct sb_past *pasts[2];       /* owned */
    uint64_t serial;                /* of ids */
};
SB_CHECKED enum sb_status sb_pair_start(struct sb_pair *pair, const struct sb_plan *const plans[2],
                                        sb_time_us time, struct sb_err *err);
void sb_pair_release(struct sb_pair *pair);

/* Step an event in both. */
SB_CHECKED enum sb_status sb_pair_step(struct sb_pair *pair, const struct sb_event *event,
                                       struct sb_result results[2], struct sb_err *err);

/* What both say of an event at its time, for amounts from event->amount to amount_max. Needs open accounts.
 */
void sb_pair_ask(const struct sb_pair *pair, const struct sb_event *event, sb_amount amount_max,
                 struct sb_profile profiles[2]);

/* A suspicion, and where to try it. */
struct sb_diff_claim {
    uint8_t tighter, how;
    uint16_t rule[2];
};
struct sb_diff_trial {
    const struct sb_plan *const *plans;
    const struct sb_diff_claim *claim;
    const struct sb_diff_scene *scene;
    const struct sb_event *history; /* another transfer that goes before, of the same accounts; or NULL */
    sb_time_us history_time;        /* at or before time */
    sb_time_us time, end;           /* the last event lies in [time, end) */
};

/*
 * Look for events that show a claim: as large as they may be, then as small. *ret_events is owned by the
 * caller, NULL when there is none.
 */
SB_CHECKED enum sb_status sb_diff_try(const struct sb_diff_trial *trial, struct sb_event **ret_events,
                                      uint32_t *ret_count, uint16_t ret_codes[2], struct sb_err *err);
