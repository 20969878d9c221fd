/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the parser's files share: a cursor over the tokens of one sentence, and the readings that every
 * sentence uses. Each returns false when the sentence is wrong (then it has been reported) or memory is out
 * (then no_memory is set); the sentence is given up, the next one begins afresh.
 */

#include "charter/keywords.h"
#include "charter/lexer.h"

struct sb_parser {
    struct sb_charter *charter;         /* borrowed: gets the tree */
    struct sb_diagnostics *diagnostics; /* borrowed */
    const struct sb_token *tokens;      /* borrowed from the lexer: one sentence, END behind the last */
    uint32_t at;
    uint32_t depth; /* of conditions, for SB_CHARTER_NESTING_MAX */
    bool quiet;
    bool no_memory;
};

static inline const struct sb_token *sb_parse_token(const struct sb_parser *parser)
{
    return &parser->tokens[parser->at];
}

/* Tokens that a keyword's phrase takes at the cursor, in either language; 0 when it does not stand there. */
uint32_t sb_parse_match(const struct sb_parser *parser, enum sb_keyword keyword);
/* The same from a token on. */
uint32_t sb_parse_match_at(const struct sb_parser *parser, uint32_t at, enum sb_keyword keyword);
/* Step over a keyword or a mark when it stands at the cursor. */
bool sb_parse_take(struct sb_parser *parser, enum sb_keyword keyword);
bool sb_parse_take_mark(struct sb_parser *parser, char mark);
bool sb_parse_is_mark(const struct sb_parser *parser, uint32_t at, char mark);
/* Step over it or report that it was expected. */
bool sb_parse_need(struct sb_parser *parser, enum sb_keyword keyword);
bool sb_parse_need_mark(struct sb_parser *parser, char mark);

/* Report a mistake at a place; always false. Both texts are finished. */
bool sb_parse_wrong(struct sb_parser *parser, struct sb_place_in_text at, const char *en, const char *vi);
/* Report that something else was expected at the cursor, with the nearest of some keywords; always false. */
bool sb_parse_expected(struct sb_parser *parser, const char *en, const char *vi,
                       const enum sb_keyword *keywords, size_t count);
/* Note that memory is out; always false. */
bool sb_parse_no_memory(struct sb_parser *parser);
/* Reports that a bound of limits.h was passed; always false. */
bool sb_parse_too_many(struct sb_parser *parser, struct sb_place_in_text at, const char *en, const char *vi,
                       unsigned max);

/* A name; what_ says which, for the message: "the name of a kind". */
bool sb_parse_name(struct sb_parser *parser, const char *what_en, const char *what_vi,
                   struct sb_word *ret_word);
/* A quoted text, without its quotes and escapes. */
bool sb_parse_text(struct sb_parser *parser, const char *what_en, const char *what_vi,
                   struct sb_word *ret_word);
/* Names parted by commas. before_window: a window behind a comma ends the list. */
bool sb_parse_names(struct sb_parser *parser, bool before_window, const char *what_en, const char *what_vi,
                    struct sb_words *ret_words);
/* Kinds, or `all`. */
bool sb_parse_kinds(struct sb_parser *parser, bool before_window, struct sb_kinds *ret_kinds);
/* A day or a minute; day_only: a minute is wrong. */
bool sb_parse_moment(struct sb_parser *parser, bool day_only, struct sb_moment *ret_moment);
/* A number with a unit's decimals, at most max. */
bool sb_parse_number(struct sb_parser *parser, unsigned decimals, int64_t max, int64_t *ret_number);

/* A window's words at a token, a comma behind them? So a list of names ends before it. parse_limit.c */
bool sb_parse_window_ahead(const struct sb_parser *parser, uint32_t at);
/* FIELD's parts; a side must stand before a point. parse_condition.c */
bool sb_parse_is_field(const struct sb_parser *parser);
bool sb_parse_field(struct sb_parser *parser, enum sb_side *ret_side, enum sb_field *ret_field,
                    struct sb_place_in_text *ret_at);
/* An attribute's word without a side; the cursor stays when there is none. */
bool sb_parse_take_attribute(struct sb_parser *parser, enum sb_field *ret_field);
enum sb_keyword sb_keyword_of_field(enum sb_field field);
enum sb_keyword sb_keyword_of_side(enum sb_side side);
/* A condition. before_window as above. */
bool sb_parse_condition(struct sb_parser *parser, bool before_window, struct sb_condition **ret_condition);
/* `where` CONDITION, if it stands there. */
bool sb_parse_where(struct sb_parser *parser, bool before_window, struct sb_condition **ret_condition);
/* Behind `limit NAME:`. parse_limit.c */
bool sb_parse_limit(struct sb_parser *parser, struct sb_sentence *sentence);
/* `sum of` or `number of`: kinds, filter, subject and window, up to the comma behind it. parse_limit.c */
bool sb_parse_total(struct sb_parser *parser, struct sb_sentence *sentence);
/* The figure of a limit without a table. parse_limit.c */
bool sb_parse_figure(struct sb_parser *parser, struct sb_sentence *sentence);
/* Behind `ask` and behind `in area`. parse_ask.c */
bool sb_parse_ask(struct sb_parser *parser, struct sb_sentence *sentence);
bool sb_parse_in_area(struct sb_parser *parser, struct sb_sentence *sentence);
/* Behind `fee`. parse_fee.c */
bool sb_parse_fee(struct sb_parser *parser, struct sb_sentence *sentence);
/* Behind the keyword of a sentence of the pilot's life. parse_life.c */
bool sb_parse_life(struct sb_parser *parser, struct sb_sentence *sentence);
/* Charter, unit, clock ... instrument, behind the keyword. parse_head.c */
bool sb_parse_head(struct sb_parser *parser, struct sb_sentence *sentence);
