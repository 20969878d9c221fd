/* SPDX-License-Identifier: Apache-2.0 */
#include "import/csv_rows.h"

#include "base/macros.h"

#include <csv.h>
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CHUNK_SIZE = 1 << 16,           /* bytes read at a time */
    UTF8_SIZE = 4 * CHUNK_SIZE + 8, /* what they may become: no encoding grows more than fourfold */
};

struct reader {
    sb_row_fn *fn;
    void *context;
    struct sb_err *err;
    enum sb_status status; /* of the row function: once it failed, rows are dropped */
    struct sb_row row;
    struct sb_map_text fields[SB_CSV_FIELDS_MAX];
    size_t offsets[SB_CSV_FIELDS_MAX]; /* of fields in text */
    char *text;                        /* owned; the row's fields, NUL-terminated each */
    size_t text_size, text_room;
    uint64_t line;      /* that is being read */
    uint64_t row_lines; /* line breaks inside the row's quotes */
    bool after_return;  /* the last thing read was \r: a \n belongs to it */
    struct csv_parser parser;
    bool resync; /* drop bytes up to the next line break */
};

static bool make_room(struct reader *r, size_t more)
{
    if (r->text_room - r->text_size >= more)
        return true;
    size_t room = SB_MAX(r->text_room * 2, r->text_size + more + 4096);
    char *text = realloc(r->text, room);
    if (!text)
        return false;
    r->text = text;
    r->text_room = room;
    return true;
}

static void take_field(void *bytes, size_t size, void *context)
{
    struct reader *r = context;
    const char *text = bytes;
    r->after_return = false;
    for (const char *at = text; size > 0 && (at = memchr(at, '\n', size - (size_t)(at - text))) != NULL; at++)
        r->row_lines++;
    if (r->row.count == SB_CSV_FIELDS_MAX) {
        r->row.problem = SB_ROW_FIELDS_MANY;
        return;
    }
    if (size > SB_CSV_FIELD_MAX) {
        r->row.problem = SB_ROW_FIELD_LONG;
        size = 0;
    }
    if (!make_room(r, size + 1)) {
        r->status = sb_fail(r->err, SB_NOMEM, "out of memory", "hết bộ nhớ");
        return;
    }
    r->offsets[r->row.count] = r->text_size;
    r->fields[r->row.count++].size = (uint32_t)size;
    if (size > 0)
        memcpy(r->text + r->text_size, text, size);
    r->text[r->text_size + size] = '\0';
    r->text_size += size + 1;
}

static void give_row(struct reader *r)
{
    for (uint32_t i = 0; i < r->row.count; i++)
        r->fields[i].text = r->text + r->offsets[i];
    r->row.fields = r->fields;
    r->row.line = r->line;
    if (r->status == SB_OK)
        r->status = r->fn(r->context, &r->row, r->err);
    r->row = (struct sb_row){0};
    r->text_size = 0;
    r->line += r->row_lines;
    r->row_lines = 0;
}

/* libcsv calls this for every \r and every \n outside of quotes, and with -1 at the end of the file. */
static void end_row(int mark, void *context)
{
    struct reader *r = context;
    bool second_half = mark == '\n' && r->after_return && r->row.count == 0;
    r->after_return = mark == '\r';
    if (second_half)
        return;
    give_row(r);
    r->line++;
}

/* After a quote that is never closed: say so, and begin anew at the next line. */
static enum sb_status recover(struct reader *r, const struct sb_csv_options *options)
{
    csv_free(&r->parser);
    if (csv_init(&r->parser, CSV_REPALL_NL) != 0)
        return sb_fail(r->err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    csv_set_delim(&r->parser, (unsigned char)options->separator);
    csv_set_quote(&r->parser, (unsigned char)options->quote);
    return SB_OK;
}

static enum sb_status parse(struct reader *r, const struct sb_csv_options *options, const char *text,
                            size_t size)
{
    if (r->resync) {
        const char *end = memchr(text, '\n', size);
        if (!end)
            return SB_OK;
        r->resync = false;
        r->line++;
        size -= (size_t)(end - text) + 1;
        text = end + 1;
    }
    if (csv_parse(&r->parser, text, size, take_field, end_row, r) != size && r->status == SB_OK)
        return sb_fail(r->err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (r->status != SB_OK || r->parser.entry_pos <= SB_IMPORT_QUOTE_MAX)
        return r->status;
    for (size_t i = 0; i < r->parser.entry_pos; i++)
        r->row_lines += r->parser.entry_buf[i] == '\n';
    r->row.problem = SB_ROW_QUOTE_OPEN;
    r->row.count = 0;
    give_row(r);
    r->resync = true;
    return r->status == SB_OK ? recover(r, options) : r->status;
}

/* ------------------------------------------------------------------ encodings */

struct decoder {
    iconv_t to_utf8; /* (iconv_t)-1: the file is in UTF-8 */
    char in[CHUNK_SIZE];
    size_t in_size;
    char out[UTF8_SIZE];
    bool begun;
};

static bool is_utf8_name(const char *encoding)
{
    return strcasecmp(encoding, "utf-8") == 0 || strcasecmp(encoding, "utf8") == 0;
}

/* Decode what is in `in`, all but the beginning of a character; bytes that mean nothing become U+FFFD. */
static size_t decode(struct decoder *d, bool at_end)
{
    char *in = d->in, *out = d->out;
    size_t in_left = d->in_size, out_left = sizeof(d->out);
    while (in_left > 0) {
        if (iconv(d->to_utf8, &in, &in_left, &out, &out_left) != (size_t)-1)
            break;
        bool cut = errno == EINVAL && !at_end;
        if (cut || out_left < 8)
            break;
        memcpy(out, "\xEF\xBF\xBD", 3);
        out += 3;
        out_left -= 3;
        in++;
        in_left--;
    }
    memmove(d->in, in, in_left);
    d->in_size = in_left;
    return (size_t)(out - d->out);
}

/* Without a mark of byte order at the front of the file. */
static enum sb_status parse_decoded(struct reader *r, const struct sb_csv_options *options, struct decoder *d,
                                    const char *text, size_t size)
{
    size_t mark = !d->begun && size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    d->begun = d->begun || size > 0;
    return parse(r, options, text + mark, size - mark);
}

static enum sb_status read_all(struct reader *r, FILE *file, const char *path,
                               const struct sb_csv_options *options, struct decoder *d)
{
    for (;;) {
        size_t got = fread(d->in + d->in_size, 1, sizeof(d->in) - d->in_size, file);
        if (ferror(file))
            return sb_fail(r->err, SB_IO, "'%s' cannot be read: %s", "không đọc được '%s': %s", path,
                           strerror(errno));
        bool at_end = got == 0;
        d->in_size += got;
        enum sb_status status;
        if (d->to_utf8 == (iconv_t)-1) {
            status = parse_decoded(r, options, d, d->in, d->in_size);
            d->in_size = 0;
        } else {
            size_t size = decode(d, at_end);
            status = parse_decoded(r, options, d, d->out, size);
        }
        if (status != SB_OK || at_end)
            return status;
    }
}

enum sb_status sb_csv_read(FILE *file, const char *path, const struct sb_csv_options *options, sb_row_fn *fn,
                           void *context, struct sb_err *err)
{
    struct reader *r = calloc(1, sizeof(*r));
    struct decoder *d = malloc(sizeof(*d));
    if (!r || !d || csv_init(&r->parser, CSV_REPALL_NL) != 0) {
        free(r);
        free(d);
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    csv_set_delim(&r->parser, (unsigned char)options->separator);
    csv_set_quote(&r->parser, (unsigned char)options->quote);
    r->fn = fn;
    r->context = context;
    r->err = err;
    r->line = 1;
    d->in_size = 0;
    d->begun = false;
    d->to_utf8 = is_utf8_name(options->encoding) ? (iconv_t)-1 : iconv_open("UTF-8", options->encoding);
    enum sb_status status;
    if (d->to_utf8 == (iconv_t)-1 && !is_utf8_name(options->encoding))
        status = sb_fail(err, SB_INVALID, "'%s' is no encoding that is known; try utf-8 or windows-1252",
                         "không biết bảng mã '%s'; hãy thử utf-8 hoặc windows-1252", options->encoding);
    else
        status = read_all(r, file, path, options, d);
    if (status == SB_OK && csv_fini(&r->parser, take_field, end_row, r) != 0)
        status = sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK)
        status = r->status;
    if (d->to_utf8 != (iconv_t)-1)
        (void)iconv_close(d->to_utf8);
    csv_free(&r->parser);
    free(r->text);
    free(r);
    free(d);
    return status;
}
