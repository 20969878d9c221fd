/* SPDX-License-Identifier: Apache-2.0 */
/* `explain`: why an event passed or not, in words or as JSON. The finding of it is replay/explain.h. */
#include "cmd/cmd.h"

#include "charter/reason.h"
#include "import/event_text.h"
#include "replay/explain.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static bool is_synthetic(const struct sb_explanation *explain)
{
    return (explain->info.flags & SB_JOURNAL_SYNTHETIC) != 0;
}

static void print_text(const struct sb_explanation *explain)
{
    const struct sb_plan *plan = sb_explanation_plan(explain);
    enum sb_result_code code = (enum sb_result_code)explain->recorded.code;
    struct sb_str out = {0};
    if (is_synthetic(explain))
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
    for (uint32_t i = 0; i < explain->leg_count; i++) {
        sb_str_add(&out, "\n");
        sb_leg_long(explain->tariff, &explain->legs[i], sb_cmd_lang, 2, &out);
    }
    for (uint32_t i = 0; plan && i < explain->reason_count; i++) {
        sb_str_add(&out, "\n");
        sb_reason_long(plan, &explain->reasons[i], sb_cmd_lang, 2, &out);
    }
    fputs(sb_str_text(&out), stdout);
    sb_str_release(&out);
}

static json_t *json_reason(const struct sb_plan *plan, const struct sb_reason *reason)
{
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
                     "name", sb_plan_rule_name(plan, reason->rule), "state",
                     sb_reason_state_word((enum sb_reason_state)reason->state), "used",
                     (json_int_t)reason->used, "asked", (json_int_t)reason->asked, "limit",
                     (json_int_t)reason->bound, "remaining", (json_int_t)reason->remaining, "window_start",
                     start, "window_end", end, "text_en", text[SB_EN], "text_vi", text[SB_VI]);
}

static json_t *json_leg(const struct sb_plan *tariff, const struct sb_leg *leg)
{
    char from[SB_ID_TEXT_SIZE], to[SB_ID_TEXT_SIZE];
    sb_id_print(leg->from, from);
    sb_id_print(leg->to, to);
    return json_pack("{s:s, s:s, s:s, s:I}", "name", sb_plan_rule_name(tariff, leg->rule), "from", from, "to",
                     to, "amount", (json_int_t)leg->amount);
}

static void print_json(const struct sb_explanation *explain)
{
    const struct sb_plan *plan = sb_explanation_plan(explain);
    enum sb_result_code code = (enum sb_result_code)explain->recorded.code;
    json_t *list = json_array();
    for (uint32_t i = 0; plan && i < explain->reason_count; i++)
        json_array_append_new(list, json_reason(plan, &explain->reasons[i]));
    json_t *fees = json_array();
    for (uint32_t i = 0; i < explain->leg_count; i++)
        json_array_append_new(fees, json_leg(explain->tariff, &explain->legs[i]));
    json_t *root = json_pack("{s:I, s:b, s:s, s:s, s:s, s:o, s:o}", "sequence", (json_int_t)explain->sequence,
                             "synthetic", is_synthetic(explain), "result", sb_result_word(code), "text_en",
                             sb_result_text(code, SB_EN), "text_vi", sb_result_text(code, SB_VI), "reasons",
                             list, "fees", fees);
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    if (text)
        puts(text);
    free(text);
    json_decref(root);
}

enum sb_exit sb_cmd_explain(int argc, char **argv)
{
    static const char *const known[] = {"--json", "--sequence=", "--whole", NULL};
    struct sb_explain_options options = {
        .os = sb_os_real(), .interrupted = sb_cmd_interrupted, .progress = sb_progress};
    struct sb_explanation explanation = {0};
    struct sb_args args = {.argc = argc, .argv = argv};
    struct sb_err err = {0};
    const char *id = NULL, *sequence = NULL;
    bool json = false;
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (args.option && strcmp(args.option, "--json") == 0)
            json = true;
        else if (args.option && strcmp(args.option, "--whole") == 0)
            options.whole = true;
        else if (args.option)
            sequence = args.value;
        else if (!options.dir)
            options.dir = args.value;
        else if (!id)
            id = args.value;
        else
            return sb_cmd_usage("explain", "one event at a time, and '%s' is a second",
                                "mỗi lần một sự kiện, '%s' là cái thứ hai", args.value);
    }
    if (got < 0)
        return SB_EXIT_USAGE;
    if (!options.dir || (id == NULL) == (sequence == NULL))
        return sb_cmd_usage("explain", "expected a journal's folder and an event's id, or its --sequence",
                            "cần thư mục nhật ký và mã sự kiện, hoặc --sequence của nó");
    char *end = NULL;
    if (sequence)
        options.sequence = strtoull(sequence, &end, 10);
    if (sequence && (*end != '\0' || options.sequence == 0 || sequence[0] == '-'))
        return sb_cmd_usage("explain", "expected a sequence number from 1, not '%s'",
                            "cần số thứ tự từ 1, không phải '%s'", sequence);
    if (id && !sb_id_parse(id, strlen(id), &options.id))
        options.id = sb_id_of_text(id, strlen(id));
    enum sb_status status = sb_explain(&options, &explanation, &err);
    sb_progress_end();
    if (status == SB_OK && json)
        print_json(&explanation);
    else if (status == SB_OK)
        print_text(&explanation);
    sb_explanation_release(&explanation);
    return status == SB_OK ? SB_EXIT_DONE : sb_cmd_fail(&err);
}
