/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Text: a growing string for output, and the small readings of outside text that every parser needs.
 * A string that could not grow stays as it was and remembers it; the writer asks once, at the end.
 */

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sb_str {
    char *text;  /* owned; NUL-terminated once anything was added, else NULL */
    size_t size; /* bytes without the NUL */
    size_t room;
    bool failed; /* memory ran out: text is incomplete */
};

void sb_str_release(struct sb_str *str); /* frees; ready for reuse */
void sb_str_clear(struct sb_str *str);   /* empties, keeps the memory */
void sb_str_add(struct sb_str *str, const char *text);
void sb_str_add_bytes(struct sb_str *str, const char *text, size_t size);
void sb_str_printf(struct sb_str *str, const char *format, ...) SB_PRINTF(2, 3);
void sb_str_vprintf(struct sb_str *str, const char *format, va_list args) SB_PRINTF(2, 0);

/* An amount in minor units as the unit writes it, grouped by spaces in threes: 10 000 000 or 0.50. decimals:
 * 0 to 9. */
void sb_str_add_amount(struct sb_str *str, int64_t amount, unsigned decimals);

/* The text, "" when nothing was added; never NULL. Borrowed until the next change. */
const char *sb_str_text(const struct sb_str *str);

/* Columns that a UTF-8 text takes on a terminal, counting every code point as one but combining marks as
 * none. */
size_t sb_text_width(const char *text, size_t size);

/* True when the bytes are well-formed UTF-8 without NUL. *ret_bad_at (may be NULL) is the offset of the first
 * bad byte. */
bool sb_text_is_utf8(const char *text, size_t size, size_t *ret_bad_at);

/*
 * The nearest of the known words within an edit distance that a typing mistake explains (a third of the
 * word's length), or NULL. For "did you mean". Borrowed from words.
 */
const char *sb_text_nearest(const char *word, size_t size, const char *const *words, size_t count);

/*
 * A decimal number of minor units: digits, grouped by single spaces in threes or not at all, and with
 * decimals > 0 optionally '.' and at most that many digits. No sign. Reads the longest prefix that is one
 * number; *ret_used is its bytes. Returns false when there is none or it is over INT64_MAX.
 */
bool sb_text_amount(const char *text, size_t size, unsigned decimals, int64_t *ret_amount, size_t *ret_used);
