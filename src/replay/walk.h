/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Every record of a journal, once, in order, with progress and a way to stop: what replay, verify and explain
 * are made of. */

#include "journal/journal.h"

/*
 * Where the first of several walks ended. A journal may grow between them, and what one pass has learned must
 * hold for the next: a later walk ends at the same record, however much has been written meanwhile.
 */
struct sb_walk_end {
    bool known;               /* false before the first walk, which fills in the rest */
    bool trusting;            /* the first walk as sb_journal_reader_trust: a later one checks all */
    uint64_t segment, offset; /* of the last record; 0 when there was none */
};

struct sb_walk {
    const struct sb_os *os;
    const char *dir;
    const char *doing_en, *doing_vi;                                               /* "reading" */
    bool (*interrupted)(void);                                                     /* may be NULL */
    void (*progress)(const char *en, const char *vi, uint64_t done, uint64_t all); /* may be NULL */
    struct sb_walk_end *end; /* borrowed, may be NULL; shared by the walks of one question */
};

/*
 * Hand each record to take. take may end the walk early with SB_END. *ret_info (may be NULL) is written
 * before the first record. Errors: the reader's, take's, SB_INTERRUPTED.
 */
SB_CHECKED enum sb_status sb_walk(const struct sb_walk *walk, sb_record_fn *take, void *context,
                                  struct sb_journal_info *ret_info, struct sb_err *err);

/* The same for who needs a context to be stopped or told: heed is called after every record, with bytes done
 * and in all; false: SB_INTERRUPTED. */
struct sb_walk_heed {
    bool (*heed)(void *context, uint64_t done, uint64_t all);
    void *context;
};
SB_CHECKED enum sb_status sb_walk_heeding(const struct sb_walk *walk, const struct sb_walk_heed *heed,
                                          sb_record_fn *take, void *context, struct sb_journal_info *ret_info,
                                          struct sb_err *err);
