/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A small pilot for tests: a charter as text and events as lines, run through a real engine in the test's own
 * folder. */

#include "engine/engine.h"

struct scenario {
    const char *dir;     /* the journal's folder */
    const char *charter; /* text */
    const char *events;  /* lines of import/event_text.h */
};

/* Run all of it and close cleanly; fails the test on any error. Results go to results (may be NULL), at most
 * max. */
uint32_t scenario_run(const struct scenario *scenario, struct sb_result *results, uint32_t max);

/* A path in the test's folder; static memory for the latest four. */
const char *scenario_path(const char *name);

/* A pilot like Decision 316 with a monthly limit of 1 000, and a month of events with refusals, retries,
 * reservations, a reversal. */
extern const char scenario_charter[];
extern const char scenario_events[];
