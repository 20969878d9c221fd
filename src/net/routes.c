/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a request to its handler: the table of routes, and what must hold before any handler runs. In order:
 * the host is ours (a name that an attacker points at this machine is not), the route and method exist, who
 * asks may, and what changes something comes from our own page (token, origin, content type).
 */
#include "net/routes.h"

#include "base/macros.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SEGMENTS_MAX 8
#define PATH_MAX_    512 /* bytes: longer ones are no path of ours */

struct route {
    enum sb_method method;
    const char *path; /* {pilot} is looked up; other {parts} are the call's arguments */
    sb_handler_fn *handle;
    enum sb_role role;
    unsigned flags;    /* enum sb_route_flags */
    const char *offer; /* what the page calls it, or NULL */
};

static const struct route routes[] = {
    {SB_METHOD_GET, "/metrics", sb_get_metrics, SB_ROLE_VIEWER, SB_ROUTE_OPEN, NULL},
    {SB_METHOD_GET, "/api/session", sb_get_session, SB_ROLE_VIEWER, SB_ROUTE_OPEN, NULL},
    {SB_METHOD_POST, "/api/session", sb_sign_in, SB_ROLE_VIEWER, SB_ROUTE_OPEN, NULL},
    {SB_METHOD_DELETE, "/api/session", sb_sign_out, SB_ROLE_VIEWER, SB_ROUTE_OPEN, NULL},
    {SB_METHOD_GET, "/api/pilots", sb_list_pilots, SB_ROLE_VIEWER, SB_ROUTE_OPEN, NULL},
    {SB_METHOD_GET, "/api/pilots/{pilot}", sb_get_pilot, SB_ROLE_VIEWER, 0, NULL},
    {SB_METHOD_GET, "/api/pilots/{pilot}/charter", sb_get_charter, SB_ROLE_VIEWER, 0, "charter"},
    {SB_METHOD_POST, "/api/charter/check", sb_check_charter, SB_ROLE_VIEWER, SB_ROUTE_OPEN, NULL},
    {SB_METHOD_GET, "/api/pilots/{pilot}/live", sb_get_live, SB_ROLE_VIEWER, 0, "live"},
    {SB_METHOD_GET, "/api/pilots/{pilot}/figures", sb_get_figures, SB_ROLE_VIEWER, 0, NULL},
    {SB_METHOD_GET, "/api/pilots/{pilot}/events", sb_list_events, SB_ROLE_ANALYST, 0, NULL},
    {SB_METHOD_GET, "/api/pilots/{pilot}/events/{event}", sb_get_event, SB_ROLE_ANALYST, 0, "events"},
    {SB_METHOD_GET, "/api/pilots/{pilot}/measures", sb_get_measures, SB_ROLE_VIEWER, 0, "measures"},
    {SB_METHOD_GET, "/api/pilots/{pilot}/goals", sb_get_goals, SB_ROLE_VIEWER, 0, "goals"},
    {SB_METHOD_GET, "/api/pilots/{pilot}/map", sb_get_map, SB_ROLE_VIEWER, 0, "map"},
    {SB_METHOD_GET, "/api/pilots/{pilot}/whatifs", sb_list_whatifs, SB_ROLE_VIEWER, 0, "whatifs"},
    {SB_METHOD_POST, "/api/pilots/{pilot}/whatifs", sb_start_whatif, SB_ROLE_ANALYST, 0, NULL},
    {SB_METHOD_GET, "/api/pilots/{pilot}/whatifs/{whatif}", sb_get_whatif, SB_ROLE_VIEWER, 0, NULL},
    {SB_METHOD_DELETE, "/api/pilots/{pilot}/whatifs/{whatif}", sb_end_whatif, SB_ROLE_ANALYST, 0, NULL},
    {SB_METHOD_GET, "/api/pilots/{pilot}/whatifs/{whatif}/live", sb_live_whatif, SB_ROLE_VIEWER, 0, NULL},
    {SB_METHOD_GET, "/api/pilots/{pilot}/whatifs/{whatif}/csv", sb_get_whatif_csv, SB_ROLE_ANALYST, 0, NULL},
    {SB_METHOD_GET, "/api/pilots/{pilot}/whatifs/{whatif}/charter", sb_get_whatif_charter, SB_ROLE_VIEWER, 0,
     NULL},
    {SB_METHOD_GET, "/api/pilots/{pilot}/supervision", sb_get_supervision, SB_ROLE_ANALYST, 0, "supervision"},
    {SB_METHOD_GET, "/api/pilots/{pilot}/freezes", sb_list_freezes, SB_ROLE_ANALYST, 0, "freezes"},
    {SB_METHOD_POST, "/api/pilots/{pilot}/freezes", sb_ask_freeze, SB_ROLE_MAKER, SB_ROUTE_SIGNED_IN, NULL},
    {SB_METHOD_POST, "/api/pilots/{pilot}/freezes/{freeze}/approve", sb_approve_freeze, SB_ROLE_CHECKER,
     SB_ROUTE_SIGNED_IN | SB_ROUTE_NO_BODY, NULL},
    {SB_METHOD_POST, "/api/pilots/{pilot}/freezes/{freeze}/reject", sb_reject_freeze, SB_ROLE_ANALYST,
     SB_ROUTE_SIGNED_IN | SB_ROUTE_NO_BODY, NULL},
    {SB_METHOD_GET, "/api/pilots/{pilot}/log", sb_get_log, SB_ROLE_ANALYST, SB_ROUTE_SIGNED_IN, "log"},
    {SB_METHOD_GET, "/api/public/pilots/{pilot}", sb_get_public_pilot, SB_ROLE_VIEWER, SB_ROUTE_OPEN,
     "public"},
};

json_t *sb_call_offers(unsigned roles, bool signed_in)
{
    json_t *offers = json_array();
    for (size_t i = 0; i < SB_ARRAY_SIZE(routes); i++) {
        const struct route *route = &routes[i];
        bool open = (route->flags & SB_ROUTE_OPEN) != 0;
        bool may = open || (sb_roles_allow(roles, route->role) &&
                            (signed_in || (route->flags & SB_ROUTE_SIGNED_IN) == 0));
        if (route->offer && may)
            json_array_append_new(offers, json_string(route->offer));
    }
    return offers;
}

/* ------------------------------------------------------------------ matching */

/* Cut a path into its parts, in place. 0: it is none of ours. */
static unsigned cut(char *path, char *segments[SEGMENTS_MAX])
{
    unsigned count = 0;
    if (path[0] != '/')
        return 0;
    for (char *at = path; at && count < SEGMENTS_MAX;) {
        *at++ = '\0';
        segments[count++] = at;
        at = strchr(at, '/');
        if (at && count == SEGMENTS_MAX)
            return 0;
    }
    return count;
}

static bool matches(const struct route *route, char *const segments[SEGMENTS_MAX], unsigned count,
                    const char **ret_pilot, const char *arguments[SB_CALL_ARGUMENTS_MAX])
{
    char path[PATH_MAX_], *parts[SEGMENTS_MAX];
    unsigned argument_count = 0;
    (void)snprintf(path, sizeof(path), "%s", route->path); /* the table's are short */
    if (cut(path, parts) != count)
        return false;
    *ret_pilot = NULL;
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(parts[i], "{pilot}") == 0)
            *ret_pilot = segments[i];
        else if (parts[i][0] == '{' && argument_count < SB_CALL_ARGUMENTS_MAX)
            arguments[argument_count++] = segments[i];
        else if (strcmp(parts[i], segments[i]) != 0)
            return false;
    }
    return true;
}

/* The route of a call; NULL when an error was answered. */
static const struct route *find(struct sb_call *call, char *const segments[SEGMENTS_MAX], unsigned count,
                                const char **ret_pilot)
{
    bool is_path = false;
    struct sb_str allowed = {0};
    const struct route *found = NULL;
    for (size_t i = 0; i < SB_ARRAY_SIZE(routes) && !found; i++) {
        if (!matches(&routes[i], segments, count, ret_pilot, call->arguments))
            continue;
        is_path = true;
        static const char *const names[] = {"GET", "POST", "DELETE", "?"};
        if (routes[i].method == sb_exchange_method(call->exchange))
            found = &routes[i];
        else
            sb_str_printf(&allowed, "%s%s", allowed.size ? ", " : "", names[routes[i].method]);
    }
    if (!found && is_path) {
        sb_exchange_add_header(call->exchange, "Allow", sb_str_text(&allowed));
        sb_answer_error(call, 405, "method-not-allowed", NULL, "this resource knows %s",
                        "tài nguyên này có %s", sb_str_text(&allowed));
    } else if (!found) {
        sb_answer_error(call, 404, "not-found", NULL, "there is no such resource", "không có tài nguyên này");
    }
    sb_str_release(&allowed);
    return found;
}

/* ------------------------------------------------------------------ what must hold */

/* Whether a host's name, with or without the port, is one of ours. */
static bool is_our_host(const struct sb_server *server, const char *host)
{
    static const char *const local[] = {"localhost", "127.0.0.1", "[::1]"};
    if (!host)
        return false;
    if (strcasecmp(host, server->host) == 0)
        return true;
    size_t size = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if (server->config->name[0])
        return strlen(server->config->name) == size && strncasecmp(host, server->config->name, size) == 0;
    for (size_t i = 0; i < SB_ARRAY_SIZE(local); i++)
        if (strlen(local[i]) == size && strncasecmp(host, local[i], size) == 0)
            return true;
    return false;
}

/* A page of another origin may not even ask for a change, token or not. */
static bool is_own_origin(struct sb_call *call)
{
    const char *origin = sb_exchange_header(call->exchange, "Origin");
    const char *site = sb_exchange_header(call->exchange, "Sec-Fetch-Site");
    if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    if (!origin)
        return true;
    const char *host = strstr(origin, "://"), *own = sb_exchange_header(call->exchange, "Host");
    return host && own && strcasecmp(host + 3, own) == 0;
}

static bool has_token(struct sb_call *call)
{
    const char *token = sb_exchange_header(call->exchange, "X-Sandbank-CSRF");
    return token && call->token[0] && strlen(token) == SB_CSRF_SIZE - 1 &&
           sodium_memcmp(token, call->csrf, SB_CSRF_SIZE - 1) == 0;
}

/* Read the body into call->body; false when an error was answered. */
static bool read_body(struct sb_call *call)
{
    size_t size;
    const char *text = sb_exchange_body(call->exchange, &size);
    const char *type = sb_exchange_header(call->exchange, "Content-Type");
    if (!type || strncasecmp(type, "application/json", strlen("application/json")) != 0) {
        sb_answer_error(call, 415, "unsupported-media-type", NULL, "the body must be application/json",
                        "phần thân phải là application/json");
        return false;
    }
    json_error_t error;
    call->body = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (call->body && json_is_object(call->body))
        return true;
    if (call->body)
        sb_answer_error(call, 400, "not-json", NULL, "the body must be an object",
                        "phần thân phải là một đối tượng");
    else
        sb_answer_error(call, 400, "not-json", NULL, "line %d, column %d: %s", "dòng %d, cột %d: %s",
                        error.line, error.column, error.text);
    return false;
}

static bool may_change(struct sb_call *call, const struct route *route)
{
    if (route->method == SB_METHOD_GET)
        return true;
    if (!is_own_origin(call) || !has_token(call)) {
        sb_answer_error(call, 403, "csrf", "X-Sandbank-CSRF",
                        "the request does not come from this server's page: its token is missing or old",
                        "yêu cầu không đến từ trang của máy chủ này: thiếu mã hoặc mã đã cũ");
        return false;
    }
    bool has_body = route->method == SB_METHOD_POST && (route->flags & SB_ROUTE_NO_BODY) == 0;
    return !has_body || read_body(call);
}

/* Who is nobody here is not told what is there. */
static bool may_use(struct sb_call *call, const struct route *route, const char *pilot)
{
    if (pilot) {
        call->pilot = sb_server_pilot(call->server, pilot);
        if (call->pilot)
            call->person.roles = sb_session_roles(call, call->pilot);
    }
    bool open = (route->flags & SB_ROUTE_OPEN) != 0;
    bool guest = call->person.number == 0;
    if (!open && guest && (call->person.roles == 0 || (route->flags & SB_ROUTE_SIGNED_IN) != 0)) {
        sb_answer_error(call, 401, "sign-in-needed", NULL, "sign in first", "hãy đăng nhập trước");
        return false;
    }
    if (pilot && !call->pilot) {
        sb_answer_error(call, 404, "not-found", "pilot", "there is no pilot '%.64s'",
                        "không có thí điểm '%.64s'", pilot);
        return false;
    }
    if (!open && !sb_roles_allow(call->person.roles, route->role)) {
        sb_answer_error(call, 403, "forbidden", NULL, "your roles do not include this",
                        "vai trò của bạn không cho phép việc này");
        return false;
    }
    return true;
}

void sb_call_dispatch(struct sb_server *server, struct sb_exchange *exchange)
{
    struct sb_call call = {.server = server, .exchange = exchange};
    char path[PATH_MAX_], *segments[SEGMENTS_MAX];
    const char *lang = sb_exchange_query(exchange, "lang"), *pilot = NULL;
    call.lang = lang && strcmp(lang, "en") == 0 ? SB_EN : SB_VI;
    sb_answer_headers(server, exchange);
    int size = snprintf(path, sizeof(path), "%s", sb_exchange_path(exchange));
    unsigned count = size >= 0 && (size_t)size < sizeof(path) ? cut(path, segments) : 0;
    if (!is_our_host(server, sb_exchange_header(exchange, "Host"))) {
        sb_answer_error(&call, 421, "bad-request", "Host", "this server is not called that",
                        "máy chủ này không mang tên đó");
        return;
    }
    const struct route *route = find(&call, segments, count, &pilot);
    if (route) {
        sb_session_find(&call);
        if (may_use(&call, route, pilot) && may_change(&call, route))
            route->handle(&call);
        json_decref(call.body);
    }
    if (!sb_exchange_is_answered(exchange))
        sb_answer_error(&call, 500, "failed", NULL, "the server gave no answer", "máy chủ không trả lời");
}
