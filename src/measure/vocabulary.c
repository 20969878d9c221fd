/* SPDX-License-Identifier: Apache-2.0 */

/* The vocabulary's values from what was counted. Formulas: docs/measures.md. */

#include "measure/definitions.h"
#include "measure/rows.h"

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for measures", "hết bộ nhớ cho các chỉ tiêu");
}

static void set_note(struct sb_measured_row *row, const char *en, const char *vi)
{
    row->note[SB_EN] = en;
    row->note[SB_VI] = vi;
}

static void set_count(struct sb_measured_row *row, int64_t number)
{
    row->has_numerator = row->has_value = true;
    row->numerator = number;
    row->value = (double)number;
}

static void set_ratio(struct sb_measured_row *row, int64_t numerator, int64_t denominator, double scale)
{
    row->has_numerator = row->has_denominator = true;
    row->numerator = numerator;
    row->denominator = denominator;
    row->has_value = denominator != 0;
    if (row->has_value)
        row->value = (double)numerator / (double)denominator * scale;
    else
        set_note(row, "the denominator is nothing", "mẫu số bằng không");
}

/* ------------------------------------------------------------------ single rows */

static void set_median(struct sb_measured_row *row, const struct sb_bucket *bucket)
{
    uint64_t all = 0, below = 0;
    unsigned i = 0;
    for (unsigned j = 0; bucket->histogram && j < SB_HISTOGRAM_SIZE; j++)
        all += bucket->histogram[j];
    row->has_numerator = true;
    row->numerator = (int64_t)all;
    if (all == 0) {
        set_note(row, "nothing passed", "chưa có giao dịch nào được qua");
        return;
    }
    while ((below += bucket->histogram[i]) * 2 < all)
        i++;
    row->has_value = true;
    row->value = (double)sb_histogram_middle(i);
}

static void set_adults(const struct sb_measures *measures, const struct sb_bucket *bucket,
                       struct sb_measured_row *row)
{
    const struct sb_adults *adults = measures->options.adults;
    int64_t number = 0;
    for (uint32_t i = 0; adults && i < adults->count; i++)
        if (bucket->place == 0 || adults->rows[i].place == bucket->place)
            number += adults->rows[i].adults;
    row->has_numerator = true;
    row->numerator = bucket->facts.active[SB_ROLE_AGENT];
    if (number > 0)
        set_ratio(row, row->numerator, number, 100000);
    else
        set_note(row, "no count of adults was given", "chưa có số người lớn");
}

static int64_t attempts(const struct sb_day_cell *flows)
{
    return flows->passed + flows->refused + flows->asked + flows->failed;
}

/* The row of one bucket. Whose number may be small enough to point at somebody is n. */
static void fill_row(const struct sb_measures *measures, enum sb_m measure, const struct sb_bucket *bucket,
                     struct sb_measured_row *row)
{
    const struct sb_facts *facts = &bucket->facts;
    const int64_t *accounts = facts->accounts, *active = facts->active;
    row->n = active[SB_ROLE_CUSTOMER];
    switch (measure) {
    case SB_M_ACCOUNTS: set_count(row, row->n = accounts[SB_ROLE_CUSTOMER]); break;
    case SB_M_ACTIVE:
    case SB_M_ACTIVE_90: set_count(row, active[SB_ROLE_CUSTOMER]); break;
    case SB_M_ACTIVE_SHARE: set_ratio(row, active[SB_ROLE_CUSTOMER], accounts[SB_ROLE_CUSTOMER], 1); break;
    case SB_M_MERCHANTS: set_count(row, row->n = accounts[SB_ROLE_MERCHANT]); break;
    case SB_M_MERCHANTS_ACTIVE: set_count(row, row->n = active[SB_ROLE_MERCHANT]); break;
    case SB_M_AGENTS: set_count(row, row->n = accounts[SB_ROLE_AGENT]); break;
    case SB_M_POINTS: set_count(row, row->n = active[SB_ROLE_AGENT]); break;
    case SB_M_POINTS_PER_ADULTS:
        row->n = active[SB_ROLE_AGENT];
        set_adults(measures, bucket, row);
        break;
    case SB_M_ACCOUNTS_PER_POINT:
        row->n = accounts[SB_ROLE_CUSTOMER];
        set_ratio(row, accounts[SB_ROLE_CUSTOMER], active[SB_ROLE_AGENT], 1);
        break;
    case SB_M_ATTEMPTS: set_count(row, attempts(&facts->flows)); break;
    case SB_M_PASSED: set_count(row, facts->flows.passed); break;
    case SB_M_REFUSALS: set_count(row, facts->flows.refused); break;
    case SB_M_REFUSAL_SHARE: set_ratio(row, facts->flows.refused, attempts(&facts->flows), 1); break;
    case SB_M_ASKED: set_count(row, facts->flows.asked); break;
    case SB_M_FAILED: set_count(row, facts->flows.failed); break;
    case SB_M_SUM: set_count(row, facts->flows.sum); break;
    case SB_M_MEAN: set_ratio(row, facts->flows.sum, facts->flows.passed, 1); break;
    case SB_M_MEDIAN: set_median(row, bucket); break;
    case SB_M_TRANSFERS_PER_ACTIVE: set_ratio(row, facts->flows.passed, active[SB_ROLE_CUSTOMER], 1); break;
    case SB_M_PASSED_TOTAL: set_count(row, facts->passed_total); break;
    case SB_M_SUM_TOTAL: set_count(row, facts->sum_total); break;
    case SB_M_BALANCES:
        row->n = accounts[SB_ROLE_CUSTOMER];
        set_count(row, facts->balances[SB_ROLE_CUSTOMER]);
        break;
    case SB_M_MEAN_BALANCE:
        row->n = accounts[SB_ROLE_CUSTOMER];
        set_ratio(row, facts->balances[SB_ROLE_CUSTOMER], accounts[SB_ROLE_CUSTOMER], 1);
        break;
    case SB_M_RURAL_SHARE:
    case SB_M_RURAL_GAP:
    case SB_M_WOMEN_SHARE:
    case SB_M_WOMEN_GAP:
    case SB_M_GINI_PROVINCES:
    case SB_M_GINI_AGENTS:
    case SB_M_HHI_PROVIDERS:
    case SB_M_TOP_PROVIDER:
    case SB_M_COUNT: break;
    }
}

/* Whether it needs to know who was active. */
static bool reads_active(enum sb_m measure)
{
    return measure == SB_M_ACTIVE || measure == SB_M_ACTIVE_90 || measure == SB_M_ACTIVE_SHARE ||
           measure == SB_M_MERCHANTS_ACTIVE || measure == SB_M_POINTS || measure == SB_M_POINTS_PER_ADULTS ||
           measure == SB_M_ACCOUNTS_PER_POINT || measure == SB_M_TRANSFERS_PER_ACTIVE ||
           measure == SB_M_RURAL_SHARE || measure == SB_M_RURAL_GAP || measure == SB_M_WOMEN_SHARE ||
           measure == SB_M_WOMEN_GAP || measure == SB_M_GINI_PROVINCES;
}

static bool is_of_transfers(enum sb_m measure)
{
    return (measure >= SB_M_ATTEMPTS && measure <= SB_M_MEDIAN) || measure == SB_M_PASSED_TOTAL ||
           measure == SB_M_SUM_TOTAL;
}

static bool is_between_groups(enum sb_m measure)
{
    return measure >= SB_M_RURAL_SHARE;
}

static bool applies(enum sb_m measure, enum sb_measured_by by)
{
    if (is_between_groups(measure))
        return by == SB_MEASURED_ALL;
    if (by == SB_MEASURED_SENTENCE)
        return measure == SB_M_REFUSALS || measure == SB_M_ASKED;
    return by != SB_MEASURED_KIND || is_of_transfers(measure);
}

/* ------------------------------------------------------------------ between groups */

static void set_part(struct sb_measured_row *row, const struct sb_bucket *one, const struct sb_bucket *other)
{
    int64_t part = one ? one->facts.active[SB_ROLE_CUSTOMER] : 0;
    int64_t rest = other ? other->facts.active[SB_ROLE_CUSTOMER] : 0;
    row->n = part;
    set_ratio(row, part, part + rest, 1);
}

/* The share of `more` less that of `less`, in points. n is the smaller of the two groups' active accounts. */
static void set_gap(struct sb_measured_row *row, const struct sb_bucket *more, const struct sb_bucket *less)
{
    int64_t all[2] = {more ? more->facts.accounts[SB_ROLE_CUSTOMER] : 0,
                      less ? less->facts.accounts[SB_ROLE_CUSTOMER] : 0};
    if (all[0] == 0 || all[1] == 0) {
        set_note(row, "one of the two groups is empty", "một trong hai nhóm trống");
        return;
    }
    int64_t active[2] = {more->facts.active[SB_ROLE_CUSTOMER], less->facts.active[SB_ROLE_CUSTOMER]};
    row->n = SB_MIN(active[0], active[1]);
    row->has_value = true;
    row->value = ((double)active[0] / (double)all[0] - (double)active[1] / (double)all[1]) * 100;
}

static int ascending(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

/* G = sum of (2 i - n - 1) x_i / (n sum of x), x ascending and i from 1. */
static void set_gini(struct sb_measured_row *row, int64_t *values, size_t count)
{
    double above = 0, sum = 0;
    row->has_numerator = true;
    row->numerator = row->n = (int64_t)count;
    if (count > 1)
        qsort(values, count, sizeof(*values), ascending);
    for (size_t i = 0; i < count; i++) {
        above += (2.0 * (double)(i + 1) - (double)count - 1) * (double)values[i];
        sum += (double)values[i];
    }
    row->has_value = sum > 0;
    if (row->has_value)
        row->value = above / ((double)count * sum);
    else
        set_note(row, "there is nothing to share out", "không có gì để phân chia");
}

static enum sb_status gini_of_provinces(const struct sb_buckets *provinces, struct sb_measured_row *row,
                                        struct sb_err *err)
{
    int64_t *values = calloc(provinces->count + 1, sizeof(*values));
    size_t count = 0;
    if (!values)
        return no_memory(err);
    for (size_t i = 0; i < provinces->count; i++)
        if (provinces->list[i].place != 0)
            values[count++] = provinces->list[i].facts.active[SB_ROLE_CUSTOMER];
    set_gini(row, values, count);
    free(values);
    return SB_OK;
}

static enum sb_status gini_of_agents(const struct sb_measures *measures, struct sb_measured_row *row,
                                     struct sb_err *err)
{
    int64_t *values = calloc((size_t)measures->account_count + 1, sizeof(*values));
    size_t count = 0;
    if (!values)
        return no_memory(err);
    for (uint32_t i = 0; i < measures->account_count; i++)
        if (measures->accounts[i].open && measures->accounts[i].role == SB_ROLE_AGENT)
            values[count++] = measures->accounts[i].served;
    set_gini(row, values, count);
    free(values);
    return SB_OK;
}

/* Shares of providers in the value of transfers; customers whose provider is not known are no provider. */
static void concentrate(const struct sb_buckets *providers, bool top, struct sb_measured_row *row)
{
    double all = 0, squares = 0;
    int64_t sum = 0, largest = 0;
    for (size_t i = 0; i < providers->count; i++) {
        int64_t value = strcmp(providers->list[i].key, "-") == 0 ? 0 : providers->list[i].facts.flows.sum;
        row->numerator += value > 0;
        largest = SB_MAX(largest, value);
        sum = sb_add_held(sum, value);
        all += (double)value;
        squares += (double)value * (double)value;
    }
    row->n = row->numerator; /* providers are no people: never suppressed, see is_public */
    row->has_numerator = true;
    if (top) {
        set_ratio(row, largest, sum, 1);
        return;
    }
    row->has_value = all > 0;
    if (row->has_value)
        row->value = squares / all / all * 10000;
    else
        set_note(row, "nothing passed", "chưa có giao dịch nào được qua");
}

static enum sb_measured_by groups_between(enum sb_m measure)
{
    if (measure == SB_M_RURAL_SHARE || measure == SB_M_RURAL_GAP)
        return SB_MEASURED_AREA;
    if (measure == SB_M_WOMEN_SHARE || measure == SB_M_WOMEN_GAP)
        return SB_MEASURED_SEX;
    return measure == SB_M_GINI_PROVINCES ? SB_MEASURED_PROVINCE : SB_MEASURED_PROVIDER;
}

static enum sb_status fill_between(struct sb_measures *measures, enum sb_m measure,
                                   const struct sb_bucket_question *question, struct sb_measured_row *row,
                                   struct sb_err *err)
{
    struct sb_bucket_question groups = *question;
    struct sb_buckets buckets = {0};
    groups.by = groups_between(measure);
    groups.histograms = false;
    if (measure == SB_M_GINI_AGENTS)
        return gini_of_agents(measures, row, err);
    enum sb_status status = sb_buckets_gather(measures, &groups, &buckets, err);
    if (status != SB_OK)
        return status;
    const struct sb_bucket *rural = sb_buckets_find(&buckets, "rural"),
                           *urban = sb_buckets_find(&buckets, "urban");
    const struct sb_bucket *women = sb_buckets_find(&buckets, "female"),
                           *men = sb_buckets_find(&buckets, "male");
    if (measure == SB_M_RURAL_SHARE)
        set_part(row, rural, urban);
    else if (measure == SB_M_RURAL_GAP)
        set_gap(row, urban, rural);
    else if (measure == SB_M_WOMEN_SHARE)
        set_part(row, women, men);
    else if (measure == SB_M_WOMEN_GAP)
        set_gap(row, men, women);
    else if (measure == SB_M_GINI_PROVINCES)
        status = gini_of_provinces(&buckets, row, err);
    else
        concentrate(&buckets, measure == SB_M_TOP_PROVIDER, row);
    sb_buckets_release(&buckets);
    return status;
}

/* ------------------------------------------------------------------ answers */

static void hide(struct sb_measured_row *row)
{
    row->suppressed = true;
    row->has_numerator = row->has_denominator = row->has_value = false;
    row->numerator = row->denominator = row->n = 0;
    row->value = 0;
    set_note(row, NULL, NULL);
}

/* What counts no people, but firms and their sites, is not suppressed. */
static bool is_public(enum sb_m measure)
{
    return measure == SB_M_MERCHANTS || measure == SB_M_MERCHANTS_ACTIVE || measure == SB_M_AGENTS ||
           measure == SB_M_POINTS || measure == SB_M_POINTS_PER_ADULTS || measure == SB_M_GINI_PROVINCES ||
           measure == SB_M_GINI_AGENTS || measure == SB_M_HHI_PROVIDERS || measure == SB_M_TOP_PROVIDER;
}

/* Hide what few people stand behind; and where that is one row alone, the next smallest too, or the total
 * would tell it. */
static void suppress(struct sb_measured *measured)
{
    size_t hidden = 0, next = SIZE_MAX;
    for (size_t i = 0; i < measured->count; i++) {
        struct sb_measured_row *row = &measured->rows[i];
        if (row->n > 0 && row->n < SB_SUPPRESS_BELOW) {
            hide(row);
            hidden++;
        } else if (row->n > 0 && (next == SIZE_MAX || row->n < measured->rows[next].n)) {
            next = i;
        }
    }
    if (hidden == 1 && measured->count > 1 && next != SIZE_MAX)
        hide(&measured->rows[next]);
}

static void find_epoch(const struct sb_measures *measures, struct sb_measured *measured)
{
    int epoch = sb_measures_epoch(measures, measured->places_on);
    sb_day from, until;
    if (epoch < 0)
        return;
    sb_territory_epoch_days(measures->territory, (uint16_t)epoch, &from, &until);
    sb_day_print(from, measured->epoch);
}

/* What cannot be known of a day that is over: it was not written down then. */
static void check_past(const struct sb_measures *measures, enum sb_m measure,
                       const struct sb_buckets *buckets, struct sb_measured *measured)
{
    bool past = measured->day != measures->day;
    bool not_kept = past && (measure == SB_M_MEDIAN || measure == SB_M_GINI_AGENTS);
    bool no_active = reads_active(measure) && !buckets->active_known;
    for (size_t i = 0; i < measured->count && (not_kept || no_active); i++) {
        struct sb_measured_row *row = &measured->rows[i];
        row->has_value = row->has_numerator = row->has_denominator = false;
        if (not_kept)
            set_note(row, "known for the last day only", "chỉ biết cho ngày cuối cùng");
        else
            set_note(row, "this window is counted for the last day only",
                     "kỳ này chỉ được đếm cho ngày cuối cùng");
    }
}

/* Whose transfers they are: active customers where these are counted over the same days, else no more than
 * there are transfers. */
static int64_t people_behind(enum sb_m measure, const struct sb_buckets *buckets,
                             const struct sb_bucket *bucket)
{
    const struct sb_facts *facts = &bucket->facts;
    if (measure == SB_M_MEDIAN || measure == SB_M_PASSED_TOTAL || measure == SB_M_SUM_TOTAL)
        return facts->passed_total;
    int64_t transfers = attempts(&facts->flows);
    return buckets->active_known && facts->active[SB_ROLE_CUSTOMER] > 0
               ? SB_MIN(facts->active[SB_ROLE_CUSTOMER], transfers)
               : transfers;
}

static enum sb_status fill(struct sb_measures *measures, const struct sb_bucket_question *question,
                           const struct sb_buckets *buckets, struct sb_measured *measured, struct sb_err *err)
{
    enum sb_m measure = (enum sb_m)measured->measure;
    enum sb_status status = SB_OK;
    measured->rows = calloc(buckets->count + 1, sizeof(*measured->rows));
    if (!measured->rows)
        return no_memory(err);
    measured->count = applies(measure, measured->by) ? buckets->count : 0;
    for (size_t i = 0; i < measured->count && status == SB_OK; i++) {
        struct sb_measured_row *row = &measured->rows[i];
        const struct sb_bucket *bucket = &buckets->list[i];
        memcpy(row->key, bucket->key, sizeof(row->key));
        memcpy(row->label, bucket->label, sizeof(row->label));
        if (is_between_groups(measure))
            status = fill_between(measures, measure, question, row, err);
        else
            fill_row(measures, measure, bucket, row);
        if (is_of_transfers(measure))
            row->n = people_behind(measure, buckets, bucket);
        /* Of kinds and sentences nobody counts the people: their transfers stand for them. */
        if (measured->by == SB_MEASURED_KIND || measured->by == SB_MEASURED_SENTENCE)
            row->n = attempts(&bucket->facts.flows);
    }
    check_past(measures, measure, buckets, measured);
    return status;
}

enum sb_status sb_measures_ask(struct sb_measures *measures, const struct sb_measured_question *question,
                               struct sb_measured *ret_measured, struct sb_err *err)
{
    const struct sb_measure_definition *definition = sb_measure_definition(question->measure);
    struct sb_measured measured = {.measure = question->measure, .by = question->by, .day = question->day};
    if (measures->day != SB_DAY_NONE)
        measured.day = SB_MIN(measured.day, measures->day);
    measured.places_on = SB_MAX(measured.day, question->places_from);
    measured.window_days = definition->window_days;
    if (definition->window_days == 30 && question->window_days != 0)
        measured.window_days = SB_MIN(question->window_days, (uint32_t)SB_ROLLING_DAYS_MAX);
    struct sb_bucket_question buckets_question = {measured.by, measured.day,
                                                  measured.window_days ? measured.window_days : 30,
                                                  question->measure == SB_M_MEDIAN, measured.places_on};
    struct sb_buckets buckets = {0};
    enum sb_status status = sb_buckets_gather(measures, &buckets_question, &buckets, err);
    if (status == SB_OK)
        status = fill(measures, &buckets_question, &buckets, &measured, err);
    sb_buckets_release(&buckets);
    if (status != SB_OK) {
        sb_measured_release(&measured);
        return status;
    }
    find_epoch(measures, &measured);
    if (question->suppress && !is_public((enum sb_m)question->measure))
        suppress(&measured);
    *ret_measured = measured;
    return SB_OK;
}

void sb_measured_release(struct sb_measured *measured)
{
    free(measured->rows);
    measured->rows = NULL;
    measured->count = 0;
}
