/* SPDX-License-Identifier: Apache-2.0 */

/* Conditions in postfix order on a stack of three-valued truths (Kleene's logic). */

#include "ledger/ledger_internal.h"

#include "base/bytes.h"
#include "base/macros.h"

#include <assert.h>

/* Where a field's symbol code lies in an event or an account; 0 where there is none. */
static const uint8_t tx_symbol[SB_FIELD_COUNT] = {
    [SB_FIELD_PURPOSE] = offsetof(struct sb_event, purpose),
    [SB_FIELD_CHANNEL] = offsetof(struct sb_event, channel),
    [SB_FIELD_COUNTRY] = offsetof(struct sb_event, country),
    [SB_FIELD_PROVIDER] = offsetof(struct sb_event, provider),
};
static const uint8_t account_symbol[SB_FIELD_COUNT] = {
    [SB_FIELD_PROVIDER] = offsetof(struct sb_account, provider),
    [SB_FIELD_CLASS] = offsetof(struct sb_account, class_),
    [SB_FIELD_TIER] = offsetof(struct sb_account, tier),
    [SB_FIELD_ISSUER] = offsetof(struct sb_account, issuer),
    [SB_FIELD_SEX] = offsetof(struct sb_account, sex),
};

struct symbol {
    uint16_t code;
    bool unknown; /* an account's that is 0; else 0 is none, an ordinary value */
};

static struct symbol read_symbol(const struct sb_scene *scene, uint8_t side, uint8_t field)
{
    if (side == SB_SIDE_TX) {
        assert(tx_symbol[field] != 0);
        return (struct symbol){.code = sb_get_u16((const char *)scene->event + tx_symbol[field])};
    }
    const struct sb_account *account = scene->sides[side];
    if (!account)
        return (struct symbol){0};
    assert(account_symbol[field] != 0);
    uint16_t code = sb_get_u16((const char *)account + account_symbol[field]);
    return (struct symbol){.code = code, .unknown = code == 0};
}

static enum sb_three three_of(bool truth)
{
    return truth ? SB_YES : SB_NO;
}

static enum sb_three symbol_in(const struct sb_scene *scene, const struct sb_ins *ins)
{
    struct symbol symbol = read_symbol(scene, ins->side, ins->field);
    if (symbol.unknown)
        return SB_UNKNOWN;
    const struct sb_code_set *set = &scene->plan->sets[ins->set];
    uint32_t word = symbol.code / 64u;
    return three_of(word < set->word_count && (set->words[word] >> (symbol.code % 64u) & 1) != 0);
}

static enum sb_three symbol_same(const struct sb_scene *scene, const struct sb_ins *ins)
{
    struct symbol one = read_symbol(scene, ins->side, ins->field);
    struct symbol other = read_symbol(scene, ins->other_side, ins->other_field);
    return one.unknown || other.unknown ? SB_UNKNOWN : three_of(one.code == other.code);
}

/* ------------------------------------------------------------------ ages */

#define DAY_MIN    (-719162)             /* 0001-01-01 */
#define DAY_MAX    2932896               /* 9999-12-31 */
#define MONTHS_MAX (INT64_C(20000) * 12) /* longer than all days that there are */

/* The day on which something that began on a day has lasted so many months or days. */
static int64_t day_reached(sb_day since, const struct sb_ins *ins)
{
    sb_day day = SB_MIN(SB_MAX(since, DAY_MIN), DAY_MAX);
    int64_t number = SB_MIN(ins->number, MONTHS_MAX * 31);
    return ins->months ? sb_day_add_months(day, (int32_t)SB_MIN(number, MONTHS_MAX)) : day + number;
}

/*
 * The days between which an age of the instruction's span is reached: one day where the beginning is known,
 * a year of them where only the year of birth is. False when nothing is known.
 */
static bool age_reached(const struct sb_account *account, const struct sb_ins *ins, int64_t *ret_first,
                        int64_t *ret_last)
{
    sb_day since = ins->field == SB_FIELD_ACCOUNT_AGE ? account->opened_on : account->sim_since;
    if (ins->field == SB_FIELD_AGE) {
        if (account->birth_year == 0)
            return false;
        int32_t year = SB_MIN(account->birth_year, 9999);
        *ret_first = day_reached(sb_day_of_date((struct sb_date){year, 1, 1}), ins);
        *ret_last = day_reached(sb_day_of_date((struct sb_date){year, 12, 31}), ins);
        return true;
    }
    if (since == SB_DAY_NONE)
        return false;
    *ret_first = *ret_last = day_reached(since, ins);
    return true;
}

/* Compares the age on the instruction's day, now or at registration, with its span. */
static enum sb_three compare_age(const struct sb_scene *scene, const struct sb_ins *ins)
{
    const struct sb_account *account = scene->sides[ins->side];
    if (!account) /* none has no age: no comparison with it holds */
        return SB_NO;
    sb_day day = ins->at_registration ? account->opened_on : scene->day;
    int64_t first, last;
    if (day == SB_DAY_NONE || !age_reached(account, ins, &first, &last))
        return SB_UNKNOWN;
    if (first != last && day >= first && day <= last)
        return SB_UNKNOWN;
    switch ((enum sb_ins_op)ins->op) {
    case SB_INS_AGE_LEAST: return three_of(day >= last);
    case SB_INS_AGE_UNDER: return three_of(day < first);
    case SB_INS_AGE_MOST: return three_of(day <= first);
    case SB_INS_AGE_OVER: return three_of(day > last);
    case SB_INS_AND:
    case SB_INS_OR:
    case SB_INS_NOT:
    case SB_INS_SYMBOL_IN:
    case SB_INS_SAME:
    case SB_INS_AMOUNT_LEAST:
    case SB_INS_AMOUNT_MOST:
    case SB_INS_PLACE_IN_AREA:
    case SB_INS_PLACE_SETTLEMENT:
    case SB_INS_SERVED_IN_AREA: break;
    }
    assert(false);
    return SB_UNKNOWN;
}

bool sb_condition_age_days(const struct sb_scene *scene, const struct sb_ins *ins, int64_t ret_days[2])
{
    bool is_age = ins->op == SB_INS_AGE_LEAST || ins->op == SB_INS_AGE_MOST || ins->op == SB_INS_AGE_OVER ||
                  ins->op == SB_INS_AGE_UNDER;
    return is_age && !ins->at_registration && scene->sides[ins->side] &&
           age_reached(scene->sides[ins->side], ins, &ret_days[0], &ret_days[1]);
}

/* ------------------------------------------------------------------ places */

struct place {
    bool none;
    sb_place_index index; /* 0: unknown */
};

static struct place read_place(const struct sb_scene *scene, uint8_t side)
{
    const struct sb_territory *territory = scene->plan->territory;
    const struct sb_account *account = scene->sides[side];
    if (side != SB_SIDE_TX && !account)
        return (struct place){.none = true};
    if (side == SB_SIDE_TX && scene->event->place == 0)
        return (struct place){.none = true};
    if (!territory)
        return (struct place){0};
    if (side == SB_SIDE_TX) {
        int epoch = sb_territory_epoch_on(territory, scene->day);
        return (struct place){
            .index = epoch < 0 ? 0 : sb_territory_place(territory, (uint16_t)epoch, scene->event->place)};
    }
    if (territory == scene->territory)
        return (struct place){.index = account->place_index};
    bool known = account->place_epoch < sb_territory_epoch_count(territory);
    return (struct place){.index = known ? sb_territory_place(territory, account->place_epoch, account->place)
                                         : 0};
}

static enum sb_three place_in(const struct sb_scene *scene, const struct sb_ins *ins)
{
    struct place place = read_place(scene, ins->side);
    if (place.none)
        return SB_NO;
    return place.index == 0 ? SB_UNKNOWN : (enum sb_three)scene->plan->areas[ins->set].inside[place.index];
}

/* Where a transaction is served: where its agent is registered, else where it happens. */
static uint8_t served_side(const struct sb_scene *scene)
{
    return scene->sides[SB_SIDE_AGENT] ? SB_SIDE_AGENT : SB_SIDE_TX;
}

static enum sb_three served_in(const struct sb_scene *scene, const struct sb_ins *ins)
{
    struct place place = read_place(scene, served_side(scene));
    bool unknown = place.none || place.index == 0;
    return unknown ? SB_UNKNOWN : (enum sb_three)scene->plan->areas[ins->set].inside[place.index];
}

static enum sb_three place_settled(const struct sb_scene *scene, const struct sb_ins *ins)
{
    struct place place = read_place(scene, ins->side);
    if (place.none)
        return SB_NO;
    if (place.index == 0)
        return SB_UNKNOWN;
    uint8_t settlement = sb_territory_info(scene->plan->territory, place.index)->settlement;
    return settlement == SB_SETTLEMENT_UNKNOWN ? SB_UNKNOWN : three_of(settlement == ins->set);
}

/* ------------------------------------------------------------------ evaluation */

enum sb_three sb_condition_leaf(const struct sb_scene *scene, const struct sb_ins *ins)
{
    switch ((enum sb_ins_op)ins->op) {
    case SB_INS_SYMBOL_IN: return symbol_in(scene, ins);
    case SB_INS_SAME: return symbol_same(scene, ins);
    case SB_INS_AMOUNT_LEAST: return three_of(scene->event->amount >= ins->number);
    case SB_INS_AMOUNT_MOST: return three_of(scene->event->amount <= ins->number);
    case SB_INS_AGE_LEAST:
    case SB_INS_AGE_MOST:
    case SB_INS_AGE_OVER:
    case SB_INS_AGE_UNDER: return compare_age(scene, ins);
    case SB_INS_PLACE_IN_AREA: return place_in(scene, ins);
    case SB_INS_PLACE_SETTLEMENT: return place_settled(scene, ins);
    case SB_INS_SERVED_IN_AREA: return served_in(scene, ins);
    case SB_INS_AND:
    case SB_INS_OR:
    case SB_INS_NOT: break;
    }
    assert(false);
    return SB_UNKNOWN;
}

enum sb_three sb_condition(const struct sb_scene *scene, struct sb_code code)
{
    if (code.count == 0)
        return SB_YES;
    const struct sb_ins *ins = &scene->plan->code[code.first];
    if (code.count == 1)
        return sb_condition_leaf(scene, ins);

    enum sb_three stack[SB_CHARTER_NESTING_MAX + 2];
    unsigned depth = 0;
    for (uint32_t i = 0; i < code.count; i++, ins++) {
        if (ins->op == SB_INS_NOT) {
            assert(depth >= 1);
            stack[depth - 1] = sb_three_not(stack[depth - 1]);
        } else if (ins->op == SB_INS_AND || ins->op == SB_INS_OR) {
            assert(depth >= 2);
            depth--;
            enum sb_three a = stack[depth - 1], b = stack[depth];
            stack[depth - 1] = ins->op == SB_INS_AND
                                   ? sb_three_and(a, b)
                                   : sb_three_not(sb_three_and(sb_three_not(a), sb_three_not(b)));
        } else {
            assert(depth < SB_ARRAY_SIZE(stack));
            stack[depth++] = sb_condition_leaf(scene, ins);
        }
    }
    assert(depth == 1);
    return stack[0];
}

/* Which of an instruction's fields is unknown. */
static void name_missing(const struct sb_scene *scene, const struct sb_ins *ins, uint8_t *ret_side,
                         uint8_t *ret_field)
{
    *ret_side = ins->op == SB_INS_SERVED_IN_AREA ? served_side(scene) : ins->side;
    *ret_field = ins->field;
    if (ins->op == SB_INS_SAME && !read_symbol(scene, ins->side, ins->field).unknown) {
        *ret_side = ins->other_side;
        *ret_field = ins->other_field;
    }
    const struct sb_account *account = scene->sides[ins->side];
    if (ins->at_registration && account && account->opened_on == SB_DAY_NONE)
        *ret_field = SB_FIELD_ACCOUNT_AGE;
}

bool sb_condition_missing(const struct sb_scene *scene, struct sb_code code, uint8_t *ret_side,
                          uint8_t *ret_field)
{
    for (uint32_t i = 0; i < code.count; i++) {
        const struct sb_ins *ins = &scene->plan->code[code.first + i];
        bool leaf = ins->op != SB_INS_AND && ins->op != SB_INS_OR && ins->op != SB_INS_NOT;
        if (leaf && sb_condition_leaf(scene, ins) == SB_UNKNOWN) {
            name_missing(scene, ins, ret_side, ret_field);
            return true;
        }
    }
    return false;
}
