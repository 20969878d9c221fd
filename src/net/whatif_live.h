/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A job's progress to whoever listens; told by the same thread as figures (live.h). */

#include "net/http.h"
#include "net/whatif.h"

struct sb_whatif_live;

/* whatifs is borrowed. NULL: no memory. */
struct sb_whatif_live *sb_whatif_live_new(struct sb_whatifs *whatifs);
void sb_whatif_live_free(struct sb_whatif_live *live); /* ends what is left of streams; safe on NULL */

/* Send a job to a stream, now and whenever it changes, until it has ended; takes the stream. */
void sb_whatif_live_join(struct sb_whatif_live *live, const struct sb_pilot *pilot, struct sb_id id,
                         struct sb_stream *stream);
/* To be called about twice a second, always by the same thread. */
void sb_whatif_live_tick(struct sb_whatif_live *live);
