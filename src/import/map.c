/* SPDX-License-Identifier: Apache-2.0 */
/* A mapping as a whole: its sentences read and checked together, and its columns bound to those of a file. */
#include "import/map.h"

#include "base/macros.h"
#include "base/str.h"
#include "import/map_lexer.h"

#include <string.h>
#include <strings.h>

/* Bytes of a mapping's tree: the largest has some thousand values. */
#define ARENA_SIZE_MAX ((size_t)4 << 20)

static enum sb_status check_whole(struct sb_map_lexer *lexer)
{
    struct sb_map *map = lexer->map;
    bool in = map->fields[SB_MAP_AMOUNT_IN].is_set;
    bool ready[] = {map->unit.size > 0,
                    map->fields[SB_MAP_TIME].is_set,
                    map->fields[SB_MAP_PAYER].is_set,
                    map->fields[SB_MAP_PAYEE].is_set,
                    map->fields[SB_MAP_AMOUNT].is_set || in,
                    map->fields[SB_MAP_KIND].is_set};
    static const char *const words[] = {"unit", "time", "payer", "payee", "amount", "kind"};
    for (size_t i = 0; i < SB_ARRAY_SIZE(ready); i++)
        if (!ready[i])
            return sb_fail(lexer->err, SB_SYNTAX, "%s: the mapping does not say '%s'",
                           "%s: tệp ánh xạ chưa nói '%s'", map->path, words[i]);
    if (map->accounts_file.size > 0 && !map->fields[SB_MAP_NAME].is_set)
        return sb_fail(lexer->err, SB_SYNTAX, "%s: an accounts file needs 'account.name'",
                       "%s: tệp tài khoản cần 'account.name'", map->path);
    bool funded = map->openings_as_needed || map->fields[SB_MAP_BALANCE].is_set;
    if (funded && map->funds.size == 0)
        return sb_fail(lexer->err, SB_SYNTAX, "%s: opening balances need 'funds from \"ACCOUNT\"'",
                       "%s: số dư đầu kỳ cần 'funds from \"TÀI KHOẢN\"'", map->path);
    return SB_OK;
}

static void set_defaults(struct sb_map *map)
{
    static struct sb_map_value refund = {.from = {"refund", 6}};
    map->encoding = (struct sb_map_text){"utf-8", 5};
    map->opening_kind = (struct sb_map_text){"opening", 7};
    map->separator = ',';
    map->quote = '"';
    map->has_header = true;
    map->header_row = 1;
    map->numbers = (struct sb_number_format){.decimal = '.', .thousands = ','};
    map->refund_kinds = &refund;
    map->refund_kind_count = 1;
}

enum sb_status sb_map_read(const char *path, const char *source, size_t size, struct sb_map *ret_map,
                           struct sb_err *err)
{
    struct sb_map_lexer lexer;
    size_t bad_at = 0;
    *ret_map = (struct sb_map){.source = source, .source_size = size, .path = path};
    sb_arena_init(&ret_map->arena, ARENA_SIZE_MAX);
    if (size > SB_MAP_SIZE_MAX)
        return sb_fail(err, SB_LIMIT, "%s: a mapping is at most %d bytes",
                       "%s: tệp ánh xạ dài tối đa %d byte", path, SB_MAP_SIZE_MAX);
    if (!sb_text_is_utf8(source, size, &bad_at)) {
        (void)sb_fail(err, SB_SYNTAX, "not UTF-8", "không phải UTF-8");
        return sb_map_point(ret_map, (uint32_t)bad_at, err);
    }
    set_defaults(ret_map);
    sb_map_lexer_init(&lexer, ret_map, err);
    enum sb_status status = SB_OK;
    while (status == SB_OK && lexer.token.type != SB_MAP_END) {
        status = sb_map_read_sentence(&lexer);
        if (status == SB_OK && lexer.token.type != SB_MAP_STOP)
            status = SB_MAP_EXPECTED(&lexer, "the end of the sentence", "hết câu");
        if (status == SB_OK)
            sb_map_next(&lexer);
    }
    if (status == SB_OK)
        status = check_whole(&lexer);
    if (status == SB_OK)
        memcpy(ret_map->numbers.unit, ret_map->unit.text, ret_map->unit.size + 1);
    return status;
}

void sb_map_release(struct sb_map *map)
{
    sb_arena_release(&map->arena);
    *map = (struct sb_map){0};
}

/* ------------------------------------------------------------------ columns */

static bool same_name(const struct sb_map_text *a, const struct sb_map_text *b)
{
    return a->size == b->size && strncasecmp(a->text, b->text, a->size) == 0;
}

static enum sb_status bind_column(struct sb_map *map, struct sb_map_column *column,
                                  const struct sb_map_text *header, size_t count, struct sb_err *err)
{
    if (!column->name.text) {
        column->at = (uint16_t)(column->number - 1);
        return SB_OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (same_name(&column->name, &header[i])) {
            column->at = (uint16_t)i;
            return SB_OK;
        }
    }
    const char *names[SB_CSV_FIELDS_MAX];
    for (size_t i = 0; i < count; i++)
        names[i] = header[i].text;
    const char *nearest = sb_text_nearest(column->name.text, column->name.size, names, count);
    if (nearest)
        (void)sb_fail(err, SB_NOT_FOUND, "no column of that name; did you mean \"%.64s\"?",
                      "không có cột tên này; có phải \"%.64s\" không?", nearest);
    else
        (void)sb_fail(err, SB_NOT_FOUND, "no column of that name in the header",
                      "không có cột tên này trong dòng tiêu đề");
    (void)sb_map_point(map, column->offset, err);
    return SB_NOT_FOUND;
}

static bool is_of_accounts(unsigned field)
{
    return field >= (unsigned)sb_map_attribute(SB_MAP_ACCOUNT_SIDE, SB_MAP_CLASS);
}

enum sb_status sb_map_bind(struct sb_map *map, bool accounts, const struct sb_map_text *header, size_t count,
                           struct sb_err *err)
{
    assert(count <= SB_CSV_FIELDS_MAX);
    for (unsigned field = 0; field < SB_MAP_FIELD_COUNT; field++) {
        struct sb_map_source *source = &map->fields[field];
        for (unsigned i = 0; is_of_accounts(field) == accounts && i < source->column_count; i++) {
            enum sb_status status = bind_column(map, &source->columns[i], header, count, err);
            if (status != SB_OK)
                return status;
        }
    }
    for (uint32_t i = 0; !accounts && i < map->filter_count; i++) {
        enum sb_status status = bind_column(map, &map->filters[i].column, header, count, err);
        if (status != SB_OK)
            return status;
    }
    return SB_OK;
}
