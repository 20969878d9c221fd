/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durable, judged transfers a second through the engine, beside its peer in the same run: the same bytes
 * appended to a growing file with an fdatasync each MiB and nothing else. Then replay of what was written,
 * both modes. Medians of several rounds, side by side.
 */
#include "engine/engine.h"
#include "replay/replay.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS_MAX 9

struct bench {
    const char *dir;
    char journal[512];
    uint32_t accounts, rounds;
    uint64_t transfers;
    bool random_ids;
    uint16_t unit, class_, provider, kind;
    struct sb_engine *engine;
    double engine_tps[ROUNDS_MAX], raw_tps[ROUNDS_MAX], one_step_eps[ROUNDS_MAX], whole_run_eps[ROUNDS_MAX];
    double cpu_us[ROUNDS_MAX];
    double open_s; /* once: it steps the whole journal anew */
    double open_snapshot_s[ROUNDS_MAX], snapshot_stop_ms[ROUNDS_MAX];
};

static const char charter[] =
    "charter \"Bench\"\nunit VND\nclock +07:00\nnames class: subscriber, merchant\n"
    "kind cash-out from holder\nkind transfer from holder\nkind payment from holder\n"
    "instrument D316 \"Quyết định 316/QĐ-TTg\" signed 2021-03-09\n"
    "pilot runs 2021-11-18 to 2025-12-31 by D316\nallow all by D316 \"III\"\n"
    "forbid all where tx.country is not VN by D316 \"I.3\"\n"
    "forbid transfer where payee.provider is not payer.provider by D316 \"III\"\n"
    "limit month: sum of cash-out, transfer, payment per account, each calendar month,\n"
    "      at most 10 000 000 000 by D316 \"III\"\n"
    "limit day: sum of transfer per account, each day, at most 1 000 000 000 by D316\n"
    "limit count: number of transfer per account, each day, at most 1 000 000 by D316\n"
    "limit each: each transfer at most 5 000 000 by D316\n";

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of all threads of this process, in user and kernel mode. */
static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const struct sb_err *err, const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, err->text[SB_EN]);
    exit(3);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

static void submit(struct bench *bench, const struct sb_event *events, uint32_t count,
                   struct sb_result *results, uint64_t *sequence)
{
    struct sb_err err = {0};
    if (sb_engine_submit(bench->engine, events, count, results, sequence, &err) != SB_OK)
        fail(&err, "submit");
    for (uint32_t i = 0; i < count; i++) {
        if (results[i].code != SB_R_ACCEPTED) {
            fprintf(stderr, "bench: an event is %s\n", sb_result_word((enum sb_result_code)results[i].code));
            exit(3);
        }
    }
}

static uint16_t code_of(struct bench *bench, enum sb_space space, const char *name, sb_time_us time)
{
    uint16_t code = 0;
    struct sb_err err = {0};
    if (sb_engine_name(bench->engine, space, name, strlen(name), time, &code, &err) != SB_OK)
        fail(&err, "name");
    return code;
}

static void open_accounts(struct bench *bench, struct sb_event *events, struct sb_result *results,
                          sb_time_us time)
{
    uint64_t sequence = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < bench->accounts; i++) {
        events[count++] = (struct sb_event){
            .id = {UINT64_C(1) << 40 | (i + 1), 0},
            .account = {i + 1, 7},
            .person = {i + 1, 9},
            .attributes = {.unit = bench->unit,
                           .class_ = bench->class_,
                           .provider = bench->provider,
                           .opened_on = SB_DAY_NONE,
                           .sim_since = SB_DAY_NONE},
            .time = time,
            .type = SB_EVENT_OPEN,
        };
        if (count == 8190 || i + 1 == bench->accounts) {
            submit(bench, events, count, results, &sequence);
            count = 0;
        }
    }
}

static double run_transfers(struct bench *bench, struct sb_event *events, struct sb_result *results,
                            sb_time_us time)
{
    uint64_t sequence = 0;
    struct sb_err err = {0};
    double start = now_s();
    for (uint64_t done = 0; done < bench->transfers;) {
        uint32_t count = 0;
        for (; count < 8190 && done < bench->transfers; count++, done++) {
            uint64_t random = sb_mix64(done + 1);
            uint64_t payer = random % bench->accounts;
            uint64_t payee = (payer + 1 + (random >> 32) % (bench->accounts - 1)) % bench->accounts;
            events[count] = (struct sb_event){
                .id = {bench->random_ids ? sb_mix64(done + 77) : done + 1, 1},
                .payer = {payer + 1, 7},
                .payee = {payee + 1, 7},
                .amount = (sb_amount)(1 + random % 1000),
                .time = time + (sb_time_us)done,
                .kind = bench->kind,
                .type = SB_EVENT_TRANSFER,
            };
        }
        submit(bench, events, count, results, &sequence);
    }
    if (sb_engine_wait(bench->engine, sequence, &err) != SB_OK)
        fail(&err, "wait");
    return (double)bench->transfers / (now_s() - start);
}

/* A start of the engine over the journal that the round left, and nothing else. */
static double run_open(const struct bench *bench)
{
    struct sb_err err = {0};
    struct sb_engine_options options = {.no_snapshots = true};
    struct sb_engine *engine = NULL;
    double start = now_s();
    if (sb_engine_open(bench->journal, &options, &engine, NULL, &err) != SB_OK)
        fail(&err, "open again");
    double took = now_s() - start;
    if (sb_engine_close(engine, &err) != SB_OK)
        fail(&err, "close again");
    return took;
}

/* One event, behind which a snapshot is due, until it is there. Returns for how long it stopped the engine.
 */
static double run_snapshot(struct sb_engine *engine)
{
    struct sb_err err = {0};
    struct sb_event tick = {.type = SB_EVENT_TICK, .time = sb_ledger_time(sb_engine_ledger(engine))};
    struct sb_result result;
    uint64_t sequence = 0;
    if (sb_engine_submit(engine, &tick, 1, &result, &sequence, &err) != SB_OK)
        fail(&err, "tick");
    while (sb_engine_snapshots(engine).taken == 0) {
        if (sb_engine_wait(engine, sequence, &err) != SB_OK)
            fail(&err, "wait for the snapshot");
        if (sb_engine_snapshots(engine).failed != 0) {
            fprintf(stderr, "bench: a snapshot was not written\n");
            exit(3);
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* woken early: asks early */
    }
    return (double)sb_engine_snapshots(engine).stopped_us / 1000;
}

/* A start from the snapshot that the clean close left; then one is taken beside the running engine. */
static double run_open_snapshot(const struct bench *bench, double *ret_stop_ms)
{
    struct sb_err err = {0};
    struct sb_engine_options options = {.snapshot_every = 1};
    struct sb_engine *engine = NULL;
    double start = now_s();
    if (sb_engine_open(bench->journal, &options, &engine, NULL, &err) != SB_OK)
        fail(&err, "open from a snapshot");
    double took = now_s() - start;
    if (sb_engine_opened(engine).snapshot == 0 || sb_engine_opened(engine).stepped != 0) {
        fprintf(stderr, "bench: the snapshot was not used\n");
        exit(3);
    }
    *ret_stop_ms = run_snapshot(engine);
    if (sb_engine_close(engine, &err) != SB_OK)
        fail(&err, "close again");
    return took;
}

static double run_engine(struct bench *bench, double *ret_cpu_us)
{
    struct sb_err err = {0};
    struct sb_engine_options options = {.create = true, .origin = "bench"};
    struct sb_source source = {"bench.charter", charter, sizeof(charter) - 1};
    struct sb_diagnostics diagnostics = {0};
    sb_time_us time = INT64_C(1756684800) * SB_SECOND_US; /* 2025-09-01T00:00Z */
    struct sb_event *events = calloc(SB_BATCH_MAX, sizeof(*events));
    struct sb_result *results = calloc(SB_BATCH_MAX, sizeof(*results));
    (void)nftw(bench->journal, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* of the round before */
    if (!events || !results || sb_engine_open(bench->journal, &options, &bench->engine, NULL, &err) != SB_OK)
        fail(&err, "open");
    if (sb_engine_install(bench->engine, &source, 1, time, &diagnostics, &err) != SB_OK)
        fail(&err, "install");
    bench->unit = code_of(bench, SB_SPACE_UNIT, "VND", time);
    bench->class_ = code_of(bench, SB_SPACE_CLASS, "subscriber", time);
    bench->provider = code_of(bench, SB_SPACE_PROVIDER, "viettel", time);
    bench->kind = code_of(bench, SB_SPACE_KIND, "transfer", time);
    open_accounts(bench, events, results, time);
    double cpu = cpu_s();
    double tps = run_transfers(bench, events, results, time + 1);
    *ret_cpu_us = (cpu_s() - cpu) * 1e6 / (double)bench->transfers;
    if (sb_engine_close(bench->engine, &err) != SB_OK)
        fail(&err, "close");
    sb_diagnostics_release(&diagnostics);
    free(events);
    free(results);
    return tps;
}

/* 144 bytes a transfer is what the journal keeps of one: event and result. */
static double run_raw(const struct bench *bench)
{
    enum { CHUNK = 1 << 20 };
    char path[600];
    char *chunk = calloc(1, CHUNK);
    (void)snprintf(path, sizeof(path), "%s/raw", bench->dir);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    double start = now_s();
    for (uint64_t left = bench->transfers * 144; chunk && file >= 0 && left > 0;) {
        size_t size = left < CHUNK ? (size_t)left : CHUNK;
        if (write(file, chunk, size) != (ssize_t)size || fdatasync(file) != 0) {
            perror("bench: raw append");
            exit(3);
        }
        left -= size;
    }
    double tps = (double)bench->transfers / (now_s() - start);
    close(file);
    unlink(path);
    free(chunk);
    return tps;
}

static double run_replay(const struct bench *bench, enum sb_replay_mode mode)
{
    struct sb_replay_report *report = NULL;
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    struct sb_replay_options options = {.mode = mode};
    double start = now_s();
    if (sb_replay(sb_os_real(), bench->journal, &options, &report, &diagnostics, &err) != SB_OK)
        fail(&err, "replay");
    double eps = (double)report->events / (now_s() - start);
    if (report->different_results != 0) {
        fprintf(stderr, "bench: replay differs from the record\n");
        exit(3);
    }
    sb_replay_report_free(report);
    sb_diagnostics_release(&diagnostics);
    return eps;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, uint32_t count)
{
    qsort(values, count, sizeof(*values), by_value);
    return values[count / 2];
}

static uint64_t number(int argc, char **argv, int at, uint64_t otherwise)
{
    return at < argc ? strtoull(argv[at], NULL, 10) : otherwise;
}

/* One line a figure, for run.sh: name, median. */
static void print_figures(struct bench *bench)
{
    const char *suffix = bench->random_ids ? "_random" : bench->accounts >= 1000000 ? "_1m" : "";
    printf("durable_judged_tps%s %.0f\n", suffix, median(bench->engine_tps, bench->rounds));
    printf("raw_append_tps%s %.0f\n", suffix, median(bench->raw_tps, bench->rounds));
    printf("durable_cpu_us%s %.3f\n", suffix, median(bench->cpu_us, bench->rounds));
    if (bench->random_ids)
        return;
    if (bench->accounts >= 1000000) {
        printf("open_journal_s %.3f\n", bench->open_s);
        printf("open_snapshot_s %.3f\n", median(bench->open_snapshot_s, bench->rounds));
        printf("snapshot_stop_ms %.3f\n", median(bench->snapshot_stop_ms, bench->rounds));
        return;
    }
    printf("replay_one_step_eps %.0f\n", median(bench->one_step_eps, bench->rounds));
    printf("replay_whole_run_eps %.0f\n", median(bench->whole_run_eps, bench->rounds));
}

int main(int argc, char **argv)
{
    struct bench bench = {.dir = argc > 1 ? argv[1] : "."};
    bench.accounts = (uint32_t)number(argc, argv, 2, 10000);
    bench.transfers = number(argc, argv, 3, 2000000);
    bench.rounds = (uint32_t)number(argc, argv, 4, 3);
    bench.random_ids = number(argc, argv, 5, 0) != 0;
    if (bench.accounts < 2 || bench.transfers < 1 || bench.rounds < 1 || bench.rounds > ROUNDS_MAX) {
        fprintf(stderr, "usage: bench_engine DIR ACCOUNTS TRANSFERS ROUNDS(1-9) RANDOM_IDS(0|1)\n");
        return 2;
    }
    (void)snprintf(bench.journal, sizeof(bench.journal), "%s/journal", bench.dir);
    for (uint32_t round = 0; round < bench.rounds; round++) {
        bench.raw_tps[round] = run_raw(&bench);
        bench.engine_tps[round] = run_engine(&bench, &bench.cpu_us[round]);
        if (bench.random_ids)
            continue;
        if (bench.accounts >= 1000000) {
            bench.open_snapshot_s[round] = run_open_snapshot(&bench, &bench.snapshot_stop_ms[round]);
            if (round == 0)
                bench.open_s = run_open(&bench);
            continue;
        }
        bench.one_step_eps[round] = run_replay(&bench, SB_REPLAY_ONE_STEP);
        bench.whole_run_eps[round] = run_replay(&bench, SB_REPLAY_WHOLE_RUN);
    }
    (void)nftw(bench.journal, remove_one, 16,
               FTW_DEPTH | FTW_PHYS); /* a left-over in the build folder is no harm */
    print_figures(&bench);
    return 0;
}
