/* SPDX-License-Identifier: Apache-2.0 */
/* Figures: once, and as they move. */
#include "net/figures_json.h"
#include "net/live.h"
#include "net/routes.h"

struct once {
    struct sb_call *call;
    uint64_t rate;
};

static enum sb_status answer(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct once *once = context;
    (void)engine;
    (void)err;
    sb_answer_json(once->call, 200, sb_figures_json(once->call->pilot, once->rate));
    return SB_OK;
}

void sb_get_figures(struct sb_call *call)
{
    struct once once = {call, sb_live_rate(call->server->live, call->pilot)};
    struct sb_err err = {0};
    if (sb_front_ask(call->pilot->front, answer, &once, &err) != SB_OK)
        sb_answer_failure(call, &err, NULL);
}

void sb_get_live(struct sb_call *call)
{
    struct sb_stream *stream;
    if (!sb_exchange_answer_stream(call->exchange, &stream)) {
        sb_exchange_add_header(call->exchange, "Retry-After", "10");
        sb_answer_error(call, 429, "too-many", NULL, "too many are listening already",
                        "đã có quá nhiều người theo dõi");
        return;
    }
    sb_exchange_add_header(call->exchange, "Cache-Control", "no-store");
    sb_exchange_add_header(call->exchange, "X-Accel-Buffering", "no");
    sb_live_join(call->server->live, call->pilot, sb_roles_allow(call->person.roles, SB_ROLE_ANALYST),
                 stream);
}
