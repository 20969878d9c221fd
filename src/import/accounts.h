/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The accounts of an import, in the order in which they were first met. This is all that grows in memory: a
 * ledger holds them as well. */

#include "import/row.h"

struct sb_import_account {
    struct sb_id id;
    struct sb_account_facts facts;
    sb_amount opening; /* what it has before the first event */
    sb_amount running; /* of the events so far */
    sb_amount lowest;  /* of running, at most 0 */
    bool listed;       /* in the accounts file */
    bool opened;       /* its OPEN is written */
};

struct sb_import_accounts {
    struct sb_import_account *all; /* owned, in order */
    uint32_t count, room;
    struct sb_import_slot *slots; /* owned; a power of two, at most half full */
    uint32_t slot_count;
};

/* The id stands in the slot: looking up a known account touches one line of memory. */
struct sb_import_slot {
    struct sb_id id;
    uint32_t index; /* in `all`, from 1; 0: empty */
};

void sb_import_accounts_release(struct sb_import_accounts *accounts);

/* The account of an id, or NULL. Borrowed until the next one is added. */
struct sb_import_account *sb_import_account_find(const struct sb_import_accounts *accounts, struct sb_id id);

/* Add an account that is not there. NULL: memory is out, or there are SB_ACCOUNTS_MAX. Borrowed as above. */
struct sb_import_account *sb_import_account_add(struct sb_import_accounts *accounts, struct sb_id id,
                                                const struct sb_account_facts *facts);
