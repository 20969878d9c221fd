/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "measure/did.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static enum sb_status add(struct sb_observed *panel, const char *unit, unsigned period, const char *treated,
                          double outcome, double weight, struct sb_err *err)
{
    char name[16];
    static uint64_t line = 1;
    (void)snprintf(name, sizeof(name), "%u", period);
    struct sb_observation row = {.unit = unit,
                                 .period = name,
                                 .treated = treated,
                                 .weight = weight,
                                 .outcome = outcome,
                                 .has_outcome = !isnan(outcome),
                                 .line = ++line};
    return sb_observed_add(panel, &row, err);
}

/*
 * Five units, three periods, worked out by hand:
 *
 *     unit  start  1  2  3        change 1-2  1-3  2-3
 *     A     2      1  5  6                4    5    1
 *     B     2      2  4  9                2    7    5
 *     C     never  0  1  3                1    3    2
 *     D     never  4  5  5                1    1    0
 *     E     3      1  3  8                2    7    5
 *
 * ATT(2,2) = (4 + 2)/2 - (1 + 1)/2 = 2      ATT(2,3) = (5 + 7)/2 - (3 + 1)/2 = 4
 * ATT(3,2) = 2 - 1 = 1, a placebo           ATT(3,3) = 5 - (2 + 0)/2 = 4
 * simple: (2*2 + 2*4 + 1*4) / 5 = 3.2; event 0: (2*2 + 1*4) / 3, 1: 4, -1: 1; group 2: 3, 3: 4; period 2: 2,
 * 3: (2*4 + 4)/3.
 */
static struct sb_observed *make_by_hand(void)
{
    static const struct {
        const char *unit, *start;
        double outcomes[3];
    } units[] = {{"A", "2", {1, 5, 6}},
                 {"B", "2", {2, 4, 9}},
                 {"C", "", {0, 1, 3}},
                 {"D", "", {4, 5, 5}},
                 {"E", "3", {1, 3, 8}}};
    struct sb_observed *panel = sb_observed_new();
    struct sb_err err = {0};
    CHECK(panel);
    for (size_t u = 0; u < SB_ARRAY_SIZE(units); u++)
        for (unsigned t = 3; t >= 1; t--) /* in no good order */
            CHECK_INT(add(panel, units[u].unit, t, units[u].start, units[u].outcomes[t - 1], 1, &err), SB_OK);
    CHECK_INT(sb_observed_finish(panel, &err), SB_OK);
    return panel;
}

static const struct sb_did_row *find(const struct sb_did *did, enum sb_did_kind kind, int group, int period,
                                     int event)
{
    for (size_t i = 0; i < did->count; i++) {
        const struct sb_did_row *row = &did->rows[i];
        if (row->kind == kind && (group < 0 || (int)row->group == group) &&
            (period < 0 || (int)row->period == period) && (event == 99 || row->event == event))
            return row;
    }
    test_fail(__FILE__, __LINE__, "no such row");
}

static const struct sb_did_row *overall(const struct sb_did *did, enum sb_did_overall of)
{
    for (size_t i = 0; i < did->count; i++)
        if (did->rows[i].kind == SB_DID_OVERALL && did->rows[i].of == of)
            return &did->rows[i];
    test_fail(__FILE__, __LINE__, "no such row");
}

static void near(double got, double expected)
{
    if (!(fabs(got - expected) < 1e-9))
        test_fail(__FILE__, __LINE__, "%.12g, expected %.12g", got, expected);
}

TEST(did, a_panel_worked_out_by_hand)
{
    struct sb_observed *panel = make_by_hand();
    struct sb_did_options options = {.draws = 200, .seed = 1};
    struct sb_did did = {0};
    struct sb_err err = {0};
    CHECK_INT(sb_did_estimate(panel, &options, &did, &err), SB_OK);
    near(find(&did, SB_DID_GROUP_TIME, 1, 1, 99)->estimate, 2);
    near(find(&did, SB_DID_GROUP_TIME, 1, 2, 99)->estimate, 4);
    near(find(&did, SB_DID_GROUP_TIME, 2, 1, 99)->estimate, 1);
    near(find(&did, SB_DID_GROUP_TIME, 2, 2, 99)->estimate, 4);
    CHECK(find(&did, SB_DID_GROUP_TIME, 2, 1, 99)->placebo);
    CHECK(!find(&did, SB_DID_GROUP_TIME, 2, 2, 99)->placebo);
    near(overall(&did, SB_DID_SIMPLE)->estimate, 3.2);
    near(find(&did, SB_DID_EVENT, -1, -1, 0)->estimate, 8.0 / 3);
    near(find(&did, SB_DID_EVENT, -1, -1, 1)->estimate, 4);
    near(find(&did, SB_DID_EVENT, -1, -1, -1)->estimate, 1);
    near(overall(&did, SB_DID_BY_EVENT)->estimate, 10.0 / 3);
    near(find(&did, SB_DID_GROUP, 1, -1, 99)->estimate, 3);
    near(find(&did, SB_DID_GROUP, 2, -1, 99)->estimate, 4);
    near(overall(&did, SB_DID_BY_GROUP)->estimate, 10.0 / 3);
    near(find(&did, SB_DID_CALENDAR, -1, 1, 99)->estimate, 2);
    near(find(&did, SB_DID_CALENDAR, -1, 2, 99)->estimate, 4);
    near(overall(&did, SB_DID_BY_CALENDAR)->estimate, 3);
    /* ATT(2,2): A and B stray by 1 and -1 from their mean, each half of it; C and D do not stray: sqrt(1/4 +
     * 1/4). */
    near(find(&did, SB_DID_GROUP_TIME, 1, 1, 99)->error, sqrt(0.5));
    near(find(&did, SB_DID_GROUP_TIME, 1, 2, 99)->error, 1);
    CHECK_INT(did.treated_clusters, 3);
    CHECK_INT(did.control_clusters, 2);
    /* A group of one unit has no spread of its own. */
    CHECK(!find(&did, SB_DID_GROUP_TIME, 2, 2, 99)->has_error);
    CHECK(find(&did, SB_DID_GROUP_TIME, 1, 1, 99)->has_error);
    sb_did_release(&did);

    /* E is a control of A and B in period 2, before its own start: 3 - (1 + 1 + 2)/3. Not in period 3. */
    options.not_yet_treated = true;
    CHECK_INT(sb_did_estimate(panel, &options, &did, &err), SB_OK);
    near(find(&did, SB_DID_GROUP_TIME, 1, 1, 99)->estimate, 5.0 / 3);
    near(find(&did, SB_DID_GROUP_TIME, 1, 2, 99)->estimate, 4);
    sb_did_release(&did);
    sb_observed_free(panel);
}

/* The overall error by its own influence, once by hand: the simple mean's weights are estimated too. */
TEST(did, estimated_weights_have_an_error)
{
    struct sb_observed *panel = make_by_hand();
    struct sb_did_options options = {.draws = 200, .seed = 1};
    struct sb_did did = {0};
    struct sb_err err = {0};
    CHECK_INT(sb_did_estimate(panel, &options, &did, &err), SB_OK);
    /*
     * Cells: a = (2,2) 2, b = (2,3) 4, c = (3,3) 4; p = 2/5, 2/5, 1/5, together 1; weights 0.4, 0.4, 0.2.
     * Influence of the cells, A B C D E: a: .5 -.5 0 0 0; b: -.5 .5 -.5 .5 0; c: 0 0 -.5 .5 0 (E alone does
     * not stray). Weighed: A .4*.5 - .4*.5 = 0; B 0; C -.4*.5 - .2*.5 = -.3; D .3; E 0. Weights, per unit
     * 1/5: stray of A in a and b 1/5 - 2/25 = .12, in c 0 - 1/25 = -.04; E: -.08, -.08, .16; C, D: -.08,
     * -.08, -.04. Sum of estimate times stray: A, B: 6*.12 - 4*.04 = .56; C, D: -.48 - .16 = -.64; E: -.48 +
     * .64 = .16. Less 3.2 times the sum of strays: A, B: .2, so .56 - .64 = -.08; C, D: -.2, so 0; E: 0, so
     * .16. All: A -.08, B -.08, C -.3, D .3, E .16.
     */
    near(overall(&did, SB_DID_SIMPLE)->error, sqrt(0.08 * 0.08 * 2 + 0.3 * 0.3 * 2 + 0.16 * 0.16));
    sb_did_release(&did);
    sb_observed_free(panel);
}

/* ------------------------------------------------------------------ made-up worlds with known effects */

static double normal(uint64_t *state)
{
    double sum = -6; /* twelve uniform numbers: near enough, and the same everywhere */
    for (unsigned i = 0; i < 12; i++) {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        sum += (double)(*state >> 11) / 9007199254740992.0;
    }
    return sum;
}

/*
 * Sixty units, eight periods; a third start in period 4, a third in 6, a third never. Units differ, periods
 * differ, and errors of a unit hang together. The effect grows with time, and more so for the early ones:
 * what two-way fixed effects get wrong.
 */
static double effect(unsigned start, unsigned period)
{
    if (start == 0 || period < start)
        return 0;
    return start == 4 ? 2.0 * (period - start + 1) : 1.0 * (period - start + 1);
}

static struct sb_observed *make_world(uint64_t *state)
{
    struct sb_observed *panel = sb_observed_new();
    struct sb_err err = {0};
    CHECK(panel);
    for (unsigned u = 0; u < 60; u++) {
        char name[16];
        unsigned start = u % 3 == 0 ? 4 : u % 3 == 1 ? 6 : 0;
        double level = 10 * normal(state), shock = 0;
        (void)snprintf(name, sizeof(name), "u%u", u);
        for (unsigned t = 1; t <= 8; t++) {
            shock = 0.5 * shock + normal(state);
            CHECK_INT(add(panel, name, t,
                          start == 4   ? "4"
                          : start == 6 ? "6"
                                       : "",
                          level + 0.7 * t + effect(start, t) + shock, 1, &err),
                      SB_OK);
        }
    }
    CHECK_INT(sb_observed_finish(panel, &err), SB_OK);
    return panel;
}

TEST(did, intervals_hold_the_truth_as_often_as_they_say)
{
    /* simple: group 4: 2 4 6 8 10, group 6: 1 2 3, equal sizes: 36 / 8. */
    const double truth_simple = 36.0 / 8, truth_first = (2.0 + 1.0) / 2;
    unsigned worlds = 200, hits = 0, band_hits = 0, calm = 0;
    double sum = 0;
    uint64_t state = UINT64_C(88172645463325252);
    for (unsigned w = 0; w < worlds; w++) {
        struct sb_observed *panel = make_world(&state);
        struct sb_did_options options = {.draws = 199, .seed = w + 1};
        struct sb_did did = {0};
        struct sb_err err = {0};
        CHECK_INT(sb_did_estimate(panel, &options, &did, &err), SB_OK);
        const struct sb_did_row *simple = overall(&did, SB_DID_SIMPLE),
                                *first = find(&did, SB_DID_EVENT, -1, -1, 0);
        sum += simple->estimate;
        hits += simple->low <= truth_simple && truth_simple <= simple->high;
        bool all = first->band_low <= truth_first && truth_first <= first->band_high;
        for (size_t i = 0; i < did.count; i++) {
            const struct sb_did_row *row = &did.rows[i];
            if (row->kind == SB_DID_EVENT && row->event < 0)
                all = all && row->band_low <= 0 && row->band_high >= 0;
        }
        band_hits += all;
        calm += did.placebo_p > 0.05;
        sb_did_release(&did);
        sb_observed_free(panel);
    }
    /* 95 of 100, and three standard errors of 200 trials to either side: 0.9 to 0.995. The mean's own error
     * is about 0.03. */
    CHECK(fabs(sum / worlds - truth_simple) < 0.1);
    CHECK(hits >= 180 && hits <= 199);
    CHECK(band_hits >= 180);
    CHECK(calm >= 175);
}

TEST(did, the_same_seed_gives_the_same_intervals)
{
    uint64_t state = 7;
    struct sb_observed *panel = make_world(&state);
    struct sb_did runs[3] = {0};
    struct sb_err err = {0};
    for (unsigned i = 0; i < 3; i++) {
        struct sb_did_options options = {.draws = 100, .seed = i == 2 ? 5 : 4};
        CHECK_INT(sb_did_estimate(panel, &options, &runs[i], &err), SB_OK);
    }
    double low[3];
    for (unsigned i = 0; i < 3; i++)
        low[i] = overall(&runs[i], SB_DID_SIMPLE)->low;
    near(low[0], low[1]);
    CHECK(fabs(low[0] - low[2]) > 1e-9);
    for (unsigned i = 0; i < 3; i++)
        sb_did_release(&runs[i]);
    sb_observed_free(panel);
}

/* A unit of weight 2 is two units. */
TEST(did, weights_stand_for_units)
{
    static const double outcomes[4][2] = {{1, 4}, {2, 9}, {0, 1}, {3, 2}};
    double estimates[2];
    for (unsigned way = 0; way < 2; way++) {
        struct sb_observed *panel = sb_observed_new();
        struct sb_did_options options = {.draws = 100, .seed = 1};
        struct sb_did did = {0};
        struct sb_err err = {0};
        for (unsigned u = 0; u < 4; u++) {
            for (unsigned copy = 0; copy < (way == 1 && u % 2 == 0 ? 2u : 1u); copy++) {
                char name[16];
                (void)snprintf(name, sizeof(name), "%u-%u", u, copy);
                for (unsigned t = 1; t <= 2; t++)
                    CHECK_INT(add(panel, name, t, u < 2 ? "2" : "", outcomes[u][t - 1],
                                  way == 0 && u % 2 == 0 ? 2 : 1, &err),
                              SB_OK);
            }
        }
        CHECK_INT(sb_observed_finish(panel, &err), SB_OK);
        CHECK_INT(sb_did_estimate(panel, &options, &did, &err), SB_OK);
        estimates[way] = overall(&did, SB_DID_SIMPLE)->estimate;
        sb_did_release(&did);
        sb_observed_free(panel);
    }
    near(estimates[0], (2 * 3 + 7) / 3.0 - (2 * 1 - 1) / 3.0);
    near(estimates[1], estimates[0]);
}

/* ------------------------------------------------------------------ what does not fit */

TEST(did, what_does_not_fit_is_named_or_left_out)
{
    struct sb_observed *panel = sb_observed_new();
    struct sb_did_options options = {.draws = 100, .seed = 1};
    struct sb_did did = {0};
    struct sb_err err = {0};
    CHECK_INT(add(panel, "a", 1, "2", 1, 1, &err), SB_OK);
    CHECK_INT(add(panel, "a", 2, "3", 1, 1, &err), SB_INVALID); /* another start */
    CHECK(strstr(err.text[SB_EN], "first treated period") != NULL);
    CHECK_INT(add(panel, "a", 2, "2", 1, 2, &err), SB_INVALID); /* another weight */
    CHECK_INT(add(panel, "b", 1, "", 1, -1, &err), SB_INVALID);
    CHECK_INT(add(panel, "", 1, "", 1, 1, &err), SB_INVALID);
    CHECK_INT(add(panel, "a", 2, "2", 2, 1, &err), SB_OK);
    CHECK_INT(add(panel, "hole", 1, "", 1, 1, &err), SB_OK);
    CHECK_INT(add(panel, "hole", 2, "", NAN, 1, &err), SB_OK);
    CHECK_INT(add(panel, "always", 1, "1", 1, 1, &err), SB_OK);
    CHECK_INT(add(panel, "always", 2, "1", 1, 1, &err), SB_OK);
    CHECK_INT(add(panel, "later", 1, "9", 1, 1, &err),
              SB_OK); /* after the last period: never, as far as anybody sees */
    CHECK_INT(add(panel, "later", 2, "9", 1, 1, &err), SB_OK);
    CHECK_INT(sb_observed_finish(panel, &err), SB_OK);
    struct sb_panel_shape shape = sb_observed_shape(panel);
    CHECK_INT(shape.with_holes, 1);
    CHECK_INT(shape.always_treated, 1);
    CHECK_INT(shape.never_treated, 1);
    CHECK_INT(shape.units, 2);
    CHECK_INT(sb_did_estimate(panel, &options, &did, &err), SB_OK);
    near(overall(&did, SB_DID_SIMPLE)->estimate, 1);
    CHECK(!overall(&did, SB_DID_SIMPLE)->has_error); /* one cluster on each side */
    sb_did_release(&did);
    sb_observed_free(panel);

    panel = sb_observed_new();
    CHECK_INT(add(panel, "a", 1, "", 1, 1, &err), SB_OK);
    CHECK_INT(add(panel, "a", 2, "", 1, 1, &err), SB_OK);
    CHECK_INT(sb_observed_finish(panel, &err), SB_OK);
    CHECK_INT(sb_did_estimate(panel, &options, &did, &err), SB_INVALID); /* nobody is treated */
    sb_observed_free(panel);

    panel = sb_observed_new();
    CHECK_INT(add(panel, "a", 1, "2", 1, 1, &err), SB_OK);
    CHECK_INT(add(panel, "a", 2, "2", 1, 1, &err), SB_OK);
    CHECK_INT(sb_observed_finish(panel, &err), SB_OK);
    CHECK_INT(sb_did_estimate(panel, &options, &did, &err), SB_INVALID); /* no controls */
    sb_observed_free(panel);

    panel = sb_observed_new();
    CHECK_INT(add(panel, "a", 1, "", 1, 1, &err), SB_OK);
    CHECK_INT(add(panel, "a", 1, "", 1, 1, &err), SB_OK);
    CHECK_INT(sb_observed_finish(panel, &err), SB_INVALID); /* twice */
    CHECK(strstr(err.text[SB_EN], "again") != NULL);
    sb_observed_free(panel);

    panel = sb_observed_new();
    CHECK_INT(add(panel, "a", 1, "2", 1, 1, &err), SB_OK);
    CHECK_INT(add(panel, "a", 3, "2", 1, 1, &err), SB_OK);
    CHECK_INT(sb_observed_finish(panel, &err), SB_INVALID); /* no such period */
    sb_observed_free(panel);

    panel = sb_observed_new();
    CHECK_INT(sb_observed_finish(panel, &err), SB_INVALID);
    sb_observed_free(panel);
}
