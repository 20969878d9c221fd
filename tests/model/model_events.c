/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random events over a few accounts. Times and amounts are aimed: at the ends of windows, versions and
 * reservations, and at what is left of a limit or a balance.
 */
#include "model.h"

void m_teller_init(struct m_teller *teller, struct m_random *random, const struct m_world *world,
                   const struct m_ledger *ledger)
{
    *teller = (struct m_teller){.random = random, .world = world, .ledger = ledger, .next_id = 1};
    teller->population = 5 + (int)m_below(random, 36);
    teller->persons = 1 + (int)m_below(random, M_PERSONS_MAX);
    teller->now =
        m_day_begins(world->first_day, world->offset_s) + (int64_t)m_below(random, 86400) * SB_SECOND_US;
}

/* ------------------------------------------------------------------ times */

struct m_moments {
    int count;
    sb_time_us times[128];
};

static void add_moment(struct m_moments *moments, sb_time_us now, sb_time_us time)
{
    if (time > now && time < now + 100 * SB_DAY_US && moments->count < 128)
        moments->times[moments->count++] = time;
}

static void add_charter_moments(const struct m_teller *t, struct m_moments *moments)
{
    if (t->ledger->plan < 0)
        return;
    const struct m_plan *plan = &t->ledger->plans[t->ledger->plan];
    int32_t offset_s = t->world->offset_s;
    for (int i = 0; i < plan->sentence_count; i++) {
        const struct m_sentence *s = &plan->sentences[i];
        struct m_times times = m_times(plan, t->world, s);
        add_moment(moments, t->now, times.from);
        add_moment(moments, t->now, times.known);
        add_moment(moments, t->now, times.until);
        for (int k = 0; s->table && k < s->date_count; k++)
            add_moment(moments, t->now, m_day_begins(s->dates[k], offset_s));
        if (s->type == M_PILOT_RUNS) {
            add_moment(moments, t->now, m_moment_begins(&s->runs_from, offset_s));
            if (s->runs_to.written) {
                sb_time_us end = m_moment_ends(&s->runs_to, offset_s);
                add_moment(moments, t->now, end);
                add_moment(moments, t->now, end + 5 * SB_DAY_US);
            }
        }
    }
}

static void add_window_moments(const struct m_teller *t, struct m_moments *moments)
{
    sb_day today = m_local_day(t->now, t->world->offset_s), day = today;
    add_moment(moments, t->now, m_day_begins(today + 1, t->world->offset_s));
    while (m_day(day)->week == m_day(today)->week)
        day++;
    add_moment(moments, t->now, m_day_begins(day, t->world->offset_s));
    add_moment(moments, t->now,
               m_day_begins(m_months_later(today, 1) - m_day(m_months_later(today, 1))->day + 1,
                            t->world->offset_s));
}

static void add_flow_moments(const struct m_teller *t, struct m_moments *moments)
{
    const struct m_ledger *ledger = t->ledger;
    uint32_t first = ledger->flow_count < 20 ? 0 : ledger->flow_count - 20;
    const struct m_plan *plan = ledger->plan < 0 ? NULL : &ledger->plans[ledger->plan];
    for (uint32_t i = first; i < ledger->flow_count; i++) {
        if (ledger->flows[i].open && ledger->flows[i].deadline != INT64_MAX)
            add_moment(moments, t->now, ledger->flows[i].deadline);
        int s = plan == NULL ? 0 : (int)m_below(t->random, (uint32_t)plan->sentence_count);
        if (plan != NULL && plan->sentences[s].type == M_LIMIT && plan->sentences[s].window == M_ROLLING)
            add_moment(moments, t->now, ledger->flows[i].time + plan->sentences[s].days * SB_DAY_US);
    }
}

static void pass_time(struct m_teller *t)
{
    uint32_t how = m_below(t->random, 100);
    if (how < 20)
        return;
    if (how < 65) {
        t->now += (int64_t)m_below(t->random, 120) * SB_SECOND_US + m_below(t->random, 1000000);
    } else if (how < 85) {
        t->now += (int64_t)m_below(t->random, 7200) * SB_SECOND_US;
    } else if (how < 96) {
        struct m_moments moments = {0};
        add_charter_moments(t, &moments);
        add_window_moments(t, &moments);
        add_flow_moments(t, &moments);
        if (moments.count == 0)
            return;
        /* The nearer of two: else the stream is over too soon. */
        sb_time_us a = moments.times[m_below(t->random, (uint32_t)moments.count)];
        sb_time_us b = moments.times[m_below(t->random, (uint32_t)moments.count)];
        sb_time_us time = (a < b ? a : b) + (sb_time_us)m_below(t->random, 3) - 1;
        if (time > t->now)
            t->now = time;
    } else if (how < 99) {
        t->now += (int64_t)m_below(t->random, 4 * 86400) * SB_SECOND_US;
    } else if (m_chance(t->random, 30)) {
        t->now += (int64_t)m_below(t->random, 60 * 86400) * SB_SECOND_US;
    }
}

/* ------------------------------------------------------------------ parts */

static struct sb_id account_id(const struct m_teller *t, uint32_t i)
{
    (void)t; /* ids are the same in every stream */
    return (struct sb_id){1000 + i, i % 3};
}

static struct sb_id pick_account(struct m_teller *t)
{
    const struct m_ledger *ledger = t->ledger;
    if (ledger->account_count > 0 && !m_chance(t->random, 3))
        return ledger->accounts[m_below(t->random, (uint32_t)ledger->account_count)].id;
    return account_id(t, m_below(t->random, 60));
}

static uint16_t pick_code(struct m_teller *t, enum sb_space space, uint32_t none_percent)
{
    const struct m_names *names = &t->world->spaces[space];
    if (m_chance(t->random, none_percent))
        return 0;
    if (m_chance(t->random, 2))
        return (uint16_t)(1 + m_below(t->random, 70)); /* a code that no name has, as like as not */
    return names->codes[m_below(t->random, (uint32_t)names->count)];
}

static struct sb_id fresh_id(struct m_teller *t)
{
    uint64_t id = t->next_id++;
    return (struct sb_id){id * 3, m_chance(t->random, 50) ? id : 0};
}

static sb_day pick_past_day(struct m_teller *t, uint32_t span)
{
    if (m_chance(t->random, 10))
        return SB_DAY_NONE;
    return m_local_day(t->now, t->world->offset_s) + 5 - (sb_day)m_below(t->random, span);
}

/* Mostly one that there is at the time. */
static uint32_t pick_place(struct m_teller *t, uint32_t none_percent)
{
    const struct m_world *world = t->world;
    if (m_chance(t->random, none_percent))
        return 0;
    if (world->place_count == 0)
        return SB_PLACE(SB_PLACE_PROVINCE, 24);
    uint32_t place = world->places[m_below(t->random, (uint32_t)world->place_count)];
    for (int tries = 0; tries < 10 && m_place_then(world, place, t->now) == 0; tries++)
        place = world->places[m_below(t->random, (uint32_t)world->place_count)];
    return place;
}

static void fill_changeable(struct m_teller *t, struct sb_event *event)
{
    event->attributes.tier = pick_code(t, SB_SPACE_TIER, 8);
    event->attributes.sex = pick_code(t, SB_SPACE_SEX, 10);
    event->attributes.sim_since = pick_past_day(t, 500);
    if (m_chance(t->random, 90)) {
        int year = m_day(m_local_day(t->now, t->world->offset_s))->year;
        event->attributes.birth_year = (uint16_t)(year - 12 - (int)m_below(t->random, 14));
    }
    event->attributes.place = pick_place(t, 20);
}

/* ------------------------------------------------------------------ events */

static void make_open(struct m_teller *t, struct sb_event *event)
{
    event->type = SB_EVENT_OPEN;
    event->account = account_id(t, m_below(t->random, (uint32_t)t->population));
    if (t->ledger->account_count < t->population && m_chance(t->random, 85))
        while (m_account_of(t->ledger, event->account) >= 0)
            event->account = account_id(t, m_below(t->random, (uint32_t)t->population));
    if (!m_chance(t->random, 12))
        event->person = (struct sb_id){5000 + m_below(t->random, (uint32_t)t->persons), 1};
    event->attributes.unit =
        m_chance(t->random, 96) ? t->world->spaces[SB_SPACE_UNIT].codes[0] : pick_code(t, SB_SPACE_UNIT, 40);
    event->attributes.class_ = pick_code(t, SB_SPACE_CLASS, 6);
    if (m_chance(t->random, 25)) /* house accounts, which fees need */
        for (int i = 0; i < t->world->spaces[SB_SPACE_CLASS].count; i++)
            if (strcmp(t->world->spaces[SB_SPACE_CLASS].names[i], "provider") == 0)
                event->attributes.class_ = t->world->spaces[SB_SPACE_CLASS].codes[i];
    event->attributes.provider = pick_code(t, SB_SPACE_PROVIDER, 8);
    event->attributes.issuer = pick_code(t, SB_SPACE_ISSUER, 8);
    event->attributes.opened_on = pick_past_day(t, 120);
    if (m_chance(t->random, 35))
        event->attributes.flags = (uint8_t)(m_chance(t->random, 75) ? 1 : 1 + m_below(t->random, 3));
    fill_changeable(t, event);
}

static void aim_amount(struct m_teller *t, struct sb_event *event)
{
    static struct m_verdict verdict;
    const struct m_ledger *ledger = t->ledger;
    int payer = m_account_of(ledger, event->payer);
    event->amount = 1 + (int64_t)(m_next(t->random) >> 1) % t->world->scale;
    if (ledger->plan < 0 || payer < 0 || m_account_of(ledger, event->payee) < 0 || m_chance(t->random, 45))
        return;
    const struct m_account *account = &ledger->accounts[payer];
    int64_t amount = 0;
    if (m_chance(t->random, 20)) {
        amount = account->credits - account->debits - account->debits_held;
    } else {
        m_judge(ledger, event, &verdict);
        if (verdict.aim_count > 0)
            amount = verdict.aims[m_below(t->random, (uint32_t)verdict.aim_count)];
    }
    amount += (int64_t)m_below(t->random, 3) - 1;
    if (amount > 0 && amount <= SB_AMOUNT_MAX)
        event->amount = amount;
}

static void make_transfer(struct m_teller *t, struct sb_event *event)
{
    event->type = SB_EVENT_TRANSFER;
    event->payer = pick_account(t);
    do
        event->payee = pick_account(t);
    while (sb_id_equal(event->payer, event->payee) && !m_chance(t->random, 5) &&
           t->ledger->account_count > 1);
    if (m_chance(t->random, 35))
        event->agent = pick_account(t);
    event->kind = t->world->spaces[SB_SPACE_KIND].codes[m_below(t->random, (uint32_t)t->world->kind_count)];
    if (m_chance(t->random, 3))
        event->kind = m_chance(t->random, 80) ? t->world->ghost_kind : 0;
    event->provider = pick_code(t, SB_SPACE_PROVIDER, 40);
    event->channel = pick_code(t, SB_SPACE_CHANNEL, 25);
    event->purpose = pick_code(t, SB_SPACE_PURPOSE, 30);
    event->country = pick_code(t, SB_SPACE_COUNTRY, 70);
    event->place = pick_place(t, 60);
    for (uint32_t bit = 0; bit < 3; bit++) /* the last one is a step that no charter knows */
        if (m_chance(t->random, bit == 2 ? 2 : 25))
            event->steps |= 1u << bit;
    if (m_chance(t->random, 35)) {
        static const uint32_t spans[] = {1, 60, 3600, 86400, 5 * 86400, 70 * 86400};
        event->flags |= SB_F_PENDING;
        if (!m_chance(t->random, 20))
            event->timeout_s = 1 + m_below(t->random, spans[m_below(t->random, 6)]);
    }
    aim_amount(t, event);
    if (m_chance(t->random, 1))
        event->amount = m_chance(t->random, 50) ? 0 : SB_AMOUNT_MAX + (int64_t)m_below(t->random, 2);
}

static int64_t pick_part(struct m_teller *t, int64_t left)
{
    uint32_t how = m_below(t->random, 100);
    if (how < 40)
        return left;
    if (how < 50 || left <= 0)
        return left + 1;
    return 1 + (int64_t)(m_next(t->random) >> 1) % left;
}

static const struct m_flow *pick_flow(struct m_teller *t, bool open)
{
    const struct m_ledger *ledger = t->ledger;
    if (ledger->flow_count == 0)
        return NULL;
    for (int tries = 0; tries < 20; tries++) {
        uint32_t most = m_chance(t->random, 60) && ledger->flow_count > 30 ? 30 : ledger->flow_count;
        const struct m_flow *flow = &ledger->flows[ledger->flow_count - 1 - m_below(t->random, most)];
        if (flow->open == open)
            return flow;
    }
    return NULL;
}

static struct sb_id pick_any_id(struct m_teller *t)
{
    const struct m_ledger *ledger = t->ledger;
    if (ledger->memory_count == 0 || m_chance(t->random, 10))
        return m_chance(t->random, 20) ? SB_ID_NONE : (struct sb_id){m_below(t->random, 3000), 77};
    return ledger->memories[m_below(t->random, ledger->memory_count)].event.id;
}

static void make_settlement(struct m_teller *t, struct sb_event *event, bool voids)
{
    event->type = voids ? SB_EVENT_VOID : SB_EVENT_POST;
    const struct m_flow *flow = m_chance(t->random, 85) ? pick_flow(t, true) : pick_flow(t, false);
    event->other = flow != NULL && !m_chance(t->random, 6) ? flow->id : pick_any_id(t);
    if (!voids)
        event->amount =
            flow != NULL && flow->left > 0 ? pick_part(t, flow->left) : 1 + m_below(t->random, 100);
}

static void make_reversal(struct m_teller *t, struct sb_event *event)
{
    const struct m_ledger *ledger = t->ledger;
    event->type = SB_EVENT_REVERSE;
    event->other = pick_any_id(t);
    event->amount = 1 + m_below(t->random, 100);
    for (int tries = 0; tries < 20 && ledger->memory_count > 0; tries++) {
        uint32_t most = m_chance(t->random, 60) && ledger->memory_count > 40 ? 40 : ledger->memory_count;
        const struct m_memory *memory =
            &ledger->memories[ledger->memory_count - 1 - m_below(t->random, most)];
        bool fits = memory->event.type == SB_EVENT_POST ||
                    (memory->event.type == SB_EVENT_TRANSFER && (memory->event.flags & SB_F_PENDING) == 0);
        if (memory->result.code != SB_R_ACCEPTED || !fits)
            continue;
        event->other = memory->event.id;
        event->amount = pick_part(t, memory->event.amount - m_reversed_of(ledger, memory->event.id));
        return;
    }
}

static void make_on_account(struct m_teller *t, struct sb_event *event, uint32_t what)
{
    event->account = pick_account(t);
    if (what < 45) {
        event->type = SB_EVENT_CHANGE;
        fill_changeable(t, event);
    } else if (what < 70) {
        event->type = SB_EVENT_FREEZE;
        event->attributes.frozen = (uint8_t)(m_chance(t->random, 85) ? 0 : 1 + m_below(t->random, 3));
    } else if (what < 78) {
        event->type = SB_EVENT_CLOSE;
        for (int i = 0; i < t->ledger->account_count; i++)
            if (t->ledger->accounts[i].credits == t->ledger->accounts[i].debits && m_chance(t->random, 6))
                event->account = t->ledger->accounts[i].id;
    } else {
        event->type = SB_EVENT_REOPEN;
        for (int i = 0; i < t->ledger->account_count; i++)
            if (t->ledger->accounts[i].closed)
                event->account = t->ledger->accounts[i].id;
    }
}

static void make_charter(struct m_teller *t, struct sb_event *event, int plan)
{
    memset(event, 0, sizeof(*event));
    event->type = SB_EVENT_CHARTER;
    memcpy(event->charter_hash, t->ledger->plan_hashes[plan], 32);
    if (m_chance(t->random, 3))
        event->charter_hash[m_below(t->random, 32)] ^= 1;
}

static void make_idless(struct m_teller *t, struct sb_event *event)
{
    if (m_chance(t->random, 30)) {
        make_charter(t, event, (int)m_below(t->random, (uint32_t)t->ledger->plan_count));
    } else if (m_chance(t->random, 20)) {
        *event = sb_event_name(0, SB_SPACE_TIER, 9, "silver", 6);
    } else {
        memset(event, 0, sizeof(*event));
        event->type = SB_EVENT_TICK;
    }
}

static void make_any(struct m_teller *t, struct sb_event *event, bool may_lack_id)
{
    uint32_t what = m_below(t->random, 1000);
    memset(event, 0, sizeof(*event));
    event->id = fresh_id(t);
    if (what < 640)
        make_transfer(t, event);
    else if (what < 730)
        make_settlement(t, event, false);
    else if (what < 785)
        make_settlement(t, event, true);
    else if (what < 860)
        make_reversal(t, event);
    else if (what < 885 && t->ledger->account_count < M_ACCOUNTS_MAX - 2)
        make_open(t, event);
    else if (what < 970 || !may_lack_id)
        make_on_account(t, event, m_below(t->random, 100));
    else
        make_idless(t, event);
}

/* ------------------------------------------------------------------ bad ones */

/* Anything but a date of an account (the table of days is short) and the time. */
static void spoil(struct m_teller *t, struct sb_event *event)
{
    bool dated = event->type == SB_EVENT_OPEN || event->type == SB_EVENT_CHANGE;
    uint32_t at = m_below(t->random, sizeof(*event));
    while ((at >= 88 && at < 96) || (dated && at >= 62 && at < 80) ||
           (event->type == SB_EVENT_OPEN && at < 32))
        at = m_below(t->random, sizeof(*event));
    if (event->type == SB_EVENT_OPEN && at == 114)
        return;
    ((uint8_t *)event)[at] =
        (uint8_t)(m_chance(t->random, 50) ? m_below(t->random, 4) : m_below(t->random, 256));
    /* A flag or a type that was hit may have made a chain or an opening of it: those are made elsewhere. */
    event->flags &= (uint8_t)~SB_F_LINKED;
    if ((event->type == SB_EVENT_OPEN || event->type == SB_EVENT_CHANGE) && !dated)
        event->type = 0;
}

static void repeat(struct m_teller *t, struct sb_event *event)
{
    const struct m_ledger *ledger = t->ledger;
    if (ledger->memory_count == 0)
        return;
    uint32_t most = m_chance(t->random, 70) && ledger->memory_count > 30 ? 30 : ledger->memory_count;
    *event = ledger->memories[ledger->memory_count - 1 - m_below(t->random, most)].event;
    if (m_chance(t->random, 20) && event->type != SB_EVENT_OPEN && event->type != SB_EVENT_CHANGE)
        event->amount++;
}

/* ------------------------------------------------------------------ units */

static uint32_t make_chain(struct m_teller *t, struct sb_event *events, bool *ret_ends_batch)
{
    uint32_t count = 2 + (m_chance(t->random, 60) ? m_below(t->random, 2) : m_below(t->random, 6));
    if (t->made > 100 && m_below(t->random, 400) == 0)
        count = SB_CHAIN_MAX + m_below(t->random, 2);
    bool open = m_chance(t->random, 4);
    for (uint32_t i = 0; i < count; i++) {
        struct sb_event *event = &events[i];
        bool last = i + 1 == count;
        make_any(t, event, last && !open);
        if (count >= SB_CHAIN_MAX && event->type == SB_EVENT_OPEN)
            make_on_account(t, memset(event, 0, sizeof(*event)), 50);
        uint32_t before = m_below(t->random, i);
        if (i > 0 && m_chance(t->random, 25) && events[before].type == SB_EVENT_TRANSFER) {
            memset(event, 0, sizeof(*event));
            event->id = fresh_id(t);
            event->other = events[before].id;
            event->amount = pick_part(t, events[before].amount);
            event->type = m_chance(t->random, 30) ? SB_EVENT_REVERSE : SB_EVENT_POST;
            if (m_chance(t->random, 25)) {
                event->type = SB_EVENT_VOID;
                event->amount = 0;
            }
        }
        if (m_chance(t->random, 4))
            repeat(t, event);
        if (i > 0 && m_chance(t->random, 2))
            *event = events[before];
        if (m_chance(t->random, 1))
            spoil(t, event);
        event->time = t->now;
        event->flags &= (uint8_t)~SB_F_LINKED;
        if (!last || open)
            event->flags |= SB_F_LINKED;
    }
    if (m_chance(t->random, 4))
        events[m_below(t->random, count)].time += (int64_t)m_below(t->random, 3) - 1;
    *ret_ends_batch = open;
    return count;
}

static bool make_first(struct m_teller *t, struct sb_event *event)
{
    /* A place means something only under a charter: there most accounts are opened behind it. */
    uint32_t openings = t->world->territory != NULL ? 3 : (uint32_t)t->population * 3 / 4 + 2;
    memset(event, 0, sizeof(*event));
    if (t->made == openings) {
        make_charter(t, event, 0);
        return true;
    }
    if (t->made > (uint32_t)t->population * 3 / 4 + 3 || m_chance(t->random, 3))
        return false;
    event->id = fresh_id(t);
    make_open(t, event);
    return true;
}

uint32_t m_tell(struct m_teller *t, struct sb_event events[M_UNIT_MAX], bool *ret_ends_batch)
{
    *ret_ends_batch = false;
    if (t->now < t->ledger->time)
        t->now = t->ledger->time;
    t->made++;
    if (make_first(t, &events[0])) {
        events[0].time = t->now;
        return 1;
    }
    pass_time(t);
    if (m_chance(t->random, 6))
        return make_chain(t, events, ret_ends_batch);
    make_any(t, &events[0], true);
    uint32_t bad = m_below(t->random, 1000);
    if (bad < 35)
        repeat(t, &events[0]);
    else if (bad < 50)
        spoil(t, &events[0]);
    else if (bad < 53)
        events[0].id = SB_ID_NONE;
    events[0].flags &= (uint8_t)~SB_F_LINKED;
    events[0].time = t->now;
    if (bad >= 995)
        events[0].time -= 1 + m_below(t->random, 100);
    if (bad >= 990 && bad < 995) {
        events[0].flags |= SB_F_LINKED; /* alone: a chain without an end */
        *ret_ends_batch = true;
    }
    return 1;
}
