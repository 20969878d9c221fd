/* SPDX-License-Identifier: Apache-2.0 */
/* libsandbank through its public headers alone, as a telecom's or a bank's program would use it. */
#include "test.h"

#include <sandbank/charter.h>
#include <sandbank/engine.h>
#include <sandbank/journal.h>
#include <sandbank/ledger.h>
#include <sandbank/replay.h>

#include <stdio.h>
#include <string.h>

#define T0 INT64_C(1756684800000000) /* 2025-09-01T00:00Z */

static const char law[] =
    "charter \"Small pilot\"\n"
    "unit VND\n"
    "clock +07:00\n"
    "names tier: basic, full\n"
    "kind cash-in to holder\n"
    "kind payment from holder\n"
    "instrument D1 \"Decision 1\" signed 2025-01-01\n"
    "allow all by D1 \"I\"\n"
    "limit month: sum of payment per account, each calendar month, at most 1 000 by D1 \"II\"\n";

static const struct sandbank_charter charter = {"small.charter", law, sizeof(law) - 1};
static struct sandbank_error error;

static struct sandbank_engine *open_at(const char *folder)
{
    struct sandbank_engine_options options = {
        .size = sizeof(options), .charters = &charter, .charter_count = 1, .charter_time_us = T0};
    struct sandbank_engine *engine = NULL;
    if (sandbank_engine_open(folder, &options, &engine, &error) != SANDBANK_OK)
        printf("  %s\n", error.text[SANDBANK_ENGLISH]);
    CHECK(engine != NULL);
    return engine;
}

static char folder_text[300];
static const char *folder(void)
{
    (void)snprintf(folder_text, sizeof(folder_text), "%s/journal", test_dir());
    return folder_text;
}

/* Submit one request that must be read; its code. */
static enum sandbank_code one(struct sandbank_engine *engine, struct sandbank_request request)
{
    struct sandbank_answers *answers = NULL;
    if (sandbank_submit(engine, &request, 1, &answers, &error) != SANDBANK_OK)
        printf("  %s\n", error.text[SANDBANK_ENGLISH]);
    CHECK(answers != NULL);
    CHECK_INT(sandbank_answers_count(answers), 1);
    enum sandbank_code code = sandbank_answer_code(answers, 0);
    sandbank_answers_free(answers);
    return code;
}

static struct sandbank_request move(enum sandbank_verb verb, const char *id, const char *kind, int64_t amount)
{
    bool in = strcmp(kind, "cash-in") == 0;
    return (struct sandbank_request){.verb = verb,
                                     .id = id,
                                     .time_us = T0,
                                     .amount = amount,
                                     .kind = kind,
                                     .from = in ? "kiosk" : "an",
                                     .to = in ? "an" : "shop"};
}

static struct sandbank_request about(enum sandbank_verb verb, const char *id, const char *other,
                                     int64_t amount)
{
    return (struct sandbank_request){.verb = verb, .id = id, .time_us = T0, .amount = amount, .other = other};
}

static struct sandbank_request account(enum sandbank_verb verb, const char *id, const char *name,
                                       const char *const *attributes)
{
    return (struct sandbank_request){
        .verb = verb, .id = id, .time_us = T0, .account = name, .attributes = attributes};
}

/* Three accounts, and 5000 in the customer's. */
static struct sandbank_engine *begin(void)
{
    static const char *const house[] = {"class=agent", "flags=free", NULL};
    static const char *const customer[] = {"class=subscriber",
                                           "tier=basic",
                                           "person=p1",
                                           "birth-year=1990",
                                           "place=commune:00004",
                                           "sim-since=2020-05-01",
                                           "opened-on=2025-09-01",
                                           "provider=some-telecom",
                                           NULL};
    struct sandbank_engine *engine = open_at(folder());
    CHECK_INT(one(engine, account(SANDBANK_OPEN, "o1", "kiosk", house)), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(one(engine, account(SANDBANK_OPEN, "o2", "an", customer)), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(one(engine, account(SANDBANK_OPEN, "o3", "shop", NULL)), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(one(engine, move(SANDBANK_TRANSFER, "c1", "cash-in", 5000)), SANDBANK_ANSWER_ACCEPTED);
    return engine;
}

static struct sandbank_account read_account(struct sandbank_engine *engine, const char *name)
{
    struct sandbank_account read = {.size = sizeof(read)};
    CHECK_INT(sandbank_account_read(engine, name, &read, &error), SANDBANK_OK);
    return read;
}

/* Every verb moves what its comment says. */
TEST(lib, verbs_move_money)
{
    struct sandbank_engine *engine = begin();
    CHECK_INT(one(engine, move(SANDBANK_TRANSFER, "t1", "payment", 300)), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(one(engine, move(SANDBANK_RESERVE, "r1", "payment", 400)), SANDBANK_ANSWER_ACCEPTED);
    struct sandbank_account an = read_account(engine, "an");
    CHECK_INT(an.balance, 4700);
    CHECK_INT(an.spendable, 4300);
    CHECK_INT(an.debits_pending, 400);
    CHECK_INT(one(engine, about(SANDBANK_POST, "p1", "r1", 150)), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(one(engine, about(SANDBANK_VOID, "v1", "r1", 0)), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(one(engine, about(SANDBANK_REVERSE, "b1", "t1", 100)), SANDBANK_ANSWER_ACCEPTED);
    an = read_account(engine, "an");
    CHECK_INT(an.balance, 4650);
    CHECK_INT(an.spendable, 4650);
    CHECK_INT(read_account(engine, "shop").balance, 350);
    CHECK_INT(read_account(engine, "kiosk").spendable, INT64_MAX);
    CHECK_INT(one(engine, account(SANDBANK_CLOSE, "x1", "an", NULL)), SANDBANK_ANSWER_NOT_EMPTY);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
}

/* Attributes by name arrive, and a change keeps those that it does not name. */
TEST(lib, attributes_by_name)
{
    static const char *const tier[] = {"tier=full", NULL}, *const out[] = {"frozen=out", NULL};
    struct sandbank_engine *engine = begin();
    CHECK_INT(one(engine, account(SANDBANK_CHANGE, "h1", "an", tier)), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(one(engine, account(SANDBANK_FREEZE, "f1", "an", out)), SANDBANK_ANSWER_ACCEPTED);
    struct sandbank_account an = read_account(engine, "an");
    CHECK_STR(an.tier, "full");
    CHECK_STR(an.class_name, "subscriber");
    CHECK_STR(an.provider, "some-telecom");
    CHECK_STR(an.unit, "VND");
    CHECK_STR(an.place, "commune:00004");
    CHECK_STR(an.sim_since, "2020-05-01");
    CHECK_STR(an.opened_on, "2025-09-01");
    CHECK_INT(an.birth_year, 1990);
    CHECK(an.frozen_out && !an.frozen_in && !an.closed);
    CHECK_INT(an.spendable, 0);
    CHECK_INT(one(engine, move(SANDBANK_TRANSFER, "t1", "payment", 1)), SANDBANK_ANSWER_FROZEN);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
}

/* A refusal says which sentence, in both languages, and with the figures of its own instant though others
 * follow. */
TEST(lib, reasons_are_of_their_instant)
{
    struct sandbank_engine *engine = begin();
    struct sandbank_request requests[] = {
        move(SANDBANK_TRANSFER, "t1", "payment", 600), move(SANDBANK_TRANSFER, "t2", "payment", 500),
        move(SANDBANK_TRANSFER, "t3", "payment", 400), move(SANDBANK_TRANSFER, "t1", "payment", 600),
        move(SANDBANK_TRANSFER, "t2", "payment", 500)};
    struct sandbank_answers *answers = NULL;
    CHECK_INT(sandbank_submit(engine, requests, 5, &answers, &error), SANDBANK_OK);
    CHECK_INT(sandbank_answer_code(answers, 0), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(sandbank_answer_code(answers, 1), SANDBANK_ANSWER_REFUSED);
    CHECK_INT(sandbank_answer_code(answers, 2), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(sandbank_answer_reasons(answers, 0), 0);
    CHECK_INT(sandbank_answer_reasons(answers, 1), 1);
    const char *full = sandbank_answer_reason(answers, 1, 0, SANDBANK_IN_FULL, SANDBANK_ENGLISH);
    CHECK(strstr(full, "D1") != NULL);
    CHECK(strstr(full, "600") != NULL); /* used before it, not the 1 000 at the end */
    CHECK(strstr(sandbank_answer_reason(answers, 1, 0, SANDBANK_FOR_PAYER, SANDBANK_ENGLISH), "400") != NULL);
    CHECK(strcmp(sandbank_answer_reason(answers, 1, 0, SANDBANK_FOR_OPERATOR, SANDBANK_ENGLISH),
                 sandbank_answer_reason(answers, 1, 0, SANDBANK_FOR_OPERATOR, SANDBANK_VIETNAMESE)) != 0);
    CHECK_STR(sandbank_answer_text(answers, 1, SANDBANK_VIETNAMESE), "điều lệ không cho phép");
    CHECK(!sandbank_answer_repeated(answers, 1));
    CHECK(sandbank_answer_repeated(answers, 3) && sandbank_answer_repeated(answers, 4));
    CHECK_INT(sandbank_answer_code(answers, 4), SANDBANK_ANSWER_REFUSED);
    CHECK_STR(sandbank_answer_reason(answers, 4, 0, SANDBANK_FOR_OPERATOR, SANDBANK_ENGLISH),
              "the charter refuses it: month, D1 II");
    CHECK_STR(sandbank_answer_reason(answers, 4, 0, SANDBANK_FOR_PAYER, SANDBANK_ENGLISH),
              "the charter refuses it");
    sandbank_answers_free(answers);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
}

/* A chain is one: its refused member says why, the others that they fell with it, and nothing moved. */
TEST(lib, chain_is_all_or_nothing)
{
    static const char *const tier[] = {"tier=full", NULL}, *const year[] = {"birth-year=1991", NULL};
    struct sandbank_engine *engine = begin();
    struct sandbank_request requests[] = {move(SANDBANK_TRANSFER, "t1", "payment", 600),
                                          move(SANDBANK_TRANSFER, "t2", "payment", 500)};
    requests[0].linked = true;
    struct sandbank_answers *answers = NULL;
    CHECK_INT(sandbank_submit(engine, requests, 2, &answers, &error), SANDBANK_OK);
    CHECK_INT(sandbank_answer_code(answers, 0), SANDBANK_ANSWER_CHAIN_BROKEN);
    CHECK_INT(sandbank_answer_code(answers, 1), SANDBANK_ANSWER_REFUSED);
    CHECK_INT(sandbank_answer_reasons(answers, 1), 1);
    CHECK_STR(sandbank_answer_reason(answers, 1, 0, SANDBANK_IN_FULL, SANDBANK_ENGLISH),
              "the charter refuses it: month, D1 II");
    sandbank_answers_free(answers);
    CHECK_INT(read_account(engine, "an").balance, 5000);
    struct sandbank_request changes[] = {account(SANDBANK_CHANGE, "h1", "an", tier),
                                         account(SANDBANK_CHANGE, "h2", "an", year)};
    changes[0].linked = true;
    CHECK_INT(sandbank_submit(engine, changes, 2, &answers, &error), SANDBANK_OK);
    sandbank_answers_free(answers);
    CHECK_STR(read_account(engine, "an").tier, "full");
    CHECK_INT(read_account(engine, "an").birth_year, 1991);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
}

/* A law that asks for more says for what, and lets the same payment pass with it. */
TEST(lib, asks_for_steps)
{
    static const char text[] = "charter \"Asking\"\nunit VND\nkind payment from holder\n"
                               "instrument D1 \"Decision 1\" signed 2025-01-01\nallow all by D1\n"
                               "ask biometrics when tx.amount over 100 for payment by D1 \"V\"\n";
    static const char *const steps[] = {"steps=biometrics", NULL};
    const struct sandbank_charter asking = {"asking.charter", text, sizeof(text) - 1};
    struct sandbank_engine *engine = begin();
    CHECK_INT(sandbank_engine_install(engine, &asking, 1, T0, &error), SANDBANK_OK);
    struct sandbank_request request = move(SANDBANK_TRANSFER, "t1", "payment", 101);
    struct sandbank_answers *answers = NULL;
    CHECK_INT(sandbank_submit(engine, &request, 1, &answers, &error), SANDBANK_OK);
    CHECK_INT(sandbank_answer_code(answers, 0), SANDBANK_ANSWER_ASK);
    CHECK_INT(sandbank_answer_reasons(answers, 0), 1);
    CHECK(strstr(sandbank_answer_reason(answers, 0, 0, SANDBANK_IN_FULL, SANDBANK_VIETNAMESE),
                 "biometrics") != NULL);
    sandbank_answers_free(answers);
    request.id = "t2";
    request.attributes = steps;
    CHECK_INT(one(engine, request), SANDBANK_ANSWER_ACCEPTED);
    /* Two laws were in force by now: which one's sentences spoke to a repeated request is not known here. */
    request = move(SANDBANK_TRANSFER, "t1", "payment", 101);
    CHECK_INT(sandbank_submit(engine, &request, 1, &answers, &error), SANDBANK_OK);
    CHECK_INT(sandbank_answer_code(answers, 0), SANDBANK_ANSWER_ASK);
    CHECK(sandbank_answer_repeated(answers, 0));
    CHECK_INT(sandbank_answer_reasons(answers, 0), 0);
    sandbank_answers_free(answers);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
}

/* What the fees of a payment cost each side; of one that was refused, nothing. */
TEST(lib, fees_by_side)
{
    static const char text[] = "charter \"Charging\"\nunit VND\nkind payment from holder\nallow all\n"
                               "fee payment: 2 %, paid by payer, to payee\n";
    const struct sandbank_charter charging = {"charging.charter", text, sizeof(text) - 1};
    struct sandbank_engine *engine = begin();
    CHECK_INT(sandbank_engine_install(engine, &charging, 1, T0, &error), SANDBANK_OK);
    struct sandbank_request requests[] = {move(SANDBANK_TRANSFER, "t1", "payment", 4900),
                                          move(SANDBANK_TRANSFER, "t2", "payment", 4950)};
    struct sandbank_answers *answers = NULL;
    CHECK_INT(sandbank_submit(engine, &requests[1], 1, &answers, &error), SANDBANK_OK);
    CHECK_INT(sandbank_answer_code(answers, 0), SANDBANK_ANSWER_NO_MONEY);
    CHECK_INT(sandbank_answer_fees(answers, 0, SANDBANK_PAYER), 0);
    sandbank_answers_free(answers);
    CHECK_INT(sandbank_submit(engine, &requests[0], 1, &answers, &error), SANDBANK_OK);
    CHECK_INT(sandbank_answer_code(answers, 0), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(sandbank_answer_fees(answers, 0, SANDBANK_PAYER), 98);
    CHECK_INT(sandbank_answer_fees(answers, 0, SANDBANK_PAYEE), -98);
    CHECK_INT(sandbank_answer_fees(answers, 0, SANDBANK_AGENT), 0);
    sandbank_answers_free(answers);
    CHECK_INT(read_account(engine, "an").balance, 2);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
}

static void refuse_to_read(struct sandbank_engine *engine, struct sandbank_request bad, const char *says)
{
    struct sandbank_request requests[] = {move(SANDBANK_TRANSFER, "never", "payment", 1), bad};
    struct sandbank_answers *answers = NULL;
    memset(&error, 0, sizeof(error));
    CHECK_INT(sandbank_submit(engine, requests, 2, &answers, &error), SANDBANK_INVALID);
    CHECK(answers == NULL);
    CHECK(strstr(error.text[SANDBANK_ENGLISH], "request 1: ") == error.text[SANDBANK_ENGLISH]);
    if (!strstr(error.text[SANDBANK_ENGLISH], says))
        printf("  '%s' does not say '%s'\n", error.text[SANDBANK_ENGLISH], says);
    CHECK(strstr(error.text[SANDBANK_ENGLISH], says) != NULL);
    CHECK(strcmp(error.text[SANDBANK_ENGLISH], error.text[SANDBANK_VIETNAMESE]) != 0);
}

/* A request that cannot be read is told by its number, and the whole call did nothing. */
TEST(lib, unreadable_requests_do_nothing)
{
    static const char *const list[][2] = {{"teir=full", NULL},    {"tier", NULL},
                                          {"place=24", NULL},     {"flags=loose", NULL},
                                          {"birth-year=x", NULL}, {"sim-since=2020-13-01", NULL}};
    static const char *const twice[] = {"tier=full", "tier=full", NULL};
    struct sandbank_engine *engine = begin();
    refuse_to_read(engine, account(SANDBANK_OPEN, "o9", "x", list[0]), "did you mean 'tier='");
    refuse_to_read(engine, account(SANDBANK_OPEN, "o9", "x", list[1]), "'tier' is not an attribute");
    refuse_to_read(engine, account(SANDBANK_OPEN, "o9", "x", list[2]),
                   "expected a place such as province:24");
    refuse_to_read(engine, account(SANDBANK_OPEN, "o9", "x", list[3]), "free, strict, mirror or both");
    refuse_to_read(engine, account(SANDBANK_OPEN, "o9", "x", list[4]), "expected a number");
    refuse_to_read(engine, account(SANDBANK_OPEN, "o9", "x", list[5]), "expected a date");
    refuse_to_read(engine, account(SANDBANK_OPEN, "o9", "x", twice), "twice");
    refuse_to_read(engine, account(SANDBANK_OPEN, "o9", "", NULL), "a name of 0 bytes");
    refuse_to_read(engine, account(SANDBANK_OPEN, "o9", NULL, NULL), "open needs 'account'");
    refuse_to_read(engine, about(SANDBANK_VOID, "v1", "t1", 5), "void has no 'amount'");
    refuse_to_read(engine, account((enum sandbank_verb)77, "o9", "x", NULL), "no verb 77");
    CHECK_INT(read_account(engine, "an").balance, 5000);
    CHECK_INT(one(engine, move(SANDBANK_TRANSFER, "never", "payment", 1)), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
}

/* A time that went back is an answer, even with a new word in the request, and the engine goes on. */
TEST(lib, time_back_is_an_answer)
{
    static const char *const fresh[] = {"channel=never-heard-of", NULL};
    struct sandbank_engine *engine = begin();
    struct sandbank_request late = move(SANDBANK_TRANSFER, "t1", "payment", 1);
    late.time_us = T0 - 1;
    late.attributes = fresh;
    CHECK_INT(one(engine, late), SANDBANK_ANSWER_TIME_BACK);
    late.time_us = SANDBANK_NOW;
    CHECK_INT(one(engine, late), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
}

/* What was answered is there after opening again; the same law at the same time is no change; a folder has
 * one engine. */
TEST(lib, opens_again)
{
    struct sandbank_engine *engine = begin(), *second = NULL;
    struct sandbank_engine_options options = {.size = sizeof(options), .must_exist = true};
    CHECK_INT(sandbank_engine_open(folder(), &options, &second, &error), SANDBANK_BUSY);
    uint64_t newest = sandbank_engine_newest(engine);
    CHECK_INT(one(engine, (struct sandbank_request){.verb = SANDBANK_TICK, .time_us = T0 + 5}),
              SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
    engine = open_at(folder());
    CHECK_INT(sandbank_engine_newest(engine), newest + 1);
    CHECK_INT(sandbank_engine_decimals(engine), 0);
    CHECK_INT(read_account(engine, "an").balance, 5000);
    struct sandbank_charter other = charter;
    char text[sizeof(law) + 64];
    other.size = (size_t)snprintf(text, sizeof(text), "%s# another text\nallow payment by D1\n", law);
    other.text = text;
    CHECK_INT(sandbank_engine_install(engine, &other, 1, T0, &error), SANDBANK_INVALID);
    CHECK_INT(sandbank_engine_install(engine, &charter, 1, T0, &error), SANDBANK_OK);
    CHECK_INT(sandbank_engine_install(engine, &other, 1, T0 + 5, &error), SANDBANK_OK);
    CHECK_INT(one(engine, move(SANDBANK_TRANSFER, "c1", "cash-in", 5000)), SANDBANK_ANSWER_TIME_BACK);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
    CHECK_INT(sandbank_engine_open(folder(), &options, &second, &error), SANDBANK_OK);
    CHECK_INT(sandbank_engine_close(second, &error), SANDBANK_OK);
    CHECK_INT(sandbank_engine_close(NULL, &error), SANDBANK_OK);
}

TEST(lib, opening_says_what_is_wrong)
{
    struct sandbank_engine *engine = NULL;
    struct sandbank_engine_options options = {.size = sizeof(options), .must_exist = true};
    CHECK_INT(sandbank_engine_open(folder(), &options, &engine, &error), SANDBANK_NOT_FOUND);
    options.must_exist = false;
    CHECK_INT(sandbank_engine_open(folder(), &options, &engine, &error), SANDBANK_INVALID);
    CHECK_STR(error.text[SANDBANK_ENGLISH], "the journal has no charter, and none was given");
    static const char unknown_word[] = "charter \"x\"\nunit VND\nallwo all\n";
    const struct sandbank_charter bad = {"bad.charter", unknown_word, sizeof(unknown_word) - 1};
    options.charters = &bad;
    options.charter_count = 1;
    options.charter_time_us = T0;
    CHECK_INT(sandbank_engine_open(folder(), &options, &engine, &error), SANDBANK_SYNTAX);
    options.size = 0;
    CHECK_INT(sandbank_engine_open(folder(), &options, &engine, &error), SANDBANK_INVALID);
    struct {
        struct sandbank_engine_options known;
        uint64_t later;
    } longer = {{.size = sizeof(longer), .charters = &charter, .charter_count = 1, .charter_time_us = T0}, 1};
    CHECK_INT(sandbank_engine_open(folder(), &longer.known, &engine, &error), SANDBANK_INVALID);
    longer.later = 0;
    CHECK_INT(sandbank_engine_open(folder(), &longer.known, &engine, &error), SANDBANK_OK);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
}

TEST(lib, charters_are_checked_printed_and_shown)
{
    char *text = NULL;
    CHECK_INT(sandbank_charter_check(&charter, 1, SANDBANK_ENGLISH, &text, &error), SANDBANK_OK);
    sandbank_free(text);
    CHECK_INT(sandbank_charter_format(&charter, SANDBANK_VIETNAMESE, &text, &error), SANDBANK_OK);
    CHECK(strstr(text, "điều lệ") != NULL);
    struct sandbank_charter vietnamese = {"vi.charter", text, strlen(text)};
    char *again = NULL;
    CHECK_INT(sandbank_charter_format(&vietnamese, SANDBANK_VIETNAMESE, &again, &error), SANDBANK_OK);
    CHECK_STR(again, text);
    sandbank_free(again);
    sandbank_free(text);
    CHECK_INT(sandbank_charter_show(&charter, 1, T0, SANDBANK_ENGLISH, &text, &error), SANDBANK_OK);
    CHECK(strstr(text, "D1") != NULL && strstr(text, "1 000") != NULL);
    sandbank_free(text);
    static const char unknown_word[] = "charter \"x\"\nallwo all\n";
    const struct sandbank_charter bad = {"bad.charter", unknown_word, sizeof(unknown_word) - 1};
    CHECK_INT(sandbank_charter_check(&bad, 1, SANDBANK_ENGLISH, &text, &error), SANDBANK_SYNTAX);
    CHECK(strstr(text, "bad.charter:2:1: error:") != NULL && strstr(text, "^") != NULL);
    sandbank_free(text);
    CHECK_INT(sandbank_charter_check(&bad, 9, SANDBANK_ENGLISH, &text, &error), SANDBANK_INVALID);
    CHECK_STR(text, "");
    sandbank_free(text);
}

/* A journal proves itself, and says so when it was touched. */
TEST(lib, verify_and_replay)
{
    struct sandbank_engine *engine = begin();
    CHECK_INT(one(engine, move(SANDBANK_TRANSFER, "t1", "payment", 600)), SANDBANK_ANSWER_ACCEPTED);
    CHECK_INT(one(engine, move(SANDBANK_TRANSFER, "t2", "payment", 600)), SANDBANK_ANSWER_REFUSED);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
    struct sandbank_verification found = {.size = sizeof(found)};
    CHECK_INT(sandbank_verify(folder(), NULL, &found, &error), SANDBANK_OK);
    CHECK(found.events > 6 && found.checkpoints == 1 && found.signed_checkpoints == 0);
    CHECK(found.closed && !found.synthetic);
    const uint8_t key[SANDBANK_PUBLIC_KEY_SIZE] = {1};
    CHECK_INT(sandbank_verify(folder(), key, &found, &error), SANDBANK_MISMATCH);

    char *json = NULL;
    bool differs = true;
    CHECK_INT(sandbank_replay(folder(), NULL, &json, &differs, &error), SANDBANK_OK);
    CHECK(!differs);
    sandbank_free(json);
    const char *const sets[] = {"month=2000", NULL};
    struct sandbank_replay_options options = {.size = sizeof(options), .sets = sets, .by = "limit"};
    CHECK_INT(sandbank_replay(folder(), &options, &json, &differs, &error), SANDBANK_OK);
    CHECK(differs);
    CHECK(json[0] == '{' && strstr(json, "\"admitted\"") != NULL);
    sandbank_free(json);
    options.by = "limit,moon";
    CHECK_INT(sandbank_replay(folder(), &options, &json, &differs, &error), SANDBANK_INVALID);
    options.by = NULL;
    options.law_at = "yesterday";
    CHECK_INT(sandbank_replay(folder(), &options, &json, &differs, &error), SANDBANK_INVALID);

    char path[400];
    (void)snprintf(path, sizeof(path), "%s/absent", test_dir());
    CHECK(sandbank_verify(path, NULL, &found, &error) != SANDBANK_OK);
}

TEST(lib, small_things)
{
    char id[SANDBANK_ID_SIZE], same[SANDBANK_ID_SIZE];
    sandbank_id("an", id);
    CHECK_INT(strlen(id), 32);
    sandbank_id(id, same);
    CHECK_STR(same, id);
    CHECK_STR(sandbank_status_text(SANDBANK_BUSY, SANDBANK_ENGLISH), "in use");
    CHECK(sandbank_status_text((enum sandbank_status)999, SANDBANK_VIETNAMESE)[0] != '\0');
    CHECK(sandbank_version()[0] >= '0' && sandbank_version()[0] <= '9');
    struct sandbank_engine *engine = begin();
    struct sandbank_account read = {.size = sizeof(read)};
    CHECK_INT(sandbank_account_read(engine, "nobody", &read, &error), SANDBANK_NOT_FOUND);
    struct sandbank_account shorter = {.size = offsetof(struct sandbank_account, spendable), .spendable = 77};
    CHECK_INT(sandbank_account_read(engine, "an", &shorter, &error), SANDBANK_OK);
    CHECK_INT(shorter.balance, 5000);
    CHECK_INT(shorter.spendable, 77);
    CHECK_INT(sandbank_engine_close(engine, &error), SANDBANK_OK);
}
