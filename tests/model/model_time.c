/* SPDX-License-Identifier: Apache-2.0 */
/* Days are counted one by one, once, into a table; everything about the calendar is looked up there. */
#include "model.h"

uint64_t m_next(struct m_random *random)
{
    random->state += UINT64_C(0x9E3779B97F4A7C15);
    return sb_mix64(random->state);
}

uint32_t m_below(struct m_random *random, uint32_t n)
{
    return n == 0 ? 0 : (uint32_t)(m_next(random) >> 33) % n;
}

bool m_chance(struct m_random *random, uint32_t percent)
{
    return m_below(random, 100) < percent;
}

static struct m_day days[M_DAYS_MAX];

static int length_of_month(int year, int month)
{
    static const int lengths[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : lengths[month];
}

static void count_days(void)
{
    struct m_day at = {.year = 1970, .month = 1, .day = 1, .week = 0, .month_number = 0};
    int weekday = 4; /* 1970-01-01 was a Thursday; Monday is 1 */
    for (int i = 0; i < M_DAYS_MAX; i++) {
        days[i] = at;
        weekday = weekday == 7 ? 1 : weekday + 1;
        if (weekday == 1)
            at.week++;
        if (at.day < length_of_month(at.year, at.month)) {
            at.day++;
            continue;
        }
        at.day = 1;
        at.month_number++;
        at.month = at.month == 12 ? 1 : at.month + 1;
        if (at.month == 1)
            at.year++;
    }
}

const struct m_day *m_day(sb_day day)
{
    if (days[0].year == 0)
        count_days();
    assert(day >= 0);
    assert(day < M_DAYS_MAX);
    return &days[day];
}

sb_day m_day_of(int year, int month, int day)
{
    sb_day at = (year - 1970) * 365; /* not later than the day that is sought */
    while (m_day(at)->year != year || m_day(at)->month != month || m_day(at)->day != day)
        at++;
    return at;
}

sb_day m_local_day(sb_time_us time, int32_t offset_s)
{
    return (sb_day)((time + offset_s * SB_SECOND_US) / SB_DAY_US);
}

sb_time_us m_day_begins(sb_day day, int32_t offset_s)
{
    return day * SB_DAY_US - offset_s * SB_SECOND_US;
}

sb_day m_months_later(sb_day day, uint32_t months)
{
    int wanted = m_day(day)->month_number + (int)months;
    sb_day at = day + (sb_day)months * 28; /* not later than the month that is sought */
    while (m_day(at)->month_number < wanted)
        at++;
    while (m_day(at)->month_number == wanted && m_day(at)->day < m_day(day)->day)
        at++;
    return m_day(at)->month_number == wanted ? at : at - 1;
}
