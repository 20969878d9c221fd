/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One segment's file stays open, and one whole record in memory: those who ask for many events mostly ask in
 * the order of the journal.
 */
#include "journal/fetch.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "journal/segment.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct sb_fetch {
    const struct sb_os *os; /* borrowed */
    char *dir;              /* owned */
    struct sb_file *file;   /* owned; of `segment` */
    uint64_t segment;       /* 0: none is open */
    uint8_t *bytes;         /* owned; the record that was read last */
    size_t room;
    struct sb_result *results; /* owned; of that record */
    struct sb_record record;   /* count 0: there is none */
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

enum sb_status sb_fetch_open(const struct sb_os *os, const char *dir, struct sb_fetch **ret_fetch,
                             struct sb_err *err)
{
    if (sodium_init() < 0)
        return sb_fail(err, SB_IO, "libsodium does not start", "libsodium không khởi động được");
    struct sb_fetch *fetch = calloc(1, sizeof(*fetch));
    if (!fetch)
        return no_memory(err);
    fetch->os = os;
    fetch->dir = strdup(dir);
    if (!fetch->dir) {
        free(fetch);
        return no_memory(err);
    }
    *ret_fetch = fetch;
    return SB_OK;
}

void sb_fetch_close(struct sb_fetch *fetch)
{
    if (!fetch)
        return;
    if (fetch->file)
        fetch->os->close(fetch->os->context, fetch->file);
    free(fetch->bytes);
    free(fetch->results);
    free(fetch->dir);
    free(fetch);
}

static enum sb_status open_segment(struct sb_fetch *fetch, uint64_t segment, struct sb_err *err)
{
    if (fetch->segment == segment)
        return SB_OK;
    SB_CLEANUP(sb_free_ptr) char *path = sb_segment_path(fetch->dir, segment);
    if (!path)
        return no_memory(err);
    if (fetch->file)
        fetch->os->close(fetch->os->context, fetch->file);
    fetch->file = NULL;
    fetch->segment = 0;
    enum sb_status status = fetch->os->open(fetch->os->context, path, SB_OPEN_READ, &fetch->file, err);
    if (status == SB_OK)
        fetch->segment = segment;
    return status;
}

static enum sb_status not_there(const struct sb_place *place, struct sb_err *err)
{
    return sb_fail(err, SB_DAMAGED, "segment %llu, offset %llu: there is no whole record",
                   "đoạn %llu, vị trí %llu: không có bản ghi nguyên vẹn", (unsigned long long)place->segment,
                   (unsigned long long)place->offset);
}

static enum sb_status read_at(struct sb_fetch *fetch, const struct sb_place *place, uint64_t at, void *bytes,
                              size_t size, struct sb_err *err)
{
    struct sb_err cause = {0};
    enum sb_status status =
        fetch->os->read_at(fetch->os->context, fetch->file, bytes, size, place->offset + at, &cause);
    if (status == SB_END)
        return not_there(place, err);
    if (status != SB_OK && err)
        *err = cause;
    return status;
}

/* A refused event's bitmap: as many stand before it as results that have one. */
static enum sb_status read_bitmap(struct sb_fetch *fetch, const struct sb_place *place,
                                  struct sb_result *result, struct sb_err *err)
{
    uint64_t results_at = sizeof(struct sb_record_head) + place->count * sizeof(struct sb_event);
    size_t size = (size_t)place->index * SB_RESULT_STORED_SIZE;
    SB_CLEANUP(sb_free_ptr) uint8_t *stored = malloc(size + 1);
    if (!stored)
        return no_memory(err);
    enum sb_status status = size > 0 ? read_at(fetch, place, results_at, stored, size, err) : SB_OK;
    uint64_t before = 0;
    for (uint32_t i = 0; i < place->index && status == SB_OK; i++)
        before += sb_result_is_of_law(sb_get_u16(stored + (size_t)i * SB_RESULT_STORED_SIZE));
    uint64_t at =
        results_at + (uint64_t)place->count * SB_RESULT_STORED_SIZE + before * SB_FAILED_STORED_SIZE;
    return status == SB_OK ? read_at(fetch, place, at, result->failed, sizeof(result->failed), err) : status;
}

enum sb_status sb_fetch_event(struct sb_fetch *fetch, const struct sb_place *place,
                              struct sb_event *ret_event, struct sb_result *ret_result, struct sb_err *err)
{
    if (place->index >= place->count || place->count > SB_BATCH_MAX)
        return not_there(place, err);
    struct sb_event event;
    struct sb_result result = {0};
    uint64_t event_at = sizeof(struct sb_record_head) + place->index * sizeof(event);
    uint64_t result_at = sizeof(struct sb_record_head) + place->count * sizeof(event) +
                         (uint64_t)place->index * SB_RESULT_STORED_SIZE;
    enum sb_status status = open_segment(fetch, place->segment, err);
    if (status == SB_OK)
        status = read_at(fetch, place, event_at, &event, sizeof(event), err);
    if (status == SB_OK)
        status = read_at(fetch, place, result_at, &result, SB_RESULT_STORED_SIZE, err);
    if (status == SB_OK && sb_result_is_of_law(result.code))
        status = read_bitmap(fetch, place, &result, err);
    if (status != SB_OK)
        return status;
    *ret_event = event;
    *ret_result = result;
    return SB_OK;
}

/* ------------------------------------------------------------------ whole records */

static enum sb_status make_room(struct sb_fetch *fetch, size_t size, struct sb_err *err)
{
    if (!fetch->results)
        fetch->results = calloc(SB_BATCH_MAX, sizeof(*fetch->results));
    if (!fetch->results)
        return no_memory(err);
    if (size <= fetch->room)
        return SB_OK;
    size_t room = (size + SB_RECORD_ALIGN - 1) / SB_RECORD_ALIGN * SB_RECORD_ALIGN;
    uint8_t *bytes = aligned_alloc(SB_RECORD_ALIGN, room);
    if (!bytes)
        return no_memory(err);
    free(fetch->bytes);
    fetch->bytes = bytes;
    fetch->room = room;
    return SB_OK;
}

/* What stands in a whole record's head is what came before it: that a record stands alone is the caller's
 * wish. */
static struct sb_chain chain_before(const struct sb_record_head *head, struct sb_id journal_id)
{
    uint64_t first = sb_get_u64(head->first);
    bool batch = sb_get_u16(head->type) == SB_RECORD_BATCH;
    struct sb_chain chain = {
        .journal_id = journal_id,
        .number = sb_get_u64(head->number) - 1,
        .sequence = batch ? first - 1 : first,
        .time = SB_TIME_ALWAYS,
    };
    memcpy(chain.hash, head->previous_hash, SB_HASH_SIZE);
    return chain;
}

static enum sb_status read_record(struct sb_fetch *fetch, const struct sb_place *place,
                                  struct sb_id journal_id, struct sb_err *err)
{
    struct sb_record_head head;
    enum sb_status status = open_segment(fetch, place->segment, err);
    if (status == SB_OK)
        status = read_at(fetch, place, 0, &head, sizeof(head), err);
    if (status != SB_OK)
        return status;
    if (!sb_record_head_is_whole((const uint8_t *)&head))
        return not_there(place, err);
    uint32_t size = sb_get_u32(head.size);
    status = make_room(fetch, size, err);
    if (status == SB_OK)
        status = read_at(fetch, place, 0, fetch->bytes, size, err);
    if (status != SB_OK)
        return status;
    if (!sb_record_is_whole(fetch->bytes, size) || memcmp(fetch->bytes, &head, sizeof(head)) != 0)
        return not_there(place, err);
    if (sb_id_is_none(journal_id))
        memcpy(&journal_id, head.journal_id, sizeof(journal_id));
    struct sb_chain chain = chain_before(&head, journal_id);
    return sb_record_decode(fetch->bytes, fetch->results, &chain, &fetch->record, err);
}

enum sb_status sb_fetch_record(struct sb_fetch *fetch, const struct sb_place *place, struct sb_id journal_id,
                               struct sb_record *ret_record, struct sb_err *err)
{
    bool there = fetch->record.count != 0 && fetch->record.segment == place->segment &&
                 fetch->record.offset == place->offset;
    if (!there) {
        fetch->record.count = 0;
        enum sb_status status = read_record(fetch, place, journal_id, err);
        if (status != SB_OK)
            return status;
        fetch->record.segment = place->segment;
        fetch->record.offset = place->offset;
    }
    if (fetch->record.type != SB_RECORD_BATCH || fetch->record.count == 0)
        return not_there(place, err);
    *ret_record = fetch->record;
    return SB_OK;
}
