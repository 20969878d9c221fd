/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A snapshot: the state behind one record of a journal, in one file. It is a cache of the journal, may always
 * be deleted, and is never trusted over it: whoever uses one asks the journal for the very record that it
 * names. Format: docs/formats/snapshot.md.
 */

#include "base/str.h"
#include "engine/runner.h"

#include <stdatomic.h>

#define SB_SNAPSHOT_FORMAT 1 /* of the bytes */
#define SB_SNAPSHOT_SUFFIX ".snapshot"
#define SB_SNAPSHOT_PARTIAL                                                           \
    ".snapshot-partial" /* one that was not finished: removed when the folder is next \
                                                opened for writing */

/* What a snapshot's first page says. */
struct sb_snapshot_head {
    uint16_t format, meaning;
    struct sb_id journal_id;
    struct sb_journal_mark mark; /* the record behind which the state is this */
    sb_time_us made;             /* the machine's clock */
    struct sb_snapshot_section {
        uint64_t offset, size;
        uint8_t hash[SB_HASH_SIZE]; /* BLAKE2b-256 */
    } context, ledger;              /* the ledger's hash is the state hash */
};

/* ------------------------------------------------------------------ files */

/* DIR/00000000000000001234.snapshot, to be freed by the caller; NULL when memory is out. */
char *sb_snapshot_path(const char *dir, uint64_t sequence);

/* The sequence numbers of the snapshots in a folder, newest first, to be freed by the caller. */
SB_CHECKED enum sb_status sb_snapshot_list(const struct sb_os *os, const char *dir, uint64_t **ret_sequences,
                                           size_t *ret_count, struct sb_err *err);

/* Remove what unfinished writing left. Requires the folder's lock. What cannot be removed stays: it is in
 * nobody's way. */
void sb_snapshot_remove_partial(const struct sb_os *os, const char *dir);

/* ------------------------------------------------------------------ reading */

/* Read the first page. Errors: SB_DAMAGED, SB_VERSION (of another format or meaning than this program's), the
 * file's. */
SB_CHECKED enum sb_status sb_snapshot_read_head(const struct sb_os *os, const char *path,
                                                struct sb_snapshot_head *ret_head, struct sb_err *err);

/*
 * Load a snapshot, whose head was read, into a runner that has taken nothing. Both sections must have the
 * hashes that the head says. After an error the runner must only be freed. Errors: SB_DAMAGED, SB_NOMEM, the
 * file's. Whether the journal has the head's record is the caller's to ask.
 */
SB_CHECKED enum sb_status sb_snapshot_load(const struct sb_os *os, const char *path,
                                           const struct sb_snapshot_head *head, struct sb_runner *runner,
                                           struct sb_err *err);

/* ------------------------------------------------------------------ writing */

/*
 * One snapshot on its way to the disk. Two steps, between which the marked record must have become durable.
 * They use neither heap nor locks nor stdio when err is NULL and os is the machine: a copy of the process may
 * take them (os/child.h).
 */
struct sb_snapshot_writing {
    const struct sb_os *os;
    struct sb_file *file;           /* of the partial name; owned by whoever opened it */
    const struct sb_ledger *ledger; /* its state is the one that is written */
    const struct sb_str *context;   /* sb_runner_pack */
    uint8_t *bytes;                 /* room of SB_SNAPSHOT_PIECE */
    const char *dir, *partial, *path;
    bool (*interrupted)(void *context); /* asked now and then; NULL: never */
    void *interrupted_context;
    struct sb_snapshot_head
        head; /* format, meaning, journal_id, made: the caller's; the mark before finish */
};

#define SB_SNAPSHOT_PIECE (1024u * 1024) /* bytes of one write */

/* Write both sections and make them durable. Errors: SB_INTERRUPTED, SB_NOMEM, the file's. */
SB_CHECKED enum sb_status sb_snapshot_write(struct sb_snapshot_writing *writing, struct sb_err *err);

/* Write the first page, make it durable, and give the file its name. */
SB_CHECKED enum sb_status sb_snapshot_finish(struct sb_snapshot_writing *writing, struct sb_err *err);
