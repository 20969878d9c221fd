/* SPDX-License-Identifier: Apache-2.0 */
#include "net/pilot.h"

#include "base/macros.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* ------------------------------------------------------------------ time */

static sb_time_us pilot_now(void *context)
{
    struct sb_pilot *pilot = context;
    sb_time_us fed = (sb_time_us)atomic_load(&pilot->fed_time);
    const struct sb_os *os = sb_os_real();
    return fed != SB_TIME_ALWAYS ? fed : os->now(os->context);
}

static uint64_t monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The machine's sync, measured: it is what an answer waits for. */
static enum sb_status timed_sync(void *context, struct sb_file *file, struct sb_err *err)
{
    static const uint32_t bounds_us[SB_PILOT_LATENCIES] = SB_PILOT_LATENCIES_US;
    struct sb_pilot *pilot = context;
    const struct sb_os *os = sb_os_real();
    uint64_t begun = monotonic_us();
    enum sb_status status = os->sync(os->context, file, err);
    uint64_t took = monotonic_us() - begun;
    atomic_fetch_add(&pilot->syncs, 1);
    atomic_fetch_add(&pilot->sync_us, took);
    for (unsigned i = 0; i < SB_PILOT_LATENCIES; i++)
        if (took <= bounds_us[i])
            atomic_fetch_add(&pilot->syncs_within[i], 1);
    return status;
}

/* ------------------------------------------------------------------ open and close */

static enum sb_status install(struct sb_pilot *pilot, const struct sb_pilot_options *options,
                              struct sb_err *err)
{
    struct sb_diagnostics diagnostics = {0};
    if (options->source_count == 0 || sb_ledger_plan(sb_engine_ledger(pilot->engine)))
        return SB_OK;
    enum sb_status status = sb_engine_install(pilot->engine, options->sources, options->source_count,
                                              options->install_time, &diagnostics, err);
    sb_diagnostics_release(&diagnostics);
    return status;
}

static enum sb_status open_engine(struct sb_pilot *pilot, const struct sb_pilot_options *options,
                                  struct sb_err *err)
{
    struct sb_engine_options engine_options = {
        .os = &pilot->os,
        .create = options->create,
        .journal_flags = options->journal_flags,
        .origin = options->origin,
        .signing_key = options->signing_key,
        .checkpoint_every = options->checkpoint_every,
    };
    uint64_t cut = 0;
    enum sb_status status = sb_engine_open(pilot->dir, &engine_options, &pilot->engine, &cut, err);
    if (status == SB_OK)
        status = install(pilot, options, err);
    if (status != SB_OK)
        return status;
    const struct sb_journal_info *info = sb_engine_info(pilot->engine);
    pilot->synthetic = (info->flags & SB_JOURNAL_SYNTHETIC) != 0;
    (void)snprintf(pilot->origin, sizeof(pilot->origin), "%s", info->origin); /* same size */
    return SB_OK;
}

/*
 * Count the journal's measures, then go on counting with every event. A pilot whose measures cannot be
 * counted (its charters measure more than there is room for) is served without them.
 */
static void open_measures(struct sb_pilot *pilot)
{
    struct sb_measuring_options options = {.os = sb_os_real(), .dir = pilot->dir, .until = SB_DAY_NONE};
    if (!sb_ledger_plan(sb_engine_ledger(pilot->engine)) ||
        sb_measuring_open(&options, &pilot->measuring, NULL, NULL) != SB_OK)
        return;
    struct sb_measures *measures = sb_measuring_measures(pilot->measuring);
    sb_measures_continue(measures, sb_engine_symbols(pilot->engine));
    sb_engine_watch(pilot->engine, sb_measures_saw, measures);
}

enum sb_status sb_pilot_open(const char *dir, const char *id, const struct sb_pilot_options *options,
                             struct sb_pilot **ret_pilot, struct sb_err *err)
{
    struct sb_pilot *pilot = calloc(1, sizeof(*pilot));
    if (!pilot || !(pilot->dir = strdup(dir))) {
        free(pilot);
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    (void)snprintf(pilot->id, sizeof(pilot->id), "%s", id); /* the caller has looked at its size */
    pilot->os = *sb_os_real();
    pilot->os.context = pilot;
    pilot->os.sync = timed_sync;
    pilot->clock = (struct sb_os){.context = pilot, .now = pilot_now};
    atomic_store(&pilot->fed_time, SB_TIME_ALWAYS);
    enum sb_status status = sb_figures_init(&pilot->figures, err);
    if (status == SB_OK)
        status = open_engine(pilot, options, err);
    if (status == SB_OK)
        pilot->figures.ledger = sb_engine_ledger(pilot->engine);
    if (status == SB_OK)
        status = sb_figures_read(&pilot->figures, dir, err);
    if (status == SB_OK)
        open_measures(pilot);
    if (status == SB_OK)
        status = sb_front_new(pilot->engine, &pilot->clock, &pilot->front, err);
    if (status != SB_OK) {
        (void)sb_pilot_close(pilot, NULL); /* the first error is the one to tell */
        return sb_fail_in(err, "'%s'", "'%s'", dir);
    }
    sb_front_listen(pilot->front, sb_pilot_hear, pilot);
    atomic_store(&pilot->sequence, sb_engine_newest(pilot->engine));
    atomic_store(&pilot->durable, sb_engine_newest(pilot->engine));
    *ret_pilot = pilot;
    return SB_OK;
}

enum sb_status sb_pilot_close(struct sb_pilot *pilot, struct sb_err *err)
{
    if (!pilot)
        return SB_OK;
    sb_front_free(pilot->front);
    enum sb_status status = sb_engine_close(pilot->engine, err);
    sb_measuring_close(pilot->measuring);
    sb_figures_release(&pilot->figures);
    free(pilot->dir);
    free(pilot);
    return status;
}

/* ------------------------------------------------------------------ batches */

void sb_pilot_hear(void *context, struct sb_engine *engine, const struct sb_event *events,
                   const struct sb_result *results, uint32_t count, uint64_t sequence)
{
    struct sb_pilot *pilot = context;
    const struct sb_plan *plan = sb_ledger_plan(sb_engine_ledger(engine));
    /* Names that the engine journalled between two batches are counted by sequence only. */
    if (sb_figures_add(&pilot->figures, plan, events, results, count, sequence - count + 1, NULL) != SB_OK)
        atomic_store(&pilot->failed, true); /* no memory: the figures would be wrong from here on */
    for (uint32_t i = 0; i < count; i++)
        atomic_fetch_add(&pilot->by_code[results[i].code], 1);
    atomic_store(&pilot->sequence, sequence);
    atomic_store(&pilot->durable, sequence);
}

/* ------------------------------------------------------------------ looking */

struct sb_pilot_view sb_pilot_view_of(const struct sb_pilot *pilot)
{
    const struct sb_ledger *ledger = sb_engine_ledger(pilot->engine);
    const struct sb_plan *plan = sb_ledger_plan(ledger);
    struct sb_pilot_view view = {
        .plan = plan,
        .sequence = sb_engine_newest(pilot->engine),
        .first_time = pilot->figures.first_time,
        .last_time = sb_ledger_time(ledger),
        .accounts = sb_ledger_account_count(ledger),
        .accepted = pilot->figures.accepted,
        .refused = pilot->figures.refused,
    };
    const char *unit =
        plan ? sb_symbols_name(sb_engine_symbols(pilot->engine), SB_SPACE_UNIT, plan->unit) : NULL;
    (void)snprintf(view.unit, sizeof(view.unit), "%s", unit ? unit : ""); /* a symbol fits */
    view.decimals = plan ? plan->decimals : 0;
    view.offset_s = plan ? plan->clock_offset_s : 0;
    return view;
}

struct look {
    const struct sb_pilot *pilot;
    struct sb_pilot_view *view;
};

static enum sb_status look(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct look *question = context;
    (void)engine;
    (void)err;
    *question->view = sb_pilot_view_of(question->pilot);
    return SB_OK;
}

enum sb_status sb_pilot_look(struct sb_pilot *pilot, struct sb_pilot_view *ret_view, struct sb_err *err)
{
    struct look question = {pilot, ret_view};
    return sb_front_ask(pilot->front, look, &question, err);
}

/* ------------------------------------------------------------------ periods */

static int by_from(const void *a, const void *b)
{
    const struct sb_period_of *left = a, *right = b;
    return (left->from > right->from) - (left->from < right->from);
}

unsigned sb_pilot_periods(const struct sb_plan *plan, struct sb_period_of periods[SB_PERIODS_MAX])
{
    struct sb_period_of written[SB_PERIODS_MAX];
    unsigned written_count = 0, count = 0;
    const struct sb_charter *charter = plan ? plan->layers[0].charter : NULL;
    for (uint32_t i = 0; charter && i < charter->sentence_count && written_count < SB_PERIODS_MAX; i++) {
        const struct sb_sentence *sentence = &charter->sentences[i];
        if (sentence->type != SB_S_PILOT)
            continue;
        const struct sb_moment *from = &sentence->pilot.runs_from, *to = &sentence->pilot.runs_to;
        written[written_count++] = (struct sb_period_of){
            .from = from->present ? sb_moment_start(charter, from) : SB_TIME_ALWAYS,
            .to = to->present ? sb_moment_end(charter, to) : SB_TIME_FOREVER,
            .instrument = sentence->by.text ? sentence->by.text : "",
        };
    }
    qsort(written, written_count, sizeof(*written), by_from);
    for (unsigned i = 0; i < written_count && count < SB_PERIODS_MAX; i++) {
        bool gap = count > 0 && periods[count - 1].to < written[i].from;
        if (gap && count + 1 < SB_PERIODS_MAX) {
            periods[count] = (struct sb_period_of){periods[count - 1].to, written[i].from, NULL};
            count++;
        }
        periods[count++] = written[i];
    }
    return count;
}

const char *sb_pilot_state(const struct sb_pilot_view *view,
                           const struct sb_period_of periods[SB_PERIODS_MAX], unsigned count,
                           const struct sb_period_of **ret_period)
{
    const struct sb_period_of *in = NULL, *next = NULL, *last = NULL;
    *ret_period = NULL;
    if (!view->plan)
        return "no-charter";
    for (unsigned i = 0; i < count; i++) {
        if (!periods[i].instrument)
            continue;
        if (view->last_time < periods[i].from)
            next = next ? next : &periods[i];
        else if (view->last_time < periods[i].to)
            in = &periods[i];
        else
            last = &periods[i];
    }
    *ret_period = in ? in : next ? next : last;
    if (in || count == 0) /* a charter without a term runs always */
        return "live";
    return !next ? "ended" : last ? "gap" : "draft";
}
