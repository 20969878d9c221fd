/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"

#include "base/bytes.h"

#include <assert.h>
#include <sodium.h>

struct sb_id sb_id_of_text(const char *text, size_t size)
{
    unsigned char hash[16];
    int failed = crypto_generichash(hash, sizeof(hash), (const unsigned char *)text, size, NULL, 0);
    assert(failed == 0);
    struct sb_id id = {sb_get_u64(hash), sb_get_u64(hash + 8)};
    if (sb_id_is_none(id))
        id.lo = 1;
    return id;
}

void sb_id_print(struct sb_id id, char text[SB_ID_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < 16; i++) {
        text[i] = digits[(id.hi >> (60 - 4 * i)) & 15];
        text[16 + i] = digits[(id.lo >> (60 - 4 * i)) & 15];
    }
    text[32] = '\0';
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool sb_id_parse(const char *text, size_t size, struct sb_id *ret_id)
{
    if (size != 32)
        return false;
    struct sb_id id = SB_ID_NONE;
    for (size_t i = 0; i < 32; i++) {
        int digit = digit_of(text[i]);
        if (digit < 0)
            return false;
        uint64_t *half = i < 16 ? &id.hi : &id.lo;
        *half = (*half << 4) | (uint64_t)digit;
    }
    *ret_id = id;
    return true;
}
