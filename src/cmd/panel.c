/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/panel.h"

#include "cmd/cmd.h"
#include "cmd/measure_print.h"

#include <stdlib.h>
#include <string.h>

/* "24=2025-09,01=2025-11" */
static bool add_starts(const char *command, struct sb_panel_question *question, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, ","), equals = strcspn(text, "=");
        struct sb_panel_start *starts =
            realloc(question->starts, (question->start_count + 1) * sizeof(*starts));
        if (!starts)
            return false;
        question->starts = starts;
        struct sb_panel_start *start = &starts[question->start_count];
        if (equals == 0 || equals >= size || equals >= sizeof(start->province) ||
            size - equals - 1 >= sizeof(start->period) || size - equals - 1 == 0) {
            (void)sb_cmd_usage(command,
                               "--starts: expected PROVINCE=PERIOD, for example 24=2025-09, not '%.*s'",
                               "--starts: cần TỈNH=KỲ, ví dụ 24=2025-09, không phải '%.*s'", (int)size, text);
            return false;
        }
        *start = (struct sb_panel_start){0};
        memcpy(start->province, text, equals);
        memcpy(start->period, text + equals + 1, size - equals - 1);
        question->start_count++;
        text += size + (text[size] == ',');
    }
    return true;
}

bool sb_panel_option(const char *command, struct sb_panel_question *question, const char *option,
                     const char *value)
{
    if (strcmp(option, "--starts") == 0)
        return add_starts(command, question, value);
    if (strcmp(option, "--period") == 0) {
        bool week = strcmp(value, "week") == 0;
        question->period = week ? SB_PANEL_WEEK : SB_PANEL_MONTH;
        if (week || strcmp(value, "month") == 0)
            return true;
        (void)sb_cmd_usage(command, "--period: '%s' is neither month nor week",
                           "--period: '%s' không phải month hay week", value);
        return false;
    }
    question->measure = value;
    if (sb_measure_of_name(value) != sb_measure_count())
        return true;
    const char **names = calloc(sb_measure_count(), sizeof(*names));
    for (unsigned i = 0; names && i < sb_measure_count(); i++)
        names[i] = sb_measure_definition(i)->name;
    const char *nearest = names ? sb_text_nearest(value, strlen(value), names, sb_measure_count()) : NULL;
    (void)sb_cmd_usage(command, "--panel: there is no measure '%s'%s%s",
                       "--panel: không có chỉ tiêu '%s'%s%s", value, nearest ? "; nearest: " : "",
                       nearest ? nearest : "");
    free(names);
    return false;
}

void sb_panel_question_release(struct sb_panel_question *question)
{
    free(question->starts);
    question->starts = NULL;
    question->start_count = 0;
}

static const char *start_of(const struct sb_panel_question *question, const char *province)
{
    for (size_t i = 0; i < question->start_count; i++)
        if (strcmp(question->starts[i].province, province) == 0)
            return question->starts[i].period;
    return "";
}

/* A month is named 2025-09, a week by its Monday: both sort as they follow each other. */
static void name_period(const struct sb_panel_question *question, sb_day first, char name[SB_TIME_TEXT_SIZE])
{
    sb_day_print(first, name);
    if (question->period == SB_PANEL_MONTH)
        name[7] = '\0';
}

/* One period's answer. Active accounts of the past are counted over 30 days only: then that window ends with
 * the period. */
static enum sb_status ask(struct sb_measures *measures, unsigned measure, sb_day last, uint32_t days,
                          struct sb_measured *ret_measured, struct sb_err *err)
{
    struct sb_measured_question question = {.measure = measure,
                                            .by = SB_MEASURED_PROVINCE,
                                            .day = last,
                                            .window_days = days,
                                            .places_from = sb_measures_last_day(measures)};
    enum sb_status status = sb_measures_ask(measures, &question, ret_measured, err);
    bool asked_in_vain = status == SB_OK && ret_measured->count > 0 && !ret_measured->rows[0].has_numerator;
    if (!asked_in_vain)
        return status;
    sb_measured_release(ret_measured);
    question.window_days = 30;
    return sb_measures_ask(measures, &question, ret_measured, err);
}

static void write_rows(const struct sb_panel_question *question, const struct sb_measured *measured,
                       const char *period, FILE *file)
{
    const struct sb_measure_definition *definition = sb_measure_definition(measured->measure);
    for (size_t i = 0; i < measured->count; i++) {
        const struct sb_measured_row *row = &measured->rows[i];
        char value[SB_VALUE_TEXT_SIZE] = "";
        if (strcmp(row->key, "-") == 0)
            continue; /* nobody knows where: no province's */
        if (row->has_value)
            sb_value_text(definition->unit, row->value, value);
        fprintf(file, "%s,", row->key);
        sb_csv_field(file, row->label[sb_cmd_lang]);
        fprintf(file, ",%s,%s,%s,", period, start_of(question, row->key), value);
        if (row->has_numerator)
            fprintf(file, "%lld", (long long)row->numerator);
        fputc(',', file);
        if (row->has_denominator)
            fprintf(file, "%lld", (long long)row->denominator);
        fprintf(file, ",%lld\n", (long long)row->n);
    }
}

enum sb_status sb_panel_write(struct sb_measures *measures, const struct sb_panel_question *question,
                              FILE *file, struct sb_err *err)
{
    enum sb_period period = question->period == SB_PANEL_MONTH ? SB_PERIOD_MONTH : SB_PERIOD_WEEK;
    sb_day first = sb_measures_first_day(measures), last = sb_measures_last_day(measures);
    unsigned measure = sb_measure_of_name(question->measure);
    uint64_t periods = 0, rows = 0;
    fprintf(file, "province,name,period,treated,%s,numerator,denominator,n\n", question->measure);
    if (first == SB_DAY_NONE)
        return SB_OK;
    enum sb_status status = SB_OK;
    for (sb_day start = sb_period_start(period, first, 1, 1), next; status == SB_OK && start <= last;
         start = next) {
        struct sb_measured measured = {0};
        char name[SB_TIME_TEXT_SIZE];
        next = sb_period_next(period, start, 1, 1);
        if (start < first || next - 1 > last)
            continue; /* a part of a period compares with no whole one */
        name_period(question, start, name);
        status = ask(measures, measure, next - 1, (uint32_t)(next - start), &measured, err);
        if (status == SB_OK)
            write_rows(question, &measured, name, file);
        rows += measured.count;
        periods++;
        sb_measured_release(&measured);
    }
    if (status == SB_OK && periods > 0 && rows == 0)
        return sb_fail(err, SB_INVALID, "the measure '%s' is not counted by province",
                       "chỉ tiêu '%s' không tính theo tỉnh", question->measure);
    if (status == SB_OK && periods == 0)
        return sb_fail(err, SB_NOT_FOUND, "the journal holds no whole period",
                       "nhật ký không có trọn kỳ nào");
    return status;
}
