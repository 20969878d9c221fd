/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fees: tables that rise, parts said once, classes that exist, and versions of one fee that hold at the same
 * time. Versions agree on name, condition, payer and receiver; those are written out as a text, the fees are
 * sorted by it, and those of one text are compared by their kinds, as masks.
 */
#include "charter/check_internal.h"

#include "base/macros.h"
#include "charter/format_internal.h"

#include <string.h>

struct version {
    const char *like;
    const struct sb_sentence *sentence;
    sb_time_us from, until;
    uint64_t kinds[2]; /* by place in the index: of this charter, of the one above */
};

/* ------------------------------------------------------------------ one sentence */

static void check_charge(struct sb_check *check, const struct sb_fee_row *row)
{
    if (row->charge.least > row->charge.most)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, row->at,
                           "the least of this charge is more than its most",
                           "mức ít nhất của khoản phí này lớn hơn mức nhiều nhất");
}

static void check_rows(struct sb_check *check, const struct sb_fee *fee)
{
    for (uint32_t i = 0; i < fee->row_count; i++) {
        const struct sb_fee_row *row = &fee->rows[i], *before = i > 0 ? row - 1 : NULL;
        check_charge(check, row);
        if (before && (before->any || (!row->any && row->up_to <= before->up_to)))
            sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, row->at,
                               "'up to' rises from row to row, and nothing stands behind 'none'",
                               "'đến mức' tăng dần theo dòng, và sau 'không giới hạn' không còn dòng nào");
    }
    const struct sb_fee_row *last = &fee->rows[fee->row_count - 1];
    struct sb_str figure = {0};
    for (uint32_t i = 0; i < fee->row_count; i++)
        if (fee->rows[i].any)
            return;
    sb_str_add_amount(&figure, last->up_to, check->charter->decimals);
    sb_diagnostics_add(check->diagnostics, SB_SEVERITY_WARNING, last->at,
                       "over %s nothing is charged: the table has no row for 'none'",
                       "trên %s không thu phí: bảng không có dòng 'không giới hạn'", sb_str_text(&figure));
    sb_str_release(&figure);
}

/* A class that is named must be one that accounts may have; `provider` is meant without being named. */
static void check_class(struct sb_check *check, const struct sb_sentence *sentence,
                        const struct sb_word *class_)
{
    if (strcmp(class_->text, "provider") != 0) {
        sb_check_value(check, SB_SPACE_CLASS, class_);
        return;
    }
    bool closed = sb_check_find(&check->index, SB_CHECK_CLOSED, sb_space_word(SB_SPACE_CLASS)) != NULL;
    if (closed && !sb_check_find(&check->index, SB_CHECK_VALUE + SB_SPACE_CLASS, "provider"))
        sb_diagnostics_add(
            check->diagnostics, SB_SEVERITY_WARNING, sentence->at,
            "this fee needs an account of class 'provider', which 'names class' does not list",
            "khoản phí này cần một tài khoản thuộc phân loại 'provider', mà 'giá trị phân-loại' "
            "không có");
}

static void check_parties(struct sb_check *check, const struct sb_sentence *sentence)
{
    const struct sb_fee *fee = sentence->kept.fee;
    bool house = fee->receiver == SB_PARTY_HOUSE;
    if (fee->payer == SB_PARTY_HOUSE)
        check_class(check, sentence, &fee->payer_class);
    if (house)
        check_class(check, sentence, &fee->receiver_class);
    if (fee->payer == fee->receiver &&
        (!house || strcmp(fee->payer_class.text, fee->receiver_class.text) == 0))
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, sentence->at,
                           "who pays this fee is who gets it: say 'to' whom",
                           "bên trả khoản phí này cũng là bên nhận: hãy nói 'trả vào' đâu");
    if (fee->twice.line != 0)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, fee->twice,
                           "this is said twice in one sentence", "điều này được nói hai lần trong một câu");
}

/* Whether a sentence allows a kind by its name, or all that have a holder. */
static bool is_allowed(const struct sb_check *check, const char *kind)
{
    const struct sb_check_name *own = sb_check_find(&check->index, SB_CHECK_KIND, kind);
    const struct sb_check_name *known = own ? own : sb_check_find(&check->upper_index, SB_CHECK_KIND, kind);
    bool has_holder = !known || known->sentence->kind.holder != SB_HOLDER_NOBODY;
    for (uint32_t i = 0; i < check->charter->sentence_count; i++) {
        const struct sb_sentence *sentence = &check->charter->sentences[i];
        bool allows = sentence->type == SB_S_ALLOW || sentence->type == SB_S_AFTER_END;
        if (allows && ((sentence->kinds.all && has_holder) || sb_check_names_kind(&sentence->kinds, kind)))
            return true;
    }
    return false;
}

static void check_allowed(struct sb_check *check, const struct sb_sentence *sentence)
{
    for (uint32_t i = 0; i < sentence->kinds.names.count; i++) {
        const struct sb_word *kind = &sentence->kinds.names.list[i];
        if (!is_allowed(check, kind->text))
            sb_diagnostics_add(check->diagnostics, SB_SEVERITY_WARNING, kind->at,
                               "a fee on '%s', which nothing allows",
                               "phí trên '%s', loại mà không câu nào cho phép", kind->text);
    }
}

/* ------------------------------------------------------------------ versions */

static void add_party(enum sb_party party, const struct sb_word *class_, struct sb_str *out)
{
    sb_str_printf(out, "|%d %s", (int)party, party == SB_PARTY_HOUSE ? class_->text : "");
}

/* The bits of the kinds of an index that a list means: unknown ones are errors already. */
static uint64_t mask_of(const struct sb_check_index *index, const struct sb_check_index *hidden,
                        const struct sb_kinds *kinds)
{
    uint64_t mask = 0;
    for (uint32_t i = 0, place = 0; i < index->count && place < SB_CHARTER_KINDS_MAX; i++) {
        const struct sb_check_name *name = &index->names[i];
        if (name->space != SB_CHECK_KIND)
            continue;
        bool meant = kinds->all ? name->sentence->kind.holder != SB_HOLDER_NOBODY
                                : sb_check_names_kind(kinds, name->name);
        if (meant && !(hidden && sb_check_find(hidden, SB_CHECK_KIND, name->name)))
            mask |= UINT64_C(1) << place;
        place++;
    }
    return mask;
}

static bool make_version(struct sb_check *check, const struct sb_sentence *sentence,
                         struct version *ret_version)
{
    const struct sb_fee *fee = sentence->kept.fee;
    struct sb_sentence_times times = sb_sentence_times(check->charter, sentence);
    struct sb_str like = {0};
    sb_str_add(&like, sentence->name.text ? sentence->name.text : "");
    add_party(fee->payer, &fee->payer_class, &like);
    add_party(fee->receiver, &fee->receiver_class, &like);
    sb_str_add(&like, "|");
    if (sentence->where)
        sb_format_condition(check->charter, sentence->where, SB_EN, &like);
    *ret_version = (struct version){
        .like = like.failed ? NULL : sb_arena_copy(&check->arena, sb_str_text(&like), like.size),
        .sentence = sentence,
        .from = times.from,
        .until = times.until,
        .kinds = {mask_of(&check->index, NULL, &sentence->kinds),
                  mask_of(&check->upper_index, &check->index, &sentence->kinds)},
    };
    sb_str_release(&like);
    check->no_memory = check->no_memory || !ret_version->like;
    return !check->no_memory;
}

static int compare_versions(const void *left, const void *right)
{
    const struct version *a = left, *b = right;
    int order = strcmp(a->like, b->like);
    if (order != 0)
        return order;
    return a->sentence < b->sentence ? -1 : a->sentence > b->sentence;
}

static void report_overlap(struct sb_check *check, const struct sb_sentence *first,
                           const struct sb_sentence *second)
{
    if (second->name.text)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, second->at,
                           "two versions of fee '%s' hold at the same time; the other is on line %u: end it "
                           "with 'until', or give one of them another name",
                           "hai phiên bản của khoản phí '%s' có hiệu lực cùng lúc; phiên bản kia ở dòng %u: "
                           "hãy kết thúc nó bằng 'đến hết', hoặc đặt tên khác cho một trong hai",
                           second->name.text, first->at.line);
    else
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, second->at,
                           "two fees without a name hold at the same time; the other is on line %u: end it "
                           "with 'until', or give one of them a name",
                           "hai khoản phí không tên có hiệu lực cùng lúc; khoản kia ở dòng %u: hãy kết thúc "
                           "nó bằng 'đến hết', hoặc đặt tên cho một trong hai",
                           first->at.line);
}

/* Of one text and a kind in common, at one time. */
static bool overlap(const struct version *a, const struct version *b)
{
    return ((a->kinds[0] & b->kinds[0]) | (a->kinds[1] & b->kinds[1])) != 0 && a->from < b->until &&
           b->from < a->until;
}

static void check_overlaps(struct sb_check *check, const struct version *versions, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        for (uint32_t j = i; j-- > 0 && strcmp(versions[j].like, versions[i].like) == 0;) {
            if (!overlap(&versions[j], &versions[i]))
                continue;
            report_overlap(check, versions[j].sentence, versions[i].sentence);
            break;
        }
    }
}

void sb_check_fees(struct sb_check *check)
{
    struct version *versions = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < check->charter->sentence_count && !check->no_memory; i++) {
        const struct sb_sentence *sentence = &check->charter->sentences[i];
        if (sentence->type != SB_S_FEE)
            continue;
        check_rows(check, sentence->kept.fee);
        check_parties(check, sentence);
        check_allowed(check, sentence);
        struct version *grown = sb_arena_grow(&check->arena, versions, count, sizeof(*versions));
        check->no_memory = check->no_memory || !grown;
        if (grown && make_version(check, sentence, &grown[count])) {
            versions = grown;
            count++;
        }
    }
    if (check->no_memory)
        return;
    if (count > 1)
        qsort(versions, count, sizeof(*versions), compare_versions);
    check_overlaps(check, versions, count);
}
