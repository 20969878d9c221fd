/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Conditions become postfix code. A tree comes from outside and may lean thousands deep to one side, so it is
 * laid flat first and walked with a stack of our own. Of the two operands of `and` and `or` the one that
 * needs more of the judge's stack is evaluated first (Sethi and Ullman); Kleene's logic does not mind the
 * order, and a condition of n comparisons then needs at most log2(n) + 1 places.
 */

#include "charter/compile_internal.h"

#include "base/macros.h"

#include <assert.h>
#include <string.h>

/* A tree of 2^31 comparisons does not fit a source. */
static_assert(SB_CHARTER_NESTING_MAX >= 20 && SB_CHARTER_SIZE_MAX < (1 << 20),
              "the judge's stack is deep enough");

/* ------------------------------------------------------------------ laying flat */

struct visit {
    const struct sb_condition *node;
    uint32_t parent;
    bool is_left;
};

static bool push_visit(struct sb_arena *arena, struct visit **stack, uint32_t *count, struct visit visit)
{
    struct visit *grown = sb_arena_grow(arena, *stack, *count, sizeof(**stack));
    if (!grown)
        return false;
    grown[(*count)++] = visit;
    *stack = grown;
    return true;
}

static void measure_need(struct sb_flat_condition *flat, uint32_t count)
{
    for (uint32_t i = count; i-- > 0;) {
        struct sb_flat_condition *at = &flat[i];
        uint32_t left = at->left ? flat[at->left].need : 0;
        uint32_t right = at->right ? flat[at->right].need : 0;
        at->need = SB_MAX(1u, left == right ? left + (right > 0) : SB_MAX(left, right));
    }
}

struct sb_flat_condition *sb_condition_flatten(struct sb_arena *arena, const struct sb_condition *condition,
                                               uint32_t *ret_count)
{
    struct sb_flat_condition *flat = NULL;
    struct visit *stack = NULL;
    uint32_t count = 0, depth = 0;
    if (!push_visit(arena, &stack, &depth, (struct visit){condition, 0, false}))
        return NULL;
    while (depth > 0) {
        struct visit visit = stack[--depth];
        struct sb_flat_condition *grown = sb_arena_grow(arena, flat, count, sizeof(*flat));
        if (!grown)
            return NULL;
        flat = grown;
        flat[count] = (struct sb_flat_condition){.node = visit.node};
        if (count > 0 && visit.is_left)
            flat[visit.parent].left = count;
        else if (count > 0)
            flat[visit.parent].right = count;
        /* The right one is pushed first: the left one comes off the stack first, in the order of the source.
         */
        if ((visit.node->right &&
             !push_visit(arena, &stack, &depth, (struct visit){visit.node->right, count, false})) ||
            (visit.node->left &&
             !push_visit(arena, &stack, &depth, (struct visit){visit.node->left, count, true})))
            return NULL;
        count++;
    }
    measure_need(flat, count);
    *ret_count = count;
    return flat;
}

enum sb_status sb_compile_reads_holder(struct sb_compile *compile, const struct sb_condition *condition,
                                       bool *ret_reads)
{
    uint32_t count;
    struct sb_flat_condition *flat = sb_condition_flatten(&compile->scratch, condition, &count);
    if (!flat)
        return sb_compile_no_memory(compile);
    bool reads = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct sb_condition *node = flat[i].node;
        if (node->op >= SB_COND_IS)
            reads |=
                node->side == SB_SIDE_HOLDER || (node->against_field && node->other_side == SB_SIDE_HOLDER);
    }
    *ret_reads = reads;
    return SB_OK;
}

/* ------------------------------------------------------------------ sets of codes */

/* The set with these codes; one that was made lately is used again. */
static enum sb_status find_set(struct sb_compile *compile, const struct sb_code_set *wanted,
                               uint32_t *ret_index)
{
    enum { LOOK_BACK = 64 };
    const struct sb_code_set *sets = compile->sets.items;
    uint32_t first = compile->sets.count > LOOK_BACK ? compile->sets.count - LOOK_BACK : 0;
    for (uint32_t i = first; i < compile->sets.count; i++) {
        if (sets[i].word_count == wanted->word_count &&
            memcmp(sets[i].words, wanted->words, wanted->word_count * sizeof(*wanted->words)) == 0) {
            *ret_index = i;
            return SB_OK;
        }
    }
    struct sb_code_set *set = sb_compile_push(compile, &compile->sets, sizeof(*set));
    if (!set)
        return sb_compile_no_memory(compile);
    *set = *wanted;
    *ret_index = compile->sets.count - 1;
    return SB_OK;
}

static enum sb_status make_set(struct sb_compile *compile, enum sb_space space, struct sb_words words,
                               bool none_too, uint32_t *ret_index)
{
    uint16_t most = 0;
    for (uint32_t i = 0; i < words.count; i++) {
        uint16_t code =
            sb_symbols_find(compile->symbols, space, words.list[i].text, strlen(words.list[i].text));
        most = SB_MAX(most, code);
    }
    struct sb_code_set set = {.word_count = most / 64u + 1};
    set.words = sb_arena_alloc(&compile->scratch, set.word_count, sizeof(*set.words));
    if (!set.words)
        return sb_compile_no_memory(compile);
    for (uint32_t i = 0; i < words.count; i++) {
        uint16_t code =
            sb_symbols_find(compile->symbols, space, words.list[i].text, strlen(words.list[i].text));
        set.words[code / 64] |= UINT64_C(1) << (code % 64);
    }
    set.words[0] &= ~UINT64_C(1);
    set.words[0] |= none_too;
    return find_set(compile, &set, ret_index);
}

/* ------------------------------------------------------------------ comparisons */

/* Whose conditions are being made: for kinds of a holder, in a layer. */
struct context {
    uint32_t layer;
    enum sb_holder holder;
};

static enum sb_side resolve(enum sb_side side, enum sb_holder holder)
{
    if (side != SB_SIDE_HOLDER)
        return side;
    assert(holder != SB_HOLDER_NOBODY);
    return holder == SB_HOLDER_PAYEE ? SB_SIDE_PAYEE : SB_SIDE_PAYER;
}

static enum sb_status emit(struct sb_compile *compile, struct sb_ins ins)
{
    struct sb_ins *place = NULL;
    if (compile->code.count < UINT16_MAX)
        place = sb_compile_push(compile, &compile->code, sizeof(*place));
    else
        return sb_fail(compile->err, SB_LIMIT,
                       "the conditions of the charter are too long: more than %d comparisons",
                       "các điều kiện trong điều lệ quá dài: hơn %d phép so sánh", UINT16_MAX);
    if (!place)
        return sb_compile_no_memory(compile);
    *place = ins;
    return SB_OK;
}

static enum sb_status emit_not(struct sb_compile *compile, enum sb_status status)
{
    return status == SB_OK ? emit(compile, (struct sb_ins){.op = SB_INS_NOT}) : status;
}

static enum sb_status emit_symbols(struct sb_compile *compile, struct context context,
                                   const struct sb_condition *node, struct sb_ins ins)
{
    bool negated = node->op == SB_COND_IS_NOT || node->op == SB_COND_NOT_IN;
    struct sb_words words = sb_compile_words(compile, context.layer, node);
    /* A transaction without a country is at home, wherever that is: no comparison with names is true of it.
     */
    bool none_too = negated && node->side == SB_SIDE_TX && node->field == SB_FIELD_COUNTRY;
    ins.op = SB_INS_SYMBOL_IN;
    enum sb_status status = make_set(compile, sb_field_space(node->field), words, none_too, &ins.set);
    if (status == SB_OK)
        status = emit(compile, ins);
    return negated ? emit_not(compile, status) : status;
}

static enum sb_status find_area(struct sb_compile *compile, uint32_t layer, const struct sb_word *word,
                                uint32_t *ret_area)
{
    const struct sb_sentence *area = sb_compile_find(compile, layer, SB_S_AREA, word->text);
    for (uint32_t i = 0; area && i < compile->plan->area_count; i++) {
        if (compile->area_sentence[i] == area) {
            *ret_area = i;
            return SB_OK;
        }
    }
    return sb_compile_fail(compile, layer, word->at, SB_INVALID, "no `area` sentence declares '%s'",
                           "không có câu `area` nào khai báo '%s'", word->text);
}

static bool settlement_of(const char *word, uint32_t *ret_settlement)
{
    static const char *const words[] = {[SB_SETTLEMENT_RURAL] = "rural",
                                        [SB_SETTLEMENT_URBAN] = "urban",
                                        [SB_SETTLEMENT_SPECIAL] = "special"};
    for (uint32_t i = SB_SETTLEMENT_RURAL; i < SB_ARRAY_SIZE(words); i++) {
        if (strcmp(word, words[i]) == 0) {
            *ret_settlement = i;
            return true;
        }
    }
    return false;
}

static enum sb_status emit_place(struct sb_compile *compile, struct context context,
                                 const struct sb_condition *node, struct sb_ins ins)
{
    bool in = node->op == SB_COND_IN || node->op == SB_COND_NOT_IN;
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < node->names.count && status == SB_OK; i++) {
        const struct sb_word *word = &node->names.list[i];
        ins.op = in ? SB_INS_PLACE_IN_AREA : SB_INS_PLACE_SETTLEMENT;
        if (in)
            status = find_area(compile, context.layer, word, &ins.set);
        else if (!settlement_of(word->text, &ins.set))
            status = sb_compile_fail(
                compile, context.layer, word->at, SB_INVALID,
                "a place is rural, urban or special, not '%s'; an area stands after `in`",
                "địa bàn là rural, urban hoặc special, không phải '%s'; vùng đứng sau `in`", word->text);
        if (status == SB_OK)
            status = emit(compile, ins);
        if (status == SB_OK && i > 0)
            status = emit(compile, (struct sb_ins){.op = SB_INS_OR});
    }
    bool negated = node->op == SB_COND_IS_NOT || node->op == SB_COND_NOT_IN;
    return negated ? emit_not(compile, status) : status;
}

static enum sb_status emit_amount(struct sb_compile *compile, const struct sb_condition *node,
                                  struct sb_ins ins)
{
    bool least = node->op == SB_COND_AT_LEAST || node->op == SB_COND_UNDER;
    ins.op = least ? SB_INS_AMOUNT_LEAST : SB_INS_AMOUNT_MOST;
    ins.number = node->number;
    enum sb_status status = emit(compile, ins);
    return node->op == SB_COND_OVER || node->op == SB_COND_UNDER ? emit_not(compile, status) : status;
}

static enum sb_status emit_age(struct sb_compile *compile, const struct sb_condition *node, struct sb_ins ins)
{
    static const uint8_t ops[] = {
        [SB_COND_AT_LEAST] = SB_INS_AGE_LEAST,
        [SB_COND_AT_MOST] = SB_INS_AGE_MOST,
        [SB_COND_OVER] = SB_INS_AGE_OVER,
        [SB_COND_UNDER] = SB_INS_AGE_UNDER,
    };
    ins.op = ops[node->op];
    ins.months = node->span.months;
    ins.number = node->span.count;
    ins.at_registration = node->at_registration;
    return emit(compile, ins);
}

static enum sb_status emit_comparison(struct sb_compile *compile, struct context context,
                                      const struct sb_condition *node)
{
    struct sb_ins ins = {.side = (uint8_t)resolve(node->side, context.holder), .field = (uint8_t)node->field};
    if (node->against_field) {
        ins.op = SB_INS_SAME;
        ins.other_side = (uint8_t)resolve(node->other_side, context.holder);
        ins.other_field = (uint8_t)node->other_field;
        enum sb_status status = emit(compile, ins);
        return node->op == SB_COND_IS_NOT ? emit_not(compile, status) : status;
    }
    if (node->field == SB_FIELD_PLACE)
        return emit_place(compile, context, node, ins);
    if (sb_field_space(node->field) != SB_SPACE_COUNT)
        return emit_symbols(compile, context, node, ins);
    return node->field == SB_FIELD_AMOUNT ? emit_amount(compile, node, ins) : emit_age(compile, node, ins);
}

/* ------------------------------------------------------------------ whole conditions */

static enum sb_status emit_operator(struct sb_compile *compile, enum sb_condition_op op)
{
    uint8_t ins = op == SB_COND_AND ? SB_INS_AND : op == SB_COND_OR ? SB_INS_OR : SB_INS_NOT;
    return emit(compile, (struct sb_ins){.op = ins});
}

/* A node on the way: first its operands go on the stack, then, met again, itself is emitted. */
struct walk {
    uint32_t node;
    bool operands_done;
};

static enum sb_status emit_flat(struct sb_compile *compile, struct context context,
                                const struct sb_flat_condition *flat, uint32_t count)
{
    struct walk *stack = sb_arena_alloc(&compile->scratch, (size_t)count * 2 + 1, sizeof(*stack));
    if (!stack)
        return sb_compile_no_memory(compile);
    uint32_t depth = 0;
    enum sb_status status = SB_OK;
    stack[depth++] = (struct walk){0, false};
    while (depth > 0 && status == SB_OK) {
        struct walk *top = &stack[depth - 1];
        const struct sb_flat_condition *at = &flat[top->node];
        if (at->left == 0 || top->operands_done) {
            status = at->left == 0 ? emit_comparison(compile, context, at->node)
                                   : emit_operator(compile, at->node->op);
            depth--;
            continue;
        }
        top->operands_done = true;
        uint32_t first = at->left, second = at->right;
        if (second && flat[second].need > flat[first].need) {
            first = at->right;
            second = at->left;
        }
        if (second)
            stack[depth++] = (struct walk){second, false};
        stack[depth++] = (struct walk){first, false};
    }
    return status;
}

/* What was emitted since `first`; emit() keeps both numbers within 16 bits. */
static void finish_code(const struct sb_compile *compile, uint32_t first, struct sb_compiled_code *code)
{
    code->code = (struct sb_code){(uint16_t)first, (uint16_t)(compile->code.count - first)};
    code->made = true;
}

enum sb_status sb_compile_where(struct sb_compile *compile, struct sb_compiled_sentence *sentence,
                                enum sb_holder holder, struct sb_code *ret_code)
{
    /* What does not read the holder is the same for all. */
    struct sb_compiled_code *where = &sentence->where[sentence->reads_holder ? holder : SB_HOLDER_PAYEE];
    if (!where->made) {
        uint32_t count, first = compile->code.count;
        struct context context = {sentence->layer, holder};
        struct sb_flat_condition *flat =
            sb_condition_flatten(&compile->scratch, sentence->sentence->where, &count);
        if (!flat)
            return sb_compile_no_memory(compile);
        assert(flat[0].need <= SB_CHARTER_NESTING_MAX);
        enum sb_status status = emit_flat(compile, context, flat, count);
        if (status != SB_OK)
            return status;
        finish_code(compile, first, where);
    }
    *ret_code = where->code;
    return SB_OK;
}

enum sb_status sb_compile_in_area(struct sb_compile *compile, struct sb_compiled_sentence *sentence,
                                  enum sb_holder holder, struct sb_code *ret_code)
{
    bool of_agent = sentence->sentence->in_area.of_agent;
    struct sb_compiled_code *where = &sentence->where[of_agent ? SB_HOLDER_PAYEE : holder];
    uint32_t first = compile->code.count;
    if (!where->made) {
        struct sb_ins ins = {.op = of_agent ? SB_INS_SERVED_IN_AREA : SB_INS_PLACE_IN_AREA,
                             .side = (uint8_t)(of_agent ? SB_SIDE_AGENT : resolve(SB_SIDE_HOLDER, holder)),
                             .field = SB_FIELD_PLACE};
        enum sb_status status = find_area(compile, sentence->layer, &sentence->sentence->name, &ins.set);
        if (status == SB_OK)
            status = emit(compile, ins);
        if (status != SB_OK)
            return status;
        finish_code(compile, first, where);
    }
    *ret_code = where->code;
    return SB_OK;
}

/* One attribute of a row: its column's field is the value that the row names. */
static enum sb_status emit_attribute(struct sb_compile *compile, const struct sb_limit_table *table,
                                     uint32_t row, uint32_t column, struct sb_compile_sides sides)
{
    enum sb_field field = table->attributes[column].field;
    enum sb_side side = sides.subject;
    if (table->attributes[column].side_written)
        side = resolve(table->attributes[column].side, sides.holder);
    struct sb_words value = {&table->rows[row].values[column], 1};
    struct sb_ins ins = {.op = SB_INS_SYMBOL_IN, .side = (uint8_t)side, .field = (uint8_t)field};
    enum sb_status status = make_set(compile, sb_field_space(field), value, false, &ins.set);
    return status == SB_OK ? emit(compile, ins) : status;
}

enum sb_status sb_compile_selector(struct sb_compile *compile, struct sb_compiled_sentence *sentence,
                                   uint32_t row, struct sb_compile_sides sides, struct sb_code *ret_code)
{
    struct sb_compiled_code **rows = &sentence->selectors[sides.subject][sides.holder];
    if (!*rows)
        *rows = sb_arena_alloc(&compile->scratch, sentence->row_count, sizeof(**rows));
    if (!*rows)
        return sb_compile_no_memory(compile);
    struct sb_compiled_code *selector = &(*rows)[row];
    const struct sb_limit_table *table = &sentence->sentence->limit.table;
    uint32_t first = compile->code.count;
    for (uint32_t i = 0; !selector->made && i < table->attribute_count; i++) {
        enum sb_status status = emit_attribute(compile, table, row, i, sides);
        if (status == SB_OK && i > 0)
            status = emit(compile, (struct sb_ins){.op = SB_INS_AND});
        if (status != SB_OK)
            return status;
    }
    if (!selector->made)
        finish_code(compile, first, selector);
    *ret_code = selector->code;
    return SB_OK;
}

enum sb_status sb_compile_scope(struct sb_compile *compile, uint32_t layer, enum sb_holder holder,
                                struct sb_code *ret_code)
{
    struct sb_compiled_code *scope = &compile->scopes[layer][holder];
    uint16_t provider = compile->plan->layers[layer].provider;
    if (provider != 0 && !scope->made) {
        enum sb_side side = holder == SB_HOLDER_NOBODY ? SB_SIDE_TX : resolve(SB_SIDE_HOLDER, holder);
        struct sb_ins ins = {.op = SB_INS_SYMBOL_IN, .side = (uint8_t)side, .field = SB_FIELD_PROVIDER};
        struct sb_code_set set = {.word_count = provider / 64u + 1};
        uint32_t first = compile->code.count;
        set.words = sb_arena_alloc(&compile->scratch, set.word_count, sizeof(*set.words));
        if (!set.words)
            return sb_compile_no_memory(compile);
        set.words[provider / 64] |= UINT64_C(1) << (provider % 64);
        enum sb_status status = find_set(compile, &set, &ins.set);
        if (status == SB_OK)
            status = emit(compile, ins);
        if (status != SB_OK)
            return status;
        finish_code(compile, first, scope);
    }
    *ret_code = scope->code;
    return SB_OK;
}
