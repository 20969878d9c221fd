/* SPDX-License-Identifier: Apache-2.0 */
#include "charter/charter.h"

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX (3u * SB_CHARTER_ERRORS_MAX)

void sb_diagnostics_release(struct sb_diagnostics *diagnostics)
{
    free(diagnostics->list);
    *diagnostics = (struct sb_diagnostics){0};
}

/* A text that was cut must not end inside a UTF-8 sequence. */
static void format(char text[SB_ERR_TEXT_SIZE], const char *form, va_list args) SB_PRINTF(2, 0);
static void format(char text[SB_ERR_TEXT_SIZE], const char *form, va_list args)
{
    int length = vsnprintf(text, SB_ERR_TEXT_SIZE, form, args);
    if (length < SB_ERR_TEXT_SIZE)
        return;
    size_t end = SB_ERR_TEXT_SIZE - 1;
    size_t bad_at = end;
    if (!sb_text_is_utf8(text, end, &bad_at))
        end = bad_at;
    text[end] = '\0';
}

static uint32_t count_of(const struct sb_diagnostics *diagnostics, enum sb_severity severity)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < diagnostics->count; i++)
        count += diagnostics->list[i].severity == severity;
    return count;
}

/* Count one more and give its place in the list; NULL when it is only counted. */
static struct sb_diagnostic *next_one(struct sb_diagnostics *diagnostics, enum sb_severity severity,
                                      struct sb_place_in_text at)
{
    diagnostics->error_count += severity == SB_SEVERITY_ERROR;
    diagnostics->warning_count += severity == SB_SEVERITY_WARNING;
    if (count_of(diagnostics, severity) >= SB_CHARTER_ERRORS_MAX) {
        diagnostics->more++;
        return NULL;
    }
    if (diagnostics->count == 0 && !diagnostics->list)
        diagnostics->list = calloc(LIST_MAX, sizeof(*diagnostics->list));
    if (!diagnostics->list) { /* still counted, so that nothing passes for correct */
        diagnostics->more++;
        diagnostics->no_memory = true;
        return NULL;
    }
    struct sb_diagnostic *diagnostic = &diagnostics->list[diagnostics->count++];
    diagnostic->severity = severity;
    diagnostic->at = at;
    return diagnostic;
}

void sb_diagnostics_add(struct sb_diagnostics *diagnostics, enum sb_severity severity,
                        struct sb_place_in_text at, const char *en, const char *vi, ...)
{
    struct sb_diagnostic *diagnostic = next_one(diagnostics, severity, at);
    if (!diagnostic)
        return;
    va_list args;
    va_start(args, vi);
    format(diagnostic->text[SB_EN], en, args);
    va_end(args);
    va_start(args, vi);
    format(diagnostic->text[SB_VI], vi, args);
    va_end(args);
}

static void copy_text(char text[SB_ERR_TEXT_SIZE], const char *format_with, ...) SB_PRINTF(2, 3);
static void copy_text(char text[SB_ERR_TEXT_SIZE], const char *format_with, ...)
{
    va_list args;
    va_start(args, format_with);
    format(text, format_with, args);
    va_end(args);
}

void sb_diagnostics_add_texts(struct sb_diagnostics *diagnostics, enum sb_severity severity,
                              struct sb_place_in_text at, const char *en, const char *vi)
{
    struct sb_diagnostic *diagnostic = next_one(diagnostics, severity, at);
    if (!diagnostic)
        return;
    copy_text(diagnostic->text[SB_EN], "%s", en);
    copy_text(diagnostic->text[SB_VI], "%s", vi);
}

static const char *severity_text(enum sb_severity severity, enum sb_lang lang)
{
    switch (severity) {
    case SB_SEVERITY_ERROR: return sb_tr(lang, "error", "lỗi");
    case SB_SEVERITY_WARNING: return sb_tr(lang, "warning", "cảnh báo");
    case SB_SEVERITY_NOTE: return sb_tr(lang, "note", "ghi chú");
    }
    return "";
}

/* The bytes of a line, without its end. False when the source has no such line. */
static bool find_line(const struct sb_charter *charter, uint32_t line, const char **ret_text,
                      size_t *ret_size)
{
    const char *text = charter->source;
    size_t left = charter->source_size;
    for (uint32_t i = 1; i < line; i++) {
        const char *end = left ? memchr(text, '\n', left) : NULL;
        if (!end)
            return false;
        left -= (size_t)(end + 1 - text);
        text = end + 1;
    }
    const char *end = left ? memchr(text, '\n', left) : NULL;
    *ret_size = end ? (size_t)(end - text) : left;
    *ret_text = text;
    return true;
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* Add bytes of the source, with everything that could move a terminal's cursor shown as one column. */
static void add_harmless(struct sb_str *out, const char *text, size_t size)
{
    bool utf8 = sb_text_is_utf8(text, size, NULL);
    for (size_t i = 0; i < size; i++) {
        bool control = (unsigned char)text[i] < 0x20 || text[i] == 0x7F;
        bool c1_control = i + 1 < size && (unsigned char)text[i] == 0xC2 && (unsigned char)text[i + 1] < 0xA0;
        bool bidi = i + 2 < size && (unsigned char)text[i] == 0xE2 && (unsigned char)text[i + 1] == 0x80 &&
                    (unsigned char)text[i + 2] >= 0xAA && (unsigned char)text[i + 2] <= 0xAE;
        bool alone = (unsigned char)text[i] >= 0x80 && !utf8;
        if (text[i] == '\t')
            sb_str_add(out, " ");
        else if (control || alone)
            sb_str_add(out, "?");
        else if (c1_control || bidi) {
            sb_str_add(out, "?");
            i += bidi ? 2 : 1;
        } else
            sb_str_add_bytes(out, &text[i], 1);
    }
}

#define BEFORE_MAX 160 /* bytes of a long line shown before the caret, and behind its beginning */

static void add_caret_line(const struct sb_diagnostic *diagnostic, const char *line, size_t size,
                           struct sb_str *out)
{
    size_t caret = SB_MIN((size_t)(diagnostic->at.column ? diagnostic->at.column - 1 : 0), size);
    while (size > 0 && line[size - 1] == '\r')
        size--;
    size_t from = caret > BEFORE_MAX ? caret - BEFORE_MAX : 0;
    while (from > 0 && is_continuation(line[from]))
        from--;
    size_t to = SB_MIN(size, caret + BEFORE_MAX);
    while (to < size && is_continuation(line[to]))
        to++;
    caret = SB_MIN(caret, to);
    struct sb_str before = {0}, under = {0};
    add_harmless(&before, line + from, caret - from);
    size_t mark_end = SB_MIN(caret + SB_MAX(diagnostic->at.size, 1u), to);
    while (mark_end < to && is_continuation(line[mark_end]))
        mark_end++;
    add_harmless(&under, line + caret, mark_end - caret);
    size_t marks = SB_MAX(sb_text_width(sb_str_text(&under), under.size), (size_t)1);
    sb_str_printf(out, "%5u | ", diagnostic->at.line);
    add_harmless(out, line + from, to - from);
    sb_str_printf(out, "\n      | %*s", (int)sb_text_width(sb_str_text(&before), before.size), "");
    for (size_t i = 0; i < marks; i++)
        sb_str_add(out, "^");
    sb_str_add(out, "\n");
    sb_str_release(&before);
    sb_str_release(&under);
}

void sb_diagnostic_print(const struct sb_diagnostic *diagnostic, const struct sb_charter *charter,
                         enum sb_lang lang, struct sb_str *out)
{
    sb_str_printf(out, "%s:%u:%u: %s: %s\n", charter->path, diagnostic->at.line, diagnostic->at.column,
                  severity_text(diagnostic->severity, lang), diagnostic->text[lang]);
    const char *line;
    size_t size;
    if (charter->source_size > 0 && find_line(charter, diagnostic->at.line, &line, &size))
        add_caret_line(diagnostic, line, size, out);
}
