/* SPDX-License-Identifier: Apache-2.0 */
#include "net/server.h"

#include "base/macros.h"
#include "journal/format.h"
#include "net/call.h"
#include "net/freezing.h"
#include "net/routes.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS      500
#define SWEEP_MS     60000        /* between two times that ended sessions are forgotten */
#define STOP_WAIT_MS 5000         /* for clients to read their last answers */
#define PEM_SIZE_MAX (256 * 1024) /* bytes of a certificate's chain, or of a key */

/* ------------------------------------------------------------------ pilots */

/* A folder with a segment file in it. */
static bool is_journal(const char *dir)
{
    const struct sb_os *os = sb_os_real();
    SB_CLEANUP(sb_free_ptr) char *names = NULL;
    size_t suffix = strlen(SB_SEGMENT_SUFFIX);
    if (os->list(os->context, dir, &names, NULL) != SB_OK)
        return false;
    for (const char *name = names; *name; name += strlen(name) + 1)
        if (strlen(name) > suffix && strcmp(name + strlen(name) - suffix, SB_SEGMENT_SUFFIX) == 0)
            return true;
    return false;
}

static bool is_id(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t size = strlen(name);
    if (size == 0 || size >= SB_PILOT_ID_SIZE || !strchr(letters, name[0]))
        return false;
    for (size_t i = 0; i < size; i++)
        if (!strchr(letters, name[i]) && !strchr("._-", name[i]))
            return false;
    return true;
}

static enum sb_status add_pilot(struct sb_server *server, const char *dir, const char *id,
                                const struct sb_pilot_options *options, struct sb_err *err)
{
    enum sb_status status = sb_pilot_open(dir, id, options, &server->pilots[server->pilot_count], err);
    if (status != SB_OK)
        return status;
    const struct sb_pilot *pilot = server->pilots[server->pilot_count++];
    sb_log_tell(server->log, SB_LOG_INFO, "pilot", "pilot '%s': %llu events%s",
                "thí điểm '%s': %llu sự kiện%s", pilot->id, (unsigned long long)atomic_load(&pilot->sequence),
                pilot->synthetic ? " (synthetic)" : "");
    return SB_OK;
}

/* Whether a name in dir is a folder with a journal; *ret_path is written then. */
static bool is_pilot(const char *dir, const char *name, struct sb_str *ret_path)
{
    *ret_path = (struct sb_str){0};
    sb_str_printf(ret_path, "%s/%s", dir, name);
    if (is_id(name) && is_journal(sb_str_text(ret_path)))
        return true;
    sb_str_release(ret_path);
    return false;
}

/* Too many is told before one of them is opened. */
static enum sb_status count_folders(const char *dir, const char *names, struct sb_err *err)
{
    int count = 0;
    for (const char *name = names; *name; name += strlen(name) + 1) {
        struct sb_str path;
        if (!is_pilot(dir, name, &path))
            continue;
        sb_str_release(&path);
        count++;
    }
    return count <= SB_PILOTS_MAX
               ? SB_OK
               : sb_fail(err, SB_LIMIT, "'%s' holds %d journals, and a server has at most %d",
                         "'%s' có %d nhật ký, mà một máy chủ có tối đa %d", dir, count, SB_PILOTS_MAX);
}

/* Every folder in dir that holds a journal. */
static enum sb_status add_folders(struct sb_server *server, const char *dir,
                                  const struct sb_pilot_options *options, struct sb_err *err)
{
    const struct sb_os *os = sb_os_real();
    SB_CLEANUP(sb_free_ptr) char *names = NULL;
    struct sb_pilot_options existing = *options;
    existing.create = false;
    existing.source_count = 0;
    enum sb_status status = os->list(os->context, dir, &names, err);
    if (status != SB_OK)
        return sb_fail_in(err, "'%s'", "'%s'", dir);
    status = count_folders(dir, names, err);
    for (const char *name = names; *name && status == SB_OK; name += strlen(name) + 1) {
        struct sb_str path;
        if (!is_pilot(dir, name, &path))
            continue;
        status = add_pilot(server, sb_str_text(&path), name, &existing, err);
        sb_str_release(&path);
    }
    if (status == SB_OK && server->pilot_count == 0)
        status = sb_fail(err, SB_NOT_FOUND, "'%s' holds no journal, and no folder in it does",
                         "'%s' không có nhật ký nào, các thư mục trong đó cũng không", dir);
    return status;
}

/* The last part of a path as a pilot's id: what is no letter, digit or mark becomes '-'. */
static void id_of_path(const char *dir, char id[SB_PILOT_ID_SIZE])
{
    size_t end = strlen(dir);
    while (end > 1 && dir[end - 1] == '/')
        end--;
    size_t from = end;
    while (from > 0 && dir[from - 1] != '/')
        from--;
    (void)snprintf(id, SB_PILOT_ID_SIZE, "%.*s", (int)SB_MIN(end - from, (size_t)SB_PILOT_ID_SIZE - 1),
                   dir + from);
    for (char *at = id; *at; at++)
        if (!is_id((char[]){'a', *at, '\0'}))
            *at = '-';
    if (!is_id(id))
        (void)snprintf(id, SB_PILOT_ID_SIZE, "pilot"); /* "." and its like */
}

static enum sb_status add_pilots(struct sb_server *server, const struct sb_server_options *options,
                                 struct sb_err *err)
{
    char id[SB_PILOT_ID_SIZE];
    if (!is_journal(options->dir) && !options->pilot->create)
        return add_folders(server, options->dir, options->pilot, err);
    id_of_path(options->dir, id);
    return add_pilot(server, options->dir, id, options->pilot, err);
}

struct sb_pilot *sb_server_pilot(const struct sb_server *server, const char *id)
{
    for (unsigned i = 0; i < server->pilot_count; i++)
        if (strcmp(server->pilots[i]->id, id) == 0)
            return server->pilots[i];
    return NULL;
}

/* ------------------------------------------------------------------ the thread that ticks */

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void *tick(void *context)
{
    struct sb_server *server = context;
    uint64_t swept_ms = 0;
    while (!atomic_load(&server->stopping)) {
        uint64_t now = now_ms();
        sb_http_sweep(server->http);
        for (unsigned i = 0; i < server->pilot_count; i++)
            sb_live_tick_pilot(server->live, server->pilots[i], now);
        sb_whatif_live_tick(server->whatif_live);
        if (now - swept_ms >= SWEEP_MS) {
            struct sb_session_limits limits = sb_session_limits_of(server->config);
            sb_vault_sweep(server->vault, &limits, sb_call_now());
            swept_ms = now;
        }
        for (unsigned waited = 0; waited < TICK_MS && !atomic_load(&server->stopping); waited += 50)
            (void)usleep(50000);
    }
    return NULL;
}

/* ------------------------------------------------------------------ HTTP */

static bool quick(void *context, struct sb_exchange *exchange)
{
    struct sb_server *server = context;
    const char *path = sb_exchange_path(exchange);
    if (sb_exchange_method(exchange) != SB_METHOD_GET)
        return false;
    if (strcmp(path, "/health") == 0) {
        sb_answer_headers(server, exchange);
        sb_answer_health(server, exchange);
        return true;
    }
    if (strncmp(path, "/api/", 5) == 0 || strcmp(path, "/metrics") == 0 ||
        !sb_page_answer(server->page, exchange))
        return false;
    sb_answer_headers(server, exchange);
    return true;
}

static void handle(void *context, struct sb_exchange *exchange)
{
    struct sb_server *server = context;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    sb_call_dispatch(server, exchange);
    clock_gettime(CLOCK_MONOTONIC, &to);
    if (server->config->log_requests) {
        char peer[SB_PEER_SIZE];
        bool loopback;
        int64_t took = (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
        sb_exchange_peer(exchange, peer, &loopback);
        sb_log_request(server->log, peer, sb_exchange_method_name(exchange), sb_exchange_path(exchange),
                       sb_exchange_status(exchange), (uint64_t)took, "-");
    }
}

static void refuse(void *context, struct sb_exchange *exchange, enum sb_http_refusal refusal)
{
    struct sb_server *server = context;
    struct sb_call call = {.server = server, .exchange = exchange};
    sb_answer_headers(server, exchange);
    switch (refusal) {
    case SB_HTTP_TOO_LARGE:
        sb_answer_error(&call, 413, "too-large", NULL, "the body is larger than %u bytes",
                        "phần thân lớn hơn %u byte", server->config->body_size_max);
        break;
    case SB_HTTP_BUSY:
        sb_exchange_add_header(exchange, "Retry-After", "1");
        sb_answer_error(&call, 503, "unavailable", NULL, "too many requests at once; try again",
                        "quá nhiều yêu cầu cùng lúc; hãy thử lại");
        break;
    case SB_HTTP_STOPPING:
        sb_answer_error(&call, 503, "stopping", NULL, "the server is stopping", "máy chủ đang dừng");
        break;
    }
}

/* The address to listen on. False when the text is none. */
static bool read_address(const struct sb_config *config, struct sockaddr_storage *ret_address,
                         bool *ret_loopback)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(config->port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(config->port)};
    memset(ret_address, 0, sizeof(*ret_address));
    if (inet_pton(AF_INET, config->address, &in4.sin_addr) == 1) {
        memcpy(ret_address, &in4, sizeof(in4));
        *ret_loopback = (ntohl(in4.sin_addr.s_addr) >> 24) == 127;
        return true;
    }
    if (inet_pton(AF_INET6, config->address, &in6.sin6_addr) != 1)
        return false;
    memcpy(ret_address, &in6, sizeof(in6));
    *ret_loopback = IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr) != 0;
    return true;
}

static enum sb_status read_pem(const char *path, char **ret_text, struct sb_err *err)
{
    size_t size;
    if (!path[0])
        return SB_OK;
    enum sb_status status = sb_os_read_file(sb_os_real(), path, PEM_SIZE_MAX, ret_text, &size, err);
    return status == SB_OK ? SB_OK : sb_fail_in(err, "'%s'", "'%s'", path);
}

static enum sb_status listen_on(struct sb_server *server, const struct sockaddr_storage *address,
                                struct sb_err *err)
{
    const struct sb_config *config = server->config;
    SB_CLEANUP(sb_free_ptr) char *certificate = NULL;
    SB_CLEANUP(sb_free_ptr) char *key = NULL;
    enum sb_status status = read_pem(config->certificate, &certificate, err);
    if (status == SB_OK)
        status = read_pem(config->key, &key, err);
    struct sb_http_options options = {
        .address = (const struct sockaddr *)address,
        .certificate = certificate,
        .key = key,
        .body_size_max = config->body_size_max,
        .connections_max = config->connections_max,
        .streams_max = config->streams_max,
        .workers = config->workers,
        .context = server,
        .quick = quick,
        .handle = handle,
        .refuse = refuse,
    };
    if (status == SB_OK)
        status = sb_http_start(&options, &server->http, err);
    if (status != SB_OK)
        return sb_fail_in(err, "cannot listen on %s port %u", "không lắng nghe được ở %s cổng %u",
                          config->address, config->port);
    (void)snprintf(server->host, sizeof(server->host), strchr(config->address, ':') ? "[%s]:%u" : "%s:%u",
                   config->address, sb_http_port(server->http)); /* it fits */
    return SB_OK;
}

static enum sb_status start_http(struct sb_server *server, struct sb_err *err)
{
    struct sockaddr_storage address;
    bool loopback = false;
    if (!read_address(server->config, &address, &loopback))
        return sb_fail(err, SB_INVALID, "'%s' is not a numeric address such as 127.0.0.1 or ::1",
                       "'%s' không phải địa chỉ dạng số như 127.0.0.1 hoặc ::1", server->config->address);
    server->secure = server->config->certificate[0] != '\0';
    if (!loopback && !server->secure)
        return sb_fail(err, SB_INVALID,
                       "'%s' can be reached from outside: that needs TLS, tls-certificate and tls-key",
                       "'%s' truy cập được từ bên ngoài: cần TLS, tức tls-certificate và tls-key",
                       server->config->address);
    return listen_on(server, &address, err);
}

/* ------------------------------------------------------------------ start and stop */

/* What is kept besides the journals lies in one folder among them. */
static enum sb_status open_whatifs(struct sb_server *server, const char *dir, struct sb_err *err)
{
    struct sb_str folder = {0};
    sb_str_printf(&folder, "%s/whatifs", dir);
    struct sb_whatif_options options = {
        .folder = sb_str_text(&folder),
        .running_max = server->config->whatifs_running,
        .kept_max = server->config->whatifs_kept,
    };
    enum sb_status status = sb_whatifs_new(&options, &server->whatifs, err);
    sb_str_release(&folder);
    if (status == SB_OK && !(server->whatif_live = sb_whatif_live_new(server->whatifs)))
        status = sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    return status;
}

/* People, and what they agreed on that is not in a journal yet. */
static enum sb_status open_vault(struct sb_server *server, const char *dir, struct sb_err *err)
{
    struct sb_str path = {0};
    if (server->config->vault[0])
        sb_str_add(&path, server->config->vault);
    else
        sb_vault_path(dir, &path);
    enum sb_status status = sb_vault_open(sb_str_text(&path), &server->vault, err);
    sb_str_release(&path);
    if (status == SB_OK)
        sb_vault_secret(server->vault, server->secret);
    for (unsigned i = 0; i < server->pilot_count && status == SB_OK; i++)
        status = sb_freezing_resume(server->vault, server->pilots[i], err);
    return status;
}

static enum sb_status start_feed(struct sb_server *server, const struct sb_feeder_options *feed,
                                 struct sb_err *err)
{
    if (server->pilot_count != 1)
        return sb_fail(err, SB_INVALID, "events can be fed to one pilot, and there are %u",
                       "chỉ nạp được sự kiện cho một thí điểm, mà ở đây có %u", server->pilot_count);
    return sb_feeder_start(server->pilots[0], feed, &server->feeder, err);
}

static enum sb_status start(struct sb_server *server, const struct sb_server_options *options,
                            struct sb_err *err)
{
    enum sb_status status = SB_OK;
    server->live = sb_live_new();
    server->throttle = sb_throttle_new();
    pthread_mutex_init(&server->signing, NULL);
    if (!server->live || !server->throttle)
        status = sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK && options->page)
        status = sb_page_open(options->page, &server->page, err);
    if (status == SB_OK)
        status = add_pilots(server, options, err);
    if (status == SB_OK)
        status = open_vault(server, options->dir, err);
    if (status == SB_OK)
        status = open_whatifs(server, options->dir, err);
    if (status == SB_OK)
        status = start_http(server, err);
    if (status == SB_OK && options->feed)
        status = start_feed(server, options->feed, err);
    if (status == SB_OK && pthread_create(&server->ticker, NULL, tick, server) != 0)
        status = sb_fail(err, SB_NOMEM, "cannot start a thread", "không tạo được luồng");
    else if (status == SB_OK)
        server->ticks = true;
    return status;
}

enum sb_status sb_server_start(const struct sb_server_options *options, struct sb_server **ret_server,
                               struct sb_err *err)
{
    struct sb_server *server = calloc(1, sizeof(*server));
    if (!server)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    server->config = options->config;
    server->log = options->log;
    server->version = options->version;
    enum sb_status status = start(server, options, err);
    if (status != SB_OK) {
        (void)sb_server_stop(server, NULL); /* the first error is the one to tell */
        return status;
    }
    *ret_server = server;
    return SB_OK;
}

enum sb_status sb_server_stop(struct sb_server *server, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    if (!server)
        return SB_OK;
    atomic_store(&server->stopping, true);
    if (server->ticks)
        pthread_join(server->ticker, NULL);
    sb_http_quiesce(server->http);
    sb_feeder_stop(server->feeder);
    sb_live_free(server->live);
    sb_whatif_live_free(server->whatif_live);
    sb_http_stop(server->http, STOP_WAIT_MS);
    sb_whatifs_free(server->whatifs);
    for (unsigned i = 0; i < server->pilot_count; i++) {
        enum sb_status closed = sb_pilot_close(server->pilots[i], status == SB_OK ? err : NULL);
        status = status == SB_OK ? closed : status;
    }
    sb_vault_close(server->vault);
    sb_throttle_free(server->throttle);
    pthread_mutex_destroy(&server->signing);
    sb_page_free(server->page);
    sodium_memzero(server->secret, sizeof(server->secret));
    free(server);
    return status;
}
