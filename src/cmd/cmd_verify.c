/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `verify` believes nothing but the bytes of the journal and a public key: the chain of hashes, the
 * signatures, every result given once more by the charter in force, every state hash, and debits equal
 * credits at the end.
 */
#include "cmd/cmd.h"

#include "engine/runner.h"
#include "replay/walk.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct verify {
    const char *dir;
    bool has_key;
    uint8_t key[32];
    bool json;
    struct sb_runner *runner; /* owned */
    uint64_t events, batches, checkpoints, signed_checkpoints;
    bool closed; /* the last record is a clean close */
    struct sb_journal_info info;
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
    if (!verify->has_key) {
        verify->signed_checkpoints += is_signed;
        return SB_OK;
    }
    if (!is_signed)
        return sb_fail(err, SB_MISMATCH, "the checkpoint after event %llu is not signed",
                       "điểm kiểm tra sau sự kiện %llu không được ký", (unsigned long long)record->first);
    if (!sb_record_signed_by(record, verify->key))
        return sb_fail(err, SB_MISMATCH, "the checkpoint after event %llu is not signed by the given key",
                       "điểm kiểm tra sau sự kiện %llu không do khoá đã cho ký",
                       (unsigned long long)record->first);
    verify->signed_checkpoints++;
    return SB_OK;
}

static enum sb_status judge(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct verify *verify = context;
    enum sb_status status = SB_OK;
    verify->closed = record->type == SB_RECORD_CLOSE;
    if (record->type == SB_RECORD_BATCH) {
        verify->batches++;
        verify->events += record->count;
    }
    if (record->type == SB_RECORD_CHECKPOINT) {
        verify->checkpoints++;
        status = check_signature(verify, record, err);
    }
    return status == SB_OK ? sb_runner_take(verify->runner, record, NULL, err) : status;
}

static enum sb_status run(struct verify *verify, struct sb_err *err)
{
    struct sb_runner_options options = {.ids = SB_RUNNER_WANTED_IDS, .compare = true};
    struct sb_walk_end end = {0};
    struct sb_walk first = {sb_os_real(),       verify->dir, "reading", "đang đọc",
                            sb_cmd_interrupted, sb_progress, &end};
    struct sb_walk second = {sb_os_real(), verify->dir, "judging again", "đang xét lại", sb_cmd_interrupted,
                             sb_progress,  &end};
    enum sb_status status = sb_runner_new(&options, &verify->runner, err);
    if (status == SB_OK)
        status = sb_walk(&first, learn, verify, &verify->info, err);
    if (status == SB_OK)
        status = sb_walk(&second, judge, verify, NULL, err);
    if (status == SB_OK)
        status = sb_ledger_check(sb_runner_ledger(verify->runner), err);
    if (status == SB_OK && verify->has_key && verify->checkpoints == 0)
        status = sb_fail(err, SB_MISMATCH, "there is no checkpoint to check the key against",
                         "không có điểm kiểm tra nào để đối chiếu khoá");
    sb_progress_end();
    return status;
}

static void print_text(const struct verify *verify)
{
    printf(sb_tr(sb_cmd_lang, "%s: verified\n", "%s: đã xác minh\n"), verify->dir);
    if ((verify->info.flags & SB_JOURNAL_SYNTHETIC) != 0)
        printf(sb_tr(sb_cmd_lang, "  SYNTHETIC DATA: %s\n", "  DỮ LIỆU MÔ PHỎNG, không phải thật: %s\n"),
               verify->info.origin);
    printf(sb_tr(sb_cmd_lang, "  hash chain     whole over %llu batches, %llu events\n",
                 "  chuỗi băm      liền mạch qua %llu lô, %llu sự kiện\n"),
           (unsigned long long)verify->batches, (unsigned long long)verify->events);
    puts(sb_tr(sb_cmd_lang, "  results        each is the one that the charter in force gives",
               "  kết quả        mỗi kết quả đúng là kết quả điều lệ đang có hiệu lực cho"));
    printf(sb_tr(sb_cmd_lang, "  state hashes   %llu of %llu checkpoints agree\n",
                 "  băm trạng thái %llu trên %llu điểm kiểm tra khớp\n"),
           (unsigned long long)verify->checkpoints, (unsigned long long)verify->checkpoints);
    if (verify->has_key)
        printf(sb_tr(sb_cmd_lang, "  signatures     %llu, all by the given key\n",
                     "  chữ ký         %llu, đều do khoá đã cho\n"),
               (unsigned long long)verify->signed_checkpoints);
    else
        printf(sb_tr(sb_cmd_lang, "  signatures     %llu, not checked: give --key PUB\n",
                     "  chữ ký         %llu, chưa kiểm: hãy cho --key PUB\n"),
               (unsigned long long)verify->signed_checkpoints);
    puts(sb_tr(sb_cmd_lang, "  double entry   debits equal credits, posted and pending",
               "  bút toán kép   nợ bằng có, đã ghi và đang giữ"));
    puts(verify->closed
             ? sb_tr(sb_cmd_lang, "  tail           closed cleanly", "  phần đuôi      đóng sạch")
             : sb_tr(sb_cmd_lang, "  tail           not closed: in use, or the process was stopped",
                     "  phần đuôi      chưa đóng: đang dùng, hoặc tiến trình đã bị dừng"));
}

static void print_json(const struct verify *verify)
{
    json_t *root = json_pack("{s:b, s:s, s:b, s:I, s:I, s:I, s:I, s:b, s:b}", "verified", 1, "journal",
                             verify->dir, "synthetic", (verify->info.flags & SB_JOURNAL_SYNTHETIC) != 0,
                             "batches", (json_int_t)verify->batches, "events", (json_int_t)verify->events,
                             "checkpoints", (json_int_t)verify->checkpoints, "signed_checkpoints",
                             (json_int_t)verify->signed_checkpoints, "signatures_checked", verify->has_key,
                             "closed_cleanly", verify->closed);
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    if (text)
        puts(text);
    free(text);
    json_decref(root);
}

/* A public key: 64 hex digits, given as they are or as the first line of a file. */
static bool read_key(const char *text, uint8_t key[32])
{
    char *contents = NULL;
    size_t size = 0;
    struct sb_err err = {0};
    if (strlen(text) != 64 && sb_os_read_file(sb_os_real(), text, 4096, &contents, &size, &err) != SB_OK) {
        (void)sb_cmd_fail(&err);
        return false;
    }
    const char *hex = contents ? contents : text;
    size_t bytes = 0;
    bool good = strcspn(hex, "\r\n ") == 64 && sodium_hex2bin(key, 32, hex, 64, NULL, &bytes, NULL) == 0 &&
                bytes == 32;
    if (!good)
        (void)sb_cmd_usage("verify",
                           "'%s' is not a public key: expected 64 hex digits, or a file that holds them",
                           "'%s' không phải khoá công khai: cần 64 chữ số hex, hoặc tệp chứa chúng", text);
    free(contents);
    return good;
}

enum sb_exit sb_cmd_verify(int argc, char **argv)
{
    static const char *const known[] = {"--key=", "--json", NULL};
    struct verify verify = {0};
    struct sb_args args = {.argc = argc, .argv = argv};
    struct sb_err err = {0};
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (args.option && strcmp(args.option, "--json") == 0)
            verify.json = true;
        else if (args.option && !(verify.has_key = read_key(args.value, verify.key)))
            return SB_EXIT_USAGE;
        else if (!args.option && verify.dir)
            return sb_cmd_usage("verify", "one journal at a time, and '%s' is a second",
                                "mỗi lần một nhật ký, '%s' là cái thứ hai", args.value);
        else if (!args.option)
            verify.dir = args.value;
    }
    if (got < 0 || !verify.dir)
        return got < 0 ? SB_EXIT_USAGE
                       : sb_cmd_usage("verify", "which journal? give its folder",
                                      "nhật ký nào? hãy cho biết thư mục");
    enum sb_status status = run(&verify, &err);
    sb_runner_free(verify.runner);
    if (status != SB_OK)
        return sb_cmd_fail(&err);
    if (verify.json)
        print_json(&verify);
    else
        print_text(&verify);
    return SB_EXIT_DONE;
}
