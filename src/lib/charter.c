/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/lib.h"

#include "charter/reason.h"

#include <stdlib.h>

/* Hand a text over, "" for nothing. Takes the string. */
static enum sb_status give_text(struct sb_str *text, char **ret_text, struct sb_err *err)
{
    if (!text->failed && !text->text)
        sb_str_add_bytes(text, "", 0);
    char *given = text->failed ? NULL : text->text;
    if (!text->failed && !given)
        given = calloc(1, 1);
    if (!given) {
        sb_str_release(text);
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    *ret_text = given;
    return SB_OK;
}

/* Diagnostics with the lines that they are about, layer by layer. */
static void print_diagnostics(const struct sb_source *sources, uint32_t count,
                              const struct sb_diagnostics *diagnostics, enum sb_lang lang, struct sb_str *out)
{
    for (uint32_t layer = 0; layer < count; layer++) {
        struct sb_charter *charter = NULL;
        struct sb_diagnostics again = {0};
        enum sb_status status = sb_charter_parse(sources[layer].path, sources[layer].text,
                                                 sources[layer].size, &charter, &again, NULL);
        (void)status; /* its errors are those already in hand */
        for (uint32_t i = 0; charter && i < diagnostics->count; i++)
            if (diagnostics->list[i].layer == layer)
                sb_diagnostic_print(&diagnostics->list[i], charter, lang, out);
        sb_diagnostics_release(&again);
        sb_charter_free(charter);
    }
}

struct compiled {
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    struct sb_symbols *symbols;        /* owned */
    struct sb_plan *plan;              /* owned; NULL unless it compiled */
    struct sb_diagnostics diagnostics; /* owned */
};

static enum sb_status compile(const struct sandbank_charter *charters, size_t count,
                              struct compiled *compiled, struct sb_err *err)
{
    struct sb_plan_options options = {.law = SB_LAW_LIVE};
    enum sb_status status = sb_lib_sources(charters, count, compiled->sources, err);
    if (status != SB_OK)
        return status;
    compiled->symbols = sb_symbols_new();
    if (!compiled->symbols)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    return sb_plan_compile(compiled->sources, (uint32_t)count, &options, compiled->symbols, &compiled->plan,
                           &compiled->diagnostics, err);
}

static void release(struct compiled *compiled)
{
    sb_plan_free(compiled->plan);
    sb_symbols_free(compiled->symbols);
    sb_diagnostics_release(&compiled->diagnostics);
}

enum sandbank_status sandbank_charter_check(const struct sandbank_charter *charters, size_t count,
                                            enum sandbank_language language, char **ret_messages,
                                            struct sandbank_error *error)
{
    struct sb_err err = {0};
    struct sb_str text = {0};
    struct compiled compiled = {.plan = NULL};
    enum sb_status status = compile(charters, count, &compiled, &err);
    if (ret_messages && status != SB_NOMEM) {
        struct sb_err unsaid = {0};
        if (count <= SB_CHARTER_LAYERS_MAX)
            print_diagnostics(compiled.sources, (uint32_t)count, &compiled.diagnostics, sb_lib_lang(language),
                              &text);
        if (give_text(&text, ret_messages, &unsaid) != SB_OK) {
            status = SB_NOMEM;
            err = unsaid;
        }
    }
    release(&compiled);
    return sb_lib_end(status, &err, error);
}

enum sandbank_status sandbank_charter_format(const struct sandbank_charter *charter,
                                             enum sandbank_language language, char **ret_text,
                                             struct sandbank_error *error)
{
    struct sb_err err = {0};
    struct sb_str text = {0};
    struct sb_source source;
    struct sb_charter *parsed = NULL;
    struct sb_diagnostics diagnostics = {0};
    enum sb_status status = sb_lib_sources(charter, 1, &source, &err);
    if (status == SB_OK)
        status = sb_charter_parse(source.path, source.text, source.size, &parsed, &diagnostics, &err);
    if (status == SB_OK) {
        sb_charter_format(parsed, sb_lib_lang(language), &text);
        status = give_text(&text, ret_text, &err);
    }
    sb_diagnostics_release(&diagnostics);
    sb_charter_free(parsed);
    return sb_lib_end(status, &err, error);
}

enum sandbank_status sandbank_charter_show(const struct sandbank_charter *charters, size_t count,
                                           int64_t time_us, enum sandbank_language language, char **ret_text,
                                           struct sandbank_error *error)
{
    struct sb_err err = {0};
    struct sb_str text = {0};
    struct compiled compiled = {.plan = NULL};
    enum sb_status status = compile(charters, count, &compiled, &err);
    if (status == SB_OK && (time_us < SB_TIME_MIN || time_us > SB_TIME_MAX))
        status = sb_fail(&err, SB_INVALID, "a time outside the years 1 to 9999",
                         "thời điểm ngoài các năm từ 1 đến 9999");
    if (status == SB_OK) {
        sb_plan_show(compiled.plan, time_us, compiled.symbols, sb_lib_lang(language), &text);
        status = give_text(&text, ret_text, &err);
    }
    release(&compiled);
    return sb_lib_end(status, &err, error);
}
