/* SPDX-License-Identifier: Apache-2.0 */
#include "charter/keywords.h"

#include <assert.h>

static const char *const phrases[SB_KW_COUNT][2] = {{NULL, NULL},
#define X(name, en, vi) {en, vi},
                                                    SB_KEYWORD_MAP(X)
#undef X
};

const char *sb_keyword_text(enum sb_keyword keyword, enum sb_lang lang)
{
    assert(keyword > SB_KW_NO_KEYWORD);
    assert(keyword < SB_KW_COUNT);
    return phrases[keyword][lang == SB_VI ? 1 : 0];
}
