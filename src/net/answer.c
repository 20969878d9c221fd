/* SPDX-License-Identifier: Apache-2.0 */
/* How handlers answer, and what they ask of a request's query and body. */
#include "net/call.h"

#include "base/macros.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void sb_answer_headers(const struct sb_server *server, struct sb_exchange *exchange)
{
    sb_exchange_add_header(exchange, "X-Content-Type-Options", "nosniff");
    sb_exchange_add_header(exchange, "Referrer-Policy", "no-referrer");
    sb_exchange_add_header(exchange, "X-Frame-Options", "DENY");
    sb_exchange_add_header(exchange, "Cross-Origin-Opener-Policy", "same-origin");
    sb_exchange_add_header(exchange, "Cross-Origin-Resource-Policy", "same-origin");
    sb_exchange_add_header(exchange, "Content-Security-Policy",
                           "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
                           "object-src 'none'");
    sb_exchange_add_header(exchange, "Permissions-Policy", "camera=(), geolocation=(), microphone=()");
    if (server->secure)
        sb_exchange_add_header(exchange, "Strict-Transport-Security", "max-age=31536000");
}

static void answer_text(struct sb_exchange *exchange, unsigned status, const char *type, char *text)
{
    sb_exchange_add_header(exchange, "Cache-Control", "no-store");
    if (text)
        sb_exchange_answer(exchange, status, type, text, strlen(text));
    else
        sb_exchange_answer(exchange, 500, NULL, NULL, 0);
}

void sb_answer_json(struct sb_call *call, unsigned status, json_t *root)
{
    char *text = root ? json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
    json_decref(root);
    answer_text(call->exchange, text ? status : 500, "application/json", text);
}

char *sb_error_text(const char *code, const char *where, const char *en, const char *vi)
{
    json_t *root =
        json_pack("{s:{s:s, s:o, s:o, s:s?}}", "error", "code", code, "message_en",
                  sb_json_text(en, strlen(en)), "message_vi", sb_json_text(vi, strlen(vi)), "where", where);
    char *text = root ? json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
    json_decref(root);
    return text;
}

void sb_answer_error(struct sb_call *call, unsigned status, const char *code, const char *where,
                     const char *en, const char *vi, ...)
{
    char text[2][SB_ERR_TEXT_SIZE];
    va_list args, again;
    va_start(args, vi);
    va_copy(again, args);
    (void)vsnprintf(text[SB_EN], sizeof(text[SB_EN]), en, args); /* cut when too long */
    (void)vsnprintf(text[SB_VI], sizeof(text[SB_VI]), vi, again);
    va_end(again);
    va_end(args);
    answer_text(call->exchange, status, "application/json",
                sb_error_text(code, where, text[SB_EN], text[SB_VI]));
}

void sb_answer_said(struct sb_call *call, unsigned status, const char *code, const char *where,
                    const struct sb_err *err)
{
    answer_text(call->exchange, status, "application/json",
                sb_error_text(code, where, err->text[SB_EN], err->text[SB_VI]));
}

void sb_answer_failure(struct sb_call *call, const struct sb_err *err, const char *where)
{
    unsigned status = 500;
    const char *code = "failed";
    switch (err->status) {
    case SB_NOT_FOUND: status = 404, code = "not-found"; break;
    case SB_EXISTS: status = 409, code = "conflict"; break;
    case SB_SYNTAX:
    case SB_INVALID:
    case SB_LIMIT: status = 422, code = "not-valid"; break;
    case SB_NOSPACE: status = 507, code = "no-space"; break;
    case SB_BUSY:
    case SB_INTERRUPTED: status = 503, code = "unavailable"; break;
    case SB_OK:
    case SB_NOMEM:
    case SB_IO:
    case SB_DAMAGED:
    case SB_MISMATCH:
    case SB_VERSION:
    case SB_END: break;
    }
    /* What the machine says of its own disk and memory is for its log, not for the world. */
    if (status == 500) {
        sb_log_tell(call->server->log, SB_LOG_ERROR, "failed", "%s: %s", "%s: %s",
                    sb_exchange_path(call->exchange), err->text[call->server->log->lang]);
        sb_answer_error(call, 500, "failed", where, "the server could not do it; its log says why",
                        "máy chủ không làm được; nhật ký của nó cho biết vì sao");
        return;
    }
    sb_answer_said(call, status, code, where, err);
}

void sb_answer_text(struct sb_call *call, const char *type, const char *file_name, struct sb_str *text)
{
    if (text->failed) {
        sb_str_release(text);
        sb_exchange_answer(call->exchange, 500, NULL, NULL, 0);
        return;
    }
    if (file_name) {
        char disposition[256];
        (void)snprintf(disposition, sizeof(disposition), "attachment; filename=\"%s\"",
                       file_name); /* ours: short and plain */
        sb_exchange_add_header(call->exchange, "Content-Disposition", disposition);
    }
    sb_exchange_add_header(call->exchange, "Cache-Control", "no-store");
    size_t size = text->size;
    sb_exchange_answer(call->exchange, 200, type, SB_TAKE(text->text), size);
    sb_str_release(text);
}

void sb_answer_nothing(struct sb_call *call)
{
    sb_exchange_add_header(call->exchange, "Cache-Control", "no-store");
    sb_exchange_answer(call->exchange, 204, NULL, NULL, 0);
}

/* ------------------------------------------------------------------ questions */

bool sb_call_day(struct sb_call *call, const char *name, sb_day *ret_day, bool *ret_given)
{
    const char *text = sb_exchange_query(call->exchange, name);
    struct sb_date date;
    size_t used;
    *ret_given = text && *text;
    if (!*ret_given)
        return true;
    if (sb_date_parse(text, strlen(text), &date, &used) && text[used] == '\0') {
        *ret_day = sb_day_of_date(date);
        return true;
    }
    sb_answer_error(call, 400, "bad-request", name, "expected a day such as 2026-01-15",
                    "cần một ngày như 2026-01-15");
    return false;
}

bool sb_call_number(struct sb_call *call, const char *name, int64_t least, int64_t most, int64_t *number)
{
    const char *text = sb_exchange_query(call->exchange, name);
    int64_t value = 0;
    size_t used = 0;
    if (!text || !*text)
        return true;
    if (sb_text_amount(text, strlen(text), 0, &value, &used) && text[used] == '\0' && value >= least &&
        value <= most) {
        *number = value;
        return true;
    }
    sb_answer_error(call, 400, "bad-request", name, "expected a whole number from %lld to %lld",
                    "cần một số nguyên từ %lld đến %lld", (long long)least, (long long)most);
    return false;
}

bool sb_call_text(struct sb_call *call, const char *name, bool needed, size_t size_max, const char **ret_text)
{
    const json_t *member = json_object_get(call->body, name);
    *ret_text = NULL;
    if (!member || json_is_null(member)) {
        if (needed)
            sb_answer_error(call, 422, "not-valid", name, "'%s' is missing", "thiếu '%s'", name);
        return !needed;
    }
    size_t size = json_string_length(member);
    if (!json_is_string(member) || size == 0 || size > size_max) {
        sb_answer_error(call, 422, "not-valid", name, "'%s' must be a text of 1 to %zu bytes",
                        "'%s' phải là văn bản từ 1 đến %zu byte", name, size_max);
        return false;
    }
    *ret_text = json_string_value(member);
    return true;
}

bool sb_call_members(struct sb_call *call, const char *const *known)
{
    const char *name;
    json_t *value;
    size_t count = 0;
    while (known[count])
        count++;
    json_object_foreach(call->body, name, value)
    {
        size_t i = 0;
        while (i < count && strcmp(known[i], name) != 0)
            i++;
        if (i < count)
            continue;
        const char *nearest = sb_text_nearest(name, strlen(name), known, count);
        sb_answer_error(call, 422, "not-valid", NULL, "unknown member '%.64s'%s%s",
                        "không có thành phần '%.64s'%s%s", name, nearest ? "; nearest: " : "",
                        nearest ? nearest : "");
        return false;
    }
    return true;
}
