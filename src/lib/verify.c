/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/lib.h"

#include <sandbank/journal.h>

#include "base/macros.h"
#include "engine/runner.h"
#include "replay/walk.h"

#include <string.h>

struct verify {
    const uint8_t *key;       /* borrowed; NULL: signatures are only counted */
    struct sb_runner *runner; /* owned */
    struct sandbank_verification found;
};

static enum sb_status learn(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct verify *verify = context;
    return sb_runner_scan(verify->runner, record, err);
}

static enum sb_status check_signature(struct verify *verify, const struct sb_record *record,
                                      struct sb_err *err)
{
    static const uint8_t none[32];
    bool is_signed = memcmp(record->key, none, sizeof(none)) != 0;
    verify->found.signed_checkpoints += is_signed;
    if (!verify->key || (is_signed && sb_record_signed_by(record, verify->key)))
        return SB_OK;
    return sb_fail(err, SB_MISMATCH, "the checkpoint after event %llu is not signed by the given key",
                   "điểm kiểm tra sau sự kiện %llu không do khoá đã cho ký",
                   (unsigned long long)record->first);
}

static enum sb_status judge(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct verify *verify = context;
    enum sb_status status = SB_OK;
    verify->found.closed = record->type == SB_RECORD_CLOSE;
    if (record->type == SB_RECORD_BATCH) {
        verify->found.batches++;
        verify->found.events += record->count;
    }
    if (record->type == SB_RECORD_CHECKPOINT) {
        verify->found.checkpoints++;
        status = check_signature(verify, record, err);
    }
    return status == SB_OK ? sb_runner_take(verify->runner, record, NULL, err) : status;
}

static enum sb_status run(struct verify *verify, const char *folder, struct sb_err *err)
{
    struct sb_runner_options options = {.ids = SB_RUNNER_WANTED_IDS, .compare = true};
    struct sb_walk walk = {.os = sb_os_real(), .dir = folder, .doing_en = "reading", .doing_vi = "đang đọc"};
    struct sb_journal_info info = {0};
    enum sb_status status = sb_runner_new(&options, &verify->runner, err);
    if (status == SB_OK)
        status = sb_walk(&walk, learn, verify, &info, err);
    if (status == SB_OK)
        status = sb_walk(&walk, judge, verify, NULL, err);
    if (status == SB_OK)
        status = sb_ledger_check(sb_runner_ledger(verify->runner), err);
    if (status == SB_OK && verify->key && verify->found.checkpoints == 0)
        status = sb_fail(err, SB_MISMATCH, "there is no checkpoint to check the key against",
                         "không có điểm kiểm tra nào để đối chiếu khoá");
    verify->found.synthetic = (info.flags & SB_JOURNAL_SYNTHETIC) != 0;
    sb_runner_free(verify->runner);
    return status;
}

enum sandbank_status sandbank_verify(const char *folder, const uint8_t *public_key,
                                     struct sandbank_verification *verification, struct sandbank_error *error)
{
    struct sb_err err = {0};
    struct verify verify = {.key = public_key};
    struct sandbank_verification taken;
    enum sb_status status = sb_lib_take_struct(&taken, sizeof(taken), verification, &err);
    if (status == SB_OK)
        status = run(&verify, folder, &err);
    if (status == SB_OK) {
        verify.found.size = verification->size;
        memcpy(verification, &verify.found, SB_MIN(verification->size, sizeof(verify.found)));
    }
    return sb_lib_end(status, &err, error);
}
