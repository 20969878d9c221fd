/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What a territory is in memory: made by parse.c, asked by territory.c. */

#include "territory/territory.h"

struct sb_territory_epoch {
    sb_day from;
    sb_place_index first; /* its places are first to first + count - 1, in the order of the text */
    uint32_t count;
};

/*
 * Places stand in the order of their text, so that those inside a place are the ones right behind it, up to
 * its end. links[starts[i]] to links[starts[i + 1] - 1] are the places that place i became, or came from.
 */
struct sb_territory_links {
    uint32_t *starts;      /* owned, count + 2 */
    sb_place_index *links; /* owned */
};

struct sb_territory {
    char *name;                        /* owned */
    char *text;                        /* owned: codes, kinds and names point into it */
    struct sb_place_info *infos;       /* owned, by index; infos[0] is no place */
    sb_place_index *ends;              /* owned: the first index behind the places inside this one */
    uint32_t count;                    /* of places */
    struct sb_territory_epoch *epochs; /* owned */
    uint16_t epoch_count;
    uint32_t *keys;          /* owned: `place` of each epoch's places, sorted, from first - 1 on */
    sb_place_index *indexes; /* owned: the index that belongs to each key */
    struct sb_territory_links later, earlier;
};
