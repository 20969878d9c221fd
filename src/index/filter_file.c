/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The filter on disk is as old as its last keeping: what came into the index behind that is read from the
 * journal. Where there is none, or it is damaged, it is made of the rows.
 *
 *     "SBFILTER", format (8), journal id (16), the index's hash key (16), segment, offset, number, sequence,
 *     time (8 each) and hash (32) of the position through which it goes, digest (8) of all that; the filter
 */
#include "index/index_internal.h"

#include "base/bytes.h"
#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC     "SBFILTER"
#define HEAD_SIZE 128u

struct stream {
    const struct sb_os *os;
    struct sb_file *file;
    uint64_t offset;
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for the index", "hết bộ nhớ cho chỉ mục");
}

static enum sb_status write_piece(void *context, void *bytes, size_t size, struct sb_err *err)
{
    struct stream *stream = context;
    enum sb_status status =
        stream->os->write_at(stream->os->context, stream->file, bytes, size, stream->offset, err);
    stream->offset += size;
    return status;
}

static enum sb_status read_piece(void *context, void *bytes, size_t size, struct sb_err *err)
{
    struct stream *stream = context;
    enum sb_status status =
        stream->os->read_at(stream->os->context, stream->file, bytes, size, stream->offset, err);
    stream->offset += size;
    return status;
}

static void encode_head(const struct sb_store_mark *mark, uint8_t head[HEAD_SIZE])
{
    const struct sb_journal_position *position = &mark->position;
    memset(head, 0, HEAD_SIZE);
    memcpy(head, MAGIC, 8);
    sb_put_u64(head + 8, SB_INDEX_FORMAT);
    memcpy(head + 16, &mark->journal_id, 16);
    memcpy(head + 32, &mark->key, 16);
    sb_put_u64(head + 48, position->segment);
    sb_put_u64(head + 56, position->offset);
    sb_put_u64(head + 64, position->number);
    sb_put_u64(head + 72, position->sequence);
    sb_put_u64(head + 80, (uint64_t)position->time);
    memcpy(head + 88, position->hash, SB_HASH_SIZE);
    sb_put_u64(head + 120, sb_digest_bytes(1, head, 120));
}

/* False when it is not a filter of this index. */
static bool decode_head(const uint8_t head[HEAD_SIZE], const struct sb_store_mark *mark,
                        struct sb_journal_position *position)
{
    struct sb_journal_position read = {
        .segment = sb_get_u64(head + 48),
        .offset = sb_get_u64(head + 56),
        .number = sb_get_u64(head + 64),
        .sequence = sb_get_u64(head + 72),
        .time = (sb_time_us)sb_get_u64(head + 80),
    };
    memcpy(read.hash, head + 88, SB_HASH_SIZE);
    *position = read;
    return memcmp(head, MAGIC, 8) == 0 && sb_get_u64(head + 8) == SB_INDEX_FORMAT &&
           memcmp(head + 16, &mark->journal_id, 16) == 0 && memcmp(head + 32, &mark->key, 16) == 0 &&
           sb_get_u64(head + 120) == sb_digest_bytes(1, head, 120) &&
           read.sequence <= mark->position.sequence;
}

static enum sb_status save_as(const struct sb_index *index, const char *path, struct sb_err *err)
{
    struct stream stream = {.os = sb_os_real()};
    uint8_t head[HEAD_SIZE];
    (void)stream.os->remove(stream.os->context, path, NULL); /* of an attempt that did not end */
    enum sb_status status = stream.os->open(stream.os->context, path, SB_OPEN_CREATE, &stream.file, err);
    if (status != SB_OK)
        return status;
    encode_head(&index->mark, head);
    status = write_piece(&stream, head, sizeof(head), err);
    if (status == SB_OK)
        status = sb_filter_save(index->filter, write_piece, &stream, err);
    if (status == SB_OK)
        status = stream.os->sync(stream.os->context, stream.file, err);
    stream.os->close(stream.os->context, stream.file);
    if (status != SB_OK)
        (void)stream.os->remove(stream.os->context, path, NULL); /* the cause is told already */
    return status;
}

enum sb_status sb_filter_file_save(const struct sb_index *index, struct sb_err *err)
{
    const struct sb_os *os = sb_os_real();
    SB_CLEANUP(sb_free_ptr) char *path = sb_index_path(index, "filter");
    SB_CLEANUP(sb_free_ptr) char *fresh = sb_index_path(index, "filter.new");
    if (!path || !fresh)
        return no_memory(err);
    enum sb_status status = save_as(index, fresh, err);
    return status == SB_OK ? os->rename(os->context, fresh, path, err) : status;
}

/* ------------------------------------------------------------------ loading */

/* What came into the index since the filter was kept. */
static enum sb_status catch_up(struct sb_index *index, struct sb_filter *filter,
                               const struct sb_journal_position *position, struct sb_err *err)
{
    struct sb_journal_reader *reader;
    if (position->sequence == index->mark.position.sequence)
        return SB_OK;
    enum sb_status status = sb_journal_reader_open_at(index->os, index->journal_dir, position, &reader, err);
    if (status != SB_OK)
        return status;
    uint64_t sequence = position->sequence;
    while (status == SB_OK && sequence < index->mark.position.sequence) {
        struct sb_record record;
        status = sb_journal_reader_next(reader, &record, err);
        if (status != SB_OK || record.type != SB_RECORD_BATCH)
            continue;
        for (uint32_t i = 0; i < record.count; i++)
            if (sb_event_uses_id(&record.events[i], &record.results[i]))
                sb_filter_add(filter, sb_hash_id(index->mark.key, record.events[i].id));
        sequence = record.first + record.count - 1;
    }
    sb_journal_reader_close(reader);
    return status;
}

static enum sb_status load(struct sb_index *index, struct stream *stream, struct sb_filter **ret_filter,
                           struct sb_err *err)
{
    uint8_t head[HEAD_SIZE];
    struct sb_journal_position position;
    enum sb_status status = read_piece(stream, head, sizeof(head), err);
    if (status == SB_OK && !decode_head(head, &index->mark, &position))
        status = sb_fail(err, SB_DAMAGED, "the filter is not this index's", "bộ lọc không thuộc chỉ mục này");
    struct sb_filter *filter = NULL;
    if (status == SB_OK)
        status = sb_filter_load(read_piece, stream, &filter, err);
    if (status == SB_OK)
        status = catch_up(index, filter, &position, err);
    if (status == SB_OK && sb_filter_count(filter) != index->mark.ids)
        status = sb_fail(err, SB_DAMAGED, "the filter does not hold as many ids as the index",
                         "bộ lọc không chứa đủ số mã như chỉ mục");
    if (status != SB_OK) {
        sb_filter_free(filter);
        return status;
    }
    *ret_filter = filter;
    return SB_OK;
}

static void count_hash(void *context, uint64_t hash)
{
    (void)hash;
    ++*(uint64_t *)context;
}

static void fill_hash(void *context, uint64_t hash)
{
    sb_filter_fill(context, hash);
}

enum sb_status sb_index_make_part(struct sb_index *index, uint32_t part, uint64_t more,
                                  struct sb_filter_part **ret_fresh, struct sb_err *err)
{
    struct sb_cursor *cursor = NULL;
    struct sb_filter_part *fresh = sb_filter_begin(index->filter, part, more);
    enum sb_status status = fresh ? sb_cursor_new(index->store, &cursor, err) : no_memory(err);
    if (status == SB_OK)
        status = sb_cursor_part(cursor, part, fill_hash, fresh, err);
    sb_cursor_free(cursor);
    if (status == SB_OK && sb_filter_fresh_count(fresh) != sb_filter_part_count(index->filter, part) + more)
        status = sb_fail(err, SB_DAMAGED, "the index lost rows of ids", "chỉ mục mất dòng của mã");
    if (status != SB_OK) {
        sb_filter_drop(fresh);
        return status;
    }
    *ret_fresh = fresh;
    return SB_OK;
}

/* Of all rows, part by part: once to count them, once to take them in. */
static enum sb_status make_of_rows(struct sb_index *index, struct sb_err *err)
{
    struct sb_cursor *cursor = NULL;
    enum sb_status status = sb_cursor_new(index->store, &cursor, err);
    for (uint32_t part = 0; part < SB_FILTER_PARTS && status == SB_OK; part++) {
        uint64_t count = 0;
        struct sb_filter_part *fresh = NULL;
        status = sb_cursor_part(cursor, part, count_hash, &count, err);
        if (status == SB_OK)
            status = sb_index_make_part(index, part, count, &fresh, err);
        if (status == SB_OK)
            sb_filter_exchange(index->filter, fresh);
    }
    sb_cursor_free(cursor);
    if (status == SB_OK && sb_filter_count(index->filter) != index->mark.ids)
        status = sb_fail(err, SB_DAMAGED, "the index has %llu ids where %llu should be",
                         "chỉ mục có %llu mã, lẽ ra %llu", (unsigned long long)sb_filter_count(index->filter),
                         (unsigned long long)index->mark.ids);
    return status;
}

enum sb_status sb_filter_file_load(struct sb_index *index, struct sb_err *err)
{
    struct stream stream = {.os = sb_os_real()};
    struct sb_filter *filter = NULL;
    SB_CLEANUP(sb_free_ptr) char *path = sb_index_path(index, "filter");
    if (!path)
        return no_memory(err);
    enum sb_status status = stream.os->open(stream.os->context, path, SB_OPEN_READ, &stream.file, NULL);
    if (status == SB_OK) {
        status = load(index, &stream, &filter, NULL); /* when it is not good, the rows are */
        stream.os->close(stream.os->context, stream.file);
    }
    if (status != SB_OK)
        return make_of_rows(index, err);
    sb_filter_free(index->filter);
    index->filter = filter;
    index->filter_kept = index->mark.ids;
    return SB_OK;
}
