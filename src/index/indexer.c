/* SPDX-License-Identifier: Apache-2.0 */
#include "index/indexer.h"

#include "index/index_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define NICENESS    10
#define TRY_AGAIN_S 1

struct sb_indexer {
    struct sb_index *index; /* borrowed */
    pthread_t thread;
    pthread_mutex_t mutex; /* over all below */
    pthread_cond_t work;   /* there is something to take in, or the end */
    pthread_cond_t moved;  /* a batch went in, or failed */
    uint64_t durable, wanted;
    bool stop, failed;
    struct sb_err failure;
};

/* Whether there is a batch, or somebody waits for less. Requires the mutex. */
static bool has_work(const struct sb_indexer *indexer)
{
    uint64_t through = sb_index_through(indexer->index);
    return indexer->durable >= through + indexer->index->batch || indexer->wanted > through;
}

/* Wait for work; after a failure, for a while. Requires the mutex. */
static void await_work(struct sb_indexer *indexer)
{
    if (!indexer->failed) {
        pthread_cond_wait(&indexer->work, &indexer->mutex);
        return;
    }
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += TRY_AGAIN_S;
    while (!indexer->stop && pthread_cond_timedwait(&indexer->work, &indexer->mutex, &until) != ETIMEDOUT)
        continue;
}

static void *keep(void *context)
{
    struct sb_indexer *indexer = context;
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS); /* refused: it takes its turn then */
    pthread_mutex_lock(&indexer->mutex);
    while (!indexer->stop) {
        if (!has_work(indexer) || indexer->failed)
            await_work(indexer);
        if (indexer->stop || !has_work(indexer))
            continue;
        struct sb_err err = {0};
        uint64_t durable = indexer->durable;
        bool more;
        pthread_mutex_unlock(&indexer->mutex);
        enum sb_status status = sb_index_feed(indexer->index, durable, 1, &more, &err);
        pthread_mutex_lock(&indexer->mutex);
        indexer->failed = status != SB_OK;
        indexer->failure = err;
        pthread_cond_broadcast(&indexer->moved);
    }
    pthread_mutex_unlock(&indexer->mutex);
    return NULL;
}

enum sb_status sb_indexer_new(struct sb_index *index, struct sb_indexer **ret_indexer, struct sb_err *err)
{
    struct sb_indexer *indexer = calloc(1, sizeof(*indexer));
    if (!indexer)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    indexer->index = index;
    pthread_mutex_init(&indexer->mutex, NULL);
    pthread_cond_init(&indexer->work, NULL);
    pthread_cond_init(&indexer->moved, NULL);
    if (pthread_create(&indexer->thread, NULL, keep, indexer) != 0) {
        free(indexer);
        return sb_fail(err, SB_NOMEM, "no thread can be made", "không tạo được luồng");
    }
    *ret_indexer = indexer;
    return SB_OK;
}

void sb_indexer_free(struct sb_indexer *indexer)
{
    if (!indexer)
        return;
    pthread_mutex_lock(&indexer->mutex);
    indexer->stop = true;
    pthread_cond_signal(&indexer->work);
    pthread_mutex_unlock(&indexer->mutex);
    pthread_join(indexer->thread, NULL);
    pthread_mutex_destroy(&indexer->mutex);
    pthread_cond_destroy(&indexer->work);
    pthread_cond_destroy(&indexer->moved);
    free(indexer);
}

void sb_indexer_tell(struct sb_indexer *indexer, uint64_t durable)
{
    if (durable < sb_index_through(indexer->index) + indexer->index->batch)
        return;
    pthread_mutex_lock(&indexer->mutex);
    indexer->durable = durable;
    pthread_cond_signal(&indexer->work);
    pthread_mutex_unlock(&indexer->mutex);
}

enum sb_status sb_indexer_wait(struct sb_indexer *indexer, uint64_t sequence, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    pthread_mutex_lock(&indexer->mutex);
    indexer->wanted = sequence;
    while (sb_index_through(indexer->index) < sequence && !indexer->failed) {
        pthread_cond_signal(&indexer->work);
        pthread_cond_wait(&indexer->moved, &indexer->mutex);
    }
    if (sb_index_through(indexer->index) < sequence) {
        status = indexer->failure.status;
        if (err)
            *err = indexer->failure;
    }
    indexer->wanted = 0;
    pthread_mutex_unlock(&indexer->mutex);
    return status;
}
