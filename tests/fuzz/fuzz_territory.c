/* SPDX-License-Identifier: Apache-2.0 */

/* Any text as a territory: it is refused with a cause, or every question to it has an answer. */

#include "base/macros.h"
#include "territory/territory.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_everything(const struct sb_territory *territory)
{
    uint32_t count = sb_territory_place_count(territory);
    for (sb_place_index index = 1; index <= SB_MIN(count, 300u); index++) {
        const struct sb_place_info *info = sb_territory_info(territory, index);
        assert(sb_territory_place(territory, info->epoch, info->place) == index);
        assert(sb_territory_inside(territory, index, index) == SB_YES);
        assert(sb_territory_inside(territory, index, info->province) == SB_YES);
        for (uint16_t epoch = 0; epoch < sb_territory_epoch_count(territory); epoch++) {
            sb_place_index places[4];
            bool whole;
            size_t found = sb_territory_map(territory, index, epoch, places, SB_ARRAY_SIZE(places), &whole);
            assert(!whole || found == 1);
            for (size_t i = 0; i < SB_MIN(found, SB_ARRAY_SIZE(places)); i++)
                assert(sb_territory_info(territory, places[i])->epoch == epoch);
        }
        (void)sb_territory_inside(territory, index, count + 1 - index); /* any answer but no crash */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_territory *territory = NULL;
    struct sb_err err = {0};
    if (sb_territory_parse("x", (const char *)data, size, &territory, &err)) {
        assert(!territory && err.status && err.text[SB_EN][0] && err.text[SB_VI][0]);
        return 0;
    }
    ask_everything(territory);
    sb_territory_free(territory);
    return 0;
}
