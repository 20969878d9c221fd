/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A line of 64 bytes is eight words, and a hash sets one bit of 64 in each. With 13 bits an id a line holds
 * 39 ids on average, a bit is set with 0.46, and all eight with 0.2 %; lines that hold more than their share
 * make it 0.3 %. (Putze, Sanders, Singler, "Cache-, hash- and space-efficient Bloom filters", 2007.)
 */
#include "index/filter.h"

#include "base/limits.h"
#include "base/macros.h"
#include "index/digest.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define LINE_WORDS 8u
#define LINE_BITS  512u
/* Tenths of bits an id: of a part that was just made, and of one that must be made anew. */
#define ROOMY                155u
#define TIGHT                110u
#define LARGE_PART_LINES_MAX (UINT32_C(1) << 26)

struct line {
    alignas(64) uint64_t words[LINE_WORDS];
};

struct part {
    struct line *lines; /* owned */
    uint32_t line_count;
    uint64_t count;
};

struct sb_filter {
    struct part parts[SB_FILTER_PARTS];
};

struct sb_filter_part {
    uint32_t number;
    struct part part;
};

static bool make_part(struct part *part, uint64_t line_count)
{
    struct line *lines = aligned_alloc(alignof(struct line), line_count * sizeof(*lines));
    if (!lines)
        return false;
    memset(lines, 0, line_count * sizeof(*lines));
    *part = (struct part){.lines = lines, .line_count = (uint32_t)line_count};
    return true;
}

struct sb_filter *sb_filter_new(void)
{
    struct sb_filter *filter = calloc(1, sizeof(*filter));
    bool good = filter != NULL;
    for (uint32_t i = 0; i < SB_FILTER_PARTS && good; i++)
        good = make_part(&filter->parts[i], 1);
    if (!good) {
        sb_filter_free(filter);
        return NULL;
    }
    return filter;
}

void sb_filter_free(struct sb_filter *filter)
{
    if (!filter)
        return;
    for (uint32_t i = 0; i < SB_FILTER_PARTS; i++)
        free(filter->parts[i].lines);
    free(filter);
}

/* The bits below those that choose the part choose the line. */
static struct line *line_of(const struct part *part, uint64_t hash)
{
    uint64_t bits = (hash << 10) >> 32;
    return &part->lines[(bits * part->line_count) >> 32];
}

static uint64_t bits_of(uint64_t hash)
{
    return sb_mix64(hash);
}

void sb_filter_prefetch(const struct sb_filter *filter, uint64_t hash)
{
    __builtin_prefetch(line_of(&filter->parts[sb_filter_part_of(hash)], hash));
}

bool sb_filter_may_hold(const struct sb_filter *filter, uint64_t hash)
{
    const struct line *line = line_of(&filter->parts[sb_filter_part_of(hash)], hash);
    uint64_t bits = bits_of(hash), all = 1;
    for (unsigned i = 0; i < LINE_WORDS; i++, bits >>= 6)
        all &= __atomic_load_n(&line->words[i], __ATOMIC_RELAXED) >> (bits & 63);
    return (all & 1) != 0;
}

static void add_to(struct part *part, uint64_t hash)
{
    struct line *line = line_of(part, hash);
    uint64_t bits = bits_of(hash);
    for (unsigned i = 0; i < LINE_WORDS; i++, bits >>= 6) {
        /* One thread changes: no other can have set a bit between load and store. */
        uint64_t word = __atomic_load_n(&line->words[i], __ATOMIC_RELAXED) | UINT64_C(1) << (bits & 63);
        __atomic_store_n(&line->words[i], word, __ATOMIC_RELAXED);
    }
    part->count++;
}

void sb_filter_add(struct sb_filter *filter, uint64_t hash)
{
    add_to(&filter->parts[sb_filter_part_of(hash)], hash);
}

bool sb_filter_is_full(const struct sb_filter *filter, uint32_t part, uint64_t more)
{
    const struct part *there = &filter->parts[part];
    return (there->count + more) * TIGHT > (uint64_t)there->line_count * LINE_BITS * 10;
}

struct sb_filter_part *sb_filter_begin(const struct sb_filter *filter, uint32_t part, uint64_t more)
{
    uint64_t lines = (filter->parts[part].count + more) * ROOMY / (LINE_BITS * 10) + 1;
    struct sb_filter_part *fresh = calloc(1, sizeof(*fresh));
    if (!fresh || lines > LARGE_PART_LINES_MAX || !make_part(&fresh->part, lines)) {
        free(fresh);
        return NULL;
    }
    fresh->number = part;
    return fresh;
}

void sb_filter_fill(struct sb_filter_part *fresh, uint64_t hash)
{
    add_to(&fresh->part, hash);
}

void sb_filter_exchange(struct sb_filter *filter, struct sb_filter_part *fresh)
{
    free(filter->parts[fresh->number].lines);
    filter->parts[fresh->number] = fresh->part;
    free(fresh);
}

void sb_filter_drop(struct sb_filter_part *fresh)
{
    if (fresh)
        free(fresh->part.lines);
    free(fresh);
}

uint64_t sb_filter_fresh_count(const struct sb_filter_part *fresh)
{
    return fresh->part.count;
}

uint64_t sb_filter_count(const struct sb_filter *filter)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < SB_FILTER_PARTS; i++)
        count += filter->parts[i].count;
    return count;
}

uint64_t sb_filter_part_count(const struct sb_filter *filter, uint32_t part)
{
    return filter->parts[part].count;
}

uint64_t sb_filter_bytes(const struct sb_filter *filter)
{
    uint64_t bytes = sizeof(*filter);
    for (uint32_t i = 0; i < SB_FILTER_PARTS; i++)
        bytes += filter->parts[i].line_count * sizeof(struct line);
    return bytes;
}

/* ------------------------------------------------------------------ on disk */

/* Per part its lines and its count, 8 bytes each; the digest of that; all lines; the digest of all of it. */
enum sb_status sb_filter_save(const struct sb_filter *filter, sb_filter_piece_fn *write, void *context,
                              struct sb_err *err)
{
    uint64_t table[SB_FILTER_PARTS][2];
    for (uint32_t i = 0; i < SB_FILTER_PARTS; i++) {
        sb_put_u64(&table[i][0], filter->parts[i].line_count);
        sb_put_u64(&table[i][1], filter->parts[i].count);
    }
    uint64_t digest = sb_digest_bytes(1, table, sizeof(table));
    enum sb_status status = write(context, table, sizeof(table), err);
    if (status == SB_OK)
        status = write(context, &digest, sizeof(digest), err);
    for (uint32_t i = 0; i < SB_FILTER_PARTS && status == SB_OK; i++) {
        const struct part *part = &filter->parts[i];
        size_t size = part->line_count * sizeof(struct line);
        digest = sb_digest_bytes(digest, part->lines, size);
        status = write(context, part->lines, size, err);
    }
    return status == SB_OK ? write(context, &digest, sizeof(digest), err) : status;
}

static enum sb_status damaged(struct sb_err *err)
{
    return sb_fail(err, SB_DAMAGED, "the filter's digest does not hold", "mã kiểm của bộ lọc không khớp");
}

static enum sb_status load_parts(struct sb_filter *filter, sb_filter_piece_fn *read, void *context,
                                 struct sb_err *err)
{
    uint64_t table[SB_FILTER_PARTS][2], told;
    enum sb_status status = read(context, table, sizeof(table), err);
    uint64_t digest = status == SB_OK ? sb_digest_bytes(1, table, sizeof(table)) : 0;
    if (status == SB_OK)
        status = read(context, &told, sizeof(told), err);
    if (status == SB_OK && told != digest)
        return damaged(err);
    for (uint32_t i = 0; i < SB_FILTER_PARTS && status == SB_OK; i++) {
        struct part *part = &filter->parts[i];
        uint64_t lines = sb_get_u64(&table[i][0]);
        if (lines == 0 || lines > LARGE_PART_LINES_MAX)
            return damaged(err);
        free(part->lines);
        part->lines = NULL;
        if (!make_part(part, lines))
            return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
        part->count = sb_get_u64(&table[i][1]);
        status = read(context, part->lines, lines * sizeof(struct line), err);
        if (status == SB_OK)
            digest = sb_digest_bytes(digest, part->lines, lines * sizeof(struct line));
    }
    if (status == SB_OK)
        status = read(context, &told, sizeof(told), err);
    return status == SB_OK && told != digest ? damaged(err) : status;
}

enum sb_status sb_filter_load(sb_filter_piece_fn *read, void *context, struct sb_filter **ret_filter,
                              struct sb_err *err)
{
    struct sb_filter *filter = sb_filter_new();
    enum sb_status status = filter ? load_parts(filter, read, context, err)
                                   : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status != SB_OK) {
        sb_filter_free(filter);
        return status;
    }
    *ret_filter = filter;
    return SB_OK;
}
