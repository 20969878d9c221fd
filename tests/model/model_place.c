/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places. Which places there are, and what became of each commune, is data, read through the program's
 * territory; whether a place lies in an area is worked out here, commune by commune.
 */
#include "model.h"

/* Answers are kept for the world that was made last: there are thousands of communes. 0: not asked yet. */
enum { PLACES_MAX = 30000 };
static unsigned char answers[M_AREAS_MAX][PLACES_MAX];

static bool lies_in(const struct sb_territory *territory, sb_place_index place, sb_place_index outer)
{
    for (; place != 0; place = sb_territory_info(territory, place)->parent)
        if (place == outer)
            return true;
    return false;
}

static bool is_member(const struct m_world *world, int area, sb_place_index place)
{
    int epoch = sb_territory_epoch_on(world->territory, world->areas[area].as_of);
    for (int i = 0; i < world->areas[area].member_count; i++) {
        sb_place_index member =
            sb_territory_place(world->territory, (uint16_t)epoch, world->areas[area].members[i]);
        if (lies_in(world->territory, place, member))
            return true;
    }
    return false;
}

/* By the parts of a commune in the area's epoch; the area's rule decides when they lie on both sides. */
static enum m_three commune_lies_in(const struct m_world *world, int area, sb_place_index commune)
{
    sb_place_index parts[64];
    bool whole;
    int in = 0, out = 0;
    int epoch = sb_territory_epoch_on(world->territory, world->areas[area].as_of);
    size_t count = sb_territory_map(world->territory, commune, (uint16_t)epoch, parts, 64, &whole);
    for (size_t i = 0; i < count; i++)
        ++*(is_member(world, area, parts[i]) ? &in : &out);
    if ((in > 0) != (out > 0))
        return in > 0 ? M_YES : M_NO;
    if (in == 0 || world->areas[area].split == M_SPLIT_UNSAID)
        return M_MAYBE; /* nobody knows where it went, or nobody says what a split one is */
    return world->areas[area].split == M_SPLIT_INSIDE ? M_YES : M_NO;
}

/* A larger place lies in an area when all of its communes do, and outside when all of them are. */
static enum m_three work_out(const struct m_world *world, int area, sb_place_index place)
{
    bool any[3] = {false};
    if (SB_PLACE_LEVEL(sb_territory_info(world->territory, place)->place) == SB_PLACE_COMMUNE)
        return commune_lies_in(world, area, place);
    uint32_t count = sb_territory_place_count(world->territory);
    uint16_t epoch = sb_territory_info(world->territory, place)->epoch;
    for (sb_place_index i = 1; i <= count; i++) {
        const struct sb_place_info *info = sb_territory_info(world->territory, i);
        bool leaf = SB_PLACE_LEVEL(info->place) == SB_PLACE_COMMUNE;
        if (leaf && info->epoch == epoch && lies_in(world->territory, i, place))
            any[commune_lies_in(world, area, i)] = true;
    }
    if (any[M_MAYBE] || any[M_YES] == any[M_NO])
        return M_MAYBE;
    return any[M_YES] ? M_YES : M_NO;
}

enum m_three m_in_area(const struct m_world *world, int area, sb_place_index place)
{
    assert(place < PLACES_MAX);
    if (answers[area][place] == 0)
        answers[area][place] = (unsigned char)(1 + work_out(world, area, place));
    return (enum m_three)(answers[area][place] - 1);
}

sb_place_index m_place_then(const struct m_world *world, uint32_t place, sb_time_us time)
{
    int epoch = sb_territory_epoch_on(world->territory, m_local_day(time, world->offset_s));
    return epoch < 0 || place == 0 ? 0 : sb_territory_place(world->territory, (uint16_t)epoch, place);
}

/* ------------------------------------------------------------------ random ones */

static void add_place(struct m_world *world, sb_place_index place)
{
    if (place != 0 && world->place_count < M_PLACES_MAX)
        world->places[world->place_count++] = sb_territory_info(world->territory, place)->place;
}

/* A commune, as like as not one that was split, with its province and what became of it. */
static void add_neighbours(struct m_random *random, struct m_world *world)
{
    sb_place_index commune = 0, parts[16];
    bool whole = true;
    for (int tries = 0; tries < 400 && (whole || commune == 0); tries++) {
        sb_place_index place = 1 + m_below(random, sb_territory_place_count(world->territory));
        const struct sb_place_info *info = sb_territory_info(world->territory, place);
        if (info->epoch != 0 || SB_PLACE_LEVEL(info->place) != SB_PLACE_COMMUNE)
            continue;
        commune = place;
        (void)sb_territory_map(world->territory, place, 1, parts, 16, &whole); /* only whether it was split */
        if (m_chance(random, 2))
            break;
    }
    if (commune == 0)
        return;
    size_t count = sb_territory_map(world->territory, commune, 1, parts, 16, &whole);
    add_place(world, commune);
    add_place(world, sb_territory_info(world->territory, commune)->parent);
    add_place(world, sb_territory_info(world->territory, commune)->province);
    for (size_t i = 0; i < count && i < 2; i++) {
        add_place(world, parts[i]);
        add_place(world, sb_territory_info(world->territory, parts[i])->province);
    }
}

void m_make_places(struct m_random *random, struct m_world *world)
{
    static const char *const names[M_AREAS_MAX] = {"north", "vùng-2"};
    if (sb_territory_find("vn", &world->territory, NULL) != SB_OK)
        return;
    memset(answers, 0, sizeof(answers));
    world->first_day = m_day_of(2025, 5, 20) + (sb_day)m_below(random, 45);
    if (m_chance(random, 25))
        world->first_day = m_day_of(2026, 4, 1) + (sb_day)m_below(random, 40);
    for (int i = 0; i < 3; i++)
        add_neighbours(random, world);
    for (int i = 0; i < M_AREAS_MAX; i++) {
        world->areas[i].name = names[i];
        world->areas[i].as_of = m_chance(random, 50) ? m_day_of(2025, 6, 30) : m_day_of(2025, 7, 1);
        world->areas[i].split = m_below(random, 3);
        int epoch = sb_territory_epoch_on(world->territory, world->areas[i].as_of);
        for (int k = 0; k < 3; k++) {
            uint32_t place = world->places[m_below(random, (uint32_t)world->place_count)];
            if (SB_PLACE_LEVEL(place) != SB_PLACE_DISTRICT &&
                sb_territory_place(world->territory, (uint16_t)epoch, place) != 0)
                world->areas[i].members[world->areas[i].member_count++] = place;
        }
        if (world->areas[i].member_count > 0)
            world->area_count = i + 1;
        else
            break;
    }
}
