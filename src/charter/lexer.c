/* SPDX-License-Identifier: Apache-2.0 */
#include "charter/lexer.h"

#include <string.h>

void sb_lexer_init(struct sb_lexer *lexer, struct sb_charter *charter, struct sb_diagnostics *diagnostics)
{
    *lexer = (struct sb_lexer){.charter = charter, .diagnostics = diagnostics};
    sb_lexer_rewind(lexer, false);
}

void sb_lexer_rewind(struct sb_lexer *lexer, bool quiet)
{
    lexer->offset = 0;
    lexer->line = 1;
    lexer->line_start = 0;
    lexer->quiet = quiet;
    static const char mark[] = "\xEF\xBB\xBF"; /* some editors begin a file with it */
    if (lexer->charter->source_size >= 3 && memcmp(lexer->charter->source, mark, 3) == 0) {
        lexer->offset = 3;
        lexer->line_start = 3;
    }
}

/* The byte at offset + ahead; the source ends with a NUL, and holds no other. */
static char peek(const struct sb_lexer *lexer, uint32_t ahead)
{
    size_t at = (size_t)lexer->offset + ahead;
    return at < lexer->charter->source_size ? lexer->charter->source[at] : '\0';
}

static struct sb_place_in_text place(const struct sb_lexer *lexer, uint32_t offset, uint32_t size)
{
    return (struct sb_place_in_text){lexer->line, offset - lexer->line_start + 1, size};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Decode one code point of text known to be UTF-8; its bytes in *ret_size. */
static uint32_t code_point(const char *text, uint32_t *ret_size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    uint32_t size = bytes[0] < 0x80 ? 1 : bytes[0] < 0xE0 ? 2 : bytes[0] < 0xF0 ? 3 : 4;
    uint32_t point = size == 1 ? bytes[0] : bytes[0] & (0x7Fu >> size);
    for (uint32_t i = 1; i < size; i++)
        point = (point << 6) | (bytes[i] & 0x3Fu);
    *ret_size = size;
    return point;
}

/*
 * Letters of any script, coarsely: what lies past ASCII and is neither space, punctuation, symbol, control
 * nor private. Combining marks of the Latin script are letters here; decomposed() speaks about them.
 */
static bool is_letter(uint32_t point)
{
    if (point < 0x80)
        return (point >= 'a' && point <= 'z') || (point >= 'A' && point <= 'Z');
    return !(point < 0xC0 || point == 0xD7 || point == 0xF7 || (point >= 0x2000 && point <= 0x2BFF) ||
             (point >= 0x3000 && point <= 0x3004) || (point >= 0x3008 && point <= 0x3020) ||
             (point >= 0xD800 && point <= 0xF8FF) || (point >= 0xFE00 && point <= 0xFE6F) ||
             point == 0xFEFF || (point >= 0xFF00 && point <= 0xFF20) ||
             (point >= 0xFFE0 && point <= 0xFFFF) || point == 0x1680 || point == 0x180E || point >= 0x1F000);
}

/* Bytes of the run of name characters at the offset. */
static uint32_t name_run(const struct sb_lexer *lexer, bool *ret_decomposed)
{
    uint32_t size = 0;
    for (;;) {
        char c = peek(lexer, size);
        uint32_t point_size = 1;
        if (c == '\0')
            return size;
        uint32_t point = code_point(lexer->charter->source + lexer->offset + size, &point_size);
        if (!is_letter(point) && !is_digit(c) && c != '-' && c != '_')
            return size;
        if (point >= 0x300 && point <= 0x36F)
            *ret_decomposed = true;
        size += point_size;
    }
}

static bool begins_name(const struct sb_lexer *lexer)
{
    uint32_t size;
    char c = peek(lexer, 0);
    return c == '_' || is_digit(c) || is_letter(code_point(lexer->charter->source + lexer->offset, &size));
}

static bool all_digits(const char *text, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (!is_digit(text[i]))
            return false;
    return size > 0;
}

/* Whether text has the shape of a pattern in which 'd' stands for a digit. */
static bool has_shape(const char *text, size_t size, const char *pattern)
{
    if (size < strlen(pattern))
        return false;
    for (size_t i = 0; pattern[i]; i++)
        if (pattern[i] == 'd' ? !is_digit(text[i]) : text[i] != pattern[i])
            return false;
    return true;
}

static bool add_token(struct sb_lexer *lexer, enum sb_token_type type, uint32_t size)
{
    if (lexer->count == lexer->room) {
        uint32_t room = lexer->room ? 2 * lexer->room : 64;
        struct sb_token *tokens = sb_arena_alloc(&lexer->charter->arena, room, sizeof(*tokens));
        if (!tokens) {
            lexer->no_memory = true;
            return false;
        }
        if (lexer->count)
            memcpy(tokens, lexer->tokens, lexer->count * sizeof(*tokens));
        lexer->tokens = tokens;
        lexer->room = room;
    }
    lexer->tokens[lexer->count] = (struct sb_token){type, lexer->offset, place(lexer, lexer->offset, size)};
    lexer->count++;
    lexer->offset += size;
    return true;
}

/* The END stands right behind the last token, where a caret for "something is missing" belongs. */
static bool add_end(struct sb_lexer *lexer)
{
    struct sb_place_in_text at = {1, 1, 0};
    if (lexer->count > 0) {
        at = lexer->tokens[lexer->count - 1].at;
        at.column += at.size;
        at.size = 0;
    }
    if (!add_token(lexer, SB_TOKEN_END, 0))
        return false;
    lexer->tokens[--lexer->count].at = at;
    return true;
}

/* Report a mistake of spelling, the first of its sentence only, and step over it. */
#define REJECT(lexer, size, ...)                                                      \
    do {                                                                              \
        if (!(lexer)->quiet && !(lexer)->bad)                                         \
            sb_diagnostics_add((lexer)->diagnostics, SB_SEVERITY_ERROR,               \
                               place((lexer), (lexer)->offset, (size)), __VA_ARGS__); \
        (lexer)->bad = true;                                                          \
        (lexer)->offset += (size);                                                    \
    } while (0)

static bool lex_text(struct sb_lexer *lexer)
{
    uint32_t size = 1;
    for (char c = peek(lexer, size); c != '"'; c = peek(lexer, size)) {
        if (c == '\0' || c == '\n' || c == '\r') {
            REJECT(lexer, size, "the text does not end on this line: a '\"' is missing",
                   "đoạn chữ không kết thúc trên dòng này: thiếu dấu '\"'");
            return true;
        }
        if ((unsigned char)c < 0x20 || c == 0x7F) {
            lexer->offset += size;
            REJECT(lexer, 1, "a control character in a text", "ký tự điều khiển trong đoạn chữ");
            return true;
        }
        size += c == '\\' && (peek(lexer, size + 1) == '"' || peek(lexer, size + 1) == '\\') ? 2 : 1;
    }
    return add_token(lexer, SB_TOKEN_TEXT, size + 1);
}

/* Digits, grouped by single spaces in threes or not at all, and a point with digits behind. */
static uint32_t number_size(const struct sb_lexer *lexer, uint32_t digits)
{
    const char *text = lexer->charter->source + lexer->offset;
    size_t left = lexer->charter->source_size - lexer->offset;
    uint32_t size = digits;
    if (digits <= 3)
        while (has_shape(text + size, left - size, " ddd") && !is_digit(peek(lexer, size + 4)))
            size += 4;
    if (peek(lexer, size) == '.' && is_digit(peek(lexer, size + 1)))
        for (size++; is_digit(peek(lexer, size));)
            size++;
    return size;
}

static bool lex_name(struct sb_lexer *lexer)
{
    const char *text = lexer->charter->source + lexer->offset;
    bool decomposed = false;
    uint32_t size = name_run(lexer, &decomposed);
    if (all_digits(text, size))
        return add_token(lexer, SB_TOKEN_NUMBER, number_size(lexer, size));
    if (size == 5 && has_shape(text, size, "dd-dd"))
        return add_token(lexer, SB_TOKEN_MONTH_DAY, size);
    if (has_shape(text, size, "dddd-dd-dd") && (size == 10 || text[10] == 'T')) {
        if (size > 10 && peek(lexer, size) == ':')
            for (size++; is_digit(peek(lexer, size));)
                size++;
        return add_token(lexer, SB_TOKEN_MOMENT, size);
    }
    if (decomposed)
        REJECT(lexer, size,
               "accents are written as separate characters here: save the file with composed letters "
               "(Unicode NFC)",
               "dấu được viết thành ký tự rời ở đây: hãy lưu tệp với chữ dựng sẵn (Unicode NFC)");
    else
        return add_token(lexer, SB_TOKEN_WORD, size);
    return true;
}

static bool lex_other(struct sb_lexer *lexer)
{
    const char *text = lexer->charter->source + lexer->offset;
    size_t left = lexer->charter->source_size - lexer->offset;
    if (has_shape(text, left, "+dd:dd") || has_shape(text, left, "-dd:dd"))
        return add_token(lexer, SB_TOKEN_OFFSET, 6);
    if (strchr(",:.()|/%=-", text[0]))
        return add_token(lexer, SB_TOKEN_MARK, 1);
    uint32_t size;
    uint32_t point = code_point(text, &size);
    if (point == 0xA0 || point == 0x202F || point == 0x2007 || point == 0x3000)
        REJECT(lexer, size, "a space that is no ordinary space (U+%04X): type it again",
               "dấu cách không phải dấu cách thường (U+%04X): hãy gõ lại", (unsigned)point);
    else if (point == 0x201C || point == 0x201D || point == 0x201E || point == 0xAB || point == 0xBB)
        REJECT(lexer, size, "a text stands between straight quotes: \"...\"",
               "đoạn chữ đặt giữa hai dấu ngoặc kép thẳng: \"...\"");
    else if (point >= 0x21 && point < 0x7F)
        REJECT(lexer, size, "the character '%c' means nothing here", "ký tự '%c' không có nghĩa ở đây",
               (int)point);
    else
        REJECT(lexer, size, "the character U+%04X means nothing here", "ký tự U+%04X không có nghĩa ở đây",
               (unsigned)point);
    return true;
}

static bool lex_comment(struct sb_lexer *lexer, bool own_line)
{
    struct sb_charter *charter = lexer->charter;
    uint32_t size = 0;
    while (peek(lexer, size) != '\n' && peek(lexer, size) != '\0')
        size++;
    uint32_t kept = size;
    while (kept > 1 && strchr(" \t\r", peek(lexer, kept - 1)))
        kept--;
    if (!lexer->quiet) {
        struct sb_comment *comments =
            sb_arena_grow(&charter->arena, charter->comments, charter->comment_count, sizeof(*comments));
        char *text = sb_arena_copy(&charter->arena, charter->source + lexer->offset, kept);
        if (!comments || !text) {
            lexer->no_memory = true;
            return false;
        }
        charter->comments = comments;
        comments[charter->comment_count++] =
            (struct sb_comment){place(lexer, lexer->offset, kept), text, own_line};
    }
    lexer->offset += size;
    return true;
}

/*
 * Step over spaces, line ends and comments. *ret_at_margin: the next token, if any, begins at column 1. False
 * when memory is out.
 */
static bool skip(struct sb_lexer *lexer, bool *ret_at_margin)
{
    bool own_line = lexer->offset == lexer->line_start;
    while (true) {
        char c = peek(lexer, 0);
        if (c == '\n') {
            lexer->offset++;
            lexer->line++;
            lexer->line_start = lexer->offset;
            own_line = true;
        } else if (c == ' ' || c == '\t' || c == '\r') {
            lexer->offset++;
        } else if (c == '#') {
            if (!lex_comment(lexer, own_line))
                return false;
        } else {
            *ret_at_margin = lexer->offset == lexer->line_start;
            return true;
        }
    }
}

bool sb_lexer_next_sentence(struct sb_lexer *lexer)
{
    bool at_margin = false;
    lexer->count = 0;
    lexer->bad = false;
    if (!skip(lexer, &at_margin) || peek(lexer, 0) == '\0')
        return false;
    if (!at_margin)
        REJECT(lexer, 0, "a sentence begins at the left margin", "câu bắt đầu ở lề trái");
    do {
        char c = peek(lexer, 0);
        bool added = c == '"' ? lex_text(lexer) : begins_name(lexer) ? lex_name(lexer) : lex_other(lexer);
        if (!added || !skip(lexer, &at_margin))
            return false;
    } while (peek(lexer, 0) != '\0' && !at_margin);
    return add_end(lexer);
}
