/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests as strangers might word them, into libsandbank: whatever is said, the call answers or says what is
 * wrong, the same request again has the same answer, and debits equal credits. Lines of the input: verb (a
 * letter), id, kind, from, to, other, account, amount; then an attribute each. An empty line is no text at
 * all.
 */
#include "lib/lib.h"

#include "fake_disk.h"

#include <stdlib.h>
#include <string.h>

#define T0 INT64_C(1756684800000000) /* 2025-09-01T00:00Z */

enum { PARTS = 8, ATTRIBUTES_MAX = 30, EVENTS_MAX = 4000, SIZE_MAX_IN = 16384 };

static struct fake_disk *disk;
static struct sandbank_engine engine;
static int64_t now;

static const char law[] =
    "charter \"Small pilot\"\nunit VND\nclock +07:00\nterritory vn\nkind cash-in to holder\n"
    "kind payment from holder\ninstrument D1 \"Decision 1\" signed 2025-01-01\nallow all by D1\n"
    "limit month: sum of payment per person, each calendar month, at most 1 000 by D1\n";

/* Names stay for good, so a fresh journal is begun before memory is what the fuzzer finds. */
static void begin(void)
{
    const struct sb_source source = {.path = "law", .text = law, .size = sizeof(law) - 1};
    struct sb_diagnostics diagnostics = {0};
    disk = fake_disk_new(1);
    if (!disk)
        abort();
    const struct sb_engine_options options = {
        .os = fake_disk_os(disk), .create = true, .segment_size = 1 << 20, .no_thread = true};
    if (sb_engine_open("j", &options, &engine.inner, NULL, NULL) != SB_OK ||
        sb_engine_install(engine.inner, &source, 1, T0, &diagnostics, NULL) != SB_OK)
        abort();
    sb_diagnostics_release(&diagnostics); /* warnings of this small law */
    now = T0;
}

static void end(void)
{
    struct sb_err err = {0};
    if (sb_ledger_check(sb_engine_ledger(engine.inner), &err) != SB_OK ||
        sb_engine_close(engine.inner, &err) != SB_OK)
        abort();
    engine.inner = NULL;
    fake_disk_free(disk);
}

/* Its code, or -1 when it could not be read. */
static int submit(const struct sandbank_request *request)
{
    struct sandbank_answers *answers = NULL;
    struct sandbank_error error = {SANDBANK_OK, {"", ""}};
    enum sandbank_status status = sandbank_submit(&engine, request, 1, &answers, &error);
    if (status == SANDBANK_INVALID || status == SANDBANK_LIMIT) {
        if (answers || !error.text[SANDBANK_ENGLISH][0] || !error.text[SANDBANK_VIETNAMESE][0])
            abort();
        return -1;
    }
    if (status != SANDBANK_OK || sandbank_answers_count(answers) != 1)
        abort();
    enum sandbank_code code = sandbank_answer_code(answers, 0);
    for (size_t r = 0; r < sandbank_answer_reasons(answers, 0); r++)
        if (!sandbank_answer_reason(answers, 0, r, SANDBANK_IN_FULL, SANDBANK_VIETNAMESE)[0])
            abort();
    sandbank_answers_free(answers);
    return (int)code;
}

/* Cut text into lines; a line that is empty is NULL. Returns how many. */
static size_t cut(char *text, char **lines, size_t max)
{
    size_t count = 0;
    while (text && count < max) {
        char *line = strsep(&text, "\n");
        lines[count++] = *line ? line : NULL;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *lines[PARTS + ATTRIBUTES_MAX + 1] = {NULL};
    const char *attributes[ATTRIBUTES_MAX + 1] = {NULL};
    if (size > SIZE_MAX_IN)
        return 0;
    char *text = strndup((const char *)data, size);
    if (!text)
        return 0;
    if (!engine.inner)
        begin();
    size_t count = cut(text, lines, PARTS + ATTRIBUTES_MAX), attribute_count = 0;
    for (size_t i = PARTS; i < count; i++)
        if (lines[i])
            attributes[attribute_count++] = lines[i];
    struct sandbank_request request = {.verb = (enum sandbank_verb)(lines[0] ? lines[0][0] - '`' : 0),
                                       .id = lines[1],
                                       .time_us = ++now,
                                       .amount = lines[7] ? strtoll(lines[7], NULL, 10) : 0,
                                       .kind = lines[2],
                                       .from = lines[3],
                                       .to = lines[4],
                                       .other = lines[5],
                                       .account = lines[6],
                                       .attributes = attributes};
    int first = submit(&request), second = submit(&request);
    /* What was never judged (codes 1 to 3) leaves no trace; nor does what could not be read, but for words.
     */
    if (first != second)
        abort();
    free(text);
    if (sb_engine_newest(engine.inner) > EVENTS_MAX)
        end();
    return 0;
}
