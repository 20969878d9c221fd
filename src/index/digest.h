/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A digest of 64 bits by which the index notices bytes that changed: its own, or the journal's since they
 * were indexed. Against accidents, not against people: the journal's hashes have no key either.
 */

#include "base/bytes.h"
#include "base/event.h"
#include "ledger/result.h"

static inline uint64_t sb_digest_word(uint64_t digest, uint64_t word)
{
    uint64_t x = (digest ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return x ^ (x >> 32);
}

/* Of whole words. */
static inline uint64_t sb_digest_bytes(uint64_t digest, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (; size >= 8; size -= 8, at += 8)
        digest = sb_digest_word(digest, sb_get_u64(at));
    return digest;
}

/* Of an event and what became of it, as the journal keeps them. */
static inline uint64_t sb_digest_event(const struct sb_event *event, const struct sb_result *result)
{
    uint64_t digest = sb_digest_bytes(1, event, sizeof(*event));
    digest = sb_digest_bytes(digest, result, 16);
    if (sb_result_is_of_law(result->code))
        digest = sb_digest_bytes(digest, result->failed, sizeof(result->failed));
    return sb_mix64(digest);
}
