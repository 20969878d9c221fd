/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The rules in force on a date as tables on plain paper: a kind of sentence each, every row with its
 * citation. Cells are wrapped to a width and padded by what they take on a terminal, so that Vietnamese lines
 * up too.
 */

#include "charter/format_internal.h"
#include "charter/keywords.h"
#include "charter/words_internal.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ tables */

#define COLUMNS_MAX 6
#define GAP         2 /* spaces between columns */

struct column {
    const char *head_en, *head_vi;
    size_t width_max; /* columns of the terminal; longer cells are wrapped */
};

struct row {
    struct sb_str cells[COLUMNS_MAX];
};

struct table {
    const struct column *columns;
    size_t column_count;
    struct row *rows; /* owned */
    size_t row_count;
    bool failed; /* memory ran out: rows are missing */
};

static void table_release(struct table *table)
{
    for (size_t r = 0; r < table->row_count; r++)
        for (size_t c = 0; c < COLUMNS_MAX; c++)
            sb_str_release(&table->rows[r].cells[c]);
    free(table->rows);
}

/* A new empty row, or NULL when memory is out. Borrowed until the next one. */
static struct row *table_row(struct table *table)
{
    struct row *rows = realloc(table->rows, (table->row_count + 1) * sizeof(*rows));
    if (!rows) {
        table->failed = true;
        return NULL;
    }
    table->rows = rows;
    rows[table->row_count] = (struct row){0};
    return &rows[table->row_count++];
}

/* How many bytes of a text make one line of at most `width` columns; *ret_skip are the bytes of its break. */
static size_t line_size(const char *text, size_t width, size_t *ret_skip)
{
    size_t last_space = 0, size = 0;
    while (text[size] && text[size] != '\n') {
        size_t next = size + 1;
        while (((unsigned char)text[next] & 0xC0) == 0x80)
            next++;
        if (sb_text_width(text, next) > width)
            break;
        if (text[size] == ' ')
            last_space = size;
        size = next;
    }
    *ret_skip = text[size] == '\n' || text[size] == ' ';
    if (text[size] && *ret_skip == 0 && last_space > 0) {
        size = last_space;
        *ret_skip = 1;
    }
    return size;
}

static void add_padded(struct sb_str *out, const char *text, size_t size, size_t width, bool last)
{
    sb_str_add_bytes(out, text, size);
    size_t taken = sb_text_width(text, size);
    if (!last)
        sb_str_printf(out, "%*s", (int)(width - SB_MIN(taken, width) + GAP), "");
}

static size_t cell_width(const char *text, size_t width_max)
{
    size_t width = 0, skip;
    for (size_t size; *text; text += size + skip) {
        size = line_size(text, width_max, &skip);
        width = SB_MAX(width, sb_text_width(text, size));
    }
    return width;
}

static void trim_line(struct sb_str *out)
{
    while (out->size > 0 && out->text[out->size - 1] == ' ')
        out->text[--out->size] = '\0';
    sb_str_add(out, "\n");
}

static void print_row(const struct table *table, const struct row *row, const size_t *widths,
                      struct sb_str *out)
{
    const char *rest[COLUMNS_MAX];
    bool more = true;
    for (size_t c = 0; c < table->column_count; c++)
        rest[c] = sb_str_text(&row->cells[c]);
    while (more) {
        more = false;
        sb_str_add(out, "  ");
        for (size_t c = 0; c < table->column_count; c++) {
            size_t skip, size = line_size(rest[c], widths[c], &skip);
            add_padded(out, rest[c], size, widths[c], c + 1 == table->column_count);
            rest[c] += size + skip;
            more = more || *rest[c];
        }
        trim_line(out);
    }
}

static void table_print(struct table *table, enum sb_lang lang, struct sb_str *out)
{
    size_t widths[COLUMNS_MAX] = {0};
    for (size_t c = 0; c < table->column_count; c++) {
        const char *head = sb_tr(lang, table->columns[c].head_en, table->columns[c].head_vi);
        widths[c] = sb_text_width(head, strlen(head));
        for (size_t r = 0; r < table->row_count; r++)
            widths[c] = SB_MAX(widths[c], cell_width(sb_str_text(&table->rows[r].cells[c]),
                                                     SB_MAX(table->columns[c].width_max, widths[c])));
    }
    sb_str_add(out, "  ");
    for (size_t c = 0; c < table->column_count; c++) {
        const char *head = sb_tr(lang, table->columns[c].head_en, table->columns[c].head_vi);
        add_padded(out, head, strlen(head), widths[c], c + 1 == table->column_count);
    }
    trim_line(out);
    sb_str_add(out, "  ");
    for (size_t c = 0; c < table->column_count; c++) {
        for (size_t i = 0; i < widths[c]; i++)
            sb_str_add(out, "-");
        sb_str_add(out, "  ");
    }
    trim_line(out);
    for (size_t r = 0; r < table->row_count; r++)
        print_row(table, &table->rows[r], widths, out);
    out->failed |= table->failed;
}

/* ------------------------------------------------------------------ what holds */

struct show {
    const struct sb_plan *plan;
    const struct sb_charter *charter; /* of the layer that is shown */
    sb_time_us at;
    enum sb_lang lang;
    struct sb_str *out;
};

/* The dated column of a limit's table that holds, -1 before the first; 0 without dates. */
static int column_at(const struct show *show, const struct sb_sentence *sentence)
{
    const struct sb_limit_table *table = &sentence->limit.table;
    int column = -1;
    if (!sentence->limit.has_table || table->date_count == 0)
        return 0;
    for (uint32_t i = 0; i < table->date_count; i++)
        if (sb_moment_start(show->charter, &table->dates[i]) <= show->at)
            column = (int)i;
    return column;
}

static bool in_force(const struct show *show, const struct sb_sentence *sentence)
{
    struct sb_sentence_times times = sb_sentence_times(show->charter, sentence);
    bool dated =
        sentence->type == SB_S_LIMIT && sentence->limit.has_table && sentence->limit.table.date_count > 0;
    if (sentence->type == SB_S_PILOT || (dated && !sentence->from.present))
        times.from = SB_TIME_ALWAYS;
    if (sentence->type == SB_S_LIMIT && column_at(show, sentence) < 0)
        return false;
    return times.known <= show->at && times.from <= show->at && show->at < times.until;
}

/* ------------------------------------------------------------------ cells */

static void add_since(const struct show *show, const struct sb_sentence *sentence, struct sb_str *out)
{
    int column = sentence->type == SB_S_LIMIT ? column_at(show, sentence) : 0;
    struct sb_sentence_times times = sb_sentence_times(show->charter, sentence);
    if (sentence->type == SB_S_LIMIT && sentence->limit.has_table && sentence->limit.table.date_count > 0) {
        sb_time_us start = sb_moment_start(show->charter, &sentence->limit.table.dates[column]);
        times.from = sentence->from.present ? SB_MAX(times.from, start) : start;
    }
    if (times.from == SB_TIME_ALWAYS)
        sb_str_add(out, "-");
    else
        sb_words_time(show->plan, times.from, out);
}

/* The last day that is included, or the instant itself when it is no whole day's end. */
static void add_last(const struct show *show, sb_time_us end, struct sb_str *out)
{
    sb_day day = sb_day_of_time(end, show->plan->clock_offset_s);
    bool whole = sb_time_of_day(day, show->plan->clock_offset_s) == end;
    sb_words_time(show->plan,
                  whole ? sb_time_of_day(day - 1, show->plan->clock_offset_s) : end - SB_MINUTE_US, out);
}

static void add_until(const struct show *show, const struct sb_sentence *sentence, struct sb_str *out)
{
    sb_time_us until = sb_sentence_times(show->charter, sentence).until;
    if (sentence->type == SB_S_LIMIT) {
        int column = column_at(show, sentence);
        if (column >= 0 && (uint32_t)column + 1 < sentence->limit.table.date_count &&
            sentence->limit.has_table)
            until = SB_MIN(until, sb_moment_start(show->charter, &sentence->limit.table.dates[column + 1]));
    }
    if (until == SB_TIME_FOREVER)
        sb_str_add(out, "-");
    else
        add_last(show, until, out);
}

static void add_kinds_where(const struct show *show, const struct sb_sentence *sentence, struct sb_str *out)
{
    sb_format_kinds(&sentence->kinds, show->lang, out);
    if (sentence->where) {
        sb_str_printf(out, " %s ", sb_keyword_text(SB_KW_WHERE, show->lang));
        sb_format_condition(show->charter, sentence->where, show->lang, out);
    }
}

static void add_cell_value(const struct show *show, const struct sb_sentence *limit,
                           const struct sb_limit_cell *cell, struct sb_str *out)
{
    if (cell->present)
        sb_words_figure(show->plan, limit->limit.measure == SB_MEASURE_NUMBER, cell->value, out);
    else
        sb_str_add(out, sb_keyword_text(SB_KW_NONE, show->lang));
}

static void add_ceilings(const struct show *show, const struct sb_sentence *limit, struct sb_str *out)
{
    bool least = limit->limit.measure == SB_MEASURE_EACH_LEAST;
    sb_str_printf(out, "%s ", sb_keyword_text(least ? SB_KW_AT_LEAST : SB_KW_AT_MOST, show->lang));
    if (!limit->limit.has_table) {
        add_cell_value(show, limit, &limit->limit.ceiling, out);
        return;
    }
    int column = column_at(show, limit);
    for (uint32_t row = 0; row < limit->limit.table.row_count; row++) {
        sb_str_add(out, "\n");
        sb_words_row(limit, row, out);
        sb_str_add(out, ": ");
        add_cell_value(show, limit, &limit->limit.table.rows[row].cells[column], out);
    }
}

static void add_measure(const struct show *show, const struct sb_sentence *limit, struct sb_str *out)
{
    enum sb_lang lang = show->lang;
    switch (limit->limit.measure) {
    case SB_MEASURE_SUM: sb_str_printf(out, "%s ", sb_keyword_text(SB_KW_SUM_OF, lang)); break;
    case SB_MEASURE_NUMBER: sb_str_printf(out, "%s ", sb_keyword_text(SB_KW_NUMBER_OF, lang)); break;
    case SB_MEASURE_EACH_MOST:
    case SB_MEASURE_EACH_LEAST: sb_str_printf(out, "%s ", sb_keyword_text(SB_KW_EACH, lang)); break;
    case SB_MEASURE_BALANCE:
        sb_str_printf(out, "%s %s ", sb_keyword_text(SB_KW_BALANCE_OF_ACCOUNT, lang),
                      sb_keyword_text(SB_KW_ON_KINDS, lang));
        break;
    }
    add_kinds_where(show, limit, out);
}

static void add_whose(const struct show *show, const struct sb_sentence *limit, struct sb_str *out)
{
    if (limit->limit.measure == SB_MEASURE_BALANCE)
        sb_str_add(out, sb_words_subject(SB_SUBJECT_ACCOUNT, show->lang));
    if (limit->limit.measure != SB_MEASURE_SUM && limit->limit.measure != SB_MEASURE_NUMBER)
        return;
    sb_str_add(out, sb_words_subject(limit->limit.subject, show->lang));
    if (limit->limit.side_written)
        sb_str_printf(out, " (%s)", sb_words_side(limit->limit.side, show->lang));
    sb_str_add(out, ", ");
    sb_words_window(limit, show->lang, out);
}

/* ------------------------------------------------------------------ sections */

enum { WHAT_WIDTH = 46, AMOUNT_WIDTH = 34, DATE_WIDTH = 16, BY_WIDTH = 20, NAME_WIDTH = 20 };

static void fill_period(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    sb_words_time(show->plan, sb_moment_start(show->charter, &sentence->pilot.runs_from), &row->cells[0]);
    if (sentence->pilot.runs_to.present)
        sb_format_moment(&sentence->pilot.runs_to, &row->cells[1]);
    else
        sb_str_add(&row->cells[1], sb_keyword_text(SB_KW_ONWARD, show->lang));
    sb_words_cite(sentence, &row->cells[2]);
}

static void fill_kinds(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    add_kinds_where(show, sentence, &row->cells[0]);
    add_since(show, sentence, &row->cells[1]);
    add_until(show, sentence, &row->cells[2]);
    sb_words_cite(sentence, &row->cells[3]);
}

static void fill_require(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    if (sentence->where)
        sb_format_condition(show->charter, sentence->where, show->lang, &row->cells[0]);
    sb_format_kinds(&sentence->kinds, show->lang, &row->cells[1]);
    add_since(show, sentence, &row->cells[2]);
    add_until(show, sentence, &row->cells[3]);
    sb_words_cite(sentence, &row->cells[4]);
}

static void fill_ask(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    const struct sb_kinds *asked = sentence->limit.total ? &sentence->limit.asked : &sentence->kinds;
    sb_str_add(&row->cells[0], sentence->name.text);
    if (sentence->limit.total)
        sb_format_total(show->charter, sentence, show->lang, &row->cells[1]);
    else
        sb_format_condition(show->charter, sentence->where, show->lang, &row->cells[1]);
    sb_format_kinds(asked, show->lang, &row->cells[2]);
    add_since(show, sentence, &row->cells[3]);
    add_until(show, sentence, &row->cells[4]);
    sb_words_cite(sentence, &row->cells[5]);
}

static void fill_in_area(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    sb_str_add(&row->cells[0], sentence->name.text);
    sb_str_add(
        &row->cells[1],
        sb_keyword_text(sentence->in_area.of_agent ? SB_KW_AGENT_SUBJECT : SB_KW_REGISTRATION, show->lang));
    sb_format_kinds(&sentence->kinds, show->lang, &row->cells[2]);
    add_since(show, sentence, &row->cells[3]);
    add_until(show, sentence, &row->cells[4]);
    sb_words_cite(sentence, &row->cells[5]);
}

static void fill_limit(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    sb_str_printf(&row->cells[0], "%s\n", sentence->name.text);
    add_measure(show, sentence, &row->cells[0]);
    add_whose(show, sentence, &row->cells[1]);
    add_ceilings(show, sentence, &row->cells[2]);
    add_since(show, sentence, &row->cells[3]);
    add_until(show, sentence, &row->cells[4]);
    sb_words_cite(sentence, &row->cells[5]);
}

static void add_charge(const struct show *show, const struct sb_charge *charge, struct sb_str *out)
{
    if (!charge->is_rate) {
        sb_words_figure(show->plan, false, charge->number, out);
        return;
    }
    int64_t number = charge->number; /* of a percent: ten thousandths */
    unsigned decimals = 4;
    for (; decimals > 0 && number % 10 == 0; decimals--)
        number /= 10;
    sb_str_add_amount(out, number, decimals);
    sb_str_add(out, " %");
    if (charge->least > 0) {
        sb_str_printf(out, " %s ", sb_keyword_text(SB_KW_AT_LEAST, show->lang));
        sb_str_add_amount(out, charge->least, show->plan->decimals);
    }
    if (charge->most < INT64_MAX) {
        sb_str_printf(out, " %s ", sb_keyword_text(SB_KW_AT_MOST, show->lang));
        sb_str_add_amount(out, charge->most, show->plan->decimals);
    }
}

static void add_bands(const struct show *show, const struct sb_fee *fee, struct sb_str *out)
{
    for (uint32_t i = 0; i < fee->row_count; i++) {
        const struct sb_fee_row *row = &fee->rows[i];
        sb_str_add(out, i > 0 ? "\n" : "");
        if (!row->any) {
            sb_str_printf(out, "%s ", sb_keyword_text(SB_KW_UP_TO, show->lang));
            sb_str_add_amount(out, row->up_to, show->plan->decimals);
            sb_str_add(out, ": ");
        } else if (fee->row_count > 1) {
            sb_str_add(out, sb_tr(show->lang, "above: ", "trên mức đó: "));
        }
        add_charge(show, &row->charge, out);
    }
}

static void add_party(const struct show *show, enum sb_party party, const struct sb_word *class_,
                      struct sb_str *out)
{
    static const enum sb_keyword sides[] = {
        [SB_PARTY_HOLDER] = SB_KW_HOLDER_SIDE, [SB_PARTY_PAYER] = SB_KW_PAYER_SIDE,
        [SB_PARTY_PAYEE] = SB_KW_PAYEE_SIDE,   [SB_PARTY_AGENT] = SB_KW_AGENT_SUBJECT,
        [SB_PARTY_HOUSE] = SB_KW_PROVIDER,
    };
    bool house = party == SB_PARTY_HOUSE && strcmp(class_->text, "provider") != 0;
    sb_str_add(out, house ? class_->text : sb_keyword_text(sides[party], show->lang));
}

static void fill_fee(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    const struct sb_fee *fee = sentence->kept.fee;
    if (sentence->name.text)
        sb_str_printf(&row->cells[0], "%s\n", sentence->name.text);
    add_kinds_where(show, sentence, &row->cells[0]);
    add_bands(show, fee, &row->cells[1]);
    struct sb_str *who = &row->cells[2];
    add_party(show, fee->payer, &fee->payer_class, who);
    sb_str_add(who, " → ");
    add_party(show, fee->receiver, &fee->receiver_class, who);
    if (fee->counted)
        sb_str_printf(who, "\n%s", sb_keyword_text(SB_KW_COUNTED, show->lang));
    if (fee->returned)
        sb_str_printf(who, "\n%s", sb_keyword_text(SB_KW_RETURNED_ON_REVERSAL, show->lang));
    add_since(show, sentence, &row->cells[3]);
    add_until(show, sentence, &row->cells[4]);
    sb_words_cite(sentence, &row->cells[5]);
}

static void fill_except(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    sb_format_words(&sentence->except_.limits, &row->cells[0]);
    add_kinds_where(show, sentence, &row->cells[1]);
    add_since(show, sentence, &row->cells[2]);
    add_until(show, sentence, &row->cells[3]);
    sb_words_cite(sentence, &row->cells[4]);
}

static void fill_after(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    sb_format_kinds(&sentence->kinds, show->lang, &row->cells[0]);
    sb_str_printf(&row->cells[1], "%u %s", sentence->after_end.days, sb_keyword_text(SB_KW_DAYS, show->lang));
    sb_words_cite(sentence, &row->cells[2]);
}

static void fill_kind(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    static const enum sb_keyword holders[] = {
        [SB_HOLDER_PAYEE] = SB_KW_TO_HOLDER,
        [SB_HOLDER_PAYER] = SB_KW_FROM_HOLDER,
        [SB_HOLDER_NOBODY] = SB_KW_OF_NOBODY,
    };
    sb_str_add(&row->cells[0], sentence->name.text);
    sb_str_add(&row->cells[1], sb_keyword_text(holders[sentence->kind.holder], show->lang));
}

static void fill_set(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    (void)show;
    sb_str_add(&row->cells[0], sentence->name.text);
    sb_format_words(&sentence->set.words, &row->cells[1]);
}

static void fill_area(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    static const enum sb_keyword levels[] = {
        [SB_PLACE_PROVINCE] = SB_KW_PROVINCE,
        [SB_PLACE_DISTRICT] = SB_KW_DISTRICT,
        [SB_PLACE_COMMUNE] = SB_KW_COMMUNE,
    };
    sb_str_add(&row->cells[0], sentence->name.text);
    for (uint32_t i = 0; i < sentence->area.count; i++) {
        const struct sb_area_member *member = &sentence->area.members[i];
        sb_str_printf(&row->cells[1], "%s%s %s", i ? ", " : "",
                      sb_keyword_text(levels[SB_PLACE_LEVEL(member->place)], show->lang), member->code.text);
    }
    if (sentence->area.as_of.present)
        sb_format_moment(&sentence->area.as_of, &row->cells[2]);
    if (sentence->area.split != SB_SPLIT_UNDECIDED)
        sb_str_printf(&row->cells[1], "; %s %s", sb_keyword_text(SB_KW_SPLIT_COMMUNES, show->lang),
                      sb_keyword_text(sentence->area.split == SB_SPLIT_INSIDE ? SB_KW_INSIDE : SB_KW_OUTSIDE,
                                      show->lang));
}

static void fill_note(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    (void)show;
    sb_str_add(&row->cells[0], sentence->name.text ? sentence->name.text : "-");
    sb_str_add(&row->cells[1], sentence->note.text.text ? sentence->note.text.text : "");
    if (sentence->note.decided.present)
        sb_format_moment(&sentence->note.decided, &row->cells[2]);
}

static void fill_instrument(const struct show *show, const struct sb_sentence *sentence, struct row *row)
{
    (void)show;
    sb_str_add(&row->cells[0], sentence->name.text);
    sb_str_add(&row->cells[1], sentence->instrument.title.text ? sentence->instrument.title.text : "");
    if (sentence->instrument.signed_on.present)
        sb_format_moment(&sentence->instrument.signed_on, &row->cells[2]);
    if (sentence->instrument.in_force.present)
        sb_format_moment(&sentence->instrument.in_force, &row->cells[3]);
    if (sentence->instrument.source.text)
        sb_str_add(&row->cells[4], sentence->instrument.source.text);
}

struct section {
    enum sb_sentence_type type;
    bool always; /* stands whatever is in force; instruments and notes from when they are known */
    const char *title_en, *title_vi;
    void (*fill)(const struct show *show, const struct sb_sentence *sentence, struct row *row);
    size_t column_count;
    struct column columns[COLUMNS_MAX];
};

#define SINCE                    \
    {                            \
        "from", "từ", DATE_WIDTH \
    }
#define UNTIL                          \
    {                                  \
        "until", "đến hết", DATE_WIDTH \
    }
#define BY                     \
    {                          \
        "by", "theo", BY_WIDTH \
    }

static const struct section sections[] = {
    {SB_S_PILOT,
     false,
     "Term of the pilot, as known",
     "Thời gian thí điểm, theo những gì đã biết",
     fill_period,
     3,
     {SINCE, UNTIL, BY}},
    {SB_S_ALLOW,
     false,
     "Allowed",
     "Cho phép",
     fill_kinds,
     4,
     {{"transactions", "giao dịch", WHAT_WIDTH}, SINCE, UNTIL, BY}},
    {SB_S_FORBID,
     false,
     "Forbidden",
     "Cấm",
     fill_kinds,
     4,
     {{"transactions", "giao dịch", WHAT_WIDTH}, SINCE, UNTIL, BY}},
    {SB_S_REQUIRE,
     false,
     "Required",
     "Yêu cầu",
     fill_require,
     5,
     {{"what must hold", "điều kiện", WHAT_WIDTH}, {"for", "đối với", NAME_WIDTH}, SINCE, UNTIL, BY}},
    {SB_S_IN_AREA,
     false,
     "Only inside an area",
     "Chỉ trong một vùng",
     fill_in_area,
     6,
     {{"area", "vùng", NAME_WIDTH},
      {"by place of", "theo nơi của", NAME_WIDTH},
      {"for", "đối với", NAME_WIDTH},
      SINCE,
      UNTIL,
      BY}},
    {SB_S_ASK,
     false,
     "More is asked",
     "Xác thực thêm",
     fill_ask,
     6,
     {{"step", "bước", NAME_WIDTH},
      {"when", "khi", WHAT_WIDTH},
      {"for", "đối với", NAME_WIDTH},
      SINCE,
      UNTIL,
      BY}},
    {SB_S_LIMIT,
     false,
     "Limits",
     "Hạn mức",
     fill_limit,
     6,
     {{"limit", "hạn mức", WHAT_WIDTH},
      {"of whom, when", "của ai, khi nào", NAME_WIDTH},
      {"amount", "mức", AMOUNT_WIDTH},
      SINCE,
      UNTIL,
      BY}},
    {SB_S_EXCEPT,
     false,
     "Exceptions from limits",
     "Ngoại trừ hạn mức",
     fill_except,
     5,
     {{"limits", "hạn mức", NAME_WIDTH}, {"transactions", "giao dịch", WHAT_WIDTH}, SINCE, UNTIL, BY}},
    {SB_S_FEE,
     false,
     "Fees and commissions",
     "Phí và hoa hồng",
     fill_fee,
     6,
     {{"on", "trên", WHAT_WIDTH},
      {"charge", "mức phí", AMOUNT_WIDTH},
      {"who pays → gets", "ai trả → nhận", NAME_WIDTH},
      SINCE,
      UNTIL,
      BY}},
    {SB_S_AFTER_END,
     false,
     "After the end of the pilot",
     "Sau khi thí điểm kết thúc",
     fill_after,
     3,
     {{"allowed", "cho phép", WHAT_WIDTH}, {"for", "trong", NAME_WIDTH}, BY}},
    {SB_S_KIND,
     true,
     "Kinds of transaction",
     "Các loại giao dịch",
     fill_kind,
     2,
     {{"kind", "loại", NAME_WIDTH}, {"holder", "chủ hạn mức", WHAT_WIDTH}}},
    {SB_S_SET,
     true,
     "Groups",
     "Các nhóm",
     fill_set,
     2,
     {{"group", "nhóm", NAME_WIDTH}, {"names", "gồm", 2 * WHAT_WIDTH}}},
    {SB_S_AREA,
     true,
     "Areas",
     "Các vùng",
     fill_area,
     3,
     {{"area", "vùng", NAME_WIDTH},
      {"places", "gồm", 2 * WHAT_WIDTH},
      {"as of", "địa giới ngày", DATE_WIDTH}}},
    {SB_S_INSTRUMENT,
     true,
     "Instruments",
     "Văn bản",
     fill_instrument,
     5,
     {{"name", "tên", NAME_WIDTH},
      {"title", "tiêu đề", WHAT_WIDTH},
      {"signed", "ký ngày", DATE_WIDTH},
      {"in force", "hiệu lực", DATE_WIDTH},
      {"source", "nguồn", WHAT_WIDTH}}},
    {SB_S_NOTE,
     true,
     "Notes",
     "Ghi chú",
     fill_note,
     3,
     {{"on", "về", NAME_WIDTH}, {"note", "nội dung", 2 * WHAT_WIDTH}, {"decided", "quyết định", DATE_WIDTH}}},
};

/* An instrument is known from its `known from`, else from its signing. */
static bool is_known(const struct show *show, const struct sb_sentence *instrument)
{
    const struct sb_moment *known =
        instrument->known_from.present ? &instrument->known_from : &instrument->instrument.signed_on;
    return !known->present || sb_moment_start(show->charter, known) <= show->at;
}

/* What stands on the page: who signs for a day must not read what nobody knew then. */
static bool stands(const struct show *show, const struct section *section, const struct sb_sentence *sentence)
{
    if (sentence->type == SB_S_FEE && show->charter->fees_are_void)
        return false;
    if (!section->always)
        return in_force(show, sentence);
    if (sentence->type == SB_S_INSTRUMENT)
        return is_known(show, sentence);
    if (sentence->type != SB_S_NOTE)
        return true;
    const struct sb_sentence *instrument =
        sentence->name.text ? sb_charter_find(show->charter, SB_S_INSTRUMENT, sentence->name.text) : NULL;
    const struct sb_moment *decided = &sentence->note.decided;
    return (!instrument || is_known(show, instrument)) &&
           (!decided->present || sb_moment_start(show->charter, decided) <= show->at);
}

static void show_section(const struct show *show, const struct section *section)
{
    struct table table = {.columns = section->columns, .column_count = section->column_count};
    for (uint32_t i = 0; i < show->charter->sentence_count; i++) {
        const struct sb_sentence *sentence = &show->charter->sentences[i];
        if (sentence->type != section->type || !stands(show, section, sentence))
            continue;
        struct row *row = table_row(&table);
        if (row)
            section->fill(show, sentence, row);
    }
    if (table.row_count > 0 || table.failed) {
        sb_str_printf(show->out, "\n%s\n", sb_tr(show->lang, section->title_en, section->title_vi));
        table_print(&table, show->lang, show->out);
    }
    table_release(&table);
}

/* ------------------------------------------------------------------ the page */

static void show_head(const struct show *show)
{
    const struct sb_plan *plan = show->plan;
    char time[SB_TIME_TEXT_SIZE];
    uint32_t hint = 0;
    const struct sb_segment *segment = &plan->segments[sb_plan_segment(plan, show->at, &hint)];
    sb_time_print(show->at, plan->clock_offset_s, time);
    sb_str_printf(show->out,
                  sb_tr(show->lang, "Rules in force on %s, as known then\n",
                        "Quy định có hiệu lực vào %s, theo những gì đã biết khi đó\n"),
                  time);
    sb_str_printf(show->out, sb_tr(show->lang, "Unit %s", "Đơn vị %s"), sb_words_unit(plan));
    if (plan->territory)
        sb_str_printf(show->out, sb_tr(show->lang, "; places of %s", "; địa bàn của %s"),
                      sb_territory_name(plan->territory));
    sb_str_add(show->out, sb_tr(show->lang, "; texts ", "; mã băm văn bản "));
    for (size_t i = 0; i < 8; i++)
        sb_str_printf(show->out, "%02x", plan->hash[i]);
    sb_str_add(show->out, "...\n");
    if (segment->run_off)
        sb_str_add(show->out,
                   sb_tr(show->lang,
                         "The pilot has ended: only what stands under `after the end` is allowed.\n",
                         "Thí điểm đã kết thúc: chỉ còn những gì nêu ở mục sau khi kết thúc.\n"));
    else if (!segment->in_term)
        sb_str_add(show->out,
                   sb_tr(show->lang, "The pilot is not running on this date: nothing is allowed.\n",
                         "Thí điểm không diễn ra vào thời điểm này: không giao dịch nào được phép.\n"));
}

void sb_plan_show(const struct sb_plan *plan, sb_time_us at, const struct sb_symbols *symbols,
                  enum sb_lang lang, struct sb_str *out)
{
    (void)symbols; /* every name stands in the trees */
    struct show show = {.plan = plan, .at = at, .lang = lang, .out = out};
    for (uint32_t layer = 0; layer < plan->layer_count; layer++) {
        show.charter = plan->layers[layer].charter;
        sb_str_printf(out, "%s%s\n", layer ? "\n" : "", sb_charter_title(show.charter));
        if (layer == 0)
            show_head(&show);
        for (size_t i = 0; i < SB_ARRAY_SIZE(sections); i++)
            show_section(&show, &sections[i]);
    }
    sb_str_add(
        out, sb_tr(lang,
                   "\nChecked against the instruments named above:\n\n  Name ____________________________   "
                   "Signature ____________________   Date ____________\n",
                   "\nĐã đối chiếu với các văn bản nêu trên:\n\n  Họ tên __________________________   "
                   "Chữ ký _______________________   Ngày ____________\n"));
}
