/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a charter: its title, unit, clock, territory, and what it declares. */
#include "charter/parser_internal.h"

#include "base/macros.h"
#include "territory/territory.h"

static bool parse_title(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_parse_text(parser, "the charter's title in quotes", "tên điều lệ trong ngoặc kép",
                         &sentence->name) &&
           (!sb_parse_take(parser, SB_KW_OF_PROVIDER) ||
            sb_parse_name(parser, "the name of a provider", "tên một nhà cung cấp",
                          &sentence->charter.provider));
}

static bool parse_unit(struct sb_parser *parser, struct sb_sentence *sentence)
{
    int64_t decimals = 0;
    if (!sb_parse_name(parser, "the name of a unit", "tên một đơn vị", &sentence->name))
        return false;
    if (sb_parse_take(parser, SB_KW_WITH) &&
        (!sb_parse_number(parser, 0, 9, &decimals) || !sb_parse_need(parser, SB_KW_DECIMALS)))
        return false;
    sentence->unit.decimals = (uint32_t)decimals;
    return true;
}

static bool parse_clock(struct sb_parser *parser, struct sb_sentence *sentence)
{
    const struct sb_token *token = sb_parse_token(parser);
    if (token->type != SB_TOKEN_OFFSET)
        return sb_parse_expected(parser, "an offset from UTC like +07:00", "độ lệch so với UTC như +07:00",
                                 NULL, 0);
    const char *text = parser->charter->source + token->offset;
    int32_t hours = (text[1] - '0') * 10 + text[2] - '0';
    int32_t minutes = (text[4] - '0') * 10 + text[5] - '0';
    if (hours > 14 || minutes > 59)
        return sb_parse_wrong(parser, token->at, "no clock is more than 14 hours from UTC",
                              "không có múi giờ nào cách UTC quá 14 giờ");
    sentence->clock.offset_s = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
    parser->at++;
    return true;
}

static bool parse_values(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const struct {
        enum sb_field field;
        enum sb_space space;
    } spaces[] = {
        {SB_FIELD_TIER, SB_SPACE_TIER},         {SB_FIELD_CLASS, SB_SPACE_CLASS},
        {SB_FIELD_PROVIDER, SB_SPACE_PROVIDER}, {SB_FIELD_ISSUER, SB_SPACE_ISSUER},
        {SB_FIELD_SEX, SB_SPACE_SEX},           {SB_FIELD_CHANNEL, SB_SPACE_CHANNEL},
        {SB_FIELD_PURPOSE, SB_SPACE_PURPOSE},   {SB_FIELD_COUNTRY, SB_SPACE_COUNTRY},
    };
    enum sb_keyword words[SB_ARRAY_SIZE(spaces)];
    struct sb_place_in_text at = sb_parse_token(parser)->at;
    uint32_t before = parser->at;
    enum sb_field field = SB_FIELD_COUNT;
    size_t which = SB_ARRAY_SIZE(spaces);
    if (sb_parse_take_attribute(parser, &field))
        for (which = 0; which < SB_ARRAY_SIZE(spaces) && spaces[which].field != field;)
            which++;
    if (which == SB_ARRAY_SIZE(spaces)) {
        parser->at = before;
        for (size_t i = 0; i < SB_ARRAY_SIZE(spaces); i++)
            words[i] = sb_keyword_of_field(spaces[i].field);
        return sb_parse_expected(
            parser,
            "an attribute with names: tier, class, provider, issuer, sex, channel, purpose or country",
            "một thuộc tính có tên: hạng, phân-loại, nhà-cung-cấp, bên-phát-hành, giới-tính, kênh, mục-đích "
            "hoặc "
            "quốc-gia",
            words, SB_ARRAY_SIZE(spaces));
    }
    sentence->names.space = spaces[which].space;
    const char *word = sb_space_word(spaces[which].space);
    sentence->name = (struct sb_word){word, at};
    return sb_parse_need_mark(parser, ':') &&
           sb_parse_names(parser, false, "a name", "một tên", &sentence->names.words);
}

static bool parse_set(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_parse_name(parser, "the name of the set", "tên nhóm", &sentence->name) &&
           sb_parse_need_mark(parser, ':') &&
           sb_parse_names(parser, false, "a name", "một tên", &sentence->set.words);
}

/* [province|district|commune] CODE: the word may be left out where it is the one before. */
static bool parse_member(struct sb_parser *parser, uint32_t *level, struct sb_area_member *ret_member)
{
    static const enum sb_keyword levels[] = {SB_KW_PROVINCE, SB_KW_DISTRICT, SB_KW_COMMUNE};
    for (uint32_t i = 0; i < SB_ARRAY_SIZE(levels); i++)
        if (sb_parse_take(parser, levels[i])) {
            *level = i + 1;
            break;
        }
    const struct sb_token *token = sb_parse_token(parser);
    if (*level == 0)
        return sb_parse_expected(parser, "'province', 'district' or 'commune'", "'tỉnh', 'huyện' hoặc 'xã'",
                                 levels, SB_ARRAY_SIZE(levels));
    if (token->type != SB_TOKEN_NUMBER)
        return sb_parse_expected(parser, "the code of a place", "mã một nơi", NULL, 0);
    const char *text = parser->charter->source + token->offset;
    if (!sb_place_parse(text, token->at.size, &ret_member->place) ||
        SB_PLACE_LEVEL(ret_member->place) != *level)
        return sb_parse_wrong(parser, token->at,
                              "a province's code has 2 digits, a district's 3, a commune's 5",
                              "mã tỉnh có 2 chữ số, mã huyện 3, mã xã 5");
    char *code = sb_arena_copy(&parser->charter->arena, text, token->at.size);
    if (!code)
        return sb_parse_no_memory(parser);
    ret_member->code = (struct sb_word){code, token->at};
    parser->at++;
    return true;
}

static bool parse_split(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword rules[] = {SB_KW_INSIDE, SB_KW_OUTSIDE};
    bool comma = sb_parse_take_mark(parser, ',');
    if (!comma && !sb_parse_match(parser, SB_KW_SPLIT_COMMUNES))
        return true;
    if (!sb_parse_need(parser, SB_KW_SPLIT_COMMUNES))
        return false;
    if (sb_parse_take(parser, SB_KW_INSIDE))
        sentence->area.split = SB_SPLIT_INSIDE;
    else if (sb_parse_take(parser, SB_KW_OUTSIDE))
        sentence->area.split = SB_SPLIT_OUTSIDE;
    else
        return sb_parse_expected(parser, "'inside' or 'outside'", "'bên trong' hoặc 'bên ngoài'", rules, 2);
    return true;
}

static bool parse_area(struct sb_parser *parser, struct sb_sentence *sentence)
{
    uint32_t level = 0;
    if (!sb_parse_name(parser, "the name of the area", "tên vùng", &sentence->name) ||
        !sb_parse_need_mark(parser, ':'))
        return false;
    do {
        struct sb_area_member member = {0};
        if (sentence->area.count == SB_CHARTER_LIST_MAX)
            return sb_parse_too_many(parser, sb_parse_token(parser)->at, "this list is too long",
                                     "danh sách này quá dài", SB_CHARTER_LIST_MAX);
        if (!parse_member(parser, &level, &member))
            return false;
        struct sb_area_member *members = sb_arena_grow(&parser->charter->arena, sentence->area.members,
                                                       sentence->area.count, sizeof(*members));
        if (!members)
            return sb_parse_no_memory(parser);
        members[sentence->area.count++] = member;
        sentence->area.members = members;
    } while (sb_parse_take_mark(parser, ','));
    return sb_parse_need(parser, SB_KW_AS_OF) && sb_parse_moment(parser, true, &sentence->area.as_of) &&
           parse_split(parser, sentence);
}

static bool parse_kind(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword holders[] = {SB_KW_TO_HOLDER, SB_KW_FROM_HOLDER, SB_KW_OF_NOBODY};
    static const enum sb_holder which[] = {SB_HOLDER_PAYEE, SB_HOLDER_PAYER, SB_HOLDER_NOBODY};
    if (!sb_parse_name(parser, "the name of the kind", "tên loại giao dịch", &sentence->name))
        return false;
    for (size_t i = 0; i < SB_ARRAY_SIZE(holders); i++) {
        if (sb_parse_take(parser, holders[i])) {
            sentence->kind.holder = which[i];
            return true;
        }
    }
    return sb_parse_expected(
        parser, "whose limits count this kind: 'to holder', 'from holder' or 'of nobody'",
        "hạn mức của ai tính loại này: 'đến chủ hạn mức', 'từ chủ hạn mức' hoặc 'không của ai'", holders,
        SB_ARRAY_SIZE(holders));
}

static bool parse_instrument(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!sb_parse_name(parser, "a short name of the instrument", "tên ngắn của văn bản", &sentence->name) ||
        !sb_parse_text(parser, "the instrument's title in quotes", "tên văn bản trong ngoặc kép",
                       &sentence->instrument.title))
        return false;
    for (;;) {
        struct sb_place_in_text at = sb_parse_token(parser)->at;
        bool again;
        if (sb_parse_take(parser, SB_KW_SIGNED)) {
            again = sentence->instrument.signed_on.present;
            if (!sb_parse_moment(parser, true, &sentence->instrument.signed_on))
                return false;
        } else if (sb_parse_take(parser, SB_KW_IN_FORCE)) {
            again = sentence->instrument.in_force.present;
            if (!sb_parse_moment(parser, false, &sentence->instrument.in_force))
                return false;
        } else if (sb_parse_take(parser, SB_KW_KNOWN_FROM)) {
            again = sentence->known_from.present;
            if (!sb_parse_moment(parser, true, &sentence->known_from))
                return false;
        } else if (sb_parse_take(parser, SB_KW_SOURCE)) {
            again = sentence->instrument.source.text != NULL;
            if (!sb_parse_text(parser, "the source in quotes", "nguồn trong ngoặc kép",
                               &sentence->instrument.source))
                return false;
        } else {
            return true;
        }
        if (again)
            return sb_parse_wrong(parser, at, "this is said twice in one sentence",
                                  "điều này được nói hai lần trong một câu");
    }
}

bool sb_parse_head(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (sentence->type == SB_S_CHARTER)
        return parse_title(parser, sentence);
    if (sentence->type == SB_S_UNIT)
        return parse_unit(parser, sentence);
    if (sentence->type == SB_S_CLOCK)
        return parse_clock(parser, sentence);
    if (sentence->type == SB_S_TERRITORY)
        return sb_parse_name(parser, "the name of a territory", "tên một lãnh thổ", &sentence->name);
    if (sentence->type == SB_S_NAMES)
        return parse_values(parser, sentence);
    if (sentence->type == SB_S_SET)
        return parse_set(parser, sentence);
    if (sentence->type == SB_S_AREA)
        return parse_area(parser, sentence);
    if (sentence->type == SB_S_KIND)
        return parse_kind(parser, sentence);
    return parse_instrument(parser, sentence);
}
