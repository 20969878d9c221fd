/* SPDX-License-Identifier: Apache-2.0 */
/* The API's figures, times and ids as JSON. */
#include "net/call.h"

#include "base/macros.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

json_t *sb_json_amount(int64_t amount)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%lld", (long long)amount); /* it fits */
    return json_string(text);
}

json_t *sb_json_figure(struct sb_figure figure)
{
    return json_pack("{s:I, s:o}", "number", (json_int_t)figure.number, "sum", sb_json_amount(figure.sum));
}

json_t *sb_json_id(struct sb_id id)
{
    char text[SB_ID_TEXT_SIZE];
    sb_id_print(id, text);
    return json_string(text);
}

json_t *sb_json_id_or_null(struct sb_id id)
{
    return sb_id_is_none(id) ? json_null() : sb_json_id(id);
}

json_t *sb_json_hash(const uint8_t *hash, size_t size)
{
    char text[129];
    if (2 * size >= sizeof(text))
        return json_null();
    sodium_bin2hex(text, sizeof(text), hash, size);
    return json_string(text);
}

json_t *sb_json_time(sb_time_us time, int32_t offset_s)
{
    char text[SB_TIME_TEXT_SIZE];
    if (time < SB_TIME_MIN + SB_DAY_US || time > SB_TIME_MAX - SB_DAY_US)
        return json_null();
    sb_time_print(time, offset_s, text);
    size_t size = strlen(text);
    /* RFC 3339 writes UTC as Z or +00:00; both are read. */
    return json_stringn(text, size);
}

json_t *sb_json_day(sb_time_us time, int32_t offset_s)
{
    char text[SB_TIME_TEXT_SIZE];
    if (time < SB_TIME_MIN + SB_DAY_US || time > SB_TIME_MAX - SB_DAY_US)
        return json_null();
    sb_day_print(sb_day_of_time(time, offset_s), text);
    return json_string(text);
}

json_t *sb_json_text_or_null(const char *text)
{
    return text && *text ? sb_json_text(text, strlen(text)) : json_null();
}

json_t *sb_json_text(const char *text, size_t size)
{
    if (sb_text_is_utf8(text, size, NULL))
        return json_stringn(text, size);
    struct sb_str clean = {0};
    for (size_t at = 0; at < size;) {
        size_t good = size - at;
        bool whole = sb_text_is_utf8(text + at, size - at, &good);
        sb_str_add_bytes(&clean, text + at, whole ? size - at : good);
        at += whole ? size - at : good + 1;
        if (!whole)
            sb_str_add(&clean, "\xEF\xBF\xBD");
    }
    json_t *json = json_stringn(sb_str_text(&clean), clean.size);
    sb_str_release(&clean);
    return json;
}
