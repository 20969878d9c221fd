/* SPDX-License-Identifier: Apache-2.0 */

/* The first pass learns names and charters, so that the second knows from its first event what it is to
 * count. */

#include "replay/measuring.h"

#include "engine/charter_pack.h"
#include "engine/runner.h"
#include "replay/walk.h"

#include <stdlib.h>
#include <string.h>

/* A charter as the journal has it. */
struct installation {
    char *texts; /* owned; packed */
    size_t size;
    sb_time_us time;
    uint32_t meaning;     /* of its record */
    struct sb_plan *plan; /* owned; made between the passes */
};

struct sb_measuring {
    struct sb_measuring_options options; /* borrowed parts are not used after opening, but adults */
    struct sb_runner *runner;            /* owned */
    struct sb_measures *measures;        /* owned */
    struct installation *installed;      /* owned */
    uint32_t installed_count;
    struct sb_plan *given; /* owned; of options.sources */
    struct sb_measuring_end end;
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* ------------------------------------------------------------------ first pass */

static enum sb_status learn_charter(struct sb_measuring *measuring, const struct sb_event *event,
                                    uint32_t meaning, const char **texts, size_t *size, struct sb_err *err)
{
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    uint32_t count;
    size_t used;
    enum sb_status status = sb_charter_unpack(*texts, *size, sources, &count, &used, err);
    if (status != SB_OK)
        return status;
    struct installation *installed =
        realloc(measuring->installed, (measuring->installed_count + 1) * sizeof(*installed));
    if (!installed)
        return no_memory(err);
    measuring->installed = installed;
    struct installation *added = &installed[measuring->installed_count];
    *added = (struct installation){
        .texts = malloc(used + 1), .size = used, .time = event->time, .meaning = meaning};
    if (!added->texts)
        return no_memory(err);
    memcpy(added->texts, *texts, used);
    measuring->installed_count++;
    *texts += used;
    *size -= used;
    return SB_OK;
}

static enum sb_status learn(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct sb_measuring *measuring = context;
    const char *texts = record->texts;
    size_t size = record->texts_size;
    enum sb_status status = sb_runner_scan(measuring->runner, record, err);
    for (uint32_t i = 0; record->type == SB_RECORD_BATCH && i < record->count && status == SB_OK; i++)
        if (record->events[i].type == SB_EVENT_CHARTER)
            status = learn_charter(measuring, &record->events[i], record->meaning, &texts, &size, err);
    return status;
}

static enum sb_status compile(struct sb_measuring *measuring, const struct sb_source *sources, uint32_t count,
                              uint32_t meaning, struct sb_diagnostics *diagnostics, struct sb_plan **ret_plan,
                              struct sb_err *err)
{
    struct sb_diagnostics own = {0};
    struct sb_plan_options options = {.law = SB_LAW_LIVE, .meaning = meaning};
    enum sb_status status = sb_plan_compile(sources, count, &options, sb_runner_symbols(measuring->runner),
                                            ret_plan, diagnostics ? diagnostics : &own, err);
    sb_diagnostics_release(&own);
    return status;
}

/* A charter that comes after the last day says nothing of the days before. */
static bool is_counted(const struct sb_measuring *measuring, const struct installation *installed)
{
    return measuring->options.until == SB_DAY_NONE ||
           sb_day_of_time(installed->time, installed->plan->clock_offset_s) <= measuring->options.until;
}

/* Compile what was learned, and begin to listen. */
static enum sb_status begin(struct sb_measuring *measuring, struct sb_diagnostics *diagnostics,
                            struct sb_err *err)
{
    const struct sb_plan **plans = calloc((size_t)measuring->installed_count + 1, sizeof(*plans));
    uint32_t count_of_plans = 0;
    enum sb_status status = plans ? SB_OK : no_memory(err);
    for (uint32_t i = 0; i < measuring->installed_count && status == SB_OK; i++) {
        struct installation *one = &measuring->installed[i];
        struct sb_source sources[SB_CHARTER_LAYERS_MAX];
        uint32_t count;
        size_t used;
        status = sb_charter_unpack(one->texts, one->size, sources, &count, &used, err);
        if (status == SB_OK)
            status = compile(measuring, sources, count, one->meaning, NULL, &one->plan, err);
        if (status == SB_OK && is_counted(measuring, one))
            plans[count_of_plans++] = one->plan;
    }
    struct sb_measures_options options = {.plans = plans,
                                          .plan_count = count_of_plans,
                                          .symbols = sb_runner_symbols(measuring->runner),
                                          .days = measuring->options.days,
                                          .adults = measuring->options.adults};
    if (status == SB_OK && measuring->options.source_count > 0) {
        status = compile(measuring, measuring->options.sources, measuring->options.source_count, 0,
                         diagnostics, &measuring->given, err);
        plans[0] = measuring->given;
        options.plan_count = 1;
    }
    if (status == SB_OK)
        status = sb_measures_new(&options, &measuring->measures, err);
    free(plans);
    if (status == SB_OK)
        sb_ledger_watch(sb_runner_ledger(measuring->runner), sb_measures_saw, measuring->measures);
    return status;
}

/* ------------------------------------------------------------------ second pass */

/* How many events of a record lie on or before the last day: whole chains. */
static uint32_t events_until(const struct sb_measuring *measuring, const struct sb_record *record)
{
    const struct sb_plan *plan = sb_ledger_plan(sb_runner_ledger(measuring->runner));
    if (!plan && measuring->installed_count > 0)
        plan = measuring->installed[0].plan;
    uint32_t count = 0;
    if (measuring->options.until == SB_DAY_NONE)
        return record->count;
    while (count < record->count &&
           sb_day_of_time(record->events[count].time, plan ? plan->clock_offset_s : 0) <=
               measuring->options.until)
        count++;
    while (count > 0 && count < record->count && (record->events[count - 1].flags & SB_F_LINKED) != 0)
        count--;
    return count;
}

static enum sb_status take(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct sb_measuring *measuring = context;
    struct sb_measuring_end *end = &measuring->end;
    if (record->type != SB_RECORD_BATCH)
        return sb_runner_take(measuring->runner, record, NULL, err);
    uint32_t count = events_until(measuring, record);
    enum sb_status status = SB_OK;
    if (count == record->count)
        status = sb_runner_take(measuring->runner, record, NULL, err);
    else if (count > 0)
        status = sb_runner_take_some(measuring->runner, record, count, NULL, err);
    if (status == SB_OK && count > 0) {
        if (end->sequence == 0)
            end->first_time = record->events[0].time;
        end->sequence = record->first + count - 1;
        end->last_time = sb_ledger_time(sb_runner_ledger(measuring->runner));
        memcpy(end->record_hash, record->hash, sizeof(end->record_hash));
    }
    if (status == SB_OK && count < record->count) {
        end->whole = false;
        return SB_END;
    }
    return status;
}

enum sb_status sb_measuring_open(const struct sb_measuring_options *options,
                                 struct sb_measuring **ret_measuring, struct sb_diagnostics *diagnostics,
                                 struct sb_err *err)
{
    struct sb_measuring *measuring = calloc(1, sizeof(*measuring));
    if (!measuring)
        return no_memory(err);
    measuring->options = *options;
    measuring->end.whole = true;
    struct sb_runner_options runner_options = {.ids = SB_RUNNER_WANTED_IDS, .compare = true};
    struct sb_walk_end end = {0};
    struct sb_walk first = {options->os,          options->dir,      "reading", "đang đọc",
                            options->interrupted, options->progress, &end};
    struct sb_walk second = first;
    second.doing_en = "counting";
    second.doing_vi = "đang đếm";
    enum sb_status status = sb_runner_new(&runner_options, &measuring->runner, err);
    if (status == SB_OK)
        status = sb_walk(&first, learn, measuring, &measuring->end.info, err);
    if (status == SB_OK)
        status = begin(measuring, diagnostics, err);
    if (status == SB_OK)
        status = sb_walk(&second, take, measuring, NULL, err);
    if (status != SB_OK) {
        sb_measuring_close(measuring);
        return status;
    }
    *ret_measuring = measuring;
    return SB_OK;
}

void sb_measuring_close(struct sb_measuring *measuring)
{
    if (!measuring)
        return;
    sb_measures_free(measuring->measures);
    sb_runner_free(measuring->runner);
    for (uint32_t i = 0; i < measuring->installed_count; i++) {
        free(measuring->installed[i].texts);
        sb_plan_free(measuring->installed[i].plan);
    }
    free(measuring->installed);
    sb_plan_free(measuring->given);
    free(measuring);
}

struct sb_measures *sb_measuring_measures(struct sb_measuring *measuring)
{
    return measuring->measures;
}

const struct sb_measuring_end *sb_measuring_end(const struct sb_measuring *measuring)
{
    return &measuring->end;
}

uint32_t sb_measuring_plan_count(const struct sb_measuring *measuring)
{
    uint32_t count = 0;
    while (count < measuring->installed_count && measuring->installed[count].time <= measuring->end.last_time)
        count++;
    return count;
}

const struct sb_plan *sb_measuring_plan(const struct sb_measuring *measuring, uint32_t n,
                                        sb_time_us *ret_installed)
{
    *ret_installed = measuring->installed[n].time;
    return measuring->installed[n].plan;
}

const struct sb_ledger *sb_measuring_ledger(const struct sb_measuring *measuring)
{
    return sb_runner_ledger(measuring->runner);
}

const struct sb_symbols *sb_measuring_symbols(const struct sb_measuring *measuring)
{
    return sb_runner_symbols(measuring->runner);
}
