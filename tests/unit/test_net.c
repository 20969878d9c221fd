/* SPDX-License-Identifier: Apache-2.0 */
#include "net/figures.h"
#include "net/http.h"
#include "net/page.h"
#include "net/pilot.h"
#include "net/throttle.h"
#include "net/whatif.h"
#include "test.h"

#include <arpa/inet.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Five wrong passwords of a name from an address, thirty of an address; then a quarter of an hour. */
TEST(net, wrong_passwords_are_counted)
{
    struct sb_throttle *throttle = sb_throttle_new();
    char name[16];
    for (int i = 0; i < SB_THROTTLE_NAME_MAX; i++) {
        CHECK_INT(sb_throttle_wait(throttle, "a", "lan", 1000), 0);
        sb_throttle_failed(throttle, "a", "lan", 1000);
    }
    CHECK_INT(sb_throttle_wait(throttle, "a", "lan", 1000), SB_THROTTLE_S);
    CHECK_INT(sb_throttle_wait(throttle, "b", "lan", 1000), 0);
    CHECK_INT(sb_throttle_wait(throttle, "a", "lan", 1000 + SB_THROTTLE_S), 0);
    sb_throttle_passed(throttle, "a", "lan");
    CHECK_INT(sb_throttle_wait(throttle, "a", "lan", 1000), 0);
    for (int i = SB_THROTTLE_NAME_MAX; i < SB_THROTTLE_ADDRESS_MAX; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        sb_throttle_failed(throttle, "a", name, 1000);
    }
    CHECK(sb_throttle_wait(throttle, "a", "somebody", 1000) > 0);
    sb_throttle_free(throttle);
}

/* More names than there is room for push out the oldest, and nothing else. */
TEST(net, the_throttle_is_bounded)
{
    struct sb_throttle *throttle = sb_throttle_new();
    char address[16];
    for (int i = 0; i < SB_THROTTLE_NAME_MAX; i++)
        sb_throttle_failed(throttle, "first", "lan", 1000);
    for (int i = 0; i < SB_THROTTLE_ENTRIES_MAX; i++) {
        snprintf(address, sizeof(address), "%d", i);
        sb_throttle_failed(throttle, address, "x", 1001);
    }
    CHECK_INT(sb_throttle_wait(throttle, "first", "lan", 1001), 0);
    sb_throttle_free(throttle);
}

/* Figures remember the newest events and transfers, and only so many. */
TEST(net, figures_are_bounded)
{
    struct sb_figures figures;
    struct sb_event event = {.type = SB_EVENT_TRANSFER, .kind = 1, .amount = 2, .time = 7};
    struct sb_result result = {.code = SB_R_ACCEPTED};
    CHECK(sb_figures_init(&figures, NULL) == SB_OK);
    for (uint64_t i = 1; i <= SB_PROBES_MAX + 1; i++)
        CHECK(sb_figures_add(&figures, NULL, &event, &result, 1, i, NULL) == SB_OK);
    result.code = SB_R_NO_MONEY;
    CHECK(sb_figures_add(&figures, NULL, &event, &result, 1, SB_PROBES_MAX + 2, NULL) == SB_OK);
    result.flags = SB_RF_REPEATED;
    CHECK(sb_figures_add(&figures, NULL, &event, &result, 1, SB_PROBES_MAX + 3, NULL) == SB_OK);
    CHECK_INT(figures.accepted.number, SB_PROBES_MAX + 1);
    CHECK_INT(figures.accepted.sum, 2 * (SB_PROBES_MAX + 1));
    CHECK_INT(figures.refused.number, 1);
    CHECK_INT(figures.refusal_count, 1);
    CHECK_STR(figures.refusals[0].name, "no-money");
    CHECK_INT(sb_figures_recent(&figures, 0)->sequence, SB_PROBES_MAX + 3);
    CHECK(sb_figures_recent(&figures, SB_RECENT_MAX - 1) != NULL);
    CHECK(sb_figures_recent(&figures, SB_RECENT_MAX) == NULL);
    sb_figures_release(&figures);
}

/* Sentences that refused have a place each while there is one; further ones are counted in the sum alone. */
TEST(net, refusals_are_bounded)
{
    struct sb_figures figures;
    struct sb_event event = {.type = SB_EVENT_TRANSFER, .kind = 1, .amount = 2, .time = 7};
    struct sb_result result = {.code = SB_R_NO_MONEY};
    CHECK(sb_figures_init(&figures, NULL) == SB_OK);
    for (int i = 0; i < SB_REFUSALS_MAX - 1; i++)
        snprintf(figures.refusals[i].name, sizeof(figures.refusals[i].name), "sentence %d", i);
    figures.refusal_count = SB_REFUSALS_MAX - 1;
    CHECK(sb_figures_add(&figures, NULL, &event, &result, 1, 1, NULL) == SB_OK);
    CHECK_INT(figures.refusal_count, SB_REFUSALS_MAX);
    CHECK_STR(figures.refusals[SB_REFUSALS_MAX - 1].name, "no-money");
    result.code = SB_R_EXPIRED;
    CHECK(sb_figures_add(&figures, NULL, &event, &result, 1, 2, NULL) == SB_OK);
    CHECK_INT(figures.refusal_count, SB_REFUSALS_MAX);
    CHECK_INT(figures.refusals[SB_REFUSALS_MAX - 1].number, 1);
    CHECK_INT(figures.refused.number, 2);
    sb_figures_release(&figures);
}

/* As many what-ifs wait as may; the next one is told to come again. Nobody runs them here. */
TEST(net, waiting_what_ifs_are_bounded)
{
    struct sb_whatif_options options = {.folder = test_dir(), .running_max = 0, .kept_max = 1000};
    struct sb_whatif_question question = {.name = "more"};
    struct sb_whatifs *whatifs = NULL;
    struct sb_err err = {0};
    struct sb_id id;
    struct sb_pilot *pilot = calloc(1, sizeof(*pilot));
    CHECK(pilot != NULL && sb_whatifs_new(&options, &whatifs, &err) == SB_OK);
    snprintf(pilot->id, sizeof(pilot->id), "pilot");
    for (int i = 0; i < SB_WHATIFS_WAITING_MAX; i++)
        CHECK_INT(sb_whatifs_start(whatifs, pilot, &question, &id, &err), SB_OK);
    CHECK_INT(sb_whatifs_start(whatifs, pilot, &question, &id, &err), SB_BUSY);
    sb_whatifs_free(whatifs);
    free(pilot);
}

static void put_file(const char *name, size_t size)
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", test_dir(), name);
    FILE *file = fopen(path, "wb");
    CHECK(file && (size == 0 || (fseek(file, (long)size - 1, SEEK_SET) == 0 && fputc('x', file) == 'x')));
    fclose(file);
}

/* A page of as many files as there may be is served; one more, or too many bytes, and it is refused whole. */
TEST(net, a_page_is_bounded)
{
    struct sb_page *page = NULL;
    struct sb_err err = {0};
    char name[32];
    CHECK(sb_page_open(test_dir(), &page, &err) == SB_NOT_FOUND);
    put_file("index.html", 10);
    for (int i = 1; i < SB_PAGE_FILES_MAX; i++) {
        snprintf(name, sizeof(name), "f%d.js", i);
        put_file(name, 0);
    }
    CHECK(sb_page_open(test_dir(), &page, &err) == SB_OK);
    sb_page_free(page);
    put_file("one-more.js", 0);
    CHECK(sb_page_open(test_dir(), &page, &err) == SB_LIMIT);
    char path[512];
    snprintf(path, sizeof(path), "%s/one-more.js", test_dir());
    CHECK(unlink(path) == 0);
    put_file("f1.js", SB_PAGE_SIZE_MAX - 10);
    CHECK(sb_page_open(test_dir(), &page, &err) == SB_OK);
    sb_page_free(page);
    put_file("f1.js", SB_PAGE_SIZE_MAX - 9);
    CHECK(sb_page_open(test_dir(), &page, &err) == SB_LIMIT);
}

/* ------------------------------------------------------------------ http */

struct busy {
    sem_t go;
};

static bool not_quick(void *context, struct sb_exchange *exchange)
{
    (void)context;
    (void)exchange;
    return false;
}

static void wait_to_answer(void *context, struct sb_exchange *exchange)
{
    struct busy *busy = context;
    while (sem_wait(&busy->go) != 0)
        ;
    sb_exchange_answer(exchange, 204, NULL, NULL, 0);
}

static void say_busy(void *context, struct sb_exchange *exchange, enum sb_http_refusal refusal)
{
    (void)context;
    sb_exchange_answer(exchange, refusal == SB_HTTP_BUSY ? 503 : 413, NULL, NULL, 0);
}

static int ask(uint16_t port)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(client >= 0 && connect(client, (struct sockaddr *)&to, sizeof(to)) == 0);
    CHECK(write(client, request, sizeof(request) - 1) == (ssize_t)sizeof(request) - 1);
    return client;
}

static int status_of(int client)
{
    char answer[64] = "";
    CHECK(read(client, answer, sizeof(answer) - 1) > 12);
    close(client);
    return (int)strtol(answer + 9, NULL, 10);
}

/* One worker at work and a full queue: the next request is told to come again, and all that were taken are
 * answered, though the server was told to end meanwhile. */
TEST(net, a_full_queue_refuses_and_what_was_taken_is_answered)
{
    enum { TAKEN = SB_HTTP_QUEUE_MAX + 1 };
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    static int clients[TAKEN];
    struct busy busy;
    struct sb_http *http = NULL;
    struct sb_http_options options = {
        .address = (struct sockaddr *)&address,
        .body_size_max = SB_HTTP_BODY_SIZE_MAX,
        .connections_max = SB_HTTP_CONNECTIONS_MAX,
        .streams_max = SB_HTTP_STREAMS_MAX,
        .workers = 1,
        .context = &busy,
        .quick = not_quick,
        .handle = wait_to_answer,
        .refuse = say_busy,
    };
    CHECK(sem_init(&busy.go, 0, 0) == 0);
    CHECK(sb_http_start(&options, &http, NULL) == SB_OK);
    clients[0] = ask(sb_http_port(http));
    while (sb_http_figures(http).waiting > 0 || sb_http_figures(http).connections == 0)
        usleep(1000);
    usleep(50000); /* the first is with the worker: nothing tells so from outside */
    for (int i = 1; i < TAKEN; i++)
        clients[i] = ask(sb_http_port(http));
    while (sb_http_figures(http).waiting < SB_HTTP_QUEUE_MAX)
        usleep(1000);
    CHECK_INT(status_of(ask(sb_http_port(http))), 503);
    for (int i = 0; i < TAKEN; i++)
        CHECK(sem_post(&busy.go) == 0);
    sb_http_stop(http, 5000);
    for (int i = 0; i < TAKEN; i++)
        CHECK_INT(status_of(clients[i]), 204);
}
