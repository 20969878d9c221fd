/* SPDX-License-Identifier: Apache-2.0 */
#include "charter/charter.h"

void sb_charter_format(const struct sb_charter *charter, enum sb_lang lang, struct sb_str *out)
{
    (void)lang;
    sb_str_add_bytes(out, charter->source, charter->source_size);
}
