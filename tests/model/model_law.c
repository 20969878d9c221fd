/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The law: what a charter says of one transfer. Every sentence is asked, one after the other, whether it
 * applies at the event's time and what it says; nothing is prepared beforehand.
 */
#include "model_case.h"

enum m_three m_and(enum m_three a, enum m_three b)
{
    if (a == M_NO || b == M_NO)
        return M_NO;
    return a == M_YES && b == M_YES ? M_YES : M_MAYBE;
}

enum m_three m_not(enum m_three a)
{
    return a == M_MAYBE ? M_MAYBE : a == M_YES ? M_NO : M_YES;
}

enum m_three m_or(enum m_three a, enum m_three b)
{
    return m_not(m_and(m_not(a), m_not(b)));
}

static enum m_three truth(bool value)
{
    return value ? M_YES : M_NO;
}

int64_t m_one(const struct m_world *world)
{
    int64_t one = 1;
    for (unsigned i = 0; i < world->decimals; i++)
        one *= 10;
    return one;
}

enum sb_space m_space_of(enum m_field field)
{
    switch (field) {
    case M_PURPOSE: return SB_SPACE_PURPOSE;
    case M_CHANNEL: return SB_SPACE_CHANNEL;
    case M_COUNTRY: return SB_SPACE_COUNTRY;
    case M_PROVIDER: return SB_SPACE_PROVIDER;
    case M_CLASS: return SB_SPACE_CLASS;
    case M_TIER: return SB_SPACE_TIER;
    case M_ISSUER: return SB_SPACE_ISSUER;
    case M_SEX: return SB_SPACE_SEX;
    case M_AMOUNT:
    case M_SIM_AGE:
    case M_ACCOUNT_AGE:
    case M_AGE:
    case M_PLACE: break;
    }
    assert(false);
    return SB_SPACE_COUNT;
}

/* ------------------------------------------------------------------ times */

sb_time_us m_moment_begins(const struct m_moment *moment, int32_t offset_s)
{
    return m_day_begins(moment->day, offset_s) + (moment->has_minute ? moment->minute : 0) * SB_MINUTE_US;
}

sb_time_us m_moment_ends(const struct m_moment *moment, int32_t offset_s)
{
    return m_moment_begins(moment, offset_s) + (moment->has_minute ? SB_MINUTE_US : SB_DAY_US);
}

struct m_times m_times(const struct m_plan *plan, const struct m_world *world, const struct m_sentence *s)
{
    struct m_times times = {SB_TIME_ALWAYS, SB_TIME_ALWAYS, SB_TIME_FOREVER};
    if (s->instrument >= 0) {
        const struct m_instrument *by = &plan->layers[s->layer].instruments[s->instrument];
        times.known = m_day_begins(by->signed_on, world->offset_s);
        times.from = times.known;
        if (by->in_force.written)
            times.from = m_moment_begins(&by->in_force, world->offset_s);
        if (by->known_from.written)
            times.known = m_moment_begins(&by->known_from, world->offset_s);
    }
    if (s->known_from.written)
        times.known = m_moment_begins(&s->known_from, world->offset_s);
    if (s->from.written)
        times.from = m_moment_begins(&s->from, world->offset_s);
    if (s->type == M_LIMIT && s->table && s->date_count > 0)
        times.from = m_day_begins(s->dates[0], world->offset_s);
    if (s->until.written)
        times.until = m_moment_ends(&s->until, world->offset_s);
    return times;
}

/* ------------------------------------------------------------------ one event before the law */

static bool applies(const struct m_case *c, const struct m_sentence *s)
{
    struct m_times times = m_times(c->plan, c->world, s);
    return !s->removed && times.known <= c->known_at && times.from <= c->law_at && c->law_at < times.until;
}

static bool names_kind(const struct m_case *c, const struct m_sentence *s)
{
    if (c->kind < 0)
        return false;
    return s->all ? c->holder != NULL : (s->kinds >> c->kind & 1) != 0;
}

static bool reads_holder(const struct m_plan *plan, int cond)
{
    if (cond < 0)
        return false;
    const struct m_cond *node = &plan->conds[cond];
    if (node->op == M_C_AND || node->op == M_C_OR)
        return reads_holder(plan, node->left) || reads_holder(plan, node->right);
    if (node->op == M_C_NOT)
        return reads_holder(plan, node->left);
    return node->side == M_HOLDER || (node->op == M_C_SAME && node->other_side == M_HOLDER);
}

bool m_concerns(const struct m_case *c, const struct m_sentence *s)
{
    return applies(c, s) && names_kind(c, s) && (c->holder != NULL || !reads_holder(c->plan, s->cond));
}

/* ------------------------------------------------------------------ conditions */

static const struct m_account *account_on(const struct m_case *c, enum m_side side)
{
    switch (side) {
    case M_PAYER: return c->payer;
    case M_PAYEE: return c->payee;
    case M_AGENT: return c->agent;
    case M_HOLDER: return c->holder;
    case M_TX: break;
    }
    return NULL;
}

struct m_value {
    enum { M_NONE, M_UNKNOWN, M_CODE } is;
    uint16_t code;
};

static struct m_value value_of(const struct m_case *c, enum m_side side, enum m_field field)
{
    const struct sb_event *event = c->event;
    if (side == M_TX) {
        uint16_t code = field == M_PURPOSE   ? event->purpose
                        : field == M_CHANNEL ? event->channel
                        : field == M_COUNTRY ? event->country
                                             : event->provider;
        return (struct m_value){code == 0 ? M_NONE : M_CODE, code};
    }
    const struct m_account *account = account_on(c, side);
    if (account == NULL)
        return (struct m_value){M_NONE, 0};
    uint16_t code = field == M_CLASS    ? account->class_
                    : field == M_TIER   ? account->tier
                    : field == M_ISSUER ? account->issuer
                    : field == M_SEX    ? account->sex
                                        : account->provider;
    return (struct m_value){code == 0 ? M_UNKNOWN : M_CODE, code};
}

static enum m_three is_in(const struct m_case *c, const struct m_cond *node)
{
    struct m_value value = value_of(c, node->side, node->field);
    if (value.is == M_UNKNOWN)
        return M_MAYBE;
    int count = node->set >= 0 ? c->world->sets[node->set].count : node->code_count;
    const uint16_t *codes = node->set >= 0 ? c->world->sets[node->set].codes : node->codes;
    for (int i = 0; i < count; i++)
        if (value.is == M_CODE && value.code == codes[i])
            return M_YES;
    return M_NO;
}

static enum m_three is_same(const struct m_case *c, const struct m_cond *node)
{
    struct m_value a = value_of(c, node->side, node->field);
    struct m_value b = value_of(c, node->other_side, node->other_field);
    if (a.is == M_UNKNOWN || b.is == M_UNKNOWN)
        return M_MAYBE;
    return truth(a.is == b.is && a.code == b.code);
}

/* On or after the day on which the age is reached, and on or before it. */
static void reached(const struct m_case *c, const struct m_cond *node, enum m_three *ret_since,
                    enum m_three *ret_until)
{
    *ret_since = *ret_until = M_MAYBE;
    const struct m_account *account = account_on(c, node->side);
    sb_day today = node->at_registration ? account->opened_on : c->today;
    if (today == SB_DAY_NONE)
        return;
    if (node->field == M_AGE) {
        if (account->birth_year == 0)
            return;
        int64_t year = account->birth_year + node->number;
        int64_t now = m_day(today)->year;
        *ret_since = now > year ? M_YES : now < year ? M_NO : M_MAYBE;
        *ret_until = m_not(*ret_since);
        return;
    }
    sb_day since = node->field == M_SIM_AGE ? account->sim_since : account->opened_on;
    if (since == SB_DAY_NONE)
        return;
    sb_day day = since + (sb_day)node->number;
    if (node->span != M_IN_DAYS)
        day = m_months_later(since, (uint32_t)node->number * (node->span == M_IN_YEARS ? 12 : 1));
    *ret_since = truth(today >= day);
    *ret_until = truth(today <= day);
}

static enum m_three compares(const struct m_case *c, const struct m_cond *node)
{
    enum m_three least, most;
    if (node->op == M_C_AMOUNT) {
        least = truth(c->event->amount >= node->number);
        most = truth(c->event->amount <= node->number);
    } else if (account_on(c, node->side) == NULL) {
        return M_NO; /* nobody's age is nothing */
    } else {
        reached(c, node, &least, &most);
    }
    switch (node->compare) {
    case M_LEAST: return least;
    case M_MOST: return most;
    case M_OVER: return m_not(most);
    case M_UNDER: return m_not(least);
    }
    return M_MAYBE;
}

static enum m_three is_there(const struct m_case *c, const struct m_cond *node)
{
    const struct m_account *account = account_on(c, node->side);
    if (node->side == M_TX ? c->event->place == 0 : account == NULL)
        return M_NO; /* none: in no area, and of no settlement */
    sb_place_index place =
        node->side == M_TX ? m_place_then(c->world, c->event->place, c->event->time) : account->place_index;
    if (place == 0)
        return M_MAYBE;
    if (node->op == M_C_AREA)
        return m_in_area(c->world, node->set, place);
    enum sb_settlement settlement =
        (enum sb_settlement)sb_territory_info(c->world->territory, place)->settlement;
    return settlement == SB_SETTLEMENT_UNKNOWN ? M_MAYBE : truth(settlement == node->settlement);
}

enum m_three m_holds(const struct m_case *c, int cond)
{
    if (cond < 0)
        return M_YES;
    const struct m_cond *node = &c->plan->conds[cond];
    enum m_three value = M_MAYBE;
    switch (node->op) {
    case M_C_AND: return m_and(m_holds(c, node->left), m_holds(c, node->right));
    case M_C_OR: return m_or(m_holds(c, node->left), m_holds(c, node->right));
    case M_C_NOT: return m_not(m_holds(c, node->left));
    case M_C_IN:
        if (node->field == M_COUNTRY && c->event->country == 0)
            return M_NO; /* at home: neither is nor is not a country abroad */
        value = is_in(c, node);
        break;
    case M_C_SAME: value = is_same(c, node); break;
    case M_C_AREA:
    case M_C_SETTLEMENT: value = is_there(c, node); break;
    case M_C_AMOUNT:
    case M_C_AGE: return compares(c, node);
    }
    return node->negated ? m_not(value) : value;
}

/* ------------------------------------------------------------------ reasons */

static void add_key(struct m_verdict *verdict, uint32_t key, enum m_three violated)
{
    if (violated == M_NO)
        return;
    if (violated == M_YES)
        verdict->fails = true;
    else
        verdict->undecided = true;
    for (int i = 0; i < verdict->key_count; i++)
        if (verdict->keys[i] == key)
            return;
    assert(verdict->key_count < M_KEYS_MAX);
    verdict->keys[verdict->key_count++] = key;
}

static void add_aim(struct m_verdict *verdict, int64_t amount)
{
    if (verdict->aim_count < M_AIMS_MAX && amount > 0)
        verdict->aims[verdict->aim_count++] = amount;
}

static uint32_t key_of(const struct m_case *c, const struct m_sentence *s, int row, int column)
{
    return M_KEY(M_R_SENTENCE, s->layer, s - c->plan->sentences, row, column);
}

enum m_three m_in_scope(const struct m_case *c, int layer)
{
    uint16_t provider = c->plan->layers[layer].provider;
    if (layer == 0)
        return M_YES;
    if (c->holder == NULL)
        return truth(c->event->provider == provider);
    return c->holder->provider == 0 ? M_MAYBE : truth(c->holder->provider == provider);
}

/* ------------------------------------------------------------------ term, allow, forbid, require */

static bool is_known(const struct m_case *c, const struct m_sentence *s)
{
    return !s->removed && m_times(c->plan, c->world, s).known <= c->known_at;
}

static sb_time_us period_end(const struct m_case *c, const struct m_sentence *s)
{
    return s->runs_to.written ? m_moment_ends(&s->runs_to, c->world->offset_s) : SB_TIME_FOREVER;
}

static bool runs_at(const struct m_case *c, int layer, sb_time_us time)
{
    for (int i = 0; i < c->plan->sentence_count; i++) {
        const struct m_sentence *s = &c->plan->sentences[i];
        if (s->type == M_PILOT_RUNS && s->layer == layer && is_known(c, s) &&
            m_moment_begins(&s->runs_from, c->world->offset_s) <= time && time < period_end(c, s))
            return true;
    }
    return false;
}

static bool has_term(const struct m_case *c, int layer)
{
    for (int i = 0; i < c->plan->sentence_count; i++) {
        const struct m_sentence *s = &c->plan->sentences[i];
        if (s->type == M_PILOT_RUNS && s->layer == layer && !s->removed)
            return true;
    }
    return false;
}

/* So many days from where a period ended and no other ran. */
static bool runs_off_by(const struct m_case *c, const struct m_sentence *after)
{
    for (int i = 0; i < c->plan->sentence_count; i++) {
        const struct m_sentence *s = &c->plan->sentences[i];
        if (s->type != M_PILOT_RUNS || s->layer != after->layer || !is_known(c, s) || !s->runs_to.written)
            continue;
        sb_time_us end = period_end(c, s);
        if (!runs_at(c, after->layer, end) && end <= c->law_at && c->law_at < end + after->days * SB_DAY_US)
            return true;
    }
    return false;
}

/*
 * In the term an `allow` must name the kind; in the run-off `after the end` must. False: neither, the charter
 * is not in force, and nothing more of it is judged.
 */
static bool judge_term_and_allow(const struct m_case *c, int layer, enum m_three scope,
                                 struct m_verdict *verdict)
{
    bool inside = !has_term(c, layer) || runs_at(c, layer, c->law_at), runs_off = false;
    enum m_three allowed = M_NO;
    for (int i = 0; i < c->plan->sentence_count; i++) {
        const struct m_sentence *s = &c->plan->sentences[i];
        if (s->layer != layer || !applies(c, s))
            continue;
        if (inside && s->type == M_ALLOW && m_concerns(c, s))
            allowed = m_or(allowed, m_holds(c, s->cond));
        if (!inside && s->type == M_AFTER && runs_off_by(c, s)) {
            runs_off = true;
            allowed = m_or(allowed, truth(names_kind(c, s)));
        }
    }
    add_key(verdict, M_KEY(inside ? M_R_NOT_ALLOWED : M_R_TERM, layer, 0, 0, 0),
            m_and(scope, m_not(allowed)));
    return inside || runs_off;
}

bool m_in_term(const struct m_case *c, int layer)
{
    if (!has_term(c, layer) || runs_at(c, layer, c->law_at))
        return true;
    for (int i = 0; i < c->plan->sentence_count; i++) {
        const struct m_sentence *s = &c->plan->sentences[i];
        if (s->type == M_AFTER && s->layer == layer && applies(c, s) && runs_off_by(c, s))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ limits */

/* The column of the table that holds now; -1: none does. */
static int column_now(const struct m_case *c, const struct m_sentence *s)
{
    int column = s->date_count == 0 ? 0 : -1;
    for (int i = 0; i < s->date_count; i++)
        if (m_day_begins(s->dates[i], c->world->offset_s) <= c->law_at)
            column = i;
    return column;
}

static enum m_side side_of_limit(const struct m_sentence *s)
{
    if (s->measure == M_BALANCE)
        return M_PAYEE;
    if (s->subject == M_PER_AGENT)
        return M_AGENT;
    return s->side_written ? s->side : M_HOLDER;
}

static enum m_three in_row(const struct m_case *c, const struct m_sentence *s, int row)
{
    enum m_three all = M_YES;
    for (int i = 0; i < s->attribute_count; i++) {
        enum m_side side = s->attributes[i].side;
        if (side == M_HOLDER)
            side = side_of_limit(s);
        struct m_value value = value_of(c, side, s->attributes[i].field);
        all = m_and(all, value.is == M_UNKNOWN
                             ? M_MAYBE
                             : truth(value.is == M_CODE && value.code == s->rows[row].codes[i]));
    }
    return all;
}

static enum m_three exempt(const struct m_case *c, const struct m_sentence *limit)
{
    enum m_three any = M_NO;
    for (int i = 0; i < c->plan->sentence_count; i++) {
        const struct m_sentence *s = &c->plan->sentences[i];
        if (s->type != M_EXCEPT || s->layer != limit->layer || !m_concerns(c, s))
            continue;
        for (int k = 0; k < s->except_count; k++)
            if (strcmp(s->excepts[k], limit->name) == 0)
                any = m_or(any, m_holds(c, s->cond));
    }
    return any;
}

/* The side on which a limit counts, with the holder's for what it is. */
static enum m_side counted_side(const struct m_case *c, const struct m_sentence *s)
{
    enum m_side side = side_of_limit(s);
    return side != M_HOLDER ? side : c->holder == c->payer ? M_PAYER : M_PAYEE;
}

/* The figure that the limit compares with its ceiling (or floor), after this event. */
static m_wide figure_of(const struct m_case *c, const struct m_sentence *s, int64_t used)
{
    if (s->measure == M_NUMBER)
        return (m_wide)used + 1;
    if (s->measure == M_SUM)
        return (m_wide)used + c->event->amount + m_counted_fees(c, counted_side(c, s));
    if (s->measure == M_BALANCE)
        return (m_wide)c->payee->credits + c->payee->credits_held - c->payee->debits + c->event->amount +
               m_fees_of_balance(c);
    return c->event->amount;
}

/* The ceiling in a cell (or of the sentence); -1: none. */
static int64_t bound_of(const struct m_case *c, const struct m_sentence *s, int row, int column)
{
    int64_t bound = s->table ? s->rows[row].cells[column] : s->ceiling;
    if (bound < 0 || strcmp(c->plan->set_limit, s->name) != 0)
        return bound;
    return s->measure == M_NUMBER ? c->plan->set_whole : c->plan->set_whole * m_one(c->world);
}

static void judge_cells(const struct m_case *c, const struct m_sentence *s, enum m_three concerned,
                        m_wide figure, struct m_verdict *verdict)
{
    int column = s->table ? column_now(c, s) : 0;
    for (int row = 0; row < (s->table ? s->row_count : 1); row++) {
        int64_t bound = bound_of(c, s, row, column);
        enum m_three selected = m_and(concerned, s->table ? in_row(c, s, row) : M_YES);
        if (bound < 0 || selected == M_NO)
            continue;
        bool violated = s->measure == M_EACH_LEAST ? figure < bound : figure > bound;
        if (violated)
            add_key(verdict, key_of(c, s, row, column), selected);
        m_wide aim = bound - (figure - c->event->amount);
        if (s->measure != M_NUMBER && aim > 0 && aim < SB_AMOUNT_MAX)
            add_aim(verdict, (int64_t)aim);
    }
}

/* A limit that counts, and nobody can say whether, or whom: every ceiling of it is undecided. */
static void undecide(const struct m_case *c, const struct m_sentence *s, struct m_verdict *verdict)
{
    bool any = false;
    int column = s->table ? column_now(c, s) : 0;
    for (int row = 0; row < (s->table ? s->row_count : 1); row++)
        if (!s->table || (s->rows[row].cells[column] >= 0 && in_row(c, s, row) != M_NO))
            any = true, add_key(verdict, key_of(c, s, row, column), M_MAYBE);
    verdict->undecided = true;
    if (!any)
        for (int row = 0; row < s->row_count; row++)
            if (s->rows[row].cells[column] >= 0) {
                add_key(verdict, key_of(c, s, row, column), M_MAYBE);
                break;
            }
}

bool m_subject_of(const struct m_sentence *s, const struct m_account *account, struct m_subject *ret_subject)
{
    *ret_subject = (struct m_subject){{0, 0}, 0};
    switch (s->subject) {
    case M_PER_ACCOUNT:
    case M_PER_AGENT: ret_subject->id = account->id; return true;
    case M_PER_CUSTOMER:
        ret_subject->id = account->person;
        ret_subject->provider = account->provider;
        return !sb_id_is_none(account->person) && account->provider != 0;
    case M_PER_PERSON: ret_subject->id = account->person; return !sb_id_is_none(account->person);
    case M_PER_PROVIDER: ret_subject->provider = account->provider; return account->provider != 0;
    case M_PER_PILOT: return true;
    }
    return false;
}

/* `for` names the kinds that are asked; without it all that are counted are. */
static bool asks_kind(const struct m_case *c, const struct m_sentence *s)
{
    if (!s->asks_some)
        return true;
    return s->asks_all ? c->holder != NULL : (s->asked >> c->kind & 1) != 0;
}

static void add_asking(const struct m_case *c, const struct m_sentence *s, enum m_three asks,
                       struct m_verdict *verdict)
{
    if (asks == M_NO)
        return;
    assert(verdict->key_count < M_KEYS_MAX);
    verdict->keys[verdict->key_count++] = key_of(c, s, 0, 0);
    if (asks == M_YES)
        verdict->asks = true;
    else
        verdict->undecided = true;
}

/* The step was done: then nothing is asked, though an unknown of what is counted still decides. */
static void judge_total(const struct m_case *c, const struct m_sentence *s, int64_t used,
                        struct m_verdict *verdict)
{
    m_wide figure = figure_of(c, s, used), aim = s->ceiling - (m_wide)used;
    bool done = (c->event->steps & s->step) != 0;
    if (figure > s->ceiling && !done && asks_kind(c, s))
        add_asking(c, s, M_YES, verdict);
    if (s->measure == M_SUM && aim > 0 && aim < SB_AMOUNT_MAX)
        add_aim(verdict, (int64_t)aim);
}

static void take(const struct m_case *c, struct m_verdict *verdict, const struct m_sentence *s,
                 struct m_subject subject)
{
    for (int i = 0; i < verdict->take_count; i++)
        if (verdict->takes[i].identity == s->identity)
            return;
    assert(verdict->take_count < M_TAKES_MAX);
    struct m_take take = {.identity = s->identity, .subject = subject};
    for (int i = 0; i < c->fees.count; i++) {
        const struct m_fee *fee = &c->fees.fees[i];
        if (fee->applies != M_YES || !fee->s->is_counted || fee->side != counted_side(c, s))
            continue;
        take.fees += (int64_t)fee->charge; /* one that does not fit moves nothing, and nothing is kept */
        take.fees_returnable += fee->s->is_returned ? (int64_t)fee->charge : 0;
    }
    verdict->takes[verdict->take_count++] = take;
}

static void judge_window(const struct m_case *c, const struct m_sentence *s, enum m_three concerned,
                         struct m_verdict *verdict)
{
    const struct m_account *account = account_on(c, side_of_limit(s));
    struct m_subject subject = {{0, 0}, 0};
    if (account == NULL || concerned == M_NO)
        return;
    if (concerned == M_MAYBE || !m_subject_of(s, account, &subject)) {
        if (s->type == M_LIMIT)
            undecide(c, s, verdict);
        else if (asks_kind(c, s))
            add_asking(c, s, M_MAYBE, verdict);
        verdict->undecided = true;
        return;
    }
    int64_t used = m_used(c->ledger, s, &subject, c->event->time);
    if (s->type == M_ASK)
        judge_total(c, s, used, verdict);
    else
        judge_cells(c, s, M_YES, figure_of(c, s, used), verdict);
    if (figure_of(c, s, used) > INT64_MAX)
        verdict->overflows = true;
    take(c, verdict, s, subject);
}

static void judge_ask(const struct m_case *c, const struct m_sentence *s, enum m_three scope,
                      struct m_verdict *verdict)
{
    enum m_three concerned = m_and(scope, m_holds(c, s->cond));
    if (s->on_total && c->holder != NULL)
        judge_window(c, s, concerned, verdict);
    else if (!s->on_total && (c->event->steps & s->step) == 0)
        add_asking(c, s, concerned, verdict);
}

/* Whether it happens inside the area: by where the holder is registered, or where somebody serves it. */
static enum m_three is_inside(const struct m_case *c, const struct m_sentence *s)
{
    sb_place_index place = m_place_then(c->world, c->event->place, c->event->time);
    if (!s->by_agent)
        place = c->holder->place_index;
    else if (c->agent != NULL)
        place = c->agent->place_index;
    return place == 0 ? M_MAYBE : m_in_area(c->world, s->area, place);
}

static void judge_limit(const struct m_case *c, const struct m_sentence *s, enum m_three scope,
                        struct m_verdict *verdict)
{
    if (s->table && column_now(c, s) < 0)
        return;
    enum m_three concerned = m_and(scope, m_and(m_holds(c, s->cond), m_not(exempt(c, s))));
    if (s->measure == M_SUM || s->measure == M_NUMBER) {
        if (c->holder != NULL)
            judge_window(c, s, concerned, verdict);
        return;
    }
    judge_cells(c, s, concerned, figure_of(c, s, 0), verdict);
}

/* ------------------------------------------------------------------ all of it */

static void find_case(const struct m_ledger *ledger, const struct sb_event *event, struct m_case *c)
{
    const struct m_plan *plan = &ledger->plans[ledger->plan];
    int agent = m_account_of(ledger, event->agent);
    *c = (struct m_case){
        .ledger = ledger,
        .plan = plan,
        .world = ledger->world,
        .event = event,
        .payer = &ledger->accounts[m_account_of(ledger, event->payer)],
        .payee = &ledger->accounts[m_account_of(ledger, event->payee)],
        .agent = agent < 0 ? NULL : &ledger->accounts[agent],
        .kind = -1,
        .today = m_local_day(event->time, ledger->world->offset_s),
        .known_at = plan->law == M_LIVE ? event->time : plan->at,
        .law_at = plan->law == M_LAW_AT ? plan->at : event->time,
    };
    for (int i = 0; i < ledger->world->kind_count; i++)
        if (ledger->world->spaces[SB_SPACE_KIND].codes[i] == event->kind)
            c->kind = i;
    if (c->kind >= 0 && ledger->world->holders[c->kind] == M_TO_HOLDER)
        c->holder = c->payee;
    if (c->kind >= 0 && ledger->world->holders[c->kind] == M_FROM_HOLDER)
        c->holder = c->payer;
}

void m_judge(const struct m_ledger *ledger, const struct sb_event *event, struct m_verdict *verdict)
{
    static struct m_case c;
    find_case(ledger, event, &c);
    m_find_fees(&c);
    verdict->fees = c.fees;
    verdict->key_count = verdict->take_count = verdict->aim_count = 0;
    verdict->fails = verdict->undecided = verdict->asks = verdict->overflows = false;
    for (int i = 0; i < c.fees.count; i++)
        if (c.fees.fees[i].applies == M_MAYBE)
            add_key(verdict, key_of(&c, c.fees.fees[i].s, 0, 0), M_MAYBE);
    for (int layer = 0; layer < c.plan->layer_count; layer++) {
        enum m_three scope = m_in_scope(&c, layer);
        if (scope == M_NO || !judge_term_and_allow(&c, layer, scope, verdict))
            continue;
        for (int i = 0; i < c.plan->sentence_count; i++) {
            const struct m_sentence *s = &c.plan->sentences[i];
            if (s->layer != layer || !m_concerns(&c, s))
                continue;
            if (s->type == M_FORBID)
                add_key(verdict, key_of(&c, s, 0, 0), m_and(scope, m_holds(&c, s->cond)));
            else if (s->type == M_REQUIRE)
                add_key(verdict, key_of(&c, s, 0, 0), m_and(scope, m_not(m_holds(&c, s->cond))));
            else if (s->type == M_LIMIT)
                judge_limit(&c, s, scope, verdict);
            else if (s->type == M_ASK)
                judge_ask(&c, s, scope, verdict);
            else if (s->type == M_IN_AREA && (s->by_agent || c.holder != NULL))
                add_key(verdict, key_of(&c, s, 0, 0), m_and(scope, m_not(is_inside(&c, s))));
        }
    }
}

/* ------------------------------------------------------------------ what was used */

bool m_same_window(const struct m_sentence *s, int32_t offset_s, sb_time_us then, sb_time_us now)
{
    if (s->window == M_LIFETIME || s->window == M_WHOLE_PILOT)
        return true;
    if (s->window == M_ROLLING)
        return then > now - s->days * SB_DAY_US && then <= now;
    sb_day a = m_local_day(then, offset_s), b = m_local_day(now, offset_s);
    if (s->window == M_DAILY)
        return a == b;
    if (s->window == M_WEEKLY)
        return m_day(a)->week == m_day(b)->week;
    if (s->window == M_MONTHLY)
        return m_day(a)->month_number == m_day(b)->month_number;
    int start = s->year_month * 100 + s->year_day;
    int year_a = m_day(a)->year - (m_day(a)->month * 100 + m_day(a)->day < start ? 1 : 0);
    int year_b = m_day(b)->year - (m_day(b)->month * 100 + m_day(b)->day < start ? 1 : 0);
    return year_a == year_b;
}

/* What a transfer has left in a limit's window, for a subject. */
static int64_t taken_by(const struct m_flow *flow, const struct m_sentence *s,
                        const struct m_subject *subject)
{
    for (int k = 0; k < flow->take_count; k++) {
        const struct m_take *take = &flow->takes[k];
        if (take->identity != s->identity || take->subject.provider != subject->provider ||
            !sb_id_equal(take->subject.id, subject->id))
            continue;
        if (s->measure == M_SUM)
            return flow->amount - flow->given_back + (flow->fees_ended ? 0 : take->fees) -
                   (flow->fees_returned ? take->fees_returnable : 0);
        return flow->count_given_back ? 0 : 1;
    }
    return 0;
}

int64_t m_used(const struct m_ledger *ledger, const struct m_sentence *s, const struct m_subject *subject,
               sb_time_us time)
{
    int64_t used = 0;
    for (uint32_t i = 0; i < ledger->flow_count; i++)
        if (m_same_window(s, ledger->world->offset_s, ledger->flows[i].time, time))
            used += taken_by(&ledger->flows[i], s, subject);
    return used;
}

int64_t m_used_at(const struct m_ledger *ledger, const struct m_sentence *s, const struct m_subject *subject,
                  sb_time_us time)
{
    int64_t used = 0;
    for (uint32_t i = 0; i < ledger->flow_count; i++)
        if (ledger->flows[i].time == time)
            used += taken_by(&ledger->flows[i], s, subject);
    return used;
}

/* ------------------------------------------------------------------ identity */

static bool same_condition(const struct m_plan *plan_a, int a, const struct m_plan *plan_b, int b)
{
    if (a < 0 || b < 0)
        return a == b;
    const struct m_cond *x = &plan_a->conds[a], *y = &plan_b->conds[b];
    if (x->op != y->op)
        return false;
    if (x->op == M_C_AND || x->op == M_C_OR)
        return same_condition(plan_a, x->left, plan_b, y->left) &&
               same_condition(plan_a, x->right, plan_b, y->right);
    if (x->op == M_C_NOT)
        return same_condition(plan_a, x->left, plan_b, y->left);
    return x->side == y->side && x->other_side == y->other_side && x->field == y->field &&
           x->other_field == y->other_field && x->negated == y->negated && x->set == y->set &&
           x->code_count == y->code_count &&
           memcmp(x->codes, y->codes, (size_t)x->code_count * sizeof(x->codes[0])) == 0 &&
           x->compare == y->compare && x->settlement == y->settlement && x->number == y->number &&
           x->span == y->span && x->at_registration == y->at_registration;
}

bool m_counts(const struct m_sentence *s)
{
    if (s->type == M_ASK)
        return s->on_total;
    return s->type == M_LIMIT && (s->measure == M_SUM || s->measure == M_NUMBER);
}

bool m_same_identity(const struct m_plan *plan_a, const struct m_sentence *a, const struct m_plan *plan_b,
                     const struct m_sentence *b)
{
    return a->type == b->type && plan_a->layers[a->layer].provider == plan_b->layers[b->layer].provider &&
           strcmp(a->name, b->name) == 0 && a->measure == b->measure && a->subject == b->subject &&
           a->side_written == b->side_written && (!a->side_written || a->side == b->side) &&
           a->window == b->window && a->all == b->all && (a->all || a->kinds == b->kinds) &&
           (a->window != M_YEARLY || (a->year_month == b->year_month && a->year_day == b->year_day)) &&
           (a->window != M_ROLLING || a->days == b->days) && same_condition(plan_a, a->cond, plan_b, b->cond);
}
