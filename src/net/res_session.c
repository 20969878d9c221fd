/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions. A guest's session is nothing but the random token in its cookie; the CSRF token follows from it
 * and the vault's secret, so guests cost no memory, however many come. Who signs in gets another token, whose
 * hash the vault keeps until the session ends.
 */
#include "net/routes.h"

#include "base/macros.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t sb_call_now(void)
{
    return (int64_t)time(NULL);
}

static const char *cookie_name(const struct sb_server *server)
{
    return server->secure ? "__Host-sandbank" : "sandbank"; /* the prefix binds it to this host and to TLS */
}

static bool is_token(const char *text)
{
    return text && strlen(text) == SB_TOKEN_SIZE - 1 && strspn(text, "0123456789abcdef") == SB_TOKEN_SIZE - 1;
}

static void make_csrf(struct sb_call *call)
{
    uint8_t hash[16];
    (void)crypto_generichash(hash, sizeof(hash), (const unsigned char *)call->token, SB_TOKEN_SIZE - 1,
                             call->server->secret, sizeof(call->server->secret)); /* sizes that it knows */
    sodium_bin2hex(call->csrf, sizeof(call->csrf), hash, sizeof(hash));
}

struct sb_session_limits sb_session_limits_of(const struct sb_config *config)
{
    return (struct sb_session_limits){.idle_s = (int64_t)config->session_idle_m * 60,
                                      .whole_s = (int64_t)config->session_hours * 3600};
}

void sb_session_find(struct sb_call *call)
{
    const char *token = sb_exchange_cookie(call->exchange, cookie_name(call->server));
    struct sb_session_limits limits = sb_session_limits_of(call->server->config);
    struct sb_err err = {0};
    bool found = false;
    if (!is_token(token))
        return;
    memcpy(call->token, token, SB_TOKEN_SIZE);
    make_csrf(call);
    if (sb_vault_find_session(call->server->vault, token, &limits, sb_call_now(), &found, &call->person,
                              &call->session_ends, &err) != SB_OK) {
        sb_log_tell(call->server->log, SB_LOG_ERROR, "vault", "%s", "%s", err.text[call->server->log->lang]);
        call->person = (struct sb_person){0}; /* a vault that cannot be read makes everybody a guest */
    }
}

unsigned sb_session_roles(const struct sb_call *call, const struct sb_pilot *pilot)
{
    if (call->person.number != 0)
        return call->person.roles;
    bool shown = call->server->config->guests && pilot->synthetic;
    return shown ? SB_ROLE_VIEWER | SB_ROLE_ANALYST : 0;
}

enum sb_status sb_call_log(struct sb_call *call, const char *action, const char *about, const char *result,
                           struct sb_err *err)
{
    struct sb_deed deed = {
        .time = sb_call_now(),
        .person = call->person.name,
        .pilot = call->pilot ? call->pilot->id : "",
        .action = action,
        .about = about,
        .result = result,
    };
    return sb_vault_log(call->server->vault, &deed, err);
}

/* A new token, in a cookie that no script reads and no other site's request carries. */
static void give_token(struct sb_call *call)
{
    uint8_t bytes[32];
    char cookie[192];
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2hex(call->token, sizeof(call->token), bytes, sizeof(bytes));
    make_csrf(call);
    (void)snprintf(cookie, sizeof(cookie), "%s=%s; Path=/; HttpOnly; SameSite=Strict%s",
                   cookie_name(call->server), call->token, call->server->secure ? "; Secure" : ""); /* fits */
    sb_exchange_add_header(call->exchange, "Set-Cookie", cookie);
}

static json_t *json_roles(unsigned roles)
{
    json_t *list = json_array();
#define X(name, bit, word)               \
    if ((roles & (unsigned)(name)) != 0) \
        json_array_append_new(list, json_string(word));
    SB_ROLE_MAP(X)
#undef X
    return list;
}

static void answer_session(struct sb_call *call, bool totp_needed)
{
    bool signed_in = call->person.number != 0;
    unsigned roles = signed_in ? call->person.roles : 0;
    for (unsigned i = 0; !signed_in && i < call->server->pilot_count; i++)
        roles |= sb_session_roles(call, call->server->pilots[i]);
    sb_answer_json(call, 200,
                   json_pack("{s:b, s:s?, s:o, s:s, s:b, s:o, s:o}", "signed_in", signed_in, "name",
                             signed_in ? call->person.name : NULL, "roles", json_roles(roles), "csrf",
                             call->csrf, "totp_needed", totp_needed, "ends",
                             signed_in ? sb_json_time(call->session_ends * SB_SECOND_US, 0) : json_null(),
                             "offers", sb_call_offers(roles, signed_in)));
}

void sb_get_session(struct sb_call *call)
{
    if (!call->token[0])
        give_token(call);
    answer_session(call, false);
}

/* ------------------------------------------------------------------ signing in and out */

static void begin_session(struct sb_call *call, const struct sb_person *person)
{
    struct sb_err err = {0};
    call->person = *person;
    enum sb_status status = sb_call_log(call, "sign-in", person->name, "done", &err);
    if (status == SB_OK) {
        /* Another token than the guest's: what somebody may have planted is worth nothing. */
        give_token(call);
        status = sb_vault_begin_session(call->server->vault, call->token, person, sb_call_now(), &err);
    }
    if (status != SB_OK) {
        sb_answer_failure(call, &err, NULL);
        return;
    }
    call->session_ends = sb_call_now() + sb_session_limits_of(call->server->config).whole_s;
    answer_session(call, false);
}

/* One password is checked at a time: each takes 64 MiB and a core's tenth of a second. */
static enum sb_status check(struct sb_call *call, const char *name, const char *password, const char *totp,
                            enum sb_signed *ret_signed, struct sb_person *ret_person, struct sb_err *err)
{
    pthread_mutex_lock(&call->server->signing);
    enum sb_status status = sb_vault_sign_in(call->server->vault, name, password, totp, sb_call_now(),
                                             ret_signed, ret_person, err);
    pthread_mutex_unlock(&call->server->signing);
    return status;
}

static void wrong(struct sb_call *call, const char *peer, const char *name)
{
    struct sb_err err = {0};
    sb_throttle_failed(call->server->throttle, peer, name, sb_call_now());
    /* What was typed as a name may be a password: only who exists is named in the log. */
    enum sb_status status = sb_call_log(call, "sign-in", peer, "wrong", &err);
    (void)status; /* the answer is no either way */
    sb_answer_error(call, 401, "sign-in-failed", NULL, "name, password or code is wrong",
                    "sai tên, mật khẩu hoặc mã xác thực");
}

void sb_sign_in(struct sb_call *call)
{
    static const char *const members[] = {"name", "password", "totp", NULL};
    const char *name, *password, *totp;
    char peer[SB_PEER_SIZE], seconds[24];
    bool loopback;
    enum sb_signed how = SB_SIGNED_WRONG;
    struct sb_person person = {0};
    struct sb_err err = {0};
    if (!sb_call_members(call, members) ||
        !sb_call_text(call, "name", true, SB_PERSON_NAME_SIZE - 1, &name) ||
        !sb_call_text(call, "password", true, SB_PASSWORD_SIZE_MAX, &password) ||
        !sb_call_text(call, "totp", false, 6, &totp))
        return;
    sb_exchange_peer(call->exchange, peer, &loopback);
    int64_t wait = sb_throttle_wait(call->server->throttle, peer, name, sb_call_now());
    if (wait > 0) {
        (void)snprintf(seconds, sizeof(seconds), "%lld", (long long)wait); /* it fits */
        sb_exchange_add_header(call->exchange, "Retry-After", seconds);
        sb_answer_error(call, 429, "too-many", NULL, "too many wrong attempts: wait %lld s",
                        "sai quá nhiều lần: hãy đợi %lld giây", (long long)wait);
        return;
    }
    if (check(call, name, password, totp, &how, &person, &err) != SB_OK) {
        sb_answer_failure(call, &err, NULL);
        return;
    }
    switch (how) {
    case SB_SIGNED_WRONG: wrong(call, peer, name); break;
    case SB_SIGNED_TOTP_NEEDED: answer_session(call, true); break;
    case SB_SIGNED_IN:
        sb_throttle_passed(call->server->throttle, peer, name);
        begin_session(call, &person);
        break;
    }
}

void sb_sign_out(struct sb_call *call)
{
    struct sb_err err = {0};
    if (call->person.number != 0) {
        enum sb_status status = sb_call_log(call, "sign-out", call->person.name, "done", &err);
        (void)status; /* who wants to leave may */
        sb_vault_end_session(call->server->vault, call->token);
    }
    call->person = (struct sb_person){0};
    give_token(call);
    answer_session(call, false);
}
