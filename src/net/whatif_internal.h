/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What whatif.c (what is kept) and whatif_run.c (what runs) share. */

#include "net/whatif.h"

#include <pthread.h>

enum whatif_state { WHATIF_RUNNING, WHATIF_DONE, WHATIF_FAILED, WHATIF_CANCELLED };

struct whatif {
    struct sb_id id;
    char pilot_id[SB_PILOT_ID_SIZE];
    char made_at[SB_TIME_TEXT_SIZE];
    struct sb_pilot *pilot; /* borrowed; NULL: read from a file */
    struct sb_whatif_question options;
    char *charter; /* owned, or NULL */
    atomic_bool cancelled;
    /* Under the mutex. */
    json_t *question; /* owned */
    json_t *figures;  /* owned: the report, or the figures so far; replaced whole, never changed */
    json_t *error;    /* owned, or NULL */
    enum whatif_state state;
    uint64_t done, all, version;
    bool waits; /* for a thread */
    struct whatif *older;
};

struct sb_whatifs {
    char *folder; /* owned */
    uint32_t kept_max;
    pthread_t *threads; /* owned */
    unsigned thread_count;
    pthread_mutex_t mutex; /* over all below */
    pthread_cond_t work;
    struct whatif *newest;
    uint32_t count, waiting, running;
    bool ending;
};

SB_CHECKED enum sb_status sb_whatif_start_threads(struct sb_whatifs *whatifs, uint32_t count,
                                                  struct sb_err *err);
void sb_whatif_end_threads(struct sb_whatifs *whatifs); /* cancels what runs */

/* Requires the mutex. */
SB_CHECKED enum sb_status sb_whatif_keep(struct sb_whatifs *whatifs, const struct whatif *whatif,
                                         struct sb_err *err);
/* The path of a job's file, to be freed; NULL: no memory. */
char *sb_whatif_path(const struct sb_whatifs *whatifs, const struct whatif *whatif, const char *ending);
