/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Refunds that name no original: each goes to the latest earlier purchase of the same two parties that has
 * at least that much left. Rows come in the order of time and are sorted by parties on disk, so memory does
 * not grow with them; a refund is looked for among the SB_REFUND_DEPTH latest purchases of its parties.
 */

#include "base/event.h"

#include <stdio.h>

struct sb_refunds;

/* What became of a refund: positions are the numbers that the caller gave. */
struct sb_refund_match {
    uint64_t position;
    struct sb_id original; /* none: no purchase fits */
};

SB_CHECKED enum sb_status sb_refunds_new(const char *dir, size_t memory_size, struct sb_refunds **ret_refunds,
                                         struct sb_err *err);
void sb_refunds_free(struct sb_refunds *refunds);

/* Say that these two parties have a refund somewhere. All must be said before the first add. */
void sb_refunds_expect(struct sb_refunds *refunds, struct sb_id payer, struct sb_id payee);

/*
 * Add a purchase or a refund (named payer and payee as the purchase did), in the order of time. Purchases of
 * parties without any refund are dropped at once. Positions grow. Errors: SB_IO, SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_refunds_add(struct sb_refunds *refunds, const struct sb_event *event,
                                         bool refund, uint64_t position, struct sb_err *err);

/* Match all; *ret_file holds a struct sb_refund_match for each refund by growing position, read from its
 * start; the caller closes it. */
SB_CHECKED enum sb_status sb_refunds_match(struct sb_refunds *refunds, FILE **ret_file, struct sb_err *err);
