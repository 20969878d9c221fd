/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One-step replay: the law is asked, but what was recorded happens. So each verdict is given on the state
 * that the event really met, and no difference feeds the next.
 */

#include "ledger/ahead.h"

struct recorded_step {
    struct sb_ledger *ledger;
    struct sb_past *past;
    struct sb_err *err;
};

/* What refused it when it was recorded was the law, or came after the law: so the law had its say. */
static bool was_judged(const struct sb_event *event, const struct sb_result *recorded)
{
    if (event->type != SB_EVENT_TRANSFER)
        return false;
    return recorded->code == SB_R_ACCEPTED || recorded->code == SB_R_NO_CHARTER ||
           recorded->code == SB_R_REFUSED || recorded->code == SB_R_UNDECIDED ||
           recorded->code == SB_R_NO_MONEY || recorded->code == SB_R_OVERFLOW;
}

static bool by_law(enum sb_result_code code)
{
    return code == SB_R_REFUSED || code == SB_R_UNDECIDED || code == SB_R_NO_CHARTER;
}

/* The law's word on an event, in the terms of a result. */
static enum sb_result_code word_of_law(const struct sb_verdict *verdict, enum sb_result_code recorded)
{
    if (!verdict->judged)
        return by_law(verdict->code) ? verdict->code : recorded;
    if (verdict->judgement.refused)
        return SB_R_REFUSED;
    if (verdict->judgement.undecided)
        return SB_R_UNDECIDED;
    return by_law(recorded) ? SB_R_ACCEPTED : recorded;
}

static void write_verdict(const struct sb_verdict *verdict, const struct sb_result *recorded,
                          struct sb_result *ret_result)
{
    *ret_result = (struct sb_result){.flags = recorded->flags};
    ret_result->code = (uint16_t)word_of_law(verdict, (enum sb_result_code)recorded->code);
    if (verdict->judged && recorded->code == SB_R_ACCEPTED)
        ret_result->counted = verdict->judgement.counted;
    if (verdict->judged && (ret_result->code == SB_R_REFUSED || ret_result->code == SB_R_UNDECIDED))
        memcpy(ret_result->failed, verdict->judgement.failed, sizeof(ret_result->failed));
}

/* Another charter may name no territory, or another one: an account then stands without its place. */
static bool stands_without_place(struct sb_ledger *ledger, const struct sb_event *event,
                                 struct sb_verdict *verdict)
{
    bool has_place = event->type == SB_EVENT_OPEN || event->type == SB_EVENT_CHANGE;
    if (!has_place || verdict->code != SB_R_ATTRIBUTE_INVALID)
        return false;
    verdict->place_epoch = SB_NO_EPOCH;
    verdict->place_index = 0;
    verdict->payer = sb_accounts_find(&ledger->accounts, event->account);
    return event->type == SB_EVENT_OPEN ? verdict->payer == SB_NOBODY : verdict->payer != SB_NOBODY;
}

/* Let happen what was recorded as accepted. */
static enum sb_status happen(struct recorded_step *step, const struct sb_event *event)
{
    struct sb_ledger *ledger = step->ledger;
    struct sb_verdict *verdict = &ledger->verdict;
    bool possible = verdict->code == SB_R_ACCEPTED || by_law(verdict->code) ||
                    stands_without_place(ledger, event, verdict) ||
                    (event->type == SB_EVENT_TRANSFER && verdict->judged && verdict->judgement.overflow);
    if (!possible || verdict->repeated)
        return sb_fail(step->err, SB_MISMATCH, "what was recorded as accepted cannot happen here: %s",
                       "điều đã ghi là chấp nhận không thể xảy ra ở đây: %s", sb_result_word(verdict->code));
    if (!verdict->judged)
        verdict->judgement = (struct sb_judgement){0}; /* no law, nothing to count */
    sb_apply(ledger, event, verdict);
    if (ledger->failed || ledger->windows.failed)
        return sb_fail(step->err, SB_NOMEM, "out of memory in the ledger", "sổ cái hết bộ nhớ");
    return SB_OK;
}

static enum sb_status step_one(struct recorded_step *step, const struct sb_event *event,
                               struct sb_guess guess, const struct sb_result *recorded,
                               struct sb_result *ret_result)
{
    struct sb_ledger *ledger = step->ledger;
    *ret_result = *recorded;
    if (sb_check_form(ledger, event) != SB_R_ACCEPTED)
        return SB_OK;
    sb_pass_time(ledger, event->time);
    bool again = (recorded->flags & SB_RF_REPEATED) != 0 || recorded->code == SB_R_ID_REUSED;
    bool accepted = recorded->code == SB_R_ACCEPTED;
    uint32_t plan = ledger->laws.installed_count;
    enum sb_status status = SB_OK;
    if (again)
        return SB_OK;
    if (accepted || was_judged(event, recorded)) {
        sb_check(ledger, &ledger->instant, event, step->past, guess, &ledger->verdict);
        if (accepted)
            status = happen(step, event);
        if (status == SB_OK && was_judged(event, recorded))
            write_verdict(&ledger->verdict, recorded, ret_result);
    }
    if (status != SB_OK || sb_id_is_none(event->id) || sb_past_find(step->past, event->id))
        return status;
    struct sb_result kept = *ret_result;
    kept.code = recorded->code;
    return sb_past_add(step->past, event, &kept, plan, step->err);
}

enum sb_status sb_ledger_step_recorded(struct sb_ledger *ledger, const struct sb_event *events,
                                       uint32_t count, struct sb_past *past, const struct sb_result *recorded,
                                       struct sb_result *results, struct sb_err *err)
{
    struct recorded_step step = {ledger, past, err};
    struct sb_ahead ahead;
    enum sb_status status = SB_OK;
    sb_ahead_begin(&ahead, ledger, events, count);
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        sb_ahead_fetch(&ahead, i);
        status = step_one(&step, &events[i], sb_ahead_guess(&ahead, i), &recorded[i], &results[i]);
    }
    return status;
}
