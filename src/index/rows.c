/* SPDX-License-Identifier: Apache-2.0 */
#include "index/rows.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

#define DIGIT_BITS 11u
#define DIGITS     6u /* 66 bits */

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for the index", "hết bộ nhớ cho chỉ mục");
}

bool sb_event_uses_id(const struct sb_event *event, const struct sb_result *result)
{
    return !sb_id_is_none(event->id) && result->code != SB_R_MALFORMED && result->code != SB_R_ID_ZERO &&
           result->code != SB_R_TIME_BACK && (result->flags & SB_RF_REPEATED) == 0 &&
           result->code != SB_R_ID_REUSED;
}

/* Room for one more of a list. */
static bool grow(void **list, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return true;
    size_t more = *room ? *room * 2 : 1024;
    void *bytes = realloc(*list, more * size);
    if (!bytes)
        return false;
    *list = bytes;
    *room = more;
    return true;
}

void sb_rows_clear(struct sb_rows *rows)
{
    for (unsigned kind = 0; kind < SB_ROW_KINDS; kind++)
        rows->lists[kind].count = 0;
    rows->chunk_count = rows->digest_count = rows->law_count = 0;
    rows->first = 0;
    rows->max = SB_ID_NONE;
}

void sb_rows_release(struct sb_rows *rows)
{
    for (unsigned kind = 0; kind < SB_ROW_KINDS; kind++)
        free(rows->lists[kind].rows);
    free(rows->chunks);
    free(rows->digests);
    free(rows->laws);
    *rows = (struct sb_rows){0};
}

static bool add_row(struct sb_rows *rows, enum sb_row_kind kind, uint64_t hash, uint64_t sequence)
{
    struct sb_row_list *list = &rows->lists[kind];
    if (!grow((void **)&list->rows, &list->room, list->count, sizeof(*list->rows)))
        return false;
    list->rows[list->count++] = (struct sb_index_row){hash, sequence};
    return true;
}

static bool add_by(struct sb_rows *rows, struct sb_hash_key key, enum sb_row_kind kind, struct sb_id id,
                   uint64_t sequence)
{
    return sb_id_is_none(id) || add_row(rows, kind, sb_hash_id(key, id), sequence);
}

static bool add_law(struct sb_rows *rows, const struct sb_event *event, const struct sb_result *result,
                    uint64_t sequence)
{
    if (!grow((void **)&rows->laws, &rows->law_room, rows->law_count, sizeof(*rows->laws)))
        return false;
    bool installs = event->type == SB_EVENT_CHARTER && result->code == SB_R_ACCEPTED;
    rows->laws[rows->law_count++] = (struct sb_law_row){sequence, installs};
    return true;
}

/* Rows by what the event is about. A malformed one is about nothing. */
static bool add_about(struct sb_rows *rows, struct sb_hash_key key, const struct sb_event *event,
                      const struct sb_result *result, uint64_t sequence)
{
    if (result->code == SB_R_MALFORMED)
        return true;
    switch ((enum sb_event_type)event->type) {
    case SB_EVENT_TRANSFER:
        return add_by(rows, key, SB_ROW_ACCOUNT, event->payer, sequence) &&
               add_by(rows, key, SB_ROW_ACCOUNT, event->payee, sequence) &&
               add_by(rows, key, SB_ROW_ACCOUNT, event->agent, sequence);
    case SB_EVENT_POST:
    case SB_EVENT_VOID:
    case SB_EVENT_REVERSE: return add_by(rows, key, SB_ROW_DEPENDS, event->other, sequence);
    case SB_EVENT_OPEN:
        return add_by(rows, key, SB_ROW_LIFE, event->account, sequence) &&
               add_by(rows, key, SB_ROW_PERSON, event->person, sequence);
    case SB_EVENT_CHANGE:
    case SB_EVENT_FREEZE:
    case SB_EVENT_CLOSE:
    case SB_EVENT_REOPEN: return add_by(rows, key, SB_ROW_LIFE, event->account, sequence);
    case SB_EVENT_CHARTER:
    case SB_EVENT_NAME: return add_law(rows, event, result, sequence);
    case SB_EVENT_TICK: return true;
    }
    return true; /* a type of a later version, or no type at all */
}

static bool add_chunks(struct sb_rows *rows, const struct sb_record *record)
{
    for (uint32_t at = 0; at < record->count; at += SB_CHUNK_EVENTS) {
        if (!grow((void **)&rows->chunks, &rows->chunk_room, rows->chunk_count, sizeof(*rows->chunks)))
            return false;
        rows->chunks[rows->chunk_count++] = (struct sb_chunk){
            .first = record->first + at,
            .segment = record->segment,
            .offset = record->offset,
            .index = at,
            .record = record->count,
            .events = SB_MIN(record->count - at, SB_CHUNK_EVENTS),
        };
    }
    return true;
}

enum sb_status sb_rows_add(struct sb_rows *rows, struct sb_hash_key key, const struct sb_record *record,
                           struct sb_err *err)
{
    bool good = add_chunks(rows, record);
    if (rows->first == 0)
        rows->first = record->first;
    for (uint32_t i = 0; i < record->count && good; i++) {
        const struct sb_event *event = &record->events[i];
        const struct sb_result *result = &record->results[i];
        uint64_t sequence = record->first + i;
        good = grow((void **)&rows->digests, &rows->digest_room, rows->digest_count, sizeof(*rows->digests));
        if (good)
            rows->digests[rows->digest_count++] = sb_digest_event(event, result);
        if (good && sb_event_uses_id(event, result)) {
            good = add_by(rows, key, SB_ROW_ID, event->id, sequence);
            if (sb_id_is_less(rows->max, event->id))
                rows->max = event->id;
        }
        good = good && add_about(rows, key, event, result, sequence);
    }
    return good ? SB_OK : no_memory(err);
}

/* ------------------------------------------------------------------ sorting */

/* By hash, from the lowest digit up: rows of one hash stay in the order in which they came, which is that of
 * their sequence numbers. */
static void sort_list(struct sb_row_list *list, struct sb_index_row *other)
{
    struct sb_index_row *from = list->rows, *to = other;
    for (unsigned digit = 0; digit < DIGITS; digit++) {
        size_t starts[1u << DIGIT_BITS] = {0}, at = 0;
        unsigned shift = digit * DIGIT_BITS;
        for (size_t i = 0; i < list->count; i++)
            starts[(from[i].hash >> shift) & ((1u << DIGIT_BITS) - 1)]++;
        for (size_t d = 0; d < SB_ARRAY_SIZE(starts); d++) {
            size_t count = starts[d];
            starts[d] = at;
            at += count;
        }
        for (size_t i = 0; i < list->count; i++)
            to[starts[(from[i].hash >> shift) & ((1u << DIGIT_BITS) - 1)]++] = from[i];
        struct sb_index_row *swap = from;
        from = to;
        to = swap;
    }
    static_assert(DIGITS % 2 == 0, "what is sorted ends where it began");
}

enum sb_status sb_rows_sort(struct sb_rows *rows, struct sb_err *err)
{
    size_t count = 0;
    for (unsigned kind = 0; kind < SB_ROW_KINDS; kind++)
        count = SB_MAX(count, rows->lists[kind].count);
    SB_CLEANUP(sb_free_ptr) struct sb_index_row *other = malloc((count + 1) * sizeof(*other));
    if (!other)
        return no_memory(err);
    for (unsigned kind = 0; kind < SB_ROW_KINDS; kind++)
        if (rows->lists[kind].count > 0)
            sort_list(&rows->lists[kind], other);
    return SB_OK;
}
