/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/report_parts.h"

#include "charter/format_internal.h"
#include "cmd/measure_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MONTHS_MAX 120 /* the latest ten years; a longer history is told by `measure --panel` */

static const struct sb_plan *plan_of(const struct sb_report_pilot *pilot)
{
    return sb_ledger_plan(sb_measuring_ledger(pilot->measuring));
}

static struct sb_money money_of(const struct sb_report_pilot *pilot)
{
    const struct sb_plan *plan = plan_of(pilot);
    const char *unit =
        plan ? sb_symbols_name(sb_measuring_symbols(pilot->measuring), SB_SPACE_UNIT, plan->unit) : NULL;
    return (struct sb_money){unit ? unit : "", plan ? plan->decimals : 0};
}

static void hex_of(const uint8_t *bytes, size_t size, char *text)
{
    for (size_t i = 0; i < size; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

/* A number of people or transfers, unless so few that it might point at somebody. */
static void add_number(struct sb_doc *doc, int64_t number, unsigned decimals, int64_t few_of)
{
    struct sb_str text = {0};
    if (few_of > 0 && few_of < SB_SUPPRESS_BELOW) {
        char few[16];
        (void)snprintf(few, sizeof(few), "< %d", SB_SUPPRESS_BELOW);
        sb_doc_figure(doc, few);
        return;
    }
    sb_str_add_amount(&text, number, decimals);
    sb_doc_figure(doc, sb_str_text(&text));
    sb_str_release(&text);
}

/* ------------------------------------------------------------------ head */

void sb_report_head(const struct sb_report_pilot *pilot, struct sb_doc *doc)
{
    const struct sb_measuring_end *end = sb_measuring_end(pilot->measuring);
    const struct sb_plan *plan = plan_of(pilot);
    char first[SB_TIME_TEXT_SIZE] = "", last[SB_TIME_TEXT_SIZE] = "";
    sb_doc_title(doc, plan ? sb_charter_title(plan->layers[0].charter) : pilot->dir);
    sb_doc_section(doc, "pilot", "The pilot", "Thí điểm");
    if ((end->info.flags & SB_JOURNAL_SYNTHETIC) != 0)
        sb_doc_paragraphf(doc, "SYNTHETIC DATA, nothing here happened: %s",
                          "DỮ LIỆU MÔ PHỎNG, không có gì ở đây là thật: %s", end->info.origin);
    sb_time_print(end->first_time, plan ? plan->clock_offset_s : 0, first);
    sb_time_print(end->last_time, plan ? plan->clock_offset_s : 0, last);
    sb_doc_paragraphf(doc, "%llu events from %s to %s.", "%llu sự kiện từ %s đến %s.",
                      (unsigned long long)end->sequence, first, last);
    sb_doc_head(doc, "charter in force from", "điều lệ có hiệu lực từ");
    sb_doc_head(doc, "title", "tên");
    sb_doc_head(doc, "hash", "mã băm");
    for (uint32_t i = 0; i < sb_measuring_plan_count(pilot->measuring); i++) {
        sb_time_us installed;
        char text[SB_TIME_TEXT_SIZE], hash[65];
        const struct sb_plan *one = sb_measuring_plan(pilot->measuring, i, &installed);
        sb_time_print(installed, one->clock_offset_s, text);
        hex_of(one->hash, sizeof(one->hash), hash);
        const char *title = sb_charter_title(one->layers[0].charter);
        sb_doc_cell(doc, text, text);
        sb_doc_cell(doc, title, title);
        sb_doc_cell(doc, hash, hash);
    }
}

/* ------------------------------------------------------------------ goals and the charter's other figures */

static void add_figure(const struct sb_report_pilot *pilot, const struct sb_figure_value *value,
                       struct sb_doc *doc)
{
    struct sb_money money = money_of(pilot);
    struct sb_str wording[2] = {{0}, {0}}, figure = {0}, threshold = {0}, distance = {0};
    char day[SB_TIME_TEXT_SIZE], since[SB_TIME_TEXT_SIZE];
    sb_time_us installed = 0;
    sb_figure_text(value, SB_EN, &wording[SB_EN]);
    sb_figure_text(value, SB_VI, &wording[SB_VI]);
    sb_doc_cell(doc, sb_str_text(&wording[SB_EN]), sb_str_text(&wording[SB_VI]));
    const struct sb_plan *plan = sb_measuring_plan(pilot->measuring, value->first_installation, &installed);
    sb_day_print(sb_day_of_time(installed, plan->clock_offset_s), since);
    sb_doc_cell(doc, since, since);
    sb_day_print(value->day, day);
    sb_doc_cell(doc, day, day);
    if (value->has_value && sb_figure_is_small(value))
        sb_str_printf(&figure, "< %d", SB_SUPPRESS_BELOW);
    else if (value->has_value)
        sb_figure_value_print(value, value->value, &money, &figure);
    bool compared = value->has_value && value->has_threshold;
    if (compared)
        sb_figure_value_print(value, value->threshold, &money, &threshold);
    if (compared && !sb_figure_is_small(value))
        sb_figure_value_print(value, value->distance, &money, &distance);
    sb_doc_figure(doc, sb_str_text(&figure));
    sb_doc_figure(doc, sb_str_text(&threshold));
    sb_doc_figure(doc, sb_str_text(&distance));
    const char *en = value->note[SB_EN] ? value->note[SB_EN] : sb_figure_state(value, SB_EN);
    const char *vi = value->note[SB_VI] ? value->note[SB_VI] : sb_figure_state(value, SB_VI);
    struct sb_str state[2] = {{0}, {0}};
    sb_str_printf(&state[SB_EN], "%s%s", en,
                  value->amended ? "; amended: a later charter says otherwise" : "");
    sb_str_printf(&state[SB_VI], "%s%s", vi, value->amended ? "; đã sửa đổi: điều lệ sau nói khác" : "");
    sb_doc_cell(doc, sb_str_text(&state[SB_EN]), sb_str_text(&state[SB_VI]));
    sb_str_release(&state[SB_EN]);
    sb_str_release(&state[SB_VI]);
    sb_str_release(&wording[SB_EN]);
    sb_str_release(&wording[SB_VI]);
    sb_str_release(&figure);
    sb_str_release(&threshold);
    sb_str_release(&distance);
}

static void add_figures(const struct sb_report_pilot *pilot, bool goals, struct sb_doc *doc)
{
    const struct sb_measures *measures = sb_measuring_measures(pilot->measuring);
    static const char *const heads[][2] = {{"wording", "câu chữ"},        {"since", "có từ"},
                                           {"figure of", "số liệu ngày"}, {"figure", "số liệu"},
                                           {"threshold", "mức"},          {"distance", "khoảng cách"},
                                           {"state", "tình trạng"}};
    unsigned count = 0;
    for (unsigned i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        sb_doc_head(doc, heads[i][SB_EN], heads[i][SB_VI]);
    for (unsigned i = 0; i < sb_figure_count(measures); i++) {
        struct sb_figure_value value;
        sb_figure_on(measures, i, pilot->day, &value);
        if ((value.type == SB_S_GOAL) != goals)
            continue;
        add_figure(pilot, &value, doc);
        count++;
    }
    if (count == 0 && goals)
        sb_doc_paragraph(doc,
                         "The charter registers no goal: nothing was promised that could be missed, and "
                         "every figure below is exploratory.",
                         "Điều lệ không đăng ký mục tiêu nào: không có lời hứa nào để đối chiếu, và mọi số "
                         "liệu dưới đây chỉ là thăm dò.");
    else if (count == 0)
        sb_doc_paragraph(doc, "The charter asks for no other figure.",
                         "Điều lệ không đòi hỏi số liệu nào khác.");
}

/* To whom the charter in force says that reports go, and how often. */
static void add_addressees(const struct sb_report_pilot *pilot, struct sb_doc *doc)
{
    const struct sb_plan *plan = plan_of(pilot);
    const struct sb_charter *charter = plan ? plan->layers[0].charter : NULL;
    for (uint32_t i = 0; charter && i < charter->sentence_count; i++) {
        const struct sb_sentence *sentence = &charter->sentences[i];
        struct sb_str text[2] = {{0}, {0}};
        if (sentence->type != SB_S_REPORT)
            continue;
        sb_format_kept(charter, sentence, SB_EN, &text[SB_EN]);
        sb_format_kept(charter, sentence, SB_VI, &text[SB_VI]);
        sb_doc_paragraphf(doc, "The charter asks for a report: %s%.0s.", "Điều lệ yêu cầu báo cáo: %.0s%s.",
                          sb_str_text(&text[SB_EN]), sb_str_text(&text[SB_VI]));
        sb_str_release(&text[SB_EN]);
        sb_str_release(&text[SB_VI]);
    }
}

void sb_report_goals(const struct sb_report_pilot *pilot, struct sb_doc *doc)
{
    sb_doc_section(doc, "goals", "Goals, in the words in which they were registered",
                   "Mục tiêu, đúng câu chữ đã đăng ký");
    add_figures(pilot, true, doc);
    sb_doc_section(doc, "figures", "What else the charter asks for", "Những điều khác mà điều lệ đòi hỏi");
    add_figures(pilot, false, doc);
    sb_doc_paragraph(
        doc, "A safeguard's distance is that to its trip. No figure suspends anything by itself.",
        "Khoảng cách của chốt an toàn là đến ngưỡng kích hoạt. Không số liệu nào tự tạm dừng điều gì.");
    add_addressees(pilot, doc);
}

/* ------------------------------------------------------------------ months */

/* The day on which the pilot's term begins by its first charter; the first event's where it says nothing. */
static sb_day term_begins(const struct sb_report_pilot *pilot)
{
    sb_time_us installed;
    const struct sb_plan *plan = sb_measuring_plan_count(pilot->measuring) > 0
                                     ? sb_measuring_plan(pilot->measuring, 0, &installed)
                                     : NULL;
    for (uint32_t i = 0; plan && i < plan->segment_count; i++)
        if (plan->segments[i].in_term && plan->segments[i].from > SB_TIME_ALWAYS)
            return sb_day_of_time(plan->segments[i].from, plan->clock_offset_s);
        else if (plan->segments[i].in_term)
            break;
    return sb_measures_first_day(sb_measuring_measures(pilot->measuring));
}

static enum sb_status add_month(const struct sb_report_pilot *pilot, sb_day start, sb_day next,
                                struct sb_doc *doc, struct sb_err *err)
{
    static const char *const names[] = {"accounts", "active", "rural-share",  "attempts",
                                        "passed",   "sum",    "refusal-share"};
    struct sb_measures *measures = sb_measuring_measures(pilot->measuring);
    struct sb_money money = money_of(pilot);
    sb_day last = next - 1 < pilot->day ? next - 1 : pilot->day;
    char name[SB_TIME_TEXT_SIZE], named[2][96];
    sb_day_print(start, name);
    name[7] = '\0';
    bool placebo = next <= term_begins(pilot),
         part = start < sb_measures_first_day(measures) || last < next - 1;
    (void)snprintf(named[SB_EN], sizeof(named[SB_EN]), "%.7s%s%s", name,
                   placebo ? " (placebo: before the start)" : "", part ? " (in part)" : "");
    (void)snprintf(named[SB_VI], sizeof(named[SB_VI]), "%.7s%s%s", name,
                   placebo ? " (giả dược: trước khi bắt đầu)" : "", part ? " (không trọn)" : "");
    sb_doc_cell(doc, named[SB_EN], named[SB_VI]);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        unsigned measure = sb_measure_of_name(names[i]);
        bool of_active = i == 1 || i == 2; /* counted over 30 days, which end with the month */
        struct sb_measured_question question = {.measure = measure,
                                                .day = last,
                                                .window_days = of_active ? 30 : (uint32_t)(next - start),
                                                .suppress = true};
        struct sb_measured measured = {0};
        struct sb_str text = {0};
        enum sb_status status = sb_measures_ask(measures, &question, &measured, err);
        if (status != SB_OK)
            return status;
        if (measured.rows[0].suppressed)
            sb_str_printf(&text, "< %d", SB_SUPPRESS_BELOW);
        else if (measured.rows[0].has_value)
            sb_value_print(sb_measure_definition(measure)->unit, measured.rows[0].value, &money, &text);
        else
            sb_str_add(&text, "-");
        sb_doc_figure(doc, sb_str_text(&text));
        sb_str_release(&text);
        sb_measured_release(&measured);
    }
    return SB_OK;
}

enum sb_status sb_report_months(const struct sb_report_pilot *pilot, struct sb_doc *doc, struct sb_err *err)
{
    static const char *const heads[][2] = {{"month", "tháng"},
                                           {"registered accounts", "tài khoản đã đăng ký"},
                                           {"active in 30 days", "hoạt động trong 30 ngày"},
                                           {"rural of active", "nông thôn trong số hoạt động"},
                                           {"transfers asked for", "giao dịch được yêu cầu"},
                                           {"passed", "được qua"},
                                           {"value", "giá trị"},
                                           {"refused of asked for", "tỷ lệ bị từ chối"}};
    sb_day first = sb_measures_first_day(sb_measuring_measures(pilot->measuring)),
           begins = term_begins(pilot);
    char text[SB_TIME_TEXT_SIZE];
    sb_doc_section(doc, "months", "Month by month", "Từng tháng");
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        sb_doc_head(doc, heads[i][SB_EN], heads[i][SB_VI]);
    sb_day start = sb_period_start(SB_PERIOD_MONTH, first, 1, 1);
    sb_day earliest = sb_day_add_months(sb_period_start(SB_PERIOD_MONTH, pilot->day, 1, 1), -MONTHS_MAX + 1);
    enum sb_status status = SB_OK;
    for (start = start < earliest ? earliest : start; start <= pilot->day && status == SB_OK;) {
        sb_day next = sb_period_next(SB_PERIOD_MONTH, start, 1, 1);
        status = add_month(pilot, start, next, doc, err);
        start = next;
    }
    sb_day_print(begins, text);
    if (first < begins)
        sb_doc_paragraphf(doc,
                          "The pilot's term begins on %s; what is recorded before is a placebo: no effect of "
                          "the pilot can be in it.",
                          "Thời gian thí điểm bắt đầu ngày %s; những gì ghi nhận trước đó là giả dược: không "
                          "thể do thí điểm.",
                          text);
    else
        sb_doc_paragraphf(doc,
                          "Nothing is recorded from before the start (%s): there are no placebo months, so a "
                          "trend that was there "
                          "anyway cannot be told from an effect.",
                          "Không có ghi nhận nào trước khi bắt đầu (%s): không có tháng giả dược, nên không "
                          "phân biệt được xu hướng sẵn có với "
                          "tác động.",
                          text);
    sb_doc_paragraphf(doc, "Rows behind which stand fewer than %d people show '< %d'.",
                      "Số liệu chỉ dựa trên dưới %d người được ghi là '< %d'.", SB_SUPPRESS_BELOW,
                      SB_SUPPRESS_BELOW);
    return status;
}

/* ------------------------------------------------------------------ refusals */

enum sb_status sb_report_refusals(const struct sb_report_pilot *pilot, struct sb_doc *doc, struct sb_err *err)
{
    static const char *const names[] = {"refusals", "asked"};
    sb_doc_section(doc, "refusals", "What was refused, by which article",
                   "Điều gì bị từ chối, theo điều khoản nào");
    sb_doc_head(doc, "sentence, instrument and article", "câu, văn bản và điều khoản");
    sb_doc_head(doc, "refused or undecided", "từ chối hoặc không quyết định được");
    sb_doc_head(doc, "asked for a step", "đòi xác thực thêm");
    struct sb_measured measured[2] = {{0}, {0}};
    enum sb_status status = SB_OK;
    for (unsigned i = 0; i < 2 && status == SB_OK; i++) {
        struct sb_measured_question question = {.measure = sb_measure_of_name(names[i]),
                                                .by = SB_MEASURED_SENTENCE,
                                                .day = pilot->day,
                                                .window_days = SB_ROLLING_DAYS_MAX};
        status = sb_measures_ask(sb_measuring_measures(pilot->measuring), &question, &measured[i], err);
    }
    for (size_t row = 0; status == SB_OK && row < measured[0].count; row++) {
        sb_doc_cell(doc, measured[0].rows[row].label[SB_EN], measured[0].rows[row].label[SB_VI]);
        for (unsigned i = 0; i < 2; i++)
            add_number(doc, measured[i].rows[row].numerator, 0, measured[i].rows[row].numerator);
    }
    if (status == SB_OK && measured[0].count == 0)
        sb_doc_paragraph(doc, "No sentence refused anything.", "Không câu nào từ chối điều gì.");
    sb_doc_paragraph(doc,
                     "A transfer that failed two sentences stands in both rows. What nobody asked for, "
                     "because everybody knew it would be "
                     "refused, stands nowhere.",
                     "Giao dịch vi phạm hai câu được tính ở cả hai dòng. Điều không ai yêu cầu, vì ai cũng "
                     "biết sẽ bị từ chối, không có ở đâu cả.");
    sb_measured_release(&measured[0]);
    sb_measured_release(&measured[1]);
    return status;
}

/* ------------------------------------------------------------------ alternatives */

bool sb_alternative_read(const char *text, struct sb_alternative *ret_alternative)
{
    struct sb_alternative read = {.text = text, .law = SB_LAW_LIVE};
    size_t name = strcspn(text, "="), used = 0;
    struct sb_date date;
    if (name == 0 || text[name] != '=' || text[name + 1] == '\0')
        return false;
    const char *value = text + name + 1;
    bool law_at = name == 6 && memcmp(text, "law-at", 6) == 0,
         known_at = name == 8 && memcmp(text, "known-at", 8) == 0;
    if (law_at || known_at) {
        if (!sb_date_parse(value, strlen(value), &date, &used) || value[used] != '\0')
            return false;
        read.law = law_at ? SB_LAW_AT : SB_LAW_KNOWN_AT;
        read.day = sb_day_of_date(date);
    } else {
        read.sets[0] = text;
    }
    *ret_alternative = read;
    return true;
}

bool sb_report_next_law(const struct sb_report_pilot *pilot, sb_day *ret_day)
{
    const struct sb_plan *plan = plan_of(pilot);
    sb_time_us now = sb_measuring_end(pilot->measuring)->last_time;
    for (uint32_t i = 0; plan && i < plan->segment_count; i++) {
        if (plan->segments[i].from > now && plan->segments[i].in_term) {
            *ret_day = sb_day_of_time(plan->segments[i].from, plan->clock_offset_s);
            return true;
        }
    }
    return false;
}

void sb_report_replays(struct sb_doc *doc, size_t count)
{
    static const char *const heads[][2] = {{"had this been the law from the start", "nếu luật này có từ đầu"},
                                           {"admitted besides", "được qua thêm"},
                                           {"their value", "giá trị"},
                                           {"refused besides", "bị từ chối thêm"},
                                           {"their value", "giá trị"},
                                           {"gained by cascade", "thêm do dây chuyền"},
                                           {"lost by cascade", "mất do dây chuyền"},
                                           {"accounts touched", "tài khoản bị ảnh hưởng"}};
    sb_doc_section(doc, "alternatives", "What replay under other laws says",
                   "Chạy lại dưới luật khác cho thấy");
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
        sb_doc_head(doc, heads[i][SB_EN], heads[i][SB_VI]);
    if (count == 0)
        sb_doc_paragraph(doc,
                         "No alternative was asked for, and the charter has no later version of its own.",
                         "Không có phương án nào được yêu cầu, và điều lệ không có phiên bản nào về sau.");
    else
        sb_doc_paragraph(doc,
                         "What replay cannot know: people change their behaviour under another law, and what "
                         "was never asked for is not recorded. "
                         "These figures are of the recorded requests, not forecasts.",
                         "Điều chạy lại không thể biết: dưới luật khác người ta hành xử khác, và điều chưa "
                         "ai yêu cầu thì không được ghi. Đây là số liệu "
                         "của các yêu cầu đã ghi, không phải dự báo.");
}

void sb_report_replay(const struct sb_report_pilot *pilot, const struct sb_alternative *alternative,
                      const struct sb_replay_report *report, struct sb_doc *doc)
{
    struct sb_money money = money_of(pilot);
    const struct sb_figure *changes = report->changes;
    struct sb_str name[2] = {{0}, {0}};
    sb_str_printf(&name[SB_EN], "%s%s", alternative->text,
                  alternative->is_default ? " (the charter's own next version)" : "");
    sb_str_printf(&name[SB_VI], "%s%s", alternative->text,
                  alternative->is_default ? " (phiên bản kế tiếp của chính điều lệ)" : "");
    sb_doc_cell(doc, sb_str_text(&name[SB_EN]), sb_str_text(&name[SB_VI]));
    const enum sb_change shown[] = {SB_CHANGE_ADMITTED, SB_CHANGE_REFUSED};
    for (unsigned i = 0; i < 2; i++) {
        add_number(doc, (int64_t)changes[shown[i]].number, 0, (int64_t)changes[shown[i]].number);
        add_number(doc, changes[shown[i]].sum, money.decimals, (int64_t)changes[shown[i]].number);
    }
    add_number(doc, (int64_t)changes[SB_CHANGE_CASCADE_GAINED].number, 0,
               (int64_t)changes[SB_CHANGE_CASCADE_GAINED].number);
    add_number(doc, (int64_t)changes[SB_CHANGE_CASCADE_LOST].number, 0,
               (int64_t)changes[SB_CHANGE_CASCADE_LOST].number);
    add_number(doc, (int64_t)report->accounts_affected, 0, (int64_t)report->accounts_affected);
    sb_str_release(&name[SB_EN]);
    sb_str_release(&name[SB_VI]);
}

/* ------------------------------------------------------------------ limits, and how to check all of it */

void sb_report_limits(struct sb_doc *doc)
{
    static const char *const limits[][2] = {
        {"Registered is not active, and an account is not a person: one person may have several, and one "
         "account may serve a family.",
         "Đã đăng ký chưa phải là hoạt động, và tài khoản không phải là người: một người có thể có nhiều tài "
         "khoản, một tài khoản có thể dùng cho cả nhà."},
        {"Rural is the statistics office's class of the commune at registration, not where somebody lives or "
         "pays today.",
         "Nông thôn là phân loại của cơ quan thống kê đối với xã lúc đăng ký, không phải nơi người đó đang "
         "sống hay chi trả."},
        {"Totals since the beginning can only grow: they are no measure of how things stand.",
         "Số cộng dồn từ đầu chỉ có thể tăng: chúng không cho biết tình hình hiện tại."},
        {"A change over time is no effect. Compare with places where the pilot did not run (`sandbank "
         "evaluate`), on outcomes that were registered "
         "beforehand.",
         "Thay đổi theo thời gian chưa phải là tác động. Hãy so với nơi không thí điểm (`sandbank "
         "evaluate`), trên kết quả đã đăng ký trước."},
        {"What is told here are requests that reached the ledger. People without an account, refusals at the "
         "counter and calls that broke off are not in it.",
         "Ở đây chỉ có các yêu cầu đã tới sổ cái. Người không có tài khoản, lần bị từ chối tại quầy và cuộc "
         "gọi bị ngắt không nằm trong đó."},
        {"Attributes (sex, birth year, place, tier) are those that providers reported; where they are not "
         "known it is said.",
         "Thuộc tính (giới tính, năm sinh, địa bàn, hạng) là do nhà cung cấp báo; chỗ nào không rõ thì được "
         "nêu."},
    };
    sb_doc_section(doc, "limits", "The limits of this evidence", "Giới hạn của bằng chứng này");
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        sb_doc_paragraph(doc, limits[i][SB_EN], limits[i][SB_VI]);
}

static void add_command(struct sb_doc *doc, const char *before, const char *dir, const char *behind)
{
    struct sb_str text = {0};
    sb_str_printf(&text, "sandbank %s '%s'%s", before, dir, behind);
    doc->failed = doc->failed || text.failed;
    sb_doc_code(doc, sb_str_text(&text));
    sb_str_release(&text);
}

void sb_report_recompute(const struct sb_report_pilot *pilot, const struct sb_alternative *alternatives,
                         size_t count, struct sb_doc *doc)
{
    const struct sb_measuring_end *end = sb_measuring_end(pilot->measuring);
    char id[SB_ID_TEXT_SIZE], hash[65], day[SB_TIME_TEXT_SIZE];
    struct sb_str behind = {0};
    sb_id_print(end->info.journal_id, id);
    hex_of(end->record_hash, sizeof(end->record_hash), hash);
    sb_day_print(pilot->day, day);
    sb_doc_section(doc, "recompute", "How anyone can compute all of this again",
                   "Ai cũng có thể tính lại tất cả");
    sb_doc_paragraphf(doc,
                      "Journal %s, up to event %llu. The record in which that event stands has the hash %s, "
                      "and each record carries the hash of the one before: "
                      "a journal that ends otherwise is another one.",
                      "Nhật ký %s, đến sự kiện %llu. Bản ghi chứa sự kiện đó có mã băm %s, và mỗi bản ghi "
                      "mang mã băm của bản ghi trước: nhật ký kết thúc khác đi "
                      "là một nhật ký khác.",
                      id, (unsigned long long)end->sequence, hash);
    add_command(doc, "verify", pilot->dir, "");
    sb_str_printf(&behind, " --at %s --json", day);
    add_command(doc, "measure", pilot->dir, sb_str_text(&behind));
    for (size_t i = 0; i < count; i++) {
        const struct sb_alternative *one = &alternatives[i];
        sb_str_clear(&behind);
        if (one->sets[0])
            sb_str_printf(&behind, " --mode whole-run --set '%s'", one->text);
        else
            sb_str_printf(&behind, " --mode whole-run --%.*s %s", (int)strcspn(one->text, "="), one->text,
                          one->text + strcspn(one->text, "=") + 1);
        add_command(doc, "replay", pilot->dir, sb_str_text(&behind));
    }
    sb_str_release(&behind);
}
