/* SPDX-License-Identifier: Apache-2.0 */

/* Life cycle and queries. The way of an event is told in ledger_internal.h. */

#include "ledger/ledger_internal.h"

#include "base/macros.h"
#include "ledger/precedent.h"

#include <assert.h>

#define ACCOUNTS_HINT 1024u

enum sb_status sb_ledger_new(const struct sb_ledger_options *options, struct sb_ledger **ret_ledger,
                             struct sb_err *err)
{
    uint32_t hint = options && options->accounts_hint != 0 ? options->accounts_hint : ACCOUNTS_HINT;
    struct sb_ledger *ledger = calloc(1, sizeof(*ledger));
    if (!ledger)
        return sb_fail(err, SB_NOMEM, "out of memory for a ledger", "hết bộ nhớ để tạo sổ cái");
    ledger->time = SB_TIME_ALWAYS;
    bool made = sb_accounts_init(&ledger->accounts, SB_MIN(hint, SB_ACCOUNTS_MAX / 2)) &&
                sb_pendings_init(&ledger->pendings) && sb_windows_init(&ledger->windows) &&
                sb_reversals_init(&ledger->reversals);
    ledger->precedents = ledger->instant.precedents = sb_precedents_new();
    if (!made || !ledger->precedents) {
        sb_ledger_free(ledger);
        return sb_fail(err, SB_NOMEM, "out of memory for a ledger", "hết bộ nhớ để tạo sổ cái");
    }
    *ret_ledger = ledger;
    return SB_OK;
}

void sb_ledger_free(struct sb_ledger *ledger)
{
    if (!ledger)
        return;
    sb_accounts_release(&ledger->accounts);
    sb_pendings_release(&ledger->pendings);
    sb_windows_release(&ledger->windows);
    sb_reversals_release(&ledger->reversals);
    sb_laws_release(&ledger->laws);
    sb_precedents_free(ledger->precedents);
    free(ledger->undo.list);
    free(ledger->watch.changed);
    free(ledger);
}

enum sb_status sb_ledger_offer(struct sb_ledger *ledger, const struct sb_plan *plan, struct sb_err *err)
{
    if (!sb_laws_offer(&ledger->laws, plan))
        return sb_fail(err, SB_NOMEM, "out of memory for a charter's plan",
                       "hết bộ nhớ cho bản biên dịch của điều lệ");
    return SB_OK;
}

void sb_ledger_watch(struct sb_ledger *ledger, sb_ledger_saw_fn *saw, void *context)
{
    ledger->watch.saw = saw;
    ledger->watch.context = context;
    ledger->watch.count = 0;
}

/* ------------------------------------------------------------------ queries */

void sb_ledger_account_at(const struct sb_ledger *ledger, uint32_t n, struct sb_account_view *ret_view)
{
    assert(n < ledger->accounts.count);
    const struct sb_account *account = sb_account_at(&ledger->accounts, n);
    *ret_view = (struct sb_account_view){
        .id = account->id,
        .person = account->person,
        .debits_posted = account->debits_posted,
        .credits_posted = account->credits_posted,
        .debits_pending = account->debits_pending,
        .credits_pending = account->credits_pending,
        .unit = account->unit,
        .class_ = account->class_,
        .provider = account->provider,
        .tier = account->tier,
        .issuer = account->issuer,
        .sex = account->sex,
        .birth_year = account->birth_year,
        .flags = account->flags,
        .frozen = account->frozen,
        .closed = account->closed != 0,
        .place = account->place,
        .place_index = account->place_index,
        .opened_on = account->opened_on,
        .sim_since = account->sim_since,
    };
}

bool sb_ledger_account(const struct sb_ledger *ledger, struct sb_id id, struct sb_account_view *ret_view)
{
    uint32_t number = sb_accounts_find(&ledger->accounts, id);
    if (number == SB_NOBODY)
        return false;
    sb_ledger_account_at(ledger, number, ret_view);
    return true;
}

bool sb_ledger_account_number(const struct sb_ledger *ledger, struct sb_id id, uint32_t *ret_n)
{
    uint32_t number = sb_accounts_find(&ledger->accounts, id);
    if (number == SB_NOBODY)
        return false;
    *ret_n = number;
    return true;
}

uint32_t sb_ledger_account_count(const struct sb_ledger *ledger)
{
    return ledger->accounts.count;
}

uint32_t sb_ledger_pending_count(const struct sb_ledger *ledger)
{
    return ledger->pendings.count;
}

sb_amount sb_ledger_pending_left(const struct sb_ledger *ledger, struct sb_id reservation)
{
    uint32_t number = sb_pendings_find(&ledger->pendings, reservation);
    return number == SB_NOBODY ? 0 : ledger->pendings.list[number].left;
}

int64_t sb_ledger_used(const struct sb_ledger *ledger, uint32_t counter, struct sb_id account,
                       sb_time_us time)
{
    const struct sb_offer *offer = sb_laws_in_force(&ledger->laws);
    if (!offer || counter >= offer->plan->counter_count)
        return 0;
    enum sb_subject subject = (enum sb_subject)offer->plan->counters[counter].subject;
    uint32_t number = sb_accounts_find(&ledger->accounts, account);
    if (number == SB_NOBODY && subject != SB_SUBJECT_PILOT)
        return 0;
    const struct sb_account *holder = number == SB_NOBODY ? NULL : sb_account_at(&ledger->accounts, number);
    uint32_t whose = sb_subject_of(subject, holder, number);
    if (whose == SB_NOBODY)
        return 0;
    struct sb_instant instant = {0};
    sb_instant_set(&instant, offer, time);
    return sb_windows_used(&ledger->windows, sb_instant_window(&instant, counter, whose), time);
}

sb_time_us sb_ledger_time(const struct sb_ledger *ledger)
{
    return ledger->time;
}

const struct sb_plan *sb_ledger_plan(const struct sb_ledger *ledger)
{
    return sb_ledger_law(ledger);
}

uint32_t sb_ledger_plan_number(const struct sb_ledger *ledger)
{
    return ledger->laws.installed_count;
}
