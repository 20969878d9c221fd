/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which event had an id first, over the whole history, exactly.
 *
 * Either in memory (sb_ids_new): simulators, tests, readers of a journal. Or for a living pilot
 * (sb_ids_open): the index on disk has the old events, a table of references has those that it does not have
 * yet, the newest ones are in memory whole, and all others are read back from the journal when somebody asks.
 * What is not there is known without the disk but for one case in some hundreds.
 */

#include "index/index.h"
#include "ledger/past.h"

struct sb_ids;

/* In memory. Selective: only ids that were asked for beforehand. NULL when memory is out. */
struct sb_ids *sb_ids_new(bool selective);
void sb_ids_free(struct sb_ids *ids);

/* Events that are in memory whole: more than the journal can hold back from the disk. */
#define SB_IDS_RECENT 65536u

/* Events behind which the index on disk may fall; then the writer waits for it. 16 to 22 bytes each. */
#define SB_IDS_LAG_MAX (UINT32_C(16) * 1024 * 1024)

/* Fewer events than this are left to the next opening, which reads them from the journal, when a pilot is
 * closed. */
#define SB_IDS_CLOSE_LEAST 65536u

struct sb_ids_options {
    const struct sb_os *os;  /* the journal's; borrowed */
    const char *journal_dir; /* copied */
    const char *index_dir;   /* NULL: the index's own place */
    bool no_thread;          /* the index is fed in the caller's thread, in sb_ids_durable */
    uint32_t batch;          /* events that the index takes in at a time; 0: its own */
    uint32_t lag;            /* without a thread: so many events behind what is durable, at least */
    uint32_t recent;         /* without a thread: events in memory whole; 0: SB_IDS_RECENT */
};

/*
 * For a living pilot: with what the index on disk has. Everything behind sb_ids_through must be put, with its
 * place and its charters, before ids of events behind it are asked for. Errors: SB_BUSY (the index is fed by
 * another process), SB_IO, SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_ids_open(const struct sb_ids_options *options, struct sb_ids **ret_ids,
                                      struct sb_err *err);

/*
 * The sequence number up to which the ids need nothing from the journal any more: recovery reads from the
 * event behind it on. 0: they need everything.
 */
uint64_t sb_ids_through(const struct sb_ids *ids);

/* In memory, selective mode: keep this id's event when it comes. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_ids_want(struct sb_ids *ids, struct sb_id id, struct sb_err *err);

/*
 * Remember an event by its id, unless the id is there already or, in selective mode, not wanted. Requires
 * that the event uses up its id (sb_event_uses_id) and that sequence numbers ascend; one that the index has
 * already changes nothing. Errors: SB_NOMEM, SB_LIMIT, SB_IO, SB_DAMAGED.
 */
SB_CHECKED enum sb_status sb_ids_put(struct sb_ids *ids, uint64_t sequence, const struct sb_event *event,
                                     const struct sb_result *result, uint32_t plan, struct sb_err *err);

/* The entry of an id whose event has a sequence number less than `before`, or NULL. Borrowed until the next
 * call. Errors: SB_IO, SB_DAMAGED. */
SB_CHECKED enum sb_status sb_ids_find(struct sb_ids *ids, struct sb_id id, uint64_t before,
                                      const struct sb_past_entry **ret_entry, struct sb_err *err);

/* Bring what a find of an id looks at first towards the cache; a hint. */
void sb_ids_prefetch(const struct sb_ids *ids, struct sb_id id);

/* ------------------------------------------------------------------ of a living pilot; else without effect
 */

/* Finds, puts and prefetches stand between these: the index's own thread keeps still meanwhile. */
void sb_ids_enter(struct sb_ids *ids);
void sb_ids_leave(struct sb_ids *ids);

/* The record with this first sequence number lies there. In ascending order. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_ids_placed(struct sb_ids *ids, uint64_t first, uint64_t segment, uint64_t offset,
                                        struct sb_err *err);

/* The event with this sequence number installed a charter. In ascending order; one that is known already
 * changes nothing. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_ids_installed(struct sb_ids *ids, uint64_t sequence, struct sb_err *err);

/* Make sure that `count` more events may be put: wait for the index when it lags too far behind. SB_NOSPACE:
 * it lags and cannot go on; nothing was changed, try again later. */
SB_CHECKED enum sb_status sb_ids_admit(struct sb_ids *ids, uint32_t count, struct sb_err *err);

/* Everything up to a sequence number is durable: the index may have it. What goes wrong there shows as lag,
 * in sb_ids_admit. */
void sb_ids_durable(struct sb_ids *ids, uint64_t sequence);

/*
 * Before freeing, when the journal was closed in good order: bring the index up to `sequence`, the last
 * event, and keep it so that the next opening is quick. What goes wrong costs only time then, so it is not an
 * error.
 */
void sb_ids_finish(struct sb_ids *ids, uint64_t sequence);

/* Damage was found in the index: opening again makes it anew. */
bool sb_ids_are_damaged(const struct sb_ids *ids);

struct sb_ids_sizes {
    uint64_t tail_bytes, recent_bytes;
    struct sb_index_sizes index;
};
struct sb_ids_sizes sb_ids_sizes(const struct sb_ids *ids);
