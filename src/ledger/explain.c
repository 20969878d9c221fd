/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reasons: the judge runs again with a witness who writes down every rule. When the same event would pass is
 * found by judging it again at each later instant at which anything can turn (a sentence begins or ends, a
 * window closes, an age is reached), so no rule needs an inverse of its own.
 */

#include "ledger/ledger_internal.h"

#define AGE_TURNS_MAX 1024u

struct turns {
    sb_time_us list[SB_PLAN_SEGMENTS_MAX + SB_PLAN_RULES_MAX + AGE_TURNS_MAX];
    uint32_t count;
};

struct inquiry {
    const struct sb_ledger *ledger;
    const struct sb_scene *scene;
    struct sb_reason *reasons;
    uint32_t max, count;
    bool all;
    struct turns *turns;
};

static void add_turn(struct inquiry *inquiry, sb_time_us time)
{
    struct turns *turns = inquiry->turns;
    if (time > inquiry->scene->event->time && time < SB_TIME_MAX && turns->count < SB_ARRAY_SIZE(turns->list))
        turns->list[turns->count++] = time;
}

/* ------------------------------------------------------------------ when something turns */

/* The days on which the ages that a condition asks for are reached, and the days behind them. */
static void add_ages(struct inquiry *inquiry, struct sb_code code)
{
    for (uint32_t i = 0; i < code.count; i++) {
        const struct sb_ins *ins = &inquiry->scene->plan->code[code.first + i];
        int64_t days[2];
        if (!sb_condition_age_days(inquiry->scene, ins, days))
            continue;
        for (int d = 0; d < 4; d++) {
            int64_t day = days[d / 2] + d % 2;
            if (day < INT32_MAX / 2)
                add_turn(inquiry, sb_time_of_day((sb_day)day, inquiry->scene->plan->clock_offset_s));
        }
    }
}

/* The instant at which enough of a rolling window has expired. */
static void add_expiry(struct inquiry *inquiry, const struct sb_finding *finding, int64_t bound)
{
    const struct sb_windows *windows = &inquiry->ledger->windows;
    const struct sb_window_slot *slot = sb_windows_find(windows, finding->key.state, finding->key.subject);
    if (!slot || slot->ring == 0 || finding->asked > bound)
        return;
    const struct sb_ring *ring = &windows->rings[slot->ring - 1];
    int64_t used = slot->used;
    for (uint32_t i = ring->head; i < ring->count && used > bound - finding->asked; i++) {
        struct sb_rolling_entry entry = sb_ring_at(ring, i);
        used -= entry.value;
        if (used <= bound - finding->asked)
            add_turn(inquiry, entry.time + (int64_t)finding->key.days * SB_DAY_US);
    }
}

static void add_turns(struct inquiry *inquiry, const struct sb_finding *finding,
                      const struct sb_reason *reason)
{
    const struct sb_op *op = finding->op;
    add_ages(inquiry, op->scope);
    add_ages(inquiry, op->filter);
    add_ages(inquiry, finding->rule->selector);
    for (uint32_t i = 0; i < op->excepts_count; i++)
        add_ages(inquiry, inquiry->scene->plan->except_codes[op->excepts_first + i]);
    if (op->type != SB_OP_WINDOW)
        return;
    if (inquiry->scene->plan->counters[op->counter].window == SB_WINDOW_ROLLING)
        add_expiry(inquiry, finding, reason->bound);
    else
        add_turn(inquiry, reason->window_end);
}

/* ------------------------------------------------------------------ one reason */

static void name_missing(const struct inquiry *inquiry, const struct sb_finding *finding,
                         struct sb_reason *reason)
{
    const struct sb_op *op = finding->op;
    uint8_t *side = &reason->missing_side, *field = &reason->missing_field;
    if (finding->no_subject) {
        enum sb_subject subject = (enum sb_subject)inquiry->scene->plan->counters[op->counter].subject;
        bool person_missing =
            subject != SB_SUBJECT_PROVIDER && sb_id_is_none(finding->subject_account->person);
        *side = op->side;
        *field = person_missing ? SB_FIELD_COUNT : SB_FIELD_PROVIDER;
        return;
    }
    if (sb_condition_missing(inquiry->scene, op->scope, side, field) ||
        sb_condition_missing(inquiry->scene, op->filter, side, field) ||
        sb_condition_missing(inquiry->scene, finding->rule->selector, side, field))
        return;
    for (uint32_t i = 0; i < op->excepts_count; i++) {
        struct sb_code code = inquiry->scene->plan->except_codes[op->excepts_first + i];
        if (sb_condition_missing(inquiry->scene, code, side, field))
            return;
    }
}

/* Whose attribute a rule without a subject reads: that of its condition's first field. */
static uint8_t side_of(const struct inquiry *inquiry, const struct sb_op *op)
{
    if (op->type == SB_OP_WINDOW)
        return op->side;
    if (op->type == SB_OP_BALANCE)
        return SB_SIDE_PAYEE;
    bool reads = (op->type == SB_OP_FORBID || op->type == SB_OP_REQUIRE || op->type == SB_OP_ASK) &&
                 op->filter.count != 0;
    return reads ? inquiry->scene->plan->code[op->filter.first].side : SB_SIDE_TX;
}

/* Sides of which a condition reads what is nobody else's business: any attribute but class and provider. */
static uint8_t private_sides(const struct sb_plan *plan, struct sb_code code)
{
    uint8_t sides = 0;
    for (uint32_t i = 0; i < code.count; i++) {
        const struct sb_ins *ins = &plan->code[code.first + i];
        bool is_logic = ins->op == SB_INS_AND || ins->op == SB_INS_OR || ins->op == SB_INS_NOT;
        bool is_public = ins->field == SB_FIELD_CLASS || ins->field == SB_FIELD_PROVIDER;
        if (is_logic || is_public || ins->side == SB_SIDE_TX)
            continue;
        sides |= (uint8_t)(1u << ins->side);
        if (ins->op == SB_INS_SAME)
            sides |= (uint8_t)(1u << ins->other_side);
    }
    return sides;
}

/* A figure of a table tells who has it by its row; the figure of an `each` by its condition, too. */
static uint8_t tells_of(const struct sb_plan *plan, const struct sb_finding *finding)
{
    uint8_t sides = private_sides(plan, finding->rule->selector);
    if (finding->op->type == SB_OP_EACH)
        sides |= private_sides(plan, finding->op->filter);
    return sides;
}

static void describe(const struct inquiry *inquiry, const struct sb_finding *finding,
                     struct sb_reason *reason)
{
    static const uint8_t states[] = {
        [SB_NO] = SB_REASON_HOLDS, [SB_YES] = SB_REASON_FAILS, [SB_UNKNOWN] = SB_REASON_UNDECIDED};
    const struct sb_plan *plan = inquiry->scene->plan;
    const struct sb_op *op = finding->op;
    *reason = (struct sb_reason){
        .rule = finding->rule->rule,
        .state = states[finding->fails],
        .side = side_of(inquiry, op),
        .tells_of = tells_of(plan, finding),
        .used = finding->used,
        .asked = finding->asked,
        .bound = plan->rules[finding->rule->rule].bound,
        .passes_at = finding->fails == SB_NO ? inquiry->scene->event->time : SB_TIME_FOREVER,
    };
    if (op->type == SB_OP_WINDOW) {
        const struct sb_counter *counter = &plan->counters[op->counter];
        int32_t period;
        sb_counter_window(plan, counter, inquiry->scene->event->time, &reason->window_start,
                          &reason->window_end, &period);
        if (finding->subject_account && counter->subject != SB_SUBJECT_PILOT)
            reason->account = finding->subject_account->id;
    } else if (op->type == SB_OP_BALANCE) {
        reason->account = inquiry->scene->sides[SB_SIDE_PAYEE]->id;
    } else {
        reason->used = 0;
    }
    if (op->type >= SB_OP_EACH && reason->used < reason->bound) {
        int64_t left;
        reason->remaining = __builtin_sub_overflow(reason->bound, reason->used, &left) ? INT64_MAX : left;
    }
    if (finding->fails == SB_YES && sb_rule_asks((enum sb_rule_type)plan->rules[reason->rule].type))
        reason->state = SB_REASON_ASKS;
    if (finding->fails == SB_UNKNOWN)
        name_missing(inquiry, finding, reason);
}

static void see(void *context, const struct sb_finding *finding)
{
    struct inquiry *inquiry = context;
    if (finding->fails == SB_NO && !inquiry->all)
        return;
    if (inquiry->count < inquiry->max) {
        struct sb_reason *reason = &inquiry->reasons[inquiry->count];
        describe(inquiry, finding, reason);
        if (finding->fails != SB_NO)
            add_turns(inquiry, finding, reason);
    }
    inquiry->count++;
}

/* ------------------------------------------------------------------ when it would pass */

/* Whether a rule that fails stands in for another: another version or row of the same limit, the same kind of
 * sentence without a name, or the pilot's term, without which nothing passes. */
static bool stands_for(const struct sb_plan *plan, uint32_t failed, uint32_t rule)
{
    const struct sb_rule *one = &plan->rules[failed], *other = &plan->rules[rule];
    if (failed == rule || one->type == SB_RULE_TERM)
        return true;
    if (one->type != other->type || one->layer != other->layer)
        return false;
    if (one->type == SB_RULE_FORBID || one->type == SB_RULE_REQUIRE || one->type == SB_RULE_IN_AREA ||
        one->type == SB_RULE_ASK)
        return false;
    return strcmp(sb_plan_rule_name(plan, failed), sb_plan_rule_name(plan, rule)) == 0;
}

static bool passes(const struct sb_plan *plan, const struct sb_judgement *judgement, uint32_t rule)
{
    for (uint32_t failed = 0; failed < plan->rule_count; failed++) {
        if ((judgement->failed[failed / 64] >> (failed % 64) & 1) != 0 && stands_for(plan, failed, rule))
            return false;
    }
    return true;
}

static int by_time(const void *a, const void *b)
{
    sb_time_us first = *(const sb_time_us *)a, second = *(const sb_time_us *)b;
    return (first > second) - (first < second);
}

/* Judge the event again at each turn, until every reason has found its instant. */
static void find_passing(struct inquiry *inquiry, struct sb_instant *instant)
{
    const struct sb_plan *plan = inquiry->scene->plan;
    struct turns *turns = inquiry->turns;
    uint32_t open = 0, filled = SB_MIN(inquiry->count, inquiry->max);
    for (uint32_t i = 0; i < filled; i++)
        open += inquiry->reasons[i].state != SB_REASON_HOLDS;
    for (uint32_t i = 0; i < plan->segment_count && open != 0; i++)
        add_turn(inquiry, plan->segments[i].from);
    qsort(turns->list, turns->count, sizeof(turns->list[0]), by_time);

    struct sb_event later = *inquiry->scene->event;
    struct sb_scene scene = *inquiry->scene;
    scene.event = &later;
    for (uint32_t t = 0; t < turns->count && open != 0; t++) {
        struct sb_judgement judgement;
        later.time = turns->list[t];
        sb_instant_set(instant, instant->offer, later.time);
        scene.day = instant->day;
        sb_judge(inquiry->ledger, instant, &scene, &judgement, NULL);
        for (uint32_t i = 0; i < filled; i++) {
            struct sb_reason *reason = &inquiry->reasons[i];
            bool waits = reason->state != SB_REASON_HOLDS && reason->passes_at == SB_TIME_FOREVER;
            if (waits && passes(plan, &judgement, reason->rule)) {
                reason->passes_at = later.time;
                open--;
            }
        }
    }
}

uint32_t sb_ledger_reasons(const struct sb_ledger *ledger, const struct sb_event *event,
                           const struct sb_past *past, bool all, struct sb_reason *reasons, uint32_t max,
                           enum sb_result_code *ret_code)
{
    struct sb_instant instant = {0};
    struct sb_verdict verdict;
    *ret_code = sb_check_form(ledger, event);
    if (*ret_code != SB_R_ACCEPTED)
        return 0;
    sb_check(ledger, &instant, event, past, (struct sb_guess){SB_NOBODY, SB_NOBODY}, &verdict);
    *ret_code = verdict.code;
    bool agent_missing = verdict.agent == SB_NOBODY && !sb_id_is_none(event->agent);
    if (event->type != SB_EVENT_TRANSFER || !instant.offer || event->kind == 0 || event->amount < 1 ||
        verdict.payer == SB_NOBODY || verdict.payee == SB_NOBODY || agent_missing)
        return 0;

    struct turns turns = {.count = 0};
    sb_scene_set(ledger, &instant, event, &verdict);
    struct inquiry inquiry = {.ledger = ledger,
                              .scene = &verdict.scene,
                              .reasons = reasons,
                              .max = max,
                              .all = all,
                              .turns = &turns};
    struct sb_witness witness = {see, &inquiry};
    sb_judge(ledger, &instant, &verdict.scene, &verdict.judgement, &witness);
    find_passing(&inquiry, &instant);
    return inquiry.count;
}
