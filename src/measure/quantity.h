/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The sentences of a charter that govern a pilot as a whole (docs/charter-language.md, section 7), as the
 * program can count them: `measure`, `goal`, `safeguard`, `exposure`, `participants`, `invariant`, `report`.
 * The parser keeps them as words; here they get their meaning, which docs/measures.md tells.
 */

#include "charter/charter.h"
#include "charter/plan.h"

enum sb_quantity_what {
    SB_QUANTITY_ACTIVE,   /* open accounts that were active in the last `days` days; 0: ever */
    SB_QUANTITY_ACCOUNTS, /* open accounts; of the last `days` days: opened less closed */
    SB_QUANTITY_BALANCES, /* sum of balances; of the last `days` days: what was added to them */
    SB_QUANTITY_REFUSALS, /* transfers that the charter refused, or could not decide */
    SB_QUANTITY_ATTEMPTS, /* transfers asked for */
    SB_QUANTITY_SUM,      /* of the amounts of transfers that passed */
    SB_QUANTITY_NUMBER,   /* of transfers that passed */
};

struct sb_quantity {
    enum sb_quantity_what what;
    struct sb_words kinds;                /* SUM, NUMBER: of these; count 0: all that have a holder */
    uint32_t days;                        /* 0: since the beginning */
    const struct sb_condition *condition; /* NULL: all; borrowed from the tree */
    const char *class_;                   /* BALANCES: of accounts of this class; NULL: of all customers' */
    uint32_t layer;
};

/* True when it counts accounts or what they hold, not transfers. */
static inline bool sb_quantity_is_stock(const struct sb_quantity *quantity)
{
    return quantity->what <= SB_QUANTITY_BALANCES;
}

enum sb_compared { SB_COMPARED_AT_LEAST, SB_COMPARED_AT_MOST, SB_COMPARED_OVER, SB_COMPARED_UNDER };

struct sb_threshold {
    enum sb_compared compared;
    bool share;    /* a percentage; value counts ten-thousandths of one per cent */
    int64_t value; /* else in minor units of the charter's unit, for numbers as for amounts */
};

/* One such sentence. */
struct sb_figure_sentence {
    const struct sb_sentence *sentence; /* borrowed, with all that it leads to */
    const struct sb_charter *charter;
    uint32_t layer;
    const char *name;       /* MEASURE, GOAL, SAFEGUARD; "" of the others */
    const char *measure;    /* GOAL: of which measure; NULL otherwise */
    struct sb_quantity top; /* MEASURE, SAFEGUARD; EXPOSURE, INVARIANT: what is held; PARTICIPANTS */
    bool has_bottom;
    struct sb_quantity bottom; /* of a ratio; INVARIANT: what it is compared with */
    bool has_threshold;
    struct sb_threshold threshold;
    struct sb_words kinds; /* SAFEGUARD: what is suspended; count 0: all */
    struct sb_moment date; /* GOAL */
};

/*
 * Read one of these sentences. False when memory is out. Words that were put together live in the arena.
 * Requires a sentence of such a type that parsed.
 */
bool sb_figure_sentence_read(struct sb_arena *arena, const struct sb_charter *charter, uint32_t layer,
                             const struct sb_sentence *sentence, struct sb_figure_sentence *ret_read);

/* Whether a sentence is of a type that gives a figure (`report` does not). */
bool sb_is_figure_sentence(enum sb_sentence_type type);

/*
 * Whether top (as a part of bottom; bottom 1 without one) meets a threshold, in whole numbers. decimals: of
 * the charter's unit; amount: top is one, and bottom NULL or one too. A ratio of nothing meets none.
 */
struct sb_ratio_value {
    int64_t top, bottom;
    bool has_bottom;
    bool top_is_amount, bottom_is_amount;
};
bool sb_threshold_met(const struct sb_threshold *threshold, const struct sb_ratio_value *value,
                      unsigned decimals);
