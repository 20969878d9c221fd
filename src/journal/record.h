/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One record to bytes and back. Nothing here touches a file; all bytes are untrusted until their hash was
 * checked.
 */

#include "journal/format.h"

/* Where a journal stands behind its last record: all that the next record must fit to. */
struct sb_chain {
    struct sb_id journal_id;
    uint64_t number;            /* of the last record; 0 before the first */
    uint64_t sequence;          /* of the last event; 0 before the first */
    uint8_t hash[SB_HASH_SIZE]; /* of the last record; of segment 1's page before the first */
    sb_time_us time;            /* the latest event's */
    bool closed;                /* the last record is a CLOSE */
};

/* BLAKE2b-256: the one hash of the journal, and the one place where appending spends its time. */
void sb_journal_hash(const void *bytes, size_t size, uint8_t hash[SB_HASH_SIZE]);

/* Bytes that this record takes, at most SB_RECORD_SIZE_MAX for one that may be written. */
uint64_t sb_record_encoded_size(const struct sb_record *record);

/*
 * Writing is two steps, so that the second may be another thread's. First the body into bytes (room for
 * size, which is sb_record_encoded_size). Returns the number of bitmaps in it, for the second step.
 */
uint32_t sb_record_put_body(const struct sb_record *record, uint32_t size, uint8_t *bytes);

/*
 * Then head, signature (of a checkpoint, with signing_key: 64 bytes of Ed25519, or NULL) and hash, as the
 * next record behind the chain, which moves on. Nothing that record points to is read. durable: number of the
 * last record known durable.
 */
void sb_record_seal(const struct sb_record *record, uint32_t size, uint32_t failed_count, uint64_t durable,
                    const uint8_t *signing_key, uint8_t *bytes, struct sb_chain *chain);

/* True when 160 bytes are a head whose check holds and whose size a record can have. Nothing else is known of
 * it then. */
bool sb_record_head_is_whole(const uint8_t bytes[sizeof(struct sb_record_head)]);

/* True when the record of size bytes has the hash that its last 32 bytes say. */
bool sb_record_is_whole(const uint8_t *bytes, uint32_t size);

/*
 * Read a whole record that should come behind the chain, and move the chain on. *ret_record points into bytes
 * (aligned to 16) and into results (room for SB_BATCH_MAX). Segment and offset are the caller's to fill.
 * Errors: SB_DAMAGED, SB_VERSION; the chain is untouched then.
 */
SB_CHECKED enum sb_status sb_record_decode(const uint8_t *bytes, struct sb_result *results,
                                           struct sb_chain *chain, struct sb_record *ret_record,
                                           struct sb_err *err);
