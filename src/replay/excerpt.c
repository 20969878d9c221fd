/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/excerpt.h"

#include "base/macros.h"
#include "engine/charter_pack.h"

#include <stdlib.h>
#include <string.h>

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

bool sb_happened(const struct sb_result *result)
{
    return result->code == SB_R_ACCEPTED && (result->flags & SB_RF_REPEATED) == 0;
}

enum sb_status sb_excerpt_open(struct sb_excerpt *excerpt, const struct sb_index_options *options,
                               struct sb_err *err)
{
    *excerpt = (struct sb_excerpt){.max = SIZE_MAX, .before = UINT64_MAX};
    enum sb_status status = sb_index_open_to_read(options, &excerpt->index, err);
    return status == SB_OK ? sb_fetch_open(options->os, options->journal_dir, &excerpt->fetch, err) : status;
}

void sb_excerpt_release(struct sb_excerpt *excerpt)
{
    sb_index_close(excerpt->index);
    sb_fetch_close(excerpt->fetch);
    free(excerpt->found);
    *excerpt = (struct sb_excerpt){0};
}

/* Read the event and keep it. *ret_refer: later events may refer to it. */
static enum sb_status take_found(struct sb_excerpt *excerpt, uint64_t sequence, bool *ret_refer,
                                 struct sb_err *err)
{
    if (excerpt->count >= excerpt->max)
        return sb_fail(err, SB_LIMIT, "more than %zu events", "nhiều hơn %zu sự kiện", excerpt->max);
    if (excerpt->count == excerpt->room) {
        size_t room = excerpt->room ? excerpt->room * 2 : 64;
        struct sb_indexed *found = realloc(excerpt->found, room * sizeof(*found));
        if (!found)
            return no_memory(err);
        excerpt->found = found;
        excerpt->room = room;
    }
    struct sb_indexed *indexed = &excerpt->found[excerpt->count];
    enum sb_status status = sb_index_event(excerpt->index, sequence, indexed, err);
    if (status != SB_OK)
        return status;
    excerpt->count++;
    *ret_refer = sb_happened(&indexed->result) &&
                 (indexed->event.type == SB_EVENT_TRANSFER || indexed->event.type == SB_EVENT_POST);
    return SB_OK;
}

enum sb_status sb_excerpt_find(struct sb_excerpt *excerpt, enum sb_row_kind kind, struct sb_id id,
                               unsigned depth, struct sb_err *err)
{
    struct sb_sequences sequences = {0};
    struct sb_range range = {1, excerpt->before - 1};
    enum sb_status status = sb_index_list(excerpt->index, kind, id, range, &sequences, err);
    for (size_t i = 0; i < sequences.count && status == SB_OK; i++) {
        bool refer = false;
        status = take_found(excerpt, sequences.list[i], &refer, err);
        if (status == SB_OK && refer && depth > 0)
            status = sb_excerpt_find(excerpt, SB_ROW_DEPENDS, excerpt->found[excerpt->count - 1].event.id,
                                     depth - 1, err);
    }
    sb_sequences_release(&sequences);
    return status;
}

static int by_sequence(const void *a, const void *b)
{
    const struct sb_indexed *first = a, *second = b;
    return (first->sequence > second->sequence) - (first->sequence < second->sequence);
}

void sb_excerpt_sort(struct sb_excerpt *excerpt)
{
    size_t kept = 0;
    if (excerpt->count > 0)
        qsort(excerpt->found, excerpt->count, sizeof(*excerpt->found), by_sequence);
    for (size_t i = 0; i < excerpt->count; i++)
        if (kept == 0 || excerpt->found[kept - 1].sequence != excerpt->found[i].sequence)
            excerpt->found[kept++] = excerpt->found[i];
    excerpt->count = kept;
}

/* ------------------------------------------------------------------ taking */

/* The texts of one CHARTER event of a record. */
static enum sb_status texts_of(const struct sb_record *record, uint32_t index, const char **ret_texts,
                               uint32_t *ret_size, struct sb_err *err)
{
    const char *texts = record->texts;
    uint32_t left = record->texts_size;
    for (uint32_t i = 0;; i++) {
        struct sb_source sources[SB_CHARTER_LAYERS_MAX];
        uint32_t count;
        size_t used;
        if (record->events[i].type != SB_EVENT_CHARTER)
            continue;
        enum sb_status status = sb_charter_unpack(texts, left, sources, &count, &used, err);
        if (status != SB_OK)
            return status;
        if (i == index) {
            *ret_texts = texts;
            *ret_size = (uint32_t)used;
            return SB_OK;
        }
        texts += used;
        left -= (uint32_t)used;
    }
}

enum sb_status sb_excerpt_take(struct sb_runner *runner, const struct sb_record *record, uint32_t index,
                               struct sb_err *err)
{
    struct sb_record alone = *record;
    enum sb_status status = SB_OK;
    alone.first = record->first + index;
    alone.count = 1;
    alone.events = &record->events[index];
    alone.results = &record->results[index];
    alone.texts_size = 0;
    if (alone.events->type == SB_EVENT_CHARTER)
        status = texts_of(record, index, &alone.texts, &alone.texts_size, err);
    return status == SB_OK ? sb_runner_take(runner, &alone, NULL, err) : status;
}

enum sb_status sb_excerpt_take_law(struct sb_excerpt *excerpt, struct sb_runner *runner, uint64_t sequence,
                                   struct sb_err *err)
{
    struct sb_place place;
    struct sb_record record;
    enum sb_status status = sb_index_place(excerpt->index, sequence, &place, err);
    if (status == SB_OK)
        status = sb_fetch_record(excerpt->fetch, &place, SB_ID_NONE, &record, err);
    if (status == SB_OK && place.index >= record.count)
        status = sb_fail(err, SB_DAMAGED, "the index names a place that is none",
                         "chỉ mục nêu một vị trí không có");
    return status == SB_OK ? sb_excerpt_take(runner, &record, place.index, err) : status;
}
