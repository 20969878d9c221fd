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
#include "engine/id_table.h"

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

struct sb_id_table {
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

static uint64_t home_of(const struct sb_id_table *table, uint32_t tag)
{
    return (uint64_t)tag >> (32 - table->slot_bits);
}

struct sb_id_table *sb_id_table_new(bool selective)
{
    struct sb_id_table *table = calloc(1, sizeof(*table));
    if (!table)
        return NULL;
    table->selective = selective;
    table->slot_bits = SLOT_BITS_FIRST;
    table->slots = new_slots(table->slot_bits);
    if (!table->slots) {
        free(table);
        return NULL;
    }
    return table;
}

void sb_id_table_free(struct sb_id_table *table)
{
    if (!table)
        return;
    for (uint32_t i = 0; i < table->chunk_room; i++)
        free(table->chunks[i]);
    free(table->chunks);
    free(table->slots);
    free(table);
}

static struct sb_past_entry *entry_at(const struct sb_id_table *table, uint32_t number)
{
    return &table->chunks[number / CHUNK_SIZE][number % CHUNK_SIZE];
}

/* The slot of an id, or the empty one where it belongs. */
static struct slot *slot_of(const struct sb_id_table *table, struct sb_id id)
{
    uint32_t tag = tag_of(id);
    uint64_t mask = (UINT64_C(1) << table->slot_bits) - 1;
    for (uint64_t at = home_of(table, tag);; at = (at + 1) & mask) {
        struct slot *slot = &table->slots[at];
        if (slot->entry == 0 ||
            (slot->tag == tag && sb_id_equal(entry_at(table, slot->entry - 1)->event.id, id)))
            return slot;
    }
}

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for the index of ids", "hết bộ nhớ cho chỉ mục mã");
}

static enum sb_status grow_slots(struct sb_id_table *table, struct sb_err *err)
{
    uint64_t slot_count = UINT64_C(1) << table->slot_bits;
    if ((uint64_t)table->count * 2 < slot_count)
        return SB_OK;
    if (table->slot_bits == SLOT_BITS_MAX)
        return sb_fail(err, SB_LIMIT, "more ids than the index in memory can hold",
                       "quá nhiều mã cho chỉ mục trong bộ nhớ");
    struct slot *old = table->slots, *slots = new_slots(table->slot_bits + 1);
    if (!slots)
        return no_memory(err);
    table->slots = slots;
    table->slot_bits++;
    uint64_t mask = (UINT64_C(1) << table->slot_bits) - 1;
    for (uint64_t i = 0; i < slot_count; i++) {
        uint64_t at = home_of(table, old[i].tag);
        if (old[i].entry == 0)
            continue;
        while (slots[at].entry != 0)
            at = (at + 1) & mask;
        slots[at] = old[i];
    }
    free(old);
    return SB_OK;
}

static enum sb_status grow_chunks(struct sb_id_table *table, struct sb_err *err)
{
    uint32_t chunk = table->count / CHUNK_SIZE;
    if (table->count % CHUNK_SIZE != 0)
        return SB_OK;
    if (chunk == table->chunk_room) {
        uint32_t room = table->chunk_room ? table->chunk_room * 2 : 16;
        struct sb_past_entry **chunks = realloc(table->chunks, room * sizeof(*chunks));
        if (!chunks)
            return no_memory(err);
        for (uint32_t i = table->chunk_room; i < room; i++)
            chunks[i] = NULL;
        table->chunks = chunks;
        table->chunk_room = room;
    }
    table->chunks[chunk] = calloc(CHUNK_SIZE, sizeof(struct sb_past_entry));
    return table->chunks[chunk] ? SB_OK : no_memory(err);
}

/* A new entry for an id that has no slot yet. */
static enum sb_status add(struct sb_id_table *table, const struct sb_past_entry *entry, struct sb_err *err)
{
    enum sb_status status = grow_slots(table, err);
    if (status == SB_OK)
        status = grow_chunks(table, err);
    if (status != SB_OK)
        return status;
    *slot_of(table, entry->event.id) = (struct slot){tag_of(entry->event.id), table->count + 1};
    *entry_at(table, table->count) = *entry;
    table->count++;
    return SB_OK;
}

enum sb_status sb_id_table_want(struct sb_id_table *table, struct sb_id id, struct sb_err *err)
{
    if (slot_of(table, id)->entry != 0)
        return SB_OK;
    struct sb_past_entry wanted = {.event = {.id = id}};
    return add(table, &wanted, err);
}

enum sb_status sb_id_table_put(struct sb_id_table *table, const struct sb_event *event,
                               const struct sb_result *result, uint32_t plan, struct sb_err *err)
{
    struct sb_past_entry entry = {.event = *event, .result = *result, .plan = plan};
    struct slot *slot = slot_of(table, event->id);
    if (slot->entry != 0) {
        struct sb_past_entry *there = entry_at(table, slot->entry - 1);
        if (there->event.type == 0)
            *there = entry;
        return SB_OK;
    }
    return table->selective ? SB_OK : add(table, &entry, err);
}

const struct sb_past_entry *sb_id_table_find(const struct sb_id_table *table, struct sb_id id)
{
    const struct slot *slot = slot_of(table, id);
    if (slot->entry == 0)
        return NULL;
    const struct sb_past_entry *entry = entry_at(table, slot->entry - 1);
    return entry->event.type == 0 ? NULL : entry;
}

void sb_id_table_prefetch(const struct sb_id_table *table, struct sb_id id)
{
    __builtin_prefetch(&table->slots[home_of(table, tag_of(id))]);
}
