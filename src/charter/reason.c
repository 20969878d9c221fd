/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reasons in words. A short text must fit a phone whatever the names in the charter, so it is tried in ever
 * fewer words until it does; the last try holds only the kind of rule and a name, which always fits. English
 * is folded to letters that every GSM phone has; Vietnamese goes as UCS-2.
 */

#include "charter/reason.h"

#include "base/macros.h"
#include "charter/words_internal.h"

#include <string.h>

#define GSM_SIZE_MAX  160 /* septets of one SMS */
#define UCS2_SIZE_MAX 70  /* code units of one SMS */
#define DETAIL_COUNT  4   /* tries: 0 says all, the last one next to nothing */

/* ------------------------------------------------------------------ what fits a phone */

/* The next code point of well-formed UTF-8; *at moves behind it. */
static uint32_t next_point(const char **at)
{
    const unsigned char *byte = (const unsigned char *)*at;
    size_t size = byte[0] < 0x80 ? 1 : byte[0] < 0xE0 ? 2 : byte[0] < 0xF0 ? 3 : 4;
    uint32_t point = size == 1 ? byte[0] : byte[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++)
        point = point << 6 | (byte[i] & 0x3Fu);
    *at += size;
    return point;
}

static char fold_letter(uint32_t point)
{
    static const char latin1[] =
        "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty"; /* U+00C0 */
    static const struct {
        uint32_t first, last;
        char upper, lower;
    } vietnamese[] = {
        {0x0102, 0x0103, 'A', 'a'}, {0x0110, 0x0111, 'D', 'd'}, {0x0128, 0x0129, 'I', 'i'},
        {0x0168, 0x0169, 'U', 'u'}, {0x01A0, 0x01A1, 'O', 'o'}, {0x1EA0, 0x1EB7, 'A', 'a'},
        {0x1EB8, 0x1EC7, 'E', 'e'}, {0x1EC8, 0x1ECB, 'I', 'i'}, {0x1ECC, 0x1EE3, 'O', 'o'},
        {0x1EE4, 0x1EF1, 'U', 'u'}, {0x1EF2, 0x1EF9, 'Y', 'y'},
    };
    if (point >= 0xC0 && point <= 0xFF)
        return latin1[point - 0xC0];
    if (point == 0x01AF || point == 0x01B0)
        return point == 0x01AF ? 'U' : 'u';
    for (size_t i = 0; i < SB_ARRAY_SIZE(vietnamese); i++)
        if (point >= vietnamese[i].first && point <= vietnamese[i].last)
            return point % 2 == 0 ? vietnamese[i].upper : vietnamese[i].lower;
    return '?';
}

/* The ASCII characters that GSM 03.38 has only in its extension table, where each takes two septets. */
static char fold_ascii(char c)
{
    static const char from[] = "^{}\\[]~|`", to[] = "'()/()-/'";
    const char *found = c ? strchr(from, c) : NULL;
    if (found)
        return to[found - from];
    return (unsigned char)c < ' ' ? ' ' : c;
}

/* Copy in letters of the GSM alphabet; false when it does not fit. */
static bool copy_gsm(const char *from, char text[SB_REASON_SHORT_SIZE])
{
    size_t size = 0;
    while (*from) {
        uint32_t point = next_point(&from);
        if (point >= 0x300 && point <= 0x36F)
            continue;
        if (size == GSM_SIZE_MAX)
            return false;
        text[size++] = point < 0x80 ? fold_ascii((char)point) : fold_letter(point);
    }
    text[size] = '\0';
    return true;
}

static bool copy_ucs2(const char *from, char text[SB_REASON_SHORT_SIZE])
{
    size_t units = 0, size = strlen(from);
    for (const char *at = from; *at;)
        units += next_point(&at) > 0xFFFF ? 2 : 1;
    if (units > UCS2_SIZE_MAX || size >= SB_REASON_SHORT_SIZE)
        return false;
    memcpy(text, from, size + 1);
    return true;
}

/* ------------------------------------------------------------------ the short text */

struct words {
    const struct sb_plan *plan;
    const struct sb_reason *reason;
    const struct sb_rule *rule;
    const struct sb_sentence *sentence; /* NULL: TERM, NOT_ALLOWED */
    enum sb_lang lang;
    int detail; /* 0: all */
};

static const char *verdict(enum sb_reason_state state, enum sb_lang lang)
{
    switch (state) {
    case SB_REASON_HOLDS: return sb_tr(lang, "Passes", "Đạt");
    case SB_REASON_FAILS: return sb_tr(lang, "Refused", "Từ chối");
    case SB_REASON_UNDECIDED: return sb_tr(lang, "Cannot decide", "Chưa quyết định được");
    case SB_REASON_ASKS: return sb_tr(lang, "More is asked", "Cần xác thực thêm");
    }
    return "?";
}

static bool is_count(const struct words *words)
{
    return words->sentence && words->sentence->limit.measure == SB_MEASURE_NUMBER;
}

static bool passes_later(const struct sb_reason *reason)
{
    return reason->state != SB_REASON_HOLDS && reason->passes_at != SB_TIME_FOREVER && reason->passes_at > 0;
}

static void add_passes(const struct words *words, struct sb_str *out)
{
    if (!passes_later(words->reason) || words->detail > 1)
        return;
    sb_str_add(out, sb_tr(words->lang, "; passes from ", "; được từ "));
    sb_words_time(words->plan, words->reason->passes_at, out);
}

static void say_window(const struct words *words, struct sb_str *out)
{
    const struct sb_reason *reason = words->reason;
    sb_str_printf(out, sb_tr(words->lang, "limit %s", "hạn mức %s"), words->sentence->name.text);
    if (words->detail == 0) {
        sb_str_add(out, sb_tr(words->lang, ", at most ", " "));
        sb_words_figure(words->plan, is_count(words), reason->bound, out);
        sb_str_add(out, words->lang == SB_VI ? "/" : " ");
        sb_words_window(words->sentence, words->lang, out);
        if (words->lang == SB_EN) {
            sb_str_add(out, "; used ");
            sb_str_add_amount(out, reason->used, is_count(words) ? 0 : words->plan->decimals);
        }
    }
    if (words->detail <= 2) {
        sb_str_add(out, sb_tr(words->lang, "; left ", "; còn "));
        sb_words_figure(words->plan, is_count(words), reason->remaining, out);
    }
    add_passes(words, out);
}

static void say_bound(const struct words *words, struct sb_str *out)
{
    bool least = words->rule->type == SB_RULE_EACH_LEAST;
    sb_str_printf(out, sb_tr(words->lang, "limit %s", "hạn mức %s"), words->sentence->name.text);
    if (words->detail > 2)
        return;
    if (words->rule->type == SB_RULE_BALANCE)
        sb_str_add(out, sb_tr(words->lang, ", balance", ", số dư"));
    else if (words->detail == 0)
        sb_str_add(out, sb_tr(words->lang, ", each transaction", ", mỗi giao dịch"));
    sb_str_add(out, least ? sb_tr(words->lang, " at least ", " ít nhất ")
                          : sb_tr(words->lang, " at most ", " không quá "));
    sb_words_figure(words->plan, false, words->reason->bound, out);
    if (words->rule->type == SB_RULE_BALANCE && words->detail < 2) {
        sb_str_add(out, sb_tr(words->lang, "; room for ", "; còn nhận được "));
        sb_str_add_amount(out, words->reason->remaining, words->plan->decimals);
    }
}

static void say_sentence(const struct words *words, const char *by, const char *bare, struct sb_str *out)
{
    const struct sb_sentence *sentence = words->sentence;
    if (!sentence->by.text || words->detail > 2) {
        sb_str_printf(out, sb_tr(words->lang, "%s (line %u)", "%s (dòng %u)"), bare, sentence->at.line);
        return;
    }
    sb_str_printf(out, "%s ", by);
    if (words->detail == 0)
        sb_words_cite(sentence, out);
    else
        sb_str_add(out, sentence->by.text);
    add_passes(words, out);
}

/* The step, then why. detail 1 leaves the figure out, 2 the instrument too. */
static void say_ask(const struct words *words, struct sb_str *out)
{
    const struct sb_sentence *sentence = words->sentence;
    sb_str_add(out, sentence->name.text);
    if (words->reason->state == SB_REASON_HOLDS)
        sb_str_add(out, sb_tr(words->lang, " is not needed, or done", ": không cần, hoặc đã làm"));
    if (words->detail == 0 && words->rule->type == SB_RULE_ASK_TOTAL) {
        sb_str_add(out, sb_tr(words->lang, "; total over ", "; tổng trên "));
        sb_words_figure(words->plan, is_count(words), words->reason->bound, out);
        sb_str_add(out, words->lang == SB_VI ? "/" : " ");
        sb_words_window(sentence, words->lang, out);
    }
    if (words->detail <= 1 && sentence->by.text) {
        sb_str_add(out, sb_tr(words->lang, ", by ", ", theo "));
        sb_words_cite(sentence, out);
    }
}

static void say_area(const struct words *words, struct sb_str *out)
{
    bool of_agent = words->sentence->in_area.of_agent, holds = words->reason->state == SB_REASON_HOLDS;
    if (of_agent)
        sb_str_add(out, holds ? sb_tr(words->lang, "served inside area ", "phục vụ trong vùng ")
                              : sb_tr(words->lang, "served outside area ", "phục vụ ngoài vùng "));
    else
        sb_str_add(out, holds ? sb_tr(words->lang, "registered inside area ", "đăng ký trong vùng ")
                              : sb_tr(words->lang, "registered outside area ", "đăng ký ngoài vùng "));
    sb_str_add(out, words->sentence->name.text);
    if (words->detail <= 1 && words->sentence->by.text) {
        sb_str_add(out, sb_tr(words->lang, ", by ", ", theo "));
        sb_words_cite(words->sentence, out);
    }
    add_passes(words, out);
}

static void say_missing(const struct words *words, struct sb_str *out)
{
    const struct sb_reason *reason = words->reason;
    sb_str_printf(out, sb_tr(words->lang, "%s of %s is not known", "thiếu %s của %s"),
                  sb_words_field((enum sb_field)reason->missing_field, words->lang),
                  sb_words_side((enum sb_side)reason->missing_side, words->lang));
    if (words->sentence && words->detail == 0 && words->sentence->by.text) {
        sb_str_add(out, sb_tr(words->lang, ", asked by ", ", theo "));
        sb_words_cite(words->sentence, out);
    }
}

static void say_rule(const struct words *words, struct sb_str *out)
{
    enum sb_lang lang = words->lang;
    bool holds = words->reason->state == SB_REASON_HOLDS;
    switch ((enum sb_rule_type)words->rule->type) {
    case SB_RULE_TERM:
        sb_str_add(out, holds ? sb_tr(lang, "the pilot is running", "đang trong thời gian thí điểm")
                              : sb_tr(lang, "the pilot is not running then", "ngoài thời gian thí điểm"));
        add_passes(words, out);
        return;
    case SB_RULE_NOT_ALLOWED:
        sb_str_add(out, holds ? sb_tr(lang, "the charter allows this kind", "điều lệ cho phép loại này")
                              : sb_tr(lang, "the charter does not allow this transaction",
                                      "điều lệ không cho phép giao dịch này"));
        add_passes(words, out);
        return;
    case SB_RULE_FORBID:
        say_sentence(
            words,
            holds ? sb_tr(lang, "not forbidden by", "không bị cấm theo")
                  : sb_tr(lang, "forbidden by", "bị cấm theo"),
            holds ? sb_tr(lang, "not forbidden", "không bị cấm") : sb_tr(lang, "forbidden", "bị cấm"), out);
        return;
    case SB_RULE_REQUIRE:
        say_sentence(words,
                     holds ? sb_tr(lang, "meets what is required by", "đạt yêu cầu theo")
                           : sb_tr(lang, "does not meet what is required by", "chưa đạt yêu cầu theo"),
                     holds ? sb_tr(lang, "meets a requirement", "đạt một yêu cầu")
                           : sb_tr(lang, "does not meet a requirement", "chưa đạt một yêu cầu"),
                     out);
        return;
    case SB_RULE_IN_AREA: say_area(words, out); return;
    case SB_RULE_FEE:
        say_sentence(words, sb_tr(lang, "a fee by", "phí theo"), sb_tr(lang, "a fee", "phí"), out);
        return;
    case SB_RULE_ASK:
    case SB_RULE_ASK_TOTAL: say_ask(words, out); return;
    case SB_RULE_EACH_MOST:
    case SB_RULE_EACH_LEAST:
    case SB_RULE_BALANCE: say_bound(words, out); return;
    case SB_RULE_WINDOW: say_window(words, out); return;
    }
}

/* What the payer may be told of a rule that lies on somebody else's account: that, and no more. */
static const char *coarse(const struct sb_reason *reason, bool of_agent, enum sb_lang lang)
{
    switch ((enum sb_reason_state)reason->state) {
    case SB_REASON_HOLDS:
        return of_agent ? sb_tr(lang, "Passes: the agent", "Đạt: phía đại lý")
                        : sb_tr(lang, "Passes: the recipient", "Đạt: phía bên nhận");
    case SB_REASON_FAILS:
        return of_agent ? sb_tr(lang, "Refused: this agent cannot serve this transaction.",
                                "Từ chối: đại lý này không thể thực hiện giao dịch.")
                        : sb_tr(lang, "Refused: the recipient's account cannot receive this payment.",
                                "Từ chối: tài khoản bên nhận không nhận được khoản này.");
    case SB_REASON_UNDECIDED:
        return of_agent ? sb_tr(lang, "Cannot decide: something about the agent is not known.",
                                "Chưa quyết định được: thiếu thông tin của đại lý.")
                        : sb_tr(lang, "Cannot decide: something about the recipient is not known.",
                                "Chưa quyết định được: thiếu thông tin của bên nhận.");
    case SB_REASON_ASKS: break; /* the step alone, which says nothing of anybody's account */
    }
    return "";
}

static bool is_of(const struct words *words, enum sb_side side)
{
    const struct sb_reason *reason = words->reason;
    if (reason->state == SB_REASON_UNDECIDED && reason->missing_side == side)
        return true;
    bool counts = sb_rule_counts((enum sb_rule_type)words->rule->type);
    bool of_account = words->rule->type >= SB_RULE_EACH_MOST;
    if (of_account && (reason->tells_of >> side & 1) != 0)
        return true;
    if (words->rule->type == SB_RULE_BALANCE)
        return side == SB_SIDE_PAYEE;
    if (counts && words->sentence->limit.subject == SB_SUBJECT_PILOT)
        return false;
    return of_account && reason->side == side;
}

static bool fit(const struct words *words, const char *text, char fitted[SB_REASON_SHORT_SIZE])
{
    return words->lang == SB_VI ? copy_ucs2(text, fitted) : copy_gsm(text, fitted);
}

void sb_reason_short(const struct sb_plan *plan, const struct sb_reason *reason, enum sb_lang lang,
                     enum sb_audience audience, char text[SB_REASON_SHORT_SIZE])
{
    struct words words = {
        .plan = plan,
        .reason = reason,
        .rule = &plan->rules[reason->rule],
        .sentence = sb_plan_sentence(plan, reason->rule),
        .lang = lang,
    };
    struct sb_str out = {0};
    bool fits = false;
    bool hidden = audience == SB_FOR_PAYER && (is_of(&words, SB_SIDE_PAYEE) || is_of(&words, SB_SIDE_AGENT));
    if (hidden && reason->state == SB_REASON_ASKS)
        words.detail = DETAIL_COUNT - 1;
    else if (hidden)
        fits = fit(&words, coarse(reason, !is_of(&words, SB_SIDE_PAYEE), lang), text);
    for (; words.detail < DETAIL_COUNT && !fits; words.detail++) {
        sb_str_clear(&out);
        sb_str_printf(&out, "%s: ", verdict((enum sb_reason_state)reason->state, lang));
        if (reason->state == SB_REASON_UNDECIDED)
            say_missing(&words, &out);
        else
            say_rule(&words, &out);
        fits = !out.failed && fit(&words, sb_str_text(&out), text);
    }
    if (!fits) /* memory is out: the verdict alone */
        (void)fit(&words, verdict((enum sb_reason_state)reason->state, lang), text);
    sb_str_release(&out);
}

/* ------------------------------------------------------------------ the long form */

struct lines {
    const struct words *words;
    unsigned indent;
    struct sb_str *out;
};

/* "  label      " in one width for both languages; the value and the line's end are the caller's. */
static void label(const struct lines *lines, const char *en, const char *vi)
{
    enum { WIDTH = 13 };
    const char *text = sb_tr(lines->words->lang, en, vi);
    int pad = WIDTH - (int)sb_text_width(text, strlen(text));
    sb_str_printf(lines->out, "%*s%s%*s", (int)lines->indent + 2, "", text, pad > 1 ? pad : 1, "");
}

static void figure(const struct lines *lines, const char *en, const char *vi, int64_t value)
{
    label(lines, en, vi);
    sb_words_figure(lines->words->plan, is_count(lines->words), value, lines->out);
    sb_str_add(lines->out, "\n");
}

static void add_law(const struct lines *lines)
{
    const struct words *words = lines->words;
    const struct sb_charter *charter = words->plan->layers[words->rule->layer].charter;
    if (!words->sentence) {
        label(lines, "charter", "điều lệ");
        sb_str_printf(lines->out, "%s\n", charter->path);
        return;
    }
    label(lines, "sentence", "câu");
    sb_str_printf(lines->out, "%s:%u: ", charter->path, words->sentence->at.line);
    sb_words_source(charter, words->sentence, lines->out);
    sb_str_add(lines->out, "\n");
    if (words->sentence->type == SB_S_LIMIT && words->sentence->limit.has_table) {
        label(lines, "row", "dòng");
        sb_words_row(words->sentence, words->rule->row, lines->out);
        sb_str_add(lines->out, "\n");
    }
    if (words->sentence->by.text) {
        label(lines, "by", "theo");
        sb_words_cite_in_full(charter, words->sentence, lines->out);
        sb_str_add(lines->out, "\n");
    }
}

static void add_subject(const struct lines *lines)
{
    const struct words *words = lines->words;
    const struct sb_reason *reason = words->reason;
    char id[SB_ID_TEXT_SIZE] = "";
    bool counts = sb_rule_counts((enum sb_rule_type)words->rule->type);
    if (!counts && words->rule->type != SB_RULE_BALANCE)
        return;
    if (!sb_id_is_none(reason->account))
        sb_id_print(reason->account, id);
    label(lines, "subject", "chủ thể");
    if (words->sentence->limit.subject == SB_SUBJECT_PILOT && counts)
        sb_str_add(lines->out, sb_words_subject(SB_SUBJECT_PILOT, words->lang));
    else if (words->rule->type == SB_RULE_BALANCE || words->sentence->limit.subject != SB_SUBJECT_AGENT)
        sb_str_printf(lines->out, sb_tr(words->lang, "%s of %s %s", "%s của %s %s"),
                      sb_words_subject(words->sentence->limit.subject, words->lang),
                      sb_words_side((enum sb_side)reason->side, words->lang), id);
    else
        sb_str_printf(lines->out, "%s %s", sb_words_subject(SB_SUBJECT_AGENT, words->lang), id);
    sb_str_add(lines->out, "\n");
}

static void add_window(const struct lines *lines)
{
    const struct words *words = lines->words;
    const struct sb_reason *reason = words->reason;
    if (!sb_rule_counts((enum sb_rule_type)words->rule->type))
        return;
    label(lines, "window", "kỳ tính");
    sb_words_window(words->sentence, words->lang, lines->out);
    if (reason->window_start != SB_TIME_ALWAYS && reason->window_end != SB_TIME_FOREVER) {
        char start[SB_TIME_TEXT_SIZE], end[SB_TIME_TEXT_SIZE];
        sb_time_print(reason->window_start, words->plan->clock_offset_s, start);
        sb_time_print(reason->window_end, words->plan->clock_offset_s, end);
        sb_str_printf(lines->out, sb_tr(words->lang, ": from %s, before %s", ": từ %s, trước %s"), start,
                      end);
    }
    sb_str_add(lines->out, "\n");
}

static void add_figures(const struct lines *lines)
{
    const struct words *words = lines->words;
    const struct sb_reason *reason = words->reason;
    bool counts = sb_rule_counts((enum sb_rule_type)words->rule->type);
    bool has_used = counts || words->rule->type == SB_RULE_BALANCE;
    if (words->rule->type < SB_RULE_EACH_MOST)
        return;
    if (counts)
        figure(lines, "used", "đã dùng", reason->used);
    else if (has_used)
        figure(lines, "balance", "số dư", reason->used);
    figure(lines, "asked", "yêu cầu", reason->asked);
    if (words->rule->type == SB_RULE_EACH_LEAST)
        figure(lines, "at least", "ít nhất", reason->bound);
    else if (words->rule->type == SB_RULE_ASK_TOTAL)
        figure(lines, "asks over", "hỏi khi trên", reason->bound);
    else
        figure(lines, "at most", "không quá", reason->bound);
    if (has_used)
        figure(lines, "remaining", "còn lại", reason->remaining);
}

static void add_when(const struct lines *lines)
{
    const struct words *words = lines->words;
    const struct sb_reason *reason = words->reason;
    if (reason->state == SB_REASON_HOLDS)
        return;
    if (reason->state == SB_REASON_UNDECIDED) {
        label(lines, "missing", "còn thiếu");
        sb_str_printf(lines->out, sb_tr(words->lang, "%s of %s\n", "%s của %s\n"),
                      sb_words_field((enum sb_field)reason->missing_field, words->lang),
                      sb_words_side((enum sb_side)reason->missing_side, words->lang));
        return;
    }
    if (reason->state == SB_REASON_ASKS) {
        label(lines, "to do", "cần làm");
        sb_str_printf(lines->out,
                      sb_tr(words->lang, "%s, then send it again under a new id with steps=%s\n",
                            "%s, rồi gửi lại với mã mới và steps=%s\n"),
                      words->sentence->name.text, words->sentence->name.text);
    }
    label(lines, "would pass", "được qua");
    if (passes_later(reason)) {
        char text[SB_TIME_TEXT_SIZE];
        sb_time_print(reason->passes_at, words->plan->clock_offset_s, text);
        sb_str_printf(lines->out,
                      reason->state == SB_REASON_ASKS
                          ? sb_tr(words->lang, "without it from %s\n", "không cần bước này từ %s\n")
                          : sb_tr(words->lang, "from %s\n", "từ %s\n"),
                      text);
    } else if (reason->state == SB_REASON_ASKS) {
        sb_str_add(lines->out, sb_tr(words->lang, "with it only, by the law as it is known\n",
                                     "chỉ với bước này, theo luật đã biết\n"));
    } else {
        sb_str_add(lines->out,
                   sb_tr(words->lang, "never, by the law as it is known\n", "không, theo luật đã biết\n"));
    }
}

void sb_reason_long(const struct sb_plan *plan, const struct sb_reason *reason, enum sb_lang lang,
                    unsigned indent, struct sb_str *out)
{
    struct words words = {
        .plan = plan,
        .reason = reason,
        .rule = &plan->rules[reason->rule],
        .sentence = sb_plan_sentence(plan, reason->rule),
        .lang = lang,
        .detail = DETAIL_COUNT - 1,
    };
    struct lines lines = {&words, indent, out};
    sb_str_printf(out, "%*s%s: ", (int)indent, "", verdict((enum sb_reason_state)reason->state, lang));
    if (reason->state == SB_REASON_UNDECIDED)
        say_missing(&words, out);
    else
        say_rule(&words, out);
    sb_str_add(out, "\n");
    add_law(&lines);
    add_subject(&lines);
    add_window(&lines);
    add_figures(&lines);
    add_when(&lines);
}

static void add_account(const struct lines *lines, const char *en, const char *vi, struct sb_id account)
{
    char id[SB_ID_TEXT_SIZE] = "";
    if (!sb_id_is_none(account))
        sb_id_print(account, id);
    label(lines, en, vi);
    sb_str_printf(lines->out, "%s\n", *id ? id : sb_tr(lines->words->lang, "not there", "không có"));
}

void sb_leg_long(const struct sb_plan *plan, const struct sb_leg *leg, enum sb_lang lang, unsigned indent,
                 struct sb_str *out)
{
    struct words words = {.plan = plan,
                          .rule = &plan->rules[leg->rule],
                          .sentence = sb_plan_sentence(plan, leg->rule),
                          .lang = lang};
    struct lines lines = {&words, indent, out};
    sb_str_printf(out, "%*s%s: ", (int)indent, "", sb_tr(lang, "Fee", "Phí"));
    if (leg->amount == INT64_MAX)
        sb_str_add(out, sb_tr(lang, "more than can be said", "lớn hơn mức biểu diễn được"));
    else
        sb_words_figure(plan, false, leg->amount, out);
    sb_str_add(out, "\n");
    add_law(&lines);
    add_account(&lines, "from", "từ", leg->from);
    add_account(&lines, "to", "đến", leg->to);
}
