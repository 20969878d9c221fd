/* SPDX-License-Identifier: Apache-2.0 */
#include "charter/parse_keep.h"

bool sb_keep_part(struct sb_parser *parser, struct sb_sentence *sentence, struct sb_kept_part part)
{
    struct sb_kept_part *parts = sb_arena_grow(&parser->charter->arena, sentence->kept.parts,
                                               sentence->kept.part_count, sizeof(*parts));
    if (!parts)
        return sb_parse_no_memory(parser);
    sentence->kept.parts = parts;
    parts[sentence->kept.part_count++] = part;
    return true;
}

bool sb_keep_keyword(struct sb_parser *parser, struct sb_sentence *sentence, enum sb_keyword keyword)
{
    return sb_keep_part(parser, sentence, (struct sb_kept_part){.keyword = (uint16_t)keyword});
}

/* A keyword that must stand here. */
bool sb_keep_need(struct sb_parser *parser, struct sb_sentence *sentence, enum sb_keyword keyword)
{
    return sb_parse_need(parser, keyword) && sb_keep_keyword(parser, sentence, keyword);
}

/* One of several keywords; says what was expected when there is none. */
bool sb_keep_one(struct sb_parser *parser, struct sb_sentence *sentence, const enum sb_keyword *keywords,
                 size_t count, const char *en, const char *vi)
{
    for (size_t i = 0; i < count; i++)
        if (sb_parse_take(parser, keywords[i]))
            return sb_keep_keyword(parser, sentence, keywords[i]);
    return sb_parse_expected(parser, en, vi, keywords, count);
}

bool sb_keep_mark(struct sb_parser *parser, struct sb_sentence *sentence, const char *mark, bool close)
{
    return sb_keep_part(parser, sentence,
                        (struct sb_kept_part){.word = {.text = mark}, .no_space_before = close});
}

bool sb_keep_colon(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_parse_need_mark(parser, ':') && sb_keep_mark(parser, sentence, ":", true);
}

bool sb_keep_name(struct sb_parser *parser, struct sb_sentence *sentence, const char *en, const char *vi)
{
    struct sb_word word;
    return sb_parse_name(parser, en, vi, &word) &&
           sb_keep_part(parser, sentence, (struct sb_kept_part){.word = word});
}

/* A number, kept as the house writes it. */
bool sb_keep_number(struct sb_parser *parser, struct sb_sentence *sentence, unsigned decimals, int64_t max,
                    int64_t *ret_number)
{
    struct sb_place_in_text at = sb_parse_token(parser)->at;
    struct sb_str text = {0};
    int64_t number;
    if (!sb_parse_number(parser, decimals, max, &number))
        return false;
    if (ret_number)
        *ret_number = number;
    while (decimals > 0 && number % 10 == 0) { /* 1.5, not 1.5000 */
        number /= 10;
        decimals--;
    }
    sb_str_add_amount(&text, number, decimals);
    char *copy = text.failed ? NULL : sb_arena_copy(&parser->charter->arena, sb_str_text(&text), text.size);
    sb_str_release(&text);
    if (!copy)
        return sb_parse_no_memory(parser);
    return sb_keep_part(parser, sentence, (struct sb_kept_part){.word = {copy, at}});
}

bool sb_keep_amount(struct sb_parser *parser, struct sb_sentence *sentence, int64_t *ret_amount)
{
    return sb_keep_number(parser, sentence, parser->charter->decimals, SB_AMOUNT_MAX, ret_amount);
}

/* Whether the number at the cursor is a share: `60 %`. */
bool sb_keep_is_share(const struct sb_parser *parser)
{
    return sb_parse_token(parser)->type == SB_TOKEN_NUMBER && sb_parse_is_mark(parser, parser->at + 1, '%');
}

/* 0 to 1 000 000 %, with at most four decimals. */
bool sb_keep_share(struct sb_parser *parser, struct sb_sentence *sentence, int64_t *ret_millionths)
{
    return sb_keep_number(parser, sentence, 4, INT64_C(10000000000), ret_millionths) &&
           sb_parse_need_mark(parser, '%') && sb_keep_mark(parser, sentence, "%", false);
}

bool sb_keep_date(struct sb_parser *parser, struct sb_sentence *sentence)
{
    struct sb_moment moment;
    const struct sb_token *token = sb_parse_token(parser);
    if (!sb_parse_moment(parser, true, &moment))
        return false;
    char *copy =
        sb_arena_copy(&parser->charter->arena, parser->charter->source + token->offset, token->at.size);
    if (!copy)
        return sb_parse_no_memory(parser);
    return sb_keep_part(parser, sentence, (struct sb_kept_part){.word = {copy, moment.at}});
}

bool sb_keep_kinds(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!sb_parse_kinds(parser, false, &sentence->kinds))
        return false;
    if (sentence->kinds.all)
        return sb_keep_keyword(parser, sentence, SB_KW_ALL);
    for (uint32_t i = 0; i < sentence->kinds.names.count; i++)
        if ((i > 0 && !sb_keep_mark(parser, sentence, ",", true)) ||
            !sb_keep_part(parser, sentence, (struct sb_kept_part){.word = sentence->kinds.names.list[i]}))
            return false;
    return true;
}

bool sb_keep_condition(struct sb_parser *parser, struct sb_sentence *sentence,
                       struct sb_condition **ret_condition)
{
    struct sb_condition *condition = NULL;
    if (!sb_parse_condition(parser, false, &condition))
        return false;
    if (ret_condition)
        *ret_condition = condition;
    return sb_keep_part(parser, sentence, (struct sb_kept_part){.where = condition});
}

bool sb_keep_where(struct sb_parser *parser, struct sb_sentence *sentence,
                   struct sb_condition **ret_condition)
{
    return !sb_parse_match(parser, SB_KW_WHERE) || (sb_keep_need(parser, sentence, SB_KW_WHERE) &&
                                                    sb_keep_condition(parser, sentence, ret_condition));
}
