/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A test is a function that says what must be true:
 *
 *     TEST(journal, torn_tail_is_cut_at_last_whole_record)
 *     {
 *         CHECK(cut == 17);
 *         CHECK_STR(text, "expected");
 *     }
 *
 * Tests register themselves; test.c runs all of them, or those whose "suite.name" holds argv[1]. A failed
 * check ends its test, not the others. The last line printed is "N passed, N failed".
 */

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef void test_fn(void);
void test_register(const char *suite, const char *name, test_fn *function);
_Noreturn void test_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The project's source folder (for golden files), and a fresh empty folder for the running test (removed
 * behind it). */
const char *test_source_dir(void);
const char *test_dir(void);

#define TEST(suite, name)                                                    \
    static void test_##suite##_##name(void);                                 \
    __attribute__((constructor)) static void register_##suite##_##name(void) \
    {                                                                        \
        test_register(#suite, #name, test_##suite##_##name);                 \
    }                                                                        \
    static void test_##suite##_##name(void)

#define CHECK(condition)                                               \
    do {                                                               \
        if (!(condition))                                              \
            test_fail(__FILE__, __LINE__, "not true: %s", #condition); \
    } while (0)

#define CHECK_INT(got, expected)                                                                          \
    do {                                                                                                  \
        int64_t got_ = (int64_t)(got), expected_ = (int64_t)(expected);                                   \
        if (got_ != expected_)                                                                            \
            test_fail(__FILE__, __LINE__, "%s is %" PRId64 ", expected %" PRId64, #got, got_, expected_); \
    } while (0)

#define CHECK_STR(got, expected)                                                                         \
    do {                                                                                                 \
        const char *got_ = (got), *expected_ = (expected);                                               \
        if (strcmp(got_, expected_) != 0)                                                                \
            test_fail(__FILE__, __LINE__, "%s is\n  \"%s\", expected\n  \"%s\"", #got, got_, expected_); \
    } while (0)
