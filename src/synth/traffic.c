/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What people do. An account intends something (pay, send, take out); when it has not the money it pays in
 * first and does it some minutes later. The model beside it expects a verdict, because people react to what
 * happens to them: they split what was over the limit, come again next month, or give up. Its expectation
 * never reaches the events: those are requests.
 */

#include "synth/world.h"

#include "base/macros.h"

#include <assert.h>

/* Chances of 100 000, all assumed: small enough to leave the totals alone, large enough to be there at 1:100.
 */
#define CHANCE_FREEZE        60    /* of an intention: the account is frozen instead */
#define CHANCE_UPGRADE       800   /* of one of a basic account: it becomes full */
#define CHANCE_MOVE          80    /* of one: the person is registered elsewhere from now on */
#define CHANCE_CROSS_NETWORK 2500  /* of a transfer */
#define CHANCE_ABROAD        60    /* of a payment */
#define CHANCE_RESERVE       6000  /* of a payment in a shop */
#define CHANCE_REVERSE       600   /* of a payment or transfer that was done */
#define CHANCE_REPEAT        300   /* of anything that was done: the answer was lost on the way */
#define CHANCE_GIVE_UP       75000 /* of an intention of somebody who knows that it will be refused */
#define CHANCE_SHOP_CASHES   60000 /* of a payment to a shop that has enough */

#define ROUND_VND       1000
#define CASH_ROUND_VND  10000
#define SHOP_CASHES_VND 30000   /* what a shop has before it takes money out */
#define FLOAT_VND       5000000 /* what a point gets at a time */
#define FLOAT_LOW_VND \
    3000000 /* what a point keeps: a looser law in a replay must not find it empty at once */
#define FLOAT_BACK_VND  30000000 /* what a point has before it gives float back */
#define FREEZE_DAYS_MAX 10

enum expectation {
    EXPECT_DONE,
    EXPECT_FROZEN,
    EXPECT_ABROAD,
    EXPECT_CROSS_NETWORK,
    EXPECT_SIM,
    EXPECT_OVER_LIMIT,
    EXPECT_NO_MONEY,
};

static bool in_pilot(const struct synth_world *world)
{
    return world->day < sb_day_of_date(SYNTH_DECREE_DATE);
}

static uint32_t limit_of(const struct synth_world *world)
{
    return in_pilot(world) ? SYNTH_LIMIT_PILOT : SYNTH_LIMIT_DECREE;
}

/* Whether the law of the day counts it against the payer's month. */
static bool is_counted(const struct synth_world *world, enum sb_synth_kind kind, synth_ref payer)
{
    if (in_pilot(world))
        return kind == SB_SYNTH_CASH_OUT || kind == SB_SYNTH_PAYMENT || kind == SB_SYNTH_TRANSFER;
    return (kind == SB_SYNTH_PAYMENT || kind == SB_SYNTH_TRANSFER) && SYNTH_PARTY(payer) == PARTY_SUBSCRIBER;
}

static enum sb_synth_kind kind_of(const struct synth_world *world, const struct sb_event *event)
{
    int kind = 0;
    while (world->codes.kind[kind] != event->kind)
        kind++;
    return (enum sb_synth_kind)kind;
}

enum sb_status synth_emit(struct synth_world *world, struct sb_event *event, struct sb_err *err)
{
    if (sb_id_is_none(event->id))
        event->id = synth_id(world->options.seed, STREAM_EVENT_ID, world->serial++);
    event->time = world->now;
    world->totals.events++;
    return world->sink->put(world->sink->context, event, err);
}

/* ------------------------------------------------------------------ whom one meets */

static uint32_t pick_from(const struct synth_lists *lists, uint32_t provider, uint32_t province,
                          struct synth_rng *rng)
{
    uint32_t group = provider * SB_SYNTH_PROVINCES + province;
    uint32_t first = lists->start[group], end = lists->start[group + 1];
    if (first == end) { /* none in the province: anyone of the provider, of whom there is always one */
        first = lists->start[provider * SB_SYNTH_PROVINCES];
        end = lists->start[(provider + 1) * SB_SYNTH_PROVINCES];
    }
    return lists->list[first + synth_below(rng, end - first)];
}

static synth_ref pick_point(const struct synth_world *world, const struct synth_account *of,
                            struct synth_rng *rng)
{
    uint32_t province = world->communes[of->commune].province;
    return SYNTH_REF(PARTY_POINT, pick_from(&world->points, of->provider, province, rng));
}

static synth_ref pick_merchant(const struct synth_world *world, const struct synth_account *of,
                               uint32_t purpose, struct synth_rng *rng)
{
    if (purpose)
        return SYNTH_REF(PARTY_MERCHANT, (purpose - 1) * SB_SYNTH_PROVIDERS + of->provider);
    uint32_t province = world->communes[of->commune].province;
    return SYNTH_REF(PARTY_MERCHANT, pick_from(&world->shops, of->provider, province, rng));
}

/* Somebody of one's own network, or (cross) of another one. False when there was nobody in a few tries. */
static bool pick_friend(const struct synth_world *world, uint32_t subscriber, bool cross,
                        struct synth_rng *rng, synth_ref *ret_friend)
{
    const struct synth_account *all = world->parties[PARTY_SUBSCRIBER];
    for (int i = 0; i < 32; i++) {
        uint32_t other = synth_below(rng, world->opened);
        if (other == subscriber || (all[other].provider != all[subscriber].provider) != cross)
            continue;
        *ret_friend = SYNTH_REF(PARTY_SUBSCRIBER, other);
        return true;
    }
    return false;
}

/* ------------------------------------------------------------------ amounts */

static uint32_t round_up(uint64_t amount, uint32_t to)
{
    uint64_t rounded = (amount + to - 1) / to * to;
    return (uint32_t)SB_MIN(SB_MAX(rounded, to), (uint64_t)2000000000);
}

/* An amount around a mean, with the tail of the table. */
static uint32_t pick_amount(uint64_t mean, struct synth_rng *rng)
{
    uint32_t bin = synth_below(rng, SYNTH_QUANTILES);
    uint32_t low = synth_quantiles[bin], high = synth_quantiles[bin + 1];
    uint64_t basis_points = low * 100 + synth_below(rng, (high - low) * 100 + 1);
    return round_up(mean * basis_points / 10000, ROUND_VND);
}

/* ------------------------------------------------------------------ the model */

static bool is_sim_short(const struct synth_world *world, const struct synth_account *holder)
{
    return in_pilot(world) && (holder->flags & (SYNTH_SIM_YOUNG | SYNTH_SIM_UNKNOWN)) != 0;
}

static enum expectation expect(const struct synth_world *world, const struct synth_item *item)
{
    const struct sb_event *event = &item->event;
    const struct synth_account *payer = synth_account(world, item->payer),
                               *payee = synth_account(world, item->payee);
    enum sb_synth_kind kind = kind_of(world, event);
    if ((payer->flags | payee->flags) & SYNTH_FROZEN)
        return EXPECT_FROZEN;
    if (kind == SB_SYNTH_FLOAT)
        return EXPECT_DONE;
    if (in_pilot(world) && event->country)
        return EXPECT_ABROAD;
    if (in_pilot(world) && kind == SB_SYNTH_TRANSFER && payer->provider != payee->provider)
        return EXPECT_CROSS_NETWORK;
    if (is_sim_short(world, kind == SB_SYNTH_CASH_IN ? payee : payer))
        return EXPECT_SIM;
    if (is_counted(world, kind, item->payer) && payer->used + event->amount > limit_of(world))
        return EXPECT_OVER_LIMIT;
    return payer->balance < event->amount ? EXPECT_NO_MONEY : EXPECT_DONE;
}

static void count_done(struct synth_world *world, enum sb_synth_kind kind, sb_amount amount)
{
    world->totals.done[kind]++;
    world->totals.value[kind] += amount;
    if (kind < SB_SYNTH_TRANSACTIONS) {
        sb_time_us into_day = world->now - sb_time_of_day(world->day, SYNTH_CLOCK_S);
        world->totals.done_by_hour[into_day / (3600 * SB_SECOND_US)]++;
    }
}

/* Give back to the payer what did not come about, and to the month that it was taken from. */
static void give_back(struct synth_world *world, const struct synth_item *item, sb_amount amount)
{
    struct synth_account *payer = synth_account(world, item->payer);
    payer->balance += amount;
    if (item->month == world->month && is_counted(world, kind_of(world, &item->event), item->payer))
        payer->used -= (uint32_t)SB_MIN(amount, (sb_amount)payer->used);
}

/* ------------------------------------------------------------------ what follows */

static enum sb_status put_later(struct synth_world *world, const struct synth_item *item,
                                enum synth_action action, sb_time_us delay, struct sb_err *err)
{
    struct synth_item later = *item;
    later.action = action;
    later.time = world->now + delay;
    return synth_queue_put(&world->queue, &later, err);
}

static sb_time_us seconds(struct synth_rng *rng, uint32_t least, uint32_t most)
{
    return (least + synth_below(rng, most - least + 1)) * SB_SECOND_US;
}

/* Whole days and an hour at most: the hour of the day stays what it is. Drawn one after the other, since the
 * operands of a sum are evaluated in whatever order a compiler likes. */
static sb_time_us within_days(struct synth_rng *rng, uint32_t days)
{
    sb_time_us whole = synth_below(rng, days) * SB_DAY_US;
    return whole + seconds(rng, 60, 3600);
}

/* A reservation: most are posted, some in part, some voided, some forgotten; a few are posted when it is too
 * late. */
static enum sb_status follow_reservation(struct synth_world *world, struct synth_item *item,
                                         struct synth_rng *rng, struct sb_err *err)
{
    sb_time_us timeout = item->event.timeout_s * SB_SECOND_US, soon = seconds(rng, 30, 600);
    uint32_t fate = synth_below(rng, 100);
    struct synth_item rest = *item;
    if (fate < 70)
        return put_later(world, item, ACTION_POST, soon, err);
    if (fate < 85) {
        sb_amount part = round_up((uint64_t)item->event.amount * (20 + synth_below(rng, 60)) / 100, 1);
        part = SB_MIN(part, item->event.amount);
        rest.event.amount -= part;
        item->event.amount = part;
        enum sb_status status = put_later(world, item, ACTION_POST, soon, err);
        if (status || rest.event.amount == 0)
            return status;
        return put_later(world, &rest, fate < 78 ? ACTION_VOID : ACTION_EXPIRE,
                         fate < 78 ? soon + seconds(rng, 1, 60) : timeout, err);
    }
    if (fate < 94)
        return put_later(world, item, ACTION_VOID, soon, err);
    enum sb_status status = put_later(world, item, ACTION_EXPIRE, timeout, err);
    if (status || fate < 98)
        return status;
    item->month = SB_DAY_NONE; /* posted too late: nothing is expected of it */
    return put_later(world, item, ACTION_POST, timeout + seconds(rng, 1, 900), err);
}

/* A shop that has enough takes money out, at a point, within two days. */
static enum sb_status follow_shop(struct synth_world *world, synth_ref shop, struct synth_rng *rng,
                                  struct sb_err *err)
{
    struct synth_account *account = synth_account(world, shop);
    if (account->person != 0 || (account->flags & SYNTH_CASHING) || account->balance < SHOP_CASHES_VND ||
        !synth_chance(rng, CHANCE_SHOP_CASHES))
        return SB_OK;
    account->flags |= SYNTH_CASHING;
    struct synth_item item = {.payer = shop, .payee = pick_point(world, account, rng)};
    item.event = (struct sb_event){.type = SB_EVENT_TRANSFER,
                                   .payer = synth_account_id(world, shop),
                                   .payee = synth_account_id(world, item.payee),
                                   .agent = synth_account_id(world, item.payee),
                                   .amount = account->balance / CASH_ROUND_VND * CASH_ROUND_VND,
                                   .kind = world->codes.kind[SB_SYNTH_CASH_OUT],
                                   .provider = world->codes.provider[account->provider],
                                   .channel = world->codes.agent};
    return put_later(world, &item, ACTION_ATTEMPT, within_days(rng, 2), err);
}

/* Float between a point and its provider's issuing account, at once. */
static enum sb_status move_float(struct synth_world *world, synth_ref from, synth_ref to, sb_amount amount,
                                 struct sb_err *err)
{
    struct synth_account *payer = synth_account(world, from), *payee = synth_account(world, to);
    struct sb_event event = {.type = SB_EVENT_TRANSFER,
                             .payer = synth_account_id(world, from),
                             .payee = synth_account_id(world, to),
                             .amount = amount,
                             .kind = world->codes.kind[SB_SYNTH_FLOAT],
                             .provider = world->codes.provider[payer->provider]};
    payer->balance -= amount;
    payee->balance += amount;
    world->totals.attempts[SB_SYNTH_FLOAT]++;
    count_done(world, SB_SYNTH_FLOAT, amount);
    return synth_emit(world, &event, err);
}

static enum sb_status follow_done(struct synth_world *world, struct synth_item *item, struct sb_err *err)
{
    struct synth_rng rng = synth_rng(world->options.seed, STREAM_EVENT, world->serial);
    enum sb_synth_kind kind = kind_of(world, &item->event);
    enum sb_status status = SB_OK;
    if (synth_chance(&rng, CHANCE_REPEAT)) {
        struct synth_item again = *item;
        again.event.amount += synth_below(&rng, 10) == 0 ? ROUND_VND : 0;
        status = put_later(world, &again, ACTION_REPEAT, seconds(&rng, 1, 30), err);
    }
    if (!status && item->event.flags & SB_F_PENDING)
        return follow_reservation(world, item, &rng, err);
    if (!status && (kind == SB_SYNTH_PAYMENT || kind == SB_SYNTH_TRANSFER) &&
        synth_chance(&rng, CHANCE_REVERSE)) {
        struct synth_item back = *item;
        if (synth_below(&rng, 100) < 40)
            back.event.amount = 1 + synth_below(&rng, (uint32_t)back.event.amount);
        status = put_later(world, &back, ACTION_REVERSE, within_days(&rng, 3), err);
    }
    if (!status && SYNTH_PARTY(item->payee) == PARTY_MERCHANT)
        status = follow_shop(world, item->payee, &rng, err);
    const struct synth_account *payee = synth_account(world, item->payee);
    if (!status && SYNTH_PARTY(item->payee) == PARTY_POINT && payee->balance > FLOAT_BACK_VND)
        status = move_float(world, item->payee, SYNTH_REF(PARTY_PROVIDER, payee->provider),
                            payee->balance / 2 / CASH_ROUND_VND * CASH_ROUND_VND, err);
    return status;
}

/* Over the limit: half take what is left, some come again on the first of the next month, the others give up.
 */
static enum sb_status follow_refused_by_limit(struct synth_world *world, const struct synth_item *item,
                                              struct sb_err *err)
{
    struct synth_rng rng = synth_rng(world->options.seed, STREAM_EVENT, world->serial);
    struct synth_account *payer = synth_account(world, item->payer);
    uint32_t left = limit_of(world) - SB_MIN(payer->used, limit_of(world)), choice = synth_below(&rng, 100);
    struct synth_item again = *item;
    world->totals.over_limit++;
    payer->flags |= SYNTH_AT_LIMIT;
    again.event.id = SB_ID_NONE;
    if (item->action == ACTION_RETRY || choice >= 80)
        return SB_OK;
    if (choice < 50) {
        again.event.amount = left / ROUND_VND * ROUND_VND;
        return again.event.amount ? put_later(world, &again, ACTION_RETRY, seconds(&rng, 30, 300), err)
                                  : SB_OK;
    }
    sb_time_us next = sb_time_of_day(sb_period_next(SB_PERIOD_MONTH, world->day, 1, 1), SYNTH_CLOCK_S) +
                      seconds(&rng, 28800, 72000);
    return put_later(world, &again, ACTION_RETRY, next - world->now, err);
}

static enum sb_status follow_refused(struct synth_world *world, const struct synth_item *item,
                                     enum expectation why, struct sb_err *err)
{
    switch (why) {
    case EXPECT_DONE: break;
    case EXPECT_FROZEN: world->totals.frozen++; break;
    case EXPECT_ABROAD: world->totals.abroad++; break;
    case EXPECT_CROSS_NETWORK: world->totals.cross_network++; break;
    case EXPECT_SIM: world->totals.sim_refused++; break;
    case EXPECT_OVER_LIMIT: return follow_refused_by_limit(world, item, err);
    case EXPECT_NO_MONEY: world->totals.short_of_money++; break;
    }
    return SB_OK;
}

/* ------------------------------------------------------------------ transfers */

/* A point is supplied before it pays out more than it can spare. */
static enum sb_status supply(struct synth_world *world, const struct synth_item *item, struct sb_err *err)
{
    const struct synth_account *payer = synth_account(world, item->payer);
    if (SYNTH_PARTY(item->payer) != PARTY_POINT || payer->balance >= item->event.amount + FLOAT_LOW_VND)
        return SB_OK;
    sb_amount amount = SB_MAX((sb_amount)FLOAT_VND, item->event.amount * 2);
    return move_float(world, SYNTH_REF(PARTY_PROVIDER, payer->provider), item->payer, amount, err);
}

static enum sb_status attempt(struct synth_world *world, struct synth_item *item, struct sb_err *err)
{
    enum sb_synth_kind kind = kind_of(world, &item->event);
    struct synth_account *payer = synth_account(world, item->payer),
                         *payee = synth_account(world, item->payee);
    enum sb_status status = supply(world, item, err);
    if (status)
        return status;
    enum expectation expectation = expect(world, item);
    if (SYNTH_PARTY(item->payer) != PARTY_SUBSCRIBER)
        payer->flags &= (uint8_t)~SYNTH_CASHING;
    item->event.place =
        world->communes[(kind == SB_SYNTH_TRANSFER || kind == SB_SYNTH_CASH_IN ? payer : payee)->commune]
            .place;
    world->totals.retries += item->action == ACTION_RETRY;
    world->totals.attempts[kind]++;
    item->month = world->month;
    status = synth_emit(world, &item->event, err);
    if (status)
        return status;
    if (expectation != EXPECT_DONE)
        return follow_refused(world, item, expectation, err);
    payer->balance -= item->event.amount;
    if (is_counted(world, kind, item->payer))
        payer->used += (uint32_t)item->event.amount;
    if (item->event.flags & SB_F_PENDING) {
        world->totals.reservations++;
    } else {
        payee->balance += item->event.amount;
        count_done(world, kind, item->event.amount);
    }
    return follow_done(world, item, err);
}

/* The event that refers to an item's transfer. VOID takes all that is left and says no amount. */
static struct sb_event referring(const struct synth_item *item, enum sb_event_type type)
{
    return (struct sb_event){.type = (uint8_t)type,
                             .other = item->event.id,
                             .amount = type == SB_EVENT_VOID ? 0 : item->event.amount};
}

static enum sb_status post(struct synth_world *world, const struct synth_item *item, struct sb_err *err)
{
    struct sb_event event = referring(item, SB_EVENT_POST);
    struct synth_account *payer = synth_account(world, item->payer),
                         *payee = synth_account(world, item->payee);
    world->totals.posts++;
    if (item->month != SB_DAY_NONE && !((payer->flags | payee->flags) & SYNTH_FROZEN)) {
        payee->balance += event.amount;
        count_done(world, kind_of(world, &item->event), event.amount);
    } else if (item->month != SB_DAY_NONE) {
        give_back(world, item, event.amount); /* frozen: it will expire */
    }
    return synth_emit(world, &event, err);
}

static enum sb_status reverse(struct synth_world *world, const struct synth_item *item, struct sb_err *err)
{
    struct sb_event event = referring(item, SB_EVENT_REVERSE);
    struct synth_account *payer = synth_account(world, item->payer),
                         *payee = synth_account(world, item->payee);
    world->totals.reversals++;
    if (payee->balance >= event.amount && !((payer->flags | payee->flags) & SYNTH_FROZEN)) {
        payee->balance -= event.amount;
        give_back(world, item, event.amount);
    }
    return synth_emit(world, &event, err);
}

static enum sb_status set_frozen(struct synth_world *world, synth_ref ref, bool frozen, struct sb_err *err)
{
    struct synth_account *account = synth_account(world, ref);
    struct sb_event event = {.type = SB_EVENT_FREEZE};
    event.account = synth_account_id(world, ref);
    event.attributes.frozen = frozen ? SB_FROZEN_OUT | SB_FROZEN_IN : 0;
    account->flags = (uint8_t)(frozen ? account->flags | SYNTH_FROZEN : account->flags & ~SYNTH_FROZEN);
    world->totals.freezes += frozen;
    return synth_emit(world, &event, err);
}

enum sb_status synth_fall_due(struct synth_world *world, struct synth_item *item, struct sb_err *err)
{
    struct sb_event event;
    switch (item->action) {
    case ACTION_ATTEMPT:
    case ACTION_RETRY: return attempt(world, item, err);
    case ACTION_REPEAT: world->totals.repeats++; return synth_emit(world, &item->event, err);
    case ACTION_POST: return post(world, item, err);
    case ACTION_VOID:
        event = referring(item, SB_EVENT_VOID);
        give_back(world, item, item->event.amount);
        world->totals.voids++;
        return synth_emit(world, &event, err);
    case ACTION_EXPIRE:
        give_back(world, item, item->event.amount);
        world->totals.expiries++;
        return SB_OK;
    case ACTION_REVERSE: return reverse(world, item, err);
    case ACTION_UNFREEZE: return set_frozen(world, item->payer, false, err);
    }
    return SB_OK;
}

/* ------------------------------------------------------------------ intentions */

static uint64_t percent(uint64_t amount, uint32_t of)
{
    return amount * of / 100;
}

static const struct synth_class *class_of(const struct synth_account *account)
{
    return &synth_classes[account->class_ & 0x0F];
}

/* What was intended as a transfer without its parties' ids: kind, amount, purpose, channel and whom it goes
 * to. */
static bool intend(const struct synth_world *world, uint32_t subscriber, struct synth_rng *rng,
                   struct synth_item *item)
{
    const struct synth_account *account = &world->parties[PARTY_SUBSCRIBER][subscriber];
    const struct synth_codes *codes = &world->codes;
    struct sb_event *event = &item->event;
    uint32_t point = synth_below(rng, 1000), purpose = 0, channel = synth_below(rng, 100);
    uint64_t scale = class_of(account)->amount_percent;
    enum sb_synth_kind kind = SB_SYNTH_CASH_OUT;
    while (kind < SB_SYNTH_TRANSFER && point >= synth_intentions[kind].permille)
        point -= synth_intentions[kind++].permille;
    uint64_t mean = percent(synth_intentions[kind].mean, (uint32_t)scale);
    if (kind == SB_SYNTH_TRANSFER) {
        event->channel = channel < 65 ? codes->ussd : codes->app;
        if (!pick_friend(world, subscriber, synth_chance(rng, CHANCE_CROSS_NETWORK), rng, &item->payee))
            return false;
    } else if (kind == SB_SYNTH_PAYMENT) {
        uint32_t share = synth_below(rng, 1000);
        while (share >= synth_purposes[purpose].permille)
            share -= synth_purposes[purpose++].permille;
        mean = percent(mean, synth_purposes[purpose].amount_percent);
        event->purpose = codes->purpose[purpose];
        event->channel = purpose == 0 && channel < 40 ? codes->qr : channel < 70 ? codes->ussd : codes->app;
        event->country = synth_chance(rng, CHANCE_ABROAD) ? codes->country[synth_below(rng, 3)] : 0;
        item->payee = pick_merchant(world, account, purpose, rng);
        if (purpose == 0 && synth_chance(rng, CHANCE_RESERVE)) {
            static const uint32_t timeouts_s[] = {900, 3600, 86400};
            event->flags = SB_F_PENDING;
            event->timeout_s = timeouts_s[synth_below(rng, SB_ARRAY_SIZE(timeouts_s))];
        }
    } else {
        event->channel = codes->agent;
        item->payee = pick_point(world, account, rng);
        event->agent = synth_account_id(world, item->payee);
    }
    event->kind = codes->kind[kind];
    event->amount =
        kind == SB_SYNTH_CASH_OUT ? round_up(pick_amount(mean, rng), ROUND_VND) : pick_amount(mean, rng);
    return true;
}

/* Pay in what is missing and something for the next times. */
static enum sb_status pay_in(struct synth_world *world, uint32_t subscriber, sb_amount missing,
                             struct synth_rng *rng, struct sb_err *err)
{
    const struct synth_account *account = &world->parties[PARTY_SUBSCRIBER][subscriber];
    uint64_t more = percent(12200, class_of(account)->amount_percent) * synth_below(rng, 7);
    struct synth_item item = {.payer = pick_point(world, account, rng),
                              .payee = SYNTH_REF(PARTY_SUBSCRIBER, subscriber)};
    item.event = (struct sb_event){.type = SB_EVENT_TRANSFER,
                                   .payer = synth_account_id(world, item.payer),
                                   .payee = synth_account_id(world, item.payee),
                                   .agent = synth_account_id(world, item.payer),
                                   .amount = round_up((uint64_t)missing + more, CASH_ROUND_VND),
                                   .kind = world->codes.kind[SB_SYNTH_CASH_IN],
                                   .provider = world->codes.provider[account->provider],
                                   .channel = world->codes.agent};
    return attempt(world, &item, err);
}

/* Things of the account itself. *ret_over: that was all for this time. */
static enum sb_status change_account(struct synth_world *world, uint32_t subscriber, struct synth_rng *rng,
                                     bool *ret_over, struct sb_err *err)
{
    synth_ref ref = SYNTH_REF(PARTY_SUBSCRIBER, subscriber);
    struct synth_account *account = synth_account(world, ref);
    *ret_over = synth_chance(rng, CHANCE_FREEZE) && !(account->flags & SYNTH_FROZEN);
    bool upgrade = synth_chance(rng, CHANCE_UPGRADE) && !(account->flags & SYNTH_FULL);
    bool move = synth_chance(rng, CHANCE_MOVE);
    uint32_t commune = synth_below(rng, world->commune_count);
    if (*ret_over) {
        struct synth_item item = {.payer = ref, .payee = ref};
        enum sb_status status = set_frozen(world, ref, true, err);
        sb_time_us days = (1 + synth_below(rng, FREEZE_DAYS_MAX)) * SB_DAY_US;
        return status ? status : put_later(world, &item, ACTION_UNFREEZE, days, err);
    }
    if (!upgrade && !move)
        return SB_OK;
    account->flags = (uint8_t)(account->flags | (upgrade ? SYNTH_FULL : 0));
    account->commune = move ? (uint16_t)commune : account->commune;
    struct sb_event event;
    synth_change_event(world, ref, &event);
    world->totals.changes++;
    return synth_emit(world, &event, err);
}

enum sb_status synth_act(struct synth_world *world, uint32_t subscriber, struct synth_rng rng,
                         struct sb_err *err)
{
    bool over;
    synth_ref ref = SYNTH_REF(PARTY_SUBSCRIBER, subscriber);
    struct synth_account *account = synth_account(world, ref);
    enum sb_status status = change_account(world, subscriber, &rng, &over, err);
    if (status || over)
        return status;
    if (world->day > world->options.to - 30)
        account->flags |= SYNTH_ACTIVE;
    bool hopeless = is_sim_short(world, account) || account->used >= limit_of(world) / 20 * 19;
    struct synth_item item = {.payer = ref};
    if ((hopeless && synth_chance(&rng, CHANCE_GIVE_UP)) || !intend(world, subscriber, &rng, &item))
        return SB_OK;
    item.event.type = SB_EVENT_TRANSFER;
    item.event.payer = synth_account_id(world, ref);
    item.event.payee = synth_account_id(world, item.payee);
    item.event.provider = world->codes.provider[account->provider];
    if (account->balance >= item.event.amount)
        return attempt(world, &item, err);
    status = pay_in(world, subscriber, item.event.amount - account->balance, &rng, err);
    if (status || account->balance < item.event.amount) /* paying in was refused */
        return status;
    return put_later(world, &item, ACTION_ATTEMPT, seconds(&rng, 60, 1800), err);
}

enum sb_status synth_open(struct synth_world *world, synth_ref ref, struct sb_err *err)
{
    struct sb_event event;
    struct synth_account *account = synth_account(world, ref);
    synth_open_event(world, ref, &event);
    enum sb_status status = synth_emit(world, &event, err);
    synth_ref issuer = SYNTH_REF(PARTY_PROVIDER, account->provider);
    if (!status && SYNTH_PARTY(ref) == PARTY_POINT)
        return move_float(world, issuer, ref, FLOAT_VND, err);
    bool carries = SYNTH_PARTY(ref) == PARTY_SUBSCRIBER && world->day == world->options.from &&
                   (account->class_ & 0x0F) != 0 && !is_sim_short(world, account);
    if (status || !carries)
        return status;
    struct synth_rng rng = synth_rng(world->options.seed, STREAM_ACCOUNT_ID, ref);
    uint32_t carried = round_up(percent(9500, class_of(account)->amount_percent) * synth_below(&rng, 5), 1);
    return carried > 1 ? move_float(world, issuer, ref, carried, err) : SB_OK;
}
