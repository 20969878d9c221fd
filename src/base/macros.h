/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Ownership and size helpers that every room uses. */

#include <stdlib.h>

#define SB_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define SB_MIN(a, b)     ((a) < (b) ? (a) : (b))
#define SB_MAX(a, b)     ((a) > (b) ? (a) : (b))

/* A local that owns: SB_CLEANUP(sb_free_ptr) char *text = ...; handed over with SB_TAKE(text). */
#define SB_CLEANUP(function) __attribute__((cleanup(function)))
#define SB_TAKE(pointer)                        \
    __extension__({                             \
        __typeof__(pointer) taken_ = (pointer); \
        (pointer) = NULL;                       \
        taken_;                                 \
    })

/* For SB_CLEANUP on a local made with malloc and its like. */
static inline void sb_free_ptr(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}

#define SB_LIKELY(x)   __builtin_expect(!!(x), 1)
#define SB_UNLIKELY(x) __builtin_expect(!!(x), 0)
