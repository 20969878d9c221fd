/* SPDX-License-Identifier: Apache-2.0 */
#include "import/map_lexer.h"

#include "base/macros.h"
#include "base/str.h"

#include <stdio.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Pass over blanks, comments and line ends. Returns false when the sentence ends here. */
static bool skip_blanks(struct sb_map_lexer *lexer)
{
    const char *text = lexer->map->source;
    uint32_t size = (uint32_t)lexer->map->source_size;
    while (lexer->at < size) {
        char c = text[lexer->at];
        bool at_margin = lexer->at == 0 || text[lexer->at - 1] == '\n';
        if (c == '#') {
            while (lexer->at < size && text[lexer->at] != '\n')
                lexer->at++;
        } else if (is_blank(c) || c == '\n') {
            lexer->at++;
        } else {
            return !(at_margin && lexer->in_sentence);
        }
    }
    return !lexer->in_sentence;
}

static void read_text(struct sb_map_lexer *lexer)
{
    const char *text = lexer->map->source;
    uint32_t size = (uint32_t)lexer->map->source_size;
    uint32_t at = lexer->at + 1;
    while (at < size && text[at] != '"' && text[at] != '\n')
        at += text[at] == '\\' && at + 1 < size && text[at + 1] != '\n' ? 2 : 1;
    bool closed = at < size && text[at] == '"';
    lexer->token.type = closed ? SB_MAP_TEXT : SB_MAP_BROKEN;
    lexer->token.text = text + lexer->at + 1;
    lexer->token.size = SB_MIN(at, size) - lexer->at - 1;
    lexer->at = closed ? at + 1 : SB_MIN(at, size);
}

static void read_word(struct sb_map_lexer *lexer)
{
    const char *text = lexer->map->source;
    uint32_t size = (uint32_t)lexer->map->source_size;
    uint32_t at = lexer->at;
    while (at < size && !is_blank(text[at]) && !strchr("\n\",#", text[at]))
        at++;
    if (at > lexer->at + 1 && text[at - 1] == ':')
        at--;
    if (at == lexer->at)
        at++;
    lexer->token.type = SB_MAP_WORD;
    lexer->token.text = text + lexer->at;
    lexer->token.size = at - lexer->at;
    lexer->at = at;
}

void sb_map_next(struct sb_map_lexer *lexer)
{
    const char *text = lexer->map->source;
    uint32_t end = lexer->at;
    bool goes_on = skip_blanks(lexer);
    lexer->token = (struct sb_map_token){.offset = lexer->at, .text = text + lexer->at};
    if (!goes_on) {
        lexer->in_sentence = false;
        lexer->token.type = SB_MAP_STOP;
        lexer->token.offset = end; /* a caret stands behind what is too short, not under the next sentence */
        return;
    }
    if (lexer->at >= lexer->map->source_size) {
        lexer->token.type = SB_MAP_END;
        return;
    }
    lexer->in_sentence = true;
    char c = text[lexer->at];
    if (c == '"') {
        read_text(lexer);
        return;
    }
    if (c == ',' || c == ':') {
        lexer->token.type = c == ',' ? SB_MAP_COMMA : SB_MAP_COLON;
        lexer->token.size = 1;
        lexer->at++;
        return;
    }
    read_word(lexer);
}

void sb_map_lexer_init(struct sb_map_lexer *lexer, struct sb_map *map, struct sb_err *err)
{
    *lexer = (struct sb_map_lexer){.map = map, .err = err};
    if (map->source_size >= 3 && memcmp(map->source, "\xEF\xBB\xBF", 3) == 0)
        lexer->at = 3;
    sb_map_next(lexer);
}

bool sb_map_is(const struct sb_map_lexer *lexer, const char *word)
{
    return lexer->token.type == SB_MAP_WORD && strlen(word) == lexer->token.size &&
           memcmp(word, lexer->token.text, lexer->token.size) == 0;
}

bool sb_map_take(struct sb_map_lexer *lexer, const char *word)
{
    bool is = sb_map_is(lexer, word);
    if (is)
        sb_map_next(lexer);
    return is;
}

enum sb_status sb_map_point(const struct sb_map *map, uint32_t offset, struct sb_err *err)
{
    if (!err)
        return SB_SYNTAX;
    enum sb_status status = err->status;
    uint32_t at = SB_MIN(offset, (uint32_t)map->source_size), begin = at, end = at;
    unsigned line = 1;
    while (begin > 0 && map->source[begin - 1] != '\n')
        begin--;
    while (end < map->source_size && map->source[end] != '\n' && map->source[end] != '\r')
        end++;
    for (uint32_t i = 0; i < begin; i++)
        line += map->source[i] == '\n';
    size_t column = sb_text_width(map->source + begin, at - begin) + 1;
    (void)sb_fail_in(err, "%s:%u:%zu", "%s:%u:%zu", map->path, line, column);
    struct sb_str caret = {0};
    sb_str_printf(&caret, "\n  %.*s\n  ", (int)SB_MIN(end - begin, 160u), map->source + begin);
    for (size_t i = 1; i < SB_MIN(column, (size_t)161); i++)
        sb_str_add(&caret, " ");
    sb_str_add(&caret, "^");
    for (int lang = 0; lang < 2; lang++) {
        size_t used = strlen(err->text[lang]);
        if (!caret.failed && used + caret.size < SB_ERR_TEXT_SIZE)
            memcpy(err->text[lang] + used, caret.text, caret.size + 1);
    }
    sb_str_release(&caret);
    return status;
}
