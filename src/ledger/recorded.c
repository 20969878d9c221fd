/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One-step replay: the law is asked, but what was recorded happens. So each verdict is given on the state
 * that the event really met, and no difference feeds the next.
 */

#include "ledger/ahead.h"

#include <assert.h>

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
           sb_result_is_of_law(recorded->code) || recorded->code == SB_R_NO_FEE_ACCOUNT ||
           recorded->code == SB_R_FEE_ACCOUNT_BLOCKED || recorded->code == SB_R_NO_MONEY ||
           recorded->code == SB_R_OVERFLOW;
}

static bool by_law(enum sb_result_code code)
{
    return sb_result_is_of_law((uint16_t)code) || code == SB_R_NO_CHARTER;
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
    if (verdict->judgement.asks)
        return SB_R_ASK;
    return by_law(recorded) ? SB_R_ACCEPTED : recorded;
}

static void write_verdict(const struct sb_verdict *verdict, const struct sb_result *recorded,
                          struct sb_result *ret_result)
{
    *ret_result = (struct sb_result){.flags = recorded->flags};
    ret_result->code = (uint16_t)word_of_law(verdict, (enum sb_result_code)recorded->code);
    if (verdict->judged && recorded->code == SB_R_ACCEPTED) {
        ret_result->counted = verdict->judgement.counted;
        ret_result->fees = verdict->judgement.fees.bits;
    }
    if (verdict->judged && sb_result_is_of_law(ret_result->code))
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

/* Nothing but the law stands against it here: it can happen, since it is recorded. */
static bool can_happen(struct sb_ledger *ledger, const struct sb_event *event)
{
    struct sb_verdict *verdict = &ledger->verdict;
    bool possible = verdict->code == SB_R_ACCEPTED || by_law(verdict->code) ||
                    stands_without_place(ledger, event, verdict) ||
                    (event->type == SB_EVENT_TRANSFER && verdict->judged && verdict->judgement.overflow);
    return possible && !verdict->repeated;
}

void sb_recorded_fees(const struct sb_ledger *ledger, const struct sb_event *event,
                      struct sb_verdict *verdict)
{
    const struct sb_recording *recording = &ledger->recording;
    uint32_t number = ledger->laws.installed_count;
    verdict->fees.bits = 0;
    if (number == 0 || (!recording->found_anew && recording->fees == 0))
        return;
    const struct sb_plan *tariff = ledger->laws.tariffs[number - 1];
    if (recording->found_anew) {
        struct sb_scene scene = verdict->scene;
        scene.plan = tariff;
        sb_fees_find(ledger, &scene, &verdict->fees);
        return;
    }
    sb_fees_again(ledger,
                  &(struct sb_charged){
                      .plan = tariff,
                      .parties = {verdict->payer, verdict->payee, verdict->agent, event->provider},
                      .amount = event->amount,
                      .time = event->time,
                      .kind = event->kind,
                      .bits = recording->fees,
                  },
                  &verdict->fees);
}

struct sb_result sb_ledger_remembered(const struct sb_result *given, const struct sb_result *recorded)
{
    struct sb_result result = *given;
    result.code = recorded->code;
    if (result.code == SB_R_ACCEPTED) {
        result.fees = recorded->fees;
        memset(result.failed, 0, sizeof(result.failed));
        result.failed[0] = given->fees;
    }
    return result;
}

enum sb_status sb_ledger_recorded_law(struct sb_ledger *ledger, const struct sb_plan *plan,
                                      struct sb_err *err)
{
    const struct sb_offer *offer = sb_laws_in_force(&ledger->laws);
    assert(offer);
    if (!sb_laws_install(&ledger->laws, offer, plan))
        return sb_fail(err, SB_NOMEM, "out of memory in the ledger", "sổ cái hết bộ nhớ");
    return SB_OK;
}

/* The fees that happen with it, also where this law refuses it. False: there are none like those. */
static bool find_fees(struct sb_ledger *ledger, const struct sb_event *event)
{
    const struct sb_fees *fees = &ledger->verdict.fees;
    sb_recorded_fees(ledger, event, &ledger->verdict);
    for (uint32_t i = 0; fees->bits != 0 && i < fees->count; i++) {
        if (fees->moves[i].from == SB_NOBODY || fees->moves[i].to == SB_NOBODY ||
            fees->moves[i].amount == INT64_MAX)
            return false;
    }
    return ledger->recording.found_anew || fees->bits == ledger->recording.fees;
}

/* Let it happen. */
static enum sb_status happen(struct recorded_step *step, const struct sb_event *event)
{
    struct sb_ledger *ledger = step->ledger;
    struct sb_verdict *verdict = &ledger->verdict;
    if (!can_happen(ledger, event))
        return sb_fail(step->err, SB_MISMATCH, "what was recorded as accepted cannot happen here: %s",
                       "điều đã ghi là chấp nhận không thể xảy ra ở đây: %s", sb_result_word(verdict->code));
    if (!verdict->judged)
        verdict->judgement = (struct sb_judgement){0}; /* no law, nothing to count */
    if (event->type == SB_EVENT_TRANSFER && !find_fees(ledger, event))
        return sb_fail(step->err, SB_MISMATCH,
                       "the fees that were recorded are none of the recorded charter's",
                       "phí đã ghi không phải của điều lệ đã ghi");
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
    bool again = (recorded->flags & SB_RF_REPEATED) != 0 || recorded->code == SB_R_ID_REUSED;
    bool accepted = recorded->code == SB_R_ACCEPTED;
    ledger->recording = (struct sb_recording){.on = true, .fees = accepted ? recorded->fees : 0};
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
    struct sb_result kept = sb_ledger_remembered(ret_result, recorded);
    return sb_past_add(step->past, event, &kept, plan, step->err);
}

/* ------------------------------------------------------------------ broken chains */

/* The number of events from the first on that are one chain; 1 for an event alone. */
static uint32_t chain_length(const struct sb_event *events, uint32_t count)
{
    uint32_t length = 1;
    while (length < count && (events[length - 1].flags & SB_F_LINKED) != 0)
        length++;
    return length;
}

/* The member that broke a chain, by its result; the chain's length when none did. */
static uint32_t cause_of_break(const struct sb_result *recorded, uint32_t length)
{
    uint32_t cause = length, broken = 0;
    for (uint32_t i = 0; i < length; i++) {
        if (recorded[i].code == SB_R_CHAIN_BROKEN)
            broken++;
        else
            cause = i;
    }
    return broken + 1 == length ? cause : length;
}

/* A member before the cause: it had passed when the cause was judged. */
static enum sb_status happen_for_now(struct recorded_step *step, const struct sb_event *event)
{
    struct sb_ledger *ledger = step->ledger;
    if (sb_past_find(step->past, event->id))
        return SB_OK; /* a repetition: without effect */
    uint32_t plan = ledger->laws.installed_count;
    sb_check(ledger, &ledger->instant, event, step->past, (struct sb_guess){SB_NOBODY, SB_NOBODY},
             &ledger->verdict);
    if (!can_happen(ledger, event))
        return SB_OK;
    enum sb_status status = happen(step, event);
    if (status != SB_OK || sb_id_is_none(event->id))
        return status;
    struct sb_result passed = {.code = SB_R_ACCEPTED,
                               .fees = ledger->verdict.fees.bits,
                               .counted = ledger->verdict.judgement.counted,
                               .failed = {ledger->verdict.judgement.fees.bits}};
    return sb_past_add(step->past, event, &passed, plan, step->err);
}

/*
 * The member that broke a chain was judged on what the members before it had done by then: they happen once
 * more, the law is asked, and all is taken back.
 */
static enum sb_status judge_cause(struct recorded_step *step, const struct sb_event *events, uint32_t cause,
                                  const struct sb_result *recorded, struct sb_result *ret_result)
{
    struct sb_ledger *ledger = step->ledger;
    enum sb_status status = SB_OK;
    sb_pass_time(ledger, events[0].time);
    ledger->recording = (struct sb_recording){.on = true, .found_anew = true};
    ledger->undo.recording = true;
    for (uint32_t i = 0; i < cause && status == SB_OK; i++)
        status = happen_for_now(step, &events[i]);
    if (status == SB_OK) {
        sb_check(ledger, &ledger->instant, &events[cause], step->past,
                 (struct sb_guess){SB_NOBODY, SB_NOBODY}, &ledger->verdict);
        write_verdict(&ledger->verdict, recorded, ret_result);
    }
    sb_undo_all(ledger);
    if (status == SB_OK && ledger->failed)
        status = sb_fail(step->err, SB_NOMEM, "out of memory in the ledger", "sổ cái hết bộ nhớ");
    return status;
}

/* All members of a broken chain have used up their ids. Requires that the law judged the cause. */
static enum sb_status step_broken(struct recorded_step *step, const struct sb_event *events, uint32_t length,
                                  uint32_t cause, const struct sb_result *recorded, struct sb_result *results)
{
    uint32_t plan = step->ledger->laws.installed_count;
    bool known[SB_CHAIN_MAX] = {false};
    for (uint32_t i = 0; i < length; i++) {
        known[i] = sb_id_is_none(events[i].id) || sb_past_find(step->past, events[i].id) != NULL;
        results[i] = recorded[i];
    }
    enum sb_status status = judge_cause(step, events, cause, &recorded[cause], &results[cause]);
    for (uint32_t i = 0; i < length && status == SB_OK; i++) {
        struct sb_past_entry *entry = sb_past_entry(step->past, events[i].id);
        if (known[i])
            continue;
        if (entry)
            entry->result = recorded[i];
        else
            status = sb_past_add(step->past, &events[i], &recorded[i], plan, step->err);
    }
    return status;
}

/* Time passes once, before the first of a chain; and not at all for a chain that was refused for its shape.
 */
static void pass_time(struct sb_ledger *ledger, const struct sb_event *events, uint32_t length,
                      const struct sb_result *recorded)
{
    for (uint32_t i = 0; i < length; i++) {
        bool of_shape = recorded[i].code >= SB_R_CHAIN_OPEN && recorded[i].code <= SB_R_CHAIN_LONG;
        if (of_shape && (recorded[i].flags & SB_RF_REPEATED) == 0)
            return;
    }
    if (sb_check_form(ledger, &events[0]) == SB_R_ACCEPTED)
        sb_pass_time(ledger, events[0].time);
}

enum sb_status sb_ledger_step_recorded(struct sb_ledger *ledger, const struct sb_event *events,
                                       uint32_t count, struct sb_past *past, const struct sb_result *recorded,
                                       struct sb_result *results, struct sb_err *err)
{
    struct recorded_step step = {ledger, past, err};
    struct sb_ahead ahead;
    enum sb_status status = SB_OK;
    sb_ahead_begin(&ahead, ledger, events, count);
    ledger->recording.on = true;
    for (uint32_t at = 0; at < count && status == SB_OK;) {
        uint32_t length = chain_length(events + at, count - at);
        uint32_t cause = cause_of_break(recorded + at, length);
        bool broken = length > 1 && cause < length && length <= SB_CHAIN_MAX &&
                      was_judged(&events[at + cause], &recorded[at + cause]) &&
                      (recorded[at + cause].flags & SB_RF_REPEATED) == 0;
        pass_time(ledger, events + at, length, recorded + at);
        if (broken) {
            status = step_broken(&step, events + at, length, cause, recorded + at, results + at);
            sb_ahead_jump(&ahead, at + length);
        }
        for (uint32_t i = at; i < at + length && !broken && status == SB_OK; i++) {
            sb_ahead_fetch(&ahead, i);
            status = step_one(&step, &events[i], sb_ahead_guess(&ahead, i), &recorded[i], &results[i]);
        }
        at += length;
    }
    ledger->recording.on = false;
    return status;
}
