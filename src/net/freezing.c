/* SPDX-License-Identifier: Apache-2.0 */
#include "net/freezing.h"

#include "base/macros.h"

#include <stdio.h>
#include <string.h>

struct submission {
    struct sb_pilot *pilot;
    struct sb_event event;
    struct sb_result result;
    uint64_t sequence;
};

/* In an ask: alone with the engine, so that the event's sequence number is known. */
static enum sb_status submit(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct submission *submission = context;
    const struct sb_os *clock = &submission->pilot->clock;
    sb_time_us now = clock->now(clock->context), before = sb_ledger_time(sb_engine_ledger(engine));
    submission->event.time = SB_MAX(now, before);
    enum sb_status status =
        sb_engine_submit(engine, &submission->event, 1, &submission->result, &submission->sequence, err);
    if (status == SB_OK)
        status = sb_engine_wait(engine, submission->sequence, err);
    if (status == SB_OK)
        sb_pilot_hear(submission->pilot, engine, &submission->event, &submission->result, 1,
                      submission->sequence);
    return status;
}

enum sb_status sb_freezing_submit(struct sb_vault *vault, struct sb_pilot *pilot, int64_t number,
                                  struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) struct sb_freeze *freeze = calloc(1, sizeof(*freeze));
    char id[SB_PILOT_ID_SIZE + 96];
    if (!freeze)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    enum sb_status status = sb_vault_get_freeze(vault, pilot->id, number, freeze, err);
    if (status != SB_OK)
        return status;
    int size = snprintf(id, sizeof(id), "freeze %s %lld %lld", pilot->id, (long long)number,
                        (long long)freeze->made_at); /* it fits */
    struct submission submission = {
        .pilot = pilot,
        .event = {.id = sb_id_of_text(id, (size_t)size), .type = SB_EVENT_FREEZE, .account = freeze->account},
    };
    submission.event.attributes.frozen = freeze->sides;
    status = sb_front_ask(pilot->front, submit, &submission, err);
    if (status == SB_OK)
        status = sb_vault_set_freeze_result(vault, number, (int64_t)submission.sequence,
                                            sb_result_word((enum sb_result_code)submission.result.code), err);
    return status;
}

/* ------------------------------------------------------------------ after a crash */

#define RESUME_MAX 1000 /* the newest ones: what was approved is submitted at once, so one is much */

struct unfinished {
    int64_t numbers[RESUME_MAX];
    unsigned count;
};

static void find_unfinished(void *context, const struct sb_freeze *freeze)
{
    struct unfinished *unfinished = context;
    if (freeze->state == SB_FREEZE_APPROVED && freeze->sequence == 0 && unfinished->count < RESUME_MAX)
        unfinished->numbers[unfinished->count++] = freeze->number;
}

enum sb_status sb_freezing_resume(struct sb_vault *vault, struct sb_pilot *pilot, struct sb_err *err)
{
    struct unfinished unfinished = {.count = 0};
    enum sb_status status =
        sb_vault_each_freeze(vault, pilot->id, 0, RESUME_MAX, find_unfinished, &unfinished, err);
    for (unsigned i = unfinished.count; i > 0 && status == SB_OK; i--) /* in the order of asking */
        status = sb_freezing_submit(vault, pilot, unfinished.numbers[i - 1], err);
    return status;
}
