/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Viet Nam's 34 provinces as tiles of equal size, roughly where they lie: a small province is seen as well as
 * a large one. The archipelagos stand with the province that administers them.
 */

#include "base/calendar.h"
#include "base/status.h"

struct sb_tile {
    const char *code; /* of the statistics office, from 2025-07-01 on */
    int col, row;
    const char *note[2]; /* by enum sb_lang; NULL: none */
};

/* The tile of a province's code, NULL when there is none. */
const struct sb_tile *sb_tile_of(const char *code);
/* The day from which these are the provinces. */
sb_day sb_tiles_from(void);
