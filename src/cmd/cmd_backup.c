/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `backup` copies a journal, also while it is written; `restore` makes a folder of a backup. A restored
 * folder gets its name when all of it was verified: until then it stands beside it, and nobody takes it for a
 * journal.
 */
#include "cmd/cmd.h"

#include "base/calendar.h"
#include "base/macros.h"
#include "journal/backup.h"
#include "replay/verify.h"

#include <stdlib.h>
#include <string.h>

#define STAGE ".restoring"

static void print_end(const struct sb_backup_end *end)
{
    char time[SB_TIME_TEXT_SIZE] = "-";
    if (end->time != SB_TIME_ALWAYS)
        sb_time_print(end->time, 0, time);
    printf(sb_tr(sb_cmd_lang, "  last event  %llu, of %s\n", "  sự kiện cuối  %llu, lúc %s\n"),
           (unsigned long long)end->mark.sequence, time);
}

/* Two folders, no options. */
static bool read_folders(const char *command, int argc, char **argv, const char **ret_from,
                         const char **ret_to)
{
    static const char *const known[] = {NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    const char *folders[2] = {NULL, NULL};
    int got, count = 0;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (count < 2)
            folders[count] = args.value;
        count++;
    }
    if (got == 0 && count != 2)
        (void)sb_cmd_usage(command, "expected two folders: from where, and where to",
                           "cần hai thư mục: từ đâu, và đến đâu");
    *ret_from = folders[0];
    *ret_to = folders[1];
    return got == 0 && count == 2;
}

enum sb_exit sb_cmd_backup(int argc, char **argv)
{
    struct sb_backup backup = {
        .os = sb_os_real(), .interrupted = sb_cmd_interrupted, .progress = sb_progress};
    struct sb_backup_counts counts;
    struct sb_err err = {0};
    if (!read_folders("backup", argc, argv, &backup.from, &backup.to))
        return SB_EXIT_USAGE;
    enum sb_status status = sb_backup_make(&backup, &counts, &err);
    sb_progress_end();
    if (status != SB_OK)
        return sb_cmd_fail(&err);
    printf(sb_tr(sb_cmd_lang, "%s: backed up to %s\n", "%s: đã sao lưu vào %s\n"), backup.from, backup.to);
    printf(sb_tr(sb_cmd_lang, "  segments    %llu, %llu of them written now\n",
                 "  số đoạn       %llu, lần này ghi %llu\n"),
           (unsigned long long)counts.segments, (unsigned long long)counts.copied);
    print_end(&counts.end);
    return SB_EXIT_DONE;
}

/* ------------------------------------------------------------------ restore */

/* The folder may be absent or empty. */
static enum sb_status check_target(const struct sb_os *os, const char *dir, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *names = NULL;
    struct sb_err cause = {0};
    enum sb_status status = os->list(os->context, dir, &names, &cause);
    if (status == SB_NOT_FOUND || (status == SB_OK && *names == '\0'))
        return SB_OK;
    if (status == SB_OK)
        return sb_fail(err, SB_EXISTS, "'%s' is not empty: move it away first",
                       "'%s' không trống: hãy chuyển nó đi trước", dir);
    if (err)
        *err = cause;
    return status;
}

/* What an interrupted restore left beside the folder. */
static enum sb_status clear_stage(const struct sb_os *os, const char *stage, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *names = NULL;
    return os->list(os->context, stage, &names, NULL) == SB_OK ? sb_backup_remove(os, stage, err) : SB_OK;
}

static enum sb_status verify(const char *dir, struct sb_err *err)
{
    struct sb_verification found;
    struct sb_verify request = {
        .os = sb_os_real(), .dir = dir, .interrupted = sb_cmd_interrupted, .progress = sb_progress};
    return sb_verify_journal(&request, &found, err);
}

static enum sb_status restore(const struct sb_backup *staged, const char *dir,
                              struct sb_backup_counts *ret_counts, struct sb_err *err)
{
    const struct sb_os *os = staged->os;
    enum sb_status status = check_target(os, dir, err);
    if (status == SB_OK)
        status = clear_stage(os, staged->to, err);
    if (status == SB_OK)
        status = sb_backup_restore(staged, ret_counts, err);
    if (status != SB_OK)
        return status;
    status = verify(staged->to, err);
    if (status == SB_OK)
        status = os->rename(os->context, staged->to, dir, err);
    if (status == SB_OK)
        return sb_os_sync_parent(os, dir, err);
    struct sb_err ignored = {0};
    if (sb_backup_remove(os, staged->to, &ignored) != SB_OK)
        (void)sb_fail_in(err, "'%s' stays", "'%s' còn lại", staged->to);
    return status;
}

enum sb_exit sb_cmd_restore(int argc, char **argv)
{
    struct sb_backup backup = {
        .os = sb_os_real(), .interrupted = sb_cmd_interrupted, .progress = sb_progress};
    struct sb_backup_counts counts;
    struct sb_err err = {0};
    struct sb_str stage = {0};
    const char *dir;
    if (!read_folders("restore", argc, argv, &backup.from, &dir))
        return SB_EXIT_USAGE;
    size_t size = strlen(dir);
    while (size > 1 && dir[size - 1] == '/')
        size--;
    sb_str_printf(&stage, "%.*s" STAGE, (int)size, dir);
    backup.to = sb_str_text(&stage);
    enum sb_status status = stage.failed ? sb_fail(&err, SB_NOMEM, "out of memory", "hết bộ nhớ")
                                         : restore(&backup, dir, &counts, &err);
    sb_progress_end();
    sb_str_release(&stage);
    if (status != SB_OK)
        return sb_cmd_fail(&err);
    printf(sb_tr(sb_cmd_lang, "%s: restored from %s, and verified\n",
                 "%s: đã khôi phục từ %s, và đã xác minh\n"),
           dir, backup.from);
    print_end(&counts.end);
    return SB_EXIT_DONE;
}
