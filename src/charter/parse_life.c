/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sentences that have no effect on a verdict yet: fees, and the pilot's life. They are read in full, so that
 * a mistake in them is found now, and kept as a list of pieces that can be printed in either language.
 */
#include "charter/parser_internal.h"

#include "base/macros.h"
#include "charter/format_internal.h"

#include <string.h>

/* ------------------------------------------------------------------ keeping pieces */

static bool keep(struct sb_parser *parser, struct sb_sentence *sentence, struct sb_kept_part part)
{
    struct sb_kept_part *parts = sb_arena_grow(&parser->charter->arena, sentence->kept.parts,
                                               sentence->kept.part_count, sizeof(*parts));
    if (!parts)
        return sb_parse_no_memory(parser);
    sentence->kept.parts = parts;
    parts[sentence->kept.part_count++] = part;
    return true;
}

static bool keep_keyword(struct sb_parser *parser, struct sb_sentence *sentence, enum sb_keyword keyword)
{
    return keep(parser, sentence, (struct sb_kept_part){.keyword = (uint16_t)keyword});
}

/* A keyword that must stand here. */
static bool need(struct sb_parser *parser, struct sb_sentence *sentence, enum sb_keyword keyword)
{
    return sb_parse_need(parser, keyword) && keep_keyword(parser, sentence, keyword);
}

/* One of several keywords; says what was expected when there is none. */
static bool need_one(struct sb_parser *parser, struct sb_sentence *sentence, const enum sb_keyword *keywords,
                     size_t count, const char *en, const char *vi)
{
    for (size_t i = 0; i < count; i++)
        if (sb_parse_take(parser, keywords[i]))
            return keep_keyword(parser, sentence, keywords[i]);
    return sb_parse_expected(parser, en, vi, keywords, count);
}

static bool keep_mark(struct sb_parser *parser, struct sb_sentence *sentence, const char *mark, bool close)
{
    return keep(parser, sentence, (struct sb_kept_part){.word = {.text = mark}, .no_space_before = close});
}

static bool need_colon(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_parse_need_mark(parser, ':') && keep_mark(parser, sentence, ":", true);
}

static bool need_name(struct sb_parser *parser, struct sb_sentence *sentence, const char *en, const char *vi)
{
    struct sb_word word;
    return sb_parse_name(parser, en, vi, &word) &&
           keep(parser, sentence, (struct sb_kept_part){.word = word});
}

/* A number, kept as the house writes it. */
static bool need_number(struct sb_parser *parser, struct sb_sentence *sentence, unsigned decimals,
                        int64_t max)
{
    struct sb_place_in_text at = sb_parse_token(parser)->at;
    struct sb_str text = {0};
    int64_t number;
    if (!sb_parse_number(parser, decimals, max, &number))
        return false;
    while (decimals > 0 && number % 10 == 0) { /* 1.5, not 1.5000 */
        number /= 10;
        decimals--;
    }
    sb_str_add_amount(&text, number, decimals);
    char *copy = text.failed ? NULL : sb_arena_copy(&parser->charter->arena, sb_str_text(&text), text.size);
    sb_str_release(&text);
    if (!copy)
        return sb_parse_no_memory(parser);
    return keep(parser, sentence, (struct sb_kept_part){.word = {copy, at}});
}

static bool need_amount(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return need_number(parser, sentence, parser->charter->decimals, SB_AMOUNT_MAX);
}

/* Whether the number at the cursor is a share: `60 %`. */
static bool share_stands_here(const struct sb_parser *parser)
{
    return sb_parse_token(parser)->type == SB_TOKEN_NUMBER && sb_parse_is_mark(parser, parser->at + 1, '%');
}

/* 0 to 1 000 000 %, with at most four decimals. */
static bool need_share(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return need_number(parser, sentence, 4, INT64_C(10000000000)) && sb_parse_need_mark(parser, '%') &&
           keep_mark(parser, sentence, "%", false);
}

static bool need_date(struct sb_parser *parser, struct sb_sentence *sentence)
{
    struct sb_moment moment;
    const struct sb_token *token = sb_parse_token(parser);
    if (!sb_parse_moment(parser, true, &moment))
        return false;
    char *copy =
        sb_arena_copy(&parser->charter->arena, parser->charter->source + token->offset, token->at.size);
    if (!copy)
        return sb_parse_no_memory(parser);
    return keep(parser, sentence, (struct sb_kept_part){.word = {copy, moment.at}});
}

static bool keep_kinds(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!sb_parse_kinds(parser, false, &sentence->kinds))
        return false;
    if (sentence->kinds.all)
        return keep_keyword(parser, sentence, SB_KW_ALL);
    for (uint32_t i = 0; i < sentence->kinds.names.count; i++)
        if ((i > 0 && !keep_mark(parser, sentence, ",", true)) ||
            !keep(parser, sentence, (struct sb_kept_part){.word = sentence->kinds.names.list[i]}))
            return false;
    return true;
}

static bool keep_condition(struct sb_parser *parser, struct sb_sentence *sentence)
{
    struct sb_condition *condition = NULL;
    return sb_parse_condition(parser, false, &condition) &&
           keep(parser, sentence, (struct sb_kept_part){.where = condition});
}

static bool keep_where(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return !sb_parse_match(parser, SB_KW_WHERE) ||
           (need(parser, sentence, SB_KW_WHERE) && keep_condition(parser, sentence));
}

/* ------------------------------------------------------------------ quantities of the pilot */

/* `in 30 days`, `in 1 day`: kept by the number, since Vietnamese has one word for both. */
static bool keep_in_days(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!need(parser, sentence, SB_KW_IN_TIME) || !need_number(parser, sentence, 0, SB_ROLLING_DAYS_MAX))
        return false;
    if (!sb_parse_take(parser, SB_KW_DAY) && !sb_parse_need(parser, SB_KW_DAYS))
        return false;
    bool one = strcmp(sentence->kept.parts[sentence->kept.part_count - 1].word.text, "1") == 0;
    return keep_keyword(parser, sentence, one ? SB_KW_DAY : SB_KW_DAYS);
}

/* accounts active in 30 days where ... | accounts | refusals | attempts | sum of KINDS | number of KINDS */
static bool quantity(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword what[] = {SB_KW_ACCOUNTS_ACTIVE, SB_KW_SUM_OF_BALANCES, SB_KW_ACCOUNTS,
                                           SB_KW_REFUSALS,        SB_KW_ATTEMPTS,        SB_KW_SUM_OF,
                                           SB_KW_NUMBER_OF};
    if (!need_one(
            parser, sentence, what, SB_ARRAY_SIZE(what),
            "what is counted: 'accounts active', 'accounts', 'refusals', 'attempts', 'sum of' or 'number of' "
            "kinds, or 'sum of balances'",
            "điều được đếm: 'tài khoản hoạt động', 'số tài khoản', 'số lần bị từ chối', 'số lần yêu cầu', "
            "'tổng số "
            "tiền' hoặc 'số lần' của các loại giao dịch, hoặc 'tổng số dư'"))
        return false;
    uint16_t counted = sentence->kept.parts[sentence->kept.part_count - 1].keyword;
    if ((counted == SB_KW_SUM_OF || counted == SB_KW_NUMBER_OF) && !keep_kinds(parser, sentence))
        return false;
    if (sb_parse_match(parser, SB_KW_IN_TIME) && !keep_in_days(parser, sentence))
        return false;
    return keep_where(parser, sentence);
}

/* One quantity, or one as a part of another, perhaps within some days. */
static bool ratio(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!quantity(parser, sentence))
        return false;
    return !sb_parse_take_mark(parser, '/') ||
           (keep_mark(parser, sentence, "/", false) && quantity(parser, sentence));
}

/* at least 60 %, over 1 000 */
static bool comparison(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword ops[] = {SB_KW_AT_LEAST, SB_KW_AT_MOST, SB_KW_OVER, SB_KW_UNDER};
    if (!need_one(parser, sentence, ops, SB_ARRAY_SIZE(ops), "'at least', 'at most', 'over' or 'under'",
                  "'ít nhất', 'không quá', 'trên' hoặc 'dưới'"))
        return false;
    return share_stands_here(parser) ? need_share(parser, sentence) : need_amount(parser, sentence);
}

/* A class of accounts, or `sum of balances [of CLASS]`. */
static bool holding(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!sb_parse_match(parser, SB_KW_SUM_OF_BALANCES))
        return need_name(parser, sentence, "a class of accounts, or 'sum of balances'",
                         "một phân loại tài khoản, hoặc 'tổng số dư'");
    if (!need(parser, sentence, SB_KW_SUM_OF_BALANCES))
        return false;
    return !sb_parse_match(parser, SB_KW_OF) ||
           (need(parser, sentence, SB_KW_OF) &&
            need_name(parser, sentence, "a class of accounts", "một phân loại tài khoản"));
}

/* ------------------------------------------------------------------ fees */

/* A sum, or a share of the amount with a least and a most. */
static bool fee_amount(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!share_stands_here(parser))
        return need_amount(parser, sentence);
    if (!need_share(parser, sentence))
        return false;
    if (sb_parse_match(parser, SB_KW_AT_LEAST) &&
        !(need(parser, sentence, SB_KW_AT_LEAST) && need_amount(parser, sentence)))
        return false;
    return !sb_parse_match(parser, SB_KW_AT_MOST) ||
           (need(parser, sentence, SB_KW_AT_MOST) && need_amount(parser, sentence));
}

static bool keep_bar(struct sb_parser *parser, struct sb_sentence *sentence, bool new_line)
{
    return sb_parse_need_mark(parser, '|') &&
           keep(parser, sentence, (struct sb_kept_part){.word = {.text = "|"}, .new_line = new_line});
}

/* `| up to | fee |`, then rows `| 10 000 | 500 |`; the last may say `none`. */
static bool fee_table(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!keep_bar(parser, sentence, true) || !need(parser, sentence, SB_KW_UP_TO) ||
        !keep_bar(parser, sentence, false) || !need(parser, sentence, SB_KW_FEE) ||
        !keep_bar(parser, sentence, false))
        return false;
    uint32_t rows = 0;
    do {
        if (rows++ == SB_CHARTER_ROWS_MAX)
            return sb_parse_too_many(parser, sb_parse_token(parser)->at, "too many rows", "quá nhiều dòng",
                                     SB_CHARTER_ROWS_MAX);
        if (!keep_bar(parser, sentence, true) ||
            !(sb_parse_match(parser, SB_KW_NONE) ? need(parser, sentence, SB_KW_NONE)
                                                 : need_amount(parser, sentence)) ||
            !keep_bar(parser, sentence, false) || !fee_amount(parser, sentence) ||
            !keep_bar(parser, sentence, false))
            return false;
    } while (sb_parse_is_mark(parser, parser->at, '|'));
    return true;
}

/* `, paid by payer, to fees, not counted`: each once, in this order. */
static bool fee_tail(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword payers[] = {SB_KW_PAYER_SIDE, SB_KW_PAYEE_SIDE, SB_KW_AGENT_SUBJECT,
                                             SB_KW_PROVIDER};
    static const enum sb_keyword parts[] = {SB_KW_PAID_BY, SB_KW_PAID_TO, SB_KW_NOT_COUNTED, SB_KW_COUNTED};
    while (sb_parse_take_mark(parser, ',')) {
        if (!keep_mark(parser, sentence, ",", true))
            return false;
        bool paid_by = sb_parse_match(parser, SB_KW_PAID_BY), to = sb_parse_match(parser, SB_KW_PAID_TO);
        if (!need_one(
                parser, sentence, parts, SB_ARRAY_SIZE(parts),
                "'paid by' a side, 'to' an account, 'counted' or 'not counted'",
                "'do' một bên, 'trả vào' một tài khoản, 'tính vào hạn mức' hoặc 'không tính vào hạn mức'"))
            return false;
        if (paid_by && !need_one(parser, sentence, payers, SB_ARRAY_SIZE(payers),
                                 "who pays the fee: payer, payee, agent or provider",
                                 "ai trả phí: bên trả, bên nhận, đại lý hoặc nhà cung cấp"))
            return false;
        if (to && !need_name(parser, sentence, "the name of an account", "tên một tài khoản"))
            return false;
    }
    return true;
}

static bool fee(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!keep_kinds(parser, sentence) || !keep_where(parser, sentence) || !need_colon(parser, sentence))
        return false;
    return (sb_parse_is_mark(parser, parser->at, '|') ? fee_table(parser, sentence)
                                                      : fee_amount(parser, sentence)) &&
           fee_tail(parser, sentence);
}

/* ------------------------------------------------------------------ the other sentences */

static bool exposure(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return need_colon(parser, sentence) && holding(parser, sentence) &&
           need(parser, sentence, SB_KW_AT_MOST) && need_amount(parser, sentence);
}

static bool participants(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return need(parser, sentence, SB_KW_AT_MOST) && need_number(parser, sentence, 0, SB_ACCOUNTS_MAX) &&
           keep_where(parser, sentence);
}

static bool measure(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!sb_parse_name(parser, "the name of the measure", "tên chỉ tiêu", &sentence->name) ||
        !keep(parser, sentence, (struct sb_kept_part){.word = sentence->name}))
        return false;
    if (!sb_parse_take_mark(parser, '=') && !sb_parse_need_mark(parser, ':'))
        return false;
    return keep_mark(parser, sentence, ":", true) && ratio(parser, sentence);
}

static bool goal(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_parse_name(parser, "the name of a measure", "tên một chỉ tiêu", &sentence->name) &&
           keep(parser, sentence, (struct sb_kept_part){.word = sentence->name}) &&
           comparison(parser, sentence) && need(parser, sentence, SB_KW_ON) && need_date(parser, sentence);
}

static bool safeguard(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_parse_name(parser, "the name of the safeguard", "tên chốt an toàn", &sentence->name) &&
           keep(parser, sentence, (struct sb_kept_part){.word = sentence->name}) &&
           need_colon(parser, sentence) && need(parser, sentence, SB_KW_SUSPEND) &&
           keep_kinds(parser, sentence) && need(parser, sentence, SB_KW_WHEN) && ratio(parser, sentence) &&
           comparison(parser, sentence);
}

static bool invariant(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword ops[] = {SB_KW_AT_LEAST, SB_KW_AT_MOST};
    return need_colon(parser, sentence) && holding(parser, sentence) &&
           need_one(parser, sentence, ops, 2, "'at least' or 'at most'", "'ít nhất' hoặc 'không quá'") &&
           holding(parser, sentence);
}

static bool report(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword rhythms[] = {SB_KW_DAILY, SB_KW_WEEKLY, SB_KW_MONTHLY, SB_KW_QUARTERLY,
                                              SB_KW_YEARLY};
    return need_one(parser, sentence, rhythms, SB_ARRAY_SIZE(rhythms),
                    "how often: 'daily', 'weekly', 'monthly', 'quarterly' or 'yearly'",
                    "bao lâu một lần: 'hằng ngày', 'hằng tuần', 'hằng tháng', 'hằng quý' hoặc 'hằng năm'") &&
           need(parser, sentence, SB_KW_REPORT_TO) &&
           need_name(parser, sentence, "whom the report goes to", "báo cáo gửi cho ai");
}

static bool parse_one(struct sb_parser *parser, struct sb_sentence *sentence)
{
    switch ((int)sentence->type) {
    case SB_S_FEE: return fee(parser, sentence);
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
