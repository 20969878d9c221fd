/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the files of libsandbank share. Its public side is include/sandbank/; the two meet in this room only.
 * Everything here translates: texts into events, results and reasons into words, statuses into statuses.
 */

#include <sandbank/base.h>
#include <sandbank/charter.h>
#include <sandbank/engine.h>
#include <sandbank/ledger.h>

#include "base/arena.h"
#include "engine/engine.h"

struct sandbank_engine {
    struct sb_engine *inner; /* owned */
};

/* A request as the ledger takes it, and which attributes a CHANGE names: the others are filled in when its
 * turn comes. */
struct sb_lib_request {
    struct sb_event event;
    uint32_t seen; /* bit n: attribute n of the table in request.c was given */
};

/* End of a public call: hand err on to the caller's error when status is not SB_OK. */
enum sandbank_status sb_lib_end(enum sb_status status, const struct sb_err *err,
                                struct sandbank_error *ret_error);

/*
 * Copy a caller's struct that begins with its size into one of ours of `size` bytes: what is shorter is
 * filled with zeros, what is longer must be zero behind ours. Errors: SB_INVALID.
 */
SB_CHECKED enum sb_status sb_lib_take_struct(void *ours, size_t size, const void *theirs, struct sb_err *err);

/* Sources for the compiler out of public charters; borrows the texts. Requires room for
 * SB_CHARTER_LAYERS_MAX. Errors: SB_INVALID. */
SB_CHECKED enum sb_status sb_lib_sources(const struct sandbank_charter *charters, size_t count,
                                         struct sb_source *sources, struct sb_err *err);

enum sb_lang sb_lib_lang(enum sandbank_language language);

/* The id of a name: of its text, or itself when it is 32 hex digits. Errors: SB_INVALID. */
SB_CHECKED enum sb_status sb_lib_id(const char *name, struct sb_id *ret_id, struct sb_err *err);

/* The engine's "now": the machine's clock, not before the ledger's time. */
sb_time_us sb_lib_now(const struct sandbank_engine *engine);

/*
 * Read one request. New words are put into the journal at the ledger's time. earliest: the time that
 * SANDBANK_NOW is, moved on to this request's. Errors: SB_INVALID, sb_engine_name's.
 */
SB_CHECKED enum sb_status sb_lib_read_request(struct sandbank_engine *engine,
                                              const struct sandbank_request *request, sb_time_us *now,
                                              struct sb_lib_request *ret_request, struct sb_err *err);

/* Give a CHANGE the attributes that it does not name: those that an account has in the ledger, or that an
 * OPEN or CHANGE at group[first] .. group[n - 1], not yet done, gives it. Other requests are left alone. */
void sb_lib_complete_change(const struct sandbank_engine *engine, struct sb_lib_request *group, size_t first,
                            size_t n);

/* Words of a place's levels by enum sb_place_level - 1. */
extern const char *const sb_lib_level_words[3];
