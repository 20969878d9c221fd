/* SPDX-License-Identifier: Apache-2.0 */
#include "import/text_fold.h"

#include "base/limits.h"

#include <stdint.h>
#include <string.h>

/* The code point at the front of sound UTF-8, and its bytes. */
static size_t read_point(const char *text, size_t size, uint32_t *ret_point)
{
    unsigned char first = (unsigned char)text[0];
    size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length > size)
        length = size;
    uint32_t point = length == 1 ? first : first & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++)
        point = (point << 6) | ((unsigned char)text[i] & 0x3Fu);
    *ret_point = point;
    return length;
}

/*
 * Small letters of the alphabets that have both. Each range keeps its length in UTF-8, so a folded text is
 * never longer: letters whose small form is elsewhere (such as the Turkish dotted I) stay as they are.
 */
static uint32_t to_small(uint32_t point)
{
    bool pairs = (point >= 0x100 && point <= 0x12F) || (point >= 0x132 && point <= 0x137) ||
                 (point >= 0x14A && point <= 0x177) || (point >= 0x1E00 && point <= 0x1E95) ||
                 (point >= 0x1EA0 && point <= 0x1EFF) || point == 0x1A0;
    bool odd_pairs =
        (point >= 0x139 && point <= 0x148) || (point >= 0x179 && point <= 0x17E) || point == 0x1AF;
    if (pairs)
        return point | 1;
    if (odd_pairs)
        return point + (point & 1);
    if ((point >= 'A' && point <= 'Z') || (point >= 0xC0 && point <= 0xDE && point != 0xD7) ||
        (point >= 0x391 && point <= 0x3A9) || (point >= 0x410 && point <= 0x42F))
        return point + 32;
    return point >= 0x400 && point <= 0x40F ? point + 80 : point;
}

static size_t write_point(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)(uint8_t)((0xF00u >> length) | point);
    return length;
}

static bool is_space(uint32_t point)
{
    return point == ' ' || (point >= '\t' && point <= '\r') || point == 0xA0 || point == 0x202F ||
           point == 0x3000 || (point >= 0x2000 && point <= 0x200A);
}

size_t sb_fold_name(const char *text, size_t size, bool fold_case, bool fold_spaces, char *out)
{
    size_t used = 0, sound = 0; /* sound: without the spaces at the end */
    bool space_before = true;
    for (size_t at = 0; at < size;) {
        uint32_t point;
        size_t length = read_point(text + at, size - at, &point);
        bool space = is_space(point);
        if (space && (used == 0 || (fold_spaces && space_before))) {
            at += length;
            continue;
        }
        if (space && fold_spaces)
            out[used++] = ' ';
        else if (fold_case && !space)
            used += write_point(to_small(point), out + used);
        else
            for (size_t i = 0; i < length; i++)
                out[used++] = text[at + i];
        at += length;
        sound = space ? sound : used;
        space_before = space;
    }
    return sound;
}

static bool is_symbol_point(uint32_t point)
{
    return (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') ||
           (point >= 'A' && point <= 'Z') || point == '_' ||
           (point >= 0xC0 && !is_space(point) && point != 0xD7 && point != 0xF7 && point != 0xFFFD &&
            !(point >= 0x2010 && point <= 0x2BFF));
}

size_t sb_fold_symbol(const char *text, size_t size, bool keep_case, char *out)
{
    size_t used = 0;
    bool gap = false;
    for (size_t at = 0; at < size;) {
        uint32_t point;
        char letter[4];
        at += read_point(text + at, size - at, &point);
        if (!is_symbol_point(point)) {
            gap = used > 0;
            continue;
        }
        size_t length = write_point(keep_case ? point : to_small(point), letter);
        if (used + gap + length > SB_SYMBOL_SIZE_MAX)
            break;
        if (gap)
            out[used++] = '-';
        gap = false;
        memcpy(out + used, letter, length);
        used += length;
    }
    return used;
}
