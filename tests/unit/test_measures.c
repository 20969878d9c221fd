/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Measures that follow the stream must say what counting again from nothing says. Here both are done on
 * random histories: the counters listen to a ledger, and a naive second book, written from docs/measures.md
 * alone, keeps every account and every transfer as a row and looks at all of them for each question.
 */

#include "ledger_world.h"

#include "base/macros.h"
#include "measure/definitions.h"
#include "measure/measures_internal.h"

#include <stdio.h>
#include <stdlib.h>

static const char charter[] =
    "charter \"Measured\"\nunit VND\nclock +07:00\nterritory vn\n"
    "kind cash-in to holder\nkind payment from holder\nkind transfer from holder\nkind float of nobody\n"
    "allow all\nallow float\n"
    "forbid payment where tx.amount over 900\n"
    "forbid all where tx.channel is closed\n"
    "ask code when tx.amount over 800 for transfer\n"
    "measure rural: accounts active in 30 days where holder.place is rural / accounts active in 30 days\n"
    "measure grown: accounts where holder.age at least 30 years / accounts\n"
    "measure women: sum of payment in 7 days where payer.sex is female / number of payment in 7 days\n"
    "measure refused: refusals in 3 days / attempts in 3 days\n"
    "measure ever: accounts active where payer.tier is basic\n"
    "goal rural at least 50 % on 2025-08-15\n"
    "exposure: sum of balances of subscriber at most 1 000\n"
    "participants at most 40 where holder.tier is basic\n";
static const char amendment[] = "# second version\ngoal rural at least 40 % on 2025-09-15\n";

/* ------------------------------------------------------------------ the naive book */

struct book_account {
    struct sb_account_view seen; /* only its attributes: made of the events */
    bool open;
    int64_t balance;
    sb_day active[2000];
    unsigned active_count;
};

struct book_row {
    sb_day day;
    uint16_t code, kind;
    int64_t amount;
    struct sb_account_view holder; /* as it was; class_ UINT16_MAX: nobody */
    struct sb_account_view payer;
};

struct book {
    struct world world;
    const struct sb_territory *territory;
    struct book_account accounts[64];
    unsigned account_count;
    struct book_row rows[4000];
    unsigned row_count;
    struct sb_event reservations[4000]; /* every transfer, to find what POST and REVERSE speak of */
    unsigned reservation_count;
    sb_day day;
    uint64_t random;
};

static uint64_t draw(struct book *book, uint64_t below)
{
    book->random ^= book->random << 13;
    book->random ^= book->random >> 7;
    book->random ^= book->random << 17;
    return book->random % below;
}

static const char *name_of(const struct book *book, enum sb_space space, uint16_t code)
{
    const char *name = sb_symbols_name(book->world.symbols, space, code);
    return name ? name : "-";
}

static enum sb_role role_of(const struct book *book, const struct sb_account_view *seen)
{
    const char *name = name_of(book, SB_SPACE_CLASS, seen->class_);
    if (strcmp(name, "agent") == 0)
        return SB_ROLE_AGENT;
    if (strcmp(name, "merchant") == 0)
        return SB_ROLE_MERCHANT;
    return strcmp(name, "guarantee") == 0 ? SB_ROLE_HOUSE : SB_ROLE_CUSTOMER;
}

static const char *settlement_of(const struct book *book, const struct sb_account_view *seen)
{
    static const char *const words[] = {"-", "rural", "urban", "special"};
    return words[seen->place_index ? sb_territory_info(book->territory, seen->place_index)->settlement : 0];
}

/* The province of an epoch in which a commune lies; there are few communes, so each is looked for once. */
static const char *province_of(const struct book *book, sb_place_index place, int epoch)
{
    static struct {
        sb_place_index place;
        int epoch;
        const char *code;
    } found[64];
    static unsigned count;
    for (unsigned i = 0; i < count; i++)
        if (found[i].place == place && found[i].epoch == epoch)
            return found[i].code;
    const char *code = "-";
    for (sb_place_index i = 1; place && i <= sb_territory_place_count(book->territory); i++) {
        const struct sb_place_info *info = sb_territory_info(book->territory, i);
        if (info->epoch == epoch && info->parent == 0 &&
            sb_territory_inside(book->territory, place, i) == SB_YES)
            code = info->code;
    }
    CHECK(count < SB_ARRAY_SIZE(found));
    found[count].place = place;
    found[count].epoch = epoch;
    found[count++].code = code;
    return code;
}

/* The key of an account's row on a day. */
static const char *key_of(const struct book *book, enum sb_measured_by by, const struct sb_account_view *seen,
                          sb_day day)
{
    static const char *const bands[] = {"0-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65-"};
    if (by == SB_MEASURED_ALL)
        return "all";
    if (seen->class_ == UINT16_MAX)
        return "-";
    switch ((int)by) {
    case SB_MEASURED_AREA: return settlement_of(book, seen);
    case SB_MEASURED_TIER: return name_of(book, SB_SPACE_TIER, seen->tier);
    case SB_MEASURED_SEX: return name_of(book, SB_SPACE_SEX, seen->sex);
    case SB_MEASURED_PROVIDER: return name_of(book, SB_SPACE_PROVIDER, seen->provider);
    case SB_MEASURED_AGE: {
        int age = sb_date_of_day(day).year - seen->birth_year;
        return seen->birth_year == 0 ? "-" : bands[age < 15 ? 0 : SB_MIN((age - 15) / 10 + 1, 6)];
    }
    default: break;
    }
    return province_of(book, seen->place_index, sb_territory_epoch_on(book->territory, day));
}

static bool was_active(const struct book_account *account, sb_day first, sb_day last)
{
    for (unsigned i = 0; i < account->active_count; i++)
        if (account->active[i] >= first && account->active[i] <= last)
            return true;
    return false;
}

static bool is_refusal(uint16_t code)
{
    return code == SB_R_REFUSED || code == SB_R_UNDECIDED;
}

/* What a measure's numerator is for one row of the answer. */
static int64_t expect(const struct book *book, enum sb_m measure, enum sb_measured_by by, const char *key,
                      uint32_t window)
{
    int64_t number = 0;
    sb_day first = book->day - (sb_day)window + 1;
    for (unsigned i = 0; i < book->account_count; i++) {
        const struct book_account *account = &book->accounts[i];
        enum sb_role role = role_of(book, &account->seen);
        if (!account->open || strcmp(key_of(book, by, &account->seen, book->day), key) != 0)
            continue;
        bool active = was_active(account, first, book->day);
        number += measure == SB_M_ACCOUNTS && role == SB_ROLE_CUSTOMER;
        number += (measure == SB_M_ACTIVE || measure == SB_M_ACTIVE_90) && role == SB_ROLE_CUSTOMER && active;
        number += measure == SB_M_AGENTS && role == SB_ROLE_AGENT;
        number += measure == SB_M_POINTS && role == SB_ROLE_AGENT && active;
        number += measure == SB_M_MERCHANTS_ACTIVE && role == SB_ROLE_MERCHANT && active;
        number += measure == SB_M_BALANCES && role == SB_ROLE_CUSTOMER ? account->balance : 0;
    }
    for (unsigned i = 0; i < book->row_count; i++) {
        const struct book_row *row = &book->rows[i];
        bool passed = row->code == SB_R_ACCEPTED, in = row->day >= first && row->day <= book->day;
        if (strcmp(key_of(book, by, &row->holder, book->day), key) != 0)
            continue;
        number += measure == SB_M_ATTEMPTS && in;
        number += measure == SB_M_PASSED && in && passed;
        number += measure == SB_M_REFUSALS && in && is_refusal(row->code);
        number += measure == SB_M_ASKED && in && row->code == SB_R_ASK;
        number += measure == SB_M_SUM && in && passed ? row->amount : 0;
        number += measure == SB_M_SUM_TOTAL && passed ? row->amount : 0;
    }
    return number;
}

/* ------------------------------------------------------------------ a random history */

static void book_activity(struct book *book, unsigned account)
{
    struct book_account *one = &book->accounts[account];
    if (account < book->account_count && one->active_count < SB_ARRAY_SIZE(one->active))
        one->active[one->active_count++] = book->day;
}

static void book_transfer(struct book *book, const struct sb_event *event, const struct sb_result *result)
{
    struct book_row *row = &book->rows[book->row_count];
    const char *kind = name_of(book, SB_SPACE_KIND, event->kind);
    uint64_t sides[3] = {event->payer.lo, event->payee.lo, event->agent.lo};
    if (result->code == SB_R_ACCEPTED)
        book->reservations[book->reservation_count++] = *event;
    if (result->code == SB_R_ACCEPTED && (event->flags & SB_F_PENDING) == 0) {
        book->accounts[sides[0] - 1].balance -= event->amount;
        book->accounts[sides[1] - 1].balance += event->amount;
    }
    if (strcmp(kind, "float") == 0)
        return;
    unsigned whose = strcmp(kind, "cash-in") == 0 ? 1 : 0;
    for (unsigned side = 0; side < 3 && result->code == SB_R_ACCEPTED; side++) {
        if (sides[side] == 0)
            continue;
        enum sb_role role = role_of(book, &book->accounts[sides[side] - 1].seen);
        if (side == whose || role == SB_ROLE_AGENT || role == SB_ROLE_MERCHANT)
            book_activity(book, (unsigned)sides[side] - 1);
    }
    *row = (struct book_row){
        .day = book->day, .code = result->code, .kind = event->kind, .amount = event->amount};
    row->holder.class_ = row->payer.class_ = UINT16_MAX;
    if (sides[whose] >= 1 && sides[whose] <= book->account_count)
        row->holder = book->accounts[sides[whose] - 1].seen;
    if (sides[0] >= 1 && sides[0] <= book->account_count)
        row->payer = book->accounts[sides[0] - 1].seen;
    book->row_count++;
}

/* Money that a POST or a REVERSE moves goes between the accounts of the transfer behind it. */
static void book_moved(struct book *book, const struct sb_event *event)
{
    for (unsigned i = 0; i < book->reservation_count; i++) {
        const struct sb_event *other = &book->reservations[i];
        if (!sb_id_equal(other->id, event->other))
            continue;
        int64_t sign = event->type == SB_EVENT_POST ? 1 : -1;
        const struct sb_event *transfer = other;
        for (unsigned j = 0; j < book->reservation_count && other->type == SB_EVENT_POST; j++)
            if (sb_id_equal(book->reservations[j].id, other->other))
                transfer = &book->reservations[j];
        book->accounts[transfer->payer.lo - 1].balance -= sign * event->amount;
        book->accounts[transfer->payee.lo - 1].balance += sign * event->amount;
        break;
    }
    if (event->type == SB_EVENT_POST)
        book->reservations[book->reservation_count++] = *event;
}

static void book_attributes(struct book *book, const struct sb_event *event)
{
    struct book_account *account = &book->accounts[event->account.lo - 1];
    struct sb_account_view *seen = &account->seen;
    int epoch = sb_territory_epoch_on(book->territory, book->day);
    if (event->type == SB_EVENT_OPEN) {
        seen->class_ = event->attributes.class_;
        seen->provider = event->attributes.provider;
        seen->opened_on = event->attributes.opened_on;
        account->open = true;
        book->account_count++;
    }
    seen->tier = event->attributes.tier;
    seen->sex = event->attributes.sex;
    seen->birth_year = event->attributes.birth_year;
    seen->place_index = event->attributes.place
                            ? sb_territory_place(book->territory, (uint16_t)epoch, event->attributes.place)
                            : 0;
}

static void book_event(struct book *book, const struct sb_event *event, const struct sb_result *result)
{
    bool accepted = result->code == SB_R_ACCEPTED && (result->flags & SB_RF_REPEATED) == 0;
    if (result->code == SB_R_MALFORMED || result->code == SB_R_ID_ZERO)
        return; /* of such no time passes */
    book->day = sb_day_of_time(book->world.time, 7 * 3600);
    if ((result->flags & SB_RF_REPEATED) != 0 || result->code == SB_R_ID_REUSED)
        return;
    if (event->type == SB_EVENT_TRANSFER)
        book_transfer(book, event, result);
    else if (accepted && (event->type == SB_EVENT_POST || event->type == SB_EVENT_REVERSE))
        book_moved(book, event);
    else if (accepted && (event->type == SB_EVENT_OPEN || event->type == SB_EVENT_CHANGE))
        book_attributes(book, event);
    else if (accepted && (event->type == SB_EVENT_CLOSE || event->type == SB_EVENT_REOPEN))
        book->accounts[event->account.lo - 1].open = event->type == SB_EVENT_REOPEN;
}

static uint32_t draw_place(struct book *book)
{
    static const uint32_t before[] = {0, 1, 3869, 9436, 16063, 21412};
    static const uint32_t after[] = {0, 10606, 26326, 6661, 22846};
    bool new_epoch = sb_day_of_time(book->world.time, 7 * 3600) >= day_of("2025-07-01");
    uint32_t number =
        new_epoch ? after[draw(book, SB_ARRAY_SIZE(after))] : before[draw(book, SB_ARRAY_SIZE(before))];
    return number ? SB_PLACE(SB_PLACE_COMMUNE, number) : 0;
}

static struct sb_event draw_opening(struct book *book, bool change)
{
    static const char *const classes[] = {"subscriber", "subscriber", "subscriber", "agent",
                                          "merchant",   "guarantee",  NULL};
    static const char *const tiers[] = {"basic", "full", NULL}, *const sexes[] = {"female", "male", NULL};
    static const char *const providers[] = {"one", "two", NULL};
    static const uint16_t years[] = {0, 1950, 1980, 1995, 2005, 2012};
    struct opening opening = {.class_ = classes[draw(book, 7)],
                              .provider = providers[draw(book, 3)],
                              .tier = tiers[draw(book, 3)],
                              .sex = sexes[draw(book, 3)],
                              .birth_year = years[draw(book, 6)],
                              .place = draw_place(book)};
    if (opening.class_ && strcmp(opening.class_, "subscriber") == 0)
        opening.flags = SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS;
    uint64_t number = change ? draw(book, book->account_count + 1) + 1 : book->account_count + 1;
    struct sb_event event = open_event(&book->world, number, opening);
    if (!change)
        return event;
    event.type = SB_EVENT_CHANGE;
    event.person = id_of(0);
    event.attributes.unit = event.attributes.class_ = event.attributes.provider = 0;
    event.attributes.flags = 0;
    return event;
}

static struct sb_event draw_transfer(struct book *book)
{
    static const char *const kinds[] = {"cash-in", "payment", "transfer", "float"};
    uint64_t most = book->account_count + (draw(book, 20) == 0); /* now and then somebody who is not there */
    struct sb_event event = move_event(&book->world, kinds[draw(book, 4)], draw(book, most) + 1,
                                       draw(book, most) + 1, (int64_t)draw(book, 1000) + 1);
    if (draw(book, 3) == 0)
        event.agent = id_of(draw(book, most) + 1);
    if (draw(book, 8) == 0) {
        event.flags = SB_F_PENDING;
        event.timeout_s = draw(book, 2) ? 3 * 86400 : 0;
    }
    if (draw(book, 15) == 0)
        event.channel = code_of(&book->world, SB_SPACE_CHANNEL, "closed");
    return event;
}

static struct sb_event draw_event(struct book *book)
{
    uint64_t what = draw(book, 100);
    if (book->account_count < 6 || (what < 4 && book->account_count < SB_ARRAY_SIZE(book->accounts)))
        return draw_opening(book, false);
    if (what < 10)
        return draw_opening(book, true);
    if (what < 14)
        return account_event(&book->world, SB_EVENT_CLOSE, draw(book, book->account_count) + 1, 0);
    if (what < 18)
        return account_event(&book->world, SB_EVENT_REOPEN, draw(book, book->account_count) + 1, 0);
    if (what < 30 && book->reservation_count > 0) {
        const struct sb_event *other = &book->reservations[draw(book, book->reservation_count)];
        struct sb_event event = refer_event(&book->world,
                                            what < 24   ? SB_EVENT_POST
                                            : what < 27 ? SB_EVENT_REVERSE
                                                        : SB_EVENT_VOID,
                                            0, what < 27 ? (int64_t)draw(book, 300) + 1 : 0);
        event.other = other->id;
        return event;
    }
    return draw_transfer(book);
}

/* One event, or a chain of three. */
static void step_random(struct book *book)
{
    struct sb_event events[3];
    struct sb_result results[3];
    uint32_t count = book->account_count >= 6 && draw(book, 12) == 0 ? 3 : 1;
    if (draw(book, 6) == 0)
        book->world.time += (int64_t)draw(book, 60) * SB_DAY_US / 24;
    if (draw(book, 150) == 0)
        book->world.time += (int64_t)draw(book, 50) * SB_DAY_US;
    for (uint32_t i = 0; i < count; i++) {
        events[i] = count > 1 ? draw_transfer(book) : draw_event(book);
        if (i + 1 < count)
            events[i].flags |= SB_F_LINKED;
    }
    if (count == 1 && draw(book, 40) == 0 && book->reservation_count > 0)
        events[0] = book->reservations[0]; /* once more: answered again, not counted */
    events[0].time = book->world.time;
    world_steps(&book->world, events, count, results);
    for (uint32_t i = 0; i < count; i++)
        book_event(book, &events[i], &results[i]);
}

/* ------------------------------------------------------------------ comparing */

struct remembered {
    sb_day day;
    enum sb_m measure;
    enum sb_measured_by by;
    uint32_t window;
    char key[64];
    int64_t number;
};

struct memory {
    struct remembered list[60000];
    size_t count;
};

static const struct {
    enum sb_m measure;
    uint32_t window; /* 0: the definition's own */
} asked[] = {{SB_M_ACCOUNTS, 0}, {SB_M_ACTIVE, 0},   {SB_M_ACTIVE_90, 0}, {SB_M_ACTIVE, 12},
             {SB_M_ACTIVE, 5},   {SB_M_AGENTS, 0},   {SB_M_POINTS, 0},    {SB_M_MERCHANTS_ACTIVE, 0},
             {SB_M_BALANCES, 0}, {SB_M_ATTEMPTS, 0}, {SB_M_PASSED, 5},    {SB_M_REFUSALS, 0},
             {SB_M_ASKED, 0},    {SB_M_SUM, 12},     {SB_M_SUM_TOTAL, 0}};

static void compare_rows(struct book *book, struct sb_measures *measures, unsigned which,
                         enum sb_measured_by by, struct memory *memory)
{
    struct sb_measured measured = {0};
    struct sb_err err = {0};
    enum sb_m measure = asked[which].measure;
    struct sb_measured_question question = {
        .measure = measure, .by = by, .day = book->day, .window_days = asked[which].window};
    CHECK_INT(sb_measures_ask(measures, &question, &measured, &err), SB_OK);
    for (size_t i = 0; i < measured.count; i++) {
        const struct sb_measured_row *row = &measured.rows[i];
        int64_t expected = expect(book, measure, by, row->key, measured.window_days);
        if (!row->has_numerator || row->numerator != expected)
            test_fail(__FILE__, __LINE__,
                      "%s by %s, '%s', %u days: %" PRId64 ", expected %" PRId64 " (rows %u)",
                      sb_measure_definition(measure)->name, sb_measured_by_word(by), row->key,
                      measured.window_days, row->numerator, expected, book->row_count);
        if (memory->count < SB_ARRAY_SIZE(memory->list) && asked[which].window != 5) {
            struct remembered *one = &memory->list[memory->count++];
            *one = (struct remembered){book->day, measure, by, asked[which].window, "", expected};
            (void)snprintf(one->key, sizeof(one->key), "%s", row->key);
        }
    }
    sb_measured_release(&measured);
}

/* Every account and transfer stands in some row: the rows of a grouping add up to the whole. */
static void compare_sums(struct sb_measures *measures, unsigned which, enum sb_measured_by by, sb_day day)
{
    int64_t sums[2] = {0, 0};
    struct sb_err err = {0};
    for (unsigned i = 0; i < 2; i++) {
        struct sb_measured measured = {0};
        struct sb_measured_question question = {.measure = asked[which].measure,
                                                .by = i ? by : SB_MEASURED_ALL,
                                                .day = day,
                                                .window_days = asked[which].window};
        CHECK_INT(sb_measures_ask(measures, &question, &measured, &err), SB_OK);
        for (size_t row = 0; row < measured.count; row++)
            sums[i] += measured.rows[row].numerator;
        sb_measured_release(&measured);
    }
    CHECK_INT(sums[1], sums[0]);
}

static int64_t count_accounts(const struct book *book, uint32_t active_days, const char *settlement,
                              const char *tier, int age)
{
    int64_t number = 0;
    for (unsigned i = 0; i < book->account_count; i++) {
        const struct book_account *account = &book->accounts[i];
        const struct sb_account_view *seen = &account->seen;
        sb_day reached = sb_day_of_date((struct sb_date){seen->birth_year + age, 12, 31});
        bool counts = account->open;
        counts = counts &&
                 (active_days == 0 || was_active(account, book->day - (sb_day)active_days + 1, book->day));
        counts = counts && (!settlement || strcmp(settlement_of(book, seen), settlement) == 0);
        counts = counts && (!tier || strcmp(name_of(book, SB_SPACE_TIER, seen->tier), tier) == 0);
        counts = counts && (age == 0 || (seen->birth_year != 0 && book->day >= reached));
        number += counts;
    }
    return number;
}

static void compare_figure(const struct book *book, const struct sb_measures *measures, const char *name,
                           int type, int64_t top, int64_t bottom)
{
    for (unsigned i = 0; i < sb_figure_count(measures); i++) {
        struct sb_figure_value value;
        sb_figure_on(measures, i, book->day, &value);
        if ((int)value.type != type || strcmp(value.name, name) != 0)
            continue;
        if (value.top != top || value.bottom != bottom)
            test_fail(__FILE__, __LINE__, "%s: %" PRId64 " / %" PRId64 ", expected %" PRId64 " / %" PRId64,
                      name, value.top, value.bottom, top, bottom);
        return;
    }
    test_fail(__FILE__, __LINE__, "no figure '%s'", name);
}

static void compare_figures(const struct book *book, const struct sb_measures *measures)
{
    int64_t women = 0, payments = 0, refused = 0, attempts = 0, held = 0;
    for (unsigned i = 0; i < book->row_count; i++) {
        const struct book_row *row = &book->rows[i];
        bool payment =
            row->code == SB_R_ACCEPTED && strcmp(name_of(book, SB_SPACE_KIND, row->kind), "payment") == 0;
        if (payment && row->day > book->day - 7) {
            payments++;
            women += strcmp(name_of(book, SB_SPACE_SEX, row->payer.sex), "female") == 0 ? row->amount : 0;
        }
        attempts += row->day > book->day - 3;
        refused += row->day > book->day - 3 && is_refusal(row->code);
    }
    for (unsigned i = 0; i < book->account_count; i++)
        if (book->accounts[i].open &&
            strcmp(name_of(book, SB_SPACE_CLASS, book->accounts[i].seen.class_), "subscriber") == 0)
            held += book->accounts[i].balance;
    compare_figure(book, measures, "rural", SB_S_MEASURE, count_accounts(book, 30, "rural", NULL, 0),
                   count_accounts(book, 30, NULL, NULL, 0));
    compare_figure(book, measures, "grown", SB_S_MEASURE, count_accounts(book, 0, NULL, NULL, 30),
                   count_accounts(book, 0, NULL, NULL, 0));
    compare_figure(book, measures, "women", SB_S_MEASURE, women, payments);
    compare_figure(book, measures, "refused", SB_S_MEASURE, refused, attempts);
    compare_figure(book, measures, "ever", SB_S_MEASURE, count_accounts(book, 100000, NULL, "basic", 0), 0);
    compare_figure(book, measures, "", SB_S_EXPOSURE, held, 0);
    compare_figure(book, measures, "", SB_S_PARTICIPANTS, count_accounts(book, 0, NULL, "basic", 0), 0);
}

/* What was true at the end of each day stays the answer for that day, however much happened since. */
static void compare_past(struct sb_measures *measures, const struct memory *memory)
{
    for (size_t i = 0; i < memory->count;) {
        const struct remembered *first = &memory->list[i];
        struct sb_measured measured = {0};
        struct sb_err err = {0};
        struct sb_measured_question question = {
            .measure = first->measure, .by = first->by, .day = first->day, .window_days = first->window};
        CHECK_INT(sb_measures_ask(measures, &question, &measured, &err), SB_OK);
        for (; i < memory->count && memory->list[i].day == first->day &&
               memory->list[i].measure == first->measure && memory->list[i].by == first->by &&
               memory->list[i].window == first->window;
             i++) {
            const struct remembered *one = &memory->list[i];
            int64_t number = 0;
            for (size_t row = 0; row < measured.count; row++)
                number += strcmp(measured.rows[row].key, one->key) == 0 ? measured.rows[row].numerator : 0;
            if (number != one->number)
                test_fail(__FILE__, __LINE__, "%s by %s '%s' of day %d: %" PRId64 ", was %" PRId64,
                          sb_measure_definition(one->measure)->name, sb_measured_by_word(one->by), one->key,
                          one->day, number, one->number);
        }
        sb_measured_release(&measured);
    }
}

static void run_history(uint64_t seed)
{
    struct book *book = calloc(1, sizeof(*book));
    struct memory *memory = calloc(1, sizeof(*memory));
    struct sb_measures *measures = NULL;
    struct sb_err err = {0};
    struct sb_str later = {0};
    CHECK(book && memory);
    sb_str_printf(&later, "%s%s", charter, amendment);
    world_begin(&book->world);
    book->world.time = at("2025-06-05T10:00Z");
    book->random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    CHECK_INT(sb_territory_find("vn", &book->territory, &err), SB_OK);
    struct sb_event first = charter_event(&book->world, charter, NULL),
                    second = charter_event(&book->world, sb_str_text(&later), NULL);
    const struct sb_plan *plans[] = {book->world.plans[0], book->world.plans[1]};
    struct sb_measures_options options = {
        .plans = plans, .plan_count = 2, .symbols = book->world.symbols, .days = 12};
    CHECK_INT(sb_measures_new(&options, &measures, &err), SB_OK);
    sb_ledger_watch(book->world.ledger, sb_measures_saw, measures);
    CHECK_INT(step(&book->world, first), SB_R_ACCEPTED);
    sb_day before = 0;
    size_t day_began = 0;
    for (unsigned n = 0; n < 1500; n++) {
        if (n == 900) {
            second.time = book->world.time;
            CHECK_INT(step(&book->world, second), SB_R_ACCEPTED);
        }
        step_random(book);
        /* Only the last answers of a day are those of its end: earlier ones of the same day are forgotten. */
        if (book->day == before)
            memory->count = day_began;
        if (n % 90 != 0 && n != 1499)
            continue;
        day_began = memory->count;
        before = book->day;
        for (unsigned which = 0; which < SB_ARRAY_SIZE(asked); which++) {
            for (unsigned by = 0; by < SB_ACCOUNT_GROUPS; by++) {
                compare_rows(book, measures, which, (enum sb_measured_by)by, memory);
                compare_sums(measures, which, (enum sb_measured_by)by, book->day);
            }
        }
        compare_figures(book, measures);
    }
    CHECK(sb_measures_is_current(measures));
    CHECK(book->account_count > 20 && book->row_count > 500);
    CHECK(memory->count > 500);
    compare_past(measures, memory);
    sb_measures_free(measures);
    sb_ledger_watch(book->world.ledger, NULL, NULL);
    world_end(&book->world);
    sb_str_release(&later);
    free(memory);
    free(book);
}

TEST(measures, the_stream_equals_counting_again_from_nothing)
{
    for (uint64_t seed = 1; seed <= 3; seed++)
        run_history(seed);
}

/* ------------------------------------------------------------------ single rules */

TEST(measures, thresholds_are_compared_in_whole_numbers)
{
    struct sb_threshold share = {.compared = SB_COMPARED_AT_LEAST, .share = true, .value = 600000}; /* 60 % */
    struct sb_ratio_value value = {.top = 3, .bottom = 5, .has_bottom = true};
    CHECK(sb_threshold_met(&share, &value, 0));
    share.compared = SB_COMPARED_OVER;
    CHECK(!sb_threshold_met(&share, &value, 0));
    share.compared = SB_COMPARED_AT_MOST;
    CHECK(sb_threshold_met(&share, &value, 0));
    share.compared = SB_COMPARED_UNDER;
    CHECK(!sb_threshold_met(&share, &value, 0));
    value.bottom = 0; /* a ratio of nothing meets none */
    CHECK(!sb_threshold_met(&share, &value, 0));
    /* The greatest that there are: no overflow decides. */
    value = (struct sb_ratio_value){.top = INT64_MAX, .bottom = INT64_MAX, .has_bottom = true};
    share = (struct sb_threshold){.compared = SB_COMPARED_AT_LEAST, .share = true, .value = 1000000};
    CHECK(sb_threshold_met(&share, &value, 9));
    /* Numbers are written with the unit's decimals: "at most 4" of a unit with 2 is 400. */
    struct sb_threshold most = {.compared = SB_COMPARED_AT_MOST, .value = 400};
    value = (struct sb_ratio_value){.top = 4};
    CHECK(sb_threshold_met(&most, &value, 2));
    value.top = 5;
    CHECK(!sb_threshold_met(&most, &value, 2));
    value = (struct sb_ratio_value){.top = 400, .top_is_amount = true};
    CHECK(sb_threshold_met(&most, &value, 2));
}

TEST(measures, a_bucket_holds_its_amounts_closely)
{
    uint64_t state = 1;
    for (int64_t amount = 0; amount < 256; amount++)
        CHECK_INT(sb_histogram_middle(sb_histogram_bucket(amount)), amount);
    for (unsigned i = 0; i < 100000; i++) {
        state = sb_mix64(state + i);
        int64_t amount = (int64_t)(state >> (1 + state % 54)),
                middle = sb_histogram_middle(sb_histogram_bucket(amount));
        CHECK(sb_histogram_bucket(amount) < SB_HISTOGRAM_SIZE);
        if (amount / 256 + 1 < (middle > amount ? middle - amount : amount - middle))
            test_fail(__FILE__, __LINE__, "%" PRId64 " stands for %" PRId64, middle, amount);
    }
    CHECK(sb_histogram_bucket(INT64_MAX) == SB_HISTOGRAM_SIZE - 1);
}

/* Few people show nothing, and where that is one row alone, the next smallest goes with it: the total would
 * tell. */
TEST(measures, few_people_are_not_shown)
{
    struct world world;
    struct sb_measures *measures = NULL;
    struct sb_err err = {0};
    world_begin(&world);
    struct sb_event first = charter_event(&world, charter, NULL);
    const struct sb_plan *plans[] = {world.plans[0]};
    struct sb_measures_options options = {.plans = plans, .plan_count = 1, .symbols = world.symbols};
    CHECK_INT(sb_measures_new(&options, &measures, &err), SB_OK);
    sb_ledger_watch(world.ledger, sb_measures_saw, measures);
    CHECK_INT(step(&world, first), SB_R_ACCEPTED);
    for (uint64_t i = 1; i <= 28; i++) /* 3 of tier one, 10 of two, 15 of three */
        open_account(&world, i,
                     (struct opening){.class_ = "subscriber",
                                      .tier = i <= 3    ? "one"
                                              : i <= 13 ? "two"
                                                        : "three"});
    struct sb_measured measured = {0};
    struct sb_measured_question question = {.measure = SB_M_ACCOUNTS,
                                            .by = SB_MEASURED_TIER,
                                            .day = sb_measures_last_day(measures),
                                            .suppress = true};
    CHECK_INT(sb_measures_ask(measures, &question, &measured, &err), SB_OK);
    CHECK_INT(measured.count, 3); /* in the order of their names */
    CHECK_STR(measured.rows[0].key, "one");
    CHECK(measured.rows[0].suppressed && !measured.rows[0].has_value && measured.rows[0].numerator == 0);
    CHECK_STR(measured.rows[1].key, "three");
    CHECK(!measured.rows[1].suppressed);
    CHECK_INT(measured.rows[1].numerator, 15);
    CHECK(measured.rows[2].suppressed);
    sb_measured_release(&measured);

    /* The map has a tile for each of the 34 provinces, and the archipelagos stand with theirs. */
    struct sb_json_question map = {.day = question.day, .lang = SB_VI};
    char *json = NULL;
    CHECK_INT(sb_map_json(measures, "accounts", &map, &json, &err), SB_OK);
    unsigned tiles = 0;
    for (const char *at = json; (at = strstr(at, "\"col\"")) != NULL; at++)
        tiles++;
    CHECK_INT(tiles, 34);
    CHECK(strstr(json, "Hoàng Sa") != NULL && strstr(json, "Trường Sa") != NULL);
    free(json);
    CHECK_INT(sb_map_json(measures, "no-such", &map, &json, &err), SB_NOT_FOUND);
    CHECK_INT(sb_map_json(measures, "rural-gap", &map, &json, &err), SB_NOT_FOUND);
    sb_measures_free(measures);
    sb_ledger_watch(world.ledger, NULL, NULL);
    world_end(&world);
}
