/* SPDX-License-Identifier: Apache-2.0 */
#include "vault/vault_internal.h"

#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <oath.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSION        1
#define APPLICATION_ID 0x53425654 /* "SBVT" */

static const char schema[] =
    "CREATE TABLE people(number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, hash TEXT NOT "
    "NULL, roles INTEGER NOT NULL, totp BLOB, totp_step INTEGER NOT NULL DEFAULT 0, made INTEGER NOT NULL);"
    "CREATE TABLE sessions(token BLOB PRIMARY KEY, person INTEGER NOT NULL REFERENCES people(number) ON "
    "DELETE "
    "CASCADE, begun INTEGER NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE freezes(number INTEGER PRIMARY KEY AUTOINCREMENT, pilot TEXT NOT NULL, account TEXT NOT "
    "NULL, "
    "sides INTEGER NOT NULL, reason TEXT NOT NULL, state INTEGER NOT NULL, made_by TEXT NOT NULL, made_at "
    "INTEGER NOT NULL, decided_by TEXT NOT NULL DEFAULT '', decided_at INTEGER NOT NULL DEFAULT 0, sequence "
    "INTEGER NOT NULL DEFAULT 0, result TEXT NOT NULL DEFAULT '');"
    "CREATE INDEX freezes_of_pilot ON freezes(pilot, number);"
    "CREATE TABLE deeds(number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, person TEXT NOT "
    "NULL, "
    "pilot TEXT NOT NULL, action TEXT NOT NULL, about TEXT NOT NULL, result TEXT NOT NULL);"
    "CREATE INDEX deeds_of_pilot ON deeds(pilot, number);"
    "CREATE TABLE secrets(name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;"
    "PRAGMA application_id=1396856404; PRAGMA user_version=1;";

/* ------------------------------------------------------------------ statements */

enum sb_status sb_vault_fail(struct sb_vault *vault, struct sb_err *err)
{
    int code = vault->db ? sqlite3_errcode(vault->db) : SQLITE_NOMEM;
    const char *text = vault->db ? sqlite3_errmsg(vault->db) : "out of memory";
    enum sb_status status = SB_IO;
    if (code == SQLITE_NOMEM)
        status = SB_NOMEM;
    else if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        status = SB_BUSY;
    else if (code == SQLITE_FULL)
        status = SB_NOSPACE;
    else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        status = SB_DAMAGED;
    return sb_fail(err, status, "the vault: %s", "kho dữ liệu cá nhân: %s", text);
}

sqlite3_stmt *sb_vault_prepare(struct sb_vault *vault, struct sb_err *err, const char *sql, const char *binds,
                               ...)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(vault->db, sql, -1, &statement, NULL);
    va_list args;
    va_start(args, binds);
    for (int i = 0; binds[i] && code == SQLITE_OK; i++) {
        if (binds[i] == 'i')
            code = sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t));
        else if (binds[i] == 't')
            code = sqlite3_bind_text(statement, i + 1, va_arg(args, const char *), -1, SQLITE_STATIC);
        else
            code = sqlite3_bind_blob(statement, i + 1, va_arg(args, const void *), 32, SQLITE_STATIC);
    }
    va_end(args);
    if (code == SQLITE_OK)
        return statement;
    (void)sb_vault_fail(vault, err); /* the caller sees NULL */
    sqlite3_finalize(statement);
    return NULL;
}

enum sb_status sb_vault_run(struct sb_vault *vault, sqlite3_stmt *statement, int *ret_changed,
                            struct sb_err *err)
{
    if (!statement)
        return err ? err->status : SB_IO;
    int code = sqlite3_step(statement);
    enum sb_status status = code == SQLITE_DONE || code == SQLITE_ROW ? SB_OK : sb_vault_fail(vault, err);
    if (status == SB_OK && ret_changed)
        *ret_changed = sqlite3_changes(vault->db);
    sqlite3_finalize(statement);
    return status;
}

enum sb_status sb_vault_next(struct sb_vault *vault, sqlite3_stmt *statement, struct sb_err *err)
{
    int code = sqlite3_step(statement);
    return code == SQLITE_ROW ? SB_OK : code == SQLITE_DONE ? SB_END : sb_vault_fail(vault, err);
}

void sb_vault_column(sqlite3_stmt *statement, int column, char *to, size_t room)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    (void)snprintf(to, room, "%s", text ? (const char *)text : ""); /* what is longer is cut */
}

/* ------------------------------------------------------------------ open and close */

static enum sb_status make_folder_of(const char *path, struct sb_err *err)
{
    const char *slash = strrchr(path, '/');
    struct sb_str folder = {0};
    if (!slash || slash == path)
        return SB_OK;
    sb_str_add_bytes(&folder, path, (size_t)(slash - path));
    bool made = mkdir(sb_str_text(&folder), 0700) == 0 || errno == EEXIST;
    sb_str_release(&folder);
    return made ? SB_OK
                : sb_fail(err, SB_IO, "cannot make the folder of '%s': %s",
                          "không tạo được thư mục của '%s': %s", path, strerror(errno));
}

static enum sb_status read_number(struct sb_vault *vault, const char *sql, int64_t *ret_number,
                                  struct sb_err *err)
{
    sqlite3_stmt *statement = sb_vault_prepare(vault, err, sql, "");
    if (!statement)
        return err ? err->status : SB_IO;
    enum sb_status status = sb_vault_next(vault, statement, err);
    if (status == SB_OK)
        *ret_number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return status;
}

static enum sb_status execute(struct sb_vault *vault, const char *sql, struct sb_err *err)
{
    return sqlite3_exec(vault->db, sql, NULL, NULL, NULL) == SQLITE_OK ? SB_OK : sb_vault_fail(vault, err);
}

static enum sb_status make_or_check(struct sb_vault *vault, struct sb_err *err)
{
    int64_t tables = 0, application = 0, version = 0;
    enum sb_status status = read_number(vault, "SELECT count(*) FROM sqlite_master", &tables, err);
    if (status == SB_OK && tables == 0)
        status = execute(vault, schema, err);
    if (status == SB_OK)
        status = read_number(vault, "PRAGMA application_id", &application, err);
    if (status == SB_OK)
        status = read_number(vault, "PRAGMA user_version", &version, err);
    if (status == SB_OK && application != APPLICATION_ID)
        status = sb_fail(err, SB_DAMAGED, "it is a database, but no vault",
                         "là cơ sở dữ liệu, nhưng không phải kho này");
    if (status == SB_OK && version != VERSION)
        status = sb_fail(err, SB_VERSION, "it has version %lld, this program knows %d",
                         "phiên bản %lld, chương trình này biết %d", (long long)version, VERSION);
    return status;
}

static enum sb_status read_secret(struct sb_vault *vault, struct sb_err *err)
{
    randombytes_buf(vault->secret, sizeof(vault->secret));
    enum sb_status status = sb_vault_run(
        vault,
        sb_vault_prepare(vault, err, "INSERT OR IGNORE INTO secrets VALUES('token', ?)", "b", vault->secret),
        NULL, err);
    if (status != SB_OK)
        return status;
    sqlite3_stmt *statement =
        sb_vault_prepare(vault, err, "SELECT bytes FROM secrets WHERE name='token'", "");
    if (!statement)
        return err ? err->status : SB_IO;
    status = sb_vault_next(vault, statement, err);
    if (status == SB_OK && sqlite3_column_bytes(statement, 0) == (int)sizeof(vault->secret))
        memcpy(vault->secret, sqlite3_column_blob(statement, 0), sizeof(vault->secret));
    else if (status == SB_OK || status == SB_END)
        status = sb_fail(err, SB_DAMAGED, "the vault's secret is not whole",
                         "khoá bí mật của kho không nguyên vẹn");
    sqlite3_finalize(statement);
    return status;
}

static enum sb_status open_database(struct sb_vault *vault, const char *path, struct sb_err *err)
{
    /* Made by us first, so that nobody else can ever read it. */
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return sb_fail(err, SB_IO, "%s", "%s", strerror(errno));
    (void)close(file);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_EXRESCODE;
    if (sqlite3_open_v2(path, &vault->db, flags, NULL) != SQLITE_OK)
        return sb_vault_fail(vault, err);
    (void)sqlite3_busy_timeout(vault->db, 5000); /* `sandbank user` beside a running server */
    enum sb_status status =
        execute(vault,
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA "
                "secure_delete=ON; PRAGMA trusted_schema=OFF;",
                err);
    if (status == SB_OK)
        status = make_or_check(vault, err);
    return status == SB_OK ? read_secret(vault, err) : status;
}

enum sb_status sb_vault_open(const char *path, struct sb_vault **ret_vault, struct sb_err *err)
{
    if (sodium_init() < 0 || oath_init() != OATH_OK)
        return sb_fail(err, SB_IO, "the machine gives no random numbers", "máy không cho số ngẫu nhiên");
    struct sb_vault *vault = calloc(1, sizeof(*vault));
    if (!vault)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    pthread_mutex_init(&vault->mutex, NULL);
    enum sb_status status = make_folder_of(path, err);
    if (status == SB_OK)
        status = open_database(vault, path, err);
    if (status != SB_OK) {
        sb_vault_close(vault);
        return sb_fail_in(err, "'%s'", "'%s'", path);
    }
    *ret_vault = vault;
    return SB_OK;
}

void sb_vault_close(struct sb_vault *vault)
{
    if (!vault)
        return;
    (void)sqlite3_close_v2(vault->db); /* every statement was finalized: it cannot be busy */
    pthread_mutex_destroy(&vault->mutex);
    sodium_memzero(vault->secret, sizeof(vault->secret));
    free(vault);
}

void sb_vault_path(const char *dir, struct sb_str *out)
{
    sb_str_printf(out, "%s/vault/people.sqlite", dir);
}

void sb_vault_secret(const struct sb_vault *vault, uint8_t secret[32])
{
    memcpy(secret, vault->secret, sizeof(vault->secret));
}
