/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions. Chains of `and` and `or` are built by loops; only parentheses and `not` recurse, and each of
 * them is counted against SB_CHARTER_NESTING_MAX. A chain of n members is a tree n high, and whoever walks
 * the tree recurses, so the tree's height has the same bound.
 */
#include "charter/parser_internal.h"

#include "base/macros.h"

#define MONTHS_MAX 12000  /* a thousand years: an age above it is a mistake */
#define DAYS_MAX   366000 /* the same in days */

enum value_type { VALUE_NAME, VALUE_PLACE, VALUE_AMOUNT, VALUE_AGE };

static const struct {
    enum sb_keyword word;
    bool of_tx, of_account;
    enum value_type type;
} fields[SB_FIELD_COUNT] = {
    [SB_FIELD_AMOUNT] = {SB_KW_AMOUNT, true, false, VALUE_AMOUNT},
    [SB_FIELD_PURPOSE] = {SB_KW_PURPOSE, true, false, VALUE_NAME},
    [SB_FIELD_CHANNEL] = {SB_KW_CHANNEL, true, false, VALUE_NAME},
    [SB_FIELD_COUNTRY] = {SB_KW_COUNTRY, true, false, VALUE_NAME},
    [SB_FIELD_PROVIDER] = {SB_KW_PROVIDER_OF, true, true, VALUE_NAME},
    [SB_FIELD_PLACE] = {SB_KW_PLACE, true, true, VALUE_PLACE},
    [SB_FIELD_CLASS] = {SB_KW_CLASS, false, true, VALUE_NAME},
    [SB_FIELD_TIER] = {SB_KW_TIER, false, true, VALUE_NAME},
    [SB_FIELD_ISSUER] = {SB_KW_ISSUER, false, true, VALUE_NAME},
    [SB_FIELD_SEX] = {SB_KW_SEX, false, true, VALUE_NAME},
    [SB_FIELD_SIM_AGE] = {SB_KW_SIM_AGE, false, true, VALUE_AGE},
    [SB_FIELD_ACCOUNT_AGE] = {SB_KW_ACCOUNT_AGE, false, true, VALUE_AGE},
    [SB_FIELD_AGE] = {SB_KW_AGE, false, true, VALUE_AGE},
};

static const enum sb_keyword sides[] = {
    [SB_SIDE_TX] = SB_KW_TX,       [SB_SIDE_PAYER] = SB_KW_PAYER,   [SB_SIDE_PAYEE] = SB_KW_PAYEE,
    [SB_SIDE_AGENT] = SB_KW_AGENT, [SB_SIDE_HOLDER] = SB_KW_HOLDER,
};

enum sb_keyword sb_keyword_of_field(enum sb_field field)
{
    return fields[field].word;
}

enum sb_keyword sb_keyword_of_side(enum sb_side side)
{
    return sides[side];
}

bool sb_parse_take_attribute(struct sb_parser *parser, enum sb_field *ret_field)
{
    for (int i = 0; i < SB_FIELD_COUNT; i++) {
        if (sb_parse_take(parser, fields[i].word)) {
            *ret_field = (enum sb_field)i;
            return true;
        }
    }
    return false;
}

bool sb_parse_is_field(const struct sb_parser *parser)
{
    return sb_parse_token(parser)->type == SB_TOKEN_WORD && sb_parse_is_mark(parser, parser->at + 1, '.');
}

/* The attributes that a side has, for the message. */
static bool no_such_attribute(struct sb_parser *parser, bool tx)
{
    enum sb_keyword known[SB_FIELD_COUNT];
    size_t count = 0;
    for (size_t i = 0; i < SB_FIELD_COUNT; i++)
        if (tx ? fields[i].of_tx : fields[i].of_account)
            known[count++] = fields[i].word;
    return tx ? sb_parse_expected(
                    parser,
                    "an attribute of a transaction: amount, purpose, channel, country, place or provider",
                    "một thuộc tính của giao dịch: số-tiền, mục-đích, kênh, quốc-gia, nơi hoặc nhà-cung-cấp",
                    known, count)
              : sb_parse_expected(
                    parser,
                    "an attribute of an account: class, tier, provider, issuer, sex, place, sim-age, "
                    "account-age or age",
                    "một thuộc tính của tài khoản: phân-loại, hạng, nhà-cung-cấp, bên-phát-hành, "
                    "giới-tính, nơi, tuổi-sim, tuổi-tài-khoản hoặc tuổi",
                    known, count);
}

bool sb_parse_field(struct sb_parser *parser, enum sb_side *ret_side, enum sb_field *ret_field,
                    struct sb_place_in_text *ret_at)
{
    struct sb_place_in_text at = sb_parse_token(parser)->at;
    size_t side = 0;
    while (side < SB_ARRAY_SIZE(sides) && !sb_parse_take(parser, sides[side]))
        side++;
    if (side == SB_ARRAY_SIZE(sides))
        return sb_parse_expected(
            parser,
            "what is compared, as in 'payer.tier': tx, payer, payee, agent or holder, a point, and "
            "an attribute",
            "điều được so sánh, như 'bên-trả.hạng': giao-dịch, bên-trả, bên-nhận, đại-lý hoặc "
            "chủ-hạn-mức, dấu chấm, và một thuộc tính",
            sides, SB_ARRAY_SIZE(sides));
    if (!sb_parse_need_mark(parser, '.'))
        return false;
    uint32_t before = parser->at;
    enum sb_field field = SB_FIELD_AMOUNT;
    bool taken = sb_parse_take_attribute(parser, &field);
    if (!taken || !(side == SB_SIDE_TX ? fields[field].of_tx : fields[field].of_account)) {
        parser->at = before;
        return no_such_attribute(parser, side == SB_SIDE_TX);
    }
    const struct sb_token *last = &parser->tokens[parser->at - 1];
    if (last->at.line == at.line)
        at.size = last->at.column + last->at.size - at.column;
    *ret_side = (enum sb_side)side;
    *ret_field = field;
    *ret_at = at;
    return true;
}

static struct sb_condition *new_condition(struct sb_parser *parser, enum sb_condition_op op,
                                          struct sb_place_in_text at)
{
    struct sb_condition *condition = sb_arena_alloc(&parser->charter->arena, 1, sizeof(*condition));
    if (!condition) {
        parser->no_memory = true;
        return NULL;
    }
    condition->op = op;
    condition->at = at;
    condition->height = 1;
    return condition;
}

static bool too_deep(struct sb_parser *parser)
{
    return sb_parse_too_many(parser, sb_parse_token(parser)->at,
                             "this condition is too deep: levels of 'and', 'or', 'not' and parentheses",
                             "điều kiện này quá sâu: số tầng 'và', 'hoặc', 'không phải' và dấu ngoặc",
                             SB_CHARTER_NESTING_MAX);
}

static bool deeper(struct sb_parser *parser)
{
    return ++parser->depth <= SB_CHARTER_NESTING_MAX || too_deep(parser);
}

/* Hang one or two trees under a node, NULL when there is none or it grows too high. */
static struct sb_condition *join(struct sb_parser *parser, enum sb_condition_op op,
                                 struct sb_place_in_text at, struct sb_condition *left,
                                 struct sb_condition *right)
{
    uint32_t height = 1u + SB_MAX(left->height, right ? right->height : 0u);
    if (height > SB_CHARTER_NESTING_MAX) {
        (void)too_deep(parser);
        return NULL;
    }
    struct sb_condition *condition = new_condition(parser, op, at);
    if (!condition)
        return NULL;
    condition->left = left;
    condition->right = right;
    condition->height = height;
    return condition;
}

/* rural, urban, special are kept in English whatever they were written in, so that equal trees are equal. */
static bool parse_settlement(struct sb_parser *parser, struct sb_condition *condition)
{
    static const enum sb_keyword settlements[] = {SB_KW_RURAL, SB_KW_URBAN, SB_KW_SPECIAL};
    struct sb_place_in_text at = sb_parse_token(parser)->at;
    for (size_t i = 0; i < SB_ARRAY_SIZE(settlements); i++) {
        if (!sb_parse_take(parser, settlements[i]))
            continue;
        condition->names.list = sb_arena_alloc(&parser->charter->arena, 1, sizeof(struct sb_word));
        if (!condition->names.list)
            return sb_parse_no_memory(parser);
        condition->names.list[0] = (struct sb_word){sb_keyword_text(settlements[i], SB_EN), at};
        condition->names.count = 1;
        return true;
    }
    return sb_parse_expected(parser, "'rural', 'urban' or 'special'; an area stands behind 'in'",
                             "'nông thôn', 'thành thị' hoặc 'đặc khu'; một vùng đứng sau 'thuộc'",
                             settlements, SB_ARRAY_SIZE(settlements));
}

static bool parse_is(struct sb_parser *parser, struct sb_condition *condition)
{
    struct sb_place_in_text at;
    enum value_type type = fields[condition->field].type;
    if (type == VALUE_PLACE)
        return parse_settlement(parser, condition);
    if (type != VALUE_NAME)
        return sb_parse_wrong(
            parser, condition->at,
            "this is a figure: compare it with 'at least', 'at most', 'over' or 'under'",
            "đây là một con số: hãy so sánh bằng 'ít nhất', 'không quá', 'trên' hoặc 'dưới'");
    if (!sb_parse_is_field(parser)) {
        struct sb_word *word = sb_arena_alloc(&parser->charter->arena, 1, sizeof(*word));
        if (!word)
            return sb_parse_no_memory(parser);
        condition->names = (struct sb_words){word, 1};
        return sb_parse_name(parser, "a name, or another attribute like payee.provider",
                             "một tên, hoặc một thuộc tính khác như bên-nhận.nhà-cung-cấp", word);
    }
    condition->against_field = true;
    if (!sb_parse_field(parser, &condition->other_side, &condition->other_field, &at))
        return false;
    if (condition->other_field != condition->field)
        return sb_parse_wrong(
            parser, at,
            "only equal attributes can be compared: a provider with a provider, a tier with a tier",
            "chỉ so sánh được hai thuộc tính cùng loại: nhà cung cấp với nhà cung cấp, hạng với hạng");
    return true;
}

static bool parse_in(struct sb_parser *parser, bool before_window, struct sb_condition *condition)
{
    enum value_type type = fields[condition->field].type;
    if (type != VALUE_NAME && type != VALUE_PLACE)
        return sb_parse_wrong(
            parser, condition->at,
            "this is a figure: compare it with 'at least', 'at most', 'over' or 'under'",
            "đây là một con số: hãy so sánh bằng 'ít nhất', 'không quá', 'trên' hoặc 'dưới'");
    if (type == VALUE_PLACE) {
        struct sb_word *word = sb_arena_alloc(&parser->charter->arena, 1, sizeof(*word));
        if (!word)
            return sb_parse_no_memory(parser);
        condition->names = (struct sb_words){word, 1};
        return sb_parse_name(parser, "the name of an area", "tên một vùng", word);
    }
    return sb_parse_names(parser, before_window, "a name, or the name of a set", "một tên, hoặc tên một nhóm",
                          &condition->names);
}

static bool parse_span(struct sb_parser *parser, struct sb_condition *condition)
{
    static const enum sb_keyword units[] = {SB_KW_DAYS, SB_KW_MONTHS, SB_KW_YEARS};
    struct sb_place_in_text at = sb_parse_token(parser)->at;
    int64_t count;
    if (!sb_parse_number(parser, 0, DAYS_MAX, &count))
        return false;
    condition->span.years = sb_parse_take(parser, SB_KW_YEARS) || sb_parse_take(parser, SB_KW_YEAR);
    condition->span.months =
        condition->span.years || sb_parse_take(parser, SB_KW_MONTHS) || sb_parse_take(parser, SB_KW_MONTH);
    if (condition->span.years)
        count *= 12;
    if (!condition->span.months && !sb_parse_take(parser, SB_KW_DAYS) && !sb_parse_take(parser, SB_KW_DAY))
        return sb_parse_expected(parser, "'days', 'months' or 'years'", "'ngày', 'tháng' hoặc 'năm'", units,
                                 SB_ARRAY_SIZE(units));
    if (condition->span.months && count > MONTHS_MAX)
        return sb_parse_wrong(parser, at, "an age of more than 1000 years", "tuổi quá 1000 năm");
    condition->span.count = (uint32_t)count;
    struct sb_place_in_text registration = sb_parse_token(parser)->at;
    condition->at_registration = sb_parse_take(parser, SB_KW_AT_REGISTRATION);
    if (condition->at_registration && condition->field == SB_FIELD_ACCOUNT_AGE)
        return sb_parse_wrong(parser, registration, "at its registration every account's age is 0",
                              "khi đăng ký, mọi tài khoản đều có tuổi bằng 0");
    return true;
}

static bool parse_figure(struct sb_parser *parser, struct sb_condition *condition)
{
    enum value_type type = fields[condition->field].type;
    if (type == VALUE_AMOUNT)
        return sb_parse_number(parser, parser->charter->decimals, SB_AMOUNT_MAX, &condition->number);
    if (type == VALUE_AGE)
        return parse_span(parser, condition);
    return sb_parse_wrong(parser, condition->at,
                          "this is a name: compare it with 'is', 'is not', 'in' or 'not in'",
                          "đây là một tên: hãy so sánh bằng 'là', 'không là', 'thuộc' hoặc 'không thuộc'");
}

static struct sb_condition *parse_comparison(struct sb_parser *parser, bool before_window)
{
    static const struct {
        enum sb_keyword keyword;
        enum sb_condition_op op;
    } ops[] = {
        {SB_KW_IS_NOT, SB_COND_IS_NOT},     {SB_KW_IS, SB_COND_IS},
        {SB_KW_NOT_IN, SB_COND_NOT_IN},     {SB_KW_IN, SB_COND_IN},
        {SB_KW_AT_LEAST, SB_COND_AT_LEAST}, {SB_KW_AT_MOST, SB_COND_AT_MOST},
        {SB_KW_OVER, SB_COND_OVER},         {SB_KW_UNDER, SB_COND_UNDER},
    };
    struct sb_condition *condition = new_condition(parser, SB_COND_IS, sb_parse_token(parser)->at);
    if (!condition || !sb_parse_field(parser, &condition->side, &condition->field, &condition->at))
        return NULL;
    size_t which = 0;
    while (which < SB_ARRAY_SIZE(ops) && !sb_parse_take(parser, ops[which].keyword))
        which++;
    if (which == SB_ARRAY_SIZE(ops)) {
        enum sb_keyword keywords[SB_ARRAY_SIZE(ops)];
        for (size_t i = 0; i < SB_ARRAY_SIZE(ops); i++)
            keywords[i] = ops[i].keyword;
        (void)sb_parse_expected(
            parser, "'is', 'is not', 'in', 'not in', 'at least', 'at most', 'over' or 'under'",
            "'là', 'không là', 'thuộc', 'không thuộc', 'ít nhất', 'không quá', 'trên' hoặc 'dưới'", keywords,
            SB_ARRAY_SIZE(ops));
        return NULL;
    }
    condition->op = ops[which].op;
    bool parsed = condition->op == SB_COND_IS || condition->op == SB_COND_IS_NOT ? parse_is(parser, condition)
                  : condition->op == SB_COND_IN || condition->op == SB_COND_NOT_IN
                      ? parse_in(parser, before_window, condition)
                      : parse_figure(parser, condition);
    return parsed ? condition : NULL;
}

static struct sb_condition *parse_or(struct sb_parser *parser, bool before_window);

static struct sb_condition *parse_term(struct sb_parser *parser, bool before_window)
{
    struct sb_place_in_text at = sb_parse_token(parser)->at;
    uint32_t depth = parser->depth;
    struct sb_condition *condition = NULL;
    if (sb_parse_take(parser, SB_KW_NOT)) {
        struct sb_condition *left = deeper(parser) ? parse_term(parser, before_window) : NULL;
        condition = left ? join(parser, SB_COND_NOT, at, left, NULL) : NULL;
    } else if (sb_parse_take_mark(parser, '(')) {
        condition = deeper(parser) ? parse_or(parser, before_window) : NULL;
        if (condition && !sb_parse_need_mark(parser, ')'))
            condition = NULL;
    } else {
        return parse_comparison(parser, before_window);
    }
    parser->depth = depth;
    return condition;
}

static struct sb_condition *parse_and(struct sb_parser *parser, bool before_window)
{
    struct sb_condition *left = parse_term(parser, before_window);
    while (left) {
        struct sb_place_in_text at = sb_parse_token(parser)->at;
        if (!sb_parse_take(parser, SB_KW_AND))
            break;
        struct sb_condition *right = parse_term(parser, before_window);
        left = right ? join(parser, SB_COND_AND, at, left, right) : NULL;
    }
    return left;
}

static struct sb_condition *parse_or(struct sb_parser *parser, bool before_window)
{
    struct sb_condition *left = parse_and(parser, before_window);
    while (left) {
        struct sb_place_in_text at = sb_parse_token(parser)->at;
        if (!sb_parse_take(parser, SB_KW_OR))
            break;
        struct sb_condition *right = parse_and(parser, before_window);
        left = right ? join(parser, SB_COND_OR, at, left, right) : NULL;
    }
    return left;
}

bool sb_parse_condition(struct sb_parser *parser, bool before_window, struct sb_condition **ret_condition)
{
    struct sb_condition *condition = parse_or(parser, before_window);
    if (condition)
        *ret_condition = condition;
    return condition != NULL;
}
