/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The canonical serialization that docs/ledger.md draws, into a sink; through BLAKE2b-256 it is the state
 * hash. load.c reads the same bytes: a field that changes a later result needs a place in both, which is what
 * the asserts on sizes are for.
 *
 * What must be sorted is sorted by radix in memory straight from the system: four million windows take a
 * fifth of the time that comparing them does, and a process that was just copied may not use the heap.
 */

#include "ledger/save.h"

#include "ledger/ledger_internal.h"

#include <assert.h>
#include <sodium.h>

static_assert(sizeof(struct sb_account) == 128, "a new field needs a place in put_account and load.c");
static_assert(sizeof(struct sb_pending) == 104, "a new field needs a place in put_pendings and load.c");
static_assert(sizeof(struct sb_window_slot) == 24, "a new field needs a place in put_window and load.c");
static_assert(sizeof(struct sb_rolling_entry) == 16, "a new field needs a place in put_window and load.c");
static_assert(sizeof(struct sb_reversal) == 24, "a new field needs a place in put_reversals and load.c");

/* Bytes are gathered before they are given away: a call for each field would cost more than the hash. */
struct sink {
    const struct sb_ledger_sink *to;
    uint8_t bytes[8192];
    size_t size;
    bool full; /* it wants no more */
};

static void flush(struct sink *sink)
{
    if (!sink->full && sink->size > 0)
        sink->full = !sink->to->put(sink->to->context, sink->bytes, sink->size);
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

/* ------------------------------------------------------------------ sorting */

struct item {
    uint64_t key;
    uint32_t index;
};

/* Two arrays of items: what is to be sorted, and room to move it to. */
struct items {
    struct item *list, *other; /* owned */
    uint32_t count;
    size_t size; /* bytes of one array */
};

static bool items_take(struct items *items, uint32_t room)
{
    *items = (struct items){.size = ((size_t)room + 1) * sizeof(struct item)};
    items->list = sb_scratch_take(items->size);
    items->other = sb_scratch_take(items->size);
    return items->list && items->other;
}

static void items_give(struct items *items)
{
    sb_scratch_give(items->list, items->size);
    sb_scratch_give(items->other, items->size);
}

static void items_add(struct items *items, uint64_t key, uint32_t index)
{
    items->list[items->count++] = (struct item){key, index};
}

/* Move all to the other array in the order of one byte of their keys. */
static void sort_by_byte(struct items *items, unsigned shift, const uint32_t counts[256])
{
    uint32_t at[256], sum = 0;
    for (unsigned value = 0; value < 256; value++) {
        at[value] = sum;
        sum += counts[value];
    }
    for (uint32_t i = 0; i < items->count; i++)
        items->other[at[items->list[i].key >> shift & 255]++] = items->list[i];
    struct item *sorted = items->other;
    items->other = items->list;
    items->list = sorted;
}

/* By key, ascending; equal ones stay in their order. Bytes that are the same in all keys cost nothing. */
static void items_sort(struct items *items)
{
    uint32_t counts[8][256] = {{0}};
    for (uint32_t i = 0; i < items->count; i++) {
        for (unsigned byte = 0; byte < 8; byte++)
            counts[byte][items->list[i].key >> (8 * byte) & 255]++;
    }
    for (unsigned byte = 0; byte < 8 && items->count > 0; byte++) {
        if (counts[byte][items->list[0].key >> (8 * byte) & 255] != items->count)
            sort_by_byte(items, 8 * byte, counts[byte]);
    }
}

/* ------------------------------------------------------------------ reservations */

static struct sb_id id_of(const struct sb_ledger *ledger, uint32_t number)
{
    return number == SB_NOBODY ? SB_ID_NONE : sb_account_at(&ledger->accounts, number)->id;
}

static void put_pending(struct sink *sink, const struct sb_ledger *ledger, const struct sb_pending *pending)
{
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
    put_u16(sink, pending->fees != 0);
    put_u64(sink, pending->counted);
    if (pending->fees == 0)
        return;
    put_u32(sink, pending->fees);
    put_u16(sink, pending->provider);
    put_u16(sink, 0);
}

static bool put_pendings(struct sink *sink, const struct sb_ledger *ledger)
{
    const struct sb_pendings *pendings = &ledger->pendings;
    struct items items;
    bool room = items_take(&items, pendings->count);
    for (uint32_t i = 0; room && i < pendings->list_count; i++) {
        if (pendings->list[i].open)
            items_add(&items, pendings->list[i].made, i);
    }
    if (room) {
        assert(items.count == pendings->count);
        items_sort(&items);
        put_u64(sink, items.count);
    }
    for (uint32_t i = 0; room && i < items.count && !sink->full; i++)
        put_pending(sink, ledger, &pendings->list[items.list[i].index]);
    items_give(&items);
    return room;
}

/* ------------------------------------------------------------------ windows */

/* The place of each state among the identities in the order of their bytes. */
static void rank_states(const struct sb_laws *laws, uint32_t *ret_ranks)
{
    for (uint32_t state = 0; state < laws->state_count; state++) {
        ret_ranks[state] = 0;
        for (uint32_t other = 0; other < laws->state_count; other++)
            ret_ranks[state] += memcmp(laws->identities[other], laws->identities[state], 16) < 0;
    }
}

static void put_window(struct sink *sink, const struct sb_ledger *ledger, const struct sb_window_slot *slot,
                       const struct sb_window_now *now)
{
    put(sink, ledger->laws.identities[slot->state - 1], 16);
    put_u64(sink, slot->subject);
    if (slot->ring == 0) {
        put_u32(sink, (uint32_t)slot->period);
        put_u32(sink, 0);
        put_i64(sink, slot->used);
        return;
    }
    uint64_t entries;
    (void)sb_windows_is_live(&ledger->windows, slot, now, &entries); /* it is; how many entries are? */
    put_u64(sink, entries);
    const struct sb_ring *ring = &ledger->windows.rings[slot->ring - 1];
    for (uint32_t i = ring->head; i < ring->count; i++) {
        const struct sb_rolling_entry entry = sb_ring_at(ring, i);
        if (entry.time > sb_rolling_edge(now->time, now->days) && entry.value != 0) {
            put_i64(sink, entry.time);
            put_i64(sink, entry.value);
        }
    }
}

static void put_sorted_windows(struct sink *sink, const struct sb_ledger *ledger, struct items *items,
                               struct sb_window_now *now, uint32_t *ranks)
{
    const struct sb_windows *windows = &ledger->windows;
    sb_laws_now(&ledger->laws, ledger->time, now);
    rank_states(&ledger->laws, ranks);
    for (uint32_t i = 0; i < windows->capacity; i++) {
        const struct sb_window_slot *slot = &windows->slots[i];
        uint64_t entries;
        if (slot->state != 0 && sb_windows_is_live(windows, slot, &now[slot->state - 1], &entries))
            items_add(items, (uint64_t)ranks[slot->state - 1] << 32 | slot->subject, i);
    }
    items_sort(items);
    put_u64(sink, items->count);
    for (uint32_t i = 0; i < items->count && !sink->full; i++) {
        const struct sb_window_slot *slot = &windows->slots[items->list[i].index];
        put_window(sink, ledger, slot, &now[slot->state - 1]);
    }
}

static bool put_windows(struct sink *sink, const struct sb_ledger *ledger)
{
    size_t states = (size_t)ledger->laws.state_count + 1;
    struct items items;
    struct sb_window_now *now = sb_scratch_take(states * sizeof(*now));
    uint32_t *ranks = sb_scratch_take(states * sizeof(*ranks));
    bool room = items_take(&items, ledger->windows.count) && now && ranks;
    if (room)
        put_sorted_windows(sink, ledger, &items, now, ranks);
    items_give(&items);
    sb_scratch_give(now, states * sizeof(*now));
    sb_scratch_give(ranks, states * sizeof(*ranks));
    return room;
}

/* ------------------------------------------------------------------ reversed sums */

/* By id: hi, then lo. Two sorts, the less weighty half first. */
static void sort_by_id(struct items *items, const struct sb_reversals *reversals)
{
    items_sort(items);
    for (uint32_t i = 0; i < items->count; i++)
        items->list[i].key = reversals->list[items->list[i].index].id.hi;
    items_sort(items);
}

static bool put_reversals(struct sink *sink, const struct sb_reversals *reversals)
{
    struct items items;
    bool room = items_take(&items, reversals->count);
    for (uint32_t i = 0; room && i < reversals->count; i++) {
        if (reversals->list[i].reversed != 0)
            items_add(&items, reversals->list[i].id.lo, i);
    }
    if (room) {
        sort_by_id(&items, reversals);
        put_u64(sink, items.count);
    }
    for (uint32_t i = 0; room && i < items.count && !sink->full; i++) {
        const struct sb_reversal *reversal = &reversals->list[items.list[i].index];
        put_id(sink, reversal->id);
        put_i64(sink, reversal->reversed);
    }
    items_give(&items);
    return room;
}

/* ------------------------------------------------------------------ the whole */

bool sb_ledger_is_savable(const struct sb_ledger *ledger)
{
    const struct sb_laws *laws = &ledger->laws;
    for (uint32_t i = 0; i < laws->installed_count; i++) {
        const struct sb_territory *territory = laws->installed[i]->plan->territory;
        if (territory && territory != ledger->territory)
            return false;
    }
    return true;
}

enum sb_status sb_ledger_save(const struct sb_ledger *ledger, const struct sb_ledger_sink *to,
                              struct sb_err *err)
{
    static const uint8_t no_plan[32];
    const struct sb_plan *plan = sb_ledger_law(ledger);
    struct sink sink = {.to = to, .size = 0};
    put(&sink, SB_STATE_MAGIC, SB_STATE_MAGIC_SIZE);
    put_i64(&sink, ledger->time);
    put(&sink, plan ? plan->hash : no_plan, 32);
    put_u64(&sink, ledger->accounts.count);
    for (uint32_t i = 0; i < ledger->accounts.count && !sink.full; i++)
        put_account(&sink, sb_account_at(&ledger->accounts, i));
    if (!put_pendings(&sink, ledger) || !put_windows(&sink, ledger) ||
        !put_reversals(&sink, &ledger->reversals))
        return sb_fail(err, SB_NOMEM, "out of memory for the ledger's state",
                       "hết bộ nhớ cho trạng thái sổ cái");
    flush(&sink);
    return sink.full ? sb_fail(err, SB_INTERRUPTED, "the saving was ended", "việc lưu bị kết thúc") : SB_OK;
}

static bool hash_more(void *context, const void *bytes, size_t size)
{
    return crypto_generichash_update(context, bytes, size) == 0;
}

enum sb_status sb_ledger_hash(const struct sb_ledger *ledger, uint8_t hash[SB_STATE_HASH_SIZE],
                              struct sb_err *err)
{
    crypto_generichash_state state;
    int failed = crypto_generichash_init(&state, NULL, 0, SB_STATE_HASH_SIZE);
    assert(failed == 0); /* only for sizes that it does not have */
    enum sb_status status =
        sb_ledger_save(ledger, &(struct sb_ledger_sink){.put = hash_more, .context = &state}, err);
    if (status == SB_OK)
        (void)crypto_generichash_final(&state, hash, SB_STATE_HASH_SIZE); /* cannot fail on a live state */
    return status;
}
