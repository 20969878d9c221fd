/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What-if jobs: another law on a pilot's recorded history, each in a thread of its own, at most so many at a
 * time; the others wait. What was asked and what came of it is kept in files, so that a link lasts:
 *
 *     FOLDER/PILOT/ID.json   the question, the state and the report
 *     FOLDER/PILOT/ID.csv    a row for every difference
 *     FOLDER/PILOT/ID.charter   the text, when the question came with one
 *
 * Everything here may be called from any thread; a job is known by its id alone.
 */

#include "net/pilot.h"

#include <jansson.h>

struct sb_whatifs;

#define SB_WHATIF_NAME_SIZE 481 /* 120 letters of UTF-8, and a NUL */
#define SB_WHATIF_SETS_MAX  32
#define SB_WHATIF_SET_SIZE  97

struct sb_whatif_question {
    char name[SB_WHATIF_NAME_SIZE];
    enum sb_replay_how { SB_HOW_ONE_STEP, SB_HOW_WHOLE_RUN } mode;
    enum sb_law law;
    sb_day law_day;
    char sets[SB_WHATIF_SETS_MAX][SB_WHATIF_SET_SIZE];
    uint32_t set_count;
    enum sb_dimension by[SB_BY_COUNT];
    unsigned by_count;
    enum sb_lang lang;
    const char *charter; /* text, borrowed for the call; NULL: the recorded one */
    const char *made_by; /* borrowed for the call; NULL: a guest */
};

struct sb_whatif_options {
    const char *folder; /* made when it is not there; borrowed for the call */
    uint32_t running_max, kept_max;
};

/* Read what is kept, and start the threads. Files that are not ours are left alone. Errors: SB_IO, SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_whatifs_new(const struct sb_whatif_options *options,
                                         struct sb_whatifs **ret_whatifs, struct sb_err *err);
/* Cancel what runs, wait for it, free. Safe on NULL. */
void sb_whatifs_free(struct sb_whatifs *whatifs);

/* Begin a job; *ret_id names it. Errors: SB_BUSY (too many wait, or are kept), SB_IO, SB_NOMEM. */
SB_CHECKED enum sb_status sb_whatifs_start(struct sb_whatifs *whatifs, struct sb_pilot *pilot,
                                           const struct sb_whatif_question *question, struct sb_id *ret_id,
                                           struct sb_err *err);

/*
 * A job as the schema Whatif; with the report, or the figures so far, when `whole`. NULL: there is none of
 * that id of that pilot. *ret_ended (may be NULL): it does not run any more.
 */
json_t *sb_whatifs_json(struct sb_whatifs *whatifs, const struct sb_pilot *pilot, struct sb_id id, bool whole,
                        bool *ret_ended);

/* Those of a pilot, newest first, behind `after` (none: from the first), without reports; *ret_next: what to
 * give as `after` for more, or none. */
json_t *sb_whatifs_list(struct sb_whatifs *whatifs, const struct sb_pilot *pilot, struct sb_id after,
                        uint32_t limit, struct sb_id *ret_next);

/* Cancel a job that runs; forget one that has ended. who: a name, or NULL for a guest; all: others' too.
 * Errors: SB_NOT_FOUND, SB_INVALID (somebody else's). */
SB_CHECKED enum sb_status sb_whatifs_end(struct sb_whatifs *whatifs, const struct sb_pilot *pilot,
                                         struct sb_id id, const char *who, bool all, struct sb_err *err);

/* The path of a job's file, to be freed; NULL: no such job. *ret_done: it ended well. */
char *sb_whatifs_path(struct sb_whatifs *whatifs, const struct sb_pilot *pilot, struct sb_id id,
                      const char *ending, bool *ret_done);

/* Changes whenever figures do: for who tells listeners. 0: there is none of that id. */
uint64_t sb_whatifs_version(struct sb_whatifs *whatifs, struct sb_id id);
uint32_t sb_whatifs_running(struct sb_whatifs *whatifs);
