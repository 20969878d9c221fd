/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules and counters. Every sentence gets its rules whether or not it is in force at any time, so that the
 * numbers mean the same under every option. A counter is shared by the versions of a limit: those whose
 * canonical text agrees. That text names sets and areas by what is in them, sorts lists, and knows nothing of
 * white space or of the keywords' language.
 */

#include "charter/compile_internal.h"

#include "base/macros.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ canonical text */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The words, sorted and each once. False when memory is out. */
static bool add_words(struct sb_arena *arena, struct sb_words words, struct sb_str *out)
{
    const char **sorted = sb_arena_alloc(arena, words.count + 1, sizeof(*sorted));
    if (!sorted)
        return false;
    for (uint32_t i = 0; i < words.count; i++)
        sorted[i] = words.list[i].text;
    qsort(sorted, words.count, sizeof(*sorted), compare_texts);
    for (uint32_t i = 0; i < words.count; i++)
        if (i == 0 || strcmp(sorted[i - 1], sorted[i]) != 0)
            sb_str_printf(out, " %s", sorted[i]);
    return true;
}

static int compare_places(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static bool add_area(struct sb_arena *arena, const struct sb_sentence *area, struct sb_str *out)
{
    uint32_t *places = sb_arena_alloc(arena, area->area.count + 1, sizeof(*places));
    if (!places)
        return false;
    for (uint32_t i = 0; i < area->area.count; i++)
        places[i] = area->area.members[i].place;
    qsort(places, area->area.count, sizeof(*places), compare_places);
    struct sb_date day = area->area.as_of.date;
    sb_str_printf(out, " area %d-%d-%d split %d", day.year, day.month, day.day, (int)area->area.split);
    for (uint32_t i = 0; i < area->area.count; i++)
        sb_str_printf(out, " %u", places[i]);
    return true;
}

static void add_field(enum sb_side side, enum sb_field field, struct sb_str *out)
{
    static const char *const sides[] = {"tx", "payer", "payee", "agent", "holder"};
    static const char *const fields[] = {
#define X(name, word) word,
        SB_FIELD_MAP(X)
#undef X
    };
    sb_str_printf(out, " %s.%s", sides[side], fields[field]);
}

static bool add_comparison(struct sb_compile *compile, uint32_t layer, const struct sb_condition *node,
                           struct sb_str *out)
{
    static const char *const words[] = {"and",    "or",    "not",  "in",   "not-in", "in",
                                        "not-in", "least", "most", "over", "under"};
    sb_str_printf(out, " %s", words[node->op]);
    add_field(node->side, node->field, out);
    if (node->op >= SB_COND_AT_LEAST) {
        if (node->field == SB_FIELD_AMOUNT)
            sb_str_printf(out, " %lld", (long long)node->number);
        else
            sb_str_printf(out, " %u %s%s", node->span.count, node->span.months ? "months" : "days",
                          node->at_registration ? " registered" : "");
        return true;
    }
    if (node->against_field) {
        add_field(node->other_side, node->other_field, out);
        return true;
    }
    bool in = node->op == SB_COND_IN || node->op == SB_COND_NOT_IN;
    if (node->field != SB_FIELD_PLACE || !in)
        return add_words(&compile->scratch, sb_compile_words(compile, layer, node), out);
    for (uint32_t i = 0; i < node->names.count; i++) {
        const struct sb_sentence *area = sb_compile_find(compile, layer, SB_S_AREA, node->names.list[i].text);
        if (area && !add_area(&compile->scratch, area, out))
            return false;
    }
    return true;
}

/* Prefix notation needs no parentheses. */
static bool add_condition(struct sb_compile *compile, uint32_t layer, const struct sb_condition *condition,
                          struct sb_str *out)
{
    uint32_t count;
    struct sb_flat_condition *flat = sb_condition_flatten(&compile->scratch, condition, &count);
    for (uint32_t i = 0; flat && i < count; i++) {
        const struct sb_condition *node = flat[i].node;
        if (node->op > SB_COND_NOT) {
            if (!add_comparison(compile, layer, node, out))
                return false;
        } else {
            sb_str_add(out, node->op == SB_COND_AND ? " and" : node->op == SB_COND_OR ? " or" : " not");
        }
    }
    return flat != NULL;
}

static void add_window(const struct sb_sentence *sentence, struct sb_str *out)
{
    static const char *const windows[] = {"day", "week", "month", "year", "rolling", "lifetime", "pilot"};
    sb_str_printf(out, "\nwindow %s", windows[sentence->limit.window]);
    if (sentence->limit.window == SB_WINDOW_YEAR)
        sb_str_printf(out, " %02u-%02u", sentence->limit.year_month, sentence->limit.year_day);
    if (sentence->limit.window == SB_WINDOW_ROLLING)
        sb_str_printf(out, " %u", sentence->limit.days);
}

static bool add_identity(struct sb_compile *compile, const struct sb_compiled_sentence *limit,
                         struct sb_str *out)
{
    static const char *const subjects[] = {"account", "customer", "person", "agent", "provider", "pilot"};
    static const char *const sides[] = {"tx", "payer", "payee", "agent", "holder"};
    const struct sb_sentence *sentence = limit->sentence;
    const struct sb_sentence *head =
        sb_charter_find(compile->plan->layers[limit->layer].charter, SB_S_CHARTER, NULL);
    bool sided = sentence->limit.subject != SB_SUBJECT_AGENT && sentence->limit.subject != SB_SUBJECT_PILOT;
    enum sb_side side = sentence->limit.side_written ? sentence->limit.side : SB_SIDE_HOLDER;
    sb_str_printf(out, "layer %s\n%s %s\nsubject %s of %s",
                  limit->layer > 0 && head ? head->charter.provider.text : "-",
                  sentence->type == SB_S_ASK ? "ask" : "limit", sentence->name.text,
                  subjects[sentence->limit.subject], sided ? sides[side] : "-");
    add_window(sentence, out);
    sb_str_printf(out, "\nmeasure %s\nkinds", sentence->limit.measure == SB_MEASURE_SUM ? "sum" : "number");
    if (sentence->kinds.all)
        sb_str_add(out, " *");
    else if (!add_words(&compile->scratch, sentence->kinds.names, out))
        return false;
    sb_str_add(out, "\nwhere");
    return (!sentence->where || add_condition(compile, limit->layer, sentence->where, out)) && !out->failed;
}

/* ------------------------------------------------------------------ counters */

static enum sb_status add_counter(struct sb_compile *compile, struct sb_compiled_sentence *limit,
                                  const uint8_t identity[16])
{
    struct sb_plan *plan = compile->plan;
    const struct sb_sentence *sentence = limit->sentence;
    for (uint32_t i = 0; i < plan->counter_count; i++) {
        if (memcmp(plan->counters[i].identity, identity, 16) == 0) {
            limit->counter = (uint16_t)i;
            return SB_OK;
        }
    }
    if (plan->counter_count == SB_PLAN_COUNTERS_MAX)
        return sb_compile_fail(
            compile, limit->layer, sentence->at, SB_LIMIT,
            "more than %d limits that count in a window; versions that differ only in their "
            "ceiling are one",
            "quá %d hạn mức có kỳ tính; các phiên bản chỉ khác mức trần được tính là một",
            SB_PLAN_COUNTERS_MAX);
    struct sb_counter *counter = &plan->counters[plan->counter_count];
    memcpy(counter->identity, identity, 16);
    counter->measure = (uint8_t)sentence->limit.measure;
    counter->subject = (uint8_t)sentence->limit.subject;
    counter->window = (uint8_t)sentence->limit.window;
    counter->year_month = sentence->limit.year_month;
    counter->year_day = sentence->limit.year_day;
    counter->days = sentence->limit.days;
    counter->layer = limit->layer;
    counter->sentence = limit->index;
    limit->counter = (uint16_t)plan->counter_count++;
    return SB_OK;
}

static enum sb_status find_counter(struct sb_compile *compile, struct sb_compiled_sentence *limit)
{
    struct sb_str text = {0};
    uint8_t identity[16];
    bool done = add_identity(compile, limit, &text);
    if (done)
        crypto_generichash(identity, sizeof(identity), (const unsigned char *)sb_str_text(&text), text.size,
                           NULL, 0);
    sb_str_release(&text);
    return done ? add_counter(compile, limit, identity) : sb_compile_no_memory(compile);
}

/* ------------------------------------------------------------------ rules */

static enum sb_status add_rule(struct sb_compile *compile, struct sb_place_in_text at, struct sb_rule rule,
                               uint16_t *ret_rule)
{
    struct sb_plan *plan = compile->plan;
    if (plan->rule_count == SB_PLAN_RULES_MAX)
        return sb_compile_fail(
            compile, rule.layer, at, SB_LIMIT,
            "more than %d rules: each sentence that forbids, requires, limits or charges is one, and "
            "each cell of a limit's table",
            "quá %d quy tắc: mỗi câu cấm, yêu cầu, hạn mức hoặc phí là một, mỗi ô của bảng hạn mức là một",
            SB_PLAN_RULES_MAX);
    *ret_rule = (uint16_t)plan->rule_count;
    plan->rules[plan->rule_count++] = rule;
    return SB_OK;
}

/* The ceiling that --set gives this limit, or the one that is written. */
static enum sb_status bound_of(struct sb_compile *compile, const struct sb_compiled_sentence *limit,
                               int64_t written, int64_t *ret_bound)
{
    const struct sb_plan_options *options = compile->options;
    *ret_bound = written;
    for (uint32_t i = 0; i < options->set_count; i++) {
        const struct sb_plan_set *set = &options->sets[i];
        if (strcmp(set->limit, limit->sentence->name.text) != 0)
            continue;
        *ret_bound = set->value;
        int64_t scale = 1;
        for (unsigned d = 0; d < compile->plan->decimals; d++)
            scale *= 10;
        if (limit->sentence->limit.measure != SB_MEASURE_NUMBER)
            continue;
        if (set->value % scale != 0)
            return sb_fail(compile->err, SB_INVALID,
                           "limit '%s' counts events: its new ceiling must be a whole number",
                           "hạn mức '%s' đếm số lần: mức trần mới phải là số nguyên", set->limit);
        *ret_bound = set->value / scale;
    }
    return SB_OK;
}

static enum sb_status add_cell(struct sb_compile *compile, struct sb_compiled_sentence *limit, uint32_t row,
                               uint32_t column, const struct sb_limit_cell *cell)
{
    static const uint8_t types[] = {
        [SB_MEASURE_SUM] = SB_RULE_WINDOW,          [SB_MEASURE_NUMBER] = SB_RULE_WINDOW,
        [SB_MEASURE_EACH_MOST] = SB_RULE_EACH_MOST, [SB_MEASURE_EACH_LEAST] = SB_RULE_EACH_LEAST,
        [SB_MEASURE_BALANCE] = SB_RULE_BALANCE,
    };
    uint16_t *number = &limit->cell_rules[row * limit->column_count + column];
    *number = SB_RULE_NONE;
    if (!cell->present)
        return SB_OK;
    struct sb_rule rule = {
        .type = types[limit->sentence->limit.measure],
        .layer = limit->layer,
        .sentence = limit->index,
        .counter = limit->counter,
        .row = (uint8_t)row,
        .column = (uint8_t)column,
    };
    enum sb_status status = bound_of(compile, limit, cell->value, &rule.bound);
    return status == SB_OK ? add_rule(compile, cell->at, rule, number) : status;
}

bool sb_compile_counts(const struct sb_sentence *sentence)
{
    if (sentence->type == SB_S_ASK)
        return sentence->limit.total;
    return sentence->type == SB_S_LIMIT &&
           (sentence->limit.measure == SB_MEASURE_SUM || sentence->limit.measure == SB_MEASURE_NUMBER);
}

static enum sb_status add_limit(struct sb_compile *compile, struct sb_compiled_sentence *limit)
{
    const struct sb_sentence *sentence = limit->sentence;
    const struct sb_limit_table *table = &sentence->limit.table;
    bool has_table = sentence->limit.has_table;
    limit->row_count = has_table ? table->row_count : 1;
    limit->column_count = has_table ? SB_MAX(table->date_count, 1u) : 1;
    limit->cell_rules = sb_arena_alloc(&compile->scratch, (size_t)limit->row_count * limit->column_count + 1,
                                       sizeof(*limit->cell_rules));
    if (!limit->cell_rules)
        return sb_compile_no_memory(compile);
    enum sb_status status = sb_compile_counts(sentence) ? find_counter(compile, limit) : SB_OK;
    if (!has_table)
        return status == SB_OK ? add_cell(compile, limit, 0, 0, &sentence->limit.ceiling) : status;
    for (uint32_t row = 0; row < limit->row_count; row++)
        for (uint32_t column = 0; column < limit->column_count && status == SB_OK; column++)
            status = add_cell(compile, limit, row, column, &table->rows[row].cells[column]);
    return status;
}

/* A total has two columns: of the kinds that are asked, and of those that are only counted. */
static enum sb_status add_ask(struct sb_compile *compile, struct sb_compiled_sentence *ask)
{
    const struct sb_sentence *sentence = ask->sentence;
    uint16_t step =
        sb_symbols_find(compile->symbols, SB_SPACE_STEP, sentence->name.text, strlen(sentence->name.text));
    struct sb_rule rule = {
        .type = sentence->limit.total ? SB_RULE_ASK_TOTAL : SB_RULE_ASK,
        .layer = ask->layer,
        .sentence = ask->index,
        .step = UINT32_C(1) << (step - 1),
        .bound = sentence->limit.ceiling.value,
    };
    if (!sentence->limit.total)
        return add_rule(compile, sentence->at, rule, &ask->rule);
    ask->row_count = 1;
    ask->column_count = 2;
    ask->cell_rules = sb_arena_alloc(&compile->scratch, 2, sizeof(*ask->cell_rules));
    if (!ask->cell_rules)
        return sb_compile_no_memory(compile);
    enum sb_status status = find_counter(compile, ask);
    rule.counter = ask->counter;
    ask->cell_rules[1] = SB_RULE_NONE;
    return status == SB_OK ? add_rule(compile, sentence->at, rule, &ask->cell_rules[0]) : status;
}

static enum sb_status add_fee(struct sb_compile *compile, struct sb_compiled_sentence *compiled)
{
    struct sb_rule rule = {.type = SB_RULE_FEE, .layer = compiled->layer, .sentence = compiled->index};
    enum sb_status status = add_rule(compile, compiled->sentence->at, rule, &compiled->rule);
    return status == SB_OK ? sb_compile_fee(compile, compiled) : status;
}

static enum sb_status add_sentence(struct sb_compile *compile, struct sb_compiled_sentence *compiled)
{
    enum sb_sentence_type type = compiled->sentence->type;
    if (type == SB_S_LIMIT)
        return add_limit(compile, compiled);
    if (type == SB_S_ASK)
        return add_ask(compile, compiled);
    if (type == SB_S_FEE)
        return add_fee(compile, compiled);
    if (type != SB_S_FORBID && type != SB_S_REQUIRE && type != SB_S_IN_AREA)
        return SB_OK;
    struct sb_rule rule = {
        .type = type == SB_S_FORBID    ? SB_RULE_FORBID
                : type == SB_S_REQUIRE ? SB_RULE_REQUIRE
                                       : SB_RULE_IN_AREA,
        .layer = compiled->layer,
        .sentence = compiled->index,
    };
    return add_rule(compile, compiled->sentence->at, rule, &compiled->rule);
}

/* ------------------------------------------------------------------ exceptions, --set */

static bool names_limit(const struct sb_sentence *except, const char *limit)
{
    for (uint32_t i = 0; i < except->except_.limits.count; i++)
        if (strcmp(except->except_.limits.list[i].text, limit) == 0)
            return true;
    return false;
}

/* The exceptions of a limit are those of its own layer: a provider cannot exempt from the regulator's. */
static enum sb_status find_excepts(struct sb_compile *compile, struct sb_compiled_sentence *limit)
{
    for (uint32_t i = compile->layer_first[limit->layer]; i < compile->layer_first[limit->layer + 1]; i++) {
        const struct sb_sentence *sentence = compile->sentences[i].sentence;
        if (sentence->type != SB_S_EXCEPT || !names_limit(sentence, limit->sentence->name.text))
            continue;
        uint32_t *excepts =
            sb_arena_grow(&compile->scratch, limit->excepts, limit->except_count, sizeof(*excepts));
        if (!excepts)
            return sb_compile_no_memory(compile);
        excepts[limit->except_count++] = i;
        limit->excepts = excepts;
    }
    return SB_OK;
}

static enum sb_status check_sets(struct sb_compile *compile)
{
    const char *names[SB_PLAN_RULES_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < compile->sentence_count && count < SB_ARRAY_SIZE(names); i++)
        if (compile->sentences[i].sentence->type == SB_S_LIMIT)
            names[count++] = compile->sentences[i].sentence->name.text;
    for (uint32_t i = 0; i < compile->options->set_count; i++) {
        const char *limit = compile->options->sets[i].limit;
        uint32_t n = 0;
        while (n < count && strcmp(names[n], limit) != 0)
            n++;
        if (n < count)
            continue;
        const char *nearest = sb_text_nearest(limit, strlen(limit), names, count);
        if (nearest)
            return sb_fail(compile->err, SB_INVALID, "the charter has no limit '%s'; did you mean '%s'?",
                           "điều lệ không có hạn mức '%s'; có phải '%s' không?", limit, nearest);
        return sb_fail(compile->err, SB_INVALID, "the charter has no limit '%s'",
                       "điều lệ không có hạn mức '%s'", limit);
    }
    return SB_OK;
}

enum sb_status sb_compile_rules(struct sb_compile *compile)
{
    const struct sb_plan *plan = compile->plan;
    enum sb_status status = check_sets(compile);
    for (uint32_t layer = 0; layer < plan->layer_count && status == SB_OK; layer++) {
        struct sb_rule rule = {.layer = (uint8_t)layer, .sentence = UINT16_MAX, .type = SB_RULE_TERM};
        struct sb_place_in_text top = {1, 1, 1};
        uint16_t number;
        status = add_rule(compile, top, rule, &number);
        rule.type = SB_RULE_NOT_ALLOWED;
        if (status == SB_OK)
            status = add_rule(compile, top, rule, &number);
    }
    for (uint32_t i = 0; i < compile->sentence_count && status == SB_OK; i++) {
        struct sb_compiled_sentence *sentence = &compile->sentences[i];
        status = add_sentence(compile, sentence);
        if (status == SB_OK && sentence->sentence->type == SB_S_LIMIT)
            status = find_excepts(compile, sentence);
    }
    return status;
}
