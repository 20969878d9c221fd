/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Ids with a copy of their events, in memory: for histories of simulators and tests, and for readers of a
 * journal. In selective mode only ids asked for beforehand are kept, so that reading a journal whose
 * references were collected in a first pass needs memory for the references, not for the events.
 */

#include "ledger/past.h"

struct sb_id_table;

/* NULL when memory is out. */
struct sb_id_table *sb_id_table_new(bool selective);
void sb_id_table_free(struct sb_id_table *table);

/* Selective mode: keep this id's event when it comes. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_id_table_want(struct sb_id_table *table, struct sb_id id, struct sb_err *err);

/* Remember an event by its id, unless the id is there already or, in selective mode, not wanted. Errors:
 * SB_NOMEM, SB_LIMIT. */
SB_CHECKED enum sb_status sb_id_table_put(struct sb_id_table *table, const struct sb_event *event,
                                          const struct sb_result *result, uint32_t plan, struct sb_err *err);

/* The entry of an id, or NULL. Borrowed for the table's life. */
const struct sb_past_entry *sb_id_table_find(const struct sb_id_table *table, struct sb_id id);

/* Bring the slot of an id towards the cache; a hint before a find. */
void sb_id_table_prefetch(const struct sb_id_table *table, struct sb_id id);
