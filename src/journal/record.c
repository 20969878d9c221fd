/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A batch lies as head, events, results, bitmaps, texts, zeros up to the hash, hash. Events are the same
 * bytes in memory and on disk (base/bytes.h refuses other machines), so writing and reading them is one copy
 * or none. The first 16 bytes of a result, too.
 */
#include "journal/record.h"

#include "base/bytes.h"
#include "base/macros.h"

#include <sodium.h>
#include <string.h>

static_assert(offsetof(struct sb_result, counted) == 8, "the first 16 bytes lie on disk as in memory");
static_assert(offsetof(struct sb_result, failed) == SB_RESULT_STORED_SIZE, "on disk");
static_assert(sizeof(((struct sb_result *)0)->failed) == SB_FAILED_STORED_SIZE, "on disk");
static_assert(sizeof(SB_SEAL_CONTEXT) == 16, "on disk");

void sb_journal_hash(const void *bytes, size_t size, uint8_t hash[SB_HASH_SIZE])
{
    int result = crypto_generichash(hash, SB_HASH_SIZE, bytes, size, NULL, 0);
    assert(result == 0);
}

static void head_check(const struct sb_record_head *head, uint8_t check[16])
{
    int result = crypto_generichash(check, 16, (const unsigned char *)head,
                                    offsetof(struct sb_record_head, check), NULL, 0);
    assert(result == 0);
}

static uint32_t count_bitmaps(const struct sb_record *record)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < record->count; i++)
        count += sb_result_is_of_law(record->results[i].code);
    return count;
}

static uint64_t body_size(const struct sb_record *record)
{
    switch (record->type) {
    case SB_RECORD_BATCH: return sb_batch_body_size(record->count, count_bitmaps(record), record->texts_size);
    case SB_RECORD_CHECKPOINT: return sizeof(struct sb_checkpoint_body);
    case SB_RECORD_CLOSE: return 0;
    }
    return 0;
}

uint64_t sb_record_encoded_size(const struct sb_record *record)
{
    return sb_record_size(body_size(record));
}

/* Returns the first byte behind the batch, and how many bitmaps it wrote. */
static uint8_t *put_batch(const struct sb_record *record, uint8_t *body, uint32_t *ret_failed_count)
{
    uint8_t *results = body + (size_t)record->count * sizeof(struct sb_event);
    uint8_t *bitmaps = results + (size_t)record->count * SB_RESULT_STORED_SIZE;
    uint8_t *bitmap = bitmaps;
    memcpy(body, record->events, (size_t)record->count * sizeof(struct sb_event));
    for (uint32_t i = 0; i < record->count; i++) {
        memcpy(results + (size_t)i * SB_RESULT_STORED_SIZE, &record->results[i], SB_RESULT_STORED_SIZE);
        if (!sb_result_is_of_law(record->results[i].code))
            continue;
        memcpy(bitmap, record->results[i].failed, SB_FAILED_STORED_SIZE);
        bitmap += SB_FAILED_STORED_SIZE;
    }
    *ret_failed_count = (uint32_t)((size_t)(bitmap - bitmaps) / SB_FAILED_STORED_SIZE);
    if (record->texts_size > 0)
        memcpy(bitmap, record->texts, record->texts_size);
    return bitmap + record->texts_size;
}

static void put_head(const struct sb_record *record, const struct sb_chain *chain, uint64_t durable,
                     uint32_t size, uint32_t failed_count, struct sb_record_head *head)
{
    bool batch = record->type == SB_RECORD_BATCH;
    memset(head, 0, sizeof(*head));
    memcpy(head->magic, SB_RECORD_MAGIC, sizeof(head->magic));
    sb_put_u16(head->type, (uint16_t)record->type);
    sb_put_u16(head->format, SB_JOURNAL_FORMAT);
    sb_put_u16(head->meaning, SB_JOURNAL_MEANING);
    sb_put_u32(head->size, size);
    sb_put_u64(head->number, chain->number + 1);
    sb_put_u64(head->durable, durable);
    sb_put_u64(head->first, chain->sequence + (batch ? 1 : 0));
    sb_put_u32(head->count, batch ? record->count : 0);
    sb_put_u32(head->failed_count, failed_count);
    sb_put_u32(head->texts_size, batch ? record->texts_size : 0);
    sb_put_u64(head->journal_id, chain->journal_id.lo);
    sb_put_u64(head->journal_id + 8, chain->journal_id.hi);
    if (batch)
        memcpy(head->plan_hash, record->plan_hash, sizeof(head->plan_hash));
    memcpy(head->previous_hash, chain->hash, sizeof(head->previous_hash));
    head_check(head, head->check);
}

static void seal_message(const uint8_t sealed[SB_HASH_SIZE], uint8_t message[16 + SB_HASH_SIZE])
{
    memcpy(message, SB_SEAL_CONTEXT, 16);
    memcpy(message + 16, sealed, SB_HASH_SIZE);
}

/* The signature covers the record's hash as it is with the signature's field zero. */
static void sign(uint8_t *bytes, uint32_t size, const uint8_t *signing_key)
{
    struct sb_checkpoint_body *body = (void *)(bytes + sizeof(struct sb_record_head));
    uint8_t sealed[SB_HASH_SIZE], message[16 + SB_HASH_SIZE];
    sb_journal_hash(bytes, size - SB_HASH_SIZE, sealed);
    seal_message(sealed, message);
    int result = crypto_sign_detached(body->signature, NULL, message, sizeof(message), signing_key);
    assert(result == 0);
}

uint32_t sb_record_put_body(const struct sb_record *record, uint32_t size, uint8_t *bytes)
{
    uint32_t failed_count = 0;
    uint8_t *body = bytes + sizeof(struct sb_record_head), *end = body;
    if (record->type == SB_RECORD_BATCH) {
        end = put_batch(record, body, &failed_count);
    } else if (record->type == SB_RECORD_CHECKPOINT) {
        struct sb_checkpoint_body *checkpoint = (void *)body;
        memset(checkpoint, 0, sizeof(*checkpoint));
        memcpy(checkpoint->state_hash, record->state_hash, SB_HASH_SIZE);
        end = body + sizeof(*checkpoint);
    }
    memset(end, 0, (size_t)(bytes + size - SB_HASH_SIZE - end));
    return failed_count;
}

void sb_record_seal(const struct sb_record *record, uint32_t size, uint32_t failed_count, uint64_t durable,
                    const uint8_t *signing_key, uint8_t *bytes, struct sb_chain *chain)
{
    uint8_t *hash = bytes + size - SB_HASH_SIZE;
    bool seals = record->type == SB_RECORD_CHECKPOINT && signing_key;
    put_head(record, chain, durable, size, failed_count, (void *)bytes);
    if (seals) { /* libsodium keeps the public key in the secret key's second half */
        struct sb_checkpoint_body *checkpoint = (void *)(bytes + sizeof(struct sb_record_head));
        memcpy(checkpoint->key, signing_key + 32, 32);
        sign(bytes, size, signing_key);
    }
    sb_journal_hash(bytes, size - SB_HASH_SIZE, hash);

    memcpy(chain->hash, hash, SB_HASH_SIZE);
    chain->number++;
    if (record->type == SB_RECORD_BATCH)
        chain->sequence += record->count;
    chain->closed = record->type == SB_RECORD_CLOSE;
}

bool sb_record_head_is_whole(const uint8_t bytes[sizeof(struct sb_record_head)])
{
    const struct sb_record_head *head = (const void *)bytes;
    if (memcmp(head->magic, SB_RECORD_MAGIC, sizeof(head->magic)) != 0)
        return false;
    uint32_t size = sb_get_u32(head->size);
    if (size < SB_CLOSE_SIZE || size > SB_RECORD_SIZE_MAX || size % SB_RECORD_ALIGN != 0)
        return false;
    uint8_t check[16];
    head_check(head, check);
    return memcmp(check, head->check, sizeof(check)) == 0;
}

bool sb_record_is_whole(const uint8_t *bytes, uint32_t size)
{
    uint8_t hash[SB_HASH_SIZE];
    sb_journal_hash(bytes, size - SB_HASH_SIZE, hash);
    return memcmp(hash, bytes + size - SB_HASH_SIZE, SB_HASH_SIZE) == 0;
}

/* ------------------------------------------------------------------ reading */

#define DAMAGED(err, en, vi) sb_fail(err, SB_DAMAGED, en, vi)

static enum sb_status check_head(const struct sb_record_head *head, const struct sb_chain *chain,
                                 struct sb_err *err)
{
    uint16_t type = sb_get_u16(head->type);
    uint64_t first = sb_get_u64(head->first);
    bool batch = type == SB_RECORD_BATCH;
    if (sb_get_u16(head->format) != SB_JOURNAL_FORMAT || sb_get_u16(head->meaning) == 0 ||
        sb_get_u16(head->meaning) > SB_JOURNAL_MEANING)
        return sb_fail(
            err, SB_VERSION,
            "the record has format %u and meaning %u; this program knows format %u and meaning 1 to %u",
            "bản ghi có định dạng %u và ngữ nghĩa %u; chương trình này biết định dạng %u và ngữ "
            "nghĩa 1 đến %u",
            sb_get_u16(head->format), sb_get_u16(head->meaning), SB_JOURNAL_FORMAT, SB_JOURNAL_MEANING);
    if (sb_get_u64(head->journal_id) != chain->journal_id.lo ||
        sb_get_u64(head->journal_id + 8) != chain->journal_id.hi)
        return DAMAGED(err, "the record belongs to another journal", "bản ghi thuộc nhật ký khác");
    if (sb_get_u64(head->number) != chain->number + 1)
        return sb_fail(err, SB_DAMAGED, "the record has number %llu where %llu should come",
                       "bản ghi mang số %llu, lẽ ra là %llu", (unsigned long long)sb_get_u64(head->number),
                       (unsigned long long)(chain->number + 1));
    if (memcmp(head->previous_hash, chain->hash, SB_HASH_SIZE) != 0)
        return DAMAGED(err, "the record does not carry the hash of the one before it",
                       "bản ghi không mang mã băm của bản ghi liền trước");
    if (first != chain->sequence + (batch ? 1 : 0))
        return sb_fail(err, SB_DAMAGED, "the record has sequence %llu where %llu should come",
                       "bản ghi có số thứ tự %llu, lẽ ra là %llu", (unsigned long long)first,
                       (unsigned long long)(chain->sequence + (batch ? 1 : 0)));
    if (sb_get_u64(head->durable) > chain->number)
        return DAMAGED(err, "the record says that a later one was durable before it",
                       "bản ghi nói rằng một bản ghi sau đã được ghi bền trước nó");
    if (sb_get_u16(head->zero_1) != 0 || sb_get_u32(head->zero_2) != 0 || sb_get_u64(head->zero_3) != 0)
        return DAMAGED(err, "a reserved field of the record is not zero",
                       "trường dành riêng của bản ghi khác 0");
    return SB_OK;
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

static enum sb_status check_sizes(const struct sb_record_head *head, const uint8_t *bytes, struct sb_err *err)
{
    uint16_t type = sb_get_u16(head->type);
    uint32_t count = sb_get_u32(head->count), failed_count = sb_get_u32(head->failed_count);
    uint64_t body = 0;
    bool sizes_agree = false;
    if (type == SB_RECORD_BATCH) {
        body = sb_batch_body_size(count, failed_count, sb_get_u32(head->texts_size));
        sizes_agree = count >= 1 && count <= SB_BATCH_MAX && failed_count <= count;
    } else if (type == SB_RECORD_CHECKPOINT || type == SB_RECORD_CLOSE) {
        body = type == SB_RECORD_CHECKPOINT ? sizeof(struct sb_checkpoint_body) : 0;
        sizes_agree = (count | failed_count | sb_get_u32(head->texts_size)) == 0 &&
                      is_zero(head->plan_hash, sizeof(head->plan_hash));
    } else {
        return sb_fail(err, SB_DAMAGED, "the record has the unknown type %u",
                       "bản ghi thuộc loại không biết %u", type);
    }
    uint32_t size = sb_get_u32(head->size);
    if (!sizes_agree || sb_record_size(body) != size)
        return DAMAGED(err, "the record's counts do not agree with its size",
                       "số lượng trong bản ghi không khớp kích thước của nó");
    size_t end = sizeof(*head) + (size_t)body;
    if (!is_zero(bytes + end, size - SB_HASH_SIZE - end))
        return DAMAGED(err, "the record's filling is not zero", "phần lấp đầy của bản ghi khác 0");
    return SB_OK;
}

/* Time may go back only at an event whose result says that nothing came of it before time did. */
static bool moves_time(uint16_t code)
{
    return code == SB_R_ACCEPTED || code >= SB_R_ID_REUSED;
}

static enum sb_status take_batch(const struct sb_record_head *head, const uint8_t *body,
                                 struct sb_result *results, struct sb_chain *chain, struct sb_record *record,
                                 struct sb_err *err)
{
    uint32_t count = sb_get_u32(head->count), failed_count = sb_get_u32(head->failed_count);
    const struct sb_event *events = (const void *)body;
    const uint8_t *stored = body + (size_t)count * sizeof(*events);
    const uint8_t *bitmap = stored + (size_t)count * SB_RESULT_STORED_SIZE;
    const uint8_t *bitmaps_end = bitmap + (size_t)failed_count * SB_FAILED_STORED_SIZE;
    sb_time_us time = chain->time;
    for (uint32_t i = 0; i < count; i++) {
        struct sb_result *result = &results[i];
        memcpy(result, stored + (size_t)i * SB_RESULT_STORED_SIZE, SB_RESULT_STORED_SIZE);
        memset(result->failed, 0, sizeof(result->failed));
        if (result->code >= SB_RESULT_COUNT || (result->flags & ~SB_RF_REPEATED) != 0 ||
            (result->fees != 0 && (result->code != SB_R_ACCEPTED || sb_get_u16(head->meaning) < 2)))
            return sb_fail(err, SB_DAMAGED, "the result of sequence %llu is none that there is",
                           "kết quả của số thứ tự %llu không tồn tại",
                           (unsigned long long)(sb_get_u64(head->first) + i));
        if (sb_result_is_of_law(result->code) && bitmap != bitmaps_end) {
            memcpy(result->failed, bitmap, sizeof(result->failed));
            bitmap += SB_FAILED_STORED_SIZE;
        } else if (sb_result_is_of_law(result->code)) {
            failed_count = UINT32_MAX; /* one is missing */
        }
        if (!moves_time(result->code))
            continue;
        if (events[i].time < time)
            return sb_fail(err, SB_DAMAGED, "time goes back at sequence %llu",
                           "thời gian đi lùi ở số thứ tự %llu",
                           (unsigned long long)(sb_get_u64(head->first) + i));
        time = events[i].time;
    }
    if (bitmap != bitmaps_end || failed_count == UINT32_MAX)
        return DAMAGED(err, "the number of bitmaps is not that of the refused events",
                       "số bản đồ bit không bằng số sự kiện bị từ chối");
    chain->time = time;
    chain->sequence += count;
    record->meaning = sb_get_u16(head->meaning);
    record->count = count;
    record->events = events;
    record->results = results;
    record->texts = (const char *)bitmaps_end;
    record->texts_size = sb_get_u32(head->texts_size);
    memcpy(record->plan_hash, head->plan_hash, SB_HASH_SIZE);
    return SB_OK;
}

static void take_checkpoint(const uint8_t *bytes, uint32_t size, struct sb_record *record)
{
    struct {
        struct sb_record_head head;
        struct sb_checkpoint_body body;
    } copy;
    static_assert(sizeof(copy) == SB_CHECKPOINT_SIZE - SB_HASH_SIZE, "no filling in a checkpoint");
    assert(size == SB_CHECKPOINT_SIZE);
    memcpy(&copy, bytes, sizeof(copy));
    memcpy(record->state_hash, copy.body.state_hash, SB_HASH_SIZE);
    memcpy(record->key, copy.body.key, sizeof(record->key));
    memcpy(record->signature, copy.body.signature, sizeof(record->signature));
    memset(copy.body.signature, 0, sizeof(copy.body.signature));
    sb_journal_hash(&copy, sizeof(copy), record->sealed);
}

enum sb_status sb_record_decode(const uint8_t *bytes, struct sb_result *results, struct sb_chain *chain,
                                struct sb_record *ret_record, struct sb_err *err)
{
    const struct sb_record_head *head = (const void *)bytes;
    const uint8_t *body = bytes + sizeof(*head);
    enum sb_status status = check_head(head, chain, err);
    if (status == SB_OK)
        status = check_sizes(head, bytes, err);
    if (status != SB_OK)
        return status;
    struct sb_record record = {
        .type = (enum sb_record_type)sb_get_u16(head->type),
        .first = sb_get_u64(head->first),
        .number = sb_get_u64(head->number),
    };
    uint32_t size = sb_get_u32(head->size);
    if (record.type == SB_RECORD_BATCH)
        status = take_batch(head, body, results, chain, &record, err);
    else if (record.type == SB_RECORD_CHECKPOINT)
        take_checkpoint(bytes, size, &record);
    if (status != SB_OK)
        return status;
    memcpy(record.hash, bytes + size - SB_HASH_SIZE, SB_HASH_SIZE);
    memcpy(chain->hash, record.hash, SB_HASH_SIZE);
    chain->number++;
    chain->closed = record.type == SB_RECORD_CLOSE;
    *ret_record = record;
    return SB_OK;
}

bool sb_record_signed_by(const struct sb_record *record, const uint8_t key[32])
{
    uint8_t message[16 + SB_HASH_SIZE];
    if (record->type != SB_RECORD_CHECKPOINT || memcmp(record->key, key, 32) != 0)
        return false;
    seal_message(record->sealed, message);
    return crypto_sign_verify_detached(record->signature, message, sizeof(message), key) == 0;
}
