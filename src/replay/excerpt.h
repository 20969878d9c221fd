/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Parts of a history, found by the index: events of some accounts, and what refers to them. What statement
 * and explain are made of.
 */

#include "engine/runner.h"

struct sb_excerpt {
    struct sb_index *index;   /* owned */
    struct sb_fetch *fetch;   /* owned */
    struct sb_indexed *found; /* owned */
    size_t count, room, max;  /* max: SB_LIMIT when more are found */
    uint64_t before;          /* only events before this one */
};

/* Accepted, and not a repetition: something came of it. */
bool sb_happened(const struct sb_result *result);

/* Open the index for asking. Release also after an error. Errors: SB_IO, SB_NOMEM. */
SB_CHECKED enum sb_status sb_excerpt_open(struct sb_excerpt *excerpt, const struct sb_index_options *options,
                                          struct sb_err *err);
void sb_excerpt_release(struct sb_excerpt *excerpt);

/*
 * Add what the index has of a kind for an id, and, `depth` steps further, what refers to the transfers and
 * posts among that. Errors: SB_LIMIT, SB_DAMAGED, SB_IO, SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_excerpt_find(struct sb_excerpt *excerpt, enum sb_row_kind kind, struct sb_id id,
                                          unsigned depth, struct sb_err *err);

/* Into the order of their sequence numbers, each once. */
void sb_excerpt_sort(struct sb_excerpt *excerpt);

/* Let a runner take one event of a record alone, with its texts when it installs a charter. */
SB_CHECKED enum sb_status sb_excerpt_take(struct sb_runner *runner, const struct sb_record *record,
                                          uint32_t index, struct sb_err *err);

/* The same for a name or charter that the index knows. */
SB_CHECKED enum sb_status sb_excerpt_take_law(struct sb_excerpt *excerpt, struct sb_runner *runner,
                                              uint64_t sequence, struct sb_err *err);
