/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/tally.h"

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sb_tally {
    enum sb_dimension dimensions[SB_BY_COUNT];
    unsigned dimension_count;
    struct sb_tally_group **groups; /* owned, each owned; in the order of their first event */
    size_t count, room;
    uint32_t *slots; /* owned; number + 1 or 0; slot_count a power of two, at most half full */
    size_t slot_count;
    const struct sb_tally_group **sorted; /* owned */
};

static const struct {
    const char *word, *title_en, *title_vi;
} dimension_texts[SB_BY_COUNT] = {
    [SB_BY_LIMIT] = {"limit", "sentence", "điều khoản"},
    [SB_BY_KIND] = {"kind", "kind", "loại"},
    [SB_BY_TIER] = {"tier", "tier", "bậc"},
    [SB_BY_PROVINCE] = {"province", "province", "tỉnh, thành phố"},
    [SB_BY_AREA] = {"area", "area", "khu vực"},
    [SB_BY_MONTH] = {"month", "month", "tháng"},
};

const char *sb_dimension_word(enum sb_dimension dimension)
{
    return dimension_texts[dimension].word;
}

const char *sb_dimension_title(enum sb_dimension dimension, enum sb_lang lang)
{
    return sb_tr(lang, dimension_texts[dimension].title_en, dimension_texts[dimension].title_vi);
}

struct sb_tally *sb_tally_new(const enum sb_dimension *dimensions, unsigned count)
{
    struct sb_tally *tally = calloc(1, sizeof(*tally));
    if (!tally)
        return NULL;
    assert(count <= SB_BY_COUNT);
    memcpy(tally->dimensions, dimensions, count * sizeof(*dimensions));
    tally->dimension_count = count;
    return tally;
}

void sb_tally_free(struct sb_tally *tally)
{
    if (!tally)
        return;
    for (size_t i = 0; i < tally->count; i++)
        free(tally->groups[i]);
    free(tally->groups);
    free(tally->slots);
    free(tally->sorted);
    free(tally);
}

static uint64_t hash_labels(const struct sb_tally *tally, const char *const *labels)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325); /* FNV-1a */
    for (unsigned i = 0; i < tally->dimension_count; i++) {
        for (const char *at = labels[i]; *at; at++)
            hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001B3);
        hash = (hash ^ 0xFF) * UINT64_C(0x100000001B3);
    }
    return sb_mix64(hash);
}

static bool has_labels(const struct sb_tally *tally, const struct sb_tally_group *group,
                       const char *const *labels)
{
    for (unsigned i = 0; i < tally->dimension_count; i++)
        if (strncmp(group->labels[i], labels[i], SB_TALLY_LABEL_SIZE - 1) != 0)
            return false;
    return true;
}

/* The slot of a group, or the empty one where it belongs. */
static uint32_t *slot_of(const struct sb_tally *tally, const char *const *labels)
{
    size_t mask = tally->slot_count - 1;
    for (size_t at = hash_labels(tally, labels) & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &tally->slots[at];
        if (*slot == 0 || has_labels(tally, tally->groups[*slot - 1], labels))
            return slot;
    }
}

static bool grow(struct sb_tally *tally)
{
    if (tally->count < tally->room)
        return true;
    size_t room = tally->room ? tally->room * 2 : 64;
    struct sb_tally_group **groups = realloc(tally->groups, room * sizeof(*groups));
    if (!groups)
        return false;
    tally->groups = groups;
    uint32_t *slots = calloc(room * 2, sizeof(*slots));
    if (!slots)
        return false;
    free(tally->slots);
    tally->slots = slots;
    tally->slot_count = room * 2;
    tally->room = room;
    for (size_t i = 0; i < tally->count; i++) {
        const char *labels[SB_BY_COUNT];
        for (unsigned j = 0; j < tally->dimension_count; j++)
            labels[j] = groups[i]->labels[j];
        *slot_of(tally, labels) = (uint32_t)(i + 1);
    }
    return true;
}

static struct sb_tally_group *group_of(struct sb_tally *tally, const char *const *labels)
{
    if (!grow(tally))
        return NULL;
    uint32_t *slot = slot_of(tally, labels);
    if (*slot != 0)
        return tally->groups[*slot - 1];
    struct sb_tally_group *group = calloc(1, sizeof(*group));
    if (!group)
        return NULL;
    for (unsigned i = 0; i < tally->dimension_count; i++)
        (void)snprintf(group->labels[i], SB_TALLY_LABEL_SIZE, "%s", labels[i]); /* a label that long is cut */
    tally->groups[tally->count++] = group;
    *slot = (uint32_t)tally->count;
    return group;
}

enum sb_status sb_tally_add(struct sb_tally *tally, const struct sb_tally_event *event, unsigned column,
                            struct sb_err *err)
{
    const char *labels[SB_BY_COUNT];
    for (unsigned i = 0; i < tally->dimension_count; i++) {
        const char *label = event->labels[tally->dimensions[i]];
        labels[i] = label ? label : "-";
    }
    struct sb_tally_group *group = group_of(tally, labels);
    if (!group)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    sb_figure_add(&group->columns[column], event->amount);
    return SB_OK;
}

struct order {
    unsigned column;
    unsigned labels;
};

static int by_column(const void *a, const void *b, void *context)
{
    const struct order *order = context;
    const struct sb_tally_group *first = *(const struct sb_tally_group *const *)a;
    const struct sb_tally_group *second = *(const struct sb_tally_group *const *)b;
    uint64_t x = first->columns[order->column].number, y = second->columns[order->column].number;
    if (x != y)
        return x > y ? -1 : 1;
    for (unsigned i = 0; i < order->labels; i++) {
        int difference = strcmp(first->labels[i], second->labels[i]);
        if (difference != 0)
            return difference;
    }
    return 0;
}

const struct sb_tally_group *const *sb_tally_sorted(struct sb_tally *tally, unsigned column,
                                                    size_t *ret_count)
{
    free(tally->sorted);
    tally->sorted = calloc(tally->count + 1, sizeof(*tally->sorted));
    *ret_count = tally->sorted ? tally->count : 0;
    if (!tally->sorted)
        return NULL;
    for (size_t i = 0; i < tally->count; i++)
        tally->sorted[i] = tally->groups[i];
    struct order order = {column, tally->dimension_count};
    qsort_r(tally->sorted, tally->count, sizeof(*tally->sorted), by_column, &order);
    return tally->sorted;
}

unsigned sb_tally_dimension_count(const struct sb_tally *tally)
{
    return tally->dimension_count;
}

enum sb_dimension sb_tally_dimension(const struct sb_tally *tally, unsigned n)
{
    assert(n < tally->dimension_count);
    return tally->dimensions[n];
}

/* ------------------------------------------------------------------ labels of an event */

static const char *settlement_label(uint8_t settlement, enum sb_lang lang)
{
    switch ((enum sb_settlement)settlement) {
    case SB_SETTLEMENT_RURAL: return sb_tr(lang, "rural", "nông thôn");
    case SB_SETTLEMENT_URBAN: return sb_tr(lang, "urban", "thành thị");
    case SB_SETTLEMENT_SPECIAL: return sb_tr(lang, "special zone", "đặc khu");
    case SB_SETTLEMENT_UNKNOWN: return NULL;
    }
    return NULL;
}

static void describe_holder(const struct sb_plan *plan, const struct sb_symbols *symbols,
                            const struct sb_account_view *holder, enum sb_lang lang,
                            struct sb_tally_event *ret_event)
{
    ret_event->labels[SB_BY_TIER] = sb_symbols_name(symbols, SB_SPACE_TIER, holder->tier);
    if (holder->place_index == 0 || !plan->territory)
        return;
    const struct sb_place_info *place = sb_territory_info(plan->territory, holder->place_index);
    ret_event->labels[SB_BY_AREA] = settlement_label(place->settlement, lang);
    if (place->province != 0)
        ret_event->labels[SB_BY_PROVINCE] = sb_territory_info(plan->territory, place->province)->name;
}

void sb_tally_describe(const struct sb_ledger *ledger, const struct sb_plan *plan,
                       const struct sb_symbols *symbols, const struct sb_event *event, enum sb_lang lang,
                       struct sb_tally_buffers *buffers, struct sb_tally_event *ret_event)
{
    char day[SB_TIME_TEXT_SIZE];
    sb_day_print(sb_day_of_time(event->time, plan->clock_offset_s), day);
    (void)snprintf(buffers->month, sizeof(buffers->month), "%.7s", day); /* YYYY-MM */
    *ret_event = (struct sb_tally_event){.amount = event->amount};
    ret_event->labels[SB_BY_KIND] = sb_symbols_name(symbols, SB_SPACE_KIND, event->kind);
    ret_event->labels[SB_BY_MONTH] = buffers->month;
    enum sb_side side = sb_plan_holder(plan, event->kind);
    struct sb_account_view holder;
    struct sb_id id = side == SB_SIDE_PAYEE ? event->payee : event->payer;
    if (side != SB_SIDE_TX && sb_ledger_account(ledger, id, &holder))
        describe_holder(plan, symbols, &holder, lang, ret_event);
}

/* ------------------------------------------------------------------ a table in text */

static void pad(struct sb_str *out, const char *text, size_t width, bool right)
{
    size_t taken = sb_text_width(text, strlen(text));
    if (!right)
        sb_str_add(out, text);
    for (size_t i = taken; i < width; i++)
        sb_str_add(out, " ");
    if (right && taken >= width)
        sb_str_add(out, " "); /* a wide figure must not touch the one before */
    if (right)
        sb_str_add(out, text);
}

/* What a printed table looks like: widths of labels, and which columns have anything in them. */
struct layout {
    size_t widths[SB_BY_COUNT];
    bool shown[SB_TALLY_COLUMNS_MAX];
};

static void print_head(const struct sb_tally *tally, const struct layout *layout, const char *const *titles,
                       unsigned columns, enum sb_lang lang, struct sb_str *out)
{
    sb_str_add(out, "  ");
    for (unsigned i = 0; i < tally->dimension_count; i++)
        pad(out, sb_dimension_title(tally->dimensions[i], lang), layout->widths[i] + 2, false);
    for (unsigned i = 0; i < columns; i++) {
        if (!layout->shown[i])
            continue;
        pad(out, titles[i], 13, true);
        pad(out, sb_tr(lang, "sum", "tổng tiền"), 21, true);
    }
    sb_str_add(out, "\n");
}

static void print_group(const struct sb_tally *tally, const struct sb_tally_group *group,
                        const struct layout *layout, unsigned columns, unsigned decimals, struct sb_str *out)
{
    sb_str_add(out, "  ");
    for (unsigned i = 0; i < tally->dimension_count; i++)
        pad(out, group->labels[i], layout->widths[i] + 2, false);
    for (unsigned i = 0; i < columns; i++) {
        struct sb_str text = {0};
        if (!layout->shown[i])
            continue;
        sb_str_add_amount(&text, (int64_t)group->columns[i].number, 0);
        pad(out, sb_str_text(&text), 13, true);
        sb_str_clear(&text);
        sb_str_add_amount(&text, group->columns[i].sum, decimals);
        pad(out, sb_str_text(&text), 21, true);
        sb_str_release(&text);
    }
    sb_str_add(out, "\n");
}

static void measure(const struct sb_tally *tally, const struct sb_tally_group *group, struct layout *layout)
{
    for (unsigned i = 0; i < tally->dimension_count; i++)
        layout->widths[i] =
            SB_MAX(layout->widths[i], sb_text_width(group->labels[i], strlen(group->labels[i])));
    for (unsigned i = 0; i < SB_TALLY_COLUMNS_MAX; i++)
        layout->shown[i] = layout->shown[i] || group->columns[i].number > 0;
}

void sb_tally_print(struct sb_tally *tally, const char *const *titles, unsigned columns, unsigned sort_by,
                    size_t rows_max, unsigned decimals, enum sb_lang lang, struct sb_str *out)
{
    size_t count;
    const struct sb_tally_group *const *groups = sb_tally_sorted(tally, sort_by, &count);
    size_t rows = rows_max == 0 ? count : SB_MIN(rows_max, count);
    struct layout layout = {0};
    for (unsigned i = 0; i < tally->dimension_count; i++) {
        const char *title = sb_dimension_title(tally->dimensions[i], lang);
        layout.widths[i] = sb_text_width(title, strlen(title));
    }
    for (size_t row = 0; row < rows; row++)
        measure(tally, groups[row], &layout);
    print_head(tally, &layout, titles, columns, lang, out);
    for (size_t row = 0; row < rows; row++)
        print_group(tally, groups[row], &layout, columns, decimals, out);
    if (rows < count)
        sb_str_printf(out, sb_tr(lang, "  ... and %zu more\n", "  ... và %zu nhóm nữa\n"), count - rows);
}
