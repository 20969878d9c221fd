/* SPDX-License-Identifier: Apache-2.0 */
/* Measures, goals and the map: counted by src/measure as events pass, asked between two batches. */
#include "net/routes.h"

#include "base/macros.h"

#include <string.h>

enum what { MEASURES, GOALS, MAP };

struct asking {
    struct sb_call *call;
    enum what what;
    const char *measure;
    bool day_given;
    struct sb_json_question question;
    char *text; /* owned */
    bool absent;
};

static enum sb_status ask(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct asking *asking = context;
    struct sb_measuring *measuring = asking->call->pilot->measuring;
    struct sb_measures *measures = measuring ? sb_measuring_measures(measuring) : NULL;
    (void)engine;
    asking->absent = !measures || !sb_measures_is_current(measures);
    if (asking->absent)
        return SB_OK;
    if (!asking->day_given)
        asking->question.day = sb_measures_last_day(measures);
    switch (asking->what) {
    case MEASURES: asking->text = sb_measures_json(measures, &asking->question); break;
    case GOALS: asking->text = sb_goals_json(measures, &asking->question); break;
    case MAP: return sb_map_json(measures, asking->measure, &asking->question, &asking->text, err);
    }
    return asking->text ? SB_OK : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

static void answer(struct sb_call *call, struct asking *asking)
{
    struct sb_err err = {0};
    struct sb_str text = {0};
    asking->call = call;
    asking->question.lang = call->lang;
    /* Staff see every figure; who only looks sees none behind which a few people stand. */
    asking->question.suppress = !sb_roles_allow(call->person.roles, SB_ROLE_ANALYST);
    if (!sb_call_day(call, "at", &asking->question.day, &asking->day_given))
        return;
    if (sb_front_ask(call->pilot->front, ask, asking, &err) != SB_OK) {
        sb_answer_failure(call, &err, asking->what == MAP ? "measure" : NULL);
    } else if (asking->absent) {
        sb_answer_error(call, 404, "not-found", NULL, "this pilot has no measures",
                        "thí điểm này không có chỉ số");
    } else {
        sb_str_add(&text, asking->text);
        sb_answer_text(call, "application/json", NULL, &text);
    }
    free(asking->text);
}

void sb_get_measures(struct sb_call *call)
{
    struct asking asking = {.what = MEASURES};
    const char *by = sb_exchange_query(call->exchange, "by");
    if (by && *by) {
        asking.question.by = sb_measured_by_of_word(by);
        if (asking.question.by == SB_MEASURED_BY_COUNT) {
            sb_answer_error(call, 400, "bad-request", "by", "unknown grouping '%.32s'",
                            "không có cách nhóm '%.32s'", by);
            return;
        }
    }
    answer(call, &asking);
}

void sb_get_goals(struct sb_call *call)
{
    struct asking asking = {.what = GOALS};
    answer(call, &asking);
}

void sb_get_map(struct sb_call *call)
{
    struct asking asking = {.what = MAP, .measure = sb_exchange_query(call->exchange, "measure")};
    if (asking.measure && *asking.measure)
        answer(call, &asking);
    else
        sb_answer_error(call, 400, "bad-request", "measure", "which measure?", "chỉ số nào?");
}
