/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The synthetic country under the law that really governed it: what its model of people's knowledge expects,
 * the charter and the ledger must find, to the event. Two independent accounts of Decision 316 that agree.
 */

#include "base/macros.h"
#include "engine/engine.h"
#include "synth/synth.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#define BATCH 512

struct pilot {
    struct sb_engine *engine;
    struct sb_event events[BATCH];
    struct sb_result results[BATCH];
    uint32_t count;
    sb_time_us begins;
    uint64_t by_code[SB_RESULT_COUNT], repeated;
};

static void submit(struct pilot *pilot)
{
    uint64_t sequence;
    struct sb_err err = {0};
    if (pilot->count == 0)
        return;
    if (sb_engine_submit(pilot->engine, pilot->events, pilot->count, pilot->results, &sequence, &err))
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    for (uint32_t i = 0; i < pilot->count; i++) {
        if (pilot->results[i].flags & SB_RF_REPEATED)
            pilot->repeated++;
        else
            pilot->by_code[pilot->results[i].code]++;
    }
    pilot->count = 0;
}

static enum sb_status take_name(void *context, enum sb_space space, const char *name, size_t size,
                                uint16_t *ret_code, struct sb_err *err)
{
    struct pilot *pilot = context;
    return sb_engine_name(pilot->engine, space, name, size, pilot->begins, ret_code, err);
}

static enum sb_status take_event(void *context, const struct sb_event *event, struct sb_err *err)
{
    struct pilot *pilot = context;
    (void)err; /* a failure ends the test at once */
    pilot->events[pilot->count++] = *event;
    if (pilot->count == BATCH)
        submit(pilot);
    return SB_OK;
}

static void install(struct pilot *pilot)
{
    char path[1024], dir[1024];
    char *text = NULL;
    size_t size;
    struct sb_err err = {0};
    struct sb_diagnostics diagnostics = {0};
    struct sb_engine_options options = {
        .create = true, .journal_flags = SB_JOURNAL_SYNTHETIC, .origin = "synthetic"};
    (void)snprintf(path, sizeof(path), "%s/charters/vn/mobile-money.charter", test_source_dir());
    (void)snprintf(dir, sizeof(dir), "%s/journal", test_dir());
    CHECK_INT(sb_os_read_file(sb_os_real(), path, SB_CHARTER_SIZE_MAX, &text, &size, &err), SB_OK);
    CHECK_INT(sb_engine_open(dir, &options, &pilot->engine, NULL, &err), SB_OK);
    struct sb_source source = {path, text, size};
    if (sb_engine_install(pilot->engine, &source, 1, pilot->begins, &diagnostics, &err))
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    sb_diagnostics_release(&diagnostics);
    free(text);
}

TEST(synth_law, the_charter_finds_what_the_model_expects)
{
    struct pilot *pilot = calloc(1, sizeof(*pilot));
    CHECK(pilot != NULL);
    const struct sb_synth_options options = {3, 1000, sb_day_of_date((struct sb_date){2025, 9, 1}),
                                             sb_day_of_date((struct sb_date){2025, 10, 31})};
    const struct sb_synth_sink sink = {pilot, take_name, take_event, NULL};
    struct sb_synth_totals totals;
    pilot->begins = sb_time_of_day(options.from, 7 * 3600);
    install(pilot);
    CHECK_INT(sb_synth_run(&options, &sink, &totals, NULL), SB_OK);
    submit(pilot);
    CHECK_INT(pilot->by_code[SB_R_REFUSED] + pilot->by_code[SB_R_UNDECIDED],
              totals.over_limit + totals.cross_network + totals.sim_refused + totals.abroad);
    CHECK_INT(pilot->repeated + pilot->by_code[SB_R_ID_REUSED], totals.repeats);
    CHECK(totals.over_limit > 0 && totals.cross_network > 0 && totals.sim_refused > 0);
    /* Nothing else goes wrong but what people do wrong: frozen accounts, no money, posting too late. */
    uint64_t known = pilot->by_code[SB_R_ACCEPTED] + pilot->by_code[SB_R_REFUSED] +
                     pilot->by_code[SB_R_UNDECIDED] + pilot->by_code[SB_R_FROZEN] +
                     pilot->by_code[SB_R_NO_MONEY] + pilot->by_code[SB_R_EXPIRED] +
                     pilot->by_code[SB_R_FINISHED] + pilot->by_code[SB_R_ID_REUSED];
    CHECK_INT(known + pilot->repeated, totals.events);
    CHECK(pilot->by_code[SB_R_FROZEN] >= totals.frozen);
    CHECK(pilot->by_code[SB_R_NO_MONEY] * 1000 < totals.events);
    CHECK_INT(sb_engine_close(pilot->engine, NULL), SB_OK);
    free(pilot);
}
