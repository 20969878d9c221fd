/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the compiler's files share. A compilation goes: parse and check (compile.c), give names their codes
 * (compile_names.c), number the rules and counters (compile_limit.c), cut time (compile_time.c), and for each
 * stretch and kind build the list of ops (compile_ops.c), whose conditions are made once
 * (compile_condition.c, compile_area.c). Work memory lies in `scratch`; the plan gets exact copies at the
 * end.
 */

#include "charter/plan.h"

#define SB_PLAN_SIZE_MAX    ((size_t)64 * 1024 * 1024)  /* bytes of a finished plan */
#define SB_COMPILE_SIZE_MAX ((size_t)256 * 1024 * 1024) /* bytes of work memory */
#define SB_COMPILE_CUTS_MAX 16384                       /* instants at which some sentence begins or ends */
#define SB_RULE_NONE        UINT16_MAX

/* Code that may not be made yet. */
struct sb_compiled_code {
    bool made;
    struct sb_code code;
};

/* One sentence that has an effect on a verdict, by layer and source. */
struct sb_compiled_sentence {
    const struct sb_sentence *sentence; /* borrowed from the layer's tree */
    uint8_t layer;
    uint16_t index;         /* in its layer */
    uint64_t kinds;         /* bit k: it means kind k of the plan; `all`: those with a holder */
    bool reads_holder;      /* its `where` does; IN_AREA by registration */
    bool needs_holder;      /* FEE that says `paid by holder`: nothing for a kind of nobody */
    sb_time_us known;       /* nobody knew it before */
    sb_time_us from, until; /* PILOT: the period */
    uint64_t asked;         /* ASK on a total: bit k: kind k is asked, the others are only counted */
    uint32_t column_count;  /* LIMIT: of its table, 1 without one. ASK on a total: 2, asks and only counts */
    sb_time_us *column_starts; /* owned by scratch; NULL: one column that always holds */
    uint16_t *cell_rules;      /* owned by scratch; [row * column_count + column], SB_RULE_NONE: no ceiling */
    uint32_t row_count;        /* LIMIT: 1 without a table */
    uint16_t rule;             /* FORBID, REQUIRE, IN_AREA, ASK on a condition */
    uint16_t counter;          /* LIMIT with a window, ASK on a total */
    uint32_t *excepts;         /* owned by scratch: the EXCEPT sentences that name this limit */
    uint32_t except_count;
    struct sb_compiled_code where[3];         /* by holder: payee, payer, nobody (enum sb_holder) */
    struct sb_compiled_code *selectors[4][3]; /* owned by scratch: a row each, by the subject's enum sb_side
                                                 and by holder */
};

/* A growing array in scratch. */
struct sb_compile_array {
    void *items;
    uint32_t count;
};

struct sb_compile_signature; /* what decides a list of ops, and the list */
#define SB_COMPILE_BUCKETS 4096

struct sb_compile {
    struct sb_plan *plan;
    const struct sb_plan_options *options;
    struct sb_symbols *symbols;
    struct sb_diagnostics *diagnostics;
    struct sb_err *err;
    struct sb_arena scratch;

    struct sb_compiled_sentence *sentences;
    uint32_t sentence_count;
    uint32_t layer_first[SB_CHARTER_LAYERS_MAX +
                         1]; /* sentences of layer l: [layer_first[l], layer_first[l + 1]) */
    bool layer_has_pilot[SB_CHARTER_LAYERS_MAX];

    const char *kind_name[SB_CHARTER_KINDS_MAX]; /* borrowed from the trees */
    const struct sb_sentence *area_sentence[SB_PLAN_AREAS_MAX];
    uint8_t area_layer[SB_PLAN_AREAS_MAX];

    sb_time_us *cuts;
    uint32_t cut_count;

    struct sb_compile_array fees, bands;
    struct sb_compile_array ops, op_rules, except_codes, code, sets, segments, lists;
    struct sb_compiled_code scopes[SB_CHARTER_LAYERS_MAX][3]; /* by enum sb_holder */
    struct sb_compile_signature *buckets[SB_COMPILE_BUCKETS];
};

/* ------------------------------------------------------------------ compile.c */

/* State that something in the source is wrong: a diagnostic, and the error as "path:line:column: ...".
 * Returns status. */
#define sb_compile_fail(compile, layer, at, status, ...)                               \
    (sb_diagnostics_add((compile)->diagnostics, SB_SEVERITY_ERROR, (at), __VA_ARGS__), \
     (void)sb_fail((compile)->err, (status), __VA_ARGS__),                             \
     sb_compile_locate((compile), (layer), (at), (status)))
enum sb_status sb_compile_locate(struct sb_compile *compile, uint32_t layer, struct sb_place_in_text at,
                                 enum sb_status status);
enum sb_status sb_compile_no_memory(struct sb_compile *compile);

/* One more element at the end of an array, zeroed; NULL when memory is out. */
void *sb_compile_push(struct sb_compile *compile, struct sb_compile_array *array, size_t size);

/* For tests: the allocations after so many of each of the compiler's own arenas fail; UINT64_MAX: none does.
 */
struct sb_compile_failing {
    uint64_t scratch_after, plan_after;
};
/* As sb_plan_compile, with failing memory. */
SB_CHECKED enum sb_status sb_plan_compile_failing(const struct sb_source *sources, uint32_t count,
                                                  const struct sb_plan_options *options,
                                                  struct sb_symbols *symbols,
                                                  struct sb_compile_failing failing,
                                                  struct sb_plan **ret_plan,
                                                  struct sb_diagnostics *diagnostics, struct sb_err *err);

/* ------------------------------------------------------------------ compile_names.c */

/* Give every name of the layers its code in the order of the source, and make the table of kinds. */
SB_CHECKED enum sb_status sb_compile_names(struct sb_compile *compile);

/* The mask of a list of kinds; kinds that nobody declared are errors. */
SB_CHECKED enum sb_status sb_compile_kinds(struct sb_compile *compile, uint32_t layer,
                                           const struct sb_kinds *kinds, uint64_t *ret_mask);

/* The names that an IS or IN compares with: those of the set when its one name is a set's. Borrowed. */
struct sb_words sb_compile_words(const struct sb_compile *compile, uint32_t layer,
                                 const struct sb_condition *condition);

/* The sentence that declares a set or area for a layer: its own, else the regulator's. NULL when none does.
 */
const struct sb_sentence *sb_compile_find(const struct sb_compile *compile, uint32_t layer,
                                          enum sb_sentence_type type, const char *name);

/* ------------------------------------------------------------------ compile_condition.c */

/* A tree laid flat: parents before children, left before right; no recursion, as the tree comes from outside.
 */
struct sb_flat_condition {
    const struct sb_condition *node;
    uint32_t left, right; /* indexes; 0: none */
    uint32_t need;        /* places on the stack that evaluating it needs */
};
/* NULL when memory is out. */
struct sb_flat_condition *sb_condition_flatten(struct sb_arena *arena, const struct sb_condition *condition,
                                               uint32_t *ret_count);

/* True when a comparison of it reads the holder. */
SB_CHECKED enum sb_status sb_compile_reads_holder(struct sb_compile *compile,
                                                  const struct sb_condition *condition, bool *ret_reads);

/* The code of a sentence's `where` for kinds of a holder; made once. Requires where. */
SB_CHECKED enum sb_status sb_compile_where(struct sb_compile *compile, struct sb_compiled_sentence *sentence,
                                           enum sb_holder holder, struct sb_code *ret_code);

/* The code of an `in area` for kinds of a holder; made once. */
SB_CHECKED enum sb_status sb_compile_in_area(struct sb_compile *compile,
                                             struct sb_compiled_sentence *sentence, enum sb_holder holder,
                                             struct sb_code *ret_code);

/* Whose attributes choose a row: those without a side are the subject's. */
struct sb_compile_sides {
    enum sb_side subject;
    enum sb_holder holder;
};

/* The code that selects a row of a limit's table. */
SB_CHECKED enum sb_status sb_compile_selector(struct sb_compile *compile,
                                              struct sb_compiled_sentence *sentence, uint32_t row,
                                              struct sb_compile_sides sides, struct sb_code *ret_code);

/* The code that keeps a provider's layer to its own customers; count 0 for the regulator's. */
SB_CHECKED enum sb_status sb_compile_scope(struct sb_compile *compile, uint32_t layer, enum sb_holder holder,
                                           struct sb_code *ret_code);

/* ------------------------------------------------------------------ compile_area.c */

/* Find the territory and work out which places lie in each area. */
SB_CHECKED enum sb_status sb_compile_areas(struct sb_compile *compile);

/* ------------------------------------------------------------------ compile_limit.c */

/* Whether a sentence counts in a window: most limits, and ask on a total. */
bool sb_compile_counts(const struct sb_sentence *sentence);

/* Give rules and counters their numbers, and put the ceilings of options->sets in. */
SB_CHECKED enum sb_status sb_compile_rules(struct sb_compile *compile);

/* ------------------------------------------------------------------ compile_fee.c */

/* Put a fee into the plan's tables; its number is compiled->counter. Requires that its rule has a number. */
SB_CHECKED enum sb_status sb_compile_fee(struct sb_compile *compile, struct sb_compiled_sentence *compiled);

/* ------------------------------------------------------------------ compile_time.c */

/* When each sentence is known and holds, and the instants at which that changes. */
SB_CHECKED enum sb_status sb_compile_times(struct sb_compile *compile);

/* Whether a sentence holds in the stretch that begins at `start`, by the law of the options; of a LIMIT,
 * *ret_column is the column of its table that does. */
bool sb_compile_holds(const struct sb_compile *compile, const struct sb_compiled_sentence *sentence,
                      sb_time_us start, uint32_t *ret_column);

/* What the periods of the pilot mean for a layer at `start`. */
struct sb_compile_term {
    bool in_term;
    bool run_off;           /* not in term, and an `after the end` applies */
    uint64_t run_off_kinds; /* that it names */
};
struct sb_compile_term sb_compile_term(const struct sb_compile *compile, uint32_t layer, sb_time_us start);

/* ------------------------------------------------------------------ compile_ops.c */

/* Build segments and their lists of ops. */
SB_CHECKED enum sb_status sb_compile_segments(struct sb_compile *compile);
