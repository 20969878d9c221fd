/* SPDX-License-Identifier: Apache-2.0 */
#include "import/panel_file.h"

#include "base/macros.h"
#include "base/str.h"
#include "import/csv_rows.h"

#include <stdlib.h>
#include <string.h>

#define NO_COLUMN UINT32_MAX

enum part { UNIT, PERIOD, OUTCOME, TREATED, CLUSTER, WEIGHT, PART_COUNT };

struct reading {
    const char *path;
    const char *names[PART_COUNT]; /* NULL: not asked for */
    uint32_t columns[PART_COUNT];
    uint32_t column_count;
    bool has_head;
    struct sb_observed *panel; /* owned */
};

static enum sb_status no_column(const struct reading *reading, const struct sb_row *row, const char *name,
                                struct sb_err *err)
{
    const char **heads = calloc((size_t)row->count + 1, sizeof(*heads));
    for (uint32_t i = 0; heads && i < row->count; i++)
        heads[i] = row->fields[i].text;
    const char *nearest = heads ? sb_text_nearest(name, strlen(name), heads, row->count) : NULL;
    enum sb_status status = sb_fail(
        err, SB_INVALID, "%s:%llu: no column '%s'%s%s", "%s:%llu: không có cột '%s'%s%s", reading->path,
        (unsigned long long)row->line, name, nearest ? "; nearest: " : "", nearest ? nearest : "");
    free(heads);
    return status;
}

static enum sb_status read_head(struct reading *reading, const struct sb_row *row, struct sb_err *err)
{
    reading->has_head = true;
    reading->column_count = row->count;
    for (unsigned part = 0; part < PART_COUNT; part++) {
        reading->columns[part] = NO_COLUMN;
        for (uint32_t i = 0; reading->names[part] && i < row->count; i++)
            if (strcmp(row->fields[i].text, reading->names[part]) == 0)
                reading->columns[part] = i;
        if (reading->names[part] && reading->columns[part] == NO_COLUMN)
            return no_column(reading, row, reading->names[part], err);
    }
    return SB_OK;
}

/* A decimal number: digits with a point, perhaps a sign and an exponent. No hexadecimal, no infinity. */
static bool read_number(const char *text, double *ret_number)
{
    char *end;
    if (!text[0] || strlen(text) > 64 || text[strspn(text, "0123456789.+-eE")] != '\0' ||
        text[strcspn(text, "0123456789")] == '\0')
        return false;
    *ret_number = strtod(text, &end);
    return *end == '\0';
}

static enum sb_status bad_number(const struct reading *reading, const struct sb_row *row, enum part part,
                                 struct sb_err *err)
{
    return sb_fail(err, SB_SYNTAX, "%s:%llu: column '%s': '%.40s' is not a decimal number",
                   "%s:%llu: cột '%s': '%.40s' không phải số thập phân", reading->path,
                   (unsigned long long)row->line, reading->names[part],
                   row->fields[reading->columns[part]].text);
}

static enum sb_status check_shape(const struct reading *reading, const struct sb_row *row, struct sb_err *err)
{
    if (row->problem == SB_ROW_SOUND && row->count == reading->column_count)
        return SB_OK;
    if (row->problem == SB_ROW_SOUND)
        return sb_fail(err, SB_SYNTAX, "%s:%llu: %u fields, but the head has %u",
                       "%s:%llu: %u trường, nhưng dòng đầu có %u", reading->path,
                       (unsigned long long)row->line, row->count, reading->column_count);
    return sb_fail(err, SB_SYNTAX, "%s:%llu: a field is too long, or a quote is never closed",
                   "%s:%llu: một trường quá dài, hoặc dấu nháy không đóng", reading->path,
                   (unsigned long long)row->line);
}

static const char *field(const struct reading *reading, const struct sb_row *row, enum part part)
{
    return reading->names[part] ? row->fields[reading->columns[part]].text : NULL;
}

static enum sb_status read_row(void *context, const struct sb_row *row, struct sb_err *err)
{
    struct reading *reading = context;
    if (row->count == 0 && row->problem == SB_ROW_SOUND)
        return SB_OK;
    if (!reading->has_head)
        return read_head(reading, row, err);
    enum sb_status status = check_shape(reading, row, err);
    if (status != SB_OK)
        return status;
    struct sb_observation observation = {.unit = field(reading, row, UNIT),
                                         .period = field(reading, row, PERIOD),
                                         .treated = field(reading, row, TREATED),
                                         .cluster = field(reading, row, CLUSTER),
                                         .weight = 1,
                                         .has_outcome = field(reading, row, OUTCOME)[0] != '\0',
                                         .line = row->line};
    if (observation.has_outcome && !read_number(field(reading, row, OUTCOME), &observation.outcome))
        return bad_number(reading, row, OUTCOME, err);
    if (reading->names[WEIGHT] && !read_number(field(reading, row, WEIGHT), &observation.weight))
        return bad_number(reading, row, WEIGHT, err);
    status = sb_observed_add(reading->panel, &observation, err);
    return status == SB_OK ? SB_OK : sb_fail_in(err, "%s", "%s", reading->path);
}

enum sb_status sb_panel_read(FILE *file, const char *path, const struct sb_panel_columns *columns,
                             struct sb_observed **ret_panel, struct sb_err *err)
{
    struct reading reading = {.path = path,
                              .names = {columns->unit, columns->period, columns->outcome, columns->treated,
                                        columns->cluster, columns->weight},
                              .panel = sb_observed_new()};
    struct sb_csv_options options = {columns->separator ? columns->separator : ',', '"', "UTF-8"};
    if (!reading.panel)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    enum sb_status status = sb_csv_read(file, path, &options, read_row, &reading, err);
    if (status == SB_OK) {
        status = sb_observed_finish(reading.panel, err);
        status = status == SB_OK ? SB_OK : sb_fail_in(err, "%s", "%s", path);
    }
    if (status != SB_OK) {
        sb_observed_free(reading.panel);
        return status;
    }
    *ret_panel = reading.panel;
    return SB_OK;
}
