/* SPDX-License-Identifier: Apache-2.0 */
#include "base/symbols.h"

#include "base/id.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/*
 * Per space: names in the order of their codes, and an open-addressing table of codes by hash. Names are cut
 * from blocks of their own so that a name handed out stays where it is while the table grows.
 */

struct names {
    char **by_code;  /* owned array of owned names; by_code[code - 1] */
    uint16_t *slots; /* owned; code or 0; a power of two, at most half full */
    uint32_t count;
    uint32_t room;
    uint32_t slot_count;
};

struct sb_symbols {
    struct names spaces[SB_SPACE_COUNT];
};

struct sb_symbols *sb_symbols_new(void)
{
    return calloc(1, sizeof(struct sb_symbols));
}

void sb_symbols_free(struct sb_symbols *symbols)
{
    if (!symbols)
        return;
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++) {
        struct names *names = &symbols->spaces[space];
        for (uint32_t i = 0; i < names->count; i++)
            free(names->by_code[i]);
        free(names->by_code);
        free(names->slots);
    }
    free(symbols);
}

struct sb_symbols *sb_symbols_copy(const struct sb_symbols *symbols)
{
    struct sb_symbols *copy = sb_symbols_new();
    for (unsigned space = 0; copy && space < SB_SPACE_COUNT; space++) {
        const struct names *names = &symbols->spaces[space];
        for (uint32_t i = 0; i < names->count; i++) {
            uint16_t code;
            if (sb_symbols_intern(copy, (enum sb_space)space, names->by_code[i], strlen(names->by_code[i]),
                                  &code, NULL) != SB_OK) {
                sb_symbols_free(copy);
                return NULL;
            }
        }
    }
    return copy;
}

static uint64_t hash_of(const char *name, size_t size)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325); /* FNV-1a, then mixed */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)name[i]) * UINT64_C(0x100000001B3);
    return sb_mix64(hash);
}

/* The slot that holds the name, or the empty one where it belongs. Requires slots. */
static uint32_t slot_of(const struct names *names, const char *name, size_t size)
{
    uint32_t mask = names->slot_count - 1;
    uint32_t slot = (uint32_t)hash_of(name, size) & mask;
    for (;; slot = (slot + 1) & mask) {
        if (names->slots[slot] == 0)
            return slot;
        const char *other = names->by_code[names->slots[slot] - 1];
        if (strlen(other) == size && memcmp(other, name, size) == 0)
            return slot;
    }
}

static bool grow(struct names *names)
{
    if (names->count < names->room)
        return true;
    uint32_t room = names->room ? names->room * 2 : 16;
    char **by_code = realloc(names->by_code, room * sizeof(*by_code));
    if (!by_code)
        return false;
    names->by_code = by_code;
    uint16_t *slots = calloc((size_t)room * 2, sizeof(*slots));
    if (!slots)
        return false;
    free(names->slots);
    names->slots = slots;
    names->slot_count = room * 2;
    names->room = room;
    for (uint32_t i = 0; i < names->count; i++)
        slots[slot_of(names, by_code[i], strlen(by_code[i]))] = (uint16_t)(i + 1);
    return true;
}

static bool is_name(const char *name, size_t size)
{
    if (size == 0 || size > SB_SYMBOL_SIZE_MAX || !sb_text_is_utf8(name, size, NULL))
        return false;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)name[i] <= ' ' || name[i] == 0x7F)
            return false;
    return true;
}

enum sb_status sb_symbols_intern(struct sb_symbols *symbols, enum sb_space space, const char *name,
                                 size_t size, uint16_t *ret_code, struct sb_err *err)
{
    struct names *names = &symbols->spaces[space];
    if (!is_name(name, size))
        return sb_fail(err, SB_INVALID, "'%.*s' is not a name of a %s: expected 1 to %d bytes without spaces",
                       "'%.*s' không phải là tên (%s): cần 1 đến %d byte, không có dấu cách",
                       (int)(size > 64 ? 64 : size), name, sb_space_word(space), SB_SYMBOL_SIZE_MAX);
    uint16_t code = sb_symbols_find(symbols, space, name, size);
    if (code != 0) {
        *ret_code = code;
        return SB_OK;
    }
    if (names->count == SB_SYMBOLS_MAX)
        return sb_fail(err, SB_LIMIT, "more than %d names of one space (%s)", "quá %d tên cùng một loại (%s)",
                       SB_SYMBOLS_MAX, sb_space_word(space));
    char *copy = malloc(size + 1);
    if (!copy || !grow(names)) {
        free(copy);
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    memcpy(copy, name, size);
    copy[size] = '\0';
    uint32_t slot = slot_of(names, name, size);
    names->by_code[names->count++] = copy;
    names->slots[slot] = (uint16_t)names->count;
    *ret_code = (uint16_t)names->count;
    return SB_OK;
}

uint16_t sb_symbols_find(const struct sb_symbols *symbols, enum sb_space space, const char *name, size_t size)
{
    const struct names *names = &symbols->spaces[space];
    return names->slot_count ? names->slots[slot_of(names, name, size)] : 0;
}

const char *sb_symbols_name(const struct sb_symbols *symbols, enum sb_space space, uint16_t code)
{
    const struct names *names = &symbols->spaces[space];
    return code >= 1 && code <= names->count ? names->by_code[code - 1] : NULL;
}

uint16_t sb_symbols_count(const struct sb_symbols *symbols, enum sb_space space)
{
    return (uint16_t)symbols->spaces[space].count;
}

static const char *const words[SB_SPACE_COUNT] = {
#define X(name, number, word) [name] = word,
    SB_SPACE_MAP(X)
#undef X
};

const char *sb_space_word(enum sb_space space)
{
    return words[space];
}

enum sb_space sb_space_of_word(const char *word, size_t size)
{
    unsigned space = 0;
    while (space < SB_SPACE_COUNT && (strlen(words[space]) != size || memcmp(words[space], word, size) != 0))
        space++;
    return (enum sb_space)space;
}
