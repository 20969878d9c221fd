/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A charter as it is written: the syntax tree, one node a sentence, the same whichever language its keywords
 * were in. The parser makes it, the checker judges it, the formatter prints it, the compiler turns it into a
 * plan (plan.h). Grammar and meaning: docs/charter-language.md. All of a tree lives in one arena; nothing
 * points outside but to statics.
 */

#include "base/arena.h"
#include "base/calendar.h"
#include "base/event.h"
#include "base/symbols.h"

/* Where something stands in the source, for every message. line and column count from 1; column in bytes. */
struct sb_place_in_text {
    uint32_t line;
    uint32_t column;
    uint32_t size; /* bytes, for the caret line */
};

/* A name or quoted text: NUL-terminated copy in the arena. text is NULL when absent. */
struct sb_word {
    const char *text;
    struct sb_place_in_text at;
};

struct sb_words {
    struct sb_word *list;
    uint32_t count;
};

/* A list of kinds, or all declared kinds that have a holder. */
struct sb_kinds {
    bool all;
    struct sb_words names; /* when not all */
};

/* A moment as written: a day (whole, by the charter's clock) or a minute. present is false when not written.
 */
struct sb_moment {
    bool present;
    bool has_minute;
    struct sb_date date;
    uint8_t hour;
    uint8_t minute;
    struct sb_place_in_text at;
};

/* ------------------------------------------------------------------ conditions */

enum sb_condition_op {
    SB_COND_AND, /* left, right */
    SB_COND_OR,
    SB_COND_NOT, /* left */
    SB_COND_IS,  /* field is names[0] (or field is field) */
    SB_COND_IS_NOT,
    SB_COND_IN, /* field in names, a set, or an area */
    SB_COND_NOT_IN,
    SB_COND_AT_LEAST, /* field, number or span */
    SB_COND_AT_MOST,
    SB_COND_OVER,
    SB_COND_UNDER,
};

/* Whose attribute. HOLDER is payer or payee, by kind. */
enum sb_side { SB_SIDE_TX = 0, SB_SIDE_PAYER, SB_SIDE_PAYEE, SB_SIDE_AGENT, SB_SIDE_HOLDER };

/*
 * What is read. Of tx: AMOUNT PURPOSE CHANNEL COUNTRY PLACE PROVIDER. Of an account: the rest and PLACE,
 * PROVIDER. name            word           of tx  of account  type
 */
#define SB_FIELD_MAP(X)                                                                                    \
    X(SB_FIELD_AMOUNT, "amount")           /* tx: minor units */                                           \
    X(SB_FIELD_PURPOSE, "purpose")         /* tx: SB_SPACE_PURPOSE */                                      \
    X(SB_FIELD_CHANNEL, "channel")         /* tx: SB_SPACE_CHANNEL */                                      \
    X(SB_FIELD_COUNTRY, "country")         /* tx: SB_SPACE_COUNTRY; none is at home */                     \
    X(SB_FIELD_PROVIDER, "provider")       /* tx, account: SB_SPACE_PROVIDER */                            \
    X(SB_FIELD_PLACE, "place")             /* tx, account: in an area; is rural, urban, special */         \
    X(SB_FIELD_CLASS, "class")             /* account: SB_SPACE_CLASS */                                   \
    X(SB_FIELD_TIER, "tier")               /* account: SB_SPACE_TIER */                                    \
    X(SB_FIELD_ISSUER, "issuer")           /* account: SB_SPACE_ISSUER */                                  \
    X(SB_FIELD_SEX, "sex")                 /* account: SB_SPACE_SEX */                                     \
    X(SB_FIELD_SIM_AGE, "sim-age")         /* account: since sim_since; at the event or at registration */ \
    X(SB_FIELD_ACCOUNT_AGE, "account-age") /* account: since opened_on */                                  \
    X(SB_FIELD_AGE, "age") /* account: of the holder, from birth_year: unknown in the year it turns */

enum sb_field {
#define X(name, word) name,
    SB_FIELD_MAP(X)
#undef X
        SB_FIELD_COUNT
};

/* The name space of a field's values; SB_SPACE_COUNT for amounts, places and ages. */
enum sb_space sb_field_space(enum sb_field field);

/* A length of time: so many calendar months (years are 12) or days. */
struct sb_span_of_time {
    bool months; /* else days */
    bool years;  /* written in years: count is 12 times the number written */
    uint32_t count;
};

struct sb_condition {
    enum sb_condition_op op;
    uint32_t height; /* of the tree, a comparison's is 1; at most SB_CHARTER_NESTING_MAX */
    struct sb_place_in_text at;
    struct sb_condition *left;
    struct sb_condition *right;
    enum sb_side side;
    enum sb_field field;
    bool at_registration; /* SIM_AGE: on opened_on instead of now */
    bool against_field;   /* IS, IS_NOT: compare with other_side.other_field */
    enum sb_side other_side;
    enum sb_field other_field;
    struct sb_words names;       /* IS: one; IN: many, or one that is a set or an area */
    int64_t number;              /* AMOUNT: minor units */
    struct sb_span_of_time span; /* ages */
};

/* ------------------------------------------------------------------ limits */

enum sb_measure {
    SB_MEASURE_SUM,        /* of amounts in a window, at most */
    SB_MEASURE_NUMBER,     /* of events in a window, at most */
    SB_MEASURE_EACH_MOST,  /* amount of one event, at most */
    SB_MEASURE_EACH_LEAST, /* amount of one event, at least */
    SB_MEASURE_BALANCE,    /* of the account credited, posted + pending credits after the event, at most */
};

enum sb_subject {
    SB_SUBJECT_ACCOUNT = 0,
    SB_SUBJECT_CUSTOMER = 1, /* a person at a provider */
    SB_SUBJECT_PERSON = 2,   /* across providers */
    SB_SUBJECT_AGENT = 3,    /* the agent of the event */
    SB_SUBJECT_PROVIDER = 4, /* of the side's account */
    SB_SUBJECT_PILOT = 5,    /* one for all */
};

enum sb_window {
    SB_WINDOW_DAY = 0,
    SB_WINDOW_WEEK = 1,
    SB_WINDOW_MONTH = 2,
    SB_WINDOW_YEAR = 3,    /* from year_month-year_day */
    SB_WINDOW_ROLLING = 4, /* last `days` x 24 hours: an event at s counts at t iff s > t - days */
    SB_WINDOW_LIFETIME = 5,
    SB_WINDOW_PILOT = 6, /* the whole of the pilot's term */
};

struct sb_limit_cell {
    bool present;  /* "none" or "-" in a table: no ceiling */
    int64_t value; /* minor units, or a number of events */
    struct sb_place_in_text at;
};

/* A table: attribute columns select the row, date columns the version. */
struct sb_limit_table {
    uint32_t attribute_count;
    struct {
        enum sb_side
            side; /* SB_SIDE_HOLDER unless written "payer.tier"; for balance limits the account credited */
        enum sb_field field;
        bool side_written; /* false: of the subject; in a balance limit of the account credited */
        struct sb_place_in_text at;
    } attributes[4];
    uint32_t date_count; /* 0 column dates: one column "at most" */
    struct sb_moment
        dates[SB_CHARTER_COLUMNS_MAX]; /* ascending; a column holds from its date until the next one's */
    uint32_t row_count;
    struct sb_limit_row {
        struct sb_word values[4];
        struct sb_limit_cell cells[SB_CHARTER_COLUMNS_MAX];
    } * rows;
};

/* ------------------------------------------------------------------ fees */

/* Who pays a fee or gets it. */
enum sb_party {
    SB_PARTY_HOLDER, /* the holder's side */
    SB_PARTY_PAYER,
    SB_PARTY_PAYEE,
    SB_PARTY_AGENT,
    SB_PARTY_HOUSE, /* an account of the fee's provider, by class */
};

/* What is charged: a sum, or a rate of the amount between a least and a most. */
struct sb_charge {
    bool is_rate;
    int64_t number;      /* minor units; a rate: millionths of the amount, `1.5 %` is 15 000 */
    int64_t least, most; /* of a rate; without them 0 and INT64_MAX */
};

struct sb_fee_row {
    bool any;      /* `none`, or a fee without a table: whatever the amount */
    int64_t up_to; /* amounts up to and with this one */
    struct sb_charge charge;
    struct sb_place_in_text at;
};

struct sb_fee {
    struct sb_fee_row *rows; /* the first one that fits is charged */
    uint32_t row_count;      /* 1 without a table */
    enum sb_party payer, receiver;
    bool payer_written;
    struct sb_word payer_class, receiver_class; /* HOUSE: "provider", or the name behind `to` */
    bool counted;                               /* what a side pays counts on its limits in sums */
    bool returned;                              /* on reversal of the whole */
    struct sb_place_in_text twice;              /* the first part that stands there twice; line 0: none */
    struct sb_word rule_name;                   /* "fee withdrawal", for reports */
};

/* ------------------------------------------------------------------ sentences */

enum sb_sentence_type {
    SB_S_CHARTER,
    SB_S_UNIT,
    SB_S_CLOCK,
    SB_S_TERRITORY,
    SB_S_NAMES,
    SB_S_SET,
    SB_S_AREA,
    SB_S_KIND,
    SB_S_INSTRUMENT,
    SB_S_PILOT,
    SB_S_ALLOW,
    SB_S_FORBID,
    SB_S_REQUIRE,
    SB_S_LIMIT,
    SB_S_EXCEPT,
    SB_S_AFTER_END,
    SB_S_NOTE,
    SB_S_ASK,     /* more is asked for before it passes */
    SB_S_IN_AREA, /* scope in space */
    /* Kept as they were written, for the formatter. A fee has an effect, the others have none on a verdict.
     */
    SB_S_FEE,
    SB_S_EXPOSURE,
    SB_S_PARTICIPANTS,
    SB_S_MEASURE,
    SB_S_GOAL,
    SB_S_SAFEGUARD,
    SB_S_INVARIANT,
    SB_S_REPORT,
};

enum sb_holder { SB_HOLDER_PAYEE, SB_HOLDER_PAYER, SB_HOLDER_NOBODY };

struct sb_area_member {
    struct sb_word code; /* "24", "00004" */
    uint32_t place;      /* SB_PLACE */
};

/* A piece of a sentence that is kept as it was written: a keyword, a word or number as written, or a
 * condition. */
struct sb_kept_part {
    uint16_t keyword;           /* enum sb_keyword of keywords.h; 0: word or where */
    uint8_t no_space_before;    /* "," and ":" */
    uint8_t new_line;           /* begins a row of a table */
    struct sb_word word;        /* a name, a number, a mark */
    struct sb_condition *where; /* a condition */
};

struct sb_sentence {
    enum sb_sentence_type type;
    struct sb_place_in_text at; /* of its first word */
    uint32_t last_line;
    /* The tail that every sentence may have. */
    struct sb_moment from, until, known_from;
    struct sb_word by;      /* the instrument's name */
    struct sb_word article; /* "III" */

    struct sb_word name;   /* of a limit, kind, set, area, instrument, measure, goal ...; CHARTER: its title;
                              ASK: the step; IN_AREA: the area; FEE: its name, if any */
    struct sb_kinds kinds; /* ALLOW FORBID REQUIRE LIMIT EXCEPT AFTER_END ASK IN_AREA FEE; without `for`: all.
                              ASK on a running total: those that it counts */
    struct sb_condition *where; /* NULL: always. REQUIRE: what must hold. */
    union {
        struct {
            struct sb_word provider; /* CHARTER of provider NAME: a layer on the regulator's; else absent */
        } charter;
        struct {
            uint32_t decimals; /* UNIT: digits behind the point, 0 to 9; name holds VND */
        } unit;
        struct {
            int32_t offset_s;
        } clock;
        struct {
            enum sb_space space;
            struct sb_words words;
        } names;
        struct {
            struct sb_words words;
        } set;
        struct {
            struct sb_area_member *members;
            uint32_t count;
            struct sb_moment as_of; /* the epoch its codes belong to */
            enum sb_three_rule { SB_SPLIT_UNDECIDED, SB_SPLIT_INSIDE, SB_SPLIT_OUTSIDE } split;
        } area;
        struct {
            enum sb_holder holder;
        } kind;
        struct {
            struct sb_word title;
            struct sb_moment signed_on, in_force;
            struct sb_word source; /* a link or a reference; may be absent */
        } instrument;
        struct {
            struct sb_moment runs_from, runs_to; /* runs_to absent: onward */
        } pilot;
        struct {
            enum sb_measure measure;
            enum sb_subject subject;
            bool side_written; /* `per payee account`: side below; else the holder's */
            enum sb_side side;
            enum sb_window window;
            uint8_t year_month, year_day; /* YEAR */
            uint32_t days;                /* ROLLING */
            bool has_table;
            struct sb_limit_cell ceiling; /* without a table; EACH_LEAST: the floor */
            struct sb_limit_table table;
            /* ASK: a running total is a limit's, and `ceiling` the figure that it must pass. */
            bool total;            /* ASK: when a total passes a figure; else when `where` holds */
            bool asked_written;    /* ASK: `for` stands there */
            struct sb_kinds asked; /* ASK on a total: the kinds that are asked; without `for`: all counted */
            struct sb_word rule_name; /* ASK: "ask biometrics", for reports */
        } limit;                      /* LIMIT, ASK */
        struct {
            bool of_agent; /* by place of the agent; else of the holder's registration */
        } in_area;
        struct {
            struct sb_words limits; /* EXCEPT FROM these */
        } except_;
        struct {
            uint32_t days;
        } after_end;
        struct {
            struct sb_word text;
            struct sb_moment decided;
        } note; /* name holds the instrument, if any */
        struct {
            /* FEE and the life cycle: the words after the keyword as the formatter prints them again, checked
             * for form. */
            struct sb_word text; /* in English */
            struct sb_kept_part *parts;
            uint32_t part_count;
            struct sb_fee *fee; /* FEE: what the parts say */
        } kept;
    };
};

struct sb_charter {
    struct sb_arena arena; /* owned: everything below */
    const char *path;      /* as the user named it, for messages */
    const char *source;    /* UTF-8, NUL-terminated copy */
    size_t source_size;
    struct sb_sentence *sentences; /* in the order of the source */
    uint32_t sentence_count;
    /* Comments are kept for the formatter: own-line comments and trailing ones, in order. */
    struct sb_comment {
        struct sb_place_in_text at;
        const char *text; /* from '#' to the line's end */
        bool own_line;
    } * comments;
    uint32_t comment_count;
    /* Found while parsing, so that numbers can be read in the unit. */
    uint32_t decimals;
    int32_t clock_offset_s;
    bool fees_are_void; /* installed by a record of meaning 1: its fees say nothing, and are not checked */
};
