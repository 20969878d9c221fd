/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Amounts as other people write them: 1,234.56  1.234,56  (12.50)  12.50-  £12.50  1 234 VND. */

#include "base/event.h"

enum sb_extra_decimals { SB_EXTRA_REJECTED, SB_EXTRA_ROUNDED, SB_EXTRA_CUT };

struct sb_number_format {
    char decimal;   /* '.' or ',' */
    char thousands; /* 0: none; a space also stands for the no-break spaces */
    uint8_t extra;  /* enum sb_extra_decimals: what becomes of digits beyond the unit's decimals */
    char unit[SB_SYMBOL_SIZE_MAX + 1]; /* may stand before or behind the number */
};

enum sb_number_status {
    SB_NUMBER_OK,
    SB_NUMBER_EMPTY,
    SB_NUMBER_BAD,   /* not a number of this format */
    SB_NUMBER_LARGE, /* over SB_AMOUNT_MAX */
    SB_NUMBER_EXTRA, /* more decimals than the unit has, and they are not zeros */
};

/* Learn the separators from an example: "1.234,56", "1 234.56", "1234.56". False when it is none. */
bool sb_number_format_learn(const char *example, size_t size, struct sb_number_format *format);

/* Read a whole text. The amount is in minor units, with its sign. Rounding is half away from zero. */
enum sb_number_status sb_number_read(const struct sb_number_format *format, const char *text, size_t size,
                                     unsigned decimals, sb_amount *ret_amount);
