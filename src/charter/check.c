/* SPDX-License-Identifier: Apache-2.0 */
/* Names: what a charter declares, and whether what its sentences name is declared. */
#include "charter/check_internal.h"

#include "base/macros.h"

#include <assert.h>
#include <string.h>

#define ARENA_MAX ((size_t)64 * 1024 * 1024)

/* ------------------------------------------------------------------ the index */

static int compare_places(struct sb_place_in_text a, struct sb_place_in_text b)
{
    if (a.line != b.line)
        return a.line < b.line ? -1 : 1;
    return a.column < b.column ? -1 : a.column > b.column;
}

static int compare_names(const void *left, const void *right)
{
    const struct sb_check_name *a = left, *b = right;
    if (a->space != b->space)
        return a->space < b->space ? -1 : 1;
    int order = strcmp(a->name, b->name);
    return order ? order : compare_places(a->word->at, b->word->at);
}

static void add_name(struct sb_check *check, struct sb_check_index *index, uint32_t space,
                     const struct sb_word *word, const struct sb_sentence *sentence)
{
    struct sb_check_name *names = sb_arena_grow(&check->arena, index->names, index->count, sizeof(*names));
    if (!names) {
        check->no_memory = true;
        return;
    }
    index->names = names;
    names[index->count++] = (struct sb_check_name){space, word->text, word, sentence};
}

/* The space of the names that a sentence of a type declares; SB_CHECK_VALUE: none. */
static enum sb_check_space space_of_type(enum sb_sentence_type type)
{
    switch ((int)type) {
    case SB_S_KIND: return SB_CHECK_KIND;
    case SB_S_INSTRUMENT: return SB_CHECK_INSTRUMENT;
    case SB_S_LIMIT: return SB_CHECK_LIMIT;
    case SB_S_SET: return SB_CHECK_SET;
    case SB_S_AREA: return SB_CHECK_AREA;
    case SB_S_MEASURE: return SB_CHECK_MEASURE;
    case SB_S_SAFEGUARD: return SB_CHECK_SAFEGUARD;
    case SB_S_NAMES: return SB_CHECK_CLOSED;
    default: return SB_CHECK_VALUE;
    }
}

bool sb_check_index_make(struct sb_check *check, const struct sb_charter *charter,
                         struct sb_check_index *index)
{
    for (uint32_t i = 0; i < charter->sentence_count && !check->no_memory; i++) {
        const struct sb_sentence *sentence = &charter->sentences[i];
        enum sb_check_space space = space_of_type(sentence->type);
        if (space == SB_CHECK_VALUE)
            continue;
        add_name(check, index, space, &sentence->name, sentence);
        if (sentence->type != SB_S_NAMES)
            continue;
        for (uint32_t j = 0; j < sentence->names.words.count && !check->no_memory; j++)
            add_name(check, index, SB_CHECK_VALUE + (uint32_t)sentence->names.space,
                     &sentence->names.words.list[j], sentence);
    }
    if (index->count > 1)
        qsort(index->names, index->count, sizeof(*index->names), compare_names);
    return !check->no_memory;
}

/* The first entry that is not before (space, name). */
static uint32_t lower_bound(const struct sb_check_index *index, uint32_t space, const char *name)
{
    uint32_t low = 0, high = index->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct sb_check_name *entry = &index->names[middle];
        bool before = entry->space != space ? entry->space < space : strcmp(entry->name, name) < 0;
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct sb_check_name *sb_check_find(const struct sb_check_index *index, uint32_t space,
                                          const char *name)
{
    uint32_t at = lower_bound(index, space, name);
    if (at == index->count || index->names[at].space != space || strcmp(index->names[at].name, name) != 0)
        return NULL;
    return &index->names[at];
}

const char *sb_check_nearest(struct sb_check *check, const struct sb_check_index *index, uint32_t space,
                             const char *name)
{
    uint32_t first = lower_bound(index, space, ""), count = 0;
    while (first + count < index->count && index->names[first + count].space == space)
        count++;
    if (check->diagnostics->error_count >= SB_CHARTER_ERRORS_MAX || count == 0)
        return NULL;
    const char **words = sb_arena_alloc(&check->arena, count, sizeof(*words));
    for (uint32_t i = 0; words && i < count; i++)
        words[i] = index->names[first + i].name;
    return words ? sb_text_nearest(name, strlen(name), words, count) : NULL;
}

/* ------------------------------------------------------------------ words */

void sb_check_unknown(struct sb_check *check, const struct sb_word *word, const struct sb_check_index *index,
                      uint32_t space, const char *what_en, const char *what_vi)
{
    const char *nearest = sb_check_nearest(check, index, space, word->text);
    struct sb_str text[2] = {{0}, {0}};
    sb_str_printf(&text[SB_EN], "unknown %s '%s'", what_en, word->text);
    sb_str_printf(&text[SB_VI], "không có %s '%s'", what_vi, word->text);
    if (nearest) {
        sb_str_printf(&text[SB_EN], "; did you mean '%s'?", nearest);
        sb_str_printf(&text[SB_VI], "; có phải '%s' không?", nearest);
    }
    sb_diagnostics_add_texts(check->diagnostics, SB_SEVERITY_ERROR, word->at, sb_str_text(&text[SB_EN]),
                             sb_str_text(&text[SB_VI]));
    sb_str_release(&text[SB_EN]);
    sb_str_release(&text[SB_VI]);
}

void sb_check_value(struct sb_check *check, enum sb_space space, const struct sb_word *word)
{
    static const char *const words_vi[SB_SPACE_COUNT] = {
        [SB_SPACE_CLASS] = "phân loại",  [SB_SPACE_PROVIDER] = "nhà cung cấp",
        [SB_SPACE_TIER] = "hạng",        [SB_SPACE_ISSUER] = "bên phát hành",
        [SB_SPACE_SEX] = "giới tính",    [SB_SPACE_CHANNEL] = "kênh",
        [SB_SPACE_PURPOSE] = "mục đích", [SB_SPACE_COUNTRY] = "quốc gia",
    };
    if (!sb_check_find(&check->index, SB_CHECK_CLOSED, sb_space_word(space)) ||
        sb_check_find(&check->index, SB_CHECK_VALUE + (uint32_t)space, word->text))
        return;
    sb_check_unknown(check, word, &check->index, SB_CHECK_VALUE + (uint32_t)space, sb_space_word(space),
                     words_vi[space]);
}

void sb_check_duplicates(struct sb_check *check, const struct sb_words *words)
{
    for (uint32_t i = 1; i < words->count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(words->list[i].text, words->list[j].text) != 0)
                continue;
            sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, words->list[i].at,
                               "'%s' is named twice in this list",
                               "'%s' được nêu hai lần trong danh sách này", words->list[i].text);
            break;
        }
    }
}

/* A provider's charter may be checked without the regulator's; then kinds that it does not declare are his.
 */
void sb_check_kinds(struct sb_check *check, const struct sb_kinds *kinds)
{
    sb_check_duplicates(check, &kinds->names);
    for (uint32_t i = 0; i < kinds->names.count; i++) {
        const struct sb_word *word = &kinds->names.list[i];
        bool known = sb_check_find(&check->index, SB_CHECK_KIND, word->text) ||
                     sb_check_find(&check->upper_index, SB_CHECK_KIND, word->text) ||
                     (check->is_layer && !check->upper);
        if (!known)
            sb_check_unknown(check, word,
                             sb_check_nearest(check, &check->index, SB_CHECK_KIND, word->text) ? &check->index
                             : check->upper ? &check->upper_index
                                            : &check->index,
                             SB_CHECK_KIND, "kind", "loại giao dịch");
    }
}

/* ------------------------------------------------------------------ conditions */

/* One name behind `in` may be a set; where the attribute is open, a name that nearly is one is suspicious. */
static void check_one_name(struct sb_check *check, enum sb_space space, const struct sb_word *word)
{
    const struct sb_check_name *set = sb_check_find(&check->index, SB_CHECK_SET, word->text);
    if (set) {
        for (uint32_t i = 0; i < set->sentence->set.words.count; i++) {
            const struct sb_word *member = &set->sentence->set.words.list[i];
            if (sb_check_find(&check->index, SB_CHECK_CLOSED, sb_space_word(space)) &&
                !sb_check_find(&check->index, SB_CHECK_VALUE + (uint32_t)space, member->text))
                sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, word->at,
                                   "the set '%s' holds '%s', which no %s can be",
                                   "nhóm '%s' có '%s', không phải là giá trị của %s", word->text,
                                   member->text, sb_space_word(space));
        }
        return;
    }
    const char *nearest = sb_check_nearest(check, &check->index, SB_CHECK_SET, word->text);
    if (nearest && !sb_check_find(&check->index, SB_CHECK_CLOSED, sb_space_word(space)))
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_WARNING, word->at,
                           "there is no set '%s', so this is a single name; did you mean the set '%s'?",
                           "không có nhóm '%s', nên đây là một tên đơn; có phải nhóm '%s' không?", word->text,
                           nearest);
    sb_check_value(check, space, word);
}

static void check_comparison(struct sb_check *check, const struct sb_condition *condition)
{
    enum sb_space space = sb_field_space(condition->field);
    bool in = condition->op == SB_COND_IN || condition->op == SB_COND_NOT_IN;
    if (condition->against_field || condition->names.count == 0)
        return;
    if (condition->field == SB_FIELD_PLACE) {
        if (in && !sb_check_find(&check->index, SB_CHECK_AREA, condition->names.list[0].text))
            sb_check_unknown(check, &condition->names.list[0], &check->index, SB_CHECK_AREA, "area", "vùng");
        return;
    }
    sb_check_duplicates(check, &condition->names);
    if (in && condition->names.count == 1) {
        check_one_name(check, space, &condition->names.list[0]);
        return;
    }
    for (uint32_t i = 0; i < condition->names.count; i++) {
        const struct sb_word *word = &condition->names.list[i];
        if (in && sb_check_find(&check->index, SB_CHECK_SET, word->text) &&
            !sb_check_find(&check->index, SB_CHECK_VALUE + (uint32_t)space, word->text))
            sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, word->at,
                               "'%s' is a set: a set stands alone behind 'in'",
                               "'%s' là một nhóm: nhóm đứng một mình sau 'thuộc'", word->text);
        else
            sb_check_value(check, space, word);
    }
}

void sb_check_condition(struct sb_check *check, const struct sb_condition *condition)
{
    if (!condition)
        return;
    if (condition->op == SB_COND_AND || condition->op == SB_COND_OR || condition->op == SB_COND_NOT) {
        sb_check_condition(check, condition->left); /* the parser bounds the height */
        sb_check_condition(check, condition->right);
    } else {
        check_comparison(check, condition);
    }
}

/* ------------------------------------------------------------------ sentences */

static void check_limits_named(struct sb_check *check, const struct sb_words *limits)
{
    sb_check_duplicates(check, limits);
    for (uint32_t i = 0; i < limits->count; i++)
        if (!sb_check_find(&check->index, SB_CHECK_LIMIT, limits->list[i].text))
            sb_check_unknown(check, &limits->list[i], &check->index, SB_CHECK_LIMIT, "limit", "hạn mức");
}

static bool begins_like_name(const char *text)
{
    return !(text[0] >= '0' && text[0] <= '9');
}

/* Of sentences without effect: the conditions inside them, and classes of accounts. */
static void check_kept(struct sb_check *check, const struct sb_sentence *sentence)
{
    bool classes = sentence->type == SB_S_EXPOSURE || sentence->type == SB_S_INVARIANT;
    for (uint32_t i = 0; i < sentence->kept.part_count; i++) {
        const struct sb_kept_part *part = &sentence->kept.parts[i];
        sb_check_condition(check, part->where == sentence->where ? NULL : part->where);
        if (classes && part->word.at.line > 0 && begins_like_name(part->word.text))
            sb_check_value(check, SB_SPACE_CLASS, &part->word);
    }
}

/* A total that passes its figure includes the event: so what is asked must be counted. */
static void check_asked(struct sb_check *check, const struct sb_sentence *ask)
{
    const struct sb_kinds *asked = &ask->limit.asked;
    if (!ask->limit.total || !ask->limit.asked_written)
        return;
    sb_check_kinds(check, asked);
    for (uint32_t i = 0; i < asked->names.count && !ask->kinds.all; i++)
        if (!sb_check_names_kind(&ask->kinds, asked->names.list[i].text))
            sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, asked->names.list[i].at,
                               "'%s' is asked, but the total does not count it",
                               "'%s' bị yêu cầu xác thực, nhưng tổng số không tính loại này",
                               asked->names.list[i].text);
    if (asked->all && !ask->kinds.all)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, ask->at,
                           "'all' kinds are asked, but the total counts only some",
                           "'mọi loại' bị yêu cầu xác thực, nhưng tổng số chỉ tính một số loại");
}

static void check_names_of(struct sb_check *check, const struct sb_sentence *sentence)
{
    switch ((int)sentence->type) {
    case SB_S_EXCEPT: check_limits_named(check, &sentence->except_.limits); break;
    case SB_S_SET: sb_check_duplicates(check, &sentence->set.words); break;
    case SB_S_ASK: check_asked(check, sentence); break;
    case SB_S_NOTE:
        if (sentence->name.text && !sb_check_find(&check->index, SB_CHECK_INSTRUMENT, sentence->name.text))
            sb_check_unknown(check, &sentence->name, &check->index, SB_CHECK_INSTRUMENT, "instrument",
                             "văn bản");
        break;
    case SB_S_IN_AREA:
        if (!sb_check_find(&check->index, SB_CHECK_AREA, sentence->name.text))
            sb_check_unknown(check, &sentence->name, &check->index, SB_CHECK_AREA, "area", "vùng");
        break;
    case SB_S_GOAL:
        if (!sb_check_find(&check->index, SB_CHECK_MEASURE, sentence->name.text))
            sb_check_unknown(check, &sentence->name, &check->index, SB_CHECK_MEASURE, "measure", "chỉ tiêu");
        break;
    default: break;
    }
    if (sentence->type >= SB_S_FEE)
        check_kept(check, sentence);
}

static void check_sentence(struct sb_check *check, const struct sb_sentence *sentence)
{
    if (sentence->by.text && !sb_check_find(&check->index, SB_CHECK_INSTRUMENT, sentence->by.text))
        sb_check_unknown(check, &sentence->by, &check->index, SB_CHECK_INSTRUMENT, "instrument", "văn bản");
    sb_check_kinds(check, &sentence->kinds);
    sb_check_condition(check, sentence->where);
    check_names_of(check, sentence);
}

/* Two declarations of one name; limits have versions, check_limit.c looks at those. */
static void check_declared_once(struct sb_check *check)
{
    for (uint32_t i = 1; i < check->index.count; i++) {
        const struct sb_check_name *before = &check->index.names[i - 1], *entry = &check->index.names[i];
        if (entry->space == SB_CHECK_LIMIT || entry->space != before->space ||
            strcmp(entry->name, before->name) != 0)
            continue;
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, entry->word->at,
                           "'%s' is declared twice; it stands on line %u already",
                           "'%s' được khai báo hai lần; đã có ở dòng %u", entry->name, before->word->at.line);
    }
}

static int compare_diagnostics(const void *left, const void *right)
{
    const struct sb_diagnostic *a = left, *b = right;
    int order = compare_places(a->at, b->at);
    return order ? order : (int)a->severity - (int)b->severity;
}

static enum sb_status run(struct sb_check *check, struct sb_err *err)
{
    uint32_t errors_before = check->diagnostics->error_count, before = check->diagnostics->count;
    if (!sb_check_index_make(check, check->charter, &check->index) ||
        (check->upper && !sb_check_index_make(check, check->upper, &check->upper_index)))
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    sb_check_head(check);
    check_declared_once(check);
    for (uint32_t i = 0; i < check->charter->sentence_count; i++)
        check_sentence(check, &check->charter->sentences[i]);
    sb_check_times(check);
    sb_check_limits(check);
    if (!check->charter->fees_are_void)
        sb_check_fees(check);
    if (check->diagnostics->count > before) /* a reader goes from top to bottom */
        qsort(check->diagnostics->list + before, check->diagnostics->count - before,
              sizeof(*check->diagnostics->list), compare_diagnostics);
    if (check->no_memory || check->diagnostics->no_memory)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (check->diagnostics->error_count > errors_before)
        return sb_fail(err, SB_INVALID, "'%s' is not a valid charter", "'%s' không phải điều lệ hợp lệ",
                       check->charter->path);
    return SB_OK;
}

enum sb_status sb_charter_check(const struct sb_charter *charter, const struct sb_charter *upper,
                                struct sb_diagnostics *diagnostics, struct sb_err *err)
{
    const struct sb_sentence *title = sb_charter_find(charter, SB_S_CHARTER, NULL);
    struct sb_check check = {.charter = charter,
                             .upper = upper,
                             .diagnostics = diagnostics,
                             .is_layer = upper || (title && title->charter.provider.text)};
    sb_arena_init(&check.arena, ARENA_MAX);
    enum sb_status status = run(&check, err);
    sb_arena_release(&check.arena);
    return status;
}
