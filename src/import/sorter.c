/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run is a file of sorted records with a level: SB_SORT_FAN_IN runs of one level are merged into one of the
 * next, so that the number of open files and the memory for merging stay small and each record is written
 * once a level. Records that come in order already (most exports) are found out by one comparison each.
 */
#include "import/sorter.h"

#include "base/limits.h"
#include "base/macros.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    LEVELS = 8, /* 32^8 runs: more than any disk holds */
    RUNS_MAX = LEVELS * SB_SORT_FAN_IN,
    BUFFER_SIZE = 1 << 18, /* bytes of stdio's buffer for each run */
};

struct run {
    FILE *file;   /* owned */
    char *buffer; /* owned; stdio's */
    char *record; /* owned; the next one of this run while merging */
    unsigned level;
};

struct sb_sorter {
    struct sb_sorter_options options;
    char *records; /* owned; memory_size bytes */
    char **order;  /* owned; pointers into records, sorted */
    size_t count, room;
    bool in_order; /* records came sorted */
    bool merging;
    size_t given; /* records handed out from memory */
    struct run runs[RUNS_MAX];
    size_t run_count;
    size_t heap[RUNS_MAX]; /* indices of runs by their next record, the least on top */
    size_t heap_count;
    size_t last; /* the run whose record was handed out; SIZE_MAX: none */
};

FILE *sb_temporary_file(const char *dir)
{
    int descriptor = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor < 0) { /* not every file system knows files without a name */
        char path[4096];
        int size = snprintf(path, sizeof(path), "%s/.sandbank-XXXXXX", dir);
        if (size < 0 || (size_t)size >= sizeof(path))
            return NULL;
        descriptor = mkstemp(path);
        if (descriptor >= 0)
            (void)unlink(path); /* at worst an empty name stays behind */
    }
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "w+b") : NULL;
    if (!file && descriptor >= 0)
        (void)close(descriptor);
    return file;
}

enum sb_status sb_sorter_new(const struct sb_sorter_options *options, struct sb_sorter **ret_sorter,
                             struct sb_err *err)
{
    struct sb_sorter *sorter = calloc(1, sizeof(*sorter));
    assert(options->memory_size >= options->record_size);
    if (!sorter)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    sorter->options = *options;
    sorter->room = options->memory_size / options->record_size;
    sorter->records = malloc(sorter->room * options->record_size);
    sorter->order = malloc(sorter->room * sizeof(*sorter->order));
    sorter->in_order = true;
    sorter->last = SIZE_MAX;
    if (!sorter->records || !sorter->order) {
        sb_sorter_free(sorter);
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    *ret_sorter = sorter;
    return SB_OK;
}

static void close_run(struct run *run)
{
    if (run->file)
        (void)fclose(run->file); /* a temporary file: nothing to lose */
    free(run->buffer);
    free(run->record);
    *run = (struct run){0};
}

void sb_sorter_free(struct sb_sorter *sorter)
{
    if (!sorter)
        return;
    for (size_t i = 0; i < sorter->run_count; i++)
        close_run(&sorter->runs[i]);
    free(sorter->records);
    free(sorter->order);
    free(sorter);
}

static enum sb_status temporary_failed(const struct sb_sorter *sorter, struct sb_err *err)
{
    return sb_fail(err, errno == ENOSPC ? SB_NOSPACE : SB_IO, "a temporary file in '%s' failed: %s",
                   "tệp tạm trong '%s' bị lỗi: %s", sorter->options.dir, strerror(errno));
}

/* qsort has no context: the comparison reads through the pointers. */
static int compare_pointers(const void *a, const void *b, void *context)
{
    const struct sb_sorter *sorter = context;
    return sorter->options.compare(*(char *const *)a, *(char *const *)b);
}

static void sort_memory(struct sb_sorter *sorter)
{
    for (size_t i = 0; i < sorter->count; i++)
        sorter->order[i] = sorter->records + i * sorter->options.record_size;
    if (!sorter->in_order)
        qsort_r(sorter->order, sorter->count, sizeof(*sorter->order), compare_pointers, sorter);
}

static enum sb_status new_run(struct sb_sorter *sorter, unsigned level, struct run **ret_run,
                              struct sb_err *err)
{
    if (sorter->run_count == RUNS_MAX)
        return sb_fail(err, SB_LIMIT, "too many records to sort", "quá nhiều bản ghi cần sắp xếp");
    struct run run = {.level = level, .file = sb_temporary_file(sorter->options.dir)};
    if (!run.file)
        return temporary_failed(sorter, err);
    run.buffer = malloc(BUFFER_SIZE);
    run.record = malloc(sorter->options.record_size);
    if (!run.buffer || !run.record) {
        close_run(&run);
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    (void)setvbuf(run.file, run.buffer, _IOFBF, BUFFER_SIZE); /* without it reading is only slower */
    sorter->runs[sorter->run_count] = run;
    *ret_run = &sorter->runs[sorter->run_count++];
    return SB_OK;
}

/* ------------------------------------------------------------------ merge */

static bool before(const struct sb_sorter *sorter, size_t a, size_t b)
{
    return sorter->options.compare(sorter->runs[a].record, sorter->runs[b].record) < 0;
}

static void sift_down(struct sb_sorter *sorter, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < sorter->heap_count; child++)
            if (before(sorter, sorter->heap[child], sorter->heap[least]))
                least = child;
        if (least == at)
            return;
        size_t swapped = sorter->heap[at];
        sorter->heap[at] = sorter->heap[least];
        sorter->heap[least] = swapped;
        at = least;
    }
}

/* Read a run's next record. SB_END when there is none. */
static enum sb_status advance(struct sb_sorter *sorter, struct run *run, struct sb_err *err)
{
    if (fread(run->record, sorter->options.record_size, 1, run->file) == 1)
        return SB_OK;
    return ferror(run->file) ? temporary_failed(sorter, err) : SB_END;
}

/* Put the runs from `first` on into the heap, each with its first record. */
static enum sb_status begin_merge(struct sb_sorter *sorter, size_t first, struct sb_err *err)
{
    sorter->heap_count = 0;
    sorter->last = SIZE_MAX;
    for (size_t i = first; i < sorter->run_count; i++) {
        rewind(sorter->runs[i].file);
        enum sb_status status = advance(sorter, &sorter->runs[i], err);
        if (status != SB_OK && status != SB_END)
            return status;
        if (status == SB_OK)
            sorter->heap[sorter->heap_count++] = i;
    }
    for (size_t i = sorter->heap_count / 2; i-- > 0;)
        sift_down(sorter, i);
    return SB_OK;
}

static enum sb_status merge_next(struct sb_sorter *sorter, const void **ret_record, struct sb_err *err)
{
    if (sorter->last != SIZE_MAX) {
        enum sb_status status = advance(sorter, &sorter->runs[sorter->last], err);
        if (status == SB_END)
            sorter->heap[0] = sorter->heap[--sorter->heap_count];
        else if (status != SB_OK)
            return status;
        sift_down(sorter, 0);
    }
    if (sorter->heap_count == 0)
        return SB_END;
    sorter->last = sorter->heap[0];
    *ret_record = sorter->runs[sorter->last].record;
    return SB_OK;
}

/* Merge the last SB_SORT_FAN_IN runs, all of one level, into one of the next. */
static enum sb_status merge_level(struct sb_sorter *sorter, struct sb_err *err)
{
    size_t first = sorter->run_count - SB_SORT_FAN_IN;
    struct run *merged;
    const void *record;
    enum sb_status status = begin_merge(sorter, first, err);
    if (status == SB_OK)
        status = new_run(sorter, sorter->runs[first].level + 1, &merged, err);
    if (status != SB_OK)
        return status;
    while ((status = merge_next(sorter, &record, err)) == SB_OK)
        if (fwrite(record, sorter->options.record_size, 1, merged->file) != 1)
            return temporary_failed(sorter, err);
    if (status != SB_END)
        return status;
    for (size_t i = first; i < first + SB_SORT_FAN_IN; i++)
        close_run(&sorter->runs[i]);
    sorter->runs[first] = *merged;
    sorter->run_count = first + 1;
    return SB_OK;
}

static bool level_is_full(const struct sb_sorter *sorter)
{
    size_t count = sorter->run_count;
    return count >= SB_SORT_FAN_IN &&
           sorter->runs[count - SB_SORT_FAN_IN].level == sorter->runs[count - 1].level;
}

static enum sb_status spill(struct sb_sorter *sorter, struct sb_err *err)
{
    struct run *run;
    sort_memory(sorter);
    enum sb_status status = new_run(sorter, 0, &run, err);
    if (status != SB_OK)
        return status;
    for (size_t i = 0; i < sorter->count; i++)
        if (fwrite(sorter->order[i], sorter->options.record_size, 1, run->file) != 1)
            return temporary_failed(sorter, err);
    sorter->count = 0;
    sorter->in_order = true;
    while (status == SB_OK && level_is_full(sorter))
        status = merge_level(sorter, err);
    return status;
}

enum sb_status sb_sorter_add(struct sb_sorter *sorter, const void *record, struct sb_err *err)
{
    assert(!sorter->merging);
    size_t size = sorter->options.record_size;
    if (sorter->count == sorter->room) {
        enum sb_status status = spill(sorter, err);
        if (status != SB_OK)
            return status;
    }
    char *at = sorter->records + sorter->count * size;
    if (sorter->in_order && sorter->count > 0 && sorter->options.compare(at - size, record) > 0)
        sorter->in_order = false;
    memcpy(at, record, size);
    sorter->count++;
    return SB_OK;
}

enum sb_status sb_sorter_next(struct sb_sorter *sorter, const void **ret_record, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    if (!sorter->merging) {
        sorter->merging = true;
        if (sorter->run_count == 0) {
            sort_memory(sorter);
        } else {
            status = sorter->count > 0 ? spill(sorter, err) : SB_OK;
            if (status == SB_OK)
                status = begin_merge(sorter, 0, err);
        }
        if (status != SB_OK)
            return status;
    }
    if (sorter->run_count > 0)
        return merge_next(sorter, ret_record, err);
    if (sorter->given == sorter->count)
        return SB_END;
    *ret_record = sorter->order[sorter->given++];
    return SB_OK;
}
