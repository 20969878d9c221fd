/* SPDX-License-Identifier: Apache-2.0 */

/* What is still to happen, as a binary heap. Items of one time come out in the order they were put: equal
 * keys in another order would be another country. */

#include "synth/world.h"

#include <assert.h>
#include <stdlib.h>

static bool is_before(const struct synth_item *a, const struct synth_item *b)
{
    return a->time != b->time ? a->time < b->time : a->order < b->order;
}

enum sb_status synth_queue_put(struct synth_queue *queue, const struct synth_item *item, struct sb_err *err)
{
    if (queue->count == queue->room) {
        uint32_t room = queue->room ? queue->room * 2 : 256;
        struct synth_item *items = realloc(queue->items, room * sizeof(*items));
        if (!items)
            return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
        queue->items = items;
        queue->room = room;
    }
    struct synth_item added = *item;
    added.order = queue->order++;
    uint32_t at = queue->count++;
    while (at > 0 && is_before(&added, &queue->items[(at - 1) / 2])) {
        queue->items[at] = queue->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue->items[at] = added;
    return SB_OK;
}

struct synth_item synth_queue_take(struct synth_queue *queue)
{
    assert(queue->count > 0);
    struct synth_item first = queue->items[0], last = queue->items[--queue->count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= queue->count)
            break;
        if (child + 1 < queue->count && is_before(&queue->items[child + 1], &queue->items[child]))
            child++;
        if (!is_before(&queue->items[child], &last))
            break;
        queue->items[at] = queue->items[child];
        at = child;
    }
    queue->items[at] = last;
    return first;
}
