/* SPDX-License-Identifier: Apache-2.0 */
/* What people asked for and agreed to, and the log of who did what. */
#include "vault/vault_internal.h"

#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ freezes */

#define FREEZE_COLUMNS \
    "number, account, sides, reason, state, made_by, made_at, decided_by, decided_at, sequence, result"

static void freeze_of_row(sqlite3_stmt *statement, struct sb_freeze *freeze)
{
    char account[SB_ID_TEXT_SIZE];
    *freeze = (struct sb_freeze){
        .number = sqlite3_column_int64(statement, 0),
        .sides = (uint8_t)(sqlite3_column_int(statement, 2) & 3),
        .state = (enum sb_freeze_state)(sqlite3_column_int(statement, 4) & 3),
        .made_at = sqlite3_column_int64(statement, 6),
        .decided_at = sqlite3_column_int64(statement, 8),
        .sequence = sqlite3_column_int64(statement, 9),
    };
    sb_vault_column(statement, 1, account, sizeof(account));
    (void)sb_id_parse(account, strlen(account), &freeze->account); /* ours: it is one */
    sb_vault_column(statement, 3, freeze->reason, sizeof(freeze->reason));
    sb_vault_column(statement, 5, freeze->made_by, sizeof(freeze->made_by));
    sb_vault_column(statement, 7, freeze->decided_by, sizeof(freeze->decided_by));
    sb_vault_column(statement, 10, freeze->result, sizeof(freeze->result));
}

enum sb_status sb_vault_ask_freeze(struct sb_vault *vault, const char *pilot, int64_t now,
                                   struct sb_freeze *freeze, struct sb_err *err)
{
    char account[SB_ID_TEXT_SIZE];
    sb_id_print(freeze->account, account);
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status = sb_vault_run(
        vault,
        sb_vault_prepare(
            vault, err,
            "INSERT INTO freezes(pilot, account, sides, reason, state, made_by, made_at) VALUES(?, ?, "
            "?, ?, 0, ?, ?)",
            "ttitti", pilot, account, (int64_t)freeze->sides, freeze->reason, freeze->made_by, now),
        NULL, err);
    freeze->number = sqlite3_last_insert_rowid(vault->db);
    freeze->made_at = now;
    freeze->state = SB_FREEZE_PENDING;
    pthread_mutex_unlock(&vault->mutex);
    return status;
}

/* With the mutex. */
static enum sb_status get_freeze(struct sb_vault *vault, const char *pilot, int64_t number,
                                 struct sb_freeze *ret_freeze, struct sb_err *err)
{
    sqlite3_stmt *statement =
        sb_vault_prepare(vault, err, "SELECT " FREEZE_COLUMNS " FROM freezes WHERE number = ? AND pilot = ?",
                         "it", number, pilot);
    enum sb_status status = statement ? sb_vault_next(vault, statement, err) : SB_IO;
    if (status == SB_OK)
        freeze_of_row(statement, ret_freeze);
    sqlite3_finalize(statement);
    return status == SB_END ? sb_fail(err, SB_NOT_FOUND, "nobody has asked for that", "không có đề nghị đó")
                            : status;
}

enum sb_status sb_vault_get_freeze(struct sb_vault *vault, const char *pilot, int64_t number,
                                   struct sb_freeze *ret_freeze, struct sb_err *err)
{
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status = get_freeze(vault, pilot, number, ret_freeze, err);
    pthread_mutex_unlock(&vault->mutex);
    return status;
}

static enum sb_status check_decision(const struct sb_freeze *freeze, enum sb_freeze_state state,
                                     const char *person, struct sb_err *err)
{
    bool same = strcmp(freeze->made_by, person) == 0;
    if (freeze->state != SB_FREEZE_PENDING)
        return sb_fail(err, SB_EXISTS, "it was decided already", "đã được quyết định rồi");
    if (state == SB_FREEZE_APPROVED && same)
        return sb_fail(err, SB_INVALID, "who asked cannot approve: another person must",
                       "người đề nghị không được tự duyệt: phải là người khác");
    if (state == SB_FREEZE_WITHDRAWN && !same)
        return sb_fail(err, SB_INVALID, "only who asked can withdraw", "chỉ người đề nghị được rút lại");
    return SB_OK;
}

enum sb_status sb_vault_decide_freeze(struct sb_vault *vault, const char *pilot, int64_t number,
                                      enum sb_freeze_state state, const char *person, int64_t now,
                                      struct sb_err *err)
{
    struct sb_freeze freeze;
    int changed = 0;
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status = get_freeze(vault, pilot, number, &freeze, err);
    if (status == SB_OK)
        status = check_decision(&freeze, state, person, err);
    if (status == SB_OK)
        status = sb_vault_run(
            vault,
            sb_vault_prepare(vault, err,
                             "UPDATE freezes SET state = ?, decided_by = ?, decided_at = ? WHERE "
                             "number = ? AND state = 0",
                             "itii", (int64_t)state, person, now, number),
            &changed, err);
    if (status == SB_OK && changed == 0)
        status = sb_fail(err, SB_EXISTS, "it was decided already", "đã được quyết định rồi");
    pthread_mutex_unlock(&vault->mutex);
    return status;
}

enum sb_status sb_vault_set_freeze_result(struct sb_vault *vault, int64_t number, int64_t sequence,
                                          const char *result, struct sb_err *err)
{
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status = sb_vault_run(
        vault,
        sb_vault_prepare(vault, err, "UPDATE freezes SET sequence = ?, result = ? WHERE number = ?", "iti",
                         sequence, result, number),
        NULL, err);
    pthread_mutex_unlock(&vault->mutex);
    return status;
}

enum sb_status sb_vault_each_freeze(struct sb_vault *vault, const char *pilot, int64_t before, unsigned limit,
                                    sb_freeze_fn *each, void *context, struct sb_err *err)
{
    struct sb_freeze freeze;
    pthread_mutex_lock(&vault->mutex);
    sqlite3_stmt *statement =
        sb_vault_prepare(vault, err,
                         "SELECT " FREEZE_COLUMNS
                         " FROM freezes WHERE pilot = ?1 AND (?2 = 0 OR number < ?2) ORDER BY number DESC "
                         "LIMIT ?3",
                         "tii", pilot, before, (int64_t)limit);
    enum sb_status status = statement ? SB_OK : SB_IO;
    while (statement && (status = sb_vault_next(vault, statement, err)) == SB_OK) {
        freeze_of_row(statement, &freeze);
        each(context, &freeze);
    }
    sqlite3_finalize(statement);
    pthread_mutex_unlock(&vault->mutex);
    return status == SB_END ? SB_OK : status;
}

/* ------------------------------------------------------------------ the log */

enum sb_status sb_vault_log(struct sb_vault *vault, const struct sb_deed *deed, struct sb_err *err)
{
    pthread_mutex_lock(&vault->mutex);
    enum sb_status status = sb_vault_run(
        vault,
        sb_vault_prepare(vault, err,
                         "INSERT INTO deeds(time, person, pilot, action, about, result) VALUES(?, ?, ?, "
                         "?, ?, ?)",
                         "ittttt", deed->time, deed->person, deed->pilot, deed->action, deed->about,
                         deed->result),
        NULL, err);
    pthread_mutex_unlock(&vault->mutex);
    return status;
}

enum sb_status sb_vault_each_deed(struct sb_vault *vault, const char *pilot, int64_t before, unsigned limit,
                                  sb_deed_fn *each, void *context, struct sb_err *err)
{
    pthread_mutex_lock(&vault->mutex);
    sqlite3_stmt *statement = sb_vault_prepare(vault, err,
                                               "SELECT number, time, person, pilot, action, about, result "
                                               "FROM deeds WHERE pilot IN (?1, '') AND (?2 = 0 "
                                               "OR number < ?2) ORDER BY number DESC LIMIT ?3",
                                               "tii", pilot, before, (int64_t)limit);
    enum sb_status status = statement ? SB_OK : SB_IO;
    while (statement && (status = sb_vault_next(vault, statement, err)) == SB_OK) {
        struct sb_deed deed = {
            .number = sqlite3_column_int64(statement, 0),
            .time = sqlite3_column_int64(statement, 1),
            .person = (const char *)sqlite3_column_text(statement, 2),
            .pilot = (const char *)sqlite3_column_text(statement, 3),
            .action = (const char *)sqlite3_column_text(statement, 4),
            .about = (const char *)sqlite3_column_text(statement, 5),
            .result = (const char *)sqlite3_column_text(statement, 6),
        };
        each(context, &deed);
    }
    sqlite3_finalize(statement);
    pthread_mutex_unlock(&vault->mutex);
    return status == SB_END ? SB_OK : status;
}
