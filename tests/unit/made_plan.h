/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* For tests of plans: charters as strings compiled, and what is judged of a kind at a time said in one line.
 */

#include "base/macros.h"
#include "charter/compile_internal.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

struct made {
    struct sb_symbols *symbols;
    struct sb_plan *plan;
    struct sb_err err;
    enum sb_status status;
};

static inline struct made make(const char *const *texts, uint32_t count,
                               const struct sb_plan_options *options)
{
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    static const char *const paths[] = {"regulator.charter", "one.charter", "two.charter", "three.charter"};
    struct made made = {.symbols = sb_symbols_new()};
    struct sb_diagnostics diagnostics = {0};
    for (uint32_t i = 0; i < count; i++)
        sources[i] = (struct sb_source){paths[i], texts[i], strlen(texts[i])};
    made.status = sb_plan_compile(sources, count, options, made.symbols, &made.plan, &diagnostics, &made.err);
    sb_diagnostics_release(&diagnostics);
    return made;
}

static inline struct made make_ok(const char *text, const struct sb_plan_options *options)
{
    struct made made = make(&text, 1, options);
    if (made.status != SB_OK)
        test_fail(__FILE__, __LINE__, "does not compile: %s", made.err.text[SB_EN]);
    return made;
}

static inline void drop(struct made *made)
{
    sb_plan_free(made->plan);
    sb_symbols_free(made->symbols);
}

static inline sb_time_us at(const char *text)
{
    sb_time_us time;
    size_t used;
    CHECK(sb_time_parse(text, strlen(text), 0, &time, &used) && used == strlen(text));
    return time;
}

static inline struct sb_op_list list_at(const struct made *made, const char *kind, sb_time_us time)
{
    uint32_t hint = 0;
    uint32_t segment = sb_plan_segment(made->plan, time, &hint);
    return sb_plan_list(made->plan, segment,
                        sb_symbols_find(made->symbols, SB_SPACE_KIND, kind, strlen(kind)));
}

static inline void print_code(const struct made *made, struct sb_code code, struct sb_str *out)
{
    static const char *const ops[] = {"and",   "or",    "not",  "in",   "same", "amount>=",   "amount<=",
                                      "age>=", "age<=", "age>", "age<", "area", "settlement", "served"};
    static const char *const sides[] = {"tx", "payer", "payee", "agent", "HOLDER"};
    static const char *const fields[] = {
#define X(name, word) word,
        SB_FIELD_MAP(X)
#undef X
    };
    for (uint32_t i = code.first; i < (uint32_t)code.first + code.count; i++) {
        const struct sb_ins *ins = &made->plan->code[i];
        sb_str_printf(out, "%s%s", i == code.first ? "" : " ", ops[ins->op]);
        if (ins->op <= SB_INS_NOT)
            continue;
        sb_str_printf(out, "(%s.%s", sides[ins->side], fields[ins->field]);
        if (ins->op == SB_INS_SAME)
            sb_str_printf(out, " %s.%s", sides[ins->other_side], fields[ins->other_field]);
        else if (ins->op == SB_INS_SYMBOL_IN) {
            const struct sb_code_set *set = &made->plan->sets[ins->set];
            for (uint32_t c = 0; c < set->word_count * 64; c++)
                if (set->words[c / 64] >> (c % 64) & 1)
                    sb_str_printf(
                        out, " %s",
                        c == 0 ? "-"
                               : sb_symbols_name(made->symbols, sb_field_space(ins->field), (uint16_t)c));
        } else if (ins->op >= SB_INS_PLACE_IN_AREA)
            sb_str_printf(out, " %u", ins->set);
        else
            sb_str_printf(out, " %lld%s%s", (long long)ins->number,
                          ins->op < SB_INS_AGE_LEAST ? ""
                          : ins->months              ? " months"
                                                     : " days",
                          ins->at_registration ? " registered" : "");
        sb_str_add(out, ")");
    }
}

/* What is judged of a kind at a time, one op after the other, so that a test says it in one line. */
static const char *judged(const struct made *made, const char *kind, const char *when)
{
    static char text[4096];
    static const char *const types[] = {"term", "allow", "forbid", "require", "fee",
                                        "ask",  "each",  "window", "balance"};
    static const char *const sides[] = {"tx", "payer", "payee", "agent"};
    struct sb_str out = {0};
    struct sb_op_list list = list_at(made, kind, at(when));
    for (uint32_t i = list.first; i < list.first + list.count; i++) {
        const struct sb_op *op = &made->plan->ops[i];
        sb_str_printf(&out, "%s%s", i == list.first ? "" : "; ", types[op->type]);
        if (op->layer)
            sb_str_printf(&out, " L%u", op->layer);
        if (op->type == SB_OP_WINDOW)
            sb_str_printf(&out, " c%u %s", op->counter, sides[op->side]);
        if (op->scope.count) {
            sb_str_add(&out, " scope ");
            print_code(made, op->scope, &out);
        }
        if (op->filter.count) {
            sb_str_add(&out, " if ");
            print_code(made, op->filter, &out);
        }
        for (uint32_t e = 0; e < op->excepts_count; e++) {
            sb_str_add(&out, op->type == SB_OP_ALLOW ? " when " : " unless ");
            print_code(made, made->plan->except_codes[op->excepts_first + e], &out);
        }
        for (uint32_t r = op->rules_first; op->type >= SB_OP_EACH && r < op->rules_first + op->rules_count;
             r++) {
            const struct sb_op_rule *rule = &made->plan->op_rules[r];
            sb_str_printf(&out, " %s%lld",
                          made->plan->rules[rule->rule].type == SB_RULE_EACH_LEAST ? ">=" : "<=",
                          (long long)made->plan->rules[rule->rule].bound);
            if (rule->selector.count) {
                sb_str_add(&out, " for ");
                print_code(made, rule->selector, &out);
            }
        }
    }
    (void)snprintf(text, sizeof(text), "%s", sb_str_text(&out)); /* a longer one fails its comparison */
    sb_str_release(&out);
    return text;
}

#define HEAD                      \
    "charter \"Test\"\n"          \
    "unit VND\n"                  \
    "clock +07:00\n"              \
    "kind cash-in  to holder\n"   \
    "kind cash-out from holder\n" \
    "kind payment  from holder\n" \
    "kind float    of nobody\n"

/* Viet Nam's pilot, without what these tests do not look at. */
static const char decision_316[] =
    "charter \"Mobile-Money, Viet Nam\"\n"
    "unit VND\nclock +07:00\nterritory vn\n"
    "kind cash-in to holder\nkind cash-out from holder\nkind transfer from holder\nkind payment from holder\n"
    "instrument D316 \"Quyết định 316/QĐ-TTg\" signed 2021-03-09\n"
    "instrument R192 \"Nghị quyết 192/NQ-CP\" signed 2023-11-18\n"
    "instrument R87 \"Nghị quyết 87/NQ-CP\" signed 2025-04-15\n"
    "instrument N368 \"Nghị định 368/2025/NĐ-CP\" signed 2025-12-31 in force 2026-01-01\n"
    "pilot runs 2021-11-18 to 2023-11-18 by D316\n"
    "pilot runs 2023-11-19 to 2024-12-31 by R192\n"
    "pilot runs 2025-01-01 to 2025-12-31 known from 2025-04-15 by R87\n"
    "pilot runs 2026-01-01 onward by N368\n"
    "allow cash-in, cash-out, transfer, payment by D316 \"III\"\n"
    "forbid all where tx.country is not VN by D316 \"I.3\"\n"
    "forbid transfer where payee.provider is not payer.provider until 2025-12-31 by D316 \"III\"\n"
    "require holder.sim-age at least 3 months at registration by D316 \"I.2\"\n"
    "limit month: sum of cash-out, transfer, payment per account, each calendar month, at most 10 000 000\n"
    "  until 2025-12-31 by D316 \"III\"\n"
    "limit month: sum of transfer, payment per customer at provider, each calendar month, at most 100 000 "
    "000\n"
    "  from 2026-01-01 by N368\n"
    "except from month: all where payer.class is merchant from 2026-01-01 by N368\n"
    "after the end allow cash-out for 90 days\n";
