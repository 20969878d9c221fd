/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

/* Write hex digits and a line break into a new file; an existing key is never overwritten. */
static bool write_hex(const char *path, const uint8_t *bytes, size_t size, mode_t mode)
{
    char hex[2 * 64 + 2];
    struct sb_err err = {0};
    sodium_bin2hex(hex, sizeof(hex), bytes, size);
    hex[2 * size] = '\n';
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool good = file >= 0 && write(file, hex, 2 * size + 1) == (ssize_t)(2 * size + 1) && fsync(file) == 0;
    if (!good) {
        (void)sb_os_fail(&err, errno);
        (void)sb_fail_in(&err, "cannot write '%s'", "không ghi được '%s'", path);
        (void)sb_cmd_fail(&err);
    }
    if (file >= 0)
        close(file);
    sodium_memzero(hex, sizeof(hex));
    return good;
}

enum sb_exit sb_cmd_key(int argc, char **argv)
{
    uint8_t public_key[32], secret_key[64];
    char public_path[4096];
    static const char *const known[] = {NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    const char *path = NULL;
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (path)
            return sb_cmd_usage("key", "one file name at a time", "mỗi lần một tên tệp");
        path = args.value;
    }
    if (got < 0)
        return SB_EXIT_USAGE;
    if (!path)
        return sb_cmd_usage("key", "expected one file name", "cần một tên tệp");
    int size = snprintf(public_path, sizeof(public_path), "%s.pub", path);
    if (size < 0 || (size_t)size >= sizeof(public_path))
        return sb_cmd_usage("key", "the file's name is too long", "tên tệp quá dài");
    crypto_sign_keypair(public_key, secret_key);
    bool good = write_hex(path, secret_key, sizeof(secret_key), 0600) &&
                write_hex(public_path, public_key, sizeof(public_key), 0644);
    sodium_memzero(secret_key, sizeof(secret_key));
    if (!good)
        return SB_EXIT_FAILURE;
    printf(sb_tr(sb_cmd_lang,
                 "%s: the secret key; keep it to yourself. %s: the public key, for `sandbank verify --key`\n",
                 "%s: khoá bí mật, hãy giữ kín. %s: khoá công khai, dùng cho `sandbank verify --key`\n"),
           path, public_path);
    return SB_EXIT_DONE;
}
