/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What has been used of each limit. One open-addressing table; a slot is a (counter state, subject) in its
 * latest period: when a new period begins the old sum is simply written over, because nothing can ask for it
 * again (a closed window is forgotten). Slots of subjects that stay away are dropped when the table grows.
 *
 * The table grows by 7/5 at three quarters full, so it is never emptier than 53 %: 24 bytes cost at most 45.
 * A home is a share of the capacity, which need not be a power of two.
 */

#include "ledger/ledger_internal.h"

#include "base/macros.h"

#include <assert.h>
#include <stdlib.h>

#define CAPACITY_FIRST 512u

static bool allocate(struct sb_windows *windows, uint32_t capacity)
{
    struct sb_window_slot *slots = sb_table_alloc(capacity * sizeof(*slots));
    if (!slots)
        return false;
    windows->slots = slots;
    windows->capacity = capacity;
    windows->limit = capacity / 4 * 3;
    return true;
}

bool sb_windows_init(struct sb_windows *windows)
{
    *windows = (struct sb_windows){0};
    return allocate(windows, CAPACITY_FIRST);
}

bool sb_windows_reserve(struct sb_windows *windows, uint32_t count)
{
    assert(windows->count == 0);
    uint64_t wanted = (uint64_t)count * 28 / 15 + SB_PLAN_COUNTERS_MAX * 4; /* as sb_windows_grow */
    free(windows->slots);
    windows->slots = NULL;
    return wanted <= UINT32_MAX && allocate(windows, (uint32_t)wanted);
}

void sb_windows_release(struct sb_windows *windows)
{
    for (uint32_t i = 0; i < windows->ring_count; i++)
        free(windows->rings[i].bytes);
    free(windows->rings);
    free(windows->slots);
}

static struct sb_window_slot *seek(const struct sb_windows *windows, uint32_t state, uint32_t subject)
{
    return &windows->slots[sb_windows_seek(windows, state, subject)];
}

const struct sb_window_slot *sb_windows_find(const struct sb_windows *windows, uint32_t state,
                                             uint32_t subject)
{
    const struct sb_window_slot *slot = seek(windows, state, subject);
    return slot->state != 0 ? slot : NULL;
}

int64_t sb_windows_used(const struct sb_windows *windows, struct sb_window_key key, sb_time_us time)
{
    return sb_windows_used_at(windows, &key, sb_windows_seek(windows, key.state, key.subject), time);
}

int64_t sb_windows_used_at(const struct sb_windows *windows, const struct sb_window_key *key, uint32_t at,
                           sb_time_us time)
{
    const struct sb_window_slot *slot = &windows->slots[at];
    if (slot->state == 0)
        return 0;
    if (SB_UNLIKELY(key->days != 0))
        return slot->used -
               sb_ring_expired(&windows->rings[slot->ring - 1], sb_rolling_edge(time, key->days));
    return slot->period == key->period ? slot->used : 0;
}

static void count_rolling(struct sb_windows *windows, struct sb_window_slot *slot, uint32_t days,
                          sb_time_us time, int64_t delta)
{
    struct sb_ring *ring = &windows->rings[slot->ring - 1];
    slot->used -= sb_ring_forget(ring, sb_rolling_edge(time, days));
    if (!sb_ring_add(ring, time, delta)) {
        windows->failed = true;
        return;
    }
    slot->used += delta;
}

/* Make an empty slot the window of a key. */
static void open_slot(struct sb_windows *windows, struct sb_window_slot *slot,
                      const struct sb_window_key *key)
{
    assert(windows->count < windows->limit);
    uint32_t ring = 0;
    if (key->days != 0 && (ring = sb_rings_take(windows) + 1) == 0) {
        windows->failed = true;
        return;
    }
    *slot = (struct sb_window_slot){
        .state = key->state + 1, .subject = key->subject, .period = key->period, .ring = ring};
    windows->count++;
}

void sb_windows_count(struct sb_windows *windows, const struct sb_window_key *key, uint32_t at,
                      sb_time_us time, int64_t delta)
{
    struct sb_window_slot *slot = &windows->slots[at]; /* a table never shrinks */
    if (!sb_window_is_of(slot, key->state, key->subject)) {
        slot = seek(windows, key->state, key->subject);
        if (slot->state == 0)
            open_slot(windows, slot, key);
        if (windows->failed)
            return;
    }
    if (SB_UNLIKELY(key->days != 0)) {
        count_rolling(windows, slot, key->days, time, delta);
        return;
    }
    if (slot->period != key->period) {
        slot->period = key->period;
        slot->used = 0;
    }
    /* A step refuses what would overflow; a replay of what was recorded cannot, and stays at the most there
     * is.
     */
    if (__builtin_add_overflow(slot->used, delta, &slot->used))
        slot->used = INT64_MAX;
}

bool sb_windows_put(struct sb_windows *windows, struct sb_window_key key, sb_time_us time, int64_t value)
{
    struct sb_window_slot *slot = seek(windows, key.state, key.subject);
    int64_t sum;
    if (__builtin_add_overflow(slot->used, value, &sum))
        return false;
    if (slot->state == 0) {
        assert(windows->count < windows->limit);
        uint32_t ring = key.days != 0 ? sb_rings_take(windows) + 1 : 0;
        windows->failed = key.days != 0 && ring == 0;
        if (windows->failed)
            return true;
        *slot = (struct sb_window_slot){
            .state = key.state + 1, .subject = key.subject, .period = key.period, .ring = ring};
        windows->count++;
    }
    slot->used = sum;
    if (key.days != 0)
        windows->failed = !sb_ring_add(&windows->rings[slot->ring - 1], time, value);
    return true;
}

bool sb_windows_adjust(struct sb_windows *windows, struct sb_window_key key, sb_time_us when, int64_t delta)
{
    struct sb_window_slot *slot = seek(windows, key.state, key.subject);
    if (slot->state == 0)
        return false;
    if (key.days != 0) {
        struct sb_ring *ring = &windows->rings[slot->ring - 1];
        uint32_t entry = sb_ring_find(ring, when);
        if (entry == SB_NOBODY)
            return false;
        windows->failed |= !sb_ring_change(ring, entry, delta);
    } else if (slot->period != key.period) {
        return false;
    }
    slot->used += delta;
    return true;
}

bool sb_windows_is_live(const struct sb_windows *windows, const struct sb_window_slot *slot,
                        const struct sb_window_now *now, uint64_t *ret_entries)
{
    *ret_entries = 0;
    if (slot->state == 0)
        return false;
    if (slot->ring == 0)
        return slot->used != 0 && slot->period == now->period;
    const struct sb_ring *ring = &windows->rings[slot->ring - 1];
    sb_time_us edge = sb_rolling_edge(now->time, now->days);
    for (uint32_t i = ring->head; i < ring->count; i++) {
        struct sb_rolling_entry entry = sb_ring_at(ring, i);
        *ret_entries += entry.time > edge && entry.value != 0;
    }
    return *ret_entries != 0;
}

/* Whether a slot moves to the new table. */
static bool is_kept(const struct sb_windows *windows, const struct sb_window_slot *slot,
                    const struct sb_window_now *now)
{
    uint64_t entries;
    if (slot->state == 0)
        return false;
    return !now || sb_windows_is_live(windows, slot, &now[slot->state - 1], &entries);
}

void sb_windows_grow(struct sb_windows *windows, const struct sb_window_now *now)
{
    struct sb_window_slot *old = windows->slots;
    uint32_t old_capacity = windows->capacity, live = 0;
    for (uint32_t i = 0; i < old_capacity; i++) {
        if (is_kept(windows, &old[i], now))
            live++;
        else if (old[i].state != 0 && old[i].ring != 0)
            sb_rings_give(windows, old[i].ring - 1);
    }
    /* Live ones shall fill 15/28 of the new table: three quarters divided by 7/5. It never shrinks: those who
     * were here yesterday come back tomorrow. */
    uint64_t wanted = (uint64_t)live * 28 / 15 + SB_PLAN_COUNTERS_MAX * 4;
    uint32_t capacity = (uint32_t)SB_MIN(SB_MAX(wanted, (uint64_t)old_capacity), UINT32_MAX);
    if (!allocate(windows, capacity)) {
        windows->failed = true;
        return;
    }
    windows->count = live;
    for (uint32_t i = 0; i < old_capacity; i++) {
        /* The rings of those that are not live were emptied above, so they are still not live. */
        if (is_kept(windows, &old[i], now))
            *seek(windows, old[i].state - 1, old[i].subject) = old[i];
    }
    free(old);
}
