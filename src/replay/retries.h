/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Attempts that the recorded law refused and the other one lets pass, until the same payer has paid the same
 * amount to the same payee: what is tried again meanwhile would not have been needed. Memory grows with the
 * attempts that wait.
 */

#include "base/event.h"
#include "base/status.h"

struct sb_retries;

struct sb_retries *sb_retries_new(void); /* NULL when memory is out */
void sb_retries_free(struct sb_retries *retries);

/* True when such an attempt waits for this event's payer, payee and amount. */
bool sb_retries_waits(const struct sb_retries *retries, const struct sb_event *event);
/* The attempt waits from now on. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_retries_wait(struct sb_retries *retries, const struct sb_event *event,
                                          struct sb_err *err);
/* The payment was made after all, in the recorded history: later ones are new wishes. */
void sb_retries_settle(struct sb_retries *retries, const struct sb_event *event);
