/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How cost grows: with accounts, with limits, with the live events of rolling windows, and with the length of
 * the history. One line a point, for plots.sh:
 *
 *     bench_growth DIR
 *     plot NAME X Y [Y]
 */
#include "engine/engine.h"
#include "replay/replay.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH      8190u
#define START      (INT64_C(1756684800) * SB_SECOND_US) /* 2025-09-01T00:00Z */
#define LIMITS_MAX 32u

static _Noreturn void stop(const struct sb_err *err, const char *what)
{
    fprintf(stderr, "bench_growth: %s: %s\n", what, err->text[SB_EN]);
    exit(3);
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct sb_event *events;
static struct sb_result *results;

/* ------------------------------------------------------------------ the ledger alone */

struct world {
    struct sb_symbols *symbols;
    struct sb_plan *plan;
    struct sb_ledger *ledger;
    struct sb_past *past;
    uint32_t accounts;
    uint16_t unit, kind;
    sb_time_us time, pace; /* from one transfer to the next */
    uint64_t next_id;
};

static uint16_t intern(struct world *world, enum sb_space space, const char *name)
{
    struct sb_err err = {0};
    uint16_t code = 0;
    if (sb_symbols_intern(world->symbols, space, name, strlen(name), &code, &err) != SB_OK)
        stop(&err, name);
    return code;
}

static void step(struct world *world, uint32_t count)
{
    struct sb_err err = {0};
    sb_past_clear(world->past);
    if (sb_ledger_step(world->ledger, events, count, world->past, results, &err) != SB_OK)
        stop(&err, "step");
    for (uint32_t i = 0; i < count; i++) {
        if (results[i].code == SB_R_ACCEPTED)
            continue;
        fprintf(stderr, "bench_growth: an event is %s\n",
                sb_result_word((enum sb_result_code)results[i].code));
        exit(3);
    }
}

static void open_accounts(struct world *world)
{
    for (uint32_t done = 0; done < world->accounts;) {
        uint32_t count = 0;
        for (; count < BATCH && done < world->accounts; count++, done++)
            events[count] = (struct sb_event){
                .id = {world->next_id++, 1},
                .account = {done + 1, 7},
                .person = {done + 1, 9},
                .attributes = {.unit = world->unit, .opened_on = SB_DAY_NONE, .sim_since = SB_DAY_NONE},
                .time = world->time,
                .type = SB_EVENT_OPEN,
            };
        step(world, count);
    }
}

static void begin(struct world *world, uint32_t accounts, const char *limits)
{
    static char text[SB_CHARTER_SIZE_MAX];
    struct sb_err err = {0};
    struct sb_diagnostics diagnostics = {0};
    *world = (struct world){.accounts = accounts, .time = START, .pace = 1, .next_id = 1};
    (void)snprintf(text, sizeof(text),
                   "charter \"x\"\nunit VND\nclock +07:00\nkind transfer from holder\nallow all\n%s", limits);
    struct sb_source source = {"growth.charter", text, strlen(text)};
    world->symbols = sb_symbols_new();
    world->past = sb_past_new(SB_BATCH_MAX);
    if (!world->symbols || !world->past ||
        sb_plan_compile(&source, 1, NULL, world->symbols, &world->plan, &diagnostics, &err) != SB_OK ||
        sb_ledger_new(NULL, &world->ledger, &err) != SB_OK ||
        sb_ledger_offer(world->ledger, world->plan, &err) != SB_OK)
        stop(&err, "begin");
    sb_diagnostics_release(&diagnostics);
    world->unit = intern(world, SB_SPACE_UNIT, "VND");
    world->kind = intern(world, SB_SPACE_KIND, "transfer");
    events[0] = (struct sb_event){.type = SB_EVENT_CHARTER, .time = world->time};
    memcpy(events[0].charter_hash, world->plan->hash, sizeof(world->plan->hash));
    step(world, 1);
    open_accounts(world);
}

static void end(struct world *world)
{
    sb_ledger_free(world->ledger);
    sb_past_free(world->past);
    sb_plan_free(world->plan);
    sb_symbols_free(world->symbols);
}

/* Nanoseconds of the thread for one of so many transfers between accounts at random. */
static double transfers(struct world *world, uint64_t wanted)
{
    double spent = 0;
    uint64_t done = 0;
    while (done < wanted) {
        for (uint32_t i = 0; i < BATCH; i++, world->time += world->pace) {
            uint64_t random = sb_mix64(world->next_id);
            uint64_t payer = random % world->accounts;
            uint64_t payee = (payer + 1 + (random >> 32) % (world->accounts - 1)) % world->accounts;
            events[i] = (struct sb_event){
                .id = {world->next_id++, 2},
                .payer = {payer + 1, 7},
                .payee = {payee + 1, 7},
                .amount = 1 + (sb_amount)(random % 1000),
                .time = world->time,
                .kind = world->kind,
                .type = SB_EVENT_TRANSFER,
            };
        }
        double start = seconds(CLOCK_THREAD_CPUTIME_ID);
        step(world, BATCH);
        spent += seconds(CLOCK_THREAD_CPUTIME_ID) - start;
        done += BATCH;
    }
    return spent * 1e9 / (double)done;
}

static void limits_of(unsigned count, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < count; i++)
        used += (size_t)snprintf(
            text + used, size - used,
            "limit l%u: sum of transfer per account, each day, at most 1 000 000 000 000\n", i);
}

static void grow_accounts(void)
{
    static const uint32_t counts[] = {1000, 3000, 10000, 30000, 100000, 300000, 1000000};
    char limits[512];
    limits_of(3, limits, sizeof(limits));
    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct world world;
        begin(&world, counts[i], limits);
        (void)transfers(&world, counts[i]); /* windows open */
        printf("plot accounts %" PRIu32 " %.1f\n", counts[i], transfers(&world, 300000));
        end(&world);
    }
}

static void grow_limits(void)
{
    static char limits[LIMITS_MAX * 96];
    for (unsigned count = 0; count <= LIMITS_MAX; count = count == 0 ? 1 : count * 2) {
        struct world world;
        limits_of(count, limits, sizeof(limits));
        begin(&world, 10000, limits);
        (void)transfers(&world, 50000);
        printf("plot limits %u %.1f\n", count, transfers(&world, 200000));
        end(&world);
    }
}

/* So many live events in each window of 30 days: time passes as fast as keeps them so many. */
static void grow_windows(void)
{
    enum { ACCOUNTS = 200, DAYS = 30 };
    for (unsigned live = 1; live <= 1000; live *= 10) {
        struct world world;
        begin(&world, ACCOUNTS,
              "limit r: sum of transfer per account, last 30 days, at most 1 000 000 000 000\n");
        world.pace = (sb_time_us)DAYS * SB_DAY_US / ((sb_time_us)live * ACCOUNTS);
        (void)transfers(&world, 2u * live * ACCOUNTS);
        double rolling_ns = transfers(&world, 200000);
        struct sb_ledger_sizes sizes = sb_ledger_sizes(world.ledger);
        printf("plot windows %u %.1f %.1f\n", live, rolling_ns,
               (double)sizes.rolling_bytes / (double)(sizes.rolling_entries ? sizes.rolling_entries : 1));
        end(&world);
    }
}

/* ------------------------------------------------------------------ the whole engine, by the length of its
 * history */

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

static uint64_t submit(struct sb_engine *engine, uint32_t count)
{
    struct sb_err err = {0};
    uint64_t sequence = 0;
    if (sb_engine_submit(engine, events, count, results, &sequence, &err) != SB_OK)
        stop(&err, "submit");
    return sequence;
}

static uint16_t name(struct sb_engine *engine, enum sb_space space, const char *text)
{
    struct sb_err err = {0};
    uint16_t code = 0;
    if (sb_engine_name(engine, space, text, strlen(text), START, &code, &err) != SB_OK)
        stop(&err, text);
    return code;
}

/* Durable transfers between 10 000 accounts, numbers [from, to) of the history, under ids at random. */
static double durable(struct sb_engine *engine, uint16_t kind, uint64_t from, uint64_t to)
{
    enum { ACCOUNTS = 10000 };
    struct sb_err err = {0};
    uint64_t sequence = 0;
    double start = seconds(CLOCK_MONOTONIC);
    for (uint64_t done = from; done < to;) {
        uint32_t count = 0;
        for (; count < BATCH && done < to; count++, done++) {
            uint64_t random = sb_mix64(done + 1), payer = random % ACCOUNTS;
            uint64_t payee = (payer + 1 + (random >> 32) % (ACCOUNTS - 1)) % ACCOUNTS;
            events[count] = (struct sb_event){
                .id = {sb_mix64(done + 77), 1},
                .payer = {payer + 1, 7},
                .payee = {payee + 1, 7},
                .amount = (sb_amount)(1 + random % 1000),
                .time = START + (sb_time_us)done + 1,
                .kind = kind,
                .type = SB_EVENT_TRANSFER,
            };
        }
        sequence = submit(engine, count);
    }
    if (sb_engine_wait(engine, sequence, &err) != SB_OK)
        stop(&err, "wait");
    return (double)(to - from) / (seconds(CLOCK_MONOTONIC) - start);
}

static double replay(const char *dir)
{
    struct sb_err err = {0};
    struct sb_replay_report *report = NULL;
    struct sb_diagnostics diagnostics = {0};
    struct sb_replay_options options = {.mode = SB_REPLAY_WHOLE_RUN};
    double start = seconds(CLOCK_MONOTONIC);
    if (sb_replay(sb_os_real(), dir, &options, &report, &diagnostics, &err) != SB_OK)
        stop(&err, "replay");
    double took = seconds(CLOCK_MONOTONIC) - start;
    sb_replay_report_free(report);
    sb_diagnostics_release(&diagnostics);
    return took;
}

static struct sb_engine *open_engine(const char *dir, bool create)
{
    struct sb_err err = {0};
    struct sb_engine_options options = {.create = create, .origin = "growth"};
    struct sb_engine *engine = NULL;
    if (sb_engine_open(dir, &options, &engine, NULL, &err) != SB_OK)
        stop(&err, "open");
    return engine;
}

static void grow_history(const char *folder)
{
    static const char text[] = "charter \"x\"\nunit VND\nclock +07:00\nkind transfer from holder\nallow all\n"
                               "limit l: sum of transfer per account, each day, at most 1 000 000 000 000\n";
    static const uint64_t lengths[] = {0, 250000, 500000, 1000000, 2000000, 4000000};
    char dir[512];
    struct sb_err err = {0};
    struct sb_diagnostics diagnostics = {0};
    struct sb_source source = {"growth.charter", text, sizeof(text) - 1};
    (void)snprintf(dir, sizeof(dir), "%s/growth", folder);
    struct sb_engine *engine = open_engine(dir, true);
    if (sb_engine_install(engine, &source, 1, START, &diagnostics, &err) != SB_OK)
        stop(&err, "install");
    uint16_t unit = name(engine, SB_SPACE_UNIT, "VND"), kind = name(engine, SB_SPACE_KIND, "transfer");
    for (uint32_t i = 0; i < 10000; i += 5000) {
        for (uint32_t j = 0; j < 5000; j++)
            events[j] = (struct sb_event){
                .id = {i + j + 1, 8},
                .account = {i + j + 1, 7},
                .attributes = {.unit = unit, .opened_on = SB_DAY_NONE, .sim_since = SB_DAY_NONE},
                .time = START,
                .type = SB_EVENT_OPEN,
            };
        (void)submit(engine, 5000);
    }
    for (unsigned i = 1; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        double tps = durable(engine, kind, lengths[i - 1], lengths[i]);
        if (sb_engine_close(engine, &err) != SB_OK)
            stop(&err, "close");
        double replay_s = replay(dir), start = seconds(CLOCK_MONOTONIC);
        engine = open_engine(dir, false);
        printf("plot history %" PRIu64 " %.0f %.3f %.3f\n", lengths[i], tps, replay_s,
               seconds(CLOCK_MONOTONIC) - start);
    }
    if (sb_engine_close(engine, &err) != SB_OK)
        stop(&err, "close");
    (void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* a left-over does no harm */
    sb_diagnostics_release(&diagnostics);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: bench_growth DIR\n");
        return 2;
    }
    events = calloc(SB_BATCH_MAX, sizeof(*events));
    results = calloc(SB_BATCH_MAX, sizeof(*results));
    if (!events || !results)
        return 3;
    grow_accounts();
    grow_limits();
    grow_windows();
    grow_history(argv[1]);
    free(events);
    free(results);
    return 0;
}
