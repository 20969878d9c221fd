/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * An index from hashes to the numbers of things that lie elsewhere in an array: open addressing, 4 bytes a
 * slot. A slot holds number + 1 in its low bits and, in the bits that numbers do not need, a piece of the
 * hash, so that a probe seldom has to look at the wrong thing. The owner compares keys; the index only offers
 * candidates.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SB_NOBODY UINT32_MAX /* no number */

struct sb_slots {
    uint32_t *slots;      /* owned, 1 << bits of them; 0: empty */
    uint32_t bits;        /* at least 4 */
    uint32_t number_bits; /* low bits of a slot that hold the number + 1 */
    uint32_t count;
};

/* The hash of the thing with a number, for rehashing. Owner is what was given to the call. */
typedef uint64_t sb_slots_hash_fn(const void *owner, uint32_t number);

/* Room for count entries. False when memory is out; release is safe then too. */
bool sb_slots_init(struct sb_slots *slots, uint32_t count);
void sb_slots_release(struct sb_slots *slots);

/* Forget all entries, keep the room. */
void sb_slots_clear(struct sb_slots *slots);

/* Add a number that is not there. Requires number < 2^31 - 1. False when memory is out; nothing changed then.
 */
bool sb_slots_put(struct sb_slots *slots, uint64_t hash, uint32_t number, const void *owner,
                  sb_slots_hash_fn *hash_of);

/* Remove a number that is there. */
void sb_slots_remove(struct sb_slots *slots, uint64_t hash, uint32_t number, const void *owner,
                     sb_slots_hash_fn *hash_of);

static inline size_t sb_slots_bytes(const struct sb_slots *slots)
{
    return ((size_t)1 << slots->bits) * sizeof(*slots->slots);
}

/* Where a hash begins. */
static inline uint32_t sb_slots_home(const struct sb_slots *slots, uint64_t hash)
{
    return (uint32_t)(hash >> (64 - slots->bits));
}

static inline void sb_slots_prefetch(const struct sb_slots *slots, uint64_t hash)
{
    __builtin_prefetch(&slots->slots[sb_slots_home(slots, hash)]);
}

/*
 * The next candidate from *at on (begin with sb_slots_home), or SB_NOBODY when there is none. *at moves
 * behind it.
 */
static inline uint32_t sb_slots_next(const struct sb_slots *slots, uint64_t hash, uint32_t *at)
{
    uint32_t mask = (UINT32_C(1) << slots->bits) - 1;
    uint32_t tag = (uint32_t)hash << slots->number_bits;
    for (;;) {
        uint32_t slot = slots->slots[*at];
        if (slot == 0)
            return SB_NOBODY;
        *at = (*at + 1) & mask;
        if (((slot ^ tag) >> slots->number_bits) == 0)
            return (slot & ((UINT32_C(1) << slots->number_bits) - 1)) - 1;
    }
}
