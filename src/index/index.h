/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The index: where in the journal an old event is, by its id, its accounts, its person, or its sequence
 * number. A cache of the journal, in a folder of its own: it may be taken away at any time and is made anew,
 * it may lag behind, and it is never believed. It is bound to one history by the hash of the last record that
 * went into it; events found through it are read from the journal and compared with digests that were taken
 * when their record's hash was checked.
 *
 * Only durable events may go in: a torn tail may be cut later.
 *
 * One thread feeds; one other may ask meanwhile, between sb_index_enter and sb_index_leave.
 * docs/formats/index.md, docs/decisions.
 */

#include "index/store.h"
#include "journal/fetch.h"

struct sb_index;

struct sb_index_options {
    const struct sb_os *os;  /* the journal's; borrowed */
    const char *journal_dir; /* copied */
    const char *dir; /* copied; NULL: `index` in the journal's folder. Always on the machine's disk. */
    uint32_t batch;  /* events taken in at a time; 0: SB_INDEX_BATCH */
};

#define SB_INDEX_BATCH 262144u

/*
 * Open for feeding. The folder is made with the first batch; until then the index is empty. One that is
 * damaged, of another version, of another journal or of a history that this journal does not have (any more)
 * is removed, and sb_index_removed says why. Errors: SB_BUSY, SB_IO, SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_index_open(const struct sb_index_options *options, struct sb_index **ret_index,
                                        struct sb_err *err);

/* Open for asking only, also beside one that is fed by another process. Empty when there is none, or none
 * that fits the journal. Errors: SB_IO, SB_NOMEM. */
SB_CHECKED enum sb_status sb_index_open_to_read(const struct sb_index_options *options,
                                                struct sb_index **ret_index, struct sb_err *err);
void sb_index_close(struct sb_index *index); /* safe on NULL */

/* Remove an index that nobody uses. Errors: SB_BUSY. */
SB_CHECKED enum sb_status sb_index_remove(const struct sb_index_options *options, struct sb_err *err);

/* Why opening removed what was there, or did not believe it; NULL when it did not. Borrowed for the index's
 * life. */
const struct sb_err *sb_index_removed(const struct sb_index *index);

/* Damage was found since it was opened. From any thread. */
bool sb_index_is_damaged(const struct sb_index *index);

/* ------------------------------------------------------------------ feeding */

/*
 * Take in the next events, a batch at most, none behind `durable`; fewer than `least` are left for later.
 * *ret_more: there may be another batch. Errors: SB_NOSPACE, SB_IO, SB_DAMAGED (the journal, or the index);
 * after SB_DAMAGED the index is made anew by the next opening.
 */
SB_CHECKED enum sb_status sb_index_feed(struct sb_index *index, uint64_t durable, uint32_t least,
                                        bool *ret_more, struct sb_err *err);

/* Keep the filter on disk, so that the next opening need not make it anew. Feeding does so now and then. */
SB_CHECKED enum sb_status sb_index_keep_filter(struct sb_index *index, struct sb_err *err);

/* ------------------------------------------------------------------ asking */

void sb_index_enter(struct sb_index *index);
void sb_index_leave(struct sb_index *index);

/* The last sequence number that it has everything of; 0: it is empty. From any thread. */
uint64_t sb_index_through(const struct sb_index *index);

/* Where to read on in the journal for what it does not have; false when that is from the beginning. */
bool sb_index_position(const struct sb_index *index, struct sb_journal_position *ret_position);

/* The greatest id that it has seen. */
struct sb_id sb_index_max(const struct sb_index *index);

uint64_t sb_index_hash(const struct sb_index *index, struct sb_id id);
void sb_index_prefetch(const struct sb_index *index, uint64_t hash);

/* False: no event that used up an id with this hash is in the index. Of an index that is fed. */
bool sb_index_may_hold(const struct sb_index *index, uint64_t hash);

struct sb_indexed {
    uint64_t sequence;
    struct sb_event event;
    struct sb_result result;
};

/* The first event that used up an id, when its sequence number is less than `before`. Errors: SB_DAMAGED,
 * SB_IO. */
SB_CHECKED enum sb_status sb_index_find(struct sb_index *index, struct sb_id id, uint64_t before,
                                        bool *ret_found, struct sb_indexed *ret_indexed, struct sb_err *err);

/* The event with a sequence number, which must not be greater than sb_index_through. Errors: SB_DAMAGED,
 * SB_IO. */
SB_CHECKED enum sb_status sb_index_event(struct sb_index *index, uint64_t sequence,
                                         struct sb_indexed *ret_indexed, struct sb_err *err);

/* Where an event lies. */
SB_CHECKED enum sb_status sb_index_place(struct sb_index *index, uint64_t sequence,
                                         struct sb_place *ret_place, struct sb_err *err);

/* Sequence numbers, ascending. */
struct sb_sequences {
    uint64_t *list; /* owned */
    size_t count, room;
};
void sb_sequences_release(struct sb_sequences *sequences);
SB_CHECKED enum sb_status sb_sequences_add(struct sb_sequences *sequences, uint64_t sequence,
                                           struct sb_err *err);

/*
 * Append the sequence numbers from `from` to `to` at which something of a kind happened to an id, and perhaps
 * (another id with the same hash) something to another: read the events and look.
 */
struct sb_range {
    uint64_t from, to;
};
SB_CHECKED enum sb_status sb_index_list(struct sb_index *index, enum sb_row_kind kind, struct sb_id id,
                                        struct sb_range range, struct sb_sequences *sequences,
                                        struct sb_err *err);

/* The same for names and charters. installs: only charters that were accepted. */
SB_CHECKED enum sb_status sb_index_laws(struct sb_index *index, bool installs, struct sb_sequences *sequences,
                                        struct sb_err *err);

/* Read all of it, and compare it with the journal from the first record to the last that is in it. Errors:
 * SB_DAMAGED. `seen` (may be NULL) is called now and then with the last sequence number compared. */
typedef void sb_index_seen_fn(void *context, uint64_t sequence);
SB_CHECKED enum sb_status sb_index_verify(struct sb_index *index, sb_index_seen_fn *seen, void *context,
                                          struct sb_err *err);

struct sb_index_sizes {
    uint64_t ids, filter_bytes; /* in memory; 0 bytes of one that is only read */
    struct sb_store_sizes store;
};
struct sb_index_sizes sb_index_sizes(const struct sb_index *index);
