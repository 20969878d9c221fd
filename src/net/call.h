/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * One call of the API: who asks, about which pilot, and how to answer. A handler is a function of a call; the
 * table in routes.c says which, and who may. Handlers run in workers and may wait.
 */

#include "net/http.h"
#include "net/server.h"

#include <jansson.h>

#define SB_CALL_ARGUMENTS_MAX 2

struct sb_call {
    struct sb_server *server;
    struct sb_exchange *exchange;
    struct sb_person person;   /* who asks; on a route of a pilot with the roles on that one */
    char csrf[SB_CSRF_SIZE];   /* of the session */
    char token[SB_TOKEN_SIZE]; /* the cookie's; "" none that is one */
    int64_t session_ends;      /* seconds since 1970; of who is signed in */
    struct sb_pilot *pilot;    /* of a route with {pilot}, else NULL */
    const char *arguments[SB_CALL_ARGUMENTS_MAX]; /* of the route's other {parts}, in order */
    json_t *body;                                 /* of a POST: an object; else NULL. Borrowed. */
    enum sb_lang lang;
};

typedef void sb_handler_fn(struct sb_call *call);

/* Which role a route needs. Any role serves for VIEWER; maker, checker and admin are analysts too. */
enum sb_route_flags {
    SB_ROUTE_OPEN = 1 << 0,      /* for everybody */
    SB_ROUTE_SIGNED_IN = 1 << 1, /* not for guests, whatever their roles */
    SB_ROUTE_NO_BODY = 1 << 2,   /* a POST that has none */
};

/* Find the route of an exchange, see who asks and whether they may, and call its handler. Always answers. */
void sb_call_dispatch(struct sb_server *server, struct sb_exchange *exchange);

/* "charter", "live" ...: what this server has for a person with these roles. */
json_t *sb_call_offers(unsigned roles, bool signed_in);

int64_t sb_call_now(void); /* seconds since 1970 */

/* Write down what is about to be done, by whom and to what; what cannot be written down is not to be done. */
SB_CHECKED enum sb_status sb_call_log(struct sb_call *call, const char *action, const char *about,
                                      const char *result, struct sb_err *err);

/* ------------------------------------------------------------------ questions */

/* A day in the query; false: it was there and is none, and an error was answered. *ret_given: it was there.
 */
bool sb_call_day(struct sb_call *call, const char *name, sb_day *ret_day, bool *ret_given);
/* A whole number in the query within bounds, or the value that stands there already. */
bool sb_call_number(struct sb_call *call, const char *name, int64_t least, int64_t most, int64_t *number);
/* A text member of the body; false when it is missing (and needed), is none, or is longer than size_max: an
 * error was answered. */
bool sb_call_text(struct sb_call *call, const char *name, bool needed, size_t size_max,
                  const char **ret_text);
/* False when the body has a member that is not in the list: an error was answered. */
bool sb_call_members(struct sb_call *call, const char *const *known);

/* ------------------------------------------------------------------ answers */

/* root is taken; NULL: memory was out. */
void sb_answer_json(struct sb_call *call, unsigned status, json_t *root);
/* code: a word of the schema Error; where: the parameter that it is about, or NULL. */
void sb_answer_error(struct sb_call *call, unsigned status, const char *code, const char *where,
                     const char *en, const char *vi, ...) SB_PRINTF(5, 7) SB_PRINTF(6, 7);
/* What a failed function said, with a status of ours. */
void sb_answer_said(struct sb_call *call, unsigned status, const char *code, const char *where,
                    const struct sb_err *err);
/* The same with the status that fits it. */
void sb_answer_failure(struct sb_call *call, const struct sb_err *err, const char *where);
/* text is taken. file_name NULL: shown, not saved. */
void sb_answer_text(struct sb_call *call, const char *type, const char *file_name, struct sb_str *text);
void sb_answer_nothing(struct sb_call *call); /* 204 */

/* The body of an error, for who has no call. Owned by the caller; NULL: no memory. */
char *sb_error_text(const char *code, const char *where, const char *en, const char *vi);

/* Headers that every answer carries. */
void sb_answer_headers(const struct sb_server *server, struct sb_exchange *exchange);

/* ------------------------------------------------------------------ JSON */

json_t *sb_json_amount(int64_t amount); /* "1000000" */
json_t *sb_json_figure(struct sb_figure figure);
json_t *sb_json_id(struct sb_id id);
json_t *sb_json_id_or_null(struct sb_id id);
json_t *sb_json_diagnostic(const struct sb_diagnostic *one);
json_t *sb_json_hash(const uint8_t *hash, size_t size);
json_t *sb_json_time(sb_time_us time, int32_t offset_s); /* null outside the years that a text can say */
json_t *sb_json_day(sb_time_us time, int32_t offset_s);  /* the day a time lies on, or null */
json_t *sb_json_text_or_null(const char *text);          /* null for NULL and "" */
/* The text of whatever length, its bytes that are not UTF-8 replaced. */
json_t *sb_json_text(const char *text, size_t size);
