/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* One transfer before the law: what model_law.c and model_fee.c share. */

#include "model.h"

struct m_case {
    const struct m_ledger *ledger;
    const struct m_plan *plan;
    const struct m_world *world;
    const struct sb_event *event;
    const struct m_account *payer, *payee, *agent; /* agent may be NULL */
    const struct m_account *holder;                /* NULL: nobody, or an undeclared kind */
    int kind;                                      /* in the world, -1: undeclared */
    sb_day today;
    sb_time_us known_at, law_at; /* by which time sentences must be known, and at which they apply */
    struct m_fees fees;
};

/* The sentence is in force, names the event's kind, and does not read a holder that is not there. */
bool m_concerns(const struct m_case *c, const struct m_sentence *s);
enum m_three m_holds(const struct m_case *c, int cond);
/* Whether the layer judges the event at all; and whether it is in its term, or runs off. */
enum m_three m_in_scope(const struct m_case *c, int layer);
bool m_in_term(const struct m_case *c, int layer);

/* The fees of the event, in the order of layers and of the source. */
void m_find_fees(struct m_case *c);
/* What a side pays of the fees that count. */
m_wide m_counted_fees(const struct m_case *c, enum m_side side);
/* What fees bring to the payee's balance. */
m_wide m_fees_of_balance(const struct m_case *c);
