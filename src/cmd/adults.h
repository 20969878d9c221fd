/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Adults by province as somebody publishes them: a separated file with the columns `province` (a code of the
 * day asked about) and `adults`. */

#include "measure/measure.h"

struct sb_adults_file {
    struct sb_adults adults; /* rows owned */
    struct sb_adults_row *rows;
};

/* Read a file; its name is the source. Errors: SB_NOT_FOUND, SB_IO, SB_SYNTAX with the line, SB_NOMEM. */
SB_CHECKED enum sb_status sb_adults_read(const char *path, struct sb_adults_file *ret_file,
                                         struct sb_err *err);
void sb_adults_release(struct sb_adults_file *file);
