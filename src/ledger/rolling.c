/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The entries of rolling windows: (time, value), in the order of time, those of one time merged. What is
 * older than the window is forgotten from the head when something new is counted; the room grows by half.
 */

#include "ledger/ledger_internal.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

uint32_t sb_rings_take(struct sb_windows *windows)
{
    if (windows->ring_free != 0) {
        uint32_t ring = windows->ring_free - 1;
        windows->ring_free = windows->rings[ring].next_free;
        return ring;
    }
    if (windows->ring_count == windows->ring_room) {
        uint32_t room = windows->ring_room + windows->ring_room / 2 + 64;
        struct sb_ring *rings = realloc(windows->rings, room * sizeof(*rings));
        if (!rings)
            return SB_NOBODY;
        windows->rings = rings;
        windows->ring_room = room;
    }
    windows->rings[windows->ring_count] = (struct sb_ring){0};
    return windows->ring_count++;
}

void sb_rings_give(struct sb_windows *windows, uint32_t number)
{
    struct sb_ring *ring = &windows->rings[number];
    free(ring->entries);
    *ring = (struct sb_ring){.next_free = windows->ring_free};
    windows->ring_free = number + 1;
}

static bool make_room(struct sb_ring *ring)
{
    if (ring->count < ring->room)
        return true;
    if (ring->head > ring->room / 4) {
        ring->count -= ring->head;
        memmove(ring->entries, ring->entries + ring->head, ring->count * sizeof(*ring->entries));
        ring->head = 0;
        return true;
    }
    uint32_t room = ring->room + ring->room / 2 + 2;
    struct sb_rolling_entry *entries = realloc(ring->entries, room * sizeof(*entries));
    if (!entries)
        return false;
    ring->entries = entries;
    ring->room = room;
    return true;
}

bool sb_ring_add(struct sb_ring *ring, sb_time_us time, int64_t value)
{
    if (ring->count > ring->head && ring->entries[ring->count - 1].time == time) {
        ring->entries[ring->count - 1].value += value;
        return true;
    }
    if (!make_room(ring))
        return false;
    ring->entries[ring->count++] = (struct sb_rolling_entry){time, value};
    return true;
}

struct sb_rolling_entry *sb_ring_find(const struct sb_ring *ring, sb_time_us time)
{
    uint32_t low = ring->head, high = ring->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ring->entries[middle].time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ring->count && ring->entries[low].time == time ? &ring->entries[low] : NULL;
}

int64_t sb_ring_forget(struct sb_ring *ring, sb_time_us until)
{
    int64_t sum = 0;
    while (ring->head < ring->count && ring->entries[ring->head].time <= until)
        sum += ring->entries[ring->head++].value;
    if (ring->head == ring->count)
        ring->head = ring->count = 0;
    return sum;
}

int64_t sb_ring_expired(const struct sb_ring *ring, sb_time_us until)
{
    int64_t sum = 0;
    for (uint32_t i = ring->head; i < ring->count && ring->entries[i].time <= until; i++)
        sum += ring->entries[i].value;
    return sum;
}
