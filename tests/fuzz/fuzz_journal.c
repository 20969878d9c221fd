/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as the segments of a journal. The first byte says how: bit 0, mend all checks and hashes first,
 * so that what lies behind them is reached; bit 1, cut the bytes in half into two segments. The reader ends
 * with a status and a cause in both languages; and what a writer can open, it can go on with, and the reader
 * then reads as whole.
 */

#include "../fake_disk.h"
#include "base/bytes.h"
#include "base/macros.h"
#include "journal/segment.h"

#include <sodium.h>
#include <stdlib.h>

#define SIZE_MAX_TRIED (256u * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mend_page(uint8_t *bytes, size_t size, const uint8_t previous[SB_HASH_SIZE])
{
    struct sb_segment_page *page = (void *)bytes;
    memcpy(page->magic, SB_SEGMENT_MAGIC, sizeof(page->magic));
    sb_put_u64(page->segment_size, size);
    if (previous)
        memcpy(page->previous_hash, previous, SB_HASH_SIZE);
    sb_journal_hash(page, offsetof(struct sb_segment_page, hash), page->hash);
}

/* Make every record that has a magic hold, as far as its size says, and link it. Leaves the last hash. */
static void mend(uint8_t *bytes, size_t size, const uint8_t *previous, uint8_t last[SB_HASH_SIZE])
{
    if (size < sizeof(struct sb_segment_page))
        return;
    mend_page(bytes, size, previous);
    memcpy(last, previous ? previous : ((struct sb_segment_page *)(void *)bytes)->hash, SB_HASH_SIZE);
    for (size_t at = sizeof(struct sb_segment_page); size - at >= SB_CLOSE_SIZE;) {
        struct sb_record_head *head = (void *)(bytes + at);
        uint32_t record_size = sb_get_u32(head->size) / SB_RECORD_ALIGN * SB_RECORD_ALIGN;
        if (memcmp(head->magic, SB_RECORD_MAGIC, 4) != 0 || record_size < SB_CLOSE_SIZE ||
            record_size > size - at)
            return;
        sb_put_u32(head->size, record_size);
        memcpy(head->previous_hash, last, SB_HASH_SIZE);
        if (crypto_generichash(head->check, 16, bytes + at, offsetof(struct sb_record_head, check), NULL,
                               0) != 0)
            abort();
        sb_journal_hash(bytes + at, record_size - SB_HASH_SIZE, bytes + at + record_size - SB_HASH_SIZE);
        memcpy(last, bytes + at + record_size - SB_HASH_SIZE, SB_HASH_SIZE);
        at += record_size;
    }
}

static enum sb_status read_all(struct fake_disk *disk, bool strict)
{
    struct sb_journal_reader *reader;
    struct sb_record record;
    struct sb_err err = {0};
    uint64_t sequence = 0;
    enum sb_status status = sb_journal_reader_open(fake_disk_os(disk), "j", strict, &reader, &err);
    if (status == SB_OK) {
        while ((status = sb_journal_reader_next(reader, &record, &err)) == SB_OK) {
            assert(record.type != SB_RECORD_BATCH || record.first == sequence + 1);
            sequence += record.count;
            (void)sb_record_signed_by(&record, record.key);
        }
        sb_journal_reader_close(reader);
    }
    assert(err.status == status && err.text[SB_EN][0] && err.text[SB_VI][0]);
    assert(status == SB_END || status == SB_DAMAGED || status == SB_VERSION || status == SB_NOT_FOUND);
    return status;
}

static void go_on(struct fake_disk *disk)
{
    struct sb_journal_options options = {.segment_size = SB_SEGMENT_SIZE_MIN, .no_thread = true};
    struct sb_journal *journal;
    struct sb_err err = {0};
    struct sb_event event = {.type = SB_EVENT_TICK, .time = SB_TIME_FOREVER};
    struct sb_result result = {0};
    uint64_t cut;
    if (sb_journal_open(fake_disk_os(disk), "j", true, &options, NULL, NULL, &journal, &cut, &err) != SB_OK)
        abort();
    struct sb_record record = {.type = SB_RECORD_BATCH,
                               .first = sb_journal_newest(journal) + 1,
                               .count = 1,
                               .events = &event,
                               .results = &result};
    if (sb_journal_reserve(journal, 1, 0, &err) != SB_OK ||
        sb_journal_append(journal, sb_journal_token(journal), &record, &err) != SB_OK ||
        sb_journal_close(journal, true, &err) != SB_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > SIZE_MAX_TRIED || sodium_init() < 0)
        return 0;
    uint8_t how = data[0], last[SB_HASH_SIZE];
    size_t room = (size - 1 + 4095) / 4096 * 4096, first = how & 2 ? room / 8192 * 4096 : room;
    uint8_t *bytes = calloc(room + 1, 1);
    struct fake_disk *disk = fake_disk_new(1);
    if (!bytes)
        abort();
    memcpy(bytes, data + 1, size - 1);
    if (how & 1) {
        mend(bytes, first, NULL, last);
        if (first < room)
            mend(bytes + first, room - first, last, last);
    }
    fake_disk_put(disk, "j/0000000001.journal", bytes, first);
    if (first < room)
        fake_disk_put(disk, "j/0000000002.journal", bytes + first, room - first);
    enum sb_status status = read_all(disk, false), strict = read_all(disk, true);
    assert(status == strict || (status == SB_END && strict == SB_DAMAGED));
    if (status == SB_END || status == SB_NOT_FOUND) {
        go_on(disk);
        status = read_all(disk, true);
        assert(status == SB_END);
    }
    fake_disk_free(disk);
    free(bytes);
    return 0;
}
