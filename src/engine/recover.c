/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/recover.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

enum sb_status sb_recovery_living_runner(struct sb_ids *ids, struct sb_runner **ret_runner,
                                         struct sb_err *err)
{
    struct sb_runner_options options = {.ids = SB_RUNNER_ALL_IDS, .living_ids = ids, .compare = true};
    return sb_runner_new(&options, ret_runner, err);
}

enum sb_status sb_recovery_new_runner(struct sb_runner **ret_runner, struct sb_err *err)
{
    return sb_recovery_living_runner(NULL, ret_runner, err);
}

static void note(const struct sb_recovery *recovery, const struct sb_err *err)
{
    if (recovery->note)
        recovery->note(recovery->note_context, err);
}

/* Load a snapshot whose record the journal has. */
static enum sb_status load(struct sb_recovery *recovery, const char *path,
                           const struct sb_snapshot_head *head, struct sb_err *err)
{
    struct sb_runner *runner = NULL;
    enum sb_status status = sb_recovery_living_runner(recovery->ids, &runner, err);
    if (status == SB_OK)
        status = sb_snapshot_load(recovery->os, path, head, runner, err);
    if (status != SB_OK) {
        sb_runner_free(runner);
        return status;
    }
    sb_runner_free(recovery->runner);
    recovery->runner = runner;
    recovery->mark = head->mark;
    memcpy(recovery->state_hash, head->ledger.hash, SB_HASH_SIZE);
    return SB_OK;
}

/* Use one snapshot, if the journal bears it out. *ret_used: it is the state now. */
static enum sb_status try_one(struct sb_recovery *recovery, struct sb_journal_reader *reader,
                              uint64_t sequence, bool *ret_used, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *path = sb_snapshot_path(recovery->dir, sequence);
    struct sb_snapshot_head head;
    struct sb_err cause = {0};
    if (!path)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    enum sb_status status = sb_snapshot_read_head(recovery->os, path, &head, &cause);
    if (status == SB_OK && (head.mark.sequence != sequence ||
                            !sb_id_equal(head.journal_id, sb_journal_reader_info(reader)->journal_id)))
        status = sb_fail(&cause, SB_MISMATCH, "snapshot '%s' is of another journal or sequence",
                         "ảnh chụp '%s' thuộc nhật ký hoặc số thứ tự khác", path);
    if (status == SB_OK) {
        status = sb_journal_reader_seek(reader, &head.mark, &cause);
        if (status != SB_OK)
            (void)sb_fail_in(&cause, "snapshot '%s'", "ảnh chụp '%s'", path);
    }
    if (status == SB_OK)
        status = load(recovery, path, &head, &cause);
    *ret_used = status == SB_OK;
    if (status == SB_NOMEM) {
        if (err)
            *err = cause;
        return status;
    }
    if (status != SB_OK)
        note(recovery, &cause);
    return SB_OK;
}

enum sb_status sb_recovery_begin(void *context, struct sb_journal_reader *reader, struct sb_err *err)
{
    struct sb_recovery *recovery = context;
    SB_CLEANUP(sb_free_ptr) uint64_t *sequences = NULL;
    size_t count = 0;
    bool used = false;
    sb_snapshot_remove_partial(recovery->os, recovery->dir);
    enum sb_status status = sb_snapshot_list(recovery->os, recovery->dir, &sequences, &count, err);
    for (size_t i = 0; i < count && status == SB_OK && !used; i++) {
        if (sequences[i] < recovery->below)
            status = try_one(recovery, reader, sequences[i], &used, err);
    }
    if (status != SB_OK || count == 0)
        return status;
    uint64_t through = sb_runner_ids_through(recovery->runner);
    if (used && through >= recovery->mark.sequence)
        return SB_OK; /* the reader stands behind the record already */
    return sb_journal_reader_seek_event(reader, used ? through + 1 : 1, err);
}

enum sb_status sb_recovery_take(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct sb_recovery *recovery = context;
    if (record->number <= recovery->mark.number)
        return sb_runner_remember(recovery->runner, record, err);
    /* The clean close that wrote the snapshot also wrote a checkpoint: no need to hash the state anew. */
    if (record->type == SB_RECORD_CHECKPOINT && record->first == recovery->mark.sequence &&
        memcmp(record->state_hash, recovery->state_hash, SB_HASH_SIZE) == 0)
        return SB_OK;
    recovery->stepped += record->type == SB_RECORD_BATCH ? record->count : 0;
    return sb_runner_take(recovery->runner, record, NULL, err);
}
