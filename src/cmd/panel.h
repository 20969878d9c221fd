/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A measure by province and period, as rows that `sandbank evaluate` reads: one row for each province of the
 * last day and each whole period since the first event, and in it when that province's pilot began, if the
 * asker says so.
 */

#include "measure/measure.h"

#include <stdio.h>

struct sb_panel_start {
    char province[16];
    char period[16];
};

struct sb_panel_question {
    const char *measure; /* name; NULL: no panel was asked for */
    enum sb_panel_period { SB_PANEL_MONTH, SB_PANEL_WEEK } period;
    struct sb_panel_start *starts; /* owned */
    size_t start_count;
};

/* Take --panel, --period or --starts; false when it is wrong, and then told. */
bool sb_panel_option(const char *command, struct sb_panel_question *question, const char *option,
                     const char *value);
void sb_panel_question_release(struct sb_panel_question *question);

SB_CHECKED enum sb_status sb_panel_write(struct sb_measures *measures,
                                         const struct sb_panel_question *question, FILE *file,
                                         struct sb_err *err);
