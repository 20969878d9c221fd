/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The numbers of the vocabulary's measures, in the order of reports. They are nowhere outside the program:
 * names are. */

#include "measure/measure.h"

enum sb_m {
    SB_M_ACCOUNTS,
    SB_M_ACTIVE,
    SB_M_ACTIVE_90,
    SB_M_ACTIVE_SHARE,
    SB_M_MERCHANTS,
    SB_M_MERCHANTS_ACTIVE,
    SB_M_AGENTS,
    SB_M_POINTS,
    SB_M_POINTS_PER_ADULTS,
    SB_M_ACCOUNTS_PER_POINT,
    SB_M_ATTEMPTS,
    SB_M_PASSED,
    SB_M_REFUSALS,
    SB_M_REFUSAL_SHARE,
    SB_M_ASKED,
    SB_M_FAILED,
    SB_M_SUM,
    SB_M_MEAN,
    SB_M_MEDIAN,
    SB_M_TRANSFERS_PER_ACTIVE,
    SB_M_PASSED_TOTAL,
    SB_M_SUM_TOTAL,
    SB_M_BALANCES,
    SB_M_MEAN_BALANCE,
    SB_M_RURAL_SHARE,
    SB_M_RURAL_GAP,
    SB_M_WOMEN_SHARE,
    SB_M_WOMEN_GAP,
    SB_M_GINI_PROVINCES,
    SB_M_GINI_AGENTS,
    SB_M_HHI_PROVIDERS,
    SB_M_TOP_PROVIDER,
    SB_M_COUNT,
};
