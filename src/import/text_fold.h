/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Several spellings of one thing made one: spaces and case of names, without a locale. */

#include <stdbool.h>
#include <stddef.h>

/*
 * Write a name without outer spaces, and with case (Latin, Greek, Cyrillic letters become small) or runs of
 * spaces folded, into out, which has room for size bytes. Returns the bytes written. Requires UTF-8.
 */
size_t sb_fold_name(const char *text, size_t size, bool fold_case, bool fold_spaces, char *out);

/*
 * Make a symbol of any text: letters and digits stay (small ones unless keep_case), whatever stands between
 * them becomes one '-'; cut to SB_SYMBOL_SIZE_MAX at a character. Returns the bytes written, 0 when nothing
 * is left. Requires UTF-8.
 */
size_t sb_fold_symbol(const char *text, size_t size, bool keep_case, char *out);
