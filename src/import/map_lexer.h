/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Tokens of a mapping. A sentence begins at the left margin; lines that begin with a space continue it. */

#include "import/map.h"

enum sb_map_token_type {
    SB_MAP_WORD,
    SB_MAP_TEXT, /* "..." */
    SB_MAP_COMMA,
    SB_MAP_COLON,
    SB_MAP_STOP, /* the end of a sentence */
    SB_MAP_END,
    SB_MAP_BROKEN /* a quote that is not closed on its line */
};

struct sb_map_token {
    enum sb_map_token_type type;
    const char *text; /* of a text: between the quotes, escapes as they stand */
    uint32_t size;
    uint32_t offset; /* of its first byte, the quote included */
};

struct sb_map_lexer {
    struct sb_map *map;
    uint32_t at;
    bool in_sentence;
    struct sb_map_token token; /* the one ahead */
    struct sb_err *err;
};

/* Stand before the first token. */
void sb_map_lexer_init(struct sb_map_lexer *lexer, struct sb_map *map, struct sb_err *err);
/* Go to the next token. */
void sb_map_next(struct sb_map_lexer *lexer);
/* True when the token ahead is this word. */
bool sb_map_is(const struct sb_map_lexer *lexer, const char *word);
/* Take the token ahead when it is this word. */
bool sb_map_take(struct sb_map_lexer *lexer, const char *word);

/* Read the sentence ahead into the map, up to its end (map_sentence.c). */
SB_CHECKED enum sb_status sb_map_read_sentence(struct sb_map_lexer *lexer);

/* Put "PATH:LINE:COLUMN: " before the cause in err, and the line with a caret behind it. */
enum sb_status sb_map_point(const struct sb_map *map, uint32_t offset, struct sb_err *err);

/* Fail at the token ahead. Both texts are literals; "found" is said by the caret. */
#define SB_MAP_EXPECTED(lexer, en, vi)                            \
    (sb_fail((lexer)->err, SB_SYNTAX, "expected " en, "cần " vi), \
     sb_map_point((lexer)->map, (lexer)->token.offset, (lexer)->err))
