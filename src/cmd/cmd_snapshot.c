/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `snapshot list` reads first pages only, `snapshot check` runs the journal from its first event and compares
 * each snapshot when it stands behind its record, `snapshot delete` takes them all away: nothing is lost by
 * it but time.
 */
#include "cmd/cmd.h"

#include "base/macros.h"
#include "replay/verify.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum verb { LIST, CHECK, DELETE };

struct job {
    enum verb verb;
    const char *dir;
    bool json;
    struct sb_snapshot_findings findings; /* owned */
};

static const char *verdict_text(const struct sb_snapshot_finding *finding)
{
    switch (finding->verdict) {
    case SB_SNAPSHOT_GOOD:
        return sb_tr(sb_cmd_lang, "good: the state that the journal gives",
                     "tốt: đúng trạng thái nhật ký cho");
    case SB_SNAPSHOT_UNUSABLE: return sb_tr(sb_cmd_lang, "not usable", "không dùng được");
    case SB_SNAPSHOT_WRONG: return sb_tr(sb_cmd_lang, "WRONG", "SAI");
    }
    return "";
}

static const char *verdict_word(const struct sb_snapshot_finding *finding)
{
    static const char *const words[] = {
        [SB_SNAPSHOT_GOOD] = "good", [SB_SNAPSHOT_UNUSABLE] = "unusable", [SB_SNAPSHOT_WRONG] = "wrong"};
    return finding->decided ? words[finding->verdict] : "unchecked";
}

static void print_one(const struct sb_snapshot_finding *finding)
{
    char made[SB_TIME_TEXT_SIZE] = "-";
    char hash[2 * SB_HASH_SIZE + 1];
    const struct sb_snapshot_head *head = &finding->head;
    (void)sodium_bin2hex(hash, sizeof(hash), head->ledger.hash, SB_HASH_SIZE);
    if (head->format != 0)
        sb_time_print(head->made, 0, made);
    printf(sb_tr(sb_cmd_lang, "event %-12llu made %s  %llu bytes\n  state %s\n",
                 "sự kiện %-12llu tạo %s  %llu byte\n  trạng thái %s\n"),
           (unsigned long long)finding->sequence, made,
           (unsigned long long)(head->ledger.offset + head->ledger.size), hash);
    if (finding->decided)
        printf("  %s%s%s\n", verdict_text(finding), finding->cause.status != SB_OK ? ": " : "",
               finding->cause.status != SB_OK ? finding->cause.text[sb_cmd_lang] : "");
}

static json_t *json_of(const struct sb_snapshot_finding *finding)
{
    char made[SB_TIME_TEXT_SIZE] = "";
    char hash[2 * SB_HASH_SIZE + 1];
    const struct sb_snapshot_head *head = &finding->head;
    (void)sodium_bin2hex(hash, sizeof(hash), head->ledger.hash, SB_HASH_SIZE);
    if (head->format != 0)
        sb_time_print(head->made, 0, made);
    return json_pack("{s:I, s:s, s:I, s:s, s:I, s:s, s:s*}", "sequence", (json_int_t)finding->sequence,
                     "made", made, "bytes", (json_int_t)(head->ledger.offset + head->ledger.size),
                     "state_hash", hash, "record", (json_int_t)head->mark.number, "verdict",
                     verdict_word(finding), "cause",
                     finding->cause.status != SB_OK ? finding->cause.text[SB_EN] : NULL);
}

static void print_all(const struct job *job)
{
    if (!job->json) {
        for (size_t i = 0; i < job->findings.count; i++)
            print_one(&job->findings.list[i]);
        if (job->findings.count == 0)
            puts(sb_tr(sb_cmd_lang, "no snapshot", "không có ảnh chụp nào"));
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; list && i < job->findings.count; i++)
        (void)json_array_append_new(list, json_of(&job->findings.list[i])); /* one less when memory is out */
    if (list)
        (void)json_dumpf(list, stdout, JSON_INDENT(2));
    json_decref(list);
    putchar('\n');
}

static enum sb_exit check(struct job *job)
{
    struct sb_err err = {0};
    struct sb_verification found;
    struct sb_verify request = {
        .os = sb_os_real(), .dir = job->dir, .interrupted = sb_cmd_interrupted, .progress = sb_progress};
    enum sb_status status = sb_verify_snapshots(&request, &found, &job->findings, &err);
    sb_progress_end();
    bool wrong = false;
    for (size_t i = 0; i < job->findings.count; i++)
        wrong =
            wrong || (job->findings.list[i].decided && job->findings.list[i].verdict == SB_SNAPSHOT_WRONG);
    if (status == SB_OK || wrong)
        print_all(job);
    return status == SB_OK ? SB_EXIT_DONE : sb_cmd_fail(&err);
}

/* Files of a running engine go too: it opened none of them, and writes the next one by itself. */
static enum sb_exit delete_all(const struct job *job)
{
    const struct sb_os *os = sb_os_real();
    struct sb_err err = {0};
    for (size_t i = 0; i < job->findings.count; i++) {
        SB_CLEANUP(sb_free_ptr) char *path = sb_snapshot_path(job->dir, job->findings.list[i].sequence);
        if (!path)
            return SB_EXIT_FAILURE;
        if (os->remove(os->context, path, &err) != SB_OK)
            return sb_cmd_fail(&err);
    }
    printf(sb_tr(sb_cmd_lang, "%zu deleted\n", "đã xoá %zu\n"), job->findings.count);
    return SB_EXIT_DONE;
}

static bool read_verb(struct job *job, const char *word)
{
    static const char *const words[] = {[LIST] = "list", [CHECK] = "check", [DELETE] = "delete"};
    for (unsigned verb = 0; verb < SB_ARRAY_SIZE(words); verb++) {
        if (strcmp(word, words[verb]) == 0) {
            job->verb = (enum verb)verb;
            return true;
        }
    }
    return false;
}

static bool read_arguments(struct job *job, int argc, char **argv)
{
    static const char *const known[] = {"--json", NULL}, *const none[] = {NULL};
    if (argc < 2 || !read_verb(job, argv[1])) {
        (void)sb_cmd_usage("snapshot", "list, check or delete? then a journal's folder",
                           "list, check hay delete? rồi đến thư mục của một nhật ký");
        return false;
    }
    struct sb_args args = {.argc = argc - 1, .argv = argv + 1};
    int got;
    while ((got = sb_args_next(&args, job->verb == DELETE ? none : known)) == 1) {
        if (args.option) {
            job->json = true;
        } else if (job->dir) {
            (void)sb_cmd_usage("snapshot", "one journal at a time, and '%s' is a second",
                               "mỗi lần một nhật ký, '%s' là cái thứ hai", args.value);
            return false;
        } else {
            job->dir = args.value;
        }
    }
    if (got == 0 && !job->dir)
        (void)sb_cmd_usage("snapshot", "which journal? give its folder", "nhật ký nào? hãy cho biết thư mục");
    return got == 0 && job->dir;
}

enum sb_exit sb_cmd_snapshot(int argc, char **argv)
{
    struct job job = {0};
    struct sb_err err = {0};
    enum sb_exit code = SB_EXIT_DONE;
    if (!read_arguments(&job, argc, argv))
        return SB_EXIT_USAGE;
    if (job.verb == CHECK)
        code = check(&job);
    else if (sb_snapshot_findings_begin(sb_os_real(), job.dir, &job.findings, &err) != SB_OK)
        code = sb_cmd_fail(&err);
    else if (job.verb == DELETE)
        code = delete_all(&job);
    else
        print_all(&job);
    sb_snapshot_findings_release(&job.findings);
    return code;
}
