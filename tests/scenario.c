/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include "import/ingest.h"
#include "replay/replay.h"
#include "test.h"

#include <stdio.h>

const char scenario_charter[] = "charter \"Small pilot\"\n"
                                "unit VND\n"
                                "clock +07:00\n"
                                "kind cash-in to holder\n"
                                "kind payment from holder\n"
                                "kind transfer from holder\n"
                                "instrument D1 \"Decision 1\" signed 2025-01-01\n"
                                "instrument D2 \"Decision 2\" signed 2025-11-01 in force 2026-01-01\n"
                                "allow all by D1 \"I\"\n"
                                "limit month: sum of payment, transfer per account, each calendar month,\n"
                                "      at most 1 000 until 2025-12-31 by D1 \"II\"\n"
                                "limit month: sum of payment, transfer per account, each calendar month,\n"
                                "      at most 5 000 from 2026-01-01 by D2 \"4\"\n";

const char scenario_events[] =
    "2025-09-01T08:00 open kiosk class=agent flags=free\n"
    "2025-09-01T08:00 open an class=subscriber person=p1\n"
    "2025-09-01T08:00 open binh class=subscriber person=p2\n"
    "2025-09-01T08:00 open shop class=merchant\n"
    "2025-09-01T09:00 cash-in 5 000 from kiosk to an id=c1\n"
    "2025-09-01T09:05 payment 600 from an to shop id=e1\n"
    "2025-09-01T09:06 payment 600 from an to shop id=e2\n"  /* over the limit by 200 */
    "2025-09-01T09:07 payment 600 from an to shop id=e3\n"  /* tried again */
    "2025-09-01T09:08 transfer 400 from an to binh id=e4\n" /* the last that fits */
    "2025-09-01T09:09 payment 300 from binh to shop id=e5\n"
    "2025-09-01T09:10 reserve transfer 100 from binh to an timeout=3600 id=r1\n"
    "2025-09-01T09:11 post r1 60 id=r2\n"
    "2025-09-01T11:00 tick\n"                 /* 40 fall back */
    "2025-09-01T11:05 reverse e1 100 id=v1\n" /* an may spend 100 more */
    "2025-09-01T11:06 payment 100 from an to shop id=e6\n"
    "2025-09-01T11:07 payment 1 from an to shop id=e7\n"      /* refused again */
    "2025-09-01T11:07 payment 1 from an to shop id=e7\n"      /* repeated request */
    "2025-10-01T00:00 payment 1 000 from an to shop id=e8\n"  /* a new month */
    "2025-10-02T00:00 payment 900 from binh to shop id=e9\n"; /* no money */

const char *scenario_path(const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, sizeof(paths[0]), "%s/%s", test_dir(), name); /* test folders have short names */
    return path;
}

struct listener {
    struct sb_result *results;
    uint32_t count, max;
};

static enum sb_status listen(void *context, const struct sb_event *event, const struct sb_result *result,
                             struct sb_err *err)
{
    struct listener *listener = context;
    (void)event, (void)err;
    if (listener->results && listener->count < listener->max)
        listener->results[listener->count] = *result;
    listener->count++;
    return SB_OK;
}

/* Whatever a test runs, a replay under the same charter must give again, in both modes. */
static void check_replay(const char *dir)
{
    for (int mode = 0; mode < 2; mode++) {
        struct sb_replay_options options = {.mode = (enum sb_replay_mode)mode};
        struct sb_replay_report *report = NULL;
        struct sb_diagnostics diagnostics = {0};
        struct sb_err err = {0};
        if (sb_replay(sb_os_real(), dir, &options, &report, &diagnostics, &err) != SB_OK)
            test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
        uint64_t different = report->different_results + report->checkpoints_differ;
        sb_replay_report_free(report);
        sb_diagnostics_release(&diagnostics);
        CHECK_INT(different, 0);
    }
}

uint32_t scenario_run(const struct scenario *scenario, struct sb_result *results, uint32_t max)
{
    struct sb_err err = {0};
    struct sb_engine *engine = NULL;
    struct sb_engine_options options = {.create = true, .segment_size = 1 << 20, .origin = "test"};
    struct sb_source source = {"small.charter", scenario->charter, strlen(scenario->charter)};
    struct sb_diagnostics diagnostics = {0};
    struct listener listener = {.results = results, .max = max};
    const char *path = scenario_path("events.txt");
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fputs(scenario->events, file);
    CHECK(fclose(file) == 0);
    if (sb_engine_open(scenario->dir, &options, &engine, NULL, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    struct sb_ingest_head head;
    if (sb_ingest_head(path, 7 * 3600, &head, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    if (sb_engine_install(engine, &source, 1, head.first_time, &diagnostics, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    struct sb_ingest ingest = {
        .engine = engine, .offset_s = 7 * 3600, .unit = "VND", .listen = listen, .context = &listener};
    if (sb_ingest_file(&ingest, path, &err) != SB_OK || sb_engine_close(engine, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    sb_diagnostics_release(&diagnostics);
    check_replay(scenario->dir);
    return listener.count;
}
