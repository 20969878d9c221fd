/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Open addressing in 64 shards, so that making one anew stops the writer for a short time only. A slot holds
 * 38 bits of the hash, and the sequence number counted from the shard's base. Where a run begins is the top
 * of those bits, so a shard can be made anew from its slots alone.
 */
#include "engine/tail.h"

#include <stdlib.h>

#define SHARD_BITS      6u
#define SHARDS          (1u << SHARD_BITS)
#define NUMBER_BITS     26u
#define NUMBER_MASK     ((UINT64_C(1) << NUMBER_BITS) - 1)
#define SLOT_BITS_FIRST 6u
#define SLOT_BITS_MAX   30u

struct shard {
    uint64_t *slots; /* owned; hash behind the shard's bits, then sequence - base; 0: empty */
    unsigned bits;
    uint64_t count;
    uint64_t base;
};

struct sb_tail {
    struct shard shards[SHARDS];
};

struct sb_tail *sb_tail_new(void)
{
    struct sb_tail *tail = calloc(1, sizeof(*tail));
    bool good = tail != NULL;
    for (unsigned i = 0; i < SHARDS && good; i++) {
        tail->shards[i].bits = SLOT_BITS_FIRST;
        tail->shards[i].slots = calloc(UINT64_C(1) << SLOT_BITS_FIRST, sizeof(uint64_t));
        good = tail->shards[i].slots != NULL;
    }
    if (!good) {
        sb_tail_free(tail);
        return NULL;
    }
    return tail;
}

void sb_tail_free(struct sb_tail *tail)
{
    if (!tail)
        return;
    for (unsigned i = 0; i < SHARDS; i++)
        free(tail->shards[i].slots);
    free(tail);
}

static const struct shard *shard_of(const struct sb_tail *tail, uint64_t hash)
{
    return &tail->shards[hash >> (64 - SHARD_BITS)];
}

static uint64_t mask_of(const struct shard *shard)
{
    return (UINT64_C(1) << shard->bits) - 1;
}

/* A slot without its number. */
static uint64_t tag_of(uint64_t hash)
{
    return (hash << SHARD_BITS) & ~NUMBER_MASK;
}

static uint64_t home_of(const struct shard *shard, uint64_t slot)
{
    return slot >> (64 - shard->bits);
}

static void place(struct shard *shard, uint64_t slot)
{
    uint64_t at = home_of(shard, slot);
    while (shard->slots[at] != 0)
        at = (at + 1) & mask_of(shard);
    shard->slots[at] = slot;
    shard->count++;
}

/* Slots of events behind `forget`. */
static uint64_t count_living(const struct shard *shard, uint64_t forget)
{
    uint64_t living = 0;
    for (uint64_t i = 0; i <= mask_of(shard); i++)
        living += shard->slots[i] != 0 && shard->base + (shard->slots[i] & NUMBER_MASK) > forget;
    return living;
}

/* Without what may be forgotten, in as much room as leaves a good part of it free. */
static enum sb_status make_anew(struct shard *shard, uint64_t forget, struct sb_err *err)
{
    uint64_t living = count_living(shard, forget);
    struct shard fresh = {.bits = SLOT_BITS_FIRST, .base = forget};
    while (fresh.bits < SLOT_BITS_MAX && (living + 1) * 2 > UINT64_C(1) << fresh.bits)
        fresh.bits++;
    fresh.slots = calloc(UINT64_C(1) << fresh.bits, sizeof(*fresh.slots));
    if (!fresh.slots)
        return sb_fail(err, SB_NOMEM, "out of memory for the newest ids", "hết bộ nhớ cho các mã mới nhất");
    for (uint64_t i = 0; i <= mask_of(shard); i++) {
        uint64_t slot = shard->slots[i], sequence = shard->base + (slot & NUMBER_MASK);
        if (slot != 0 && sequence > forget)
            place(&fresh, (slot & ~NUMBER_MASK) | (sequence - forget));
    }
    free(shard->slots);
    *shard = fresh;
    return SB_OK;
}

enum sb_status sb_tail_put(struct sb_tail *tail, uint64_t hash, uint64_t sequence, uint64_t forget,
                           struct sb_err *err)
{
    struct shard *shard = &tail->shards[hash >> (64 - SHARD_BITS)];
    bool full = (shard->count + 1) * 4 > (mask_of(shard) + 1) * 3;
    if (full || sequence - shard->base > NUMBER_MASK) {
        enum sb_status status = make_anew(shard, forget, err);
        if (status != SB_OK)
            return status;
        if (sequence - shard->base > NUMBER_MASK)
            return sb_fail(err, SB_LIMIT, "the index on disk lags too far behind",
                           "chỉ mục trên đĩa chậm quá xa");
    }
    place(shard, tag_of(hash) | (sequence - shard->base));
    return SB_OK;
}

void sb_tail_prefetch(const struct sb_tail *tail, uint64_t hash)
{
    const struct shard *shard = shard_of(tail, hash);
    __builtin_prefetch(&shard->slots[home_of(shard, tag_of(hash))]);
}

uint64_t sb_tail_next(const struct sb_tail *tail, uint64_t hash, uint64_t *at)
{
    const struct shard *shard = shard_of(tail, hash);
    uint64_t tag = tag_of(hash), slot_at = *at == UINT64_MAX ? home_of(shard, tag) : *at, slot;
    while ((slot = shard->slots[slot_at]) != 0) {
        slot_at = (slot_at + 1) & mask_of(shard);
        if ((slot ^ tag) >> NUMBER_BITS == 0) {
            *at = slot_at;
            return shard->base + (slot & NUMBER_MASK);
        }
    }
    return 0;
}

uint64_t sb_tail_bytes(const struct sb_tail *tail)
{
    uint64_t bytes = sizeof(*tail);
    for (unsigned i = 0; i < SHARDS; i++)
        bytes += sizeof(uint64_t) << tail->shards[i].bits;
    return bytes;
}
