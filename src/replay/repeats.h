/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Which ids of a journal may occur twice: what a first pass asks of every id, so that the second keeps the
 * events of those alone. It never misses a repetition; of a thousand ids that occur once it names fewer than
 * five. Memory: two to four bytes an id.
 */

#include "base/id.h"
#include "base/status.h"

#include <stdbool.h>

struct sb_repeats;

/* NULL when memory is out. */
struct sb_repeats *sb_repeats_new(void);
void sb_repeats_free(struct sb_repeats *repeats); /* safe on NULL */

/* Add an id; *ret_maybe says whether it may have been added before. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_repeats_add(struct sb_repeats *repeats, struct sb_id id, bool *ret_maybe,
                                         struct sb_err *err);
