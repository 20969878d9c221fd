/* SPDX-License-Identifier: Apache-2.0 */

/* Answers as JSON: docs/api/openapi.yaml. */

#include "measure/definitions.h"
#include "measure/measures_internal.h"
#include "measure/tiles.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sb_value_text(enum sb_measured_unit unit, double value, char text[SB_VALUE_TEXT_SIZE])
{
    static const int decimals[] = {
        [SB_UNIT_ACCOUNTS] = 0, [SB_UNIT_TRANSFERS] = 0,  [SB_UNIT_MONEY] = 0,       [SB_UNIT_SHARE] = 6,
        [SB_UNIT_POINTS] = 4,   [SB_UNIT_PER_100000] = 4, [SB_UNIT_PER_ACCOUNT] = 4, [SB_UNIT_INDEX] = 4};
    (void)snprintf(text, SB_VALUE_TEXT_SIZE, "%.*f", decimals[unit],
                   value); /* as long as any double needs is less */
    if (strspn(text, "-0.") == strlen(text) && text[0] == '-')
        memmove(text, text + 1, strlen(text)); /* a zero has no sign */
}

static json_t *whole(int64_t number)
{
    return json_sprintf("%lld", (long long)number);
}

static json_t *or_null(bool there, int64_t number)
{
    return there ? whole(number) : json_null();
}

static json_t *value_or_null(bool there, enum sb_measured_unit unit, double value)
{
    char text[SB_VALUE_TEXT_SIZE];
    if (!there)
        return json_null();
    sb_value_text(unit, value, text);
    return json_string(text);
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

/* Pretty enough to read, and dumped the same way each time. */
static char *dump(json_t *root)
{
    char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER) : NULL;
    json_decref(root);
    return text;
}

static json_t *day_text(sb_day day)
{
    char text[SB_TIME_TEXT_SIZE];
    if (day == SB_DAY_NONE)
        return json_null();
    sb_day_print(day, text);
    return json_string(text);
}

/* ------------------------------------------------------------------ measures */

static json_t *json_row(const struct sb_measured_row *row, enum sb_measured_unit unit, enum sb_lang lang)
{
    json_t *json = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "key", row->key, "label", row->label[lang],
                             "numerator", or_null(row->has_numerator, row->numerator), "denominator",
                             or_null(row->has_denominator, row->denominator), "value",
                             value_or_null(row->has_value, unit, row->value), "n",
                             row->suppressed ? json_null() : json_integer((json_int_t)row->n));
    if (json && row->suppressed)
        json_object_set_new(json, "suppressed", json_true());
    if (json && row->note[lang])
        json_object_set_new(json, "note", json_string(row->note[lang]));
    return json;
}

static json_t *json_measured(const struct sb_measured *measured, enum sb_lang lang)
{
    const struct sb_measure_definition *definition = sb_measure_definition(measured->measure);
    json_t *rows = json_array();
    json_t *window = measured->window_days    ? json_sprintf("%u days", measured->window_days)
                     : definition->cumulative ? json_string("since the beginning")
                                              : json_string("end of day");
    for (size_t i = 0; rows && i < measured->count; i++)
        json_array_append_new(rows, json_row(&measured->rows[i], definition->unit, lang));
    return json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "name", definition->name,
        "title_en", definition->title[SB_EN], "title_vi", definition->title[SB_VI], "definition_en",
        definition->definition[SB_EN], "definition_vi", definition->definition[SB_VI], "numerator_en",
        definition->numerator[SB_EN], "numerator_vi", definition->numerator[SB_VI], "denominator_en",
        definition->denominator[SB_EN], "denominator_vi", definition->denominator[SB_VI], "unit",
        sb_measured_unit_word(definition->unit), "window", window, "epoch",
        measured->epoch[0] ? json_string(measured->epoch) : json_null(), "rows", rows);
}

static struct sb_measured_question question_of(const struct sb_json_question *question, unsigned measure)
{
    return (struct sb_measured_question){.measure = measure,
                                         .by = question->by,
                                         .day = question->day,
                                         .window_days = question->window_days,
                                         .suppress = question->suppress};
}

char *sb_measures_json(struct sb_measures *measures, const struct sb_json_question *question)
{
    json_t *list = json_array();
    sb_day day =
        measures->day == SB_DAY_NONE || question->day < measures->day ? question->day : measures->day;
    for (unsigned i = 0; list && i < SB_M_COUNT; i++) {
        struct sb_measured_question one = question_of(question, i);
        struct sb_measured measured = {0};
        if (sb_measures_ask(measures, &one, &measured, NULL) != SB_OK) {
            json_decref(list);
            return NULL;
        }
        if (measured.count > 0)
            json_array_append_new(list, json_measured(&measured, question->lang));
        sb_measured_release(&measured);
    }
    return dump(json_pack("{s:o, s:s, s:o}", "at", day_text(day), "by", sb_measured_by_word(question->by),
                          "measures", list));
}

/* ------------------------------------------------------------------ the charter's figures */

static enum sb_measured_unit unit_of(const struct sb_figure_value *value)
{
    bool ratio = value->has_bottom && value->type != SB_S_INVARIANT;
    if (!ratio)
        return value->top_is_amount ? SB_UNIT_MONEY : SB_UNIT_ACCOUNTS;
    if (value->top_is_amount && !value->bottom_is_amount)
        return SB_UNIT_MONEY;
    return SB_UNIT_SHARE;
}

static const char *state_of(const struct sb_figure_value *value)
{
    if (!value->has_value || !value->has_threshold)
        return "unknown";
    if (value->type == SB_S_GOAL)
        return value->met ? "reached" : value->due ? "missed" : "open";
    bool good = value->type == SB_S_SAFEGUARD ? !value->met : value->met;
    return good ? "holds" : "tripped";
}

static json_t *json_figure(const struct sb_figure_value *value, bool suppress, enum sb_lang lang)
{
    bool hidden = suppress && sb_figure_is_small(value);
    struct sb_str texts[2] = {{0}, {0}};
    enum sb_measured_unit unit = unit_of(value);
    bool compared = value->has_value && value->has_threshold && !hidden;
    sb_figure_text(value, SB_EN, &texts[SB_EN]);
    sb_figure_text(value, SB_VI, &texts[SB_VI]);
    const struct sb_sentence *sentence = value->sentence;
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:s}", "name",
        value->name, "text", sb_str_text(&texts[lang]), "text_en", sb_str_text(&texts[SB_EN]), "text_vi",
        sb_str_text(&texts[SB_VI]), "line", (int)sentence->at.line, "instrument",
        text_or_null(sentence->by.text), "article", text_or_null(sentence->article.text), "measure",
        value->type == SB_S_GOAL ? json_string(value->name) : json_null(), "figure",
        value_or_null(value->has_value && !hidden, unit, value->value), "unit", sb_measured_unit_word(unit),
        "threshold", value_or_null(compared, unit, value->threshold), "distance",
        value_or_null(compared, unit, value->distance), "numerator", or_null(!hidden, value->top),
        "denominator", or_null(value->has_bottom && !hidden, value->bottom), "unknown", whole(value->unknown),
        "state", state_of(value));
    if (json) {
        json_object_set_new(json, "at", day_text(value->day));
        json_object_set_new(json, "by_day", day_text(value->date));
        if (hidden)
            json_object_set_new(json, "suppressed", json_true());
        json_object_set_new(json, "amended", json_boolean(value->amended));
        if (value->note[lang])
            json_object_set_new(json, "note", json_string(value->note[lang]));
    }
    sb_str_release(&texts[SB_EN]);
    sb_str_release(&texts[SB_VI]);
    return json;
}

char *sb_goals_json(struct sb_measures *measures, const struct sb_json_question *question)
{
    static const struct {
        enum sb_sentence_type type;
        const char *key;
    } lists[] = {
        {SB_S_GOAL, "goals"},        {SB_S_MEASURE, "measures"},          {SB_S_SAFEGUARD, "safeguards"},
        {SB_S_EXPOSURE, "exposure"}, {SB_S_PARTICIPANTS, "participants"}, {SB_S_INVARIANT, "invariants"}};
    json_t *root = json_object();
    sb_day day =
        measures->day == SB_DAY_NONE || question->day < measures->day ? question->day : measures->day;
    if (root)
        json_object_set_new(root, "at", day_text(day));
    for (size_t list = 0; root && list < sizeof(lists) / sizeof(lists[0]); list++) {
        json_t *array = json_array();
        for (unsigned i = 0; i < sb_figure_count(measures); i++) {
            struct sb_figure_value value;
            sb_figure_on(measures, i, question->day, &value);
            if (value.type == lists[list].type)
                json_array_append_new(array, json_figure(&value, question->suppress, question->lang));
        }
        json_object_set_new(root, lists[list].key, array);
    }
    return dump(root);
}

/* ------------------------------------------------------------------ the map */

static json_t *json_tile(const struct sb_measured_row *row, enum sb_measured_unit unit,
                         const struct sb_tile *tile, enum sb_lang lang)
{
    const char *note = tile->note[lang] ? tile->note[lang] : row->note[lang];
    json_t *json = json_pack(
        "{s:s, s:s, s:i, s:i, s:o, s:o, s:o}", "code", row->key, "name", row->label[lang], "col", tile->col,
        "row", tile->row, "value", value_or_null(row->has_value, unit, row->value), "n",
        row->suppressed ? json_null() : json_integer((json_int_t)row->n), "note", text_or_null(note));
    if (json && row->suppressed)
        json_object_set_new(json, "suppressed", json_true());
    return json;
}

enum sb_status sb_map_json(struct sb_measures *measures, const char *measure,
                           const struct sb_json_question *question, char **ret_json, struct sb_err *err)
{
    unsigned number = sb_measure_of_name(measure);
    struct sb_json_question by_province = *question;
    struct sb_measured measured = {0};
    by_province.by = SB_MEASURED_PROVINCE;
    if (number == sb_measure_count())
        return sb_fail(err, SB_NOT_FOUND, "there is no measure '%s'", "không có chỉ tiêu '%s'", measure);
    struct sb_measured_question one = question_of(&by_province, number);
    one.places_from = sb_tiles_from();
    enum sb_status status = sb_measures_ask(measures, &one, &measured, err);
    if (status != SB_OK)
        return status;
    const struct sb_measure_definition *definition = sb_measure_definition(number);
    json_t *tiles = json_array();
    for (size_t i = 0; tiles && i < measured.count; i++) {
        const struct sb_tile *tile = sb_tile_of(measured.rows[i].key);
        if (tile)
            json_array_append_new(tiles,
                                  json_tile(&measured.rows[i], definition->unit, tile, question->lang));
    }
    char *text =
        measured.count == 0
            ? NULL
            : dump(json_pack("{s:s, s:o, s:s, s:o}", "measure", measure, "at", day_text(measured.day), "unit",
                             sb_measured_unit_word(definition->unit), "tiles", tiles));
    if (measured.count == 0) {
        json_decref(tiles);
        status = sb_fail(err, SB_NOT_FOUND, "the measure '%s' is not counted by province",
                         "chỉ tiêu '%s' không tính theo tỉnh", measure);
    } else if (!text) {
        status = sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    sb_measured_release(&measured);
    if (status == SB_OK)
        *ret_json = text;
    return status;
}
