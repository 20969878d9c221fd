/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Every record of a journal, once, in order, with progress and a way to stop: what replay, verify and explain
 * are made of. */

#include "journal/journal.h"

struct sb_walk {
    const struct sb_os *os;
    const char *dir;
    const char *doing_en, *doing_vi;                                               /* "reading" */
    bool (*interrupted)(void);                                                     /* may be NULL */
    void (*progress)(const char *en, const char *vi, uint64_t done, uint64_t all); /* may be NULL */
};

/*
 * Hand each record to take. take may end the walk early with SB_END. *ret_info (may be NULL) is written
 * before the first record. Errors: the reader's, take's, SB_INTERRUPTED.
 */
SB_CHECKED enum sb_status sb_walk(const struct sb_walk *walk, sb_record_fn *take, void *context,
                                  struct sb_journal_info *ret_info, struct sb_err *err);
