/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/series.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_DAYS 16
#define RECENT    8 /* pages met lately: today's, and those in which windows end */

struct page {
    int32_t number;            /* its first day / PAGE_DAYS */
    struct sb_day_cell *cells; /* owned; PAGE_DAYS */
};

struct sb_series {
    struct page *pages; /* owned, ascending */
    size_t count, room;
    struct page recent[RECENT]; /* by the last bits of its number; cells are never moved */
};

struct sb_series *sb_series_new(void)
{
    return calloc(1, sizeof(struct sb_series));
}

void sb_series_free(struct sb_series *series)
{
    if (!series)
        return;
    for (size_t i = 0; i < series->count; i++)
        free(series->pages[i].cells);
    free(series->pages);
    free(series);
}

/* Rounds towards the past: days before 1970 are negative. */
static int32_t page_of(sb_day day)
{
    return day >= 0 ? day / PAGE_DAYS : -((-(day + 1)) / PAGE_DAYS) - 1;
}

/* The first page whose number is at least this. Time goes forward: it is nearly always one of the last. */
static size_t lower_bound(const struct sb_series *series, int32_t number)
{
    size_t low = 0, high = series->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (series->pages[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct page *insert(struct sb_series *series, size_t at, int32_t number)
{
    if (series->count == series->room) {
        size_t room = series->room ? series->room * 2 : 4;
        struct page *pages = realloc(series->pages, room * sizeof(*pages));
        if (!pages)
            return NULL;
        series->pages = pages;
        series->room = room;
    }
    struct sb_day_cell *cells = calloc(PAGE_DAYS, sizeof(*cells));
    if (!cells)
        return NULL;
    memmove(&series->pages[at + 1], &series->pages[at], (series->count - at) * sizeof(*series->pages));
    series->pages[at] = (struct page){number, cells};
    series->count++;
    return &series->pages[at];
}

struct sb_day_cell *sb_series_cell(struct sb_series *series, sb_day day)
{
    int32_t number = page_of(day);
    struct page *recent = &series->recent[(uint32_t)number % RECENT];
    if (recent->cells && recent->number == number)
        return &recent->cells[day - number * PAGE_DAYS];
    size_t at = lower_bound(series, number);
    struct page *page = &series->pages[at];
    if (at == series->count || page->number != number)
        page = insert(series, at, number);
    if (!page)
        return NULL;
    *recent = *page;
    return &page->cells[day - number * PAGE_DAYS];
}

int64_t sb_add_held(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return b > 0 ? INT64_MAX : INT64_MIN;
    return sum;
}

static void add(struct sb_day_cell *to, const struct sb_day_cell *cell)
{
    to->balance = sb_add_held(to->balance, cell->balance);
    to->accounts += cell->accounts;
    for (unsigned i = 0; i < SB_ACTIVE_WINDOWS; i++)
        to->active[i] += cell->active[i];
    to->passed += cell->passed;
    to->refused += cell->refused;
    to->asked += cell->asked;
    to->failed += cell->failed;
    to->sum = sb_add_held(to->sum, cell->sum);
}

struct sb_day_cell sb_series_sum(const struct sb_series *series, sb_day first, sb_day last)
{
    struct sb_day_cell sum = {0};
    if (first > last)
        return sum;
    for (size_t at = lower_bound(series, page_of(first)); at < series->count; at++) {
        const struct page *page = &series->pages[at];
        sb_day start = page->number * PAGE_DAYS;
        if (start > last)
            break;
        for (sb_day i = 0; i < PAGE_DAYS; i++)
            if (start + i >= first && start + i <= last)
                add(&sum, &page->cells[i]);
    }
    return sum;
}

size_t sb_series_size(const struct sb_series *series)
{
    return sizeof(*series) + series->room * sizeof(*series->pages) +
           series->count * PAGE_DAYS * sizeof(struct sb_day_cell);
}
