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
        law->unreadable = true;
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
    /* Parse once more for the lines under the carets: each message is about one of the layers. */
    for (uint32_t layer = 0; layer < law->count; layer++) {
        const struct sb_source *source = &law->sources[layer];
        struct sb_charter *charter = NULL;
        struct sb_diagnostics again = {0};
        struct sb_str out = {0};
        enum sb_status status =
            sb_charter_parse(source->path, source->text, source->size, &charter, &again, NULL);
        (void)status; /* its errors are those already in hand */
        for (uint32_t i = 0; charter && i < diagnostics->count; i++)
            if (diagnostics->list[i].layer == layer)
                sb_diagnostic_print(&diagnostics->list[i], charter, sb_cmd_lang, &out);
        fputs(sb_str_text(&out), stderr);
        sb_str_release(&out);
        sb_diagnostics_release(&again);
        sb_charter_free(charter);
    }
    return SB_EXIT_FAILURE;
}
