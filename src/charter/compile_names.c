/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Names get their codes in one walk over the sources, before anything else and whatever the options, so that
 * everybody who compiles the same texts into an empty table gets the same codes.
 */

#include "charter/compile_internal.h"

#include <string.h>

const struct sb_sentence *sb_compile_find(const struct sb_compile *compile, uint32_t layer,
                                          enum sb_sentence_type type, const char *name)
{
    const struct sb_plan_layer *layers = compile->plan->layers;
    const struct sb_sentence *found = sb_charter_find(layers[layer].charter, type, name);
    return found || layer == 0 ? found : sb_charter_find(layers[0].charter, type, name);
}

struct sb_words sb_compile_words(const struct sb_compile *compile, uint32_t layer,
                                 const struct sb_condition *condition)
{
    if (condition->names.count == 1 && (condition->op == SB_COND_IN || condition->op == SB_COND_NOT_IN)) {
        const struct sb_sentence *set =
            sb_compile_find(compile, layer, SB_S_SET, condition->names.list[0].text);
        if (set)
            return set->set.words;
    }
    return condition->names;
}

static enum sb_status intern(struct sb_compile *compile, uint32_t layer, enum sb_space space,
                             const struct sb_word *word)
{
    uint16_t code;
    enum sb_status status =
        sb_symbols_intern(compile->symbols, space, word->text, strlen(word->text), &code, compile->err);
    return status == SB_OK ? SB_OK : sb_compile_locate(compile, layer, word->at, status);
}

static enum sb_status intern_words(struct sb_compile *compile, uint32_t layer, enum sb_space space,
                                   struct sb_words words)
{
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < words.count && status == SB_OK; i++)
        status = intern(compile, layer, space, &words.list[i]);
    return status;
}

static enum sb_status intern_condition(struct sb_compile *compile, uint32_t layer,
                                       const struct sb_condition *condition)
{
    uint32_t count;
    struct sb_flat_condition *flat = sb_condition_flatten(&compile->scratch, condition, &count);
    if (!flat)
        return sb_compile_no_memory(compile);
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        const struct sb_condition *node = flat[i].node;
        enum sb_space space = sb_field_space(node->field);
        bool compares = node->op >= SB_COND_IS && node->op <= SB_COND_NOT_IN && !node->against_field;
        if (compares && space != SB_SPACE_COUNT)
            status = intern_words(compile, layer, space, sb_compile_words(compile, layer, node));
    }
    return status;
}

static enum sb_status intern_table(struct sb_compile *compile, uint32_t layer,
                                   const struct sb_limit_table *table)
{
    enum sb_status status = SB_OK;
    for (uint32_t row = 0; row < table->row_count; row++) {
        for (uint32_t i = 0; i < table->attribute_count && status == SB_OK; i++) {
            enum sb_space space = sb_field_space(table->attributes[i].field);
            if (space == SB_SPACE_COUNT)
                return sb_compile_fail(compile, layer, table->attributes[i].at, SB_INVALID,
                                       "a table chooses its rows by an attribute that has names",
                                       "bảng chọn dòng theo một thuộc tính có tên gọi");
            status = intern(compile, layer, space, &table->rows[row].values[i]);
        }
    }
    return status;
}

/* A layer may repeat the regulator's declaration of a kind; the first one counts. */
static enum sb_status declare_kind(struct sb_compile *compile, uint32_t layer,
                                   const struct sb_sentence *sentence)
{
    struct sb_plan *plan = compile->plan;
    for (uint32_t i = 0; i < plan->kind_count; i++)
        if (strcmp(compile->kind_name[i], sentence->name.text) == 0)
            return SB_OK;
    if (plan->kind_count == SB_CHARTER_KINDS_MAX)
        return sb_compile_fail(compile, layer, sentence->name.at, SB_LIMIT, "more than %d kinds",
                               "quá %d loại giao dịch", SB_CHARTER_KINDS_MAX);
    enum sb_status status = intern(compile, layer, SB_SPACE_KIND, &sentence->name);
    if (status != SB_OK)
        return status;
    plan->kind_code[plan->kind_count] =
        sb_symbols_find(compile->symbols, SB_SPACE_KIND, sentence->name.text, strlen(sentence->name.text));
    plan->kind_holder[plan->kind_count] = (uint8_t)sentence->kind.holder;
    compile->kind_name[plan->kind_count] = sentence->name.text;
    plan->kind_count++;
    return SB_OK;
}

/* A record has 32 bits for the steps that were done. */
static enum sb_status intern_step(struct sb_compile *compile, uint32_t layer, const struct sb_word *word)
{
    enum sb_status status = intern(compile, layer, SB_SPACE_STEP, word);
    if (status == SB_OK &&
        sb_symbols_find(compile->symbols, SB_SPACE_STEP, word->text, strlen(word->text)) > SB_STEPS_MAX)
        return sb_compile_fail(compile, layer, word->at, SB_LIMIT, "more than %d kinds of steps",
                               "quá %d loại bước xác thực", SB_STEPS_MAX);
    return status;
}

/* Where nothing is charged, nothing is named: an old journal has no code for it. */
static enum sb_status intern_fee(struct sb_compile *compile, uint32_t layer,
                                 const struct sb_sentence *sentence)
{
    const struct sb_fee *fee = sentence->kept.fee;
    enum sb_status status = SB_OK;
    if (compile->plan->layers[layer].charter->fees_are_void)
        return SB_OK;
    if (sentence->where)
        status = intern_condition(compile, layer, sentence->where);
    if (status == SB_OK && fee->payer == SB_PARTY_HOUSE)
        status = intern(compile, layer, SB_SPACE_CLASS, &fee->payer_class);
    if (status == SB_OK && fee->receiver == SB_PARTY_HOUSE)
        status = intern(compile, layer, SB_SPACE_CLASS, &fee->receiver_class);
    return status;
}

static enum sb_status intern_sentence(struct sb_compile *compile, uint32_t layer,
                                      const struct sb_sentence *sentence)
{
    enum sb_status status = SB_OK;
    if (sentence->type == SB_S_UNIT)
        status = intern(compile, layer, SB_SPACE_UNIT, &sentence->name);
    else if (sentence->type == SB_S_CHARTER && sentence->charter.provider.text)
        status = intern(compile, layer, SB_SPACE_PROVIDER, &sentence->charter.provider);
    else if (sentence->type == SB_S_KIND)
        status = declare_kind(compile, layer, sentence);
    else if (sentence->type == SB_S_NAMES)
        status = intern_words(compile, layer, sentence->names.space, sentence->names.words);
    else if (sentence->type == SB_S_ASK)
        status = intern_step(compile, layer, &sentence->name);
    else if (sentence->type == SB_S_FEE)
        return intern_fee(compile, layer, sentence);
    if (status == SB_OK && sentence->where)
        status = intern_condition(compile, layer, sentence->where);
    if (status == SB_OK && sentence->type == SB_S_LIMIT && sentence->limit.has_table)
        status = intern_table(compile, layer, &sentence->limit.table);
    return status;
}

/* What the head of the regulator's charter says for the whole plan. */
static void read_head(struct sb_compile *compile)
{
    struct sb_plan *plan = compile->plan;
    const struct sb_charter *charter = plan->layers[0].charter;
    const struct sb_sentence *unit = sb_charter_find(charter, SB_S_UNIT, NULL);
    plan->clock_offset_s = charter->clock_offset_s;
    plan->decimals = (uint8_t)charter->decimals;
    if (unit)
        plan->unit =
            sb_symbols_find(compile->symbols, SB_SPACE_UNIT, unit->name.text, strlen(unit->name.text));
    for (uint32_t i = 1; i < plan->layer_count; i++) {
        const struct sb_word *provider =
            &sb_charter_find(plan->layers[i].charter, SB_S_CHARTER, NULL)->charter.provider;
        plan->layers[i].provider =
            sb_symbols_find(compile->symbols, SB_SPACE_PROVIDER, provider->text, strlen(provider->text));
    }
}

static enum sb_status index_kinds(struct sb_compile *compile)
{
    struct sb_plan *plan = compile->plan;
    uint32_t count = 1;
    for (uint32_t i = 0; i < plan->kind_count; i++)
        if (plan->kind_code[i] >= count)
            count = plan->kind_code[i] + 1u;
    plan->kind_of_code = sb_arena_alloc(&plan->arena, count, 1);
    if (!plan->kind_of_code)
        return sb_compile_no_memory(compile);
    plan->kind_of_code_count = count;
    for (uint32_t i = 0; i < plan->kind_count; i++)
        plan->kind_of_code[plan->kind_code[i]] = (uint8_t)(i + 1);
    return SB_OK;
}

enum sb_status sb_compile_names(struct sb_compile *compile)
{
    const struct sb_plan *plan = compile->plan;
    enum sb_status status = SB_OK;
    for (uint32_t layer = 0; layer < plan->layer_count; layer++) {
        const struct sb_charter *charter = plan->layers[layer].charter;
        for (uint32_t i = 0; i < charter->sentence_count && status == SB_OK; i++)
            status = intern_sentence(compile, layer, &charter->sentences[i]);
    }
    if (status != SB_OK)
        return status;
    read_head(compile);
    return index_kinds(compile);
}

enum sb_status sb_compile_kinds(struct sb_compile *compile, uint32_t layer, const struct sb_kinds *kinds,
                                uint64_t *ret_mask)
{
    const struct sb_plan *plan = compile->plan;
    uint64_t mask = 0;
    for (uint32_t k = 0; kinds->all && k < plan->kind_count; k++)
        if (plan->kind_holder[k] != SB_HOLDER_NOBODY)
            mask |= UINT64_C(1) << k;
    for (uint32_t i = 0; !kinds->all && i < kinds->names.count; i++) {
        const struct sb_word *word = &kinds->names.list[i];
        uint32_t k = 0;
        while (k < plan->kind_count && strcmp(compile->kind_name[k], word->text) != 0)
            k++;
        if (k == plan->kind_count) {
            const char *nearest =
                sb_text_nearest(word->text, strlen(word->text), compile->kind_name, plan->kind_count);
            return sb_compile_fail(compile, layer, word->at, SB_INVALID,
                                   "no `kind` sentence declares '%s'; the nearest kind is '%s'",
                                   "không có câu `kind` nào khai báo '%s'; loại gần nhất là '%s'", word->text,
                                   nearest ? nearest : "-");
        }
        mask |= UINT64_C(1) << k;
    }
    *ret_mask = mask;
    return SB_OK;
}
