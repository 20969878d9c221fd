/* SPDX-License-Identifier: Apache-2.0 */
#include "import/row.h"

#include "base/macros.h"
#include "base/str.h"
#include "import/event_names.h"
#include "import/text_fold.h"

#include <inttypes.h>
#include <string.h>

static const char *const reject_texts[][2] = {
#define X(name, en, vi) {en, vi},
    SB_REJECT_MAP(X)
#undef X
};

const char *sb_reject_text(enum sb_reject reject, enum sb_lang lang)
{
    return reject_texts[reject][lang];
}

static enum sb_row_outcome reject(struct sb_row_reader *reader, enum sb_reject why, const char *text,
                                  size_t size)
{
    size_t kept = SB_MIN(size, sizeof(reader->detail) - 1);
    reader->reject = why;
    if (kept > 0)
        memmove(reader->detail, text, kept);
    reader->detail[kept] = '\0';
    return SB_ROW_REJECTED;
}

/* ------------------------------------------------------------------ values */

static void trim(struct sb_map_text *text)
{
    while (text->size > 0 && (text->text[0] == ' ' || text->text[0] == '\t')) {
        text->text++;
        text->size--;
    }
    while (text->size > 0 && (text->text[text->size - 1] == ' ' || text->text[text->size - 1] == '\t'))
        text->size--;
}

static struct sb_map_text field_at(const struct sb_row *row, const struct sb_map_column *column)
{
    static const struct sb_map_text none = {"", 0};
    struct sb_map_text text = column->at < row->count ? row->fields[column->at] : none;
    trim(&text);
    return text;
}

/* The fields of the columns, joined by spaces; empty ones are left out. */
static struct sb_map_text join(struct sb_row_reader *reader, const struct sb_row *row,
                               const struct sb_map_source *source)
{
    size_t used = 0;
    for (unsigned i = 0; i < source->column_count; i++) {
        struct sb_map_text text = field_at(row, &source->columns[i]);
        if (text.size > 0 && used > 0)
            reader->scratch[used++] = ' ';
        memcpy(reader->scratch + used, text.text, text.size);
        used += text.size;
    }
    reader->scratch[used] = '\0';
    return (struct sb_map_text){reader->scratch, (uint32_t)used};
}

static bool same_text(const struct sb_map_text *a, const struct sb_map_text *b)
{
    return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

/* Put a value through the sentence's own table. *ret_mapped: it says what the mapping wrote, not the file. */
static enum sb_row_outcome map_value(struct sb_row_reader *reader, const struct sb_map_source *source,
                                     struct sb_map_text *text, bool *ret_mapped)
{
    if (source->value_count == 0 && source->other == SB_OTHER_REJECTED)
        return SB_ROW_TAKEN;
    uint8_t meaning = SB_MEANS_VALUE;
    bool found = false;
    for (uint32_t i = 0; i < source->value_count && !found; i++) {
        found = same_text(&source->values[i].from, text);
        if (!found)
            continue;
        meaning = source->values[i].meaning;
        if (meaning == SB_MEANS_VALUE)
            *text = source->values[i].to;
        *ret_mapped = true;
    }
    if (meaning == SB_MEANS_REJECTED)
        return reject(reader, SB_REJECT_RULE, text->text, text->size);
    if (meaning == SB_MEANS_SKIPPED)
        return SB_ROW_SKIPPED;
    if (found || source->other == SB_OTHER_KEPT)
        return SB_ROW_TAKEN;
    if (source->other == SB_OTHER_REJECTED)
        return reject(reader, SB_REJECT_VALUE, text->text, text->size);
    *text = source->text;
    *ret_mapped = true;
    return source->other == SB_OTHER_SKIPPED ? SB_ROW_SKIPPED : SB_ROW_TAKEN;
}

/* What a row says for a field: sound UTF-8, trimmed, mapped. */
static enum sb_row_outcome value_of(struct sb_row_reader *reader, const struct sb_row *row,
                                    const struct sb_map_source *source, struct sb_map_text *ret_text,
                                    bool *ret_mapped)
{
    *ret_mapped = source->fixed;
    *ret_text = source->text;
    if (source->fixed || !source->is_set) {
        if (!source->is_set)
            *ret_text = (struct sb_map_text){"", 0};
        return SB_ROW_TAKEN;
    }
    if (source->file_name)
        *ret_text = (struct sb_map_text){reader->stem, (uint32_t)strlen(reader->stem)};
    else if (source->column_count == 1)
        *ret_text = field_at(row, &source->columns[0]);
    else
        *ret_text = join(reader, row, source);
    size_t bad_at = 0;
    if (!sb_text_is_utf8(ret_text->text, ret_text->size, &bad_at))
        return reject(reader, SB_REJECT_ENCODING, ret_text->text, bad_at);
    return map_value(reader, source, ret_text, ret_mapped);
}

static enum sb_row_outcome read_name(struct sb_row_reader *reader, const struct sb_row *row,
                                     const struct sb_map_source *source, struct sb_id *ret_id)
{
    struct sb_map_text text;
    bool mapped;
    enum sb_row_outcome outcome = value_of(reader, row, source, &text, &mapped);
    if (outcome != SB_ROW_TAKEN)
        return outcome;
    char *out = reader->scratch + sizeof(reader->scratch) / 2;
    size_t room = sizeof(reader->scratch) / 2;
    size_t prefix = SB_MIN((size_t)source->prefix.size, room / 2);
    size_t size = SB_MIN((size_t)text.size, room - prefix);
    size = sb_fold_name(text.text, size, reader->map->fold_case && !mapped,
                        reader->map->fold_spaces && !mapped, out + prefix);
    *ret_id = SB_ID_NONE;
    if (size == 0)
        return SB_ROW_TAKEN;
    if (prefix > 0)
        memcpy(out, source->prefix.text, prefix);
    *ret_id = sb_id_of_text(out, prefix + size);
    return SB_ROW_TAKEN;
}

static enum sb_row_outcome read_symbol(struct sb_row_reader *reader, const struct sb_row *row,
                                       const struct sb_map_source *source, enum sb_space space,
                                       uint16_t *ret_code)
{
    struct sb_map_text text;
    bool mapped;
    char symbol[SB_SYMBOL_SIZE_MAX];
    enum sb_row_outcome outcome = value_of(reader, row, source, &text, &mapped);
    *ret_code = 0;
    if (outcome != SB_ROW_TAKEN || text.size == 0)
        return outcome;
    size_t size = sb_fold_symbol(text.text, text.size, mapped || space == SB_SPACE_COUNTRY, symbol);
    if (size == 0)
        return SB_ROW_TAKEN;
    enum sb_status status = sb_symbols_intern(reader->symbols, space, symbol, size, ret_code, NULL);
    reader->no_memory |= status == SB_NOMEM;
    return status == SB_OK ? SB_ROW_TAKEN : reject(reader, SB_REJECT_SYMBOLS, text.text, text.size);
}

static bool is_code(const char *text, size_t size, uint32_t max, uint32_t *ret_number)
{
    uint32_t number = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9' || number > max / 10)
            return false;
        number = number * 10 + (uint32_t)(text[i] - '0');
    }
    *ret_number = number;
    return size > 0 && number <= max;
}

static enum sb_row_outcome read_place(struct sb_row_reader *reader, const struct sb_row *row,
                                      const struct sb_map_source *source, uint32_t *ret_place)
{
    struct sb_map_text text;
    bool mapped;
    uint32_t number = 0;
    enum sb_row_outcome outcome = value_of(reader, row, source, &text, &mapped);
    *ret_place = 0;
    if (outcome != SB_ROW_TAKEN || text.size == 0)
        return outcome;
    if (!is_code(text.text, text.size, 0xFFFFFF, &number))
        return reject(reader, SB_REJECT_PLACE, text.text, text.size);
    uint32_t level = source->place_level ? source->place_level : SB_PLACE_PROVINCE;
    *ret_place = SB_PLACE(level, number);
    return SB_ROW_TAKEN;
}

static bool read_formats(const struct sb_row_reader *reader, const struct sb_map_source *source,
                         const struct sb_map_text *text, sb_time_us *ret_time)
{
    int32_t offset_s = source->has_offset ? source->offset_s : reader->map->clock_offset_s;
    size_t used;
    for (unsigned i = 0; i < source->format_count; i++)
        if (sb_time_format_read(&source->formats[i], text->text, text->size, offset_s, ret_time))
            return true;
    if (source->format_count > 0)
        return false;
    struct sb_date date; /* without `as`: what calendar.h reads */
    if (sb_time_parse(text->text, text->size, offset_s, ret_time, &used) && used == text->size)
        return true;
    if (!sb_date_parse(text->text, text->size, &date, &used) || used != text->size)
        return false;
    *ret_time = sb_time_of_day(sb_day_of_date(date), offset_s);
    return true;
}

static enum sb_row_outcome read_time(struct sb_row_reader *reader, const struct sb_row *row,
                                     sb_time_us *ret_time)
{
    const struct sb_map_source *source = &reader->map->fields[SB_MAP_TIME];
    struct sb_map_text text;
    bool mapped;
    enum sb_row_outcome outcome = value_of(reader, row, source, &text, &mapped);
    if (outcome == SB_ROW_TAKEN && !read_formats(reader, source, &text, ret_time))
        return reject(reader, SB_REJECT_TIME, text.text, text.size);
    return outcome;
}

static enum sb_row_outcome read_date(struct sb_row_reader *reader, const struct sb_row *row,
                                     const struct sb_map_source *source, sb_day *ret_day)
{
    struct sb_map_text text;
    bool mapped;
    sb_time_us time;
    enum sb_row_outcome outcome = value_of(reader, row, source, &text, &mapped);
    *ret_day = SB_DAY_NONE;
    if (outcome != SB_ROW_TAKEN || text.size == 0)
        return outcome;
    if (!read_formats(reader, source, &text, &time))
        return reject(reader, SB_REJECT_DATE, text.text, text.size);
    int32_t offset_s = source->has_offset ? source->offset_s : reader->map->clock_offset_s;
    *ret_day = sb_day_of_time(time, offset_s);
    return SB_ROW_TAKEN;
}

/* ------------------------------------------------------------------ amounts */

/* A column's amount with its sign; *ret_empty when it says nothing. */
static enum sb_row_outcome read_number(struct sb_row_reader *reader, const struct sb_row *row,
                                       const struct sb_map_source *source, sb_amount *ret_amount,
                                       bool *ret_empty)
{
    struct sb_map_text text;
    bool mapped;
    sb_amount amount = 0;
    *ret_empty = true;
    *ret_amount = 0;
    enum sb_row_outcome outcome = value_of(reader, row, source, &text, &mapped);
    if (outcome != SB_ROW_TAKEN || !source->is_set)
        return outcome;
    unsigned decimals = source->minor ? 0 : reader->map->decimals;
    switch (sb_number_read(&reader->map->numbers, text.text, text.size, decimals, &amount)) {
    case SB_NUMBER_EMPTY: return SB_ROW_TAKEN;
    case SB_NUMBER_BAD: return reject(reader, SB_REJECT_AMOUNT, text.text, text.size);
    case SB_NUMBER_LARGE: return reject(reader, SB_REJECT_AMOUNT_LARGE, text.text, text.size);
    case SB_NUMBER_EXTRA: return reject(reader, SB_REJECT_AMOUNT_EXTRA, text.text, text.size);
    case SB_NUMBER_OK: break;
    }
    if (__builtin_mul_overflow(amount, (sb_amount)source->times, &amount) || amount > SB_AMOUNT_MAX ||
        amount < -SB_AMOUNT_MAX)
        return reject(reader, SB_REJECT_AMOUNT_LARGE, text.text, text.size);
    *ret_empty = false;
    *ret_amount = amount;
    return SB_ROW_TAKEN;
}

struct flow {
    sb_amount amount; /* above 0 */
    bool incoming;    /* payer and payee change places */
    bool refund;
};

static enum sb_row_outcome apply_sign(struct sb_row_reader *reader, sb_amount amount, struct flow *flow)
{
    bool negative = amount < 0;
    flow->amount = negative ? -amount : amount;
    if (amount == 0)
        return reject(reader, SB_REJECT_AMOUNT_ZERO, "", 0);
    switch ((enum sb_negative)reader->map->negative) {
    case SB_NEGATIVE_REJECTED:
        if (negative)
            return reject(reader, SB_REJECT_NEGATIVE, "", 0);
        break;
    case SB_NEGATIVE_REFUND: flow->refund = negative; break;
    case SB_NEGATIVE_INCOMING: flow->incoming ^= negative; break;
    case SB_NEGATIVE_OUTGOING: flow->incoming ^= !negative; break;
    case SB_NEGATIVE_UNSIGNED: break;
    }
    return SB_ROW_TAKEN;
}

static enum sb_row_outcome apply_direction(struct sb_row_reader *reader, const struct sb_row *row,
                                           struct flow *flow)
{
    const struct sb_map_source *source = &reader->map->fields[SB_MAP_DIRECTION];
    struct sb_map_text text;
    bool mapped;
    enum sb_row_outcome outcome = value_of(reader, row, source, &text, &mapped);
    if (outcome != SB_ROW_TAKEN || !source->is_set || (text.size == 3 && memcmp(text.text, "out", 3) == 0))
        return outcome;
    if (text.size == 2 && memcmp(text.text, "in", 2) == 0)
        flow->incoming = !flow->incoming;
    else if (text.size == 4 && memcmp(text.text, "back", 4) == 0)
        flow->refund = true;
    else
        return reject(reader, SB_REJECT_DIRECTION, text.text, text.size);
    return SB_ROW_TAKEN;
}

static enum sb_row_outcome read_flow(struct sb_row_reader *reader, const struct sb_row *row,
                                     struct flow *flow)
{
    sb_amount out, in;
    bool no_out, no_in;
    *flow = (struct flow){0};
    enum sb_row_outcome outcome =
        read_number(reader, row, &reader->map->fields[SB_MAP_AMOUNT], &out, &no_out);
    if (outcome == SB_ROW_TAKEN)
        outcome = read_number(reader, row, &reader->map->fields[SB_MAP_AMOUNT_IN], &in, &no_in);
    if (outcome != SB_ROW_TAKEN)
        return outcome;
    if (out != 0 && in != 0)
        return reject(reader, SB_REJECT_AMOUNT_BOTH, "", 0);
    if (no_out && no_in)
        return reject(reader, SB_REJECT_AMOUNT_EMPTY, "", 0);
    flow->incoming = in != 0;
    outcome = apply_sign(reader, out + in, flow);
    return outcome == SB_ROW_TAKEN ? apply_direction(reader, row, flow) : outcome;
}

/* ------------------------------------------------------------------ rows */

static enum sb_row_outcome filter(struct sb_row_reader *reader, const struct sb_row *row)
{
    for (uint32_t i = 0; i < reader->map->filter_count; i++) {
        const struct sb_map_filter *filter = &reader->map->filters[i];
        struct sb_map_text text = field_at(row, &filter->column);
        bool found = false;
        for (uint32_t v = 0; v < filter->value_count && !found; v++)
            found = same_text(&filter->values[v].from, &text);
        if (found != filter->keep)
            return SB_ROW_SKIPPED;
    }
    return SB_ROW_TAKEN;
}

static enum sb_row_outcome read_symbols(struct sb_row_reader *reader, const struct sb_row *row,
                                        struct sb_event *event)
{
    const struct {
        enum sb_map_field field;
        enum sb_space space;
        uint16_t *code;
    } symbols[] = {
        {SB_MAP_KIND, SB_SPACE_KIND, &event->kind},
        {SB_MAP_PURPOSE, SB_SPACE_PURPOSE, &event->purpose},
        {SB_MAP_CHANNEL, SB_SPACE_CHANNEL, &event->channel},
        {SB_MAP_COUNTRY, SB_SPACE_COUNTRY, &event->country},
        {SB_MAP_PROVIDER, SB_SPACE_PROVIDER, &event->provider},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(symbols); i++) {
        const struct sb_map_source *source = &reader->map->fields[symbols[i].field];
        if (!source->is_set)
            continue;
        enum sb_row_outcome outcome = read_symbol(reader, row, source, symbols[i].space, symbols[i].code);
        if (outcome != SB_ROW_TAKEN)
            return outcome;
    }
    return event->kind == 0 ? reject(reader, SB_REJECT_KIND, "", 0) : SB_ROW_TAKEN;
}

static bool is_refund_kind(const struct sb_row_reader *reader, uint16_t kind)
{
    const char *name = sb_symbols_name(reader->symbols, SB_SPACE_KIND, kind);
    for (uint32_t i = 0; i < reader->map->refund_kind_count; i++)
        if (strcmp(reader->map->refund_kinds[i].from.text, name) == 0)
            return true;
    return false;
}

static void swap_parties(struct sb_event *event)
{
    struct sb_id payer = event->payer;
    event->payer = event->payee;
    event->payee = payer;
}

static enum sb_row_outcome read_parties(struct sb_row_reader *reader, const struct sb_row *row,
                                        struct sb_event *event)
{
    const struct sb_map_source *fields = reader->map->fields;
    enum sb_row_outcome outcome = read_name(reader, row, &fields[SB_MAP_PAYER], &event->payer);
    if (outcome == SB_ROW_TAKEN)
        outcome = read_name(reader, row, &fields[SB_MAP_PAYEE], &event->payee);
    if (outcome == SB_ROW_TAKEN && fields[SB_MAP_AGENT].is_set)
        outcome = read_name(reader, row, &fields[SB_MAP_AGENT], &event->agent);
    if (outcome != SB_ROW_TAKEN)
        return outcome;
    if (sb_id_is_none(event->payer))
        return reject(reader, SB_REJECT_PAYER, "", 0);
    if (sb_id_is_none(event->payee))
        return reject(reader, SB_REJECT_PAYEE, "", 0);
    return sb_id_equal(event->payer, event->payee) ? reject(reader, SB_REJECT_SAME, "", 0) : SB_ROW_TAKEN;
}

/* The row's own id, or one of its place: explain finds it as FILE:LINE. */
static enum sb_row_outcome read_ids(struct sb_row_reader *reader, const struct sb_row *row,
                                    struct sb_event *event)
{
    const struct sb_map_source *fields = reader->map->fields;
    enum sb_row_outcome outcome = SB_ROW_TAKEN;
    if (fields[SB_MAP_ID].is_set)
        outcome = read_name(reader, row, &fields[SB_MAP_ID], &event->id);
    if (outcome == SB_ROW_TAKEN && fields[SB_MAP_ORIGINAL].is_set)
        outcome = read_name(reader, row, &fields[SB_MAP_ORIGINAL], &event->other);
    if (outcome == SB_ROW_TAKEN && sb_id_is_none(event->id)) {
        char text[SB_ROW_LABEL_SIZE + 24];
        int size = snprintf(text, sizeof(text), "%s:%" PRIu64, reader->label, row->line);
        event->id = sb_id_of_text(text, (size_t)size);
    }
    return outcome;
}

enum sb_row_outcome sb_row_convert(struct sb_row_reader *reader, const struct sb_row *row,
                                   struct sb_import_row *ret_row)
{
    struct sb_import_row result = {.event = {.type = SB_EVENT_TRANSFER}, .line = (uint32_t)row->line};
    struct sb_event *event = &result.event;
    struct flow flow;
    enum sb_row_outcome outcome = filter(reader, row);
    if (outcome == SB_ROW_TAKEN)
        outcome = read_symbols(reader, row, event);
    if (outcome == SB_ROW_TAKEN)
        outcome = read_time(reader, row, &event->time);
    if (outcome == SB_ROW_TAKEN)
        outcome = read_flow(reader, row, &flow);
    if (outcome == SB_ROW_TAKEN)
        outcome = read_parties(reader, row, event);
    if (outcome == SB_ROW_TAKEN)
        outcome = read_ids(reader, row, event);
    if (outcome == SB_ROW_TAKEN && reader->map->fields[SB_MAP_PLACE].is_set)
        outcome = read_place(reader, row, &reader->map->fields[SB_MAP_PLACE], &event->place);
    if (outcome != SB_ROW_TAKEN)
        return outcome;
    bool refund_kind = is_refund_kind(reader, event->kind);
    result.swapped = flow.incoming != (refund_kind && reader->map->refunds_swap);
    if (result.swapped)
        swap_parties(event);
    event->amount = flow.amount;
    result.refund = flow.refund || refund_kind;
    if (!result.refund)
        event->other = SB_ID_NONE;
    *ret_row = result;
    return SB_ROW_TAKEN;
}

/* ------------------------------------------------------------------ accounts */

static uint8_t flags_of(const struct sb_row_reader *reader, uint16_t class_)
{
    const char *name = sb_symbols_name(reader->symbols, SB_SPACE_CLASS, class_);
    switch ((enum sb_below_zero)reader->map->below_zero) {
    case SB_BELOW_ALLOWED: return 0;
    case SB_BELOW_FORBIDDEN: return SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS;
    case SB_BELOW_BY_CLASS: break;
    }
    return name ? sb_event_flags_of_class(name, strlen(name)) : 0;
}

static enum sb_row_outcome read_birth_year(struct sb_row_reader *reader, const struct sb_row *row,
                                           const struct sb_map_source *source, uint16_t *ret_year)
{
    struct sb_map_text text;
    bool mapped;
    uint32_t year = 0;
    enum sb_row_outcome outcome = value_of(reader, row, source, &text, &mapped);
    if (outcome != SB_ROW_TAKEN || text.size == 0)
        return outcome;
    if (!is_code(text.text, text.size, 9999, &year) || year < 1800)
        return reject(reader, SB_REJECT_YEAR, text.text, text.size);
    *ret_year = (uint16_t)year;
    return SB_ROW_TAKEN;
}

static enum sb_row_outcome read_fact(struct sb_row_reader *reader, const struct sb_row *row,
                                     const struct sb_map_source *source, enum sb_map_attribute attribute,
                                     struct sb_account_facts *facts)
{
    switch (attribute) {
    case SB_MAP_CLASS: return read_symbol(reader, row, source, SB_SPACE_CLASS, &facts->class_);
    case SB_MAP_ATTR_PROVIDER: return read_symbol(reader, row, source, SB_SPACE_PROVIDER, &facts->provider);
    case SB_MAP_TIER: return read_symbol(reader, row, source, SB_SPACE_TIER, &facts->tier);
    case SB_MAP_ISSUER: return read_symbol(reader, row, source, SB_SPACE_ISSUER, &facts->issuer);
    case SB_MAP_SEX: return read_symbol(reader, row, source, SB_SPACE_SEX, &facts->sex);
    case SB_MAP_PERSON: return read_name(reader, row, source, &facts->person);
    case SB_MAP_ATTR_PLACE: return read_place(reader, row, source, &facts->place);
    case SB_MAP_BIRTH_YEAR: return read_birth_year(reader, row, source, &facts->birth_year);
    case SB_MAP_SIM_SINCE: return read_date(reader, row, source, &facts->sim_since);
    case SB_MAP_OPENED_ON: return read_date(reader, row, source, &facts->opened_on);
    case SB_MAP_ATTRIBUTE_COUNT: break;
    }
    return SB_ROW_TAKEN;
}

enum sb_row_outcome sb_row_facts(struct sb_row_reader *reader, const struct sb_row *row,
                                 enum sb_map_side side, struct sb_account_facts *ret_facts)
{
    struct sb_account_facts facts = {.opened_on = SB_DAY_NONE, .sim_since = SB_DAY_NONE};
    for (unsigned i = 0; i < SB_MAP_ATTRIBUTE_COUNT; i++) {
        const struct sb_map_source *source =
            &reader->map->fields[sb_map_attribute(side, (enum sb_map_attribute)i)];
        if (!source->is_set)
            continue;
        enum sb_row_outcome outcome = read_fact(reader, row, source, (enum sb_map_attribute)i, &facts);
        if (outcome != SB_ROW_TAKEN)
            return outcome;
    }
    facts.flags = flags_of(reader, facts.class_);
    *ret_facts = facts;
    return SB_ROW_TAKEN;
}

enum sb_row_outcome sb_row_account(struct sb_row_reader *reader, const struct sb_row *row,
                                   struct sb_id *ret_account, sb_amount *ret_balance,
                                   struct sb_account_facts *ret_facts)
{
    bool empty;
    enum sb_row_outcome outcome = read_name(reader, row, &reader->map->fields[SB_MAP_NAME], ret_account);
    if (outcome == SB_ROW_TAKEN && sb_id_is_none(*ret_account))
        return reject(reader, SB_REJECT_ACCOUNT, "", 0);
    if (outcome == SB_ROW_TAKEN)
        outcome = read_number(reader, row, &reader->map->fields[SB_MAP_BALANCE], ret_balance, &empty);
    if (outcome == SB_ROW_TAKEN)
        outcome = sb_row_facts(reader, row, SB_MAP_ACCOUNT_SIDE, ret_facts);
    if (outcome == SB_ROW_TAKEN && *ret_balance < 0 && ret_facts->flags != 0)
        return reject(reader, SB_REJECT_NEGATIVE, "", 0);
    return outcome;
}
