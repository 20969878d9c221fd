/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bloom filters, each twice as large as the one before it, so that nobody must know beforehand how many ids
 * come. The bits of one id lie in one line of 64 bytes: a question costs one cache miss for each filter, of
 * which there are few.
 */
#include "replay/repeats.h"

#include <stdlib.h>

#define LINE_WORDS  8u                  /* of 64 bits */
#define BITS_OF_ID  6u                  /* set for each */
#define IDS_FIRST   (UINT64_C(1) << 16) /* that the first filter takes */
#define BITS_FOR_ID 16u                 /* room for each: about one in a thousand is named wrongly */
#define FILTERS_MAX 40u

struct filter {
    uint64_t *lines; /* owned */
    uint64_t line_count, room, count;
};

struct sb_repeats {
    struct filter filters[FILTERS_MAX];
    unsigned filter_count;
};

struct sb_repeats *sb_repeats_new(void)
{
    return calloc(1, sizeof(struct sb_repeats));
}

void sb_repeats_free(struct sb_repeats *repeats)
{
    if (!repeats)
        return;
    for (unsigned i = 0; i < repeats->filter_count; i++)
        free(repeats->filters[i].lines);
    free(repeats);
}

/* The words of a line that an id's bits make: nine bits of the hash for each. */
static void mask_of(uint64_t hash, uint64_t ret_mask[LINE_WORDS])
{
    for (unsigned i = 0; i < LINE_WORDS; i++)
        ret_mask[i] = 0;
    for (unsigned i = 0; i < BITS_OF_ID; i++, hash >>= 9)
        ret_mask[(hash >> 6) % LINE_WORDS] |= UINT64_C(1) << (hash & 63);
}

static bool holds(const struct filter *filter, uint64_t home, const uint64_t mask[LINE_WORDS])
{
    const uint64_t *line = &filter->lines[home % filter->line_count * LINE_WORDS];
    for (unsigned i = 0; i < LINE_WORDS; i++)
        if ((line[i] & mask[i]) != mask[i])
            return false;
    return true;
}

/* The filter that takes the next id, or NULL when memory is out. */
static struct filter *open_filter(struct sb_repeats *repeats)
{
    unsigned count = repeats->filter_count;
    struct filter *newest = count > 0 ? &repeats->filters[count - 1] : NULL;
    if (newest && newest->count < newest->room)
        return newest;
    if (count == FILTERS_MAX)
        return NULL;
    struct filter fresh = {.room = newest ? newest->room * 2 : IDS_FIRST};
    fresh.line_count = fresh.room * BITS_FOR_ID / (LINE_WORDS * 64);
    fresh.lines = calloc(fresh.line_count, LINE_WORDS * sizeof(uint64_t));
    if (!fresh.lines)
        return NULL;
    repeats->filters[count] = fresh;
    repeats->filter_count++;
    return &repeats->filters[count];
}

enum sb_status sb_repeats_add(struct sb_repeats *repeats, struct sb_id id, bool *ret_maybe,
                              struct sb_err *err)
{
    uint64_t home = sb_id_hash(id), mask[LINE_WORDS];
    mask_of(sb_mix64(home ^ UINT64_C(0x9e3779b97f4a7c15)), mask);
    *ret_maybe = false;
    for (unsigned i = 0; i < repeats->filter_count && !*ret_maybe; i++)
        *ret_maybe = holds(&repeats->filters[i], home, mask);
    if (*ret_maybe)
        return SB_OK;
    struct filter *filter = open_filter(repeats);
    if (!filter)
        return sb_fail(err, SB_NOMEM, "out of memory for the ids of a journal",
                       "hết bộ nhớ cho các mã của nhật ký");
    uint64_t *line = &filter->lines[home % filter->line_count * LINE_WORDS];
    for (unsigned i = 0; i < LINE_WORDS; i++)
        line[i] |= mask[i];
    filter->count++;
    return SB_OK;
}
