/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Drives the program's ledger as the engine would, beside the model, and says where they differ. A stream is
 * a world, its charters and its events; all of it follows from a seed.
 */

#include "ledger/ledger.h"
#include "model.h"

enum { D_EVENTS_MAX = 20000 };

struct d_stream {
    uint64_t seed;
    struct m_world world;
    int plan_count;
    struct m_plan plans[M_PLANS_MAX];
    uint32_t count, room;
    struct sb_event *events;   /* owned, as all arrays here; of `room` elements */
    int8_t *plan_of;           /* CHARTER: which plan's hash it carries; -1: leave it as it is */
    bool *starts;              /* a unit (an event alone, or a chain) begins */
    bool *ends_batch;          /* nothing may follow in its batch */
    struct sb_result *results; /* the program's, of the first run */
};

/* How the charters are written for the program. */
enum d_writing { D_AS_MADE, D_SHUFFLED, D_FORMATTED_EN, D_FORMATTED_VI };

/* The program's side. */
struct d_side {
    struct sb_symbols *symbols;
    struct m_text texts[M_PLANS_MAX][M_LAYERS_MAX];
    struct sb_str formatted[M_PLANS_MAX][M_LAYERS_MAX];
    struct sb_plan *plans[M_PLANS_MAX];
    uint8_t hashes[M_PLANS_MAX][32];
    struct sb_ledger *ledger;
    struct sb_past *past;
    struct sb_past_entry *ids; /* every id's first event */
    uint32_t id_count;
    uint32_t plan_number;
    uint32_t used_checks;
};

/* Compile and offer the stream's charters. False, with the complaint in what, when one does not compile. */
bool d_side_init(struct d_side *side, const struct d_stream *stream, enum d_writing writing,
                 struct sb_str *what);
void d_side_release(struct d_side *side);
/* Look up the past, step, remember. */
void d_side_step(struct d_side *side, const struct sb_event *events, uint32_t count,
                 struct sb_result *results);

/* The rules of a result as the model names them, sorted; and the identities that it counted. */
int d_keys(const struct d_side *side, int plan, const struct sb_result *result, uint32_t keys[256]);
int d_counted(const struct d_side *side, const struct d_stream *stream, int plan,
              const struct sb_result *result, int identities[64]);
/* The model's sentence of a counter of a plan. */
const struct m_sentence *d_sentence_of_counter(const struct d_side *side, const struct d_stream *stream,
                                               int plan, uint32_t counter);

/* True when the model and the program agree on an event; else says how they differ. */
bool d_same_result(const struct d_side *side, const struct d_stream *stream, const struct m_result *model,
                   const struct sb_result *result, struct sb_str *what);
/* The same for what the ledgers hold; all: every counter of every account, else some. */
bool d_same_state(struct d_side *side, const struct d_stream *stream, const struct m_ledger *model,
                  struct m_random *random, bool all, struct sb_str *what);

/*
 * What sb_ledger_reasons says of an event that the model has stepped and the program has not: the same code,
 * rules, and figures of windows.
 */
bool d_same_reasons(struct d_side *side, const struct d_stream *stream, const struct m_ledger *model,
                    const struct sb_event *event, const struct m_result *result, struct sb_str *what);

/* The model's state hash is the program's. */
bool d_same_hash(const struct d_side *side, const struct d_stream *stream, const struct m_ledger *model,
                 struct sb_str *what);

void d_print_event(const struct d_stream *stream, const struct sb_event *event, struct sb_str *out);
