/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Areas become one byte a place, over all epochs, so that the judge only looks up. An area names places of
 * one epoch; a commune of another epoch lies in it when all that it became (or was made of) there does.
 * Looking at all members at once decides a commune that was split between two of them, which asking each
 * member alone could not. A larger place lies in an area when all its communes do.
 */

#include "charter/compile_internal.h"

#include "base/macros.h"

#include <string.h>

struct area_work {
    const struct sb_territory *territory;
    uint16_t epoch; /* of the area's codes */
    enum sb_three_rule split;
    uint8_t *member; /* by place index: named by the area, or inside something that is */
    uint8_t *seen;   /* by place index of a larger place: bit n: it has a commune that is enum sb_three n */
    uint8_t *inside; /* what the plan keeps */
};

static bool is_commune(const struct sb_place_info *info)
{
    return SB_PLACE_LEVEL(info->place) == SB_PLACE_COMMUNE;
}

/* Indexes rise from larger to smaller or not; a place's chain of parents is at most three long. */
static bool has_member_above(const struct area_work *work, sb_place_index index)
{
    for (sb_place_index at = index; at != 0; at = sb_territory_info(work->territory, at)->parent)
        if (work->member[at])
            return true;
    return false;
}

static enum sb_three commune_inside(const struct area_work *work, sb_place_index index)
{
    enum { PARTS_MAX = 256 };
    sb_place_index parts[PARTS_MAX];
    bool whole;
    if (sb_territory_info(work->territory, index)->epoch == work->epoch)
        return has_member_above(work, index) ? SB_YES : SB_NO;
    size_t count = sb_territory_map(work->territory, index, work->epoch, parts, PARTS_MAX, &whole);
    size_t inside = 0;
    if (count == 0 || count > PARTS_MAX)
        return SB_UNKNOWN;
    for (size_t i = 0; i < count; i++)
        inside += has_member_above(work, parts[i]);
    if (inside == count)
        return SB_YES;
    if (inside == 0)
        return SB_NO;
    switch (work->split) {
    case SB_SPLIT_INSIDE: return SB_YES;
    case SB_SPLIT_OUTSIDE: return SB_NO;
    case SB_SPLIT_UNDECIDED: break;
    }
    return SB_UNKNOWN;
}

static void judge_places(struct area_work *work)
{
    uint32_t count = sb_territory_place_count(work->territory);
    for (sb_place_index i = 1; i <= count; i++) {
        const struct sb_place_info *info = sb_territory_info(work->territory, i);
        if (!is_commune(info))
            continue;
        work->inside[i] = (uint8_t)commune_inside(work, i);
        for (sb_place_index at = info->parent; at != 0; at = sb_territory_info(work->territory, at)->parent)
            work->seen[at] |= (uint8_t)(1u << work->inside[i]);
    }
    for (sb_place_index i = 1; i <= count; i++) {
        const struct sb_place_info *info = sb_territory_info(work->territory, i);
        if (is_commune(info))
            continue;
        bool named = info->epoch == work->epoch && has_member_above(work, i);
        if (named || work->seen[i] == 1u << SB_YES)
            work->inside[i] = SB_YES;
        else
            work->inside[i] = work->seen[i] == 1u << SB_NO ? SB_NO : SB_UNKNOWN;
    }
}

static enum sb_status find_epoch(struct sb_compile *compile, uint32_t layer, const struct sb_sentence *area,
                                 uint16_t *ret_epoch)
{
    const struct sb_territory *territory = compile->plan->territory;
    int epoch = sb_territory_epoch_count(territory) - 1;
    if (area->area.as_of.present)
        epoch = sb_territory_epoch_on(territory, sb_day_of_date(area->area.as_of.date));
    if (epoch < 0)
        return sb_compile_fail(compile, layer, area->area.as_of.at, SB_INVALID,
                               "territory '%s' is not known on that day: it lies before its first epoch",
                               "lãnh thổ '%s' chưa có dữ liệu vào ngày đó: trước thời kỳ đầu tiên",
                               sb_territory_name(territory));
    *ret_epoch = (uint16_t)epoch;
    return SB_OK;
}

static enum sb_status mark_members(struct sb_compile *compile, uint32_t layer, const struct sb_sentence *area,
                                   struct area_work *work)
{
    for (uint32_t i = 0; i < area->area.count; i++) {
        const struct sb_area_member *member = &area->area.members[i];
        sb_place_index index = sb_territory_place(work->territory, work->epoch, member->place);
        if (index == 0)
            return sb_compile_fail(compile, layer, member->code.at, SB_INVALID,
                                   "territory '%s' has no place with code '%s' on that day",
                                   "lãnh thổ '%s' không có địa bàn mang mã '%s' vào ngày đó",
                                   sb_territory_name(work->territory), member->code.text);
        work->member[index] = 1;
    }
    return SB_OK;
}

static enum sb_status make_area(struct sb_compile *compile, uint32_t layer, const struct sb_sentence *area)
{
    struct sb_plan *plan = compile->plan;
    if (!plan->territory)
        return sb_compile_fail(compile, layer, area->at, SB_INVALID,
                               "an area needs a `territory` sentence in the regulator's charter",
                               "vùng cần một câu `territory` trong điều lệ của cơ quan quản lý");
    if (plan->area_count == SB_PLAN_AREAS_MAX)
        return sb_compile_fail(compile, layer, area->at, SB_LIMIT, "more than %d areas", "quá %d vùng",
                               SB_PLAN_AREAS_MAX);
    struct area_work work = {.territory = plan->territory, .split = area->area.split};
    size_t size = (size_t)sb_territory_place_count(plan->territory) + 1;
    work.member = sb_arena_alloc(&compile->scratch, size, 1);
    work.seen = sb_arena_alloc(&compile->scratch, size, 1);
    work.inside = sb_arena_alloc(&plan->arena, size, 1);
    if (!work.member || !work.seen || !work.inside)
        return sb_compile_no_memory(compile);
    enum sb_status status = find_epoch(compile, layer, area, &work.epoch);
    if (status == SB_OK)
        status = mark_members(compile, layer, area, &work);
    if (status != SB_OK)
        return status;
    judge_places(&work);
    compile->area_sentence[plan->area_count] = area;
    compile->area_layer[plan->area_count] = (uint8_t)layer;
    plan->areas[plan->area_count++] = (struct sb_plan_area){work.inside, area->name};
    return SB_OK;
}

static enum sb_status find_territory(struct sb_compile *compile)
{
    struct sb_plan *plan = compile->plan;
    const struct sb_sentence *named = sb_charter_find(plan->layers[0].charter, SB_S_TERRITORY, NULL);
    if (!named)
        return SB_OK;
    enum sb_status status = sb_territory_find(named->name.text, &plan->territory, compile->err);
    if (status == SB_NOT_FOUND) {
        size_t count;
        const char *const *names = sb_territory_names(&count);
        const char *nearest = sb_text_nearest(named->name.text, strlen(named->name.text), names, count);
        return sb_compile_fail(
            compile, 0, named->name.at, SB_INVALID, "there is no territory '%s'; the nearest is '%s'",
            "không có lãnh thổ '%s'; gần nhất là '%s'", named->name.text, nearest ? nearest : names[0]);
    }
    return status;
}

enum sb_status sb_compile_areas(struct sb_compile *compile)
{
    struct sb_plan *plan = compile->plan;
    enum sb_status status = find_territory(compile);
    if (status != SB_OK)
        return status;
    plan->areas = sb_arena_alloc(&plan->arena, SB_PLAN_AREAS_MAX, sizeof(*plan->areas));
    if (!plan->areas)
        return sb_compile_no_memory(compile);
    for (uint32_t layer = 0; layer < plan->layer_count; layer++) {
        const struct sb_charter *charter = plan->layers[layer].charter;
        for (uint32_t i = 0; i < charter->sentence_count && status == SB_OK; i++)
            if (charter->sentences[i].type == SB_S_AREA)
                status = make_area(compile, layer, &charter->sentences[i]);
    }
    return status;
}
