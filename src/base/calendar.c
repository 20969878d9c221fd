/* SPDX-License-Identifier: Apache-2.0 */
#include "base/calendar.h"

#include "base/limits.h"

#include <assert.h>
#include <stdio.h>

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static bool is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

uint8_t sb_days_in_month(int32_t year, uint8_t month)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    assert(month >= 1 && month <= 12);
    return (uint8_t)(days[month - 1] + (month == 2 && is_leap(year)));
}

bool sb_date_is_valid(struct sb_date date)
{
    return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
           date.day <= sb_days_in_month(date.year, date.month);
}

/* Years that begin in March put the leap day last, so a month's first day is a linear formula. */
sb_day sb_day_of_date(struct sb_date date)
{
    int32_t year = date.year - (date.month <= 2);
    int32_t era = (int32_t)floor_div(year, 400);
    int32_t year_of_era = year - era * 400;
    int32_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

struct sb_date sb_date_of_day(sb_day day)
{
    int64_t shifted = (int64_t)day + 719468;
    int64_t era = floor_div(shifted, 146097);
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march + (month_from_march < 10 ? 3 : -9);
    return (struct sb_date){
        .year = (int32_t)(year_of_era + era * 400 + (month <= 2)),
        .month = (uint8_t)month,
        .day = (uint8_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

sb_day sb_day_of_time(sb_time_us time, int32_t offset_s)
{
    return (sb_day)floor_div(time + offset_s * SB_SECOND_US, SB_DAY_US);
}

sb_time_us sb_time_of_day(sb_day day, int32_t offset_s)
{
    return day * SB_DAY_US - offset_s * SB_SECOND_US;
}

sb_day sb_day_add_months(sb_day day, int32_t months)
{
    struct sb_date date = sb_date_of_day(day);
    int64_t month = (int64_t)date.year * 12 + date.month - 1 + months;
    date.year = (int32_t)floor_div(month, 12);
    date.month = (uint8_t)(month - (int64_t)date.year * 12 + 1);
    uint8_t last = sb_days_in_month(date.year, date.month);
    if (date.day > last)
        date.day = last;
    return sb_day_of_date(date);
}

static sb_day year_start(int32_t year, uint8_t month, uint8_t day)
{
    struct sb_date start = {year, month, day};
    if (month == 2 && day == 29 && !is_leap(year))
        start = (struct sb_date){year, 3, 1};
    return sb_day_of_date(start);
}

sb_day sb_period_start(enum sb_period period, sb_day day, uint8_t start_month, uint8_t start_day)
{
    switch (period) {
    case SB_PERIOD_DAY: return day;
    case SB_PERIOD_WEEK: return day - (sb_day)((int64_t)day + 3 - 7 * floor_div((int64_t)day + 3, 7));
    case SB_PERIOD_MONTH: return day - (sb_date_of_day(day).day - 1);
    case SB_PERIOD_YEAR: {
        int32_t year = sb_date_of_day(day).year;
        sb_day start = year_start(year, start_month, start_day);
        return start <= day ? start : year_start(year - 1, start_month, start_day);
    }
    }
    assert(false); /* a period outside its enum */
    return day;
}

sb_day sb_period_next(enum sb_period period, sb_day day, uint8_t start_month, uint8_t start_day)
{
    sb_day start = sb_period_start(period, day, start_month, start_day);
    switch (period) {
    case SB_PERIOD_DAY: return start + 1;
    case SB_PERIOD_WEEK: return start + 7;
    case SB_PERIOD_MONTH: {
        struct sb_date date = sb_date_of_day(start);
        return start + sb_days_in_month(date.year, date.month);
    }
    case SB_PERIOD_YEAR: {
        int32_t year = sb_date_of_day(start).year;
        return year_start(year + 1, start_month, start_day);
    }
    }
    assert(false); /* a period outside its enum */
    return day;
}

/* Exactly count digits at text, or false. */
static bool digits(const char *text, size_t size, size_t count, int32_t *ret_value)
{
    if (size < count)
        return false;
    int32_t value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (text[i] - '0');
    }
    *ret_value = value;
    return true;
}

bool sb_date_parse(const char *text, size_t size, struct sb_date *ret_date, size_t *ret_used)
{
    int32_t year = 0, month = 0, day = 0;
    if (size < 10 || text[4] != '-' || text[7] != '-' || !digits(text, 4, 4, &year) ||
        !digits(text + 5, 2, 2, &month) || !digits(text + 8, 2, 2, &day))
        return false;
    struct sb_date date = {year, (uint8_t)month, (uint8_t)day};
    if (!sb_date_is_valid(date))
        return false;
    *ret_date = date;
    *ret_used = 10;
    return true;
}

/* Z, +hh:mm or -hh:mm at text[*at]; leaves *offset_s alone when there is none. */
static bool zone(const char *text, size_t size, size_t *at, int32_t *offset_s)
{
    if (*at >= size)
        return true;
    if (text[*at] == 'Z') {
        *offset_s = 0;
        *at += 1;
        return true;
    }
    if (text[*at] != '+' && text[*at] != '-')
        return true;
    int32_t hours = 0, minutes = 0;
    if (size - *at < 6 || text[*at + 3] != ':' || !digits(text + *at + 1, 2, 2, &hours) ||
        !digits(text + *at + 4, 2, 2, &minutes) || hours > 14 || minutes > 59)
        return false;
    *offset_s = (text[*at] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
    *at += 6;
    return true;
}

bool sb_time_parse(const char *text, size_t size, int32_t offset_s, sb_time_us *ret_time, size_t *ret_used)
{
    struct sb_date date;
    size_t at;
    int32_t hour = 0, minute = 0, second = 0;
    if (!sb_date_parse(text, size, &date, &at) || size < at + 6 || (text[at] != 'T' && text[at] != ' ') ||
        text[at + 3] != ':' || !digits(text + at + 1, 2, 2, &hour) || !digits(text + at + 4, 2, 2, &minute))
        return false;
    at += 6;
    int64_t fraction = 0;
    if (at < size && text[at] == ':') {
        if (!digits(text + at + 1, size - at - 1, 2, &second))
            return false;
        at += 3;
        if (at + 1 < size && text[at] == '.' && text[at + 1] >= '0' && text[at + 1] <= '9') {
            int64_t unit = SB_SECOND_US;
            for (at++; at < size && text[at] >= '0' && text[at] <= '9'; at++) {
                unit /= 10;
                fraction += (text[at] - '0') * unit;
            }
        }
    }
    if (hour > 23 || minute > 59 || second > 59 || !zone(text, size, &at, &offset_s))
        return false;
    *ret_time = sb_time_of_day(sb_day_of_date(date), offset_s) +
                (hour * INT64_C(3600) + minute * 60 + second) * SB_SECOND_US + fraction;
    *ret_used = at;
    return true;
}

void sb_day_print(sb_day day, char text[SB_TIME_TEXT_SIZE])
{
    struct sb_date date = sb_date_of_day(day);
    (void)snprintf(text, SB_TIME_TEXT_SIZE, "%04d-%02u-%02u", date.year, date.month, date.day); /* fits */
}

void sb_time_print(sb_time_us time, int32_t offset_s, char text[SB_TIME_TEXT_SIZE])
{
    sb_day day = sb_day_of_time(time, offset_s);
    int64_t rest = time - sb_time_of_day(day, offset_s);
    int32_t second = (int32_t)(rest / SB_SECOND_US);
    int32_t fraction = (int32_t)(rest % SB_SECOND_US);
    char day_text[SB_TIME_TEXT_SIZE];
    char fraction_text[16] = "";
    char zone_text[16] = "Z";
    sb_day_print(day, day_text);
    if (fraction != 0)
        (void)snprintf(fraction_text, sizeof(fraction_text), ".%06d", fraction); /* fits */
    if (offset_s != 0) {
        int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;
        (void)snprintf(zone_text, sizeof(zone_text), "%c%02d:%02d", offset_s < 0 ? '-' : '+',
                       minutes / 60 % 100, minutes % 60); /* fits */
    }
    (void)snprintf(text, SB_TIME_TEXT_SIZE,
                   "%.10s"
                   "T%02d:%02d:%02d%s%s",
                   day_text, second / 3600, second / 60 % 60, second % 60, fraction_text,
                   zone_text); /* fits: 10 + 9 + 7 + 6 */
}
