/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ask STEP when CONDITION`, `ask STEP when sum of ..., over N`, and `in area AREA by place of ...`. The
 * kinds that are asked may stand before `when` or at the end.
 */
#include "charter/parser_internal.h"

#include "base/macros.h"

static bool take_for(struct sb_parser *parser, struct sb_sentence *sentence, struct sb_kinds *ret_kinds)
{
    struct sb_place_in_text at = sb_parse_token(parser)->at;
    if (!sb_parse_take(parser, SB_KW_FOR))
        return true;
    if (sentence->limit.asked_written)
        return sb_parse_wrong(parser, at, "this is said twice in one sentence",
                              "điều này được nói hai lần trong một câu");
    sentence->limit.asked_written = true;
    return sb_parse_kinds(parser, false, ret_kinds);
}

/* "ask biometrics": what reports call the rule. */
static bool name_rule(struct sb_parser *parser, struct sb_sentence *sentence)
{
    struct sb_str text = {0};
    sb_str_printf(&text, "ask %s", sentence->name.text);
    char *copy = text.failed ? NULL : sb_arena_copy(&parser->charter->arena, sb_str_text(&text), text.size);
    sb_str_release(&text);
    if (!copy)
        return sb_parse_no_memory(parser);
    sentence->limit.rule_name = (struct sb_word){copy, sentence->name.at};
    return true;
}

static bool parse_total(struct sb_parser *parser, struct sb_sentence *sentence, struct sb_kinds *ret_asked)
{
    sentence->limit.total = true;
    if (!sb_parse_total(parser, sentence) || !sb_parse_need(parser, SB_KW_OVER) ||
        !sb_parse_figure(parser, sentence) || !take_for(parser, sentence, ret_asked))
        return false;
    sentence->limit.asked = sentence->limit.asked_written ? *ret_asked : sentence->kinds;
    return true;
}

bool sb_parse_ask(struct sb_parser *parser, struct sb_sentence *sentence)
{
    struct sb_kinds asked = {.all = true};
    if (!sb_parse_name(parser, "the name of a step-up, like 'biometrics'",
                       "tên bước xác thực, như 'sinh-trắc'", &sentence->name) ||
        !name_rule(parser, sentence) || !take_for(parser, sentence, &asked) ||
        !sb_parse_need(parser, SB_KW_WHEN))
        return false;
    if (sb_parse_match(parser, SB_KW_SUM_OF) || sb_parse_match(parser, SB_KW_NUMBER_OF))
        return parse_total(parser, sentence, &asked);
    if (!sb_parse_condition(parser, false, &sentence->where) || !take_for(parser, sentence, &asked))
        return false;
    sentence->kinds = asked;
    return true;
}

bool sb_parse_in_area(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword places[] = {SB_KW_AGENT_SUBJECT, SB_KW_REGISTRATION};
    sentence->kinds.all = true;
    if (!sb_parse_name(parser, "the name of an area", "tên một vùng", &sentence->name) ||
        !sb_parse_need(parser, SB_KW_BY_PLACE_OF))
        return false;
    sentence->in_area.of_agent = sb_parse_take(parser, SB_KW_AGENT_SUBJECT);
    if (!sentence->in_area.of_agent && !sb_parse_take(parser, SB_KW_REGISTRATION))
        return sb_parse_expected(parser, "'agent' or 'registration'", "'đại lý' hoặc 'đăng ký'", places,
                                 SB_ARRAY_SIZE(places));
    return !sb_parse_take(parser, SB_KW_FOR) || sb_parse_kinds(parser, false, &sentence->kinds);
}
