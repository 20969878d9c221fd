/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/runner.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "engine/charter_pack.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define AHEAD   16u   /* events whose place in the index of ids is fetched before it is needed */
#define STRETCH 1024u /* events stepped together: what belongs to them stays in the processor's cache */

struct law {
    struct sb_plan *plan; /* owned */
    struct sb_str texts;  /* owned: what it was compiled from, packed */
    uint32_t meaning;     /* of the record that brought it */
};

struct installation {
    uint64_t sequence; /* of the CHARTER event */
    uint32_t law;      /* the first one with its hash and meaning */
};

struct sb_runner {
    struct sb_runner_options options;
    struct sb_ledger *ledger;   /* owned */
    struct sb_symbols *symbols; /* owned */
    struct sb_ids *own_ids;     /* owned, or NULL */
    struct sb_ids *ids;         /* those, or borrowed */
    struct sb_past *past;       /* owned */
    struct law *laws;           /* owned array; never shrinks, for the ledger borrows its plans */
    uint32_t law_count;
    struct installation *installed; /* owned; in the order of installation */
    uint32_t installed_count, installed_room;
    struct sb_result *results; /* owned; SB_BATCH_MAX, for callers that want none */
    uint64_t sequence;
    uint64_t stretch;                  /* sequence of the first event of those that are stepped */
    const struct sb_record *recovered; /* a living pilot's own record that is stepped anew, or NULL */
    bool fixed_plan;                   /* recorded charters are ignored */
    bool plan_due;                     /* the fixed plan waits for the first event's time */
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
    if (!options->living_ids)
        runner->own_ids = sb_ids_new(options->ids == SB_RUNNER_WANTED_IDS);
    runner->ids = options->living_ids ? options->living_ids : runner->own_ids;
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
    for (uint32_t i = 0; i < runner->law_count; i++) {
        sb_plan_free(runner->laws[i].plan);
        sb_str_release(&runner->laws[i].texts);
    }
    free(runner->laws);
    free(runner->installed);
    sb_symbols_free(runner->symbols);
    sb_ids_free(runner->own_ids);
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

/* Whether a recorded event came again under its id. A repetition in a chain that broke is not marked as one:
 * docs/ledger.md, "Chains". */
static bool came_again(const struct sb_event *event, const struct sb_result *recorded)
{
    return (recorded->flags & SB_RF_REPEATED) != 0 || recorded->code == SB_R_ID_REUSED ||
           (recorded->code == SB_R_CHAIN_BROKEN && !sb_id_is_none(event->id));
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
        if (status == SB_OK && came_again(event, result))
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

/* Takes the plan: the runner holds it until its end. */
static enum sb_status keep_law(struct sb_runner *runner, struct sb_plan *plan, uint32_t meaning,
                               const char *texts, size_t texts_size, struct sb_err *err)
{
    struct law law = {.plan = plan, .meaning = meaning};
    struct law *laws = realloc(runner->laws, (runner->law_count + 1) * sizeof(*laws));
    if (laws)
        runner->laws = laws;
    sb_str_add_bytes(&law.texts, texts, texts_size);
    if (!laws || law.texts.failed) {
        sb_plan_free(plan);
        sb_str_release(&law.texts);
        return no_memory(err);
    }
    laws[runner->law_count++] = law;
    return SB_OK;
}

enum sb_status sb_runner_offer(struct sb_runner *runner, struct sb_plan *plan, const char *texts,
                               size_t texts_size, struct sb_err *err)
{
    enum sb_status status = keep_law(runner, plan, SB_JOURNAL_MEANING, texts, texts_size, err);
    return status == SB_OK ? sb_ledger_offer(runner->ledger, plan, err) : status;
}

/* The law that a CHARTER event with a hash installs now: the newest; of those with its meaning, which are
 * one, the first. Requires that there is one. */
static uint32_t law_of(const struct sb_runner *runner, const uint8_t hash[32])
{
    uint32_t newest = runner->law_count - 1, law = 0;
    while (memcmp(runner->laws[newest].plan->hash, hash, 32) != 0)
        newest--;
    while (runner->laws[law].meaning != runner->laws[newest].meaning ||
           memcmp(runner->laws[law].plan->hash, hash, 32) != 0)
        law++;
    return law;
}

static enum sb_status note_installation(struct sb_runner *runner, uint64_t sequence, uint32_t law,
                                        struct sb_err *err)
{
    if (runner->installed_count == runner->installed_room) {
        uint32_t room = SB_MAX(runner->installed_room * 2, 8u);
        struct installation *installed = realloc(runner->installed, room * sizeof(*installed));
        if (!installed)
            return no_memory(err);
        runner->installed = installed;
        runner->installed_room = room;
    }
    runner->installed[runner->installed_count++] = (struct installation){.sequence = sequence, .law = law};
    return SB_OK;
}

static uint32_t symbol_total(const struct sb_symbols *symbols)
{
    uint32_t total = 0;
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++)
        total += sb_symbols_count(symbols, (enum sb_space)space);
    return total;
}

/* Some packed texts, and what they mean. */
struct packed_law {
    const char *texts;
    uint32_t size;
    uint32_t meaning; /* 0: the newest */
};

/* Compile the next charter of some texts and offer it. event: whose hash it must have, or NULL. */
static enum sb_status learn_charter(struct sb_runner *runner, const struct sb_event *event,
                                    struct packed_law *packed, struct sb_err *err)
{
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    uint32_t count = 0;
    size_t used = 0;
    enum sb_status status = sb_charter_unpack(packed->texts, packed->size, sources, &count, &used, err);
    if (status != SB_OK)
        return status;
    const char *mine = packed->texts;
    packed->texts += used;
    packed->size -= (uint32_t)used;
    uint32_t names = symbol_total(runner->symbols);
    struct sb_plan *plan = NULL;
    struct sb_diagnostics diagnostics = {0};
    struct sb_plan_options options = {.law = SB_LAW_LIVE, .meaning = packed->meaning};
    status = sb_plan_compile(sources, count, &options, runner->symbols, &plan, &diagnostics, err);
    sb_diagnostics_release(&diagnostics);
    if (status != SB_OK)
        return sb_fail_in(err, "a recorded charter does not compile", "điều lệ đã ghi không biên dịch được");
    bool same = !event || memcmp(plan->hash, event->charter_hash, sizeof(plan->hash)) == 0;
    if (!same || symbol_total(runner->symbols) != names) {
        sb_plan_free(plan);
        return sb_fail(err, SB_DAMAGED, "a recorded charter's text is not the one that its event names",
                       "văn bản điều lệ đã ghi không phải là văn bản mà sự kiện nêu");
    }
    status =
        keep_law(runner, plan, packed->meaning == 0 ? SB_JOURNAL_MEANING : packed->meaning, mine, used, err);
    /* A fixed plan may have the same hash: it alone is offered. */
    return status == SB_OK && !runner->fixed_plan ? sb_ledger_offer(runner->ledger, plan, err) : status;
}

static enum sb_status learn(struct sb_runner *runner, const struct sb_record *record, struct sb_err *err)
{
    struct packed_law packed = {record->texts, record->texts_size, record->meaning};
    for (uint32_t i = 0; i < record->count; i++) {
        enum sb_status status = SB_OK;
        if (record->events[i].type == SB_EVENT_NAME)
            status = learn_name(runner, &record->events[i], err);
        else if (record->events[i].type == SB_EVENT_CHARTER &&
                 (!runner->fixed_plan || runner->options.as_recorded))
            status = learn_charter(runner, &record->events[i], &packed, err);
        if (status != SB_OK)
            return sb_fail_in(err, "event %llu", "sự kiện %llu", (unsigned long long)(record->first + i));
    }
    return SB_OK;
}

/* ------------------------------------------------------------------ stepping */

/* Put what an id names into the past: an event before those that are stepped. *ret_entry (NULL: there is
 * none) is good until the next look-up. */
static enum sb_status put_found(struct sb_runner *runner, struct sb_id id,
                                const struct sb_past_entry **ret_entry, struct sb_err *err)
{
    enum sb_status status = sb_ids_find(runner->ids, id, runner->stretch, ret_entry, err);
    if (status == SB_OK && *ret_entry)
        status =
            sb_past_put(runner->past, &(*ret_entry)->event, &(*ret_entry)->result, (*ret_entry)->plan, err);
    return status;
}

/*
 * What past.h asks for one event. recorded: NULL, or its result in this pilot's own journal, which says of an
 * id whether it came again: an index that holds the event itself already would be asked for each in vain.
 */
static enum sb_status look_up(struct sb_runner *runner, const struct sb_event *event,
                              const struct sb_result *recorded, struct sb_err *err)
{
    const struct sb_past_entry *other = NULL;
    bool asks = !sb_id_is_none(event->id) && (!recorded || came_again(event, recorded));
    enum sb_status status = asks ? put_found(runner, event->id, &other, err) : SB_OK;
    if (status != SB_OK || !refers(event))
        return status;
    status = put_found(runner, event->other, &other, err);
    if (status == SB_OK && other && event->type == SB_EVENT_REVERSE && other->event.type == SB_EVENT_POST)
        status = put_found(runner, other->event.other, &other, err);
    return status;
}

/* A reversal of a post of this very batch reaches one step further back, past a post that the index does not
 * have yet. */
static enum sb_status look_up_batch(struct sb_runner *runner, const struct sb_event *events, uint32_t count,
                                    struct sb_err *err)
{
    enum sb_status status = SB_OK;
    const struct sb_record *recovered = runner->recovered;
    const struct sb_result *recorded = recovered ? recovered->results + (events - recovered->events) : NULL;
    sb_ids_enter(runner->ids);
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        if (i + AHEAD < count && !recorded)
            sb_ids_prefetch(runner->ids, events[i + AHEAD].id);
        status = look_up(runner, &events[i], recorded ? &recorded[i] : NULL, err);
    }
    sb_ids_leave(runner->ids);
    return status;
}

/* What later events find under an id: the result given here, but in a recorded run what really became of it.
 */
static struct sb_result remembered(const struct sb_result *given, const struct sb_result *recorded)
{
    return recorded ? sb_ledger_remembered(given, recorded) : *given;
}

/* A recorded charter under a fixed plan: it judges nothing, but what was recorded was charged by it. */
static enum sb_status pass_law(struct sb_runner *runner, const struct sb_event *event,
                               const struct sb_result *recorded, struct sb_err *err)
{
    if (!recorded || recorded->code != SB_R_ACCEPTED)
        return SB_OK;
    return sb_ledger_recorded_law(runner->ledger, runner->laws[law_of(runner, event->charter_hash)].plan,
                                  err);
}

/* Step events among which the plan in force does not change. recorded: NULL, or what was recorded of them. */
static enum sb_status step_known(struct sb_runner *runner, const struct sb_event *events, uint32_t count,
                                 const struct sb_result *recorded, struct sb_result *results,
                                 struct sb_err *err)
{
    sb_past_clear(runner->past);
    enum sb_status status = look_up_batch(runner, events, count, err);
    if (status == SB_OK && recorded)
        status = sb_ledger_step_recorded(runner->ledger, events, count, runner->past, recorded, results, err);
    else if (status == SB_OK)
        status = sb_ledger_step(runner->ledger, events, count, runner->past, results, err);
    return status;
}

/* The same, and remember their ids. */
static enum sb_status step_stretch(struct sb_runner *runner, const struct sb_event *events, uint32_t count,
                                   const struct sb_result *recorded, struct sb_result *results,
                                   struct sb_err *err)
{
    enum sb_status status = step_known(runner, events, count, recorded, results, err);
    uint32_t plan = sb_ledger_plan_number(runner->ledger);
    sb_ids_enter(runner->ids);
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        struct sb_result result = remembered(&results[i], recorded ? &recorded[i] : NULL);
        if (i + AHEAD < count)
            sb_ids_prefetch(runner->ids, events[i + AHEAD].id);
        if (sb_event_uses_id(&events[i], &result))
            status = sb_ids_put(runner->ids, runner->stretch + i, &events[i], &result, plan, err);
    }
    sb_ids_leave(runner->ids);
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

/* Where the events that are stepped together with one end: before a charter, and never inside a chain. */
static uint32_t end_of_stretch(const struct sb_event *events, uint32_t at, uint32_t count)
{
    uint32_t end = at + 1;
    if (events[at].type == SB_EVENT_CHARTER)
        return end;
    while (end < count && events[end].type != SB_EVENT_CHARTER &&
           (end - at < STRETCH || (events[end - 1].flags & SB_F_LINKED) != 0))
        end++;
    return end;
}

static enum sb_status step_all(struct sb_runner *runner, const struct sb_event *events, uint32_t count,
                               const struct sb_result *recorded, struct sb_result *ret_results,
                               struct sb_err *err)
{
    enum sb_status status = SB_OK;
    if (runner->plan_due && count > 0)
        status = install_fixed(runner, events[0].time, err);
    for (uint32_t at = 0; at < count && status == SB_OK;) {
        uint32_t end = end_of_stretch(events, at, count);
        bool charter = events[at].type == SB_EVENT_CHARTER;
        runner->stretch = runner->sequence + at + 1;
        if (charter && runner->fixed_plan) {
            ret_results[at] = (struct sb_result){.code = SB_R_ACCEPTED};
            status = pass_law(runner, &events[at], recorded ? &recorded[at] : NULL, err);
        } else {
            status = step_stretch(runner, events + at, end - at, recorded ? recorded + at : NULL,
                                  ret_results + at, err);
        }
        if (status == SB_OK && charter && !runner->fixed_plan && ret_results[at].code == SB_R_ACCEPTED)
            status = note_installation(runner, runner->stretch, law_of(runner, events[at].charter_hash), err);
        if (status == SB_OK && charter && ret_results[at].code == SB_R_ACCEPTED)
            status = sb_ids_installed(runner->ids, runner->stretch, err);
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
    return a->code == b->code && a->flags == b->flags && a->fees == b->fees && a->counted == b->counted &&
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
        status = sb_ids_placed(runner->ids, record->first, record->segment, record->offset, err);
    runner->recovered = runner->options.living_ids ? record : NULL;
    if (status == SB_OK)
        status = step_all(runner, record->events, count, runner->options.as_recorded ? record->results : NULL,
                          results, err);
    runner->recovered = NULL;
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

const struct sb_ledger *sb_runner_ledger_of(const struct sb_runner *runner)
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

struct sb_ids *sb_runner_ids(struct sb_runner *runner)
{
    return runner->ids;
}

enum sb_status sb_runner_past(struct sb_runner *runner, const struct sb_event *event,
                              const struct sb_past **ret_past, struct sb_err *err)
{
    sb_past_clear(runner->past);
    runner->stretch = runner->sequence + 1;
    sb_ids_enter(runner->ids);
    enum sb_status status = look_up(runner, event, NULL, err);
    sb_ids_leave(runner->ids);
    if (status == SB_OK)
        *ret_past = runner->past;
    return status;
}

/* ------------------------------------------------------------------ snapshots */

static void add_u32(struct sb_str *out, uint32_t value)
{
    char bytes[4];
    sb_put_u32(bytes, value);
    sb_str_add_bytes(out, bytes, sizeof(bytes));
}

static void add_u64(struct sb_str *out, uint64_t value)
{
    char bytes[8];
    sb_put_u64(bytes, value);
    sb_str_add_bytes(out, bytes, sizeof(bytes));
}

static void pack_names(const struct sb_symbols *symbols, struct sb_str *out)
{
    add_u32(out, SB_SPACE_COUNT);
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++) {
        uint32_t count = sb_symbols_count(symbols, (enum sb_space)space);
        add_u32(out, count);
        for (uint32_t code = 1; code <= count; code++) {
            const char *name = sb_symbols_name(symbols, (enum sb_space)space, (uint16_t)code);
            char size = (char)strlen(name);
            static_assert(SB_SYMBOL_SIZE_MAX < 128, "a byte holds it");
            sb_str_add_bytes(out, &size, 1);
            sb_str_add_bytes(out, name, strlen(name));
        }
    }
}

/* Laws that were installed, each once, in the order of their first installation; then the installations. */
static void pack_laws(const struct sb_runner *runner, struct sb_str *out, uint32_t *numbers)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < runner->installed_count; i++) {
        uint32_t law = runner->installed[i].law;
        if (numbers[law] == 0)
            numbers[law] = ++count;
    }
    add_u32(out, count);
    uint32_t done = 0;
    for (uint32_t i = 0; i < runner->installed_count; i++) {
        const struct law *law = &runner->laws[runner->installed[i].law];
        if (numbers[runner->installed[i].law] != done + 1)
            continue;
        add_u32(out, law->meaning);
        add_u32(out, (uint32_t)law->texts.size);
        sb_str_add_bytes(out, law->texts.text, law->texts.size);
        done++;
    }
    add_u32(out, runner->installed_count);
    for (uint32_t i = 0; i < runner->installed_count; i++) {
        add_u64(out, runner->installed[i].sequence);
        add_u32(out, numbers[runner->installed[i].law] - 1);
    }
}

enum sb_status sb_runner_pack(const struct sb_runner *runner, struct sb_str *out, struct sb_err *err)
{
    if (!sb_ledger_is_savable(runner->ledger))
        return sb_fail(err, SB_INVALID, "the installed charters have more than one territory",
                       "các điều lệ đã cài dùng hơn một địa bàn");
    SB_CLEANUP(sb_free_ptr) uint32_t *numbers = calloc((size_t)runner->law_count + 1, sizeof(*numbers));
    if (!numbers)
        return no_memory(err);
    pack_names(runner->symbols, out);
    pack_laws(runner, out, numbers);
    return out->failed ? no_memory(err) : SB_OK;
}

static enum sb_status bad_context(struct sb_err *err)
{
    return sb_fail(err, SB_DAMAGED, "its names and charters are none that there can be",
                   "tên và điều lệ trong đó không thể tồn tại");
}

/* What is left of a context. */
struct context {
    const char *at;
    size_t left;
};

/* The next bytes; NULL when there are not so many. */
static const char *next_bytes(struct context *context, size_t size)
{
    if (context->left < size)
        return NULL;
    context->at += size;
    context->left -= size;
    return context->at - size;
}

static bool next_u32(struct context *context, uint32_t *ret_value)
{
    const char *bytes = next_bytes(context, 4);
    if (bytes)
        *ret_value = sb_get_u32(bytes);
    return bytes != NULL;
}

static enum sb_status restore_name(struct sb_runner *runner, struct context *context, enum sb_space space,
                                   uint32_t code, struct sb_err *err)
{
    const char *size = next_bytes(context, 1), *name = NULL;
    uint16_t given = 0;
    if (size)
        name = next_bytes(context, (uint8_t)*size);
    if (!name)
        return bad_context(err);
    enum sb_status status = sb_symbols_intern(runner->symbols, space, name, (uint8_t)*size, &given, NULL);
    if (status == SB_NOMEM)
        return no_memory(err);
    return status == SB_OK && given == code ? SB_OK : bad_context(err);
}

static enum sb_status restore_names(struct sb_runner *runner, struct context *context, struct sb_err *err)
{
    uint32_t spaces = 0;
    if (!next_u32(context, &spaces) || spaces != SB_SPACE_COUNT)
        return bad_context(err);
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++) {
        uint32_t count = 0;
        if (!next_u32(context, &count))
            return bad_context(err);
        for (uint32_t code = 1; code <= count; code++) {
            enum sb_status status = restore_name(runner, context, (enum sb_space)space, code, err);
            if (status != SB_OK)
                return status;
        }
    }
    return SB_OK;
}

static enum sb_status restore_laws(struct sb_runner *runner, struct context *context, struct sb_err *err)
{
    uint32_t count = 0;
    if (!next_u32(context, &count))
        return bad_context(err);
    for (uint32_t i = 0; i < count; i++) {
        struct packed_law packed = {0};
        bool whole = next_u32(context, &packed.meaning) && next_u32(context, &packed.size);
        packed.texts = whole ? next_bytes(context, packed.size) : NULL;
        if (!packed.texts || packed.meaning == 0 || packed.meaning > SB_JOURNAL_MEANING)
            return bad_context(err);
        enum sb_status status = learn_charter(runner, NULL, &packed, err);
        if (status == SB_OK && (packed.size != 0 || law_of(runner, runner->laws[i].plan->hash) != i))
            status = bad_context(err);
        if (status != SB_OK && status != SB_NOMEM && err)
            err->status = SB_DAMAGED; /* whatever keeps the text from compiling */
        if (status != SB_OK)
            return status == SB_NOMEM ? SB_NOMEM : SB_DAMAGED;
    }
    return SB_OK;
}

/* Plans in the order of installation, to be freed by the caller. */
static enum sb_status restore_installed(struct sb_runner *runner, struct context *context, uint64_t sequence,
                                        const struct sb_plan ***ret_plans, struct sb_err *err)
{
    uint32_t count = 0;
    uint64_t before = 0;
    if (!next_u32(context, &count) || count != context->left / 12 || context->left % 12 != 0)
        return bad_context(err);
    const struct sb_plan **plans = calloc((size_t)count + 1, sizeof(struct sb_plan *));
    enum sb_status status = plans ? SB_OK : no_memory(err);
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        const char *bytes = next_bytes(context, 12);
        uint64_t at = sb_get_u64(bytes);
        uint32_t law = sb_get_u32(bytes + 8);
        if (at <= before || at > sequence || law >= runner->law_count)
            status = bad_context(err);
        else
            status = note_installation(runner, at, law, err);
        if (status == SB_OK)
            plans[i] = runner->laws[law].plan;
        before = at;
    }
    if (status == SB_OK)
        *ret_plans = plans;
    else
        free(plans);
    return status;
}

enum sb_status sb_runner_restore(struct sb_runner *runner, const struct sb_str *bytes, uint64_t sequence,
                                 const struct sb_ledger_source *ledger, struct sb_err *err)
{
    struct context context = {bytes->text, bytes->size};
    SB_CLEANUP(sb_free_ptr) const struct sb_plan **plans = NULL;
    assert(runner->sequence == 0);
    assert(!runner->fixed_plan);
    enum sb_status status = restore_names(runner, &context, err);
    if (status == SB_OK)
        status = restore_laws(runner, &context, err);
    if (status == SB_OK)
        status = restore_installed(runner, &context, sequence, &plans, err);
    if (status == SB_OK)
        status = sb_ledger_load(runner->ledger, plans, runner->installed_count, ledger, err);
    if (status == SB_OK)
        runner->sequence = sequence;
    return status;
}

enum sb_status sb_runner_remember(struct sb_runner *runner, const struct sb_record *record,
                                  struct sb_err *err)
{
    uint32_t count = record->type == SB_RECORD_BATCH ? record->count : 0;
    uint32_t plan = 0; /* installations before the event */
    enum sb_status status = SB_OK;
    if (count > 0)
        status = sb_ids_placed(runner->ids, record->first, record->segment, record->offset, err);
    sb_ids_enter(runner->ids);
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        const struct sb_event *event = &record->events[i];
        while (plan < runner->installed_count && runner->installed[plan].sequence <= record->first + i)
            plan++;
        if (i + AHEAD < count)
            sb_ids_prefetch(runner->ids, record->events[i + AHEAD].id);
        if (sb_event_uses_id(event, &record->results[i]))
            status = sb_ids_put(runner->ids, record->first + i, event, &record->results[i], plan, err);
        else if (event->type == SB_EVENT_CHARTER && record->results[i].code == SB_R_ACCEPTED)
            status = sb_ids_installed(runner->ids, record->first + i, err);
    }
    sb_ids_leave(runner->ids);
    return status;
}

uint64_t sb_runner_ids_through(const struct sb_runner *runner)
{
    return sb_ids_through(runner->ids);
}
