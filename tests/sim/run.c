/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run: submit, wait, install, close, kill, crash, fill the disk, let calls fail, and look whether the
 * engine kept its word. What it may be held to is in three numbers: what was submitted, what was
 * acknowledged, and whether something that may fail was set up (`armed`); a failure that nobody set up is a
 * bug.
 */
#include "sim.h"

#include "fake_disk.h"

#include "base/macros.h"
#include "engine/runner.h"
#include "replay/replay.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define DIR "pilot"

/* What may stand in the journal behind all that was submitted well: the rest of a call that failed. */
enum maybe { MAYBE_NOTHING, MAYBE_BATCH, MAYBE_OWN, MAYBE_REQUESTS };

struct run {
    uint64_t seed;
    uint32_t step;
    bool loud;
    struct sim_random random;    /* of what happens; the pilot draws from it, too */
    struct sim_random snapshots; /* of snapshots: they leave alone what else a seed decides */
    struct fake_disk *disk;      /* owned */
    struct sb_engine *engine;    /* owned; NULL: down */
    struct sb_engine_options options;
    uint8_t secret_key[64], public_key[32];
    struct sim_pilot *pilot;    /* owned */
    struct sim_history history; /* what was submitted and may stand in the journal */
    uint64_t acknowledged;      /* events that must never be lost */
    enum maybe maybe;
    struct sb_event batch[SIM_BATCH_MAX]; /* of MAYBE_BATCH */
    uint32_t batch_count;
    struct sim_requests requests; /* of MAYBE_REQUESTS */
    bool armed;                   /* a call may fail, or the power */
    bool full;                    /* the disk does not grow */
    crypto_generichash_state trace;
    struct sim_figures *figures;
};

static struct run *current;

_Noreturn void sim_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("FAILED seed %llu, step %u: ", (unsigned long long)current->seed, current->step);
    vprintf(format, args);
    printf("\n  again: tests/sim/sim --seed %llu\n0 passed, 1 failed\n", (unsigned long long)current->seed);
    va_end(args);
    exit(1);
}

static void note(struct run *run, const char *what, uint64_t a, uint64_t b)
{
    if (run->loud)
        printf("%4u %-10s %8llu %8llu%s%s\n", run->step, what, (unsigned long long)a, (unsigned long long)b,
               run->armed ? " armed" : "", run->full ? " full" : "");
    uint64_t numbers[2] = {a, b};
    crypto_generichash_update(&run->trace, (const unsigned char *)what, strlen(what));
    crypto_generichash_update(&run->trace, (const unsigned char *)numbers, sizeof(numbers));
}

static void state_hash(const struct run *run, uint8_t hash[SB_STATE_HASH_SIZE])
{
    if (sb_ledger_hash(sb_engine_ledger(run->engine), hash, NULL) != SB_OK)
        abort();
}

/* ------------------------------------------------------------------ faults */

static void disarm(struct run *run)
{
    fake_disk_fail(run->disk, FAKE_ANY, 0, SB_OK);
    if (!fake_disk_is_off(run->disk))
        fake_disk_power_off(run->disk, 0);
    run->armed = false;
}

static void arm(struct run *run)
{
    struct sim_random *random = &run->random;
    uint64_t n = 1 + sim_below(random, sim_chance(random, 50) ? 6 : 60);
    run->armed = true;
    run->figures->faults++;
    switch (sim_below(random, 8)) {
    case 0:
    case 1: fake_disk_power_off(run->disk, n); break;
    case 2: fake_disk_fail(run->disk, FAKE_ANY, n, SB_IO); break;
    case 3: fake_disk_fail(run->disk, FAKE_WRITE, n, SB_IO); break;
    case 4: fake_disk_fail(run->disk, FAKE_SYNC, n, SB_IO); break;
    case 5: fake_disk_fail(run->disk, FAKE_SYNC, n, SB_NOSPACE); break;
    case 6: fake_disk_fail(run->disk, FAKE_WRITE, n, SB_NOSPACE); break;
    case 7: fake_disk_fail(run->disk, FAKE_SYNC_DIR, 1 + n % 4, SB_IO); break;
    }
    note(run, "arm", n, fake_disk_is_off(run->disk));
}

static void set_full(struct run *run, bool full)
{
    uint64_t more = sim_below(&run->random, 3 * run->options.segment_size);
    run->full = full;
    run->figures->full += full;
    fake_disk_set_space(run->disk, full ? fake_disk_space_used(run->disk) + more : UINT64_MAX);
    note(run, full ? "full" : "room", more, 0);
}

/* A failure must have a cause that the run set up. */
static void must_be_provoked(struct run *run, const char *doing, enum sb_status status,
                             const struct sb_err *err)
{
    bool may = (status == SB_IO && run->armed) || (status == SB_NOSPACE && (run->armed || run->full));
    if (!may)
        sim_fail("%s: status %d out of nothing: %s", doing, status, err->text[SB_EN]);
}

/* ------------------------------------------------------------------ looking */

/* What the journal holds, read while nothing fails. */
static void read_journal(const struct run *run, bool strict, struct sim_history *ret_history)
{
    if (!run->armed) {
        sim_history_read(ret_history, fake_disk_os(run->disk), strict);
        return;
    }
    struct fake_disk *copy = fake_disk_copy(run->disk, 1);
    sim_history_read(ret_history, fake_disk_os(copy), strict);
    fake_disk_free(copy);
}

static bool same_entry(const struct sim_entry *a, const struct sim_entry *b)
{
    return memcmp(&a->event, &b->event, sizeof(a->event)) == 0 && a->result.code == b->result.code &&
           a->result.flags == b->result.flags && a->result.counted == b->result.counted &&
           memcmp(a->result.failed, b->result.failed, sizeof(a->result.failed)) == 0;
}

static bool is_own(const struct sb_event *event)
{
    return event->type == SB_EVENT_NAME || event->type == SB_EVENT_CHARTER;
}

/* Clients ask again for what was turned away, and for what they heard no answer to and is not there. */
static void lose_requests(struct run *run)
{
    for (uint32_t i = 0; i < run->requests.count; i++) {
        const struct sim_request *request = &run->requests.requests[i];
        for (uint32_t j = 0; request->asked && !request->found && j < request->count; j++)
            sim_pilot_lose(run->pilot, &request->events[j]);
    }
}

/* Take what is in the journal for the history, provided that it may be there. */
static void adopt(struct run *run, const struct sim_history *found)
{
    uint64_t submitted = run->history.count, both = SB_MIN(found->count, submitted);
    for (uint64_t i = 0; i < both; i++) {
        struct sim_entry *ours = &run->history.entries[i];
        if (ours->told && !same_entry(ours, &found->entries[i]))
            sim_fail("event %llu is not the one that was submitted, or has another result",
                     (unsigned long long)i + 1);
        if (!ours->told && ours->event.type == 0 && !is_own(&found->entries[i].event))
            sim_fail("event %llu should be a name or a charter", (unsigned long long)i + 1);
        ours->event = found->entries[i].event;
        ours->result = found->entries[i].result;
    }
    uint64_t more = found->count - both;
    if (more > 0 && run->maybe == MAYBE_NOTHING)
        sim_fail("the journal has %llu events that nobody submitted", (unsigned long long)more);
    if (more > 0 && run->maybe == MAYBE_BATCH && more != run->batch_count)
        sim_fail("%llu events of a batch of %u were kept", (unsigned long long)more, run->batch_count);
    if (run->maybe == MAYBE_REQUESTS)
        sim_requests_check(&run->requests, found, both);
    for (uint64_t i = both; i < found->count; i++) {
        const struct sim_entry *entry = &found->entries[i];
        bool good = run->maybe == MAYBE_REQUESTS || (run->maybe == MAYBE_OWN && is_own(&entry->event)) ||
                    (run->maybe == MAYBE_BATCH &&
                     memcmp(&entry->event, &run->batch[i - both], sizeof(entry->event)) == 0);
        if (!good)
            sim_fail("event %llu is none that was submitted", (unsigned long long)i + 1);
        sim_history_add(&run->history, &entry->event, &entry->result);
    }
    for (uint64_t i = found->count; i < submitted; i++)
        sim_pilot_lose(run->pilot, &run->history.entries[i].event);
    for (uint32_t i = 0; more == 0 && run->maybe == MAYBE_BATCH && i < run->batch_count; i++)
        sim_pilot_lose(run->pilot, &run->batch[i]);
    if (run->maybe == MAYBE_REQUESTS)
        lose_requests(run);
    run->figures->cuts += found->count < submitted;
    sim_history_cut(&run->history, found->count);
    run->maybe = MAYBE_NOTHING;
}

/* The history has gaps where the engine journalled names and charters. */
static void fill_gaps(struct run *run)
{
    struct sim_history found = {0};
    read_journal(run, false, &found);
    if (found.count != run->history.count)
        sim_fail("a reader sees %llu events, %llu were submitted", (unsigned long long)found.count,
                 (unsigned long long)run->history.count);
    adopt(run, &found);
    sim_history_release(&found);
}

/* Whoever asks again is told what he was told, and of what never came nothing is known. */
static void ask_again(struct run *run)
{
    for (unsigned tries = 0; tries < 20 && run->history.count > 0; tries++) {
        uint64_t at = sim_next(&run->random) % run->history.count;
        const struct sim_entry *entry = &run->history.entries[at];
        struct sb_event never = entry->event;
        struct sb_result result = {0};
        bool answered = false;
        /* A member of a chain that broke may be an earlier event's repetition, or malformed. */
        bool known = entry->result.code > SB_R_ID_REUSED || entry->result.code == SB_R_ACCEPTED;
        if (sb_id_is_none(entry->event.id))
            continue;
        if (sb_engine_answered(run->engine, &entry->event, &answered, &result, NULL) != SB_OK)
            abort();
        if (known && (!answered || result.code != entry->result.code))
            sim_fail("event %llu had result %u, and asked again %u", (unsigned long long)at + 1,
                     entry->result.code, answered ? result.code : UINT8_MAX);
        never.id.hi += UINT64_C(1) << 40;
        if (sb_engine_answered(run->engine, &never, &answered, &result, NULL) != SB_OK)
            abort();
        if (answered)
            sim_fail("what was never asked is said to have been answered");
    }
}

static void recompute(struct run *run)
{
    struct sb_err err = {0};
    fill_gaps(run);
    ask_again(run);
    if (sb_ledger_check(sb_engine_ledger(run->engine), &err) != SB_OK)
        sim_fail("debits and credits: %s", err.text[SB_EN]);
    sim_recompute(run->pilot, &run->history, run->engine);
    run->figures->recomputed++;
}

/* ------------------------------------------------------------------ up and down */

static void must_equal_hash(const struct run *run, const char *when)
{
    uint8_t hash[SB_STATE_HASH_SIZE];
    const uint8_t *live = sim_history_hash(&run->history, run->history.count);
    state_hash(run, hash);
    if (live && memcmp(live, hash, sizeof(hash)) != 0)
        sim_fail("%s the state behind event %llu is another", when, (unsigned long long)run->history.count);
}

/* The engine is open: what it came up with is what was acknowledged, and maybe more, never anything else. */
static void check_recovered(struct run *run)
{
    struct sim_history found = {0};
    read_journal(run, false, &found);
    if (found.count < run->acknowledged)
        sim_fail("%llu events are left of %llu acknowledged ones", (unsigned long long)found.count,
                 (unsigned long long)run->acknowledged);
    if (found.count != sb_engine_newest(run->engine))
        sim_fail("the engine came up with %llu events, the journal has %llu",
                 (unsigned long long)sb_engine_newest(run->engine), (unsigned long long)found.count);
    adopt(run, &found);
    sim_history_release(&found);
    run->acknowledged = run->history.count; /* it would be answered from now on, so it must stay */
    must_equal_hash(run, "after a restart");
    struct sb_err err = {0};
    if (sb_ledger_check(sb_engine_ledger(run->engine), &err) != SB_OK)
        sim_fail("after a restart: %s", err.text[SB_EN]);
    note(run, "recovered", run->history.count, fake_disk_calls(run->disk, FAKE_ANY));
}

static void crash(struct run *run)
{
    fake_disk_crash(run->disk);
    run->armed = false;
    run->figures->crashes++;
    note(run, "crash", 0, 0);
}

/* One attempt. False: it failed, for a cause. */
static bool try_open(struct run *run)
{
    struct sb_err err = {0};
    uint64_t cut = 0;
    run->figures->opens++;
    enum sb_status status = sb_engine_open(DIR, &run->options, &run->engine, &cut, &err);
    note(run, "open", status, cut);
    if (status == SB_OK) {
        run->figures->from_snapshots += sb_engine_opened(run->engine).snapshot != 0;
        check_recovered(run);
        return true;
    }
    run->engine = NULL;
    run->figures->failed_opens++;
    bool is_made = run->acknowledged > 0;
    if (status == SB_NOSPACE && is_made && !run->armed)
        sim_fail("an existing journal does not open on a full disk: %s", err.text[SB_EN]);
    must_be_provoked(run, "open", status, &err);
    return false;
}

/* Until the engine is up, with failures on the way. */
static void come_up(struct run *run)
{
    for (unsigned attempt = 0; !run->engine; attempt++) {
        if (fake_disk_is_off(run->disk) || sim_chance(&run->random, 30))
            crash(run);
        disarm(run);
        if (attempt < 4 && sim_chance(&run->random, 25))
            arm(run);
        if (attempt >= 4 && run->full)
            set_full(run, false);
        if (attempt > 8)
            sim_fail("the engine does not come up");
        (void)try_open(run);
    }
}

static void close_engine(struct run *run)
{
    struct sb_err err = {0};
    uint64_t submitted = sb_engine_newest(run->engine);
    enum sb_status status = sb_engine_close(run->engine, &err);
    run->engine = NULL;
    run->figures->closes++;
    note(run, "close", status, submitted);
    if (status == SB_OK)
        run->acknowledged = submitted;
    else if (!run->armed)
        sim_fail("close: status %d out of nothing: %s", status, err.text[SB_EN]);
}

/* The process ends in the middle of whatever it does; the machine stays up, and its cache is as it was. */
static void kill_engine(struct run *run)
{
    bool was_off = fake_disk_is_off(run->disk);
    if (!was_off)
        fake_disk_power_off(run->disk, 1);
    (void)sb_engine_close(run->engine, NULL);
    if (!was_off)
        fake_disk_power_off(run->disk, 0);
    run->engine = NULL;
    run->figures->kills++;
    note(run, "kill", was_off, 0);
}

/* An engine that failed accepts nothing any more. */
static void stop_broken(struct run *run)
{
    struct sb_event tick = {.type = SB_EVENT_TICK, .time = run->pilot->now};
    struct sb_result result;
    struct sb_err err = {0};
    uint64_t sequence;
    run->figures->stops++;
    for (unsigned i = 0; i < 2; i++) {
        enum sb_status status = sb_engine_submit(run->engine, &tick, 1, &result, &sequence, &err);
        if (status == SB_OK || status == SB_NOSPACE)
            sim_fail("an engine that failed goes on: status %d", status);
    }
    if (sim_chance(&run->random, 50)) {
        run->armed = true; /* a failed engine may fail to close */
        close_engine(run);
    } else {
        kill_engine(run);
    }
    come_up(run);
}

/* A snapshot is named when what it stands behind is durable: unless the disk was made to fail, each can be
 * written, and used. */
static void hear_note(void *context, const struct sb_err *err)
{
    const struct run *run = context;
    if (!run->armed && !run->full && !fake_disk_is_off(run->disk))
        sim_fail("a snapshot, out of nothing: %s", err->text[SB_EN]);
}

static void take_snapshot(struct run *run)
{
    struct sb_err err = {0};
    enum sb_status status = sb_engine_snapshot(run->engine, &err);
    run->figures->snapshots += status == SB_OK;
    note(run, "snapshot", status, sb_engine_newest(run->engine));
    if (status != SB_OK && status != SB_INVALID)
        hear_note(run, &err);
}

/* ------------------------------------------------------------------ steps */

static void wait_for(struct run *run, uint64_t sequence)
{
    struct sb_err err = {0};
    enum sb_status status = sb_engine_wait(run->engine, sequence, &err);
    note(run, "wait", status, sequence);
    if (status == SB_OK) {
        run->acknowledged = SB_MAX(run->acknowledged, sequence);
        return;
    }
    if (status == SB_NOSPACE)
        sim_fail("waiting says that there is no space: %s", err.text[SB_EN]);
    must_be_provoked(run, "wait", status, &err);
    stop_broken(run);
}

static void count_results(struct run *run, const struct sb_result *results, uint32_t count)
{
    run->figures->events += count;
    for (uint32_t i = 0; i < count; i++) {
        run->figures->by_code[results[i].code]++;
        run->figures->repeated += (results[i].flags & SB_RF_REPEATED) != 0;
    }
}

/* Refused for want of space: as if it had never been asked. */
static void check_untouched(struct run *run, const uint8_t before[SB_STATE_HASH_SIZE])
{
    uint8_t after[SB_STATE_HASH_SIZE];
    state_hash(run, after);
    if (sb_engine_newest(run->engine) != run->history.count || memcmp(before, after, sizeof(after)) != 0)
        sim_fail("a batch that found no space left something behind");
    if (!run->armed)
        fill_gaps(run); /* reading goes on */
}

static void submit(struct run *run)
{
    struct sb_result results[SIM_BATCH_MAX];
    uint8_t hash[SB_STATE_HASH_SIZE];
    struct sb_err err = {0};
    uint64_t sequence = 0;
    run->batch_count = sim_pilot_batch(run->pilot, run->engine, &run->history, run->batch);
    fake_disk_set_time(run->disk, run->pilot->now);
    state_hash(run, hash);
    enum sb_status status =
        sb_engine_submit(run->engine, run->batch, run->batch_count, results, &sequence, &err);
    note(run, "submit", status, run->batch_count);
    if (status == SB_NOSPACE) {
        must_be_provoked(run, "submit", status, &err);
        check_untouched(run, hash);
        for (uint32_t i = 0; i < run->batch_count; i++)
            sim_pilot_lose(run->pilot, &run->batch[i]);
        return;
    }
    if (status != SB_OK) {
        must_be_provoked(run, "submit", status, &err);
        run->maybe = MAYBE_BATCH;
        stop_broken(run);
        return;
    }
    for (uint32_t i = 0; i < run->batch_count; i++)
        sim_history_add(&run->history, &run->batch[i], &results[i]);
    if (sequence != run->history.count)
        sim_fail("the batch ends at event %llu, expected %llu", (unsigned long long)sequence,
                 (unsigned long long)run->history.count);
    count_results(run, results, run->batch_count);
    state_hash(run, hash);
    sim_history_mark(&run->history, hash);
    crypto_generichash_update(&run->trace, hash, sizeof(hash));
    if (sim_chance(&run->random, 70))
        wait_for(run, sim_chance(&run->random, 80) ? sequence : sequence - run->batch_count);
}

static void let_clock_run(void *context)
{
    struct run *run = context;
    if (sim_chance(&run->random, 20))
        run->pilot->now += sim_below(&run->random, 40) * SB_SECOND_US / 10;
    /* A machine's clock may be set back; events' times must not follow. */
    fake_disk_set_time(run->disk, run->pilot->now - (sim_chance(&run->random, 5) ? SB_DAY_US : 0));
}

/* Whether the engine is done for. */
static bool look_at_answers(struct run *run)
{
    bool broken = false;
    for (uint32_t i = 0; i < run->requests.count; i++) {
        const struct sim_request *request = &run->requests.requests[i];
        bool whole = (request->events[request->count - 1].flags & SB_F_LINKED) == 0;
        if (!request->asked || whole == (request->status == SB_INVALID))
            sim_fail("request %u of %u events: status %d", i, request->count, request->status);
        if (request->status == SB_OK)
            count_results(run, request->results, request->count);
        for (uint32_t j = 0; request->status == SB_OK && j < request->count; j++)
            if (request->results[j].code == SB_R_TIME_BACK)
                sim_fail("the front let time go back");
        if (request->status != SB_OK && request->status != SB_INVALID)
            must_be_provoked(run, "a client", request->status, &request->err);
        broken |= request->status == SB_IO;
        crypto_generichash_update(&run->trace, (const unsigned char *)&request->ended,
                                  sizeof(request->ended));
    }
    return broken;
}

/* Many clients at once. In which order their events went is read from the journal. */
static void serve_clients(struct run *run)
{
    uint8_t hash[SB_STATE_HASH_SIZE];
    sim_requests_draw(&run->requests, run->pilot, run->engine, &run->history);
    let_clock_run(run);
    sim_requests_submit(&run->requests, &run->random, run->engine, fake_disk_os(run->disk), let_clock_run,
                        run);
    run->figures->requests += run->requests.count;
    run->maybe = MAYBE_REQUESTS;
    bool broken = look_at_answers(run);
    note(run, "clients", run->requests.count, broken);
    if (broken) {
        stop_broken(run);
        return;
    }
    struct sim_history found = {0};
    read_journal(run, false, &found);
    if (found.count != sb_engine_newest(run->engine))
        sim_fail("clients were answered %llu events, the journal has %llu",
                 (unsigned long long)sb_engine_newest(run->engine), (unsigned long long)found.count);
    adopt(run, &found);
    sim_history_release(&found);
    run->acknowledged = run->history.count;
    state_hash(run, hash);
    sim_history_mark(&run->history, hash);
    crypto_generichash_update(&run->trace, hash, sizeof(hash));
}

/* Names and charters that the engine journalled on its own. */
static void add_gaps(struct run *run)
{
    uint8_t hash[SB_STATE_HASH_SIZE];
    while (run->history.count < sb_engine_newest(run->engine))
        sim_history_add(&run->history, NULL, NULL);
    state_hash(run, hash);
    sim_history_mark(&run->history, hash);
}

static void after_own(struct run *run, const char *doing, enum sb_status status, const struct sb_err *err)
{
    note(run, doing, status, sb_engine_newest(run->engine));
    if (status == SB_OK || status == SB_NOSPACE)
        add_gaps(run);
    if (status == SB_OK)
        return;
    must_be_provoked(run, doing, status, err);
    if (status == SB_NOSPACE)
        return;
    run->maybe = MAYBE_OWN;
    stop_broken(run);
}

static void install(struct run *run)
{
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    const struct sim_law *law = sim_pilot_law(run->pilot);
    sb_time_us time = SB_MAX(run->pilot->now, sb_ledger_time(sb_engine_ledger(run->engine)));
    uint64_t before = sb_engine_newest(run->engine);
    enum sb_status status =
        sb_engine_install(run->engine, law->sources, law->count, time, &diagnostics, &err);
    sb_diagnostics_release(&diagnostics);
    bool is_new = status == SB_OK && sb_engine_newest(run->engine) > before;
    run->figures->installs += is_new;
    if (is_new) /* else it was in force, and nothing was waited for */
        run->acknowledged = sb_engine_newest(run->engine);
    after_own(run, "install", status, &err);
}

static void name(struct run *run)
{
    char buffer[32];
    enum sb_space space;
    uint16_t code = 0;
    struct sb_err err = {0};
    const char *text = sim_pilot_name(run->pilot, &space, buffer);
    sb_time_us time = SB_MAX(run->pilot->now, sb_ledger_time(sb_engine_ledger(run->engine)));
    enum sb_status status = sb_engine_name(run->engine, space, text, strlen(text), time, &code, &err);
    if (status == SB_OK && sb_symbols_find(sb_engine_symbols(run->engine), space, text, strlen(text)) != code)
        sim_fail("the name '%s' got a code that it does not have", text);
    if (status == SB_NOSPACE &&
        sb_symbols_find(sb_engine_symbols(run->engine), space, text, strlen(text)) != 0)
        sim_fail("the name '%s' found no space and is known all the same", text);
    after_own(run, "name", status, &err);
}

static void take_step(struct run *run)
{
    uint32_t way = sim_below(&run->random, 1000);
    if (run->step <= 16 && sim_chance(&run->random, 80)) {
        if (run->step == 12)
            install(run);
        else
            name(run);
    } else if (way < 690) {
        submit(run);
    } else if (way < 780) {
        serve_clients(run);
    } else if (way < 800) {
        install(run);
    } else if (way < 830) {
        name(run);
    } else if (way < 850) {
        wait_for(run, run->history.count);
    } else if (way < 880) {
        if (!run->armed)
            arm(run);
    } else if (way < 900) {
        set_full(run, true);
    } else if (way < 940) {
        if (run->full)
            set_full(run, false);
    } else if (way < 965) {
        close_engine(run);
        come_up(run);
    } else if (way < 980) {
        kill_engine(run);
        come_up(run);
    } else if (way < 990) {
        kill_engine(run);
        crash(run);
        come_up(run);
    } else if (!fake_disk_is_off(run->disk)) {
        recompute(run);
    }
}

/* ------------------------------------------------------------------ the end */

static bool same_verdict(const struct sb_result *a, const struct sb_result *b)
{
    return a->code == b->code && a->counted == b->counted &&
           memcmp(a->failed, b->failed, sizeof(a->failed)) == 0;
}

/* Print the events of a batch that were judged otherwise now. */
static void name_differences(const struct sb_record *record, const struct sb_result *results)
{
    for (uint32_t i = 0; record->type == SB_RECORD_BATCH && i < record->count; i++) {
        if (same_verdict(&record->results[i], &results[i]))
            continue;
        printf("  event %llu of type %u: %s, now %s\n", (unsigned long long)(record->first + i),
               record->events[i].type, sb_result_word((enum sb_result_code)record->results[i].code),
               sb_result_word((enum sb_result_code)results[i].code));
    }
}

/* A pass over the whole journal, as verify and replay make them: to learn, then to judge. */
static void pass(struct run *run, struct sb_runner *runner, bool judge)
{
    static struct sb_result results[SB_BATCH_MAX];
    struct sb_journal_reader *reader;
    struct sb_record record;
    struct sb_err err = {0};
    bool closed = false;
    enum sb_status status = sb_journal_reader_open(fake_disk_os(run->disk), DIR, true, &reader, &err);
    if (status != SB_OK)
        sim_fail("verify: %s", err.text[SB_EN]);
    while ((status = sb_journal_reader_next(reader, &record, &err)) == SB_OK) {
        closed = record.type == SB_RECORD_CLOSE;
        if (record.type == SB_RECORD_CHECKPOINT && !sb_record_signed_by(&record, run->public_key))
            sim_fail("a checkpoint is not signed by the key");
        status =
            judge ? sb_runner_take(runner, &record, results, &err) : sb_runner_scan(runner, &record, &err);
        if (status != SB_OK)
            break;
        if (judge)
            name_differences(&record, results);
    }
    if (status != SB_END)
        sim_fail("verify: %s", err.text[SB_EN]);
    if (!closed)
        sim_fail("verify: the journal was closed cleanly and does not say so");
    run->figures->segments += judge ? record.segment : 0;
    sb_journal_reader_close(reader);
}

static struct sb_runner *run_again(struct run *run, bool as_recorded)
{
    struct sb_runner_options options = {
        .ids = SB_RUNNER_WANTED_IDS, .compare = !as_recorded, .as_recorded = as_recorded};
    struct sb_runner *runner = NULL;
    if (sb_runner_new(&options, &runner, NULL) != SB_OK)
        abort();
    pass(run, runner, false);
    pass(run, runner, true);
    return runner;
}

static void replay(struct run *run, enum sb_replay_mode mode, const uint8_t hash[SB_STATE_HASH_SIZE])
{
    struct sb_replay_options options = {.mode = mode};
    struct sb_replay_report *report = NULL;
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    if (sb_replay(fake_disk_os(run->disk), DIR, &options, &report, &diagnostics, &err) != SB_OK)
        sim_fail("replay: %s", err.text[SB_EN]);
    sb_diagnostics_release(&diagnostics);
    if (report->different_results > 0)
        sb_runner_free(run_again(run, mode == SB_REPLAY_ONE_STEP));
    if (report->different_results > 0 || report->checkpoints_differ > 0)
        sim_fail("a replay under the same law (mode %d) differs in %llu results and %llu checkpoints", mode,
                 (unsigned long long)report->different_results,
                 (unsigned long long)report->checkpoints_differ);
    if (mode == SB_REPLAY_WHOLE_RUN && memcmp(report->state_hash, hash, SB_STATE_HASH_SIZE) != 0)
        sim_fail("a whole replay ends in another state");
    sb_replay_report_free(report);
}

/* As `sandbank verify` does: memory for references only, every result, signature and state hash. */
static void verify(struct run *run, const uint8_t hash[SB_STATE_HASH_SIZE])
{
    struct sb_err err = {0};
    uint8_t again[SB_STATE_HASH_SIZE];
    struct sb_runner *runner = run_again(run, false);
    if (sb_ledger_check(sb_runner_ledger(runner), &err) != SB_OK ||
        sb_ledger_hash(sb_runner_ledger(runner), again, &err) != SB_OK)
        sim_fail("verify: %s", err.text[SB_EN]);
    if (memcmp(again, hash, sizeof(again)) != 0)
        sim_fail("verify ends in another state");
    sb_runner_free(runner);
}

static void finish(struct run *run)
{
    uint8_t hash[SB_STATE_HASH_SIZE];
    if (fake_disk_is_off(run->disk)) {
        kill_engine(run);
        come_up(run);
    }
    disarm(run);
    set_full(run, false);
    install(run); /* whatever happened before, it must work now; and replay needs a law */
    recompute(run);
    sim_history_check_ids(&run->history);
    state_hash(run, hash);
    close_engine(run);
    verify(run, hash);
    replay(run, SB_REPLAY_ONE_STEP, hash);
    replay(run, SB_REPLAY_WHOLE_RUN, hash);
    run->figures->acknowledged += run->acknowledged;
    note(run, "end", run->history.count, run->acknowledged);
    crypto_generichash_update(&run->trace, hash, sizeof(hash));
}

void sim_run(uint64_t seed, uint32_t steps, bool loud, uint64_t *ret_trace, struct sim_figures *figures)
{
    struct run *run = calloc(1, sizeof(*run));
    if (!run || !(run->pilot = calloc(1, sizeof(*run->pilot))) || sodium_init() < 0)
        abort();
    current = run;
    run->seed = seed;
    run->loud = loud;
    run->figures = figures;
    run->random.state = sb_mix64(seed);
    run->snapshots.state = sb_mix64(~seed);
    run->disk = fake_disk_new(sim_next(&run->random));
    uint8_t key_seed[32] = {7};
    crypto_sign_seed_keypair(run->public_key, run->secret_key, key_seed);
    crypto_generichash_init(&run->trace, NULL, 0, sizeof(*ret_trace) * 2);
    run->pilot->random = &run->random;
    run->pilot->now = INT64_C(1749945600) * SB_SECOND_US; /* 2025-06-15T00:00Z */
    run->options = (struct sb_engine_options){
        .os = fake_disk_os(run->disk),
        .create = true,
        .origin = "simulator",
        .journal_flags = SB_JOURNAL_SYNTHETIC,
        .signing_key = run->secret_key,
        .checkpoint_every = sim_below(&run->random, 3) * 150,
        .segment_size = 4096 * (4 + sim_below(&run->random, 8)),
        .snapshot_every = sim_below(&run->snapshots, 3) * 100,
        .note = hear_note,
        .note_context = run,
        .no_thread = true,
    };
    come_up(run);
    for (run->step = 1; run->step <= steps; run->step++) {
        take_step(run);
        if (sim_chance(&run->snapshots, 4))
            take_snapshot(run);
    }
    finish(run);
    uint64_t trace[2];
    crypto_generichash_final(&run->trace, (unsigned char *)trace, sizeof(trace));
    *ret_trace = trace[0];
    figures->steps += steps;
    sim_history_release(&run->history);
    fake_disk_free(run->disk);
    free(run->pilot);
    free(run);
}
