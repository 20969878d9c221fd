/* SPDX-License-Identifier: Apache-2.0 */

/* That the books agree with themselves, and how much memory they take. */

#include "ledger/ledger_internal.h"

#include <inttypes.h>

struct totals {
    uint16_t unit;
    sb_wide posted, pending; /* debits - credits */
};

/* The totals of a unit, begun at 0 when it is new; units are few. */
static struct totals *totals_of(struct totals *list, uint32_t *count, uint16_t unit)
{
    for (uint32_t i = 0; i < *count; i++) {
        if (list[i].unit == unit)
            return &list[i];
    }
    list[*count] = (struct totals){.unit = unit};
    return &list[(*count)++];
}

static enum sb_status check_totals(const struct sb_ledger *ledger, struct totals *list, struct sb_err *err)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < ledger->accounts.count; i++) {
        const struct sb_account *account = sb_account_at(&ledger->accounts, i);
        struct totals *totals = totals_of(list, &count, account->unit);
        totals->posted += (sb_wide)account->debits_posted - account->credits_posted;
        totals->pending += (sb_wide)account->debits_pending - account->credits_pending;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (list[i].posted != 0 || list[i].pending != 0)
            return sb_fail(err, SB_MISMATCH, "debits and credits of unit %u differ",
                           "tổng nợ và tổng có của đơn vị %u không bằng nhau", (unsigned)list[i].unit);
    }
    return SB_OK;
}

struct reserved {
    sb_wide debits, credits;
};

static void add_fees(const struct sb_ledger *ledger, const struct sb_pending *pending, struct reserved *list)
{
    const struct sb_charged charged = sb_pending_charged(&ledger->laws, pending);
    struct sb_fees fees;
    sb_fees_again(ledger, &charged, &fees);
    for (uint32_t i = 0; i < fees.count; i++) {
        list[fees.moves[i].from].debits += fees.moves[i].amount;
        list[fees.moves[i].to].credits += fees.moves[i].amount;
    }
}

static enum sb_status check_reserved(const struct sb_ledger *ledger, struct reserved *list,
                                     struct sb_err *err)
{
    const struct sb_pendings *pendings = &ledger->pendings;
    for (uint32_t i = 0; i < pendings->list_count; i++) {
        const struct sb_pending *pending = &pendings->list[i];
        if (!pending->open)
            continue;
        list[pending->payer].debits += pending->left;
        list[pending->payee].credits += pending->left;
        if (pending->fees != 0 && pending->posted == 0)
            add_fees(ledger, pending, list);
    }
    for (uint32_t i = 0; i < ledger->accounts.count; i++) {
        const struct sb_account *account = sb_account_at(&ledger->accounts, i);
        char text[SB_ID_TEXT_SIZE];
        if (account->debits_pending == list[i].debits && account->credits_pending == list[i].credits)
            continue;
        sb_id_print(account->id, text);
        return sb_fail(err, SB_MISMATCH,
                       "account %s: its pending sums are not those of its open reservations",
                       "tài khoản %s: tổng tạm giữ không khớp các khoản tạm giữ còn mở", text);
    }
    return SB_OK;
}

enum sb_status sb_ledger_check(const struct sb_ledger *ledger, struct sb_err *err)
{
    /* At worst each account has a unit of its own, but a unit is 16 bits. */
    uint32_t units = ledger->accounts.count < UINT16_MAX ? ledger->accounts.count : UINT16_MAX;
    struct totals *totals = calloc((size_t)units + 1, sizeof(*totals));
    struct reserved *reserved = calloc((size_t)ledger->accounts.count + 1, sizeof(*reserved));
    enum sb_status status;
    if (!totals || !reserved)
        status =
            sb_fail(err, SB_NOMEM, "out of memory for checking the books", "hết bộ nhớ để kiểm tra sổ cái");
    else
        status = check_totals(ledger, totals, err);
    if (status == SB_OK)
        status = check_reserved(ledger, reserved, err);
    free(totals);
    free(reserved);
    return status;
}

static void add_windows(const struct sb_ledger *ledger, const struct sb_window_now *now,
                        struct sb_ledger_sizes *sizes)
{
    const struct sb_windows *windows = &ledger->windows;
    for (uint32_t i = 0; i < windows->capacity; i++) {
        const struct sb_window_slot *slot = &windows->slots[i];
        uint64_t entries;
        if (slot->state != 0 && sb_windows_is_live(windows, slot, &now[slot->state - 1], &entries)) {
            sizes->windows++;
            sizes->rolling_entries += entries;
        }
    }
}

struct sb_ledger_sizes sb_ledger_sizes(const struct sb_ledger *ledger)
{
    const struct sb_accounts *accounts = &ledger->accounts;
    const struct sb_windows *windows = &ledger->windows;
    const struct sb_pendings *pendings = &ledger->pendings;
    struct sb_ledger_sizes sizes = {
        .accounts = accounts->count,
        .pendings = pendings->count,
        .persons = accounts->by_person.count,
        .account_bytes = (uint64_t)accounts->chunk_count * SB_CHUNK_SIZE * sizeof(struct sb_account) +
                         accounts->chunk_room * sizeof(*accounts->chunks) + sb_slots_bytes(&accounts->by_id) +
                         sb_slots_bytes(&accounts->by_person) + sb_slots_bytes(&accounts->by_customer) +
                         sb_slots_bytes(&accounts->by_house),
        .window_bytes = windows->capacity * sizeof(*windows->slots),
        .rolling_bytes = windows->ring_room * sizeof(*windows->rings),
        .other_bytes = sizeof(*ledger) + pendings->list_room * sizeof(*pendings->list) +
                       pendings->list_room * sizeof(*pendings->heap) + sb_slots_bytes(&pendings->by_id) +
                       ledger->reversals.room * sizeof(*ledger->reversals.list) +
                       sb_slots_bytes(&ledger->reversals.by_id) +
                       ledger->undo.room * sizeof(*ledger->undo.list) +
                       ledger->laws.offer_count * sizeof(struct sb_offer),
    };
    for (uint32_t i = 0; i < windows->ring_count; i++)
        sizes.rolling_bytes += sb_ring_bytes(&windows->rings[i]);
    struct sb_window_now *now = calloc((size_t)ledger->laws.state_count + 1, sizeof(*now));
    if (now) { /* without it the counts of live windows stay 0: a figure for a report, not worth a failure */
        sb_laws_now(&ledger->laws, ledger->time, now);
        add_windows(ledger, now, &sizes);
    }
    free(now);
    return sizes;
}
