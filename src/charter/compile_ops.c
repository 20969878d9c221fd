/* SPDX-License-Identifier: Apache-2.0 */

/*
 * For each stretch of time and each kind, the list of what is to be judged. Most stretches change little, and
 * most kinds are alike, so a list is known by its signature (the holder, what the term says, and the
 * sentences with the columns that hold) and made once. A stretch whose lists are all those of the one before
 * it is none.
 */

#include "charter/compile_internal.h"

#include <string.h>

/* What the periods of a layer mean for a kind. */
enum term_state { IN_TERM, RUN_OFF_NAMED, RUN_OFF_OTHER, OUT_OF_TERM };

struct active {
    uint32_t sentence;
    uint32_t column;
};

struct sb_compile_signature {
    struct sb_compile_signature *next;
    uint64_t hash;
    uint32_t size; /* bytes */
    uint32_t *words;
    struct sb_op_list list;
};

/* One list under construction. */
struct list_work {
    struct sb_compile *compile;
    enum sb_holder holder;
    enum term_state states[SB_CHARTER_LAYERS_MAX];
    const struct active *active; /* that mean this kind, by layer and source */
    uint32_t active_count;
    uint32_t fee_count; /* that the list has by now */
};

/* ------------------------------------------------------------------ pieces of an op */

static struct sb_compiled_sentence *sentence_at(const struct list_work *work, uint32_t i)
{
    return &work->compile->sentences[work->active[i].sentence];
}

static enum sb_side holder_side(enum sb_holder holder)
{
    switch (holder) {
    case SB_HOLDER_PAYEE: return SB_SIDE_PAYEE;
    case SB_HOLDER_PAYER: return SB_SIDE_PAYER;
    case SB_HOLDER_NOBODY: break;
    }
    return SB_SIDE_TX;
}

/* A sentence that reads the holder does not apply where there is none. */
static bool reads_nobody(const struct list_work *work, const struct sb_compiled_sentence *sentence)
{
    return sentence->reads_holder && work->holder == SB_HOLDER_NOBODY;
}

static enum sb_status add_rule(struct list_work *work, uint32_t rule, struct sb_code selector)
{
    struct sb_op_rule *op_rule = sb_compile_push(work->compile, &work->compile->op_rules, sizeof(*op_rule));
    if (!op_rule)
        return sb_compile_no_memory(work->compile);
    *op_rule = (struct sb_op_rule){.rule = (uint16_t)rule, .selector = selector};
    return SB_OK;
}

static enum sb_status add_except(struct list_work *work, struct sb_op *op, struct sb_code code)
{
    struct sb_code *except = sb_compile_push(work->compile, &work->compile->except_codes, sizeof(*except));
    if (!except)
        return sb_compile_no_memory(work->compile);
    *except = code;
    op->excepts_count++;
    return SB_OK;
}

static enum sb_status begin_op(struct list_work *work, enum sb_op_type type, uint32_t layer,
                               struct sb_op *ret_op)
{
    *ret_op = (struct sb_op){
        .type = (uint8_t)type,
        .side = (uint8_t)holder_side(work->holder),
        .layer = (uint8_t)layer,
        .excepts_first = work->compile->except_codes.count,
        .rules_first = work->compile->op_rules.count,
    };
    return sb_compile_scope(work->compile, layer, work->holder, &ret_op->scope);
}

static enum sb_status end_op(struct list_work *work, struct sb_op op)
{
    struct sb_op *place = sb_compile_push(work->compile, &work->compile->ops, sizeof(*place));
    if (!place)
        return sb_compile_no_memory(work->compile);
    op.rules_count = (uint16_t)(work->compile->op_rules.count - op.rules_first);
    *place = op;
    return SB_OK;
}

/* ------------------------------------------------------------------ term, allow, forbid, require, ask */

static enum sb_status add_term(struct list_work *work, uint32_t layer)
{
    struct sb_op op;
    if (work->states[layer] == IN_TERM || work->states[layer] == RUN_OFF_NAMED)
        return SB_OK;
    enum sb_status status = begin_op(work, SB_OP_TERM, layer, &op);
    if (status == SB_OK)
        status = add_rule(work, layer * 2, (struct sb_code){0});
    return status == SB_OK ? end_op(work, op) : status;
}

/* The first `allow` without a condition makes the op needless. */
static bool is_allowed_always(const struct list_work *work, uint32_t layer)
{
    for (uint32_t i = 0; i < work->active_count; i++) {
        const struct sb_compiled_sentence *allow = sentence_at(work, i);
        if (allow->layer == layer && allow->sentence->type == SB_S_ALLOW && !allow->sentence->where)
            return true;
    }
    return false;
}

static enum sb_status add_allow(struct list_work *work, uint32_t layer)
{
    struct sb_op op;
    if (work->states[layer] != IN_TERM || is_allowed_always(work, layer))
        return SB_OK;
    enum sb_status status = begin_op(work, SB_OP_ALLOW, layer, &op);
    for (uint32_t i = 0; i < work->active_count && status == SB_OK; i++) {
        struct sb_compiled_sentence *allow = sentence_at(work, i);
        struct sb_code code;
        if (allow->layer != layer || allow->sentence->type != SB_S_ALLOW || reads_nobody(work, allow))
            continue;
        status = sb_compile_where(work->compile, allow, work->holder, &code);
        if (status == SB_OK)
            status = add_except(work, &op, code);
    }
    if (status == SB_OK)
        status = add_rule(work, layer * 2 + 1, (struct sb_code){0});
    return status == SB_OK ? end_op(work, op) : status;
}

static enum sb_status filter_of(struct list_work *work, struct sb_compiled_sentence *sentence,
                                struct sb_op *op)
{
    if (sentence->sentence->type == SB_S_IN_AREA)
        return sb_compile_in_area(work->compile, sentence, work->holder, &op->filter);
    return sentence->sentence->where ? sb_compile_where(work->compile, sentence, work->holder, &op->filter)
                                     : SB_OK;
}

static enum sb_status add_simple(struct list_work *work, enum sb_op_type type,
                                 struct sb_compiled_sentence *sentence)
{
    struct sb_op op;
    if (reads_nobody(work, sentence) ||
        (sentence->sentence->type == SB_S_REQUIRE && !sentence->sentence->where))
        return SB_OK;
    enum sb_status status = begin_op(work, type, sentence->layer, &op);
    if (status == SB_OK)
        status = filter_of(work, sentence, &op);
    if (status == SB_OK)
        status = add_rule(work, sentence->rule, (struct sb_code){0});
    return status == SB_OK ? end_op(work, op) : status;
}

/* ------------------------------------------------------------------ fees */

/* The side that pays; TX: the house. The holder's where nothing is written, the payer's where nobody is one.
 */
static enum sb_side paying_side(const struct list_work *work, enum sb_party party)
{
    switch (party) {
    case SB_PARTY_HOLDER: return work->holder == SB_HOLDER_PAYEE ? SB_SIDE_PAYEE : SB_SIDE_PAYER;
    case SB_PARTY_PAYER: return SB_SIDE_PAYER;
    case SB_PARTY_PAYEE: return SB_SIDE_PAYEE;
    case SB_PARTY_AGENT: return SB_SIDE_AGENT;
    case SB_PARTY_HOUSE: break;
    }
    return SB_SIDE_TX;
}

static enum sb_status add_fee(struct list_work *work, uint32_t i)
{
    struct sb_compiled_sentence *fee = sentence_at(work, i);
    struct sb_compile *compile = work->compile;
    if (reads_nobody(work, fee) || (fee->needs_holder && work->holder == SB_HOLDER_NOBODY))
        return SB_OK;
    if (work->fee_count == SB_PLAN_FEES_MAX)
        return sb_compile_fail(compile, fee->layer, fee->sentence->at, SB_LIMIT,
                               "more than %d fees are in force for one kind at one time",
                               "quá %d khoản phí có hiệu lực cùng lúc đối với một loại giao dịch",
                               SB_PLAN_FEES_MAX);
    const struct sb_plan_fee *made = (struct sb_plan_fee *)compile->fees.items + fee->counter;
    struct sb_op op;
    enum sb_status status = begin_op(work, SB_OP_FEE, fee->layer, &op);
    op.holder = op.side;
    op.side = (uint8_t)paying_side(work, (enum sb_party)made->payer);
    op.counter = fee->counter;
    op.fee_bit = (uint8_t)work->fee_count++;
    if (status == SB_OK)
        status = filter_of(work, fee, &op);
    if (status == SB_OK)
        status = add_rule(work, fee->rule, (struct sb_code){0});
    return status == SB_OK ? end_op(work, op) : status;
}

/* ------------------------------------------------------------------ limits */

static enum sb_op_type op_of_measure(enum sb_measure measure)
{
    switch (measure) {
    case SB_MEASURE_SUM:
    case SB_MEASURE_NUMBER: return SB_OP_WINDOW;
    case SB_MEASURE_EACH_MOST:
    case SB_MEASURE_EACH_LEAST: return SB_OP_EACH;
    case SB_MEASURE_BALANCE: break;
    }
    return SB_OP_BALANCE;
}

/* Whose limit it is: the side of its subject. HOLDER where there is no holder: it does not apply. */
static enum sb_side subject_side(const struct list_work *work, const struct sb_sentence *limit)
{
    enum sb_op_type type = op_of_measure(limit->limit.measure);
    enum sb_side side = limit->limit.side_written ? limit->limit.side : SB_SIDE_HOLDER;
    if (type == SB_OP_BALANCE)
        return SB_SIDE_PAYEE;
    if (type == SB_OP_EACH || limit->limit.subject == SB_SUBJECT_PILOT)
        side = SB_SIDE_HOLDER;
    else if (limit->limit.subject == SB_SUBJECT_AGENT)
        return SB_SIDE_AGENT;
    if (side != SB_SIDE_HOLDER || work->holder == SB_HOLDER_NOBODY)
        return side;
    return holder_side(work->holder);
}

/* Whether the rows of its table are chosen by the holder's attributes; those without a side are the
 * subject's. */
static bool table_reads_holder(const struct sb_sentence *limit, enum sb_side subject)
{
    const struct sb_limit_table *table = &limit->limit.table;
    for (uint32_t i = 0; limit->limit.has_table && i < table->attribute_count; i++)
        if ((table->attributes[i].side_written ? table->attributes[i].side : subject) == SB_SIDE_HOLDER)
            return true;
    return false;
}

/* For a kind of nobody, a limit without a subject's side still applies when nothing of it reads the holder.
 */
static bool applies(const struct list_work *work, const struct sb_compiled_sentence *limit, enum sb_side side)
{
    const struct sb_sentence *sentence = limit->sentence;
    if (work->holder != SB_HOLDER_NOBODY)
        return true;
    bool sideless =
        op_of_measure(sentence->limit.measure) != SB_OP_WINDOW || sentence->limit.subject == SB_SUBJECT_PILOT;
    return !limit->reads_holder && !table_reads_holder(sentence, side) &&
           (side != SB_SIDE_HOLDER || sideless);
}

static enum sb_status add_cells(struct list_work *work, uint32_t i, enum sb_side side)
{
    struct sb_compiled_sentence *limit = sentence_at(work, i);
    enum sb_status status = SB_OK;
    for (uint32_t row = 0; row < limit->row_count && status == SB_OK; row++) {
        uint16_t rule = limit->cell_rules[row * limit->column_count + work->active[i].column];
        struct sb_code selector = {0};
        if (rule == SB_RULE_NONE)
            continue;
        if (limit->sentence->limit.has_table)
            status = sb_compile_selector(work->compile, limit, row,
                                         (struct sb_compile_sides){side, work->holder}, &selector);
        if (status == SB_OK)
            status = add_rule(work, rule, selector);
    }
    return status;
}

/* The exceptions in force. *ret_always: one of them has no condition, so the limit does not apply at all. */
static enum sb_status add_excepts(struct list_work *work, const struct sb_compiled_sentence *limit,
                                  struct sb_op *op, bool *ret_always)
{
    enum sb_status status = SB_OK;
    uint32_t next = 0; /* of limit->excepts; both lists are in the order of the source */
    for (uint32_t i = 0; i < work->active_count && next < limit->except_count && status == SB_OK; i++) {
        struct sb_compiled_sentence *except = sentence_at(work, i);
        struct sb_code code;
        while (next < limit->except_count && limit->excepts[next] < work->active[i].sentence)
            next++;
        if (next == limit->except_count || limit->excepts[next] != work->active[i].sentence ||
            reads_nobody(work, except))
            continue;
        if (!except->sentence->where) {
            *ret_always = true;
            return SB_OK;
        }
        status = sb_compile_where(work->compile, except, work->holder, &code);
        if (status == SB_OK)
            status = add_except(work, op, code);
    }
    return status;
}

/* The same counter earlier in the list: a version that overlaps; it was taken along with that one. */
static bool is_taken(const struct list_work *work, uint32_t i)
{
    for (uint32_t j = 0; j < i; j++) {
        const struct sb_compiled_sentence *other = sentence_at(work, j);
        if (sb_compile_counts(other->sentence) && other->counter == sentence_at(work, i)->counter)
            return true;
    }
    return false;
}

static enum sb_status add_window_cells(struct list_work *work, uint32_t i, enum sb_side side)
{
    enum sb_status status = SB_OK;
    uint16_t counter = sentence_at(work, i)->counter;
    for (uint32_t j = i; j < work->active_count && status == SB_OK; j++) {
        const struct sb_compiled_sentence *other = sentence_at(work, j);
        if (sb_compile_counts(other->sentence) && other->counter == counter)
            status = add_cells(work, j, side);
    }
    return status;
}

static enum sb_status add_limit(struct list_work *work, enum sb_op_type type, uint32_t i)
{
    struct sb_compiled_sentence *limit = sentence_at(work, i);
    enum sb_side side = subject_side(work, limit->sentence);
    struct sb_op op;
    bool exempt = false;
    if (!applies(work, limit, side) || (type == SB_OP_WINDOW && is_taken(work, i)))
        return SB_OK;
    if (side ==
        SB_SIDE_HOLDER) /* nobody's: the pilot's window is anybody's, a single amount is no account's */
        side = type == SB_OP_WINDOW ? SB_SIDE_PAYER : SB_SIDE_TX;
    enum sb_status status = begin_op(work, type, limit->layer, &op);
    op.side = (uint8_t)side;
    op.counter = limit->counter;
    if (status == SB_OK)
        status = filter_of(work, limit, &op);
    if (status == SB_OK)
        status = add_excepts(work, limit, &op, &exempt);
    if (status != SB_OK || exempt)
        return status;
    status = type == SB_OP_WINDOW ? add_window_cells(work, i, side) : add_cells(work, i, side);
    /* A window without a ceiling is still counted: the next column may have one. */
    if (status == SB_OK && type != SB_OP_WINDOW && work->compile->op_rules.count == op.rules_first)
        return SB_OK;
    return status == SB_OK ? end_op(work, op) : status;
}

/* ------------------------------------------------------------------ lists */

static enum sb_status add_sentence(struct list_work *work, enum sb_op_type type, uint32_t i)
{
    struct sb_compiled_sentence *sentence = sentence_at(work, i);
    enum sb_sentence_type is = sentence->sentence->type;
    if ((type == SB_OP_FORBID && is == SB_S_FORBID) ||
        (type == SB_OP_REQUIRE && (is == SB_S_REQUIRE || is == SB_S_IN_AREA)))
        return add_simple(work, type, sentence);
    if (is == SB_S_FEE && type == SB_OP_FEE)
        return add_fee(work, i);
    if (is == SB_S_LIMIT && type >= SB_OP_EACH && op_of_measure(sentence->sentence->limit.measure) == type)
        return add_limit(work, type, i);
    return SB_OK;
}

/* Those that ask come behind all that refuse: what is refused needs no step. */
static enum sb_status add_ask(struct list_work *work, uint32_t i)
{
    struct sb_compiled_sentence *sentence = sentence_at(work, i);
    if (sentence->sentence->type != SB_S_ASK)
        return SB_OK;
    return sb_compile_counts(sentence->sentence) ? add_limit(work, SB_OP_WINDOW, i)
                                                 : add_simple(work, SB_OP_ASK, sentence);
}

static enum sb_status make_list(struct list_work *work, struct sb_op_list *ret_list)
{
    struct sb_compile *compile = work->compile;
    uint32_t first = compile->ops.count;
    enum sb_status status = SB_OK;
    for (uint32_t layer = 0; layer < compile->plan->layer_count && status == SB_OK; layer++)
        status = add_term(work, layer);
    for (uint32_t layer = 0; layer < compile->plan->layer_count && status == SB_OK; layer++)
        status = add_allow(work, layer);
    for (int type = SB_OP_FORBID; type <= SB_OP_BALANCE; type++)
        for (uint32_t i = 0; i < work->active_count && status == SB_OK; i++)
            status = add_sentence(work, (enum sb_op_type)type, i);
    for (uint32_t i = 0; i < work->active_count && status == SB_OK; i++)
        status = add_ask(work, i);
    *ret_list = (struct sb_op_list){first, compile->ops.count - first};
    return status;
}

static uint64_t hash_words(const uint32_t *words, uint32_t count)
{
    uint64_t hash = count;
    for (uint32_t i = 0; i < count; i++)
        hash = sb_mix64(hash ^ words[i]) + i;
    return hash;
}

/* The list of a signature: one that is there, or a new one. words is borrowed for the call. */
static enum sb_status find_list(struct list_work *work, const uint32_t *words, uint32_t count,
                                struct sb_op_list *ret_list)
{
    struct sb_compile *compile = work->compile;
    uint64_t hash = hash_words(words, count);
    uint32_t size = count * (uint32_t)sizeof(*words);
    struct sb_compile_signature **bucket = &compile->buckets[hash % SB_COMPILE_BUCKETS];
    for (struct sb_compile_signature *at = *bucket; at; at = at->next) {
        if (at->hash == hash && at->size == size && memcmp(at->words, words, size) == 0) {
            *ret_list = at->list;
            return SB_OK;
        }
    }
    struct sb_compile_signature *made = sb_arena_alloc(&compile->scratch, 1, sizeof(*made));
    uint32_t *copy = sb_arena_alloc(&compile->scratch, count, sizeof(*copy));
    if (!made || !copy)
        return sb_compile_no_memory(compile);
    memcpy(copy, words, size);
    *made = (struct sb_compile_signature){.next = *bucket, .hash = hash, .size = size, .words = copy};
    *bucket = made;
    enum sb_status status = make_list(work, &made->list);
    *ret_list = made->list;
    return status;
}

/* ------------------------------------------------------------------ segments */

/* Work memory of one stretch, made once. */
struct segment_work {
    struct sb_compile_term terms[SB_CHARTER_LAYERS_MAX];
    struct active *active; /* of the stretch */
    uint32_t active_count;
    struct active *of_kind;
    uint32_t *words;          /* signature */
    struct sb_op_list *lists; /* a kind each, and the last for undeclared ones */
};

/* The sentences that a judge must look at in this stretch. Outside its term a charter says only that. */
static void find_active(const struct sb_compile *compile, sb_time_us start, struct segment_work *segment)
{
    segment->active_count = 0;
    for (uint32_t layer = 0; layer < compile->plan->layer_count; layer++) {
        struct sb_compile_term term = sb_compile_term(compile, layer, start);
        segment->terms[layer] = term;
        if (!term.in_term && !term.run_off)
            continue;
        for (uint32_t i = compile->layer_first[layer]; i < compile->layer_first[layer + 1]; i++) {
            const struct sb_compiled_sentence *sentence = &compile->sentences[i];
            enum sb_sentence_type type = sentence->sentence->type;
            uint32_t column;
            bool judged =
                type != SB_S_PILOT && type != SB_S_AFTER_END && (type != SB_S_ALLOW || term.in_term);
            if (judged && sb_compile_holds(compile, sentence, start, &column))
                segment->active[segment->active_count++] = (struct active){i, column};
        }
    }
}

static enum term_state state_of(const struct sb_compile_term *term, uint64_t kind)
{
    if (term->in_term)
        return IN_TERM;
    if (!term->run_off)
        return OUT_OF_TERM;
    return term->run_off_kinds & kind ? RUN_OFF_NAMED : RUN_OFF_OTHER;
}

static enum sb_status list_of_kind(struct sb_compile *compile, struct segment_work *segment, uint32_t k)
{
    const struct sb_plan *plan = compile->plan;
    bool declared = k < plan->kind_count;
    uint64_t kind = declared ? UINT64_C(1) << k : 0;
    struct list_work work = {
        .compile = compile,
        .holder = declared ? (enum sb_holder)plan->kind_holder[k] : SB_HOLDER_NOBODY,
        .active = segment->of_kind,
    };
    uint32_t count = 0;
    segment->words[count++] = work.holder;
    for (uint32_t layer = 0; layer < plan->layer_count; layer++) {
        work.states[layer] = state_of(&segment->terms[layer], kind);
        segment->words[count++] = work.states[layer];
    }
    for (uint32_t i = 0; i < segment->active_count; i++) {
        struct active active = segment->active[i];
        const struct sb_compiled_sentence *sentence = &compile->sentences[active.sentence];
        if (!(sentence->kinds & kind))
            continue;
        if (sentence->sentence->type == SB_S_ASK && sentence->sentence->limit.total)
            active.column = !(sentence->asked & kind);
        segment->of_kind[work.active_count++] = active;
        segment->words[count++] = active.sentence << 8 | active.column;
    }
    return find_list(&work, segment->words, count, &segment->lists[k]);
}

static enum sb_status add_segment(struct sb_compile *compile, const struct segment_work *segment,
                                  sb_time_us start)
{
    uint32_t width = compile->plan->kind_count + 1;
    struct sb_segment made = {
        .from = start, .in_term = segment->terms[0].in_term, .run_off = segment->terms[0].run_off};
    if (compile->segments.count > 0) {
        const struct sb_segment *last =
            (struct sb_segment *)compile->segments.items + compile->segments.count - 1;
        const struct sb_op_list *lists =
            (struct sb_op_list *)compile->lists.items + compile->lists.count - width;
        if (last->in_term == made.in_term && last->run_off == made.run_off &&
            memcmp(lists, segment->lists, width * sizeof(*lists)) == 0)
            return SB_OK;
    }
    if (compile->segments.count == SB_PLAN_SEGMENTS_MAX)
        return sb_fail(compile->err, SB_LIMIT,
                       "the law changes more than %d times over the charter's time line",
                       "luật thay đổi hơn %d lần trên dòng thời gian của điều lệ", SB_PLAN_SEGMENTS_MAX);
    struct sb_segment *place = sb_compile_push(compile, &compile->segments, sizeof(*place));
    if (!place)
        return sb_compile_no_memory(compile);
    *place = made;
    for (uint32_t k = 0; k < width; k++) {
        struct sb_op_list *list = sb_compile_push(compile, &compile->lists, sizeof(*list));
        if (!list)
            return sb_compile_no_memory(compile);
        *list = segment->lists[k];
    }
    return SB_OK;
}

enum sb_status sb_compile_segments(struct sb_compile *compile)
{
    uint32_t width = compile->plan->kind_count + 1;
    size_t most = (size_t)compile->sentence_count + SB_CHARTER_LAYERS_MAX + 1;
    struct segment_work segment = {
        .active = sb_arena_alloc(&compile->scratch, most, sizeof(*segment.active)),
        .of_kind = sb_arena_alloc(&compile->scratch, most, sizeof(*segment.of_kind)),
        .words = sb_arena_alloc(&compile->scratch, most, sizeof(*segment.words)),
        .lists = sb_arena_alloc(&compile->scratch, width, sizeof(*segment.lists)),
    };
    if (!segment.active || !segment.of_kind || !segment.words || !segment.lists)
        return sb_compile_no_memory(compile);
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i <= compile->cut_count && status == SB_OK; i++) {
        sb_time_us start = i == 0 ? SB_TIME_ALWAYS : compile->cuts[i - 1];
        find_active(compile, start, &segment);
        for (uint32_t k = 0; k < width && status == SB_OK; k++)
            status = list_of_kind(compile, &segment, k);
        if (status == SB_OK)
            status = add_segment(compile, &segment, start);
    }
    return status;
}
