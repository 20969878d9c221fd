/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Whether the snapshots beside a journal are what they say: while somebody runs the journal from its first
 * event, each snapshot is compared when the run stands behind its record.
 */

#include "engine/snapshot.h"

enum sb_snapshot_verdict {
    SB_SNAPSHOT_GOOD,     /* loading it gives the state that the journal gives */
    SB_SNAPSHOT_UNUSABLE, /* it would not be used: damaged, of another journal or version, ahead of the end */
    SB_SNAPSHOT_WRONG,    /* it would be used, and its state is another */
};

/* What was found of one. */
struct sb_snapshot_finding {
    uint64_t sequence; /* as its name says */
    enum sb_snapshot_verdict verdict;
    bool decided;
    struct sb_snapshot_head head; /* zero when it could not be read */
    struct sb_err cause;          /* when it is not good */
};

struct sb_snapshot_findings {
    struct sb_snapshot_finding *list; /* owned; newest first */
    size_t count;
};

/* List the snapshots of a folder, none of them decided but those whose first page is no good. Errors: the
 * folder's, SB_NOMEM. */
SB_CHECKED enum sb_status sb_snapshot_findings_begin(const struct sb_os *os, const char *dir,
                                                     struct sb_snapshot_findings *ret_findings,
                                                     struct sb_err *err);

/* Decide those that stand behind this record, which the runner has just taken. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_snapshot_findings_take(struct sb_snapshot_findings *findings,
                                                    const struct sb_os *os, const char *dir,
                                                    const struct sb_runner *runner,
                                                    const struct sb_record *record, struct sb_err *err);

/* The journal is at its end: what is not decided is ahead of it. */
void sb_snapshot_findings_end(struct sb_snapshot_findings *findings);

void sb_snapshot_findings_release(struct sb_snapshot_findings *findings);
