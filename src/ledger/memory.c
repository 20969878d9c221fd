/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Memory for tables that are read at random. A million accounts take 40 000 pages of 4 KiB, and most reads
 * then wait for the page's address as well as for the line; the machine is asked for pages of 2 MiB instead.
 * This is a hint: nothing depends on whether it is followed.
 */

#include "ledger/ledger_internal.h"

#include <sys/mman.h>

#define LARGE_PAGE ((size_t)2 * 1024 * 1024)

void *sb_table_alloc(size_t size)
{
    if (size < 2 * LARGE_PAGE)
        return calloc(1, size);
    size_t whole = (size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    void *table = aligned_alloc(LARGE_PAGE, whole);
    if (!table)
        return NULL;
    (void)madvise(table, whole, MADV_HUGEPAGE); /* refused: small pages serve as well */
    memset(table, 0, whole);
    return table;
}

void *sb_scratch_take(size_t size)
{
    void *scratch = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return scratch == MAP_FAILED ? NULL : scratch;
}

void sb_scratch_give(void *scratch, size_t size)
{
    if (scratch)
        (void)munmap(scratch, size); /* fails only for what was never mapped */
}
