/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The cases that two plans' conditions can tell apart. Instructions say what is asked; values of a name space
 * that are in the same sets are one value; ages are taken on the day they turn and the day before.
 */

#include "charter/diff.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

#define YEARS_OF_SIM  10 /* how old a SIM is where nobody asks */
#define YEARS_OF_LIFE 40

/* ------------------------------------------------------------------ stretches */

SB_CHECKED static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

static sb_time_us end_of(const struct sb_plan *plan, uint32_t segment)
{
    return segment + 1 < plan->segment_count ? plan->segments[segment + 1].from : SB_TIME_FOREVER;
}

enum sb_status sb_diff_stretches(const struct sb_plan *const plans[2], sb_time_us from, sb_time_us to,
                                 struct sb_stretch **ret_stretches, uint32_t *ret_count, struct sb_err *err)
{
    uint32_t room = plans[0]->segment_count + plans[1]->segment_count, count = 0;
    struct sb_stretch *list = calloc(room, sizeof(*list));
    if (!list)
        return no_memory(err);
    uint32_t at[2] = {0, 0};
    sb_time_us begin = SB_TIME_ALWAYS;
    while (begin < to) {
        sb_time_us ends[2] = {end_of(plans[0], at[0]), end_of(plans[1], at[1])};
        sb_time_us end = SB_MIN(ends[0], ends[1]);
        if (end > from)
            list[count++] = (struct sb_stretch){SB_MAX(begin, from), SB_MIN(end, to), {at[0], at[1]}};
        if (end == SB_TIME_FOREVER)
            break;
        for (int i = 0; i < 2; i++)
            at[i] += ends[i] == end;
        begin = end;
    }
    *ret_stretches = list;
    *ret_count = count;
    return SB_OK;
}

/* ------------------------------------------------------------------ names that nobody knows */

enum sb_status sb_diff_others_intern(struct sb_symbols *symbols, struct sb_diff_others *ret_others,
                                     struct sb_err *err)
{
    static const char *const names[2] = {"another", "yet-another"};
    for (int space = 0; space < SB_SPACE_COUNT; space++)
        for (int i = 0; i < 2; i++) {
            enum sb_status status = sb_symbols_intern(symbols, (enum sb_space)space, names[i],
                                                      strlen(names[i]), &ret_others->code[space][i], err);
            if (status != SB_OK)
                return status;
        }
    return SB_OK;
}

/* ------------------------------------------------------------------ variables */

struct builder {
    const struct sb_diff_question *question;
    struct sb_diff_space *space;
    const struct sb_plan *plan; /* whose code is read */
};

static struct sb_diff_variable *variable_of(struct builder *builder, uint8_t side, unsigned field)
{
    struct sb_diff_space *space = builder->space;
    for (uint32_t i = 0; i < space->variable_count; i++)
        if (space->variables[i].side == side && space->variables[i].field == field)
            return &space->variables[i];
    if (space->variable_count == SB_DIFF_VARIABLES_MAX) {
        space->cut = true;
        return NULL;
    }
    struct sb_diff_variable *variable = &space->variables[space->variable_count++];
    variable->side = side;
    variable->field = (uint8_t)field;
    return variable;
}

static void add_value(struct builder *builder, struct sb_diff_variable *variable, int64_t value)
{
    if (!variable)
        return;
    for (uint32_t i = 0; i < variable->count; i++)
        if (variable->values[i] == value)
            return;
    if (variable->count == SB_DIFF_VALUES_MAX)
        builder->space->cut = true;
    else
        variable->values[variable->count++] = value;
}

typedef void visit_fn(struct builder *builder, const struct sb_ins *ins, void *context);

static void visit_code(struct builder *builder, struct sb_code code, visit_fn *visit, void *context)
{
    for (uint32_t i = 0; i < code.count; i++)
        visit(builder, &builder->plan->code[code.first + i], context);
}

/* Every instruction that may decide about the kind in the stretch, of both plans. */
static void visit_all(struct builder *builder, visit_fn *visit, void *context)
{
    const struct sb_diff_question *question = builder->question;
    const struct sb_plan *outer = builder->plan; /* a visit may go round by itself */
    for (int p = 0; p < 2; p++) {
        const struct sb_plan *plan = builder->plan = question->plans[p];
        struct sb_op_list list = sb_plan_list(plan, question->stretch->segment[p], question->kind);
        for (uint32_t i = 0; i < list.count; i++) {
            const struct sb_op *op = &plan->ops[list.first + i];
            visit_code(builder, op->scope, visit, context);
            visit_code(builder, op->filter, visit, context);
            for (uint32_t e = 0; e < op->excepts_count; e++)
                visit_code(builder, plan->except_codes[op->excepts_first + e], visit, context);
            for (uint32_t r = 0; r < op->rules_count; r++)
                visit_code(builder, plan->op_rules[op->rules_first + r].selector, visit, context);
        }
    }
    builder->plan = outer;
}

/* Which of the sets that are asked about a name space hold a code, as a number that is equal for equal
 * answers (FNV-1a over the answers). */
struct membership {
    enum sb_space space;
    uint16_t code;
    uint64_t hash;
    bool any;
};

static bool holds(const struct sb_code_set *set, uint16_t code)
{
    return code / 64u < set->word_count && (set->words[code / 64u] >> (code % 64u) & 1) != 0;
}

static void ask_membership(struct builder *builder, const struct sb_ins *ins, void *context)
{
    struct membership *membership = context;
    if (ins->op != SB_INS_SYMBOL_IN || sb_field_space((enum sb_field)ins->field) != membership->space)
        return;
    bool inside = holds(&builder->plan->sets[ins->set], membership->code);
    membership->hash = (membership->hash ^ (inside ? 2u : 1u)) * UINT64_C(0x100000001b3);
    membership->any = membership->any || inside;
}

/* Values of a name space: one of each like-minded group, two that nobody knows, and nothing. Tiers are told
 * apart always: a report speaks of each. */
static void add_names(struct builder *builder, uint8_t side, unsigned field)
{
    const struct sb_diff_question *question = builder->question;
    enum sb_space space = sb_field_space((enum sb_field)field);
    struct sb_diff_variable *variable = variable_of(builder, side, field);
    uint64_t seen[SB_DIFF_VALUES_MAX];
    uint32_t seen_count = 0;
    if (space == SB_SPACE_COUNT || !variable || variable->count > 0)
        return;
    if (side == SB_SIDE_TX)
        add_value(builder, variable, 0);
    for (uint32_t code = 1; code <= sb_symbols_count(question->symbols, space); code++) {
        struct membership membership = {
            .space = space, .code = (uint16_t)code, .hash = UINT64_C(0xcbf29ce484222325)};
        visit_all(builder, ask_membership, &membership);
        bool known = !membership.any;
        for (uint32_t i = 0; i < seen_count && space != SB_SPACE_TIER; i++)
            known = known || seen[i] == membership.hash;
        if (known)
            continue;
        if (seen_count < SB_ARRAY_SIZE(seen))
            seen[seen_count++] = membership.hash;
        add_value(builder, variable, (int64_t)code);
    }
    add_value(builder, variable, question->others->code[space][0]);
    if (side != SB_SIDE_TX)
        add_value(builder, variable, 0);
}

/* The days of a beginning on which a span is just reached, was reached yesterday, and is not reached yet. */
static void add_days_of_age(struct builder *builder, struct sb_diff_variable *variable,
                            const struct sb_ins *ins, sb_day on)
{
    int64_t number = SB_MIN(ins->number, (int64_t)9000);
    sb_day day = ins->months ? sb_day_add_months(on, -(int32_t)number) : on - (sb_day)number;
    for (int32_t i = -1; i <= 1; i++)
        if (day + i <= on)
            add_value(builder, variable, day + i);
}

static void add_age(struct builder *builder, const struct sb_ins *ins)
{
    sb_day today = builder->space->day;
    int32_t year = sb_date_of_day(today).year;
    if (ins->field == SB_FIELD_AGE) {
        struct sb_diff_variable *variable = variable_of(builder, ins->side, SB_FIELD_AGE);
        int32_t years = (int32_t)(ins->months ? ins->number / 12 : ins->number / 366);
        add_value(builder, variable, year - YEARS_OF_LIFE);
        for (int32_t i = -1; i <= 1; i++)
            add_value(builder, variable, SB_MAX(year - years + i, 1));
        add_value(builder, variable, 0);
        return;
    }
    bool of_sim = ins->field == SB_FIELD_SIM_AGE;
    struct sb_diff_variable *variable =
        variable_of(builder, ins->side, of_sim ? SB_FIELD_SIM_AGE : SB_DIFF_OPENED_ON);
    add_value(builder, variable, of_sim ? sb_day_add_months(today, -12 * YEARS_OF_SIM) : today);
    add_days_of_age(builder, variable, ins, today);
    add_value(builder, variable, SB_DAY_NONE);
    if (ins->at_registration) {
        struct sb_diff_variable *opened = variable_of(builder, ins->side, SB_DIFF_OPENED_ON);
        add_value(builder, opened, today);
        add_value(builder, opened, SB_DAY_NONE);
    }
}

/* One place for each answer that the epoch of the day has, and none. */
static void add_places(struct builder *builder, const struct sb_ins *ins, uint8_t side)
{
    const struct sb_territory *territory = builder->plan->territory;
    struct sb_diff_variable *variable = variable_of(builder, side, SB_FIELD_PLACE);
    int epoch = territory ? sb_territory_epoch_on(territory, builder->space->day) : -1;
    bool answered[3] = {false, false, false};
    for (uint32_t i = 1; epoch >= 0 && i <= sb_territory_place_count(territory); i++) {
        const struct sb_place_info *info = sb_territory_info(territory, i);
        bool settles = ins->op == SB_INS_PLACE_SETTLEMENT;
        int answer =
            settles ? info->settlement == (uint8_t)ins->set : builder->plan->areas[ins->set].inside[i];
        if (info->epoch != (uint16_t)epoch || (settles && info->settlement == SB_SETTLEMENT_UNKNOWN) ||
            answered[answer])
            continue;
        answered[answer] = true;
        add_value(builder, variable, info->place);
    }
    add_value(builder, variable, 0);
    builder->space->cut = builder->space->cut || !answered[SB_YES] || !answered[SB_NO];
}

/* Two fields that must agree: the second may have a value that the first cannot. */
static void add_pair(struct builder *builder, const struct sb_ins *ins)
{
    enum sb_space space = sb_field_space((enum sb_field)ins->field);
    add_names(builder, ins->side, ins->field);
    add_names(builder, ins->other_side, ins->other_field);
    if (space != SB_SPACE_COUNT)
        add_value(builder, variable_of(builder, ins->other_side, ins->other_field),
                  builder->question->others->code[space][1]);
}

static void add_amount(struct builder *builder, const struct sb_ins *ins)
{
    struct sb_diff_variable *amount = variable_of(builder, SB_SIDE_TX, SB_FIELD_AMOUNT);
    int64_t first = ins->number + (ins->op == SB_INS_AMOUNT_MOST);
    add_value(builder, amount, 1);
    if (first > 1 && first <= SB_AMOUNT_MAX)
        add_value(builder, amount, first);
}

static void add_variables(struct builder *builder, const struct sb_ins *ins, void *context)
{
    (void)context; /* the builder is all there is */
    if (ins->side == SB_SIDE_AGENT || (ins->op == SB_INS_SAME && ins->other_side == SB_SIDE_AGENT)) {
        struct sb_diff_variable *agent = variable_of(builder, SB_SIDE_TX, SB_DIFF_AGENT);
        add_value(builder, agent, 1);
        add_value(builder, agent, 0);
    }
    if (ins->op == SB_INS_SYMBOL_IN)
        add_names(builder, ins->side, ins->field);
    else if (ins->op == SB_INS_SAME)
        add_pair(builder, ins);
    else if (ins->op == SB_INS_AMOUNT_LEAST || ins->op == SB_INS_AMOUNT_MOST)
        add_amount(builder, ins);
    else if (ins->op == SB_INS_AGE_LEAST || ins->op == SB_INS_AGE_MOST || ins->op == SB_INS_AGE_OVER ||
             ins->op == SB_INS_AGE_UNDER)
        add_age(builder, ins);
    else if (ins->op != SB_INS_AND && ins->op != SB_INS_OR && ins->op != SB_INS_NOT) {
        add_places(builder, ins, ins->side);
        if (ins->side == SB_SIDE_AGENT) /* without an agent it may be the transfer's own place that counts */
            add_places(builder, ins, SB_SIDE_TX);
    }
}

/* Who a window counts for may be unknown, which decides. */
static void add_subjects(struct builder *builder)
{
    const struct sb_diff_question *question = builder->question;
    for (int p = 0; p < 2; p++) {
        const struct sb_plan *plan = question->plans[p];
        struct sb_op_list list = sb_plan_list(plan, question->stretch->segment[p], question->kind);
        for (uint32_t i = 0; i < list.count; i++) {
            const struct sb_op *op = &plan->ops[list.first + i];
            if (op->type != SB_OP_WINDOW)
                continue;
            uint8_t subject = plan->counters[op->counter].subject;
            if (op->side == SB_SIDE_AGENT) {
                struct sb_diff_variable *agent = variable_of(builder, SB_SIDE_TX, SB_DIFF_AGENT);
                add_value(builder, agent, 1);
                add_value(builder, agent, 0);
            }
            if (subject == SB_SUBJECT_PERSON || subject == SB_SUBJECT_CUSTOMER) {
                struct sb_diff_variable *person = variable_of(builder, op->side, SB_DIFF_PERSON);
                add_value(builder, person, 1);
                add_value(builder, person, 0);
            }
            if (subject == SB_SUBJECT_PROVIDER || subject == SB_SUBJECT_CUSTOMER)
                add_names(builder, op->side, SB_FIELD_PROVIDER);
        }
    }
}

/* ------------------------------------------------------------------ cases */

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool put_case(struct sb_diff_space *space, const struct sb_diff_case *one)
{
    if (space->case_count == SB_DIFF_CASES_MAX) {
        space->cut = true;
        return false;
    }
    space->cases[space->case_count++] = *one;
    return true;
}

/* As a counter runs: the first variable turns fastest. */
static void put_all(struct sb_diff_space *space)
{
    struct sb_diff_case one = {{0}};
    uint32_t turning = 0;
    while (turning < space->variable_count || space->case_count == 0) {
        if (!put_case(space, &one))
            return;
        for (turning = 0; turning < space->variable_count; turning++) {
            if (++one.choice[turning] < space->variables[turning].count)
                break;
            one.choice[turning] = 0;
        }
    }
}

static void put_pairs(struct sb_diff_space *space)
{
    struct sb_diff_case one = {{0}};
    (void)put_case(space, &one); /* there is room for the first */
    for (uint32_t a = 0; a < space->variable_count; a++) {
        for (uint8_t x = 1; x < space->variables[a].count; x++) {
            one = (struct sb_diff_case){{0}};
            one.choice[a] = x;
            if (!put_case(space, &one))
                return;
            for (uint32_t b = 0; b < a; b++)
                for (uint8_t y = 1; y < space->variables[b].count; y++) {
                    struct sb_diff_case two = one;
                    two.choice[b] = y;
                    if (!put_case(space, &two))
                        return;
                }
        }
    }
}

enum sb_status sb_diff_space_make(const struct sb_diff_question *question, struct sb_diff_space *ret_space,
                                  struct sb_err *err)
{
    struct sb_diff_space *space = ret_space;
    *space = (struct sb_diff_space){
        .kind = question->kind,
        .day = sb_day_of_time(question->time, question->plans[0]->clock_offset_s),
    };
    struct builder builder = {.question = question, .space = space};
    visit_all(&builder, add_variables, NULL);
    add_subjects(&builder);
    uint64_t product = 1;
    for (uint32_t i = 0; i < space->variable_count; i++) {
        struct sb_diff_variable *variable = &space->variables[i];
        if (variable->field == SB_FIELD_AMOUNT)
            qsort(variable->values, variable->count, sizeof(variable->values[0]), by_value);
        product = SB_MIN(product * SB_MAX(variable->count, 1u), (uint64_t)SB_DIFF_CASES_MAX + 1);
    }
    space->cases = calloc(SB_DIFF_CASES_MAX, sizeof(*space->cases));
    if (!space->cases)
        return no_memory(err);
    space->only_pairs = product > SB_DIFF_CASES_MAX;
    if (space->only_pairs)
        put_pairs(space);
    else
        put_all(space);
    return SB_OK;
}

void sb_diff_space_release(struct sb_diff_space *space)
{
    free(space->cases);
    *space = (struct sb_diff_space){0};
}

/* ------------------------------------------------------------------ a case as events */

static void set_of_transfer(struct sb_diff_scene *scene, const struct sb_diff_variable *variable,
                            uint8_t choice)
{
    int64_t value = variable->values[choice];
    switch (variable->field) {
    case SB_FIELD_PURPOSE: scene->transfer.purpose = (uint16_t)value; break;
    case SB_FIELD_CHANNEL: scene->transfer.channel = (uint16_t)value; break;
    case SB_FIELD_COUNTRY: scene->transfer.country = (uint16_t)value; break;
    case SB_FIELD_PROVIDER: scene->transfer.provider = (uint16_t)value; break;
    case SB_FIELD_PLACE: scene->transfer.place = (uint32_t)value; break;
    case SB_DIFF_AGENT: scene->has_agent = value != 0; break;
    case SB_FIELD_AMOUNT:
        scene->transfer.amount = value;
        if (choice + 1u < variable->count)
            scene->amount_max = variable->values[choice + 1] - 1;
        break;
    default: break;
    }
}

static void set_of_account(struct sb_event *open, const struct sb_diff_variable *variable, int64_t value)
{
    switch (variable->field) {
    case SB_FIELD_CLASS: open->attributes.class_ = (uint16_t)value; break;
    case SB_FIELD_PROVIDER: open->attributes.provider = (uint16_t)value; break;
    case SB_FIELD_TIER: open->attributes.tier = (uint16_t)value; break;
    case SB_FIELD_ISSUER: open->attributes.issuer = (uint16_t)value; break;
    case SB_FIELD_SEX: open->attributes.sex = (uint16_t)value; break;
    case SB_FIELD_PLACE: open->attributes.place = (uint32_t)value; break;
    case SB_FIELD_SIM_AGE: open->attributes.sim_since = (sb_day)value; break;
    case SB_FIELD_AGE: open->attributes.birth_year = (uint16_t)value; break;
    case SB_DIFF_OPENED_ON: open->attributes.opened_on = (sb_day)value; break;
    case SB_DIFF_PERSON:
        if (value == 0)
            open->person = (struct sb_id){0};
        break;
    default: break;
    }
}

void sb_diff_scene_of(const struct sb_diff_space *space, const struct sb_diff_case *one, uint16_t unit,
                      struct sb_diff_scene *ret_scene)
{
    static const char *const persons[3] = {"person-1", "person-2", "person-3"};
    struct sb_diff_scene *scene = ret_scene;
    *scene = (struct sb_diff_scene){.amount_max = SB_AMOUNT_MAX};
    scene->transfer.type = SB_EVENT_TRANSFER;
    scene->transfer.kind = space->kind;
    scene->transfer.amount = 1;
    for (int i = 0; i < 3; i++) {
        struct sb_event *open = &scene->open[i];
        open->type = SB_EVENT_OPEN;
        open->person = sb_id_of_text(persons[i], strlen(persons[i]));
        open->attributes.unit = unit;
        open->attributes.opened_on = space->day;
        open->attributes.sim_since = SB_DAY_NONE;
    }
    for (uint32_t v = 0; v < space->variable_count; v++) {
        const struct sb_diff_variable *variable = &space->variables[v];
        if (variable->side == SB_SIDE_TX)
            set_of_transfer(scene, variable, one->choice[v]);
        else
            set_of_account(&scene->open[variable->side - SB_SIDE_PAYER], variable,
                           variable->values[one->choice[v]]);
    }
}
