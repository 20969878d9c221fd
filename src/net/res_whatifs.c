/* SPDX-License-Identifier: Apache-2.0 */
/* What-ifs: ask one, follow it, keep it, take its rows and its charter away. */
#include "net/routes.h"
#include "net/whatif.h"
#include "net/whatif_live.h"

#include "base/macros.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_id(struct sb_call *call, struct sb_id *ret_id)
{
    const char *text = call->arguments[0];
    if (sb_id_parse(text, strlen(text), ret_id))
        return true;
    sb_answer_error(call, 404, "not-found", "whatif", "there is no such what-if", "không có kịch bản này");
    return false;
}

/* ------------------------------------------------------------------ the question */

static bool read_mode(struct sb_call *call, struct sb_whatif_question *question)
{
    const char *mode;
    if (!sb_call_text(call, "mode", true, 16, &mode))
        return false;
    question->mode = strcmp(mode, "one-step") == 0 ? SB_HOW_ONE_STEP : SB_HOW_WHOLE_RUN;
    if (strcmp(mode, "one-step") == 0 || strcmp(mode, "whole-run") == 0)
        return true;
    sb_answer_error(call, 422, "not-valid", "mode", "expected one-step or whole-run",
                    "cần one-step hoặc whole-run");
    return false;
}

static bool read_law_day(struct sb_call *call, const char *name, enum sb_law law,
                         struct sb_whatif_question *question)
{
    const char *text;
    struct sb_date date;
    size_t used;
    if (!sb_call_text(call, name, false, 16, &text))
        return false;
    if (!text)
        return true;
    bool good = sb_date_parse(text, strlen(text), &date, &used) && text[used] == '\0';
    if (good && question->law == SB_LAW_LIVE) {
        question->law = law;
        question->law_day = sb_day_of_date(date);
        return true;
    }
    if (good)
        sb_answer_error(call, 422, "not-valid", name, "law_at and known_at exclude each other",
                        "law_at và known_at không dùng cùng nhau");
    else
        sb_answer_error(call, 422, "not-valid", name, "expected a day such as 2026-01-15",
                        "cần một ngày như 2026-01-15");
    return false;
}

/* The n-th text of a list in the body; NULL: an error was answered. */
static const char *text_of_list(struct sb_call *call, const char *name, size_t n, size_t size_max)
{
    const json_t *one = json_array_get(json_object_get(call->body, name), n);
    const char *text = json_string_value(one);
    if (text && *text && json_string_length(one) <= size_max)
        return text;
    sb_answer_error(call, 422, "not-valid", name, "each must be a text of 1 to %zu bytes",
                    "mỗi phần tử là văn bản từ 1 đến %zu byte", size_max);
    return NULL;
}

/* How many a list in the body has; false when it is none, or too long: an error was answered. */
static bool count_list(struct sb_call *call, const char *name, size_t max, size_t *ret_count)
{
    const json_t *list = json_object_get(call->body, name);
    *ret_count = json_array_size(list);
    if ((!list || json_is_array(list)) && *ret_count <= max)
        return true;
    sb_answer_error(call, 422, "not-valid", name, "expected a list of at most %zu",
                    "cần một danh sách nhiều nhất %zu phần tử", max);
    return false;
}

static bool read_sets(struct sb_call *call, struct sb_whatif_question *question)
{
    size_t count;
    if (!count_list(call, "sets", SB_WHATIF_SETS_MAX, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *text = text_of_list(call, "sets", i, SB_WHATIF_SET_SIZE - 1);
        if (!text)
            return false;
        (void)snprintf(question->sets[question->set_count++], SB_WHATIF_SET_SIZE, "%s", text); /* it fits */
    }
    return true;
}

static bool read_by(struct sb_call *call, struct sb_whatif_question *question)
{
    const char *words[SB_BY_COUNT];
    size_t count;
    for (unsigned i = 0; i < SB_BY_COUNT; i++)
        words[i] = sb_dimension_word((enum sb_dimension)i);
    if (!count_list(call, "by", SB_BY_COUNT, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *text = text_of_list(call, "by", i, 16);
        unsigned found = 0;
        while (text && found < SB_BY_COUNT && strcmp(words[found], text) != 0)
            found++;
        if (!text)
            return false;
        if (found == SB_BY_COUNT) {
            const char *nearest = sb_text_nearest(text, strlen(text), words, SB_BY_COUNT);
            sb_answer_error(call, 422, "not-valid", "by",
                            "'%s' is not one of limit, kind, tier, province, area, month%s%s",
                            "'%s' không thuộc limit, kind, tier, province, area, month%s%s", text,
                            nearest ? "; nearest: " : "", nearest ? nearest : "");
            return false;
        }
        question->by[question->by_count++] = (enum sb_dimension)found;
    }
    if (count == 0) {
        question->by[0] = SB_BY_LIMIT;
        question->by[1] = SB_BY_KIND;
        question->by_count = 2;
    }
    return true;
}

static bool read_question(struct sb_call *call, struct sb_whatif_question *question)
{
    static const char *const members[] = {"name",         "mode", "sets", "law_at", "known_at",
                                          "charter_text", "by",   "lang", NULL};
    const char *name, *lang;
    if (!sb_call_members(call, members) ||
        !sb_call_text(call, "name", true, SB_WHATIF_NAME_SIZE - 1, &name) || !read_mode(call, question) ||
        !read_law_day(call, "law_at", SB_LAW_AT, question) ||
        !read_law_day(call, "known_at", SB_LAW_KNOWN_AT, question) || !read_sets(call, question) ||
        !read_by(call, question) ||
        !sb_call_text(call, "charter_text", false, SB_CHARTER_SIZE_MAX, &question->charter) ||
        !sb_call_text(call, "lang", false, 2, &lang))
        return false;
    (void)snprintf(question->name, sizeof(question->name), "%s", name); /* it fits */
    question->lang = lang && strcmp(lang, "en") == 0 ? SB_EN : SB_VI;
    question->made_by = call->person.number != 0 ? call->person.name : NULL;
    return true;
}

/* ------------------------------------------------------------------ whether the law compiles */

/* Split "month=1000000"; false when it is not like that. */
static bool read_set(const char *text, unsigned decimals, char limit[SB_WHATIF_SET_SIZE],
                     struct sb_plan_set *ret_set)
{
    const char *equals = strchr(text, '=');
    size_t used = 0;
    if (!equals || equals == text)
        return false;
    (void)snprintf(limit, SB_WHATIF_SET_SIZE, "%.*s", (int)(equals - text), text); /* shorter than text */
    ret_set->limit = limit;
    return sb_text_amount(equals + 1, strlen(equals + 1), decimals, &ret_set->value, &used) &&
           equals[1 + used] == '\0';
}

static void answer_uncompiled(struct sb_call *call, const struct sb_diagnostics *diagnostics,
                              const struct sb_err *err)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < diagnostics->count; i++)
        if (diagnostics->list[i].severity == SB_SEVERITY_ERROR)
            json_array_append_new(list, sb_json_diagnostic(&diagnostics->list[i]));
    sb_answer_json(call, 422,
                   json_pack("{s:{s:s, s:s, s:s, s:n, s:o}}", "error", "code", "not-valid", "message_en",
                             err->text[SB_EN], "message_vi", err->text[SB_VI], "where", "diagnostics", list));
}

/* A law with a mistake is told at once, not by a job that fails. */
static bool compiles(struct sb_call *call, const struct sb_whatif_question *question)
{
    struct sb_pilot_view view;
    struct sb_err err = {0};
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    struct sb_plan_set sets[SB_WHATIF_SETS_MAX];
    char limits[SB_WHATIF_SETS_MAX][SB_WHATIF_SET_SIZE];
    if (sb_pilot_look(call->pilot, &view, &err) != SB_OK) {
        sb_answer_failure(call, &err, NULL);
        return false;
    }
    if (!view.plan) {
        sb_answer_error(call, 409, "conflict", NULL, "the pilot has no charter yet",
                        "thí điểm chưa có điều lệ");
        return false;
    }
    for (uint32_t i = 0; i < question->set_count; i++)
        if (!read_set(question->sets[i], view.decimals, limits[i], &sets[i])) {
            sb_answer_error(call, 422, "not-valid", "sets",
                            "'%s' is not LIMIT=AMOUNT, for example month=1000000",
                            "'%s' không có dạng HẠN-MỨC=SỐ, ví dụ month=1000000", question->sets[i]);
            return false;
        }
    for (uint32_t i = 0; i < view.plan->layer_count; i++) {
        const struct sb_charter *charter = view.plan->layers[i].charter;
        sources[i] = (struct sb_source){charter->path, charter->source, charter->source_size};
    }
    if (question->charter)
        sources[0] = (struct sb_source){"charter", question->charter, strlen(question->charter)};
    struct sb_plan_options options = {.law = question->law,
                                      .at = sb_time_of_day(question->law_day, view.offset_s),
                                      .sets = sets,
                                      .set_count = question->set_count};
    struct sb_symbols *symbols = sb_symbols_new();
    struct sb_plan *plan = NULL;
    struct sb_diagnostics diagnostics = {0};
    enum sb_status status = symbols ? sb_plan_compile(sources, view.plan->layer_count, &options, symbols,
                                                      &plan, &diagnostics, &err)
                                    : sb_fail(&err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status != SB_OK)
        answer_uncompiled(call, &diagnostics, &err);
    sb_plan_free(plan);
    sb_symbols_free(symbols);
    sb_diagnostics_release(&diagnostics);
    return status == SB_OK;
}

void sb_start_whatif(struct sb_call *call)
{
    struct sb_whatifs *whatifs = call->server->whatifs;
    SB_CLEANUP(sb_free_ptr) struct sb_whatif_question *question = calloc(1, sizeof(*question));
    struct sb_id id;
    struct sb_err err = {0};
    if (!question) {
        sb_answer_json(call, 500, NULL);
        return;
    }
    if (!read_question(call, question) || !compiles(call, question))
        return;
    enum sb_status status = sb_whatifs_start(whatifs, call->pilot, question, &id, &err);
    if (status == SB_BUSY) {
        sb_exchange_add_header(call->exchange, "Retry-After", "10");
        sb_answer_said(call, 429, "too-many", NULL, &err);
    } else if (status != SB_OK) {
        sb_answer_failure(call, &err, NULL);
    } else {
        sb_answer_json(call, 202, sb_whatifs_json(whatifs, call->pilot, id, true, NULL));
    }
}

/* ------------------------------------------------------------------ those that there are */

void sb_list_whatifs(struct sb_call *call)
{
    int64_t limit = 50;
    struct sb_id after = SB_ID_NONE, next;
    const char *text = sb_exchange_query(call->exchange, "after");
    if (!sb_call_number(call, "limit", 1, SB_LIST_MAX, &limit))
        return;
    if (text && *text && !sb_id_parse(text, strlen(text), &after)) {
        sb_answer_error(call, 400, "bad-request", "after", "expected what `next` said",
                        "cần giá trị của `next`");
        return;
    }
    json_t *list = sb_whatifs_list(call->server->whatifs, call->pilot, after, (uint32_t)limit, &next);
    sb_answer_json(call, 200, json_pack("{s:o, s:o}", "whatifs", list, "next", sb_json_id_or_null(next)));
}

void sb_get_whatif(struct sb_call *call)
{
    struct sb_id id;
    if (!read_id(call, &id))
        return;
    json_t *root = sb_whatifs_json(call->server->whatifs, call->pilot, id, true, NULL);
    if (root)
        sb_answer_json(call, 200, root);
    else
        sb_answer_error(call, 404, "not-found", "whatif", "there is no such what-if",
                        "không có kịch bản này");
}

void sb_end_whatif(struct sb_call *call)
{
    struct sb_id id;
    struct sb_err err = {0};
    const char *who = call->person.number != 0 ? call->person.name : NULL;
    if (!read_id(call, &id))
        return;
    enum sb_status status = sb_whatifs_end(call->server->whatifs, call->pilot, id, who,
                                           (call->person.roles & SB_ROLE_ADMIN) != 0, &err);
    if (status == SB_OK)
        sb_answer_nothing(call);
    else if (status == SB_INVALID)
        sb_answer_said(call, 403, "forbidden", "whatif", &err);
    else
        sb_answer_failure(call, &err, "whatif");
}

void sb_live_whatif(struct sb_call *call)
{
    struct sb_id id;
    struct sb_stream *stream;
    if (!read_id(call, &id))
        return;
    if (sb_whatifs_version(call->server->whatifs, id) == 0) {
        sb_answer_error(call, 404, "not-found", "whatif", "there is no such what-if",
                        "không có kịch bản này");
    } else if (!sb_exchange_answer_stream(call->exchange, &stream)) {
        sb_exchange_add_header(call->exchange, "Retry-After", "10");
        sb_answer_error(call, 429, "too-many", NULL, "too many are listening already",
                        "đã có quá nhiều người theo dõi");
    } else {
        sb_exchange_add_header(call->exchange, "Cache-Control", "no-store");
        sb_whatif_live_join(call->server->whatif_live, call->pilot, id, stream);
    }
}

/* ------------------------------------------------------------------ files */

void sb_get_whatif_csv(struct sb_call *call)
{
    struct sb_id id;
    struct stat info;
    bool done;
    if (!read_id(call, &id))
        return;
    SB_CLEANUP(sb_free_ptr)
    char *path = sb_whatifs_path(call->server->whatifs, call->pilot, id, ".csv", &done);
    int file = path && done ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (!path) {
        sb_answer_error(call, 404, "not-found", "whatif", "there is no such what-if",
                        "không có kịch bản này");
    } else if (!done) {
        sb_answer_error(call, 409, "conflict", "whatif", "it has not ended well: there are no rows",
                        "chưa hoàn tất: không có các dòng khác biệt");
    } else if (file < 0 || fstat(file, &info) != 0) {
        if (file >= 0)
            (void)close(file); /* read only */
        sb_answer_error(call, 404, "not-found", "whatif", "its rows are not kept",
                        "không giữ các dòng khác biệt");
    } else {
        char id_text[SB_ID_TEXT_SIZE], disposition[96];
        sb_id_print(id, id_text);
        (void)snprintf(disposition, sizeof(disposition), "attachment; filename=\"what-if-%.8s.csv\"",
                       id_text); /* fits */
        sb_exchange_add_header(call->exchange, "Content-Disposition", disposition);
        sb_exchange_add_header(call->exchange, "Cache-Control", "no-store");
        sb_exchange_answer_file(call->exchange, "text/csv; charset=utf-8", file, (uint64_t)info.st_size);
    }
}

/* What was asked besides the text, as comments that a charter may begin with. */
static void add_head(struct sb_str *out, const json_t *root)
{
    size_t i;
    json_t *set;
    const char *law_at = json_string_value(json_object_get(root, "law_at"));
    const char *known_at = json_string_value(json_object_get(root, "known_at"));
    sb_str_printf(out, "# %s\n", json_string_value(json_object_get(root, "link")));
    json_array_foreach(json_object_get(root, "sets"), i, set)
        sb_str_printf(out, "# --set %s\n", json_string_value(set));
    if (law_at)
        sb_str_printf(out, "# --law-at %s\n", law_at);
    if (known_at)
        sb_str_printf(out, "# --known-at %s\n", known_at);
    for (size_t at = 0; at < out->size; at++)
        if ((unsigned char)out->text[at] < 0x20 && out->text[at] != '\n')
            out->text[at] = ' ';
}

static enum sb_status add_charter(struct sb_call *call, struct sb_id id, bool own, struct sb_str *out,
                                  struct sb_err *err)
{
    struct sb_pilot_view view;
    bool done;
    enum sb_status status = sb_pilot_look(call->pilot, &view, err);
    if (status == SB_OK && own) {
        SB_CLEANUP(sb_free_ptr)
        char *path = sb_whatifs_path(call->server->whatifs, call->pilot, id, ".charter", &done);
        SB_CLEANUP(sb_free_ptr) char *text = NULL;
        size_t size = 0;
        status = sb_os_read_file(sb_os_real(), path ? path : "", SB_CHARTER_SIZE_MAX, &text, &size, err);
        if (status == SB_OK)
            sb_str_add_bytes(out, text, size);
    } else if (status == SB_OK && view.plan) {
        const struct sb_charter *charter = view.plan->layers[0].charter;
        sb_str_add_bytes(out, charter->source, charter->source_size);
    }
    return status;
}

void sb_get_whatif_charter(struct sb_call *call)
{
    struct sb_id id;
    struct sb_str out = {0};
    struct sb_err err = {0};
    if (!read_id(call, &id))
        return;
    json_t *root = sb_whatifs_json(call->server->whatifs, call->pilot, id, false, NULL);
    if (!root) {
        sb_answer_error(call, 404, "not-found", "whatif", "there is no such what-if",
                        "không có kịch bản này");
        return;
    }
    add_head(&out, root);
    enum sb_status status =
        add_charter(call, id, json_is_true(json_object_get(root, "own_charter")), &out, &err);
    if (status == SB_OK)
        sb_answer_text(call, "text/plain; charset=utf-8", "what-if.charter", &out);
    else
        sb_answer_failure(call, &err, "whatif");
    sb_str_release(&out);
    json_decref(root);
}
