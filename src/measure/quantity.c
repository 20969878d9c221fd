/* SPDX-License-Identifier: Apache-2.0 */

/* The kept pieces of a sentence are read from left to right. They parsed, so their order is known. */

#include "measure/quantity.h"

#include "base/macros.h"
#include "base/str.h"
#include "charter/keywords.h"

#include <assert.h>
#include <string.h>

struct cursor {
    struct sb_arena *arena;
    const struct sb_charter *charter;
    const struct sb_kept_part *at, *end;
    uint32_t layer;
    bool no_memory;
};

static bool is_mark(const struct cursor *cursor, const char *mark)
{
    return cursor->at < cursor->end && cursor->at->word.text && strcmp(cursor->at->word.text, mark) == 0;
}

static bool take_mark(struct cursor *cursor, const char *mark)
{
    bool there = is_mark(cursor, mark);
    cursor->at += there;
    return there;
}

static bool take_keyword(struct cursor *cursor, enum sb_keyword keyword)
{
    bool there = cursor->at < cursor->end && cursor->at->keyword == keyword;
    cursor->at += there;
    return there;
}

static const char *take_word(struct cursor *cursor)
{
    assert(cursor->at < cursor->end && cursor->at->word.text);
    return (cursor->at++)->word.text;
}

static int64_t take_number(struct cursor *cursor, unsigned decimals)
{
    const char *text = take_word(cursor);
    int64_t number = 0;
    size_t used;
    bool read = sb_text_amount(text, strlen(text), decimals, &number, &used);
    assert(read && text[used] == '\0'); /* the formatter wrote it */
    return number;
}

/* `all`, or names with commas; `all` is an empty list. */
static struct sb_words take_kinds(struct cursor *cursor)
{
    struct sb_words kinds = {0};
    if (take_keyword(cursor, SB_KW_ALL))
        return kinds;
    do {
        struct sb_word *list = sb_arena_grow(cursor->arena, kinds.list, kinds.count, sizeof(*list));
        if (!list) {
            cursor->no_memory = true;
            return kinds;
        }
        kinds.list = list;
        list[kinds.count++] = (cursor->at++)->word;
    } while (take_mark(cursor, ","));
    return kinds;
}

static const struct sb_condition *take_where(struct cursor *cursor)
{
    return take_keyword(cursor, SB_KW_WHERE) ? (cursor->at++)->where : NULL;
}

static struct sb_quantity take_quantity(struct cursor *cursor)
{
    static const struct {
        uint16_t keyword;
        uint8_t what;
    } what[] = {
        {SB_KW_ACCOUNTS_ACTIVE, SB_QUANTITY_ACTIVE},
        {SB_KW_ACCOUNTS, SB_QUANTITY_ACCOUNTS},
        {SB_KW_REFUSALS, SB_QUANTITY_REFUSALS},
        {SB_KW_ATTEMPTS, SB_QUANTITY_ATTEMPTS},
        {SB_KW_SUM_OF, SB_QUANTITY_SUM},
        {SB_KW_NUMBER_OF, SB_QUANTITY_NUMBER},
        {SB_KW_SUM_OF_BALANCES, SB_QUANTITY_BALANCES},
    };
    struct sb_quantity quantity = {.layer = cursor->layer};
    size_t i = 0;
    while (i < SB_ARRAY_SIZE(what) && !take_keyword(cursor, (enum sb_keyword)what[i].keyword))
        i++;
    assert(i < SB_ARRAY_SIZE(what));
    quantity.what = (enum sb_quantity_what)what[i].what;
    if (quantity.what == SB_QUANTITY_SUM || quantity.what == SB_QUANTITY_NUMBER)
        quantity.kinds = take_kinds(cursor);
    if (take_keyword(cursor, SB_KW_IN_TIME)) {
        quantity.days = (uint32_t)take_number(cursor, 0);
        cursor->at++; /* day or days */
    }
    quantity.condition = take_where(cursor);
    return quantity;
}

static void take_ratio(struct cursor *cursor, struct sb_figure_sentence *read)
{
    read->top = take_quantity(cursor);
    read->has_bottom = take_mark(cursor, "/");
    if (!read->has_bottom)
        return;
    read->bottom = take_quantity(cursor);
    /* `refusals / attempts in 1 day`: of two that count transfers, a window that is written once holds for
     * both. */
    if (sb_quantity_is_stock(&read->top) || sb_quantity_is_stock(&read->bottom))
        return;
    if (read->top.days == 0)
        read->top.days = read->bottom.days;
    else if (read->bottom.days == 0)
        read->bottom.days = read->top.days;
}

static enum sb_compared take_compared(struct cursor *cursor)
{
    if (take_keyword(cursor, SB_KW_AT_LEAST))
        return SB_COMPARED_AT_LEAST;
    if (take_keyword(cursor, SB_KW_AT_MOST))
        return SB_COMPARED_AT_MOST;
    if (take_keyword(cursor, SB_KW_OVER))
        return SB_COMPARED_OVER;
    bool under = take_keyword(cursor, SB_KW_UNDER);
    assert(under);
    return SB_COMPARED_UNDER;
}

static void take_threshold(struct cursor *cursor, struct sb_figure_sentence *read)
{
    read->has_threshold = true;
    read->threshold.compared = take_compared(cursor);
    const struct sb_kept_part *number = cursor->at++;
    read->threshold.share = take_mark(cursor, "%");
    struct cursor back = *cursor;
    back.at = number;
    read->threshold.value = take_number(&back, read->threshold.share ? 4 : cursor->charter->decimals);
}

static struct sb_quantity take_holding(struct cursor *cursor)
{
    struct sb_quantity quantity = {.what = SB_QUANTITY_BALANCES, .layer = cursor->layer};
    if (!take_keyword(cursor, SB_KW_SUM_OF_BALANCES))
        quantity.class_ = take_word(cursor);
    else if (take_keyword(cursor, SB_KW_OF))
        quantity.class_ = take_word(cursor);
    return quantity;
}

static void take_goal(struct cursor *cursor, struct sb_figure_sentence *read)
{
    size_t used;
    read->name = read->measure = take_word(cursor);
    take_threshold(cursor, read);
    bool on = take_keyword(cursor, SB_KW_ON);
    assert(on);
    const char *text = take_word(cursor);
    read->date.present = sb_date_parse(text, strlen(text), &read->date.date, &used);
    assert(read->date.present);
}

static void take_invariant(struct cursor *cursor, struct sb_figure_sentence *read)
{
    (void)take_mark(cursor, ":");
    read->top = take_holding(cursor);
    read->has_threshold = true;
    read->threshold.compared = take_compared(cursor);
    read->has_bottom = true;
    read->bottom = take_holding(cursor);
}

static void take_participants(struct cursor *cursor, struct sb_figure_sentence *read)
{
    /* The number is of accounts: the parser reads it without decimals. */
    read->has_threshold = true;
    read->threshold.compared = take_compared(cursor);
    read->threshold.value = take_number(cursor, 0);
    for (unsigned i = 0; i < cursor->charter->decimals; i++)
        read->threshold.value *= 10; /* at most 2^31 accounts and nine decimals */
    read->top = (struct sb_quantity){.what = SB_QUANTITY_ACCOUNTS, .layer = cursor->layer};
    read->top.condition = take_where(cursor);
}

bool sb_is_figure_sentence(enum sb_sentence_type type)
{
    return type == SB_S_MEASURE || type == SB_S_GOAL || type == SB_S_SAFEGUARD || type == SB_S_EXPOSURE ||
           type == SB_S_PARTICIPANTS || type == SB_S_INVARIANT;
}

bool sb_figure_sentence_read(struct sb_arena *arena, const struct sb_charter *charter, uint32_t layer,
                             const struct sb_sentence *sentence, struct sb_figure_sentence *ret_read)
{
    struct cursor cursor = {.arena = arena,
                            .charter = charter,
                            .at = sentence->kept.parts,
                            .end = sentence->kept.parts + sentence->kept.part_count,
                            .layer = layer};
    *ret_read = (struct sb_figure_sentence){
        .sentence = sentence, .charter = charter, .layer = layer, .name = sentence->name.text};
    assert(sb_is_figure_sentence(sentence->type));
    if (sentence->type == SB_S_GOAL) {
        take_goal(&cursor, ret_read);
    } else if (sentence->type == SB_S_MEASURE || sentence->type == SB_S_SAFEGUARD) {
        (void)take_word(&cursor);
        (void)take_mark(&cursor, ":");
        if (take_keyword(&cursor, SB_KW_SUSPEND)) {
            ret_read->kinds = take_kinds(&cursor);
            (void)take_keyword(&cursor, SB_KW_WHEN);
        }
        take_ratio(&cursor, ret_read);
        if (sentence->type == SB_S_SAFEGUARD)
            take_threshold(&cursor, ret_read);
    } else if (sentence->type == SB_S_EXPOSURE) {
        (void)take_mark(&cursor, ":");
        ret_read->top = take_holding(&cursor);
        take_threshold(&cursor, ret_read);
    } else if (sentence->type == SB_S_INVARIANT) {
        take_invariant(&cursor, ret_read);
    } else {
        take_participants(&cursor, ret_read);
    }
    assert(cursor.no_memory || cursor.at == cursor.end);
    if (!ret_read->name)
        ret_read->name = "";
    return !cursor.no_memory;
}

/* ------------------------------------------------------------------ thresholds */

__extension__ typedef __int128 wide;

static wide power_of_ten(unsigned exponent)
{
    wide power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

bool sb_threshold_met(const struct sb_threshold *threshold, const struct sb_ratio_value *value,
                      unsigned decimals)
{
    /* left ? right, both whole: top / bottom against value, scaled by what the value counts. */
    wide left = value->top, right = threshold->value;
    if (value->has_bottom && value->bottom <= 0)
        return false;
    if (threshold->share)
        left *= 1000000; /* a share of one is a million ten-thousandths of one per cent */
    else if (!value->top_is_amount || value->bottom_is_amount)
        left *= power_of_ten(decimals); /* a number, written as amounts are */
    if (value->has_bottom)
        right *= value->bottom;
    switch (threshold->compared) {
    case SB_COMPARED_AT_LEAST: return left >= right;
    case SB_COMPARED_AT_MOST: return left <= right;
    case SB_COMPARED_OVER: return left > right;
    case SB_COMPARED_UNDER: return left < right;
    }
    assert(false);
    return false;
}
