/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading from a marked record on, and backups: on a disk in memory, so that every call of a backup can fail
 * in turn. What a backup folder's manifest names is there, whatever happened.
 */
#include "fake_disk.h"
#include "test.h"

#include "base/macros.h"
#include "journal/backup.h"
#include "journal/format.h"

#include <stdio.h>
#include <stdlib.h>

#define SEGMENT 16384u
#define BATCH   6u

static struct sb_err err;

static struct sb_journal *open_journal(struct fake_disk *disk, const char *dir)
{
    struct sb_journal_options options = {.segment_size = SEGMENT, .no_thread = true, .origin = "test"};
    struct sb_journal *journal = NULL;
    if (sb_journal_open(fake_disk_os(disk), dir, true, &options, NULL, NULL, &journal, NULL, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    return journal;
}

/* Batches of ticks whose time tells their sequence. */
static void append(struct sb_journal *journal, unsigned batches, sb_time_us shift)
{
    for (unsigned n = 0; n < batches; n++) {
        struct sb_event events[BATCH];
        struct sb_result results[BATCH] = {{0}};
        struct sb_record record = {.type = SB_RECORD_BATCH,
                                   .first = sb_journal_newest(journal) + 1,
                                   .count = BATCH,
                                   .events = events,
                                   .results = results};
        for (unsigned i = 0; i < BATCH; i++)
            events[i] = (struct sb_event){.type = SB_EVENT_TICK,
                                          .time = shift + (sb_time_us)(record.first + i) * SB_SECOND_US};
        CHECK_INT(sb_journal_reserve(journal, BATCH, 0, &err), SB_OK);
        CHECK_INT(sb_journal_append(journal, sb_journal_token(journal), &record, &err), SB_OK);
    }
    CHECK_INT(sb_journal_wait(journal, sb_journal_newest(journal), &err), SB_OK);
}

/* A journal of some segments, not closed. */
static void make(struct fake_disk *disk, const char *dir, unsigned batches)
{
    struct sb_journal *journal = open_journal(disk, dir);
    append(journal, batches, 0);
    CHECK_INT(sb_journal_close(journal, false, &err), SB_OK);
}

static struct sb_journal_reader *open_reader(struct fake_disk *disk, const char *dir)
{
    struct sb_journal_reader *reader = NULL;
    CHECK_INT(sb_journal_reader_open(fake_disk_os(disk), dir, true, &reader, &err), SB_OK);
    return reader;
}

static struct sb_journal_mark mark_of(const struct sb_record *record)
{
    struct sb_journal_mark mark = {.segment = record->segment,
                                   .offset = record->offset,
                                   .number = record->number,
                                   .sequence = record->first + record->count};
    mark.sequence -= record->type == SB_RECORD_BATCH;
    memcpy(mark.hash, record->hash, SB_HASH_SIZE);
    return mark;
}

/* All marks of a journal's batches. */
static unsigned read_marks(struct fake_disk *disk, const char *dir, struct sb_journal_mark *marks,
                           unsigned max)
{
    struct sb_journal_reader *reader = open_reader(disk, dir);
    struct sb_record record;
    unsigned count = 0;
    while (sb_journal_reader_next(reader, &record, &err) == SB_OK && count < max)
        marks[count++] = mark_of(&record);
    CHECK_INT(err.status, SB_END);
    sb_journal_reader_close(reader);
    return count;
}

/* Whoever begins behind a record reads what whoever began at the first reads behind it. */
TEST(backup, reading_begins_behind_a_marked_record)
{
    struct fake_disk *disk = fake_disk_new(1);
    struct sb_journal_mark marks[64];
    make(disk, "j", 40);
    unsigned count = read_marks(disk, "j", marks, 64);
    CHECK_INT(count, 40);
    CHECK(marks[count - 1].segment > 2);
    for (unsigned i = 0; i < count; i++) {
        struct sb_journal_reader *reader = open_reader(disk, "j");
        struct sb_record record;
        CHECK_INT(sb_journal_reader_seek(reader, &marks[i], &err), SB_OK);
        for (unsigned next = i + 1; next < count; next++) {
            CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_OK);
            CHECK(record.number == marks[next].number);
            CHECK(memcmp(record.hash, marks[next].hash, SB_HASH_SIZE) == 0);
        }
        CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_END);
        sb_journal_reader_close(reader);
    }
    fake_disk_free(disk);
}

/* A mark that is wrong in any field is not there, and the reader goes on at the first record. */
TEST(backup, a_wrong_mark_is_not_there)
{
    struct fake_disk *disk = fake_disk_new(1);
    struct sb_journal_mark marks[64];
    make(disk, "j", 12);
    CHECK_INT(read_marks(disk, "j", marks, 64), 12);
    for (unsigned i = 0; i < 9; i++) {
        struct sb_journal_reader *reader = open_reader(disk, "j");
        struct sb_journal_mark mark = marks[7];
        struct sb_record record;
        mark.segment += i == 0 ? 1 : i == 1 ? 40 : i == 2 ? UINT64_MAX - mark.segment : 0;
        mark.offset += i == 3 ? 64 : i == 4 ? UINT64_MAX - mark.offset : i == 5 ? 1 : 0;
        mark.number += i == 6;
        mark.sequence += i == 7;
        mark.hash[0] ^= i == 8;
        CHECK_INT(sb_journal_reader_seek(reader, &mark, &err), SB_NOT_FOUND);
        CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_OK);
        CHECK_INT(record.number, 1);
        sb_journal_reader_close(reader);
    }
    fake_disk_free(disk);
}

/* By the number of an event: the reader stands at the begin of its segment, or before. */
TEST(backup, reading_begins_at_an_events_segment)
{
    struct fake_disk *disk = fake_disk_new(1);
    struct sb_journal_mark marks[64];
    make(disk, "j", 40);
    unsigned count = read_marks(disk, "j", marks, 64);
    for (uint64_t sequence = 1; sequence <= 40 * BATCH + 3; sequence += 5) {
        struct sb_journal_reader *reader = open_reader(disk, "j");
        struct sb_record record;
        CHECK_INT(sb_journal_reader_seek_event(reader, sequence, &err), SB_OK);
        CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_OK);
        CHECK(record.first <= sequence);
        CHECK_INT(record.offset, sizeof(struct sb_segment_page));
        while (record.first + record.count <= sequence && record.number < count)
            CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_OK);
        CHECK_INT(record.segment, marks[record.number - 1].segment);
        sb_journal_reader_close(reader);
    }
    fake_disk_free(disk);
}

/* What a mark was found behind must come: a journal that ends before it is damaged, not short. */
TEST(backup, an_end_before_a_known_record_is_damage)
{
    struct fake_disk *disk = fake_disk_new(1);
    struct sb_journal_mark marks[64];
    struct sb_record record;
    size_t size;
    make(disk, "j", 3);
    CHECK_INT(read_marks(disk, "j", marks, 64), 3);
    uint8_t *bytes = fake_disk_bytes(disk, "j/0000000001.journal", &size);
    struct sb_journal_reader *reader = NULL;
    CHECK_INT(sb_journal_reader_open(fake_disk_os(disk), "j", false, &reader, &err), SB_OK);
    CHECK_INT(sb_journal_reader_seek(reader, &marks[2], &err), SB_OK);
    CHECK_INT(sb_journal_reader_seek_event(reader, 1, &err), SB_OK);
    memset(bytes + marks[1].offset, 0, size - marks[1].offset);
    CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_OK);
    CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_DAMAGED);
    sb_journal_reader_close(reader);
    fake_disk_free(disk);
}

/* ------------------------------------------------------------------ backups */

static enum sb_status back_up(struct fake_disk *disk, const char *from, const char *to,
                              struct sb_backup_counts *ret_counts)
{
    struct sb_backup backup = {.os = fake_disk_os(disk), .from = from, .to = to};
    return sb_backup_make(&backup, ret_counts, &err);
}

static enum sb_status restore(struct fake_disk *disk, const char *from, const char *to,
                              struct sb_backup_counts *ret_counts)
{
    struct sb_backup backup = {.os = fake_disk_os(disk), .from = from, .to = to};
    return sb_backup_restore(&backup, ret_counts, &err);
}

static void check_ends_at(struct fake_disk *disk, const char *dir, uint64_t sequence)
{
    struct sb_journal_mark marks[256];
    unsigned count = read_marks(disk, dir, marks, 256);
    CHECK(count > 0);
    CHECK_INT(marks[count - 1].sequence, sequence);
}

/* A journal grows, its backup with it; only what changed is written. */
TEST(backup, grows_with_its_journal)
{
    struct fake_disk *disk = fake_disk_new(1);
    struct sb_backup_counts counts;
    make(disk, "j", 10);
    for (unsigned round = 1; round <= 6; round++) {
        CHECK_INT(back_up(disk, "j", "b", &counts), SB_OK);
        CHECK_INT(counts.end.mark.sequence, round * 10 * BATCH);
        CHECK(counts.copied <= 2 || round == 1);
        CHECK_INT(back_up(disk, "j", "b", &counts), SB_OK);
        CHECK_INT(counts.copied, 0);
        check_ends_at(disk, "b", round * 10 * BATCH);
        struct sb_journal *journal = open_journal(disk, "j");
        append(journal, 10, 0);
        CHECK_INT(sb_journal_close(journal, round % 2, &err), SB_OK);
    }
    CHECK(counts.segments > 4);
    CHECK_INT(restore(disk, "b", "r", &counts), SB_OK);
    CHECK_INT(counts.end.time, 60 * BATCH * SB_SECOND_US);
    check_ends_at(disk, "r", 60 * BATCH);
    CHECK_INT(restore(disk, "b", "r", &counts), SB_EXISTS);
    fake_disk_free(disk);
}

/* Every call of a backup fails in turn, a first one and a later one: the manifest names nothing that is not
 * there, a restore gives what it names, and the next attempt brings the backup up to date. */
TEST(backup, every_call_fails_in_turn)
{
    for (unsigned n = 0; n < 2 * 2 * 130; n++) {
        bool later = n % 2;
        struct fake_disk *disk = fake_disk_new(n);
        struct sb_backup_counts counts;
        uint64_t before = 0;
        make(disk, "j", 20);
        if (later) {
            CHECK_INT(back_up(disk, "j", "b", &counts), SB_OK);
            before = counts.end.mark.sequence;
            struct sb_journal *journal = open_journal(disk, "j");
            append(journal, 20, 0);
            CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
        }
        fake_disk_fail(disk, FAKE_ANY, 1 + n / 4, n / 2 % 2 ? SB_IO : SB_NOSPACE);
        enum sb_status status = back_up(disk, "j", "b", &counts);
        fake_disk_fail(disk, FAKE_ANY, 0, SB_OK);
        uint64_t now = (later ? 40 : 20) * BATCH;
        struct sb_backup_counts restored;
        enum sb_status found = restore(disk, "b", "r", &restored);
        CHECK(found == SB_OK || (found == SB_NOT_FOUND && !later && status != SB_OK));
        if (found == SB_OK) {
            CHECK(restored.end.mark.sequence == before || restored.end.mark.sequence == now);
            check_ends_at(disk, "r", restored.end.mark.sequence);
        }
        CHECK(status != SB_OK || restored.end.mark.sequence == now);
        CHECK_INT(back_up(disk, "j", "b", &counts), SB_OK);
        check_ends_at(disk, "b", now);
        fake_disk_free(disk);
    }
}

/* The power goes in the middle, and the disk keeps what it likes. */
TEST(backup, the_power_goes_at_every_call)
{
    for (unsigned n = 1; n < 130; n++) {
        struct fake_disk *disk = fake_disk_new(n);
        struct sb_backup_counts counts;
        make(disk, "j", 20);
        fake_disk_power_off(disk, n);
        enum sb_status status = back_up(disk, "j", "b", &counts);
        fake_disk_power_off(disk, 0);
        fake_disk_crash(disk);
        enum sb_status found = restore(disk, "b", "r", &counts);
        CHECK(found == SB_OK || status != SB_OK);
        if (found == SB_OK)
            check_ends_at(disk, "r", 20 * BATCH);
        CHECK_INT(back_up(disk, "j", "b", &counts), SB_OK);
        check_ends_at(disk, "b", 20 * BATCH);
        fake_disk_free(disk);
    }
}

/* A manifest is exactly what was written, or nothing. */
TEST(backup, a_changed_manifest_is_found)
{
    struct fake_disk *disk = fake_disk_new(1);
    struct sb_backup_counts counts;
    size_t size;
    make(disk, "j", 4);
    CHECK_INT(back_up(disk, "j", "b", &counts), SB_OK);
    (void)fake_disk_bytes(disk, "b/backup.manifest", &size);
    for (size_t at = 0; at < size; at++) {
        struct fake_disk *copy = fake_disk_copy(disk, at);
        fake_disk_bytes(copy, "b/backup.manifest", &size)[at] ^= 1;
        enum sb_status status = restore(copy, "b", "r", &counts);
        unsigned line = 0;
        for (const char *bytes = (const char *)fake_disk_bytes(copy, "b/backup.manifest", &size),
                        *end = bytes + at;
             bytes < end; bytes++)
            line += *bytes == '\n';
        CHECK_INT(status, line == 7 && status == SB_OK ? SB_OK : SB_DAMAGED); /* the time is for people */
        fake_disk_free(copy);
    }
    fake_disk_free(disk);
}
