/* SPDX-License-Identifier: Apache-2.0 */
#include "charter/keywords.h"
#include "charter/words_internal.h"

#include <assert.h>
#include <string.h>

const char *sb_words_unit(const struct sb_plan *plan)
{
    const struct sb_sentence *unit = sb_charter_find(plan->layers[0].charter, SB_S_UNIT, NULL);
    return unit ? unit->name.text : "";
}

void sb_words_figure(const struct sb_plan *plan, bool is_count, int64_t value, struct sb_str *out)
{
    sb_str_add_amount(out, value, is_count ? 0 : plan->decimals);
    if (!is_count && sb_words_unit(plan)[0])
        sb_str_printf(out, " %s", sb_words_unit(plan));
}

void sb_words_window(const struct sb_sentence *limit, enum sb_lang lang, struct sb_str *out)
{
    assert(limit->limit.window <= SB_WINDOW_PILOT);
    switch (limit->limit.window) {
    case SB_WINDOW_DAY: sb_str_add(out, sb_keyword_text(SB_KW_EACH_DAY, lang)); return;
    case SB_WINDOW_WEEK: sb_str_add(out, sb_keyword_text(SB_KW_EACH_WEEK, lang)); return;
    case SB_WINDOW_MONTH: sb_str_add(out, sb_keyword_text(SB_KW_EACH_MONTH, lang)); return;
    case SB_WINDOW_YEAR:
        sb_str_printf(out, "%s %02u-%02u", sb_keyword_text(SB_KW_EACH_YEAR_FROM, lang),
                      limit->limit.year_month, limit->limit.year_day);
        return;
    case SB_WINDOW_ROLLING:
        sb_str_printf(out, "%s %u %s", sb_keyword_text(SB_KW_LAST, lang), limit->limit.days,
                      sb_keyword_text(SB_KW_LAST_DAYS, lang));
        return;
    case SB_WINDOW_LIFETIME: sb_str_add(out, sb_keyword_text(SB_KW_LIFETIME, lang)); return;
    case SB_WINDOW_PILOT: sb_str_add(out, sb_tr(lang, "whole pilot", "toàn thời gian thí điểm")); return;
    }
}

const char *sb_words_subject(enum sb_subject subject, enum sb_lang lang)
{
    switch (subject) {
    case SB_SUBJECT_ACCOUNT: return sb_keyword_text(SB_KW_ACCOUNT, lang);
    case SB_SUBJECT_CUSTOMER: return sb_keyword_text(SB_KW_CUSTOMER, lang);
    case SB_SUBJECT_PERSON: return sb_keyword_text(SB_KW_PERSON, lang);
    case SB_SUBJECT_AGENT: return sb_keyword_text(SB_KW_AGENT_SUBJECT, lang);
    case SB_SUBJECT_PROVIDER: return sb_keyword_text(SB_KW_PROVIDER, lang);
    case SB_SUBJECT_PILOT: return sb_keyword_text(SB_KW_PILOT, lang);
    }
    return "?";
}

const char *sb_words_side(enum sb_side side, enum sb_lang lang)
{
    switch (side) {
    case SB_SIDE_TX: return sb_tr(lang, "the transaction", "giao dịch");
    case SB_SIDE_PAYER: return sb_tr(lang, "the payer", "bên trả");
    case SB_SIDE_PAYEE: return sb_tr(lang, "the payee", "bên nhận");
    case SB_SIDE_AGENT: return sb_tr(lang, "the agent", "đại lý");
    case SB_SIDE_HOLDER: return sb_tr(lang, "the holder", "chủ hạn mức");
    }
    return "?";
}

const char *sb_words_field(enum sb_field field, enum sb_lang lang)
{
    switch (field) {
    case SB_FIELD_AMOUNT: return sb_tr(lang, "amount", "số tiền");
    case SB_FIELD_PURPOSE: return sb_tr(lang, "purpose", "mục đích");
    case SB_FIELD_CHANNEL: return sb_tr(lang, "channel", "kênh");
    case SB_FIELD_COUNTRY: return sb_tr(lang, "country", "quốc gia");
    case SB_FIELD_PROVIDER: return sb_tr(lang, "provider", "nhà cung cấp");
    case SB_FIELD_PLACE: return sb_tr(lang, "place", "địa bàn");
    case SB_FIELD_CLASS: return sb_tr(lang, "class", "phân loại");
    case SB_FIELD_TIER: return sb_tr(lang, "tier", "hạng");
    case SB_FIELD_ISSUER: return sb_tr(lang, "issuer", "bên phát hành");
    case SB_FIELD_SEX: return sb_tr(lang, "sex", "giới tính");
    case SB_FIELD_SIM_AGE: return sb_tr(lang, "SIM age", "tuổi SIM");
    case SB_FIELD_ACCOUNT_AGE: return sb_tr(lang, "opening date", "ngày mở tài khoản");
    case SB_FIELD_AGE: return sb_tr(lang, "age", "tuổi");
    case SB_FIELD_COUNT: return sb_tr(lang, "person", "danh tính cá nhân");
    }
    return "?";
}

void sb_words_cite(const struct sb_sentence *sentence, struct sb_str *out)
{
    if (sentence->by.text)
        sb_str_add(out, sentence->by.text);
    if (sentence->by.text && sentence->article.text)
        sb_str_printf(out, " %s", sentence->article.text);
}

void sb_words_cite_in_full(const struct sb_charter *charter, const struct sb_sentence *sentence,
                           struct sb_str *out)
{
    if (!sentence->by.text)
        return;
    const struct sb_sentence *instrument = sb_charter_find(charter, SB_S_INSTRUMENT, sentence->by.text);
    if (instrument && instrument->instrument.title.text)
        sb_str_printf(out, "%s (%s)", instrument->instrument.title.text, sentence->by.text);
    else
        sb_str_add(out, sentence->by.text);
    if (sentence->article.text)
        sb_str_printf(out, ", %s", sentence->article.text);
}

void sb_words_time(const struct sb_plan *plan, sb_time_us time, struct sb_str *out)
{
    char text[SB_TIME_TEXT_SIZE];
    sb_time_print(time, plan->clock_offset_s, text);
    if (strncmp(text + 10, "T00:00:00", 9) == 0 && text[19] != '.') {
        sb_str_add_bytes(out, text, 10);
        return;
    }
    text[10] = ' ';
    sb_str_add_bytes(out, text, strncmp(text + 17, "00", 2) == 0 && text[19] != '.' ? 16 : 19);
}

/* The start of a line, which counts from 1; the end of the source when there are not so many. */
static const char *line_of(const struct sb_charter *charter, uint32_t line)
{
    const char *at = charter->source;
    const char *end = charter->source + charter->source_size;
    for (uint32_t n = 1; n < line && at < end; n++) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        at = next ? next + 1 : end;
    }
    return at;
}

/* The part of a line before a comment; '#' inside quotes begins none. */
static size_t without_comment(const char *line, size_t size)
{
    bool quoted = false;
    for (size_t i = 0; i < size; i++) {
        if (line[i] == '\\' && quoted)
            i++;
        else if (line[i] == '"')
            quoted = !quoted;
        else if (line[i] == '#' && !quoted)
            return i;
    }
    return size;
}

void sb_words_source(const struct sb_charter *charter, const struct sb_sentence *sentence, struct sb_str *out)
{
    const char *end = charter->source + charter->source_size;
    bool empty = true;
    for (uint32_t n = sentence->at.line; n <= sentence->last_line; n++) {
        const char *line = line_of(charter, n);
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t size = without_comment(line, (size_t)((stop ? stop : end) - line));
        bool first = true, space = false;
        for (size_t i = 0; i < size; i++) {
            if (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') {
                space = true;
                continue;
            }
            if (first && line[i] == '|')
                break;
            if (!empty && (first || space))
                sb_str_add(out, " ");
            sb_str_add_bytes(out, &line[i], 1);
            first = space = empty = false;
        }
    }
}

void sb_words_row(const struct sb_sentence *limit, uint32_t row, struct sb_str *out)
{
    static const char *const fields[] = {
#define X(name, word) word,
        SB_FIELD_MAP(X)
#undef X
    };
    const struct sb_limit_table *table = &limit->limit.table;
    for (uint32_t i = 0; limit->limit.has_table && i < table->attribute_count; i++)
        sb_str_printf(out, "%s%s %s", i ? ", " : "", fields[table->attributes[i].field],
                      table->rows[row].values[i].text);
}
