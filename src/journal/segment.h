/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Segment files: their names, their first page, and what can be said of bytes behind the last whole record.
 */

#include "journal/record.h"

/* What a segment's page says. */
struct sb_segment {
    uint64_t number; /* of the segment */
    uint64_t size;   /* bytes of its file */
    struct sb_journal_info info;
    uint64_t first_number;               /* of the first record in it */
    uint64_t first_sequence;             /* of the first event that may be in it */
    uint8_t previous_hash[SB_HASH_SIZE]; /* zero in segment 1 */
    uint8_t hash[SB_HASH_SIZE];          /* of the page */
};

/* DIR/0000000001.journal, to be freed by the caller; NULL when memory is out. */
char *sb_segment_path(const char *dir, uint64_t number);

/* The numbers of the segments in a folder, ascending, to be freed by the caller. Other files are ignored. */
SB_CHECKED enum sb_status sb_segment_list(const struct sb_os *os, const char *dir, uint64_t **ret_numbers,
                                          size_t *ret_count, struct sb_err *err);

#define SB_LOCK_NAME "writer.lock"

/* Take a folder's lock, until the file is closed. Errors: SB_BUSY. */
SB_CHECKED enum sb_status sb_segment_lock_dir(const struct sb_os *os, const char *dir,
                                              struct sb_file **ret_file, struct sb_err *err);

/* Write a page (and its hash into segment->hash). */
void sb_segment_encode(struct sb_segment *segment, uint8_t page[sizeof(struct sb_segment_page)]);

/* Read a page. False when its hash does not hold: then it was torn, or never written. */
bool sb_segment_page_is_whole(const uint8_t page[sizeof(struct sb_segment_page)]);

/* Requires a whole page. Errors: SB_VERSION, SB_DAMAGED (a field is out of its bounds). */
SB_CHECKED enum sb_status sb_segment_decode(const uint8_t page[sizeof(struct sb_segment_page)],
                                            struct sb_segment *ret_segment, struct sb_err *err);

/*
 * Read a file's page. *ret_whole is false, and *ret_segment untouched, when there is none or a torn one.
 * Returns the file's errors; SB_VERSION, SB_DAMAGED (a field is out of its bounds, or the file has not the
 * size that its page says).
 */
SB_CHECKED enum sb_status sb_segment_read_page(const struct sb_os *os, struct sb_file *file, bool *ret_whole,
                                               struct sb_segment *ret_segment, struct sb_err *err);

/*
 * Whether a segment without a whole page may be a journal's that was never finished being made. Its zeros are
 * written first: a file that is smaller than any segment has nothing else in it. The page comes into a file
 * that is whole: it begins with the magic, or with a part of it where the write was torn. Returns the file's
 * errors.
 */
SB_CHECKED enum sb_status sb_segment_may_be_ours(const struct sb_os *os, struct sb_file *file, bool *ret_may,
                                                 struct sb_err *err);

/* What lies in a stretch of a segment. */
struct sb_scan {
    uint64_t used_end; /* behind the last byte that is not zero; the stretch's begin when all are zero */
    bool later;        /* there is a whole head of this journal with a record number above `number` */
    bool proof;        /* ... that says that record `number` was durable when it was written */
    uint64_t later_at; /* where the first of those is that decided */
};

/*
 * Look through [from, to) of a file at every 64th byte. Uses bytes (room of size >= 64 KiB) as it likes.
 * Returns the file's errors; a file that ends before `to` counts as zeros from there.
 */
struct sb_scan_question {
    uint64_t from, to;       /* from: a multiple of 64 */
    uint64_t number;         /* of the record that is missing */
    struct sb_id journal_id; /* of heads that count; none: any */
};
SB_CHECKED enum sb_status sb_segment_scan(const struct sb_os *os, struct sb_file *file,
                                          const struct sb_scan_question *question, uint8_t *bytes,
                                          size_t size, struct sb_scan *ret_scan, struct sb_err *err);
