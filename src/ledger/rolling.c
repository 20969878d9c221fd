/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The entries of rolling windows: (time, value), in the order of time, those of one time merged. What is
 * older than the window is forgotten from the head when something new is counted.
 *
 * An entry takes 12 bytes: 6 of microseconds since the ring's base (8.9 years of them), 6 of a value (up to
 * 140 million million minor units either way). A ring that meets anything larger is made wide for good: 8
 * and 8. The room grows by an eighth, so that an event costs about 14 bytes and never more than 16.
 */

#include "ledger/ledger_internal.h"

#include "base/bytes.h"
#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

uint32_t sb_rings_take(struct sb_windows *windows)
{
    if (windows->ring_free != 0) {
        uint32_t ring = windows->ring_free - 1;
        windows->ring_free = windows->rings[ring].head;
        windows->rings[ring].head = 0;
        return ring;
    }
    if (windows->ring_count == windows->ring_room) {
        uint32_t room = windows->ring_room + windows->ring_room / 8 + 64;
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
    free(ring->bytes);
    *ring = (struct sb_ring){.head = windows->ring_free};
    windows->ring_free = number + 1;
}

/* ------------------------------------------------------------------ packed entries */

#define NARROW_HALF ((size_t)6)
#define WIDE_HALF   ((size_t)8)

static size_t half_of(const struct sb_ring *ring)
{
    return ring->wide ? WIDE_HALF : NARROW_HALF;
}

static uint64_t get(const uint8_t *bytes, size_t size)
{
    uint8_t word[8] = {0};
    memcpy(word, bytes, size);
    return sb_get_u64(word);
}

static void put(uint8_t *bytes, size_t size, uint64_t value)
{
    uint8_t word[8];
    sb_put_u64(word, value);
    memcpy(bytes, word, size);
}

static bool is_narrow(sb_time_us base, struct sb_rolling_entry entry)
{
    return entry.time >= base && entry.time - base < INT64_C(1) << 48 && entry.value >= -(INT64_C(1) << 47) &&
           entry.value < INT64_C(1) << 47;
}

struct sb_rolling_entry sb_ring_at(const struct sb_ring *ring, uint32_t number)
{
    size_t half = half_of(ring);
    const uint8_t *bytes = ring->bytes + number * 2 * half;
    uint64_t time = get(bytes, half), value = get(bytes + half, half);
    if (ring->wide)
        return (struct sb_rolling_entry){(sb_time_us)time, (int64_t)value};
    uint64_t sign = UINT64_C(1) << 47;
    return (struct sb_rolling_entry){ring->base + (sb_time_us)time, (int64_t)((value ^ sign) - sign)};
}

/* Write an entry that fits the ring. */
static void write_entry(struct sb_ring *ring, uint32_t number, struct sb_rolling_entry entry)
{
    size_t half = half_of(ring);
    uint8_t *bytes = ring->bytes + number * 2 * half;
    put(bytes, half, (uint64_t)(ring->wide ? entry.time : entry.time - ring->base));
    put(bytes + half, half, (uint64_t)entry.value);
}

size_t sb_ring_bytes(const struct sb_ring *ring)
{
    return ring->room * 2 * half_of(ring);
}

/* ------------------------------------------------------------------ room */

/* Whether all entries, and one more, are narrow from a base on. */
static bool all_narrow(const struct sb_ring *ring, sb_time_us base, struct sb_rolling_entry more)
{
    bool narrow = is_narrow(base, more);
    for (uint32_t i = ring->head; i < ring->count && narrow; i++)
        narrow = is_narrow(base, sb_ring_at(ring, i));
    return narrow;
}

/* Move all entries to new bytes, in which `more` fits too: from the oldest on, wide where it must be. */
static bool repack(struct sb_ring *ring, uint32_t room, struct sb_rolling_entry more)
{
    struct sb_ring fresh = {.base = ring->head < ring->count ? sb_ring_at(ring, ring->head).time : more.time,
                            .room = room};
    fresh.wide = !all_narrow(ring, fresh.base, more);
    fresh.bytes = malloc(sb_ring_bytes(&fresh));
    if (!fresh.bytes)
        return false;
    for (uint32_t i = ring->head; i < ring->count; i++)
        write_entry(&fresh, fresh.count++, sb_ring_at(ring, i));
    free(ring->bytes);
    *ring = fresh;
    return true;
}

/* Use the room before the head; give back what a busier time needed. */
static void move_to_front(struct sb_ring *ring)
{
    size_t size = 2 * half_of(ring);
    ring->count -= ring->head;
    memmove(ring->bytes, ring->bytes + ring->head * size, ring->count * size);
    ring->head = 0;
    uint32_t room = ring->count + ring->count / 8 + 2;
    uint8_t *less = room < ring->room ? realloc(ring->bytes, room * size) : NULL;
    if (less) {
        ring->bytes = less;
        ring->room = room;
    }
}

/* Room for one more entry, which fits then. */
static bool make_room(struct sb_ring *ring, struct sb_rolling_entry more)
{
    bool fits = ring->wide || is_narrow(ring->base, more);
    if (fits && ring->count < ring->room)
        return true;
    uint32_t kept = ring->count - ring->head;
    if (!fits || ring->head <= ring->room / 8)
        return repack(ring, kept + kept / 8 + 2, more);
    move_to_front(ring);
    return true;
}

/* ------------------------------------------------------------------ entries */

bool sb_ring_change(struct sb_ring *ring, uint32_t number, int64_t delta)
{
    struct sb_rolling_entry entry = sb_ring_at(ring, number);
    entry.value += delta;
    if (!ring->wide && !is_narrow(ring->base, entry)) {
        number -= ring->head;
        if (!repack(ring, ring->count - ring->head, entry))
            return false;
    }
    write_entry(ring, number, entry);
    return true;
}

bool sb_ring_add(struct sb_ring *ring, sb_time_us time, int64_t value)
{
    struct sb_rolling_entry entry = {time, value};
    if (ring->count > ring->head && sb_ring_at(ring, ring->count - 1).time == time)
        return sb_ring_change(ring, ring->count - 1, value);
    if (!make_room(ring, entry))
        return false;
    write_entry(ring, ring->count++, entry);
    return true;
}

uint32_t sb_ring_find(const struct sb_ring *ring, sb_time_us time)
{
    uint32_t low = ring->head, high = ring->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (sb_ring_at(ring, middle).time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ring->count && sb_ring_at(ring, low).time == time ? low : SB_NOBODY;
}

int64_t sb_ring_forget(struct sb_ring *ring, sb_time_us until)
{
    int64_t sum = 0;
    for (; ring->head < ring->count; ring->head++) {
        struct sb_rolling_entry entry = sb_ring_at(ring, ring->head);
        if (entry.time > until)
            break;
        sum += entry.value;
    }
    if (ring->head == ring->count)
        ring->head = ring->count = 0;
    return sum;
}

int64_t sb_ring_expired(const struct sb_ring *ring, sb_time_us until)
{
    int64_t sum = 0;
    for (uint32_t i = ring->head; i < ring->count; i++) {
        struct sb_rolling_entry entry = sb_ring_at(ring, i);
        if (entry.time > until)
            break;
        sum += entry.value;
    }
    return sum;
}
