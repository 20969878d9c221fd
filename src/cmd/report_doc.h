/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A report before it has a form: sections of paragraphs and tables, each text in both languages. Three forms
 * come of it: text, JSON, and one HTML file without scripts. What could not be kept for want of memory is
 * remembered, and asked for once at the end.
 */

#include "base/str.h"

#include <jansson.h>

struct sb_doc_text {
    char *text[2]; /* owned, by enum sb_lang */
    bool figure;   /* of a cell: stands to the right */
    bool code;     /* of a paragraph: a command, as it is typed */
};

struct sb_doc_section {
    const char *id; /* static: "goals" */
    struct sb_doc_text title;
    struct sb_doc_text *paragraphs; /* owned */
    size_t paragraph_count;
    struct sb_doc_text *heads; /* owned; no table when there are none */
    size_t columns;
    struct sb_doc_text *cells; /* owned; row by row */
    size_t cell_count;
};

struct sb_doc {
    struct sb_doc_text title;
    struct sb_doc_section *sections; /* owned */
    size_t count;
    bool failed; /* memory ran out: the document is incomplete */
};

void sb_doc_release(struct sb_doc *doc);
void sb_doc_title(struct sb_doc *doc, const char *text);
/* Begin a section; what follows goes into it. */
void sb_doc_section(struct sb_doc *doc, const char *id, const char *en, const char *vi);
void sb_doc_paragraph(struct sb_doc *doc, const char *en, const char *vi);
void sb_doc_paragraphf(struct sb_doc *doc, const char *en, const char *vi, ...) SB_PRINTF(2, 4)
    SB_PRINTF(3, 4);
void sb_doc_code(struct sb_doc *doc, const char *text);
/* Heads first, then cells; a row is full when it has as many as there are heads. */
void sb_doc_head(struct sb_doc *doc, const char *en, const char *vi);
void sb_doc_cell(struct sb_doc *doc, const char *en, const char *vi);
void sb_doc_figure(struct sb_doc *doc, const char *text); /* a number, the same in both */

void sb_doc_as_text(const struct sb_doc *doc, enum sb_lang lang, struct sb_str *out);
/* Both languages, `lang` first; every text escaped; nothing is loaded, no script runs. */
void sb_doc_as_html(const struct sb_doc *doc, enum sb_lang lang, struct sb_str *out);
/* An array of sections; NULL when memory is out. */
json_t *sb_doc_as_json(const struct sb_doc *doc);
