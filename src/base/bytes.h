/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Little-endian integers in bytes, for everything that is stored or hashed. The compiler turns each into one
 * move. */

#include <stdint.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error \
    "events and results are used in memory as they lie on disk: little-endian; port the accessors of bytes.h first"
#endif

static inline uint16_t sb_get_u16(const void *bytes)
{
    uint16_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static inline uint32_t sb_get_u32(const void *bytes)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static inline uint64_t sb_get_u64(const void *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static inline void sb_put_u16(void *bytes, uint16_t value)
{
    memcpy(bytes, &value, sizeof(value));
}

static inline void sb_put_u32(void *bytes, uint32_t value)
{
    memcpy(bytes, &value, sizeof(value));
}

static inline void sb_put_u64(void *bytes, uint64_t value)
{
    memcpy(bytes, &value, sizeof(value));
}
