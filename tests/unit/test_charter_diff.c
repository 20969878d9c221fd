/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A comparison of charters is proved two ways: what was changed on purpose must be found, and wherever random
 * events get different verdicts a difference must have been told for that kind, time and direction.
 */

#include "replay/diff_fees.h"
#include "replay/diff_trial.h"

#include "base/macros.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ two charters */

struct bench {
    struct sb_symbols *symbols;
    struct sb_plan *plans[2];
    char *texts[2];
    struct sb_diff_report report;
};

static char *read_charter(const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/charters/%s.charter", test_source_dir(), name);
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    char *text = calloc(1, SB_CHARTER_SIZE_MAX + 1);
    CHECK(text != NULL);
    CHECK(fread(text, 1, SB_CHARTER_SIZE_MAX, file) > 0);
    (void)fclose(file); /* only read */
    return text;
}

/* A copy with the first `from` behind `behind` (NULL: the beginning) replaced. */
static char *changed(const char *text, const char *behind, const char *from, const char *to)
{
    const char *start = behind ? strstr(text, behind) : text;
    CHECK(start != NULL);
    const char *at = strstr(start, from);
    CHECK(at != NULL);
    struct sb_str out = {0};
    sb_str_add_bytes(&out, text, (size_t)(at - text));
    sb_str_add(&out, to);
    sb_str_add(&out, at + strlen(from));
    CHECK(!out.failed);
    return out.text;
}

static struct sb_plan *compile(struct bench *bench, const char *text, const char *law_at)
{
    struct sb_source source = {"x.charter", text, strlen(text)};
    struct sb_plan_options options = {.law = SB_LAW_AT};
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    struct sb_plan *plan = NULL;
    size_t used;
    if (law_at)
        CHECK(sb_time_parse(law_at, strlen(law_at), 0, &options.at, &used));
    enum sb_status status =
        sb_plan_compile(&source, 1, law_at ? &options : NULL, bench->symbols, &plan, &diagnostics, &err);
    if (status != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    sb_diagnostics_release(&diagnostics);
    return plan;
}

/* Takes both texts. */
static void compare_texts(struct bench *bench, char *a, char *b)
{
    struct sb_err err = {0};
    *bench = (struct bench){.symbols = sb_symbols_new(), .texts = {a, b}};
    CHECK(bench->symbols != NULL);
    bench->plans[0] = compile(bench, a, NULL);
    bench->plans[1] = compile(bench, b, NULL);
    struct sb_diff_options options = {
        .plans = {bench->plans[0], bench->plans[1]},
        .symbols = bench->symbols,
        .from = SB_TIME_ALWAYS,
        .to = SB_TIME_FOREVER,
        .at = sb_time_of_day(sb_day_of_date((struct sb_date){2025, 1, 1}), 0),
    };
    CHECK_INT(sb_diff_run(&options, &bench->report, &err), SB_OK);
}

static void bench_release(struct bench *bench)
{
    sb_diff_report_release(&bench->report);
    for (int i = 0; i < 2; i++) {
        sb_plan_free(bench->plans[i]);
        free(bench->texts[i]);
    }
    sb_symbols_free(bench->symbols);
}

/* A difference of a kind that begins on a day, shown by events; NULL when there is none. */
static const struct sb_diff_group *shown(const struct bench *bench, const char *kind, const char *limit,
                                         unsigned tighter)
{
    uint16_t code = sb_symbols_find(bench->symbols, SB_SPACE_KIND, kind, strlen(kind));
    for (uint32_t i = 0; i < bench->report.group_count; i++) {
        const struct sb_diff_group *group = &bench->report.groups[i];
        if (group->kind == code && group->events && group->tighter == tighter &&
            group->rule[tighter] != SB_DIFF_NO_RULE &&
            strcmp(sb_plan_rule_name(bench->plans[tighter], group->rule[tighter]), limit) == 0)
            return group;
    }
    return NULL;
}

/* Every example must do what it says, judged once more from its events alone. */
static void check_examples(const struct bench *bench)
{
    const struct sb_plan *plans[2] = {bench->plans[0], bench->plans[1]};
    for (uint32_t i = 0; i < bench->report.group_count; i++) {
        const struct sb_diff_group *group = &bench->report.groups[i];
        struct sb_result results[2] = {0};
        struct sb_pair pair;
        struct sb_err err = {0};
        if (!group->events)
            continue;
        CHECK_INT(sb_pair_start(&pair, plans, group->events[0].time, &err), SB_OK);
        for (uint32_t e = 0; e < group->event_count; e++) {
            CHECK_INT(sb_pair_step(&pair, &group->events[e], results, &err), SB_OK);
            if (e + 1 < group->event_count) {
                CHECK_INT(results[0].code, SB_R_ACCEPTED);
                CHECK_INT(results[1].code, SB_R_ACCEPTED);
            }
        }
        CHECK(results[group->tighter].code != SB_R_ACCEPTED);
        CHECK_INT(results[!group->tighter].code, SB_R_ACCEPTED);
        CHECK_INT(results[0].code, group->code[0]);
        CHECK_INT(results[1].code, group->code[1]);
        sb_pair_release(&pair);
    }
}

/* ------------------------------------------------------------------ what was changed is found */

static const char *const shipped[] = {"vn/mobile-money", "gh/emoney",  "bd/mfs",         "la/emoney",
                                      "in/small-ppi",    "ng/wallets", "ug/mobile-money"};

TEST(charter_diff, a_charter_does_not_differ_from_itself)
{
    for (size_t i = 0; i < SB_ARRAY_SIZE(shipped); i++) {
        struct bench bench;
        compare_texts(&bench, read_charter(shipped[i]), read_charter(shipped[i]));
        CHECK_INT(bench.report.group_count, 0);
        CHECK(bench.report.case_count > 0);
        bench_release(&bench);
    }
}

/* Each row: what is changed, and the kind, the limit and the side that must be found. */
static const struct {
    const char *charter, *behind, *from, *to, *kind, *limit;
    unsigned tighter;
} changes[] = {
    {"vn/mobile-money", NULL, "at most 10 000 000", "at most 9 000 000", "payment", "month", 1},
    {"vn/mobile-money", NULL, "at most 10 000 000", "at most 11 000 000", "transfer", "month", 0},
    {"vn/mobile-money", "limit essential", "at most 100 000 000", "at most 99 000 000", "payment",
     "essential", 1},
    {"vn/mobile-money", NULL,
     "forbid transfer where payee.provider is not payer.provider until 2025-12-31 by D316 \"III\"\n", "",
     "transfer", "forbid", 0},
    {"vn/mobile-money", NULL, "sum of cash-out, transfer, payment per account",
     "sum of transfer, payment per account", "payment", "month", 0},
    {"vn/mobile-money", NULL, "pilot runs 2025-01-01 to 2025-12-31 by R87",
     "pilot runs 2025-01-01 to 2025-11-30 by R87", "payment", "term", 1},
    {"bd/mfs", "limit in-day:", "at most 15 000", "at most 15 001", "cash-in", "in-day", 0},
    {"bd/mfs", "limit in-month-count:", "at most 20", "at most 19", "cash-in", "in-month-count", 1},
    {"bd/mfs", "limit election-each", "at most 1 000", "at most 999", "transfer", "election-each", 1},
    {"bd/mfs", "limit election-count", "from 2026-02-09T00:00", "from 2026-02-10T00:00", "transfer",
     "election-count", 0},
    {"gh/emoney", NULL, "15 000 |\n", "14 999 |\n", "payment", "day", 1},
    {"gh/emoney", "limit wallet", "75 000 |", "80 000 |", "cash-in", "wallet", 0},
    {"la/emoney", "limit cash-out-day", "2 500 000", "2 400 000", "cash-out", "cash-out-day", 1},
    {"in/small-ppi", NULL, "at most 120 000", "at most 110 000", "load", "year", 1},
    {"ng/wallets", NULL, "| tier-3 |    none |", "| tier-3 | 900 000 |", "transfer", "wallet", 1},
    {"ug/mobile-money", NULL, "at least 500", "at least 400", "transfer", "least", 0},
};

TEST(charter_diff, what_was_changed_is_found_and_shown)
{
    for (size_t i = 0; i < SB_ARRAY_SIZE(changes); i++) {
        char *text = read_charter(changes[i].charter);
        char *other = changed(text, changes[i].behind, changes[i].from, changes[i].to);
        struct bench bench;
        compare_texts(&bench, text, other);
        if (!shown(&bench, changes[i].kind, changes[i].limit, changes[i].tighter))
            test_fail(__FILE__, __LINE__, "row %zu: %s of %s is not found", i, changes[i].limit,
                      changes[i].charter);
        check_examples(&bench);
        bench_release(&bench);
    }
}

/* The same change seen from the other side is the same difference the other way round. */
TEST(charter_diff, the_order_of_charters_only_turns_the_direction)
{
    char *text = read_charter("bd/mfs");
    struct bench bench;
    compare_texts(&bench, changed(text, "limit in-day:", "at most 15 000", "at most 15 001"), text);
    CHECK(shown(&bench, "cash-in", "in-day", 1) != NULL);
    CHECK(shown(&bench, "cash-in", "in-day", 0) == NULL);
    bench_release(&bench);
}

TEST(charter_diff, two_units_are_an_error)
{
    struct bench bench = {.symbols = sb_symbols_new()};
    struct sb_err err = {0};
    bench.texts[0] = read_charter("vn/mobile-money");
    bench.texts[1] = read_charter("ug/mobile-money");
    for (int i = 0; i < 2; i++)
        bench.plans[i] = compile(&bench, bench.texts[i], NULL);
    struct sb_diff_options options = {.plans = {bench.plans[0], bench.plans[1]},
                                      .symbols = bench.symbols,
                                      .from = SB_TIME_ALWAYS,
                                      .to = SB_TIME_FOREVER};
    CHECK_INT(sb_diff_run(&options, &bench.report, &err), SB_INVALID);
    bench_release(&bench);
}

static bool has_note(const struct bench *bench, enum sb_diff_note_type type, unsigned plan)
{
    for (uint32_t i = 0; i < bench->report.note_count; i++)
        if (bench->report.notes[i].type == type && bench->report.notes[i].plan == plan)
            return true;
    return false;
}

static const char oddities[] = "charter \"Odd\"\nunit VND\nclock +07:00\n"
                               "names tier: low, high\n"
                               "kind cash-in to holder\nkind payment from holder\n"
                               "instrument D \"D\" signed 2025-01-01\n"
                               "pilot runs 2025-01-01 to 2025-03-31 by D\n"
                               "pilot runs 2025-05-01 to 2025-12-31 by D\n"
                               "allow all by D\n"
                               "forbid all where holder.tier is low by D\n"
                               "limit day: sum of payment per account, each day, at most 100 by D\n"
                               "limit also: sum of payment per account, each day, at most 200 by D\n"
                               "limit late: each payment at most 50 from 2027-01-01 by D\n";

TEST(charter_diff, what_is_odd_in_one_charter_is_noted)
{
    struct bench bench;
    compare_texts(&bench, strdup(oddities), changed(oddities, NULL, "at most 200", "at most 90"));
    CHECK(has_note(&bench, SB_DIFF_GAP, 0));
    CHECK(has_note(&bench, SB_DIFF_TIER_SHUT, 0));
    CHECK(has_note(&bench, SB_DIFF_NO_LIMIT, 0)); /* cash-in */
    CHECK(has_note(&bench, SB_DIFF_NEVER_DECIDES, 0));
    CHECK(has_note(&bench, SB_DIFF_NEVER_IN_FORCE, 0));
    CHECK(shown(&bench, "payment", "also", 1) != NULL);
    bench_release(&bench);
}

/* ------------------------------------------------------------------ nothing is overlooked */

static uint64_t random_state = 20261122;
static uint64_t any(uint64_t below)
{
    random_state ^= random_state << 13; /* xorshift64: Marsaglia, "Xorshift RNGs" */
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

static uint16_t any_code(const struct bench *bench, enum sb_space space)
{
    return (uint16_t)any((uint64_t)sb_symbols_count(bench->symbols, space) + 1);
}

static struct sb_event any_open(const struct bench *bench, unsigned number, sb_time_us time)
{
    char name[32];
    struct sb_event open = {.type = SB_EVENT_OPEN, .time = time};
    (void)snprintf(name, sizeof(name), "a%u", number);
    open.account = open.id = sb_id_of_text(name, strlen(name));
    (void)snprintf(name, sizeof(name), "p%u", number);
    if (any(8) != 0)
        open.person = sb_id_of_text(name, strlen(name));
    sb_day today = sb_day_of_time(time, bench->plans[0]->clock_offset_s);
    open.attributes.unit = bench->plans[0]->unit;
    open.attributes.class_ = any(2) ? sb_symbols_find(bench->symbols, SB_SPACE_CLASS, "subscriber", 10)
                                    : any_code(bench, SB_SPACE_CLASS);
    open.attributes.provider = any(2) ? 1 : any_code(bench, SB_SPACE_PROVIDER);
    open.attributes.tier = any_code(bench, SB_SPACE_TIER);
    open.attributes.issuer = any_code(bench, SB_SPACE_ISSUER);
    open.attributes.opened_on = any(4) ? today : today - (sb_day)any(900);
    open.attributes.sim_since = any(8) ? today - (sb_day)any(2000) : SB_DAY_NONE;
    return open;
}

/* An amount near a figure of the law, or any. */
static sb_amount any_amount(const struct bench *bench)
{
    const struct sb_plan *plan = bench->plans[any(2)];
    sb_amount amount = (sb_amount)any(200000) + 1;
    if (plan->rule_count > 0 && any(4) != 0)
        amount = plan->rules[any(plan->rule_count)].bound + (sb_amount)any(3) - 1;
    if (any(3) == 0)
        amount /= (sb_amount)any(4) + 1;
    return SB_MIN(SB_MAX(amount, 1), SB_AMOUNT_MAX);
}

static struct sb_event any_transfer(const struct bench *bench, const struct sb_id accounts[2],
                                    unsigned number, sb_time_us time)
{
    char name[32];
    struct sb_event event = {.type = SB_EVENT_TRANSFER, .time = time};
    unsigned payer = any(4) == 0;
    (void)snprintf(name, sizeof(name), "t%u", number);
    event.id = sb_id_of_text(name, strlen(name));
    event.kind = bench->plans[0]->kind_code[any(bench->plans[0]->kind_count)];
    event.payer = accounts[payer];
    event.payee = accounts[!payer];
    event.amount = any_amount(bench);
    event.channel = any_code(bench, SB_SPACE_CHANNEL);
    event.purpose = any_code(bench, SB_SPACE_PURPOSE);
    event.country = any(4) ? 0 : any_code(bench, SB_SPACE_COUNTRY);
    return event;
}

/* The beginning of a segment of either plan, or some hours or days behind it. */
static sb_time_us any_time(const struct bench *bench)
{
    const struct sb_plan *plan = bench->plans[any(2)];
    sb_time_us from = plan->segments[any(plan->segment_count)].from;
    if (from < SB_TIME_MIN)
        from = sb_time_of_day(sb_day_of_date((struct sb_date){2010, 1, 1}), 0);
    return from + (sb_time_us)any(200) * 6 * 3600 * SB_SECOND_US;
}

static bool is_told(const struct bench *bench, const struct sb_event *event, unsigned tighter,
                    bool *ret_shown)
{
    bool told = false;
    for (uint32_t i = 0; i < bench->report.group_count; i++) {
        const struct sb_diff_group *group = &bench->report.groups[i];
        if (group->kind != event->kind || group->tighter != tighter || event->time < group->from ||
            event->time >= group->to)
            continue;
        told = true;
        *ret_shown = *ret_shown || group->events;
    }
    return told;
}

/* One random history, until verdicts differ for the first time: behind that the states differ too. */
static bool history_differs(const struct bench *bench, bool *ret_told, bool *ret_shown)
{
    const struct sb_plan *plans[2] = {bench->plans[0], bench->plans[1]};
    struct sb_pair pair;
    struct sb_err err = {0};
    struct sb_result results[2];
    struct sb_id accounts[2];
    sb_time_us time = any_time(bench);
    bool differs = false;
    CHECK_INT(sb_pair_start(&pair, plans, time, &err), SB_OK);
    for (unsigned i = 0; i < 2; i++) {
        struct sb_event open = any_open(bench, i, time);
        accounts[i] = open.account;
        CHECK_INT(sb_pair_step(&pair, &open, results, &err), SB_OK);
    }
    for (unsigned i = 0; i < 12 && !differs; i++) {
        struct sb_event event = any_transfer(bench, accounts, i, time);
        CHECK_INT(sb_pair_step(&pair, &event, results, &err), SB_OK);
        bool passes[2] = {results[0].code == SB_R_ACCEPTED, results[1].code == SB_R_ACCEPTED};
        differs = passes[0] != passes[1];
        if (differs)
            *ret_told = is_told(bench, &event, passes[0] ? 1 : 0, ret_shown);
        time += (sb_time_us)any(3) * (sb_time_us)any(40) * 3600 * SB_SECOND_US;
    }
    sb_pair_release(&pair);
    return differs;
}

TEST(charter_diff, wherever_random_events_differ_a_difference_was_told)
{
    unsigned differing = 0, shown_count = 0;
    for (size_t i = 0; i < SB_ARRAY_SIZE(changes); i++) {
        char *text = read_charter(changes[i].charter);
        struct bench bench;
        compare_texts(&bench, text, changed(text, changes[i].behind, changes[i].from, changes[i].to));
        for (unsigned n = 0; n < 1500; n++) {
            bool told = false, was_shown = false;
            if (!history_differs(&bench, &told, &was_shown))
                continue;
            if (!told)
                test_fail(__FILE__, __LINE__, "row %zu, history %u: verdicts differ and nothing was told", i,
                          n);
            differing++;
            shown_count += was_shown;
        }
        bench_release(&bench);
    }
    CHECK(differing > 100);
    CHECK_INT(shown_count, differing);
}

/* Two laws that have little in common: Decision 316 and Decree 368. */
TEST(charter_diff, laws_of_two_days_are_compared_as_if_they_held_always)
{
    struct bench bench = {.symbols = sb_symbols_new()};
    struct sb_err err = {0};
    unsigned differing = 0;
    bench.texts[0] = read_charter("vn/mobile-money");
    bench.plans[0] = compile(&bench, bench.texts[0], "2025-12-01T00:00");
    bench.plans[1] = compile(&bench, bench.texts[0], "2026-01-15T00:00");
    struct sb_diff_options options = {.plans = {bench.plans[0], bench.plans[1]},
                                      .symbols = bench.symbols,
                                      .from = SB_TIME_ALWAYS,
                                      .to = SB_TIME_FOREVER,
                                      .at = sb_time_of_day(sb_day_of_date((struct sb_date){2026, 1, 15}), 0)};
    CHECK_INT(sb_diff_run(&options, &bench.report, &err), SB_OK);
    CHECK_INT(bench.report.stretch_count, 1);
    CHECK(shown(&bench, "transfer", "month", 0) != NULL);
    CHECK(shown(&bench, "transfer", "month", 1) != NULL);
    CHECK(shown(&bench, "payment", "essential", 1) != NULL);
    CHECK(shown(&bench, "payment", "forbid", 0) != NULL);
    check_examples(&bench);
    for (unsigned n = 0; n < 3000; n++) {
        bool told = false, was_shown = false;
        if (!history_differs(&bench, &told, &was_shown))
            continue;
        CHECK(told);
        CHECK(was_shown);
        differing++;
    }
    CHECK(differing > 100);
    bench_release(&bench);
}

/* ------------------------------------------------------------------ fees */

/* One difference in words: side, direction, band and example. */
static void check_fee(const struct sb_diff_fees *fees, uint32_t at, const char *expected)
{
    static const char *const sides[] = {"", "payer", "payee", "agent"};
    struct sb_str text = {0};
    if (at < fees->count) {
        const struct sb_diff_fee *fee = &fees->list[at];
        sb_str_printf(&text, "%s %s %lld..%lld: %lld pays %lld, %lld", sides[fee->side],
                      fee->dearer ? "dearer" : "cheaper", (long long)fee->lo,
                      fee->hi == SB_AMOUNT_MAX ? -1 : (long long)fee->hi, (long long)fee->amount,
                      (long long)fee->pays[0], (long long)fee->pays[1]);
    }
    CHECK_STR(sb_str_text(&text), expected);
    sb_str_release(&text);
}

/* Bands, a rate's bends, commissions, and conditions: each difference once, and nothing where tariffs agree.
 */
TEST(charter_diff, fees_are_compared_by_band)
{
#define FEE_HEAD                                                                                            \
    "charter \"T\"\nunit VND\nkind pay from holder\nallow all\nlimit m: sum of pay, each month, at most 1 " \
    "000 000\n"
    static const char *const a =
        FEE_HEAD "fee pay:\n  | up to | fee |\n  | 1 000 | 10 |\n  | none | 1 % at most 50 |\n"
                 "fee share for pay: 4, paid by provider, to agent\n";
    static const char *const b = FEE_HEAD "fee pay: 1 % at least 10 at most 40\n"
                                          "fee share for pay: 5, paid by provider, to agent\n";
    struct bench bench = {.symbols = sb_symbols_new()};
    struct sb_diff_fees fees;
    struct sb_err err = {0};
    struct sb_plan *plans[2] = {compile(&bench, a, NULL), compile(&bench, b, NULL)};
    struct sb_diff_options options = {.plans = {plans[0], plans[1]},
                                      .symbols = bench.symbols,
                                      .from = SB_TIME_ALWAYS,
                                      .to = SB_TIME_FOREVER,
                                      .at = 0};
    CHECK_INT(sb_diff_fees_run(&options, &fees, &err), SB_OK);
    CHECK_INT(fees.count, 6);
    check_fee(&fees, 0, "agent cheaper 1..1000: 1000 pays -4, -5");
    check_fee(&fees, 1, "agent cheaper 1001..4000: 4000 pays -4, -5");
    check_fee(&fees, 2, "payer cheaper 4001..5000: 5000 pays 50, 40");
    check_fee(&fees, 3, "agent cheaper 4001..5000: 5000 pays -4, -5");
    check_fee(&fees, 4, "payer cheaper 5001..-1: 5001 pays 50, 40");
    sb_diff_fees_release(&fees);
    options.plans[1] = plans[0];
    CHECK_INT(sb_diff_fees_run(&options, &fees, &err), SB_OK);
    CHECK_INT(fees.count, 0);
    sb_diff_fees_release(&fees);
    sb_plan_free(plans[0]);
    sb_plan_free(plans[1]);
    sb_symbols_free(bench.symbols);
}
