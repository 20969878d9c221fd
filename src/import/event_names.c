/* SPDX-License-Identifier: Apache-2.0 */
#include "import/event_names.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

/* Bytes of all texts: some tens of millions of names; a text of events is for people and far smaller. */
#define TEXTS_SIZE_MAX ((size_t)2 << 30)

void sb_event_names_init(struct sb_event_names *names)
{
    *names = (struct sb_event_names){0};
    sb_arena_init(&names->texts, TEXTS_SIZE_MAX);
}

void sb_event_names_release(struct sb_event_names *names)
{
    free(names->slots);
    sb_arena_release(&names->texts);
    sb_event_names_init(names);
}

/* The slot that holds the id, or the empty one where it belongs. Requires slots. */
static struct sb_event_name *slot_of(const struct sb_event_names *names, struct sb_id id)
{
    size_t mask = names->room - 1;
    size_t slot = (size_t)sb_id_hash(id) & mask;
    while (!sb_id_is_none(names->slots[slot].id) && !sb_id_equal(names->slots[slot].id, id))
        slot = (slot + 1) & mask;
    return &names->slots[slot];
}

static bool grow(struct sb_event_names *names)
{
    if (names->count < names->room / 2)
        return true;
    struct sb_event_names larger = *names;
    larger.room = names->room ? names->room * 2 : 64;
    larger.slots = calloc(larger.room, sizeof(*larger.slots));
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < names->room; i++)
        if (!sb_id_is_none(names->slots[i].id))
            *slot_of(&larger, names->slots[i].id) = names->slots[i];
    free(names->slots);
    *names = larger;
    return true;
}

struct sb_event_name *sb_event_names_entry(struct sb_event_names *names, struct sb_id id, const char *text,
                                           size_t size)
{
    assert(!sb_id_is_none(id));
    if (!grow(names))
        return NULL;
    struct sb_event_name *entry = slot_of(names, id);
    bool is_new = sb_id_is_none(entry->id);
    char *copy = NULL;
    if (text && !entry->text) {
        copy = sb_arena_copy(&names->texts, text, size);
        if (!copy)
            return NULL;
        entry->text = copy;
    }
    if (is_new) {
        entry->id = id;
        entry->attributes = (struct sb_changeable){.sim_since = SB_DAY_NONE};
        names->count++;
    }
    return entry;
}

const struct sb_event_name *sb_event_names_find(const struct sb_event_names *names, struct sb_id id)
{
    if (names->room == 0 || sb_id_is_none(id))
        return NULL;
    const struct sb_event_name *entry = slot_of(names, id);
    return sb_id_is_none(entry->id) ? NULL : entry;
}

uint8_t sb_event_flags_of_class(const char *class_word, size_t size)
{
    static const char *const customers[] = {"subscriber", "merchant", "agent"};
    for (unsigned i = 0; i < SB_ARRAY_SIZE(customers); i++)
        if (strlen(customers[i]) == size && memcmp(customers[i], class_word, size) == 0)
            return SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS;
    return 0;
}
