/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `fee NAME for KINDS where ...: CHARGE, paid by payer, to fees, counted`. A part that is said twice is read,
 * so that charters which were installed before fees had an effect stay readable; the checker refuses it.
 */
#include "charter/parse_keep.h"

#include "base/macros.h"

/* A sum, or a share of the amount with a least and a most. */
static bool charge(struct sb_parser *parser, struct sb_sentence *sentence, struct sb_charge *ret_charge)
{
    *ret_charge = (struct sb_charge){.most = INT64_MAX};
    if (!sb_keep_is_share(parser))
        return sb_keep_amount(parser, sentence, &ret_charge->number);
    ret_charge->is_rate = true;
    if (!sb_keep_share(parser, sentence, &ret_charge->number))
        return false;
    if (sb_parse_match(parser, SB_KW_AT_LEAST) && !(sb_keep_need(parser, sentence, SB_KW_AT_LEAST) &&
                                                    sb_keep_amount(parser, sentence, &ret_charge->least)))
        return false;
    return !sb_parse_match(parser, SB_KW_AT_MOST) || (sb_keep_need(parser, sentence, SB_KW_AT_MOST) &&
                                                      sb_keep_amount(parser, sentence, &ret_charge->most));
}

static struct sb_fee_row *add_row(struct sb_parser *parser, struct sb_sentence *sentence)
{
    struct sb_fee *fee = sentence->kept.fee;
    struct sb_fee_row *rows =
        sb_arena_grow(&parser->charter->arena, fee->rows, fee->row_count, sizeof(*rows));
    if (!rows) {
        (void)sb_parse_no_memory(parser);
        return NULL;
    }
    fee->rows = rows;
    rows[fee->row_count] = (struct sb_fee_row){.at = sb_parse_token(parser)->at};
    return &rows[fee->row_count++];
}

static bool keep_bar(struct sb_parser *parser, struct sb_sentence *sentence, bool new_line)
{
    return sb_parse_need_mark(parser, '|') &&
           sb_keep_part(parser, sentence, (struct sb_kept_part){.word = {.text = "|"}, .new_line = new_line});
}

/* `| 10 000 | 500 |`; the last may say `none`. */
static bool row(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!keep_bar(parser, sentence, true))
        return false;
    struct sb_fee_row *made = add_row(parser, sentence);
    if (!made)
        return false;
    made->any = sb_parse_match(parser, SB_KW_NONE) != 0;
    return (made->any ? sb_keep_need(parser, sentence, SB_KW_NONE)
                      : sb_keep_amount(parser, sentence, &made->up_to)) &&
           keep_bar(parser, sentence, false) && charge(parser, sentence, &made->charge) &&
           keep_bar(parser, sentence, false);
}

/* `| up to | fee |`, then rows. */
static bool table(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!keep_bar(parser, sentence, true) || !sb_keep_need(parser, sentence, SB_KW_UP_TO) ||
        !keep_bar(parser, sentence, false) || !sb_keep_need(parser, sentence, SB_KW_FEE) ||
        !keep_bar(parser, sentence, false))
        return false;
    do {
        if (sentence->kept.fee->row_count == SB_CHARTER_ROWS_MAX)
            return sb_parse_too_many(parser, sb_parse_token(parser)->at, "too many rows", "quá nhiều dòng",
                                     SB_CHARTER_ROWS_MAX);
        if (!row(parser, sentence))
            return false;
    } while (sb_parse_is_mark(parser, parser->at, '|'));
    return true;
}

static bool one_charge(struct sb_parser *parser, struct sb_sentence *sentence)
{
    struct sb_fee_row *made = add_row(parser, sentence);
    if (!made)
        return false;
    made->any = true;
    return charge(parser, sentence, &made->charge);
}

/* ------------------------------------------------------------------ who pays, who gets it */

static const struct sb_party_word {
    enum sb_keyword keyword;
    enum sb_party party;
} party_words[] = {
    {SB_KW_PAYER_SIDE, SB_PARTY_PAYER},    {SB_KW_PAYEE_SIDE, SB_PARTY_PAYEE},
    {SB_KW_AGENT_SUBJECT, SB_PARTY_AGENT}, {SB_KW_PROVIDER, SB_PARTY_HOUSE},
    {SB_KW_HOLDER_SIDE, SB_PARTY_HOLDER}, /* pays, but nothing is paid to it */
};

static bool take_party(struct sb_parser *parser, struct sb_sentence *sentence, size_t count,
                       enum sb_party *ret_party, struct sb_word *ret_class)
{
    for (size_t i = 0; i < count; i++) {
        struct sb_place_in_text at = sb_parse_token(parser)->at;
        if (!sb_parse_take(parser, party_words[i].keyword))
            continue;
        *ret_party = party_words[i].party;
        *ret_class = (struct sb_word){*ret_party == SB_PARTY_HOUSE ? "provider" : NULL, at};
        return sb_keep_keyword(parser, sentence, party_words[i].keyword);
    }
    return false;
}

static bool paid_by(struct sb_parser *parser, struct sb_sentence *sentence)
{
    enum sb_keyword keywords[SB_ARRAY_SIZE(party_words)];
    struct sb_fee *fee = sentence->kept.fee;
    for (size_t i = 0; i < SB_ARRAY_SIZE(party_words); i++)
        keywords[i] = party_words[i].keyword;
    fee->payer_written = true;
    return take_party(parser, sentence, SB_ARRAY_SIZE(party_words), &fee->payer, &fee->payer_class) ||
           (!parser->no_memory &&
            sb_parse_expected(parser, "who pays the fee: payer, payee, agent, provider or holder",
                              "bên trả phí: bên trả, bên nhận, đại lý, nhà cung cấp hoặc chủ hạn mức",
                              keywords, SB_ARRAY_SIZE(keywords)));
}

static bool paid_to(struct sb_parser *parser, struct sb_sentence *sentence)
{
    struct sb_fee *fee = sentence->kept.fee;
    if (take_party(parser, sentence, SB_ARRAY_SIZE(party_words) - 1, &fee->receiver, &fee->receiver_class))
        return true;
    if (parser->no_memory || !sb_keep_name(parser, sentence, "the class of an account, or a side",
                                           "một phân loại tài khoản, hoặc một bên"))
        return false;
    fee->receiver = SB_PARTY_HOUSE;
    fee->receiver_class = sentence->kept.parts[sentence->kept.part_count - 1].word;
    return true;
}

/* ------------------------------------------------------------------ the tail */

/* What one of these says twice, or against what was said, is a mistake. */
enum part { PAID_BY, PAID_TO, NOT_COUNTED, COUNTED, RETURNED };

static bool part(struct sb_parser *parser, struct sb_sentence *sentence, enum part which)
{
    struct sb_fee *fee = sentence->kept.fee;
    switch (which) {
    case PAID_BY: return paid_by(parser, sentence);
    case PAID_TO: return paid_to(parser, sentence);
    case NOT_COUNTED: fee->counted = false; return true;
    case COUNTED: fee->counted = true; return true;
    case RETURNED: fee->returned = true; return true;
    }
    return false;
}

static bool tail(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword parts[] = {
        [PAID_BY] = SB_KW_PAID_BY,
        [PAID_TO] = SB_KW_PAID_TO,
        [NOT_COUNTED] = SB_KW_NOT_COUNTED,
        [COUNTED] = SB_KW_COUNTED,
        [RETURNED] = SB_KW_RETURNED_ON_REVERSAL,
    };
    struct sb_fee *fee = sentence->kept.fee;
    unsigned said = 0;
    while (sb_parse_take_mark(parser, ',')) {
        struct sb_place_in_text at = sb_parse_token(parser)->at;
        unsigned which = 0;
        while (which < SB_ARRAY_SIZE(parts) && !sb_parse_match(parser, parts[which]))
            which++;
        if (!sb_keep_mark(parser, sentence, ",", true) ||
            !sb_keep_one(
                parser, sentence, parts, SB_ARRAY_SIZE(parts),
                "'paid by' a side, 'to' an account, 'counted', 'not counted' or 'returned on reversal'",
                "'do' một bên, 'trả vào' một tài khoản, 'tính vào hạn mức', 'không tính vào hạn mức' "
                "hoặc 'trả lại khi hoàn trả'") ||
            !part(parser, sentence, (enum part)which))
            return false;
        unsigned bits =
            which == COUNTED || which == NOT_COUNTED ? 1u << COUNTED | 1u << NOT_COUNTED : 1u << which;
        if ((said & bits) != 0 && fee->twice.line == 0)
            fee->twice = at;
        said |= bits;
    }
    return true;
}

/* ------------------------------------------------------------------ the sentence */

static bool make_fee(struct sb_parser *parser, struct sb_sentence *sentence)
{
    struct sb_fee *fee = sb_arena_alloc(&parser->charter->arena, 1, sizeof(*fee));
    if (!fee)
        return sb_parse_no_memory(parser);
    fee->payer = SB_PARTY_HOLDER;
    fee->receiver = SB_PARTY_HOUSE;
    fee->receiver_class = (struct sb_word){"provider", sentence->at};
    fee->rule_name = (struct sb_word){"fee", sentence->at};
    sentence->kept.fee = fee;
    return true;
}

/* `NAME for` stands before the kinds, or no name does. */
static bool name(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (sb_parse_token(parser)->type != SB_TOKEN_WORD ||
        !sb_parse_match_at(parser, parser->at + 1, SB_KW_FOR))
        return true;
    if (!sb_parse_name(parser, "the name of the fee", "tên khoản phí", &sentence->name) ||
        !sb_keep_part(parser, sentence, (struct sb_kept_part){.word = sentence->name}) ||
        !sb_keep_need(parser, sentence, SB_KW_FOR))
        return false;
    struct sb_str text = {0};
    sb_str_printf(&text, "fee %s", sentence->name.text);
    char *copy = text.failed ? NULL : sb_arena_copy(&parser->charter->arena, sb_str_text(&text), text.size);
    sb_str_release(&text);
    if (!copy)
        return sb_parse_no_memory(parser);
    sentence->kept.fee->rule_name = (struct sb_word){copy, sentence->name.at};
    return true;
}

bool sb_parse_fee(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return make_fee(parser, sentence) && name(parser, sentence) && sb_keep_kinds(parser, sentence) &&
           sb_keep_where(parser, sentence, &sentence->where) && sb_keep_colon(parser, sentence) &&
           (sb_parse_is_mark(parser, parser->at, '|') ? table(parser, sentence)
                                                      : one_charge(parser, sentence)) &&
           tail(parser, sentence);
}
