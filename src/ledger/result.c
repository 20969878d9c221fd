/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/result.h"

#include <string.h>

static const struct {
    const char *word;
    const char *text[2]; /* by enum sb_lang */
} results[SB_RESULT_COUNT] = {
#define X(name, number, word, en, vi) [name] = {word, {en, vi}},
    SB_RESULT_MAP(X)
#undef X
};

const char *sb_result_word(enum sb_result_code code)
{
    return (unsigned)code < SB_RESULT_COUNT ? results[code].word : "?";
}

const char *sb_result_text(enum sb_result_code code, enum sb_lang lang)
{
    return (unsigned)code < SB_RESULT_COUNT ? results[code].text[lang == SB_VI ? SB_VI : SB_EN] : "?";
}

enum sb_result_code sb_result_of_word(const char *word, size_t size)
{
    for (unsigned code = 0; code < SB_RESULT_COUNT; code++) {
        if (strlen(results[code].word) == size && memcmp(results[code].word, word, size) == 0)
            return (enum sb_result_code)code;
    }
    return SB_RESULT_COUNT;
}
