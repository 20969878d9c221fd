/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What accounts hold and limits have used, computed from the history alone: nothing is forgotten and nothing
 * kept from one time to the next. Used limits take from the program which counters counted a transfer, and
 * whose side of it, and fees how much from whom to whom; subjects, windows and all that is given back are
 * worked out here.
 */
#include "sim.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

struct account {
    bool open;
    struct sb_event event; /* that opened it */
    sb_amount debits_posted, credits_posted, debits_pending, credits_pending;
};

enum { LEGS_MAX = 8 }; /* more than a law here has fees for one kind */

/* What became of a transfer later. */
struct fate {
    struct sb_leg legs[LEGS_MAX];
    uint32_t leg_count;
    bool fees_ended, fees_returned; /* given back with the reservation; those that a reversal returns */
    sb_amount left;                 /* of a reservation */
    sb_amount posted;               /* of a reservation */
    sb_amount ended;                /* given back when the reservation was voided or fell due */
    bool is_over;                   /* voided or fallen due with something left */
    sb_amount reversed;             /* of itself */
    sb_amount reversed_posts;
    uint32_t law; /* in force when it was judged; law_count: none */
};

struct recompute {
    const struct sim_history *history;
    const struct sb_engine *engine;
    sb_time_us now;
    struct sb_plan *plans[SIM_LAWS_MAX]; /* owned */
    uint32_t plan_count;
    struct account accounts[SIM_ACCOUNTS];
    struct fate *fates;  /* owned; one an entry */
    uint32_t *slots;     /* owned; entry + 1 by id's hash */
    uint64_t slot_count; /* a power of two */
    int64_t used[SB_PLAN_COUNTERS_MAX][SIM_ACCOUNTS];
};

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

/* ------------------------------------------------------------------ finding */

static uint32_t *slot_of(const struct recompute *all, struct sb_id id)
{
    uint64_t at = sb_id_hash(id) & (all->slot_count - 1);
    while (all->slots[at] && !sb_id_equal(all->history->entries[all->slots[at] - 1].event.id, id))
        at = (at + 1) & (all->slot_count - 1);
    return &all->slots[at];
}

static uint64_t find(const struct recompute *all, struct sb_id id)
{
    uint32_t entry = *slot_of(all, id);
    if (entry == 0)
        sim_fail("an accepted event refers to one that was never accepted");
    return entry - 1;
}

static struct account *account_of(struct recompute *all, struct sb_id id)
{
    uint64_t n = id.lo - sim_account_id(0).lo;
    if (n >= SIM_ACCOUNTS || !all->accounts[n].open)
        sim_fail("an accepted event moved money of an account that is not open");
    return &all->accounts[n];
}

static bool happened(const struct sim_entry *entry)
{
    return entry->result.code == SB_R_ACCEPTED && (entry->result.flags & SB_RF_REPEATED) == 0;
}

/* ------------------------------------------------------------------ money */

/* The fees of a transfer, into or out of what is pending and posted. */
static void move_legs(struct recompute *all, const struct fate *fate, int pending, int posted)
{
    for (uint32_t i = 0; i < fate->leg_count; i++) {
        const struct sb_leg *leg = &fate->legs[i];
        account_of(all, leg->from)->debits_pending += pending * leg->amount;
        account_of(all, leg->to)->credits_pending += pending * leg->amount;
        account_of(all, leg->from)->debits_posted += posted * leg->amount;
        account_of(all, leg->to)->credits_posted += posted * leg->amount;
    }
}

static const struct sb_plan_fee *fee_of(const struct recompute *all, const struct fate *fate,
                                        const struct sb_leg *leg)
{
    const struct sb_plan *plan = all->plans[fate->law];
    for (uint32_t i = 0; i < plan->fee_count; i++)
        if (plan->fees[i].rule == leg->rule)
            return &plan->fees[i];
    sim_fail("a transfer was charged a fee that its law does not have");
}

static void find_legs(struct recompute *all, uint64_t i, uint32_t plan_number)
{
    const struct sim_entry *entry = &all->history->entries[i];
    struct sb_past_entry past = {entry->event, entry->result, plan_number};
    struct sb_leg legs[SB_PLAN_FEES_MAX];
    const struct sb_plan *plan;
    uint32_t count = sb_ledger_fees_of(sb_engine_ledger(all->engine), &past, legs, &plan);
    if (count > LEGS_MAX || count != (uint32_t)__builtin_popcount(entry->result.fees))
        sim_fail("a transfer was charged %u fees, its result says %x", count, entry->result.fees);
    memcpy(all->fates[i].legs, legs, count * sizeof(*legs));
    all->fates[i].leg_count = count;
}

static void end_reservation(struct recompute *all, uint64_t i)
{
    const struct sb_event *event = &all->history->entries[i].event;
    struct fate *fate = &all->fates[i];
    fate->is_over = fate->left > 0;
    fate->ended = fate->left;
    account_of(all, event->payer)->debits_pending -= fate->left;
    account_of(all, event->payee)->credits_pending -= fate->left;
    fate->left = 0;
    if (fate->posted > 0)
        return;
    fate->fees_ended = true;
    move_legs(all, fate, -1, 0);
}

static void post(struct recompute *all, const struct sb_event *event)
{
    uint64_t i = find(all, event->other);
    const struct sb_event *reservation = &all->history->entries[i].event;
    struct account *payer = account_of(all, reservation->payer), *payee = account_of(all, reservation->payee);
    all->fates[i].left -= event->amount;
    all->fates[i].posted += event->amount;
    if (all->fates[i].left < 0)
        sim_fail("more was posted of a reservation than it held");
    if (all->fates[i].posted == event->amount) /* the first */
        move_legs(all, &all->fates[i], -1, 1);
    payer->debits_pending -= event->amount;
    payee->credits_pending -= event->amount;
    payer->debits_posted += event->amount;
    payee->credits_posted += event->amount;
}

/* Only a reversal of the whole returns fees, and only some of them. */
static void return_fees(struct recompute *all, struct fate *fate, uint32_t bits)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < fate->leg_count; i++) {
        const struct sb_leg *leg = &fate->legs[i];
        if (!fee_of(all, fate, leg)->returned)
            continue;
        account_of(all, leg->to)->debits_posted += leg->amount;
        account_of(all, leg->from)->credits_posted += leg->amount;
        count++;
    }
    fate->fees_returned = true;
    if (count != (uint32_t)__builtin_popcount(bits))
        sim_fail("a reversal returned fees %x, its transfer has %u to return", bits, count);
}

static void reverse(struct recompute *all, const struct sb_event *event, const struct sb_result *result)
{
    uint64_t original = find(all, event->other), transfer = original;
    if (all->history->entries[original].event.type == SB_EVENT_POST) {
        transfer = find(all, all->history->entries[original].event.other);
        all->fates[transfer].reversed_posts += event->amount;
    }
    all->fates[original].reversed += event->amount;
    if (all->fates[original].reversed > all->history->entries[original].event.amount)
        sim_fail("more was reversed of a transfer than it moved");
    const struct sb_event *moved = &all->history->entries[transfer].event;
    account_of(all, moved->payee)->debits_posted += event->amount;
    account_of(all, moved->payer)->credits_posted += event->amount;
    if (event->amount == moved->amount)
        return_fees(all, &all->fates[transfer], result->fees);
    else if (result->fees != 0)
        sim_fail("a reversal of a part returned fees");
}

static void transfer(struct recompute *all, uint64_t i, const struct sb_event *event)
{
    struct account *payer = account_of(all, event->payer), *payee = account_of(all, event->payee);
    if ((event->flags & SB_F_PENDING) != 0) {
        all->fates[i].left = event->amount;
        payer->debits_pending += event->amount;
        payee->credits_pending += event->amount;
        move_legs(all, &all->fates[i], 1, 0);
    } else {
        move_legs(all, &all->fates[i], 0, 1);
        payer->debits_posted += event->amount;
        payee->credits_posted += event->amount;
    }
}

static void open_account(struct recompute *all, const struct sb_event *event)
{
    uint64_t n = event->account.lo - sim_account_id(0).lo;
    if (n >= SIM_ACCOUNTS || all->accounts[n].open)
        sim_fail("an account was opened twice, or is none of the pilot's");
    all->accounts[n] = (struct account){.open = true, .event = *event};
}

static uint32_t law_of_hash(const struct recompute *all, const uint8_t hash[32])
{
    for (uint32_t i = 0; i < all->plan_count; i++)
        if (memcmp(all->plans[i]->hash, hash, 32) == 0)
            return i;
    sim_fail("a charter was installed that nobody offered");
}

static void walk(struct recompute *all)
{
    uint32_t law = all->plan_count, plan_number = 0;
    for (uint64_t i = 0; i < all->history->count; i++) {
        const struct sim_entry *entry = &all->history->entries[i];
        const struct sb_event *event = &entry->event;
        all->fates[i].law = law;
        if (!happened(entry))
            continue;
        if (!sb_id_is_none(event->id))
            *slot_of(all, event->id) = (uint32_t)i + 1;
        if (event->type == SB_EVENT_TRANSFER)
            find_legs(all, i, plan_number);
        if (event->type == SB_EVENT_TRANSFER)
            transfer(all, i, event);
        else if (event->type == SB_EVENT_POST)
            post(all, event);
        else if (event->type == SB_EVENT_VOID)
            end_reservation(all, find(all, event->other));
        else if (event->type == SB_EVENT_REVERSE)
            reverse(all, event, &entry->result);
        else if (event->type == SB_EVENT_OPEN)
            open_account(all, event);
        else if (event->type == SB_EVENT_CHARTER) {
            law = law_of_hash(all, event->charter_hash);
            plan_number++;
        }
    }
}

static bool is_due(const struct recompute *all, const struct sb_event *event)
{
    return event->timeout_s != 0 && event->time + (sb_time_us)event->timeout_s * SB_SECOND_US <= all->now;
}

/* Returns how many reservations are still open. */
static uint32_t let_fall_due(struct recompute *all)
{
    uint32_t open = 0;
    for (uint64_t i = 0; i < all->history->count; i++) {
        if (all->fates[i].left == 0)
            continue;
        if (is_due(all, &all->history->entries[i].event))
            end_reservation(all, i);
        else
            open++;
    }
    return open;
}

static void check_money(struct recompute *all, uint32_t reservations)
{
    const struct sb_ledger *ledger = sb_engine_ledger(all->engine);
    if (sb_ledger_pending_count(ledger) != reservations)
        sim_fail("%u reservations are open, the history has %u", sb_ledger_pending_count(ledger),
                 reservations);
    for (uint32_t n = 0; n < SIM_ACCOUNTS; n++) {
        struct sb_account_view view;
        const struct account *account = &all->accounts[n];
        if (sb_ledger_account(ledger, sim_account_id(n), &view) != account->open)
            sim_fail("account %u: open in one of ledger and history only", n);
        if (!account->open)
            continue;
        if (view.debits_posted != account->debits_posted || view.credits_posted != account->credits_posted ||
            view.debits_pending != account->debits_pending ||
            view.credits_pending != account->credits_pending)
            sim_fail("account %u: its sums are not those of the history", n);
    }
}

/* ------------------------------------------------------------------ limits */

/* The side on which a counter counted a transfer. */
static enum sb_side counted_side(const struct sb_plan *plan, uint16_t counter, const struct sb_event *event)
{
    uint32_t hint = 0;
    struct sb_op_list list = sb_plan_list(plan, sb_plan_segment(plan, event->time, &hint), event->kind);
    for (uint32_t i = list.first; i < list.first + list.count; i++) {
        const struct sb_op *op = &plan->ops[i];
        if (op->type == SB_OP_WINDOW && op->counter == counter)
            return (enum sb_side)op->side;
    }
    sim_fail("a transfer was counted by a counter that does not know its kind");
}

/* What a side pays of the fees that count, as far as it was not given back. */
static int64_t counted_fees(const struct recompute *all, uint64_t i, enum sb_side side)
{
    const struct sb_event *event = &all->history->entries[i].event;
    const struct fate *fate = &all->fates[i];
    int64_t sum = 0;
    for (uint32_t k = 0; k < fate->leg_count && !fate->fees_ended; k++) {
        const struct sb_plan_fee *fee = fee_of(all, fate, &fate->legs[k]);
        enum sb_side holder = sb_plan_holder(all->plans[fate->law], event->kind);
        enum sb_side pays = fee->payer == SB_PARTY_PAYEE                               ? SB_SIDE_PAYEE
                            : fee->payer == SB_PARTY_AGENT                             ? SB_SIDE_AGENT
                            : fee->payer == SB_PARTY_HOLDER && holder == SB_SIDE_PAYEE ? SB_SIDE_PAYEE
                                                                                       : SB_SIDE_PAYER;
        bool back = fate->fees_returned && fee->returned;
        if (fee->counted && fee->payer != SB_PARTY_HOUSE && pays == side && !back)
            sum += fate->legs[k].amount;
    }
    return sum;
}

static bool same_subject(const struct sb_counter *counter, const struct account *a, const struct account *b)
{
    switch ((enum sb_subject)counter->subject) {
    case SB_SUBJECT_ACCOUNT:
    case SB_SUBJECT_AGENT: return a == b;
    case SB_SUBJECT_CUSTOMER:
        return sb_id_equal(a->event.person, b->event.person) && !sb_id_is_none(a->event.person) &&
               a->event.attributes.provider == b->event.attributes.provider &&
               a->event.attributes.provider != 0;
    case SB_SUBJECT_PERSON:
        return sb_id_equal(a->event.person, b->event.person) && !sb_id_is_none(a->event.person);
    case SB_SUBJECT_PROVIDER:
        return a->event.attributes.provider == b->event.attributes.provider &&
               a->event.attributes.provider != 0;
    case SB_SUBJECT_PILOT: return true;
    }
    return false;
}

/* What a transfer still weighs in a window that has not closed since. */
static int64_t weight(const struct sb_counter *counter, const struct sb_event *event, const struct fate *fate)
{
    if (counter->measure == SB_MEASURE_SUM)
        return event->amount - fate->ended - fate->reversed - fate->reversed_posts;
    bool unused = fate->is_over && fate->posted == 0;
    bool taken_back = (event->flags & SB_F_PENDING) == 0 && fate->reversed == event->amount;
    return unused || taken_back ? 0 : 1;
}

static uint32_t counter_now(const struct sb_plan *plan, const uint8_t identity[16])
{
    uint32_t c = 0;
    while (c < plan->counter_count && memcmp(plan->counters[c].identity, identity, 16) != 0)
        c++;
    return c;
}

static void add_use(struct recompute *all, const struct sb_plan *plan, uint64_t i, uint16_t counted)
{
    const struct sb_event *event = &all->history->entries[i].event;
    const struct sb_plan *then = all->plans[all->fates[i].law];
    uint32_t c = counter_now(plan, then->counters[counted].identity);
    if (c == plan->counter_count)
        return;
    const struct sb_counter *counter = &plan->counters[c];
    sb_time_us start, end;
    int32_t period;
    sb_counter_window(plan, counter, all->now, &start, &end, &period);
    if (event->time < start || event->time >= end)
        return;
    enum sb_side side = counted_side(then, counted, event);
    const struct account *subject = account_of(all, side == SB_SIDE_PAYER   ? event->payer
                                                    : side == SB_SIDE_PAYEE ? event->payee
                                                                            : event->agent);
    int64_t weighs = weight(counter, event, &all->fates[i]);
    if (counter->measure == SB_MEASURE_SUM)
        weighs += counted_fees(all, i, side);
    for (uint32_t n = 0; n < SIM_ACCOUNTS; n++)
        if (all->accounts[n].open && same_subject(counter, subject, &all->accounts[n]))
            all->used[c][n] += weighs;
}

static void check_limits(struct recompute *all)
{
    const struct sb_ledger *ledger = sb_engine_ledger(all->engine);
    const struct sb_plan *plan = sb_ledger_plan(ledger);
    for (uint64_t i = 0; i < all->history->count && plan; i++) {
        const struct sim_entry *entry = &all->history->entries[i];
        if (!happened(entry) || entry->event.type != SB_EVENT_TRANSFER)
            continue;
        for (uint16_t c = 0; c < SB_PLAN_COUNTERS_MAX; c++)
            if ((entry->result.counted >> c & 1) != 0)
                add_use(all, plan, i, c);
    }
    for (uint32_t c = 0; plan && c < plan->counter_count; c++)
        for (uint32_t n = 0; n < SIM_ACCOUNTS; n++) {
            int64_t used = sb_ledger_used(ledger, c, sim_account_id(n), all->now);
            if (all->accounts[n].open && used != all->used[c][n])
                sim_fail("limit '%s' of account %u has used %lld, the history says %lld",
                         plan->layers[plan->counters[c].layer]
                             .charter->sentences[plan->counters[c].sentence]
                             .name.text,
                         n, (long long)used, (long long)all->used[c][n]);
        }
}

/* ------------------------------------------------------------------ all of it */

static void compile_laws(struct recompute *all, const struct sim_pilot *pilot)
{
    struct sb_symbols *symbols = need(sb_symbols_copy(sb_engine_symbols(all->engine)));
    for (uint32_t i = 0; i < pilot->law_count; i++) {
        struct sb_plan_options options = {.law = SB_LAW_LIVE};
        struct sb_diagnostics diagnostics = {0};
        struct sb_err err = {0};
        if (sb_plan_compile(pilot->laws[i].sources, pilot->laws[i].count, &options, symbols, &all->plans[i],
                            &diagnostics, &err) != SB_OK)
            sim_fail("law %u does not compile: %s", i, err.text[SB_EN]);
        sb_diagnostics_release(&diagnostics);
        all->plan_count++;
    }
    sb_symbols_free(symbols);
}

void sim_recompute(const struct sim_pilot *pilot, const struct sim_history *history,
                   const struct sb_engine *engine)
{
    struct recompute *all = need(calloc(1, sizeof(*all)));
    all->history = history;
    all->engine = engine;
    all->now = sb_ledger_time(sb_engine_ledger(engine));
    all->fates = need(calloc(history->count + 1, sizeof(*all->fates)));
    for (all->slot_count = 256; all->slot_count < 2 * history->count;)
        all->slot_count *= 2;
    all->slots = need(calloc(all->slot_count, sizeof(*all->slots)));
    compile_laws(all, pilot);
    walk(all);
    check_money(all, let_fall_due(all));
    check_limits(all);
    for (uint32_t i = 0; i < all->plan_count; i++)
        sb_plan_free(all->plans[i]);
    free(all->slots);
    free(all->fates);
    free(all);
}
