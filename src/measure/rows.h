/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Groups gathered into the rows that somebody asks for: provinces of one epoch, bands of age, names. */

#include "measure/measures_internal.h"

/* What the groups of one row come to. */
struct sb_facts {
    int64_t accounts[SB_ROLE_COUNT], balances[SB_ROLE_COUNT];
    int64_t active[SB_ROLE_COUNT]; /* in the window */
    struct sb_day_cell flows;      /* in the window */
    int64_t passed_total, sum_total;
};

struct sb_bucket {
    char key[64];
    char label[2][96];
    uint32_t place; /* PROVINCE: SB_PLACE; else 0 */
    struct sb_facts facts;
    uint64_t *histogram; /* owned; NULL: not asked for, or nothing passed */
};

struct sb_buckets {
    struct sb_bucket *list; /* owned */
    size_t count;
    bool active_known; /* false: active accounts in that window are not known for that day */
};

struct sb_bucket_question {
    enum sb_measured_by by;
    sb_day day;
    uint32_t window_days;
    bool histograms;
    sb_day places_on; /* provinces as they are on this day; usually the same */
};

/* All rows; provinces all of the day's, also those where nothing happened. The caller releases them. Errors:
 * SB_NOMEM. */
SB_CHECKED enum sb_status sb_buckets_gather(struct sb_measures *measures,
                                            const struct sb_bucket_question *question,
                                            struct sb_buckets *ret_buckets, struct sb_err *err);
void sb_buckets_release(struct sb_buckets *buckets);

/* The bucket of a key, NULL when there is none. */
const struct sb_bucket *sb_buckets_find(const struct sb_buckets *buckets, const char *key);
