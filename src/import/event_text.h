/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Events as text, one a line, for people: golden tests, `charter try --event`, `run`. Format:
 * docs/formats/events.md.
 *
 *     2025-09-03T10:00:00+07:00 open alice class=subscriber provider=viettel tier=full person=p1
 * sim-since=2020-05-01 2025-09-03T10:05:00+07:00 cash-in 500 000 from kiosk to alice agent=kiosk id=t1
 *     2025-09-03T10:06:00+07:00 reserve payment 6 000 000 from alice to shop timeout=3600 id=p1
 * purpose=electricity 2025-09-03T10:07:00+07:00 post p1 4 000 000 2025-09-03T10:08:00+07:00 void p1
 *     2025-09-03T10:09:00+07:00 reverse t1 100 000
 *     2025-09-03T10:10:00+07:00 change alice tier=medium      # attributes that are not named keep what they
 * were: see below 2025-09-03T10:11:00+07:00 freeze alice in|out|both|none 2025-09-03T10:12:00+07:00 close
 * alice        (reopen alice) 2025-09-03T10:13:00+07:00 tick
 *
 * A line that ends in " +" is linked with the next one. A time without a zone is by the reader's clock. Names
 * of accounts, persons and ids are any text without spaces, or "quoted"; their 128-bit id is sb_id_of_text,
 * or themselves when they are 32 hex digits. An event without id= gets one from the reader's serial number.
 * Unknown attributes are left out or `?`. `change` replaces all attributes that may change; the reader
 * remembers what it last said of an account and keeps the rest. Subscribers, merchants and agents get the
 * flag debits-may-not-exceed-credits; `flags=free` clears it, `flags=mirror` is the other one.
 */

#include "base/event.h"
#include "base/str.h"
#include "base/symbols.h"
#include "ledger/result.h"

struct sb_event_reader; /* remembers serial number, clock, decimals, last attributes of accounts, names for
                           printing */

/* How a reader gets codes: from an engine (journalled) or a plain table. */
struct sb_name_source {
    void *context;
    enum sb_status (*code)(void *context, enum sb_space space, const char *name, size_t size,
                           uint16_t *ret_code, struct sb_err *err);
};

struct sb_event_reader_options {
    int32_t offset_s;      /* of times without a zone */
    uint32_t decimals;     /* of amounts */
    const char *unit;      /* of accounts that name none */
    const char *id_prefix; /* serial ids are sb_id_of_text("<id_prefix><serial>") */
    struct sb_name_source names;
};
SB_CHECKED enum sb_status sb_event_reader_new(const struct sb_event_reader_options *options,
                                              struct sb_event_reader **ret_reader, struct sb_err *err);
void sb_event_reader_free(struct sb_event_reader *reader);

/*
 * Read one line (no line break). Empty lines and comments give SB_END and no event. Errors (SB_SYNTAX) say
 * the column and what was expected, with the nearest known word. Bounded by SB_LINE_SIZE_MAX.
 */
SB_CHECKED enum sb_status sb_event_read_line(struct sb_event_reader *reader, const char *line, size_t size,
                                             struct sb_event *ret_event, struct sb_err *err);

/* The text that an id was made of, when this reader made it; else NULL. Borrowed. */
const char *sb_event_reader_name(const struct sb_event_reader *reader, struct sb_id id);

/* Print an event as a line that reads back to the same event, ids in hex unless the reader (may be NULL)
 * knows their text. */
void sb_event_print(const struct sb_event *event, const struct sb_symbols *symbols, int32_t offset_s,
                    uint32_t decimals, const struct sb_event_reader *reader, struct sb_str *out);
