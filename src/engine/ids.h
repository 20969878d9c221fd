/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which event had an id first, over the whole history. In memory for now; a disk index sits behind the same
 * calls later. In selective mode only ids asked for beforehand are kept, so that reading a journal whose
 * references were collected in a first pass needs memory for the references, not for the events.
 */

#include "ledger/past.h"

struct sb_ids;

/* NULL when memory is out. */
struct sb_ids *sb_ids_new(bool selective);
void sb_ids_free(struct sb_ids *ids);

/* Selective mode: keep this id's event when it comes. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_ids_want(struct sb_ids *ids, struct sb_id id, struct sb_err *err);

/* Remember an event by its id, unless the id is there already or, in selective mode, not wanted. Errors:
 * SB_NOMEM, SB_LIMIT. */
SB_CHECKED enum sb_status sb_ids_put(struct sb_ids *ids, const struct sb_event *event,
                                     const struct sb_result *result, uint32_t plan, struct sb_err *err);

/* The entry of an id, or NULL. Borrowed for the index's life. */
const struct sb_past_entry *sb_ids_find(const struct sb_ids *ids, struct sb_id id);

/* Bring the slot of an id towards the cache; a hint before a find. */
void sb_ids_prefetch(const struct sb_ids *ids, struct sb_id id);

/*
 * The sequence number up to which the index needs nothing from the journal any more: recovery reads from the
 * event behind it on. 0: it needs everything, for it lives in memory.
 */
uint64_t sb_ids_through(const struct sb_ids *ids);
