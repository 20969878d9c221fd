/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Times as other people write them. A format is a pattern such as `d/m/yy` or `yyyy-mm-dd hh:mm:ss`, or a
 * count of units since a moment (`unix seconds`, `hours since 2017-01-01`). docs/import.md lists the letters.
 */

#include "base/calendar.h"
#include "base/limits.h"
#include "base/status.h"

enum sb_time_element {
    SB_TIME_LITERAL, /* this very character */
    SB_TIME_SPACE,   /* one space or more */
    SB_TIME_DAY,
    SB_TIME_DAY_2, /* exactly two digits, so that formats without separators can be read */
    SB_TIME_WEEKDAY,
    SB_TIME_MONTH,
    SB_TIME_MONTH_2,
    SB_TIME_MONTH_NAME,
    SB_TIME_YEAR_2,
    SB_TIME_YEAR_4,
    SB_TIME_HOUR,
    SB_TIME_HOUR_2,
    SB_TIME_MINUTE,
    SB_TIME_MINUTE_2,
    SB_TIME_SECOND,
    SB_TIME_SECOND_2,
    SB_TIME_FRACTION,
    SB_TIME_HALF, /* am or pm */
    SB_TIME_ZONE, /* Z, +hh:mm, +hhmm, +hh */
};

struct sb_time_format {
    int64_t unit_us;  /* a count of units since `since`; 0: a pattern */
    sb_time_us since; /* with unit_us; by UTC */
    uint32_t count;
    struct {
        uint8_t what; /* enum sb_time_element */
        char literal;
    } elements[SB_TIME_ELEMENTS_MAX];
};

/* Compile a pattern. Errors: SB_SYNTAX (a letter that means nothing, no day, month or year), SB_LIMIT. */
SB_CHECKED enum sb_status sb_time_format_compile(const char *pattern, size_t size,
                                                 struct sb_time_format *ret_format, struct sb_err *err);

/* Read a whole text by a format; a time without a zone is by offset_s. False when it does not fit, or is no
 * date of the calendar. */
bool sb_time_format_read(const struct sb_time_format *format, const char *text, size_t size, int32_t offset_s,
                         sb_time_us *ret_time);
