/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmicrohttpd with epoll in threads of its own. A request that needs a worker is suspended while it waits
 * and works, so that its thread serves others; a stream with nothing to say is suspended too. Between suspend
 * and resume a request belongs to the worker alone.
 *
 * The library ends connections that are silent. One that sends a byte now and then is ended by sweep: each
 * connection has an instant by which its request must be whole.
 */
#include "net/http_internal.h"

#include "base/limits.h"
#include "base/macros.h"
#include "os/os.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Where a connection stands, for sweep. Linked while it is open. */
struct connection {
    int socket;
    uint64_t deadline_ms; /* by when its request must be whole; 0: it is being answered */
    struct connection *before, *next;
};

uint64_t sb_http_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ------------------------------------------------------------------ connections */

static void connection_changed(void *context, struct MHD_Connection *mhd, void **socket_context,
                               enum MHD_ConnectionNotificationCode code)
{
    struct sb_http *http = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct connection *connection = calloc(1, sizeof(*connection));
        *socket_context = connection;
        if (!connection || !info)
            return; /* it is served all the same, only never swept */
        connection->socket = info->connect_fd;
        connection->deadline_ms = sb_http_now_ms() + SB_HTTP_REQUEST_MS;
        pthread_mutex_lock(&http->mutex);
        connection->next = http->connections;
        if (http->connections)
            http->connections->before = connection;
        http->connections = connection;
        http->connection_count++;
        pthread_mutex_unlock(&http->mutex);
        return;
    }
    /* The socket is closed behind this call: sweep must not know it any more. */
    struct connection *connection = *socket_context;
    if (!connection)
        return;
    pthread_mutex_lock(&http->mutex);
    if (connection->before)
        connection->before->next = connection->next;
    else
        http->connections = connection->next;
    if (connection->next)
        connection->next->before = connection->before;
    http->connection_count--;
    pthread_mutex_unlock(&http->mutex);
    free(connection);
}

static void set_deadline(struct sb_http *http, struct MHD_Connection *mhd, uint64_t deadline_ms)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *connection = info ? info->socket_context : NULL;
    if (!connection)
        return;
    pthread_mutex_lock(&http->mutex);
    connection->deadline_ms = deadline_ms;
    pthread_mutex_unlock(&http->mutex);
}

void sb_http_sweep(struct sb_http *http)
{
    uint64_t now = sb_http_now_ms();
    pthread_mutex_lock(&http->mutex);
    for (struct connection *at = http->connections; at; at = at->next)
        if (at->deadline_ms != 0 && at->deadline_ms < now)
            (void)shutdown(at->socket, SHUT_RDWR); /* its thread sees the end and cleans up */
    pthread_mutex_unlock(&http->mutex);
}

/* ------------------------------------------------------------------ requests */

static enum sb_method method_of(const char *name)
{
    if (strcmp(name, "GET") == 0 || strcmp(name, "HEAD") == 0)
        return SB_METHOD_GET;
    if (strcmp(name, "POST") == 0)
        return SB_METHOD_POST;
    return strcmp(name, "DELETE") == 0 ? SB_METHOD_DELETE : SB_METHOD_OTHER;
}

static struct sb_exchange *exchange_new(struct sb_http *http, struct MHD_Connection *mhd, const char *path,
                                        const char *method)
{
    struct sb_exchange *exchange = calloc(1, sizeof(*exchange));
    if (!exchange)
        return NULL;
    exchange->http = http;
    exchange->mhd = mhd;
    exchange->path = path;
    exchange->method_name = method;
    exchange->method = method_of(method);
    exchange->file = -1;
    atomic_fetch_add(&http->exchange_count, 1);
    return exchange;
}

static void exchange_free(struct sb_exchange *exchange)
{
    for (unsigned i = 0; i < exchange->header_count; i++) {
        free(exchange->headers[i].name);
        free(exchange->headers[i].value);
    }
    if (exchange->file >= 0)
        (void)close(exchange->file); /* read only: nothing can be lost */
    sb_str_release(&exchange->body);
    free(exchange->text);
    if (exchange->stream)
        sb_stream_leave(exchange->stream);
    atomic_fetch_sub(&exchange->http->exchange_count, 1);
    free(exchange);
}

static void request_completed(void *context, struct MHD_Connection *mhd, void **request_context,
                              enum MHD_RequestTerminationCode code)
{
    (void)code;
    struct sb_exchange *exchange = *request_context;
    set_deadline(context, mhd, sb_http_now_ms() + SB_HTTP_REQUEST_MS);
    if (exchange)
        exchange_free(exchange);
    *request_context = NULL;
}

static void count_answer(struct sb_http *http, unsigned status)
{
    atomic_fetch_add(&http->requests, 1);
    atomic_fetch_add(&http->by_class[SB_MIN(status / 100, 5u)], 1);
}

static struct MHD_Response *make_response(struct sb_exchange *exchange)
{
    if (exchange->stream) {
        struct MHD_Response *response =
            MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, SB_HTTP_STREAM_BLOCK, sb_stream_read_cb,
                                              exchange->stream, sb_stream_read_end_cb);
        if (response)
            exchange->stream = NULL; /* the response's now */
        return response;
    }
    if (exchange->file >= 0) {
        struct MHD_Response *response = MHD_create_response_from_fd64(exchange->size, exchange->file);
        if (response)
            exchange->file = -1;
        return response;
    }
    /* The library only reads a persistent buffer; its parameter is older than const. */
    if (exchange->bytes)
        return MHD_create_response_from_buffer(exchange->size, (void *)(uintptr_t)exchange->bytes,
                                               MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(exchange->size, exchange->text, MHD_RESPMEM_MUST_FREE);
    if (response)
        exchange->text = NULL;
    return response;
}

static enum MHD_Result send_answer(struct sb_exchange *exchange)
{
    bool streams = exchange->stream != NULL;
    struct MHD_Response *response = make_response(exchange);
    if (!response)
        return MHD_NO; /* no memory: the connection is closed */
    if (exchange->type)
        (void)MHD_add_response_header(response, "Content-Type", exchange->type);
    for (unsigned i = 0; i < exchange->header_count; i++)
        (void)MHD_add_response_header(response, exchange->headers[i].name, exchange->headers[i].value);
    if (streams || atomic_load(&exchange->http->stopping))
        (void)MHD_add_response_header(response, "Connection", "close");
    count_answer(exchange->http, exchange->status);
    enum MHD_Result result = MHD_queue_response(exchange->mhd, exchange->status, response);
    MHD_destroy_response(response);
    return result;
}

/* To the workers; a refusal when there are too many before it. */
static bool enqueue(struct sb_http *http, struct sb_exchange *exchange)
{
    pthread_mutex_lock(&http->mutex);
    bool fits = http->waiting < SB_HTTP_QUEUE_MAX && !http->workers_end;
    if (fits) {
        MHD_suspend_connection(exchange->mhd); /* before a worker can resume it */
        exchange->next = NULL;
        if (http->first)
            http->last->next = exchange;
        else
            http->first = exchange;
        http->last = exchange;
        http->waiting++;
        pthread_cond_signal(&http->work);
    }
    pthread_mutex_unlock(&http->mutex);
    return fits;
}

static enum MHD_Result refuse(struct sb_exchange *exchange, enum sb_http_refusal refusal)
{
    exchange->http->options.refuse(exchange->http->options.context, exchange, refusal);
    return send_answer(exchange);
}

/* The request is whole. */
static enum MHD_Result dispatch(struct sb_exchange *exchange)
{
    struct sb_http *http = exchange->http;
    set_deadline(http, exchange->mhd, 0);
    if (exchange->too_large)
        return refuse(exchange, SB_HTTP_TOO_LARGE);
    if (http->options.quick(http->options.context, exchange))
        return send_answer(exchange);
    if (atomic_load(&http->stopping))
        return refuse(exchange, SB_HTTP_STOPPING);
    exchange->dispatched = true;
    return enqueue(http, exchange) ? MHD_YES : refuse(exchange, SB_HTTP_BUSY);
}

static bool says_too_large(const struct sb_http *http, struct MHD_Connection *mhd)
{
    const char *text = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, "Content-Length");
    int64_t size = 0;
    size_t used = 0;
    return text && sb_text_amount(text, strlen(text), 0, &size, &used) && size > http->options.body_size_max;
}

static enum MHD_Result access_cb(void *context, struct MHD_Connection *mhd, const char *url,
                                 const char *method, const char *version, const char *upload,
                                 size_t *upload_size, void **request_context)
{
    struct sb_http *http = context;
    struct sb_exchange *exchange = *request_context;
    (void)version;
    if (!exchange) { /* the head is there */
        exchange = exchange_new(http, mhd, url, method);
        *request_context = exchange;
        if (!exchange)
            return MHD_NO;
        if (says_too_large(http, mhd))
            return refuse(exchange, SB_HTTP_TOO_LARGE);
        return MHD_YES;
    }
    if (*upload_size > 0) {
        exchange->too_large =
            exchange->too_large || exchange->body.size + *upload_size > http->options.body_size_max;
        if (!exchange->too_large)
            sb_str_add_bytes(&exchange->body, upload, *upload_size);
        *upload_size = 0;
        return exchange->body.failed ? MHD_NO : MHD_YES;
    }
    return exchange->dispatched ? send_answer(exchange) : dispatch(exchange);
}

/* ------------------------------------------------------------------ workers */

static void *work(void *context)
{
    struct sb_http *http = context;
    pthread_mutex_lock(&http->mutex);
    for (;;) {
        while (!http->first && !http->workers_end)
            pthread_cond_wait(&http->work, &http->mutex);
        struct sb_exchange *exchange = http->first;
        if (!exchange)
            break;
        http->first = exchange->next;
        http->waiting--;
        http->working++;
        pthread_mutex_unlock(&http->mutex);
        http->options.handle(http->options.context, exchange);
        MHD_resume_connection(exchange->mhd); /* not ours from here on */
        pthread_mutex_lock(&http->mutex);
        http->working--;
        pthread_cond_broadcast(&http->idle);
    }
    pthread_mutex_unlock(&http->mutex);
    return NULL;
}

/* ------------------------------------------------------------------ start and stop */

static void log_nothing(void *context, const char *format, va_list args)
{
    (void)context;
    (void)format;
    (void)args; /* what clients do wrong is counted, not told */
}

static struct MHD_Daemon *start_daemon(struct sb_http *http, unsigned flags)
{
    const struct sb_http_options *options = &http->options;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)SB_HTTP_TLS_PRIORITIES},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    return MHD_start_daemon(flags, 0, NULL, NULL, access_cb, http, MHD_OPTION_EXTERNAL_LOGGER, log_nothing,
                            NULL, MHD_OPTION_SOCK_ADDR, options->address, MHD_OPTION_NOTIFY_COMPLETED,
                            request_completed, http, MHD_OPTION_NOTIFY_CONNECTION, connection_changed, http,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SB_HTTP_IDLE_S,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SB_HTTP_HEADER_SIZE_MAX,
                            MHD_OPTION_CONNECTION_LIMIT, (unsigned)options->connections_max, MHD_OPTION_ARRAY,
                            options->certificate ? tls : none, MHD_OPTION_END);
}

/* Tell why the daemon did not start: the library says nothing. */
static enum sb_status why_not(const struct sb_http_options *options, struct sb_err *err)
{
    int probe = socket(options->address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    socklen_t size = options->address->sa_family == AF_INET6 ? (socklen_t)sizeof(struct sockaddr_in6)
                                                             : (socklen_t)sizeof(struct sockaddr_in);
    (void)setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    int number = probe >= 0 && bind(probe, options->address, size) == 0 ? 0 : errno;
    if (probe >= 0)
        (void)close(probe);
    if (number == EADDRINUSE)
        return sb_fail(err, SB_BUSY, "the port is in use by another program",
                       "cổng đang được chương trình khác dùng");
    if (number != 0)
        return sb_os_fail(err, number);
    if (options->certificate)
        return sb_fail(err, SB_INVALID, "the certificate and the key do not fit, or are not PEM",
                       "chứng thư và khoá không khớp, hoặc không phải PEM");
    return sb_fail(err, SB_IO, "the server did not start", "máy chủ không khởi động được");
}

/* A certificate and a key that GnuTLS cannot use are told before listening: the daemon would start. */
static enum sb_status check_tls(const struct sb_http_options *options, struct sb_err *err)
{
    gnutls_certificate_credentials_t credentials;
    if (!options->certificate)
        return SB_OK;
    if (gnutls_certificate_allocate_credentials(&credentials) != GNUTLS_E_SUCCESS)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    gnutls_datum_t certificate = {(unsigned char *)(uintptr_t)options->certificate,
                                  (unsigned)strlen(options->certificate)};
    gnutls_datum_t key = {(unsigned char *)(uintptr_t)options->key, (unsigned)strlen(options->key)};
    int result = gnutls_certificate_set_x509_key_mem(credentials, &certificate, &key, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(credentials);
    if (result < 0)
        return sb_fail(err, SB_INVALID, "the certificate and the key: %s", "chứng thư và khoá: %s",
                       gnutls_strerror(result));
    return SB_OK;
}

static void http_free(struct sb_http *http)
{
    pthread_mutex_lock(&http->mutex);
    http->workers_end = true;
    pthread_cond_broadcast(&http->work);
    pthread_mutex_unlock(&http->mutex);
    for (unsigned i = 0; i < http->thread_count; i++)
        pthread_join(http->threads[i], NULL);
    pthread_cond_destroy(&http->work);
    pthread_cond_destroy(&http->idle);
    pthread_mutex_destroy(&http->mutex);
    free(http->threads);
    free(http);
}

static enum sb_status start_workers(struct sb_http *http, struct sb_err *err)
{
    http->threads = calloc(http->options.workers, sizeof(*http->threads));
    while (http->threads && http->thread_count < http->options.workers) {
        if (pthread_create(&http->threads[http->thread_count], NULL, work, http) != 0)
            break;
        http->thread_count++;
    }
    return http->thread_count == http->options.workers
               ? SB_OK
               : sb_fail(err, SB_NOMEM, "cannot start the workers' threads", "không tạo được luồng xử lý");
}

enum sb_status sb_http_start(const struct sb_http_options *options, struct sb_http **ret_http,
                             struct sb_err *err)
{
    struct sb_http *http = calloc(1, sizeof(*http));
    if (!http)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    http->options = *options;
    pthread_mutex_init(&http->mutex, NULL);
    pthread_cond_init(&http->work, NULL);
    pthread_cond_init(&http->idle, NULL);
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    if (options->certificate)
        flags |= MHD_USE_TLS;
    if (options->address->sa_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    enum sb_status status = check_tls(options, err);
    if (status == SB_OK)
        status = start_workers(http, err);
    if (status == SB_OK && !(http->daemon = start_daemon(http, flags)))
        status = why_not(options, err);
    if (status != SB_OK) {
        http_free(http);
        return status;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
    http->port = info ? info->port : 0;
    *ret_http = http;
    return SB_OK;
}

uint16_t sb_http_port(const struct sb_http *http)
{
    return http->port;
}

struct sb_http_figures sb_http_figures(struct sb_http *http)
{
    struct sb_http_figures figures = {
        .requests = atomic_load(&http->requests),
        .informed = atomic_load(&http->by_class[2]),
        .moved = atomic_load(&http->by_class[3]),
        .client_errors = atomic_load(&http->by_class[4]),
        .server_errors = atomic_load(&http->by_class[5]),
        .streams = atomic_load(&http->stream_count),
    };
    pthread_mutex_lock(&http->mutex);
    figures.connections = http->connection_count;
    figures.waiting = http->waiting;
    pthread_mutex_unlock(&http->mutex);
    return figures;
}

void sb_http_quiesce(struct sb_http *http)
{
    if (!http || atomic_exchange(&http->stopping, true))
        return;
    MHD_socket listener = MHD_quiesce_daemon(http->daemon);
    if (listener != MHD_INVALID_SOCKET)
        (void)close(listener);
    pthread_mutex_lock(&http->mutex);
    while (http->first || http->working > 0) /* what was taken is answered */
        pthread_cond_wait(&http->idle, &http->mutex);
    pthread_mutex_unlock(&http->mutex);
}

void sb_http_stop(struct sb_http *http, unsigned wait_ms)
{
    if (!http)
        return;
    sb_http_quiesce(http);
    sb_stream_end_all(http);
    uint64_t until = sb_http_now_ms() + wait_ms;
    while (atomic_load(&http->exchange_count) > 0 && sb_http_now_ms() < until)
        (void)usleep(2000); /* the clients read; nobody else is there to wake us */
    MHD_stop_daemon(http->daemon);
    http_free(http);
}

/* ------------------------------------------------------------------ a request and its answer */

enum sb_method sb_exchange_method(const struct sb_exchange *exchange)
{
    return exchange->method;
}

const char *sb_exchange_method_name(const struct sb_exchange *exchange)
{
    return exchange->method_name;
}

const char *sb_exchange_path(const struct sb_exchange *exchange)
{
    return exchange->path;
}

const char *sb_exchange_header(struct sb_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->mhd, MHD_HEADER_KIND, name);
}

const char *sb_exchange_query(struct sb_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->mhd, MHD_GET_ARGUMENT_KIND, name);
}

const char *sb_exchange_cookie(struct sb_exchange *exchange, const char *name)
{
    return MHD_lookup_connection_value(exchange->mhd, MHD_COOKIE_KIND, name);
}

const char *sb_exchange_body(const struct sb_exchange *exchange, size_t *ret_size)
{
    *ret_size = exchange->body.size;
    return sb_str_text(&exchange->body);
}

void sb_exchange_peer(struct sb_exchange *exchange, char peer[SB_PEER_SIZE], bool *ret_loopback)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    peer[0] = '\0';
    *ret_loopback = false;
    if (address && address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof(in));
        (void)inet_ntop(AF_INET, &in.sin_addr, peer, SB_PEER_SIZE); /* it has room */
        *ret_loopback = (ntohl(in.sin_addr.s_addr) >> 24) == 127;
    } else if (address && address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof(in));
        (void)inet_ntop(AF_INET6, &in.sin6_addr, peer, SB_PEER_SIZE); /* it has room */
        *ret_loopback = IN6_IS_ADDR_LOOPBACK(&in.sin6_addr) != 0;
    }
}

void sb_exchange_add_header(struct sb_exchange *exchange, const char *name, const char *value)
{
    if (exchange->header_count == SB_HTTP_ANSWER_HEADERS_MAX)
        return;
    struct sb_http_header *header = &exchange->headers[exchange->header_count];
    header->name = strdup(name);
    header->value = strdup(value);
    if (header->name && header->value) {
        exchange->header_count++;
        return;
    }
    free(header->name);
    free(header->value);
}

bool sb_exchange_is_answered(const struct sb_exchange *exchange)
{
    return exchange->status != 0;
}

unsigned sb_exchange_status(const struct sb_exchange *exchange)
{
    return exchange->status;
}

void sb_exchange_answer(struct sb_exchange *exchange, unsigned status, const char *type, char *text,
                        size_t size)
{
    exchange->status = status;
    exchange->type = type;
    exchange->text = text;
    exchange->size = size;
}

void sb_exchange_answer_static(struct sb_exchange *exchange, unsigned status, const char *type,
                               const void *bytes, size_t size)
{
    exchange->status = status;
    exchange->type = type;
    exchange->bytes = bytes;
    exchange->size = size;
}

void sb_exchange_answer_file(struct sb_exchange *exchange, const char *type, int file, uint64_t size)
{
    exchange->status = 200;
    exchange->type = type;
    exchange->file = file;
    exchange->size = size;
}
