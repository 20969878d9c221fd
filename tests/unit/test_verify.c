/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include "base/macros.h"
#include "replay/repeats.h"
#include "replay/verify.h"
#include "test.h"

#include <string.h>

static struct sb_err err;

/* What a forger has in hand: a cash-in that passed, which no limit counts, and how the journal ends. */
struct loot {
    struct sb_event event;
    struct sb_result result;
    sb_time_us time;
    uint8_t plan_hash[SB_HASH_SIZE];
};

static enum sb_status collect(void *context, const struct sb_record *record, struct sb_err *ret_err)
{
    (void)ret_err;
    struct loot *loot = context;
    for (uint32_t i = 0; record->type == SB_RECORD_BATCH && i < record->count; i++) {
        const struct sb_event *event = &record->events[i];
        if (event->type == SB_EVENT_TRANSFER && event->flags == 0 && loot->event.type == 0 &&
            record->results[i].code == SB_R_ACCEPTED && record->results[i].counted == 0) {
            loot->event = *event;
            loot->result = record->results[i];
        }
        loot->time = SB_MAX(loot->time, event->time);
    }
    if (record->type == SB_RECORD_BATCH && record->count > 0)
        memcpy(loot->plan_hash, record->plan_hash, sizeof(loot->plan_hash));
    return SB_OK;
}

/* Write the cash-in once more behind a pilot's end, as if it had passed again. */
static void forge(const char *dir, bool under_its_id)
{
    struct loot loot = {.time = 0};
    struct sb_journal_options options = {0};
    struct sb_journal *journal = NULL;
    uint64_t cut = 0;
    CHECK_INT(sb_journal_open(sb_os_real(), dir, false, &options, collect, &loot, &journal, &cut, &err),
              SB_OK);
    CHECK_INT(loot.event.type, SB_EVENT_TRANSFER);
    loot.event.time = loot.time;
    if (!under_its_id)
        loot.event.id.lo ^= UINT64_C(0x5a5a5a5a5a5a5a5a);
    struct sb_record record = {
        .type = SB_RECORD_BATCH,
        .first = sb_journal_newest(journal) + 1,
        .count = 1,
        .events = &loot.event,
        .results = &loot.result,
        .texts = "",
    };
    memcpy(record.plan_hash, loot.plan_hash, sizeof(record.plan_hash));
    CHECK_INT(sb_journal_reserve(journal, 1, 0, &err), SB_OK);
    CHECK_INT(sb_journal_append(journal, sb_journal_token(journal), &record, &err), SB_OK);
    CHECK_INT(sb_journal_wait(journal, record.first, &err), SB_OK);
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
}

static enum sb_status verify(const char *dir)
{
    struct sb_verify question = {.os = sb_os_real(), .dir = dir};
    struct sb_verification found;
    err = (struct sb_err){0};
    return sb_verify_journal(&question, &found, &err);
}

/* An id counts once. A chain of hashes can be made anew by whoever writes the files: a payment that stands
 * there twice, both times as accepted, is seen by its id alone. */
TEST(verify, an_id_that_passed_twice_is_a_mismatch)
{
    struct scenario scenario = {scenario_path("twice"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    CHECK_INT(verify(scenario.dir), SB_OK);
    forge(scenario.dir, true);
    CHECK_INT(verify(scenario.dir), SB_MISMATCH);
    CHECK(strstr(err.text[SB_EN], "recorded 'accepted'") != NULL);
}

/* The same payment under an id of its own is one that the charter lets pass. */
TEST(verify, another_id_is_another_payment)
{
    struct scenario scenario = {scenario_path("other"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    forge(scenario.dir, false);
    CHECK_INT(verify(scenario.dir), SB_OK);
}

/* None that comes again is missed; of those that come once few are named. */
TEST(repeats, misses_none)
{
    enum { COUNT = 400000 };
    struct sb_repeats *repeats = sb_repeats_new();
    CHECK(repeats != NULL);
    uint32_t wrong = 0, missed = 0;
    bool maybe = false;
    for (uint64_t i = 1; i <= COUNT && repeats; i++) {
        CHECK_INT(sb_repeats_add(repeats, (struct sb_id){.lo = i, .hi = i << 40}, &maybe, &err), SB_OK);
        wrong += maybe;
    }
    for (uint64_t i = 1; i <= COUNT && repeats; i++) {
        CHECK_INT(sb_repeats_add(repeats, (struct sb_id){.lo = i, .hi = i << 40}, &maybe, &err), SB_OK);
        missed += !maybe;
    }
    CHECK_INT(missed, 0);
    CHECK(wrong < COUNT / 200);
    sb_repeats_free(repeats);
}
