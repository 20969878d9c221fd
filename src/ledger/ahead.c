/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/ahead.h"

#include "base/macros.h"
#include "ledger/precedent.h"

/* How many events ahead each kind of memory is asked for: far enough to arrive, near enough to stay. */
#define AHEAD_SLOTS    12u
#define AHEAD_ACCOUNTS 8u
#define AHEAD_WINDOWS  4u
static_assert(SB_AHEAD_RING > AHEAD_ACCOUNTS, "a guess lives until its event is judged");

static void fetch_slots(const struct sb_ahead *ahead, const struct sb_event *event)
{
    if (event->type != SB_EVENT_TRANSFER)
        return;
    sb_slots_prefetch(&ahead->ledger->accounts.by_id, sb_id_hash(event->payer));
    sb_slots_prefetch(&ahead->ledger->accounts.by_id, sb_id_hash(event->payee));
}

static uint32_t guess_account(const struct sb_accounts *accounts, struct sb_id id)
{
    uint32_t number = sb_accounts_guess(accounts, id);
    if (number != SB_NOBODY)
        __builtin_prefetch(sb_account_at(accounts, number), 1);
    return number;
}

static void fetch_accounts(struct sb_ahead *ahead, uint32_t index)
{
    const struct sb_event *event = &ahead->events[index];
    struct sb_guess *guess = &ahead->guesses[index % SB_AHEAD_RING];
    *guess = (struct sb_guess){SB_NOBODY, SB_NOBODY};
    if (event->type == SB_EVENT_TRANSFER) {
        guess->payer = guess_account(&ahead->ledger->accounts, event->payer);
        guess->payee = guess_account(&ahead->ledger->accounts, event->payee);
    }
}

void sb_ahead_jump(struct sb_ahead *ahead, uint32_t index)
{
    for (uint32_t next = index; next < SB_MIN(ahead->count, index + AHEAD_ACCOUNTS); next++)
        fetch_accounts(ahead, next);
}

void sb_ahead_begin(struct sb_ahead *ahead, const struct sb_ledger *ledger, const struct sb_event *events,
                    uint32_t count)
{
    ahead->ledger = ledger;
    ahead->events = events;
    ahead->count = count;
    sb_ahead_jump(ahead, 0);
}

void sb_ahead_fetch(struct sb_ahead *ahead, uint32_t index)
{
    if (index + AHEAD_SLOTS < ahead->count)
        fetch_slots(ahead, &ahead->events[index + AHEAD_SLOTS]);
    if (index + AHEAD_ACCOUNTS < ahead->count)
        fetch_accounts(ahead, index + AHEAD_ACCOUNTS);
    uint32_t near = index + AHEAD_WINDOWS;
    if (near < ahead->count && ahead->events[near].type == SB_EVENT_TRANSFER)
        sb_precedents_fetch(ahead->ledger, ahead->events[near].kind, sb_ahead_guess(ahead, near));
}
