/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sentences of a charter: which one, what stands in it, its tail. Recursive descent over the tokens of one
 * sentence, without going back; numbers need the unit, which may stand anywhere, so a first quiet pass looks
 * for `unit` and `clock`.
 */
#include "charter/parser_internal.h"

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX ((size_t)96 * 1024 * 1024) /* far above what 256 KiB of source can need: a table's rows */

static const struct {
    enum sb_keyword keyword;
    enum sb_sentence_type type;
} sentences[] = {
    {SB_KW_CHARTER, SB_S_CHARTER},
    {SB_KW_UNIT, SB_S_UNIT},
    {SB_KW_CLOCK, SB_S_CLOCK},
    {SB_KW_TERRITORY, SB_S_TERRITORY},
    {SB_KW_NAMES, SB_S_NAMES},
    {SB_KW_SET, SB_S_SET},
    {SB_KW_AREA, SB_S_AREA},
    {SB_KW_KIND, SB_S_KIND},
    {SB_KW_INSTRUMENT, SB_S_INSTRUMENT},
    {SB_KW_PILOT_RUNS, SB_S_PILOT},
    {SB_KW_ALLOW, SB_S_ALLOW},
    {SB_KW_FORBID, SB_S_FORBID},
    {SB_KW_REQUIRE, SB_S_REQUIRE},
    {SB_KW_LIMIT, SB_S_LIMIT},
    {SB_KW_EXCEPT_FROM, SB_S_EXCEPT},
    {SB_KW_AFTER_END, SB_S_AFTER_END},
    {SB_KW_NOTE, SB_S_NOTE},
    {SB_KW_ASK, SB_S_ASK},
    {SB_KW_IN_AREA, SB_S_IN_AREA},
    {SB_KW_FEE, SB_S_FEE},
    {SB_KW_EXPOSURE, SB_S_EXPOSURE},
    {SB_KW_PARTICIPANTS, SB_S_PARTICIPANTS},
    {SB_KW_MEASURE, SB_S_MEASURE},
    {SB_KW_GOAL, SB_S_GOAL},
    {SB_KW_SAFEGUARD, SB_S_SAFEGUARD},
    {SB_KW_INVARIANT, SB_S_INVARIANT},
    {SB_KW_REPORT, SB_S_REPORT},
};

/* ------------------------------------------------------------------ the cursor */

static bool token_is(const struct sb_parser *parser, uint32_t at, const char *word, size_t size)
{
    const struct sb_token *token = &parser->tokens[at];
    return token->type == SB_TOKEN_WORD && token->at.size == size &&
           memcmp(parser->charter->source + token->offset, word, size) == 0;
}

static uint32_t match_phrase(const struct sb_parser *parser, uint32_t at, const char *phrase)
{
    uint32_t count = 0;
    for (;;) {
        size_t size = strcspn(phrase, " ");
        if (!token_is(parser, at + count, phrase, size)) /* an END is no word, so this stays inside */
            return 0;
        count++;
        if (phrase[size] == '\0')
            return count;
        phrase += size + 1;
    }
}

uint32_t sb_parse_match_at(const struct sb_parser *parser, uint32_t at, enum sb_keyword keyword)
{
    uint32_t count = match_phrase(parser, at, sb_keyword_text(keyword, SB_EN));
    return count ? count : match_phrase(parser, at, sb_keyword_text(keyword, SB_VI));
}

uint32_t sb_parse_match(const struct sb_parser *parser, enum sb_keyword keyword)
{
    return sb_parse_match_at(parser, parser->at, keyword);
}

bool sb_parse_take(struct sb_parser *parser, enum sb_keyword keyword)
{
    uint32_t count = sb_parse_match(parser, keyword);
    parser->at += count;
    return count > 0;
}

bool sb_parse_is_mark(const struct sb_parser *parser, uint32_t at, char mark)
{
    const struct sb_token *token = &parser->tokens[at];
    return token->type == SB_TOKEN_MARK && parser->charter->source[token->offset] == mark;
}

bool sb_parse_take_mark(struct sb_parser *parser, char mark)
{
    bool there = sb_parse_is_mark(parser, parser->at, mark);
    parser->at += there;
    return there;
}

bool sb_parse_no_memory(struct sb_parser *parser)
{
    parser->no_memory = true;
    return false;
}

/* ------------------------------------------------------------------ messages */

bool sb_parse_wrong(struct sb_parser *parser, struct sb_place_in_text at, const char *en, const char *vi)
{
    if (!parser->quiet)
        sb_diagnostics_add_texts(parser->diagnostics, SB_SEVERITY_ERROR, at, en, vi);
    return false;
}

bool sb_parse_too_many(struct sb_parser *parser, struct sb_place_in_text at, const char *en, const char *vi,
                       unsigned max)
{
    char text[2][SB_ERR_TEXT_SIZE];
    (void)snprintf(text[SB_EN], SB_ERR_TEXT_SIZE, "%s: at most %u are read", en, max);
    (void)snprintf(text[SB_VI], SB_ERR_TEXT_SIZE, "%s: chỉ đọc được nhiều nhất %u", vi, max);
    return sb_parse_wrong(parser, at, text[SB_EN], text[SB_VI]);
}

/* The words at the cursor, as many as a phrase has, parted by single spaces. */
static size_t words_like(const struct sb_parser *parser, const char *phrase, char *text, size_t room)
{
    size_t size = 0;
    uint32_t at = parser->at;
    for (const char *rest = phrase; rest; rest = strchr(rest, ' ') ? strchr(rest, ' ') + 1 : NULL, at++) {
        const struct sb_token *token = &parser->tokens[at];
        if (token->type != SB_TOKEN_WORD || token->at.size + size + 2 > room)
            break;
        if (size > 0)
            text[size++] = ' ';
        memcpy(text + size, parser->charter->source + token->offset, token->at.size);
        size += token->at.size;
    }
    return size;
}

static enum sb_keyword nearest_keyword(const struct sb_parser *parser, const enum sb_keyword *keywords,
                                       size_t count, enum sb_lang *ret_lang)
{
    for (size_t i = 0; i < count; i++) {
        for (int lang = SB_EN; lang <= SB_VI; lang++) {
            const char *phrase = sb_keyword_text(keywords[i], (enum sb_lang)lang);
            char text[96];
            size_t size = words_like(parser, phrase, text, sizeof(text));
            if (size > 1 && sb_text_nearest(text, size, &phrase, 1)) {
                *ret_lang = (enum sb_lang)lang;
                return keywords[i];
            }
        }
    }
    return SB_KW_NO_KEYWORD;
}

/* What stands at the cursor, short enough for a message, cut between characters. */
static void found_text(const struct sb_parser *parser, char text[64])
{
    const struct sb_token *token = sb_parse_token(parser);
    size_t size = SB_MIN((size_t)token->at.size, (size_t)60);
    const char *from = parser->charter->source + token->offset;
    while (size > 0 && size < token->at.size && ((unsigned char)from[size] & 0xC0) == 0x80)
        size--;
    memcpy(text, from, size);
    text[size] = '\0';
}

static bool digits_are_split(const struct sb_parser *parser)
{
    return parser->at > 0 && sb_parse_token(parser)->type == SB_TOKEN_NUMBER &&
           parser->tokens[parser->at - 1].type == SB_TOKEN_NUMBER;
}

bool sb_parse_expected(struct sb_parser *parser, const char *en, const char *vi,
                       const enum sb_keyword *keywords, size_t count)
{
    char text[2][SB_ERR_TEXT_SIZE], found[64];
    enum sb_lang lang = SB_EN;
    if (parser->quiet)
        return false;
    if (digits_are_split(parser))
        return sb_parse_wrong(parser, sb_parse_token(parser)->at,
                              "digits are grouped by single spaces in threes (10 000 000), or not at all",
                              "chữ số được nhóm ba bằng một dấu cách (10 000 000), hoặc viết liền");
    enum sb_keyword nearest = nearest_keyword(parser, keywords, count, &lang);
    found_text(parser, found);
    bool end = sb_parse_token(parser)->type == SB_TOKEN_END;
    (void)snprintf(text[SB_EN], SB_ERR_TEXT_SIZE,
                   end ? "expected %s, but the sentence ends%s" : "expected %s, not '%s'", en, found);
    (void)snprintf(text[SB_VI], SB_ERR_TEXT_SIZE,
                   end ? "cần %s, nhưng câu kết thúc ở đây%s" : "cần %s, không phải '%s'", vi, found);
    if (nearest != SB_KW_NO_KEYWORD) {
        const char *phrase = sb_keyword_text(nearest, lang);
        size_t used = strlen(text[SB_EN]);
        (void)snprintf(text[SB_EN] + used, SB_ERR_TEXT_SIZE - used, "; did you mean '%s'?", phrase);
        used = strlen(text[SB_VI]);
        (void)snprintf(text[SB_VI] + used, SB_ERR_TEXT_SIZE - used, "; có phải '%s' không?", phrase);
    }
    return sb_parse_wrong(parser, sb_parse_token(parser)->at, text[SB_EN], text[SB_VI]);
}

bool sb_parse_need(struct sb_parser *parser, enum sb_keyword keyword)
{
    if (sb_parse_take(parser, keyword))
        return true;
    char text[2][96];
    for (int lang = SB_EN; lang <= SB_VI; lang++)
        (void)snprintf(text[lang], sizeof(text[lang]), "'%s'", sb_keyword_text(keyword, (enum sb_lang)lang));
    return sb_parse_expected(parser, text[SB_EN], text[SB_VI], &keyword, 1);
}

bool sb_parse_need_mark(struct sb_parser *parser, char mark)
{
    if (sb_parse_take_mark(parser, mark))
        return true;
    char text[4] = {'\'', mark, '\'', '\0'};
    return sb_parse_expected(parser, text, text, NULL, 0);
}

/* ------------------------------------------------------------------ words, lists, numbers */

bool sb_parse_name(struct sb_parser *parser, const char *what_en, const char *what_vi,
                   struct sb_word *ret_word)
{
    const struct sb_token *token = sb_parse_token(parser);
    if (token->type != SB_TOKEN_WORD)
        return sb_parse_expected(parser, what_en, what_vi, NULL, 0);
    if (token->at.size > SB_CHARTER_NAME_SIZE_MAX)
        return sb_parse_too_many(parser, token->at, "this name is too long in bytes",
                                 "tên này quá dài, tính bằng byte", SB_CHARTER_NAME_SIZE_MAX);
    char *text =
        sb_arena_copy(&parser->charter->arena, parser->charter->source + token->offset, token->at.size);
    if (!text)
        return sb_parse_no_memory(parser);
    *ret_word = (struct sb_word){text, token->at};
    parser->at++;
    return true;
}

bool sb_parse_text(struct sb_parser *parser, const char *what_en, const char *what_vi,
                   struct sb_word *ret_word)
{
    const struct sb_token *token = sb_parse_token(parser);
    if (token->type != SB_TOKEN_TEXT)
        return sb_parse_expected(parser, what_en, what_vi, NULL, 0);
    const char *source = parser->charter->source + token->offset + 1;
    size_t size = token->at.size - 2;
    if (size > SB_CHARTER_TEXT_SIZE_MAX)
        return sb_parse_too_many(parser, token->at, "this text is too long in bytes",
                                 "đoạn chữ này quá dài, tính bằng byte", SB_CHARTER_TEXT_SIZE_MAX);
    char *text = sb_arena_copy(&parser->charter->arena, source, size);
    if (!text)
        return sb_parse_no_memory(parser);
    size_t kept = 0;
    for (size_t i = 0; i < size; i++) {
        if (source[i] == '\\' && i + 1 < size && (source[i + 1] == '"' || source[i + 1] == '\\'))
            i++;
        text[kept++] = source[i];
    }
    text[kept] = '\0';
    *ret_word = (struct sb_word){text, token->at};
    parser->at++;
    return true;
}

bool sb_parse_names(struct sb_parser *parser, bool before_window, const char *what_en, const char *what_vi,
                    struct sb_words *ret_words)
{
    struct sb_words words = {0};
    do {
        struct sb_word word;
        if (words.count == SB_CHARTER_LIST_MAX)
            return sb_parse_too_many(parser, sb_parse_token(parser)->at, "this list is too long",
                                     "danh sách này quá dài", SB_CHARTER_LIST_MAX);
        if (!sb_parse_name(parser, what_en, what_vi, &word))
            return false;
        struct sb_word *list = sb_arena_grow(&parser->charter->arena, words.list, words.count, sizeof(*list));
        if (!list)
            return sb_parse_no_memory(parser);
        words.list = list;
        words.list[words.count++] = word;
        if (before_window && sb_parse_is_mark(parser, parser->at, ',') &&
            sb_parse_window_ahead(parser, parser->at + 1))
            break;
    } while (sb_parse_take_mark(parser, ','));
    *ret_words = words;
    return true;
}

bool sb_parse_kinds(struct sb_parser *parser, bool before_window, struct sb_kinds *ret_kinds)
{
    if (sb_parse_take(parser, SB_KW_ALL)) {
        *ret_kinds = (struct sb_kinds){.all = true};
        if (sb_parse_is_mark(parser, parser->at, ',') &&
            parser->tokens[parser->at + 1].type == SB_TOKEN_WORD &&
            !(before_window && sb_parse_window_ahead(parser, parser->at + 1)))
            return sb_parse_wrong(parser, sb_parse_token(parser)->at,
                                  "'all' stands alone: name further kinds in a sentence of their own",
                                  "'mọi loại' đứng một mình: hãy nêu các loại khác trong một câu riêng");
        return true;
    }
    ret_kinds->all = false;
    return sb_parse_names(parser, before_window, "a kind, or 'all'", "một loại giao dịch, hoặc 'mọi loại'",
                          &ret_kinds->names);
}

bool sb_parse_moment(struct sb_parser *parser, bool day_only, struct sb_moment *ret_moment)
{
    const struct sb_token *token = sb_parse_token(parser);
    if (token->type != SB_TOKEN_MOMENT)
        return day_only
                   ? sb_parse_expected(parser, "a date like 2025-09-03", "một ngày như 2025-09-03", NULL, 0)
                   : sb_parse_expected(parser, "a date like 2025-09-03, or a minute like 2025-09-03T08:00",
                                       "một ngày như 2025-09-03, hoặc một phút như 2025-09-03T08:00", NULL,
                                       0);
    const char *text = parser->charter->source + token->offset;
    struct sb_moment moment = {.present = true, .at = token->at};
    size_t used;
    sb_time_us time;
    if (!sb_date_parse(text, 10, &moment.date, &used))
        return sb_parse_wrong(parser, token->at, "there is no such day", "không có ngày này");
    if (token->at.size > 10) {
        if (day_only)
            return sb_parse_wrong(parser, token->at, "a date without an hour stands here",
                                  "ở đây là ngày, không có giờ");
        if (token->at.size != 16 || !sb_time_parse(text, 16, 0, &time, &used) || used != 16)
            return sb_parse_wrong(parser, token->at, "a minute is written like 2026-02-09T23:59",
                                  "phút được viết như 2026-02-09T23:59");
        moment.has_minute = true;
        moment.hour = (uint8_t)((text[11] - '0') * 10 + text[12] - '0');
        moment.minute = (uint8_t)((text[14] - '0') * 10 + text[15] - '0');
    }
    *ret_moment = moment;
    parser->at++;
    return true;
}

bool sb_parse_number(struct sb_parser *parser, unsigned decimals, int64_t max, int64_t *ret_number)
{
    const struct sb_token *token = sb_parse_token(parser);
    if (token->type != SB_TOKEN_NUMBER)
        return sb_parse_expected(parser, "a number", "một số", NULL, 0);
    const char *text = parser->charter->source + token->offset;
    size_t used = 0;
    int64_t number = 0;
    bool read = sb_text_amount(text, token->at.size, decimals, &number, &used);
    if (memchr(text, '.', token->at.size) && !(read && used == token->at.size)) {
        if (decimals == 0)
            return sb_parse_wrong(parser, token->at, "a whole number stands here: no digits behind a point",
                                  "ở đây là số nguyên: không có chữ số sau dấu chấm");
        char message[2][SB_ERR_TEXT_SIZE];
        (void)snprintf(message[SB_EN], SB_ERR_TEXT_SIZE, "at most %u digits stand behind the point here",
                       decimals);
        (void)snprintf(message[SB_VI], SB_ERR_TEXT_SIZE, "ở đây có nhiều nhất %u chữ số sau dấu chấm",
                       decimals);
        return sb_parse_wrong(parser, token->at, message[SB_EN], message[SB_VI]);
    }
    if (!read || used != token->at.size || number > max) {
        char message[2][SB_ERR_TEXT_SIZE];
        struct sb_str most = {0};
        sb_str_add_amount(&most, max, decimals);
        (void)snprintf(message[SB_EN], SB_ERR_TEXT_SIZE, "the number is over what can be written here: %s",
                       sb_str_text(&most));
        (void)snprintf(message[SB_VI], SB_ERR_TEXT_SIZE, "số này vượt mức viết được ở đây: %s",
                       sb_str_text(&most));
        sb_str_release(&most);
        return sb_parse_wrong(parser, token->at, message[SB_EN], message[SB_VI]);
    }
    *ret_number = number;
    parser->at++;
    return true;
}

/* ------------------------------------------------------------------ sentences */

bool sb_parse_where(struct sb_parser *parser, bool before_window, struct sb_condition **ret_condition)
{
    return !sb_parse_take(parser, SB_KW_WHERE) || sb_parse_condition(parser, before_window, ret_condition);
}

static bool parse_pilot(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword ends[] = {SB_KW_TO, SB_KW_ONWARD};
    (void)sb_parse_take(parser, SB_KW_FROM); /* "pilot runs from ... to ..." reads as well */
    if (!sb_parse_moment(parser, false, &sentence->pilot.runs_from))
        return false;
    if (sb_parse_take(parser, SB_KW_ONWARD))
        return true;
    if (!sb_parse_take(parser, SB_KW_UNTIL) && !sb_parse_take(parser, SB_KW_TO))
        return sb_parse_expected(parser, "'to' a date, or 'onward'", "'đến' một ngày, hoặc 'trở đi'", ends,
                                 2);
    return sb_parse_moment(parser, false, &sentence->pilot.runs_to);
}

static bool parse_require(struct sb_parser *parser, struct sb_sentence *sentence)
{
    sentence->kinds.all = true;
    return sb_parse_condition(parser, false, &sentence->where) &&
           (!sb_parse_take(parser, SB_KW_FOR) || sb_parse_kinds(parser, false, &sentence->kinds));
}

static bool parse_except(struct sb_parser *parser, struct sb_sentence *sentence)
{
    return sb_parse_names(parser, false, "the name of a limit", "tên một hạn mức",
                          &sentence->except_.limits) &&
           sb_parse_need_mark(parser, ':') && sb_parse_kinds(parser, false, &sentence->kinds) &&
           sb_parse_where(parser, false, &sentence->where);
}

static bool parse_after_end(struct sb_parser *parser, struct sb_sentence *sentence)
{
    int64_t days;
    if (!sb_parse_kinds(parser, false, &sentence->kinds) || !sb_parse_need(parser, SB_KW_DURING) ||
        !sb_parse_number(parser, 0, SB_ROLLING_DAYS_MAX, &days) ||
        !(sb_parse_take(parser, SB_KW_DAY) || sb_parse_need(parser, SB_KW_DAYS)))
        return false;
    sentence->after_end.days = (uint32_t)days;
    return true;
}

static bool parse_note(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (sb_parse_token(parser)->type == SB_TOKEN_WORD &&
        !sb_parse_name(parser, "an instrument", "một văn bản", &sentence->name))
        return false;
    return sb_parse_text(parser, "the note in quotes", "nội dung ghi chú trong ngoặc kép",
                         &sentence->note.text) &&
           (!sb_parse_take(parser, SB_KW_DECIDED) || sb_parse_moment(parser, true, &sentence->note.decided));
}

static bool parse_body(struct sb_parser *parser, struct sb_sentence *sentence)
{
    switch (sentence->type) {
    case SB_S_CHARTER:
    case SB_S_UNIT:
    case SB_S_CLOCK:
    case SB_S_TERRITORY:
    case SB_S_NAMES:
    case SB_S_SET:
    case SB_S_AREA:
    case SB_S_KIND:
    case SB_S_INSTRUMENT: return sb_parse_head(parser, sentence);
    case SB_S_PILOT: return parse_pilot(parser, sentence);
    case SB_S_ALLOW:
    case SB_S_FORBID:
        return sb_parse_kinds(parser, false, &sentence->kinds) &&
               sb_parse_where(parser, false, &sentence->where);
    case SB_S_REQUIRE: return parse_require(parser, sentence);
    case SB_S_LIMIT: return sb_parse_limit(parser, sentence);
    case SB_S_EXCEPT: return parse_except(parser, sentence);
    case SB_S_AFTER_END: return parse_after_end(parser, sentence);
    case SB_S_NOTE: return parse_note(parser, sentence);
    case SB_S_ASK: return sb_parse_ask(parser, sentence);
    case SB_S_IN_AREA: return sb_parse_in_area(parser, sentence);
    case SB_S_FEE:
    case SB_S_EXPOSURE:
    case SB_S_PARTICIPANTS:
    case SB_S_MEASURE:
    case SB_S_GOAL:
    case SB_S_SAFEGUARD:
    case SB_S_INVARIANT:
    case SB_S_REPORT: return sb_parse_life(parser, sentence);
    }
    return false;
}

static bool parse_by(struct sb_parser *parser, struct sb_sentence *sentence)
{
    if (!sb_parse_name(parser, "the name of an instrument", "tên một văn bản", &sentence->by))
        return false;
    return sb_parse_token(parser)->type != SB_TOKEN_TEXT ||
           sb_parse_text(parser, "an article in quotes", "điều khoản trong ngoặc kép", &sentence->article);
}

/* `from`, `until`, `known from` in any order, each once, then `by`. */
static bool parse_tail(struct sb_parser *parser, struct sb_sentence *sentence)
{
    static const enum sb_keyword tail[] = {SB_KW_FROM, SB_KW_UNTIL, SB_KW_KNOWN_FROM, SB_KW_BY};
    struct sb_moment *const moments[] = {&sentence->from, &sentence->until, &sentence->known_from};
    while (sb_parse_token(parser)->type != SB_TOKEN_END) {
        size_t which = 0;
        struct sb_place_in_text at = sb_parse_token(parser)->at;
        while (which < SB_ARRAY_SIZE(tail) && !sb_parse_take(parser, tail[which]))
            which++;
        if (which == SB_ARRAY_SIZE(tail))
            return sb_parse_expected(
                parser, "the end of the sentence, or 'from', 'until', 'known from', 'by'",
                "kết thúc câu, hoặc 'từ', 'đến hết', 'được biết từ', 'theo'", tail, SB_ARRAY_SIZE(tail));
        if (which == 3) {
            if (!parse_by(parser, sentence))
                return false;
            break;
        }
        if (moments[which]->present)
            return sb_parse_wrong(parser, at, "this is said twice in one sentence",
                                  "điều này được nói hai lần trong một câu");
        if (!sb_parse_moment(parser, which == 2, moments[which]))
            return false;
    }
    return sb_parse_token(parser)->type == SB_TOKEN_END ||
           sb_parse_expected(parser, "the end of the sentence: 'by' stands last",
                             "kết thúc câu: 'theo' đứng cuối cùng", NULL, 0);
}

/* Step over the sentence's first keyword, the longest that matches. */
static bool parse_first_keyword(struct sb_parser *parser, enum sb_sentence_type *ret_type)
{
    uint32_t longest = 0;
    for (size_t i = 0; i < SB_ARRAY_SIZE(sentences); i++) {
        uint32_t count = sb_parse_match(parser, sentences[i].keyword);
        if (count > longest) {
            longest = count;
            *ret_type = sentences[i].type;
        }
    }
    parser->at += longest;
    if (longest > 0)
        return true;
    enum sb_keyword keywords[SB_ARRAY_SIZE(sentences)];
    for (size_t i = 0; i < SB_ARRAY_SIZE(sentences); i++)
        keywords[i] = sentences[i].keyword;
    return sb_parse_expected(parser, "a keyword that begins a sentence", "một từ khoá mở đầu câu", keywords,
                             SB_ARRAY_SIZE(sentences));
}

static bool parse_sentence(struct sb_parser *parser, struct sb_sentence *sentence)
{
    *sentence = (struct sb_sentence){.at = sb_parse_token(parser)->at};
    return parse_first_keyword(parser, &sentence->type) && parse_body(parser, sentence) &&
           parse_tail(parser, sentence);
}

/* The quiet pass: find the unit's decimals and the clock. The first of each counts; the checker speaks of
 * more. */
static void look_for_unit_and_clock(struct sb_parser *parser, struct sb_lexer *lexer)
{
    bool unit = false, clock = false;
    parser->quiet = true;
    sb_lexer_rewind(lexer, true);
    while (!(unit && clock) && sb_lexer_next_sentence(lexer)) {
        struct sb_sentence sentence = {0};
        parser->tokens = lexer->tokens;
        parser->at = 0;
        bool is_unit = sb_parse_match(parser, SB_KW_UNIT) != 0;
        if (lexer->bad || !(is_unit || sb_parse_match(parser, SB_KW_CLOCK)))
            continue;
        if (!parse_sentence(parser, &sentence))
            continue;
        if (is_unit && !unit)
            parser->charter->decimals = sentence.unit.decimals;
        else if (!is_unit && !clock)
            parser->charter->clock_offset_s = sentence.clock.offset_s;
        unit = unit || is_unit;
        clock = clock || !is_unit;
    }
    parser->quiet = false;
    sb_lexer_rewind(lexer, false);
}

static void add_sentence(struct sb_parser *parser, const struct sb_sentence *sentence)
{
    struct sb_charter *charter = parser->charter;
    struct sb_sentence *list =
        sb_arena_grow(&charter->arena, charter->sentences, charter->sentence_count, sizeof(*list));
    if (!list) {
        parser->no_memory = true;
        return;
    }
    charter->sentences = list;
    list[charter->sentence_count++] = *sentence;
}

static bool parse_all(struct sb_parser *parser)
{
    struct sb_lexer lexer;
    uint32_t count = 0;
    sb_lexer_init(&lexer, parser->charter, parser->diagnostics);
    look_for_unit_and_clock(parser, &lexer);
    while (!parser->no_memory && sb_lexer_next_sentence(&lexer)) {
        struct sb_sentence sentence;
        parser->tokens = lexer.tokens;
        parser->at = 0;
        parser->depth = 0;
        if (++count > SB_CHARTER_SENTENCES_MAX) {
            (void)sb_parse_too_many(parser, sb_parse_token(parser)->at, "too many sentences", "quá nhiều câu",
                                    SB_CHARTER_SENTENCES_MAX);
            break;
        }
        if (lexer.bad || !parse_sentence(parser, &sentence))
            continue;
        sentence.last_line = lexer.count ? lexer.tokens[lexer.count - 1].at.line : sentence.at.line;
        add_sentence(parser, &sentence);
    }
    return !parser->no_memory && !lexer.no_memory;
}

static struct sb_charter *new_charter(const char *path, const char *source, size_t size,
                                      const struct sb_charter *upper, uint64_t fail_after)
{
    struct sb_charter *charter = malloc(sizeof(*charter));
    if (!charter)
        return NULL;
    *charter = (struct sb_charter){.decimals = upper ? upper->decimals : 0,
                                   .clock_offset_s = upper ? upper->clock_offset_s : 0};
    sb_arena_init(&charter->arena, ARENA_MAX);
    charter->arena.fail_after = fail_after;
    charter->path = sb_arena_copy(&charter->arena, path, strlen(path));
    charter->source = sb_arena_copy(&charter->arena, source, size);
    charter->source_size = size;
    if (charter->path && charter->source)
        return charter;
    sb_charter_free(charter);
    return NULL;
}

/* Where a byte of the source lies, for a source that is not even text. */
static struct sb_place_in_text place_of_byte(const char *source, size_t offset)
{
    struct sb_place_in_text at = {1, 1, 1};
    for (size_t i = 0; i < offset; i++) {
        at.column = source[i] == '\n' ? 1 : at.column + 1;
        at.line += source[i] == '\n';
    }
    return at;
}

enum sb_status sb_charter_parse_layer(const char *path, const char *source, size_t size,
                                      const struct sb_charter *upper, uint64_t fail_after,
                                      struct sb_charter **ret_charter, struct sb_diagnostics *diagnostics,
                                      struct sb_err *err)
{
    bool too_large = size > SB_CHARTER_SIZE_MAX;
    uint32_t errors_before = diagnostics->error_count;
    size_t bad_at = 0;
    struct sb_charter *charter = new_charter(path, source, too_large ? 0 : size, upper, fail_after);
    if (!charter)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    struct sb_parser parser = {.charter = charter, .diagnostics = diagnostics};
    bool parsed = true;
    if (too_large)
        sb_diagnostics_add(diagnostics, SB_SEVERITY_ERROR, (struct sb_place_in_text){1, 1, 0},
                           "the charter has %zu bytes; at most %d are read",
                           "điều lệ có %zu byte; chỉ đọc được nhiều nhất %d", size, SB_CHARTER_SIZE_MAX);
    else if (!sb_text_is_utf8(source, size, &bad_at))
        sb_diagnostics_add(diagnostics, SB_SEVERITY_ERROR, place_of_byte(source, bad_at),
                           "this byte (0x%02X) is not UTF-8 text", "byte này (0x%02X) không phải chữ UTF-8",
                           (unsigned)(unsigned char)source[bad_at]);
    else
        parsed = parse_all(&parser);
    if (!parsed || diagnostics->no_memory) {
        sb_charter_free(charter);
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    *ret_charter = charter;
    if (diagnostics->error_count > errors_before)
        return sb_fail(err, SB_SYNTAX, "'%s' is not a well-formed charter",
                       "'%s' không phải điều lệ đúng cú pháp", path);
    return SB_OK;
}

enum sb_status sb_charter_parse(const char *path, const char *source, size_t size,
                                struct sb_charter **ret_charter, struct sb_diagnostics *diagnostics,
                                struct sb_err *err)
{
    return sb_charter_parse_layer(path, source, size, NULL, UINT64_MAX, ret_charter, diagnostics, err);
}

void sb_charter_free(struct sb_charter *charter)
{
    if (!charter)
        return;
    sb_arena_release(&charter->arena);
    free(charter);
}
