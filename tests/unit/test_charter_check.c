/* SPDX-License-Identifier: Apache-2.0 */
#include "charter_world.h"

#include "base/macros.h"

/* ------------------------------------------------------------------ golden mistakes */

/* A block of tests/golden/charter-errors.txt; all borrowed from its text. */
struct block {
    const char *name, *source, *upper, *expected[2];
};

/* Cut at a line that begins with a marker: what stands before it stays, what stands behind it is returned. */
static char *cut(char *text, const char *marker)
{
    char *at = strncmp(text, marker, strlen(marker)) == 0 ? text : NULL;
    char *found = at ? NULL : strstr(text, marker);
    while (found && found[-1] != '\n')
        found = strstr(found + 1, marker);
    at = at ? at : found;
    if (!at)
        return NULL;
    char *behind = at + strlen(marker);
    *at = '\0';
    return behind;
}

static char *behind_line(char *text)
{
    char *end = strchr(text, '\n');
    CHECK(end != NULL);
    *end = '\0';
    return end + 1;
}

/* One mistake, as shown: file, line, column, the line, the caret, in both languages. */
static void check_block(const struct block *block)
{
    struct parsed upper = {0}, parsed = {0};
    if (block->upper)
        CHECK(sb_charter_parse("upper.charter", block->upper, strlen(block->upper), &upper.charter,
                               &upper.diagnostics, NULL) == SB_OK);
    parsed.status = sb_charter_parse_layer("x.charter", block->source, strlen(block->source), upper.charter,
                                           UINT64_MAX, &parsed.charter, &parsed.diagnostics, NULL);
    if (parsed.status == SB_OK)
        parsed.status = sb_charter_check(parsed.charter, upper.charter, &parsed.diagnostics, NULL);
    for (int lang = SB_EN; lang <= SB_VI; lang++) {
        char *text = messages(&parsed, (enum sb_lang)lang);
        if (strcmp(text, block->expected[lang]) != 0)
            test_fail(__FILE__, __LINE__, "%s:\n%s\nexpected\n%s", block->name, text, block->expected[lang]);
        free(text);
    }
    CHECK(parsed.status == SB_OK || parsed.diagnostics.error_count > 0);
    release(&parsed);
    release(&upper);
}

/* A block's text up to its end: source, upper, both expectations. */
static struct block take_block(char *text)
{
    struct block block = {.name = text};
    char *source = behind_line(text);
    char *en = cut(source, "--- en\n");
    CHECK(en != NULL);
    char *vi = cut(en, "--- vi\n");
    CHECK(vi != NULL);
    block.source = source;
    block.upper = cut(source, "--- upper\n");
    block.expected[SB_EN] = en;
    block.expected[SB_VI] = vi;
    return block;
}

TEST(charter_check, golden_mistakes)
{
    char *text = read_source_file("tests/golden/charter-errors.txt");
    char *next = cut(text, "=== ");
    size_t count = 0;
    while (next) {
        char *this_one = next;
        next = cut(this_one, "=== ");
        size_t size = strlen(this_one);
        if (next && size > 0 && this_one[size - 1] == '\n')
            this_one[size - 1] = '\0'; /* the blank line between blocks */
        struct block block = take_block(this_one);
        check_block(&block);
        count++;
    }
    CHECK(count >= 60);
    free(text);
}

/* ------------------------------------------------------------------ what is right */

#define HEAD                                                                                                \
    "charter \"T\"\nunit VND\nkind pay from holder\nkind top to holder\nallow all\nlimit l: each pay, top " \
    "at most 5\n"

static struct parsed checked(const char *source)
{
    struct parsed parsed = parse_good(source);
    parsed.status = sb_charter_check(parsed.charter, NULL, &parsed.diagnostics, NULL);
    return parsed;
}

static void check_quiet(const char *source)
{
    struct parsed parsed = checked(source);
    char *text = messages(&parsed, SB_EN);
    if (parsed.status != SB_OK || parsed.diagnostics.count > 0)
        test_fail(__FILE__, __LINE__, "messages where none are due:\n%s", text);
    free(text);
    release(&parsed);
}

/* Sentences that look like a mistake and are none. */
TEST(charter_check, no_false_alarms)
{
    check_quiet(HEAD);
    /* Versions that differ in subject, filter or kinds are different limits. */
    check_quiet(
        HEAD "limit m: sum of pay, each day, at most 5\nlimit m: sum of pay per person, each day, at most 6\n"
             "limit m: sum of pay where tx.channel is a, each day, at most 7\nlimit m: sum of top, each day, "
             "at most 8\n"
             "limit m: number of pay, each day, at most 9\nlimit m: sum of pay, each week, at most 10\n"
             "limit m: sum of pay per payee account, each day, at most 11\n");
    /* A version ends with the minute before the next one begins. */
    check_quiet(HEAD "limit m: sum of pay, each day, at most 5 until 2025-12-31T23:59\n"
                     "limit m: sum of pay, each day, at most 6 from 2026-01-01\n");
    /* Periods that touch or overlap leave no gap, whatever their order. */
    check_quiet(HEAD "pilot runs 2022-01-01 onward\npilot runs 2020-01-01 to 2020-12-31\npilot runs "
                     "2020-06-01 to 2021-12-31\n");
    /* The same word in two spaces. */
    check_quiet(
        HEAD "set pay: a\nmeasure pay: accounts\nnames channel: pay\nforbid pay where tx.channel is pay\n");
    /* An open attribute takes any name. */
    check_quiet(HEAD "forbid pay where payer.tier is whatever and payer.class in a, b\n");
    /* until and from on the same day: that day. */
    check_quiet(HEAD "limit m: each pay at most 3 from 2025-01-01 until 2025-01-01\n");
}

/* A provider's charter alone may name the regulator's kinds; with the regulator's they are looked up there.
 */
TEST(charter_check, a_layer_uses_the_kinds_above)
{
    static const char layer[] = "charter \"P\" of provider p\nallow pay\nlimit m: each pay at most 5\n";
    check_quiet(layer);
    struct parsed upper = parse_good(HEAD), parsed = parse_good(layer);
    CHECK(sb_charter_check(parsed.charter, upper.charter, &parsed.diagnostics, NULL) == SB_OK);
    CHECK_INT(parsed.diagnostics.count, 0);
    release(&parsed);
    release(&upper);
}

/* The bound of kinds, just at it and just over it. */
TEST(charter_check, bound_of_kinds)
{
    for (int count = SB_CHARTER_KINDS_MAX; count <= SB_CHARTER_KINDS_MAX + 1; count++) {
        struct sb_str source = {0};
        sb_str_add(&source, "unit V\nallow all\nlimit l: each all at most 5\n");
        for (int i = 0; i < count; i++)
            sb_str_printf(&source, "kind k%d from holder\n", i);
        struct parsed parsed = checked(sb_str_text(&source));
        CHECK_INT(parsed.status, count <= SB_CHARTER_KINDS_MAX ? SB_OK : SB_INVALID);
        CHECK_INT(parsed.diagnostics.count, count <= SB_CHARTER_KINDS_MAX ? 0 : 1);
        release(&parsed);
        sb_str_release(&source);
    }
}

/* Many versions of one limit, and many names that are wrong, are checked soon. */
TEST(charter_check, large_charters)
{
    struct sb_str source = {0};
    sb_str_add(&source, HEAD);
    for (int i = 0; i < 1000; i++)
        sb_str_printf(&source, "limit m: sum of pay where tx.channel in a%d, b, each day, at most %d\n",
                      i / 2, i);
    struct parsed parsed = checked(sb_str_text(&source));
    CHECK_INT(parsed.status, SB_INVALID);
    CHECK_INT(parsed.diagnostics.error_count, 500);
    CHECK_INT(parsed.diagnostics.count, SB_CHARTER_ERRORS_MAX);
    release(&parsed);
    sb_str_clear(&source);
    sb_str_add(&source, HEAD "names tier: a\n");
    for (int i = 0; i < 900; i++) {
        sb_str_printf(&source, "forbid pay where payer.tier in x%d", i);
        for (int j = 0; j < 40; j++)
            sb_str_printf(&source, ",y%d", j);
        sb_str_add(&source, "\n");
    }
    parsed = checked(sb_str_text(&source));
    CHECK_INT(parsed.diagnostics.error_count, 900 * 41);
    CHECK_INT(parsed.diagnostics.count, SB_CHARTER_ERRORS_MAX);
    release(&parsed);
    sb_str_release(&source);
}
