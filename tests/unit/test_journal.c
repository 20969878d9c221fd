/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_disk.h"
#include "journal/format.h"
#include "journal/journal.h"
#include "test.h"

#include "base/macros.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define SEGMENT     16384u
#define COUNT_MAX   16u
#define FIRST_PATH  "j/0000000001.journal"
#define SECOND_PATH "j/0000000002.journal"
#define GOLDEN_ID   "e0c44fae14a2b9edff612e99d83c87f7"

static struct sb_err err;

/* What an event of a sequence number looks like is a function of it, so any reader can check what it reads.
 */
static struct sb_event event_of(uint64_t sequence)
{
    return (struct sb_event){
        .id = {sequence, 7},
        .payer = {sequence * 3, 1},
        .payee = {sequence * 5, 1},
        .amount = (sb_amount)sequence,
        .time = (sb_time_us)(sequence * 1000),
        .kind = 1,
        .type = SB_EVENT_TRANSFER,
    };
}

static struct sb_result result_of(uint64_t sequence)
{
    if (sequence % 5 == 0)
        return (struct sb_result){.code = SB_R_REFUSED, .failed = {sequence, 0, 1, 2}};
    if (sequence % 7 == 0)
        return (struct sb_result){.code = SB_R_ASK, .failed = {sequence, 3, 0, 2}};
    return (struct sb_result){.code = SB_R_ACCEPTED, .counted = sequence};
}

/* Append count events as one batch. */
static enum sb_status append(struct sb_journal *journal, uint32_t count)
{
    struct sb_event events[COUNT_MAX];
    struct sb_result results[COUNT_MAX];
    struct sb_record record = {
        .type = SB_RECORD_BATCH,
        .first = sb_journal_newest(journal) + 1,
        .count = count,
        .events = events,
        .results = results,
        .texts = "text",
        .texts_size = count % 2 ? 4 : 0,
        .plan_hash = {(uint8_t)count},
    };
    for (uint32_t i = 0; i < count; i++) {
        events[i] = event_of(record.first + i);
        results[i] = result_of(record.first + i);
    }
    enum sb_status status = sb_journal_reserve(journal, count, record.texts_size, &err);
    if (status != SB_OK)
        return status;
    return sb_journal_append(journal, sb_journal_token(journal), &record, &err);
}

/* Counts the events that it is handed; fails the test's run on one that is not what was written. */
struct seen {
    uint64_t events, checkpoints, closes;
    bool wrong;
};

static enum sb_status see(void *context, const struct sb_record *record, struct sb_err *unused)
{
    struct seen *seen = context;
    (void)unused;
    seen->checkpoints += record->type == SB_RECORD_CHECKPOINT;
    seen->closes += record->type == SB_RECORD_CLOSE;
    if (record->type != SB_RECORD_BATCH)
        return SB_OK;
    seen->wrong |= record->first != seen->events + 1 || record->plan_hash[0] != record->count ||
                   record->texts_size != (record->count % 2 ? 4 : 0);
    seen->wrong |= record->texts_size > 0 && memcmp(record->texts, "text", 4) != 0;
    for (uint32_t i = 0; i < record->count; i++) {
        struct sb_event event = event_of(record->first + i);
        struct sb_result result = result_of(record->first + i);
        seen->wrong |= memcmp(&record->events[i], &event, sizeof(event)) != 0;
        seen->wrong |= memcmp(&record->results[i], &result, sizeof(result)) != 0;
    }
    seen->events += record->count;
    return SB_OK;
}

static const struct sb_journal_options plain = {.segment_size = SEGMENT, .origin = "test", .no_thread = true};

static enum sb_status open_with(struct fake_disk *disk, const struct sb_journal_options *options,
                                struct sb_journal **ret_journal, uint64_t *ret_cut, struct seen *seen)
{
    *seen = (struct seen){0};
    *ret_cut = 0;
    return sb_journal_open(fake_disk_os(disk), "j", true, options, see, seen, ret_journal, ret_cut, &err);
}

/* Read it all; the last status. */
static enum sb_status read_all(struct fake_disk *disk, bool strict, struct seen *seen)
{
    struct sb_journal_reader *reader;
    struct sb_record record;
    *seen = (struct seen){0};
    enum sb_status status = sb_journal_reader_open(fake_disk_os(disk), "j", strict, &reader, &err);
    if (status != SB_OK)
        return status;
    while ((status = sb_journal_reader_next(reader, &record, &err)) == SB_OK)
        (void)see(seen, &record, NULL);
    sb_journal_reader_close(reader);
    return status;
}

/* A journal of so many events, each batch durable before the next, closed cleanly or not. */
static struct fake_disk *make_journal(uint64_t events, bool clean)
{
    struct fake_disk *disk = fake_disk_new(1);
    struct sb_journal *journal;
    struct seen seen;
    uint64_t cut;
    CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_OK);
    while (sb_journal_newest(journal) < events) {
        CHECK_INT(append(journal, (uint32_t)SB_MIN(events - sb_journal_newest(journal), (uint64_t)3)), SB_OK);
        CHECK_INT(sb_journal_wait(journal, sb_journal_newest(journal), &err), SB_OK);
    }
    CHECK_INT(sb_journal_close(journal, clean, &err), SB_OK);
    return disk;
}

/* Events, results, bitmaps and texts come back as they went in, over many segments, by both reader and
 * opening. */
TEST(journal, reads_back_what_was_written_across_segments)
{
    struct fake_disk *disk = make_journal(600, true);
    struct sb_journal *journal;
    struct seen seen;
    uint64_t cut;
    size_t size;
    CHECK(fake_disk_bytes(disk, "j/0000000005.journal", &size) != NULL);
    CHECK_INT(read_all(disk, true, &seen), SB_END);
    CHECK_INT(seen.events, 600);
    CHECK_INT(seen.closes, 1);
    CHECK(!seen.wrong);
    CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_OK);
    CHECK_INT(seen.events, 600);
    CHECK_INT(cut, 0);
    CHECK_INT(sb_journal_newest(journal), 600);
    CHECK_STR(sb_journal_get_info(journal)->origin, "test");
    CHECK_INT(append(journal, 5), SB_OK);
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
    CHECK_INT(read_all(disk, true, &seen), SB_END);
    CHECK_INT(seen.events, 605);
    CHECK(!seen.wrong);
    fake_disk_free(disk);
}

/* The same with the worker thread, on the machine's own disk, while a reader looks on. */
TEST(journal, is_read_while_it_is_written)
{
    struct sb_journal_options options = {.segment_size = 65536};
    struct sb_journal *journal;
    struct sb_journal_reader *reader;
    struct sb_record record;
    struct seen seen = {0}, live = {0};
    uint64_t cut;
    enum sb_status status = SB_END;
    CHECK_INT(sb_journal_open(sb_os_real(), test_dir(), true, &options, see, &seen, &journal, &cut, &err),
              SB_OK);
    CHECK_INT(sb_journal_reader_open(sb_os_real(), test_dir(), false, &reader, &err), SB_OK);
    for (unsigned i = 0; i < 300; i++) {
        CHECK_INT(append(journal, 1 + i % COUNT_MAX), SB_OK);
        if (i % 7 == 0) /* what is durable is there to be read */
            CHECK_INT(sb_journal_wait(journal, sb_journal_newest(journal), &err), SB_OK);
        while (i % 7 == 0 && (status = sb_journal_reader_next(reader, &record, &err)) == SB_OK)
            (void)see(&live, &record, NULL);
        CHECK_INT(status, SB_END);
        if (i % 7 == 0)
            CHECK_INT(live.events, sb_journal_newest(journal));
    }
    CHECK_INT(sb_journal_wait(journal, sb_journal_newest(journal), &err), SB_OK);
    CHECK_INT(sb_journal_durable(journal), sb_journal_newest(journal));
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
    while ((status = sb_journal_reader_next(reader, &record, &err)) == SB_OK)
        (void)see(&live, &record, NULL);
    CHECK_INT(status, SB_END);
    CHECK(!live.wrong);
    CHECK_INT(live.closes, 1);
    sb_journal_reader_close(reader);
}

static void cut_behind(struct fake_disk *disk, const char *path, size_t from)
{
    size_t size;
    uint8_t *bytes = fake_disk_bytes(disk, path, &size);
    memset(bytes + from, 0, size - from);
}

static size_t used_end(struct fake_disk *disk, const char *path)
{
    size_t size;
    const uint8_t *bytes = fake_disk_bytes(disk, path, &size);
    while (size > 0 && bytes[size - 1] == 0)
        size--;
    return size;
}

/* However much of the last record is missing, the ones before it stay, the rest is cut and counted, and the
 * journal goes on. */
TEST(journal, torn_tail_is_cut_at_each_byte_of_the_last_record)
{
    struct fake_disk *whole = make_journal(9, false);
    size_t end = used_end(whole, FIRST_PATH);
    size_t begin = sizeof(struct sb_segment_page);
    begin += 2 * sb_record_size(sb_batch_body_size(3, 0, 4)) +
             (sb_record_size(sb_batch_body_size(3, 1, 4)) - sb_record_size(sb_batch_body_size(3, 0, 4)));
    for (size_t at = begin; at < end; at++) {
        struct fake_disk *disk = fake_disk_copy(whole, at);
        struct sb_journal *journal;
        struct seen seen;
        uint64_t cut;
        cut_behind(disk, FIRST_PATH, at);
        size_t torn = used_end(disk, FIRST_PATH) - begin;
        if (torn > end - begin)
            torn = 0; /* only zeros are left */
        CHECK_INT(read_all(disk, false, &seen), SB_END);
        CHECK_INT(seen.events, 6);
        CHECK_INT(read_all(disk, true, &seen), torn ? SB_DAMAGED : SB_END);
        CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_OK);
        CHECK_INT(seen.events, 6);
        CHECK_INT(cut, torn);
        CHECK_INT(append(journal, 2), SB_OK);
        CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
        CHECK_INT(read_all(disk, true, &seen), SB_END);
        CHECK_INT(seen.events, 8);
        CHECK(!seen.wrong);
        fake_disk_free(disk);
    }
    fake_disk_free(whole);
}

/* Any changed byte before the last record, pages and unused ends of segments included, is named with segment
 * and offset, and nothing from there on is served. */
TEST(journal, a_flipped_byte_is_damage_that_is_named)
{
    struct fake_disk *disk = make_journal(70, true);
    size_t sizes[2], last_size;
    uint8_t *segments[2] = {fake_disk_bytes(disk, FIRST_PATH, &sizes[0]),
                            fake_disk_bytes(disk, SECOND_PATH, &sizes[1])};
    struct seen seen;
    CHECK(segments[0] != NULL && segments[1] != NULL);
    CHECK(fake_disk_bytes(disk, "j/0000000003.journal", &last_size) == NULL);
    size_t end = used_end(disk, SECOND_PATH) - SB_CLOSE_SIZE;
    for (unsigned n = 0; n < 2; n++) {
        for (size_t at = 0; at < (n == 0 ? sizes[0] : end); at += 13) {
            segments[n][at] ^= 0x10;
            char place[64];
            CHECK_INT(read_all(disk, false, &seen), SB_DAMAGED);
            (void)snprintf(place, sizeof(place), "segment %u, offset ", n + 1);
            CHECK(strstr(err.text[SB_EN], place) != NULL);
            uint64_t offset = strtoull(strstr(err.text[SB_EN], "offset ") + 7, NULL, 10);
            CHECK(offset <= at && at - offset < SEGMENT / 4);
            CHECK(!seen.wrong);
            struct sb_journal *journal;
            uint64_t cut;
            CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_DAMAGED);
            segments[n][at] ^= 0x10;
        }
    }
    CHECK_INT(read_all(disk, true, &seen), SB_END);
    fake_disk_free(disk);
}

/* A segment that is missing in the middle, or at the beginning, is damage; so is one of another journal. */
TEST(journal, a_missing_or_foreign_segment_is_damage)
{
    struct seen seen;
    struct fake_disk *disk = make_journal(300, true), *other = fake_disk_new(2);
    struct sb_journal *journal;
    uint64_t cut;
    const struct sb_os *os = fake_disk_os(disk);
    size_t size;
    CHECK_INT(os->rename(os->context, SECOND_PATH, "j/kept", &err), SB_OK);
    CHECK_INT(read_all(disk, false, &seen), SB_DAMAGED);
    CHECK(strstr(err.text[SB_EN], "segment 2 is missing") != NULL);
    CHECK(strstr(err.text[SB_VI], "thiếu đoạn 2") != NULL);

    CHECK_INT(open_with(other, &plain, &journal, &cut, &seen), SB_OK);
    while (append(journal, 3) == SB_OK && sb_journal_newest(journal) < 300)
        ;
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
    const uint8_t *bytes = fake_disk_bytes(other, SECOND_PATH, &size);
    fake_disk_put(disk, SECOND_PATH, bytes, size);
    CHECK_INT(read_all(disk, false, &seen), SB_DAMAGED);
    CHECK(strstr(err.text[SB_EN], "another journal") != NULL);

    CHECK_INT(os->rename(os->context, FIRST_PATH, "j/kept1", &err), SB_OK);
    CHECK_INT(read_all(disk, false, &seen), SB_DAMAGED);
    CHECK(strstr(err.text[SB_EN], "segment 1 is missing") != NULL);
    fake_disk_free(disk);
    fake_disk_free(other);
}

/* Append until something fails or 60 events are durable; how many were acknowledged as durable. */
static enum sb_status write_some(struct fake_disk *disk, bool no_thread, uint64_t *ret_acknowledged)
{
    struct sb_journal_options options = plain;
    struct sb_journal *journal;
    struct seen seen;
    uint64_t cut;
    options.no_thread = no_thread;
    *ret_acknowledged = 0;
    enum sb_status status = open_with(disk, &options, &journal, &cut, &seen);
    if (status != SB_OK)
        return status;
    for (unsigned i = 0; status == SB_OK && sb_journal_newest(journal) < 170; i++) {
        uint64_t before = sb_journal_newest(journal);
        status = append(journal, 1 + i % 8);
        if (status == SB_OK && i % 6 == 5)
            status = sb_journal_checkpoint(journal, (const uint8_t[SB_HASH_SIZE]){1}, &err);
        if (status != SB_OK || i % 3 != 0)
            continue;
        status = sb_journal_wait(journal, before, &err);
        if (status == SB_OK)
            *ret_acknowledged = before;
    }
    uint64_t newest = sb_journal_newest(journal);
    if (status != SB_OK)
        CHECK(sb_journal_wait(journal, newest, &err) != SB_OK);
    enum sb_status closed = sb_journal_close(journal, true, &err);
    if (closed == SB_OK)
        *ret_acknowledged = newest;
    return status != SB_OK ? status : closed;
}

/* Every call to the disk fails in turn, until a run needs no more calls. What was acknowledged is there after
 * the crash that follows, and never anything wrong. */
TEST(journal, any_call_may_fail_and_nothing_acknowledged_is_lost)
{
    uint64_t n = 0;
    for (bool reached = true; reached;) {
        struct fake_disk *disk = fake_disk_new(++n);
        struct seen seen;
        uint64_t acknowledged;
        fake_disk_fail(disk, FAKE_ANY, n, SB_IO);
        (void)write_some(disk, true, &acknowledged); /* some failures are harmless */
        reached = fake_disk_calls(disk, FAKE_ANY) >= n;
        fake_disk_crash(disk);
        enum sb_status read = read_all(disk, false, &seen);
        if (acknowledged > 0 || read != SB_NOT_FOUND)
            CHECK_INT(read, SB_END);
        CHECK(seen.events >= acknowledged);
        CHECK(!seen.wrong);
        fake_disk_fail(disk, FAKE_ANY, 0, SB_OK);
        CHECK_INT(write_some(disk, true, &acknowledged), SB_OK);
        CHECK_INT(read_all(disk, true, &seen), SB_END);
        CHECK(!seen.wrong);
        fake_disk_free(disk);
        CHECK(n < 5000);
    }
    CHECK(n > 80);
}

/* The power goes at a random call, again and again on the same disk, with and without a worker thread: what
 * was acknowledged stays, nothing is called damage, and the journal goes on. */
TEST(journal, survives_crashes_at_random_points)
{
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct fake_disk *disk = fake_disk_new(seed);
        uint64_t kept = 0, acknowledged, round = seed;
        struct seen seen;
        for (unsigned crash = 0; crash < 4; crash++) {
            round = sb_mix64(round + crash);
            fake_disk_power_off(disk, 1 + round % 100);
            (void)write_some(disk, seed % 4 != 0, &acknowledged);
            fake_disk_crash(disk);
            enum sb_status status = read_all(disk, false, &seen);
            kept = SB_MAX(kept, acknowledged);
            if (status != SB_END && !(status == SB_NOT_FOUND && kept == 0))
                test_fail(__FILE__, __LINE__, "seed %" PRIu64 ": %s", seed, err.text[SB_EN]);
            if (seen.events < kept || seen.wrong)
                test_fail(__FILE__, __LINE__, "seed %" PRIu64 ": %" PRIu64 " of %" PRIu64 " events are left",
                          seed, seen.events, kept);
            kept = seen.events; /* whatever was served once stays, as the next opening makes it durable */
        }
        CHECK_INT(write_some(disk, true, &acknowledged), SB_OK);
        CHECK_INT(read_all(disk, true, &seen), SB_END);
        CHECK(seen.events >= kept && !seen.wrong);
        fake_disk_free(disk);
    }
}

/* A full disk is known before anything moves; with room again, the same journal goes on. */
TEST(journal, no_space_is_known_before_and_harmless)
{
    struct fake_disk *disk = fake_disk_new(3);
    struct sb_journal *journal;
    struct seen seen;
    uint64_t cut;
    CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_OK);
    fake_disk_set_space(disk, SEGMENT + 100);
    enum sb_status status;
    while ((status = append(journal, 4)) == SB_OK)
        ;
    uint64_t newest = sb_journal_newest(journal);
    CHECK_INT(status, SB_NOSPACE);
    CHECK(newest > 20);
    CHECK_INT(append(journal, 4), SB_NOSPACE);
    CHECK_INT(sb_journal_wait(journal, newest, &err), SB_OK);
    fake_disk_set_space(disk, UINT64_MAX);
    CHECK_INT(append(journal, 4), SB_OK);
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
    CHECK_INT(read_all(disk, true, &seen), SB_END);
    CHECK_INT(seen.events, newest + 4);
    CHECK(!seen.wrong);
    fake_disk_free(disk);
}

/* A clean close needs no room on a full disk. */
TEST(journal, closes_cleanly_on_a_full_disk)
{
    struct fake_disk *disk = fake_disk_new(3);
    struct sb_journal *journal;
    struct seen seen;
    uint64_t cut;
    CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_OK);
    fake_disk_set_space(disk, 0);
    while (append(journal, 1) == SB_OK)
        ;
    CHECK_INT(sb_journal_checkpoint(journal, (const uint8_t[SB_HASH_SIZE]){1}, &err), SB_OK);
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
    CHECK_INT(read_all(disk, true, &seen), SB_END);
    CHECK_INT(seen.closes, 1);
    CHECK_INT(seen.checkpoints, 1);
    fake_disk_free(disk);
}

/* Two writers at once, a late append with the token of an earlier opening, a gap in the sequence, and more
 * than was reserved are all refused, and the journal stays usable. */
TEST(journal, refuses_what_is_not_its_owners_next_batch)
{
    struct fake_disk *disk = fake_disk_new(4);
    struct sb_journal *journal, *second;
    struct seen seen;
    uint64_t cut;
    CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_OK);
    CHECK_INT(open_with(disk, &plain, &second, &cut, &seen), SB_BUSY);
    uint64_t stale = sb_journal_token(journal);
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
    CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_OK);
    CHECK(sb_journal_token(journal) != stale);
    struct sb_event event = event_of(1);
    struct sb_result result = result_of(1);
    struct sb_record record = {
        .type = SB_RECORD_BATCH, .first = 1, .count = 1, .events = &event, .results = &result};
    CHECK_INT(sb_journal_append(journal, sb_journal_token(journal), &record, &err), SB_INVALID);
    CHECK_INT(sb_journal_reserve(journal, 1, 0, &err), SB_OK);
    CHECK_INT(sb_journal_append(journal, stale, &record, &err), SB_BUSY);
    record.first = 2;
    CHECK_INT(sb_journal_append(journal, sb_journal_token(journal), &record, &err), SB_INVALID);
    CHECK_INT(sb_journal_wait(journal, 1, &err), SB_INVALID);
    CHECK_INT(sb_journal_reserve(journal, SB_BATCH_MAX, 0, &err), SB_LIMIT);
    CHECK_INT(append(journal, 1), SB_OK);
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
    fake_disk_free(disk);
}

/* Without leave to create there is nothing made, and a folder that is not there is told. */
TEST(journal, is_made_only_when_asked)
{
    struct fake_disk *disk = fake_disk_new(5);
    struct sb_journal *journal;
    uint64_t cut;
    CHECK_INT(sb_journal_open(fake_disk_os(disk), "j", false, &plain, NULL, NULL, &journal, &cut, &err),
              SB_NOT_FOUND);
    CHECK_INT(fake_disk_os(disk)->make_dir(disk ? fake_disk_os(disk)->context : NULL, "j", &err), SB_OK);
    fake_disk_free(disk);
}

/* What was a journal once, or never ours, is not taken for one whose making was not finished, and not written
 * over: no whole page, no whole record, but something behind the page. */
TEST(journal, is_not_made_over_something_else)
{
    struct fake_disk *disk = make_journal(20, true);
    size_t size;
    uint8_t *bytes = fake_disk_bytes(disk, FIRST_PATH, &size);
    struct seen seen;
    struct sb_journal *journal;
    uint64_t cut;
    CHECK(bytes != NULL);
    for (size_t i = 0; i < size; i++)
        bytes[i] ^= 0x5A;
    CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_DAMAGED);
    CHECK(strstr(err.text[SB_EN], "something stands behind it") != NULL);
    CHECK_INT(bytes[0], 'S' ^ 0x5A);
    /* A page's size of something else in a file that is large enough. */
    memset(bytes + sizeof(struct sb_segment_page), 0, size - sizeof(struct sb_segment_page));
    CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_DAMAGED);
    CHECK(strstr(err.text[SB_EN], "no segment of a journal") != NULL);
    /* Only a torn page: a crash in the first moment. */
    for (size_t i = 0; i < sizeof(struct sb_segment_page); i++)
        bytes[i] = i < 512 || i > 2048 ? bytes[i] ^ 0x5A : 0;
    bytes[5] = 0;
    CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_OK);
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
    fake_disk_free(disk);
    /* Somebody's small file of the same name; and zeros that were not all written. */
    disk = fake_disk_new(7);
    fake_disk_put(disk, FIRST_PATH, "my diary", 8);
    CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_DAMAGED);
    CHECK(memcmp(fake_disk_bytes(disk, FIRST_PATH, &size), "my diary", 8) == 0);
    static const uint8_t zeros[5000];
    fake_disk_put(disk, FIRST_PATH, zeros, sizeof(zeros));
    CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_OK);
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
    fake_disk_free(disk);
}

/* A checkpoint is signed by its key and no other, and a signature on other content does not hold. */
TEST(journal, checkpoints_are_signed)
{
    struct fake_disk *disk = fake_disk_new(6);
    struct sb_journal_options options = plain;
    struct sb_journal *journal;
    struct sb_journal_reader *reader;
    struct sb_record record;
    struct seen seen;
    uint64_t cut;
    uint8_t public_key[32], secret_key[64], other_key[32] = {1};
    CHECK(sodium_init() >= 0);
    CHECK_INT(crypto_sign_seed_keypair(public_key, secret_key, other_key), 0);
    options.signing_key = secret_key;
    CHECK_INT(open_with(disk, &options, &journal, &cut, &seen), SB_OK);
    CHECK_INT(append(journal, 2), SB_OK);
    CHECK_INT(sb_journal_checkpoint(journal, (const uint8_t[SB_HASH_SIZE]){9, 8}, &err), SB_OK);
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
    CHECK_INT(sb_journal_reader_open(fake_disk_os(disk), "j", true, &reader, &err), SB_OK);
    CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_OK);
    CHECK(!sb_record_signed_by(&record, public_key));
    CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_OK);
    CHECK_INT(record.type, SB_RECORD_CHECKPOINT);
    CHECK_INT(record.first, 2);
    CHECK_INT(record.state_hash[1], 8);
    CHECK(sb_record_signed_by(&record, public_key));
    CHECK(!sb_record_signed_by(&record, other_key));
    record.sealed[31] ^= 1;
    CHECK(!sb_record_signed_by(&record, public_key));
    sb_journal_reader_close(reader);
    fake_disk_free(disk);
}

/* Time that goes back under a whole hash is damage, unless the event was refused for just that. */
TEST(journal, time_going_back_is_damage)
{
    for (unsigned refused = 0; refused < 2; refused++) {
        struct fake_disk *disk = fake_disk_new(7);
        struct sb_journal *journal;
        struct seen seen;
        uint64_t cut;
        struct sb_event events[2] = {event_of(2), event_of(1)};
        struct sb_result results[2] = {{0}, {.code = refused ? SB_R_TIME_BACK : SB_R_ACCEPTED}};
        struct sb_record record = {
            .type = SB_RECORD_BATCH, .first = 1, .count = 2, .events = events, .results = results};
        CHECK_INT(open_with(disk, &plain, &journal, &cut, &seen), SB_OK);
        CHECK_INT(sb_journal_reserve(journal, 2, 0, &err), SB_OK);
        CHECK_INT(sb_journal_append(journal, sb_journal_token(journal), &record, &err), SB_OK);
        CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
        CHECK_INT(read_all(disk, true, &seen), refused ? SB_END : SB_DAMAGED);
        if (!refused)
            CHECK(strstr(err.text[SB_EN], "time goes back at sequence 2") != NULL);
        fake_disk_free(disk);
    }
}

/* ------------------------------------------------------------------ the golden journal */

#define GOLDEN_EVENTS 7u

static void golden_events(struct sb_event *events, struct sb_result *results)
{
    sb_time_us time = INT64_C(1756692000) * SB_SECOND_US; /* 2025-09-01T02:00Z */
    struct sb_event open = {
        .id = {1, 9},
        .account = {100, 0},
        .person = {5, 5},
        .attributes = {.unit = 1,
                       .flags = SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS,
                       .birth_year = 1990,
                       .place = SB_PLACE(SB_PLACE_PROVINCE, 1),
                       .opened_on = SB_DAY_NONE,
                       .sim_since = 18000},
        .time = time,
        .type = SB_EVENT_OPEN,
    };
    memset(results, 0, GOLDEN_EVENTS * sizeof(*results));
    events[0] = sb_event_name(time, SB_SPACE_UNIT, 1, "VND", 3);
    events[1] = sb_event_name(time, SB_SPACE_KIND, 1, "cash-in", 7);
    events[2] = events[3] = open;
    events[3].id.lo = 2;
    events[3].account.lo = 101;
    events[4] = (struct sb_event){
        .id = {3, 9},
        .payer = {100, 0},
        .payee = {101, 0},
        .amount = 500000,
        .time = time + SB_SECOND_US,
        .kind = 1,
        .type = SB_EVENT_TRANSFER,
    };
    events[5] = events[4];
    events[5].id.lo = 4;
    events[5].amount = 10000001;
    events[6] = (struct sb_event){.time = time + SB_DAY_US, .type = SB_EVENT_TICK};
    results[4].counted = 5;
    results[5] = (struct sb_result){.code = SB_R_REFUSED, .failed = {6, 0, 0, UINT64_C(1) << 63}};
}

static struct fake_disk *make_golden(void)
{
    struct fake_disk *disk = fake_disk_new(20250901);
    struct sb_journal_options options = {.segment_size = SEGMENT,
                                         .flags = SB_JOURNAL_SYNTHETIC,
                                         .origin = "nhật ký mẫu: a sample made by hand",
                                         .no_thread = true};
    struct sb_event events[GOLDEN_EVENTS];
    struct sb_result results[GOLDEN_EVENTS];
    struct sb_record record = {.type = SB_RECORD_BATCH,
                               .first = 1,
                               .count = 4,
                               .events = events,
                               .results = results,
                               .texts = "a charter",
                               .texts_size = 9};
    uint8_t seed[32] = {42}, public_key[32], secret_key[64];
    struct sb_journal *journal;
    uint64_t cut;
    CHECK(sodium_init() >= 0);
    CHECK_INT(crypto_sign_seed_keypair(public_key, secret_key, seed), 0);
    options.signing_key = secret_key;
    golden_events(events, results);
    CHECK_INT(sb_journal_open(fake_disk_os(disk), "j", true, &options, NULL, NULL, &journal, &cut, &err),
              SB_OK);
    CHECK_INT(sb_journal_reserve(journal, 4, 9, &err), SB_OK);
    CHECK_INT(sb_journal_append(journal, sb_journal_token(journal), &record, &err), SB_OK);
    CHECK_INT(sb_journal_wait(journal, 4, &err), SB_OK);
    record = (struct sb_record){.type = SB_RECORD_BATCH,
                                .first = 5,
                                .count = 3,
                                .events = events + 4,
                                .results = results + 4,
                                .plan_hash = {1, 2, 3}};
    CHECK_INT(sb_journal_reserve(journal, 3, 0, &err), SB_OK);
    CHECK_INT(sb_journal_append(journal, sb_journal_token(journal), &record, &err), SB_OK);
    CHECK_INT(sb_journal_checkpoint(journal, (const uint8_t[SB_HASH_SIZE]){7, 7, 7}, &err), SB_OK);
    CHECK_INT(sb_journal_close(journal, true, &err), SB_OK);
    return disk;
}

/* One golden journal, of a meaning, reads to the last field. */
static void check_golden(const char *folder, uint16_t meaning)
{
    char dir[512], text[SB_ID_TEXT_SIZE];
    struct sb_journal_reader *reader;
    struct sb_record record;
    struct sb_event events[GOLDEN_EVENTS];
    struct sb_result results[GOLDEN_EVENTS];
    uint8_t seed[32] = {42}, public_key[32], secret_key[64];
    golden_events(events, results);
    (void)snprintf(dir, sizeof(dir), "%s/tests/golden/%s", test_source_dir(), folder);
    CHECK_INT(sb_journal_reader_open(sb_os_real(), dir, true, &reader, &err), SB_OK);
    const struct sb_journal_info *info = sb_journal_reader_info(reader);
    sb_id_print(info->journal_id, text);
    CHECK_STR(text, GOLDEN_ID);
    CHECK_STR(info->origin, "nhật ký mẫu: a sample made by hand");
    CHECK_INT(info->flags, SB_JOURNAL_SYNTHETIC);
    CHECK_INT(info->created, INT64_C(1756684800) * SB_SECOND_US);
    CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_OK);
    CHECK_INT(record.offset, 4096);
    CHECK_INT(record.meaning, meaning);
    CHECK_INT(record.count, 4);
    CHECK(memcmp(record.events, events, 4 * sizeof(*events)) == 0);
    CHECK(memcmp(record.results, results, 4 * sizeof(*results)) == 0);
    CHECK(record.texts_size == 9 && memcmp(record.texts, "a charter", 9) == 0);
    CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_OK);
    CHECK_INT(record.first, 5);
    CHECK_INT(record.plan_hash[2], 3);
    CHECK(memcmp(record.events, events + 4, 3 * sizeof(*events)) == 0);
    CHECK(memcmp(record.results, results + 4, 3 * sizeof(*results)) == 0);
    CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_OK);
    CHECK_INT(record.type, SB_RECORD_CHECKPOINT);
    CHECK_INT(record.first, 7);
    CHECK_INT(record.state_hash[2], 7);
    CHECK(sodium_init() >= 0);
    CHECK_INT(crypto_sign_seed_keypair(public_key, secret_key, seed), 0);
    CHECK(sb_record_signed_by(&record, public_key));
    CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_OK);
    CHECK_INT(record.type, SB_RECORD_CLOSE);
    CHECK_INT(sb_journal_reader_next(reader, &record, &err), SB_END);
    CHECK_INT(sb_journal_reader_torn(reader), 0);
    sb_journal_reader_close(reader);
}

/* The bytes that format 1 had on the day it was settled, under each meaning, are read for ever. A failure
 * here means a reader that lost old journals; the files are never made anew. */
TEST(journal, golden_journals_read_as_ever)
{
    check_golden("journal", 1);
    check_golden("journal-meaning-2", 2);
}

/* Today's writer gives the same bytes for the same calls on the same machine: what it writes changes only
 * together with SB_JOURNAL_FORMAT or SB_JOURNAL_MEANING. */
TEST(journal, the_writer_still_writes_the_golden_bytes)
{
    struct fake_disk *disk = make_golden();
    char path[512], *golden;
    size_t size, golden_size;
    const uint8_t *bytes = fake_disk_bytes(disk, FIRST_PATH, &size);
    (void)snprintf(path, sizeof(path), "%s/tests/golden/journal-meaning-2/0000000001.journal",
                   test_source_dir());
    CHECK_INT(sb_os_read_file(sb_os_real(), path, SEGMENT, &golden, &golden_size, &err), SB_OK);
    CHECK_INT(size, golden_size);
    CHECK(memcmp(bytes, golden, size) == 0);
    free(golden);
    fake_disk_free(disk);
}
