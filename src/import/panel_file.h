/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A panel from a separated file with a head: which column is what. */

#include "measure/observed.h"

#include <stdio.h>

struct sb_panel_columns {
    const char *unit, *period, *outcome, *treated; /* names in the head */
    const char *cluster, *weight;                  /* NULL: none */
    char separator;                                /* 0: a comma */
};

/*
 * Read all rows into a new panel and finish it; the caller frees it. An empty outcome is a hole; an empty
 * first treated period is never. Errors: SB_SYNTAX and SB_INVALID with path and line, SB_LIMIT, SB_IO,
 * SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_panel_read(FILE *file, const char *path, const struct sb_panel_columns *columns,
                                        struct sb_observed **ret_panel, struct sb_err *err);
