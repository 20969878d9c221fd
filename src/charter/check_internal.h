/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the checker's files share: an index of every name that a charter declares, sorted, so that a charter
 * of any size is checked in n log n, and the readings of it.
 */

#include "charter/charter.h"
#include "territory/territory.h"

/* What a name is a name of. Values of attributes follow, one space after the other. */
enum sb_check_space {
    SB_CHECK_KIND,
    SB_CHECK_INSTRUMENT,
    SB_CHECK_LIMIT,
    SB_CHECK_SET,
    SB_CHECK_AREA,
    SB_CHECK_MEASURE,
    SB_CHECK_SAFEGUARD,
    SB_CHECK_CLOSED, /* attributes with a `names` sentence */
    SB_CHECK_VALUE,  /* + enum sb_space */
};

struct sb_check_name {
    uint32_t space; /* enum sb_check_space */
    const char *name;
    const struct sb_word *word; /* where it is declared */
    const struct sb_sentence *sentence;
};

struct sb_check_index {
    struct sb_check_name *names; /* sorted by space, name and place in the source */
    uint32_t count;
};

struct sb_check {
    const struct sb_charter *charter;   /* borrowed */
    const struct sb_charter *upper;     /* borrowed; NULL: none */
    struct sb_diagnostics *diagnostics; /* borrowed */
    struct sb_arena arena;              /* owned: all that a check allocates */
    struct sb_check_index index, upper_index;
    const struct sb_territory *territory; /* static; NULL: none named */
    bool is_layer;                        /* a provider's charter */
    bool no_memory;
};

/* Collect and sort. False when memory is out. */
bool sb_check_index_make(struct sb_check *check, const struct sb_charter *charter,
                         struct sb_check_index *index);
/* The first declaration of a name; NULL: none. */
const struct sb_check_name *sb_check_find(const struct sb_check_index *index, uint32_t space,
                                          const char *name);
/* The nearest declared name, or NULL; only while errors are still shown. */
const char *sb_check_nearest(struct sb_check *check, const struct sb_check_index *index, uint32_t space,
                             const char *name);

/* Report that a word names nothing, with the nearest that is known. what_: "kind", "loại giao dịch". */
void sb_check_unknown(struct sb_check *check, const struct sb_word *word, const struct sb_check_index *index,
                      uint32_t space, const char *what_en, const char *what_vi);

/* A value of an attribute; only where `names` closes it. */
void sb_check_value(struct sb_check *check, enum sb_space space, const struct sb_word *word);
void sb_check_condition(struct sb_check *check, const struct sb_condition *condition);
void sb_check_kinds(struct sb_check *check, const struct sb_kinds *kinds);
/* Whether a list names a kind; `all` names none. check_limit.c */
bool sb_check_names_kind(const struct sb_kinds *kinds, const char *kind);
void sb_check_duplicates(struct sb_check *check, const struct sb_words *words);

/* The head: once only, unit, clock, territory, areas. check_head.c */
void sb_check_head(struct sb_check *check);
/* Times: tails, the pilot's periods, sentences that never apply. check_time.c */
void sb_check_times(struct sb_check *check);
/* Limits: tables, versions that overlap, kinds that none touches, what is looser than upper's. check_limit.c
 */
void sb_check_limits(struct sb_check *check);
/* Fees: tables, parties, versions that overlap. Not of a charter whose fees are void. check_fee.c */
void sb_check_fees(struct sb_check *check);
