/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/measure_print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ values */

static void add_whole(struct sb_str *out, double value, unsigned decimals)
{
    if (value < -0.5)
        sb_str_add(out, "-");
    /* Beyond 2^63 a figure says nothing any more; it is held there. */
    double size = fabs(round(value));
    sb_str_add_amount(out, size < 9.2e18 ? (int64_t)size : INT64_MAX, decimals);
}

void sb_value_print(enum sb_measured_unit unit, double value, const struct sb_money *money,
                    struct sb_str *out)
{
    switch (unit) {
    case SB_UNIT_ACCOUNTS:
    case SB_UNIT_TRANSFERS: add_whole(out, value, 0); break;
    case SB_UNIT_MONEY:
        add_whole(out, value, money->decimals);
        sb_str_printf(out, " %s", money->unit);
        break;
    case SB_UNIT_SHARE: sb_str_printf(out, "%.1f %%", value * 100); break;
    case SB_UNIT_POINTS: sb_str_printf(out, "%+.1f", value); break;
    case SB_UNIT_PER_100000:
    case SB_UNIT_PER_ACCOUNT: sb_str_printf(out, "%.2f", value); break;
    case SB_UNIT_INDEX:
        if (value > 1)
            add_whole(out, value, 0);
        else
            sb_str_printf(out, "%.3f", value);
        break;
    }
}

void sb_figure_value_print(const struct sb_figure_value *value, double number, const struct sb_money *money,
                           struct sb_str *out)
{
    bool ratio = value->has_bottom && value->type != SB_S_INVARIANT;
    enum sb_measured_unit unit = SB_UNIT_ACCOUNTS;
    if (value->top_is_amount && !(ratio && value->bottom_is_amount))
        unit = SB_UNIT_MONEY;
    else if (ratio && (value->threshold_share || !value->has_threshold))
        unit = SB_UNIT_SHARE;
    else if (ratio)
        unit = SB_UNIT_PER_ACCOUNT;
    sb_value_print(unit, number, money, out);
}

const char *sb_figure_state(const struct sb_figure_value *value, enum sb_lang lang)
{
    if (!value->has_value)
        return sb_tr(lang, "no figure", "không có số");
    if (!value->has_threshold)
        return "";
    if (value->type == SB_S_GOAL && !value->due)
        return value->met ? sb_tr(lang, "reached before its date", "đạt trước hạn")
                          : sb_tr(lang, "not reached yet", "chưa đạt, còn thời hạn");
    if (value->type == SB_S_GOAL)
        return value->met ? sb_tr(lang, "reached", "đạt") : sb_tr(lang, "missed", "không đạt");
    bool good = value->type == SB_S_SAFEGUARD ? !value->met : value->met;
    if (value->type == SB_S_SAFEGUARD)
        return good ? sb_tr(lang, "not tripped", "chưa chạm ngưỡng")
                    : sb_tr(lang, "over its threshold", "đã vượt ngưỡng");
    return good ? sb_tr(lang, "holds", "được giữ") : sb_tr(lang, "broken", "bị vi phạm");
}

/* ------------------------------------------------------------------ the charter's figures */

static void print_parts(const struct sb_figure_value *value, const struct sb_money *money, struct sb_str *out)
{
    if (!value->has_bottom || value->type == SB_S_INVARIANT)
        return;
    sb_str_add(out, " (");
    add_whole(out, (double)value->top, value->top_is_amount ? money->decimals : 0);
    sb_str_add(out, " / ");
    add_whole(out, (double)value->bottom, value->bottom_is_amount ? money->decimals : 0);
    sb_str_add(out, ")");
}

static void print_figure(const struct sb_figure_value *value, const struct sb_money *money, enum sb_lang lang,
                         struct sb_str *out)
{
    char day[SB_TIME_TEXT_SIZE];
    sb_str_add(out, "  ");
    sb_figure_text(value, lang, out);
    sb_str_add(out, "\n      ");
    sb_day_print(value->day, day);
    sb_str_printf(out, "%s: ", day);
    if (value->has_value) {
        sb_figure_value_print(value, value->value, money, out);
        print_parts(value, money, out);
    }
    const char *state = sb_figure_state(value, lang);
    sb_str_printf(out, "%s%s", value->has_value && *state ? "; " : "", state);
    if (value->note[lang])
        sb_str_printf(out, ": %s", value->note[lang]);
    if (value->has_value && value->has_threshold) {
        sb_str_add(out, sb_tr(lang, "; distance ", "; khoảng cách "));
        if (value->distance > 0)
            sb_str_add(out, "+");
        sb_figure_value_print(value, value->distance, money, out);
    }
    if (value->unknown != 0) {
        sb_str_add(out, sb_tr(lang, "; cannot be told: ", "; không xác định được: "));
        add_whole(out, (double)value->unknown, value->top_is_amount ? money->decimals : 0);
    }
    if (value->amended)
        sb_str_add(out, sb_tr(lang, "; a later charter says otherwise", "; điều lệ sau đã nói khác"));
    sb_str_add(out, "\n");
}

void sb_figure_print_all(const struct sb_measures *measures, sb_day day, const struct sb_money *money,
                         enum sb_lang lang, struct sb_str *out)
{
    unsigned count = sb_figure_count(measures);
    if (count > 0)
        sb_str_add(out, sb_tr(lang, "What the charter asks for\n", "Điều lệ đòi hỏi\n"));
    for (unsigned i = 0; i < count; i++) {
        struct sb_figure_value value;
        sb_figure_on(measures, i, day, &value);
        print_figure(&value, money, lang, out);
    }
    if (count > 0)
        sb_str_add(out, "\n");
}

/* ------------------------------------------------------------------ tables */

static void add_padded(struct sb_str *out, const char *text, size_t columns, bool right)
{
    size_t width = sb_text_width(text, strlen(text));
    size_t pad = width < columns ? columns - width : 0;
    if (!right)
        sb_str_add(out, text);
    for (size_t i = 0; i < pad; i++)
        sb_str_add(out, " ");
    if (right)
        sb_str_add(out, text);
}

static void print_row(const struct sb_measured_row *row, const struct sb_measure_definition *definition,
                      const struct sb_money *money, enum sb_lang lang, struct sb_str *out)
{
    struct sb_str value = {0};
    if (row->suppressed)
        sb_str_printf(&value, sb_tr(lang, "fewer than %d", "dưới %d"), SB_SUPPRESS_BELOW);
    else if (row->has_value)
        sb_value_print(definition->unit, row->value, money, &value);
    else
        sb_str_add(&value, "-");
    add_padded(out, sb_str_text(&value), 20, true);
    sb_str_release(&value);
    if (row->has_denominator) {
        sb_str_add(out, "   ");
        add_whole(out, (double)row->numerator, definition->unit == SB_UNIT_MONEY ? money->decimals : 0);
        sb_str_add(out, " / ");
        add_whole(out, (double)row->denominator, 0);
    }
    if (row->note[lang])
        sb_str_printf(out, "   %s", row->note[lang]);
    sb_str_add(out, "\n");
}

void sb_measured_print(const struct sb_measured *measured, const struct sb_money *money, enum sb_lang lang,
                       struct sb_str *out)
{
    const struct sb_measure_definition *definition = sb_measure_definition(measured->measure);
    char window[64] = "";
    if (measured->count == 0)
        return;
    if (measured->window_days)
        (void)snprintf(window, sizeof(window), sb_tr(lang, ", %u days", ", %u ngày"), measured->window_days);
    struct sb_str title = {0};
    sb_str_printf(&title, "%s%s", definition->title[lang], window);
    sb_str_add(out, "  ");
    if (measured->by == SB_MEASURED_ALL) {
        add_padded(out, sb_str_text(&title), 60, false);
        print_row(&measured->rows[0], definition, money, lang, out);
    } else {
        sb_str_printf(out, "%s\n", sb_str_text(&title));
    }
    sb_str_release(&title);
    for (size_t i = 0; measured->by != SB_MEASURED_ALL && i < measured->count; i++) {
        sb_str_add(out, "    ");
        add_padded(out, measured->rows[i].label[lang], 58, false);
        print_row(&measured->rows[i], definition, money, lang, out);
    }
}

/* ------------------------------------------------------------------ rows */

void sb_csv_field(FILE *file, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (const char *at = text; *at; at++) {
        if (*at == '"')
            fputc('"', file);
        fputc(*at, file);
    }
    fputc('"', file);
}

void sb_measured_csv_head(FILE *file)
{
    fputs("at,measure,unit,window_days,epoch,by,key,label,numerator,denominator,value,n,suppressed,note\n",
          file);
}

void sb_measured_csv(const struct sb_measured *measured, enum sb_lang lang, FILE *file)
{
    const struct sb_measure_definition *definition = sb_measure_definition(measured->measure);
    char day[SB_TIME_TEXT_SIZE];
    sb_day_print(measured->day, day);
    for (size_t i = 0; i < measured->count; i++) {
        const struct sb_measured_row *row = &measured->rows[i];
        char value[SB_VALUE_TEXT_SIZE] = "";
        fprintf(file, "%s,%s,%s,", day, definition->name, sb_measured_unit_word(definition->unit));
        if (measured->window_days)
            fprintf(file, "%u", measured->window_days);
        fprintf(file, ",%s,%s,", measured->epoch, sb_measured_by_word(measured->by));
        sb_csv_field(file, row->key);
        fputc(',', file);
        sb_csv_field(file, row->label[lang]);
        fputc(',', file);
        if (row->has_numerator)
            fprintf(file, "%lld", (long long)row->numerator);
        fputc(',', file);
        if (row->has_denominator)
            fprintf(file, "%lld", (long long)row->denominator);
        if (row->has_value)
            sb_value_text(definition->unit, row->value, value);
        fprintf(file, ",%s,", value);
        if (!row->suppressed)
            fprintf(file, "%lld", (long long)row->n);
        fprintf(file, ",%s,", row->suppressed ? "yes" : "");
        sb_csv_field(file, row->note[lang] ? row->note[lang] : "");
        fputc('\n', file);
    }
}
