/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/law.h"

#include "base/macros.h"

#include <string.h>

bool sb_law_add(const char *command, struct sb_law_files *law, const char *name)
{
    struct sb_err err = {0};
    char *path = NULL, *text = NULL;
    size_t size = 0;
    if (law->count == SB_CHARTER_LAYERS_MAX) {
        (void)sb_cmd_usage(command, "at most %d charters, one on another",
                           "nhiều nhất %d điều lệ chồng lên nhau", SB_CHARTER_LAYERS_MAX);
        return false;
    }
    if (sb_cmd_read_charter(name, &path, &text, &size, &err) != SB_OK) {
        (void)sb_cmd_fail(&err);
        return false;
    }
    law->sources[law->count++] = (struct sb_source){.path = path, .text = text, .size = size};
    return true;
}

void sb_law_release(struct sb_law_files *law)
{
    for (uint32_t i = 0; i < law->count; i++) {
        /* The sources borrow const text for everybody else; here they are owned. */
        free((void *)(uintptr_t)law->sources[i].path);
        free((void *)(uintptr_t)law->sources[i].text);
    }
    law->count = 0;
}

enum sb_exit sb_law_fail(const struct sb_law_files *law, const struct sb_diagnostics *diagnostics,
                         const struct sb_err *err)
{
    bool about_law = (err->status == SB_SYNTAX || err->status == SB_INVALID) && diagnostics->error_count > 0;
    if (!about_law || law->count == 0)
        return sb_cmd_fail(err);
    /* Parse once more for the lines under the carets; every layer's messages name their own file. */
    struct sb_charter *charter = NULL;
    struct sb_diagnostics again = {0};
    enum sb_status status = sb_charter_parse(law->sources[0].path, law->sources[0].text, law->sources[0].size,
                                             &charter, &again, NULL);
    for (uint32_t i = 0; charter && law->count == 1 && i < diagnostics->count; i++) {
        struct sb_str out = {0};
        sb_diagnostic_print(&diagnostics->list[i], charter, sb_cmd_lang, &out);
        fputs(sb_str_text(&out), stderr);
        sb_str_release(&out);
    }
    if (law->count > 1 || !charter)
        (void)sb_cmd_fail(err);
    (void)status; /* its errors are those already in hand */
    sb_diagnostics_release(&again);
    sb_charter_free(charter);
    return SB_EXIT_FAILURE;
}
