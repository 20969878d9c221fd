/* SPDX-License-Identifier: Apache-2.0 */
#include "os/os.h"
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const char *path_in_dir(const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s", test_dir(), name);
    return path;
}

/* What is written at an offset is read there; before it are zeros, behind it the end. */
TEST(os, reads_back_what_was_written_and_tells_the_end)
{
    const struct sb_os *os = sb_os_real();
    struct sb_err err = {0};
    struct sb_file *file;
    uint64_t size;
    char bytes[8];
    CHECK_INT(os->open(os->context, path_in_dir("f"), SB_OPEN_CREATE, &file, &err), SB_OK);
    CHECK_INT(os->write_at(os->context, file, "abcd", 4, 4, &err), SB_OK);
    CHECK_INT(os->sync(os->context, file, &err), SB_OK);
    CHECK_INT(os->size(os->context, file, &size, &err), SB_OK);
    CHECK_INT(size, 8);
    CHECK_INT(os->read_at(os->context, file, bytes, 8, 0, &err), SB_OK);
    CHECK(memcmp(bytes, "\0\0\0\0abcd", 8) == 0);
    CHECK_INT(os->read_at(os->context, file, bytes, 8, 1, &err), SB_END);
    os->close(os->context, file);
}

/* The three modes of opening differ in what must be there before. */
TEST(os, opening_says_what_is_wrong)
{
    const struct sb_os *os = sb_os_real();
    struct sb_err err = {0};
    struct sb_file *file;
    CHECK_INT(os->open(os->context, path_in_dir("f"), SB_OPEN_READ, &file, &err), SB_NOT_FOUND);
    CHECK(strstr(err.text[SB_EN], "cannot open '") != NULL);
    CHECK(strstr(err.text[SB_VI], "không mở được '") != NULL);
    CHECK_INT(os->open(os->context, path_in_dir("f"), SB_OPEN_WRITE, &file, &err), SB_NOT_FOUND);
    CHECK_INT(os->open(os->context, path_in_dir("f"), SB_OPEN_CREATE, &file, &err), SB_OK);
    os->close(os->context, file);
    CHECK_INT(os->open(os->context, path_in_dir("f"), SB_OPEN_CREATE, &file, &err), SB_EXISTS);
    CHECK_INT(os->make_dir(os->context, test_dir(), &err), SB_EXISTS);
}

/* A disk that is full says so, and not merely that something failed. */
TEST(os, a_full_disk_is_told_apart)
{
    const struct sb_os *os = sb_os_real();
    struct sb_err err = {0};
    struct sb_file *file;
    CHECK_INT(os->open(os->context, "/dev/full", SB_OPEN_WRITE, &file, &err), SB_OK);
    CHECK_INT(os->write_at(os->context, file, "x", 1, 0, &err), SB_NOSPACE);
    os->close(os->context, file);
}

/* A second opening of the file is refused the lock until the first is closed. */
TEST(os, a_lock_is_exclusive)
{
    const struct sb_os *os = sb_os_real();
    struct sb_err err = {0};
    struct sb_file *first, *second;
    CHECK_INT(os->open(os->context, path_in_dir("l"), SB_OPEN_CREATE, &first, &err), SB_OK);
    CHECK_INT(os->open(os->context, path_in_dir("l"), SB_OPEN_WRITE, &second, &err), SB_OK);
    CHECK_INT(os->lock(os->context, first, &err), SB_OK);
    CHECK_INT(os->lock(os->context, second, &err), SB_BUSY);
    os->close(os->context, first);
    CHECK_INT(os->lock(os->context, second, &err), SB_OK);
    os->close(os->context, second);
}

/* Names come sorted by bytes, and a renamed or removed one is gone. */
TEST(os, lists_names_in_order)
{
    const struct sb_os *os = sb_os_real();
    struct sb_err err = {0};
    struct sb_file *file;
    char from[512], *names;
    for (const char *const *name = (const char *const[]){"b", "a", "Z", "c", NULL}; *name; name++) {
        CHECK_INT(os->open(os->context, path_in_dir(*name), SB_OPEN_CREATE, &file, &err), SB_OK);
        os->close(os->context, file);
    }
    (void)snprintf(from, sizeof(from), "%s/b", test_dir());
    CHECK_INT(os->rename(os->context, from, path_in_dir("d"), &err), SB_OK);
    CHECK_INT(os->remove(os->context, path_in_dir("c"), &err), SB_OK);
    CHECK_INT(os->sync_dir(os->context, test_dir(), &err), SB_OK);
    CHECK_INT(os->list(os->context, test_dir(), &names, &err), SB_OK);
    CHECK(memcmp(names, "Z\0a\0d\0", 7) == 0);
    free(names);
}

/* A whole file is read with a NUL behind it, and one byte too many is refused. */
TEST(os, reads_a_whole_file_within_its_bound)
{
    const struct sb_os *os = sb_os_real();
    struct sb_err err = {0};
    struct sb_file *file;
    char *text;
    size_t size;
    CHECK_INT(os->open(os->context, path_in_dir("t"), SB_OPEN_CREATE, &file, &err), SB_OK);
    CHECK_INT(os->write_at(os->context, file, "luật", 6, 0, &err), SB_OK);
    os->close(os->context, file);
    CHECK_INT(sb_os_read_file(os, path_in_dir("t"), 5, &text, &size, &err), SB_LIMIT);
    CHECK_INT(sb_os_read_file(os, path_in_dir("t"), 6, &text, &size, &err), SB_OK);
    CHECK_INT(size, 6);
    CHECK_STR(text, "luật");
    free(text);
    CHECK_INT(sb_os_read_file(os, path_in_dir("none"), 6, &text, &size, &err), SB_NOT_FOUND);
}

/* Random bytes differ from call to call; the clock stands after this was written. */
TEST(os, gives_randomness_and_time)
{
    const struct sb_os *os = sb_os_real();
    struct sb_err err = {0};
    uint64_t a[4], b[4];
    CHECK_INT(os->random(os->context, a, sizeof(a), &err), SB_OK);
    CHECK_INT(os->random(os->context, b, sizeof(b), &err), SB_OK);
    CHECK(memcmp(a, b, sizeof(a)) != 0);
    CHECK(os->now(os->context) > INT64_C(1735689600) * SB_SECOND_US);
}

/* A Vietnamese message has a Vietnamese cause, and the status is that of the cause. */
TEST(os, causes_are_told_in_both_languages)
{
    struct sb_err err = {0};
    struct sb_file *file = NULL;
    CHECK_INT(sb_os_real()->open(NULL, "/nowhere/x", SB_OPEN_READ, &file, &err), SB_NOT_FOUND);
    CHECK_STR(err.text[SB_EN], "cannot open '/nowhere/x': No such file or directory");
    CHECK_STR(err.text[SB_VI], "không mở được '/nowhere/x': không có tệp hoặc thư mục này");
    CHECK_INT(sb_os_real()->open(NULL, "/nowhere/x", SB_OPEN_READ, &file, NULL), SB_NOT_FOUND);
    CHECK_INT(sb_os_fail(&err, ENOSPC), SB_NOSPACE);
    CHECK_INT(err.status, SB_NOSPACE);
}
