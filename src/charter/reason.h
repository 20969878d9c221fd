/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Why a charter refused, or what it counted: a function of journal and charter, never stored (DESIGN: reasons
 * are a function, not data). The ledger fills the figures in, this room says them in words.
 */

#include "charter/plan.h"

enum sb_reason_state {
    SB_REASON_HOLDS,     /* the rule holds; kept when all limits are asked for */
    SB_REASON_FAILS,     /* the rule refuses */
    SB_REASON_UNDECIDED, /* an unknown attribute decides */
    SB_REASON_ASKS,      /* the rule asks for its step; with it done the event passes the rule */
};

struct sb_reason {
    uint16_t rule;
    uint8_t state;         /* enum sb_reason_state */
    uint8_t side;          /* whose subject or attribute: enum sb_side */
    uint8_t missing_field; /* UNDECIDED: enum sb_field of the first attribute that is unknown; SB_FIELD_COUNT:
                              the person key */
    uint8_t missing_side;
    uint8_t
        tells_of; /* bit s: the figure would tell an attribute (not class or provider) of enum sb_side s */
    uint8_t reserved;
    struct sb_id account;                /* the subject's account, or none */
    sb_time_us window_start, window_end; /* WINDOW; else 0 */
    int64_t used;                        /* in the window before this event; BALANCE: the balance before it */
    int64_t asked;                       /* of this event: amount, or 1 */
    int64_t bound;
    int64_t remaining;    /* bound - used, not below 0 */
    sb_time_us passes_at; /* first instant at which neither this rule nor what stands in its place then
                             (another version or row of the limit, the end of the term) would refuse the same
                             event; SB_TIME_FOREVER: never, as known */
};

enum sb_audience {
    SB_FOR_PAYER,    /* never learns the payee's balance or limits: those have a coarse text */
    SB_FOR_OPERATOR, /* all of it */
};

/* One line that fits a phone: at most 160 GSM-7 characters in English, 70 UCS-2 characters in Vietnamese. */
#define SB_REASON_SHORT_SIZE 256
void sb_reason_short(const struct sb_plan *plan, const struct sb_reason *reason, enum sb_lang lang,
                     enum sb_audience audience, char text[SB_REASON_SHORT_SIZE]);

/* The long form, several lines: sentence with file and line, instrument and article, subject, window, used,
 * asked, limit, remaining, when it would pass. indent spaces before each line. */
void sb_reason_long(const struct sb_plan *plan, const struct sb_reason *reason, enum sb_lang lang,
                    unsigned indent, struct sb_str *out);

/* One movement of a fee; the ledger fills it in as well. */
struct sb_leg {
    struct sb_id from, to; /* none: the account that it needs is not there */
    sb_amount amount;      /* INT64_MAX: more than can be said */
    uint16_t rule;         /* of the plan that charges it */
};

/* A fee in words, several lines: figure, sentence with file and line, instrument and article, from whom to
 * whom. indent spaces before each line. */
void sb_leg_long(const struct sb_plan *plan, const struct sb_leg *leg, enum sb_lang lang, unsigned indent,
                 struct sb_str *out);

/*
 * The rules in force at a time, by sentences known then, as a table that a lawyer can sign: `sandbank charter
 * show`. Each row cites its instrument and article; notes stand below.
 */
void sb_plan_show(const struct sb_plan *plan, sb_time_us at, const struct sb_symbols *symbols,
                  enum sb_lang lang, struct sb_str *out);
