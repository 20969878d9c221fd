/* SPDX-License-Identifier: Apache-2.0 */
/* `charter`: check, format and keywords; show and try stand in cmd_charter_try.c, diff in
 * cmd_charter_diff.c. */
#include "cmd/cmd.h"

#include "base/macros.h"
#include "charter/charter.h"
#include "charter/keywords.h"

#include <jansson.h>
#include <string.h>

/* A charter as read from a file: text and tree, with what was found wrong in it. */
struct file {
    char *path, *text; /* owned */
    size_t size;
    struct sb_charter *charter; /* owned */
    struct sb_diagnostics diagnostics;
};

static void file_release(struct file *file)
{
    free(file->path);
    free(file->text);
    sb_charter_free(file->charter);
    sb_diagnostics_release(&file->diagnostics);
}

static enum sb_status file_read(struct file *file, const char *name, const struct sb_charter *upper,
                                struct sb_err *err)
{
    enum sb_status status = sb_cmd_read_charter(name, &file->path, &file->text, &file->size, err);
    if (status != SB_OK)
        return status;
    return sb_charter_parse_layer(file->path, file->text, file->size, upper, UINT64_MAX, &file->charter,
                                  &file->diagnostics, err);
}

static bool is_in_the_text(enum sb_status status)
{
    return status == SB_SYNTAX || status == SB_INVALID;
}

static void print_diagnostics(const struct file *file)
{
    struct sb_str out = {0};
    for (uint32_t i = 0; i < file->diagnostics.count; i++)
        sb_diagnostic_print(&file->diagnostics.list[i], file->charter, sb_cmd_lang, &out);
    fputs(sb_str_text(&out), stderr);
    if (file->diagnostics.more > 0)
        fprintf(stderr, sb_tr(sb_cmd_lang, "%s: and %u more\n", "%s: và %u lỗi, cảnh báo nữa\n"), file->path,
                file->diagnostics.more);
    sb_str_release(&out);
}

/* ------------------------------------------------------------------ check */

static const char *severity_word(enum sb_severity severity)
{
    switch (severity) {
    case SB_SEVERITY_ERROR: return "error";
    case SB_SEVERITY_WARNING: return "warning";
    case SB_SEVERITY_NOTE: return "note";
    }
    return "";
}

/* A file's diagnostics for a program: both languages at once, so that an editor can choose. */
static json_t *json_file(const struct file *file, uint32_t layer)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < file->diagnostics.count; i++) {
        const struct sb_diagnostic *one = &file->diagnostics.list[i];
        json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:I, s:s, s:I, s:s, s:s}", "file", file->path, "line",
                            (json_int_t)one->at.line, "column", (json_int_t)one->at.column, "size",
                            (json_int_t)one->at.size, "severity", severity_word(one->severity), "layer",
                            (json_int_t)layer, "text_en", one->text[SB_EN], "text_vi", one->text[SB_VI]));
    }
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:o}", "file", file->path, "sentences",
                     (json_int_t)file->charter->sentence_count, "errors",
                     (json_int_t)file->diagnostics.error_count, "warnings",
                     (json_int_t)file->diagnostics.warning_count, "more", (json_int_t)file->diagnostics.more,
                     "diagnostics", list);
}

static enum sb_exit print_json(json_t *files)
{
    json_t *root = json_pack("{s:O}", "files", files);
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    enum sb_exit code = SB_EXIT_DONE;
    if (text)
        puts(text);
    else
        code = sb_cmd_fail(&(struct sb_err){SB_NOMEM, {"out of memory", "hết bộ nhớ"}});
    free(text);
    json_decref(root);
    return code;
}

/* What a check says goes to `json` when there is one, else to people. Layer 1 lies on an upper charter. */
static void tell_file(const struct file *file, uint32_t layer, json_t *json)
{
    if (json) {
        json_array_append_new(json, json_file(file, layer));
        return;
    }
    print_diagnostics(file);
    printf(
        sb_tr(sb_cmd_lang, "%s: sentences %u, errors %u, warnings %u\n", "%s: %u câu, %u lỗi, %u cảnh báo\n"),
        file->path, file->charter->sentence_count, file->diagnostics.error_count,
        file->diagnostics.warning_count);
}

static enum sb_exit check_one(const char *name, const struct sb_charter *upper, json_t *json)
{
    struct file file = {0};
    struct sb_err err = {0};
    enum sb_exit code = SB_EXIT_DONE;
    enum sb_status status = file_read(&file, name, upper, &err);
    if (status == SB_OK)
        status = sb_charter_check(file.charter, upper, &file.diagnostics, &err);
    if (status != SB_OK && !is_in_the_text(status)) {
        code = sb_cmd_fail(&err);
    } else {
        tell_file(&file, upper ? 1 : 0, json);
        code = status == SB_OK ? SB_EXIT_DONE : SB_EXIT_REFUSED;
    }
    file_release(&file);
    return code;
}

/* The charter that all others lie on must itself be in order. */
static enum sb_exit read_upper(struct file *upper, const char *name, json_t *json)
{
    struct sb_err err = {0};
    enum sb_status status = file_read(upper, name, NULL, &err);
    if (status == SB_OK)
        status = sb_charter_check(upper->charter, NULL, &upper->diagnostics, &err);
    if (status == SB_OK)
        return SB_EXIT_DONE;
    if (!is_in_the_text(status))
        return sb_cmd_fail(&err);
    if (json)
        json_array_append_new(json, json_file(upper, 0));
    else
        print_diagnostics(upper);
    return SB_EXIT_REFUSED;
}

static enum sb_exit check_files(const char *upper_name, char **names, int count, json_t *json)
{
    struct file upper = {0};
    enum sb_exit worst = upper_name ? read_upper(&upper, upper_name, json) : SB_EXIT_DONE;
    bool upper_is_sound = worst == SB_EXIT_DONE;
    for (int i = 0; upper_is_sound && i < count; i++) {
        enum sb_exit code = check_one(names[i], upper.charter, json);
        worst = SB_MAX(worst, code);
    }
    file_release(&upper);
    return worst;
}

static enum sb_exit check(int argc, char **argv)
{
    static const char *const known[] = {"--upper=", "--json", NULL};
    const char *upper_name = NULL;
    bool as_json = false;
    struct sb_args args = {.argc = argc, .argv = argv};
    int got, files = 0; /* their names move to argv[1] on, never ahead of the cursor */
    while ((got = sb_args_next(&args, known)) > 0) {
        if (args.option && strcmp(args.option, "--json") == 0)
            as_json = true;
        else if (args.option)
            upper_name = args.value;
        else
            argv[++files] = argv[args.at - 1];
    }
    if (got < 0)
        return SB_EXIT_USAGE;
    if (files == 0)
        return sb_cmd_usage("charter check", "expected a charter's file", "cần tệp của một điều lệ");
    json_t *json = as_json ? json_array() : NULL;
    if (as_json && !json)
        return sb_cmd_fail(&(struct sb_err){SB_NOMEM, {"out of memory", "hết bộ nhớ"}});
    enum sb_exit worst = check_files(upper_name, argv + 1, files, json);
    if (as_json) {
        enum sb_exit printed = print_json(json);
        worst = SB_MAX(worst, printed);
    }
    json_decref(json);
    return worst;
}

/* ------------------------------------------------------------------ format */

static enum sb_exit format(int argc, char **argv)
{
    static const char *const known[] = {NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    const char *name = NULL;
    int got;
    while ((got = sb_args_next(&args, known)) > 0) {
        if (name)
            return sb_cmd_usage("charter format", "one file at a time", "mỗi lần một tệp");
        name = args.value;
    }
    if (got < 0)
        return SB_EXIT_USAGE;
    if (!name)
        return sb_cmd_usage("charter format", "expected a charter's file", "cần tệp của một điều lệ");
    struct file file = {0};
    struct sb_str out = {0};
    struct sb_err err = {0};
    enum sb_exit code = SB_EXIT_DONE;
    enum sb_status status = file_read(&file, name, NULL, &err);
    if (status == SB_OK)
        sb_charter_format(file.charter, sb_cmd_lang, &out);
    if (out.failed)
        status = sb_fail(&err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK) {
        fputs(sb_str_text(&out), stdout);
    } else if (is_in_the_text(status)) {
        print_diagnostics(&file);
        code = SB_EXIT_REFUSED;
    } else {
        code = sb_cmd_fail(&err);
    }
    sb_str_release(&out);
    file_release(&file);
    return code;
}

/* ------------------------------------------------------------------ keywords */

/* The table of docs/charter-language.md, section 9. Phrases that serve two keywords are told once. */
static enum sb_exit keywords(int argc, char **argv)
{
    if (argc > 1)
        return sb_cmd_usage("charter keywords", "'%s' is not expected", "thừa '%s'", argv[1]);
    puts("| English | Tiếng Việt |\n|---|---|");
    for (int i = 1; i < SB_KW_COUNT; i++) {
        const char *en = sb_keyword_text((enum sb_keyword)i, SB_EN);
        const char *vi = sb_keyword_text((enum sb_keyword)i, SB_VI);
        bool told = false;
        for (int j = 1; j < i && !told; j++)
            told = strcmp(sb_keyword_text((enum sb_keyword)j, SB_EN), en) == 0 &&
                   strcmp(sb_keyword_text((enum sb_keyword)j, SB_VI), vi) == 0;
        if (!told)
            printf("| %s | %s |\n", en, vi);
    }
    return SB_EXIT_DONE;
}

/* ------------------------------------------------------------------ dispatch */

static const struct {
    const char *name;
    enum sb_exit (*main)(int argc, char **argv); /* argv[0] is "charter check" or the like */
} subcommands[] = {
    {"check", check},       {"diff", sb_cmd_charter_diff}, {"format", format},
    {"keywords", keywords}, {"show", sb_cmd_charter_show}, {"try", sb_cmd_charter_try},
};

enum sb_exit sb_cmd_charter(int argc, char **argv)
{
    const char *names[SB_ARRAY_SIZE(subcommands)];
    if (argc < 2)
        return sb_cmd_usage("charter", "expected check, diff, format, keywords, show or try",
                            "cần check, diff, format, keywords, show hoặc try");
    for (size_t i = 0; i < SB_ARRAY_SIZE(subcommands); i++) {
        if (strcmp(argv[1], subcommands[i].name) == 0) {
            char full_name[32]; /* usage errors say how to ask for help: `sandbank charter check --help` */
            (void)snprintf(full_name, sizeof(full_name), "charter %s", subcommands[i].name); /* known: fits */
            argv[1] = full_name;
            return subcommands[i].main(argc - 1, argv + 1);
        }
        names[i] = subcommands[i].name;
    }
    const char *nearest = sb_text_nearest(argv[1], strlen(argv[1]), names, SB_ARRAY_SIZE(subcommands));
    if (nearest)
        return sb_cmd_usage("charter", "unknown '%s'; did you mean '%s'?",
                            "không có '%s'; có phải '%s' không?", argv[1], nearest);
    return sb_cmd_usage("charter", "unknown '%s': expected check, diff, format, keywords, show or try",
                        "không có '%s': cần check, diff, format, keywords, show hoặc try", argv[1]);
}
