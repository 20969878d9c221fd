/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who is in the country. Each account's provider, class and place come from sequences that fill their range
 * evenly, so that shares are right at 1:1000 as at 1:1; everything that is not needed on every day (birth
 * year, SIM date) is recomputed from the account's number when it is asked for.
 */

#include "synth/world.h"

#include "base/macros.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define BASE_DATE      ((struct sb_date){2025, 7, 1}) /* the epoch that populations are known for */
#define SECOND_ACCOUNT 12000 /* of 100 000 accounts: not the first one of its person (assumed) */

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* ------------------------------------------------------------------ time */

uint32_t synth_accounts_on(const struct sb_synth_options *options, sb_day day)
{
    size_t next = 0;
    while (next < synth_accounts_count && sb_day_of_date(synth_accounts[next].date) <= day)
        next++;
    if (next == 0)
        return 0;
    uint64_t accounts = synth_accounts[next - 1].accounts;
    if (next < synth_accounts_count) {
        sb_day from = sb_day_of_date(synth_accounts[next - 1].date);
        sb_day until = sb_day_of_date(synth_accounts[next].date);
        uint64_t growth = synth_accounts[next].accounts - synth_accounts[next - 1].accounts;
        accounts += growth * (uint64_t)(day - from) / (uint64_t)(until - from);
    }
    return (uint32_t)(accounts / options->scale);
}

/* The day on which a subscriber registered: the first on which there are more accounts than its number. */
static sb_day registered_on(const struct synth_world *world, uint32_t subscriber)
{
    sb_day low = sb_day_of_date(synth_accounts[0].date), high = world->options.to;
    while (low < high) {
        sb_day middle = low + (high - low) / 2;
        if (synth_accounts_on(&world->options, middle) > subscriber)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

void synth_enter_day(struct synth_world *world, sb_day day)
{
    world->day = day;
    world->month = sb_period_start(SB_PERIOD_MONTH, day, 1, 1);
    int epoch = sb_territory_epoch_on(world->territory, day);
    assert(epoch >= 0); /* checked before anything began; epochs only follow */
    if (world->epoch == (uint16_t)epoch && world->communes[0].place)
        return;
    world->epoch = (uint16_t)epoch;
    for (uint32_t i = 0; i < world->commune_count; i++) {
        sb_place_index place = 0;
        bool whole;
        (void)sb_territory_map(world->territory, world->communes[i].index, world->epoch, &place, 1, &whole);
        world->communes[i].place = place ? sb_territory_info(world->territory, place)->place : 0;
    }
}

/* ------------------------------------------------------------------ places */

/* Rural accounts in 1 000 of a province, when rural people are `odds`/1024 times as likely to have one as
 * urban ones. */
static uint32_t rural_permille(uint32_t urban_permille, uint32_t odds)
{
    uint64_t rural = (uint64_t)(1000 - urban_permille) * odds, urban = (uint64_t)urban_permille * 1024;
    return (uint32_t)(rural * 1000 / (rural + urban));
}

/* The odds that give the share published for the country. */
static uint32_t find_odds(uint32_t permille)
{
    uint32_t low = 1, high = 64 * 1024;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        uint64_t rural = 0, all = 0;
        for (size_t i = 0; i < SB_SYNTH_PROVINCES; i++) {
            rural += (uint64_t)synth_provinces[i].population *
                     rural_permille(synth_provinces[i].urban_permille, middle);
            all += synth_provinces[i].population;
        }
        if (rural < all * permille)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_communes(struct synth_world *world, uint32_t province, bool urban)
{
    uint32_t number = 0;
    struct synth_communes_of *of = &world->provinces[province];
    (void)sb_place_parse(synth_provinces[province].code, 2, &number); /* our own table */
    sb_place_index outer = sb_territory_place(world->territory, world->base_epoch, number);
    assert(outer);
    for (sb_place_index i = 1; i <= sb_territory_place_count(world->territory); i++) {
        const struct sb_place_info *info = sb_territory_info(world->territory, i);
        if (info->province != outer || SB_PLACE_LEVEL(info->place) != SB_PLACE_COMMUNE ||
            (info->settlement == SB_SETTLEMENT_URBAN) != urban)
            continue;
        world->communes[world->commune_count++] =
            (struct synth_commune){.index = i, .province = (uint8_t)province, .settlement = info->settlement};
        *(urban ? &of->urban_count : &of->rural_count) += 1;
    }
    assert(urban ? of->urban_count : of->rural_count);
}

static enum sb_status make_places(struct synth_world *world, struct sb_err *err)
{
    uint64_t population = 0;
    uint32_t odds = find_odds(SYNTH_RURAL_PERMILLE);
    world->base_epoch = (uint16_t)sb_territory_epoch_on(world->territory, sb_day_of_date(BASE_DATE));
    world->communes = calloc(sb_territory_place_count(world->territory), sizeof(*world->communes));
    if (!world->communes)
        return no_memory(err);
    for (uint32_t i = 0; i < SB_SYNTH_PROVINCES; i++) {
        population += synth_provinces[i].population;
        world->provinces[i].first = world->commune_count;
        world->provinces[i].population_end = population;
        world->provinces[i].rural_permille = rural_permille(synth_provinces[i].urban_permille, odds);
        add_communes(world, i, false);
        add_communes(world, i, true);
    }
    return SB_OK;
}

/* A commune for the index-th of something; 0 takes each province's own share of rural ones. */
static uint16_t pick_commune(const struct synth_world *world, uint64_t salt, uint64_t index,
                             uint32_t permille)
{
    uint64_t seed = world->options.seed + salt * SYNTH_GOLDEN;
    uint64_t all = world->provinces[SB_SYNTH_PROVINCES - 1].population_end;
    uint64_t point = (uint64_t)synth_spread(seed, 0, index) * all >> 32;
    uint32_t province = 0;
    while (world->provinces[province].population_end <= point)
        province++;
    const struct synth_communes_of *of = &world->provinces[province];
    uint32_t share = permille ? permille : of->rural_permille;
    bool rural = ((uint64_t)synth_spread(seed, 1, index) * 1000 >> 32) < share;
    struct synth_rng rng = synth_rng(seed, STREAM_PERSON, index);
    return (uint16_t)(of->first + (rural ? synth_below(&rng, of->rural_count)
                                         : of->rural_count + synth_below(&rng, of->urban_count)));
}

static uint8_t pick_provider(const struct synth_world *world, uint64_t salt, uint64_t index)
{
    uint64_t seed = world->options.seed + salt * SYNTH_GOLDEN;
    uint32_t point = (uint32_t)((uint64_t)synth_spread(seed, 2, index) * 1000 >> 32);
    uint8_t provider = 0;
    while (provider + 1 < SB_SYNTH_PROVIDERS && point >= synth_providers[provider].permille)
        point -= synth_providers[provider++].permille;
    return provider;
}

/* ------------------------------------------------------------------ people */

static uint8_t pick_class(const struct synth_world *world, uint32_t subscriber)
{
    uint32_t point = (uint32_t)((uint64_t)synth_spread(world->options.seed, 3, subscriber) * 100000 >> 32);
    uint8_t class_ = 0;
    while (class_ + 1 < SYNTH_CLASSES && point >= synth_classes[class_].per_100000)
        point -= synth_classes[class_++].per_100000;
    return class_;
}

#define HAS(provider) ((uint8_t)(1u << (4 + (provider))))
#define HAS_ALL       (HAS(0) | HAS(1) | HAS(2))

/* A further account of somebody who has one already, at a provider where there is none yet. */
static bool make_further(struct synth_world *world, uint32_t number, struct synth_rng *rng)
{
    struct synth_account *all = world->parties[PARTY_SUBSCRIBER];
    struct synth_account *first = &all[all[synth_below(rng, number)].person];
    if ((first->class_ & HAS_ALL) == HAS_ALL)
        return false;
    uint8_t provider = (uint8_t)synth_below(rng, SB_SYNTH_PROVIDERS);
    while (first->class_ & HAS(provider))
        provider = (uint8_t)((provider + 1) % SB_SYNTH_PROVIDERS);
    world->totals.at_two_providers += (first->class_ & HAS_ALL) == HAS(first->provider);
    first->class_ = (uint8_t)(first->class_ | HAS(provider));
    if ((first->class_ & HAS_ALL) == HAS_ALL) {
        world->totals.at_two_providers--;
        world->totals.at_three_providers++;
    }
    all[number] = (struct synth_account){.person = first->person,
                                         .provider = provider,
                                         .commune = first->commune,
                                         .class_ = pick_class(world, number)};
    return true;
}

static void make_subscriber(struct synth_world *world, uint32_t number)
{
    struct synth_account *account = &world->parties[PARTY_SUBSCRIBER][number];
    struct synth_rng rng = synth_rng(world->options.seed, STREAM_ACCOUNT, number);
    bool further = number > 0 && synth_chance(&rng, SECOND_ACCOUNT) && make_further(world, number, &rng);
    if (!further) {
        uint8_t provider = pick_provider(world, 0, number);
        *account = (struct synth_account){.person = number,
                                          .provider = provider,
                                          .commune = pick_commune(world, 0, number, 0),
                                          .class_ = pick_class(world, number) | HAS(provider)};
        world->totals.persons++;
    }
    account->flags = synth_chance(&rng, 80000) ? SYNTH_FULL : 0;
    if (synth_chance(&rng, 1200))
        account->flags |= SYNTH_SIM_YOUNG;
    else if (synth_chance(&rng, 300))
        account->flags |= SYNTH_SIM_UNKNOWN;
    const struct synth_commune *commune = &world->communes[account->commune];
    world->totals.by_provider[account->provider]++;
    world->totals.by_province[commune->province]++;
    world->totals.rural += commune->settlement == SB_SETTLEMENT_RURAL;
    world->totals.urban += commune->settlement == SB_SETTLEMENT_URBAN;
    world->totals.special += commune->settlement == SB_SETTLEMENT_SPECIAL;
}

/* The first merchants are the billers: one a purpose at each provider. */
static void make_merchant(struct synth_world *world, uint32_t number)
{
    const uint32_t billers = (SYNTH_PURPOSES - 1) * SB_SYNTH_PROVIDERS;
    struct synth_account *account = &world->parties[PARTY_MERCHANT][number];
    *account = (struct synth_account){.commune = pick_commune(world, 1, number, SYNTH_POINT_RURAL_PERMILLE)};
    account->provider = number < billers + SB_SYNTH_PROVIDERS ? (uint8_t)(number % SB_SYNTH_PROVIDERS)
                                                              : pick_provider(world, 1, number);
    account->person = number < billers ? 1 + number / SB_SYNTH_PROVIDERS : 0;
}

static void make_point(struct synth_world *world, uint32_t number)
{
    struct synth_account *account = &world->parties[PARTY_POINT][number];
    *account = (struct synth_account){.commune = pick_commune(world, 2, number, SYNTH_POINT_RURAL_PERMILLE)};
    account->provider = number < SB_SYNTH_PROVIDERS ? (uint8_t)number : pick_provider(world, 2, number);
    world->totals.rural_points += world->communes[account->commune].settlement == SB_SETTLEMENT_RURAL;
}

static enum sb_status make_lists(struct synth_world *world, enum synth_party party, struct synth_lists *lists,
                                 struct sb_err *err)
{
    const struct synth_account *all = world->parties[party];
    lists->list = calloc(world->counts[party], sizeof(*lists->list));
    if (!lists->list)
        return no_memory(err);
    for (int pass = 0; pass < 2; pass++) {
        uint32_t next[SB_ARRAY_SIZE(lists->start)];
        memcpy(next, lists->start, sizeof(next));
        for (uint32_t i = 0; i < world->counts[party]; i++) {
            bool is_biller = party == PARTY_MERCHANT && all[i].person != 0;
            uint32_t group =
                (uint32_t)all[i].provider * SB_SYNTH_PROVINCES + world->communes[all[i].commune].province;
            if (is_biller)
                continue;
            if (pass == 0)
                lists->start[group + 1]++;
            else
                lists->list[next[group]++] = i;
        }
        for (size_t i = 1; pass == 0 && i < SB_ARRAY_SIZE(lists->start); i++)
            lists->start[i] += lists->start[i - 1];
    }
    return SB_OK;
}

static enum sb_status make_parties(struct synth_world *world, struct sb_err *err)
{
    uint32_t accounts = synth_accounts_on(&world->options, world->options.to);
    uint32_t billers = (SYNTH_PURPOSES - 1) * SB_SYNTH_PROVIDERS;
    world->counts[PARTY_SUBSCRIBER] = SB_MAX(accounts, 1u);
    world->counts[PARTY_MERCHANT] =
        SB_MAX(SYNTH_MERCHANTS / world->options.scale, billers + SB_SYNTH_PROVIDERS);
    world->counts[PARTY_POINT] = SB_MAX(accounts / SYNTH_ACCOUNTS_PER_POINT, (uint32_t)SB_SYNTH_PROVIDERS);
    world->counts[PARTY_PROVIDER] = SB_SYNTH_PROVIDERS;
    for (int party = 0; party < 4; party++) {
        world->parties[party] = calloc(world->counts[party], sizeof(struct synth_account));
        if (!world->parties[party])
            return no_memory(err);
    }
    for (uint32_t i = 0; i < world->counts[PARTY_SUBSCRIBER]; i++)
        make_subscriber(world, i);
    for (uint32_t i = 0; i < world->counts[PARTY_MERCHANT]; i++)
        make_merchant(world, i);
    for (uint32_t i = 0; i < world->counts[PARTY_POINT]; i++)
        make_point(world, i);
    for (uint32_t i = 0; i < SB_SYNTH_PROVIDERS; i++)
        world->parties[PARTY_PROVIDER][i].provider = (uint8_t)i;
    world->totals.accounts = world->counts[PARTY_SUBSCRIBER];
    world->totals.merchants = world->counts[PARTY_MERCHANT];
    world->totals.points = world->counts[PARTY_POINT];
    enum sb_status status = make_lists(world, PARTY_POINT, &world->points, err);
    return status ? status : make_lists(world, PARTY_MERCHANT, &world->shops, err);
}

enum sb_status synth_world_make(struct synth_world *world, const struct sb_synth_options *options,
                                struct sb_err *err)
{
    world->options = *options;
    world->totals.options = *options;
    enum sb_status status = sb_territory_find("vn", &world->territory, err);
    if (!status && options->scale == 0)
        status = sb_fail(err, SB_INVALID, "a scale is 1 or more", "tỉ lệ phải từ 1 trở lên");
    if (!status && (options->to < options->from || options->to - options->from >= SB_ROLLING_DAYS_MAX))
        status = sb_fail(err, SB_INVALID, "the period must end after it begins and be at most %d days long",
                         "kỳ phải kết thúc sau khi bắt đầu và dài tối đa %d ngày", SB_ROLLING_DAYS_MAX);
    if (!status && sb_territory_epoch_on(world->territory, options->from) < 0) {
        sb_day first, last;
        char text[SB_TIME_TEXT_SIZE];
        sb_territory_epoch_days(world->territory, 0, &first, &last);
        sb_day_print(first, text);
        status = sb_fail(err, SB_INVALID, "the places of the country are known from %s on only",
                         "địa bàn chỉ được biết từ ngày %s", text);
    }
    if (!status)
        status = make_places(world, err);
    return status ? status : make_parties(world, err);
}

void synth_world_release(struct synth_world *world)
{
    for (int party = 0; party < 4; party++)
        free(world->parties[party]);
    free(world->communes);
    free(world->points.list);
    free(world->shops.list);
    free(world->queue.items);
}

/* ------------------------------------------------------------------ one account */

struct synth_account *synth_account(const struct synth_world *world, synth_ref ref)
{
    assert(SYNTH_NUMBER(ref) < world->counts[SYNTH_PARTY(ref)]);
    return &world->parties[SYNTH_PARTY(ref)][SYNTH_NUMBER(ref)];
}

struct sb_id synth_account_id(const struct synth_world *world, synth_ref ref)
{
    return synth_id(world->options.seed, STREAM_ACCOUNT_ID, ref);
}

/* What may change: all of it is said in a CHANGE too. */
static void put_changeable(const struct synth_world *world, synth_ref ref, sb_day opened_on,
                           struct sb_event *event)
{
    const struct synth_account *account = synth_account(world, ref);
    const struct synth_codes *codes = &world->codes;
    struct synth_rng rng = synth_rng(world->options.seed, STREAM_PERSON, account->person);
    event->attributes.tier = account->flags & SYNTH_FULL ? codes->full : codes->basic;
    event->attributes.place = world->communes[account->commune].place;
    event->attributes.sex = codes->sex[synth_below(&rng, 2)];
    /* Ages 16 to 75, the young more often; one in fifty is not known. */
    uint32_t one = synth_below(&rng, 60), other = synth_below(&rng, 60), age = 16 + SB_MIN(one, other);
    event->attributes.birth_year = synth_chance(&rng, 2000) ? 0 : (uint16_t)(2025 - age);
    struct synth_rng own = synth_rng(world->options.seed, STREAM_ACCOUNT, SYNTH_NUMBER(ref) + SYNTH_GOLDEN);
    event->attributes.sim_since = opened_on - 92 - (sb_day)synth_below(&own, 3650);
    if (account->flags & SYNTH_SIM_YOUNG)
        event->attributes.sim_since = opened_on - (sb_day)synth_below(&own, 88);
    if (account->flags & SYNTH_SIM_UNKNOWN)
        event->attributes.sim_since = SB_DAY_NONE;
}

void synth_open_event(const struct synth_world *world, synth_ref ref, struct sb_event *ret_event)
{
    static const uint8_t sides[4] = {SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS, SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS,
                                     SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS, SB_A_CREDITS_MAY_NOT_EXCEED_DEBITS};
    const struct synth_account *account = synth_account(world, ref);
    const struct synth_codes *codes = &world->codes;
    *ret_event = (struct sb_event){.type = SB_EVENT_OPEN};
    ret_event->account = synth_account_id(world, ref);
    ret_event->attributes.unit = codes->unit;
    ret_event->attributes.class_ = codes->class_[SYNTH_PARTY(ref)];
    ret_event->attributes.provider = codes->provider[account->provider];
    ret_event->attributes.flags = sides[SYNTH_PARTY(ref)];
    ret_event->attributes.opened_on = world->day;
    ret_event->attributes.sim_since = world->day - 1000; /* of business: checked long ago */
    if (SYNTH_PARTY(ref) != PARTY_PROVIDER)
        ret_event->attributes.place = world->communes[account->commune].place;
    ret_event->person = synth_id(world->options.seed, STREAM_PERSON_ID, ref);
    if (SYNTH_PARTY(ref) != PARTY_SUBSCRIBER)
        return;
    sb_day opened_on = registered_on(world, SYNTH_NUMBER(ref));
    ret_event->person = synth_id(world->options.seed, STREAM_PERSON_ID, account->person);
    ret_event->attributes.issuer = codes->non_bank;
    ret_event->attributes.opened_on = opened_on;
    put_changeable(world, ref, opened_on, ret_event);
}

void synth_change_event(const struct synth_world *world, synth_ref ref, struct sb_event *ret_event)
{
    *ret_event = (struct sb_event){.type = SB_EVENT_CHANGE};
    ret_event->account = synth_account_id(world, ref);
    put_changeable(world, ref, registered_on(world, SYNTH_NUMBER(ref)), ret_event);
}
