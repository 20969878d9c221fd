/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TESTS_MAX 1024

static struct {
    const char *suite;
    const char *name;
    test_fn *function;
} tests[TESTS_MAX];
static size_t test_count;
static jmp_buf escape;
static char dir[256];

void test_register(const char *suite, const char *name, test_fn *function)
{
    if (test_count == TESTS_MAX)
        abort();
    tests[test_count].suite = suite;
    tests[test_count].name = name;
    tests[test_count].function = function;
    test_count++;
}

void test_fail(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("  %s:%d: ", file, line);
    vprintf(format, args);
    printf("\n");
    va_end(args);
    longjmp(escape, 1);
}

const char *test_source_dir(void)
{
    const char *from_environment = getenv("SANDBANK_SOURCE");
    return from_environment ? from_environment : SANDBANK_SOURCE;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

static void remove_dir(void)
{
    if (dir[0])
        (void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* a left-over in /tmp is no failure */
    dir[0] = '\0';
}

const char *test_dir(void)
{
    if (!dir[0]) {
        const char *base = getenv("TMPDIR");
        (void)snprintf(dir, sizeof(dir), "%s/sandbank-test-XXXXXX", base ? base : "/tmp");
        if (!mkdtemp(dir))
            abort();
    }
    return dir;
}

int main(int argc, char **argv)
{
    volatile size_t passed = 0, failed = 0;
    for (volatile size_t i = 0; i < test_count; i++) {
        char full[512];
        (void)snprintf(full, sizeof(full), "%s.%s", tests[i].suite, tests[i].name);
        if (argc > 1 && !strstr(full, argv[1]))
            continue;
        if (setjmp(escape) == 0) {
            tests[i].function();
            passed++;
        } else {
            printf("FAILED %s\n", full);
            failed++;
        }
        remove_dir();
    }
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
