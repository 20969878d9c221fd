/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The world outside as one table of functions: files, time, randomness. Production uses sb_os_real(); tests
 * put a fake disk behind it that loses unsynced writes, or let the n-th call fail. Only cmd/, import/ and
 * synth/ may also use stdio for the user's own files.
 */

#include "base/calendar.h"
#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct sb_file; /* an open file of this table */

enum sb_open_mode {
    SB_OPEN_READ,
    SB_OPEN_WRITE /* read and write, must exist */,
    SB_OPEN_CREATE /* must not exist */
};

struct sb_os {
    void *context; /* borrowed by every call */
    enum sb_status (*open)(void *context, const char *path, enum sb_open_mode mode, struct sb_file **ret_file,
                           struct sb_err *err);
    void (*close)(void *context, struct sb_file *file);
    /* Read exactly size bytes at offset. SB_END when the file ends before. */
    enum sb_status (*read_at)(void *context, struct sb_file *file, void *bytes, size_t size, uint64_t offset,
                              struct sb_err *err);
    /* Write all bytes at offset. SB_NOSPACE, SB_IO. */
    enum sb_status (*write_at)(void *context, struct sb_file *file, const void *bytes, size_t size,
                               uint64_t offset, struct sb_err *err);
    enum sb_status (*size)(void *context, struct sb_file *file, uint64_t *ret_size, struct sb_err *err);
    enum sb_status (*sync)(void *context, struct sb_file *file, struct sb_err *err); /* fdatasync */
    /* Take the file for this process alone, until it is closed. SB_BUSY. */
    enum sb_status (*lock)(void *context, struct sb_file *file, struct sb_err *err);
    enum sb_status (*make_dir)(void *context, const char *path,
                               struct sb_err *err); /* SB_EXISTS is for the caller to judge */
    enum sb_status (*sync_dir)(void *context, const char *path, struct sb_err *err);
    enum sb_status (*rename)(void *context, const char *from, const char *to, struct sb_err *err);
    enum sb_status (*remove)(void *context, const char *path, struct sb_err *err);
    /* Names in a folder, sorted by bytes, each ended by NUL, one more NUL at the end; the caller frees
     * *ret_names. */
    enum sb_status (*list)(void *context, const char *path, char **ret_names, struct sb_err *err);
    sb_time_us (*now)(void *context);
    enum sb_status (*random)(void *context, void *bytes, size_t size, struct sb_err *err);
};

/* The machine itself. Static. */
const struct sb_os *sb_os_real(void);

/*
 * Fail with what an errno says, in both languages; the caller prepends what it was doing with sb_fail_in. The
 * status is SB_NOT_FOUND, SB_EXISTS, SB_NOSPACE, SB_NOMEM or SB_IO.
 */
enum sb_status sb_os_fail(struct sb_err *err, int number);

/* Read a whole file of at most size_max bytes; NUL-terminated, owned by the caller. SB_LIMIT when it is
 * larger. */
SB_CHECKED enum sb_status sb_os_read_file(const struct sb_os *os, const char *path, size_t size_max,
                                          char **ret_text, size_t *ret_size, struct sb_err *err);

/* Make the name of a file or folder durable in the folder above it. Errors: SB_NOMEM, the folder's. */
SB_CHECKED enum sb_status sb_os_sync_parent(const struct sb_os *os, const char *path, struct sb_err *err);
