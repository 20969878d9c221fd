/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The comparison. For each stretch of time, kind and case both ledgers are asked what they would let pass of
 * a first event, and every difference of their profiles is a claim; ceilings that agree may still count other
 * things, or have counted since before. A claim is tried (diff_trial.c) before it is told as a difference.
 */

#include "replay/diff_internal.h"

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES_MAX     3  /* cases in which a claim is tried */
#define LOOKS_MAX     24 /* searches for what one rule counts and its like does not, for one kind */
#define LOOK_BACK_MAX 12 /* stretches before the one at hand whose use may still count */

SB_CHECKED static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

sb_time_us sb_diff_instant(const struct sb_diff_options *options, const struct sb_stretch *stretch)
{
    if (stretch->from > SB_TIME_MIN)
        return stretch->from;
    if (options->at < stretch->to)
        return options->at;
    return stretch->to - 31 * SB_DAY_US;
}

static sb_time_us instant_of(const struct sb_diff_work *work, const struct sb_stretch *stretch)
{
    return sb_diff_instant(work->options, stretch);
}

static struct sb_diff_space *space_of(const struct sb_diff_work *work, uint16_t kind)
{
    for (uint32_t i = 0; i < work->kind_count; i++)
        if (work->kinds[i] == kind)
            return &work->spaces[i];
    return NULL;
}

/* ------------------------------------------------------------------ groups */

static bool same_claim(const struct sb_diff_group *group, uint16_t kind, const struct sb_diff_claim *claim)
{
    return group->kind == kind && group->tighter == claim->tighter && group->how == claim->how &&
           group->rule[0] == claim->rule[0] && group->rule[1] == claim->rule[1];
}

static struct sb_diff_group *group_of(struct sb_diff_work *work, const struct sb_diff_space *space,
                                      const struct sb_diff_claim *claim)
{
    struct sb_diff_report *report = work->report;
    for (uint32_t i = work->group_first; i < report->group_count; i++)
        if (same_claim(&report->groups[i], space->kind, claim))
            return &report->groups[i];
    if (report->group_count == SB_DIFF_GROUPS_MAX) {
        report->cut = true;
        return NULL;
    }
    struct sb_diff_group *group = &report->groups[report->group_count++];
    *group = (struct sb_diff_group){
        .from = work->stretches[work->stretch].from,
        .to = work->stretches[work->stretch].to,
        .kind = space->kind,
        .tighter = claim->tighter,
        .how = claim->how,
        .rule = {claim->rule[0], claim->rule[1]},
        .who_count = space->variable_count,
    };
    memcpy(group->who, space->variables, sizeof(group->who));
    return group;
}

/* Try a claim at the beginning of the stretch, and where a whole window of its rule begins. */
SB_CHECKED static enum sb_status try_at_instants(struct sb_diff_trial *trial, struct sb_diff_group *group,
                                                 struct sb_err *err)
{
    const struct sb_diff_claim *claim = trial->claim;
    const struct sb_plan *plan = trial->plans[claim->tighter];
    enum sb_status status = sb_diff_try(trial, &group->events, &group->event_count, group->code, err);
    if (status != SB_OK || group->events || trial->history || claim->how != SB_DIFF_BOUND)
        return status;
    const struct sb_rule *rule = &plan->rules[claim->rule[claim->tighter]];
    if (rule->type != SB_RULE_WINDOW)
        return SB_OK;
    sb_time_us start, end;
    int32_t period;
    sb_counter_window(plan, &plan->counters[rule->counter], trial->time, &start, &end, &period);
    trial->time = end;
    return end < trial->end ? sb_diff_try(trial, &group->events, &group->event_count, group->code, err)
                            : SB_OK;
}

struct suspicion {
    const struct sb_diff_space *space;
    const struct sb_diff_case *one;
    const struct sb_diff_scene *scene;
    struct sb_diff_claim claim;
    const struct sb_event *history;
    sb_time_us history_time;
};

SB_CHECKED static enum sb_status suspect(struct sb_diff_work *work, const struct suspicion *suspicion,
                                         struct sb_err *err)
{
    struct sb_diff_group *group = group_of(work, suspicion->space, &suspicion->claim);
    if (!group)
        return SB_OK;
    for (uint32_t v = 0; v < suspicion->space->variable_count; v++)
        group->who_seen[v] |= UINT64_C(1) << suspicion->one->choice[v];
    if (group->events || group->tries == TRIES_MAX)
        return SB_OK;
    group->tries++;
    const struct sb_stretch *stretch = &work->stretches[work->stretch];
    struct sb_diff_trial trial = {
        .plans = work->plans,
        .claim = &suspicion->claim,
        .scene = suspicion->scene,
        .history = suspicion->history,
        .history_time = suspicion->history_time,
        .time = instant_of(work, stretch),
        .end = stretch->to,
    };
    return try_at_instants(&trial, group, err);
}

/* ------------------------------------------------------------------ asking */

static struct sb_id next_id(struct sb_pair *pair)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "probe-%llu", (unsigned long long)++pair->serial); /* fits */
    return sb_id_of_text(text, strlen(text));
}

enum sb_status sb_diff_open_scene(struct sb_pair *pair, struct sb_diff_scene *scene, sb_time_us time,
                                  struct sb_err *err)
{
    struct sb_id *sides[3] = {&scene->transfer.payer, &scene->transfer.payee, &scene->transfer.agent};
    enum sb_status status = SB_OK;
    for (int i = 0; i < 2 + scene->has_agent && status == SB_OK; i++) {
        struct sb_result results[2];
        struct sb_event open = scene->open[i];
        open.id = next_id(pair);
        open.account = *sides[i] = next_id(pair);
        open.time = time;
        status = sb_pair_step(pair, &open, results, err);
    }
    scene->transfer.id = next_id(pair);
    scene->transfer.time = time;
    return status;
}

/* ------------------------------------------------------------------ what is counted */

static bool counts_on(const struct sb_profile *profile, uint16_t counter)
{
    for (uint32_t i = 0; i < profile->count; i++)
        if (profile->bounds[i].window_end != 0 && profile->bounds[i].counter == counter)
            return true;
    return false;
}

/* Ask of a transfer of another kind by the same holder whether only the first plan's counter counts it. */
struct history_search {
    struct sb_pair pair;
    struct sb_diff_scene scene;
    enum sb_side holder;
    uint16_t counter[2]; /* of the tighter plan, of the other */
    uint8_t tighter;
};

static bool is_history(const struct history_search *search, struct sb_event *event)
{
    struct sb_profile profiles[2];
    const struct sb_plan *plan = search->pair.plans[search->tighter];
    enum sb_side holder = sb_plan_holder(plan, event->kind);
    event->payer = search->scene.transfer.payer;
    event->payee = search->scene.transfer.payee;
    event->agent = search->scene.transfer.agent;
    event->time = search->scene.transfer.time;
    event->id = search->scene.transfer.id;
    if (holder != search->holder) {
        event->payer = search->scene.transfer.payee;
        event->payee = search->scene.transfer.payer;
    }
    sb_pair_ask(&search->pair, event, SB_AMOUNT_MAX, profiles);
    return sb_profile_passes(&profiles[0]) && sb_profile_passes(&profiles[1]) &&
           counts_on(&profiles[search->tighter], search->counter[0]) &&
           !counts_on(&profiles[!search->tighter], search->counter[1]);
}

/* Vary each field of the transfer alone. */
static bool vary(const struct history_search *search, const struct sb_diff_space *space,
                 struct sb_event *ret_event)
{
    struct sb_diff_case one = {{0}};
    for (uint32_t v = 0; v < space->variable_count; v++) {
        if (space->variables[v].side != SB_SIDE_TX || space->variables[v].field == SB_DIFF_AGENT)
            continue;
        for (uint8_t choice = 0; choice < space->variables[v].count; choice++) {
            struct sb_diff_scene scene;
            one.choice[v] = choice;
            sb_diff_scene_of(space, &one, 0, &scene);
            *ret_event = scene.transfer;
            if (is_history(search, ret_event))
                return true;
        }
        one.choice[v] = 0;
    }
    struct sb_diff_scene scene;
    sb_diff_scene_of(space, &one, 0, &scene);
    *ret_event = scene.transfer;
    return is_history(search, ret_event);
}

SB_CHECKED static enum sb_status find_history(struct sb_diff_work *work, const struct suspicion *suspicion,
                                              sb_time_us time, struct sb_event *ret_event, bool *ret_found,
                                              struct sb_err *err)
{
    uint8_t tighter = suspicion->claim.tighter;
    const uint16_t *rule = suspicion->claim.rule;
    struct history_search search = {
        .scene = *suspicion->scene,
        .holder = sb_plan_holder(work->plans[tighter], suspicion->space->kind),
        .counter = {work->plans[tighter]->rules[rule[tighter]].counter,
                    work->plans[!tighter]->rules[rule[!tighter]].counter},
        .tighter = tighter,
    };
    *ret_found = false;
    enum sb_status status = sb_pair_start(&search.pair, work->plans, time, err);
    if (status == SB_OK)
        status = sb_diff_open_scene(&search.pair, &search.scene, time, err);
    for (uint32_t i = 0; i < work->kind_count && status == SB_OK && !*ret_found; i++)
        *ret_found = vary(&search, &work->spaces[i], ret_event);
    sb_pair_release(&search.pair);
    return status;
}

/* Whether what a rule counts was looked into often enough: it is costly, and the cases of one kind mostly
 * answer alike. */
static bool looked_enough(struct sb_diff_work *work, const struct suspicion *suspicion)
{
    const struct sb_diff_report *report = work->report;
    for (uint32_t i = work->group_first; i < report->group_count; i++)
        if (same_claim(&report->groups[i], suspicion->space->kind, &suspicion->claim) &&
            report->groups[i].events)
            return true;
    uint8_t tighter = suspicion->claim.tighter;
    return ++work->looks[tighter][suspicion->claim.rule[tighter]] > LOOKS_MAX;
}

/* Ceilings of one height: do they count the same, now and since their windows opened? */
SB_CHECKED static enum sb_status compare_counting(struct sb_diff_work *work, struct suspicion *suspicion,
                                                  sb_time_us now, struct sb_err *err)
{
    uint8_t tighter = suspicion->claim.tighter;
    const struct sb_plan *plan = work->plans[tighter], *other = work->plans[!tighter];
    const struct sb_counter *counter = &plan->counters[plan->rules[suspicion->claim.rule[tighter]].counter];
    const struct sb_counter *theirs = &other->counters[other->rules[suspicion->claim.rule[!tighter]].counter];
    struct sb_event history;
    bool found = false;
    enum sb_status status = SB_OK;
    suspicion->claim.how = SB_DIFF_COUNTS;
    bool same = memcmp(counter->identity, theirs->identity, sizeof(counter->identity)) == 0;
    if (!same && !looked_enough(work, suspicion))
        status = find_history(work, suspicion, now, &history, &found, err);
    suspicion->history_time = now;
    sb_time_us start, end;
    int32_t period;
    sb_counter_window(plan, counter, now, &start, &end, &period);
    suspicion->claim.how = found ? SB_DIFF_COUNTS : SB_DIFF_CARRIES;
    for (uint32_t back = 1; status == SB_OK && !found && back <= SB_MIN(work->stretch, LOOK_BACK_MAX);
         back++) {
        const struct sb_stretch *before = &work->stretches[work->stretch - back];
        if (before->to <= start || looked_enough(work, suspicion))
            break;
        suspicion->history_time = SB_MAX(SB_MAX(before->from, start), before->to - 27 * SB_DAY_US);
        status = find_history(work, suspicion, suspicion->history_time, &history, &found, err);
    }
    if (!found || status != SB_OK)
        return status;
    suspicion->history = &history;
    status = suspect(work, suspicion, err);
    suspicion->history = NULL;
    return status;
}

/* ------------------------------------------------------------------ one case */

static bool is_lower(const struct sb_plan *plan, const struct sb_profile_bound *bound,
                     const struct sb_profile_bound *other)
{
    if (!other)
        return true;
    bool least = plan->rules[bound->rule].type == SB_RULE_EACH_LEAST;
    return least ? bound->bound > other->bound : bound->bound < other->bound;
}

SB_CHECKED static enum sb_status compare_bounds(struct sb_diff_work *work, struct suspicion *suspicion,
                                                const struct sb_profile profiles[2], sb_time_us now,
                                                struct sb_err *err)
{
    uint8_t tighter = suspicion->claim.tighter;
    const struct sb_plan *plan = work->plans[tighter], *other = work->plans[!tighter];
    const struct sb_profile *tight = &profiles[tighter], *loose = &profiles[!tighter];
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < tight->count && status == SB_OK; i++) {
        const struct sb_profile_bound *bound = &tight->bounds[i];
        if (sb_profile_like(plan, tight, plan, bound->rule) != bound)
            continue; /* a lower one of its like decides */
        const struct sb_profile_bound *like = sb_profile_like(other, loose, plan, bound->rule);
        suspicion->claim.rule[tighter] = bound->rule;
        suspicion->claim.rule[!tighter] = like ? like->rule : SB_DIFF_NO_RULE;
        suspicion->claim.how = SB_DIFF_BOUND;
        if (is_lower(plan, bound, like))
            status = suspect(work, suspicion, err);
        else if (bound->window_end != 0 && like->window_end != 0)
            status = compare_counting(work, suspicion, now, err);
    }
    return status;
}

SB_CHECKED static enum sb_status compare_case(struct sb_diff_work *work, struct suspicion *suspicion,
                                              const struct sb_profile profiles[2], sb_time_us now,
                                              struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (uint8_t tighter = 0; tighter < 2 && status == SB_OK; tighter++) {
        const struct sb_profile *tight = &profiles[tighter];
        if (!sb_profile_passes(&profiles[!tighter]))
            continue;
        suspicion->claim = (struct sb_diff_claim){
            .tighter = tighter, .how = SB_DIFF_REFUSES, .rule = {SB_DIFF_NO_RULE, SB_DIFF_NO_RULE}};
        if (tight->plain) {
            status = compare_bounds(work, suspicion, profiles, now, err);
        } else {
            suspicion->claim.rule[tighter] = tight->plain_rule;
            suspicion->claim.how = tight->undecided ? SB_DIFF_LEAVES_OPEN : SB_DIFF_REFUSES;
            status = suspect(work, suspicion, err);
        }
    }
    return status;
}

/* ------------------------------------------------------------------ a kind, a stretch */

struct tally {
    bool passes[2], limited[2];
};

SB_CHECKED static enum sb_status judge_case(struct sb_diff_work *work, const struct sb_diff_space *space,
                                            struct sb_pair *pair, uint32_t number, struct tally *tally,
                                            struct sb_err *err)
{
    struct sb_profile profiles[2];
    struct sb_diff_scene scene;
    sb_time_us now = instant_of(work, &work->stretches[work->stretch]);
    sb_diff_scene_of(space, &space->cases[number], work->plans[0]->unit, &scene);
    struct sb_diff_scene asked = scene;
    enum sb_status status = sb_diff_open_scene(pair, &asked, now, err);
    if (status != SB_OK)
        return status;
    sb_pair_ask(pair, &asked.transfer, scene.amount_max, profiles);
    work->report->case_count++;
    sb_diff_see(work, space, &scene, profiles);
    for (int p = 0; p < 2; p++) {
        tally->passes[p] = tally->passes[p] || sb_profile_passes(&profiles[p]);
        tally->limited[p] = tally->limited[p] || profiles[p].count > 0;
    }
    struct suspicion suspicion = {.space = space, .one = &space->cases[number], .scene = &scene};
    return compare_case(work, &suspicion, profiles, now, err);
}

SB_CHECKED static enum sb_status compare_kind(struct sb_diff_work *work, const struct sb_diff_space *space,
                                              struct sb_err *err)
{
    const struct sb_stretch *stretch = &work->stretches[work->stretch];
    struct tally tally = {0};
    memset(work->looks, 0, sizeof(work->looks));
    struct sb_pair pair;
    enum sb_status status = sb_pair_start(&pair, work->plans, instant_of(work, stretch), err);
    for (uint32_t i = 0; i < space->case_count && status == SB_OK; i++)
        status = judge_case(work, space, &pair, i, &tally, err);
    sb_pair_release(&pair);
    struct sb_diff_note note = {
        .code = space->kind, .rule = SB_DIFF_NO_RULE, .from = stretch->from, .to = stretch->to};
    for (uint8_t p = 0; p < 2 && status == SB_OK; p++) {
        note.type = SB_DIFF_NO_LIMIT;
        note.plan = p;
        if (tally.passes[p] && !tally.limited[p] && sb_plan_holder(work->plans[p], space->kind) != SB_SIDE_TX)
            status = sb_diff_note_add(work, &note, err);
    }
    note.type = SB_DIFF_PART_ONLY;
    note.plan = 0;
    if (status == SB_OK && (space->only_pairs || space->cut))
        status = sb_diff_note_add(work, &note, err);
    return status;
}

/* ------------------------------------------------------------------ joining stretches */

static bool same_values(const struct sb_diff_group *a, const struct sb_diff_group *b)
{
    bool same =
        a->who_count == b->who_count && (a->events != NULL) == (b->events != NULL) && a->to == b->from;
    for (uint32_t v = 0; same && v < a->who_count; v++)
        same = a->who[v].side == b->who[v].side && a->who[v].field == b->who[v].field &&
               a->who[v].count == b->who[v].count && a->who_seen[v] == b->who_seen[v];
    return same;
}

/* A difference that goes on from the stretch before is told once. */
static void join_groups(struct sb_diff_work *work)
{
    struct sb_diff_report *report = work->report;
    uint32_t kept = work->group_first;
    for (uint32_t i = work->group_first; i < report->group_count; i++) {
        struct sb_diff_group *group = &report->groups[i];
        struct sb_diff_claim claim = {group->tighter, group->how, {group->rule[0], group->rule[1]}};
        struct sb_diff_group *before = NULL;
        for (uint32_t j = 0; j < work->group_first && !before; j++)
            if (same_claim(&report->groups[j], group->kind, &claim) && same_values(&report->groups[j], group))
                before = &report->groups[j];
        if (before) {
            before->to = group->to;
            free(group->events);
        } else {
            report->groups[kept++] = *group;
        }
    }
    report->group_count = kept;
}

static void release_spaces(struct sb_diff_work *work)
{
    for (uint32_t i = 0; i < work->kind_count; i++)
        sb_diff_space_release(&work->spaces[i]);
}

SB_CHECKED static enum sb_status compare_stretch(struct sb_diff_work *work, struct sb_err *err)
{
    const struct sb_stretch *stretch = &work->stretches[work->stretch];
    enum sb_status status = SB_OK;
    work->group_first = work->report->group_count;
    for (uint32_t i = 0; i < work->kind_count && status == SB_OK; i++) {
        struct sb_diff_question question = {
            .plans = work->plans,
            .stretch = stretch,
            .symbols = work->options->symbols,
            .others = &work->others,
            .kind = work->kinds[i],
            .time = instant_of(work, stretch),
        };
        status = sb_diff_space_make(&question, &work->spaces[i], err);
    }
    for (uint32_t i = 0; i < work->kind_count && status == SB_OK; i++)
        status = compare_kind(work, space_of(work, work->kinds[i]), err);
    release_spaces(work);
    join_groups(work);
    return status;
}

/* ------------------------------------------------------------------ the whole */

SB_CHECKED static enum sb_status prepare(struct sb_diff_work *work, struct sb_err *err)
{
    const struct sb_diff_options *options = work->options;
    if (work->plans[0]->unit != work->plans[1]->unit || work->plans[0]->decimals != work->plans[1]->decimals)
        return sb_fail(err, SB_INVALID, "the charters have different units, and amounts cannot be compared",
                       "hai điều lệ khác đơn vị tiền, không so sánh được số tiền");
    enum sb_status status = sb_diff_others_intern(options->symbols, &work->others, err);
    if (status == SB_OK)
        status = sb_diff_stretches(options->plans, options->from, options->to, &work->stretches,
                                   &work->stretch_count, err);
    if (status != SB_OK)
        return status;
    uint32_t room = work->plans[0]->kind_count + work->plans[1]->kind_count;
    size_t words = sb_symbols_count(options->symbols, SB_SPACE_TIER) / 64u + 1u;
    work->kinds = calloc(room + 1, sizeof(*work->kinds));
    work->spaces = calloc(room + 1, sizeof(*work->spaces));
    work->report->groups = calloc(SB_DIFF_GROUPS_MAX, sizeof(*work->report->groups));
    for (int p = 0; p < 2; p++) {
        work->seen[p].tiers_seen = calloc(words, sizeof(uint64_t));
        work->seen[p].tiers_pass = calloc(words, sizeof(uint64_t));
        if (!work->seen[p].tiers_seen || !work->seen[p].tiers_pass)
            return no_memory(err);
    }
    if (!work->kinds || !work->spaces || !work->report->groups)
        return no_memory(err);
    for (int p = 0; p < 2; p++)
        for (uint32_t k = 0; k < work->plans[p]->kind_count; k++)
            if (!space_of(work, work->plans[p]->kind_code[k]))
                work->kinds[work->kind_count++] = work->plans[p]->kind_code[k];
    return SB_OK;
}

enum sb_status sb_diff_run(const struct sb_diff_options *options, struct sb_diff_report *ret_report,
                           struct sb_err *err)
{
    *ret_report = (struct sb_diff_report){0};
    struct sb_diff_work work = {.options = options, .plans = options->plans, .report = ret_report};
    enum sb_status status = prepare(&work, err);
    for (; work.stretch < work.stretch_count && status == SB_OK; work.stretch++)
        status = compare_stretch(&work, err);
    if (status == SB_OK)
        status = sb_diff_notes_end(&work, err);
    ret_report->stretch_count = work.stretch_count;
    for (int p = 0; p < 2; p++) {
        free(work.seen[p].tiers_seen);
        free(work.seen[p].tiers_pass);
    }
    free(work.kinds);
    free(work.spaces);
    free(work.stretches);
    return status;
}

void sb_diff_report_release(struct sb_diff_report *report)
{
    for (uint32_t i = 0; i < report->group_count; i++)
        free(report->groups[i].events);
    free(report->groups);
    free(report->notes);
    *report = (struct sb_diff_report){0};
}
