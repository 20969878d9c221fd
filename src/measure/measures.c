/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The stream. An account's activity on a day makes it active on that day and the N - 1 days behind it: the
 * day's cell gets one more active account, the cell N days later one less. So the number of active accounts
 * on any day is a sum of cells, and being active again only moves the end. Joining and leaving a group moves
 * the same marks from one series to another.
 */

#include "measure/measures_internal.h"

#include "base/macros.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_NONE UINT32_MAX /* not counted; 0: ever */

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for measures", "hết bộ nhớ cho các chỉ tiêu");
}

enum sb_status sb_measures_new(const struct sb_measures_options *options, struct sb_measures **ret_measures,
                               struct sb_err *err)
{
    struct sb_measures *measures = calloc(1, sizeof(*measures));
    uint32_t all;
    if (!measures)
        return no_memory(err);
    measures->options = *options;
    measures->windows[0] = 30;
    measures->windows[1] = 90;
    measures->windows[2] = options->days ? options->days : WINDOW_NONE;
    measures->first_day = measures->day = SB_DAY_NONE;
    sb_arena_init(&measures->arena, (size_t)64 * 1024 * 1024);
    const struct sb_plan **plans =
        sb_arena_alloc(&measures->arena, (size_t)options->plan_count + 1, sizeof(*plans));
    for (uint32_t i = 0; plans && i < options->plan_count; i++)
        plans[i] = options->plans[i];
    measures->options.plans = plans;
    enum sb_status status = plans ? sb_measures_read_sentences(measures, err) : no_memory(err);
    if (status == SB_OK && !sb_group_of(measures, SB_MEASURED_ALL, 0, &all))
        status = no_memory(err);
    if (status != SB_OK) {
        sb_measures_free(measures);
        return status;
    }
    *ret_measures = measures;
    return SB_OK;
}

void sb_measures_free(struct sb_measures *measures)
{
    if (!measures)
        return;
    sb_measures_release_sentences(measures);
    sb_groups_release(measures);
    uint16_t epochs = measures->territory ? sb_territory_epoch_count(measures->territory) : 0;
    for (uint16_t i = 0; measures->maps && i < epochs; i++)
        free(measures->maps[i].to);
    free(measures->maps);
    free(measures->provinces);
    free(measures->accounts);
    sb_arena_release(&measures->arena);
    free(measures);
}

void sb_measures_continue(struct sb_measures *measures, const struct sb_symbols *symbols)
{
    measures->options.symbols = symbols;
    measures->plan = NULL; /* met again with the next event */
}

sb_day sb_measures_last_day(const struct sb_measures *measures)
{
    return measures->day;
}

sb_day sb_measures_first_day(const struct sb_measures *measures)
{
    return measures->first_day;
}

bool sb_measures_is_current(const struct sb_measures *measures)
{
    return !measures->missed;
}

size_t sb_measures_size(const struct sb_measures *measures)
{
    size_t size = sizeof(*measures) + measures->account_room * sizeof(*measures->accounts) +
                  measures->group_room * sizeof(*measures->groups);
    for (uint32_t i = 0; i < measures->group_count; i++) {
        const struct sb_group *group = &measures->groups[i];
        for (unsigned role = 0; role < SB_ROLE_COUNT; role++)
            size += group->stocks[role] ? sb_series_size(group->stocks[role]) : 0;
        size += group->flows ? sb_series_size(group->flows) : 0;
        size += group->histogram ? SB_HISTOGRAM_SIZE * sizeof(*group->histogram) : 0;
    }
    for (uint32_t i = 0; i < measures->counted_count; i++)
        size += sb_series_size(measures->counted[i].yes) + sb_series_size(measures->counted[i].unknown);
    return size;
}

/* ------------------------------------------------------------------ stocks */

/* An account's part in a series. */
struct part {
    sb_day day;         /* from which it changes */
    sb_day last_active; /* SB_DAY_NONE: never */
    int64_t balance;
};

static bool add_active(struct sb_series *series, unsigned window, sb_day day, int64_t number)
{
    struct sb_day_cell *cell = sb_series_cell(series, day);
    if (!cell)
        return false;
    cell->active[window] += number;
    return true;
}

/* An account joins (sign 1) or leaves (-1) a series. False when memory is out. */
static bool join(struct sb_series *series, const uint32_t windows[SB_ACTIVE_WINDOWS], struct part part,
                 int sign)
{
    struct sb_day_cell *cell = series ? sb_series_cell(series, part.day) : NULL;
    if (!cell)
        return false;
    cell->accounts += sign;
    cell->balance = sb_add_held(cell->balance, sign * part.balance);
    for (unsigned i = 0; i < SB_ACTIVE_WINDOWS && part.last_active != SB_DAY_NONE; i++) {
        sb_day end = part.last_active + (sb_day)windows[i];
        if (windows[i] == WINDOW_NONE || (windows[i] != 0 && end <= part.day))
            continue;
        if (!add_active(series, i, part.day, sign) || (windows[i] != 0 && !add_active(series, i, end, -sign)))
            return false;
    }
    return true;
}

/* An account in the series, last active on a day before, is active on part.day. */
static bool be_active(struct sb_series *series, const uint32_t windows[SB_ACTIVE_WINDOWS], struct part part)
{
    for (unsigned i = 0; i < SB_ACTIVE_WINDOWS; i++) {
        sb_day length = (sb_day)windows[i], before = part.last_active;
        if (windows[i] == WINDOW_NONE || (windows[i] == 0 && before != SB_DAY_NONE))
            continue;
        bool covered = before != SB_DAY_NONE && before + length > part.day;
        if (!add_active(series, i, covered ? before + length : part.day, 1) ||
            (length != 0 && !add_active(series, i, part.day + length, -1)))
            return false;
    }
    return true;
}

static void windows_of(const struct sb_quantity *quantity, uint32_t windows[SB_ACTIVE_WINDOWS])
{
    windows[0] = quantity->what == SB_QUANTITY_ACTIVE ? quantity->days : WINDOW_NONE;
    windows[1] = windows[2] = WINDOW_NONE;
}

/* ------------------------------------------------------------------ accounts */

static enum sb_role role_of(const struct sb_measures *measures, uint16_t class_)
{
    static const struct {
        const char *name;
        enum sb_role role;
    } roles[] = {
        {"agent", SB_ROLE_AGENT},     {"merchant", SB_ROLE_MERCHANT}, {"provider", SB_ROLE_HOUSE},
        {"guarantee", SB_ROLE_HOUSE}, {"fee", SB_ROLE_HOUSE},         {"fees", SB_ROLE_HOUSE},
        {"tax", SB_ROLE_HOUSE},
    };
    const char *name = sb_symbols_name(measures->options.symbols, SB_SPACE_CLASS, class_);
    for (size_t i = 0; name && i < SB_ARRAY_SIZE(roles); i++)
        if (strcmp(roles[i].name, name) == 0)
            return roles[i].role;
    return SB_ROLE_CUSTOMER;
}

/* What is on it, in its own sense: an asset of the house counts the other way round. Held at the ends, never
 * wrapped. */
static int64_t balance_of(const struct sb_account_view *view)
{
    bool asset = (view->flags & SB_A_CREDITS_MAY_NOT_EXCEED_DEBITS) != 0;
    return asset ? view->debits_posted - view->credits_posted : view->credits_posted - view->debits_posted;
}

static bool groups_of(struct sb_measures *measures, const struct sb_account_view *view,
                      uint32_t groups[SB_ACCOUNT_GROUPS])
{
    uint32_t keys[SB_ACCOUNT_GROUPS] = {[SB_MEASURED_TIER] = view->tier,
                                        [SB_MEASURED_SEX] = view->sex,
                                        [SB_MEASURED_AGE] = view->birth_year,
                                        [SB_MEASURED_PROVIDER] = view->provider};
    if (measures->territory && view->place_index != 0) {
        const struct sb_place_info *info = sb_territory_info(measures->territory, view->place_index);
        keys[SB_MEASURED_PROVINCE] = info->province;
        keys[SB_MEASURED_AREA] = info->settlement;
    }
    for (unsigned by = 0; by < SB_ACCOUNT_GROUPS; by++)
        if (!sb_group_of(measures, (enum sb_measured_by)by, keys[by], &groups[by]))
            return false;
    return true;
}

/* Whether an account counts in a quantity of accounts. */
static enum sb_three is_in(const struct sb_measures *measures, const struct sb_counted *counted,
                           const struct sb_account_view *view, const struct sb_account_state *state)
{
    const struct sb_quantity *quantity = &counted->quantity;
    if (quantity->what == SB_QUANTITY_BALANCES && quantity->class_) {
        const char *name = sb_symbols_name(measures->options.symbols, SB_SPACE_CLASS, view->class_);
        if (!name || strcmp(name, quantity->class_) != 0)
            return SB_NO;
    } else if (quantity->what == SB_QUANTITY_BALANCES && !state->spends_own) {
        return SB_NO;
    }
    struct sb_where_scene scene = {.plan = counted->plan,
                                   .territory = measures->territory,
                                   .symbols = measures->options.symbols,
                                   .sides = {NULL, view, view, NULL, view},
                                   .day = measures->day};
    return sb_where_holds(counted->where, &scene);
}

static bool move_between(struct sb_counted *counted, const struct part *part, enum sb_three from,
                         enum sb_three to)
{
    uint32_t windows[SB_ACTIVE_WINDOWS];
    windows_of(&counted->quantity, windows);
    struct sb_series *series[] = {[SB_NO] = NULL, [SB_YES] = counted->yes, [SB_UNKNOWN] = counted->unknown};
    return (!series[from] || join(series[from], windows, *part, -1)) &&
           (!series[to] || join(series[to], windows, *part, 1));
}

static enum sb_three membership(const struct sb_account_state *state, unsigned quantity)
{
    uint64_t bit = UINT64_C(1) << quantity;
    return state->yes & bit ? SB_YES : state->unknown & bit ? SB_UNKNOWN : SB_NO;
}

/* Put an account into the quantities that it belongs to now, and out of the others. view NULL: out of all. */
static bool place_in_quantities(struct sb_measures *measures, const struct sb_account_view *view,
                                struct sb_account_state *state)
{
    struct part part = {measures->day, state->last_active, state->balance};
    for (unsigned q = 0; q < measures->counted_count; q++) {
        struct sb_counted *counted = &measures->counted[q];
        if (!sb_quantity_is_stock(&counted->quantity))
            continue;
        enum sb_three before = membership(state, q);
        enum sb_three now = view ? is_in(measures, counted, view, state) : SB_NO;
        if (before == now)
            continue;
        if (!move_between(counted, &part, before, now))
            return false;
        uint64_t bit = UINT64_C(1) << q;
        state->yes = now == SB_YES ? state->yes | bit : state->yes & ~bit;
        state->unknown = now == SB_UNKNOWN ? state->unknown | bit : state->unknown & ~bit;
    }
    return true;
}

/* Move an account from its groups to others; to NULL: out of all; from its being closed: into them. */
static bool place_in_groups(struct sb_measures *measures, struct sb_account_state *state,
                            const uint32_t to[SB_ACCOUNT_GROUPS], bool open)
{
    struct part part = {measures->day, state->last_active, state->balance};
    enum sb_role role = (enum sb_role)state->role;
    for (unsigned by = 0; by < SB_ACCOUNT_GROUPS; by++) {
        bool same = state->open && open && state->groups[by] == to[by];
        struct sb_group *from = &measures->groups[state->groups[by]], *into = &measures->groups[to[by]];
        if (!same && state->open && !join(sb_group_stocks(from, role), measures->windows, part, -1))
            return false;
        if (!same && open && !join(sb_group_stocks(into, role), measures->windows, part, 1))
            return false;
        state->groups[by] = to[by];
    }
    state->open = open;
    return true;
}

static bool add_balance(struct sb_measures *measures, struct sb_account_state *state, int64_t delta)
{
    for (unsigned by = 0; by < SB_ACCOUNT_GROUPS && state->open; by++) {
        struct sb_series *series =
            sb_group_stocks(&measures->groups[state->groups[by]], (enum sb_role)state->role);
        struct sb_day_cell *cell = series ? sb_series_cell(series, measures->day) : NULL;
        if (!cell)
            return false;
        cell->balance = sb_add_held(cell->balance, delta);
    }
    uint64_t members = state->open ? state->yes | state->unknown : 0;
    for (; members != 0; members &= members - 1) {
        unsigned q = (unsigned)__builtin_ctzll(members);
        struct sb_counted *counted = &measures->counted[q];
        struct sb_day_cell *cell =
            sb_series_cell(membership(state, q) == SB_YES ? counted->yes : counted->unknown, measures->day);
        if (!cell)
            return false;
        cell->balance = sb_add_held(cell->balance, delta);
    }
    state->balance += delta;
    return true;
}

static struct sb_account_state *state_of(struct sb_measures *measures, uint32_t number)
{
    if (number >= measures->account_room) {
        uint32_t room = SB_MAX(number + 1, measures->account_room + measures->account_room / 2 + 256);
        struct sb_account_state *accounts = realloc(measures->accounts, room * sizeof(*accounts));
        if (!accounts)
            return NULL;
        measures->accounts = accounts;
        measures->account_room = room;
    }
    for (; measures->account_count <= number; measures->account_count++)
        measures->accounts[measures->account_count] = (struct sb_account_state){.last_active = SB_DAY_NONE};
    return &measures->accounts[number];
}

/* What an account is now, brought into the counters. */
static bool follow_account(struct sb_measures *measures, const struct sb_ledger *ledger, uint32_t number)
{
    struct sb_account_view view;
    uint32_t groups[SB_ACCOUNT_GROUPS];
    if (number >= sb_ledger_account_count(ledger))
        return true; /* opened in a chain that broke */
    bool is_new = number >= measures->account_count;
    struct sb_account_state *state = state_of(measures, number);
    sb_ledger_account_at(ledger, number, &view);
    if (!state || !groups_of(measures, &view, groups))
        return false;
    if (is_new) {
        state->role = (uint8_t)role_of(measures, view.class_);
        state->class_ = view.class_;
        state->spends_own =
            state->role != SB_ROLE_HOUSE && (view.flags & SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS) != 0;
    }
    bool open = !view.closed;
    if ((open != state->open || memcmp(groups, state->groups, sizeof(groups)) != 0) &&
        !place_in_groups(measures, state, groups, open))
        return false;
    return place_in_quantities(measures, open ? &view : NULL, state) &&
           add_balance(measures, state, balance_of(&view) - state->balance);
}

/* Accounts whose groups were empty when they were numbered: numbers that a broken chain had taken are given
 * again. */
static bool follow_changed(struct sb_measures *measures, const struct sb_ledger *ledger,
                           const struct sb_ledger_seen *seen)
{
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < seen->changed_count; i++) {
        if (seen->changed[i] != last && !follow_account(measures, ledger, seen->changed[i]))
            return false;
        last = seen->changed[i];
    }
    return true;
}

/* Ages change with the day: who meets one is looked at on each day on which anything happens. */
static bool pass_day(struct sb_measures *measures, const struct sb_ledger *ledger, sb_day day)
{
    if (measures->day == day)
        return true;
    if (measures->first_day == SB_DAY_NONE)
        measures->first_day = day;
    measures->day = day;
    for (uint32_t n = 0; measures->any_ages && n < measures->account_count; n++) {
        struct sb_account_view view;
        sb_ledger_account_at(ledger, n, &view);
        if (measures->accounts[n].open && !place_in_quantities(measures, &view, &measures->accounts[n]))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ transfers */

static bool be_active_everywhere(struct sb_measures *measures, struct sb_account_state *state)
{
    struct part part = {measures->day, state->last_active, 0};
    if (state->last_active == measures->day)
        return true;
    for (unsigned by = 0; by < SB_ACCOUNT_GROUPS && state->open; by++) {
        struct sb_series *series =
            sb_group_stocks(&measures->groups[state->groups[by]], (enum sb_role)state->role);
        if (!series || !be_active(series, measures->windows, part))
            return false;
    }
    uint64_t members = state->open ? state->yes | state->unknown : 0;
    for (; members != 0; members &= members - 1) {
        unsigned q = (unsigned)__builtin_ctzll(members);
        struct sb_counted *counted = &measures->counted[q];
        uint32_t windows[SB_ACTIVE_WINDOWS];
        windows_of(&counted->quantity, windows);
        if (!be_active(membership(state, q) == SB_YES ? counted->yes : counted->unknown, windows, part))
            return false;
    }
    state->last_active = measures->day;
    return true;
}

/* The accounts of a transfer, looked up when somebody asks. */
struct parties {
    const struct sb_ledger *ledger;
    const struct sb_event *event;
    enum sb_side holder;
    uint32_t numbers[5]; /* by enum sb_side; UINT32_MAX: there is none */
    struct sb_account_view views[5];
};

static void look_up(struct parties *parties)
{
    const struct sb_id ids[5] = {[SB_SIDE_PAYER] = parties->event->payer,
                                 [SB_SIDE_PAYEE] = parties->event->payee,
                                 [SB_SIDE_AGENT] = parties->event->agent};
    for (unsigned side = 0; side < 5; side++)
        if (sb_id_is_none(ids[side]) ||
            !sb_ledger_account_number(parties->ledger, ids[side], &parties->numbers[side]))
            parties->numbers[side] = UINT32_MAX;
    parties->numbers[SB_SIDE_HOLDER] = parties->numbers[parties->holder];
}

/* The holder is active; who serves or sells is on either side. */
static bool mark_active(struct sb_measures *measures, const struct parties *parties)
{
    for (unsigned side = SB_SIDE_PAYER; side <= SB_SIDE_AGENT; side++) {
        uint32_t number = parties->numbers[side];
        if (number >= measures->account_count)
            continue;
        struct sb_account_state *state = &measures->accounts[number];
        bool serves = state->role == SB_ROLE_AGENT || state->role == SB_ROLE_MERCHANT;
        if (side != parties->holder && !serves)
            continue;
        state->served += state->role == SB_ROLE_AGENT && state->served < UINT32_MAX;
        if (!be_active_everywhere(measures, state))
            return false;
    }
    return true;
}

static void count_cell(struct sb_day_cell *cell, const struct sb_event *event, uint16_t code)
{
    if (code == SB_R_ACCEPTED) {
        cell->passed++;
        cell->sum = sb_add_held(cell->sum, event->amount);
    } else if (code == SB_R_REFUSED || code == SB_R_UNDECIDED) {
        cell->refused++;
    } else if (code == SB_R_ASK) {
        cell->asked++;
    } else {
        cell->failed++;
    }
}

static bool count_in_group(struct sb_measures *measures, uint32_t number, const struct sb_event *event,
                           uint16_t code)
{
    struct sb_group *group = &measures->groups[number];
    struct sb_series *series = sb_group_flows(group);
    struct sb_day_cell *cell = series ? sb_series_cell(series, measures->day) : NULL;
    if (!cell)
        return false;
    count_cell(cell, event, code);
    if (code != SB_R_ACCEPTED)
        return true;
    if (!group->histogram)
        group->histogram = calloc(SB_HISTOGRAM_SIZE, sizeof(*group->histogram));
    if (!group->histogram)
        return false;
    uint32_t *bucket = &group->histogram[sb_histogram_bucket(event->amount)];
    *bucket += *bucket < UINT32_MAX;
    return true;
}

static bool count_in_groups(struct sb_measures *measures, const struct parties *parties, uint16_t code)
{
    uint32_t holder = parties->numbers[SB_SIDE_HOLDER], number;
    for (unsigned by = 0; by < SB_ACCOUNT_GROUPS; by++) {
        if (holder < measures->account_count)
            number = measures->accounts[holder].groups[by];
        else if (!sb_group_of(measures, (enum sb_measured_by)by, 0, &number))
            return false;
        if (!count_in_group(measures, number, parties->event, code))
            return false;
    }
    return sb_group_of(measures, SB_MEASURED_KIND, parties->event->kind, &number) &&
           count_in_group(measures, number, parties->event, code);
}

static bool count_sentences(struct sb_measures *measures, const struct sb_event *event,
                            const struct sb_result *result)
{
    if (!sb_result_is_of_law(result->code))
        return true;
    uint32_t keys[SB_PLAN_RULES_MAX], count = 0;
    for (uint32_t rule = 0; rule < measures->plan->rule_count; rule++) {
        uint32_t key, number;
        if ((result->failed[rule / 64] >> (rule % 64) & 1) == 0)
            continue;
        if (!sb_group_label(measures, measures->plan, rule, &key))
            return false;
        /* Two cells of one table are one sentence. */
        bool met = false;
        for (uint32_t i = 0; i < count; i++)
            met = met || keys[i] == key;
        keys[count++] = key;
        if (!met && (!sb_group_of(measures, SB_MEASURED_SENTENCE, key, &number) ||
                     !count_in_group(measures, number, event, result->code)))
            return false;
    }
    return true;
}

static bool counts_kind(const struct sb_counted *counted, uint16_t kind)
{
    const struct sb_plan *plan = counted->plan;
    if (counted->quantity.what != SB_QUANTITY_SUM && counted->quantity.what != SB_QUANTITY_NUMBER)
        return true;
    uint32_t index = kind < plan->kind_of_code_count ? plan->kind_of_code[kind] : 0;
    return index != 0 && (counted->kinds >> (index - 1) & 1) != 0;
}

static bool count_quantities(struct sb_measures *measures, struct parties *parties, uint16_t code)
{
    struct sb_where_scene scene = {.territory = measures->territory,
                                   .symbols = measures->options.symbols,
                                   .event = parties->event,
                                   .day = measures->day};
    bool seen = false;
    for (unsigned q = 0; q < measures->counted_count; q++) {
        struct sb_counted *counted = &measures->counted[q];
        if (sb_quantity_is_stock(&counted->quantity) || !counts_kind(counted, parties->event->kind))
            continue;
        for (unsigned side = SB_SIDE_PAYER; side < 5 && counted->where && !seen; side++) {
            if (parties->numbers[side] == UINT32_MAX)
                continue;
            sb_ledger_account_at(parties->ledger, parties->numbers[side], &parties->views[side]);
            scene.sides[side] = &parties->views[side];
        }
        seen = seen || counted->where;
        scene.plan = counted->plan;
        enum sb_three holds = sb_where_holds(counted->where, &scene);
        if (holds == SB_NO)
            continue;
        struct sb_day_cell *cell =
            sb_series_cell(holds == SB_YES ? counted->yes : counted->unknown, measures->day);
        if (!cell)
            return false;
        count_cell(cell, parties->event, code);
    }
    return true;
}

/* Whether it asked for something of somebody whom the charter's limits may count: docs/measures.md,
 * "attempts". */
static bool is_attempt(const struct sb_measures *measures, const struct sb_event *event,
                       const struct sb_result *result)
{
    return event->type == SB_EVENT_TRANSFER && (result->flags & SB_RF_REPEATED) == 0 &&
           result->code != SB_R_MALFORMED && result->code != SB_R_ID_ZERO && result->code != SB_R_TIME_BACK &&
           result->code != SB_R_ID_REUSED && measures->plan &&
           sb_plan_holder(measures->plan, event->kind) != SB_SIDE_TX;
}

static bool follow_transfer(struct sb_measures *measures, const struct sb_ledger *ledger,
                            const struct sb_event *event, const struct sb_result *result)
{
    struct parties parties = {
        .ledger = ledger, .event = event, .holder = sb_plan_holder(measures->plan, event->kind)};
    look_up(&parties);
    return (result->code != SB_R_ACCEPTED || mark_active(measures, &parties)) &&
           count_in_groups(measures, &parties, result->code) && count_sentences(measures, event, result) &&
           count_quantities(measures, &parties, result->code);
}

/* ------------------------------------------------------------------ the stream */

static void follow_charter(struct sb_measures *measures, const struct sb_plan *plan)
{
    bool known = false;
    measures->plan = plan;
    if (!measures->territory)
        measures->territory = plan->territory;
    for (uint32_t i = 0; i < measures->options.plan_count; i++)
        known = known || memcmp(measures->options.plans[i]->hash, plan->hash, sizeof(plan->hash)) == 0;
    measures->missed = measures->missed || !known;
}

/* Before the first charter is in force its clock is the pilot's all the same, where it is known. */
static int32_t clock_of(const struct sb_measures *measures)
{
    if (measures->plan)
        return measures->plan->clock_offset_s;
    return measures->options.plan_count > 0 ? measures->options.plans[0]->clock_offset_s : 0;
}

enum sb_status sb_measures_saw(void *context, const struct sb_ledger *ledger,
                               const struct sb_ledger_seen *seen, struct sb_err *err)
{
    struct sb_measures *measures = context;
    const struct sb_plan *plan = sb_ledger_plan(ledger);
    sb_time_us time = sb_ledger_time(ledger);
    measures->all_events += seen->count;
    if (plan && plan != measures->plan)
        follow_charter(measures, plan);
    if (time == SB_TIME_ALWAYS)
        return SB_OK; /* nothing has happened yet but mistakes */
    bool good = pass_day(measures, ledger, sb_day_of_time(time, clock_of(measures))) &&
                follow_changed(measures, ledger, seen);
    for (uint32_t i = 0; i < seen->count && good; i++)
        if (is_attempt(measures, &seen->events[i], &seen->results[i]))
            good = follow_transfer(measures, ledger, &seen->events[i], &seen->results[i]);
    return good ? SB_OK : no_memory(err);
}
