/* SPDX-License-Identifier: Apache-2.0 */
#include "import/accounts.h"

#include <stdlib.h>

void sb_import_accounts_release(struct sb_import_accounts *accounts)
{
    free(accounts->all);
    free(accounts->slots);
    *accounts = (struct sb_import_accounts){0};
}

static struct sb_import_slot *slot_of(const struct sb_import_accounts *accounts, struct sb_id id)
{
    uint32_t mask = accounts->slot_count - 1;
    uint32_t slot = (uint32_t)sb_id_hash(id) & mask;
    while (accounts->slots[slot].index != 0 && !sb_id_equal(accounts->slots[slot].id, id))
        slot = (slot + 1) & mask;
    return &accounts->slots[slot];
}

struct sb_import_account *sb_import_account_find(const struct sb_import_accounts *accounts, struct sb_id id)
{
    uint32_t index = accounts->slot_count ? slot_of(accounts, id)->index : 0;
    return index ? &accounts->all[index - 1] : NULL;
}

static bool grow(struct sb_import_accounts *accounts)
{
    if (accounts->count < accounts->room)
        return true;
    if (accounts->room >= SB_ACCOUNTS_MAX / 2)
        return false;
    uint32_t room = accounts->room ? accounts->room * 2 : 1024;
    struct sb_import_account *all = realloc(accounts->all, (size_t)room * sizeof(*all));
    if (!all)
        return false;
    accounts->all = all;
    struct sb_import_slot *slots = calloc((size_t)room * 2, sizeof(*slots));
    if (!slots)
        return false;
    free(accounts->slots);
    accounts->slots = slots;
    accounts->slot_count = room * 2;
    accounts->room = room;
    for (uint32_t i = 0; i < accounts->count; i++)
        *slot_of(accounts, all[i].id) = (struct sb_import_slot){all[i].id, i + 1};
    return true;
}

struct sb_import_account *sb_import_account_add(struct sb_import_accounts *accounts, struct sb_id id,
                                                const struct sb_account_facts *facts)
{
    if (!grow(accounts))
        return NULL;
    struct sb_import_account *account = &accounts->all[accounts->count];
    *account = (struct sb_import_account){.id = id, .facts = *facts};
    *slot_of(accounts, id) = (struct sb_import_slot){id, ++accounts->count};
    return account;
}
