/* SPDX-License-Identifier: Apache-2.0 */

/* Linked chains succeed or fail together: a refused one leaves the state as it was, to the byte. */

#include "ledger_world.h"

#include "base/macros.h"

static const char charter[] = "charter \"Test\"\n"
                              "unit VND\n"
                              "kind cash-in to holder\n"
                              "kind transfer from holder\n"
                              "allow all\n"
                              "limit month: sum of transfer, each month, at most 10 000\n"
                              "limit roll: sum of transfer, last 5 days, at most 10 000\n"
                              "limit count: number of transfer, each day, at most 100\n";

static void begin(struct world *world)
{
    world_begin(world);
    install(world, charter);
    open_account(world, 1, (struct opening){.person = 1, .provider = "a"});
    open_account(world, 2,
                 (struct opening){.person = 2, .provider = "a", .flags = SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS});
    open_account(world, 3, (struct opening){.person = 3, .provider = "a"});
    CHECK_INT(move(world, "cash-in", 1, 2, 5000), SB_R_ACCEPTED);
}

/* Link events into a chain and step it. */
static void chain(struct world *world, struct sb_event *events, uint32_t count, struct sb_result *results)
{
    for (uint32_t i = 0; i + 1 < count; i++)
        events[i].flags |= SB_F_LINKED;
    world_steps(world, events, count, results);
}

TEST(ledger_chain, members_see_each_others_effects)
{
    struct world world;
    begin(&world);
    struct sb_event events[3] = {
        move_event(&world, "transfer", 2, 3, 4000),
        move_event(&world, "transfer", 3, 1, 4000),
        open_event(&world, 9, (struct opening){.person = 2}),
    };
    struct sb_result results[3];
    chain(&world, events, 3, results);
    for (int i = 0; i < 3; i++)
        CHECK_INT(results[i].code, SB_R_ACCEPTED);
    CHECK_INT(balance(&world, 3), 0);
    CHECK_INT(balance(&world, 2), 1000);
    CHECK_INT(sb_ledger_account_count(world.ledger), 4);
    world_end(&world);
}

/* One of everything that a member can change, then a member that fails. */
TEST(ledger_chain, a_refused_chain_leaves_the_state_as_it_was)
{
    struct world world;
    begin(&world);
    struct sb_event old = move_event(&world, "transfer", 2, 3, 700);
    CHECK_INT(step(&world, old), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, old.id.lo, 100), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 5, 2, 3, 300, 1000), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 6, 2, 3, 300, 2000), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 7, 2, 3, 300, 0), SB_R_ACCEPTED);
    open_account(&world, 8, (struct opening){.person = 8});
    CHECK_INT(tick(&world, "2025-03-10T12:00:01Z"), SB_R_ACCEPTED);
    struct state_hash before = hash_of(&world);

    struct sb_event made = move_event(&world, "transfer", 3, 1, 10);
    made.flags = SB_F_PENDING;
    struct sb_event change = account_event(&world, SB_EVENT_CHANGE, 3, 0);
    change.attributes.birth_year = 1990;
    struct sb_event opened = open_event(&world, 9, (struct opening){.person = 9, .provider = "b"});
    struct sb_event events[] = {
        move_event(&world, "transfer", 2, 3, 50),
        move_event(&world, "transfer", 3, 1, 60),
        refer_event(&world, SB_EVENT_REVERSE, old.id.lo, 500),
        refer_event(&world, SB_EVENT_POST, 5, 300),
        refer_event(&world, SB_EVENT_POST, 6, 100),
        refer_event(&world, SB_EVENT_VOID, 6, 0),
        refer_event(&world, SB_EVENT_VOID, 7, 0),
        made,
        refer_event(&world, SB_EVENT_POST, made.id.lo, 4),
        refer_event(&world, SB_EVENT_VOID, made.id.lo, 0),
        opened,
        move_event(&world, "transfer", 9, 1, 5),
        account_event(&world, SB_EVENT_FREEZE, 3, SB_FROZEN_IN),
        change,
        account_event(&world, SB_EVENT_CLOSE, 8, 0),
        account_event(&world, SB_EVENT_REOPEN, 8, 0),
        move_event(&world, "transfer", 2, 99, 1), /* no such payee */
    };
    struct sb_result results[SB_ARRAY_SIZE(events)];
    uint32_t count = SB_ARRAY_SIZE(events);
    chain(&world, events, count, results);
    for (uint32_t i = 0; i + 1 < count; i++)
        CHECK_INT(results[i].code, SB_R_CHAIN_BROKEN);
    CHECK_INT(results[count - 1].code, SB_R_NO_PAYEE);
    CHECK(same_hash(before, hash_of(&world)));

    /* The ids are used up, but accounts, persons and reservations are as before. */
    CHECK_INT(step(&world, events[count - 1]), SB_R_NO_PAYEE);
    CHECK_INT(world.result.flags, SB_RF_REPEATED);
    events[0].flags = 0;
    CHECK_INT(step(&world, events[0]), SB_R_ID_REUSED); /* the flag is content */
    open_account(&world, 9, (struct opening){.person = 9, .provider = "b"});
    CHECK_INT(refer(&world, SB_EVENT_POST, 5, 300), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_VOID, 6, 0), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_POST, 7, 301), SB_R_EXCEEDS_ORIGINAL);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, old.id.lo, 600), SB_R_ACCEPTED);
    world_end(&world);
}

/* The same, by a long random history: half of the chains fail somewhere. */
TEST(ledger_chain, random_refused_chains_leave_no_trace)
{
    struct world world;
    begin(&world);
    uint64_t seed = 7;
    for (int round = 0; round < 400; round++) {
        struct sb_event events[12];
        struct sb_result results[12];
        uint32_t count = 0;
        world.time += SB_DAY_US / 40;
        CHECK_INT(step(&world, (struct sb_event){.type = SB_EVENT_TICK, .time = world.time}), SB_R_ACCEPTED);
        struct state_hash before = hash_of(&world);
        uint32_t accounts = sb_ledger_account_count(world.ledger);
        while (count < 2 + (uint32_t)round % 9) {
            seed = sb_mix64(seed + 1);
            uint64_t a = 1 + seed % 3, b = 1 + (seed + 1 + seed / 8 % 2) % 3, other = 500 + seed / 64 % 40;
            switch (seed >> 32 & 7) {
            case 0:
                events[count] = move_event(&world, "transfer", a, b, 1 + (int64_t)(seed >> 40) % 900);
                events[count].flags = SB_F_PENDING;
                events[count].timeout_s = (uint32_t)(seed >> 50) % 9000;
                events[count].id = id_of(other);
                break;
            case 1:
                events[count] = refer_event(&world, SB_EVENT_POST, other, 1 + (int64_t)(seed >> 40) % 300);
                break;
            case 2: events[count] = refer_event(&world, SB_EVENT_VOID, other, 0); break;
            case 3: events[count] = refer_event(&world, SB_EVENT_REVERSE, world.next_id - seed % 5, 1); break;
            case 4:
                events[count] =
                    open_event(&world, 100 + seed / 64 % 5000, (struct opening){.person = 1 + seed % 40});
                break;
            default:
                events[count] = move_event(&world, "transfer", a, b, 1 + (int64_t)(seed >> 40) % 2000);
                break;
            }
            count++;
        }
        chain(&world, events, count, results);
        bool refused = results[0].code != SB_R_ACCEPTED;
        for (uint32_t i = 0; i < count; i++)
            CHECK_INT(results[i].code != SB_R_ACCEPTED, refused);
        if (refused) {
            CHECK(same_hash(before, hash_of(&world)));
            CHECK_INT(sb_ledger_account_count(world.ledger), accounts);
        }
        struct sb_err err = {0};
        CHECK_INT(sb_ledger_check(world.ledger, &err), SB_OK);
    }
    CHECK(sb_ledger_account_count(world.ledger) > 5);
    world_end(&world);
}

/* Time passes once, before the first member, whatever becomes of the chain. */
TEST(ledger_chain, time_passes_even_when_the_chain_breaks)
{
    struct world world;
    begin(&world);
    CHECK_INT(reserve(&world, 5, 2, 3, 300, 60), SB_R_ACCEPTED);
    world.time += 60 * SB_SECOND_US;
    struct sb_event events[2] = {move_event(&world, "transfer", 2, 3, 1),
                                 move_event(&world, "transfer", 2, 99, 1)};
    struct sb_result results[2];
    chain(&world, events, 2, results);
    CHECK_INT(results[1].code, SB_R_NO_PAYEE);
    CHECK_INT(sb_ledger_pending_count(world.ledger), 0);
    CHECK_INT(sb_ledger_time(world.ledger), world.time);
    world_end(&world);
}

/* A chain that is wrong as a whole changes nothing, not even the time; but its ids are used up. */
TEST(ledger_chain, a_chain_without_an_end_uses_up_its_ids_only)
{
    struct world world;
    begin(&world);
    struct state_hash before = hash_of(&world);
    world.time += SB_DAY_US;
    struct sb_event events[2] = {move_event(&world, "transfer", 2, 3, 1),
                                 move_event(&world, "transfer", 2, 3, 1)};
    struct sb_result results[2];
    events[0].flags = events[1].flags = SB_F_LINKED;
    world_steps(&world, events, 2, results);
    CHECK_INT(results[0].code, SB_R_CHAIN_BROKEN);
    CHECK_INT(results[1].code, SB_R_CHAIN_OPEN);
    CHECK(same_hash(before, hash_of(&world)));
    events[1].flags = 0;
    CHECK_INT(step(&world, events[1]), SB_R_ID_REUSED);
    world_end(&world);
}

/* Repeated members: one that was accepted has no effect, one that was refused breaks the chain. */
TEST(ledger_chain, repeated_members_stand_for_what_they_were)
{
    struct world world;
    begin(&world);
    struct sb_event paid = move_event(&world, "transfer", 2, 3, 100),
                    poor = move_event(&world, "transfer", 2, 3, 9000);
    struct sb_result results[2];
    paid.flags = SB_F_LINKED;
    struct sb_event first[2] = {paid, move_event(&world, "transfer", 3, 1, 1)};
    chain(&world, first, 2, results);
    CHECK_INT(results[1].code, SB_R_ACCEPTED);
    CHECK_INT(step(&world, poor), SB_R_NO_MONEY);
    struct sb_event second[2] = {paid, move_event(&world, "transfer", 3, 1, 2)};
    chain(&world, second, 2, results);
    CHECK_INT(results[0].flags, SB_RF_REPEATED);
    CHECK_INT(results[1].code, SB_R_ACCEPTED);
    CHECK_INT(balance(&world, 3), 97);
    struct sb_event third[2] = {paid, poor};
    chain(&world, third, 2, results);
    CHECK_INT(results[0].code, SB_R_CHAIN_BROKEN);
    CHECK_INT(results[1].code, SB_R_NO_MONEY);
    CHECK_INT(results[1].flags, SB_RF_REPEATED);
    CHECK_INT(step(&world, first[1]), SB_R_ACCEPTED); /* the earlier chain's member is as it was */
    CHECK_INT(world.result.flags, SB_RF_REPEATED);
    world_end(&world);
}

/* Two ledgers that got the same events agree, however the events were batched. */
TEST(ledger_chain, batches_do_not_matter_to_the_hash)
{
    struct world one, all;
    begin(&one);
    begin(&all);
    static struct sb_event events[600];
    static struct sb_result results[600];
    for (uint32_t i = 0; i < 600; i++) {
        one.time += SB_DAY_US / 50;
        events[i] = move_event(&one, "transfer", 1 + i % 2, 3, 1 + i % 60);
        if (i % 5 == 0) {
            events[i].flags = SB_F_PENDING;
            events[i].timeout_s = 1000 + 700 * (i % 13);
        }
        CHECK_INT(step(&one, events[i]) == SB_R_MALFORMED, false);
    }
    world_steps(&all, events, 600, results);
    CHECK(same_hash(hash_of(&one), hash_of(&all)));
    world_end(&one);
    world_end(&all);
}

/* A chain that was refused for its shape passes no time: recorded as it is, a reservation that it would have
 * let expire is posted after it. */
TEST(ledger_chain, recorded_chain_of_wrong_shape_passes_no_time)
{
    struct world live, again;
    begin(&live);
    begin(&again);
    CHECK_INT(reserve(&live, 5000, 2, 3, 300, 10), SB_R_ACCEPTED);
    CHECK_INT(reserve(&again, 5000, 2, 3, 300, 10), SB_R_ACCEPTED);
    struct sb_event events[4] = {
        move_event(&live, "transfer", 2, 3, 1), move_event(&live, "transfer", 2, 3, 1),
        refer_event(&live, SB_EVENT_POST, 5000, 300), move_event(&live, "transfer", 2, 3, 1)};
    struct sb_result results[4], judged[4];
    struct sb_err err = {0};
    events[0].flags |= SB_F_LINKED;
    events[1].time += 20 * SB_SECOND_US;
    events[3].time += 30 * SB_SECOND_US;
    events[3].flags |= SB_F_LINKED; /* and without a last member */
    world_steps(&live, events, 4, results);
    CHECK_INT(results[1].code, SB_R_CHAIN_TIME);
    CHECK_INT(results[2].code, SB_R_ACCEPTED);
    CHECK_INT(results[3].code, SB_R_CHAIN_OPEN);
    CHECK_INT(sb_ledger_step_recorded(again.ledger, events, 4, again.past, results, judged, &err), SB_OK);
    for (int i = 0; i < 4; i++)
        CHECK_INT(judged[i].code, results[i].code);
    CHECK(same_hash(hash_of(&live), hash_of(&again)));
    world_end(&live);
    world_end(&again);
}
