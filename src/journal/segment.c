/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/segment.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_DIGITS 10u

char *sb_segment_path(const char *dir, uint64_t number)
{
    struct sb_str path = {0};
    sb_str_printf(&path, "%s/%010" PRIu64 SB_SEGMENT_SUFFIX, dir, number);
    if (path.failed)
        sb_str_release(&path);
    return path.text;
}

/* 0 when it is not the name of a segment. */
static uint64_t number_of_name(const char *name)
{
    uint64_t number = 0;
    for (size_t i = 0; i < NAME_DIGITS; i++) {
        if (name[i] < '0' || name[i] > '9')
            return 0;
        number = number * 10 + (uint64_t)(name[i] - '0');
    }
    return strcmp(name + NAME_DIGITS, SB_SEGMENT_SUFFIX) == 0 ? number : 0;
}

enum sb_status sb_segment_list(const struct sb_os *os, const char *dir, uint64_t **ret_numbers,
                               size_t *ret_count, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *names = NULL;
    enum sb_status status = os->list(os->context, dir, &names, err);
    if (status != SB_OK)
        return status;
    size_t count = 0;
    for (const char *name = names; *name; name += strlen(name) + 1)
        count += number_of_name(name) != 0;
    uint64_t *numbers = malloc((count + 1) * sizeof(*numbers));
    if (!numbers)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    count = 0; /* names of equal length, sorted by bytes, are sorted by number */
    for (const char *name = names; *name; name += strlen(name) + 1) {
        if (number_of_name(name) != 0)
            numbers[count++] = number_of_name(name);
    }
    *ret_numbers = numbers;
    *ret_count = count;
    return SB_OK;
}

enum sb_status sb_segment_lock_dir(const struct sb_os *os, const char *dir, struct sb_file **ret_file,
                                   struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *path = NULL;
    struct sb_str text = {0};
    struct sb_file *file;
    sb_str_printf(&text, "%s/" SB_LOCK_NAME, dir);
    path = text.text;
    if (text.failed)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    enum sb_status status = os->open(os->context, path, SB_OPEN_WRITE, &file, err);
    if (status == SB_NOT_FOUND)
        status = os->open(os->context, path, SB_OPEN_CREATE, &file, err);
    if (status == SB_EXISTS) /* another process made it just now */
        status = os->open(os->context, path, SB_OPEN_WRITE, &file, err);
    if (status != SB_OK)
        return status;
    status = os->lock(os->context, file, err);
    if (status == SB_OK)
        *ret_file = file;
    else
        os->close(os->context, file);
    return status;
}

void sb_segment_encode(struct sb_segment *segment, uint8_t page[sizeof(struct sb_segment_page)])
{
    struct sb_segment_page *to = (void *)page;
    const struct sb_journal_info *info = &segment->info;
    memset(to, 0, sizeof(*to));
    memcpy(to->magic, SB_SEGMENT_MAGIC, sizeof(to->magic));
    sb_put_u16(to->format, info->format);
    sb_put_u16(to->meaning, info->meaning);
    sb_put_u32(to->page_size, sizeof(*to));
    sb_put_u64(to->segment, segment->number);
    sb_put_u64(to->segment_size, segment->size);
    sb_put_u64(to->journal_id, info->journal_id.lo);
    sb_put_u64(to->journal_id + 8, info->journal_id.hi);
    sb_put_u64(to->created, (uint64_t)info->created);
    sb_put_u32(to->flags, info->flags);
    sb_put_u64(to->number, segment->first_number);
    sb_put_u64(to->sequence, segment->first_sequence);
    memcpy(to->previous_hash, segment->previous_hash, sizeof(to->previous_hash));
    memcpy(to->origin, info->origin, sizeof(to->origin));
    sb_journal_hash(to, offsetof(struct sb_segment_page, hash), to->hash);
    memcpy(segment->hash, to->hash, sizeof(segment->hash));
}

bool sb_segment_page_is_whole(const uint8_t page[sizeof(struct sb_segment_page)])
{
    const struct sb_segment_page *from = (const void *)page;
    uint8_t hash[SB_HASH_SIZE];
    if (memcmp(from->magic, SB_SEGMENT_MAGIC, sizeof(from->magic)) != 0)
        return false;
    sb_journal_hash(from, offsetof(struct sb_segment_page, hash), hash);
    return memcmp(hash, from->hash, sizeof(hash)) == 0;
}

enum sb_status sb_segment_decode(const uint8_t page[sizeof(struct sb_segment_page)],
                                 struct sb_segment *ret_segment, struct sb_err *err)
{
    const struct sb_segment_page *from = (const void *)page;
    struct sb_segment segment = {
        .number = sb_get_u64(from->segment),
        .size = sb_get_u64(from->segment_size),
        .first_number = sb_get_u64(from->number),
        .first_sequence = sb_get_u64(from->sequence),
        .info = {.journal_id = {sb_get_u64(from->journal_id), sb_get_u64(from->journal_id + 8)},
                 .flags = sb_get_u32(from->flags),
                 .format = sb_get_u16(from->format),
                 .meaning = sb_get_u16(from->meaning),
                 .created = (sb_time_us)sb_get_u64(from->created)},
    };
    if (segment.info.format != SB_JOURNAL_FORMAT || segment.info.meaning == 0 ||
        segment.info.meaning > SB_JOURNAL_MEANING)
        return sb_fail(
            err, SB_VERSION,
            "the segment has format %u and meaning %u; this program knows format %u and meaning 1 "
            "to %u",
            "đoạn có định dạng %u và ngữ nghĩa %u; chương trình này biết định dạng %u và ngữ nghĩa "
            "1 đến %u",
            segment.info.format, segment.info.meaning, SB_JOURNAL_FORMAT, SB_JOURNAL_MEANING);
    memcpy(segment.info.origin, from->origin, sizeof(segment.info.origin));
    memcpy(segment.previous_hash, from->previous_hash, sizeof(segment.previous_hash));
    memcpy(segment.hash, from->hash, sizeof(segment.hash));
    bool size_is_good = segment.size >= SB_SEGMENT_SIZE_MIN && segment.size <= SB_SEGMENT_SIZE_MAX &&
                        segment.size % sizeof(*from) == 0;
    bool origin_is_text = from->origin[sizeof(from->origin) - 1] == 0 &&
                          sb_text_is_utf8(segment.info.origin, strlen(segment.info.origin), NULL);
    if (!size_is_good || !origin_is_text || sb_get_u32(from->page_size) != sizeof(*from))
        return sb_fail(err, SB_DAMAGED, "a field of the segment's first page is out of its bounds",
                       "một trường ở trang đầu của đoạn nằm ngoài giới hạn");
    *ret_segment = segment;
    return SB_OK;
}

static bool block_is_zero(const uint8_t *block)
{
    uint64_t any = 0;
    for (size_t i = 0; i < SB_RECORD_ALIGN; i += 8)
        any |= sb_get_u64(block + i);
    return any == 0;
}

static void scan_block(const struct sb_scan_question *question, const uint8_t *block, size_t room,
                       uint64_t offset, struct sb_scan *scan)
{
    size_t used = SB_RECORD_ALIGN;
    while (block[used - 1] == 0)
        used--;
    scan->used_end = offset + used;
    if (scan->proof || room < sizeof(struct sb_record_head) || !sb_record_head_is_whole(block))
        return;
    const struct sb_record_head *head = (const void *)block;
    struct sb_id id = {sb_get_u64(head->journal_id), sb_get_u64(head->journal_id + 8)};
    if (!sb_id_is_none(question->journal_id) && !sb_id_equal(id, question->journal_id))
        return;
    if (sb_get_u64(head->number) <= question->number)
        return;
    bool proof = sb_get_u64(head->durable) >= question->number;
    if (!scan->later || proof)
        scan->later_at = offset;
    scan->later = true;
    scan->proof = proof;
}

enum sb_status sb_segment_scan(const struct sb_os *os, struct sb_file *file,
                               const struct sb_scan_question *question, uint8_t *bytes, size_t size,
                               struct sb_scan *ret_scan, struct sb_err *err)
{
    struct sb_scan scan = {.used_end = question->from};
    uint64_t file_size;
    enum sb_status status = os->size(os->context, file, &file_size, err);
    if (status != SB_OK)
        return status;
    uint64_t end = SB_MIN(question->to, file_size / SB_RECORD_ALIGN * SB_RECORD_ALIGN);
    /* Pieces overlap by a head, so that none is missed at their border. */
    size_t step = (size - sizeof(struct sb_record_head)) / SB_RECORD_ALIGN * SB_RECORD_ALIGN;
    for (uint64_t at = question->from; at < end; at += step) {
        size_t room = (size_t)SB_MIN(end - at, (uint64_t)size);
        status = os->read_at(os->context, file, bytes, room, at, err);
        if (status != SB_OK)
            return status;
        for (size_t i = 0; i < SB_MIN(step, room); i += SB_RECORD_ALIGN) {
            if (!block_is_zero(bytes + i))
                scan_block(question, bytes + i, room - i, at + i, &scan);
        }
    }
    *ret_scan = scan;
    return SB_OK;
}

enum sb_status sb_segment_read_page(const struct sb_os *os, struct sb_file *file, bool *ret_whole,
                                    struct sb_segment *ret_segment, struct sb_err *err)
{
    uint8_t page[sizeof(struct sb_segment_page)];
    struct sb_err cause = {0}; /* a short file is no error here, and must not write err */
    enum sb_status status = os->read_at(os->context, file, page, sizeof(page), 0, &cause);
    if (status != SB_OK && status != SB_END) {
        if (err)
            *err = cause;
        return status;
    }
    *ret_whole = status == SB_OK && sb_segment_page_is_whole(page);
    if (!*ret_whole)
        return SB_OK;
    struct sb_segment segment;
    status = sb_segment_decode(page, &segment, err);
    if (status != SB_OK)
        return status;
    uint64_t file_size;
    status = os->size(os->context, file, &file_size, err);
    if (status != SB_OK)
        return status;
    if (file_size != segment.size)
        return sb_fail(err, SB_DAMAGED, "the file has %llu bytes, its first page says %llu",
                       "tệp có %llu byte, trang đầu của nó nói %llu", (unsigned long long)file_size,
                       (unsigned long long)segment.size);
    *ret_segment = segment;
    return SB_OK;
}

enum sb_status sb_segment_may_be_ours(const struct sb_os *os, struct sb_file *file, bool *ret_may,
                                      struct sb_err *err)
{
    uint8_t block[SB_RECORD_ALIGN];
    uint64_t size;
    enum sb_status status = os->size(os->context, file, &size, err);
    if (status != SB_OK)
        return status;
    bool is_whole = size >= SB_SEGMENT_SIZE_MIN;
    uint64_t end = is_whole ? sizeof(SB_SEGMENT_MAGIC) - 1 : size;
    *ret_may = true;
    for (uint64_t at = 0, room; at < end && status == SB_OK; at += room) {
        room = SB_MIN(end - at, (uint64_t)sizeof(block));
        status = os->read_at(os->context, file, block, (size_t)room, at, err);
        for (size_t i = 0; i < room && status == SB_OK; i++)
            *ret_may = *ret_may && (block[i] == 0 || (is_whole && block[i] == (uint8_t)SB_SEGMENT_MAGIC[i]));
    }
    return status;
}
