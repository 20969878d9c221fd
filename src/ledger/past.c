/* SPDX-License-Identifier: Apache-2.0 */

/* A dense array of entries and an index by id: clearing forgets the entries and wipes the index, so one past
 * serves every batch without allocating. */

#include "ledger/past_internal.h"

#include "base/macros.h"
#include "ledger/slots.h"

#include <stdlib.h>

struct sb_past {
    struct sb_past_entry *entries; /* owned */
    uint32_t count, room;
    struct sb_slots by_id;
};

static uint64_t hash_of_entry(const void *owner, uint32_t number)
{
    const struct sb_past *past = owner;
    return sb_id_hash(past->entries[number].event.id);
}

struct sb_past *sb_past_new(uint32_t count)
{
    struct sb_past *past = calloc(1, sizeof(*past));
    if (!past)
        return NULL;
    past->room = SB_MAX(count, 16u);
    past->entries = malloc(past->room * sizeof(*past->entries));
    if (!past->entries || !sb_slots_init(&past->by_id, past->room)) {
        sb_past_free(past);
        return NULL;
    }
    return past;
}

void sb_past_free(struct sb_past *past)
{
    if (!past)
        return;
    free(past->entries);
    sb_slots_release(&past->by_id);
    free(past);
}

void sb_past_clear(struct sb_past *past)
{
    if (past->count != 0)
        sb_slots_clear(&past->by_id);
    past->count = 0;
}

struct sb_past_entry *sb_past_entry(const struct sb_past *past, struct sb_id id)
{
    uint64_t hash = sb_id_hash(id);
    uint32_t at = sb_slots_home(&past->by_id, hash);
    for (;;) {
        uint32_t number = sb_slots_next(&past->by_id, hash, &at);
        if (number == SB_NOBODY)
            return NULL;
        if (sb_id_equal(past->entries[number].event.id, id))
            return &past->entries[number];
    }
}

const struct sb_past_entry *sb_past_find(const struct sb_past *past, struct sb_id id)
{
    return sb_past_entry(past, id);
}

static bool make_room(struct sb_past *past)
{
    if (past->count < past->room)
        return true;
    uint32_t room = past->room * 2;
    struct sb_past_entry *entries = realloc(past->entries, room * sizeof(*entries));
    if (!entries)
        return false;
    past->entries = entries;
    past->room = room;
    return true;
}

enum sb_status sb_past_add(struct sb_past *past, const struct sb_event *event, const struct sb_result *result,
                           uint32_t plan, struct sb_err *err)
{
    if (!make_room(past))
        return sb_fail(err, SB_NOMEM, "out of memory for the batch's past",
                       "hết bộ nhớ cho phần lịch sử của lô sự kiện");
    past->entries[past->count] = (struct sb_past_entry){.event = *event, .result = *result, .plan = plan};
    if (!sb_slots_put(&past->by_id, sb_id_hash(event->id), past->count, past, hash_of_entry))
        return sb_fail(err, SB_NOMEM, "out of memory for the batch's past",
                       "hết bộ nhớ cho phần lịch sử của lô sự kiện");
    past->count++;
    return SB_OK;
}

enum sb_status sb_past_put(struct sb_past *past, const struct sb_event *event, const struct sb_result *result,
                           uint32_t plan, struct sb_err *err)
{
    return sb_past_entry(past, event->id) ? SB_OK : sb_past_add(past, event, result, plan, err);
}
