/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch's way: space is reserved in the journal, so that no step has to be taken back; the runner steps it;
 * the journal appends events and results; the caller waits for durability. While the journal's own thread
 * makes one batch durable, the next is stepped here.
 */
#include "engine/engine.h"

#include "base/macros.h"
#include "engine/charter_pack.h"
#include "engine/recover.h"

#include <stdlib.h>
#include <string.h>

struct sb_engine {
    struct sb_engine_options options;
    struct sb_ids *ids;         /* owned; NULL: the runner's own, in memory */
    struct sb_runner *runner;   /* owned */
    struct sb_journal *journal; /* owned */
    struct sb_keeper *keeper;   /* owned */
    struct sb_engine_opening opening;
    char *dir; /* owned */
    uint64_t token;
    uint64_t checkpointed; /* sequence of the last checkpoint */
    bool broken;           /* state and journal may differ: nothing more is accepted */
};

/* The ids of a living pilot; *ret_ids stays NULL where they belong into memory. */
static enum sb_status open_ids(const char *dir, const struct sb_engine_options *options,
                               struct sb_ids **ret_ids, struct sb_err *err)
{
    struct sb_ids_options ids_options = {
        .os = options->os ? options->os : sb_os_real(),
        .journal_dir = dir,
        .index_dir = options->index_dir,
        .no_thread = options->no_thread,
        .batch = options->index_batch,
        .lag = options->index_lag,
        .recent = options->index_recent,
    };
    if (!options->index_dir && (options->no_thread || ids_options.os != sb_os_real()))
        return SB_OK;
    return sb_ids_open(&ids_options, ret_ids, err);
}

/* The journal, and the state behind its last event, from a snapshot of an event before `below` on. */
static enum sb_status recover_from(struct sb_engine *engine, const struct sb_os *os, uint64_t below,
                                   uint64_t *ret_cut, struct sb_err *err)
{
    const struct sb_engine_options *options = &engine->options;
    struct sb_journal_options journal_options = {
        .flags = options->journal_flags,
        .origin = options->origin,
        .signing_key = options->signing_key,
        .segment_size = options->segment_size,
        .no_thread = options->no_thread,
        .begin = sb_recovery_begin,
    };
    enum sb_status status = open_ids(engine->dir, options, &engine->ids, err);
    if (status != SB_OK)
        return status;
    struct sb_recovery recovery = {.os = os,
                                   .dir = engine->dir,
                                   .ids = engine->ids,
                                   .below = below,
                                   .note = options->note,
                                   .note_context = options->note_context};
    status = sb_recovery_living_runner(engine->ids, &recovery.runner, err);
    if (status == SB_OK)
        status = sb_journal_open(os, engine->dir, options->create, &journal_options, sb_recovery_take,
                                 &recovery, &engine->journal, ret_cut, err);
    engine->runner = recovery.runner;
    engine->opening =
        (struct sb_engine_opening){.snapshot = recovery.mark.sequence, .stepped = recovery.stepped};
    return status;
}

/*
 * A snapshot that is whole, but leads to results that are not the recorded ones, is no reason to refuse the
 * journal: the next older one is tried, and at last none.
 */
static enum sb_status recover(struct sb_engine *engine, const struct sb_os *os, uint64_t *ret_cut,
                              struct sb_err *err)
{
    uint64_t below = engine->options.no_snapshots ? 0 : UINT64_MAX;
    for (;;) {
        struct sb_err cause = {0};
        enum sb_status status = recover_from(engine, os, below, ret_cut, &cause);
        below = engine->opening.snapshot;
        if (status != SB_MISMATCH || below == 0) {
            if (status != SB_OK && err)
                *err = cause;
            return status;
        }
        (void)sb_fail_in(&cause, "the snapshot behind event %llu is wrong",
                         "ảnh chụp sau sự kiện %llu bị sai", (unsigned long long)below);
        if (engine->options.note)
            engine->options.note(engine->options.note_context, &cause);
        sb_runner_free(SB_TAKE(engine->runner));
        sb_ids_free(SB_TAKE(engine->ids)); /* they have what was stepped already */
    }
}

static enum sb_status open_all(struct sb_engine *engine, uint64_t *ret_cut, struct sb_err *err)
{
    const struct sb_engine_options *options = &engine->options;
    const struct sb_os *os = options->os ? options->os : sb_os_real();
    enum sb_status status = engine->dir ? SB_OK : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK)
        status = recover(engine, os, ret_cut, err);
    if (status != SB_OK)
        return status;
    struct sb_keeper_options keeper_options = {
        .os = os,
        .dir = engine->dir,
        .every = options->snapshot_every,
        .never = options->no_snapshots,
        .no_copies = options->no_thread || os != sb_os_real(),
        .newest = engine->opening.snapshot,
        .note = options->note,
        .note_context = options->note_context,
    };
    return sb_keeper_new(&keeper_options, engine->journal, engine->runner, &engine->keeper, err);
}

static void free_engine(struct sb_engine *engine)
{
    sb_runner_free(engine->runner);
    sb_ids_free(engine->ids);
    free(engine->dir);
    free(engine);
}

/* *ret_again: what failed was the index, which is made anew by the next attempt. */
static enum sb_status try_open(const char *dir, const struct sb_engine_options *options,
                               struct sb_engine **ret_engine, uint64_t *ret_cut, bool *ret_again,
                               struct sb_err *err)
{
    struct sb_engine *engine = calloc(1, sizeof(*engine));
    if (!engine)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    engine->options = *options;
    engine->dir = strdup(dir);
    enum sb_status status = open_all(engine, ret_cut, err);
    if (status != SB_OK) {
        *ret_again = engine->ids && sb_ids_are_damaged(engine->ids);
        (void)sb_journal_close(engine->journal, false, NULL); /* the first error is the one to tell */
        free_engine(engine);
        return status;
    }
    *ret_engine = engine;
    return SB_OK;
}

enum sb_status sb_engine_open(const char *dir, const struct sb_engine_options *options,
                              struct sb_engine **ret_engine, uint64_t *ret_cut, struct sb_err *err)
{
    struct sb_engine *engine = NULL;
    struct sb_err cause = {0};
    uint64_t cut = 0, more = 0;
    bool again = false;
    enum sb_status status = try_open(dir, options, &engine, &cut, &again, &cause);
    if (status != SB_OK && again)
        status = try_open(dir, options, &engine, &more, &again, &cause);
    if (status != SB_OK) {
        if (err)
            *err = cause;
        return status;
    }
    engine->token = sb_journal_token(engine->journal);
    engine->checkpointed = sb_journal_newest(engine->journal);
    if (ret_cut)
        *ret_cut = cut + more;
    *ret_engine = engine;
    return SB_OK;
}

static enum sb_status checkpoint(struct sb_engine *engine, struct sb_err *err)
{
    uint8_t hash[SB_STATE_HASH_SIZE];
    uint64_t newest = sb_journal_newest(engine->journal);
    if (engine->checkpointed == newest)
        return SB_OK;
    enum sb_status status = sb_ledger_hash(sb_runner_ledger(engine->runner), hash, err);
    if (status == SB_OK)
        status = sb_journal_checkpoint(engine->journal, hash, err);
    if (status == SB_OK)
        engine->checkpointed = newest;
    return status;
}

static enum sb_status checkpoint_when_due(struct sb_engine *engine, struct sb_err *err)
{
    uint64_t every = engine->options.checkpoint_every;
    if (every == 0 || sb_journal_newest(engine->journal) - engine->checkpointed < every)
        return SB_OK;
    return checkpoint(engine, err);
}

/* Tell the ids where the newest record lies, and how far the index on disk may go by now. */
static enum sb_status place(struct sb_engine *engine, uint64_t first, struct sb_err *err)
{
    uint64_t segment, offset;
    if (!engine->ids)
        return SB_OK;
    sb_journal_last_place(engine->journal, &segment, &offset);
    enum sb_status status = sb_ids_placed(engine->ids, first, segment, offset, err);
    if (status == SB_OK)
        sb_ids_durable(engine->ids, sb_journal_durable(engine->journal));
    return status;
}

/* Append what was stepped. A failure here leaves state ahead of the journal: the engine is done for. */
static enum sb_status append(struct sb_engine *engine, const uint8_t plan_hash[SB_HASH_SIZE],
                             const struct sb_event *events, const struct sb_result *results, uint32_t count,
                             const struct sb_str *texts, uint64_t *ret_sequence, struct sb_err *err)
{
    struct sb_record record = {
        .type = SB_RECORD_BATCH,
        .first = sb_journal_newest(engine->journal) + 1,
        .count = count,
        .events = events,
        .results = results,
        .texts = texts ? texts->text : NULL,
        .texts_size = texts ? (uint32_t)texts->size : 0,
    };
    memcpy(record.plan_hash, plan_hash, SB_HASH_SIZE);
    enum sb_status status = sb_journal_append(engine->journal, engine->token, &record, err);
    if (status == SB_OK)
        status = place(engine, record.first, err);
    if (status == SB_OK)
        status = checkpoint_when_due(engine, err);
    if (status == SB_OK)
        *ret_sequence = sb_journal_newest(engine->journal);
    return status;
}

/* Make sure of room. SB_NOSPACE and SB_LIMIT change nothing; after any other failure the engine is done for.
 */
static enum sb_status reserve(struct sb_engine *engine, uint32_t count, uint32_t texts_size,
                              struct sb_err *err)
{
    if (engine->broken)
        return sb_fail(err, SB_IO, "the engine stopped at an earlier failure", "máy đã dừng ở lỗi trước đó");
    enum sb_status status = engine->ids ? sb_ids_admit(engine->ids, count, err) : SB_OK;
    if (status == SB_OK)
        status = sb_journal_reserve(engine->journal, count, texts_size, err);
    engine->broken = status != SB_OK && status != SB_NOSPACE && status != SB_LIMIT;
    return status;
}

/* Reserve, step, append: the one way into the state. */
static enum sb_status commit(struct sb_engine *engine, const struct sb_event *events, uint32_t count,
                             const struct sb_str *texts, struct sb_result *results, uint64_t *ret_sequence,
                             struct sb_err *err)
{
    uint8_t plan_hash[SB_HASH_SIZE] = {0};
    const struct sb_plan *plan = sb_ledger_plan(sb_runner_ledger(engine->runner));
    if (plan)
        memcpy(plan_hash, plan->hash, sizeof(plan_hash));
    enum sb_status status = reserve(engine, count, texts ? (uint32_t)texts->size : 0, err);
    if (status != SB_OK)
        return status;
    status = sb_runner_step(engine->runner, events, count, results, err);
    if (status == SB_OK)
        status = append(engine, plan_hash, events, results, count, texts, ret_sequence, err);
    engine->broken = status != SB_OK;
    if (status == SB_OK)
        sb_keeper_tend(engine->keeper);
    return status;
}

enum sb_status sb_engine_submit(struct sb_engine *engine, const struct sb_event *events, uint32_t count,
                                struct sb_result *results, uint64_t *ret_sequence, struct sb_err *err)
{
    if (count == 0 || count > SB_BATCH_MAX)
        return sb_fail(err, SB_INVALID, "a batch of %u events; expected 1 to %u",
                       "lô %u sự kiện; cần từ 1 đến %u", count, SB_BATCH_MAX);
    for (uint32_t i = 0; i < count; i++)
        if (events[i].type == SB_EVENT_NAME || events[i].type == SB_EVENT_CHARTER)
            return sb_fail(err, SB_INVALID, "event %u of a batch names or installs: that is the engine's own",
                           "sự kiện %u trong lô đặt tên hoặc cài điều lệ: việc đó là của máy", i);
    return commit(engine, events, count, NULL, results, ret_sequence, err);
}

enum sb_status sb_engine_wait(struct sb_engine *engine, uint64_t sequence, struct sb_err *err)
{
    enum sb_status status = sb_journal_wait(engine->journal, sequence, err);
    if (status == SB_OK)
        sb_keeper_tend(engine->keeper);
    return status;
}

enum sb_status sb_engine_snapshot(struct sb_engine *engine, struct sb_err *err)
{
    if (engine->broken)
        return sb_fail(err, SB_IO, "the engine stopped at an earlier failure", "máy đã dừng ở lỗi trước đó");
    return sb_keeper_take(engine->keeper, err);
}

/* ------------------------------------------------------------------ names and charters */

/* The engine's own events are never refused for their time: it is told before anything is done. */
static enum sb_status check_time(const struct sb_engine *engine, sb_time_us time, struct sb_err *err)
{
    char given[SB_TIME_TEXT_SIZE], last[SB_TIME_TEXT_SIZE];
    sb_time_us newest = sb_ledger_time(sb_runner_ledger(engine->runner));
    if (time >= newest)
        return SB_OK;
    sb_time_print(time, 0, given);
    sb_time_print(newest, 0, last);
    return sb_fail(err, SB_INVALID, "the time %s lies before the last event's, %s",
                   "thời điểm %s sớm hơn sự kiện cuối cùng, %s", given, last);
}

/*
 * Room is made and the time looked at before the name is interned: a name that is known here but not in the
 * journal would give later names other codes there. What fails behind that ends the engine.
 */
static enum sb_status journal_name(struct sb_engine *engine, enum sb_space space, const char *name,
                                   size_t size, sb_time_us time, uint16_t *ret_code, struct sb_err *err)
{
    enum sb_status status = check_time(engine, time, err);
    if (status == SB_OK)
        status = reserve(engine, 1, 0, err);
    if (status == SB_OK)
        status = sb_symbols_intern(sb_runner_symbols(engine->runner), space, name, size, ret_code, err);
    if (status != SB_OK)
        return status;
    struct sb_event event = sb_event_name(time, space, *ret_code, name, size);
    struct sb_result result;
    uint64_t sequence;
    status = commit(engine, &event, 1, NULL, &result, &sequence, err);
    if (status == SB_OK && result.code != SB_R_ACCEPTED)
        status =
            sb_fail(err, SB_INVALID, "the name '%.*s' was not accepted: %s", "tên '%.*s' không được nhận: %s",
                    (int)size, name, sb_result_word((enum sb_result_code)result.code));
    engine->broken = engine->broken || status != SB_OK;
    return status;
}

enum sb_status sb_engine_name(struct sb_engine *engine, enum sb_space space, const char *name, size_t size,
                              sb_time_us time, uint16_t *ret_code, struct sb_err *err)
{
    uint16_t code = sb_symbols_find(sb_runner_symbols(engine->runner), space, name, size);
    enum sb_status status = SB_OK;
    if (code == 0)
        status = journal_name(engine, space, name, size, time, &code, err);
    if (status == SB_OK)
        *ret_code = code;
    return status;
}

/* Announce the names that compiling added to `grown`. */
static enum sb_status announce(struct sb_engine *engine, const struct sb_symbols *grown, sb_time_us time,
                               struct sb_err *err)
{
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++) {
        uint16_t count = sb_symbols_count(grown, (enum sb_space)space);
        uint16_t known = sb_symbols_count(sb_runner_symbols(engine->runner), (enum sb_space)space);
        for (uint32_t code = known + 1u; code <= count; code++) {
            uint16_t given;
            const char *name = sb_symbols_name(grown, (enum sb_space)space, (uint16_t)code);
            enum sb_status status =
                sb_engine_name(engine, (enum sb_space)space, name, strlen(name), time, &given, err);
            if (status != SB_OK)
                return status;
        }
    }
    return SB_OK;
}

/* Takes the plan. */
static enum sb_status offer_and_install(struct sb_engine *engine, struct sb_plan *plan,
                                        const struct sb_str *texts, sb_time_us time, struct sb_err *err)
{
    struct sb_event event = {.type = SB_EVENT_CHARTER, .time = time};
    struct sb_result result;
    uint64_t sequence;
    memcpy(event.charter_hash, plan->hash, sizeof(event.charter_hash));
    enum sb_status status = sb_runner_offer(engine->runner, plan, texts->text, texts->size, err);
    if (status == SB_OK)
        status = commit(engine, &event, 1, texts, &result, &sequence, err);
    if (status == SB_OK && result.code != SB_R_ACCEPTED)
        status = sb_fail(err, SB_INVALID, "the charter was not installed: %s", "điều lệ không được cài: %s",
                         sb_result_word((enum sb_result_code)result.code));
    return status == SB_OK ? sb_engine_wait(engine, sequence, err) : status;
}

/* Takes the plan. Room is made before the plan is offered, so that trying again on a full disk costs nothing.
 */
static enum sb_status install_plan(struct sb_engine *engine, struct sb_plan *plan,
                                   const struct sb_source *sources, uint32_t count, sb_time_us time,
                                   struct sb_err *err)
{
    struct sb_str texts = {0};
    sb_charter_pack(sources, count, &texts);
    enum sb_status status = texts.failed ? sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ") : SB_OK;
    if (status == SB_OK)
        status = reserve(engine, 1, (uint32_t)texts.size, err);
    if (status == SB_OK)
        status = offer_and_install(engine, plan, &texts, time, err);
    else
        sb_plan_free(plan);
    sb_str_release(&texts);
    return status;
}

/* A journal stays in the unit that it began with: under another one, what is recorded would change its
 * meaning. */
static enum sb_status check_unit(const struct sb_plan *before, const struct sb_plan *plan,
                                 const struct sb_symbols *symbols, struct sb_err *err)
{
    if (!before || (before->unit == plan->unit && before->decimals == plan->decimals))
        return SB_OK;
    const char *recorded = sb_symbols_name(symbols, SB_SPACE_UNIT, before->unit);
    const char *unit = sb_symbols_name(symbols, SB_SPACE_UNIT, plan->unit);
    return sb_fail(err, SB_INVALID, "the journal is in %s with %u decimals, the charter in %s with %u",
                   "nhật ký tính bằng %s với %u chữ số lẻ, điều lệ bằng %s với %u", recorded,
                   before->decimals, unit, plan->decimals);
}

enum sb_status sb_engine_install(struct sb_engine *engine, const struct sb_source *sources, uint32_t count,
                                 sb_time_us time, struct sb_diagnostics *diagnostics, struct sb_err *err)
{
    struct sb_symbols *grown = sb_symbols_copy(sb_runner_symbols(engine->runner));
    if (!grown)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    struct sb_plan *plan = NULL;
    struct sb_plan_options options = {.law = SB_LAW_LIVE};
    enum sb_status status = sb_plan_compile(sources, count, &options, grown, &plan, diagnostics, err);
    const struct sb_plan *in_force = sb_ledger_plan(sb_runner_ledger(engine->runner));
    bool is_in_force =
        status == SB_OK && in_force && memcmp(in_force->hash, plan->hash, sizeof(plan->hash)) == 0;
    if (status == SB_OK && !is_in_force)
        status = check_time(engine, time, err);
    if (status == SB_OK && !is_in_force)
        status = check_unit(in_force, plan, grown, err);
    if (status == SB_OK && !is_in_force)
        status = announce(engine, grown, time, err);
    sb_symbols_free(grown);
    if (status != SB_OK || is_in_force) {
        sb_plan_free(plan);
        return status;
    }
    return install_plan(engine, plan, sources, count, time, err);
}

enum sb_status sb_engine_close(struct sb_engine *engine, struct sb_err *err)
{
    if (!engine)
        return SB_OK;
    enum sb_status status = engine->broken ? SB_OK : checkpoint(engine, err);
    sb_keeper_free(engine->keeper, status == SB_OK && !engine->broken);
    bool clean = status == SB_OK && !engine->broken;
    uint64_t newest = sb_journal_newest(engine->journal);
    enum sb_status closed = sb_journal_close(engine->journal, clean, status == SB_OK ? err : NULL);
    if (engine->ids && clean && closed == SB_OK)
        sb_ids_finish(engine->ids, newest);
    free_engine(engine);
    return status == SB_OK ? closed : status;
}

enum sb_status sb_engine_answered(struct sb_engine *engine, const struct sb_event *event, bool *ret_answered,
                                  struct sb_result *ret_result, struct sb_err *err)
{
    const struct sb_past *past;
    enum sb_status status = sb_runner_past(engine->runner, event, &past, err);
    if (status != SB_OK)
        return status;
    const struct sb_past_entry *entry = sb_past_find(past, event->id);
    *ret_answered = entry && sb_event_same(&entry->event, event);
    if (*ret_answered)
        *ret_result = entry->result;
    return SB_OK;
}

struct sb_engine_opening sb_engine_opened(const struct sb_engine *engine)
{
    return engine->opening;
}

struct sb_snapshot_counts sb_engine_snapshots(const struct sb_engine *engine)
{
    return sb_keeper_counts(engine->keeper);
}

const struct sb_ledger *sb_engine_ledger(const struct sb_engine *engine)
{
    return sb_runner_ledger(engine->runner);
}

const struct sb_symbols *sb_engine_symbols(const struct sb_engine *engine)
{
    return sb_runner_symbols(engine->runner);
}

const struct sb_journal_info *sb_engine_info(const struct sb_engine *engine)
{
    return sb_journal_get_info(engine->journal);
}

uint64_t sb_engine_newest(const struct sb_engine *engine)
{
    return sb_journal_newest(engine->journal);
}

void sb_engine_watch(struct sb_engine *engine, sb_ledger_saw_fn *saw, void *context)
{
    sb_ledger_watch(sb_runner_ledger(engine->runner), saw, context);
}
