/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line is one event: a time, a verb (or the kind of a transfer), what the verb needs in its order, then
 * word=value in any order. The table `fields` is the whole list of the latter; the verbs' own parts are a
 * function each. Nothing is remembered of a line that failed but the texts of names it mentioned.
 */
#include "import/event_text.h"

#include "base/macros.h"
#include "import/event_names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct sb_event_reader {
    struct sb_event_reader_options options; /* unit and id_prefix are owned copies */
    char *unit;
    char *id_prefix;
    uint64_t serial; /* events read */
    struct sb_event_names names;
};

struct word {
    const char *text; /* quotes and escapes undone; in the line's buffer */
    size_t size;
    size_t at;     /* offset in the line, for errors */
    size_t equals; /* offset of the first '=' outside quotes, or SIZE_MAX */
    bool quoted;   /* begins with a quote: never a verb, a sign or `?` */
};

struct line {
    struct sb_event_reader *reader;
    const char *text;
    size_t size;
    size_t at; /* how far it is read */
    size_t buffer_used;
    uint8_t class_flags; /* enum sb_account_flags that the class of an open brings */
    struct sb_err *err;
    char buffer[SB_LINE_SIZE_MAX];
};

/* ------------------------------------------------------------------ errors */

/* How many bytes of a word an error shows: not half a character. */
static int shown(const char *text, size_t size)
{
    size_t end = SB_MIN(size, (size_t)64);
    while (end > 0 && end < size && ((unsigned char)text[end] & 0xC0) == 0x80)
        end--;
    return (int)end;
}

/* Put the column before the cause. Nobody listening makes it SB_SYNTAX. */
static enum sb_status at_column(struct line *line, size_t at)
{
    size_t column = sb_text_width(line->text, SB_MIN(at, line->size)) + 1;
    (void)sb_fail_in(line->err, "column %zu", "cột %zu", column);
    return line->err ? line->err->status : SB_SYNTAX;
}

static const char *found_text(const struct line *line, size_t at)
{
    return line->text + SB_MIN(at, line->size);
}

static int found_size(const struct line *line, size_t at)
{
    const char *text = found_text(line, at);
    size_t left = line->size - SB_MIN(at, line->size);
    size_t size = 0;
    while (size < left && text[size] != ' ' && text[size] != '\t')
        size++;
    return shown(text, size);
}

/* Fail: what was expected at a place of the line, instead of what stands there. Both texts are literals. */
#define EXPECTED(line, where, en, vi)                                                           \
    (sb_fail((line)->err, SB_SYNTAX, "expected " en ", found '%.*s'", "cần " vi ", gặp '%.*s'", \
             found_size((line), (where)), found_text((line), (where))),                         \
     at_column((line), (where)))

/* ------------------------------------------------------------------ words */

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool ends_word(const struct line *line, size_t at)
{
    return at >= line->size || is_space(line->text[at]);
}

static bool at_end(struct line *line)
{
    while (line->at < line->size && is_space(line->text[line->at]))
        line->at++;
    return line->at >= line->size || line->text[line->at] == '#';
}

/* Read a quoted part at line->at into the buffer. */
static enum sb_status read_quoted(struct line *line)
{
    size_t from = line->at++;
    for (; line->at < line->size; line->at++) {
        char c = line->text[line->at];
        if (c == '"') {
            line->at++;
            return ends_word(line, line->at) ? SB_OK
                                             : EXPECTED(line, line->at, "a space behind the closing quote",
                                                        "dấu cách sau dấu ngoặc kép đóng");
        }
        if (c == '\\' && line->at + 1 < line->size)
            c = line->text[++line->at];
        line->buffer[line->buffer_used++] = c;
    }
    return EXPECTED(line, from, "a closing quote on the same line", "dấu ngoặc kép đóng trên cùng dòng");
}

/* The next word. Requires that there is one (at_end said no). */
static enum sb_status read_word(struct line *line, struct word *ret_word)
{
    struct word word = {.text = line->buffer + line->buffer_used, .at = line->at, .equals = SIZE_MAX};
    size_t from = line->buffer_used;
    word.quoted = line->text[line->at] == '"';
    while (!ends_word(line, line->at)) {
        bool value_begins = word.equals != SIZE_MAX && line->buffer_used == from + word.equals + 1;
        if (line->text[line->at] == '"' && (line->at == word.at || value_begins)) {
            enum sb_status status = read_quoted(line);
            if (status != SB_OK)
                return status;
            continue;
        }
        if (line->text[line->at] == '=' && word.equals == SIZE_MAX)
            word.equals = line->buffer_used - from;
        line->buffer[line->buffer_used++] = line->text[line->at++];
    }
    word.size = line->buffer_used - from;
    *ret_word = word;
    return SB_OK;
}

static bool is_word(const struct word *word, const char *text)
{
    return !word->quoted && strlen(text) == word->size && memcmp(word->text, text, word->size) == 0;
}

/* A fixed word of the grammar, such as `from`. */
static enum sb_status read_fixed(struct line *line, const char *text)
{
    struct word word;
    size_t at = at_end(line) ? line->size : line->at;
    if (at < line->size) {
        enum sb_status status = read_word(line, &word);
        if (status != SB_OK)
            return status;
        if (is_word(&word, text))
            return SB_OK;
    }
    (void)sb_fail(line->err, SB_SYNTAX, "expected '%s', found '%.*s'", "cần '%s', gặp '%.*s'", text,
                  found_size(line, at), found_text(line, at));
    return at_column(line, at);
}

static enum sb_status no_memory(struct line *line)
{
    return sb_fail(line->err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* The id that a text stands for; remembered, so that it can be printed. */
static enum sb_status id_of(struct line *line, const struct word *word, const char *text, size_t size,
                            struct sb_id *ret_id)
{
    struct sb_id id;
    bool is_hex = sb_id_parse(text, size, &id);
    if (size == 0)
        return EXPECTED(line, word->at, "a name", "một tên");
    if (!is_hex)
        id = sb_id_of_text(text, size);
    if (!sb_id_is_none(id) && !sb_event_names_entry(&line->reader->names, id, is_hex ? NULL : text, size))
        return no_memory(line);
    *ret_id = id;
    return SB_OK;
}

static enum sb_status read_name(struct line *line, struct sb_id *ret_id)
{
    if (at_end(line))
        return EXPECTED(line, line->at, "a name", "một tên");
    struct word word;
    enum sb_status status = read_word(line, &word);
    return status == SB_OK ? id_of(line, &word, word.text, word.size, ret_id) : status;
}

static enum sb_status read_amount(struct line *line, sb_amount *ret_amount)
{
    bool over = at_end(line);
    bool negative = !over && line->text[line->at] == '-';
    size_t at = line->at + negative;
    size_t used = 0;
    sb_amount amount = 0;
    if (over ||
        !sb_text_amount(line->text + at, line->size - at, line->reader->options.decimals, &amount, &used) ||
        !ends_word(line, at + used))
        return EXPECTED(line, line->at, "an amount", "một số tiền");
    line->at = at + used;
    *ret_amount = negative ? -amount : amount;
    return SB_OK;
}

/* ------------------------------------------------------------------ fields: word=value */

enum verb {
    VERB_TRANSFER = 1 << 0,
    VERB_RESERVE = 1 << 1,
    VERB_POST = 1 << 2,
    VERB_VOID = 1 << 3,
    VERB_REVERSE = 1 << 4,
    VERB_OPEN = 1 << 5,
    VERB_CHANGE = 1 << 6,
    VERB_FREEZE = 1 << 7,
    VERB_CLOSE = 1 << 8,
    VERB_REOPEN = 1 << 9,
    VERB_TICK = 1 << 10,
    MOVES = VERB_TRANSFER | VERB_RESERVE,
    SAYS = VERB_OPEN | VERB_CHANGE,
    HAS_ID = (1 << 10) - 1,
};

enum form { FORM_ID, FORM_NAME, FORM_DATE, FORM_PLACE, FORM_YEAR, FORM_TIMEOUT, FORM_STEPS, FORM_FLAGS };

struct field {
    const char *word;
    unsigned verbs; /* enum verb: where it may stand */
    enum form form;
    enum sb_space space; /* FORM_NAME */
    size_t at;           /* offset in the event */
};

#define AT(member) offsetof(struct sb_event, member)
static const struct field fields[] = {
    {"id", HAS_ID, FORM_ID, 0, AT(id)},
    {"agent", MOVES, FORM_ID, 0, AT(agent)},
    {"provider", MOVES, FORM_NAME, SB_SPACE_PROVIDER, AT(provider)},
    {"channel", MOVES, FORM_NAME, SB_SPACE_CHANNEL, AT(channel)},
    {"purpose", MOVES, FORM_NAME, SB_SPACE_PURPOSE, AT(purpose)},
    {"country", MOVES, FORM_NAME, SB_SPACE_COUNTRY, AT(country)},
    {"place", MOVES, FORM_PLACE, 0, AT(place)},
    {"steps", MOVES, FORM_STEPS, 0, AT(steps)},
    {"timeout", VERB_RESERVE, FORM_TIMEOUT, 0, AT(timeout_s)},
    {"class", VERB_OPEN, FORM_NAME, SB_SPACE_CLASS, AT(attributes.class_)},
    {"provider", VERB_OPEN, FORM_NAME, SB_SPACE_PROVIDER, AT(attributes.provider)},
    {"tier", SAYS, FORM_NAME, SB_SPACE_TIER, AT(attributes.tier)},
    {"issuer", VERB_OPEN, FORM_NAME, SB_SPACE_ISSUER, AT(attributes.issuer)},
    {"sex", SAYS, FORM_NAME, SB_SPACE_SEX, AT(attributes.sex)},
    {"unit", VERB_OPEN, FORM_NAME, SB_SPACE_UNIT, AT(attributes.unit)},
    {"person", VERB_OPEN, FORM_ID, 0, AT(person)},
    {"place", SAYS, FORM_PLACE, 0, AT(attributes.place)},
    {"birth-year", SAYS, FORM_YEAR, 0, AT(attributes.birth_year)},
    {"sim-since", SAYS, FORM_DATE, 0, AT(attributes.sim_since)},
    {"opened-on", VERB_OPEN, FORM_DATE, 0, AT(attributes.opened_on)},
    {"flags", VERB_OPEN, FORM_FLAGS, 0, AT(attributes.flags)},
};

static_assert(SB_ARRAY_SIZE(fields) <= 32, "one bit each in `seen`");

/* A value: the part of a word behind '='; empty for `?`. */
struct value {
    const char *text;
    size_t size;
    const struct word *word;
};

static bool value_is(const struct value *value, const char *text)
{
    return strlen(text) == value->size && memcmp(value->text, text, value->size) == 0;
}

static enum sb_status code_of(struct line *line, size_t at, enum sb_space space, const char *text,
                              size_t size, uint16_t *ret_code)
{
    const struct sb_name_source *names = &line->reader->options.names;
    enum sb_status status = names->code(names->context, space, text, size, ret_code, line->err);
    if (status != SB_OK)
        (void)at_column(line, at);
    return status;
}

/* Digits and nothing else, at most max. */
static bool read_number(const char *text, size_t size, uint64_t max, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (size == 0 || size > 18)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    *ret_number = number;
    return number <= max;
}

static const char *const level_words[] = {"province", "district", "commune"};

/* province:24, commune:00004; a level without a word is its number. */
static enum sb_status place_of(struct line *line, const struct value *value, uint32_t *ret_place)
{
    const char *colon = memchr(value->text, ':', value->size);
    size_t level_size = colon ? (size_t)(colon - value->text) : value->size;
    uint64_t level = 0, number = 0;
    for (unsigned i = 0; i < SB_ARRAY_SIZE(level_words); i++)
        if (strlen(level_words[i]) == level_size && memcmp(level_words[i], value->text, level_size) == 0)
            level = i + 1;
    if (level == 0 && !read_number(value->text, level_size, 255, &level)) {
        const char *nearest =
            sb_text_nearest(value->text, level_size, level_words, SB_ARRAY_SIZE(level_words));
        if (nearest) {
            (void)sb_fail(line->err, SB_SYNTAX, "unknown level of a place '%.*s'; did you mean '%s'?",
                          "không có cấp địa bàn '%.*s'; có phải '%s' không?", shown(value->text, level_size),
                          value->text, nearest);
            return at_column(line, value->word->at);
        }
    }
    if (!colon || level == 0 || !read_number(colon + 1, value->size - level_size - 1, 0xFFFFFF, &number))
        return EXPECTED(line, value->word->at, "a place such as province:24 or commune:00004",
                        "địa bàn như province:24 hoặc commune:00004");
    *ret_place = SB_PLACE(level, number);
    return SB_OK;
}

static enum sb_status flags_of(struct line *line, const struct value *value, uint8_t *ret_flags)
{
    static const char *const words[] = {"free", "strict", "mirror", "both"}; /* by value */
    for (unsigned i = 0; i < SB_ARRAY_SIZE(words); i++) {
        if (value_is(value, words[i])) {
            *ret_flags = (uint8_t)i;
            return SB_OK;
        }
    }
    return EXPECTED(line, value->word->at, "flags=free, strict, mirror or both",
                    "flags=free, strict, mirror hoặc both");
}

/* Names of step-ups, separated by commas. */
static enum sb_status steps_of(struct line *line, const struct value *value, uint32_t *ret_steps)
{
    uint32_t steps = 0;
    const char *text = value->text;
    size_t left = value->size;
    while (left > 0) {
        const char *comma = memchr(text, ',', left);
        size_t size = comma ? (size_t)(comma - text) : left;
        uint16_t code;
        enum sb_status status = code_of(line, value->word->at, SB_SPACE_STEP, text, size, &code);
        if (status != SB_OK)
            return status;
        if (code == 0 || code > 32) {
            (void)sb_fail(line->err, SB_LIMIT, "more than 32 kinds of steps", "quá 32 loại bước xác thực");
            (void)at_column(line, value->word->at);
            return SB_LIMIT;
        }
        steps |= UINT32_C(1) << (code - 1);
        text += size + (comma ? 1 : 0);
        left -= size + (comma ? 1 : 0);
    }
    *ret_steps = steps;
    return SB_OK;
}

static enum sb_status date_of(struct line *line, const struct value *value, sb_day *ret_day)
{
    struct sb_date date;
    size_t used;
    if (!sb_date_parse(value->text, value->size, &date, &used) || used != value->size)
        return EXPECTED(line, value->word->at, "a date such as 2025-09-03", "ngày như 2025-09-03");
    *ret_day = sb_day_of_date(date);
    return SB_OK;
}

/* Read a value into its place in the event. Memory of the record is reached by offset, as the table says. */
static enum sb_status take_value(struct line *line, const struct field *field, const struct value *value,
                                 struct sb_event *event)
{
    char *at = (char *)event + field->at;
    bool unknown = value->size == 0;
    uint64_t number = 0;
    uint32_t word32 = 0;
    uint16_t code = 0;
    sb_day day = SB_DAY_NONE;
    struct sb_id id = SB_ID_NONE;
    enum sb_status status = SB_OK;
    switch (field->form) {
    case FORM_ID:
        if (unknown && field->at == AT(id))
            return EXPECTED(line, value->word->at, "a name behind 'id='", "một tên sau 'id='");
        if (!unknown)
            status = id_of(line, value->word, value->text, value->size, &id);
        memcpy(at, &id, sizeof(id));
        break;
    case FORM_NAME:
        if (!unknown)
            status = code_of(line, value->word->at, field->space, value->text, value->size, &code);
        memcpy(at, &code, sizeof(code));
        break;
    case FORM_DATE:
        if (!unknown)
            status = date_of(line, value, &day);
        memcpy(at, &day, sizeof(day));
        break;
    case FORM_PLACE:
        if (!unknown)
            status = place_of(line, value, &word32);
        memcpy(at, &word32, sizeof(word32));
        break;
    case FORM_YEAR:
        if (!unknown && !read_number(value->text, value->size, 9999, &number))
            return EXPECTED(line, value->word->at, "a year", "một năm");
        code = (uint16_t)number;
        memcpy(at, &code, sizeof(code));
        break;
    case FORM_TIMEOUT:
        if (!unknown && !read_number(value->text, value->size, SB_TIMEOUT_MAX, &number))
            return EXPECTED(line, value->word->at, "seconds, at most a year of 366 days",
                            "số giây, không quá 366 ngày");
        word32 = (uint32_t)number;
        memcpy(at, &word32, sizeof(word32));
        break;
    case FORM_STEPS:
        status = steps_of(line, value, &word32);
        memcpy(at, &word32, sizeof(word32));
        break;
    case FORM_FLAGS: status = flags_of(line, value, &event->attributes.flags); break;
    }
    return status;
}

static const struct field *field_of(const struct word *word, unsigned verb)
{
    for (unsigned i = 0; word->equals != SIZE_MAX && i < SB_ARRAY_SIZE(fields); i++)
        if ((fields[i].verbs & verb) != 0 && strlen(fields[i].word) == word->equals &&
            memcmp(fields[i].word, word->text, word->equals) == 0)
            return &fields[i];
    return NULL;
}

static enum sb_status unknown_field(struct line *line, const struct word *word, unsigned verb)
{
    const char *words[SB_ARRAY_SIZE(fields)];
    size_t count = 0;
    size_t size = word->equals != SIZE_MAX ? word->equals : word->size;
    for (unsigned i = 0; i < SB_ARRAY_SIZE(fields); i++)
        if ((fields[i].verbs & verb) != 0)
            words[count++] = fields[i].word;
    const char *nearest = sb_text_nearest(word->text, size, words, count);
    if (nearest)
        (void)sb_fail(line->err, SB_SYNTAX, "'%.*s' is not an attribute here; did you mean '%s='?",
                      "'%.*s' không phải là thuộc tính ở đây; có phải '%s=' không?", shown(word->text, size),
                      word->text, nearest);
    else
        (void)sb_fail(line->err, SB_SYNTAX, "'%.*s' is not an attribute here",
                      "'%.*s' không phải là thuộc tính ở đây", shown(word->text, size), word->text);
    return at_column(line, word->at);
}

/* The rest of a line: attributes in any order, then perhaps a lone plus. *ret_seen: a bit a field. */
static enum sb_status read_fields(struct line *line, unsigned verb, struct sb_event *event,
                                  uint32_t *ret_seen)
{
    uint32_t seen = 0;
    while (!at_end(line)) {
        struct word word;
        enum sb_status status = read_word(line, &word);
        if (status != SB_OK)
            return status;
        if (is_word(&word, "+") && verb != VERB_TICK) {
            event->flags |= SB_F_LINKED;
            if (!at_end(line))
                return EXPECTED(line, line->at, "the end of the line behind '+'", "hết dòng sau dấu '+'");
            break;
        }
        const struct field *field = field_of(&word, verb);
        if (word.quoted || !field)
            return unknown_field(line, &word, verb);
        uint32_t bit = UINT32_C(1) << (field - fields);
        if ((seen & bit) != 0)
            return EXPECTED(line, word.at, "each attribute once", "mỗi thuộc tính chỉ một lần");
        seen |= bit;
        struct value value = {word.text + word.equals + 1, word.size - word.equals - 1, &word};
        if (value.size == 0 || value_is(&value, "?"))
            value.size = 0;
        status = take_value(line, field, &value, event);
        if (field->at == AT(attributes.class_))
            line->class_flags = sb_event_flags_of_class(value.text, value.size);
        if (status != SB_OK)
            return status;
    }
    *ret_seen = seen;
    return SB_OK;
}

static bool was_seen(uint32_t seen, const char *word, unsigned verb)
{
    for (unsigned i = 0; i < SB_ARRAY_SIZE(fields); i++)
        if ((seen >> i & 1) != 0 && (fields[i].verbs & verb) != 0 && strcmp(fields[i].word, word) == 0)
            return true;
    return false;
}

/* ------------------------------------------------------------------ verbs */

struct verb_row {
    const char *word;
    enum verb verb;
    enum sb_event_type type;
};

static const struct verb_row verbs[] = {
    {"reserve", VERB_RESERVE, SB_EVENT_TRANSFER}, {"post", VERB_POST, SB_EVENT_POST},
    {"void", VERB_VOID, SB_EVENT_VOID},           {"reverse", VERB_REVERSE, SB_EVENT_REVERSE},
    {"open", VERB_OPEN, SB_EVENT_OPEN},           {"change", VERB_CHANGE, SB_EVENT_CHANGE},
    {"freeze", VERB_FREEZE, SB_EVENT_FREEZE},     {"close", VERB_CLOSE, SB_EVENT_CLOSE},
    {"reopen", VERB_REOPEN, SB_EVENT_REOPEN},     {"tick", VERB_TICK, SB_EVENT_TICK},
};

/* KIND AMOUNT from PAYER to PAYEE: what stands behind the kind. `kind` is the word of the kind. */
static enum sb_status read_transfer(struct line *line, const struct word *kind, struct sb_event *event)
{
    sb_amount amount;
    size_t at = at_end(line) ? line->size : line->at;
    enum sb_status status = read_amount(line, &amount);
    if (status != SB_OK) {
        const char *words[SB_ARRAY_SIZE(verbs)];
        for (unsigned i = 0; i < SB_ARRAY_SIZE(verbs); i++)
            words[i] = verbs[i].word;
        const char *nearest = sb_text_nearest(kind->text, kind->size, words, SB_ARRAY_SIZE(words));
        if (!nearest || kind->quoted)
            return status;
        (void)sb_fail(line->err, SB_SYNTAX,
                      "expected an amount after the kind '%.*s', found '%.*s'; did you mean '%s'?",
                      "cần số tiền sau loại giao dịch '%.*s', gặp '%.*s'; có phải '%s' không?",
                      shown(kind->text, kind->size), kind->text, found_size(line, at), found_text(line, at),
                      nearest);
        return at_column(line, kind->at);
    }
    event->amount = amount;
    if (kind->quoted || !is_word(kind, "?"))
        status = code_of(line, kind->at, SB_SPACE_KIND, kind->text, kind->size, &event->kind);
    if (status == SB_OK)
        status = read_fixed(line, "from");
    if (status == SB_OK)
        status = read_name(line, &event->payer);
    if (status == SB_OK)
        status = read_fixed(line, "to");
    if (status == SB_OK)
        status = read_name(line, &event->payee);
    return status;
}

static enum sb_status read_reserve(struct line *line, struct sb_event *event)
{
    if (at_end(line))
        return EXPECTED(line, line->at, "a kind of transfer", "loại giao dịch");
    struct word kind;
    enum sb_status status = read_word(line, &kind);
    event->flags |= SB_F_PENDING;
    return status == SB_OK ? read_transfer(line, &kind, event) : status;
}

static enum sb_status read_frozen(struct line *line, struct sb_event *event)
{
    static const char *const words[] = {"none", "out", "in", "both"}; /* by value */
    struct word word;
    size_t at = at_end(line) ? line->size : line->at;
    if (at < line->size) {
        enum sb_status status = read_word(line, &word);
        if (status != SB_OK)
            return status;
        for (unsigned i = 0; i < SB_ARRAY_SIZE(words); i++) {
            if (is_word(&word, words[i])) {
                event->attributes.frozen = (uint8_t)i;
                return SB_OK;
            }
        }
    }
    return EXPECTED(line, at, "in, out, both or none", "in, out, both hoặc none");
}

static enum sb_status read_change(struct line *line, struct sb_event *event)
{
    enum sb_status status = read_name(line, &event->account);
    if (status != SB_OK)
        return status;
    const struct sb_event_name *entry = sb_event_names_find(&line->reader->names, event->account);
    event->attributes.sim_since = SB_DAY_NONE;
    if (entry) {
        event->attributes.tier = entry->attributes.tier;
        event->attributes.sex = entry->attributes.sex;
        event->attributes.birth_year = entry->attributes.birth_year;
        event->attributes.place = entry->attributes.place;
        event->attributes.sim_since = entry->attributes.sim_since;
    }
    return SB_OK;
}

/* What stands between the verb and the attributes. */
static enum sb_status read_parts(struct line *line, enum verb verb, struct sb_event *event)
{
    enum sb_status status = SB_OK;
    switch ((unsigned)verb) {
    case VERB_RESERVE: return read_reserve(line, event);
    case VERB_POST:
    case VERB_REVERSE:
        status = read_name(line, &event->other);
        return status == SB_OK ? read_amount(line, &event->amount) : status;
    case VERB_VOID: return read_name(line, &event->other);
    case VERB_OPEN:
        event->attributes.opened_on = SB_DAY_NONE;
        event->attributes.sim_since = SB_DAY_NONE;
        return read_name(line, &event->account);
    case VERB_CHANGE: return read_change(line, event);
    case VERB_FREEZE:
        status = read_name(line, &event->account);
        return status == SB_OK ? read_frozen(line, event) : status;
    case VERB_CLOSE:
    case VERB_REOPEN: return read_name(line, &event->account);
    default: return SB_OK; /* tick has no parts; a transfer's are read with its kind */
    }
}

/* An open without unit= or flags= gets the reader's unit and the flags of its class. */
static enum sb_status complete_open(struct line *line, uint32_t seen, struct sb_event *event)
{
    const char *unit = line->reader->unit;
    if (!was_seen(seen, "flags", VERB_OPEN))
        event->attributes.flags = line->class_flags;
    if (was_seen(seen, "unit", VERB_OPEN))
        return SB_OK;
    return code_of(line, line->size, SB_SPACE_UNIT, unit, strlen(unit), &event->attributes.unit);
}

/* Remember what the line said of an account, for the next change. */
static enum sb_status remember(struct line *line, const struct sb_event *event)
{
    if (sb_id_is_none(event->account))
        return SB_OK;
    struct sb_event_name *entry = sb_event_names_entry(&line->reader->names, event->account, NULL, 0);
    if (!entry)
        return no_memory(line);
    entry->attributes = (struct sb_changeable){
        .tier = event->attributes.tier,
        .sex = event->attributes.sex,
        .birth_year = event->attributes.birth_year,
        .place = event->attributes.place,
        .sim_since = event->attributes.sim_since,
    };
    return SB_OK;
}

/* The id of an event that names none. */
static enum sb_status serial_id(struct line *line, struct sb_event *event)
{
    struct sb_str text = {0};
    sb_str_printf(&text, "%s%" PRIu64, line->reader->id_prefix, line->reader->serial + 1);
    enum sb_status status = SB_OK;
    event->id = sb_id_of_text(sb_str_text(&text), text.size);
    if (text.failed || !sb_event_names_entry(&line->reader->names, event->id, text.text, text.size))
        status = no_memory(line);
    sb_str_release(&text);
    return status;
}

static enum sb_status read_verb(struct line *line, struct sb_event *event, enum verb *ret_verb)
{
    struct word word;
    if (at_end(line))
        return EXPECTED(line, line->at, "an event behind the time", "một sự kiện sau thời điểm");
    enum sb_status status = read_word(line, &word);
    if (status != SB_OK)
        return status;
    for (unsigned i = 0; i < SB_ARRAY_SIZE(verbs); i++) {
        if (is_word(&word, verbs[i].word)) {
            event->type = (uint8_t)verbs[i].type;
            *ret_verb = verbs[i].verb;
            return read_parts(line, verbs[i].verb, event);
        }
    }
    event->type = SB_EVENT_TRANSFER;
    *ret_verb = VERB_TRANSFER;
    return read_transfer(line, &word, event);
}

static enum sb_status read_event(struct line *line, struct sb_event *event)
{
    size_t used;
    enum verb verb = VERB_TICK;
    uint32_t seen = 0;
    if (!sb_time_parse(line->text + line->at, line->size - line->at, line->reader->options.offset_s,
                       &event->time, &used) ||
        !ends_word(line, line->at + used))
        return EXPECTED(line, line->at, "a time such as 2025-09-03T10:00:00",
                        "thời điểm như 2025-09-03T10:00:00");
    line->at += used;
    enum sb_status status = read_verb(line, event, &verb);
    if (status == SB_OK)
        status = read_fields(line, verb, event, &seen);
    if (status == SB_OK && verb == VERB_OPEN)
        status = complete_open(line, seen, event);
    if (status == SB_OK && (verb & SAYS) != 0)
        status = remember(line, event);
    if (status == SB_OK && verb != VERB_TICK && !was_seen(seen, "id", verb))
        status = serial_id(line, event);
    return status;
}

/* ------------------------------------------------------------------ public */

enum sb_status sb_event_reader_new(const struct sb_event_reader_options *options,
                                   struct sb_event_reader **ret_reader, struct sb_err *err)
{
    struct sb_event_reader *reader = calloc(1, sizeof(*reader));
    if (!reader)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    reader->options = *options;
    sb_event_names_init(&reader->names);
    reader->unit = strdup(options->unit ? options->unit : "");
    reader->id_prefix = strdup(options->id_prefix ? options->id_prefix : "");
    if (!reader->unit || !reader->id_prefix) {
        sb_event_reader_free(reader);
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    *ret_reader = reader;
    return SB_OK;
}

void sb_event_reader_free(struct sb_event_reader *reader)
{
    if (!reader)
        return;
    sb_event_names_release(&reader->names);
    free(reader->unit);
    free(reader->id_prefix);
    free(reader);
}

enum sb_status sb_event_read_line(struct sb_event_reader *reader, const char *text, size_t size,
                                  struct sb_event *ret_event, struct sb_err *err)
{
    struct line line;
    struct sb_event event = {0};
    size_t bad_at = 0;
    if (size > 0 && text[size - 1] == '\r')
        size--;
    if (size > SB_LINE_SIZE_MAX)
        return sb_fail(err, SB_LIMIT, "the line is longer than %d bytes", "dòng dài hơn %d byte",
                       SB_LINE_SIZE_MAX);
    line.reader = reader;
    line.text = text;
    line.size = size;
    line.at = 0;
    line.buffer_used = 0;
    line.class_flags = 0;
    line.err = err;
    if (!sb_text_is_utf8(text, size, &bad_at)) {
        (void)sb_fail(err, SB_SYNTAX, "not UTF-8", "không phải UTF-8");
        (void)at_column(&line, bad_at);
        return SB_SYNTAX;
    }
    if (at_end(&line))
        return SB_END;
    enum sb_status status = read_event(&line, &event);
    if (status != SB_OK)
        return status;
    reader->serial++;
    *ret_event = event;
    return SB_OK;
}

const char *sb_event_reader_name(const struct sb_event_reader *reader, struct sb_id id)
{
    const struct sb_event_name *entry = sb_event_names_find(&reader->names, id);
    return entry ? entry->text : NULL;
}
