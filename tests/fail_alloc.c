/* SPDX-License-Identifier: Apache-2.0 */
#include "fail_alloc.h"

#include "test.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_uint_fast64_t allocations; /* since counting began */
static uint64_t fail_at;                 /* 0: none */
static bool fail_on;                     /* and all behind it */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);

static bool fails(void)
{
    uint64_t n = atomic_fetch_add(&allocations, 1) + 1;
    bool fail = fail_at != 0 && (n == fail_at || (fail_on && n > fail_at));
    if (fail)
        errno = ENOMEM;
    return fail;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

static uint64_t fail_one_by_one(fail_alloc_fn *attempt, void *context, enum sb_status expected,
                                uint64_t spare)
{
    for (uint64_t n = 1;; n++) {
        fail_at = n;
        atomic_store(&allocations, 0);
        enum sb_status status = attempt(context);
        bool failed = atomic_load(&allocations) >= n;
        fail_at = 0;
        if (failed && status == expected && spare > 0)
            spare--;
        else if (failed && status != SB_NOMEM)
            test_fail(__FILE__, __LINE__, "allocation %llu failed%s, and the status is %d",
                      (unsigned long long)n, fail_on ? " and all behind it" : "", status);
        if (failed)
            continue;
        if (status != expected)
            test_fail(__FILE__, __LINE__, "the status is %d, expected %d", status, expected);
        return n - 1;
    }
}

uint64_t fail_each_alloc(fail_alloc_fn *attempt, void *context, enum sb_status expected, uint64_t spare)
{
    fail_on = false;
    uint64_t count = fail_one_by_one(attempt, context, expected, spare);
    fail_on = true;
    (void)fail_one_by_one(attempt, context, expected,
                          spare); /* the same number, or fewer where threads race */
    return count;
}
