/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/front.h"
#include "scenario.h"
#include "test.h"

#include <pthread.h>

#define CLIENTS   8
#define TRANSFERS 40

static struct sb_id name(const char *text)
{
    return sb_id_of_text(text, strlen(text));
}

static struct sb_engine *reopen(const char *dir)
{
    struct sb_err err = {0};
    struct sb_engine *engine = NULL;
    if (sb_engine_open(dir, &(struct sb_engine_options){0}, &engine, NULL, &err) != SB_OK)
        test_fail(__FILE__, __LINE__, "%s", err.text[SB_EN]);
    return engine;
}

static struct sb_event transfer(const struct sb_engine *engine, uint64_t number, sb_amount amount)
{
    return (struct sb_event){
        .id = {number, 77},
        .payer = name("an"),
        .payee = name("shop"),
        .amount = amount,
        .kind = sb_symbols_find(sb_engine_symbols(engine), SB_SPACE_KIND, "payment", 7),
        .type = SB_EVENT_TRANSFER,
    };
}

struct client {
    struct sb_front *front;
    const struct sb_engine *engine;
    uint64_t number;
    unsigned accepted, failed;
};

static void *submit_some(void *context)
{
    struct client *client = context;
    for (uint64_t i = 0; i < TRANSFERS; i++) {
        struct sb_event event = transfer(client->engine, client->number * 1000 + i + 1, 1);
        struct sb_result result = {.code = SB_RESULT_COUNT};
        if (sb_front_submit(client->front, &event, 1, &result, NULL) != SB_OK)
            client->failed++;
        client->accepted += result.code == SB_R_ACCEPTED;
    }
    return NULL;
}

/* Many threads at once: each gets its own results, nothing is lost or done twice, and a restart agrees. */
TEST(front, clients_share_batches)
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    struct sb_engine *engine = reopen(scenario.dir);
    struct sb_front *front;
    struct client clients[CLIENTS];
    pthread_t threads[CLIENTS];
    struct sb_account_view before, after;
    CHECK(sb_ledger_account(sb_engine_ledger(engine), name("an"), &before));
    CHECK(sb_front_new(engine, NULL, &front, NULL) == SB_OK);
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){.front = front, .engine = engine, .number = i + 1};
        CHECK(pthread_create(&threads[i], NULL, submit_some, &clients[i]) == 0);
    }
    unsigned accepted = 0;
    for (unsigned i = 0; i < CLIENTS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_INT(clients[i].failed, 0);
        accepted += clients[i].accepted;
    }
    sb_front_free(front);
    CHECK_INT(accepted, CLIENTS * TRANSFERS);
    CHECK(sb_engine_close(engine, NULL) == SB_OK);
    engine = reopen(scenario.dir);
    CHECK(sb_ledger_account(sb_engine_ledger(engine), name("an"), &after));
    CHECK_INT(after.debits_posted - before.debits_posted, CLIENTS * TRANSFERS);
    CHECK(sb_engine_close(engine, NULL) == SB_OK);
}

/* A chain holds together, and what would spoil a batch for others is refused alone. */
TEST(front, refuses_what_is_no_whole_chain)
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    struct sb_engine *engine = reopen(scenario.dir);
    struct sb_front *front;
    struct sb_result results[2];
    CHECK(sb_front_new(engine, NULL, &front, NULL) == SB_OK);
    struct sb_event chain[2] = {transfer(engine, 1, 1), transfer(engine, 2, INT64_C(1) << 40)};
    CHECK(sb_front_submit(front, chain, 0, results, NULL) == SB_INVALID);
    CHECK(sb_front_submit(front, chain, 2, results, NULL) == SB_INVALID);
    chain[0].flags = SB_F_LINKED;
    CHECK(sb_front_submit(front, chain, 1, results, NULL) == SB_INVALID);
    struct sb_event named = sb_event_name(0, SB_SPACE_KIND, 9, "new", 3);
    CHECK(sb_front_submit(front, &named, 1, results, NULL) == SB_INVALID);
    CHECK(sb_front_submit(front, chain, 2, results, NULL) == SB_OK);
    CHECK_INT(results[0].code, SB_R_CHAIN_BROKEN);
    CHECK_INT(results[1].code, SB_R_REFUSED);
    chain[0].id.lo = 3; /* the ids of a broken chain are used up */
    chain[1] = transfer(engine, 4, 1);
    CHECK(sb_front_submit(front, chain, 2, results, NULL) == SB_OK);
    CHECK_INT(results[0].code, SB_R_ACCEPTED);
    CHECK_INT(results[1].code, SB_R_ACCEPTED);
    sb_front_free(front);
    CHECK(sb_engine_close(engine, NULL) == SB_OK);
}

struct heard {
    uint64_t sequence, events, accepted;
    bool ordered;
};

static void hear(void *context, struct sb_engine *engine, const struct sb_event *events,
                 const struct sb_result *results, uint32_t count, uint64_t sequence)
{
    struct heard *heard = context;
    heard->ordered = heard->ordered && sequence == heard->sequence + count &&
                     sb_engine_newest(engine) == sequence && events[0].type == SB_EVENT_TRANSFER;
    heard->sequence = sequence;
    heard->events += count;
    for (uint32_t i = 0; i < count; i++)
        heard->accepted += results[i].code == SB_R_ACCEPTED;
}

struct question {
    struct sb_front *front;
    const struct heard *heard;
    unsigned agreed;
};

/* What listen has counted and what the ledger holds are from one instant, though nothing is locked. */
static enum sb_status compare(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct question *question = context;
    (void)err;
    question->agreed += question->heard->sequence == sb_engine_newest(engine);
    return SB_OK;
}

static void *ask_often(void *context)
{
    struct question *question = context;
    for (unsigned i = 0; i < TRANSFERS; i++)
        if (sb_front_ask(question->front, compare, question, NULL) != SB_OK)
            return NULL;
    return NULL;
}

static enum sb_status refuse(void *context, struct sb_engine *engine, struct sb_err *err)
{
    (void)context;
    (void)engine;
    return sb_fail(err, SB_INVALID, "no", "không");
}

/* Batches and questions take turns: a listener hears everything once and in order, a question sees whole
 * batches only. */
TEST(front, questions_are_asked_between_batches)
{
    struct scenario scenario = {scenario_path("j"), scenario_charter, scenario_events};
    (void)scenario_run(&scenario, NULL, 0);
    struct sb_engine *engine = reopen(scenario.dir);
    struct heard heard = {.sequence = sb_engine_newest(engine), .ordered = true};
    struct sb_front *front;
    struct client clients[CLIENTS];
    pthread_t threads[CLIENTS], asker;
    CHECK(sb_front_new(engine, NULL, &front, NULL) == SB_OK);
    sb_front_listen(front, hear, &heard);
    struct question question = {.front = front, .heard = &heard};
    CHECK(pthread_create(&asker, NULL, ask_often, &question) == 0);
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = (struct client){.front = front, .engine = engine, .number = i + 1};
        CHECK(pthread_create(&threads[i], NULL, submit_some, &clients[i]) == 0);
    }
    unsigned accepted = 0;
    for (unsigned i = 0; i < CLIENTS; i++) {
        pthread_join(threads[i], NULL);
        accepted += clients[i].accepted;
    }
    pthread_join(asker, NULL);
    struct sb_err err = {0};
    CHECK(sb_front_ask(front, refuse, NULL, &err) == SB_INVALID);
    CHECK_STR(err.text[SB_EN], "no");
    sb_front_free(front);
    CHECK_INT(question.agreed, TRANSFERS);
    CHECK(heard.ordered);
    CHECK_INT(heard.events, CLIENTS * TRANSFERS);
    CHECK_INT(heard.accepted, accepted);
    CHECK(sb_engine_close(engine, NULL) == SB_OK);
}
