/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the journal must not hold: people with their passwords and roles, their sessions, what they asked for
 * and who agreed, and who did what. Authoritative and erasable: a person can be forgotten with every journal
 * untouched. One SQLite file that only its owner can read.
 *
 * Everything may be called from any thread. Times are seconds since 1970-01-01T00:00Z, given by the caller.
 */

#include "base/id.h"
#include "base/status.h"
#include "base/str.h"
#include "vault/person.h"

struct sb_vault;

/* Open a vault's file, or make it (its folder too) when it is not there. Errors: SB_IO, SB_DAMAGED (no vault
 * of ours), SB_VERSION, SB_BUSY, SB_NOMEM. */
SB_CHECKED enum sb_status sb_vault_open(const char *path, struct sb_vault **ret_vault, struct sb_err *err);
void sb_vault_close(struct sb_vault *vault); /* safe on NULL */

/* Where the vault of a folder of pilots lies: DIR/vault/people.sqlite. */
void sb_vault_path(const char *dir, struct sb_str *out);

/* 32 random bytes that stay with the vault: what tokens are made with. */
void sb_vault_secret(const struct sb_vault *vault, uint8_t secret[32]);

/* ------------------------------------------------------------------ people */

#define SB_PASSWORD_SIZE_MIN 12   /* bytes: what is shorter can be guessed from a stolen file */
#define SB_PASSWORD_SIZE_MAX 1024 /* bytes */
#define SB_TOTP_SECRET_SIZE  33   /* base32 of 20 bytes, and a NUL */

/* A name is 1 to 64 letters, digits and ._@- of ASCII. Errors: SB_INVALID (name, password), SB_EXISTS. */
SB_CHECKED enum sb_status sb_vault_add_person(struct sb_vault *vault, const char *name, const char *password,
                                              unsigned roles, int64_t now, struct sb_err *err);
/* The same with a new password; their sessions end. Errors: SB_NOT_FOUND, SB_INVALID. */
SB_CHECKED enum sb_status sb_vault_set_password(struct sb_vault *vault, const char *name,
                                                const char *password, struct sb_err *err);
SB_CHECKED enum sb_status sb_vault_set_roles(struct sb_vault *vault, const char *name, unsigned roles,
                                             struct sb_err *err);
/* A new second factor (RFC 6238: SHA-1, 30 s, 6 digits); the secret is told once, for an authenticator. on
 * false: none from now on. */
SB_CHECKED enum sb_status sb_vault_set_totp(struct sb_vault *vault, const char *name, bool on,
                                            char ret_secret[SB_TOTP_SECRET_SIZE], struct sb_err *err);
/*
 * Forget a person: name, password, factor, sessions. In what they did and asked for a number stands in place
 * of the name, so that it can still be seen that two people acted. Errors: SB_NOT_FOUND.
 */
SB_CHECKED enum sb_status sb_vault_remove_person(struct sb_vault *vault, const char *name,
                                                 struct sb_err *err);

/* Every person in the order of names. */
typedef void sb_person_fn(void *context, const struct sb_person *person, bool has_totp);
SB_CHECKED enum sb_status sb_vault_each_person(struct sb_vault *vault, sb_person_fn *each, void *context,
                                               struct sb_err *err);

enum sb_signed { SB_SIGNED_IN, SB_SIGNED_TOTP_NEEDED, SB_SIGNED_WRONG };

/*
 * Whether name, password and (where there is one) the second factor are right; a code serves once. Takes as
 * long for a name that nobody has. totp may be NULL. Uses 64 MiB meanwhile: bound how many run at once.
 */
SB_CHECKED enum sb_status sb_vault_sign_in(struct sb_vault *vault, const char *name, const char *password,
                                           const char *totp, int64_t now, enum sb_signed *ret_signed,
                                           struct sb_person *ret_person, struct sb_err *err);

/* ------------------------------------------------------------------ sessions */

/* Only a token's hash is kept: who reads the file cannot use a session. */
struct sb_session_limits {
    int64_t idle_s, whole_s; /* a session ends so long after it was last used, and after it began */
};
SB_CHECKED enum sb_status sb_vault_begin_session(struct sb_vault *vault, const char *token,
                                                 const struct sb_person *person, int64_t now,
                                                 struct sb_err *err);
/* *ret_found: it is there and has not ended; it counts as used now. *ret_ends: when it ends whatever is done.
 */
SB_CHECKED enum sb_status sb_vault_find_session(struct sb_vault *vault, const char *token,
                                                const struct sb_session_limits *limits, int64_t now,
                                                bool *ret_found, struct sb_person *ret_person,
                                                int64_t *ret_ends, struct sb_err *err);
void sb_vault_end_session(struct sb_vault *vault, const char *token);
/* Forget sessions that have ended. */
void sb_vault_sweep(struct sb_vault *vault, const struct sb_session_limits *limits, int64_t now);

/* ------------------------------------------------------------------ freezes: one asks, another agrees */

#define SB_FREEZE_REASON_SIZE 4001 /* 1000 letters of UTF-8, and a NUL */

enum sb_freeze_state { SB_FREEZE_PENDING, SB_FREEZE_APPROVED, SB_FREEZE_REJECTED, SB_FREEZE_WITHDRAWN };

struct sb_freeze {
    int64_t number; /* 1 and on, over all pilots */
    struct sb_id account;
    uint8_t sides; /* enum sb_frozen */
    char reason[SB_FREEZE_REASON_SIZE];
    enum sb_freeze_state state;
    char made_by[SB_PERSON_NAME_SIZE], decided_by[SB_PERSON_NAME_SIZE]; /* "" not decided */
    int64_t made_at, decided_at;
    int64_t sequence; /* of the event in the journal; 0: none yet */
    char result[32];  /* the event's; "" none yet */
};

/* Ask: account, sides, reason and made_by are read, number and made_at set. */
SB_CHECKED enum sb_status sb_vault_ask_freeze(struct sb_vault *vault, const char *pilot, int64_t now,
                                              struct sb_freeze *freeze, struct sb_err *err);
SB_CHECKED enum sb_status sb_vault_get_freeze(struct sb_vault *vault, const char *pilot, int64_t number,
                                              struct sb_freeze *ret_freeze, struct sb_err *err);
/*
 * Decide one that is pending: APPROVED only by another person than who asked, WITHDRAWN only by the same.
 * Errors: SB_NOT_FOUND, SB_EXISTS (decided already), SB_INVALID (the wrong person).
 */
SB_CHECKED enum sb_status sb_vault_decide_freeze(struct sb_vault *vault, const char *pilot, int64_t number,
                                                 enum sb_freeze_state state, const char *person, int64_t now,
                                                 struct sb_err *err);
/* What came of the event. */
SB_CHECKED enum sb_status sb_vault_set_freeze_result(struct sb_vault *vault, int64_t number, int64_t sequence,
                                                     const char *result, struct sb_err *err);
/* Newest first, those with numbers below `before` (0: from the newest); at most limit. */
typedef void sb_freeze_fn(void *context, const struct sb_freeze *freeze);
SB_CHECKED enum sb_status sb_vault_each_freeze(struct sb_vault *vault, const char *pilot, int64_t before,
                                               unsigned limit, sb_freeze_fn *each, void *context,
                                               struct sb_err *err);

/* ------------------------------------------------------------------ who did what */

struct sb_deed {
    int64_t number, time;
    const char *person; /* "" a guest, or nobody yet */
    const char *pilot;  /* "" of the server */
    const char *action, *about, *result;
};
/* A deed that cannot be written must not be done: callers write it first. number is ignored. */
SB_CHECKED enum sb_status sb_vault_log(struct sb_vault *vault, const struct sb_deed *deed,
                                       struct sb_err *err);
/* Of a pilot and of the server, newest first. The texts are borrowed for the call. */
typedef void sb_deed_fn(void *context, const struct sb_deed *deed);
SB_CHECKED enum sb_status sb_vault_each_deed(struct sb_vault *vault, const char *pilot, int64_t before,
                                             unsigned limit, sb_deed_fn *each, void *context,
                                             struct sb_err *err);
