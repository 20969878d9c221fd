/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Sorting any number of records of one size in bounded memory: runs are sorted in memory and written to
 * nameless temporary files, then merged. What fits in memory never touches the disk. Records must have a
 * total order.
 */

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct sb_sorter;

struct sb_sorter_options {
    size_t record_size;
    size_t memory_size; /* bytes of records held at a time; at least one record */
    int (*compare)(const void *a, const void *b);
    const char *dir; /* where temporary files go; borrowed for the sorter's life */
};

/* Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_sorter_new(const struct sb_sorter_options *options,
                                        struct sb_sorter **ret_sorter, struct sb_err *err);
/* Also removes the temporary files. Safe on NULL. */
void sb_sorter_free(struct sb_sorter *sorter);

/* Add a copy of a record. Not after sb_sorter_next. Errors: SB_IO, SB_NOMEM. */
SB_CHECKED enum sb_status sb_sorter_add(struct sb_sorter *sorter, const void *record, struct sb_err *err);

/* The next record in order, borrowed until the next call; SB_END behind the last. Errors: SB_IO, SB_NOMEM. */
SB_CHECKED enum sb_status sb_sorter_next(struct sb_sorter *sorter, const void **ret_record,
                                         struct sb_err *err);

/* A nameless file in a folder, read and write; gone when it is closed. NULL: errno says why. */

FILE *sb_temporary_file(const char *dir);
