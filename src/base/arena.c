/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include "base/macros.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 * 1024)
#define ALIGNMENT  ((size_t)16)

struct sb_arena_block {
    struct sb_arena_block *next; /* owned */
    size_t size;                 /* bytes of memory */
    size_t used;
    size_t padding;
    alignas(16) unsigned char memory[];
};

void sb_arena_init(struct sb_arena *arena, size_t size_max)
{
    *arena = (struct sb_arena){.size_max = size_max, .fail_after = UINT64_MAX};
}

void sb_arena_release(struct sb_arena *arena)
{
    struct sb_arena_block *block = arena->blocks;
    while (block) {
        struct sb_arena_block *next = block->next;
        free(block);
        block = next;
    }
    arena->blocks = NULL;
    arena->used = 0;
}

static struct sb_arena_block *block_with(struct sb_arena *arena, size_t size)
{
    struct sb_arena_block *block = arena->blocks;
    if (block && block->size - block->used >= size)
        return block;
    size_t block_size = SB_MAX(size, BLOCK_SIZE);
    block = malloc(sizeof(*block) + block_size);
    if (!block)
        return NULL;
    *block = (struct sb_arena_block){.next = arena->blocks, .size = block_size};
    arena->blocks = block;
    return block;
}

void *sb_arena_alloc(struct sb_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (arena->fail_after == 0)
        return NULL;
    if (arena->fail_after != UINT64_MAX)
        arena->fail_after--;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > arena->size_max)
        return NULL;
    bytes = (bytes + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    if (bytes > arena->size_max - SB_MIN(arena->used, arena->size_max))
        return NULL;
    struct sb_arena_block *block = block_with(arena, bytes);
    if (!block)
        return NULL;
    void *memory = block->memory + block->used;
    block->used += bytes;
    arena->used += bytes;
    return memset(memory, 0, bytes);
}

char *sb_arena_copy(struct sb_arena *arena, const char *text, size_t size)
{
    char *copy = sb_arena_alloc(arena, size + 1, 1);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void *sb_arena_grow(struct sb_arena *arena, void *array, size_t count, size_t size)
{
    if (count != 0 && (count < 8 || (count & (count - 1)) != 0))
        return array;
    void *larger = sb_arena_alloc(arena, count == 0 ? 8 : 2 * count, size);
    if (larger && count != 0)
        memcpy(larger, array, count * size);
    return larger;
}
