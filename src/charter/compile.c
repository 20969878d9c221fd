/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The front of the compiler: texts to trees, the steps in their order, and the finished tables copied into
 * the plan's own arena, each exactly as long as it is, so that the judge's reads stay close together.
 */

#include "charter/plan.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "charter/compile_internal.h"

#include <sodium.h>
#include <string.h>

enum sb_status sb_compile_locate(struct sb_compile *compile, uint32_t layer, struct sb_place_in_text at,
                                 enum sb_status status)
{
    if (compile->diagnostics->count > 0)
        compile->diagnostics->list[compile->diagnostics->count - 1].layer = (uint8_t)layer;
    const char *path = compile->plan->layers[layer].charter->path;
    (void)sb_fail_in(compile->err, "%s:%u:%u", "%s:%u:%u", path, at.line, at.column); /* status is ours */
    return status;
}

enum sb_status sb_compile_no_memory(struct sb_compile *compile)
{
    return sb_fail(compile->err, SB_NOMEM, "out of memory: the charter's plan has no room",
                   "hết bộ nhớ: không đủ chỗ cho bản dịch của điều lệ");
}

void *sb_compile_push(struct sb_compile *compile, struct sb_compile_array *array, size_t size)
{
    void *items = sb_arena_grow(&compile->scratch, array->items, array->count, size);
    if (!items)
        return NULL;
    array->items = items;
    void *item = (char *)items + array->count * size;
    array->count++;
    return memset(item, 0, size);
}

/* ------------------------------------------------------------------ sources to trees */

/* The first error of the list from `before` on becomes err: "path:line:column: text". */
static void error_of_diagnostics(const struct sb_diagnostics *diagnostics, uint32_t before, const char *path,
                                 enum sb_status status, struct sb_err *err)
{
    for (uint32_t i = before; i < diagnostics->count; i++) {
        const struct sb_diagnostic *found = &diagnostics->list[i];
        if (found->severity != SB_SEVERITY_ERROR)
            continue;
        (void)sb_fail(err, status, "%s%.0s", "%.0s%s", found->text[SB_EN], found->text[SB_VI]);
        (void)sb_fail_in(err, "%s:%u:%u", "%s:%u:%u", path, found->at.line, found->at.column);
        return;
    }
}

/* Whose layer it is: the first is the regulator's, each other one says of which provider. */
static enum sb_status check_owner(struct sb_compile *compile, uint32_t layer)
{
    const struct sb_sentence *head =
        sb_charter_find(compile->plan->layers[layer].charter, SB_S_CHARTER, NULL);
    struct sb_place_in_text at = head ? head->at : (struct sb_place_in_text){1, 1, 1};
    bool of_provider = head && head->charter.provider.text;
    if (layer == 0 && of_provider)
        return sb_compile_fail(
            compile, layer, at, SB_INVALID,
            "this is the charter of provider '%s', a layer: name the regulator's charter first",
            "đây là điều lệ của nhà cung cấp '%s', một lớp: hãy nêu điều lệ của cơ quan quản lý trước",
            head->charter.provider.text);
    if (layer > 0 && !of_provider)
        return sb_compile_fail(compile, layer, at, SB_INVALID,
                               "a layer says whose it is: expected `charter \"...\" of provider NAME`",
                               "một lớp phải nói là của ai: cần `charter \"...\" of provider TÊN`");
    return SB_OK;
}

static enum sb_status read_layer(struct sb_compile *compile, uint32_t layer, const struct sb_source *source)
{
    struct sb_plan *plan = compile->plan;
    uint32_t before = compile->diagnostics->count;
    const struct sb_charter *upper = layer > 0 ? plan->layers[0].charter : NULL;
    enum sb_status status =
        sb_charter_parse_layer(source->path, source->text, source->size, upper, UINT64_MAX,
                               &plan->layers[layer].charter, compile->diagnostics, compile->err);
    if (plan->layers[layer].charter)
        plan->layer_count = layer + 1;
    if (plan->layers[layer].charter)
        plan->layers[layer].charter->fees_are_void = compile->options->meaning == 1;
    if (status == SB_OK)
        status = sb_charter_check(plan->layers[layer].charter, upper, compile->diagnostics, compile->err);
    for (uint32_t i = before; i < compile->diagnostics->count; i++)
        compile->diagnostics->list[i].layer = (uint8_t)layer;
    if (status == SB_SYNTAX || status == SB_INVALID)
        error_of_diagnostics(compile->diagnostics, before, source->path, status, compile->err);
    return status == SB_OK ? check_owner(compile, layer) : status;
}

static void hash_sources(struct sb_plan *plan, const struct sb_source *sources, uint32_t count)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof(plan->hash));
    for (uint32_t i = 0; i < count; i++) {
        uint8_t size[8];
        sb_put_u64(size, sources[i].size);
        crypto_generichash_update(&state, size, sizeof(size));
        crypto_generichash_update(&state, (const unsigned char *)sources[i].text, sources[i].size);
    }
    crypto_generichash_final(&state, plan->hash, sizeof(plan->hash));
}

/* ------------------------------------------------------------------ sentences with an effect */

static bool has_effect(enum sb_sentence_type type)
{
    return type == SB_S_PILOT || type == SB_S_ALLOW || type == SB_S_FORBID || type == SB_S_REQUIRE ||
           type == SB_S_LIMIT || type == SB_S_EXCEPT || type == SB_S_AFTER_END || type == SB_S_ASK ||
           type == SB_S_IN_AREA || type == SB_S_FEE;
}

/* A kind without a holder may be asked though `all` does not count it: that is said nowhere else. */
static enum sb_status gather_asked(struct sb_compile *compile, uint32_t layer,
                                   struct sb_compiled_sentence *compiled)
{
    const struct sb_sentence *ask = compiled->sentence;
    enum sb_status status = sb_compile_kinds(compile, layer, &ask->limit.asked, &compiled->asked);
    if (status == SB_OK && (compiled->asked & ~compiled->kinds) != 0)
        return sb_compile_fail(compile, layer, ask->at, SB_INVALID,
                               "a kind is asked that the total does not count",
                               "một loại bị yêu cầu xác thực mà tổng số không tính");
    return status;
}

static enum sb_status gather_sentence(struct sb_compile *compile, uint32_t layer, uint32_t index)
{
    const struct sb_sentence *sentence = &compile->plan->layers[layer].charter->sentences[index];
    struct sb_compiled_sentence *compiled = &compile->sentences[compile->sentence_count];
    *compiled = (struct sb_compiled_sentence){
        .sentence = sentence, .layer = (uint8_t)layer, .index = (uint16_t)index};
    compile->sentence_count++;
    compile->layer_has_pilot[layer] |= sentence->type == SB_S_PILOT;
    enum sb_status status = SB_OK;
    if (sentence->type != SB_S_PILOT)
        status = sb_compile_kinds(compile, layer, &sentence->kinds, &compiled->kinds);
    if (status == SB_OK && sentence->where)
        status = sb_compile_reads_holder(compile, sentence->where, &compiled->reads_holder);
    if (sentence->type == SB_S_IN_AREA)
        compiled->reads_holder = !sentence->in_area.of_agent;
    if (sentence->type == SB_S_FEE && sentence->kept.fee->payer_written &&
        sentence->kept.fee->payer == SB_PARTY_HOLDER)
        compiled->needs_holder = true;
    if (status == SB_OK && sentence->type == SB_S_ASK && sentence->limit.total)
        status = gather_asked(compile, layer, compiled);
    return status;
}

static enum sb_status gather_sentences(struct sb_compile *compile)
{
    const struct sb_plan *plan = compile->plan;
    uint32_t all = 0;
    for (uint32_t layer = 0; layer < plan->layer_count; layer++)
        all += plan->layers[layer].charter->sentence_count;
    compile->sentences = sb_arena_alloc(&compile->scratch, all + 1, sizeof(*compile->sentences));
    if (!compile->sentences)
        return sb_compile_no_memory(compile);
    enum sb_status status = SB_OK;
    for (uint32_t layer = 0; layer < plan->layer_count && status == SB_OK; layer++) {
        const struct sb_charter *charter = plan->layers[layer].charter;
        compile->layer_first[layer] = compile->sentence_count;
        for (uint32_t i = 0; i < charter->sentence_count && status == SB_OK; i++)
            if (has_effect(charter->sentences[i].type) &&
                !(charter->sentences[i].type == SB_S_FEE && charter->fees_are_void))
                status = gather_sentence(compile, layer, i);
        compile->layer_first[layer + 1] = compile->sentence_count;
    }
    return status;
}

/* ------------------------------------------------------------------ the finished plan */

static bool copy_table(struct sb_plan *plan, const struct sb_compile_array *array, size_t size,
                       void **ret_table, uint32_t *ret_count)
{
    void *table = sb_arena_alloc(&plan->arena, (size_t)array->count + 1, size);
    if (!table)
        return false;
    if (array->count)
        memcpy(table, array->items, array->count * size);
    *ret_table = table;
    *ret_count = array->count;
    return true;
}

static bool copy_sets(struct sb_plan *plan)
{
    for (uint32_t i = 0; i < plan->set_count; i++) {
        struct sb_code_set *set = &plan->sets[i];
        uint64_t *words = sb_arena_alloc(&plan->arena, set->word_count, sizeof(*words));
        if (!words)
            return false;
        memcpy(words, set->words, set->word_count * sizeof(*words));
        set->words = words;
    }
    return true;
}

static enum sb_status finish(struct sb_compile *compile)
{
    struct sb_plan *plan = compile->plan;
    void *table;
    uint32_t list_count;
#define COPY(array, field, count)                                                       \
    do {                                                                                \
        if (!copy_table(plan, &compile->array, sizeof(*plan->field), &table, &(count))) \
            return sb_compile_no_memory(compile);                                       \
        plan->field = table;                                                            \
    } while (0)
    COPY(ops, ops, plan->op_count);
    COPY(op_rules, op_rules, plan->op_rule_count);
    COPY(except_codes, except_codes, plan->except_code_count);
    COPY(code, code, plan->code_count);
    COPY(sets, sets, plan->set_count);
    COPY(segments, segments, plan->segment_count);
    COPY(lists, lists, list_count);
    COPY(fees, fees, plan->fee_count);
    COPY(bands, bands, plan->band_count);
#undef COPY
    return copy_sets(plan) ? SB_OK : sb_compile_no_memory(compile);
}

static enum sb_status compile_layers(struct sb_compile *compile, const struct sb_source *sources,
                                     uint32_t count)
{
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < count && status == SB_OK; i++)
        status = read_layer(compile, i, &sources[i]);
    if (status != SB_OK)
        return status;
    hash_sources(compile->plan, sources, count);
    enum sb_status (*const steps[])(struct sb_compile *) = {
        sb_compile_names, sb_compile_areas,    gather_sentences, sb_compile_rules,
        sb_compile_times, sb_compile_segments, finish,
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(steps) && status == SB_OK; i++)
        status = steps[i](compile);
    return status;
}

static void release_plan(struct sb_plan **plan)
{
    sb_plan_free(*plan);
}

enum sb_status sb_plan_compile_failing(const struct sb_source *sources, uint32_t count,
                                       const struct sb_plan_options *options, struct sb_symbols *symbols,
                                       struct sb_compile_failing failing, struct sb_plan **ret_plan,
                                       struct sb_diagnostics *diagnostics, struct sb_err *err)
{
    static const struct sb_plan_options live = {.law = SB_LAW_LIVE};
    if (count == 0 || count > SB_CHARTER_LAYERS_MAX)
        return sb_fail(err, SB_LIMIT, "a plan is made of 1 to %d charters, not %u",
                       "một bản dịch gồm 1 đến %d điều lệ, không phải %u", SB_CHARTER_LAYERS_MAX, count);
    struct sb_diagnostics ours = {0};
    SB_CLEANUP(release_plan) struct sb_plan *plan = calloc(1, sizeof(*plan));
    SB_CLEANUP(sb_free_ptr) struct sb_compile *compile = calloc(1, sizeof(*compile));
    if (!plan || !compile)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    compile->plan = plan;
    compile->options = options ? options : &live;
    compile->symbols = symbols;
    compile->diagnostics = diagnostics ? diagnostics : &ours;
    compile->err = err;
    sb_arena_init(&plan->arena, SB_PLAN_SIZE_MAX);
    sb_arena_init(&compile->scratch, SB_COMPILE_SIZE_MAX);
    compile->scratch.fail_after = failing.scratch_after;
    plan->arena.fail_after = failing.plan_after;
    enum sb_status status = compile_layers(compile, sources, count);
    sb_arena_release(&compile->scratch);
    sb_diagnostics_release(&ours);
    if (status == SB_OK)
        *ret_plan = SB_TAKE(plan);
    return status;
}

enum sb_status sb_plan_compile(const struct sb_source *sources, uint32_t count,
                               const struct sb_plan_options *options, struct sb_symbols *symbols,
                               struct sb_plan **ret_plan, struct sb_diagnostics *diagnostics,
                               struct sb_err *err)
{
    struct sb_compile_failing never = {UINT64_MAX, UINT64_MAX};
    return sb_plan_compile_failing(sources, count, options, symbols, never, ret_plan, diagnostics, err);
}
