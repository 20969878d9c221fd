/* SPDX-License-Identifier: Apache-2.0 */

/* Fees: what is charged, between which accounts, what limits count of it, and what gives it back. */

#include "ledger_world.h"

#include "base/macros.h"

#define HEAD                                                                         \
    "charter \"Test\"\nunit VND\n"                                                   \
    "kind cash-in to holder\nkind cash-out from holder\nkind transfer from holder\n" \
    "kind float of nobody\nallow all\nallow float\n"

enum { HOUSE = 1, ALICE, BOB, AGENT, FEES, OTHER_HOUSE, MERCHANT };

static void begin(struct world *world, const char *law)
{
    struct sb_str text = {0};
    sb_str_printf(&text, "%s%s", HEAD, law);
    world_begin(world);
    install(world, sb_str_text(&text));
    sb_str_release(&text);
    const uint8_t full = SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS;
    open_account(world, HOUSE, (struct opening){.class_ = "provider", .provider = "a"});
    open_account(world, ALICE,
                 (struct opening){.class_ = "subscriber", .provider = "a", .tier = "low", .flags = full});
    open_account(world, BOB, (struct opening){.class_ = "subscriber", .provider = "a", .flags = full});
    open_account(world, AGENT, (struct opening){.class_ = "agent", .provider = "a"});
    open_account(world, FEES, (struct opening){.class_ = "fees", .provider = "a"});
    open_account(world, OTHER_HOUSE, (struct opening){.class_ = "provider", .provider = "b"});
    open_account(world, MERCHANT, (struct opening){.class_ = "subscriber", .provider = "b", .flags = full});
    CHECK_INT(move(world, "float", HOUSE, ALICE, 1000), SB_R_ACCEPTED);
}

static enum sb_result_code served(struct world *world, const char *kind, uint64_t payer, uint64_t payee,
                                  sb_amount amount)
{
    struct sb_event event = move_event(world, kind, payer, payee, amount);
    event.agent = id_of(AGENT);
    return step(world, event);
}

/* ------------------------------------------------------------------ how much */

/* Amounts and charges side by side: rounding, least, most, bands, none. */
TEST(fees, charges_by_the_amount)
{
    static const struct {
        const char *charge;
        int64_t amount, charged;
    } rows[] = {
        {"25", 1, 25},
        {"0", 100, 0},
        {"1 %", 149, 1}, /* 1.49 */
        {"1 %", 150, 2}, /* 1.50: halves up */
        {"1 %", 49, 0},  /* 0.49 */
        {"1 %", 50, 1},
        {"0.0001 %", 499999, 0}, /* 0.499999 */
        {"0.0001 %", 500000, 1},
        {"1.5 % at least 5", 100, 5},
        {"1.5 % at least 5", 400, 6},
        {"1.5 % at most 10", 1000, 10},
        {"10 % at least 5 at most 5", 500, 5},
        {"\n  | up to | fee |\n  | 100 | 3 |\n  | 200 | 4 |\n  | none | 10 % |", 100, 3},
        {"\n  | up to | fee |\n  | 100 | 3 |\n  | 200 | 4 |\n  | none | 10 % |", 101, 4},
        {"\n  | up to | fee |\n  | 100 | 3 |\n  | 200 | 4 |\n  | none | 10 % |", 201, 20},
        {"\n  | up to | fee |\n  | 100 | 3 |\n  | 200 | 4 |", 201, 0},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        struct world world;
        struct sb_str law = {0};
        sb_str_printf(&law, "fee transfer: %s\n", rows[i].charge);
        begin(&world, sb_str_text(&law));
        CHECK_INT(move(&world, "float", HOUSE, ALICE, 1000000), SB_R_ACCEPTED);
        sb_amount house = balance(&world, HOUSE);
        CHECK_INT(move(&world, "transfer", ALICE, BOB, rows[i].amount), SB_R_ACCEPTED);
        CHECK_INT(balance(&world, HOUSE) - house, rows[i].charged);
        CHECK_INT(balance(&world, ALICE), 1001000 - rows[i].amount - rows[i].charged);
        CHECK_INT(world.result.fees, rows[i].charged != 0);
        sb_str_release(&law);
        world_end(&world);
    }
}

/* ------------------------------------------------------------------ between whom */

TEST(fees, sides_and_houses_pay_and_get)
{
    static const struct {
        const char *law;
        uint64_t from, to;
    } rows[] = {
        {"fee cash-out: 7\n", ALICE, HOUSE},
        {"fee cash-out: 7, paid by payer, to fees\n", ALICE, FEES},
        {"fee cash-out: 7, paid by payee, to payer\n", BOB, ALICE},
        {"fee cash-out: 7, paid by agent\n", AGENT, HOUSE},
        {"fee cash-out: 7, paid by provider, to agent\n", HOUSE, AGENT},
        {"fee cash-out: 7, paid by provider, to payer\n", HOUSE, ALICE},
        {"fee cash-out: 7, paid by provider, to fees\n", HOUSE, FEES},
        {"fee cash-out: 7, paid by holder, to payee\n", ALICE, BOB},
        {"fee cash-out: 7, paid by holder, to payer\n", 0, 0}, /* nothing moves */
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        struct world world;
        begin(&world, rows[i].law);
        CHECK_INT(served(&world, "cash-out", ALICE, BOB, 100), SB_R_ACCEPTED);
        for (uint64_t account = HOUSE; account <= MERCHANT; account++) {
            sb_amount expected = account == ALICE ? 900 : account == BOB ? 100 : account == HOUSE ? -1000 : 0;
            expected += (account == rows[i].to ? 7 : 0) - (account == rows[i].from ? 7 : 0);
            CHECK_INT(balance(&world, account), expected);
        }
        CHECK_INT(world.result.fees, rows[i].from != 0);
        world_end(&world);
    }
}

/* Of a cash-in the holder is the payee; of a kind of nobody the payer pays. */
TEST(fees, who_pays_when_nobody_is_named)
{
    struct world world;
    begin(&world, "fee one for cash-in: 7\nfee two for float: 3\nfee three for float: 100, paid by holder\n");
    CHECK_INT(move(&world, "cash-in", AGENT, ALICE, 100), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, ALICE), 1093);
    CHECK_INT(balance(&world, AGENT), -100);
    CHECK_INT(move(&world, "float", ALICE, AGENT, 100), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, ALICE), 990);
    CHECK_INT(balance(&world, AGENT), 0);
    world_end(&world);
}

/* The fee's provider is the paying account's; where the house pays, that of the holder; of nobody's kind, the
 * transaction's. */
TEST(fees, houses_are_those_of_who_pays)
{
    struct world world;
    begin(&world, "fee transfer: 7, paid by payee\nfee back for transfer: 2, paid by provider, to payer\n"
                  "fee float where tx.purpose is gift: 5, paid by provider, to payee\n");
    CHECK_INT(move(&world, "transfer", ALICE, MERCHANT, 100), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, OTHER_HOUSE), 7);
    CHECK_INT(balance(&world, HOUSE), -1002);
    struct sb_event event = move_event(&world, "float", AGENT, BOB, 10);
    event.purpose = code_of(&world, SB_SPACE_PURPOSE, "gift");
    CHECK_INT(step(&world, event), SB_R_NO_FEE_ACCOUNT); /* of no provider */
    event.provider = code_of(&world, SB_SPACE_PROVIDER, "b");
    event.id = id_of(77);
    CHECK_INT(step(&world, event), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, OTHER_HOUSE), 2);
    CHECK_INT(balance(&world, BOB), 15);
    world_end(&world);
}

/* A provider's tariff goes to that provider, whoever pays, and only on its own customers' events. */
TEST(fees, of_every_layer_apply)
{
    struct world world;
    world_begin(&world);
    CHECK_INT(step(&world, charter_event(&world, HEAD "fee transfer: 1\n",
                                         "charter \"A\" of provider a\nallow all\n"
                                         "fee transfer: 10, paid by payee, to fees\n")),
              SB_R_ACCEPTED);
    open_account(&world, HOUSE, (struct opening){.class_ = "provider", .provider = "a"});
    open_account(&world, ALICE, (struct opening){.provider = "a"});
    open_account(&world, MERCHANT, (struct opening){.provider = "b"});
    open_account(&world, FEES, (struct opening){.class_ = "fees", .provider = "a"});
    open_account(&world, OTHER_HOUSE, (struct opening){.class_ = "provider", .provider = "b"});
    CHECK_INT(move(&world, "transfer", ALICE, MERCHANT, 100), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 3);
    CHECK_INT(balance(&world, ALICE), -101);
    CHECK_INT(balance(&world, MERCHANT), 90);
    CHECK_INT(balance(&world, FEES), 10);
    CHECK_INT(move(&world, "transfer", MERCHANT, ALICE, 50), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 1);
    CHECK_INT(balance(&world, OTHER_HOUSE), 1);
    world_end(&world);
}

TEST(fees, without_an_agent_there_is_none)
{
    struct world world;
    begin(&world, "fee cash-out: 7, paid by agent\nfee two for cash-out: 5, paid by provider, to agent\n");
    CHECK_INT(move(&world, "cash-out", ALICE, BOB, 100), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 0);
    CHECK_INT(served(&world, "cash-out", ALICE, BOB, 100), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 3);
    CHECK_INT(balance(&world, AGENT), -2);
    world_end(&world);
}

/* The first account of its class stays the house's, closed or not. */
TEST(fees, house_accounts_missing_closed_or_frozen_refuse)
{
    struct world world;
    begin(&world, "fee transfer: 7, to till\n");
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 100), SB_R_NO_FEE_ACCOUNT);
    open_account(&world, 20, (struct opening){.class_ = "till", .provider = "a", .unit = "USD"});
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 100), SB_R_NO_FEE_ACCOUNT);
    open_account(&world, 21, (struct opening){.class_ = "till", .provider = "a"});
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 100), SB_R_ACCEPTED);
    CHECK_INT(handle(&world, SB_EVENT_FREEZE, 21, SB_FROZEN_IN), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 100), SB_R_FEE_ACCOUNT_BLOCKED);
    CHECK_INT(handle(&world, SB_EVENT_FREEZE, 21, SB_FROZEN_OUT), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 100), SB_R_ACCEPTED);
    CHECK_INT(handle(&world, SB_EVENT_FREEZE, 21, 0), SB_R_ACCEPTED);
    open_account(&world, 22, (struct opening){.class_ = "till", .provider = "a"});
    CHECK_INT(move(&world, "float", 21, ALICE, 14), SB_R_ACCEPTED);
    CHECK_INT(handle(&world, SB_EVENT_CLOSE, 21, 0), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 100), SB_R_FEE_ACCOUNT_BLOCKED);
    CHECK_INT(balance(&world, 22), 0);
    CHECK_INT(balance(&world, BOB), 200); /* nothing of what was refused moved */
    world_end(&world);
}

/* ------------------------------------------------------------------ conditions */

TEST(fees, an_unknown_that_would_charge_decides)
{
    struct world world;
    begin(&world,
          "fee transfer where payer.tier is low: 1 %\nfee two for transfer where payer.tier is high: 5\n");
    CHECK_INT(move(&world, "float", ALICE, BOB, 500), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 100), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 1);
    CHECK_INT(move(&world, "transfer", BOB, ALICE, 100), SB_R_UNDECIDED);
    CHECK_INT(world.result.failed[0] >> 2 & 3, 3); /* both fees are its reasons */
    world_end(&world);
    begin(&world, "fee transfer where payer.tier is low: 1 %\n");
    CHECK_INT(move(&world, "float", ALICE, BOB, 500), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", BOB, ALICE, 49), SB_R_ACCEPTED); /* it would charge nothing */
    CHECK_INT(move(&world, "transfer", BOB, ALICE, 50), SB_R_UNDECIDED);
    world_end(&world);
}

TEST(fees, hold_in_their_time)
{
    struct world world;
    begin(&world, "fee transfer: 7 until 2025-03-10\nfee transfer: 9 from 2025-03-11\n");
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 1), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, ALICE), 992);
    CHECK_INT(tick(&world, "2025-03-11T00:00Z"), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 1), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, ALICE), 982);
    world_end(&world);
}

/* ------------------------------------------------------------------ money */

TEST(fees, amount_and_fees_move_together_or_not_at_all)
{
    struct world world;
    begin(&world, "fee transfer: 7\n");
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 994), SB_R_NO_MONEY);
    CHECK_INT(balance(&world, ALICE), 1000);
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 993), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, ALICE), 0);
    world_end(&world);
    /* What the payee gets pays its fee; what the payer gets back does not pay the amount. */
    begin(&world, "fee transfer: 7, paid by payee\nfee two for transfer: 5, paid by payee, to payer\n");
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 11), SB_R_NO_MONEY);
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 1001), SB_R_NO_MONEY);
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 12), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, BOB), 0);
    CHECK_INT(balance(&world, ALICE), 993);
    world_end(&world);
}

TEST(fees, overflow_refuses)
{
    struct world world;
    begin(&world, "fee transfer: 1 000 000 %\nfee cash-out: 800 %, to payee\n");
    open_account(&world, 20, (struct opening){.provider = "a"});
    CHECK_INT(move(&world, "transfer", 20, HOUSE, SB_AMOUNT_MAX), SB_R_OVERFLOW); /* no sum can say it */
    CHECK_INT(move(&world, "cash-out", 20, AGENT, SB_AMOUNT_MAX), SB_R_OVERFLOW);
    CHECK_INT(move(&world, "cash-out", 20, AGENT, SB_AMOUNT_MAX / 2), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "cash-out", 20, AGENT, SB_AMOUNT_MAX / 2), SB_R_OVERFLOW);
    world_end(&world);
}

/* ------------------------------------------------------------------ limits */

TEST(fees, counted_ones_use_up_the_limits_of_who_pays)
{
    struct world world;
    begin(&world, "limit out: sum of transfer, each day, at most 220\n"
                  "limit in: sum of transfer per payee account, each day, at most 1 000\n"
                  "limit times: number of transfer, each day, at most 100\n"
                  "limit each: each transfer at most 100\n"
                  "fee transfer: 10, counted\nfee two for transfer: 5, paid by payee\n");
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 100), SB_R_ACCEPTED);
    CHECK_INT(sb_ledger_used(world.ledger, 0, id_of(ALICE), world.time), 110);
    CHECK_INT(sb_ledger_used(world.ledger, 1, id_of(BOB), world.time), 100);
    CHECK_INT(sb_ledger_used(world.ledger, 2, id_of(ALICE), world.time), 1);
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 100), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 1), SB_R_REFUSED);
    CHECK_INT(sb_ledger_used(world.ledger, 0, id_of(ALICE), world.time), 220);
    world_end(&world);
}

TEST(fees, caps_see_what_reaches_the_account_and_what_leaves_it)
{
    struct world world;
    begin(&world, "limit cap: balance of account at most 1 100\n"
                  "fee cash-in: 10, paid by payee\nfee gift for cash-in: 5, paid by provider, to payee\n");
    CHECK_INT(move(&world, "cash-in", AGENT, ALICE, 106), SB_R_REFUSED); /* 1000 + 106 - 10 + 5 */
    CHECK_INT(move(&world, "cash-in", AGENT, ALICE, 105), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, ALICE), 1100);
    world_end(&world);
    begin(&world, "limit cap: balance of account at most 1 100\nfee cash-in: 10, paid by payee\n");
    struct sb_event event = move_event(&world, "cash-in", AGENT, ALICE, 101);
    event.flags = SB_F_PENDING;
    CHECK_INT(step(&world, event), SB_R_REFUSED); /* a fee that is only reserved leaves nothing yet */
    world_end(&world);
}

/* ------------------------------------------------------------------ reservations */

static void check_reserved(const struct world *world, sb_amount of_alice, sb_amount to_house)
{
    CHECK_INT(view(world, ALICE).debits_pending, of_alice);
    CHECK_INT(view(world, HOUSE).credits_pending, to_house);
}

TEST(fees, are_reserved_and_charged_whole_with_the_first_post)
{
    struct world world;
    begin(&world, "limit out: sum of transfer, each day, at most 10 000\nfee transfer: 10 %, counted\n");
    CHECK_INT(reserve(&world, 5, ALICE, BOB, 910, 0), SB_R_NO_MONEY);
    CHECK_INT(reserve(&world, 6, ALICE, BOB, 500, 0), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 1);
    check_reserved(&world, 550, 50);
    CHECK_INT(sb_ledger_used(world.ledger, 0, id_of(ALICE), world.time), 550);
    CHECK_INT(refer(&world, SB_EVENT_POST, 6, 100), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 1);
    check_reserved(&world, 400, 0);
    CHECK_INT(balance(&world, ALICE), 850);
    CHECK_INT(refer(&world, SB_EVENT_POST, 6, 100), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 0);
    CHECK_INT(balance(&world, HOUSE), -950);
    CHECK_INT(refer(&world, SB_EVENT_VOID, 6, 0), SB_R_ACCEPTED);
    check_reserved(&world, 0, 0);
    CHECK_INT(balance(&world, ALICE), 750);
    CHECK_INT(sb_ledger_used(world.ledger, 0, id_of(ALICE), world.time), 250); /* 200 posted, and the fee */
    world_end(&world);
}

TEST(fees, are_given_back_when_nothing_was_posted)
{
    struct world world;
    begin(&world, "limit out: sum of transfer, each day, at most 10 000\nfee transfer: 10 %, counted\n");
    CHECK_INT(reserve(&world, 6, ALICE, BOB, 500, 0), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_VOID, 6, 0), SB_R_ACCEPTED);
    check_reserved(&world, 0, 0);
    CHECK_INT(sb_ledger_used(world.ledger, 0, id_of(ALICE), world.time), 0);
    CHECK_INT(reserve(&world, 7, ALICE, BOB, 500, 60), SB_R_ACCEPTED);
    CHECK_INT(tick(&world, "2025-03-10T12:01Z"), SB_R_ACCEPTED);
    check_reserved(&world, 0, 0);
    CHECK_INT(sb_ledger_used(world.ledger, 0, id_of(ALICE), world.time), 0);
    CHECK_INT(balance(&world, ALICE), 1000);
    world_end(&world);
}

/* The charter of the reservation, and the attributes of then, fix the fee. */
TEST(fees, of_a_reservation_are_those_of_its_making)
{
    struct world world;
    begin(&world, "fee transfer where payer.tier is low: 10\n");
    CHECK_INT(reserve(&world, 6, ALICE, BOB, 500, 0), SB_R_ACCEPTED);
    CHECK_INT(handle(&world, SB_EVENT_CHANGE, ALICE, 0), SB_R_ACCEPTED); /* nothing is known of it now */
    install(&world, HEAD "fee transfer: 99\n");
    CHECK_INT(handle(&world, SB_EVENT_FREEZE, HOUSE, SB_FROZEN_IN), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_POST, 6, 500), SB_R_FEE_ACCOUNT_BLOCKED);
    CHECK_INT(handle(&world, SB_EVENT_FREEZE, HOUSE, 0), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_POST, 6, 500), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, ALICE), 490);
    world_end(&world);
}

/* ------------------------------------------------------------------ reversals */

TEST(fees, go_back_with_the_whole_amount_where_they_say_so)
{
    struct world world;
    begin(&world,
          "limit out: sum of transfer, each day, at most 10 000\n"
          "fee transfer: 10, counted, returned on reversal\nfee two for transfer: 5, to fees, counted\n");
    struct sb_event whole = move_event(&world, "transfer", ALICE, BOB, 100);
    CHECK_INT(step(&world, whole), SB_R_ACCEPTED);
    CHECK_INT(sb_ledger_used(world.ledger, 0, id_of(ALICE), world.time), 115);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, whole.id.lo, 100), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 1);
    CHECK_INT(balance(&world, ALICE), 995);
    CHECK_INT(balance(&world, HOUSE), -1000);
    CHECK_INT(balance(&world, FEES), 5);
    CHECK_INT(sb_ledger_used(world.ledger, 0, id_of(ALICE), world.time), 5);
    struct sb_event parts = move_event(&world, "transfer", ALICE, BOB, 100);
    CHECK_INT(step(&world, parts), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, parts.id.lo, 40), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, parts.id.lo, 60), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 0);
    CHECK_INT(balance(&world, ALICE), 980);
    CHECK_INT(sb_ledger_used(world.ledger, 0, id_of(ALICE), world.time), 20);
    world_end(&world);
}

/* Fees come back before the amount goes: the payee has spent nothing of either. */
TEST(fees, come_back_last_one_first_then_the_amount)
{
    struct world world;
    begin(&world, "fee transfer: 10, paid by payee, returned on reversal\n"
                  "fee two for transfer: 3, paid by payee, to agent, returned on reversal\n");
    struct sb_event event = move_event(&world, "transfer", ALICE, BOB, 100);
    event.agent = id_of(AGENT);
    CHECK_INT(step(&world, event), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, BOB), 87);
    struct sb_leg legs[SB_PLAN_FEES_MAX];
    const struct sb_plan *plan = NULL;
    struct sb_event back = refer_event(&world, SB_EVENT_REVERSE, event.id.lo, 100);
    CHECK_INT(sb_ledger_fees(world.ledger, &back, world.past, legs, &plan), 2);
    CHECK_INT(legs[0].from.lo, AGENT);
    CHECK_INT(legs[0].to.lo, BOB);
    CHECK_INT(legs[1].amount, 10);
    CHECK_INT(sb_ledger_fees_of(world.ledger, sb_past_find(world.past, event.id), legs, &plan), 2);
    CHECK_INT(legs[0].from.lo, BOB);
    CHECK_INT(legs[0].to.lo, HOUSE);
    CHECK_STR(sb_plan_rule_name(plan, legs[1].rule), "fee two");
    CHECK_INT(step(&world, back), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 3);
    CHECK_INT(balance(&world, BOB), 0);
    CHECK_INT(balance(&world, ALICE), 1000);
    CHECK_INT(balance(&world, AGENT), 0);
    world_end(&world);
}

TEST(fees, of_a_reservation_go_back_when_its_one_post_does)
{
    struct world world;
    begin(&world, "fee transfer: 10, returned on reversal\n");
    CHECK_INT(reserve(&world, 6, ALICE, BOB, 100, 0), SB_R_ACCEPTED);
    struct sb_event post = refer_event(&world, SB_EVENT_POST, 6, 100);
    CHECK_INT(step(&world, post), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, post.id.lo, 100), SB_R_ACCEPTED);
    CHECK_INT(balance(&world, ALICE), 1000);
    CHECK_INT(reserve(&world, 7, ALICE, BOB, 100, 0), SB_R_ACCEPTED);
    post = refer_event(&world, SB_EVENT_POST, 7, 60);
    CHECK_INT(step(&world, post), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, post.id.lo, 60), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, 0);
    CHECK_INT(balance(&world, ALICE), 990);
    world_end(&world);
}

/* ------------------------------------------------------------------ chains, saving */

TEST(fees, are_undone_with_their_chain)
{
    struct world world;
    begin(&world, "limit out: sum of transfer, each day, at most 10 000\n"
                  "fee transfer: 10, counted, returned on reversal\n");
    CHECK_INT(reserve(&world, 6, ALICE, BOB, 100, 0), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 7, ALICE, BOB, 100, 0), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 8, ALICE, BOB, 100, 0), SB_R_ACCEPTED);
    struct sb_event old = move_event(&world, "transfer", ALICE, BOB, 100);
    CHECK_INT(step(&world, old), SB_R_ACCEPTED);
    struct state_hash before = hash_of(&world);
    struct sb_event made = move_event(&world, "transfer", ALICE, BOB, 5);
    made.flags = SB_F_PENDING;
    struct sb_event events[] = {
        move_event(&world, "transfer", ALICE, BOB, 50),
        made,
        refer_event(&world, SB_EVENT_POST, 6, 40),
        refer_event(&world, SB_EVENT_POST, 7, 100),
        refer_event(&world, SB_EVENT_VOID, 8, 0),
        refer_event(&world, SB_EVENT_REVERSE, old.id.lo, 100),
        open_event(&world, 30, (struct opening){.class_ = "late", .provider = "a"}),
        move_event(&world, "transfer", ALICE, BOB, 5000),
    };
    struct sb_result results[SB_ARRAY_SIZE(events)];
    uint32_t count = SB_ARRAY_SIZE(events);
    for (uint32_t i = 0; i + 1 < count; i++)
        events[i].flags |= SB_F_LINKED;
    world_steps(&world, events, count, results);
    CHECK_INT(results[count - 1].code, SB_R_NO_MONEY);
    CHECK(same_hash(before, hash_of(&world)));
    check_reserved(&world, 330, 30);
    CHECK_INT(refer(&world, SB_EVENT_VOID, 8, 0), SB_R_ACCEPTED);
    check_reserved(&world, 220, 20);
    world_end(&world);
}

/* ------------------------------------------------------------------ bounds */

/* A law with so many fees in force for one kind. */
static enum sb_status compile_many(uint32_t count, uint32_t *ret_fees)
{
    struct sb_str text = {0};
    sb_str_add(&text, HEAD);
    for (uint32_t i = 0; i < count; i++)
        sb_str_printf(&text, "fee f%u for transfer: %u\n", i, i + 1);
    struct sb_source source = {"x.charter", sb_str_text(&text), text.size};
    struct sb_err err = {0};
    struct sb_plan *plan = NULL;
    struct sb_symbols *symbols = sb_symbols_new();
    enum sb_status status = sb_plan_compile(&source, 1, NULL, symbols, &plan, NULL, &err);
    *ret_fees = plan ? plan->fee_count : 0;
    sb_plan_free(plan);
    sb_symbols_free(symbols);
    sb_str_release(&text);
    return status;
}

TEST(fees, as_many_as_a_result_has_bits)
{
    uint32_t fees;
    CHECK_INT(compile_many(SB_PLAN_FEES_MAX, &fees), SB_OK);
    CHECK_INT(fees, SB_PLAN_FEES_MAX);
    CHECK_INT(compile_many(SB_PLAN_FEES_MAX + 1, &fees), SB_LIMIT);
    struct world world;
    struct sb_str law = {0};
    for (uint32_t i = 0; i < SB_PLAN_FEES_MAX; i++)
        sb_str_printf(&law, "fee f%u for transfer: 1\n", i);
    begin(&world, sb_str_text(&law));
    CHECK_INT(move(&world, "transfer", ALICE, BOB, 1), SB_R_ACCEPTED);
    CHECK_INT(world.result.fees, UINT32_MAX);
    CHECK_INT(balance(&world, ALICE), 1000 - 1 - SB_PLAN_FEES_MAX);
    sb_str_release(&law);
    world_end(&world);
}

/* ------------------------------------------------------------------ meaning 1 */

/* A charter that was installed before fees had an effect has none, and its names are as they were. */
TEST(fees, are_void_under_meaning_1)
{
    static const char text[] = HEAD "fee transfer where payer.tier is gold: 7, to fees, to till\n";
    struct sb_source source = {"x.charter", text, sizeof(text) - 1};
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    struct sb_plan *plan = NULL;
    struct sb_symbols *symbols = sb_symbols_new();
    CHECK_INT(sb_plan_compile(&source, 1, NULL, symbols, &plan, &diagnostics, &err), SB_INVALID);
    sb_symbols_free(symbols);
    symbols = sb_symbols_new();
    CHECK_INT(sb_plan_compile(&source, 1, &(struct sb_plan_options){.meaning = 1}, symbols, &plan,
                              &diagnostics, &err),
              SB_OK);
    CHECK_INT(plan->fee_count, 0);
    CHECK_INT(plan->rule_count, 2);
    CHECK_INT(sb_symbols_count(symbols, SB_SPACE_CLASS), 0);
    CHECK_INT(sb_symbols_count(symbols, SB_SPACE_TIER), 0);
    sb_plan_free(plan);
    sb_symbols_free(symbols);
    sb_diagnostics_release(&diagnostics);
}

/* ------------------------------------------------------------------ one-step replay */

#define LIMIT    "limit out: sum of transfer, each day, at most 10 000\n"
#define RECORDED LIMIT "fee transfer where payer.tier is low: 10, counted, returned on reversal\n"
#define ASKED                                                                                              \
    LIMIT "fee transfer where payer.tier is low: 3, counted, returned on reversal\nfee two for transfer: " \
          "1, counted\n"

/* Both laws' events, and what became of them under the first. */
struct history {
    struct sb_event events[16];
    struct sb_result results[16];
    uint32_t count;
};

static void happen(struct world *live, struct history *history, struct sb_event event)
{
    history->events[history->count] = event;
    world_steps(live, &event, 1, &history->results[history->count]);
    history->count++;
}

/* Money goes by the recorded fees, what windows count by the other law's: at each step both are what the one
 * law or the other makes of the same history. */
TEST(fees, one_step_moves_what_was_recorded_and_counts_what_is_asked)
{
    struct world live, again;
    struct history history = {.count = 0};
    begin(&live, RECORDED);
    begin(&again, ASKED);
    struct sb_err err = {0};
    (void)charter_event(&again, HEAD RECORDED, NULL); /* compiled; it judges nothing here */
    CHECK_INT(sb_ledger_recorded_law(again.ledger, again.plans[again.plan_count - 1], &err), SB_OK);

    struct sb_event whole = move_event(&live, "transfer", ALICE, BOB, 100);
    happen(&live, &history, whole);
    happen(&live, &history, refer_event(&live, SB_EVENT_REVERSE, whole.id.lo, 100));
    happen(&live, &history, move_event(&live, "transfer", ALICE, BOB, 200));
    struct sb_event pending = move_event(&live, "transfer", ALICE, BOB, 50);
    pending.flags = SB_F_PENDING;
    happen(&live, &history, pending);
    happen(&live, &history, refer_event(&live, SB_EVENT_VOID, pending.id.lo, 0));
    pending.id = id_of(500);
    happen(&live, &history, pending);
    happen(&live, &history, refer_event(&live, SB_EVENT_POST, 500, 20));
    happen(&live, &history, move_event(&live, "transfer", ALICE, BOB, 5000));

    /* 100 and its fees, of which the other law keeps one; 200 and its fees; 50 and its fees. */
    static const int64_t counted[] = {104, 1, 205, 259, 205, 259, 259, 259};
    for (uint32_t i = 0; i < history.count; i++) {
        struct sb_result judged;
        CHECK_INT(history.results[i].code, i == 7 ? SB_R_NO_MONEY : SB_R_ACCEPTED);
        CHECK_INT(sb_ledger_step_recorded(again.ledger, &history.events[i], 1, again.past,
                                          &history.results[i], &judged, &err),
                  SB_OK);
        CHECK_INT(judged.code, history.results[i].code);
        if (history.events[i].type == SB_EVENT_TRANSFER && i != 7)
            CHECK_INT(judged.fees, 3);
        CHECK_INT(sb_ledger_used(again.ledger, 0, id_of(ALICE), again.time), counted[i]);
    }
    for (uint64_t account = HOUSE; account <= MERCHANT; account++) {
        struct sb_account_view one = view(&live, account), other = view(&again, account);
        CHECK_INT(balance(&again, account), balance(&live, account));
        CHECK_INT(other.debits_pending, one.debits_pending);
        CHECK_INT(other.credits_pending, one.credits_pending);
    }
    CHECK_INT(balance(&again, HOUSE), -980);
    world_end(&live);
    world_end(&again);
}

/* A chain broke at a member that the law refused, on money that fees before it had taken. */
TEST(fees, one_step_finds_the_fees_of_a_broken_chain_anew)
{
    struct world live, again;
    struct sb_err err = {0};
    begin(&live, RECORDED);
    begin(&again, LIMIT);
    (void)charter_event(&again, HEAD RECORDED, NULL);
    CHECK_INT(sb_ledger_recorded_law(again.ledger, again.plans[again.plan_count - 1], &err), SB_OK);
    struct sb_event events[2] = {move_event(&live, "transfer", ALICE, BOB, 980),
                                 move_event(&live, "transfer", ALICE, BOB, 11)};
    struct sb_result results[2], judged[2];
    events[0].flags = SB_F_LINKED;
    world_steps(&live, events, 2, results);
    CHECK_INT(results[1].code, SB_R_NO_MONEY);
    CHECK_INT(sb_ledger_step_recorded(again.ledger, events, 2, again.past, results, judged, &err), SB_OK);
    CHECK_INT(judged[0].code, SB_R_CHAIN_BROKEN);
    CHECK_INT(judged[1].code, SB_R_NO_MONEY);
    CHECK_INT(balance(&again, ALICE), 1000);
    CHECK_INT(sb_ledger_used(again.ledger, 0, id_of(ALICE), again.time), 0);
    world_end(&live);
    world_end(&again);
}

/* What was recorded must be something that the recorded charter charges. */
TEST(fees, one_step_refuses_recorded_fees_that_no_charter_has)
{
    struct world live, again;
    struct sb_err err = {0};
    begin(&live, RECORDED);
    begin(&again, ASKED);
    (void)charter_event(&again, HEAD RECORDED, NULL);
    CHECK_INT(sb_ledger_recorded_law(again.ledger, again.plans[again.plan_count - 1], &err), SB_OK);
    struct sb_event event = move_event(&live, "transfer", ALICE, BOB, 100);
    struct sb_result result, judged;
    world_steps(&live, &event, 1, &result);
    result.fees = 6;
    CHECK_INT(sb_ledger_step_recorded(again.ledger, &event, 1, again.past, &result, &judged, &err),
              SB_MISMATCH);
    world_end(&live);
    world_end(&again);
}
