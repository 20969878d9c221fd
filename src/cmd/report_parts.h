/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the report of a pilot says, section by section. */

#include "cmd/report_doc.h"

#include "replay/measuring.h"
#include "replay/replay.h"

/* A law to replay the history under, as somebody wrote it. */
struct sb_alternative {
    const char *text; /* borrowed: "month=20000000", "law-at=2026-01-15", "known-at=2025-06-01" */
    enum sb_law law;
    sb_day day;
    const char *sets[1];
    bool is_default; /* the charter's own next version, which nobody asked for */
};

struct sb_report_pilot {
    const char *dir; /* as the user named it */
    struct sb_measuring *measuring;
    sb_day day; /* as of its end */
};

/* Read "LIMIT=AMOUNT", "law-at=DATE" or "known-at=DATE". False when it is none of these. */
bool sb_alternative_read(const char *text, struct sb_alternative *ret_alternative);
/* The day on which the law in force at the end next changes, as written in the charter; false when it does
 * not. */
bool sb_report_next_law(const struct sb_report_pilot *pilot, sb_day *ret_day);

void sb_report_head(const struct sb_report_pilot *pilot, struct sb_doc *doc);
void sb_report_goals(const struct sb_report_pilot *pilot, struct sb_doc *doc);
SB_CHECKED enum sb_status sb_report_months(const struct sb_report_pilot *pilot, struct sb_doc *doc,
                                           struct sb_err *err);
SB_CHECKED enum sb_status sb_report_refusals(const struct sb_report_pilot *pilot, struct sb_doc *doc,
                                             struct sb_err *err);
/* One row of the section that sb_report_replays begins. */
void sb_report_replays(struct sb_doc *doc, size_t count);
void sb_report_replay(const struct sb_report_pilot *pilot, const struct sb_alternative *alternative,
                      const struct sb_replay_report *report, struct sb_doc *doc);
void sb_report_limits(struct sb_doc *doc);
void sb_report_recompute(const struct sb_report_pilot *pilot, const struct sb_alternative *alternatives,
                         size_t count, struct sb_doc *doc);
