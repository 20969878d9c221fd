/* SPDX-License-Identifier: Apache-2.0 */
/* Pilots: the list, one of them, and what everybody may see of one. */
#include "net/figures_json.h"
#include "net/routes.h"

#include "base/macros.h"

#include <stdio.h>
#include <string.h>

#define PUBLIC_LEAST 5 /* fewer people than this are not shown */

static json_t *term_json(const struct sb_period_of *period, int32_t offset_s)
{
    if (!period)
        return json_null();
    /* The last day is the one before the instant at which the period is over. */
    sb_time_us last = period->to == SB_TIME_FOREVER ? SB_TIME_FOREVER : period->to - 1;
    return json_pack("{s:o, s:o, s:o}", "from", sb_json_day(period->from, offset_s), "to",
                     sb_json_day(last, offset_s), "instrument", sb_json_text_or_null(period->instrument));
}

static json_t *duty_json(const struct sb_pilot_view *view, const struct sb_period_of *period)
{
    if (!period || period->to == SB_TIME_FOREVER || view->last_time >= period->to)
        return json_null();
    return json_pack("{s:s, s:s, s:o}", "text_en", "the term of the pilot ends", "text_vi",
                     "hết thời hạn thí điểm", "due", sb_json_day(period->to - 1, view->offset_s));
}

static const char *title_of(const struct sb_pilot *pilot, const struct sb_pilot_view *view)
{
    const char *title = view->plan ? sb_charter_title(view->plan->layers[0].charter) : "";
    return *title ? title : pilot->id;
}

static json_t *pilot_json(const struct sb_pilot *pilot, const struct sb_pilot_view *view)
{
    struct sb_period_of periods[SB_PERIODS_MAX];
    const struct sb_period_of *period;
    unsigned count = sb_pilot_periods(view->plan, periods);
    const char *state = sb_pilot_state(view, periods, count, &period);
    const char *title = title_of(pilot, view);
    return json_pack(
        "{s:s, s:o, s:s, s:o, s:b, s:o, s:I, s:o, s:s, s:i, s:o}", "id", pilot->id, "title",
        sb_json_text(title, strlen(title)), "state", state, "term", term_json(period, view->offset_s),
        "synthetic", pilot->synthetic, "origin", sb_json_text(pilot->origin, strlen(pilot->origin)),
        "sequence", (json_int_t)view->sequence, "last_time", sb_json_time(view->last_time, view->offset_s),
        "unit", view->unit, "decimals", (int)view->decimals, "next_duty", duty_json(view, period));
}

void sb_list_pilots(struct sb_call *call)
{
    json_t *list = json_array();
    struct sb_err err = {0};
    enum sb_status status = SB_OK;
    for (unsigned i = 0; i < call->server->pilot_count && status == SB_OK; i++) {
        struct sb_pilot *pilot = call->server->pilots[i];
        struct sb_pilot_view view;
        if (sb_session_roles(call, pilot) == 0)
            continue;
        status = sb_pilot_look(pilot, &view, &err);
        if (status == SB_OK)
            json_array_append_new(list, pilot_json(pilot, &view));
    }
    if (status == SB_OK)
        sb_answer_json(call, 200, json_pack("{s:O, s:n}", "pilots", list, "next"));
    else
        sb_answer_failure(call, &err, NULL);
    json_decref(list);
}

static json_t *layers_json(const struct sb_plan *plan)
{
    json_t *list = json_array();
    for (uint32_t i = 0; plan && i < plan->layer_count; i++) {
        const struct sb_charter *charter = plan->layers[i].charter;
        const char *title = sb_charter_title(charter);
        const struct sb_sentence *head = sb_charter_find(charter, SB_S_CHARTER, NULL);
        json_array_append_new(
            list, json_pack("{s:i, s:o, s:o}", "layer", (int)i, "title", sb_json_text(title, strlen(title)),
                            "provider", sb_json_text_or_null(head ? head->charter.provider.text : NULL)));
    }
    return list;
}

static json_t *territory_json(const struct sb_plan *plan)
{
    const struct sb_sentence *sentence =
        plan ? sb_charter_find(plan->layers[0].charter, SB_S_TERRITORY, NULL) : NULL;
    return sb_json_text_or_null(sentence ? sentence->name.text : NULL);
}

void sb_get_pilot(struct sb_call *call)
{
    struct sb_pilot_view view;
    struct sb_err err = {0};
    if (sb_pilot_look(call->pilot, &view, &err) != SB_OK) {
        sb_answer_failure(call, &err, NULL);
        return;
    }
    json_t *root = pilot_json(call->pilot, &view);
    json_t *more = json_pack("{s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "charter_hash",
                             view.plan ? sb_json_hash(view.plan->hash, sizeof(view.plan->hash)) : json_null(),
                             "layers", layers_json(view.plan), "territory", territory_json(view.plan),
                             "first_time", sb_json_time(view.first_time, view.offset_s), "accounts",
                             (json_int_t)view.accounts, "events", (json_int_t)view.sequence, "accepted",
                             sb_json_figure(view.accepted), "refused", sb_json_figure(view.refused));
    if (root && more)
        (void)json_object_update(root,
                                 more); /* short of memory the answer lacks members, and the page says so */
    json_decref(more);
    sb_answer_json(call, 200, root);
}

/* ------------------------------------------------------------------ for everybody */

static json_t *public_number(uint64_t number)
{
    if (number < PUBLIC_LEAST)
        return json_pack("{s:b}", "suppressed", 1);
    return json_pack("{s:I}", "number", (json_int_t)number);
}

static json_t *public_figure(struct sb_figure figure)
{
    if (figure.number < PUBLIC_LEAST)
        return json_pack("{s:b}", "suppressed", 1);
    return sb_json_figure(figure);
}

static json_t *public_refusals(const struct sb_figures *figures)
{
    json_t *list = sb_refusals_json(figures, SB_REFUSALS_MAX), *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        if (json_integer_value(json_object_get(one, "number")) >= PUBLIC_LEAST)
            continue;
        (void)json_object_del(one, "number"); /* it is there */
        (void)json_object_set_new(one, "suppressed", json_true());
    }
    return list;
}

static enum sb_status ask_public(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct sb_call *call = context;
    const struct sb_pilot *pilot = call->pilot;
    struct sb_pilot_view view = sb_pilot_view_of(pilot);
    struct sb_period_of periods[SB_PERIODS_MAX];
    const struct sb_period_of *period;
    unsigned count = sb_pilot_periods(view.plan, periods);
    const char *state = sb_pilot_state(&view, periods, count, &period);
    const char *title = title_of(pilot, &view);
    (void)engine;
    (void)err;
    sb_answer_json(call, 200,
                   json_pack("{s:s, s:o, s:s, s:o, s:b, s:s, s:i, s:o, s:I, s:o, s:o, s:o, s:o}", "id",
                             pilot->id, "title", sb_json_text(title, strlen(title)), "state", state, "term",
                             term_json(period, view.offset_s), "synthetic", pilot->synthetic, "unit",
                             view.unit, "decimals", (int)view.decimals, "as_of",
                             sb_json_day(view.last_time, view.offset_s), "events", (json_int_t)view.sequence,
                             "accounts", public_number(view.accounts), "accepted",
                             public_figure(view.accepted), "refused", public_figure(view.refused), "refusals",
                             public_refusals(&pilot->figures)));
    return SB_OK;
}

void sb_get_public_pilot(struct sb_call *call)
{
    struct sb_err err = {0};
    if (sb_front_ask(call->pilot->front, ask_public, call, &err) != SB_OK)
        sb_answer_failure(call, &err, NULL);
}
