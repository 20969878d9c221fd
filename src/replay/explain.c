/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/explain.h"

#include "replay/explain_internal.h"
#include "replay/walk.h"

#include <stdlib.h>

#define REASONS_MAX SB_PLAN_RULES_MAX

struct explain {
    const struct sb_explain_options *options;
    struct sb_explanation *to;
    bool found;
};

static bool is_asked(const struct sb_explain_options *options, const struct sb_event *event,
                     uint64_t sequence)
{
    if (sb_id_is_none(options->id))
        return sequence == options->sequence;
    return !sb_id_is_none(event->id) && sb_id_equal(event->id, options->id);
}

static enum sb_status find(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct explain *explain = context;
    enum sb_status status = sb_runner_scan(explain->to->runner, record, err);
    uint64_t chain = record->first;
    for (uint32_t i = 0; record->type == SB_RECORD_BATCH && i < record->count && !explain->found; i++) {
        const struct sb_event *event = &record->events[i];
        if (i > 0 && (record->events[i - 1].flags & SB_F_LINKED) == 0)
            chain = record->first + i;
        if (!is_asked(explain->options, event, record->first + i))
            continue;
        explain->found = true;
        explain->to->sequence = record->first + i;
        explain->to->chain_sequence = chain;
        explain->to->event = *event;
        explain->to->recorded = record->results[i];
    }
    return status;
}

static enum sb_status run_up_to(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct explain *explain = context;
    uint64_t until = explain->to->chain_sequence;
    if (record->type != SB_RECORD_BATCH)
        return SB_OK;
    if (until >= record->first + record->count)
        return sb_runner_take(explain->to->runner, record, NULL, err);
    enum sb_status status =
        sb_runner_take_some(explain->to->runner, record, (uint32_t)(until - record->first), NULL, err);
    return status == SB_OK ? SB_END : status;
}

static enum sb_status find_reasons(struct sb_explanation *to, struct sb_err *err)
{
    struct sb_event tick = {.type = SB_EVENT_TICK, .time = to->event.time};
    struct sb_result result;
    const struct sb_past *past = NULL;
    enum sb_result_code code;
    enum sb_status status = sb_runner_step(to->runner, &tick, 1, &result, err);
    if (status == SB_OK)
        status = sb_runner_past(to->runner, &to->event, &past, err);
    if (status != SB_OK)
        return status;
    const struct sb_ledger *ledger = sb_runner_ledger(to->runner);
    to->reason_count = sb_ledger_reasons(ledger, &to->event, past, true, to->reasons, REASONS_MAX, &code);
    to->leg_count = sb_ledger_fees(ledger, &to->event, past, to->legs, &to->tariff);
    return SB_OK;
}

/* The slow way. */
static enum sb_status run_whole(struct explain *explain, struct sb_err *err)
{
    const struct sb_explain_options *options = explain->options;
    struct sb_runner_options runner_options = {.ids = SB_RUNNER_WANTED_IDS};
    struct sb_walk_end end = {0};
    struct sb_walk first = {options->os,          options->dir,      "reading", "đang đọc",
                            options->interrupted, options->progress, &end};
    struct sb_walk second = first;
    second.doing_en = "replaying";
    second.doing_vi = "đang chạy lại";
    enum sb_status status = sb_runner_new(&runner_options, &explain->to->runner, err);
    if (status == SB_OK)
        status = sb_walk(&first, find, explain, &explain->to->info, err);
    if (status == SB_OK && !explain->found)
        status = sb_fail(err, SB_NOT_FOUND, "no event in '%s' has that id",
                         "không có sự kiện nào trong '%s' mang mã đó", options->dir);
    return status == SB_OK ? sb_walk(&second, run_up_to, explain, NULL, err) : status;
}

static enum sb_status read_info(const struct sb_explain_options *options, struct sb_journal_info *ret_info,
                                struct sb_err *err)
{
    struct sb_journal_reader *reader;
    enum sb_status status = sb_journal_reader_open(options->os, options->dir, false, &reader, err);
    if (status != SB_OK)
        return status;
    *ret_info = *sb_journal_reader_info(reader);
    sb_journal_reader_close(reader);
    return SB_OK;
}

enum sb_status sb_explain(const struct sb_explain_options *options, struct sb_explanation *ret_explanation,
                          struct sb_err *err)
{
    struct explain explain = {.options = options, .to = ret_explanation};
    *ret_explanation = (struct sb_explanation){0};
    ret_explanation->reasons = calloc(REASONS_MAX, sizeof(*ret_explanation->reasons));
    enum sb_status status = ret_explanation->reasons ? read_info(options, &ret_explanation->info, err)
                                                     : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK && !options->whole)
        status = sb_explain_from_index(options, ret_explanation, &ret_explanation->used_index, err);
    if (status == SB_OK && !ret_explanation->used_index)
        status = run_whole(&explain, err);
    return status == SB_OK ? find_reasons(ret_explanation, err) : status;
}

void sb_explanation_release(struct sb_explanation *explanation)
{
    sb_runner_free(explanation->runner);
    free(explanation->reasons);
    *explanation = (struct sb_explanation){0};
}

const struct sb_plan *sb_explanation_plan(const struct sb_explanation *explanation)
{
    return sb_ledger_plan(sb_runner_ledger(explanation->runner));
}

const char *sb_reason_state_word(enum sb_reason_state state)
{
    switch (state) {
    case SB_REASON_HOLDS: return "holds";
    case SB_REASON_FAILS: return "fails";
    case SB_REASON_UNDECIDED: return "undecided";
    case SB_REASON_ASKS: return "asks";
    }
    return "?";
}
