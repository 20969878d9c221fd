/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include "base/macros.h"
#include "engine/charter_pack.h"
#include "engine/ids.h"
#include "import/ingest.h"
#include "replay/walk.h"
#include "test.h"

#include <stdio.h>

/* The names and charter events come first; these are the results of the scenario's lines. */
static const uint16_t expected[] = {
    SB_R_ACCEPTED, SB_R_ACCEPTED, SB_R_ACCEPTED, SB_R_ACCEPTED,                /* open */
    SB_R_ACCEPTED,                                                             /* c1 */
    SB_R_ACCEPTED, SB_R_REFUSED,  SB_R_REFUSED,  SB_R_ACCEPTED, SB_R_ACCEPTED, /* e1 to e5 */
    SB_R_ACCEPTED, SB_R_ACCEPTED, SB_R_ACCEPTED,                               /* reserve, post, tick */
    SB_R_ACCEPTED, SB_R_ACCEPTED, SB_R_REFUSED,  SB_R_REFUSED,                 /* reverse, e6, e7, e7 again */
    SB_R_ACCEPTED, SB_R_NO_MONEY,                                              /* e8, e9 */
};

/* The whole way of an event: charter, ledger, journal, and results that a lawyer would give. */
TEST(engine, small_pilot_is_judged)
{
    struct sb_result results[32];
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    CHECK_INT(scenario_run(&scenario, results, 32), SB_ARRAY_SIZE(expected));
    for (size_t i = 0; i < SB_ARRAY_SIZE(expected); i++)
        if (results[i].code != expected[i])
            test_fail(__FILE__, __LINE__, "event %zu is %s, expected %s", i,
                      sb_result_word((enum sb_result_code)results[i].code),
                      sb_result_word((enum sb_result_code)expected[i]));
    CHECK((results[16].flags & SB_RF_REPEATED) != 0);
}

static struct sb_id name(const char *text)
{
    return sb_id_of_text(text, strlen(text));
}

static struct sb_engine *reopen(const char *dir, uint64_t *ret_cut)
{
    struct sb_err err = {0};
    struct sb_engine *engine = NULL;
    struct sb_engine_options options = {.segment_size = 1 << 20};
    if (sb_engine_open(dir, &options, &engine, ret_cut, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    return engine;
}

/* A restart steps the journal again and stands where it stood: balances, what limits have used, ids. */
TEST(engine, restart_recovers_everything)
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    uint64_t cut;
    struct sb_engine *engine = reopen(scenario.dir, &cut);
    CHECK_INT(cut, 0);
    const struct sb_ledger *ledger = sb_engine_ledger(engine);
    struct sb_account_view an;
    CHECK(sb_ledger_account(ledger, name("an"), &an));
    CHECK_INT(an.credits_posted - an.debits_posted, 5000 - 600 - 400 + 60 + 100 - 100 - 1000);
    CHECK_INT(sb_ledger_pending_count(ledger), 0);
    CHECK(sb_ledger_check(ledger, NULL) == SB_OK);
    struct sb_event again = {.id = name("e8"),
                             .payer = name("an"),
                             .payee = name("shop"),
                             .amount = 1000,
                             .time = sb_ledger_time(ledger),
                             .kind = sb_symbols_find(sb_engine_symbols(engine), SB_SPACE_KIND, "payment", 7),
                             .type = SB_EVENT_TRANSFER};
    struct sb_result result;
    uint64_t sequence;
    CHECK(sb_engine_submit(engine, &again, 1, &result, &sequence, NULL) == SB_OK);
    CHECK_INT(result.code, SB_R_ACCEPTED);
    CHECK_INT(result.flags, SB_RF_REPEATED);
    again.amount = 999;
    CHECK(sb_engine_submit(engine, &again, 1, &result, &sequence, NULL) == SB_OK);
    CHECK_INT(result.code, SB_R_ID_REUSED);
    CHECK(sb_engine_wait(engine, sequence, NULL) == SB_OK);
    CHECK(sb_engine_close(engine, NULL) == SB_OK);
}

/* The engine's own events do not come from outside, and a batch has a size. */
TEST(engine, refuses_what_is_its_own)
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    struct sb_engine *engine = reopen(scenario.dir, NULL);
    struct sb_event event = sb_event_name(0, SB_SPACE_TIER, 1, "x", 1);
    struct sb_result result;
    uint64_t sequence;
    CHECK(sb_engine_submit(engine, &event, 1, &result, &sequence, NULL) == SB_INVALID);
    event = (struct sb_event){.type = SB_EVENT_CHARTER};
    CHECK(sb_engine_submit(engine, &event, 1, &result, &sequence, NULL) == SB_INVALID);
    CHECK(sb_engine_submit(engine, &event, 0, &result, &sequence, NULL) == SB_INVALID);
    CHECK(sb_engine_close(engine, NULL) == SB_OK);
}

/* Two engines on one folder would both believe that they are the one writer. */
TEST(engine, a_folder_has_one_writer)
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    struct sb_engine *engine = reopen(scenario.dir, NULL), *second = NULL;
    struct sb_engine_options options = {.segment_size = 1 << 20};
    CHECK(sb_engine_open(scenario.dir, &options, &second, NULL, NULL) == SB_BUSY);
    CHECK(sb_engine_close(engine, NULL) == SB_OK);
}

/* Installing the charter that is in force adds nothing; a broken one changes nothing and says where. */
TEST(engine, install_is_idempotent_and_checked)
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    struct sb_engine *engine = reopen(scenario.dir, NULL);
    struct sb_source same = {"small.charter", scenario_charter, strlen(scenario_charter)};
    struct sb_diagnostics diagnostics = {0};
    uint32_t number = sb_ledger_plan_number(sb_engine_ledger(engine));
    sb_time_us time = sb_ledger_time(sb_engine_ledger(engine));
    CHECK(sb_engine_install(engine, &same, 1, time, &diagnostics, NULL) == SB_OK);
    CHECK_INT(sb_ledger_plan_number(sb_engine_ledger(engine)), number);
    static const char broken[] = "charter \"x\"\nallow nothing-known\n";
    struct sb_source other = {"broken.charter", broken, sizeof(broken) - 1};
    enum sb_status status = sb_engine_install(engine, &other, 1, time, &diagnostics, NULL);
    CHECK(status == SB_INVALID || status == SB_SYNTAX);
    CHECK(diagnostics.error_count > 0);
    CHECK_INT(sb_ledger_plan_number(sb_engine_ledger(engine)), number);
    sb_diagnostics_release(&diagnostics);
    CHECK(sb_engine_close(engine, NULL) == SB_OK);
}

TEST(charter_pack, reads_back_and_is_bounded)
{
    struct sb_source sources[] = {{"a.charter", "text a", 6}, {"b", "", 0}};
    struct sb_source read[SB_CHARTER_LAYERS_MAX];
    struct sb_str pack = {0};
    uint32_t count;
    size_t used;
    sb_charter_pack(sources, 2, &pack);
    CHECK(sb_charter_unpack(pack.text, pack.size, read, &count, &used, NULL) == SB_OK);
    CHECK_INT(count, 2);
    CHECK_INT(used, pack.size);
    CHECK_STR(read[0].path, "a.charter");
    CHECK_INT(read[0].size, 6);
    for (size_t size = 0; size < pack.size; size++)
        CHECK(sb_charter_unpack(pack.text, size, read, &count, &used, NULL) == SB_DAMAGED);
    sb_str_release(&pack);
}

/* The first event of an id is the one that counts; selective mode keeps only what was asked for. */
TEST(ids, first_one_counts)
{
    for (int selective = 0; selective < 2; selective++) {
        struct sb_ids *ids = sb_ids_new(selective == 1);
        struct sb_result result = {0};
        for (uint64_t i = 1; selective == 1 && i <= 10000; i += 7)
            CHECK(sb_ids_want(ids, (struct sb_id){i, 0}, NULL) == SB_OK);
        for (uint64_t i = 1; i <= 10000; i++) {
            struct sb_event event = {.id = {i, 0}, .type = SB_EVENT_TICK, .amount = (sb_amount)i};
            CHECK(sb_ids_put(ids, i, &event, &result, 0, NULL) == SB_OK);
            event.amount = 0;
            CHECK(sb_ids_put(ids, i, &event, &result, 0, NULL) == SB_OK);
        }
        for (uint64_t i = 1; i <= 10000; i++) {
            const struct sb_past_entry *entry;
            CHECK(sb_ids_find(ids, (struct sb_id){i, 0}, UINT64_MAX, &entry, NULL) == SB_OK);
            CHECK((entry != NULL) == (selective == 0 || i % 7 == 1));
            if (entry)
                CHECK_INT(entry->event.amount, i);
        }
        const struct sb_past_entry *none;
        CHECK(sb_ids_find(ids, (struct sb_id){10001, 0}, UINT64_MAX, &none, NULL) == SB_OK);
        CHECK(none == NULL);
        sb_ids_free(ids);
    }
}

static enum sb_status count_batches(void *context, const struct sb_record *record, struct sb_err *err)
{
    (void)err;
    *(uint64_t *)context += record->type == SB_RECORD_BATCH;
    return SB_OK;
}

struct again {
    uint32_t count, repeated;
    uint16_t codes[32];
};

static enum sb_status hear_again(void *context, const struct sb_event *event, const struct sb_result *result,
                                 struct sb_err *err)
{
    struct again *again = context;
    (void)event, (void)err;
    if (again->count < SB_ARRAY_SIZE(again->codes))
        again->codes[again->count] = result->code;
    again->repeated += (result->flags & SB_RF_REPEATED) != 0;
    again->count++;
    return SB_OK;
}

/* Going on after a stop means running the same file once more: what the journal holds is answered as it was,
 * not refused for being late, and journalled no second time. */
TEST(engine, a_file_may_be_run_again)
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    uint64_t cut;
    struct sb_engine *engine = reopen(scenario.dir, &cut);
    struct again again = {0};
    struct sb_ingest ingest = {
        .engine = engine, .offset_s = 7 * 3600, .unit = "VND", .listen = hear_again, .context = &again};
    struct sb_err err = {0};
    uint8_t before[SB_HASH_SIZE], after[SB_HASH_SIZE];
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(engine), before, &err), SB_OK);
    if (sb_ingest_file(&ingest, scenario_path("events.txt"), &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(engine), after, &err), SB_OK);
    CHECK(memcmp(before, after, sizeof(before)) == 0);
    CHECK_INT(again.count, SB_ARRAY_SIZE(expected) - 1); /* all but the tick */
    CHECK_INT(again.repeated, again.count);
    CHECK_INT(again.codes[6], SB_R_REFUSED);
    CHECK_INT(sb_engine_close(engine, &err), SB_OK);

    struct sb_walk walk = {.os = sb_os_real(), .dir = scenario.dir};
    uint64_t batches = 0, recorded = 0;
    CHECK_INT(sb_walk(&walk, count_batches, &batches, NULL, &err), SB_OK);
    struct scenario fresh = {scenario_path("fresh"), scenario_charter, scenario_events};
    (void)scenario_run(&fresh, NULL, 0);
    walk = (struct sb_walk){.os = sb_os_real(), .dir = fresh.dir};
    CHECK_INT(sb_walk(&walk, count_batches, &recorded, NULL, &err), SB_OK);
    CHECK_INT(batches, recorded);
}

static void ingest_text(struct sb_engine *engine, const char *path, const char *text, struct again *again)
{
    struct sb_err err = {0};
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    fputs(text, file);
    CHECK_INT(fclose(file), 0);
    struct sb_ingest ingest = {
        .engine = engine, .offset_s = 7 * 3600, .unit = "VND", .listen = hear_again, .context = again};
    if (sb_ingest_file(&ingest, path, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
}

/* Events without an id: the next day's file of the same name holds other events, though they look the same.
 */
TEST(engine, a_new_file_of_the_same_name_is_another)
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    uint64_t cut;
    struct sb_engine *engine = reopen(scenario.dir, &cut);
    struct again again = {0};
    const char *path = scenario_path("day.events");
    ingest_text(engine, path, "2025-11-03T09:00 cash-in 100 from kiosk to an\n", &again);
    ingest_text(engine, path, "2025-11-04T09:00 cash-in 100 from kiosk to an\n", &again);
    CHECK_INT(again.count, 2);
    CHECK_INT(again.repeated, 0);
    ingest_text(engine, path, "2025-11-04T09:00 cash-in 100 from kiosk to an\n", &again);
    CHECK_INT(again.count, 3);
    CHECK_INT(again.repeated, 1);
    struct sb_err err = {0};
    CHECK_INT(sb_engine_close(engine, &err), SB_OK);
}
