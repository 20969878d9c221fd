/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A journal read ahead by a thread of its own: while one record is judged on this core, the next ones are
 * read, checked and decoded on the other. Bounded: a few records in flight, whatever the journal's length.
 */

#include "journal/journal.h"

struct sb_feed;

/* trusting: as sb_journal_reader_trust. */
SB_CHECKED enum sb_status sb_feed_open(const struct sb_os *os, const char *dir, bool trusting,
                                       struct sb_feed **ret_feed, struct sb_err *err);
const struct sb_journal_info *sb_feed_info(const struct sb_feed *feed);

/* The next record, borrowed until the next call. SB_END behind the last. *ret_done and *ret_all are bytes,
 * for progress. */
SB_CHECKED enum sb_status sb_feed_next(struct sb_feed *feed, const struct sb_record **ret_record,
                                       uint64_t *ret_done, uint64_t *ret_all, struct sb_err *err);
void sb_feed_close(struct sb_feed *feed); /* also in the middle; safe on NULL */
