/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a verdict and a step of the ledger cost, without journal or engine, in one thread:
 *
 *     build/bench/bench_ledger [CHARTER [EVENTS]]
 *
 * A verdict is what a step of a transfer that the law refuses (all of it judged, nothing moved) costs more
 * than one of a transfer without an amount, with everything in cache. A step is a whole accepted transfer,
 * past included, in batches, over 10 000 and over 1 000 000 accounts drawn at random: first while windows are
 * opened, then when every account has its own.
 */

#include "charter/plan.h"
#include "ledger/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 8192u

struct bench {
    struct sb_symbols *symbols;
    struct sb_plan *plan;
    struct sb_ledger *ledger;
    struct sb_past *past;
    struct sb_event *events;
    struct sb_result *results;
    uint32_t accounts;
    sb_time_us time;
    uint64_t next_id;
};

/* The worst over the laws that were measured: for run.sh. */
static double worst_verdict_ns, worst_account_bytes, worst_window_bytes;

/* A limit on a rolling window alone, for what one of its events takes. */
static const char rolling_law[] =
    "charter \"Rolling\"\nunit VND\nclock +07:00\nkind transfer from holder\nallow all\n"
    "limit r: sum of transfer per account, last 30 days, at most 1 000 000 000\n";

static void worsen(double *worst, double value)
{
    *worst = value > *worst ? value : *worst;
}

static _Noreturn void stop(const struct sb_err *err)
{
    fprintf(stderr, "bench_ledger: %s\n", err->text[SB_EN]);
    exit(3);
}

/* The thread's own time: others on the machine do not count. */
static uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static char *read_file(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(SB_CHARTER_SIZE_MAX);
    if (!file || !text) {
        fprintf(stderr, "bench_ledger: cannot read '%s'\n", path);
        exit(3);
    }
    *ret_size = fread(text, 1, SB_CHARTER_SIZE_MAX, file);
    fclose(file);
    return text;
}

static uint16_t code_of(struct bench *bench, enum sb_space space, const char *name)
{
    struct sb_err err = {0};
    uint16_t code;
    if (sb_symbols_intern(bench->symbols, space, name, strlen(name), &code, &err) != SB_OK)
        stop(&err);
    return code;
}

static void step(struct bench *bench, const struct sb_event *events, uint32_t count)
{
    struct sb_err err = {0};
    sb_past_clear(bench->past);
    if (sb_ledger_step(bench->ledger, events, count, bench->past, bench->results, &err) != SB_OK)
        stop(&err);
}

static struct sb_event open_event(struct bench *bench, uint64_t number)
{
    struct sb_event event = {.id = {bench->next_id++, 1}, .time = bench->time, .type = SB_EVENT_OPEN};
    event.account = (struct sb_id){number + 1, 0};
    event.person = (struct sb_id){number + 1, 7};
    event.attributes.unit = code_of(bench, SB_SPACE_UNIT, "VND");
    event.attributes.class_ = code_of(bench, SB_SPACE_CLASS, "subscriber");
    event.attributes.provider = code_of(bench, SB_SPACE_PROVIDER, "viettel");
    event.attributes.tier = code_of(bench, SB_SPACE_TIER, "full");
    event.attributes.opened_on = sb_day_of_date((struct sb_date){2022, 5, 1});
    event.attributes.sim_since = sb_day_of_date((struct sb_date){2019, 5, 1});
    return event;
}

static void begin(struct bench *bench, struct sb_source source, uint32_t accounts, const char *start)
{
    struct sb_err err = {0};
    struct sb_diagnostics diagnostics = {0};
    size_t used;
    *bench = (struct bench){.accounts = accounts, .next_id = 1};
    bench->symbols = sb_symbols_new();
    bench->past = sb_past_new(BATCH);
    bench->events = calloc(BATCH, sizeof(*bench->events));
    bench->results = calloc(BATCH, sizeof(*bench->results));
    if (!bench->symbols || !bench->past || !bench->events || !bench->results ||
        !sb_time_parse(start, strlen(start), 0, &bench->time, &used) ||
        sb_plan_compile(&source, 1, NULL, bench->symbols, &bench->plan, &diagnostics, &err) != SB_OK ||
        sb_ledger_new(NULL, &bench->ledger, &err) != SB_OK ||
        sb_ledger_offer(bench->ledger, bench->plan, &err) != SB_OK)
        stop(&err);
    sb_diagnostics_release(&diagnostics);
    bench->events[0] = (struct sb_event){.type = SB_EVENT_CHARTER, .time = bench->time};
    memcpy(bench->events[0].charter_hash, bench->plan->hash, sizeof(bench->plan->hash));
    step(bench, bench->events, 1);
    for (uint32_t done = 0; done < accounts;) {
        uint32_t count = accounts - done < BATCH ? accounts - done : BATCH;
        for (uint32_t i = 0; i < count; i++)
            bench->events[i] = open_event(bench, done + i);
        step(bench, bench->events, count);
        done += count;
    }
}

static void end(struct bench *bench)
{
    sb_ledger_free(bench->ledger);
    sb_past_free(bench->past);
    sb_plan_free(bench->plan);
    sb_symbols_free(bench->symbols);
    free(bench->events);
    free(bench->results);
}

static uint64_t draw(uint64_t *seed)
{
    *seed += UINT64_C(0x9E3779B97F4A7C15);
    return sb_mix64(*seed);
}

/* Transfers between accounts drawn at random, small enough to pass. */
static void fill(struct bench *bench, uint32_t count, uint64_t *seed, uint16_t kind)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t payer = draw(seed) % bench->accounts, payee = draw(seed) % bench->accounts;
        bench->events[i] = (struct sb_event){
            .id = {bench->next_id++, 2},
            .payer = {payer + 1, 0},
            .payee = {(payee == payer ? (payee + 1) % bench->accounts : payee) + 1, 0},
            .amount = 1 + (sb_amount)(draw(seed) % 1000),
            .time = bench->time,
            .kind = kind,
            .type = SB_EVENT_TRANSFER,
        };
    }
}

static void bench_steps(struct bench *bench, uint64_t wanted, const char *what)
{
    static uint64_t seed = 1;
    uint64_t spent = 0, accepted = 0, done = 0;
    uint16_t kind = code_of(bench, SB_SPACE_KIND, "transfer");
    while (done < wanted) {
        bench->time += SB_SECOND_US;
        fill(bench, BATCH, &seed, kind);
        uint64_t start = now_ns();
        step(bench, bench->events, BATCH);
        spent += now_ns() - start;
        for (uint32_t i = 0; i < BATCH; i++)
            accepted += bench->results[i].code == SB_R_ACCEPTED;
        done += BATCH;
    }
    struct sb_ledger_sizes sizes = sb_ledger_sizes(bench->ledger);
    worsen(&worst_account_bytes, (double)sizes.account_bytes / (double)sizes.accounts);
    if (sizes.windows != 0)
        worsen(&worst_window_bytes, (double)sizes.window_bytes / (double)sizes.windows);
    printf("%9" PRIu32 " accounts, %s: %6.1f ns a step, %.2f million a second, %.1f %% accepted; "
           "%.1f bytes an account, %.1f a live window\n",
           bench->accounts, what, (double)spent / (double)done, (double)done * 1000 / (double)spent,
           100 * (double)accepted / (double)done, (double)sizes.account_bytes / (double)sizes.accounts,
           sizes.windows ? (double)sizes.window_bytes / (double)sizes.windows : 0.0);
}

static void bench_hash(const struct bench *bench)
{
    struct sb_err err = {0};
    uint8_t hash[SB_STATE_HASH_SIZE];
    uint64_t start = now_ns();
    if (sb_ledger_hash(bench->ledger, hash, &err) != SB_OK)
        stop(&err);
    printf("%9" PRIu32 " accounts: %.1f ms a state hash\n", bench->accounts,
           (double)(now_ns() - start) / 1e6);
}

/* One event, over and over, under fresh ids: its own cost, and that of the same without a law. */
static double bench_event(struct bench *bench, struct sb_event event)
{
    uint64_t best = UINT64_MAX;
    for (int round = 0; round < 60; round++) {
        for (uint32_t i = 0; i < BATCH; i++) {
            bench->events[i] = event;
            bench->events[i].id = (struct sb_id){bench->next_id++, 3};
        }
        uint64_t start = now_ns();
        step(bench, bench->events, BATCH);
        uint64_t spent = now_ns() - start;
        best = spent < best ? spent : best;
    }
    return (double)best / BATCH;
}

static void bench_verdict(struct bench *bench)
{
    struct sb_event event = {
        .payer = {1, 0},
        .payee = {2, 0},
        .amount = 1,
        .time = bench->time,
        .kind = code_of(bench, SB_SPACE_KIND, "transfer"),
        .type = SB_EVENT_TRANSFER,
    };
    double accepted = bench_event(bench, event);
    event.amount = INT64_C(1) << 50;
    double refused = bench_event(bench, event);
    event.amount = 0;
    double unjudged = bench_event(bench, event);
    worsen(&worst_verdict_ns, refused - unjudged);
    printf(
        "one account in cache: %.1f ns accepted, %.1f refused, %.1f without the law: a verdict takes %.1f\n",
        accepted, refused, unjudged, refused - unjudged);
}

/* What a live event of a rolling window takes, beyond the 48 bytes of any window: some 20 events in each. */
static double bench_rolling(void)
{
    enum { ACCOUNTS = 5000, LIVE = 20, DAYS = 30 };
    struct bench bench;
    uint64_t seed = 5;
    begin(&bench, (struct sb_source){"rolling.charter", rolling_law, sizeof(rolling_law) - 1}, ACCOUNTS,
          "2026-03-10T05:00Z");
    uint16_t kind = code_of(&bench, SB_SPACE_KIND, "transfer");
    for (uint32_t done = 0; done < 3 * ACCOUNTS * LIVE; done += BATCH) {
        fill(&bench, BATCH, &seed, kind);
        for (uint32_t i = 0; i < BATCH; i++)
            bench.events[i].time = bench.time += (sb_time_us)DAYS * SB_DAY_US / ((sb_time_us)ACCOUNTS * LIVE);
        step(&bench, bench.events, BATCH);
    }
    struct sb_ledger_sizes sizes = sb_ledger_sizes(bench.ledger);
    end(&bench);
    return ((double)sizes.window_bytes + (double)sizes.rolling_bytes - 48 * (double)sizes.windows) /
           (double)sizes.rolling_entries;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : SANDBANK_SOURCE "/charters/vn/mobile-money.charter";
    uint64_t events = argc > 2 ? strtoull(argv[2], NULL, 10) : 2000000;
    size_t size;
    char *text = read_file(path, &size);
    struct sb_source law_source = {path, text, size};
    static const char *const starts[] = {"2023-03-10T05:00Z", "2026-03-10T05:00Z"};
    for (int law = 0; law < 2; law++) {
        struct bench bench;
        printf("%s, on %s\n", path, starts[law]);
        begin(&bench, law_source, 10000, starts[law]);
        bench_verdict(&bench);
        bench_steps(&bench, events, "windows opening");
        bench_steps(&bench, events, "steady");
        bench_hash(&bench);
        end(&bench);
        begin(&bench, law_source, 1000000, starts[law]);
        bench_steps(&bench, events, "windows opening");
        bench_steps(&bench, events, "steady");
        bench_hash(&bench);
        end(&bench);
    }
    free(text);
    printf("verdict_ns %.1f\nbytes_account %.1f\nbytes_window %.1f\nbytes_rolling_entry %.1f\n",
           worst_verdict_ns, worst_account_bytes, worst_window_bytes, bench_rolling());
    return 0;
}
