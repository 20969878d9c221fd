/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/verify.h"

#include "engine/runner.h"
#include "replay/walk.h"

#include <string.h>

struct verifier {
    const uint8_t *key;       /* borrowed, or NULL */
    struct sb_runner *runner; /* owned */
    struct sb_verification found;
};

static enum sb_status learn(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct verifier *verifier = context;
    return sb_runner_scan(verifier->runner, record, err);
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
    return status == SB_OK ? sb_runner_take(verifier->runner, record, NULL, err) : status;
}

enum sb_status sb_verify_journal(const struct sb_verify *verify, struct sb_verification *ret_verification,
                                 struct sb_err *err)
{
    struct verifier verifier = {.key = verify->key};
    struct sb_runner_options options = {.ids = SB_RUNNER_WANTED_IDS, .compare = true};
    struct sb_walk_end end = {0};
    struct sb_walk first = {verify->os,          verify->dir,      "reading", "đang đọc",
                            verify->interrupted, verify->progress, &end};
    struct sb_walk second = first;
    second.doing_en = "judging again";
    second.doing_vi = "đang xét lại";
    enum sb_status status = sb_runner_new(&options, &verifier.runner, err);
    if (status == SB_OK)
        status = sb_walk(&first, learn, &verifier, &verifier.found.info, err);
    if (status == SB_OK)
        status = sb_walk(&second, judge, &verifier, NULL, err);
    if (status == SB_OK)
        status = sb_ledger_check(sb_runner_ledger(verifier.runner), err);
    if (status == SB_OK && verify->key && verifier.found.checkpoints == 0)
        status = sb_fail(err, SB_MISMATCH, "there is no checkpoint to check the key against",
                         "không có điểm kiểm tra nào để đối chiếu khoá");
    sb_runner_free(verifier.runner);
    if (status == SB_OK)
        *ret_verification = verifier.found;
    return status;
}
