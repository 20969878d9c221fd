/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* How much each account is touched by differences: memory grows with the accounts touched. */

#include "replay/replay.h"

struct sb_affected;

struct sb_affected *sb_affected_new(void); /* NULL when memory is out */
void sb_affected_free(struct sb_affected *affected);
SB_CHECKED enum sb_status sb_affected_add(struct sb_affected *affected, struct sb_id account, int64_t amount,
                                          struct sb_err *err);
/* Write the accounts with the largest sums into the report, and how many there are in all. */
void sb_affected_report(const struct sb_affected *affected, struct sb_replay_report *report);
