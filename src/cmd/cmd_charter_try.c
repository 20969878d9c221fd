/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `charter show` prints the rules in force on a date. `charter try` steps events that people write, one a
 * line, through a ledger of its own under a charter, and says what became of each and why.
 */
#include "cmd/cmd.h"

#include "base/macros.h"
#include "charter/reason.h"
#include "cmd/law.h"
#include "import/event_text.h"
#include "ledger/ledger.h"
#include "os/os.h"

#include <stdlib.h>
#include <string.h>

#define EVENTS_SIZE_MAX                                                                 \
    ((size_t)16 * 1024 * 1024) /* bytes of a file of events that somebody wrote by hand \
                                */

/* A date (its beginning) or a time by the plan's clock. */
static bool read_when(const struct sb_plan *plan, const char *text, sb_time_us *ret_time)
{
    struct sb_date date;
    size_t used, size = strlen(text);
    if (sb_date_parse(text, size, &date, &used) && used == size) {
        *ret_time = sb_time_of_day(sb_day_of_date(date), plan->clock_offset_s);
        return true;
    }
    return sb_time_parse(text, size, plan->clock_offset_s, ret_time, &used) && used == size;
}

/* ------------------------------------------------------------------ show */

static enum sb_exit show(const struct sb_law_files *law, const char *on)
{
    struct sb_diagnostics diagnostics = {0};
    struct sb_symbols *symbols = sb_symbols_new();
    struct sb_plan *plan = NULL;
    struct sb_err err = {0};
    struct sb_str out = {0};
    enum sb_exit code = SB_EXIT_DONE;
    enum sb_status status =
        symbols ? sb_plan_compile(law->sources, law->count, NULL, symbols, &plan, &diagnostics, &err)
                : sb_fail(&err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    sb_time_us at = sb_os_real()->now(sb_os_real()->context);
    if (status != SB_OK) {
        code = sb_law_fail(law, &diagnostics, &err);
    } else if (on && !read_when(plan, on, &at)) {
        code = sb_cmd_usage("charter show", "'%s' is no date: expected YYYY-MM-DD or YYYY-MM-DDThh:mm",
                            "'%s' không phải là ngày: cần YYYY-MM-DD hoặc YYYY-MM-DDThh:mm", on);
    } else {
        sb_plan_show(plan, at, symbols, sb_cmd_lang, &out);
        if (out.failed)
            code = sb_cmd_fail(&(struct sb_err){SB_NOMEM, {"out of memory", "hết bộ nhớ"}});
        else
            fputs(sb_str_text(&out), stdout);
    }
    sb_str_release(&out);
    sb_plan_free(plan);
    sb_symbols_free(symbols);
    sb_diagnostics_release(&diagnostics);
    return code;
}

enum sb_exit sb_cmd_charter_show(int argc, char **argv)
{
    static const char *const known[] = {"--on=", NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    struct sb_law_files law = {.count = 0};
    const char *on = NULL;
    enum sb_exit code = SB_EXIT_DONE;
    int got;
    while (code == SB_EXIT_DONE && (got = sb_args_next(&args, known)) != 0) {
        if (got < 0)
            code = SB_EXIT_USAGE;
        else if (args.option)
            on = args.value;
        else if (!sb_law_add("charter show", &law, args.value))
            code = SB_EXIT_FAILURE;
    }
    if (code == SB_EXIT_DONE && law.count == 0)
        code = sb_cmd_usage("charter show",
                            "expected a charter: `sandbank charter show FILE [LAYER...] [--on DATE]`",
                            "cần một điều lệ: `sandbank charter show TỆP [LỚP...] [--on NGÀY]`");
    if (code == SB_EXIT_DONE)
        code = show(&law, on);
    sb_law_release(&law);
    return code;
}

/* ------------------------------------------------------------------ try */

struct trial {
    struct sb_law_files law;
    struct sb_symbols *symbols;          /* owned */
    struct sb_plan *plan;                /* owned */
    struct sb_ledger *ledger;            /* owned */
    struct sb_past *past;                /* owned: every event so far */
    struct sb_event_reader *reader;      /* owned */
    struct sb_event chain[SB_CHAIN_MAX]; /* read and not stepped yet: one event, or a chain */
    uint32_t chain_count;
    bool installed;
    bool refused; /* the last event was */
};

/* The reasons and the fees of one event. */
struct told {
    struct sb_reason *reasons; /* borrowed; room for SB_PLAN_RULES_MAX */
    uint32_t count;
    struct sb_leg legs[SB_PLAN_FEES_MAX];
    uint32_t leg_count;
};

static enum sb_status name_code(void *context, enum sb_space space, const char *name, size_t size,
                                uint16_t *ret_code, struct sb_err *err)
{
    return sb_symbols_intern(context, space, name, size, ret_code, err);
}

static enum sb_status trial_start(struct trial *trial, struct sb_diagnostics *diagnostics, struct sb_err *err)
{
    trial->symbols = sb_symbols_new();
    trial->past = sb_past_new(0);
    if (!trial->symbols || !trial->past)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    enum sb_status status = sb_plan_compile(trial->law.sources, trial->law.count, NULL, trial->symbols,
                                            &trial->plan, diagnostics, err);
    if (status == SB_OK)
        status = sb_ledger_new(&(struct sb_ledger_options){0}, &trial->ledger, err);
    if (status == SB_OK)
        status = sb_ledger_offer(trial->ledger, trial->plan, err);
    if (status != SB_OK)
        return status;
    const struct sb_sentence *unit = sb_charter_find(trial->plan->layers[0].charter, SB_S_UNIT, NULL);
    struct sb_event_reader_options options = {
        .offset_s = trial->plan->clock_offset_s,
        .decimals = trial->plan->decimals,
        .unit = unit ? unit->name.text : "unit",
        .id_prefix = "try-",
        .names = {trial->symbols, name_code},
    };
    return sb_event_reader_new(&options, &trial->reader, err);
}

static void trial_release(struct trial *trial)
{
    sb_event_reader_free(trial->reader);
    sb_ledger_free(trial->ledger);
    sb_past_free(trial->past);
    sb_plan_free(trial->plan);
    sb_symbols_free(trial->symbols);
    sb_law_release(&trial->law);
}

/* An event of our own: it has no id and its result must be acceptance, but for a tick back in time. */
static enum sb_status step_own(struct trial *trial, struct sb_event event, struct sb_err *err)
{
    struct sb_result result;
    return sb_ledger_step(trial->ledger, &event, 1, trial->past, &result, err);
}

static enum sb_status install(struct trial *trial, sb_time_us time, struct sb_err *err)
{
    struct sb_event event = {.type = SB_EVENT_CHARTER, .time = time};
    memcpy(event.charter_hash, trial->plan->hash, sizeof(event.charter_hash));
    trial->installed = true;
    return step_own(trial, event, err);
}

/* Print, with the names of accounts where the reader knows them instead of their ids. */
static void print_with_names(const struct trial *trial, const char *text)
{
    enum { HEX = SB_ID_TEXT_SIZE - 1 };
    while (*text) {
        struct sb_id id;
        size_t run = strspn(text, "0123456789abcdef");
        const char *name = NULL;
        if (run == HEX && sb_id_parse(text, HEX, &id))
            name = sb_event_reader_name(trial->reader, id);
        if (name)
            fputs(name, stdout);
        else
            fwrite(text, 1, run, stdout);
        text += run;
        run = strcspn(text, "0123456789abcdef");
        fwrite(text, 1, run, stdout);
        text += run;
    }
}

static void print_shorts(const struct trial *trial, const struct sb_reason *reason, struct sb_str *out)
{
    char text[SB_REASON_SHORT_SIZE];
    for (int lang = SB_EN; lang <= SB_VI; lang++) {
        sb_reason_short(trial->plan, reason, (enum sb_lang)lang, SB_FOR_PAYER, text);
        sb_str_printf(out, "    SMS %s: %s\n", lang == SB_VI ? "vi" : "en", text);
    }
}

static void print_event(struct trial *trial, const struct sb_event *event, const struct sb_result *result,
                        const struct told *told)
{
    enum sb_result_code code = (enum sb_result_code)result->code;
    struct sb_str out = {0};
    sb_event_print(event, trial->symbols, trial->plan->clock_offset_s, trial->plan->decimals, trial->reader,
                   &out);
    if (out.size > 0 && out.text[out.size - 1] != '\n')
        sb_str_add(&out, "\n");
    if (code == SB_R_ACCEPTED)
        sb_str_printf(&out, "  %s", sb_result_text(code, sb_cmd_lang));
    else
        sb_str_printf(&out, "  %s: %s", sb_result_word(code), sb_result_text(code, sb_cmd_lang));
    sb_str_printf(&out, "%s\n",
                  result->flags & SB_RF_REPEATED ? sb_tr(sb_cmd_lang, " (a repetition)", " (lặp lại)") : "");
    for (uint32_t i = 0; i < told->leg_count; i++)
        sb_leg_long(trial->plan, &told->legs[i], sb_cmd_lang, 4, &out);
    for (uint32_t i = 0; i < told->count; i++) {
        bool refuses = told->reasons[i].state != SB_REASON_HOLDS;
        sb_reason_long(trial->plan, &told->reasons[i], sb_cmd_lang, 4, &out);
        if (refuses)
            print_shorts(trial, &told->reasons[i], &out);
    }
    print_with_names(trial, sb_str_text(&out));
    sb_str_release(&out);
}

/* Reasons are those before the event, or before the first of its chain, at its time. */
static void ask_reasons(const struct trial *trial, const struct sb_event *event, bool all, struct told *told)
{
    enum sb_result_code code;
    uint32_t count =
        sb_ledger_reasons(trial->ledger, event, trial->past, all, told->reasons, SB_PLAN_RULES_MAX, &code);
    const struct sb_plan *tariff; /* ours: there is no other */
    told->count = SB_MIN(count, (uint32_t)SB_PLAN_RULES_MAX);
    told->leg_count = sb_ledger_fees(trial->ledger, event, trial->past, told->legs, &tariff);
}

/* Step what was gathered. For the last of all, every rule is told; for others, those that refuse. */
static enum sb_status step_chain(struct trial *trial, bool last, struct sb_err *err)
{
    struct sb_result results[SB_CHAIN_MAX];
    uint32_t count = trial->chain_count;
    if (count == 0)
        return SB_OK;
    trial->chain_count = 0;
    SB_CLEANUP(sb_free_ptr) struct told *told = calloc(count, sizeof(*told));
    SB_CLEANUP(sb_free_ptr)
    struct sb_reason *reasons = calloc((size_t)count * SB_PLAN_RULES_MAX, sizeof(*reasons));
    if (!reasons || !told)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    enum sb_status status = trial->installed ? SB_OK : install(trial, trial->chain[0].time, err);
    if (status == SB_OK)
        status = step_own(trial, (struct sb_event){.type = SB_EVENT_TICK, .time = trial->chain[0].time}, err);
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        told[i].reasons = reasons + (size_t)i * SB_PLAN_RULES_MAX;
        ask_reasons(trial, &trial->chain[i], last, &told[i]);
    }
    if (status == SB_OK)
        status = sb_ledger_step(trial->ledger, trial->chain, count, trial->past, results, err);
    if (status == SB_OK && count > 1)
        puts(sb_tr(sb_cmd_lang, "A chain: the figures are those before its first event.",
                   "Một chuỗi liên kết: số liệu là trước sự kiện đầu tiên của chuỗi."));
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        print_event(trial, &trial->chain[i], &results[i], &told[i]);
        trial->refused = results[i].code != SB_R_ACCEPTED;
    }
    return status;
}

static enum sb_status take_line(struct trial *trial, const char *line, size_t size, struct sb_err *err)
{
    struct sb_event event;
    enum sb_status status = sb_event_read_line(trial->reader, line, size, &event, err);
    if (status == SB_END)
        return SB_OK;
    if (status != SB_OK)
        return status;
    /* What is complete is stepped now that something follows: it was not the last. */
    bool complete = trial->chain_count > 0 && (!(trial->chain[trial->chain_count - 1].flags & SB_F_LINKED) ||
                                               trial->chain_count == SB_CHAIN_MAX);
    if (complete)
        status = step_chain(trial, false, err);
    trial->chain[trial->chain_count++] = event;
    return status;
}

static enum sb_status take_file(struct trial *trial, const char *path, struct sb_err *err)
{
    char *text = NULL;
    size_t size = 0, line = 0;
    enum sb_status status = sb_os_read_file(sb_os_real(), path, EVENTS_SIZE_MAX, &text, &size, err);
    for (size_t at = 0; status == SB_OK && at < size; line++) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        status = take_line(trial, text + at, length, err);
        if (status != SB_OK)
            status = sb_fail_in(err, "%s:%zu", "%s:%zu", path, line + 1);
        at += length + 1;
    }
    free(text);
    return status;
}

/* ------------------------------------------------------------------ try: the command */

/* Layers first, as events are read by their clock and unit. Returns SB_EXIT_DONE when all is well. */
static enum sb_exit take_charters(struct trial *trial, int argc, char **argv, uint32_t *ret_events)
{
    static const char *const known[] = {"--layer=", "--event=", "--events=", NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    int got;
    *ret_events = 0;
    while ((got = sb_args_next(&args, known)) == 1) {
        bool layer = !args.option || strcmp(args.option, "--layer") == 0;
        if (!layer)
            *ret_events += 1;
        else if (!sb_law_add("charter try", &trial->law, args.value))
            return SB_EXIT_FAILURE;
    }
    return got < 0 ? SB_EXIT_USAGE : SB_EXIT_DONE;
}

static enum sb_status take_events(struct trial *trial, int argc, char **argv, struct sb_err *err)
{
    static const char *const known[] = {"--layer=", "--event=", "--events=", NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    enum sb_status status = SB_OK;
    while (status == SB_OK && sb_args_next(&args, known) == 1) {
        if (args.option && strcmp(args.option, "--event") == 0) {
            status = take_line(trial, args.value, strlen(args.value), err);
            if (status != SB_OK)
                status = sb_fail_in(err, "--event '%s'", "--event '%s'", args.value);
        } else if (args.option && strcmp(args.option, "--events") == 0) {
            status = take_file(trial, args.value, err);
        }
    }
    return status == SB_OK ? step_chain(trial, true, err) : status;
}

enum sb_exit sb_cmd_charter_try(int argc, char **argv)
{
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    uint32_t event_count;
    SB_CLEANUP(sb_free_ptr) struct trial *trial = calloc(1, sizeof(*trial));
    if (!trial)
        return sb_cmd_fail(&(struct sb_err){SB_NOMEM, {"out of memory", "hết bộ nhớ"}});
    enum sb_exit code = take_charters(trial, argc, argv, &event_count);
    if (code == SB_EXIT_DONE && (trial->law.count == 0 || event_count == 0))
        code = sb_cmd_usage(
            "charter try",
            "expected a charter and events: `sandbank charter try FILE [--layer FILE]... --event "
            "'2025-09-03T10:00 open alice class=subscriber' --event '... cash-in 500 from kiosk to "
            "alice'`; accounts are opened before they pay",
            "cần điều lệ và sự kiện: `sandbank charter try TỆP [--layer TỆP]... --event "
            "'2025-09-03T10:00 open alice class=subscriber' --event '... cash-in 500 from kiosk to "
            "alice'`; tài khoản phải được mở trước khi dùng");
    if (code == SB_EXIT_DONE && trial_start(trial, &diagnostics, &err) != SB_OK)
        code = sb_law_fail(&trial->law, &diagnostics, &err);
    if (code == SB_EXIT_DONE && take_events(trial, argc, argv, &err) != SB_OK)
        code = sb_cmd_fail(&err);
    if (code == SB_EXIT_DONE && !trial->installed)
        code = sb_cmd_usage("charter try", "there is no event in what was given, only comments or nothing",
                            "trong những gì đã cho không có sự kiện nào, chỉ có chú thích hoặc trống");
    if (code == SB_EXIT_DONE && trial->refused)
        code = SB_EXIT_REFUSED;
    trial_release(trial);
    sb_diagnostics_release(&diagnostics);
    return code;
}
