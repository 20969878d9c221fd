/* SPDX-License-Identifier: Apache-2.0 */

/* Open reservations: an array with a free list, an index by id, and a binary heap by (deadline, made) of
 * those that fall due. */

#include "ledger/ledger_internal.h"

#include "base/macros.h"

#include <assert.h>
#include <stdlib.h>

static uint64_t id_hash_at(const void *owner, uint32_t number)
{
    const struct sb_pendings *pendings = owner;
    return sb_id_hash(pendings->list[number].id);
}

bool sb_pendings_init(struct sb_pendings *pendings)
{
    *pendings = (struct sb_pendings){0};
    return sb_slots_init(&pendings->by_id, 0);
}

void sb_pendings_release(struct sb_pendings *pendings)
{
    free(pendings->list);
    free(pendings->heap);
    sb_slots_release(&pendings->by_id);
}

uint32_t sb_pendings_find(const struct sb_pendings *pendings, struct sb_id id)
{
    uint64_t hash = sb_id_hash(id);
    uint32_t at = sb_slots_home(&pendings->by_id, hash);
    for (;;) {
        uint32_t number = sb_slots_next(&pendings->by_id, hash, &at);
        if (number == SB_NOBODY || sb_id_equal(pendings->list[number].id, id))
            return number;
    }
}

/* ------------------------------------------------------------------ heap */

static bool is_before(const struct sb_pendings *pendings, uint32_t a, uint32_t b)
{
    const struct sb_pending *first = &pendings->list[a], *second = &pendings->list[b];
    return first->deadline != second->deadline ? first->deadline < second->deadline
                                               : first->made < second->made;
}

static void put_at(struct sb_pendings *pendings, uint32_t at, uint32_t number)
{
    pendings->heap[at] = number;
    pendings->list[number].heap_at = at;
}

static void sift_up(struct sb_pendings *pendings, uint32_t at)
{
    uint32_t number = pendings->heap[at];
    while (at > 0 && is_before(pendings, number, pendings->heap[(at - 1) / 2])) {
        put_at(pendings, at, pendings->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put_at(pendings, at, number);
}

static void sift_down(struct sb_pendings *pendings, uint32_t at)
{
    uint32_t number = pendings->heap[at];
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= pendings->heap_count)
            break;
        if (child + 1 < pendings->heap_count &&
            is_before(pendings, pendings->heap[child + 1], pendings->heap[child]))
            child++;
        if (!is_before(pendings, pendings->heap[child], number))
            break;
        put_at(pendings, at, pendings->heap[child]);
        at = child;
    }
    put_at(pendings, at, number);
}

static void leave_heap(struct sb_pendings *pendings, uint32_t at)
{
    uint32_t last = pendings->heap[--pendings->heap_count];
    if (at == pendings->heap_count)
        return;
    put_at(pendings, at, last);
    sift_up(pendings, at);
    sift_down(pendings, pendings->list[last].heap_at);
}

uint32_t sb_pendings_due(const struct sb_pendings *pendings, sb_time_us time)
{
    if (pendings->heap_count == 0 || pendings->list[pendings->heap[0]].deadline > time)
        return SB_NOBODY;
    return pendings->heap[0];
}

/* ------------------------------------------------------------------ adding and removing */

/* A free place, with room for it in the heap. */
static uint32_t take_place(struct sb_pendings *pendings)
{
    if (pendings->list_free != 0) {
        uint32_t number = pendings->list_free - 1;
        pendings->list_free = pendings->list[number].heap_at;
        return number;
    }
    if (pendings->list_count == pendings->list_room) {
        uint32_t room = SB_MAX(pendings->list_room + pendings->list_room / 2, 64u);
        struct sb_pending *list = realloc(pendings->list, room * sizeof(*list));
        if (!list)
            return SB_NOBODY;
        pendings->list = list;
        uint32_t *heap = realloc(pendings->heap, room * sizeof(*heap));
        if (!heap)
            return SB_NOBODY;
        pendings->heap = heap;
        pendings->list_room = room;
    }
    return pendings->list_count++;
}

uint32_t sb_pendings_add(struct sb_pendings *pendings, const struct sb_pending *pending)
{
    uint32_t number = take_place(pendings);
    if (number == SB_NOBODY)
        return SB_NOBODY;
    struct sb_pending *fresh = &pendings->list[number];
    *fresh = *pending;
    fresh->open = true;
    fresh->heap_at = SB_NOBODY;
    if (fresh->made == 0)
        fresh->made = ++pendings->made;
    if (!sb_slots_put(&pendings->by_id, sb_id_hash(fresh->id), number, pendings, id_hash_at))
        return SB_NOBODY;
    if (fresh->deadline != SB_TIME_FOREVER) {
        pendings->heap[pendings->heap_count] = number;
        sift_up(pendings, pendings->heap_count++);
    }
    pendings->count++;
    return number;
}

void sb_pendings_remove(struct sb_pendings *pendings, uint32_t number)
{
    struct sb_pending *pending = &pendings->list[number];
    assert(pending->open);
    if (pending->heap_at != SB_NOBODY)
        leave_heap(pendings, pending->heap_at);
    sb_slots_remove(&pendings->by_id, sb_id_hash(pending->id), number, pendings, id_hash_at);
    pending->open = false;
    pending->heap_at = pendings->list_free;
    pendings->list_free = number + 1;
    pendings->count--;
}
