/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recursive descent without recursion: a sentence is a keyword and what its function takes; sentences that
 * fill a field share one. The first mistake ends the reading: a mapping is a page, and is tried at once.
 */
#include "import/map.h"

#include "base/macros.h"
#include "base/str.h"
#include "import/map_lexer.h"

#include <stdio.h>
#include <string.h>

enum form {
    FORM_TIME,
    FORM_NAME,
    FORM_AMOUNT,
    FORM_SYMBOL,
    FORM_PLACE,
    FORM_DATE,
    FORM_YEAR,
};

static const struct {
    const char *word;
    uint8_t field; /* enum sb_map_field */
    uint8_t form;
} row_words[] = {
    {"time", SB_MAP_TIME, FORM_TIME},
    {"payer", SB_MAP_PAYER, FORM_NAME},
    {"payee", SB_MAP_PAYEE, FORM_NAME},
    {"agent", SB_MAP_AGENT, FORM_NAME},
    {"amount", SB_MAP_AMOUNT, FORM_AMOUNT},
    {"kind", SB_MAP_KIND, FORM_SYMBOL},
    {"id", SB_MAP_ID, FORM_NAME},
    {"original", SB_MAP_ORIGINAL, FORM_NAME},
    {"direction", SB_MAP_DIRECTION, FORM_SYMBOL},
    {"purpose", SB_MAP_PURPOSE, FORM_SYMBOL},
    {"channel", SB_MAP_CHANNEL, FORM_SYMBOL},
    {"country", SB_MAP_COUNTRY, FORM_SYMBOL},
    {"provider", SB_MAP_PROVIDER, FORM_SYMBOL},
    {"place", SB_MAP_PLACE, FORM_PLACE},
    {"account.name", SB_MAP_NAME, FORM_NAME},
    {"account.balance", SB_MAP_BALANCE, FORM_AMOUNT},
};

static const char *const side_words[] = {"payer", "payee", "agent", "account"};

static const struct {
    const char *word;
    uint8_t form;
} attribute_words[] = {
    {"class", FORM_SYMBOL},   {"provider", FORM_SYMBOL}, {"tier", FORM_SYMBOL}, {"issuer", FORM_SYMBOL},
    {"sex", FORM_SYMBOL},     {"person", FORM_NAME},     {"place", FORM_PLACE}, {"birth-year", FORM_YEAR},
    {"sim-since", FORM_DATE}, {"opened-on", FORM_DATE},
};
static_assert(SB_ARRAY_SIZE(attribute_words) == SB_MAP_ATTRIBUTE_COUNT, "one word an attribute");

/* ------------------------------------------------------------------ small readings */

static enum sb_status no_memory(struct sb_map_lexer *lexer)
{
    return sb_fail(lexer->err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* Copy a token's text with its escapes undone. */
static enum sb_status copy_token(struct sb_map_lexer *lexer, struct sb_map_text *ret_text)
{
    const struct sb_map_token *token = &lexer->token;
    char *copy = sb_arena_copy(&lexer->map->arena, token->text, token->size);
    uint32_t size = 0;
    if (!copy)
        return no_memory(lexer);
    for (uint32_t i = 0; i < token->size; i++) {
        if (token->type == SB_MAP_TEXT && token->text[i] == '\\' && i + 1 < token->size)
            i++;
        copy[size++] = token->text[i];
    }
    copy[size] = '\0';
    *ret_text = (struct sb_map_text){copy, size};
    return SB_OK;
}

static enum sb_status read_text(struct sb_map_lexer *lexer, struct sb_map_text *ret_text)
{
    if (lexer->token.type != SB_MAP_TEXT)
        return SB_MAP_EXPECTED(lexer, "a text in quotes", "văn bản trong ngoặc kép");
    enum sb_status status = copy_token(lexer, ret_text);
    if (status == SB_OK)
        sb_map_next(lexer);
    return status;
}

/* A text in quotes or a bare word. */
static enum sb_status read_value(struct sb_map_lexer *lexer, struct sb_map_text *ret_text)
{
    if (lexer->token.type != SB_MAP_TEXT && lexer->token.type != SB_MAP_WORD)
        return SB_MAP_EXPECTED(lexer, "a word or a text in quotes", "một từ hoặc văn bản trong ngoặc kép");
    enum sb_status status = copy_token(lexer, ret_text);
    if (status == SB_OK)
        sb_map_next(lexer);
    return status;
}

static enum sb_status read_number(struct sb_map_lexer *lexer, uint32_t max, uint32_t *ret_number)
{
    int64_t number;
    size_t used;
    if (lexer->token.type != SB_MAP_WORD ||
        !sb_text_amount(lexer->token.text, lexer->token.size, 0, &number, &used) ||
        used != lexer->token.size || number < 1 || number > max) {
        (void)sb_fail(lexer->err, SB_SYNTAX, "expected a number from 1 to %u", "cần một số từ 1 đến %u", max);
        return sb_map_point(lexer->map, lexer->token.offset, lexer->err);
    }
    *ret_number = (uint32_t)number;
    sb_map_next(lexer);
    return SB_OK;
}

/* +07:00 */
static enum sb_status read_offset(struct sb_map_lexer *lexer, int32_t *ret_offset)
{
    char text[32] = "2000-01-01T00:00";
    size_t head = strlen(text), used = 0;
    sb_time_us time;
    bool fits = lexer->token.type == SB_MAP_WORD && lexer->token.size < sizeof(text) - head;
    if (fits)
        memcpy(text + head, lexer->token.text, lexer->token.size);
    if (!fits || !sb_time_parse(text, head + lexer->token.size, 0, &time, &used) ||
        used != head + lexer->token.size || used == head || text[head] == ':')
        return SB_MAP_EXPECTED(lexer, "an offset such as +07:00", "độ lệch giờ như +07:00");
    *ret_offset = (int32_t)((sb_time_of_day(10957, 0) - time) / SB_SECOND_US); /* 2000-01-01 is day 10957 */
    sb_map_next(lexer);
    return SB_OK;
}

static enum sb_status expect(struct sb_map_lexer *lexer, const char *word)
{
    if (sb_map_take(lexer, word))
        return SB_OK;
    (void)sb_fail(lexer->err, SB_SYNTAX, "expected '%s'", "cần '%s'", word);
    return sb_map_point(lexer->map, lexer->token.offset, lexer->err);
}

/* Fail at a word that is none of the known ones. */
static enum sb_status unknown_word(struct sb_map_lexer *lexer, const char *const *words, size_t count)
{
    const struct sb_map_token *token = &lexer->token;
    const char *nearest =
        token->type == SB_MAP_WORD ? sb_text_nearest(token->text, token->size, words, count) : NULL;
    struct sb_str list = {0};
    for (size_t i = 0; i < count; i++)
        sb_str_printf(&list, "%s%s", i > 0 ? ", " : "", words[i]);
    if (nearest)
        (void)sb_fail(lexer->err, SB_SYNTAX, "unknown word; did you mean '%s'?",
                      "từ không biết; có phải '%s' không?", nearest);
    else if (count > 12) /* the list of all sentences would hide the caret */
        (void)sb_fail(lexer->err, SB_SYNTAX, "no sentence begins like this; see docs/import.md",
                      "không có câu nào bắt đầu như vậy; xem docs/import.md");
    else
        (void)sb_fail(lexer->err, SB_SYNTAX, "expected one of %s", "cần một trong các từ %s",
                      sb_str_text(&list));
    sb_str_release(&list);
    return sb_map_point(lexer->map, token->offset, lexer->err);
}

/* One of a list of words; *ret_index is which. */
static enum sb_status read_choice(struct sb_map_lexer *lexer, const char *const *words, size_t count,
                                  uint8_t *ret_index)
{
    for (size_t i = 0; i < count; i++) {
        if (sb_map_take(lexer, words[i])) {
            *ret_index = (uint8_t)i;
            return SB_OK;
        }
    }
    return unknown_word(lexer, words, count);
}

static enum sb_status over_limit(struct sb_map_lexer *lexer, unsigned max)
{
    (void)sb_fail(lexer->err, SB_LIMIT, "more than %u of these", "quá %u mục loại này", max);
    (void)sb_map_point(lexer->map, lexer->token.offset, lexer->err);
    return SB_LIMIT;
}

/* ------------------------------------------------------------------ fields */

static enum sb_status read_column(struct sb_map_lexer *lexer, struct sb_map_column *ret_column)
{
    struct sb_map_column column = {.offset = lexer->token.offset};
    bool said = sb_map_take(lexer, "column");
    uint32_t number = 0;
    enum sb_status status;
    if (lexer->token.type == SB_MAP_TEXT)
        status = read_text(lexer, &column.name);
    else if (said)
        status = read_number(lexer, SB_CSV_FIELDS_MAX, &number);
    else
        return SB_MAP_EXPECTED(lexer, "a column: \"its name\" or column 3",
                               "một cột: \"tên cột\" hoặc column 3");
    column.number = (uint16_t)number;
    if (status == SB_OK)
        *ret_column = column;
    return status;
}

static enum sb_status read_columns(struct sb_map_lexer *lexer, struct sb_map_source *source)
{
    if (sb_map_take(lexer, "file")) {
        source->file_name = true;
        return expect(lexer, "name");
    }
    enum sb_status status;
    do {
        if (source->column_count == SB_MAP_COLUMNS_MAX)
            return over_limit(lexer, SB_MAP_COLUMNS_MAX);
        status = read_column(lexer, &source->columns[source->column_count]);
        if (status != SB_OK)
            return status;
        source->column_count++;
    } while (sb_map_take(lexer, "and"));
    return SB_OK;
}

/* `"Purchase" is payment, "Fee" is rejected, other is kept` */
static enum sb_status read_value_map(struct sb_map_lexer *lexer, struct sb_map_source *source)
{
    struct sb_map *map = lexer->map;
    struct sb_map_value *values = NULL;
    uint32_t count = 0;
    do {
        sb_map_next(lexer); /* the colon or comma */
        bool is_other = sb_map_take(lexer, "other");
        struct sb_map_value value = {0};
        enum sb_status status = is_other ? SB_OK : read_value(lexer, &value.from);
        if (status == SB_OK)
            status = expect(lexer, "is");
        bool rejected = status == SB_OK && sb_map_take(lexer, "rejected");
        bool skipped = status == SB_OK && !rejected && sb_map_take(lexer, "skipped");
        bool kept = status == SB_OK && is_other && !rejected && !skipped && sb_map_take(lexer, "kept");
        if (status == SB_OK && !rejected && !skipped && !kept)
            status = read_value(lexer, &value.to);
        if (status != SB_OK)
            return status;
        if (is_other) {
            source->other = rejected  ? SB_OTHER_REJECTED
                            : skipped ? SB_OTHER_SKIPPED
                            : kept    ? SB_OTHER_KEPT
                                      : SB_OTHER_VALUE;
            source->text = value.to;
            continue;
        }
        value.meaning = rejected ? SB_MEANS_REJECTED : skipped ? SB_MEANS_SKIPPED : SB_MEANS_VALUE;
        if (count == SB_MAP_VALUES_MAX)
            return over_limit(lexer, SB_MAP_VALUES_MAX);
        values = sb_arena_grow(&map->arena, values, count, sizeof(*values));
        if (!values)
            return no_memory(lexer);
        values[count++] = value;
    } while (lexer->token.type == SB_MAP_COMMA);
    source->values = values;
    source->value_count = count;
    return SB_OK;
}

/* `unix seconds`, `hours since 2017-01-01`; false when the tokens ahead are neither. */
static bool read_since(struct sb_map_lexer *lexer, struct sb_time_format *format, enum sb_status *ret_status)
{
    static const char *const units[] = {"microseconds", "milliseconds", "seconds",
                                        "minutes",      "hours",        "days"};
    static const int64_t sizes[] = {1, 1000, SB_SECOND_US, SB_MINUTE_US, 60 * SB_MINUTE_US, SB_DAY_US};
    bool is_unix = sb_map_take(lexer, "unix");
    uint8_t unit = 0;
    bool found = is_unix;
    for (size_t i = 0; i < SB_ARRAY_SIZE(units); i++)
        found = found || sb_map_is(lexer, units[i]);
    if (!found)
        return false;
    *format = (struct sb_time_format){0};
    *ret_status = read_choice(lexer, units, SB_ARRAY_SIZE(units), &unit);
    if (*ret_status == SB_OK && !is_unix)
        *ret_status = expect(lexer, "since");
    if (*ret_status == SB_OK && !is_unix) {
        struct sb_date date;
        size_t used = 0;
        bool is_date = lexer->token.type == SB_MAP_WORD &&
                       sb_date_parse(lexer->token.text, lexer->token.size, &date, &used) &&
                       used == lexer->token.size;
        if (!is_date) {
            *ret_status = SB_MAP_EXPECTED(lexer, "a date such as 2017-01-01", "ngày như 2017-01-01");
            return true;
        }
        format->since = sb_time_of_day(sb_day_of_date(date), 0);
        sb_map_next(lexer);
    }
    format->unit_us = sizes[unit];
    return true;
}

static bool is_pattern_word(const struct sb_map_token *token)
{
    for (uint32_t i = 0; i < token->size; i++)
        if (!strchr("dmyhsfzTap/.:-", token->text[i]))
            return false;
    return token->type == SB_MAP_WORD;
}

/* A pattern in quotes, or bare words of its letters. */
static enum sb_status read_format(struct sb_map_lexer *lexer, struct sb_time_format *format)
{
    enum sb_status status = SB_OK;
    if (read_since(lexer, format, &status))
        return status;
    uint32_t offset = lexer->token.offset;
    struct sb_str pattern = {0};
    if (lexer->token.type == SB_MAP_TEXT) {
        sb_str_add_bytes(&pattern, lexer->token.text, lexer->token.size);
        sb_map_next(lexer);
    } else {
        while (is_pattern_word(&lexer->token)) {
            sb_str_add(&pattern, pattern.size > 0 ? " " : "");
            sb_str_add_bytes(&pattern, lexer->token.text, lexer->token.size);
            sb_map_next(lexer);
        }
    }
    if (pattern.failed)
        status = no_memory(lexer);
    else if (pattern.size == 0)
        status = SB_MAP_EXPECTED(lexer, "a format such as d/m/yyyy or unix seconds",
                                 "dạng thời điểm như d/m/yyyy hoặc unix seconds");
    else if ((status = sb_time_format_compile(pattern.text, pattern.size, format, lexer->err)) != SB_OK)
        (void)sb_map_point(lexer->map, offset, lexer->err);
    sb_str_release(&pattern);
    return status;
}

static enum sb_status read_formats(struct sb_map_lexer *lexer, struct sb_map_source *source)
{
    source->formats = sb_arena_alloc(&lexer->map->arena, SB_MAP_FORMATS_MAX, sizeof(*source->formats));
    if (!source->formats)
        return no_memory(lexer);
    do {
        if (source->format_count == SB_MAP_FORMATS_MAX)
            return over_limit(lexer, SB_MAP_FORMATS_MAX);
        enum sb_status status = read_format(lexer, &source->formats[source->format_count]);
        if (status != SB_OK)
            return status;
        source->format_count++;
    } while (sb_map_take(lexer, "or"));
    return SB_OK;
}

static enum sb_status read_as(struct sb_map_lexer *lexer, enum form form, struct sb_map_source *source)
{
    static const char *const levels[] = {"province", "district", "commune"};
    if (form == FORM_TIME || form == FORM_DATE)
        return read_formats(lexer, source);
    uint8_t level = 0;
    enum sb_status status = read_choice(lexer, levels, SB_ARRAY_SIZE(levels), &level);
    source->place_level = (uint8_t)(level + 1);
    return status;
}

/* What may stand behind the columns, by the form of the field. */
static enum sb_status read_tail(struct sb_map_lexer *lexer, enum form form, struct sb_map_source *source)
{
    bool timed = form == FORM_TIME || form == FORM_DATE;
    enum sb_status status = SB_OK;
    uint32_t times = 1;
    while (status == SB_OK && lexer->token.type == SB_MAP_WORD) {
        if ((timed || form == FORM_PLACE) && source->format_count == 0 && sb_map_take(lexer, "as")) {
            status = read_as(lexer, form, source);
        } else if (timed && sb_map_take(lexer, "zone")) {
            source->has_offset = true;
            status = read_offset(lexer, &source->offset_s);
        } else if (form == FORM_AMOUNT && sb_map_take(lexer, "in")) {
            source->minor = true;
            status = expect(lexer, "minor");
            if (status == SB_OK)
                status = expect(lexer, "units");
        } else if (form == FORM_AMOUNT && sb_map_take(lexer, "times")) {
            status = read_number(lexer, 1000000, &times);
        } else if (form == FORM_NAME && sb_map_take(lexer, "with")) {
            status = expect(lexer, "prefix");
            if (status == SB_OK)
                status = read_text(lexer, &source->prefix);
        } else {
            return SB_MAP_EXPECTED(lexer, "the end of the sentence", "hết câu");
        }
    }
    source->times = (int32_t)times;
    if (status == SB_OK && lexer->token.type == SB_MAP_COLON && form != FORM_TIME && form != FORM_AMOUNT)
        status = read_value_map(lexer, source);
    return status;
}

static enum sb_status read_field(struct sb_map_lexer *lexer, unsigned field, enum form form)
{
    struct sb_map_source *source = &lexer->map->fields[field];
    uint32_t offset = lexer->token.offset;
    sb_map_next(lexer);
    if (field == SB_MAP_AMOUNT && sb_map_take(lexer, "in"))
        source = &lexer->map->fields[SB_MAP_AMOUNT_IN];
    if (source->is_set) {
        (void)sb_fail(lexer->err, SB_SYNTAX, "this is said a second time", "câu này đã có ở trên");
        return sb_map_point(lexer->map, offset, lexer->err);
    }
    *source = (struct sb_map_source){.is_set = true, .times = 1, .offset = offset};
    if (form != FORM_TIME && form != FORM_AMOUNT && sb_map_take(lexer, "is")) {
        source->fixed = true;
        enum sb_status status = read_value(lexer, &source->text);
        return status == SB_OK ? read_tail(lexer, form, source) : status;
    }
    enum sb_status status = expect(lexer, "from");
    if (status == SB_OK)
        status = read_columns(lexer, source);
    return status == SB_OK ? read_tail(lexer, form, source) : status;
}

/* ------------------------------------------------------------------ other sentences */

static enum sb_status read_unit(struct sb_map_lexer *lexer)
{
    struct sb_map *map = lexer->map;
    uint32_t offset = lexer->token.offset;
    enum sb_status status = read_value(lexer, &map->unit);
    if (status == SB_OK &&
        (map->unit.size == 0 || map->unit.size > SB_SYMBOL_SIZE_MAX || strpbrk(map->unit.text, " \t"))) {
        (void)sb_fail(lexer->err, SB_SYNTAX, "a unit is 1 to %d bytes without spaces",
                      "đơn vị dài 1 đến %d byte, không có dấu cách", SB_SYMBOL_SIZE_MAX);
        return sb_map_point(map, offset, lexer->err);
    }
    if (status == SB_OK && sb_map_take(lexer, "with")) {
        status = read_number(lexer, 9, &map->decimals);
        if (status == SB_OK)
            status = expect(lexer, "decimals");
    }
    return status;
}

static enum sb_status read_separator(struct sb_map_lexer *lexer, char *ret_separator)
{
    static const struct {
        const char *word;
        char mark;
    } words[] = {{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'}, {"pipe", '|'}, {"colon", ':'}};
    static const char *const known[] = {"comma", "semicolon", "tab", "pipe", "colon"};
    for (size_t i = 0; i < SB_ARRAY_SIZE(words); i++) {
        if (sb_map_take(lexer, words[i].word)) {
            *ret_separator = words[i].mark;
            return SB_OK;
        }
    }
    if (lexer->token.type == SB_MAP_TEXT && lexer->token.size == 1 && lexer->token.text[0] > 0) {
        *ret_separator = lexer->token.text[0];
        sb_map_next(lexer);
        return SB_OK;
    }
    return unknown_word(lexer, known, SB_ARRAY_SIZE(known));
}

static enum sb_status read_header(struct sb_map_lexer *lexer)
{
    enum sb_status status = expect(lexer, "in");
    if (status == SB_OK)
        status = expect(lexer, "row");
    return status == SB_OK ? read_number(lexer, 1000, &lexer->map->header_row) : status;
}

static enum sb_status read_numbers(struct sb_map_lexer *lexer)
{
    enum sb_status status = expect(lexer, "like");
    if (status != SB_OK)
        return status;
    if (lexer->token.type != SB_MAP_TEXT ||
        !sb_number_format_learn(lexer->token.text, lexer->token.size, &lexer->map->numbers))
        return SB_MAP_EXPECTED(lexer, "an example in quotes such as \"1.234,56\"",
                               "ví dụ trong ngoặc kép như \"1.234,56\"");
    sb_map_next(lexer);
    return SB_OK;
}

static enum sb_status read_negative(struct sb_map_lexer *lexer)
{
    static const char *const words[] = {"rejected", "refunds", "incoming", "outgoing", "unsigned"};
    enum sb_status status = expect(lexer, "amounts");
    if (status == SB_OK)
        status = expect(lexer, "are");
    return status == SB_OK ? read_choice(lexer, words, SB_ARRAY_SIZE(words), &lexer->map->negative) : status;
}

static enum sb_status read_extra(struct sb_map_lexer *lexer)
{
    static const char *const words[] = {"rejected", "rounded", "cut"};
    enum sb_status status = expect(lexer, "decimals");
    if (status == SB_OK)
        status = expect(lexer, "are");
    return status == SB_OK ? read_choice(lexer, words, SB_ARRAY_SIZE(words), &lexer->map->numbers.extra)
                           : status;
}

/* A list of words or texts, separated by commas. */
static enum sb_status read_list(struct sb_map_lexer *lexer, struct sb_map_value **ret_values,
                                uint32_t *ret_count)
{
    struct sb_map_value *values = NULL;
    uint32_t count = 0;
    for (;;) {
        struct sb_map_value value = {0};
        enum sb_status status = read_value(lexer, &value.from);
        if (status != SB_OK)
            return status;
        if (count == SB_MAP_VALUES_MAX)
            return over_limit(lexer, SB_MAP_VALUES_MAX);
        values = sb_arena_grow(&lexer->map->arena, values, count, sizeof(*values));
        if (!values)
            return no_memory(lexer);
        values[count++] = value;
        if (lexer->token.type != SB_MAP_COMMA)
            break;
        sb_map_next(lexer);
    }
    *ret_values = values;
    *ret_count = count;
    return SB_OK;
}

static enum sb_status read_refunds(struct sb_map_lexer *lexer)
{
    struct sb_map *map = lexer->map;
    if (sb_map_take(lexer, "swap")) {
        map->refunds_swap = true;
        enum sb_status status = expect(lexer, "payer");
        if (status == SB_OK)
            status = expect(lexer, "and");
        return status == SB_OK ? expect(lexer, "payee") : status;
    }
    enum sb_status status = expect(lexer, "are");
    map->refund_kind_count = 0;
    if (status == SB_OK && sb_map_take(lexer, "none"))
        return SB_OK;
    return status == SB_OK ? read_list(lexer, &map->refund_kinds, &map->refund_kind_count) : status;
}

static enum sb_status read_names(struct sb_map_lexer *lexer)
{
    struct sb_map *map = lexer->map;
    enum sb_status status = expect(lexer, "fold");
    if (status != SB_OK)
        return status;
    map->fold_case = sb_map_take(lexer, "case");
    if (map->fold_case && !sb_map_take(lexer, "and"))
        return SB_OK;
    map->fold_spaces = true;
    return expect(lexer, "spaces");
}

static enum sb_status read_accounts(struct sb_map_lexer *lexer)
{
    struct sb_map *map = lexer->map;
    enum sb_status status = SB_OK;
    if (sb_map_take(lexer, "file")) {
        status = read_text(lexer, &map->accounts_file);
        while (status == SB_OK && lexer->token.type == SB_MAP_WORD) {
            if (sb_map_take(lexer, "separator"))
                status = read_separator(lexer, &map->accounts_separator);
            else if ((status = expect(lexer, "encoding")) == SB_OK)
                status = read_value(lexer, &map->accounts_encoding);
        }
        return status;
    }
    status = expect(lexer, "may");
    map->below_zero = sb_map_take(lexer, "not") ? SB_BELOW_FORBIDDEN : SB_BELOW_ALLOWED;
    static const char *const words[] = {"go", "below", "zero"};
    for (size_t i = 0; i < SB_ARRAY_SIZE(words) && status == SB_OK; i++)
        status = expect(lexer, words[i]);
    return status;
}

static enum sb_status read_filter(struct sb_map_lexer *lexer, bool keep)
{
    struct sb_map *map = lexer->map;
    if (map->filter_count == SB_MAP_FILTERS_MAX)
        return over_limit(lexer, SB_MAP_FILTERS_MAX);
    struct sb_map_filter *filter = &map->filters[map->filter_count];
    filter->keep = keep;
    enum sb_status status = expect(lexer, "rows");
    if (status == SB_OK)
        status = expect(lexer, "where");
    if (status == SB_OK)
        status = read_column(lexer, &filter->column);
    if (status == SB_OK)
        status = expect(lexer, "is");
    if (status == SB_OK)
        status = read_list(lexer, &filter->values, &filter->value_count);
    map->filter_count++;
    return status;
}

static enum sb_status read_opening(struct sb_map_lexer *lexer)
{
    struct sb_map *map = lexer->map;
    enum sb_status status = SB_OK;
    if (sb_map_take(lexer, "kind")) {
        status = expect(lexer, "is");
        return status == SB_OK ? read_value(lexer, &map->opening_kind) : status;
    }
    static const char *const words[] = {"balances", "as", "needed"};
    for (size_t i = 0; i < SB_ARRAY_SIZE(words) && status == SB_OK; i++)
        status = expect(lexer, words[i]);
    map->openings_as_needed = true;
    return status;
}

static enum sb_status read_order(struct sb_map_lexer *lexer)
{
    static const char *const words[] = {"oldest", "newest"};
    uint8_t which = 0;
    enum sb_status status = read_choice(lexer, words, SB_ARRAY_SIZE(words), &which);
    lexer->map->newest_first = which == 1;
    return status == SB_OK ? expect(lexer, "first") : status;
}

static enum sb_status read_quote(struct sb_map_lexer *lexer)
{
    struct sb_map_text text;
    uint32_t offset = lexer->token.offset;
    enum sb_status status = read_text(lexer, &text);
    if (status == SB_OK && (text.size != 1 || text.text[0] <= ' ')) {
        (void)sb_fail(lexer->err, SB_SYNTAX, "expected one character in quotes",
                      "cần một ký tự trong ngoặc kép");
        return sb_map_point(lexer->map, offset, lexer->err);
    }
    if (status == SB_OK)
        lexer->map->quote = text.text[0];
    return status;
}

static enum sb_status read_no_header(struct sb_map_lexer *lexer)
{
    lexer->map->has_header = false;
    return expect(lexer, "header");
}

static enum sb_status read_funds(struct sb_map_lexer *lexer)
{
    enum sb_status status = expect(lexer, "from");
    return status == SB_OK ? read_text(lexer, &lexer->map->funds) : status;
}

static const char *const keywords[] = {
    "map",      "unit",    "clock", "encoding", "separator", "quote", "header",  "no",   "numbers", "extra",
    "negative", "refunds", "order", "names",    "accounts",  "funds", "opening", "skip", "keep"};

static enum sb_status read_keyword(struct sb_map_lexer *lexer, size_t keyword)
{
    struct sb_map *map = lexer->map;
    sb_map_next(lexer);
    switch (keyword) {
    case 0: return read_text(lexer, &map->title);
    case 1: return read_unit(lexer);
    case 2: return read_offset(lexer, &map->clock_offset_s);
    case 3: return read_value(lexer, &map->encoding);
    case 4: return read_separator(lexer, &map->separator);
    case 5: return read_quote(lexer);
    case 6: return read_header(lexer);
    case 7: return read_no_header(lexer);
    case 8: return read_numbers(lexer);
    case 9: return read_extra(lexer);
    case 10: return read_negative(lexer);
    case 11: return read_refunds(lexer);
    case 12: return read_order(lexer);
    case 13: return read_names(lexer);
    case 14: return read_accounts(lexer);
    case 15: return read_funds(lexer);
    case 16: return read_opening(lexer);
    case 17: return read_filter(lexer, false);
    default: return read_filter(lexer, true);
    }
}

/* payer.class and its like. */
static bool find_attribute(const struct sb_map_lexer *lexer, unsigned *ret_field, enum form *ret_form)
{
    const struct sb_map_token *token = &lexer->token;
    const char *dot = memchr(token->text, '.', token->size);
    if (!dot)
        return false;
    size_t side_size = (size_t)(dot - token->text), rest = token->size - side_size - 1;
    for (unsigned side = 0; side < SB_MAP_SIDE_COUNT; side++) {
        if (strlen(side_words[side]) != side_size || memcmp(side_words[side], token->text, side_size) != 0)
            continue;
        for (unsigned i = 0; i < SB_MAP_ATTRIBUTE_COUNT; i++) {
            if (strlen(attribute_words[i].word) == rest &&
                memcmp(attribute_words[i].word, dot + 1, rest) == 0) {
                *ret_field = sb_map_attribute((enum sb_map_side)side, (enum sb_map_attribute)i);
                *ret_form = (enum form)attribute_words[i].form;
                return true;
            }
        }
    }
    return false;
}

static enum sb_status unknown_sentence(struct sb_map_lexer *lexer)
{
    enum { ATTRIBUTES = SB_MAP_SIDE_COUNT * SB_MAP_ATTRIBUTE_COUNT };
    const char *words[SB_ARRAY_SIZE(keywords) + SB_ARRAY_SIZE(row_words) + ATTRIBUTES];
    char attributes[ATTRIBUTES][24];
    size_t count = 0;
    for (size_t i = 0; i < SB_ARRAY_SIZE(keywords); i++)
        words[count++] = keywords[i];
    for (size_t i = 0; i < SB_ARRAY_SIZE(row_words); i++)
        words[count++] = row_words[i].word;
    for (size_t i = 0; i < ATTRIBUTES; i++) {
        (void)snprintf(attributes[i], sizeof(attributes[i]), "%s.%s", side_words[i / SB_MAP_ATTRIBUTE_COUNT],
                       attribute_words[i % SB_MAP_ATTRIBUTE_COUNT].word); /* the longest has 18 bytes */
        words[count++] = attributes[i];
    }
    return unknown_word(lexer, words, count);
}

enum sb_status sb_map_read_sentence(struct sb_map_lexer *lexer)
{
    unsigned field = 0;
    enum form form = FORM_SYMBOL;
    for (size_t i = 0; i < SB_ARRAY_SIZE(keywords); i++)
        if (sb_map_is(lexer, keywords[i]))
            return read_keyword(lexer, i);
    for (size_t i = 0; i < SB_ARRAY_SIZE(row_words); i++)
        if (sb_map_is(lexer, row_words[i].word))
            return read_field(lexer, row_words[i].field, (enum form)row_words[i].form);
    if (lexer->token.type == SB_MAP_WORD && find_attribute(lexer, &field, &form))
        return read_field(lexer, field, form);
    return unknown_sentence(lexer);
}
