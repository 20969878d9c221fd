/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One journal for writing: opening and recovery, what a caller may ask, closing. How records get to the disk
 * is in worker.c.
 */
#include "journal/worker.h"

#include "base/bytes.h"
#include "base/macros.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* ------------------------------------------------------------------ opening */

static enum sb_status make_dir(const struct sb_os *os, const char *dir, struct sb_err *err)
{
    struct sb_err cause = {0};
    enum sb_status status = os->make_dir(os->context, dir, &cause);
    if (status == SB_OK || status == SB_EXISTS)
        return SB_OK;
    if (err)
        *err = cause;
    return status;
}

/* The text, cut at the end of a character when it is too long for its field. */
static void set_origin(struct sb_journal_info *info, const char *origin)
{
    size_t size = origin ? strlen(origin) : 0;
    if (size >= sizeof(info->origin)) {
        size = sizeof(info->origin) - 1;
        while (size > 0 && ((unsigned char)origin[size] & 0xC0) == 0x80)
            size--;
    }
    if (size > 0)
        memcpy(info->origin, origin, size);
}

/* Zeros, then the page: only when the zeros are durable, so that a page means a whole segment behind it. */
static enum sb_status create_first(struct sb_journal *journal, const struct sb_journal_options *options,
                                   struct sb_err *err)
{
    const struct sb_os *os = journal->os;
    uint8_t page[sizeof(struct sb_segment_page)];
    struct sb_segment segment = {
        .number = 1, .size = journal->segment_size, .first_number = 1, .first_sequence = 1};
    segment.info = (struct sb_journal_info){
        .flags = options->flags,
        .format = SB_JOURNAL_FORMAT,
        .meaning = SB_JOURNAL_MEANING,
        .created = os->now(os->context),
    };
    set_origin(&segment.info, options->origin);
    sb_worker_remove_segment(journal, 1); /* what an earlier attempt left */
    enum sb_status status = sb_os_sync_parent(os, journal->dir, err);
    if (status == SB_OK)
        status = os->random(os->context, &segment.info.journal_id, sizeof(segment.info.journal_id), err);
    if (status == SB_OK)
        status = sb_worker_create_file(journal, 1, &journal->file, err);
    if (status == SB_OK)
        status = sb_worker_zeros(os, journal->file, 0, segment.size, err);
    if (status == SB_OK)
        status = os->sync_dir(os->context, journal->dir, err);
    if (status != SB_OK)
        return status;
    sb_segment_encode(&segment, page);
    status = os->write_at(os->context, journal->file, page, sizeof(page), 0, err);
    if (status == SB_OK)
        status = os->sync(os->context, journal->file, err);
    if (status != SB_OK)
        return status;
    journal->segment = segment;
    journal->info = segment.info;
    journal->offset = sizeof(page);
    journal->chain = (struct sb_chain){.journal_id = segment.info.journal_id, .time = SB_TIME_ALWAYS};
    memcpy(journal->chain.hash, segment.hash, SB_HASH_SIZE);
    return SB_OK;
}

static enum sb_status replay_all(struct sb_journal_reader *reader, sb_record_fn *replay, void *context,
                                 struct sb_err *err)
{
    for (;;) {
        struct sb_record record;
        struct sb_err cause = {0};
        enum sb_status status = sb_journal_reader_next(reader, &record, &cause);
        if (status == SB_END)
            return SB_OK;
        if (status != SB_OK) {
            if (err)
                *err = cause;
            return status;
        }
        status = replay ? replay(context, &record, err) : SB_OK;
        if (status != SB_OK)
            return status;
    }
}

/*
 * Take away unused segments behind the end. The folder is synced even when there is none: an earlier opening
 * may have removed them and failed to make it durable.
 */
static enum sb_status remove_unused(struct sb_journal *journal, const struct sb_journal_end *end,
                                    struct sb_err *err)
{
    const struct sb_os *os = journal->os;
    uint64_t *numbers;
    size_t count;
    enum sb_status status = sb_segment_list(os, journal->dir, &numbers, &count, err);
    if (status != SB_OK)
        return status;
    for (size_t i = 0; i < count && status == SB_OK; i++) {
        SB_CLEANUP(sb_free_ptr) char *path = sb_segment_path(journal->dir, numbers[i]);
        if (numbers[i] <= end->segment.number)
            continue;
        status = path ? os->remove(os->context, path, err) : no_memory(err);
    }
    free(numbers);
    return status == SB_OK ? os->sync_dir(os->context, journal->dir, err) : status;
}

/*
 * Write once more what no record proves durable. An earlier process may have stopped because its fdatasync
 * failed; the kernel then shows what it dropped, and a sync without a write would find nothing to do.
 */
static enum sb_status write_again(struct sb_journal *journal, const struct sb_journal_end *end,
                                  struct sb_err *err)
{
    const struct sb_os *os = journal->os;
    size_t room = (size_t)SB_MIN(end->offset - end->proven, (uint64_t)SB_PIECE_SIZE);
    SB_CLEANUP(sb_free_ptr) uint8_t *bytes = malloc(room + 1);
    enum sb_status status = bytes ? SB_OK : no_memory(err);
    for (uint64_t at = end->proven; at < end->offset && status == SB_OK;) {
        size_t size = (size_t)SB_MIN(end->offset - at, (uint64_t)room);
        status = os->read_at(os->context, journal->file, bytes, size, at, err);
        if (status == SB_OK)
            status = os->write_at(os->context, journal->file, bytes, size, at, err);
        at += size;
    }
    return status;
}

/*
 * First the segments behind the end go, then the tail is zeroed: in this order a second crash leaves a state
 * that is judged as the first was. When the zeros may not be durable, the tail's last byte is spoiled again,
 * so that the next opening finds a tail to cut.
 */
static enum sb_status cut_tail(struct sb_journal *journal, const struct sb_journal_end *end,
                               struct sb_err *err)
{
    const struct sb_os *os = journal->os;
    uint64_t to = SB_MIN(end->offset + end->torn, end->segment.size);
    enum sb_status status = remove_unused(journal, end, err);
    if (status == SB_OK)
        status = write_again(journal, end, err);
    if (status == SB_OK)
        status = sb_worker_zeros(os, journal->file, end->offset, to, err);
    if (status != SB_OK && to > end->offset)
        (void)os->write_at(os->context, journal->file, "!", 1, to - 1, NULL);
    return status;
}

static enum sb_status recover(struct sb_journal *journal, struct sb_journal_reader *reader,
                              sb_record_fn *replay, void *context, uint64_t *ret_cut, struct sb_err *err)
{
    struct sb_journal_end end;
    enum sb_status status = replay_all(reader, replay, context, err);
    if (status != SB_OK)
        return status;
    sb_journal_reader_end(reader, &end);
    SB_CLEANUP(sb_free_ptr) char *path = sb_segment_path(journal->dir, end.segment.number);
    if (!path)
        return no_memory(err);
    status = journal->os->open(journal->os->context, path, SB_OPEN_WRITE, &journal->file, err);
    if (status == SB_OK)
        status = cut_tail(journal, &end, err);
    if (status != SB_OK)
        return status;
    journal->info = *sb_journal_reader_info(reader);
    journal->segment = end.segment;
    journal->offset = end.offset;
    journal->chain = end.chain;
    if (end.last_segment != 0) {
        journal->last = (struct sb_journal_mark){.segment = end.last_segment,
                                                 .offset = end.last_offset,
                                                 .number = end.chain.number,
                                                 .sequence = end.chain.sequence};
        memcpy(journal->last.hash, end.chain.hash, SB_HASH_SIZE);
    }
    *ret_cut = end.torn;
    return SB_OK;
}

static enum sb_status open_locked(struct sb_journal *journal, bool create,
                                  const struct sb_journal_options *options, sb_record_fn *replay,
                                  void *context, uint64_t *ret_cut, struct sb_err *err)
{
    struct sb_err cause = {0};
    struct sb_journal_reader *reader;
    enum sb_status status = sb_journal_reader_open(journal->os, journal->dir, false, &reader, &cause);
    if (status == SB_NOT_FOUND && create)
        return create_first(journal, options, err);
    if (status != SB_OK) {
        if (err)
            *err = cause;
        return status;
    }
    status = options->begin ? options->begin(context, reader, err) : SB_OK;
    if (status == SB_OK)
        status = recover(journal, reader, replay, context, ret_cut, err);
    sb_journal_reader_close(reader);
    return status;
}

static void free_journal(struct sb_journal *journal)
{
    if (journal->file)
        journal->os->close(journal->os->context, journal->file);
    if (journal->next_file)
        journal->os->close(journal->os->context, journal->next_file);
    if (journal->lock_file)
        journal->os->close(journal->os->context, journal->lock_file);
    pthread_mutex_destroy(&journal->mutex);
    pthread_cond_destroy(&journal->work);
    pthread_cond_destroy(&journal->fill);
    pthread_cond_destroy(&journal->done);
    free(journal->ring);
    free(journal->queue);
    free(journal->dir);
    free(journal);
}

enum sb_status sb_journal_open(const struct sb_os *os, const char *dir, bool create,
                               const struct sb_journal_options *options, sb_record_fn *replay, void *context,
                               struct sb_journal **ret_journal, uint64_t *ret_cut, struct sb_err *err)
{
    static const struct sb_journal_options defaults;
    options = options ? options : &defaults;
    uint32_t segment_size = options->segment_size ? options->segment_size : SB_SEGMENT_SIZE;
    if (segment_size < SB_SEGMENT_SIZE_MIN || segment_size > SB_SEGMENT_SIZE_MAX ||
        segment_size % sizeof(struct sb_segment_page) != 0)
        return sb_fail(err, SB_INVALID, "a segment cannot have %u bytes", "đoạn không thể có %u byte",
                       segment_size);
    if (sodium_init() < 0)
        return sb_fail(err, SB_IO, "libsodium does not start", "libsodium không khởi động được");
    struct sb_journal *journal = calloc(1, sizeof(*journal));
    if (!journal)
        return no_memory(err);
    pthread_mutex_init(&journal->mutex, NULL);
    pthread_cond_init(&journal->work, NULL);
    pthread_cond_init(&journal->fill, NULL);
    pthread_cond_init(&journal->done, NULL);
    journal->os = os;
    journal->signing_key = options->signing_key;
    journal->segment_size = segment_size;
    journal->dir = strdup(dir);
    uint64_t cut = 0;
    enum sb_status status = journal->dir ? SB_OK : no_memory(err);
    if (status == SB_OK && create)
        status = make_dir(os, dir, err);
    if (status == SB_OK)
        status = sb_segment_lock_dir(os, dir, &journal->lock_file, err);
    if (status == SB_OK)
        status = open_locked(journal, create, options, replay, context, &cut, err);
    if (status == SB_OK)
        status = os->random(os->context, &journal->token, sizeof(journal->token), err);
    if (status == SB_OK)
        status = sb_worker_start(journal, options->no_thread, err);
    if (status != SB_OK) {
        free_journal(journal);
        return status;
    }
    *ret_journal = journal;
    if (ret_cut)
        *ret_cut = cut;
    return SB_OK;
}

uint64_t sb_journal_token(const struct sb_journal *journal)
{
    return journal->token;
}

const struct sb_journal_info *sb_journal_get_info(const struct sb_journal *journal)
{
    return &journal->info;
}

/* ------------------------------------------------------------------ appending */

enum sb_status sb_journal_reserve(struct sb_journal *journal, uint32_t count, uint32_t texts_size,
                                  struct sb_err *err)
{
    uint64_t size = sb_record_size(sb_batch_body_size(count, count, texts_size));
    uint64_t size_max =
        SB_MIN((uint64_t)SB_RECORD_SIZE_MAX,
               (uint64_t)journal->segment_size - sizeof(struct sb_segment_page) - SB_END_ROOM);
    if (count > SB_BATCH_MAX || size > size_max)
        return sb_fail(
            err, SB_LIMIT,
            "a batch of %u events and %u bytes of charters is too large for a record of %llu bytes",
            "lô %u sự kiện và %u byte điều lệ quá lớn so với bản ghi %llu byte", count, texts_size,
            (unsigned long long)size_max);
    enum sb_status status = sb_worker_reserve(journal, size + SB_END_ROOM, err);
    if (status == SB_OK)
        journal->reserved = size;
    return status;
}

enum sb_status sb_journal_append(struct sb_journal *journal, uint64_t token, const struct sb_record *record,
                                 struct sb_err *err)
{
    if (token != journal->token)
        return sb_fail(err, SB_BUSY,
                       "the journal was opened again by somebody else: this append comes too late",
                       "nhật ký đã được nơi khác mở lại: lần ghi này đến quá muộn");
    assert(record->type == SB_RECORD_BATCH);
    assert(record->count >= 1);
    if (record->first != journal->given.sequence + 1)
        return sb_fail(err, SB_INVALID, "sequence %llu is appended where %llu should come",
                       "ghi số thứ tự %llu, lẽ ra là %llu", (unsigned long long)record->first,
                       (unsigned long long)(journal->given.sequence + 1));
    uint64_t size = sb_record_encoded_size(record);
    if (size > journal->reserved)
        return sb_fail(err, SB_INVALID, "a record of %llu bytes is appended where %llu are reserved",
                       "ghi bản ghi %llu byte trong khi chỉ dành chỗ %llu", (unsigned long long)size,
                       (unsigned long long)journal->reserved);
    journal->reserved = 0;
    return sb_worker_put(journal, record, size, SB_END_ROOM, err);
}

enum sb_status sb_journal_wait(struct sb_journal *journal, uint64_t sequence, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    pthread_mutex_lock(&journal->mutex);
    if (sequence > journal->put_sequence) {
        status = sb_fail(err, SB_INVALID, "sequence %llu was not appended yet",
                         "số thứ tự %llu chưa được ghi", (unsigned long long)sequence);
    } else if (sequence == journal->put_sequence) {
        status = sb_worker_await(journal, journal->put_number, err); /* a checkpoint behind it, too */
    } else {
        while (journal->durable_sequence < sequence && !journal->failed)
            sb_worker_help(journal);
        if (journal->durable_sequence < sequence)
            status = sb_worker_say_failure(journal, err);
    }
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

void sb_journal_last_place(const struct sb_journal *journal, uint64_t *ret_segment, uint64_t *ret_offset)
{
    *ret_segment = journal->given.segment;
    *ret_offset = journal->given.last_offset;
}

uint64_t sb_journal_newest(const struct sb_journal *journal)
{
    return journal->given.sequence;
}

uint64_t sb_journal_durable(const struct sb_journal *journal)
{
    /* The mutex is no part of what a reader may see changed. */
    pthread_mutex_t *mutex = (pthread_mutex_t *)(uintptr_t)&journal->mutex;
    pthread_mutex_lock(mutex);
    uint64_t durable = journal->durable_sequence;
    pthread_mutex_unlock(mutex);
    return durable;
}

enum sb_status sb_journal_checkpoint(struct sb_journal *journal, const uint8_t state_hash[SB_HASH_SIZE],
                                     struct sb_err *err)
{
    struct sb_record record = {.type = SB_RECORD_CHECKPOINT, .first = journal->given.sequence};
    memcpy(record.state_hash, state_hash, SB_HASH_SIZE);
    enum sb_status status = sb_worker_reserve(journal, SB_END_ROOM, err);
    if (status != SB_OK)
        return status;
    return sb_worker_put(journal, &record, SB_CHECKPOINT_SIZE, SB_CLOSE_SIZE, err);
}

bool sb_journal_set_mark(struct sb_journal *journal)
{
    pthread_mutex_lock(&journal->mutex);
    bool any = journal->put_number != 0;
    if (any) {
        journal->mark = (struct sb_journal_mark){.number = journal->put_number};
        journal->mark_is_written = journal->last.number == journal->put_number;
    }
    if (any && journal->mark_is_written)
        journal->mark = journal->last;
    pthread_mutex_unlock(&journal->mutex);
    return any;
}

bool sb_journal_marked(const struct sb_journal *journal, struct sb_journal_mark *ret_mark)
{
    pthread_mutex_t *mutex = (pthread_mutex_t *)(uintptr_t)&journal->mutex; /* as in sb_journal_durable */
    pthread_mutex_lock(mutex);
    bool durable = journal->mark_is_written && journal->durable >= journal->mark.number;
    if (durable)
        *ret_mark = journal->mark;
    pthread_mutex_unlock(mutex);
    return durable;
}

/* ------------------------------------------------------------------ closing */

/* The CLOSE record is written when all before it is durable, and says so: the tail before it is exact. */
static enum sb_status finish(struct sb_journal *journal, bool clean, struct sb_err *err)
{
    struct sb_record record = {.type = SB_RECORD_CLOSE, .first = journal->given.sequence};
    pthread_mutex_lock(&journal->mutex);
    enum sb_status status = sb_worker_await(journal, journal->put_number, err);
    pthread_mutex_unlock(&journal->mutex);
    if (status != SB_OK || !clean || journal->given.closed || !sb_worker_fits(journal, SB_CLOSE_SIZE))
        return status;
    status = sb_worker_put(journal, &record, SB_CLOSE_SIZE, 0, err);
    if (status != SB_OK)
        return status;
    pthread_mutex_lock(&journal->mutex);
    status = sb_worker_await(journal, journal->put_number, err);
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

enum sb_status sb_journal_close(struct sb_journal *journal, bool clean, struct sb_err *err)
{
    if (!journal)
        return SB_OK;
    enum sb_status status = finish(journal, clean, err);
    sb_worker_stop(journal);
    if (status == SB_OK)
        sb_worker_drop_next(journal);
    free_journal(journal);
    return status;
}
