/* SPDX-License-Identifier: Apache-2.0 */
#include "base/status.h"

#include <stdio.h>
#include <string.h>

static void format_one(char *text, const char *format, va_list args) SB_PRINTF(2, 0);
static void format_one(char *text, const char *format, va_list args)
{
    /* vsnprintf cuts; a text cut inside a UTF-8 sequence would print as rubbish, so step back to its start.
     */
    int length = vsnprintf(text, SB_ERR_TEXT_SIZE, format, args);
    if (length < SB_ERR_TEXT_SIZE)
        return;
    size_t end = SB_ERR_TEXT_SIZE - 1;
    while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80)
        end--;
    if (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0xC0)
        end--;
    text[end] = '\0';
}

enum sb_status sb_fail(struct sb_err *err, enum sb_status status, const char *en, const char *vi, ...)
{
    if (err) {
        va_list args;
        err->status = status;
        va_start(args, vi);
        format_one(err->text[SB_EN], en, args);
        va_end(args);
        va_start(args, vi);
        format_one(err->text[SB_VI], vi, args);
        va_end(args);
    }
    return status;
}

static void prepend(char *text, const char *before)
{
    char cause[SB_ERR_TEXT_SIZE];
    memcpy(cause, text, sizeof(cause));
    size_t before_size = strlen(before);
    size_t room = SB_ERR_TEXT_SIZE - 1 - before_size;
    size_t cause_size = strlen(cause);
    if (cause_size + 2 > room)
        cause_size = room > 2 ? room - 2 : 0;
    memcpy(text, before, before_size);
    memcpy(text + before_size, ": ", 2);
    memcpy(text + before_size + 2, cause, cause_size);
    text[before_size + 2 + cause_size] = '\0';
}

enum sb_status sb_fail_in(struct sb_err *err, const char *en, const char *vi, ...)
{
    if (!err)
        return SB_IO;
    char before[SB_ERR_TEXT_SIZE / 2];
    va_list args;
    va_start(args, vi);
    (void)vsnprintf(before, sizeof(before), en, args); /* cut is fine: the cause matters more */
    va_end(args);
    prepend(err->text[SB_EN], before);
    va_start(args, vi);
    (void)vsnprintf(before, sizeof(before), vi, args);
    va_end(args);
    prepend(err->text[SB_VI], before);
    return err->status;
}

const char *sb_status_text(enum sb_status status, enum sb_lang lang)
{
    switch (status) {
#define X(name, number, en, vi) \
    case name: return lang == SB_VI ? vi : en;
        SB_STATUS_MAP(X)
#undef X
    }
    return "?";
}
