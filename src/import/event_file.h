/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A file of events as records, between synth, import and run: 4096 bytes of header ("SBEVENTS", version 1,
 * flags, unit, clock, decimals, origin), then events of 128 bytes; a NAME event stands before the first use
 * of its code. Codes are the file's own: run maps them to the journal's. Format: docs/formats/events.md. May
 * be a pipe.
 */

#include "base/event.h"

#include <stdio.h>

struct sb_event_file_info {
    uint32_t flags; /* SB_JOURNAL_SYNTHETIC */
    int32_t clock_offset_s;
    uint32_t decimals;
    char unit[SB_SYMBOL_SIZE_MAX + 1];
    char origin[256];
};

struct sb_event_writer;
SB_CHECKED enum sb_status sb_event_writer_new(FILE *file, const struct sb_event_file_info *info,
                                              struct sb_event_writer **ret_writer, struct sb_err *err);
/* The code of a name in this file, written out when it is new. */
SB_CHECKED enum sb_status sb_event_writer_name(struct sb_event_writer *writer, enum sb_space space,
                                               const char *name, size_t size, uint16_t *ret_code,
                                               struct sb_err *err);
SB_CHECKED enum sb_status sb_event_writer_put(struct sb_event_writer *writer, const struct sb_event *event,
                                              struct sb_err *err);
/* Flush and free; the FILE stays the caller's. Safe on NULL. */
enum sb_status sb_event_writer_close(struct sb_event_writer *writer, struct sb_err *err);

/* True when the bytes begin as an event file does. */
bool sb_event_file_is(const void *bytes, size_t size);

struct sb_event_file;
SB_CHECKED enum sb_status sb_event_file_open(FILE *file, const char *path, struct sb_event_file **ret_file,
                                             struct sb_event_file_info *ret_info, struct sb_err *err);
/* Up to max events; *ret_count 0 at the end. A record cut in the middle is SB_DAMAGED with its number. */
SB_CHECKED enum sb_status sb_event_file_read(struct sb_event_file *file, struct sb_event *events,
                                             uint32_t max, uint32_t *ret_count, struct sb_err *err);
void sb_event_file_close(struct sb_event_file *file);

/*
 * Replace a file's codes in an event by others: codes[space][code of the file], 0 where nobody made it; each
 * table has SB_SYMBOLS_MAX + 1 entries. False: the event uses a code that is not there.
 */
bool sb_event_recode(struct sb_event *event, const uint16_t *const codes[SB_SPACE_COUNT]);
