/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits. Versions of one limit agree on name, subject, window, measure and filter; those are written out as
 * a text, the versions are sorted by it, and neighbours are compared: n log n for any number of versions.
 */
#include "charter/check_internal.h"

#include "charter/format_internal.h"

#include "base/macros.h"

#include <string.h>

struct version {
    const char *like;   /* name, measure, window, subject: what makes two charters' sentences alike */
    const char *filter; /* kinds and condition */
    const struct sb_sentence *sentence;
    sb_time_us from, until;
};

/* ------------------------------------------------------------------ tables */

static bool same_row(const struct sb_limit_table *table, const struct sb_limit_row *a,
                     const struct sb_limit_row *b)
{
    for (uint32_t i = 0; i < table->attribute_count; i++)
        if (strcmp(a->values[i].text, b->values[i].text) != 0)
            return false;
    return true;
}

static void check_rows(struct sb_check *check, const struct sb_limit_table *table)
{
    for (uint32_t i = 0; i < table->row_count; i++) {
        const struct sb_limit_row *row = &table->rows[i];
        for (uint32_t j = 0; j < table->attribute_count; j++)
            sb_check_value(check, sb_field_space(table->attributes[j].field), &row->values[j]);
        for (uint32_t j = 0; j < i; j++) {
            if (!same_row(table, row, &table->rows[j]))
                continue;
            sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, row->cells[0].at,
                               "two rows of the table are for the same accounts",
                               "hai dòng của bảng dành cho cùng những tài khoản");
            break;
        }
    }
}

static void check_table(struct sb_check *check, const struct sb_sentence *limit)
{
    const struct sb_limit_table *table = &limit->limit.table;
    check_rows(check, table);
    if (table->date_count == 0)
        return;
    const struct sb_moment *last = &table->dates[table->date_count - 1];
    if (limit->from.present)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, limit->from.at,
                           "the columns of the table say from when it holds: 'from' is not written again",
                           "các cột của bảng đã nói từ khi nào: không viết lại 'từ'");
    if (limit->until.present &&
        sb_moment_end(check->charter, &limit->until) <= sb_moment_start(check->charter, last))
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, limit->until.at,
                           "'until' lies before the date of the last column",
                           "'đến hết' nằm trước ngày của cột cuối");
}

/* ------------------------------------------------------------------ versions */

static const char *keep_text(struct sb_check *check, struct sb_str *text)
{
    const char *copy = text->failed ? NULL : sb_arena_copy(&check->arena, sb_str_text(text), text->size);
    check->no_memory = check->no_memory || !copy;
    sb_str_release(text);
    return copy;
}

static int compare_words(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Kinds in an order of their own, so that writing them in another order is the same filter. */
static void add_sorted_kinds(struct sb_check *check, const struct sb_kinds *kinds, struct sb_str *out)
{
    const char **names = sb_arena_alloc(&check->arena, kinds->names.count + 1u, sizeof(*names));
    if (!names) {
        check->no_memory = true;
        return;
    }
    for (uint32_t i = 0; i < kinds->names.count; i++)
        names[i] = kinds->names.list[i].text;
    if (kinds->names.count > 1)
        qsort(names, kinds->names.count, sizeof(*names), compare_words);
    sb_str_add(out, kinds->all ? "*" : "");
    for (uint32_t i = 0; i < kinds->names.count; i++)
        sb_str_printf(out, "%s,", names[i]);
}

static bool make_version(struct sb_check *check, const struct sb_charter *charter,
                         const struct sb_sentence *limit, struct version *ret_version)
{
    struct sb_str like = {0}, filter = {0};
    struct sb_sentence_times times = sb_sentence_times(charter, limit);
    sb_str_printf(&like, "%s|%d|%d|%d|%d|%d|%u|%u|%u", limit->name.text, (int)limit->limit.measure,
                  (int)limit->limit.subject, limit->limit.side_written ? 1 : 0, (int)limit->limit.side,
                  (int)limit->limit.window, limit->limit.days, (unsigned)limit->limit.year_month,
                  (unsigned)limit->limit.year_day);
    add_sorted_kinds(check, &limit->kinds, &filter);
    sb_str_add(&filter, "|");
    if (limit->where)
        sb_format_condition(charter, limit->where, SB_EN, &filter);
    *ret_version = (struct version){.sentence = limit, .from = times.from, .until = times.until};
    if (limit->limit.has_table && limit->limit.table.date_count > 0)
        ret_version->from = sb_moment_start(charter, &limit->limit.table.dates[0]);
    ret_version->like = keep_text(check, &like);
    ret_version->filter = keep_text(check, &filter);
    return !check->no_memory;
}

static int compare_versions(const void *left, const void *right)
{
    const struct version *a = left, *b = right;
    int order = strcmp(a->like, b->like);
    if (order == 0)
        order = strcmp(a->filter, b->filter);
    if (order != 0)
        return order;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->sentence < b->sentence ? -1 : a->sentence > b->sentence;
}

static struct version *collect_versions(struct sb_check *check, const struct sb_charter *charter,
                                        uint32_t *ret_count)
{
    struct version *versions = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < charter->sentence_count; i++) {
        if (charter->sentences[i].type != SB_S_LIMIT)
            continue;
        struct version *grown = sb_arena_grow(&check->arena, versions, count, sizeof(*versions));
        check->no_memory = check->no_memory || !grown;
        if (!grown || !make_version(check, charter, &charter->sentences[i], &grown[count]))
            break;
        versions = grown;
        count++;
    }
    *ret_count = check->no_memory ? 0 : count;
    if (*ret_count > 1)
        qsort(versions, count, sizeof(*versions), compare_versions);
    return versions;
}

static void report_overlap(struct sb_check *check, const struct version *version, const struct version *other)
{
    /* The later one in the source is the one to look at. */
    const struct sb_sentence *first = SB_MIN(version->sentence, other->sentence);
    const struct sb_sentence *second = SB_MAX(version->sentence, other->sentence);
    bool same = !first->limit.has_table && !second->limit.has_table &&
                first->limit.ceiling.value == second->limit.ceiling.value;
    if (same)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_WARNING, second->at,
                           "limit '%s' says the same as on line %u, at the same time",
                           "hạn mức '%s' nói giống như ở dòng %u, trong cùng thời gian", second->name.text,
                           first->at.line);
    else
        sb_diagnostics_add(
            check->diagnostics, SB_SEVERITY_ERROR, second->at,
            "two versions of limit '%s' hold at the same time; the other is on line %u: end it with "
            "'until', or give one of them another name",
            "hai phiên bản của hạn mức '%s' có hiệu lực cùng lúc; phiên bản kia ở dòng %u: hãy kết thúc "
            "nó bằng 'đến hết', hoặc đặt tên khác cho một trong hai",
            second->name.text, first->at.line);
}

static void check_overlaps(struct sb_check *check, const struct version *versions, uint32_t count)
{
    const struct version *longest =
        NULL; /* of the versions so far of the same limit, the one that ends last */
    for (uint32_t i = 0; i < count; i++) {
        const struct version *version = &versions[i];
        bool same = longest && strcmp(longest->like, version->like) == 0 &&
                    strcmp(longest->filter, version->filter) == 0;
        if (same && version->from < longest->until && version->from < version->until)
            report_overlap(check, longest, version);
        if (!same || version->until > longest->until)
            longest = version;
    }
}

/* ------------------------------------------------------------------ kinds that nothing touches */

bool sb_check_names_kind(const struct sb_kinds *kinds, const char *kind)
{
    for (uint32_t i = 0; i < kinds->names.count; i++)
        if (strcmp(kinds->names.list[i].text, kind) == 0)
            return true;
    return false;
}

static bool touches(const struct sb_sentence *limit, const struct sb_sentence *kind)
{
    bool balance = limit->limit.measure == SB_MEASURE_BALANCE;
    if (limit->kinds.all)
        return kind->kind.holder != SB_HOLDER_NOBODY && (!balance || kind->kind.holder == SB_HOLDER_PAYEE);
    return sb_check_names_kind(&limit->kinds, kind->name.text);
}

static void check_kind_touched(struct sb_check *check, const struct sb_sentence *kind)
{
    bool limited = kind->kind.holder == SB_HOLDER_NOBODY, allowed = false;
    for (uint32_t i = 0; i < check->charter->sentence_count && !(limited && allowed); i++) {
        const struct sb_sentence *sentence = &check->charter->sentences[i];
        limited = limited || (sentence->type == SB_S_LIMIT && touches(sentence, kind));
        if (sentence->type == SB_S_ALLOW)
            allowed = allowed || sb_check_names_kind(&sentence->kinds, kind->name.text) ||
                      (sentence->kinds.all && kind->kind.holder != SB_HOLDER_NOBODY);
    }
    if (!allowed)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_WARNING, kind->name.at,
                           "nothing allows '%s': it is always refused",
                           "không câu nào cho phép '%s': loại này luôn bị từ chối", kind->name.text);
    else if (!limited)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_WARNING, kind->name.at, "no limit touches '%s'",
                           "không hạn mức nào tính đến '%s'", kind->name.text);
}

/* ------------------------------------------------------------------ layers */

/*
 * The loosest or the tightest figure of the rows [first, last) of a limit's table, or its only figure. False
 * when there is none; for the loosest also where a cell says `none`.
 */
static bool extreme(const struct sb_sentence *limit, uint32_t first, uint32_t last, bool loosest,
                    int64_t *ret_value)
{
    bool floor = limit->limit.measure == SB_MEASURE_EACH_LEAST;
    bool want_greater = loosest != floor;
    const struct sb_limit_table *table = &limit->limit.table;
    bool found = false;
    if (!limit->limit.has_table) {
        *ret_value = limit->limit.ceiling.value;
        return true;
    }
    for (uint32_t i = first; i < last; i++) {
        for (uint32_t j = 0; j < SB_MAX(table->date_count, 1u); j++) {
            const struct sb_limit_cell *cell = &table->rows[i].cells[j];
            if (!cell->present && loosest)
                return false;
            if (!cell->present)
                continue;
            if (!found || (want_greater ? cell->value > *ret_value : cell->value < *ret_value))
                *ret_value = cell->value;
            found = true;
        }
    }
    return found;
}

static bool figure_is_looser(const struct sb_sentence *limit, int64_t own, int64_t upper)
{
    return limit->limit.measure == SB_MEASURE_EACH_LEAST ? own < upper : own > upper;
}

static bool same_attributes(const struct sb_limit_table *a, const struct sb_limit_table *b)
{
    bool same = a->attribute_count == b->attribute_count;
    for (uint32_t i = 0; same && i < a->attribute_count; i++)
        same = a->attributes[i].side == b->attributes[i].side &&
               a->attributes[i].field == b->attributes[i].field &&
               a->attributes[i].side_written == b->attributes[i].side_written;
    return same;
}

/* Tables over the same attributes: row against row, loosest against loosest, since their dates may differ. */
static bool some_row_is_looser(const struct sb_sentence *own, const struct sb_sentence *upper)
{
    const struct sb_limit_table *table = &own->limit.table, *above = &upper->limit.table;
    for (uint32_t i = 0; i < table->row_count; i++) {
        for (uint32_t j = 0; j < above->row_count; j++) {
            int64_t own_value = 0, upper_value = 0;
            if (!same_row(table, &table->rows[i], &above->rows[j]) ||
                !extreme(upper, j, j + 1, true, &upper_value))
                continue;
            if (!extreme(own, i, i + 1, true, &own_value) || figure_is_looser(own, own_value, upper_value))
                return true;
        }
    }
    return false;
}

/* Whether a layer's limit lets pass somewhere what the regulator's like one does not. */
static bool is_looser(const struct sb_sentence *own, const struct sb_sentence *upper)
{
    int64_t own_value = 0, upper_value = 0;
    if (own->limit.has_table && upper->limit.has_table &&
        same_attributes(&own->limit.table, &upper->limit.table))
        return some_row_is_looser(own, upper);
    /* Somebody may stand in the tightest row above and the loosest here. */
    if (!extreme(upper, 0, upper->limit.table.row_count, false, &upper_value))
        return false;
    return !extreme(own, 0, own->limit.table.row_count, true, &own_value) ||
           figure_is_looser(own, own_value, upper_value);
}

static void check_layer(struct sb_check *check, const struct version *own, uint32_t own_count,
                        const struct version *upper, uint32_t upper_count)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < own_count; i++) {
        while (first < upper_count && strcmp(upper[first].like, own[i].like) < 0)
            first++;
        for (uint32_t j = first; j < upper_count && strcmp(upper[j].like, own[i].like) == 0; j++) {
            bool together = SB_MAX(own[i].from, upper[j].from) < SB_MIN(own[i].until, upper[j].until);
            if (!together || !is_looser(own[i].sentence, upper[j].sentence))
                continue;
            sb_diagnostics_add(check->diagnostics, SB_SEVERITY_WARNING, own[i].sentence->at,
                               "limit '%s' is looser than the regulator's, %s:%u: that one goes on refusing",
                               "hạn mức '%s' lỏng hơn của cơ quan quản lý, %s:%u: hạn mức kia vẫn từ chối",
                               own[i].sentence->name.text, check->upper->path, upper[j].sentence->at.line);
            break;
        }
    }
}

void sb_check_limits(struct sb_check *check)
{
    uint32_t count, upper_count = 0;
    struct version *upper = NULL;
    struct version *versions = collect_versions(check, check->charter, &count);
    if (check->upper && !check->no_memory)
        upper = collect_versions(check, check->upper, &upper_count);
    if (check->no_memory)
        return;
    for (uint32_t i = 0; i < check->charter->sentence_count; i++) {
        const struct sb_sentence *sentence = &check->charter->sentences[i];
        if (sentence->type == SB_S_LIMIT && sentence->limit.has_table)
            check_table(check, sentence);
        if (sentence->type == SB_S_KIND)
            check_kind_touched(check, sentence);
    }
    check_overlaps(check, versions, count);
    check_layer(check, versions, count, upper, upper_count);
}
