/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/charter_pack.h"

#include "base/bytes.h"

static void add_u32(struct sb_str *out, uint32_t value)
{
    char bytes[4];
    sb_put_u32(bytes, value);
    sb_str_add_bytes(out, bytes, sizeof(bytes));
}

void sb_charter_pack(const struct sb_source *sources, uint32_t count, struct sb_str *out)
{
    add_u32(out, count);
    for (uint32_t i = 0; i < count; i++) {
        /* The NUL behind the path is part of it, so that an unpacked path is a C string in place. */
        uint32_t path_size = (uint32_t)strlen(sources[i].path) + 1;
        add_u32(out, path_size);
        sb_str_add_bytes(out, sources[i].path, path_size);
        add_u32(out, (uint32_t)sources[i].size);
        sb_str_add_bytes(out, sources[i].text, sources[i].size);
    }
}

struct cursor {
    const char *bytes;
    size_t size;
    size_t at;
};

static bool take_u32(struct cursor *cursor, uint32_t *ret_value)
{
    if (cursor->size - cursor->at < 4)
        return false;
    *ret_value = sb_get_u32(cursor->bytes + cursor->at);
    cursor->at += 4;
    return true;
}

static bool take_bytes(struct cursor *cursor, size_t size_max, const char **ret_bytes, size_t *ret_size)
{
    uint32_t size;
    if (!take_u32(cursor, &size) || size > size_max || cursor->size - cursor->at < size)
        return false;
    *ret_bytes = cursor->bytes + cursor->at;
    *ret_size = size;
    cursor->at += size;
    return true;
}

static bool take_source(struct cursor *cursor, struct sb_source *source)
{
    size_t path_size;
    return take_bytes(cursor, 4096, &source->path, &path_size) && path_size >= 1 &&
           source->path[path_size - 1] == '\0' &&
           take_bytes(cursor, SB_CHARTER_SIZE_MAX, &source->text, &source->size);
}

enum sb_status sb_charter_unpack(const char *bytes, size_t size, struct sb_source *sources,
                                 uint32_t *ret_count, size_t *ret_used, struct sb_err *err)
{
    struct cursor cursor = {bytes, size, 0};
    uint32_t count;
    bool whole = take_u32(&cursor, &count) && count >= 1 && count <= SB_CHARTER_LAYERS_MAX;
    for (uint32_t i = 0; whole && i < count; i++)
        whole = take_source(&cursor, &sources[i]);
    if (!whole)
        return sb_fail(err, SB_DAMAGED, "a charter's text is damaged at byte %zu of %zu",
                       "văn bản điều lệ bị hỏng ở byte %zu trên %zu", cursor.at, size);
    *ret_count = count;
    *ret_used = cursor.at;
    return SB_OK;
}
