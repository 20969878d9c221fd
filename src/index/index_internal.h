/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the index's files share. */

#include "index/filter.h"
#include "index/index.h"

#include <pthread.h>

/*
 * The folder:
 *     lock      flock(2) is held by whoever feeds
 *     rows/     RocksDB's
 *     filter    the filter, as it was when the index went through some sequence number
 *     damaged   (empty) damage was found: the next opening makes everything anew
 */
struct sb_index {
    const struct sb_os *os; /* the journal's; borrowed */
    char *journal_dir;      /* owned */
    char *dir;              /* owned */
    uint32_t batch;
    bool feeds;
    struct sb_file *lock;   /* owned */
    struct sb_store *store; /* owned; NULL while the index is empty */
    struct sb_fetch *fetch; /* owned; the asking thread's */
    bool was_removed;
    struct sb_err removed; /* why */

    /* The feeding thread's. */
    struct sb_store_mark mark;
    struct sb_rows rows;
    struct sb_journal_reader *reader; /* owned; behind what was gathered last; NULL: open one at the mark */
    uint64_t filter_kept;             /* ids when the filter was put on disk last */

    bool damaged; /* atomic */

    pthread_mutex_t mutex;    /* held while somebody asks, and while what he asks is exchanged */
    struct sb_filter *filter; /* owned; NULL of one that does not feed */
    uint64_t through;         /* atomic */
    struct sb_id max;
    struct sb_cursor *cursor; /* owned; the asking thread's */
    uint64_t cursor_through;  /* what it sees */
};

/* A file or folder in the index's folder; to be freed by the caller. */
char *sb_index_path(const struct sb_index *index, const char *name);

/* Put the filter on disk, or make the index's filter of what is there, or else of the rows. */
SB_CHECKED enum sb_status sb_filter_file_save(const struct sb_index *index, struct sb_err *err);
SB_CHECKED enum sb_status sb_filter_file_load(struct sb_index *index, struct sb_err *err);

/* A part of the filter, made of the rows. `more`: hashes on top of those that the filter's part has. */
SB_CHECKED enum sb_status sb_index_make_part(struct sb_index *index, uint32_t part, uint64_t more,
                                             struct sb_filter_part **ret_fresh, struct sb_err *err);

/* Make the folder, take its lock, and make an empty store. */
SB_CHECKED enum sb_status sb_index_begin(struct sb_index *index, struct sb_err *err);

/* Remember for the next opening that it must make everything anew. Returns SB_DAMAGED, as err says. */
enum sb_status sb_index_note_damage(struct sb_index *index, struct sb_err *err);
