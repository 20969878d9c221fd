/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Pieces of reasons and tables in words, in either language. All add to a string and nothing else. */

#include "charter/reason.h"

/* An amount with the plan's unit, or for a limit that counts events a bare number. */
void sb_words_figure(const struct sb_plan *plan, bool is_count, int64_t value, struct sb_str *out);

/* The unit's name as the regulator's charter writes it, "" without one. Borrowed. */
const char *sb_words_unit(const struct sb_plan *plan);

/* "each calendar month", "the last 30 days". Requires a LIMIT with a window. */
void sb_words_window(const struct sb_sentence *limit, enum sb_lang lang, struct sb_str *out);

/* "account", "customer at provider". */
const char *sb_words_subject(enum sb_subject subject, enum sb_lang lang);

/* "the payer" ..., and "SIM age" ...; SB_FIELD_COUNT is the person key. Static. */
const char *sb_words_side(enum sb_side side, enum sb_lang lang);
const char *sb_words_field(enum sb_field field, enum sb_lang lang);

/* "D316 III", and with its title "Quyết định 316/QĐ-TTg (D316), III"; nothing when no instrument is cited. */
void sb_words_cite(const struct sb_sentence *sentence, struct sb_str *out);
void sb_words_cite_in_full(const struct sb_charter *charter, const struct sb_sentence *sentence,
                           struct sb_str *out);

/* A time by the plan's clock: 2025-10-01, or 2025-10-01 10:05 when it is not midnight. */
void sb_words_time(const struct sb_plan *plan, sb_time_us time, struct sb_str *out);

/* The sentence as its author wrote it, on one line, without comments and without the rows of a table. */
void sb_words_source(const struct sb_charter *charter, const struct sb_sentence *sentence,
                     struct sb_str *out);

/* The row of a limit's table: "tier minimum". Nothing without a table. */
void sb_words_row(const struct sb_sentence *limit, uint32_t row, struct sb_str *out);
