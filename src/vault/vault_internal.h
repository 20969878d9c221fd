/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The one database connection, and statements on it. */

#include "vault/vault.h"

#include <pthread.h>
#include <sqlite3.h>

struct sb_vault {
    sqlite3 *db;
    pthread_mutex_t mutex; /* over db: one statement at a time */
    uint8_t secret[32];
};

/* What the database says, in both languages. Returns a status that is not SB_OK. */
enum sb_status sb_vault_fail(struct sb_vault *vault, struct sb_err *err);

/* Prepare a statement and bind: i takes int64_t, t a text that outlives the statement, b a blob of 32 bytes.
 * NULL: err says why. */
sqlite3_stmt *sb_vault_prepare(struct sb_vault *vault, struct sb_err *err, const char *sql, const char *binds,
                               ...);
/* Run a statement that gives no rows, and finalize it (NULL: it failed already). *ret_changed (may be NULL):
 * rows that it changed. */
SB_CHECKED enum sb_status sb_vault_run(struct sb_vault *vault, sqlite3_stmt *statement, int *ret_changed,
                                       struct sb_err *err);
/* The next row: SB_OK, or SB_END behind the last. */
SB_CHECKED enum sb_status sb_vault_next(struct sb_vault *vault, sqlite3_stmt *statement, struct sb_err *err);

/* A text column into a buffer, cut when it is longer; never NULL in. */
void sb_vault_column(sqlite3_stmt *statement, int column, char *to, size_t room);

/* Whether six digits are the code of a secret at a time (a step early or late is taken), and of which step.
 */
bool sb_totp_fits(const uint8_t *secret, size_t size, const char *digits, int64_t now, int64_t *ret_step);
