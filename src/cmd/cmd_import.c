/* SPDX-License-Identifier: Apache-2.0 */
/* sandbank import: other people's files into an event file, with a total that adds up. */
#include "cmd/cmd.h"

#include "base/macros.h"
#include "import/guess.h"
#include "import/import.h"
#include "os/os.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct arguments {
    const char *map;
    const char *guess;  /* the file to propose a mapping for */
    const char **files; /* borrowed from argv */
    uint32_t file_count;
    struct sb_str out, rejects, part, dir; /* owned */
};

static void release(struct arguments *a)
{
    sb_str_release(&a->out);
    sb_str_release(&a->rejects);
    sb_str_release(&a->part);
    sb_str_release(&a->dir);
}

static void set(struct sb_str *str, const char *text)
{
    sb_str_clear(str);
    sb_str_add(str, text);
}

/* FILE.events beside the first file, rejects.csv beside that. */
static void complete(struct arguments *a)
{
    if (a->out.size == 0)
        sb_str_printf(&a->out, "%s.events", a->files[0]);
    const char *out = sb_str_text(&a->out);
    const char *slash = strrchr(out, '/');
    size_t folder = slash ? (size_t)(slash - out) + 1 : 0;
    sb_str_add_bytes(&a->dir, folder ? out : "./", folder ? folder : 2);
    if (a->rejects.size == 0) {
        sb_str_add_bytes(&a->rejects, out, folder);
        sb_str_add(&a->rejects, "rejects.csv");
    }
    sb_str_printf(&a->part, "%s.part", out);
}

static int read_arguments(int argc, char **argv, struct arguments *a)
{
    static const char *const known[] = {"--guess=", "--out=", "--rejects=", NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (args.option && strcmp(args.option, "--guess") == 0)
            a->guess = args.value;
        else if (args.option)
            set(strcmp(args.option, "--out") == 0 ? &a->out : &a->rejects, args.value);
        else if (!a->map)
            a->map = args.value;
        else
            a->files[a->file_count++] = args.value;
    }
    if (got == 0 && a->guess && (a->map || a->out.size > 0 || a->rejects.size > 0)) {
        (void)sb_cmd_usage(argv[0], "--guess stands alone: it only prints a mapping",
                           "--guess đứng một mình: chỉ in ra một ánh xạ");
        got = -1;
    } else if (got == 0 && !a->guess && a->file_count == 0) {
        (void)sb_cmd_usage(argv[0], "a mapping and at least one file are needed",
                           "cần một tệp ánh xạ và ít nhất một tệp dữ liệu");
        got = -1;
    }
    return got;
}

static bool progress(uint64_t done, uint64_t all)
{
    sb_progress("reading rows", "đang đọc các dòng", done, all);
    return !sb_cmd_interrupted();
}

/* ------------------------------------------------------------------ report */

static void count_line(const char *en, const char *vi, uint64_t count)
{
    struct sb_str text = {0};
    const char *label = sb_tr(sb_cmd_lang, en, vi);
    sb_str_add_amount(&text, (int64_t)count, 0);
    int pad = 44 - (int)sb_text_width(label, strlen(label));
    printf("%s%*s%14s\n", label, SB_MAX(pad, 1), "", sb_str_text(&text));
    sb_str_release(&text);
}

static void print_times(const struct sb_import_totals *t, const struct sb_map *map)
{
    char first[SB_TIME_TEXT_SIZE], last[SB_TIME_TEXT_SIZE];
    struct sb_str sum = {0};
    if (t->transfers + t->reversals == 0)
        return;
    sb_time_print(t->first, map->clock_offset_s, first);
    sb_time_print(t->last, map->clock_offset_s, last);
    sb_str_add_amount(&sum, t->sum, map->decimals);
    printf(sb_tr(sb_cmd_lang, "from %s to %s, transfers of %s %s\n", "từ %s đến %s, tổng giao dịch %s %s\n"),
           first, last, sb_str_text(&sum), map->unit.text);
    sb_str_release(&sum);
}

static void print_rejects(const struct sb_import_totals *t)
{
    for (int i = 0; i < SB_REJECT_COUNT; i++) {
        char en[160], vi[160];
        if (t->reasons[i] == 0)
            continue;
        (void)snprintf(en, sizeof(en), "    %s", sb_reject_text((enum sb_reject)i, SB_EN)); /* they fit */
        (void)snprintf(vi, sizeof(vi), "    %s", sb_reject_text((enum sb_reject)i, SB_VI));
        count_line(en, vi, t->reasons[i]);
    }
}

static void print_report(const struct arguments *a, const struct sb_import_totals *t,
                         const struct sb_map *map)
{
    count_line("rows read", "số dòng đã đọc", t->rows);
    count_line("  transfers", "  giao dịch", t->transfers);
    count_line("  reversals", "  hoàn lại", t->reversals);
    count_line("  rejected", "  bị loại", t->rejected);
    print_rejects(t);
    count_line("  headers, and rows before them", "  dòng tiêu đề và các dòng trước đó", t->headers);
    count_line("  blank", "  trống", t->blanks);
    count_line("  skipped by the mapping", "  tệp ánh xạ bỏ qua", t->skipped);
    if (t->account_rows > 0) {
        count_line("rows of the accounts file", "số dòng của tệp tài khoản", t->account_rows);
        count_line("  rejected", "  bị loại", t->account_rejects);
    }
    count_line("accounts opened", "tài khoản được mở", t->accounts);
    if (t->openings > 0)
        count_line("opening balances", "số dư đầu kỳ", t->openings);
    print_times(t, map);
    printf(sb_tr(sb_cmd_lang,
                 "%" PRIu64 " rows = %" PRIu64 " events + %" PRIu64 " rejects + %" PRIu64
                 " headers, blank or skipped\n",
                 "%" PRIu64 " dòng = %" PRIu64 " sự kiện + %" PRIu64 " bị loại + %" PRIu64
                 " tiêu đề, trống hoặc bỏ qua\n"),
           t->rows, t->transfers + t->reversals, t->rejected, t->headers + t->blanks + t->skipped);
    printf(sb_tr(sb_cmd_lang, "written: %s\nrejects: %s\n", "đã ghi: %s\ndòng bị loại: %s\n"),
           sb_str_text(&a->out), sb_str_text(&a->rejects));
}

/* ------------------------------------------------------------------ run */

static enum sb_status open_failed(const char *path, struct sb_err *err)
{
    (void)sb_os_fail(err, errno);
    return sb_fail_in(err, "'%s' cannot be written", "không ghi được '%s'", path);
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* What is read must not be written over: an input may well be called rejects.csv. */
static enum sb_status check_outputs(const struct arguments *a, struct sb_err *err)
{
    const char *outputs[] = {sb_str_text(&a->out), sb_str_text(&a->rejects), sb_str_text(&a->part)};
    for (size_t i = 0; i < SB_ARRAY_SIZE(outputs); i++)
        for (uint32_t j = 0; j <= a->file_count; j++)
            if (same_file(outputs[i], j < a->file_count ? a->files[j] : a->map))
                return sb_fail(
                    err, SB_EXISTS, "'%s' is read and would be written over: use --out or --rejects",
                    "'%s' đang được đọc và sẽ bị ghi đè: hãy dùng --out hoặc --rejects", outputs[i]);
    return SB_OK;
}

/* Import into FILE.part; it gets its name when it is whole. */
static enum sb_status import_into(const struct arguments *a, struct sb_map *map,
                                  struct sb_import_totals *totals, struct sb_err *err)
{
    struct sb_import_options options = {
        .map = map,
        .files = a->files,
        .file_count = a->file_count,
        .temporary_dir = sb_str_text(&a->dir),
        .progress = progress,
    };
    (void)sb_cmd_interrupted(); /* Ctrl-C is heard from here on: it must not leave the part behind */
    options.out = fopen(sb_str_text(&a->part), "wb");
    if (!options.out)
        return open_failed(sb_str_text(&a->part), err);
    options.rejects = fopen(sb_str_text(&a->rejects), "wb");
    enum sb_status status =
        options.rejects ? sb_import_run(&options, totals, err) : open_failed(sb_str_text(&a->rejects), err);
    sb_progress_end();
    if (options.rejects && fclose(options.rejects) != 0 && status == SB_OK)
        status = open_failed(sb_str_text(&a->rejects), err);
    if (fclose(options.out) != 0 && status == SB_OK)
        status = open_failed(sb_str_text(&a->part), err);
    if (status == SB_OK && rename(sb_str_text(&a->part), sb_str_text(&a->out)) != 0)
        status = open_failed(sb_str_text(&a->out), err);
    if (status != SB_OK)
        (void)unlink(sb_str_text(&a->part)); /* incomplete: nobody may take it for the whole */
    return status;
}

static enum sb_status run(const struct arguments *a, bool *ret_any, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *source = NULL;
    size_t size = 0;
    struct sb_map map;
    struct sb_import_totals totals;
    enum sb_status status = sb_os_read_file(sb_os_real(), a->map, SB_MAP_SIZE_MAX, &source, &size, err);
    if (status != SB_OK)
        return status;
    status = check_outputs(a, err);
    if (status == SB_OK)
        status = sb_cmd_check_output(sb_str_text(&a->out), err);
    if (status != SB_OK)
        return status;
    status = sb_map_read(a->map, source, size, &map, err);
    if (status == SB_OK)
        status = import_into(a, &map, &totals, err);
    if (status == SB_OK)
        print_report(a, &totals, &map);
    *ret_any = status == SB_OK && totals.transfers + totals.reversals > 0;
    sb_map_release(&map);
    return status;
}

/* Print a mapping that is worth a look. */
static enum sb_status propose(const char *path, struct sb_err *err)
{
    struct sb_str out = {0};
    FILE *file = fopen(path, "rb");
    if (!file)
        return sb_fail(err, SB_NOT_FOUND, "'%s' cannot be read: %s", "không đọc được '%s': %s", path,
                       strerror(errno));
    enum sb_status status = sb_guess_map(file, path, &out, err);
    (void)fclose(file); /* only read */
    if (status == SB_OK)
        fputs(sb_str_text(&out), stdout);
    sb_str_release(&out);
    return status;
}

enum sb_exit sb_cmd_import(int argc, char **argv)
{
    struct sb_err err = {0};
    SB_CLEANUP(sb_free_ptr) const char **files = calloc((size_t)argc, sizeof(*files));
    struct arguments a = {.files = files};
    if (!files)
        return SB_EXIT_FAILURE;
    if (read_arguments(argc, argv, &a) != 0) {
        release(&a);
        return SB_EXIT_USAGE;
    }
    if (!a.guess)
        complete(&a);
    bool any = true;
    enum sb_status status = a.guess ? propose(a.guess, &err) : run(&a, &any, &err);
    release(&a);
    if (status != SB_OK)
        return sb_cmd_fail(&err);
    if (!any)
        fputs(sb_tr(sb_cmd_lang, "sandbank: no row became an event\n",
                    "sandbank: không dòng nào trở thành sự kiện\n"),
              stderr);
    return any ? SB_EXIT_DONE : SB_EXIT_REFUSED;
}
