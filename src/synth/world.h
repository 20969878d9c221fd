/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The country while it is being generated: who is in it (world.c), what is still to happen (queue.c), and
 * what they do (traffic.c). Shared by these files alone.
 */

#include "synth/calibration.h"
#include "synth/rng.h"
#include "synth/synth.h"
#include "territory/territory.h"

#define SYNTH_CLOCK_S (7 * 3600) /* +07:00 */

/* A party of a transfer: what it is in the two highest bits, its number below. */
typedef uint32_t synth_ref;
enum synth_party { PARTY_SUBSCRIBER = 0, PARTY_MERCHANT, PARTY_POINT, PARTY_PROVIDER };
#define SYNTH_REF(party, number) (((synth_ref)(party) << 30) | (uint32_t)(number))
#define SYNTH_PARTY(ref)         ((enum synth_party)((ref) >> 30))
#define SYNTH_NUMBER(ref)        ((ref)&0x3FFFFFFFu)

enum synth_flags {
    SYNTH_FULL = 1 << 0,      /* tier full, else basic */
    SYNTH_SIM_YOUNG = 1 << 1, /* SIM active for less than three months at registration */
    SYNTH_SIM_UNKNOWN = 1 << 2,
    SYNTH_FROZEN = 1 << 3,
    SYNTH_ACTIVE = 1 << 4,   /* did something in the last 30 days of the period */
    SYNTH_AT_LIMIT = 1 << 5, /* met the limit in some month */
    SYNTH_CASHING = 1 << 6,  /* merchant: a cash-out is on its way */
};

/* One account of a customer, merchant or point: 24 bytes. Everything else of it is recomputed from its
 * number. */
struct synth_account {
    sb_amount balance; /* VND, as the model expects it */
    uint32_t used;     /* VND of the month's limit */
    uint32_t person;   /* subscriber: the first account of the same person; merchant: its purpose */
    uint16_t commune;  /* index of world.communes */
    uint8_t provider;
    uint8_t class_; /* subscriber: index of synth_classes; for the first account of a person the upper
                       bits hold the providers that the person has: 1 << (4 + provider) */
    uint8_t flags;  /* enum synth_flags */
    uint8_t zero[3];
};

struct synth_commune {
    sb_place_index index; /* in the epoch from 2025-07-01 on */
    uint32_t place;       /* its code in the epoch of the day being generated */
    uint8_t province;     /* index of synth_provinces */
    uint8_t settlement;   /* enum sb_settlement */
};

/* Communes of a province, rural ones (and special zones) before urban ones. */
struct synth_communes_of {
    uint32_t first, rural_count, urban_count;
    uint32_t rural_permille; /* of its accounts */
    uint64_t population_end; /* of this and all provinces before it */
};

/* Members of one provider in one province, in one list: list[start[p * provinces + q]] up to the next start.
 */
struct synth_lists {
    uint32_t *list; /* owned */
    uint32_t start[SB_SYNTH_PROVIDERS * SB_SYNTH_PROVINCES + 1];
};

/* What happens later to something that happened. */
enum synth_action {
    ACTION_ATTEMPT, /* a transfer, judged by the model when its time has come */
    ACTION_RETRY,   /* the same after a refusal */
    ACTION_REPEAT,  /* exactly this event again, or its id with another amount */
    ACTION_POST,
    ACTION_VOID,
    ACTION_EXPIRE, /* no event: the model gives back what the ledger gives back */
    ACTION_REVERSE,
    ACTION_UNFREEZE,
};

struct synth_item {
    sb_time_us time;
    uint64_t order; /* items of one time keep the order in which they were put */
    enum synth_action action;
    synth_ref payer, payee;
    sb_day month;          /* in which the limit was used: its first day */
    struct sb_event event; /* the transfer; for POST, VOID and REVERSE complete but for id and time */
};

struct synth_queue {
    struct synth_item *items; /* owned; a heap, the earliest first */
    uint32_t count, room;
    uint64_t order;
};

struct synth_codes {
    uint16_t unit, kind[SB_SYNTH_KINDS], class_[4], provider[SB_SYNTH_PROVIDERS], basic, full, non_bank,
        sex[2];
    uint16_t ussd, app, agent, qr, purpose[SYNTH_PURPOSES], country[3];
};

struct synth_world {
    struct sb_synth_options options;
    const struct sb_synth_sink *sink;
    struct sb_synth_totals totals;
    struct synth_codes codes;
    const struct sb_territory *territory;
    uint16_t base_epoch, epoch;     /* of communes' indexes; of the day */
    struct synth_commune *communes; /* owned */
    uint32_t commune_count;
    struct synth_communes_of provinces[SB_SYNTH_PROVINCES];
    uint32_t counts[4];               /* of each party */
    struct synth_account *parties[4]; /* owned; by enum synth_party */
    struct synth_lists points, shops;
    uint32_t opened; /* subscribers open by now */
    struct synth_queue queue;
    uint64_t serial;   /* of events */
    sb_day day, month; /* being generated; its month's first day */
    sb_time_us now;
};

/* world.c: make everybody, without any event. */
SB_CHECKED enum sb_status synth_world_make(struct synth_world *world, const struct sb_synth_options *options,
                                           struct sb_err *err);
void synth_world_release(struct synth_world *world);
/* Subscriber accounts that exist at the end of a day. */
uint32_t synth_accounts_on(const struct sb_synth_options *options, sb_day day);
struct synth_account *synth_account(const struct synth_world *world, synth_ref ref);
struct sb_id synth_account_id(const struct synth_world *world, synth_ref ref);
/* The event that opens an account, and the one that says its attributes anew after they changed. */
void synth_open_event(const struct synth_world *world, synth_ref ref, struct sb_event *ret_event);
void synth_change_event(const struct synth_world *world, synth_ref ref, struct sb_event *ret_event);
/* The codes of all places, when a day begins that may be in another epoch. */
void synth_enter_day(struct synth_world *world, sb_day day);

/* queue.c */
SB_CHECKED enum sb_status synth_queue_put(struct synth_queue *queue, const struct synth_item *item,
                                          struct sb_err *err);
/* The earliest, when there is one. Requires that there is one. */
struct synth_item synth_queue_take(struct synth_queue *queue);

/* traffic.c */
/* Give an event its id and its time (now), count it and hand it to the sink. */
SB_CHECKED enum sb_status synth_emit(struct synth_world *world, struct sb_event *event, struct sb_err *err);
/* Open an account now, with the float or the balance carried over that it begins with. */
SB_CHECKED enum sb_status synth_open(struct synth_world *world, synth_ref ref, struct sb_err *err);
/* An account does something of its own accord. */
SB_CHECKED enum sb_status synth_act(struct synth_world *world, uint32_t subscriber, struct synth_rng rng,
                                    struct sb_err *err);
/* Something that was put off falls due. */
SB_CHECKED enum sb_status synth_fall_due(struct synth_world *world, struct synth_item *item,
                                         struct sb_err *err);
