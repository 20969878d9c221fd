/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One day after the other: everybody's intentions of the day are drawn and sorted by time, then merged with
 * what earlier days put off. So memory holds the accounts, one day's intentions (8 bytes each) and what is
 * still to happen, whatever the length of the period.
 */

#include "synth/world.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

/* An intention as one number that sorts by time: milliseconds of the day, the account, which of the
 * account's. */
#define INTENTION(ms, account, nth) ((uint64_t)(ms) << 36 | (uint64_t)(account) << 8 | (uint64_t)(nth))
#define INTENTION_MS(key)           ((uint32_t)((key) >> 36))
#define INTENTION_ACCOUNT(key)      ((uint32_t)((key) >> 8 & 0xFFFFFFFu))
#define INTENTION_NTH(key)          ((uint32_t)((key)&0xFFu))
#define OPENS                       0xFFu /* as the number of an intention: the account is opened */
#define DAY_MS                      86400000u
static_assert(DAY_MS < 1u << 27,
              "the time of an intention fits beside a 28-bit account and 8 bits of number");

struct intentions {
    uint64_t *keys; /* owned */
    size_t count, room;
};

/* ------------------------------------------------------------------ names */

static enum sb_status name(struct synth_world *world, enum sb_space space, const char *text,
                           uint16_t *ret_code, struct sb_err *err)
{
    return world->sink->name(world->sink->context, space, text, strlen(text), ret_code, err);
}

static enum sb_status name_everything(struct synth_world *world, struct sb_err *err)
{
    struct synth_codes *codes = &world->codes;
    const struct {
        enum sb_space space;
        const char *text;
        uint16_t *code;
    } names[] = {
        {SB_SPACE_UNIT, "VND", &codes->unit},
        {SB_SPACE_KIND, "cash-in", &codes->kind[SB_SYNTH_CASH_IN]},
        {SB_SPACE_KIND, "cash-out", &codes->kind[SB_SYNTH_CASH_OUT]},
        {SB_SPACE_KIND, "transfer", &codes->kind[SB_SYNTH_TRANSFER]},
        {SB_SPACE_KIND, "payment", &codes->kind[SB_SYNTH_PAYMENT]},
        {SB_SPACE_KIND, "float", &codes->kind[SB_SYNTH_FLOAT]},
        {SB_SPACE_CLASS, "subscriber", &codes->class_[PARTY_SUBSCRIBER]},
        {SB_SPACE_CLASS, "merchant", &codes->class_[PARTY_MERCHANT]},
        {SB_SPACE_CLASS, "agent", &codes->class_[PARTY_POINT]},
        {SB_SPACE_CLASS, "provider", &codes->class_[PARTY_PROVIDER]},
        {SB_SPACE_TIER, "basic", &codes->basic},
        {SB_SPACE_TIER, "full", &codes->full},
        {SB_SPACE_ISSUER, "non-bank", &codes->non_bank},
        {SB_SPACE_SEX, "female", &codes->sex[0]},
        {SB_SPACE_SEX, "male", &codes->sex[1]},
        {SB_SPACE_CHANNEL, "ussd", &codes->ussd},
        {SB_SPACE_CHANNEL, "app", &codes->app},
        {SB_SPACE_CHANNEL, "agent", &codes->agent},
        {SB_SPACE_CHANNEL, "qr", &codes->qr},
        {SB_SPACE_COUNTRY, "TH", &codes->country[0]},
        {SB_SPACE_COUNTRY, "CN", &codes->country[1]},
        {SB_SPACE_COUNTRY, "KR", &codes->country[2]},
    };
    enum sb_status status = SB_OK;
    for (size_t i = 0; !status && i < SB_ARRAY_SIZE(names); i++)
        status = name(world, names[i].space, names[i].text, names[i].code, err);
    for (size_t i = 0; !status && i < SB_SYNTH_PROVIDERS; i++)
        status = name(world, SB_SPACE_PROVIDER, synth_providers[i].name, &codes->provider[i], err);
    for (size_t i = 0; !status && i < SYNTH_PURPOSES; i++) {
        if (synth_purposes[i].name)
            status = name(world, SB_SPACE_PURPOSE, synth_purposes[i].name, &codes->purpose[i], err);
    }
    return status;
}

/* ------------------------------------------------------------------ a day */

static enum sb_status intend_at(struct intentions *day, uint64_t key, struct sb_err *err)
{
    if (day->count == day->room) {
        size_t room = day->room ? day->room * 2 : 1024;
        uint64_t *keys = realloc(day->keys, room * sizeof(*keys));
        if (!keys)
            return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
        day->keys = keys;
        day->room = room;
    }
    day->keys[day->count++] = key;
    return SB_OK;
}

static uint32_t pick_ms(struct synth_rng *rng)
{
    uint32_t point = synth_below(rng, 1000), hour = 0;
    while (point >= synth_hours[hour])
        point -= synth_hours[hour++];
    return hour * 3600000 + synth_below(rng, 3600000);
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Draw the day's intentions of all accounts that exist at its end; those numbered from `opened` on open
 * today. */
static enum sb_status draw_day(const struct synth_world *world, uint32_t accounts, struct intentions *day,
                               struct sb_err *err)
{
    uint64_t per_day[SYNTH_CLASSES]; /* intentions of 1 000 000 days */
    for (size_t i = 0; i < SYNTH_CLASSES; i++)
        per_day[i] = (uint64_t)synth_classes[i].rate * 1000 * 10000 / 304375; /* a month is 30.4375 days */
    uint64_t seed = world->options.seed + SYNTH_GOLDEN * (uint64_t)(world->day + 1000000);
    day->count = 0;
    for (uint32_t i = 0; i < accounts; i++) {
        uint64_t rate = per_day[world->parties[PARTY_SUBSCRIBER][i].class_ & 0x0F];
        struct synth_rng rng = synth_rng(seed, STREAM_DAY, i);
        uint32_t count = (uint32_t)(rate / 1000000) + (synth_below(&rng, 1000000) < rate % 1000000);
        uint32_t opens_ms = i >= world->opened ? pick_ms(&rng) : 0;
        enum sb_status status =
            i >= world->opened ? intend_at(day, INTENTION(opens_ms, i, OPENS), err) : SB_OK;
        for (uint32_t nth = 0; !status && nth < SB_MIN(count, OPENS); nth++) {
            uint32_t ms = pick_ms(&rng);
            if (ms > opens_ms || i < world->opened)
                status = intend_at(day, INTENTION(ms, i, nth), err);
        }
        if (status)
            return status;
    }
    if (day->count)
        qsort(day->keys, day->count, sizeof(*day->keys), compare_keys);
    return SB_OK;
}

/* Everything that was put off and falls due before a time. */
static enum sb_status let_pass(struct synth_world *world, sb_time_us until, struct sb_err *err)
{
    while (world->queue.count && world->queue.items[0].time < until) {
        struct synth_item item = synth_queue_take(&world->queue);
        world->now = item.time;
        enum sb_status status = synth_fall_due(world, &item, err);
        if (status)
            return status;
    }
    return SB_OK;
}

static enum sb_status run_day(struct synth_world *world, struct intentions *day, struct sb_err *err)
{
    sb_time_us begins = sb_time_of_day(world->day, SYNTH_CLOCK_S);
    uint32_t accounts = world->counts[PARTY_SUBSCRIBER];
    if (world->day < world->options.to)
        accounts = SB_MIN(accounts, synth_accounts_on(&world->options, world->day));
    accounts = SB_MAX(accounts, world->opened);
    enum sb_status status = draw_day(world, accounts, day, err);
    for (size_t i = 0; !status && i < day->count; i++) {
        uint64_t key = day->keys[i];
        sb_time_us time = begins + INTENTION_MS(key) * (SB_SECOND_US / 1000);
        uint32_t account = INTENTION_ACCOUNT(key), nth = INTENTION_NTH(key);
        status = let_pass(world, time, err);
        world->now = time;
        if (status)
            break;
        uint64_t index = (uint64_t)account * 256 + nth;
        struct synth_rng rng = synth_rng(world->options.seed + (uint64_t)world->day, STREAM_SLOT, index);
        status = nth == OPENS ? synth_open(world, SYNTH_REF(PARTY_SUBSCRIBER, account), err)
                              : synth_act(world, account, rng, err);
    }
    if (!status)
        status = let_pass(world, begins + SB_DAY_US, err);
    world->opened = accounts;
    world->totals.account_days += accounts;
    return status;
}

/* ------------------------------------------------------------------ the period */

/* The month's limit begins anew. */
static void forget_used(struct synth_world *world)
{
    for (int party = 0; party < 4; party++) {
        for (uint32_t i = 0; i < world->counts[party]; i++)
            world->parties[party][i].used = 0;
    }
}

/* Open what exists when the period begins: the providers' issuing accounts first, since they hand out float.
 */
static enum sb_status open_everybody(struct synth_world *world, struct sb_err *err)
{
    static const enum synth_party order[] = {PARTY_PROVIDER, PARTY_POINT, PARTY_MERCHANT, PARTY_SUBSCRIBER};
    world->now = sb_time_of_day(world->day, SYNTH_CLOCK_S);
    world->opened = synth_accounts_on(&world->options, world->options.from - 1);
    world->opened = SB_MIN(world->opened, world->counts[PARTY_SUBSCRIBER]);
    for (size_t i = 0; i < SB_ARRAY_SIZE(order); i++) {
        uint32_t count = order[i] == PARTY_SUBSCRIBER ? world->opened : world->counts[order[i]];
        for (uint32_t number = 0; number < count; number++) {
            enum sb_status status = synth_open(world, SYNTH_REF(order[i], number), err);
            if (status)
                return status;
        }
    }
    return SB_OK;
}

static enum sb_status run_period(struct synth_world *world, struct sb_err *err)
{
    struct intentions day = {0};
    uint32_t days = (uint32_t)(world->options.to - world->options.from + 1);
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; !status && i < days; i++) {
        sb_day month = world->month;
        synth_enter_day(world, world->options.from + (sb_day)i);
        if (world->month != month)
            forget_used(world);
        if (i == 0)
            status = open_everybody(world, err);
        if (!status)
            status = run_day(world, &day, err);
        if (!status && world->sink->goes_on && !world->sink->goes_on(world->sink->context, i + 1, days))
            status = sb_fail(err, SB_INTERRUPTED, "interrupted", "bị ngắt");
    }
    free(day.keys);
    return status;
}

static void count_accounts(struct synth_world *world)
{
    for (uint32_t i = 0; i < world->counts[PARTY_SUBSCRIBER]; i++) {
        world->totals.active += (world->parties[PARTY_SUBSCRIBER][i].flags & SYNTH_ACTIVE) != 0;
        world->totals.at_limit += (world->parties[PARTY_SUBSCRIBER][i].flags & SYNTH_AT_LIMIT) != 0;
    }
}

enum sb_status sb_synth_run(const struct sb_synth_options *options, const struct sb_synth_sink *sink,
                            struct sb_synth_totals *ret_totals, struct sb_err *err)
{
    struct synth_world world = {.sink = sink};
    enum sb_status status = synth_world_make(&world, options, err);
    if (!status)
        status = name_everything(&world, err);
    if (!status)
        status = run_period(&world, err);
    if (!status) {
        count_accounts(&world);
        *ret_totals = world.totals;
    }
    synth_world_release(&world);
    return status;
}
