/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The house's layout. A sentence on one line when it fits; `by` stands in one column of the whole charter;
 * like sentences that follow each other are aligned; a long sentence goes on in lines of their own for what
 * is limited, whose and how much, and when. Blank lines and comments stay where they stand; a comment inside
 * a sentence moves before it, the last one behind it. What is laid out is the tree alone, so formatting twice
 * changes nothing.
 */
#include "charter/format_internal.h"

#include "base/macros.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH_MAX 100 /* columns of a line */
#define BY_COLUMN 63  /* columns before `by` */
#define REST_MAX  72  /* columns up to which a limit's figure stays on its first line when its dates do not */
#define INDENT    "      "
#define CELLS_MAX 4

/* The beginning of a sentence in cells, for alignment with its neighbours. */
struct row {
    struct sb_str cells[CELLS_MAX]; /* owned */
    uint32_t count;
    bool joined; /* like the row before and right behind it: aligned together */
};

static size_t width(const struct sb_str *text)
{
    return sb_text_width(sb_str_text(text), text->size);
}

static void pad(struct sb_str *out, size_t columns)
{
    for (; columns > 0; columns--)
        sb_str_add(out, " ");
}

static const char *word(enum sb_keyword keyword, enum sb_lang lang)
{
    return sb_keyword_text(keyword, lang);
}

/* ------------------------------------------------------------------ sentences as cells */

static struct sb_str *new_cell(struct row *row)
{
    assert(row->count < CELLS_MAX);
    return &row->cells[row->count++];
}

static void add_head(const struct sb_sentence *sentence, enum sb_lang lang, struct row *row)
{
    static const enum sb_keyword keywords[] = {[SB_S_CHARTER] = SB_KW_CHARTER,
                                               [SB_S_UNIT] = SB_KW_UNIT,
                                               [SB_S_CLOCK] = SB_KW_CLOCK,
                                               [SB_S_TERRITORY] = SB_KW_TERRITORY};
    sb_str_add(new_cell(row), word(keywords[sentence->type], lang));
    struct sb_str *out = new_cell(row);
    if (sentence->type == SB_S_CHARTER) {
        sb_format_text(sentence->name.text, out);
        if (sentence->charter.provider.text)
            sb_str_printf(out, " %s %s", word(SB_KW_OF_PROVIDER, lang), sentence->charter.provider.text);
    } else if (sentence->type == SB_S_CLOCK) {
        int32_t minutes = sentence->clock.offset_s / 60;
        unsigned size = (unsigned)(minutes < 0 ? -minutes : minutes);
        sb_str_printf(out, "%c%02u:%02u", minutes < 0 ? '-' : '+', size / 60, size % 60);
    } else {
        sb_str_add(out, sentence->name.text);
        if (sentence->type == SB_S_UNIT && sentence->unit.decimals > 0)
            sb_str_printf(out, " %s %u %s", word(SB_KW_WITH, lang), sentence->unit.decimals,
                          word(SB_KW_DECIMALS, lang));
    }
}

static enum sb_keyword keyword_of_space(enum sb_space space)
{
    switch ((int)space) {
    case SB_SPACE_TIER: return SB_KW_TIER;
    case SB_SPACE_CLASS: return SB_KW_CLASS;
    case SB_SPACE_PROVIDER: return SB_KW_PROVIDER_OF;
    case SB_SPACE_ISSUER: return SB_KW_ISSUER;
    case SB_SPACE_SEX: return SB_KW_SEX;
    case SB_SPACE_CHANNEL: return SB_KW_CHANNEL;
    case SB_SPACE_PURPOSE: return SB_KW_PURPOSE;
    default: return SB_KW_COUNTRY;
    }
}

static void add_values(const struct sb_sentence *sentence, enum sb_lang lang, struct row *row)
{
    struct sb_str *out = new_cell(row);
    if (sentence->type == SB_S_NAMES)
        sb_str_printf(out, "%s %s: ", word(SB_KW_NAMES, lang),
                      word(keyword_of_space(sentence->names.space), lang));
    else
        sb_str_printf(out, "%s %s: ", word(SB_KW_SET, lang), sentence->name.text);
    sb_format_words(sentence->type == SB_S_NAMES ? &sentence->names.words : &sentence->set.words, out);
}

static void add_area(const struct sb_sentence *sentence, enum sb_lang lang, struct row *row)
{
    static const enum sb_keyword levels[] = {[SB_PLACE_PROVINCE] = SB_KW_PROVINCE,
                                             [SB_PLACE_DISTRICT] = SB_KW_DISTRICT,
                                             [SB_PLACE_COMMUNE] = SB_KW_COMMUNE};
    struct sb_str *out = new_cell(row);
    sb_str_printf(out, "%s %s:", word(SB_KW_AREA, lang), sentence->name.text);
    for (uint32_t i = 0; i < sentence->area.count; i++) {
        const struct sb_area_member *member = &sentence->area.members[i];
        sb_str_printf(out, "%s %s %s", i > 0 ? "," : "", word(levels[SB_PLACE_LEVEL(member->place)], lang),
                      member->code.text);
    }
    sb_str_printf(out, " %s ", word(SB_KW_AS_OF, lang));
    sb_format_moment(&sentence->area.as_of, out);
    if (sentence->area.split != SB_SPLIT_UNDECIDED)
        sb_str_printf(out, ", %s %s", word(SB_KW_SPLIT_COMMUNES, lang),
                      word(sentence->area.split == SB_SPLIT_INSIDE ? SB_KW_INSIDE : SB_KW_OUTSIDE, lang));
}

static void add_kind(const struct sb_sentence *sentence, enum sb_lang lang, struct row *row)
{
    static const enum sb_keyword holders[] = {[SB_HOLDER_PAYEE] = SB_KW_TO_HOLDER,
                                              [SB_HOLDER_PAYER] = SB_KW_FROM_HOLDER,
                                              [SB_HOLDER_NOBODY] = SB_KW_OF_NOBODY};
    sb_str_add(new_cell(row), word(SB_KW_KIND, lang));
    sb_str_add(new_cell(row), sentence->name.text);
    sb_str_add(new_cell(row), word(holders[sentence->kind.holder], lang));
}

static void add_dated(const struct sb_moment *moment, enum sb_keyword keyword, enum sb_lang lang,
                      struct sb_str *out)
{
    if (!moment->present)
        return;
    sb_str_printf(out, "%s%s ", out->size ? " " : "", word(keyword, lang));
    sb_format_moment(moment, out);
}

static void add_instrument(const struct sb_sentence *sentence, enum sb_lang lang, struct row *row)
{
    sb_str_add(new_cell(row), word(SB_KW_INSTRUMENT, lang));
    sb_str_add(new_cell(row), sentence->name.text);
    sb_format_text(sentence->instrument.title.text, new_cell(row));
    struct sb_str *out = new_cell(row);
    add_dated(&sentence->instrument.signed_on, SB_KW_SIGNED, lang, out);
    add_dated(&sentence->instrument.in_force, SB_KW_IN_FORCE, lang, out);
    if (sentence->instrument.source.text) {
        sb_str_printf(out, "%s%s ", out->size ? " " : "", word(SB_KW_SOURCE, lang));
        sb_format_text(sentence->instrument.source.text, out);
    }
}

static void add_pilot(const struct sb_sentence *sentence, enum sb_lang lang, struct row *row)
{
    sb_str_add(new_cell(row), word(SB_KW_PILOT_RUNS, lang));
    struct sb_str *out = new_cell(row);
    sb_format_moment(&sentence->pilot.runs_from, out);
    if (sentence->pilot.runs_to.present)
        add_dated(&sentence->pilot.runs_to, SB_KW_TO, lang, out);
    else
        sb_str_printf(out, " %s", word(SB_KW_ONWARD, lang));
}

static void add_where(const struct sb_charter *charter, const struct sb_sentence *sentence, enum sb_lang lang,
                      struct sb_str *out)
{
    if (!sentence->where)
        return;
    sb_str_printf(out, " %s ", word(SB_KW_WHERE, lang));
    sb_format_condition(charter, sentence->where, lang, out);
}

static void add_rule(const struct sb_charter *charter, const struct sb_sentence *sentence, enum sb_lang lang,
                     struct row *row)
{
    sb_str_add(new_cell(row), word(sentence->type == SB_S_ALLOW    ? SB_KW_ALLOW
                                   : sentence->type == SB_S_FORBID ? SB_KW_FORBID
                                                                   : SB_KW_REQUIRE,
                                   lang));
    struct sb_str *out = new_cell(row);
    if (sentence->type != SB_S_REQUIRE) {
        sb_format_kinds(&sentence->kinds, lang, out);
        add_where(charter, sentence, lang, out);
        return;
    }
    sb_format_condition(charter, sentence->where, lang, out);
    if (!sentence->kinds.all) {
        sb_str_printf(out, " %s ", word(SB_KW_FOR, lang));
        sb_format_kinds(&sentence->kinds, lang, out);
    }
}

static void add_except(const struct sb_charter *charter, const struct sb_sentence *sentence,
                       enum sb_lang lang, struct row *row)
{
    struct sb_str *out = new_cell(row);
    sb_str_printf(out, "%s ", word(SB_KW_EXCEPT_FROM, lang));
    sb_format_words(&sentence->except_.limits, out);
    sb_str_add(out, ": ");
    sb_format_kinds(&sentence->kinds, lang, out);
    add_where(charter, sentence, lang, out);
}

static void add_after_end(const struct sb_sentence *sentence, enum sb_lang lang, struct row *row)
{
    struct sb_str *out = new_cell(row);
    sb_str_printf(out, "%s ", word(SB_KW_AFTER_END, lang));
    sb_format_kinds(&sentence->kinds, lang, out);
    sb_str_printf(out, " %s ", word(SB_KW_DURING, lang));
    sb_str_add_amount(out, sentence->after_end.days, 0);
    sb_str_printf(out, " %s", word(sentence->after_end.days == 1 ? SB_KW_DAY : SB_KW_DAYS, lang));
}

static void add_note(const struct sb_sentence *sentence, enum sb_lang lang, struct row *row)
{
    struct sb_str *out = new_cell(row);
    sb_str_printf(out, "%s ", word(SB_KW_NOTE, lang));
    if (sentence->name.text)
        sb_str_printf(out, "%s ", sentence->name.text);
    sb_format_text(sentence->note.text.text, out);
    add_dated(&sentence->note.decided, SB_KW_DECIDED, lang, out);
}

static void add_for(const struct sb_kinds *kinds, enum sb_lang lang, struct sb_str *out)
{
    sb_str_printf(out, " %s ", word(SB_KW_FOR, lang));
    sb_format_kinds(kinds, lang, out);
}

/* What is asked of a total comes first, since `for` would stand far behind it. */
static void add_ask(const struct sb_charter *charter, const struct sb_sentence *sentence, enum sb_lang lang,
                    struct sb_str *out)
{
    sb_str_printf(out, "%s %s", word(SB_KW_ASK, lang), sentence->name.text);
    if (sentence->limit.total && sentence->limit.asked_written)
        add_for(&sentence->limit.asked, lang, out);
    sb_str_printf(out, " %s ", word(SB_KW_WHEN, lang));
    if (sentence->limit.total) {
        sb_format_total(charter, sentence, lang, out);
        return;
    }
    sb_format_condition(charter, sentence->where, lang, out);
    if (sentence->limit.asked_written)
        add_for(&sentence->kinds, lang, out);
}

static void add_in_area(const struct sb_sentence *sentence, enum sb_lang lang, struct sb_str *out)
{
    sb_str_printf(out, "%s %s %s %s", word(SB_KW_IN_AREA, lang), sentence->name.text,
                  word(SB_KW_BY_PLACE_OF, lang),
                  word(sentence->in_area.of_agent ? SB_KW_AGENT_SUBJECT : SB_KW_REGISTRATION, lang));
    if (!sentence->kinds.all)
        add_for(&sentence->kinds, lang, out);
}

static void add_kept(const struct sb_charter *charter, const struct sb_sentence *sentence, enum sb_lang lang,
                     struct row *row)
{
    static const enum sb_keyword keywords[] = {
        [SB_S_FEE] = SB_KW_FEE,
        [SB_S_EXPOSURE] = SB_KW_EXPOSURE,
        [SB_S_PARTICIPANTS] = SB_KW_PARTICIPANTS,
        [SB_S_MEASURE] = SB_KW_MEASURE,
        [SB_S_GOAL] = SB_KW_GOAL,
        [SB_S_SAFEGUARD] = SB_KW_SAFEGUARD,
        [SB_S_INVARIANT] = SB_KW_INVARIANT,
        [SB_S_REPORT] = SB_KW_REPORT,
    };
    struct sb_str *out = new_cell(row);
    sb_str_add(out, word(keywords[sentence->type], lang));
    bool colon = sentence->type == SB_S_EXPOSURE || sentence->type == SB_S_INVARIANT;
    sb_str_add(out, colon ? "" : " ");
    sb_format_kept_lines(charter, sentence, lang, out);
}

static void make_row(const struct sb_charter *charter, const struct sb_sentence *sentence, enum sb_lang lang,
                     struct row *row)
{
    switch (sentence->type) {
    case SB_S_CHARTER:
    case SB_S_UNIT:
    case SB_S_CLOCK:
    case SB_S_TERRITORY: add_head(sentence, lang, row); break;
    case SB_S_NAMES:
    case SB_S_SET: add_values(sentence, lang, row); break;
    case SB_S_AREA: add_area(sentence, lang, row); break;
    case SB_S_KIND: add_kind(sentence, lang, row); break;
    case SB_S_INSTRUMENT: add_instrument(sentence, lang, row); break;
    case SB_S_PILOT: add_pilot(sentence, lang, row); break;
    case SB_S_ALLOW:
    case SB_S_FORBID:
    case SB_S_REQUIRE: add_rule(charter, sentence, lang, row); break;
    case SB_S_LIMIT: sb_format_limit_head(charter, sentence, lang, new_cell(row)); break;
    case SB_S_EXCEPT: add_except(charter, sentence, lang, row); break;
    case SB_S_AFTER_END: add_after_end(sentence, lang, row); break;
    case SB_S_NOTE: add_note(sentence, lang, row); break;
    case SB_S_ASK: add_ask(charter, sentence, lang, new_cell(row)); break;
    case SB_S_IN_AREA: add_in_area(sentence, lang, new_cell(row)); break;
    case SB_S_FEE:
    case SB_S_EXPOSURE:
    case SB_S_PARTICIPANTS:
    case SB_S_MEASURE:
    case SB_S_GOAL:
    case SB_S_SAFEGUARD:
    case SB_S_INVARIANT:
    case SB_S_REPORT: add_kept(charter, sentence, lang, row); break;
    }
}

/* Sentences that are aligned when they follow each other. */
static int family(enum sb_sentence_type type)
{
    if (type <= SB_S_TERRITORY)
        return 1;
    if (type == SB_S_ALLOW || type == SB_S_FORBID || type == SB_S_REQUIRE)
        return 2;
    return 3 + (int)type;
}

/* ------------------------------------------------------------------ lines */

/* Where a line may be broken: behind a comma outside quotes. Bytes up to there, at most `columns` wide; 0:
 * nowhere. */
static size_t break_before(const char *text, size_t columns)
{
    size_t best = 0, at_column = 0;
    bool quoted = false;
    for (size_t i = 0; text[i] && at_column < columns; i++) {
        at_column += ((unsigned char)text[i] & 0xC0) != 0x80;
        if (text[i] == '\\' && quoted && text[i + 1])
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == ',' && text[i + 1] == ' ' && !quoted)
            best = i + 1;
    }
    return best;
}

/* Add a segment, going on in indented lines where it is too long; later lines begin with the indent. */
static void add_wrapped(struct sb_str *out, const char *text, size_t used)
{
    while (used + sb_text_width(text, strlen(text)) > WIDTH_MAX) {
        size_t size = break_before(text, WIDTH_MAX - used);
        if (size == 0)
            break;
        sb_str_add_bytes(out, text, size);
        sb_str_add(out, "\n" INDENT);
        text += size + 1;
        used = strlen(INDENT);
    }
    sb_str_add(out, text);
}

static size_t last_line_width(const struct sb_str *text)
{
    const char *all = sb_str_text(text);
    const char *line = strrchr(all, '\n');
    line = line ? line + 1 : all;
    return sb_text_width(line, strlen(line));
}

static void make_tail(const struct sb_sentence *sentence, enum sb_lang lang, struct sb_str *ret_dates,
                      struct sb_str *ret_by)
{
    add_dated(&sentence->from, SB_KW_FROM, lang, ret_dates);
    add_dated(&sentence->until, SB_KW_UNTIL, lang, ret_dates);
    add_dated(&sentence->known_from, SB_KW_KNOWN_FROM, lang, ret_dates);
    if (!sentence->by.text)
        return;
    sb_str_printf(ret_by, "%s %s", word(SB_KW_BY, lang), sentence->by.text);
    if (sentence->article.text) {
        sb_str_add(ret_by, " ");
        sb_format_text(sentence->article.text, ret_by);
    }
}

/* `by` in its column, or two spaces behind what is too long for that. */
static void add_by(struct sb_str *text, const struct sb_str *by)
{
    if (by->size == 0)
        return;
    size_t used = last_line_width(text);
    pad(text, used + 2 <= BY_COLUMN ? BY_COLUMN - used : 2);
    sb_str_add(text, sb_str_text(by));
}

/* Put head, rest and dates on one line, or each on its own. A table ends with its own line. */
static void add_sentence(const struct sb_charter *charter, const struct sb_sentence *sentence,
                         enum sb_lang lang, const struct sb_str *head, struct sb_str *out)
{
    struct sb_str rest = {0}, dates = {0}, by = {0}, text = {0};
    bool table = sentence->type == SB_S_LIMIT && sentence->limit.has_table;
    if (sentence->type == SB_S_LIMIT)
        sb_format_limit_rest(charter, sentence, lang, &rest);
    make_tail(sentence, lang, &dates, &by);
    size_t gap = sentence->type == SB_S_PILOT ? 2 : 1;
    size_t all = width(head) + (rest.size ? 1 + width(&rest) : 0) + (dates.size ? gap + width(&dates) : 0);
    size_t most = by.size ? BY_COLUMN - 2 : WIDTH_MAX;
    bool one_line = !table && (all <= most || (rest.size == 0 && dates.size == 0));
    bool rest_fits = width(head) + 1 + width(&rest) <= (table ? WIDTH_MAX : REST_MAX);
    add_wrapped(&text, sb_str_text(head), 0);
    if (rest.size) {
        sb_str_add(&text, one_line || rest_fits ? " " : "\n" INDENT);
        add_wrapped(&text, sb_str_text(&rest), one_line || rest_fits ? 0 : strlen(INDENT));
    }
    if (table)
        sb_format_table(charter, sentence, lang, &text);
    if (dates.size) {
        if (one_line)
            pad(&text, gap);
        else
            sb_str_add(&text, table ? "   " : "\n" INDENT);
        sb_str_add(&text, sb_str_text(&dates));
    }
    if (table && by.size)
        sb_str_printf(&text, "   %s", sb_str_text(&by));
    else
        add_by(&text, &by);
    sb_str_add(out, sb_str_text(&text));
    out->failed = out->failed || text.failed || rest.failed || dates.failed || by.failed;
    sb_str_release(&rest);
    sb_str_release(&dates);
    sb_str_release(&by);
    sb_str_release(&text);
}

/* ------------------------------------------------------------------ the whole */

struct formatter {
    const struct sb_charter *charter; /* borrowed */
    enum sb_lang lang;
    struct row *rows;     /* owned: one a sentence */
    uint32_t comment;     /* the next one to print */
    uint32_t source_line; /* the last line of the source that was printed */
    struct sb_str *out;
};

/* A blank line where the source has one. */
static void keep_blank(struct formatter *formatter, uint32_t line)
{
    if (formatter->source_line > 0 && line > formatter->source_line + 1)
        sb_str_add(formatter->out, "\n");
}

static void print_comment(struct formatter *formatter, const struct sb_comment *comment)
{
    sb_str_printf(formatter->out, "%s\n", comment->text);
}

/* Comments before a sentence, then those inside it but the last trailing one, which is returned. */
static const struct sb_comment *print_comments(struct formatter *formatter, uint32_t first_line,
                                               uint32_t last_line)
{
    const struct sb_charter *charter = formatter->charter;
    const struct sb_comment *trailing = NULL;
    for (; formatter->comment < charter->comment_count; formatter->comment++) {
        const struct sb_comment *comment = &charter->comments[formatter->comment];
        if (comment->at.line >= first_line)
            break;
        keep_blank(formatter, comment->at.line);
        print_comment(formatter, comment);
        formatter->source_line = comment->at.line;
    }
    keep_blank(formatter, first_line);
    for (; formatter->comment < charter->comment_count; formatter->comment++) {
        const struct sb_comment *comment = &charter->comments[formatter->comment];
        if (comment->at.line > last_line)
            break;
        if (trailing)
            print_comment(formatter, trailing);
        trailing = comment;
        if (comment->own_line) {
            print_comment(formatter, comment);
            trailing = NULL;
        }
    }
    return trailing;
}

/* The cells of a sentence, each but the last as wide as the widest of its run. */
static void join_cells(const struct formatter *formatter, uint32_t at, struct sb_str *head)
{
    uint32_t first = at, last = at + 1, count = formatter->charter->sentence_count;
    while (formatter->rows[first].joined)
        first--;
    while (last < count && formatter->rows[last].joined)
        last++;
    const struct row *row = &formatter->rows[at];
    for (uint32_t i = 0; i < row->count; i++) {
        sb_str_add(head, i > 0 ? " " : "");
        sb_str_add(head, sb_str_text(&row->cells[i]));
        size_t widest = 0;
        for (uint32_t j = first; j < last && i + 1 < row->count; j++)
            if (i + 1 < formatter->rows[j].count)
                widest = SB_MAX(widest, width(&formatter->rows[j].cells[i]));
        bool more = i + 1 < row->count && row->cells[i + 1].size > 0;
        if (more && widest <= WIDTH_MAX / 2)
            pad(head, widest - SB_MIN(widest, width(&row->cells[i])));
    }
    while (head->size > 0 && head->text[head->size - 1] == ' ')
        head->text[--head->size] = '\0';
}

static void print_sentence(struct formatter *formatter, uint32_t at)
{
    const struct sb_sentence *sentence = &formatter->charter->sentences[at];
    struct sb_str head = {0};
    const struct sb_comment *trailing = print_comments(formatter, sentence->at.line, sentence->last_line);
    join_cells(formatter, at, &head);
    add_sentence(formatter->charter, sentence, formatter->lang, &head, formatter->out);
    if (trailing)
        sb_str_printf(formatter->out, "    %s", trailing->text);
    sb_str_add(formatter->out, "\n");
    formatter->out->failed = formatter->out->failed || head.failed;
    formatter->source_line = sentence->last_line;
    sb_str_release(&head);
}

static void make_rows(struct formatter *formatter)
{
    const struct sb_charter *charter = formatter->charter;
    for (uint32_t i = 0; i < charter->sentence_count; i++) {
        const struct sb_sentence *sentence = &charter->sentences[i];
        make_row(charter, sentence, formatter->lang, &formatter->rows[i]);
        formatter->rows[i].joined = i > 0 && family(sentence->type) == family(sentence[-1].type) &&
                                    sentence->at.line <= sentence[-1].last_line + 1;
    }
}

void sb_charter_format(const struct sb_charter *charter, enum sb_lang lang, struct sb_str *out)
{
    struct formatter formatter = {.charter = charter, .lang = lang, .out = out};
    formatter.rows = calloc(charter->sentence_count + 1u, sizeof(*formatter.rows));
    if (!formatter.rows) {
        out->failed = true;
        return;
    }
    make_rows(&formatter);
    for (uint32_t i = 0; i < charter->sentence_count; i++)
        print_sentence(&formatter, i);
    const struct sb_comment *none = print_comments(&formatter, UINT32_MAX, UINT32_MAX);
    assert(!none);
    for (uint32_t i = 0; i < charter->sentence_count; i++) {
        for (uint32_t j = 0; j < CELLS_MAX; j++) {
            out->failed = out->failed || formatter.rows[i].cells[j].failed;
            sb_str_release(&formatter.rows[i].cells[j]);
        }
    }
    free(formatter.rows);
}
