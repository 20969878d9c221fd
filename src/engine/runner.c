/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/runner.h"

#include "base/macros.h"
#include "engine/charter_pack.h"

#include <stdlib.h>
#include <string.h>

#define AHEAD 16u /* events whose place in the index of ids is fetched before it is needed */

struct sb_runner {
    struct sb_runner_options options;
    struct sb_ledger *ledger;   /* owned */
    struct sb_symbols *symbols; /* owned */
    struct sb_ids *ids;         /* owned */
    struct sb_past *past;       /* owned */
    struct sb_plan **plans;     /* owned array of owned plans; never shrinks, for the ledger borrows them */
    uint32_t plan_count;
    struct sb_result *results; /* owned; SB_BATCH_MAX, for callers that want none */
    uint64_t sequence;
    bool fixed_plan; /* recorded charters are ignored */
    bool plan_due;   /* the fixed plan waits for the first event's time */
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

enum sb_status sb_runner_new(const struct sb_runner_options *options, struct sb_runner **ret_runner,
                             struct sb_err *err)
{
    struct sb_runner *runner = calloc(1, sizeof(*runner));
    if (!runner)
        return no_memory(err);
    runner->options = *options;
    runner->symbols = sb_symbols_new();
    runner->ids = sb_ids_new(options->ids == SB_RUNNER_WANTED_IDS);
    runner->past = sb_past_new(SB_BATCH_MAX);
    runner->results = calloc(SB_BATCH_MAX, sizeof(*runner->results));
    enum sb_status status = sb_ledger_new(&(struct sb_ledger_options){0}, &runner->ledger, err);
    if (status == SB_OK && (!runner->symbols || !runner->ids || !runner->past || !runner->results))
        status = no_memory(err);
    if (status == SB_OK && options->plan)
        status = sb_runner_use(runner, options->plan, err);
    if (status != SB_OK) {
        sb_runner_free(runner);
        return status;
    }
    *ret_runner = runner;
    return SB_OK;
}

void sb_runner_free(struct sb_runner *runner)
{
    if (!runner)
        return;
    sb_ledger_free(runner->ledger);
    for (uint32_t i = 0; i < runner->plan_count; i++)
        sb_plan_free(runner->plans[i]);
    free(runner->plans);
    sb_symbols_free(runner->symbols);
    sb_ids_free(runner->ids);
    sb_past_free(runner->past);
    free(runner->results);
    free(runner);
}

/* ------------------------------------------------------------------ names and charters */

static enum sb_status learn_name(struct sb_runner *runner, const struct sb_event *event, struct sb_err *err)
{
    uint16_t code = 0;
    if (!sb_event_is_well_formed(event))
        return sb_fail(err, SB_DAMAGED, "a name's record is malformed", "bản ghi tên sai dạng");
    enum sb_status status = sb_symbols_intern(runner->symbols, (enum sb_space)event->name_space, event->name,
                                              event->name_size, &code, err);
    if (status == SB_OK && code != event->name_code)
        return sb_fail(err, SB_DAMAGED, "the name '%.*s' has code %u in the journal, expected %u",
                       "tên '%.*s' có mã %u trong nhật ký, lẽ ra là %u", (int)event->name_size, event->name,
                       event->name_code, code);
    return status;
}

static bool refers(const struct sb_event *event)
{
    return event->type == SB_EVENT_POST || event->type == SB_EVENT_VOID || event->type == SB_EVENT_REVERSE;
}

enum sb_status sb_runner_scan(struct sb_runner *runner, const struct sb_record *record, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; record->type == SB_RECORD_BATCH && i < record->count && status == SB_OK; i++) {
        const struct sb_event *event = &record->events[i];
        const struct sb_result *result = &record->results[i];
        if (event->type == SB_EVENT_NAME)
            status = learn_name(runner, event, err);
        else if (refers(event) && !sb_id_is_none(event->other))
            status = sb_ids_want(runner->ids, event->other, err);
        /* A repetition in a chain that broke is not marked as one: docs/ledger.md, "Chains". */
        bool again = (result->flags & SB_RF_REPEATED) != 0 || result->code == SB_R_ID_REUSED ||
                     (result->code == SB_R_CHAIN_BROKEN && !sb_id_is_none(event->id));
        if (status == SB_OK && again)
            status = sb_ids_want(runner->ids, event->id, err);
    }
    return status;
}

enum sb_status sb_runner_use(struct sb_runner *runner, const struct sb_plan *plan, struct sb_err *err)
{
    runner->options.plan = plan;
    runner->fixed_plan = true;
    runner->plan_due = true;
    return sb_ledger_offer(runner->ledger, plan, err);
}

enum sb_status sb_runner_offer(struct sb_runner *runner, struct sb_plan *plan, struct sb_err *err)
{
    struct sb_plan **plans = realloc(runner->plans, (runner->plan_count + 1) * sizeof(*plans));
    if (!plans) {
        sb_plan_free(plan);
        return no_memory(err);
    }
    runner->plans = plans;
    plans[runner->plan_count++] = plan;
    return sb_ledger_offer(runner->ledger, plan, err);
}

static uint32_t symbol_total(const struct sb_symbols *symbols)
{
    uint32_t total = 0;
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++)
        total += sb_symbols_count(symbols, (enum sb_space)space);
    return total;
}

/* Compile the next charter of a record's texts and offer it. */
static enum sb_status learn_charter(struct sb_runner *runner, const struct sb_event *event,
                                    const char **texts, uint32_t *size, struct sb_err *err)
{
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    uint32_t count = 0;
    size_t used = 0;
    enum sb_status status = sb_charter_unpack(*texts, *size, sources, &count, &used, err);
    if (status != SB_OK)
        return status;
    *texts += used;
    *size -= (uint32_t)used;
    uint32_t names = symbol_total(runner->symbols);
    struct sb_plan *plan = NULL;
    struct sb_diagnostics diagnostics = {0};
    struct sb_plan_options options = {.law = SB_LAW_LIVE};
    status = sb_plan_compile(sources, count, &options, runner->symbols, &plan, &diagnostics, err);
    sb_diagnostics_release(&diagnostics);
    if (status != SB_OK)
        return sb_fail_in(err, "a recorded charter does not compile", "điều lệ đã ghi không biên dịch được");
    bool same = memcmp(plan->hash, event->charter_hash, sizeof(plan->hash)) == 0;
    if (!same || symbol_total(runner->symbols) != names) {
        sb_plan_free(plan);
        return sb_fail(err, SB_DAMAGED, "a recorded charter's text is not the one that its event names",
                       "văn bản điều lệ đã ghi không phải là văn bản mà sự kiện nêu");
    }
    return sb_runner_offer(runner, plan, err);
}

static enum sb_status learn(struct sb_runner *runner, const struct sb_record *record, struct sb_err *err)
{
    const char *texts = record->texts;
    uint32_t size = record->texts_size;
    for (uint32_t i = 0; i < record->count; i++) {
        enum sb_status status = SB_OK;
        if (record->events[i].type == SB_EVENT_NAME)
            status = learn_name(runner, &record->events[i], err);
        else if (record->events[i].type == SB_EVENT_CHARTER && !runner->fixed_plan)
            status = learn_charter(runner, &record->events[i], &texts, &size, err);
        if (status != SB_OK)
            return sb_fail_in(err, "event %llu", "sự kiện %llu", (unsigned long long)(record->first + i));
    }
    return SB_OK;
}

/* ------------------------------------------------------------------ stepping */

static enum sb_status put_found(struct sb_runner *runner, struct sb_id id, struct sb_err *err)
{
    const struct sb_past_entry *entry = sb_ids_find(runner->ids, id);
    return entry ? sb_past_put(runner->past, &entry->event, &entry->result, entry->plan, err) : SB_OK;
}

/* What past.h asks for one event. */
static enum sb_status look_up(struct sb_runner *runner, const struct sb_event *event, struct sb_err *err)
{
    enum sb_status status = sb_id_is_none(event->id) ? SB_OK : put_found(runner, event->id, err);
    if (status != SB_OK || !refers(event))
        return status;
    const struct sb_past_entry *other = sb_ids_find(runner->ids, event->other);
    if (!other)
        return SB_OK;
    status = sb_past_put(runner->past, &other->event, &other->result, other->plan, err);
    if (status == SB_OK && event->type == SB_EVENT_REVERSE && other->event.type == SB_EVENT_POST)
        status = put_found(runner, other->event.other, err);
    return status;
}

/* A reversal of a post of this very batch reaches one step further back, past a post that the index does not
 * have yet. */
static enum sb_status look_up_batch(struct sb_runner *runner, const struct sb_event *events, uint32_t count,
                                    struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        if (i + AHEAD < count)
            sb_ids_prefetch(runner->ids, events[i + AHEAD].id);
        status = look_up(runner, &events[i], err);
    }
    return status;
}

/* Ids of events that were never judged at all (malformed, no id, time going back) stay free: docs/ledger.md.
 */
static bool is_remembered(const struct sb_event *event, const struct sb_result *result)
{
    return !sb_id_is_none(event->id) && result->code != SB_R_MALFORMED && result->code != SB_R_ID_ZERO &&
           result->code != SB_R_TIME_BACK && (result->flags & SB_RF_REPEATED) == 0 &&
           result->code != SB_R_ID_REUSED;
}

/* What later events find under an id: the result given here, but in a recorded run what really became of it.
 */
static struct sb_result remembered(const struct sb_result *given, const struct sb_result *recorded)
{
    struct sb_result result = *given;
    if (recorded)
        result.code = recorded->code;
    return result;
}

/* Step events among which the plan in force does not change. recorded: NULL, or what was recorded of them. */
static enum sb_status step_stretch(struct sb_runner *runner, const struct sb_event *events, uint32_t count,
                                   const struct sb_result *recorded, struct sb_result *results,
                                   struct sb_err *err)
{
    sb_past_clear(runner->past);
    enum sb_status status = look_up_batch(runner, events, count, err);
    if (status == SB_OK && recorded)
        status = sb_ledger_step_recorded(runner->ledger, events, count, runner->past, recorded, results, err);
    else if (status == SB_OK)
        status = sb_ledger_step(runner->ledger, events, count, runner->past, results, err);
    uint32_t plan = sb_ledger_plan_number(runner->ledger);
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        struct sb_result result = remembered(&results[i], recorded ? &recorded[i] : NULL);
        if (i + AHEAD < count)
            sb_ids_prefetch(runner->ids, events[i + AHEAD].id);
        if (is_remembered(&events[i], &result))
            status = sb_ids_put(runner->ids, &events[i], &result, plan, err);
    }
    return status;
}

/* The fixed plan of a replay comes into force with the first event. */
static enum sb_status install_fixed(struct sb_runner *runner, sb_time_us time, struct sb_err *err)
{
    struct sb_event event = {.type = SB_EVENT_CHARTER, .time = time};
    struct sb_result result;
    memcpy(event.charter_hash, runner->options.plan->hash, sizeof(event.charter_hash));
    runner->plan_due = false;
    return sb_ledger_step(runner->ledger, &event, 1, runner->past, &result, err);
}

static enum sb_status step_all(struct sb_runner *runner, const struct sb_event *events, uint32_t count,
                               const struct sb_result *recorded, struct sb_result *ret_results,
                               struct sb_err *err)
{
    enum sb_status status = SB_OK;
    if (runner->plan_due && count > 0)
        status = install_fixed(runner, events[0].time, err);
    for (uint32_t at = 0; at < count && status == SB_OK;) {
        uint32_t end = at + 1;
        bool charter = events[at].type == SB_EVENT_CHARTER;
        while (!charter && end < count && events[end].type != SB_EVENT_CHARTER)
            end++;
        if (charter && runner->fixed_plan)
            ret_results[at] = (struct sb_result){.code = SB_R_ACCEPTED}; /* recorded law is ignored here */
        else
            status = step_stretch(runner, events + at, end - at, recorded ? recorded + at : NULL,
                                  ret_results + at, err);
        at = end;
    }
    if (status == SB_OK)
        runner->sequence += count;
    return status;
}

enum sb_status sb_runner_step(struct sb_runner *runner, const struct sb_event *events, uint32_t count,
                              struct sb_result *ret_results, struct sb_err *err)
{
    return step_all(runner, events, count, NULL, ret_results, err);
}

/* ------------------------------------------------------------------ records */

static bool results_equal(const struct sb_result *a, const struct sb_result *b)
{
    return a->code == b->code && a->flags == b->flags && a->counted == b->counted &&
           memcmp(a->failed, b->failed, sizeof(a->failed)) == 0;
}

static enum sb_status compare(const struct sb_record *record, uint32_t count, const struct sb_result *results,
                              struct sb_err *err)
{
    for (uint32_t i = 0; i < count; i++) {
        if (results_equal(&record->results[i], &results[i]))
            continue;
        enum sb_result_code recorded = (enum sb_result_code)record->results[i].code;
        enum sb_result_code given = (enum sb_result_code)results[i].code;
        return sb_fail(err, SB_MISMATCH, "event %llu: recorded '%s', but its charter gives '%s'%s",
                       "sự kiện %llu: đã ghi '%s', nhưng điều lệ cho '%s'%s",
                       (unsigned long long)(record->first + i), sb_result_word(recorded),
                       sb_result_word(given),
                       recorded == given ? " (flags, counted or failed sentences differ)" : "");
    }
    return SB_OK;
}

static enum sb_status compare_hash(struct sb_runner *runner, const struct sb_record *record,
                                   struct sb_err *err)
{
    uint8_t hash[SB_STATE_HASH_SIZE];
    enum sb_status status = sb_ledger_hash(runner->ledger, hash, err);
    if (status == SB_OK && memcmp(hash, record->state_hash, sizeof(hash)) != 0)
        status =
            sb_fail(err, SB_MISMATCH, "the state's hash after event %llu is not the recorded one",
                    "mã băm trạng thái sau sự kiện %llu khác mã đã ghi", (unsigned long long)record->first);
    return status;
}

static enum sb_status check_plan(struct sb_runner *runner, const struct sb_record *record, struct sb_err *err)
{
    static const uint8_t none[SB_HASH_SIZE];
    const struct sb_plan *plan = sb_ledger_plan(runner->ledger);
    if (memcmp(record->plan_hash, plan ? plan->hash : none, SB_HASH_SIZE) == 0)
        return SB_OK;
    return sb_fail(err, SB_MISMATCH,
                   "the batch at event %llu was judged under another charter than the installed one",
                   "lô sự kiện tại %llu được xét theo điều lệ khác điều lệ đang có hiệu lực",
                   (unsigned long long)record->first);
}

enum sb_status sb_runner_take_some(struct sb_runner *runner, const struct sb_record *record, uint32_t count,
                                   struct sb_result *ret_results, struct sb_err *err)
{
    if (record->type == SB_RECORD_CHECKPOINT && runner->options.compare)
        return compare_hash(runner, record, err);
    if (record->type != SB_RECORD_BATCH)
        return SB_OK;
    struct sb_result *results = ret_results ? ret_results : runner->results;
    enum sb_status status = runner->options.compare ? check_plan(runner, record, err) : SB_OK;
    if (status == SB_OK)
        status = learn(runner, record, err);
    if (status == SB_OK)
        status = step_all(runner, record->events, count, runner->options.as_recorded ? record->results : NULL,
                          results, err);
    if (status == SB_OK && runner->options.compare)
        status = compare(record, count, results, err);
    return status;
}

enum sb_status sb_runner_take(struct sb_runner *runner, const struct sb_record *record,
                              struct sb_result *ret_results, struct sb_err *err)
{
    return sb_runner_take_some(runner, record, record->count, ret_results, err);
}

struct sb_ledger *sb_runner_ledger(struct sb_runner *runner)
{
    return runner->ledger;
}

struct sb_symbols *sb_runner_symbols(struct sb_runner *runner)
{
    return runner->symbols;
}

uint64_t sb_runner_sequence(const struct sb_runner *runner)
{
    return runner->sequence;
}

enum sb_status sb_runner_past(struct sb_runner *runner, const struct sb_event *event,
                              const struct sb_past **ret_past, struct sb_err *err)
{
    sb_past_clear(runner->past);
    enum sb_status status = look_up(runner, event, err);
    if (status == SB_OK)
        *ret_past = runner->past;
    return status;
}
