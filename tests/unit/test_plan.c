/* SPDX-License-Identifier: Apache-2.0 */

/* When sentences hold and what they become. Limits' identity, layers, areas and bounds: test_plan_limits.c.
 */

#include "made_plan.h"

TEST(plan, decision_316_is_judged_as_it_is_written)
{
    struct made made = make_ok(decision_316, NULL);
    CHECK_STR(judged(&made, "cash-in", "2025-09-01T00:00Z"),
              "forbid if in(tx.country - VN) not; require if age>=(payee.sim-age 3 months registered)");
    CHECK_STR(judged(&made, "transfer", "2025-09-01T00:00Z"),
              "forbid if in(tx.country - VN) not; forbid if same(payee.provider payer.provider) not; "
              "require if age>=(payer.sim-age 3 months registered); window c0 payer <=10000000");
    CHECK_STR(judged(&made, "transfer", "2026-02-01T00:00Z"),
              "forbid if in(tx.country - VN) not; require if age>=(payer.sim-age 3 months registered); "
              "window c1 payer unless in(payer.class merchant) <=100000000");
    CHECK_STR(judged(&made, "cash-out", "2026-02-01T00:00Z"),
              "forbid if in(tx.country - VN) not; require if age>=(payer.sim-age 3 months registered)");
    CHECK_STR(judged(&made, "gift", "2026-02-01T00:00Z"), "allow");
    drop(&made);
}

TEST(plan, segments_are_cut_where_the_law_changes_and_nowhere_else)
{
    struct made made = make_ok(decision_316, NULL);
    const char *const starts[] = {"2021-11-17T17:00Z", /* the pilot begins */
                                  "2024-12-31T17:00Z", /* its second period ends: run-off */
                                  "2025-03-31T17:00Z", /* 90 days later */
                                  "2025-04-14T17:00Z", /* the third becomes known */
                                  "2025-12-31T17:00Z"};
    CHECK_INT(made.plan->segment_count, 1 + SB_ARRAY_SIZE(starts));
    CHECK(made.plan->segments[0].from == SB_TIME_ALWAYS);
    for (uint32_t i = 0; i < SB_ARRAY_SIZE(starts); i++)
        CHECK_INT(made.plan->segments[i + 1].from, at(starts[i]));
    const bool in_term[] = {false, true, false, false, true, true};
    const bool run_off[] = {false, false, true, false, false, false};
    for (uint32_t i = 0; i < made.plan->segment_count; i++) {
        CHECK_INT(made.plan->segments[i].in_term, in_term[i]);
        CHECK_INT(made.plan->segments[i].run_off, run_off[i]);
    }
    drop(&made);
}

/* Both days of a period and the whole of a dated `until` are included, by the charter's clock, to the
 * microsecond. */
TEST(plan, boundaries_are_exact)
{
    struct made made =
        make_ok(HEAD "allow all\n"
                     "limit a: each payment at most 5 from 2025-03-01 until 2025-03-02\n"
                     "limit b: each payment at most 6 from 2026-02-09T23:58 until 2026-02-12T23:59\n",
                NULL);
    CHECK_STR(judged(&made, "payment", "2025-02-28T16:59:59.999999Z"), "");
    CHECK_STR(judged(&made, "payment", "2025-02-28T17:00Z"), "each <=5");
    CHECK_STR(judged(&made, "payment", "2025-03-02T16:59:59.999999Z"), "each <=5");
    CHECK_STR(judged(&made, "payment", "2025-03-02T17:00Z"), "");
    CHECK_STR(judged(&made, "payment", "2026-02-09T23:57:59.999999+07:00"), "");
    CHECK_STR(judged(&made, "payment", "2026-02-09T23:58+07:00"), "each <=6");
    CHECK_STR(judged(&made, "payment", "2026-02-12T23:59:59.999999+07:00"), "each <=6");
    CHECK_STR(judged(&made, "payment", "2026-02-13T00:00+07:00"), "");
    drop(&made);
}

/* A segment is found from any hint, also a foolish one. */
TEST(plan, segment_of_a_time_is_found_from_any_hint)
{
    struct made made = make_ok(decision_316, NULL);
    const struct sb_plan *plan = made.plan;
    for (uint32_t i = 0; i < plan->segment_count; i++) {
        for (uint32_t hint = 0; hint <= plan->segment_count; hint++) {
            uint32_t first = hint, last = hint;
            sb_time_us end = i + 1 < plan->segment_count ? plan->segments[i + 1].from - 1 : SB_TIME_FOREVER;
            CHECK_INT(sb_plan_segment(plan, plan->segments[i].from, &first), i);
            CHECK_INT(first, i);
            CHECK_INT(sb_plan_segment(plan, end, &last), i);
        }
    }
    drop(&made);
}

/* ------------------------------------------------------------------ two times */

TEST(plan, known_at_judges_all_time_with_what_was_known_that_day)
{
    struct sb_plan_options options = {.law = SB_LAW_KNOWN_AT, .at = at("2025-02-10T00:00+07:00")};
    struct made before = make_ok(decision_316, &options);
    CHECK_STR(judged(&before, "cash-in", "2025-05-01T00:00Z"), "term");
    drop(&before);
    options.at = at("2025-05-01T00:00+07:00");
    struct made after = make_ok(decision_316, &options);
    CHECK_STR(judged(&after, "cash-in", "2025-02-10T00:00Z"),
              "forbid if in(tx.country - VN) not; require if age>=(payee.sim-age 3 months registered)");
    /* The decree of 2026 was not known then. */
    CHECK_STR(judged(&after, "cash-in", "2026-02-10T00:00Z"),
              "term; forbid if in(tx.country - VN) not; "
              "require if age>=(payee.sim-age 3 months registered)");
    drop(&after);
}

TEST(plan, law_of_a_day_judges_everything_by_that_day)
{
    struct sb_plan_options options = {.law = SB_LAW_AT, .at = at("2026-01-15T00:00+07:00")};
    struct made made = make_ok(decision_316, &options);
    CHECK_INT(made.plan->segment_count, 1);
    CHECK_STR(judged(&made, "transfer", "1999-01-01T00:00Z"),
              "forbid if in(tx.country - VN) not; require if age>=(payer.sim-age 3 months registered); "
              "window c1 payer unless in(payer.class merchant) <=100000000");
    drop(&made);
    options.at = at("2025-02-10T00:00+07:00");
    struct made run_off = make_ok(decision_316, &options);
    CHECK(run_off.plan->segments[0].run_off && !run_off.plan->segments[0].in_term);
    drop(&run_off);
    options.at = at("2025-04-10T00:00+07:00");
    struct made outside = make_ok(decision_316, &options);
    CHECK_STR(judged(&outside, "transfer", "2023-01-01T00:00Z"), "term");
    drop(&outside);
}

/* Rules mean the same to everybody who compiles the same text, whatever the question. */
TEST(plan, rules_and_counters_have_the_same_numbers_under_every_option)
{
    static const struct sb_plan_set set = {"month", 5};
    const struct sb_plan_options options[] = {
        {.law = SB_LAW_LIVE},
        {.law = SB_LAW_KNOWN_AT, .at = at("2000-01-01T00:00Z")},
        {.law = SB_LAW_AT, .at = at("2025-06-01T00:00Z")},
        {.law = SB_LAW_LIVE, .sets = &set, .set_count = 1},
    };
    struct made live = make_ok(decision_316, NULL);
    for (size_t i = 0; i < SB_ARRAY_SIZE(options); i++) {
        struct made made = make_ok(decision_316, &options[i]);
        CHECK_INT(made.plan->rule_count, live.plan->rule_count);
        CHECK_INT(made.plan->counter_count, live.plan->counter_count);
        CHECK(memcmp(made.plan->hash, live.plan->hash, 32) == 0);
        for (uint32_t r = 0; r < made.plan->rule_count; r++) {
            CHECK_INT(made.plan->rules[r].type, live.plan->rules[r].type);
            CHECK_INT(made.plan->rules[r].sentence, live.plan->rules[r].sentence);
            CHECK_STR(sb_plan_rule_name(made.plan, r), sb_plan_rule_name(live.plan, r));
        }
        drop(&made);
    }
    const char *const names[] = {"term", "allow", "forbid", "forbid", "require", "month", "month"};
    CHECK_INT(live.plan->rule_count, SB_ARRAY_SIZE(names));
    for (uint32_t r = 0; r < SB_ARRAY_SIZE(names); r++)
        CHECK_STR(sb_plan_rule_name(live.plan, r), names[r]);
    CHECK(sb_plan_sentence(live.plan, 1) == NULL);
    CHECK_INT(sb_plan_sentence(live.plan, 2)->at.line, 18);
    drop(&live);
}

/* ------------------------------------------------------------------ term and run-off */

TEST(plan, after_the_end_allows_what_it_names_and_the_rest_is_outside_the_term)
{
    struct made made = make_ok(HEAD "pilot runs 2025-01-01 to 2025-01-31\n"
                                    "allow all\n"
                                    "after the end allow cash-out for 10 days\n"
                                    "limit most: each cash-out, payment at most 9\n",
                               NULL);
    CHECK_STR(judged(&made, "cash-out", "2025-01-31T16:59:59Z"), "each <=9");
    CHECK_STR(judged(&made, "cash-out", "2025-01-31T17:00Z"), "each <=9");
    CHECK_STR(judged(&made, "payment", "2025-01-31T17:00Z"), "term; each <=9");
    CHECK_STR(judged(&made, "cash-out", "2025-02-10T16:59:59.999999Z"), "each <=9");
    CHECK_STR(judged(&made, "cash-out", "2025-02-10T17:00Z"), "term");
    CHECK_STR(judged(&made, "payment", "2024-12-31T16:59:59Z"), "term");
    drop(&made);
}

/* One period follows the other without a gap: no run-off between them. */
TEST(plan, no_run_off_where_another_period_runs)
{
    struct made made = make_ok(HEAD "pilot runs 2025-01-01 to 2025-01-31\n"
                                    "pilot runs 2025-02-01 to 2025-02-10\n"
                                    "allow all\nafter the end allow cash-out for 30 days\n",
                               NULL);
    CHECK_STR(judged(&made, "payment", "2025-02-05T00:00Z"), "");
    CHECK_STR(judged(&made, "payment", "2025-03-05T00:00Z"), "term");
    CHECK_STR(judged(&made, "cash-out", "2025-03-11T00:00Z"), "");
    CHECK_STR(judged(&made, "cash-out", "2025-03-13T00:00Z"), "term");
    drop(&made);
}

/* ------------------------------------------------------------------ sentences of each kind */

TEST(plan, allow_with_conditions_needs_one_of_them)
{
    struct made made = make_ok(HEAD "allow payment where tx.channel is app\n"
                                    "allow payment where tx.amount at most 5\n"
                                    "allow cash-in, float\n",
                               NULL);
    CHECK_STR(judged(&made, "payment", "2025-01-01T00:00Z"),
              "allow when in(tx.channel app) when amount<=(tx.amount 5)");
    CHECK_STR(judged(&made, "cash-in", "2025-01-01T00:00Z"), "");
    CHECK_STR(judged(&made, "float", "2025-01-01T00:00Z"), "");
    CHECK_STR(judged(&made, "cash-out", "2025-01-01T00:00Z"), "allow");
    CHECK_STR(judged(&made, "unheard-of", "2025-01-01T00:00Z"), "allow");
    drop(&made);
}

TEST(plan, conditions_become_code_in_postfix_order)
{
    struct made made = make_ok(
        HEAD
        "set bills: water, power\nallow all\n"
        "forbid payment where tx.amount over 10 and (tx.purpose in bills or payee.class is not merchant)\n"
        "forbid payment where tx.amount under 3 or tx.purpose not in a, b\n"
        "forbid payment where not payer.age at most 18 years or agent.account-age under 5 days\n"
        "forbid payment where holder.age over 24 months\n"
        "forbid payment where tx.provider is not payer.provider\n"
        "forbid payment where tx.place is rural or payer.place is not urban\n",
        NULL);
    CHECK_STR(judged(&made, "payment", "2025-01-01T00:00Z"),
              "forbid if in(tx.purpose water power) in(payee.class merchant) not or amount<=(tx.amount 10) "
              "not and; "
              "forbid if amount>=(tx.amount 3) not in(tx.purpose a b) not or; "
              "forbid if age<=(payer.age 216 months) not age<(agent.account-age 5 days) or; "
              "forbid if age>(payer.age 24 months); "
              "forbid if same(tx.provider payer.provider) not; "
              "forbid if settlement(tx.place 1) settlement(payer.place 2) not or");
    drop(&made);
}

/* However a condition is nested, the judge's stack is deep enough. */
TEST(plan, nested_conditions_need_little_stack)
{
    struct sb_str text = {0};
    sb_str_add(&text, HEAD "allow all\nforbid payment where ");
    for (int i = 0; i < SB_CHARTER_NESTING_MAX - 2; i++)
        sb_str_add(&text, "tx.amount over 1 or (");
    sb_str_add(&text, "tx.amount over 2");
    for (int i = 0; i < SB_CHARTER_NESTING_MAX - 2; i++)
        sb_str_add(&text, ")");
    sb_str_add(&text, "\n");
    struct made made = make_ok(sb_str_text(&text), NULL);
    const struct sb_plan *plan = made.plan;
    struct sb_op_list list = list_at(&made, "payment", 0);
    struct sb_code code = plan->ops[list.first].filter;
    int depth = 0, most = 0;
    for (uint32_t i = code.first; i < (uint32_t)code.first + code.count; i++) {
        uint8_t op = plan->code[i].op;
        depth += op > SB_INS_NOT ? 1 : op == SB_INS_NOT ? 0 : -1;
        most = SB_MAX(most, depth);
    }
    CHECK_INT(depth, 1);
    CHECK_INT(most, 2);
    drop(&made);
    sb_str_release(&text);
}

/* The holder is the payee of one kind and the payer of another; what reads it does not touch kinds of nobody.
 */
TEST(plan, holder_is_resolved_by_kind)
{
    struct made made =
        make_ok(HEAD "allow all\nallow float\n"
                     "forbid cash-in, payment, float where holder.tier is low\n"
                     "forbid float where payer.tier is low\n"
                     "limit month: sum of cash-in, payment, float per account, each month, at most 9\n"
                     "limit seller: sum of payment, float per payee account, each day, at most 8\n"
                     "limit agents: number of cash-in, float per agent, each week, at most 7\n"
                     "limit whole: sum of float per pilot, lifetime, at most 6\n",
                NULL);
    CHECK_STR(judged(&made, "cash-in", "2025-01-01T00:00Z"),
              "forbid if in(payee.tier low); window c0 payee <=9; window c2 agent <=7");
    CHECK_STR(judged(&made, "payment", "2025-01-01T00:00Z"),
              "forbid if in(payer.tier low); window c0 payer <=9; window c1 payee <=8");
    CHECK_STR(judged(&made, "float", "2025-01-01T00:00Z"),
              "forbid if in(payer.tier low); window c1 payee <=8; window c2 agent <=7; window c3 payer <=6");
    CHECK_INT(sb_plan_holder(made.plan, sb_symbols_find(made.symbols, SB_SPACE_KIND, "cash-in", 7)),
              SB_SIDE_PAYEE);
    CHECK_INT(sb_plan_holder(made.plan, sb_symbols_find(made.symbols, SB_SPACE_KIND, "payment", 7)),
              SB_SIDE_PAYER);
    CHECK_INT(sb_plan_holder(made.plan, sb_symbols_find(made.symbols, SB_SPACE_KIND, "float", 5)),
              SB_SIDE_TX);
    CHECK_INT(sb_plan_holder(made.plan, 999), SB_SIDE_TX);
    drop(&made);
}

TEST(plan, order_of_reasons_is_fixed)
{
    struct made made = make_ok(HEAD "limit b: balance of account at most 5\n"
                                    "limit w: sum of payment per account, each day, at most 4\n"
                                    "limit e: each payment at least 3\n"
                                    "require tx.amount at most 2\n"
                                    "forbid payment where tx.amount over 1\n"
                                    "allow payment where tx.channel is app\n",
                               NULL);
    CHECK_STR(judged(&made, "payment", "2025-01-01T00:00Z"),
              "allow when in(tx.channel app); forbid if amount<=(tx.amount 1) not; require if "
              "amount<=(tx.amount 2); "
              "each >=3; window c0 payer <=4; balance <=5");
    CHECK_STR(judged(&made, "float", "2025-01-01T00:00Z"), "allow");
    drop(&made);
}

TEST(plan, tables_choose_rows_by_the_subjects_attributes_and_columns_by_date)
{
    struct made made = make_ok(HEAD "allow all\n"
                                    "limit day: sum of payment per account, each day, at most\n"
                                    "  | tier | payee.class | from 2025-01-01 | from 2025-02-01 |\n"
                                    "  | low  | merchant    | 300             | 1 000           |\n"
                                    "  | high | merchant    | 500             | none            |\n"
                                    "limit purse: balance of account at most\n"
                                    "  | tier | at most |\n"
                                    "  | low  | 7       |\n"
                                    "limit seller: each payment at most\n"
                                    "  | tier | at most |\n"
                                    "  | low  | 8       |\n",
                               NULL);
    CHECK_STR(judged(&made, "payment", "2024-12-31T16:59Z"),
              "each <=8 for in(payer.tier low); balance <=7 for in(payee.tier low)");
    CHECK_STR(
        judged(&made, "payment", "2024-12-31T17:00Z"),
        "each <=8 for in(payer.tier low); "
        "window c0 payer <=300 for in(payer.tier low) in(payee.class merchant) and "
        "<=500 for in(payer.tier high) in(payee.class merchant) and; balance <=7 for in(payee.tier low)");
    CHECK_STR(judged(&made, "payment", "2025-01-31T17:00Z"),
              "each <=8 for in(payer.tier low); "
              "window c0 payer <=1000 for in(payer.tier low) in(payee.class merchant) and; "
              "balance <=7 for in(payee.tier low)");
    CHECK_INT(made.plan->rules[3].row, 0);
    CHECK_INT(made.plan->rules[3].column, 1);
    CHECK_INT(made.plan->rules[3].bound, 1000);
    drop(&made);
}

/* A version in force without any ceiling still counts, since a later column may have one. */
TEST(plan, window_without_a_ceiling_is_still_counted)
{
    struct made made = make_ok(HEAD "allow all\n"
                                    "limit day: sum of payment per account, each month, at most\n"
                                    "  | tier | from 2025-01-01 | from 2025-01-15 |\n"
                                    "  | low  | none            | 5               |\n",
                               NULL);
    CHECK_STR(judged(&made, "payment", "2025-01-10T00:00Z"), "window c0 payer");
    CHECK_STR(judged(&made, "payment", "2025-01-20T00:00Z"), "window c0 payer <=5 for in(payer.tier low)");
    drop(&made);
}

TEST(plan, exceptions_exempt_from_the_limits_they_name)
{
    struct made made =
        make_ok(HEAD "allow all\n"
                     "limit month: sum of payment, cash-out per account, each month, at most 9\n"
                     "limit each-one: each payment at most 8\n"
                     "except from month, each-one: payment where tx.purpose is water\n"
                     "except from month: all where holder.class is merchant until 2025-06-30\n"
                     "except from month: cash-out from 2025-07-01\n",
                NULL);
    CHECK_STR(judged(&made, "payment", "2025-01-01T00:00Z"),
              "each unless in(tx.purpose water) <=8; "
              "window c0 payer unless in(tx.purpose water) unless in(payer.class merchant) <=9");
    CHECK_STR(judged(&made, "payment", "2025-07-01T00:00Z"),
              "each unless in(tx.purpose water) <=8; window c0 payer unless in(tx.purpose water) <=9");
    CHECK_STR(judged(&made, "cash-out", "2025-01-01T00:00Z"),
              "window c0 payer unless in(payer.class merchant) <=9");
    CHECK_STR(judged(&made, "cash-out", "2025-07-01T00:00Z"), "");
    drop(&made);
}

/* A transaction without a country is at home: no comparison with names is true of it. */
TEST(plan, no_country_is_at_home)
{
    struct made made =
        make_ok(HEAD "allow all\n"
                     "forbid cash-in where tx.country is not VN\n"
                     "forbid cash-out where tx.country in KP, VN\n"
                     "forbid payment where tx.country not in KP, VN or tx.purpose is not gift\n",
                NULL);
    CHECK_STR(judged(&made, "cash-in", "2025-01-01T00:00Z"), "forbid if in(tx.country - VN) not");
    CHECK_STR(judged(&made, "cash-out", "2025-01-01T00:00Z"), "forbid if in(tx.country VN KP)");
    CHECK_STR(judged(&made, "payment", "2025-01-01T00:00Z"),
              "forbid if in(tx.country - VN KP) not in(tx.purpose gift) not or");
    drop(&made);
}

TEST(plan, equal_lists_are_shared_by_neighbours_and_kinds)
{
    struct made made =
        make_ok(HEAD "allow all\nlimit a: each all at most 5 from 2025-01-01 until 2025-01-31\n", NULL);
    CHECK_INT(made.plan->segment_count, 3);
    struct sb_op_list before = list_at(&made, "payment", at("2024-01-01T00:00Z"));
    struct sb_op_list after = list_at(&made, "payment", at("2026-01-01T00:00Z"));
    struct sb_op_list payment = list_at(&made, "payment", at("2025-01-10T00:00Z"));
    struct sb_op_list cash_out = list_at(&made, "cash-out", at("2025-01-10T00:00Z"));
    CHECK_INT(before.count, 0);
    CHECK_INT(after.first, before.first);
    CHECK_INT(payment.first, cash_out.first);
    CHECK_INT(payment.count, 1);
    drop(&made);
}
