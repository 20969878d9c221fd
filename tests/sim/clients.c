/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several clients at the front, each a thread that asks one thing after the other. Which of them runs is
 * drawn (schedule.h), so that they meet in every way: while another takes a batch through the engine, waits
 * for the disk, answers, or has just failed. What they were told is held against the journal.
 */
#include "schedule.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

void sim_requests_draw(struct sim_requests *requests, struct sim_pilot *pilot, const struct sb_engine *engine,
                       const struct sim_history *history)
{
    struct sim_random *random = pilot->random;
    *requests = (struct sim_requests){.client_count = 2 + sim_below(random, SIM_CLIENTS_MAX - 1)};
    requests->count = requests->client_count * (1 + sim_below(random, SIM_REQUESTS_MAX / SIM_CLIENTS_MAX));
    for (uint32_t i = 0; i < requests->count; i++) {
        struct sim_request *request = &requests->requests[i];
        request->client = i % requests->client_count;
        if (i > 0 && sim_chance(random, 10)) {
            const struct sim_request *same = &requests->requests[sim_below(random, i)];
            request->count = same->count;
            memcpy(request->events, same->events, sizeof(same->events));
        } else {
            request->count = sim_pilot_request(pilot, engine, history, request->events);
        }
    }
}

struct client {
    struct sim_requests *requests; /* of all */
    struct sb_front *front;
    uint32_t number;
};

static void ask(void *context)
{
    struct client *client = context;
    for (uint32_t i = client->number; i < client->requests->count; i += client->requests->client_count) {
        struct sim_request *request = &client->requests->requests[i];
        request->asked = true;
        request->began = ++client->requests->moments;
        request->status =
            sb_front_submit(client->front, request->events, request->count, request->results, &request->err);
        request->ended = ++client->requests->moments;
    }
}

void sim_requests_submit(struct sim_requests *requests, struct sim_random *random, struct sb_engine *engine,
                         const struct sb_os *os, void (*between)(void *context), void *context)
{
    struct sim_schedule schedule = {random, between, context};
    struct client clients[SIM_CLIENTS_MAX];
    struct sb_front *front;
    if (sb_front_new(engine, os, &front, NULL) != SB_OK)
        abort();
    for (uint32_t i = 0; i < requests->client_count; i++)
        clients[i] = (struct client){requests, front, i};
    sim_schedule(&schedule, ask, clients, sizeof(*clients), requests->client_count);
    sb_front_free(front);
}

/* ------------------------------------------------------------------ looking */

static bool same_result(const struct sb_result *a, const struct sb_result *b)
{
    return a->code == b->code && a->flags == b->flags && a->counted == b->counted &&
           memcmp(a->failed, b->failed, sizeof(a->failed)) == 0;
}

/* Whether a request is what stands in the journal from an entry on: one time, every event, and, when it was
 * answered, every result. */
static bool stands_at(const struct sim_request *request, const struct sim_history *found, uint64_t at)
{
    if (found->count - at < request->count)
        return false;
    for (uint32_t i = 0; i < request->count; i++) {
        const struct sim_entry *entry = &found->entries[at + i];
        if (!sb_event_same(&request->events[i], &entry->event) ||
            entry->event.time != found->entries[at].event.time)
            return false;
        if (request->status == SB_OK && !same_result(&request->results[i], &entry->result))
            return false;
    }
    return true;
}

/* Whether a request would stand before one that was answered before it was asked. */
static bool overtakes(const struct sim_requests *requests, const struct sim_request *request)
{
    for (uint32_t i = 0; i < requests->count; i++) {
        const struct sim_request *other = &requests->requests[i];
        if (!other->found && other->asked && other->status == SB_OK && other->ended < request->began)
            return true;
    }
    return false;
}

/* Of those that ask the same: one that overtakes nobody goes before one that does, one that was answered so
 * before one that heard nothing, and the first that was answered before the others. */
static struct sim_request *request_at(struct sim_requests *requests, const struct sim_history *found,
                                      uint64_t at)
{
    struct sim_request *best = NULL;
    for (uint32_t i = 0; i < requests->count; i++) {
        struct sim_request *request = &requests->requests[i];
        bool turned_away = request->status == SB_NOSPACE || request->status == SB_INVALID;
        if (request->found || !request->asked || turned_away || !stands_at(request, found, at))
            continue;
        bool late = overtakes(requests, request), best_is_late = best && overtakes(requests, best);
        bool better =
            best && ((request->status == SB_OK && best->status != SB_OK) ||
                     ((request->status == SB_OK) == (best->status == SB_OK) && request->ended < best->ended));
        if (!best || (late == best_is_late ? better : !late))
            best = request;
    }
    return best;
}

void sim_requests_check(struct sim_requests *requests, const struct sim_history *found, uint64_t from)
{
    for (uint64_t at = from; at < found->count;) {
        struct sim_request *request = request_at(requests, found, at);
        if (!request)
            sim_fail("event %llu is none that a client asked for, or has another result than it was told",
                     (unsigned long long)at + 1);
        if (overtakes(requests, request))
            sim_fail("a client was answered before another asked, and stands behind it");
        request->found = true;
        at += request->count;
    }
    for (uint32_t i = 0; i < requests->count; i++)
        if (requests->requests[i].status == SB_OK && !requests->requests[i].found)
            sim_fail("a client was answered, and what it asked is not in the journal");
}
