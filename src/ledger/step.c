/* SPDX-License-Identifier: Apache-2.0 */

/* Stepping a batch: events one by one, chains as a whole. */

#include "ledger/ahead.h"

#include "base/macros.h"

#include <assert.h>

struct batch {
    struct sb_ledger *ledger;
    const struct sb_event *events;
    struct sb_past *past;
    struct sb_result *results;
    struct sb_err *err;
    uint32_t count;
    struct sb_ahead ahead;
};

/* ------------------------------------------------------------------ results */

static void write_result(const struct sb_verdict *verdict, struct sb_result *ret_result)
{
    if (verdict->repeated) {
        *ret_result = verdict->repeated->result;
        ret_result->flags |= SB_RF_REPEATED;
        return;
    }
    *ret_result = (struct sb_result){.code = (uint16_t)verdict->code};
    if (verdict->code == SB_R_ACCEPTED && verdict->judged)
        ret_result->counted = verdict->judgement.counted;
    if (verdict->code == SB_R_ACCEPTED)
        ret_result->fees = verdict->fees.bits;
    if (sb_result_is_of_law((uint16_t)verdict->code))
        memcpy(ret_result->failed, verdict->judgement.failed, sizeof(ret_result->failed));
}

/* Put an event that was judged into the past. */
static enum sb_status remember(struct batch *batch, uint32_t index)
{
    return sb_past_add(batch->past, &batch->events[index], &batch->results[index],
                       batch->ledger->laws.installed_count, batch->err);
}

static enum sb_status no_memory(struct batch *batch)
{
    return sb_fail(batch->err, SB_NOMEM, "out of memory in the ledger", "sổ cái hết bộ nhớ");
}

/* Judge one event, apply it when it is accepted, and write its result. Form was accepted and time has passed.
 */
static enum sb_status judge_and_apply(struct batch *batch, uint32_t index)
{
    struct sb_ledger *ledger = batch->ledger;
    const struct sb_event *event = &batch->events[index];
    struct sb_verdict *verdict = &ledger->verdict;
    sb_check(ledger, &ledger->instant, event, batch->past, sb_ahead_guess(&batch->ahead, index), verdict);
    uint32_t plan = ledger->laws.installed_count;
    if (verdict->code == SB_R_ACCEPTED && !verdict->repeated)
        sb_apply(ledger, event, verdict);
    if (ledger->failed || ledger->windows.failed)
        return no_memory(batch);
    write_result(verdict, &batch->results[index]);
    if (verdict->repeated || verdict->code == SB_R_ID_REUSED || sb_id_is_none(event->id))
        return SB_OK;
    return sb_past_add(batch->past, event, &batch->results[index], plan, batch->err);
}

static enum sb_status step_one(struct batch *batch, uint32_t index)
{
    const struct sb_event *event = &batch->events[index];
    enum sb_result_code code = sb_check_form(batch->ledger, event);
    if (code != SB_R_ACCEPTED) {
        batch->results[index] = (struct sb_result){.code = (uint16_t)code};
        return SB_OK;
    }
    sb_pass_time(batch->ledger, event->time);
    return judge_and_apply(batch, index);
}

/* ------------------------------------------------------------------ chains */

/* The events from first on that belong together: those that are linked, and the one behind them. */
static uint32_t chain_length(const struct batch *batch, uint32_t first)
{
    uint32_t last = first;
    while (last < batch->count && (batch->events[last].flags & SB_F_LINKED) != 0)
        last++;
    return SB_MIN(last + 1, batch->count) - first;
}

/* What is wrong with a chain as a whole, and at which member. */
static enum sb_result_code check_chain(const struct sb_event *events, uint32_t count, uint32_t *ret_at)
{
    if ((events[count - 1].flags & SB_F_LINKED) != 0) {
        *ret_at = count - 1;
        return SB_R_CHAIN_OPEN;
    }
    for (uint32_t i = 1; i < count; i++) {
        if (events[i].time != events[0].time) {
            *ret_at = i;
            return SB_R_CHAIN_TIME;
        }
    }
    *ret_at = SB_CHAIN_MAX;
    return count > SB_CHAIN_MAX ? SB_R_CHAIN_LONG : SB_R_ACCEPTED;
}

/* The result of a member of a broken chain: its own code where it broke, else that another broke. Ids are
 * used up; but those of codes 1 to 3 are not. */
static enum sb_status break_member(struct batch *batch, uint32_t index, bool is_cause)
{
    const struct sb_event *event = &batch->events[index];
    struct sb_result *result = &batch->results[index];
    if (!is_cause)
        *result = (struct sb_result){.code = SB_R_CHAIN_BROKEN};
    if (sb_id_is_none(event->id) || (is_cause && result->code <= SB_R_TIME_BACK))
        return SB_OK;
    return sb_past_entry(batch->past, event->id) ? SB_OK : remember(batch, index);
}

static enum sb_status break_chain(struct batch *batch, uint32_t first, uint32_t count, uint32_t cause)
{
    for (uint32_t i = 0; i < count; i++) {
        enum sb_status status = break_member(batch, first + i, i == cause);
        if (status != SB_OK)
            return status;
    }
    return SB_OK;
}

/* Members before the cause stand in the past as accepted: that is not so any more. */
static void correct_past(struct batch *batch, uint32_t first, uint32_t cause)
{
    for (uint32_t index = first; index < first + cause; index++) {
        bool repeats = (batch->results[index].flags & SB_RF_REPEATED) != 0;
        if (!repeats && !sb_id_is_none(batch->events[index].id))
            sb_past_entry(batch->past, batch->events[index].id)->result =
                (struct sb_result){.code = SB_R_CHAIN_BROKEN};
    }
}

static enum sb_status step_chain(struct batch *batch, uint32_t first, uint32_t count)
{
    struct sb_ledger *ledger = batch->ledger;
    uint32_t at;
    enum sb_result_code code = check_chain(&batch->events[first], count, &at);
    if (code != SB_R_ACCEPTED) {
        batch->results[first + at] = (struct sb_result){.code = (uint16_t)code};
        return break_chain(batch, first, count, at);
    }
    if (sb_check_form(ledger, &batch->events[first]) == SB_R_ACCEPTED)
        sb_pass_time(ledger, batch->events[first].time);

    ledger->undo.recording = true;
    for (at = 0; at < count; at++) {
        uint32_t index = first + at;
        code = sb_check_form(ledger, &batch->events[index]);
        if (code != SB_R_ACCEPTED) {
            batch->results[index] = (struct sb_result){.code = (uint16_t)code};
            break;
        }
        enum sb_status status = judge_and_apply(batch, index);
        if (status != SB_OK)
            return status;
        if (batch->results[index].code != SB_R_ACCEPTED)
            break;
    }
    if (at == count) {
        ledger->undo.recording = false;
        ledger->undo.count = 0;
        return SB_OK;
    }
    sb_undo_all(ledger);
    if (ledger->failed)
        return no_memory(batch);
    correct_past(batch, first, at);
    return break_chain(batch, first, count, at);
}

static enum sb_status tell(struct batch *batch, uint32_t first, uint32_t count)
{
    struct sb_watch *watch = &batch->ledger->watch;
    const struct sb_ledger_seen seen = {&batch->events[first], &batch->results[first], count, watch->changed,
                                        watch->count};
    watch->count = 0;
    return watch->saw(watch->context, batch->ledger, &seen, batch->err);
}

enum sb_status sb_ledger_step(struct sb_ledger *ledger, const struct sb_event *events, uint32_t count,
                              struct sb_past *past, struct sb_result *results, struct sb_err *err)
{
    struct batch batch = {
        .ledger = ledger, .events = events, .past = past, .results = results, .err = err, .count = count};
    sb_ahead_begin(&batch.ahead, ledger, events, count);
    for (uint32_t index = 0; index < count;) {
        uint32_t length = 1;
        enum sb_status status;
        sb_ahead_fetch(&batch.ahead, index);
        if (SB_LIKELY((events[index].flags & SB_F_LINKED) == 0)) {
            status = step_one(&batch, index);
        } else {
            length = chain_length(&batch, index);
            status = step_chain(&batch, index, length);
            sb_ahead_jump(&batch.ahead, index + length);
        }
        if (SB_UNLIKELY(ledger->watch.saw != NULL) && status == SB_OK)
            status = tell(&batch, index, length);
        if (status != SB_OK)
            return status;
        index += length;
    }
    return SB_OK;
}
