/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences of the pilot's life: read in full, so that a mistake in them is found now. */
#include "charter/parse_keep.h"

#include "base/macros.h"
#include "charter/format_internal.h"

#include <string.h>

/* ------------------------------------------------------------------ quantities of the pilot */

/* `in 30 days`, `in 1 day`: kept by the number, since Vietnamese has one word for both. */
static bool keep_in_days(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!sb_keep_need(parser, sentence, SB_KW_IN_TIME) ||
        !sb_keep_number(parser, sentence, 0, SB_ROLLING_DAYS_MAX, NULL))
        return false;
    if (!sb_parse_take(parser, SB_KW_DAY) && !sb_parse_need(parser, SB_KW_DAYS))
        return false;
    bool one = strcmp(sentence->kept.parts[sentence->kept.part_count - 1].word.text, "1") == 0;
    return sb_keep_keyword(parser, sentence, one ? SB_KW_DAY : SB_KW_DAYS);
}

/* accounts active in 30 days where ... | accounts | refusals | attempts | sum of KINDS | number of KINDS */
static bool quantity(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword what[] = {SB_KW_ACCOUNTS_ACTIVE, SB_KW_SUM_OF_BALANCES, SB_KW_ACCOUNTS,
                                           SB_KW_REFUSALS,        SB_KW_ATTEMPTS,        SB_KW_SUM_OF,
                                           SB_KW_NUMBER_OF};
    if (!sb_keep_one(
            parser, sentence, what, SB_ARRAY_SIZE(what),
            "what is counted: 'accounts active', 'accounts', 'refusals', 'attempts', 'sum of' or 'number of' "
            "kinds, or 'sum of balances'",
            "điều được đếm: 'tài khoản hoạt động', 'số tài khoản', 'số lần bị từ chối', 'số lần yêu cầu', "
            "'tổng số "
            "tiền' hoặc 'số lần' của các loại giao dịch, hoặc 'tổng số dư'"))
        return false;
    uint16_t counted = sentence->kept.parts[sentence->kept.part_count - 1].keyword;
    if ((counted == SB_KW_SUM_OF || counted == SB_KW_NUMBER_OF) && !sb_keep_kinds(parser, sentence))
        return false;
    if (sb_parse_match(parser, SB_KW_IN_TIME) && !keep_in_days(parser, sentence))
        return false;
    return sb_keep_where(parser, sentence, NULL);
}

/* One quantity, or one as a part of another, perhaps within some days. */
static bool ratio(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!quantity(parser, sentence))
        return false;
    return !sb_parse_take_mark(parser, '/') ||
           (sb_keep_mark(parser, sentence, "/", false) && quantity(parser, sentence));
}

/* at least 60 %, over 1 000 */
static bool comparison(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword ops[] = {SB_KW_AT_LEAST, SB_KW_AT_MOST, SB_KW_OVER, SB_KW_UNDER};
    if (!sb_keep_one(parser, sentence, ops, SB_ARRAY_SIZE(ops), "'at least', 'at most', 'over' or 'under'",
                     "'ít nhất', 'không quá', 'trên' hoặc 'dưới'"))
        return false;
    return sb_keep_is_share(parser) ? sb_keep_share(parser, sentence, NULL)
                                    : sb_keep_amount(parser, sentence, NULL);
}

/* A class of accounts, or `sum of balances [of CLASS]`. */
static bool holding(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!sb_parse_match(parser, SB_KW_SUM_OF_BALANCES))
        return sb_keep_name(parser, sentence, "a class of accounts, or 'sum of balances'",
                            "một phân loại tài khoản, hoặc 'tổng số dư'");
    if (!sb_keep_need(parser, sentence, SB_KW_SUM_OF_BALANCES))
        return false;
    return !sb_parse_match(parser, SB_KW_OF) ||
           (sb_keep_need(parser, sentence, SB_KW_OF) &&
            sb_keep_name(parser, sentence, "a class of accounts", "một phân loại tài khoản"));
}

/* ------------------------------------------------------------------ the other sentences */

static bool exposure(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_keep_colon(parser, sentence) && holding(parser, sentence) &&
           sb_keep_need(parser, sentence, SB_KW_AT_MOST) && sb_keep_amount(parser, sentence, NULL);
}

static bool participants(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_keep_need(parser, sentence, SB_KW_AT_MOST) &&
           sb_keep_number(parser, sentence, 0, SB_ACCOUNTS_MAX, NULL) &&
           sb_keep_where(parser, sentence, NULL);
}

static bool measure(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!sb_parse_name(parser, "the name of the measure", "tên chỉ tiêu", &sentence->name) ||
        !sb_keep_part(parser, sentence, (struct sb_kept_part){.word = sentence->name}))
        return false;
    if (!sb_parse_take_mark(parser, '=') && !sb_parse_need_mark(parser, ':'))
        return false;
    return sb_keep_mark(parser, sentence, ":", true) && ratio(parser, sentence);
}

static bool goal(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_parse_name(parser, "the name of a measure", "tên một chỉ tiêu", &sentence->name) &&
           sb_keep_part(parser, sentence, (struct sb_kept_part){.word = sentence->name}) &&
           comparison(parser, sentence) && sb_keep_need(parser, sentence, SB_KW_ON) &&
           sb_keep_date(parser, sentence);
}

static bool safeguard(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_parse_name(parser, "the name of the safeguard", "tên chốt an toàn", &sentence->name) &&
           sb_keep_part(parser, sentence, (struct sb_kept_part){.word = sentence->name}) &&
           sb_keep_colon(parser, sentence) && sb_keep_need(parser, sentence, SB_KW_SUSPEND) &&
           sb_keep_kinds(parser, sentence) && sb_keep_need(parser, sentence, SB_KW_WHEN) &&
           ratio(parser, sentence) && comparison(parser, sentence);
}

static bool invariant(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword ops[] = {SB_KW_AT_LEAST, SB_KW_AT_MOST};
    return sb_keep_colon(parser, sentence) && holding(parser, sentence) &&
           sb_keep_one(parser, sentence, ops, 2, "'at least' or 'at most'", "'ít nhất' hoặc 'không quá'") &&
           holding(parser, sentence);
}

static bool report(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword rhythms[] = {SB_KW_DAILY, SB_KW_WEEKLY, SB_KW_MONTHLY, SB_KW_QUARTERLY,
                                              SB_KW_YEARLY};
    return sb_keep_one(
               parser, sentence, rhythms, SB_ARRAY_SIZE(rhythms),
               "how often: 'daily', 'weekly', 'monthly', 'quarterly' or 'yearly'",
               "bao lâu một lần: 'hằng ngày', 'hằng tuần', 'hằng tháng', 'hằng quý' hoặc 'hằng năm'") &&
           sb_keep_need(parser, sentence, SB_KW_REPORT_TO) &&
           sb_keep_name(parser, sentence, "whom the report goes to", "báo cáo gửi cho ai");
}

static bool parse_one(struct sb_parser *parser, struct sb_sentence *sentence)
{
    switch ((int)sentence->type) {
    case SB_S_FEE: return sb_parse_fee(parser, sentence);
    case SB_S_EXPOSURE: return exposure(parser, sentence);
    case SB_S_PARTICIPANTS: return participants(parser, sentence);
    case SB_S_MEASURE: return measure(parser, sentence);
    case SB_S_GOAL: return goal(parser, sentence);
    case SB_S_SAFEGUARD: return safeguard(parser, sentence);
    case SB_S_INVARIANT: return invariant(parser, sentence);
    default: return report(parser, sentence);
    }
}

bool sb_parse_life(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!parse_one(parser, sentence))
        return false;
    struct sb_str text = {0};
    sb_format_kept(parser->charter, sentence, SB_EN, &text);
    sentence->kept.text.text =
        text.failed ? NULL : sb_arena_copy(&parser->charter->arena, sb_str_text(&text), text.size);
    sentence->kept.text.at = sentence->at;
    sb_str_release(&text);
    return sentence->kept.text.text || sb_parse_no_memory(parser);
}
