/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Events from files into an engine: text lines or event files, told apart by their first bytes. Codes of
 * names are mapped to the journal's; batches are cut so that chains stay whole; every result goes to a
 * listener in order. A file may be run again, after a stop for example: events not behind the journal's last
 * one that the journal holds already are answered as they were, and not journalled a second time.
 */

#include "base/str.h"
#include "engine/engine.h"

/* What a file says of itself before anything is run. Text: its first event's time, nothing else. */
struct sb_ingest_head {
    bool text;
    uint32_t flags;                    /* SB_JOURNAL_SYNTHETIC */
    char origin[256];                  /* "" when it says nothing */
    char unit[SB_SYMBOL_SIZE_MAX + 1]; /* "" when it says nothing */
    uint32_t decimals;
    sb_time_us first_time; /* SB_TIME_FOREVER: no event in it */
};

/* Of both calls: "-" is standard input, which must be a file then, since it is read more than once. */

/* Read a file's head. offset_s is the clock of times without a zone in a text. */
SB_CHECKED enum sb_status sb_ingest_head(const char *path, int32_t offset_s, struct sb_ingest_head *ret_head,
                                         struct sb_err *err);

struct sb_ingest {
    struct sb_engine *engine; /* borrowed; its charter is installed */
    int32_t offset_s;
    uint32_t decimals;
    const char *unit;
    /* Time never goes back: one event with a mistaken year would make all later ones late for ever. So an
     * event behind this instant is an error (SB_INVALID) instead; 0: any time will do. */
    sb_time_us time_max;
    /* Called for every event after its batch was submitted; not durable yet. */
    enum sb_status (*listen)(void *context, const struct sb_event *event, const struct sb_result *result,
                             struct sb_err *err);
    void *context;
    bool (*interrupted)(void);
    void (*progress)(const char *en, const char *vi, uint64_t done, uint64_t all);
};

/* Run one file through the engine and wait until all of it is durable. SB_INTERRUPTED: what was submitted is
 * durable. */
SB_CHECKED enum sb_status sb_ingest_file(const struct sb_ingest *ingest, const char *path,
                                         struct sb_err *err);
