/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A living pilot's ids. A find goes: greater than all ids before: new. Not in the filter and not in the tail:
 * new. In the filter: the index on disk is asked, and what it finds is read from the journal. In the tail:
 * the event is read from the newest ones in memory, or from the journal, and its id compared.
 *
 * The tail keeps an event's reference until the index goes through it, and then until room is needed: an
 * event is always in one of the two, whichever thread is how far.
 */
#include "engine/ids.h"

#include "base/macros.h"
#include "engine/id_table.h"
#include "engine/tail.h"
#include "index/indexer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert(SB_RECORD_SIZE_MAX / (sizeof(struct sb_event) + 16) < SB_IDS_RECENT,
              "what is queued before the disk is in memory");

/* Where a record lies whose events the index may not have yet. */
struct placed {
    uint64_t first; /* sequence */
    uint32_t segment, offset_by_64;
};

struct recent {
    uint64_t sequence; /* 0: none */
    struct sb_past_entry entry;
};

struct sb_ids {
    struct sb_id_table *table; /* owned; in memory. Everything below is of a living pilot */

    struct sb_ids_options options;
    struct sb_index *index;     /* owned */
    struct sb_indexer *indexer; /* owned; NULL without a thread */
    struct sb_tail *tail;       /* owned */
    struct sb_fetch *fetch;     /* owned; of events of the tail */
    struct recent *recent;      /* owned; by sequence, round and round */
    uint32_t recent_mask;
    struct placed *placed; /* owned; ascending */
    size_t placed_count, placed_room;
    struct sb_sequences installed; /* charters' */
    struct sb_id max;              /* the greatest id so far */
    uint64_t newest, durable;
    struct sb_past_entry found; /* what the last find gave */
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for the index of ids", "hết bộ nhớ cho chỉ mục mã");
}

/* ------------------------------------------------------------------ life cycle */

struct sb_ids *sb_ids_new(bool selective)
{
    struct sb_ids *ids = calloc(1, sizeof(*ids));
    if (ids)
        ids->table = sb_id_table_new(selective);
    if (!ids || !ids->table) {
        free(ids);
        return NULL;
    }
    return ids;
}

/* An index that can be opened but not read is made anew, too: by the second attempt. */
static enum sb_status open_index(struct sb_ids *ids, struct sb_err *err)
{
    const struct sb_ids_options *options = &ids->options;
    struct sb_index_options index_options = {
        .os = options->os,
        .journal_dir = options->journal_dir,
        .dir = options->index_dir,
        .batch = options->batch,
    };
    enum sb_status status = SB_DAMAGED;
    struct sb_err cause = {0};
    for (int tries = 0; tries < 2 && status == SB_DAMAGED; tries++) {
        sb_index_close(SB_TAKE(ids->index));
        ids->installed.count = 0;
        status = sb_index_open(&index_options, &ids->index, &cause);
        if (status == SB_OK)
            status = sb_index_laws(ids->index, true, &ids->installed, &cause);
    }
    if (status != SB_OK && err)
        *err = cause;
    return status;
}

static enum sb_status open_parts(struct sb_ids *ids, struct sb_err *err)
{
    const struct sb_ids_options *options = &ids->options;
    uint32_t recent = options->no_thread && options->recent ? options->recent : SB_IDS_RECENT, room = 1;
    while (room < recent)
        room *= 2;
    ids->tail = sb_tail_new();
    ids->recent = calloc(room, sizeof(*ids->recent));
    ids->recent_mask = room - 1;
    enum sb_status status = ids->tail && ids->recent ? SB_OK : no_memory(err);
    if (status == SB_OK)
        status = open_index(ids, err);
    if (status == SB_OK)
        status = sb_fetch_open(options->os, options->journal_dir, &ids->fetch, err);
    if (status == SB_OK && !options->no_thread)
        status = sb_indexer_new(ids->index, &ids->indexer, err);
    if (status == SB_OK)
        ids->max = sb_index_max(ids->index);
    return status;
}

enum sb_status sb_ids_open(const struct sb_ids_options *options, struct sb_ids **ret_ids, struct sb_err *err)
{
    struct sb_ids *ids = calloc(1, sizeof(*ids));
    if (!ids)
        return no_memory(err);
    ids->options = *options;
    enum sb_status status = open_parts(ids, err);
    ids->options.journal_dir = ids->options.index_dir = NULL; /* the index has copies */
    if (status != SB_OK) {
        sb_ids_free(ids);
        return status;
    }
    *ret_ids = ids;
    return SB_OK;
}

void sb_ids_free(struct sb_ids *ids)
{
    if (!ids)
        return;
    sb_id_table_free(ids->table);
    sb_indexer_free(ids->indexer);
    sb_index_close(ids->index);
    sb_tail_free(ids->tail);
    sb_fetch_close(ids->fetch);
    sb_sequences_release(&ids->installed);
    free(ids->recent);
    free(ids->placed);
    free(ids);
}

uint64_t sb_ids_through(const struct sb_ids *ids)
{
    return ids->table ? 0 : sb_index_through(ids->index);
}

enum sb_status sb_ids_want(struct sb_ids *ids, struct sb_id id, struct sb_err *err)
{
    return ids->table ? sb_id_table_want(ids->table, id, err) : SB_OK;
}

void sb_ids_enter(struct sb_ids *ids)
{
    if (!ids->table)
        sb_index_enter(ids->index);
}

void sb_ids_leave(struct sb_ids *ids)
{
    if (!ids->table)
        sb_index_leave(ids->index);
}

/* ------------------------------------------------------------------ places and charters */

/* Records whose last event the index has are not needed any more. */
static void forget_placed(struct sb_ids *ids)
{
    uint64_t through = sb_index_through(ids->index);
    size_t gone = 0;
    while (gone + 1 < ids->placed_count && ids->placed[gone + 1].first <= through + 1)
        gone++;
    if (gone == 0) /* nor is there an array at first */
        return;
    memmove(ids->placed, ids->placed + gone, (ids->placed_count - gone) * sizeof(*ids->placed));
    ids->placed_count -= gone;
}

enum sb_status sb_ids_placed(struct sb_ids *ids, uint64_t first, uint64_t segment, uint64_t offset,
                             struct sb_err *err)
{
    if (ids->table)
        return SB_OK;
    if (ids->placed_count == ids->placed_room)
        forget_placed(ids);
    if (ids->placed_count * 4 >= ids->placed_room * 3) {
        size_t room = ids->placed_room ? ids->placed_room * 2 : 64;
        struct placed *placed = realloc(ids->placed, room * sizeof(*placed));
        if (!placed)
            return no_memory(err);
        ids->placed = placed;
        ids->placed_room = room;
    }
    ids->placed[ids->placed_count++] = (struct placed){first, (uint32_t)segment, (uint32_t)(offset / 64)};
    return SB_OK;
}

enum sb_status sb_ids_installed(struct sb_ids *ids, uint64_t sequence, struct sb_err *err)
{
    const struct sb_sequences *installed = &ids->installed;
    if (ids->table || (installed->count > 0 && installed->list[installed->count - 1] >= sequence))
        return SB_OK;
    return sb_sequences_add(&ids->installed, sequence, err);
}

/* The number of the installation under which an event was judged. */
static uint32_t plan_of(const struct sb_ids *ids, uint64_t sequence)
{
    size_t low = 0, high = ids->installed.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ids->installed.list[middle] < sequence)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

/* ------------------------------------------------------------------ finding */

/* An event of the tail that is not in memory: its whole record is read, for there is no digest of it yet. */
static enum sb_status read_back(struct sb_ids *ids, uint64_t sequence, struct sb_past_entry *entry,
                                struct sb_err *err)
{
    size_t low = 0, high = ids->placed_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ids->placed[middle].first <= sequence)
            low = middle + 1;
        else
            high = middle;
    }
    assert(low > 0);
    const struct placed *placed = &ids->placed[low - 1];
    struct sb_place place = {.segment = placed->segment, .offset = (uint64_t)placed->offset_by_64 * 64};
    struct sb_record record;
    enum sb_status status = sb_fetch_record(ids->fetch, &place, SB_ID_NONE, &record, err);
    if (status != SB_OK)
        return sb_fail_in(err, "sequence %llu in the journal", "số thứ tự %llu trong nhật ký",
                          (unsigned long long)sequence);
    if (record.first > sequence || sequence - record.first >= record.count)
        return sb_fail(err, SB_DAMAGED, "sequence %llu is not where it was written",
                       "số thứ tự %llu không còn ở chỗ đã ghi", (unsigned long long)sequence);
    *entry = (struct sb_past_entry){.event = record.events[sequence - record.first],
                                    .result = record.results[sequence - record.first],
                                    .plan = plan_of(ids, sequence)};
    return SB_OK;
}

static enum sb_status read_tail(struct sb_ids *ids, uint64_t sequence, const struct sb_past_entry **ret_entry,
                                struct sb_err *err)
{
    const struct recent *recent = &ids->recent[sequence & ids->recent_mask];
    if (recent->sequence == sequence) {
        *ret_entry = &recent->entry;
        return SB_OK;
    }
    enum sb_status status;
    if (sequence <= sb_index_through(ids->index)) {
        struct sb_indexed indexed;
        status = sb_index_event(ids->index, sequence, &indexed, err);
        if (status == SB_OK)
            ids->found = (struct sb_past_entry){
                .event = indexed.event, .result = indexed.result, .plan = plan_of(ids, sequence)};
    } else {
        status = read_back(ids, sequence, &ids->found, err);
    }
    *ret_entry = &ids->found;
    return status;
}

/* The first event of the tail with an id. */
static enum sb_status find_in_tail(struct sb_ids *ids, struct sb_id id, uint64_t hash, uint64_t before,
                                   const struct sb_past_entry **ret_entry, struct sb_err *err)
{
    uint64_t at = UINT64_MAX, sequence, least = before;
    while ((sequence = sb_tail_next(ids->tail, hash, &at)) != 0) {
        const struct sb_past_entry *entry;
        if (sequence >= least)
            continue;
        enum sb_status status = read_tail(ids, sequence, &entry, err);
        if (status != SB_OK)
            return status;
        if (!sb_id_equal(entry->event.id, id))
            continue;
        least = sequence;
        if (entry != &ids->found)
            ids->found = *entry;
        *ret_entry = &ids->found;
    }
    return SB_OK;
}

static enum sb_status find_living(struct sb_ids *ids, struct sb_id id, uint64_t before,
                                  const struct sb_past_entry **ret_entry, struct sb_err *err)
{
    if (sb_id_is_less(ids->max, id))
        return SB_OK;
    uint64_t hash = sb_index_hash(ids->index, id);
    if (sb_index_may_hold(ids->index, hash)) {
        struct sb_indexed indexed;
        bool found = false;
        enum sb_status status = sb_index_find(ids->index, id, before, &found, &indexed, err);
        if (status != SB_OK)
            return status;
        if (found) {
            ids->found = (struct sb_past_entry){
                .event = indexed.event, .result = indexed.result, .plan = plan_of(ids, indexed.sequence)};
            *ret_entry = &ids->found;
            return SB_OK;
        }
    }
    return find_in_tail(ids, id, hash, before, ret_entry, err);
}

enum sb_status sb_ids_find(struct sb_ids *ids, struct sb_id id, uint64_t before,
                           const struct sb_past_entry **ret_entry, struct sb_err *err)
{
    *ret_entry = NULL;
    if (!ids->table)
        return find_living(ids, id, before, ret_entry, err);
    *ret_entry = sb_id_table_find(ids->table, id);
    return SB_OK;
}

void sb_ids_prefetch(const struct sb_ids *ids, struct sb_id id)
{
    if (ids->table) {
        sb_id_table_prefetch(ids->table, id);
        return;
    }
    if (sb_id_is_less(ids->max, id))
        return;
    uint64_t hash = sb_index_hash(ids->index, id);
    sb_index_prefetch(ids->index, hash);
    sb_tail_prefetch(ids->tail, hash);
}

/* ------------------------------------------------------------------ putting */

/* A member of a chain that broke for its shape or for another's sake was never looked up: its id may be in
 * use. */
static bool may_be_in_use(const struct sb_result *result)
{
    return result->code >= SB_R_CHAIN_OPEN && result->code <= SB_R_CHAIN_BROKEN;
}

static enum sb_status put_living(struct sb_ids *ids, uint64_t sequence, const struct sb_past_entry *entry,
                                 struct sb_err *err)
{
    struct recent *recent = &ids->recent[sequence & ids->recent_mask];
    uint64_t through = sb_index_through(ids->index);
    const struct sb_past_entry *there = NULL;
    enum sb_status status = SB_OK;
    ids->newest = sequence;
    *recent = (struct recent){.sequence = sequence, .entry = *entry};
    if (sequence <= through)
        return SB_OK;
    if (may_be_in_use(&entry->result))
        status = find_living(ids, entry->event.id, sequence, &there, err);
    if (status != SB_OK || there)
        return status;
    if (sb_id_is_less(ids->max, entry->event.id))
        ids->max = entry->event.id;
    return sb_tail_put(ids->tail, sb_index_hash(ids->index, entry->event.id), sequence, through, err);
}

enum sb_status sb_ids_put(struct sb_ids *ids, uint64_t sequence, const struct sb_event *event,
                          const struct sb_result *result, uint32_t plan, struct sb_err *err)
{
    if (ids->table)
        return sb_id_table_put(ids->table, event, result, plan, err);
    struct sb_past_entry entry = {.event = *event, .result = *result, .plan = plan};
    return put_living(ids, sequence, &entry, err);
}

/* ------------------------------------------------------------------ the index's progress */

/* Without a thread: feed it here, so far behind as was wished. */
static void feed(struct sb_ids *ids)
{
    uint64_t until = ids->durable > ids->options.lag ? ids->durable - ids->options.lag : 0;
    uint32_t least = ids->options.batch ? ids->options.batch : SB_INDEX_BATCH;
    bool more = until > 0;
    while (more)
        if (sb_index_feed(ids->index, until, least, &more, NULL) != SB_OK)
            more = false; /* it lags then */
}

void sb_ids_durable(struct sb_ids *ids, uint64_t sequence)
{
    if (ids->table || sequence <= ids->durable)
        return;
    ids->durable = sequence;
    if (ids->indexer)
        sb_indexer_tell(ids->indexer, sequence);
    else
        feed(ids);
}

enum sb_status sb_ids_admit(struct sb_ids *ids, uint32_t count, struct sb_err *err)
{
    if (ids->table || !ids->indexer || ids->newest + count <= sb_index_through(ids->index) + SB_IDS_LAG_MAX)
        return SB_OK;
    enum sb_status status = sb_indexer_wait(ids->indexer, ids->newest + count - SB_IDS_LAG_MAX, err);
    if (status != SB_IO && status != SB_NOSPACE)
        return status;
    (void)sb_fail_in(err, "the index lags behind and cannot go on", "chỉ mục bị chậm và không tiếp tục được");
    if (err)
        err->status = SB_NOSPACE;
    return SB_NOSPACE;
}

void sb_ids_finish(struct sb_ids *ids, uint64_t sequence)
{
    if (ids->table)
        return;
    sb_indexer_free(SB_TAKE(ids->indexer));
    bool more = true;
    enum sb_status status = SB_OK;
    while (more && status == SB_OK)
        status = sb_index_feed(ids->index, sequence, SB_IDS_CLOSE_LEAST, &more, NULL);
    if (status == SB_OK && sb_index_keep_filter(ids->index, NULL) != SB_OK)
        return; /* it is made anew when it is missing */
}

bool sb_ids_are_damaged(const struct sb_ids *ids)
{
    return !ids->table && sb_index_is_damaged(ids->index);
}

struct sb_ids_sizes sb_ids_sizes(const struct sb_ids *ids)
{
    struct sb_ids_sizes sizes = {0};
    if (ids->table)
        return sizes;
    sizes.tail_bytes = sb_tail_bytes(ids->tail);
    sizes.recent_bytes = ((uint64_t)ids->recent_mask + 1) * sizeof(*ids->recent);
    sizes.index = sb_index_sizes(ids->index);
    return sizes;
}
