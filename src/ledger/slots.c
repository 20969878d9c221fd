/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Linear probing from the hash's top bits; grown at three quarters full. Removal shifts the run behind it
 * back, so no tombstones pile up.
 */

#include "ledger/ledger_internal.h"

#include <assert.h>

static uint32_t bits_for(uint32_t count)
{
    uint32_t bits = 4;
    while (bits < 31 && (UINT32_C(3) << bits) / 4 <= count)
        bits++;
    return bits;
}

bool sb_slots_init(struct sb_slots *slots, uint32_t count)
{
    uint32_t bits = bits_for(count);
    *slots = (struct sb_slots){.bits = bits, .number_bits = bits};
    slots->slots = sb_table_alloc(sizeof(*slots->slots) << bits);
    return slots->slots != NULL;
}

void sb_slots_release(struct sb_slots *slots)
{
    free(slots->slots);
    *slots = (struct sb_slots){0};
}

void sb_slots_clear(struct sb_slots *slots)
{
    memset(slots->slots, 0, sb_slots_bytes(slots));
    slots->count = 0;
}

static void place(struct sb_slots *slots, uint64_t hash, uint32_t number)
{
    uint32_t mask = (UINT32_C(1) << slots->bits) - 1;
    uint32_t at = sb_slots_home(slots, hash);
    while (slots->slots[at] != 0)
        at = (at + 1) & mask;
    slots->slots[at] = ((uint32_t)hash << slots->number_bits) | (number + 1);
}

/* Move everything to a table of other widths. */
static bool rebuild(struct sb_slots *slots, uint32_t bits, uint32_t number_bits, const void *owner,
                    sb_slots_hash_fn *hash_of)
{
    struct sb_slots fresh = {.bits = bits, .number_bits = number_bits, .count = slots->count};
    fresh.slots = sb_table_alloc(sizeof(*fresh.slots) << bits);
    if (!fresh.slots)
        return false;
    uint32_t number_mask = (UINT32_C(1) << slots->number_bits) - 1;
    for (size_t at = 0; at < (size_t)1 << slots->bits; at++) {
        uint32_t slot = slots->slots[at];
        if (slot != 0) {
            uint32_t number = (slot & number_mask) - 1;
            place(&fresh, hash_of(owner, number), number);
        }
    }
    free(slots->slots);
    *slots = fresh;
    return true;
}

bool sb_slots_put(struct sb_slots *slots, uint64_t hash, uint32_t number, const void *owner,
                  sb_slots_hash_fn *hash_of)
{
    assert(number < (UINT32_C(1) << 31) - 2);
    uint32_t bits = bits_for(slots->count + 1);
    uint32_t number_bits = bits > slots->number_bits ? bits : slots->number_bits;
    while ((number + 1) >> number_bits != 0)
        number_bits++;
    if (bits < slots->bits)
        bits = slots->bits;
    if ((bits > slots->bits || number_bits > slots->number_bits) &&
        !rebuild(slots, bits, number_bits, owner, hash_of))
        return false;
    place(slots, hash, number);
    slots->count++;
    return true;
}

void sb_slots_remove(struct sb_slots *slots, uint64_t hash, uint32_t number, const void *owner,
                     sb_slots_hash_fn *hash_of)
{
    uint32_t mask = (UINT32_C(1) << slots->bits) - 1;
    uint32_t number_mask = (UINT32_C(1) << slots->number_bits) - 1;
    uint32_t hole = sb_slots_home(slots, hash);
    while ((slots->slots[hole] & number_mask) != number + 1) {
        assert(slots->slots[hole] != 0);
        hole = (hole + 1) & mask;
    }
    for (uint32_t at = (hole + 1) & mask; slots->slots[at] != 0; at = (at + 1) & mask) {
        uint32_t home = sb_slots_home(slots, hash_of(owner, (slots->slots[at] & number_mask) - 1));
        /* It may fill the hole when its home does not lie behind the hole. */
        if (((at - home) & mask) >= ((at - hole) & mask)) {
            slots->slots[hole] = slots->slots[at];
            hole = at;
        }
    }
    slots->slots[hole] = 0;
    slots->count--;
}
