/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One job at a time. Where it lies, both the engine's process and the copy that writes see it: the copy says
 * how it ended, the engine says which record was marked when that is durable (before that its hash is not
 * even known: another thread seals it). The copy writes its sections, waits for the mark, writes the first
 * page, and names the file. Without copies the same is done in the caller's thread.
 */
#include "engine/keeper.h"

#include "base/macros.h"
#include "os/child.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* At close: fewer events than this are stepped again sooner than a snapshot is written. */
#define WORTH_EVENTS 1024u

/* Calls between two questions whether the copy is still there: it says how it ended, unless it was killed. */
#define ASK_EVERY 256u

struct job {
    struct sb_snapshot_writing writing;
    char **old; /* paths of snapshots that are removed behind it */
    size_t old_count;
    pid_t engine;        /* the process that waits for it */
    _Atomic bool marked; /* writing.head.mark is there */
    _Atomic int outcome; /* 1 + enum sb_status when it has ended; 0 before */
};

struct sb_keeper {
    struct sb_keeper_options options;
    struct sb_journal *journal;     /* borrowed */
    const struct sb_runner *runner; /* borrowed */
    struct job *job;                /* owned; in memory that a copy shares */
    struct sb_child child;
    bool under_way;
    struct sb_str context; /* of the job */
    char *partial, *path;  /* owned; of the job */
    uint64_t sequence;     /* of the job, or of the last attempt */
    uint64_t attempts;     /* makes partial names differ */
    uint32_t asked;
    struct sb_snapshot_counts counts;
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

enum sb_status sb_keeper_new(const struct sb_keeper_options *options, struct sb_journal *journal,
                             const struct sb_runner *runner, struct sb_keeper **ret_keeper,
                             struct sb_err *err)
{
    struct sb_keeper *keeper = calloc(1, sizeof(*keeper));
    if (!keeper)
        return no_memory(err);
    keeper->options = *options;
    keeper->journal = journal;
    keeper->runner = runner;
    keeper->counts.newest = options->newest;
    keeper->sequence = options->newest;
    struct job *job = mmap(NULL, sizeof(*job), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (job == MAP_FAILED) {
        free(keeper);
        return no_memory(err);
    }
    keeper->job = job;
    *ret_keeper = keeper;
    return SB_OK;
}

/* ------------------------------------------------------------------ a job's life */

static void forget_old(struct job *job)
{
    for (size_t i = 0; i < job->old_count; i++)
        free(job->old[i]);
    free(job->old);
    job->old = NULL;
    job->old_count = 0;
}

/* The snapshots that go when this one is there: all but the newest good one. One that says it stands behind
 * later events than there are cannot be this journal's. */
static enum sb_status list_old(struct sb_keeper *keeper, struct sb_err *err)
{
    struct job *job = keeper->job;
    SB_CLEANUP(sb_free_ptr) uint64_t *sequences = NULL;
    size_t count = 0;
    enum sb_status status =
        sb_snapshot_list(keeper->options.os, keeper->options.dir, &sequences, &count, err);
    if (status != SB_OK)
        return status;
    job->old = calloc(count + 1, sizeof(*job->old));
    for (size_t i = 0; i < count && job->old; i++) {
        if (sequences[i] == keeper->sequence || sequences[i] == keeper->counts.newest)
            continue;
        job->old[job->old_count] = sb_snapshot_path(keeper->options.dir, sequences[i]);
        if (!job->old[job->old_count])
            return no_memory(err);
        job->old_count++;
    }
    return job->old ? SB_OK : no_memory(err);
}

/* A name that no earlier attempt, of this process or another, has used. */
static char *partial_path(struct sb_keeper *keeper)
{
    struct sb_str path = {0};
    sb_str_printf(&path, "%s/%020" PRIu64 "-%016" PRIx64 SB_SNAPSHOT_PARTIAL, keeper->options.dir,
                  keeper->sequence, sb_journal_token(keeper->journal) + keeper->attempts++);
    if (path.failed)
        sb_str_release(&path);
    return path.text;
}

static bool engine_is_gone(void *context)
{
    const struct job *job = context;
    return sb_child_is_alone(job->engine);
}

static enum sb_status describe(struct sb_keeper *keeper, struct sb_err *err)
{
    const struct sb_journal_info *info = sb_journal_get_info(keeper->journal);
    const struct sb_os *os = keeper->options.os;
    struct job *job = keeper->job;
    keeper->partial = partial_path(keeper);
    keeper->path = sb_snapshot_path(keeper->options.dir, keeper->sequence);
    job->writing = (struct sb_snapshot_writing){
        .os = os,
        .ledger = sb_runner_ledger_of(keeper->runner),
        .context = &keeper->context,
        .bytes = malloc(SB_SNAPSHOT_PIECE),
        .dir = keeper->options.dir,
        .partial = keeper->partial,
        .path = keeper->path,
        .head = {.format = SB_SNAPSHOT_FORMAT,
                 .meaning = SB_JOURNAL_MEANING,
                 .journal_id = info->journal_id,
                 .made = os->now(os->context)},
    };
    job->engine = getpid();
    atomic_store(&job->marked, false);
    atomic_store(&job->outcome, 0);
    if (!keeper->partial || !keeper->path || !job->writing.bytes)
        return no_memory(err);
    return sb_runner_pack(keeper->runner, &keeper->context, err);
}

static void clear_job(struct sb_keeper *keeper)
{
    struct job *job = keeper->job;
    const struct sb_os *os = keeper->options.os;
    if (job->writing.file)
        os->close(os->context, job->writing.file);
    free(job->writing.bytes);
    job->writing = (struct sb_snapshot_writing){0};
    forget_old(job);
    free(keeper->partial);
    free(keeper->path);
    keeper->partial = keeper->path = NULL;
    sb_str_release(&keeper->context);
    keeper->under_way = false;
}

/* All that a job needs, but for the work. */
static enum sb_status prepare(struct sb_keeper *keeper, struct sb_err *err)
{
    const struct sb_os *os = keeper->options.os;
    keeper->sequence = sb_journal_newest(keeper->journal);
    if (!sb_journal_set_mark(keeper->journal))
        return sb_fail(err, SB_INVALID, "the journal is empty", "nhật ký trống");
    enum sb_status status = describe(keeper, err);
    if (status == SB_OK)
        status = list_old(keeper, err);
    if (status == SB_OK)
        status = os->open(os->context, keeper->partial, SB_OPEN_CREATE, &keeper->job->writing.file, err);
    return status;
}

static void remove_old(const struct job *job)
{
    const struct sb_os *os = job->writing.os;
    for (size_t i = 0; i < job->old_count; i++)
        (void)os->remove(os->context, job->old[i], NULL); /* one that stays is only too many */
}

/* The job has ended. */
static void finish(struct sb_keeper *keeper, enum sb_status status, const struct sb_err *err)
{
    const struct sb_os *os = keeper->options.os;
    if (status == SB_OK) {
        keeper->counts.taken++;
        keeper->counts.newest = keeper->sequence;
    } else {
        keeper->counts.failed++;
        if (keeper->partial)
            (void)os->remove(os->context, keeper->partial, NULL); /* the next opening tries again */
    }
    clear_job(keeper);
    if (status != SB_OK && err && keeper->options.note)
        keeper->options.note(keeper->options.note_context, err);
}

/* ------------------------------------------------------------------ in a copy */

/* The copy's whole life. Nothing here may use the heap, locks or stdio. */
static void work(void *context)
{
    struct job *job = context;
    enum sb_status status = sb_snapshot_write(&job->writing, NULL);
    while (status == SB_OK && !atomic_load(&job->marked)) {
        if (engine_is_gone(job))
            status = SB_INTERRUPTED;
        sb_child_rest();
    }
    if (status == SB_OK)
        status = sb_snapshot_finish(&job->writing, NULL);
    if (status == SB_OK)
        remove_old(job);
    atomic_store(&job->outcome, 1 + (int)status);
}

static enum sb_status start(struct sb_keeper *keeper, struct sb_err *err)
{
    struct job *job = keeper->job;
    enum sb_status status = prepare(keeper, err);
    if (status != SB_OK)
        return status;
    job->writing.interrupted = engine_is_gone;
    job->writing.interrupted_context = job;
    return sb_child_start(&keeper->child, job->writing.file, work, job, err);
}

/* Begin one beside the engine. */
static void begin(struct sb_keeper *keeper)
{
    const struct sb_os *os = keeper->options.os;
    struct sb_err err = {0};
    sb_time_us before = os->now(os->context);
    enum sb_status status = start(keeper, &err);
    sb_time_us stopped = os->now(os->context) - before;
    if (stopped > 0 && (uint64_t)stopped > keeper->counts.stopped_us)
        keeper->counts.stopped_us = (uint64_t)stopped;
    keeper->under_way = status == SB_OK;
    if (status != SB_OK)
        finish(keeper, status, &err);
}

static void tell_mark(struct sb_keeper *keeper)
{
    struct job *job = keeper->job;
    if (!atomic_load(&job->marked) && sb_journal_marked(keeper->journal, &job->writing.head.mark))
        atomic_store(&job->marked, true);
}

/* The copy tells a status and no words. */
static void finish_copy(struct sb_keeper *keeper, enum sb_status status)
{
    struct sb_err err = {0};
    if (status != SB_OK)
        (void)sb_fail(&err, status, "a snapshot was not written: %s", "không ghi được ảnh chụp: %s",
                      sb_status_text(status, SB_EN));
    if (status != SB_OK)
        (void)snprintf(err.text[SB_VI], sizeof(err.text[SB_VI]), "không ghi được ảnh chụp: %s",
                       sb_status_text(status, SB_VI)); /* fits */
    sb_child_kill(&keeper->child);                     /* it has ended, or is about to */
    finish(keeper, status, &err);
}

static void follow(struct sb_keeper *keeper)
{
    int outcome = atomic_load(&keeper->job->outcome);
    tell_mark(keeper);
    if (outcome != 0)
        finish_copy(keeper, (enum sb_status)(outcome - 1));
    else if (++keeper->asked % ASK_EVERY == 0 && sb_child_has_ended(&keeper->child))
        finish_copy(keeper, atomic_load(&keeper->job->outcome) == 1 + (int)SB_OK ? SB_OK : SB_INTERRUPTED);
}

static void give_up(struct sb_keeper *keeper)
{
    if (!keeper->under_way)
        return;
    sb_child_kill(&keeper->child);
    finish(keeper, atomic_load(&keeper->job->outcome) == 1 + (int)SB_OK ? SB_OK : SB_INTERRUPTED, NULL);
}

/* ------------------------------------------------------------------ the keeper's calls */

enum sb_status sb_keeper_take(struct sb_keeper *keeper, struct sb_err *err)
{
    struct job *job = keeper->job;
    give_up(keeper);
    enum sb_status status = prepare(keeper, err);
    if (status == SB_OK)
        status = sb_snapshot_write(&job->writing, err);
    if (status == SB_OK)
        status = sb_journal_wait(keeper->journal, keeper->sequence, err);
    if (status == SB_OK) {
        bool marked = sb_journal_marked(keeper->journal, &job->writing.head.mark);
        assert(marked);
        status = sb_snapshot_finish(&job->writing, err);
    }
    if (status == SB_OK)
        remove_old(job);
    finish(keeper, status, NULL);
    return status;
}

static bool is_due(const struct sb_keeper *keeper)
{
    uint64_t every = keeper->options.every;
    return every != 0 && !keeper->options.never &&
           sb_journal_newest(keeper->journal) - keeper->sequence >= every;
}

void sb_keeper_tend(struct sb_keeper *keeper)
{
    if (keeper->under_way) {
        follow(keeper);
    } else if (is_due(keeper) && !keeper->options.no_copies) {
        begin(keeper);
    } else if (is_due(keeper)) {
        struct sb_err err = {0};
        if (sb_keeper_take(keeper, &err) != SB_OK && keeper->options.note)
            keeper->options.note(keeper->options.note_context, &err);
    }
}

/* Whether what happened since the newest snapshot, `newest`, is worth another. */
static bool is_worth_it(const struct sb_keeper *keeper, uint64_t newest)
{
    uint64_t every = keeper->options.every;
    uint64_t least = every != 0 ? SB_MIN(every, (uint64_t)WORTH_EVENTS) : WORTH_EVENTS;
    return !keeper->options.never && sb_journal_newest(keeper->journal) - newest >= least;
}

void sb_keeper_free(struct sb_keeper *keeper, bool clean)
{
    if (!keeper)
        return;
    struct sb_err err = {0};
    if (keeper->under_way && clean && !is_worth_it(keeper, keeper->sequence) &&
        sb_journal_wait(keeper->journal, keeper->sequence, NULL) == SB_OK) {
        while (keeper->under_way) {
            keeper->asked = ASK_EVERY - 1;
            follow(keeper);
            sb_child_rest();
        }
    }
    give_up(keeper);
    if (clean && is_worth_it(keeper, keeper->counts.newest) && sb_keeper_take(keeper, &err) != SB_OK &&
        keeper->options.note)
        keeper->options.note(keeper->options.note_context, &err);
    (void)munmap(keeper->job, sizeof(*keeper->job)); /* as it was mapped */
    free(keeper);
}

struct sb_snapshot_counts sb_keeper_counts(const struct sb_keeper *keeper)
{
    return keeper->counts;
}
