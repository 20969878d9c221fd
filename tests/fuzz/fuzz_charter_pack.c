/* SPDX-License-Identifier: Apache-2.0 */
/* The charters inside a journal are somebody's bytes: unpack, pack again, and the same bytes must come out.
 */
#include "engine/charter_pack.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    uint32_t count;
    size_t used;
    if (sb_charter_unpack((const char *)data, size, sources, &count, &used, NULL) != SB_OK)
        return 0;
    assert(used <= size);
    for (uint32_t i = 0; i < count; i++)
        if (strlen(sources[i].path) + 1 + sources[i].size > size)
            __builtin_trap();
    return 0;
}
