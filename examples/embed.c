/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger under a charter inside another program: cc embed.c $(pkg-config --cflags --libs sandbank) &&
 * ./a.out FOLDER */
#include <sandbank/ledger.h>

#include <stdio.h>
#include <string.h>

static const char law[] =
    "charter \"Small pilot\"\n"
    "unit VND\n"
    "kind payment from holder\n"
    "instrument D1 \"Decision 1\" signed 2025-01-01\n"
    "allow payment by D1 \"I\"\n"
    "limit month: sum of payment per account, each calendar month, at most 1 000 by D1 \"II\"\n";

int main(int argc, char **argv)
{
    const struct sandbank_charter charter = {"small.charter", law, strlen(law)};
    const struct sandbank_engine_options options = {
        .size = sizeof(options), .charters = &charter, .charter_count = 1, .charter_time_us = SANDBANK_NOW};
    const char *const attributes[] = {"class=subscriber", "flags=free", NULL}; /* free: may go below zero */
    const int64_t now = SANDBANK_NOW;
    const struct sandbank_request requests[] = {
        {.verb = SANDBANK_OPEN, .id = "o1", .time_us = now, .account = "an", .attributes = attributes},
        {.verb = SANDBANK_OPEN, .id = "o2", .time_us = now, .account = "shop"},
        {SANDBANK_TRANSFER, false, "t1", now, 600, "payment", "an", "shop", NULL, NULL, NULL},
        {SANDBANK_TRANSFER, false, "t2", now, 600, "payment", "an", "shop", NULL, NULL, NULL}};
    struct sandbank_engine *engine = NULL;
    struct sandbank_answers *answers = NULL;
    struct sandbank_error error = {SANDBANK_INVALID, {"which folder?", ""}};
    if (argc != 2 || sandbank_engine_open(argv[1], &options, &engine, &error) != SANDBANK_OK ||
        sandbank_submit(engine, requests, 4, &answers, &error) != SANDBANK_OK)
        return fprintf(stderr, "%s\n", error.text[SANDBANK_ENGLISH]), 1;
    for (size_t i = 0; i < sandbank_answers_count(answers); i++) {
        printf("%s: %s\n", requests[i].id, sandbank_answer_text(answers, i, SANDBANK_ENGLISH));
        for (size_t r = 0; r < sandbank_answer_reasons(answers, i); r++)
            puts(sandbank_answer_reason(answers, i, r, SANDBANK_FOR_PAYER, SANDBANK_ENGLISH));
    }
    sandbank_answers_free(answers);
    return sandbank_engine_close(engine, &error) == SANDBANK_OK ? 0 : 1;
}
