/* SPDX-License-Identifier: Apache-2.0 */
#include "charter/charter.h"

enum sb_status sb_charter_check(const struct sb_charter *charter, const struct sb_charter *upper,
                                struct sb_diagnostics *diagnostics, struct sb_err *err)
{
    (void)charter;
    (void)upper;
    (void)diagnostics;
    (void)err;
    return SB_OK;
}
