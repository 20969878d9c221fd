/* SPDX-License-Identifier: Apache-2.0 */
/* Events: the newest ones. */
#include "net/routes.h"

#include "base/macros.h"

#include <string.h>

struct listing {
    struct sb_call *call;
    int64_t limit;
    bool accepted, refused; /* only these, when one is set */
};

static json_t *line_json(const struct sb_pilot *pilot, const struct sb_recent *recent, int32_t offset_s)
{
    const struct sb_event *event = &recent->event;
    const char *kind = event->type == SB_EVENT_TRANSFER
                           ? sb_symbols_name(sb_engine_symbols(pilot->engine), SB_SPACE_KIND, event->kind)
                           : NULL;
    return json_pack("{s:I, s:o, s:o, s:s, s:s?, s:o, s:s}", "sequence", (json_int_t)recent->sequence, "id",
                     sb_json_id(event->id), "time", sb_json_time(event->time, offset_s), "type",
                     sb_event_type_word((enum sb_event_type)event->type), "kind", kind, "amount",
                     sb_json_amount(event->amount), "result",
                     sb_result_word((enum sb_result_code)recent->code));
}

static enum sb_status list(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct listing *listing = context;
    const struct sb_pilot *pilot = listing->call->pilot;
    const struct sb_plan *plan = sb_ledger_plan(sb_engine_ledger(engine));
    json_t *events = json_array();
    (void)err;
    for (uint32_t n = 0; (int64_t)json_array_size(events) < listing->limit; n++) {
        const struct sb_recent *recent = sb_figures_recent(&pilot->figures, n);
        if (!recent)
            break;
        bool passed = recent->code == SB_R_ACCEPTED;
        if ((listing->accepted && !passed) || (listing->refused && passed))
            continue;
        json_array_append_new(events, line_json(pilot, recent, plan ? plan->clock_offset_s : 0));
    }
    sb_answer_json(listing->call, 200, json_pack("{s:o, s:n}", "events", events, "next"));
    return SB_OK;
}

void sb_list_events(struct sb_call *call)
{
    struct listing listing = {.call = call, .limit = 50};
    struct sb_err err = {0};
    const char *result = sb_exchange_query(call->exchange, "result");
    listing.accepted = result && strcmp(result, "accepted") == 0;
    listing.refused = result && strcmp(result, "refused") == 0;
    if (result && !listing.accepted && !listing.refused)
        sb_answer_error(call, 400, "bad-request", "result", "expected accepted or refused",
                        "cần accepted hoặc refused");
    else if (sb_call_number(call, "limit", 1, SB_RECENT_MAX, &listing.limit) &&
             sb_front_ask(call->pilot->front, list, &listing, &err) != SB_OK)
        sb_answer_failure(call, &err, NULL);
}
