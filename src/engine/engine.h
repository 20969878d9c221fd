/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One writer: accepts events, looks up their past, steps the ledger, appends to the journal, and lets answers
 * out when they are durable. A folder holds one engine: its journal, and nothing else that the journal cannot
 * give back.
 */

#include "engine/keeper.h"

struct sb_engine;

struct sb_engine_options {
    const struct sb_os *os;     /* NULL: the machine */
    bool create;                /* make the folder and journal when there is none */
    uint32_t journal_flags;     /* of a new journal */
    const char *origin;         /* of a new journal; borrowed for the call */
    const uint8_t *signing_key; /* borrowed until close, or NULL */
    uint64_t checkpoint_every;  /* events between checkpoints; 0: only at close */
    uint32_t segment_size;      /* 0: the journal's own */
    uint64_t snapshot_every;    /* events between snapshots, written beside the engine; 0: only at a clean
                                   close, when more than a thousand events came since the last */
    bool no_snapshots;          /* none is written, and none is used when opening */
    sb_note_fn *note; /* or NULL: told of snapshots that could not be used or written; that does no harm */
    void *note_context;
    bool no_thread; /* everything in the caller's thread, see sb_journal_options: for simulators */
    /*
     * Where the index of old ids lives, always on the machine's own disk. NULL: in the pilot's folder; but
     * with an os that is not the machine's, or without threads, ids stay in memory then.
     */
    const char *index_dir;
    uint32_t index_batch;  /* events that the index takes in at a time; 0: its own */
    uint32_t index_lag;    /* no_thread: events by which the index stays behind: for tests */
    uint32_t index_recent; /* no_thread: events in memory whole; 0: as many as needed. For tests */
};

/*
 * Open a folder: recover from its newest good snapshot, and by stepping the journal's events behind it anew,
 * comparing every result with the recorded one (SB_MISMATCH). *ret_cut (may be NULL): bytes of a torn tail
 * that were cut.
 */
SB_CHECKED enum sb_status sb_engine_open(const char *dir, const struct sb_engine_options *options,
                                         struct sb_engine **ret_engine, uint64_t *ret_cut,
                                         struct sb_err *err);

/*
 * Install charters: sources[0] is the regulator's, the others layers. Compiles them, journals new names and
 * the texts as events at `time` (not before the last event's: SB_INVALID), and waits until they are durable.
 * A journal stays in the unit and decimals of its first charter (SB_INVALID).
 * Installing what is in force already does nothing. SB_NOSPACE: names may have been journalled, the charter
 * was not; try again when there is room.
 */
SB_CHECKED enum sb_status sb_engine_install(struct sb_engine *engine, const struct sb_source *sources,
                                            uint32_t count, sb_time_us time,
                                            struct sb_diagnostics *diagnostics, struct sb_err *err);

/* The code of a name, journalled at `time` (not yet durable; not before the last event's: SB_INVALID) when it
 * is new. SB_NOSPACE: it is not known, try again when there is room. */
SB_CHECKED enum sb_status sb_engine_name(struct sb_engine *engine, enum sb_space space, const char *name,
                                         size_t size, sb_time_us time, uint16_t *ret_code,
                                         struct sb_err *err);

/*
 * Step and append events, at most SB_BATCH_MAX, whole chains. results[i] must not be answered to anybody
 * before sb_engine_wait(*ret_sequence) has returned. NAME events are interned and CHARTER events refused: use
 * the calls above. SB_NOSPACE: nothing happened, try again when there is room. SB_LIMIT, SB_INVALID: such a
 * batch is never taken, and nothing happened. Any other failure: the engine is done for, and takes nothing
 * more.
 */
SB_CHECKED enum sb_status sb_engine_submit(struct sb_engine *engine, const struct sb_event *events,
                                           uint32_t count, struct sb_result *results, uint64_t *ret_sequence,
                                           struct sb_err *err);
/*
 * Whether the history holds this event already, with the same id and content, and what its result was: a
 * request that comes again is to be answered so. Errors: SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_engine_answered(struct sb_engine *engine, const struct sb_event *event,
                                             bool *ret_answered, struct sb_result *ret_result,
                                             struct sb_err *err);

SB_CHECKED enum sb_status sb_engine_wait(struct sb_engine *engine, uint64_t sequence, struct sb_err *err);

/* Checkpoint and clean close. Safe on NULL. */
enum sb_status sb_engine_close(struct sb_engine *engine, struct sb_err *err);

/* Write a snapshot of the newest state now, and wait for it. No failure harms the engine but the journal's.
 * Errors: SB_INVALID (nothing was recorded yet), SB_NOMEM, SB_NOSPACE, SB_IO. */
SB_CHECKED enum sb_status sb_engine_snapshot(struct sb_engine *engine, struct sb_err *err);

/* How the engine was opened: from which snapshot (its sequence; 0: none), and how many events were stepped.
 */
struct sb_engine_opening {
    uint64_t snapshot, stepped;
};
struct sb_engine_opening sb_engine_opened(const struct sb_engine *engine);
struct sb_snapshot_counts sb_engine_snapshots(const struct sb_engine *engine);

const struct sb_ledger *sb_engine_ledger(const struct sb_engine *engine);
const struct sb_symbols *sb_engine_symbols(const struct sb_engine *engine);
const struct sb_journal_info *sb_engine_info(const struct sb_engine *engine);
uint64_t sb_engine_newest(const struct sb_engine *engine); /* sequence of the last event taken */

/* Tell somebody of every event that the ledger finishes (sb_ledger_watch); between two batches. */
void sb_engine_watch(struct sb_engine *engine, sb_ledger_saw_fn *saw, void *context);
