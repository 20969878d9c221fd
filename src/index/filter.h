/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which ids were never seen: a Bloom filter whose 8 bits of one id lie in one line of 64 bytes, so that
 * asking costs one cache miss, which can be fetched ahead. It never says no to an id that was added.
 *
 * It is cut into parts by the top bits of the hash. A part that becomes too full is made anew, larger, from
 * all its hashes (the index holds them together in its order), so that an id costs 11 to 15.5 bits at any
 * time, and growing never needs room for all twice.
 *
 * One thread may change it while others ask, but a part is exchanged only while nobody asks: see
 * sb_filter_exchange.
 */

#include "base/id.h"
#include "base/status.h"

#define SB_FILTER_PARTS 1024u

struct sb_filter;
struct sb_filter_part; /* one that is being made */

/* NULL when memory is out. */
struct sb_filter *sb_filter_new(void);
void sb_filter_free(struct sb_filter *filter);

static inline uint32_t sb_filter_part_of(uint64_t hash)
{
    return (uint32_t)(hash >> 54);
}

void sb_filter_prefetch(const struct sb_filter *filter, uint64_t hash);

/* False: the hash was never added. */
bool sb_filter_may_hold(const struct sb_filter *filter, uint64_t hash);

/* Add a hash. */
void sb_filter_add(struct sb_filter *filter, uint64_t hash);

/* Whether a part would hold more hashes than it should with `more` on top. */
bool sb_filter_is_full(const struct sb_filter *filter, uint32_t part, uint64_t more);

/* A larger part for what is in it and `more` on top: fill it, then exchange it. NULL when memory is out. */
struct sb_filter_part *sb_filter_begin(const struct sb_filter *filter, uint32_t part, uint64_t more);
void sb_filter_fill(struct sb_filter_part *fresh, uint64_t hash);

/* Put a fresh part in its place; takes it. Requires that nobody asks meanwhile. */
void sb_filter_exchange(struct sb_filter *filter, struct sb_filter_part *fresh);
void sb_filter_drop(struct sb_filter_part *fresh); /* do not use it after all; safe on NULL */
uint64_t sb_filter_fresh_count(const struct sb_filter_part *fresh); /* hashes filled in */

uint64_t sb_filter_count(const struct sb_filter *filter); /* hashes added */
uint64_t sb_filter_part_count(const struct sb_filter *filter, uint32_t part);
uint64_t sb_filter_bytes(const struct sb_filter *filter);

/* ------------------------------------------------------------------ on disk */

/* Called with one piece after the other, in order. */
typedef enum sb_status sb_filter_piece_fn(void *context, void *bytes, size_t size, struct sb_err *err);

/* Hand all of it to `write`, with a digest at the end. */
SB_CHECKED enum sb_status sb_filter_save(const struct sb_filter *filter, sb_filter_piece_fn *write,
                                         void *context, struct sb_err *err);

/* Make one of what `read` gives. Errors: read's own, SB_DAMAGED, SB_NOMEM. */
SB_CHECKED enum sb_status sb_filter_load(sb_filter_piece_fn *read, void *context,
                                         struct sb_filter **ret_filter, struct sb_err *err);
