/* SPDX-License-Identifier: Apache-2.0 */
/* Limits: what is measured, of whom, in which window, and the ceiling as a figure or a table. */
#include "charter/parser_internal.h"

#include "base/macros.h"

static const struct {
    enum sb_keyword keyword;
    enum sb_window window;
} plain_windows[] = {
    {SB_KW_EACH_CALENDAR_DAY, SB_WINDOW_DAY},
    {SB_KW_EACH_CALENDAR_WEEK, SB_WINDOW_WEEK},
    {SB_KW_EACH_CALENDAR_MONTH, SB_WINDOW_MONTH},
    {SB_KW_EACH_DAY, SB_WINDOW_DAY},
    {SB_KW_EACH_WEEK, SB_WINDOW_WEEK},
    {SB_KW_EACH_MONTH, SB_WINDOW_MONTH},
    {SB_KW_LIFETIME, SB_WINDOW_LIFETIME},
    {SB_KW_WHOLE_PILOT, SB_WINDOW_PILOT},
};

/* Tokens of `last N days` at a token, 0 when it does not stand there. */
static uint32_t match_rolling(const struct sb_parser *parser, uint32_t at)
{
    uint32_t last = sb_parse_match_at(parser, at, SB_KW_LAST);
    if (last == 0 || parser->tokens[at + last].type != SB_TOKEN_NUMBER)
        return 0;
    uint32_t days = sb_parse_match_at(parser, at + last + 1, SB_KW_LAST_DAYS);
    if (days == 0)
        days = sb_parse_match_at(parser, at + last + 1, SB_KW_DAYS);
    return days ? last + 1 + days : 0;
}

bool sb_parse_window_ahead(const struct sb_parser *parser, uint32_t at)
{
    uint32_t year = sb_parse_match_at(parser, at, SB_KW_EACH_YEAR_FROM);
    if (year && parser->tokens[at + year].type == SB_TOKEN_MONTH_DAY)
        return true;
    for (size_t i = 0; i < SB_ARRAY_SIZE(plain_windows); i++) {
        uint32_t count = sb_parse_match_at(parser, at, plain_windows[i].keyword);
        if (count && sb_parse_is_mark(parser, at + count, ','))
            return true;
    }
    uint32_t rolling = match_rolling(parser, at);
    return rolling && sb_parse_is_mark(parser, at + rolling, ',');
}

static bool parse_year(struct sb_parser *parser, struct sb_sentence *sentence)
{
    const struct sb_token *token = sb_parse_token(parser);
    if (token->type != SB_TOKEN_MONTH_DAY)
        return sb_parse_expected(parser, "the month and day on which the year begins, like 04-01",
                                 "tháng và ngày bắt đầu năm, như 04-01", NULL, 0);
    const char *text = parser->charter->source + token->offset;
    unsigned month = (unsigned)((text[0] - '0') * 10 + text[1] - '0');
    unsigned day = (unsigned)((text[3] - '0') * 10 + text[4] - '0');
    if (month < 1 || month > 12 || day < 1 || day > sb_days_in_month(2000, (uint8_t)month))
        return sb_parse_wrong(parser, token->at, "there is no such day", "không có ngày này");
    sentence->limit.window = SB_WINDOW_YEAR;
    sentence->limit.year_month = (uint8_t)month;
    sentence->limit.year_day = (uint8_t)day;
    parser->at++;
    return true;
}

static bool parse_rolling(struct sb_parser *parser, struct sb_sentence *sentence)
{
    struct sb_place_in_text at = sb_parse_token(parser)->at;
    int64_t days;
    if (!sb_parse_number(parser, 0, SB_ROLLING_DAYS_MAX, &days))
        return false;
    if (!sb_parse_take(parser, SB_KW_LAST_DAYS) && !sb_parse_take(parser, SB_KW_DAY) &&
        !sb_parse_need(parser, SB_KW_DAYS))
        return false;
    if (days == 0)
        return sb_parse_wrong(parser, at, "a window of no days counts nothing",
                              "khoảng 0 ngày không tính được gì");
    sentence->limit.window = SB_WINDOW_ROLLING;
    sentence->limit.days = (uint32_t)days;
    return true;
}

static bool parse_window(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword known[] = {SB_KW_EACH_DAY,          SB_KW_EACH_WEEK,
                                            SB_KW_EACH_MONTH,        SB_KW_EACH_CALENDAR_MONTH,
                                            SB_KW_EACH_CALENDAR_DAY, SB_KW_EACH_CALENDAR_WEEK,
                                            SB_KW_EACH_YEAR_FROM,    SB_KW_LIFETIME,
                                            SB_KW_WHOLE_PILOT,       SB_KW_LAST};
    if (sb_parse_take(parser, SB_KW_EACH_YEAR_FROM))
        return parse_year(parser, sentence);
    for (size_t i = 0; i < SB_ARRAY_SIZE(plain_windows); i++) {
        if (sb_parse_take(parser, plain_windows[i].keyword)) {
            sentence->limit.window = plain_windows[i].window;
            return true;
        }
    }
    if (sb_parse_take(parser, SB_KW_LAST))
        return parse_rolling(parser, sentence);
    return sb_parse_expected(
        parser,
        "a window: 'each day', 'each week', 'each calendar month', 'each year from' 04-01, "
        "'last' 30 'days', 'lifetime' or 'pilot'",
        "một kỳ tính: 'mỗi ngày', 'mỗi tuần', 'mỗi tháng', 'mỗi năm từ ngày' 04-01, 'trong' 30 "
        "'ngày gần nhất', 'trọn đời' hoặc 'toàn thời gian thí điểm'",
        known, SB_ARRAY_SIZE(known));
}

/* payer or payee, before the subject in English, behind it in Vietnamese. */
static bool parse_side(struct sb_parser *parser, struct sb_sentence *sentence)
{
    bool payer = sb_parse_take(parser, SB_KW_PAYER_SIDE);
    bool payee = !payer && sb_parse_take(parser, SB_KW_PAYEE_SIDE);
    if (!payer && !payee)
        return false;
    sentence->limit.side_written = true;
    sentence->limit.side = payer ? SB_SIDE_PAYER : SB_SIDE_PAYEE;
    return true;
}

static bool parse_subject(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword subjects[] = {
        [SB_SUBJECT_ACCOUNT] = SB_KW_ACCOUNT,   [SB_SUBJECT_CUSTOMER] = SB_KW_CUSTOMER,
        [SB_SUBJECT_PERSON] = SB_KW_PERSON,     [SB_SUBJECT_AGENT] = SB_KW_AGENT_SUBJECT,
        [SB_SUBJECT_PROVIDER] = SB_KW_PROVIDER, [SB_SUBJECT_PILOT] = SB_KW_PILOT,
    };
    struct sb_place_in_text at = sb_parse_token(parser)->at;
    bool side = parse_side(parser, sentence);
    size_t which = 0;
    while (which < SB_ARRAY_SIZE(subjects) && !sb_parse_take(parser, subjects[which]))
        which++;
    if (which == SB_ARRAY_SIZE(subjects))
        return sb_parse_expected(
            parser, "whose limit it is: account, customer at provider, person, agent, provider or pilot",
            "hạn mức của ai: tài khoản, khách hàng tại nhà cung cấp, cá nhân, đại lý, nhà cung cấp "
            "hoặc thí điểm",
            subjects, SB_ARRAY_SIZE(subjects));
    sentence->limit.subject = (enum sb_subject)which;
    side = side || parse_side(parser, sentence);
    if (side && (which == SB_SUBJECT_AGENT || which == SB_SUBJECT_PILOT))
        return sb_parse_wrong(parser, at,
                              "an agent and the pilot are on no side: leave 'payer' or 'payee' out",
                              "đại lý và thí điểm không thuộc bên nào: hãy bỏ 'bên trả' hoặc 'bên nhận'");
    return true;
}

/* ------------------------------------------------------------------ the ceiling */

/* A number of events has no decimals; 0 is a ceiling as well. */
static unsigned decimals_of(const struct sb_parser *parser, const struct sb_sentence *sentence)
{
    return sentence->limit.measure == SB_MEASURE_NUMBER ? 0 : parser->charter->decimals;
}

static bool parse_bound(struct sb_parser *parser, const struct sb_sentence *sentence,
                        struct sb_limit_cell *ret_cell)
{
    ret_cell->at = sb_parse_token(parser)->at;
    ret_cell->present = true;
    return sb_parse_number(parser, decimals_of(parser, sentence), SB_AMOUNT_MAX, &ret_cell->value);
}

static bool parse_cell(struct sb_parser *parser, const struct sb_sentence *sentence,
                       struct sb_limit_cell *ret_cell)
{
    static const enum sb_keyword none[] = {SB_KW_NONE};
    ret_cell->at = sb_parse_token(parser)->at;
    if (sb_parse_take(parser, SB_KW_NONE) || sb_parse_take_mark(parser, '-'))
        return true;
    if (sb_parse_token(parser)->type != SB_TOKEN_NUMBER)
        return sb_parse_expected(parser, "a number, or 'none'", "một số, hoặc 'không giới hạn'", none, 1);
    return parse_bound(parser, sentence, ret_cell);
}

static bool moment_before(const struct sb_moment *a, const struct sb_moment *b)
{
    sb_day day_a = sb_day_of_date(a->date), day_b = sb_day_of_date(b->date);
    unsigned minute_a = a->hour * 60u + a->minute, minute_b = b->hour * 60u + b->minute;
    return day_a != day_b ? day_a < day_b : minute_a < minute_b;
}

static bool parse_date_column(struct sb_parser *parser, struct sb_limit_table *table)
{
    struct sb_moment *date = &table->dates[table->date_count];
    if (table->attribute_count + table->date_count >= SB_CHARTER_COLUMNS_MAX)
        return sb_parse_too_many(parser, sb_parse_token(parser)->at, "too many columns", "quá nhiều cột",
                                 SB_CHARTER_COLUMNS_MAX);
    if (!sb_parse_moment(parser, false, date))
        return false;
    if (table->date_count > 0 && !moment_before(date - 1, date))
        return sb_parse_wrong(parser, date->at, "the dates of the columns go up from left to right",
                              "ngày của các cột tăng dần từ trái sang phải");
    table->date_count++;
    return true;
}

static bool parse_attribute_column(struct sb_parser *parser, struct sb_limit_table *table)
{
    static const enum sb_keyword known[] = {SB_KW_TIER, SB_KW_CLASS, SB_KW_ISSUER, SB_KW_PROVIDER_OF,
                                            SB_KW_SEX,  SB_KW_FROM,  SB_KW_AT_MOST};
    static const char en[] =
        "a column: an attribute with names (tier, class, issuer, provider, sex, payer.tier ...), "
        "'from' a date, or 'at most'";
    static const char vi[] =
        "một cột: thuộc tính có tên (hạng, phân-loại, bên-phát-hành, nhà-cung-cấp, giới-tính, "
        "bên-trả.hạng ...), 'từ' một ngày, hoặc 'không quá'";
    enum sb_field field = SB_FIELD_COUNT;
    enum sb_side side = SB_SIDE_HOLDER;
    uint32_t before = parser->at;
    struct sb_place_in_text at = sb_parse_token(parser)->at;
    bool written = sb_parse_is_field(parser);
    if (table->attribute_count == SB_ARRAY_SIZE(table->attributes))
        return sb_parse_too_many(parser, at, "too many attribute columns", "quá nhiều cột thuộc tính",
                                 (unsigned)SB_ARRAY_SIZE(table->attributes));
    if (written ? !sb_parse_field(parser, &side, &field, &at) : !sb_parse_take_attribute(parser, &field))
        return !written && sb_parse_expected(parser, en, vi, known, SB_ARRAY_SIZE(known));
    bool named = field == SB_FIELD_CLASS || field == SB_FIELD_TIER || field == SB_FIELD_PROVIDER ||
                 field == SB_FIELD_ISSUER || field == SB_FIELD_SEX;
    bool of_tx = field == SB_FIELD_PURPOSE || field == SB_FIELD_CHANNEL || field == SB_FIELD_COUNTRY;
    if (!named && !(of_tx && written && side == SB_SIDE_TX)) {
        parser->at = before;
        return sb_parse_expected(parser, en, vi, known, SB_ARRAY_SIZE(known));
    }
    table->attributes[table->attribute_count].side = side;
    table->attributes[table->attribute_count].field = field;
    table->attributes[table->attribute_count].side_written = written;
    table->attributes[table->attribute_count++].at = at;
    return true;
}

/* `| tier | from 2015-07-06 | from 2020-03-20 |`: the header ends with its line. */
static bool parse_header(struct sb_parser *parser, const struct sb_sentence *sentence,
                         struct sb_limit_table *table)
{
    uint32_t line = sb_parse_token(parser)->at.line;
    enum sb_keyword bound = sentence->limit.measure == SB_MEASURE_EACH_LEAST ? SB_KW_AT_LEAST : SB_KW_AT_MOST;
    bool one_column = false;
    if (!sb_parse_need_mark(parser, '|'))
        return false;
    do {
        struct sb_place_in_text at = sb_parse_token(parser)->at;
        bool value = !one_column && sb_parse_take(parser, SB_KW_FROM);
        if (one_column)
            return sb_parse_expected(parser, "the end of the header: this column is the last",
                                     "hết dòng đầu bảng: cột này là cột cuối", NULL, 0);
        if (value ? !parse_date_column(parser, table) : false)
            return false;
        if (!value) {
            one_column = table->date_count == 0 && sb_parse_take(parser, bound);
            if (!one_column && table->date_count > 0)
                return sb_parse_wrong(parser, at, "behind the first date only dates are columns",
                                      "sau cột ngày đầu tiên chỉ có cột ngày");
            if (!one_column && !parse_attribute_column(parser, table))
                return false;
        }
        if (!sb_parse_need_mark(parser, '|'))
            return false;
    } while (sb_parse_token(parser)->type != SB_TOKEN_END && sb_parse_token(parser)->at.line == line);
    if (table->date_count == 0 && !one_column)
        return sb_parse_expected(parser, "a column with figures: 'from' a date, or 'at most'",
                                 "một cột có số: 'từ' một ngày, hoặc 'không quá'", NULL, 0);
    return true;
}

static bool parse_row(struct sb_parser *parser, const struct sb_sentence *sentence,
                      struct sb_limit_table *table)
{
    struct sb_limit_row *rows =
        sb_arena_grow(&parser->charter->arena, table->rows, table->row_count, sizeof(*rows));
    if (!rows)
        return sb_parse_no_memory(parser);
    table->rows = rows;
    struct sb_limit_row *row = &rows[table->row_count];
    *row = (struct sb_limit_row){0};
    (void)sb_parse_take_mark(parser, '|');
    for (uint32_t i = 0; i < table->attribute_count; i++)
        if (!sb_parse_name(parser, "the value of the attribute in this column",
                           "giá trị của thuộc tính ở cột này", &row->values[i]) ||
            !sb_parse_need_mark(parser, '|'))
            return false;
    for (uint32_t i = 0; i < SB_MAX(table->date_count, 1u); i++)
        if (!parse_cell(parser, sentence, &row->cells[i]) || !sb_parse_need_mark(parser, '|'))
            return false;
    table->row_count++;
    return true;
}

static bool parse_table(struct sb_parser *parser, struct sb_sentence *sentence)
{
    struct sb_limit_table *table = &sentence->limit.table;
    sentence->limit.has_table = true;
    if (!parse_header(parser, sentence, table))
        return false;
    do {
        if (table->row_count == SB_CHARTER_ROWS_MAX)
            return sb_parse_too_many(parser, sb_parse_token(parser)->at, "too many rows", "quá nhiều dòng",
                                     SB_CHARTER_ROWS_MAX);
        if (!sb_parse_is_mark(parser, parser->at, '|'))
            return sb_parse_expected(parser, "a row of the table: '|' and its cells",
                                     "một dòng của bảng: '|' và các ô", NULL, 0);
        if (!parse_row(parser, sentence, table))
            return false;
    } while (sb_parse_is_mark(parser, parser->at, '|'));
    return true;
}

static bool parse_ceiling(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (sb_parse_is_mark(parser, parser->at, '|'))
        return parse_table(parser, sentence);
    if (sb_parse_token(parser)->type != SB_TOKEN_NUMBER)
        return sb_parse_expected(parser, "a number, or a table that begins with '|'",
                                 "một số, hoặc một bảng bắt đầu bằng '|'", NULL, 0);
    return parse_bound(parser, sentence, &sentence->limit.ceiling);
}

/* ------------------------------------------------------------------ forms of a limit */

bool sb_parse_total(struct sb_parser *parser, struct sb_sentence *sentence)
{
    sentence->limit.measure = sb_parse_take(parser, SB_KW_NUMBER_OF) ? SB_MEASURE_NUMBER : SB_MEASURE_SUM;
    if (sentence->limit.measure == SB_MEASURE_SUM && !sb_parse_need(parser, SB_KW_SUM_OF))
        return false;
    return sb_parse_kinds(parser, true, &sentence->kinds) && sb_parse_where(parser, true, &sentence->where) &&
           (!sb_parse_take(parser, SB_KW_PER) || parse_subject(parser, sentence)) &&
           sb_parse_need_mark(parser, ',') && parse_window(parser, sentence) &&
           sb_parse_need_mark(parser, ',');
}

bool sb_parse_figure(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return parse_bound(parser, sentence, &sentence->limit.ceiling);
}

static bool parse_windowed(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_parse_total(parser, sentence) && sb_parse_need(parser, SB_KW_AT_MOST) &&
           parse_ceiling(parser, sentence);
}

static bool parse_each(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword bounds[] = {SB_KW_AT_MOST, SB_KW_AT_LEAST};
    if (!sb_parse_kinds(parser, false, &sentence->kinds) || !sb_parse_where(parser, false, &sentence->where))
        return false;
    (void)sb_parse_take_mark(parser, ',');
    if (sb_parse_take(parser, SB_KW_AT_MOST))
        sentence->limit.measure = SB_MEASURE_EACH_MOST;
    else if (sb_parse_take(parser, SB_KW_AT_LEAST))
        sentence->limit.measure = SB_MEASURE_EACH_LEAST;
    else
        return sb_parse_expected(parser, "'at most' or 'at least'", "'không quá' hoặc 'ít nhất'", bounds, 2);
    return parse_ceiling(parser, sentence);
}

static bool parse_balance(struct sb_parser *parser, struct sb_sentence *sentence)
{
    sentence->limit.measure = SB_MEASURE_BALANCE;
    sentence->kinds.all = true;
    if (sb_parse_take(parser, SB_KW_ON_KINDS) && !sb_parse_kinds(parser, false, &sentence->kinds))
        return false;
    if (!sb_parse_where(parser, false, &sentence->where))
        return false;
    (void)sb_parse_take_mark(parser, ',');
    return sb_parse_need(parser, SB_KW_AT_MOST) && parse_ceiling(parser, sentence);
}

bool sb_parse_limit(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword forms[] = {SB_KW_SUM_OF, SB_KW_NUMBER_OF, SB_KW_EACH,
                                            SB_KW_BALANCE_OF_ACCOUNT};
    if (!sb_parse_name(parser, "the name of the limit", "tên hạn mức", &sentence->name) ||
        !sb_parse_need_mark(parser, ':'))
        return false;
    if (sb_parse_match(parser, SB_KW_SUM_OF) || sb_parse_match(parser, SB_KW_NUMBER_OF))
        return parse_windowed(parser, sentence);
    if (sb_parse_take(parser, SB_KW_EACH))
        return parse_each(parser, sentence);
    if (sb_parse_take(parser, SB_KW_BALANCE_OF_ACCOUNT))
        return parse_balance(parser, sentence);
    return sb_parse_expected(parser, "what is limited: 'sum of', 'number of', 'each' or 'balance of account'",
                             "điều bị giới hạn: 'tổng số tiền', 'số lần', 'mỗi lần' hoặc 'số dư tài khoản'",
                             forms, SB_ARRAY_SIZE(forms));
}
