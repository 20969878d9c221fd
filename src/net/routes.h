/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Every handler of the API, one resource a file; the table that names them is in routes.c. */

#include "net/call.h"

sb_handler_fn sb_get_metrics;
sb_handler_fn sb_get_session;
sb_handler_fn sb_sign_in;
sb_handler_fn sb_sign_out;
sb_handler_fn sb_list_pilots;
sb_handler_fn sb_get_pilot;
sb_handler_fn sb_get_charter;
sb_handler_fn sb_check_charter;
sb_handler_fn sb_get_live;
sb_handler_fn sb_get_figures;
sb_handler_fn sb_list_events;
sb_handler_fn sb_get_event;
sb_handler_fn sb_get_measures;
sb_handler_fn sb_get_goals;
sb_handler_fn sb_get_map;
sb_handler_fn sb_get_public_pilot;
sb_handler_fn sb_get_supervision;
sb_handler_fn sb_list_freezes;
sb_handler_fn sb_ask_freeze;
sb_handler_fn sb_approve_freeze;
sb_handler_fn sb_reject_freeze;
sb_handler_fn sb_get_log;
sb_handler_fn sb_list_whatifs;
sb_handler_fn sb_start_whatif;
sb_handler_fn sb_get_whatif;
sb_handler_fn sb_end_whatif;
sb_handler_fn sb_live_whatif;
sb_handler_fn sb_get_whatif_csv;
sb_handler_fn sb_get_whatif_charter;

/* /health: answered in the connection's thread, from memory. */
void sb_answer_health(const struct sb_server *server, struct sb_exchange *exchange);

/* After how much time sessions end. */
struct sb_session_limits sb_session_limits_of(const struct sb_config *config);
/* Which session asks: its token, its CSRF token, and who has signed in with it. */
void sb_session_find(struct sb_call *call);
/* The roles that who asks has on a pilot. */
unsigned sb_session_roles(const struct sb_call *call, const struct sb_pilot *pilot);
