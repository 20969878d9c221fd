/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Many clients before one engine. Each submits a few events from its own thread and gets its results when
 * they are durable; all that wait at one moment go as one batch and share one sync. There is no thread in
 * here: the first who finds the engine free takes everybody's events through it, and hands the lead to one of
 * those who came meanwhile. A client that is alone pays for no change of threads.
 */

#include "engine/engine.h"

struct sb_front;

/*
 * A front over an engine, which is borrowed and belongs to the front alone until sb_front_free. os: whose
 * clock gives events their times; NULL: the machine's. Errors: SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_front_new(struct sb_engine *engine, const struct sb_os *os,
                                       struct sb_front **ret_front, struct sb_err *err);

/*
 * Hear every batch that the front takes: called by whoever leads, when the batch is durable and before its
 * answers go out, one batch at a time, in order; what the engine gives for reading may be read. Set it before
 * the first client. ask below counts as a batch of its own and is not heard.
 */
typedef void sb_front_listen_fn(void *context, struct sb_engine *engine, const struct sb_event *events,
                                const struct sb_result *results, uint32_t count, uint64_t sequence);
void sb_front_listen(struct sb_front *front, sb_front_listen_fn *listen, void *context);

/* Requires that nobody is inside. Safe on NULL. */
void sb_front_free(struct sb_front *front);

/*
 * Submit one event, or one chain, and wait until it is durable. From any thread. The events' times are
 * ignored: they get the clock's, never an earlier one than the ledger's. results has room for count.
 *
 * Errors: SB_INVALID (no event or more than SB_CHAIN_MAX, a name or a charter, the last member linked on):
 * nothing happened. SB_NOSPACE: nothing happened, try again later. Any other: the engine is done for, and
 * whether the events are in the journal shows when it is opened again.
 */
SB_CHECKED enum sb_status sb_front_submit(struct sb_front *front, const struct sb_event *events,
                                          uint32_t count, struct sb_result *results, struct sb_err *err);

/*
 * Do something with the engine alone: no batch runs meanwhile, all that was submitted before has been
 * stepped, and what others do here comes before or after it, so that neither the ledger nor anything that
 * only listen and ask touch needs a lock. Waits until it is done; returns what `ask` returns. From any
 * thread. Keep it short: everybody waits. It may submit to the engine itself, and then waits for durability
 * itself.
 */
typedef enum sb_status sb_front_ask_fn(void *context, struct sb_engine *engine, struct sb_err *err);
SB_CHECKED enum sb_status sb_front_ask(struct sb_front *front, sb_front_ask_fn *ask, void *context,
                                       struct sb_err *err);
