/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Charters as a command takes them: the regulator's first, then layers on it, read from files or from the
 * shipped ones. */

#include "cmd/cmd.h"

#include "charter/plan.h"

struct sb_law_files {
    struct sb_source sources[SB_CHARTER_LAYERS_MAX]; /* paths and texts owned */
    uint32_t count;
    bool unreadable; /* one could not be read: a failure, no misuse */
};

/* Read one more. False when it could not be read: the error is printed. */
bool sb_law_add(const char *command, struct sb_law_files *law, const char *name);
void sb_law_release(struct sb_law_files *law);

/* Print diagnostics with their lines and carets (when there are any), else the error; returns the exit code.
 */
enum sb_exit sb_law_fail(const struct sb_law_files *law, const struct sb_diagnostics *diagnostics,
                         const struct sb_err *err);
