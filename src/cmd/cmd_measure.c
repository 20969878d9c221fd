/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/adults.h"
#include "cmd/cmd.h"
#include "cmd/law.h"
#include "cmd/measure_print.h"
#include "cmd/panel.h"

#include "os/os.h"
#include "replay/measuring.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct arguments {
    const char *dir;
    struct sb_law_files law;
    struct sb_adults_file adults;
    struct sb_panel_question panel;
    sb_day at;
    uint32_t days;
    enum sb_measured_by by;
    bool json, csv, suppress, unreadable;
};

static bool is(const struct sb_args *args, const char *option)
{
    return strcmp(args->option, option) == 0;
}

static bool read_day(const char *option, const char *text, sb_day *ret_day)
{
    struct sb_date date;
    size_t used;
    if (!sb_date_parse(text, strlen(text), &date, &used) || text[used] != '\0') {
        (void)sb_cmd_usage("measure", "%s: '%s' is not a date, for example 2026-01-15",
                           "%s: '%s' không phải ngày, ví dụ 2026-01-15", option, text);
        return false;
    }
    *ret_day = sb_day_of_date(date);
    return true;
}

static bool read_by(struct arguments *arguments, const char *text)
{
    const char *words[SB_MEASURED_BY_COUNT];
    arguments->by = sb_measured_by_of_word(text);
    if (arguments->by != SB_MEASURED_BY_COUNT)
        return true;
    for (unsigned i = 0; i < SB_MEASURED_BY_COUNT; i++)
        words[i] = sb_measured_by_word((enum sb_measured_by)i);
    const char *nearest = sb_text_nearest(text, strlen(text), words, SB_MEASURED_BY_COUNT);
    (void)sb_cmd_usage("measure",
                       "--by: '%s' is not one of all,province,area,tier,sex,age,provider,kind,sentence%s%s",
                       "--by: '%s' không thuộc all,province,area,tier,sex,age,provider,kind,sentence%s%s",
                       text, nearest ? "; nearest: " : "", nearest ? nearest : "");
    return false;
}

static bool read_days(struct arguments *arguments, const char *text)
{
    int64_t days;
    size_t used;
    if (!sb_text_amount(text, strlen(text), 0, &days, &used) || text[used] != '\0' || days < 1 ||
        days > SB_ROLLING_DAYS_MAX) {
        (void)sb_cmd_usage("measure", "--days: '%s' is not a number of days from 1 to %d",
                           "--days: '%s' không phải số ngày từ 1 đến %d", text, SB_ROLLING_DAYS_MAX);
        return false;
    }
    arguments->days = (uint32_t)days;
    return true;
}

static bool read_adults(struct arguments *arguments, const char *path)
{
    struct sb_err err = {0};
    sb_adults_release(&arguments->adults);
    if (sb_adults_read(path, &arguments->adults, &err) == SB_OK)
        return true;
    (void)sb_cmd_fail(&err);
    arguments->unreadable = true;
    return false;
}

static bool take_option(struct arguments *arguments, const struct sb_args *args)
{
    if (is(args, "--charter") || is(args, "--layer"))
        return sb_law_add("measure", &arguments->law, args->value);
    if (is(args, "--at"))
        return read_day("--at", args->value, &arguments->at);
    if (is(args, "--by"))
        return read_by(arguments, args->value);
    if (is(args, "--days"))
        return read_days(arguments, args->value);
    if (is(args, "--adults"))
        return read_adults(arguments, args->value);
    if (is(args, "--panel") || is(args, "--period") || is(args, "--starts"))
        return sb_panel_option("measure", &arguments->panel, args->option, args->value);
    arguments->json = arguments->json || is(args, "--json");
    arguments->csv = arguments->csv || is(args, "--csv");
    arguments->suppress = arguments->suppress || is(args, "--suppress");
    return true;
}

static bool read_arguments(struct arguments *arguments, int argc, char **argv)
{
    static const char *const known[] = {"--charter=", "--layer=",   "--at=",     "--by=",     "--days=",
                                        "--adults=",  "--panel=",   "--period=", "--starts=", "--csv",
                                        "--json",     "--suppress", NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (args.option) {
            if (!take_option(arguments, &args))
                return false;
        } else if (arguments->dir) {
            (void)sb_cmd_usage("measure", "one journal at a time, and '%s' is a second",
                               "mỗi lần một nhật ký, '%s' là cái thứ hai", args.value);
            return false;
        } else {
            arguments->dir = args.value;
        }
    }
    if (got == 0 && !arguments->dir)
        (void)sb_cmd_usage("measure", "which journal? give its folder", "nhật ký nào? hãy cho biết thư mục");
    if (got == 0 && arguments->json && arguments->csv) {
        (void)sb_cmd_usage("measure", "--json and --csv exclude each other",
                           "--json và --csv không dùng cùng nhau");
        return false;
    }
    return got == 0 && arguments->dir;
}

/* ------------------------------------------------------------------ printing */

static struct sb_money money_of(const struct sb_measuring *measuring)
{
    const struct sb_plan *plan = sb_ledger_plan(sb_measuring_ledger(measuring));
    const char *unit =
        plan ? sb_symbols_name(sb_measuring_symbols(measuring), SB_SPACE_UNIT, plan->unit) : NULL;
    return (struct sb_money){unit ? unit : "", plan ? plan->decimals : 0};
}

static void print_head(const struct sb_measuring *measuring, sb_day day)
{
    const struct sb_measuring_end *end = sb_measuring_end(measuring);
    const struct sb_plan *plan = sb_ledger_plan(sb_measuring_ledger(measuring));
    char id[SB_ID_TEXT_SIZE], text[SB_TIME_TEXT_SIZE];
    if ((end->info.flags & SB_JOURNAL_SYNTHETIC) != 0)
        printf(sb_tr(sb_cmd_lang, "SYNTHETIC DATA: %s\n", "DỮ LIỆU MÔ PHỎNG, không phải thật: %s\n"),
               end->info.origin);
    sb_id_print(end->info.journal_id, id);
    sb_day_print(day, text);
    printf(sb_tr(sb_cmd_lang, "%s\njournal %s, %llu events, at the end of %s\n\n",
                 "%s\nnhật ký %s, %llu sự kiện, vào cuối ngày %s\n\n"),
           plan ? sb_charter_title(plan->layers[0].charter) : "-", id, (unsigned long long)end->sequence,
           text);
}

static enum sb_status print_measures(const struct arguments *arguments, struct sb_measuring *measuring,
                                     sb_day day, struct sb_err *err)
{
    struct sb_money money = money_of(measuring);
    struct sb_measures *measures = sb_measuring_measures(measuring);
    struct sb_str out = {0};
    enum sb_status status = SB_OK;
    if (arguments->csv) {
        sb_measured_csv_head(stdout);
    } else {
        print_head(measuring, day);
        sb_figure_print_all(measures, day, &money, sb_cmd_lang, &out);
        sb_str_add(&out, sb_tr(sb_cmd_lang, "Measures\n", "Các chỉ tiêu\n"));
    }
    for (unsigned i = 0; i < sb_measure_count() && status == SB_OK; i++) {
        struct sb_measured_question question = {i, arguments->by, day, arguments->days, arguments->suppress,
                                                0};
        struct sb_measured measured = {0};
        status = sb_measures_ask(measures, &question, &measured, err);
        if (status == SB_OK && arguments->csv)
            sb_measured_csv(&measured, sb_cmd_lang, stdout);
        else if (status == SB_OK)
            sb_measured_print(&measured, &money, sb_cmd_lang, &out);
        sb_measured_release(&measured);
    }
    fputs(sb_str_text(&out), stdout);
    sb_str_release(&out);
    return status;
}

/* An answer of the measures' own, as a part of ours. */
static json_t *parsed(char *text)
{
    json_t *json = text ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return json;
}

static enum sb_status print_json(const struct arguments *arguments, struct sb_measuring *measuring,
                                 sb_day day, struct sb_err *err)
{
    const struct sb_measuring_end *end = sb_measuring_end(measuring);
    struct sb_measures *measures = sb_measuring_measures(measuring);
    struct sb_json_question question = {arguments->by, day, arguments->days, arguments->suppress,
                                        sb_cmd_lang};
    struct sb_money money = money_of(measuring);
    char id[SB_ID_TEXT_SIZE];
    sb_id_print(end->info.journal_id, id);
    json_t *all = parsed(sb_measures_json(measures, &question)),
           *goals = parsed(sb_goals_json(measures, &question));
    json_t *root =
        json_pack("{s:s, s:I, s:b, s:s, s:i}", "journal", id, "sequence", (json_int_t)end->sequence,
                  "synthetic", (end->info.flags & SB_JOURNAL_SYNTHETIC) != 0, "money_unit", money.unit,
                  "decimals", (int)money.decimals);
    char *text = NULL;
    if (root && all && goals && json_object_update(root, all) == 0 &&
        json_object_set(root, "charter", goals) == 0)
        text = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(all);
    json_decref(goals);
    json_decref(root);
    if (!text)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    puts(text);
    free(text);
    return SB_OK;
}

static enum sb_exit run(struct arguments *arguments)
{
    struct sb_err err = {0};
    struct sb_diagnostics diagnostics = {0};
    struct sb_measuring *measuring = NULL;
    struct sb_measuring_options options = {.os = sb_os_real(),
                                           .dir = arguments->dir,
                                           .sources = arguments->law.sources,
                                           .source_count = arguments->law.count,
                                           .until = arguments->at,
                                           .days = arguments->days,
                                           .adults =
                                               arguments->adults.rows ? &arguments->adults.adults : NULL,
                                           .interrupted = sb_cmd_interrupted,
                                           .progress = sb_progress};
    enum sb_status status = sb_measuring_open(&options, &measuring, &diagnostics, &err);
    sb_progress_end();
    enum sb_exit code = SB_EXIT_DONE;
    if (status != SB_OK) {
        code = sb_law_fail(&arguments->law, &diagnostics, &err);
    } else {
        sb_day day = sb_measures_last_day(sb_measuring_measures(measuring));
        if (arguments->panel.measure)
            status = sb_panel_write(sb_measuring_measures(measuring), &arguments->panel, stdout, &err);
        else if (day == SB_DAY_NONE)
            status = sb_fail(&err, SB_NOT_FOUND, "nothing has happened in '%s' by then",
                             "đến lúc đó chưa có gì xảy ra trong '%s'", arguments->dir);
        else if (arguments->json)
            status = print_json(arguments, measuring, day, &err);
        else
            status = print_measures(arguments, measuring, day, &err);
        code = status == SB_OK ? SB_EXIT_DONE : sb_cmd_fail(&err);
    }
    sb_diagnostics_release(&diagnostics);
    sb_measuring_close(measuring);
    return code;
}

enum sb_exit sb_cmd_measure(int argc, char **argv)
{
    struct arguments arguments = {.at = SB_DAY_NONE};
    enum sb_exit code = SB_EXIT_USAGE;
    if (read_arguments(&arguments, argc, argv))
        code = run(&arguments);
    else if (arguments.law.unreadable || arguments.unreadable)
        code = SB_EXIT_FAILURE;
    sb_law_release(&arguments.law);
    sb_adults_release(&arguments.adults);
    sb_panel_question_release(&arguments.panel);
    return code;
}
