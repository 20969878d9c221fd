/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A pilot's whole life in one process, on a disk and a clock that are made up, steered by one number. The
 * same seed gives the same calls in the same order. README.md says what is checked.
 */

#include "engine/front.h"

#include <stdio.h>

/* ------------------------------------------------------------------ chance */

struct sim_random {
    uint64_t state;
};

static inline uint64_t sim_next(struct sim_random *random)
{
    random->state += UINT64_C(0x9E3779B97F4A7C15);
    return sb_mix64(random->state);
}

/* 0 to count - 1. */
static inline uint32_t sim_below(struct sim_random *random, uint32_t count)
{
    return (uint32_t)((sim_next(random) >> 32) * count >> 32);
}

static inline bool sim_chance(struct sim_random *random, uint32_t percent)
{
    return sim_below(random, 100) < percent;
}

/* Say what went wrong, with the seed that shows it again, and end the program. */
_Noreturn void sim_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ------------------------------------------------------------------ what was asked and answered */

struct sim_entry {
    struct sb_event event;
    struct sb_result result;
    bool told; /* event and result are known from submitting; false: read from the journal */
};

/* The state behind a batch, as it was when the batch was submitted. */
struct sim_mark {
    uint64_t sequence;
    uint8_t hash[SB_STATE_HASH_SIZE];
};

/* entries[n - 1] is the event with sequence number n. Whatever the engine adds itself (names, charters) is a
 * gap until the journal is read. */
struct sim_history {
    struct sim_entry *entries; /* owned */
    uint64_t count, room;
    struct sim_mark *marks; /* owned, ascending */
    size_t mark_count, mark_room;
};

void sim_history_release(struct sim_history *history);
/* An entry more; event and result NULL: a gap. */
void sim_history_add(struct sim_history *history, const struct sb_event *event,
                     const struct sb_result *result);
void sim_history_mark(struct sim_history *history, const uint8_t hash[SB_STATE_HASH_SIZE]);
/* Forget what lies behind an event. */
void sim_history_cut(struct sim_history *history, uint64_t count);
/* The state's hash behind an event, NULL when it was not marked. */
const uint8_t *sim_history_hash(const struct sim_history *history, uint64_t sequence);
/* Read the journal on a disk that nothing is wrong with, without its lock; fails the run when it is damaged.
 * An empty history when there is no journal. strict: nor may its tail be torn. */
void sim_history_read(struct sim_history *history, const struct sb_os *os, bool strict);
/* No id stands for two things that both happened. */
void sim_history_check_ids(const struct sim_history *history);

/* ------------------------------------------------------------------ the pilot */

#define SIM_LAWS_MAX     24
#define SIM_LAYERS_MAX   3
#define SIM_LAW_SIZE_MAX 6144
#define SIM_ACCOUNTS     20
#define SIM_BATCH_MAX    48
#define SIM_LOST_MAX     64
#define SIM_REQUEST_MAX  6 /* events that a client asks for in one go */

struct sim_law {
    char texts[SIM_LAYERS_MAX][SIM_LAW_SIZE_MAX];
    struct sb_source sources[SIM_LAYERS_MAX]; /* borrow the texts */
    uint32_t count;
};

struct sim_pilot {
    struct sim_random *random; /* borrowed */
    struct sim_law laws[SIM_LAWS_MAX];
    uint32_t law_count;
    uint32_t named; /* names that were announced so far: all are, before any is again */
    sb_time_us now; /* the world's clock; never goes back */
    uint64_t next_id;
    struct sb_event lost[SIM_LOST_MAX]; /* asked for and not kept: clients ask again */
    uint32_t lost_count;
};

/* Draw a law (law.c). */
void sim_law_draw(struct sim_random *random, uint32_t number, struct sim_law *law);
/* Draw another law, or one that was drawn before. */
const struct sim_law *sim_pilot_law(struct sim_pilot *pilot);
/* Draw what a client may ask in one go: an event, or a whole chain; times are the front's. */
uint32_t sim_pilot_request(struct sim_pilot *pilot, const struct sb_engine *engine,
                           const struct sim_history *history, struct sb_event events[SIM_REQUEST_MAX]);
/* Draw 1 to SIM_BATCH_MAX events for an engine in this state; returns how many. */
uint32_t sim_pilot_batch(struct sim_pilot *pilot, const struct sb_engine *engine,
                         const struct sim_history *history, struct sb_event events[SIM_BATCH_MAX]);
/* Draw a name, known already or not. */
const char *sim_pilot_name(struct sim_pilot *pilot, enum sb_space *ret_space, char buffer[32]);
void sim_pilot_lose(struct sim_pilot *pilot, const struct sb_event *event);
struct sb_id sim_account_id(uint32_t n);

/* Balances, reservations and used limits of the engine equal those that follow from the history alone. */
void sim_recompute(const struct sim_pilot *pilot, const struct sim_history *history,
                   const struct sb_engine *engine);

/* ------------------------------------------------------------------ many clients */

#define SIM_CLIENTS_MAX  8
#define SIM_REQUESTS_MAX 40

/* What one of several clients asked through the front, and what became of it. */
struct sim_request {
    struct sb_event events[SIM_REQUEST_MAX];
    struct sb_result results[SIM_REQUEST_MAX]; /* when status is SB_OK */
    uint32_t count, client;
    uint64_t began, ended; /* in the order in which clients asked and were answered */
    enum sb_status status;
    struct sb_err err;
    bool asked, found; /* found: it is in the journal */
};

struct sim_requests {
    struct sim_request requests[SIM_REQUESTS_MAX];
    uint32_t count, client_count;
    uint64_t moments; /* so far */
};

/* Draw what 2 to SIM_CLIENTS_MAX clients ask, each in its own order; some ask the same, as one that heard no
 * answer and asks another door. */
void sim_requests_draw(struct sim_requests *requests, struct sim_pilot *pilot, const struct sb_engine *engine,
                       const struct sim_history *history);
/* Let all of them ask at once; `between` is called whenever one is stopped and another goes on. */
void sim_requests_submit(struct sim_requests *requests, struct sim_random *random, struct sb_engine *engine,
                         const struct sb_os *os, void (*between)(void *context), void *context);
/*
 * What a journal holds from an entry on is what clients asked, request by request, each as often as it was
 * asked; results are those that were answered, in an order that agrees with who was answered before who
 * asked. Every answered request is there, none that was turned away.
 */
void sim_requests_check(struct sim_requests *requests, const struct sim_history *found, uint64_t from);

/* ------------------------------------------------------------------ a run */

struct sim_figures {
    uint64_t steps, events, acknowledged, by_code[SB_RESULT_COUNT], repeated;
    uint64_t opens, failed_opens, closes, kills, crashes, faults, stops, full, installs, cuts, recomputed,
        segments, requests, snapshots, from_snapshots;
};

/* Live through `steps` steps of a seed; fails the program when a check does. *ret_trace: what happened, as a
 * number. Figures are added up. */
void sim_run(uint64_t seed, uint32_t steps, bool loud, uint64_t *ret_trace, struct sim_figures *figures);
