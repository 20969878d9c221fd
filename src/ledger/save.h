/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A ledger's state as bytes, and back. The bytes are the canonical serialization that docs/ledger.md, "State
 * hash", draws: what is saved is exactly what is hashed, so equal ledgers give equal bytes, and saved bytes
 * prove themselves by the state hash alone. Nothing here knows where the bytes go or come from.
 */

#include "ledger/ledger.h"

/* Where the bytes go. False from put: no more are wanted. */
struct sb_ledger_sink {
    bool (*put)(void *context, const void *bytes, size_t size);
    void *context;
};

/*
 * Put the state's bytes, in pieces of some KiB. Uses neither heap nor locks, only memory straight from the
 * system, so that a copy of a process with threads (sb_child_start) may call it. Errors: SB_NOMEM,
 * SB_INTERRUPTED (the sink wanted no more).
 */
SB_CHECKED enum sb_status sb_ledger_save(const struct sb_ledger *ledger, const struct sb_ledger_sink *sink,
                                         struct sb_err *err);

/*
 * False when a load of the saved bytes would not give this ledger: the charters that were installed have
 * more than one territory, and bytes of an account do not say of which its place is.
 */
bool sb_ledger_is_savable(const struct sb_ledger *ledger);

/* Where the bytes come from: the next ones, at least one; borrowed until the next call. Not SB_OK: the
 * loading ends so. */
struct sb_ledger_source {
    enum sb_status (*next)(void *context, const uint8_t **ret_bytes, size_t *ret_size, struct sb_err *err);
    void *context;
    uint64_t size; /* bytes in all: no count in them is believed beyond it */
};

/*
 * Load what was saved into an empty ledger, to which all plans were offered. plans: what was installed, in
 * order; borrowed for the call. The bytes are untrusted: whatever they say, the ledger is one whose books
 * agree with themselves (sb_ledger_check), or there is an error and it must only be freed. Whether the bytes
 * are those that were saved, their hash says. Errors: SB_DAMAGED, SB_NOMEM, the source's.
 */
SB_CHECKED enum sb_status sb_ledger_load(struct sb_ledger *ledger, const struct sb_plan *const *plans,
                                         uint32_t plan_count, const struct sb_ledger_source *source,
                                         struct sb_err *err);
