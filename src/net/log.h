/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the server says while it runs, on standard error: lines for people, or JSON, one object a line. No
 * line holds a password, a token or a body.
 */

#include "base/status.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct sb_log {
    FILE *stream; /* borrowed */
    bool json;
    enum sb_lang lang;
    pthread_mutex_t mutex; /* a line at a time */
};

void sb_log_init(struct sb_log *log, FILE *stream, bool json, enum sb_lang lang);
void sb_log_release(struct sb_log *log);

enum sb_log_level { SB_LOG_INFO, SB_LOG_WARNING, SB_LOG_ERROR };

/* event: a stable word for programs ("started"); the texts are for people. */
void sb_log_tell(struct sb_log *log, enum sb_log_level level, const char *event, const char *en,
                 const char *vi, ...) SB_PRINTF(4, 6) SB_PRINTF(5, 6);

/* One request that was answered. path must be without its query. */
void sb_log_request(struct sb_log *log, const char *peer, const char *method, const char *path,
                    unsigned status, uint64_t took_us, const char *person);
