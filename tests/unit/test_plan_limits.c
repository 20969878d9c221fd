/* SPDX-License-Identifier: Apache-2.0 */

/* Which limits are one, --set, layers, windows, areas, bounds and memory. */

#include "made_plan.h"

/* ------------------------------------------------------------------ identity of limits */

/* The identity of the only counter of a charter with this limit. */
static void identity(const char *limit, uint8_t identity[16])
{
    struct sb_str text = {0};
    sb_str_printf(&text, "%snames tier: low, high\nset bills: water, power\nallow all\n%s\n", HEAD, limit);
    struct made made = make_ok(sb_str_text(&text), NULL);
    CHECK_INT(made.plan->counter_count, 1);
    memcpy(identity, made.plan->counters[0].identity, 16);
    drop(&made);
    sb_str_release(&text);
}

static bool same(const char *a, const char *b)
{
    uint8_t first[16], second[16];
    identity(a, first);
    identity(b, second);
    return memcmp(first, second, 16) == 0;
}

TEST(plan_limits, identity_does_not_see_ceiling_space_order_language_or_dates)
{
    const char *base =
        "limit m: sum of payment, cash-out where tx.purpose in bills per account, each month, at most 5";
    CHECK(same(
        base,
        "limit m: sum of payment, cash-out where tx.purpose in bills per account, each month, at most 6"));
    CHECK(same(base, "limit   m:\n   sum of cash-out,   payment where tx.purpose in bills,\n each calendar "
                     "month,\n at most 5"));
    CHECK(same(base,
               "limit m: sum of payment, cash-out where tx.purpose in power, water per account, each month, "
               "at most 5 from 2025-01-01"));
    CHECK(same(base, "hạn mức m: tổng số tiền payment, cash-out nếu giao-dịch.mục-đích thuộc bills "
                     "của mỗi tài khoản, mỗi tháng, không quá 5"));
    CHECK(same("limit m: sum of payment where tx.channel is app, each day, at most 5",
               "limit m: sum of payment where tx.channel in app, each day, at most 5"));
}

TEST(plan_limits, identity_sees_everything_else)
{
    const char *base = "limit m: sum of payment where tx.purpose in bills per account, each month, at most 5";
    const char *const others[] = {
        "limit n: sum of payment where tx.purpose in bills per account, each month, at most 5",
        "limit m: number of payment where tx.purpose in bills per account, each month, at most 5",
        "limit m: sum of cash-out where tx.purpose in bills per account, each month, at most 5",
        "limit m: sum of all where tx.purpose in bills per account, each month, at most 5",
        "limit m: sum of payment per account, each month, at most 5",
        "limit m: sum of payment where tx.purpose not in bills per account, each month, at most 5",
        "limit m: sum of payment where tx.purpose in water per account, each month, at most 5",
        "limit m: sum of payment where tx.channel in bills per account, each month, at most 5",
        "limit m: sum of payment where tx.purpose in bills and tx.amount over 5 per account, each month, at "
        "most 5",
        "limit m: sum of payment where tx.purpose in bills or tx.amount over 5 per account, each month, at "
        "most 5",
        "limit m: sum of payment where tx.purpose in bills per person, each month, at most 5",
        "limit m: sum of payment where tx.purpose in bills per payee account, each month, at most 5",
        "limit m: sum of payment where tx.purpose in bills per account, each day, at most 5",
        "limit m: sum of payment where tx.purpose in bills per account, each year from 04-01, at most 5",
        "limit m: sum of payment where tx.purpose in bills per account, each year from 01-01, at most 5",
        "limit m: sum of payment where tx.purpose in bills per account, last 30 days, at most 5",
        "limit m: sum of payment where tx.purpose in bills per account, last 31 days, at most 5",
        "limit m: sum of payment where tx.purpose in bills per account, lifetime, at most 5",
        "limit m: sum of payment where tx.purpose in bills per account, pilot, at most 5",
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(others); i++) {
        if (same(base, others[i]))
            test_fail(__FILE__, __LINE__, "taken for the same limit: %s", others[i]);
        for (size_t j = 0; j < i; j++)
            if (same(others[i], others[j]))
                test_fail(__FILE__, __LINE__, "taken for the same limit: %s", others[j]);
    }
}

TEST(plan_limits, versions_of_a_limit_share_a_counter)
{
    struct made made =
        make_ok(HEAD "allow all\n"
                     "limit m: sum of payment per account, each month, at most 5 until 2025-06-30\n"
                     "limit m: sum of payment per account, each month, at most 6 from 2025-07-01\n"
                     "limit m: sum of cash-out per account, each month, at most 7\n",
                NULL);
    CHECK_INT(made.plan->counter_count, 2);
    CHECK_STR(judged(&made, "payment", "2025-06-30T00:00Z"), "window c0 payer <=5");
    CHECK_STR(judged(&made, "payment", "2025-07-01T00:00Z"), "window c0 payer <=6");
    CHECK_STR(judged(&made, "cash-out", "2025-07-01T00:00Z"), "window c1 payer <=7");
    drop(&made);
}

/* ------------------------------------------------------------------ --set */

TEST(plan_limits, set_replaces_every_ceiling_of_a_limit)
{
    const char *text = "charter \"T\"\nunit GHS with 2 decimals\nkind pay from holder\nallow all\n"
                       "limit day: sum of pay per account, each day, at most\n"
                       "  | tier | from 2020-01-01 | from 2021-01-01 |\n"
                       "  | low  | 3               | none            |\n"
                       "  | high | 5.50            | 6               |\n"
                       "limit times: number of pay per account, each day, at most 4\n";
    const struct sb_plan_set sets[] = {{"day", 12345}, {"times", 900}};
    struct sb_plan_options options = {.sets = sets, .set_count = 2};
    struct made made = make_ok(text, &options);
    CHECK_STR(judged(&made, "pay", "2020-06-01T00:00Z"),
              "window c0 payer <=12345 for in(payer.tier low) <=12345 for in(payer.tier high); window c1 "
              "payer <=9");
    CHECK_STR(judged(&made, "pay", "2021-06-01T00:00Z"),
              "window c0 payer <=12345 for in(payer.tier high); window c1 payer <=9");
    drop(&made);
    struct made plain = make_ok(text, NULL);
    CHECK_STR(
        judged(&plain, "pay", "2020-06-01T00:00Z"),
        "window c0 payer <=300 for in(payer.tier low) <=550 for in(payer.tier high); window c1 payer <=4");
    drop(&plain);
}

TEST(plan_limits, set_of_an_unknown_limit_names_the_nearest)
{
    const struct sb_plan_set sets[] = {{"mnth", 5}};
    struct sb_plan_options options = {.sets = sets, .set_count = 1};
    const char *text = decision_316;
    struct made made = make(&text, 1, &options);
    CHECK_INT(made.status, SB_INVALID);
    CHECK_STR(made.err.text[SB_EN], "the charter has no limit 'mnth'; did you mean 'month'?");
    CHECK(made.plan == NULL);
    drop(&made);
}

TEST(plan_limits, set_of_a_count_must_be_whole)
{
    const char *text = "charter \"T\"\nunit GHS with 2 decimals\nkind pay from holder\nallow all\n"
                       "limit times: number of pay per account, each day, at most 4\n";
    const struct sb_plan_set sets[] = {{"times", 950}};
    struct sb_plan_options options = {.sets = sets, .set_count = 1};
    struct made made = make(&text, 1, &options);
    CHECK_INT(made.status, SB_INVALID);
    drop(&made);
}

/* ------------------------------------------------------------------ layers */

TEST(plan_limits, layer_judges_its_own_customers_besides_the_regulator)
{
    const char *const texts[] = {
        "charter \"R\"\nunit GHS with 2 decimals\nclock +01:00\nkind cash-in to holder\nkind pay from "
        "holder\n"
        "kind float of nobody\nallow all\nallow float\nset bills: water\n"
        "limit month: sum of pay per account, each month, at most 10\nexcept from month: pay where "
        "tx.purpose in bills\n",
        "charter \"P\" of provider viettel\nallow cash-in, pay until 2025-12-31\n"
        "limit month: sum of pay per account, each month, at most 8.50\n"
        "forbid float where payer.class is agent\n",
    };
    struct made made = make(texts, 2, NULL);
    if (made.status != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", made.err.text[SB_EN]);
    CHECK_INT(made.plan->clock_offset_s, 3600);
    CHECK_STR(sb_symbols_name(made.symbols, SB_SPACE_PROVIDER, made.plan->layers[1].provider), "viettel");
    CHECK_STR(judged(&made, "pay", "2025-12-31T22:59Z"),
              "window c0 payer unless in(tx.purpose water) <=1000; "
              "window L1 c1 payer scope in(payer.provider viettel) <=850");
    CHECK_STR(
        judged(&made, "pay", "2025-12-31T23:00Z"),
        "allow L1 scope in(payer.provider viettel); window c0 payer unless in(tx.purpose water) <=1000; "
        "window L1 c1 payer scope in(payer.provider viettel) <=850");
    CHECK_STR(judged(&made, "cash-in", "2026-06-01T00:00Z"), "allow L1 scope in(payee.provider viettel)");
    CHECK_STR(judged(&made, "float", "2025-06-01T00:00Z"),
              "allow L1 scope in(tx.provider viettel); forbid L1 scope in(tx.provider viettel) if "
              "in(payer.class agent)");
    CHECK_INT(made.plan->rules[0].layer, 0);
    CHECK_INT(made.plan->rules[2].layer, 1);
    CHECK_INT(made.plan->rules[2].type, SB_RULE_TERM);
    CHECK_INT(made.plan->rules[3].type, SB_RULE_NOT_ALLOWED);
    drop(&made);
}

TEST(plan_limits, layers_must_stand_in_order_and_be_few)
{
    const char *regulator = "charter \"R\"\nunit VND\nkind pay from holder\nallow all\n";
    const char *layer = "charter \"P\" of provider viettel\nallow all\n";
    const char *const alone[] = {layer}, *const twice[] = {regulator, regulator};
    struct made made = make(alone, 1, NULL);
    CHECK(made.status != SB_OK && made.plan == NULL);
    drop(&made);
    made = make(twice, 2, NULL);
    CHECK(made.status == SB_INVALID && made.plan == NULL);
    drop(&made);
    made = make(alone, 0, NULL);
    CHECK_INT(made.status, SB_LIMIT);
    drop(&made);
}

TEST(plan_limits, hash_is_of_every_layers_bytes)
{
    const char *const texts[] = {"charter \"R\"\nunit VND\nkind pay from holder\nallow all\n",
                                 "charter \"P\" of provider viettel\nallow all\n",
                                 "charter \"P\" of provider viettel\nallow all\n\n"};
    struct made one = make(texts, 1, NULL), two = make(texts, 2, NULL);
    const char *const other[] = {texts[0], texts[2]};
    struct made three = make(other, 2, NULL);
    CHECK(one.status == SB_OK && two.status == SB_OK && three.status == SB_OK);
    CHECK(memcmp(one.plan->hash, two.plan->hash, 32) != 0);
    CHECK(memcmp(two.plan->hash, three.plan->hash, 32) != 0);
    drop(&one);
    drop(&two);
    drop(&three);
}

/* ------------------------------------------------------------------ windows */

static void check_window(const char *limit, const char *time, const char *start, const char *end)
{
    struct sb_str text = {0};
    sb_str_printf(&text, "%sallow all\nlimit m: sum of payment per account, %s, at most 5\n", HEAD, limit);
    struct made made = make_ok(sb_str_text(&text), NULL);
    sb_time_us from, to;
    int32_t period, same_period, next_period;
    sb_counter_window(made.plan, &made.plan->counters[0], at(time), &from, &to, &period);
    CHECK_INT(from, at(start));
    CHECK_INT(to, at(end));
    if (made.plan->counters[0].window != SB_WINDOW_ROLLING) {
        sb_time_us ignored;
        sb_counter_window(made.plan, &made.plan->counters[0], to - 1, &ignored, &ignored, &same_period);
        sb_counter_window(made.plan, &made.plan->counters[0], to, &ignored, &ignored, &next_period);
        CHECK_INT(same_period, period);
        CHECK(next_period != period);
    }
    drop(&made);
    sb_str_release(&text);
}

TEST(plan_limits, windows_turn_by_the_charters_clock)
{
    check_window("each month", "2022-01-31T16:59:59Z", "2021-12-31T17:00Z", "2022-01-31T17:00Z");
    check_window("each month", "2022-01-31T17:00:00Z", "2022-01-31T17:00Z", "2022-02-28T17:00Z");
    check_window("each day", "2022-01-31T17:00:00Z", "2022-01-31T17:00Z", "2022-02-01T17:00Z");
    check_window("each week", "2026-11-22T16:59:59Z", "2026-11-15T17:00Z", "2026-11-22T17:00Z");
    check_window("each year from 04-01", "2024-02-29T00:00Z", "2023-03-31T17:00Z", "2024-03-31T17:00Z");
    check_window("last 2 days", "2025-01-03T00:00Z", "2025-01-01T00:00:00.000001Z",
                 "2025-01-03T00:00:00.000001Z");
}

TEST(plan_limits, lifetime_never_closes_and_times_at_the_edge_have_windows)
{
    struct made made = make_ok(HEAD "allow all\nlimit m: sum of payment per account, lifetime, at most 5\n"
                                    "limit d: sum of payment per account, each day, at most 5\n",
                               NULL);
    sb_time_us from, to;
    int32_t period;
    sb_counter_window(made.plan, &made.plan->counters[0], 0, &from, &to, &period);
    CHECK(from == SB_TIME_ALWAYS && to == SB_TIME_FOREVER && period == 0);
    sb_counter_window(made.plan, &made.plan->counters[1], SB_TIME_ALWAYS, &from, &to, &period);
    CHECK(from <= SB_TIME_MIN && to > from);
    sb_counter_window(made.plan, &made.plan->counters[1], SB_TIME_FOREVER, &from, &to, &period);
    CHECK(from > 0 && to > from);
    drop(&made);
}

/* ------------------------------------------------------------------ areas */

static enum sb_three inside(const struct made *made, uint32_t area, const char *code, const char *day)
{
    const struct sb_territory *territory = made->plan->territory;
    struct sb_date date;
    size_t used;
    uint32_t place;
    CHECK(sb_date_parse(day, strlen(day), &date, &used));
    CHECK(sb_place_parse(code, strlen(code), &place));
    int epoch = sb_territory_epoch_on(territory, sb_day_of_date(date));
    CHECK(epoch >= 0);
    sb_place_index index = sb_territory_place(territory, (uint16_t)epoch, place);
    CHECK(index != 0);
    return (enum sb_three)made->plan->areas[area].inside[index];
}

TEST(plan_limits, areas_mean_their_places_in_their_epoch_and_follow_them_to_others)
{
    struct made made = make_ok(HEAD "territory vn\nallow all\n"
                                    "area old: province 24 as of 2025-06-30\n"
                                    "area new: province 24 as of 2025-07-01\n"
                                    "forbid payment where payer.place in old\n"
                                    "forbid cash-in where tx.place not in new\n",
                               NULL);
    CHECK_INT(made.plan->area_count, 2);
    CHECK_STR(judged(&made, "payment", "2025-01-01T00:00Z"), "forbid if area(payer.place 0)");
    CHECK_STR(judged(&made, "cash-in", "2025-01-01T00:00Z"), "forbid if area(tx.place 1) not");
    /* Code 24 was Bắc Giang, which became a part of the Bắc Ninh that has the code now. */
    CHECK_INT(inside(&made, 0, "24", "2025-06-30"), SB_YES);
    CHECK_INT(inside(&made, 0, "24", "2025-07-01"), SB_UNKNOWN);
    CHECK_INT(inside(&made, 1, "24", "2025-06-30"), SB_YES);
    CHECK_INT(inside(&made, 1, "24", "2025-07-01"), SB_YES);
    CHECK_INT(inside(&made, 1, "27", "2025-06-30"), SB_YES);
    CHECK_INT(inside(&made, 0, "27", "2025-06-30"), SB_NO);
    CHECK_INT(inside(&made, 1, "01", "2025-06-30"), SB_NO);
    drop(&made);
}

TEST(plan_limits, area_before_the_first_epoch_or_of_no_place_is_an_error)
{
    const char *const bad[] = {HEAD "territory vn\nallow all\narea a: province 24 as of 1900-01-01\n",
                               HEAD "territory vn\nallow all\narea a: province 99 as of 2025-07-01\n",
                               HEAD "territory nowhere\nallow all\n",
                               HEAD "allow all\narea a: province 24 as of 2025-07-01\n"};
    for (size_t i = 0; i < SB_ARRAY_SIZE(bad); i++) {
        struct made made = make(&bad[i], 1, NULL);
        CHECK_INT(made.status, SB_INVALID);
        CHECK(strncmp(made.err.text[SB_EN], "regulator.charter:", 18) == 0);
        drop(&made);
    }
}

/* ------------------------------------------------------------------ bounds */

static struct made with_many(const char *format, int count)
{
    struct sb_str text = {0};
    sb_str_add(&text, HEAD "allow all\n");
    for (int i = 0; i < count; i++) {
        sb_str_add(&text, "");
        for (const char *at = format; *at; at++)
            if (*at == '@')
                sb_str_printf(&text, "%d", i);
            else
                sb_str_add_bytes(&text, at, 1);
    }
    const char *source = sb_str_text(&text);
    struct made made = make(&source, 1, NULL);
    sb_str_release(&text);
    return made;
}

TEST(plan_limits, at_most_so_many_rules_and_counters)
{
    struct made made = with_many("forbid payment where tx.amount over @\n", SB_PLAN_RULES_MAX - 2);
    CHECK_INT(made.status, SB_OK);
    CHECK_INT(made.plan->rule_count, SB_PLAN_RULES_MAX);
    drop(&made);
    made = with_many("forbid payment where tx.amount over @\n", SB_PLAN_RULES_MAX - 1);
    CHECK_INT(made.status, SB_LIMIT);
    CHECK(strstr(made.err.text[SB_EN], "256 rules") != NULL);
    drop(&made);
    made = with_many("limit l@: sum of payment per account, each day, at most 5\n", SB_PLAN_COUNTERS_MAX);
    CHECK_INT(made.status, SB_OK);
    CHECK_INT(made.plan->counter_count, SB_PLAN_COUNTERS_MAX);
    drop(&made);
    made = with_many("limit l@: sum of payment per account, each day, at most 5\n", SB_PLAN_COUNTERS_MAX + 1);
    CHECK_INT(made.status, SB_LIMIT);
    drop(&made);
}

TEST(plan_limits, at_most_so_many_kinds)
{
    struct made made = with_many("kind k@ from holder\n", SB_CHARTER_KINDS_MAX - 4);
    CHECK_INT(made.status, SB_OK);
    CHECK_INT(made.plan->kind_count, SB_CHARTER_KINDS_MAX);
    CHECK_STR(judged(&made, "k59", "2025-01-01T00:00Z"), "");
    drop(&made);
    made = with_many("kind k@ from holder\n", SB_CHARTER_KINDS_MAX - 3);
    CHECK(made.status == SB_LIMIT || made.status == SB_INVALID);
    drop(&made);
}

/* ------------------------------------------------------------------ what is asked */

/* One counter for all versions that differ in the figure and in whom they ask; none with a limit, or with
 * another step. What asks stands behind all that refuses. */
TEST(plan_limits, totals_that_ask_are_counters_like_limits)
{
    struct made made = make_ok(
        HEAD "allow all\n"
             "ask pin for payment when sum of payment, cash-out, each day, over 5 until 2025-06-30\n"
             "ask pin when sum of cash-out, payment per account, each calendar day, over 7 from 2025-07-01\n"
             "ask face when sum of cash-out, payment, each day, over 7\n"
             "ask pin when tx.amount over 9 for payment\n"
             "limit pin: sum of cash-out, payment, each day, at most 8\n"
             "limit w: balance of account on payment at most 8\n",
        NULL);
    CHECK_INT(made.plan->counter_count, 3);
    CHECK_STR(judged(&made, "payment", "2025-01-01T00:00Z"),
              "window c2 payer <=8; balance <=8; window c0 payer <=5; window c1 payer <=7; ask if "
              "amount<=(tx.amount "
              "9) not");
    CHECK_STR(judged(&made, "cash-out", "2025-01-01T00:00Z"),
              "window c2 payer <=8; window c0 payer; window c1 payer <=7");
    CHECK_STR(judged(&made, "cash-out", "2025-07-02T00:00Z"),
              "window c2 payer <=8; window c0 payer <=7; window c1 payer <=7");
    drop(&made);
}

TEST(plan_limits, scope_in_space_is_one_instruction)
{
    struct made made =
        make_ok(HEAD "territory vn\narea a: province 24 as of 2025-07-01\nallow all\nallow float\n"
                     "in area a by place of agent for payment, float\n"
                     "in area a by place of registration for cash-in, payment, float\n",
                NULL);
    CHECK_STR(judged(&made, "payment", "2025-08-01T00:00Z"),
              "require if served(agent.place 0); require if area(payer.place 0)");
    CHECK_STR(judged(&made, "cash-in", "2025-08-01T00:00Z"), "require if area(payee.place 0)");
    CHECK_STR(judged(&made, "float", "2025-08-01T00:00Z"), "require if served(agent.place 0)");
    drop(&made);
}

/* An event has 32 bits for steps, and a total asks only of what it counts. */
TEST(plan_limits, what_cannot_be_asked)
{
    static const char *const texts[] = {
        HEAD "allow all\nask s for float when sum of all, each day, over 5\n",
        HEAD "allow all\nask s for cash-in when sum of payment, each day, over 5\n",
        HEAD "allow all\nask s for all when sum of payment, each day, over 5\n",
        HEAD "allow all\nin area nowhere by place of agent\n",
    };
    struct made made = with_many("ask s@ when tx.amount over 5\n", SB_STEPS_MAX);
    CHECK_INT(made.status, SB_OK);
    drop(&made);
    made = with_many("ask s@ when tx.amount over 5\n", SB_STEPS_MAX + 1);
    CHECK_INT(made.status, SB_LIMIT);
    drop(&made);
    for (size_t i = 0; i < SB_ARRAY_SIZE(texts); i++) {
        made = make(&texts[i], 1, NULL);
        CHECK_INT(made.status, SB_INVALID);
        drop(&made);
    }
}

/* ------------------------------------------------------------------ memory */

/* Every allocation of the compiler fails once: it says so, gives nothing back, and leaks nothing (ASan). */
TEST(plan_limits, every_failed_allocation_is_said)
{
    const char *const texts[] = {
        decision_316, "charter \"P\" of provider viettel\nallow all where payer.tier is full\n"
                      "area a: province 24 as of 2025-07-01\n"
                      "limit t: sum of payment where payer.place in a per account, each day, at most\n"
                      "  | tier | from 2025-01-01 |\n  | low | 5 |\n"
                      "ask pin for payment when sum of payment, cash-out, each day, over 5\n"
                      "ask pin when tx.amount over 5\nin area a by place of agent\n"};
    const struct sb_source sources[] = {{"r", texts[0], strlen(texts[0])}, {"p", texts[1], strlen(texts[1])}};
    for (int which = 0; which < 2; which++) {
        uint64_t after = 0;
        enum sb_status status = SB_NOMEM;
        for (; status == SB_NOMEM; after++) {
            struct sb_compile_failing failing = {which == 0 ? after : UINT64_MAX,
                                                 which == 1 ? after : UINT64_MAX};
            struct sb_symbols *symbols = sb_symbols_new();
            struct sb_diagnostics diagnostics = {0};
            struct sb_plan *plan = NULL;
            struct sb_err err = {0};
            status = sb_plan_compile_failing(sources, 2, NULL, symbols, failing, &plan, &diagnostics, &err);
            CHECK((status == SB_OK) == (plan != NULL));
            CHECK(status == SB_OK || err.text[SB_VI][0] != '\0');
            sb_plan_free(plan);
            sb_diagnostics_release(&diagnostics);
            sb_symbols_free(symbols);
        }
        CHECK_INT(status, SB_OK);
        CHECK(after > 10);
    }
}

TEST(plan_limits, names_get_codes_in_the_order_of_the_source)
{
    struct made made = make_ok(HEAD "names tier: low, middle, high\nset bills: water, power\nallow all\n"
                                    "forbid payment where tx.purpose in bills or tx.purpose is gift\n",
                               NULL);
    CHECK_INT(sb_symbols_find(made.symbols, SB_SPACE_KIND, "cash-in", 7), 1);
    CHECK_INT(sb_symbols_find(made.symbols, SB_SPACE_KIND, "float", 5), 4);
    CHECK_INT(sb_symbols_find(made.symbols, SB_SPACE_TIER, "high", 4), 3);
    CHECK_INT(sb_symbols_find(made.symbols, SB_SPACE_PURPOSE, "gift", 4), 3);
    CHECK_INT(made.plan->unit, sb_symbols_find(made.symbols, SB_SPACE_UNIT, "VND", 3));
    drop(&made);
}
