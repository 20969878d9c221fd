/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One pilot as the server holds it: the engine that writes its journal, the front before it, and the figures
 * counted as batches pass. Whoever wants to read the engine's state asks between batches (sb_front_ask): the
 * ledger, the symbols and the figures need no lock. What an ask takes away must be copied, but for plans:
 * they are never changed, and live until the pilot is closed.
 */

#include "engine/front.h"
#include "net/figures.h"
#include "replay/measuring.h"

#include <stdatomic.h>

#define SB_PILOT_ID_SIZE   65
#define SB_PILOT_LATENCIES 8 /* bounds of sync times that metrics tell */
#define SB_PILOT_LATENCIES_US                                \
    {                                                        \
        500, 1000, 2000, 5000, 10000, 50000, 200000, 1000000 \
    }

struct sb_pilot {
    char id[SB_PILOT_ID_SIZE];      /* the folder's name */
    char *dir;                      /* owned */
    struct sb_engine *engine;       /* owned; the front's leader's */
    struct sb_front *front;         /* owned */
    struct sb_figures figures;      /* the leader's */
    struct sb_measuring *measuring; /* owned; its measures are the leader's. NULL: they cannot be counted */
    struct sb_os os;                /* the machine, with the time that a sync takes measured */
    struct sb_os clock;             /* gives events their times: the machine's, or a fed history's */
    bool synthetic;
    char origin[256];
    /* Read by anybody, at any time. */
    atomic_uint_fast64_t sequence, durable;        /* newest event taken, newest on the disk for sure */
    atomic_uint_fast64_t by_code[SB_RESULT_COUNT]; /* of events since the start */
    atomic_uint_fast64_t syncs, sync_us, syncs_within[SB_PILOT_LATENCIES];
    atomic_int_fast64_t fed_time; /* of the newest event fed; SB_TIME_ALWAYS: the machine's clock goes */
    atomic_bool failed;           /* the engine is done for */
};

struct sb_pilot_options {
    bool create;                     /* make a journal where there is none */
    uint32_t journal_flags;          /* of a new one */
    const char *origin;              /* of a new one; borrowed for the call */
    const struct sb_source *sources; /* installed in a journal without a charter; borrowed for the call */
    uint32_t source_count;
    sb_time_us install_time;    /* of that charter */
    const uint8_t *signing_key; /* borrowed until close; or NULL */
    uint64_t checkpoint_every;
};

/* Open the journal in a folder, which nobody else may be writing (SB_BUSY), and count what is in it. */
SB_CHECKED enum sb_status sb_pilot_open(const char *dir, const char *id,
                                        const struct sb_pilot_options *options, struct sb_pilot **ret_pilot,
                                        struct sb_err *err);

/* Checkpoint, close, free. Requires that nobody is inside. Safe on NULL. */
enum sb_status sb_pilot_close(struct sb_pilot *pilot, struct sb_err *err);

/* Tell the pilot of a batch that somebody submitted within an ask, when it is durable. Fits sb_front_listen.
 */
void sb_pilot_hear(void *pilot, struct sb_engine *engine, const struct sb_event *events,
                   const struct sb_result *results, uint32_t count, uint64_t sequence);

/* What is needed of the state to show a pilot, from one instant. */
struct sb_pilot_view {
    const struct sb_plan *plan; /* in force; NULL: none. Lives until the pilot is closed. */
    char unit[SB_SYMBOL_SIZE_MAX + 1];
    unsigned decimals;
    int32_t offset_s;
    uint64_t sequence;
    sb_time_us first_time, last_time; /* SB_TIME_ALWAYS: no event yet */
    uint32_t accounts;
    struct sb_figure accepted, refused;
};
/* In an ask. */
struct sb_pilot_view sb_pilot_view_of(const struct sb_pilot *pilot);
/* From outside: asks. */
SB_CHECKED enum sb_status sb_pilot_look(struct sb_pilot *pilot, struct sb_pilot_view *ret_view,
                                        struct sb_err *err);

/* The periods of a pilot in order; a gap between two of them has no instrument. */
struct sb_period_of {
    sb_time_us from, to;    /* SB_TIME_ALWAYS, SB_TIME_FOREVER: open */
    const char *instrument; /* NULL: a gap. Borrowed from the plan. */
};
#define SB_PERIODS_MAX 64
unsigned sb_pilot_periods(const struct sb_plan *plan, struct sb_period_of periods[SB_PERIODS_MAX]);

/* The word of a pilot's state, by its charter's term at the time of its last event; and the period that it is
 * in, or comes next, or was the last (NULL: none). */
const char *sb_pilot_state(const struct sb_pilot_view *view,
                           const struct sb_period_of periods[SB_PERIODS_MAX], unsigned count,
                           const struct sb_period_of **ret_period);
