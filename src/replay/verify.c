/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/verify.h"

#include "engine/runner.h"
#include "index/rows.h"
#include "replay/repeats.h"
#include "replay/walk.h"

#include <string.h>

struct verifier {
    const uint8_t *key;         /* borrowed, or NULL */
    const struct sb_os *os;     /* borrowed */
    const char *dir;            /* borrowed */
    struct sb_runner *runner;   /* owned */
    struct sb_repeats *repeats; /* owned; for the first pass */
    struct sb_snapshot_findings snapshots;
    struct sb_verification found;
};

/* That an id counted once is for the second pass to see, whatever was recorded: it keeps each that may come
 * again. */
static enum sb_status want_repeated(struct verifier *verifier, const struct sb_record *record,
                                    struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < record->count && status == SB_OK; i++) {
        bool maybe = false;
        if (!sb_event_uses_id(&record->events[i], &record->results[i]))
            continue;
        status = sb_repeats_add(verifier->repeats, record->events[i].id, &maybe, err);
        if (status == SB_OK && maybe)
            status = sb_ids_want(sb_runner_ids(verifier->runner), record->events[i].id, err);
    }
    return status;
}

static enum sb_status learn(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct verifier *verifier = context;
    enum sb_status status = sb_runner_scan(verifier->runner, record, err);
    if (status == SB_OK && record->type == SB_RECORD_BATCH)
        status = want_repeated(verifier, record, err);
    return status;
}

static enum sb_status check_signature(struct verifier *verifier, const struct sb_record *record,
                                      struct sb_err *err)
{
    static const uint8_t none[32];
    bool is_signed = memcmp(record->key, none, sizeof(none)) != 0;
    verifier->found.signed_checkpoints += is_signed;
    if (!verifier->key)
        return SB_OK;
    if (!is_signed)
        return sb_fail(err, SB_MISMATCH, "the checkpoint after event %llu is not signed",
                       "điểm kiểm tra sau sự kiện %llu không được ký", (unsigned long long)record->first);
    if (!sb_record_signed_by(record, verifier->key))
        return sb_fail(err, SB_MISMATCH, "the checkpoint after event %llu is not signed by the given key",
                       "điểm kiểm tra sau sự kiện %llu không do khoá đã cho ký",
                       (unsigned long long)record->first);
    return SB_OK;
}

static enum sb_status judge(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct verifier *verifier = context;
    enum sb_status status = SB_OK;
    verifier->found.closed = record->type == SB_RECORD_CLOSE;
    if (record->type == SB_RECORD_BATCH) {
        verifier->found.batches++;
        verifier->found.events += record->count;
    }
    if (record->type == SB_RECORD_CHECKPOINT) {
        verifier->found.checkpoints++;
        status = check_signature(verifier, record, err);
    }
    if (status == SB_OK)
        status = sb_runner_take(verifier->runner, record, NULL, err);
    if (status == SB_OK)
        status = sb_snapshot_findings_take(&verifier->snapshots, verifier->os, verifier->dir,
                                           verifier->runner, record, err);
    return status;
}

/* A snapshot that would be used and is wrong is an error; one that would not be used is none. */
static enum sb_status judge_snapshots(struct verifier *verifier, struct sb_err *err)
{
    sb_snapshot_findings_end(&verifier->snapshots);
    for (size_t i = 0; i < verifier->snapshots.count; i++) {
        const struct sb_snapshot_finding *finding = &verifier->snapshots.list[i];
        if (finding->verdict == SB_SNAPSHOT_WRONG) {
            if (err)
                *err = finding->cause;
            return SB_MISMATCH;
        }
        verifier->found.snapshots += finding->verdict == SB_SNAPSHOT_GOOD;
        verifier->found.unusable_snapshots += finding->verdict == SB_SNAPSHOT_UNUSABLE;
    }
    return SB_OK;
}

enum sb_status sb_verify_snapshots(const struct sb_verify *verify, struct sb_verification *ret_verification,
                                   struct sb_snapshot_findings *ret_snapshots, struct sb_err *err)
{
    struct verifier verifier = {
        .key = verify->key, .os = verify->os, .dir = verify->dir, .repeats = sb_repeats_new()};
    struct sb_runner_options options = {.ids = SB_RUNNER_WANTED_IDS, .compare = true};
    struct sb_walk_end end = {.trusting = true};
    struct sb_walk first = {verify->os,          verify->dir,      "reading", "đang đọc",
                            verify->interrupted, verify->progress, &end};
    struct sb_walk second = first;
    second.doing_en = "judging again";
    second.doing_vi = "đang xét lại";
    enum sb_status status = verifier.repeats ? sb_runner_new(&options, &verifier.runner, err)
                                             : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK)
        status = sb_snapshot_findings_begin(verify->os, verify->dir, &verifier.snapshots, err);
    if (status == SB_NOT_FOUND)
        status = SB_OK; /* no folder: reading the journal says so better */
    if (status == SB_OK)
        status = sb_walk(&first, learn, &verifier, &verifier.found.info, err);
    sb_repeats_free(verifier.repeats);
    if (status == SB_OK)
        status = sb_walk(&second, judge, &verifier, NULL, err);
    if (status == SB_OK)
        status = sb_ledger_check(sb_runner_ledger(verifier.runner), err);
    if (status == SB_OK && verify->key && verifier.found.checkpoints == 0)
        status = sb_fail(err, SB_MISMATCH, "there is no checkpoint to check the key against",
                         "không có điểm kiểm tra nào để đối chiếu khoá");
    if (status == SB_OK)
        status = judge_snapshots(&verifier, err);
    sb_runner_free(verifier.runner);
    *ret_snapshots = verifier.snapshots;
    if (status == SB_OK)
        *ret_verification = verifier.found;
    return status;
}

enum sb_status sb_verify_journal(const struct sb_verify *verify, struct sb_verification *ret_verification,
                                 struct sb_err *err)
{
    struct sb_snapshot_findings snapshots;
    enum sb_status status = sb_verify_snapshots(verify, ret_verification, &snapshots, err);
    sb_snapshot_findings_release(&snapshots);
    return status;
}
