/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any text as a charter and its layers (parted by lines that are "%%"), under each law: it is refused with a
 * cause, or the plan keeps the promises that the judge relies on, and every rule has words that fit a phone.
 */

#include "base/macros.h"
#include "charter/reason.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t split(const char *text, size_t size, struct sb_source *sources)
{
    uint32_t count = 0;
    while (count < SB_CHARTER_LAYERS_MAX) {
        const char *end = size ? memmem(text, size, "\n%%\n", 4) : NULL;
        size_t part = end && count + 1 < SB_CHARTER_LAYERS_MAX ? (size_t)(end - text) + 1 : size;
        sources[count++] = (struct sb_source){"fuzz", text, part};
        if (part == size)
            break;
        text += part + 3;
        size -= part + 3;
    }
    return count;
}

static void check_code(const struct sb_plan *plan, struct sb_code code)
{
    int depth = 0;
    assert((uint32_t)code.first + code.count <= plan->code_count);
    for (uint32_t i = code.first; i < (uint32_t)code.first + code.count; i++) {
        const struct sb_ins *ins = &plan->code[i];
        assert(ins->side != SB_SIDE_HOLDER && ins->other_side != SB_SIDE_HOLDER);
        assert(ins->op != SB_INS_SYMBOL_IN || ins->set < plan->set_count);
        assert((ins->op != SB_INS_PLACE_IN_AREA && ins->op != SB_INS_SERVED_IN_AREA) ||
               ins->set < plan->area_count);
        depth += ins->op > SB_INS_NOT ? 1 : ins->op == SB_INS_NOT ? 0 : -1;
        assert(depth >= 1 && depth <= SB_CHARTER_NESTING_MAX);
    }
    assert(code.count == 0 || depth == 1);
}

static void check_op(const struct sb_plan *plan, const struct sb_op *op)
{
    check_code(plan, op->scope);
    check_code(plan, op->filter);
    assert(op->excepts_first + op->excepts_count <= plan->except_code_count);
    assert(op->rules_first + op->rules_count <= plan->op_rule_count);
    assert(op->type >= SB_OP_EACH || op->rules_count == 1);
    assert(op->type != SB_OP_WINDOW ||
           (op->counter < plan->counter_count && op->side >= SB_SIDE_PAYER && op->side <= SB_SIDE_AGENT));
    for (uint32_t i = 0; i < op->excepts_count; i++)
        check_code(plan, plan->except_codes[op->excepts_first + i]);
    for (uint32_t i = 0; i < op->rules_count; i++) {
        const struct sb_op_rule *rule = &plan->op_rules[op->rules_first + i];
        assert(rule->rule < plan->rule_count && plan->rules[rule->rule].layer == op->layer);
        check_code(plan, rule->selector);
    }
}

static void check_lists(const struct sb_plan *plan)
{
    for (uint32_t s = 0; s < plan->segment_count; s++) {
        assert(s == 0 || plan->segments[s - 1].from < plan->segments[s].from);
        for (uint32_t k = 0; k <= plan->kind_count; k++) {
            struct sb_op_list list = plan->lists[(size_t)s * (plan->kind_count + 1) + k];
            assert(list.first + list.count <= plan->op_count);
            for (uint32_t i = list.first + 1; i < list.first + list.count; i++)
                assert(plan->ops[i - 1].type <= plan->ops[i].type);
        }
    }
}

static void say_everything(const struct sb_plan *plan, const struct sb_symbols *symbols)
{
    struct sb_str out = {0};
    for (uint32_t r = 0; r < plan->rule_count; r++) {
        struct sb_reason reason = {.rule = (uint16_t)r,
                                   .state = (uint8_t)(r % 3),
                                   .side = SB_SIDE_PAYER,
                                   .bound = plan->rules[r].bound,
                                   .passes_at = SB_TIME_MAX};
        for (int lang = SB_EN; lang <= SB_VI; lang++) {
            char text[SB_REASON_SHORT_SIZE];
            sb_reason_short(plan, &reason, (enum sb_lang)lang, SB_FOR_OPERATOR, text);
            assert(sb_text_is_utf8(text, strlen(text), NULL) && text[0]);
            assert(lang == SB_VI || strlen(text) <= 160);
            sb_reason_long(plan, &reason, (enum sb_lang)lang, 1, &out);
        }
    }
    sb_plan_show(plan, 0, symbols, SB_VI, &out);
    sb_str_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    uint32_t count = split((const char *)data, size, sources);
    for (int law = SB_LAW_LIVE; law <= SB_LAW_AT; law++) {
        struct sb_plan_options options = {.law = (enum sb_law)law, .at = INT64_C(1750000000000000)};
        struct sb_symbols *symbols = sb_symbols_new();
        struct sb_diagnostics diagnostics = {0};
        struct sb_plan *plan = NULL;
        struct sb_err err = {0};
        enum sb_status status = sb_plan_compile(sources, count, &options, symbols, &plan, &diagnostics, &err);
        assert((status == SB_OK) == (plan != NULL));
        assert(status == SB_OK || (err.status == status && err.text[SB_EN][0] && err.text[SB_VI][0]));
        if (plan) {
            check_lists(plan);
            for (uint32_t i = 0; i < plan->op_count; i++)
                check_op(plan, &plan->ops[i]);
            say_everything(plan, symbols);
        }
        sb_plan_free(plan);
        sb_diagnostics_release(&diagnostics);
        sb_symbols_free(symbols);
    }
    return 0;
}
