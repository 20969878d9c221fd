/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What two charters charge, side by side: for each stretch of time, kind and case both ledgers are asked for
 * the fees of a transfer, at both ends of each band of amounts in which neither tariff bends.
 */

#include "replay/diff.h"

/* One side pays more under one charter than under the other, or earns less. */
struct sb_diff_fee {
    struct sb_diff_group seen; /* from, to, kind and who; nothing else of it counts */
    uint8_t side;              /* PAYER, PAYEE, AGENT */
    bool dearer;               /* the second charter is, for this side */
    sb_amount lo, hi;          /* the band; SB_AMOUNT_MAX: no end */
    sb_amount amount;          /* an example in it */
    int64_t pays[2];           /* of that amount, by either; below 0: earns */
};

struct sb_diff_fees {
    struct sb_diff_fee *list; /* owned */
    uint32_t count;
    bool cut; /* more than SB_DIFF_GROUPS_MAX, or bands than are looked at */
};

/* Compare. options: as for sb_diff_run, but the plans have their fees. The caller releases, also after an
 * error. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_diff_fees_run(const struct sb_diff_options *options,
                                           struct sb_diff_fees *ret_fees, struct sb_err *err);
void sb_diff_fees_release(struct sb_diff_fees *fees);
