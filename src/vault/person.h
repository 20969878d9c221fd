/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Who somebody is to the server: a name and roles. Numbers are in vaults: never reuse one. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*     name            bit  word */
#define SB_ROLE_MAP(X)               \
    X(SB_ROLE_VIEWER, 0, "viewer")   \
    X(SB_ROLE_ANALYST, 1, "analyst") \
    X(SB_ROLE_MAKER, 2, "maker")     \
    X(SB_ROLE_CHECKER, 3, "checker") \
    X(SB_ROLE_ADMIN, 4, "admin")

enum sb_role {
#define X(name, bit, word) name = 1 << (bit),
    SB_ROLE_MAP(X)
#undef X
};
#define SB_ROLES_ALL 31u

#define SB_PERSON_NAME_SIZE 65 /* with the NUL */

struct sb_person {
    int64_t number; /* 0: a guest */
    char name[SB_PERSON_NAME_SIZE];
    unsigned roles; /* enum sb_role */
};

/* Whether these roles let do what needs `role`. Any role lets look; maker, checker and admin are analysts
 * too; but nobody makes or checks by being admin. */
static inline bool sb_roles_allow(unsigned roles, enum sb_role role)
{
    switch (role) {
    case SB_ROLE_VIEWER: return roles != 0;
    case SB_ROLE_ANALYST: return (roles & ~(unsigned)SB_ROLE_VIEWER) != 0;
    case SB_ROLE_MAKER:
    case SB_ROLE_CHECKER:
    case SB_ROLE_ADMIN: break;
    }
    return (roles & (unsigned)role) != 0;
}
