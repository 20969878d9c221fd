/* SPDX-License-Identifier: Apache-2.0 */
#include "net/config.h"

#include "base/macros.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum type { TEXT, WORDS, NUMBER, NUMBER16, NUMBER64 };

/* A key: where its value goes and what it may be. WORDS: the first of two is true. */
struct key {
    const char *name;
    enum type type;
    size_t offset, room;
    uint64_t least, most;
    const char *yes, *no;
};

#define AT(member) offsetof(struct sb_config, member), sizeof(((struct sb_config *)0)->member)

static const struct key keys[] = {
    {"address", TEXT, AT(address), 0, 0, NULL, NULL},
    {"port", NUMBER16, AT(port), 0, 65535, NULL, NULL},
    {"name", TEXT, AT(name), 0, 0, NULL, NULL},
    {"tls-certificate", TEXT, AT(certificate), 0, 0, NULL, NULL},
    {"tls-key", TEXT, AT(key), 0, 0, NULL, NULL},
    {"page", TEXT, AT(page), 0, 0, NULL, NULL},
    {"vault", TEXT, AT(vault), 0, 0, NULL, NULL},
    {"sign", TEXT, AT(sign), 0, 0, NULL, NULL},
    {"log", WORDS, AT(log_json), 0, 0, "json", "lines"},
    {"log-requests", WORDS, AT(log_requests), 0, 0, "yes", "no"},
    {"guests", WORDS, AT(guests), 0, 0, "synthetic", "none"},
    {"workers", NUMBER, AT(workers), 1, SB_HTTP_WORKERS_MAX, NULL, NULL},
    {"connections", NUMBER, AT(connections_max), 1, 100000, NULL, NULL},
    {"streams", NUMBER, AT(streams_max), 1, 10000, NULL, NULL},
    {"body-size", NUMBER, AT(body_size_max), 1024, 64 * 1024 * 1024, NULL, NULL},
    {"what-ifs", NUMBER, AT(whatifs_running), 1, 16, NULL, NULL},
    {"what-ifs-kept", NUMBER, AT(whatifs_kept), 1, 10000, NULL, NULL},
    {"session-idle-minutes", NUMBER, AT(session_idle_m), 1, 1440, NULL, NULL},
    {"session-hours", NUMBER, AT(session_hours), 1, 168, NULL, NULL},
    {"checkpoint-every", NUMBER64, AT(checkpoint_every), 0, UINT32_MAX, NULL, NULL},
};

struct sb_config sb_config_default(void)
{
    return (struct sb_config){
        .address = "127.0.0.1",
        .port = 8316,
        .guests = true,
        .workers = 8,
        .connections_max = SB_HTTP_CONNECTIONS_MAX,
        .streams_max = SB_HTTP_STREAMS_MAX,
        .body_size_max = SB_HTTP_BODY_SIZE_MAX,
        .whatifs_running = 2,
        .whatifs_kept = 200,
        .session_idle_m = 30,
        .session_hours = 12,
        .checkpoint_every = 100000,
    };
}

/* ------------------------------------------------------------------ mistakes */

static void mistake(struct sb_config_mistakes *mistakes, uint32_t line, const char *en, const char *vi, ...)
    SB_PRINTF(3, 5) SB_PRINTF(4, 5);

static void mistake(struct sb_config_mistakes *mistakes, uint32_t line, const char *en, const char *vi, ...)
{
    if (mistakes->count == SB_CONFIG_MISTAKES_MAX) {
        mistakes->more++;
        return;
    }
    struct sb_config_mistake *one = &mistakes->list[mistakes->count++];
    va_list args, again;
    va_start(args, vi);
    va_copy(again, args);
    one->line = line;
    (void)vsnprintf(one->text[SB_EN], sizeof(one->text[SB_EN]), en, args); /* cut when too long */
    (void)vsnprintf(one->text[SB_VI], sizeof(one->text[SB_VI]), vi, again);
    va_end(again);
    va_end(args);
}

/* ------------------------------------------------------------------ lines */

struct span {
    const char *text;
    size_t size;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span trim(struct span span)
{
    while (span.size > 0 && is_blank(span.text[0])) {
        span.text++;
        span.size--;
    }
    while (span.size > 0 && is_blank(span.text[span.size - 1]))
        span.size--;
    return span;
}

/* How much of a text may be shown in a message: its printable beginning. */
static int shown(struct span span)
{
    size_t size = 0;
    while (size < span.size && size < 64 && (unsigned char)span.text[size] >= 0x20 &&
           span.text[size] != 0x7F && (unsigned char)span.text[size] < 0x80)
        size++;
    return (int)size;
}

/* Take the value out of the rest of a line: quoted, or up to a comment. */
static bool read_value(struct span rest, struct span *ret_value)
{
    rest = trim(rest);
    if (rest.size > 0 && rest.text[0] == '"') {
        const char *end = memchr(rest.text + 1, '"', rest.size - 1);
        if (!end)
            return false;
        struct span behind = trim((struct span){end + 1, rest.size - (size_t)(end + 1 - rest.text)});
        *ret_value = (struct span){rest.text + 1, (size_t)(end - rest.text - 1)};
        return behind.size == 0 || behind.text[0] == '#';
    }
    const char *comment = memchr(rest.text, '#', rest.size);
    if (comment)
        rest.size = (size_t)(comment - rest.text);
    *ret_value = trim(rest);
    return true;
}

static const struct key *find_key(struct span name)
{
    for (size_t i = 0; i < SB_ARRAY_SIZE(keys); i++)
        if (strlen(keys[i].name) == name.size && memcmp(keys[i].name, name.text, name.size) == 0)
            return &keys[i];
    return NULL;
}

static void unknown_key(struct span name, uint32_t line, struct sb_config_mistakes *mistakes)
{
    const char *names[SB_ARRAY_SIZE(keys)];
    for (size_t i = 0; i < SB_ARRAY_SIZE(keys); i++)
        names[i] = keys[i].name;
    const char *nearest = sb_text_nearest(name.text, name.size, names, SB_ARRAY_SIZE(keys));
    if (nearest)
        mistake(mistakes, line, "unknown key '%.*s'; did you mean '%s'?",
                "không có khoá '%.*s'; có phải '%s' không?", shown(name), name.text, nearest);
    else
        mistake(mistakes, line, "unknown key '%.*s'", "không có khoá '%.*s'", shown(name), name.text);
}

/* ------------------------------------------------------------------ values */

static void set_text(const struct key *key, struct span value, uint32_t line, struct sb_config *config,
                     struct sb_config_mistakes *mistakes)
{
    char *to = (char *)config + key->offset;
    if (value.size >= key->room || !sb_text_is_utf8(value.text, value.size, NULL)) {
        mistake(mistakes, line, "'%s' is a text of at most %zu bytes of UTF-8",
                "'%s' là văn bản UTF-8 dài nhất %zu byte", key->name, key->room - 1);
        return;
    }
    memcpy(to, value.text, value.size);
    to[value.size] = '\0';
}

static void set_word(const struct key *key, struct span value, uint32_t line, struct sb_config *config,
                     struct sb_config_mistakes *mistakes)
{
    bool yes = strlen(key->yes) == value.size && memcmp(key->yes, value.text, value.size) == 0;
    bool no = strlen(key->no) == value.size && memcmp(key->no, value.text, value.size) == 0;
    if (yes || no)
        *(bool *)((char *)config + key->offset) = yes;
    else
        mistake(mistakes, line, "'%s' is '%s' or '%s', not '%.*s'",
                "'%s' là '%s' hoặc '%s', không phải '%.*s'", key->name, key->yes, key->no, shown(value),
                value.text);
}

static void set_number(const struct key *key, struct span value, uint32_t line, struct sb_config *config,
                       struct sb_config_mistakes *mistakes)
{
    int64_t number = 0;
    size_t used = 0;
    bool good = sb_text_amount(value.text, value.size, 0, &number, &used) && used == value.size &&
                (uint64_t)number >= key->least && (uint64_t)number <= key->most;
    char *to = (char *)config + key->offset;
    if (!good)
        mistake(mistakes, line, "'%s' is a number from %llu to %llu, not '%.*s'",
                "'%s' là một số từ %llu đến %llu, không phải '%.*s'", key->name,
                (unsigned long long)key->least, (unsigned long long)key->most, shown(value), value.text);
    else if (key->type == NUMBER16)
        memcpy(to, &(uint16_t){(uint16_t)number}, sizeof(uint16_t));
    else if (key->type == NUMBER64)
        memcpy(to, &(uint64_t){(uint64_t)number}, sizeof(uint64_t));
    else
        memcpy(to, &(uint32_t){(uint32_t)number}, sizeof(uint32_t));
}

static void set(const struct key *key, struct span value, uint32_t line, struct sb_config *config,
                struct sb_config_mistakes *mistakes)
{
    switch (key->type) {
    case TEXT: set_text(key, value, line, config, mistakes); break;
    case WORDS: set_word(key, value, line, config, mistakes); break;
    case NUMBER:
    case NUMBER16:
    case NUMBER64: set_number(key, value, line, config, mistakes); break;
    }
}

static void read_line(struct span text, uint32_t line, uint32_t seen[SB_ARRAY_SIZE(keys)],
                      struct sb_config *config, struct sb_config_mistakes *mistakes)
{
    text = trim(text);
    if (text.size == 0 || text.text[0] == '#')
        return;
    const char *equals = memchr(text.text, '=', text.size);
    if (!equals) {
        mistake(mistakes, line, "expected 'key = value', got '%.*s'", "cần 'khoá = giá trị', gặp '%.*s'",
                shown(text), text.text);
        return;
    }
    struct span name = trim((struct span){text.text, (size_t)(equals - text.text)}), value;
    const struct key *key = find_key(name);
    if (!key) {
        unknown_key(name, line, mistakes);
        return;
    }
    uint32_t *before = &seen[key - keys];
    if (*before != 0) {
        mistake(mistakes, line, "'%s' was said on line %u already", "'%s' đã có ở dòng %u", key->name,
                *before);
        return;
    }
    *before = line;
    if (!read_value((struct span){equals + 1, text.size - (size_t)(equals + 1 - text.text)}, &value))
        mistake(mistakes, line, "'%s': the quotes are not closed, or something stands behind them",
                "'%s': dấu nháy chưa đóng, hoặc có chữ thừa phía sau", key->name);
    else
        set(key, value, line, config, mistakes);
}

bool sb_config_read(const char *text, size_t size, struct sb_config *config,
                    struct sb_config_mistakes *ret_mistakes)
{
    uint32_t seen[SB_ARRAY_SIZE(keys)] = {0}, line = 1;
    *ret_mistakes = (struct sb_config_mistakes){0};
    for (size_t at = 0; at < size; line++) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - (text + at)) : size - at;
        read_line((struct span){text + at, length}, line, seen, config, ret_mistakes);
        at += length + 1;
    }
    if ((config->certificate[0] != '\0') != (config->key[0] != '\0'))
        mistake(ret_mistakes, line, "tls-certificate and tls-key go together",
                "tls-certificate và tls-key phải đi cùng nhau");
    return ret_mistakes->count == 0;
}
