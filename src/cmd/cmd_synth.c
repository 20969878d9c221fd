/* SPDX-License-Identifier: Apache-2.0 */

/* `sandbank synth`: a synthetic country as an event file. The file takes its name only when it is whole. */

#include "cmd/cmd.h"

#include "base/macros.h"
#include "import/event_file.h"
#include "journal/journal.h"
#include "os/os.h"
#include "synth/synth.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define MONTHS_MAX 120

struct job {
    struct sb_synth_options options;
    bool has_to, json;
    uint32_t months; /* 0: not given */
    const char *out;
    struct sb_event_writer *writer; /* owned */
};

/* ------------------------------------------------------------------ arguments */

static bool read_number(const char *option, const char *text, int64_t least, int64_t most,
                        uint64_t *ret_number)
{
    int64_t number;
    size_t used;
    if (strncmp(text, "1:", 2) == 0 && strcmp(option, "--scale") == 0)
        text += 2;
    if (!sb_text_amount(text, strlen(text), 0, &number, &used) || text[used] != '\0' || number < least ||
        number > most) {
        (void)sb_cmd_usage("synth", "%s: expected a whole number from %" PRId64 " to %" PRId64 ", found '%s'",
                           "%s: cần số nguyên từ %" PRId64 " đến %" PRId64 ", nhưng gặp '%s'", option, least,
                           most, text);
        return false;
    }
    *ret_number = (uint64_t)number;
    return true;
}

static bool read_day(const char *option, const char *text, sb_day *ret_day)
{
    struct sb_date date;
    size_t used;
    if (!sb_date_parse(text, strlen(text), &date, &used) || text[used] != '\0') {
        (void)sb_cmd_usage("synth", "%s: expected a date YYYY-MM-DD, found '%s'",
                           "%s: cần ngày dạng NNNN-TT-NN, nhưng gặp '%s'", option, text);
        return false;
    }
    *ret_day = sb_day_of_date(date);
    return true;
}

static bool take_option(struct job *job, const char *option, const char *value)
{
    uint64_t number = 0;
    bool good = true;
    if (strcmp(option, "--country") == 0) {
        good = strcmp(value, "vn") == 0;
        if (!good)
            (void)sb_cmd_usage("synth", "--country: there is only vn, not '%s'",
                               "--country: chỉ có vn, không có '%s'", value);
    } else if (strcmp(option, "--scale") == 0) {
        good = read_number(option, value, 1, 10000000, &number);
        job->options.scale = (uint32_t)number;
    } else if (strcmp(option, "--seed") == 0) {
        good = read_number(option, value, 0, INT64_MAX, &job->options.seed);
    } else if (strcmp(option, "--months") == 0) {
        good = read_number(option, value, 1, MONTHS_MAX, &number);
        job->months = (uint32_t)number;
    } else if (strcmp(option, "--from") == 0) {
        good = read_day(option, value, &job->options.from);
    } else if (strcmp(option, "--to") == 0) {
        good = read_day(option, value, &job->options.to);
        job->has_to = true;
    } else if (strcmp(option, "--out") == 0) {
        job->out = value;
    } else {
        job->json = true;
    }
    return good;
}

static bool read_arguments(struct job *job, int argc, char **argv)
{
    static const char *const known[] = {
        "--country=", "--scale=", "--from=", "--to=", "--seed=", "--months=", "--out=", "--json", NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (!args.option) {
            (void)sb_cmd_usage("synth", "unexpected '%s': the file goes behind --out",
                               "thừa '%s': tên tệp đặt sau --out", args.value);
            return false;
        }
        if (!take_option(job, args.option, args.value))
            return false;
    }
    if (got == 0 && !job->out)
        (void)sb_cmd_usage("synth", "--out FILE is missing ('-' for standard output)",
                           "thiếu --out TỆP ('-' là đầu ra chuẩn)");
    if (got == 0 && job->months && job->has_to)
        (void)sb_cmd_usage("synth", "--months and --to say the same: give one",
                           "--months và --to trùng nhau: chọn một");
    if (got != 0 || !job->out || (job->months && job->has_to))
        return false;
    if (job->months)
        job->options.to = sb_day_add_months(job->options.from, (int32_t)job->months) - 1;
    if (job->options.to < job->options.from) {
        char from[SB_TIME_TEXT_SIZE], to[SB_TIME_TEXT_SIZE];
        sb_day_print(job->options.from, from);
        sb_day_print(job->options.to, to);
        (void)sb_cmd_usage("synth", "it begins on %s and ends before, on %s: give --from and --to in order",
                           "bắt đầu ngày %s mà kết thúc trước đó, ngày %s: --from phải trước --to", from, to);
        return false;
    }
    return true;
}

/* ------------------------------------------------------------------ generating */

static enum sb_status give_name(void *context, enum sb_space space, const char *name, size_t size,
                                uint16_t *ret_code, struct sb_err *err)
{
    struct job *job = context;
    return sb_event_writer_name(job->writer, space, name, size, ret_code, err);
}

static enum sb_status give_event(void *context, const struct sb_event *event, struct sb_err *err)
{
    struct job *job = context;
    return sb_event_writer_put(job->writer, event, err);
}

static bool goes_on(void *context, uint32_t days_done, uint32_t days)
{
    (void)context;
    sb_progress("days generated", "ngày đã tạo", days_done, days);
    return !sb_cmd_interrupted();
}

static struct sb_event_file_info describe(const struct job *job)
{
    char from[SB_TIME_TEXT_SIZE], to[SB_TIME_TEXT_SIZE];
    struct sb_event_file_info info = {
        .flags = SB_JOURNAL_SYNTHETIC, .clock_offset_s = 7 * 3600, .decimals = 0, .unit = "VND"};
    sb_day_print(job->options.from, from);
    sb_day_print(job->options.to, to);
    (void)snprintf(info.origin, sizeof(info.origin),
                   "synthetic Viet Nam 1:%" PRIu32 ", %s to %s, seed %" PRIu64, job->options.scale, from, to,
                   job->options.seed); /* far shorter than the field */
    return info;
}

static enum sb_status generate(struct job *job, FILE *file, struct sb_synth_totals *ret_totals,
                               struct sb_err *err)
{
    struct sb_event_file_info info = describe(job);
    const struct sb_synth_sink sink = {
        .context = job, .name = give_name, .put = give_event, .goes_on = goes_on};
    enum sb_status status = sb_event_writer_new(file, &info, &job->writer, err);
    if (status)
        return status;
    status = sb_synth_run(&job->options, &sink, ret_totals, err);
    struct sb_err close_err = {0};
    enum sb_status closed = sb_event_writer_close(job->writer, &close_err);
    if (!status && closed) {
        *err = close_err;
        status = closed;
    }
    sb_progress_end();
    return status;
}

static enum sb_status io_failed(const char *path, struct sb_err *err)
{
    (void)sb_os_fail(err, errno);
    return sb_fail_in(err, "'%s' cannot be written", "không ghi được '%s'", path);
}

/* Into a file beside the one that was asked for, which takes its name at the end. */
static enum sb_status generate_file(struct job *job, struct sb_synth_totals *ret_totals, struct sb_err *err)
{
    struct sb_str part = {0};
    sb_str_printf(&part, "%s.part", job->out);
    if (part.failed)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    (void)sb_cmd_interrupted(); /* Ctrl-C is heard from here on: it must not leave the part behind */
    enum sb_status status = sb_cmd_check_output(job->out, err);
    FILE *file = status ? NULL : fopen(part.text, "wb");
    if (!status)
        status = file ? generate(job, file, ret_totals, err) : io_failed(part.text, err);
    if (file && fclose(file) != 0 && !status)
        status = io_failed(part.text, err);
    if (!status && rename(part.text, job->out) != 0)
        status = io_failed(job->out, err);
    if (status && file)
        (void)remove(part.text); /* the first error is the one to tell */
    sb_str_release(&part);
    return status;
}

enum sb_exit sb_cmd_synth(int argc, char **argv)
{
    struct job job = {.options = {.seed = 1,
                                  .scale = 100,
                                  .from = sb_day_of_date((struct sb_date){2025, 9, 1}),
                                  .to = sb_day_of_date((struct sb_date){2025, 10, 31})}};
    struct sb_synth_totals totals;
    struct sb_err err = {0};
    if (!read_arguments(&job, argc, argv))
        return SB_EXIT_USAGE;
    bool to_stdout = strcmp(job.out, "-") == 0;
    enum sb_status status =
        to_stdout ? generate(&job, stdout, &totals, &err) : generate_file(&job, &totals, &err);
    if (status)
        return sb_cmd_fail(&err);
    FILE *stream = to_stdout ? stderr : stdout;
    if (!job.json)
        sb_synth_report(&totals, sb_cmd_lang, stream);
    else if (!sb_synth_report_json(&totals, stream))
        return sb_cmd_fail(&(struct sb_err){.status = SB_IO});
    return SB_EXIT_DONE;
}
