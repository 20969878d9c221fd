/* SPDX-License-Identifier: Apache-2.0 */

/* Viet Nam's places are checked against what the National Statistics Office publishes: counts of each epoch,
 * and the traps of codes that were used again. */

#include "base/limits.h"
#include "base/macros.h"
#include "base/str.h"
#include "territory/territory.h"
#include "test.h"

#include <stdio.h>

enum { E2025_03 = 0, E2025_07 = 1, E2026_04 = 2 };

static const struct sb_territory *viet_nam(void)
{
    const struct sb_territory *territory = NULL;
    struct sb_err err = {0};
    if (sb_territory_find("vn", &territory, &err))
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    return territory;
}

static sb_place_index place(uint16_t epoch, const char *code)
{
    uint32_t number;
    CHECK(sb_place_parse(code, strlen(code), &number));
    sb_place_index index = sb_territory_place(viet_nam(), epoch, number);
    if (!index)
        test_fail(__FILE__, __LINE__, "no place %s in epoch %d", code, epoch);
    return index;
}

static const struct sb_place_info *info(uint16_t epoch, const char *code)
{
    return sb_territory_info(viet_nam(), place(epoch, code));
}

static sb_day day(int32_t year, uint8_t month, uint8_t day_of_month)
{
    return sb_day_of_date((struct sb_date){year, month, day_of_month});
}

/* 63 provinces, 696 districts (691 with communes, five islands without) and 10 035 communes; then 34 and 3
 * 321, twice. */
TEST(territory, counts_are_the_published_ones)
{
    static const struct {
        int level, count[3];
    } levels[] = {
        {SB_PLACE_PROVINCE, {63, 34, 34}},
        {SB_PLACE_DISTRICT, {696, 0, 0}},
        {SB_PLACE_COMMUNE, {10035, 3321, 3321}},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(levels); i++) {
        int count[3] = {0};
        for (sb_place_index index = 1; index <= sb_territory_place_count(viet_nam()); index++) {
            const struct sb_place_info *one = sb_territory_info(viet_nam(), index);
            count[one->epoch] += SB_PLACE_LEVEL(one->place) == (uint32_t)levels[i].level;
        }
        for (int epoch = 0; epoch < 3; epoch++)
            CHECK_INT(count[epoch], levels[i].count[epoch]);
    }
}

/* Decision 19/2025: 2 621 communes, 687 wards, 13 special zones; ten of the communes are wards from
 * 2026-04-30 on. */
TEST(territory, settlements_are_the_published_ones)
{
    int count[3][4] = {{0}};
    for (sb_place_index index = 1; index <= sb_territory_place_count(viet_nam()); index++) {
        const struct sb_place_info *one = sb_territory_info(viet_nam(), index);
        count[one->epoch][one->settlement]++;
        bool is_commune = SB_PLACE_LEVEL(one->place) == SB_PLACE_COMMUNE;
        CHECK(is_commune == (one->settlement != SB_SETTLEMENT_UNKNOWN));
    }
    CHECK_INT(count[E2025_03][SB_SETTLEMENT_RURAL], 7692);
    CHECK_INT(count[E2025_03][SB_SETTLEMENT_URBAN], 1726 + 617);
    CHECK_INT(count[E2025_07][SB_SETTLEMENT_RURAL], 2621);
    CHECK_INT(count[E2025_07][SB_SETTLEMENT_URBAN], 687);
    CHECK_INT(count[E2025_07][SB_SETTLEMENT_SPECIAL], 13);
    CHECK_INT(count[E2026_04][SB_SETTLEMENT_RURAL], 2611);
    CHECK_INT(count[E2026_04][SB_SETTLEMENT_URBAN], 697);
    CHECK_INT(count[E2026_04][SB_SETTLEMENT_SPECIAL], 13);
    CHECK_INT(info(E2025_03, "00001")->settlement, SB_SETTLEMENT_URBAN);
    CHECK_INT(info(E2025_07, "11948")->settlement, SB_SETTLEMENT_SPECIAL);
    CHECK_INT(info(E2025_07, "31213")->settlement, SB_SETTLEMENT_URBAN); /* corrected: the source says xa */
}

TEST(territory, epochs_by_day)
{
    CHECK_STR(sb_territory_name(viet_nam()), "vn");
    CHECK_INT(sb_territory_epoch_count(viet_nam()), 3);
    CHECK_INT(sb_territory_epoch_on(viet_nam(), day(2025, 2, 28)), -1);
    CHECK_INT(sb_territory_epoch_on(viet_nam(), day(2025, 3, 1)), 0);
    CHECK_INT(sb_territory_epoch_on(viet_nam(), day(2025, 6, 30)), 0);
    CHECK_INT(sb_territory_epoch_on(viet_nam(), day(2025, 7, 1)), 1);
    CHECK_INT(sb_territory_epoch_on(viet_nam(), day(2026, 4, 30)), 2);
    CHECK_INT(sb_territory_epoch_on(viet_nam(), INT32_MAX), 2);
    sb_day from, until;
    sb_territory_epoch_days(viet_nam(), 1, &from, &until);
    CHECK_INT(from, day(2025, 7, 1));
    CHECK_INT(until, day(2026, 4, 29));
    sb_territory_epoch_days(viet_nam(), 2, &from, &until);
    CHECK_INT(until, INT32_MAX);
}

/* The same code names another place after 2025-07-01. */
TEST(territory, codes_were_used_again)
{
    CHECK_STR(info(E2025_03, "24")->name, "Tỉnh Bắc Giang");
    CHECK_STR(info(E2025_07, "24")->name, "Tỉnh Bắc Ninh");
    CHECK_STR(info(E2025_03, "00004")->name, "Phường Trúc Bạch");
    CHECK_STR(info(E2025_07, "00004")->name, "Phường Ba Đình");
    CHECK_STR(info(E2025_07, "75")->kind, "tinh");
    CHECK_STR(info(E2026_04, "75")->kind, "thanh-pho");
    CHECK(place(E2025_03, "24") != place(E2025_07, "24"));
    CHECK_INT(sb_territory_place(viet_nam(), E2025_07, SB_PLACE(SB_PLACE_PROVINCE, 15)),
              place(E2025_07, "15"));
    CHECK_INT(sb_territory_place(viet_nam(), E2025_07, SB_PLACE(SB_PLACE_PROVINCE, 2)),
              0); /* Hà Giang is gone */
    CHECK_INT(sb_territory_place(viet_nam(), 3, SB_PLACE(SB_PLACE_PROVINCE, 1)), 0);
    CHECK_INT(sb_territory_place(viet_nam(), E2025_07, SB_PLACE(SB_PLACE_COMMUNE, 99999)), 0);
    CHECK_INT(sb_territory_place(viet_nam(), E2025_07, 0), 0);
}

/* Every index is found by its own code, lies in its parent, and its province is a province. */
TEST(territory, places_know_each_other)
{
    for (sb_place_index index = 1; index <= sb_territory_place_count(viet_nam()); index++) {
        const struct sb_place_info *one = sb_territory_info(viet_nam(), index);
        CHECK_INT(sb_territory_place(viet_nam(), one->epoch, one->place), index);
        const struct sb_place_info *province = sb_territory_info(viet_nam(), one->province);
        CHECK_INT(SB_PLACE_LEVEL(province->place), SB_PLACE_PROVINCE);
        CHECK_INT(province->epoch, one->epoch);
        CHECK((one->parent == 0) == (one->province == index));
        if (one->parent)
            CHECK_INT(sb_territory_inside(viet_nam(), index, one->parent), SB_YES);
    }
    CHECK_STR(sb_territory_info(viet_nam(), info(E2025_03, "27691")->province)->name, "Tỉnh Long An");
}

/* No place is lost: each commune (and island district) of an epoch has successors and predecessors in the
 * others. */
TEST(territory, every_commune_is_mapped_both_ways)
{
    int whole_count = 0, split_count = 0;
    for (sb_place_index index = 1; index <= sb_territory_place_count(viet_nam()); index++) {
        const struct sb_place_info *one = sb_territory_info(viet_nam(), index);
        if (SB_PLACE_LEVEL(one->place) != SB_PLACE_COMMUNE)
            continue;
        for (uint16_t epoch = 0; epoch < 3; epoch++) {
            sb_place_index places[16];
            bool whole;
            size_t count = sb_territory_map(viet_nam(), index, epoch, places, SB_ARRAY_SIZE(places), &whole);
            CHECK(count >= 1 && count <= SB_ARRAY_SIZE(places));
            CHECK(whole == (count == 1));
            if (one->epoch == epoch)
                CHECK(whole && places[0] == index);
            if (one->epoch == E2025_03 && epoch == E2025_07) {
                whole_count += whole;
                split_count += !whole;
            }
            if (one->epoch == E2025_07 && epoch == E2026_04)
                CHECK(whole && (strcmp(one->code, sb_territory_info(viet_nam(), places[0])->code) == 0 ||
                                strcmp(one->code, "06970") == 0));
        }
    }
    CHECK_INT(whole_count, 9564);
    CHECK_INT(split_count, 471);
}

TEST(territory, a_whole_and_a_split_commune)
{
    sb_place_index places[8];
    bool whole;
    CHECK_INT(sb_territory_map(viet_nam(), place(E2025_03, "00004"), E2025_07, places, 8, &whole), 1);
    CHECK(whole);
    CHECK_INT(places[0], place(E2025_07, "00004"));
    CHECK_INT(sb_territory_map(viet_nam(), place(E2025_03, "00016"), E2025_07, places, 8, &whole), 2);
    CHECK(!whole);
    size_t count = sb_territory_map(viet_nam(), place(E2025_03, "00016"), E2026_04, places, 1, &whole);
    CHECK_INT(count, 2); /* how many there are, though only one had room */
    CHECK_INT(sb_territory_map(viet_nam(), place(E2025_03, "318"), E2025_07, places, 8, &whole), 1);
    CHECK_INT(places[0], place(E2025_07, "11948")); /* an island district without communes */
    CHECK_INT(sb_territory_map(viet_nam(), place(E2025_03, "01"), E2025_07, places, 8, &whole), 0);
    CHECK(!whole); /* only the smallest places are mapped */
    CHECK_INT(sb_territory_map(viet_nam(), place(E2026_04, "06978"), E2025_07, places, 8, &whole), 1);
    CHECK_INT(places[0], place(E2025_07, "06970"));
    CHECK_INT(sb_territory_map(viet_nam(), place(E2025_07, "00004"), 9, places, 8, &whole), 0);
}

TEST(territory, inside_across_epochs)
{
    const struct {
        uint16_t inner_epoch;
        const char *inner;
        uint16_t outer_epoch;
        const char *outer;
        enum sb_three answer;
    } rows[] = {
        {E2025_03, "24", E2025_07, "24", SB_YES},       /* Bắc Giang lies in the new Bắc Ninh */
        {E2025_07, "24", E2025_03, "24", SB_UNKNOWN},   /* the new Bắc Ninh only in part in Bắc Giang */
        {E2025_03, "24", E2026_04, "24", SB_YES},       /* over two mappings */
        {E2025_03, "01", E2025_07, "24", SB_NO},        /* Hà Nội does not */
        {E2025_07, "01", E2025_03, "01", SB_YES},       /* unchanged, backwards */
        {E2025_03, "00004", E2025_07, "00004", SB_YES}, /* whole */
        {E2025_03, "00016", E2025_07, "00004", SB_UNKNOWN}, /* split, one part there */
        {E2025_03, "00016", E2025_07, "01", SB_YES},        /* split, both parts in Hà Nội */
        {E2025_03, "00016", E2025_07, "24", SB_NO},
        {E2025_07, "00004", E2025_03, "00004", SB_UNKNOWN}, /* made of more than the old one */
        {E2025_07, "00004", E2025_03, "01", SB_YES},
        {E2025_07, "75", E2026_04, "75", SB_YES},
        {E2026_04, "75", E2025_07, "75", SB_YES},
        {E2025_07, "51", E2025_03, "51", SB_UNKNOWN},
        {E2025_07, "00004", E2025_07, "01", SB_YES},     /* within one epoch */
        {E2025_07, "01", E2025_07, "00004", SB_UNKNOWN}, /* a province is partly in its commune */
        {E2025_07, "01", E2025_07, "24", SB_NO},
        {E2025_03, "00004", E2025_03, "001", SB_YES},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        enum sb_three answer = sb_territory_inside(viet_nam(), place(rows[i].inner_epoch, rows[i].inner),
                                                   place(rows[i].outer_epoch, rows[i].outer));
        if (answer != rows[i].answer)
            test_fail(__FILE__, __LINE__, "row %zu: %s of epoch %d inside %s of epoch %d is %d", i,
                      rows[i].inner, rows[i].inner_epoch, rows[i].outer, rows[i].outer_epoch, (int)answer);
    }
}

TEST(territory, codes_parse)
{
    uint32_t number;
    CHECK(sb_place_parse("24", 2, &number) && number == SB_PLACE(SB_PLACE_PROVINCE, 24));
    CHECK(sb_place_parse("001", 3, &number) && number == SB_PLACE(SB_PLACE_DISTRICT, 1));
    CHECK(sb_place_parse("00004", 5, &number) && number == SB_PLACE(SB_PLACE_COMMUNE, 4));
    static const char *const bad[] = {"", "2", "0004", "2a", "000004", "-1", " 1", "12 "};
    for (size_t i = 0; i < SB_ARRAY_SIZE(bad); i++)
        CHECK(!sb_place_parse(bad[i], strlen(bad[i]), &number));
}

TEST(territory, an_unknown_name_is_not_found)
{
    const struct sb_territory *territory = NULL;
    struct sb_err err = {0};
    CHECK_INT(sb_territory_find("xx", &territory, &err), SB_NOT_FOUND);
    CHECK(!territory);
    size_t count;
    CHECK_STR(sb_territory_names(&count)[0], "vn");
    CHECK_INT(count, 1);
}

/* Every refusal names the line and what was expected. */
TEST(territory, bad_texts_are_refused_with_line_and_cause)
{
#define HEAD "sandbank-places 1\n"
#define ONE  HEAD "epoch 2025-03-01\n01 tinh A\n00001 xa B\n00002 xa C\n"
#define TWO  ONE "epoch 2025-07-01\n01 tinh A\n00001 xa D\n00002 xa E\n"
    static const struct {
        const char *text;
        enum sb_status status;
        const char *cause;
    } rows[] = {
        {"", SB_SYNTAX, "territory 't', line 1: expected at least one 'epoch DATE' with places"},
        {"places\n", SB_VERSION, "territory 't', line 1: expected 'sandbank-places 1', found 'places'"},
        {HEAD "01 tinh A\n", SB_SYNTAX,
         "territory 't', line 2: expected 'epoch DATE' before the first place"},
        {HEAD "epoc 2025-03-01\n", SB_SYNTAX,
         "territory 't', line 2: expected 'epoch', 'mapping' or a code, found 'epoc'; did you mean 'epoch'?"},
        {HEAD "zz\n", SB_SYNTAX,
         "territory 't', line 2: expected 'epoch', 'mapping' or a code of 2, 3 or 5 digits, found 'zz'"},
        {HEAD "epoch 2025-02-29\n", SB_SYNTAX,
         "territory 't', line 2: expected a date YYYY-MM-DD behind 'epoch', found '2025-02-29'"},
        {HEAD "epoch 2025-03-01\nepoch 2025-04-01\n", SB_SYNTAX,
         "territory 't', line 3: expected the places of the epoch, found none"},
        {ONE "epoch 2025-03-01\n", SB_INVALID,
         "territory 't', line 6: expected an epoch later than the one before, found 2025-03-01"},
        {HEAD "epoch 2025-03-01\n00001 xa B\n", SB_SYNTAX,
         "territory 't', line 3: expected a province before '00001'"},
        {HEAD "epoch 2025-03-01\n01\n", SB_SYNTAX,
         "territory 't', line 3: expected a kind of place, small letters a to z and '-' (such as xa), found "
         "''"},
        {HEAD "epoch 2025-03-01\n01 Tinh A\n", SB_SYNTAX,
         "territory 't', line 3: expected a kind of place, small letters a to z and '-' (such as xa), found "
         "'Tinh'"},
        {HEAD "epoch 2025-03-01\n01 tinh\n", SB_SYNTAX,
         "territory 't', line 3: expected the place's name behind its kind, at most 512 bytes without "
         "control "
         "characters"},
        {HEAD "epoch 2025-03-01\n01 tinh A\r\n", SB_SYNTAX,
         "territory 't', line 3: expected the place's name behind its kind, at most 512 bytes without "
         "control "
         "characters"},
        {ONE "00001 xa F\n", SB_INVALID,
         "territory 't', line 6: code 00001 of line 6 stands in line 4 already"},
        {ONE "mapping\n", SB_SYNTAX,
         "territory 't', line 6: expected 'mapping' once, behind the places of the second or a later epoch"},
        {TWO "mapping all\n", SB_SYNTAX,
         "territory 't', line 10: expected 'same codes' or nothing behind 'mapping', found 'all'"},
        {TWO "mapping\n00001 > 00009\n", SB_INVALID,
         "territory 't', line 11: code 00009 names no place of the epoch from 2025-07-01"},
        {TWO "mapping\n00009 > 00001\n", SB_INVALID,
         "territory 't', line 11: code 00009 names no place of the epoch from 2025-03-01"},
        {TWO "mapping\n00001 00001\n", SB_SYNTAX,
         "territory 't', line 11: expected 'OLD > NEW' or 'OLD > NEW NEW ...'"},
        {TWO "mapping\n00001 > 00001 00001\n", SB_INVALID,
         "territory 't', line 11: 00001 stands twice in the line"},
        {TWO "mapping\n00001 > 00001\n00001 > 00002\n", SB_INVALID,
         "territory 't', line 12: 00001 is mapped a second time: put all that it became in one line"},
        {TWO "mapping\n01 > 01\n", SB_INVALID, "territory 't', line 11: 01 has places inside it: map those"},
        {TWO "mapping\n00001 > 00001  00002\n", SB_SYNTAX,
         "territory 't', line 11: expected a code of 2, 3 or 5 digits and single spaces between codes, found "
         "''"},
        {HEAD "epoch 2025-03-01\n01 tinh \xC3\n", SB_SYNTAX, "territory 't', line 3: expected UTF-8 text"},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        struct sb_territory *territory = NULL;
        struct sb_err err = {0};
        CHECK_INT(sb_territory_parse("t", rows[i].text, strlen(rows[i].text), &territory, &err),
                  rows[i].status);
        CHECK(!territory);
        CHECK_STR(err.text[SB_EN], rows[i].cause);
        CHECK(err.text[SB_VI][0] != '\0');
        CHECK_INT(sb_territory_parse("t", rows[i].text, strlen(rows[i].text), &territory, NULL),
                  rows[i].status);
    }
}

/* A place without successor is unknown, not outside; what `same codes` means. */
TEST(territory, a_lost_place_is_unknown)
{
    static const char text[] =
        TWO "mapping\n00001 > 00001\n"
            "epoch 2026-01-01\n01 tinh A\n00001 xa D\n00003 xa E\nmapping same codes\n";
    struct sb_territory *territory = NULL;
    struct sb_err err = {0};
    CHECK_INT(sb_territory_parse("t", text, sizeof(text) - 1, &territory, &err), SB_OK);
    sb_place_index kept = sb_territory_place(territory, 0, SB_PLACE(SB_PLACE_COMMUNE, 1));
    sb_place_index lost = sb_territory_place(territory, 0, SB_PLACE(SB_PLACE_COMMUNE, 2));
    sb_place_index then = sb_territory_place(territory, 2, SB_PLACE(SB_PLACE_PROVINCE, 1));
    CHECK_INT(sb_territory_inside(territory, kept, then), SB_YES);
    CHECK_INT(sb_territory_inside(territory, lost, then), SB_UNKNOWN);
    sb_place_index places[2];
    bool whole = true;
    CHECK_INT(sb_territory_map(territory, lost, 2, places, 2, &whole), 0);
    CHECK(!whole);
    sb_territory_free(territory);
}

/* Twenty epochs in which two places become each other: a million paths, refused before anybody follows them.
 */
TEST(territory, endless_splitting_is_refused)
{
    struct sb_str text = {0};
    sb_str_add(&text, HEAD);
    for (int i = 0; i < 20; i++) {
        sb_str_printf(&text, "epoch 2025-01-%02d\n01 tinh A\n02 tinh B\n", i + 1);
        sb_str_add(&text, i ? "mapping\n01 > 01 02\n02 > 01 02\n" : "");
    }
    struct sb_territory *territory = NULL;
    struct sb_err err = {0};
    CHECK_INT(sb_territory_parse("t", sb_str_text(&text), text.size, &territory, &err), SB_LIMIT);
    CHECK(strstr(err.text[SB_EN], "meets more than 1024 places"));
    sb_str_release(&text);
}
