/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The event: everything that can change a verdict, as one fixed record of 128 bytes, the same in memory, on
 * disk and on the wire (little-endian). The journal keeps events as they came; docs/formats/event.md draws
 * each type.
 *
 * The same bytes serve every type; a field that a type does not use is zero, and a record where it is not is
 * refused (SB_R_MALFORMED).
 */

#include "base/calendar.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/symbols.h"

#include <assert.h>
#include <stddef.h>

typedef int64_t sb_amount; /* minor units of the account's unit */

/* Numbers are in journals: never reuse one. */
enum sb_event_type {
    SB_EVENT_TRANSFER = 1, /* moves `amount` from payer to payee at once, or reserves it (SB_F_PENDING) */
    SB_EVENT_POST =
        2, /* of `other`, a reservation: moves `amount` of what is still reserved, more than once if wished */
    SB_EVENT_VOID = 3, /* of `other`, a reservation: gives back all that is still reserved */
    SB_EVENT_REVERSE =
        4,             /* of `other`, a transfer or a post: moves `amount` back from its payee to its payer */
    SB_EVENT_OPEN = 5, /* opens an account with its attributes */
    SB_EVENT_CHANGE =
        6, /* replaces the attributes that may change (tier, place, sim_since, birth_year, sex) */
    SB_EVENT_FREEZE = 7, /* sets which sides of an account are frozen; none: unfrozen */
    SB_EVENT_CLOSE = 8,  /* closes an account that is empty and has nothing reserved */
    SB_EVENT_REOPEN = 9,
    SB_EVENT_CHARTER = 10, /* installs the charters whose hash it carries, from its time on */
    SB_EVENT_NAME = 11,    /* gives a name the next code of its space */
    SB_EVENT_TICK = 12,    /* only time passes */
};

enum sb_event_flags {
    SB_F_PENDING =
        1 << 0, /* TRANSFER: reserve; `timeout_s` seconds later what is left is given back, 0: never */
    SB_F_LINKED =
        1 << 1, /* this event and the next one succeed or fail together; the last of a chain lacks the flag */
};

/* Which balance of an account may not go below zero. */
enum sb_account_flags {
    SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS =
        1 << 0, /* a customer's account: nothing can be spent that is not there */
    SB_A_CREDITS_MAY_NOT_EXCEED_DEBITS = 1 << 1, /* an asset of the house: the mirror image */
};

enum sb_frozen {
    SB_FROZEN_OUT = 1 << 0, /* nothing may be taken from it */
    SB_FROZEN_IN = 1 << 1,  /* nothing may be paid to it */
};

/*
 * A place as a record carries it: level << 24 | the code's number; 0 is none or unknown. A code means
 * something only together with a time: the territory says which place it names then.
 */
enum sb_place_level { SB_PLACE_PROVINCE = 1, SB_PLACE_DISTRICT = 2, SB_PLACE_COMMUNE = 3 };
#define SB_PLACE(level, number) (((uint32_t)(level) << 24) | (uint32_t)(number))
#define SB_PLACE_LEVEL(place)   ((place) >> 24)
#define SB_PLACE_NUMBER(place)  ((place)&0xFFFFFFu)

struct sb_event {
    struct sb_id id; /* chosen by the client; zero only for CHARTER, NAME and TICK, which the engine makes */
    union {
        struct {
            struct sb_id payer; /* TRANSFER */
            struct sb_id payee; /* TRANSFER */
            struct sb_id agent; /* TRANSFER: the agent who serves it, or none */
            struct sb_id other; /* POST, VOID: the reservation; REVERSE: the transfer or post */
        };
        struct {
            struct sb_id account;    /* OPEN, CHANGE, FREEZE, CLOSE, REOPEN */
            struct sb_id person;     /* OPEN: pseudonymous key of the holder; zero is unknown */
            struct {                 /* OPEN; CHANGE uses those that may change and leaves the rest zero */
                uint16_t unit;       /* SB_SPACE_UNIT; never 0 */
                uint16_t class_;     /* SB_SPACE_CLASS */
                uint16_t provider;   /* SB_SPACE_PROVIDER */
                uint16_t tier;       /* SB_SPACE_TIER; may change */
                uint16_t issuer;     /* SB_SPACE_ISSUER */
                uint16_t sex;        /* SB_SPACE_SEX; may change */
                uint16_t birth_year; /* 0 unknown; may change */
                uint8_t flags;       /* enum sb_account_flags */
                uint8_t frozen;      /* FREEZE: enum sb_frozen */
                uint32_t place;      /* of registration; may change */
                sb_day opened_on;    /* SB_DAY_NONE unknown */
                sb_day sim_since;    /* SB_DAY_NONE unknown; may change */
                uint32_t zero;
            } attributes;
        };
        struct {
            uint8_t charter_hash[32]; /* CHARTER: of the installed texts, see sb_plan */
            uint8_t charter_zero[32];
        };
        struct {
            uint16_t name_space; /* NAME: enum sb_space */
            uint16_t name_code;
            uint16_t name_size;
            char name[58]; /* not terminated; zero behind name_size */
        };
    };
    sb_amount amount;   /* TRANSFER, POST, REVERSE: 1 to SB_AMOUNT_MAX; else 0 */
    sb_time_us time;    /* given once, when it is accepted; never goes back in a journal */
    uint32_t timeout_s; /* with SB_F_PENDING */
    uint32_t place;     /* TRANSFER: where it happens */
    uint16_t kind;      /* TRANSFER: SB_SPACE_KIND, never 0 */
    uint16_t provider;  /* TRANSFER: who carries it */
    uint16_t channel;   /* TRANSFER */
    uint16_t purpose;   /* TRANSFER */
    uint16_t country;   /* TRANSFER: of the other side; 0: at home */
    uint8_t type;       /* enum sb_event_type */
    uint8_t flags;      /* enum sb_event_flags */
    uint32_t steps;     /* TRANSFER: bit n: step-up with symbol code n+1 of SB_SPACE_STEP was done */
    uint8_t zero[8];
};

static_assert(sizeof(struct sb_event) == 128, "an event is 128 bytes");
static_assert(offsetof(struct sb_event, payer) == 16, "on disk");
static_assert(offsetof(struct sb_event, payee) == 32, "on disk");
static_assert(offsetof(struct sb_event, agent) == 48, "on disk");
static_assert(offsetof(struct sb_event, other) == 64, "on disk");
static_assert(offsetof(struct sb_event, account) == 16, "on disk");
static_assert(offsetof(struct sb_event, person) == 32, "on disk");
static_assert(offsetof(struct sb_event, attributes) == 48, "on disk");
static_assert(offsetof(struct sb_event, attributes.place) == 64, "on disk");
static_assert(offsetof(struct sb_event, attributes.sim_since) == 72, "on disk");
static_assert(offsetof(struct sb_event, charter_hash) == 16, "on disk");
static_assert(offsetof(struct sb_event, name) == 22, "on disk");
static_assert(offsetof(struct sb_event, amount) == 80, "on disk");
static_assert(offsetof(struct sb_event, time) == 88, "on disk");
static_assert(offsetof(struct sb_event, timeout_s) == 96, "on disk");
static_assert(offsetof(struct sb_event, place) == 100, "on disk");
static_assert(offsetof(struct sb_event, kind) == 104, "on disk");
static_assert(offsetof(struct sb_event, country) == 112, "on disk");
static_assert(offsetof(struct sb_event, type) == 114, "on disk");
static_assert(offsetof(struct sb_event, flags) == 115, "on disk");
static_assert(offsetof(struct sb_event, steps) == 116, "on disk");
static_assert(offsetof(struct sb_event, zero) == 120, "on disk");

/* True when two events ask for the same thing: all bytes but the time agree. */
bool sb_event_same(const struct sb_event *a, const struct sb_event *b);

/* True when the type exists, its flags are its own, and every field that it does not use is zero. */
bool sb_event_is_well_formed(const struct sb_event *event);

/* Make a NAME event. Requires size <= SB_SYMBOL_SIZE_MAX. */
struct sb_event sb_event_name(sb_time_us time, enum sb_space space, uint16_t code, const char *name,
                              size_t size);

/* "transfer", "post" ...; "?" for a number that is no type. Static. */
const char *sb_event_type_word(enum sb_event_type type);
