/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Freezes by two people, and the log. What was approved is written down before the event is submitted, and
 * the event's id follows from the request: submitting it again after a crash gives the same event, not a
 * second one.
 */
#include "net/freezing.h"
#include "net/routes.h"

#include "base/macros.h"

#include <stdio.h>
#include <string.h>

static const char *const state_words[] = {"pending", "approved", "rejected", "withdrawn"};

static const char *sides_word(uint8_t sides)
{
    static const char *const words[] = {"none", "out", "in", "both"};
    return words[sides & 3];
}

static bool read_sides(const char *word, uint8_t *ret_sides)
{
    for (uint8_t sides = 0; sides < 4; sides++)
        if (strcmp(sides_word(sides), word) == 0) {
            *ret_sides = sides;
            return true;
        }
    return false;
}

static json_t *freeze_json(const struct sb_freeze *freeze)
{
    bool decided = freeze->decided_by[0] != '\0';
    return json_pack(
        "{s:I, s:o, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "id", (json_int_t)freeze->number,
        "account", sb_json_id(freeze->account), "sides", sides_word(freeze->sides), "reason",
        sb_json_text(freeze->reason, strlen(freeze->reason)), "state", state_words[freeze->state], "made_by",
        freeze->made_by, "made_at", sb_json_time(freeze->made_at * SB_SECOND_US, 0), "decided_by",
        sb_json_text_or_null(freeze->decided_by), "decided_at",
        decided ? sb_json_time(freeze->decided_at * SB_SECOND_US, 0) : json_null(), "sequence",
        freeze->sequence > 0 ? json_integer(freeze->sequence) : json_null(), "result",
        sb_json_text_or_null(freeze->result));
}

/* ------------------------------------------------------------------ lists */

struct listing {
    json_t *list;
    int64_t last;
};

static void add_freeze(void *context, const struct sb_freeze *freeze)
{
    struct listing *listing = context;
    json_array_append_new(listing->list, freeze_json(freeze));
    listing->last = freeze->number;
}

static void add_deed(void *context, const struct sb_deed *deed)
{
    struct listing *listing = context;
    json_array_append_new(listing->list,
                          json_pack("{s:I, s:o, s:o, s:s, s:o, s:s}", "number", (json_int_t)deed->number,
                                    "time", sb_json_time(deed->time * SB_SECOND_US, 0), "person",
                                    sb_json_text_or_null(deed->person), "action", deed->action, "about",
                                    sb_json_text(deed->about, strlen(deed->about)), "result", deed->result));
    listing->last = deed->number;
}

/* limit and after of a list whose entries have numbers. */
static bool read_page(struct sb_call *call, int64_t *limit, int64_t *after)
{
    return sb_call_number(call, "limit", 1, SB_LIST_MAX, limit) &&
           sb_call_number(call, "after", 1, INT64_MAX, after);
}

static void answer_list(struct sb_call *call, const char *name, const struct listing *listing, int64_t limit)
{
    char next[24];
    (void)snprintf(next, sizeof(next), "%lld", (long long)listing->last); /* it fits */
    bool more = json_array_size(listing->list) == (size_t)limit;
    sb_answer_json(call, 200, json_pack("{s:o, s:s?}", name, listing->list, "next", more ? next : NULL));
}

void sb_list_freezes(struct sb_call *call)
{
    struct listing listing = {.list = json_array()};
    struct sb_err err = {0};
    int64_t limit = 50, after = 0;
    if (!read_page(call, &limit, &after)) {
        json_decref(listing.list);
    } else if (sb_vault_each_freeze(call->server->vault, call->pilot->id, after, (unsigned)limit, add_freeze,
                                    &listing, &err) != SB_OK) {
        json_decref(listing.list);
        sb_answer_failure(call, &err, NULL);
    } else {
        answer_list(call, "freezes", &listing, limit);
    }
}

void sb_get_log(struct sb_call *call)
{
    struct listing listing = {.list = json_array()};
    struct sb_err err = {0};
    int64_t limit = 50, after = 0;
    if (!read_page(call, &limit, &after)) {
        json_decref(listing.list);
    } else if (sb_vault_each_deed(call->server->vault, call->pilot->id, after, (unsigned)limit, add_deed,
                                  &listing, &err) != SB_OK) {
        json_decref(listing.list);
        sb_answer_failure(call, &err, NULL);
    } else {
        answer_list(call, "entries", &listing, limit);
    }
}

/* ------------------------------------------------------------------ asking */

static bool read_request(struct sb_call *call, struct sb_freeze *freeze)
{
    static const char *const members[] = {"account", "sides", "reason", NULL};
    const char *account, *sides, *reason;
    if (!sb_call_members(call, members) || !sb_call_text(call, "account", true, 32, &account) ||
        !sb_call_text(call, "sides", true, 8, &sides) ||
        !sb_call_text(call, "reason", true, SB_FREEZE_REASON_SIZE - 1, &reason))
        return false;
    if (!sb_id_parse(account, strlen(account), &freeze->account)) {
        sb_answer_error(call, 422, "not-valid", "account", "an account is 32 hex digits",
                        "mã tài khoản gồm 32 chữ số hex");
        return false;
    }
    if (!read_sides(sides, &freeze->sides)) {
        sb_answer_error(call, 422, "not-valid", "sides", "expected in, out, both or none",
                        "cần in, out, both hoặc none");
        return false;
    }
    (void)snprintf(freeze->reason, sizeof(freeze->reason), "%s", reason);              /* it fits */
    (void)snprintf(freeze->made_by, sizeof(freeze->made_by), "%s", call->person.name); /* same size */
    return true;
}

static enum sb_status has_account(void *context, struct sb_engine *engine, struct sb_err *err)
{
    const struct sb_freeze *freeze = context;
    struct sb_account_view view;
    if (sb_ledger_account(sb_engine_ledger(engine), freeze->account, &view))
        return SB_OK;
    return sb_fail(err, SB_NOT_FOUND, "there is no such account", "không có tài khoản này");
}

void sb_ask_freeze(struct sb_call *call)
{
    SB_CLEANUP(sb_free_ptr) struct sb_freeze *freeze = calloc(1, sizeof(*freeze));
    struct sb_err err = {0};
    char about[64], account[SB_ID_TEXT_SIZE];
    if (!freeze) {
        sb_answer_json(call, 500, NULL);
        return;
    }
    if (!read_request(call, freeze))
        return;
    enum sb_status status = sb_front_ask(call->pilot->front, has_account, freeze, &err);
    sb_id_print(freeze->account, account);
    (void)snprintf(about, sizeof(about), "%s %s", account, sides_word(freeze->sides)); /* it fits */
    if (status == SB_OK)
        status = sb_call_log(call, "ask-freeze", about, "pending", &err);
    if (status == SB_OK)
        status = sb_vault_ask_freeze(call->server->vault, call->pilot->id, sb_call_now(), freeze, &err);
    if (status == SB_OK)
        sb_answer_json(call, 201, freeze_json(freeze));
    else
        sb_answer_failure(call, &err, status == SB_NOT_FOUND ? "account" : NULL);
}

/* ------------------------------------------------------------------ deciding */

static bool read_number(struct sb_call *call, int64_t *ret_number)
{
    const char *text = call->arguments[0];
    size_t used = 0;
    if (sb_text_amount(text, strlen(text), 0, ret_number, &used) && text[used] == '\0' && *ret_number > 0)
        return true;
    sb_answer_error(call, 404, "not-found", "freeze", "nobody has asked for that", "không có đề nghị đó");
    return false;
}

static void answer_decision(struct sb_call *call, int64_t number, enum sb_status status, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) struct sb_freeze *freeze = calloc(1, sizeof(*freeze));
    if (status == SB_OK && !freeze)
        status = sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK)
        status = sb_vault_get_freeze(call->server->vault, call->pilot->id, number, freeze, err);
    if (status == SB_OK)
        sb_answer_json(call, 200, freeze_json(freeze));
    else if (status == SB_INVALID)
        sb_answer_said(call, 409, "same-person", "freeze", err);
    else
        sb_answer_failure(call, err, "freeze");
}

void sb_approve_freeze(struct sb_call *call)
{
    struct sb_err err = {0};
    char about[32];
    int64_t number = 0;
    if (!read_number(call, &number))
        return;
    (void)snprintf(about, sizeof(about), "freeze %lld", (long long)number); /* it fits */
    enum sb_status status =
        sb_vault_decide_freeze(call->server->vault, call->pilot->id, number, SB_FREEZE_APPROVED,
                               call->person.name, sb_call_now(), &err);
    if (status == SB_OK)
        status = sb_call_log(call, "approve-freeze", about, "approved", &err);
    if (status == SB_OK)
        status = sb_freezing_submit(call->server->vault, call->pilot, number, &err);
    answer_decision(call, number, status, &err);
}

void sb_reject_freeze(struct sb_call *call)
{
    struct sb_err err = {0};
    SB_CLEANUP(sb_free_ptr) struct sb_freeze *freeze = calloc(1, sizeof(*freeze));
    char about[32];
    int64_t number = 0;
    if (!freeze || !read_number(call, &number))
        return;
    enum sb_status status = sb_vault_get_freeze(call->server->vault, call->pilot->id, number, freeze, &err);
    bool own = status == SB_OK && strcmp(freeze->made_by, call->person.name) == 0;
    if (status == SB_OK && !own && !sb_roles_allow(call->person.roles, SB_ROLE_CHECKER)) {
        sb_answer_error(call, 403, "forbidden", NULL, "only a checker, or who asked",
                        "chỉ người kiểm duyệt, hoặc người đề nghị");
        return;
    }
    (void)snprintf(about, sizeof(about), "freeze %lld", (long long)number); /* it fits */
    if (status == SB_OK)
        status = sb_vault_decide_freeze(call->server->vault, call->pilot->id, number,
                                        own ? SB_FREEZE_WITHDRAWN : SB_FREEZE_REJECTED, call->person.name,
                                        sb_call_now(), &err);
    if (status == SB_OK)
        status = sb_call_log(call, own ? "withdraw-freeze" : "reject-freeze", about, "done", &err);
    answer_decision(call, number, status, &err);
}
