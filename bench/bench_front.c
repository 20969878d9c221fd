/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single transfers: closed-loop clients in one process, each waiting for its durable answer before it asks
 * again; then one client with a thousand a second, its waits beside those of a bare fdatasync at the same
 * pace in the same file system.
 *
 *     bench_front DIR SECONDS
 */
#include "engine/front.h"

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ACCOUNTS    10000u
#define CLIENTS_MAX 32u
#define PER_SECOND  1000u
#define PACE_NS     1000000
#define BLOCK       4096

static const char charter[] =
    "charter \"Bench\"\nunit VND\nclock +07:00\nnames class: subscriber, merchant\n"
    "kind cash-out from holder\nkind transfer from holder\nkind payment from holder\n"
    "instrument D316 \"Quyết định 316/QĐ-TTg\" signed 2021-03-09\n"
    "pilot runs 2021-11-18 to 2035-12-31 by D316\nallow all by D316 \"III\"\n"
    "forbid all where tx.country is not VN by D316 \"I.3\"\n"
    "forbid transfer where payee.provider is not payer.provider by D316 \"III\"\n"
    "limit month: sum of cash-out, transfer, payment per account, each calendar month,\n"
    "      at most 10 000 000 000 by D316 \"III\"\n"
    "limit day: sum of transfer per account, each day, at most 1 000 000 000 by D316\n"
    "limit each: each transfer at most 5 000 000 by D316\n";

struct bench {
    char journal[512];
    struct sb_engine *engine;
    struct sb_front *front;
    uint16_t kind;
    atomic_ullong next_id;
    atomic_bool stop;
};

struct client {
    struct bench *bench;
    pthread_t thread;
    uint64_t seed, done;
};

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void sleep_until(int64_t ns)
{
    struct timespec time = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0)
        ;
}

static _Noreturn void fail(const struct sb_err *err, const char *what)
{
    fprintf(stderr, "bench_front: %s: %s\n", what, err->text[SB_EN]);
    exit(3);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

static uint16_t code_of(struct bench *bench, enum sb_space space, const char *name, sb_time_us time)
{
    uint16_t code = 0;
    struct sb_err err = {0};
    if (sb_engine_name(bench->engine, space, name, strlen(name), time, &code, &err) != SB_OK)
        fail(&err, "name");
    return code;
}

static void begin(struct bench *bench)
{
    struct sb_err err = {0};
    struct sb_engine_options options = {.create = true, .origin = "bench"};
    struct sb_source source = {"bench.charter", charter, sizeof(charter) - 1};
    struct sb_diagnostics diagnostics = {0};
    static struct sb_event events[SB_BATCH_MAX];
    static struct sb_result results[SB_BATCH_MAX];
    sb_time_us time = sb_os_real()->now(NULL);
    uint64_t sequence = 0;
    if (sb_engine_open(bench->journal, &options, &bench->engine, NULL, &err) != SB_OK ||
        sb_engine_install(bench->engine, &source, 1, time, &diagnostics, &err) != SB_OK)
        fail(&err, "begin");
    uint16_t unit = code_of(bench, SB_SPACE_UNIT, "VND", time);
    uint16_t class_ = code_of(bench, SB_SPACE_CLASS, "subscriber", time);
    uint16_t provider = code_of(bench, SB_SPACE_PROVIDER, "viettel", time);
    bench->kind = code_of(bench, SB_SPACE_KIND, "transfer", time);
    for (uint32_t at = 0; at < ACCOUNTS;) {
        uint32_t count = 0;
        for (; count < SB_BATCH_MAX && at < ACCOUNTS; count++, at++)
            events[count] = (struct sb_event){
                .id = {at + 1, 8},
                .account = {at + 1, 7},
                .person = {at + 1, 9},
                .attributes = {.unit = unit,
                               .class_ = class_,
                               .provider = provider,
                               .opened_on = SB_DAY_NONE,
                               .sim_since = SB_DAY_NONE},
                .time = time,
                .type = SB_EVENT_OPEN,
            };
        if (sb_engine_submit(bench->engine, events, count, results, &sequence, &err) != SB_OK)
            fail(&err, "accounts");
    }
    if (sb_engine_wait(bench->engine, sequence, &err) != SB_OK ||
        sb_front_new(bench->engine, NULL, &bench->front, &err) != SB_OK)
        fail(&err, "accounts");
    sb_diagnostics_release(&diagnostics);
}

static void transfer_one(struct client *client)
{
    struct bench *bench = client->bench;
    uint64_t random = sb_mix64(client->seed++);
    uint64_t payer = random % ACCOUNTS, payee = (payer + 1 + (random >> 32) % (ACCOUNTS - 1)) % ACCOUNTS;
    struct sb_event event = {
        .id = {atomic_fetch_add(&bench->next_id, 1) + 1, 1},
        .payer = {payer + 1, 7},
        .payee = {payee + 1, 7},
        .amount = (sb_amount)(1 + random % 1000),
        .kind = bench->kind,
        .type = SB_EVENT_TRANSFER,
    };
    struct sb_result result;
    struct sb_err err = {0};
    if (sb_front_submit(bench->front, &event, 1, &result, &err) != SB_OK)
        fail(&err, "submit");
    if (result.code != SB_R_ACCEPTED) {
        fprintf(stderr, "bench_front: a transfer is %s\n", sb_result_word((enum sb_result_code)result.code));
        exit(3);
    }
    client->done++;
}

static void *run_client(void *context)
{
    struct client *client = context;
    while (!atomic_load(&client->bench->stop))
        transfer_one(client);
    return NULL;
}

static void run_clients(struct bench *bench, unsigned count, unsigned seconds)
{
    static struct client clients[CLIENTS_MAX];
    uint64_t done = 0;
    atomic_store(&bench->stop, false);
    int64_t start = now_ns();
    for (unsigned i = 0; i < count; i++) {
        clients[i] = (struct client){.bench = bench, .seed = (uint64_t)(i + 1) << 32};
        if (pthread_create(&clients[i].thread, NULL, run_client, &clients[i]) != 0)
            exit(3);
    }
    sleep_until(start + (int64_t)seconds * 1000000000);
    atomic_store(&bench->stop, true);
    for (unsigned i = 0; i < count; i++) {
        pthread_join(clients[i].thread, NULL);
        done += clients[i].done;
    }
    printf("single_%u_tps %.0f\n", count, (double)done * 1e9 / (double)(now_ns() - start));
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void print_waits(const char *prefix, int64_t *waits, uint32_t count)
{
    qsort(waits, count, sizeof(*waits), by_value);
    printf("%sp50_us %.0f\n%sp99_us %.0f\n", prefix, (double)waits[count / 2] / 1e3, prefix,
           (double)waits[(uint64_t)count * 99 / 100] / 1e3);
}

static void sync_one(int file, uint32_t number)
{
    static const char block[BLOCK] = {1};
    if (pwrite(file, block, BLOCK, (off_t)(number % 1024) * BLOCK) != BLOCK || fdatasync(file) != 0) {
        perror("bench_front: fdatasync");
        exit(3);
    }
}

/* A thousand a second, for a second. A wait is counted from the moment at which it should have begun, so that
 * a stall counts for all whom it keeps. */
static void run_second(struct client *client, int file, int64_t waits[PER_SECOND])
{
    int64_t start = now_ns() + PACE_NS;
    for (uint32_t i = 0; i < PER_SECOND; i++) {
        int64_t due = start + (int64_t)i * PACE_NS;
        sleep_until(due);
        if (client)
            transfer_one(client);
        else
            sync_one(file, i);
        waits[i] = now_ns() - due;
    }
}

/* The two take turns, second by second: what else happens on the machine meets both. */
static void run_paced(struct bench *bench, const char *path, unsigned seconds)
{
    uint32_t count = seconds * PER_SECOND;
    int64_t *ours = calloc(count, sizeof(*ours)), *bare = calloc(count, sizeof(*bare));
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    struct client client = {.bench = bench, .seed = 1};
    if (!ours || !bare || file < 0)
        exit(3);
    for (uint32_t i = 0; i < 1024; i++)
        sync_one(file, i); /* so that later blocks were written before, as the journal's are */
    for (uint32_t at = 0; at < count; at += PER_SECOND) {
        run_second(&client, -1, ours + at);
        run_second(NULL, file, bare + at);
    }
    print_waits("", ours, count);
    print_waits("fdatasync_", bare, count);
    close(file);
    (void)unlink(path);
    free(ours);
    free(bare);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    static const unsigned clients[] = {1, 8, 32};
    struct sb_err err = {0};
    char path[600];
    unsigned long seconds_asked = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (seconds_asked < 1 || seconds_asked > 3600) {
        fprintf(stderr, "usage: bench_front DIR SECONDS\n");
        return 2;
    }
    unsigned seconds = (unsigned)seconds_asked;
    (void)snprintf(bench.journal, sizeof(bench.journal), "%s/front", argv[1]);
    (void)snprintf(path, sizeof(path), "%s/bare", argv[1]);
    begin(&bench);
    for (unsigned i = 0; i < 3; i++)
        run_clients(&bench, clients[i], seconds);
    run_paced(&bench, path, seconds);
    sb_front_free(bench.front);
    if (sb_engine_close(bench.engine, &err) != SB_OK)
        fail(&err, "close");
    (void)nftw(bench.journal, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* a left-over does no harm */
    return 0;
}
