/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Two plans side by side, the pure half of `charter diff`: stretches of time in which neither changes, and
 * for a stretch and a kind the cases that their conditions tell apart. A case is concrete: the attributes of
 * three accounts and of one transfer, so that whoever judges it is the ledger itself and no second reading of
 * the law. Both plans must be compiled with one table of symbols.
 */

#include "charter/plan.h"

/* A stretch of time in which both plans keep their segment. */
struct sb_stretch {
    sb_time_us from, to; /* [from, to) */
    uint32_t segment[2];
};

/*
 * The stretches that touch [from, to), cut to it. The caller frees *ret_stretches. Errors: SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_diff_stretches(const struct sb_plan *const plans[2], sb_time_us from,
                                            sb_time_us to, struct sb_stretch **ret_stretches,
                                            uint32_t *ret_count, struct sb_err *err);

/* What else may vary than an attribute of the language. */
enum sb_diff_field {
    SB_DIFF_PERSON = SB_FIELD_COUNT, /* 1: the holder's person is known */
    SB_DIFF_OPENED_ON,               /* a day */
    SB_DIFF_AGENT,                   /* 1: an agent serves the transfer */
};

/*
 * One thing that conditions ask, with values of which no condition tells two apart that are left out: codes
 * of names, days, years, places, amounts (each the least of its piece).
 */
struct sb_diff_variable {
    uint8_t side;  /* enum sb_side, never HOLDER */
    uint8_t field; /* enum sb_field or sb_diff_field */
    uint32_t count;
    int64_t values[SB_DIFF_VALUES_MAX];
};

struct sb_diff_case {
    uint8_t choice[SB_DIFF_VARIABLES_MAX]; /* of each variable */
};

/* All cases of a stretch and a kind. */
struct sb_diff_space {
    uint16_t kind;
    sb_day day; /* on which the cases are judged, by the first plan's clock */
    struct sb_diff_variable variables[SB_DIFF_VARIABLES_MAX];
    uint32_t variable_count;
    struct sb_diff_case *cases; /* owned */
    uint32_t case_count;
    bool only_pairs; /* too many: at most two variables leave their first value at a time */
    bool cut;        /* some variable, value or pair found no room, or a place none that fits */
};

/* Names that no charter knows: two of each space, so that they can differ from each other. */
struct sb_diff_others {
    uint16_t code[SB_SPACE_COUNT][2];
};
SB_CHECKED enum sb_status sb_diff_others_intern(struct sb_symbols *symbols, struct sb_diff_others *ret_others,
                                                struct sb_err *err);

struct sb_diff_question {
    const struct sb_plan *const *plans; /* two */
    const struct sb_stretch *stretch;
    const struct sb_symbols *symbols;
    const struct sb_diff_others *others;
    uint16_t kind;
    sb_time_us time; /* in the stretch */
};

/* Find the cases. The caller releases the space. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_diff_space_make(const struct sb_diff_question *question,
                                             struct sb_diff_space *ret_space, struct sb_err *err);
void sb_diff_space_release(struct sb_diff_space *space);

/* A case as events: the transfer, and the accounts of its three sides. Ids are the caller's to give. */
struct sb_diff_scene {
    struct sb_event transfer;
    struct sb_event open[3]; /* payer, payee, agent: index side - SB_SIDE_PAYER */
    bool has_agent;
    sb_amount amount_max; /* no condition tells amounts from transfer.amount to this apart */
};
void sb_diff_scene_of(const struct sb_diff_space *space, const struct sb_diff_case *one, uint16_t unit,
                      struct sb_diff_scene *ret_scene);
