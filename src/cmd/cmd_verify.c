/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

#include "replay/verify.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct verify {
    const char *dir;
    bool has_key;
    uint8_t key[32];
    bool json;
    struct sb_verification found;
};

static void print_text(const struct verify *verify)
{
    printf(sb_tr(sb_cmd_lang, "%s: verified\n", "%s: đã xác minh\n"), verify->dir);
    if ((verify->found.info.flags & SB_JOURNAL_SYNTHETIC) != 0)
        printf(sb_tr(sb_cmd_lang, "  SYNTHETIC DATA: %s\n", "  DỮ LIỆU MÔ PHỎNG, không phải thật: %s\n"),
               verify->found.info.origin);
    printf(sb_tr(sb_cmd_lang, "  hash chain     whole over %llu batches, %llu events\n",
                 "  chuỗi băm      liền mạch qua %llu lô, %llu sự kiện\n"),
           (unsigned long long)verify->found.batches, (unsigned long long)verify->found.events);
    puts(sb_tr(sb_cmd_lang, "  results        each is the one that the charter in force gives",
               "  kết quả        mỗi kết quả đúng là kết quả điều lệ đang có hiệu lực cho"));
    printf(sb_tr(sb_cmd_lang, "  state hashes   %llu of %llu checkpoints agree\n",
                 "  băm trạng thái %llu trên %llu điểm kiểm tra khớp\n"),
           (unsigned long long)verify->found.checkpoints, (unsigned long long)verify->found.checkpoints);
    if (verify->has_key)
        printf(sb_tr(sb_cmd_lang, "  signatures     %llu, all by the given key\n",
                     "  chữ ký         %llu, đều do khoá đã cho\n"),
               (unsigned long long)verify->found.signed_checkpoints);
    else
        printf(sb_tr(sb_cmd_lang, "  signatures     %llu, not checked: give --key PUB\n",
                     "  chữ ký         %llu, chưa kiểm: hãy cho --key PUB\n"),
               (unsigned long long)verify->found.signed_checkpoints);
    if (verify->found.snapshots > 0)
        printf(sb_tr(sb_cmd_lang, "  snapshots      %llu, each holds the state that the journal gives\n",
                     "  ảnh chụp       %llu, mỗi ảnh giữ đúng trạng thái nhật ký cho\n"),
               (unsigned long long)verify->found.snapshots);
    if (verify->found.unusable_snapshots > 0)
        printf(
            sb_tr(
                sb_cmd_lang,
                "                 %llu not usable, and not used: see `sandbank snapshot check`\n",
                "                 %llu không dùng được, và không được dùng: xem `sandbank snapshot check`\n"),
            (unsigned long long)verify->found.unusable_snapshots);
    puts(sb_tr(sb_cmd_lang, "  double entry   debits equal credits, posted and pending",
               "  bút toán kép   nợ bằng có, đã ghi và đang giữ"));
    puts(verify->found.closed
             ? sb_tr(sb_cmd_lang, "  tail           closed cleanly", "  phần đuôi      đóng sạch")
             : sb_tr(sb_cmd_lang, "  tail           not closed: in use, or the process was stopped",
                     "  phần đuôi      chưa đóng: đang dùng, hoặc tiến trình đã bị dừng"));
}

static void print_json(const struct verify *verify)
{
    json_t *root =
        json_pack("{s:b, s:s, s:b, s:I, s:I, s:I, s:I, s:b, s:b, s:I, s:I}", "verified", 1, "journal",
                  verify->dir, "synthetic", (verify->found.info.flags & SB_JOURNAL_SYNTHETIC) != 0, "batches",
                  (json_int_t)verify->found.batches, "events", (json_int_t)verify->found.events,
                  "checkpoints", (json_int_t)verify->found.checkpoints, "signed_checkpoints",
                  (json_int_t)verify->found.signed_checkpoints, "signatures_checked", verify->has_key,
                  "closed_cleanly", verify->found.closed, "snapshots", (json_int_t)verify->found.snapshots,
                  "unusable_snapshots", (json_int_t)verify->found.unusable_snapshots);
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
    struct sb_verify request = {.os = sb_os_real(),
                                .dir = verify.dir,
                                .key = verify.has_key ? verify.key : NULL,
                                .interrupted = sb_cmd_interrupted,
                                .progress = sb_progress};
    enum sb_status status = sb_verify_journal(&request, &verify.found, &err);
    sb_progress_end();
    if (status != SB_OK)
        return sb_cmd_fail(&err);
    if (verify.json)
        print_json(&verify);
    else
        print_text(&verify);
    return SB_EXIT_DONE;
}
