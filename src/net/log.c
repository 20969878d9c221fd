/* SPDX-License-Identifier: Apache-2.0 */
#include "net/log.h"

#include "base/calendar.h"
#include "base/str.h"
#include "os/os.h"

#include <jansson.h>
#include <stdlib.h>

void sb_log_init(struct sb_log *log, FILE *stream, bool json, enum sb_lang lang)
{
    log->stream = stream;
    log->json = json;
    log->lang = lang;
    pthread_mutex_init(&log->mutex, NULL);
}

void sb_log_release(struct sb_log *log)
{
    pthread_mutex_destroy(&log->mutex);
}

static void now_text(char text[SB_TIME_TEXT_SIZE])
{
    const struct sb_os *os = sb_os_real();
    sb_time_print(os->now(os->context), 0, text);
}

static void put_line(struct sb_log *log, const char *line)
{
    pthread_mutex_lock(&log->mutex);
    (void)fprintf(log->stream, "%s\n", line); /* a log that cannot be written must not stop the pilot */
    (void)fflush(log->stream);
    pthread_mutex_unlock(&log->mutex);
}

/* root is taken. */
static void put_json(struct sb_log *log, json_t *root)
{
    char *line = root ? json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
    if (line)
        put_line(log, line);
    free(line);
    json_decref(root);
}

void sb_log_tell(struct sb_log *log, enum sb_log_level level, const char *event, const char *en,
                 const char *vi, ...)
{
    static const char *const levels[] = {"info", "warning", "error"};
    char time[SB_TIME_TEXT_SIZE];
    struct sb_str text = {0};
    va_list args;
    va_start(args, vi);
    sb_str_vprintf(&text, log->lang == SB_VI ? vi : en, args);
    va_end(args);
    now_text(time);
    if (log->json) {
        put_json(log, json_pack("{s:s, s:s, s:s, s:s}", "time", time, "level", levels[level], "event", event,
                                "text", sb_str_text(&text)));
    } else {
        struct sb_str line = {0};
        sb_str_printf(&line, "%s %s: %s", time, levels[level], sb_str_text(&text));
        put_line(log, sb_str_text(&line));
        sb_str_release(&line);
    }
    sb_str_release(&text);
}

/* What a client wrote may hold anything; a line of the log must stay one line. */
static void add_visible(struct sb_str *out, const char *text)
{
    for (const char *at = text; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7F || *at == '"' || *at == '\\')
            sb_str_printf(out, "\\x%02x", (unsigned char)*at);
        else
            sb_str_add_bytes(out, at, 1);
    }
}

void sb_log_request(struct sb_log *log, const char *peer, const char *method, const char *path,
                    unsigned status, uint64_t took_us, const char *person)
{
    char time[SB_TIME_TEXT_SIZE];
    struct sb_str shown = {0};
    now_text(time);
    add_visible(&shown, path);
    if (log->json) {
        bool clean = sb_text_is_utf8(sb_str_text(&shown), shown.size, NULL);
        put_json(log, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:s}", "time", time, "level",
                                "info", "event", "request", "peer", peer, "method", method, "path",
                                clean ? sb_str_text(&shown) : "?", "status", (int)status, "us",
                                (json_int_t)took_us, "person", person));
    } else {
        struct sb_str line = {0};
        sb_str_printf(&line, "%s %s %s %s %u %llu us %s", time, peer, method, sb_str_text(&shown), status,
                      (unsigned long long)took_us, person);
        put_line(log, sb_str_text(&line));
        sb_str_release(&line);
    }
    sb_str_release(&shown);
}
