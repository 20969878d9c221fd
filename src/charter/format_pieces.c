/* SPDX-License-Identifier: Apache-2.0 */
#include "charter/format_internal.h"

#include "charter/parser_internal.h"

#include <string.h>

static void add_keyword(struct sb_str *out, enum sb_keyword keyword, enum sb_lang lang)
{
    sb_str_add(out, sb_keyword_text(keyword, lang));
}

void sb_format_words(const struct sb_words *words, struct sb_str *out)
{
    for (uint32_t i = 0; i < words->count; i++) {
        sb_str_add(out, i > 0 ? ", " : "");
        sb_str_add(out, words->list[i].text);
    }
}

void sb_format_kinds(const struct sb_kinds *kinds, enum sb_lang lang, struct sb_str *out)
{
    if (kinds->all)
        add_keyword(out, SB_KW_ALL, lang);
    else
        sb_format_words(&kinds->names, out);
}

void sb_format_text(const char *text, struct sb_str *out)
{
    sb_str_add(out, "\"");
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\')
            sb_str_add(out, "\\");
        sb_str_add_bytes(out, c, 1);
    }
    sb_str_add(out, "\"");
}

void sb_format_moment(const struct sb_moment *moment, struct sb_str *out)
{
    sb_str_printf(out, "%04d-%02u-%02u", (int)moment->date.year, (unsigned)moment->date.month,
                  (unsigned)moment->date.day);
    if (moment->has_minute)
        sb_str_printf(out, "T%02u:%02u", (unsigned)moment->hour, (unsigned)moment->minute);
}

static void add_field(enum sb_side side, enum sb_field field, enum sb_lang lang, struct sb_str *out)
{
    add_keyword(out, sb_keyword_of_side(side), lang);
    sb_str_add(out, ".");
    add_keyword(out, sb_keyword_of_field(field), lang);
}

static void add_span(const struct sb_condition *condition, enum sb_lang lang, struct sb_str *out)
{
    bool years = condition->span.years;
    uint32_t count = years ? condition->span.count / 12 : condition->span.count;
    sb_str_add_amount(out, count, 0);
    sb_str_add(out, " ");
    if (count == 1)
        add_keyword(out, years ? SB_KW_YEAR : condition->span.months ? SB_KW_MONTH : SB_KW_DAY, lang);
    else
        add_keyword(out, years ? SB_KW_YEARS : condition->span.months ? SB_KW_MONTHS : SB_KW_DAYS, lang);
    if (condition->at_registration) {
        sb_str_add(out, " ");
        add_keyword(out, SB_KW_AT_REGISTRATION, lang);
    }
}

/* rural, urban and special are keywords, kept in English in the tree. */
static void add_settlement(const char *word, enum sb_lang lang, struct sb_str *out)
{
    static const enum sb_keyword settlements[] = {SB_KW_RURAL, SB_KW_URBAN, SB_KW_SPECIAL};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(word, sb_keyword_text(settlements[i], SB_EN)) == 0)
            add_keyword(out, settlements[i], lang);
}

static void add_comparison(const struct sb_charter *charter, const struct sb_condition *condition,
                           enum sb_lang lang, struct sb_str *out)
{
    static const enum sb_keyword ops[] = {
        [SB_COND_IS] = SB_KW_IS,
        [SB_COND_IS_NOT] = SB_KW_IS_NOT,
        [SB_COND_IN] = SB_KW_IN,
        [SB_COND_NOT_IN] = SB_KW_NOT_IN,
        [SB_COND_AT_LEAST] = SB_KW_AT_LEAST,
        [SB_COND_AT_MOST] = SB_KW_AT_MOST,
        [SB_COND_OVER] = SB_KW_OVER,
        [SB_COND_UNDER] = SB_KW_UNDER,
    };
    bool is = condition->op == SB_COND_IS || condition->op == SB_COND_IS_NOT;
    add_field(condition->side, condition->field, lang, out);
    sb_str_add(out, " ");
    add_keyword(out, ops[condition->op], lang);
    sb_str_add(out, " ");
    if (condition->against_field)
        add_field(condition->other_side, condition->other_field, lang, out);
    else if (is && condition->field == SB_FIELD_PLACE)
        add_settlement(condition->names.list[0].text, lang, out);
    else if (condition->names.count > 0)
        sb_format_words(&condition->names, out);
    else if (condition->field == SB_FIELD_AMOUNT)
        sb_str_add_amount(out, condition->number, charter->decimals);
    else
        add_span(condition, lang, out);
}

/*
 * How tightly a node binds: what binds less than its place needs parentheses. `and` inside `or` would not
 * need them, but a reader who does not know which binds tighter does.
 */
static int binding(const struct sb_condition *condition)
{
    return condition->op == SB_COND_AND || condition->op == SB_COND_OR ? 1 : 2;
}

static void add_operand(const struct sb_charter *charter, const struct sb_condition *condition, int least,
                        enum sb_lang lang, struct sb_str *out)
{
    bool parentheses = binding(condition) < least;
    sb_str_add(out, parentheses ? "(" : "");
    sb_format_condition(charter, condition, lang, out);
    sb_str_add(out, parentheses ? ")" : "");
}

void sb_format_condition(const struct sb_charter *charter, const struct sb_condition *condition,
                         enum sb_lang lang, struct sb_str *out)
{
    if (condition->op == SB_COND_NOT) {
        add_keyword(out, SB_KW_NOT, lang);
        sb_str_add(out, " ");
        add_operand(charter, condition->left, 2, lang, out);
    } else if (condition->op == SB_COND_AND || condition->op == SB_COND_OR) {
        add_operand(charter, condition->left, condition->left->op == condition->op ? 1 : 2, lang, out);
        sb_str_add(out, " ");
        add_keyword(out, condition->op == SB_COND_OR ? SB_KW_OR : SB_KW_AND, lang);
        sb_str_add(out, " ");
        add_operand(charter, condition->right, 2, lang, out);
    } else {
        add_comparison(charter, condition, lang, out);
    }
}

void sb_format_kept(const struct sb_charter *charter, const struct sb_sentence *sentence, enum sb_lang lang,
                    struct sb_str *out)
{
    for (uint32_t i = 0; i < sentence->kept.part_count; i++) {
        const struct sb_kept_part *part = &sentence->kept.parts[i];
        sb_str_add(out, i > 0 && !part->no_space_before ? " " : "");
        if (part->keyword)
            add_keyword(out, (enum sb_keyword)part->keyword, lang);
        else if (part->where)
            sb_format_condition(charter, part->where, lang, out);
        else
            sb_str_add(out, part->word.text);
    }
}
