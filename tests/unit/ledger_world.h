/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A small world for the ledger's tests: a ledger, the charters that were given to it, and a past that
 * remembers everything. Accounts are known by small numbers; each event gets the next id unless the test
 * gives one.
 */

#include "charter/plan.h"
#include "ledger/ledger.h"
#include "test.h"

#define WORLD_PLANS_MAX 8

struct world {
    struct sb_ledger *ledger;
    struct sb_past *past;
    struct sb_symbols *symbols;
    struct sb_plan *plans[WORLD_PLANS_MAX];
    uint32_t plan_count;
    sb_time_us time;
    uint64_t next_id;
    struct sb_result result; /* of the last event */
};

static inline struct sb_id id_of(uint64_t number)
{
    return (struct sb_id){number, 0};
}

static inline sb_time_us at(const char *text)
{
    sb_time_us time = 0;
    size_t used = 0;
    if (!sb_time_parse(text, strlen(text), 0, &time, &used) || text[used] != '\0')
        test_fail(__FILE__, __LINE__, "'%s' is no time", text);
    return time;
}

static inline uint16_t code_of(struct world *world, enum sb_space space, const char *name)
{
    struct sb_err err = {0};
    uint16_t code = 0;
    if (name && sb_symbols_intern(world->symbols, space, name, strlen(name), &code, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    return code;
}

static inline void world_begin(struct world *world)
{
    struct sb_err err = {0};
    *world = (struct world){.time = at("2025-03-10T12:00Z"), .next_id = 1000000};
    world->symbols = sb_symbols_new();
    world->past = sb_past_new(64);
    CHECK(world->symbols && world->past);
    CHECK_INT(sb_ledger_new(NULL, &world->ledger, &err), SB_OK);
}

static inline void world_end(struct world *world)
{
    struct sb_err err = {0};
    if (sb_ledger_check(world->ledger, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    sb_ledger_free(world->ledger);
    sb_past_free(world->past);
    for (uint32_t i = 0; i < world->plan_count; i++)
        sb_plan_free(world->plans[i]);
    sb_symbols_free(world->symbols);
}

static inline void world_steps(struct world *world, const struct sb_event *events, uint32_t count,
                               struct sb_result *results)
{
    struct sb_err err = {0};
    if (sb_ledger_step(world->ledger, events, count, world->past, results, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
}

/* Step one event as it is; its code is the answer. */
static inline enum sb_result_code step(struct world *world, struct sb_event event)
{
    world_steps(world, &event, 1, &world->result);
    return (enum sb_result_code)world->result.code;
}

/* The event that installs a charter, which is compiled and offered here. */
static inline struct sb_event charter_event(struct world *world, const char *text, const char *layer)
{
    struct sb_err err = {0};
    struct sb_diagnostics diagnostics = {0};
    struct sb_source sources[2] = {{"test.charter", text, strlen(text)},
                                   {"layer.charter", layer, layer ? strlen(layer) : 0}};
    struct sb_plan *plan = NULL;
    CHECK(world->plan_count < WORLD_PLANS_MAX);
    if (sb_plan_compile(sources, layer ? 2 : 1, NULL, world->symbols, &plan, &diagnostics, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    sb_diagnostics_release(&diagnostics);
    world->plans[world->plan_count++] = plan;
    CHECK_INT(sb_ledger_offer(world->ledger, plan, &err), SB_OK);
    struct sb_event event = {.type = SB_EVENT_CHARTER, .time = world->time};
    memcpy(event.charter_hash, plan->hash, sizeof(event.charter_hash));
    return event;
}

static inline void install(struct world *world, const char *text)
{
    CHECK_INT(step(world, charter_event(world, text, NULL)), SB_R_ACCEPTED);
}

/* What an account is opened with; zero is unknown, but the unit is VND unless said. */
struct opening {
    const char *unit, *class_, *provider, *tier, *sex;
    uint64_t person;
    uint16_t birth_year;
    uint8_t flags;
    uint32_t place;
    const char *opened_on, *sim_since;
};

static inline sb_day day_of(const char *text)
{
    struct sb_date date;
    size_t used;
    if (!text)
        return SB_DAY_NONE;
    if (!sb_date_parse(text, strlen(text), &date, &used))
        test_fail(__FILE__, __LINE__, "'%s' is no date", text);
    return sb_day_of_date(date);
}

static inline struct sb_event open_event(struct world *world, uint64_t account, struct opening opening)
{
    struct sb_event event = {.id = id_of(world->next_id++), .type = SB_EVENT_OPEN, .time = world->time};
    event.account = id_of(account);
    event.person = id_of(opening.person);
    event.attributes.unit = code_of(world, SB_SPACE_UNIT, opening.unit ? opening.unit : "VND");
    event.attributes.class_ = code_of(world, SB_SPACE_CLASS, opening.class_);
    event.attributes.provider = code_of(world, SB_SPACE_PROVIDER, opening.provider);
    event.attributes.tier = code_of(world, SB_SPACE_TIER, opening.tier);
    event.attributes.sex = code_of(world, SB_SPACE_SEX, opening.sex);
    event.attributes.birth_year = opening.birth_year;
    event.attributes.flags = opening.flags;
    event.attributes.place = opening.place;
    event.attributes.opened_on = day_of(opening.opened_on);
    event.attributes.sim_since = day_of(opening.sim_since);
    return event;
}

static inline void open_account(struct world *world, uint64_t account, struct opening opening)
{
    CHECK_INT(step(world, open_event(world, account, opening)), SB_R_ACCEPTED);
}

static inline struct sb_event move_event(struct world *world, const char *kind, uint64_t payer,
                                         uint64_t payee, sb_amount amount)
{
    return (struct sb_event){
        .id = id_of(world->next_id++),
        .payer = id_of(payer),
        .payee = id_of(payee),
        .amount = amount,
        .time = world->time,
        .kind = code_of(world, SB_SPACE_KIND, kind),
        .type = SB_EVENT_TRANSFER,
    };
}

static inline enum sb_result_code move(struct world *world, const char *kind, uint64_t payer, uint64_t payee,
                                       sb_amount amount)
{
    return step(world, move_event(world, kind, payer, payee, amount));
}

/* Reserve under an id; timeout_s 0: for ever. */
static inline enum sb_result_code reserve(struct world *world, uint64_t id, uint64_t payer, uint64_t payee,
                                          sb_amount amount, uint32_t timeout_s)
{
    struct sb_event event = move_event(world, "transfer", payer, payee, amount);
    event.id = id_of(id);
    event.flags = SB_F_PENDING;
    event.timeout_s = timeout_s;
    return step(world, event);
}

static inline struct sb_event refer_event(struct world *world, enum sb_event_type type, uint64_t other,
                                          sb_amount amount)
{
    return (struct sb_event){
        .id = id_of(world->next_id++),
        .other = id_of(other),
        .amount = amount,
        .time = world->time,
        .type = (uint8_t)type,
    };
}

static inline enum sb_result_code refer(struct world *world, enum sb_event_type type, uint64_t other,
                                        sb_amount amount)
{
    return step(world, refer_event(world, type, other, amount));
}

static inline struct sb_event account_event(struct world *world, enum sb_event_type type, uint64_t account,
                                            uint8_t frozen)
{
    struct sb_event event = {.id = id_of(world->next_id++), .type = (uint8_t)type, .time = world->time};
    event.account = id_of(account);
    event.attributes.frozen = frozen;
    return event;
}

static inline enum sb_result_code handle(struct world *world, enum sb_event_type type, uint64_t account,
                                         uint8_t frozen)
{
    return step(world, account_event(world, type, account, frozen));
}

static inline enum sb_result_code tick(struct world *world, const char *time)
{
    world->time = at(time);
    return step(world, (struct sb_event){.type = SB_EVENT_TICK, .time = world->time});
}

static inline struct sb_account_view view(const struct world *world, uint64_t account)
{
    struct sb_account_view seen = {0};
    if (!sb_ledger_account(world->ledger, id_of(account), &seen))
        test_fail(__FILE__, __LINE__, "no account %d", (int)account);
    return seen;
}

static inline sb_amount balance(const struct world *world, uint64_t account)
{
    struct sb_account_view seen = view(world, account);
    return seen.credits_posted - seen.debits_posted;
}

struct state_hash {
    uint8_t bytes[SB_STATE_HASH_SIZE];
};

static inline struct state_hash hash_of(const struct world *world)
{
    struct state_hash hash;
    struct sb_err err = {0};
    CHECK_INT(sb_ledger_hash(world->ledger, hash.bytes, &err), SB_OK);
    return hash;
}

static inline bool same_hash(struct state_hash a, struct state_hash b)
{
    return memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}
