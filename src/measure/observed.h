/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A panel: units observed in periods, and when each was first treated. Rows come in any order, from a file or
 * from a journal's measures; what does not fit is named with its line.
 */

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sb_observed;

/* Bounds: a panel of a country's communes by month for years is far below them. */
#define SB_PANEL_ROWS_MAX    2000000
#define SB_PANEL_UNITS_MAX   20000
#define SB_PANEL_PERIODS_MAX 400
#define SB_PANEL_NAME_MAX    128 /* bytes of a name of a unit, period or cluster */

/* One row; texts are borrowed for the call. */
struct sb_observation {
    const char *unit, *period;
    const char *treated; /* the first period in which it is treated; "": never */
    const char *cluster; /* NULL: the unit is its own */
    double weight;       /* of the unit; over 0 */
    double outcome;
    bool has_outcome; /* false: a hole; the unit is left out */
    uint64_t line;    /* for messages */
};

struct sb_observed *sb_observed_new(void); /* NULL when memory is out */
void sb_observed_free(struct sb_observed *observed);

/* Add a row. Errors: SB_INVALID (a unit that contradicts itself, a name that is empty or too long, a weight
 * that is none), SB_LIMIT, SB_NOMEM; each with the line. */
SB_CHECKED enum sb_status sb_observed_add(struct sb_observed *observed, const struct sb_observation *row,
                                          struct sb_err *err);

/*
 * Put all in order: periods by number where all are numbers, else by their bytes (2025-09 before 2025-10);
 * units as they came. Units with a hole, and units treated from the first period on (nothing was observed
 * before), are left out and counted. Errors: SB_INVALID (one row twice; a first treated period that is none
 * of the panel's and not after its last; nothing left), SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_observed_finish(struct sb_observed *observed, struct sb_err *err);

/* Of a finished panel. Numbers of units, periods and clusters count from 0. */
struct sb_panel_shape {
    uint32_t units, periods, clusters, rows;
    uint32_t with_holes, always_treated; /* units that were left out */
    uint32_t never_treated, treated;     /* units that stayed; treated after the last period is never */
};
struct sb_panel_shape sb_observed_shape(const struct sb_observed *observed);
#define SB_NEVER UINT32_MAX
uint32_t sb_observed_group(const struct sb_observed *observed,
                           uint32_t unit); /* first treated period, or SB_NEVER */
uint32_t sb_observed_cluster(const struct sb_observed *observed, uint32_t unit);
double sb_observed_weight(const struct sb_observed *observed, uint32_t unit);
double sb_observed_outcome(const struct sb_observed *observed, uint32_t unit, uint32_t period);
const char *sb_observed_period(const struct sb_observed *observed, uint32_t period);
