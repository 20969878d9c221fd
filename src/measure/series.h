/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What happened to one group of accounts, by the charter's day. Stocks (accounts, active accounts, balances)
 * are kept as what each day adds to them, so that the stock at the end of any day is a sum of days; flows
 * (transfers and their sums) are kept as they are. Days without anything take no memory, so a history that
 * jumps over a thousand years costs no more than one that does not.
 */

#include "base/calendar.h"
#include "base/status.h"

#include <stdbool.h>

/* Windows in which a group's active accounts are counted at the same time: 30 days, 90 days, and one of the
 * asker's. */
#define SB_ACTIVE_WINDOWS 3

/* One day. 64 bits for all that hostile times could pile up on one day; sums are held at the ends of int64.
 */
struct sb_day_cell {
    int64_t balance;                   /* minor units added to balances, posted */
    int64_t accounts;                  /* opened and joined, less closed and left */
    int64_t active[SB_ACTIVE_WINDOWS]; /* accounts that become active in the window, less those that cease to
                                          be */
    int64_t passed, refused, asked, failed; /* transfers by what became of them */
    int64_t sum;                            /* minor units of those that passed */
};

struct sb_series; /* cells by day, in pages */

/* NULL when memory is out. */
struct sb_series *sb_series_new(void);
void sb_series_free(struct sb_series *series); /* safe on NULL */

/* The cell of a day, made when it is not there; NULL when memory is out. Borrowed until the next call. */
struct sb_day_cell *sb_series_cell(struct sb_series *series, sb_day day);

/* All cells of the days from first to last, added up. Zero when first > last. */
struct sb_day_cell sb_series_sum(const struct sb_series *series, sb_day first, sb_day last);

/* a + b, held at the ends of int64 rather than wrapped. */
int64_t sb_add_held(int64_t a, int64_t b);

/* Bytes that a series holds. */
size_t sb_series_size(const struct sb_series *series);
