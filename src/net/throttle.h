/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Who tries passwords: so many failures of one name from one address, and of one address whatever the names,
 * and a while must pass. Kept in memory and bounded: when there is no room the oldest entry goes.
 */

#include <stdbool.h>
#include <stdint.h>

struct sb_throttle;

#define SB_THROTTLE_NAME_MAX    5   /* failures of a name from an address */
#define SB_THROTTLE_ADDRESS_MAX 30  /* failures of an address */
#define SB_THROTTLE_S           900 /* seconds after the last failure until they are forgotten */

struct sb_throttle *sb_throttle_new(void); /* NULL: no memory */
void sb_throttle_free(struct sb_throttle *throttle);

/* Seconds to wait before another try is heard; 0: now. From any thread. */
int64_t sb_throttle_wait(struct sb_throttle *throttle, const char *address, const char *name, int64_t now);
/* Another failure; or a success, which forgets the failures of that name. */
void sb_throttle_failed(struct sb_throttle *throttle, const char *address, const char *name, int64_t now);
void sb_throttle_passed(struct sb_throttle *throttle, const char *address, const char *name);
