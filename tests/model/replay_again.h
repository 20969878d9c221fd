/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A stream as a journal: recorded on a fake disk as the engine would, then replayed under its own charters in
 * both modes. Every result and the state's hash must be the recorded ones.
 */

#include "drive.h"

/* False, with the difference in what. Streams that no journal can hold (charters under another day's law) are
 * passed over: true, and *replayed stays as it is; else it grows by one. */
bool d_replay_again(const struct d_stream *stream, const uint8_t hash[32], uint64_t *replayed,
                    struct sb_str *what);
