/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two sorts: by parties and time, which brings a pair's rows together; and the matches back by position. What
 * is left of a pair's purchases stands in a ring under a tree of maxima, so that "the latest with at least
 * that much" takes a walk of its height.
 */
#include "import/refunds.h"

#include "base/macros.h"
#include "import/sorter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILTER_BITS = 1 << 23, /* one bit a hash of a pair: a purchase kept in vain costs time, not truth */
    DEPTH = SB_REFUND_DEPTH,
};
static_assert((DEPTH & (DEPTH - 1)) == 0, "the tree is whole");

struct entry {
    struct sb_id payer, payee;
    uint64_t position;
    sb_amount amount;
    struct sb_id id;
    uint64_t refund;
};

struct sb_refunds {
    struct sb_sorter *by_pair;  /* of struct entry */
    struct sb_sorter *by_place; /* of struct sb_refund_match */
    const char *dir;            /* borrowed */
    uint8_t filter[FILTER_BITS / 8];
    sb_amount left[2 * DEPTH]; /* the tree: leaves from DEPTH on, each parent the greater of its two */
    struct sb_id ids[DEPTH];
    uint64_t pushed; /* purchases of this pair so far */
    struct sb_id payer, payee;
};

static int compare_ids(const struct sb_id *a, const struct sb_id *b)
{
    if (a->hi != b->hi)
        return a->hi < b->hi ? -1 : 1;
    return a->lo < b->lo ? -1 : a->lo > b->lo;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = compare_ids(&x->payer, &y->payer);
    if (order == 0)
        order = compare_ids(&x->payee, &y->payee);
    return order != 0 ? order : x->position < y->position ? -1 : x->position > y->position;
}

static int compare_matches(const void *a, const void *b)
{
    const struct sb_refund_match *x = a, *y = b;
    return x->position < y->position ? -1 : x->position > y->position;
}

enum sb_status sb_refunds_new(const char *dir, size_t memory_size, struct sb_refunds **ret_refunds,
                              struct sb_err *err)
{
    struct sb_refunds *refunds = calloc(1, sizeof(*refunds));
    struct sb_sorter_options by_pair = {sizeof(struct entry), memory_size, compare_entries, dir};
    struct sb_sorter_options by_place = {sizeof(struct sb_refund_match), memory_size, compare_matches, dir};
    if (!refunds)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    refunds->dir = dir;
    enum sb_status status = sb_sorter_new(&by_pair, &refunds->by_pair, err);
    if (status == SB_OK)
        status = sb_sorter_new(&by_place, &refunds->by_place, err);
    if (status == SB_OK)
        *ret_refunds = refunds;
    else
        sb_refunds_free(refunds);
    return status;
}

void sb_refunds_free(struct sb_refunds *refunds)
{
    if (!refunds)
        return;
    sb_sorter_free(refunds->by_pair);
    sb_sorter_free(refunds->by_place);
    free(refunds);
}

static uint32_t bit_of(struct sb_id payer, struct sb_id payee)
{
    return (uint32_t)(sb_mix64(sb_id_hash(payer) + 3 * sb_id_hash(payee)) % FILTER_BITS);
}

void sb_refunds_expect(struct sb_refunds *refunds, struct sb_id payer, struct sb_id payee)
{
    uint32_t bit = bit_of(payer, payee);
    refunds->filter[bit / 8] |= (uint8_t)(1u << bit % 8);
}

enum sb_status sb_refunds_add(struct sb_refunds *refunds, const struct sb_event *event, bool refund,
                              uint64_t position, struct sb_err *err)
{
    uint32_t bit = bit_of(event->payer, event->payee);
    if ((refunds->filter[bit / 8] >> bit % 8 & 1) == 0)
        return SB_OK;
    struct entry entry = {
        .payer = event->payer,
        .payee = event->payee,
        .position = position,
        .amount = event->amount,
        .id = event->id,
        .refund = refund,
    };
    return sb_sorter_add(refunds->by_pair, &entry, err);
}

static void set_left(struct sb_refunds *refunds, uint32_t slot, sb_amount left)
{
    uint32_t node = slot + DEPTH;
    refunds->left[node] = left;
    for (node /= 2; node >= 1; node /= 2)
        refunds->left[node] = SB_MAX(refunds->left[2 * node], refunds->left[2 * node + 1]);
}

/* The last slot before `end` with at least that much left; DEPTH when there is none. */
static uint32_t last_fit(const struct sb_refunds *refunds, uint32_t end, sb_amount amount)
{
    uint32_t node = 0;
    if (end == DEPTH)
        node = refunds->left[1] >= amount ? 1 : 0;
    for (uint32_t at = end + DEPTH; end != DEPTH && at > 1 && node == 0; at /= 2)
        if ((at & 1) != 0 && refunds->left[at - 1] >= amount)
            node = at - 1;
    if (node == 0)
        return DEPTH;
    while (node < DEPTH)
        node = 2 * node + (refunds->left[2 * node + 1] >= amount);
    return node - DEPTH;
}

/* Slots before the ring's head hold the latest purchases, those behind it older ones. */
static uint32_t find(const struct sb_refunds *refunds, sb_amount amount)
{
    uint32_t slot = last_fit(refunds, (uint32_t)(refunds->pushed % DEPTH), amount);
    return slot != DEPTH ? slot : last_fit(refunds, DEPTH, amount);
}

static void begin_pair(struct sb_refunds *refunds, const struct entry *entry)
{
    uint32_t used = (uint32_t)SB_MIN(refunds->pushed, (uint64_t)DEPTH);
    for (uint32_t slot = 0; slot < used; slot++)
        if (refunds->left[slot + DEPTH] != 0)
            set_left(refunds, slot, 0);
    refunds->pushed = 0;
    refunds->payer = entry->payer;
    refunds->payee = entry->payee;
}

static enum sb_status take(struct sb_refunds *refunds, const struct entry *entry, struct sb_err *err)
{
    if (!sb_id_equal(entry->payer, refunds->payer) || !sb_id_equal(entry->payee, refunds->payee))
        begin_pair(refunds, entry);
    if (!entry->refund) {
        uint32_t slot = (uint32_t)(refunds->pushed++ % DEPTH);
        refunds->ids[slot] = entry->id;
        set_left(refunds, slot, entry->amount);
        return SB_OK;
    }
    struct sb_refund_match match = {.position = entry->position};
    uint32_t slot = find(refunds, entry->amount);
    if (slot != DEPTH) {
        match.original = refunds->ids[slot];
        set_left(refunds, slot, refunds->left[slot + DEPTH] - entry->amount);
    }
    return sb_sorter_add(refunds->by_place, &match, err);
}

enum sb_status sb_refunds_match(struct sb_refunds *refunds, FILE **ret_file, struct sb_err *err)
{
    const void *record;
    enum sb_status status;
    while ((status = sb_sorter_next(refunds->by_pair, &record, err)) == SB_OK)
        if ((status = take(refunds, record, err)) != SB_OK)
            return status;
    if (status != SB_END)
        return status;
    FILE *file = sb_temporary_file(refunds->dir);
    bool written = file != NULL;
    while (written && (status = sb_sorter_next(refunds->by_place, &record, err)) == SB_OK)
        written = fwrite(record, sizeof(struct sb_refund_match), 1, file) == 1;
    if (!written)
        status = sb_fail(err, SB_IO, "a temporary file in '%s' failed: %s", "tệp tạm trong '%s' bị lỗi: %s",
                         refunds->dir, strerror(errno));
    if (status != SB_END) {
        if (file)
            (void)fclose(file); /* a temporary file */
        return status;
    }
    rewind(file);
    *ret_file = file;
    return SB_OK;
}
