/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening: what is there is believed only when it fits the journal. The mark names the last record that went
 * in, by place and hash; since every record carries the hash of the one before, a journal that has that
 * record there has the whole history before it.
 */
#include "index/index_internal.h"

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define READ_TRIES 5 /* a writer may merge files away while a reader opens them */

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for the index", "hết bộ nhớ cho chỉ mục");
}

char *sb_index_path(const struct sb_index *index, const char *name)
{
    size_t size = strlen(index->dir) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        (void)snprintf(path, size, "%s/%s", index->dir, name);
    return path;
}

static void remove_file(const struct sb_index *index, const char *name)
{
    const struct sb_os *os = sb_os_real();
    SB_CLEANUP(sb_free_ptr) char *path = sb_index_path(index, name);
    if (path)
        (void)os->remove(os->context, path, NULL); /* what is not there need not go */
}

static bool has_file(const struct sb_index *index, const char *name)
{
    const struct sb_os *os = sb_os_real();
    SB_CLEANUP(sb_free_ptr) char *path = sb_index_path(index, name);
    struct sb_file *file;
    if (!path || os->open(os->context, path, SB_OPEN_READ, &file, NULL) != SB_OK)
        return false;
    os->close(os->context, file);
    return true;
}

enum sb_status sb_index_note_damage(struct sb_index *index, struct sb_err *err)
{
    const struct sb_os *os = sb_os_real();
    SB_CLEANUP(sb_free_ptr) char *path = sb_index_path(index, "damaged");
    struct sb_file *file;
    __atomic_store_n(&index->damaged, true, __ATOMIC_RELEASE);
    if (path && os->open(os->context, path, SB_OPEN_CREATE, &file, NULL) == SB_OK)
        os->close(os->context, file);
    return sb_fail_in(err, "the index '%s' (it is made anew when the journal is opened next)",
                      "chỉ mục '%s' (sẽ được dựng lại khi mở nhật ký lần sau)", index->dir);
}

/* Everything but the lock. */
static void destroy(struct sb_index *index)
{
    SB_CLEANUP(sb_free_ptr) char *rows = sb_index_path(index, "rows");
    sb_store_close(SB_TAKE(index->store));
    remove_file(index, "filter");
    remove_file(index, "filter.new");
    if (rows)
        sb_store_destroy(rows);
    remove_file(index, "damaged"); /* last: a crash in between finds it again */
    index->mark = (struct sb_store_mark){.key = index->mark.key};
}

/* The journal has the last record that went into the index, there where the mark says. */
static enum sb_status check_binding(struct sb_index *index, struct sb_err *err)
{
    const struct sb_store_mark *mark = &index->mark;
    struct sb_place place = {.segment = mark->last_segment, .offset = mark->last_offset};
    struct sb_record record;
    enum sb_status status = sb_fetch_record(index->fetch, &place, mark->journal_id, &record, err);
    if (status != SB_OK)
        return status;
    if (memcmp(record.hash, mark->position.hash, SB_HASH_SIZE) != 0 ||
        record.first + record.count - 1 != mark->position.sequence)
        return sb_fail(err, SB_DAMAGED, "it belongs to another history than the journal's",
                       "thuộc lịch sử khác với nhật ký");
    return SB_OK;
}

static enum sb_status open_store(struct sb_index *index, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *rows = sb_index_path(index, "rows");
    enum sb_status status = rows ? sb_store_open(rows, index->feeds, &index->store, err) : no_memory(err);
    if (status == SB_OK)
        status = sb_store_mark(index->store, &index->mark, err);
    if (status == SB_OK)
        status = check_binding(index, err);
    if (status == SB_OK && index->feeds)
        status = sb_filter_file_load(index, err);
    return status;
}

/* Take what is there when it is good; else, and when there is nothing, be empty. */
static enum sb_status take_what_is_there(struct sb_index *index, struct sb_err *err)
{
    struct sb_err cause = {0};
    enum sb_status status = SB_DAMAGED;
    if (has_file(index, "damaged"))
        status = sb_fail(&cause, SB_DAMAGED, "damage was found in it", "đã phát hiện hư hỏng");
    else
        status = open_store(index, &cause);
    if (status == SB_OK) {
        index->through = index->mark.position.sequence;
        index->max = index->mark.max;
        return SB_OK;
    }
    if (status == SB_NOMEM || status == SB_NOSPACE) {
        if (err)
            *err = cause;
        return status;
    }
    if (status != SB_NOT_FOUND) {
        index->was_removed = true;
        index->removed = cause;
    }
    if (index->feeds)
        destroy(index);
    sb_store_close(SB_TAKE(index->store));
    sb_filter_free(index->filter);
    index->filter = index->feeds ? sb_filter_new() : NULL;
    return index->feeds && !index->filter ? no_memory(err) : SB_OK;
}

static enum sb_status take_lock(struct sb_index *index, struct sb_err *err)
{
    const struct sb_os *os = sb_os_real();
    SB_CLEANUP(sb_free_ptr) char *path = sb_index_path(index, "lock");
    if (!path)
        return no_memory(err);
    enum sb_status status = os->open(os->context, path, SB_OPEN_WRITE, &index->lock, NULL);
    if (status == SB_NOT_FOUND)
        status = os->open(os->context, path, SB_OPEN_CREATE, &index->lock, NULL);
    if (status == SB_EXISTS) /* another process made it just now */
        status = os->open(os->context, path, SB_OPEN_WRITE, &index->lock, NULL);
    if (status != SB_OK)
        return sb_fail(err, status, "'%s' cannot be opened", "không mở được '%s'", path);
    status = os->lock(os->context, index->lock, err);
    return status == SB_BUSY ? sb_fail_in(err, "the index '%s'", "chỉ mục '%s'", index->dir) : status;
}

static enum sb_status new_index(const struct sb_index_options *options, bool feeds,
                                struct sb_index **ret_index, struct sb_err *err)
{
    struct sb_index *index = calloc(1, sizeof(*index));
    if (!index)
        return no_memory(err);
    pthread_mutex_init(&index->mutex, NULL);
    index->os = options->os;
    index->feeds = feeds;
    index->batch = options->batch ? options->batch : SB_INDEX_BATCH;
    index->journal_dir = strdup(options->journal_dir);
    size_t size = strlen(options->journal_dir) + sizeof("/index");
    index->dir = options->dir ? strdup(options->dir) : malloc(size);
    enum sb_status status = index->journal_dir && index->dir ? SB_OK : no_memory(err);
    if (status == SB_OK && !options->dir)
        (void)snprintf(index->dir, size, "%s/index", options->journal_dir);
    if (status == SB_OK && feeds) {
        const struct sb_os *os = sb_os_real();
        index->filter = sb_filter_new();
        status = index->filter ? SB_OK : no_memory(err);
        if (status == SB_OK) /* of an index that is to be made; one that is there has its own */
            status = os->random(os->context, &index->mark.key, sizeof(index->mark.key), err);
    }
    if (status == SB_OK)
        status = sb_fetch_open(options->os, options->journal_dir, &index->fetch, err);
    if (status != SB_OK) {
        sb_index_close(index);
        return status;
    }
    *ret_index = index;
    return SB_OK;
}

enum sb_status sb_index_open(const struct sb_index_options *options, struct sb_index **ret_index,
                             struct sb_err *err)
{
    struct sb_index *index = NULL;
    enum sb_status status = new_index(options, true, &index, err);
    if (status != SB_OK)
        return status;
    if (has_file(index, "lock")) {
        status = take_lock(index, err);
        if (status == SB_OK)
            status = take_what_is_there(index, err);
    }
    if (status != SB_OK) {
        sb_index_close(index);
        return status;
    }
    *ret_index = index;
    return SB_OK;
}

enum sb_status sb_index_open_to_read(const struct sb_index_options *options, struct sb_index **ret_index,
                                     struct sb_err *err)
{
    struct sb_index *index = NULL;
    enum sb_status status = new_index(options, false, &index, err);
    bool there = status == SB_OK && has_file(index, "lock");
    for (int i = 0; i < READ_TRIES && there && status == SB_OK && !index->store; i++) {
        index->was_removed = false;
        status = take_what_is_there(index, err);
    }
    if (status != SB_OK) {
        sb_index_close(index);
        return status;
    }
    *ret_index = index;
    return SB_OK;
}

void sb_index_close(struct sb_index *index)
{
    if (!index)
        return;
    sb_cursor_free(index->cursor);
    sb_journal_reader_close(index->reader);
    sb_store_close(index->store);
    sb_fetch_close(index->fetch);
    sb_filter_free(index->filter);
    sb_rows_release(&index->rows);
    if (index->lock)
        sb_os_real()->close(sb_os_real()->context, index->lock);
    pthread_mutex_destroy(&index->mutex);
    free(index->journal_dir);
    free(index->dir);
    free(index);
}

/* The folder, its lock, and an empty store. */
enum sb_status sb_index_begin(struct sb_index *index, struct sb_err *err)
{
    const struct sb_os *os = sb_os_real();
    struct sb_err cause = {0};
    enum sb_status status = SB_OK;
    if (!index->lock) {
        status = os->make_dir(os->context, index->dir, &cause);
        if (status != SB_OK && status != SB_EXISTS) {
            if (err)
                *err = cause;
            return status;
        }
        status = take_lock(index, err);
    }
    SB_CLEANUP(sb_free_ptr) char *rows = sb_index_path(index, "rows");
    if (status == SB_OK)
        status = rows ? sb_store_open(rows, true, &index->store, err) : no_memory(err);
    return status;
}

enum sb_status sb_index_remove(const struct sb_index_options *options, struct sb_err *err)
{
    struct sb_index *index = NULL;
    enum sb_status status = new_index(options, true, &index, err);
    if (status == SB_OK && has_file(index, "lock")) {
        status = take_lock(index, err);
        if (status == SB_OK)
            destroy(index);
    }
    sb_index_close(index);
    return status;
}

bool sb_index_is_damaged(const struct sb_index *index)
{
    return __atomic_load_n(&index->damaged, __ATOMIC_ACQUIRE);
}

const struct sb_err *sb_index_removed(const struct sb_index *index)
{
    return index->was_removed ? &index->removed : NULL;
}
