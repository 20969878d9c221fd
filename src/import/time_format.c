/* SPDX-License-Identifier: Apache-2.0 */
#include "import/time_format.h"

#include "base/macros.h"

#include <string.h>

/* ------------------------------------------------------------------ compile */

struct letters {
    char letter;
    uint8_t count;
    uint8_t what; /* enum sb_time_element */
};

static const struct letters known_letters[] = {
    {'d', 1, SB_TIME_DAY},      {'d', 2, SB_TIME_DAY_2},   {'d', 3, SB_TIME_WEEKDAY},
    {'m', 1, SB_TIME_MONTH},    {'m', 2, SB_TIME_MONTH_2}, {'m', 3, SB_TIME_MONTH_NAME},
    {'y', 2, SB_TIME_YEAR_2},   {'y', 4, SB_TIME_YEAR_4},  {'h', 1, SB_TIME_HOUR},
    {'h', 2, SB_TIME_HOUR_2},   {'s', 1, SB_TIME_SECOND},  {'s', 2, SB_TIME_SECOND_2},
    {'f', 1, SB_TIME_FRACTION}, {'z', 1, SB_TIME_ZONE},
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* An m behind the hour is a minute, else a month. */
static uint8_t minute_or_month(const struct sb_time_format *format, uint8_t what)
{
    bool hour = false, minute = false;
    for (uint32_t i = 0; i < format->count; i++) {
        uint8_t other = format->elements[i].what;
        hour = hour || other == SB_TIME_HOUR || other == SB_TIME_HOUR_2;
        minute = minute || other == SB_TIME_MINUTE || other == SB_TIME_MINUTE_2;
    }
    if (!hour || minute || (what != SB_TIME_MONTH && what != SB_TIME_MONTH_2))
        return what;
    return what == SB_TIME_MONTH ? SB_TIME_MINUTE : SB_TIME_MINUTE_2;
}

static bool has(const struct sb_time_format *format, uint8_t first, uint8_t last)
{
    for (uint32_t i = 0; i < format->count; i++)
        if (format->elements[i].what >= first && format->elements[i].what <= last)
            return true;
    return false;
}

static enum sb_status compile_letters(const char *letters, size_t run, struct sb_time_format *format,
                                      struct sb_err *err)
{
    if (letters[0] == 'T' && run == 1) {
        format->elements[format->count].what = SB_TIME_LITERAL;
        format->elements[format->count++].literal = 'T';
        return SB_OK;
    }
    for (size_t i = 0; i < SB_ARRAY_SIZE(known_letters); i++) {
        if (known_letters[i].letter == letters[0] && known_letters[i].count == run) {
            format->elements[format->count].what = minute_or_month(format, known_letters[i].what);
            format->count++;
            return SB_OK;
        }
    }
    return sb_fail(err, SB_SYNTAX, "'%.*s' means nothing in a format of time: expected d m y h s f z",
                   "'%.*s' không có nghĩa trong dạng thời điểm: cần d m y h s f z",
                   (int)SB_MIN(run, (size_t)8), letters);
}

enum sb_status sb_time_format_compile(const char *pattern, size_t size, struct sb_time_format *ret_format,
                                      struct sb_err *err)
{
    struct sb_time_format format = {0};
    for (size_t at = 0; at < size;) {
        size_t run = 1;
        if (format.count == SB_TIME_ELEMENTS_MAX)
            return sb_fail(err, SB_LIMIT, "a format of time has more than %d parts",
                           "dạng thời điểm có quá %d phần", SB_TIME_ELEMENTS_MAX);
        if (size - at >= 2 && memcmp(pattern + at, "ap", 2) == 0) {
            format.elements[format.count++].what = SB_TIME_HALF;
            at += 2;
            continue;
        }
        while (at + run < size && pattern[at + run] == pattern[at] &&
               (is_letter(pattern[at]) || pattern[at] == ' '))
            run++;
        if (is_letter(pattern[at])) {
            enum sb_status status = compile_letters(pattern + at, run, &format, err);
            if (status != SB_OK)
                return status;
        } else {
            format.elements[format.count].what = pattern[at] == ' ' ? SB_TIME_SPACE : SB_TIME_LITERAL;
            format.elements[format.count++].literal = pattern[at];
        }
        at += run;
    }
    if (!has(&format, SB_TIME_DAY, SB_TIME_DAY_2) || !has(&format, SB_TIME_MONTH, SB_TIME_MONTH_NAME) ||
        !has(&format, SB_TIME_YEAR_2, SB_TIME_YEAR_4))
        return sb_fail(err, SB_SYNTAX, "a format of time needs a day, a month and a year: d/m/yyyy",
                       "dạng thời điểm cần ngày, tháng và năm: d/m/yyyy");
    *ret_format = format;
    return SB_OK;
}

/* ------------------------------------------------------------------ read */

struct cursor {
    const char *text;
    size_t size, at;
    int32_t year, offset_s;
    uint32_t month, day, hour, minute, second, fraction_us;
    int half; /* 0: none, 1: am, 2: pm */
};

/* least to most digits. */
static bool read_digits(struct cursor *c, size_t least, size_t most, uint32_t *ret_number)
{
    size_t count = 0;
    uint32_t number = 0;
    while (count < most && c->at < c->size && is_digit(c->text[c->at])) {
        number = number * 10 + (uint32_t)(c->text[c->at++] - '0');
        count++;
    }
    *ret_number = number;
    return count >= least;
}

static char lower(char ch)
{
    return ch >= 'A' && ch <= 'Z' ? (char)(ch - 'A' + 'a') : ch;
}

static bool begins_with(const struct cursor *c, const char *word, size_t size)
{
    if (c->size - c->at < size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (lower(c->text[c->at + i]) != word[i])
            return false;
    return true;
}

/* Jan, January, JAN. */
static bool read_month_name(struct cursor *c)
{
    static const char *const months[12] = {"january",   "february", "march",    "april",
                                           "may",       "june",     "july",     "august",
                                           "september", "october",  "november", "december"};
    for (uint32_t i = 0; i < 12; i++) {
        size_t size = strlen(months[i]);
        if (!begins_with(c, months[i], 3))
            continue;
        c->at += begins_with(c, months[i], size) ? size : 3;
        c->month = i + 1;
        return true;
    }
    return false;
}

static bool read_fraction(struct cursor *c)
{
    uint32_t scale = 100000, count = 0;
    c->fraction_us = 0;
    for (; c->at < c->size && is_digit(c->text[c->at]) && count < 9; count++, scale /= 10)
        c->fraction_us += (uint32_t)(c->text[c->at++] - '0') * scale;
    return count > 0;
}

static bool read_zone(struct cursor *c)
{
    uint32_t hours = 0, minutes = 0;
    if (c->at < c->size && c->text[c->at] == 'Z') {
        c->at++;
        c->offset_s = 0;
        return true;
    }
    if (c->at >= c->size || (c->text[c->at] != '+' && c->text[c->at] != '-'))
        return false;
    bool west = c->text[c->at++] == '-';
    if (!read_digits(c, 2, 2, &hours))
        return false;
    bool colon = c->at < c->size && c->text[c->at] == ':';
    c->at += colon;
    if ((colon || (c->at < c->size && is_digit(c->text[c->at]))) && !read_digits(c, 2, 2, &minutes))
        return false;
    if (hours > 14 || minutes > 59)
        return false;
    c->offset_s = (int32_t)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return true;
}

static bool read_year(struct cursor *c, bool four)
{
    uint32_t year = 0;
    if (!read_digits(c, four ? 4 : 2, four ? 4 : 2, &year))
        return false;
    c->year = (int32_t)(four ? year : year + (year < 69 ? 2000 : 1900)); /* as POSIX strptime divides them */
    return true;
}

static bool read_spaces(struct cursor *c)
{
    size_t from = c->at;
    while (c->at < c->size && (c->text[c->at] == ' ' || c->text[c->at] == '\t'))
        c->at++;
    return c->at > from;
}

static bool read_weekday(struct cursor *c)
{
    size_t from = c->at;
    while (c->at < c->size && is_letter(c->text[c->at]))
        c->at++;
    return c->at > from;
}

static bool read_half(struct cursor *c)
{
    c->half = begins_with(c, "am", 2) ? 1 : begins_with(c, "pm", 2) ? 2 : 0;
    c->at += 2;
    return c->half != 0;
}

static bool read_element(struct cursor *c, uint8_t what, char literal)
{
    switch ((enum sb_time_element)what) {
    case SB_TIME_LITERAL: return c->at < c->size && c->text[c->at++] == literal;
    case SB_TIME_SPACE: return read_spaces(c);
    case SB_TIME_DAY: return read_digits(c, 1, 2, &c->day);
    case SB_TIME_DAY_2: return read_digits(c, 2, 2, &c->day);
    case SB_TIME_WEEKDAY: return read_weekday(c);
    case SB_TIME_MONTH: return read_digits(c, 1, 2, &c->month);
    case SB_TIME_MONTH_2: return read_digits(c, 2, 2, &c->month);
    case SB_TIME_MONTH_NAME: return read_month_name(c);
    case SB_TIME_YEAR_2: return read_year(c, false);
    case SB_TIME_YEAR_4: return read_year(c, true);
    case SB_TIME_HOUR: return read_digits(c, 1, 2, &c->hour);
    case SB_TIME_HOUR_2: return read_digits(c, 2, 2, &c->hour);
    case SB_TIME_MINUTE: return read_digits(c, 1, 2, &c->minute);
    case SB_TIME_MINUTE_2: return read_digits(c, 2, 2, &c->minute);
    case SB_TIME_SECOND: return read_digits(c, 1, 2, &c->second);
    case SB_TIME_SECOND_2: return read_digits(c, 2, 2, &c->second);
    case SB_TIME_FRACTION: return read_fraction(c);
    case SB_TIME_HALF: return read_half(c);
    case SB_TIME_ZONE: return read_zone(c);
    }
    return false;
}

static bool finish(struct cursor *c, sb_time_us *ret_time)
{
    if (c->half != 0) {
        if (c->hour < 1 || c->hour > 12)
            return false;
        c->hour = c->hour % 12 + (c->half == 2 ? 12 : 0);
    }
    struct sb_date date = {c->year, (uint8_t)c->month, (uint8_t)c->day};
    if (c->hour > 23 || c->minute > 59 || c->second > 59 || !sb_date_is_valid(date))
        return false;
    *ret_time = sb_time_of_day(sb_day_of_date(date), c->offset_s) +
                (sb_time_us)(c->hour * 3600 + c->minute * 60 + c->second) * SB_SECOND_US + c->fraction_us;
    return *ret_time >= SB_TIME_MIN && *ret_time <= SB_TIME_MAX;
}

/* 1700000000, 1700000000.25 or -5 units since a moment. */
static bool read_count(const struct sb_time_format *format, struct cursor *c, sb_time_us *ret_time)
{
    int64_t count = 0, time;
    bool negative = c->size > 0 && c->text[0] == '-';
    c->at = negative;
    size_t from = c->at;
    for (; c->at < c->size && is_digit(c->text[c->at]); c->at++)
        if (__builtin_mul_overflow(count, 10, &count) ||
            __builtin_add_overflow(count, c->text[c->at] - '0', &count))
            return false;
    if (c->at == from)
        return false;
    if (c->at < c->size && (c->text[c->at++] != '.' || !read_fraction(c)))
        return false;
    /* The fraction is of the unit: at most 86400e6 * 1e6, inside 64 bits. */
    int64_t part = (int64_t)c->fraction_us * format->unit_us / 1000000;
    if (c->at != c->size || __builtin_mul_overflow(count, format->unit_us, &time) ||
        __builtin_add_overflow(time, part, &time) ||
        __builtin_add_overflow(format->since, negative ? -time : time, &time))
        return false;
    *ret_time = time;
    return time >= SB_TIME_MIN && time <= SB_TIME_MAX;
}

bool sb_time_format_read(const struct sb_time_format *format, const char *text, size_t size, int32_t offset_s,
                         sb_time_us *ret_time)
{
    struct cursor c = {.text = text, .size = size, .offset_s = offset_s};
    if (format->unit_us != 0)
        return read_count(format, &c, ret_time);
    for (uint32_t i = 0; i < format->count; i++)
        if (!read_element(&c, format->elements[i].what, format->elements[i].literal))
            return false;
    return c.at == size && finish(&c, ret_time);
}
