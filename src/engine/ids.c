/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An open-addressing table of 8-byte slots (32 bits of the id's hash, 32 bits of the entry's number) over
 * entries in chunks that never move. A slot of a wanted but not yet seen id points to an entry whose event
 * has type 0.
 *
 * A slot's home is the top bits of its hash, so the slots lie in the order of their hashes but for the runs
 * of those that met: growing reads the old table and writes the new one from front to back, without a look
 * at the entries.
 */
#include "engine/ids.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHUNK_SIZE      4096u
#define SLOT_BITS_FIRST 10u
#define SLOT_BITS_MAX   32u
#define LARGE_PAGE      ((size_t)2 * 1024 * 1024)

struct slot {
    uint32_t tag;
    uint32_t entry; /* number + 1; 0: empty */
};

struct sb_ids {
    struct slot *slots; /* owned; 2^slot_bits, at most half full */
    unsigned slot_bits;
    struct sb_past_entry **chunks; /* owned, each owned */
    uint32_t chunk_room;
    uint32_t count;
    bool selective;
};

/* Zeros; large tables in large pages where the machine gives them, for they are read at random. */
static struct slot *new_slots(unsigned bits)
{
    size_t size = sizeof(struct slot) << bits;
    if (size < 2 * LARGE_PAGE)
        return calloc(1, size);
    struct slot *slots = aligned_alloc(LARGE_PAGE, size);
    if (!slots)
        return NULL;
    (void)madvise(slots, size, MADV_HUGEPAGE); /* refused: small pages serve as well */
    memset(slots, 0, size);
    return slots;
}

static uint32_t tag_of(struct sb_id id)
{
    return (uint32_t)(sb_id_hash(id) >> 32);
}

static uint64_t home_of(const struct sb_ids *ids, uint32_t tag)
{
    return (uint64_t)tag >> (32 - ids->slot_bits);
}

struct sb_ids *sb_ids_new(bool selective)
{
    struct sb_ids *ids = calloc(1, sizeof(*ids));
    if (!ids)
        return NULL;
    ids->selective = selective;
    ids->slot_bits = SLOT_BITS_FIRST;
    ids->slots = new_slots(ids->slot_bits);
    if (!ids->slots) {
        free(ids);
        return NULL;
    }
    return ids;
}

void sb_ids_free(struct sb_ids *ids)
{
    if (!ids)
        return;
    for (uint32_t i = 0; i < ids->chunk_room; i++)
        free(ids->chunks[i]);
    free(ids->chunks);
    free(ids->slots);
    free(ids);
}

static struct sb_past_entry *entry_at(const struct sb_ids *ids, uint32_t number)
{
    return &ids->chunks[number / CHUNK_SIZE][number % CHUNK_SIZE];
}

/* The slot of an id, or the empty one where it belongs. */
static struct slot *slot_of(const struct sb_ids *ids, struct sb_id id)
{
    uint32_t tag = tag_of(id);
    uint64_t mask = (UINT64_C(1) << ids->slot_bits) - 1;
    for (uint64_t at = home_of(ids, tag);; at = (at + 1) & mask) {
        struct slot *slot = &ids->slots[at];
        if (slot->entry == 0 ||
            (slot->tag == tag && sb_id_equal(entry_at(ids, slot->entry - 1)->event.id, id)))
            return slot;
    }
}

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for the index of ids", "hết bộ nhớ cho chỉ mục mã");
}

static enum sb_status grow_slots(struct sb_ids *ids, struct sb_err *err)
{
    uint64_t slot_count = UINT64_C(1) << ids->slot_bits;
    if ((uint64_t)ids->count * 2 < slot_count)
        return SB_OK;
    if (ids->slot_bits == SLOT_BITS_MAX)
        return sb_fail(err, SB_LIMIT, "more ids than the index in memory can hold",
                       "quá nhiều mã cho chỉ mục trong bộ nhớ");
    struct slot *old = ids->slots, *slots = new_slots(ids->slot_bits + 1);
    if (!slots)
        return no_memory(err);
    ids->slots = slots;
    ids->slot_bits++;
    uint64_t mask = (UINT64_C(1) << ids->slot_bits) - 1;
    for (uint64_t i = 0; i < slot_count; i++) {
        uint64_t at = home_of(ids, old[i].tag);
        if (old[i].entry == 0)
            continue;
        while (slots[at].entry != 0)
            at = (at + 1) & mask;
        slots[at] = old[i];
    }
    free(old);
    return SB_OK;
}

static enum sb_status grow_chunks(struct sb_ids *ids, struct sb_err *err)
{
    uint32_t chunk = ids->count / CHUNK_SIZE;
    if (ids->count % CHUNK_SIZE != 0)
        return SB_OK;
    if (chunk == ids->chunk_room) {
        uint32_t room = ids->chunk_room ? ids->chunk_room * 2 : 16;
        struct sb_past_entry **chunks = realloc(ids->chunks, room * sizeof(*chunks));
        if (!chunks)
            return no_memory(err);
        for (uint32_t i = ids->chunk_room; i < room; i++)
            chunks[i] = NULL;
        ids->chunks = chunks;
        ids->chunk_room = room;
    }
    ids->chunks[chunk] = calloc(CHUNK_SIZE, sizeof(struct sb_past_entry));
    return ids->chunks[chunk] ? SB_OK : no_memory(err);
}

/* A new entry for an id that has no slot yet. */
static enum sb_status add(struct sb_ids *ids, const struct sb_past_entry *entry, struct sb_err *err)
{
    enum sb_status status = grow_slots(ids, err);
    if (status == SB_OK)
        status = grow_chunks(ids, err);
    if (status != SB_OK)
        return status;
    *slot_of(ids, entry->event.id) = (struct slot){tag_of(entry->event.id), ids->count + 1};
    *entry_at(ids, ids->count) = *entry;
    ids->count++;
    return SB_OK;
}

enum sb_status sb_ids_want(struct sb_ids *ids, struct sb_id id, struct sb_err *err)
{
    if (slot_of(ids, id)->entry != 0)
        return SB_OK;
    struct sb_past_entry wanted = {.event = {.id = id}};
    return add(ids, &wanted, err);
}

enum sb_status sb_ids_put(struct sb_ids *ids, const struct sb_event *event, const struct sb_result *result,
                          uint32_t plan, struct sb_err *err)
{
    struct sb_past_entry entry = {.event = *event, .result = *result, .plan = plan};
    struct slot *slot = slot_of(ids, event->id);
    if (slot->entry != 0) {
        struct sb_past_entry *there = entry_at(ids, slot->entry - 1);
        if (there->event.type == 0)
            *there = entry;
        return SB_OK;
    }
    return ids->selective ? SB_OK : add(ids, &entry, err);
}

const struct sb_past_entry *sb_ids_find(const struct sb_ids *ids, struct sb_id id)
{
    const struct slot *slot = slot_of(ids, id);
    if (slot->entry == 0)
        return NULL;
    const struct sb_past_entry *entry = entry_at(ids, slot->entry - 1);
    return entry->event.type == 0 ? NULL : entry;
}

void sb_ids_prefetch(const struct sb_ids *ids, struct sb_id id)
{
    __builtin_prefetch(&ids->slots[home_of(ids, tag_of(id))]);
}

uint64_t sb_ids_through(const struct sb_ids *ids)
{
    (void)ids;
    return 0;
}
