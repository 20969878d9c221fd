/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/retries.h"

#include <stdlib.h>

struct attempt {
    struct sb_id payer, payee;
    sb_amount amount;
    bool used;    /* the slot belongs to this triple */
    bool waiting; /* settled ones keep their slot */
};

struct sb_retries {
    struct attempt *slots; /* owned; a power of two, at most half used */
    size_t slot_count, count;
};

struct sb_retries *sb_retries_new(void)
{
    struct sb_retries *retries = calloc(1, sizeof(*retries));
    if (!retries)
        return NULL;
    retries->slot_count = 256;
    retries->slots = calloc(retries->slot_count, sizeof(*retries->slots));
    if (!retries->slots) {
        free(retries);
        return NULL;
    }
    return retries;
}

void sb_retries_free(struct sb_retries *retries)
{
    if (retries)
        free(retries->slots);
    free(retries);
}

static struct attempt *slot_of(struct attempt *slots, size_t slot_count, struct sb_id payer,
                               struct sb_id payee, sb_amount amount)
{
    uint64_t hash = sb_id_hash(payer) ^ (sb_id_hash(payee) * 3) ^ sb_mix64((uint64_t)amount);
    for (size_t at = sb_mix64(hash) & (slot_count - 1);; at = (at + 1) & (slot_count - 1)) {
        struct attempt *slot = &slots[at];
        if (!slot->used ||
            (slot->amount == amount && sb_id_equal(slot->payer, payer) && sb_id_equal(slot->payee, payee)))
            return slot;
    }
}

static struct attempt *find(const struct sb_retries *retries, const struct sb_event *event)
{
    return slot_of(retries->slots, retries->slot_count, event->payer, event->payee, event->amount);
}

bool sb_retries_waits(const struct sb_retries *retries, const struct sb_event *event)
{
    return retries->count != 0 && find(retries, event)->waiting;
}

static bool grow(struct sb_retries *retries)
{
    if (retries->count * 2 < retries->slot_count)
        return true;
    size_t slot_count = retries->slot_count * 2;
    struct attempt *slots = calloc(slot_count, sizeof(*slots));
    if (!slots)
        return false;
    retries->count = 0;
    for (size_t i = 0; i < retries->slot_count; i++) {
        const struct attempt *old = &retries->slots[i];
        if (!old->waiting)
            continue;
        *slot_of(slots, slot_count, old->payer, old->payee, old->amount) = *old;
        retries->count++;
    }
    free(retries->slots);
    retries->slots = slots;
    retries->slot_count = slot_count;
    return true;
}

enum sb_status sb_retries_wait(struct sb_retries *retries, const struct sb_event *event, struct sb_err *err)
{
    if (!grow(retries))
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    struct attempt *slot = find(retries, event);
    retries->count += !slot->used;
    *slot = (struct attempt){event->payer, event->payee, event->amount, true, true};
    return SB_OK;
}

void sb_retries_settle(struct sb_retries *retries, const struct sb_event *event)
{
    find(retries, event)->waiting = false;
}
