/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A strand is a thread and a semaphore that says that it is its turn. Whoever has the turn passes it on; the
 * machine's scheduler has no say. A mutex is never waited for: who finds it taken passes the turn on until it
 * is free. Sometimes a strand wakes that nobody woke, as POSIX allows.
 */
#include "schedule.h"

#include <assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#define STACK_SIZE (1u << 20) /* small enough that the stacks of a dozen are kept for the next time */

enum strand_state { READY, WAITING, OVER };

struct strand {
    pthread_t thread;
    sem_t turn;
    enum strand_state state;
    const pthread_cond_t *waits_for; /* WAITING */
    void (*body)(void *context);
    void *context;
};

static const struct sim_schedule *schedule; /* set while strands live */
static struct strand strands[SIM_STRANDS_MAX];
static uint32_t strand_count;
static sem_t all_over;
static _Thread_local struct strand *self; /* NULL: not a strand, and nobody's turn is asked */

/* What the linker calls the real ones. */
int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __real_pthread_cond_signal(pthread_cond_t *cond);
int __real_pthread_cond_broadcast(pthread_cond_t *cond);
int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex);
int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex);
int __wrap_pthread_cond_signal(pthread_cond_t *cond);
int __wrap_pthread_cond_broadcast(pthread_cond_t *cond);

static void take(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0)
        continue; /* a signal came */
}

/* The n-th strand in a state; only those that wait for a condition when one is given. */
static struct strand *nth(enum strand_state state, const pthread_cond_t *cond, uint32_t n,
                          uint32_t *ret_count)
{
    struct strand *found = NULL;
    *ret_count = 0;
    for (uint32_t i = 0; i < strand_count; i++) {
        struct strand *strand = &strands[i];
        if (strand->state != state || (cond && strand->waits_for != cond))
            continue;
        if ((*ret_count)++ == n)
            found = strand;
    }
    return found;
}

static struct strand *draw(enum strand_state state, const pthread_cond_t *cond)
{
    uint32_t count;
    (void)nth(state, cond, 0, &count);
    return count == 0 ? NULL : nth(state, cond, sim_below(schedule->random, count), &count);
}

static void pass_on(void)
{
    if (schedule->between)
        schedule->between(schedule->context);
    struct strand *next = draw(READY, NULL);
    struct strand *sleeper = sim_chance(schedule->random, 2) ? draw(WAITING, NULL) : NULL;
    if (sleeper) {
        sleeper->state = READY;
        next = sleeper;
    }
    if (next == self)
        return;
    bool over = self->state == OVER;
    struct strand *before = self;
    if (next)
        sem_post(&next->turn);
    else if (over && !draw(WAITING, NULL))
        sem_post(&all_over);
    else
        sim_fail("clients wait for each other for ever");
    if (!over)
        take(&before->turn);
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    if (!self)
        return __real_pthread_mutex_lock(mutex);
    do
        pass_on();
    while (pthread_mutex_trylock(mutex) != 0);
    return 0;
}

int __wrap_pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    if (!self)
        return __real_pthread_cond_wait(cond, mutex);
    pthread_mutex_unlock(mutex);
    self->waits_for = cond;
    self->state = WAITING;
    pass_on();
    return __wrap_pthread_mutex_lock(mutex);
}

int __wrap_pthread_cond_signal(pthread_cond_t *cond)
{
    if (!self)
        return __real_pthread_cond_signal(cond);
    struct strand *strand = draw(WAITING, cond);
    if (strand)
        strand->state = READY;
    return 0;
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *cond)
{
    if (!self)
        return __real_pthread_cond_broadcast(cond);
    for (uint32_t i = 0; i < strand_count; i++)
        if (strands[i].state == WAITING && strands[i].waits_for == cond)
            strands[i].state = READY;
    return 0;
}

static void *live(void *context)
{
    self = context;
    take(&self->turn);
    self->body(self->context);
    self->state = OVER;
    pass_on();
    return NULL;
}

void sim_schedule(const struct sim_schedule *how, void (*body)(void *context), void *contexts, size_t size,
                  uint32_t count)
{
    assert(count > 0 && count <= SIM_STRANDS_MAX);
    pthread_attr_t small;
    schedule = how;
    strand_count = count;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, STACK_SIZE);
    sem_init(&all_over, 0, 0);
    for (uint32_t i = 0; i < count; i++) {
        strands[i] = (struct strand){.state = READY, .body = body, .context = (char *)contexts + i * size};
        sem_init(&strands[i].turn, 0, 0);
        if (pthread_create(&strands[i].thread, &small, live, &strands[i]) != 0)
            abort();
    }
    pthread_attr_destroy(&small);
    sem_post(&draw(READY, NULL)->turn);
    take(&all_over);
    for (uint32_t i = 0; i < count; i++) {
        pthread_join(strands[i].thread, NULL);
        sem_destroy(&strands[i].turn);
    }
    sem_destroy(&all_over);
    schedule = NULL;
}
