/* SPDX-License-Identifier: Apache-2.0 */
/* A panel from any bytes: read or refused, and what was read can be estimated or is refused. */
#include "import/panel_file.h"
#include "measure/did.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct sb_panel_columns columns = {"unit",    "time",   "outcome", "treated",
                                                    "cluster", "weight", ','};
    struct sb_observed *panel = NULL;
    struct sb_err err = {0};
    FILE *file = size > 0 && size < 65536 ? fmemopen((void *)(uintptr_t)data, size, "rb") : NULL;
    if (!file)
        return 0;
    enum sb_status status = sb_panel_read(file, "fuzz", &columns, &panel, &err);
    (void)fclose(file);
    if (status != SB_OK) {
        assert(err.text[SB_EN][0] && err.text[SB_VI][0]);
        return 0;
    }
    struct sb_panel_shape shape = sb_observed_shape(panel);
    struct sb_did_options options = {.draws = 20, .seed = 1, .not_yet_treated = size % 2 == 0};
    struct sb_did did = {0};
    if (shape.units < 200 && shape.periods < 30)
        status = sb_did_estimate(panel, &options, &did, &err);
    for (size_t i = 0; status == SB_OK && i < did.count; i++)
        assert(!did.rows[i].has_error || did.rows[i].low <= did.rows[i].high || isnan(did.rows[i].error) ||
               isinf(did.rows[i].error));
    sb_did_release(&did);
    sb_observed_free(panel);
    return 0;
}
