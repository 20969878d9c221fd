/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Believe nothing but the bytes of a journal and a public key: the chain of hashes, the signatures, every
 * result given once more by the charter in force, every state hash, and debits equal to credits at the end.
 */

#include "replay/snapshots.h"

struct sb_verify {
    const struct sb_os *os;
    const char *dir;
    const uint8_t
        *key; /* 32 bytes: every checkpoint must be signed by it; NULL: signatures are only counted */
    bool (*interrupted)(void);                                                     /* may be NULL */
    void (*progress)(const char *en, const char *vi, uint64_t done, uint64_t all); /* may be NULL */
};

struct sb_verification {
    struct sb_journal_info info;
    uint64_t batches, events, checkpoints, signed_checkpoints;
    bool closed;                            /* the last record is a clean close */
    uint64_t snapshots, unusable_snapshots; /* that give the journal's state; that would not be used */
};

/*
 * Verify a journal, and that no snapshot beside it would be used and hold another state; also while it is
 * written: what comes after the call began may be left out. Errors: SB_MISMATCH names the first thing that
 * does not agree, SB_DAMAGED what the reader found, SB_INTERRUPTED. *ret_verification is written on success
 * only.
 */
SB_CHECKED enum sb_status sb_verify_journal(const struct sb_verify *verify,
                                            struct sb_verification *ret_verification, struct sb_err *err);

/* The same, and what was found of each snapshot, to be released by the caller, also when that is an error. */
SB_CHECKED enum sb_status sb_verify_snapshots(const struct sb_verify *verify,
                                              struct sb_verification *ret_verification,
                                              struct sb_snapshot_findings *ret_snapshots, struct sb_err *err);
