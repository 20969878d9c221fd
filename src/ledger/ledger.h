/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The ledger: accounts, reservations, windows, and the one function that changes them. Pure and
 * deterministic: no clock, file, random, locale or float; the same events in the same order give the same
 * results and the same state hash everywhere. Meaning: docs/ledger.md.
 */

#include "base/symbols.h"
#include "charter/reason.h"
#include "ledger/past.h"

struct sb_ledger;

struct sb_ledger_options {
    uint32_t accounts_hint; /* how many accounts to make room for at first; 0: the ledger's own guess */
};

/* An empty ledger. The caller frees it. Errors: SB_NOMEM. */
SB_CHECKED enum sb_status sb_ledger_new(const struct sb_ledger_options *options,
                                        struct sb_ledger **ret_ledger, struct sb_err *err);
void sb_ledger_free(struct sb_ledger *ledger);

/*
 * Make a plan known, so that a CHARTER event with its hash can install it. Borrows the plan until the ledger
 * is freed. Errors: SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_ledger_offer(struct sb_ledger *ledger, const struct sb_plan *plan,
                                          struct sb_err *err);

/*
 * Judge and move a batch: events[i] gets results[i], in order; whole chains must lie in one batch. Refusals
 * are results. Every time a reservation falls due at or before an event's time it is given back before that
 * event. Returns an error only when memory is out: the ledger must not be used then.
 */
SB_CHECKED enum sb_status sb_ledger_step(struct sb_ledger *ledger, const struct sb_event *events,
                                         uint32_t count, struct sb_past *past, struct sb_result *results,
                                         struct sb_err *err);

/*
 * One-step replay: judge each transfer under the plan in force, but let happen what was recorded: an event
 * recorded as accepted moves money and is counted in this plan's windows, whatever the verdict; any other
 * changes nothing. results[i]: the verdict (SB_R_ACCEPTED, SB_R_REFUSED, SB_R_UNDECIDED, SB_R_ASK) of a
 * transfer that a charter judged when it was recorded, else the recorded code; counted, failed and fees
 * are this plan's. In `past`, codes are the recorded ones and counted this plan's. Chains are not rolled
 * back: their recorded results say already what happened. Errors: SB_NOMEM; SB_MISMATCH when what was
 * recorded cannot happen here.
 */
SB_CHECKED enum sb_status sb_ledger_step_recorded(struct sb_ledger *ledger, const struct sb_event *events,
                                                  uint32_t count, struct sb_past *past,
                                                  const struct sb_result *recorded, struct sb_result *results,
                                                  struct sb_err *err);

/*
 * What the charter in force says of an event at this instant, rule by rule, in the fixed order; nothing
 * changes but that time does not pass either: reservations that fall due by event->time are still counted, so
 * step a TICK first. Fills at most max reasons: all that are evaluated when `all`, else those that fail or
 * cannot be decided. Returns how many there are, and 0 for events that no charter judges. The result code
 * that step would give is *ret_code (structural causes included; SB_R_ACCEPTED when it would pass). passes_at
 * of a limit is the first instant at which neither its rule nor what stands in its place then (another
 * version or row of the limit, the end of the pilot's term) would refuse the same event.
 */
uint32_t sb_ledger_reasons(const struct sb_ledger *ledger, const struct sb_event *event,
                           const struct sb_past *past, bool all, struct sb_reason *reasons, uint32_t max,
                           enum sb_result_code *ret_code);

/*
 * One-step replay: the law recorded from here on. Its fees are those that money moves by; it judges nothing.
 * Borrows the plan until the ledger is freed. Requires a plan in force. Errors: SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_ledger_recorded_law(struct sb_ledger *ledger, const struct sb_plan *plan,
                                                 struct sb_err *err);

/* What a one-step replay keeps of an event for those that refer to it: what was recorded, with this law's
 * counters. Both fees are needed: the recorded ones moved money, this law's were counted. */
struct sb_result sb_ledger_remembered(const struct sb_result *given, const struct sb_result *recorded);

/* ------------------------------------------------------------------ fees */

/*
 * The fees that step would move with this event now, in the order in which they move: of a TRANSFER, of the
 * first POST, of a REVERSE that returns some (from and to as the money goes back). Also where accounts or
 * money are missing for it; 0 where the law or anything before it refuses. *ret_plan is set when there are
 * any. As for sb_ledger_reasons, time does not pass.
 */
uint32_t sb_ledger_fees(const struct sb_ledger *ledger, const struct sb_event *event,
                        const struct sb_past *past, struct sb_leg legs[SB_PLAN_FEES_MAX],
                        const struct sb_plan **ret_plan);

/* The fees that an accepted TRANSFER was charged, at any time after it: a function of the event, its result
 * and its plan. Those of its posts and reversals are the same, as far as the bitmaps of their results say. */
uint32_t sb_ledger_fees_of(const struct sb_ledger *ledger, const struct sb_past_entry *transfer,
                           struct sb_leg legs[SB_PLAN_FEES_MAX], const struct sb_plan **ret_plan);

/* ------------------------------------------------------------------ watching */

/* What sb_ledger_step has just finished: one event, or a chain as a whole. Borrowed for the call. */
struct sb_ledger_seen {
    const struct sb_event *events;
    const struct sb_result *results;
    uint32_t count;
    /* Accounts that changed since the call before, as numbers in the order of opening (see
     * sb_ledger_account_at); some more than once, and of a chain that broke some that were not opened after
     * all. */
    const uint32_t *changed;
    uint32_t changed_count;
};

/*
 * Tell somebody of every event that sb_ledger_step finishes, in order, with the ledger as it is behind it:
 * how measures follow a history. One listener; NULL ends it. saw must not change the ledger; an error of it
 * ends the step, and the ledger must not be used then.
 */
typedef enum sb_status sb_ledger_saw_fn(void *context, const struct sb_ledger *ledger,
                                        const struct sb_ledger_seen *seen, struct sb_err *err);
void sb_ledger_watch(struct sb_ledger *ledger, sb_ledger_saw_fn *saw, void *context);

/* ------------------------------------------------------------------ queries */

struct sb_account_view {
    struct sb_id id, person;
    sb_amount debits_posted, credits_posted, debits_pending, credits_pending;
    uint16_t unit, class_, provider, tier, issuer, sex, birth_year;
    uint8_t flags;  /* enum sb_account_flags */
    uint8_t frozen; /* enum sb_frozen */
    bool closed;
    uint32_t place;             /* as registered */
    sb_place_index place_index; /* in the plan's territory, by the epoch of registration; 0 unknown */
    sb_day opened_on, sim_since;
};

/* False when there is no such account. */
bool sb_ledger_account(const struct sb_ledger *ledger, struct sb_id id, struct sb_account_view *ret_view);
uint32_t sb_ledger_account_count(const struct sb_ledger *ledger);
/* The n-th account in the order of opening; requires n < count. */
void sb_ledger_account_at(const struct sb_ledger *ledger, uint32_t n, struct sb_account_view *ret_view);

/* The number of an account in that order. False when there is none. */
bool sb_ledger_account_number(const struct sb_ledger *ledger, struct sb_id id, uint32_t *ret_n);

/* Reservations that are still open, and what is left of one (0 when it is not open). */
uint32_t sb_ledger_pending_count(const struct sb_ledger *ledger);
sb_amount sb_ledger_pending_left(const struct sb_ledger *ledger, struct sb_id reservation);

/* What counter c of the installed plan has used of the window in which `time` lies, for the subject that
 * account and `side`'s view of it give. 0 when nothing is. */
int64_t sb_ledger_used(const struct sb_ledger *ledger, uint32_t counter, struct sb_id account,
                       sb_time_us time);

/* The time of the last event; SB_TIME_ALWAYS before the first. */
sb_time_us sb_ledger_time(const struct sb_ledger *ledger);

/* The plan in force, or NULL; and how many were installed before it (the first has number 1; 0: none). */
const struct sb_plan *sb_ledger_plan(const struct sb_ledger *ledger);
uint32_t sb_ledger_plan_number(const struct sb_ledger *ledger);

/* Live windows (for the benchmark of memory), and the bytes that the ledger holds, by part. */
struct sb_ledger_sizes {
    uint64_t accounts, windows, rolling_entries, pendings, persons;
    uint64_t account_bytes, window_bytes, rolling_bytes, other_bytes;
};
struct sb_ledger_sizes sb_ledger_sizes(const struct sb_ledger *ledger);

/* Debits equal credits, posted and pending, per unit; pending sums equal open reservations. For verify and
 * tests. */
SB_CHECKED enum sb_status sb_ledger_check(const struct sb_ledger *ledger, struct sb_err *err);

/*
 * BLAKE2b-256 of the canonical serialization of all that can change a later result (docs/ledger.md, "State
 * hash"): accounts in order of opening, reservations in order of making, live windows by counter identity and
 * subject, reversed sums by id, the time and the plan's hash. Closed windows do not count, so two ledgers
 * that forgot at different times agree.
 */
#define SB_STATE_HASH_SIZE 32
SB_CHECKED enum sb_status sb_ledger_hash(const struct sb_ledger *ledger, uint8_t hash[SB_STATE_HASH_SIZE],
                                         struct sb_err *err);
