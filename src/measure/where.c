/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A tree is laid out once, children before parents, so that asking needs no recursion, however deep the tree
 * leans: it comes from outside.
 */

#include "measure/where.h"

#include "base/macros.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct sb_where {
    const struct sb_condition **nodes; /* owned array, in postfix order; the tree is borrowed */
    enum sb_three *stack;              /* owned, as long as there are nodes */
    size_t count;
    uint32_t layer;
};

/* The tree from its root, each node before its children and the right one first: read backwards it is
 * postfix. */
static bool lay_out(struct sb_where *where, const struct sb_condition *root, size_t *ret_room)
{
    size_t room = 16, depth = 0, stack_room = 16;
    const struct sb_condition **stack = malloc(stack_room * sizeof(*stack));
    where->nodes = malloc(room * sizeof(*where->nodes));
    bool good = stack && where->nodes;
    if (good)
        stack[depth++] = root;
    while (good && depth > 0) {
        const struct sb_condition *node = stack[--depth];
        if (where->count == room) {
            room *= 2;
            const struct sb_condition **nodes = realloc(where->nodes, room * sizeof(*nodes));
            good = nodes != NULL;
            if (good)
                where->nodes = nodes;
        }
        if (good && depth + 2 > stack_room) {
            stack_room *= 2;
            const struct sb_condition **grown = realloc(stack, stack_room * sizeof(*grown));
            good = grown != NULL;
            if (good)
                stack = grown;
        }
        if (!good)
            break;
        where->nodes[where->count++] = node;
        if (node->left)
            stack[depth++] = node->left;
        if (node->right)
            stack[depth++] = node->right;
    }
    free(stack);
    *ret_room = room;
    return good;
}

struct sb_where *sb_where_new(const struct sb_condition *condition, uint32_t layer)
{
    struct sb_where *where = calloc(1, sizeof(*where));
    size_t room;
    if (!where)
        return NULL;
    where->layer = layer;
    if (lay_out(where, condition, &room))
        where->stack = malloc(where->count * sizeof(*where->stack));
    if (!where->stack) {
        sb_where_free(where);
        return NULL;
    }
    for (size_t i = 0; i < where->count / 2; i++) {
        const struct sb_condition *node = where->nodes[i];
        where->nodes[i] = where->nodes[where->count - 1 - i];
        where->nodes[where->count - 1 - i] = node;
    }
    return where;
}

void sb_where_free(struct sb_where *where)
{
    if (!where)
        return;
    free(where->nodes);
    free(where->stack);
    free(where);
}

static bool is_age(enum sb_field field)
{
    return field == SB_FIELD_AGE || field == SB_FIELD_SIM_AGE || field == SB_FIELD_ACCOUNT_AGE;
}

static bool is_operator(const struct sb_condition *node)
{
    return node->op == SB_COND_AND || node->op == SB_COND_OR || node->op == SB_COND_NOT;
}

static bool is_of_event(enum sb_side side)
{
    return side == SB_SIDE_TX || side == SB_SIDE_AGENT;
}

struct sb_where_reads sb_where_reads(const struct sb_where *where)
{
    struct sb_where_reads reads = {0};
    for (size_t i = 0; where && i < where->count; i++) {
        const struct sb_condition *node = where->nodes[i];
        if (is_operator(node))
            continue;
        reads.event |= is_of_event(node->side) || (node->against_field && is_of_event(node->other_side));
        reads.ages |= is_age(node->field) && !node->at_registration;
    }
    return reads;
}

static enum sb_three three_of(bool truth)
{
    return truth ? SB_YES : SB_NO;
}

static enum sb_three three_not(enum sb_three a)
{
    return a == SB_NO ? SB_YES : a == SB_YES ? SB_NO : SB_UNKNOWN;
}

static enum sb_three three_and(enum sb_three a, enum sb_three b)
{
    return a == SB_NO || b == SB_NO ? SB_NO : a == SB_YES && b == SB_YES ? SB_YES : SB_UNKNOWN;
}

/* ------------------------------------------------------------------ names */

struct symbol {
    uint16_t code;
    bool unknown; /* an account's that is 0; else 0 is none, an ordinary value */
};

static struct symbol tx_symbol(const struct sb_event *event, enum sb_field field)
{
    uint16_t code = 0;
    if (!event)
        return (struct symbol){.unknown = true};
    if (field == SB_FIELD_PURPOSE)
        code = event->purpose;
    else if (field == SB_FIELD_CHANNEL)
        code = event->channel;
    else if (field == SB_FIELD_COUNTRY)
        code = event->country;
    else if (field == SB_FIELD_PROVIDER)
        code = event->provider;
    return (struct symbol){.code = code};
}

static struct symbol read_symbol(const struct sb_where_scene *scene, enum sb_side side, enum sb_field field)
{
    if (side == SB_SIDE_TX)
        return tx_symbol(scene->event, field);
    const struct sb_account_view *account = scene->sides[side];
    if (!account)
        return (struct symbol){.unknown = side != SB_SIDE_AGENT};
    uint16_t code = 0;
    if (field == SB_FIELD_PROVIDER)
        code = account->provider;
    else if (field == SB_FIELD_CLASS)
        code = account->class_;
    else if (field == SB_FIELD_TIER)
        code = account->tier;
    else if (field == SB_FIELD_ISSUER)
        code = account->issuer;
    else if (field == SB_FIELD_SEX)
        code = account->sex;
    return (struct symbol){.code = code, .unknown = code == 0};
}

static enum sb_three symbol_same(const struct sb_where_scene *scene, const struct sb_condition *node)
{
    struct symbol one = read_symbol(scene, node->side, node->field);
    struct symbol other = read_symbol(scene, node->other_side, node->other_field);
    if (one.unknown || other.unknown)
        return SB_UNKNOWN;
    bool same = one.code == other.code;
    return three_of(same == (node->op == SB_COND_IS));
}

/* The sentence that declares a set or area for a layer: its own, else the regulator's. */
static const struct sb_sentence *find_sentence(const struct sb_plan *plan, uint32_t layer,
                                               enum sb_sentence_type type, const char *name)
{
    const struct sb_sentence *found = NULL;
    if (plan && layer < plan->layer_count)
        found = sb_charter_find(plan->layers[layer].charter, type, name);
    if (!found && plan)
        found = sb_charter_find(plan->layers[0].charter, type, name);
    return found;
}

static enum sb_three symbol_in(const struct sb_where *where, const struct sb_where_scene *scene,
                               const struct sb_condition *node)
{
    struct symbol symbol = read_symbol(scene, node->side, node->field);
    bool negated = node->op == SB_COND_IS_NOT || node->op == SB_COND_NOT_IN;
    if (symbol.unknown)
        return SB_UNKNOWN;
    /* A transaction without a country is at home: no comparison with names is true of it. */
    if (symbol.code == 0 && node->side == SB_SIDE_TX && node->field == SB_FIELD_COUNTRY)
        return SB_NO;
    struct sb_words words = node->names;
    if (words.count == 1 && (node->op == SB_COND_IN || node->op == SB_COND_NOT_IN)) {
        const struct sb_sentence *set =
            find_sentence(scene->plan, where->layer, SB_S_SET, words.list[0].text);
        if (set)
            words = set->set.words;
    }
    const char *name = sb_symbols_name(scene->symbols, sb_field_space(node->field), symbol.code);
    bool in = false;
    for (uint32_t i = 0; name && i < words.count && !in; i++)
        in = strcmp(words.list[i].text, name) == 0;
    return three_of(in != negated);
}

/* ------------------------------------------------------------------ ages */

/* The day on which something that began on a day has lasted a span. Spans are bounded by the parser. */
static sb_day day_reached(sb_day since, struct sb_span_of_time span)
{
    enum { MONTHS_MAX = 20000 * 12, DAYS_MAX = 4000000 };
    if (span.months)
        return sb_day_add_months(since, (int32_t)SB_MIN(span.count, (uint32_t)MONTHS_MAX));
    return since + (sb_day)SB_MIN(span.count, (uint32_t)DAYS_MAX);
}

/* Between which days the span is reached: a year of them where only the year of birth is known. */
static bool age_reached(const struct sb_account_view *account, const struct sb_condition *node,
                        sb_day *ret_first, sb_day *ret_last)
{
    if (node->field == SB_FIELD_AGE) {
        if (account->birth_year == 0)
            return false;
        int32_t year = SB_MIN(account->birth_year, 9999);
        *ret_first = day_reached(sb_day_of_date((struct sb_date){year, 1, 1}), node->span);
        *ret_last = day_reached(sb_day_of_date((struct sb_date){year, 12, 31}), node->span);
        return true;
    }
    sb_day since = node->field == SB_FIELD_ACCOUNT_AGE ? account->opened_on : account->sim_since;
    if (since == SB_DAY_NONE)
        return false;
    *ret_first = *ret_last = day_reached(since, node->span);
    return true;
}

/* The meaning is the ledger's (docs/charter-language.md, section 5). */
static enum sb_three compare_age(const struct sb_where_scene *scene, const struct sb_condition *node)
{
    const struct sb_account_view *account = scene->sides[node->side];
    if (!account)
        return node->side == SB_SIDE_AGENT ? SB_NO : SB_UNKNOWN;
    sb_day day = node->at_registration ? account->opened_on : scene->day, first, last;
    if (day == SB_DAY_NONE || !age_reached(account, node, &first, &last))
        return SB_UNKNOWN;
    if (first != last && day >= first && day <= last)
        return SB_UNKNOWN;
    if (node->op == SB_COND_AT_LEAST)
        return three_of(day >= last);
    if (node->op == SB_COND_UNDER)
        return three_of(day < first);
    return three_of(node->op == SB_COND_AT_MOST ? day <= first : day > last);
}

/* ------------------------------------------------------------------ places */

static bool read_place(const struct sb_where_scene *scene, enum sb_side side, sb_place_index *ret_index)
{
    *ret_index = 0;
    const struct sb_territory *territory = scene->plan ? scene->plan->territory : NULL;
    if (side != SB_SIDE_TX) {
        const struct sb_account_view *account = scene->sides[side];
        *ret_index = account && territory && territory == scene->territory ? account->place_index : 0;
        return account || side != SB_SIDE_AGENT;
    }
    if (!scene->event || scene->event->place == 0)
        return false;
    int epoch = territory ? sb_territory_epoch_on(territory, scene->day) : -1;
    *ret_index = epoch < 0 ? 0 : sb_territory_place(territory, (uint16_t)epoch, scene->event->place);
    return true;
}

static enum sb_three place_is(const struct sb_where_scene *scene, sb_place_index place, const char *word)
{
    static const char *const words[] = {[SB_SETTLEMENT_UNKNOWN] = "",
                                        [SB_SETTLEMENT_RURAL] = "rural",
                                        [SB_SETTLEMENT_URBAN] = "urban",
                                        [SB_SETTLEMENT_SPECIAL] = "special"};
    uint8_t settlement = sb_territory_info(scene->plan->territory, place)->settlement;
    return settlement == SB_SETTLEMENT_UNKNOWN ? SB_UNKNOWN : three_of(strcmp(words[settlement], word) == 0);
}

static enum sb_three place_in(const struct sb_where *where, const struct sb_where_scene *scene,
                              sb_place_index place, const char *word)
{
    const struct sb_plan *plan = scene->plan;
    const struct sb_sentence *area = find_sentence(plan, where->layer, SB_S_AREA, word);
    for (uint32_t i = 0; area && i < plan->area_count; i++)
        if (plan->areas[i].name.text == area->name.text)
            return (enum sb_three)plan->areas[i].inside[place];
    return SB_UNKNOWN;
}

static enum sb_three compare_place(const struct sb_where *where, const struct sb_where_scene *scene,
                                   const struct sb_condition *node)
{
    bool in = node->op == SB_COND_IN || node->op == SB_COND_NOT_IN;
    bool negated = node->op == SB_COND_IS_NOT || node->op == SB_COND_NOT_IN;
    enum sb_three truth = SB_NO;
    sb_place_index place;
    bool there = read_place(scene, node->side, &place);
    for (uint32_t i = 0; there && i < node->names.count; i++) {
        const char *word = node->names.list[i].text;
        enum sb_three one = place == 0 ? SB_UNKNOWN
                            : in       ? place_in(where, scene, place, word)
                                       : place_is(scene, place, word);
        truth = three_not(three_and(three_not(truth), three_not(one)));
    }
    return negated ? three_not(truth) : truth;
}

/* ------------------------------------------------------------------ asking */

static enum sb_three compare_amount(const struct sb_where_scene *scene, const struct sb_condition *node)
{
    if (!scene->event)
        return SB_UNKNOWN;
    int64_t amount = scene->event->amount;
    switch ((int)node->op) {
    case SB_COND_AT_LEAST: return three_of(amount >= node->number);
    case SB_COND_AT_MOST: return three_of(amount <= node->number);
    case SB_COND_OVER: return three_of(amount > node->number);
    default: return three_of(amount < node->number);
    }
}

static enum sb_three compare(const struct sb_where *where, const struct sb_where_scene *scene,
                             const struct sb_condition *node)
{
    if (node->against_field)
        return symbol_same(scene, node);
    if (node->field == SB_FIELD_PLACE)
        return compare_place(where, scene, node);
    if (node->field == SB_FIELD_AMOUNT)
        return compare_amount(scene, node);
    return is_age(node->field) ? compare_age(scene, node) : symbol_in(where, scene, node);
}

enum sb_three sb_where_holds(const struct sb_where *where, const struct sb_where_scene *scene)
{
    if (!where)
        return SB_YES;
    enum sb_three *stack = where->stack;
    size_t depth = 0;
    for (size_t i = 0; i < where->count; i++) {
        const struct sb_condition *node = where->nodes[i];
        if (node->op == SB_COND_NOT) {
            assert(depth >= 1);
            stack[depth - 1] = three_not(stack[depth - 1]);
        } else if (is_operator(node)) {
            assert(depth >= 2);
            depth--;
            enum sb_three a = stack[depth - 1], b = stack[depth];
            stack[depth - 1] =
                node->op == SB_COND_AND ? three_and(a, b) : three_not(three_and(three_not(a), three_not(b)));
        } else {
            stack[depth++] = compare(where, scene, node);
        }
    }
    assert(depth == 1);
    return stack[0];
}
