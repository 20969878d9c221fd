/* SPDX-License-Identifier: Apache-2.0 */

/* Result codes, each with a row, and their precedence; what each type of event does to accounts. */

#include "ledger_world.h"

#include "base/macros.h"

static const char charter[] = "charter \"Test\"\n"
                              "unit VND\n"
                              "kind cash-in to holder\n"
                              "kind cash-out from holder\n"
                              "kind transfer from holder\n"
                              "kind forbidden from holder\n"
                              "kind asked from holder\n"
                              "allow cash-in, cash-out, transfer, asked\n"
                              "ask pin when tx.amount at least 1 for asked\n"
                              "forbid transfer where payee.tier is blocked\n"
                              "fee cash-out where payer.tier is taxed: 1, to treasury\n"
                              "limit each-most: each transfer at most 1 000 000\n";

/* Account 1 is the house (no flag), 2 and 3 are customers with 1 000 and 0, 4 is an agent. */
static void begin(struct world *world)
{
    world_begin(world);
    install(world, charter);
    open_account(world, 1, (struct opening){.class_ = "provider", .tier = "full"});
    open_account(world, 2, (struct opening){.tier = "full", .flags = SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS});
    open_account(world, 3, (struct opening){.tier = "full", .flags = SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS});
    open_account(world, 4, (struct opening){.class_ = "agent", .tier = "full"});
    CHECK_INT(move(world, "cash-in", 1, 2, 1000), SB_R_ACCEPTED);
}

/* ------------------------------------------------------------------ one row a code */

typedef enum sb_result_code row_fn(struct world *world);

static enum sb_result_code row_accepted(struct world *world)
{
    return move(world, "transfer", 2, 3, 1);
}

static enum sb_result_code row_malformed(struct world *world)
{
    struct sb_event event = move_event(world, "transfer", 2, 3, 1);
    event.zero[7] = 1;
    return step(world, event);
}

static enum sb_result_code row_id_zero(struct world *world)
{
    struct sb_event event = move_event(world, "transfer", 2, 3, 1);
    event.id = SB_ID_NONE;
    return step(world, event);
}

static enum sb_result_code row_time_back(struct world *world)
{
    world->time--;
    return move(world, "transfer", 2, 3, 1);
}

/* Step two linked transfers, the second changed by the row, and answer with the result at an index. */
static enum sb_result_code step_two(struct world *world, struct sb_event second, int index)
{
    struct sb_event events[2] = {move_event(world, "transfer", 2, 3, 1), second};
    struct sb_result results[2];
    events[0].flags |= SB_F_LINKED;
    world_steps(world, events, 2, results);
    return (enum sb_result_code)results[index].code;
}

static enum sb_result_code row_chain_open(struct world *world)
{
    struct sb_event second = move_event(world, "transfer", 2, 3, 1);
    second.flags |= SB_F_LINKED;
    return step_two(world, second, 1);
}

static enum sb_result_code row_chain_time(struct world *world)
{
    struct sb_event second = move_event(world, "transfer", 2, 3, 1);
    second.time++;
    return step_two(world, second, 1);
}

static enum sb_result_code row_chain_long(struct world *world)
{
    struct sb_event events[SB_CHAIN_MAX + 1];
    struct sb_result results[SB_CHAIN_MAX + 1];
    for (uint32_t i = 0; i <= SB_CHAIN_MAX; i++) {
        events[i] = move_event(world, "transfer", 2, 3, 1);
        events[i].flags = i < SB_CHAIN_MAX ? SB_F_LINKED : 0;
    }
    world_steps(world, events, SB_CHAIN_MAX + 1, results);
    CHECK_INT(results[0].code, SB_R_CHAIN_BROKEN);
    return (enum sb_result_code)results[SB_CHAIN_MAX].code;
}

static enum sb_result_code row_chain_broken(struct world *world)
{
    return step_two(world, move_event(world, "transfer", 2, 99, 1), 0);
}

static enum sb_result_code row_id_reused(struct world *world)
{
    struct sb_event event = move_event(world, "transfer", 2, 3, 1);
    CHECK_INT(step(world, event), SB_R_ACCEPTED);
    event.amount = 2;
    return step(world, event);
}

static enum sb_result_code row_amount_invalid(struct world *world)
{
    CHECK_INT(move(world, "transfer", 2, 3, SB_AMOUNT_MAX + 1), SB_R_AMOUNT_INVALID);
    CHECK_INT(move(world, "transfer", 2, 3, -1), SB_R_AMOUNT_INVALID);
    CHECK_INT(refer(world, SB_EVENT_POST, 5, 0), SB_R_AMOUNT_INVALID);
    return move(world, "transfer", 2, 3, 0);
}

static enum sb_result_code row_kind_missing(struct world *world)
{
    return move(world, NULL, 2, 3, 1);
}

static enum sb_result_code row_same_account(struct world *world)
{
    return move(world, "transfer", 2, 2, 1);
}

static enum sb_result_code row_account_exists(struct world *world)
{
    return step(world, open_event(world, 2, (struct opening){.tier = "full"}));
}

static enum sb_result_code row_attribute_invalid(struct world *world)
{
    struct sb_event event = open_event(world, 9, (struct opening){.tier = "full"});
    event.attributes.unit = 0;
    return step(world, event);
}

static enum sb_result_code row_no_account(struct world *world)
{
    return handle(world, SB_EVENT_FREEZE, 99, SB_FROZEN_IN);
}

static enum sb_result_code row_no_payer(struct world *world)
{
    return move(world, "transfer", 99, 3, 1);
}

static enum sb_result_code row_no_payee(struct world *world)
{
    return move(world, "transfer", 2, 99, 1);
}

static enum sb_result_code row_no_agent(struct world *world)
{
    struct sb_event event = move_event(world, "transfer", 2, 3, 1);
    event.agent = id_of(99);
    return step(world, event);
}

static enum sb_result_code row_no_original(struct world *world)
{
    CHECK_INT(refer(world, SB_EVENT_VOID, 5, 0), SB_R_NO_ORIGINAL);
    CHECK_INT(refer(world, SB_EVENT_REVERSE, 5, 1), SB_R_NO_ORIGINAL);
    CHECK_INT(reserve(world, 5, 2, 3, 1001, 0), SB_R_NO_MONEY);
    return refer(world, SB_EVENT_POST, 5, 1);
}

static enum sb_result_code row_wrong_original(struct world *world)
{
    CHECK_INT(reserve(world, 5, 2, 3, 10, 0), SB_R_ACCEPTED);
    CHECK_INT(refer(world, SB_EVENT_REVERSE, 5, 1), SB_R_WRONG_ORIGINAL);
    struct sb_event plain = move_event(world, "transfer", 2, 3, 1);
    CHECK_INT(step(world, plain), SB_R_ACCEPTED);
    CHECK_INT(refer(world, SB_EVENT_VOID, plain.id.lo, 0), SB_R_WRONG_ORIGINAL);
    return refer(world, SB_EVENT_POST, plain.id.lo, 1);
}

static enum sb_result_code row_expired(struct world *world)
{
    CHECK_INT(reserve(world, 5, 2, 3, 10, 60), SB_R_ACCEPTED);
    world->time += 60 * SB_SECOND_US;
    CHECK_INT(refer(world, SB_EVENT_VOID, 5, 0), SB_R_EXPIRED);
    return refer(world, SB_EVENT_POST, 5, 1);
}

static enum sb_result_code row_finished(struct world *world)
{
    CHECK_INT(reserve(world, 5, 2, 3, 10, 60), SB_R_ACCEPTED);
    CHECK_INT(refer(world, SB_EVENT_POST, 5, 10), SB_R_ACCEPTED);
    CHECK_INT(refer(world, SB_EVENT_VOID, 5, 0), SB_R_FINISHED);
    return refer(world, SB_EVENT_POST, 5, 1);
}

static enum sb_result_code row_exceeds_original(struct world *world)
{
    struct sb_event plain = move_event(world, "transfer", 2, 3, 10);
    CHECK_INT(step(world, plain), SB_R_ACCEPTED);
    CHECK_INT(refer(world, SB_EVENT_REVERSE, plain.id.lo, 11), SB_R_EXCEEDS_ORIGINAL);
    CHECK_INT(reserve(world, 5, 2, 3, 10, 0), SB_R_ACCEPTED);
    return refer(world, SB_EVENT_POST, 5, 11);
}

static enum sb_result_code row_closed(struct world *world)
{
    CHECK_INT(handle(world, SB_EVENT_CLOSE, 3, 0), SB_R_ACCEPTED);
    CHECK_INT(handle(world, SB_EVENT_FREEZE, 3, SB_FROZEN_IN), SB_R_CLOSED);
    CHECK_INT(handle(world, SB_EVENT_CLOSE, 3, 0), SB_R_CLOSED);
    return move(world, "transfer", 2, 3, 1);
}

static enum sb_result_code row_not_closed(struct world *world)
{
    return handle(world, SB_EVENT_REOPEN, 2, 0);
}

static enum sb_result_code row_not_empty(struct world *world)
{
    return handle(world, SB_EVENT_CLOSE, 2, 0);
}

static enum sb_result_code row_frozen(struct world *world)
{
    CHECK_INT(handle(world, SB_EVENT_FREEZE, 3, SB_FROZEN_OUT), SB_R_ACCEPTED);
    CHECK_INT(move(world, "transfer", 2, 3, 1), SB_R_ACCEPTED);
    CHECK_INT(move(world, "transfer", 3, 2, 1), SB_R_FROZEN);
    CHECK_INT(handle(world, SB_EVENT_FREEZE, 3, SB_FROZEN_IN), SB_R_ACCEPTED);
    CHECK_INT(move(world, "transfer", 3, 2, 1), SB_R_ACCEPTED);
    return move(world, "transfer", 2, 3, 1);
}

static enum sb_result_code row_unit_differs(struct world *world)
{
    open_account(world, 9, (struct opening){.unit = "trip", .tier = "full"});
    return move(world, "transfer", 2, 9, 1);
}

static enum sb_result_code row_no_charter(struct world *world)
{
    struct world bare;
    world_begin(&bare);
    open_account(&bare, 1, (struct opening){0});
    open_account(&bare, 2, (struct opening){0});
    enum sb_result_code code = move(&bare, "transfer", 1, 2, 1);
    world_end(&bare);
    (void)world; /* this row needs a world of its own */
    return code;
}

static enum sb_result_code row_refused(struct world *world)
{
    return move(world, "forbidden", 2, 3, 1);
}

static enum sb_result_code row_undecided(struct world *world)
{
    open_account(world, 9, (struct opening){0});
    return move(world, "transfer", 2, 9, 1);
}

/* Asked goes before no money; with the step done it goes on to that. */
static enum sb_result_code row_ask(struct world *world)
{
    struct sb_event event = move_event(world, "asked", 2, 3, 1);
    enum sb_result_code code = step(world, event);
    event = move_event(world, "asked", 2, 3, 1001);
    CHECK_INT(step(world, event), SB_R_ASK);
    event = move_event(world, "asked", 2, 3, 1001);
    event.steps = 1;
    CHECK_INT(step(world, event), SB_R_NO_MONEY);
    event = move_event(world, "asked", 2, 3, 1);
    event.steps = 2;
    CHECK_INT(step(world, event), SB_R_ASK);
    return code;
}

static enum sb_result_code row_no_money(struct world *world)
{
    return move(world, "transfer", 2, 3, 1001);
}

static enum sb_result_code row_overflow(struct world *world)
{
    for (int i = 0; i < 7; i++)
        CHECK_INT(move(world, "cash-in", 1, 4, SB_AMOUNT_MAX), SB_R_ACCEPTED);
    return move(world, "cash-in", 1, 4, SB_AMOUNT_MAX);
}

static enum sb_result_code row_unknown_charter(struct world *world)
{
    return step(world, (struct sb_event){.type = SB_EVENT_CHARTER, .time = world->time});
}

/* Names are the engine's: its own test refuses a name that is taken. The ledger takes every well-formed one.
 */
static enum sb_result_code row_name_conflict(struct world *world)
{
    CHECK_INT(step(world, sb_event_name(world->time, SB_SPACE_KIND, 1, "transfer", 8)), SB_R_ACCEPTED);
    return SB_R_NAME_CONFLICT;
}

static enum sb_result_code row_no_fee_account(struct world *world)
{
    open_account(world, 5, (struct opening){.provider = "a", .tier = "taxed"});
    return move(world, "cash-out", 5, 3, 1);
}

static enum sb_result_code row_fee_account_blocked(struct world *world)
{
    open_account(world, 5, (struct opening){.provider = "a", .tier = "taxed"});
    open_account(world, 6, (struct opening){.provider = "a", .class_ = "treasury"});
    CHECK_INT(handle(world, SB_EVENT_CLOSE, 6, 0), SB_R_ACCEPTED);
    return move(world, "cash-out", 5, 3, 1);
}

static row_fn *const rows[SB_RESULT_COUNT] = {
    [SB_R_ACCEPTED] = row_accepted,
    [SB_R_MALFORMED] = row_malformed,
    [SB_R_ID_ZERO] = row_id_zero,
    [SB_R_TIME_BACK] = row_time_back,
    [SB_R_CHAIN_OPEN] = row_chain_open,
    [SB_R_CHAIN_TIME] = row_chain_time,
    [SB_R_CHAIN_LONG] = row_chain_long,
    [SB_R_CHAIN_BROKEN] = row_chain_broken,
    [SB_R_ID_REUSED] = row_id_reused,
    [SB_R_AMOUNT_INVALID] = row_amount_invalid,
    [SB_R_KIND_MISSING] = row_kind_missing,
    [SB_R_SAME_ACCOUNT] = row_same_account,
    [SB_R_ACCOUNT_EXISTS] = row_account_exists,
    [SB_R_ATTRIBUTE_INVALID] = row_attribute_invalid,
    [SB_R_NO_ACCOUNT] = row_no_account,
    [SB_R_NO_PAYER] = row_no_payer,
    [SB_R_NO_PAYEE] = row_no_payee,
    [SB_R_NO_AGENT] = row_no_agent,
    [SB_R_NO_ORIGINAL] = row_no_original,
    [SB_R_WRONG_ORIGINAL] = row_wrong_original,
    [SB_R_EXPIRED] = row_expired,
    [SB_R_FINISHED] = row_finished,
    [SB_R_EXCEEDS_ORIGINAL] = row_exceeds_original,
    [SB_R_CLOSED] = row_closed,
    [SB_R_NOT_CLOSED] = row_not_closed,
    [SB_R_NOT_EMPTY] = row_not_empty,
    [SB_R_FROZEN] = row_frozen,
    [SB_R_UNIT_DIFFERS] = row_unit_differs,
    [SB_R_NO_CHARTER] = row_no_charter,
    [SB_R_REFUSED] = row_refused,
    [SB_R_UNDECIDED] = row_undecided,
    [SB_R_ASK] = row_ask,
    [SB_R_NO_FEE_ACCOUNT] = row_no_fee_account,
    [SB_R_FEE_ACCOUNT_BLOCKED] = row_fee_account_blocked,
    [SB_R_NO_MONEY] = row_no_money,
    [SB_R_OVERFLOW] = row_overflow,
    [SB_R_UNKNOWN_CHARTER] = row_unknown_charter,
    [SB_R_NAME_CONFLICT] = row_name_conflict,
};

/* A code that nobody can get is a code that nobody understands. */
TEST(ledger, every_result_code_has_a_row)
{
    for (int code = 0; code < SB_RESULT_COUNT; code++) {
        struct world world;
        if (!rows[code])
            test_fail(__FILE__, __LINE__, "no row for '%s'", sb_result_word((enum sb_result_code)code));
        begin(&world);
        enum sb_result_code got = rows[code](&world);
        if (got != (enum sb_result_code)code)
            test_fail(__FILE__, __LINE__, "the row of '%s' gave '%s'",
                      sb_result_word((enum sb_result_code)code), sb_result_word(got));
        world_end(&world);
    }
}

/* Words are in reports and tests: each is known, one of a kind, and told in both languages. */
TEST(ledger, result_words_go_both_ways)
{
    for (int code = 0; code < SB_RESULT_COUNT; code++) {
        const char *word = sb_result_word((enum sb_result_code)code);
        CHECK_INT(sb_result_of_word(word, strlen(word)), code);
        CHECK(sb_result_text((enum sb_result_code)code, SB_EN)[0] != '\0');
        CHECK(strcmp(sb_result_text((enum sb_result_code)code, SB_EN),
                     sb_result_text((enum sb_result_code)code, SB_VI)) != 0);
    }
    CHECK_INT(sb_result_of_word("accept", 6), SB_RESULT_COUNT);
}

/* ------------------------------------------------------------------ precedence: two causes at once */

TEST(ledger, the_earlier_code_in_the_table_wins)
{
    struct world world;
    begin(&world);
    struct sb_event event = move_event(&world, "transfer", 2, 2, 0);
    event.id = SB_ID_NONE;
    event.zero[0] = 1;
    CHECK_INT(step(&world, event), SB_R_MALFORMED); /* and id-zero */
    event.zero[0] = 0;
    event.time = 0;
    CHECK_INT(step(&world, event), SB_R_ID_ZERO); /* and time-back */
    event.id = id_of(7);
    CHECK_INT(step(&world, event), SB_R_TIME_BACK); /* and amount-invalid */
    event.time = world.time;
    event.kind = 0;
    CHECK_INT(step(&world, event), SB_R_AMOUNT_INVALID); /* and kind-missing */
    CHECK_INT(move(&world, NULL, 2, 2, 1), SB_R_KIND_MISSING);
    CHECK_INT(move(&world, "transfer", 99, 99, 1), SB_R_SAME_ACCOUNT);
    CHECK_INT(move(&world, "transfer", 98, 99, 1), SB_R_NO_PAYER);

    CHECK_INT(handle(&world, SB_EVENT_CLOSE, 3, 0), SB_R_ACCEPTED);
    event = move_event(&world, "transfer", 2, 3, 1);
    event.agent = id_of(99);
    CHECK_INT(step(&world, event), SB_R_NO_AGENT); /* and closed */
    CHECK_INT(handle(&world, SB_EVENT_FREEZE, 2, SB_FROZEN_OUT), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 3, 1), SB_R_CLOSED); /* and frozen */
    CHECK_INT(handle(&world, SB_EVENT_REOPEN, 3, 0), SB_R_ACCEPTED);
    open_account(&world, 9, (struct opening){.unit = "trip"});
    CHECK_INT(move(&world, "transfer", 2, 9, 1), SB_R_FROZEN); /* and unit-differs */
    CHECK_INT(handle(&world, SB_EVENT_FREEZE, 2, 0), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "forbidden", 2, 9, 1), SB_R_UNIT_DIFFERS); /* and refused */
    open_account(&world, 10, (struct opening){0});
    CHECK_INT(move(&world, "transfer", 2, 10, 1000001), SB_R_REFUSED); /* and undecided, no-money */
    CHECK_INT(move(&world, "transfer", 2, 10, 1001), SB_R_UNDECIDED);  /* and no-money */
    event = open_event(&world, 2, (struct opening){0});
    event.attributes.unit = 0;
    CHECK_INT(step(&world, event), SB_R_ACCOUNT_EXISTS); /* and attribute-invalid */
    world_end(&world);
}

/* Codes 1 to 3 leave no trace: the client may correct the event and use the id again. */
TEST(ledger, malformed_events_use_up_nothing)
{
    struct world world;
    begin(&world);
    struct state_hash before = hash_of(&world);
    struct sb_event event = move_event(&world, "transfer", 2, 3, 1);
    event.time += SB_DAY_US;
    event.zero[0] = 1;
    CHECK_INT(step(&world, event), SB_R_MALFORMED);
    event.zero[0] = 0;
    event.time = SB_TIME_MAX + 1;
    CHECK_INT(step(&world, event), SB_R_MALFORMED);
    CHECK(same_hash(before, hash_of(&world)));
    event.time = world.time;
    CHECK_INT(step(&world, event), SB_R_ACCEPTED);
    world_end(&world);
}

/* ------------------------------------------------------------------ repeated ids */

TEST(ledger, the_same_event_again_has_the_same_result_and_moves_nothing)
{
    struct world world;
    begin(&world);
    struct sb_event paid = move_event(&world, "transfer", 2, 3, 400);
    struct sb_event poor = move_event(&world, "transfer", 3, 2, 500);
    CHECK_INT(step(&world, paid), SB_R_ACCEPTED);
    CHECK_INT(step(&world, poor), SB_R_NO_MONEY);
    CHECK_INT(move(&world, "transfer", 2, 3, 200), SB_R_ACCEPTED); /* now 3 could pay */
    paid.time = poor.time = world.time += SB_SECOND_US;
    CHECK_INT(step(&world, paid), SB_R_ACCEPTED);
    CHECK_INT(world.result.flags, SB_RF_REPEATED);
    CHECK_INT(step(&world, poor), SB_R_NO_MONEY); /* a refused id stays refused */
    CHECK_INT(world.result.flags, SB_RF_REPEATED);
    CHECK_INT(balance(&world, 3), 600);
    CHECK_INT(sb_ledger_time(world.ledger), world.time); /* but time passed */
    world_end(&world);
}

TEST(ledger, members_of_one_batch_see_each_others_ids)
{
    struct world world;
    begin(&world);
    struct sb_event events[3] = {move_event(&world, "transfer", 2, 3, 10)};
    struct sb_result results[3];
    events[1] = events[2] = events[0];
    events[2].amount = 11;
    world_steps(&world, events, 3, results);
    CHECK_INT(results[0].code, SB_R_ACCEPTED);
    CHECK_INT(results[1].flags, SB_RF_REPEATED);
    CHECK_INT(results[2].code, SB_R_ID_REUSED);
    CHECK_INT(balance(&world, 3), 10);
    world_end(&world);
}

/* ------------------------------------------------------------------ reservations */

TEST(ledger, a_reservation_is_posted_in_parts_and_the_rest_voided)
{
    struct world world;
    begin(&world);
    CHECK_INT(reserve(&world, 5, 2, 3, 600, 0), SB_R_ACCEPTED);
    CHECK_INT(view(&world, 2).debits_pending, 600);
    CHECK_INT(view(&world, 3).credits_pending, 600);
    CHECK_INT(balance(&world, 2), 1000);
    CHECK_INT(move(&world, "transfer", 2, 3, 401), SB_R_NO_MONEY); /* what is reserved cannot be spent */
    CHECK_INT(refer(&world, SB_EVENT_POST, 5, 100), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_POST, 5, 200), SB_R_ACCEPTED);
    CHECK_INT(sb_ledger_pending_left(world.ledger, id_of(5)), 300);
    CHECK_INT(refer(&world, SB_EVENT_POST, 5, 301), SB_R_EXCEEDS_ORIGINAL);
    CHECK_INT(refer(&world, SB_EVENT_VOID, 5, 0), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, 2), 700);
    CHECK_INT(balance(&world, 3), 300);
    CHECK_INT(view(&world, 2).debits_pending, 0);
    CHECK_INT(sb_ledger_pending_count(world.ledger), 0);
    world_end(&world);
}

/* The deadline itself is too late, and expiry happens before the event that finds it, whatever becomes of it.
 */
TEST(ledger, reservations_expire_on_event_time_in_the_order_of_their_deadlines)
{
    struct world world;
    begin(&world);
    CHECK_INT(reserve(&world, 5, 2, 3, 600, 60), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 6, 2, 3, 300, 30), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 7, 2, 3, 100, 0), SB_R_ACCEPTED);
    world.time += 30 * SB_SECOND_US - 1;
    CHECK_INT(move(&world, "transfer", 2, 3, 1), SB_R_NO_MONEY);
    world.time += 1;
    CHECK_INT(move(&world, "transfer", 99, 3, 1), SB_R_NO_PAYER);
    CHECK_INT(sb_ledger_pending_count(world.ledger), 2);
    CHECK_INT(move(&world, "transfer", 2, 3, 300), SB_R_ACCEPTED);
    world.time += 30 * SB_SECOND_US;
    CHECK_INT(refer(&world, SB_EVENT_POST, 5, 1), SB_R_EXPIRED);
    CHECK_INT(view(&world, 2).debits_pending, 100);
    CHECK_INT(handle(&world, SB_EVENT_CLOSE, 2, 0), SB_R_NOT_EMPTY);
    world_end(&world);
}

/* Many, so that the heap and the index lose members from their middles. */
TEST(ledger, a_thousand_reservations_end_in_every_way)
{
    struct world world;
    begin(&world);
    CHECK_INT(move(&world, "cash-in", 1, 2, 1000000), SB_R_ACCEPTED);
    sb_time_us start = world.time;
    for (uint32_t i = 0; i < 1000; i++)
        CHECK_INT(reserve(&world, 10000 + i, 2, 3, 100, 1 + (i * 7919) % 1000), SB_R_ACCEPTED);
    for (uint32_t i = 0; i < 1000; i += 3)
        CHECK_INT(refer(&world, SB_EVENT_VOID, 10000 + i, 0), SB_R_ACCEPTED);
    for (uint32_t i = 1; i < 1000; i += 3)
        CHECK_INT(refer(&world, SB_EVENT_POST, 10000 + i, 40), SB_R_ACCEPTED);
    uint32_t open = sb_ledger_pending_count(world.ledger);
    CHECK_INT(open, 666);
    for (uint32_t second = 1; second <= 1000; second++) {
        world.time = start + second * SB_SECOND_US;
        CHECK_INT(step(&world, (struct sb_event){.type = SB_EVENT_TICK, .time = world.time}), SB_R_ACCEPTED);
        for (uint32_t i = 0; i < 1000; i++) {
            bool due = 1 + (i * 7919) % 1000 == second;
            if (due)
                open -= i % 3 != 0;
        }
        CHECK_INT(sb_ledger_pending_count(world.ledger), open);
    }
    CHECK_INT(open, 0);
    CHECK_INT(balance(&world, 3), 333 * 40);
    CHECK_INT(view(&world, 3).credits_pending, 0);
    world_end(&world);
}

/* ------------------------------------------------------------------ reversals */

TEST(ledger, a_transfer_is_reversed_in_parts_never_more_than_it_was)
{
    struct world world;
    begin(&world);
    struct sb_event paid = move_event(&world, "transfer", 2, 3, 500);
    CHECK_INT(step(&world, paid), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, paid.id.lo, 200), SB_R_ACCEPTED);
    uint64_t reversal = world.next_id - 1;
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, paid.id.lo, 301), SB_R_EXCEEDS_ORIGINAL);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, paid.id.lo, 300), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, paid.id.lo, 1), SB_R_EXCEEDS_ORIGINAL);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, reversal, 1), SB_R_WRONG_ORIGINAL);
    CHECK_INT(balance(&world, 2), 1000);
    CHECK_INT(balance(&world, 3), 0);
    world_end(&world);
}

TEST(ledger, a_post_is_reversed_between_its_reservations_accounts)
{
    struct world world;
    begin(&world);
    CHECK_INT(reserve(&world, 5, 2, 3, 500, 0), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_POST, 5, 300), SB_R_ACCEPTED);
    uint64_t post = world.next_id - 1;
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, post, 301), SB_R_EXCEEDS_ORIGINAL);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, post, 300), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, 2), 1000);
    CHECK_INT(balance(&world, 3), 0);
    CHECK_INT(sb_ledger_pending_left(world.ledger, id_of(5)), 200);
    world_end(&world);
}

/* Not the law stops a reversal, but money and frozen sides do: its own, which are the original's turned
 * round. */
TEST(ledger, a_reversal_needs_the_payees_money_and_unfrozen_sides)
{
    struct world world;
    begin(&world);
    struct sb_event paid = move_event(&world, "transfer", 2, 3, 500);
    CHECK_INT(step(&world, paid), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "cash-out", 3, 1, 1), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, paid.id.lo, 500), SB_R_NO_MONEY);
    CHECK_INT(handle(&world, SB_EVENT_FREEZE, 3, SB_FROZEN_OUT), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, paid.id.lo, 1), SB_R_FROZEN);
    CHECK_INT(handle(&world, SB_EVENT_FREEZE, 3, SB_FROZEN_IN), SB_R_ACCEPTED);
    CHECK_INT(handle(&world, SB_EVENT_FREEZE, 2, SB_FROZEN_OUT), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, paid.id.lo, 1), SB_R_ACCEPTED);
    CHECK_INT(handle(&world, SB_EVENT_FREEZE, 2, SB_FROZEN_IN), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, paid.id.lo, 1), SB_R_FROZEN);
    world_end(&world);
}

/* ------------------------------------------------------------------ accounts */

TEST(ledger, the_mirror_flag_bounds_what_can_be_credited)
{
    struct world world;
    begin(&world);
    open_account(&world, 9, (struct opening){.tier = "full", .flags = SB_A_CREDITS_MAY_NOT_EXCEED_DEBITS});
    CHECK_INT(move(&world, "transfer", 2, 9, 1), SB_R_NO_MONEY);
    CHECK_INT(move(&world, "cash-in", 9, 2, 100), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 5, 2, 9, 60, 0), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 9, 41), SB_R_NO_MONEY);
    CHECK_INT(move(&world, "transfer", 2, 9, 40), SB_R_ACCEPTED);
    world_end(&world);
}

TEST(ledger, a_change_replaces_what_may_change_unknown_included)
{
    struct world world;
    begin(&world);
    struct sb_event event = account_event(&world, SB_EVENT_CHANGE, 2, 0);
    event.attributes.tier = 7;
    event.attributes.sim_since = day_of("2020-02-29");
    CHECK_INT(step(&world, event), SB_R_ACCEPTED);
    CHECK_INT(view(&world, 2).tier, 7);
    CHECK_INT(view(&world, 2).birth_year, 0);
    CHECK_INT(view(&world, 2).sim_since, day_of("2020-02-29"));
    CHECK_INT(view(&world, 2).flags, SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS);
    world_end(&world);
}

/* Thousands of accounts: chunks, growing indexes, and persons with several accounts. */
TEST(ledger, accounts_are_found_after_growing)
{
    struct world world;
    begin(&world);
    for (uint64_t i = 0; i < 20000; i++)
        open_account(&world, 100 + i * 977,
                     (struct opening){.person = 1 + i % 5000, .provider = i % 2 ? "a" : "b"});
    CHECK_INT(sb_ledger_account_count(world.ledger), 20004);
    for (uint64_t i = 0; i < 20000; i++)
        CHECK_INT(view(&world, 100 + i * 977).person.lo, 1 + i % 5000);
    struct sb_account_view seen;
    CHECK(!sb_ledger_account(world.ledger, id_of(101), &seen));
    struct sb_ledger_sizes sizes = sb_ledger_sizes(world.ledger);
    CHECK_INT(sizes.persons, 5000);
    CHECK(sizes.account_bytes <= sizes.accounts * 192);
    world_end(&world);
}

/* A code means something only together with a time: 00001 was a commune until 2025-06-30. */
TEST(ledger, a_place_must_be_one_of_the_epoch_in_force)
{
    struct world world;
    world_begin(&world);
    open_account(&world, 1, (struct opening){.place = SB_PLACE(SB_PLACE_COMMUNE, 99999)}); /* nobody knows */
    install(&world, "charter \"Test\"\nunit VND\nclock +07:00\nterritory vn\n"
                    "kind transfer from holder\n"
                    "area bac-ninh: province 24 as of 2025-07-01\n"
                    "allow all where payer.place in bac-ninh\n");
    CHECK_INT(
        step(&world, open_event(&world, 2, (struct opening){.place = SB_PLACE(SB_PLACE_COMMUNE, 99999)})),
        SB_R_ATTRIBUTE_INVALID);
    open_account(&world, 3, (struct opening){.place = SB_PLACE(SB_PLACE_COMMUNE, 1)});
    open_account(&world, 4, (struct opening){.place = SB_PLACE(SB_PLACE_PROVINCE, 24)}); /* Bắc Giang then */
    CHECK(view(&world, 4).place_index != 0);
    tick(&world, "2025-06-30T17:00Z");
    CHECK_INT(step(&world, open_event(&world, 5, (struct opening){.place = SB_PLACE(SB_PLACE_COMMUNE, 1)})),
              SB_R_ATTRIBUTE_INVALID);
    open_account(&world, 6, (struct opening){.place = SB_PLACE(SB_PLACE_PROVINCE, 24)}); /* Bắc Ninh now */
    CHECK(view(&world, 4).place_index != view(&world, 6).place_index);
    CHECK_INT(move(&world, "transfer", 6, 3, 1), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 4, 3, 1), SB_R_ACCEPTED); /* Bắc Giang is in the new Bắc Ninh */
    CHECK_INT(move(&world, "transfer", 3, 6, 1), SB_R_REFUSED);
    CHECK_INT(move(&world, "transfer", 1, 6, 1), SB_R_UNDECIDED);
    struct sb_event change = account_event(&world, SB_EVENT_CHANGE, 3, 0);
    change.attributes.place = SB_PLACE(SB_PLACE_COMMUNE, 1);
    CHECK_INT(step(&world, change), SB_R_ATTRIBUTE_INVALID);
    world_end(&world);
}
