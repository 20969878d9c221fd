/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/observed.h"

#include "base/id.h"
#include "base/macros.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Names in the order in which they were first met. */
struct names {
    char **list; /* owned, each owned */
    uint32_t count, room;
    uint32_t *slots; /* owned; number + 1; room * 2, a power of two */
};

struct row {
    uint32_t unit, period;
    uint64_t line;
    double outcome; /* NaN: a hole */
};

struct unit {
    uint32_t treated, cluster; /* numbers of names; treated UINT32_MAX: never */
    double weight;
    uint64_t line;  /* of its first row */
    uint32_t group; /* finished: first treated period by rank, or SB_NEVER */
};

struct sb_observed {
    struct names units, periods, starts, clusters;
    struct row *rows; /* owned */
    size_t row_count, row_room;
    struct unit *list; /* owned; by unit */
    uint32_t unit_room;
    uint32_t *order; /* owned; finished: names of periods by rank */
    uint32_t *rank;  /* owned */
    double *matrix;  /* owned; finished: [kept unit][period rank] */
    uint32_t *kept;  /* owned; units that stayed */
    struct sb_panel_shape shape;
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for the panel", "hết bộ nhớ cho bảng dữ liệu");
}

/* ------------------------------------------------------------------ names */

static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325); /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001B3);
    return sb_mix64(hash);
}

static uint32_t *slot_of(const struct names *names, const char *text)
{
    uint32_t mask = names->room * 2 - 1;
    for (uint32_t at = (uint32_t)hash_of(text) & mask;; at = (at + 1) & mask)
        if (names->slots[at] == 0 || strcmp(names->list[names->slots[at] - 1], text) == 0)
            return &names->slots[at];
}

static bool grow_names(struct names *names)
{
    if (names->count < names->room)
        return true;
    uint32_t room = names->room ? names->room * 2 : 64;
    char **list = realloc(names->list, room * sizeof(*list));
    if (list)
        names->list = list;
    uint32_t *slots = list ? calloc((size_t)room * 2, sizeof(*slots)) : NULL;
    if (!slots)
        return false;
    free(names->slots);
    names->slots = slots;
    names->room = room;
    for (uint32_t i = 0; i < names->count; i++)
        *slot_of(names, list[i]) = i + 1;
    return true;
}

static bool number_of(struct names *names, const char *text, uint32_t *ret_number)
{
    if (!grow_names(names))
        return false;
    uint32_t *slot = slot_of(names, text);
    if (*slot == 0) {
        char *copy = strdup(text);
        if (!copy)
            return false;
        names->list[names->count++] = copy;
        *slot = names->count;
    }
    *ret_number = *slot - 1;
    return true;
}

static void release_names(struct names *names)
{
    for (uint32_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
    free(names->slots);
}

struct sb_observed *sb_observed_new(void)
{
    return calloc(1, sizeof(struct sb_observed));
}

void sb_observed_free(struct sb_observed *observed)
{
    if (!observed)
        return;
    release_names(&observed->units);
    release_names(&observed->periods);
    release_names(&observed->starts);
    release_names(&observed->clusters);
    free(observed->rows);
    free(observed->list);
    free(observed->order);
    free(observed->rank);
    free(observed->matrix);
    free(observed->kept);
    free(observed);
}

/* ------------------------------------------------------------------ adding */

/* What a row calls things, in both languages. */
static const char *const words[5][2] = {{"unit", "đơn vị"},
                                        {"period", "kỳ"},
                                        {"first treated period", "kỳ áp dụng đầu tiên"},
                                        {"cluster", "cụm"},
                                        {"weight", "trọng số"}};

static enum sb_status check_row(const struct sb_observation *row, struct sb_err *err)
{
    const char *const names[] = {row->unit, row->period, row->treated,
                                 row->cluster ? row->cluster : row->unit};
    unsigned long long line = row->line;
    for (size_t i = 0; i < SB_ARRAY_SIZE(names); i++) {
        size_t size = strlen(names[i]);
        if (size == 0 && i != 2)
            return sb_fail(err, SB_INVALID, "line %llu: the %s%.0s is empty", "dòng %llu: %.0s%s để trống",
                           line, words[i][SB_EN], words[i][SB_VI]);
        if (size > SB_PANEL_NAME_MAX)
            return sb_fail(err, SB_INVALID, "line %llu: the %s%.0s has more than %d bytes",
                           "dòng %llu: %.0s%s dài hơn %d byte", line, words[i][SB_EN], words[i][SB_VI],
                           SB_PANEL_NAME_MAX);
    }
    if (!isfinite(row->weight) || row->weight <= 0)
        return sb_fail(err, SB_INVALID, "line %llu: the weight is not a number over 0",
                       "dòng %llu: trọng số không phải số lớn hơn 0", (unsigned long long)row->line);
    if (row->has_outcome && !isfinite(row->outcome))
        return sb_fail(err, SB_INVALID, "line %llu: the outcome is no finite number",
                       "dòng %llu: kết quả không phải số hữu hạn", (unsigned long long)row->line);
    return SB_OK;
}

/* A unit says the same of itself in each of its rows. */
static enum sb_status check_unit(const struct unit *unit, const struct unit *again, const char *name,
                                 struct sb_err *err)
{
    bool same_weight = unit->weight >= again->weight && unit->weight <= again->weight;
    if (unit->treated == again->treated && unit->cluster == again->cluster && same_weight)
        return SB_OK;
    const char *const *what = words[unit->treated != again->treated   ? 2
                                    : unit->cluster != again->cluster ? 3
                                                                      : 4];
    return sb_fail(err, SB_INVALID, "line %llu: unit '%s' has another %s%.0s than on line %llu",
                   "dòng %llu: đơn vị '%s' có %.0s%s khác với dòng %llu", (unsigned long long)again->line,
                   name, what[SB_EN], what[SB_VI], (unsigned long long)unit->line);
}

static enum sb_status keep_unit(struct sb_observed *observed, uint32_t number, const struct unit *again,
                                struct sb_err *err)
{
    if (number >= observed->unit_room) {
        uint32_t room = observed->units.room;
        struct unit *list = realloc(observed->list, room * sizeof(*list));
        if (!list)
            return no_memory(err);
        memset(list + observed->unit_room, 0, (room - observed->unit_room) * sizeof(*list));
        observed->list = list;
        observed->unit_room = room;
    }
    if (observed->list[number].line != 0)
        return check_unit(&observed->list[number], again, observed->units.list[number], err);
    observed->list[number] = *again;
    return SB_OK;
}

enum sb_status sb_observed_add(struct sb_observed *observed, const struct sb_observation *row,
                               struct sb_err *err)
{
    struct row added = {.line = row->line, .outcome = row->has_outcome ? row->outcome : NAN};
    struct unit unit = {.treated = SB_NEVER, .weight = row->weight, .line = row->line};
    enum sb_status status = check_row(row, err);
    if (status != SB_OK)
        return status;
    if (observed->row_count == SB_PANEL_ROWS_MAX)
        return sb_fail(err, SB_LIMIT, "line %llu: more than %d rows", "dòng %llu: hơn %d dòng",
                       (unsigned long long)row->line, SB_PANEL_ROWS_MAX);
    if (!number_of(&observed->units, row->unit, &added.unit) ||
        !number_of(&observed->periods, row->period, &added.period) ||
        (row->treated[0] && !number_of(&observed->starts, row->treated, &unit.treated)) ||
        !number_of(&observed->clusters, row->cluster ? row->cluster : row->unit, &unit.cluster))
        return no_memory(err);
    if (observed->units.count > SB_PANEL_UNITS_MAX || observed->periods.count > SB_PANEL_PERIODS_MAX)
        return sb_fail(err, SB_LIMIT, "line %llu: more than %d units or %d periods",
                       "dòng %llu: hơn %d đơn vị hoặc %d kỳ", (unsigned long long)row->line,
                       SB_PANEL_UNITS_MAX, SB_PANEL_PERIODS_MAX);
    if (observed->row_count == observed->row_room) {
        size_t room = observed->row_room ? observed->row_room * 2 : 1024;
        struct row *rows = realloc(observed->rows, room * sizeof(*rows));
        if (!rows)
            return no_memory(err);
        observed->rows = rows;
        observed->row_room = room;
    }
    status = keep_unit(observed, added.unit, &unit, err);
    if (status == SB_OK)
        observed->rows[observed->row_count++] = added;
    return status;
}

/* ------------------------------------------------------------------ the order of periods */

/* A plain decimal number, whole text. */
static bool is_number(const char *text, double *ret_number)
{
    char *end;
    if (!text[0] || text[strspn(text, "0123456789.-")] != '\0')
        return false;
    *ret_number = strtod(text, &end);
    return *end == '\0';
}

struct named {
    const char *name;
    uint32_t number;
};

static int by_value(const void *a, const void *b)
{
    double one = 0, other = 0;
    (void)is_number(((const struct named *)a)->name, &one); /* all are: see rank_periods */
    (void)is_number(((const struct named *)b)->name, &other);
    return (one > other) - (one < other);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static bool all_numbers(const struct names *names)
{
    double number;
    for (uint32_t i = 0; i < names->count; i++)
        if (!is_number(names->list[i], &number))
            return false;
    return true;
}

static enum sb_status rank_periods(struct sb_observed *observed, int (*compare)(const void *, const void *),
                                   struct sb_err *err)
{
    uint32_t count = observed->periods.count;
    struct named *sorted = calloc((size_t)count + 1, sizeof(*sorted));
    observed->order = calloc((size_t)count + 1, sizeof(*observed->order));
    observed->rank = calloc((size_t)count + 1, sizeof(*observed->rank));
    if (!sorted || !observed->order || !observed->rank) {
        free(sorted);
        return no_memory(err);
    }
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = (struct named){observed->periods.list[i], i};
    if (count > 1)
        qsort(sorted, count, sizeof(*sorted), compare);
    for (uint32_t i = 0; i < count; i++) {
        observed->order[i] = sorted[i].number;
        observed->rank[sorted[i].number] = i;
    }
    free(sorted);
    return SB_OK;
}

/* The rank of each unit's first treated period. */
static enum sb_status find_groups(struct sb_observed *observed, int (*compare)(const void *, const void *),
                                  struct sb_err *err)
{
    for (uint32_t u = 0; u < observed->units.count; u++) {
        struct unit *unit = &observed->list[u];
        unit->group = SB_NEVER;
        if (unit->treated == SB_NEVER)
            continue;
        struct named start = {observed->starts.list[unit->treated], 0};
        for (uint32_t t = 0; t < observed->periods.count && unit->group == SB_NEVER; t++) {
            struct named period = {observed->periods.list[observed->order[t]], 0};
            if (compare(&start, &period) == 0)
                unit->group = t;
        }
        struct named last = {observed->periods.list[observed->order[observed->periods.count - 1]], 0};
        if (unit->group == SB_NEVER && compare(&start, &last) < 0)
            return sb_fail(err, SB_INVALID,
                           "line %llu: unit '%s' is first treated in '%s', which is no period of the panel",
                           "dòng %llu: đơn vị '%s' bắt đầu ở '%s', không phải một kỳ trong bảng",
                           (unsigned long long)unit->line, observed->units.list[u], start.name);
    }
    return SB_OK;
}

/* ------------------------------------------------------------------ finishing */

static enum sb_status fill_matrix(struct sb_observed *observed, struct sb_err *err)
{
    size_t periods = observed->periods.count, cells = observed->units.count * periods;
    uint64_t *lines = calloc(cells + 1, sizeof(*lines));
    observed->matrix = malloc((cells + 1) * sizeof(*observed->matrix));
    if (!lines || !observed->matrix) {
        free(lines);
        return no_memory(err);
    }
    for (size_t i = 0; i < cells; i++)
        observed->matrix[i] = NAN;
    enum sb_status status = SB_OK;
    for (size_t i = 0; i < observed->row_count && status == SB_OK; i++) {
        const struct row *row = &observed->rows[i];
        size_t cell = row->unit * periods + observed->rank[row->period];
        if (lines[cell] != 0)
            status = sb_fail(err, SB_INVALID, "line %llu: unit '%s' in period '%s' again, after line %llu",
                             "dòng %llu: đơn vị '%s' ở kỳ '%s' lặp lại, sau dòng %llu",
                             (unsigned long long)row->line, observed->units.list[row->unit],
                             observed->periods.list[row->period], (unsigned long long)lines[cell]);
        lines[cell] = row->line;
        observed->matrix[cell] = row->outcome;
    }
    free(lines);
    return status;
}

static bool has_hole(const struct sb_observed *observed, uint32_t unit)
{
    size_t periods = observed->periods.count;
    for (size_t t = 0; t < periods; t++)
        if (isnan(observed->matrix[unit * periods + t]))
            return true;
    return false;
}

/* Clusters are numbered again, among the units that stayed. */
static enum sb_status number_clusters(struct sb_observed *observed, struct sb_err *err)
{
    uint32_t *numbers = calloc((size_t)observed->clusters.count + 1, sizeof(*numbers));
    if (!numbers)
        return no_memory(err);
    for (uint32_t i = 0; i < observed->shape.units; i++) {
        struct unit *unit = &observed->list[observed->kept[i]];
        if (numbers[unit->cluster] == 0)
            numbers[unit->cluster] = ++observed->shape.clusters;
        unit->cluster = numbers[unit->cluster] - 1;
    }
    free(numbers);
    return SB_OK;
}

enum sb_status sb_observed_finish(struct sb_observed *observed, struct sb_err *err)
{
    struct sb_panel_shape *shape = &observed->shape;
    bool numbers = all_numbers(&observed->periods) && all_numbers(&observed->starts);
    int (*compare)(const void *, const void *) = numbers ? by_value : by_bytes;
    if (observed->row_count == 0)
        return sb_fail(err, SB_INVALID, "the panel has no rows", "bảng không có dòng nào");
    enum sb_status status = rank_periods(observed, compare, err);
    if (status == SB_OK)
        status = find_groups(observed, compare, err);
    if (status == SB_OK)
        status = fill_matrix(observed, err);
    observed->kept = calloc((size_t)observed->units.count + 1, sizeof(*observed->kept));
    if (status == SB_OK && !observed->kept)
        status = no_memory(err);
    if (status != SB_OK)
        return status;
    *shape =
        (struct sb_panel_shape){.periods = observed->periods.count, .rows = (uint32_t)observed->row_count};
    for (uint32_t u = 0; u < observed->units.count; u++) {
        bool hole = has_hole(observed, u), always = !hole && observed->list[u].group == 0;
        shape->with_holes += hole;
        shape->always_treated += always;
        if (hole || always)
            continue;
        shape->never_treated += observed->list[u].group == SB_NEVER;
        shape->treated += observed->list[u].group != SB_NEVER;
        observed->kept[shape->units++] = u;
    }
    if (shape->units == 0)
        return sb_fail(err, SB_INVALID, "no unit is observed in every period and before its treatment",
                       "không có đơn vị nào được quan sát ở mọi kỳ và trước khi bắt đầu");
    return number_clusters(observed, err);
}

/* ------------------------------------------------------------------ reading */

struct sb_panel_shape sb_observed_shape(const struct sb_observed *observed)
{
    return observed->shape;
}

static const struct unit *unit_at(const struct sb_observed *observed, uint32_t unit)
{
    return &observed->list[observed->kept[unit]];
}

uint32_t sb_observed_group(const struct sb_observed *observed, uint32_t unit)
{
    return unit_at(observed, unit)->group;
}

uint32_t sb_observed_cluster(const struct sb_observed *observed, uint32_t unit)
{
    return unit_at(observed, unit)->cluster;
}

double sb_observed_weight(const struct sb_observed *observed, uint32_t unit)
{
    return unit_at(observed, unit)->weight;
}

double sb_observed_outcome(const struct sb_observed *observed, uint32_t unit, uint32_t period)
{
    return observed->matrix[(size_t)observed->kept[unit] * observed->periods.count + period];
}

const char *sb_observed_period(const struct sb_observed *observed, uint32_t period)
{
    return observed->periods.list[observed->order[period]];
}
