/* SPDX-License-Identifier: Apache-2.0 */
/* The charter as the law it is, and what is wrong with a text that wants to become one. */
#include "net/routes.h"

#include "base/macros.h"

#include <string.h>

/* The word of a type of sentence, as docs/api/openapi.yaml lists them. */
static const char *type_word(enum sb_sentence_type type)
{
    switch (type) {
    case SB_S_CHARTER: return "charter";
    case SB_S_UNIT: return "unit";
    case SB_S_CLOCK: return "clock";
    case SB_S_TERRITORY: return "territory";
    case SB_S_NAMES: return "names";
    case SB_S_SET: return "set";
    case SB_S_AREA: return "area";
    case SB_S_KIND: return "kind";
    case SB_S_INSTRUMENT: return "instrument";
    case SB_S_PILOT: return "pilot";
    case SB_S_ALLOW: return "allow";
    case SB_S_FORBID: return "forbid";
    case SB_S_REQUIRE: return "require";
    case SB_S_LIMIT: return "limit";
    case SB_S_EXCEPT: return "except";
    case SB_S_AFTER_END: return "after-end";
    case SB_S_NOTE: return "note";
    case SB_S_ASK: return "ask";
    case SB_S_IN_AREA: return "in-area";
    case SB_S_FEE: return "fee";
    case SB_S_EXPOSURE: return "exposure";
    case SB_S_PARTICIPANTS: return "participants";
    case SB_S_MEASURE: return "measure";
    case SB_S_GOAL: return "goal";
    case SB_S_SAFEGUARD: return "safeguard";
    case SB_S_INVARIANT: return "invariant";
    case SB_S_REPORT: return "report";
    }
    return "?";
}

/* Lines first to last of a source, counted from 1, without the last one's break. */
static json_t *lines_json(const struct sb_charter *charter, uint32_t first, uint32_t last)
{
    const char *at = charter->source, *end = charter->source + charter->source_size, *from = at;
    for (uint32_t line = 1; at < end && line <= last; line++) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        if (line == first)
            from = at;
        if (line == last)
            end = next ? next : end;
        at = next ? next + 1 : end;
    }
    return sb_json_text(from, (size_t)(end - from));
}

json_t *sb_json_diagnostic(const struct sb_diagnostic *one)
{
    return json_pack("{s:I, s:I, s:I, s:s, s:s}", "line", (json_int_t)one->at.line, "column",
                     (json_int_t)one->at.column, "length", (json_int_t)one->at.size, "text_en",
                     one->text[SB_EN], "text_vi", one->text[SB_VI]);
}

static json_t *diagnostics_json(const struct sb_diagnostics *diagnostics, bool errors)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < diagnostics->count; i++)
        if ((diagnostics->list[i].severity == SB_SEVERITY_ERROR) == errors)
            json_array_append_new(list, sb_json_diagnostic(&diagnostics->list[i]));
    return list;
}

/* ------------------------------------------------------------------ the law of a pilot */

static json_t *sentence_json(const struct sb_charter *charter, const struct sb_sentence *sentence,
                             sb_time_us from, sb_time_us to)
{
    struct sb_sentence_times times = sb_sentence_times(charter, sentence);
    int32_t offset = charter->clock_offset_s;
    bool in_force = times.known < to && times.from < to && times.until > from;
    sb_time_us until = times.until == SB_TIME_FOREVER ? SB_TIME_FOREVER : times.until - 1;
    return json_pack("{s:I, s:I, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "line",
                     (json_int_t)sentence->at.line, "last_line", (json_int_t)sentence->last_line, "text",
                     lines_json(charter, sentence->at.line, sentence->last_line), "type",
                     type_word(sentence->type), "name", sb_json_text_or_null(sentence->name.text),
                     "instrument", sb_json_text_or_null(sentence->by.text), "article",
                     sb_json_text_or_null(sentence->article.text), "known_from",
                     sb_json_day(times.known, offset), "from", sb_json_day(times.from, offset), "until",
                     sb_json_day(until, offset), "in_force", in_force);
}

static json_t *instrument_json(const struct sb_charter *charter, const struct sb_sentence *sentence)
{
    const struct sb_moment *signed_on = &sentence->instrument.signed_on;
    const struct sb_moment *in_force = &sentence->instrument.in_force;
    int32_t offset = charter->clock_offset_s;
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o}", "name", sentence->name.text ? sentence->name.text : "", "title",
        sb_json_text_or_null(sentence->instrument.title.text), "signed",
        signed_on->present ? sb_json_day(sb_moment_start(charter, signed_on), offset) : json_null(),
        "in_force", in_force->present ? sb_json_day(sb_moment_start(charter, in_force), offset) : json_null(),
        "source", sb_json_text_or_null(sentence->instrument.source.text));
}

static json_t *timeline_json(const struct sb_plan *plan)
{
    struct sb_period_of periods[SB_PERIODS_MAX];
    unsigned count = sb_pilot_periods(plan, periods);
    json_t *list = json_array();
    for (unsigned i = 0; i < count; i++) {
        sb_time_us last = periods[i].to == SB_TIME_FOREVER ? SB_TIME_FOREVER : periods[i].to - 1;
        json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "from",
                                              sb_json_day(periods[i].from, plan->clock_offset_s), "to",
                                              sb_json_day(last, plan->clock_offset_s), "instrument",
                                              sb_json_text_or_null(periods[i].instrument)));
    }
    return list;
}

static json_t *charter_json(const struct sb_plan *plan, uint32_t layer, sb_day day)
{
    const struct sb_charter *charter = plan->layers[layer].charter;
    sb_time_us from = sb_time_of_day(day, plan->clock_offset_s);
    sb_time_us to = sb_time_of_day(day + 1, plan->clock_offset_s);
    json_t *sentences = json_array(), *instruments = json_array();
    struct sb_diagnostics diagnostics = {0};
    char on[SB_TIME_TEXT_SIZE];
    sb_day_print(day, on);
    for (uint32_t i = 0; i < charter->sentence_count; i++) {
        json_array_append_new(sentences, sentence_json(charter, &charter->sentences[i], from, to));
        if (charter->sentences[i].type == SB_S_INSTRUMENT)
            json_array_append_new(instruments, instrument_json(charter, &charter->sentences[i]));
    }
    enum sb_status status =
        sb_charter_check(charter, layer > 0 ? plan->layers[0].charter : NULL, &diagnostics, NULL);
    (void)status; /* it is in force: errors it has none, and warnings are what is wanted */
    const char *title = sb_charter_title(charter);
    json_t *root = json_pack(
        "{s:o, s:i, s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "hash", sb_json_hash(plan->hash, sizeof(plan->hash)),
        "layer", (int)layer, "title", sb_json_text(title, strlen(title)), "on", on, "text",
        sb_json_text(charter->source, charter->source_size), "sentences", sentences, "instruments",
        instruments, "timeline", timeline_json(plan), "warnings", diagnostics_json(&diagnostics, false));
    sb_diagnostics_release(&diagnostics);
    return root;
}

void sb_get_charter(struct sb_call *call)
{
    struct sb_pilot_view view;
    struct sb_err err = {0};
    int64_t layer = 0;
    sb_day day = 0;
    bool given;
    if (!sb_call_number(call, "layer", 0, SB_CHARTER_LAYERS_MAX - 1, &layer) ||
        !sb_call_day(call, "on", &day, &given))
        return;
    if (sb_pilot_look(call->pilot, &view, &err) != SB_OK) {
        sb_answer_failure(call, &err, NULL);
    } else if (!view.plan || layer >= view.plan->layer_count) {
        sb_answer_error(call, 404, "not-found", "layer", "the pilot has no such charter",
                        "thí điểm không có điều lệ đó");
    } else {
        if (!given)
            day = sb_day_of_time(SB_MAX(view.last_time, SB_TIME_MIN), view.offset_s);
        sb_answer_json(call, 200, charter_json(view.plan, (uint32_t)layer, day));
    }
}

/* ------------------------------------------------------------------ a text */

/* The regulator's charter of the pilot that a text wants to lie on; false: an error was answered. */
static bool find_base(struct sb_call *call, const struct sb_charter **ret_upper)
{
    const char *id;
    struct sb_pilot_view view;
    *ret_upper = NULL;
    if (!sb_call_text(call, "base", false, SB_PILOT_ID_SIZE - 1, &id))
        return false;
    struct sb_pilot *pilot = id ? sb_server_pilot(call->server, id) : NULL;
    if (!id)
        return true;
    if (!pilot || sb_session_roles(call, pilot) == 0 || sb_pilot_look(pilot, &view, NULL) != SB_OK ||
        !view.plan) {
        sb_answer_error(call, 404, "not-found", "base", "there is no pilot of that id with a charter",
                        "không có thí điểm nào mang mã đó mà có điều lệ");
        return false;
    }
    *ret_upper = view.plan->layers[0].charter;
    return true;
}

void sb_check_charter(struct sb_call *call)
{
    static const char *const members[] = {"text", "base", NULL};
    const struct sb_charter *upper;
    const char *text;
    struct sb_charter *charter = NULL;
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    if (!sb_call_members(call, members) || !sb_call_text(call, "text", true, SB_CHARTER_SIZE_MAX, &text) ||
        !find_base(call, &upper))
        return;
    enum sb_status status = sb_charter_parse_layer("charter", text, strlen(text), upper, UINT64_MAX, &charter,
                                                   &diagnostics, &err);
    if (status == SB_OK)
        status = sb_charter_check(charter, upper, &diagnostics, &err);
    if (status == SB_OK || status == SB_SYNTAX || status == SB_INVALID)
        sb_answer_json(call, 200,
                       json_pack("{s:b, s:I, s:o, s:o, s:I}", "ok", status == SB_OK, "sentences",
                                 (json_int_t)(charter ? charter->sentence_count : 0), "errors",
                                 diagnostics_json(&diagnostics, true), "warnings",
                                 diagnostics_json(&diagnostics, false), "more",
                                 (json_int_t)diagnostics.more));
    else
        sb_answer_failure(call, &err, "text");
    sb_diagnostics_release(&diagnostics);
    sb_charter_free(charter);
}
