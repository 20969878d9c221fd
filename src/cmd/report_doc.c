/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report_doc.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ putting together */

static void release_text(struct sb_doc_text *text)
{
    free(text->text[SB_EN]);
    free(text->text[SB_VI]);
}

static void release_texts(struct sb_doc_text *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        release_text(&texts[i]);
    free(texts);
}

void sb_doc_release(struct sb_doc *doc)
{
    for (size_t i = 0; i < doc->count; i++) {
        struct sb_doc_section *section = &doc->sections[i];
        release_text(&section->title);
        release_texts(section->paragraphs, section->paragraph_count);
        release_texts(section->heads, section->columns);
        release_texts(section->cells, section->cell_count);
    }
    free(doc->sections);
    release_text(&doc->title);
    *doc = (struct sb_doc){0};
}

static struct sb_doc_text make_text(struct sb_doc *doc, const char *en, const char *vi)
{
    struct sb_doc_text text = {.text = {strdup(en), strdup(vi)}};
    doc->failed = doc->failed || !text.text[SB_EN] || !text.text[SB_VI];
    return text;
}

/* One more at the end of a list; the text is freed when there is no room. */
static struct sb_doc_text *append(struct sb_doc *doc, struct sb_doc_text **list, size_t *count,
                                  struct sb_doc_text text)
{
    struct sb_doc_text *grown = realloc(*list, (*count + 1) * sizeof(*grown));
    if (!grown) {
        doc->failed = true;
        release_text(&text);
        return NULL;
    }
    *list = grown;
    grown[*count] = text;
    return &grown[(*count)++];
}

static struct sb_doc_section *last(struct sb_doc *doc)
{
    return doc->count > 0 ? &doc->sections[doc->count - 1] : NULL;
}

void sb_doc_title(struct sb_doc *doc, const char *text)
{
    release_text(&doc->title);
    doc->title = make_text(doc, text, text);
}

void sb_doc_section(struct sb_doc *doc, const char *id, const char *en, const char *vi)
{
    struct sb_doc_section *sections = realloc(doc->sections, (doc->count + 1) * sizeof(*sections));
    if (!sections) {
        doc->failed = true;
        return;
    }
    doc->sections = sections;
    sections[doc->count++] = (struct sb_doc_section){.id = id, .title = make_text(doc, en, vi)};
}

void sb_doc_paragraph(struct sb_doc *doc, const char *en, const char *vi)
{
    struct sb_doc_section *section = last(doc);
    if (section)
        (void)append(doc, &section->paragraphs, &section->paragraph_count,
                     make_text(doc, en, vi)); /* doc->failed says it */
}

void sb_doc_paragraphf(struct sb_doc *doc, const char *en, const char *vi, ...)
{
    struct sb_str texts[2] = {{0}, {0}};
    va_list args, again;
    va_start(args, vi);
    va_copy(again, args);
    sb_str_vprintf(&texts[SB_EN], en, args);
    sb_str_vprintf(&texts[SB_VI], vi, again);
    va_end(again);
    va_end(args);
    doc->failed = doc->failed || texts[SB_EN].failed || texts[SB_VI].failed;
    sb_doc_paragraph(doc, sb_str_text(&texts[SB_EN]), sb_str_text(&texts[SB_VI]));
    sb_str_release(&texts[SB_EN]);
    sb_str_release(&texts[SB_VI]);
}

void sb_doc_code(struct sb_doc *doc, const char *text)
{
    struct sb_doc_section *section = last(doc);
    struct sb_doc_text *added =
        section ? append(doc, &section->paragraphs, &section->paragraph_count, make_text(doc, text, text))
                : NULL;
    if (added)
        added->code = true;
}

void sb_doc_head(struct sb_doc *doc, const char *en, const char *vi)
{
    struct sb_doc_section *section = last(doc);
    if (section)
        (void)append(doc, &section->heads, &section->columns,
                     make_text(doc, en, vi)); /* doc->failed says it */
}

void sb_doc_cell(struct sb_doc *doc, const char *en, const char *vi)
{
    struct sb_doc_section *section = last(doc);
    if (section)
        (void)append(doc, &section->cells, &section->cell_count,
                     make_text(doc, en, vi)); /* doc->failed says it */
}

void sb_doc_figure(struct sb_doc *doc, const char *text)
{
    struct sb_doc_section *section = last(doc);
    struct sb_doc_text *added =
        section ? append(doc, &section->cells, &section->cell_count, make_text(doc, text, text)) : NULL;
    if (added)
        added->figure = true;
}

/* ------------------------------------------------------------------ text */

static void add_padded(struct sb_str *out, const char *text, size_t width, bool right)
{
    size_t size = sb_text_width(text, strlen(text)), pad = size < width ? width - size : 0;
    sb_str_add(out, right ? "" : text);
    for (size_t i = 0; i < pad; i++)
        sb_str_add(out, " ");
    sb_str_add(out, right ? text : "");
}

static size_t width_of(const struct sb_doc_section *section, size_t column, enum sb_lang lang)
{
    const char *head = section->heads[column].text[lang];
    size_t width = sb_text_width(head, strlen(head));
    for (size_t i = column; i < section->cell_count; i += section->columns) {
        const char *text = section->cells[i].text[lang];
        size_t size = sb_text_width(text, strlen(text));
        width = size > width ? size : width;
    }
    return width;
}

static void table_as_text(const struct sb_doc_section *section, enum sb_lang lang, struct sb_str *out)
{
    for (size_t row = 0; row <= section->cell_count / section->columns; row++) {
        sb_str_add(out, " ");
        for (size_t column = 0; column < section->columns; column++) {
            const struct sb_doc_text *cell =
                row == 0 ? &section->heads[column] : &section->cells[(row - 1) * section->columns + column];
            bool right = section->cell_count > column && section->cells[column].figure;
            sb_str_add(out, " ");
            add_padded(out, cell->text[lang],
                       column + 1 < section->columns || right ? width_of(section, column, lang) : 0, right);
            sb_str_add(out, column + 1 < section->columns ? " " : "\n");
        }
    }
}

void sb_doc_as_text(const struct sb_doc *doc, enum sb_lang lang, struct sb_str *out)
{
    if (doc->failed)
        return;
    sb_str_printf(out, "%s\n", doc->title.text[lang]);
    for (size_t i = 0; i < doc->count; i++) {
        const struct sb_doc_section *section = &doc->sections[i];
        sb_str_printf(out, "\n%s\n", section->title.text[lang]);
        if (section->columns > 0 && section->cell_count > 0)
            table_as_text(section, lang, out);
        for (size_t p = 0; p < section->paragraph_count; p++)
            sb_str_printf(out, "%s%s\n", section->paragraphs[p].code ? "    " : "  ",
                          section->paragraphs[p].text[lang]);
    }
}

/* ------------------------------------------------------------------ HTML */

/* No text of ours or theirs is ever markup. */
static void add_escaped(struct sb_str *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&': sb_str_add(out, "&amp;"); break;
        case '<': sb_str_add(out, "&lt;"); break;
        case '>': sb_str_add(out, "&gt;"); break;
        case '"': sb_str_add(out, "&quot;"); break;
        case '\'': sb_str_add(out, "&#39;"); break;
        default: sb_str_add_bytes(out, text, 1); break;
        }
    }
}

static void element(struct sb_str *out, const char *open, const char *text, const char *close)
{
    sb_str_add(out, open);
    add_escaped(out, text);
    sb_str_add(out, close);
}

static void table_as_html(const struct sb_doc_section *section, enum sb_lang lang, struct sb_str *out)
{
    sb_str_add(out, "<div class=\"wide\"><table>\n<thead><tr>");
    for (size_t column = 0; column < section->columns; column++)
        element(out,
                section->cell_count > column && section->cells[column].figure
                    ? "<th scope=\"col\" class=\"n\">"
                    : "<th scope=\"col\">",
                section->heads[column].text[lang], "</th>");
    sb_str_add(out, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i + section->columns <= section->cell_count; i += section->columns) {
        sb_str_add(out, "<tr>");
        for (size_t column = 0; column < section->columns; column++) {
            const struct sb_doc_text *cell = &section->cells[i + column];
            if (column == 0)
                element(out, "<th scope=\"row\">", cell->text[lang], "</th>");
            else
                element(out, cell->figure ? "<td class=\"n\">" : "<td>", cell->text[lang], "</td>");
        }
        sb_str_add(out, "</tr>\n");
    }
    sb_str_add(out, "</tbody>\n</table></div>\n");
}

static void article(const struct sb_doc *doc, enum sb_lang lang, struct sb_str *out)
{
    const char *code = lang == SB_VI ? "vi" : "en";
    sb_str_printf(out, "<article id=\"%s\" lang=\"%s\">\n", code, code);
    element(out, "<h1>", doc->title.text[lang], "</h1>\n");
    for (size_t i = 0; i < doc->count; i++) {
        const struct sb_doc_section *section = &doc->sections[i];
        sb_str_printf(out, "<section id=\"%s-%s\">\n", section->id, code);
        element(out, "<h2>", section->title.text[lang], "</h2>\n");
        if (section->columns > 0 && section->cell_count > 0)
            table_as_html(section, lang, out);
        for (size_t p = 0; p < section->paragraph_count; p++)
            element(out, section->paragraphs[p].code ? "<pre><code>" : "<p>",
                    section->paragraphs[p].text[lang],
                    section->paragraphs[p].code ? "</code></pre>\n" : "</p>\n");
        sb_str_add(out, "</section>\n");
    }
    sb_str_add(out, "</article>\n");
}

static const char style[] =
    ":root{color-scheme:light dark;--back:#fff;--text:#1b1b1b;--line:#c9c9c9;--quiet:#f3f3f1}\n"
    "@media(prefers-color-scheme:dark){:root{--back:#161616;--text:#ececec;--line:#4a4a4a;--quiet:#222}}\n"
    "body{background:var(--back);color:var(--text);font:16px/1.55 system-ui,sans-serif;margin:0 "
    "auto;max-width:60rem;padding:1rem}\n"
    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem;border-bottom:1px solid var(--line)}\n"
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}\n"
    "th,td{border-bottom:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}\n"
    "thead th{background:var(--quiet)}tbody th{font-weight:normal}.n{text-align:right;white-space:nowrap}\n"
    "pre{background:var(--quiet);padding:.5rem;overflow-x:auto}a{color:inherit}\n"
    "@media "
    "print{body{max-width:none;font-size:10pt}nav{display:none}article+article{break-before:page}tr,pre{"
    "break-inside:avoid}}\n";

void sb_doc_as_html(const struct sb_doc *doc, enum sb_lang lang, struct sb_str *out)
{
    if (doc->failed)
        return;
    sb_str_printf(out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                  lang == SB_VI ? "vi" : "en");
    sb_str_add(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                    "'unsafe-inline'\">\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    element(out, "<title>", doc->title.text[lang], "</title>\n");
    sb_str_printf(out, "<style>\n%s</style>\n</head>\n<body>\n", style);
    sb_str_add(out, "<nav><a href=\"#vi\" lang=\"vi\">Tiếng Việt</a> · <a href=\"#en\" "
                    "lang=\"en\">English</a></nav>\n<main>\n");
    article(doc, lang, out);
    article(doc, lang == SB_VI ? SB_EN : SB_VI, out);
    sb_str_add(out, "</main>\n</body>\n</html>\n");
}

/* ------------------------------------------------------------------ JSON */

static json_t *text_as_json(const struct sb_doc_text *text)
{
    return json_pack("{s:s, s:s}", "en", text->text[SB_EN], "vi", text->text[SB_VI]);
}

static json_t *section_as_json(const struct sb_doc_section *section)
{
    json_t *paragraphs = json_array(), *heads = json_array(), *rows = json_array();
    for (size_t i = 0; i < section->paragraph_count; i++)
        json_array_append_new(paragraphs, text_as_json(&section->paragraphs[i]));
    for (size_t i = 0; i < section->columns; i++)
        json_array_append_new(heads, text_as_json(&section->heads[i]));
    for (size_t i = 0; section->columns > 0 && i + section->columns <= section->cell_count;
         i += section->columns) {
        json_t *row = json_array();
        for (size_t column = 0; column < section->columns; column++)
            json_array_append_new(row, text_as_json(&section->cells[i + column]));
        json_array_append_new(rows, row);
    }
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "id", section->id, "title", text_as_json(&section->title),
                     "paragraphs", paragraphs, "columns", heads, "rows", rows);
}

json_t *sb_doc_as_json(const struct sb_doc *doc)
{
    json_t *sections = doc->failed ? NULL : json_array();
    for (size_t i = 0; sections && i < doc->count; i++)
        json_array_append_new(sections, section_as_json(&doc->sections[i]));
    return sections;
}
