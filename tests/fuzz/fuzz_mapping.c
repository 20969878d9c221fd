/* SPDX-License-Identifier: Apache-2.0 */
/* Mapping files: whatever the bytes, an error with a text in both languages or a map that binds to a header.
 */
#include "import/map.h"

#include "base/macros.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sb_map_text header[] = {{"date", 4}, {"card", 4}, {"merchant", 8}, {"amount", 6}};
    struct sb_map map;
    struct sb_err err = {0};
    enum sb_status status = sb_map_read("fuzz.map", (const char *)data, size, &map, &err);
    if (status == SB_OK) {
        status = sb_map_bind(&map, false, header, SB_ARRAY_SIZE(header), &err);
        if (status == SB_OK)
            status = sb_map_bind(&map, true, header, SB_ARRAY_SIZE(header), &err);
    }
    if (status != SB_OK)
        assert(err.text[SB_EN][0] != '\0' && err.text[SB_VI][0] != '\0');
    sb_map_release(&map);
    return 0;
}
