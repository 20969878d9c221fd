/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* From an approved request to a FREEZE event in the journal. */

#include "net/pilot.h"
#include "vault/vault.h"

/*
 * Submit the event of a request that two people agreed on, wait until it is durable, and write down what came
 * of it. The event's id follows from the request: doing it again changes nothing. Errors: the vault's, the
 * engine's.
 */
SB_CHECKED enum sb_status sb_freezing_submit(struct sb_vault *vault, struct sb_pilot *pilot, int64_t number,
                                             struct sb_err *err);

/* Finish what was approved when a server before this one ended. */
SB_CHECKED enum sb_status sb_freezing_resume(struct sb_vault *vault, struct sb_pilot *pilot,
                                             struct sb_err *err);
