/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Rows of a separated file (RFC 4180 and what people make of it), in UTF-8 whatever the file is in. libcsv
 * finds the fields; this module bounds them, counts lines, and goes on behind a quote that is never closed.
 */

#include "import/map.h"

#include <stdio.h>

enum sb_row_problem {
    SB_ROW_SOUND,
    SB_ROW_FIELD_LONG,  /* a field over SB_CSV_FIELD_MAX */
    SB_ROW_FIELDS_MANY, /* more than SB_CSV_FIELDS_MAX */
    SB_ROW_QUOTE_OPEN,  /* a quote that is never closed: what it swallowed is lost */
};

struct sb_row {
    const struct sb_map_text *fields; /* NUL-terminated each; borrowed for the call */
    uint32_t count;                   /* 0: a blank line */
    uint64_t line;                    /* on which it begins, from 1 */
    enum sb_row_problem problem;      /* fields are incomplete when it is not SB_ROW_SOUND */
};

/* Called for each row; an error of it ends the reading. */
typedef enum sb_status sb_row_fn(void *context, const struct sb_row *row, struct sb_err *err);

struct sb_csv_options {
    char separator, quote;
    const char *encoding; /* a name that iconv knows; borrowed for the call */
};

/*
 * Read all rows. Memory is bounded whatever the file holds. Bytes that the encoding does not know become
 * U+FFFD. Errors: SB_INVALID (no such encoding), SB_IO, SB_NOMEM, and what fn returns.
 */
SB_CHECKED enum sb_status sb_csv_read(FILE *file, const char *path, const struct sb_csv_options *options,
                                      sb_row_fn *fn, void *context, struct sb_err *err);
