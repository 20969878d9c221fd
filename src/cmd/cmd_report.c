/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "cmd/report_parts.h"

#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALTERNATIVES_MAX 16

enum form { AS_TEXT, AS_HTML, AS_JSON };

struct arguments {
    const char *dir, *out;
    sb_day at;
    enum form form;
    struct sb_alternative alternatives[ALTERNATIVES_MAX];
    size_t count;
};

static bool read_alternative(struct arguments *arguments, const char *text)
{
    if (arguments->count == ALTERNATIVES_MAX) {
        (void)sb_cmd_usage("report", "at most %d --alternative", "nhiều nhất %d --alternative",
                           ALTERNATIVES_MAX);
        return false;
    }
    if (sb_alternative_read(text, &arguments->alternatives[arguments->count])) {
        arguments->count++;
        return true;
    }
    (void)sb_cmd_usage(
        "report", "--alternative: expected LIMIT=AMOUNT, law-at=DATE or known-at=DATE, not '%s'",
        "--alternative: cần HẠN-MỨC=SỐ, law-at=NGÀY hoặc known-at=NGÀY, không phải '%s'", text);
    return false;
}

static bool read_at(struct arguments *arguments, const char *text)
{
    struct sb_date date;
    size_t used;
    if (!sb_date_parse(text, strlen(text), &date, &used) || text[used] != '\0') {
        (void)sb_cmd_usage("report", "--at: '%s' is not a date, for example 2026-01-15",
                           "--at: '%s' không phải ngày, ví dụ 2026-01-15", text);
        return false;
    }
    arguments->at = sb_day_of_date(date);
    return true;
}

static bool read_arguments(struct arguments *arguments, int argc, char **argv)
{
    static const char *const known[] = {
        "--html", "--json", "--text", "--out=", "--at=", "--alternative=", NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (!args.option && arguments->dir) {
            (void)sb_cmd_usage("report", "one journal at a time, and '%s' is a second",
                               "mỗi lần một nhật ký, '%s' là cái thứ hai", args.value);
            return false;
        }
        if (!args.option)
            arguments->dir = args.value;
        else if (strcmp(args.option, "--alternative") == 0 && !read_alternative(arguments, args.value))
            return false;
        else if (strcmp(args.option, "--at") == 0 && !read_at(arguments, args.value))
            return false;
        else if (strcmp(args.option, "--out") == 0)
            arguments->out = args.value;
        else if (strcmp(args.option, "--html") == 0 || strcmp(args.option, "--json") == 0 ||
                 strcmp(args.option, "--text") == 0)
            arguments->form = args.option[2] == 'h' ? AS_HTML : args.option[2] == 'j' ? AS_JSON : AS_TEXT;
    }
    if (got == 0 && !arguments->dir)
        (void)sb_cmd_usage("report", "which journal? give its folder", "nhật ký nào? hãy cho biết thư mục");
    return got == 0 && arguments->dir;
}

/* ------------------------------------------------------------------ replay */

static enum sb_status replay_one(const struct sb_report_pilot *pilot,
                                 const struct sb_alternative *alternative, struct sb_doc *doc,
                                 struct sb_err *err)
{
    struct sb_replay_options options = {.mode = SB_REPLAY_WHOLE_RUN,
                                        .law = alternative->law,
                                        .law_day = alternative->day,
                                        .sets = alternative->sets,
                                        .set_count = alternative->sets[0] ? 1 : 0,
                                        .lang = sb_cmd_lang,
                                        .interrupted = sb_cmd_interrupted,
                                        .progress = sb_progress};
    struct sb_diagnostics diagnostics = {0};
    struct sb_replay_report *report = NULL;
    enum sb_status status = sb_replay(sb_os_real(), pilot->dir, &options, &report, &diagnostics, err);
    sb_diagnostics_release(&diagnostics);
    if (status != SB_OK)
        return sb_fail_in(err, "--alternative %s", "--alternative %s", alternative->text);
    sb_report_replay(pilot, alternative, report, doc);
    sb_replay_report_free(report);
    return SB_OK;
}

/* Without an alternative of the asker's, the charter's own next version is one. */
static void add_default(struct arguments *arguments, const struct sb_report_pilot *pilot,
                        char text[SB_TIME_TEXT_SIZE + 8])
{
    char day[SB_TIME_TEXT_SIZE];
    sb_day next;
    if (arguments->count > 0 || !sb_report_next_law(pilot, &next))
        return;
    sb_day_print(next, day);
    (void)snprintf(text, SB_TIME_TEXT_SIZE + 8, "law-at=%s", day);
    if (sb_alternative_read(text, &arguments->alternatives[0])) {
        arguments->alternatives[0].is_default = true;
        arguments->count = 1;
    }
}

/* A replay is of the whole journal: a report as of an earlier day would tell two histories. */
static enum sb_status add_replays(struct arguments *arguments, const struct sb_report_pilot *pilot,
                                  struct sb_doc *doc, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    sb_report_replays(doc, arguments->count);
    if (arguments->count > 0 && !sb_measuring_end(pilot->measuring)->whole)
        sb_doc_paragraph(
            doc, "These rows are of the whole journal, also of what lies after the day of this report.",
            "Các dòng này tính trên toàn bộ nhật ký, kể cả phần sau ngày của báo cáo.");
    for (size_t i = 0; i < arguments->count && status == SB_OK; i++)
        status = replay_one(pilot, &arguments->alternatives[i], doc, err);
    return status;
}

static enum sb_status build(struct arguments *arguments, const struct sb_report_pilot *pilot,
                            struct sb_doc *doc, struct sb_err *err)
{
    sb_report_head(pilot, doc);
    sb_report_goals(pilot, doc);
    enum sb_status status = sb_report_months(pilot, doc, err);
    if (status == SB_OK)
        status = sb_report_refusals(pilot, doc, err);
    if (status == SB_OK)
        status = add_replays(arguments, pilot, doc, err);
    sb_report_limits(doc);
    sb_report_recompute(pilot, arguments->alternatives, arguments->count, doc);
    return status == SB_OK && doc->failed ? sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ") : status;
}

/* ------------------------------------------------------------------ output */

static void as_json(const struct sb_report_pilot *pilot, const struct sb_doc *doc, struct sb_str *out)
{
    const struct sb_measuring_end *end = sb_measuring_end(pilot->measuring);
    struct sb_json_question question = {.day = pilot->day, .suppress = true, .lang = sb_cmd_lang};
    char id[SB_ID_TEXT_SIZE], hash[65],
        *goals = sb_goals_json(sb_measuring_measures(pilot->measuring), &question);
    sb_id_print(end->info.journal_id, id);
    for (size_t i = 0; i < sizeof(end->record_hash); i++)
        (void)snprintf(hash + 2 * i, 3, "%02x", end->record_hash[i]);
    json_t *root =
        json_pack("{s:s, s:I, s:s, s:b, s:o*, s:o*}", "journal", id, "sequence", (json_int_t)end->sequence,
                  "record_hash", hash, "synthetic", (end->info.flags & SB_JOURNAL_SYNTHETIC) != 0, "charter",
                  goals ? json_loads(goals, 0, NULL) : NULL, "sections", sb_doc_as_json(doc));
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    if (text)
        sb_str_printf(out, "%s\n", text);
    out->failed = out->failed || !text;
    free(text);
    free(goals);
    json_decref(root);
}

static enum sb_status write_out(const char *path, const struct sb_str *text, struct sb_err *err)
{
    if (text->failed)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (!path) {
        fputs(sb_str_text(text), stdout);
        return SB_OK;
    }
    enum sb_status status = sb_cmd_check_output(path, err);
    FILE *file = status == SB_OK ? fopen(path, "w") : NULL;
    if (status != SB_OK)
        return status;
    bool lost = !file || fputs(sb_str_text(text), file) < 0;
    lost = (file && fclose(file) != 0) || lost;
    if (!lost)
        return SB_OK;
    (void)sb_os_fail(err, errno);
    return sb_fail_in(err, "cannot write '%s'", "không ghi được '%s'", path);
}

static enum sb_exit run(struct arguments *arguments)
{
    struct sb_err err = {0};
    struct sb_doc doc = {0};
    struct sb_str out = {0};
    char default_text[SB_TIME_TEXT_SIZE + 8];
    struct sb_report_pilot pilot = {.dir = arguments->dir};
    struct sb_measuring_options options = {.os = sb_os_real(),
                                           .dir = arguments->dir,
                                           .until = arguments->at,
                                           .interrupted = sb_cmd_interrupted,
                                           .progress = sb_progress};
    enum sb_status status = sb_measuring_open(&options, &pilot.measuring, NULL, &err);
    if (status == SB_OK) {
        pilot.day = sb_measures_last_day(sb_measuring_measures(pilot.measuring));
        if (pilot.day == SB_DAY_NONE)
            status = sb_fail(&err, SB_NOT_FOUND, "nothing has happened in '%s' by then",
                             "đến lúc đó chưa có gì xảy ra trong '%s'", arguments->dir);
    }
    if (status == SB_OK) {
        add_default(arguments, &pilot, default_text);
        status = build(arguments, &pilot, &doc, &err);
    }
    sb_progress_end();
    if (status == SB_OK) {
        if (arguments->form == AS_HTML)
            sb_doc_as_html(&doc, sb_cmd_lang, &out);
        else if (arguments->form == AS_JSON)
            as_json(&pilot, &doc, &out);
        else
            sb_doc_as_text(&doc, sb_cmd_lang, &out);
        status = write_out(arguments->out, &out, &err);
    }
    sb_str_release(&out);
    sb_doc_release(&doc);
    sb_measuring_close(pilot.measuring);
    return status == SB_OK ? SB_EXIT_DONE : sb_cmd_fail(&err);
}

enum sb_exit sb_cmd_report(int argc, char **argv)
{
    struct arguments arguments = {.at = SB_DAY_NONE};
    return read_arguments(&arguments, argc, argv) ? run(&arguments) : SB_EXIT_USAGE;
}
