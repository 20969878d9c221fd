/* SPDX-License-Identifier: Apache-2.0 */
#include "charter/ast.h"

enum sb_space sb_field_space(enum sb_field field)
{
    switch (field) {
    case SB_FIELD_PURPOSE: return SB_SPACE_PURPOSE;
    case SB_FIELD_CHANNEL: return SB_SPACE_CHANNEL;
    case SB_FIELD_COUNTRY: return SB_SPACE_COUNTRY;
    case SB_FIELD_PROVIDER: return SB_SPACE_PROVIDER;
    case SB_FIELD_CLASS: return SB_SPACE_CLASS;
    case SB_FIELD_TIER: return SB_SPACE_TIER;
    case SB_FIELD_ISSUER: return SB_SPACE_ISSUER;
    case SB_FIELD_SEX: return SB_SPACE_SEX;
    case SB_FIELD_AMOUNT:
    case SB_FIELD_PLACE:
    case SB_FIELD_SIM_AGE:
    case SB_FIELD_ACCOUNT_AGE:
    case SB_FIELD_AGE:
    case SB_FIELD_COUNT: break;
    }
    return SB_SPACE_COUNT;
}
