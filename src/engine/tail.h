/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which sequence numbers may have an id, for the events that the index on disk does not have yet: 8 bytes a
 * slot, at most three quarters full, by reference only. Events that the index has by now are forgotten when
 * room is needed.
 */

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct sb_tail;

/* NULL when memory is out. */
struct sb_tail *sb_tail_new(void);
void sb_tail_free(struct sb_tail *tail);

/*
 * Add an event by the hash of its id. Sequence numbers ascend. forget: those up to this one need not be kept.
 * Errors: SB_NOMEM, SB_LIMIT.
 */
SB_CHECKED enum sb_status sb_tail_put(struct sb_tail *tail, uint64_t hash, uint64_t sequence, uint64_t forget,
                                      struct sb_err *err);

void sb_tail_prefetch(const struct sb_tail *tail, uint64_t hash);

/*
 * The next sequence number that may have an id with this hash, in no order; 0: there is none. *at is the
 * caller's place among them: UINT64_MAX at first.
 */
uint64_t sb_tail_next(const struct sb_tail *tail, uint64_t hash, uint64_t *at);

uint64_t sb_tail_bytes(const struct sb_tail *tail);
