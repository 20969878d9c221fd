/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Charter sources as the journal keeps them: per installation a count (4 bytes), then for each source the
 * size of its path (4), the path, the size of its text (4), the text. Untrusted when read.
 */

#include "charter/plan.h"

void sb_charter_pack(const struct sb_source *sources, uint32_t count, struct sb_str *out);

/*
 * Read one installation from bytes; *ret_used is how many it took. The sources point into bytes. Requires
 * room for SB_CHARTER_LAYERS_MAX. Errors: SB_DAMAGED.
 */
SB_CHECKED enum sb_status sb_charter_unpack(const char *bytes, size_t size, struct sb_source *sources,
                                            uint32_t *ret_count, size_t *ret_used, struct sb_err *err);
