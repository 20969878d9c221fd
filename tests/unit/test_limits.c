/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounds of base/limits.h that no other test meets: what is just at one passes, what is just over it is told
 * with the bound. tests/lint.sh looks that every bound is named by some test.
 */

#include "base/macros.h"
#include "fake_disk.h"
#include "import/csv_rows.h"
#include "import/import.h"
#include "journal/journal.h"
#include "replay/diff.h"
#include "test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define START "charter \"x\"\nunit VND\nkind payment from holder\n"

struct made {
    struct sb_symbols *symbols;
    struct sb_plan *plan;
};

static enum sb_status make(const char *text, struct made *made, struct sb_err *err)
{
    struct sb_source source = {"x.charter", text, strlen(text)};
    struct sb_diagnostics diagnostics = {0};
    if (!made->symbols)
        made->symbols = sb_symbols_new();
    enum sb_status status = sb_plan_compile(&source, 1, NULL, made->symbols, &made->plan, &diagnostics, err);
    sb_diagnostics_release(&diagnostics);
    return status;
}

/* Takes the text. */
static struct made make_ok(char *text)
{
    struct made made = {0};
    struct sb_err err = {0};
    if (make(text, &made, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "does not compile: %s", err.text[SB_EN]);
    free(text);
    return made;
}

static void drop(struct made *made)
{
    sb_plan_free(made->plan);
    sb_symbols_free(made->symbols);
}

/* `line` so often, with @ for its number. The caller frees. */
static char *many(const char *before, const char *line, int count, const char *after)
{
    struct sb_str text = {0};
    sb_str_add(&text, before);
    for (int i = 0; i < count; i++)
        for (const char *at_ = line; *at_; at_++)
            if (*at_ == '@')
                sb_str_printf(&text, "%d", i);
            else
                sb_str_add_bytes(&text, at_, 1);
    sb_str_add(&text, after);
    CHECK(!text.failed);
    return text.text;
}

/* Compile, and look whether it is refused with a number in the message. Takes the text. */
static void compiles(char *text, enum sb_status expected, const char *says)
{
    struct made made = {0};
    struct sb_err err = {0};
    enum sb_status status = make(text, &made, &err);
    if (status != expected || (says && !strstr(err.text[SB_EN], says)))
        test_fail(__FILE__, __LINE__, "status %d, expected %d with '%s': %s", status, expected,
                  says ? says : "", err.text[SB_EN]);
    drop(&made);
    free(text);
}

/* ------------------------------------------------------------------ charters */

TEST(limits, days_of_a_rolling_window)
{
    for (int more = 0; more < 2; more++) {
        struct sb_str text = {0};
        sb_str_printf(&text,
                      START "allow all\nlimit l: sum of payment per account, last %d days, at most 5\n",
                      SB_ROLLING_DAYS_MAX + more);
        compiles(text.text, more ? SB_SYNTAX : SB_OK, more ? "3 660" : NULL);
    }
}

/* Each sentence begins and ends on a day of its own; with the ends of time they cut it into stretches. */
static char *with_segments(uint32_t segments)
{
    struct sb_str text = {0};
    sb_day day = sb_day_of_date((struct sb_date){2000, 1, 1});
    char from[SB_TIME_TEXT_SIZE], until[SB_TIME_TEXT_SIZE];
    sb_str_add(&text, START);
    for (uint32_t cuts = segments - 1; cuts > 0; cuts -= SB_MIN(cuts, 2u), day += 4) {
        sb_day_print(day, from);
        sb_day_print(day + 1, until);
        sb_str_printf(&text, cuts > 1 ? "allow payment from %s until %s\n" : "allow payment from %s\n", from,
                      until);
    }
    return text.text;
}

TEST(limits, segments_of_a_plan)
{
    struct made made = make_ok(with_segments(SB_PLAN_SEGMENTS_MAX));
    CHECK_INT(made.plan->segment_count, SB_PLAN_SEGMENTS_MAX);
    drop(&made);
    compiles(with_segments(SB_PLAN_SEGMENTS_MAX + 1), SB_LIMIT, "1024");
}

TEST(limits, areas_of_a_plan)
{
    for (int more = 0; more < 2; more++) {
        char *areas = many(START "territory vn\nallow all\n", "area a@: commune 00004 as of 2025-07-01\n",
                           SB_PLAN_AREAS_MAX + more, "");
        char *text = many(areas, "forbid payment where tx.place in a@\n", SB_PLAN_AREAS_MAX + more, "");
        compiles(text, more ? SB_LIMIT : SB_OK, more ? "32" : NULL);
        free(areas);
    }
}

/* A pilot of more participants than the ledger has room for is no sentence. */
TEST(limits, participants)
{
    for (int more = 0; more < 2; more++) {
        struct sb_str text = {0};
        sb_str_printf(&text, START "allow all\nparticipants at most %" PRIu32 "\n",
                      SB_ACCOUNTS_MAX + (uint32_t)more);
        compiles(text.text, more ? SB_SYNTAX : SB_OK, NULL);
    }
}

TEST(limits, names_of_a_space)
{
    struct sb_symbols *symbols = sb_symbols_new();
    struct sb_err err = {0};
    char name[SB_SYMBOL_SIZE_MAX + 2];
    uint16_t code = 0;
    for (unsigned i = 1; i <= SB_SYMBOLS_MAX; i++) {
        int size = snprintf(name, sizeof(name), "n%u", i);
        CHECK(sb_symbols_intern(symbols, SB_SPACE_PURPOSE, name, (size_t)size, &code, &err) == SB_OK);
        CHECK_INT(code, i);
    }
    CHECK_INT(sb_symbols_intern(symbols, SB_SPACE_PURPOSE, "one-more", 8, &code, &err), SB_LIMIT);
    CHECK(strstr(err.text[SB_EN], "65535") != NULL);
    CHECK_INT(sb_symbols_intern(symbols, SB_SPACE_CHANNEL, "one-more", 8, &code, &err), SB_OK);
    memset(name, 'a', sizeof(name));
    CHECK_INT(sb_symbols_intern(symbols, SB_SPACE_TIER, name, SB_SYMBOL_SIZE_MAX, &code, &err), SB_OK);
    CHECK_INT(sb_symbols_intern(symbols, SB_SPACE_TIER, name, SB_SYMBOL_SIZE_MAX + 1, &code, &err),
              SB_INVALID);
    CHECK(strstr(err.text[SB_EN], "48") != NULL);
    sb_symbols_free(symbols);
}

/* ------------------------------------------------------------------ territories */

/* Takes the text. */
static void reads_places(char *text, size_t size, enum sb_status expected)
{
    struct sb_territory *territory = NULL;
    struct sb_err err = {0};
    enum sb_status status = sb_territory_parse("x", text, size, &territory, &err);
    if (status != expected)
        test_fail(__FILE__, __LINE__, "status %d, expected %d: %s", status, expected, err.text[SB_EN]);
    sb_territory_free(territory);
    free(text);
}

TEST(limits, bytes_of_a_territory)
{
    static const char places[] = "sandbank-places 1\nepoch 2025-03-01\n01 tinh One\n";
    for (size_t more = 0; more < 2; more++) {
        size_t size = SB_TERRITORY_SIZE_MAX + more;
        char *text = malloc(size);
        CHECK(text != NULL);
        memset(text, '\n', size);
        memcpy(text, places, sizeof(places) - 1);
        reads_places(text, size, more ? SB_LIMIT : SB_OK);
    }
}

static char *with_epochs(unsigned count)
{
    struct sb_str text = {0};
    sb_day day = sb_day_of_date((struct sb_date){2000, 1, 1});
    char date[SB_TIME_TEXT_SIZE];
    sb_str_add(&text, "sandbank-places 1\n");
    for (unsigned i = 0; i < count; i++) {
        sb_day_print(day + (sb_day)i, date);
        sb_str_printf(&text, "epoch %s\n01 tinh One\n00001 xa Here\n%s", date,
                      i > 0 ? "mapping same codes\n" : "");
    }
    return text.text;
}

TEST(limits, epochs_of_a_territory)
{
    for (unsigned more = 0; more < 2; more++) {
        char *text = with_epochs(SB_TERRITORY_EPOCHS_MAX + more);
        reads_places(text, strlen(text), more ? SB_LIMIT : SB_OK);
    }
}

/* One commune that became so many. */
static char *with_reach(unsigned count)
{
    struct sb_str text = {0};
    sb_str_add(&text, "sandbank-places 1\nepoch 2025-03-01\n01 tinh One\n00001 xa Here\n"
                      "epoch 2025-07-01\n01 tinh One\n");
    for (unsigned i = 1; i <= count; i++)
        sb_str_printf(&text, "%05u xa P\n", i);
    sb_str_add(&text, "mapping\n00001 >");
    for (unsigned i = 1; i <= count; i++)
        sb_str_printf(&text, " %05u", i);
    sb_str_add(&text, "\n");
    return text.text;
}

TEST(limits, places_that_one_became)
{
    /* The place itself is met, too. */
    for (unsigned more = 0; more < 2; more++) {
        char *text = with_reach(SB_TERRITORY_REACH_MAX - 1 + more);
        reads_places(text, strlen(text), more ? SB_LIMIT : SB_OK);
    }
}

/* ------------------------------------------------------------------ journals */

TEST(limits, bytes_of_a_record)
{
    struct fake_disk *disk = fake_disk_new(1);
    struct sb_journal *journal;
    struct sb_err err = {0};
    uint64_t cut;
    struct sb_journal_options options = {.segment_size = 2 * SB_RECORD_SIZE_MAX, .no_thread = true};
    CHECK(sb_journal_open(fake_disk_os(disk), "j", true, &options, NULL, NULL, &journal, &cut, &err) ==
          SB_OK);
    CHECK_INT(sb_journal_reserve(journal, SB_BATCH_MAX, 0, &err), SB_OK);
    CHECK_INT(sb_journal_reserve(journal, SB_BATCH_MAX + 1, 0, &err), SB_LIMIT);
    uint32_t fits = 0, step = SB_RECORD_SIZE_MAX;
    for (; step > 0; step /= 2)
        if (sb_journal_reserve(journal, 1, fits + step, &err) == SB_OK)
            fits += step;
    CHECK(fits < SB_RECORD_SIZE_MAX && fits > SB_RECORD_SIZE_MAX - 4096);
    CHECK(fits >= SB_CHARTER_LAYERS_MAX * SB_CHARTER_SIZE_MAX);
    CHECK_INT(sb_journal_reserve(journal, 1, fits + 1, &err), SB_LIMIT);
    CHECK(strstr(err.text[SB_EN], "8388608") != NULL);
    CHECK(sb_journal_close(journal, true, &err) == SB_OK);
    fake_disk_free(disk);
}

/* ------------------------------------------------------------------ import */

TEST(limits, files_of_an_import)
{
    static const char mapping[] =
        "unit VND\ntime from \"t\" as yyyy-mm-dd\npayer from \"a\"\npayee from \"b\"\n"
        "amount from \"m\"\nkind is payment\n";
    static const char *files[SB_IMPORT_FILES_MAX + 1];
    char path[512];
    struct sb_map map;
    struct sb_err err = {0};
    struct sb_import_totals totals;
    (void)snprintf(path, sizeof(path), "%s/x.csv", test_dir());
    FILE *file = fopen(path, "w");
    CHECK(file && fputs("t,a,b,m\n2025-01-01,x,y,5\n", file) >= 0 && fclose(file) == 0);
    for (size_t i = 0; i < SB_ARRAY_SIZE(files); i++)
        files[i] = path;
    CHECK(sb_map_read("x.map", mapping, strlen(mapping), &map, &err) == SB_OK);
    for (uint32_t more = 0; more < 2; more++) {
        struct sb_import_options options = {.map = &map,
                                            .files = files,
                                            .file_count = SB_IMPORT_FILES_MAX + more,
                                            .temporary_dir = test_dir(),
                                            .out = tmpfile(),
                                            .rejects = tmpfile()};
        CHECK(options.out && options.rejects);
        CHECK_INT(sb_import_run(&options, &totals, &err), more ? SB_LIMIT : SB_OK);
        CHECK(more || totals.transfers == SB_IMPORT_FILES_MAX);
        CHECK(fclose(options.out) == 0 && fclose(options.rejects) == 0);
    }
    CHECK(strstr(err.text[SB_EN], "1024") != NULL);
    sb_map_release(&map);
}

static enum sb_status remember_problem(void *context, const struct sb_row *row, struct sb_err *err)
{
    (void)err;
    if (row->line == 1)
        *(enum sb_row_problem *)context = row->problem;
    return SB_OK;
}

/* A quote that ends within the bound is a long field; one that does not was never closed. Bytes are looked at
 * a block at a time, so "over" is well over. */
TEST(limits, bytes_of_a_quote)
{
    for (size_t more = 0; more < 2; more++) {
        enum sb_row_problem problem = SB_ROW_SOUND;
        struct sb_csv_options options = {',', '"', "utf-8"};
        FILE *file = tmpfile();
        CHECK(file != NULL);
        fputc('"', file);
        for (size_t i = 0; i < SB_IMPORT_QUOTE_MAX - 1 + more * 2 * SB_IMPORT_QUOTE_MAX; i++)
            fputc(i % 64 == 63 ? '\n' : 'x', file);
        fputs("\",b\nc,d\n", file);
        rewind(file);
        CHECK(sb_csv_read(file, "x.csv", &options, remember_problem, &problem, NULL) == SB_OK);
        CHECK_INT(problem, more ? SB_ROW_QUOTE_OPEN : SB_ROW_FIELD_LONG);
        CHECK(fclose(file) == 0);
    }
}

/* ------------------------------------------------------------------ comparing charters */

struct compared {
    struct made made[2];
    struct sb_diff_report report;
};

/* Takes the texts. */
static void compare_charters(struct compared *compared, char *a, char *b)
{
    struct sb_err err = {0};
    *compared = (struct compared){.made = {make_ok(a)}};
    struct sb_symbols *symbols = compared->made[1].symbols = compared->made[0].symbols;
    CHECK(make(b, &compared->made[1], &err) == SB_OK);
    compared->made[1].symbols = NULL; /* the first one's */
    free(b);
    struct sb_diff_options options = {
        .plans = {compared->made[0].plan, compared->made[1].plan},
        .symbols = symbols,
        .from = SB_TIME_ALWAYS,
        .to = SB_TIME_FOREVER,
        .at = sb_time_of_day(sb_day_of_date((struct sb_date){2025, 1, 1}), 0),
    };
    CHECK_INT(sb_diff_run(&options, &compared->report, &err), SB_OK);
}

static void compared_release(struct compared *compared)
{
    sb_diff_report_release(&compared->report);
    drop(&compared->made[0]);
    drop(&compared->made[1]);
}

/* The cases of payments under a charter beside itself. Takes the text; the caller releases both. */
static void make_space(char *text, struct made *made, struct sb_diff_space *space)
{
    struct sb_diff_others others;
    *made = make_ok(text);
    const struct sb_plan *plans[2] = {made->plan, made->plan};
    struct sb_stretch stretch = {.from = SB_TIME_ALWAYS, .to = SB_TIME_FOREVER};
    CHECK(sb_diff_others_intern(made->symbols, &others, NULL) == SB_OK);
    struct sb_diff_question question = {
        .plans = plans,
        .stretch = &stretch,
        .symbols = made->symbols,
        .others = &others,
        .kind = sb_symbols_find(made->symbols, SB_SPACE_KIND, "payment", 7),
        .time = sb_time_of_day(sb_day_of_date((struct sb_date){2025, 1, 1}), 0),
    };
    CHECK(sb_diff_space_make(&question, space, NULL) == SB_OK);
}

/* Besides the names, what is none of them, and nothing. */
TEST(limits, values_that_a_comparison_tells_apart)
{
    for (int more = 0; more < 2; more++) {
        struct made made;
        struct sb_diff_space space;
        make_space(many(START "allow all\n", "forbid payment where payer.tier is t@\n",
                        SB_DIFF_VALUES_MAX - 2 + more, ""),
                   &made, &space);
        CHECK_INT(space.variables[0].count, SB_DIFF_VALUES_MAX);
        CHECK_INT(space.cut, more);
        sb_diff_space_release(&space);
        drop(&made);
    }
}

TEST(limits, things_that_a_comparison_varies)
{
    static const char *const sides[] = {"payer", "payee", "agent"};
    static const char *const fields[] = {"class is a",      "tier is a", "provider is a",
                                         "issuer is a",     "sex is a",  "sim-age over 5 days",
                                         "age over 5 years"};
    static const char *const of_tx[] = {"purpose is a", "channel is a", "country is a", "provider is a",
                                        "amount over 5"};
    struct sb_str text = {0};
    uint32_t before = 0;
    bool was_cut = false;
    sb_str_add(&text, START "allow all\n");
    for (size_t n = 0; n < 3 * SB_ARRAY_SIZE(fields) + SB_ARRAY_SIZE(of_tx) && !was_cut; n++) {
        struct made made;
        struct sb_diff_space space;
        if (n < SB_ARRAY_SIZE(of_tx))
            sb_str_printf(&text, "forbid payment where tx.%s\n", of_tx[n]);
        else
            sb_str_printf(&text, "forbid payment where %s.%s\n", sides[(n - SB_ARRAY_SIZE(of_tx)) % 3],
                          fields[(n - SB_ARRAY_SIZE(of_tx)) / 3]);
        make_space(strdup(sb_str_text(&text)), &made, &space);
        was_cut = space.cut;
        CHECK(was_cut ? before == SB_DIFF_VARIABLES_MAX : space.variable_count > before);
        before = space.variable_count;
        sb_diff_space_release(&space);
        drop(&made);
    }
    CHECK(was_cut);
    sb_str_release(&text);
}

/* 50 tiers of the payer, 50 of the payee, 8 channels are just as many as are judged one by one. */
TEST(limits, cases_that_a_comparison_judges)
{
    for (int more = 0; more < 2; more++) {
        struct made made;
        struct sb_diff_space space;
        char *tiers =
            many(START "allow all\n",
                 "forbid payment where payer.tier is t@\nforbid payment where payee.tier is t@\n", 48, "");
        make_space(many(tiers, "forbid payment where tx.channel is c@\n", 6 + more, ""), &made, &space);
        CHECK_INT(space.only_pairs, more);
        CHECK(more ? space.case_count < SB_DIFF_CASES_MAX : space.case_count == SB_DIFF_CASES_MAX);
        CHECK(!space.cut);
        sb_diff_space_release(&space);
        drop(&made);
        free(tiers);
    }
}

/* As many as kinds times months in which the ceilings differ. */
static char *with_months(int months, int ceiling)
{
    struct sb_str text = {0};
    char *kinds = many("charter \"x\"\nunit VND\n", "kind k@ from holder\n", 64, "allow all\n");
    sb_str_add(&text, kinds);
    for (int i = 1; i <= months; i++)
        sb_str_printf(&text, "limit l: each all at most %d from 2020-%02d-01 until 2020-%02d-28\n",
                      ceiling + 10 * i, i, i);
    free(kinds);
    return text.text;
}

TEST(limits, differences_of_a_report)
{
    for (int more = 0; more < 2; more++) {
        struct compared compared;
        compare_charters(&compared, with_months(8 + more, 100), with_months(8 + more, 1000));
        CHECK_INT(compared.report.group_count, SB_DIFF_GROUPS_MAX);
        CHECK_INT(compared.report.cut, more);
        compared_release(&compared);
    }
}

static char *with_lifetime(int number)
{
    struct sb_str text = {0};
    sb_str_printf(&text, START "allow all\nlimit l: number of payment per account, lifetime, at most %d\n",
                  number);
    return text.text;
}

/* A difference that shows only behind so many events is named as one that was not shown. */
TEST(limits, events_of_an_example)
{
    static const int numbers[] = {SB_DIFF_EVENTS_MAX - 20, SB_DIFF_EVENTS_MAX};
    for (int more = 0; more < 2; more++) {
        struct compared compared;
        compare_charters(&compared, with_lifetime(numbers[more]), with_lifetime(numbers[more] + 1));
        CHECK_INT(compared.report.group_count, 1);
        const struct sb_diff_group *group = &compared.report.groups[0];
        CHECK(more ? group->events == NULL : group->event_count > SB_DIFF_EVENTS_MAX - 20);
        CHECK(group->event_count <= SB_DIFF_EVENTS_MAX);
        compared_release(&compared);
    }
}
