/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `explain` finds an event, runs the journal up to the instant before it, and asks the ledger what each
 * sentence said: the reasons are never stored, so they are recomputed, and compared with what was recorded.
 */
#include "cmd/cmd.h"

#include "charter/reason.h"
#include "engine/runner.h"
#include "import/event_text.h"
#include "replay/walk.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define REASONS_MAX SB_PLAN_RULES_MAX

struct explain {
    const char *dir;
    struct sb_id id;
    bool json;
    struct sb_runner *runner; /* owned */
    bool found;
    uint64_t sequence;       /* of the event */
    uint64_t chain_sequence; /* of the first member of its chain: the state is taken before that */
    struct sb_event event;
    struct sb_result recorded;
    bool synthetic;
};

static enum sb_status find(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct explain *explain = context;
    enum sb_status status = sb_runner_scan(explain->runner, record, err);
    uint64_t chain = record->first;
    for (uint32_t i = 0; record->type == SB_RECORD_BATCH && i < record->count && !explain->found; i++) {
        const struct sb_event *event = &record->events[i];
        if (i > 0 && (record->events[i - 1].flags & SB_F_LINKED) == 0)
            chain = record->first + i;
        if (sb_id_is_none(event->id) || !sb_id_equal(event->id, explain->id))
            continue;
        explain->found = true;
        explain->sequence = record->first + i;
        explain->chain_sequence = chain;
        explain->event = *event;
        explain->recorded = record->results[i];
    }
    return status;
}

static enum sb_status run_up_to(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct explain *explain = context;
    if (record->type != SB_RECORD_BATCH)
        return SB_OK;
    if (explain->chain_sequence >= record->first + record->count)
        return sb_runner_take(explain->runner, record, NULL, err);
    enum sb_status status = sb_runner_take_some(
        explain->runner, record, (uint32_t)(explain->chain_sequence - record->first), NULL, err);
    return status == SB_OK ? SB_END : status;
}

static enum sb_status reasons_of(struct explain *explain, struct sb_reason *reasons, uint32_t *ret_count,
                                 enum sb_result_code *ret_code, struct sb_err *err)
{
    struct sb_event tick = {.type = SB_EVENT_TICK, .time = explain->event.time};
    struct sb_result result;
    const struct sb_past *past = NULL;
    enum sb_status status = sb_runner_step(explain->runner, &tick, 1, &result, err);
    if (status == SB_OK)
        status = sb_runner_past(explain->runner, &explain->event, &past, err);
    if (status == SB_OK)
        *ret_count = sb_ledger_reasons(sb_runner_ledger(explain->runner), &explain->event, past, true,
                                       reasons, REASONS_MAX, ret_code);
    return status;
}

static void print_text(const struct explain *explain, const struct sb_reason *reasons, uint32_t count)
{
    const struct sb_plan *plan = sb_ledger_plan(sb_runner_ledger(explain->runner));
    enum sb_result_code code = (enum sb_result_code)explain->recorded.code;
    struct sb_str out = {0};
    if (explain->synthetic)
        sb_str_add(&out, sb_tr(sb_cmd_lang, "SYNTHETIC DATA\n", "DỮ LIỆU MÔ PHỎNG, không phải thật\n"));
    sb_str_printf(&out, sb_tr(sb_cmd_lang, "Event %llu: ", "Sự kiện %llu: "),
                  (unsigned long long)explain->sequence);
    sb_event_print(&explain->event, sb_runner_symbols(explain->runner), plan ? plan->clock_offset_s : 0,
                   plan ? plan->decimals : 0, NULL, &out);
    if (out.size > 0 && out.text[out.size - 1] != '\n')
        sb_str_add(&out, "\n");
    const char *word = sb_result_word(code), *text = sb_result_text(code, sb_cmd_lang);
    sb_str_printf(&out, sb_tr(sb_cmd_lang, "Result: %s", "Kết quả: %s"), word);
    if (strcmp(word, text) != 0)
        sb_str_printf(&out, " (%s)", text);
    sb_str_add(&out, "\n");
    if (explain->chain_sequence != explain->sequence)
        sb_str_printf(&out,
                      sb_tr(sb_cmd_lang, "It is part of a chain: figures are those before event %llu.\n",
                            "Nó thuộc một chuỗi liên kết: số liệu là trước sự kiện %llu.\n"),
                      (unsigned long long)explain->chain_sequence);
    for (uint32_t i = 0; plan && i < count; i++) {
        sb_str_add(&out, "\n");
        sb_reason_long(plan, &reasons[i], sb_cmd_lang, 2, &out);
    }
    fputs(sb_str_text(&out), stdout);
    sb_str_release(&out);
}

static json_t *json_reason(const struct sb_plan *plan, const struct sb_reason *reason)
{
    static const char *const states[] = {"holds", "fails", "undecided", "asks"};
    char text[2][SB_REASON_SHORT_SIZE], start[SB_TIME_TEXT_SIZE] = "", end[SB_TIME_TEXT_SIZE] = "";
    sb_reason_short(plan, reason, SB_EN, SB_FOR_OPERATOR, text[SB_EN]);
    sb_reason_short(plan, reason, SB_VI, SB_FOR_OPERATOR, text[SB_VI]);
    bool bounded =
        reason->window_start > SB_TIME_MIN && reason->window_end < SB_TIME_MAX && reason->window_end != 0;
    if (bounded) {
        sb_time_print(reason->window_start, plan->clock_offset_s, start);
        sb_time_print(reason->window_end, plan->clock_offset_s, end);
    }
    return json_pack("{s:i, s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:s}", "rule", (int)reason->rule,
                     "name", sb_plan_rule_name(plan, reason->rule), "state", states[reason->state], "used",
                     (json_int_t)reason->used, "asked", (json_int_t)reason->asked, "limit",
                     (json_int_t)reason->bound, "remaining", (json_int_t)reason->remaining, "window_start",
                     start, "window_end", end, "text_en", text[SB_EN], "text_vi", text[SB_VI]);
}

static void print_json(const struct explain *explain, const struct sb_reason *reasons, uint32_t count)
{
    const struct sb_plan *plan = sb_ledger_plan(sb_runner_ledger(explain->runner));
    enum sb_result_code code = (enum sb_result_code)explain->recorded.code;
    json_t *list = json_array();
    for (uint32_t i = 0; plan && i < count; i++)
        json_array_append_new(list, json_reason(plan, &reasons[i]));
    json_t *root =
        json_pack("{s:I, s:b, s:s, s:s, s:s, s:o}", "sequence", (json_int_t)explain->sequence, "synthetic",
                  explain->synthetic, "result", sb_result_word(code), "text_en", sb_result_text(code, SB_EN),
                  "text_vi", sb_result_text(code, SB_VI), "reasons", list);
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    if (text)
        puts(text);
    free(text);
    json_decref(root);
}

static enum sb_exit run(struct explain *explain, struct sb_err *err)
{
    struct sb_runner_options options = {.ids = SB_RUNNER_WANTED_IDS};
    struct sb_walk_end end = {0};
    struct sb_walk first = {sb_os_real(),       explain->dir, "reading", "đang đọc",
                            sb_cmd_interrupted, sb_progress,  &end};
    struct sb_walk second = {sb_os_real(),       explain->dir, "replaying", "đang chạy lại",
                             sb_cmd_interrupted, sb_progress,  &end};
    struct sb_journal_info info = {0};
    struct sb_reason *reasons = calloc(REASONS_MAX, sizeof(*reasons));
    uint32_t count = 0;
    enum sb_result_code code = SB_R_ACCEPTED;
    enum sb_status status = reasons ? sb_runner_new(&options, &explain->runner, err)
                                    : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK)
        status = sb_walk(&first, find, explain, &info, err);
    explain->synthetic = (info.flags & SB_JOURNAL_SYNTHETIC) != 0;
    if (status == SB_OK && !explain->found)
        status = sb_fail(err, SB_NOT_FOUND, "no event in '%s' has that id",
                         "không có sự kiện nào trong '%s' mang mã đó", explain->dir);
    if (status == SB_OK)
        status = sb_walk(&second, run_up_to, explain, NULL, err);
    if (status == SB_OK)
        status = reasons_of(explain, reasons, &count, &code, err);
    sb_progress_end();
    if (status == SB_OK && explain->json)
        print_json(explain, reasons, count);
    else if (status == SB_OK)
        print_text(explain, reasons, count);
    free(reasons);
    return status == SB_OK ? SB_EXIT_DONE : sb_cmd_fail(err);
}

enum sb_exit sb_cmd_explain(int argc, char **argv)
{
    static const char *const known[] = {"--json", NULL};
    struct explain explain = {0};
    struct sb_args args = {.argc = argc, .argv = argv};
    struct sb_err err = {0};
    const char *id = NULL;
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (args.option)
            explain.json = true;
        else if (!explain.dir)
            explain.dir = args.value;
        else if (!id)
            id = args.value;
        else
            return sb_cmd_usage("explain", "one event at a time, and '%s' is a second",
                                "mỗi lần một sự kiện, '%s' là cái thứ hai", args.value);
    }
    if (got < 0)
        return SB_EXIT_USAGE;
    if (!id)
        return sb_cmd_usage("explain", "expected a journal's folder and an event's id",
                            "cần thư mục nhật ký và mã sự kiện");
    if (!sb_id_parse(id, strlen(id), &explain.id))
        explain.id = sb_id_of_text(id, strlen(id));
    enum sb_exit code = run(&explain, &err);
    sb_runner_free(explain.runner);
    return code;
}
