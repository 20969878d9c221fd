/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The judge: walks the ops that the plan lists for the event's kind in the segment of its time, and finds
 * every reason. What each op means stands in charter/plan.h. Changes nothing.
 */

#include "ledger/precedent.h"

#include "base/macros.h"

#include <assert.h>

struct court {
    const struct sb_ledger *ledger;
    struct sb_instant *instant;
    const struct sb_scene *scene;
    const struct sb_plan *plan;
    struct sb_judgement *judgement;
    const struct sb_witness *witness;
    struct sb_precedent *precedent; /* to be written down; or NULL */
};

/* What comes of a rule that fails, or may. */
static enum sb_outcome outcome_of(const struct court *court, uint32_t rule, enum sb_three fails)
{
    if (fails == SB_UNKNOWN)
        return SB_LEAVES_OPEN;
    return sb_rule_asks((enum sb_rule_type)court->plan->rules[rule].type) ? SB_ASKS : SB_REFUSES;
}

/* Write down what became of a rule. */
static void mark(struct court *court, uint32_t rule, enum sb_three fails)
{
    if (fails == SB_NO)
        return;
    struct sb_judgement *judgement = court->judgement;
    enum sb_outcome outcome = outcome_of(court, rule, fails);
    judgement->failed[rule / 64] |= UINT64_C(1) << (rule % 64);
    judgement->undecided |= outcome == SB_LEAVES_OPEN;
    judgement->asks |= outcome == SB_ASKS;
    judgement->refused |= outcome == SB_REFUSES;
}

/* The same for a rule that no figure decides: it will fail for all events of the like. */
static void mark_always(struct court *court, uint32_t rule, enum sb_three fails)
{
    mark(court, rule, fails);
    if (court->precedent && fails != SB_NO)
        sb_precedent_mark(court->precedent, rule, outcome_of(court, rule, fails));
}

/* What to remember of a rule that a figure decides, where its selector holds or may. */
static struct sb_bound bound_of(const struct court *court, uint32_t rule, enum sb_three selected)
{
    const struct sb_rule *law = &court->plan->rules[rule];
    return (struct sb_bound){.bound = law->bound,
                             .rule = (uint16_t)rule,
                             .type = law->type,
                             .outcome = (uint8_t)outcome_of(court, rule, selected)};
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
    mark_always(court, rule->rule, fails);
    if (court->witness)
        tell(court, &(struct sb_finding){
                        .op = op, .rule = rule, .fails = fails, .asked = court->scene->event->amount});
}

/* What an event adds to the payee's account: its amount, and what fees bring or, when posted, take. */
static sb_wide added_to_payee(const struct sb_scene *scene, const struct sb_fees *fees)
{
    uint32_t payee = scene->numbers[SB_SIDE_PAYEE];
    sb_wide added = scene->event->amount;
    for (uint32_t i = 0; SB_UNLIKELY(fees->bits != 0) && i < fees->count; i++) {
        if (fees->moves[i].to == payee)
            added += fees->moves[i].amount;
        else if (fees->moves[i].from == payee && (scene->event->flags & SB_F_PENDING) == 0)
            added -= fees->moves[i].amount;
    }
    return added;
}

/* What a rule without a window is asked for. */
static sb_wide asked_for(const struct sb_scene *scene, const struct sb_fees *fees, enum sb_rule_type type)
{
    return type == SB_RULE_BALANCE ? added_to_payee(scene, fees) : scene->event->amount;
}

/* What it compares with its bound. */
static sb_wide measured(const struct sb_scene *scene, const struct sb_fees *fees, enum sb_rule_type type)
{
    sb_wide asked = asked_for(scene, fees, type);
    if (type != SB_RULE_BALANCE)
        return asked;
    const struct sb_account *payee = scene->sides[SB_SIDE_PAYEE];
    return (sb_wide)payee->credits_posted + payee->credits_pending - payee->debits_posted + asked;
}

bool sb_bound_is_broken(const struct sb_scene *scene, const struct sb_fees *fees, enum sb_rule_type type,
                        int64_t bound)
{
    sb_wide figure = measured(scene, fees, type);
    return type == SB_RULE_EACH_LEAST ? figure < bound : figure > bound;
}

/* EACH and BALANCE: a table of bounds for a figure. */
static void judge_figure(struct court *court, const struct sb_op *op)
{
    enum sb_three touches = applies(court, op);
    if (touches == SB_NO)
        return;
    for (uint32_t i = 0; i < op->rules_count; i++) {
        const struct sb_op_rule *rule = &court->plan->op_rules[op->rules_first + i];
        const struct sb_rule *law = &court->plan->rules[rule->rule];
        bool breaks = sb_bound_is_broken(court->scene, &court->judgement->fees, (enum sb_rule_type)law->type,
                                         law->bound);
        if (!breaks && !court->witness && !court->precedent)
            continue;
        enum sb_three selected = sb_three_and(touches, sb_condition(court->scene, rule->selector));
        if (selected == SB_NO)
            continue;
        enum sb_three fails = breaks ? selected : SB_NO;
        mark(court, rule->rule, fails);
        if (court->precedent) {
            struct sb_bound bound = bound_of(court, rule->rule, selected);
            sb_precedent_figure(court->precedent, &bound);
        }
        const struct sb_fees *fees = &court->judgement->fees;
        sb_wide asked = asked_for(court->scene, fees, (enum sb_rule_type)law->type);
        sb_wide before = measured(court->scene, fees, (enum sb_rule_type)law->type) - asked;
        tell(court, &(struct sb_finding){
                        .op = op,
                        .rule = rule,
                        .fails = fails,
                        .used = before > INT64_MAX ? INT64_MAX : (int64_t)before,
                        .asked = asked > INT64_MAX ? INT64_MAX : (int64_t)asked,
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
        mark_always(court, finding->rule->rule, SB_UNKNOWN);
        tell(court, finding);
    }
    if (!any && op->rules_count != 0) {
        finding->rule = &court->plan->op_rules[op->rules_first];
        mark_always(court, finding->rule->rule, SB_UNKNOWN);
        tell(court, finding);
    }
    court->judgement->undecided = true;
    if (court->precedent)
        court->precedent->outcome |= SB_LEAVES_OPEN;
}

/* Remember to count the event on a window, once however many ops name its counter. */
static void count_later(struct court *court, uint32_t counter, const struct sb_count *count)
{
    struct sb_judgement *judgement = court->judgement;
    uint64_t bit = UINT64_C(1) << counter;
    if ((judgement->counted & bit) != 0)
        return;
    judgement->counted |= bit;
    judgement->counts[judgement->count_count++] = *count;
}

/* Begin to write a window down. */
static void note_window(struct court *court, const struct sb_op *op, const struct sb_counter *counter)
{
    if (!court->precedent)
        return;
    struct sb_tallied window = {
        .state = court->instant->offer->states[op->counter],
        .counter = (uint8_t)op->counter,
        .side = op->side,
        .subject = counter->subject,
        .is_sum = counter->measure == SB_MEASURE_SUM,
        .counts = (court->judgement->counted >> op->counter & 1) == 0,
    };
    sb_precedent_window(court->precedent, &window);
}

/* What a window is asked for: in sums the amount, with the counted fees that this side pays. */
static int64_t asked_of(struct court *court, const struct sb_op *op)
{
    if (court->plan->counters[op->counter].measure != SB_MEASURE_SUM)
        return 1;
    sb_wide asked = court->scene->event->amount + sb_fees_counted(&court->judgement->fees, op->side);
    if (SB_LIKELY(asked <= INT64_MAX))
        return (int64_t)asked;
    court->judgement->overflow = true;
    return INT64_MAX;
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
    struct sb_finding finding = {.op = op, .subject_account = account, .asked = asked_of(court, op)};
    uint32_t subject =
        sb_subject_of((enum sb_subject)counter->subject, account, court->scene->numbers[op->side]);
    finding.no_subject = subject == SB_NOBODY;
    if (touches == SB_UNKNOWN || finding.no_subject) {
        leave_undecided(court, op, &finding);
        return;
    }

    struct sb_count count = {.delta = finding.asked};
    count.key = finding.key = sb_instant_window(court->instant, op->counter, subject);
    count.slot = sb_windows_seek(&court->ledger->windows, count.key.state, count.key.subject);
    finding.used =
        sb_windows_used_at(&court->ledger->windows, &count.key, count.slot, court->scene->event->time);
    note_window(court, op, counter);
    int64_t total;
    bool overflow = __builtin_add_overflow(finding.used, finding.asked, &total);
    if (overflow)
        court->judgement->overflow = true;
    for (uint32_t i = 0; i < op->rules_count; i++) {
        finding.rule = &court->plan->op_rules[op->rules_first + i];
        bool done = is_done(court, finding.rule->rule);
        bool over = (overflow || total > court->plan->rules[finding.rule->rule].bound) && !done;
        if (!over && !court->witness && !court->precedent)
            continue;
        enum sb_three selected = sb_condition(court->scene, finding.rule->selector);
        if (selected == SB_NO)
            continue;
        finding.fails = over ? selected : SB_NO;
        mark(court, finding.rule->rule, finding.fails);
        if (court->precedent && !done) {
            struct sb_bound bound = bound_of(court, finding.rule->rule, selected);
            sb_precedent_ceiling(court->precedent, &bound);
        }
        tell(court, &finding);
    }
    count_later(court, op->counter, &count);
}

/* FEE: what it charges, unless it charges nothing. */
static void judge_fee(struct court *court, const struct sb_op *op)
{
    enum sb_three charges = sb_condition(court->scene, op->scope);
    if (charges != SB_NO)
        charges = sb_three_and(charges, sb_condition(court->scene, op->filter));
    if (charges == SB_NO)
        return;
    if (court->precedent) /* what it charges hangs on the amount and on accounts: each is judged */
        court->precedent->fits = false;
    const struct sb_parties parties = sb_parties_of(court->scene);
    struct sb_move move = sb_fees_move(court->ledger, court->plan, op, &parties, court->scene->event->amount);
    if (move.amount == 0)
        return;
    if (charges == SB_YES) {
        sb_fees_add(&court->judgement->fees, court->plan, op, move);
        return;
    }
    const struct sb_op_rule *rule = &court->plan->op_rules[op->rules_first];
    mark(court, rule->rule, SB_UNKNOWN);
    tell(court, &(struct sb_finding){.op = op, .rule = rule, .fails = SB_UNKNOWN, .asked = move.amount});
}

static void judge(struct court *court)
{
    const struct sb_scene *scene = court->scene;
    struct sb_judgement *judgement = court->judgement;
    judgement->refused = judgement->undecided = judgement->asks = false;
    judgement->overflow = false;
    judgement->counted = 0;
    judgement->count_count = 0;
    judgement->fees.bits = 0;
    for (int i = 0; i < 4; i++)
        judgement->failed[i] = 0;

    struct sb_op_list list = sb_plan_list(scene->plan, court->instant->segment, scene->event->kind);
    for (uint32_t i = 0; i < list.count; i++) {
        const struct sb_op *op = &scene->plan->ops[list.first + i];
        switch ((enum sb_op_type)op->type) {
        case SB_OP_TERM:
        case SB_OP_ALLOW:
        case SB_OP_FORBID:
        case SB_OP_REQUIRE:
        case SB_OP_ASK: judge_plain(court, op); break;
        case SB_OP_FEE: judge_fee(court, op); break;
        case SB_OP_EACH:
        case SB_OP_BALANCE: judge_figure(court, op); break;
        case SB_OP_WINDOW: judge_window(court, op); break;
        }
    }
}

void sb_judge(const struct sb_ledger *ledger, struct sb_instant *instant, const struct sb_scene *scene,
              struct sb_judgement *ret_judgement, const struct sb_witness *witness)
{
    struct court court = {ledger, instant, scene, scene->plan, ret_judgement, witness, NULL};
    judge(&court);
}

void sb_judge_first(const struct sb_ledger *ledger, struct sb_instant *instant, const struct sb_scene *scene,
                    struct sb_judgement *ret_judgement, struct sb_precedent *precedent)
{
    struct court court = {ledger, instant, scene, scene->plan, ret_judgement, NULL, precedent};
    judge(&court);
}
