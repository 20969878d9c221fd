/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The undo log of a chain: what was there before each change, put back newest first. Time and the forgetting
 * of what has closed are not undone: they happen whatever becomes of the chain. Neither is a charter: a
 * CHARTER event cannot be linked, so it is its chain's last member, and when it is accepted the chain is.
 */

#include "ledger/ledger_internal.h"

#include <assert.h>
#include <stdlib.h>

/* A new entry, or NULL when nobody records or memory is out. */
static struct sb_undo_entry *record(struct sb_ledger *ledger, enum sb_undo_type type, uint32_t number)
{
    struct sb_undo *undo = &ledger->undo;
    if (!undo->recording)
        return NULL;
    if (undo->count == undo->room) {
        uint32_t room = undo->room + undo->room / 2 + 64;
        struct sb_undo_entry *list =
            aligned_alloc(alignof(struct sb_undo_entry), room * sizeof(struct sb_undo_entry));
        if (!list) {
            ledger->failed = true;
            return NULL;
        }
        if (undo->count != 0)
            memcpy(list, undo->list, undo->count * sizeof(*list));
        free(undo->list);
        undo->list = list;
        undo->room = room;
    }
    struct sb_undo_entry *entry = &undo->list[undo->count++];
    entry->type = type;
    entry->number = number;
    return entry;
}

void sb_undo_account(struct sb_ledger *ledger, uint32_t number)
{
    struct sb_undo_entry *entry = record(ledger, SB_UNDO_ACCOUNT, number);
    if (!entry)
        return;
    entry->account = *sb_account_at(&ledger->accounts, number);
    /* To be found anew: a later member of the chain may be the first that a new plan judges. */
    entry->account.profile = 0;
}

void sb_undo_opened(struct sb_ledger *ledger)
{
    (void)record(ledger, SB_UNDO_OPENED, 0);
}

void sb_undo_window(struct sb_ledger *ledger, struct sb_window_key key, sb_time_us time, int64_t delta)
{
    struct sb_undo_entry *entry = record(ledger, SB_UNDO_WINDOW, 0);
    if (entry) {
        entry->window.key = key;
        entry->window.time = time;
        entry->window.delta = delta;
    }
}

void sb_undo_pending(struct sb_ledger *ledger, enum sb_undo_type type, uint32_t number)
{
    struct sb_undo_entry *entry = record(ledger, type, number);
    if (entry)
        entry->pending = ledger->pendings.list[number];
}

void sb_undo_reversed(struct sb_ledger *ledger, struct sb_reversal before)
{
    struct sb_undo_entry *entry = record(ledger, SB_UNDO_REVERSED, 0);
    if (entry)
        entry->reversal = before;
}

static void restore_pending(struct sb_ledger *ledger, const struct sb_pending *before)
{
    uint32_t number = sb_pendings_find(&ledger->pendings, before->id);
    assert(number != SB_NOBODY);
    ledger->pendings.list[number].left = before->left;
    ledger->pendings.list[number].posted = before->posted;
}

static void put_back(struct sb_ledger *ledger, const struct sb_undo_entry *entry)
{
    switch (entry->type) {
    case SB_UNDO_ACCOUNT: *sb_account_at(&ledger->accounts, entry->number) = entry->account; break;
    case SB_UNDO_OPENED: sb_accounts_unopen(&ledger->accounts); break;
    case SB_UNDO_WINDOW:
        (void)sb_windows_adjust(&ledger->windows, entry->window.key, entry->window.time,
                                -entry->window.delta); /* gone: it has closed */
        break;
    case SB_UNDO_PENDING_MADE:
        sb_pendings_remove(&ledger->pendings, sb_pendings_find(&ledger->pendings, entry->pending.id));
        break;
    case SB_UNDO_PENDING_CHANGED: restore_pending(ledger, &entry->pending); break;
    case SB_UNDO_PENDING_ENDED:
        if (sb_pendings_add(&ledger->pendings, &entry->pending) == SB_NOBODY)
            ledger->failed = true;
        break;
    case SB_UNDO_REVERSED:
        if (!sb_reversals_set(&ledger->reversals, entry->reversal.id, entry->reversal.reversed))
            ledger->failed = true;
        break;
    }
}

void sb_undo_all(struct sb_ledger *ledger)
{
    struct sb_undo *undo = &ledger->undo;
    undo->recording = false;
    while (undo->count > 0)
        put_back(ledger, &undo->list[--undo->count]);
}
