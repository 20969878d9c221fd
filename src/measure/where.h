/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The conditions of sentences that measure. They are the language's own (docs/charter-language.md, section
 * 5), with Kleene's three values, but asked behind the ledger: of what has happened, not of what may. Names
 * are compared as text, since a measure may speak of a name that no event has used yet. What a condition
 * compares with is the tree's; it must outlive the condition.
 */

#include "charter/plan.h"
#include "ledger/ledger.h"

struct sb_where;

/* What a condition can see. A side that is NULL is not there: what is asked of it is unknown, but of the
 * agent, who may be missing in earnest (docs/charter-language.md: none). */
struct sb_where_scene {
    const struct sb_plan *plan;           /* whose areas and territory; may be NULL: places are unknown */
    const struct sb_territory *territory; /* of the accounts' place_index; another than the plan's: unknown */
    const struct sb_symbols *symbols;
    const struct sb_event *event;           /* a TRANSFER; NULL for conditions on accounts */
    const struct sb_account_view *sides[5]; /* by enum sb_side; HOLDER too */
    sb_day day;
};

/* What a condition reads: whether it may be asked of an account alone, and whether time alone changes its
 * answer. */
struct sb_where_reads {
    bool event; /* tx or the agent */
    bool ages;  /* an age as it is now */
};

/* Lay a condition out for evaluation. NULL when memory is out. layer: of the plan, for its sets and areas. */
struct sb_where *sb_where_new(const struct sb_condition *condition, uint32_t layer);
void sb_where_free(struct sb_where *where); /* safe on NULL */

struct sb_where_reads sb_where_reads(const struct sb_where *where);

/* Ask it; NULL holds always. */
enum sb_three sb_where_holds(const struct sb_where *where, const struct sb_where_scene *scene);
