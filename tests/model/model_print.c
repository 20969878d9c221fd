/* SPDX-License-Identifier: Apache-2.0 */
/* A charter of the model as the text that the program reads. */
#include "model.h"

static const char *const side_words[] = {"tx", "payer", "payee", "agent", "holder"};
static const char *const field_words[] = {"amount",      "purpose", "channel", "country", "provider",
                                          "class",       "tier",    "issuer",  "sex",     "sim-age",
                                          "account-age", "age",     "place"};

struct m_printer {
    const struct m_plan *plan;
    const struct m_world *world;
    struct m_text *text;
    struct sb_str *out;
    int line; /* from 1: the line that is being written */
};

static void put(struct m_printer *p, const char *words)
{
    sb_str_add(p->out, words);
    for (; *words != '\0'; words++)
        if (*words == '\n')
            p->line++;
}

/* Digits, grouped or not: both forms occur in every charter. */
static void put_number(struct m_printer *p, int64_t number, unsigned decimals)
{
    int64_t one = 1;
    for (unsigned i = 0; i < decimals; i++)
        one *= 10;
    int64_t whole = number / one;
    if (whole % 2 == 0 || whole < 1000) {
        sb_str_printf(p->out, "%" PRId64, whole);
    } else {
        int64_t group = 1;
        while (whole / group >= 1000)
            group *= 1000;
        sb_str_printf(p->out, "%" PRId64, whole / group);
        for (group /= 1000; group > 0; group /= 1000)
            sb_str_printf(p->out, " %03" PRId64, whole / group % 1000);
    }
    if (decimals > 0 && number % one != 0)
        sb_str_printf(p->out, ".%0*" PRId64, (int)decimals, number % one);
}

static void put_date(struct m_printer *p, sb_day day)
{
    const struct m_day *d = m_day(day);
    sb_str_printf(p->out, "%04d-%02d-%02d", d->year, d->month, d->day);
}

static void put_moment(struct m_printer *p, const struct m_moment *moment)
{
    put_date(p, moment->day);
    if (moment->has_minute)
        sb_str_printf(p->out, "T%02d:%02d", moment->minute / 60, moment->minute % 60);
}

static const char *name_of(const struct m_world *world, enum sb_space space, uint16_t code)
{
    for (int i = 0; i < world->spaces[space].count; i++)
        if (world->spaces[space].codes[i] == code)
            return world->spaces[space].names[i];
    return "?";
}

static void put_kinds(struct m_printer *p, const struct m_sentence *s)
{
    if (s->all) {
        put(p, "all");
        return;
    }
    const char *between = "";
    for (int i = 0; i < p->world->kind_count; i++) {
        if ((s->kinds >> i & 1) == 0)
            continue;
        put(p, between);
        put(p, p->world->spaces[SB_SPACE_KIND].names[i]);
        between = ", ";
    }
}

static void put_field(struct m_printer *p, enum m_side side, enum m_field field)
{
    sb_str_printf(p->out, "%s.%s", side_words[side], field_words[field]);
}

static void put_list(struct m_printer *p, enum sb_space space, const uint16_t *codes, int count)
{
    for (int i = 0; i < count; i++)
        sb_str_printf(p->out, "%s%s", i > 0 ? ", " : "", name_of(p->world, space, codes[i]));
}

static void put_comparison(struct m_printer *p, const struct m_cond *node)
{
    static const char *const compare_words[] = {"at least", "at most", "over", "under"};
    static const char *const span_words[] = {"days", "months", "years"};
    put_field(p, node->side, node->field);
    if (node->op == M_C_SAME) {
        put(p, node->negated ? " is not " : " is ");
        put_field(p, node->other_side, node->other_field);
        return;
    }
    if (node->op == M_C_AREA) {
        sb_str_printf(p->out, " %s %s", node->negated ? "not in" : "in", p->world->areas[node->set].name);
        return;
    }
    if (node->op == M_C_SETTLEMENT) {
        static const char *const words[] = {"?", "rural", "urban", "special"};
        sb_str_printf(p->out, " %s %s", node->negated ? "is not" : "is", words[node->settlement]);
        return;
    }
    if (node->op == M_C_IN) {
        if (node->as_is)
            put(p, node->negated ? " is not " : " is ");
        else
            put(p, node->negated ? " not in " : " in ");
        if (node->set >= 0)
            put(p, p->world->sets[node->set].name);
        else
            put_list(p, m_space_of(node->field), node->codes, node->code_count);
        return;
    }
    sb_str_printf(p->out, " %s ", compare_words[node->compare]);
    put_number(p, node->number, node->op == M_C_AMOUNT ? p->world->decimals : 0);
    if (node->op == M_C_AGE)
        sb_str_printf(p->out, " %s%s", span_words[node->span],
                      node->at_registration ? " at registration" : "");
}

/* Parentheses only where they are needed: `and` binds tighter than `or`. */
static void put_condition(struct m_printer *p, int cond)
{
    const struct m_cond *node = &p->plan->conds[cond];
    if (node->op == M_C_NOT) {
        bool simple = p->plan->conds[node->left].op > M_C_NOT;
        put(p, simple ? "not " : "not (");
        put_condition(p, node->left);
        put(p, simple ? "" : ")");
        return;
    }
    if (node->op != M_C_AND && node->op != M_C_OR) {
        put_comparison(p, node);
        return;
    }
    for (int i = 0; i < 2; i++) {
        int child = i == 0 ? node->left : node->right;
        bool wrap = node->op == M_C_AND && p->plan->conds[child].op == M_C_OR;
        put(p, wrap ? "(" : "");
        put_condition(p, child);
        put(p, wrap ? ")" : "");
        if (i == 0)
            put(p, node->op == M_C_AND ? " and " : " or ");
    }
}

static void put_where(struct m_printer *p, const struct m_sentence *s)
{
    if (s->cond < 0)
        return;
    put(p, " where ");
    put_condition(p, s->cond);
}

static void put_tail(struct m_printer *p, const struct m_sentence *s)
{
    if (s->from.written) {
        put(p, " from ");
        put_moment(p, &s->from);
    }
    if (s->known_from.written) {
        put(p, " known from ");
        put_moment(p, &s->known_from);
    }
    if (s->until.written) {
        put(p, "\n        until ");
        put_moment(p, &s->until);
    }
    if (s->instrument >= 0)
        sb_str_printf(p->out, " by %s%s", p->plan->layers[s->layer].instruments[s->instrument].name,
                      s->name[0] != '\0' ? " \"II.3\"" : "");
}

/* ------------------------------------------------------------------ limits */

static void put_table(struct m_printer *p, const struct m_sentence *s)
{
    put(p, "\n       ");
    for (int i = 0; i < s->attribute_count; i++)
        sb_str_printf(p->out, " | %s%s%s",
                      s->attributes[i].side == M_HOLDER ? "" : side_words[s->attributes[i].side],
                      s->attributes[i].side == M_HOLDER ? "" : ".", field_words[s->attributes[i].field]);
    if (s->date_count == 0)
        put(p, " | at most");
    for (int i = 0; i < s->date_count; i++) {
        put(p, " | from ");
        put_date(p, s->dates[i]);
    }
    put(p, " |");
    for (int row = 0; row < s->row_count; row++) {
        put(p, "\n       ");
        for (int i = 0; i < s->attribute_count; i++)
            sb_str_printf(p->out, " | %s",
                          name_of(p->world, m_space_of(s->attributes[i].field), s->rows[row].codes[i]));
        for (int i = 0; i < (s->date_count == 0 ? 1 : s->date_count); i++) {
            put(p, " | ");
            if (s->rows[row].cells[i] < 0)
                put(p, "none");
            else
                put_number(p, s->rows[row].cells[i], s->measure == M_NUMBER ? 0 : p->world->decimals);
        }
        put(p, " |");
    }
}

static void put_window(struct m_printer *p, const struct m_sentence *s)
{
    switch (s->window) {
    case M_DAILY: put(p, "each day"); break;
    case M_WEEKLY: put(p, "each calendar week"); break;
    case M_MONTHLY: put(p, "each calendar month"); break;
    case M_YEARLY: sb_str_printf(p->out, "each year from %02d-%02d", s->year_month, s->year_day); break;
    case M_ROLLING: sb_str_printf(p->out, "last %d days", s->days); break;
    case M_LIFETIME: put(p, "lifetime"); break;
    case M_WHOLE_PILOT: put(p, "pilot"); break;
    }
}

static void put_subject(struct m_printer *p, const struct m_sentence *s)
{
    static const char *const subjects[] = {"account", "customer at provider", "person", "agent", "provider",
                                           "pilot"};
    if (s->subject != M_PER_ACCOUNT || s->side_written || s->days % 2 == 1)
        sb_str_printf(p->out, " per %s%s%s", s->side_written ? side_words[s->side] : "",
                      s->side_written ? " " : "", subjects[s->subject]);
}

static void put_limit(struct m_printer *p, const struct m_sentence *s)
{
    sb_str_printf(p->out, "limit %s: ", s->name);
    switch (s->measure) {
    case M_SUM:
    case M_NUMBER:
        put(p, s->measure == M_SUM ? "sum of " : "number of ");
        put_kinds(p, s);
        put_where(p, s);
        put(p, "\n     ");
        put_subject(p, s);
        put(p, ", ");
        put_window(p, s);
        put(p, ", ");
        break;
    case M_EACH_MOST:
    case M_EACH_LEAST:
        put(p, "each ");
        put_kinds(p, s);
        put_where(p, s);
        put(p, " ");
        break;
    case M_BALANCE:
        put(p, "balance of account");
        if (!s->all) {
            put(p, " on ");
            put_kinds(p, s);
        }
        put_where(p, s);
        put(p, " ");
        break;
    }
    put(p, s->measure == M_EACH_LEAST ? "at least " : "at most ");
    if (s->table)
        put_table(p, s);
    else
        put_number(p, s->ceiling, s->measure == M_NUMBER ? 0 : p->world->decimals);
}

static void put_for(struct m_printer *p, bool all, uint32_t kinds)
{
    struct m_sentence some = {.all = all, .kinds = kinds};
    put(p, " for ");
    put_kinds(p, &some);
}

/* `for` may stand before `when` or at the end. */
static void put_ask(struct m_printer *p, const struct m_sentence *s)
{
    bool all = s->on_total ? s->asks_all : s->all, last = s->days % 2 == 1;
    uint32_t kinds = s->on_total ? s->asked : s->kinds;
    sb_str_printf(p->out, "ask %s", s->name);
    if (s->asks_some && !last)
        put_for(p, all, kinds);
    put(p, " when ");
    if (!s->on_total) {
        put_condition(p, s->cond);
    } else {
        put(p, s->measure == M_SUM ? "sum of " : "number of ");
        put_kinds(p, s);
        put_where(p, s);
        put(p, "\n     ");
        put_subject(p, s);
        put(p, ", ");
        put_window(p, s);
        put(p, ", over ");
        put_number(p, s->ceiling, s->measure == M_NUMBER ? 0 : p->world->decimals);
    }
    if (s->asks_some && last)
        put_for(p, all, kinds);
}

/* ------------------------------------------------------------------ fees */

static void put_charge(struct m_printer *p, const struct m_band *band)
{
    unsigned decimals = p->world->decimals;
    put_number(p, band->number, band->is_rate ? 4 : decimals);
    put(p, band->is_rate ? " %" : "");
    if (band->has_least) {
        put(p, " at least ");
        put_number(p, band->least, decimals);
    }
    if (band->has_most) {
        put(p, " at most ");
        put_number(p, band->most, decimals);
    }
}

static void put_fee(struct m_printer *p, const struct m_sentence *s)
{
    static const char *const parties[] = {"", "payer", "payee", "agent", "provider", "holder"};
    sb_str_printf(p->out, "fee %s%s", s->name, s->name[0] != '\0' ? " for " : "");
    put_kinds(p, s);
    put_where(p, s);
    put(p, ": ");
    if (!s->has_table)
        put_charge(p, &s->bands[0]);
    if (s->has_table)
        put(p, "\n        | up to | fee |");
    for (int i = 0; s->has_table && i < s->band_count; i++) {
        put(p, "\n        | ");
        if (s->bands[i].up_to < 0)
            put(p, "none");
        else
            put_number(p, s->bands[i].up_to, p->world->decimals);
        put(p, " | ");
        put_charge(p, &s->bands[i]);
        put(p, " |");
    }
    if (s->pays != M_FEE_UNSAID)
        sb_str_printf(p->out, ", paid by %s", parties[s->pays]);
    if (s->gets == M_FEE_CLASS)
        sb_str_printf(p->out, ", to %s", name_of(p->world, SB_SPACE_CLASS, s->gets_class));
    else if (s->gets != M_FEE_UNSAID)
        sb_str_printf(p->out, ", to %s", parties[s->gets]);
    if (s->is_returned)
        put(p, ", returned on reversal");
    if (s->is_counted || s->days == 1)
        put(p, s->is_counted ? ", counted" : ", not counted");
}

/* ------------------------------------------------------------------ sentences */

static void put_sentence(struct m_printer *p, int number)
{
    const struct m_sentence *s = &p->plan->sentences[number];
    p->text->sentence_of_line[p->line] = number;
    switch (s->type) {
    case M_PILOT_RUNS:
        put(p, "pilot runs ");
        put_moment(p, &s->runs_from);
        put(p, s->runs_to.written ? " to " : " onward");
        if (s->runs_to.written)
            put_moment(p, &s->runs_to);
        break;
    case M_ALLOW:
    case M_FORBID:
        put(p, s->type == M_ALLOW ? "allow " : "forbid ");
        put_kinds(p, s);
        put_where(p, s);
        break;
    case M_REQUIRE:
        put(p, "require ");
        put_condition(p, s->cond);
        if (!s->all) {
            put(p, " for ");
            put_kinds(p, s);
        }
        break;
    case M_LIMIT: put_limit(p, s); break;
    case M_ASK: put_ask(p, s); break;
    case M_FEE: put_fee(p, s); break;
    case M_IN_AREA:
        sb_str_printf(p->out, "in area %s by place of %s", p->world->areas[s->area].name,
                      s->by_agent ? "agent" : "registration");
        if (!s->all)
            put_for(p, false, s->kinds);
        break;
    case M_EXCEPT:
        put(p, "except from ");
        for (int i = 0; i < s->except_count; i++)
            sb_str_printf(p->out, "%s%s", i > 0 ? ", " : "", s->excepts[i]);
        put(p, ": ");
        put_kinds(p, s);
        put_where(p, s);
        break;
    case M_AFTER:
        put(p, "after the end allow ");
        put_kinds(p, s);
        sb_str_printf(p->out, " for %d days", s->days);
        break;
    }
    put_tail(p, s);
    put(p, "\n");
}

static void put_instrument(struct m_printer *p, const struct m_instrument *instrument)
{
    sb_str_printf(p->out, "instrument %s \"Quyết định \\\"%s\\\"\" signed ", instrument->name,
                  instrument->name);
    put_date(p, instrument->signed_on);
    if (instrument->in_force.written) {
        put(p, " in force ");
        put_moment(p, &instrument->in_force);
    }
    if (instrument->known_from.written) {
        put(p, " known from ");
        put_moment(p, &instrument->known_from);
    }
    put(p, "\n");
}

/* What a text consists of, in the order in which it is written. */
struct m_item {
    enum {
        M_I_UNIT,
        M_I_CLOCK,
        M_I_KIND,
        M_I_SET,
        M_I_AREA,
        M_I_TERRITORY,
        M_I_NAMES,
        M_I_INSTRUMENT,
        M_I_SENTENCE
    } what;
    int number;
};

static int list_items(const struct m_plan *plan, const struct m_world *world, int layer, struct m_item *items)
{
    int count = 0;
    if (layer == 0 || world->layers_say_unit) {
        items[count++] = (struct m_item){M_I_UNIT, 0};
        if (world->offset_s != 0)
            items[count++] = (struct m_item){M_I_CLOCK, 0};
    }
    if (layer == 0) {
        for (int i = 0; i < world->kind_count; i++)
            items[count++] = (struct m_item){M_I_KIND, i};
        items[count++] = (struct m_item){M_I_NAMES, SB_SPACE_TIER};
    }
    for (int i = 0; i < world->set_count; i++)
        items[count++] = (struct m_item){M_I_SET, i};
    if (layer == 0 && world->territory != NULL)
        items[count++] = (struct m_item){M_I_TERRITORY, 0};
    for (int i = 0; i < world->area_count; i++)
        items[count++] = (struct m_item){M_I_AREA, i};
    for (int i = 0; i < plan->layers[layer].instrument_count; i++)
        items[count++] = (struct m_item){M_I_INSTRUMENT, i};
    for (int i = 0; i < plan->sentence_count; i++)
        if (plan->sentences[i].layer == layer && !plan->sentences[i].removed)
            items[count++] = (struct m_item){M_I_SENTENCE, i};
    return count;
}

static void put_area(struct m_printer *p, int area)
{
    static const char *const splits[] = {"", ", split communes count as inside",
                                         ", split communes count as outside"};
    sb_str_printf(p->out, "area %s: ", p->world->areas[area].name);
    for (int i = 0; i < p->world->areas[area].member_count; i++) {
        uint32_t place = p->world->areas[area].members[i];
        bool province = SB_PLACE_LEVEL(place) == SB_PLACE_PROVINCE;
        sb_str_printf(p->out, "%s%s %0*u", i > 0 ? ", " : "", province ? "province" : "commune",
                      province ? 2 : 5, SB_PLACE_NUMBER(place));
    }
    put(p, " as of ");
    put_date(p, p->world->areas[area].as_of);
    put(p, splits[p->world->areas[area].split]);
    put(p, "\n");
}

static void put_item(struct m_printer *p, int layer, struct m_item item)
{
    static const char *const holders[] = {"to holder", "from holder", "of nobody"};
    const struct m_world *world = p->world;
    switch (item.what) {
    case M_I_UNIT:
        sb_str_printf(p->out, "unit %s", world->spaces[SB_SPACE_UNIT].names[0]);
        if (world->decimals > 0)
            sb_str_printf(p->out, " with %u decimals", world->decimals);
        put(p, "\n");
        break;
    case M_I_CLOCK: {
        int minutes = (world->offset_s < 0 ? -world->offset_s : world->offset_s) / 60;
        sb_str_printf(p->out, "clock %c%02d:%02d", world->offset_s < 0 ? '-' : '+', minutes / 60,
                      minutes % 60);
        put(p, "\n");
        break;
    }
    case M_I_KIND:
        sb_str_printf(p->out, "kind %s %s", world->spaces[SB_SPACE_KIND].names[item.number],
                      holders[world->holders[item.number]]);
        put(p, "   # a kind\n");
        break;
    case M_I_SET:
        sb_str_printf(p->out, "set %s: ", world->sets[item.number].name);
        put_list(p, world->sets[item.number].space, world->sets[item.number].codes,
                 world->sets[item.number].count);
        put(p, "\n");
        break;
    case M_I_TERRITORY: put(p, "territory vn\n"); break;
    case M_I_AREA: put_area(p, item.number); break;
    case M_I_NAMES:
        sb_str_printf(p->out, "names %s: ", sb_space_word((enum sb_space)item.number));
        put_list(p, (enum sb_space)item.number, world->spaces[item.number].codes,
                 world->spaces[item.number].count);
        put(p, "\n");
        break;
    case M_I_INSTRUMENT: put_instrument(p, &p->plan->layers[layer].instruments[item.number]); break;
    case M_I_SENTENCE: put_sentence(p, item.number); break;
    }
}

/* The order of sentences never matters, but for fees, whose numbers and movements follow the source. */
static void order_fees(const struct m_plan *plan, struct m_item *items, int count)
{
    for (int i = 0; i < count; i++)
        for (int k = i + 1; k < count; k++)
            if (items[i].what == M_I_SENTENCE && items[k].what == M_I_SENTENCE &&
                plan->sentences[items[i].number].type == M_FEE &&
                plan->sentences[items[k].number].type == M_FEE && items[k].number < items[i].number) {
                struct m_item item = items[i];
                items[i] = items[k];
                items[k] = item;
            }
}

void m_print_layer(const struct m_plan *plan, const struct m_world *world, int layer,
                   struct m_random *shuffle, struct m_text *ret_text)
{
    struct m_printer p = {.plan = plan, .world = world, .text = ret_text, .out = &ret_text->text, .line = 1};
    struct m_item items[M_SENTENCES_MAX + 64];
    sb_str_clear(p.out);
    for (int i = 0; i < M_LINES_MAX; i++)
        ret_text->sentence_of_line[i] = -1;
    sb_str_printf(p.out, "charter \"plan %d\"", plan->number);
    if (layer > 0)
        sb_str_printf(p.out, " of provider %s",
                      name_of(world, SB_SPACE_PROVIDER, plan->layers[layer].provider));
    put(&p, "\n");
    int count = list_items(plan, world, layer, items);
    for (int i = 0; shuffle != NULL && i < count; i++) {
        int other = (int)m_below(shuffle, (uint32_t)count);
        struct m_item item = items[i];
        items[i] = items[other];
        items[other] = item;
    }
    if (shuffle != NULL)
        order_fees(plan, items, count);
    for (int i = 0; i < count; i++)
        put_item(&p, layer, items[i]);
    assert(p.line < M_LINES_MAX);
}
