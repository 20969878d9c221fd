/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A machine for tests: a disk in memory that keeps synced and unsynced writes apart, a clock that stands
 * still until it is moved, and random numbers from a seed. Safe to call from several threads.
 *
 * What a crash leaves is as hostile as POSIX allows: of all sectors (512 bytes) written since the last sync
 * of their file any subset survives; a file's growth survives or not; a name survives only when its folder
 * was synced, or by luck, in order. A sync that fails drops some of the writes for good while they stay
 * readable until the crash, as Linux does.
 */

#include "os/os.h"

struct fake_disk;

enum fake_op {
    FAKE_OPEN,
    FAKE_READ,
    FAKE_WRITE,
    FAKE_SIZE,
    FAKE_SYNC,
    FAKE_LOCK,
    FAKE_MAKE_DIR,
    FAKE_SYNC_DIR,
    FAKE_RENAME,
    FAKE_REMOVE,
    FAKE_LIST,
    FAKE_RANDOM,
    FAKE_ANY, /* all of them, counted together */
};

struct fake_disk *fake_disk_new(uint64_t seed);
void fake_disk_free(struct fake_disk *disk);

/* The table to hand to the code under test. Borrowed for the disk's life. */
const struct sb_os *fake_disk_os(struct fake_disk *disk);

/* Calls of an operation since the disk was made. */
uint64_t fake_disk_calls(const struct fake_disk *disk, enum fake_op op);

/* Let the n-th call (from now, 1 is the next) of an operation fail with a status, once. A failing write lands
 * in part. n 0: none fails. */
void fake_disk_fail(struct fake_disk *disk, enum fake_op op, uint64_t n, enum sb_status status);

/* Let the power go at the n-th call of any operation from now: it and all later ones fail, until the crash
 * below. 0: it stays. */
void fake_disk_power_off(struct fake_disk *disk, uint64_t n);
bool fake_disk_is_off(const struct fake_disk *disk);

/*
 * The machine goes down and comes up again: keeps a random part of what was not synced. Files that are open
 * lose their locks; all calls on them but close fail.
 */
void fake_disk_crash(struct fake_disk *disk);

/* Bytes that all files together may have; UINT64_MAX at first. */
void fake_disk_set_space(struct fake_disk *disk, uint64_t bytes);

uint64_t fake_disk_space_used(const struct fake_disk *disk);

void fake_disk_set_time(struct fake_disk *disk, sb_time_us now);

/* A file's bytes as they are now, to look at or to damage; a crash forgets the changes. NULL when there is no
 * such file. Borrowed until the file is next written. */
uint8_t *fake_disk_bytes(struct fake_disk *disk, const char *path, size_t *ret_size);

/* Put a file there, durably, with these bytes; folders are made on the way. */
void fake_disk_put(struct fake_disk *disk, const char *path, const void *bytes, size_t size);

/* A copy of all that is on the disk now, as if synced, under another seed. */
struct fake_disk *fake_disk_copy(const struct fake_disk *disk, uint64_t seed);
