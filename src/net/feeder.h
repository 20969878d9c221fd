/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * For demonstrations: the events of a file go into a pilot with their own times, so many seconds of recorded
 * time a second, so that figures move. Only into a journal that is marked synthetic, or that was made for the
 * file. While it is fed, the pilot's clock is that of the file.
 */

#include "net/log.h"
#include "net/pilot.h"

struct sb_feeder;

struct sb_feeder_options {
    const char *path;      /* an event file, as synth and import write; borrowed for the call */
    uint32_t speed;        /* seconds of recorded time a second */
    sb_time_us paced_from; /* what lies before goes in at once; SB_TIME_ALWAYS: nothing does */
    struct sb_log *log;    /* borrowed */
};

/* Begin to feed, in a thread of its own. Events not behind the journal's last one are passed over: they are
 * in it from an earlier run. Errors: the file's, SB_INVALID (a real journal), SB_NOMEM. */
SB_CHECKED enum sb_status sb_feeder_start(struct sb_pilot *pilot, const struct sb_feeder_options *options,
                                          struct sb_feeder **ret_feeder, struct sb_err *err);
void sb_feeder_stop(struct sb_feeder *feeder); /* safe on NULL */
