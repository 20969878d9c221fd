/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/feed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLOT_COUNT 4u

struct slot {
    struct sb_record record;   /* its pointers lead into the buffers below */
    struct sb_event *events;   /* owned, SB_BATCH_MAX */
    struct sb_result *results; /* owned, SB_BATCH_MAX */
    char *texts;               /* owned */
    size_t texts_room;
    uint64_t done, all;
};

struct sb_feed {
    struct sb_journal_reader *reader; /* owned; the thread's while it runs */
    struct sb_journal_info info;
    struct slot slots[SLOT_COUNT];
    pthread_t thread;
    bool running;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t filled, emptied; /* slots over all time; filled - emptied <= SLOT_COUNT */
    bool lent;                /* the slot at `emptied` is the consumer's */
    bool stop;
    enum sb_status end; /* why the thread ended; SB_OK while it runs */
    struct sb_err err;
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

static enum sb_status keep(struct slot *slot, const struct sb_record *record, struct sb_err *err)
{
    if (record->texts_size > slot->texts_room) {
        char *texts = realloc(slot->texts, record->texts_size);
        if (!texts)
            return no_memory(err);
        slot->texts = texts;
        slot->texts_room = record->texts_size;
    }
    slot->record = *record;
    if (record->count > 0) {
        memcpy(slot->events, record->events, record->count * sizeof(*slot->events));
        memcpy(slot->results, record->results, record->count * sizeof(*slot->results));
    }
    if (record->texts_size > 0)
        memcpy(slot->texts, record->texts, record->texts_size);
    slot->record.events = slot->events;
    slot->record.results = slot->results;
    slot->record.texts = slot->texts;
    return SB_OK;
}

/* Wait for an empty slot; NULL when the feed is being closed. */
static struct slot *empty_slot(struct sb_feed *feed)
{
    pthread_mutex_lock(&feed->mutex);
    while (feed->filled - feed->emptied == SLOT_COUNT && !feed->stop)
        pthread_cond_wait(&feed->changed, &feed->mutex);
    struct slot *slot = feed->stop ? NULL : &feed->slots[feed->filled % SLOT_COUNT];
    pthread_mutex_unlock(&feed->mutex);
    return slot;
}

static void finish(struct sb_feed *feed, enum sb_status status)
{
    pthread_mutex_lock(&feed->mutex);
    feed->end = status;
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->mutex);
}

static void *read_ahead(void *context)
{
    struct sb_feed *feed = context;
    for (;;) {
        struct slot *slot = empty_slot(feed);
        if (!slot)
            break;
        struct sb_record record;
        enum sb_status status = sb_journal_reader_next(feed->reader, &record, &feed->err);
        if (status == SB_OK)
            status = keep(slot, &record, &feed->err);
        if (status != SB_OK) {
            finish(feed, status);
            break;
        }
        sb_journal_reader_progress(feed->reader, &slot->done, &slot->all);
        pthread_mutex_lock(&feed->mutex);
        feed->filled++;
        pthread_cond_broadcast(&feed->changed);
        pthread_mutex_unlock(&feed->mutex);
    }
    return NULL;
}

enum sb_status sb_feed_open(const struct sb_os *os, const char *dir, bool trusting, struct sb_feed **ret_feed,
                            struct sb_err *err)
{
    struct sb_feed *feed = calloc(1, sizeof(*feed));
    if (!feed)
        return no_memory(err);
    pthread_mutex_init(&feed->mutex, NULL);
    pthread_cond_init(&feed->changed, NULL);
    enum sb_status status = sb_journal_reader_open(os, dir, false, &feed->reader, err);
    if (status == SB_OK)
        feed->info = *sb_journal_reader_info(feed->reader);
    if (status == SB_OK && trusting)
        sb_journal_reader_trust(feed->reader);
    for (unsigned i = 0; status == SB_OK && i < SLOT_COUNT; i++) {
        feed->slots[i].events = calloc(SB_BATCH_MAX, sizeof(struct sb_event));
        feed->slots[i].results = calloc(SB_BATCH_MAX, sizeof(struct sb_result));
        if (!feed->slots[i].events || !feed->slots[i].results)
            status = no_memory(err);
    }
    if (status == SB_OK && pthread_create(&feed->thread, NULL, read_ahead, feed) != 0)
        status = sb_fail(err, SB_NOMEM, "cannot start a thread", "không tạo được luồng");
    feed->running = status == SB_OK;
    if (status != SB_OK) {
        sb_feed_close(feed);
        return status;
    }
    *ret_feed = feed;
    return SB_OK;
}

const struct sb_journal_info *sb_feed_info(const struct sb_feed *feed)
{
    return &feed->info;
}

enum sb_status sb_feed_next(struct sb_feed *feed, const struct sb_record **ret_record, uint64_t *ret_done,
                            uint64_t *ret_all, struct sb_err *err)
{
    pthread_mutex_lock(&feed->mutex);
    if (feed->lent) { /* what the last call handed out is the reader's again now */
        feed->lent = false;
        feed->emptied++;
        pthread_cond_broadcast(&feed->changed);
    }
    while (feed->filled == feed->emptied && feed->end == SB_OK)
        pthread_cond_wait(&feed->changed, &feed->mutex);
    enum sb_status status = feed->filled > feed->emptied ? SB_OK : feed->end;
    struct slot *slot = &feed->slots[feed->emptied % SLOT_COUNT];
    feed->lent = status == SB_OK;
    pthread_mutex_unlock(&feed->mutex);
    if (status != SB_OK) {
        if (err && status != SB_END)
            *err = feed->err;
        return status;
    }
    *ret_record = &slot->record;
    *ret_done = slot->done;
    *ret_all = slot->all;
    return SB_OK;
}

void sb_feed_close(struct sb_feed *feed)
{
    if (!feed)
        return;
    pthread_mutex_lock(&feed->mutex);
    feed->stop = true;
    pthread_cond_broadcast(&feed->changed);
    pthread_mutex_unlock(&feed->mutex);
    if (feed->running)
        pthread_join(feed->thread, NULL);
    sb_journal_reader_close(feed->reader);
    for (unsigned i = 0; i < SLOT_COUNT; i++) {
        free(feed->slots[i].events);
        free(feed->slots[i].results);
        free(feed->slots[i].texts);
    }
    pthread_cond_destroy(&feed->changed);
    pthread_mutex_destroy(&feed->mutex);
    free(feed);
}
