/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tariffs are straight between their edges (the figures of bands, and where a rate meets its least or most),
 * so two of them differ somewhere in a band only if they do at one of its ends. House accounts are not
 * opened: a leg to or from nobody is the provider's.
 */

#include "replay/diff_fees.h"

#include "base/macros.h"
#include "replay/diff_internal.h"

#include <stdlib.h>
#include <string.h>

#define EDGES_MAX 128u          /* amounts at which a tariff bends, of one kind */
#define OPEN_END  INT64_C(1000) /* an end that is none is looked at so many times behind its beginning */

struct edges {
    sb_amount list[EDGES_MAX]; /* the first amount behind each bend, ascending, from 1 */
    uint32_t count;
};

struct fees_work {
    const struct sb_diff_options *options;
    struct sb_diff_others others;
    const struct sb_stretch *stretch;
    sb_time_us time;
    uint16_t kind;
    struct edges edges;
    struct sb_diff_space space; /* owned */
    struct sb_pair pair;        /* owned */
    uint32_t first;             /* difference of the stretch */
    struct sb_diff_fees *fees;
};

/* ------------------------------------------------------------------ edges */

static void add_edge(struct fees_work *work, sb_amount amount)
{
    struct edges *edges = &work->edges;
    uint32_t at = 0;
    if (amount < 1 || amount > SB_AMOUNT_MAX)
        return;
    while (at < edges->count && edges->list[at] < amount)
        at++;
    if (at < edges->count && edges->list[at] == amount)
        return;
    if (edges->count == EDGES_MAX) {
        work->fees->cut = true;
        return;
    }
    memmove(&edges->list[at + 1], &edges->list[at], (edges->count - at) * sizeof(edges->list[0]));
    edges->list[at] = amount;
    edges->count++;
}

/* Where a rate reaches a figure. */
static void add_crossing(struct fees_work *work, int64_t rate, int64_t figure)
{
    if (rate <= 0 || figure <= 0 || figure > SB_AMOUNT_MAX)
        return;
    int64_t amount = figure > INT64_MAX / 1000000 ? figure / rate * 1000000 : figure * 1000000 / rate;
    if (amount < SB_AMOUNT_MAX)
        add_edge(work, amount + 1);
}

/* True when the plan charges the kind at all. */
static bool add_edges(struct fees_work *work, unsigned p)
{
    const struct sb_plan *plan = work->options->plans[p];
    struct sb_op_list list = sb_plan_list(plan, work->stretch->segment[p], work->kind);
    bool any = false;
    for (uint32_t i = 0; i < list.count; i++) {
        const struct sb_op *op = &plan->ops[list.first + i];
        if (op->type != SB_OP_FEE)
            continue;
        any = true;
        const struct sb_plan_fee *fee = &plan->fees[op->counter];
        for (uint32_t b = 0; b < fee->bands_count; b++) {
            const struct sb_plan_band *band = &plan->bands[fee->bands_first + b];
            if (band->up_to < SB_AMOUNT_MAX)
                add_edge(work, band->up_to + 1);
            if (band->charge.is_rate) {
                add_crossing(work, band->charge.number, band->charge.least);
                add_crossing(work, band->charge.number, band->charge.most);
            }
        }
    }
    return any;
}

/* ------------------------------------------------------------------ asking */

/* What each side pays, by enum sb_side. False: the law does not let it pass. */
static bool ask(struct fees_work *work, unsigned p, const struct sb_event *event, int64_t ret_pays[4])
{
    struct sb_leg legs[SB_PLAN_FEES_MAX];
    const struct sb_plan *plan;
    const struct sb_ledger *ledger = work->pair.ledgers[p];
    uint32_t count = sb_ledger_fees(ledger, event, work->pair.pasts[p], legs, &plan);
    enum sb_result_code code = SB_R_ACCEPTED;
    if (count == 0)
        (void)sb_ledger_reasons(ledger, event, work->pair.pasts[p], false, NULL, 0, &code);
    const struct sb_id sides[] = {
        [SB_SIDE_PAYER] = event->payer, [SB_SIDE_PAYEE] = event->payee, [SB_SIDE_AGENT] = event->agent};
    memset(ret_pays, 0, 4 * sizeof(*ret_pays));
    for (uint32_t i = 0; i < count; i++) {
        if (legs[i].amount > SB_AMOUNT_MAX)
            return false;
        for (int side = SB_SIDE_PAYER; side <= SB_SIDE_AGENT; side++) {
            if (sb_id_is_none(sides[side]))
                continue;
            ret_pays[side] += sb_id_equal(legs[i].from, sides[side]) ? legs[i].amount : 0;
            ret_pays[side] -= sb_id_equal(legs[i].to, sides[side]) ? legs[i].amount : 0;
        }
    }
    return count > 0 || code == SB_R_ACCEPTED || code == SB_R_NO_MONEY;
}

/* ------------------------------------------------------------------ differences */

struct band {
    sb_amount lo, hi;
};

static struct sb_diff_fee *difference_of(struct fees_work *work, struct band band, uint8_t side, bool dearer)
{
    struct sb_diff_fees *fees = work->fees;
    for (uint32_t i = work->first; i < fees->count; i++) {
        struct sb_diff_fee *fee = &fees->list[i];
        if (fee->seen.kind == work->kind && fee->side == side && fee->dearer == dearer &&
            fee->lo == band.lo && fee->hi == band.hi)
            return fee;
    }
    if (fees->count == SB_DIFF_GROUPS_MAX) {
        fees->cut = true;
        return NULL;
    }
    struct sb_diff_fee *fee = &fees->list[fees->count++];
    *fee = (struct sb_diff_fee){.side = side, .dearer = dearer, .lo = band.lo, .hi = band.hi};
    fee->seen.from = work->stretch->from;
    fee->seen.to = work->stretch->to;
    fee->seen.kind = work->kind;
    fee->seen.who_count = work->space.variable_count;
    memcpy(fee->seen.who, work->space.variables, sizeof(fee->seen.who));
    return fee;
}

static void compare_at(struct fees_work *work, const struct sb_event *event, const struct sb_diff_case *one,
                       struct band band)
{
    int64_t pays[2][4];
    if (!ask(work, 0, event, pays[0]) || !ask(work, 1, event, pays[1]))
        return;
    for (uint8_t side = SB_SIDE_PAYER; side <= SB_SIDE_AGENT; side++) {
        if (pays[0][side] == pays[1][side])
            continue;
        struct sb_diff_fee *fee = difference_of(work, band, side, pays[1][side] > pays[0][side]);
        if (!fee)
            return;
        for (uint32_t v = 0; v < work->space.variable_count; v++)
            fee->seen.who_seen[v] |= UINT64_C(1) << one->choice[v];
        if (fee->amount == 0) {
            fee->amount = event->amount;
            fee->pays[0] = pays[0][side];
            fee->pays[1] = pays[1][side];
        }
    }
}

/* Commissions want an agent: where no condition asks for one, there is one. */
static void add_agent(const struct fees_work *work, struct sb_diff_scene *scene)
{
    bool asked = scene->has_agent;
    for (uint32_t v = 0; v < work->space.variable_count; v++)
        asked = asked || work->space.variables[v].field == SB_DIFF_AGENT;
    if (asked)
        return;
    scene->has_agent = true;
    scene->open[2] = scene->open[0];
    scene->open[2].person = SB_ID_NONE;
}

/* Both ends of each band, as far as the case's amounts reach. */
SB_CHECKED static enum sb_status compare_case(struct fees_work *work, const struct sb_diff_case *one,
                                              struct sb_err *err)
{
    struct sb_diff_scene scene;
    sb_diff_scene_of(&work->space, one, work->options->plans[0]->unit, &scene);
    add_agent(work, &scene);
    struct band piece = {scene.transfer.amount, scene.amount_max};
    enum sb_status status = sb_diff_open_scene(&work->pair, &scene, work->time, err);
    for (uint32_t i = 0; i < work->edges.count && status == SB_OK; i++) {
        struct band band = {work->edges.list[i], SB_AMOUNT_MAX};
        sb_amount far = band.lo > SB_AMOUNT_MAX / OPEN_END ? SB_AMOUNT_MAX : band.lo * OPEN_END;
        if (i + 1 < work->edges.count)
            band.hi = far = work->edges.list[i + 1] - 1;
        sb_amount ends[2] = {SB_MIN(far, piece.hi), SB_MAX(band.lo, piece.lo)};
        for (int end = 0; end < 2; end++) {
            scene.transfer.amount = ends[end];
            if (ends[end] >= SB_MAX(band.lo, piece.lo) && ends[end] <= SB_MIN(band.hi, piece.hi))
                compare_at(work, &scene.transfer, one, band);
        }
    }
    return status;
}

/* ------------------------------------------------------------------ kinds and stretches */

SB_CHECKED static enum sb_status compare_kind(struct fees_work *work, struct sb_err *err)
{
    struct sb_diff_question question = {
        .plans = work->options->plans,
        .stretch = work->stretch,
        .symbols = work->options->symbols,
        .others = &work->others,
        .kind = work->kind,
        .time = work->time,
    };
    work->edges.count = 0;
    add_edge(work, 1);
    bool charged = add_edges(work, 0);
    if (!(add_edges(work, 1) || charged))
        return SB_OK;
    enum sb_status status = sb_diff_space_make(&question, &work->space, err);
    if (status != SB_OK)
        return status;
    status = sb_pair_start(&work->pair, work->options->plans, work->time, err);
    for (uint32_t i = 0; i < work->space.case_count && status == SB_OK; i++)
        status = compare_case(work, &work->space.cases[i], err);
    sb_pair_release(&work->pair);
    sb_diff_space_release(&work->space);
    return status;
}

static bool same_difference(const struct sb_diff_fee *a, const struct sb_diff_fee *b)
{
    return a->seen.kind == b->seen.kind && a->side == b->side && a->dearer == b->dearer && a->lo == b->lo &&
           a->hi == b->hi && a->amount == b->amount && a->pays[0] == b->pays[0] && a->pays[1] == b->pays[1] &&
           a->seen.to == b->seen.from && a->seen.who_count == b->seen.who_count &&
           memcmp(a->seen.who_seen, b->seen.who_seen, sizeof(a->seen.who_seen)) == 0;
}

/* What goes on from the stretch before is told once. */
static void join(struct fees_work *work)
{
    struct sb_diff_fees *fees = work->fees;
    uint32_t kept = work->first;
    for (uint32_t i = work->first; i < fees->count; i++) {
        uint32_t before = 0;
        while (before < work->first && !same_difference(&fees->list[before], &fees->list[i]))
            before++;
        if (before < work->first)
            fees->list[before].seen.to = fees->list[i].seen.to;
        else
            fees->list[kept++] = fees->list[i];
    }
    fees->count = kept;
}

SB_CHECKED static enum sb_status compare_stretch(struct fees_work *work, struct sb_err *err)
{
    const struct sb_plan *const *plans = work->options->plans;
    enum sb_status status = SB_OK;
    work->first = work->fees->count;
    work->time = sb_diff_instant(work->options, work->stretch);
    for (int p = 0; p < 2; p++) {
        for (uint32_t k = 0; k < plans[p]->kind_count && status == SB_OK; k++) {
            work->kind = plans[p]->kind_code[k];
            bool done = p == 1 && work->kind < plans[0]->kind_of_code_count &&
                        plans[0]->kind_of_code[work->kind] != 0;
            if (!done)
                status = compare_kind(work, err);
        }
    }
    join(work);
    return status;
}

enum sb_status sb_diff_fees_run(const struct sb_diff_options *options, struct sb_diff_fees *ret_fees,
                                struct sb_err *err)
{
    *ret_fees = (struct sb_diff_fees){0};
    if (options->plans[0]->fee_count == 0 && options->plans[1]->fee_count == 0)
        return SB_OK;
    struct sb_stretch *stretches = NULL;
    uint32_t count = 0;
    ret_fees->list = calloc(SB_DIFF_GROUPS_MAX, sizeof(*ret_fees->list));
    struct fees_work *work = calloc(1, sizeof(*work));
    enum sb_status status =
        ret_fees->list && work ? SB_OK : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK) {
        *work = (struct fees_work){.options = options, .fees = ret_fees};
        status = sb_diff_others_intern(options->symbols, &work->others, err);
    }
    if (status == SB_OK)
        status = sb_diff_stretches(options->plans, options->from, options->to, &stretches, &count, err);
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        work->stretch = &stretches[i];
        status = compare_stretch(work, err);
    }
    free(stretches);
    free(work);
    return status;
}

void sb_diff_fees_release(struct sb_diff_fees *fees)
{
    free(fees->list);
    *fees = (struct sb_diff_fees){0};
}
