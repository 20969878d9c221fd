/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Proof by trial. Events that both plans let pass are sent, as large (or as small) as both allow, until the
 * rule in question has less left than the other plan would let pass: the next event is the proof, and both
 * ledgers have judged it. Where everything is used up a day goes by, or another account of the same person
 * goes on. Accounts may go below zero, so that money never decides.
 */

#include "replay/diff_trial.h"

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLONES_MAX   64  /* accounts of one person */
#define DAYS_MAX     740 /* that go by in search of a proof */
#define UNBOUNDED_AT (SB_AMOUNT_MAX / 1024)

/* ------------------------------------------------------------------ the pair */

enum sb_status sb_pair_start(struct sb_pair *pair, const struct sb_plan *const plans[2], sb_time_us time,
                             struct sb_err *err)
{
    *pair = (struct sb_pair){.plans = {plans[0], plans[1]}};
    enum sb_status status = SB_OK;
    for (int i = 0; i < 2 && status == SB_OK; i++) {
        struct sb_event install = {.type = SB_EVENT_CHARTER, .time = time};
        struct sb_result result;
        memcpy(install.charter_hash, plans[i]->hash, sizeof(install.charter_hash));
        pair->pasts[i] = sb_past_new(0);
        status = pair->pasts[i] ? sb_ledger_new(&(struct sb_ledger_options){0}, &pair->ledgers[i], err)
                                : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
        if (status == SB_OK)
            status = sb_ledger_offer(pair->ledgers[i], plans[i], err);
        if (status == SB_OK)
            status = sb_ledger_step(pair->ledgers[i], &install, 1, pair->pasts[i], &result, err);
    }
    return status;
}

void sb_pair_release(struct sb_pair *pair)
{
    for (int i = 0; i < 2; i++) {
        sb_ledger_free(pair->ledgers[i]);
        sb_past_free(pair->pasts[i]);
    }
    *pair = (struct sb_pair){0};
}

enum sb_status sb_pair_step(struct sb_pair *pair, const struct sb_event *event, struct sb_result results[2],
                            struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (int i = 0; i < 2 && status == SB_OK; i++)
        status = sb_ledger_step(pair->ledgers[i], event, 1, pair->pasts[i], &results[i], err);
    return status;
}

/* ------------------------------------------------------------------ profiles */

static bool is_plain(const struct sb_reason *reason, enum sb_rule_type type)
{
    bool figure = type == SB_RULE_EACH_MOST || type == SB_RULE_EACH_LEAST || type == SB_RULE_BALANCE ||
                  reason->window_end > reason->window_start;
    return !figure;
}

static void read_reason(const struct sb_plan *plan, const struct sb_reason *reason,
                        struct sb_profile *profile)
{
    enum sb_rule_type type = (enum sb_rule_type)plan->rules[reason->rule].type;
    bool plain = is_plain(reason, type);
    bool undecided = reason->state == SB_REASON_UNDECIDED;
    bool within =
        type == SB_RULE_EACH_LEAST ? reason->asked >= reason->bound : reason->asked <= reason->remaining;
    if (plain ? reason->state != SB_REASON_HOLDS : undecided && within) {
        bool first = profile->plain || (profile->undecided && !undecided); /* a refusal tells more */
        profile->plain_rule = first ? reason->rule : profile->plain_rule;
        profile->undecided = first ? undecided : profile->undecided;
        profile->plain = false;
    }
    if (plain || profile->count == SB_PLAN_RULES_MAX)
        return;
    struct sb_profile_bound *bound = &profile->bounds[profile->count++];
    *bound = (struct sb_profile_bound){reason->rule, plan->rules[reason->rule].counter, reason->bound,
                                       reason->remaining, reason->window_end};
    bool counter = reason->window_end > reason->window_start;
    if (counter && plan->counters[bound->counter].measure == SB_MEASURE_NUMBER)
        profile->hi = reason->remaining < 1 ? 0 : profile->hi;
    else if (type == SB_RULE_EACH_LEAST)
        profile->lo = SB_MAX(profile->lo, reason->bound);
    else
        profile->hi = SB_MIN(profile->hi, reason->remaining);
}

static void ask_one(const struct sb_pair *pair, int i, const struct sb_event *event, sb_amount amount_max,
                    struct sb_profile *profile)
{
    struct sb_reason reasons[SB_PLAN_RULES_MAX];
    enum sb_result_code code;
    uint32_t count =
        sb_ledger_reasons(pair->ledgers[i], event, pair->pasts[i], true, reasons, SB_PLAN_RULES_MAX, &code);
    *profile = (struct sb_profile){
        .plain = true, .plain_rule = SB_DIFF_NO_RULE, .lo = event->amount, .hi = amount_max};
    for (uint32_t r = 0; r < SB_MIN(count, (uint32_t)SB_PLAN_RULES_MAX); r++)
        read_reason(pair->plans[i], &reasons[r], profile);
    /* What no rule is told of: a window without a ceiling that does not know whom it counts for. */
    if (code != SB_R_ACCEPTED && sb_profile_passes(profile) && event->amount >= profile->lo) {
        profile->plain = false;
        profile->undecided = code == SB_R_UNDECIDED;
    }
}

void sb_pair_ask(const struct sb_pair *pair, const struct sb_event *event, sb_amount amount_max,
                 struct sb_profile profiles[2])
{
    for (int i = 0; i < 2; i++)
        ask_one(pair, i, event, amount_max, &profiles[i]);
}

static bool counter_of(const struct sb_plan *plan, uint16_t rule, const struct sb_counter **ret_counter)
{
    enum sb_rule_type type = (enum sb_rule_type)plan->rules[rule].type;
    bool counts = type != SB_RULE_EACH_MOST && type != SB_RULE_EACH_LEAST && type != SB_RULE_BALANCE;
    *ret_counter = counts ? &plan->counters[plan->rules[rule].counter] : NULL;
    return counts;
}

static bool alike(const struct sb_plan *a, uint16_t x, const struct sb_plan *b, uint16_t y)
{
    const struct sb_counter *one, *other;
    if (a->rules[x].type != b->rules[y].type)
        return false;
    if (!counter_of(a, x, &one) || !counter_of(b, y, &other))
        return true;
    return one->measure == other->measure && one->subject == other->subject && one->window == other->window &&
           one->year_month == other->year_month && one->year_day == other->year_day &&
           one->days == other->days &&
           (one->window == SB_WINDOW_ROLLING || a->clock_offset_s == b->clock_offset_s);
}

const struct sb_profile_bound *sb_profile_like(const struct sb_plan *plan, const struct sb_profile *profile,
                                               const struct sb_plan *of, uint16_t rule)
{
    const struct sb_profile_bound *found = NULL;
    bool least = of->rules[rule].type == SB_RULE_EACH_LEAST;
    for (uint32_t i = 0; i < profile->count; i++) {
        const struct sb_profile_bound *bound = &profile->bounds[i];
        if (!alike(plan, bound->rule, of, rule))
            continue;
        if (!found || (least ? bound->bound > found->bound : bound->bound < found->bound))
            found = bound;
    }
    return found;
}

/* ------------------------------------------------------------------ a trial */

struct run {
    const struct sb_diff_trial *trial;
    bool small;
    struct sb_pair pair;
    struct sb_event *events; /* owned; room for SB_DIFF_EVENTS_MAX */
    uint32_t count;
    sb_time_us now;
    struct sb_id ids[3]; /* payer, payee, agent as they are now */
    uint32_t clones, days;
    enum sb_side holder; /* by the tighter plan */
    bool in_history, sink_open, found;
    uint16_t codes[2];
};

static struct sb_id name_of(const char *text)
{
    return sb_id_of_text(text, strlen(text));
}

/* Step, and keep the event as part of the example. */
SB_CHECKED static enum sb_status put(struct run *run, struct sb_event *event, struct sb_result results[2],
                                     struct sb_err *err)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "e%u", run->count + 1); /* fits */
    event->id = name_of(text);
    event->time = run->now;
    enum sb_status status = sb_pair_step(&run->pair, event, results, err);
    if (status == SB_OK)
        run->events[run->count++] = *event;
    return status;
}

SB_CHECKED static enum sb_status open_side(struct run *run, int side, const char *name, struct sb_err *err)
{
    struct sb_result results[2];
    struct sb_event open = run->trial->scene->open[side];
    open.account = run->ids[side] = name_of(name);
    return put(run, &open, results, err);
}

SB_CHECKED static enum sb_status open_all(struct run *run, struct sb_err *err)
{
    enum sb_status status = open_side(run, 0, "payer", err);
    if (status == SB_OK)
        status = open_side(run, 1, "payee", err);
    if (status == SB_OK && run->trial->scene->has_agent)
        status = open_side(run, 2, "agent", err);
    return status;
}

static void fill_ids(const struct run *run, struct sb_event *event)
{
    event->payer = run->ids[0];
    event->payee = run->ids[1];
    event->agent = run->trial->scene->has_agent ? run->ids[2] : (struct sb_id){0};
    event->time = run->now;
    event->id = name_of("asked");
}

/* The next transfer: of the history, whose holder is the same account whichever side it is on, or the one in
 * question. */
static struct sb_event next_event(const struct run *run)
{
    const struct sb_diff_trial *trial = run->trial;
    struct sb_event event = run->in_history ? *trial->history : trial->scene->transfer;
    fill_ids(run, &event);
    if (run->in_history && sb_plan_holder(trial->plans[trial->claim->tighter], event.kind) != run->holder) {
        event.payer = run->ids[1];
        event.payee = run->ids[0];
    }
    return event;
}

/* The amount that the tighter plan refuses by the rule in question and the other lets pass; 0: not yet. */
static sb_amount proving_amount(const struct run *run, const struct sb_profile profiles[2])
{
    const struct sb_diff_claim *claim = run->trial->claim;
    const struct sb_plan *plan = run->trial->plans[claim->tighter];
    const struct sb_profile *tight = &profiles[claim->tighter], *loose = &profiles[!claim->tighter];
    uint16_t rule = claim->rule[claim->tighter];
    if (!sb_profile_passes(loose))
        return 0;
    if (claim->how == SB_DIFF_REFUSES || claim->how == SB_DIFF_LEAVES_OPEN)
        return tight->plain ? 0 : loose->lo;
    const struct sb_profile_bound *bound = NULL;
    for (uint32_t i = 0; i < tight->count; i++)
        if (tight->bounds[i].rule == rule)
            bound = &tight->bounds[i];
    if (!bound)
        return 0;
    const struct sb_counter *counter;
    sb_amount amount;
    if (plan->rules[rule].type == SB_RULE_EACH_LEAST)
        amount = SB_MIN(bound->bound - 1, loose->hi);
    else if (counter_of(plan, rule, &counter) && counter->measure == SB_MEASURE_NUMBER)
        amount = bound->remaining >= 1 ? 0 : loose->lo;
    else
        amount = bound->remaining >= loose->hi ? 0 : SB_MAX(bound->remaining + 1, loose->lo);
    return amount >= loose->lo && amount <= loose->hi ? amount : 0;
}

SB_CHECKED static enum sb_status prove(struct run *run, sb_amount amount, struct sb_err *err)
{
    const struct sb_diff_claim *claim = run->trial->claim;
    struct sb_event event = next_event(run);
    struct sb_result results[2];
    event.amount = amount;
    enum sb_status status = put(run, &event, results, err);
    if (status != SB_OK)
        return status;
    const struct sb_result *tight = &results[claim->tighter], *loose = &results[!claim->tighter];
    uint16_t rule = claim->rule[claim->tighter];
    bool by_rule = rule == SB_DIFF_NO_RULE || (tight->failed[rule / 64] >> (rule % 64) & 1) != 0;
    run->found = loose->code == SB_R_ACCEPTED && tight->code != SB_R_ACCEPTED && by_rule;
    run->codes[0] = results[0].code;
    run->codes[1] = results[1].code;
    return SB_OK;
}

/* Another account of the same holder goes on. */
SB_CHECKED static enum sb_status go_on_with_another(struct run *run, struct sb_err *err)
{
    char name[32];
    int side = run->holder == SB_SIDE_PAYEE ? 1 : 0;
    run->clones++;
    (void)snprintf(name, sizeof(name), "%s-%u", side ? "payee" : "payer", run->clones + 1); /* fits */
    return open_side(run, side, name, err);
}

/* What the payee holds goes away, in the first way that both plans allow, so that a ceiling on balances does
 * not end the trial. */
SB_CHECKED static enum sb_status empty_payee(struct run *run, struct sb_err *err)
{
    const struct sb_plan *plan = run->trial->plans[0];
    struct sb_account_view view;
    struct sb_result results[2];
    if (!sb_ledger_account(run->pair.ledgers[0], run->ids[1], &view) ||
        view.credits_posted <= view.debits_posted || run->count + 8 > SB_DIFF_EVENTS_MAX)
        return SB_OK;
    if (!run->sink_open) {
        struct sb_event open = run->trial->scene->open[0];
        open.account = name_of("outside");
        open.person = (struct sb_id){0};
        enum sb_status status = put(run, &open, results, err);
        if (status != SB_OK)
            return status;
        run->sink_open = true;
    }
    for (uint32_t k = 0; k < plan->kind_count; k++) {
        struct sb_profile profiles[2];
        struct sb_event event = {
            .type = SB_EVENT_TRANSFER, .kind = plan->kind_code[k], .time = run->now, .id = name_of("asked")};
        event.payer = run->ids[1];
        event.payee = name_of("outside");
        event.amount = view.credits_posted - view.debits_posted;
        sb_pair_ask(&run->pair, &event, event.amount, profiles);
        if (sb_profile_passes(&profiles[0]) && sb_profile_passes(&profiles[1]))
            return put(run, &event, results, err);
    }
    return SB_OK;
}

/* Until when it helps to wait: a balance grows for as long as anybody pays in. */
static sb_time_us window_end(const struct sb_plan *plan, const struct sb_counter *counter, sb_time_us begin)
{
    sb_time_us start, end;
    int32_t period;
    if (!counter)
        return SB_TIME_FOREVER;
    if (counter->window == SB_WINDOW_ROLLING)
        return begin + (sb_time_us)counter->days * SB_DAY_US;
    sb_counter_window(plan, counter, begin, &start, &end, &period);
    return end;
}

/* Nothing passes now: let time pass, or another account. False in *ret_more: the trial is over. */
SB_CHECKED static enum sb_status give_way(struct run *run, bool *ret_more, struct sb_err *err)
{
    const struct sb_diff_trial *trial = run->trial;
    const struct sb_plan *plan = trial->plans[trial->claim->tighter];
    uint16_t rule = trial->claim->rule[trial->claim->tighter];
    const struct sb_counter *counter = NULL;
    *ret_more = false;
    if (run->in_history) {
        run->in_history = false;
        run->now = SB_MAX(run->now, trial->time);
        *ret_more = true;
        return SB_OK;
    }
    bool bounded = rule != SB_DIFF_NO_RULE && trial->claim->how != SB_DIFF_REFUSES &&
                   trial->claim->how != SB_DIFF_LEAVES_OPEN;
    bool counts = bounded && counter_of(plan, rule, &counter);
    if (!bounded || (!counts && plan->rules[rule].type != SB_RULE_BALANCE))
        return SB_OK;
    if (counts && counter->subject != SB_SUBJECT_ACCOUNT && run->clones < CLONES_MAX) {
        *ret_more = true;
        return go_on_with_another(run, err);
    }
    sb_time_us next = run->now + SB_DAY_US;
    if (next >= SB_MIN(window_end(plan, counter, run->events[0].time), trial->end) || ++run->days > DAYS_MAX)
        return SB_OK;
    run->now = next;
    *ret_more = true;
    return counts ? empty_payee(run, err) : SB_OK;
}

SB_CHECKED static enum sb_status run_on(struct run *run, struct sb_err *err)
{
    const struct sb_diff_trial *trial = run->trial;
    bool more = true;
    enum sb_status status = open_all(run, err);
    while (status == SB_OK && more && run->count + 8 < SB_DIFF_EVENTS_MAX) {
        struct sb_profile profiles[2];
        struct sb_event event = next_event(run);
        sb_amount max = run->in_history ? SB_AMOUNT_MAX : trial->scene->amount_max;
        sb_pair_ask(&run->pair, &event, max, profiles);
        sb_amount proof = run->in_history ? 0 : proving_amount(run, profiles);
        if (proof > 0)
            return prove(run, proof, err);
        sb_amount lo = SB_MAX(profiles[0].lo, profiles[1].lo), hi = SB_MIN(profiles[0].hi, profiles[1].hi);
        if (profiles[0].plain && profiles[1].plain && lo <= hi) {
            struct sb_result results[2];
            event.amount = run->small || hi > UNBOUNDED_AT ? lo : hi;
            status = put(run, &event, results, err);
            more = status == SB_OK && results[0].code == SB_R_ACCEPTED && results[1].code == SB_R_ACCEPTED;
            if (run->in_history && (hi > UNBOUNDED_AT || run->small)) {
                run->in_history = false; /* one is enough where nothing bounds it */
                run->now = SB_MAX(run->now, trial->time);
            }
        } else {
            status = give_way(run, &more, err);
        }
    }
    return status;
}

SB_CHECKED static enum sb_status try_once(const struct sb_diff_trial *trial, bool small, struct run *run,
                                          struct sb_err *err)
{
    *run = (struct run){.trial = trial, .small = small, .in_history = trial->history != NULL};
    run->holder = sb_plan_holder(trial->plans[trial->claim->tighter], trial->scene->transfer.kind);
    run->now = trial->history ? trial->history_time : trial->time;
    run->events = calloc(SB_DIFF_EVENTS_MAX, sizeof(*run->events));
    if (!run->events)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    enum sb_status status = sb_pair_start(&run->pair, trial->plans, run->now, err);
    if (status == SB_OK)
        status = run_on(run, err);
    sb_pair_release(&run->pair);
    if (status != SB_OK || !run->found) {
        free(run->events);
        run->events = NULL;
    }
    return status;
}

enum sb_status sb_diff_try(const struct sb_diff_trial *trial, struct sb_event **ret_events,
                           uint32_t *ret_count, uint16_t ret_codes[2], struct sb_err *err)
{
    *ret_events = NULL;
    for (int small = 0; small < 2; small++) {
        struct run run;
        enum sb_status status = try_once(trial, small != 0, &run, err);
        if (status != SB_OK)
            return status;
        if (!run.found)
            continue;
        *ret_events = run.events;
        *ret_count = run.count;
        ret_codes[0] = run.codes[0];
        ret_codes[1] = run.codes[1];
        return SB_OK;
    }
    return SB_OK;
}
