/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the ledger itself does with a past: no second look-up, and a chain's results change when it breaks. */

#include "ledger/past.h"

/* As sb_past_find, but the entry may be changed. */
struct sb_past_entry *sb_past_entry(const struct sb_past *past, struct sb_id id);

/* As sb_past_put. Requires that the id is not there. */
SB_CHECKED enum sb_status sb_past_add(struct sb_past *past, const struct sb_event *event,
                                      const struct sb_result *result, uint32_t plan, struct sb_err *err);
