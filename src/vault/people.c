/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/vault_internal.h"

#include "base/str.h"

#include <oath.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOTP_BYTES  20
#define TOTP_STEP_S 30

static enum sb_status no_such_person(const char *name, struct sb_err *err)
{
    return sb_fail(err, SB_NOT_FOUND, "there is nobody called '%s'", "không có ai tên '%s'", name);
}

static enum sb_status check_name(const char *name, struct sb_err *err)
{
    size_t size = strlen(name);
    bool good = size > 0 && size < SB_PERSON_NAME_SIZE;
    for (size_t i = 0; i < size && good; i++)
        good = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') ||
               (name[i] >= '0' && name[i] <= '9') || (name[i] != '\0' && strchr("._@-", name[i]) != NULL);
    return good ? SB_OK
                : sb_fail(err, SB_INVALID, "a name is 1 to 64 letters, digits and . _ @ - of ASCII",
                          "tên gồm 1 đến 64 chữ cái, chữ số và . _ @ - thuộc ASCII");
}

static enum sb_status hash_password(const char *password, char hash[crypto_pwhash_STRBYTES],
                                    struct sb_err *err)
{
    size_t size = strlen(password);
    if (size < SB_PASSWORD_SIZE_MIN || size > SB_PASSWORD_SIZE_MAX)
        return sb_fail(err, SB_INVALID, "a password has %d to %d bytes", "mật khẩu dài từ %d đến %d byte",
                       SB_PASSWORD_SIZE_MIN, SB_PASSWORD_SIZE_MAX);
    if (crypto_pwhash_str(hash, password, size, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    return SB_OK;
}

/* Change one row of people; SB_NOT_FOUND when there is none. */
static enum sb_status change(struct sb_vault *vault, sqlite3_stmt *statement, const char *name,
                             struct sb_err *err)
{
    int changed = 0;
    enum sb_status status = sb_vault_run(vault, statement, &changed, err);
    return status == SB_OK && changed == 0 ? no_such_person(name, err) : status;
}

enum sb_status sb_vault_add_person(struct sb_vault *vault, const char *name, const char *password,
                                   unsigned roles, int64_t now, struct sb_err *err)
{
    char hash[crypto_pwhash_STRBYTES];
    int changed = 0;
    enum sb_status status = check_name(name, err);
    if (status == SB_OK)
        status = hash_password(password, hash, err);
    if (status != SB_OK)
        return status;
    pthread_mutex_lock(&vault->mutex);
    status = sb_vault_run(
        vault,
        sb_vault_prepare(vault, err,
                         "INSERT OR IGNORE INTO people(name, hash, roles, made) VALUES(?, ?, ?, ?)", "ttii",
                         name, hash, (int64_t)(roles & SB_ROLES_ALL), now),
        &changed, err);
    pthread_mutex_unlock(&vault->mutex);
    if (status == SB_OK && changed == 0)
        status =
            sb_fail(err, SB_EXISTS, "there is somebody called '%s' already", "đã có người tên '%s'", name);
    return status;
}

/* With the mutex: end every session of a person. */
static enum sb_status end_sessions(struct sb_vault *vault, const char *name, struct sb_err *err)
{
    return sb_vault_run(
        vault,
        sb_vault_prepare(vault, err,
                         "DELETE FROM sessions WHERE person = (SELECT number FROM people WHERE "
                         "name = ?)",
                         "t", name),
        NULL, err);
}

enum sb_status sb_vault_set_password(struct sb_vault *vault, const char *name, const char *password,
                                     struct sb_err *err)
{
    char hash[crypto_pwhash_STRBYTES];
    enum sb_status status = hash_password(password, hash, err);
    if (status != SB_OK)
        return status;
    pthread_mutex_lock(&vault->mutex);
    status = change(
        vault, sb_vault_prepare(vault, err, "UPDATE people SET hash = ? WHERE name = ?", "tt", hash, name),
        name, err);
    if (status == SB_OK)
        status = end_sessions(vault, name, err);
    pthread_mutex_unlock(&vault->mutex);
    return status;
}

enum sb_status sb_vault_set_roles(struct sb_vault *vault, const char *name, unsigned roles,
                                  struct sb_err *err)
{
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status = change(vault,
                                   sb_vault_prepare(vault, err, "UPDATE people SET roles = ? WHERE name = ?",
                                                    "it", (int64_t)(roles & SB_ROLES_ALL), name),
                                   name, err);
    pthread_mutex_unlock(&vault->mutex);
    return status;
}

enum sb_status sb_vault_set_totp(struct sb_vault *vault, const char *name, bool on,
                                 char ret_secret[SB_TOTP_SECRET_SIZE], struct sb_err *err)
{
    uint8_t bytes[32] = {0}; /* the first TOTP_BYTES count; the rest is bound with them and never read */
    char *text = NULL;
    size_t size = 0;
    randombytes_buf(bytes, TOTP_BYTES);
    if (on && oath_base32_encode((const char *)bytes, TOTP_BYTES, &text, &size) != OATH_OK)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status =
        on ? change(vault,
                    sb_vault_prepare(vault, err, "UPDATE people SET totp = ?, totp_step = 0 WHERE name = ?",
                                     "bt", bytes, name),
                    name, err)
           : change(vault,
                    sb_vault_prepare(vault, err, "UPDATE people SET totp = NULL WHERE name = ?", "t", name),
                    name, err);
    pthread_mutex_unlock(&vault->mutex);
    if (status == SB_OK && on)
        (void)snprintf(ret_secret, SB_TOTP_SECRET_SIZE, "%s", text); /* 20 bytes are 32 letters */
    sodium_memzero(bytes, sizeof(bytes));
    free(text);
    return status;
}

enum sb_status sb_vault_remove_person(struct sb_vault *vault, const char *name, struct sb_err *err)
{
    static const char *const steps[] = {
        "UPDATE deeds SET person = (SELECT 'erased-' || number FROM people WHERE name = ?1) WHERE person = "
        "?1",
        "UPDATE deeds SET about = (SELECT 'erased-' || number FROM people WHERE name = ?1) WHERE about = ?1",
        "UPDATE freezes SET made_by = (SELECT 'erased-' || number FROM people WHERE name = ?1) WHERE made_by "
        "= ?1",
        "UPDATE freezes SET decided_by = (SELECT 'erased-' || number FROM people WHERE name = ?1) WHERE "
        "decided_by = ?1",
        "DELETE FROM people WHERE name = ?1",
    };
    const size_t count = sizeof(steps) / sizeof(steps[0]);
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status =
        sb_vault_run(vault, sb_vault_prepare(vault, err, "BEGIN IMMEDIATE", ""), NULL, err);
    bool begun = status == SB_OK;
    int changed = 0;
    sqlite3_stmt *there = sb_vault_prepare(vault, err, "SELECT 1 FROM people WHERE name = ?", "t", name);
    if (status == SB_OK)
        status = there ? sb_vault_next(vault, there, err) : SB_IO;
    sqlite3_finalize(there);
    if (status == SB_END)
        status = no_such_person(name, err);
    for (size_t i = 0; i < count && status == SB_OK; i++)
        status = sb_vault_run(vault, sb_vault_prepare(vault, err, steps[i], "t", name), &changed, err);
    if (begun) {
        const char *end = status == SB_OK ? "COMMIT" : "ROLLBACK";
        enum sb_status ended = sb_vault_run(vault, sb_vault_prepare(vault, NULL, end, ""), NULL, NULL);
        if (status == SB_OK && ended != SB_OK)
            status = sb_vault_fail(vault, err);
    }
    pthread_mutex_unlock(&vault->mutex);
    return status;
}

static struct sb_person person_of_row(sqlite3_stmt *statement)
{
    struct sb_person person = {.number = sqlite3_column_int64(statement, 0),
                               .roles = (unsigned)sqlite3_column_int64(statement, 2) & SB_ROLES_ALL};
    sb_vault_column(statement, 1, person.name, sizeof(person.name));
    return person;
}

enum sb_status sb_vault_each_person(struct sb_vault *vault, sb_person_fn *each, void *context,
                                    struct sb_err *err)
{
    pthread_mutex_lock(&vault->mutex);
    sqlite3_stmt *statement = sb_vault_prepare(
        vault, err, "SELECT number, name, roles, totp IS NOT NULL FROM people ORDER BY name", "");
    enum sb_status status = statement ? SB_OK : SB_IO;
    while (statement && (status = sb_vault_next(vault, statement, err)) == SB_OK) {
        struct sb_person person = person_of_row(statement);
        each(context, &person, sqlite3_column_int(statement, 3) != 0);
    }
    sqlite3_finalize(statement);
    pthread_mutex_unlock(&vault->mutex);
    return status == SB_END ? SB_OK : status;
}

/* ------------------------------------------------------------------ signing in */

bool sb_totp_fits(const uint8_t *secret, size_t size, const char *digits, int64_t now, int64_t *ret_step)
{
    bool fits = false;
    if (strlen(digits) != 6 || strspn(digits, "0123456789") != 6)
        return false;
    for (int64_t step = now / TOTP_STEP_S - 1; step <= now / TOTP_STEP_S + 1; step++) {
        char code[7];
        if (oath_totp_generate((const char *)secret, size, (time_t)(step * TOTP_STEP_S), TOTP_STEP_S, 0, 6,
                               code) == OATH_OK &&
            sodium_memcmp(code, digits, 6) == 0) {
            fits = true;
            *ret_step = step;
        }
    }
    return fits;
}

struct record {
    struct sb_person person;
    char hash[crypto_pwhash_STRBYTES];
    uint8_t totp[32];
    bool has_totp;
    int64_t totp_step;
};

/* *ret_found: there is such a person. */
static enum sb_status read_record(struct sb_vault *vault, const char *name, struct record *record,
                                  bool *ret_found, struct sb_err *err)
{
    pthread_mutex_lock(&vault->mutex);
    sqlite3_stmt *statement = sb_vault_prepare(
        vault, err, "SELECT number, name, roles, hash, totp, totp_step FROM people WHERE name = ?", "t",
        name);
    enum sb_status status = statement ? sb_vault_next(vault, statement, err) : SB_IO;
    *ret_found = status == SB_OK;
    if (status == SB_OK) {
        record->person = person_of_row(statement);
        sb_vault_column(statement, 3, record->hash, sizeof(record->hash));
        record->has_totp = sqlite3_column_bytes(statement, 4) >= TOTP_BYTES;
        if (record->has_totp)
            memcpy(record->totp, sqlite3_column_blob(statement, 4), TOTP_BYTES);
        record->totp_step = sqlite3_column_int64(statement, 5);
    }
    sqlite3_finalize(statement);
    pthread_mutex_unlock(&vault->mutex);
    return status == SB_END ? SB_OK : status;
}

/* Use a code up: *ret_fresh is false when it, or a later one, was used already. */
static enum sb_status use_step(struct sb_vault *vault, const struct record *record, int64_t step,
                               bool *ret_fresh, struct sb_err *err)
{
    int changed = 0;
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status = sb_vault_run(
        vault,
        sb_vault_prepare(vault, err, "UPDATE people SET totp_step = ?1 WHERE number = ?2 AND totp_step < ?1",
                         "ii", step, record->person.number),
        &changed, err);
    pthread_mutex_unlock(&vault->mutex);
    *ret_fresh = changed == 1;
    return status;
}

enum sb_status sb_vault_sign_in(struct sb_vault *vault, const char *name, const char *password,
                                const char *totp, int64_t now, enum sb_signed *ret_signed,
                                struct sb_person *ret_person, struct sb_err *err)
{
    /* The hash of a password that nobody knows, checked for names that nobody has. */
    static const char nobody[crypto_pwhash_STRBYTES] =
        "$argon2id$v=19$m=65536,t=2,p=1$Vl6aiBBSxR03zUs9lZM2DA$IZI4PLEKo9KgZzcFCwSi/KHcwNBmcbpwf1p2NGHInkI";
    struct record record = {0};
    bool found = false, fresh = false;
    int64_t step = 0;
    enum sb_status status = read_record(vault, name, &record, &found, err);
    if (status != SB_OK)
        return status;
    bool right = crypto_pwhash_str_verify(found ? record.hash : nobody, password, strlen(password)) == 0;
    *ret_signed = SB_SIGNED_WRONG;
    if (found && right && record.has_totp && (!totp || !*totp)) {
        *ret_signed = SB_SIGNED_TOTP_NEEDED;
    } else if (found && right && !record.has_totp) {
        *ret_signed = SB_SIGNED_IN;
    } else if (found && right && sb_totp_fits(record.totp, TOTP_BYTES, totp, now, &step)) {
        status = use_step(vault, &record, step, &fresh, err);
        if (status == SB_OK && fresh)
            *ret_signed = SB_SIGNED_IN;
    }
    *ret_person = record.person;
    sodium_memzero(&record, sizeof(record));
    return status;
}
