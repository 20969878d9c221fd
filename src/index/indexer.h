/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The thread that keeps an index up with a journal that grows. It runs at a lower priority than those who
 * judge and write, and falls behind when they need the machine; whoever must not get too far ahead of it
 * waits (sb_indexer_wait).
 */

#include "index/index.h"

struct sb_indexer;

/* Borrows the index, which nobody else may feed until sb_indexer_free. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_indexer_new(struct sb_index *index, struct sb_indexer **ret_indexer,
                                         struct sb_err *err);

/* Ends the thread behind the batch that it is at. Safe on NULL. */
void sb_indexer_free(struct sb_indexer *indexer);

/* Events up to a sequence number are durable. Cheap. */
void sb_indexer_tell(struct sb_indexer *indexer, uint64_t durable);

/* Wait until the index goes through a sequence number that was told. When it cannot go on (a full disk), says
 * why; it tries again now and then, so asking again may help. Requires that nobody is between sb_index_enter
 * and sb_index_leave. */
SB_CHECKED enum sb_status sb_indexer_wait(struct sb_indexer *indexer, uint64_t sequence, struct sb_err *err);
