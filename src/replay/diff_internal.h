/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What diff.c and diff_notes.c share. */

#include "replay/diff_trial.h"

/* What was seen of a plan while all cases were judged. */
struct sb_diff_seen {
    uint64_t judged[4], decided[4];    /* bit r: of rules */
    uint64_t *tiers_seen, *tiers_pass; /* owned; bit c: of tier codes, as holders' */
};

struct sb_diff_work {
    const struct sb_diff_options *options;
    const struct sb_plan *const *plans;
    struct sb_diff_others others;
    struct sb_stretch *stretches;    /* owned */
    uint32_t stretch_count, stretch; /* the one at hand */
    struct sb_diff_space *spaces;    /* owned; of the stretch, one a kind */
    uint16_t *kinds;                 /* owned; codes of either plan's kinds */
    uint32_t kind_count;
    uint32_t group_first; /* of the stretch */
    struct sb_diff_seen seen[2];
    uint8_t looks[2]
                 [SB_PLAN_RULES_MAX]; /* how often what a rule counts was looked into, of the kind at hand */
    struct sb_diff_report *report;
};

/* An instant of a stretch at which its cases are judged. */
sb_time_us sb_diff_instant(const struct sb_diff_options *options, const struct sb_stretch *stretch);

/* Open a scene's accounts in ledgers that are only asked, and name them in its transfer. */
SB_CHECKED enum sb_status sb_diff_open_scene(struct sb_pair *pair, struct sb_diff_scene *scene,
                                             sb_time_us time, struct sb_err *err);

/* Take down what a profile of a case says for the notes. */
void sb_diff_see(struct sb_diff_work *work, const struct sb_diff_space *space,
                 const struct sb_diff_scene *scene, const struct sb_profile profiles[2]);

/* A note; one of like content that ends where this one begins is made longer. */
SB_CHECKED enum sb_status sb_diff_note_add(struct sb_diff_work *work, const struct sb_diff_note *note,
                                           struct sb_err *err);

/* The notes that need the whole: sentences, tiers, gaps. */
SB_CHECKED enum sb_status sb_diff_notes_end(struct sb_diff_work *work, struct sb_err *err);
