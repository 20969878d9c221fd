/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Old ids and the index: what they cost in memory, how often the filter errs, how long it takes to find an
 * old event, to tell an account's statement, and to make the index. A journal of its own in DIR/journal stays
 * there.
 */
#include "engine/engine.h"
#include "engine/ids.h"
#include "replay/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH   8190u
#define LOOKUPS 2000u

struct bench {
    char journal[512];
    uint64_t transfers;
    uint32_t accounts;
    bool random_ids;
};

static const char charter[] = "charter \"Bench\"\nunit VND\nclock +07:00\nnames class: subscriber\n"
                              "kind transfer from holder\n"
                              "instrument D316 \"Quyết định 316/QĐ-TTg\" signed 2021-03-09\n"
                              "pilot runs 2021-11-18 to 2025-12-31 by D316\nallow all by D316 \"III\"\n"
                              "limit month: sum of transfer per account, each calendar month,\n"
                              "      at most 10 000 000 000 by D316 \"III\"\n";

static void fail(const struct sb_err *err, const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, err->text[SB_EN]);
    exit(3);
}

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Of this thread: what a look-up costs where others want the machine, too. */
static double cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static struct sb_id id_of(const struct bench *bench, uint64_t number)
{
    return (struct sb_id){bench->random_ids ? sb_mix64(number + 77) : number + 1, 1};
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print_times(const char *name, double *values, uint32_t count)
{
    qsort(values, count, sizeof(*values), by_value);
    printf("%s_cpu_us %.1f\n%s_p99_cpu_us %.1f\n", name, values[count / 2], name, values[count * 99 / 100]);
}

/* ------------------------------------------------------------------ the journal */

static void submit(struct sb_engine *engine, const struct sb_event *events, uint32_t count,
                   uint64_t *ret_sequence)
{
    static struct sb_result results[BATCH];
    struct sb_err err = {0};
    if (sb_engine_submit(engine, events, count, results, ret_sequence, &err) != SB_OK)
        fail(&err, "submit");
    for (uint32_t i = 0; i < count; i++)
        if (results[i].code != SB_R_ACCEPTED)
            fail(&(struct sb_err){.text = {"an event was not accepted"}}, "submit");
}

static void open_accounts(const struct bench *bench, struct sb_engine *engine, struct sb_event *events,
                          sb_time_us time)
{
    uint16_t unit = sb_symbols_find(sb_engine_symbols(engine), SB_SPACE_UNIT, "VND", 3);
    uint64_t sequence;
    uint32_t count = 0;
    for (uint32_t i = 0; i < bench->accounts; i++) {
        events[count++] = (struct sb_event){
            .id = {i + 1, 0},
            .account = {i + 1, 7},
            .attributes = {.unit = unit, .opened_on = SB_DAY_NONE, .sim_since = SB_DAY_NONE},
            .time = time,
            .type = SB_EVENT_OPEN};
        if (count == BATCH || i + 1 == bench->accounts) {
            submit(engine, events, count, &sequence);
            count = 0;
        }
    }
}

static void make_journal(const struct bench *bench)
{
    struct sb_err err = {0};
    struct sb_engine_options options = {.create = true, .origin = "bench", .no_snapshots = true};
    struct sb_source source = {"bench.charter", charter, sizeof(charter) - 1};
    struct sb_diagnostics diagnostics = {0};
    struct sb_engine *engine = NULL;
    struct sb_event *events = calloc(BATCH, sizeof(*events));
    sb_time_us time = INT64_C(1756684800) * SB_SECOND_US;
    uint64_t sequence = 0;
    if (!events || sb_engine_open(bench->journal, &options, &engine, NULL, &err) != SB_OK ||
        sb_engine_install(engine, &source, 1, time, &diagnostics, &err) != SB_OK)
        fail(&err, "open");
    open_accounts(bench, engine, events, time);
    uint16_t kind = sb_symbols_find(sb_engine_symbols(engine), SB_SPACE_KIND, "transfer", 8);
    double start = now_us();
    for (uint64_t done = 0; done < bench->transfers;) {
        uint32_t count = 0;
        for (; count < BATCH && done < bench->transfers; count++, done++) {
            uint64_t random = sb_mix64(done + 1), payer = random % bench->accounts;
            uint64_t payee = (payer + 1 + (random >> 32) % (bench->accounts - 1)) % bench->accounts;
            events[count] = (struct sb_event){.id = id_of(bench, done),
                                              .payer = {payer + 1, 7},
                                              .payee = {payee + 1, 7},
                                              .amount = (sb_amount)(1 + random % 1000),
                                              .time = time + (sb_time_us)done,
                                              .kind = kind,
                                              .type = SB_EVENT_TRANSFER};
        }
        submit(engine, events, count, &sequence);
    }
    if (sb_engine_wait(engine, sequence, &err) != SB_OK)
        fail(&err, "wait");
    printf("tps %.0f\n", (double)bench->transfers * 1e6 / (now_us() - start));
    start = now_us();
    if (sb_engine_close(engine, &err) != SB_OK)
        fail(&err, "close");
    printf("close_s %.3f\n", (now_us() - start) / 1e6);
    sb_diagnostics_release(&diagnostics);
    free(events);
}

/* ------------------------------------------------------------------ the index */

static void build(const struct sb_index_options *options, uint64_t newest)
{
    struct sb_err err = {0};
    struct sb_index *index = NULL;
    bool more = true;
    if (sb_index_remove(options, &err) != SB_OK || sb_index_open(options, &index, &err) != SB_OK)
        fail(&err, "remove the index");
    double start = cpu_us();
    while (more)
        if (sb_index_feed(index, newest, 1, &more, &err) != SB_OK)
            fail(&err, "feed");
    printf("index_build_cpu_us_event %.3f\n", (cpu_us() - start) / (double)newest);
    if (sb_index_keep_filter(index, &err) != SB_OK)
        fail(&err, "keep the filter");
    struct sb_index_sizes sizes = sb_index_sizes(index);
    printf("index_disk_bytes_event %.1f\n", (double)sizes.store.bytes / (double)newest);
    sb_index_close(index);
}

static void look_up(const struct bench *bench, const struct sb_index_options *options)
{
    static double times[LOOKUPS];
    struct sb_err err = {0};
    struct sb_index *index = NULL;
    double start = now_us();
    if (sb_index_open(options, &index, &err) != SB_OK)
        fail(&err, "open the index");
    printf("index_open_s %.3f\n", (now_us() - start) / 1e6);
    struct sb_index_sizes sizes = sb_index_sizes(index);
    printf("id_filter_bytes %.3f\n", (double)sizes.filter_bytes / (double)sizes.ids);
    printf("id_memory_bytes %.3f\n", (double)(sizes.filter_bytes + sizes.store.memory) / (double)sizes.ids);
    uint64_t wrong = 0;
    for (uint64_t i = 0; i < 1000000; i++)
        wrong += sb_index_may_hold(index, sb_index_hash(index, (struct sb_id){sb_mix64(i), 99}));
    printf("filter_false_share %.5f\n", (double)wrong / 1e6);
    for (uint32_t i = 0; i < LOOKUPS; i++) {
        struct sb_indexed indexed;
        bool found = false;
        uint64_t number = sb_mix64(i + 5) % (bench->transfers * 3 / 4); /* the index may lack the newest */
        start = cpu_us();
        if (sb_index_find(index, id_of(bench, number), UINT64_MAX, &found, &indexed, &err) != SB_OK || !found)
            fail(&err, "find an old id");
        times[i] = cpu_us() - start;
    }
    print_times("find_old_id", times, LOOKUPS);
    sb_index_close(index);
}

static enum sb_status count_line(void *context, const struct sb_statement *statement,
                                 const struct sb_statement_line *line, struct sb_err *err)
{
    (void)statement, (void)line, (void)err;
    ++*(uint64_t *)context;
    return SB_OK;
}

static void tell_statements(const struct bench *bench)
{
    static double times[200];
    uint64_t lines = 0;
    for (uint32_t i = 0; i < 200; i++) {
        struct sb_err err = {0};
        struct sb_statement *statement = NULL;
        struct sb_statement_options options = {
            .os = sb_os_real(), .dir = bench->journal, .account = {sb_mix64(i) % bench->accounts + 1, 7}};
        double start = cpu_us();
        if (sb_statement_tell(&options, count_line, &lines, &statement, &err) != SB_OK)
            fail(&err, "statement");
        times[i] = cpu_us() - start;
        sb_statement_free(statement);
    }
    printf("statement_lines %.0f\n", (double)lines / 200);
    print_times("statement", times, 200);
}

int main(int argc, char **argv)
{
    struct bench bench = {.transfers = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000,
                          .accounts = argc > 4 ? (uint32_t)strtoull(argv[4], NULL, 10) : 100000,
                          .random_ids = argc > 3 && strcmp(argv[3], "1") == 0};
    if (argc < 2 || bench.transfers < 1 || bench.accounts < 2) {
        fprintf(stderr, "usage: bench_index DIR TRANSFERS RANDOM_IDS(0|1) ACCOUNTS\n");
        return 2;
    }
    (void)snprintf(bench.journal, sizeof(bench.journal), "%s/journal", argv[1]);
    struct sb_index_options options = {.os = sb_os_real(), .journal_dir = bench.journal};
    make_journal(&bench);
    struct sb_err err = {0};
    struct sb_index *index = NULL;
    if (sb_index_open(&options, &index, &err) != SB_OK)
        fail(&err, "open the index");
    uint64_t newest = sb_index_through(index);
    sb_index_close(index);
    look_up(&bench, &options);
    tell_statements(&bench);
    build(&options, newest);
    return 0;
}
