/* SPDX-License-Identifier: Apache-2.0 */

/* The state hash: the canonical serialization that docs/ledger.md draws, through BLAKE2b-256. */

#include "ledger/ledger_internal.h"

#include "base/bytes.h"

#include <assert.h>
#include <sodium.h>

/* Bytes are gathered before they are hashed: a call for each field would cost more than the hash. */
struct sink {
    crypto_generichash_state hash;
    uint8_t bytes[8192];
    size_t size;
};

static void flush(struct sink *sink)
{
    (void)crypto_generichash_update(&sink->hash, sink->bytes, sink->size); /* cannot fail on a live state */
    sink->size = 0;
}

static void put(struct sink *sink, const void *bytes, size_t size)
{
    if (sink->size + size > sizeof(sink->bytes))
        flush(sink);
    memcpy(sink->bytes + sink->size, bytes, size);
    sink->size += size;
}

static void put_u16(struct sink *sink, uint16_t value)
{
    put(sink, &value, sizeof(value));
}

static void put_u32(struct sink *sink, uint32_t value)
{
    put(sink, &value, sizeof(value));
}

static void put_u64(struct sink *sink, uint64_t value)
{
    put(sink, &value, sizeof(value));
}

static void put_i64(struct sink *sink, int64_t value)
{
    put_u64(sink, (uint64_t)value);
}

static void put_id(struct sink *sink, struct sb_id id)
{
    put_u64(sink, id.lo);
    put_u64(sink, id.hi);
}

static void put_account(struct sink *sink, const struct sb_account *account)
{
    put_id(sink, account->id);
    put_id(sink, account->person);
    put_i64(sink, account->debits_posted);
    put_i64(sink, account->credits_posted);
    put_i64(sink, account->debits_pending);
    put_i64(sink, account->credits_pending);
    put_u16(sink, account->unit);
    put_u16(sink, account->class_);
    put_u16(sink, account->provider);
    put_u16(sink, account->tier);
    put_u16(sink, account->issuer);
    put_u16(sink, account->sex);
    put_u16(sink, account->birth_year);
    put(sink, (uint8_t[]){account->flags, account->frozen, account->closed, 0}, 4);
    put_u32(sink, account->place);
    put_u16(sink, account->place_epoch);
    put_u16(sink, 0);
    put_u32(sink, (uint32_t)account->opened_on);
    put_u32(sink, (uint32_t)account->sim_since);
}

/* ------------------------------------------------------------------ reservations */

static int by_making(const void *a, const void *b)
{
    const struct sb_pending *const *first = a, *const *second = b;
    return ((*first)->made > (*second)->made) - ((*first)->made < (*second)->made);
}

static struct sb_id id_of(const struct sb_ledger *ledger, uint32_t number)
{
    return number == SB_NOBODY ? SB_ID_NONE : sb_account_at(&ledger->accounts, number)->id;
}

static bool put_pendings(struct sink *sink, const struct sb_ledger *ledger)
{
    const struct sb_pendings *pendings = &ledger->pendings;
    const struct sb_pending **sorted = malloc((pendings->count + 1) * sizeof(struct sb_pending *));
    if (!sorted)
        return false;
    uint32_t count = 0;
    for (uint32_t i = 0; i < pendings->list_count; i++) {
        if (pendings->list[i].open)
            sorted[count++] = &pendings->list[i];
    }
    assert(count == pendings->count);
    qsort(sorted, count, sizeof(struct sb_pending *), by_making);
    put_u64(sink, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct sb_pending *pending = sorted[i];
        put_id(sink, pending->id);
        put_id(sink, id_of(ledger, pending->payer));
        put_id(sink, id_of(ledger, pending->payee));
        put_id(sink, id_of(ledger, pending->agent));
        put_i64(sink, pending->left);
        put_i64(sink, pending->posted);
        put_i64(sink, pending->time);
        put_i64(sink, pending->deadline);
        put_u16(sink, pending->kind);
        put_u32(sink, pending->plan);
        put_u16(sink, 0);
        put_u64(sink, pending->counted);
    }
    free(sorted);
    return true;
}

/* ------------------------------------------------------------------ windows */

struct live_window {
    uint64_t order; /* rank of the identity << 32 | subject */
    const struct sb_window_slot *slot;
    uint64_t entries;
};

static int by_order(const void *a, const void *b)
{
    const struct live_window *first = a, *second = b;
    return (first->order > second->order) - (first->order < second->order);
}

/* The place of each state among the identities in the order of their bytes. */
static void rank_states(const struct sb_laws *laws, uint32_t *ret_ranks)
{
    for (uint32_t state = 0; state < laws->state_count; state++) {
        ret_ranks[state] = 0;
        for (uint32_t other = 0; other < laws->state_count; other++)
            ret_ranks[state] += memcmp(laws->identities[other], laws->identities[state], 16) < 0;
    }
}

static void put_window(struct sink *sink, const struct sb_ledger *ledger, const struct live_window *window,
                       const struct sb_window_now *now)
{
    const struct sb_window_slot *slot = window->slot;
    put(sink, ledger->laws.identities[slot->state - 1], 16);
    put_u64(sink, slot->subject);
    if (slot->ring == 0) {
        put_u32(sink, (uint32_t)slot->period);
        put_u32(sink, 0);
        put_i64(sink, slot->used);
        return;
    }
    put_u64(sink, window->entries);
    const struct sb_ring *ring = &ledger->windows.rings[slot->ring - 1];
    for (uint32_t i = ring->head; i < ring->count; i++) {
        const struct sb_rolling_entry *entry = &ring->entries[i];
        if (entry->time > sb_rolling_edge(now->time, now->days) && entry->value != 0) {
            put_i64(sink, entry->time);
            put_i64(sink, entry->value);
        }
    }
}

static bool put_windows(struct sink *sink, const struct sb_ledger *ledger)
{
    const struct sb_windows *windows = &ledger->windows;
    uint32_t states = ledger->laws.state_count;
    struct live_window *live = malloc((windows->count + 1) * sizeof(*live));
    struct sb_window_now *now = malloc((states + 1) * sizeof(*now));
    uint32_t *ranks = malloc((states + 1) * sizeof(*ranks));
    bool room = live && now && ranks;
    if (room) {
        sb_laws_now(&ledger->laws, ledger->time, now);
        rank_states(&ledger->laws, ranks);
        uint32_t count = 0;
        for (uint32_t i = 0; i < windows->capacity; i++) {
            const struct sb_window_slot *slot = &windows->slots[i];
            uint64_t entries;
            if (slot->state == 0 || !sb_windows_is_live(windows, slot, &now[slot->state - 1], &entries))
                continue;
            live[count++] =
                (struct live_window){(uint64_t)ranks[slot->state - 1] << 32 | slot->subject, slot, entries};
        }
        qsort(live, count, sizeof(*live), by_order);
        put_u64(sink, count);
        for (uint32_t i = 0; i < count; i++)
            put_window(sink, ledger, &live[i], &now[live[i].slot->state - 1]);
    }
    free(live);
    free(now);
    free(ranks);
    return room;
}

/* ------------------------------------------------------------------ reversed sums */

static int by_id(const void *a, const void *b)
{
    const struct sb_reversal *first = a, *second = b;
    if (first->id.hi != second->id.hi)
        return first->id.hi < second->id.hi ? -1 : 1;
    return (first->id.lo > second->id.lo) - (first->id.lo < second->id.lo);
}

static bool put_reversals(struct sink *sink, const struct sb_reversals *reversals)
{
    struct sb_reversal *sorted = malloc((reversals->count + 1) * sizeof(*sorted));
    if (!sorted)
        return false;
    uint32_t count = 0;
    for (uint32_t i = 0; i < reversals->count; i++) {
        if (reversals->list[i].reversed != 0)
            sorted[count++] = reversals->list[i];
    }
    qsort(sorted, count, sizeof(*sorted), by_id);
    put_u64(sink, count);
    for (uint32_t i = 0; i < count; i++) {
        put_id(sink, sorted[i].id);
        put_i64(sink, sorted[i].reversed);
    }
    free(sorted);
    return true;
}

enum sb_status sb_ledger_hash(const struct sb_ledger *ledger, uint8_t hash[SB_STATE_HASH_SIZE],
                              struct sb_err *err)
{
    static const uint8_t no_plan[32];
    const struct sb_plan *plan = sb_ledger_law(ledger);
    struct sink sink = {.size = 0};
    int failed = crypto_generichash_init(&sink.hash, NULL, 0, SB_STATE_HASH_SIZE);
    assert(failed == 0); /* only for sizes that it does not have */
    put(&sink, "SBSTATE1", 8);
    put_i64(&sink, ledger->time);
    put(&sink, plan ? plan->hash : no_plan, 32);
    put_u64(&sink, ledger->accounts.count);
    for (uint32_t i = 0; i < ledger->accounts.count; i++)
        put_account(&sink, sb_account_at(&ledger->accounts, i));
    if (!put_pendings(&sink, ledger) || !put_windows(&sink, ledger) ||
        !put_reversals(&sink, &ledger->reversals))
        return sb_fail(err, SB_NOMEM, "out of memory for the state hash", "hết bộ nhớ để băm trạng thái");
    flush(&sink);
    (void)crypto_generichash_final(&sink.hash, hash, SB_STATE_HASH_SIZE); /* as update */
    return SB_OK;
}
