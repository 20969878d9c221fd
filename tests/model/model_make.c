/* SPDX-License-Identifier: Apache-2.0 */
/* Random worlds and charters: small, so that sentences meet, and aimed, so that most events pass most of
 * them. */
#include "model.h"

#include <stdio.h>

/* ------------------------------------------------------------------ worlds */

static void make_names(struct m_random *random, struct m_names *names, const char *const *from, int count)
{
    names->count = count;
    for (int i = 0; i < count; i++) {
        names->names[i] = from[i];
        names->codes[i] = (uint16_t)(i + 1);
    }
    for (int i = 0; i < count; i++) {
        int other = (int)m_below(random, (uint32_t)count);
        const char *name = names->names[i];
        names->names[i] = names->names[other];
        names->names[other] = name;
    }
}

static void make_sets(struct m_random *random, struct m_world *world)
{
    static const char *const names[M_SETS_MAX] = {"essential", "open-lines", "nhóm-1"};
    static const enum sb_space spaces[M_SETS_MAX] = {SB_SPACE_PURPOSE, SB_SPACE_CHANNEL, SB_SPACE_CLASS};
    world->set_count = (int)m_below(random, M_SETS_MAX + 1);
    for (int i = 0; i < world->set_count; i++) {
        const struct m_names *of = &world->spaces[spaces[i]];
        world->sets[i].name = names[i];
        world->sets[i].space = spaces[i];
        world->sets[i].count = 1 + (int)m_below(random, (uint32_t)of->count - 1);
        for (int k = 0; k < world->sets[i].count; k++)
            world->sets[i].codes[k] = of->codes[k];
    }
}

void m_make_world(struct m_random *random, struct m_world *world)
{
    static const char *const units[] = {"VND", "GHS"};
    static const char *const kinds[] = {"cash-in", "cash-out", "transfer", "payment", "float", "phí-học"};
    static const char *const classes[] = {"subscriber", "merchant", "agent", "house", "provider", "fees"};
    static const char *const providers[] = {"viettel", "vnpt", "mobi"};
    static const char *const tiers[] = {"minimum", "medium", "enhanced"};
    static const char *const issuers[] = {"bank", "non-bank"};
    static const char *const sexes[] = {"female", "male"};
    static const char *const channels[] = {"app", "ussd", "counter"};
    static const char *const purposes[] = {"electricity", "water", "school", "gift"};
    static const char *const countries[] = {"VN", "LA", "KH"};
    static const char *const steps[] = {"biometrics", "mã-pin"};
    static const int32_t offsets[] = {7 * 3600, 0, 7 * 3600, -5 * 3600, 5 * 3600 + 1800, 13 * 3600};
    static const int64_t scales[] = {10, 1000, 1000, 1000000};
    memset(world, 0, sizeof(*world));
    make_names(random, &world->spaces[SB_SPACE_UNIT], units, 2);
    make_names(random, &world->spaces[SB_SPACE_KIND], kinds, M_KINDS_MAX);
    make_names(random, &world->spaces[SB_SPACE_CLASS], classes, 6);
    make_names(random, &world->spaces[SB_SPACE_PROVIDER], providers, 3);
    make_names(random, &world->spaces[SB_SPACE_TIER], tiers, 3);
    make_names(random, &world->spaces[SB_SPACE_ISSUER], issuers, 2);
    make_names(random, &world->spaces[SB_SPACE_SEX], sexes, 2);
    make_names(random, &world->spaces[SB_SPACE_CHANNEL], channels, 3);
    make_names(random, &world->spaces[SB_SPACE_PURPOSE], purposes, 4);
    make_names(random, &world->spaces[SB_SPACE_COUNTRY], countries, 3);
    make_names(random, &world->spaces[SB_SPACE_STEP], steps, 2);
    world->kind_count = 3 + (int)m_below(random, M_KINDS_MAX - 2);
    world->ghost_kind = M_KINDS_MAX + 1;
    bool any_holder = false;
    for (int i = 0; i < world->kind_count; i++) {
        world->holders[i] = m_chance(random, 35)   ? M_TO_HOLDER
                            : m_chance(random, 80) ? M_FROM_HOLDER
                                                   : M_OF_NOBODY;
        any_holder |= world->holders[i] != M_OF_NOBODY;
    }
    if (!any_holder)
        world->holders[0] = M_FROM_HOLDER;
    make_sets(random, world);
    world->offset_s = offsets[m_below(random, 6)];
    world->decimals = m_chance(random, 30) ? 1 + m_below(random, 3) : 0;
    world->layers_say_unit = m_chance(random, 50);
    world->first_day = m_day_of(2019, 1, 1) + (sb_day)m_below(random, 10 * 365);
    if (m_chance(random, 35))
        m_make_places(random, world);
    world->scale = m_chance(random, 6) ? INT64_C(1) << (57 + m_below(random, 4)) : scales[m_below(random, 4)];
}

/* ------------------------------------------------------------------ conditions */

struct m_maker {
    struct m_random *random;
    const struct m_world *world;
    struct m_plan *plan;
    int layer;
    int cells; /* rules so far, to stay within the program's bound */
    int limit_names;
};

static enum m_side pick_side(struct m_maker *m)
{
    static const enum m_side sides[] = {M_PAYER, M_PAYER, M_PAYEE, M_PAYEE, M_AGENT, M_HOLDER, M_HOLDER};
    return sides[m_below(m->random, 7)];
}

static void pick_codes(struct m_maker *m, struct m_cond *node)
{
    const struct m_names *names = &m->world->spaces[m_space_of(node->field)];
    node->set = -1;
    node->as_is = m_chance(m->random, 60);
    node->code_count = node->as_is ? 1 : 1 + (int)m_below(m->random, (uint32_t)names->count);
    uint32_t first = m_below(m->random, (uint32_t)names->count);
    for (int i = 0; i < node->code_count; i++)
        node->codes[i] = names->codes[((int)first + i) % names->count];
    for (int i = 0; !node->as_is && i < m->world->set_count; i++)
        if (m->world->sets[i].space == m_space_of(node->field) && m_chance(m->random, 60))
            node->set = i;
}

static void make_membership(struct m_maker *m, struct m_cond *node)
{
    static const enum m_field of_tx[] = {M_PURPOSE, M_CHANNEL, M_COUNTRY, M_PROVIDER};
    static const enum m_field of_account[] = {M_PROVIDER, M_CLASS, M_TIER, M_ISSUER, M_SEX};
    node->op = M_C_IN;
    node->side = m_chance(m->random, 50) ? M_TX : pick_side(m);
    node->field = node->side == M_TX ? of_tx[m_below(m->random, 4)] : of_account[m_below(m->random, 5)];
    node->negated = m_chance(m->random, 40);
    pick_codes(m, node);
}

static void make_sameness(struct m_maker *m, struct m_cond *node)
{
    static const enum m_field fields[] = {M_PROVIDER, M_PROVIDER, M_CLASS, M_TIER, M_ISSUER, M_SEX};
    node->op = M_C_SAME;
    node->negated = m_chance(m->random, 50);
    node->field = node->other_field = fields[m_below(m->random, 6)];
    node->side = node->field == M_PROVIDER && m_chance(m->random, 40) ? M_TX : pick_side(m);
    do
        node->other_side = pick_side(m);
    while (node->other_side == node->side);
}

static void make_age(struct m_maker *m, struct m_cond *node)
{
    static const enum m_field fields[] = {M_SIM_AGE, M_SIM_AGE, M_ACCOUNT_AGE, M_AGE};
    static const uint32_t bounds[] = {60, 12, 3};
    node->op = M_C_AGE;
    node->side = pick_side(m);
    node->field = fields[m_below(m->random, 4)];
    node->compare = (enum m_compare)m_below(m->random, 4);
    node->span = node->field == M_AGE ? M_IN_YEARS : m_below(m->random, 3);
    node->number = node->field == M_AGE ? 14 + m_below(m->random, 8) : m_below(m->random, bounds[node->span]);
    node->at_registration = node->field != M_ACCOUNT_AGE && m_chance(m->random, 40);
}

static int make_condition(struct m_maker *m, int depth)
{
    struct m_cond node = {.set = -1};
    uint32_t what = m_below(m->random, 100);
    if (depth > 0 && what < 30) {
        node.op = what < 12 ? M_C_AND : what < 24 ? M_C_OR : M_C_NOT;
        node.left = make_condition(m, depth - 1);
        if (node.op != M_C_NOT)
            node.right = make_condition(m, depth - 1);
    } else if (m->world->territory != NULL && what < 48) {
        node.side = m_chance(m->random, 25) ? M_TX : pick_side(m);
        node.field = M_PLACE;
        node.negated = m_chance(m->random, 40);
        node.op = m->world->area_count > 0 && m_chance(m->random, 70) ? M_C_AREA : M_C_SETTLEMENT;
        node.set = node.op == M_C_AREA ? (int)m_below(m->random, (uint32_t)m->world->area_count) : -1;
        node.settlement = (enum sb_settlement)(1 + m_below(m->random, 3));
    } else if (what < 70) {
        make_membership(m, &node);
    } else if (what < 80) {
        make_sameness(m, &node);
    } else if (what < 90) {
        node.op = M_C_AMOUNT;
        node.compare = (enum m_compare)m_below(m->random, 4);
        node.number = 1 + (int64_t)(m_next(m->random) >> 1) % m->world->scale;
    } else {
        make_age(m, &node);
    }
    assert(m->plan->cond_count < M_CONDS_MAX);
    m->plan->conds[m->plan->cond_count] = node;
    return m->plan->cond_count++;
}

/* ------------------------------------------------------------------ moments and tails */

static sb_day make_day(struct m_maker *m)
{
    uint32_t how_far = m_below(m->random, 100);
    int spread = how_far < 50   ? (int)m_below(m->random, 14) - 3
                 : how_far < 85 ? (int)m_below(m->random, 121) - 30
                                : (int)m_below(m->random, 700) - 300;
    return m->world->first_day + spread;
}

static struct m_moment make_moment(struct m_maker *m)
{
    return (struct m_moment){.written = true,
                             .day = make_day(m),
                             .has_minute = m_chance(m->random, 25),
                             .minute = (int)m_below(m->random, 1440)};
}

static struct m_moment whole_day(sb_day day)
{
    return (struct m_moment){.written = true, .day = day};
}

/* A sentence that ends before it begins, or before anybody knows it, would be dead: let it begin earlier. */
static void mend_times(struct m_maker *m, struct m_sentence *s)
{
    if (!s->until.written)
        return;
    struct m_times times = m_times(m->plan, m->world, s);
    if (s->table && s->date_count > 0) {
        /* The columns say from when; what an instrument says besides must not come too late. */
        if (times.from >= times.until || times.known >= times.until)
            s->instrument = -1;
        s->known_from.written = false;
        return;
    }
    if (times.from >= times.until)
        s->from = whole_day(s->until.day - (sb_day)m_below(m->random, 20) - 1);
    if (times.known >= times.until)
        s->known_from = whole_day(s->until.day - (sb_day)m_below(m->random, 20) - 1);
}

static void make_tail(struct m_maker *m, struct m_sentence *s, uint32_t percent)
{
    if (m_chance(m->random, percent))
        s->instrument = (int)m_below(m->random, (uint32_t)m->plan->layers[m->layer].instrument_count);
    if (m_chance(m->random, percent / 2))
        s->from = make_moment(m);
    if (m_chance(m->random, percent / 2))
        s->until = make_moment(m);
    if (m_chance(m->random, percent / 2))
        s->known_from = whole_day(make_day(m));
    mend_times(m, s);
}

static void make_instruments(struct m_maker *m)
{
    struct m_layer *layer = &m->plan->layers[m->layer];
    layer->instrument_count = 1 + (int)m_below(m->random, M_INSTRUMENTS_MAX);
    for (int i = 0; i < layer->instrument_count; i++) {
        struct m_instrument *instrument = &layer->instruments[i];
        (void)snprintf(instrument->name, sizeof(instrument->name), "D%u", (unsigned)(i + 1) % 100000u);
        instrument->signed_on =
            m->world->first_day - (sb_day)m_below(m->random, 400) + (sb_day)m_below(m->random, 20);
        if (m_chance(m->random, 30))
            instrument->in_force = whole_day(instrument->signed_on + (sb_day)m_below(m->random, 60));
        if (m_chance(m->random, 20))
            instrument->known_from = whole_day(instrument->signed_on + (sb_day)m_below(m->random, 30));
    }
}

/* ------------------------------------------------------------------ sentences */

static struct m_sentence *add_sentence(struct m_maker *m, enum m_type type)
{
    assert(m->plan->sentence_count < M_SENTENCES_MAX);
    struct m_sentence *s = &m->plan->sentences[m->plan->sentence_count++];
    *s = (struct m_sentence){.type = type, .layer = m->layer, .cond = -1, .instrument = -1, .identity = -1};
    return s;
}

static bool has_room(const struct m_maker *m)
{
    return m->plan->sentence_count < M_SENTENCES_MAX - 8 && m->plan->cond_count < M_CONDS_MAX - 60 &&
           m->cells < 190;
}

/* Some kinds; with_nobody: those without a holder too. Never none. */
static void pick_kinds(struct m_maker *m, struct m_sentence *s, bool with_nobody, uint32_t all_percent)
{
    s->all = m_chance(m->random, all_percent);
    uint32_t usable = 0;
    for (int i = 0; i < m->world->kind_count; i++)
        if (with_nobody || m->world->holders[i] != M_OF_NOBODY)
            usable |= 1u << i;
    do
        s->kinds = (uint32_t)m_next(m->random) & usable;
    while (s->kinds == 0);
}

static uint32_t kinds_with_holder(const struct m_maker *m)
{
    uint32_t kinds = 0;
    for (int i = 0; i < m->world->kind_count; i++)
        if (m->world->holders[i] != M_OF_NOBODY)
            kinds |= 1u << i;
    return kinds;
}

static void make_allows(struct m_maker *m)
{
    if (m_chance(m->random, 85)) {
        struct m_sentence *s = add_sentence(m, M_ALLOW);
        s->kinds = (1u << m->world->kind_count) - 1;
        s->all = m_chance(m->random, 30);
        if (m_chance(m->random, 20))
            make_tail(m, s, 50);
    }
    for (uint32_t i = m_below(m->random, 3); i > 0; i--) {
        struct m_sentence *s = add_sentence(m, M_ALLOW);
        pick_kinds(m, s, true, 20);
        if (m_chance(m->random, 50))
            s->cond = make_condition(m, 2);
        make_tail(m, s, 30);
    }
}

/* A condition that is seldom true: with a few kinds, and often one with an amount. */
static void make_forbids(struct m_maker *m, uint32_t count)
{
    for (; count > 0; count--) {
        struct m_sentence *s = add_sentence(m, M_FORBID);
        pick_kinds(m, s, true, 15);
        if (m_chance(m->random, 95)) {
            int left = make_condition(m, 1), right = make_condition(m, 1);
            struct m_cond both = {.op = M_C_AND, .left = left, .right = right, .set = -1};
            m->plan->conds[m->plan->cond_count] = both;
            s->cond = m->plan->cond_count++;
        }
        make_tail(m, s, 40);
    }
}

static void make_requires(struct m_maker *m, uint32_t count)
{
    for (; count > 0; count--) {
        struct m_sentence *s = add_sentence(m, M_REQUIRE);
        pick_kinds(m, s, true, 25);
        int left = make_condition(m, 1), right = make_condition(m, 1);
        struct m_cond either = {.op = M_C_OR, .left = left, .right = right, .set = -1};
        m->plan->conds[m->plan->cond_count] = either;
        s->cond = m->plan->cond_count++;
        make_tail(m, s, 40);
    }
}

static int64_t make_bound(struct m_maker *m, const struct m_sentence *s)
{
    if (s->measure == M_NUMBER)
        return m_below(m->random, 8);
    int64_t part = 1 + (int64_t)(m_next(m->random) >> 1) % m->world->scale;
    if (s->measure == M_EACH_LEAST)
        return part / 4 + 1;
    if (s->measure == M_EACH_MOST)
        return m->world->scale / 2 + part / 2;
    int64_t times = 1 + (int64_t)m_below(m->random, s->window == M_DAILY ? 6 : 20);
    if (m->world->scale > SB_AMOUNT_MAX / 20)
        return part < SB_AMOUNT_MAX / 2 ? 2 * part : SB_AMOUNT_MAX;
    return part * times;
}

static void make_cells(struct m_maker *m, struct m_sentence *s)
{
    s->ceiling = make_bound(m, s);
    for (int row = 0; row < s->row_count; row++)
        for (int i = 0; i < M_COLUMNS_MAX; i++)
            s->rows[row].cells[i] = m_chance(m->random, 15) ? -1 : make_bound(m, s);
}

static void make_table(struct m_maker *m, struct m_sentence *s)
{
    static const enum m_field fields[] = {M_TIER, M_TIER, M_CLASS, M_ISSUER, M_PROVIDER, M_SEX};
    s->table = true;
    s->attribute_count = m_chance(m->random, 25) ? 2 : 1;
    for (int i = 0; i < s->attribute_count; i++) {
        s->attributes[i].side =
            m_chance(m->random, 25) ? M_PAYER + (enum m_side)m_below(m->random, 3) : M_HOLDER;
        do
            s->attributes[i].field = fields[m_below(m->random, 6)];
        while (i == 1 && s->attributes[1].field == s->attributes[0].field);
    }
    const struct m_names *first = &m->world->spaces[m_space_of(s->attributes[0].field)];
    const struct m_names *second =
        s->attribute_count == 2 ? &m->world->spaces[m_space_of(s->attributes[1].field)] : NULL;
    int most = first->count * (second != NULL ? second->count : 1);
    s->row_count = 1 + (int)m_below(m->random, (uint32_t)(most < M_ROWS_MAX ? most : M_ROWS_MAX));
    int start = (int)m_below(m->random, (uint32_t)most);
    for (int row = 0; row < s->row_count; row++) {
        int at = (start + row) % most;
        s->rows[row].codes[0] = first->codes[at % first->count];
        s->rows[row].codes[1] = second != NULL ? second->codes[at / first->count] : 0;
    }
    s->date_count = s->measure == M_EACH_LEAST ? 1 : (int)m_below(m->random, M_COLUMNS_MAX + 1);
    sb_day day = m->world->first_day - 30 + (sb_day)m_below(m->random, 40);
    for (int i = 0; i < s->date_count; i++) {
        s->dates[i] = day;
        day += 1 + (sb_day)m_below(m->random, 12);
    }
}

static void make_subject(struct m_maker *m, struct m_sentence *s)
{
    s->subject = m_chance(m->random, 45) ? M_PER_ACCOUNT : (enum m_subject_type)m_below(m->random, 6);
    s->side_written = s->subject != M_PER_AGENT && s->subject != M_PER_PILOT && m_chance(m->random, 25);
    s->side = m_chance(m->random, 50) ? M_PAYER : M_PAYEE;
    static const int starts[][2] = {{1, 1}, {4, 1}, {2, 29}, {7, 1}, {12, 31}};
    s->window = (enum m_window)m_below(m->random, 7);
    const int *start = starts[m_below(m->random, 5)];
    s->year_month = start[0];
    s->year_day = start[1];
    s->days = 1 + (int)m_below(m->random, m_chance(m->random, 70) ? 7 : 60);
}

/* The versions of a limit follow each other, now and then with a gap. */
static void make_versions(struct m_maker *m, struct m_sentence first)
{
    uint32_t count = m_chance(m->random, 65) ? 1 : 2 + m_below(m->random, 2);
    for (uint32_t i = 0; i < count && has_room(m); i++) {
        struct m_sentence *s = add_sentence(m, M_LIMIT);
        *s = first;
        make_cells(m, s);
        if (i > 0 && m_chance(m->random, 25))
            pick_kinds(m, s, s->measure != M_SUM && s->measure != M_NUMBER, 0);
        if (i > 0)
            s->until.written = false;
        if (i + 1 < count) {
            s->until = make_moment(m);
            if (i > 0 && s->until.day <= s->from.day)
                s->until.day = s->from.day + 1 + (sb_day)m_below(m->random, 30);
        }
        if (s->table && s->date_count > 0) {
            for (int k = 0; s->from.written && k < s->date_count; k++)
                s->dates[k] = s->from.day + 1 + 3 * k;
            s->from.written = false;
            if (s->until.written && s->until.day <= s->dates[s->date_count - 1])
                s->until.day = s->dates[s->date_count - 1] + 1;
        }
        mend_times(m, s);
        m->cells += s->table ? s->row_count * (s->date_count == 0 ? 1 : s->date_count) : 1;
        first.instrument = -1;
        first.known_from.written = false;
        first.from = s->until;
        if (first.from.has_minute && first.from.minute < 1439)
            first.from.minute++;
        else
            first.from = whole_day(first.from.day + 1);
        if (m_chance(m->random, 30))
            first.from.day += 1 + (sb_day)m_below(m->random, 5);
    }
}

static void make_limit(struct m_maker *m, enum m_measure measure)
{
    static const char *const names[] = {"day", "month", "wallet", "each-time", "năm", "all-in", "p2p", "x9"};
    struct m_sentence s = {.type = M_LIMIT, .layer = m->layer, .cond = -1, .instrument = -1, .identity = -1};
    s.measure = measure;
    (void)snprintf(s.name, sizeof(s.name), "%s%s%.0d", names[m->limit_names % 8],
                   m->limit_names < 8 ? "" : "-", m->limit_names / 8); /* fits */
    m->limit_names++;
    s.window = M_LIFETIME;
    pick_kinds(m, &s, measure != M_SUM && measure != M_NUMBER, 40);
    if (m_chance(m->random, 30))
        s.cond = make_condition(m, 1);
    if (measure == M_SUM || measure == M_NUMBER)
        make_subject(m, &s);
    if (m_chance(m->random, 35))
        make_table(m, &s);
    if (m_chance(m->random, 60))
        make_tail(m, &s, 40);
    make_versions(m, s);
}

static void make_limits(struct m_maker *m, uint32_t count)
{
    static const enum m_measure measures[] = {M_SUM,       M_SUM,        M_SUM,     M_NUMBER,
                                              M_EACH_MOST, M_EACH_LEAST, M_BALANCE, M_SUM};
    for (; count > 0 && has_room(m); count--)
        make_limit(m, measures[m_below(m->random, 8)]);
}

/* Few steps, so that some are done; a total now and then asks only some of what it counts. */
static void make_asks(struct m_maker *m, uint32_t count)
{
    for (; count > 0 && has_room(m); count--) {
        struct m_sentence *s = add_sentence(m, M_ASK);
        const struct m_names *steps = &m->world->spaces[SB_SPACE_STEP];
        uint32_t step = m_below(m->random, (uint32_t)steps->count);
        (void)snprintf(s->name, sizeof(s->name), "%s", steps->names[step]); /* fits */
        s->step = UINT32_C(1) << (steps->codes[step] - 1);
        s->on_total = m_chance(m->random, 65);
        s->days = (int)m_below(m->random, 2);
        pick_kinds(m, s, !s->on_total, 40);
        s->asks_some = s->on_total ? m_chance(m->random, 50) : !s->all || m_chance(m->random, 30);
        if (!s->on_total || m_chance(m->random, 30))
            s->cond = make_condition(m, 1);
        if (s->on_total) {
            s->measure = m_chance(m->random, 75) ? M_SUM : M_NUMBER;
            make_subject(m, s);
            if (m_chance(m->random, 40))
                s->window = M_DAILY;
            s->ceiling = make_bound(m, s);
            s->asks_all = s->all && m_chance(m->random, 30);
            do {
                s->asked = (uint32_t)m_next(m->random) & (s->all ? kinds_with_holder(m) : s->kinds);
            } while (s->asked == 0);
        }
        make_tail(m, s, 40);
        m->cells++;
    }
}

/* Small ones mostly; now and then a rate that takes more than there is. */
static struct m_band make_band(struct m_maker *m)
{
    struct m_band band = {.up_to = -1, .is_rate = m_chance(m->random, 60)};
    int64_t part = 1 + (int64_t)(m_next(m->random) >> 1) % m->world->scale;
    band.number = m_chance(m->random, 8) ? 0 : part / 20;
    if (!band.is_rate)
        return band;
    band.number = m_chance(m->random, 3)
                      ? (int64_t)m_below(m->random, 20000000)
                      : (int64_t)m_below(m->random, m_chance(m->random, 50) ? 500 : 100000);
    band.has_least = m_chance(m->random, 35);
    band.has_most = m_chance(m->random, 35);
    band.least = part / 40;
    band.most = band.least + (int64_t)m_below(m->random, 50);
    return band;
}

static void make_bands(struct m_maker *m, struct m_sentence *s)
{
    s->has_table = m_chance(m->random, 40);
    s->band_count = s->has_table ? 1 + (int)m_below(m->random, M_BANDS_MAX) : 1;
    int64_t up_to = 0;
    for (int i = 0; i < s->band_count; i++) {
        s->bands[i] = make_band(m);
        up_to += 1 + (int64_t)(m_next(m->random) >> 1) % m->world->scale / 2;
        if (up_to > SB_AMOUNT_MAX) /* more than can be written: the row before was the last */
            s->band_count = i + 1;
        else if (s->has_table && (i + 1 < s->band_count || m_chance(m->random, 30)))
            s->bands[i].up_to = up_to;
    }
}

static void make_parties(struct m_maker *m, struct m_sentence *s)
{
    static const enum m_fee_party pays[] = {M_FEE_UNSAID, M_FEE_PAYER,    M_FEE_PAYER, M_FEE_PAYEE,
                                            M_FEE_AGENT,  M_FEE_PROVIDER, M_FEE_HOLDER};
    static const enum m_fee_party gets[] = {M_FEE_UNSAID, M_FEE_CLASS, M_FEE_CLASS,   M_FEE_PAYER,
                                            M_FEE_PAYEE,  M_FEE_AGENT, M_FEE_PROVIDER};
    const struct m_names *classes = &m->world->spaces[SB_SPACE_CLASS];
    do {
        s->pays = pays[m_below(m->random, 7)];
        s->gets = gets[m_below(m->random, 7)];
    } while (s->pays == s->gets || (s->pays == M_FEE_PROVIDER && s->gets == M_FEE_UNSAID) ||
             ((s->pays == M_FEE_HOLDER || s->pays == M_FEE_UNSAID) &&
              (s->gets == M_FEE_PAYER || s->gets == M_FEE_PAYEE)));
    uint32_t at = m_below(m->random, (uint32_t)classes->count);
    while (strcmp(classes->names[at], "agent") == 0 || strcmp(classes->names[at], "provider") == 0)
        at = (at + 1) % (uint32_t)classes->count;
    s->gets_class = classes->codes[at];
    s->is_counted = m_chance(m->random, 45);
    s->is_returned = m_chance(m->random, 40);
    s->days = (int)m_below(m->random, 2);
}

static void make_fees(struct m_maker *m, uint32_t count)
{
    for (; count > 0 && has_room(m); count--) {
        struct m_sentence *s = add_sentence(m, M_FEE);
        /* A name each, so that no two are one fee; the first of a charter may do without. */
        if (m->cells > 0 || m_chance(m->random, 60))
            (void)snprintf(s->name, sizeof(s->name), "fee-%d-%d", m->plan->number, m->plan->sentence_count);
        pick_kinds(m, s, true, 30);
        if (m_chance(m->random, 35))
            s->cond = make_condition(m, 1);
        make_bands(m, s);
        make_parties(m, s);
        if (m_chance(m->random, 40))
            make_tail(m, s, 40);
        m->cells++;
    }
}

static void make_areas(struct m_maker *m)
{
    if (m->world->area_count == 0 || !m_chance(m->random, 30))
        return;
    struct m_sentence *s = add_sentence(m, M_IN_AREA);
    s->by_agent = m_chance(m->random, 50);
    s->area = (int)m_below(m->random, (uint32_t)m->world->area_count);
    pick_kinds(m, s, true, 30);
    make_tail(m, s, 60);
}

static void make_excepts(struct m_maker *m, uint32_t count)
{
    for (; count > 0; count--) {
        struct m_sentence s = {
            .type = M_EXCEPT, .layer = m->layer, .cond = -1, .instrument = -1, .identity = -1};
        for (int i = 0; i < m->plan->sentence_count && s.except_count < 3; i++) {
            const struct m_sentence *limit = &m->plan->sentences[i];
            bool there = limit->type != M_LIMIT || limit->layer != m->layer || limit->removed;
            for (int k = 0; k < s.except_count; k++)
                there |= strcmp(s.excepts[k], limit->name) == 0;
            if (!there && m_chance(m->random, 40))
                memcpy(s.excepts[s.except_count++], limit->name, sizeof(limit->name));
        }
        pick_kinds(m, &s, true, 30);
        if (m_chance(m->random, 80))
            s.cond = make_condition(m, 1);
        make_tail(m, &s, 40);
        if (s.except_count > 0)
            *add_sentence(m, M_EXCEPT) = s;
    }
}

static void make_pilot(struct m_maker *m)
{
    sb_day day = m->world->first_day - (sb_day)m_below(m->random, 30);
    uint32_t count = 1 + m_below(m->random, 3);
    for (uint32_t i = 0; i < count; i++) {
        struct m_sentence *s = add_sentence(m, M_PILOT_RUNS);
        s->runs_from = whole_day(day);
        day += 2 + (sb_day)m_below(m->random, 40);
        if (i + 1 < count || m_chance(m->random, 40))
            s->runs_to = (struct m_moment){.written = true,
                                           .day = day,
                                           .has_minute = m_chance(m->random, 20),
                                           .minute = (int)m_below(m->random, 1440)};
        day += 1 + (sb_day)(m_chance(m->random, 50) ? 0 : m_below(m->random, 6));
        if (m_chance(m->random, 30))
            s->known_from = whole_day(s->runs_from.day + (sb_day)m_below(m->random, 8) - 2);
        else if (m_chance(m->random, 40))
            s->instrument = (int)m_below(m->random, (uint32_t)m->plan->layers[m->layer].instrument_count);
    }
    for (uint32_t i = m_below(m->random, 3); i > 0; i--) {
        struct m_sentence *s = add_sentence(m, M_AFTER);
        pick_kinds(m, s, true, 25);
        s->days = 1 + (int)m_below(m->random, 20);
        make_tail(m, s, 15);
    }
}

static void make_layer(struct m_maker *m, int layer)
{
    m->layer = layer;
    m->limit_names = 0; /* layers may use the same names */
    make_instruments(m);
    make_allows(m);
    if (m_chance(m->random, layer == 0 ? 35 : 8))
        make_pilot(m);
    make_forbids(m, m_below(m->random, layer == 0 ? 3 : 2));
    make_requires(m, m_below(m->random, layer == 0 ? 3 : 2));
    make_limits(m, m_below(m->random, layer == 0 ? 8 : 3));
    make_asks(m, m_chance(m->random, 60) ? 0 : 1 + m_below(m->random, layer == 0 ? 3 : 2));
    make_areas(m);
    make_fees(m, m_chance(m->random, 50) ? 0 : 1 + m_below(m->random, layer == 0 ? 4 : 2));
    make_excepts(m, m_below(m->random, 3));
}

void m_make_plan(struct m_random *random, const struct m_world *world, struct m_plan *plan)
{
    memset(plan, 0, sizeof(*plan));
    struct m_maker m = {.random = random, .world = world, .plan = plan};
    plan->number = 1;
    plan->layer_count = m_chance(random, 60) ? 1 : m_chance(random, 70) ? 2 : 3;
    uint32_t provider = m_below(random, 3);
    for (int layer = 0; layer < plan->layer_count; layer++) {
        if (layer > 0)
            plan->layers[layer].provider =
                world->spaces[SB_SPACE_PROVIDER].codes[(provider + (uint32_t)layer) % 3];
        make_layer(&m, layer);
    }
    if (m_chance(random, 12)) {
        plan->law = m_chance(random, 50) ? M_KNOWN_AT : M_LAW_AT;
        m.layer = 0;
        plan->at =
            m_day_begins(make_day(&m), world->offset_s) + (int64_t)m_below(random, 86400) * SB_SECOND_US;
    }
    for (int i = 0; i < plan->sentence_count && plan->law != M_LIVE; i++) {
        if (plan->sentences[i].type == M_LIMIT && plan->set_limit[0] == 0 && m_chance(random, 20)) {
            memcpy(plan->set_limit, plan->sentences[i].name, sizeof(plan->set_limit));
            plan->set_whole = make_bound(&m, &plan->sentences[i]) / m_one(world);
        }
    }
}

/* The order of the providers' charters means nothing, and one may go. */
static void amend_layers(struct m_random *random, struct m_plan *plan)
{
    bool swaps = plan->layer_count == 3 && m_chance(random, 30);
    if (swaps) {
        struct m_layer layer = plan->layers[1];
        plan->layers[1] = plan->layers[2];
        plan->layers[2] = layer;
    }
    if (plan->layer_count > 1 && m_chance(random, 15))
        plan->layer_count--;
    for (int i = 0; i < plan->sentence_count; i++) {
        struct m_sentence *s = &plan->sentences[i];
        if (swaps && s->layer > 0)
            s->layer = 3 - s->layer;
        if (s->layer >= plan->layer_count)
            s->removed = true;
        if (s->removed && s->type == M_LIMIT && strcmp(s->name, plan->set_limit) == 0)
            plan->set_limit[0] = '\0'; /* no limit of this name may be left */
    }
}

void m_amend_plan(struct m_random *random, const struct m_world *world, const struct m_plan *old,
                  struct m_plan *plan)
{
    *plan = *old;
    struct m_maker m = {
        .random = random, .world = world, .plan = plan, .limit_names = 8 * old->number + 1, .cells = 100};
    plan->number = old->number + 1;
    amend_layers(random, plan);
    for (int i = 0; i < plan->sentence_count; i++) {
        struct m_sentence *s = &plan->sentences[i];
        m.layer = s->layer;
        if (s->removed)
            continue;
        uint32_t what = m_below(random, 100);
        if (s->type == M_LIMIT && what < 40)
            make_cells(&m, s);
        else if (s->type == M_ASK && s->on_total && what < 60)
            s->ceiling = make_bound(&m, s);
        else if (s->type == M_LIMIT && what < 50)
            pick_kinds(&m, s, s->measure != M_SUM && s->measure != M_NUMBER, 0);
        else if (s->type == M_FEE && what < 50)
            make_bands(&m, s);
        else if (s->type != M_LIMIT && s->type != M_ALLOW && s->type != M_AFTER && s->type != M_PILOT_RUNS &&
                 what < 30)
            s->removed = true;
    }
    m.layer = (int)m_below(random, (uint32_t)plan->layer_count);
    if (m_chance(random, 50) && has_room(&m))
        make_limits(&m, 1);
    if (m_chance(random, 30) && has_room(&m))
        make_forbids(&m, 1);
    if (m_chance(random, 30))
        make_fees(&m, 1);
}
