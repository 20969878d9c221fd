/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * An account's statement: what was accepted that moved its money, reserved it or changed it, in order, with
 * its balance after each. From the index and what the index does not have yet, so it is always complete, and
 * takes time by the account's own history; or, where a charter takes fees (which move money of accounts that
 * an event does not name), or when asked for, from the whole journal.
 */

#include "engine/runner.h"

struct sb_statement_options {
    const struct sb_os *os;
    const char *dir;
    const char *index_dir; /* NULL: the index's own place */
    struct sb_id account;
    bool whole;                                                                    /* without the index */
    bool (*interrupted)(void);                                                     /* may be NULL */
    void (*progress)(const char *en, const char *vi, uint64_t done, uint64_t all); /* may be NULL */
};

struct sb_statement_line {
    uint64_t sequence;
    struct sb_event event;
    struct sb_id other; /* the account at the other end; none: there is none */
    uint16_t kind;      /* of the transfer that it is about; 0: it is about none */
    sb_amount amount;   /* posted by it: more or less on the account; fees not included */
    sb_amount fees;     /* posted by it besides: more or less */
    sb_amount balance;  /* credits less debits, posted, after it */
    bool more_in_chain; /* fees and balance stand at the last line of its chain */
};

struct sb_statement; /* what the lines were told from: names, charter */

/* Called for each line, in order. */
typedef enum sb_status sb_statement_fn(void *context, const struct sb_statement *statement,
                                       const struct sb_statement_line *line, struct sb_err *err);

/*
 * Tell all lines. *ret_statement is the caller's to free, also after an error. Errors: SB_NOT_FOUND (no such
 * account), `each`'s, the journal's, SB_INTERRUPTED, SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_statement_tell(const struct sb_statement_options *options, sb_statement_fn *each,
                                            void *context, struct sb_statement **ret_statement,
                                            struct sb_err *err);
void sb_statement_free(struct sb_statement *statement); /* safe on NULL */

const struct sb_symbols *sb_statement_symbols(const struct sb_statement *statement);
/* The charter in force at the end; NULL: none. */
const struct sb_plan *sb_statement_plan(const struct sb_statement *statement);
bool sb_statement_is_synthetic(const struct sb_statement *statement);
bool sb_statement_used_index(const struct sb_statement *statement);
