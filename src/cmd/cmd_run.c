/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "cmd/law.h"
#include "cmd/outcome.h"

#include "base/macros.h"
#include "import/ingest.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 256

struct run {
    const char *dir;
    struct sb_law_files law;
    const char *files[FILES_MAX];
    unsigned file_count;
    struct sb_ingest_head heads[FILES_MAX];
    bool json, has_key;
    bool future;     /* events more than a year ahead of the machine's clock are meant */
    uint8_t key[64]; /* Ed25519 secret key; wiped before the program ends */
    uint64_t checkpoint_every, snapshot_every;
    int32_t offset_s;
    unsigned decimals;
    struct sb_engine *engine;   /* owned */
    struct sb_outcome *outcome; /* owned */
};

/* A secret key file is what `sandbank key` wrote: 128 hex digits on its first line. */
static bool read_key(struct run *run, const char *path)
{
    char *text = NULL;
    size_t size = 0, bytes = 0;
    struct sb_err err = {0};
    if (sb_os_read_file(sb_os_real(), path, 4096, &text, &size, &err) != SB_OK) {
        (void)sb_cmd_fail(&err);
        return false;
    }
    run->has_key = strcspn(text, "\r\n ") == 128 &&
                   sodium_hex2bin(run->key, sizeof(run->key), text, 128, NULL, &bytes, NULL) == 0 &&
                   bytes == 64;
    sodium_memzero(text, size);
    free(text);
    if (!run->has_key)
        (void)sb_cmd_usage("run", "'%s' is not a secret key: make one with `sandbank key FILE`",
                           "'%s' không phải khoá bí mật: hãy tạo bằng `sandbank key TỆP`", path);
    return run->has_key;
}

static bool read_count(const char *option, const char *text, uint64_t *ret_count)
{
    int64_t value;
    size_t used;
    if (!sb_text_amount(text, strlen(text), 0, &value, &used) || text[used] != '\0' || value < 1) {
        (void)sb_cmd_usage("run", "%s: '%s' is not a number of events", "%s: '%s' không phải số sự kiện",
                           option, text);
        return false;
    }
    *ret_count = (uint64_t)value;
    return true;
}

static bool names_input(const struct run *run)
{
    bool found = false;
    for (unsigned i = 0; i < run->file_count; i++)
        found = found || strcmp(run->files[i], "-") == 0;
    return found;
}

static bool read_arguments(struct run *run, int argc, char **argv)
{
    static const char *const known[] = {"--charter=",        "--layer=", "--sign=", "--checkpoint-every=",
                                        "--snapshot-every=", "--future", "--json",  NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        bool good = true;
        if (args.option && (strcmp(args.option, "--charter") == 0 || strcmp(args.option, "--layer") == 0))
            good = sb_law_add("run", &run->law, args.value);
        else if (args.option && strcmp(args.option, "--sign") == 0)
            good = read_key(run, args.value);
        else if (args.option && strcmp(args.option, "--checkpoint-every") == 0)
            good = read_count(args.option, args.value, &run->checkpoint_every);
        else if (args.option && strcmp(args.option, "--snapshot-every") == 0)
            good = read_count(args.option, args.value, &run->snapshot_every);
        else if (args.option && strcmp(args.option, "--future") == 0)
            run->future = true;
        else if (args.option)
            run->json = true;
        else if (!run->dir)
            run->dir = args.value;
        else if (strcmp(args.value, "-") == 0 && names_input(run))
            good = sb_cmd_usage("run", "standard input is named twice", "đầu vào chuẩn được nêu hai lần") ==
                   SB_EXIT_DONE;
        else if (run->file_count < FILES_MAX)
            run->files[run->file_count++] = args.value;
        else
            good = sb_cmd_usage("run", "more than %d files", "quá %d tệp", FILES_MAX) == SB_EXIT_DONE;
        if (!good)
            return false;
    }
    if (got == 0 && (!run->dir || run->file_count == 0)) {
        (void)sb_cmd_usage("run", "expected a folder for the journal and at least one file of events",
                           "cần một thư mục cho nhật ký và ít nhất một tệp sự kiện");
        return false;
    }
    return got == 0;
}

/*
 * What comes through a pipe is kept in a nameless file, whole, before anything is done with it, and takes its
 * place: events are read more than once, and what is cut off in the middle must not have been half run.
 */
static enum sb_status keep_input(struct sb_err *err)
{
    static char bytes[1 << 16];
    struct stat info;
    if (fstat(STDIN_FILENO, &info) == 0 && S_ISREG(info.st_mode))
        return SB_OK;
    FILE *file = tmpfile();
    ssize_t got = file ? 1 : -1;
    while (got > 0) {
        got = read(STDIN_FILENO, bytes, sizeof(bytes));
        if (got > 0 && fwrite(bytes, 1, (size_t)got, file) != (size_t)got)
            got = -1;
    }
    if (got == 0 && fflush(file) == 0 && dup2(fileno(file), STDIN_FILENO) == STDIN_FILENO) {
        (void)fclose(file); /* its descriptor lives on as standard input; all was flushed */
        return SB_OK;
    }
    (void)sb_os_fail(err, errno);
    if (file)
        (void)fclose(file); /* the first failure is the one to tell */
    return sb_fail_in(err, "cannot keep standard input in a temporary file",
                      "không giữ được đầu vào chuẩn trong tệp tạm");
}

/* The clock and decimals that the files are read by: the new charter's, else those of the one in force. */
static enum sb_status find_clock(struct run *run, struct sb_err *err)
{
    const struct sb_plan *plan = sb_ledger_plan(sb_engine_ledger(run->engine));
    if (plan) {
        run->offset_s = plan->clock_offset_s;
        run->decimals = plan->decimals;
    }
    if (run->law.count == 0)
        return plan ? SB_OK
                    : sb_fail(err, SB_INVALID, "'%s' has no charter yet: give --charter FILE",
                              "'%s' chưa có điều lệ: hãy cho --charter TỆP", run->dir);
    struct sb_charter *charter = NULL;
    struct sb_diagnostics unheard = {0}; /* the compiler says it again when the charter is installed */
    enum sb_status status = sb_charter_parse(run->law.sources[0].path, run->law.sources[0].text,
                                             run->law.sources[0].size, &charter, &unheard, err);
    if (charter) {
        run->offset_s = charter->clock_offset_s;
        run->decimals = charter->decimals;
        status = SB_OK;
    }
    sb_diagnostics_release(&unheard);
    sb_charter_free(charter);
    return status;
}

static enum sb_status read_heads(struct run *run, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (unsigned i = 0; i < run->file_count && status == SB_OK; i++)
        status = sb_ingest_head(run->files[i], run->offset_s, &run->heads[i], err);
    return status;
}

/* A snapshot that cannot be used or written costs time and nothing else. */
static void print_note(void *context, const struct sb_err *err)
{
    (void)context;
    fprintf(stderr, sb_tr(sb_cmd_lang, "sandbank: note: %s\n", "sandbank: lưu ý: %s\n"),
            err->text[sb_cmd_lang]);
}

/* Flags and origin of a new journal come from the files; they must be read before it is made. */
static enum sb_status open_engine(struct run *run, struct sb_err *err)
{
    struct sb_engine_options options = {
        .create = true,
        .signing_key = run->has_key ? run->key : NULL,
        .checkpoint_every = run->checkpoint_every,
        .snapshot_every = run->snapshot_every,
        .note = print_note,
    };
    /* All files are looked at before anything is made: a journal of nothing helps nobody. */
    struct sb_ingest_head first = {0};
    enum sb_status status = names_input(run) ? keep_input(err) : SB_OK;
    for (unsigned i = run->file_count; i > 0 && status == SB_OK; i--)
        status = sb_ingest_head(run->files[i - 1], 0, &first, err);
    if (status != SB_OK)
        return status;
    char origin[256];
    (void)snprintf(origin, sizeof(origin), "%s",
                   first.origin[0]                   ? first.origin
                   : strcmp(run->files[0], "-") == 0 ? "standard input"
                                                     : run->files[0]); /* cut when long */
    options.journal_flags = first.flags;
    options.origin = origin;
    uint64_t cut = 0;
    status = sb_engine_open(run->dir, &options, &run->engine, &cut, err);
    if (status == SB_OK && cut > 0)
        fprintf(stderr,
                sb_tr(sb_cmd_lang, "sandbank: cut %llu bytes of an unfinished record at the end of '%s'\n",
                      "sandbank: đã cắt %llu byte của bản ghi dở dang ở cuối '%s'\n"),
                (unsigned long long)cut, run->dir);
    return status;
}

/* How far ahead an event may lie: see sb_ingest.time_max. */
static sb_time_us latest_time(const struct run *run)
{
    return run->future ? 0 : sb_os_real()->now(NULL) + 366 * SB_DAY_US;
}

/* The charter is installed at the first event's time: a mistake there would be as lasting as in any other
 * event. */
static enum sb_status check_first_times(const struct run *run, struct sb_err *err)
{
    sb_time_us latest = latest_time(run);
    for (unsigned i = 0; i < run->file_count; i++) {
        char time[SB_TIME_TEXT_SIZE];
        if (latest == 0 || run->heads[i].first_time == SB_TIME_FOREVER || run->heads[i].first_time <= latest)
            continue;
        sb_time_print(run->heads[i].first_time, run->offset_s, time);
        return sb_fail(
            err, SB_INVALID,
            "'%s' begins at %s, too far ahead: all later events would come too late; --future if it is meant",
            "'%s' bắt đầu lúc %s, quá xa phía trước: mọi sự kiện sau sẽ thành quá muộn; --future nếu cố ý",
            run->files[i], time);
    }
    return SB_OK;
}

/* Synthetic and real history must not mix: a report could not say any more which of it happened. */
static enum sb_status check_heads(const struct run *run, struct sb_err *err)
{
    const struct sb_plan *plan = sb_ledger_plan(sb_engine_ledger(run->engine));
    const char *unit = sb_symbols_name(sb_engine_symbols(run->engine), SB_SPACE_UNIT, plan->unit);
    for (unsigned i = 0; i < run->file_count; i++) {
        const struct sb_ingest_head *head = &run->heads[i];
        if (head->text)
            continue;
        if (((head->flags ^ sb_engine_info(run->engine)->flags) & SB_JOURNAL_SYNTHETIC) != 0)
            return sb_fail(err, SB_INVALID, "'%s': synthetic and real events do not go into one journal",
                           "'%s': sự kiện mô phỏng và sự kiện thật không vào chung một nhật ký",
                           run->files[i]);
        if (head->decimals != run->decimals || (head->unit[0] && strcmp(head->unit, unit) != 0))
            return sb_fail(err, SB_INVALID, "'%s' is in %s with %u decimals, the charter in %s with %u",
                           "'%s' tính bằng %s với %u chữ số lẻ, điều lệ bằng %s với %u", run->files[i],
                           head->unit, head->decimals, unit, run->decimals);
    }
    return SB_OK;
}

static sb_time_us install_time(const struct run *run)
{
    sb_time_us time = SB_TIME_FOREVER;
    for (unsigned i = 0; i < run->file_count; i++)
        time = SB_MIN(time, run->heads[i].first_time);
    if (time == SB_TIME_FOREVER)
        time = 0; /* no event in any file: any time will do */
    return SB_MAX(time, sb_ledger_time(sb_engine_ledger(run->engine)));
}

static enum sb_status run_files(struct run *run, struct sb_err *err)
{
    const struct sb_plan *plan = sb_ledger_plan(sb_engine_ledger(run->engine));
    struct sb_ingest ingest = {
        .engine = run->engine,
        .offset_s = run->offset_s,
        .decimals = run->decimals,
        .unit = sb_symbols_name(sb_engine_symbols(run->engine), SB_SPACE_UNIT, plan->unit),
        .time_max = latest_time(run),
        .listen = sb_outcome_add,
        .context = run->outcome,
        .interrupted = sb_cmd_interrupted,
        .progress = sb_progress,
    };
    enum sb_status status = SB_OK;
    for (unsigned i = 0; i < run->file_count && status == SB_OK; i++)
        status = sb_ingest_file(&ingest, run->files[i], err);
    sb_progress_end();
    return status;
}

static enum sb_status run_all(struct run *run, struct sb_diagnostics *diagnostics, struct sb_err *err)
{
    enum sb_status status = open_engine(run, err);
    if (status == SB_OK)
        status = find_clock(run, err);
    if (status == SB_OK)
        status = read_heads(run, err);
    if (status == SB_OK)
        status = check_first_times(run, err);
    if (status == SB_OK && run->law.count > 0)
        status = sb_engine_install(run->engine, run->law.sources, run->law.count, install_time(run),
                                   diagnostics, err);
    if (status == SB_OK)
        status = check_heads(run, err);
    if (status == SB_OK && !(run->outcome = sb_outcome_new(run->engine)))
        status = sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK)
        status = run_files(run, err);
    return status;
}

static enum sb_exit run_and_report(struct run *run)
{
    struct sb_err err = {0};
    struct sb_diagnostics diagnostics = {0};
    enum sb_exit code = SB_EXIT_DONE;
    enum sb_status status = run_all(run, &diagnostics, &err);
    if (status != SB_OK)
        code = sb_law_fail(&run->law, &diagnostics, &err);
    if (run->outcome && (status == SB_OK || status == SB_INTERRUPTED))
        (void)sb_outcome_print(run->outcome, run->json); /* refusals are results: the run itself is done */
    sb_outcome_free(run->outcome);
    sb_diagnostics_release(&diagnostics);
    if (sb_engine_close(run->engine, &err) != SB_OK && code == SB_EXIT_DONE)
        code = sb_cmd_fail(&err);
    return code;
}

enum sb_exit sb_cmd_run(int argc, char **argv)
{
    struct run *run = calloc(1, sizeof(*run));
    if (!run)
        return SB_EXIT_FAILURE;
    enum sb_exit code = read_arguments(run, argc, argv) ? run_and_report(run)
                        : run->law.unreadable           ? SB_EXIT_FAILURE
                                                        : SB_EXIT_USAGE;
    sb_law_release(&run->law);
    sodium_memzero(run->key, sizeof(run->key));
    free(run);
    return code;
}
