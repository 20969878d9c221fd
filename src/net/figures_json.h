/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Figures as the API tells them. */

#include "net/pilot.h"

#include <jansson.h>

/* The schema Figures, without `near`. In an ask. NULL: no memory. */
json_t *sb_figures_json(const struct sb_pilot *pilot, uint64_t events_per_s);

/* Refusals by sentence, most first, at most max. */
json_t *sb_refusals_json(const struct sb_figures *figures, uint32_t max);
