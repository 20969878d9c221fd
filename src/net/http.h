/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * HTTP without knowing what is asked: connections, bodies, threads, answers, streams. Few threads turn bytes
 * into whole requests and never wait for anything; workers call the handler, which may. A request goes
 *
 *     connection -> whole request -> quick (from memory, at once) or queue -> worker -> answer
 *
 * Everything is bounded: header, body, connections, waiting requests, streams, and the time that a client may
 * take to say what it wants (base/limits.h).
 */

#include "base/str.h"

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

struct sb_http;
struct sb_exchange; /* one request and its answer; the handler's until it returns */
struct sb_stream;   /* server-sent events to one listener */

enum sb_method { SB_METHOD_GET, SB_METHOD_POST, SB_METHOD_DELETE, SB_METHOD_OTHER };

/* Why http itself refuses a request. */
enum sb_http_refusal { SB_HTTP_TOO_LARGE, SB_HTTP_BUSY, SB_HTTP_STOPPING };

struct sb_http_options {
    const struct sockaddr *address; /* borrowed for the call; its port may be 0: any free one */
    const char *certificate, *key;  /* PEM texts, borrowed until stop; NULL: no TLS */
    uint32_t body_size_max;         /* bytes */
    uint32_t connections_max;
    uint32_t streams_max;
    uint32_t workers;
    void *context; /* of all three, borrowed */
    /* In the connection's thread: answer from memory and return true, or return false. Must not wait. */
    bool (*quick)(void *context, struct sb_exchange *exchange);
    /* In a worker: must answer. */
    void (*handle)(void *context, struct sb_exchange *exchange);
    /* Say so in the words of the API. Must not wait. */
    void (*refuse)(void *context, struct sb_exchange *exchange, enum sb_http_refusal refusal);
};

struct sb_http_figures {
    uint64_t requests, informed, moved, client_errors, server_errors; /* by 2xx, 3xx, 4xx, 5xx */
    uint32_t connections, streams, waiting;
};

/* Listen. The caller stops. Errors: SB_BUSY (the port is taken), SB_INVALID (certificate or key), SB_IO,
 * SB_NOMEM. */
SB_CHECKED enum sb_status sb_http_start(const struct sb_http_options *options, struct sb_http **ret_http,
                                        struct sb_err *err);
uint16_t sb_http_port(const struct sb_http *http);
struct sb_http_figures sb_http_figures(struct sb_http *http);

/* Close connections that take too long to say what they want. To be called about twice a second. */
void sb_http_sweep(struct sb_http *http);

/* Take no new connection and no new request, and wait until every request that was taken has its answer: no
 * handler runs behind this. Safe on NULL. */
void sb_http_quiesce(struct sb_http *http);

/*
 * Quiesce, end the streams, wait at most about wait_ms for clients to read their answers, and free. Requires
 * that every stream was closed. Safe on NULL.
 */
void sb_http_stop(struct sb_http *http, unsigned wait_ms);

/* ------------------------------------------------------------------ a request */

enum sb_method sb_exchange_method(const struct sb_exchange *exchange);
const char *sb_exchange_method_name(const struct sb_exchange *exchange); /* as the client wrote it */
const char *sb_exchange_path(const struct sb_exchange *exchange);        /* decoded, without the query */
/* NULL when it is not there. Borrowed for the exchange's life. */
const char *sb_exchange_header(struct sb_exchange *exchange, const char *name);
const char *sb_exchange_query(struct sb_exchange *exchange, const char *name);
const char *sb_exchange_cookie(struct sb_exchange *exchange, const char *name);
const char *sb_exchange_body(const struct sb_exchange *exchange, size_t *ret_size); /* never NULL */
/* The client's address as text, without its port. */
#define SB_PEER_SIZE INET6_ADDRSTRLEN
void sb_exchange_peer(struct sb_exchange *exchange, char peer[SB_PEER_SIZE], bool *ret_loopback);

/* ------------------------------------------------------------------ an answer: one of these, once */

/* Add a header to the answer; copies. What is more than the bound is left out. */
void sb_exchange_add_header(struct sb_exchange *exchange, const char *name, const char *value);
bool sb_exchange_is_answered(const struct sb_exchange *exchange);
unsigned sb_exchange_status(const struct sb_exchange *exchange); /* 0: not answered */

/* text is taken (malloc; may be NULL when size is 0). type NULL: no body. */
void sb_exchange_answer(struct sb_exchange *exchange, unsigned status, const char *type, char *text,
                        size_t size);
/* bytes live as long as http does. */
void sb_exchange_answer_static(struct sb_exchange *exchange, unsigned status, const char *type,
                               const void *bytes, size_t size);
/* A whole file, from its beginning; file is taken. */
void sb_exchange_answer_file(struct sb_exchange *exchange, const char *type, int file, uint64_t size);

/*
 * Begin a stream of server-sent events; false when there are too many. Whoever sends holds *ret_stream and
 * must close it. A message waits until the listener has read the one before; until then send drops, so a slow
 * listener costs one message of memory and misses some.
 */
bool sb_exchange_answer_stream(struct sb_exchange *exchange, struct sb_stream **ret_stream);
/* False when the listener has gone: close it then. Dropped messages count as sent. */
bool sb_stream_send(struct sb_stream *stream, const char *text, size_t size);
void sb_stream_close(struct sb_stream *stream); /* what was sent still goes out; safe on NULL */
