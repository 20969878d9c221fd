/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Memory for one compilation or one request: many small allocations, one release. Bounded, so that hostile
 * input runs into SB_NOMEM instead of the machine. For tests, the n-th allocation can be made to fail.
 */

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

struct sb_arena_block;

struct sb_arena {
    struct sb_arena_block *blocks; /* owned, newest first */
    size_t used;                   /* bytes handed out */
    size_t size_max;               /* bytes: past it allocations fail */
    uint64_t fail_after;           /* test hook: the allocation after this many fails; UINT64_MAX never */
};

/* Make an empty arena in caller's memory. Allocates nothing. */
void sb_arena_init(struct sb_arena *arena, size_t size_max);

/* Free all that was allocated from it. The arena is empty again and may be used. */
void sb_arena_release(struct sb_arena *arena);

/* Zeroed memory of count elements of size, aligned to 16. NULL when the bound or the machine's memory is
 * reached. */
void *sb_arena_alloc(struct sb_arena *arena, size_t count, size_t size);

/* A copy with a NUL behind it. NULL as above. */
char *sb_arena_copy(struct sb_arena *arena, const char *text, size_t size);

/*
 * Make room for one more element in an arena-backed array: when *count is 0 or a power of two >= 8 the array
 * is moved to one of twice the size. Returns the array (moved or not), or NULL when memory is out; the old
 * array stays valid then.
 */
void *sb_arena_grow(struct sb_arena *arena, void *array, size_t count, size_t size);
