/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Precedents: what a verdict on the like of an event comes down to. Most of what a charter asks has one
 * answer for all events of a kind between accounts of the same profiles; what is left are comparisons of a
 * figure with a bound. The judge writes a precedent down while it judges the first of its like, and the next
 * ones follow it. Following gives exactly what judging would; the judge alone (judge.c) says what is right.
 */

#include "ledger/profile.h"

/* What decides everything but figures: the event's symbols and steps as far as the plan reads them, segment,
 * profiles, and the answers about the event alone. Two events with equal keys are alike. */
struct sb_precedent_key {
    uint64_t words[4];
};

/* A bound that an event's figure, or a window's total, must keep. */
struct sb_bound {
    int64_t bound;
    uint16_t rule;
    uint8_t type;    /* enum sb_rule_type */
    uint8_t outcome; /* enum sb_outcome, when it is broken */
    uint32_t zero;
};

/* A window that is read, and counted in unless another one of its counter was. */
struct sb_tallied {
    uint32_t state; /* of the counter */
    uint8_t counter, side, subject;
    bool is_sum, counts;
    uint8_t ceilings; /* how many of the precedent's are this window's */
};

#define SB_PRECEDENT_KINDS    16u
#define SB_PRECEDENT_WINDOWS  12u
#define SB_PRECEDENT_FIGURES  16u
#define SB_PRECEDENT_CEILINGS 24u

struct sb_precedent {
    struct sb_precedent_key key;
    bool used;       /* false: an empty place */
    bool fits;       /* false: it was too large to write down; each of its like is judged */
    uint8_t outcome; /* enum sb_outcome: what comes of the rules that need no figure */
    uint8_t window_count, figure_count, ceiling_count;
    uint64_t counted;
    uint64_t failed[4]; /* rules that fail for all of its like */
    struct sb_tallied windows[SB_PRECEDENT_WINDOWS];
    struct sb_bound figures[SB_PRECEDENT_FIGURES];
    struct sb_bound ceilings[SB_PRECEDENT_CEILINGS];
};

/* Precedents of the plan in force. Bounded: a new one takes the place of an old one. */
struct sb_precedents {
    const struct sb_offer *offer; /* whose precedents they are; NULL: none yet */
    bool fits;                    /* false: the plan asks too much, or memory is out: each event is judged */
    struct sb_profiles profiles;
    uint64_t masks[2];                         /* of the event's symbols and steps: what the plan reads */
    struct sb_ins questions[SB_QUESTIONS_MAX]; /* of the event: its amount, its place, where it is served */
    uint32_t question_count;
    struct sb_precedent *list; /* owned; SB_PRECEDENTS_MAX by key */
    /* For fetching ahead: the one that was followed last, by the low bits of the kind; NULL: none yet. */
    const struct sb_precedent *latest[SB_PRECEDENT_KINDS];
};

/* NULL when memory is out. */
struct sb_precedents *sb_precedents_new(void);
void sb_precedents_free(struct sb_precedents *precedents);

/* Judge a TRANSFER whose accounts are known, by a precedent where the instant has some. Same results as
 * sb_judge. */
void sb_decide(const struct sb_ledger *ledger, struct sb_instant *instant, const struct sb_scene *scene,
               struct sb_judgement *ret_judgement);

/* Fetch the windows that an event of the kind probably needs, and the second line of accounts whose profile
 * is to be found. The accounts' first lines should be there already. */
void sb_precedents_fetch(const struct sb_ledger *ledger, uint16_t kind, struct sb_guess guess);

/* ------------------------------------------------------------------ for the judge, while it writes one down
 */

/* A rule that fails for all of its like. */
void sb_precedent_mark(struct sb_precedent *precedent, uint32_t rule, enum sb_outcome outcome);
/* A bound of the event's figure. */
void sb_precedent_figure(struct sb_precedent *precedent, const struct sb_bound *bound);
/* A window; its ceilings follow. */
void sb_precedent_window(struct sb_precedent *precedent, const struct sb_tallied *window);
void sb_precedent_ceiling(struct sb_precedent *precedent, const struct sb_bound *bound);
