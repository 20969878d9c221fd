/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From the ring to the disk. All that is queued is written, then one fdatasync serves it; what is put
 * meanwhile is the next round.
 *
 * Two rules make a torn tail tell itself from damage (docs/formats/journal.md): a record says which record
 * was durable when it was written, and nothing is written into a new segment before all of the old one, and
 * the new one's page, are durable. The second costs one wait in 64 MiB.
 *
 * Files are used without the mutex: `file` is the writing thread's, `next_file` the filling thread's until it
 * is ready, and the writing thread's from then on.
 */
#include "journal/worker.h"

#include "base/bytes.h"
#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

/* Queued bytes with which the thread begins by itself. Less is written by whoever waits for it: that saves a
 * small commit two changes of threads. */
#define BACKLOG (256u * 1024)

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/*
 * Remember the first failure; nobody knows any more what is on the disk. A disk that is full where room had
 * been reserved (a file system that writes elsewhere, a quota) is such a failure too: SB_NOSPACE would
 * promise that nothing was changed. Requires the mutex.
 */
static void fail_for_good(struct sb_journal *journal, const struct sb_err *cause)
{
    if (!journal->failed) {
        journal->failure = *cause;
        journal->failure.status = cause->status == SB_NOSPACE ? SB_IO : cause->status;
    }
    journal->failed = true;
    pthread_cond_broadcast(&journal->done);
}

enum sb_status sb_worker_say_failure(const struct sb_journal *journal, struct sb_err *err)
{
    if (err)
        *err = journal->failure;
    return journal->failure.status;
}

/* ------------------------------------------------------------------ zero-filled files */

static const uint8_t zeros[SB_PIECE_SIZE];

enum sb_status sb_worker_zeros(const struct sb_os *os, struct sb_file *file, uint64_t from, uint64_t to,
                               struct sb_err *err)
{
    while (from < to) {
        size_t size = (size_t)SB_MIN(to - from, (uint64_t)SB_PIECE_SIZE);
        enum sb_status status = os->write_at(os->context, file, zeros, size, from, err);
        if (status != SB_OK)
            return status;
        from += size;
    }
    return os->sync(os->context, file, err);
}

void sb_worker_remove_segment(const struct sb_journal *journal, uint64_t number)
{
    SB_CLEANUP(sb_free_ptr) char *path = sb_segment_path(journal->dir, number);
    if (path) /* an unused segment that stays does no harm: the next opening judges it again */
        (void)journal->os->remove(journal->os->context, path, NULL);
}

enum sb_status sb_worker_create_file(const struct sb_journal *journal, uint64_t number,
                                     struct sb_file **ret_file, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *path = sb_segment_path(journal->dir, number);
    if (!path)
        return no_memory(err);
    struct sb_err cause = {0};
    enum sb_status status = journal->os->open(journal->os->context, path, SB_OPEN_CREATE, ret_file, &cause);
    if (status == SB_EXISTS) { /* one that was to be removed when the disk was full, and stayed */
        sb_worker_remove_segment(journal, number);
        return journal->os->open(journal->os->context, path, SB_OPEN_CREATE, ret_file, err);
    }
    if (status != SB_OK && err)
        *err = cause;
    return status;
}

/* One piece of the next segment; *ret_ready when it is whole and durable, its name too. */
static enum sb_status prepare_piece(struct sb_journal *journal, bool *ret_ready, struct sb_err *err)
{
    const struct sb_os *os = journal->os;
    enum sb_status status = SB_OK;
    if (!journal->next_file)
        status = sb_worker_create_file(journal, journal->segment.number + 1, &journal->next_file, err);
    if (status != SB_OK)
        return status;
    uint64_t to = SB_MIN(journal->next_filled + SB_PIECE_SIZE, (uint64_t)journal->segment_size);
    status = sb_worker_zeros(os, journal->next_file, journal->next_filled, to, err);
    if (status != SB_OK)
        return status;
    journal->next_filled = to;
    *ret_ready = to == journal->segment_size;
    return *ret_ready ? os->sync_dir(os->context, journal->dir, err) : SB_OK;
}

void sb_worker_drop_next(struct sb_journal *journal)
{
    if (journal->next_file) {
        journal->os->close(journal->os->context, journal->next_file);
        sb_worker_remove_segment(journal, journal->segment.number + 1);
    }
    journal->next_file = NULL;
    journal->next_filled = 0;
}

static void prepare_next(struct sb_journal *journal)
{
    struct sb_err err = {0};
    bool ready = false;
    pthread_mutex_unlock(&journal->mutex);
    enum sb_status status = prepare_piece(journal, &ready, &err);
    if (status == SB_NOSPACE)
        sb_worker_drop_next(journal);
    pthread_mutex_lock(&journal->mutex);
    if (status == SB_NOSPACE) {
        journal->next = SB_NEXT_NOSPACE;
        journal->next_failure = err;
    } else if (status != SB_OK) {
        fail_for_good(journal, &err);
    } else if (ready) {
        journal->next = SB_NEXT_READY;
    }
}

/* ------------------------------------------------------------------ writing and syncing */

static void sync_appended(struct sb_journal *journal)
{
    uint64_t number = journal->appended, sequence = journal->appended_sequence;
    struct sb_file *file = journal->file;
    struct sb_err err = {0};
    pthread_mutex_unlock(&journal->mutex);
    enum sb_status status = journal->os->sync(journal->os->context, file, &err);
    pthread_mutex_lock(&journal->mutex);
    if (status != SB_OK) {
        fail_for_good(journal, &err);
        return;
    }
    journal->durable = number;
    journal->durable_sequence = sequence;
}

/* Go on in the next segment, when all of this one is durable. */
static enum sb_status switch_segment(struct sb_journal *journal, struct sb_err *err)
{
    const struct sb_os *os = journal->os;
    pthread_mutex_lock(&journal->mutex);
    assert(journal->next == SB_NEXT_TAKEN);
    while (journal->durable < journal->appended && !journal->failed)
        sync_appended(journal);
    enum sb_status status = journal->failed ? sb_worker_say_failure(journal, err) : SB_OK;
    pthread_mutex_unlock(&journal->mutex);
    if (status != SB_OK)
        return status;
    struct sb_segment segment = {
        .number = journal->segment.number + 1,
        .size = journal->segment_size,
        .info = journal->info,
        .first_number = journal->chain.number + 1,
        .first_sequence = journal->chain.sequence + 1,
    };
    memcpy(segment.previous_hash, journal->chain.hash, SB_HASH_SIZE);
    segment.info.format = SB_JOURNAL_FORMAT;
    segment.info.meaning = SB_JOURNAL_MEANING;
    uint8_t page[sizeof(struct sb_segment_page)];
    sb_segment_encode(&segment, page);
    status = os->write_at(os->context, journal->next_file, page, sizeof(page), 0, err);
    if (status == SB_OK)
        status = os->sync(os->context, journal->next_file, err);
    if (status != SB_OK)
        return status;
    pthread_mutex_lock(&journal->mutex);
    os->close(os->context, journal->file);
    journal->file = SB_TAKE(journal->next_file);
    journal->segment = segment;
    journal->offset = sizeof(page);
    journal->next = SB_NEXT_NONE;
    journal->next_filled = 0;
    pthread_mutex_unlock(&journal->mutex);
    return SB_OK;
}

static enum sb_status write_record(struct sb_journal *journal, const struct sb_queued *queued,
                                   struct sb_err *err)
{
    enum sb_status status = queued->begins ? switch_segment(journal, err) : SB_OK;
    if (status != SB_OK)
        return status;
    pthread_mutex_lock(&journal->mutex);
    uint64_t durable = journal->durable;
    pthread_mutex_unlock(&journal->mutex);
    sb_record_seal(&queued->record, queued->size, queued->failed_count, durable, journal->signing_key,
                   queued->bytes, &journal->chain);
    status = journal->os->write_at(journal->os->context, journal->file, queued->bytes, queued->size,
                                   journal->offset, err);
    if (status == SB_OK)
        journal->offset += queued->size;
    return status;
}

/* The newest written record begins at an offset of the segment that is written to. Requires the mutex. */
static void note_written(struct sb_journal *journal, uint64_t offset)
{
    journal->last = (struct sb_journal_mark){.segment = journal->segment.number,
                                             .offset = offset,
                                             .number = journal->chain.number,
                                             .sequence = journal->chain.sequence};
    memcpy(journal->last.hash, journal->chain.hash, SB_HASH_SIZE);
    if (journal->mark.number == journal->last.number) {
        journal->mark = journal->last;
        journal->mark_is_written = true;
    }
}

/* Write the oldest queued record. Requires the mutex, and gives it away meanwhile. */
static void write_oldest(struct sb_journal *journal)
{
    const struct sb_queued *queued = &journal->queue[journal->taken % SB_QUEUE_MAX];
    struct sb_err err = {0};
    pthread_mutex_unlock(&journal->mutex);
    enum sb_status status = write_record(journal, queued, &err);
    pthread_mutex_lock(&journal->mutex);
    if (status != SB_OK) {
        fail_for_good(journal, &err);
        return;
    }
    journal->appended = journal->chain.number;
    journal->appended_sequence = journal->chain.sequence;
    note_written(journal, journal->offset - queued->size);
    journal->ring_tail = queued->ring_end;
    journal->backlog -= queued->size;
    journal->taken++;
}

/*
 * Write what is queued now, then sync it, then look again: one sync serves all that was put while the one
 * before ran. False: there is nothing to do, or another thread is at it. Requires the mutex, and gives it
 * away meanwhile.
 */
static bool write_or_sync(struct sb_journal *journal)
{
    if (journal->failed || journal->writing)
        return false;
    if (journal->taken == journal->round && journal->durable == journal->appended)
        journal->round = journal->put;
    bool write = journal->taken < journal->round;
    if (!write && journal->durable == journal->appended)
        return false;
    journal->writing = true;
    if (write)
        write_oldest(journal);
    else
        sync_appended(journal);
    journal->writing = false;
    pthread_cond_broadcast(&journal->done);
    return true;
}

static bool fill_some(struct sb_journal *journal)
{
    if (journal->failed || journal->next != SB_NEXT_WANTED)
        return false;
    prepare_next(journal);
    pthread_cond_broadcast(&journal->done);
    return true;
}

static void *write_all(void *context)
{
    struct sb_journal *journal = context;
    pthread_mutex_lock(&journal->mutex);
    while (!journal->stop) {
        if (!write_or_sync(journal) && !journal->stop)
            pthread_cond_wait(&journal->work, &journal->mutex);
    }
    pthread_mutex_unlock(&journal->mutex);
    return NULL;
}

static void *fill_all(void *context)
{
    struct sb_journal *journal = context;
    pthread_mutex_lock(&journal->mutex);
    while (!journal->stop) {
        if (!fill_some(journal) && !journal->stop)
            pthread_cond_wait(&journal->fill, &journal->mutex);
    }
    pthread_mutex_unlock(&journal->mutex);
    return NULL;
}

void sb_worker_help(struct sb_journal *journal)
{
    if (write_or_sync(journal))
        return; /* the caller's loop asks again */
    if (journal->thread_runs)
        pthread_cond_wait(&journal->done, &journal->mutex);
    else
        (void)fill_some(journal);
}

enum sb_status sb_worker_await(struct sb_journal *journal, uint64_t number, struct sb_err *err)
{
    while (journal->durable < number && !journal->failed)
        sb_worker_help(journal);
    return journal->failed ? sb_worker_say_failure(journal, err) : SB_OK;
}

enum sb_status sb_worker_start(struct sb_journal *journal, bool no_thread, struct sb_err *err)
{
    const struct sb_chain *chain = &journal->chain;
    journal->appended = journal->durable = journal->put_number = journal->given.number = chain->number;
    journal->appended_sequence = journal->durable_sequence = chain->sequence;
    journal->put_sequence = journal->given.sequence = chain->sequence;
    journal->given.segment = journal->segment.number;
    journal->given.offset = journal->offset;
    journal->given.segment_size = journal->segment.size;
    journal->given.closed = chain->closed;
    journal->ring_size = SB_MIN(SB_RECORD_SIZE_MAX, journal->segment_size);
    journal->ring = aligned_alloc(SB_RECORD_ALIGN, journal->ring_size);
    journal->queue = calloc(SB_QUEUE_MAX, sizeof(*journal->queue));
    if (!journal->ring || !journal->queue)
        return no_memory(err);
    if (no_thread)
        return SB_OK;
    if (pthread_create(&journal->writing_thread, NULL, write_all, journal) == 0) {
        journal->thread_runs = true;
        if (pthread_create(&journal->filling_thread, NULL, fill_all, journal) == 0)
            return SB_OK;
        pthread_mutex_lock(&journal->mutex);
        journal->stop = true;
        pthread_cond_signal(&journal->work);
        pthread_mutex_unlock(&journal->mutex);
        pthread_join(journal->writing_thread, NULL);
        journal->thread_runs = false;
    }
    return sb_fail(err, SB_NOMEM, "no thread can be made", "không tạo được luồng");
}

void sb_worker_stop(struct sb_journal *journal)
{
    if (!journal->thread_runs)
        return;
    pthread_mutex_lock(&journal->mutex);
    journal->stop = true;
    pthread_cond_signal(&journal->work);
    pthread_cond_signal(&journal->fill);
    pthread_mutex_unlock(&journal->mutex);
    pthread_join(journal->writing_thread, NULL);
    pthread_join(journal->filling_thread, NULL);
    journal->thread_runs = false;
}

/* ------------------------------------------------------------------ the caller's side */

bool sb_worker_fits(const struct sb_journal *journal, uint64_t size)
{
    return journal->given.offset + size <= journal->given.segment_size;
}

static void want_next(struct sb_journal *journal)
{
    journal->next = SB_NEXT_WANTED;
    pthread_cond_signal(&journal->fill);
}

/* Have the next segment ready. Requires the mutex. */
static enum sb_status await_next(struct sb_journal *journal, struct sb_err *err)
{
    while (journal->next == SB_NEXT_TAKEN && !journal->failed) /* the one before is still being begun */
        sb_worker_help(journal);
    if (journal->next == SB_NEXT_NONE || journal->next == SB_NEXT_NOSPACE)
        want_next(journal);
    while (journal->next == SB_NEXT_WANTED && !journal->failed)
        sb_worker_help(journal);
    if (journal->failed)
        return sb_worker_say_failure(journal, err);
    if (journal->next != SB_NEXT_NOSPACE)
        return SB_OK;
    if (err)
        *err = journal->next_failure;
    return journal->next_failure.status;
}

enum sb_status sb_worker_reserve(struct sb_journal *journal, uint64_t size, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    pthread_mutex_lock(&journal->mutex);
    if (journal->failed)
        status = sb_worker_say_failure(journal, err);
    else if (!sb_worker_fits(journal, size))
        status = await_next(journal, err);
    else if (journal->next == SB_NEXT_NONE && journal->given.offset > journal->given.segment_size / 2)
        want_next(journal); /* there is time, and a small journal stays small */
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

/* Room for so many bytes in one piece. Requires the mutex. */
static bool find_room(struct sb_journal *journal, uint32_t size, uint32_t *ret_at)
{
    if (journal->put == journal->taken)
        journal->ring_head = journal->ring_tail = 0;
    uint32_t head = journal->ring_head, tail = journal->ring_tail;
    bool empty = journal->put == journal->taken, wrapped = !empty && head <= tail;
    if (journal->put - journal->taken == SB_QUEUE_MAX)
        return false;
    *ret_at = wrapped || journal->ring_size - head >= size ? head : 0;
    return wrapped ? tail - head > size : *ret_at == head || size < tail;
}

static enum sb_status claim_room(struct sb_journal *journal, uint32_t size, struct sb_queued **ret_queued,
                                 struct sb_err *err)
{
    uint32_t at = 0;
    assert(size <= journal->ring_size);
    pthread_mutex_lock(&journal->mutex);
    while (!journal->failed && !find_room(journal, size, &at))
        sb_worker_help(journal);
    enum sb_status status = journal->failed ? sb_worker_say_failure(journal, err) : SB_OK;
    struct sb_queued *queued = &journal->queue[journal->put % SB_QUEUE_MAX];
    pthread_mutex_unlock(&journal->mutex);
    if (status != SB_OK)
        return status;
    *queued = (struct sb_queued){.bytes = journal->ring + at, .size = size, .ring_end = at + size};
    journal->ring_head = at + size;
    *ret_queued = queued;
    return SB_OK;
}

/* The record begins the next segment, which was reserved. */
static void take_next(struct sb_journal *journal, struct sb_queued *queued)
{
    pthread_mutex_lock(&journal->mutex);
    assert(journal->next == SB_NEXT_READY);
    journal->next = SB_NEXT_TAKEN;
    pthread_mutex_unlock(&journal->mutex);
    queued->begins = true;
    journal->given.segment++;
    journal->given.offset = sizeof(struct sb_segment_page);
    journal->given.segment_size = journal->segment_size;
}

static enum sb_status hand_over(struct sb_journal *journal, uint32_t size, struct sb_err *err)
{
    pthread_mutex_lock(&journal->mutex);
    journal->put++;
    journal->put_number = journal->given.number;
    journal->put_sequence = journal->given.sequence;
    journal->backlog += size;
    if (!journal->thread_runs)
        write_oldest(journal);
    else if (journal->backlog >= BACKLOG)
        pthread_cond_signal(&journal->work);
    enum sb_status status = journal->failed ? sb_worker_say_failure(journal, err) : SB_OK;
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

enum sb_status sb_worker_put(struct sb_journal *journal, const struct sb_record *record, uint64_t size,
                             uint64_t end_room, struct sb_err *err)
{
    struct sb_queued *queued;
    enum sb_status status = claim_room(journal, (uint32_t)size, &queued, err);
    if (status != SB_OK)
        return status;
    if (!sb_worker_fits(journal, size + end_room))
        take_next(journal, queued);
    queued->failed_count = sb_record_put_body(record, queued->size, queued->bytes);
    queued->record = *record;
    queued->record.events = NULL;
    queued->record.results = NULL;
    queued->record.texts = NULL;
    journal->given.last_offset = journal->given.offset;
    journal->given.offset += size;
    journal->given.number++;
    journal->given.sequence += record->type == SB_RECORD_BATCH ? record->count : 0;
    journal->given.closed = record->type == SB_RECORD_CLOSE;
    return hand_over(journal, queued->size, err);
}
