/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether an event may happen, and with what result: every check in the order of the result codes' table.
 * Nothing changes here, so reasons can be asked for at any time.
 */

#include "ledger/precedent.h"

#include "base/macros.h"

#include <assert.h>

static bool has_id(const struct sb_event *event)
{
    return event->type != SB_EVENT_CHARTER && event->type != SB_EVENT_NAME && event->type != SB_EVENT_TICK;
}

enum sb_result_code sb_check_form(const struct sb_ledger *ledger, const struct sb_event *event)
{
    /* Times outside the calendar cannot be put into a day. */
    if (!sb_event_is_well_formed(event) || event->time < SB_TIME_MIN || event->time > SB_TIME_MAX)
        return SB_R_MALFORMED;
    if (has_id(event) && sb_id_is_none(event->id))
        return SB_R_ID_ZERO;
    return event->time < ledger->time ? SB_R_TIME_BACK : SB_R_ACCEPTED;
}

static bool amount_is_valid(sb_amount amount)
{
    return amount >= 1 && amount <= SB_AMOUNT_MAX;
}

static uint32_t look_up(const struct sb_ledger *ledger, struct sb_id id, uint32_t guess)
{
    if (guess < ledger->accounts.count && sb_id_equal(sb_account_at(&ledger->accounts, guess)->id, id))
        return guess;
    return sb_id_is_none(id) ? SB_NOBODY : sb_accounts_find(&ledger->accounts, id);
}

/* Of accounts that are all there. */
static bool any_closed(const struct sb_ledger *ledger, const uint32_t *numbers, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (numbers[i] != SB_NOBODY && sb_account_at(&ledger->accounts, numbers[i])->closed)
            return true;
    }
    return false;
}

static bool is_frozen(const struct sb_account *from, const struct sb_account *to)
{
    return (from->frozen & SB_FROZEN_OUT) != 0 || (to->frozen & SB_FROZEN_IN) != 0;
}

/* Whether amount can move: the flags of the one it is taken from, then of the one it is paid to, then room in
 * the sums. */
static enum sb_result_code check_money(const struct sb_account *from, const struct sb_account *to,
                                       sb_amount amount, bool pending)
{
    if ((from->flags & SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS) != 0 &&
        (sb_wide)from->credits_posted - from->debits_posted - from->debits_pending < amount)
        return SB_R_NO_MONEY;
    if ((to->flags & SB_A_CREDITS_MAY_NOT_EXCEED_DEBITS) != 0 &&
        (sb_wide)to->debits_posted - to->credits_posted - to->credits_pending < amount)
        return SB_R_NO_MONEY;
    sb_amount sum;
    if (__builtin_add_overflow(pending ? from->debits_pending : from->debits_posted, amount, &sum) ||
        __builtin_add_overflow(pending ? to->credits_pending : to->credits_posted, amount, &sum))
        return SB_R_OVERFLOW;
    return SB_R_ACCEPTED;
}

/* ------------------------------------------------------------------ transfers */

void sb_scene_set(const struct sb_ledger *ledger, const struct sb_instant *instant,
                  const struct sb_event *event, struct sb_verdict *verdict)
{
    struct sb_scene *scene = &verdict->scene;
    scene->plan = instant->offer->plan;
    scene->event = event;
    scene->territory = ledger->territory;
    scene->day = instant->day;
    scene->numbers[SB_SIDE_TX] = scene->numbers[SB_SIDE_HOLDER] = SB_NOBODY;
    scene->sides[SB_SIDE_TX] = scene->sides[SB_SIDE_HOLDER] = NULL;
    scene->numbers[SB_SIDE_PAYER] = verdict->payer;
    scene->numbers[SB_SIDE_PAYEE] = verdict->payee;
    scene->numbers[SB_SIDE_AGENT] = verdict->agent;
    scene->sides[SB_SIDE_PAYER] = sb_account_at(&ledger->accounts, verdict->payer);
    scene->sides[SB_SIDE_PAYEE] = sb_account_at(&ledger->accounts, verdict->payee);
    scene->sides[SB_SIDE_AGENT] =
        verdict->agent == SB_NOBODY ? NULL : sb_account_at(&ledger->accounts, verdict->agent);
}

static enum sb_result_code check_law(const struct sb_ledger *ledger, struct sb_instant *instant,
                                     const struct sb_event *event, struct sb_verdict *verdict)
{
    if (!instant->offer)
        return SB_R_NO_CHARTER;
    sb_scene_set(ledger, instant, event, verdict);
    sb_decide(ledger, instant, &verdict->scene, &verdict->judgement);
    verdict->judged = true;
    if (verdict->judgement.refused)
        return SB_R_REFUSED;
    if (verdict->judgement.undecided)
        return SB_R_UNDECIDED;
    return verdict->judgement.asks ? SB_R_ASK : SB_R_ACCEPTED;
}

/* A transfer's amount, and what moves with it. */
static enum sb_result_code check_moves(const struct sb_ledger *ledger, const struct sb_event *event,
                                       struct sb_verdict *verdict)
{
    bool pending = (event->flags & SB_F_PENDING) != 0;
    if (SB_UNLIKELY(ledger->recording.on))
        sb_recorded_fees(ledger, event, verdict);
    else if (verdict->judgement.fees.bits != 0)
        verdict->fees = verdict->judgement.fees;
    if (SB_LIKELY(verdict->fees.bits == 0))
        return check_money(sb_account_at(&ledger->accounts, verdict->payer),
                           sb_account_at(&ledger->accounts, verdict->payee), event->amount, pending);
    enum sb_result_code code = sb_fees_check_accounts(ledger, &verdict->fees);
    struct sb_move moves[SB_PLAN_FEES_MAX + 1] = {{verdict->payer, verdict->payee, event->amount, 0}};
    memcpy(moves + 1, verdict->fees.moves, verdict->fees.count * sizeof(*moves));
    if (code == SB_R_ACCEPTED)
        code = sb_fees_check_money(ledger, moves, verdict->fees.count + 1,
                                   pending ? SB_MOVE_PENDING : SB_MOVE_POSTED);
    return code;
}

static enum sb_result_code check_transfer(const struct sb_ledger *ledger, struct sb_instant *instant,
                                          const struct sb_event *event, struct sb_guess guess,
                                          struct sb_verdict *verdict)
{
    verdict->payer = look_up(ledger, event->payer, guess.payer);
    verdict->payee = look_up(ledger, event->payee, guess.payee);
    verdict->agent = look_up(ledger, event->agent, SB_NOBODY);
    if (!amount_is_valid(event->amount))
        return SB_R_AMOUNT_INVALID;
    if (event->kind == 0)
        return SB_R_KIND_MISSING;
    if (sb_id_equal(event->payer, event->payee))
        return SB_R_SAME_ACCOUNT;
    if (verdict->payer == SB_NOBODY)
        return SB_R_NO_PAYER;
    if (verdict->payee == SB_NOBODY)
        return SB_R_NO_PAYEE;
    if (verdict->agent == SB_NOBODY && !sb_id_is_none(event->agent))
        return SB_R_NO_AGENT;
    if (any_closed(ledger, (uint32_t[]){verdict->payer, verdict->payee, verdict->agent}, 3))
        return SB_R_CLOSED;
    const struct sb_account *payer = sb_account_at(&ledger->accounts, verdict->payer);
    const struct sb_account *payee = sb_account_at(&ledger->accounts, verdict->payee);
    if (is_frozen(payer, payee))
        return SB_R_FROZEN;
    if (payer->unit != payee->unit)
        return SB_R_UNIT_DIFFERS;
    enum sb_result_code code = check_law(ledger, instant, event, verdict);
    if (code == SB_R_ACCEPTED)
        code = check_moves(ledger, event, verdict);
    return code == SB_R_ACCEPTED && verdict->judgement.overflow ? SB_R_OVERFLOW : code;
}

/* The accepted event that `other` names, or NULL. */
static const struct sb_past_entry *accepted(const struct sb_past *past, struct sb_id id)
{
    const struct sb_past_entry *entry = past && !sb_id_is_none(id) ? sb_past_find(past, id) : NULL;
    return entry && entry->result.code == SB_R_ACCEPTED ? entry : NULL;
}

static bool is_reservation(const struct sb_event *event)
{
    return event->type == SB_EVENT_TRANSFER && (event->flags & SB_F_PENDING) != 0;
}

/* POST and VOID: that the reservation is open still. */
static enum sb_result_code check_reservation(const struct sb_ledger *ledger, const struct sb_event *event,
                                             const struct sb_past *past, struct sb_verdict *verdict)
{
    const struct sb_past_entry *entry = accepted(past, event->other);
    if (!entry)
        return SB_R_NO_ORIGINAL;
    const struct sb_event *reservation = &entry->event;
    if (!is_reservation(reservation))
        return SB_R_WRONG_ORIGINAL;
    if (reservation->timeout_s != 0 &&
        reservation->time + (sb_time_us)reservation->timeout_s * SB_SECOND_US <= event->time)
        return SB_R_EXPIRED;
    verdict->pending = sb_pendings_find(&ledger->pendings, event->other);
    return verdict->pending == SB_NOBODY ? SB_R_FINISHED : SB_R_ACCEPTED;
}

/* The first post of a reservation with fees. */
static enum sb_result_code check_fees_of_post(const struct sb_ledger *ledger, const struct sb_event *event,
                                              const struct sb_pending *pending, struct sb_verdict *verdict)
{
    const struct sb_charged charged = sb_pending_charged(&ledger->laws, pending);
    sb_fees_again(ledger, &charged, &verdict->fees);
    enum sb_result_code code = sb_fees_check_accounts(ledger, &verdict->fees);
    struct sb_move moves[SB_PLAN_FEES_MAX + 1] = {{pending->payer, pending->payee, event->amount, 0}};
    memcpy(moves + 1, verdict->fees.moves, verdict->fees.count * sizeof(*moves));
    return code == SB_R_ACCEPTED
               ? sb_fees_check_money(ledger, moves, verdict->fees.count + 1, SB_MOVE_RESERVED)
               : code;
}

static enum sb_result_code check_post(const struct sb_ledger *ledger, const struct sb_event *event,
                                      const struct sb_past *past, struct sb_verdict *verdict)
{
    if (!amount_is_valid(event->amount))
        return SB_R_AMOUNT_INVALID;
    enum sb_result_code code = check_reservation(ledger, event, past, verdict);
    if (code != SB_R_ACCEPTED)
        return code;
    const struct sb_pending *pending = &ledger->pendings.list[verdict->pending];
    if (event->amount > pending->left)
        return SB_R_EXCEEDS_ORIGINAL;
    verdict->payer = pending->payer;
    verdict->payee = pending->payee;
    if (any_closed(ledger, (uint32_t[]){pending->payer, pending->payee}, 2))
        return SB_R_CLOSED;
    const struct sb_account *payer = sb_account_at(&ledger->accounts, pending->payer);
    const struct sb_account *payee = sb_account_at(&ledger->accounts, pending->payee);
    if (is_frozen(payer, payee))
        return SB_R_FROZEN;
    if (pending->fees != 0 && pending->posted == 0)
        return check_fees_of_post(ledger, event, pending, verdict);
    sb_amount sum;
    if (__builtin_add_overflow(payer->debits_posted, event->amount, &sum) ||
        __builtin_add_overflow(payee->credits_posted, event->amount, &sum))
        return SB_R_OVERFLOW;
    return SB_R_ACCEPTED;
}

/* The transfer whose accounts a reversal moves between: the original, or its reservation. */
static enum sb_result_code find_original(const struct sb_event *event, const struct sb_past *past,
                                         struct sb_verdict *verdict)
{
    verdict->original = accepted(past, event->other);
    if (!verdict->original)
        return SB_R_NO_ORIGINAL;
    const struct sb_event *original = &verdict->original->event;
    if (original->type == SB_EVENT_TRANSFER && !is_reservation(original)) {
        verdict->reservation = NULL;
        return SB_R_ACCEPTED;
    }
    if (original->type != SB_EVENT_POST)
        return SB_R_WRONG_ORIGINAL;
    verdict->reservation = accepted(past, original->other);
    return verdict->reservation ? SB_R_ACCEPTED : SB_R_NO_ORIGINAL;
}

/* The fees that go back with the whole amount: turned round, the last one first. */
static void find_returned(const struct sb_ledger *ledger, const struct sb_past_entry *judged,
                          struct sb_verdict *verdict)
{
    const struct sb_event *transfer = &judged->event;
    struct sb_charged charged = {
        .plan = ledger->laws.tariffs[judged->plan - 1],
        .parties = {verdict->payer, verdict->payee, verdict->agent, transfer->provider},
        .amount = transfer->amount,
        .time = transfer->time,
        .kind = transfer->kind,
        .bits = judged->result.fees,
    };
    charged.bits = sb_fees_returned(&charged);
    sb_fees_again(ledger, &charged, &verdict->fees);
    for (uint32_t i = 0; i < verdict->fees.count; i++) {
        struct sb_move *move = &verdict->fees.moves[i];
        *move = (struct sb_move){move->to, move->from, move->amount, move->rule};
    }
    for (uint32_t i = 0, j = verdict->fees.count; i + 1 < j; i++) {
        struct sb_move last = verdict->fees.moves[--j];
        verdict->fees.moves[j] = verdict->fees.moves[i];
        verdict->fees.moves[i] = last;
    }
    charged.plan = ledger->laws.installed[judged->plan - 1]->plan;
    charged.bits = ledger->recording.on ? (uint32_t)judged->result.failed[0] : judged->result.fees;
    verdict->fees_back = sb_fees_returned(&charged);
}

/* The amount goes back, and before it what goes back with it. */
static enum sb_result_code check_way_back(const struct sb_ledger *ledger, const struct sb_event *event,
                                          struct sb_verdict *verdict)
{
    const struct sb_past_entry *judged = verdict->reservation ? verdict->reservation : verdict->original;
    bool whole = event->amount == verdict->original->event.amount && event->amount == judged->event.amount;
    if (whole && (judged->result.fees != 0 || ledger->recording.on) && judged->plan != 0)
        find_returned(ledger, judged, verdict);
    if (SB_LIKELY(verdict->fees.bits == 0))
        return check_money(sb_account_at(&ledger->accounts, verdict->payee),
                           sb_account_at(&ledger->accounts, verdict->payer), event->amount, false);
    enum sb_result_code code = sb_fees_check_accounts(ledger, &verdict->fees);
    struct sb_move moves[SB_PLAN_FEES_MAX + 1];
    memcpy(moves, verdict->fees.moves, verdict->fees.count * sizeof(*moves));
    moves[verdict->fees.count] = (struct sb_move){verdict->payee, verdict->payer, event->amount, 0};
    return code == SB_R_ACCEPTED ? sb_fees_check_money(ledger, moves, verdict->fees.count + 1, SB_MOVE_POSTED)
                                 : code;
}

static enum sb_result_code check_reverse(const struct sb_ledger *ledger, const struct sb_event *event,
                                         const struct sb_past *past, struct sb_verdict *verdict)
{
    if (!amount_is_valid(event->amount))
        return SB_R_AMOUNT_INVALID;
    enum sb_result_code code = find_original(event, past, verdict);
    if (code != SB_R_ACCEPTED)
        return code;
    const struct sb_event *original = &verdict->original->event;
    const struct sb_event *transfer = verdict->reservation ? &verdict->reservation->event : original;
    verdict->reversed = sb_reversals_get(&ledger->reversals, original->id);
    if (event->amount > original->amount - verdict->reversed)
        return SB_R_EXCEEDS_ORIGINAL;
    verdict->payer = look_up(ledger, transfer->payer, SB_NOBODY);
    verdict->payee = look_up(ledger, transfer->payee, SB_NOBODY);
    verdict->agent = look_up(ledger, transfer->agent, SB_NOBODY);
    assert(verdict->payer != SB_NOBODY); /* an accepted transfer had accounts, and they stay */
    assert(verdict->payee != SB_NOBODY);
    if (any_closed(ledger, (uint32_t[]){verdict->payer, verdict->payee}, 2))
        return SB_R_CLOSED;
    const struct sb_account *from = sb_account_at(&ledger->accounts, verdict->payee);
    const struct sb_account *to = sb_account_at(&ledger->accounts, verdict->payer);
    if (is_frozen(from, to))
        return SB_R_FROZEN;
    return check_way_back(ledger, event, verdict);
}

/* ------------------------------------------------------------------ accounts */

/* Which place a registration means: of the epoch in force, when the plan has a territory. False: it has no
 * such place. */
static bool find_place(const struct sb_ledger *ledger, const struct sb_instant *instant, uint32_t place,
                       struct sb_verdict *verdict)
{
    const struct sb_territory *territory = instant->offer ? instant->offer->plan->territory : NULL;
    verdict->place_epoch = SB_NO_EPOCH;
    verdict->place_index = 0;
    if (place == 0 || !territory)
        return true;
    int epoch = sb_territory_epoch_on(territory, instant->day);
    sb_place_index index = epoch < 0 ? 0 : sb_territory_place(territory, (uint16_t)epoch, place);
    if (index == 0)
        return false;
    verdict->place_epoch = (uint16_t)epoch;
    verdict->place_index = territory == ledger->territory ? index : 0;
    return true;
}

static enum sb_result_code check_open(const struct sb_ledger *ledger, const struct sb_instant *instant,
                                      const struct sb_event *event, struct sb_verdict *verdict)
{
    if (look_up(ledger, event->account, SB_NOBODY) != SB_NOBODY)
        return SB_R_ACCOUNT_EXISTS;
    if (event->attributes.unit == 0 || sb_id_is_none(event->account) ||
        !find_place(ledger, instant, event->attributes.place, verdict))
        return SB_R_ATTRIBUTE_INVALID;
    return SB_R_ACCEPTED;
}

static enum sb_result_code check_account(const struct sb_ledger *ledger, const struct sb_instant *instant,
                                         const struct sb_event *event, struct sb_verdict *verdict)
{
    if (event->type == SB_EVENT_CHANGE && !find_place(ledger, instant, event->attributes.place, verdict))
        return SB_R_ATTRIBUTE_INVALID;
    verdict->payer = look_up(ledger, event->account, SB_NOBODY);
    if (verdict->payer == SB_NOBODY)
        return SB_R_NO_ACCOUNT;
    const struct sb_account *account = sb_account_at(&ledger->accounts, verdict->payer);
    if (event->type == SB_EVENT_REOPEN)
        return account->closed ? SB_R_ACCEPTED : SB_R_NOT_CLOSED;
    if (account->closed)
        return SB_R_CLOSED;
    bool empty = account->credits_posted == account->debits_posted && account->credits_pending == 0 &&
                 account->debits_pending == 0;
    return event->type == SB_EVENT_CLOSE && !empty ? SB_R_NOT_EMPTY : SB_R_ACCEPTED;
}

static enum sb_result_code check_charter(const struct sb_ledger *ledger, const struct sb_event *event,
                                         struct sb_verdict *verdict)
{
    verdict->offer = sb_laws_find(&ledger->laws, event->charter_hash);
    return verdict->offer ? SB_R_ACCEPTED : SB_R_UNKNOWN_CHARTER;
}

static enum sb_result_code check_type(const struct sb_ledger *ledger, struct sb_instant *instant,
                                      const struct sb_event *event, const struct sb_past *past,
                                      struct sb_guess guess, struct sb_verdict *verdict)
{
    switch ((enum sb_event_type)event->type) {
    case SB_EVENT_TRANSFER: return check_transfer(ledger, instant, event, guess, verdict);
    case SB_EVENT_POST: return check_post(ledger, event, past, verdict);
    case SB_EVENT_VOID: return check_reservation(ledger, event, past, verdict);
    case SB_EVENT_REVERSE: return check_reverse(ledger, event, past, verdict);
    case SB_EVENT_OPEN: return check_open(ledger, instant, event, verdict);
    case SB_EVENT_CHANGE:
    case SB_EVENT_FREEZE:
    case SB_EVENT_CLOSE:
    case SB_EVENT_REOPEN: return check_account(ledger, instant, event, verdict);
    case SB_EVENT_CHARTER: return check_charter(ledger, event, verdict);
    case SB_EVENT_NAME:
    case SB_EVENT_TICK: return SB_R_ACCEPTED;
    }
    assert(false); /* form was checked */
    return SB_R_MALFORMED;
}

void sb_check(const struct sb_ledger *ledger, struct sb_instant *instant, const struct sb_event *event,
              const struct sb_past *past, struct sb_guess guess, struct sb_verdict *ret_verdict)
{
    sb_instant_set(instant, sb_laws_in_force(&ledger->laws), event->time);
    ret_verdict->repeated = NULL;
    ret_verdict->payer = ret_verdict->payee = ret_verdict->agent = SB_NOBODY;
    ret_verdict->judged = false;
    ret_verdict->judgement.overflow = false;
    ret_verdict->judgement.fees.bits = 0;
    ret_verdict->fees.bits = 0;
    ret_verdict->fees_back = 0;

    const struct sb_past_entry *earlier =
        past && !sb_id_is_none(event->id) ? sb_past_find(past, event->id) : NULL;
    if (earlier && sb_event_same(&earlier->event, event)) {
        ret_verdict->repeated = earlier;
        ret_verdict->code = (enum sb_result_code)earlier->result.code;
    } else {
        ret_verdict->code =
            earlier ? SB_R_ID_REUSED : check_type(ledger, instant, event, past, guess, ret_verdict);
    }
}
