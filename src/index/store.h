/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The index's rows on disk, in RocksDB: sorted files that are taken in whole, each together with the mark
 * that says how far the index goes, so that after a crash there is a batch of rows with its mark or neither.
 * Keys: docs/formats/index.md. Blocks have checksums, which are checked at every read; RocksDB's own memory
 * is bounded by a cache of fixed size.
 */

#include "index/rows.h"

#define SB_INDEX_FORMAT 1

struct sb_store;

/* How far the index goes, and of which journal it is. */
struct sb_store_mark {
    struct sb_id journal_id;
    struct sb_hash_key key;
    struct sb_journal_position position; /* behind the last record that is in the index */
    uint64_t last_segment, last_offset;  /* where that record lies */
    uint64_t ids;                        /* rows of ids */
    struct sb_id max;                    /* the greatest id */
};

/* Open for writing (made when it is not there) or for reading beside a writer. Errors: SB_DAMAGED for
 * anything that RocksDB says; SB_NOT_FOUND when there is none to read. */
SB_CHECKED enum sb_status sb_store_open(const char *dir, bool write, struct sb_store **ret_store,
                                        struct sb_err *err);
void sb_store_close(struct sb_store *store); /* safe on NULL */

/* Remove all its files. */
void sb_store_destroy(const char *dir);

/* Errors: SB_NOT_FOUND (it is empty), SB_VERSION, SB_DAMAGED. */
SB_CHECKED enum sb_status sb_store_mark(const struct sb_store *store, struct sb_store_mark *ret_mark,
                                        struct sb_err *err);

/* Take sorted rows and the new mark in, durable when it returns. Errors: SB_NOSPACE, SB_IO. Nothing changed
 * then. */
SB_CHECKED enum sb_status sb_store_add(struct sb_store *store, const struct sb_rows *rows,
                                       const struct sb_store_mark *mark, struct sb_err *err);

/* ------------------------------------------------------------------ reading */

/* One reader's place in the store: sees what was there when it was made or refreshed. */
struct sb_cursor;

SB_CHECKED enum sb_status sb_cursor_new(struct sb_store *store, struct sb_cursor **ret_cursor,
                                        struct sb_err *err);
void sb_cursor_free(struct sb_cursor *cursor); /* before its store is closed */

/* The first row of a kind and hash with a sequence number of at least `from`; false in *ret_found when there
 * is none. Errors: SB_DAMAGED. */
SB_CHECKED enum sb_status sb_cursor_find(struct sb_cursor *cursor, enum sb_row_kind kind, uint64_t hash,
                                         uint64_t from, uint64_t *ret_sequence, bool *ret_found,
                                         struct sb_err *err);
/* The row behind the one found last, of the same kind and hash. */
SB_CHECKED enum sb_status sb_cursor_next(struct sb_cursor *cursor, uint64_t *ret_sequence, bool *ret_found,
                                         struct sb_err *err);

/* All rows of ids whose hash has these top 10 bits. */
typedef void sb_hash_fn(void *context, uint64_t hash);
SB_CHECKED enum sb_status sb_cursor_part(struct sb_cursor *cursor, uint32_t part, sb_hash_fn *each,
                                         void *context, struct sb_err *err);

/* Where an event lies, and its digest. Errors: SB_DAMAGED (also when it is not there). */
SB_CHECKED enum sb_status sb_cursor_place(struct sb_cursor *cursor, uint64_t sequence,
                                          struct sb_chunk *ret_chunk, uint64_t *ret_digest,
                                          struct sb_err *err);

/* Names and charters with a sequence number of at least `from`, the next one; false when there is none. */
SB_CHECKED enum sb_status sb_cursor_law(struct sb_cursor *cursor, uint64_t from, struct sb_law_row *ret_law,
                                        bool *ret_found, struct sb_err *err);

/* Read every block of every file and check its checksum. */
SB_CHECKED enum sb_status sb_store_check(struct sb_store *store, struct sb_err *err);

struct sb_store_sizes {
    uint64_t files, bytes; /* on disk */
    uint64_t memory;       /* bytes of cache and open files */
};
struct sb_store_sizes sb_store_sizes(const struct sb_store *store);
