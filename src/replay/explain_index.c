/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quick way to the instant before an event: a small ledger that lives through what happened to the
 * accounts which the event's verdict can depend on, and nothing else.
 *
 * Those are payer, payee and agent, and the other accounts of their persons: their transfers with all that
 * refers to them, and their lives. Accounts at the other end of those transfers are opened and changed as
 * they were, since conditions read their attributes, but their own money is unknown here: they may have any.
 * What was recorded happens (sb_ledger_step_recorded), so their limits refuse nothing.
 *
 * What counts for a whole provider or the whole pilot, and fees, which move money of accounts that no event
 * names, need more: then, and where too much would have to be read, the slow way goes.
 */
#include "replay/explain_internal.h"

#include "base/macros.h"
#include "replay/excerpt.h"

#include <stdlib.h>

#define EVENTS_MAX   200000u /* reading so many takes as long as running some millions */
#define SUBJECTS_MAX 256u

struct quick {
    const struct sb_explain_options *options;
    struct sb_explanation *to;
    struct sb_excerpt excerpt;
    struct sb_id subjects[SUBJECTS_MAX];
    uint32_t subject_count;
    bool fits; /* the quick way serves */
};

static bool is_subject(const struct quick *quick, struct sb_id id)
{
    for (uint32_t i = 0; i < quick->subject_count; i++)
        if (sb_id_equal(quick->subjects[i], id))
            return true;
    return false;
}

static void add_subject(struct quick *quick, struct sb_id id)
{
    if (sb_id_is_none(id) || is_subject(quick, id))
        return;
    quick->fits = quick->fits && quick->subject_count < SUBJECTS_MAX;
    if (quick->fits)
        quick->subjects[quick->subject_count++] = id;
}

/* ------------------------------------------------------------------ finding */

/* The event, and where its chain begins. *ret_found: the index has it. */
static enum sb_status find_event(struct quick *quick, bool *ret_found, struct sb_err *err)
{
    const struct sb_explain_options *options = quick->options;
    struct sb_index *index = quick->excerpt.index;
    struct sb_explanation *to = quick->to;
    struct sb_indexed indexed;
    struct sb_place place;
    struct sb_record record;
    enum sb_status status = SB_OK;
    if (!sb_id_is_none(options->id))
        status = sb_index_find(index, options->id, UINT64_MAX, ret_found, &indexed, err);
    else if ((*ret_found = options->sequence >= 1 && options->sequence <= sb_index_through(index)))
        status = sb_index_event(index, options->sequence, &indexed, err);
    if (status != SB_OK || !*ret_found)
        return status;
    status = sb_index_place(index, indexed.sequence, &place, err);
    if (status == SB_OK)
        status = sb_fetch_record(quick->excerpt.fetch, &place, SB_ID_NONE, &record, err);
    if (status != SB_OK)
        return status;
    uint32_t first = place.index;
    while (first > 0 && (record.events[first - 1].flags & SB_F_LINKED) != 0)
        first--;
    to->sequence = indexed.sequence;
    to->chain_sequence = record.first + first;
    to->event = indexed.event;
    to->recorded = indexed.result;
    quick->excerpt.before = to->chain_sequence;
    return SB_OK;
}

/* Other accounts of the person whose account it is. */
static enum sb_status add_person(struct quick *quick, struct sb_id account, struct sb_err *err)
{
    struct sb_excerpt *excerpt = &quick->excerpt;
    struct sb_id person = SB_ID_NONE;
    size_t from = excerpt->count;
    enum sb_status status = sb_excerpt_find(excerpt, SB_ROW_LIFE, account, 0, err);
    for (size_t i = from; i < excerpt->count && status == SB_OK; i++) {
        const struct sb_indexed *life = &excerpt->found[i];
        if (life->event.type == SB_EVENT_OPEN && sb_happened(&life->result) &&
            sb_id_equal(life->event.account, account))
            person = life->event.person;
    }
    from = excerpt->count;
    if (status == SB_OK && !sb_id_is_none(person))
        status = sb_excerpt_find(excerpt, SB_ROW_PERSON, person, 0, err);
    for (size_t i = from; i < excerpt->count && status == SB_OK; i++) {
        const struct sb_indexed *open = &excerpt->found[i];
        if (sb_happened(&open->result) && sb_id_equal(open->event.person, person))
            add_subject(quick, open->event.account);
    }
    return status;
}

static int by_id(const void *a, const void *b)
{
    const struct sb_id *first = a, *second = b;
    return sb_id_is_less(*first, *second) ? -1 : sb_id_is_less(*second, *first);
}

/* Lives of the accounts at the other end of what was found. */
static enum sb_status find_others(struct quick *quick, struct sb_err *err)
{
    struct sb_excerpt *excerpt = &quick->excerpt;
    size_t count = 0, end = excerpt->count;
    SB_CLEANUP(sb_free_ptr) struct sb_id *others = malloc((end * 3 + 1) * sizeof(*others));
    if (!others)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    for (size_t i = 0; i < end; i++) {
        const struct sb_event *event = &excerpt->found[i].event;
        if (event->type != SB_EVENT_TRANSFER || !sb_happened(&excerpt->found[i].result))
            continue;
        others[count++] = event->payer;
        others[count++] = event->payee;
        others[count++] = event->agent;
    }
    qsort(others, count, sizeof(*others), by_id);
    enum sb_status status = SB_OK;
    for (size_t i = 0; i < count && status == SB_OK; i++)
        if (i == 0 || !sb_id_equal(others[i], others[i - 1]))
            status = sb_excerpt_find(excerpt, SB_ROW_LIFE, others[i], 0, err);
    return status;
}

static enum sb_status find_all(struct quick *quick, struct sb_err *err)
{
    const struct sb_event *event = &quick->to->event;
    enum sb_status status = SB_OK;
    if (event->type != SB_EVENT_TRANSFER)
        return SB_OK; /* no charter judges it */
    add_subject(quick, event->payer);
    add_subject(quick, event->payee);
    add_subject(quick, event->agent);
    for (uint32_t i = 0, named = quick->subject_count; i < named && status == SB_OK; i++)
        status = add_person(quick, quick->subjects[i], err);
    for (uint32_t i = 0; i < quick->subject_count && status == SB_OK && quick->fits; i++) {
        status = sb_excerpt_find(&quick->excerpt, SB_ROW_ACCOUNT, quick->subjects[i], 2, err);
        if (status == SB_OK)
            status = sb_excerpt_find(&quick->excerpt, SB_ROW_LIFE, quick->subjects[i], 0, err);
    }
    if (status == SB_OK && quick->fits)
        status = find_others(quick, err);
    sb_excerpt_sort(&quick->excerpt);
    return status;
}

/* ------------------------------------------------------------------ running */

/* Whether the small ledger is enough under this plan. */
static bool plan_fits(const struct sb_plan *plan)
{
    for (uint32_t i = 0; plan && i < plan->counter_count; i++)
        if (plan->counters[i].subject >= SB_SUBJECT_PROVIDER)
            return false;
    return !plan || plan->fee_count == 0;
}

static bool has_account(const struct sb_event *event)
{
    return event->type >= SB_EVENT_OPEN && event->type <= SB_EVENT_REOPEN;
}

static enum sb_status take_event(struct quick *quick, const struct sb_indexed *found, struct sb_err *err)
{
    struct sb_event event = found->event;
    bool of_other = has_account(&event) && !is_subject(quick, event.account);
    if (!sb_happened(&found->result))
        return SB_OK;
    if (of_other && event.type != SB_EVENT_OPEN && event.type != SB_EVENT_CHANGE)
        return SB_OK;
    if (of_other && event.type == SB_EVENT_OPEN)
        event.attributes.flags = 0;
    struct sb_record record = {.type = SB_RECORD_BATCH,
                               .first = found->sequence,
                               .count = 1,
                               .events = &event,
                               .results = &found->result};
    return sb_runner_take(quick->to->runner, &record, NULL, err);
}

/* Names, charters and what was found, in the order of the journal. */
static enum sb_status run_all(struct quick *quick, const struct sb_sequences *laws, struct sb_err *err)
{
    const struct sb_excerpt *excerpt = &quick->excerpt;
    size_t law = 0, next = 0;
    enum sb_status status = SB_OK;
    while (status == SB_OK && quick->fits) {
        bool has_law = law < laws->count && laws->list[law] < excerpt->before,
             has_next = next < excerpt->count;
        if (!has_law && !has_next)
            break;
        if (has_law && (!has_next || laws->list[law] < excerpt->found[next].sequence)) {
            status = sb_excerpt_take_law(&quick->excerpt, quick->to->runner, laws->list[law++], err);
            quick->fits = plan_fits(sb_ledger_plan(sb_runner_ledger(quick->to->runner)));
        } else {
            status = take_event(quick, &excerpt->found[next++], err);
        }
    }
    return status;
}

/* Time goes on for everybody: by the last event before that passed any. */
static enum sb_status pass_time(struct quick *quick, struct sb_err *err)
{
    struct sb_event tick = {.type = SB_EVENT_TICK};
    struct sb_result result;
    for (uint64_t sequence = quick->to->chain_sequence - 1; sequence > 0; sequence--) {
        struct sb_indexed before;
        enum sb_status status = sb_index_event(quick->excerpt.index, sequence, &before, err);
        if (status != SB_OK)
            return status;
        tick.time = before.event.time;
        if (before.result.code == SB_R_ACCEPTED || before.result.code >= SB_R_ID_REUSED)
            return sb_runner_step(quick->to->runner, &tick, 1, &result, err);
    }
    return SB_OK;
}

/* Whether its id was in use before. */
static enum sb_status take_earlier(struct quick *quick, struct sb_err *err)
{
    struct sb_indexed earlier;
    bool found = false;
    struct sb_id id = quick->to->event.id;
    enum sb_status status = sb_id_is_none(id) ? SB_OK
                                              : sb_index_find(quick->excerpt.index, id, quick->excerpt.before,
                                                              &found, &earlier, err);
    if (status != SB_OK || !found)
        return status;
    return sb_ids_put(sb_runner_ids(quick->to->runner), earlier.sequence, &earlier.event, &earlier.result, 0,
                      err);
}

static enum sb_status explain_quickly(struct quick *quick, struct sb_err *err)
{
    struct sb_runner_options options = {.ids = SB_RUNNER_ALL_IDS, .as_recorded = true};
    struct sb_index_options index_options = {
        .os = quick->options->os, .journal_dir = quick->options->dir, .dir = quick->options->index_dir};
    struct sb_sequences laws = {0};
    enum sb_status status = sb_excerpt_open(&quick->excerpt, &index_options, err);
    quick->excerpt.max = EVENTS_MAX;
    if (status == SB_OK)
        status = find_event(quick, &quick->fits, err);
    if (status == SB_OK && quick->fits)
        status = find_all(quick, err);
    if (status == SB_OK && quick->fits)
        status = sb_index_laws(quick->excerpt.index, false, &laws, err);
    if (status == SB_OK && quick->fits)
        status = sb_runner_new(&options, &quick->to->runner, err);
    if (status == SB_OK && quick->fits)
        status = run_all(quick, &laws, err);
    if (status == SB_OK && quick->fits)
        status = pass_time(quick, err);
    if (status == SB_OK && quick->fits)
        status = take_earlier(quick, err);
    sb_sequences_release(&laws);
    return status;
}

enum sb_status sb_explain_from_index(const struct sb_explain_options *options, struct sb_explanation *to,
                                     bool *ret_done, struct sb_err *err)
{
    struct quick quick = {.options = options, .to = to};
    struct sb_err cause = {0};
    enum sb_status status = explain_quickly(&quick, &cause);
    sb_excerpt_release(&quick.excerpt);
    *ret_done = status == SB_OK && quick.fits;
    if (*ret_done)
        return SB_OK;
    sb_runner_free(SB_TAKE(to->runner));
    if (status != SB_NOMEM)
        return SB_OK; /* whatever is wrong with the index: the journal knows */
    if (err)
        *err = cause;
    return status;
}
