/* SPDX-License-Identifier: Apache-2.0 */

/* What limits have used: counted, given back, closed, kept over amendments; and the reasons told from it. */

#include "ledger_world.h"

#include "base/macros.h"

#define HEAD                           \
    "charter \"Test\"\n"               \
    "unit VND\n"                       \
    "clock +07:00\n"                   \
    "names tier: low, high, blocked\n" \
    "kind cash-in to holder\n"         \
    "kind cash-out from holder\n"      \
    "kind transfer from holder\n"      \
    "kind payment from holder\n"       \
    "kind float of nobody\n"           \
    "allow all\n"                      \
    "allow float\n"

/* House 1, customers 2 and 3 of one person, 4 of another. */
static void begin(struct world *world, const char *charter)
{
    world_begin(world);
    install(world, charter);
    open_account(world, 1, (struct opening){.provider = "a", .tier = "high", .person = 77});
    open_account(world, 2, (struct opening){.provider = "a", .tier = "low", .person = 5});
    open_account(world, 3, (struct opening){.provider = "b", .tier = "low", .person = 5});
    open_account(world, 4, (struct opening){.provider = "a", .tier = "low", .person = 6});
}

static int64_t used(struct world *world, uint32_t counter, uint64_t account)
{
    return sb_ledger_used(world->ledger, counter, id_of(account), world->time);
}

static const char month[] =
    HEAD "limit month: sum of transfer per account, each calendar month, at most 10 000\n";

/* ------------------------------------------------------------------ calendar windows */

TEST(ledger_windows, at_most_includes_the_figure_and_refused_events_use_nothing)
{
    struct world world;
    begin(&world, month);
    CHECK_INT(move(&world, "transfer", 2, 1, 9999), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 1, 2), SB_R_REFUSED);
    CHECK_INT(used(&world, 0, 2), 9999);
    CHECK_INT(move(&world, "cash-in", 1, 2, 50000), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 1, 1), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 1, 1), SB_R_REFUSED);
    CHECK_INT(move(&world, "transfer", 3, 1, 10000), SB_R_ACCEPTED);
    world_end(&world);
}

/* The month turns at 17:00 UTC by a clock of +07:00. */
TEST(ledger_windows, a_month_turns_by_the_charters_clock)
{
    struct world world;
    begin(&world, month);
    tick(&world, "2025-03-31T16:59:59.999999Z");
    CHECK_INT(move(&world, "transfer", 2, 1, 10000), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 1, 1), SB_R_REFUSED);
    tick(&world, "2025-03-31T17:00Z");
    CHECK_INT(used(&world, 0, 2), 0);
    CHECK_INT(move(&world, "transfer", 2, 1, 10000), SB_R_ACCEPTED);
    world_end(&world);
}

TEST(ledger_windows, weeks_years_and_lifetimes_have_their_own_turns)
{
    struct world world;
    begin(&world, HEAD "limit week: sum of transfer, each week, at most 100\n"
                       "limit year: sum of payment, each year from 04-01, at most 100\n"
                       "limit life: sum of cash-out, lifetime, at most 100\n");
    tick(&world, "2025-03-30T16:59Z"); /* a Sunday's last minute, by the clock */
    CHECK_INT(move(&world, "transfer", 2, 1, 100), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "payment", 2, 1, 100), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "cash-out", 2, 1, 100), SB_R_ACCEPTED);
    tick(&world, "2025-03-30T17:00Z");
    CHECK_INT(move(&world, "transfer", 2, 1, 100), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "payment", 2, 1, 1), SB_R_REFUSED);
    tick(&world, "2025-03-31T17:00Z");
    CHECK_INT(move(&world, "payment", 2, 1, 100), SB_R_ACCEPTED);
    tick(&world, "2125-03-31T17:00Z");
    CHECK_INT(move(&world, "cash-out", 2, 1, 1), SB_R_REFUSED);
    world_end(&world);
}

TEST(ledger_windows, subjects_are_accounts_customers_persons_providers_agents_and_the_pilot)
{
    struct world world;
    begin(&world, HEAD "limit c: sum of transfer per customer at provider, each day, at most 100\n"
                       "limit p: sum of payment per person, each day, at most 100\n"
                       "limit v: sum of cash-out per provider, each day, at most 100\n"
                       "limit g: number of cash-in per agent, each day, at most 1\n"
                       "limit i: sum of cash-in per pilot, each day, at most 1 000\n");
    open_account(&world, 5, (struct opening){.provider = "a", .person = 5, .tier = "low"});
    CHECK_INT(move(&world, "transfer", 2, 1, 60), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 5, 1, 41), SB_R_REFUSED);
    CHECK_INT(move(&world, "transfer", 3, 1, 100), SB_R_ACCEPTED);
    CHECK_INT(used(&world, 0, 5), 60);
    CHECK_INT(move(&world, "payment", 2, 1, 60), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "payment", 3, 1, 41), SB_R_REFUSED);
    CHECK_INT(move(&world, "payment", 4, 1, 100), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "cash-out", 2, 1, 60), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "cash-out", 4, 1, 41), SB_R_REFUSED);
    CHECK_INT(move(&world, "cash-out", 3, 1, 100), SB_R_ACCEPTED);
    for (int i = 0; i < 2; i++) {
        struct sb_event event = move_event(&world, "cash-in", 1, 2, 500);
        event.agent = id_of(4);
        CHECK_INT(step(&world, event), i == 0 ? SB_R_ACCEPTED : SB_R_REFUSED);
    }
    CHECK_INT(move(&world, "cash-in", 1, 3, 500), SB_R_ACCEPTED); /* no agent: only the pilot's limit */
    CHECK_INT(move(&world, "cash-in", 1, 4, 1), SB_R_REFUSED);
    world_end(&world);
}

/* Nobody knows whose limit it is. */
TEST(ledger_windows, a_limit_per_person_of_somebody_unknown_cannot_be_decided)
{
    struct world world;
    begin(&world, HEAD "limit p: sum of payment per person, each day, at most 100\n");
    open_account(&world, 9, (struct opening){.tier = "low"});
    struct sb_event event = move_event(&world, "payment", 9, 1, 1);
    struct sb_reason reason;
    enum sb_result_code code;
    CHECK_INT(sb_ledger_reasons(world.ledger, &event, world.past, false, &reason, 1, &code), 1);
    CHECK_INT(code, SB_R_UNDECIDED);
    CHECK_INT(reason.state, SB_REASON_UNDECIDED);
    CHECK_INT(reason.missing_field, SB_FIELD_COUNT);
    CHECK_INT(reason.missing_side, SB_SIDE_PAYER);
    CHECK_INT(step(&world, event), SB_R_UNDECIDED);
    world_end(&world);
}

TEST(ledger_windows, a_limit_of_an_unknown_provider_cannot_be_decided)
{
    struct world world;
    begin(&world, HEAD "limit v: sum of payment per provider, each day, at most 100\n"
                       "limit c: sum of transfer per customer at provider, each day, at most 100\n");
    open_account(&world, 9, (struct opening){.tier = "low", .person = 9});
    struct sb_reason reason;
    enum sb_result_code code;
    struct sb_event event = move_event(&world, "payment", 9, 1, 1);
    CHECK_INT(sb_ledger_reasons(world.ledger, &event, world.past, false, &reason, 1, &code), 1);
    CHECK_INT(code, SB_R_UNDECIDED);
    CHECK_INT(reason.missing_field, SB_FIELD_PROVIDER);
    CHECK_INT(move(&world, "transfer", 9, 1, 1), SB_R_UNDECIDED);
    CHECK_INT(move(&world, "cash-out", 9, 1, 1), SB_R_ACCEPTED);
    world_end(&world);
}

/* A refused attempt does not use up the count; a void gives it back, a partly posted one does not. */
TEST(ledger_windows, counts_are_given_back_when_nothing_was_posted)
{
    struct world world;
    begin(&world, HEAD "limit n: number of transfer, each day, at most 2\n"
                       "limit s: each transfer at most 100\n");
    CHECK_INT(move(&world, "transfer", 2, 1, 101), SB_R_REFUSED);
    CHECK_INT(reserve(&world, 5, 2, 1, 50, 0), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 6, 2, 1, 50, 0), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 1, 1), SB_R_REFUSED);
    CHECK_INT(refer(&world, SB_EVENT_POST, 5, 10), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_VOID, 5, 0), SB_R_ACCEPTED);
    CHECK_INT(used(&world, 0, 2), 2);
    CHECK_INT(refer(&world, SB_EVENT_VOID, 6, 0), SB_R_ACCEPTED);
    CHECK_INT(used(&world, 0, 2), 1);
    struct sb_event paid = move_event(&world, "transfer", 2, 1, 10);
    CHECK_INT(step(&world, paid), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, paid.id.lo, 9), SB_R_ACCEPTED);
    CHECK_INT(used(&world, 0, 2), 2);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, paid.id.lo, 1), SB_R_ACCEPTED);
    CHECK_INT(used(&world, 0, 2), 1);
    world_end(&world);
}

/* Boundary case 14 of the charter's list. */
TEST(ledger_windows, reservations_count_when_made_and_give_back_while_the_window_is_open)
{
    struct world world;
    begin(&world, month);
    CHECK_INT(reserve(&world, 5, 2, 1, 6000, 0), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 6, 2, 1, 4000, 60 * 60 * 24 * 40), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 1, 1), SB_R_REFUSED);
    CHECK_INT(refer(&world, SB_EVENT_POST, 5, 1000), SB_R_ACCEPTED); /* gives nothing back yet */
    CHECK_INT(used(&world, 0, 2), 10000);
    CHECK_INT(refer(&world, SB_EVENT_VOID, 5, 0), SB_R_ACCEPTED);
    CHECK_INT(used(&world, 0, 2), 5000);
    tick(&world, "2025-04-02T00:00Z");
    CHECK_INT(move(&world, "transfer", 2, 1, 300), SB_R_ACCEPTED);
    tick(&world, "2025-04-19T12:00Z"); /* the reservation of March ended */
    CHECK_INT(sb_ledger_pending_count(world.ledger), 0);
    CHECK_INT(used(&world, 0, 2), 300);
    world_end(&world);
}

TEST(ledger_windows, a_reversal_gives_back_only_while_the_window_is_open)
{
    struct world world;
    begin(&world, month);
    struct sb_event first = move_event(&world, "transfer", 2, 1, 6000);
    CHECK_INT(step(&world, first), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, first.id.lo, 1000), SB_R_ACCEPTED);
    CHECK_INT(used(&world, 0, 2), 5000);
    CHECK_INT(reserve(&world, 5, 2, 1, 2000, 0), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_POST, 5, 2000), SB_R_ACCEPTED);
    tick(&world, "2025-03-20T00:00Z");
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, world.next_id - 1, 500), SB_R_ACCEPTED); /* of the post */
    CHECK_INT(used(&world, 0, 2), 6500);
    tick(&world, "2025-04-10T00:00Z");
    CHECK_INT(move(&world, "transfer", 2, 1, 100), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, first.id.lo, 1000), SB_R_ACCEPTED);
    CHECK_INT(used(&world, 0, 2), 100);
    world_end(&world);
}

/* ------------------------------------------------------------------ rolling windows */

/* An event at s counts at t while s > t - days, to the microsecond. */
TEST(ledger_windows, a_rolling_window_is_exact_at_its_edge)
{
    struct world world;
    begin(&world, HEAD "limit r: sum of transfer, last 2 days, at most 100\n");
    CHECK_INT(move(&world, "transfer", 2, 1, 40), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 1, 20), SB_R_ACCEPTED); /* of the same time: merged */
    tick(&world, "2025-03-11T12:00Z");
    struct sb_event middle = move_event(&world, "transfer", 2, 1, 40);
    CHECK_INT(step(&world, middle), SB_R_ACCEPTED);
    CHECK_INT(sb_ledger_sizes(world.ledger).rolling_entries, 2);
    tick(&world, "2025-03-12T11:59:59.999999Z");
    CHECK_INT(move(&world, "transfer", 2, 1, 1), SB_R_REFUSED);
    tick(&world, "2025-03-12T12:00Z");
    CHECK_INT(move(&world, "transfer", 2, 1, 61), SB_R_REFUSED);
    CHECK_INT(move(&world, "transfer", 2, 1, 60), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, middle.id.lo, 15), SB_R_ACCEPTED);
    CHECK_INT(used(&world, 0, 2), 85);
    tick(&world, "2025-03-13T12:00Z");
    CHECK_INT(used(&world, 0, 2), 60);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, middle.id.lo, 15), SB_R_ACCEPTED); /* out of the window */
    CHECK_INT(used(&world, 0, 2), 60);
    world_end(&world);
}

/* Against the obvious sum over all that was ever accepted. */
TEST(ledger_windows, a_rolling_window_agrees_with_a_plain_list)
{
    struct world world;
    static struct {
        sb_time_us time;
        int64_t amount;
    } list[3000];
    uint32_t count = 0;
    uint64_t seed = 42;
    begin(&world, HEAD "limit r: sum of transfer, last 1 days, at most 500\n");
    for (int i = 0; i < 3000; i++) {
        seed = sb_mix64(seed + 1);
        world.time += (sb_time_us)(seed % 7) * SB_DAY_US / 24;
        int64_t amount = 1 + (int64_t)(seed >> 32) % 90, sum = 0;
        for (uint32_t k = 0; k < count; k++)
            sum += list[k].time > world.time - SB_DAY_US ? list[k].amount : 0;
        bool fits = sum + amount <= 500;
        CHECK_INT(move(&world, "transfer", 2, 1, amount), fits ? SB_R_ACCEPTED : SB_R_REFUSED);
        if (fits) {
            list[count].time = world.time;
            list[count++].amount = amount;
        }
        CHECK_INT(used(&world, 0, 2), fits ? sum + amount : sum);
    }
    CHECK(count > 500);
    world_end(&world);
}

/* Entries are packed: amounts of more than 47 bits and times far apart are kept exactly too, whichever comes
 * first, and when what is given back makes them so. */
TEST(ledger_windows, large_entries_of_rolling_windows_are_exact)
{
    static const int64_t large = (INT64_C(1) << 47) + 12345;
    struct world world;
    for (int order = 0; order < 2; order++) {
        begin(&world, HEAD "limit r: sum of transfer, last 3 660 days, at most 1 000 000 000 000 000 000\n");
        CHECK_INT(move(&world, "transfer", 2, 1, order == 0 ? 7 : large), SB_R_ACCEPTED);
        tick(&world, "2034-12-01T00:00Z"); /* 9.7 years: over 48 bits of microseconds */
        struct sb_event second = move_event(&world, "transfer", 2, 1, order == 0 ? large : 7);
        CHECK_INT(step(&world, second), SB_R_ACCEPTED);
        CHECK_INT(used(&world, 0, 2), large + 7);
        CHECK_INT(move(&world, "transfer", 2, 1, large), SB_R_ACCEPTED); /* of the same time: merged */
        CHECK_INT(refer(&world, SB_EVENT_REVERSE, second.id.lo, 5), SB_R_ACCEPTED);
        CHECK_INT(used(&world, 0, 2), 2 * large + 2);
        tick(&world, "2036-01-01T00:00Z"); /* the first has left */
        CHECK_INT(used(&world, 0, 2), order == 0 ? 2 * large - 5 : large + 2);
        CHECK_INT(move(&world, "transfer", 2, 1, 1), SB_R_ACCEPTED);
        CHECK_INT(used(&world, 0, 2), order == 0 ? 2 * large - 4 : large + 3);
        world_end(&world);
    }
}

/* One entry after the other, each beyond what the base of those before it can say. */
TEST(ledger_windows, a_rolling_window_lives_for_ever)
{
    struct world world;
    begin(&world, HEAD "limit r: sum of transfer, last 400 days, at most 1 000\n");
    for (int year = 0; year < 60; year++) {
        CHECK_INT(move(&world, "transfer", 2, 1, 10 + year), SB_R_ACCEPTED);
        CHECK_INT(used(&world, 0, 2), year == 0 ? 10 : 19 + 2 * year);
        world.time += 366 * SB_DAY_US;
    }
    world_end(&world);
}

/* Neither of two windows of different length forgets the other's history. */
TEST(ledger_windows, two_windows_of_one_account_stand_apart)
{
    struct world world;
    begin(&world, HEAD "limit day: sum of transfer, each day, at most 100\n"
                       "limit month: sum of transfer, each month, at most 250\n");
    for (int day = 0; day < 2; day++) {
        CHECK_INT(move(&world, "transfer", 2, 1, 100), SB_R_ACCEPTED);
        CHECK_INT(move(&world, "transfer", 2, 1, 1), SB_R_REFUSED);
        world.time += SB_DAY_US;
    }
    CHECK_INT(move(&world, "transfer", 2, 1, 51), SB_R_REFUSED);
    CHECK_INT(move(&world, "transfer", 2, 1, 50), SB_R_ACCEPTED);
    world_end(&world);
}

/* ------------------------------------------------------------------ ceilings that change */

static const char tiers[] = HEAD "limit day: sum of transfer, each day, at most\n"
                                 "    | tier | at most |\n"
                                 "    | low  |   3 000 |\n"
                                 "    | high |  15 000 |\n";

static void change_tier(struct world *world, uint64_t account, const char *tier)
{
    struct sb_event event = account_event(world, SB_EVENT_CHANGE, account, 0);
    event.attributes.tier = code_of(world, SB_SPACE_TIER, tier);
    CHECK_INT(step(world, event), SB_R_ACCEPTED);
}

TEST(ledger_windows, a_change_of_tier_keeps_what_was_used)
{
    struct world world;
    begin(&world, tiers);
    CHECK_INT(move(&world, "transfer", 2, 1, 3000), SB_R_ACCEPTED);
    change_tier(&world, 2, "high");
    CHECK_INT(move(&world, "transfer", 2, 1, 12001), SB_R_REFUSED);
    CHECK_INT(move(&world, "transfer", 2, 1, 12000), SB_R_ACCEPTED);
    change_tier(&world, 2, "low");
    CHECK_INT(move(&world, "transfer", 2, 1, 1), SB_R_REFUSED);
    change_tier(&world, 2, "blocked"); /* in no row: no ceiling, but counted */
    CHECK_INT(move(&world, "transfer", 2, 1, 1), SB_R_ACCEPTED);
    CHECK_INT(used(&world, 0, 2), 15001);
    world_end(&world);
}

/* An unknown tier decides only when some row would refuse. */
TEST(ledger_windows, an_unknown_tier_decides_when_a_row_would_refuse)
{
    struct world world;
    begin(&world, tiers);
    open_account(&world, 9, (struct opening){.person = 9});
    CHECK_INT(move(&world, "transfer", 9, 1, 3000), SB_R_ACCEPTED);
    struct sb_event event = move_event(&world, "transfer", 9, 1, 1);
    CHECK_INT(step(&world, event), SB_R_UNDECIDED);
    event.id = id_of(1);
    struct sb_reason reason;
    enum sb_result_code code;
    CHECK_INT(sb_ledger_reasons(world.ledger, &event, world.past, false, &reason, 1, &code), 1);
    CHECK_INT(reason.missing_field, SB_FIELD_TIER);
    CHECK_INT(reason.missing_side, SB_SIDE_PAYER);
    CHECK_INT(move(&world, "transfer", 9, 1, 100000), SB_R_UNDECIDED);
    world_end(&world);
}

TEST(ledger_windows, an_amendment_keeps_what_limits_of_the_same_identity_used)
{
    struct world world;
    begin(&world, month);
    struct sb_event old = move_event(&world, "transfer", 2, 1, 8000);
    CHECK_INT(step(&world, old), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 5, 2, 1, 1000, 0), SB_R_ACCEPTED);
    install(&world, HEAD "limit other: sum of cash-out, each day, at most 5\n"
                         "limit month: sum of transfer per account, each calendar month, at most 9 500\n");
    CHECK_INT(used(&world, 1, 2), 9000);
    CHECK_INT(move(&world, "transfer", 2, 1, 501), SB_R_REFUSED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, old.id.lo, 5000), SB_R_ACCEPTED); /* judged by the old plan */
    CHECK_INT(refer(&world, SB_EVENT_VOID, 5, 0), SB_R_ACCEPTED);
    CHECK_INT(used(&world, 1, 2), 3000);
    /* A plan without the limit: what was used waits under its identity, and gets what is given back. */
    install(&world, HEAD);
    CHECK_INT(move(&world, "transfer", 2, 1, 50000), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_REVERSE, old.id.lo, 1000), SB_R_ACCEPTED);
    install(&world, month);
    CHECK_INT(used(&world, 0, 2), 2000);
    install(&world,
            HEAD "limit month: sum of transfer, payment per account, each calendar month, at most 9\n");
    CHECK_INT(used(&world, 0, 2), 0); /* another filter: another limit */
    world_end(&world);
}

/* ------------------------------------------------------------------ balances */

TEST(ledger_windows, balance_caps_count_pending_credits)
{
    struct world world;
    begin(&world, HEAD "limit wallet: balance of account at most 1 000\n"
                       "except from wallet: all where payee.tier is high\n");
    CHECK_INT(move(&world, "cash-in", 1, 2, 600), SB_R_ACCEPTED);
    CHECK_INT(reserve(&world, 5, 1, 2, 300, 0), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 3, 2, 101), SB_R_REFUSED);
    CHECK_INT(move(&world, "transfer", 3, 2, 100), SB_R_ACCEPTED);
    CHECK_INT(refer(&world, SB_EVENT_VOID, 5, 0), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 3, 2, 300), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "cash-out", 2, 1, 1000), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 1, 5000), SB_R_ACCEPTED); /* the payee is exempt */
    world_end(&world);
}

/* ------------------------------------------------------------------ all reasons at once */

TEST(ledger_windows, every_reason_is_found_and_says_when_the_event_would_pass)
{
    struct world world;
    begin(&world, HEAD "limit each-most: each payment at most 50\n"
                       "limit day: sum of payment, each day, at most 100\n"
                       "limit roll: sum of payment, last 3 days, at most 120\n"
                       "limit month: sum of payment, each month, at most 1 000\n"
                       "forbid payment where payee.tier is blocked\n");
    open_account(&world, 9, (struct opening){.tier = "blocked", .person = 9});
    CHECK_INT(move(&world, "payment", 2, 1, 50), SB_R_ACCEPTED);
    world.time += SB_SECOND_US;
    CHECK_INT(move(&world, "payment", 2, 1, 40), SB_R_ACCEPTED);
    struct state_hash before = hash_of(&world);
    struct sb_event event = move_event(&world, "payment", 2, 9, 60);
    struct sb_reason reasons[8];
    enum sb_result_code code;
    CHECK_INT(sb_ledger_reasons(world.ledger, &event, world.past, false, reasons, 8, &code), 4);
    CHECK_INT(code, SB_R_REFUSED);
    const struct sb_plan *plan = world.plans[0];
    CHECK_STR(sb_plan_rule_name(plan, reasons[0].rule), "forbid");
    CHECK_INT(reasons[0].passes_at, SB_TIME_FOREVER);
    CHECK_INT(reasons[0].side, SB_SIDE_PAYEE);
    CHECK_STR(sb_plan_rule_name(plan, reasons[1].rule), "each-most");
    CHECK_STR(sb_plan_rule_name(plan, reasons[2].rule), "day");
    CHECK_INT(reasons[2].used, 90);
    CHECK_INT(reasons[2].asked, 60);
    CHECK_INT(reasons[2].bound, 100);
    CHECK_INT(reasons[2].remaining, 10);
    CHECK(sb_id_equal(reasons[2].account, id_of(2)));
    CHECK_INT(reasons[2].window_end, at("2025-03-10T17:00Z"));
    CHECK_INT(reasons[2].passes_at, at("2025-03-10T17:00Z"));
    CHECK_STR(sb_plan_rule_name(plan, reasons[3].rule), "roll");
    CHECK_INT(reasons[3].passes_at, at("2025-03-13T12:00Z")); /* the first 50 are gone then */
    CHECK_INT(sb_ledger_reasons(world.ledger, &event, world.past, true, reasons, 8, &code), 5);
    CHECK_INT(reasons[4].state, SB_REASON_HOLDS);
    CHECK_INT(reasons[4].remaining, 910);
    CHECK_INT(sb_ledger_reasons(world.ledger, &event, world.past, false, reasons, 1, &code), 4);
    CHECK(same_hash(before, hash_of(&world)));

    CHECK_INT(step(&world, event), SB_R_REFUSED);
    CHECK_INT(__builtin_popcountll(world.result.failed[0]), 4);
    world_end(&world);
}

/* A window that turns while the next version of the limit is in force does not help: it refuses too. */
TEST(ledger_windows, a_later_version_of_the_limit_stands_in_for_it)
{
    struct world world;
    begin(&world, HEAD "limit month: sum of payment, each month, at most\n"
                       "    | tier | from 2025-01-01 | from 2025-03-15 | from 2025-03-20 |\n"
                       "    | low  |             100 |              90 |             160 |\n");
    CHECK_INT(move(&world, "payment", 2, 1, 100), SB_R_ACCEPTED);
    struct sb_reason reason;
    enum sb_result_code code;
    struct sb_event event = move_event(&world, "payment", 2, 1, 50);
    CHECK_INT(sb_ledger_reasons(world.ledger, &event, world.past, false, &reason, 1, &code), 1);
    CHECK_INT(reason.passes_at, at("2025-03-19T17:00Z"));
    event.amount = 70;
    CHECK_INT(sb_ledger_reasons(world.ledger, &event, world.past, false, &reason, 1, &code), 1);
    CHECK_INT(reason.passes_at, at("2025-03-31T17:00Z"));
    event.amount = 170;
    CHECK_INT(sb_ledger_reasons(world.ledger, &event, world.past, false, &reason, 1, &code), 1);
    CHECK_INT(reason.passes_at, SB_TIME_FOREVER);
    tick(&world, "2025-03-17T17:00Z");
    CHECK_INT(move(&world, "payment", 2, 1, 1),
              SB_R_REFUSED); /* used above the new ceiling: nothing remains */
    tick(&world, "2025-03-19T17:00Z");
    CHECK_INT(move(&world, "payment", 2, 1, 60), SB_R_ACCEPTED);
    world_end(&world);
}

/* Old enough tomorrow: ages turn at the beginning of a local day. */
TEST(ledger_windows, an_age_says_when_it_is_reached)
{
    struct world world;
    begin(&world, HEAD "require holder.sim-age at least 3 months for transfer\n"
                       "require holder.age at least 18 years for payment\n");
    open_account(&world, 9, (struct opening){.tier = "low", .sim_since = "2024-12-31", .birth_year = 2007});
    struct sb_reason reason;
    enum sb_result_code code;
    struct sb_event event = move_event(&world, "transfer", 9, 1, 1);
    CHECK_INT(sb_ledger_reasons(world.ledger, &event, world.past, false, &reason, 1, &code), 1);
    CHECK_INT(code, SB_R_REFUSED);
    CHECK_INT(reason.passes_at, at("2025-03-30T17:00Z")); /* 03-31 by the clock */
    event = move_event(&world, "payment", 9, 1, 1);
    CHECK_INT(sb_ledger_reasons(world.ledger, &event, world.past, false, &reason, 1, &code), 1);
    CHECK_INT(code, SB_R_UNDECIDED);
    CHECK_INT(reason.missing_field, SB_FIELD_AGE);
    CHECK_INT(reason.passes_at, at("2025-12-31T17:00Z"));
    tick(&world, "2025-03-30T16:59:59Z");
    CHECK_INT(move(&world, "transfer", 9, 1, 1), SB_R_REFUSED);
    tick(&world, "2025-03-30T17:00Z");
    CHECK_INT(move(&world, "transfer", 9, 1, 1), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 1, 1), SB_R_UNDECIDED); /* SIM age missing: never allowed */
    tick(&world, "2025-12-31T16:59:59Z");
    CHECK_INT(move(&world, "payment", 9, 1, 1), SB_R_UNDECIDED);
    tick(&world, "2025-12-31T17:00Z");
    CHECK_INT(move(&world, "payment", 9, 1, 1), SB_R_ACCEPTED);
    world_end(&world);
}

TEST(ledger_windows, a_providers_layer_judges_its_own_customers_only)
{
    struct world world;
    begin(&world, month);
    CHECK_INT(step(&world, charter_event(&world, month,
                                         "charter \"A\" of provider a\n"
                                         "allow all\n"
                                         "limit month: sum of transfer, each month, at most 8 000\n")),
              SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 2, 1, 8001), SB_R_REFUSED);
    CHECK_INT(move(&world, "transfer", 3, 1, 8001), SB_R_ACCEPTED);
    CHECK_INT(move(&world, "transfer", 3, 1, 2000), SB_R_REFUSED);
    world_end(&world);
}

/* ------------------------------------------------------------------ memory */

/* Closed windows are forgotten, and forgetting does not show: the hash counts live ones only. */
TEST(ledger_windows, closed_windows_do_not_pile_up)
{
    struct world world;
    begin(&world, HEAD "limit day: sum of transfer, each day, at most 100\n"
                       "limit roll: number of transfer, last 1 days, at most 100\n");
    for (uint64_t i = 0; i < 2000; i++)
        open_account(&world, 100 + i, (struct opening){.tier = "low"});
    uint64_t most = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        world.time += SB_DAY_US / 100;
        CHECK_INT(move(&world, "transfer", 100 + i % 2000, 1, 100), SB_R_ACCEPTED);
        struct sb_ledger_sizes sizes = sb_ledger_sizes(world.ledger);
        most = SB_MAX(most, sizes.window_bytes);
        CHECK(sizes.windows <= 200);
        CHECK(sizes.rolling_entries <= 100);
    }
    CHECK(most <= 48 * 512);
    world_end(&world);
}

TEST(ledger_windows, live_windows_take_at_most_48_bytes)
{
    struct world world;
    begin(&world, month);
    for (uint64_t i = 0; i < 20000; i++) {
        open_account(&world, 100 + i, (struct opening){.tier = "low"});
        CHECK_INT(move(&world, "transfer", 100 + i, 1, 1 + (int64_t)i % 100), SB_R_ACCEPTED);
        struct sb_ledger_sizes sizes = sb_ledger_sizes(world.ledger);
        if (i % 997 == 0 && i > 1000)
            CHECK(sizes.window_bytes <= sizes.windows * 48);
    }
    for (uint64_t i = 0; i < 20000; i++)
        CHECK_INT(used(&world, 0, 100 + i), 1 + (int64_t)i % 100);
    world_end(&world);
}
