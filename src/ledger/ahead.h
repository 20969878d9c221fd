/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Fetching ahead. While one event of a batch is judged, the memory that the next ones will touch is fetched:
 * first the index slots of their accounts, then the accounts, then the windows of their payers, so that over
 * a million accounts an event waits for the memory once at most. Nothing here changes a result.
 */

#include "ledger/ledger_internal.h"

#define SB_AHEAD_RING 16u

struct sb_ahead {
    const struct sb_ledger *ledger;
    const struct sb_event *events; /* of the batch, borrowed */
    uint32_t count;
    struct sb_guess guesses[SB_AHEAD_RING]; /* by index of event: what the index says the accounts are */
};

/* Begin with a batch. */
void sb_ahead_begin(struct sb_ahead *ahead, const struct sb_ledger *ledger, const struct sb_event *events,
                    uint32_t count);

/* Fetch what comes behind an event that is now judged. Call it for each, or jump over some. */
void sb_ahead_fetch(struct sb_ahead *ahead, uint32_t index);
void sb_ahead_jump(struct sb_ahead *ahead, uint32_t index);

/* The accounts that the event at index probably has. */
static inline struct sb_guess sb_ahead_guess(const struct sb_ahead *ahead, uint32_t index)
{
    return ahead->guesses[index % SB_AHEAD_RING];
}
