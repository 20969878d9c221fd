/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Other people's files into an event file. Every row becomes an event, or a line of the rejects with its
 * reason, or is counted as what it is: the totals add up. Mapping: docs/import.md.
 */

#include "import/event_file.h"
#include "import/row.h"

struct sb_import_options {
    struct sb_map *map;       /* borrowed; bound to each file in turn */
    const char *const *files; /* borrowed; read in this order */
    uint32_t file_count;      /* 1 to SB_IMPORT_FILES_MAX */
    FILE *out;                /* the event file */
    FILE *rejects;            /* a CSV of file, line and reason, in both languages */
    const char *temporary_dir;
    size_t memory_size; /* bytes of records sorted at a time; 0: SB_SORT_SIZE */
    /* Called now and then with bytes read of all; false ends the import (SB_INTERRUPTED). May be NULL. */
    bool (*progress)(uint64_t done, uint64_t all);
};

struct sb_import_totals {
    uint64_t rows; /* read, headers and blank ones included */
    uint64_t headers, blanks;
    uint64_t skipped; /* by the mapping's own wish */
    uint64_t transfers, reversals;
    uint64_t rejected; /* of rows; refunds that fit no purchase included */
    uint64_t reasons[SB_REJECT_COUNT];
    uint64_t accounts, openings;            /* OPEN events; transfers of opening balances */
    uint64_t account_rows, account_rejects; /* of the accounts file */
    sb_time_us first, last;                 /* of the events */
    sb_amount sum;                          /* of all transfers, opening balances aside */
};

/*
 * Import. On failure the event file is incomplete and must be thrown away. Errors: SB_IO, SB_NOSPACE,
 * SB_NOMEM, SB_NOT_FOUND (a file, a column), SB_INVALID (an encoding), SB_LIMIT, SB_INTERRUPTED.
 */
SB_CHECKED enum sb_status sb_import_run(const struct sb_import_options *options,
                                        struct sb_import_totals *ret_totals, struct sb_err *err);
