/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SANDBANK_BASE_H
#define SANDBANK_BASE_H

/*
 * What every header of libsandbank shares: how a call says that it failed, the two languages, texts that the
 * caller frees. A refusal by the charter or the ledger is no failure: it is an answer (ledger.h).
 *
 * Rules of the whole library:
 *   - Texts are UTF-8 and end in NUL. Amounts are minor units (VND: dong; GBP: pence). Times are microseconds
 *     since 1970-01-01T00:00Z.
 *   - Pointers given to a call are borrowed for the call, unless its comment says longer. What a call gives
 *     through ret_ is the caller's, and its comment names the call that frees it. ret_ is untouched on
 * failure.
 *   - A struct that begins with `size` must have it set to its own sizeof and every field that is not used to
 *     zero: `struct sandbank_account account = {sizeof(account)}`. Later versions add fields at the end, and
 *     read a shorter struct as it was.
 *   - An engine is used by one thread at a time; different engines by any threads at once. No call prints,
 *     exits, or changes signals, locale or environment.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define SANDBANK_API     __attribute__((visibility("default")))
#define SANDBANK_CHECKED __attribute__((warn_unused_result))
#else
#define SANDBANK_API
#define SANDBANK_CHECKED
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Why a call failed. Numbers never change; new ones may come. */
enum sandbank_status {
    SANDBANK_OK = 0,        /* done */
    SANDBANK_NOMEM = 1,     /* out of memory */
    SANDBANK_IO = 2,        /* the disk failed; an engine that says so accepts nothing more */
    SANDBANK_NOSPACE = 3,   /* no space left; may be tried again when there is room */
    SANDBANK_NOT_FOUND = 4, /* there is no such thing */
    SANDBANK_EXISTS = 5,    /* it is there already */
    SANDBANK_SYNTAX = 6,    /* a charter is not well formed */
    SANDBANK_INVALID = 7,   /* an argument, or a charter's meaning, is not valid */
    SANDBANK_LIMIT = 8,     /* over a limit of the program */
    SANDBANK_DAMAGED = 9,   /* a journal's bytes are not what was written */
    SANDBANK_MISMATCH =
        10, /* a recorded result is not the one that its charter gives, or a key not the signer's */
    SANDBANK_VERSION_UNKNOWN = 11, /* written by a version of the format that is not known here */
    SANDBANK_BUSY = 12,            /* another process, or another engine here, has the folder */
    SANDBANK_END = 13,             /* nothing more to read */
    SANDBANK_INTERRUPTED = 14,     /* stopped on request */
};

enum sandbank_language { SANDBANK_ENGLISH = 0, SANDBANK_VIETNAMESE = 1 };

/* Bytes of an error's text in one language, NUL included. */
#define SANDBANK_ERROR_SIZE 640

/*
 * One failure, told in both languages; the caller's memory, holds none of its own. A call that fails writes
 * it, one that succeeds leaves it alone. Every call takes NULL for "the status is enough".
 */
struct sandbank_error {
    enum sandbank_status status;
    char text[2][SANDBANK_ERROR_SIZE]; /* by enum sandbank_language; lower case, no full stop, cut when too
                                          long */
};

/*
 * The version of the library that runs, such as "0.1.0". Needs nothing. Static. Cannot fail.
 */
SANDBANK_API const char *sandbank_version(void);

/*
 * What a status means, in a few words of a language. A number that is not in the enum gives the words of
 * SANDBANK_INVALID. Static. Cannot fail.
 */
SANDBANK_API const char *sandbank_status_text(enum sandbank_status status, enum sandbank_language language);

/*
 * Free a text that a call of this library gave. NULL is allowed. Cannot fail.
 */
SANDBANK_API void sandbank_free(char *text);

#ifdef __cplusplus
}
#endif

#endif
