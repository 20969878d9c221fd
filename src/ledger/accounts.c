/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Accounts in the order of opening, in chunks that never move. Four indexes of 4-byte slots: by id, by
 * person (its first account), by customer (the first account of a person at a provider) and by house (the
 * first account of a class at a provider). The numbers of persons and customers are those of their first
 * accounts, so they need no table of their own.
 */

#include "ledger/ledger_internal.h"

#include "base/macros.h"

#include <assert.h>
#include <stdlib.h>

static uint64_t hash_of_customer(struct sb_id person, uint16_t provider)
{
    return sb_mix64(sb_id_hash(person) + provider);
}

static struct sb_house house_of(const struct sb_account *account)
{
    return (struct sb_house){account->class_, account->provider, account->unit};
}

static uint64_t hash_of_house(struct sb_house house)
{
    return sb_mix64((uint64_t)house.class_ << 32 | (uint64_t)house.provider << 16 | house.unit);
}

static uint64_t house_hash_at(const void *owner, uint32_t number)
{
    return hash_of_house(house_of(sb_account_at(owner, number)));
}

static uint64_t id_hash_at(const void *owner, uint32_t number)
{
    return sb_id_hash(sb_account_at(owner, number)->id);
}

static uint64_t person_hash_at(const void *owner, uint32_t number)
{
    return sb_id_hash(sb_account_at(owner, number)->person);
}

static uint64_t customer_hash_at(const void *owner, uint32_t number)
{
    const struct sb_account *account = sb_account_at(owner, number);
    return hash_of_customer(account->person, account->provider);
}

/* How many chunks lie in the block that begins with a chunk. */
static uint32_t chunks_at_once(uint32_t chunk)
{
    return chunk < SB_CHUNKS_ALONE ? 1 : SB_CHUNKS_BLOCK;
}

bool sb_accounts_init(struct sb_accounts *accounts, uint32_t hint)
{
    *accounts = (struct sb_accounts){0};
    return sb_slots_init(&accounts->by_id, hint) && sb_slots_init(&accounts->by_person, hint) &&
           sb_slots_init(&accounts->by_customer, hint) && sb_slots_init(&accounts->by_house, 0);
}

void sb_accounts_release(struct sb_accounts *accounts)
{
    for (uint32_t i = 0; i < accounts->chunk_count; i += chunks_at_once(i))
        free(accounts->chunks[i]);
    free(accounts->chunks);
    sb_slots_release(&accounts->by_id);
    sb_slots_release(&accounts->by_person);
    sb_slots_release(&accounts->by_customer);
    sb_slots_release(&accounts->by_house);
}

uint32_t sb_accounts_find(const struct sb_accounts *accounts, struct sb_id id)
{
    uint64_t hash = sb_id_hash(id);
    uint32_t at = sb_slots_home(&accounts->by_id, hash);
    for (;;) {
        uint32_t number = sb_slots_next(&accounts->by_id, hash, &at);
        if (number == SB_NOBODY || sb_id_equal(sb_account_at(accounts, number)->id, id))
            return number;
    }
}

uint32_t sb_accounts_guess(const struct sb_accounts *accounts, struct sb_id id)
{
    uint64_t hash = sb_id_hash(id);
    uint32_t at = sb_slots_home(&accounts->by_id, hash);
    return sb_slots_next(&accounts->by_id, hash, &at);
}

static uint32_t find_person(const struct sb_accounts *accounts, struct sb_id person)
{
    uint64_t hash = sb_id_hash(person);
    uint32_t at = sb_slots_home(&accounts->by_person, hash);
    for (;;) {
        uint32_t number = sb_slots_next(&accounts->by_person, hash, &at);
        if (number == SB_NOBODY || sb_id_equal(sb_account_at(accounts, number)->person, person))
            return number;
    }
}

static uint32_t find_customer(const struct sb_accounts *accounts, struct sb_id person, uint16_t provider)
{
    uint64_t hash = hash_of_customer(person, provider);
    uint32_t at = sb_slots_home(&accounts->by_customer, hash);
    for (;;) {
        uint32_t number = sb_slots_next(&accounts->by_customer, hash, &at);
        if (number == SB_NOBODY)
            return SB_NOBODY;
        const struct sb_account *account = sb_account_at(accounts, number);
        if (account->provider == provider && sb_id_equal(account->person, person))
            return number;
    }
}

uint32_t sb_accounts_house(const struct sb_accounts *accounts, struct sb_house house)
{
    uint64_t hash = hash_of_house(house);
    uint32_t at = sb_slots_home(&accounts->by_house, hash);
    for (;;) {
        uint32_t number = sb_slots_next(&accounts->by_house, hash, &at);
        if (number == SB_NOBODY)
            return SB_NOBODY;
        struct sb_house found = house_of(sb_account_at(accounts, number));
        if (found.class_ == house.class_ && found.provider == house.provider && found.unit == house.unit)
            return number;
    }
}

/* An account of a provider and a class is a house's first, or one of those behind it. */
static bool enter_house(struct sb_accounts *accounts, const struct sb_account *account, uint32_t number)
{
    struct sb_house house = house_of(account);
    if (house.class_ == 0 || house.provider == 0 || sb_accounts_house(accounts, house) != SB_NOBODY)
        return true;
    return sb_slots_put(&accounts->by_house, hash_of_house(house), number, accounts, house_hash_at);
}

static bool make_room(struct sb_accounts *accounts)
{
    if (accounts->count < accounts->chunk_count << SB_CHUNK_BITS)
        return true;
    uint32_t more = chunks_at_once(accounts->chunk_count);
    if (accounts->chunk_count + more > accounts->chunk_room) {
        uint32_t room = SB_MAX(accounts->chunk_room * 2, 16u);
        struct sb_account **chunks = realloc(accounts->chunks, room * sizeof(*chunks));
        if (!chunks)
            return false;
        accounts->chunks = chunks;
        accounts->chunk_room = room;
    }
    size_t size = (size_t)more * SB_CHUNK_SIZE * sizeof(struct sb_account);
    struct sb_account *block =
        more == 1 ? aligned_alloc(alignof(struct sb_account), size) : sb_table_alloc(size);
    if (!block)
        return false;
    for (uint32_t i = 0; i < more; i++)
        accounts->chunks[accounts->chunk_count++] = block + (size_t)i * SB_CHUNK_SIZE;
    return true;
}

/* Give a new account, already in its place, its numbers of person and customer. */
static bool number_holder(struct sb_accounts *accounts, struct sb_account *account, uint32_t number)
{
    account->person_number = account->customer = SB_NOBODY;
    if (sb_id_is_none(account->person))
        return true;
    account->person_number = find_person(accounts, account->person);
    if (account->person_number == SB_NOBODY) {
        account->person_number = number;
        if (!sb_slots_put(&accounts->by_person, person_hash_at(accounts, number), number, accounts,
                          person_hash_at))
            return false;
    }
    if (account->provider == 0)
        return true;
    account->customer = find_customer(accounts, account->person, account->provider);
    if (account->customer == SB_NOBODY) {
        account->customer = number;
        return sb_slots_put(&accounts->by_customer, customer_hash_at(accounts, number), number, accounts,
                            customer_hash_at);
    }
    return true;
}

bool sb_accounts_open(struct sb_accounts *accounts, const struct sb_account *account)
{
    if (!make_room(accounts))
        return false;
    uint32_t number = accounts->count;
    struct sb_account *fresh = sb_account_at(accounts, number);
    *fresh = *account;
    if (!number_holder(accounts, fresh, number) || !enter_house(accounts, fresh, number) ||
        !sb_slots_put(&accounts->by_id, sb_id_hash(fresh->id), number, accounts, id_hash_at))
        return false;
    accounts->count++;
    return true;
}

void sb_accounts_prefetch(const struct sb_accounts *accounts, const struct sb_account *account)
{
    sb_slots_prefetch(&accounts->by_id, sb_id_hash(account->id));
    sb_slots_prefetch(&accounts->by_person, sb_id_hash(account->person));
    sb_slots_prefetch(&accounts->by_customer, hash_of_customer(account->person, account->provider));
}

void sb_accounts_unopen(struct sb_accounts *accounts)
{
    assert(accounts->count > 0);
    uint32_t number = accounts->count - 1;
    const struct sb_account *account = sb_account_at(accounts, number);
    sb_slots_remove(&accounts->by_id, sb_id_hash(account->id), number, accounts, id_hash_at);
    if (account->person_number == number)
        sb_slots_remove(&accounts->by_person, person_hash_at(accounts, number), number, accounts,
                        person_hash_at);
    if (account->customer == number)
        sb_slots_remove(&accounts->by_customer, customer_hash_at(accounts, number), number, accounts,
                        customer_hash_at);
    if (account->class_ != 0 && account->provider != 0 &&
        sb_accounts_house(accounts, house_of(account)) == number)
        sb_slots_remove(&accounts->by_house, house_hash_at(accounts, number), number, accounts,
                        house_hash_at);
    accounts->count--;
}
