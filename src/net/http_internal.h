/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What http.c and stream.c share. */

#include "net/http.h"

#include "base/limits.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#define SB_HTTP_TLS_PRIORITIES     "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"
#define SB_HTTP_ANSWER_HEADERS_MAX 16
#define SB_HTTP_STREAM_BLOCK       4096 /* bytes that the library asks a stream for at a time */

struct connection;

struct sb_http {
    struct sb_http_options options;
    struct MHD_Daemon *daemon;
    uint16_t port;
    pthread_t *threads; /* owned */
    unsigned thread_count;
    atomic_bool stopping;
    atomic_uint_fast64_t requests, by_class[6];
    atomic_uint exchange_count, stream_count;
    pthread_mutex_t mutex; /* over all below */
    pthread_cond_t work, idle;
    struct sb_exchange *first, *last; /* waiting for a worker */
    uint32_t waiting, working;
    bool workers_end;
    struct connection *connections;
    uint32_t connection_count;
    struct sb_stream *streams; /* open ones */
};

struct sb_http_header {
    char *name, *value; /* owned */
};

struct sb_exchange {
    struct sb_http *http;
    struct MHD_Connection *mhd;
    const char *path, *method_name; /* the library's, for the request's life */
    enum sb_method method;
    struct sb_str body;
    bool too_large;  /* more body came than may */
    bool dispatched; /* a worker has it, or had it */
    struct sb_exchange *next;
    /* The answer. */
    unsigned status; /* 0: none yet */
    const char *type;
    char *text;        /* owned, or NULL */
    const void *bytes; /* static, or NULL */
    int file;          /* owned, or -1 */
    uint64_t size;
    struct sb_stream *stream; /* the connection's share of it, or NULL */
    struct sb_http_header headers[SB_HTTP_ANSWER_HEADERS_MAX];
    unsigned header_count;
};

uint64_t sb_http_now_ms(void); /* of the monotonic clock */

/* The connection's side of a stream: the library asks for bytes, and says when it has done. */
ssize_t sb_stream_read_cb(void *context, uint64_t position, char *bytes, size_t size);
void sb_stream_read_end_cb(void *context);
void sb_stream_leave(struct sb_stream *stream); /* the connection has gone before it read anything */
void sb_stream_end_all(struct sb_http *http);   /* every stream ends behind what was sent */
