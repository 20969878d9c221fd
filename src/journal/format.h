/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The bytes of a journal, as docs/formats/journal.md draws them. Every field is an array of bytes, so the
 * structs have no padding and no alignment; integers are little-endian and read through base/bytes.h. A
 * change here is a new SB_JOURNAL_FORMAT.
 */

#include "base/event.h"
#include "journal/journal.h"

#define SB_SEGMENT_MAGIC       "SBSEGMNT"
#define SB_RECORD_MAGIC        "SBRC"
#define SB_SEAL_CONTEXT        "sandbank-seal-1" /* 16 bytes with its NUL, before the hash that is signed */
#define SB_RECORD_ALIGN        64u               /* records begin at multiples of it and fill them */
#define SB_SEGMENT_SUFFIX      ".journal"
#define SB_SEGMENT_NUMBER_MAX  UINT64_C(9999999999) /* ten digits */
#define SB_SEGMENT_SIZE_MIN    (16u * 1024)         /* tests use small ones */
#define SB_SEGMENT_SIZE_MAX    (1024u * 1024 * 1024)
#define SB_RESULT_STORED_SIZE  16u /* code, flags, zero, counted */
#define SB_FAILED_STORED_SIZE  32u /* bitmap of a result that was refused or undecided */
#define SB_RECORD_PLACE_FORMAT "segment %llu, offset %llu, sequence %llu"

/* The first 4096 bytes of a segment file. */
struct sb_segment_page {
    uint8_t magic[8];
    uint8_t format[2];
    uint8_t meaning[2];
    uint8_t page_size[4];      /* 4096 */
    uint8_t segment[8];        /* its number, from 1 */
    uint8_t segment_size[8];   /* bytes of the file */
    uint8_t journal_id[16];    /* lo, hi */
    uint8_t created[8];        /* of the journal */
    uint8_t flags[4];          /* enum sb_journal_flags */
    uint8_t zero_1[4];         /* */
    uint8_t number[8];         /* of the first record in it */
    uint8_t sequence[8];       /* of the first event that may be in it */
    uint8_t previous_hash[32]; /* of the record before; zero in segment 1 */
    uint8_t origin[256];       /* UTF-8, zero-filled, at least one zero at the end */
    uint8_t zero_2[3696];
    uint8_t hash[32]; /* BLAKE2b-256 of all before it */
};

static_assert(sizeof(struct sb_segment_page) == 4096, "a page");
static_assert(offsetof(struct sb_segment_page, format) == 8, "on disk");
static_assert(offsetof(struct sb_segment_page, meaning) == 10, "on disk");
static_assert(offsetof(struct sb_segment_page, page_size) == 12, "on disk");
static_assert(offsetof(struct sb_segment_page, segment) == 16, "on disk");
static_assert(offsetof(struct sb_segment_page, segment_size) == 24, "on disk");
static_assert(offsetof(struct sb_segment_page, journal_id) == 32, "on disk");
static_assert(offsetof(struct sb_segment_page, created) == 48, "on disk");
static_assert(offsetof(struct sb_segment_page, flags) == 56, "on disk");
static_assert(offsetof(struct sb_segment_page, number) == 64, "on disk");
static_assert(offsetof(struct sb_segment_page, sequence) == 72, "on disk");
static_assert(offsetof(struct sb_segment_page, previous_hash) == 80, "on disk");
static_assert(offsetof(struct sb_segment_page, origin) == 112, "on disk");
static_assert(offsetof(struct sb_segment_page, zero_2) == 368, "on disk");
static_assert(offsetof(struct sb_segment_page, hash) == 4064, "on disk");

/* What stands before the body of every record. */
struct sb_record_head {
    uint8_t magic[4];
    uint8_t type[2]; /* enum sb_record_type */
    uint8_t format[2];
    uint8_t meaning[2];
    uint8_t zero_1[2];
    uint8_t size[4];    /* bytes of the whole record: head, body, filling, hash; a multiple of 64 */
    uint8_t number[8];  /* of the record in its journal, from 1 */
    uint8_t durable[8]; /* number of the last record known durable when this one was written */
    uint8_t first[8];   /* BATCH: sequence of its first event; else of the last event before it, 0: none */
    uint8_t count[4];   /* events */
    uint8_t failed_count[4]; /* results with a bitmap */
    uint8_t texts_size[4];
    uint8_t zero_2[4];
    uint8_t journal_id[16];
    uint8_t plan_hash[32];
    uint8_t previous_hash[32]; /* of the record before; of segment 1's page for the first */
    uint8_t zero_3[8];
    uint8_t check[16]; /* BLAKE2b-128 of all before it */
};

static_assert(sizeof(struct sb_record_head) == 160, "events behind it stay aligned to 16");
static_assert(offsetof(struct sb_record_head, type) == 4, "on disk");
static_assert(offsetof(struct sb_record_head, format) == 6, "on disk");
static_assert(offsetof(struct sb_record_head, meaning) == 8, "on disk");
static_assert(offsetof(struct sb_record_head, size) == 12, "on disk");
static_assert(offsetof(struct sb_record_head, number) == 16, "on disk");
static_assert(offsetof(struct sb_record_head, durable) == 24, "on disk");
static_assert(offsetof(struct sb_record_head, first) == 32, "on disk");
static_assert(offsetof(struct sb_record_head, count) == 40, "on disk");
static_assert(offsetof(struct sb_record_head, failed_count) == 44, "on disk");
static_assert(offsetof(struct sb_record_head, texts_size) == 48, "on disk");
static_assert(offsetof(struct sb_record_head, journal_id) == 56, "on disk");
static_assert(offsetof(struct sb_record_head, plan_hash) == 72, "on disk");
static_assert(offsetof(struct sb_record_head, previous_hash) == 104, "on disk");
static_assert(offsetof(struct sb_record_head, check) == 144, "on disk");

/* The body of a checkpoint. */
struct sb_checkpoint_body {
    uint8_t state_hash[32];
    uint8_t key[32];
    uint8_t signature[64];
};

static_assert(sizeof(struct sb_checkpoint_body) == 128, "on disk");
static_assert(offsetof(struct sb_checkpoint_body, key) == 32, "on disk");
static_assert(offsetof(struct sb_checkpoint_body, signature) == 64, "on disk");

/* Bytes of a record with so much body. */
static inline uint64_t sb_record_size(uint64_t body_size)
{
    uint64_t size = sizeof(struct sb_record_head) + body_size + SB_HASH_SIZE;
    return (size + SB_RECORD_ALIGN - 1) / SB_RECORD_ALIGN * SB_RECORD_ALIGN;
}

static inline uint64_t sb_batch_body_size(uint64_t count, uint64_t failed_count, uint64_t texts_size)
{
    return count * (sizeof(struct sb_event) + SB_RESULT_STORED_SIZE) + failed_count * SB_FAILED_STORED_SIZE +
           texts_size;
}

#define SB_CHECKPOINT_SIZE 320u /* sb_record_size(sizeof(struct sb_checkpoint_body)) */
#define SB_CLOSE_SIZE      192u /* sb_record_size(0) */
