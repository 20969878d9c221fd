/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Questions to a territory. A code is found by binary search in its epoch's sorted keys (13 kB for Viet Nam's
 * 34 provinces: they stay in the first cache). Places of one epoch compare by index alone, since those inside
 * a place stand right behind it. Places of two epochs compare by following each smallest place through the
 * mappings; parse.c has bounded how many that can be.
 */

#include "territory/territory_internal.h"

#include "base/limits.h"
#include "base/macros.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* territories/vn.places, put into the program by embed.sh. */
extern const char sb_territory_vn[], sb_territory_vn_end[];

static const char *const names[] = {"vn"};

const char *const *sb_territory_names(size_t *ret_count)
{
    *ret_count = SB_ARRAY_SIZE(names);
    return names;
}

enum sb_status sb_territory_find(const char *name, const struct sb_territory **ret_territory,
                                 struct sb_err *err)
{
    static struct sb_territory *vn; /* owned, for the life of the program */
    if (strcmp(name, names[0]) != 0) {
        return sb_fail(err, SB_NOT_FOUND, "there is no territory '%s'; there is '%s'",
                       "không có địa bàn '%s'; chỉ có '%s'", name, names[0]);
    }
    if (!vn) {
        enum sb_status status = sb_territory_parse(names[0], sb_territory_vn,
                                                   (size_t)(sb_territory_vn_end - sb_territory_vn), &vn, err);
        if (status)
            return status;
    }
    *ret_territory = vn;
    return SB_OK;
}

static void release_links(struct sb_territory_links *links)
{
    free(links->starts);
    free(links->links);
}

void sb_territory_free(struct sb_territory *territory)
{
    if (!territory)
        return;
    release_links(&territory->later);
    release_links(&territory->earlier);
    free(territory->indexes);
    free(territory->keys);
    free(territory->epochs);
    free(territory->ends);
    free(territory->infos);
    free(territory->text);
    free(territory->name);
    free(territory);
}

const char *sb_territory_name(const struct sb_territory *territory)
{
    return territory->name;
}

uint16_t sb_territory_epoch_count(const struct sb_territory *territory)
{
    return territory->epoch_count;
}

void sb_territory_epoch_days(const struct sb_territory *territory, uint16_t epoch, sb_day *ret_from,
                             sb_day *ret_until)
{
    assert(epoch < territory->epoch_count);
    *ret_from = territory->epochs[epoch].from;
    *ret_until = epoch + 1 < territory->epoch_count ? territory->epochs[epoch + 1].from - 1 : INT32_MAX;
}

int sb_territory_epoch_on(const struct sb_territory *territory, sb_day day)
{
    int epoch = territory->epoch_count - 1;
    while (epoch >= 0 && territory->epochs[epoch].from > day)
        epoch--;
    return epoch;
}

sb_place_index sb_territory_place(const struct sb_territory *territory, uint16_t epoch, uint32_t place)
{
    if (epoch >= territory->epoch_count)
        return 0;
    const uint32_t *keys = territory->keys + territory->epochs[epoch].first - 1;
    uint32_t low = 0, count = territory->epochs[epoch].count;
    while (count > 1) {
        uint32_t half = count / 2;
        low += keys[low + half] <= place ? half : 0;
        count -= half;
    }
    return keys[low] == place ? territory->indexes[territory->epochs[epoch].first - 1 + low] : 0;
}

uint32_t sb_territory_place_count(const struct sb_territory *territory)
{
    return territory->count;
}

const struct sb_place_info *sb_territory_info(const struct sb_territory *territory, sb_place_index index)
{
    assert(index >= 1 && index <= territory->count);
    return &territory->infos[index];
}

bool sb_place_parse(const char *text, size_t size, uint32_t *ret_place)
{
    static const uint32_t levels[] = {
        [2] = SB_PLACE_PROVINCE, [3] = SB_PLACE_DISTRICT, [5] = SB_PLACE_COMMUNE};
    if (size >= SB_ARRAY_SIZE(levels) || levels[size] == 0)
        return false;
    uint32_t number = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (uint32_t)(text[i] - '0');
    }
    *ret_place = SB_PLACE(levels[size], number);
    return true;
}

/* ------------------------------------------------------------------ across epochs */

/* Following one place to an epoch: what is done with each place that is met there. */
struct walk {
    const struct sb_territory *territory;
    uint16_t to_epoch;
    bool lost;                                               /* some way ends before the epoch */
    bool (*arrive)(struct walk *walk, sb_place_index index); /* false: enough */
    sb_place_index outer;                                    /* of inside */
    bool in, out;
    sb_place_index *places; /* of map, room for SB_TERRITORY_REACH_MAX */
    size_t count;
};

/* Recursion goes one epoch a level, so SB_TERRITORY_EPOCHS_MAX bounds it. */
static bool follow(struct walk *walk, sb_place_index index)
{
    const struct sb_territory *territory = walk->territory;
    uint16_t epoch = territory->infos[index].epoch;
    if (epoch == walk->to_epoch)
        return walk->arrive(walk, index);
    const struct sb_territory_links *links = epoch < walk->to_epoch ? &territory->later : &territory->earlier;
    uint32_t first = links->starts[index], end = links->starts[index + 1];
    walk->lost = walk->lost || first == end;
    for (uint32_t i = first; i < end; i++) {
        if (!follow(walk, links->links[i]))
            return false;
    }
    return true;
}

static bool arrive_inside(struct walk *walk, sb_place_index index)
{
    if (index >= walk->outer && index < walk->territory->ends[walk->outer])
        walk->in = true;
    else
        walk->out = true;
    return !(walk->in && walk->out);
}

enum sb_three sb_territory_inside(const struct sb_territory *territory, sb_place_index inner,
                                  sb_place_index outer)
{
    assert(inner >= 1 && inner <= territory->count && outer >= 1 && outer <= territory->count);
    struct walk walk = {.territory = territory,
                        .to_epoch = territory->infos[outer].epoch,
                        .arrive = arrive_inside,
                        .outer = outer};
    for (sb_place_index index = inner; index < territory->ends[inner]; index++) {
        bool is_smallest = territory->ends[index] == index + 1;
        if (is_smallest && (!follow(&walk, index) || walk.lost))
            return SB_UNKNOWN;
    }
    return walk.in ? SB_YES : SB_NO;
}

static bool arrive_map(struct walk *walk, sb_place_index index)
{
    for (size_t i = 0; i < walk->count; i++) {
        if (walk->places[i] == index)
            return true;
    }
    assert(walk->count < SB_TERRITORY_REACH_MAX);
    walk->places[walk->count++] = index;
    return true;
}

size_t sb_territory_map(const struct sb_territory *territory, sb_place_index place, uint16_t to_epoch,
                        sb_place_index *ret_places, size_t max, bool *ret_whole)
{
    assert(place >= 1 && place <= territory->count);
    sb_place_index places[SB_TERRITORY_REACH_MAX];
    struct walk walk = {.territory = territory, .to_epoch = to_epoch, .arrive = arrive_map, .places = places};
    bool is_smallest = territory->ends[place] == place + 1;
    if (is_smallest && to_epoch < territory->epoch_count)
        (void)follow(&walk, place); /* arrive_map never ends it early */
    memcpy(ret_places, places, SB_MIN(walk.count, max) * sizeof(*ret_places));
    *ret_whole = walk.count == 1 && !walk.lost;
    return walk.count;
}
