/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/adults.h"

#include "import/csv_rows.h"
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PROVINCES_MAX 1000
#define NO_COLUMN     UINT32_MAX

struct reading {
    struct sb_adults_file *file;
    const char *path;
    bool has_head;
    uint32_t province, adults; /* columns */
};

static uint32_t column_of(const struct sb_row *row, const char *name)
{
    for (uint32_t i = 0; i < row->count; i++)
        if (strcmp(row->fields[i].text, name) == 0)
            return i;
    return NO_COLUMN;
}

static enum sb_status read_head(struct reading *reading, const struct sb_row *row, struct sb_err *err)
{
    reading->has_head = true;
    reading->province = column_of(row, "province");
    reading->adults = column_of(row, "adults");
    if (reading->province == NO_COLUMN || reading->adults == NO_COLUMN)
        return sb_fail(err, SB_SYNTAX, "%s:%llu: expected a head with the columns 'province' and 'adults'",
                       "%s:%llu: cần dòng đầu có các cột 'province' và 'adults'", reading->path,
                       (unsigned long long)row->line);
    return SB_OK;
}

static enum sb_status read_row(void *context, const struct sb_row *row, struct sb_err *err)
{
    struct reading *reading = context;
    struct sb_adults_file *file = reading->file;
    if (row->count == 0)
        return SB_OK;
    if (!reading->has_head)
        return read_head(reading, row, err);
    struct sb_adults_row one = {0};
    size_t used = 0;
    bool good =
        row->problem == SB_ROW_SOUND && reading->province < row->count && reading->adults < row->count;
    if (good) {
        const struct sb_map_text *code = &row->fields[reading->province],
                                 *number = &row->fields[reading->adults];
        good = sb_place_parse(code->text, code->size, &one.place) &&
               SB_PLACE_LEVEL(one.place) == SB_PLACE_PROVINCE &&
               sb_text_amount(number->text, number->size, 0, &one.adults, &used) && used == number->size;
    }
    if (!good)
        return sb_fail(err, SB_SYNTAX, "%s:%llu: expected a province's code of two digits and a whole number",
                       "%s:%llu: cần mã tỉnh hai chữ số và một số nguyên", reading->path,
                       (unsigned long long)row->line);
    if (file->adults.count == PROVINCES_MAX)
        return sb_fail(err, SB_LIMIT, "%s: more than %d provinces", "%s: hơn %d tỉnh", reading->path,
                       PROVINCES_MAX);
    struct sb_adults_row *rows = realloc(file->rows, (file->adults.count + 1) * sizeof(*rows));
    if (!rows)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    file->rows = rows;
    rows[file->adults.count++] = one;
    return SB_OK;
}

enum sb_status sb_adults_read(const char *path, struct sb_adults_file *ret_file, struct sb_err *err)
{
    struct sb_adults_file file = {.adults = {.source = path}};
    struct reading reading = {.file = &file, .path = path};
    struct sb_csv_options options = {',', '"', "UTF-8"};
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        (void)sb_os_fail(err, errno);
        return sb_fail_in(err, "cannot read '%s'", "không đọc được '%s'", path);
    }
    enum sb_status status = sb_csv_read(stream, path, &options, read_row, &reading, err);
    (void)fclose(stream); /* it was only read */
    if (status != SB_OK) {
        sb_adults_release(&file);
        return status;
    }
    file.adults.rows = file.rows;
    *ret_file = file;
    return SB_OK;
}

void sb_adults_release(struct sb_adults_file *file)
{
    free(file->rows);
    *file = (struct sb_adults_file){0};
}
