/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A second charter and a second ledger, slow and obvious: arrays and loops, written from
 * docs/charter-language.md and docs/ledger.md alone. It shares the record of an event and the numbers of the
 * result codes with the program, and no code. What a limit has used is summed from nothing, over all accepted
 * transfers, every time that it is asked for.
 */

#include "base/event.h"
#include "base/str.h"
#include "ledger/result.h"
#include "territory/territory.h"

#include <inttypes.h>
#include <string.h>

/* Wide enough for any sum of a few amounts. */
__extension__ typedef __int128 m_wide;

/* ------------------------------------------------------------------ bounds of the small world */

enum {
    M_KINDS_MAX = 6,
    M_LAYERS_MAX = 3,
    M_SENTENCES_MAX = 72,
    M_CONDS_MAX = 400,
    M_CODES_MAX = 6,
    M_COLUMNS_MAX = 3,
    M_ROWS_MAX = 4,
    M_INSTRUMENTS_MAX = 4,
    M_SETS_MAX = 3,
    M_NAMES_MAX = 6,
    M_PLANS_MAX = 5,
    M_IDENTITIES_MAX = 200,
    M_ACCOUNTS_MAX = 48,
    M_PERSONS_MAX = 24,
    M_KEYS_MAX = 128,
    M_TAKES_MAX = 24,
    M_AIMS_MAX = 64,
    M_LINES_MAX = 700,
    M_AREAS_MAX = 2,
    M_PLACES_MAX = 24,
    M_BANDS_MAX = 3,
    M_FEES_MAX = 32,
};

/* ------------------------------------------------------------------ random */

struct m_random {
    uint64_t state;
};
uint64_t m_next(struct m_random *random);
/* From 0 to n - 1; 0 when n is 0. */
uint32_t m_below(struct m_random *random, uint32_t n);
/* True so many times of a hundred. */
bool m_chance(struct m_random *random, uint32_t percent);

/* ------------------------------------------------------------------ calendar, by counting days */

struct m_day {
    int year, month, day;
    int week;         /* how many Mondays there were since the first day */
    int month_number; /* how many firsts of a month */
};
enum { M_DAYS_MAX = 40177 }; /* 1970-01-01 to 2079-12-31 */
const struct m_day *m_day(sb_day day);
sb_day m_day_of(int year, int month, int day);
sb_day m_local_day(sb_time_us time, int32_t offset_s);
sb_time_us m_day_begins(sb_day day, int32_t offset_s);
sb_day m_months_later(sb_day day, uint32_t months);

/* ------------------------------------------------------------------ a charter */

enum m_three { M_NO, M_YES, M_MAYBE };
enum m_three m_and(enum m_three a, enum m_three b);
enum m_three m_or(enum m_three a, enum m_three b);
enum m_three m_not(enum m_three a);

enum m_side { M_TX, M_PAYER, M_PAYEE, M_AGENT, M_HOLDER };
enum m_field {
    M_AMOUNT,
    M_PURPOSE,
    M_CHANNEL,
    M_COUNTRY,
    M_PROVIDER,
    M_CLASS,
    M_TIER,
    M_ISSUER,
    M_SEX,
    M_SIM_AGE,
    M_ACCOUNT_AGE,
    M_AGE,
    M_PLACE
};
enum m_cond_op { M_C_AND, M_C_OR, M_C_NOT, M_C_IN, M_C_SAME, M_C_AMOUNT, M_C_AGE, M_C_AREA, M_C_SETTLEMENT };
enum m_compare { M_LEAST, M_MOST, M_OVER, M_UNDER };

struct m_cond {
    enum m_cond_op op;
    int left, right; /* in the plan's conds */
    enum m_side side, other_side;
    enum m_field field, other_field;
    bool negated; /* is not, not in */
    bool as_is;   /* printed with `is`: one code */
    int set;      /* of the world, or -1: codes; the area */
    enum sb_settlement settlement;
    int code_count;
    uint16_t codes[M_CODES_MAX];
    enum m_compare compare;
    int64_t number; /* amount, or the count of an age */
    enum { M_IN_DAYS, M_IN_MONTHS, M_IN_YEARS } span;
    bool at_registration;
};

struct m_moment {
    bool written, has_minute;
    sb_day day;
    int minute; /* of the day */
};

enum m_type {
    M_PILOT_RUNS,
    M_ALLOW,
    M_FORBID,
    M_REQUIRE,
    M_LIMIT,
    M_EXCEPT,
    M_AFTER,
    M_ASK,
    M_IN_AREA,
    M_FEE
};
enum m_measure { M_SUM, M_NUMBER, M_EACH_MOST, M_EACH_LEAST, M_BALANCE };
enum m_subject_type { M_PER_ACCOUNT, M_PER_CUSTOMER, M_PER_PERSON, M_PER_AGENT, M_PER_PROVIDER, M_PER_PILOT };
enum m_window { M_DAILY, M_WEEKLY, M_MONTHLY, M_YEARLY, M_ROLLING, M_LIFETIME, M_WHOLE_PILOT };

struct m_row {
    uint16_t codes[2];
    int64_t cells[M_COLUMNS_MAX]; /* -1: none */
};

/* Who pays a fee, or gets it. */
enum m_fee_party {
    M_FEE_UNSAID,
    M_FEE_PAYER,
    M_FEE_PAYEE,
    M_FEE_AGENT,
    M_FEE_PROVIDER,
    M_FEE_HOLDER, /* pays only */
    M_FEE_CLASS,  /* gets only: the house account of a class */
};

struct m_band {
    int64_t up_to; /* -1: none */
    bool is_rate, has_least, has_most;
    int64_t number; /* minor units; of a rate: ten-thousandths of a percent */
    int64_t least, most;
};

struct m_sentence {
    enum m_type type;
    int layer;
    bool removed; /* by shrinking */
    bool all;
    uint32_t kinds; /* bits, when not all */
    int cond;       /* -1: always */
    struct m_moment from, until, known_from;
    int instrument; /* of the layer, or -1 */
    char name[24];
    int identity; /* WINDOW limits: number in the stream, else -1 */
    /* M_LIMIT */
    enum m_measure measure;
    enum m_subject_type subject;
    bool side_written;
    enum m_side side;
    enum m_window window;
    int year_month, year_day, days;
    bool table;
    int64_t ceiling;
    int attribute_count;
    struct {
        enum m_side side; /* M_HOLDER: not written */
        enum m_field field;
    } attributes[2];
    int date_count; /* 0: one column `at most` */
    sb_day dates[M_COLUMNS_MAX];
    int row_count;
    struct m_row rows[M_ROWS_MAX];
    /* M_EXCEPT: names of limits */
    int except_count;
    char excepts[3][24];
    /* M_ASK: the name is the step's. On a total: all, kinds and cond are those of what is counted, and
     * measure, subject, window and ceiling as of a limit. */
    bool on_total, asks_all, asks_some; /* asks_some: `for` is written */
    uint32_t asked;                     /* bits, when asks_some and not asks_all */
    uint32_t step;                      /* its bit in an event */
    /* M_IN_AREA */
    int area;
    bool by_agent;
    /* M_FEE; the name may be "" */
    enum m_fee_party pays, gets;
    uint16_t gets_class;
    bool is_counted, is_returned, has_table;
    int band_count;
    struct m_band bands[M_BANDS_MAX];
    /* M_AFTER: days. M_PILOT_RUNS: */
    struct m_moment runs_from, runs_to; /* runs_to not written: onward */
};

struct m_instrument {
    char name[8];
    sb_day signed_on;
    struct m_moment in_force, known_from;
};

struct m_layer {
    uint16_t provider; /* code; 0: the regulator's */
    int instrument_count;
    struct m_instrument instruments[M_INSTRUMENTS_MAX];
};

enum m_law { M_LIVE, M_KNOWN_AT, M_LAW_AT };

struct m_plan {
    int number; /* in its title, so that no two texts are the same */
    enum m_law law;
    sb_time_us at;
    char set_limit[24]; /* replay's --set: all ceilings of the limits of this name; "": none */
    int64_t set_whole;  /* in whole units, or events */
    int layer_count;
    struct m_layer layers[M_LAYERS_MAX];
    int sentence_count;
    struct m_sentence sentences[M_SENTENCES_MAX];
    int cond_count;
    struct m_cond conds[M_CONDS_MAX];
};

/* What all plans of a stream share. */
struct m_names {
    int count;
    const char *names[M_NAMES_MAX];
    uint16_t codes[M_NAMES_MAX];
};
struct m_world {
    struct m_names spaces[SB_SPACE_COUNT];
    int kind_count;
    enum { M_TO_HOLDER, M_FROM_HOLDER, M_OF_NOBODY } holders[M_KINDS_MAX]; /* by place in spaces[KIND] */
    uint16_t ghost_kind; /* a code that no charter declares */
    int set_count;
    struct {
        const char *name;
        enum sb_space space;
        int count;
        uint16_t codes[M_CODES_MAX];
    } sets[M_SETS_MAX];
    const struct sb_territory *territory; /* static; NULL: charters name none */
    int place_count;
    uint32_t places[M_PLACES_MAX];
    int area_count;
    struct {
        const char *name;
        sb_day as_of;
        int member_count;
        uint32_t members[3];
        enum { M_SPLIT_UNSAID, M_SPLIT_INSIDE, M_SPLIT_OUTSIDE } split;
    } areas[M_AREAS_MAX];
    int32_t offset_s; /* the charter's clock */
    unsigned decimals;
    bool layers_say_unit; /* a provider's charter repeats the regulator's unit and clock */
    sb_day first_day;     /* where the stream begins; dates of charters lie around it */
    int64_t scale;        /* an ordinary amount */
};

/* Minor units of one whole. */
int64_t m_one(const struct m_world *world);

void m_make_places(struct m_random *random, struct m_world *world);
/* What a code names at a time; 0: nothing. */
sb_place_index m_place_then(const struct m_world *world, uint32_t place, sb_time_us time);
enum m_three m_in_area(const struct m_world *world, int area, sb_place_index place);

/* The space of the names that a field holds. */
enum sb_space m_space_of(enum m_field field);

struct m_times {
    sb_time_us known, from, until;
};
struct m_times m_times(const struct m_plan *plan, const struct m_world *world, const struct m_sentence *s);
sb_time_us m_moment_begins(const struct m_moment *moment, int32_t offset_s);
sb_time_us m_moment_ends(const struct m_moment *moment, int32_t offset_s);
/* It counts in a window: most limits, and `ask` on a total. */
bool m_counts(const struct m_sentence *s);
/* The same counter: layer, name, subject, window, measure and filter agree (meaning 9). */
bool m_same_identity(const struct m_plan *plan_a, const struct m_sentence *a, const struct m_plan *plan_b,
                     const struct m_sentence *b);

/* ------------------------------------------------------------------ the ledger */

struct m_account {
    struct sb_id id, person;
    uint16_t unit, class_, provider, tier, issuer, sex, birth_year;
    uint8_t flags, frozen;
    bool closed;
    uint32_t place;
    sb_place_index place_index; /* what it meant when it was registered; 0: nothing */
    sb_day opened_on, sim_since;
    int64_t debits, credits, debits_held, credits_held;
};

/* Whom a limit counts for. Fields that the type does not use are zero. */
struct m_subject {
    struct sb_id id; /* of the account or person */
    uint16_t provider;
};

struct m_take {
    int identity;
    struct m_subject subject;
    int64_t fees, fees_returnable; /* counted with the amount; of them, what a reversal gives back */
};

/* A fee sentence before an event; M_MAYBE: nobody can say whether it charges. */
struct m_fee {
    const struct m_sentence *s;
    enum m_three applies;
    m_wide charge;
    enum m_side side;    /* that pays; M_TX: the provider, no side */
    int payer, receiver; /* in accounts; -1: there is none */
};

/* All of an event, by the number of their bits. */
struct m_fees {
    int count;
    struct m_fee fees[M_FEES_MAX];
};

/* A movement of a transfer besides its amount. */
struct m_charge {
    int bit, payer, receiver; /* in accounts */
    int64_t amount;
    bool is_returned;
};

/* An accepted transfer, as the limits see it. */
struct m_flow {
    struct sb_id id;
    sb_time_us time;
    int64_t amount;
    int64_t given_back; /* by sum */
    bool count_given_back;
    bool fees_ended, fees_returned; /* given back with the reservation; those that a reversal returns */
    int charge_count;
    struct m_charge charges[M_FEES_MAX];
    int take_count;
    struct m_take takes[M_TAKES_MAX];
    /* The reservation, when it was one. */
    bool reserves;
    bool open;
    int payer, payee; /* in accounts */
    int64_t left, posted;
    sb_time_us deadline; /* INT64_MAX: never */
    uint32_t plan_number;
    int plan; /* index of the plan that judged it */
    struct sb_event event;
};

/*
 * A rule that failed or could not be decided, by what it is and where it stands: comparable with the
 * program's rule through the line of its sentence.
 */
enum m_rule_type { M_R_TERM, M_R_NOT_ALLOWED, M_R_SENTENCE };
#define M_KEY(type, layer, sentence, row, column)                                                          \
    ((uint32_t)(type) << 28 | (uint32_t)(layer) << 24 | (uint32_t)(sentence) << 8 | (uint32_t)(row) << 4 | \
     (uint32_t)(column))

struct m_verdict {
    int key_count;
    uint32_t keys[M_KEYS_MAX];
    bool fails, undecided, asks;
    bool overflows; /* what a limit has used would not fit */
    struct m_fees fees;
    int take_count;
    struct m_take takes[M_TAKES_MAX];
    int aim_count; /* amounts at which a verdict turns: for the generator */
    int64_t aims[M_AIMS_MAX];
};

struct m_result {
    enum sb_result_code code;
    bool repeated;
    int plan; /* index of the plan in force, -1: none */
    uint32_t fees;
    int key_count;
    uint32_t keys[M_KEYS_MAX];
    int counted_count;
    int counted[M_TAKES_MAX]; /* identities */
};

struct m_memory {
    struct sb_event event;
    struct m_result result;
};

struct m_reversed {
    struct sb_id id;
    int64_t amount;
};

struct m_ledger {
    const struct m_world *world;
    const struct m_plan *plans; /* all that were offered */
    const uint8_t (*plan_hashes)[32];
    int plan_count;
    int plan; /* in force; -1: none */
    uint32_t plan_number;
    sb_time_us time;
    int account_count;
    struct m_account accounts[M_ACCOUNTS_MAX];
    uint32_t flow_count, memory_count, reversed_count, room;
    struct m_flow *flows;         /* owned */
    struct m_memory *memories;    /* owned */
    struct m_reversed *reversals; /* owned */
};

void m_ledger_init(struct m_ledger *ledger, uint32_t room);
void m_ledger_release(struct m_ledger *ledger);

/* Step one event alone, or one chain: open when its last member has the flag `linked` too. */
void m_step(struct m_ledger *ledger, const struct sb_event *events, uint32_t count, struct m_result *results);

int m_account_of(const struct m_ledger *ledger, struct sb_id id); /* -1: none */
const struct m_memory *m_remember(const struct m_ledger *ledger, struct sb_id id);
int64_t m_reversed_of(const struct m_ledger *ledger, struct sb_id id);
struct m_flow *m_flow_of(const struct m_ledger *ledger, struct sb_id id);

/* All that the plan in force says of a transfer; its accounts exist. */
void m_judge(const struct m_ledger *ledger, const struct sb_event *event, struct m_verdict *verdict);

/* What limit `s` has used at a time for a subject, from nothing. */
int64_t m_used(const struct m_ledger *ledger, const struct m_sentence *s, const struct m_subject *subject,
               sb_time_us time);
bool m_subject_of(const struct m_sentence *s, const struct m_account *account, struct m_subject *ret_subject);
bool m_same_window(const struct m_sentence *s, int32_t offset_s, sb_time_us then, sb_time_us now);

/* The same of the transfers of one instant only. */
int64_t m_used_at(const struct m_ledger *ledger, const struct m_sentence *s, const struct m_subject *subject,
                  sb_time_us time);

/* What the state hash takes from the program: the bytes and bits that stand for the model's counters. */
struct m_numbers {
    uint8_t identity[M_IDENTITIES_MAX][16];
    const struct m_sentence *sentence[M_IDENTITIES_MAX]; /* one of that identity */
    uint32_t counter[M_PLANS_MAX][M_IDENTITIES_MAX];
};
void m_hash(const struct m_ledger *ledger, const struct m_numbers *numbers, uint8_t ret_hash[32]);

/* ------------------------------------------------------------------ making and printing */

struct m_text {
    struct sb_str text;
    int sentence_of_line[M_LINES_MAX]; /* -1: none of the plan's sentences */
};
/* The text of a layer; in a random order of sentences when shuffle is not NULL. */
void m_print_layer(const struct m_plan *plan, const struct m_world *world, int layer,
                   struct m_random *shuffle, struct m_text *ret_text);

void m_make_world(struct m_random *random, struct m_world *ret_world);
void m_make_plan(struct m_random *random, const struct m_world *world, struct m_plan *ret_plan);
/* Another charter that changes some of the sentences of `old`. */
void m_amend_plan(struct m_random *random, const struct m_world *world, const struct m_plan *old,
                  struct m_plan *ret_plan);

/* Makes the events of a stream, looking at the model's ledger to aim. */
struct m_teller {
    struct m_random *random;
    const struct m_world *world;
    const struct m_ledger *ledger;
    int population;
    int persons;
    uint64_t next_id;
    sb_time_us now;
    uint32_t made;
};
enum { M_UNIT_MAX = SB_CHAIN_MAX + 1 };
void m_teller_init(struct m_teller *teller, struct m_random *random, const struct m_world *world,
                   const struct m_ledger *ledger);
/* The next event or chain; *ret_ends_batch: nothing may follow in its batch (an open chain). */
uint32_t m_tell(struct m_teller *teller, struct sb_event events[M_UNIT_MAX], bool *ret_ends_batch);
