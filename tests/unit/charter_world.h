/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the tests of the charter's front end share: a source in, a tree and its messages out. */

#include "charter/charter.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

struct parsed {
    struct sb_charter *charter; /* owned */
    struct sb_diagnostics diagnostics;
    enum sb_status status;
};

static inline struct parsed parse_sized(const char *source, size_t size)
{
    struct parsed parsed = {0};
    parsed.status = sb_charter_parse("x.charter", source, size, &parsed.charter, &parsed.diagnostics, NULL);
    return parsed;
}

static inline struct parsed parse(const char *source)
{
    return parse_sized(source, strlen(source));
}

static inline void release(struct parsed *parsed)
{
    sb_charter_free(parsed->charter);
    sb_diagnostics_release(&parsed->diagnostics);
}

/* All messages in a language; the caller frees. */
static inline char *messages(const struct parsed *parsed, enum sb_lang lang)
{
    struct sb_str out = {0};
    sb_str_add(&out, "");
    for (uint32_t i = 0; i < parsed->diagnostics.count; i++)
        sb_diagnostic_print(&parsed->diagnostics.list[i], parsed->charter, lang, &out);
    return out.text;
}

/* Parse what must be well formed. */
static inline struct parsed parse_good(const char *source)
{
    struct parsed parsed = parse(source);
    if (parsed.status != SB_OK) {
        char *text = messages(&parsed, SB_EN);
        test_fail(__FILE__, __LINE__, "does not parse:\n%s", text ? text : "");
    }
    return parsed;
}

/* A source made of `count` repetitions of `part` between two ends; the caller frees. */
static inline char *repeat(const char *before, const char *part, size_t count, const char *after)
{
    struct sb_str out = {0};
    sb_str_add(&out, before);
    for (size_t i = 0; i < count; i++)
        sb_str_add(&out, part);
    sb_str_add(&out, after);
    return out.text;
}

/* A file below the project's source folder; the caller frees. */
static inline char *read_source_file(const char *name)
{
    struct sb_str path = {0}, text = {0};
    char buffer[4096];
    size_t got;
    sb_str_printf(&path, "%s/%s", test_source_dir(), name);
    FILE *file = fopen(sb_str_text(&path), "rb");
    if (!file)
        test_fail(__FILE__, __LINE__, "cannot open %s", sb_str_text(&path));
    while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0)
        sb_str_add_bytes(&text, buffer, got);
    fclose(file);
    sb_str_release(&path);
    return text.text;
}
