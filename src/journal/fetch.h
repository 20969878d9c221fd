/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Reading single events and records at places that somebody remembers, out of a journal that may be written
 * meanwhile. Nothing is believed because of where it lies: a record's hash is checked, and a single event is
 * read for callers that compare it with a digest taken from a checked record.
 */

#include "journal/journal.h"

struct sb_fetch;

/* Where an event lies: its record, and which of the record's events it is. */
struct sb_place {
    uint64_t segment, offset; /* of the record */
    uint32_t index;           /* of the event in it, from 0 */
    uint32_t count;           /* events of the record */
};

/* Reads no file yet. os and dir: the journal's, dir is copied. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_fetch_open(const struct sb_os *os, const char *dir, struct sb_fetch **ret_fetch,
                                        struct sb_err *err);
void sb_fetch_close(struct sb_fetch *fetch); /* safe on NULL */

/*
 * Read one event and its result from the bytes at a place: three small reads at most. NOT checked against any
 * hash: the caller compares. Errors: SB_DAMAGED when no such place can be, SB_IO.
 */
SB_CHECKED enum sb_status sb_fetch_event(struct sb_fetch *fetch, const struct sb_place *place,
                                         struct sb_event *ret_event, struct sb_result *ret_result,
                                         struct sb_err *err);

/*
 * Read the whole batch at a segment and offset, and check that it is this journal's (none: whosever it is)
 * and that its hash holds. Borrowed until the next call; asking for the same one again reads nothing. Errors:
 * SB_DAMAGED, SB_VERSION, SB_IO.
 */
SB_CHECKED enum sb_status sb_fetch_record(struct sb_fetch *fetch, const struct sb_place *place,
                                          struct sb_id journal_id, struct sb_record *ret_record,
                                          struct sb_err *err);
