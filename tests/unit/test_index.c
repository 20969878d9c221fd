/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "engine/engine.h"
#include "engine/tail.h"
#include "index/filter.h"
#include "index/index.h"
#include "replay/explain.h"
#include "replay/statement.h"
#include "scenario.h"
#include "test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define EVENTS   2500u
#define BATCHES  400u
#define ACCOUNTS 12u
#define START    (INT64_C(1756700000) * 1000000) /* September 2025: the law is in force */

static uint64_t seed;

/* A path in the test's folder; static memory for the latest 32. */
static const char *path(const char *name)
{
    static char paths[32][256];
    static unsigned next;
    char *path = paths[next++ % 32];
    (void)snprintf(path, sizeof(paths[0]), "%s/%s", test_dir(), name); /* test folders have short names */
    return path;
}

static uint64_t draw(uint64_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return sb_mix64(seed) % below;
}

static struct sb_id id_of(uint64_t number)
{
    return (struct sb_id){sb_mix64(number + 1), number % 3};
}

/* ------------------------------------------------------------------ the parts */

/* The filter never says no to what was added, however often parts are made anew, and seldom yes else. */
TEST(index, filter_has_no_false_no)
{
    enum { IDS = 300000 };
    struct sb_filter *filter = sb_filter_new();
    CHECK(filter != NULL);
    for (uint64_t i = 0; i < IDS; i++) {
        uint64_t hash = sb_mix64(i + 1);
        uint32_t part = sb_filter_part_of(hash);
        if (sb_filter_is_full(filter, part, 1)) {
            struct sb_filter_part *fresh = sb_filter_begin(filter, part, 1);
            CHECK(fresh != NULL);
            for (uint64_t before = 0; before <= i; before++)
                if (sb_filter_part_of(sb_mix64(before + 1)) == part)
                    sb_filter_fill(fresh, sb_mix64(before + 1));
            CHECK_INT(sb_filter_fresh_count(fresh), sb_filter_part_count(filter, part) + 1);
            sb_filter_exchange(filter, fresh);
        } else {
            sb_filter_add(filter, hash);
        }
        if (i == 20000) /* quadratic from here on: the rest goes into parts that have room */
            break;
    }
    uint64_t wrong = 0, count = sb_filter_count(filter);
    CHECK_INT(count, 20001);
    for (uint64_t i = 0; i < count; i++)
        CHECK(sb_filter_may_hold(filter, sb_mix64(i + 1)));
    for (uint64_t i = 0; i < IDS; i++)
        wrong += sb_filter_may_hold(filter, sb_mix64(i + 1 + count));
    CHECK(wrong < IDS / 50);
    sb_filter_free(filter);
}

/* The tail gives every sequence number of a hash, and forgets only what it may. */
TEST(index, tail_forgets_only_what_it_may)
{
    struct sb_tail *tail = sb_tail_new();
    CHECK(tail != NULL);
    uint64_t forget = 0, at;
    for (uint64_t sequence = 1; sequence <= 200000; sequence++) {
        if (sequence % 1000 == 0)
            forget = sequence - 500;
        CHECK(sb_tail_put(tail, sb_mix64(sequence / 2), sequence, forget, NULL) == SB_OK);
    }
    for (uint64_t sequence = forget + 1; sequence <= 200000; sequence++) {
        bool found = false;
        uint64_t next;
        at = UINT64_MAX;
        while ((next = sb_tail_next(tail, sb_mix64(sequence / 2), &at)) != 0)
            found = found || next == sequence;
        CHECK(found);
    }
    at = UINT64_MAX;
    CHECK_INT(sb_tail_next(tail, sb_mix64(1000001), &at), 0);
    CHECK(sb_tail_bytes(tail) < 200000); /* and not 16 bytes for each that ever was */
    sb_tail_free(tail);
}

/* ------------------------------------------------------------------ histories */

struct history {
    struct sb_event events[EVENTS];
    uint32_t batches[BATCHES]; /* events of each */
    uint32_t event_count, batch_count;
};

struct outcome {
    struct sb_result results[EVENTS];
    uint8_t hash[SB_STATE_HASH_SIZE];
};

static const char *law = scenario_charter;
static struct history history;
static struct outcome expected, got;

#define DIE(err) test_fail(__FILE__, __LINE__, "%s", (err)->text[SB_EN])

static struct sb_event new_transfer(const struct sb_symbols *symbols, uint32_t number)
{
    static const char *const kinds[] = {"cash-in", "payment", "transfer"};
    const char *kind = kinds[draw(3)];
    uint64_t payer = draw(ACCOUNTS), payee = draw(ACCOUNTS);
    return (struct sb_event){
        .type = SB_EVENT_TRANSFER,
        .id = id_of(number),
        .payer = id_of(1000000 + payer),
        .payee = id_of(1000000 + payee),
        .amount = (sb_amount)draw(400) + 1,
        .kind = sb_symbols_find(symbols, SB_SPACE_KIND, kind, strlen(kind)),
        .agent = draw(4) == 0 ? id_of(1000000 + draw(ACCOUNTS)) : SB_ID_NONE,
        .flags = draw(5) == 0 ? SB_F_PENDING : 0,
    };
}

/* An event that refers to an earlier one, mostly a late one. */
static struct sb_event new_reference(uint32_t number)
{
    static const uint8_t types[] = {SB_EVENT_POST, SB_EVENT_VOID, SB_EVENT_REVERSE};
    uint64_t back = draw(2) == 0 ? draw(20) + 1 : draw(number) + 1;
    const struct sb_event *other = &history.events[back < number ? number - back : 0];
    struct sb_event event = {.type = types[draw(3)], .id = id_of(number), .other = other->id};
    if (event.type != SB_EVENT_VOID)
        event.amount = (sb_amount)draw(200) + 1;
    return event;
}

static struct sb_event new_event(const struct sb_symbols *symbols, uint32_t number)
{
    uint64_t choice = draw(20);
    struct sb_event event;
    if (choice < 3 && number > ACCOUNTS) { /* the same again */
        event = history.events[draw(number)];
        event.flags &= (uint8_t)~SB_F_LINKED;
    } else if (choice < 4 && number > ACCOUNTS) { /* another under the same id */
        event = new_transfer(symbols, number);
        event.id = history.events[draw(number)].id;
    } else if (choice < 9 && number > ACCOUNTS) {
        event = new_reference(number);
    } else {
        event = new_transfer(symbols, number);
    }
    return event;
}

/* Accounts first, then anything; batches of 1 to 30, chains inside them. */
static void make_history(const struct sb_symbols *symbols, sb_time_us time)
{
    uint16_t unit = sb_symbols_find(symbols, SB_SPACE_UNIT, "VND", 3);
    memset(&history, 0, sizeof(history));
    for (uint32_t i = 0; i < ACCOUNTS; i++) {
        struct sb_event *event = &history.events[history.event_count++];
        *event = (struct sb_event){
            .type = SB_EVENT_OPEN, .id = id_of(2000000 + i), .account = id_of(1000000 + i), .time = time};
        event->attributes.unit = unit;
        event->attributes.class_ = i % 2 == 0 ? sb_symbols_find(symbols, SB_SPACE_CLASS, "shop", 4) : 0;
        if (i % 5 != 0) /* some have two accounts, of some nothing is known */
            event->person = id_of(3000000 + i % 5 + i / 10);
        if (i % 4 != 0)
            event->attributes.flags = SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS;
    }
    history.batches[history.batch_count++] = ACCOUNTS;
    while (history.batch_count < BATCHES && history.event_count + 40 < EVENTS) {
        uint32_t first = history.event_count, count = (uint32_t)draw(30) + 1;
        bool chains = draw(4) == 0;
        time += (sb_time_us)draw(3600) * 1000000;
        for (uint32_t i = 0; i < count; i++) {
            struct sb_event event = new_event(symbols, history.event_count);
            event.time = draw(200) == 0 ? time - 1 : time;
            if (chains && i + 1 < count && draw(2) == 0)
                event.flags |= SB_F_LINKED;
            history.events[history.event_count++] = event;
        }
        history.batches[history.batch_count++] = history.event_count - first;
    }
}

/* What is done to the index between two openings of a pilot. */
enum harm { KEEP, REMOVE, OLDER, FOREIGN, DAMAGE, HARMS };

struct plan {
    const char *dir;
    const char *index;   /* NULL: in memory */
    const char *foreign; /* another journal's index */
    uint32_t batch, lag;
    bool reopens;
    bool harms[HARMS];
};

/* COMMAND FROM TO */
static void shell(const char *command, const char *from, const char *to)
{
    char line[1200];
    (void)snprintf(line, sizeof(line), "%s '%s' %s%s%s", command, from, to ? "'" : "", to ? to : "",
                   to ? "'" : "");
    CHECK(system(line) == 0);
}

static bool is_there(const char *path)
{
    struct stat there;
    return stat(path, &there) == 0;
}

/* Bytes of one file of the index change. */
static void damage(const char *index)
{
    char line[1200];
    (void)snprintf(
        line, sizeof(line),
        "f=$(ls '%s'/filter '%s'/rows/*.sst '%s'/rows/MANIFEST* 2>/dev/null | awk 'NR > 0 { f[NR] = $0 } "
        "END { print f[%u %% NR + 1] }'); s=$(stat -c %%s \"$f\"); printf XYZ | dd of=\"$f\" bs=1 "
        "seek=$((s * %u / 100)) conv=notrunc status=none",
        index, index, index, (unsigned)draw(1000), (unsigned)draw(95));
    CHECK(system(line) == 0);
}

static void harm(const struct plan *plan, enum harm harm)
{
    const char *older = path("older");
    if (!is_there(plan->index))
        return;
    switch (harm) {
    case KEEP: break;
    case REMOVE: shell("rm -r", plan->index, NULL); break;
    case OLDER:
        if (is_there(older)) {
            shell("rm -r", plan->index, NULL);
            shell("mv", older, plan->index);
        } else {
            shell("cp -r", plan->index, older);
        }
        break;
    case FOREIGN:
        shell("rm -r", plan->index, NULL);
        shell("cp -r", plan->foreign, plan->index);
        break;
    case DAMAGE: damage(plan->index); break;
    case HARMS: break;
    }
}

static struct sb_engine *open_engine(const struct plan *plan)
{
    struct sb_engine *engine = NULL;
    struct sb_err err = {0};
    struct sb_engine_options options = {
        .create = true,
        .segment_size = 256 * 1024,
        .no_thread = true,
        .index_dir = plan->index,
        .index_batch = plan->batch,
        .index_lag = plan->lag,
        .index_recent = 16,
    };
    if (sb_engine_open(plan->dir, &options, &engine, NULL, &err) != SB_OK)
        DIE(&err);
    return engine;
}

static void install(struct sb_engine *engine)
{
    struct sb_source source = {"small.charter", law, strlen(law)};
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    if (sb_engine_install(engine, &source, 1, START, &diagnostics, &err) != SB_OK)
        DIE(&err);
    sb_diagnostics_release(&diagnostics);
}

static void close_engine(struct sb_engine *engine)
{
    struct sb_err err = {0};
    if (sb_engine_close(engine, &err) != SB_OK)
        DIE(&err);
}

/* One batch; where the index turns out to be damaged, the pilot is opened again and goes on. Returns the
 * engine. */
static struct sb_engine *submit(const struct plan *plan, struct sb_engine *engine, uint32_t at,
                                uint32_t count, struct outcome *outcome)
{
    for (int tries = 0;; tries++) {
        struct sb_err err = {0};
        uint64_t sequence = 0;
        enum sb_status status =
            sb_engine_submit(engine, history.events + at, count, outcome->results + at, &sequence, &err);
        if (status == SB_OK && draw(8) == 0) /* what nobody waits for is not durable, and not indexed */
            status = sb_engine_wait(engine, sequence, &err);
        if (status == SB_OK)
            return engine;
        if (status != SB_DAMAGED || !plan->harms[DAMAGE] || tries == 3)
            DIE(&err);
        uint64_t newest = sb_engine_newest(engine);
        (void)sb_engine_close(engine, NULL);
        engine = open_engine(plan);
        CHECK_INT(sb_engine_newest(engine), newest);
        if (sb_engine_newest(engine) == sequence && sequence != 0)
            return engine; /* it was taken; what failed came behind that */
    }
}

static void run(const struct plan *plan, struct outcome *outcome)
{
    struct sb_engine *engine = open_engine(plan);
    install(engine);
    if (history.event_count == 0)
        make_history(sb_engine_symbols(engine), START);
    for (uint32_t batch = 0, at = 0; batch < history.batch_count; at += history.batches[batch++]) {
        if (plan->reopens && draw(20) == 0) {
            enum harm kind = (enum harm)draw(HARMS);
            close_engine(engine);
            if (plan->index && plan->harms[kind])
                harm(plan, kind);
            engine = open_engine(plan);
        }
        engine = submit(plan, engine, at, history.batches[batch], outcome);
    }
    CHECK(sb_ledger_hash(sb_engine_ledger(engine), outcome->hash, NULL) == SB_OK);
    close_engine(engine);
}

static void compare(void)
{
    for (uint32_t i = 0; i < history.event_count; i++)
        if (memcmp(&expected.results[i], &got.results[i], sizeof(got.results[i])) != 0)
            test_fail(__FILE__, __LINE__, "event %u is %s, expected %s", i,
                      sb_result_word((enum sb_result_code)got.results[i].code),
                      sb_result_word((enum sb_result_code)expected.results[i].code));
    CHECK(memcmp(expected.hash, got.hash, sizeof(got.hash)) == 0);
}

static void run_in_memory(const char *name)
{
    struct plan plan = {.dir = path(name)};
    history.event_count = 0;
    run(&plan, &expected);
    uint32_t seen[SB_RESULT_COUNT] = {0}, again = 0;
    for (uint32_t i = 0; i < history.event_count; i++) {
        seen[expected.results[i].code]++;
        again += (expected.results[i].flags & SB_RF_REPEATED) != 0;
    }
    CHECK(seen[SB_R_ACCEPTED] > 100 && seen[SB_R_REFUSED] > 10 && seen[SB_R_ID_REUSED] > 10);
    CHECK(seen[SB_R_EXCEEDS_ORIGINAL] > 0 && seen[SB_R_CHAIN_BROKEN] > 10 && again > 10);
}

/* Whatever the index has and however far it lags, results and state are those of a run with all ids in
 * memory. */
TEST(index, lagging_index_gives_the_same_results)
{
    for (seed = 1; seed <= 4; seed++) {
        char names[3][32];
        (void)snprintf(names[0], sizeof(names[0]), "m%u", (unsigned)seed);
        (void)snprintf(names[1], sizeof(names[1]), "j%u", (unsigned)seed);
        (void)snprintf(names[2], sizeof(names[2]), "i%u", (unsigned)seed);
        uint64_t number = seed;
        run_in_memory(names[0]);
        struct plan plan = {.dir = path(names[1]),
                            .index = path(names[2]),
                            .batch = (uint32_t)(number * 60),
                            .lag = (uint32_t)(number % 3 * 150),
                            .reopens = number % 2 == 0};
        run(&plan, &got);
        compare();
        seed = number;
    }
}

/* An index that was taken away, is from an older time, is another journal's, or is damaged costs time and
 * nothing else. */
TEST(index, harmed_index_is_made_anew)
{
    seed = 100;
    run_in_memory("m");
    struct plan foreign = {.dir = path("k"), .index = path("foreign"), .batch = 100};
    run(&foreign, &got);
    for (uint64_t number = 101; number <= 104; number++) {
        char names[2][32];
        (void)snprintf(names[0], sizeof(names[0]), "j%u", (unsigned)number);
        (void)snprintf(names[1], sizeof(names[1]), "i%u", (unsigned)number);
        seed = number;
        struct plan plan = {.dir = path(names[0]),
                            .index = path(names[1]),
                            .foreign = path("foreign"),
                            .batch = 60 + (uint32_t)draw(200),
                            .lag = (uint32_t)draw(200),
                            .reopens = true,
                            .harms = {true, true, true, true, true}};
        run(&plan, &got);
        compare();
        if (is_there(path("older")))
            shell("rm -r", path("older"), NULL);
    }
}

/* ------------------------------------------------------------------ statements */

struct told {
    struct sb_statement_line lines[EVENTS];
    uint32_t count;
};

static enum sb_status keep(void *context, const struct sb_statement *statement,
                           const struct sb_statement_line *line, struct sb_err *err)
{
    struct told *told = context;
    (void)statement, (void)err;
    CHECK(told->count < EVENTS);
    told->lines[told->count++] = *line;
    return SB_OK;
}

static bool tell(const struct plan *plan, struct sb_id account, bool whole, struct told *told)
{
    struct sb_statement_options options = {
        .os = sb_os_real(), .dir = plan->dir, .index_dir = plan->index, .account = account, .whole = whole};
    struct sb_statement *statement = NULL;
    struct sb_err err = {0};
    told->count = 0;
    enum sb_status status = sb_statement_tell(&options, keep, told, &statement, &err);
    if (status != SB_OK)
        DIE(&err);
    bool used = sb_statement_used_index(statement);
    sb_statement_free(statement);
    return used;
}

/* A statement from the index, and from what it does not have yet, is that from the whole journal; balances of
 * a chain stand at its last line there. */
TEST(index, statements_are_those_of_the_whole_journal)
{
    static struct told quick, whole;
    seed = 7;
    run_in_memory("m");
    struct plan plan = {.dir = path("j"), .index = path("i"), .batch = 300, .lag = 200};
    run(&plan, &got);
    uint32_t lines = 0;
    for (uint64_t account = 0; account < ACCOUNTS; account++) {
        CHECK(tell(&plan, id_of(1000000 + account), false, &quick));
        CHECK(!tell(&plan, id_of(1000000 + account), true, &whole));
        CHECK_INT(quick.count, whole.count);
        for (uint32_t i = 0; i < quick.count; i++) {
            const struct sb_statement_line *a = &quick.lines[i], *b = &whole.lines[i];
            CHECK(a->sequence == b->sequence && a->amount == b->amount && a->kind == b->kind);
            CHECK(sb_id_equal(a->other, b->other) && b->fees == 0);
            CHECK(b->more_in_chain || a->balance == b->balance);
        }
        lines += quick.count;
    }
    CHECK(lines > 500);
}

/* ------------------------------------------------------------------ reasons */

static const char rich_charter[] =
    "charter \"Rich\"\nunit VND\nclock +07:00\nnames class: shop, other\n"
    "kind cash-in to holder\nkind payment from holder\nkind transfer from holder\n"
    "instrument D1 \"Decision 1\" signed 2025-01-01\nallow all by D1 \"I\"\n"
    "limit month: sum of payment, transfer per account, each calendar month, at most 9 000 by D1 \"II\"\n"
    "limit person: sum of transfer per person, each day, at most 700 by D1 \"III\"\n"
    "limit shops: number of payment where payee.class is shop per account, each day, at most 6 by D1\n"
    "limit agents: sum of cash-in, transfer per agent, each day, at most 800 by D1\n"
    "limit each: each transfer at most 390 by D1\n";

static void explain(const struct plan *plan, uint64_t sequence, bool whole, struct sb_explanation *ret)
{
    struct sb_explain_options options = {
        .os = sb_os_real(), .dir = plan->dir, .index_dir = plan->index, .sequence = sequence, .whole = whole};
    struct sb_err err = {0};
    if (sb_explain(&options, ret, &err) != SB_OK)
        DIE(&err);
}

/* Reasons that are told from some accounts' histories are those of the whole history. */
TEST(index, explanations_are_those_of_the_whole_journal)
{
    seed = 11;
    law = rich_charter;
    run_in_memory("m");
    struct plan plan = {.dir = path("j"), .index = path("i"), .batch = 100, .lag = 0};
    run(&plan, &got);
    law = scenario_charter;
    uint64_t quickly = 0, failing = 0, used = 0;
    for (uint64_t sequence = 20; sequence < 1500; sequence += 1 + draw(50)) {
        struct sb_explanation quick, whole;
        explain(&plan, sequence, false, &quick);
        explain(&plan, sequence, true, &whole);
        CHECK(!whole.used_index);
        quickly += quick.used_index;
        CHECK_INT(quick.sequence, whole.sequence);
        CHECK_INT(quick.chain_sequence, whole.chain_sequence);
        if (quick.reason_count != whole.reason_count)
            test_fail(__FILE__, __LINE__, "event %u (%s): %u reasons, expected %u", (unsigned)sequence,
                      sb_result_word((enum sb_result_code)whole.recorded.code), quick.reason_count,
                      whole.reason_count);
        CHECK(memcmp(&quick.event, &whole.event, sizeof(whole.event)) == 0);
        CHECK(memcmp(&quick.recorded, &whole.recorded, sizeof(whole.recorded)) == 0);
        for (uint32_t i = 0; i < whole.reason_count; i++) {
            const struct sb_reason *a = &quick.reasons[i], *b = &whole.reasons[i];
            if (memcmp(a, b, sizeof(*a)) != 0)
                test_fail(__FILE__, __LINE__, "event %u, rule %u: used %lld, expected %lld; state %u, %u",
                          (unsigned)sequence, b->rule, (long long)a->used, (long long)b->used, a->state,
                          b->state);
            failing += b->state != SB_REASON_HOLDS;
            used += b->used != 0;
        }
        sb_explanation_release(&quick);
        sb_explanation_release(&whole);
    }
    if (quickly < 30 || failing < 5 || used < 15)
        test_fail(__FILE__, __LINE__, "%u quickly, %u failing, %u used", (unsigned)quickly, (unsigned)failing,
                  (unsigned)used);
}

/* ------------------------------------------------------------------ killed processes */

#define KILLS 4u

/* A transfer that is refused for lack of accounts: its id is used up all the same. */
static struct sb_event numbered(uint64_t number, bool random)
{
    return (struct sb_event){.type = SB_EVENT_TRANSFER,
                             .id = {random ? sb_mix64(number) : number, 5},
                             .payer = {1, 1},
                             .payee = {2, 2},
                             .amount = 1,
                             .kind = 1,
                             .time = START + (sb_time_us)number};
}

static struct sb_engine *open_threaded(const char *dir)
{
    struct sb_engine_options options = {.create = true,
                                        .segment_size = 4 << 20,
                                        .index_dir = path("i"),
                                        .index_batch = 500,
                                        .no_snapshots = true};
    struct sb_engine *engine = NULL;
    struct sb_err err = {0};
    if (sb_engine_open(dir, &options, &engine, NULL, &err) != SB_OK)
        DIE(&err);
    return engine;
}

/* Events from the next number on, without end. */
static void live(const char *dir)
{
    static struct sb_event events[500];
    static struct sb_result results[500];
    struct sb_engine *engine = open_threaded(dir);
    uint64_t next = sb_engine_newest(engine) + 1, sequence = 0;
    for (;;) {
        for (uint32_t i = 0; i < SB_ARRAY_SIZE(events); i++, next++)
            events[i] = numbered(next, next % 2 == 0);
        if (sb_engine_submit(engine, events, SB_ARRAY_SIZE(events), results, &sequence, NULL) != SB_OK)
            _exit(1);
        (void)nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL); /* the index keeps up, nearly */
    }
}

/* However a process with an index was killed, the next one knows every id that its journal has, and no other.
 */
TEST(index, killed_process_leaves_a_good_index)
{
    const char *dir = path("j");
    uint64_t before = 0;
    for (unsigned kills = 0; kills < KILLS; kills++) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0)
            live(dir);
        for (int i = 0; i < 25 && !(kills == 0 && is_there(path("i/rows/CURRENT")) && i > 5); i++)
            (void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);

        struct sb_engine *engine = open_threaded(dir);
        uint64_t newest = sb_engine_newest(engine);
        CHECK(newest >= before);
        for (uint64_t number = newest > 1000 ? newest - 1000 : 1; number <= newest + 500; number++) {
            struct sb_event event = numbered(number, number % 2 == 0);
            struct sb_result result;
            bool answered = false;
            CHECK(sb_engine_answered(engine, &event, &answered, &result, NULL) == SB_OK);
            CHECK_INT(answered, number <= newest);
        }
        for (uint64_t number = 1; number <= newest; number += 499) {
            struct sb_event event = numbered(number, number % 2 == 0);
            struct sb_result result;
            bool answered = false;
            CHECK(sb_engine_answered(engine, &event, &answered, &result, NULL) == SB_OK);
            CHECK(answered);
        }
        before = newest;
        close_engine(engine);
    }
    CHECK(before > 3000); /* slow machines may have got no further */
}
