/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Memory that runs out when a test says so. A test program is linked with --wrap for malloc, calloc, realloc,
 * aligned_alloc and strdup, so every allocation of the code under test is counted here; those of other
 * libraries are not. Safe from several threads.
 */

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* One try of something that allocates; cleans up behind itself, whatever happens. */
typedef enum sb_status fail_alloc_fn(void *context);

/*
 * Try again and again, with the 1st, 2nd, 3rd ... allocation failing, until one try needs fewer; first so
 * that only this one fails, then so that all later ones fail, too. Fails the test unless each of them gave
 * SB_NOMEM, and the last one `expected`. At most `spare` of a round may give `expected` all the same: memory
 * that only saves time. What was not freed is for LeakSanitizer to find. Returns how many allocations a try
 * has.
 */
uint64_t fail_each_alloc(fail_alloc_fn *attempt, void *context, enum sb_status expected, uint64_t spare);
