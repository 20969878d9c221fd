/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sb_str_release(struct sb_str *str)
{
    free(str->text);
    *str = (struct sb_str){0};
}

void sb_str_clear(struct sb_str *str)
{
    str->size = 0;
    str->failed = false;
    if (str->text)
        str->text[0] = '\0';
}

static bool reserve(struct sb_str *str, size_t more)
{
    if (more < str->room - str->size && str->text)
        return true;
    size_t room = SB_MAX((size_t)64, str->room * 2);
    while (room - str->size <= more)
        room *= 2;
    char *text = realloc(str->text, room);
    if (!text) {
        str->failed = true;
        return false;
    }
    str->text = text;
    str->room = room;
    return true;
}

void sb_str_add_bytes(struct sb_str *str, const char *text, size_t size)
{
    if (!reserve(str, size))
        return;
    if (size)
        memcpy(str->text + str->size, text, size);
    str->size += size;
    str->text[str->size] = '\0';
}

void sb_str_add(struct sb_str *str, const char *text)
{
    sb_str_add_bytes(str, text, strlen(text));
}

void sb_str_vprintf(struct sb_str *str, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    if (size >= 0 && reserve(str, (size_t)size)) {
        (void)vsnprintf(str->text + str->size, (size_t)size + 1, format, again); /* measured above */
        str->size += (size_t)size;
    }
    va_end(again);
}

void sb_str_printf(struct sb_str *str, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    sb_str_vprintf(str, format, args);
    va_end(args);
}

void sb_str_add_amount(struct sb_str *str, int64_t amount, unsigned decimals)
{
    uint64_t magnitude = amount < 0 ? UINT64_C(0) - (uint64_t)amount : (uint64_t)amount;
    uint64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    char digits[24];
    int count = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)(magnitude / scale));
    if (amount < 0)
        sb_str_add(str, "-");
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            sb_str_add(str, " ");
        sb_str_add_bytes(str, &digits[i], 1);
    }
    if (decimals > 0 && magnitude % scale != 0)
        sb_str_printf(str, ".%0*llu", (int)decimals, (unsigned long long)(magnitude % scale));
}

const char *sb_str_text(const struct sb_str *str)
{
    return str->text ? str->text : "";
}

/* Length of the UTF-8 sequence at text, 0 when it is not well formed (RFC 3629: no surrogates, no overlong
 * forms). */
static size_t utf8_length(const unsigned char *text, size_t size, uint32_t *ret_point)
{
    unsigned char first = text[0];
    if (first < 0x80) {
        *ret_point = first;
        return first == 0 ? 0 : 1;
    }
    size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || size < length)
        return 0;
    uint32_t point = first & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        point = (point << 6) | (text[i] & 0x3Fu);
    }
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        return 0;
    *ret_point = point;
    return length;
}

bool sb_text_is_utf8(const char *text, size_t size, size_t *ret_bad_at)
{
    for (size_t at = 0; at < size;) {
        uint32_t point;
        size_t length = utf8_length((const unsigned char *)text + at, size - at, &point);
        if (length == 0) {
            if (ret_bad_at)
                *ret_bad_at = at;
            return false;
        }
        at += length;
    }
    return true;
}

size_t sb_text_width(const char *text, size_t size)
{
    size_t width = 0;
    for (size_t at = 0; at < size;) {
        uint32_t point = 0;
        size_t length = utf8_length((const unsigned char *)text + at, size - at, &point);
        bool combining = point >= 0x300 && point <= 0x36F;
        width += combining ? 0 : 1;
        at += length ? length : 1;
    }
    return width;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Insertions, deletions, changes and swapped neighbours, each one step (optimal string alignment). */
static size_t edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    enum { MAX = 64 };
    size_t rows[3][MAX + 1];
    if (a_size > MAX || b_size > MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_size; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *higher = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t change = above[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]));
            row[j] = SB_MIN(change, SB_MIN(row[j - 1], above[j]) + 1);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = SB_MIN(row[j], higher[j - 2] + 1);
        }
    }
    return rows[a_size % 3][b_size];
}

const char *sb_text_nearest(const char *word, size_t size, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t least = SB_MAX((size_t)1, size / 3) + 1;
    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(word, size, words[i], strlen(words[i]));
        if (distance < least) {
            least = distance;
            nearest = words[i];
        }
    }
    return nearest;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool three_digits_follow(const char *text, size_t size)
{
    return size >= 4 && text[0] == ' ' && is_digit(text[1]) && is_digit(text[2]) && is_digit(text[3]) &&
           (size == 4 || !is_digit(text[4]));
}

bool sb_text_amount(const char *text, size_t size, unsigned decimals, int64_t *ret_amount, size_t *ret_used)
{
    size_t at = 0;
    int64_t amount = 0;
    while (at < size && is_digit(text[at])) {
        if (__builtin_mul_overflow(amount, 10, &amount) ||
            __builtin_add_overflow(amount, text[at] - '0', &amount))
            return false;
        at++;
    }
    if (at == 0)
        return false;
    if (at <= 3) {
        while (three_digits_follow(text + at, size - at)) {
            int64_t group = (text[at + 1] - '0') * 100 + (text[at + 2] - '0') * 10 + (text[at + 3] - '0');
            if (__builtin_mul_overflow(amount, 1000, &amount) ||
                __builtin_add_overflow(amount, group, &amount))
                return false;
            at += 4;
        }
    }
    unsigned left = decimals;
    if (decimals > 0 && at + 1 < size && text[at] == '.' && is_digit(text[at + 1])) {
        at++;
        for (; left > 0 && at < size && is_digit(text[at]); left--, at++)
            if (__builtin_mul_overflow(amount, 10, &amount) ||
                __builtin_add_overflow(amount, text[at] - '0', &amount))
                return false;
        if (at < size && is_digit(text[at]))
            return false;
    }
    for (; left > 0; left--)
        if (__builtin_mul_overflow(amount, 10, &amount))
            return false;
    *ret_amount = amount;
    *ret_used = at;
    return true;
}
