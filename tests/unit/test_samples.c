/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Journals and snapshots that earlier versions wrote, one folder for each format and meaning there ever was:
 * each opens, verifies, replays in both modes without a difference, and comes to the state and results that
 * were recorded on the day it was made. tests/golden/README.md says when one is added; none is ever removed.
 */
#include "test.h"

#include "base/macros.h"
#include "engine/engine.h"
#include "replay/replay.h"
#include "replay/verify.h"
#include "replay/walk.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_SIZE_MAX (1u << 20)

static struct sb_err err;

/* What is told of a sample, as text. */
struct telling {
    struct sb_str out;
    uint64_t by_code[SB_RESULT_COUNT], events;
    struct sb_runner *runner;
};

static void copy_file(const char *from, const char *to)
{
    const struct sb_os *os = sb_os_real();
    char *bytes = NULL;
    size_t size = 0;
    struct sb_file *file = NULL;
    CHECK_INT(sb_os_read_file(os, from, FILE_SIZE_MAX, &bytes, &size, &err), SB_OK);
    CHECK_INT(os->open(os->context, to, SB_OPEN_CREATE, &file, &err), SB_OK);
    CHECK_INT(os->write_at(os->context, file, bytes, size, 0, &err), SB_OK);
    os->close(os->context, file);
    free(bytes);
}

/* A copy to work on: opening writes. */
static void copy_sample(const char *sample, const char *to)
{
    const struct sb_os *os = sb_os_real();
    char *names = NULL, from[512], path[512];
    CHECK_INT(os->make_dir(os->context, to, &err), SB_OK);
    CHECK_INT(os->list(os->context, sample, &names, &err), SB_OK);
    for (const char *name = names; *name; name += strlen(name) + 1) {
        CHECK((size_t)snprintf(from, sizeof(from), "%s/%s", sample, name) < sizeof(from));
        CHECK((size_t)snprintf(path, sizeof(path), "%s/%s", to, name) < sizeof(path));
        copy_file(from, path);
    }
    free(names);
}

static enum sb_status take(void *context, const struct sb_record *record, struct sb_err *ret_err)
{
    struct telling *telling = context;
    enum sb_status status = sb_runner_take(telling->runner, record, NULL, ret_err);
    for (uint32_t i = 0; record->type == SB_RECORD_BATCH && i < record->count; i++)
        telling->by_code[record->results[i].code]++;
    telling->events += record->count;
    return status;
}

static void tell_hash(struct telling *telling, const char *what, const struct sb_ledger *ledger)
{
    uint8_t hash[SB_STATE_HASH_SIZE];
    char hex[2 * SB_STATE_HASH_SIZE + 1];
    CHECK_INT(sb_ledger_hash(ledger, hash, &err), SB_OK);
    sb_str_printf(&telling->out, "%s %s\n", what, sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
}

/* Events, results and state, from the first event on. */
static void tell_journal(struct telling *telling, const char *dir)
{
    struct sb_walk walk = {.os = sb_os_real(), .dir = dir};
    struct sb_runner_options options = {.ids = SB_RUNNER_ALL_IDS, .compare = true};
    struct sb_journal_info info;
    CHECK_INT(sb_runner_new(&options, &telling->runner, &err), SB_OK);
    if (sb_walk(&walk, take, telling, &info, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    sb_str_printf(&telling->out, "format %u meaning %u events %llu\n", info.format, info.meaning,
                  (unsigned long long)telling->events);
    tell_hash(telling, "state", sb_runner_ledger(telling->runner));
    for (unsigned code = 0; code < SB_RESULT_COUNT; code++) {
        if (telling->by_code[code] > 0)
            sb_str_printf(&telling->out, "%s %llu\n", sb_result_word((enum sb_result_code)code),
                          (unsigned long long)telling->by_code[code]);
    }
    sb_runner_free(telling->runner);
}

static void check_replay(const char *dir, enum sb_replay_mode mode)
{
    struct sb_replay_options options = {.mode = mode};
    struct sb_replay_report *report = NULL;
    struct sb_diagnostics diagnostics = {0};
    if (sb_replay(sb_os_real(), dir, &options, &report, &diagnostics, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", dir, err.text[SB_EN]);
    uint64_t different = report->different_results + report->checkpoints_differ;
    sb_replay_report_free(report);
    sb_diagnostics_release(&diagnostics);
    CHECK_INT(different, 0);
}

static void check_verify(const char *dir)
{
    struct sb_verify verify = {.os = sb_os_real(), .dir = dir};
    struct sb_verification found;
    if (sb_verify_journal(&verify, &found, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", dir, err.text[SB_EN]);
    CHECK(found.closed);
}

/* From its snapshots or without: the same state. Which snapshots may be used depends on the version. */
static void check_open(const char *dir, struct telling *telling)
{
    for (int without = 0; without < 2; without++) {
        struct sb_engine_options options = {.no_snapshots = without == 1, .segment_size = 1 << 16};
        struct sb_engine *engine = NULL;
        if (sb_engine_open(dir, &options, &engine, NULL, &err) != SB_OK)
            test_fail(__FILE__, __LINE__, "%s: %s", dir, err.text[SB_EN]);
        if (without == 0)
            sb_str_printf(&telling->out, "snapshot %llu\n",
                          (unsigned long long)sb_engine_opened(engine).snapshot);
        tell_hash(telling, without ? "opened without" : "opened", sb_engine_ledger(engine));
        CHECK_INT(sb_engine_close(engine, &err), SB_OK);
    }
}

static void check_sample(const char *samples, const char *name)
{
    struct telling telling = {0};
    char sample[512], copy[512], expected_path[512], *expected = NULL;
    size_t size = 0;
    CHECK((size_t)snprintf(sample, sizeof(sample), "%s/%s", samples, name) < sizeof(sample));
    CHECK((size_t)snprintf(copy, sizeof(copy), "%s/%s", test_dir(), name) < sizeof(copy));
    CHECK((size_t)snprintf(expected_path, sizeof(expected_path), "%s/%s/expected.txt", samples, name) <
          sizeof(expected_path));
    copy_sample(sample, copy);
    tell_journal(&telling, copy);
    check_verify(copy);
    check_replay(copy, SB_REPLAY_ONE_STEP);
    check_replay(copy, SB_REPLAY_WHOLE_RUN);
    check_open(copy, &telling);
    if (sb_os_read_file(sb_os_real(), expected_path, FILE_SIZE_MAX, &expected, &size, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s has no expectation; it would be:\n%s", name, telling.out.text);
    CHECK_STR(telling.out.text, expected);
    free(expected);
    sb_str_release(&telling.out);
}

TEST(samples, every_one_is_read_as_ever)
{
    const struct sb_os *os = sb_os_real();
    char samples[512], *names = NULL;
    unsigned count = 0;
    CHECK((size_t)snprintf(samples, sizeof(samples), "%s/tests/golden/samples", test_source_dir()) <
          sizeof(samples));
    CHECK_INT(os->list(os->context, samples, &names, &err), SB_OK);
    for (const char *name = names; *name; name += strlen(name) + 1, count++)
        check_sample(samples, name);
    free(names);
    CHECK(count >= 2);
}

/* Whoever raises a version makes a sample of it, in the same commit. */
TEST(samples, there_is_one_of_today)
{
    char path[512], *text = NULL, version[64];
    size_t size = 0;
    (void)snprintf(path, sizeof(path),
                   "%s/tests/golden/samples/journal-%u-meaning-%u-snapshot-%u/expected.txt",
                   test_source_dir(), SB_JOURNAL_FORMAT, SB_JOURNAL_MEANING, SB_SNAPSHOT_FORMAT);
    if (sb_os_read_file(sb_os_real(), path, FILE_SIZE_MAX, &text, &size, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    (void)snprintf(version, sizeof(version), "format %u meaning %u ", SB_JOURNAL_FORMAT, SB_JOURNAL_MEANING);
    CHECK(strncmp(text, version, strlen(version)) == 0);
    free(text);
}
