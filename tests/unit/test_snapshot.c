/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots: what is loaded is what was saved, whatever happened before; what is not whole, or not the
 * journal's, is not used; and the journal alone always gives the same. Histories are random and hold all that
 * a ledger can: reservations that fall due, rolling windows, reversals, frozen and closed accounts, chains,
 * charters that amend each other.
 */
#include "fake_disk.h"
#include "test.h"

#include "base/macros.h"
#include "engine/engine.h"
#include "engine/recover.h"
#include "engine/snapshot.h"

#include <stdio.h>
#include <stdlib.h>

#define SEGMENT  (64u * 1024)
#define ACCOUNTS 24u
#define BATCH    16u
#define START    (INT64_C(1756684800) * SB_SECOND_US) /* 2025-09-01 */

/* Three that amend each other: limits that stay, go, and come back; places of a territory. */
static const char *const charters[] = {
    "charter \"One\"\nunit VND\nclock +07:00\nterritory vn\n"
    "kind cash-in to holder\nkind payment from holder\nkind transfer from holder\n"
    "allow all\n"
    "limit month: sum of payment, transfer per person, each calendar month, at most 60 000\n"
    "limit week: number of payment per account, last 7 days, at most 40\n"
    "limit all: sum of transfer per customer at provider, lifetime, at most 900 000\n",
    "charter \"Two\"\nunit VND\nclock +07:00\nterritory vn\n"
    "kind cash-in to holder\nkind payment from holder\nkind transfer from holder\n"
    "allow all\n"
    "limit month: sum of payment, transfer per person, each calendar month, at most 80 000\n"
    "limit day: sum of cash-in per account, each calendar day, at most 50 000\n",
};

static struct sb_err err;

static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    return sb_mix64(*state) % below;
}

/* ------------------------------------------------------------------ random events */

struct history {
    uint64_t random;
    uint64_t next; /* id of the next event */
    sb_time_us time;
};

static struct sb_event open_event(struct history *history, const struct sb_engine *engine)
{
    uint64_t account = 1 + draw(&history->random, ACCOUNTS);
    struct sb_event event = {.type = SB_EVENT_OPEN, .account = {account, 1}};
    if (account % 5 != 0)
        event.person = (struct sb_id){account / 2 + 1, 2};
    event.attributes.unit = sb_symbols_find(sb_engine_symbols(engine), SB_SPACE_UNIT, "VND", 3);
    event.attributes.provider = (uint16_t)(account % 3);
    event.attributes.flags = account <= 2 ? 0 : SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS;
    event.attributes.place = account % 4 == 0 ? SB_PLACE(SB_PLACE_PROVINCE, 1) : 0;
    event.attributes.opened_on = event.attributes.sim_since = account % 2 ? SB_DAY_NONE : 20000;
    return event;
}

static struct sb_event transfer_event(struct history *history, const struct sb_engine *engine)
{
    static const char *const kinds[] = {"cash-in", "payment", "transfer"};
    uint64_t kind = draw(&history->random, 3);
    struct sb_event event = {.type = SB_EVENT_TRANSFER,
                             .payer = {kind == 0 ? 1 : 1 + draw(&history->random, ACCOUNTS), 1},
                             .payee = {1 + draw(&history->random, ACCOUNTS), 1},
                             .amount = 1 + (sb_amount)draw(&history->random, kind == 0 ? 20000 : 4000)};
    event.kind = sb_symbols_find(sb_engine_symbols(engine), SB_SPACE_KIND, kinds[kind], strlen(kinds[kind]));
    if (draw(&history->random, 6) == 0) {
        event.flags = SB_F_PENDING;
        event.timeout_s = (uint32_t)draw(&history->random, 4) * 50000;
    }
    if (draw(&history->random, 12) == 0)
        event.flags |= SB_F_LINKED;
    return event;
}

static struct sb_event random_event(struct history *history, const struct sb_engine *engine)
{
    static const uint8_t others[] = {SB_EVENT_POST, SB_EVENT_VOID, SB_EVENT_REVERSE, SB_EVENT_REVERSE};
    static const uint8_t changes[] = {SB_EVENT_FREEZE, SB_EVENT_CLOSE, SB_EVENT_REOPEN};
    uint64_t choice = draw(&history->random, 100);
    struct sb_event event;
    if (choice < 12 || history->next < 12) {
        event = open_event(history, engine);
    } else if (choice < 75) {
        event = transfer_event(history, engine);
    } else if (choice < 94) {
        event = (struct sb_event){.type = others[draw(&history->random, 4)]};
        event.other =
            (struct sb_id){history->next - 1 - draw(&history->random, SB_MIN(history->next - 1, 60)), 7};
        event.amount = event.type == SB_EVENT_VOID ? 0 : 1 + (sb_amount)draw(&history->random, 300);
    } else {
        event = (struct sb_event){.type = changes[draw(&history->random, 3)],
                                  .account = {1 + draw(&history->random, ACCOUNTS), 1}};
        if (event.type == SB_EVENT_FREEZE)
            event.attributes.frozen = (uint8_t)draw(&history->random, 4);
    }
    event.id = (struct sb_id){history->next++, 7};
    return event;
}

static void random_batch(struct history *history, const struct sb_engine *engine, struct sb_event *events)
{
    for (uint32_t i = 0; i < BATCH; i++) {
        bool linked = i > 0 && (events[i - 1].flags & SB_F_LINKED) != 0;
        if (!linked)
            history->time +=
                (sb_time_us)draw(&history->random, draw(&history->random, 20) ? 3600 : 400000) * SB_SECOND_US;
        events[i] = random_event(history, engine);
        events[i].time = history->time;
    }
    events[BATCH - 1].flags &= (uint8_t)~SB_F_LINKED;
}

/* ------------------------------------------------------------------ engines */

static struct sb_engine_options options_of(struct fake_disk *disk)
{
    return (struct sb_engine_options){.os = fake_disk_os(disk),
                                      .create = true,
                                      .origin = "test",
                                      .segment_size = SEGMENT,
                                      .no_thread = true};
}

static void count_note(void *context, const struct sb_err *cause)
{
    CHECK(cause->text[SB_EN][0] != '\0' && cause->text[SB_VI][0] != '\0');
    ++*(unsigned *)context;
}

static struct sb_engine *open_with(const struct sb_engine_options *options)
{
    struct sb_engine *engine = NULL;
    if (sb_engine_open("pilot", options, &engine, NULL, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    return engine;
}

static void install(struct sb_engine *engine, uint64_t which, sb_time_us time)
{
    struct sb_source source = {"a.charter", charters[which], strlen(charters[which])};
    struct sb_diagnostics diagnostics = {0};
    if (sb_engine_install(engine, &source, 1, time, &diagnostics, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    sb_diagnostics_release(&diagnostics);
}

static void submit(struct sb_engine *engine, const struct sb_event *events, struct sb_result *results)
{
    uint64_t sequence;
    if (sb_engine_submit(engine, events, BATCH, results, &sequence, &err) != SB_OK ||
        sb_engine_wait(engine, sequence, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
}

static void check_same(const struct sb_engine *a, const struct sb_engine *b)
{
    uint8_t first[SB_STATE_HASH_SIZE], second[SB_STATE_HASH_SIZE];
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(a), first, &err), SB_OK);
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(b), second, &err), SB_OK);
    CHECK(memcmp(first, second, sizeof(first)) == 0);
    CHECK_INT(sb_ledger_plan_number(sb_engine_ledger(a)), sb_ledger_plan_number(sb_engine_ledger(b)));
    CHECK_INT(sb_ledger_check(sb_engine_ledger(b), &err), SB_OK);
}

/* Let a process end without closing. */
static void kill_engine(struct fake_disk *disk, struct sb_engine *engine)
{
    fake_disk_power_off(disk, 1);
    (void)sb_engine_close(engine, NULL);
    fake_disk_power_off(disk, 0);
}

/* ------------------------------------------------------------------ the same later results */

static void run_beside(uint64_t seed)
{
    struct history history = {.random = seed, .next = 1, .time = START};
    struct fake_disk *plain_disk = fake_disk_new(1), *disk = fake_disk_new(1);
    struct sb_engine_options plain_options = options_of(plain_disk), options = options_of(disk);
    unsigned notes = 0, from_snapshots = 0;
    plain_options.no_snapshots = true;
    options.snapshot_every = 1 + seed % 90;
    options.note = count_note;
    options.note_context = &notes;
    struct sb_engine *plain = open_with(&plain_options), *engine = open_with(&options);
    for (unsigned round = 0; round < 60; round++) {
        struct sb_event events[BATCH];
        struct sb_result expected[BATCH], results[BATCH];
        if (round % 13 == 0) {
            install(plain, round / 13 % 2, history.time);
            install(engine, round / 13 % 2, history.time);
        }
        random_batch(&history, plain, events);
        submit(plain, events, expected);
        submit(engine, events, results);
        CHECK(memcmp(expected, results, sizeof(results)) == 0);
        if (round % 7 != 6)
            continue;
        if (round % 2)
            kill_engine(disk, engine);
        else
            CHECK_INT(sb_engine_close(engine, &err), SB_OK);
        engine = open_with(&options);
        struct sb_engine_opening opening = sb_engine_opened(engine);
        from_snapshots += opening.snapshot != 0;
        CHECK(opening.stepped <= options.snapshot_every + BATCH);
        CHECK_INT(opening.snapshot + opening.stepped, sb_engine_newest(engine));
        check_same(plain, engine);
    }
    CHECK_INT(notes, 0);
    CHECK(from_snapshots >= 7);
    CHECK_INT(sb_engine_close(plain, &err), SB_OK);
    CHECK_INT(sb_engine_close(engine, &err), SB_OK);
    fake_disk_free(plain_disk);
    fake_disk_free(disk);
}

/* One engine with snapshots and restarts, one without: the same results and states all along. */
TEST(snapshot, restarts_change_nothing)
{
    for (uint64_t seed = 1; seed <= 20; seed++)
        run_beside(seed * 7919);
}
