/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the page shows moving: sums and numbers of one pilot, counted as batches pass. Belongs to whoever
 * leads the pilot's front (engine/front.h): counted in `listen`, read in `ask`, so nothing is locked.
 */

#include "base/limits.h"
#include "charter/plan.h"
#include "journal/journal.h"
#include "replay/tally.h"

/* Refusals by one sentence. A sentence that later charters repeat word for word stays one. */
struct sb_refusals {
    char name[SB_CHARTER_NAME_SIZE_MAX + 16]; /* the rule's, or the result's word where no sentence refused */
    char article[SB_CHARTER_NAME_SIZE_MAX + 1], instrument[SB_CHARTER_NAME_SIZE_MAX + 1]; /* "" none */
    uint64_t number;
};

struct sb_kind_figures {
    uint64_t accepted, refused;
    int64_t sum; /* of the accepted, minor units */
};

struct sb_recent {
    uint64_t sequence;
    struct sb_event event;
    uint16_t code; /* enum sb_result_code */
};

/* Transfers that an account paid or received. */
struct sb_activity {
    uint64_t number;
    int64_t sum; /* minor units; held at INT64_MAX rather than wrapped */
};

struct sb_figures {
    const struct sb_ledger
        *ledger;       /* borrowed: gives accounts their numbers; NULL: activity is not counted */
    uint64_t sequence; /* of the newest event counted */
    sb_time_us first_time, last_time;
    struct sb_figure accepted, refused; /* transfers; a repeated request counts once */
    struct sb_kind_figures *kinds;      /* owned, by symbol code */
    uint32_t kind_count;
    struct sb_refusals *refusals; /* owned, SB_REFUSALS_MAX */
    uint32_t refusal_count;
    struct sb_recent *recent;     /* owned, SB_RECENT_MAX: a ring */
    struct sb_activity *activity; /* owned, by an account's number in the ledger */
    uint32_t activity_count;
    struct sb_event *probes; /* owned, SB_PROBES_MAX: the latest accepted transfers, a ring */
    uint64_t probe_count;    /* ever */
    uint64_t recent_count;   /* ever */
    /* Which of `refusals` a rule of this plan counts in, plus one. */
    const struct sb_plan *plan;
    uint16_t of_rule[SB_PLAN_RULES_MAX];
};

SB_CHECKED enum sb_status sb_figures_init(struct sb_figures *figures, struct sb_err *err);
void sb_figures_release(struct sb_figures *figures);

/* Count a batch that a plan (NULL: none was in force) has judged. first: sequence of its first event. */
SB_CHECKED enum sb_status sb_figures_add(struct sb_figures *figures, const struct sb_plan *plan,
                                         const struct sb_event *events, const struct sb_result *results,
                                         uint32_t count, uint64_t first, struct sb_err *err);

/*
 * Count all that a journal's folder holds, from its records alone: what was recorded, not judged again.
 * Charters are compiled for their sentences' names. Errors: the reader's, the compiler's, SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_figures_read(struct sb_figures *figures, const char *dir, struct sb_err *err);

/* The n-th newest event, n from 0; NULL behind the last. Borrowed until the next batch. */
const struct sb_recent *sb_figures_recent(const struct sb_figures *figures, uint32_t n);
