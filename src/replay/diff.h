/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Two charters side by side: where one is looser or tighter than the other, shown by a sequence of events
 * that the ledger really judged under both, and whose last one only one of them lets pass. Meaning, and what
 * is not seen: docs/charter-diff.md.
 */

#include "charter/diff.h"
#include "ledger/ledger.h"

#define SB_DIFF_NO_RULE UINT16_MAX

enum sb_diff_how {
    SB_DIFF_REFUSES,     /* a sentence of the tighter one refuses what the other lets pass */
    SB_DIFF_LEAVES_OPEN, /* the tighter one cannot decide, since something is unknown; the other lets pass */
    SB_DIFF_BOUND,       /* a ceiling is lower, a floor is higher, or the other has none */
    SB_DIFF_COUNTS,      /* a ceiling counts what the other's does not */
    SB_DIFF_CARRIES,     /* a ceiling has counted since before, the other's has not */
};

/* A difference, or, without events, one that was suspected and could not be shown: "not compared". */
struct sb_diff_group {
    sb_time_us from, to;
    uint16_t kind;
    uint8_t tighter;  /* 0 or 1: the plan that refuses */
    uint8_t how;      /* enum sb_diff_how */
    uint16_t rule[2]; /* of either plan, or SB_DIFF_NO_RULE */
    /* Whom it touches: the values seen, of those things that the conditions ask. */
    struct sb_diff_variable who[SB_DIFF_VARIABLES_MAX];
    uint64_t who_seen[SB_DIFF_VARIABLES_MAX]; /* bit v: of values[v] */
    uint32_t who_count;
    struct sb_event *events; /* owned; opens, then transfers; the last is the one that differs. NULL: none */
    uint32_t event_count;
    uint16_t code[2]; /* enum sb_result_code of the last */
    uint32_t tries;
};

enum sb_diff_note_type {
    SB_DIFF_NEVER_IN_FORCE, /* a sentence: rule or sentence index, in no part of the time that is compared */
    SB_DIFF_NEVER_DECIDES,  /* a rule that is judged and never the one that refuses */
    SB_DIFF_TIER_SHUT,      /* a tier for whose holders nothing passes */
    SB_DIFF_NO_LIMIT,       /* a kind that passes and meets no limit */
    SB_DIFF_GAP,            /* a time outside every period of the pilot, between two */
    SB_DIFF_PART_ONLY,      /* a kind with more cases than are judged */
};

struct sb_diff_note {
    uint8_t type;      /* enum sb_diff_note_type */
    uint8_t plan;      /* 0 or 1 */
    uint16_t code;     /* kind or tier */
    uint16_t sentence; /* index in layers[0] */
    uint16_t rule;
    sb_time_us from, to;
};

struct sb_diff_report {
    struct sb_diff_group *groups; /* owned */
    uint32_t group_count;
    struct sb_diff_note *notes; /* owned */
    uint32_t note_count;
    uint32_t stretch_count;
    uint64_t case_count; /* judged, over all stretches and kinds */
    bool cut;            /* more differences than SB_DIFF_GROUPS_MAX */
};

struct sb_diff_options {
    const struct sb_plan *plans[2]; /* compiled with `symbols`; of one unit */
    struct sb_symbols *symbols;     /* names that nobody knows are added */
    sb_time_us from, to;            /* of the time to compare: [from, to) */
    sb_time_us at;                  /* an instant for examples where a stretch has no beginning */
};

/* Compare. The caller releases the report, also after an error. Errors: SB_NOMEM, SB_INVALID (two units). */
SB_CHECKED enum sb_status sb_diff_run(const struct sb_diff_options *options,
                                      struct sb_diff_report *ret_report, struct sb_err *err);
void sb_diff_report_release(struct sb_diff_report *report);
