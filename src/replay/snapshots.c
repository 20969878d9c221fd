/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/snapshots.h"

#include "base/macros.h"
#include "engine/recover.h"

#include <stdlib.h>
#include <string.h>

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

static void decide(struct sb_snapshot_finding *finding, enum sb_snapshot_verdict verdict)
{
    finding->verdict = verdict;
    finding->decided = true;
}

static enum sb_status read_head(const struct sb_os *os, const char *dir, struct sb_snapshot_finding *finding,
                                struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *path = sb_snapshot_path(dir, finding->sequence);
    if (!path)
        return no_memory(err);
    enum sb_status status = sb_snapshot_read_head(os, path, &finding->head, &finding->cause);
    if (status == SB_OK && finding->head.mark.sequence != finding->sequence)
        status = sb_fail(&finding->cause, SB_DAMAGED, "snapshot '%s' is of event %llu",
                         "ảnh chụp '%s' là của sự kiện %llu", path,
                         (unsigned long long)finding->head.mark.sequence);
    if (status != SB_OK)
        decide(finding, SB_SNAPSHOT_UNUSABLE);
    return SB_OK;
}

enum sb_status sb_snapshot_findings_begin(const struct sb_os *os, const char *dir,
                                          struct sb_snapshot_findings *ret_findings, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) uint64_t *sequences = NULL;
    struct sb_snapshot_findings findings = {0};
    enum sb_status status = sb_snapshot_list(os, dir, &sequences, &findings.count, err);
    if (status != SB_OK)
        return status;
    findings.list = calloc(findings.count + 1, sizeof(*findings.list));
    if (!findings.list)
        return no_memory(err);
    for (size_t i = 0; i < findings.count && status == SB_OK; i++) {
        findings.list[i].sequence = sequences[i];
        status = read_head(os, dir, &findings.list[i], err);
    }
    if (status == SB_OK)
        *ret_findings = findings;
    else
        sb_snapshot_findings_release(&findings);
    return status;
}

static void is_wrong(struct sb_snapshot_finding *finding)
{
    decide(finding, SB_SNAPSHOT_WRONG);
    (void)sb_fail(&finding->cause, SB_MISMATCH,
                  "the snapshot behind event %llu holds another state than the journal gives",
                  "ảnh chụp sau sự kiện %llu giữ một trạng thái khác với trạng thái nhật ký cho",
                  (unsigned long long)finding->sequence);
}

/* Load it and hash what came of it. */
static enum sb_status load(const struct sb_os *os, const char *dir, struct sb_snapshot_finding *finding,
                           const uint8_t state_hash[SB_HASH_SIZE], struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *path = sb_snapshot_path(dir, finding->sequence);
    struct sb_runner *runner = NULL;
    uint8_t hash[SB_STATE_HASH_SIZE];
    enum sb_status status = path ? sb_recovery_new_runner(&runner, err) : no_memory(err);
    if (status != SB_OK)
        return status;
    status = sb_snapshot_load(os, path, &finding->head, runner, &finding->cause);
    if (status == SB_OK)
        status = sb_ledger_hash(sb_runner_ledger(runner), hash, &finding->cause);
    sb_runner_free(runner);
    if (status == SB_NOMEM)
        return no_memory(err);
    if (status != SB_OK)
        decide(finding, SB_SNAPSHOT_UNUSABLE);
    else if (memcmp(hash, state_hash, sizeof(hash)) != 0)
        is_wrong(finding);
    else
        decide(finding, SB_SNAPSHOT_GOOD);
    return SB_OK;
}

static enum sb_status take_one(const struct sb_os *os, const char *dir, struct sb_snapshot_finding *finding,
                               const struct sb_runner *runner, const struct sb_record *record,
                               struct sb_err *err)
{
    const struct sb_journal_mark *mark = &finding->head.mark;
    uint8_t hash[SB_STATE_HASH_SIZE];
    if (mark->segment != record->segment || mark->offset != record->offset ||
        mark->sequence != sb_runner_sequence(runner) || memcmp(mark->hash, record->hash, SB_HASH_SIZE) != 0) {
        decide(finding, SB_SNAPSHOT_UNUSABLE);
        (void)sb_fail(&finding->cause, SB_MISMATCH, "the journal has another record %llu",
                      "nhật ký có bản ghi %llu khác", (unsigned long long)mark->number);
        return SB_OK;
    }
    enum sb_status status = sb_ledger_hash(sb_runner_ledger_of(runner), hash, err);
    if (status != SB_OK)
        return status;
    if (memcmp(hash, finding->head.ledger.hash, sizeof(hash)) != 0) {
        is_wrong(finding);
        return SB_OK;
    }
    return load(os, dir, finding, hash, err);
}

enum sb_status sb_snapshot_findings_take(struct sb_snapshot_findings *findings, const struct sb_os *os,
                                         const char *dir, const struct sb_runner *runner,
                                         const struct sb_record *record, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (size_t i = 0; i < findings->count && status == SB_OK; i++) {
        struct sb_snapshot_finding *finding = &findings->list[i];
        if (!finding->decided && finding->head.mark.number == record->number)
            status = take_one(os, dir, finding, runner, record, err);
    }
    return status;
}

void sb_snapshot_findings_end(struct sb_snapshot_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        struct sb_snapshot_finding *finding = &findings->list[i];
        if (finding->decided)
            continue;
        decide(finding, SB_SNAPSHOT_UNUSABLE);
        (void)sb_fail(&finding->cause, SB_MISMATCH, "the journal ends before record %llu",
                      "nhật ký kết thúc trước bản ghi %llu", (unsigned long long)finding->head.mark.number);
    }
}

void sb_snapshot_findings_release(struct sb_snapshot_findings *findings)
{
    free(findings->list);
    *findings = (struct sb_snapshot_findings){0};
}
