/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Pieces of a charter as text in the keywords of a language: for the formatter, and for what is kept. */

#include "charter/charter.h"
#include "charter/keywords.h"

/* A condition, with only the parentheses that it needs. */
void sb_format_condition(const struct sb_charter *charter, const struct sb_condition *condition,
                         enum sb_lang lang, struct sb_str *out);

/* `a, b, c`, or `all`. */
void sb_format_kinds(const struct sb_kinds *kinds, enum sb_lang lang, struct sb_str *out);
void sb_format_words(const struct sb_words *words, struct sb_str *out);
/* A text in quotes, escaped. */
void sb_format_text(const char *text, struct sb_str *out);
/* 2025-09-03 or 2026-02-09T23:59. */
void sb_format_moment(const struct sb_moment *moment, struct sb_str *out);

/* The pieces of a sentence that has no effect yet, on one line: rows of a table are parted by spaces. */
void sb_format_kept(const struct sb_charter *charter, const struct sb_sentence *sentence, enum sb_lang lang,
                    struct sb_str *out);
/* The same with a table on lines of its own. */
void sb_format_kept_lines(const struct sb_charter *charter, const struct sb_sentence *sentence,
                          enum sb_lang lang, struct sb_str *out);

/* A limit up to its filter; from its subject to its figure (a table's figures left out); and its table. */
void sb_format_limit_head(const struct sb_charter *charter, const struct sb_sentence *limit,
                          enum sb_lang lang, struct sb_str *out);
void sb_format_limit_rest(const struct sb_charter *charter, const struct sb_sentence *limit,
                          enum sb_lang lang, struct sb_str *out);
/* Of an `ask`: `sum of KINDS where ... per account, each day, over N`. */
void sb_format_total(const struct sb_charter *charter, const struct sb_sentence *ask, enum sb_lang lang,
                     struct sb_str *out);
void sb_format_table(const struct sb_charter *charter, const struct sb_sentence *limit, enum sb_lang lang,
                     struct sb_str *out);
