/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The server: pilots, the page, people, jobs, and the one thread that looks at all of them twice a second.
 * `sandbank serve` makes one and runs it until it is told to stop.
 */

#include "net/config.h"
#include "net/feeder.h"
#include "net/http.h"
#include "net/live.h"
#include "net/log.h"
#include "net/page.h"
#include "net/pilot.h"
#include "net/throttle.h"
#include "net/whatif_live.h"
#include "vault/vault.h"

#include <pthread.h>

#define SB_TOKEN_SIZE 65 /* 32 bytes in hex, and a NUL */
#define SB_CSRF_SIZE  33 /* 16 bytes in hex, and a NUL */

struct sb_server_options {
    const char *dir; /* a journal's folder, or a folder of such */
    const struct sb_config *config;
    struct sb_log *log;
    const char *version;
    const char *page;                     /* the page's folder; NULL: the API alone */
    const struct sb_pilot_options *pilot; /* of each pilot; `create` for the one that dir itself is to be */
    const struct sb_feeder_options *feed; /* into the one pilot; NULL: nothing is fed */
};

struct sb_server {
    const struct sb_config *config;         /* borrowed */
    struct sb_log *log;                     /* borrowed */
    const char *version;                    /* borrowed */
    struct sb_pilot *pilots[SB_PILOTS_MAX]; /* owned, by id */
    unsigned pilot_count;
    struct sb_page *page;               /* owned; NULL: the API alone */
    struct sb_feeder *feeder;           /* owned, or NULL */
    struct sb_vault *vault;             /* owned */
    struct sb_throttle *throttle;       /* owned: who tries passwords */
    pthread_mutex_t signing;            /* one password is checked at a time */
    struct sb_live *live;               /* owned */
    struct sb_whatifs *whatifs;         /* owned */
    struct sb_whatif_live *whatif_live; /* owned */
    struct sb_http *http;               /* owned */
    uint8_t secret[32];                 /* what sessions' tokens are made with */
    bool secure;                        /* TLS */
    char host[320];                     /* "127.0.0.1:8316", by which a client may call us */
    atomic_bool stopping;
    pthread_t ticker;
    bool ticks;
};

/*
 * Open what there is and listen. All that options point to is borrowed until stop, but dir and pilot's
 * sources. Errors: those of the parts, each saying what it was about; nothing is left open.
 */
SB_CHECKED enum sb_status sb_server_start(const struct sb_server_options *options,
                                          struct sb_server **ret_server, struct sb_err *err);
/* Take nothing new, finish what was accepted, close every pilot. The first error of closing is returned. Safe
 * on NULL. */
enum sb_status sb_server_stop(struct sb_server *server, struct sb_err *err);

/* NULL when there is none of that id. */
struct sb_pilot *sb_server_pilot(const struct sb_server *server, const char *id);
