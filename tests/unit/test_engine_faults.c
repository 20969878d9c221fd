/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine on a disk whose n-th call fails, for every n; on a full one; with a tail cut at every byte. A
 * run is always the same: opening, a charter, a name, some batches, a clean close. Whatever went wrong, a
 * second run of the same requests must end in the state of an undisturbed one.
 */
#include "fake_disk.h"
#include "test.h"

#include "base/macros.h"
#include "engine/engine.h"
#include "engine/runner.h"

#include <stdio.h>
#include <stdlib.h>

#define SEGMENT     16384u
#define BATCHES     9u
#define BATCH_SIZE  6u
#define EVENT_COUNT (BATCHES * BATCH_SIZE)
#define TIME(n)     (INT64_C(1756684800) * SB_SECOND_US + (sb_time_us)(n)*SB_SECOND_US) /* from 2025-09-01 on */

static const char charter[] = "charter \"Faults\"\n"
                              "unit VND\n"
                              "clock +07:00\n"
                              "kind cash-in to holder\n"
                              "kind payment from holder\n"
                              "allow all\n"
                              "limit month: sum of payment per account, each calendar month, at most 1 500\n"
                              "limit count: number of payment per account, last 7 days, at most 25\n";

static struct sb_err err;

/* ------------------------------------------------------------------ a run */

static struct sb_engine_options options_of(struct fake_disk *disk)
{
    return (struct sb_engine_options){.os = fake_disk_os(disk),
                                      .create = true,
                                      .origin = "test",
                                      .checkpoint_every = 15,
                                      .snapshot_every = 20,
                                      .segment_size = SEGMENT,
                                      .no_thread = true};
}

static uint16_t code_of(const struct sb_engine *engine, enum sb_space space, const char *name)
{
    return sb_symbols_find(sb_engine_symbols(engine), space, name, strlen(name));
}

static struct sb_event open_event(const struct sb_engine *engine, uint64_t account, uint8_t flags)
{
    struct sb_event event = {.type = SB_EVENT_OPEN, .account = {account, 1}};
    event.attributes.unit = code_of(engine, SB_SPACE_UNIT, "VND");
    event.attributes.tier = code_of(engine, SB_SPACE_TIER, "full");
    event.attributes.flags = flags;
    event.attributes.opened_on = event.attributes.sim_since = SB_DAY_NONE;
    return event;
}

/* The n-th request of the run, from 0: accounts and money first, then payments, reservations, posts,
 * reversals, a chain that breaks, and some over the limit. */
static struct sb_event event_of(const struct sb_engine *engine, unsigned n)
{
    struct sb_event event = {.type = SB_EVENT_TRANSFER, .payer = {2, 1}, .payee = {3, 1}, .amount = 40 + n};
    event.kind = code_of(engine, SB_SPACE_KIND, "payment");
    if (n < 3)
        event = open_event(engine, n + 1, n == 0 ? 0 : SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS);
    if (n == 3 || n == 20) {
        event.kind = code_of(engine, SB_SPACE_KIND, "cash-in");
        event.payer.lo = 1;
        event.payee.lo = 2;
        event.amount = 2000;
    }
    if (n % 9 == 5) {
        event.flags = SB_F_PENDING;
        event.timeout_s = n < 30 ? 0 : 3;
    }
    if (n % 9 == 6 || n % 9 == 8) {
        event = (struct sb_event){.type = n % 9 == 6 ? SB_EVENT_POST : SB_EVENT_REVERSE, .amount = 10};
        event.other = (struct sb_id){n % 9 == 6 ? n : n - 1, 7};
    }
    if (n == 30 || n == 31)
        event.flags |= SB_F_LINKED;
    if (n == 32)
        event.amount = 5000;
    event.id = (struct sb_id){n + 1, 7};
    event.time = n >= 30 && n <= 32 ? TIME(30) : TIME(n);
    return event;
}

/* What became of a run. */
struct story {
    struct sb_engine *engine; /* the caller's to close; NULL: it was not opened */
    unsigned submitted;       /* events that were taken */
    unsigned acknowledged;    /* of these: durable, as the engine said */
    struct sb_result results[EVENT_COUNT];
    uint8_t hash[SB_STATE_HASH_SIZE]; /* at the end */
};

static enum sb_status set_up(struct story *story)
{
    uint16_t code;
    struct sb_source source = {"faults.charter", charter, sizeof(charter) - 1};
    struct sb_diagnostics diagnostics = {0};
    sb_time_us time = SB_MAX(TIME(0), sb_ledger_time(sb_engine_ledger(story->engine)));
    enum sb_status status = sb_engine_install(story->engine, &source, 1, time, &diagnostics, &err);
    sb_diagnostics_release(&diagnostics);
    return status == SB_OK ? sb_engine_name(story->engine, SB_SPACE_TIER, "full", 4, time, &code, &err)
                           : status;
}

/* Requests that come again are given the time of now. */
static enum sb_status submit_batch(struct story *story, unsigned first, struct sb_event *events,
                                   struct sb_result *results)
{
    sb_time_us now = sb_ledger_time(sb_engine_ledger(story->engine));
    uint64_t sequence;
    for (unsigned i = 0; i < BATCH_SIZE; i++) {
        events[i] = event_of(story->engine, first + i);
        events[i].time = SB_MAX(events[i].time, now);
    }
    enum sb_status status = sb_engine_submit(story->engine, events, BATCH_SIZE, results, &sequence, &err);
    if (status != SB_OK)
        return status;
    memcpy(&story->results[first], results, BATCH_SIZE * sizeof(*results));
    story->submitted = first + BATCH_SIZE;
    status = sb_engine_wait(story->engine, sequence, &err);
    if (status == SB_OK)
        story->acknowledged = story->submitted;
    return status;
}

/* From the opening to event `upto`; stops at the first failure. */
static enum sb_status run_some(struct fake_disk *disk, unsigned upto, struct story *story)
{
    struct sb_engine_options options = options_of(disk);
    struct sb_event events[BATCH_SIZE];
    struct sb_result results[BATCH_SIZE];
    *story = (struct story){0};
    enum sb_status status = sb_engine_open("pilot", &options, &story->engine, NULL, &err);
    if (status == SB_OK)
        status = set_up(story);
    for (unsigned first = 0; first < upto && status == SB_OK; first += BATCH_SIZE)
        status = submit_batch(story, first, events, results);
    if (status == SB_OK)
        status = sb_ledger_hash(sb_engine_ledger(story->engine), story->hash, &err);
    return status;
}

static enum sb_status run(struct fake_disk *disk, struct story *story)
{
    return run_some(disk, EVENT_COUNT, story);
}

static enum sb_status end(struct story *story)
{
    enum sb_status status = sb_engine_close(story->engine, &err);
    story->engine = NULL;
    return status;
}

static const struct story *undisturbed(void)
{
    static struct story story;
    if (story.acknowledged > 0)
        return &story;
    struct fake_disk *disk = fake_disk_new(1);
    CHECK_INT(run(disk, &story), SB_OK);
    CHECK_INT(end(&story), SB_OK);
    fake_disk_free(disk);
    return &story;
}

/* The requests are what they are said to be: each way to fare is among them. */
TEST(engine_faults, the_run_has_something_to_lose)
{
    const struct story *story = undisturbed();
    unsigned by_code[SB_RESULT_COUNT] = {0};
    for (unsigned i = 0; i < EVENT_COUNT; i++)
        by_code[story->results[i].code]++;
    CHECK(by_code[SB_R_ACCEPTED] > 25);
    CHECK(by_code[SB_R_REFUSED] > 3);
    CHECK(by_code[SB_R_CHAIN_BROKEN] == 2);
    CHECK(by_code[SB_R_MALFORMED] + by_code[SB_R_TIME_BACK] + by_code[SB_R_KIND_MISSING] == 0);
}

/* ------------------------------------------------------------------ every call fails in turn */

/* After a failure that is no want of space, an engine takes nothing more. */
static void check_dead(struct story *story)
{
    struct sb_event tick = {.type = SB_EVENT_TICK, .time = sb_ledger_time(sb_engine_ledger(story->engine))};
    struct sb_result result;
    uint64_t sequence;
    uint16_t code;
    CHECK_INT(sb_engine_submit(story->engine, &tick, 1, &result, &sequence, &err), SB_IO);
    CHECK_INT(sb_engine_name(story->engine, SB_SPACE_TIER, "new", 3, tick.time, &code, &err), SB_IO);
    CHECK_INT(code_of(story->engine, SB_SPACE_TIER, "new"), 0);
}

/* A chain that broke is answered as broken when it comes again: one code for all but its first. */
static bool in_broken_chain(unsigned n)
{
    return n >= 30 && n <= 32;
}

/* The same requests again, on what is left: the known ones are answered as before, the others take effect,
 * and the end is that of an undisturbed run. */
static void check_second_run(struct fake_disk *disk, const struct story *first)
{
    struct story second;
    if (run(disk, &second) != SB_OK)
        test_fail(__FILE__, __LINE__, "the second run: %s", err.text[SB_EN]);
    const struct story *expected = undisturbed();
    unsigned known = 0; /* events that were kept: whole batches, at most one more than were acknowledged */
    while (known < EVENT_COUNT && (second.results[known].flags & SB_RF_REPEATED) != 0)
        known += BATCH_SIZE;
    CHECK(known >= first->acknowledged);
    CHECK(known <= first->acknowledged + BATCH_SIZE);
    for (unsigned i = 0; i < EVENT_COUNT; i++) {
        const struct sb_result *result = &second.results[i];
        if (in_broken_chain(i)) {
            CHECK(result->code != SB_R_ACCEPTED);
            continue;
        }
        CHECK_INT((result->flags & SB_RF_REPEATED) != 0, i < known);
        CHECK_INT(result->code, expected->results[i].code);
        CHECK_INT(result->counted, expected->results[i].counted);
    }
    CHECK(memcmp(second.hash, expected->hash, sizeof(second.hash)) == 0);
    CHECK(sb_ledger_check(sb_engine_ledger(second.engine), &err) == SB_OK);
    CHECK_INT(end(&second), SB_OK);
}

static const struct fault {
    const char *name;
    enum fake_op op;
    enum sb_status status;
} faults[] = {
    {"write", FAKE_WRITE, SB_IO},
    {"sync", FAKE_SYNC, SB_IO},
    {"read", FAKE_READ, SB_IO},
    {"open", FAKE_OPEN, SB_IO},
    {"any", FAKE_ANY, SB_IO},
    {"no space, write", FAKE_WRITE, SB_NOSPACE},
    {"no space, sync", FAKE_SYNC, SB_NOSPACE},
    {"no space, open", FAKE_OPEN, SB_NOSPACE},
    {"folder", FAKE_SYNC_DIR, SB_IO},
};

/* What comes between the failure and the second run. The last: the process is started again, so that it reads
 * what the failed one wrote, is killed, and then the machine crashes. */
enum between { CLOSE, KILL, CRASH, RESTART_AND_CRASH, BETWEEN_COUNT };

static void stop(struct fake_disk *disk, struct story *story, enum between between)
{
    fake_disk_fail(disk, FAKE_ANY, 0, SB_OK);
    if (between != CLOSE && !fake_disk_is_off(disk))
        fake_disk_power_off(disk, 1);
    (void)end(story); /* a failed engine may say so once more */
    fake_disk_power_off(disk, 0);
    if (between == RESTART_AND_CRASH) {
        CHECK_INT(run_some(disk, 0, story), SB_OK);
        stop(disk, story, KILL);
    }
    if (between == CRASH || between == RESTART_AND_CRASH)
        fake_disk_crash(disk);
}

/* An earlier process got so far, and was killed. */
static void begin(struct fake_disk *disk, unsigned upto)
{
    struct story story;
    if (upto == 0)
        return;
    CHECK_INT(run_some(disk, upto, &story), SB_OK);
    stop(disk, &story, KILL);
}

/* Returns whether the fault struck. */
static bool try_fault(const struct fault *fault, uint64_t n, unsigned before, enum between between)
{
    struct fake_disk *disk = fake_disk_new(n);
    struct story story;
    begin(disk, before);
    uint64_t calls = fake_disk_calls(disk, fault->op);
    fake_disk_fail(disk, fault->op, n, fault->status);
    enum sb_status status = run(disk, &story);
    bool struck = fake_disk_calls(disk, fault->op) - calls >= n;
    bool opened = story.engine != NULL;
    if (status == SB_OK && !opened)
        test_fail(__FILE__, __LINE__, "opened, and there is nothing");
    if (status != SB_OK && !struck)
        test_fail(__FILE__, __LINE__, "%s %" PRIu64 ": failed for nothing: %s", fault->name, n,
                  err.text[SB_EN]);
    if (status != SB_OK && status != SB_IO && status != SB_NOSPACE)
        test_fail(__FILE__, __LINE__, "%s %" PRIu64 ": status %d: %s", fault->name, n, status,
                  err.text[SB_EN]);
    if (status == SB_IO && opened)
        check_dead(&story);
    unsigned acknowledged = SB_MAX(story.acknowledged, before);
    stop(disk, &story, between);
    story.acknowledged = acknowledged;
    check_second_run(disk, &story);
    fake_disk_free(disk);
    return struck;
}

/* Nothing acknowledged is lost, nothing half done is kept, a failed write or sync ends the engine. */
TEST(engine_faults, every_call_fails_in_turn)
{
    for (size_t i = 0; i < 2 * SB_ARRAY_SIZE(faults); i++) {
        uint64_t n = 0;
        unsigned before = i < SB_ARRAY_SIZE(faults) ? 0 : EVENT_COUNT / 2 / BATCH_SIZE * BATCH_SIZE;
        for (bool struck = true; struck; n++) {
            struck = false;
            for (enum between between = CLOSE; between < BETWEEN_COUNT; between++)
                struck |= try_fault(&faults[i % SB_ARRAY_SIZE(faults)], n + 1, before, between);
        }
        CHECK(n > 1 || before == 0); /* a new journal has nothing to read */
        CHECK(n < 500);
    }
}

/* The power goes at every call in turn. */
TEST(engine_faults, the_power_goes_at_every_call_in_turn)
{
    bool off = true;
    uint64_t n = 0;
    while (off) {
        struct fake_disk *disk = fake_disk_new(++n);
        struct story story;
        fake_disk_power_off(disk, n);
        (void)run(disk, &story);
        (void)end(&story);
        off = fake_disk_is_off(disk);
        fake_disk_crash(disk);
        check_second_run(disk, &story);
        fake_disk_free(disk);
    }
    CHECK(n > 40);
}

/* ------------------------------------------------------------------ no space */

static uint64_t count_events(struct fake_disk *disk)
{
    struct sb_journal_reader *reader;
    struct sb_record record;
    uint64_t count = 0;
    CHECK_INT(sb_journal_reader_open(fake_disk_os(disk), "pilot", false, &reader, &err), SB_OK);
    while (sb_journal_reader_next(reader, &record, &err) == SB_OK)
        count += record.count;
    sb_journal_reader_close(reader);
    return count;
}

static enum sb_status tick(struct sb_engine *engine, sb_time_us time)
{
    struct sb_event event = {.type = SB_EVENT_TICK, .time = time};
    struct sb_result result;
    uint64_t sequence;
    return sb_engine_submit(engine, &event, 1, &result, &sequence, &err);
}

/* A full disk refuses every new event before anything moved; reading goes on; with room, work resumes. */
TEST(engine_faults, a_full_disk_refuses_and_work_resumes)
{
    struct fake_disk *disk = fake_disk_new(1);
    struct story story;
    uint8_t before[SB_STATE_HASH_SIZE], after[SB_STATE_HASH_SIZE];
    uint16_t code;
    CHECK_INT(run(disk, &story), SB_OK);
    fake_disk_set_space(disk, 0);
    sb_time_us time = TIME(1000);
    enum sb_status status;
    while ((status = tick(story.engine, time)) == SB_OK)
        time += SB_SECOND_US;
    CHECK_INT(status, SB_NOSPACE);
    uint64_t newest = sb_engine_newest(story.engine);
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(story.engine), before, &err), SB_OK);
    struct sb_source other = {"other.charter", charter, sizeof(charter) - 2};
    struct sb_diagnostics diagnostics = {0};
    for (unsigned i = 0; i < 3; i++) {
        CHECK_INT(tick(story.engine, time), SB_NOSPACE);
        CHECK_INT(sb_engine_name(story.engine, SB_SPACE_TIER, "new", 3, time, &code, &err), SB_NOSPACE);
        CHECK_INT(code_of(story.engine, SB_SPACE_TIER, "new"), 0);
        CHECK_INT(sb_engine_install(story.engine, &other, 1, time, &diagnostics, &err), SB_NOSPACE);
    }
    sb_diagnostics_release(&diagnostics);
    CHECK_INT(sb_engine_wait(story.engine, newest, &err), SB_OK);
    CHECK_INT(sb_engine_newest(story.engine), newest);
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(story.engine), after, &err), SB_OK);
    CHECK(memcmp(before, after, sizeof(after)) == 0);
    CHECK_INT(count_events(disk), newest);
    fake_disk_set_space(disk, UINT64_MAX);
    CHECK_INT(tick(story.engine, time), SB_OK);
    CHECK_INT(sb_engine_name(story.engine, SB_SPACE_TIER, "new", 3, time, &code, &err), SB_OK);
    CHECK_INT(sb_engine_install(story.engine, &other, 1, time, &diagnostics, &err), SB_OK);
    sb_diagnostics_release(&diagnostics);
    CHECK_INT(end(&story), SB_OK);
    CHECK_INT(count_events(disk), newest + 3);
    fake_disk_free(disk);
}

/* A journal on a full disk opens, answers what it knows, and closes. */
TEST(engine_faults, a_full_disk_does_not_keep_a_journal_shut)
{
    struct fake_disk *disk = fake_disk_new(2);
    struct story story;
    CHECK_INT(run(disk, &story), SB_OK);
    stop(disk, &story, KILL);
    fake_disk_set_space(disk, 0);
    struct sb_engine_options options = options_of(disk);
    CHECK_INT(sb_engine_open("pilot", &options, &story.engine, NULL, &err), SB_OK);
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(story.engine), story.hash, &err), SB_OK);
    CHECK(memcmp(story.hash, undisturbed()->hash, sizeof(story.hash)) == 0);
    CHECK_INT(end(&story), SB_OK);
    fake_disk_free(disk);
}

/* What can never be taken is refused, and the engine goes on. */
TEST(engine_faults, what_cannot_be_taken_is_harmless)
{
    static struct sb_event events[200];
    static struct sb_result results[200];
    struct fake_disk *disk = fake_disk_new(3);
    struct story story;
    uint64_t sequence;
    uint16_t code;
    CHECK_INT(run(disk, &story), SB_OK);
    for (unsigned i = 0; i < 200; i++)
        events[i] = (struct sb_event){.type = SB_EVENT_TICK, .time = TIME(1000)};
    CHECK_INT(sb_engine_submit(story.engine, events, 200, results, &sequence, &err), SB_LIMIT);
    CHECK_INT(sb_engine_name(story.engine, SB_SPACE_TIER, "new", 3, TIME(0), &code, &err), SB_INVALID);
    CHECK_INT(sb_engine_name(story.engine, SB_SPACE_TIER, "a name", 6, TIME(1000), &code, &err), SB_INVALID);
    struct sb_source other = {"other.charter", charter, sizeof(charter) - 2};
    struct sb_diagnostics diagnostics = {0};
    CHECK_INT(sb_engine_install(story.engine, &other, 1, TIME(0), &diagnostics, &err), SB_INVALID);
    sb_diagnostics_release(&diagnostics);
    CHECK_INT(tick(story.engine, TIME(1000)), SB_OK);
    CHECK_INT(end(&story), SB_OK);
    fake_disk_free(disk);
}

/* ------------------------------------------------------------------ the last record */

/* Where the last batch lies. */
static void find_last_batch(struct fake_disk *disk, char path[64], uint64_t *ret_offset, uint64_t *ret_first)
{
    struct sb_journal_reader *reader;
    struct sb_record record;
    uint64_t segment = 0;
    CHECK_INT(sb_journal_reader_open(fake_disk_os(disk), "pilot", false, &reader, &err), SB_OK);
    while (sb_journal_reader_next(reader, &record, &err) == SB_OK) {
        if (record.type != SB_RECORD_BATCH)
            continue;
        segment = record.segment;
        *ret_offset = record.offset;
        *ret_first = record.first;
    }
    sb_journal_reader_close(reader);
    (void)snprintf(path, 64, "pilot/%010" PRIu64 ".journal", segment);
}

/* However short the last record came out, the journal opens with exactly what was before it. */
TEST(engine_faults, the_last_record_is_cut_at_each_byte)
{
    struct fake_disk *disk = fake_disk_new(4);
    struct story story;
    char path[64];
    uint64_t offset = 0, first = 0;
    uint8_t before[SB_STATE_HASH_SIZE], hash[SB_STATE_HASH_SIZE];
    size_t size;
    CHECK_INT(run(disk, &story), SB_OK);
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(story.engine), before, &err), SB_OK);
    CHECK_INT(tick(story.engine, TIME(2000)), SB_OK);
    CHECK_INT(sb_engine_wait(story.engine, sb_engine_newest(story.engine), &err), SB_OK);
    struct fake_disk *image = fake_disk_copy(disk, 1); /* as a crash just now would leave it */
    CHECK_INT(end(&story), SB_OK);
    fake_disk_free(disk);
    find_last_batch(image, path, &offset, &first);
    const uint8_t *bytes = fake_disk_bytes(image, path, &size);
    uint64_t record_end = size;
    while (record_end > offset && bytes[record_end - 1] == 0)
        record_end--;
    CHECK(record_end - offset > 300);
    for (uint64_t at = offset; at <= record_end; at++) {
        struct fake_disk *copy = fake_disk_copy(image, at);
        struct sb_engine_options options = options_of(copy);
        struct sb_engine *engine;
        uint8_t *tail = fake_disk_bytes(copy, path, &size);
        uint64_t cut = 0;
        memset(tail + at, 0, size - at);
        if (sb_engine_open("pilot", &options, &engine, &cut, &err) != SB_OK)
            test_fail(__FILE__, __LINE__, "cut at byte %" PRIu64 ": %s", at - offset, err.text[SB_EN]);
        bool whole = at == record_end;
        CHECK_INT(sb_engine_newest(engine), whole ? first : first - 1);
        CHECK((cut > 0) == (at > offset && !whole));
        CHECK_INT(sb_ledger_hash(sb_engine_ledger(engine), hash, &err), SB_OK);
        CHECK((memcmp(hash, before, sizeof(hash)) == 0) == !whole);
        CHECK_INT(sb_engine_close(engine, &err), SB_OK);
        fake_disk_free(copy);
    }
    fake_disk_free(image);
}

/* ------------------------------------------------------------------ chains, judged again */

/* Judge the journal again as verify does (memory for references only), or as one-step replay does; how many
 * results differ. */
static unsigned count_differences(struct fake_disk *disk, bool as_recorded)
{
    static struct sb_result results[SB_BATCH_MAX];
    struct sb_runner_options options = {.ids = SB_RUNNER_WANTED_IDS, .as_recorded = as_recorded};
    struct sb_runner *runner;
    unsigned differences = 0;
    CHECK_INT(sb_runner_new(&options, &runner, &err), SB_OK);
    for (int judge = 0; judge < 2; judge++) {
        struct sb_journal_reader *reader;
        struct sb_record record;
        CHECK_INT(sb_journal_reader_open(fake_disk_os(disk), "pilot", true, &reader, &err), SB_OK);
        while (sb_journal_reader_next(reader, &record, &err) == SB_OK) {
            enum sb_status status = judge ? sb_runner_take(runner, &record, results, &err)
                                          : sb_runner_scan(runner, &record, &err);
            CHECK_INT(status, SB_OK);
            for (uint32_t i = 0; judge && record.type == SB_RECORD_BATCH && i < record.count; i++)
                differences += record.results[i].code != results[i].code;
        }
        sb_journal_reader_close(reader);
    }
    sb_runner_free(runner);
    return differences;
}

/* Two payments as a chain. */
static void pay_chain(struct story *story, const uint64_t ids[2], const sb_amount amounts[2], sb_time_us time,
                      struct sb_result results[2])
{
    struct sb_event events[2];
    uint64_t sequence;
    for (unsigned i = 0; i < 2; i++) {
        events[i] = event_of(story->engine, 4);
        events[i].id.lo = ids[i];
        events[i].amount = amounts[i];
        events[i].time = time;
        events[i].flags = i == 0 ? SB_F_LINKED : 0;
    }
    CHECK_INT(sb_engine_submit(story->engine, events, 2, results, &sequence, &err), SB_OK);
}

/* What a chain did before it broke is in no balance, but it is why its last member was refused; and a member
 * that was there before had no effect, though nothing marks it. Both must come out again. */
TEST(engine_faults, broken_chains_are_judged_again_as_they_were)
{
    struct fake_disk *disk = fake_disk_new(5);
    struct story story;
    struct sb_result results[2];
    CHECK_INT(run(disk, &story), SB_OK);
    pay_chain(&story, (uint64_t[]){900, 901}, (sb_amount[]){100, 50}, TIME(40 * 86400), results);
    CHECK_INT(results[0].code, SB_R_ACCEPTED);
    CHECK_INT(results[1].code, SB_R_ACCEPTED);
    pay_chain(&story, (uint64_t[]){906, 902}, (sb_amount[]){100, 1200}, TIME(40 * 86400 + 1), results);
    CHECK_INT(results[1].code, SB_R_ACCEPTED); /* 1 450 of 1 500 are used */
    pay_chain(&story, (uint64_t[]){900, 903}, (sb_amount[]){100, 60}, TIME(40 * 86400 + 2), results);
    CHECK_INT(results[0].code, SB_R_CHAIN_BROKEN);
    CHECK_INT(results[1].code, SB_R_REFUSED);
    pay_chain(&story, (uint64_t[]){904, 905}, (sb_amount[]){30, 30}, TIME(40 * 86400 + 3), results);
    CHECK_INT(results[0].code, SB_R_CHAIN_BROKEN);
    CHECK_INT(results[1].code, SB_R_REFUSED); /* 30 alone would have passed */
    CHECK_INT(end(&story), SB_OK);
    CHECK_INT(count_differences(disk, false), 0);
    CHECK_INT(count_differences(disk, true), 0);
    fake_disk_free(disk);
}
