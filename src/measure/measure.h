/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a pilot comes to, counted while it happens: a closed vocabulary of measures, each with its definition,
 * numerator, denominator, window and the epoch of the territory, and the figures that the charter's own
 * sentences ask for. Counters follow the ledger's stream of events and results in about constant time an
 * event; memory grows with accounts and with groups times days, not with events. What they say always equals
 * counting again from nothing.
 *
 * Counters are whole numbers. Quotients are made when somebody asks: this room is the one place for floating
 * point. Definitions: docs/measures.md.
 */

#include "base/str.h"
#include "ledger/ledger.h"

struct sb_measures;

/* How rows are grouped: by attributes of the holder's account, as registered. Flows by KIND and SENTENCE too.
 */
enum sb_measured_by {
    SB_MEASURED_ALL = 0,
    SB_MEASURED_PROVINCE,
    SB_MEASURED_AREA, /* rural, urban, special */
    SB_MEASURED_TIER,
    SB_MEASURED_SEX,
    SB_MEASURED_AGE, /* bands of years: year asked about less year of birth */
    SB_MEASURED_PROVIDER,
    SB_MEASURED_KIND,     /* of the transfer */
    SB_MEASURED_SENTENCE, /* that refused, could not decide, or asked */
    SB_MEASURED_BY_COUNT,
};

/* The word on the command line and in the API ("province"), static; and back, BY_COUNT when there is none. */
const char *sb_measured_by_word(enum sb_measured_by by);
enum sb_measured_by sb_measured_by_of_word(const char *word);

/* Adults by province, as somebody who publishes them says. */
struct sb_adults {
    const char *source; /* named with every figure made of it */
    const struct sb_adults_row {
        uint32_t place; /* SB_PLACE of a province */
        int64_t adults;
    } * rows;
    uint32_t count;
};

struct sb_measures_options {
    /* Charters whose sentences are counted, in the order of their installation; the array is copied, they are
     * borrowed until the end. One that is installed later and is not among them is not followed: see
     * sb_measures_is_current. */
    const struct sb_plan *const *plans;
    uint32_t plan_count;
    const struct sb_symbols *symbols; /* borrowed; may grow meanwhile */
    uint32_t days; /* one more window for active accounts and flows, besides 30 and 90; 0: none */
    const struct sb_adults *adults; /* borrowed; NULL: nobody said */
};

/* Counters at nothing. The caller frees them. Errors: SB_NOMEM, SB_LIMIT (too many sentences that measure).
 */
SB_CHECKED enum sb_status sb_measures_new(const struct sb_measures_options *options,
                                          struct sb_measures **ret_measures, struct sb_err *err);
void sb_measures_free(struct sb_measures *measures);

/* Count what the ledger has just done: fits sb_ledger_watch, with the measures as context. */
SB_CHECKED enum sb_status sb_measures_saw(void *measures, const struct sb_ledger *ledger,
                                          const struct sb_ledger_seen *seen, struct sb_err *err);

/*
 * Go on with another ledger and table of names that hold the same history: counted from a journal, then live.
 * Borrowed; the ledger itself comes with each call of sb_measures_saw.
 */
void sb_measures_continue(struct sb_measures *measures, const struct sb_symbols *symbols);

/* The day of the last event by the charter's clock, SB_DAY_NONE before the first; the day of the first one.
 */
sb_day sb_measures_last_day(const struct sb_measures *measures);
sb_day sb_measures_first_day(const struct sb_measures *measures);

/* False once a charter came into force whose sentences are not counted: count again from nothing with it. */
bool sb_measures_is_current(const struct sb_measures *measures);

/* ------------------------------------------------------------------ the vocabulary */

enum sb_measured_unit {
    SB_UNIT_ACCOUNTS,
    SB_UNIT_TRANSFERS,
    SB_UNIT_MONEY,  /* minor units of the pilot's unit */
    SB_UNIT_SHARE,  /* 0 to 1 */
    SB_UNIT_POINTS, /* a difference of shares, in percentage points */
    SB_UNIT_PER_100000,
    SB_UNIT_PER_ACCOUNT,
    SB_UNIT_INDEX, /* Gini 0 to 1, HHI 0 to 10 000 */
};

struct sb_measure_definition {
    const char *name; /* "active-share" */
    enum sb_measured_unit unit;
    uint32_t window_days; /* 0: a state at the end of the day, or all since the beginning: see cumulative */
    bool cumulative;
    const char *title[2], *definition[2];      /* by enum sb_lang */
    const char *numerator[2], *denominator[2]; /* in words; denominator "" without one */
};

/* The definitions, in the order of the report; window_days of those over the asker's own window is its
 * length. */
unsigned sb_measure_count(void);
const struct sb_measure_definition *sb_measure_definition(unsigned measure);
/* The number of a name; sb_measure_count() when there is none. */
unsigned sb_measure_of_name(const char *name);
const char *sb_measured_unit_word(enum sb_measured_unit unit);

struct sb_measured_row {
    char key[64]; /* "24", "rural", "female", "25-34"; "all" of everything; "-" where it is not known */
    char label[2][96];
    bool has_numerator, has_denominator, has_value;
    int64_t numerator, denominator;
    double value;
    int64_t n;           /* people or accounts behind it: what suppression looks at */
    bool suppressed;     /* n is too small to be published: no figures */
    const char *note[2]; /* static; why there is no value, or NULL */
};

struct sb_measured {
    unsigned measure;
    enum sb_measured_by by;
    sb_day day;
    sb_day places_on;              /* rows name the provinces of this day */
    uint32_t window_days;          /* of this answer: the definition's, or the asker's */
    char epoch[SB_TIME_TEXT_SIZE]; /* the day since which the territory's places are what rows name; ""
                                      without one */
    struct sb_measured_row *rows;  /* owned */
    size_t count;
};

struct sb_measured_question {
    unsigned measure;
    enum sb_measured_by by;
    sb_day day;           /* as of its end; not after the last day counts as the last day */
    uint32_t window_days; /* of measures over a window: 30 when 0; any number of days */
    bool suppress;        /* rows behind which stand one to four people show nothing */
    sb_day
        places_from; /* provinces as they are then, where the day asked about is earlier; 0: the day's own */
};

#define SB_SUPPRESS_BELOW 5

/* Answer; the caller releases it. A measure that a grouping does not apply to has no rows. Errors: SB_NOMEM.
 */
SB_CHECKED enum sb_status sb_measures_ask(struct sb_measures *measures,
                                          const struct sb_measured_question *question,
                                          struct sb_measured *ret_measured, struct sb_err *err);
void sb_measured_release(struct sb_measured *measured);

/* ------------------------------------------------------------------ the charter's own figures */

/* A sentence of a charter with its figure on a day. */
struct sb_figure_value {
    unsigned type;    /* enum sb_sentence_type: MEASURE, GOAL, SAFEGUARD, EXPOSURE, PARTICIPANTS, INVARIANT */
    const char *name; /* "" where the sentence has none; borrowed from the charter */
    const struct sb_sentence *sentence; /* borrowed */
    const struct sb_charter *charter;
    uint32_t installation;       /* which of the options' plans says so last: 0 is the first */
    uint32_t first_installation; /* which said it first, in the same words */
    bool amended;                /* a later charter says something else of this name, or nothing */
    sb_day day;  /* the figure is as of its end; a goal's is that of its date once that is reached */
    sb_day date; /* GOAL; else SB_DAY_NONE */
    bool due;    /* GOAL: its date is reached */
    bool has_bottom, has_threshold, threshold_share, has_value;
    int64_t top, bottom; /* numerator and denominator, as counted */
    bool top_is_amount, bottom_is_amount;
    int64_t unknown;     /* of top: accounts or transfers of which it cannot be told whether they count */
    double value;        /* top / bottom; top where there is no bottom */
    double threshold;    /* in the same terms: a share of 60 % is 0.6 */
    double distance;     /* from the value to the threshold, positive on the good side; of a safeguard: to the
                            trip */
    bool met;            /* the comparison holds. Of a safeguard: it would trip */
    const char *note[2]; /* static; why there is no value, or NULL */
};

unsigned sb_figure_count(const struct sb_measures *measures);
/* The n-th, by type (goals, measures, safeguards, exposure, participants, invariants), then as the charters
 * have them. */
void sb_figure_on(const struct sb_measures *measures, unsigned n, sb_day day,
                  struct sb_figure_value *ret_value);
/* Whether one to four accounts or transfers stand behind it: not to be published. Sums of money are not
 * counted here. */
bool sb_figure_is_small(const struct sb_figure_value *value);
/* The sentence as the house writes it, with its keyword. */
void sb_figure_text(const struct sb_figure_value *value, enum sb_lang lang, struct sb_str *out);

/* ------------------------------------------------------------------ answers as JSON */

/*
 * The API's answers (docs/api/openapi.yaml); each a string that the caller frees, NULL when memory is out.
 * Whole numbers and quotients are strings there; amounts are minor units. lang decides labels and the wording
 * of sentences.
 */
struct sb_json_question {
    enum sb_measured_by by; /* of measures; ignored by the others */
    sb_day day;
    uint32_t window_days;
    bool suppress;
    enum sb_lang lang;
};
char *sb_measures_json(struct sb_measures *measures, const struct sb_json_question *question);
char *sb_goals_json(struct sb_measures *measures, const struct sb_json_question *question);
/* One measure on the provinces as tiles: in Viet Nam the 34 of 2025-07-01 on, for earlier days too. Errors:
 * SB_NOT_FOUND (no measure of that name by province), SB_NOMEM. */
SB_CHECKED enum sb_status sb_map_json(struct sb_measures *measures, const char *measure,
                                      const struct sb_json_question *question, char **ret_json,
                                      struct sb_err *err);

/* A figure's value, or a part of it, as decimal text: whole minor units for money. */
#define SB_VALUE_TEXT_SIZE 64
void sb_value_text(enum sb_measured_unit unit, double value, char text[SB_VALUE_TEXT_SIZE]);

/* Bytes that the counters hold. */
size_t sb_measures_size(const struct sb_measures *measures);
