/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Figures to whoever listens. Listeners join from any worker; one thread ticks, asks each pilot once a second
 * while it moves and somebody listens, and sends the same text to all.
 */

#include "net/http.h"
#include "net/pilot.h"

#include <jansson.h>

struct sb_live;

/* NULL: no memory. */
struct sb_live *sb_live_new(void);
void sb_live_free(struct sb_live *live); /* ends what is left of streams; safe on NULL */

/* Send the figures of a pilot to a stream, now and while they move; takes the stream. staff: with `near`. */
void sb_live_join(struct sb_live *live, struct sb_pilot *pilot, bool staff, struct sb_stream *stream);

/* To be called for each pilot about twice a second, always by the same thread. */
void sb_live_tick_pilot(struct sb_live *live, struct sb_pilot *pilot, uint64_t now_ms);

/* Events a second of a pilot, as last told. */
uint64_t sb_live_rate(struct sb_live *live, const struct sb_pilot *pilot);

/* The text of one event of a stream: "event: NAME\ndata: JSON\n\n". root is taken. NULL: no memory. */
char *sb_live_text(const char *name, json_t *root);
