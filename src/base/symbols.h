/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Names that records carry as 16-bit codes: kinds, tiers, providers, purposes ... A table belongs to one
 * journal; codes are handed out in order, from 1, and never change or go away. Code 0 is "none" (of a
 * transfer) or "unknown" (of an account).
 */

#include "base/limits.h"
#include "base/status.h"

#include <stdint.h>

/* A name space. Numbers are in journals: never reuse one.   name      number  the word in charters and event
 * texts */
#define SB_SPACE_MAP(X)                 \
    X(SB_SPACE_UNIT, 0, "unit")         \
    X(SB_SPACE_KIND, 1, "kind")         \
    X(SB_SPACE_CLASS, 2, "class")       \
    X(SB_SPACE_PROVIDER, 3, "provider") \
    X(SB_SPACE_TIER, 4, "tier")         \
    X(SB_SPACE_ISSUER, 5, "issuer")     \
    X(SB_SPACE_SEX, 6, "sex")           \
    X(SB_SPACE_CHANNEL, 7, "channel")   \
    X(SB_SPACE_PURPOSE, 8, "purpose")   \
    X(SB_SPACE_COUNTRY, 9, "country")   \
    X(SB_SPACE_STEP, 10, "step")

enum sb_space {
#define X(name, number, word) name = number,
    SB_SPACE_MAP(X)
#undef X
        SB_SPACE_COUNT
};

struct sb_symbols;

/* An empty table. NULL when memory is out. */
struct sb_symbols *sb_symbols_new(void);
void sb_symbols_free(struct sb_symbols *symbols);

/* A copy that grows on its own (replay adds the names of another charter without touching the journal's).
 * NULL: no memory. */
struct sb_symbols *sb_symbols_copy(const struct sb_symbols *symbols);

/*
 * The code of a name, made when it is new. A name is 1 to SB_SYMBOL_SIZE_MAX bytes of UTF-8 without spaces or
 * control characters. Errors: SB_NOMEM, SB_INVALID (the name), SB_LIMIT (too many).
 */
SB_CHECKED enum sb_status sb_symbols_intern(struct sb_symbols *symbols, enum sb_space space, const char *name,
                                            size_t size, uint16_t *ret_code, struct sb_err *err);

/* The code of a name, 0 when it has none. */
uint16_t sb_symbols_find(const struct sb_symbols *symbols, enum sb_space space, const char *name,
                         size_t size);

/* The name of a code, NUL-terminated, borrowed for the table's life; NULL for 0 and for codes that nobody
 * made. */
const char *sb_symbols_name(const struct sb_symbols *symbols, enum sb_space space, uint16_t code);

/* How many codes a space has: they are 1 to this. */
uint16_t sb_symbols_count(const struct sb_symbols *symbols, enum sb_space space);

/* The word of a space, static; and the space of a word, SB_SPACE_COUNT when there is none. */
const char *sb_space_word(enum sb_space space);
enum sb_space sb_space_of_word(const char *word, size_t size);
