/* SPDX-License-Identifier: Apache-2.0 */
/* The threads that run what-ifs. They read the journal's files, as every other reader does: the pilot's
 * engine goes on meanwhile. */
#include "net/whatif_internal.h"

#include "base/macros.h"
#include "net/call.h"
#include "replay/replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct running {
    struct sb_whatifs *whatifs;
    struct whatif *whatif;
};

static bool is_cancelled(void *context)
{
    const struct running *running = context;
    return atomic_load(&running->whatif->cancelled);
}

/* A report for the API: as replay prints it, its sums as texts, since no number of a page can hold them. */
static void sums_to_texts(json_t *json)
{
    const char *name;
    json_t *value;
    size_t i;
    if (json_is_array(json)) {
        json_array_foreach(json, i, value) sums_to_texts(value);
        return;
    }
    json_t *sum = json_object_get(json, "sum_minor");
    if (json_is_integer(sum))
        (void)json_object_set_new(json, "sum_minor", sb_json_amount(json_integer_value(sum)));
    json_object_foreach(json, name, value) if (json_is_object(value) || json_is_array(value))
        sums_to_texts(value);
}

static json_t *report_json(struct sb_replay_report *report)
{
    SB_CLEANUP(sb_free_ptr) char *text = sb_replay_json(report);
    json_t *root = text ? json_loads(text, 0, NULL) : NULL;
    sums_to_texts(root);
    return root;
}

static void sofar(void *context, struct sb_replay_report *report, uint64_t done, uint64_t all)
{
    struct running *running = context;
    json_t *figures = report ? report_json(report) : NULL;
    pthread_mutex_lock(&running->whatifs->mutex);
    running->whatif->done = done;
    running->whatif->all = SB_MAX(all, UINT64_C(1));
    running->whatif->version++;
    if (figures) {
        json_decref(running->whatif->figures);
        running->whatif->figures = figures;
    }
    pthread_mutex_unlock(&running->whatifs->mutex);
}

/* ------------------------------------------------------------------ one job */

/* The law to replay under: a text of its own on top of which the recorded layers stay, or nothing. */
static uint32_t sources_of(const struct whatif *whatif, const struct sb_plan *plan,
                           struct sb_source sources[SB_CHARTER_LAYERS_MAX])
{
    if (!whatif->charter)
        return 0;
    uint32_t count = 1;
    sources[0] = (struct sb_source){"charter", whatif->charter, strlen(whatif->charter)};
    for (uint32_t i = 1; plan && i < plan->layer_count; i++) {
        const struct sb_charter *layer = plan->layers[i].charter;
        sources[count++] = (struct sb_source){layer->path, layer->source, layer->source_size};
    }
    return count;
}

static enum sb_status replay(struct running *running, FILE *csv, struct sb_replay_report **ret_report,
                             struct sb_err *err)
{
    struct whatif *whatif = running->whatif;
    struct sb_pilot_view view;
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    const char *sets[SB_WHATIF_SETS_MAX];
    struct sb_diagnostics diagnostics = {0};
    enum sb_status status = sb_pilot_look(whatif->pilot, &view, err);
    if (status != SB_OK)
        return status;
    for (uint32_t i = 0; i < whatif->options.set_count; i++)
        sets[i] = whatif->options.sets[i];
    struct sb_replay_options options = {
        .mode = whatif->options.mode == SB_HOW_ONE_STEP ? SB_REPLAY_ONE_STEP : SB_REPLAY_WHOLE_RUN,
        .sources = sources,
        .source_count = sources_of(whatif, view.plan, sources),
        .law = whatif->options.law,
        .law_day = whatif->options.law_day,
        .sets = sets,
        .set_count = whatif->options.set_count,
        .by = whatif->options.by,
        .by_count = whatif->options.by_count,
        .csv = csv,
        .lang = whatif->options.lang,
        .stop = is_cancelled,
        .sofar = sofar,
        .context = running,
    };
    status = sb_replay(sb_os_real(), whatif->pilot->dir, &options, ret_report, &diagnostics, err);
    sb_diagnostics_release(&diagnostics);
    return status;
}

static enum sb_status run(struct running *running, json_t **ret_report, struct sb_err *err)
{
    struct sb_replay_report *report = NULL;
    SB_CLEANUP(sb_free_ptr) char *path = sb_whatif_path(running->whatifs, running->whatif, ".csv");
    FILE *csv = path ? fopen(path, "we") : NULL;
    if (!csv)
        return sb_os_fail(err, errno);
    enum sb_status status = replay(running, csv, &report, err);
    bool lost = ferror(csv) != 0;
    lost = fclose(csv) != 0 || lost;
    if (status == SB_OK && lost)
        status = sb_fail(err, SB_IO, "the rows of differences could not be written",
                         "không ghi được các dòng khác biệt");
    if (status == SB_OK && !(*ret_report = report_json(report)))
        status = sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    sb_replay_report_free(report);
    return status;
}

static json_t *error_json(const struct sb_err *err)
{
    const char *code = err->status == SB_SYNTAX || err->status == SB_INVALID ? "not-valid" : "failed";
    SB_CLEANUP(sb_free_ptr) char *text = sb_error_text(code, NULL, err->text[SB_EN], err->text[SB_VI]);
    return text ? json_loads(text, 0, NULL) : NULL;
}

/* Requires the mutex, and gives it away meanwhile. */
static void run_one(struct sb_whatifs *whatifs, struct whatif *whatif)
{
    struct running running = {whatifs, whatif};
    struct sb_err err = {0};
    json_t *report = NULL;
    whatif->waits = false;
    whatifs->waiting--;
    whatifs->running++;
    pthread_mutex_unlock(&whatifs->mutex);
    enum sb_status status = run(&running, &report, &err);
    pthread_mutex_lock(&whatifs->mutex);
    whatifs->running--;
    whatif->version++;
    if (status == SB_OK) {
        json_decref(whatif->figures);
        whatif->figures = report;
        whatif->done = whatif->all;
        whatif->state = WHATIF_DONE;
    } else if (atomic_load(&whatif->cancelled)) {
        whatif->state = WHATIF_CANCELLED;
    } else {
        whatif->error = error_json(&err);
        whatif->state = WHATIF_FAILED;
    }
    /* What cannot be kept is shown until the server ends: the report is there. */
    enum sb_status kept = sb_whatif_keep(whatifs, whatif, NULL);
    (void)kept;
}

/* Requires the mutex. The one that waits longest. */
static struct whatif *oldest_waiting(const struct sb_whatifs *whatifs)
{
    struct whatif *oldest = NULL;
    for (struct whatif *at = whatifs->newest; at; at = at->older)
        if (at->waits)
            oldest = at;
    return oldest;
}

static void *work(void *context)
{
    struct sb_whatifs *whatifs = context;
    pthread_mutex_lock(&whatifs->mutex);
    while (!whatifs->ending) {
        struct whatif *next = oldest_waiting(whatifs);
        if (next)
            run_one(whatifs, next);
        else
            pthread_cond_wait(&whatifs->work, &whatifs->mutex);
    }
    pthread_mutex_unlock(&whatifs->mutex);
    return NULL;
}

enum sb_status sb_whatif_start_threads(struct sb_whatifs *whatifs, uint32_t count, struct sb_err *err)
{
    whatifs->threads = calloc(count, sizeof(*whatifs->threads));
    while (whatifs->threads && whatifs->thread_count < count) {
        if (pthread_create(&whatifs->threads[whatifs->thread_count], NULL, work, whatifs) != 0)
            break;
        whatifs->thread_count++;
    }
    return whatifs->thread_count == count
               ? SB_OK
               : sb_fail(err, SB_NOMEM, "cannot start a thread", "không tạo được luồng");
}

void sb_whatif_end_threads(struct sb_whatifs *whatifs)
{
    pthread_mutex_lock(&whatifs->mutex);
    whatifs->ending = true;
    for (struct whatif *at = whatifs->newest; at; at = at->older)
        atomic_store(&at->cancelled, true);
    pthread_cond_broadcast(&whatifs->work);
    pthread_mutex_unlock(&whatifs->mutex);
    for (unsigned i = 0; i < whatifs->thread_count; i++)
        pthread_join(whatifs->threads[i], NULL);
    free(whatifs->threads);
}
