/* SPDX-License-Identifier: Apache-2.0 */
#include "sim.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

static void *grow(void *array, size_t count, uint64_t *room, size_t size)
{
    if (count < *room)
        return array;
    *room = *room ? *room * 2 : 256;
    void *grown = realloc(array, *room * size);
    if (!grown)
        abort();
    return grown;
}

void sim_history_release(struct sim_history *history)
{
    free(history->entries);
    free(history->marks);
    *history = (struct sim_history){0};
}

void sim_history_add(struct sim_history *history, const struct sb_event *event,
                     const struct sb_result *result)
{
    history->entries = grow(history->entries, history->count, &history->room, sizeof(*history->entries));
    struct sim_entry *entry = &history->entries[history->count++];
    memset(entry, 0, sizeof(*entry));
    if (!event)
        return;
    *entry = (struct sim_entry){.event = *event, .result = *result, .told = true};
}

void sim_history_mark(struct sim_history *history, const uint8_t hash[SB_STATE_HASH_SIZE])
{
    uint64_t room = history->mark_room;
    history->marks = grow(history->marks, history->mark_count, &room, sizeof(*history->marks));
    history->mark_room = room;
    struct sim_mark *mark = &history->marks[history->mark_count++];
    mark->sequence = history->count;
    memcpy(mark->hash, hash, sizeof(mark->hash));
}

void sim_history_cut(struct sim_history *history, uint64_t count)
{
    if (history->count > count)
        history->count = count;
    while (history->mark_count > 0 && history->marks[history->mark_count - 1].sequence > count)
        history->mark_count--;
}

const uint8_t *sim_history_hash(const struct sim_history *history, uint64_t sequence)
{
    for (size_t i = history->mark_count; i > 0 && history->marks[i - 1].sequence >= sequence; i--)
        if (history->marks[i - 1].sequence == sequence)
            return history->marks[i - 1].hash;
    return NULL;
}

static void add_record(struct sim_history *history, const struct sb_record *record)
{
    if (record->type != SB_RECORD_BATCH)
        return;
    if (record->first != history->count + 1)
        sim_fail("the journal goes on at event %llu behind event %llu", (unsigned long long)record->first,
                 (unsigned long long)history->count);
    for (uint32_t i = 0; i < record->count; i++) {
        sim_history_add(history, &record->events[i], &record->results[i]);
        history->entries[history->count - 1].told = false;
    }
}

void sim_history_read(struct sim_history *history, const struct sb_os *os, bool strict)
{
    struct sb_journal_reader *reader;
    struct sb_record record;
    struct sb_err err = {0};
    history->count = history->mark_count = 0;
    enum sb_status status = sb_journal_reader_open(os, "pilot", strict, &reader, &err);
    if (status == SB_NOT_FOUND)
        return;
    if (status != SB_OK)
        sim_fail("the journal cannot be read: %s", err.text[SB_EN]);
    while ((status = sb_journal_reader_next(reader, &record, &err)) == SB_OK)
        add_record(history, &record);
    if (status != SB_END)
        sim_fail("the journal cannot be read: %s", err.text[SB_EN]);
    sb_journal_reader_close(reader);
}

/* What decides that an id is used up, so that a second one with it must be a repetition. */
static bool uses_id(const struct sim_entry *entry)
{
    return !sb_id_is_none(entry->event.id) && entry->result.code == SB_R_ACCEPTED &&
           (entry->result.flags & SB_RF_REPEATED) == 0;
}

static int compare_ids(const void *a, const void *b)
{
    const struct sb_id *x = a, *y = b;
    if (x->hi != y->hi)
        return x->hi < y->hi ? -1 : 1;
    return x->lo == y->lo ? 0 : x->lo < y->lo ? -1 : 1;
}

void sim_history_check_ids(const struct sim_history *history)
{
    struct sb_id *ids = malloc((history->count + 1) * sizeof(*ids));
    size_t count = 0;
    if (!ids)
        abort();
    for (uint64_t i = 0; i < history->count; i++)
        if (uses_id(&history->entries[i]))
            ids[count++] = history->entries[i].event.id;
    qsort(ids, count, sizeof(*ids), compare_ids);
    for (size_t i = 1; i < count; i++)
        if (sb_id_equal(ids[i - 1], ids[i]))
            sim_fail("the id %016llx%016llx was applied twice", (unsigned long long)ids[i].hi,
                     (unsigned long long)ids[i].lo);
    free(ids);
}
