/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeding and asking. A batch goes in like this: records are read from the journal (their hashes are checked
 * there), rows are gathered, sorted and taken in by the store together with the mark; then the filter learns
 * the ids; then `through` moves. Who asks with the old `through` has those events in memory still, and who
 * sees the new one finds them in filter and rows.
 */
#include "index/index_internal.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

#define FILTER_KEEP_SHARE 8u /* the filter is put on disk when it grew by a part of this */
#define FILTER_KEEP_LEAST \
    1000000u /* ids, at least: reading so many from the journal takes a part of a second */

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for the index", "hết bộ nhớ cho chỉ mục");
}

/* ------------------------------------------------------------------ feeding */

static enum sb_status open_reader(struct sb_index *index, struct sb_err *err)
{
    if (index->reader)
        return SB_OK;
    if (index->mark.position.sequence == 0)
        return sb_journal_reader_open(index->os, index->journal_dir, false, &index->reader, err);
    return sb_journal_reader_open_at(index->os, index->journal_dir, &index->mark.position, &index->reader,
                                     err);
}

/* Read on, up to a batch, and not behind `durable`, which ends a record. */
static enum sb_status gather(struct sb_index *index, uint64_t durable, struct sb_store_mark *mark,
                             struct sb_err *err)
{
    enum sb_status status = open_reader(index, err);
    while (status == SB_OK && mark->position.sequence < durable && index->rows.digest_count < index->batch) {
        struct sb_record record;
        status = sb_journal_reader_next(index->reader, &record, err);
        if (status != SB_OK || record.type != SB_RECORD_BATCH)
            continue;
        status = sb_rows_add(&index->rows, mark->key, &record, err);
        mark->journal_id = sb_journal_reader_info(index->reader)->journal_id;
        sb_journal_reader_position(index->reader, &mark->position);
        mark->last_segment = record.segment;
        mark->last_offset = record.offset;
    }
    mark->ids += index->rows.lists[SB_ROW_ID].count;
    if (sb_id_is_less(mark->max, index->rows.max))
        mark->max = index->rows.max;
    return status;
}

/* The ids of one part, which lie together: added, or a larger part made of the store's rows. */
static enum sb_status learn_part(struct sb_index *index, const struct sb_index_row *rows, size_t count,
                                 struct sb_err *err)
{
    uint32_t part = sb_filter_part_of(rows[0].hash);
    struct sb_filter_part *fresh = NULL;
    if (!sb_filter_is_full(index->filter, part, count)) {
        for (size_t i = 0; i < count; i++)
            sb_filter_add(index->filter, rows[i].hash);
        return SB_OK;
    }
    enum sb_status status = sb_index_make_part(index, part, count, &fresh, err);
    if (status != SB_OK)
        return status;
    sb_index_enter(index);
    sb_filter_exchange(index->filter, fresh);
    sb_index_leave(index);
    return SB_OK;
}

static enum sb_status learn_ids(struct sb_index *index, struct sb_err *err)
{
    const struct sb_row_list *list = &index->rows.lists[SB_ROW_ID];
    enum sb_status status = SB_OK;
    for (size_t at = 0; at < list->count && status == SB_OK;) {
        size_t end = at + 1;
        while (end < list->count &&
               sb_filter_part_of(list->rows[end].hash) == sb_filter_part_of(list->rows[at].hash))
            end++;
        status = learn_part(index, list->rows + at, end - at, err);
        at = end;
    }
    return status;
}

static void publish(struct sb_index *index, const struct sb_store_mark *mark)
{
    sb_index_enter(index);
    index->mark = *mark;
    index->max = mark->max;
    __atomic_store_n(&index->through, mark->position.sequence, __ATOMIC_RELEASE);
    sb_index_leave(index);
}

static enum sb_status take_in(struct sb_index *index, const struct sb_store_mark *mark, struct sb_err *err)
{
    enum sb_status status = index->store ? SB_OK : sb_index_begin(index, err);
    if (status == SB_OK)
        status = sb_rows_sort(&index->rows, err);
    if (status == SB_OK)
        status = sb_store_add(index->store, &index->rows, mark, err);
    if (status != SB_OK)
        return status; /* nothing changed: it may be tried again */
    status = learn_ids(index, err);
    if (status == SB_OK)
        publish(index, mark);
    else
        (void)sb_index_note_damage(index, err); /* the rows are ahead of the filter: not to be used so */
    return status;
}

static bool filter_is_stale(const struct sb_index *index)
{
    uint64_t fresh = index->mark.ids - index->filter_kept;
    return fresh > FILTER_KEEP_LEAST && fresh > index->mark.ids / FILTER_KEEP_SHARE;
}

enum sb_status sb_index_keep_filter(struct sb_index *index, struct sb_err *err)
{
    if (!index->store || sb_index_is_damaged(index) || index->filter_kept == index->mark.ids)
        return SB_OK;
    enum sb_status status = sb_filter_file_save(index, err);
    if (status == SB_OK)
        index->filter_kept = index->mark.ids;
    return status;
}

enum sb_status sb_index_feed(struct sb_index *index, uint64_t durable, uint32_t least, bool *ret_more,
                             struct sb_err *err)
{
    struct sb_store_mark mark = index->mark;
    *ret_more = false;
    if (sb_index_is_damaged(index))
        return sb_fail(err, SB_DAMAGED, "the index is damaged", "chỉ mục bị hỏng");
    if (durable < mark.position.sequence + SB_MAX(least, 1u))
        return SB_OK;
    sb_rows_clear(&index->rows);
    enum sb_status status = gather(index, durable, &mark, err);
    if (status == SB_OK)
        status = take_in(index, &mark, err);
    if (status != SB_OK) { /* read again from the mark */
        sb_journal_reader_close(SB_TAKE(index->reader));
        return status;
    }
    *ret_more = mark.position.sequence < durable;
    return filter_is_stale(index) ? sb_index_keep_filter(index, err) : SB_OK;
}

/* ------------------------------------------------------------------ asking */

void sb_index_enter(struct sb_index *index)
{
    pthread_mutex_lock(&index->mutex);
}

void sb_index_leave(struct sb_index *index)
{
    pthread_mutex_unlock(&index->mutex);
}

uint64_t sb_index_through(const struct sb_index *index)
{
    return __atomic_load_n(&index->through, __ATOMIC_ACQUIRE);
}

bool sb_index_position(const struct sb_index *index, struct sb_journal_position *ret_position)
{
    if (index->mark.position.sequence == 0)
        return false;
    *ret_position = index->mark.position;
    return true;
}

struct sb_id sb_index_max(const struct sb_index *index)
{
    return index->max;
}

uint64_t sb_index_hash(const struct sb_index *index, struct sb_id id)
{
    return sb_hash_id(index->mark.key, id);
}

void sb_index_prefetch(const struct sb_index *index, uint64_t hash)
{
    sb_filter_prefetch(index->filter, hash);
}

bool sb_index_may_hold(const struct sb_index *index, uint64_t hash)
{
    return index->through != 0 && sb_filter_may_hold(index->filter, hash);
}

/* A cursor that sees everything up to `through`. */
static enum sb_status refresh(struct sb_index *index, struct sb_err *err)
{
    if (index->cursor && index->cursor_through == index->through)
        return SB_OK;
    sb_cursor_free(SB_TAKE(index->cursor));
    index->cursor_through = index->through;
    return sb_cursor_new(index->store, &index->cursor, err);
}

/* Told by the store, or found here: damage to the index is noted, so that it does not last. */
static enum sb_status told(struct sb_index *index, enum sb_status status, struct sb_err *err)
{
    return status == SB_DAMAGED && index->feeds ? sb_index_note_damage(index, err) : status;
}

static enum sb_status place_of(struct sb_index *index, uint64_t sequence, struct sb_place *place,
                               uint64_t *digest, struct sb_err *err)
{
    struct sb_chunk chunk;
    enum sb_status status = refresh(index, err);
    if (status == SB_OK)
        status = told(index, sb_cursor_place(index->cursor, sequence, &chunk, digest, err), err);
    if (status != SB_OK)
        return status;
    *place = (struct sb_place){.segment = chunk.segment,
                               .offset = chunk.offset,
                               .index = chunk.index + (uint32_t)(sequence - chunk.first),
                               .count = chunk.record};
    return SB_OK;
}

enum sb_status sb_index_place(struct sb_index *index, uint64_t sequence, struct sb_place *ret_place,
                              struct sb_err *err)
{
    uint64_t digest;
    return place_of(index, sequence, ret_place, &digest, err);
}

/*
 * The digest does not hold: either the journal's bytes changed since they were indexed, which the record's
 * own hash shows, or the index did.
 */
static enum sb_status find_culprit(struct sb_index *index, const struct sb_place *place, uint64_t sequence,
                                   struct sb_err *err)
{
    struct sb_record record;
    enum sb_status status = sb_fetch_record(index->fetch, place, index->mark.journal_id, &record, err);
    if (status != SB_OK)
        return sb_fail_in(err, "sequence %llu in the journal", "số thứ tự %llu trong nhật ký",
                          (unsigned long long)sequence);
    status = sb_fail(err, SB_DAMAGED, "sequence %llu is not what the journal holds there",
                     "số thứ tự %llu không phải điều nhật ký ghi ở đó", (unsigned long long)sequence);
    return told(index, status, err);
}

enum sb_status sb_index_event(struct sb_index *index, uint64_t sequence, struct sb_indexed *ret_indexed,
                              struct sb_err *err)
{
    struct sb_place place;
    uint64_t digest = 0;
    struct sb_indexed indexed = {.sequence = sequence};
    enum sb_status status = place_of(index, sequence, &place, &digest, err);
    if (status != SB_OK)
        return status;
    status = sb_fetch_event(index->fetch, &place, &indexed.event, &indexed.result, err);
    if (status == SB_OK && sb_digest_event(&indexed.event, &indexed.result) == digest) {
        *ret_indexed = indexed;
        return SB_OK;
    }
    return status == SB_OK || status == SB_DAMAGED ? find_culprit(index, &place, sequence, err) : status;
}

enum sb_status sb_index_find(struct sb_index *index, struct sb_id id, uint64_t before, bool *ret_found,
                             struct sb_indexed *ret_indexed, struct sb_err *err)
{
    uint64_t hash = sb_index_hash(index, id), sequence = 0;
    bool there = index->store != NULL && index->through != 0;
    *ret_found = false;
    for (uint64_t from = 1; there; from = sequence + 1) {
        enum sb_status status = refresh(index, err);
        if (status == SB_OK)
            status = told(index, sb_cursor_find(index->cursor, SB_ROW_ID, hash, from, &sequence, &there, err),
                          err);
        if (status != SB_OK || !there || sequence >= before || sequence > index->through)
            return status;
        status = sb_index_event(index, sequence, ret_indexed, err);
        if (status != SB_OK)
            return status;
        if (sb_id_equal(ret_indexed->event.id, id)) {
            *ret_found = true;
            return SB_OK;
        }
    }
    return SB_OK;
}

/* ------------------------------------------------------------------ lists */

void sb_sequences_release(struct sb_sequences *sequences)
{
    free(sequences->list);
    *sequences = (struct sb_sequences){0};
}

enum sb_status sb_sequences_add(struct sb_sequences *sequences, uint64_t sequence, struct sb_err *err)
{
    if (sequences->count == sequences->room) {
        size_t room = sequences->room ? sequences->room * 2 : 64;
        uint64_t *list = realloc(sequences->list, room * sizeof(*list));
        if (!list)
            return no_memory(err);
        sequences->list = list;
        sequences->room = room;
    }
    sequences->list[sequences->count++] = sequence;
    return SB_OK;
}

enum sb_status sb_index_list(struct sb_index *index, enum sb_row_kind kind, struct sb_id id,
                             struct sb_range range, struct sb_sequences *sequences, struct sb_err *err)
{
    uint64_t sequence;
    bool found;
    if (index->through == 0 || sb_id_is_none(id))
        return SB_OK;
    enum sb_status status = refresh(index, err);
    if (status == SB_OK)
        status =
            sb_cursor_find(index->cursor, kind, sb_index_hash(index, id), range.from, &sequence, &found, err);
    while (status == SB_OK && found && sequence <= SB_MIN(range.to, index->through)) {
        status = sb_sequences_add(sequences, sequence, err);
        if (status == SB_OK)
            status = sb_cursor_next(index->cursor, &sequence, &found, err);
    }
    return told(index, status, err);
}

enum sb_status sb_index_laws(struct sb_index *index, bool installs, struct sb_sequences *sequences,
                             struct sb_err *err)
{
    struct sb_law_row law = {0};
    bool found = index->through != 0;
    enum sb_status status = found ? refresh(index, err) : SB_OK;
    while (status == SB_OK && found) {
        status = sb_cursor_law(index->cursor, law.sequence + 1, &law, &found, err);
        found = found && law.sequence <= index->through;
        if (status == SB_OK && found && (law.installs || !installs))
            status = sb_sequences_add(sequences, law.sequence, err);
    }
    return told(index, status, err);
}

/* ------------------------------------------------------------------ verifying */

static enum sb_status verify_row(struct sb_index *index, enum sb_row_kind kind,
                                 const struct sb_index_row *row, struct sb_err *err)
{
    uint64_t sequence = 0;
    bool found = false;
    enum sb_status status =
        sb_cursor_find(index->cursor, kind, row->hash, row->sequence, &sequence, &found, err);
    if (status == SB_OK && (!found || sequence != row->sequence))
        status = sb_fail(err, SB_DAMAGED, "a row of sequence %llu is missing",
                         "thiếu dòng của số thứ tự %llu", (unsigned long long)row->sequence);
    return status;
}

/* Whether the index has all rows that a record gives. */
static enum sb_status verify_record(struct sb_index *index, const struct sb_record *record,
                                    struct sb_err *err)
{
    enum sb_status status = SB_OK;
    sb_rows_clear(&index->rows);
    status = sb_rows_add(&index->rows, index->mark.key, record, err);
    for (unsigned kind = 0; kind < SB_ROW_KINDS; kind++)
        for (size_t i = 0; i < index->rows.lists[kind].count && status == SB_OK; i++)
            status = verify_row(index, (enum sb_row_kind)kind, &index->rows.lists[kind].rows[i], err);
    for (uint32_t i = 0; i < record->count && status == SB_OK; i++) {
        struct sb_chunk chunk = {0};
        uint64_t digest = 0;
        status = sb_cursor_place(index->cursor, record->first + i, &chunk, &digest, err);
        if (status == SB_OK && (chunk.segment != record->segment || chunk.offset != record->offset ||
                                digest != index->rows.digests[i]))
            status = sb_fail(err, SB_DAMAGED, "sequence %llu lies elsewhere or is another",
                             "số thứ tự %llu nằm chỗ khác hoặc khác nội dung",
                             (unsigned long long)(record->first + i));
    }
    return status;
}

enum sb_status sb_index_verify(struct sb_index *index, sb_index_seen_fn *seen, void *context,
                               struct sb_err *err)
{
    struct sb_journal_reader *reader;
    if (index->through == 0)
        return SB_OK;
    enum sb_status status = sb_store_check(index->store, err);
    if (status == SB_OK)
        status = refresh(index, err);
    if (status == SB_OK)
        status = sb_journal_reader_open(index->os, index->journal_dir, false, &reader, err);
    if (status != SB_OK)
        return told(index, status, err);
    for (uint64_t at = 0; at < index->through && status == SB_OK;) {
        struct sb_record record;
        status = sb_journal_reader_next(reader, &record, err);
        if (status != SB_OK || record.type != SB_RECORD_BATCH)
            continue;
        status = told(index, verify_record(index, &record, err), err);
        at = record.first + record.count - 1;
        if (seen)
            seen(context, at);
    }
    sb_journal_reader_close(reader);
    return status;
}

struct sb_index_sizes sb_index_sizes(const struct sb_index *index)
{
    struct sb_index_sizes sizes = {.ids = index->mark.ids};
    if (index->filter)
        sizes.filter_bytes = sb_filter_bytes(index->filter);
    if (index->store)
        sizes.store = sb_store_sizes(index->store);
    return sizes;
}
