/* SPDX-License-Identifier: Apache-2.0 */
#include "net/figures_json.h"

#include "base/macros.h"
#include "net/call.h"

#include <stdlib.h>

#define REFUSALS_SHOWN 50

static int by_number(const void *a, const void *b)
{
    const struct sb_refusals *const *left = a, *const *right = b;
    return ((*left)->number < (*right)->number) - ((*left)->number > (*right)->number);
}

json_t *sb_refusals_json(const struct sb_figures *figures, uint32_t max)
{
    const struct sb_refusals *order[SB_REFUSALS_MAX];
    json_t *list = json_array();
    for (uint32_t i = 0; i < figures->refusal_count; i++)
        order[i] = &figures->refusals[i];
    qsort(order, figures->refusal_count, sizeof(*order), by_number);
    for (uint32_t i = 0; i < figures->refusal_count && i < max; i++)
        json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:I}", "sentence", order[i]->name, "article",
                                              sb_json_text_or_null(order[i]->article), "instrument",
                                              sb_json_text_or_null(order[i]->instrument), "number",
                                              (json_int_t)order[i]->number));
    return list;
}

static json_t *kinds_json(const struct sb_pilot *pilot)
{
    const struct sb_symbols *symbols = sb_engine_symbols(pilot->engine);
    json_t *list = json_array();
    for (uint32_t code = 1; code < pilot->figures.kind_count; code++) {
        const struct sb_kind_figures *kind = &pilot->figures.kinds[code];
        const char *name = sb_symbols_name(symbols, SB_SPACE_KIND, (uint16_t)code);
        if (name && kind->accepted + kind->refused > 0)
            json_array_append_new(
                list, json_pack("{s:s, s:I, s:I, s:o}", "kind", name, "accepted", (json_int_t)kind->accepted,
                                "refused", (json_int_t)kind->refused, "sum", sb_json_amount(kind->sum)));
    }
    return list;
}

json_t *sb_figures_json(const struct sb_pilot *pilot, uint64_t events_per_s)
{
    struct sb_pilot_view view = sb_pilot_view_of(pilot);
    return json_pack("{s:I, s:o, s:I, s:I, s:o, s:o, s:o, s:o}", "sequence", (json_int_t)view.sequence,
                     "time", sb_json_time(view.last_time, view.offset_s), "events_per_s",
                     (json_int_t)events_per_s, "accounts", (json_int_t)view.accounts, "accepted",
                     sb_json_figure(view.accepted), "refused", sb_json_figure(view.refused), "by_kind",
                     kinds_json(pilot), "refusals", sb_refusals_json(&pilot->figures, REFUSALS_SHOWN));
}
