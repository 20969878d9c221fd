/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/rows.h"

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONG_AGO (-800000) /* a day before all that a journal can hold */

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for measures", "hết bộ nhớ cho các chỉ tiêu");
}

/* ------------------------------------------------------------------ provinces of an epoch */

int sb_measures_epoch(const struct sb_measures *measures, sb_day day)
{
    return measures->territory ? sb_territory_epoch_on(measures->territory, day) : -1;
}

#define NOT_ASKED UINT32_MAX

static enum sb_status make_map(struct sb_measures *measures, uint16_t epoch, struct sb_err *err)
{
    uint16_t epochs = sb_territory_epoch_count(measures->territory);
    uint32_t places = sb_territory_place_count(measures->territory);
    if (!measures->maps)
        measures->maps = calloc(epochs, sizeof(*measures->maps));
    if (!measures->maps)
        return no_memory(err);
    struct sb_province_map *map = &measures->maps[epoch];
    map->to = malloc(((size_t)places + 1) * sizeof(*map->to));
    if (!map->to)
        return no_memory(err);
    for (uint32_t i = 0; i <= places; i++)
        map->to[i] = NOT_ASKED;
    map->made = true;
    return SB_OK;
}

/* Provinces are few among many places: they are looked for once. */
static bool list_provinces(struct sb_measures *measures)
{
    uint32_t places = sb_territory_place_count(measures->territory), count = 0;
    if (measures->provinces)
        return true;
    for (sb_place_index i = 1; i <= places; i++)
        count += sb_territory_info(measures->territory, i)->parent == 0;
    measures->provinces = calloc((size_t)count + 1, sizeof(*measures->provinces));
    for (sb_place_index i = 1; measures->provinces && i <= places; i++)
        if (sb_territory_info(measures->territory, i)->parent == 0)
            measures->provinces[measures->province_count++] = i;
    return measures->provinces != NULL;
}

static sb_place_index find_province(const struct sb_measures *measures, sb_place_index province,
                                    uint16_t epoch)
{
    if (sb_territory_info(measures->territory, province)->epoch == epoch)
        return province;
    for (uint32_t i = 0; i < measures->province_count; i++) {
        sb_place_index other = measures->provinces[i];
        if (sb_territory_info(measures->territory, other)->epoch == epoch &&
            sb_territory_inside(measures->territory, province, other) == SB_YES)
            return other;
    }
    return 0;
}

enum sb_status sb_province_in(struct sb_measures *measures, sb_place_index province, uint16_t epoch,
                              sb_place_index *ret_province, struct sb_err *err)
{
    enum sb_status status = list_provinces(measures) ? SB_OK : no_memory(err);
    if (status == SB_OK && (!measures->maps || !measures->maps[epoch].made))
        status = make_map(measures, epoch, err);
    if (status != SB_OK)
        return status;
    sb_place_index *to = &measures->maps[epoch].to[province];
    if (*to == NOT_ASKED)
        *to = find_province(measures, province, epoch);
    *ret_province = *to;
    return SB_OK;
}

/* ------------------------------------------------------------------ labels */

static void name_bucket(struct sb_bucket *bucket, const char *key, const char *en, const char *vi)
{
    (void)snprintf(bucket->key, sizeof(bucket->key), "%s", key);
    (void)snprintf(bucket->label[SB_EN], sizeof(bucket->label[SB_EN]), "%s", en);
    (void)snprintf(bucket->label[SB_VI], sizeof(bucket->label[SB_VI]), "%s", vi);
}

static void name_unknown(struct sb_bucket *bucket)
{
    name_bucket(bucket, "-", "not known", "không rõ");
}

static void name_settlement(struct sb_bucket *bucket, uint32_t settlement)
{
    if (settlement == SB_SETTLEMENT_RURAL)
        name_bucket(bucket, "rural", "rural", "nông thôn");
    else if (settlement == SB_SETTLEMENT_URBAN)
        name_bucket(bucket, "urban", "urban", "thành thị");
    else if (settlement == SB_SETTLEMENT_SPECIAL)
        name_bucket(bucket, "special", "special zone", "đặc khu");
    else
        name_unknown(bucket);
}

static void name_age(struct sb_bucket *bucket, uint32_t birth_year, sb_day day)
{
    static const struct {
        int most;
        const char *key, *en, *vi;
    } bands[] = {{14, "0-14", "under 15", "dưới 15 tuổi"},       {24, "15-24", "15 to 24", "15 đến 24 tuổi"},
                 {34, "25-34", "25 to 34", "25 đến 34 tuổi"},    {44, "35-44", "35 to 44", "35 đến 44 tuổi"},
                 {54, "45-54", "45 to 54", "45 đến 54 tuổi"},    {64, "55-64", "55 to 64", "55 đến 64 tuổi"},
                 {INT32_MAX, "65-", "65 and more", "từ 65 tuổi"}};
    if (birth_year == 0) {
        name_unknown(bucket);
        return;
    }
    int age = sb_date_of_day(day).year - (int)birth_year;
    size_t i = 0;
    while (age > bands[i].most)
        i++;
    name_bucket(bucket, bands[i].key, bands[i].en, bands[i].vi);
}

static void name_symbol(const struct sb_measures *measures, struct sb_bucket *bucket,
                        const struct sb_group *group)
{
    static const enum sb_space spaces[SB_MEASURED_BY_COUNT] = {[SB_MEASURED_TIER] = SB_SPACE_TIER,
                                                               [SB_MEASURED_SEX] = SB_SPACE_SEX,
                                                               [SB_MEASURED_PROVIDER] = SB_SPACE_PROVIDER,
                                                               [SB_MEASURED_KIND] = SB_SPACE_KIND};
    const char *name = sb_symbols_name(measures->options.symbols, spaces[group->by], (uint16_t)group->key);
    if (!name)
        name_unknown(bucket);
    else if (strcmp(name, "female") == 0)
        name_bucket(bucket, name, "women", "nữ");
    else if (strcmp(name, "male") == 0)
        name_bucket(bucket, name, "men", "nam");
    else
        name_bucket(bucket, name, name, name);
}

static void name_province(const struct sb_territory *territory, struct sb_bucket *bucket,
                          sb_place_index province)
{
    const struct sb_place_info *info = sb_territory_info(territory, province);
    name_bucket(bucket, info->code, info->name, info->name);
    bucket->place = info->place;
}

static enum sb_status name_group(struct sb_measures *measures, const struct sb_bucket_question *question,
                                 const struct sb_group *group, struct sb_bucket *bucket, struct sb_err *err)
{
    int epoch = sb_measures_epoch(measures, question->places_on);
    sb_place_index province = 0;
    enum sb_status status = SB_OK;
    switch (group->by) {
    case SB_MEASURED_ALL: name_bucket(bucket, "all", "all", "tất cả"); break;
    case SB_MEASURED_PROVINCE:
        if (group->key != 0 && epoch >= 0)
            status = sb_province_in(measures, group->key, (uint16_t)epoch, &province, err);
        if (province == 0)
            name_unknown(bucket);
        else
            name_province(measures->territory, bucket, province);
        break;
    case SB_MEASURED_AREA: name_settlement(bucket, group->key); break;
    case SB_MEASURED_AGE: name_age(bucket, group->key, question->day); break;
    case SB_MEASURED_SENTENCE: {
        const char *label = measures->label_texts[group->key - 1];
        name_bucket(bucket, label, label, label);
        break;
    }
    case SB_MEASURED_TIER:
    case SB_MEASURED_SEX:
    case SB_MEASURED_PROVIDER:
    case SB_MEASURED_KIND:
    case SB_MEASURED_BY_COUNT: name_symbol(measures, bucket, group); break;
    }
    return status;
}

/* ------------------------------------------------------------------ facts */

static int window_number(const struct sb_measures *measures, uint32_t days)
{
    for (int i = 0; i < SB_ACTIVE_WINDOWS; i++)
        if (measures->windows[i] == days)
            return i;
    return -1;
}

static void add_flows(struct sb_day_cell *to, const struct sb_day_cell *cell)
{
    to->passed += cell->passed;
    to->refused += cell->refused;
    to->asked += cell->asked;
    to->failed += cell->failed;
    to->sum = sb_add_held(to->sum, cell->sum);
}

static void add_group(const struct sb_measures *measures, const struct sb_bucket_question *question,
                      const struct sb_group *group, struct sb_facts *facts)
{
    int window = window_number(measures, question->window_days);
    for (unsigned role = 0; role < SB_ROLE_COUNT; role++) {
        if (!group->stocks[role])
            continue;
        struct sb_day_cell stock = sb_series_sum(group->stocks[role], LONG_AGO, question->day);
        facts->accounts[role] += stock.accounts;
        facts->balances[role] = sb_add_held(facts->balances[role], stock.balance);
        facts->active[role] += window >= 0 ? stock.active[window] : 0;
    }
    if (!group->flows)
        return;
    sb_day first = question->day - (sb_day)question->window_days + 1;
    struct sb_day_cell flows = sb_series_sum(group->flows, first, question->day);
    struct sb_day_cell total = sb_series_sum(group->flows, LONG_AGO, question->day);
    add_flows(&facts->flows, &flows);
    facts->passed_total += total.passed;
    facts->sum_total = sb_add_held(facts->sum_total, total.sum);
}

static bool add_histogram(const struct sb_group *group, struct sb_bucket *bucket)
{
    if (!group->histogram)
        return true;
    if (!bucket->histogram)
        bucket->histogram = calloc(SB_HISTOGRAM_SIZE, sizeof(*bucket->histogram));
    for (unsigned i = 0; bucket->histogram && i < SB_HISTOGRAM_SIZE; i++)
        bucket->histogram[i] += group->histogram[i];
    return bucket->histogram != NULL;
}

/* Active accounts in a window that no series counts: looked up account by account, for today only. */
static bool count_today(const struct sb_measures *measures, const struct sb_bucket_question *question,
                        const uint32_t *bucket_of_group, struct sb_buckets *buckets)
{
    if (question->day != measures->day)
        return false;
    if (question->by >= (enum sb_measured_by)SB_ACCOUNT_GROUPS)
        return true;
    for (uint32_t i = 0; i < measures->account_count; i++) {
        const struct sb_account_state *state = &measures->accounts[i];
        bool active = state->open && state->last_active != SB_DAY_NONE &&
                      state->last_active > measures->day - (sb_day)question->window_days;
        if (active)
            buckets->list[bucket_of_group[state->groups[question->by]]].facts.active[state->role]++;
    }
    return true;
}

/* ------------------------------------------------------------------ gathering */

static struct sb_bucket *append(struct sb_buckets *buckets, size_t *room, const struct sb_bucket *bucket)
{
    if (buckets->count == *room) {
        *room = *room ? *room * 2 : 64;
        struct sb_bucket *list = realloc(buckets->list, *room * sizeof(*list));
        if (!list)
            return NULL;
        buckets->list = list;
    }
    buckets->list[buckets->count] = *bucket;
    return &buckets->list[buckets->count++];
}

const struct sb_bucket *sb_buckets_find(const struct sb_buckets *buckets, const char *key)
{
    for (size_t i = 0; i < buckets->count; i++)
        if (strcmp(buckets->list[i].key, key) == 0)
            return &buckets->list[i];
    return NULL;
}

/* Groups with a name of their own need no look at the others: there may be thousands. */
static bool shares_buckets(enum sb_measured_by by)
{
    return by == SB_MEASURED_PROVINCE || by == SB_MEASURED_AGE;
}

static enum sb_status all_provinces(struct sb_measures *measures, const struct sb_bucket_question *question,
                                    struct sb_buckets *buckets, size_t *room, struct sb_err *err)
{
    int epoch = sb_measures_epoch(measures, question->places_on);
    if (epoch >= 0 && !list_provinces(measures))
        return no_memory(err);
    for (uint32_t i = 0; epoch >= 0 && i < measures->province_count; i++) {
        sb_place_index province = measures->provinces[i];
        struct sb_bucket bucket = {0};
        if (sb_territory_info(measures->territory, province)->epoch != epoch)
            continue;
        name_province(measures->territory, &bucket, province);
        if (!append(buckets, room, &bucket))
            return no_memory(err);
    }
    return SB_OK;
}

static enum sb_status gather_group(struct sb_measures *measures, const struct sb_bucket_question *question,
                                   uint32_t number, struct sb_buckets *buckets, size_t *room,
                                   uint32_t *ret_bucket, struct sb_err *err)
{
    const struct sb_group *group = &measures->groups[number];
    struct sb_bucket named = {0};
    enum sb_status status = name_group(measures, question, group, &named, err);
    if (status != SB_OK)
        return status;
    const struct sb_bucket *found = shares_buckets(question->by) ? sb_buckets_find(buckets, named.key) : NULL;
    struct sb_bucket *bucket = found ? &buckets->list[found - buckets->list] : append(buckets, room, &named);
    if (!bucket)
        return no_memory(err);
    add_group(measures, question, group, &bucket->facts);
    *ret_bucket = (uint32_t)(bucket - buckets->list);
    return !question->histograms || add_histogram(group, bucket) ? SB_OK : no_memory(err);
}

/* "Not known" is no row of its own where nothing is not known. */
static void drop_empty_unknown(struct sb_buckets *buckets)
{
    static const struct sb_facts nothing;
    size_t kept = 0;
    for (size_t i = 0; i < buckets->count; i++) {
        bool empty = strcmp(buckets->list[i].key, "-") == 0 && !buckets->list[i].histogram &&
                     memcmp(&buckets->list[i].facts, &nothing, sizeof(nothing)) == 0;
        if (!empty)
            buckets->list[kept++] = buckets->list[i];
    }
    buckets->count = kept;
}

static int by_key(const void *a, const void *b)
{
    const struct sb_bucket *one = a, *other = b;
    bool unknown = strcmp(one->key, "-") == 0, other_unknown = strcmp(other->key, "-") == 0;
    return unknown != other_unknown ? (int)unknown - (int)other_unknown : strcmp(one->key, other->key);
}

enum sb_status sb_buckets_gather(struct sb_measures *measures, const struct sb_bucket_question *question,
                                 struct sb_buckets *ret_buckets, struct sb_err *err)
{
    struct sb_buckets buckets = {.active_known = true};
    size_t room = 0;
    uint32_t *bucket_of_group = calloc((size_t)measures->group_count + 1, sizeof(*bucket_of_group));
    enum sb_status status = bucket_of_group ? SB_OK : no_memory(err);
    if (status == SB_OK && question->by == SB_MEASURED_PROVINCE)
        status = all_provinces(measures, question, &buckets, &room, err);
    for (uint32_t i = 0; i < measures->group_count && status == SB_OK; i++)
        if (measures->groups[i].by == question->by)
            status = gather_group(measures, question, i, &buckets, &room, &bucket_of_group[i], err);
    if (status == SB_OK && window_number(measures, question->window_days) < 0)
        buckets.active_known = count_today(measures, question, bucket_of_group, &buckets);
    free(bucket_of_group);
    if (status != SB_OK) {
        sb_buckets_release(&buckets);
        return status;
    }
    drop_empty_unknown(&buckets);
    if (buckets.count > 1)
        qsort(buckets.list, buckets.count, sizeof(*buckets.list), by_key);
    *ret_buckets = buckets;
    return SB_OK;
}

void sb_buckets_release(struct sb_buckets *buckets)
{
    for (size_t i = 0; i < buckets->count; i++)
        free(buckets->list[i].histogram);
    free(buckets->list);
    *buckets = (struct sb_buckets){0};
}
