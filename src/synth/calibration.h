/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The published figures that the synthetic country is made from, and the assumptions where nothing is
 * published. Sources stand beside each table in calibration.c. */

#include "synth/synth.h"

/* Subscriber accounts of the whole country at the end of a day. */
struct synth_series {
    struct sb_date date;
    uint32_t accounts;
};
extern const struct synth_series synth_accounts[];
extern const size_t synth_accounts_count;

struct synth_province {
    char code[3];
    uint32_t population;
    uint32_t urban_permille; /* of the population, living in wards (phuong) */
};
extern const struct synth_province synth_provinces[SB_SYNTH_PROVINCES];

#define SYNTH_RURAL_PERMILLE       700 /* of accounts, by commune of registration */
#define SYNTH_POINT_RURAL_PERMILLE 250 /* of business points */
#define SYNTH_ACCOUNTS_PER_POINT   916
#define SYNTH_MERCHANTS            276000

struct synth_provider {
    const char *name;
    uint32_t permille;
};
extern const struct synth_provider synth_providers[SB_SYNTH_PROVIDERS];

/* How much people use their account. */
struct synth_class {
    uint32_t per_100000;     /* of accounts */
    uint32_t rate;           /* intentions a month, in thousandths */
    uint32_t amount_percent; /* of the amounts below */
};
#define SYNTH_CLASSES 6
extern const struct synth_class synth_classes[SYNTH_CLASSES];

/* What an intention is, and its mean amount in VND; cash-in comes by need. */
struct synth_intention {
    uint32_t permille;
    uint32_t mean;
};
extern const struct synth_intention synth_intentions[SB_SYNTH_TRANSACTIONS];

struct synth_purpose {
    const char *name; /* NULL: an ordinary shop */
    uint32_t permille;
    uint32_t amount_percent;
};
#define SYNTH_PURPOSES 10
extern const struct synth_purpose synth_purposes[SYNTH_PURPOSES];

/* Amounts: 33 quantiles (of 1/32 each) in percent of the mean. Hours: of 1 000 transactions, those that begin
 * in the hour. */
#define SYNTH_QUANTILES 32
extern const uint32_t synth_quantiles[SYNTH_QUANTILES + 1];
extern const uint16_t synth_hours[24];

/* What people know of the law: a month's limit, and the day from which another one holds. */
#define SYNTH_LIMIT_PILOT  10000000u
#define SYNTH_LIMIT_DECREE 100000000u
#define SYNTH_DECREE_DATE  ((struct sb_date){2026, 1, 1})
#define SYNTH_SIM_MONTHS   3
