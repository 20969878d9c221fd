/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A mapping proposed for a file that nobody has described: what its header words and its first rows make
 * likely, with the reason of each sentence as a comment, and what cannot be known said so. docs/import.md.
 */

#include "base/str.h"

#include <stdio.h>

/*
 * Propose. Reads the file from its beginning; out gets a mapping that sb_map_read takes. path is for messages
 * and the title. Errors: SB_IO, SB_NOMEM, SB_INVALID (no rows, or no column that can be a time or an amount:
 * the text says which).
 */
SB_CHECKED enum sb_status sb_guess_map(FILE *file, const char *path, struct sb_str *out, struct sb_err *err);
