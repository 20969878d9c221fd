/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A pilot's measures and figures for people, and as rows. */

#include "cmd/cmd.h"

#include "measure/measure.h"

/* What the pilot counts in. */
struct sb_money {
    const char *unit;
    unsigned decimals;
};

/* The charter's own figures: a line each sentence, a line each figure. */
void sb_figure_print_all(const struct sb_measures *measures, sb_day day, const struct sb_money *money,
                         enum sb_lang lang, struct sb_str *out);

/* One answer as a small table; without rows nothing. */
void sb_measured_print(const struct sb_measured *measured, const struct sb_money *money, enum sb_lang lang,
                       struct sb_str *out);

/* A value as people read it: 58.3 %, 29 300 VND, 1 234. */
void sb_value_print(enum sb_measured_unit unit, double value, const struct sb_money *money,
                    struct sb_str *out);
/* The same of a figure of a charter. */
void sb_figure_value_print(const struct sb_figure_value *value, double number, const struct sb_money *money,
                           struct sb_str *out);
/* "met", "not met", "not yet due" ... */
const char *sb_figure_state(const struct sb_figure_value *value, enum sb_lang lang);

/* Rows of a separated file: the head, and an answer's rows. */
void sb_measured_csv_head(FILE *file);
void sb_measured_csv(const struct sb_measured *measured, enum sb_lang lang, FILE *file);
/* A field, quoted where it must be. */
void sb_csv_field(FILE *file, const char *text);
