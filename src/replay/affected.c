/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/affected.h"

#include <stdlib.h>

struct touched {
    struct sb_id account; /* none: an empty slot */
    struct sb_figure figure;
};

struct sb_affected {
    struct touched *slots; /* owned; a power of two, at most half full */
    size_t slot_count, count;
};

struct sb_affected *sb_affected_new(void)
{
    struct sb_affected *affected = calloc(1, sizeof(*affected));
    if (!affected)
        return NULL;
    affected->slot_count = 256;
    affected->slots = calloc(affected->slot_count, sizeof(*affected->slots));
    if (!affected->slots) {
        free(affected);
        return NULL;
    }
    return affected;
}

void sb_affected_free(struct sb_affected *affected)
{
    if (affected)
        free(affected->slots);
    free(affected);
}

static struct touched *slot_of(struct touched *slots, size_t slot_count, struct sb_id account)
{
    size_t at = sb_id_hash(account) & (slot_count - 1);
    while (!sb_id_is_none(slots[at].account) && !sb_id_equal(slots[at].account, account))
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static bool grow(struct sb_affected *affected)
{
    if (affected->count * 2 < affected->slot_count)
        return true;
    size_t slot_count = affected->slot_count * 2;
    struct touched *slots = calloc(slot_count, sizeof(*slots));
    if (!slots)
        return false;
    for (size_t i = 0; i < affected->slot_count; i++)
        if (!sb_id_is_none(affected->slots[i].account))
            *slot_of(slots, slot_count, affected->slots[i].account) = affected->slots[i];
    free(affected->slots);
    affected->slots = slots;
    affected->slot_count = slot_count;
    return true;
}

enum sb_status sb_affected_add(struct sb_affected *affected, struct sb_id account, int64_t amount,
                               struct sb_err *err)
{
    if (sb_id_is_none(account))
        return SB_OK;
    if (!grow(affected))
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    struct touched *touched = slot_of(affected->slots, affected->slot_count, account);
    affected->count += sb_id_is_none(touched->account);
    touched->account = account;
    sb_figure_add(&touched->figure, amount);
    return SB_OK;
}

/* More first; among equals the smaller id, so that the list does not depend on where accounts lie in the
 * table. */
static bool comes_before(const struct touched *a, const struct touched *b)
{
    if (a->figure.sum != b->figure.sum)
        return a->figure.sum > b->figure.sum;
    return a->account.hi != b->account.hi ? a->account.hi < b->account.hi : a->account.lo < b->account.lo;
}

void sb_affected_report(const struct sb_affected *affected, struct sb_replay_report *report)
{
    struct touched top[SB_REPLAY_TOP];
    unsigned count = 0;
    for (size_t i = 0; i < affected->slot_count; i++) {
        if (sb_id_is_none(affected->slots[i].account))
            continue;
        unsigned at = count;
        while (at > 0 && comes_before(&affected->slots[i], &top[at - 1]))
            at--;
        if (at == SB_REPLAY_TOP)
            continue;
        if (count < SB_REPLAY_TOP)
            count++;
        for (unsigned j = count - 1; j > at; j--)
            top[j] = top[j - 1];
        top[at] = affected->slots[i];
    }
    for (unsigned i = 0; i < count; i++) {
        report->top[i].account = top[i].account;
        report->top[i].figure = top[i].figure;
    }
    report->top_count = count;
    report->accounts_affected = affected->count;
}
