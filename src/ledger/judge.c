/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The judge: walks the ops that the plan lists for the event's kind in the segment of its time, and finds
 * every reason. What each op means stands in charter/plan.h. Changes nothing.
 */

#include "ledger/ledger_internal.h"

#include <assert.h>

struct court {
    const struct sb_ledger *ledger;
    struct sb_instant *instant;
    const struct sb_scene *scene;
    const struct sb_plan *plan;
    struct sb_judgement *judgement;
    const struct sb_witness *witness;
};

/* Write down what became of a rule. */
static void mark(struct court *court, uint32_t rule, enum sb_three fails)
{
    if (fails == SB_NO)
        return;
    struct sb_judgement *judgement = court->judgement;
    judgement->failed[rule / 64] |= UINT64_C(1) << (rule % 64);
    if (fails == SB_UNKNOWN)
        judgement->undecided = true;
    else if (sb_rule_asks((enum sb_rule_type)court->plan->rules[rule].type))
        judgement->asks = true;
    else
        judgement->refused = true;
}

/* Whether what a rule asks for was done; others ask for nothing. */
static bool is_done(const struct court *court, uint32_t rule)
{
    return (court->plan->rules[rule].step & court->scene->event->steps) != 0;
}

static void tell(const struct court *court, const struct sb_finding *finding)
{
    if (court->witness)
        court->witness->saw(court->witness->context, finding);
}

static enum sb_three any_of(const struct court *court, const struct sb_op *op)
{
    enum sb_three any = SB_NO;
    for (uint32_t i = 0; i < op->excepts_count && any != SB_YES; i++) {
        enum sb_three one = sb_condition(court->scene, court->plan->except_codes[op->excepts_first + i]);
        if (one != SB_NO)
            any = one;
    }
    return any;
}

/* Whether an op touches the event at all: in its scope, its filter holds, and no exception does. */
static enum sb_three applies(const struct court *court, const struct sb_op *op)
{
    enum sb_three truth = sb_condition(court->scene, op->scope);
    if (truth != SB_NO)
        truth = sb_three_and(truth, sb_condition(court->scene, op->filter));
    if (truth != SB_NO && op->excepts_count != 0)
        truth = sb_three_and(truth, sb_three_not(any_of(court, op)));
    return truth;
}

/* TERM, ALLOW, FORBID, REQUIRE, ASK: one rule, which fails or not. */
static void judge_plain(struct court *court, const struct sb_op *op)
{
    enum sb_three fails = sb_condition(court->scene, op->scope);
    if (fails == SB_NO)
        return;
    if (op->type == SB_OP_ALLOW)
        fails = sb_three_and(fails, sb_three_not(any_of(court, op)));
    else if (op->type == SB_OP_FORBID)
        fails = sb_three_and(fails, sb_condition(court->scene, op->filter));
    else if (op->type == SB_OP_REQUIRE)
        fails = sb_three_and(fails, sb_three_not(sb_condition(court->scene, op->filter)));
    const struct sb_op_rule *rule = &court->plan->op_rules[op->rules_first];
    if (op->type == SB_OP_ASK)
        fails =
            is_done(court, rule->rule) ? SB_NO : sb_three_and(fails, sb_condition(court->scene, op->filter));
    mark(court, rule->rule, fails);
    if (court->witness)
        tell(court, &(struct sb_finding){
                        .op = op, .rule = rule, .fails = fails, .asked = court->scene->event->amount});
}

/* What a rule without a window compares with its bound. */
static sb_wide measured(const struct court *court, const struct sb_op *op)
{
    sb_wide amount = court->scene->event->amount;
    if (op->type != SB_OP_BALANCE)
        return amount;
    const struct sb_account *payee = court->scene->sides[SB_SIDE_PAYEE];
    return (sb_wide)payee->credits_posted + payee->credits_pending - payee->debits_posted + amount;
}

/* EACH and BALANCE: a table of bounds for a figure. */
static void judge_figure(struct court *court, const struct sb_op *op)
{
    enum sb_three touches = applies(court, op);
    if (touches == SB_NO)
        return;
    sb_wide figure = measured(court, op);
    for (uint32_t i = 0; i < op->rules_count; i++) {
        const struct sb_op_rule *rule = &court->plan->op_rules[op->rules_first + i];
        const struct sb_rule *law = &court->plan->rules[rule->rule];
        bool breaks = law->type == SB_RULE_EACH_LEAST ? figure < law->bound : figure > law->bound;
        if (!breaks && !court->witness)
            continue;
        enum sb_three selected = sb_three_and(touches, sb_condition(court->scene, rule->selector));
        if (selected == SB_NO)
            continue;
        enum sb_three fails = breaks ? selected : SB_NO;
        mark(court, rule->rule, fails);
        sb_wide before = figure - court->scene->event->amount;
        tell(court, &(struct sb_finding){
                        .op = op,
                        .rule = rule,
                        .fails = fails,
                        .used = before > INT64_MAX ? INT64_MAX : (int64_t)before,
                        .asked = court->scene->event->amount,
                    });
    }
}

/* An unknown that says whether a window counts always decides: every row that may be the subject's is marked,
 * the first one where none may. */
static void leave_undecided(struct court *court, const struct sb_op *op, struct sb_finding *finding)
{
    bool any = false;
    finding->fails = SB_UNKNOWN;
    for (uint32_t i = 0; i < op->rules_count; i++) {
        finding->rule = &court->plan->op_rules[op->rules_first + i];
        if (sb_condition(court->scene, finding->rule->selector) == SB_NO)
            continue;
        any = true;
        mark(court, finding->rule->rule, SB_UNKNOWN);
        tell(court, finding);
    }
    if (!any && op->rules_count != 0) {
        finding->rule = &court->plan->op_rules[op->rules_first];
        mark(court, finding->rule->rule, SB_UNKNOWN);
        tell(court, finding);
    }
    court->judgement->undecided = true;
}

uint32_t sb_subject_of(enum sb_subject subject, const struct sb_account *account, uint32_t number)
{
    switch (subject) {
    case SB_SUBJECT_ACCOUNT:
    case SB_SUBJECT_AGENT: return number;
    case SB_SUBJECT_CUSTOMER: return account->customer;
    case SB_SUBJECT_PERSON: return account->person_number;
    case SB_SUBJECT_PROVIDER: return account->provider == 0 ? SB_NOBODY : account->provider;
    case SB_SUBJECT_PILOT: return 0;
    }
    assert(false);
    return SB_NOBODY;
}

/* Remember to count the event on a window, once however many ops name its counter. */
static void count_later(struct court *court, uint32_t counter, struct sb_window_key key, int64_t delta)
{
    struct sb_judgement *judgement = court->judgement;
    uint64_t bit = UINT64_C(1) << counter;
    if ((judgement->counted & bit) != 0)
        return;
    judgement->counted |= bit;
    judgement->counts[judgement->count_count++] = (struct sb_count){key, delta};
}

static void judge_window(struct court *court, const struct sb_op *op)
{
    const struct sb_counter *counter = &court->plan->counters[op->counter];
    const struct sb_account *account = court->scene->sides[op->side];
    if (!account && counter->subject != SB_SUBJECT_PILOT)
        return;
    enum sb_three touches = applies(court, op);
    if (touches == SB_NO)
        return;
    bool is_sum = counter->measure == SB_MEASURE_SUM;
    struct sb_finding finding = {
        .op = op, .subject_account = account, .asked = is_sum ? court->scene->event->amount : 1};
    uint32_t subject =
        sb_subject_of((enum sb_subject)counter->subject, account, court->scene->numbers[op->side]);
    finding.no_subject = subject == SB_NOBODY;
    if (touches == SB_UNKNOWN || finding.no_subject) {
        leave_undecided(court, op, &finding);
        return;
    }

    finding.key = sb_instant_window(court->instant, op->counter, subject);
    finding.used = sb_windows_used(&court->ledger->windows, finding.key, court->scene->event->time);
    int64_t total;
    bool overflow = __builtin_add_overflow(finding.used, finding.asked, &total);
    if (overflow)
        court->judgement->overflow = true;
    for (uint32_t i = 0; i < op->rules_count; i++) {
        finding.rule = &court->plan->op_rules[op->rules_first + i];
        bool over = (overflow || total > court->plan->rules[finding.rule->rule].bound) &&
                    !is_done(court, finding.rule->rule);
        if (!over && !court->witness)
            continue;
        enum sb_three selected = sb_condition(court->scene, finding.rule->selector);
        if (selected == SB_NO)
            continue;
        finding.fails = over ? selected : SB_NO;
        mark(court, finding.rule->rule, finding.fails);
        tell(court, &finding);
    }
    count_later(court, op->counter, finding.key, finding.asked);
}

void sb_judge(const struct sb_ledger *ledger, struct sb_instant *instant, const struct sb_scene *scene,
              struct sb_judgement *ret_judgement, const struct sb_witness *witness)
{
    struct court court = {ledger, instant, scene, scene->plan, ret_judgement, witness};
    ret_judgement->refused = ret_judgement->undecided = ret_judgement->asks = false;
    ret_judgement->overflow = false;
    ret_judgement->counted = 0;
    ret_judgement->count_count = 0;
    for (int i = 0; i < 4; i++)
        ret_judgement->failed[i] = 0;

    struct sb_op_list list = sb_plan_list(scene->plan, instant->segment, scene->event->kind);
    for (uint32_t i = 0; i < list.count; i++) {
        const struct sb_op *op = &scene->plan->ops[list.first + i];
        switch ((enum sb_op_type)op->type) {
        case SB_OP_TERM:
        case SB_OP_ALLOW:
        case SB_OP_FORBID:
        case SB_OP_REQUIRE:
        case SB_OP_ASK: judge_plain(&court, op); break;
        case SB_OP_EACH:
        case SB_OP_BALANCE: judge_figure(&court, op); break;
        case SB_OP_WINDOW: judge_window(&court, op); break;
        }
    }
}
