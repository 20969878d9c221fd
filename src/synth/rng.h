/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Chance that does not depend on the order in which it is asked: each decision has a stream and an index of
 * its own, and its numbers are the splitmix64 sequence that starts there (Steele, Lea, Flood, "Fast
 * Splittable Pseudorandom Number Generators", 2014). So a change to one part of the country leaves the others
 * as they were.
 */

#include "base/id.h"

enum synth_stream {
    STREAM_ACCOUNT_ID = 1,
    STREAM_PERSON_ID,
    STREAM_EVENT_ID,
    STREAM_ACCOUNT,
    STREAM_PERSON,
    STREAM_MERCHANT,
    STREAM_POINT,
    STREAM_DAY,
    STREAM_SLOT,
    STREAM_EVENT,
};

struct synth_rng {
    uint64_t state;
};

#define SYNTH_GOLDEN UINT64_C(0x9E3779B97F4A7C15)

static inline struct synth_rng synth_rng(uint64_t seed, enum synth_stream stream, uint64_t index)
{
    return (struct synth_rng){
        sb_mix64(sb_mix64(seed + SYNTH_GOLDEN * (uint64_t)stream) + SYNTH_GOLDEN * index)};
}

static inline uint64_t synth_next(struct synth_rng *rng)
{
    rng->state += SYNTH_GOLDEN;
    return sb_mix64(rng->state);
}

/* 0 to count - 1. The bias of the product is below 2^-32 * count: nothing here can see it. */
static inline uint32_t synth_below(struct synth_rng *rng, uint32_t count)
{
    return (uint32_t)((synth_next(rng) >> 32) * count >> 32);
}

/* True in `chance` of 100 000 cases. */
static inline bool synth_chance(struct synth_rng *rng, uint32_t chance)
{
    return synth_below(rng, 100000) < chance;
}

static inline struct sb_id synth_id(uint64_t seed, enum synth_stream stream, uint64_t index)
{
    struct synth_rng rng = synth_rng(seed, stream, index);
    uint64_t lo = synth_next(&rng), hi = synth_next(&rng);
    return (struct sb_id){lo | (hi == 0), hi};
}

/*
 * A value of 32 bits for index that fills the range evenly (a Kronecker sequence), shifted by the seed:
 * shares come out as they were meant at every scale. Dimensions differ in their irrational step (Roberts' R3:
 * powers of 1/1.2207440846).
 */
static inline uint32_t synth_spread(uint64_t seed, unsigned dimension, uint64_t index)
{
    static const uint32_t steps[] = {0xD1B54A33u, 0xABC98388u, 0x8CB92BA7u, 0x9E3779B9u};
    return (uint32_t)(sb_mix64(seed + dimension) + index * steps[dimension]);
}
