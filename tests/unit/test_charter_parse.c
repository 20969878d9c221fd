/* SPDX-License-Identifier: Apache-2.0 */
#include "charter_world.h"

#include "base/macros.h"
#include "charter/keywords.h"

#define HEAD "charter \"T\"\nunit VND\nkind pay from holder\nkind top to holder\nkind float of nobody\n"

static const struct sb_sentence *last(const struct parsed *parsed)
{
    CHECK(parsed->charter->sentence_count > 0);
    return &parsed->charter->sentences[parsed->charter->sentence_count - 1];
}

/* The head: what each sentence says arrives in the tree. */
TEST(charter_parse, head)
{
    struct parsed parsed = parse_good(
        "\xEF\xBB\xBF"
        "charter \"Viettel \\\"Money\\\" \\\\\" of provider viettel\r\n"
        "unit GHS with 2 decimals\r\n"
        "clock -03:30   # Newfoundland\r\n"
        "territory vn\n"
        "names tier: minimum,\n\tmedium\n"
        "set essential: nước, điện\n"
        "area a: province 24, commune 00004, 00005 as of 2025-07-01, split communes count as outside\n"
        "kind in to holder\nkind out from holder\nkind float of nobody\n"
        "instrument N \"Nghị định\" signed 2025-12-31 in force 2026-01-01T08:30 source \"s\" known from "
        "2025-12-30\n");
    const struct sb_sentence *list = parsed.charter->sentences;
    CHECK_INT(parsed.charter->sentence_count, 11);
    CHECK_STR(sb_charter_title(parsed.charter), "Viettel \"Money\" \\");
    CHECK_STR(list[0].charter.provider.text, "viettel");
    CHECK_INT(list[1].unit.decimals, 2);
    CHECK_INT(parsed.charter->decimals, 2);
    CHECK_INT(parsed.charter->clock_offset_s, -12600);
    CHECK_INT(list[4].names.space, SB_SPACE_TIER);
    CHECK_STR(list[4].names.words.list[1].text, "medium");
    CHECK_INT(list[4].last_line, 6);
    CHECK_STR(list[5].set.words.list[0].text, "nước");
    CHECK_INT(list[6].area.count, 3);
    CHECK_INT(list[6].area.members[2].place, SB_PLACE(SB_PLACE_COMMUNE, 5));
    CHECK_INT(list[6].area.split, SB_SPLIT_OUTSIDE);
    CHECK_INT(list[7].kind.holder, SB_HOLDER_PAYEE);
    CHECK_INT(list[8].kind.holder, SB_HOLDER_PAYER);
    CHECK_INT(list[9].kind.holder, SB_HOLDER_NOBODY);
    CHECK_INT(list[10].instrument.in_force.minute, 30);
    CHECK(list[10].known_from.present);
    CHECK_INT(parsed.charter->comment_count, 1);
    CHECK(!parsed.charter->comments[0].own_line);
    CHECK(sb_charter_find(parsed.charter, SB_S_KIND, "out") == &list[8]);
    CHECK(sb_charter_find(parsed.charter, SB_S_KIND, "x") == NULL);
    release(&parsed);
}

/* The unit may stand behind the numbers that it rules. */
TEST(charter_parse, numbers_are_read_in_the_unit_wherever_it_stands)
{
    struct parsed parsed =
        parse_good("kind pay from holder\nlimit a: each pay at most 1 000.5\n"
                   "limit b: number of pay, each day, at most 5\nunit GHS with 2 decimals\n");
    CHECK_INT(parsed.charter->sentences[1].limit.ceiling.value, 100050);
    CHECK_INT(parsed.charter->sentences[2].limit.ceiling.value, 5);
    release(&parsed);
}

/* A layer that writes no unit and clock reads numbers and dates by the regulator's. */
TEST(charter_parse, a_layer_takes_unit_and_clock_from_above)
{
    struct parsed upper = parse_good("unit GHS with 2 decimals\nclock +07:00\n");
    struct parsed layer = {0};
    static const char source[] = "kind pay from holder\nlimit a: each pay at most 0.50\n";
    CHECK(sb_charter_parse_layer("y", source, strlen(source), upper.charter, UINT64_MAX, &layer.charter,
                                 &layer.diagnostics, NULL) == SB_OK);
    CHECK_INT(layer.charter->sentences[1].limit.ceiling.value, 50);
    CHECK_INT(layer.charter->clock_offset_s, 7 * 3600);
    release(&layer);
    release(&upper);
}

TEST(charter_parse, rules_and_tail)
{
    struct parsed parsed =
        parse_good(HEAD "pilot runs 2021-11-18 to 2023-11-18T12:00 known from 2021-03-09 by D \"1\"\n"
                        "pilot runs 2024-01-01 onward\n"
                        "allow pay, top until 2025-12-31 from 2025-01-01T08:00 by D\n"
                        "forbid all where tx.country is not VN\n"
                        "require holder.tier is full for pay\n"
                        "require holder.tier is full\n"
                        "after the end allow top for 90 days\n"
                        "note D \"a, b\" decided 2026-02-01\nnote \"c\"\n"
                        "except from l, m: pay where tx.purpose in a, b from 2026-01-01\n");
    const struct sb_sentence *list = parsed.charter->sentences + 5;
    CHECK(list[0].pilot.runs_to.has_minute);
    CHECK(list[0].known_from.present);
    CHECK_STR(list[0].article.text, "1");
    CHECK(!list[1].pilot.runs_to.present);
    CHECK_INT(list[2].kinds.names.count, 2);
    CHECK_INT(list[2].from.hour, 8);
    CHECK_INT(list[2].until.date.day, 31);
    CHECK_STR(list[2].by.text, "D");
    CHECK(list[3].kinds.all);
    CHECK_INT(list[3].where->op, SB_COND_IS_NOT);
    CHECK(!list[4].kinds.all);
    CHECK(list[5].kinds.all);
    CHECK_INT(list[6].after_end.days, 90);
    CHECK_STR(list[7].name.text, "D");
    CHECK_STR(list[7].note.text.text, "a, b");
    CHECK(list[8].name.text == NULL);
    CHECK_INT(list[9].except_.limits.count, 2);
    CHECK_INT(list[9].where->names.count, 2);
    release(&parsed);
}

/* `and` binds tighter than `or`, `not` tightest; parentheses override; both sides of a tree are where they
 * were. */
TEST(charter_parse, conditions)
{
    struct parsed parsed =
        parse_good(HEAD "forbid pay where tx.amount at least 5 or not payer.tier is a and payee.provider is "
                        "not payer.provider\n"
                        "forbid pay where (tx.amount over 5 or tx.amount under 3) and payer.place is rural\n"
                        "require payer.sim-age at least 3 months at registration and holder.age at most 2 "
                        "years and agent.account-age under 10 days\n");
    const struct sb_condition *where = parsed.charter->sentences[5].where;
    CHECK_INT(where->op, SB_COND_OR);
    CHECK_INT(where->left->number, 5);
    CHECK_INT(where->right->op, SB_COND_AND);
    CHECK_INT(where->right->left->op, SB_COND_NOT);
    CHECK(where->right->right->against_field);
    CHECK_INT(where->right->right->other_side, SB_SIDE_PAYER);
    CHECK_INT(where->height, 4);
    where = parsed.charter->sentences[6].where;
    CHECK_INT(where->op, SB_COND_AND);
    CHECK_INT(where->left->op, SB_COND_OR);
    CHECK_STR(where->right->names.list[0].text, "rural");
    where = parsed.charter->sentences[7].where;
    CHECK_INT(where->left->left->span.count, 3);
    CHECK(where->left->left->at_registration);
    CHECK_INT(where->left->right->span.count, 24);
    CHECK(!where->right->span.months);
    release(&parsed);
}

/* Every subject, window and measure; where names end and a window begins. */
TEST(charter_parse, limits)
{
    static const struct {
        const char *text;
        enum sb_measure measure;
        enum sb_subject subject;
        enum sb_window window;
        int64_t value;
    } rows[] = {
        {"sum of pay, top per account, each day, at most 5", SB_MEASURE_SUM, SB_SUBJECT_ACCOUNT,
         SB_WINDOW_DAY, 5},
        {"sum of pay, top, each day, at most 5", SB_MEASURE_SUM, SB_SUBJECT_ACCOUNT, SB_WINDOW_DAY, 5},
        {"sum of all, lifetime, at most 5", SB_MEASURE_SUM, SB_SUBJECT_ACCOUNT, SB_WINDOW_LIFETIME, 5},
        {"sum of pay where tx.channel in a, b, pilot, at most 5", SB_MEASURE_SUM, SB_SUBJECT_ACCOUNT,
         SB_WINDOW_PILOT, 5},
        {"sum of pay where tx.channel in a, b, last 30 days, at most 5", SB_MEASURE_SUM, SB_SUBJECT_ACCOUNT,
         SB_WINDOW_ROLLING, 5},
        {"number of pay per payee customer at provider, each calendar week, at most 0", SB_MEASURE_NUMBER,
         SB_SUBJECT_CUSTOMER, SB_WINDOW_WEEK, 0},
        {"number of pay per person, each calendar month, at most 10 000", SB_MEASURE_NUMBER,
         SB_SUBJECT_PERSON, SB_WINDOW_MONTH, 10000},
        {"sum of pay per agent, each year from 04-01, at most 5", SB_MEASURE_SUM, SB_SUBJECT_AGENT,
         SB_WINDOW_YEAR, 5},
        {"sum of pay per payer provider, each month, at most 5", SB_MEASURE_SUM, SB_SUBJECT_PROVIDER,
         SB_WINDOW_MONTH, 5},
        {"sum of pay per pilot, each day, at most 5", SB_MEASURE_SUM, SB_SUBJECT_PILOT, SB_WINDOW_DAY, 5},
        {"each pay at most 5", SB_MEASURE_EACH_MOST, 0, 0, 5},
        {"each pay where tx.amount over 1 at least 2", SB_MEASURE_EACH_LEAST, 0, 0, 2},
        {"balance of account at most 300 000", SB_MEASURE_BALANCE, 0, 0, 300000},
        {"balance of account on top, float where payee.tier is a at most 3", SB_MEASURE_BALANCE, 0, 0, 3},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        char source[512];
        (void)snprintf(source, sizeof(source), HEAD "limit x: %s\n", rows[i].text);
        struct parsed parsed = parse_good(source);
        const struct sb_sentence *limit = last(&parsed);
        CHECK_STR(limit->name.text, "x");
        CHECK_INT(limit->limit.measure, rows[i].measure);
        CHECK_INT(limit->limit.subject, rows[i].subject);
        CHECK_INT(limit->limit.window, rows[i].window);
        CHECK_INT(limit->limit.ceiling.value, rows[i].value);
        release(&parsed);
    }
}

TEST(charter_parse, tables)
{
    struct parsed parsed = parse_good(
        HEAD "limit day: sum of all per account, each day, at most\n"
             "    | tier     | payer.class | from 2015-07-06 | from 2020-03-20 |\n"
             "    | minimum  | a |             300 |           1 000 |\n"
             "    | enhanced | b |           5 000 |            none | until 2025-01-01 by EMI\n"
             "limit least: each pay at least\n    | issuer | at least |\n    | bank | 5 |\n    | x | - |\n");
    const struct sb_limit_table *table = &parsed.charter->sentences[5].limit.table;
    CHECK_INT(table->attribute_count, 2);
    CHECK(!table->attributes[0].side_written);
    CHECK_INT(table->attributes[0].side, SB_SIDE_HOLDER);
    CHECK(table->attributes[1].side_written);
    CHECK_INT(table->attributes[1].field, SB_FIELD_CLASS);
    CHECK_INT(table->date_count, 2);
    CHECK_INT(table->dates[1].date.year, 2020);
    CHECK_INT(table->row_count, 2);
    CHECK_STR(table->rows[1].values[0].text, "enhanced");
    CHECK_INT(table->rows[0].cells[1].value, 1000);
    CHECK(!table->rows[1].cells[1].present);
    CHECK_STR(parsed.charter->sentences[5].by.text, "EMI");
    table = &last(&parsed)->limit.table;
    CHECK_INT(table->date_count, 0);
    CHECK_INT(table->rows[0].cells[0].value, 5);
    CHECK(!table->rows[1].cells[0].present);
    release(&parsed);
}

/* Sentences without effect: form checked, text kept in English whatever they were written in. */
TEST(charter_parse, life)
{
    static const struct {
        const char *text, *kept;
    } rows[] = {
        {"fee pay, top where tx.channel is app: 1.5 % at least 500 at most 10 000, paid by payee, to fees, "
         "not counted",
         "pay, top where tx.channel is app: 1.5 % at least 500 at most 10 000, paid by payee, to fees, not "
         "counted"},
        {"fee pay: 500", "pay: 500"},
        {"fee pay:\n  | up to | fee |\n  | 10 000 | 100 |\n  | none | 1 % |\n  , counted",
         "pay: | up to | fee | | 10 000 | 100 | | none | 1 % |, counted"},
        {"exposure: sum of balances of subscribers at most 5 000 000 000",
         ": sum of balances of subscribers at most 5 000 000 000"},
        {"participants at most 100 000 where payer.place is rural",
         "at most 100 000 where payer.place is rural"},
        {"measure share = accounts active in 30 days where payer.place is rural / accounts active in 30 days",
         "share: accounts active in 30 days where payer.place is rural / accounts active in 30 days"},
        {"measure m: number of pay, top in 1 day", "m: number of pay, top in 1 day"},
        {"goal share at least 60 % on 2022-12-31", "share at least 60 % on 2022-12-31"},
        {"safeguard s: suspend pay when refusals / attempts in 1 day over 20.25 %",
         "s: suspend pay when refusals / attempts in 1 day over 20.25 %"},
        {"invariant: guarantee at least sum of balances", ": guarantee at least sum of balances"},
        {"report monthly to SBV", "monthly to SBV"},
        {"báo cáo hằng quý gửi SBV", "quarterly to SBV"},
        {"chốt an toàn s: tạm dừng mọi loại khi số lần bị từ chối trong 7 ngày trên 1 000",
         "s: suspend all when refusals in 7 days over 1 000"},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        char source[768];
        (void)snprintf(source, sizeof(source), HEAD "%s by D \"1\"\n", rows[i].text);
        struct parsed parsed = parse_good(source);
        CHECK_STR(last(&parsed)->kept.text.text, rows[i].kept);
        CHECK_STR(last(&parsed)->by.text, "D");
        release(&parsed);
    }
}

/* `for` before `when` or at the end; a total is read like a limit's. */
TEST(charter_parse, ask_and_in_area)
{
    struct parsed parsed =
        parse_good(HEAD "ask biometrics when tx.amount over 10 000 000 for pay by D \"1\"\n");
    const struct sb_sentence *ask = last(&parsed);
    CHECK_STR(ask->name.text, "biometrics");
    CHECK_STR(ask->limit.rule_name.text, "ask biometrics");
    CHECK(!ask->limit.total);
    CHECK_INT(ask->kinds.names.count, 1);
    CHECK_INT(ask->where->number, 10000000);
    release(&parsed);
    static const char *const totals[] = {HEAD "ask pin for pay when sum of pay, top where tx.channel is app "
                                              "per payee person, last 7 days, over 20\n",
                                         HEAD "ask pin when sum of pay, top where tx.channel is app per "
                                              "payee person, last 7 days, over 20 for pay\n",
                                         HEAD "xác thực thêm pin đối với pay khi tổng số tiền pay, top nếu "
                                              "giao-dịch.kênh là app của mỗi cá nhân bên "
                                              "nhận, trong 7 ngày gần nhất, trên 20\n"};
    for (size_t i = 0; i < SB_ARRAY_SIZE(totals); i++) {
        parsed = parse_good(totals[i]);
        ask = last(&parsed);
        CHECK(ask->limit.total);
        CHECK_INT(ask->limit.measure, SB_MEASURE_SUM);
        CHECK_INT(ask->limit.subject, SB_SUBJECT_PERSON);
        CHECK_INT(ask->limit.side, SB_SIDE_PAYEE);
        CHECK_INT(ask->limit.window, SB_WINDOW_ROLLING);
        CHECK_INT(ask->limit.days, 7);
        CHECK_INT(ask->limit.ceiling.value, 20);
        CHECK_INT(ask->kinds.names.count, 2);
        CHECK_INT(ask->limit.asked.names.count, 1);
        CHECK(ask->where != NULL);
        release(&parsed);
    }
    parsed = parse_good(HEAD "ask pin when number of all, each day, over 3\n");
    CHECK(last(&parsed)->limit.asked.all);
    CHECK_INT(last(&parsed)->limit.measure, SB_MEASURE_NUMBER);
    release(&parsed);
    parsed = parse_good(HEAD "in area north by place of registration for pay\n");
    CHECK_STR(last(&parsed)->name.text, "north");
    CHECK(!last(&parsed)->in_area.of_agent);
    CHECK_INT(last(&parsed)->kinds.names.count, 1);
    release(&parsed);
    parsed = parse_good(HEAD "trong vùng north theo nơi của đại lý\n");
    CHECK(last(&parsed)->in_area.of_agent);
    CHECK(last(&parsed)->kinds.all);
    release(&parsed);
}

/* Meaning 11: known and in force, from the sentence, else its instrument. */
TEST(charter_parse, sentence_times)
{
    struct parsed parsed =
        parse_good("clock +07:00\nkind pay from holder\n"
                   "instrument A \"a\" signed 2025-12-31 in force 2026-01-02\n"
                   "instrument B \"b\" signed 2025-12-31 known from 2025-12-01\n"
                   "allow pay by A\nallow pay by B\nallow pay\n"
                   "allow pay from 2020-01-01 until 2020-01-31 known from 2019-01-01 by A\n"
                   "allow pay until 2026-02-12T23:59\n");
    const struct sb_sentence *list = parsed.charter->sentences + 4;
    sb_time_us day = sb_time_of_day(sb_day_of_date((struct sb_date){2025, 12, 31}), 7 * 3600);
    struct sb_sentence_times times = sb_sentence_times(parsed.charter, &list[0]);
    CHECK_INT(times.known, day);
    CHECK_INT(times.from, day + 2 * SB_DAY_US);
    CHECK_INT(times.until, SB_TIME_FOREVER);
    times = sb_sentence_times(parsed.charter, &list[1]);
    CHECK_INT(times.known, day - 30 * SB_DAY_US);
    CHECK_INT(times.from, day);
    times = sb_sentence_times(parsed.charter, &list[2]);
    CHECK_INT(times.known, SB_TIME_ALWAYS);
    CHECK_INT(times.from, SB_TIME_ALWAYS);
    times = sb_sentence_times(parsed.charter, &list[3]);
    CHECK_INT(times.until - times.from, 31 * SB_DAY_US);
    CHECK(times.known < times.from);
    times = sb_sentence_times(parsed.charter, &list[4]);
    CHECK_INT(times.until, sb_time_of_day(sb_day_of_date((struct sb_date){2026, 2, 13}), 7 * 3600));
    release(&parsed);
}

/* A keyword may be a name where a name stands. */
TEST(charter_parse, keywords_may_be_names)
{
    struct parsed parsed =
        parse_good("unit limit\nkind each from holder\nkind to to holder\n"
                   "limit from: sum of each, to where payer.tier is all per account, each day, at most 5\n"
                   "except from from: each\n");
    CHECK_STR(parsed.charter->sentences[3].name.text, "from");
    CHECK_STR(parsed.charter->sentences[3].where->names.list[0].text, "all");
    release(&parsed);
}

/* No two keywords that could be meant at one place share a phrase: each phrase is found again as written. */
TEST(charter_parse, every_keyword_has_both_phrases)
{
    for (int i = 1; i < SB_KW_COUNT; i++) {
        for (int lang = SB_EN; lang <= SB_VI; lang++) {
            const char *text = sb_keyword_text((enum sb_keyword)i, (enum sb_lang)lang);
            size_t size = strlen(text);
            CHECK(size > 0 && text[0] != ' ' && text[size - 1] != ' ');
            CHECK(strstr(text, "  ") == NULL);
            CHECK(sb_text_is_utf8(text, size, NULL));
        }
    }
}

/* ------------------------------------------------------------------ the language page */

/* The page's examples parse. A line like `KINDS = ...` begins a grammar, which ends with its block. */
TEST(charter_parse, examples_of_the_language_page)
{
    char *page = read_source_file("docs/charter-language.md");
    struct sb_str source = {0};
    bool grammar = false;
    size_t lines = 0;
    for (char *line = page, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        bool code = strncmp(line, "    ", 4) == 0;
        size_t word = code ? strspn(line + 4, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") : 0;
        grammar = code && (grammar || (word > 1 && line[4 + word + strspn(line + 4 + word, " ")] == '='));
        bool meaning = strstr(line, "## 8. Meaning") != NULL;
        if (meaning)
            break;
        if (code && !grammar) {
            sb_str_printf(&source, "%s\n", line + 4);
            lines++;
        }
    }
    struct parsed parsed = parse_good(sb_str_text(&source));
    CHECK(lines > 50);
    CHECK(parsed.charter->sentence_count > 40);
    release(&parsed);
    sb_str_release(&source);
    free(page);
}

/* The page's table of keywords is the program's. */
TEST(charter_parse, keywords_of_the_language_page)
{
    char *page = read_source_file("docs/charter-language.md");
    for (int i = 1; i < SB_KW_COUNT; i++) {
        char row[256];
        (void)snprintf(row, sizeof(row), "\n| %s | %s |\n", sb_keyword_text((enum sb_keyword)i, SB_EN),
                       sb_keyword_text((enum sb_keyword)i, SB_VI));
        if (!strstr(page, row))
            test_fail(__FILE__, __LINE__, "section 9 lacks%s", row);
    }
    free(page);
}

/* ------------------------------------------------------------------ bounds: just at, and just over */

static void check_bound(const char *what, const char *good, const char *bad, const char *part_of_message)
{
    struct parsed parsed = parse(good);
    if (parsed.status != SB_OK)
        test_fail(__FILE__, __LINE__, "%s: refused at the bound:\n%.400s", what, messages(&parsed, SB_EN));
    release(&parsed);
    parsed = parse(bad);
    char *text = messages(&parsed, SB_EN);
    if (parsed.status != SB_SYNTAX || !strstr(text, part_of_message))
        test_fail(__FILE__, __LINE__, "%s: not refused over the bound: %.400s", what, text);
    free(text);
    release(&parsed);
}

/* Build both sources from repetitions and check them. */
static void check_repeated(const char *before, const char *part, size_t most, const char *after,
                           const char *message)
{
    char *good = repeat(before, part, most, after), *bad = repeat(before, part, most + 1, after);
    check_bound(message, good, bad, message);
    free(good);
    free(bad);
}

TEST(charter_parse, bounds)
{
    check_repeated("kind ", "k", SB_CHARTER_NAME_SIZE_MAX, " from holder\n", "at most 48");
    check_repeated("charter \"", "t", SB_CHARTER_TEXT_SIZE_MAX, "\"\n", "at most 512");
    check_repeated("", "unit V\n", SB_CHARTER_SENTENCES_MAX, "", "at most 1024");
    check_repeated("set s: a", ", a", SB_CHARTER_LIST_MAX - 1, "\n", "at most 256");
    check_repeated("area s: province 24", ", 24", SB_CHARTER_LIST_MAX - 1, " as of 2025-07-01\n",
                   "at most 256");
    check_repeated("require payer.tier is a", " or payer.tier is a", SB_CHARTER_NESTING_MAX - 1, "\n",
                   "at most 32");
    check_repeated("require payer.tier is a", " and payer.tier is a", SB_CHARTER_NESTING_MAX - 1, "\n",
                   "at most 32");
    check_repeated("require ", "not ", SB_CHARTER_NESTING_MAX - 1, "payer.tier is a\n", "at most 32");
    check_repeated("limit l: each a at most\n | tier | at most |\n", " | r | 5 |\n", SB_CHARTER_ROWS_MAX, "",
                   "at most 64");
    check_repeated("fee a:\n | up to | fee |\n", " | 5 | 5 |\n", SB_CHARTER_ROWS_MAX, "", "at most 64");
    check_bound(
        "attribute columns",
        "limit l: each a at most\n | tier | sex | class | issuer | at most |\n | a | b | c | d | 1 |\n",
        "limit l: each a at most\n | tier | sex | class | issuer | provider | at most |\n | a | b | c | d | "
        "e | 1 |\n",
        "at most 4");
}

TEST(charter_parse, bounds_of_parentheses)
{
    for (size_t depth = SB_CHARTER_NESTING_MAX; depth <= SB_CHARTER_NESTING_MAX + 1; depth++) {
        char *open = repeat("require ", "(", depth, "payer.tier is a");
        char *source = repeat(open, ")", depth, "\n");
        struct parsed parsed = parse(source);
        CHECK_INT(parsed.status, depth <= SB_CHARTER_NESTING_MAX ? SB_OK : SB_SYNTAX);
        release(&parsed);
        free(open);
        free(source);
    }
}

TEST(charter_parse, bounds_of_columns)
{
    for (int dates = SB_CHARTER_COLUMNS_MAX - 1; dates <= SB_CHARTER_COLUMNS_MAX; dates++) {
        struct sb_str source = {0};
        sb_str_add(&source, "limit l: each a at most\n | tier |");
        for (int i = 0; i < dates; i++)
            sb_str_printf(&source, " from 20%02d-01-01 |", i);
        sb_str_add(&source, "\n | a |");
        for (int i = 0; i < dates; i++)
            sb_str_printf(&source, " %d |", i);
        sb_str_add(&source, "\n");
        struct parsed parsed = parse(sb_str_text(&source));
        CHECK_INT(parsed.status, dates < SB_CHARTER_COLUMNS_MAX ? SB_OK : SB_SYNTAX);
        release(&parsed);
        sb_str_release(&source);
    }
}

TEST(charter_parse, bounds_of_numbers)
{
    check_bound("amount", "limit l: each a at most 1 152 921 504 606 846 976\n",
                "limit l: each a at most 1 152 921 504 606 846 977\n", "1 152 921 504 606 846 976");
    check_bound("days", "limit l: sum of a, last 3 660 days, at most 1\n",
                "limit l: sum of a, last 3 661 days, at most 1\n", "3 660");
    check_bound("run-off", "after the end allow a for 3660 days\n", "after the end allow a for 3661 days\n",
                "3 660");
    check_bound("decimals", "unit V with 9 decimals\n", "unit V with 10 decimals\n", "9");
    check_bound("years", "require payer.age at least 1000 years\n", "require payer.age at least 1001 years\n",
                "1000");
    check_bound("clock", "clock +14:59\n", "clock +15:00\n", "14 hours");
}

TEST(charter_parse, bounds_of_size)
{
    char *source = repeat("", "#", SB_CHARTER_SIZE_MAX - 1, "\n");
    struct parsed parsed = parse_sized(source, SB_CHARTER_SIZE_MAX);
    CHECK_INT(parsed.status, SB_OK);
    release(&parsed);
    free(source);
    source = repeat("", "#", SB_CHARTER_SIZE_MAX, "\n");
    parsed = parse_sized(source, SB_CHARTER_SIZE_MAX + 1);
    CHECK_INT(parsed.status, SB_SYNTAX);
    CHECK(strstr(parsed.diagnostics.list[0].text[SB_EN], "262144"));
    release(&parsed);
    free(source);
}

/* Past the bound mistakes are counted, not kept. */
TEST(charter_parse, bounds_of_errors)
{
    char *source = repeat("", "nonsense\n", SB_CHARTER_ERRORS_MAX + 5, "");
    struct parsed parsed = parse(source);
    CHECK_INT(parsed.diagnostics.count, SB_CHARTER_ERRORS_MAX);
    CHECK_INT(parsed.diagnostics.error_count, SB_CHARTER_ERRORS_MAX + 5);
    CHECK_INT(parsed.diagnostics.more, 5);
    release(&parsed);
    free(source);
}

/* ------------------------------------------------------------------ hostile sources */

TEST(charter_parse, bytes_that_are_no_text)
{
    static const char bad[] = "unit VND\nset s: \xC3\x28\n";
    struct parsed parsed = parse_sized(bad, sizeof(bad) - 1);
    CHECK_INT(parsed.status, SB_SYNTAX);
    CHECK_INT(parsed.diagnostics.list[0].at.line, 2);
    CHECK_INT(parsed.diagnostics.list[0].at.column, 8);
    char *text = messages(&parsed, SB_EN);
    CHECK(strstr(text, "0xC3"));
    CHECK(sb_text_is_utf8(text, strlen(text), NULL));
    free(text);
    release(&parsed);
    parsed = parse_sized("unit \0VND", 9);
    CHECK_INT(parsed.status, SB_SYNTAX);
    release(&parsed);
    parsed = parse_sized("", 0);
    CHECK_INT(parsed.status, SB_OK);
    CHECK_INT(parsed.charter->sentence_count, 0);
    release(&parsed);
}

/* A message about a long line shows the part around the caret, and moves no terminal's cursor. */
TEST(charter_parse, long_and_odd_lines_are_shown_safely)
{
    char *source = repeat("set s: ", "ắ\t", 3000, "\x1b[2J !\n");
    struct parsed parsed = parse(source);
    CHECK_INT(parsed.status, SB_SYNTAX);
    char *text = messages(&parsed, SB_EN);
    CHECK(strlen(text) < 2000);
    CHECK(strchr(text, '\x1b') == NULL && strchr(text, '\t') == NULL);
    CHECK(sb_text_is_utf8(text, strlen(text), NULL));
    free(text);
    release(&parsed);
    free(source);
}

/* The largest sources that are nothing but one thing, again and again, end soon and in bounded memory. */
TEST(charter_parse, monotonous_sources)
{
    static const char *const parts[] = {"(",
                                        "\"",
                                        "a ",
                                        "a,",
                                        "| ",
                                        "\n",
                                        "1 000 ",
                                        "set s: a\n",
                                        "not ",
                                        "#\n",
                                        "limit l: each a at most\n | tier | at most |\n | a | 1 |\n",
                                        "\xCC\x81",
                                        "2025-01-01"};
    for (size_t i = 0; i < SB_ARRAY_SIZE(parts); i++) {
        char *source =
            repeat(i % 2 ? "require " : "", parts[i], SB_CHARTER_SIZE_MAX / strlen(parts[i]) - 8, "");
        struct parsed parsed = parse(source);
        CHECK(parsed.charter->arena.used < (size_t)64 * 1024 * 1024);
        release(&parsed);
        free(source);
    }
}

/* Every allocation fails in turn: no tree, no leak, no crash; then all is well. */
TEST(charter_parse, every_allocation_may_fail)
{
    static const char source[] = HEAD "area a: province 24 as of 2025-07-01\nset s: a, b\n # c\n"
                                      "limit day: sum of all where payer.place is rural and tx.channel in a, "
                                      "b per account, each day, at most\n"
                                      " | tier | at most |\n | a | 5 |\n"
                                      "fee pay: 1 %, paid by payer by D \"1\"\n"
                                      "note \"x\"\n";
    enum sb_status status = SB_NOMEM;
    uint64_t failing = 0;
    for (; status == SB_NOMEM && failing < 1000; failing++) {
        struct parsed parsed = {0};
        struct sb_err err = {0};
        status = sb_charter_parse_layer("x", source, sizeof(source) - 1, NULL, failing, &parsed.charter,
                                        &parsed.diagnostics, &err);
        CHECK(status == SB_OK || (status == SB_NOMEM && err.status == SB_NOMEM && !parsed.charter));
        CHECK_INT(parsed.diagnostics.count, 0);
        release(&parsed);
    }
    CHECK_INT(status, SB_OK);
    CHECK(failing > 20); /* else this charter allocates too little to prove anything */
}
