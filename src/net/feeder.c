/* SPDX-License-Identifier: Apache-2.0 */
#include "net/feeder.h"

#include "base/macros.h"
#include "import/event_file.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PACE_US  50000 /* between two looks at the clock */
#define READ_MAX 1024  /* events read at a time */

struct sb_feeder {
    struct sb_pilot *pilot; /* borrowed */
    struct sb_log *log;     /* borrowed */
    uint32_t speed;
    sb_time_us paced_from;
    FILE *stream;               /* owned */
    struct sb_event_file *file; /* owned */
    struct sb_event *read;      /* owned, READ_MAX */
    uint32_t read_count, read_at;
    bool at_end;
    uint16_t *codes[SB_SPACE_COUNT]; /* owned: the file's codes to the journal's */
    struct sb_event *batch;          /* owned, SB_BATCH_MAX */
    struct sb_result *results;       /* owned, SB_BATCH_MAX */
    uint32_t count;
    sb_time_us begun;  /* recorded time at which pacing began; SB_TIME_ALWAYS: not yet */
    uint64_t begun_us; /* the machine's at that instant */
    atomic_bool stopping;
    pthread_t thread;
    bool runs;
};

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* ------------------------------------------------------------------ into the engine, in an ask */

/* Whole chains at the beginning of what waits. */
static uint32_t whole(const struct sb_feeder *feeder)
{
    uint32_t count = feeder->count;
    while (count > 0 && (feeder->batch[count - 1].flags & SB_F_LINKED) != 0)
        count--;
    return count;
}

static enum sb_status submit(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct sb_feeder *feeder = context;
    uint32_t count = whole(feeder), late = 0;
    uint64_t sequence = 0;
    sb_time_us last = sb_ledger_time(sb_engine_ledger(engine));
    while (late < count && feeder->batch[late].time < last)
        late++; /* what an earlier run has fed already */
    enum sb_status status = SB_OK;
    if (count > late) {
        status =
            sb_engine_submit(engine, feeder->batch + late, count - late, feeder->results, &sequence, err);
        if (status == SB_OK)
            status = sb_engine_wait(engine, sequence, err);
        if (status == SB_OK)
            sb_pilot_hear(feeder->pilot, engine, feeder->batch + late, feeder->results, count - late,
                          sequence);
        if (status == SB_OK)
            atomic_store(&feeder->pilot->fed_time, feeder->batch[count - 1].time);
    }
    feeder->count -= count;
    memmove(feeder->batch, feeder->batch + count, feeder->count * sizeof(*feeder->batch));
    return status;
}

struct naming {
    struct sb_feeder *feeder;
    const struct sb_event *event;
};

static enum sb_status learn_name(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct naming *naming = context;
    const struct sb_event *event = naming->event;
    if (event->name_space >= SB_SPACE_COUNT || event->name_code == 0 || event->name_size > SB_SYMBOL_SIZE_MAX)
        return sb_fail(err, SB_DAMAGED, "the file gives a name that is none", "tệp nêu một tên không hợp lệ");
    enum sb_space space = (enum sb_space)event->name_space;
    uint16_t *code = &naming->feeder->codes[space][event->name_code];
    *code = sb_symbols_find(sb_engine_symbols(engine), space, event->name, event->name_size);
    if (*code != 0)
        return SB_OK;
    sb_time_us last = sb_ledger_time(sb_engine_ledger(engine));
    return sb_engine_name(engine, space, event->name, event->name_size, last, code, err);
}

/* ------------------------------------------------------------------ pace */

/* Up to which recorded time events may go in now. */
static sb_time_us due(struct sb_feeder *feeder, sb_time_us next)
{
    if (next < feeder->paced_from)
        return feeder->paced_from - 1;
    if (feeder->begun == SB_TIME_ALWAYS) {
        feeder->begun = next;
        feeder->begun_us = now_us();
    }
    return feeder->begun + (sb_time_us)((now_us() - feeder->begun_us) * feeder->speed);
}

/* The next event of the file, or NULL at its end. Borrowed until the next call. */
static enum sb_status peek(struct sb_feeder *feeder, struct sb_event **ret_event, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    if (feeder->read_at == feeder->read_count && !feeder->at_end) {
        status = sb_event_file_read(feeder->file, feeder->read, READ_MAX, &feeder->read_count, err);
        feeder->read_at = 0;
        feeder->at_end = status == SB_OK && feeder->read_count == 0;
    }
    *ret_event = status == SB_OK && !feeder->at_end ? &feeder->read[feeder->read_at] : NULL;
    return status;
}

/* One event off the file into the batch. */
static enum sb_status take(struct sb_feeder *feeder, struct sb_event *event, struct sb_err *err)
{
    if (event->type == SB_EVENT_NAME) {
        struct naming naming = {feeder, event};
        return sb_front_ask(feeder->pilot->front, learn_name, &naming, err);
    }
    const uint16_t *codes[SB_SPACE_COUNT];
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++)
        codes[space] = feeder->codes[space];
    if (event->type == SB_EVENT_CHARTER || !sb_event_recode(event, codes))
        return sb_fail(err, SB_DAMAGED, "the file has an event that cannot be fed",
                       "tệp có sự kiện không nạp được");
    feeder->batch[feeder->count++] = *event;
    return SB_OK;
}

/* Everything that is due now. *ret_ended: the file is at its end. */
static enum sb_status feed_due(struct sb_feeder *feeder, bool *ret_ended, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    struct sb_event *event = NULL;
    while (status == SB_OK && !atomic_load(&feeder->stopping)) {
        status = peek(feeder, &event, err);
        bool chained = feeder->count > 0 && (feeder->batch[feeder->count - 1].flags & SB_F_LINKED) != 0;
        bool goes = status == SB_OK && event &&
                    (chained || event->type == SB_EVENT_NAME || event->time <= due(feeder, event->time));
        if (goes) {
            status = take(feeder, event, err);
            feeder->read_at++;
        }
        if (status == SB_OK && (feeder->count == SB_BATCH_MAX || (!goes && feeder->count > 0)))
            status = sb_front_ask(feeder->pilot->front, submit, feeder, err);
        if (!goes)
            break;
    }
    *ret_ended = feeder->at_end && feeder->count == 0;
    return status;
}

static void *run(void *context)
{
    struct sb_feeder *feeder = context;
    struct sb_err err = {0};
    enum sb_status status = SB_OK;
    bool ended = false;
    while (status == SB_OK && !ended && !atomic_load(&feeder->stopping)) {
        status = feed_due(feeder, &ended, &err);
        if (status == SB_OK && !ended)
            (void)usleep(PACE_US);
    }
    if (status != SB_OK)
        sb_log_tell(feeder->log, SB_LOG_ERROR, "feed", "feeding '%s' ended: %s", "ngừng nạp vào '%s': %s",
                    feeder->pilot->id, err.text[feeder->log->lang]);
    else if (ended)
        sb_log_tell(feeder->log, SB_LOG_INFO, "feed", "'%s' was fed to the end", "đã nạp hết vào '%s'",
                    feeder->pilot->id);
    return NULL;
}

/* ------------------------------------------------------------------ start and stop */

static enum sb_status prepare(struct sb_feeder *feeder, const char *path, struct sb_err *err)
{
    struct sb_event_file_info info;
    feeder->read = calloc(READ_MAX, sizeof(*feeder->read));
    feeder->batch = calloc(SB_BATCH_MAX, sizeof(*feeder->batch));
    feeder->results = calloc(SB_BATCH_MAX, sizeof(*feeder->results));
    bool room = feeder->read && feeder->batch && feeder->results;
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++) {
        feeder->codes[space] = calloc(SB_SYMBOLS_MAX + 1, sizeof(uint16_t));
        room = room && feeder->codes[space];
    }
    if (!room)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    feeder->stream = fopen(path, "rbe");
    if (!feeder->stream) {
        (void)sb_os_fail(err, errno);
        return sb_fail_in(err, "cannot read '%s'", "không đọc được '%s'", path);
    }
    enum sb_status status = sb_event_file_open(feeder->stream, path, &feeder->file, &info, err);
    if (status == SB_OK && !feeder->pilot->synthetic && sb_engine_newest(feeder->pilot->engine) > 0 &&
        (info.flags & SB_JOURNAL_SYNTHETIC) != 0)
        status = sb_fail(err, SB_INVALID, "synthetic events do not go into the real journal '%s'",
                         "không nạp sự kiện mô phỏng vào nhật ký thật '%s'", feeder->pilot->id);
    return status;
}

enum sb_status sb_feeder_start(struct sb_pilot *pilot, const struct sb_feeder_options *options,
                               struct sb_feeder **ret_feeder, struct sb_err *err)
{
    struct sb_feeder *feeder = calloc(1, sizeof(*feeder));
    if (!feeder)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    feeder->pilot = pilot;
    feeder->log = options->log;
    feeder->speed = options->speed;
    feeder->begun = SB_TIME_ALWAYS;
    struct sb_pilot_view view;
    enum sb_status status = sb_pilot_look(pilot, &view, err);
    if (status == SB_OK) /* what an earlier run has fed is passed over at once */
        feeder->paced_from = SB_MAX(options->paced_from, view.last_time);
    if (status == SB_OK)
        status = prepare(feeder, options->path, err);
    if (status == SB_OK && pthread_create(&feeder->thread, NULL, run, feeder) != 0)
        status = sb_fail(err, SB_NOMEM, "cannot start a thread", "không tạo được luồng");
    if (status != SB_OK) {
        sb_feeder_stop(feeder);
        return status;
    }
    feeder->runs = true;
    *ret_feeder = feeder;
    return SB_OK;
}

void sb_feeder_stop(struct sb_feeder *feeder)
{
    if (!feeder)
        return;
    atomic_store(&feeder->stopping, true);
    if (feeder->runs)
        pthread_join(feeder->thread, NULL);
    sb_event_file_close(feeder->file);
    if (feeder->stream)
        fclose(feeder->stream);
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++)
        free(feeder->codes[space]);
    free(feeder->read);
    free(feeder->batch);
    free(feeder->results);
    free(feeder);
}
