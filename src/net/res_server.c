/* SPDX-License-Identifier: Apache-2.0 */
/* The server itself: its health, and counters for Prometheus. */
#include "net/routes.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

void sb_answer_health(const struct sb_server *server, struct sb_exchange *exchange)
{
    bool failed = false, stopping = atomic_load(&server->stopping);
    json_t *pilots = json_array();
    for (unsigned i = 0; i < server->pilot_count; i++) {
        const struct sb_pilot *pilot = server->pilots[i];
        bool broken = atomic_load(&pilot->failed);
        failed = failed || broken;
        json_array_append_new(pilots, json_pack("{s:s, s:I, s:I, s:s}", "id", pilot->id, "sequence",
                                                (json_int_t)atomic_load(&pilot->sequence), "durable",
                                                (json_int_t)atomic_load(&pilot->durable), "state",
                                                broken ? "failed" : "running"));
    }
    json_t *root = json_pack("{s:s, s:s, s:o}", "status",
                             stopping ? "stopping"
                             : failed ? "failed"
                                      : "ok",
                             "version", server->version, "pilots", pilots);
    char *text = root ? json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
    json_decref(root);
    sb_exchange_add_header(exchange, "Cache-Control", "no-store");
    sb_exchange_answer(exchange, text && !stopping && !failed ? 200 : 503, "application/json", text,
                       text ? strlen(text) : 0);
}

/* ------------------------------------------------------------------ metrics */

static void head(struct sb_str *out, const char *name, const char *type, const char *help)
{
    sb_str_printf(out, "# HELP sandbank_%s %s\n# TYPE sandbank_%s %s\n", name, help, name, type);
}

static void one(struct sb_str *out, const char *name, uint64_t value)
{
    sb_str_printf(out, "sandbank_%s %llu\n", name, (unsigned long long)value);
}

static void of_pilots(const struct sb_server *server, struct sb_str *out)
{
    static const uint32_t bounds_us[SB_PILOT_LATENCIES] = SB_PILOT_LATENCIES_US;
    head(out, "events_total", "counter", "Events in the journal.");
    for (unsigned i = 0; i < server->pilot_count; i++)
        sb_str_printf(out, "sandbank_events_total{pilot=\"%s\"} %llu\n", server->pilots[i]->id,
                      (unsigned long long)atomic_load(&server->pilots[i]->sequence));
    head(out, "results_total", "counter", "Events taken since the start, by what became of them.");
    for (unsigned i = 0; i < server->pilot_count; i++)
        for (unsigned code = 0; code < SB_RESULT_COUNT; code++) {
            uint64_t number = atomic_load(&server->pilots[i]->by_code[code]);
            if (number > 0 || code == SB_R_ACCEPTED)
                sb_str_printf(out, "sandbank_results_total{pilot=\"%s\",result=\"%s\"} %llu\n",
                              server->pilots[i]->id, sb_result_word((enum sb_result_code)code),
                              (unsigned long long)number);
        }
    head(out, "durable_lag", "gauge", "Events taken that are not on the disk for sure.");
    for (unsigned i = 0; i < server->pilot_count; i++)
        sb_str_printf(out, "sandbank_durable_lag{pilot=\"%s\"} %llu\n", server->pilots[i]->id,
                      (unsigned long long)(atomic_load(&server->pilots[i]->sequence) -
                                           atomic_load(&server->pilots[i]->durable)));
    head(out, "failed", "gauge", "1 when a pilot's engine has stopped at a failure.");
    for (unsigned i = 0; i < server->pilot_count; i++)
        sb_str_printf(out, "sandbank_failed{pilot=\"%s\"} %d\n", server->pilots[i]->id,
                      atomic_load(&server->pilots[i]->failed));
    head(out, "sync_seconds", "histogram", "Time that the disk takes to make a batch durable.");
    for (unsigned i = 0; i < server->pilot_count; i++) {
        struct sb_pilot *pilot = server->pilots[i];
        unsigned long long count = (unsigned long long)atomic_load(&pilot->syncs);
        uint64_t sum_us = atomic_load(&pilot->sync_us);
        for (unsigned n = 0; n < SB_PILOT_LATENCIES; n++)
            sb_str_printf(out, "sandbank_sync_seconds_bucket{pilot=\"%s\",le=\"%u.%06u\"} %llu\n", pilot->id,
                          bounds_us[n] / 1000000, bounds_us[n] % 1000000,
                          (unsigned long long)atomic_load(&pilot->syncs_within[n]));
        sb_str_printf(out,
                      "sandbank_sync_seconds_bucket{pilot=\"%s\",le=\"+Inf\"} %llu\n"
                      "sandbank_sync_seconds_sum{pilot=\"%s\"} %llu.%06llu\n"
                      "sandbank_sync_seconds_count{pilot=\"%s\"} %llu\n",
                      pilot->id, count, pilot->id, (unsigned long long)(sum_us / 1000000),
                      (unsigned long long)(sum_us % 1000000), pilot->id, count);
    }
}

void sb_get_metrics(struct sb_call *call)
{
    char peer[SB_PEER_SIZE];
    bool loopback;
    sb_exchange_peer(call->exchange, peer, &loopback);
    if (!loopback && !sb_roles_allow(call->person.roles, SB_ROLE_ADMIN)) {
        sb_answer_error(call, 403, "forbidden", NULL, "only from this machine, or for an admin",
                        "chỉ từ máy này, hoặc cho quản trị viên");
        return;
    }
    struct sb_str out = {0};
    struct sb_http_figures http = sb_http_figures(call->server->http);
    of_pilots(call->server, &out);
    head(&out, "http_requests_total", "counter", "Requests answered.");
    one(&out, "http_requests_total", http.requests);
    head(&out, "http_errors_total", "counter", "Requests answered with an error.");
    sb_str_printf(
        &out,
        "sandbank_http_errors_total{class=\"4xx\"} %llu\nsandbank_http_errors_total{class=\"5xx\"} %llu\n",
        (unsigned long long)http.client_errors, (unsigned long long)http.server_errors);
    head(&out, "http_connections", "gauge", "Open connections.");
    one(&out, "http_connections", http.connections);
    head(&out, "http_waiting", "gauge", "Requests that wait for a worker.");
    one(&out, "http_waiting", http.waiting);
    head(&out, "http_streams", "gauge", "Open streams of server-sent events.");
    one(&out, "http_streams", http.streams);
    head(&out, "whatifs_running", "gauge", "What-ifs that run.");
    one(&out, "whatifs_running", sb_whatifs_running(call->server->whatifs));
    sb_answer_text(call, "text/plain; version=0.0.4; charset=utf-8", NULL, &out);
}
