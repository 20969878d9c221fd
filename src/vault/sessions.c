/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/vault_internal.h"

#include <sodium.h>
#include <string.h>

#define SEEN_EVERY_S                                                                       \
    60 /* a session's use is written down this often: reading a page is no write each time \
        */

static void hash_token(const char *token, uint8_t hash[32])
{
    (void)crypto_generichash(hash, 32, (const unsigned char *)token, strlen(token), NULL,
                             0); /* sizes it knows */
}

enum sb_status sb_vault_begin_session(struct sb_vault *vault, const char *token,
                                      const struct sb_person *person, int64_t now, struct sb_err *err)
{
    uint8_t hash[32];
    hash_token(token, hash);
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status =
        sb_vault_run(vault,
                     sb_vault_prepare(vault, err, "INSERT INTO sessions VALUES(?, ?, ?, ?)", "biii", hash,
                                      person->number, now, now),
                     NULL, err);
    pthread_mutex_unlock(&vault->mutex);
    return status;
}

/* With the mutex. */
static enum sb_status read_session(struct sb_vault *vault, const uint8_t hash[32],
                                   struct sb_person *ret_person, int64_t *ret_begun, int64_t *ret_seen,
                                   struct sb_err *err)
{
    sqlite3_stmt *statement =
        sb_vault_prepare(vault, err,
                         "SELECT p.number, p.name, p.roles, s.begun, s.seen FROM sessions s JOIN people p ON "
                         "p.number = s.person WHERE s.token = ?",
                         "b", hash);
    enum sb_status status = statement ? sb_vault_next(vault, statement, err) : SB_IO;
    if (status == SB_OK) {
        *ret_person =
            (struct sb_person){.number = sqlite3_column_int64(statement, 0),
                               .roles = (unsigned)sqlite3_column_int64(statement, 2) & SB_ROLES_ALL};
        sb_vault_column(statement, 1, ret_person->name, sizeof(ret_person->name));
        *ret_begun = sqlite3_column_int64(statement, 3);
        *ret_seen = sqlite3_column_int64(statement, 4);
    }
    sqlite3_finalize(statement);
    return status;
}

enum sb_status sb_vault_find_session(struct sb_vault *vault, const char *token,
                                     const struct sb_session_limits *limits, int64_t now, bool *ret_found,
                                     struct sb_person *ret_person, int64_t *ret_ends, struct sb_err *err)
{
    uint8_t hash[32];
    struct sb_person person;
    int64_t begun = 0, seen = 0;
    *ret_found = false;
    hash_token(token, hash);
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status = read_session(vault, hash, &person, &begun, &seen, err);
    if (status == SB_OK && now < begun + limits->whole_s && now < seen + limits->idle_s) {
        *ret_found = true;
        *ret_person = person;
        *ret_ends = begun + limits->whole_s;
        if (now >= seen + SEEN_EVERY_S)
            status = sb_vault_run(
                vault,
                sb_vault_prepare(vault, err, "UPDATE sessions SET seen = ? WHERE token = ?", "ib", now, hash),
                NULL, err);
    }
    pthread_mutex_unlock(&vault->mutex);
    return status == SB_END ? SB_OK : status;
}

void sb_vault_end_session(struct sb_vault *vault, const char *token)
{
    uint8_t hash[32];
    hash_token(token, hash);
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status = sb_vault_run(
        vault, sb_vault_prepare(vault, NULL, "DELETE FROM sessions WHERE token = ?", "b", hash), NULL, NULL);
    (void)status; /* it ends by itself a little later */
    pthread_mutex_unlock(&vault->mutex);
}

void sb_vault_sweep(struct sb_vault *vault, const struct sb_session_limits *limits, int64_t now)
{
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status =
        sb_vault_run(vault,
                     sb_vault_prepare(vault, NULL, "DELETE FROM sessions WHERE begun <= ? OR seen <= ?", "ii",
                                      now - limits->whole_s, now - limits->idle_s),
                     NULL, NULL);
    (void)status; /* they are refused when they come, swept or not */
    pthread_mutex_unlock(&vault->mutex);
}
