/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A synthetic country: people, points and merchants who use mobile money as the published totals say, as a
 * stream of events in the order of time. The same options give the same events, byte for byte, on every
 * machine: integers and tables only, and a generator of our own (rng.h). Memory grows with accounts, not with
 * events. What is calibrated and what is assumed: calibration.c and docs/synthetic-country.md.
 *
 * The generator does not judge. It models what its people know (the published limit, what they have left),
 * only to decide what they try next; whether an attempt passes, the charter says.
 */

#include "base/event.h"
#include "base/status.h"

#include <stdio.h>

struct sb_synth_options {
    uint64_t seed;
    uint32_t scale;  /* 1 account stands for this many; 1 is the whole country */
    sb_day from, to; /* local days, both included */
};

/* Where events go. */
struct sb_synth_sink {
    void *context;
    /* The code that a name has there. Asked before the first event that uses it. */
    enum sb_status (*name)(void *context, enum sb_space space, const char *name, size_t size,
                           uint16_t *ret_code, struct sb_err *err);
    enum sb_status (*put)(void *context, const struct sb_event *event, struct sb_err *err);
    /* After each day; false ends the work with SB_INTERRUPTED. May be NULL. */
    bool (*goes_on)(void *context, uint32_t days_done, uint32_t days);
};

enum sb_synth_kind {
    SB_SYNTH_CASH_IN = 0,
    SB_SYNTH_CASH_OUT,
    SB_SYNTH_PAYMENT,
    SB_SYNTH_TRANSFER,
    SB_SYNTH_FLOAT, /* not a transaction of anybody: agents' float and balances carried over */
    SB_SYNTH_KINDS
};
#define SB_SYNTH_TRANSACTIONS SB_SYNTH_FLOAT /* kinds below it are people's transactions */
#define SB_SYNTH_PROVIDERS    3
#define SB_SYNTH_PROVINCES    34

/* What was generated. Done is what the model expects to pass under the law of the time. */
struct sb_synth_totals {
    struct sb_synth_options options;
    uint64_t events; /* all, openings included, names not */
    uint64_t accounts, rural, urban, special;
    uint64_t persons, at_two_providers, at_three_providers;
    uint64_t by_provider[SB_SYNTH_PROVIDERS], by_province[SB_SYNTH_PROVINCES];
    uint64_t points, rural_points, merchants;
    uint64_t account_days; /* sum over days of the accounts open on it */
    uint64_t active; /* accounts that did something in the last 30 days of the period, or in all of it */
    uint64_t attempts[SB_SYNTH_KINDS], done[SB_SYNTH_KINDS];
    sb_amount value[SB_SYNTH_KINDS]; /* of what was done */
    uint64_t done_by_hour[24];       /* transactions, local time */
    uint64_t over_limit, at_limit;   /* attempts over the monthly limit; accounts that met it in some month */
    uint64_t cross_network, sim_refused, abroad, frozen,
        short_of_money; /* other attempts expected to be refused */
    uint64_t retries, reversals, reservations, posts, voids, expiries, repeats, changes, freezes;
};

/*
 * Generate the country into a sink. Errors: SB_INVALID (a period that ends before it begins, of more than 3
 * 660 days, or before the first places known), SB_NOMEM, SB_INTERRUPTED, and those of the sink. On failure
 * the totals are not set.
 */
SB_CHECKED enum sb_status sb_synth_run(const struct sb_synth_options *options,
                                       const struct sb_synth_sink *sink, struct sb_synth_totals *ret_totals,
                                       struct sb_err *err);

/* Print generated totals beside the published ones, each with its source. */
void sb_synth_report(const struct sb_synth_totals *totals, enum sb_lang lang, FILE *stream);
/* The same as one JSON object. False when memory or the stream failed. */
bool sb_synth_report_json(const struct sb_synth_totals *totals, FILE *stream);
