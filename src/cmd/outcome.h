/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What happened in a run, for people: accepted, refused and by which article, by province, rural and urban.
 */

#include "cmd/cmd.h"

#include "engine/engine.h"

struct sb_outcome;

/* Engine borrowed until freed. NULL when memory is out. */
struct sb_outcome *sb_outcome_new(const struct sb_engine *engine);
void sb_outcome_free(struct sb_outcome *outcome);

/* Count an event. Fits struct sb_ingest's listen. */
SB_CHECKED enum sb_status sb_outcome_add(void *outcome, const struct sb_event *event,
                                         const struct sb_result *result, struct sb_err *err);

/* The report, to stdout. True when anything was refused. */
bool sb_outcome_print(struct sb_outcome *outcome, bool json);
