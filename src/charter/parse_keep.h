/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Sentences that are printed again as they were written: each reading is kept as a piece (a keyword, a word,
 * a number in the house's form, a condition), so that the formatter can say it in either language. Each
 * returns false as the parser's readings do. ret_ may be NULL where the value is not wanted.
 */

#include "charter/parser_internal.h"

bool sb_keep_part(struct sb_parser *parser, struct sb_sentence *sentence, struct sb_kept_part part);
bool sb_keep_keyword(struct sb_parser *parser, struct sb_sentence *sentence, enum sb_keyword keyword);
bool sb_keep_mark(struct sb_parser *parser, struct sb_sentence *sentence, const char *mark, bool close);

/* A keyword that must stand here; one of several, with what was expected when there is none. */
bool sb_keep_need(struct sb_parser *parser, struct sb_sentence *sentence, enum sb_keyword keyword);
bool sb_keep_one(struct sb_parser *parser, struct sb_sentence *sentence, const enum sb_keyword *keywords,
                 size_t count, const char *en, const char *vi);
bool sb_keep_colon(struct sb_parser *parser, struct sb_sentence *sentence);
bool sb_keep_name(struct sb_parser *parser, struct sb_sentence *sentence, const char *en, const char *vi);

/* Numbers: with so many decimals; an amount in minor units; a share in millionths (`1.5 %` is 15 000), 0 to
 * 1 000 000 %. */
bool sb_keep_number(struct sb_parser *parser, struct sb_sentence *sentence, unsigned decimals, int64_t max,
                    int64_t *ret_number);
bool sb_keep_amount(struct sb_parser *parser, struct sb_sentence *sentence, int64_t *ret_amount);
bool sb_keep_share(struct sb_parser *parser, struct sb_sentence *sentence, int64_t *ret_millionths);
/* Whether the number at the cursor is a share: `60 %`. */
bool sb_keep_is_share(const struct sb_parser *parser);
bool sb_keep_date(struct sb_parser *parser, struct sb_sentence *sentence);

/* Kinds go to sentence->kinds as well. */
bool sb_keep_kinds(struct sb_parser *parser, struct sb_sentence *sentence);
bool sb_keep_condition(struct sb_parser *parser, struct sb_sentence *sentence,
                       struct sb_condition **ret_condition);
/* `where` CONDITION, if it stands there. */
bool sb_keep_where(struct sb_parser *parser, struct sb_sentence *sentence,
                   struct sb_condition **ret_condition);
