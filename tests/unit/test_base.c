/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "base/event.h"
#include "base/macros.h"
#include "base/str.h"
#include "test.h"

#include <stdio.h>

/* Every day of four centuries goes to a date and back, and follows the one before. */
TEST(calendar, days_and_dates_agree)
{
    struct sb_date before = {1899, 12, 31};
    for (sb_day day = sb_day_of_date((struct sb_date){1900, 1, 1}); day < 200000; day++) {
        struct sb_date date = sb_date_of_day(day);
        CHECK(sb_date_is_valid(date));
        CHECK_INT(sb_day_of_date(date), day);
        CHECK(date.day == before.day + 1 || date.day == 1);
        before = date;
    }
    CHECK_INT(sb_day_of_date((struct sb_date){1970, 1, 1}), 0);
    CHECK_INT(sb_day_of_date((struct sb_date){2000, 2, 29}), 11016);
}

/* Viet Nam's month turns at 17:00 UTC. */
TEST(calendar, month_turns_by_the_clock)
{
    sb_time_us time;
    size_t used;
    CHECK(sb_time_parse("2022-01-31T16:59:59Z", 20, 0, &time, &used));
    CHECK_INT(used, 20);
    CHECK_INT(sb_date_of_day(sb_day_of_time(time, 7 * 3600)).month, 1);
    CHECK_INT(sb_date_of_day(sb_day_of_time(time + SB_SECOND_US, 7 * 3600)).month, 2);
}

/* Three months from the end of November end with the end of February. */
TEST(calendar, months_clamp_to_the_end)
{
    struct {
        struct sb_date from;
        int32_t months;
        struct sb_date to;
    } rows[] = {
        {{2021, 11, 30}, 3, {2022, 2, 28}},
        {{2023, 11, 30}, 3, {2024, 2, 29}},
        {{2024, 2, 29}, 24, {2026, 2, 28}},
        {{2022, 1, 31}, -1, {2021, 12, 31}},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++)
        CHECK_INT(sb_day_add_months(sb_day_of_date(rows[i].from), rows[i].months),
                  sb_day_of_date(rows[i].to));
}

/* India's year begins on 1 April; weeks on Monday. */
TEST(calendar, periods)
{
    sb_day day = sb_day_of_date((struct sb_date){2026, 3, 31});
    CHECK_INT(sb_period_start(SB_PERIOD_YEAR, day, 4, 1), sb_day_of_date((struct sb_date){2025, 4, 1}));
    CHECK_INT(sb_period_next(SB_PERIOD_YEAR, day, 4, 1), day + 1);
    CHECK_INT(sb_period_start(SB_PERIOD_WEEK, 3, 1, 1), -3); /* 1970-01-04 was a Sunday */
    CHECK_INT(sb_period_start(SB_PERIOD_WEEK, 4, 1, 1), 4);
    CHECK_INT(sb_period_next(SB_PERIOD_MONTH, day, 1, 1), day + 1);
}

TEST(calendar, bad_times_are_refused)
{
    static const char *const texts[] = {
        "2025-02-29T00:00Z",     "2025-13-01T00:00", "2025-01-01", "2025-01-01T24:00", "x",
        "2025-01-01T10:00+99:00"};
    sb_time_us time;
    size_t used;
    for (size_t i = 0; i < SB_ARRAY_SIZE(texts); i++)
        CHECK(!sb_time_parse(texts[i], strlen(texts[i]), 0, &time, &used));
}

TEST(calendar, print_and_parse_agree)
{
    sb_time_us time;
    size_t used;
    char text[SB_TIME_TEXT_SIZE];
    CHECK(sb_time_parse("2025-09-03T10:00:07.000250+07:00", 32, 0, &time, &used));
    sb_time_print(time, 7 * 3600, text);
    CHECK_STR(text, "2025-09-03T10:00:07.000250+07:00");
    sb_time_print(time, 0, text);
    CHECK_STR(text, "2025-09-03T03:00:07.000250Z");
}

TEST(str, amounts_read_and_print)
{
    struct {
        const char *text;
        unsigned decimals;
        int64_t amount;
        size_t used;
    } rows[] = {
        {"10 000 000", 0, 10000000, 10},
        {"9 999 999 from", 0, 9999999, 9},
        {"0.50", 2, 50, 4},
        {"300", 2, 30000, 3},
        {"1 0000", 0, 1, 1},
        {"12 34", 0, 12, 2},
        {"1234", 0, 1234, 4},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        int64_t amount;
        size_t used;
        CHECK(sb_text_amount(rows[i].text, strlen(rows[i].text), rows[i].decimals, &amount, &used));
        CHECK_INT(amount, rows[i].amount);
        CHECK_INT(used, rows[i].used);
    }
    int64_t amount;
    size_t used;
    CHECK(!sb_text_amount("99999999999999999999", 20, 0, &amount, &used));
    CHECK(!sb_text_amount("0.505", 5, 2, &amount, &used));
    struct sb_str str = {0};
    sb_str_add_amount(&str, 10000050, 2);
    CHECK_STR(sb_str_text(&str), "100 000.50");
    sb_str_release(&str);
}

TEST(str, nearest_word)
{
    static const char *const words[] = {"cash-in", "cash-out", "transfer"};
    CHECK_STR(sb_text_nearest("cash-inn", 8, words, 3), "cash-in");
    CHECK_STR(sb_text_nearest("trasnfer", 8, words, 3), "transfer");
    static const char *const short_words[] = {"tier"};
    CHECK_STR(sb_text_nearest("teir", 4, short_words, 1), "tier");
    CHECK(sb_text_nearest("zebra", 5, words, 3) == NULL);
}

TEST(str, utf8)
{
    size_t at;
    CHECK(sb_text_is_utf8("Quyết định", strlen("Quyết định"), NULL));
    CHECK(!sb_text_is_utf8("a\xC0\xAF", 3, &at));
    CHECK_INT(at, 1);
    CHECK(!sb_text_is_utf8("\xED\xA0\x80", 3, NULL));
}

TEST(symbols, codes_are_stable_and_bounded)
{
    struct sb_symbols *symbols = sb_symbols_new();
    uint16_t code;
    for (int i = 0; i < 1000; i++) {
        char name[16];
        int size = snprintf(name, sizeof(name), "n%d", i);
        CHECK(sb_symbols_intern(symbols, SB_SPACE_TIER, name, (size_t)size, &code, NULL) == SB_OK);
        CHECK_INT(code, i + 1);
    }
    CHECK(sb_symbols_intern(symbols, SB_SPACE_TIER, "n7", 2, &code, NULL) == SB_OK);
    CHECK_INT(code, 8);
    CHECK_INT(sb_symbols_find(symbols, SB_SPACE_KIND, "n7", 2), 0);
    CHECK_STR(sb_symbols_name(symbols, SB_SPACE_TIER, 8), "n7");
    CHECK(sb_symbols_intern(symbols, SB_SPACE_TIER, "a b", 3, &code, NULL) == SB_INVALID);
    struct sb_symbols *copy = sb_symbols_copy(symbols);
    CHECK_INT(sb_symbols_find(copy, SB_SPACE_TIER, "n999", 4), 1000);
    sb_symbols_free(copy);
    sb_symbols_free(symbols);
}

TEST(event, unused_fields_must_be_zero)
{
    struct sb_event event = {.id = {1, 0}, .type = SB_EVENT_VOID, .other = {2, 0}};
    CHECK(sb_event_is_well_formed(&event));
    event.kind = 1;
    CHECK(!sb_event_is_well_formed(&event));
    event = (struct sb_event){.id = {1, 0}, .type = SB_EVENT_CLOSE, .account = {3, 0}};
    CHECK(sb_event_is_well_formed(&event));
    event.attributes.frozen = SB_FROZEN_IN;
    CHECK(!sb_event_is_well_formed(&event));
    event.type = SB_EVENT_FREEZE;
    CHECK(sb_event_is_well_formed(&event));
    event = sb_event_name(7, SB_SPACE_TIER, 1, "full", 4);
    CHECK(sb_event_is_well_formed(&event));
    event.type = 200;
    CHECK(!sb_event_is_well_formed(&event));
}

TEST(event, same_ignores_only_the_time)
{
    struct sb_event a = {.id = {1, 0}, .type = SB_EVENT_TRANSFER, .time = 5, .amount = 3};
    struct sb_event b = a;
    b.time = 6;
    CHECK(sb_event_same(&a, &b));
    b.steps = 1;
    CHECK(!sb_event_same(&a, &b));
}

TEST(arena, is_bounded_and_can_be_made_to_fail)
{
    struct sb_arena arena;
    sb_arena_init(&arena, 1000);
    CHECK(sb_arena_alloc(&arena, 10, 50) != NULL);
    CHECK(sb_arena_alloc(&arena, 10, 60) == NULL);
    arena.fail_after = 1;
    CHECK(sb_arena_alloc(&arena, 1, 1) != NULL);
    CHECK(sb_arena_alloc(&arena, 1, 1) == NULL);
    sb_arena_release(&arena);
}

TEST(status, both_languages_and_context)
{
    struct sb_err err = {0};
    CHECK(sb_fail(&err, SB_DAMAGED, "record %d damaged", "bản ghi %d bị hỏng", 41) == SB_DAMAGED);
    CHECK(sb_fail_in(&err, "replay '%s'", "chạy lại '%s'", "/j") == SB_DAMAGED);
    CHECK_STR(err.text[SB_EN], "replay '/j': record 41 damaged");
    CHECK_STR(err.text[SB_VI], "chạy lại '/j': bản ghi 41 bị hỏng");
}
