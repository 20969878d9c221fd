/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Difference-in-differences where units start at different times: the group-time effects of Callaway and
 * Sant'Anna (2021, Journal of Econometrics 225), without covariates, on a balanced panel, with their
 * aggregates and a multiplier bootstrap by cluster. Formulas, assumptions and sources: docs/evaluate.md.
 */

#include "measure/observed.h"

enum sb_did_kind {
    SB_DID_GROUP_TIME, /* group and period */
    SB_DID_EVENT,      /* so many periods after the start; negative: placebo */
    SB_DID_GROUP,      /* of one group over its treated periods */
    SB_DID_CALENDAR,   /* of one period over the groups treated by then */
    SB_DID_OVERALL,    /* one number of each aggregate: see `of` */
};

enum sb_did_overall { SB_DID_SIMPLE, SB_DID_BY_EVENT, SB_DID_BY_GROUP, SB_DID_BY_CALENDAR };

struct sb_did_row {
    enum sb_did_kind kind;
    enum sb_did_overall of;     /* OVERALL */
    uint32_t group, period;     /* ranks of periods; GROUP_TIME both, GROUP and CALENDAR theirs */
    int32_t event;              /* EVENT, GROUP_TIME: periods since the start */
    bool placebo;               /* before the start: it should be nothing */
    uint32_t treated, controls; /* units behind it */
    uint32_t treated_clusters;  /* clusters of the treated ones, over its groups */
    double estimate;
    bool has_error;             /* false: too few units or clusters for one */
    double error;               /* standard error, by cluster */
    double low, high;           /* 95 per cent, of this row alone */
    double band_low, band_high; /* 95 per cent, of all rows of its kind together */
};

struct sb_did_options {
    bool not_yet_treated;      /* controls: also units that are treated later; else the never treated alone */
    uint32_t draws;            /* of the bootstrap; 0: 1000 */
    uint64_t seed;             /* the same seed gives the same intervals */
    bool (*interrupted)(void); /* may be NULL */
};

#define SB_DID_DRAWS_MAX 100000
#define SB_DID_WORK_MAX  (UINT32_C(1) << 24) /* clusters times rows: bounds memory at 128 MiB */

struct sb_did {
    struct sb_did_row *rows; /* owned */
    size_t count;
    uint32_t treated_clusters, control_clusters;
    uint32_t groups_left_out; /* groups without any control */
    uint32_t draws;
    bool has_placebo;
    double placebo_p; /* of all placebo group-time rows together: how often chance alone strays as far */
};

/* Estimate; the caller releases it. Errors: SB_INVALID (nobody is treated, or there is no control), SB_LIMIT,
 * SB_NOMEM, SB_INTERRUPTED. */
SB_CHECKED enum sb_status sb_did_estimate(const struct sb_observed *panel,
                                          const struct sb_did_options *options, struct sb_did *ret_did,
                                          struct sb_err *err);
void sb_did_release(struct sb_did *did);
