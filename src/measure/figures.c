/* SPDX-License-Identifier: Apache-2.0 */

/* The charter's own figures: their quantities while the stream runs, their values when somebody asks. */

#include "measure/measures_internal.h"

#include "base/macros.h"
#include "charter/format_internal.h"

#include <assert.h>
#include <string.h>

#define LONG_AGO (-800000) /* a day before all that a journal can hold */
#define NO_ENTRY UINT32_MAX

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for measures", "hết bộ nhớ cho các chỉ tiêu");
}

/* ------------------------------------------------------------------ reading */

static uint64_t kinds_of(const struct sb_plan *plan, const struct sb_symbols *symbols, struct sb_words kinds)
{
    uint64_t mask = 0;
    for (uint32_t k = 0; k < plan->kind_count; k++) {
        const char *name = sb_symbols_name(symbols, SB_SPACE_KIND, plan->kind_code[k]);
        bool named = kinds.count == 0 && plan->kind_holder[k] != SB_HOLDER_NOBODY;
        for (uint32_t i = 0; name && i < kinds.count && !named; i++)
            named = strcmp(kinds.list[i].text, name) == 0;
        mask |= (uint64_t)named << k;
    }
    return mask;
}

static enum sb_status count_quantity(struct sb_measures *measures, const struct sb_plan *plan,
                                     const struct sb_quantity *quantity, uint32_t *ret_number,
                                     struct sb_err *err)
{
    if (measures->counted_count == SB_QUANTITIES_MAX)
        return sb_fail(err, SB_LIMIT, "the charters ask for more than %d quantities",
                       "các điều lệ yêu cầu hơn %d đại lượng", SB_QUANTITIES_MAX);
    struct sb_counted *counted = &measures->counted[measures->counted_count];
    *counted = (struct sb_counted){.quantity = *quantity, .plan = plan};
    measures->counted_count++;
    counted->yes = sb_series_new();
    counted->unknown = sb_series_new();
    if (quantity->condition)
        counted->where = sb_where_new(quantity->condition, quantity->layer);
    if (!counted->yes || !counted->unknown || (quantity->condition && !counted->where))
        return no_memory(err);
    counted->reads = sb_where_reads(counted->where);
    counted->kinds = kinds_of(plan, measures->options.symbols, quantity->kinds);
    if (sb_quantity_is_stock(quantity) && counted->reads.ages)
        measures->any_ages = true;
    *ret_number = measures->counted_count - 1;
    return SB_OK;
}

static bool same_words(const struct sb_figure_sentence *a, const struct sb_figure_sentence *b)
{
    return a->sentence->type == b->sentence->type && a->layer == b->layer &&
           strcmp(a->sentence->kept.text.text, b->sentence->kept.text.text) == 0;
}

/* The measure that a goal of an installation speaks of: its own layer's, else the regulator's. */
static uint32_t measure_of(const struct sb_measures *measures, const struct sb_figure_sentence *goal,
                           uint32_t installation)
{
    uint32_t found = NO_ENTRY;
    for (uint32_t i = 0; i < measures->entry_count; i++) {
        const struct sb_figure_entry *entry = &measures->entries[i];
        bool is_it = entry->read.sentence->type == SB_S_MEASURE && entry->installation == installation &&
                     strcmp(entry->read.name, goal->measure) == 0;
        if (is_it && (entry->read.layer == goal->layer || (entry->read.layer == 0 && found == NO_ENTRY)))
            found = i;
    }
    return found;
}

static enum sb_status add_entry(struct sb_measures *measures, const struct sb_plan *plan,
                                uint32_t installation, const struct sb_figure_entry *made, struct sb_err *err)
{
    for (uint32_t i = 0; i < measures->entry_count; i++) {
        struct sb_figure_entry *entry = &measures->entries[i];
        if (same_words(&entry->read, &made->read) && entry->measure_entry == made->measure_entry) {
            entry->installation = installation;
            return SB_OK;
        }
    }
    struct sb_figure_entry *entries =
        sb_arena_grow(&measures->arena, measures->entries, measures->entry_count, sizeof(*entries));
    if (!entries)
        return no_memory(err);
    measures->entries = entries;
    struct sb_figure_entry *entry = &entries[measures->entry_count++];
    *entry = *made;
    entry->first_installation = entry->installation = installation;
    if (made->read.sentence->type == SB_S_GOAL)
        return SB_OK; /* its quantities are its measure's */
    enum sb_status status = count_quantity(measures, plan, &entry->read.top, &entry->top, err);
    if (status == SB_OK && entry->read.has_bottom)
        status = count_quantity(measures, plan, &entry->read.bottom, &entry->bottom, err);
    return status;
}

static enum sb_status read_plan(struct sb_measures *measures, uint32_t installation, bool goals,
                                struct sb_err *err)
{
    const struct sb_plan *plan = measures->options.plans[installation];
    enum sb_status status = SB_OK;
    for (uint32_t layer = 0; layer < plan->layer_count; layer++) {
        const struct sb_charter *charter = plan->layers[layer].charter;
        for (uint32_t i = 0; i < charter->sentence_count && status == SB_OK; i++) {
            const struct sb_sentence *sentence = &charter->sentences[i];
            struct sb_figure_entry entry = {.measure_entry = NO_ENTRY};
            if (!sb_is_figure_sentence(sentence->type) || (sentence->type == SB_S_GOAL) != goals)
                continue;
            if (!sb_figure_sentence_read(&measures->arena, charter, layer, sentence, &entry.read))
                return no_memory(err);
            if (goals)
                entry.measure_entry = measure_of(measures, &entry.read, installation);
            status = add_entry(measures, plan, installation, &entry, err);
        }
    }
    return status;
}

/* Goals first: they are what is promised. */
static unsigned rank_of(const struct sb_figure_entry *entry)
{
    static const enum sb_sentence_type order[] = {SB_S_GOAL,     SB_S_MEASURE,      SB_S_SAFEGUARD,
                                                  SB_S_EXPOSURE, SB_S_PARTICIPANTS, SB_S_INVARIANT};
    unsigned rank = 0;
    while (order[rank] != entry->read.sentence->type)
        rank++;
    return rank;
}

enum sb_status sb_measures_read_sentences(struct sb_measures *measures, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < measures->options.plan_count && status == SB_OK; i++) {
        status = read_plan(measures, i, false, err);
        if (status == SB_OK)
            status = read_plan(measures, i, true, err);
    }
    for (uint32_t i = 0; i < measures->entry_count; i++)
        measures->entries[i].amended = measures->entries[i].installation + 1 < measures->options.plan_count;
    return status;
}

void sb_measures_release_sentences(struct sb_measures *measures)
{
    for (uint32_t i = 0; i < measures->counted_count; i++) {
        sb_series_free(measures->counted[i].yes);
        sb_series_free(measures->counted[i].unknown);
        sb_where_free(measures->counted[i].where);
    }
}

unsigned sb_figure_count(const struct sb_measures *measures)
{
    return measures->entry_count;
}

/* The n-th by rank, then in order. There are few. */
static const struct sb_figure_entry *nth(const struct sb_measures *measures, unsigned n)
{
    for (unsigned rank = 0;; rank++) {
        for (uint32_t i = 0; i < measures->entry_count; i++)
            if (rank_of(&measures->entries[i]) == rank && n-- == 0)
                return &measures->entries[i];
        assert(rank < 6);
    }
}

/* ------------------------------------------------------------------ values */

static int64_t amount_of(const struct sb_quantity *quantity, const struct sb_series *series, sb_day day)
{
    sb_day first = quantity->days != 0 && quantity->what != SB_QUANTITY_ACTIVE
                       ? day - (sb_day)quantity->days + 1
                       : LONG_AGO;
    struct sb_day_cell sum = sb_series_sum(series, first, day);
    switch (quantity->what) {
    case SB_QUANTITY_ACTIVE: return sum.active[0];
    case SB_QUANTITY_ACCOUNTS: return sum.accounts;
    case SB_QUANTITY_BALANCES: return sum.balance;
    case SB_QUANTITY_REFUSALS: return sum.refused;
    case SB_QUANTITY_ATTEMPTS: return sum.passed + sum.refused + sum.asked + sum.failed;
    case SB_QUANTITY_SUM: return sum.sum;
    case SB_QUANTITY_NUMBER: return sum.passed;
    }
    assert(false);
    return 0;
}

static bool is_amount(const struct sb_quantity *quantity)
{
    return quantity->what == SB_QUANTITY_BALANCES || quantity->what == SB_QUANTITY_SUM;
}

static double power_of_ten(unsigned exponent)
{
    double power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

static void set_note(struct sb_figure_value *value, const char *en, const char *vi)
{
    value->note[SB_EN] = en;
    value->note[SB_VI] = vi;
}

/* A class that no account has: its balance is not nothing, it is not there. */
static bool is_of_nobody(const struct sb_measures *measures, unsigned type, uint32_t quantity, sb_day day)
{
    const struct sb_counted *counted = &measures->counted[quantity];
    return counted->quantity.class_ && type == SB_S_INVARIANT &&
           sb_series_sum(counted->yes, LONG_AGO, day).accounts == 0;
}

/* Why a figure cannot be given, if so. */
static void find_fault(const struct sb_measures *measures, const struct sb_figure_entry *entry,
                       const struct sb_figure_entry *counts, struct sb_figure_value *value)
{
    if (!counts) {
        set_note(value, "no sentence of its charter declares this measure",
                 "không có câu nào của điều lệ khai báo chỉ tiêu này");
        return;
    }
    bool accounts = sb_quantity_is_stock(&measures->counted[counts->top].quantity);
    bool of_event = accounts && measures->counted[counts->top].reads.event;
    if (counts->read.has_bottom && sb_quantity_is_stock(&measures->counted[counts->bottom].quantity))
        of_event = of_event || measures->counted[counts->bottom].reads.event;
    if (of_event)
        set_note(value, "accounts are counted, but the condition asks about a transaction or its agent",
                 "đếm tài khoản, nhưng điều kiện lại hỏi về giao dịch hoặc đại lý của nó");
    else if (entry->read.has_threshold && entry->read.threshold.share && !counts->read.has_bottom)
        set_note(value, "a share is asked of a quantity that is no part of another",
                 "đòi tỷ lệ phần trăm của một đại lượng không phải là phần của đại lượng khác");
    else if (counts->read.has_bottom && value->bottom == 0 && entry->read.sentence->type != SB_S_INVARIANT)
        set_note(value, "the denominator is nothing", "mẫu số bằng không");
    else if (is_of_nobody(measures, value->type, counts->top, value->day) ||
             (counts->read.has_bottom && is_of_nobody(measures, value->type, counts->bottom, value->day)))
        set_note(value, "there is no open account of the class that it names",
                 "không có tài khoản đang mở nào thuộc phân loại được nêu");
}

static double threshold_of(const struct sb_figure_entry *entry, const struct sb_figure_value *value)
{
    const struct sb_threshold *threshold = &entry->read.threshold;
    if (entry->read.sentence->type == SB_S_INVARIANT)
        return (double)value->bottom;
    if (threshold->share)
        return (double)threshold->value / 1e6;
    bool money = value->top_is_amount && !(value->has_bottom && value->bottom_is_amount);
    return money ? (double)threshold->value
                 : (double)threshold->value / power_of_ten(entry->read.charter->decimals);
}

static bool is_met(const struct sb_figure_entry *entry, const struct sb_figure_value *value)
{
    const struct sb_threshold *threshold = &entry->read.threshold;
    if (entry->read.sentence->type == SB_S_INVARIANT)
        return threshold->compared == SB_COMPARED_AT_LEAST ? value->top >= value->bottom
                                                           : value->top <= value->bottom;
    struct sb_ratio_value ratio = {value->top, value->bottom, value->has_bottom, value->top_is_amount,
                                   value->bottom_is_amount};
    return sb_threshold_met(threshold, &ratio, entry->read.charter->decimals);
}

static void compare(const struct sb_figure_entry *entry, struct sb_figure_value *value)
{
    bool wants_more = entry->read.threshold.compared == SB_COMPARED_AT_LEAST ||
                      entry->read.threshold.compared == SB_COMPARED_OVER;
    bool trips = entry->read.sentence->type == SB_S_SAFEGUARD; /* what it compares is what must not be */
    value->threshold = threshold_of(entry, value);
    double above = value->value - value->threshold;
    value->distance = wants_more != trips ? above : -above;
    value->met = is_met(entry, value);
}

void sb_figure_on(const struct sb_measures *measures, unsigned n, sb_day day,
                  struct sb_figure_value *ret_value)
{
    const struct sb_figure_entry *entry = nth(measures, n), *counts = entry;
    struct sb_figure_value value = {
        .type = entry->read.sentence->type,
        .name = entry->read.name,
        .sentence = entry->read.sentence,
        .charter = entry->read.charter,
        .installation = entry->installation,
        .first_installation = entry->first_installation,
        .amended = entry->amended,
        .day = measures->day == SB_DAY_NONE ? day : SB_MIN(day, measures->day),
        .date = SB_DAY_NONE,
        .has_threshold = entry->read.has_threshold,
        .threshold_share = entry->read.threshold.share,
    };
    if (entry->read.sentence->type == SB_S_GOAL) {
        value.date = sb_day_of_date(entry->read.date.date);
        value.due = value.day >= value.date;
        value.day = SB_MIN(value.day, value.date);
        counts = entry->measure_entry == NO_ENTRY ? NULL : &measures->entries[entry->measure_entry];
    }
    if (counts) {
        const struct sb_counted *top = &measures->counted[counts->top];
        value.top = amount_of(&top->quantity, top->yes, value.day);
        value.unknown = amount_of(&top->quantity, top->unknown, value.day);
        value.top_is_amount = is_amount(&top->quantity);
        value.has_bottom = counts->read.has_bottom;
    }
    if (counts && value.has_bottom) {
        const struct sb_counted *bottom = &measures->counted[counts->bottom];
        value.bottom = amount_of(&bottom->quantity, bottom->yes, value.day);
        value.bottom_is_amount = is_amount(&bottom->quantity);
    }
    find_fault(measures, entry, counts, &value);
    value.has_value = !value.note[SB_EN];
    bool ratio = value.has_bottom && value.type != SB_S_INVARIANT;
    if (value.has_value)
        value.value = ratio ? (double)value.top / (double)value.bottom : (double)value.top;
    if (value.has_value && value.has_threshold)
        compare(entry, &value);
    *ret_value = value;
}

bool sb_figure_is_small(const struct sb_figure_value *value)
{
    return !value->top_is_amount && value->top > 0 && value->top < SB_SUPPRESS_BELOW;
}

void sb_figure_text(const struct sb_figure_value *value, enum sb_lang lang, struct sb_str *out)
{
    static const enum sb_keyword keywords[] = {
        [SB_S_EXPOSURE] = SB_KW_EXPOSURE,   [SB_S_PARTICIPANTS] = SB_KW_PARTICIPANTS,
        [SB_S_MEASURE] = SB_KW_MEASURE,     [SB_S_GOAL] = SB_KW_GOAL,
        [SB_S_SAFEGUARD] = SB_KW_SAFEGUARD, [SB_S_INVARIANT] = SB_KW_INVARIANT};
    const struct sb_sentence *sentence = value->sentence;
    sb_str_add(out, sb_keyword_text(keywords[value->type], lang));
    if (sentence->kept.part_count > 0 && !sentence->kept.parts[0].no_space_before)
        sb_str_add(out, " ");
    sb_format_kept(value->charter, sentence, lang, out);
    if (sentence->by.text) {
        sb_str_printf(out, " %s %s", sb_keyword_text(SB_KW_BY, lang), sentence->by.text);
        if (sentence->article.text) {
            sb_str_add(out, " ");
            sb_format_text(sentence->article.text, out);
        }
    }
}
