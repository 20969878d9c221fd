/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as a snapshot. The first byte says how: bit 0, set the first page and all hashes right first, so
 * that what lies behind them is reached. What loads is a ledger whose books agree, whose state hash is that
 * of the very bytes (so there is one way to write a state), and which can go on: time passes until every
 * reservation has ended.
 */

#include "../fake_disk.h"
#include "base/bytes.h"
#include "engine/recover.h"
#include "engine/snapshot.h"
#include "journal/record.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#define SIZE_MAX_TRIED (256u * 1024)
#define PAGE           4096u
#define PATH           "s/00000000000000000001.snapshot"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The page's fields that stand before what a snapshot is about, and its sections over all the bytes. */
static void mend(uint8_t *bytes, size_t size)
{
    if (size < PAGE)
        return;
    uint64_t context = sb_get_u64(bytes + 112), ledger;
    context = context < size - PAGE ? context : size - PAGE;
    ledger = (PAGE + context + 63) / 64 * 64;
    ledger = ledger < size ? ledger : size;
    memcpy(bytes, "SBSNAPSH", 8);
    sb_put_u16(bytes + 8, SB_SNAPSHOT_FORMAT);
    sb_put_u16(bytes + 10, SB_JOURNAL_MEANING);
    sb_put_u32(bytes + 12, PAGE);
    sb_put_u64(bytes + 104, PAGE);
    sb_put_u64(bytes + 112, context);
    sb_journal_hash(bytes + PAGE, context, bytes + 120);
    sb_put_u64(bytes + 152, ledger);
    sb_put_u64(bytes + 160, size - ledger);
    sb_journal_hash(bytes + ledger, size - ledger, bytes + 168);
    sb_journal_hash(bytes, PAGE - 32, bytes + PAGE - 32);
}

static void go_on(struct sb_runner *runner, const struct sb_snapshot_head *head)
{
    struct sb_ledger *ledger = sb_runner_ledger(runner);
    uint8_t hash[SB_STATE_HASH_SIZE];
    struct sb_err err = {0};
    struct sb_event tick = {.type = SB_EVENT_TICK, .time = SB_TIME_MAX};
    struct sb_result result;
    struct sb_str context = {0};
    if (sb_ledger_hash(ledger, hash, &err) != SB_OK || sb_runner_pack(runner, &context, &err) != SB_OK)
        abort();
    assert(memcmp(hash, head->ledger.hash, sizeof(hash)) == 0);
    assert(context.size == head->context.size);
    sb_str_release(&context);
    if (sb_runner_step(runner, &tick, 1, &result, &err) != SB_OK || sb_ledger_check(ledger, &err) != SB_OK)
        abort();
    assert(result.code == SB_R_ACCEPTED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > SIZE_MAX_TRIED || sodium_init() < 0)
        return 0;
    struct fake_disk *disk = fake_disk_new(1);
    struct sb_snapshot_head head;
    struct sb_runner *runner = NULL;
    struct sb_err err = {0};
    uint8_t *bytes = calloc(size, 1);
    if (!bytes)
        abort();
    memcpy(bytes, data + 1, size - 1);
    if (data[0] & 1)
        mend(bytes, size - 1);
    fake_disk_put(disk, PATH, bytes, size - 1);
    enum sb_status status = sb_snapshot_read_head(fake_disk_os(disk), PATH, &head, &err);
    if (status == SB_OK) {
        if (sb_recovery_new_runner(&runner, &err) != SB_OK)
            abort();
        status = sb_snapshot_load(fake_disk_os(disk), PATH, &head, runner, &err);
    }
    if (status == SB_OK)
        go_on(runner, &head);
    else
        assert(err.status == status && err.text[SB_EN][0] && err.text[SB_VI][0]);
    assert(status == SB_OK || status == SB_DAMAGED || status == SB_VERSION);
    sb_runner_free(runner);
    fake_disk_free(disk);
    free(bytes);
    return 0;
}
