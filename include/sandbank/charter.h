/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SANDBANK_CHARTER_H
#define SANDBANK_CHARTER_H

/*
 * Charters as texts: check one, print it in either language, show the rules in force at an instant. Nothing
 * is read from files; the caller brings the bytes. The language: sandbank-charter(5).
 */

#include <sandbank/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Charters that one law may be made of: the regulator's and providers' layers on it. */
#define SANDBANK_CHARTERS_MAX 4

/* The text of one charter. It need not end in NUL. At most 256 KiB. */
struct sandbank_charter {
    const char *path; /* for messages only: nothing is opened */
    const char *text; /* UTF-8 */
    size_t size;      /* bytes of text */
};

/*
 * Check a law: charters[0] is the regulator's, the others lie on it; 1 to SANDBANK_CHARTERS_MAX.
 * *ret_messages (NULL: not wanted) is written in every case but SANDBANK_NOMEM: what is wrong or doubtful,
 * each with file, line, column, the line and a caret, in the given language; "" when there is nothing to say.
 * Free it with sandbank_free. Errors: SANDBANK_SYNTAX, SANDBANK_INVALID (the first mistake stands in error
 * too), SANDBANK_NOMEM.
 */
SANDBANK_API SANDBANK_CHECKED enum sandbank_status sandbank_charter_check(
    const struct sandbank_charter *charters, size_t count, enum sandbank_language language,
    char **ret_messages, struct sandbank_error *error);

/*
 * Print a charter in the keywords of a language and the house's layout: the same law, so formatting what was
 * formatted changes nothing. *ret_text is freed with sandbank_free. Errors: SANDBANK_SYNTAX when it does not
 * parse (its meaning is not checked), SANDBANK_NOMEM.
 */
SANDBANK_API SANDBANK_CHECKED enum sandbank_status sandbank_charter_format(
    const struct sandbank_charter *charter, enum sandbank_language language, char **ret_text,
    struct sandbank_error *error);

/*
 * The rules in force at an instant (microseconds), by what was known then, as a table in a language; each row
 * cites its instrument and article. charters and count as for sandbank_charter_check. *ret_text is freed with
 * sandbank_free. Errors: as sandbank_charter_check.
 */
SANDBANK_API SANDBANK_CHECKED enum sandbank_status sandbank_charter_show(
    const struct sandbank_charter *charters, size_t count, int64_t time_us, enum sandbank_language language,
    char **ret_text, struct sandbank_error *error);

#ifdef __cplusplus
}
#endif

#endif
