/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * From bytes to tokens, one sentence at a time. A sentence begins at column 1, so a broken one ends where the
 * next begins and hides nothing. Comments are set aside for the formatter.
 */

#include "charter/charter.h"

enum sb_token_type {
    SB_TOKEN_END,       /* behind the last token of a sentence */
    SB_TOKEN_WORD,      /* a name or (part of) a keyword */
    SB_TOKEN_NUMBER,    /* digits, perhaps grouped, perhaps with a point */
    SB_TOKEN_MOMENT,    /* 2025-09-03 or 2026-02-09T23:59 */
    SB_TOKEN_MONTH_DAY, /* 04-01 */
    SB_TOKEN_OFFSET,    /* +07:00 */
    SB_TOKEN_TEXT,      /* "...", quotes included */
    SB_TOKEN_MARK,      /* one of , : . ( ) | / % = - */
};

struct sb_token {
    enum sb_token_type type;
    uint32_t offset; /* in the source */
    struct sb_place_in_text at;
};

struct sb_lexer {
    struct sb_charter *charter;         /* borrowed: source, comments, arena */
    struct sb_diagnostics *diagnostics; /* borrowed */
    struct sb_token *tokens;            /* of the current sentence, an END behind them */
    uint32_t count;                     /* tokens without the END */
    uint32_t room;
    uint32_t offset;
    uint32_t line;
    uint32_t line_start; /* offset of the current line's first byte */
    bool quiet;          /* no diagnostics and no comments: a pass that only looks */
    bool bad;            /* the sentence has a mistake that was reported */
    bool no_memory;
};

/* Begin at the source's first byte. Borrows all; the token array lives in the charter's arena. */
void sb_lexer_init(struct sb_lexer *lexer, struct sb_charter *charter, struct sb_diagnostics *diagnostics);

/* Go back to the first byte, keeping the token array. */
void sb_lexer_rewind(struct sb_lexer *lexer, bool quiet);

/* Read the next sentence's tokens. False at the end of the source or when memory is out. */
bool sb_lexer_next_sentence(struct sb_lexer *lexer);
