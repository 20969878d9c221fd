/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/lib.h"

#include <sandbank/replay.h>

#include "base/macros.h"
#include "replay/replay.h"

#include <string.h>

/* Options with the memory that the replay borrows. */
struct asked {
    struct sb_replay_options options;
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    enum sb_dimension by[SB_BY_COUNT];
};

static enum sb_status read_day(const char *text, enum sb_law law, struct asked *asked, struct sb_err *err)
{
    struct sb_date date;
    size_t used;
    if (!sb_date_parse(text, strlen(text), &date, &used) || text[used] != '\0')
        return sb_fail(err, SB_INVALID, "expected a day such as 2026-01-15, not '%.64s'",
                       "cần ngày như 2026-01-15, không phải '%.64s'", text);
    asked->options.law = law;
    asked->options.law_day = sb_day_of_date(date);
    return SB_OK;
}

static enum sb_status read_dimensions(const char *text, struct asked *asked, struct sb_err *err)
{
    asked->options.by_count = 0;
    for (const char *at = text; *at;) {
        size_t size = strcspn(at, ",");
        unsigned dimension = 0;
        while (dimension < SB_BY_COUNT &&
               (strlen(sb_dimension_word((enum sb_dimension)dimension)) != size ||
                memcmp(sb_dimension_word((enum sb_dimension)dimension), at, size) != 0))
            dimension++;
        if (dimension == SB_BY_COUNT || asked->options.by_count == SB_BY_COUNT)
            return sb_fail(err, SB_INVALID,
                           "expected groups out of limit, kind, tier, province, area, month, not '%.64s'",
                           "cần các nhóm trong limit, kind, tier, province, area, month, không phải '%.64s'",
                           text);
        asked->by[asked->options.by_count++] = (enum sb_dimension)dimension;
        at += size + (at[size] == ',');
    }
    return SB_OK;
}

static enum sb_status read_options(const struct sandbank_replay_options *theirs, struct asked *asked,
                                   struct sb_err *err)
{
    struct sb_replay_options *options = &asked->options;
    enum sb_status status = SB_OK;
    if (theirs->mode != SANDBANK_WHOLE_RUN && theirs->mode != SANDBANK_ONE_STEP)
        return sb_fail(err, SB_INVALID, "there is no mode %d", "không có chế độ %d", (int)theirs->mode);
    options->mode = theirs->mode == SANDBANK_ONE_STEP ? SB_REPLAY_ONE_STEP : SB_REPLAY_WHOLE_RUN;
    options->interrupted = theirs->stop;
    options->sets = theirs->sets;
    while (theirs->sets && theirs->sets[options->set_count])
        options->set_count++;
    if (theirs->charter_count > 0) {
        status = sb_lib_sources(theirs->charters, theirs->charter_count, asked->sources, err);
        options->sources = asked->sources;
        options->source_count = (uint32_t)theirs->charter_count;
    }
    if (status == SB_OK && theirs->law_at && theirs->known_at)
        status = sb_fail(err, SB_INVALID, "law_at and known_at are two questions: ask one",
                         "law_at và known_at là hai câu hỏi: chỉ hỏi một");
    if (status == SB_OK && theirs->law_at)
        status = read_day(theirs->law_at, SB_LAW_AT, asked, err);
    if (status == SB_OK && theirs->known_at)
        status = read_day(theirs->known_at, SB_LAW_KNOWN_AT, asked, err);
    if (status == SB_OK && theirs->by)
        status = read_dimensions(theirs->by, asked, err);
    return status;
}

static bool differs(const struct sb_replay_report *report)
{
    bool found = report->different_results > 0 || report->checkpoints_differ > 0;
    for (unsigned i = 0; i < SB_CHANGE_COUNT; i++)
        found = found || report->changes[i].number > 0;
    return found;
}

enum sandbank_status sandbank_replay(const char *folder, const struct sandbank_replay_options *options,
                                     char **ret_json, bool *ret_differs, struct sandbank_error *error)
{
    struct sb_err err = {0};
    struct asked asked = {.options = {.by_count = 2, .lang = SB_EN}, .by = {SB_BY_LIMIT, SB_BY_KIND}};
    struct sandbank_replay_options taken = {.size = sizeof(taken)};
    struct sb_diagnostics diagnostics = {0};
    struct sb_replay_report *report = NULL;
    char *json = NULL;
    asked.options.by = asked.by;
    enum sb_status status = options ? sb_lib_take_struct(&taken, sizeof(taken), options, &err) : SB_OK;
    if (status == SB_OK)
        status = read_options(&taken, &asked, &err);
    if (status == SB_OK)
        status = sb_replay(sb_os_real(), folder, &asked.options, &report, &diagnostics, &err);
    if (status == SB_OK && !(json = sb_replay_json(report)))
        status = sb_fail(&err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK && ret_differs)
        *ret_differs = differs(report);
    if (status == SB_OK)
        *ret_json = json;
    sb_diagnostics_release(&diagnostics);
    sb_replay_report_free(report);
    return sb_lib_end(status, &err, error);
}
