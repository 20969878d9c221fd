/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The two ways to the instant before an event. */

#include "replay/explain.h"

/*
 * The quick way: *to's event, result, sequences and runner. *ret_done is false, and *to as it was, when the
 * index does not have the event, or more than some accounts' histories would be needed. Errors: SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_explain_from_index(const struct sb_explain_options *options,
                                                struct sb_explanation *to, bool *ret_done,
                                                struct sb_err *err);
