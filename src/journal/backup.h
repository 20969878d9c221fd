/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Copies of a journal: into a backup folder while the journal is written, and out of one. A backup folder is
 * a journal's folder with a manifest, `backup.manifest`, that names the last record which was there, checked
 * and durable when a backup was finished; what stands behind that record is a backup under way. The journal
 * in it can be read by every command.
 */

#include "journal/journal.h"

struct sb_backup_end {
    struct sb_id journal_id;
    struct sb_journal_mark mark; /* the last record */
    sb_time_us time;             /* of the latest event; SB_TIME_ALWAYS: there is none */
};

struct sb_backup {
    const struct sb_os *os;
    const char *from, *to;                                                         /* folders */
    bool (*interrupted)(void);                                                     /* may be NULL */
    void (*progress)(const char *en, const char *vi, uint64_t done, uint64_t all); /* may be NULL */
};

struct sb_backup_counts {
    uint64_t segments, copied; /* in the backup; of them written by this call */
    struct sb_backup_end end;
};

/*
 * Bring a backup folder up to the journal, which may be written meanwhile. Makes the folder when it is not
 * there. All of the journal is read and checked; segments that the backup has already, byte for byte, are not
 * written again. What is in the backup is read once more and checked before the manifest is written, so the
 * folder says of nothing that it is there when it is not. Holds the backup folder's lock.
 *
 * Errors: SB_EXISTS (the folder holds something that is no backup), SB_MISMATCH (it is a backup of another
 * journal or another history, or was written to since), SB_BUSY, SB_DAMAGED (the journal, with the place),
 * SB_NOSPACE, SB_IO, SB_INTERRUPTED; the backup is what it was before then.
 */
SB_CHECKED enum sb_status sb_backup_make(const struct sb_backup *backup, struct sb_backup_counts *ret_counts,
                                         struct sb_err *err);

/*
 * Copy the journal of a backup folder into a new one, up to the manifest's record, and check all that was
 * copied. `to` must not be there. Errors: SB_NOT_FOUND (no manifest: it is no backup, or its first one was
 * not finished), SB_EXISTS, SB_DAMAGED, SB_NOSPACE, SB_IO, SB_INTERRUPTED; `to` is removed then.
 */
SB_CHECKED enum sb_status sb_backup_restore(const struct sb_backup *backup,
                                            struct sb_backup_counts *ret_counts, struct sb_err *err);

/* Take away a folder that a restore was interrupted in. Its files are only those that a restore makes, else
 * SB_EXISTS and nothing is removed. */
SB_CHECKED enum sb_status sb_backup_remove(const struct sb_os *os, const char *dir, struct sb_err *err);
