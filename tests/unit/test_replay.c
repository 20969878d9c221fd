/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include "base/macros.h"
#include "replay/replay.h"
#include "replay/walk.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static struct sb_replay_report *replay_with(const char *dir, struct sb_replay_options options)
{
    struct sb_replay_report *report = NULL;
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    if (sb_replay(sb_os_real(), dir, &options, &report, &diagnostics, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    sb_diagnostics_release(&diagnostics);
    return report;
}

static const char *run_scenario(void)
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    return scenario.dir;
}

/* Under the same charter every result and every state hash is the recorded one, in both modes. */
TEST(replay, same_law_gives_the_record)
{
    const char *dir = run_scenario();
    for (int mode = 0; mode < 2; mode++) {
        struct sb_replay_report *report =
            replay_with(dir, (struct sb_replay_options){.mode = (enum sb_replay_mode)mode});
        CHECK(report->same_law);
        CHECK_INT(report->different_results, 0);
        CHECK_INT(report->checkpoints_differ, 0);
        CHECK_INT(report->checkpoints, mode == SB_REPLAY_WHOLE_RUN ? 1 : 0);
        for (unsigned change = 0; change < SB_CHANGE_COUNT; change++)
            CHECK_INT(report->changes[change].number, 0);
        CHECK_INT(report->accepted.sum, report->recorded_accepted.sum);
        sb_replay_report_free(report);
    }
}

/*
 * With 3 000 a month: e2 (600) passes, and with it e3, which had been the same payment tried again, so only
 * one of the two was wished for; e7 passes too. An has then paid more, but has enough: nothing cascades.
 */
TEST(replay, looser_limit_admits_and_tags_retries)
{
    const char *dir = run_scenario();
    const char *sets[] = {"month=3000"};
    enum sb_dimension by[] = {SB_BY_LIMIT, SB_BY_KIND};
    struct sb_replay_report *report = replay_with(
        dir, (struct sb_replay_options){
                 .mode = SB_REPLAY_WHOLE_RUN, .sets = sets, .set_count = 1, .by = by, .by_count = 2});
    CHECK_INT(report->changes[SB_CHANGE_ADMITTED].number, 3);
    CHECK_INT(report->changes[SB_CHANGE_ADMITTED].sum, 1201);
    CHECK_INT(report->retries_admitted.number, 1);
    CHECK_INT(report->retries_admitted.sum, 600);
    CHECK_INT(report->changes[SB_CHANGE_REFUSED].number, 0);
    size_t count;
    const struct sb_tally_group *const *groups = sb_tally_sorted(report->groups, SB_CHANGE_ADMITTED, &count);
    CHECK_INT(groups[0]->columns[SB_CHANGE_ADMITTED].number, 3);
    CHECK_STR(groups[0]->labels[0], "month");
    CHECK_STR(groups[0]->labels[1], "payment");
    CHECK_INT(report->top[0].figure.sum >= 1201, 1);
    sb_replay_report_free(report);
}

/* Had a step been asked from 400 on, e4 would not have passed as it came: by the law, and under the rule's
 * name. */
TEST(replay, what_is_asked_now_did_not_pass)
{
    static char law[2048];
    (void)snprintf(law, sizeof(law), "%s%s", scenario_charter,
                   "ask pin when tx.amount at least 400 for transfer\n");
    struct sb_source source = {"asks.charter", law, strlen(law)};
    enum sb_dimension by[] = {SB_BY_LIMIT, SB_BY_KIND};
    struct sb_replay_report *report = replay_with(
        run_scenario(),
        (struct sb_replay_options){
            .mode = SB_REPLAY_ONE_STEP, .sources = &source, .source_count = 1, .by = by, .by_count = 2});
    CHECK_INT(report->changes[SB_CHANGE_REFUSED].number, 1);
    CHECK_INT(report->changes[SB_CHANGE_REFUSED].sum, 400);
    CHECK_INT(report->changes[SB_CHANGE_ADMITTED].number, 0);
    CHECK_INT(report->changes[SB_CHANGE_CASCADE_LOST].number, 0);
    size_t count;
    const struct sb_tally_group *const *groups = sb_tally_sorted(report->groups, SB_CHANGE_REFUSED, &count);
    CHECK_STR(groups[0]->labels[0], "ask pin");
    CHECK_STR(groups[0]->labels[1], "transfer");
    sb_replay_report_free(report);
}

/*
 * With 500 a month: e1 (600) is refused by the rule. What followed from it falls with it: the reversal of e1
 * has no original. One-step asks about single verdicts only: the money moves as it did, and nothing cascades.
 */
TEST(replay, tighter_limit_refuses_and_cascades)
{
    const char *dir = run_scenario();
    const char *sets[] = {"month=500"};
    struct sb_replay_options options = {.mode = SB_REPLAY_WHOLE_RUN, .sets = sets, .set_count = 1};
    struct sb_replay_report *report = replay_with(dir, options);
    /* e1 600 and e8 1 000 are refused; e4's 400 and e6's 100 fill the month to 500. */
    CHECK_INT(report->changes[SB_CHANGE_REFUSED].number, 2);
    CHECK_INT(report->changes[SB_CHANGE_REFUSED].sum, 1600);
    CHECK_INT(report->changes[SB_CHANGE_CASCADE_LOST].number, 1);
    sb_replay_report_free(report);
    options.mode = SB_REPLAY_ONE_STEP;
    report = replay_with(dir, options);
    /* As recorded, e1 used 600: e1, e4, e6 and e8 each find more than 500 used or asked. */
    CHECK_INT(report->changes[SB_CHANGE_REFUSED].number, 4);
    CHECK_INT(report->changes[SB_CHANGE_CASCADE_LOST].number, 0);
    CHECK_INT(report->changes[SB_CHANGE_CASCADE_GAINED].number, 0);
    sb_replay_report_free(report);
}

/* The law of 2026 allows 5 000 a month: as if it had held from the start. */
TEST(replay, law_at_a_day)
{
    const char *dir = run_scenario();
    struct sb_replay_options options = {
        .mode = SB_REPLAY_WHOLE_RUN,
        .law = SB_LAW_AT,
        .law_day = sb_day_of_date((struct sb_date){2026, 1, 15}),
    };
    struct sb_replay_report *report = replay_with(dir, options);
    CHECK_INT(report->changes[SB_CHANGE_ADMITTED].number, 3);
    CHECK_STR(report->law, "law at 2026-01-15");
    sb_replay_report_free(report);
}

/* Under another charter; the report says in both languages and in JSON what it found and what it cannot know.
 */
TEST(replay, another_charter_and_its_report)
{
    static const char other[] = "charter \"Only cash\"\nunit VND\nclock +07:00\nkind cash-in to holder\n"
                                "kind payment from holder\nkind transfer from holder\nallow cash-in\n";
    const char *dir = run_scenario();
    struct sb_source source = {"other.charter", other, sizeof(other) - 1};
    const char *csv_path = scenario_path("d.csv");
    FILE *csv = fopen(csv_path, "w+");
    CHECK(csv != NULL);
    struct sb_replay_report *report =
        replay_with(dir, (struct sb_replay_options){
                             .mode = SB_REPLAY_WHOLE_RUN, .sources = &source, .source_count = 1, .csv = csv});
    CHECK_INT(report->accepted.number, 1);
    CHECK_STR(report->title, "Only cash");
    uint64_t differences = 0;
    for (unsigned change = 0; change < SB_CHANGE_COUNT; change++)
        differences += report->changes[change].number;
    rewind(csv);
    uint64_t rows = 0;
    char line[1024];
    while (fgets(line, sizeof(line), csv))
        rows++;
    fclose(csv);
    CHECK_INT(rows, differences + 1);
    struct sb_str text = {0};
    sb_replay_print(report, SB_VI, &text);
    CHECK(strstr(sb_str_text(&text), "Điều chạy lại không thể biết") != NULL);
    sb_str_release(&text);
    char *json = sb_replay_json(report);
    CHECK(json && strstr(json, "\"cannot_know\"") != NULL);
    free(json);
    sb_replay_report_free(report);
}

TEST(replay, bad_changes_are_named)
{
    const char *dir = run_scenario();
    const char *bad[] = {"month", "month=", "=5", "month=5x", "mnth=5"};
    for (size_t i = 0; i < SB_ARRAY_SIZE(bad); i++) {
        struct sb_replay_options options = {.mode = SB_REPLAY_WHOLE_RUN, .sets = &bad[i], .set_count = 1};
        struct sb_replay_report *report = NULL;
        struct sb_diagnostics diagnostics = {0};
        struct sb_err err = {0};
        CHECK_INT(sb_replay(sb_os_real(), dir, &options, &report, &diagnostics, &err), SB_INVALID);
        CHECK(err.text[SB_EN][0] != '\0' && err.text[SB_VI][0] != '\0');
        sb_diagnostics_release(&diagnostics);
    }
}

TEST(tally, groups_sums_and_order)
{
    enum sb_dimension by[] = {SB_BY_KIND, SB_BY_AREA};
    struct sb_tally *tally = sb_tally_new(by, 2);
    for (int i = 0; i < 3000; i++) {
        char kind[16];
        (void)snprintf(kind, sizeof(kind), "k%d", i % 500);
        struct sb_tally_event event = {.labels = {[SB_BY_KIND] = kind}, .amount = i};
        CHECK(sb_tally_add(tally, &event, 1, NULL) == SB_OK);
    }
    struct sb_tally_event most = {.labels = {[SB_BY_KIND] = "k7", [SB_BY_AREA] = NULL}, .amount = INT64_MAX};
    CHECK(sb_tally_add(tally, &most, 1, NULL) == SB_OK);
    size_t count;
    const struct sb_tally_group *const *groups = sb_tally_sorted(tally, 1, &count);
    CHECK_INT(count, 500);
    CHECK_STR(groups[0]->labels[0], "k7");
    CHECK_STR(groups[0]->labels[1], "-");
    CHECK_INT(groups[0]->columns[1].number, 7);
    CHECK(groups[0]->columns[1].sum == INT64_MAX); /* held, not wrapped */
    CHECK_STR(groups[1]->labels[0], "k0");
    sb_tally_free(tally);
}

static enum sb_status count_events(void *context, const struct sb_record *record, struct sb_err *err)
{
    (void)err;
    *(uint64_t *)context += record->count;
    return SB_OK;
}

/* A journal in use grows between two passes: what the first one learned must hold for the second, so that
 * ends where the first did. */
TEST(replay, later_passes_end_where_the_first_did)
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    struct sb_err err = {0};
    struct sb_walk_end end = {0};
    struct sb_walk walk = {.os = sb_os_real(), .dir = scenario.dir, .end = &end};
    uint64_t before = 0, after = 0, all = 0;
    CHECK_INT(sb_walk(&walk, count_events, &before, NULL, &err), SB_OK);

    struct sb_engine_options options = {.segment_size = 1 << 20};
    struct sb_engine *engine = NULL;
    uint16_t code;
    CHECK_INT(sb_engine_open(scenario.dir, &options, &engine, NULL, &err), SB_OK);
    CHECK_INT(sb_engine_name(engine, SB_SPACE_PURPOSE, "later", 5, sb_ledger_time(sb_engine_ledger(engine)),
                             &code, &err),
              SB_OK);
    CHECK_INT(sb_engine_close(engine, &err), SB_OK);

    CHECK_INT(sb_walk(&walk, count_events, &after, NULL, &err), SB_OK);
    CHECK(before > 0);
    CHECK_INT(after, before);
    walk.end = NULL;
    CHECK_INT(sb_walk(&walk, count_events, &all, NULL, &err), SB_OK);
    CHECK_INT(all, before + 1);
}

struct job {
    unsigned told, with_report;
    bool stop, whole;
};

static bool job_stop(void *context)
{
    return ((const struct job *)context)->stop;
}

static void job_sofar(void *context, struct sb_replay_report *report, uint64_t done, uint64_t all)
{
    struct job *job = context;
    job->told++;
    job->with_report += report != NULL;
    job->whole = job->whole && done <= all && all > 0;
}

/* A job of many is told how far it is, and ends when it is told to, leaving nothing behind. */
TEST(replay, a_job_is_told_and_stopped)
{
    const char *dir = run_scenario();
    const char *sets[] = {"month=3000"};
    struct job job = {.whole = true};
    struct sb_replay_options options = {.mode = SB_REPLAY_WHOLE_RUN,
                                        .sets = sets,
                                        .set_count = 1,
                                        .stop = job_stop,
                                        .sofar = job_sofar,
                                        .context = &job};
    sb_replay_report_free(replay_with(dir, options));
    CHECK(job.told > 0);
    CHECK(job.whole);
    job.stop = true;
    struct sb_replay_report *report = NULL;
    struct sb_diagnostics diagnostics = {0};
    CHECK(sb_replay(sb_os_real(), dir, &options, &report, &diagnostics, NULL) == SB_INTERRUPTED);
    CHECK(report == NULL);
    sb_diagnostics_release(&diagnostics);
}
