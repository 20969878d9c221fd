/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a stretch of the journal adds to the index, gathered in memory and sorted. Rows by a hash say at which
 * sequence numbers something happened to whatever has that hash; two things with one hash are told apart by
 * reading the events, so nothing here needs to be exact but that nothing is missing.
 */

#include "index/digest.h"
#include "journal/journal.h"

/* Rows by a hash. The letter is the first byte of their keys. */
enum sb_row_kind {
    SB_ROW_ACCOUNT, /* 'a': transfers, by each account in them */
    SB_ROW_DEPENDS, /* 'd': posts, voids and reversals, by the event that they refer to */
    SB_ROW_ID,      /* 'i': events by their id */
    SB_ROW_LIFE,    /* 'l': openings, changes, freezes, closings, by their account */
    SB_ROW_PERSON,  /* 'p': openings, by the person */
    SB_ROW_KINDS
};

struct sb_index_row {
    uint64_t hash, sequence;
};

struct sb_row_list {
    struct sb_index_row *rows; /* owned */
    size_t count, room;
};

/* At most so many events of one record that stand together in the index. */
#define SB_CHUNK_EVENTS 64u

/* Events of one record, one after the other: where they lie. */
struct sb_chunk {
    uint64_t first; /* sequence */
    uint64_t segment, offset;
    uint32_t index;  /* of the first one in its record */
    uint32_t record; /* events of the whole record */
    uint32_t events; /* 1 to SB_CHUNK_EVENTS */
};

/* A name or a charter. */
struct sb_law_row {
    uint64_t sequence;
    bool installs; /* a charter that was accepted */
};

/* What hashes ids for the index: a secret of each index, so that nobody can choose ids that meet. */
struct sb_hash_key {
    uint64_t words[2];
};

struct sb_rows {
    struct sb_row_list lists[SB_ROW_KINDS];
    struct sb_chunk *chunks; /* owned */
    size_t chunk_count, chunk_room;
    uint64_t *digests; /* owned; of every event from first on */
    size_t digest_count, digest_room;
    struct sb_law_row *laws; /* owned */
    size_t law_count, law_room;
    uint64_t first;   /* sequence of the first event in here */
    struct sb_id max; /* the greatest id */
};

static inline uint64_t sb_hash_id(struct sb_hash_key key, struct sb_id id)
{
    return sb_mix64(sb_mix64(id.lo ^ key.words[0]) + (id.hi ^ key.words[1]) * UINT64_C(0xD6E8FEB86659FD93));
}

/* Ids as numbers. */
static inline bool sb_id_is_less(struct sb_id a, struct sb_id b)
{
    return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

/*
 * Whether an event uses up its id: docs/ledger.md. Ids of events that were never judged at all (malformed, no
 * id, time going back) stay free, and a repetition finds the id in use already.
 */
bool sb_event_uses_id(const struct sb_event *event, const struct sb_result *result);

void sb_rows_clear(struct sb_rows *rows); /* keeps the memory */
void sb_rows_release(struct sb_rows *rows);

/* Add a BATCH record, which lies where it says, behind what is there. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_rows_add(struct sb_rows *rows, struct sb_hash_key key,
                                      const struct sb_record *record, struct sb_err *err);

/* Bring the lists into the order of their keys. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_rows_sort(struct sb_rows *rows, struct sb_err *err);
