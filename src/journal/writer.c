/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Appending writes into the zero-filled segment in the caller's thread. One worker thread does everything
 * that waits for the disk: fdatasync of what was appended (all of it at once: while it runs, the next batches
 * are appended and share the next one), and, when there is nothing to sync, filling the next segment with
 * zeros piece by piece.
 *
 * Two rules make a torn tail tell itself from damage (docs/formats/journal.md): a record says which record
 * was durable when it was written, and nothing is written into a new segment before all of the old one, and
 * the new one's page, are durable. The second costs one wait in 64 MiB.
 *
 * The appender owns file, offset, chain and bytes. What is under the mutex is marked; files are used without
 * it: the worker's sync uses `file`, which the appender changes only when all is durable.
 */
#include "journal/reader.h"

#include "base/bytes.h"
#include "base/macros.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_NAME "writer.lock"
#define PIECE_SIZE \
    (1024u * 1024) /* bytes of zeros written and synced at once: a commit waits for one at most */

/* Kept free at the end of a segment, so that a checkpoint and a clean close never need a new one. */
#define END_ROOM (SB_CHECKPOINT_SIZE + SB_CLOSE_SIZE)

enum next_state {
    NEXT_NONE,
    NEXT_WANTED,  /* the worker is filling it */
    NEXT_READY,   /* filled and durable */
    NEXT_NOSPACE, /* the disk is full; asked again when it is needed */
};

struct sb_journal {
    const struct sb_os *os;     /* borrowed */
    char *dir;                  /* owned */
    struct sb_file *lock_file;  /* owned */
    const uint8_t *signing_key; /* borrowed, or NULL */
    struct sb_journal_info info;
    uint64_t token;
    uint32_t segment_size; /* of new segments */

    struct sb_file *file;      /* owned; the segment that is appended to */
    struct sb_segment segment; /* its page */
    uint64_t offset;           /* where the next record goes */
    struct sb_chain chain;     /* behind the last appended record */
    uint64_t reserved;         /* bytes of the record that reserve promised room for */
    uint8_t *bytes;            /* owned; one encoded record */
    size_t room;

    pthread_mutex_t mutex; /* over all below */
    pthread_cond_t work;   /* there is something to do for the worker */
    pthread_cond_t done;   /* the worker did something */
    pthread_t thread;
    bool thread_runs;
    bool stop;
    bool failed;
    struct sb_err failure; /* the first one */
    uint64_t appended, appended_sequence;
    uint64_t durable, durable_sequence;
    enum next_state next;
    struct sb_err next_failure; /* why NEXT_NOSPACE */
    struct sb_file *next_file;  /* owned; the worker's while NEXT_WANTED */
    uint64_t next_filled;
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* Remember the first failure; nobody knows any more what is on the disk. Requires the mutex. */
static void fail_for_good(struct sb_journal *journal, const struct sb_err *cause)
{
    if (!journal->failed)
        journal->failure = *cause;
    journal->failed = true;
    pthread_cond_broadcast(&journal->done);
}

static enum sb_status say_failure(const struct sb_journal *journal, struct sb_err *err)
{
    if (err)
        *err = journal->failure;
    return journal->failure.status;
}

/* ------------------------------------------------------------------ zero-filled files */

static const uint8_t zeros[PIECE_SIZE];

static enum sb_status write_zeros(const struct sb_os *os, struct sb_file *file, uint64_t from, uint64_t to,
                                  struct sb_err *err)
{
    while (from < to) {
        size_t size = (size_t)SB_MIN(to - from, (uint64_t)PIECE_SIZE);
        enum sb_status status = os->write_at(os->context, file, zeros, size, from, err);
        if (status != SB_OK)
            return status;
        from += size;
    }
    return os->sync(os->context, file, err);
}

static void remove_segment(const struct sb_journal *journal, uint64_t number)
{
    SB_CLEANUP(sb_free_ptr) char *path = sb_segment_path(journal->dir, number);
    if (path) /* an unused segment that stays does no harm: the next opening judges it again */
        (void)journal->os->remove(journal->os->context, path, NULL);
}

static enum sb_status create_file(const struct sb_journal *journal, uint64_t number,
                                  struct sb_file **ret_file, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *path = sb_segment_path(journal->dir, number);
    if (!path)
        return no_memory(err);
    return journal->os->open(journal->os->context, path, SB_OPEN_CREATE, ret_file, err);
}

/* One piece of the next segment; *ret_ready when it is whole and durable, its name too. */
static enum sb_status prepare_piece(struct sb_journal *journal, bool *ret_ready, struct sb_err *err)
{
    const struct sb_os *os = journal->os;
    enum sb_status status = SB_OK;
    if (!journal->next_file)
        status = create_file(journal, journal->segment.number + 1, &journal->next_file, err);
    if (status != SB_OK)
        return status;
    uint64_t to = SB_MIN(journal->next_filled + PIECE_SIZE, (uint64_t)journal->segment_size);
    status = write_zeros(os, journal->next_file, journal->next_filled, to, err);
    if (status != SB_OK)
        return status;
    journal->next_filled = to;
    *ret_ready = to == journal->segment_size;
    return *ret_ready ? os->sync_dir(os->context, journal->dir, err) : SB_OK;
}

static void drop_next(struct sb_journal *journal)
{
    if (journal->next_file) {
        journal->os->close(journal->os->context, journal->next_file);
        remove_segment(journal, journal->segment.number + 1);
    }
    journal->next_file = NULL;
    journal->next_filled = 0;
}

/* ------------------------------------------------------------------ the worker */

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

static void prepare_next(struct sb_journal *journal)
{
    struct sb_err err = {0};
    bool ready = false;
    pthread_mutex_unlock(&journal->mutex);
    enum sb_status status = prepare_piece(journal, &ready, &err);
    if (status == SB_NOSPACE)
        drop_next(journal);
    pthread_mutex_lock(&journal->mutex);
    if (status == SB_NOSPACE) {
        journal->next = NEXT_NOSPACE;
        journal->next_failure = err;
    } else if (status != SB_OK) {
        fail_for_good(journal, &err);
    } else if (ready) {
        journal->next = NEXT_READY;
    }
}

/* The most urgent thing there is to do. False: nothing. Requires the mutex, and gives it away meanwhile. */
static bool work_once(struct sb_journal *journal)
{
    if (journal->failed)
        return false;
    if (journal->durable < journal->appended)
        sync_appended(journal);
    else if (journal->next == NEXT_WANTED)
        prepare_next(journal);
    else
        return false;
    pthread_cond_broadcast(&journal->done);
    return true;
}

static void *work(void *context)
{
    struct sb_journal *journal = context;
    pthread_mutex_lock(&journal->mutex);
    while (!journal->stop) {
        if (!work_once(journal) && !journal->stop)
            pthread_cond_wait(&journal->work, &journal->mutex);
    }
    pthread_mutex_unlock(&journal->mutex);
    return NULL;
}

/* Let the worker get on, or do its work when there is none. Requires the mutex and something to do. */
static void await_worker(struct sb_journal *journal)
{
    if (journal->thread_runs)
        pthread_cond_wait(&journal->done, &journal->mutex);
    else
        (void)work_once(journal); /* the caller's loop asks again */
}

/* Wait until a record is durable. Requires the mutex. */
static enum sb_status await_durable(struct sb_journal *journal, uint64_t number, struct sb_err *err)
{
    while (journal->durable < number && !journal->failed)
        await_worker(journal);
    return journal->failed ? say_failure(journal, err) : SB_OK;
}

/* ------------------------------------------------------------------ opening */

static enum sb_status take_lock(struct sb_journal *journal, struct sb_err *err)
{
    const struct sb_os *os = journal->os;
    size_t size = strlen(journal->dir) + sizeof("/" LOCK_NAME);
    SB_CLEANUP(sb_free_ptr) char *path = malloc(size);
    if (!path)
        return no_memory(err);
    (void)snprintf(path, size, "%s/" LOCK_NAME, journal->dir);
    enum sb_status status = os->open(os->context, path, SB_OPEN_WRITE, &journal->lock_file, err);
    if (status == SB_NOT_FOUND)
        status = os->open(os->context, path, SB_OPEN_CREATE, &journal->lock_file, err);
    if (status == SB_EXISTS) /* another process made it just now */
        status = os->open(os->context, path, SB_OPEN_WRITE, &journal->lock_file, err);
    if (status != SB_OK)
        return status;
    return os->lock(os->context, journal->lock_file, err);
}

/* The folder, and its name in the folder above. */
static enum sb_status make_dir(const struct sb_os *os, const char *dir, struct sb_err *err)
{
    enum sb_status status = os->make_dir(os->context, dir, err);
    if (status == SB_EXISTS)
        return SB_OK;
    if (status != SB_OK)
        return status;
    SB_CLEANUP(sb_free_ptr) char *parent = strdup(dir);
    if (!parent)
        return no_memory(err);
    size_t size = strlen(parent);
    while (size > 1 && parent[size - 1] == '/')
        size--;
    while (size > 0 && parent[size - 1] != '/')
        size--;
    while (size > 1 && parent[size - 1] == '/')
        size--;
    parent[size] = '\0';
    return os->sync_dir(os->context, size ? parent : ".", err);
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
    remove_segment(journal, 1); /* what an earlier attempt left */
    enum sb_status status =
        os->random(os->context, &segment.info.journal_id, sizeof(segment.info.journal_id), err);
    if (status == SB_OK)
        status = create_file(journal, 1, &journal->file, err);
    if (status == SB_OK)
        status = write_zeros(os, journal->file, 0, segment.size, err);
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

/* Take away unused segments behind the end, then zero the tail: in this order a second crash leaves a state
 * that is judged as the first was. */
static enum sb_status cut_tail(struct sb_journal *journal, const struct sb_journal_end *end,
                               struct sb_err *err)
{
    const struct sb_os *os = journal->os;
    uint64_t *numbers;
    size_t count;
    bool removed = false;
    enum sb_status status = sb_segment_list(os, journal->dir, &numbers, &count, err);
    if (status != SB_OK)
        return status;
    for (size_t i = 0; i < count && status == SB_OK; i++) {
        SB_CLEANUP(sb_free_ptr) char *path = sb_segment_path(journal->dir, numbers[i]);
        if (numbers[i] <= end->segment.number)
            continue;
        status = path ? os->remove(os->context, path, err) : no_memory(err);
        removed = true;
    }
    free(numbers);
    if (status == SB_OK && removed)
        status = os->sync_dir(os->context, journal->dir, err);
    if (status != SB_OK)
        return status;
    /* The sync in it is needed without a tail, too: what was read may never have left the page cache. */
    return write_zeros(os, journal->file, end->offset, SB_MIN(end->offset + end->torn, end->segment.size),
                       err);
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
    pthread_cond_destroy(&journal->done);
    free(journal->bytes);
    free(journal->dir);
    free(journal);
}

static enum sb_status start(struct sb_journal *journal, bool no_thread, struct sb_err *err)
{
    enum sb_status status =
        journal->os->random(journal->os->context, &journal->token, sizeof(journal->token), err);
    if (status != SB_OK)
        return status;
    journal->appended = journal->durable = journal->chain.number;
    journal->appended_sequence = journal->durable_sequence = journal->chain.sequence;
    if (no_thread)
        return SB_OK;
    journal->thread_runs = true;
    if (pthread_create(&journal->thread, NULL, work, journal) == 0)
        return SB_OK;
    journal->thread_runs = false;
    return sb_fail(err, SB_NOMEM, "no thread can be made", "không tạo được luồng");
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
        status = take_lock(journal, err);
    if (status == SB_OK)
        status = open_locked(journal, create, options, replay, context, &cut, err);
    if (status == SB_OK)
        status = start(journal, options->no_thread, err);
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

static bool fits(const struct sb_journal *journal, uint64_t size)
{
    return journal->offset + size <= journal->segment.size;
}

static void want_next(struct sb_journal *journal)
{
    journal->next = NEXT_WANTED;
    pthread_cond_signal(&journal->work);
}

/* Make sure that so many bytes fit into this segment, or that the next one is ready. */
static enum sb_status reserve_bytes(struct sb_journal *journal, uint64_t size, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    pthread_mutex_lock(&journal->mutex);
    if (journal->failed) {
        status = say_failure(journal, err);
    } else if (fits(journal, size)) {
        /* Begin with the next one when half of this one is used: there is time, and a small journal stays
         * small. */
        if (journal->next == NEXT_NONE && journal->offset > journal->segment.size / 2)
            want_next(journal);
    } else {
        if (journal->next == NEXT_NONE || journal->next == NEXT_NOSPACE)
            want_next(journal);
        while (journal->next == NEXT_WANTED && !journal->failed)
            await_worker(journal);
        if (journal->failed)
            status = say_failure(journal, err);
        else if (journal->next == NEXT_NOSPACE)
            status = journal->next_failure.status;
        if (status == SB_NOSPACE && err)
            *err = journal->next_failure;
    }
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

enum sb_status sb_journal_reserve(struct sb_journal *journal, uint32_t count, uint32_t texts_size,
                                  struct sb_err *err)
{
    uint64_t size = sb_record_size(sb_batch_body_size(count, count, texts_size));
    uint64_t size_max = SB_MIN((uint64_t)SB_RECORD_SIZE_MAX,
                               (uint64_t)journal->segment_size - sizeof(struct sb_segment_page) - END_ROOM);
    if (count > SB_BATCH_MAX || size > size_max)
        return sb_fail(
            err, SB_LIMIT,
            "a batch of %u events and %u bytes of charters is too large for a record of %llu bytes",
            "lô %u sự kiện và %u byte điều lệ quá lớn so với bản ghi %llu byte", count, texts_size,
            (unsigned long long)size_max);
    enum sb_status status = reserve_bytes(journal, size + END_ROOM, err);
    if (status == SB_OK)
        journal->reserved = size;
    return status;
}

/* Go on in the next segment. Requires that it is ready. */
static enum sb_status switch_segment(struct sb_journal *journal, struct sb_err *err)
{
    const struct sb_os *os = journal->os;
    pthread_mutex_lock(&journal->mutex);
    assert(journal->next == NEXT_READY);
    enum sb_status status = await_durable(journal, journal->appended, err);
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
    journal->next = NEXT_NONE;
    journal->next_filled = 0;
    pthread_mutex_unlock(&journal->mutex);
    return SB_OK;
}

static enum sb_status make_room(struct sb_journal *journal, uint64_t size, struct sb_err *err)
{
    if (size <= journal->room)
        return SB_OK;
    uint8_t *bytes = aligned_alloc(SB_RECORD_ALIGN, size);
    if (!bytes)
        return no_memory(err);
    free(journal->bytes);
    journal->bytes = bytes;
    journal->room = size;
    return SB_OK;
}

static enum sb_status write_record(struct sb_journal *journal, const struct sb_record *record, uint64_t size,
                                   uint64_t end_room, struct sb_err *err)
{
    enum sb_status status = make_room(journal, size, err);
    if (status == SB_OK && !fits(journal, size + end_room))
        status = switch_segment(journal, err);
    if (status != SB_OK)
        return status;
    pthread_mutex_lock(&journal->mutex);
    uint64_t durable = journal->durable;
    pthread_mutex_unlock(&journal->mutex);
    uint32_t written =
        sb_record_encode(record, durable, journal->signing_key, journal->bytes, &journal->chain);
    assert(written == size);
    status = journal->os->write_at(journal->os->context, journal->file, journal->bytes, written,
                                   journal->offset, err);
    if (status != SB_OK)
        return status;
    journal->offset += written;
    pthread_mutex_lock(&journal->mutex);
    journal->appended = journal->chain.number;
    journal->appended_sequence = journal->chain.sequence;
    pthread_cond_signal(&journal->work);
    pthread_mutex_unlock(&journal->mutex);
    return SB_OK;
}

/* Requires room (reserve_bytes). Any failure is for good: the state above has moved, or the disk is unknown.
 */
static enum sb_status put_record(struct sb_journal *journal, const struct sb_record *record, uint64_t size,
                                 uint64_t end_room, struct sb_err *err)
{
    struct sb_err cause = {0};
    enum sb_status status = SB_OK;
    pthread_mutex_lock(&journal->mutex);
    if (journal->failed)
        status = say_failure(journal, err);
    pthread_mutex_unlock(&journal->mutex);
    if (status != SB_OK)
        return status;
    status = write_record(journal, record, size, end_room, &cause);
    if (status == SB_OK)
        return SB_OK;
    pthread_mutex_lock(&journal->mutex);
    fail_for_good(journal, &cause);
    pthread_mutex_unlock(&journal->mutex);
    if (err)
        *err = cause;
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
    if (record->first != journal->chain.sequence + 1)
        return sb_fail(err, SB_INVALID, "sequence %llu is appended where %llu should come",
                       "ghi số thứ tự %llu, lẽ ra là %llu", (unsigned long long)record->first,
                       (unsigned long long)(journal->chain.sequence + 1));
    uint64_t size = sb_record_encoded_size(record);
    if (size > journal->reserved)
        return sb_fail(err, SB_INVALID, "a record of %llu bytes is appended where %llu are reserved",
                       "ghi bản ghi %llu byte trong khi chỉ dành chỗ %llu", (unsigned long long)size,
                       (unsigned long long)journal->reserved);
    journal->reserved = 0;
    return put_record(journal, record, size, END_ROOM, err);
}

enum sb_status sb_journal_wait(struct sb_journal *journal, uint64_t sequence, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    pthread_mutex_lock(&journal->mutex);
    if (sequence > journal->appended_sequence) {
        status = sb_fail(err, SB_INVALID, "sequence %llu was not appended yet",
                         "số thứ tự %llu chưa được ghi", (unsigned long long)sequence);
    } else if (sequence == journal->appended_sequence) {
        status = await_durable(journal, journal->appended, err); /* a checkpoint behind it, too */
    } else {
        while (journal->durable_sequence < sequence && !journal->failed)
            await_worker(journal);
        if (journal->durable_sequence < sequence)
            status = say_failure(journal, err);
    }
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

uint64_t sb_journal_newest(const struct sb_journal *journal)
{
    return journal->chain.sequence;
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
    struct sb_record record = {.type = SB_RECORD_CHECKPOINT, .first = journal->chain.sequence};
    memcpy(record.state_hash, state_hash, SB_HASH_SIZE);
    enum sb_status status = reserve_bytes(journal, END_ROOM, err);
    if (status != SB_OK)
        return status;
    return put_record(journal, &record, SB_CHECKPOINT_SIZE, SB_CLOSE_SIZE, err);
}

/* ------------------------------------------------------------------ closing */

/* The CLOSE record is written when all before it is durable, and says so: the tail before it is exact. */
static enum sb_status finish(struct sb_journal *journal, bool clean, struct sb_err *err)
{
    struct sb_record record = {.type = SB_RECORD_CLOSE, .first = journal->chain.sequence};
    pthread_mutex_lock(&journal->mutex);
    enum sb_status status = await_durable(journal, journal->appended, err);
    pthread_mutex_unlock(&journal->mutex);
    if (status != SB_OK || !clean || journal->chain.closed || !fits(journal, SB_CLOSE_SIZE))
        return status;
    status = put_record(journal, &record, SB_CLOSE_SIZE, 0, err);
    if (status != SB_OK)
        return status;
    pthread_mutex_lock(&journal->mutex);
    status = await_durable(journal, journal->appended, err);
    pthread_mutex_unlock(&journal->mutex);
    return status;
}

enum sb_status sb_journal_close(struct sb_journal *journal, bool clean, struct sb_err *err)
{
    if (!journal)
        return SB_OK;
    enum sb_status status = finish(journal, clean, err);
    if (journal->thread_runs) {
        pthread_mutex_lock(&journal->mutex);
        journal->stop = true;
        pthread_cond_signal(&journal->work);
        pthread_mutex_unlock(&journal->mutex);
        pthread_join(journal->thread, NULL);
    }
    if (status == SB_OK)
        drop_next(journal);
    free_journal(journal);
    return status;
}
