/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How a guess is made: encoding and separator from the file's first bytes, the header as the first whole row
 * without figures, and then a column for each field: by its header's words, if its sampled values fit. A
 * column is taken once, in the order in which fields are hardest to confuse.
 */

#include "import/guess.h"

#include "base/macros.h"
#include "import/csv_rows.h"
#include "import/text_fold.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_SIZE     ((size_t)64 * 1024) /* bytes looked at for encoding and separator */
#define ROWS_MAX      2000u               /* rows sampled */
#define COLUMNS_MAX   64u                 /* columns looked at */
#define NAME_SIZE_MAX 200u                /* bytes of a header's name that is written out */
#define LINES_MAX     40u                 /* lines counted for the separator */

struct guess {
    const char *path;
    const char *encoding;
    char separator;
    char **cells; /* owned, each too; rows of COLUMNS_MAX */
    uint32_t *widths;
    uint32_t row_count, column_count;
    uint32_t header; /* index of its row */
    bool has_header;
    bool taken[COLUMNS_MAX];
    struct sb_str *out;
};

static const char *cell(const struct guess *guess, uint32_t row, uint32_t column)
{
    const char *text = guess->cells[(size_t)row * COLUMNS_MAX + column];
    return text ? text : "";
}

static uint32_t first_row(const struct guess *guess)
{
    return guess->has_header ? guess->header + 1 : guess->header;
}

/* ------------------------------------------------------------------ bytes */

static void guess_encoding(struct guess *guess, const char *head, size_t size)
{
    size_t bad_at = size;
    bool whole = sb_text_is_utf8(head, size, &bad_at);
    bool cut = size == HEAD_SIZE && bad_at + 4 > size; /* the sample ends inside a character */
    if (size >= 2 && ((head[0] == '\xFF' && head[1] == '\xFE') || (head[0] == '\xFE' && head[1] == '\xFF')))
        guess->encoding = "utf-16";
    else
        guess->encoding = whole || cut ? "utf-8" : "windows-1252";
}

/* How many lines have the separator as often as most lines do, outside quotes. */
static uint32_t lines_agreeing(const char *head, size_t size, char separator, uint32_t *ret_times)
{
    uint32_t counts[LINES_MAX] = {0}, lines = 0, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < size && lines < LINES_MAX; i++) {
        if (head[i] == '"')
            quoted = !quoted;
        else if (head[i] == '\n' && !quoted)
            lines++;
        else if (head[i] == separator && !quoted)
            counts[lines]++;
    }
    lines = SB_MIN(lines + 1, LINES_MAX);
    *ret_times = 0;
    for (uint32_t i = 0; i < lines; i++) {
        uint32_t same = 0;
        for (uint32_t j = 0; j < lines; j++)
            same += counts[j] == counts[i];
        if (counts[i] > 0 && same > best) {
            best = same;
            *ret_times = counts[i];
        }
    }
    return best;
}

static void guess_separator(struct guess *guess, const char *head, size_t size)
{
    static const char separators[] = ",;\t|";
    uint32_t best = 0, best_times = 0;
    guess->separator = ',';
    for (const char *separator = separators; *separator; separator++) {
        uint32_t times, lines = lines_agreeing(head, size, *separator, &times);
        if (lines < best || (lines == best && times <= best_times))
            continue;
        best = lines;
        best_times = times;
        guess->separator = *separator;
    }
}

/* ------------------------------------------------------------------ rows */

static enum sb_status take_row(void *context, const struct sb_row *row, struct sb_err *err)
{
    struct guess *guess = context;
    if (guess->row_count == ROWS_MAX)
        return SB_END;
    uint32_t at = guess->row_count++;
    guess->widths[at] = row->problem == SB_ROW_SOUND ? SB_MIN(row->count, COLUMNS_MAX) : 0;
    for (uint32_t i = 0; i < guess->widths[at]; i++) {
        char *copy = strdup(row->fields[i].text);
        if (!copy)
            return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
        guess->cells[(size_t)at * COLUMNS_MAX + i] = copy;
    }
    return SB_OK;
}

static bool has_digit_first(const char *text)
{
    text += strspn(text, " +-(");
    return *text >= '0' && *text <= '9';
}

/* The width that most rows have; the first row of it is the header, if none of its fields begins as a figure.
 */
static void guess_header(struct guess *guess)
{
    uint32_t counts[COLUMNS_MAX + 1] = {0};
    for (uint32_t i = 0; i < guess->row_count; i++)
        counts[guess->widths[i]]++;
    counts[0] = 0;
    for (uint32_t width = 1; width <= COLUMNS_MAX; width++)
        if (counts[width] >= SB_MAX(counts[guess->column_count], 1u))
            guess->column_count = width;
    while (guess->header < guess->row_count && guess->widths[guess->header] != guess->column_count)
        guess->header++;
    guess->has_header = guess->header < guess->row_count;
    for (uint32_t i = 0; guess->has_header && i < guess->column_count; i++)
        guess->has_header = !has_digit_first(cell(guess, guess->header, i));
}

/* ------------------------------------------------------------------ what fits */

typedef bool fits_fn(const void *context, const char *text);

/* Whether all values of a column that are not empty fit, and there is one. */
static bool column_fits(const struct guess *guess, uint32_t column, fits_fn *fits, const void *context)
{
    uint32_t some = 0;
    for (uint32_t row = first_row(guess); row < guess->row_count; row++) {
        if (guess->widths[row] != guess->column_count)
            continue;
        const char *text = cell(guess, row, column);
        text += strspn(text, " ");
        if (*text == '\0')
            continue;
        if (!fits(context, text))
            return false;
        some++;
    }
    return some > 0;
}

static const char *const time_patterns[] = {
    "yyyy-mm-dd",
    "yyyy-mm-ddThh:mm:ssz",
    "yyyy-mm-ddThh:mm:ss.fz",
    "yyyy-mm-ddThh:mm:ss",
    "yyyy-mm-dd hh:mm:ss",
    "yyyy-mm-dd hh:mm",
    "yyyy-mm-dd hh:mm:ss.f",
    "d/m/yyyy",
    "d/m/yyyy h:mm",
    "d/m/yyyy h:mm:ss",
    "m/d/yyyy",
    "m/d/yyyy h:mm",
    "m/d/yyyy h:mm:ss",
    "d.m.yyyy",
    "d.m.yyyy h:mm",
    "d.m.yyyy h:mm:ss",
    "d.m.yy",
    "d-m-yyyy",
    "d-m-yyyy h:mm",
    "d-m-yyyy h:mm:ss",
    "d/m/yy",
    "m/d/yy",
    "yyyy/m/d",
    "yyyy/m/d h:mm:ss",
    "yyyymmdd",
    "d mmm yyyy",
    "d-mmm-yyyy",
    "d-mmm-yy",
    "mmm d, yyyy",
};

static bool fits_time(const void *context, const char *text)
{
    sb_time_us time;
    return sb_time_format_read(context, text, strcspn(text, "\r\n"), 0, &time);
}

/* The first pattern that all values have; NULL: none. */
static const char *time_pattern(const struct guess *guess, uint32_t column)
{
    for (size_t i = 0; i < SB_ARRAY_SIZE(time_patterns); i++) {
        struct sb_time_format format;
        if (sb_time_format_compile(time_patterns[i], strlen(time_patterns[i]), &format, NULL) == SB_OK &&
            column_fits(guess, column, fits_time, &format))
            return time_patterns[i];
    }
    return NULL;
}

struct figures {
    bool dot, comma, space;              /* seen between digits */
    bool dot_in_threes, comma_in_threes; /* always with three digits behind it */
    bool dot_last, comma_last;           /* behind the other one */
    bool negative;
    uint32_t decimals;
    struct sb_number_format format;
    const char *example;
};

static void look_at_figure(struct figures *figures, const char *text)
{
    const char *dot = strrchr(text, '.'), *comma = strrchr(text, ',');
    if (dot) {
        figures->dot = true;
        figures->dot_in_threes = figures->dot_in_threes && strspn(dot + 1, "0123456789") == 3;
    }
    if (comma) {
        figures->comma = true;
        figures->comma_in_threes = figures->comma_in_threes && strspn(comma + 1, "0123456789") == 3;
    }
    figures->dot_last = figures->dot_last || (dot && comma && dot > comma);
    figures->comma_last = figures->comma_last || (dot && comma && comma > dot);
    for (const char *at = text; *at; at++)
        figures->space = figures->space || (*at == ' ' && at > text && at[-1] >= '0' && at[-1] <= '9' &&
                                            at[1] >= '0' && at[1] <= '9');
    figures->negative = figures->negative || strpbrk(text, "-(") != NULL;
}

static bool fits_number(const void *context, const char *text)
{
    sb_amount amount;
    const struct figures *figures = context;
    enum sb_number_status status =
        sb_number_read(&figures->format, text, strlen(text), figures->decimals, &amount);
    return status == SB_NUMBER_OK;
}

/* How the amounts of a column are written. False when they are no numbers. */
static bool read_figures(const struct guess *guess, uint32_t column, struct figures *ret_figures)
{
    struct figures *f = ret_figures;
    *f = (struct figures){.dot_in_threes = true, .comma_in_threes = true};
    for (uint32_t row = first_row(guess); row < guess->row_count; row++)
        if (guess->widths[row] == guess->column_count)
            look_at_figure(f, cell(guess, row, column));
    bool comma_is_decimal = f->comma && !f->dot_last && (f->comma_last || !f->comma_in_threes);
    bool dot_is_decimal = !comma_is_decimal && f->dot && (f->dot_last || !f->dot_in_threes);
    bool dots_group = f->dot && !dot_is_decimal;
    if (comma_is_decimal || dots_group)
        f->example = f->space ? "1 234,56" : "1.234,56";
    else
        f->example = f->space ? "1 234.56" : "1,234.56";
    if (!sb_number_format_learn(f->example, strlen(f->example), &f->format))
        return false;
    for (f->decimals = 0; f->decimals <= 9; f->decimals++)
        if (column_fits(guess, column, fits_number, f))
            return true;
    return false;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* No value twice, none empty. */
static bool is_distinct(const struct guess *guess, uint32_t column)
{
    const char *values[ROWS_MAX];
    uint32_t count = 0;
    for (uint32_t row = first_row(guess); row < guess->row_count; row++) {
        if (guess->widths[row] != guess->column_count)
            continue;
        if (*cell(guess, row, column) == '\0')
            return false;
        values[count++] = cell(guess, row, column);
    }
    qsort(values, count, sizeof(values[0]), by_text);
    for (uint32_t i = 1; i < count; i++)
        if (strcmp(values[i - 1], values[i]) == 0)
            return false;
    return count > 0;
}

/* ------------------------------------------------------------------ header words */

enum role { TIME, AMOUNT, AMOUNT_IN, ID, ORIGINAL, PAYER, PAYEE, AGENT, KIND, PURPOSE, CHANNEL, ROLE_COUNT };

/* Words of headers, best first, separated by '|'. English, then Vietnamese with and without its signs. */
static const struct {
    const char *field, *words;
} roles[ROLE_COUNT] = {
    [TIME] = {"time",
              "time|timestamp|date time|datetime|date|transaction date|trans date|txn time|posted|day|"
              "buchungstag|thời gian|thoi gian|ngày giờ|ngay gio|ngày|ngay|thời điểm|thoi diem"},
    [AMOUNT] = {"amount", "amount|amt|value|debit|paid out|money out|sum|total|soll|betrag|số tiền|so tien|"
                          "giá trị|gia tri|ghi nợ|ghi no"},
    [AMOUNT_IN] = {"amount in", "credit|paid in|money in|haben|ghi có|ghi co"},
    [ID] = {"id", "id|transaction id|txn id|trans id|reference|ref|receipt|seq|sequence|number|"
                  "mã giao dịch|ma giao dich|mã gd|ma gd|số tham chiếu|so tham chieu|mã|ma"},
    [ORIGINAL] = {"original", "original|original id|reversed|reversed txn id|refund of|mã gốc|ma goc"},
    [PAYER] = {"payer",
               "payer|sender|from|from account|source|debtor|card|card number|customer|msisdn|subscriber|"
               "nameorig|account|bên trả|ben tra|người gửi|nguoi gui|bên chuyển|ben chuyen|"
               "tài khoản nguồn|tai khoan nguon|khách hàng|khach hang|thẻ|the|tài khoản|tai khoan"},
    [PAYEE] = {"payee",
               "payee|receiver|recipient|beneficiary|to|to account|destination|creditor|merchant|supplier|"
               "shop|vendor|namedest|empfänger|bên nhận|ben nhan|người nhận|nguoi nhan|người thụ hưởng|"
               "nguoi thu huong|tài khoản đích|tai khoan dich|cửa hàng|cua hang|đơn vị|don vi"},
    [AGENT] = {"agent", "agent|agent code|agent id|đại lý|dai ly"},
    [KIND] = {"kind",
              "kind|type|transaction type|txn type|trans type|loại giao dịch|loai giao dich|loại|loai"},
    [PURPOSE] = {"purpose", "purpose|category|mcc|mục đích|muc dich|danh mục|danh muc"},
    [CHANNEL] = {"channel", "channel|kênh|kenh"},
};

/* Small letters, everything else that is ASCII one space, as the lists of words are written. */
static void plain_words(const char *text, char out[SB_CSV_FIELD_MAX + 1])
{
    char small[SB_CSV_FIELD_MAX + 1];
    size_t size = 0, length = sb_fold_name(text, strnlen(text, SB_CSV_FIELD_MAX), true, true, small);
    for (size_t i = 0; i < length && size < SB_CSV_FIELD_MAX; i++) {
        unsigned char c = (unsigned char)small[i];
        bool kept = c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (kept)
            out[size++] = small[i];
        else if (size > 0 && out[size - 1] != ' ')
            out[size++] = ' ';
    }
    while (size > 0 && out[size - 1] == ' ')
        size--;
    out[size] = '\0';
}

/* Whether a phrase stands in a text as whole words. */
static bool holds_words(const char *text, const char *phrase, size_t size)
{
    for (const char *at = strchr(text, ' '); at; at = strchr(at + 1, ' '))
        if (strncmp(at + 1, phrase, size) == 0 && (at[1 + size] == ' ' || at[1 + size] == '\0'))
            return true;
    return strncmp(text, phrase, size) == 0 && (text[size] == ' ' || text[size] == '\0');
}

/* How well a header says a role: 0 not at all; a word alone is better than among others, and earlier words
 * are better than later ones. */
static unsigned header_score(const char *header, enum role role)
{
    char plain[SB_CSV_FIELD_MAX + 1];
    unsigned rank = 0, best = 0;
    plain_words(header, plain);
    for (const char *word = roles[role].words; *word; rank++) {
        size_t size = strcspn(word, "|");
        unsigned score = strlen(plain) == size && strncmp(plain, word, size) == 0 ? 1000 - rank
                         : holds_words(plain, word, size)                         ? 500 - rank
                                                                                  : 0;
        best = SB_MAX(best, score);
        word += size + (word[size] == '|');
    }
    return best;
}

static bool role_fits(const struct guess *guess, uint32_t column, enum role role)
{
    struct figures figures;
    if (role == TIME)
        return time_pattern(guess, column) != NULL;
    if (role == AMOUNT || role == AMOUNT_IN)
        return read_figures(guess, column, &figures);
    if (role == ID)
        return is_distinct(guess, column);
    return true;
}

/* The best column of a role that is free; COLUMNS_MAX: none. Without a header, or where no word fits, a time
 * is the first column that reads as one. */
static uint32_t find_column(struct guess *guess, enum role role)
{
    uint32_t found = COLUMNS_MAX;
    unsigned best = 0;
    for (uint32_t i = 0; guess->has_header && i < guess->column_count; i++) {
        unsigned score = guess->taken[i] ? 0 : header_score(cell(guess, guess->header, i), role);
        if (score > best && role_fits(guess, i, role)) {
            best = score;
            found = i;
        }
    }
    for (uint32_t i = 0; found == COLUMNS_MAX && role == TIME && i < guess->column_count; i++)
        if (!guess->taken[i] && role_fits(guess, i, role))
            found = i;
    for (uint32_t i = 0; found == COLUMNS_MAX && role == AMOUNT && i < guess->column_count; i++)
        if (!guess->taken[i] && role_fits(guess, i, role) && !is_distinct(guess, i))
            found = i;
    if (found != COLUMNS_MAX)
        guess->taken[found] = true;
    return found;
}

/* ------------------------------------------------------------------ the mapping */

static void add_quoted(struct sb_str *out, const char *text)
{
    sb_str_add(out, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            sb_str_add(out, "\\");
        sb_str_add_bytes(out, (unsigned char)*text < ' ' ? " " : text, 1);
    }
    sb_str_add(out, "\"");
}

/* A column by its name, or by its number where there is none or two have it. */
static void add_column(const struct guess *guess, uint32_t column)
{
    const char *name = guess->has_header ? cell(guess, guess->header, column) : "";
    bool alone = *name != '\0' && strlen(name) <= NAME_SIZE_MAX;
    for (const char *at = name; *at; at++)
        alone = alone && (unsigned char)*at >= ' ' && *at != 0x7F;
    char mine[SB_CSV_FIELD_MAX + 1], other[SB_CSV_FIELD_MAX + 1];
    plain_words(name, mine);
    for (uint32_t i = 0; alone && i < guess->column_count; i++) {
        plain_words(cell(guess, guess->header, i), other);
        alone = i == column || strcmp(mine, other) != 0;
    }
    if (alone)
        add_quoted(guess->out, name);
    else
        sb_str_printf(guess->out, "column %u", column + 1);
}

static void add_sentence(const struct guess *guess, enum role role, uint32_t column)
{
    sb_str_printf(guess->out, "%-8s from ", roles[role].field);
    add_column(guess, column);
}

static void add_file(const struct guess *guess)
{
    static const struct {
        char separator;
        const char *word;
    } words[] = {{',', "comma"}, {';', "semicolon"}, {'\t', "tab"}, {'|', "pipe"}};
    const char *slash = strrchr(guess->path, '/');
    sb_str_add(guess->out,
               "# Proposed by `sandbank import --guess`; read each reason before you use it.\n\nmap ");
    const char *title = slash ? slash + 1 : guess->path;
    add_quoted(guess->out, sb_text_is_utf8(title, strlen(title), NULL) ? title : "a file");
    sb_str_printf(guess->out, "\nencoding %s      # by the bytes of the file's beginning\n", guess->encoding);
    for (size_t i = 0; i < SB_ARRAY_SIZE(words); i++)
        if (words[i].separator == guess->separator)
            sb_str_printf(guess->out, "separator %s      # as often in most lines\n", words[i].word);
    if (!guess->has_header)
        sb_str_add(guess->out, "no header      # the first row has figures\n");
    else if (guess->header > 0)
        sb_str_printf(guess->out, "header in row %u      # the first row as wide as most\n",
                      guess->header + 1);
}

/* Pence and cents are minor units; what currency it is only a header can say. */
static void add_unit(const struct guess *guess, uint32_t column, const struct figures *figures, bool minor)
{
    static const struct {
        const char *word, *unit;
    } currencies[] = {{"pence", "GBP"}, {"gbp", "GBP"},  {"cents", "USD"}, {"usd", "USD"}, {"eur", "EUR"},
                      {"vnd", "VND"},   {"đồng", "VND"}, {"dong", "VND"},  {"ghs", "GHS"}, {"bdt", "BDT"},
                      {"inr", "INR"},   {"ngn", "NGN"},  {"ugx", "UGX"},   {"lak", "LAK"}};
    char plain[SB_CSV_FIELD_MAX + 1] = "";
    const char *unit = NULL;
    if (guess->has_header)
        plain_words(cell(guess, guess->header, column), plain);
    for (size_t i = 0; i < SB_ARRAY_SIZE(currencies) && !unit; i++)
        if (holds_words(plain, currencies[i].word, strlen(currencies[i].word)))
            unit = currencies[i].unit;
    uint32_t decimals = minor ? 2 : figures->decimals;
    sb_str_printf(guess->out, "unit %s", unit ? unit : "XXX");
    if (decimals > 0)
        sb_str_printf(guess->out, " with %u decimals", decimals);
    sb_str_add(guess->out,
               unit ? "      # by the header of the amounts" : "      # NOT KNOWN: the file does not say");
    sb_str_printf(guess->out, "; decimals by the sampled amounts\n");
    sb_str_add(guess->out, "clock +00:00      # NOT KNOWN: the file's own time zone\n");
    sb_str_printf(guess->out, "numbers like \"%s\"      # by the sampled amounts", figures->example);
    bool doubtful =
        !figures->dot_last && !figures->comma_last &&
        ((figures->dot && figures->dot_in_threes) || (figures->comma && figures->comma_in_threes));
    sb_str_add(guess->out, doubtful ? "; NOT KNOWN: groups of three may be decimals\n\n" : "\n\n");
}

static bool is_minor(const struct guess *guess, uint32_t column)
{
    char plain[SB_CSV_FIELD_MAX + 1] = "";
    if (guess->has_header)
        plain_words(cell(guess, guess->header, column), plain);
    return holds_words(plain, "pence", 5) || holds_words(plain, "cents", 5) || holds_words(plain, "minor", 5);
}

static void add_time(const struct guess *guess, uint32_t column)
{
    const char *pattern = time_pattern(guess, column);
    assert(pattern); /* that is why the column was found */
    add_sentence(guess, TIME, column);
    sb_str_printf(guess->out, " as \"%s\"      # all sampled values read so", pattern);
    bool day_first = pattern[0] == 'd' && pattern[1] == '/';
    struct sb_time_format other;
    char turned[32];
    (void)snprintf(turned, sizeof(turned), "m/d%s", day_first ? pattern + 3 : ""); /* shorter than pattern */
    if (day_first && sb_time_format_compile(turned, strlen(turned), &other, NULL) == SB_OK &&
        column_fits(guess, column, fits_time, &other))
        sb_str_printf(guess->out, "; NOT KNOWN: \"%s\" would fit too", turned);
    sb_str_add(guess->out, "\n");
}

static void add_parties(const struct guess *guess, uint32_t payer, uint32_t payee)
{
    if (payer != COLUMNS_MAX) {
        add_sentence(guess, PAYER, payer);
        sb_str_add(guess->out, "      # by its header\n");
    } else {
        sb_str_add(
            guess->out,
            "payer    from file name      # NOT KNOWN: no column says who pays; one file an account\n");
    }
    if (payee != COLUMNS_MAX) {
        add_sentence(guess, PAYEE, payee);
        sb_str_add(
            guess->out,
            " with prefix \"to:\"      # by its header; take the prefix away if payers are paid too\n");
    } else {
        sb_str_add(guess->out, "payee    is outside      # NOT KNOWN: no column says who is paid\n");
    }
}

static void add_rest(const struct guess *guess, const uint32_t columns[ROLE_COUNT], bool negative)
{
    static const enum role others[] = {ID, ORIGINAL, AGENT, PURPOSE, CHANNEL};
    for (size_t i = 0; i < SB_ARRAY_SIZE(others); i++) {
        if (columns[others[i]] == COLUMNS_MAX)
            continue;
        add_sentence(guess, others[i], columns[others[i]]);
        sb_str_add(guess->out, others[i] == ID ? "      # by its header; no sampled value twice\n"
                                               : "      # by its header\n");
    }
    if (columns[KIND] != COLUMNS_MAX) {
        add_sentence(guess, KIND, columns[KIND]);
        sb_str_add(guess->out, "      # by its header; the charter must know these names\n");
    } else {
        sb_str_add(guess->out, "kind     is payment      # NOT KNOWN: no column says what kind\n");
    }
    sb_str_printf(guess->out, "\nnegative amounts are refunds      # %s\n",
                  negative ? "there are some; NOT KNOWN: they may be money that comes in"
                           : "none was sampled");
    sb_str_add(guess->out,
               "accounts may go below zero      # the file begins in the middle of their history\n");
    for (uint32_t i = 0; guess->has_header && i < guess->column_count; i++)
        if (!guess->taken[i]) {
            char plain[SB_CSV_FIELD_MAX + 1];
            plain_words(cell(guess, guess->header, i), plain);
            sb_str_printf(guess->out, "# not used: column %u, %s\n", i + 1, plain);
        }
}

static enum sb_status propose(struct guess *guess, struct sb_err *err)
{
    uint32_t columns[ROLE_COUNT];
    struct figures figures = {0};
    for (int role = 0; role < ROLE_COUNT; role++)
        columns[role] = find_column(guess, (enum role)role);
    if (columns[TIME] == COLUMNS_MAX)
        return sb_fail(err, SB_INVALID, "'%s': no column reads as a time",
                       "'%s': không cột nào đọc được là thời gian", guess->path);
    if (columns[AMOUNT] == COLUMNS_MAX || !read_figures(guess, columns[AMOUNT], &figures))
        return sb_fail(err, SB_INVALID, "'%s': no column reads as an amount",
                       "'%s': không cột nào đọc được là số tiền", guess->path);
    bool minor = is_minor(guess, columns[AMOUNT]);
    add_file(guess);
    add_unit(guess, columns[AMOUNT], &figures, minor);
    add_time(guess, columns[TIME]);
    add_parties(guess, columns[PAYER], columns[PAYEE]);
    add_sentence(guess, AMOUNT, columns[AMOUNT]);
    sb_str_add(guess->out,
               minor ? " in minor units      # by its header\n" : "      # all sampled values are numbers\n");
    if (columns[AMOUNT_IN] != COLUMNS_MAX) {
        add_sentence(guess, AMOUNT_IN, columns[AMOUNT_IN]);
        sb_str_add(guess->out, "      # by its header\n");
    }
    add_rest(guess, columns, figures.negative);
    return guess->out->failed ? sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ") : SB_OK;
}

static enum sb_status sample(struct guess *guess, FILE *file, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *head = malloc(HEAD_SIZE);
    if (!head)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    size_t size = fread(head, 1, HEAD_SIZE, file);
    if (ferror(file) || fseek(file, 0, SEEK_SET) != 0)
        return sb_fail(err, SB_IO, "'%s' cannot be read", "không đọc được '%s'", guess->path);
    guess_encoding(guess, head, size);
    guess_separator(guess, head, size);
    struct sb_csv_options options = {
        .separator = guess->separator, .quote = '"', .encoding = guess->encoding};
    enum sb_status status = sb_csv_read(file, guess->path, &options, take_row, guess, err);
    if (status != SB_OK && status != SB_END)
        return status;
    guess_header(guess);
    if (guess->header + (guess->has_header ? 1u : 0u) >= guess->row_count)
        return sb_fail(err, SB_INVALID, "'%s' has no rows to look at", "'%s' không có dòng dữ liệu nào",
                       guess->path);
    return propose(guess, err);
}

enum sb_status sb_guess_map(FILE *file, const char *path, struct sb_str *out, struct sb_err *err)
{
    struct guess guess = {.path = path, .out = out};
    guess.cells = calloc((size_t)ROWS_MAX * COLUMNS_MAX, sizeof(*guess.cells));
    guess.widths = calloc(ROWS_MAX, sizeof(*guess.widths));
    enum sb_status status = guess.cells && guess.widths
                                ? sample(&guess, file, err)
                                : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    for (size_t i = 0; guess.cells && i < (size_t)ROWS_MAX * COLUMNS_MAX; i++)
        free(guess.cells[i]);
    free(guess.cells);
    free(guess.widths);
    return status;
}
