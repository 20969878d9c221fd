/* SPDX-License-Identifier: Apache-2.0 */
#include "index/indexer.h"

#include "index/index_internal.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define NICENESS     10
#define TRY_AGAIN_MS 1000
#define LOOK_MS      50
#define PATIENCE     16u /* batches: a burst that is shorter is left alone until it is over */

struct sb_indexer {
    struct sb_index *index; /* borrowed */
    pthread_t thread;
    pthread_mutex_t mutex; /* over all below */
    pthread_cond_t work;   /* there may be something to take in, or the end */
    pthread_cond_t moved;  /* a batch went in, or failed */
    uint64_t durable, wanted;
    uint64_t looked; /* durable when the thread looked last */
    bool sleeps;     /* it waits to be told */
    bool stop, failed;
    struct sb_err failure;
};

static bool has_batch(const struct sb_indexer *indexer, uint64_t batches)
{
    return indexer->durable >= sb_index_through(indexer->index) + batches * indexer->index->batch;
}

/* Whether to take a batch in now: somebody waits, nothing new came for a moment, or the lag is long. Requires
 * the mutex. */
static bool has_work(const struct sb_indexer *indexer)
{
    if (indexer->wanted > sb_index_through(indexer->index))
        return true;
    return has_batch(indexer, 1) && (indexer->looked == indexer->durable || has_batch(indexer, PATIENCE));
}

/* Wait until told of a batch; with one, or after a failure, for a while. Requires the mutex. */
static void await_work(struct sb_indexer *indexer)
{
    struct timespec until;
    indexer->looked = indexer->durable;
    if (!indexer->failed && !has_batch(indexer, 1)) {
        indexer->sleeps = true;
        pthread_cond_wait(&indexer->work, &indexer->mutex);
        indexer->sleeps = false;
        return;
    }
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (indexer->failed ? TRY_AGAIN_MS : LOOK_MS) * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&indexer->work, &indexer->mutex, &until); /* early or late: it looks again */
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
    if (indexer->sleeps)
        pthread_cond_signal(&indexer->work);
    pthread_mutex_unlock(&indexer->mutex);
}

enum sb_status sb_indexer_wait(struct sb_indexer *indexer, uint64_t sequence, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    pthread_mutex_lock(&indexer->mutex);
    indexer->wanted = sequence;
    pthread_cond_signal(&indexer->work);
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
