/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file to propose a mapping for: the proposal, if there is one, is a mapping that reads. */
#include "import/guess.h"

#include "import/map.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_str out = {0};
    struct sb_map map;
    FILE *file = tmpfile();
    if (!file)
        return 0;
    bool written = fwrite(data, 1, size, file) == size && fseek(file, 0, SEEK_SET) == 0;
    if (written && sb_guess_map(file, "in.csv", &out, NULL) == SB_OK) {
        if (sb_map_read("guess.map", sb_str_text(&out), out.size, &map, NULL) != SB_OK)
            abort();
        sb_map_release(&map);
    }
    (void)fclose(file); /* a temporary file */
    sb_str_release(&out);
    return 0;
}
