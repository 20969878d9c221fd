/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/lib.h"

#include "base/macros.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static_assert(SANDBANK_WORD_SIZE == SB_SYMBOL_SIZE_MAX + 1, "every word of a journal fits");

static void print_word(const struct sandbank_engine *engine, enum sb_space space, uint16_t code,
                       char text[SANDBANK_WORD_SIZE])
{
    const char *name = sb_symbols_name(sb_engine_symbols(engine->inner), space, code);
    (void)snprintf(text, SANDBANK_WORD_SIZE, "%s", name ? name : ""); /* fits */
}

/* A code of the territory has as many digits as its level: 24, 001, 00004. */
static void print_place(uint32_t place, char *text, size_t size)
{
    static const int digits[] = {2, 3, 5};
    unsigned level = SB_PLACE_LEVEL(place);
    text[0] = '\0';
    if (level >= 1 && level <= SB_ARRAY_SIZE(sb_lib_level_words))
        (void)snprintf(text, size, "%s:%0*" PRIu32, sb_lib_level_words[level - 1], digits[level - 1],
                       (uint32_t)SB_PLACE_NUMBER(place)); /* fits: at most 8 digits */
}

static void print_day(sb_day day, char *text, size_t size)
{
    char full[SB_TIME_TEXT_SIZE] = "";
    if (day != SB_DAY_NONE)
        sb_day_print(day, full);
    (void)snprintf(text, size, "%.15s", full); /* ten characters */
}

/* The most that the account's flag lets it pay; credits that may not exceed debits bound only what it takes.
 */
static int64_t spendable(const struct sb_account_view *view)
{
    return (view->flags & SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS) != 0
               ? view->credits_posted - view->debits_posted - view->debits_pending
               : INT64_MAX;
}

static void fill(const struct sandbank_engine *engine, const struct sb_account_view *view,
                 struct sandbank_account *account)
{
    account->balance = view->credits_posted - view->debits_posted;
    account->spendable = view->closed || (view->frozen & SB_FROZEN_OUT) != 0 ? 0 : spendable(view);
    account->debits_posted = view->debits_posted;
    account->credits_posted = view->credits_posted;
    account->debits_pending = view->debits_pending;
    account->credits_pending = view->credits_pending;
    account->closed = view->closed;
    account->frozen_out = (view->frozen & SB_FROZEN_OUT) != 0;
    account->frozen_in = (view->frozen & SB_FROZEN_IN) != 0;
    print_word(engine, SB_SPACE_UNIT, view->unit, account->unit);
    print_word(engine, SB_SPACE_CLASS, view->class_, account->class_name);
    print_word(engine, SB_SPACE_PROVIDER, view->provider, account->provider);
    print_word(engine, SB_SPACE_TIER, view->tier, account->tier);
    print_word(engine, SB_SPACE_ISSUER, view->issuer, account->issuer);
    print_word(engine, SB_SPACE_SEX, view->sex, account->sex);
    account->birth_year = view->birth_year;
    print_place(view->place, account->place, sizeof(account->place));
    print_day(view->opened_on, account->opened_on, sizeof(account->opened_on));
    print_day(view->sim_since, account->sim_since, sizeof(account->sim_since));
}

enum sandbank_status sandbank_account_read(const struct sandbank_engine *engine, const char *name,
                                           struct sandbank_account *account, struct sandbank_error *error)
{
    struct sb_err err = {0};
    struct sb_id id;
    struct sb_account_view view;
    struct sandbank_account full;
    enum sb_status status = sb_lib_take_struct(&full, sizeof(full), account, &err);
    if (status == SB_OK)
        status = sb_lib_id(name, &id, &err);
    if (status == SB_OK && !sb_ledger_account(sb_engine_ledger(engine->inner), id, &view))
        status =
            sb_fail(&err, SB_NOT_FOUND, "there is no account '%.64s'", "không có tài khoản '%.64s'", name);
    if (status == SB_OK) {
        memset(&full, 0, sizeof(full));
        full.size = account->size;
        fill(engine, &view, &full);
        memcpy(account, &full, SB_MIN(account->size, sizeof(full)));
    }
    return sb_lib_end(status, &err, error);
}
