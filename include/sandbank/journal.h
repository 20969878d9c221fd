/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SANDBANK_JOURNAL_H
#define SANDBANK_JOURNAL_H

/*
 * A journal as evidence: believe nothing but its bytes. Its format: sandbank-journal(5).
 */

#include <sandbank/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What verification found. Counts are of the whole journal. */
struct sandbank_verification {
    size_t size; /* sizeof(struct sandbank_verification), set by the caller */
    uint64_t events, batches;
    uint64_t checkpoints;        /* each state hash agreed */
    uint64_t signed_checkpoints; /* checked only when a key was given */
    bool closed;                 /* the last record is a clean close: nothing was lost behind it */
    bool synthetic;              /* made by a generator, not by people */
};

/*
 * Verify the journal in a folder: the chain of hashes, every result given once more by the charter in force,
 * every state hash, debits equal credits; and with public_key (SANDBANK_PUBLIC_KEY_SIZE bytes; NULL: no) that
 * every checkpoint is signed by it and that there is one. Takes no lock and writes nothing; memory grows with
 * accounts, not with events. Requires verification->size.
 * Errors: SANDBANK_MISMATCH (a result, a state, a signature; error says which event), SANDBANK_DAMAGED,
 * SANDBANK_VERSION_UNKNOWN, SANDBANK_NOT_FOUND, SANDBANK_IO, SANDBANK_INVALID (the size), SANDBANK_NOMEM.
 */
SANDBANK_API SANDBANK_CHECKED enum sandbank_status sandbank_verify(const char *folder,
                                                                   const uint8_t *public_key,
                                                                   struct sandbank_verification *verification,
                                                                   struct sandbank_error *error);

#ifdef __cplusplus
}
#endif

#endif
