/* SPDX-License-Identifier: Apache-2.0 */

/* How much of each transfer or post was taken back so far; only those of which something was. */

#include "ledger/ledger_internal.h"

#include "base/macros.h"

#include <stdlib.h>

static uint64_t id_hash_at(const void *owner, uint32_t number)
{
    const struct sb_reversals *reversals = owner;
    return sb_id_hash(reversals->list[number].id);
}

bool sb_reversals_init(struct sb_reversals *reversals)
{
    *reversals = (struct sb_reversals){0};
    return sb_slots_init(&reversals->by_id, 0);
}

void sb_reversals_release(struct sb_reversals *reversals)
{
    free(reversals->list);
    sb_slots_release(&reversals->by_id);
}

static struct sb_reversal *find(const struct sb_reversals *reversals, struct sb_id id)
{
    uint64_t hash = sb_id_hash(id);
    uint32_t at = sb_slots_home(&reversals->by_id, hash);
    for (;;) {
        uint32_t number = sb_slots_next(&reversals->by_id, hash, &at);
        if (number == SB_NOBODY)
            return NULL;
        if (sb_id_equal(reversals->list[number].id, id))
            return &reversals->list[number];
    }
}

sb_amount sb_reversals_get(const struct sb_reversals *reversals, struct sb_id id)
{
    const struct sb_reversal *reversal = find(reversals, id);
    return reversal ? reversal->reversed : 0;
}

bool sb_reversals_set(struct sb_reversals *reversals, struct sb_id id, sb_amount reversed)
{
    struct sb_reversal *known = find(reversals, id);
    if (known) {
        known->reversed = reversed;
        return true;
    }
    if (reversals->count == reversals->room) {
        uint32_t room = SB_MAX(reversals->room + reversals->room / 2, 64u);
        struct sb_reversal *list = realloc(reversals->list, room * sizeof(*list));
        if (!list)
            return false;
        reversals->list = list;
        reversals->room = room;
    }
    reversals->list[reversals->count] = (struct sb_reversal){id, reversed};
    return sb_slots_put(&reversals->by_id, sb_id_hash(id), reversals->count++, reversals, id_hash_at);
}
