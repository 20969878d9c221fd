/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "cmd/law.h"

#include "os/os.h"
#include "replay/replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SETS_MAX 32

struct arguments {
    const char *dir;
    struct sb_law_files law;
    struct sb_replay_options options;
    enum sb_dimension by[SB_BY_COUNT];
    const char *sets[SETS_MAX];
    const char *csv;
    bool json;
};

static bool read_dimensions(struct arguments *arguments, const char *text)
{
    const char *words[SB_BY_COUNT];
    for (unsigned i = 0; i < SB_BY_COUNT; i++)
        words[i] = sb_dimension_word((enum sb_dimension)i);
    arguments->options.by_count = 0;
    while (*text) {
        size_t size = strcspn(text, ",");
        unsigned found = 0;
        while (found < SB_BY_COUNT && (strlen(words[found]) != size || memcmp(words[found], text, size) != 0))
            found++;
        if (found == SB_BY_COUNT || arguments->options.by_count == SB_BY_COUNT) {
            const char *nearest = sb_text_nearest(text, size, words, SB_BY_COUNT);
            (void)sb_cmd_usage("replay", "--by: '%.*s' is not one of limit,kind,tier,province,area,month%s%s",
                               "--by: '%.*s' không thuộc limit,kind,tier,province,area,month%s%s", (int)size,
                               text, nearest ? "; nearest: " : "", nearest ? nearest : "");
            return false;
        }
        arguments->by[arguments->options.by_count++] = (enum sb_dimension)found;
        text += size + (text[size] == ',');
    }
    return true;
}

static bool read_day(struct arguments *arguments, enum sb_law law, const char *option, const char *text)
{
    struct sb_date date;
    size_t used;
    if (!sb_date_parse(text, strlen(text), &date, &used) || text[used] != '\0') {
        (void)sb_cmd_usage("replay", "%s: '%s' is not a date, for example 2026-01-15",
                           "%s: '%s' không phải ngày, ví dụ 2026-01-15", option, text);
        return false;
    }
    if (arguments->options.law != SB_LAW_LIVE) {
        (void)sb_cmd_usage("replay", "--law-at and --known-at exclude each other",
                           "--law-at và --known-at không dùng cùng nhau");
        return false;
    }
    arguments->options.law = law;
    arguments->options.law_day = sb_day_of_date(date);
    return true;
}

static bool take_option(struct arguments *arguments, const struct sb_args *args)
{
    const char *option = args->option;
    if (strcmp(option, "--charter") == 0 || strcmp(option, "--layer") == 0)
        return sb_law_add("replay", &arguments->law, args->value);
    if (strcmp(option, "--law-at") == 0)
        return read_day(arguments, SB_LAW_AT, option, args->value);
    if (strcmp(option, "--known-at") == 0)
        return read_day(arguments, SB_LAW_KNOWN_AT, option, args->value);
    if (strcmp(option, "--by") == 0)
        return read_dimensions(arguments, args->value);
    if (strcmp(option, "--csv") == 0) {
        arguments->csv = args->value;
        return true;
    }
    if (strcmp(option, "--json") == 0) {
        arguments->json = true;
        return true;
    }
    if (strcmp(option, "--set") == 0) {
        if (arguments->options.set_count == SETS_MAX)
            return sb_cmd_usage("replay", "at most %d --set", "nhiều nhất %d --set", SETS_MAX) ==
                   SB_EXIT_DONE;
        arguments->sets[arguments->options.set_count++] = args->value;
        return true;
    }
    if (strcmp(args->value, "one-step") == 0 || strcmp(args->value, "whole-run") == 0) { /* --mode */
        arguments->options.mode = args->value[0] == 'o' ? SB_REPLAY_ONE_STEP : SB_REPLAY_WHOLE_RUN;
        return true;
    }
    return sb_cmd_usage("replay", "--mode: '%s' is neither one-step nor whole-run",
                        "--mode: '%s' không phải one-step hay whole-run", args->value) == SB_EXIT_DONE;
}

static bool read_arguments(struct arguments *arguments, int argc, char **argv)
{
    static const char *const known[] = {"--charter=", "--layer=", "--mode=", "--law-at=", "--known-at=",
                                        "--set=",     "--by=",    "--json",  "--csv=",    NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (args.option) {
            if (!take_option(arguments, &args))
                return false;
        } else if (arguments->dir) {
            (void)sb_cmd_usage("replay", "one journal at a time, and '%s' is a second",
                               "mỗi lần một nhật ký, '%s' là cái thứ hai", args.value);
            return false;
        } else {
            arguments->dir = args.value;
        }
    }
    if (got == 0 && !arguments->dir)
        (void)sb_cmd_usage("replay", "which journal? give its folder", "nhật ký nào? hãy cho biết thư mục");
    return got == 0 && arguments->dir;
}

static enum sb_exit print(struct sb_replay_report *report, bool json)
{
    if (json) {
        char *text = sb_replay_json(report);
        if (!text)
            return SB_EXIT_FAILURE;
        puts(text);
        free(text);
    } else {
        struct sb_str text = {0};
        sb_replay_print(report, sb_cmd_lang, &text);
        fputs(sb_str_text(&text), stdout);
        sb_str_release(&text);
    }
    bool differs = report->different_results > 0 || report->checkpoints_differ > 0;
    for (unsigned i = 0; i < SB_CHANGE_COUNT; i++)
        differs = differs || report->changes[i].number > 0;
    return differs ? SB_EXIT_REFUSED : SB_EXIT_DONE;
}

static enum sb_exit run(struct arguments *arguments)
{
    struct sb_err err = {0};
    struct sb_diagnostics diagnostics = {0};
    struct sb_replay_report *report = NULL;
    enum sb_exit code = SB_EXIT_FAILURE;
    struct sb_replay_options *options = &arguments->options;
    options->by = arguments->by;
    options->sets = arguments->sets;
    options->lang = sb_cmd_lang;
    options->interrupted = sb_cmd_interrupted;
    options->progress = sb_progress;
    options->sources = arguments->law.sources;
    options->source_count = arguments->law.count;
    if (arguments->csv && !(options->csv = fopen(arguments->csv, "w"))) {
        (void)sb_os_fail(&err, errno);
        (void)sb_fail_in(&err, "cannot write '%s'", "không ghi được '%s'", arguments->csv);
        return sb_cmd_fail(&err);
    }
    enum sb_status status = sb_replay(sb_os_real(), arguments->dir, options, &report, &diagnostics, &err);
    sb_progress_end();
    bool csv_lost = options->csv && ferror(options->csv) != 0;
    csv_lost = (options->csv && fclose(options->csv) != 0) || csv_lost;
    if (csv_lost && status == SB_OK) {
        (void)sb_os_fail(&err, errno);
        status = sb_fail_in(&err, "cannot write '%s'", "không ghi được '%s'", arguments->csv);
    }
    if (status == SB_OK)
        code = print(report, arguments->json);
    else
        code = sb_law_fail(&arguments->law, &diagnostics, &err);
    sb_diagnostics_release(&diagnostics);
    sb_replay_report_free(report);
    return code;
}

enum sb_exit sb_cmd_replay(int argc, char **argv)
{
    struct arguments arguments = {
        .options = {.mode = SB_REPLAY_WHOLE_RUN, .by_count = 2},
        .by = {SB_BY_LIMIT, SB_BY_KIND},
    };
    enum sb_exit code = read_arguments(&arguments, argc, argv) ? run(&arguments)
                        : arguments.law.unreadable             ? SB_EXIT_FAILURE
                                                               : SB_EXIT_USAGE;
    sb_law_release(&arguments.law);
    return code;
}
