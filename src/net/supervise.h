/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a supervisor looks at: who holds how much of other people's money, whether a guarantee covers it, the
 * largest accounts, who is near a ceiling and who keeps just below one. Counted from the ledger itself, some
 * thousand accounts between two batches, so that nobody waits long.
 */

#include "net/pilot.h"

#include <jansson.h>

/* The schema Supervision. The caller owns *ret_json. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_supervise(struct sb_pilot *pilot, json_t **ret_json, struct sb_err *err);
