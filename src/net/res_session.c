/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions. A guest's session is nothing but the random token in its cookie; the CSRF token follows from it
 * and the server's secret, so guests cost no memory, however many come.
 */
#include "net/routes.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

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

void sb_session_find(struct sb_call *call)
{
    const char *token = sb_exchange_cookie(call->exchange, cookie_name(call->server));
    if (!is_token(token))
        return;
    memcpy(call->token, token, SB_TOKEN_SIZE);
    make_csrf(call);
}

unsigned sb_session_roles(const struct sb_call *call, const struct sb_pilot *pilot)
{
    if (call->person.number != 0)
        return call->person.roles;
    bool shown = call->server->config->guests && pilot->synthetic;
    return shown ? SB_ROLE_VIEWER | SB_ROLE_ANALYST : 0;
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
                   json_pack("{s:b, s:s?, s:o, s:s, s:b, s:n, s:o}", "signed_in", signed_in, "name",
                             signed_in ? call->person.name : NULL, "roles", json_roles(roles), "csrf",
                             call->csrf, "totp_needed", totp_needed, "ends", "offers",
                             sb_call_offers(roles, signed_in)));
}

void sb_get_session(struct sb_call *call)
{
    if (!call->token[0])
        give_token(call);
    answer_session(call, false);
}
