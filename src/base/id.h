/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A 128-bit identifier of an event, an account or a person. Chosen outside; zero is "none" (for a person:
 * unknown). Two 64-bit halves, compared and stored as little-endian numbers: lo first.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sb_id {
    uint64_t lo;
    uint64_t hi;
};

#define SB_ID_NONE ((struct sb_id){0, 0})

static inline bool sb_id_is_none(struct sb_id id)
{
    return (id.lo | id.hi) == 0;
}

static inline bool sb_id_equal(struct sb_id a, struct sb_id b)
{
    return ((a.lo ^ b.lo) | (a.hi ^ b.hi)) == 0;
}

/* A well-mixed 64-bit hash for hash tables in memory (splitmix64's finisher); never stored on disk. */
static inline uint64_t sb_mix64(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xBF58476D1CE4E5B9);
    x ^= x >> 27;
    x *= UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static inline uint64_t sb_id_hash(struct sb_id id)
{
    return sb_mix64(id.lo ^ (id.hi * UINT64_C(0x9E3779B97F4A7C15)));
}

/* The id of any text (an account's name in somebody's file): BLAKE2b-128 of its bytes. Never zero. Pure. */
struct sb_id sb_id_of_text(const char *text, size_t size);

/* 32 hex digits, most significant first, and a NUL. */
#define SB_ID_TEXT_SIZE 33
void sb_id_print(struct sb_id id, char text[SB_ID_TEXT_SIZE]);

/* Read exactly 32 hex digits. Returns false and leaves *ret_id alone on anything else. */
bool sb_id_parse(const char *text, size_t size, struct sb_id *ret_id);
