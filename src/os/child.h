/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A copy of this process that works on its own on what memory held at one moment, while this one goes on.
 * Copying takes the tables of pages, not the pages: a few milliseconds for a gigabyte in large pages.
 */

#include "os/os.h"

#include <sys/types.h>

/* A running copy. Caller-placed. */
struct sb_child {
    pid_t pid; /* 0: none */
};

/*
 * Copy this process and call work(context) in the copy, which ends when it returns. The copy has one thread:
 * work may use nothing that another thread could have held at that moment (no heap, no locks, no stdio), only
 * memory, system calls and functions that use nothing else. It keeps `keep` open and no other file, hears no
 * signal, runs with less priority, and nobody else's wait() sees it end. Errors: SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_child_start(struct sb_child *child, struct sb_file *keep,
                                         void (*work)(void *context), void *context, struct sb_err *err);

/* True when it has ended, or there is none; it is forgotten then. */
bool sb_child_has_ended(struct sb_child *child);

/* End it at once. Safe when there is none. */
void sb_child_kill(struct sb_child *child);

/* In the copy: true when the process that it was copied from is gone. started_by: that process's getpid(). */
bool sb_child_is_alone(pid_t started_by);

/* In the copy, which has nobody to wake it: let some time pass. */
void sb_child_rest(void);
