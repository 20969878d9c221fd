/* SPDX-License-Identifier: Apache-2.0 */
#include "net/figures.h"

#include "base/macros.h"
#include "engine/charter_pack.h"
#include "replay/walk.h"

#include <stdio.h>
#include <string.h>

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

enum sb_status sb_figures_init(struct sb_figures *figures, struct sb_err *err)
{
    *figures = (struct sb_figures){.first_time = SB_TIME_ALWAYS, .last_time = SB_TIME_ALWAYS};
    figures->refusals = calloc(SB_REFUSALS_MAX, sizeof(*figures->refusals));
    figures->recent = calloc(SB_RECENT_MAX, sizeof(*figures->recent));
    figures->probes = calloc(SB_PROBES_MAX, sizeof(*figures->probes));
    if (figures->refusals && figures->recent && figures->probes)
        return SB_OK;
    sb_figures_release(figures);
    return no_memory(err);
}

void sb_figures_release(struct sb_figures *figures)
{
    free(figures->kinds);
    free(figures->refusals);
    free(figures->recent);
    free(figures->activity);
    free(figures->probes);
    *figures = (struct sb_figures){0};
}

/* ------------------------------------------------------------------ refusals */

static void set_text(char *to, size_t room, const char *from)
{
    (void)snprintf(to, room, "%s", from ? from : ""); /* longer ones are cut: names are bounded */
}

/* The place of a sentence, made when it is new. SB_REFUSALS_MAX: there is no room for more. */
static uint32_t find_refusals(struct sb_figures *figures, const struct sb_refusals *like)
{
    uint32_t i = 0;
    while (i < figures->refusal_count && (strcmp(figures->refusals[i].name, like->name) != 0 ||
                                          strcmp(figures->refusals[i].article, like->article) != 0 ||
                                          strcmp(figures->refusals[i].instrument, like->instrument) != 0))
        i++;
    if (i == figures->refusal_count && i < SB_REFUSALS_MAX) {
        figures->refusals[i] = *like;
        figures->refusals[i].number = 0;
        figures->refusal_count++;
    }
    return i;
}

static void count_refusal(struct sb_figures *figures, uint32_t place)
{
    if (place < SB_REFUSALS_MAX)
        figures->refusals[place].number++;
}

static uint32_t refusals_of_rule(struct sb_figures *figures, const struct sb_plan *plan, uint32_t rule)
{
    if (figures->plan != plan) {
        memset(figures->of_rule, 0, sizeof(figures->of_rule));
        figures->plan = plan;
    }
    if (figures->of_rule[rule] == 0) {
        const struct sb_sentence *sentence = sb_plan_sentence(plan, rule);
        struct sb_refusals like = {0};
        set_text(like.name, sizeof(like.name), sb_plan_rule_name(plan, rule));
        set_text(like.article, sizeof(like.article), sentence ? sentence->article.text : NULL);
        set_text(like.instrument, sizeof(like.instrument), sentence ? sentence->by.text : NULL);
        figures->of_rule[rule] = (uint16_t)(find_refusals(figures, &like) + 1);
    }
    return figures->of_rule[rule] - 1u;
}

static void add_refusals(struct sb_figures *figures, const struct sb_plan *plan,
                         const struct sb_result *result)
{
    if (!plan || !sb_result_is_of_law(result->code)) {
        struct sb_refusals like = {0};
        set_text(like.name, sizeof(like.name), sb_result_word((enum sb_result_code)result->code));
        count_refusal(figures, find_refusals(figures, &like));
        return;
    }
    for (uint32_t rule = 0; rule < plan->rule_count; rule++)
        if ((result->failed[rule / 64] >> (rule % 64) & 1) != 0)
            count_refusal(figures, refusals_of_rule(figures, plan, rule));
}

/* ------------------------------------------------------------------ batches */

static struct sb_kind_figures *kind_of(struct sb_figures *figures, uint16_t kind)
{
    if (kind >= figures->kind_count) {
        uint32_t count = SB_MAX(kind + 1u, 2 * figures->kind_count);
        struct sb_kind_figures *kinds = realloc(figures->kinds, count * sizeof(*kinds));
        if (!kinds)
            return NULL;
        memset(kinds + figures->kind_count, 0, (count - figures->kind_count) * sizeof(*kinds));
        figures->kinds = kinds;
        figures->kind_count = count;
    }
    return &figures->kinds[kind];
}

static enum sb_status add_activity(struct sb_figures *figures, struct sb_id account, int64_t amount,
                                   struct sb_err *err)
{
    uint32_t number;
    if (!figures->ledger || !sb_ledger_account_number(figures->ledger, account, &number))
        return SB_OK;
    if (number >= figures->activity_count) {
        uint32_t count = SB_MAX(number + 1u, 2 * figures->activity_count);
        struct sb_activity *activity = realloc(figures->activity, (size_t)count * sizeof(*activity));
        if (!activity)
            return no_memory(err);
        memset(activity + figures->activity_count, 0, (count - figures->activity_count) * sizeof(*activity));
        figures->activity = activity;
        figures->activity_count = count;
    }
    struct sb_activity *activity = &figures->activity[number];
    activity->number++;
    if (__builtin_add_overflow(activity->sum, amount, &activity->sum))
        activity->sum = INT64_MAX;
    return SB_OK;
}

static enum sb_status add_transfer(struct sb_figures *figures, const struct sb_plan *plan,
                                   const struct sb_event *event, const struct sb_result *result,
                                   struct sb_err *err)
{
    struct sb_kind_figures *kind = kind_of(figures, event->kind);
    if (!kind)
        return no_memory(err);
    if (result->code == SB_R_ACCEPTED) {
        sb_figure_add(&figures->accepted, event->amount);
        kind->accepted++;
        if (__builtin_add_overflow(kind->sum, event->amount, &kind->sum))
            kind->sum = INT64_MAX;
        figures->probes[figures->probe_count++ % SB_PROBES_MAX] = *event;
        enum sb_status status = add_activity(figures, event->payer, event->amount, err);
        return status == SB_OK ? add_activity(figures, event->payee, event->amount, err) : status;
    }
    sb_figure_add(&figures->refused, event->amount);
    kind->refused++;
    add_refusals(figures, plan, result);
    return SB_OK;
}

enum sb_status sb_figures_add(struct sb_figures *figures, const struct sb_plan *plan,
                              const struct sb_event *events, const struct sb_result *results, uint32_t count,
                              uint64_t first, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        struct sb_recent *recent = &figures->recent[figures->recent_count++ % SB_RECENT_MAX];
        *recent = (struct sb_recent){.sequence = first + i, .event = events[i], .code = results[i].code};
        if (events[i].type == SB_EVENT_TRANSFER && (results[i].flags & SB_RF_REPEATED) == 0)
            status = add_transfer(figures, plan, &events[i], &results[i], err);
    }
    if (count > 0) {
        if (figures->first_time == SB_TIME_ALWAYS)
            figures->first_time = events[0].time;
        figures->last_time = events[count - 1].time;
        figures->sequence = first + count - 1;
    }
    return status;
}

const struct sb_recent *sb_figures_recent(const struct sb_figures *figures, uint32_t n)
{
    if (n >= figures->recent_count || n >= SB_RECENT_MAX)
        return NULL;
    return &figures->recent[(figures->recent_count - 1 - n) % SB_RECENT_MAX];
}

/* ------------------------------------------------------------------ a journal */

struct reading {
    struct sb_figures *figures;
    struct sb_symbols *symbols; /* owned */
    struct sb_plan *plan;       /* owned: in force */
};

/* A plan's place in memory may be given to the next one: forget what was learned about it first. */
static void drop_plan(struct reading *reading)
{
    reading->figures->plan = NULL;
    sb_plan_free(reading->plan);
    reading->plan = NULL;
}

static enum sb_status install(struct reading *reading, const struct sb_record *record, struct sb_err *err)
{
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    struct sb_diagnostics unheard = {0}; /* it compiled when it was installed */
    const struct sb_plan_options options = {.law = SB_LAW_LIVE, .meaning = record->meaning};
    enum sb_status status = SB_OK;
    for (size_t at = 0; at < record->texts_size && status == SB_OK;) {
        uint32_t count;
        size_t used = 0;
        status = sb_charter_unpack(record->texts + at, record->texts_size - at, sources, &count, &used, err);
        if (status != SB_OK)
            break;
        drop_plan(reading);
        status = sb_plan_compile(sources, count, &options, reading->symbols, &reading->plan, &unheard, err);
        at += used;
    }
    sb_diagnostics_release(&unheard);
    return status;
}

static enum sb_status read_record(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct reading *reading = context;
    if (record->type != SB_RECORD_BATCH)
        return SB_OK;
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < record->count && status == SB_OK; i++) {
        const struct sb_event *event = &record->events[i];
        uint16_t code;
        if (event->type == SB_EVENT_NAME && record->results[i].code == SB_R_ACCEPTED &&
            event->name_space < SB_SPACE_COUNT && event->name_size <= SB_SYMBOL_SIZE_MAX)
            status = sb_symbols_intern(reading->symbols, (enum sb_space)event->name_space, event->name,
                                       event->name_size, &code, err);
    }
    if (status == SB_OK)
        status = sb_figures_add(reading->figures, reading->plan, record->events, record->results,
                                record->count, record->first, err);
    return status == SB_OK && record->texts_size > 0 ? install(reading, record, err) : status;
}

enum sb_status sb_figures_read(struct sb_figures *figures, const char *dir, struct sb_err *err)
{
    struct reading reading = {.figures = figures, .symbols = sb_symbols_new()};
    if (!reading.symbols)
        return no_memory(err);
    struct sb_walk walk = {.os = sb_os_real(), .dir = dir, .doing_en = "counting", .doing_vi = "đang đếm"};
    enum sb_status status = sb_walk(&walk, read_record, &reading, NULL, err);
    drop_plan(&reading);
    sb_symbols_free(reading.symbols);
    return status;
}
