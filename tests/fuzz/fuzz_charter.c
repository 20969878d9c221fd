/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Any bytes as a charter: mistakes are told with a place in the source, or the tree is checked, printed in
 * both languages, and what was printed parses again and prints the same.
 */

#include "charter/charter.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_all(const struct sb_diagnostics *diagnostics, const struct sb_charter *charter)
{
    struct sb_str out = {0};
    for (uint32_t i = 0; i < diagnostics->count; i++) {
        assert(diagnostics->list[i].text[SB_EN][0] && diagnostics->list[i].text[SB_VI][0]);
        sb_diagnostic_print(&diagnostics->list[i], charter, i % 2 ? SB_VI : SB_EN, &out);
    }
    assert(sb_text_is_utf8(sb_str_text(&out), out.size, NULL));
    sb_str_release(&out);
}

static void print_again(const struct sb_charter *charter, enum sb_lang lang)
{
    struct sb_diagnostics diagnostics = {0};
    struct sb_str once = {0}, twice = {0};
    struct sb_charter *again = NULL;
    sb_charter_format(charter, lang, &once);
    /* Printing may lengthen a source past what is read; then it is enough that it did print. */
    if (once.size <= SB_CHARTER_SIZE_MAX) {
        enum sb_status status =
            sb_charter_parse("again", sb_str_text(&once), once.size, &again, &diagnostics, NULL);
        assert(status == SB_OK);
        assert(again->sentence_count == charter->sentence_count);
        assert(again->comment_count == charter->comment_count);
        sb_charter_format(again, lang, &twice);
        assert(strcmp(sb_str_text(&once), sb_str_text(&twice)) == 0);
    }
    sb_charter_free(again);
    sb_diagnostics_release(&diagnostics);
    sb_str_release(&once);
    sb_str_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_diagnostics diagnostics = {0};
    struct sb_charter *charter = NULL;
    enum sb_status status = sb_charter_parse("x", (const char *)data, size, &charter, &diagnostics, NULL);
    assert(status == SB_OK || (status == SB_SYNTAX && diagnostics.error_count > 0));
    if (status == SB_OK) {
        status = sb_charter_check(charter, NULL, &diagnostics, NULL);
        assert((status == SB_INVALID) == (diagnostics.error_count > 0));
        status = sb_charter_check(charter, charter, &diagnostics, NULL); /* any answer but no crash */
        assert(status == SB_OK || status == SB_INVALID);
        print_again(charter, SB_EN);
        print_again(charter, SB_VI);
    }
    print_all(&diagnostics, charter);
    sb_charter_free(charter);
    sb_diagnostics_release(&diagnostics);
    return 0;
}
