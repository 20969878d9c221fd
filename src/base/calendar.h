/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The proleptic Gregorian calendar in integers. A time is microseconds since 1970-01-01T00:00Z (leap seconds
 * do not exist). A day is days since 1970-01-01 by some clock; a clock is a fixed offset from UTC in seconds.
 * Source of the day arithmetic: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", public facts.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t sb_time_us; /* microseconds since 1970-01-01T00:00Z */
typedef int32_t sb_day;     /* days since 1970-01-01 */

#define SB_SECOND_US    INT64_C(1000000)
#define SB_MINUTE_US    (60 * SB_SECOND_US)
#define SB_DAY_US       (86400 * SB_SECOND_US)
#define SB_DAY_NONE     INT32_MIN /* a date attribute that is unknown */
#define SB_TIME_FOREVER INT64_MAX
#define SB_TIME_ALWAYS  INT64_MIN

struct sb_date {
    int32_t year;
    uint8_t month; /* 1 to 12 */
    uint8_t day;   /* 1 to 31 */
};

bool sb_date_is_valid(struct sb_date date); /* years 1 to 9999 */
sb_day sb_day_of_date(struct sb_date date);
struct sb_date sb_date_of_day(sb_day day);
uint8_t sb_days_in_month(int32_t year, uint8_t month);

/* The local day that a time falls on; the time at which a local day begins. */
sb_day sb_day_of_time(sb_time_us time, int32_t offset_s);
sb_time_us sb_time_of_day(sb_day day, int32_t offset_s);

/* The same day of the month, months later (or earlier), clamped to the end of the month: 01-31 + 1 month =
 * 02-28. */
sb_day sb_day_add_months(sb_day day, int32_t months);

/* Windows of the calendar. Year windows begin on MM-DD (a 02-29 start is taken as 03-01 in years without it).
 */
enum sb_period { SB_PERIOD_DAY = 0, SB_PERIOD_WEEK, SB_PERIOD_MONTH, SB_PERIOD_YEAR };

/* The first day of the window that a day lies in, and the first day of the next one. Weeks begin on Monday
 * (ISO 8601). */
sb_day sb_period_start(enum sb_period period, sb_day day, uint8_t start_month, uint8_t start_day);
sb_day sb_period_next(enum sb_period period, sb_day day, uint8_t start_month, uint8_t start_day);

/*
 * Text. A date is YYYY-MM-DD; a time is YYYY-MM-DDThh:mm[:ss[.f{1,6}]] followed by Z, +hh:mm, -hh:mm or
 * nothing (then it is by the given clock). Both read the longest prefix and set *ret_used; false when there
 * is none.
 */
bool sb_date_parse(const char *text, size_t size, struct sb_date *ret_date, size_t *ret_used);
bool sb_time_parse(const char *text, size_t size, int32_t offset_s, sb_time_us *ret_time, size_t *ret_used);

#define SB_TIME_TEXT_SIZE 40
/* 2025-09-03 by a clock. */
void sb_day_print(sb_day day, char text[SB_TIME_TEXT_SIZE]);
/* 2025-09-03T10:00:00+07:00 by a clock, with microseconds only where there are any. */
void sb_time_print(sb_time_us time, int32_t offset_s, char text[SB_TIME_TEXT_SIZE]);
