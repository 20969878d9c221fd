/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_again.h"

#include "engine/charter_pack.h"
#include "fake_disk.h"
#include "replay/replay.h"

#include <stdlib.h>

struct recorder {
    const struct d_stream *stream;
    struct d_side side;
    struct fake_disk *disk;
    struct sb_journal *journal;
    uint8_t plan_hash[32];
    struct sb_event events[SB_BATCH_MAX];
    struct sb_result results[SB_BATCH_MAX];
    uint32_t count;
    uint32_t last; /* in the stream, of the latest in events */
};

static bool is_engines_own(const struct sb_event *event)
{
    return event->type == SB_EVENT_NAME || event->type == SB_EVENT_CHARTER;
}

/* A journal holds charters as texts, under live law; and the engine's own events come alone, never in a
 * chain. */
static bool can_be_recorded(const struct d_stream *stream)
{
    for (int i = 0; i < stream->plan_count; i++)
        if (stream->plans[i].law != M_LIVE || stream->plans[i].set_limit[0] != '\0')
            return false;
    for (uint32_t i = 0; i < stream->count; i++) {
        bool linked =
            stream->events[i].flags != 0 || (i > 0 && (stream->events[i - 1].flags & SB_F_LINKED) != 0);
        if (is_engines_own(&stream->events[i]) && linked)
            return false;
    }
    return true;
}

static void append(struct recorder *recorder, const struct sb_event *events, const struct sb_result *results,
                   uint32_t count, const struct sb_str *texts)
{
    struct sb_record record = {
        .type = SB_RECORD_BATCH,
        .first = sb_journal_newest(recorder->journal) + 1,
        .count = count,
        .events = events,
        .results = results,
        .texts = texts ? texts->text : NULL,
        .texts_size = texts ? (uint32_t)texts->size : 0,
    };
    memcpy(record.plan_hash, recorder->plan_hash, sizeof(record.plan_hash));
    if (sb_journal_reserve(recorder->journal, count, record.texts_size, NULL) != SB_OK ||
        sb_journal_append(recorder->journal, sb_journal_token(recorder->journal), &record, NULL) != SB_OK)
        abort();
}

static void flush(struct recorder *recorder)
{
    if (recorder->count > 0)
        append(recorder, recorder->events, recorder->results, recorder->count, NULL);
    recorder->count = 0;
}

static void put_names(struct recorder *recorder)
{
    struct sb_result accepted = {0};
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++) {
        uint16_t count = sb_symbols_count(recorder->side.symbols, (enum sb_space)space);
        for (uint16_t code = 1; code <= count; code++) {
            const char *name = sb_symbols_name(recorder->side.symbols, (enum sb_space)space, code);
            struct sb_event event =
                sb_event_name(SB_TIME_MIN, (enum sb_space)space, code, name, strlen(name));
            append(recorder, &event, &accepted, 1, NULL);
        }
    }
}

static void put_charter(struct recorder *recorder, uint32_t i)
{
    int plan = recorder->stream->plan_of[i];
    struct sb_source sources[M_LAYERS_MAX];
    static const char *const paths[] = {"regulator", "provider-1", "provider-2"};
    int layers = recorder->stream->plans[plan].layer_count;
    for (int layer = 0; layer < layers; layer++) {
        const struct sb_str *text = &recorder->side.texts[plan][layer].text;
        sources[layer] = (struct sb_source){paths[layer], sb_str_text(text), text->size};
    }
    struct sb_str texts = {0};
    struct sb_event event = recorder->stream->events[i];
    memcpy(event.charter_hash, recorder->side.hashes[plan], sizeof(event.charter_hash));
    sb_charter_pack(sources, (uint32_t)layers, &texts);
    flush(recorder);
    append(recorder, &event, &recorder->stream->results[i], 1, &texts);
    memcpy(recorder->plan_hash, recorder->side.hashes[plan], sizeof(recorder->plan_hash));
    sb_str_release(&texts);
}

/* What the engine would never let into a journal leaves only the time that it passed. */
static void put(struct recorder *recorder, uint32_t i)
{
    struct sb_event event = recorder->stream->events[i];
    const struct sb_result *result = &recorder->stream->results[i];
    if (event.type == SB_EVENT_CHARTER && result->code == SB_R_ACCEPTED) {
        put_charter(recorder, i);
        return;
    }
    bool passes_time = result->code == SB_R_ACCEPTED || result->code > SB_R_TIME_BACK;
    if (is_engines_own(&event) && !passes_time)
        return;
    recorder->events[recorder->count] =
        is_engines_own(&event) ? (struct sb_event){.type = SB_EVENT_TICK, .time = event.time} : event;
    recorder->results[recorder->count++] = is_engines_own(&event) ? (struct sb_result){0} : *result;
    bool unit_ends = i + 1 == recorder->stream->count || recorder->stream->starts[i + 1];
    if (unit_ends && (recorder->count >= 100 || recorder->stream->ends_batch[i]))
        flush(recorder);
}

static void record(struct recorder *recorder, const uint8_t hash[32])
{
    struct sb_journal_options options = {.origin = "model", .segment_size = 1 << 20, .no_thread = true};
    uint64_t cut;
    recorder->disk = fake_disk_new(recorder->stream->seed);
    if (sb_journal_open(fake_disk_os(recorder->disk), "journal", true, &options, NULL, NULL,
                        &recorder->journal, &cut, NULL) != SB_OK)
        abort();
    put_names(recorder);
    for (uint32_t i = 0; i < recorder->stream->count; i++)
        put(recorder, i);
    flush(recorder);
    if (sb_journal_checkpoint(recorder->journal, hash, NULL) != SB_OK ||
        sb_journal_close(recorder->journal, true, NULL) != SB_OK)
        abort();
}

static bool replay(const struct recorder *recorder, enum sb_replay_mode mode, struct sb_str *what)
{
    struct sb_replay_options options = {.mode = mode};
    struct sb_replay_report *report = NULL;
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    enum sb_status status =
        sb_replay(fake_disk_os(recorder->disk), "journal", &options, &report, &diagnostics, &err);
    bool same = status == SB_OK && report->different_results == 0 && report->checkpoints_differ == 0;
    if (!same)
        sb_str_printf(what, "replay, %s: %s; %llu results and %llu state hashes differ\n",
                      mode == SB_REPLAY_ONE_STEP ? "one-step" : "whole-run",
                      status == SB_OK ? "done" : err.text[SB_EN],
                      status == SB_OK ? (unsigned long long)report->different_results : 0,
                      status == SB_OK ? (unsigned long long)report->checkpoints_differ : 0);
    sb_diagnostics_release(&diagnostics);
    sb_replay_report_free(report);
    return same;
}

bool d_replay_again(const struct d_stream *stream, const uint8_t hash[32], uint64_t *replayed,
                    struct sb_str *what)
{
    bool installs = false;
    for (uint32_t i = 0; i < stream->count; i++)
        installs = installs ||
                   (stream->events[i].type == SB_EVENT_CHARTER && stream->results[i].code == SB_R_ACCEPTED);
    if (!installs || !can_be_recorded(stream))
        return true;
    struct recorder *recorder = calloc(1, sizeof(*recorder));
    if (!recorder)
        abort();
    recorder->stream = stream;
    bool same = d_side_init(&recorder->side, stream, D_AS_MADE, what);
    if (same) {
        record(recorder, hash);
        same = replay(recorder, SB_REPLAY_WHOLE_RUN, what) && replay(recorder, SB_REPLAY_ONE_STEP, what);
        fake_disk_free(recorder->disk);
    }
    d_side_release(&recorder->side);
    free(recorder);
    *replayed += 1;
    return same;
}
