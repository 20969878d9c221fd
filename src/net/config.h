/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How the server is to run. A configuration file is lines of `key = value`; `#` begins a comment; a value
 * with spaces at its ends or a `#` stands in double quotes. Without a file everything has a value that is
 * right for one machine. docs/server.md lists the keys; the table is in config.c.
 */

#include "base/limits.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

#define SB_CONFIG_TEXT_SIZE 512

struct sb_config {
    char address[64]; /* numeric */
    uint16_t port;    /* 0: any free one */
    char name[256];   /* the host name by which browsers call it; "": the address */
    char certificate[SB_CONFIG_TEXT_SIZE], key[SB_CONFIG_TEXT_SIZE]; /* files, PEM; "": no TLS */
    char page[SB_CONFIG_TEXT_SIZE];                                  /* folder; "": where it was installed */
    char vault[SB_CONFIG_TEXT_SIZE]; /* the vault's file; "": DIR/vault/people.sqlite */
    char sign[SB_CONFIG_TEXT_SIZE];  /* secret key file; "": checkpoints are not signed */
    bool log_json;
    bool log_requests;
    bool guests; /* who is not signed in may look at synthetic pilots */
    uint32_t workers;
    uint32_t connections_max;
    uint32_t streams_max;
    uint32_t body_size_max;
    uint32_t whatifs_running; /* at once */
    uint32_t whatifs_kept;    /* of a pilot */
    uint32_t session_idle_m;  /* minutes */
    uint32_t session_hours;
    uint64_t checkpoint_every; /* events; 0: only at close */
};

/* What everything is without a file. */
struct sb_config sb_config_default(void);

/* One thing that is wrong: its line and what was expected. */
struct sb_config_mistake {
    uint32_t line;
    char text[2][SB_ERR_TEXT_SIZE]; /* by enum sb_lang */
};
struct sb_config_mistakes {
    struct sb_config_mistake list[SB_CONFIG_MISTAKES_MAX];
    uint32_t count;
    uint32_t more; /* that did not fit */
};

/*
 * Read a file's text into *config, which holds the defaults. Goes through all of it and lists every mistake;
 * true when there was none. Text from outside: any bytes.
 */
bool sb_config_read(const char *text, size_t size, struct sb_config *config,
                    struct sb_config_mistakes *ret_mistakes);
