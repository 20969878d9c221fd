/* SPDX-License-Identifier: Apache-2.0 */
#include "import/number_text.h"

#include "base/macros.h"

#include <string.h>
#include <strings.h>

struct view {
    const char *text;
    size_t size;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of the space at the front of a text: also the no-break ones of UTF-8; 0 when there is none. */
static size_t space_size(const char *text, size_t size)
{
    if (size >= 1 && (text[0] == ' ' || text[0] == '\t'))
        return 1;
    if (size >= 2 && memcmp(text, "\xC2\xA0", 2) == 0)
        return 2;
    return size >= 3 && (memcmp(text, "\xE2\x80\xAF", 3) == 0 || memcmp(text, "\xE2\x80\x89", 3) == 0) ? 3
                                                                                                       : 0;
}

static void trim(struct view *view)
{
    size_t size;
    while ((size = space_size(view->text, view->size)) > 0) {
        view->text += size;
        view->size -= size;
    }
    for (size_t width = 1; width <= 3; width++) {
        while (view->size >= width && space_size(view->text + view->size - width, width) == width) {
            view->size -= width;
            width = 1;
        }
    }
}

static bool drop_front(struct view *view, const char *text, size_t size)
{
    if (size == 0 || view->size < size || strncasecmp(view->text, text, size) != 0)
        return false;
    view->text += size;
    view->size -= size;
    trim(view);
    return true;
}

static bool drop_back(struct view *view, const char *text, size_t size)
{
    if (size == 0 || view->size < size || strncasecmp(view->text + view->size - size, text, size) != 0)
        return false;
    view->size -= size;
    trim(view);
    return true;
}

/* Signs, parentheses and one currency, on either side. Returns whether the number is negative. */
static bool drop_dress(const struct sb_number_format *format, struct view *view)
{
    static const char *const signs[] = {"£", "$", "€", "₫", "đ", "¥", "₹"};
    bool negative = false;
    trim(view);
    if (view->size >= 2 && view->text[0] == '(' && view->text[view->size - 1] == ')') {
        view->text++;
        view->size -= 2;
        negative = true;
        trim(view);
    }
    bool currency = false, sign = negative;
    for (int round = 0; round < 2; round++) {
        if (!sign &&
            (drop_front(view, "-", 1) || drop_back(view, "-", 1) || drop_front(view, "\xE2\x88\x92", 3)))
            sign = negative = true;
        else if (!sign && drop_front(view, "+", 1))
            sign = true;
        size_t unit_size = strlen(format->unit);
        currency =
            currency || drop_front(view, format->unit, unit_size) || drop_back(view, format->unit, unit_size);
        for (size_t i = 0; i < SB_ARRAY_SIZE(signs) && !currency; i++)
            currency =
                drop_front(view, signs[i], strlen(signs[i])) || drop_back(view, signs[i], strlen(signs[i]));
    }
    return negative;
}

/* Bytes of the thousands separator at the front, 0 when there is none. */
static size_t separator_size(const struct sb_number_format *format, const char *text, size_t size)
{
    if (format->thousands == ' ')
        return space_size(text, size);
    return format->thousands != 0 && size > 0 && text[0] == format->thousands ? 1 : 0;
}

/*
 * The whole part: digits, with groups or without. The last group has three digits, the others two (as in
 * India) or three, so that a decimal comma is not taken for a thousands separator. Returns the bytes read, 0
 * for none. A number too large is -1.
 */
static size_t read_whole(const struct sb_number_format *format, struct view view, int64_t *ret_number,
                         bool *ret_large)
{
    int64_t number = 0;
    size_t at = 0, group = 0, groups = 0;
    while (at < view.size) {
        if (is_digit(view.text[at])) {
            *ret_large = *ret_large || __builtin_mul_overflow(number, 10, &number) ||
                         __builtin_add_overflow(number, view.text[at] - '0', &number);
            at++;
            group++;
            continue;
        }
        size_t separator = separator_size(format, view.text + at, view.size - at);
        if (separator == 0)
            break;
        if (group == 0 || group > 3 || (groups > 0 && group < 2))
            return 0;
        groups++;
        group = 0;
        at += separator;
    }
    if (groups > 0 && group != 3)
        return 0;
    *ret_number = number;
    return at;
}

static enum sb_number_status read_decimals(const struct sb_number_format *format, struct view view,
                                           unsigned decimals, int64_t *number)
{
    bool large = false;
    unsigned left = decimals;
    size_t at = 0;
    for (; at < view.size && left > 0 && is_digit(view.text[at]); at++, left--)
        large = large || __builtin_mul_overflow(*number, 10, number) ||
                __builtin_add_overflow(*number, view.text[at] - '0', number);
    bool round_up = at < view.size && is_digit(view.text[at]) && view.text[at] >= '5';
    bool extra = false;
    for (; at < view.size && is_digit(view.text[at]); at++)
        extra = extra || view.text[at] != '0';
    if (at != view.size)
        return SB_NUMBER_BAD;
    if (extra && format->extra == SB_EXTRA_REJECTED)
        return SB_NUMBER_EXTRA;
    for (; left > 0; left--)
        large = large || __builtin_mul_overflow(*number, 10, number);
    if (extra && round_up && format->extra == SB_EXTRA_ROUNDED)
        large = large || __builtin_add_overflow(*number, 1, number);
    return large ? SB_NUMBER_LARGE : SB_NUMBER_OK;
}

enum sb_number_status sb_number_read(const struct sb_number_format *format, const char *text, size_t size,
                                     unsigned decimals, sb_amount *ret_amount)
{
    struct view view = {text, size};
    bool large = false;
    int64_t number = 0;
    trim(&view);
    if (view.size == 0)
        return SB_NUMBER_EMPTY;
    bool negative = drop_dress(format, &view);
    size_t used = read_whole(format, view, &number, &large);
    bool point = used < view.size && view.text[used] == format->decimal;
    if (used == 0 && !(point && view.size > 1))
        return SB_NUMBER_BAD;
    if (used < view.size && !point)
        return SB_NUMBER_BAD;
    used += point;
    enum sb_number_status status =
        read_decimals(format, (struct view){view.text + used, view.size - used}, decimals, &number);
    if (status != SB_NUMBER_OK)
        return status;
    if (large || number > SB_AMOUNT_MAX)
        return SB_NUMBER_LARGE;
    *ret_amount = negative ? -number : number;
    return SB_NUMBER_OK;
}

bool sb_number_format_learn(const char *example, size_t size, struct sb_number_format *format)
{
    char marks[2] = {0, 0};
    size_t count = 0, behind = 0;
    for (size_t at = 0; at < size; at++) {
        if (is_digit(example[at])) {
            behind++;
            continue;
        }
        if (count == 2 || at == 0 || !strchr(",.' _", example[at]))
            return false;
        marks[count++] = example[at];
        behind = 0;
    }
    if (size == 0 || behind == 0 || (count == 2 && marks[0] == marks[1]))
        return false;
    bool one_is_thousands = count == 1 && behind == 3;
    format->thousands = count == 2 || one_is_thousands ? marks[0] : 0;
    format->decimal = count == 2 ? marks[1] : count == 1 && !one_is_thousands ? marks[0] : 0;
    if (format->decimal == 0)
        format->decimal = format->thousands == '.' ? ',' : '.';
    return (format->decimal == '.' || format->decimal == ',') && format->decimal != format->thousands;
}
