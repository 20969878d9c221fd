/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "charter/reason.h"
#include "test.h"

#include <stdlib.h>

struct made {
    struct sb_symbols *symbols;
    struct sb_plan *plan;
};

static struct made make(const char *text)
{
    struct made made = {.symbols = sb_symbols_new()};
    struct sb_source source = {"law.charter", text, strlen(text)};
    struct sb_err err = {0};
    if (sb_plan_compile(&source, 1, NULL, made.symbols, &made.plan, NULL, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "does not compile: %s", err.text[SB_EN]);
    return made;
}

static void drop(struct made *made)
{
    sb_plan_free(made->plan);
    sb_symbols_free(made->symbols);
}

static sb_time_us at(const char *text)
{
    sb_time_us time;
    size_t used;
    CHECK(sb_time_parse(text, strlen(text), 0, &time, &used) && used == strlen(text));
    return time;
}

static const char law[] =
    "charter \"Pilot\"\n"
    "unit VND\n"
    "clock +07:00\n"
    "kind cash-in to holder\n"
    "kind payment from holder\n"
    "instrument D316 \"Quyết định 316/QĐ-TTg\" signed 2021-03-09\n"
    "pilot runs 2021-11-18 to 2030-12-31 by D316\n"
    "allow all by D316\n"
    "forbid payment where tx.country is not VN   # abroad\n"
    "   by D316 \"I.3\"\n"
    "require holder.sim-age at least 3 months by D316 \"I.2\"\n"
    "limit month: sum of payment per account, each calendar month, at most 10 000 000 by D316\n"
    "limit times: number of payment per agent, last 7 days, at most 5\n"
    "limit p2p-each: each payment at most 1 000\n"
    "limit least: each payment at least 500\n"
    "limit wallet: balance of account at most\n"
    "   | tier | at most |\n"
    "   | low  | 300 000 |   by D316\n";

enum { TERM, ALLOW, FORBID, REQUIRE, MONTH, TIMES, MOST, LEAST, WALLET };

static struct sb_reason month_is_full(void)
{
    return (struct sb_reason){
        .rule = MONTH,
        .state = SB_REASON_FAILS,
        .side = SB_SIDE_PAYER,
        .account = {1, 2},
        .window_start = at("2025-08-31T17:00Z"),
        .window_end = at("2025-09-30T17:00Z"),
        .used = 9999999,
        .asked = 2,
        .bound = 10000000,
        .remaining = 1,
        .passes_at = at("2025-09-30T17:00Z"),
    };
}

static const char *shortly(const struct made *made, struct sb_reason reason, enum sb_lang lang,
                           enum sb_audience audience)
{
    static char text[SB_REASON_SHORT_SIZE];
    sb_reason_short(made->plan, &reason, lang, audience, text);
    return text;
}

TEST(reason, short_text_of_each_rule)
{
    struct made made = make(law);
    struct sb_reason reason = month_is_full();
    CHECK_STR(
        shortly(&made, reason, SB_EN, SB_FOR_PAYER),
        "Refused: limit month, at most 10 000 000 VND each month; used 9 999 999; left 1 VND; passes from "
        "2025-10-01");
    CHECK_STR(shortly(&made, reason, SB_VI, SB_FOR_PAYER),
              "Từ chối: hạn mức month; còn 1 VND; được từ 2025-10-01");
    reason = (struct sb_reason){.rule = TIMES,
                                .state = SB_REASON_FAILS,
                                .side = SB_SIDE_AGENT,
                                .used = 5,
                                .asked = 1,
                                .bound = 5,
                                .passes_at = at("2025-10-01T03:05Z")};
    CHECK_STR(shortly(&made, reason, SB_EN, SB_FOR_OPERATOR),
              "Refused: limit times, at most 5 last 7 days; used 5; left 0; passes from 2025-10-01 10:05");
    reason = (struct sb_reason){.rule = TERM, .state = SB_REASON_FAILS, .passes_at = at("2021-11-17T17:00Z")};
    CHECK_STR(shortly(&made, reason, SB_EN, SB_FOR_PAYER),
              "Refused: the pilot is not running then; passes from 2021-11-18");
    reason = (struct sb_reason){.rule = ALLOW, .state = SB_REASON_FAILS, .passes_at = SB_TIME_FOREVER};
    CHECK_STR(shortly(&made, reason, SB_VI, SB_FOR_PAYER), "Từ chối: điều lệ không cho phép giao dịch này");
    reason.rule = FORBID;
    CHECK_STR(shortly(&made, reason, SB_EN, SB_FOR_PAYER), "Refused: forbidden by D316 I.3");
    reason.rule = REQUIRE;
    CHECK_STR(shortly(&made, reason, SB_VI, SB_FOR_PAYER), "Từ chối: chưa đạt yêu cầu theo D316 I.2");
    reason.rule = MOST;
    reason.bound = 1000;
    CHECK_STR(shortly(&made, reason, SB_EN, SB_FOR_PAYER),
              "Refused: limit p2p-each, each transaction at most 1 000 VND");
    reason.rule = LEAST;
    reason.bound = 500;
    CHECK_STR(shortly(&made, reason, SB_VI, SB_FOR_PAYER),
              "Từ chối: hạn mức least, mỗi giao dịch ít nhất 500 VND");
    drop(&made);
}

/* The payer learns that the payee's account stands in the way, never how much is on it. */
TEST(reason, payer_is_not_told_of_the_payees_balance)
{
    struct made made = make(law);
    struct sb_reason reason = {.rule = WALLET,
                               .state = SB_REASON_FAILS,
                               .side = SB_SIDE_PAYEE,
                               .used = 299123,
                               .asked = 5000,
                               .bound = 300000,
                               .remaining = 877,
                               .passes_at = SB_TIME_FOREVER};
    CHECK_STR(shortly(&made, reason, SB_EN, SB_FOR_PAYER),
              "Refused: the recipient's account cannot receive this payment.");
    CHECK_STR(shortly(&made, reason, SB_VI, SB_FOR_PAYER),
              "Từ chối: tài khoản bên nhận không nhận được khoản này.");
    CHECK_STR(shortly(&made, reason, SB_EN, SB_FOR_OPERATOR),
              "Refused: limit wallet, balance at most 300 000 VND; room for 877");
    reason.state = SB_REASON_UNDECIDED;
    reason.missing_side = SB_SIDE_PAYEE;
    reason.missing_field = SB_FIELD_TIER;
    CHECK(strstr(shortly(&made, reason, SB_EN, SB_FOR_PAYER), "tier") == NULL);
    CHECK_STR(shortly(&made, reason, SB_EN, SB_FOR_OPERATOR),
              "Cannot decide: tier of the payee is not known, asked by D316");
    reason = month_is_full();
    reason.side = SB_SIDE_PAYEE;
    CHECK(strstr(shortly(&made, reason, SB_EN, SB_FOR_PAYER), "999") == NULL);
    drop(&made);
}

TEST(reason, undecided_names_what_is_missing)
{
    struct made made = make(law);
    struct sb_reason reason = {.rule = REQUIRE,
                               .state = SB_REASON_UNDECIDED,
                               .missing_side = SB_SIDE_PAYER,
                               .missing_field = SB_FIELD_SIM_AGE,
                               .passes_at = SB_TIME_FOREVER};
    CHECK_STR(shortly(&made, reason, SB_EN, SB_FOR_PAYER),
              "Cannot decide: SIM age of the payer is not known, asked by D316 I.2");
    CHECK_STR(shortly(&made, reason, SB_VI, SB_FOR_PAYER),
              "Chưa quyết định được: thiếu tuổi SIM của bên trả, theo D316 I.2");
    reason.missing_field = SB_FIELD_COUNT;
    CHECK_STR(shortly(&made, reason, SB_VI, SB_FOR_PAYER),
              "Chưa quyết định được: thiếu danh tính cá nhân của bên trả");
    drop(&made);
}

/* ------------------------------------------------------------------ phones */

static void check_fits(const char *text, enum sb_lang lang)
{
    size_t units = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        bool starts = (*at & 0xC0) != 0x80;
        units += (size_t)starts + (*at >= 0xF0);
        if (lang == SB_EN && (*at >= 0x80 || *at < ' ' || strchr("^{}\\[]~|`", *at)))
            test_fail(__FILE__, __LINE__, "not in the GSM alphabet: %s", text);
    }
    if (units == 0 || units > (lang == SB_EN ? 160u : 70u))
        test_fail(__FILE__, __LINE__, "%zu characters: %s", units, text);
}

/* The longest names, amounts and articles that a charter may hold, in letters no phone's alphabet has. */
TEST(reason, short_text_always_fits_a_phone)
{
    static const char *const names[] = {
        "ườườườườườườườườ",                                 /* 48 bytes of Vietnamese */
        "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", /* 48 letters */
        "한한한한한한한한한한한한한한한한",                 /* 48 bytes of Hangul */
    };
    for (size_t n = 0; n < SB_ARRAY_SIZE(names); n++) {
        struct sb_str text = {0};
        char article[SB_CHARTER_TEXT_SIZE_MAX + 1];
        memset(article, 'x', sizeof(article) - 1);
        article[sizeof(article) - 1] = '\0';
        sb_str_printf(&text,
                      "charter \"T\"\nterritory vn\nunit %s with 9 decimals\nkind k from holder\ninstrument "
                      "%s \"t\" signed "
                      "2020-01-01\nallow all\nforbid k where tx.country is not VN by %s \"%s\"\n"
                      "require payer.tier is low by %s \"%s\"\n"
                      "limit %s: sum of k per customer at provider, each year from 04-01, at most 9 by %s\n"
                      "limit %s: number of k per account, last 3660 days, at most 9\n"
                      "limit %s: each k at most 9\nlimit %s: balance of account at most 9\n"
                      "area %s: province 24 as of 2025-07-01\nin area %s by place of agent by %s \"%s\"\n"
                      "ask %s when tx.amount over 9 by %s \"%s\"\n"
                      "ask %s when number of k per payee person, last 3660 days, over 9 by %s \"%s\"\n",
                      names[n], names[n], names[n], article, names[n], article, names[n], names[n], names[n],
                      names[n], names[n], names[n], names[n], names[n], article, names[n], names[n], article,
                      names[n], names[n], article);
        struct made made = make(sb_str_text(&text));
        for (uint16_t rule = 0; rule < made.plan->rule_count; rule++) {
            for (int state = SB_REASON_HOLDS; state <= SB_REASON_ASKS; state++) {
                for (int field = 0; field <= SB_FIELD_COUNT; field++) {
                    struct sb_reason reason = {.rule = rule,
                                               .state = (uint8_t)state,
                                               .side = (uint8_t)(field % 4),
                                               .missing_field = (uint8_t)field,
                                               .missing_side = (uint8_t)(field % 4),
                                               .used = INT64_MAX,
                                               .asked = INT64_MAX,
                                               .bound = INT64_MAX,
                                               .remaining = INT64_MAX,
                                               .passes_at = SB_TIME_MAX};
                    check_fits(shortly(&made, reason, SB_EN, SB_FOR_PAYER), SB_EN);
                    check_fits(shortly(&made, reason, SB_VI, SB_FOR_PAYER), SB_VI);
                    check_fits(shortly(&made, reason, SB_EN, SB_FOR_OPERATOR), SB_EN);
                    check_fits(shortly(&made, reason, SB_VI, SB_FOR_OPERATOR), SB_VI);
                }
            }
        }
        drop(&made);
        sb_str_release(&text);
    }
}

/* English on a phone of 1992: Vietnamese names lose their marks, not their letters. */
TEST(reason, english_folds_vietnamese_names)
{
    struct made made = make("charter \"T\"\nunit Đồng\nkind k from holder\nallow all\n"
                            "limit hạn-mức-tháng-ƯỚC_Ỹ: each k at most 9\n");
    struct sb_reason reason = {.rule = 2, .state = SB_REASON_FAILS, .bound = 9, .passes_at = SB_TIME_FOREVER};
    CHECK_STR(shortly(&made, reason, SB_EN, SB_FOR_PAYER),
              "Refused: limit han-muc-thang-UOC_Y, each transaction at most 9 Dong");
    drop(&made);
}

/* ------------------------------------------------------------------ the long form */

TEST(reason, long_form_says_sentence_instrument_subject_window_and_figures)
{
    struct made made = make(law);
    struct sb_reason reason = month_is_full();
    struct sb_str out = {0};
    sb_reason_long(made.plan, &reason, SB_EN, 2, &out);
    CHECK_STR(
        sb_str_text(&out),
        "  Refused: limit month\n"
        "    sentence     law.charter:12: limit month: sum of payment per account, each calendar month, at "
        "most "
        "10 000 000 by D316\n"
        "    by           Quyết định 316/QĐ-TTg (D316)\n"
        "    subject      account of the payer 00000000000000020000000000000001\n"
        "    window       each month: from 2025-09-01T00:00:00+07:00, before 2025-10-01T00:00:00+07:00\n"
        "    used         9 999 999 VND\n"
        "    asked        2 VND\n"
        "    at most      10 000 000 VND\n"
        "    remaining    1 VND\n"
        "    would pass   from 2025-10-01T00:00:00+07:00\n");
    sb_str_clear(&out);
    reason = (struct sb_reason){.rule = WALLET,
                                .state = SB_REASON_FAILS,
                                .side = SB_SIDE_PAYEE,
                                .used = 299123,
                                .account = {1, 0},
                                .asked = 5000,
                                .bound = 300000,
                                .remaining = 877,
                                .passes_at = SB_TIME_FOREVER};
    sb_reason_long(made.plan, &reason, SB_VI, 0, &out);
    CHECK_STR(sb_str_text(&out), "Từ chối: hạn mức wallet\n"
                                 "  câu          law.charter:16: limit wallet: balance of account at most\n"
                                 "  dòng         tier low\n"
                                 "  theo         Quyết định 316/QĐ-TTg (D316)\n"
                                 "  chủ thể      tài khoản của bên nhận 00000000000000000000000000000001\n"
                                 "  số dư        299 123 VND\n"
                                 "  yêu cầu      5 000 VND\n"
                                 "  không quá    300 000 VND\n"
                                 "  còn lại      877 VND\n"
                                 "  được qua     không, theo luật đã biết\n");
    sb_str_release(&out);
    drop(&made);
}

/* The sentence is quoted as it is written: on one line, without its comment. */
TEST(reason, long_form_of_other_rules)
{
    struct made made = make(law);
    struct sb_str out = {0};
    struct sb_reason reason = {.rule = FORBID, .state = SB_REASON_FAILS, .passes_at = SB_TIME_FOREVER};
    sb_reason_long(made.plan, &reason, SB_EN, 0, &out);
    CHECK_STR(sb_str_text(&out),
              "Refused: forbidden (line 9)\n"
              "  sentence     law.charter:9: forbid payment where tx.country is not VN by D316 \"I.3\"\n"
              "  by           Quyết định 316/QĐ-TTg (D316), I.3\n"
              "  would pass   never, by the law as it is known\n");
    sb_str_clear(&out);
    reason.rule = TERM;
    sb_reason_long(made.plan, &reason, SB_EN, 0, &out);
    CHECK_STR(sb_str_text(&out), "Refused: the pilot is not running then\n"
                                 "  charter      law.charter\n"
                                 "  would pass   never, by the law as it is known\n");
    sb_str_clear(&out);
    reason = (struct sb_reason){.rule = REQUIRE,
                                .state = SB_REASON_UNDECIDED,
                                .missing_side = SB_SIDE_PAYER,
                                .missing_field = SB_FIELD_SIM_AGE,
                                .passes_at = SB_TIME_FOREVER};
    sb_reason_long(made.plan, &reason, SB_VI, 0, &out);
    CHECK_STR(sb_str_text(&out),
              "Chưa quyết định được: thiếu tuổi SIM của bên trả\n"
              "  câu          law.charter:11: require holder.sim-age at least 3 months by D316 \"I.2\"\n"
              "  theo         Quyết định 316/QĐ-TTg (D316), I.2\n"
              "  còn thiếu    tuổi SIM của bên trả\n");
    sb_str_release(&out);
    drop(&made);
}

/* ------------------------------------------------------------------ show */

TEST(reason, show_lists_what_is_in_force_on_a_date_and_nothing_else)
{
    struct made made = make("charter \"Ví điện tử\"\nunit VND\nclock +07:00\nkind k from holder\n"
                            "instrument A \"Thông tư số 1\" signed 2024-12-01\n"
                            "allow k by A \"1\"\n"
                            "limit day: sum of k per account, each day, at most\n"
                            "  | tier | from 2025-01-01 | from 2025-02-01 |\n"
                            "  | thấp | 300             | 1 000           |\n"
                            "  | cao  | 5 000           | none            | by A\n"
                            "limit later: each k at most 7 from 2025-03-01\n"
                            "note A \"k is any payment\" decided 2025-01-05\n");
    struct sb_str out = {0};
    sb_plan_show(made.plan, at("2025-01-10T00:00+07:00"), made.symbols, SB_EN, &out);
    const char *text = sb_str_text(&out);
    CHECK(strstr(text, "  transactions  from        until  by\n"
                       "  ------------  ----------  -----  ---\n"
                       "  k             2024-12-01  -      A 1\n"));
    CHECK(strstr(text, "  limit     of whom, when      amount               from        until       by\n"));
    CHECK(strstr(text, "  day       account, each day  at most              2025-01-01  2025-01-31  A\n"
                       "  sum of k                     tier thấp: 300 VND\n"
                       "                               tier cao: 5 000 VND\n"));
    CHECK(strstr(text, "later") == NULL);
    CHECK(strstr(text, "Thông tư số 1") && strstr(text, "k is any payment") && strstr(text, "Signature"));
    sb_str_clear(&out);
    sb_plan_show(made.plan, at("2025-03-01T00:00+07:00"), made.symbols, SB_VI, &out);
    text = sb_str_text(&out);
    CHECK(strstr(text, "tier thấp: 1 000 VND") && strstr(text, "tier cao: không giới hạn"));
    CHECK(strstr(text, "later") && strstr(text, "Hạn mức\n"));
    sb_str_release(&out);
    drop(&made);
}

TEST(reason, show_says_when_the_pilot_is_not_running)
{
    struct made made = make(law);
    struct sb_str out = {0};
    sb_plan_show(made.plan, at("2031-06-01T00:00Z"), made.symbols, SB_EN, &out);
    CHECK(strstr(sb_str_text(&out), "The pilot is not running on this date: nothing is allowed.\n"));
    sb_str_release(&out);
    drop(&made);
}
