/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Out of memory at every single allocation: whoever reads outside bytes says SB_NOMEM, leaves nothing behind
 * (LeakSanitizer looks), and works the next time.
 */
#include "fail_alloc.h"
#include "scenario.h"
#include "test.h"

#include "base/macros.h"
#include "engine/front.h"
#include "engine/runner.h"
#include "import/event_file.h"
#include "import/event_text.h"
#include "import/guess.h"
#include "import/import.h"
#include "replay/replay.h"
#include "replay/verify.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ charters */

/* Every sentence that there is, so that every part of the compiler allocates what it ever allocates. */
static const char law[] =
    "charter \"Of everything\"\n"
    "unit GHS with 2 decimals\n"
    "clock +07:00\n"
    "territory vn\n"
    "names tier: minimum, medium, enhanced\n"
    "set essential: electricity, water\n"
    "area north: province 24 as of 2025-07-01\n"
    "area zone: commune 00016 as of 2025-06-30, split communes count as inside\n"
    "kind cash-in to holder\n"
    "kind cash-out from holder\n"
    "kind payment from holder\n"
    "kind float of nobody\n"
    "instrument D316 \"Quyết định 316\" signed 2021-03-09\n"
    "instrument N368 \"Nghị định 368\" signed 2025-12-31 in force 2026-01-01 source \"vneconomy.vn\"\n"
    "pilot runs 2021-11-18 to 2026-11-18 by D316\n"
    "after the end allow cash-out for 90 days\n"
    "allow all by D316 \"III\"\n"
    "allow float\n"
    "forbid payment where tx.country is not VN and not (payer.tier is minimum or payee.sex is f)\n"
    "forbid cash-out where tx.provider is not payer.provider until 2025-12-31 by D316\n"
    "require holder.sim-age at least 3 months at registration for cash-in by D316\n"
    "in area zone by place of agent for cash-out\n"
    "ask pin when tx.amount over 10 for payment\n"
    "ask pin for payment when sum of payment per account, each day, over 20.50\n"
    "limit each-one: each payment at most 1 000.00\n"
    "limit month: sum of cash-out, payment per account, each calendar month, at most 10 000 "
    "until 2025-12-31 by D316 \"III\"\n"
    "limit month: sum of cash-out, payment per account, each calendar month, at most 20 000 by N368\n"
    "limit day: number of all where tx.place in north per account, last 5 days, at most 6\n"
    "limit wallet: balance of account at most\n"
    "    | tier     | from 2015-07-06 | from 2020-03-20 |\n"
    "    | minimum  |             300 |           1 000 |\n"
    "    | enhanced |           5 000 |            none |   by D316\n"
    "except from month: payment where tx.purpose in essential\n"
    "fee payment: 1.5 % at least 1 at most 10, paid by payer, to fees, not counted\n"
    "note N368 \"cash-out is not counted\" decided 2026-02-01\n";

static const char layer[] = "charter \"Own\" of provider alpha\n"
                            "allow all\n"
                            "limit own: sum of payment per person, lifetime, at most 500\n";

static const char mistaken[] = "charter \"Bad\"\nunit VND\nkind a of holder\nallow b\nlimit x: sum of c per "
                               "account, each dya, at most 4\nforbid all where tx.foo is 1\nallow \xff\n";

static enum sb_status compile(const struct sb_source *sources, uint32_t count)
{
    struct sb_plan *plan = NULL;
    struct sb_diagnostics diagnostics = {0};
    struct sb_plan_options options = {.law = SB_LAW_LIVE};
    struct sb_err err = {0};
    struct sb_symbols *symbols = sb_symbols_new();
    if (!symbols)
        return SB_NOMEM;
    enum sb_status status = sb_plan_compile(sources, count, &options, symbols, &plan, &diagnostics, &err);
    sb_plan_free(plan);
    sb_diagnostics_release(&diagnostics);
    sb_symbols_free(symbols);
    return status;
}

static enum sb_status compile_law(void *context)
{
    (void)context;
    struct sb_source sources[] = {{"law.charter", law, strlen(law)}, {"own.charter", layer, strlen(layer)}};
    return compile(sources, SB_ARRAY_SIZE(sources));
}

static enum sb_status compile_mistaken(void *context)
{
    (void)context;
    struct sb_source source = {"mistaken.charter", mistaken, strlen(mistaken)};
    return compile(&source, 1);
}

TEST(memory, charter_compiler)
{
    CHECK(fail_each_alloc(compile_law, NULL, SB_OK, 0) > 50);
    CHECK(fail_each_alloc(compile_mistaken, NULL, SB_SYNTAX, 0) > 5);
}

static enum sb_status format_law(void *context)
{
    (void)context;
    struct sb_charter *charter = NULL;
    struct sb_err err = {0};
    struct sb_diagnostics diagnostics = {0};
    struct sb_str out = {0};
    enum sb_status status = sb_charter_parse("law", law, strlen(law), &charter, &diagnostics, &err);
    if (status == SB_OK)
        status = sb_charter_check(charter, NULL, &diagnostics, &err);
    if (status == SB_OK)
        sb_charter_format(charter, SB_VI, &out);
    if (out.failed)
        status = SB_NOMEM;
    sb_str_release(&out);
    sb_charter_free(charter);
    sb_diagnostics_release(&diagnostics);
    return status;
}

TEST(memory, charter_in_the_other_language)
{
    CHECK(fail_each_alloc(format_law, NULL, SB_OK, 0) > 20);
}

/* ------------------------------------------------------------------ journals */

/* The ledger keeps verdicts for accounts that are alike, where there is room (ledger/precedent.h); without,
 * it judges anew, and the results are the same: the runner compares them with the recorded ones. */
#define PRECEDENTS_MAX 12

static void write_journal(char dir[512])
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    (void)snprintf(dir, 512, "%s", scenario.dir);
}

static enum sb_status read_records(void *context)
{
    struct sb_journal_reader *reader;
    struct sb_record record;
    struct sb_err err = {0};
    enum sb_status status = sb_journal_reader_open(sb_os_real(), context, true, &reader, &err);
    if (status != SB_OK)
        return status;
    do
        status = sb_journal_reader_next(reader, &record, &err);
    while (status == SB_OK);
    sb_journal_reader_close(reader);
    return status;
}

TEST(memory, journal_reader)
{
    char dir[512];
    write_journal(dir);
    CHECK(fail_each_alloc(read_records, dir, SB_END, 0) > 3);
}

static enum sb_status run_records(struct sb_runner *runner, const char *dir, bool scan)
{
    static struct sb_result results[SB_BATCH_MAX];
    struct sb_journal_reader *reader;
    struct sb_record record;
    struct sb_err err = {0};
    enum sb_status status = sb_journal_reader_open(sb_os_real(), dir, true, &reader, &err);
    if (status != SB_OK)
        return status;
    while ((status = sb_journal_reader_next(reader, &record, &err)) == SB_OK) {
        status =
            scan ? sb_runner_scan(runner, &record, &err) : sb_runner_take(runner, &record, results, &err);
        if (status != SB_OK)
            break;
    }
    sb_journal_reader_close(reader);
    return status == SB_END ? SB_OK : status;
}

static enum sb_status run_again(void *context)
{
    struct sb_runner *runner;
    struct sb_err err = {0};
    uint8_t hash[SB_STATE_HASH_SIZE];
    struct sb_runner_options options = {.ids = SB_RUNNER_WANTED_IDS, .compare = true};
    enum sb_status status = sb_runner_new(&options, &runner, &err);
    if (status != SB_OK)
        return status;
    status = run_records(runner, context, true);
    if (status == SB_OK)
        status = run_records(runner, context, false);
    if (status == SB_OK)
        status = sb_ledger_hash(sb_runner_ledger(runner), hash, &err);
    sb_runner_free(runner);
    return status;
}

TEST(memory, runner)
{
    char dir[512];
    write_journal(dir);
    CHECK(fail_each_alloc(run_again, dir, SB_OK, PRECEDENTS_MAX) > 50);
}

static enum sb_status replay(const char *dir, enum sb_replay_mode mode)
{
    enum sb_dimension by[] = {SB_BY_LIMIT, SB_BY_KIND};
    const char *sets[] = {"month=500"};
    struct sb_replay_options options = {.mode = mode, .sets = sets, .set_count = 1, .by = by, .by_count = 2};
    struct sb_replay_report *report = NULL;
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    enum sb_status status = sb_replay(sb_os_real(), dir, &options, &report, &diagnostics, &err);
    if (status == SB_OK)
        sb_replay_report_free(report);
    sb_diagnostics_release(&diagnostics);
    return status;
}

static enum sb_status replay_one_step(void *context)
{
    return replay(context, SB_REPLAY_ONE_STEP);
}

static enum sb_status replay_whole(void *context)
{
    return replay(context, SB_REPLAY_WHOLE_RUN);
}

static enum sb_status verify(void *context)
{
    struct sb_verify question = {.os = sb_os_real(), .dir = context};
    struct sb_verification answer;
    struct sb_err err = {0};
    return sb_verify_journal(&question, &answer, &err);
}

TEST(memory, replay)
{
    char dir[512];
    write_journal(dir);
    CHECK(fail_each_alloc(replay_one_step, dir, SB_OK, PRECEDENTS_MAX) > 50);
    CHECK(fail_each_alloc(replay_whole, dir, SB_OK, PRECEDENTS_MAX) > 50);
    CHECK(fail_each_alloc(verify, dir, SB_OK, PRECEDENTS_MAX) > 50);
}

/* ------------------------------------------------------------------ the engine */

static enum sb_status open_and_submit(void *context)
{
    struct sb_engine_options options = {.segment_size = 1 << 20, .no_thread = true};
    struct sb_engine *engine;
    struct sb_front *front = NULL;
    struct sb_event event = {.type = SB_EVENT_TICK};
    struct sb_result result;
    struct sb_err err = {0};
    uint16_t code;
    uint64_t cut;
    enum sb_status status = sb_engine_open(context, &options, &engine, &cut, &err);
    if (status != SB_OK)
        return status;
    status = sb_engine_name(engine, SB_SPACE_PURPOSE, "bread", 5, sb_ledger_time(sb_engine_ledger(engine)),
                            &code, &err);
    if (status == SB_OK)
        status = sb_front_new(engine, NULL, &front, &err);
    if (status == SB_OK)
        status = sb_front_submit(front, &event, 1, &result, &err);
    sb_front_free(front);
    enum sb_status closed = sb_engine_close(engine, &err);
    return status == SB_OK ? closed : status;
}

/* Whatever did not find memory, the journal is whole, and the next opening goes on. */
TEST(memory, engine)
{
    char dir[512];
    write_journal(dir);
    CHECK(fail_each_alloc(open_and_submit, dir, SB_OK, PRECEDENTS_MAX) > 50);
    CHECK(verify(dir) == SB_OK);
}

/* ------------------------------------------------------------------ what comes from outside */

static enum sb_status code_of_table(void *context, enum sb_space space, const char *name, size_t size,
                                    uint16_t *ret_code, struct sb_err *err)
{
    return sb_symbols_intern(context, space, name, size, ret_code, err);
}

static enum sb_status read_lines(struct sb_event_reader *reader, const struct sb_symbols *symbols)
{
    struct sb_event event;
    struct sb_str out = {0};
    enum sb_status status = SB_OK;
    for (const char *line = scenario_events; *line && (status == SB_OK || status == SB_END);) {
        size_t size = strcspn(line, "\n");
        status = sb_event_read_line(reader, line, size, &event, NULL);
        if (status == SB_OK)
            sb_event_print(&event, symbols, 0, 0, reader, &out);
        line += size + 1;
    }
    if (out.failed)
        status = SB_NOMEM;
    sb_str_release(&out);
    return status == SB_END ? SB_OK : status;
}

static enum sb_status read_text(void *context)
{
    (void)context;
    struct sb_symbols *symbols = sb_symbols_new();
    struct sb_event_reader *reader = NULL;
    struct sb_event_reader_options options = {.unit = "VND", .names = {symbols, code_of_table}};
    if (!symbols)
        return SB_NOMEM;
    enum sb_status status = sb_event_reader_new(&options, &reader, NULL);
    if (status == SB_OK)
        status = read_lines(reader, symbols);
    sb_event_reader_free(reader);
    sb_symbols_free(symbols);
    return status;
}

TEST(memory, event_text)
{
    CHECK(fail_each_alloc(read_text, NULL, SB_OK, 0) > 20);
}

static enum sb_status write_events(FILE *file)
{
    struct sb_event_file_info info = {.unit = "VND", .origin = "test"};
    struct sb_event_writer *writer = NULL;
    struct sb_event event = {.type = SB_EVENT_TICK};
    uint16_t code;
    enum sb_status status = sb_event_writer_new(file, &info, &writer, NULL);
    if (status == SB_OK)
        status = sb_event_writer_name(writer, SB_SPACE_KIND, "payment", 7, &code, NULL);
    if (status == SB_OK)
        status = sb_event_writer_put(writer, &event, NULL);
    enum sb_status closed = sb_event_writer_close(writer, NULL);
    return status == SB_OK ? closed : status;
}

static enum sb_status read_events(FILE *file)
{
    struct sb_event_file *events = NULL;
    struct sb_event_file_info info;
    struct sb_event event;
    uint32_t count = 1;
    enum sb_status status = sb_event_file_open(file, "events", &events, &info, NULL);
    while (status == SB_OK && count > 0)
        status = sb_event_file_read(events, &event, 1, &count, NULL);
    sb_event_file_close(events);
    return status;
}

static enum sb_status use_event_file(void *context)
{
    FILE *file = context;
    rewind(file);
    enum sb_status status = write_events(file);
    rewind(file);
    return status == SB_OK ? read_events(file) : status;
}

TEST(memory, event_file)
{
    FILE *file = tmpfile();
    CHECK(file != NULL);
    CHECK(fail_each_alloc(use_event_file, file, SB_OK, 0) > 5);
    CHECK(fclose(file) == 0);
}

static const char mapping[] = "unit GBP with 2 decimals\n"
                              "clock +01:00\n"
                              "time from \"date\" and \"time\" as d/m/yy h:mm or yyyy-mm-dd hh:mm\n"
                              "payer from \"payer\"\n"
                              "payee from \"payee\" with prefix \"shop:\"\n"
                              "amount from \"out\"\n"
                              "kind from \"kind\": \"R\" is refund, \"X\" is rejected, other is kept\n"
                              "payer.class is subscriber\n"
                              "negative amounts are refunds\n"
                              "names fold case and spaces\n"
                              "funds from \"bank\"\n"
                              "opening balances as needed\n";
static const char rows[] = "date,time,payer,payee,out,kind\n"
                           "1/2/25,8:30,An,Kiosk,12.50,payment\n"
                           "1/2/25,8:31,Bình,Kiosk,3,payment\n"
                           "1/2/25,8:32,Bình,Kiosk,-3,payment\n"
                           "1/2/25,8:33,Bình,Kiosk,x,payment\n"
                           "2/2/25,8:33,An,\"Kiosk, old\",7,X\n";
static const char plain_rows[] = "date,payer,payee,amount,type\n"
                                 "2025-02-01 08:30,An,Kiosk,12.50,payment\n"
                                 "2025-02-01 08:31,An,Kiosk,3.00,transfer\n"
                                 "2025-02-02 08:31,Bình,Kiosk,4.10,payment\n";

static void write_rows(const char *text, char path[512])
{
    (void)snprintf(path, 512, "%s", scenario_path("rows.csv"));
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    CHECK(fputs(text, file) >= 0 && fclose(file) == 0);
}

static enum sb_status import_rows(void *context)
{
    const char *files[] = {context};
    struct sb_map map;
    struct sb_import_totals totals;
    struct sb_err err = {0};
    enum sb_status status = sb_map_read("rows.map", mapping, strlen(mapping), &map, &err);
    if (status != SB_OK) {
        sb_map_release(&map);
        return status;
    }
    struct sb_import_options options = {.map = &map,
                                        .files = files,
                                        .file_count = 1,
                                        .temporary_dir = test_dir(),
                                        .memory_size = 4096,
                                        .out = tmpfile(),
                                        .rejects = tmpfile()};
    CHECK(options.out != NULL && options.rejects != NULL);
    status = sb_import_run(&options, &totals, &err);
    (void)fclose(options.out); /* of the test */
    (void)fclose(options.rejects);
    sb_map_release(&map);
    return status;
}

static enum sb_status guess(void *context)
{
    struct sb_str out = {0};
    struct sb_err err = {0};
    FILE *file = fopen(context, "r");
    CHECK(file != NULL);
    enum sb_status status = sb_guess_map(file, context, &out, &err);
    (void)fclose(file); /* only read */
    sb_str_release(&out);
    return status;
}

TEST(memory, import)
{
    char path[512];
    write_rows(rows, path);
    CHECK(fail_each_alloc(import_rows, path, SB_OK, 0) > 20);
    write_rows(plain_rows, path);
    CHECK(fail_each_alloc(guess, path, SB_OK, 0) > 5);
}
