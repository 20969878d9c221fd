/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SANDBANK_ENGINE_H
#define SANDBANK_ENGINE_H

/*
 * An engine: one folder, one journal, one ledger, under the charters that were installed. Everything that the
 * engine knows is in the journal, so closing, crashing and opening again loses nothing that was answered.
 */

#include <sandbank/charter.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sandbank_engine; /* opaque */

/* Bytes of the secret key that signs checkpoints (Ed25519: seed and public key), and of the public one. */
#define SANDBANK_SECRET_KEY_SIZE 64
#define SANDBANK_PUBLIC_KEY_SIZE 32

/* "Now": the machine's clock, but never before the latest event of the journal. */
#define SANDBANK_NOW INT64_MIN

struct sandbank_engine_options {
    size_t size;                             /* sizeof(struct sandbank_engine_options) */
    const struct sandbank_charter *charters; /* the law to be under; as for sandbank_engine_install */
    size_t charter_count;                    /* 0: the law that the journal has; a new one needs a law */
    int64_t charter_time_us;                 /* when these charters come into force; or SANDBANK_NOW */
    bool must_exist;           /* do not make a journal where there is none: SANDBANK_NOT_FOUND */
    const char *origin;        /* of a new journal: where its events come from, for people; NULL: "" */
    const uint8_t *secret_key; /* SANDBANK_SECRET_KEY_SIZE bytes, borrowed until close; NULL: unsigned */
    uint64_t checkpoint_every; /* events between checkpoints; 0: only at close */
    uint64_t snapshot_every;   /* events between snapshots, which make the next opening quick and which a copy
                                  of the process writes meanwhile; 0: only at close */
    bool no_snapshots;         /* none is written, and none is used when opening */
};

/*
 * Open an engine in a folder (made when it is absent, not its parents), under the law that options give.
 * Recovers from the newest snapshot that the journal bears out, by judging the events behind it anew and
 * comparing every result with the recorded one; the torn tail of a crash, never answered, is cut. *ret_engine
 * is closed with sandbank_engine_close. Errors: SANDBANK_SYNTAX, SANDBANK_INVALID (the law, or none),
 * SANDBANK_BUSY, SANDBANK_NOT_FOUND (with must_exist), SANDBANK_DAMAGED, SANDBANK_MISMATCH,
 * SANDBANK_VERSION_UNKNOWN, SANDBANK_IO, SANDBANK_NOSPACE, SANDBANK_NOMEM.
 */
SANDBANK_API SANDBANK_CHECKED enum sandbank_status sandbank_engine_open(
    const char *folder, const struct sandbank_engine_options *options, struct sandbank_engine **ret_engine,
    struct sandbank_error *error);

/*
 * Put a law in force from an instant on: charters[0] is the regulator's, the others lie on it; 1 to
 * SANDBANK_CHARTERS_MAX. The texts go into the journal, and the call returns when they are durable. A law
 * that is in force already is left as it is, without a trace. time_us must not lie before the latest event,
 * or is SANDBANK_NOW. Errors: SANDBANK_SYNTAX, SANDBANK_INVALID (the law, or the time), SANDBANK_IO,
 * SANDBANK_NOSPACE, SANDBANK_LIMIT, SANDBANK_NOMEM.
 */
SANDBANK_API SANDBANK_CHECKED enum sandbank_status sandbank_engine_install(
    struct sandbank_engine *engine, const struct sandbank_charter *charters, size_t count, int64_t time_us,
    struct sandbank_error *error);

/*
 * Write a checkpoint (signed when there is a key), close the journal cleanly and free the engine, whatever
 * the outcome; NULL is allowed. Errors: SANDBANK_IO, SANDBANK_NOMEM; what was answered before is durable all
 * the same.
 */
SANDBANK_API enum sandbank_status sandbank_engine_close(struct sandbank_engine *engine,
                                                        struct sandbank_error *error);

/*
 * The number of the latest event in the journal; events count from 1. 0: none. Names and charters are events
 * too. Cannot fail.
 */
SANDBANK_API uint64_t sandbank_engine_newest(const struct sandbank_engine *engine);

/*
 * How many digits behind the point an amount has in the unit of the law in force: 0 for VND, 2 for GBP. An
 * amount of this library is the number of the smallest pieces. Cannot fail.
 */
SANDBANK_API unsigned sandbank_engine_decimals(const struct sandbank_engine *engine);

#ifdef __cplusplus
}
#endif

#endif
