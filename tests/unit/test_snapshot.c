/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snapshots: what is loaded is what was saved, whatever happened before; what is not whole, or not the
 * journal's, is not used; and the journal alone always gives the same. Histories are random and hold all that
 * a ledger can: reservations that fall due, rolling windows, reversals, frozen and closed accounts, chains,
 * charters that amend each other.
 */
#include "fake_disk.h"
#include "test.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "engine/engine.h"
#include "engine/recover.h"
#include "engine/snapshot.h"
#include "journal/record.h"

#include <stdio.h>
#include <stdlib.h>

#define SEGMENT  (64u * 1024)
#define ACCOUNTS 24u
#define BATCH    16u
#define START    (INT64_C(1756684800) * SB_SECOND_US) /* 2025-09-01 */

/* Three that amend each other: limits that stay, go, and come back; places of a territory. */
static const char *const charters[] = {
    "charter \"One\"\nunit VND\nclock +07:00\nterritory vn\nnames class: provider\n"
    "kind cash-in to holder\nkind payment from holder\nkind transfer from holder\n"
    "allow all\n"
    "limit month: sum of payment, transfer per person, each calendar month, at most 60 000\n"
    "limit week: number of payment per account, last 7 days, at most 40\n"
    "limit all: sum of transfer per customer at provider, lifetime, at most 900 000\n",
    "charter \"Two\"\nunit VND\nclock +07:00\nterritory vn\nnames class: provider\n"
    "kind cash-in to holder\nkind payment from holder\nkind transfer from holder\n"
    "allow all\n"
    "limit month: sum of payment, transfer per person, each calendar month, at most 80 000\n"
    "limit day: sum of cash-in per account, each calendar day, at most 50 000\n"
    "fee transfer: 1 % at least 2, paid by payer, to payee, counted\n"
    "fee house for payment: 3, paid by payer, to provider, returned on reversal\n",
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
    if (account <= 2) /* the house accounts of the two providers */
        event.attributes.class_ = sb_symbols_find(sb_engine_symbols(engine), SB_SPACE_CLASS, "provider", 8);
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

/* Returns how many transfers were charged fees: that they are among what is saved. */
static unsigned run_beside(uint64_t seed)
{
    unsigned charged = 0;
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
        for (unsigned i = 0; i < BATCH; i++)
            charged += results[i].fees != 0;
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
    return charged;
}

/* One engine with snapshots and restarts, one without: the same results and states all along. */
TEST(snapshot, restarts_change_nothing)
{
    unsigned charged = 0;
    for (uint64_t seed = 1; seed <= 20; seed++)
        charged += run_beside(seed * 7919);
    CHECK(charged > 500);
}

/* ------------------------------------------------------------------ what is not whole is not used */

/* A pilot with two snapshots, both followed by events, as a killed process leaves it. */
struct prepared {
    struct fake_disk *disk;
    uint64_t older, newer;            /* sequences of the snapshots */
    uint8_t hash[SB_STATE_HASH_SIZE]; /* of the state at the end */
};

static void run_rounds(struct history *history, struct sb_engine *engine, unsigned rounds)
{
    for (unsigned round = 0; round < rounds; round++) {
        struct sb_event events[BATCH];
        struct sb_result results[BATCH];
        random_batch(history, engine, events);
        submit(engine, events, results);
    }
}

static uint64_t take(struct sb_engine *engine)
{
    if (sb_engine_snapshot(engine, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    return sb_engine_newest(engine);
}

static struct prepared prepare(uint64_t seed)
{
    struct history history = {.random = seed, .next = 1, .time = START};
    struct prepared prepared = {.disk = fake_disk_new(seed)};
    struct sb_engine_options options = options_of(prepared.disk);
    struct sb_engine *engine = open_with(&options);
    install(engine, 0, history.time);
    run_rounds(&history, engine, 5);
    prepared.older = take(engine);
    install(engine, 1, history.time);
    run_rounds(&history, engine, 5);
    prepared.newer = take(engine);
    run_rounds(&history, engine, 2);
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(engine), prepared.hash, &err), SB_OK);
    kill_engine(prepared.disk, engine);
    return prepared;
}

static const char *path_of(uint64_t sequence)
{
    static char path[64];
    (void)snprintf(path, sizeof(path), "pilot/%020" PRIu64 ".snapshot", sequence); /* fits */
    return path;
}

/* Open what is on a disk; the state must be the prepared one. Returns which snapshot was used. */
static uint64_t open_and_check(const struct prepared *prepared, struct fake_disk *disk, unsigned *ret_notes)
{
    struct sb_engine_options options = options_of(disk);
    uint8_t hash[SB_STATE_HASH_SIZE];
    *ret_notes = 0;
    options.note = count_note;
    options.note_context = ret_notes;
    struct sb_engine *engine = open_with(&options);
    uint64_t used = sb_engine_opened(engine).snapshot;
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(engine), hash, &err), SB_OK);
    CHECK(memcmp(hash, prepared->hash, sizeof(hash)) == 0);
    kill_engine(disk, engine);
    return used;
}

/* The undamaged pilot starts from the newer one; without it from the older one; without both from nothing. */
TEST(snapshot, the_newest_good_one_is_used)
{
    struct prepared prepared = prepare(1);
    unsigned notes;
    CHECK_INT(open_and_check(&prepared, prepared.disk, &notes), prepared.newer);
    CHECK_INT(notes, 0);
    const struct sb_os *os = fake_disk_os(prepared.disk);
    CHECK_INT(os->remove(os->context, path_of(prepared.newer), &err), SB_OK);
    CHECK_INT(open_and_check(&prepared, prepared.disk, &notes), prepared.older);
    CHECK_INT(os->remove(os->context, path_of(prepared.older), &err), SB_OK);
    CHECK_INT(open_and_check(&prepared, prepared.disk, &notes), 0);
    CHECK_INT(notes, 0);
    fake_disk_free(prepared.disk);
}

/* A flipped bit anywhere is found, or lies in the few bytes that mean nothing. */
TEST(snapshot, flips_are_found)
{
    struct prepared prepared = prepare(2);
    uint64_t random = 77;
    unsigned harmless = 0;
    for (unsigned n = 0; n < 400; n++) {
        struct fake_disk *disk = fake_disk_copy(prepared.disk, n);
        size_t size;
        unsigned notes;
        uint8_t *bytes = fake_disk_bytes(disk, path_of(prepared.newer), &size);
        size_t at = n < 210 ? n : draw(&random, size); /* the first page's fields one by one */
        bytes[at] ^= (uint8_t)(1u << draw(&random, 8));
        uint64_t used = open_and_check(&prepared, disk, &notes);
        CHECK(used == (notes == 0 ? prepared.newer : prepared.older));
        CHECK(notes <= 1);
        harmless += notes == 0;
        fake_disk_free(disk);
    }
    CHECK(harmless <= 8);
    fake_disk_free(prepared.disk);
}

/* A file that ends too early, at whatever byte, and one with something behind its end. */
TEST(snapshot, cuts_are_found)
{
    struct prepared prepared = prepare(3);
    size_t size;
    unsigned notes;
    uint8_t *bytes = fake_disk_bytes(prepared.disk, path_of(prepared.newer), &size);
    uint8_t *copy = calloc(1, size + 64);
    CHECK(copy != NULL);
    memcpy(copy, bytes, size);
    for (size_t cut = 0; cut <= size + 64; cut += cut + 70 > size || cut < 8 ? 1 : 61) {
        struct fake_disk *disk = fake_disk_copy(prepared.disk, cut);
        fake_disk_put(disk, path_of(prepared.newer), copy, cut);
        uint64_t used = open_and_check(&prepared, disk, &notes);
        CHECK_INT(used, cut == size ? prepared.newer : prepared.older);
        CHECK_INT(notes, cut == size ? 0 : 1);
        fake_disk_free(disk);
    }
    free(copy);
    fake_disk_free(prepared.disk);
}

/* Change bytes of the newer snapshot and set its hashes right again: what no accident does. */
static void forge(struct fake_disk *disk, uint64_t sequence, size_t at, uint64_t xor, size_t size)
{
    size_t file_size;
    uint8_t *bytes = fake_disk_bytes(disk, path_of(sequence), &file_size);
    CHECK(at + size <= file_size);
    for (size_t i = 0; i < size; i++)
        bytes[at + i] ^= (uint8_t)(xor >> (8 * i));
    for (size_t section = 104; section <= 152 && at >= 4096; section += 48)
        sb_journal_hash(bytes + sb_get_u64(bytes + section), sb_get_u64(bytes + section + 8),
                        bytes + section + 16);
    sb_journal_hash(bytes, 4064, bytes + 4064);
}

/* Another format, a newer or older meaning, another journal, another sequence: each is told, none is used. */
TEST(snapshot, others_are_not_used)
{
    static const struct {
        size_t at;
        uint64_t xor ;
    } changes[] = {{8, 3},  {10, 3}, {10, 1},  {16, 1}, {31, 128}, {32, 1},
                   {40, 1}, {48, 3}, {56, 64}, {64, 1}, {95, 1}};
    struct prepared prepared = prepare(4);
    for (size_t i = 0; i < SB_ARRAY_SIZE(changes); i++) {
        struct fake_disk *disk = fake_disk_copy(prepared.disk, i);
        unsigned notes;
        forge(disk, prepared.newer, changes[i].at, changes[i].xor, 1);
        CHECK_INT(open_and_check(&prepared, disk, &notes), prepared.older);
        CHECK_INT(notes, 1);
        fake_disk_free(disk);
    }
    struct prepared other = prepare(5);
    size_t size;
    unsigned notes;
    uint8_t *bytes = fake_disk_bytes(other.disk, path_of(other.newer), &size);
    fake_disk_put(prepared.disk, path_of(other.newer), bytes, size);
    CHECK_INT(open_and_check(&prepared, prepared.disk, &notes),
              other.newer == prepared.newer ? prepared.older : prepared.newer);
    fake_disk_free(prepared.disk);
    fake_disk_free(other.disk);
}

/* A forged content is refused, or leads to a state whose results differ, or one that nothing can tell from
 * the true one; it never harms the program, and never keeps a journal from being opened. */
TEST(snapshot, forged_content_does_no_harm)
{
    struct prepared prepared = prepare(6);
    uint64_t random = 4711;
    for (unsigned n = 0; n < 600; n++) {
        struct fake_disk *disk = fake_disk_copy(prepared.disk, n);
        size_t size;
        (void)fake_disk_bytes(disk, path_of(prepared.newer), &size);
        size_t at = 4096 + draw(&random, size - 4096 - 8);
        forge(disk, prepared.newer, at, draw(&random, 2) ? sb_mix64(n) : UINT64_C(1) << draw(&random, 64),
              1 + draw(&random, 8));
        struct sb_engine_options options = options_of(disk);
        unsigned notes = 0;
        options.note = count_note;
        options.note_context = &notes;
        struct sb_engine *engine = open_with(&options);
        CHECK_INT(sb_ledger_check(sb_engine_ledger(engine), &err), SB_OK);
        kill_engine(disk, engine);
        fake_disk_free(disk);
    }
    fake_disk_free(prepared.disk);
}

/* ------------------------------------------------------------------ never trusted over the journal */

static void copy_files(struct fake_disk *from, struct fake_disk *to, const char *suffix)
{
    const struct sb_os *os = fake_disk_os(from);
    char *names = NULL;
    CHECK_INT(os->list(os->context, "pilot", &names, &err), SB_OK);
    for (const char *name = names; *name; name += strlen(name) + 1) {
        char path[128];
        size_t size;
        if (strlen(name) < strlen(suffix) || strcmp(name + strlen(name) - strlen(suffix), suffix) != 0)
            continue;
        (void)snprintf(path, sizeof(path), "pilot/%s", name); /* fits */
        const uint8_t *bytes = fake_disk_bytes(from, path, &size);
        fake_disk_put(to, path, bytes, size);
    }
    free(names);
}

/* One history is left at a point where another goes on: snapshots of the first say nothing to the second,
 * whether it ends before them, or has other events where they stand. */
TEST(snapshot, another_future_is_not_used)
{
    struct history history = {.random = 9, .next = 1, .time = START};
    struct fake_disk *first = fake_disk_new(9);
    struct sb_engine_options options = options_of(first);
    options.no_snapshots = true;
    struct sb_engine *engine = open_with(&options);
    install(engine, 0, history.time);
    run_rounds(&history, engine, 4);
    kill_engine(first, engine);
    struct fake_disk *early = fake_disk_copy(first, 1), *second = fake_disk_copy(first, 2);
    struct history other = history;
    other.random++;

    options.no_snapshots = false;
    engine = open_with(&options);
    run_rounds(&history, engine, 3);
    (void)take(engine);
    kill_engine(first, engine);

    options = options_of(second);
    options.no_snapshots = true;
    engine = open_with(&options);
    run_rounds(&other, engine, 5);
    kill_engine(second, engine);

    struct fake_disk *const disks[] = {early, second};
    for (size_t i = 0; i < SB_ARRAY_SIZE(disks); i++) {
        struct sb_engine_options plain = options_of(disks[i]);
        unsigned notes = 0;
        plain.no_snapshots = true;
        engine = open_with(&plain);
        struct prepared prepared = {.disk = disks[i]};
        CHECK_INT(sb_ledger_hash(sb_engine_ledger(engine), prepared.hash, &err), SB_OK);
        kill_engine(disks[i], engine);
        copy_files(first, disks[i], ".snapshot");
        CHECK_INT(open_and_check(&prepared, disks[i], &notes), 0);
        CHECK_INT(notes, 1);
        fake_disk_free(disks[i]);
    }
    fake_disk_free(first);
}

/* ------------------------------------------------------------------ writing fails */

static unsigned count_files(struct fake_disk *disk, const char *part)
{
    const struct sb_os *os = fake_disk_os(disk);
    char *names = NULL;
    unsigned count = 0;
    CHECK_INT(os->list(os->context, "pilot", &names, &err), SB_OK);
    for (const char *name = names; *name; name += strlen(name) + 1)
        count += strstr(name, part) != NULL;
    free(names);
    return count;
}

/* Every call that writing a snapshot makes fails in turn: the engine goes on, and the next start is whole. */
TEST(snapshot, a_failed_one_harms_nobody)
{
    static const enum sb_status failures[] = {SB_IO, SB_NOSPACE, SB_NOMEM};
    struct prepared prepared = prepare(7);
    for (unsigned n = 1; n < 40 * SB_ARRAY_SIZE(failures); n++) {
        struct fake_disk *disk = fake_disk_copy(prepared.disk, n);
        struct history history = {.random = n, .next = 5000, .time = START + 400 * SB_DAY_US};
        struct sb_engine_options options = options_of(disk);
        uint8_t hash[SB_STATE_HASH_SIZE];
        unsigned notes;
        struct sb_engine *engine = open_with(&options);
        run_rounds(&history, engine, 1);
        fake_disk_fail(disk, FAKE_ANY, 1 + n / SB_ARRAY_SIZE(failures),
                       failures[n % SB_ARRAY_SIZE(failures)]);
        enum sb_status status = sb_engine_snapshot(engine, &err);
        fake_disk_fail(disk, FAKE_ANY, 0, SB_OK);
        CHECK(status == SB_OK || status == failures[n % SB_ARRAY_SIZE(failures)]);
        CHECK_INT(count_files(disk, "partial"), 0);
        run_rounds(&history, engine, 1);
        (void)take(engine);
        CHECK_INT(count_files(disk, ".snapshot"), 2);
        CHECK_INT(sb_ledger_hash(sb_engine_ledger(engine), hash, &err), SB_OK);
        kill_engine(disk, engine);
        memcpy(prepared.hash, hash, sizeof(hash));
        CHECK(open_and_check(&prepared, disk, &notes) > prepared.newer);
        fake_disk_free(disk);
    }
    fake_disk_free(prepared.disk);
}

/* The power goes at every call of writing one, and the disk keeps what it likes. */
TEST(snapshot, the_power_goes_while_one_is_written)
{
    struct prepared prepared = prepare(8);
    for (unsigned n = 1; n < 60; n++) {
        struct fake_disk *disk = fake_disk_copy(prepared.disk, n);
        struct sb_engine_options options = options_of(disk);
        unsigned notes;
        struct sb_engine *engine = open_with(&options);
        fake_disk_power_off(disk, n / 2 + 1);
        enum sb_status status = sb_engine_snapshot(engine, NULL);
        CHECK(status == SB_OK || fake_disk_is_off(disk));
        (void)sb_engine_close(engine, NULL);
        fake_disk_power_off(disk, 0);
        fake_disk_crash(disk);
        (void)open_and_check(&prepared, disk, &notes);
        CHECK_INT(count_files(disk, "partial"), 0);
        fake_disk_free(disk);
    }
    fake_disk_free(prepared.disk);
}

/* ------------------------------------------------------------------ beside a running engine */

/* The machine itself: a copy of the process writes while batches go on. */
TEST(snapshot, a_copy_of_the_process_writes_it)
{
    struct history history = {.random = 31, .next = 1, .time = START};
    unsigned notes = 0;
    struct sb_engine_options options = {.create = true,
                                        .origin = "test",
                                        .segment_size = 1 << 20,
                                        .snapshot_every = 200,
                                        .note = count_note,
                                        .note_context = &notes};
    uint8_t hash[SB_STATE_HASH_SIZE], again[SB_STATE_HASH_SIZE];
    char dir[512];
    struct sb_engine *engine = NULL;
    (void)snprintf(dir, sizeof(dir), "%s/pilot", test_dir()); /* test folders have short names */
    CHECK_INT(sb_engine_open(dir, &options, &engine, NULL, &err), SB_OK);
    install(engine, 0, history.time);
    for (unsigned round = 0; round < 4000 && sb_engine_snapshots(engine).taken < 3; round++)
        run_rounds(&history, engine, 1);
    CHECK(sb_engine_snapshots(engine).taken >= 3);
    run_rounds(&history, engine, 3);
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(engine), hash, &err), SB_OK);
    CHECK_INT(sb_engine_close(engine, &err), SB_OK);
    CHECK_INT(notes, 0);
    CHECK_INT(sb_engine_open(dir, &options, &engine, NULL, &err), SB_OK);
    CHECK(sb_engine_opened(engine).snapshot != 0);
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(engine), again, &err), SB_OK);
    CHECK(memcmp(hash, again, sizeof(hash)) == 0);
    CHECK_INT(sb_engine_close(engine, &err), SB_OK);
}

/* A state needs a record to stand behind. */
TEST(snapshot, there_is_none_of_an_empty_journal)
{
    struct fake_disk *disk = fake_disk_new(1);
    struct sb_engine_options options = options_of(disk);
    struct sb_engine *engine = open_with(&options);
    CHECK_INT(sb_engine_snapshot(engine, &err), SB_INVALID);
    CHECK_INT(count_files(disk, "snapshot"), 0);
    CHECK_INT(sb_engine_close(engine, &err), SB_OK);
    fake_disk_free(disk);
}

#define MANY 45000u /* accounts of a snapshot that is worth a thread */

static void open_many(struct sb_engine *engine)
{
    struct sb_event *events = calloc(9000, sizeof(*events));
    struct sb_result *results = calloc(9000, sizeof(*results));
    uint16_t unit = sb_symbols_find(sb_engine_symbols(engine), SB_SPACE_UNIT, "VND", 3);
    uint64_t sequence = 0;
    CHECK(events && results);
    for (uint32_t done = 0; done < MANY; done += 5000) {
        for (uint32_t i = 0; i < 5000; i++) {
            events[i] = (struct sb_event){.type = SB_EVENT_OPEN,
                                          .id = {done + i + 1, 3},
                                          .account = {done + i + 1, 4},
                                          .person = {done + i + 1, 5},
                                          .time = START};
            events[i].attributes.unit = unit;
            events[i].attributes.opened_on = events[i].attributes.sim_since = SB_DAY_NONE;
        }
        CHECK_INT(sb_engine_submit(engine, events, 5000, results, &sequence, &err), SB_OK);
        CHECK_INT(results[4999].code, SB_R_ACCEPTED);
    }
    CHECK_INT(sb_engine_wait(engine, sequence, &err), SB_OK);
    free(events);
    free(results);
}

static void open_again(const char *dir, bool is_good, const uint8_t expected[SB_STATE_HASH_SIZE])
{
    unsigned notes = 0;
    struct sb_engine_options options = {.segment_size = 1 << 20, .note = count_note, .note_context = &notes};
    uint8_t hash[SB_STATE_HASH_SIZE];
    struct sb_engine *engine = NULL;
    CHECK_INT(sb_engine_open(dir, &options, &engine, NULL, &err), SB_OK);
    CHECK_INT(notes, !is_good);
    CHECK_INT(sb_engine_opened(engine).snapshot != 0, is_good);
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(engine), hash, &err), SB_OK);
    CHECK(memcmp(hash, expected, sizeof(hash)) == 0);
    CHECK_INT(sb_engine_close(engine, &err), SB_OK); /* writes a snapshot when it had none */
}

/* A large one is read ahead by a thread of its own: whole, with a flipped byte, and cut. */
TEST(snapshot, a_large_one_is_read_ahead)
{
    struct sb_engine_options options = {.create = true, .origin = "test", .segment_size = 1 << 20};
    const struct sb_os *os = sb_os_real();
    uint8_t hash[SB_STATE_HASH_SIZE], byte;
    char dir[512];
    struct sb_engine *engine = NULL;
    struct sb_file *file = NULL;
    uint64_t *sequences = NULL, size;
    size_t count;
    (void)snprintf(dir, sizeof(dir), "%s/pilot", test_dir()); /* test folders have short names */
    CHECK_INT(sb_engine_open(dir, &options, &engine, NULL, &err), SB_OK);
    install(engine, 0, START);
    open_many(engine);
    CHECK_INT(sb_ledger_hash(sb_engine_ledger(engine), hash, &err), SB_OK);
    CHECK_INT(sb_engine_close(engine, &err), SB_OK);
    open_again(dir, true, hash);
    CHECK_INT(sb_snapshot_list(os, dir, &sequences, &count, &err), SB_OK);
    CHECK_INT(count, 1);
    char *path = sb_snapshot_path(dir, sequences[0]);
    CHECK_INT(os->open(os->context, path, SB_OPEN_WRITE, &file, &err), SB_OK);
    CHECK_INT(os->size(os->context, file, &size, &err), SB_OK);
    CHECK(size > 4 * SB_SNAPSHOT_PIECE);
    CHECK_INT(os->read_at(os->context, file, &byte, 1, size - 100, &err), SB_OK);
    byte ^= 1;
    CHECK_INT(os->write_at(os->context, file, &byte, 1, size - 100, &err), SB_OK);
    os->close(os->context, file);
    open_again(dir, false, hash);
    open_again(dir, true, hash);
    free(path);
    free(sequences);
}
