/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A plan: one or more charters (the regulator's, then providers' layers on it), compiled for judging.
 * Read-only, no pointers into the syntax trees, shared by threads. The ledger's judge (ledger/judge.c) reads
 * these tables; this header is where their meaning stands.
 *
 * Time is cut into segments in each of which the set of sentences in force is constant. For a segment and a
 * kind there is one list of ops, in the fixed order in which reasons are given: term of the pilot, allow,
 * forbid, require and scope in space, fees, limits of each event, windows, balances, and last what asks;
 * within one of these in the order of layers, then of the source.
 *
 * A rule is what a verdict's bitmap has a bit for: a sentence, or one cell of a sentence's table. Rule
 * numbers are given in the order of layers and of the source, so that they mean the same to everybody who
 * compiles the same text.
 */

#include "base/event.h"
#include "charter/charter.h"
#include "territory/territory.h"

enum sb_rule_type {
    SB_RULE_TERM, /* the event lies outside the pilot's term, or (after its end) its kind is not named */
    SB_RULE_NOT_ALLOWED, /* no `allow` of this layer names the kind under a condition that holds */
    SB_RULE_FORBID,
    SB_RULE_REQUIRE,
    SB_RULE_IN_AREA, /* the place of the agent, or of the holder's registration, lies in an area */
    SB_RULE_FEE,     /* charges: cannot be decided where its condition cannot, and never fails */
    SB_RULE_ASK,     /* asks for `step` under a condition */
    SB_RULE_EACH_MOST,
    SB_RULE_EACH_LEAST,
    SB_RULE_WINDOW,    /* sum or number, at most `bound` */
    SB_RULE_ASK_TOTAL, /* asks for `step` once sum or number is over `bound` */
    SB_RULE_BALANCE,
};

/* A rule that does not refuse but asks for more. */
static inline bool sb_rule_asks(enum sb_rule_type type)
{
    return type == SB_RULE_ASK || type == SB_RULE_ASK_TOTAL;
}

/* A rule on what a window has counted. */
static inline bool sb_rule_counts(enum sb_rule_type type)
{
    return type == SB_RULE_WINDOW || type == SB_RULE_ASK_TOTAL;
}

/* A stretch of the plan's `code`: a condition in postfix order. count 0: always true. */
struct sb_code {
    uint16_t first;
    uint16_t count;
};

/* One instruction of a condition, on a stack of three-valued truths (at most SB_CHARTER_NESTING_MAX deep). */
enum sb_ins_op {
    SB_INS_AND, /* pops two, pushes one; Kleene's logic */
    SB_INS_OR,
    SB_INS_NOT,
    SB_INS_SYMBOL_IN,    /* field's code is in the set `set`; account code 0 is unknown; tx code 0 is none: in
                            the set iff bit 0 */
    SB_INS_SAME,         /* side.field equals other.field; unknown when an account's is 0 */
    SB_INS_AMOUNT_LEAST, /* tx.amount >= number */
    SB_INS_AMOUNT_MOST,  /* tx.amount <= number */
    SB_INS_AGE_LEAST,    /* the age (sim-age, account-age, age) is at least number months or days */
    SB_INS_AGE_MOST,     /* at most: an age of exactly the span is within it */
    SB_INS_AGE_OVER,     /* over: not at most */
    SB_INS_AGE_UNDER,    /* under: not at least */
    SB_INS_PLACE_IN_AREA,    /* side.place lies in areas[set] */
    SB_INS_PLACE_SETTLEMENT, /* side.place is of settlement `set` (enum sb_settlement); special zones are
                                neither */
    SB_INS_SERVED_IN_AREA,   /* the agent's place lies in areas[set]; without an agent tx.place does; unknown
                                when there is neither */
};

struct sb_ins {
    uint8_t op; /* enum sb_ins_op */
    uint8_t
        side; /* enum sb_side, never HOLDER: resolved to payer or payee in the copy made for a kind's list */
    uint8_t field;
    uint8_t other_side;
    uint8_t other_field;
    uint8_t months;          /* AGE: number counts months, else days */
    uint8_t at_registration; /* AGE of SIM */
    uint8_t reserved;
    uint32_t set; /* SYMBOL_IN: index in sets; PLACE_*: see above */
    uint32_t reserved2;
    int64_t number;
};

/* A set of symbol codes: bit c of words[c / 64]. */
struct sb_code_set {
    uint64_t *words; /* owned by the plan */
    uint32_t word_count;
};

struct sb_rule {
    uint8_t type; /* enum sb_rule_type */
    uint8_t layer;
    uint16_t sentence;   /* index in layers[layer].sentences; TERM and NOT_ALLOWED: UINT16_MAX */
    uint16_t counter;    /* WINDOW, ASK_TOTAL */
    uint8_t row, column; /* cell of its table, 0 without one */
    uint32_t step;       /* ASK, ASK_TOTAL: its bit of event.steps */
    int64_t bound;       /* ceiling; EACH_LEAST: floor; minor units or a number of events */
};

/* What a window counts, over all versions that agree on name, layer, subject, window, measure and filter
 * (meaning 9). */
struct sb_counter {
    uint8_t
        identity[16]; /* BLAKE2b-128 of the canonical text of those; a ledger keeps what was used under it */
    uint8_t measure;  /* SUM or NUMBER */
    uint8_t subject;  /* enum sb_subject */
    uint8_t window;   /* enum sb_window */
    uint8_t year_month, year_day;
    uint8_t layer;
    uint16_t sentence; /* the first that names it, for reports */
    uint32_t days;     /* ROLLING */
};

enum sb_op_type {
    SB_OP_TERM,
    SB_OP_ALLOW,
    SB_OP_FORBID,
    SB_OP_REQUIRE, /* of `require` and of `in area` */
    SB_OP_FEE,
    SB_OP_ASK,
    SB_OP_EACH,
    SB_OP_WINDOW,
    SB_OP_BALANCE
};

/* One rule of an op: it holds only where its selector (the row of a table) does. */
struct sb_op_rule {
    uint16_t rule;
    struct sb_code selector; /* count 0: always */
};

/*
 * One thing to judge. An op whose `scope` (a provider's layer judges only its own customers) is false is
 * skipped; unknown is undecided. Let F be `filter`, E any of `excepts`: TERM     the rule fails, always (the
 * compiler puts it only where it does). ALLOW    one op a layer: fails rule unless some one of conditions
 * `excepts` (here: the allows' conditions) is true; with excepts_count 0 it fails. Unknown when none is true
 * and one is unknown. FORBID   fails when F is true.                       REQUIRE  fails when F is false.
 * ASK      asks when F is true; never once its step was done.
 * FEE      when F: charges fees[counter]. F unknown and something to charge: undecided.
 *   EACH     when F and not E: each rule whose selector holds compares tx.amount with its bound.
 *   WINDOW   when F and not E: counts on `counter` of the subject on `side`; each rule whose selector holds
 * fails when used + asked > bound, an ASK_TOTAL only while its step was not done. F or E unknown: undecided.
 * Selector unknown: undecided only when it would fail. BALANCE  when F and not E: as EACH, with the payee's
 * credits + pending credits - debits after the event.
 */
struct sb_op {
    uint8_t type; /* enum sb_op_type */
    uint8_t side; /* WINDOW: whose subject (PAYER, PAYEE, AGENT); no such account: the op is skipped. BALANCE:
                     PAYEE. FEE: who pays, TX: the house. Others: the holder's, TX where there is none */
    uint8_t layer;
    uint8_t fee_bit;  /* FEE: its bit in sb_result.fees */
    uint16_t counter; /* WINDOW; FEE: its number in plan.fees */
    uint16_t excepts_count;
    uint32_t excepts_first; /* in plan.except_codes */
    struct sb_code scope;
    struct sb_code filter;
    uint32_t rules_first; /* in plan.op_rules; TERM, ALLOW, FORBID, REQUIRE, ASK: exactly one */
    uint16_t rules_count; /* WINDOW: may be 0 (no ceiling now): it is counted all the same */
    uint8_t holder;       /* FEE: the holder's side, TX where there is none */
    uint8_t reserved;
};

/* One band of a fee's table: the first whose up_to is not less than the amount is charged. */
struct sb_plan_band {
    int64_t up_to; /* INT64_MAX: any amount */
    struct sb_charge charge;
};

/* A fee sentence. Meaning: charter-language.md, section 6.1. */
struct sb_plan_fee {
    uint32_t bands_first, bands_count; /* in plan.bands */
    uint16_t rule;
    uint16_t provider; /* whose house accounts: a layer's; 0: the payer's, see the language */
    uint16_t payer_class, receiver_class; /* of the house's accounts */
    uint8_t payer, receiver;              /* enum sb_party; HOLDER: the op says which side */
    bool counted, returned;
};

struct sb_op_list {
    uint32_t first; /* in plan.ops */
    uint32_t count;
};

/* A provider's layer judges only events whose holder's account (for a kind without a holder: whose
 * tx.provider) is of that provider; the compiler writes this into each op's scope. */
struct sb_plan_layer {
    struct sb_charter *charter; /* owned: the tree, for reasons in words */
    uint16_t provider;          /* 0: the regulator's */
};

struct sb_segment {
    sb_time_us from; /* to the next one's; the first begins at SB_TIME_ALWAYS */
    bool in_term;    /* of the regulator's charter; false: outside every period of the pilot known then, and
                        its only op is TERM */
    bool run_off;    /* of the same: after an end, while `after the end` applies; kinds that it does not name
                        have a TERM before their other ops */
    uint8_t reserved[6];
};

struct sb_plan_area {
    uint8_t *inside; /* owned; enum sb_three by sb_place_index; element 0 unused */
    struct sb_word name;
};

struct sb_plan {
    uint8_t
        hash[32]; /* BLAKE2b-256 over each layer's source in order, each preceded by its size as 8 bytes */
    int32_t clock_offset_s;
    uint16_t unit; /* SB_SPACE_UNIT */
    uint8_t decimals;
    const struct sb_territory *territory; /* static; NULL when none is named */

    struct sb_plan_layer layers[SB_CHARTER_LAYERS_MAX];
    uint32_t layer_count;

    struct sb_rule rules[SB_PLAN_RULES_MAX];
    uint32_t rule_count;
    struct sb_counter counters[SB_PLAN_COUNTERS_MAX];
    uint32_t counter_count;

    uint16_t kind_code[SB_CHARTER_KINDS_MAX];  /* symbol codes of the declared kinds */
    uint8_t kind_holder[SB_CHARTER_KINDS_MAX]; /* enum sb_holder */
    uint32_t kind_count;
    uint8_t *kind_of_code; /* owned; index + 1 by symbol code, 0: not declared; kind_of_code_count long */
    uint32_t kind_of_code_count;

    struct sb_segment *segments; /* owned */
    uint32_t segment_count;
    struct sb_op_list
        *lists; /* owned; lists[segment * (kind_count + 1) + kind]; the last one is for undeclared kinds */

    struct sb_op *ops;            /* owned */
    struct sb_op_rule *op_rules;  /* owned */
    struct sb_code *except_codes; /* owned */
    struct sb_ins *code;          /* owned */
    struct sb_code_set *sets;     /* owned */
    struct sb_plan_area *areas;   /* owned */
    struct sb_plan_fee *fees;     /* owned, in the order of layers and of the source */
    struct sb_plan_band *bands;   /* owned */
    uint32_t fee_count, band_count;
    uint32_t op_count, op_rule_count, except_code_count, code_count, set_count, area_count;
    struct sb_arena arena; /* owns all of the above */
};

/* Which law: `live` by sentences known and in force at the event's time. The others are replay's questions.
 */
enum sb_law { SB_LAW_LIVE = 0, SB_LAW_KNOWN_AT, SB_LAW_AT };

/* --set LIMIT=AMOUNT: every version of the limit (all its rows) gets this ceiling. */
struct sb_plan_set {
    const char *limit; /* borrowed for the call */
    int64_t value; /* minor units; of a limit that counts events it must be whole units, and counts those */
};

struct sb_plan_options {
    enum sb_law law;
    sb_time_us at; /* KNOWN_AT: judge with what was known then. AT: judge with the sentences known and in
                      force then. */
    const struct sb_plan_set *sets;
    uint32_t set_count;
    uint32_t meaning; /* of the journal's record that installed it (docs/formats/journal.md); 0: the newest */
};

/* One charter to compile: its text. */
struct sb_source {
    const char *path; /* for messages */
    const char *text;
    size_t size;
};

/*
 * Parse, check and compile layers into a plan: sources[0] is the regulator's, the others providers'. Names
 * get codes in symbols (interned in the order of the source, so that everybody gets the same). On SB_SYNTAX
 * or SB_INVALID the reasons are in diagnostics and, the first one, in err. The caller frees the plan. Unknown
 * names in options->sets: SB_INVALID with the nearest. Pure: no file is read.
 */
SB_CHECKED enum sb_status sb_plan_compile(const struct sb_source *sources, uint32_t count,
                                          const struct sb_plan_options *options, struct sb_symbols *symbols,
                                          struct sb_plan **ret_plan, struct sb_diagnostics *diagnostics,
                                          struct sb_err *err);
void sb_plan_free(struct sb_plan *plan);

/* The segment of a time: binary search, starting at *hint (kept by the caller from call to call). */
uint32_t sb_plan_segment(const struct sb_plan *plan, sb_time_us time, uint32_t *hint);

/* The ops of a kind's symbol code in a segment. */
static inline struct sb_op_list sb_plan_list(const struct sb_plan *plan, uint32_t segment, uint16_t kind)
{
    uint32_t index = kind < plan->kind_of_code_count ? plan->kind_of_code[kind] : 0;
    uint32_t column = index ? index - 1 : plan->kind_count;
    return plan->lists[(size_t)segment * (plan->kind_count + 1) + column];
}

/* The side that holds an event of a kind: PAYER or PAYEE; TX when nobody does or the kind is not declared. */
enum sb_side sb_plan_holder(const struct sb_plan *plan, uint16_t kind);

/* The sentence a rule stands for, NULL for TERM and NOT_ALLOWED; the name a report gives a rule: the limit's
 * name, or "allow", "forbid", "require", "in area", "ask STEP", "fee NAME", "fee", "term". Borrowed from the
 * plan. */
const struct sb_sentence *sb_plan_sentence(const struct sb_plan *plan, uint32_t rule);
const char *sb_plan_rule_name(const struct sb_plan *plan, uint32_t rule);

/* What a fee charges for an amount: minor units, 0: nothing, INT64_MAX: more than can be said. A rate is
 * rounded to the nearest, halves up. Requires amount >= 0. */
int64_t sb_plan_charge(const struct sb_plan *plan, const struct sb_plan_fee *fee, sb_amount amount);

/*
 * The window that a time lies in: [*ret_start, *ret_end). ROLLING: (time - days, time] given as its half-open
 * like. LIFETIME and PILOT: everything. *ret_period is a number that is equal for equal windows of a calendar
 * counter.
 */
void sb_counter_window(const struct sb_plan *plan, const struct sb_counter *counter, sb_time_us time,
                       sb_time_us *ret_start, sb_time_us *ret_end, int32_t *ret_period);
