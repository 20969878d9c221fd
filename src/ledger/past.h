/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the engine looked up before a batch: of every id that the batch uses or refers to, the event that had
 * it first, if any. The ledger adds the batch's own events as it goes, so that members of one batch see each
 * other. Ids are exact over the whole history because the engine's index is; the ledger itself remembers no
 * finished transfer.
 *
 * The engine must put, for each event: its `id`; for POST, VOID and REVERSE its `other`; and for a REVERSE
 * whose other is a POST, that post's `other` too.
 */

#include "base/event.h"
#include "ledger/result.h"

struct sb_past;

struct sb_past_entry {
    struct sb_event event;   /* copied */
    struct sb_result result; /* its result the first time */
    uint32_t plan;           /* which installation judged it: sb_ledger_plan_number at that time */
};

/* Room for count entries; put more and it grows. NULL when memory is out. */
struct sb_past *sb_past_new(uint32_t count);
void sb_past_free(struct sb_past *past);

/* Forget all entries; cheap. */
void sb_past_clear(struct sb_past *past);

/* Add an event by its id. An id that is there already is left as it is (the first one counts). Errors:
 * SB_NOMEM. */
SB_CHECKED enum sb_status sb_past_put(struct sb_past *past, const struct sb_event *event,
                                      const struct sb_result *result, uint32_t plan, struct sb_err *err);

/* The entry of an id, or NULL. Borrowed until the next put or clear. */
const struct sb_past_entry *sb_past_find(const struct sb_past *past, struct sb_id id);
