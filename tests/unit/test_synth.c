/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The synthetic country is checked from outside: its stream of events is watched as a ledger would see it,
 * its totals are held against the published ones, and its bytes against a committed hash, so that a change of
 * the country is always meant.
 */

#include "base/macros.h"
#include "import/event_file.h"
#include "journal/journal.h"
#include "synth/synth.h"
#include "territory/territory.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

/* What a change of the generator or its tables changes. Made by this test on failure; look at the report
 * before it is taken over. */
#define GOLDEN_EVENTS 18831
#define GOLDEN_HASH   "a44cd80f539dd3ec1bc293140dad6893"

/* ------------------------------------------------------------------ a watcher at the sink */

struct seen {
    struct sb_id id;
    uint64_t what; /* by table: see its use */
};

struct table { /* open addressing, never full */
    struct seen *slots;
    size_t room, count;
};

struct watcher {
    struct sb_symbols *symbols;
    const struct sb_territory *territory;
    struct sb_id hash;
    uint64_t count, by_type[SB_EVENT_TICK + 1];
    sb_time_us last, first;
    struct table accounts, ids, holders;
    uint64_t over_10_million; /* transfers of more than the limit at once */
    uint64_t unknown_sims, young_sims, cross_network, repeats;
    uint64_t fail_after; /* events: then the sink fails */
    uint32_t stop_after; /* days */
};

static struct seen *look(struct table *table, struct sb_id id)
{
    if (table->count * 2 >= table->room) {
        struct table grown = {.room = table->room ? table->room * 2 : 1024};
        grown.slots = calloc(grown.room, sizeof(*grown.slots));
        CHECK(grown.slots != NULL);
        for (size_t i = 0; i < table->room; i++) {
            if (!sb_id_is_none(table->slots[i].id))
                *look(&grown, table->slots[i].id) = table->slots[i];
        }
        grown.count = table->count;
        free(table->slots);
        *table = grown;
    }
    size_t at = sb_id_hash(id) & (table->room - 1);
    while (!sb_id_is_none(table->slots[at].id) && !sb_id_equal(table->slots[at].id, id))
        at = (at + 1) & (table->room - 1);
    return &table->slots[at];
}

static struct seen *keep(struct table *table, struct sb_id id)
{
    struct seen *slot = look(table, id);
    table->count += sb_id_is_none(slot->id);
    slot->id = id;
    return look(table, id);
}

static bool holds(struct table *table, struct sb_id id)
{
    return !sb_id_is_none(look(table, id)->id);
}

static void check_place(const struct watcher *watcher, uint32_t place, sb_time_us time)
{
    int epoch = sb_territory_epoch_on(watcher->territory, sb_day_of_time(time, 7 * 3600));
    CHECK(epoch >= 0);
    CHECK(SB_PLACE_LEVEL(place) != SB_PLACE_PROVINCE); /* a commune, or an island district without communes */
    CHECK(sb_territory_place(watcher->territory, (uint16_t)epoch, place) != 0);
}

/* Accounts carry their provider in `what`, so that crossing networks is seen. */
static void watch_open(struct watcher *watcher, const struct sb_event *event)
{
    CHECK(!holds(&watcher->accounts, event->account));
    keep(&watcher->accounts, event->account)->what = event->attributes.provider;
    const char *class_ = sb_symbols_name(watcher->symbols, SB_SPACE_CLASS, event->attributes.class_);
    CHECK(event->attributes.opened_on <= sb_day_of_time(event->time, 7 * 3600));
    if (strcmp(class_, "provider") != 0)
        check_place(watcher, event->attributes.place, event->time);
    if (strcmp(class_, "subscriber") != 0)
        return;
    CHECK(!sb_id_is_none(event->person));
    CHECK(event->attributes.flags == SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS);
    CHECK_STR(sb_symbols_name(watcher->symbols, SB_SPACE_UNIT, event->attributes.unit), "VND");
    CHECK_STR(sb_symbols_name(watcher->symbols, SB_SPACE_ISSUER, event->attributes.issuer), "non-bank");
    struct sb_id holder = {event->person.lo ^ event->attributes.provider, event->person.hi};
    CHECK(!holds(&watcher->holders, holder)); /* one account per customer per provider */
    (void)keep(&watcher->holders, holder);
    sb_day three_months_later = sb_day_add_months(event->attributes.sim_since, 3);
    watcher->unknown_sims += event->attributes.sim_since == SB_DAY_NONE;
    watcher->young_sims +=
        event->attributes.sim_since != SB_DAY_NONE && three_months_later > event->attributes.opened_on;
}

static void watch_transfer(struct watcher *watcher, const struct sb_event *event)
{
    CHECK(holds(&watcher->accounts, event->payer));
    CHECK(holds(&watcher->accounts, event->payee));
    CHECK(sb_id_is_none(event->agent) || holds(&watcher->accounts, event->agent));
    CHECK(!sb_id_equal(event->payer, event->payee));
    CHECK(event->amount >= 1 && event->amount <= SB_AMOUNT_MAX);
    const char *kind = sb_symbols_name(watcher->symbols, SB_SPACE_KIND, event->kind);
    if (strcmp(kind, "float") == 0)
        return;
    check_place(watcher, event->place, event->time);
    CHECK(event->channel != 0);
    CHECK((strcmp(kind, "cash-in") == 0 || strcmp(kind, "cash-out") == 0) == !sb_id_is_none(event->agent));
    watcher->over_10_million += event->amount > 10000000;
    watcher->cross_network +=
        strcmp(kind, "transfer") == 0 &&
        look(&watcher->accounts, event->payer)->what != look(&watcher->accounts, event->payee)->what;
}

/* Ids are new, but for events sent again. Transfers keep their type in `what`, so that references are seen to
 * be right. */
static void watch(struct watcher *watcher, const struct sb_event *event)
{
    CHECK(sb_event_is_well_formed(event));
    CHECK(event->type != SB_EVENT_NAME);
    CHECK(event->time >= watcher->last);
    watcher->first = watcher->count == 0 ? event->time : watcher->first;
    watcher->last = event->time;
    bool again = holds(&watcher->ids, event->id);
    CHECK(!again || event->type == SB_EVENT_TRANSFER);
    watcher->repeats += again;
    keep(&watcher->ids, event->id)->what = event->flags & SB_F_PENDING ? 2 : event->type == SB_EVENT_TRANSFER;
    if (event->type == SB_EVENT_OPEN)
        watch_open(watcher, event);
    else if (event->type == SB_EVENT_TRANSFER)
        watch_transfer(watcher, event);
    else if (event->type == SB_EVENT_POST || event->type == SB_EVENT_VOID)
        CHECK_INT(look(&watcher->ids, event->other)->what, 2);
    else if (event->type == SB_EVENT_REVERSE)
        CHECK_INT(look(&watcher->ids, event->other)->what, 1);
    else
        CHECK(holds(&watcher->accounts, event->account));
    watcher->by_type[event->type]++;
}

static enum sb_status take_name(void *context, enum sb_space space, const char *name, size_t size,
                                uint16_t *ret_code, struct sb_err *err)
{
    struct watcher *watcher = context;
    return sb_symbols_intern(watcher->symbols, space, name, size, ret_code, err);
}

static enum sb_status take_event(void *context, const struct sb_event *event, struct sb_err *err)
{
    struct watcher *watcher = context;
    if (watcher->count == watcher->fail_after)
        return sb_fail(err, SB_NOSPACE, "no space", "hết chỗ");
    watch(watcher, event);
    char bytes[sizeof(struct sb_id) + sizeof(*event)];
    memcpy(bytes, &watcher->hash, sizeof(watcher->hash));
    memcpy(bytes + sizeof(watcher->hash), event, sizeof(*event));
    watcher->hash = sb_id_of_text(bytes, sizeof(bytes));
    watcher->count++;
    return SB_OK;
}

static bool goes_on(void *context, uint32_t days_done, uint32_t days)
{
    struct watcher *watcher = context;
    CHECK(days_done >= 1 && days_done <= days);
    return days_done < watcher->stop_after;
}

static void watcher_init(struct watcher *watcher)
{
    *watcher = (struct watcher){
        .symbols = sb_symbols_new(), .last = SB_TIME_MIN, .fail_after = UINT64_MAX, .stop_after = UINT32_MAX};
    CHECK(watcher->symbols != NULL);
    CHECK_INT(sb_territory_find("vn", &watcher->territory, NULL), SB_OK);
}

static void watcher_release(struct watcher *watcher)
{
    sb_symbols_free(watcher->symbols);
    free(watcher->accounts.slots);
    free(watcher->ids.slots);
    free(watcher->holders.slots);
}

static sb_day day(int32_t year, uint8_t month, uint8_t of_month)
{
    return sb_day_of_date((struct sb_date){year, month, of_month});
}

static struct sb_synth_options autumn(uint32_t scale, uint64_t seed)
{
    return (struct sb_synth_options){seed, scale, day(2025, 9, 1), day(2025, 10, 31)};
}

static enum sb_status run(struct watcher *watcher, struct sb_synth_options options,
                          struct sb_synth_totals *totals, struct sb_err *err)
{
    const struct sb_synth_sink sink = {watcher, take_name, take_event, goes_on};
    watcher_init(watcher);
    return sb_synth_run(&options, &sink, totals, err);
}

/* ------------------------------------------------------------------ bytes */

TEST(synth, a_seed_gives_the_same_bytes_on_every_machine)
{
    struct watcher watcher;
    struct sb_synth_totals totals;
    char hash[SB_ID_TEXT_SIZE];
    CHECK_INT(run(&watcher, autumn(2000, 1), &totals, NULL), SB_OK);
    sb_id_print(watcher.hash, hash);
    CHECK_STR(hash, GOLDEN_HASH);
    CHECK_INT(watcher.count, GOLDEN_EVENTS);
    CHECK_INT(totals.events, watcher.count);
    watcher_release(&watcher);
}

TEST(synth, another_seed_gives_another_country_of_the_same_size)
{
    struct watcher one, other;
    struct sb_synth_totals totals_one, totals_other;
    CHECK_INT(run(&one, autumn(10000, 1), &totals_one, NULL), SB_OK);
    CHECK_INT(run(&other, autumn(10000, 2), &totals_other, NULL), SB_OK);
    CHECK(!sb_id_equal(one.hash, other.hash));
    CHECK_INT(totals_one.accounts, totals_other.accounts);
    watcher_release(&one);
    watcher_release(&other);
}

/* ------------------------------------------------------------------ totals */

#define CHECK_NEAR(got, expected, tolerance)                                                                 \
    do {                                                                                                     \
        int64_t got_ = (int64_t)(got), expected_ = (expected), tolerance_ = (tolerance);                     \
        if (got_ < expected_ - tolerance_ || got_ > expected_ + tolerance_)                                  \
            test_fail(__FILE__, __LINE__, "%s is %" PRId64 ", expected %" PRId64 " +- %" PRId64, #got, got_, \
                      expected_, tolerance_);                                                                \
    } while (0)

/* At 1:1000, in thousandths where there is a share. Tolerances are wide enough for any seed and narrow enough
 * for a wrong table. */
TEST(synth, totals_are_the_published_ones)
{
    static const struct {
        enum sb_synth_kind kind;
        int64_t permille;
    } kinds[] = {
        {SB_SYNTH_CASH_IN, 201}, {SB_SYNTH_CASH_OUT, 367}, {SB_SYNTH_PAYMENT, 351}, {SB_SYNTH_TRANSFER, 82}};
    static const struct {
        int hour;
        int64_t permille;
    } hours[] = {{18, 106}, {19, 129}, {20, 129}, {21, 102}, {3, 1}, {5, 1}};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct watcher watcher;
        struct sb_synth_totals totals;
        CHECK_INT(run(&watcher, autumn(1000, seed), &totals, NULL), SB_OK);
        int64_t done = 0, value = 0, accounts = (int64_t)totals.accounts;
        for (int kind = 0; kind < SB_SYNTH_TRANSACTIONS; kind++) {
            done += (int64_t)totals.done[kind];
            value += totals.value[kind];
        }
        CHECK_INT(accounts, 10890);
        CHECK_INT(totals.points, 11);
        CHECK_INT(totals.merchants, 276);
        CHECK_NEAR((int64_t)totals.rural * 1000 / accounts, 700, 15);
        CHECK_NEAR((int64_t)totals.active * 1000 / accounts, 240, 20);
        CHECK_NEAR(done * 3044 / (int64_t)totals.account_days, 109,
                   6); /* hundredths, a month of 30.44 days */
        CHECK_NEAR(value / done, (23619 + 29305) / 2, (29305 - 23619) / 2);
        for (size_t i = 0; i < SB_ARRAY_SIZE(kinds); i++)
            CHECK_NEAR((int64_t)totals.done[kinds[i].kind] * 1000 / done, kinds[i].permille, 20);
        for (size_t i = 0; i < SB_ARRAY_SIZE(hours); i++)
            CHECK_NEAR((int64_t)totals.done_by_hour[hours[i].hour] * 1000 / done, hours[i].permille, 12);
        watcher_release(&watcher);
    }
}

/* Provinces have accounts by their population (Hà Nội 8.718 of 112.4 million), providers by their shares. */
TEST(synth, accounts_are_spread_by_population)
{
    struct watcher watcher;
    struct sb_synth_totals totals;
    CHECK_INT(run(&watcher, autumn(1000, 7), &totals, NULL), SB_OK);
    uint64_t sum = 0;
    for (size_t i = 0; i < SB_SYNTH_PROVINCES; i++) {
        CHECK(totals.by_province[i] > 0);
        sum += totals.by_province[i];
    }
    CHECK_INT(sum, totals.accounts);
    CHECK_NEAR(totals.by_province[0], 10890 * 87180 / 1120535, 40);   /* Hà Nội */
    CHECK_NEAR(totals.by_province[27], 10890 * 140026 / 1120535, 60); /* Hồ Chí Minh */
    CHECK(totals.by_provider[0] > totals.by_provider[1] && totals.by_provider[1] > totals.by_provider[2]);
    CHECK_INT(totals.rural + totals.urban + totals.special, totals.accounts);
    CHECK(totals.at_two_providers > 0 && totals.at_three_providers > 0);
    CHECK_INT(totals.persons + totals.at_two_providers + 2 * totals.at_three_providers, totals.accounts);
    watcher_release(&watcher);
}

/* ------------------------------------------------------------------ what must occur */

/* Everything that a charter, a ledger and a replay have to stand is there at 1:1000 already. */
TEST(synth, every_kind_of_trouble_occurs)
{
    struct watcher watcher;
    struct sb_synth_totals totals;
    CHECK_INT(run(&watcher, autumn(1000, 1), &totals, NULL), SB_OK);
    static const enum sb_event_type types[] = {SB_EVENT_TRANSFER, SB_EVENT_POST, SB_EVENT_VOID,
                                               SB_EVENT_REVERSE,  SB_EVENT_OPEN, SB_EVENT_CHANGE,
                                               SB_EVENT_FREEZE};
    for (size_t i = 0; i < SB_ARRAY_SIZE(types); i++)
        CHECK(watcher.by_type[types[i]] > 0);
    CHECK(totals.over_limit > 0 && totals.at_limit > 0 && totals.retries > 0 && totals.expiries > 0);
    CHECK(watcher.unknown_sims > 0 && watcher.young_sims > watcher.unknown_sims);
    CHECK(watcher.cross_network > 0);
    CHECK_INT(watcher.repeats, totals.repeats);
    CHECK(watcher.repeats > 0);
    CHECK_INT(watcher.by_type[SB_EVENT_OPEN],
              totals.accounts + totals.points + totals.merchants + SB_SYNTH_PROVIDERS);
    watcher_release(&watcher);
}

/* The first instant is the period's by +07:00; most accounts are open then, the others follow as the
 * published series grows. */
TEST(synth, begins_with_the_period_and_grows)
{
    struct watcher watcher;
    struct sb_synth_totals totals;
    CHECK_INT(run(&watcher, autumn(1000, 1), &totals, NULL), SB_OK);
    sb_time_us begins;
    size_t used;
    CHECK(sb_time_parse("2025-08-31T17:00Z", 17, 0, &begins, &used));
    CHECK_INT(watcher.first, begins);
    CHECK(watcher.last < sb_time_of_day(day(2025, 11, 1), 7 * 3600));
    CHECK(totals.account_days < totals.accounts * 61);
    CHECK(totals.account_days > totals.accounts * 60);
    watcher_release(&watcher);
}

/* Places are those of the day, also when the codes change in the middle of the period. */
TEST(synth, places_follow_the_epoch)
{
    struct watcher watcher;
    struct sb_synth_totals totals;
    struct sb_synth_options options = {1, 5000, day(2025, 6, 20), day(2025, 7, 12)};
    CHECK_INT(run(&watcher, options, &totals, NULL), SB_OK); /* the watcher checks every place */
    CHECK(watcher.count > 3000);
    watcher_release(&watcher);
    options = (struct sb_synth_options){1, 5000, day(2026, 4, 20), day(2026, 5, 10)};
    CHECK_INT(run(&watcher, options, &totals, NULL), SB_OK);
    CHECK_INT(totals.accounts, 10890000 / 5000); /* behind the last published figure there is no growth */
    watcher_release(&watcher);
}

/* A whole country as small as eleven accounts, and a day as short as one. */
TEST(synth, any_scale_works)
{
    static const uint32_t scales[] = {1000000, 10890000, 4000000000u};
    for (size_t i = 0; i < SB_ARRAY_SIZE(scales); i++) {
        struct watcher watcher;
        struct sb_synth_totals totals;
        struct sb_synth_options options = {1, scales[i], day(2025, 9, 1), day(2025, 9, 1) + (sb_day)i * 3};
        CHECK_INT(run(&watcher, options, &totals, NULL), SB_OK);
        CHECK(totals.accounts >= 1 && totals.accounts <= 11);
        watcher_release(&watcher);
    }
}

/* ------------------------------------------------------------------ failures */

TEST(synth, impossible_options_are_refused)
{
    const struct sb_synth_options options[] = {
        {1, 0, day(2025, 9, 1), day(2025, 9, 2)},
        {1, 1000, day(2025, 9, 2), day(2025, 9, 1)},
        {1, 1000, day(2025, 2, 28), day(2025, 9, 1)}, /* before the first places known */
        {1, 1000, day(2025, 9, 1), day(2045, 9, 1)},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(options); i++) {
        struct watcher watcher;
        struct sb_synth_totals totals;
        struct sb_err err = {0};
        CHECK_INT(run(&watcher, options[i], &totals, &err), SB_INVALID);
        CHECK_INT(watcher.count, 0);
        CHECK(err.text[SB_EN][0] && err.text[SB_VI][0]);
        watcher_release(&watcher);
    }
}

TEST(synth, ends_in_good_order_when_stopped)
{
    struct watcher watcher;
    struct sb_synth_totals totals;
    const struct sb_synth_options options = autumn(10000, 1);
    const struct sb_synth_sink sink = {&watcher, take_name, take_event, goes_on};
    watcher_init(&watcher);
    watcher.stop_after = 3;
    CHECK_INT(sb_synth_run(&options, &sink, &totals, NULL), SB_INTERRUPTED);
    watcher_release(&watcher);
    watcher_init(&watcher);
    watcher.fail_after = 2000;
    CHECK_INT(sb_synth_run(&options, &sink, &totals, NULL), SB_NOSPACE);
    CHECK_INT(watcher.count, 2000);
    watcher_release(&watcher);
}

/* ------------------------------------------------------------------ the report */

static char *report(const struct sb_synth_totals *totals, int how)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    CHECK(stream != NULL);
    if (how < 0)
        CHECK(sb_synth_report_json(totals, stream));
    else
        sb_synth_report(totals, (enum sb_lang)how, stream);
    CHECK_INT(fclose(stream), 0);
    return text;
}

/* It says that it is synthetic, in both languages and in JSON, and names a source. */
TEST(synth, the_report_says_what_it_is)
{
    struct watcher watcher;
    struct sb_synth_totals totals;
    CHECK_INT(run(&watcher, autumn(10000, 1), &totals, NULL), SB_OK);
    watcher_release(&watcher);
    char *english = report(&totals, SB_EN), *vietnamese = report(&totals, SB_VI), *json = report(&totals, -1);
    CHECK(strstr(english, "Synthetic Viet Nam 1:10000") == english);
    CHECK(strstr(english, "10 890 000  [1]") != NULL);
    CHECK(strstr(english, "[1] State Bank of Viet Nam") != NULL);
    CHECK(strstr(vietnamese, "Việt Nam mô phỏng 1:10000") == vietnamese);
    CHECK(strstr(json, "{\"synthetic\": true") == json);
    CHECK(strstr(json, "\"published\": [23619, 29305]") != NULL);
    free(english);
    free(vietnamese);
    free(json);
}

/* Through the event file and back: the mark, the origin, and every event. */
static enum sb_status write_name(void *context, enum sb_space space, const char *name, size_t size,
                                 uint16_t *ret_code, struct sb_err *err)
{
    return sb_event_writer_name(context, space, name, size, ret_code, err);
}

static enum sb_status write_event(void *context, const struct sb_event *event, struct sb_err *err)
{
    return sb_event_writer_put(context, event, err);
}

TEST(synth, fits_an_event_file)
{
    const struct sb_synth_options options = autumn(20000, 1);
    const struct sb_event_file_info info = {
        .flags = SB_JOURNAL_SYNTHETIC, .clock_offset_s = 7 * 3600, .unit = "VND", .origin = "synthetic"};
    struct sb_event_writer *writer = NULL;
    struct sb_synth_totals totals;
    FILE *file = tmpfile();
    CHECK(file != NULL);
    CHECK_INT(sb_event_writer_new(file, &info, &writer, NULL), SB_OK);
    const struct sb_synth_sink sink = {writer, write_name, write_event, NULL};
    CHECK_INT(sb_synth_run(&options, &sink, &totals, NULL), SB_OK);
    CHECK_INT(sb_event_writer_close(writer, NULL), SB_OK);
    rewind(file);
    struct sb_event_file *reader = NULL;
    struct sb_event_file_info read_info;
    CHECK_INT(sb_event_file_open(file, "test", &reader, &read_info, NULL), SB_OK);
    CHECK_INT(read_info.flags, SB_JOURNAL_SYNTHETIC);
    uint64_t events = 0;
    for (uint32_t count = 1; count > 0;) {
        struct sb_event batch[64];
        CHECK_INT(sb_event_file_read(reader, batch, SB_ARRAY_SIZE(batch), &count, NULL), SB_OK);
        for (uint32_t i = 0; i < count; i++)
            events += batch[i].type != SB_EVENT_NAME;
    }
    CHECK_INT(events, totals.events);
    sb_event_file_close(reader);
    CHECK_INT(fclose(file), 0);
}
