/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Dated sets of places. A place is a code and an epoch: Viet Nam's code 24 was Bắc Giang until 2025-06-30 and
 * is Bắc Ninh after. A territory is a list of epochs, each with its places (code, parent, kind, name), and
 * the mapping of an epoch's communes to the next one's. Read-only once made; it comes from data inside the
 * program (territories/), never from the machine it runs on.
 */

#include "base/event.h"
#include "base/status.h"

struct sb_territory;

/* Rural: xa. Urban: phuong, thi-tran. Special: dac-khu, an island zone that stands for itself. Unknown: not a
 * commune. */
enum sb_settlement {
    SB_SETTLEMENT_UNKNOWN = 0,
    SB_SETTLEMENT_RURAL,
    SB_SETTLEMENT_URBAN,
    SB_SETTLEMENT_SPECIAL
};

/* A place's dense number over all epochs; 0 is none. */
typedef uint32_t sb_place_index;

struct sb_place_info {
    uint32_t place;     /* SB_PLACE(level, number) */
    uint16_t epoch;     /* 0 is the oldest */
    uint8_t settlement; /* enum sb_settlement */
    uint8_t reserved;
    sb_place_index parent;   /* 0 for a province */
    sb_place_index province; /* itself for a province */
    const char *code;        /* "00004"; static */
    const char *kind;        /* "xa", "phuong", "tinh" ...; static */
    const char *name;        /* "Phường Ba Đình"; static */
};

/*
 * The territory of a name ("vn"), made at first use and kept for the life of the program; NULL in
 * *ret_territory with SB_NOT_FOUND when there is none. Not thread-safe on first use.
 */
SB_CHECKED enum sb_status sb_territory_find(const char *name, const struct sb_territory **ret_territory,
                                            struct sb_err *err);

/*
 * Read a territory from text (the format of territories/vn.places, told in its header and in
 * docs/formats/territory.md). For tests and for other countries. The caller frees it.
 */
SB_CHECKED enum sb_status sb_territory_parse(const char *name, const char *text, size_t size,
                                             struct sb_territory **ret_territory, struct sb_err *err);
void sb_territory_free(struct sb_territory *territory);

/* Names of all territories in the program, count in *ret_count. */
const char *const *sb_territory_names(size_t *ret_count);

const char *sb_territory_name(const struct sb_territory *territory);
uint16_t sb_territory_epoch_count(const struct sb_territory *territory);
/* The local day an epoch begins, and the last of the day before the next (INT32_MAX when it is open). */
void sb_territory_epoch_days(const struct sb_territory *territory, uint16_t epoch, sb_day *ret_from,
                             sb_day *ret_until);

/* The epoch in force on a local day; -1 before the first one known. */
int sb_territory_epoch_on(const struct sb_territory *territory, sb_day day);

/* The place that a code names in an epoch; 0 when it names none. */
sb_place_index sb_territory_place(const struct sb_territory *territory, uint16_t epoch, uint32_t place);

/* The number of places over all epochs: indexes are 1 to this. What one is; requires a valid index. */
uint32_t sb_territory_place_count(const struct sb_territory *territory);
const struct sb_place_info *sb_territory_info(const struct sb_territory *territory, sb_place_index index);

/* Parse "24" (2 digits: province), "00004" (5: commune), "001" (3: district) to SB_PLACE(...). False when it
 * is no code. */
bool sb_place_parse(const char *text, size_t size, uint32_t *ret_place);

enum sb_three { SB_NO = 0, SB_YES = 1, SB_UNKNOWN = 2 };

/*
 * Whether a place of one epoch lies inside a place of another: each commune of `inner`, followed through the
 * mapping to the epoch of `outer`. SB_UNKNOWN when it was split and its parts lie on both sides, when `inner`
 * is the larger of the two (a province is partly inside its commune), or when no mapping leads there.
 */
enum sb_three sb_territory_inside(const struct sb_territory *territory, sb_place_index inner,
                                  sb_place_index outer);

/*
 * The successors (or, backwards, predecessors) of a commune in another epoch, at most max. Returns how many
 * there are, also when they are more than max. *ret_whole is true when all of the commune lies in the one
 * that is returned: false when it was split or some way is lost. A place with places inside it is not mapped:
 * 0.
 */
size_t sb_territory_map(const struct sb_territory *territory, sb_place_index place, uint16_t to_epoch,
                        sb_place_index *ret_places, size_t max, bool *ret_whole);
