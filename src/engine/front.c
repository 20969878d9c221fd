/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/front.h"

#include "base/macros.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* What one client waits for; on its stack. */
struct request {
    const struct sb_event *events;
    struct sb_result *results;
    uint32_t count;
    sb_front_ask_fn *ask; /* not NULL: no events, but this */
    void *context;        /* ask's */
    bool done;
    enum sb_status status;
    struct sb_err err;
    pthread_cond_t woken; /* it is done, or it shall lead */
    struct request *next;
};

struct sb_front {
    struct sb_engine *engine; /* borrowed; the leader's */
    const struct sb_os *os;
    struct sb_event *events;    /* owned, SB_BATCH_MAX; the leader's */
    struct sb_result *results;  /* owned, SB_BATCH_MAX; the leader's */
    sb_front_listen_fn *listen; /* or NULL; the leader's */
    void *listen_context;
    pthread_mutex_t mutex; /* over all below, and over requests' done and next */
    struct request *first, *last;
    bool led; /* somebody is taking a batch through the engine */
};

enum sb_status sb_front_new(struct sb_engine *engine, const struct sb_os *os, struct sb_front **ret_front,
                            struct sb_err *err)
{
    struct sb_front *front = calloc(1, sizeof(*front));
    if (front) {
        front->events = calloc(SB_BATCH_MAX, sizeof(*front->events));
        front->results = calloc(SB_BATCH_MAX, sizeof(*front->results));
    }
    if (!front || !front->events || !front->results) {
        if (front)
            free(front->events);
        if (front)
            free(front->results);
        free(front);
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    pthread_mutex_init(&front->mutex, NULL);
    front->engine = engine;
    front->os = os ? os : sb_os_real();
    *ret_front = front;
    return SB_OK;
}

void sb_front_free(struct sb_front *front)
{
    if (!front)
        return;
    pthread_mutex_destroy(&front->mutex);
    free(front->events);
    free(front->results);
    free(front);
}

void sb_front_listen(struct sb_front *front, sb_front_listen_fn *listen, void *context)
{
    front->listen = listen;
    front->listen_context = context;
}

/* What would spoil the batch for others is refused before it gets there. */
static enum sb_status check(const struct sb_event *events, uint32_t count, struct sb_err *err)
{
    if (count == 0 || count > SB_CHAIN_MAX)
        return sb_fail(err, SB_INVALID, "%u events at once; expected 1 to %u",
                       "%u sự kiện một lúc; cần từ 1 đến %u", count, SB_CHAIN_MAX);
    for (uint32_t i = 0; i < count; i++) {
        if (events[i].type == SB_EVENT_NAME || events[i].type == SB_EVENT_CHARTER)
            return sb_fail(err, SB_INVALID, "event %u names or installs: that is the engine's own",
                           "sự kiện %u đặt tên hoặc cài điều lệ: việc đó là của máy", i);
        if (((events[i].flags & SB_F_LINKED) != 0) != (i + 1 < count))
            return sb_fail(err, SB_INVALID, "event %u: events submitted together are one whole chain",
                           "sự kiện %u: các sự kiện gửi cùng lúc phải là một chuỗi liên kết trọn vẹn", i);
    }
    return SB_OK;
}

/* Take waiting requests off the queue, as many as fit into a batch, or one that asks. Requires the mutex. */
static struct request *take_waiting(struct sb_front *front, uint32_t *ret_count)
{
    struct request *batch = front->first, *end = NULL;
    uint32_t count = 0;
    for (struct request *at = batch; at && count + at->count <= SB_BATCH_MAX; at = at->next) {
        if (at->ask && at != batch)
            break;
        count += at->count;
        end = at;
        if (at->ask)
            break;
    }
    front->first = end->next;
    end->next = NULL;
    *ret_count = count;
    return batch;
}

static enum sb_status run(struct sb_front *front, const struct request *batch, uint32_t count,
                          struct sb_err *err)
{
    uint64_t sequence = 0;
    uint32_t at = 0;
    sb_time_us now = front->os->now(front->os->context),
               before = sb_ledger_time(sb_engine_ledger(front->engine));
    for (const struct request *request = batch; request; request = request->next) {
        memcpy(front->events + at, request->events, request->count * sizeof(*front->events));
        at += request->count;
    }
    for (uint32_t i = 0; i < count; i++)
        front->events[i].time = SB_MAX(now, before);
    enum sb_status status =
        sb_engine_submit(front->engine, front->events, count, front->results, &sequence, err);
    if (status == SB_OK)
        status = sb_engine_wait(front->engine, sequence, err);
    if (status == SB_OK && front->listen)
        front->listen(front->listen_context, front->engine, front->events, front->results, count, sequence);
    return status;
}

static void answer(struct sb_front *front, struct request *batch, enum sb_status status,
                   const struct sb_err *err)
{
    const struct sb_result *results = front->results;
    for (struct request *request = batch, *next; request; request = next) {
        next = request->next;
        if (request->count > 0)
            memcpy(request->results, results, request->count * sizeof(*results));
        results += request->count;
        request->status = status;
        if (status != SB_OK)
            request->err = *err;
        request->done = true;
        pthread_cond_signal(&request->woken);
    }
}

/* Take everybody's events through the engine. Requires the mutex, and gives it away meanwhile. */
static void lead(struct sb_front *front)
{
    struct sb_err err = {0};
    uint32_t count;
    struct request *batch = take_waiting(front, &count);
    front->led = true;
    pthread_mutex_unlock(&front->mutex);
    enum sb_status status =
        batch->ask ? batch->ask(batch->context, front->engine, &err) : run(front, batch, count, &err);
    pthread_mutex_lock(&front->mutex);
    front->led = false;
    answer(front, batch, status, &err);
    if (front->first)
        pthread_cond_signal(&front->first->woken);
}

/* Stand in the queue until the request is done, and lead when nobody does. */
static enum sb_status wait_for(struct sb_front *front, struct request *request, struct sb_err *err)
{
    pthread_cond_init(&request->woken, NULL);
    pthread_mutex_lock(&front->mutex);
    if (front->first)
        front->last->next = request;
    else
        front->first = request;
    front->last = request;
    while (!request->done) {
        if (front->led)
            pthread_cond_wait(&request->woken, &front->mutex);
        else
            lead(front);
    }
    pthread_mutex_unlock(&front->mutex);
    pthread_cond_destroy(&request->woken);
    if (request->status != SB_OK && err)
        *err = request->err;
    return request->status;
}

enum sb_status sb_front_submit(struct sb_front *front, const struct sb_event *events, uint32_t count,
                               struct sb_result *results, struct sb_err *err)
{
    enum sb_status status = check(events, count, err);
    if (status != SB_OK)
        return status;
    struct request request = {.events = events, .results = results, .count = count};
    return wait_for(front, &request, err);
}

enum sb_status sb_front_ask(struct sb_front *front, sb_front_ask_fn *ask, void *context, struct sb_err *err)
{
    struct request request = {.ask = ask, .context = context};
    return wait_for(front, &request, err);
}
