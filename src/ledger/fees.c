/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Fees: what moves with a transfer besides its amount. Found by the judge, one op after the other; from then
 * on a bitmap says which were charged, and everything else is worked out again from the event, the plan and
 * what never changes of accounts (docs/decisions/0015).
 */

#include "ledger/ledger_internal.h"

#include "base/macros.h"

#include <assert.h>

/* ------------------------------------------------------------------ one fee */

static const struct sb_account *account_or_null(const struct sb_ledger *ledger, uint32_t number)
{
    return number == SB_NOBODY ? NULL : sb_account_at(&ledger->accounts, number);
}

static uint32_t number_of(const struct sb_parties *parties, enum sb_side side)
{
    return side == SB_SIDE_PAYER ? parties->payer : side == SB_SIDE_PAYEE ? parties->payee : parties->agent;
}

static enum sb_side side_of(enum sb_party party)
{
    switch (party) {
    case SB_PARTY_PAYER: return SB_SIDE_PAYER;
    case SB_PARTY_PAYEE: return SB_SIDE_PAYEE;
    case SB_PARTY_AGENT: return SB_SIDE_AGENT;
    case SB_PARTY_HOLDER:
    case SB_PARTY_HOUSE: break;
    }
    return SB_SIDE_TX;
}

/* Whose tariff it is: a layer's provider; else the paying account's, or, where the house pays, whose customer
 * the event is. 0: not known. */
static uint16_t provider_of(const struct sb_ledger *ledger, const struct sb_plan_fee *fee,
                            const struct sb_op *op, const struct sb_parties *parties)
{
    enum sb_side side = (enum sb_side)(op->side == SB_SIDE_TX ? op->holder : op->side);
    if (fee->provider != 0)
        return fee->provider;
    return side == SB_SIDE_TX ? parties->provider
                              : sb_account_at(&ledger->accounts, number_of(parties, side))->provider;
}

static uint32_t house_account(const struct sb_ledger *ledger, uint16_t class_, uint16_t provider,
                              const struct sb_parties *parties)
{
    uint16_t unit = sb_account_at(&ledger->accounts, parties->payer)->unit;
    return provider == 0 ? SB_NOBODY
                         : sb_accounts_house(&ledger->accounts, (struct sb_house){class_, provider, unit});
}

/* The account of a side; an agent's of another unit cannot pay or get this one. */
static uint32_t side_account(const struct sb_ledger *ledger, const struct sb_parties *parties,
                             enum sb_side side)
{
    uint32_t number = number_of(parties, side);
    uint16_t unit = sb_account_at(&ledger->accounts, parties->payer)->unit;
    return sb_account_at(&ledger->accounts, number)->unit == unit ? number : SB_NOBODY;
}

struct sb_move sb_fees_move(const struct sb_ledger *ledger, const struct sb_plan *plan,
                            const struct sb_op *op, const struct sb_parties *parties, sb_amount amount)
{
    const struct sb_plan_fee *fee = &plan->fees[op->counter];
    struct sb_move none = {SB_NOBODY, SB_NOBODY, 0, fee->rule}, move = none;
    enum sb_side from = (enum sb_side)op->side, to = side_of((enum sb_party)fee->receiver);
    move.amount = sb_plan_charge(plan, fee, amount);
    if (move.amount == 0 || ((from == SB_SIDE_AGENT || to == SB_SIDE_AGENT) && parties->agent == SB_NOBODY))
        return none;
    uint16_t provider = provider_of(ledger, fee, op, parties);
    move.from = from == SB_SIDE_TX ? house_account(ledger, fee->payer_class, provider, parties)
                                   : side_account(ledger, parties, from);
    move.to = to == SB_SIDE_TX ? house_account(ledger, fee->receiver_class, provider, parties)
                               : side_account(ledger, parties, to);
    return move.from == move.to && move.from != SB_NOBODY ? none : move;
}

void sb_fees_add(struct sb_fees *fees, const struct sb_plan *plan, const struct sb_op *op,
                 struct sb_move move)
{
    if (fees->bits == 0) {
        fees->count = 0;
        memset(fees->counted, 0, sizeof(fees->counted));
    }
    assert(fees->count < SB_PLAN_FEES_MAX);
    fees->bits |= UINT32_C(1) << op->fee_bit;
    fees->moves[fees->count++] = move;
    if (plan->fees[op->counter].counted && op->side != SB_SIDE_TX)
        fees->counted[op->side] += move.amount;
}

/* ------------------------------------------------------------------ all of a transfer */

static struct sb_op_list list_of(const struct sb_plan *plan, sb_time_us time, uint16_t kind)
{
    uint32_t hint = 0;
    return sb_plan_list(plan, sb_plan_segment(plan, time, &hint), kind);
}

void sb_fees_again(const struct sb_ledger *ledger, const struct sb_charged *charged, struct sb_fees *ret_fees)
{
    ret_fees->bits = 0;
    ret_fees->count = 0;
    struct sb_op_list list = list_of(charged->plan, charged->time, charged->kind);
    for (uint32_t i = 0; i < list.count && charged->bits != 0; i++) {
        const struct sb_op *op = &charged->plan->ops[list.first + i];
        if (op->type != SB_OP_FEE || (charged->bits >> op->fee_bit & 1) == 0)
            continue;
        struct sb_move move = sb_fees_move(ledger, charged->plan, op, &charged->parties, charged->amount);
        sb_fees_add(ret_fees, charged->plan, op, move);
    }
}

uint32_t sb_fees_returned(const struct sb_charged *charged)
{
    uint32_t returned = 0;
    struct sb_op_list list = list_of(charged->plan, charged->time, charged->kind);
    for (uint32_t i = 0; i < list.count; i++) {
        const struct sb_op *op = &charged->plan->ops[list.first + i];
        if (op->type == SB_OP_FEE && charged->plan->fees[op->counter].returned)
            returned |= UINT32_C(1) << op->fee_bit;
    }
    return returned & charged->bits;
}

void sb_fees_find(const struct sb_ledger *ledger, const struct sb_scene *scene, struct sb_fees *ret_fees)
{
    const struct sb_parties parties = sb_parties_of(scene);
    ret_fees->bits = 0;
    ret_fees->count = 0;
    struct sb_op_list list = list_of(scene->plan, scene->event->time, scene->event->kind);
    for (uint32_t i = 0; i < list.count; i++) {
        const struct sb_op *op = &scene->plan->ops[list.first + i];
        if (op->type != SB_OP_FEE || sb_condition(scene, op->scope) != SB_YES ||
            sb_condition(scene, op->filter) != SB_YES)
            continue;
        struct sb_move move = sb_fees_move(ledger, scene->plan, op, &parties, scene->event->amount);
        if (move.amount != 0)
            sb_fees_add(ret_fees, scene->plan, op, move);
    }
}

/* ------------------------------------------------------------------ whether they can happen */

enum sb_result_code sb_fees_check_accounts(const struct sb_ledger *ledger, const struct sb_fees *fees)
{
    for (uint32_t i = 0; i < fees->count; i++) {
        if (fees->moves[i].from == SB_NOBODY || fees->moves[i].to == SB_NOBODY)
            return SB_R_NO_FEE_ACCOUNT;
    }
    for (uint32_t i = 0; i < fees->count; i++) {
        const struct sb_account *from = account_or_null(ledger, fees->moves[i].from);
        const struct sb_account *to = account_or_null(ledger, fees->moves[i].to);
        if (from->closed || to->closed || (from->frozen & SB_FROZEN_OUT) != 0 ||
            (to->frozen & SB_FROZEN_IN) != 0)
            return SB_R_FEE_ACCOUNT_BLOCKED;
    }
    return SB_R_ACCEPTED;
}

/* What the movements before have added to an account. */
struct added {
    uint32_t number;
    sb_wide debits, credits;
};

static struct added *added_of(struct added *list, uint32_t *count, uint32_t number)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (list[i].number == number)
            return &list[i];
    }
    list[*count] = (struct added){.number = number};
    return &list[(*count)++];
}

static enum sb_result_code check_flags(const struct sb_account *from, const struct added *taken,
                                       const struct sb_account *to, const struct added *given,
                                       const struct sb_move *move, bool pending)
{
    sb_wide spendable = (sb_wide)from->credits_posted - from->debits_posted - from->debits_pending -
                        taken->debits + (pending ? 0 : taken->credits);
    sb_wide room = (sb_wide)to->debits_posted - to->credits_posted - to->credits_pending - given->credits +
                   (pending ? 0 : given->debits);
    bool fails = ((from->flags & SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS) != 0 && spendable < move->amount) ||
                 ((to->flags & SB_A_CREDITS_MAY_NOT_EXCEED_DEBITS) != 0 && room < move->amount);
    return fails ? SB_R_NO_MONEY : SB_R_ACCEPTED;
}

static bool fits(const struct sb_account *from, const struct added *taken, const struct sb_account *to,
                 const struct added *given, const struct sb_move *move, bool pending)
{
    sb_wide debits = pending ? from->debits_pending : from->debits_posted;
    sb_wide credits = pending ? to->credits_pending : to->credits_posted;
    return debits + taken->debits + move->amount <= INT64_MAX &&
           credits + given->credits + move->amount <= INT64_MAX;
}

enum sb_result_code sb_fees_check_money(const struct sb_ledger *ledger, const struct sb_move *moves,
                                        uint32_t count, enum sb_moving how)
{
    struct added list[2 * (SB_PLAN_FEES_MAX + 1)];
    uint32_t added_count = 0;
    assert(count <= SB_PLAN_FEES_MAX + 1);
    for (uint32_t i = 0; i < count; i++) {
        if (moves[i].amount == INT64_MAX) /* a charge that is more than can be said */
            return SB_R_OVERFLOW;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct sb_account *from = sb_account_at(&ledger->accounts, moves[i].from);
        const struct sb_account *to = sb_account_at(&ledger->accounts, moves[i].to);
        /* Both are found before either is used: the list does not move. */
        struct added *taken = added_of(list, &added_count, moves[i].from);
        struct added *given = added_of(list, &added_count, moves[i].to);
        bool pending = how == SB_MOVE_PENDING;
        if (how != SB_MOVE_RESERVED &&
            check_flags(from, taken, to, given, &moves[i], pending) != SB_R_ACCEPTED)
            return SB_R_NO_MONEY;
        if (!fits(from, taken, to, given, &moves[i], pending))
            return SB_R_OVERFLOW;
        taken->debits += moves[i].amount;
        given->credits += moves[i].amount;
    }
    return SB_R_ACCEPTED;
}

/* ------------------------------------------------------------------ for people */

static uint32_t put_legs(const struct sb_ledger *ledger, const struct sb_fees *fees,
                         struct sb_leg legs[SB_PLAN_FEES_MAX])
{
    for (uint32_t i = 0; i < fees->count; i++) {
        const struct sb_account *from = account_or_null(ledger, fees->moves[i].from);
        const struct sb_account *to = account_or_null(ledger, fees->moves[i].to);
        legs[i] = (struct sb_leg){.from = from ? from->id : (struct sb_id){0},
                                  .to = to ? to->id : (struct sb_id){0},
                                  .amount = fees->moves[i].amount,
                                  .rule = fees->moves[i].rule};
    }
    return fees->count;
}

uint32_t sb_ledger_fees(const struct sb_ledger *ledger, const struct sb_event *event,
                        const struct sb_past *past, struct sb_leg legs[SB_PLAN_FEES_MAX],
                        const struct sb_plan **ret_plan)
{
    struct sb_instant instant = {0};
    struct sb_verdict verdict;
    if (sb_check_form(ledger, event) != SB_R_ACCEPTED)
        return 0;
    sb_check(ledger, &instant, event, past, (struct sb_guess){SB_NOBODY, SB_NOBODY}, &verdict);
    bool law_passed = verdict.code == SB_R_ACCEPTED || verdict.code == SB_R_NO_FEE_ACCOUNT ||
                      verdict.code == SB_R_FEE_ACCOUNT_BLOCKED || verdict.code == SB_R_NO_MONEY ||
                      verdict.code == SB_R_OVERFLOW;
    if (!law_passed || verdict.repeated || verdict.fees.bits == 0)
        return 0;
    uint32_t number = ledger->laws.installed_count;
    if (event->type == SB_EVENT_POST)
        number = ledger->pendings.list[verdict.pending].plan;
    else if (event->type == SB_EVENT_REVERSE)
        number = (verdict.reservation ? verdict.reservation : verdict.original)->plan;
    *ret_plan = ledger->laws.tariffs[number - 1];
    return put_legs(ledger, &verdict.fees, legs);
}

uint32_t sb_ledger_fees_of(const struct sb_ledger *ledger, const struct sb_past_entry *transfer,
                           struct sb_leg legs[SB_PLAN_FEES_MAX], const struct sb_plan **ret_plan)
{
    const struct sb_event *event = &transfer->event;
    struct sb_fees fees;
    if (event->type != SB_EVENT_TRANSFER || transfer->result.code != SB_R_ACCEPTED ||
        transfer->result.fees == 0 || transfer->plan == 0 || transfer->plan > ledger->laws.installed_count)
        return 0;
    struct sb_charged charged = {
        .plan = ledger->laws.tariffs[transfer->plan - 1],
        .parties = {sb_accounts_find(&ledger->accounts, event->payer),
                    sb_accounts_find(&ledger->accounts, event->payee),
                    sb_id_is_none(event->agent) ? SB_NOBODY
                                                : sb_accounts_find(&ledger->accounts, event->agent),
                    event->provider},
        .amount = event->amount,
        .time = event->time,
        .kind = event->kind,
        .bits = transfer->result.fees,
    };
    if (charged.parties.payer == SB_NOBODY || charged.parties.payee == SB_NOBODY)
        return 0;
    sb_fees_again(ledger, &charged, &fees);
    *ret_plan = charged.plan;
    return put_legs(ledger, &fees, legs);
}
