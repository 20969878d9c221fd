/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Each estimate comes with its influence: what every cluster adds to its error. Aggregates are weighted sums
 * of group-time effects, and so are their influences, with what the estimated weights add. The bootstrap then
 * only draws one random number a cluster and multiplies.
 */

#include "measure/did.h"

#include "base/macros.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct work {
    const struct sb_observed *panel;
    const struct sb_did_options *options;
    struct sb_panel_shape shape;
    double *share; /* owned; by period: weight of the group that starts then, of all weight */
    double weight; /* of all units */
    struct sb_did did;
    size_t room, cells; /* cells: group-time rows, which stand first */
    double *influence;  /* owned; [row][cluster] */
    uint32_t *seen;     /* owned; [cluster]: for counting, else 0 */
    double *drawn;      /* owned; [row]: one draw */
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for the estimate", "hết bộ nhớ cho ước lượng");
}

static double *influence_of(const struct work *work, size_t row)
{
    return work->influence + row * work->shape.clusters;
}

/* ------------------------------------------------------------------ group-time effects */

/* The period that a change is measured from: the last before the start; before it the one before. */
static uint32_t base_of(uint32_t group, uint32_t period)
{
    return period >= group ? group - 1 : period - 1;
}

static bool is_control(const struct work *work, uint32_t unit, uint32_t group, uint32_t period)
{
    uint32_t start = sb_observed_group(work->panel, unit);
    if (start == SB_NEVER)
        return true;
    /* Untreated in both periods that are compared, and not the group itself. */
    return work->options->not_yet_treated && start != group && start > SB_MAX(period, base_of(group, period));
}

struct side {
    double weight, mean;
    uint32_t units;
};

static double change_of(const struct work *work, uint32_t unit, uint32_t group, uint32_t period)
{
    return sb_observed_outcome(work->panel, unit, period) -
           sb_observed_outcome(work->panel, unit, base_of(group, period));
}

static struct side mean_change(const struct work *work, uint32_t group, uint32_t period, bool controls)
{
    struct side side = {0};
    double sum = 0;
    for (uint32_t u = 0; u < work->shape.units; u++) {
        bool in = controls ? is_control(work, u, group, period) : sb_observed_group(work->panel, u) == group;
        if (!in)
            continue;
        double weight = sb_observed_weight(work->panel, u);
        side.weight += weight;
        side.units++;
        sum += weight * change_of(work, u, group, period);
    }
    side.mean = side.units > 0 ? sum / side.weight : 0;
    return side;
}

/* Clusters that a group's units stand in: its own spread is between them. */
static uint32_t group_clusters(const struct work *work, uint32_t group)
{
    uint32_t count = 0;
    for (uint32_t u = 0; u < work->shape.units; u++) {
        uint32_t cluster = sb_observed_cluster(work->panel, u);
        if (sb_observed_group(work->panel, u) != group || work->seen[cluster])
            continue;
        work->seen[cluster] = 1;
        count++;
    }
    memset(work->seen, 0, work->shape.clusters * sizeof(*work->seen));
    return count;
}

/* ATT(g, t) = mean change of the group less that of the controls, and what each cluster adds to its error. */
static void estimate_cell(struct work *work, size_t row)
{
    struct sb_did_row *cell = &work->did.rows[row];
    double *influence = influence_of(work, row);
    struct side treated = mean_change(work, cell->group, cell->period, false);
    struct side controls = mean_change(work, cell->group, cell->period, true);
    cell->treated = treated.units;
    cell->treated_clusters = group_clusters(work, cell->group);
    cell->controls = controls.units;
    cell->estimate = treated.mean - controls.mean;
    for (uint32_t u = 0; u < work->shape.units; u++) {
        double weight = sb_observed_weight(work->panel, u);
        double *at = &influence[sb_observed_cluster(work->panel, u)];
        if (sb_observed_group(work->panel, u) == cell->group)
            *at += weight / treated.weight * (change_of(work, u, cell->group, cell->period) - treated.mean);
        else if (is_control(work, u, cell->group, cell->period))
            *at -= weight / controls.weight * (change_of(work, u, cell->group, cell->period) - controls.mean);
    }
}

static bool has_controls(const struct work *work, uint32_t group, uint32_t period)
{
    for (uint32_t u = 0; u < work->shape.units; u++)
        if (is_control(work, u, group, period))
            return true;
    return false;
}

/* All cells that can be estimated; how many there are. With rows NULL they are only counted. */
static size_t list_cells(struct work *work, struct sb_did_row *rows)
{
    size_t count = 0;
    work->did.groups_left_out = 0;
    for (uint32_t g = 1; g < work->shape.periods; g++) {
        size_t before = count;
        if (!(work->share[g] > 0))
            continue;
        for (uint32_t t = 1; t < work->shape.periods; t++) {
            if (!has_controls(work, g, t))
                continue;
            if (rows)
                rows[count] = (struct sb_did_row){.kind = SB_DID_GROUP_TIME,
                                                  .group = g,
                                                  .period = t,
                                                  .event = (int32_t)t - (int32_t)g,
                                                  .placebo = t < g};
            count++;
        }
        work->did.groups_left_out += count == before;
    }
    return count;
}

/* ------------------------------------------------------------------ aggregates */

/* A weighted mean of rows. by_size: each row weighs as its group does, and the weights' own error counts. */
struct blend {
    const size_t *rows;
    size_t count;
    bool by_size;
};

/*
 * What the estimated shares add: of w_k = p_k / sum p, the influence of unit i is (1{G_i = g_k} - p_k) / sum
 * p
 * - p_k (sum over the blend of (1{G_i = g} - p_g)) / (sum p)^2, in units' weights (as the authors' own
 * program has it).
 */
static void add_weights_error(struct work *work, const struct blend *blend, double shares, double *influence)
{
    double over_all = 0;
    for (size_t k = 0; k < blend->count; k++)
        over_all +=
            work->did.rows[blend->rows[k]].estimate * work->share[work->did.rows[blend->rows[k]].group];
    for (uint32_t u = 0; u < work->shape.units; u++) {
        double unit = sb_observed_weight(work->panel, u) / work->weight, all = 0, own = 0;
        for (size_t k = 0; k < blend->count; k++) {
            const struct sb_did_row *row = &work->did.rows[blend->rows[k]];
            double stray = (sb_observed_group(work->panel, u) == row->group ? unit : 0) -
                           work->share[row->group] / work->shape.units;
            own += row->estimate * stray;
            all += stray;
        }
        influence[sb_observed_cluster(work->panel, u)] += own / shares - over_all * all / (shares * shares);
    }
}

static void add_blend(struct work *work, struct sb_did_row made, const struct blend *blend)
{
    size_t at = work->did.count++;
    double *influence = influence_of(work, at), shares = 0;
    for (size_t k = 0; k < blend->count; k++)
        shares += blend->by_size ? work->share[work->did.rows[blend->rows[k]].group] : 1;
    for (size_t k = 0; k < blend->count; k++) {
        const struct sb_did_row *row = &work->did.rows[blend->rows[k]];
        const double *part = influence_of(work, blend->rows[k]);
        double weight = (blend->by_size ? work->share[row->group] : 1) / shares;
        made.estimate += weight * row->estimate;
        made.controls = SB_MAX(made.controls, row->controls);
        made.treated_clusters =
            made.kind == SB_DID_GROUP ? row->treated_clusters : made.treated_clusters + row->treated_clusters;
        for (uint32_t c = 0; c < work->shape.clusters; c++)
            influence[c] += weight * part[c];
    }
    if (blend->by_size)
        add_weights_error(work, blend, shares, influence);
    work->did.rows[at] = made;
}

static uint32_t group_units(const struct work *work, uint32_t group)
{
    uint32_t units = 0;
    for (uint32_t u = 0; u < work->shape.units; u++)
        units += sb_observed_group(work->panel, u) == group;
    return units;
}

/* Blend all cells (or rows of a kind from `first` on) that fit; nothing is added when none does. */
typedef bool fits_fn(const struct sb_did_row *row, int64_t key);

static bool at_event(const struct sb_did_row *row, int64_t key)
{
    return row->event == key;
}

static bool of_group(const struct sb_did_row *row, int64_t key)
{
    return !row->placebo && row->group == (uint32_t)key;
}

static bool in_period(const struct sb_did_row *row, int64_t key)
{
    return !row->placebo && row->period == (uint32_t)key;
}

static bool treated_at_all(const struct sb_did_row *row, int64_t key)
{
    (void)key;
    return !row->placebo;
}

struct choice {
    size_t first, end; /* among these rows */
    fits_fn *fits;
    int64_t key;
    bool by_size;
};

static void blend_those(struct work *work, struct sb_did_row made, const struct choice *choice,
                        size_t *chosen)
{
    struct blend blend = {chosen, 0, choice->by_size};
    for (size_t i = choice->first; i < choice->end; i++) {
        if (!choice->fits(&work->did.rows[i], choice->key))
            continue;
        chosen[blend.count++] = i;
        made.treated += choice->first == 0 && choice->fits != of_group && choice->fits != treated_at_all
                            ? work->did.rows[i].treated
                            : 0;
    }
    if (blend.count > 0)
        add_blend(work, made, &blend);
}

/* One number of a whole aggregate, over the rows that were just added. */
static void add_overall(struct work *work, enum sb_did_overall of, size_t first, bool by_size, size_t *chosen)
{
    struct choice choice = {first, work->did.count, treated_at_all, 0, by_size};
    struct sb_did_row made = {.kind = SB_DID_OVERALL, .of = of, .treated = work->shape.treated};
    blend_those(work, made, &choice, chosen);
}

static void aggregate(struct work *work, size_t *chosen)
{
    size_t cells = work->cells;
    int32_t periods = (int32_t)work->shape.periods;
    struct sb_did_row simple = {.kind = SB_DID_OVERALL, .of = SB_DID_SIMPLE, .treated = work->shape.treated};
    struct choice choice = {0, cells, treated_at_all, 0, true};
    blend_those(work, simple, &choice, chosen);
    size_t first = work->did.count;
    for (int32_t event = -periods; event <= periods; event++) {
        struct sb_did_row made = {.kind = SB_DID_EVENT, .event = event, .placebo = event < 0};
        blend_those(work, made, &(struct choice){0, cells, at_event, event, true}, chosen);
    }
    add_overall(work, SB_DID_BY_EVENT, first, false, chosen);
    first = work->did.count;
    for (uint32_t g = 1; g < work->shape.periods; g++) {
        struct sb_did_row made = {.kind = SB_DID_GROUP, .group = g, .treated = group_units(work, g)};
        blend_those(work, made, &(struct choice){0, cells, of_group, g, false}, chosen);
    }
    add_overall(work, SB_DID_BY_GROUP, first, true, chosen);
    first = work->did.count;
    for (uint32_t t = 1; t < work->shape.periods; t++) {
        struct sb_did_row made = {.kind = SB_DID_CALENDAR, .period = t};
        blend_those(work, made, &(struct choice){0, cells, in_period, t, true}, chosen);
    }
    add_overall(work, SB_DID_BY_CALENDAR, first, false, chosen);
}

/* ------------------------------------------------------------------ errors and the bootstrap */

/* Standard errors by cluster. One cluster on a side has no spread of its own: no error is given. */
static void find_errors(struct work *work)
{
    bool enough = work->did.treated_clusters >= 2 && work->did.control_clusters >= 2;
    for (size_t i = 0; i < work->did.count; i++) {
        const double *influence = influence_of(work, i);
        double squares = 0;
        for (uint32_t c = 0; c < work->shape.clusters; c++)
            squares += influence[c] * influence[c];
        work->did.rows[i].error = sqrt(squares);
        /* Rounding leaves dust where there is no spread at all. */
        struct sb_did_row *row = &work->did.rows[i];
        row->has_error = enough && row->treated_clusters >= 2 && row->controls >= 2 &&
                         row->error > 1e-12 * (1 + fabs(row->estimate));
    }
}

/* splitmix64 (Steele, Lea and Flood, 2014): small, and the same on every machine. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Webb's six points: mean 0, variance 1, and many distinct draws even where clusters are few. */
static double draw_multiplier(uint64_t *state)
{
    static const double points[6] = {-1.2247448713915890, -1.0, -0.7071067811865476,
                                     0.7071067811865476,  1.0,  1.2247448713915890};
    uint64_t number;
    do
        number = next_random(state) >> 61; /* 0 to 7; 6 and 7 are drawn again */
    while (number >= 6);
    return points[number];
}

/* One draw: for each row |t| = |sum of V_c influence_c| / error. */
static void draw_once(struct work *work, uint64_t *state, double *multipliers)
{
    for (uint32_t c = 0; c < work->shape.clusters; c++)
        multipliers[c] = draw_multiplier(state);
    for (size_t i = 0; i < work->did.count; i++) {
        const double *influence = influence_of(work, i);
        double sum = 0;
        if (!work->did.rows[i].has_error)
            continue;
        for (uint32_t c = 0; c < work->shape.clusters; c++)
            sum += multipliers[c] * influence[c];
        work->drawn[i] = fabs(sum) / work->did.rows[i].error;
    }
}

static int ascending(const void *a, const void *b)
{
    double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

/* The smallest value that at least 95 of 100 draws do not exceed. Sorts. */
static double quantile_95(double *values, uint32_t count)
{
    qsort(values, count, sizeof(*values), ascending);
    uint32_t at = (uint32_t)(((uint64_t)count * 95 + 99) / 100);
    return values[at > 0 ? at - 1 : 0];
}

#define KINDS 5

struct bootstrap {
    double *single;      /* owned; [row][draw] */
    double *band[KINDS]; /* owned; [draw]: the greatest of the kind */
    double *placebo;     /* owned; [draw]: the greatest of the placebo cells */
    double *multipliers; /* owned */
};

static void release_bootstrap(struct bootstrap *bootstrap)
{
    free(bootstrap->single);
    for (unsigned kind = 0; kind < KINDS; kind++)
        free(bootstrap->band[kind]);
    free(bootstrap->placebo);
    free(bootstrap->multipliers);
}

static bool make_bootstrap(const struct work *work, uint32_t draws, struct bootstrap *bootstrap)
{
    bootstrap->single = calloc((size_t)draws * work->did.count + 1, sizeof(double));
    bootstrap->placebo = calloc((size_t)draws + 1, sizeof(double));
    bootstrap->multipliers = calloc((size_t)work->shape.clusters + 1, sizeof(double));
    bool made = bootstrap->single && bootstrap->placebo && bootstrap->multipliers;
    for (unsigned kind = 0; kind < KINDS; kind++) {
        bootstrap->band[kind] = calloc((size_t)draws + 1, sizeof(double));
        made = made && bootstrap->band[kind];
    }
    return made;
}

static void note_draw(const struct work *work, uint32_t draw, uint32_t draws, struct bootstrap *bootstrap)
{
    for (size_t i = 0; i < work->did.count; i++) {
        const struct sb_did_row *row = &work->did.rows[i];
        if (!row->has_error)
            continue;
        double t = work->drawn[i], *band = &bootstrap->band[row->kind][draw];
        bootstrap->single[i * draws + draw] = t;
        *band = SB_MAX(*band, t);
        if (row->placebo && row->kind == SB_DID_GROUP_TIME)
            bootstrap->placebo[draw] = SB_MAX(bootstrap->placebo[draw], t);
    }
}

static void find_intervals(struct work *work, uint32_t draws, struct bootstrap *bootstrap)
{
    double bands[KINDS], greatest = 0;
    uint32_t beyond = 0;
    for (unsigned kind = 0; kind < KINDS; kind++)
        bands[kind] = quantile_95(bootstrap->band[kind], draws);
    for (size_t i = 0; i < work->did.count; i++) {
        struct sb_did_row *row = &work->did.rows[i];
        if (!row->has_error)
            continue;
        double alone = quantile_95(&bootstrap->single[i * draws], draws) * row->error,
               band = bands[row->kind] * row->error;
        row->low = row->estimate - alone;
        row->high = row->estimate + alone;
        row->band_low = row->estimate - band;
        row->band_high = row->estimate + band;
        if (row->placebo && row->kind == SB_DID_GROUP_TIME) {
            work->did.has_placebo = true;
            greatest = SB_MAX(greatest, fabs(row->estimate) / row->error);
        }
    }
    for (uint32_t draw = 0; draw < draws; draw++)
        beyond += bootstrap->placebo[draw] >= greatest;
    /* The sample itself is one of the draws: a p-value is never nothing. */
    work->did.placebo_p = ((double)beyond + 1) / ((double)draws + 1);
}

static enum sb_status run_bootstrap(struct work *work, struct sb_err *err)
{
    uint32_t draws = work->did.draws;
    uint64_t state = work->options->seed;
    struct bootstrap bootstrap = {0};
    enum sb_status status = make_bootstrap(work, draws, &bootstrap) ? SB_OK : no_memory(err);
    for (uint32_t draw = 0; draw < draws && status == SB_OK; draw++) {
        draw_once(work, &state, bootstrap.multipliers);
        note_draw(work, draw, draws, &bootstrap);
        if (work->options->interrupted && work->options->interrupted())
            status = sb_fail(err, SB_INTERRUPTED, "stopped by the user", "người dùng đã dừng");
    }
    if (status == SB_OK)
        find_intervals(work, draws, &bootstrap);
    release_bootstrap(&bootstrap);
    return status;
}

/* ------------------------------------------------------------------ the whole */

static enum sb_status weigh(struct work *work, struct sb_err *err)
{
    work->share = calloc((size_t)work->shape.periods + 1, sizeof(*work->share));
    if (!work->share)
        return no_memory(err);
    for (uint32_t u = 0; u < work->shape.units; u++) {
        uint32_t group = sb_observed_group(work->panel, u);
        work->weight += sb_observed_weight(work->panel, u);
        if (group != SB_NEVER)
            work->share[group] += sb_observed_weight(work->panel, u);
    }
    for (uint32_t g = 0; g < work->shape.periods; g++)
        work->share[g] /= work->weight;
    return SB_OK;
}

static enum sb_status count_clusters(struct work *work, struct sb_err *err)
{
    uint8_t *sides = calloc((size_t)work->shape.clusters + 1, 1);
    if (!sides)
        return no_memory(err);
    for (uint32_t u = 0; u < work->shape.units; u++)
        sides[sb_observed_cluster(work->panel, u)] |= sb_observed_group(work->panel, u) == SB_NEVER ? 1 : 2;
    for (uint32_t c = 0; c < work->shape.clusters; c++) {
        work->did.control_clusters += (sides[c] & 1) != 0;
        work->did.treated_clusters += (sides[c] & 2) != 0;
    }
    /* With controls that are treated later, these stand on both sides. */
    if (work->options->not_yet_treated)
        work->did.control_clusters = SB_MAX(work->did.control_clusters, work->did.treated_clusters);
    free(sides);
    return SB_OK;
}

static enum sb_status make_room(struct work *work, struct sb_err *err)
{
    work->cells = list_cells(work, NULL);
    if (work->shape.treated == 0)
        return sb_fail(err, SB_INVALID,
                       "no unit is treated after its first period: there is nothing to compare",
                       "không có đơn vị nào bắt đầu sau kỳ đầu: không có gì để so sánh");
    if (work->cells == 0)
        return sb_fail(err, SB_INVALID, "there is no untreated unit to compare with",
                       "không có đơn vị nào chưa áp dụng để so sánh");
    /* Event times, groups and calendar periods, and four overall rows. */
    work->room = work->cells + 4u * work->shape.periods + 8;
    if (work->room * work->shape.clusters > SB_DID_WORK_MAX ||
        work->room * work->did.draws > SB_DID_WORK_MAX * 8u)
        return sb_fail(err, SB_LIMIT, "the panel has too many groups, periods and clusters at once",
                       "bảng có quá nhiều nhóm, kỳ và cụm cùng lúc");
    work->did.rows = calloc(work->room, sizeof(*work->did.rows));
    work->influence = calloc(work->room * work->shape.clusters, sizeof(*work->influence));
    work->drawn = calloc(work->room, sizeof(*work->drawn));
    work->seen = calloc((size_t)work->shape.clusters + 1, sizeof(*work->seen));
    return work->did.rows && work->influence && work->drawn && work->seen ? SB_OK : no_memory(err);
}

static enum sb_status estimate(struct work *work, struct sb_err *err)
{
    enum sb_status status = weigh(work, err);
    if (status == SB_OK)
        status = count_clusters(work, err);
    if (status == SB_OK)
        status = make_room(work, err);
    size_t *chosen = status == SB_OK ? calloc(work->room, sizeof(*chosen)) : NULL;
    if (status == SB_OK && !chosen)
        status = no_memory(err);
    if (status == SB_OK) {
        work->did.count = list_cells(work, work->did.rows);
        for (size_t i = 0; i < work->cells; i++)
            estimate_cell(work, i);
        aggregate(work, chosen);
        find_errors(work);
        status = run_bootstrap(work, err);
    }
    free(chosen);
    return status;
}

enum sb_status sb_did_estimate(const struct sb_observed *panel, const struct sb_did_options *options,
                               struct sb_did *ret_did, struct sb_err *err)
{
    struct work work = {.panel = panel, .options = options, .shape = sb_observed_shape(panel)};
    work.did.draws = options->draws == 0 ? 1000 : SB_MIN(options->draws, (uint32_t)SB_DID_DRAWS_MAX);
    enum sb_status status = estimate(&work, err);
    free(work.share);
    free(work.influence);
    free(work.drawn);
    free(work.seen);
    if (status != SB_OK) {
        sb_did_release(&work.did);
        return status;
    }
    *ret_did = work.did;
    return SB_OK;
}

void sb_did_release(struct sb_did *did)
{
    free(did->rows);
    did->rows = NULL;
    did->count = 0;
}
