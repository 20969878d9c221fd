/* SPDX-License-Identifier: Apache-2.0 */
/* One event: its verdict, and each sentence's reason with what was used and what remained at that instant. */
#include "net/routes.h"

#include "base/macros.h"
#include "import/event_text.h"
#include "replay/explain.h"

#include <string.h>

static json_t *reason_json(const struct sb_plan *plan, const struct sb_reason *reason, sb_time_us event_time)
{
    char text[2][SB_REASON_SHORT_SIZE];
    const struct sb_sentence *sentence = sb_plan_sentence(plan, reason->rule);
    int32_t offset = plan->clock_offset_s;
    bool bounded =
        reason->window_start > SB_TIME_MIN && reason->window_end < SB_TIME_MAX && reason->window_end != 0;
    bool later = reason->passes_at > event_time && reason->passes_at < SB_TIME_MAX;
    sb_reason_short(plan, reason, SB_EN, SB_FOR_OPERATOR, text[SB_EN]);
    sb_reason_short(plan, reason, SB_VI, SB_FOR_OPERATOR, text[SB_VI]);
    return json_pack("{s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o}",
                     "rule", (int)reason->rule, "name", sb_plan_rule_name(plan, reason->rule), "state",
                     sb_reason_state_word((enum sb_reason_state)reason->state), "used",
                     sb_json_amount(reason->used), "asked", sb_json_amount(reason->asked), "limit",
                     sb_json_amount(reason->bound), "remaining", sb_json_amount(reason->remaining),
                     "window_start", bounded ? sb_json_time(reason->window_start, offset) : json_null(),
                     "window_end", bounded ? sb_json_time(reason->window_end, offset) : json_null(),
                     "passes_at", later ? sb_json_time(reason->passes_at, offset) : json_null(), "instrument",
                     sb_json_text_or_null(sentence ? sentence->by.text : NULL), "article",
                     sb_json_text_or_null(sentence ? sentence->article.text : NULL), "line",
                     sentence ? json_integer((json_int_t)sentence->at.line) : json_null(), "layer",
                     (int)plan->rules[reason->rule].layer, "text_en",
                     sb_json_text(text[SB_EN], strlen(text[SB_EN])), "text_vi",
                     sb_json_text(text[SB_VI], strlen(text[SB_VI])));
}

static bool is_about_account(uint8_t type)
{
    return type == SB_EVENT_OPEN || type == SB_EVENT_CHANGE || type == SB_EVENT_FREEZE ||
           type == SB_EVENT_CLOSE || type == SB_EVENT_REOPEN;
}

static json_t *event_json(const struct sb_explanation *explanation, const struct sb_plan *plan)
{
    const struct sb_event *event = &explanation->event;
    const struct sb_symbols *symbols = sb_runner_symbols(explanation->runner);
    bool moves = event->type == SB_EVENT_TRANSFER || event->type == SB_EVENT_POST ||
                 event->type == SB_EVENT_VOID || event->type == SB_EVENT_REVERSE;
    int32_t offset = plan ? plan->clock_offset_s : 0;
    struct sb_str text = {0};
    sb_event_print(event, symbols, offset, plan ? plan->decimals : 0, NULL, &text);
    size_t size = text.size > 0 && text.text[text.size - 1] == '\n' ? text.size - 1 : text.size;
    json_t *root = json_pack(
        "{s:I, s:o, s:o, s:s, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "sequence",
        (json_int_t)explanation->sequence, "id", sb_json_id(event->id), "time",
        sb_json_time(event->time, offset), "type", sb_event_type_word((enum sb_event_type)event->type),
        "kind",
        event->type == SB_EVENT_TRANSFER ? sb_symbols_name(symbols, SB_SPACE_KIND, event->kind) : NULL,
        "amount", sb_json_amount(event->amount), "text", sb_json_text(sb_str_text(&text), size), "payer",
        moves ? sb_json_id_or_null(event->payer) : json_null(), "payee",
        moves ? sb_json_id_or_null(event->payee) : json_null(), "agent",
        moves ? sb_json_id_or_null(event->agent) : json_null(), "other",
        moves ? sb_json_id_or_null(event->other) : json_null(), "account",
        is_about_account(event->type) ? sb_json_id_or_null(event->account) : json_null());
    sb_str_release(&text);
    return root;
}

static json_t *explanation_json(const struct sb_explanation *explanation)
{
    const struct sb_plan *plan = sb_explanation_plan(explanation);
    enum sb_result_code code = (enum sb_result_code)explanation->recorded.code;
    const char *unit =
        plan ? sb_symbols_name(sb_runner_symbols(explanation->runner), SB_SPACE_UNIT, plan->unit) : NULL;
    json_t *reasons = json_array();
    for (uint32_t i = 0; plan && i < explanation->reason_count; i++)
        json_array_append_new(reasons, reason_json(plan, &explanation->reasons[i], explanation->event.time));
    return json_pack("{s:I, s:b, s:o, s:s, s:s, s:s, s:I, s:o, s:s, s:i, s:o}", "sequence",
                     (json_int_t)explanation->sequence, "synthetic",
                     (explanation->info.flags & SB_JOURNAL_SYNTHETIC) != 0, "event",
                     event_json(explanation, plan), "result", sb_result_word(code), "text_en",
                     sb_result_text(code, SB_EN), "text_vi", sb_result_text(code, SB_VI), "chain_sequence",
                     (json_int_t)explanation->chain_sequence, "charter_hash",
                     plan ? sb_json_hash(plan->hash, sizeof(plan->hash)) : json_null(), "unit",
                     unit ? unit : "", "decimals", plan ? (int)plan->decimals : 0, "reasons", reasons);
}

/* An id in hex, a sequence number, or the text that an id was made of. */
static void read_event_name(const char *text, struct sb_explain_options *options)
{
    int64_t number = 0;
    size_t used = 0, size = strlen(text);
    if (sb_id_parse(text, size, &options->id))
        return;
    if (sb_text_amount(text, size, 0, &number, &used) && used == size && number > 0)
        options->sequence = (uint64_t)number;
    else
        options->id = sb_id_of_text(text, size);
}

void sb_get_event(struct sb_call *call)
{
    struct sb_explain_options options = {.os = sb_os_real(), .dir = call->pilot->dir};
    struct sb_explanation explanation;
    struct sb_err err = {0};
    read_event_name(call->arguments[0], &options);
    enum sb_status status = sb_explain(&options, &explanation, &err);
    if (status == SB_OK)
        sb_answer_json(call, 200, explanation_json(&explanation));
    else if (status == SB_NOT_FOUND)
        sb_answer_error(call, 404, "not-found", "event", "there is no such event", "không có sự kiện này");
    else
        sb_answer_failure(call, &err, "event");
    sb_explanation_release(&explanation);
}
