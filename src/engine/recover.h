/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How an engine comes to its state: from the newest snapshot that agrees with the journal, and the events
 * behind it; without one, from the journal alone. Every result and checkpoint that is stepped is compared
 * with the recorded one.
 */

#include "engine/keeper.h"

/* Caller-placed; zero but for os, dir, ids, below, note and note_context before the journal is opened with
 * sb_recovery_begin and sb_recovery_take and this as their context. */
struct sb_recovery {
    const struct sb_os *os;
    const char *dir;
    struct sb_ids *ids; /* a living pilot's; NULL: the runner's own, in memory */
    uint64_t below;     /* only snapshots of earlier events are looked for; 0: none at all */
    sb_note_fn *note;
    void *note_context;
    struct sb_runner *runner;         /* owned by the caller from the opening on, also when that failed */
    struct sb_journal_mark mark;      /* of the snapshot that was used; number 0: none */
    uint8_t state_hash[SB_HASH_SIZE]; /* of it */
    uint64_t stepped;                 /* events */
};

/* For struct sb_journal_options.begin. Errors: SB_NOMEM, the journal's; a snapshot is never one. */
SB_CHECKED enum sb_status sb_recovery_begin(void *context, struct sb_journal_reader *reader,
                                            struct sb_err *err);

/* For sb_journal_open's replay. Errors: SB_MISMATCH, SB_NOMEM, SB_DAMAGED. */
SB_CHECKED enum sb_status sb_recovery_take(void *context, const struct sb_record *record, struct sb_err *err);

/* A runner as the live engine has it, with all ids in memory. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_recovery_new_runner(struct sb_runner **ret_runner, struct sb_err *err);

/* The same with a living pilot's ids, which it borrows; NULL: in memory. */
SB_CHECKED enum sb_status sb_recovery_living_runner(struct sb_ids *ids, struct sb_runner **ret_runner,
                                                    struct sb_err *err);
