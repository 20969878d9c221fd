/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A mapping: which columns of somebody's file mean what. Read from a small text in the manner of a charter;
 * docs/import.md is its reference.
 */

#include "base/arena.h"
#include "base/symbols.h"
#include "import/number_text.h"
#include "import/time_format.h"

/* Attributes that an account may have, in the order of the table of words in map.c. */
enum sb_map_attribute {
    SB_MAP_CLASS,
    SB_MAP_ATTR_PROVIDER,
    SB_MAP_TIER,
    SB_MAP_ISSUER,
    SB_MAP_SEX,
    SB_MAP_PERSON,
    SB_MAP_ATTR_PLACE,
    SB_MAP_BIRTH_YEAR,
    SB_MAP_SIM_SINCE,
    SB_MAP_OPENED_ON,
    SB_MAP_ATTRIBUTE_COUNT
};

enum sb_map_side {
    SB_MAP_PAYER_SIDE,
    SB_MAP_PAYEE_SIDE,
    SB_MAP_AGENT_SIDE,
    SB_MAP_ACCOUNT_SIDE,
    SB_MAP_SIDE_COUNT
};

/* What a sentence can fill. The first ones are of a row; then attributes by side; the last two are of the
 * accounts file. */
enum sb_map_field {
    SB_MAP_TIME,
    SB_MAP_PAYER,
    SB_MAP_PAYEE,
    SB_MAP_AGENT,
    SB_MAP_AMOUNT,
    SB_MAP_AMOUNT_IN, /* the column of money that comes in, beside one of money that goes out */
    SB_MAP_KIND,
    SB_MAP_ID,
    SB_MAP_ORIGINAL,
    SB_MAP_DIRECTION,
    SB_MAP_PURPOSE,
    SB_MAP_CHANNEL,
    SB_MAP_COUNTRY,
    SB_MAP_PROVIDER,
    SB_MAP_PLACE,
    SB_MAP_ATTRIBUTES, /* + side * SB_MAP_ATTRIBUTE_COUNT + attribute */
    SB_MAP_NAME = SB_MAP_ATTRIBUTES + SB_MAP_SIDE_COUNT * SB_MAP_ATTRIBUTE_COUNT,
    SB_MAP_BALANCE,
    SB_MAP_FIELD_COUNT
};

struct sb_map_text {
    const char *text; /* in the map's arena, NUL-terminated */
    uint32_t size;
};

struct sb_map_column {
    struct sb_map_text name; /* of the header; NULL: by number */
    uint16_t number;         /* from 1 */
    uint16_t at;             /* index in a row once bound to a header */
    uint32_t offset;         /* in the mapping's source, for errors */
};

enum sb_map_other { SB_OTHER_REJECTED, SB_OTHER_KEPT, SB_OTHER_SKIPPED, SB_OTHER_VALUE };
enum sb_map_meaning { SB_MEANS_VALUE, SB_MEANS_REJECTED, SB_MEANS_SKIPPED };

struct sb_map_value {
    struct sb_map_text from, to;
    uint8_t meaning; /* enum sb_map_meaning */
};

/* Where a field comes from. */
struct sb_map_source {
    bool is_set;
    bool fixed;     /* `is`: the same for every row */
    bool file_name; /* the name of the file, without folder and ending */
    bool minor;     /* an amount in minor units */
    uint8_t other;  /* enum sb_map_other */
    uint8_t place_level;
    uint8_t column_count, format_count;
    uint32_t value_count;
    int32_t times;    /* an amount is that many times what stands there */
    int32_t offset_s; /* of times without a zone */
    bool has_offset;
    uint32_t offset;         /* in the mapping's source */
    struct sb_map_text text; /* fixed, or what `other is` says */
    struct sb_map_text prefix;
    struct sb_map_column columns[SB_MAP_COLUMNS_MAX];
    struct sb_time_format *formats; /* in the arena */
    struct sb_map_value *values;    /* in the arena */
};

struct sb_map_filter {
    bool keep; /* rows with one of the values are kept, else they are skipped */
    struct sb_map_column column;
    struct sb_map_value *values;
    uint32_t value_count;
};

enum sb_negative {
    SB_NEGATIVE_REJECTED,
    SB_NEGATIVE_REFUND,
    SB_NEGATIVE_INCOMING,
    SB_NEGATIVE_OUTGOING,
    SB_NEGATIVE_UNSIGNED
};
enum sb_below_zero { SB_BELOW_BY_CLASS, SB_BELOW_ALLOWED, SB_BELOW_FORBIDDEN };

struct sb_map {
    struct sb_arena arena;
    const char *source; /* borrowed for the map's life: errors show its lines */
    size_t source_size;
    const char *path; /* borrowed likewise */
    struct sb_map_text title, unit, encoding, accounts_file, funds, opening_kind;
    struct sb_map_text accounts_encoding;
    uint32_t decimals;
    int32_t clock_offset_s;
    char separator, accounts_separator, quote; /* accounts_separator 0: as separator */
    bool has_header;
    uint32_t header_row; /* rows before it are passed over */
    struct sb_number_format numbers;
    uint8_t negative;   /* enum sb_negative */
    uint8_t below_zero; /* enum sb_below_zero */
    bool fold_case, fold_spaces;
    bool newest_first, refunds_swap, openings_as_needed;
    struct sb_map_value *refund_kinds; /* `from` is the kind */
    uint32_t refund_kind_count;
    struct sb_map_filter filters[SB_MAP_FILTERS_MAX];
    uint32_t filter_count;
    struct sb_map_source fields[SB_MAP_FIELD_COUNT];
};

static inline enum sb_map_field sb_map_attribute(enum sb_map_side side, enum sb_map_attribute attribute)
{
    return (enum sb_map_field)(SB_MAP_ATTRIBUTES + (int)side * SB_MAP_ATTRIBUTE_COUNT + (int)attribute);
}

/*
 * Read a mapping. Borrows source and path for the map's life; release the map in any case. Errors
 * (SB_SYNTAX, SB_LIMIT, SB_NOMEM) show path, line, column, the line and a caret, and the nearest known word.
 */
SB_CHECKED enum sb_status sb_map_read(const char *path, const char *source, size_t size,
                                      struct sb_map *ret_map, struct sb_err *err);
void sb_map_release(struct sb_map *map);

/*
 * Bind columns to a header: of the rows' file, or (accounts) of the accounts' file. A NULL header binds
 * numbers only. Names are compared without case and outer spaces. Errors: SB_NOT_FOUND with the nearest name,
 * shown at its place in the mapping.
 */
SB_CHECKED enum sb_status sb_map_bind(struct sb_map *map, bool accounts, const struct sb_map_text *header,
                                      size_t count, struct sb_err *err);
