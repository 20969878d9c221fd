/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Counting events into groups that a report prints: by limit, kind, tier, province, area (rural, urban,
 * special), month. A group is a tuple of labels; its figures are a number and a sum for each column. Memory
 * grows with groups, not with events.
 */

#include "base/str.h"
#include "ledger/ledger.h"

#include <stdint.h>

enum sb_dimension {
    SB_BY_LIMIT = 0, /* the name of a rule that decided; an event that fails two limits is in two groups */
    SB_BY_KIND,
    SB_BY_TIER,
    SB_BY_PROVINCE,
    SB_BY_AREA,
    SB_BY_MONTH,
    SB_BY_COUNT,
};

/* The word of a dimension on the command line ("limit"), and in a report's head. Static. */
const char *sb_dimension_word(enum sb_dimension dimension);
const char *sb_dimension_title(enum sb_dimension dimension, enum sb_lang lang);

#define SB_TALLY_COLUMNS_MAX 6
#define SB_TALLY_LABEL_SIZE  96

struct sb_figure {
    uint64_t number;
    int64_t sum; /* minor units; held at INT64_MAX rather than wrapped */
};

/* One more event of an amount. */
static inline void sb_figure_add(struct sb_figure *figure, int64_t amount)
{
    figure->number++;
    if (__builtin_add_overflow(figure->sum, amount, &figure->sum))
        figure->sum = INT64_MAX;
}

struct sb_tally_group {
    char labels[SB_BY_COUNT]
               [SB_TALLY_LABEL_SIZE]; /* those of the tally's dimensions, in their order; the rest "" */
    struct sb_figure columns[SB_TALLY_COLUMNS_MAX];
};

struct sb_tally;

/* dimensions: which, in the order of the report. NULL when memory is out. */
struct sb_tally *sb_tally_new(const enum sb_dimension *dimensions, unsigned count);
void sb_tally_free(struct sb_tally *tally);

/* What places an event in its groups. Labels are borrowed for the call; NULL is printed as "-". */
struct sb_tally_event {
    const char *labels[SB_BY_COUNT]; /* by enum sb_dimension */
    int64_t amount;
};
/* Add an event to a column of its group. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_tally_add(struct sb_tally *tally, const struct sb_tally_event *event,
                                       unsigned column, struct sb_err *err);

/* Groups sorted by the number in `column`, most first, then by label. Borrowed until the next add. */
const struct sb_tally_group *const *sb_tally_sorted(struct sb_tally *tally, unsigned column,
                                                    size_t *ret_count);

unsigned sb_tally_dimension_count(const struct sb_tally *tally);
enum sb_dimension sb_tally_dimension(const struct sb_tally *tally, unsigned n);

/*
 * The labels of a transfer as it stands in the ledger: kind, the holder's tier, province and area of
 * registration, month. buffers live as long as the caller needs the labels. limit is left NULL.
 */
struct sb_tally_buffers {
    char month[16];
};
void sb_tally_describe(const struct sb_ledger *ledger, const struct sb_plan *plan,
                       const struct sb_symbols *symbols, const struct sb_event *event, enum sb_lang lang,
                       struct sb_tally_buffers *buffers, struct sb_tally_event *ret_event);

/* A table of groups: titles[] of the columns (those with nothing in them are left out), at most rows_max rows
 * (0: all) and a line that says what was left out. */
void sb_tally_print(struct sb_tally *tally, const char *const *titles, unsigned columns, unsigned sort_by,
                    size_t rows_max, unsigned decimals, enum sb_lang lang, struct sb_str *out);
