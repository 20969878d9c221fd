/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reads a folder of segments from the first record to the last whole one. Bytes are read in large pieces into
 * one buffer, and records are used where they lie in it.
 *
 * The journal may be written while it is read. So zeros and half records in the buffer may be old news:
 * before anything is concluded from a record that is not whole, it is read again; and before damage is
 * reported, once more, since the later record that proves it was written after this one was.
 */
#include "journal/reader.h"

#include "base/bytes.h"
#include "base/macros.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define READ_SIZE    (1024u * 1024) /* bytes of one read */
#define BUFFER_ALIGN 64u

struct sb_journal_reader {
    const struct sb_os *os; /* borrowed */
    char *dir;              /* owned */
    bool strict;
    bool trusting;      /* records of sealed segments are taken without their hashes being computed */
    bool sealed;        /* trusting: a later segment was begun, so every record of this one is whole */
    uint64_t *segments; /* owned; numbers found in the folder, ascending */
    size_t segment_count;
    struct sb_journal_info info;
    struct sb_segment segment; /* the one that is read */
    struct sb_file *file;      /* owned; its file */
    uint64_t offset;           /* of the next record in it */
    uint64_t proven;           /* offset up to which records say that it is durable; 0: not even the page */
    uint64_t witness;          /* number of a record behind that: one that calls it durable moves `proven` */
    uint64_t witness_end;      /* offset behind that record */
    uint64_t last_segment, last_offset; /* of the last record read; segment 0: none */
    uint64_t known; /* number of a record that was found whole: the end does not lie before it */
    struct sb_chain chain;
    uint8_t *bytes; /* owned; holds the file's bytes from `start`, `filled` of them */
    size_t room;
    uint64_t start;
    size_t filled;
    struct sb_result *results; /* owned; of one batch */
    uint64_t done;             /* bytes of the segments before */
    uint64_t torn;
    bool ended;
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* Say where: the place of the record that should come next. */
static enum sb_status at_place(const struct sb_journal_reader *reader, uint64_t segment, uint64_t offset,
                               enum sb_status status, struct sb_err *err)
{
    if (status == SB_DAMAGED || status == SB_VERSION)
        (void)sb_fail_in(err, "journal '%s': segment %llu, offset %llu, sequence %llu",
                         "nhật ký '%s': đoạn %llu, vị trí %llu, số thứ tự %llu", reader->dir,
                         (unsigned long long)segment, (unsigned long long)offset,
                         (unsigned long long)(reader->chain.sequence + 1));
    return status;
}

/* ------------------------------------------------------------------ segments */

static enum sb_status list_segments(struct sb_journal_reader *reader, struct sb_err *err)
{
    uint64_t *numbers;
    size_t count;
    enum sb_status status = sb_segment_list(reader->os, reader->dir, &numbers, &count, err);
    if (status != SB_OK)
        return status;
    free(reader->segments);
    reader->segments = numbers;
    reader->segment_count = count;
    return SB_OK;
}

static enum sb_status open_segment(const struct sb_journal_reader *reader, uint64_t number,
                                   struct sb_file **ret_file, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *path = sb_segment_path(reader->dir, number);
    if (!path)
        return no_memory(err);
    return reader->os->open(reader->os->context, path, SB_OPEN_READ, ret_file, err);
}

static bool same_info(const struct sb_journal_info *a, const struct sb_journal_info *b)
{
    return sb_id_equal(a->journal_id, b->journal_id) && a->flags == b->flags && a->created == b->created &&
           memcmp(a->origin, b->origin, sizeof(a->origin)) == 0;
}

static enum sb_status check_link(const struct sb_journal_reader *reader, const struct sb_segment *next,
                                 struct sb_err *err)
{
    if (!sb_id_equal(next->info.journal_id, reader->chain.journal_id))
        return sb_fail(err, SB_DAMAGED, "the segment belongs to another journal",
                       "đoạn này thuộc nhật ký khác");
    if (next->number != reader->segment.number + 1)
        return sb_fail(err, SB_DAMAGED, "the file holds segment %llu", "tệp chứa đoạn %llu",
                       (unsigned long long)next->number);
    if (next->first_sequence != reader->chain.sequence + 1 ||
        next->first_number != reader->chain.number + 1 ||
        memcmp(next->previous_hash, reader->chain.hash, SB_HASH_SIZE) != 0 ||
        !same_info(&next->info, &reader->info))
        return sb_fail(
            err, SB_DAMAGED,
            "segment %llu does not follow the last whole record before it: it begins with sequence %llu",
            "đoạn %llu không nối tiếp bản ghi nguyên vẹn cuối trước nó: nó bắt đầu từ số thứ tự %llu",
            (unsigned long long)next->number, (unsigned long long)next->first_sequence);
    return SB_OK;
}

static void drop_buffer(struct sb_journal_reader *reader)
{
    reader->filled = 0;
}

/* Whether the segment behind the one that is read was begun. Where it cannot be known, it was not. */
static bool next_was_begun(const struct sb_journal_reader *reader)
{
    uint64_t number = reader->segment.number + 1;
    struct sb_file *file;
    struct sb_segment next;
    bool whole = false;
    if (reader->segments[reader->segment_count - 1] < number ||
        open_segment(reader, number, &file, NULL) != SB_OK)
        return false;
    enum sb_status status = sb_segment_read_page(reader->os, file, &whole, &next, NULL);
    reader->os->close(reader->os->context, file);
    return status == SB_OK && whole;
}

static void enter_segment(struct sb_journal_reader *reader, const struct sb_segment *segment,
                          struct sb_file *file)
{
    if (reader->file) {
        reader->os->close(reader->os->context, reader->file);
        reader->done += reader->segment.size;
    }
    reader->file = file;
    reader->segment = *segment;
    reader->offset = sizeof(struct sb_segment_page);
    reader->proven = reader->witness = 0;
    reader->sealed = reader->trusting && next_was_begun(reader);
    drop_buffer(reader);
}

/* A record of this segment was read: it tells that its segment's page was durable, and which records were. */
static void learn_durable(struct sb_journal_reader *reader, uint64_t durable)
{
    if (reader->proven == 0)
        reader->proven = sizeof(struct sb_segment_page);
    if (reader->witness != 0 && durable < reader->witness)
        return;
    if (reader->witness != 0)
        reader->proven = reader->witness_end;
    reader->witness = reader->chain.number;
    reader->witness_end = reader->offset;
}

/* ------------------------------------------------------------------ records */

/* Have the file's bytes [offset, offset + size) at *ret_bytes. Requires them to lie inside the segment. */
static enum sb_status fill(struct sb_journal_reader *reader, size_t size, const uint8_t **ret_bytes,
                           struct sb_err *err)
{
    bool inside = reader->filled > 0 && reader->offset >= reader->start &&
                  reader->offset < reader->start + reader->filled;
    size_t skip = inside ? (size_t)(reader->offset - reader->start) : reader->filled;
    size_t kept = reader->filled - skip;
    if (kept >= size) {
        *ret_bytes = reader->bytes + skip;
        return SB_OK;
    }
    size_t wanted =
        (size_t)SB_MIN(SB_MAX((uint64_t)size, (uint64_t)READ_SIZE), reader->segment.size - reader->offset);
    if (wanted > reader->room) {
        size_t room = (wanted + BUFFER_ALIGN - 1) / BUFFER_ALIGN * BUFFER_ALIGN;
        uint8_t *bytes = aligned_alloc(BUFFER_ALIGN, room);
        if (!bytes)
            return no_memory(err);
        if (kept > 0)
            memcpy(bytes, reader->bytes + skip, kept);
        free(reader->bytes);
        reader->bytes = bytes;
        reader->room = room;
    } else if (kept > 0) {
        memmove(reader->bytes, reader->bytes + skip, kept);
    }
    reader->start = reader->offset;
    reader->filled = kept;
    enum sb_status status = reader->os->read_at(reader->os->context, reader->file, reader->bytes + kept,
                                                wanted - kept, reader->start + kept, err);
    if (status == SB_END)
        return at_place(reader, reader->segment.number, reader->offset,
                        sb_fail(err, SB_DAMAGED, "the file became shorter", "tệp đã ngắn đi"), err);
    if (status != SB_OK)
        return status;
    reader->filled = wanted;
    *ret_bytes = reader->bytes;
    return SB_OK;
}

/* The record at the offset; *ret_whole is false when there is none or a torn one. */
static enum sb_status parse(struct sb_journal_reader *reader, bool *ret_whole, struct sb_record *ret_record,
                            struct sb_err *err)
{
    const uint8_t *bytes = NULL;
    uint64_t left = reader->segment.size - reader->offset;
    *ret_whole = false;
    if (left < SB_CLOSE_SIZE)
        return SB_OK;
    enum sb_status status = fill(reader, sizeof(struct sb_record_head), &bytes, err);
    if (status != SB_OK || !sb_record_head_is_whole(bytes))
        return status;
    uint32_t size = sb_get_u32(((const struct sb_record_head *)(const void *)bytes)->size);
    if (size > left)
        return SB_OK;
    status = fill(reader, size, &bytes, err);
    if (status != SB_OK || (!reader->sealed && !sb_record_is_whole(bytes, size)))
        return status;
    status = sb_record_decode(bytes, reader->results, &reader->chain, ret_record, err);
    if (status != SB_OK)
        return at_place(reader, reader->segment.number, reader->offset, status, err);
    ret_record->segment = reader->segment.number;
    ret_record->offset = reader->offset;
    reader->last_segment = reader->segment.number;
    reader->last_offset = reader->offset;
    reader->offset += size;
    learn_durable(reader, sb_get_u64(((const struct sb_record_head *)(const void *)bytes)->durable));
    *ret_whole = true;
    return SB_OK;
}

/* ------------------------------------------------------------------ the end */

static enum sb_status scan(struct sb_journal_reader *reader, struct sb_file *file,
                           const struct sb_scan_question *question, struct sb_scan *ret_scan,
                           struct sb_err *err)
{
    drop_buffer(reader); /* its memory is lent out */
    return sb_segment_scan(reader->os, file, question, reader->bytes, reader->room, ret_scan, err);
}

/* A next segment without a whole page: what it holds. Requires that no segment stands behind it. */
static enum sb_status judge_unused(struct sb_journal_reader *reader, struct sb_file *file, uint64_t number,
                                   bool tail_is_zero, struct sb_err *err)
{
    struct sb_scan found;
    struct sb_scan_question all = {.to = UINT64_MAX, .journal_id = reader->chain.journal_id};
    enum sb_status status = scan(reader, file, &all, &found, err);
    if (status != SB_OK)
        return status;
    if (found.later)
        return at_place(reader, number, 0,
                        sb_fail(err, SB_DAMAGED,
                                "the segment's first page is damaged; records stand behind it",
                                "trang đầu của đoạn bị hỏng; phía sau còn bản ghi"),
                        err);
    if (found.used_end > 0 && !tail_is_zero)
        return at_place(reader, reader->segment.number, reader->offset,
                        sb_fail(err, SB_DAMAGED, "there is no whole record, but the next segment was begun",
                                "không có bản ghi nguyên vẹn, nhưng đoạn sau đã bắt đầu"),
                        err);
    reader->torn += found.used_end;
    return SB_OK;
}

/* The next segment, when there is one. *ret_moved: reading goes on in it. */
static enum sb_status try_next_segment(struct sb_journal_reader *reader, bool tail_is_zero, bool *ret_moved,
                                       struct sb_err *err)
{
    uint64_t number = reader->segment.number + 1;
    uint64_t newest = reader->segments[reader->segment_count - 1];
    if (newest < number)
        return SB_OK;
    struct sb_file *file;
    bool whole = false;
    struct sb_segment next;
    enum sb_status status = open_segment(reader, number, &file, err);
    if (status == SB_NOT_FOUND && newest == number)
        return SB_OK; /* the writer took an unused one away since the folder was listed */
    if (status == SB_NOT_FOUND)
        return at_place(reader, number, 0,
                        sb_fail(err, SB_DAMAGED,
                                "segment %llu is missing; the folder goes up to segment %llu",
                                "thiếu đoạn %llu; thư mục có đến đoạn %llu", (unsigned long long)number,
                                (unsigned long long)newest),
                        err);
    if (status != SB_OK)
        return status;
    status = sb_segment_read_page(reader->os, file, &whole, &next, err);
    if (status == SB_OK && whole && !tail_is_zero)
        status = at_place(reader, reader->segment.number, reader->offset,
                          sb_fail(err, SB_DAMAGED, "there is no whole record, but the next segment was begun",
                                  "không có bản ghi nguyên vẹn, nhưng đoạn sau đã bắt đầu"),
                          err);
    else if (status == SB_OK && whole)
        status = at_place(reader, number, 0, check_link(reader, &next, err), err);
    else if (status == SB_OK && newest > number)
        status =
            at_place(reader, number, 0,
                     sb_fail(err, SB_DAMAGED, "the segment's first page is damaged; segments stand behind it",
                             "trang đầu của đoạn bị hỏng; phía sau còn đoạn khác"),
                     err);
    else if (status == SB_OK)
        status = judge_unused(reader, file, number, tail_is_zero, err);
    else
        status = at_place(reader, number, 0, status, err);
    if (status == SB_OK && whole) {
        enter_segment(reader, &next, file);
        *ret_moved = true;
        return SB_OK;
    }
    reader->os->close(reader->os->context, file);
    return status;
}

/*
 * There is no whole record at the offset: the segment ends here, or the journal, or it is damaged. The rule
 * is in docs/formats/journal.md, "How a tail is judged".
 */
static enum sb_status judge(struct sb_journal_reader *reader, bool *ret_moved, struct sb_err *err)
{
    struct sb_scan found;
    struct sb_scan_question rest = {
        .from = reader->offset,
        .to = reader->segment.size,
        .number = reader->chain.number + 1,
        .journal_id = reader->chain.journal_id,
    };
    *ret_moved = false;
    reader->torn = 0;
    enum sb_status status = scan(reader, reader->file, &rest, &found, err);
    if (status == SB_OK)
        status = list_segments(reader, err);
    if (status != SB_OK)
        return status;
    if (found.proof)
        return at_place(
            reader, reader->segment.number, reader->offset,
            sb_fail(err, SB_DAMAGED,
                    "there is no whole record, but the record at offset %llu says that one was durable",
                    "không có bản ghi nguyên vẹn, nhưng bản ghi ở vị trí %llu nói rằng đã có một bản "
                    "ghi được ghi bền",
                    (unsigned long long)found.later_at),
            err);
    reader->torn = found.used_end - reader->offset;
    return try_next_segment(reader, reader->torn == 0, ret_moved, err);
}

static enum sb_status end(struct sb_journal_reader *reader, struct sb_err *err)
{
    reader->ended = true;
    if (reader->chain.number < reader->known)
        return at_place(reader, reader->segment.number, reader->offset,
                        sb_fail(err, SB_DAMAGED, "there is no whole record, but record %llu is behind it",
                                "không có bản ghi nguyên vẹn, nhưng phía sau có bản ghi %llu",
                                (unsigned long long)reader->known),
                        err);
    if (reader->strict && reader->torn > 0)
        return at_place(reader, reader->segment.number, reader->offset,
                        sb_fail(err, SB_DAMAGED, "a torn tail of %llu bytes", "phần đuôi ghi dở %llu byte",
                                (unsigned long long)reader->torn),
                        err);
    return sb_fail(err, SB_END, "journal '%s' is at its end", "nhật ký '%s' đã hết", reader->dir);
}

/* ------------------------------------------------------------------ the interface */

/*
 * Segment 1 without a whole page: a journal that was never finished being made, which the writer makes anew.
 * Its page is made durable before anything else is written, so whatever stands behind the page was a journal,
 * or never ours: damage, and not to be written over. Nor is a file of somebody else's that only has the name.
 */
static enum sb_status judge_unmade(struct sb_journal_reader *reader, struct sb_file *file, struct sb_err *err)
{
    bool is_ours = false;
    enum sb_status status = judge_unused(reader, file, 1, true, err);
    if (status == SB_OK && reader->torn > sizeof(struct sb_segment_page))
        status = at_place(reader, 1, 0,
                          sb_fail(err, SB_DAMAGED,
                                  "the segment's first page is damaged; something stands behind it",
                                  "trang đầu của đoạn bị hỏng; phía sau còn dữ liệu"),
                          err);
    if (status == SB_OK)
        status = sb_segment_may_be_ours(reader->os, file, &is_ours, err);
    if (status == SB_OK && !is_ours)
        status = at_place(reader, 1, 0,
                          sb_fail(err, SB_DAMAGED, "the file is no segment of a journal: move it away",
                                  "tệp không phải đoạn của nhật ký: hãy chuyển nó đi nơi khác"),
                          err);
    return status;
}

static enum sb_status open_first(struct sb_journal_reader *reader, struct sb_err *err)
{
    enum sb_status status = list_segments(reader, err);
    if (status != SB_OK)
        return status;
    if (reader->segment_count == 0)
        return sb_fail(err, SB_NOT_FOUND, "there is no journal in '%s'", "không có nhật ký trong '%s'",
                       reader->dir);
    if (reader->segments[0] != 1)
        return at_place(reader, 1, 0, sb_fail(err, SB_DAMAGED, "segment 1 is missing", "thiếu đoạn 1"), err);
    struct sb_file *file;
    struct sb_segment segment;
    bool whole = false;
    status = open_segment(reader, 1, &file, err);
    if (status != SB_OK)
        return status;
    status = at_place(reader, 1, 0, sb_segment_read_page(reader->os, file, &whole, &segment, err), err);
    if (status == SB_OK && !whole && reader->segment_count > 1)
        status =
            at_place(reader, 1, 0,
                     sb_fail(err, SB_DAMAGED, "the segment's first page is damaged; segments stand behind it",
                             "trang đầu của đoạn bị hỏng; phía sau còn đoạn khác"),
                     err);
    else if (status == SB_OK && !whole)
        status = judge_unmade(reader, file, err);
    else if (status == SB_OK &&
             (segment.number != 1 || segment.first_number != 1 || segment.first_sequence != 1))
        status = at_place(reader, 1, 0,
                          sb_fail(err, SB_DAMAGED, "the file holds segment %llu", "tệp chứa đoạn %llu",
                                  (unsigned long long)segment.number),
                          err);
    if (status == SB_OK && !whole)
        status = sb_fail(err, SB_NOT_FOUND, "there is no journal in '%s': its making was not finished",
                         "không có nhật ký trong '%s': việc tạo còn dở dang", reader->dir);
    if (status != SB_OK) {
        reader->os->close(reader->os->context, file);
        return status;
    }
    reader->info = segment.info;
    reader->chain = (struct sb_chain){.journal_id = segment.info.journal_id, .time = SB_TIME_ALWAYS};
    memcpy(reader->chain.hash, segment.hash, SB_HASH_SIZE);
    enter_segment(reader, &segment, file);
    return SB_OK;
}

void sb_journal_reader_trust(struct sb_journal_reader *reader)
{
    reader->trusting = true;
    reader->sealed = next_was_begun(reader);
}

/* The position's segment, entered at its offset. */
static enum sb_status open_position(struct sb_journal_reader *reader,
                                    const struct sb_journal_position *position, struct sb_err *err)
{
    struct sb_file *file;
    struct sb_segment segment;
    bool whole = false;
    enum sb_status status = list_segments(reader, err);
    if (status == SB_OK)
        status = open_segment(reader, position->segment, &file, err);
    if (status != SB_OK)
        return status;
    status = at_place(reader, position->segment, 0,
                      sb_segment_read_page(reader->os, file, &whole, &segment, err), err);
    bool inside = whole && segment.number == position->segment &&
                  position->offset >= sizeof(struct sb_segment_page) && position->offset <= segment.size &&
                  position->offset % SB_RECORD_ALIGN == 0;
    if (status == SB_OK && !inside)
        status = at_place(
            reader, position->segment, position->offset,
            sb_fail(err, SB_DAMAGED, "the segment has no such place", "đoạn không có vị trí này"), err);
    if (status != SB_OK) {
        reader->os->close(reader->os->context, file);
        return status;
    }
    reader->info = segment.info;
    reader->chain = (struct sb_chain){.journal_id = segment.info.journal_id,
                                      .number = position->number,
                                      .sequence = position->sequence,
                                      .time = position->time};
    memcpy(reader->chain.hash, position->hash, SB_HASH_SIZE);
    enter_segment(reader, &segment, file);
    reader->offset = position->offset;
    return SB_OK;
}

/* At the first record, or at a position. */
static enum sb_status open_reader(const struct sb_os *os, const char *dir, bool strict,
                                  const struct sb_journal_position *position,
                                  struct sb_journal_reader **ret_reader, struct sb_err *err)
{
    if (sodium_init() < 0)
        return sb_fail(err, SB_IO, "libsodium does not start", "libsodium không khởi động được");
    struct sb_journal_reader *reader = calloc(1, sizeof(*reader));
    if (!reader)
        return no_memory(err);
    reader->os = os;
    reader->strict = strict;
    reader->dir = strdup(dir);
    reader->room = READ_SIZE;
    reader->bytes = aligned_alloc(BUFFER_ALIGN, reader->room);
    reader->results = calloc(SB_BATCH_MAX, sizeof(*reader->results));
    enum sb_status status = reader->dir && reader->bytes && reader->results ? SB_OK : no_memory(err);
    if (status == SB_OK)
        status = position ? open_position(reader, position, err) : open_first(reader, err);
    if (status != SB_OK) {
        sb_journal_reader_close(reader);
        return status;
    }
    *ret_reader = reader;
    return SB_OK;
}

enum sb_status sb_journal_reader_open(const struct sb_os *os, const char *dir, bool strict,
                                      struct sb_journal_reader **ret_reader, struct sb_err *err)
{
    return open_reader(os, dir, strict, NULL, ret_reader, err);
}

enum sb_status sb_journal_reader_open_at(const struct sb_os *os, const char *dir,
                                         const struct sb_journal_position *position,
                                         struct sb_journal_reader **ret_reader, struct sb_err *err)
{
    return open_reader(os, dir, false, position, ret_reader, err);
}

void sb_journal_reader_position(const struct sb_journal_reader *reader,
                                struct sb_journal_position *ret_position)
{
    *ret_position = (struct sb_journal_position){.segment = reader->segment.number,
                                                 .offset = reader->offset,
                                                 .number = reader->chain.number,
                                                 .sequence = reader->chain.sequence,
                                                 .time = reader->chain.time};
    memcpy(ret_position->hash, reader->chain.hash, SB_HASH_SIZE);
}

const struct sb_journal_info *sb_journal_reader_info(const struct sb_journal_reader *reader)
{
    return &reader->info;
}

/* ------------------------------------------------------------------ seeking */

static enum sb_status not_there(const struct sb_journal_mark *mark, struct sb_err *err)
{
    return sb_fail(err, SB_NOT_FOUND, "the journal has not the record %llu at segment %llu, offset %llu",
                   "nhật ký không có bản ghi %llu tại đoạn %llu, vị trí %llu",
                   (unsigned long long)mark->number, (unsigned long long)mark->segment,
                   (unsigned long long)mark->offset);
}

/* The page of a segment of this journal. SB_NOT_FOUND: there is no such segment, or its page is another's. */
static enum sb_status open_other(const struct sb_journal_reader *reader, uint64_t number,
                                 struct sb_file **ret_file, struct sb_segment *ret_segment,
                                 struct sb_err *err)
{
    struct sb_file *file;
    bool whole = false;
    enum sb_status status = open_segment(reader, number, &file, err);
    if (status != SB_OK)
        return status;
    status = sb_segment_read_page(reader->os, file, &whole, ret_segment, err);
    if (status == SB_OK &&
        (!whole || ret_segment->number != number || !same_info(&ret_segment->info, &reader->info)))
        status = sb_fail(err, SB_NOT_FOUND, "segment %llu is not in use", "đoạn %llu chưa dùng",
                         (unsigned long long)number);
    if (status == SB_OK)
        *ret_file = file;
    else
        reader->os->close(reader->os->context, file);
    return status;
}

/*
 * The bytes of a marked record, to be freed by the caller: whole, with its number and hash. They do not come
 * through the reader's buffer, so that nothing is lost when it is another record.
 */
static enum sb_status read_record_at(const struct sb_journal_reader *reader, struct sb_file *file,
                                     uint64_t segment_size, const struct sb_journal_mark *mark,
                                     uint8_t **ret_bytes, struct sb_err *err)
{
    const struct sb_os *os = reader->os;
    struct sb_record_head head;
    uint64_t at = mark->offset;
    if (at < sizeof(struct sb_segment_page) || at % SB_RECORD_ALIGN != 0 || at > segment_size - SB_CLOSE_SIZE)
        return not_there(mark, err);
    enum sb_status status = os->read_at(os->context, file, &head, sizeof(head), at, err);
    if (status != SB_OK)
        return status;
    uint32_t size = sb_get_u32(head.size);
    if (!sb_record_head_is_whole((const uint8_t *)&head) || size > segment_size - at ||
        sb_get_u64(head.number) != mark->number)
        return not_there(mark, err);
    SB_CLEANUP(sb_free_ptr) uint8_t *bytes = aligned_alloc(BUFFER_ALIGN, size);
    if (!bytes)
        return no_memory(err);
    status = os->read_at(os->context, file, bytes, size, at, err);
    if (status != SB_OK)
        return status;
    if (!sb_record_is_whole(bytes, size) ||
        memcmp(bytes + size - SB_HASH_SIZE, mark->hash, SB_HASH_SIZE) != 0)
        return not_there(mark, err);
    *ret_bytes = SB_TAKE(bytes);
    return SB_OK;
}

/* The chain as it stands behind a record, whose own word must do for what comes before it. */
static enum sb_status chain_behind(const struct sb_journal_reader *reader, const uint8_t *bytes,
                                   const struct sb_journal_mark *mark, struct sb_chain *ret_chain,
                                   struct sb_err *err)
{
    const struct sb_record_head *head = (const void *)bytes;
    bool batch = sb_get_u16(head->type) == SB_RECORD_BATCH;
    struct sb_record record;
    struct sb_chain chain = {
        .journal_id = reader->info.journal_id,
        .number = mark->number - 1,
        .sequence = sb_get_u64(head->first) - (batch ? 1 : 0),
        .time = SB_TIME_ALWAYS,
    };
    memcpy(chain.hash, head->previous_hash, SB_HASH_SIZE);
    if (sb_record_decode(bytes, reader->results, &chain, &record, NULL) != SB_OK ||
        chain.sequence != mark->sequence)
        return not_there(mark, err);
    *ret_chain = chain;
    return SB_OK;
}

/* In another segment, nothing of it read yet. */
static void go_to_segment(struct sb_journal_reader *reader, const struct sb_segment *segment,
                          struct sb_file *file)
{
    enter_segment(reader, segment, file);
    reader->done = (segment->number - 1) * segment->size; /* for progress: near enough */
    reader->last_segment = 0;
}

enum sb_status sb_journal_reader_seek(struct sb_journal_reader *reader, const struct sb_journal_mark *mark,
                                      struct sb_err *err)
{
    struct sb_file *file;
    struct sb_segment segment;
    struct sb_chain chain;
    SB_CLEANUP(sb_free_ptr) uint8_t *bytes = NULL;
    if (mark->number == 0 || mark->segment == 0 || mark->segment > SB_SEGMENT_NUMBER_MAX)
        return not_there(mark, err);
    enum sb_status status = open_other(reader, mark->segment, &file, &segment, err);
    if (status != SB_OK)
        return status;
    status = read_record_at(reader, file, segment.size, mark, &bytes, err);
    if (status == SB_OK)
        status = chain_behind(reader, bytes, mark, &chain, err);
    if (status != SB_OK) {
        reader->os->close(reader->os->context, file);
        return status;
    }
    go_to_segment(reader, &segment, file);
    reader->chain = chain;
    reader->known = mark->number;
    reader->last_segment = mark->segment;
    reader->last_offset = mark->offset;
    reader->offset = mark->offset + sb_get_u32(((const struct sb_record_head *)(const void *)bytes)->size);
    reader->proven = mark->offset; /* whoever noted the mark may be mistaken about its record */
    return SB_OK;
}

/* The last segment in use that begins at or before an event, by halving; their pages say where they begin. */
static enum sb_status find_segment(const struct sb_journal_reader *reader, uint64_t sequence,
                                   struct sb_file **ret_file, struct sb_segment *ret_segment,
                                   struct sb_err *err)
{
    size_t low = 0, high = reader->segment_count;
    *ret_file = NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct sb_file *file;
        struct sb_segment segment;
        struct sb_err cause = {0};
        enum sb_status status = open_other(reader, reader->segments[middle], &file, &segment, &cause);
        if (status != SB_OK && status != SB_NOT_FOUND) {
            if (err)
                *err = cause;
            return status;
        }
        if (status == SB_NOT_FOUND || segment.first_sequence > sequence) {
            if (status == SB_OK)
                reader->os->close(reader->os->context, file);
            high = middle;
            continue;
        }
        if (*ret_file)
            reader->os->close(reader->os->context, *ret_file);
        *ret_file = file;
        *ret_segment = segment;
        low = middle + 1;
    }
    return SB_OK;
}

enum sb_status sb_journal_reader_seek_event(struct sb_journal_reader *reader, uint64_t sequence,
                                            struct sb_err *err)
{
    struct sb_file *file = NULL;
    struct sb_segment segment;
    enum sb_status status = find_segment(reader, sequence, &file, &segment, err);
    if (file && status != SB_OK)
        reader->os->close(reader->os->context, file);
    if (status != SB_OK || !file)
        return status;
    go_to_segment(reader, &segment, file);
    reader->chain = (struct sb_chain){.journal_id = segment.info.journal_id,
                                      .number = segment.first_number - 1,
                                      .sequence = segment.first_sequence - 1,
                                      .time = SB_TIME_ALWAYS};
    memcpy(reader->chain.hash, segment.number == 1 ? segment.hash : segment.previous_hash, SB_HASH_SIZE);
    return SB_OK;
}

/* ------------------------------------------------------------------ reading */

enum sb_status sb_journal_reader_next(struct sb_journal_reader *reader, struct sb_record *ret_record,
                                      struct sb_err *err)
{
    reader->ended = false;
    for (;;) {
        bool whole, moved;
        enum sb_status status = parse(reader, &whole, ret_record, err);
        if (status != SB_OK || whole)
            return status;
        drop_buffer(reader);
        status = parse(reader, &whole, ret_record, err);
        if (status != SB_OK || whole)
            return status;
        struct sb_err cause = {0};
        status = judge(reader, &moved, &cause);
        if (status == SB_DAMAGED && parse(reader, &whole, ret_record, NULL) == SB_OK && whole)
            return SB_OK;
        if (status != SB_OK) {
            if (err)
                *err = cause;
            return status;
        }
        if (!moved)
            return end(reader, err);
    }
}

void sb_journal_reader_progress(const struct sb_journal_reader *reader, uint64_t *ret_done, uint64_t *ret_all)
{
    uint64_t newest = reader->segments[reader->segment_count - 1];
    uint64_t behind = newest > reader->segment.number ? newest - reader->segment.number : 0;
    *ret_done = reader->done + reader->offset;
    *ret_all = reader->ended ? *ret_done : reader->done + (behind + 1) * reader->segment.size;
}

uint64_t sb_journal_reader_torn(const struct sb_journal_reader *reader)
{
    return reader->torn;
}

void sb_journal_reader_end(const struct sb_journal_reader *reader, struct sb_journal_end *ret_end)
{
    ret_end->chain = reader->chain;
    ret_end->segment = reader->segment;
    ret_end->offset = reader->offset;
    ret_end->last_segment = reader->last_segment;
    ret_end->last_offset = reader->last_offset;
    ret_end->torn = reader->torn;
    ret_end->proven = reader->proven;
}

void sb_journal_reader_close(struct sb_journal_reader *reader)
{
    if (!reader)
        return;
    if (reader->file)
        reader->os->close(reader->os->context, reader->file);
    free(reader->segments);
    free(reader->results);
    free(reader->bytes);
    free(reader->dir);
    free(reader);
}
