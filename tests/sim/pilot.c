/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small pilot: two cash points, two shops, sixteen people at two providers, some of whom are registered
 * somewhere. Most of what is asked makes sense; some of it repeats, refers to what is long gone,
 * comes too late or is no event at all.
 */
#include "sim.h"

#include "base/macros.h"

#include <string.h>

#define MINUTE_US (60 * SB_SECOND_US)

/* ------------------------------------------------------------------ laws, names and accounts */

const struct sim_law *sim_pilot_law(struct sim_pilot *pilot)
{
    struct sim_random *random = pilot->random;
    if (pilot->law_count == SIM_LAWS_MAX || (pilot->law_count > 0 && sim_chance(random, 30)))
        return &pilot->laws[sim_below(random, pilot->law_count)];
    struct sim_law *law = &pilot->laws[pilot->law_count++];
    sim_law_draw(random, pilot->law_count, law);
    return law;
}

static const struct {
    enum sb_space space;
    const char *name;
} names[] = {
    {SB_SPACE_CLASS, "agent"},    {SB_SPACE_CLASS, "subscriber"}, {SB_SPACE_PROVIDER, "alpha"},
    {SB_SPACE_PROVIDER, "beta"},  {SB_SPACE_TIER, "basic"},       {SB_SPACE_TIER, "full"},
    {SB_SPACE_CHANNEL, "app"},    {SB_SPACE_CHANNEL, "ussd"},     {SB_SPACE_PURPOSE, "food"},
    {SB_SPACE_PURPOSE, "school"}, {SB_SPACE_COUNTRY, "XX"},       {SB_SPACE_UNIT, "VND"},
    {SB_SPACE_CLASS, "provider"}, {SB_SPACE_CLASS, "fees"},       {SB_SPACE_STEP, "pin"},
    {SB_SPACE_STEP, "face"},
};

const char *sim_pilot_name(struct sim_pilot *pilot, enum sb_space *ret_space, char buffer[32])
{
    uint32_t n = pilot->named < SB_ARRAY_SIZE(names) ? pilot->named++
                                                     : sim_below(pilot->random, SB_ARRAY_SIZE(names) + 4);
    if (n < SB_ARRAY_SIZE(names)) {
        *ret_space = names[n].space;
        return names[n].name;
    }
    *ret_space = (enum sb_space)sim_below(pilot->random, SB_SPACE_COUNT);
    (void)snprintf(buffer, 32, "name-%u", sim_below(pilot->random, 1000));
    return buffer;
}

struct sb_id sim_account_id(uint32_t n)
{
    return (struct sb_id){1000 + n, 2};
}

static bool is_agent(uint32_t n)
{
    return n < 2;
}

/* Two providers have an account for what they pay and get, and one for fees; people use them as others do. */
static const char *class_of(uint32_t n)
{
    static const char *const houses[] = {[4] = "provider", [6] = "provider", [7] = "fees", [9] = "fees"};
    if (n < SB_ARRAY_SIZE(houses) && houses[n])
        return houses[n];
    return is_agent(n) ? "agent" : "subscriber";
}

/* ------------------------------------------------------------------ one event */

struct draw {
    struct sim_pilot *pilot;
    struct sim_random *random;
    const struct sb_symbols *symbols;
    const struct sim_history *history;
    const struct sb_ledger *ledger;
};

static uint16_t code_of(const struct draw *draw, enum sb_space space, const char *name)
{
    return sb_symbols_find(draw->symbols, space, name, strlen(name));
}

static uint32_t some_person(const struct draw *draw)
{
    return 4 + sim_below(draw->random, SIM_ACCOUNTS - 4);
}

/* Communes of Hanoi. Some are gone since 2025-07-01, one is new, some are in a law's area, some were split.
 */
static uint32_t some_place(const struct draw *draw)
{
    static const uint32_t communes[] = {1, 4, 8, 16, 25, 70, 97};
    uint32_t n = sim_below(draw->random, SB_ARRAY_SIZE(communes));
    return SB_PLACE(SB_PLACE_COMMUNE, communes[n]);
}

/* Bits of steps that were done: mostly none, sometimes one that nobody knows. */
static uint32_t some_steps(const struct draw *draw)
{
    static const char *const steps[] = {"pin", "face"};
    uint32_t bits = 0;
    for (unsigned i = 0; i < SB_ARRAY_SIZE(steps); i++) {
        uint16_t code = code_of(draw, SB_SPACE_STEP, steps[i]);
        if (code > 0 && sim_chance(draw->random, 25))
            bits |= UINT32_C(1) << (code - 1);
    }
    return sim_chance(draw->random, 2) ? bits | UINT32_C(1) << 20 : bits;
}

static struct sb_event open_event(const struct draw *draw, uint32_t n)
{
    struct sb_event event = {.type = SB_EVENT_OPEN, .account = sim_account_id(n)};
    if (n != SIM_ACCOUNTS - 1)
        event.person = (struct sb_id){1 + n % 6, 3};
    event.attributes.unit = code_of(draw, SB_SPACE_UNIT, "VND");
    event.attributes.class_ = code_of(draw, SB_SPACE_CLASS, class_of(n));
    event.attributes.provider = code_of(draw, SB_SPACE_PROVIDER, n % 3 == 0 ? "beta" : "alpha");
    event.attributes.tier = n == 7 ? 0 : code_of(draw, SB_SPACE_TIER, n % 3 == 1 ? "basic" : "full");
    event.attributes.flags = is_agent(n) || n == 4 || n == 6 ? 0 : SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS;
    event.attributes.opened_on = event.attributes.sim_since = SB_DAY_NONE;
    if (sim_chance(draw->random, 60))
        event.attributes.place = some_place(draw);
    return event;
}

static struct sb_event transfer_event(const struct draw *draw)
{
    struct sim_random *random = draw->random;
    uint32_t agent = sim_below(random, 2), shop = 2 + sim_below(random, 2);
    struct sb_event event = {.type = SB_EVENT_TRANSFER, .amount = 1 + sim_below(random, 900)};
    const char *kind;
    uint32_t way = sim_below(random, 100);
    if (way < 35) {
        kind = "cash-in";
        event.payer = event.agent = sim_account_id(agent);
        event.payee = sim_account_id(some_person(draw));
        event.amount *= 3;
    } else if (way < 45) {
        kind = "cash-out";
        event.payer = sim_account_id(some_person(draw));
        event.payee = event.agent = sim_account_id(agent);
    } else if (way < 75) {
        kind = "payment";
        event.payer = sim_account_id(some_person(draw));
        event.payee = sim_account_id(shop);
    } else if (way < 97) {
        kind = "transfer";
        event.payer = sim_account_id(some_person(draw));
        event.payee = sim_account_id(some_person(draw));
    } else {
        kind = "float";
        event.payer = sim_account_id(agent);
        event.payee = sim_account_id(1 - agent);
    }
    event.kind = code_of(draw, SB_SPACE_KIND, kind);
    if (sim_chance(random, 40))
        event.channel = code_of(draw, SB_SPACE_CHANNEL, sim_chance(random, 50) ? "app" : "ussd");
    if (sim_chance(random, 30))
        event.purpose = code_of(draw, SB_SPACE_PURPOSE, sim_chance(random, 50) ? "food" : "school");
    event.steps = some_steps(draw);
    if (sim_chance(random, 25))
        event.place = some_place(draw);
    if (sim_chance(random, 3))
        event.country = code_of(draw, SB_SPACE_COUNTRY, "XX");
    if (sim_chance(random, 25)) {
        event.flags |= SB_F_PENDING;
        event.timeout_s =
            sim_chance(random, 20) ? 0 : 60 * (1 + sim_below(random, sim_chance(random, 50) ? 90 : 6000));
    }
    return event;
}

/* A recent event of one of two types, mostly; none when there is none. */
static struct sb_id recent(const struct draw *draw, enum sb_event_type type, enum sb_event_type other)
{
    uint64_t count = SB_MIN(draw->history->count, (uint64_t)300);
    for (unsigned tries = 0; count > 0 && tries < 40; tries++) {
        uint64_t back = sim_below(draw->random, (uint32_t)count);
        const struct sim_entry *entry = &draw->history->entries[draw->history->count - 1 - back];
        bool fits = entry->event.type == type || entry->event.type == other;
        bool reserves = (entry->event.flags & SB_F_PENDING) != 0;
        bool wanted = type == SB_EVENT_POST ? !reserves : reserves;
        if (fits && ((wanted && entry->result.code == SB_R_ACCEPTED) || tries > 35))
            return entry->event.id;
    }
    return SB_ID_NONE;
}

/* All of what a recent event moved. */
static sb_amount amount_of(const struct draw *draw, struct sb_id id)
{
    for (uint64_t i = draw->history->count; i > 0 && !sb_id_is_none(id); i--)
        if (sb_id_equal(draw->history->entries[i - 1].event.id, id))
            return draw->history->entries[i - 1].event.amount;
    return 1;
}

static struct sb_event account_event(const struct draw *draw, enum sb_event_type type)
{
    struct sb_event event = {.type = (uint8_t)type,
                             .account = sim_account_id(sim_below(draw->random, SIM_ACCOUNTS))};
    if (type == SB_EVENT_FREEZE)
        event.attributes.frozen = sim_chance(draw->random, 85) ? 0 : (uint8_t)sim_below(draw->random, 4);
    if (type == SB_EVENT_CHANGE) {
        event.attributes.tier = code_of(draw, SB_SPACE_TIER, sim_chance(draw->random, 50) ? "full" : "basic");
        event.attributes.sim_since = SB_DAY_NONE;
        if (sim_chance(draw->random, 60))
            event.attributes.place = some_place(draw);
    }
    return event;
}

static struct sb_event fresh_event(const struct draw *draw)
{
    struct sim_random *random = draw->random;
    uint32_t way = sim_below(random, 100), account = sim_below(random, SIM_ACCOUNTS);
    struct sb_account_view view;
    struct sb_event event = {0};
    if (sim_chance(random, 50) && !sb_ledger_account(draw->ledger, sim_account_id(account), &view)) {
        event = open_event(draw, account);
    } else if (way < 65) {
        event = transfer_event(draw);
    } else if (way < 81) {
        event.type = way < 76 ? SB_EVENT_POST : SB_EVENT_VOID;
        event.other = recent(draw, SB_EVENT_TRANSFER, SB_EVENT_TRANSFER);
        event.amount = event.type == SB_EVENT_POST ? 1 + sim_below(random, 400) : 0;
    } else if (way < 90) {
        event.type = SB_EVENT_REVERSE;
        event.other = recent(draw, SB_EVENT_POST, SB_EVENT_TRANSFER);
        event.amount = sim_chance(random, 40) ? amount_of(draw, event.other) : 1 + sim_below(random, 400);
    } else if (way < 91) {
        event = open_event(draw, account);
    } else if (way < 94) {
        event = account_event(draw, SB_EVENT_CHANGE);
    } else if (way < 97) {
        event = account_event(draw, SB_EVENT_FREEZE);
    } else {
        event = account_event(draw, sim_chance(random, 25) ? SB_EVENT_CLOSE : SB_EVENT_REOPEN);
    }
    event.id = (struct sb_id){++draw->pilot->next_id, 1};
    return event;
}

/* What a client that heard no answer does: ask again. Else some event of old. */
static bool draw_repeated(const struct draw *draw, struct sb_event *ret_event)
{
    struct sim_pilot *pilot = draw->pilot;
    if (pilot->lost_count > 0 && sim_chance(draw->random, 70)) {
        *ret_event = pilot->lost[--pilot->lost_count];
    } else if (draw->history->count > 0) {
        const struct sim_entry *entry =
            &draw->history->entries[sim_next(draw->random) % draw->history->count];
        *ret_event = entry->event;
    } else {
        return false;
    }
    if (sb_id_is_none(ret_event->id) || ret_event->type == SB_EVENT_CHARTER ||
        ret_event->type == SB_EVENT_NAME)
        return false;
    if (sim_chance(draw->random, 10) && ret_event->amount > 1)
        ret_event->amount--; /* the same id, and something else */
    return true;
}

static void spoil(struct sim_random *random, struct sb_event *event)
{
    switch (sim_below(random, event->type == SB_EVENT_TRANSFER ? 8 : 4)) {
    case 0: event->zero[sim_below(random, 8)] = 1; break;
    case 1: event->id = SB_ID_NONE; break;
    case 2: event->time -= SB_DAY_US; break;
    case 3: event->amount = 0; break;
    case 4: event->kind = 0; break;
    case 5: event->payer = event->payee; break;
    case 6: event->payee = sim_account_id(SIM_ACCOUNTS + 5); break;
    case 7: event->agent = sim_account_id(SIM_ACCOUNTS + 5); break;
    }
}

static struct sb_event draw_event(const struct draw *draw)
{
    struct sb_event event = {0};
    if (sim_chance(draw->random, 2))
        event.type = SB_EVENT_TICK;
    else if (!sim_chance(draw->random, draw->pilot->lost_count > 0 ? 20 : 5) || !draw_repeated(draw, &event))
        event = fresh_event(draw);
    event.flags &= (uint8_t)~SB_F_LINKED;
    event.time = draw->pilot->now;
    if (sim_chance(draw->random, 2))
        spoil(draw->random, &event);
    return event;
}

/* ------------------------------------------------------------------ a batch */

/* Seconds mostly, sometimes days, sometimes to the very edge of a day of the charter's clock. */
static void let_time_pass(struct sim_pilot *pilot)
{
    struct sim_random *random = pilot->random;
    uint32_t way = sim_below(random, 100);
    sb_time_us step = SB_SECOND_US * (1 + sim_below(random, 400));
    if (way < 5) {
        sb_time_us midnight = (pilot->now / SB_DAY_US + 1) * SB_DAY_US - 7 * 60 * MINUTE_US;
        step = midnight - pilot->now + (sb_time_us)sim_below(random, 3) - 1;
        step = SB_MAX(step, (sb_time_us)0);
    } else if (way < 25) {
        step = MINUTE_US * (1 + sim_below(random, 600));
    } else if (way < 33) {
        step = SB_DAY_US * (1 + sim_below(random, 4));
    } else if (way < 35) {
        step = SB_DAY_US * (8 + sim_below(random, 30));
    }
    pilot->now += step;
}

/* A client that heard nothing asks for the whole chain again. 0: there was none. */
static uint32_t repeat_chain(const struct draw *draw, struct sb_event *events, uint32_t room)
{
    const struct sim_history *history = draw->history;
    uint64_t at = history->count ? sim_next(draw->random) % history->count : 0;
    uint32_t count = 0;
    while (at < history->count && (history->entries[at].event.flags & SB_F_LINKED) == 0)
        at++;
    while (at > 0 && (history->entries[at - 1].event.flags & SB_F_LINKED) != 0)
        at--;
    room = SB_MIN(room, 6u);
    for (bool more = true; more && at < history->count && count < room; at++) {
        if (sb_id_is_none(history->entries[at].event.id))
            break;
        events[count] = history->entries[at].event;
        events[count].time = draw->pilot->now;
        more = (events[count++].flags & SB_F_LINKED) != 0;
    }
    if (count > 1 && sim_chance(draw->random, 40)) /* what was asked before, together with something new */
        events[count - 1] = draw_event(draw);
    return count;
}

/* Members of a chain ask at one time; a chain that the batch cannot hold has no end. */
static uint32_t draw_chain(const struct draw *draw, struct sb_event *events, uint32_t room)
{
    if (sim_chance(draw->random, 15))
        return repeat_chain(draw, events, room);
    uint32_t wanted = 2 + sim_below(draw->random, 4), count = SB_MIN(wanted, room);
    for (uint32_t i = 0; i < count; i++) {
        events[i] = draw_event(draw);
        bool last = i + 1 == count && !sim_chance(draw->random, 1);
        if (!last)
            events[i].flags |= SB_F_LINKED;
    }
    return count;
}

uint32_t sim_pilot_batch(struct sim_pilot *pilot, const struct sb_engine *engine,
                         const struct sim_history *history, struct sb_event events[SIM_BATCH_MAX])
{
    struct draw draw = {pilot, pilot->random, sb_engine_symbols(engine), history, sb_engine_ledger(engine)};
    uint32_t wanted = 1 + sim_below(pilot->random, sim_chance(pilot->random, 20) ? SIM_BATCH_MAX : 12);
    pilot->now = SB_MAX(pilot->now, sb_ledger_time(sb_engine_ledger(engine)));
    let_time_pass(pilot);
    uint32_t count = 0;
    while (count < wanted) {
        if (sim_chance(pilot->random, 6))
            count += draw_chain(&draw, events + count, SIM_BATCH_MAX - count);
        else
            events[count++] = draw_event(&draw);
        pilot->now += sim_below(pilot->random, 30) * SB_SECOND_US / 10;
    }
    return count;
}

uint32_t sim_pilot_request(struct sim_pilot *pilot, const struct sb_engine *engine,
                           const struct sim_history *history, struct sb_event events[SIM_REQUEST_MAX])
{
    struct draw draw = {pilot, pilot->random, sb_engine_symbols(engine), history, sb_engine_ledger(engine)};
    uint32_t count = sim_chance(pilot->random, 15) ? draw_chain(&draw, events, SIM_REQUEST_MAX) : 0;
    if (count == 0)
        events[count++] = draw_event(&draw);
    return count;
}

void sim_pilot_lose(struct sim_pilot *pilot, const struct sb_event *event)
{
    if (pilot->lost_count < SIM_LOST_MAX && !sb_id_is_none(event->id))
        pilot->lost[pilot->lost_count++] = *event;
}
