/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What this room's files share. Each account belongs to one group of every grouping; a group has a series of
 * days for the accounts of each role and one for transfers. A quantity of the charter is a group of its own:
 * accounts belong to it while its condition holds.
 */

#include "measure/measure.h"
#include "measure/quantity.h"
#include "measure/series.h"
#include "measure/where.h"

/* What an account is to the pilot, by the name of its class. */
enum sb_role {
    SB_ROLE_CUSTOMER, /* whatever is none of the others */
    SB_ROLE_AGENT,    /* agent */
    SB_ROLE_MERCHANT, /* merchant */
    SB_ROLE_HOUSE,    /* provider, guarantee, fee, fees, tax: no member of the public holds it */
    SB_ROLE_COUNT,
};

/* Amounts are counted in buckets: exactly below 256, then 128 for each power of two, so that the middle of
 * one is within 1/256 of every amount in it. */
#define SB_HISTOGRAM_EXACT 256
#define SB_HISTOGRAM_SUBS  128
#define SB_HISTOGRAM_SIZE  (SB_HISTOGRAM_EXACT + (63 - 8) * SB_HISTOGRAM_SUBS)
unsigned sb_histogram_bucket(int64_t amount);
int64_t sb_histogram_middle(unsigned bucket);

struct sb_group {
    enum sb_measured_by by;
    uint32_t key; /* a symbol, a year of birth, a place, a settlement, a sentence's label; 0: not known */
    struct sb_series *stocks[SB_ROLE_COUNT]; /* owned; NULL: nothing yet */
    struct sb_series *flows;                 /* owned; NULL: nothing yet */
    uint32_t *histogram;                     /* owned; of amounts that passed; NULL: none did */
};

#define SB_ACCOUNT_GROUPS 7  /* ALL to PROVIDER */
#define SB_QUANTITIES_MAX 64 /* bits of an account's memberships */

struct sb_account_state {
    int64_t balance;                    /* as last seen, posted, in the account's own sense */
    sb_day last_active;                 /* SB_DAY_NONE: never */
    uint32_t served;                    /* passed transfers that it served, of an agent */
    uint32_t groups[SB_ACCOUNT_GROUPS]; /* numbers of groups, by enum sb_measured_by */
    uint64_t yes, unknown;              /* bit q: counts in quantity q; cannot be told */
    uint8_t role;                       /* enum sb_role */
    bool open;                          /* it counts in its groups */
    bool spends_own; /* holds e-money: may not be overdrawn, and is no account of the house */
    uint16_t class_;
};

/* One quantity that a charter asks for; the same one asked for twice is counted once. */
struct sb_counted {
    struct sb_quantity quantity;
    const struct sb_plan *plan;
    struct sb_where *where; /* owned; NULL: all */
    struct sb_where_reads reads;
    uint64_t kinds;                  /* bit k: kind k of the plan; SUM, NUMBER */
    struct sb_series *yes, *unknown; /* owned */
};

/* A sentence with the quantities that it compares. */
struct sb_figure_entry {
    struct sb_figure_sentence read;
    uint32_t top, bottom;   /* numbers of quantities */
    uint32_t measure_entry; /* GOAL: the entry of its measure; UINT32_MAX: none */
    uint32_t first_installation, installation;
    bool amended;
};

/* Numbers of groups by key. */
struct sb_group_index {
    uint32_t *numbers; /* owned; + 1; 0: none */
    uint32_t room;
};

/* The label of each rule of a plan, as the key of a group. */
struct sb_rule_labels {
    uint8_t hash[32]; /* of the plan */
    uint32_t keys[SB_PLAN_RULES_MAX];
};

/* Provinces of one epoch, by province of any other. */
struct sb_province_map {
    bool made;
    sb_place_index *to; /* owned; by place index; 0: it lies in no one province of that epoch */
};

struct sb_measures {
    struct sb_measures_options options;
    uint32_t windows[SB_ACTIVE_WINDOWS]; /* 30, 90, the asker's or 0 */
    struct sb_arena arena;               /* owned; what sentences point to */

    struct sb_group *groups; /* owned */
    uint32_t group_count, group_room;
    struct sb_group_index index[SB_MEASURED_BY_COUNT];

    struct sb_account_state *accounts; /* owned; by the ledger's number */
    uint32_t account_count, account_room;

    struct sb_counted counted[SB_QUANTITIES_MAX];
    uint32_t counted_count;
    struct sb_figure_entry *entries; /* owned by arena */
    uint32_t entry_count;
    bool any_ages; /* some quantity of accounts asks for an age */

    struct sb_rule_labels *labels; /* owned; of the plans met */
    uint32_t label_plan_count;
    char (*label_texts)[96]; /* owned; key - 1 */
    uint32_t label_count;

    const struct sb_territory *territory;
    const struct sb_plan *plan; /* in force; NULL before the first */
    sb_place_index *provinces;  /* owned; of all epochs */
    uint32_t province_count;
    struct sb_province_map *maps; /* owned; by epoch */
    uint64_t all_events;
    sb_day first_day, day;
    bool missed; /* a charter came into force that is not among the options' plans */
};

/* ------------------------------------------------------------------ groups.c */

/* The number of a group, made when it is new. False when memory is out. */
bool sb_group_of(struct sb_measures *measures, enum sb_measured_by by, uint32_t key, uint32_t *ret_number);
/* Its series, made at first use; NULL when memory is out. */
struct sb_series *sb_group_stocks(struct sb_group *group, enum sb_role role);
struct sb_series *sb_group_flows(struct sb_group *group);
/* The key of the group of refusals by a rule. False when memory is out. */
bool sb_group_label(struct sb_measures *measures, const struct sb_plan *plan, uint32_t rule,
                    uint32_t *ret_key);
void sb_groups_release(struct sb_measures *measures);

/* ------------------------------------------------------------------ figures.c */

/* Read the sentences of all plans and give their quantities numbers. */
SB_CHECKED enum sb_status sb_measures_read_sentences(struct sb_measures *measures, struct sb_err *err);
void sb_measures_release_sentences(struct sb_measures *measures);

/* ------------------------------------------------------------------ vocabulary.c */

/* The province of an epoch in which one of any epoch lies whole; 0: in none. */
SB_CHECKED enum sb_status sb_province_in(struct sb_measures *measures, sb_place_index province,
                                         uint16_t epoch, sb_place_index *ret_province, struct sb_err *err);
/* The epoch of a day; -1 without a territory, or before its first. */
int sb_measures_epoch(const struct sb_measures *measures, sb_day day);
