/* SPDX-License-Identifier: Apache-2.0 */
/* Limits and tables as text. */
#include "charter/format_internal.h"

#include "base/macros.h"
#include "charter/parser_internal.h"

#include <string.h>

#define TABLE_INDENT "    "

static const char *word(enum sb_keyword keyword, enum sb_lang lang)
{
    return sb_keyword_text(keyword, lang);
}

/* A number of events has no decimals. */
static unsigned decimals_of(const struct sb_charter *charter, const struct sb_sentence *limit)
{
    return limit->limit.measure == SB_MEASURE_NUMBER ? 0 : charter->decimals;
}

void sb_format_limit_head(const struct sb_charter *charter, const struct sb_sentence *limit,
                          enum sb_lang lang, struct sb_str *out)
{
    static const enum sb_keyword measures[] = {
        [SB_MEASURE_SUM] = SB_KW_SUM_OF,
        [SB_MEASURE_NUMBER] = SB_KW_NUMBER_OF,
        [SB_MEASURE_EACH_MOST] = SB_KW_EACH,
        [SB_MEASURE_EACH_LEAST] = SB_KW_EACH,
        [SB_MEASURE_BALANCE] = SB_KW_BALANCE_OF_ACCOUNT,
    };
    bool balance = limit->limit.measure == SB_MEASURE_BALANCE;
    sb_str_printf(out, "%s %s: %s", word(SB_KW_LIMIT, lang), limit->name.text,
                  word(measures[limit->limit.measure], lang));
    if (balance && !limit->kinds.all)
        sb_str_printf(out, " %s", word(SB_KW_ON_KINDS, lang));
    if (!balance || !limit->kinds.all) {
        sb_str_add(out, " ");
        sb_format_kinds(&limit->kinds, lang, out);
    }
    if (limit->where) {
        sb_str_printf(out, " %s ", word(SB_KW_WHERE, lang));
        sb_format_condition(charter, limit->where, lang, out);
    }
}

/* `per payee account`, in Vietnamese `của mỗi tài khoản bên nhận`. */
static void add_subject(const struct sb_sentence *limit, enum sb_lang lang, struct sb_str *out)
{
    static const enum sb_keyword subjects[] = {
        [SB_SUBJECT_ACCOUNT] = SB_KW_ACCOUNT,   [SB_SUBJECT_CUSTOMER] = SB_KW_CUSTOMER,
        [SB_SUBJECT_PERSON] = SB_KW_PERSON,     [SB_SUBJECT_AGENT] = SB_KW_AGENT_SUBJECT,
        [SB_SUBJECT_PROVIDER] = SB_KW_PROVIDER, [SB_SUBJECT_PILOT] = SB_KW_PILOT,
    };
    const char *subject = word(subjects[limit->limit.subject], lang);
    const char *side = "";
    if (limit->limit.side_written)
        side = word(limit->limit.side == SB_SIDE_PAYER ? SB_KW_PAYER_SIDE : SB_KW_PAYEE_SIDE, lang);
    sb_str_printf(out, "%s %s%s%s, ", word(SB_KW_PER, lang), lang == SB_VI ? subject : side, *side ? " " : "",
                  lang == SB_VI ? side : subject);
}

static void add_window(const struct sb_sentence *limit, enum sb_lang lang, struct sb_str *out)
{
    static const enum sb_keyword windows[] = {
        [SB_WINDOW_DAY] = SB_KW_EACH_DAY,
        [SB_WINDOW_WEEK] = SB_KW_EACH_WEEK,
        [SB_WINDOW_MONTH] = SB_KW_EACH_CALENDAR_MONTH,
        [SB_WINDOW_YEAR] = SB_KW_EACH_YEAR_FROM,
        [SB_WINDOW_ROLLING] = SB_KW_LAST,
        [SB_WINDOW_LIFETIME] = SB_KW_LIFETIME,
        [SB_WINDOW_PILOT] = SB_KW_WHOLE_PILOT,
    };
    sb_str_add(out, word(windows[limit->limit.window], lang));
    if (limit->limit.window == SB_WINDOW_YEAR)
        sb_str_printf(out, " %02u-%02u", (unsigned)limit->limit.year_month, (unsigned)limit->limit.year_day);
    if (limit->limit.window == SB_WINDOW_ROLLING) {
        sb_str_add(out, " ");
        sb_str_add_amount(out, limit->limit.days, 0);
        bool one = lang == SB_EN && limit->limit.days == 1;
        sb_str_printf(out, " %s", word(one ? SB_KW_DAY : SB_KW_LAST_DAYS, lang));
    }
    sb_str_add(out, ", ");
}

void sb_format_limit_rest(const struct sb_charter *charter, const struct sb_sentence *limit,
                          enum sb_lang lang, struct sb_str *out)
{
    bool windowed = limit->limit.measure == SB_MEASURE_SUM || limit->limit.measure == SB_MEASURE_NUMBER;
    if (windowed) {
        add_subject(limit, lang, out);
        add_window(limit, lang, out);
    }
    sb_str_add(out,
               word(limit->limit.measure == SB_MEASURE_EACH_LEAST ? SB_KW_AT_LEAST : SB_KW_AT_MOST, lang));
    if (limit->limit.has_table)
        return;
    sb_str_add(out, " ");
    sb_str_add_amount(out, limit->limit.ceiling.value, decimals_of(charter, limit));
}

void sb_format_total(const struct sb_charter *charter, const struct sb_sentence *ask, enum sb_lang lang,
                     struct sb_str *out)
{
    sb_str_printf(out, "%s ",
                  word(ask->limit.measure == SB_MEASURE_SUM ? SB_KW_SUM_OF : SB_KW_NUMBER_OF, lang));
    sb_format_kinds(&ask->kinds, lang, out);
    if (ask->where) {
        sb_str_printf(out, " %s ", word(SB_KW_WHERE, lang));
        sb_format_condition(charter, ask->where, lang, out);
    }
    sb_str_add(out, " ");
    add_subject(ask, lang, out);
    add_window(ask, lang, out);
    sb_str_printf(out, "%s ", word(SB_KW_OVER, lang));
    sb_str_add_amount(out, ask->limit.ceiling.value, decimals_of(charter, ask));
}

/* ------------------------------------------------------------------ tables */

/* A table of texts: cells[row * columns + column]. */
struct grid {
    struct sb_str *cells; /* owned */
    uint32_t rows, columns;
    uint32_t left_columns; /* these are set to the left, figures to the right */
};

static struct sb_str *cell_of(const struct grid *grid, uint32_t row, uint32_t column)
{
    return &grid->cells[(size_t)row * grid->columns + column];
}

static bool grid_init(struct grid *grid, uint32_t rows, uint32_t columns, uint32_t left_columns)
{
    *grid = (struct grid){calloc((size_t)rows * columns, sizeof(struct sb_str)), rows, columns, left_columns};
    return grid->cells != NULL;
}

static void grid_print(const struct grid *grid, struct sb_str *out)
{
    for (uint32_t i = 0; i < grid->rows; i++) {
        sb_str_add(out, "\n" TABLE_INDENT "|");
        for (uint32_t j = 0; j < grid->columns; j++) {
            size_t widest = 0;
            for (uint32_t k = 0; k < grid->rows; k++) {
                const struct sb_str *cell = cell_of(grid, k, j);
                widest = SB_MAX(widest, sb_text_width(sb_str_text(cell), cell->size));
            }
            const struct sb_str *cell = cell_of(grid, i, j);
            int space = (int)(widest - sb_text_width(sb_str_text(cell), cell->size));
            bool left = j < grid->left_columns;
            sb_str_printf(out, " %*s%s%*s |", left ? 0 : space, "", sb_str_text(cell), left ? space : 0, "");
        }
    }
}

static void grid_release(struct grid *grid, struct sb_str *out)
{
    for (size_t i = 0; i < (size_t)grid->rows * grid->columns; i++) {
        out->failed = out->failed || grid->cells[i].failed;
        sb_str_release(&grid->cells[i]);
    }
    free(grid->cells);
}

static void fill_header(const struct sb_sentence *limit, enum sb_lang lang, struct grid *grid)
{
    const struct sb_limit_table *table = &limit->limit.table;
    for (uint32_t i = 0; i < table->attribute_count; i++) {
        struct sb_str *cell = cell_of(grid, 0, i);
        if (table->attributes[i].side_written)
            sb_str_printf(cell, "%s.", word(sb_keyword_of_side(table->attributes[i].side), lang));
        sb_str_add(cell, word(sb_keyword_of_field(table->attributes[i].field), lang));
    }
    for (uint32_t i = 0; i < table->date_count; i++) {
        struct sb_str *cell = cell_of(grid, 0, table->attribute_count + i);
        sb_str_printf(cell, "%s ", word(SB_KW_FROM, lang));
        sb_format_moment(&table->dates[i], cell);
    }
    if (table->date_count == 0)
        sb_str_add(
            cell_of(grid, 0, table->attribute_count),
            word(limit->limit.measure == SB_MEASURE_EACH_LEAST ? SB_KW_AT_LEAST : SB_KW_AT_MOST, lang));
}

void sb_format_table(const struct sb_charter *charter, const struct sb_sentence *limit, enum sb_lang lang,
                     struct sb_str *out)
{
    const struct sb_limit_table *table = &limit->limit.table;
    uint32_t figures = SB_MAX(table->date_count, 1u);
    struct grid grid;
    if (!grid_init(&grid, table->row_count + 1, table->attribute_count + figures, table->attribute_count)) {
        out->failed = true;
        return;
    }
    fill_header(limit, lang, &grid);
    for (uint32_t i = 0; i < table->row_count; i++) {
        const struct sb_limit_row *row = &table->rows[i];
        for (uint32_t j = 0; j < table->attribute_count; j++)
            sb_str_add(cell_of(&grid, i + 1, j), row->values[j].text);
        for (uint32_t j = 0; j < figures; j++) {
            struct sb_str *cell = cell_of(&grid, i + 1, table->attribute_count + j);
            if (row->cells[j].present)
                sb_str_add_amount(cell, row->cells[j].value, decimals_of(charter, limit));
            else
                sb_str_add(cell, word(SB_KW_NONE, lang));
        }
    }
    grid_print(&grid, out);
    grid_release(&grid, out);
}

/* ------------------------------------------------------------------ tables of fees */

static bool is_bar(const struct sb_kept_part *part)
{
    return part->word.text && strcmp(part->word.text, "|") == 0;
}

static void add_part(const struct sb_charter *charter, const struct sb_kept_part *part, enum sb_lang lang,
                     struct sb_str *out)
{
    sb_str_add(out, out->size > 0 && !part->no_space_before ? " " : "");
    if (part->keyword)
        sb_str_add(out, word((enum sb_keyword)part->keyword, lang));
    else if (part->where)
        sb_format_condition(charter, part->where, lang, out);
    else
        sb_str_add(out, part->word.text);
}

/* Rows `| a | b |` of kept parts from `first` on; returns the part behind them. */
static uint32_t add_fee_table(const struct sb_charter *charter, const struct sb_sentence *sentence,
                              uint32_t first, enum sb_lang lang, struct sb_str *out)
{
    uint32_t rows = 0, end = first, row = 0, column = 0;
    while (end < sentence->kept.part_count && !(rows > 0 && sentence->kept.parts[end].no_space_before))
        rows += sentence->kept.parts[end++].new_line;
    struct grid grid;
    if (!grid_init(&grid, rows, 2, 0)) {
        out->failed = true;
        return end;
    }
    for (uint32_t i = first; i < end; i++) {
        const struct sb_kept_part *part = &sentence->kept.parts[i];
        if (part->new_line) {
            row += i > first;
            column = 0;
        } else if (is_bar(part)) {
            column++;
        } else {
            add_part(charter, part, lang, cell_of(&grid, row, SB_MIN(column, 1u)));
        }
    }
    grid_print(&grid, out);
    grid_release(&grid, out);
    return end;
}

void sb_format_kept_lines(const struct sb_charter *charter, const struct sb_sentence *sentence,
                          enum sb_lang lang, struct sb_str *out)
{
    for (uint32_t i = 0; i < sentence->kept.part_count; i++) {
        const struct sb_kept_part *part = &sentence->kept.parts[i];
        if (part->new_line) {
            i = add_fee_table(charter, sentence, i, lang, out);
            if (i == sentence->kept.part_count)
                return;
            part = &sentence->kept.parts[i];
        }
        bool first = i == 0;
        if (first && part->no_space_before)
            sb_str_add(out, part->word.text);
        else if (first) {
            struct sb_str own = {0};
            add_part(charter, part, lang, &own);
            sb_str_add(out, sb_str_text(&own));
            out->failed |= own.failed;
            sb_str_release(&own);
        } else
            add_part(charter, part, lang, out);
    }
}
