/* SPDX-License-Identifier: Apache-2.0 */

/* What accepted events and passing time change. Each change is told to the undo log first. */

#include "ledger/ledger_internal.h"

#include <assert.h>

static struct sb_account *change_account(struct sb_ledger *ledger, uint32_t number)
{
    sb_undo_account(ledger, number);
    sb_watch_changed(ledger, number);
    return sb_account_at(&ledger->accounts, number);
}

/* ------------------------------------------------------------------ windows */

/* Room for so many more windows; closed ones are forgotten, but none while a chain may be undone. */
static void make_room(struct sb_ledger *ledger, uint32_t more)
{
    if (SB_LIKELY(!sb_windows_are_full(&ledger->windows, more)))
        return;
    struct sb_window_now *now = NULL;
    if (!ledger->undo.recording) {
        now = calloc(ledger->laws.state_count, sizeof(*now));
        if (!now) {
            ledger->failed = true;
            return;
        }
        sb_laws_now(&ledger->laws, ledger->time, now);
    }
    sb_windows_grow(&ledger->windows, now);
    free(now);
}

static void count(struct sb_ledger *ledger, sb_time_us time, const struct sb_judgement *judgement)
{
    make_room(ledger, judgement->count_count);
    for (uint32_t i = 0; i < judgement->count_count; i++) {
        const struct sb_count *one = &judgement->counts[i];
        if (ledger->failed || ledger->windows.failed)
            return;
        sb_windows_count(&ledger->windows, &one->key, one->slot, time, one->delta);
        sb_undo_window(ledger, one->key, time, one->delta);
    }
}

/* What was counted once, to find the windows again. */
struct counted {
    uint32_t payer, payee, agent;
    uint32_t plan;
    uint16_t kind;
    sb_time_us time;
    uint64_t bits;
    const struct sb_fees *fees; /* whose counted part goes back as well */
};

static void give_back_one(struct sb_ledger *ledger, const struct sb_offer *offer, const struct sb_op *op,
                          const struct counted *counted, struct sb_count back)
{
    const struct sb_counter *counter = &offer->plan->counters[op->counter];
    uint32_t number = op->side == SB_SIDE_PAYER   ? counted->payer
                      : op->side == SB_SIDE_PAYEE ? counted->payee
                                                  : counted->agent;
    const struct sb_account *account = number == SB_NOBODY ? NULL : sb_account_at(&ledger->accounts, number);
    back.key.state = offer->states[op->counter];
    back.key.subject = sb_subject_of((enum sb_subject)counter->subject, account, number);
    if (counter->window == SB_WINDOW_ROLLING) {
        back.key.days = counter->days;
    } else {
        sb_time_us start, end;
        sb_counter_window(offer->plan, counter, counted->time, &start, &end, &back.key.period);
    }
    if (sb_windows_adjust(&ledger->windows, back.key, counted->time, -back.delta))
        sb_undo_window(ledger, back.key, counted->time, -back.delta);
}

/* Give amount back to the sums and number to the numbers, of the windows that it was taken from. Judged by
 * the plan of that time: its ops say whose windows they were. */
static void give_back(struct sb_ledger *ledger, const struct counted *counted, sb_amount amount,
                      int64_t number)
{
    if (counted->bits == 0)
        return;
    const struct sb_offer *offer = ledger->laws.installed[counted->plan - 1];
    const struct sb_plan *plan = offer->plan;
    uint32_t hint = 0;
    struct sb_op_list list = sb_plan_list(plan, sb_plan_segment(plan, counted->time, &hint), counted->kind);
    uint64_t bits = counted->bits;
    for (uint32_t i = 0; i < list.count; i++) {
        const struct sb_op *op = &plan->ops[list.first + i];
        if (op->type != SB_OP_WINDOW || (bits >> op->counter & 1) == 0)
            continue;
        bits &= ~(UINT64_C(1) << op->counter);
        int64_t delta = number;
        if (plan->counters[op->counter].measure == SB_MEASURE_SUM)
            delta = (int64_t)(amount + sb_fees_counted(counted->fees, op->side));
        if (delta != 0)
            give_back_one(ledger, offer, op, counted, (struct sb_count){.delta = delta});
    }
}

/* ------------------------------------------------------------------ transfers */

/* Fees, after the amount or before it: each is posted, or reserved. */
static void move_fees(struct sb_ledger *ledger, const struct sb_fees *fees, bool pending)
{
    for (uint32_t i = 0; fees->bits != 0 && i < fees->count; i++) {
        const struct sb_move *move = &fees->moves[i];
        struct sb_account *from = change_account(ledger, move->from);
        struct sb_account *to = change_account(ledger, move->to);
        *(pending ? &from->debits_pending : &from->debits_posted) += move->amount;
        *(pending ? &to->credits_pending : &to->credits_posted) += move->amount;
    }
}

/* Fees that were reserved are not any more. */
static void release_fees(struct sb_ledger *ledger, const struct sb_fees *fees)
{
    for (uint32_t i = 0; fees->bits != 0 && i < fees->count; i++) {
        const struct sb_move *move = &fees->moves[i];
        struct sb_account *from = change_account(ledger, move->from);
        struct sb_account *to = change_account(ledger, move->to);
        from->debits_pending -= move->amount;
        to->credits_pending -= move->amount;
        assert(from->debits_pending >= 0);
        assert(to->credits_pending >= 0);
    }
}

static void apply_transfer(struct sb_ledger *ledger, const struct sb_event *event,
                           const struct sb_verdict *verdict)
{
    struct sb_account *payer = change_account(ledger, verdict->payer);
    struct sb_account *payee = change_account(ledger, verdict->payee);
    count(ledger, event->time, &verdict->judgement);
    if ((event->flags & SB_F_PENDING) == 0) {
        payer->debits_posted += event->amount;
        payee->credits_posted += event->amount;
        move_fees(ledger, &verdict->fees, false);
        return;
    }
    payer->debits_pending += event->amount;
    payee->credits_pending += event->amount;
    move_fees(ledger, &verdict->fees, true);
    uint32_t number = sb_pendings_add(
        &ledger->pendings,
        &(struct sb_pending){
            .id = event->id,
            .payer = verdict->payer,
            .payee = verdict->payee,
            .agent = verdict->agent,
            .plan = ledger->laws.installed_count,
            .left = event->amount,
            .time = event->time,
            .deadline = event->timeout_s == 0 ? SB_TIME_FOREVER
                                              : event->time + (sb_time_us)event->timeout_s * SB_SECOND_US,
            .counted = verdict->judgement.counted,
            .fees = verdict->fees.bits,
            .counted_fees = verdict->judgement.fees.bits,
            .kind = event->kind,
            .provider = event->provider,
        });
    if (number == SB_NOBODY) {
        ledger->failed = true;
        return;
    }
    sb_undo_pending(ledger, SB_UNDO_PENDING_MADE, number);
}

static void apply_post(struct sb_ledger *ledger, const struct sb_event *event,
                       const struct sb_verdict *verdict)
{
    struct sb_pending *pending = &ledger->pendings.list[verdict->pending];
    struct sb_account *payer = change_account(ledger, pending->payer);
    struct sb_account *payee = change_account(ledger, pending->payee);
    payer->debits_pending -= event->amount;
    payee->credits_pending -= event->amount;
    payer->debits_posted += event->amount;
    payee->credits_posted += event->amount;
    release_fees(ledger, &verdict->fees); /* of the first post; later ones have none */
    move_fees(ledger, &verdict->fees, false);
    if (pending->left == event->amount) {
        sb_undo_pending(ledger, SB_UNDO_PENDING_ENDED, verdict->pending);
        sb_pendings_remove(&ledger->pendings, verdict->pending);
        return;
    }
    sb_undo_pending(ledger, SB_UNDO_PENDING_CHANGED, verdict->pending);
    pending->left -= event->amount;
    pending->posted += event->amount;
}

/* Fees of a reservation of which nothing was posted go back to their accounts; *ret_counted are those that
 * windows counted. */
static void end_fees(struct sb_ledger *ledger, const struct sb_pending *pending, struct sb_fees *ret_counted)
{
    struct sb_charged charged = sb_pending_charged(&ledger->laws, pending);
    sb_fees_again(ledger, &charged, ret_counted);
    release_fees(ledger, ret_counted);
    charged.plan = ledger->laws.installed[pending->plan - 1]->plan;
    charged.bits = pending->counted_fees;
    sb_fees_again(ledger, &charged, ret_counted);
}

/* A reservation ends: what is left of it leaves both sides and goes back to its windows. */
static void end_pending(struct sb_ledger *ledger, uint32_t number)
{
    struct sb_pending pending = ledger->pendings.list[number];
    struct sb_account *payer = change_account(ledger, pending.payer);
    struct sb_account *payee = change_account(ledger, pending.payee);
    payer->debits_pending -= pending.left;
    payee->credits_pending -= pending.left;
    assert(payer->debits_pending >= 0);
    assert(payee->credits_pending >= 0);
    struct sb_fees fees = {.bits = 0};
    struct counted counted = {pending.payer, pending.payee, pending.agent,   pending.plan,
                              pending.kind,  pending.time,  pending.counted, &fees};
    if ((pending.fees | pending.counted_fees) != 0 && pending.posted == 0)
        end_fees(ledger, &pending, &fees);
    give_back(ledger, &counted, pending.left, pending.posted == 0 ? 1 : 0);
    sb_undo_pending(ledger, SB_UNDO_PENDING_ENDED, number);
    sb_pendings_remove(&ledger->pendings, number);
}

static void apply_reverse(struct sb_ledger *ledger, const struct sb_event *event,
                          const struct sb_verdict *verdict)
{
    struct sb_fees fees = {.bits = 0};
    move_fees(ledger, &verdict->fees, false);
    change_account(ledger, verdict->payee)->debits_posted += event->amount;
    change_account(ledger, verdict->payer)->credits_posted += event->amount;

    const struct sb_past_entry *judged = verdict->reservation ? verdict->reservation : verdict->original;
    sb_amount reversed = verdict->reversed + event->amount;
    bool whole = !verdict->reservation && reversed == verdict->original->event.amount;
    struct counted counted = {verdict->payer,     verdict->payee,     verdict->agent,         judged->plan,
                              judged->event.kind, judged->event.time, judged->result.counted, &fees};
    if (verdict->fees_back != 0)
        sb_fees_again(ledger,
                      &(struct sb_charged){
                          .plan = ledger->laws.installed[judged->plan - 1]->plan,
                          .parties = {verdict->payer, verdict->payee, verdict->agent, judged->event.provider},
                          .amount = judged->event.amount,
                          .time = judged->event.time,
                          .kind = judged->event.kind,
                          .bits = verdict->fees_back,
                      },
                      &fees);
    give_back(ledger, &counted, event->amount, whole ? 1 : 0);

    sb_undo_reversed(ledger, (struct sb_reversal){event->other, verdict->reversed});
    if (!sb_reversals_set(&ledger->reversals, event->other, reversed))
        ledger->failed = true;
}

/* ------------------------------------------------------------------ accounts and charters */

static void apply_open(struct sb_ledger *ledger, const struct sb_event *event,
                       const struct sb_verdict *verdict)
{
    struct sb_account account = {
        .id = event->account,
        .person = event->person,
        .unit = event->attributes.unit,
        .class_ = event->attributes.class_,
        .provider = event->attributes.provider,
        .tier = event->attributes.tier,
        .issuer = event->attributes.issuer,
        .sex = event->attributes.sex,
        .birth_year = event->attributes.birth_year,
        .flags = event->attributes.flags,
        .place = event->attributes.place,
        .place_epoch = verdict->place_epoch,
        .place_index = verdict->place_index,
        .opened_on = event->attributes.opened_on,
        .sim_since = event->attributes.sim_since,
    };
    if (!sb_accounts_open(&ledger->accounts, &account)) {
        ledger->failed = true;
        return;
    }
    sb_undo_opened(ledger);
    sb_watch_changed(ledger, ledger->accounts.count - 1);
}

static void apply_change(struct sb_ledger *ledger, const struct sb_event *event,
                         const struct sb_verdict *verdict)
{
    struct sb_account *account = change_account(ledger, verdict->payer);
    account->profile = 0;
    account->tier = event->attributes.tier;
    account->sex = event->attributes.sex;
    account->birth_year = event->attributes.birth_year;
    account->sim_since = event->attributes.sim_since;
    account->place = event->attributes.place;
    account->place_epoch = verdict->place_epoch;
    account->place_index = verdict->place_index;
}

static void apply_charter(struct sb_ledger *ledger, const struct sb_verdict *verdict)
{
    if (!sb_laws_install(&ledger->laws, verdict->offer, verdict->offer->plan)) {
        ledger->failed = true;
        return;
    }
    if (!ledger->territory)
        ledger->territory = verdict->offer->plan->territory;
}

void sb_apply(struct sb_ledger *ledger, const struct sb_event *event, const struct sb_verdict *verdict)
{
    switch ((enum sb_event_type)event->type) {
    case SB_EVENT_TRANSFER: apply_transfer(ledger, event, verdict); break;
    case SB_EVENT_POST: apply_post(ledger, event, verdict); break;
    case SB_EVENT_VOID: end_pending(ledger, verdict->pending); break;
    case SB_EVENT_REVERSE: apply_reverse(ledger, event, verdict); break;
    case SB_EVENT_OPEN: apply_open(ledger, event, verdict); break;
    case SB_EVENT_CHANGE: apply_change(ledger, event, verdict); break;
    case SB_EVENT_FREEZE: change_account(ledger, verdict->payer)->frozen = event->attributes.frozen; break;
    case SB_EVENT_CLOSE: change_account(ledger, verdict->payer)->closed = true; break;
    case SB_EVENT_REOPEN: change_account(ledger, verdict->payer)->closed = false; break;
    case SB_EVENT_CHARTER: apply_charter(ledger, verdict); break;
    case SB_EVENT_NAME:
    case SB_EVENT_TICK: break;
    }
}

void sb_pass_time(struct sb_ledger *ledger, sb_time_us time)
{
    uint32_t due;
    while ((due = sb_pendings_due(&ledger->pendings, time)) != SB_NOBODY)
        end_pending(ledger, due);
    ledger->time = time;
}
