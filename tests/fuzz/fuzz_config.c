/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file is somebody's text: whatever it is, mistakes are listed within bounds and values stay
 * within theirs. */
#include "net/config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sb_config_mistakes mistakes;
    struct sb_config config = sb_config_default();
    if (size > SB_CONFIG_SIZE_MAX)
        return 0;
    bool good = sb_config_read((const char *)data, size, &config, &mistakes);
    assert(good == (mistakes.count == 0));
    assert(mistakes.count <= SB_CONFIG_MISTAKES_MAX);
    assert(config.workers >= 1 && config.workers <= SB_HTTP_WORKERS_MAX);
    assert(config.body_size_max >= 1024);
    assert(strlen(config.address) < sizeof(config.address));
    assert(strlen(config.page) < sizeof(config.page));
    for (uint32_t i = 0; i < mistakes.count; i++)
        assert(mistakes.list[i].line >= 1 && mistakes.list[i].text[0][0] && mistakes.list[i].text[1][0]);
    return 0;
}
