/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/replay.h"

#include "base/macros.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What a re-run of a record can never tell; printed below every report. */
static const char *const unknowable_en[] = {
    "people behave otherwise under another law: what they would have done is not in the record",
    "attempts never made are not recorded: who knew the limit and did not try is missing",
    "prices, marketing and other providers stay as they were",
};
static const char *const unknowable_vi[] = {
    "người dân sẽ cư xử khác dưới luật khác: điều họ sẽ làm không có trong nhật ký",
    "lần thử không bao giờ diễn ra thì không được ghi: người biết hạn mức và không thử thì vắng mặt",
    "giá cả, quảng bá và các nhà cung cấp khác giữ nguyên như đã có",
};

static const char *const change_titles_en[SB_CHANGE_COUNT] = {"now pass", "now stopped", "gained", "lost"};
static const char *const change_titles_vi[SB_CHANGE_COUNT] = {"nay qua", "nay bị dừng", "thêm theo",
                                                              "mất theo"};

static const char *mode_word(enum sb_replay_mode mode)
{
    return mode == SB_REPLAY_ONE_STEP ? "one-step" : "whole-run";
}

static void add_hash(struct sb_str *out, const uint8_t *hash, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        sb_str_printf(out, "%02x", hash[i]);
}

static void add_figure(const struct sb_replay_report *report, const char *label, struct sb_figure figure,
                       struct sb_str *out)
{
    struct sb_str number = {0}, sum = {0};
    sb_str_add_amount(&number, (int64_t)figure.number, 0);
    sb_str_add_amount(&sum, figure.sum, report->decimals);
    size_t width = sb_text_width(label, strlen(label));
    sb_str_printf(out, "  %s%*s %12s  %22s %s\n", label, (int)(width < 46 ? 46 - width : 0), "",
                  sb_str_text(&number), sb_str_text(&sum), report->unit);
    sb_str_release(&number);
    sb_str_release(&sum);
}

static void print_head(const struct sb_replay_report *report, enum sb_lang lang, struct sb_str *out)
{
    char from[SB_TIME_TEXT_SIZE], to[SB_TIME_TEXT_SIZE];
    sb_time_print(report->first_time, report->clock_offset_s, from);
    sb_time_print(report->last_time, report->clock_offset_s, to);
    sb_str_printf(out, sb_tr(lang, "Replay, %s: ", "Chạy lại, %s: "), mode_word(report->mode));
    sb_str_add(out, report->mode == SB_REPLAY_ONE_STEP
                        ? sb_tr(lang, "with every outcome as recorded, which verdicts would differ?\n",
                                "giữ mọi kết quả đã ghi, phán quyết nào sẽ khác?\n")
                        : sb_tr(lang, "had this law been in force from the start?\n",
                                "nếu luật này có hiệu lực ngay từ đầu?\n"));
    if ((report->info.flags & SB_JOURNAL_SYNTHETIC) != 0)
        sb_str_printf(out, sb_tr(lang, "  SYNTHETIC DATA: %s\n", "  DỮ LIỆU MÔ PHỎNG, không phải thật: %s\n"),
                      report->info.origin);
    sb_str_printf(out, sb_tr(lang, "  recorded   %s (", "  đã ghi     %s ("), report->recorded_title);
    add_hash(out, report->recorded_hash, 6);
    sb_str_printf(out, sb_tr(lang, ")\n  replayed   %s (", ")\n  chạy lại   %s ("), report->title);
    add_hash(out, report->hash, 6);
    sb_str_printf(out, ")%s%s\n", report->law[0] ? ", " : "", report->law);
    sb_str_printf(out, sb_tr(lang, "  events     %llu from %s to %s\n", "  sự kiện    %llu từ %s đến %s\n"),
                  (unsigned long long)report->events, from, to);
}

static void print_same(const struct sb_replay_report *report, enum sb_lang lang, struct sb_str *out)
{
    bool equal = report->different_results == 0 && report->checkpoints_differ == 0;
    if (equal)
        sb_str_printf(out, sb_tr(lang, "  the same law: every result is the recorded one",
                                 "  cùng một luật: mọi kết quả đúng như đã ghi"));
    else
        sb_str_printf(out,
                      sb_tr(lang, "  THE SAME LAW, BUT %llu RESULTS DIFFER",
                            "  CÙNG MỘT LUẬT, NHƯNG %llu KẾT QUẢ KHÁC"),
                      (unsigned long long)report->different_results);
    if (report->checkpoints > 0)
        sb_str_printf(
            out, sb_tr(lang, "; %llu of %llu state hashes agree", "; %llu trên %llu mã băm trạng thái khớp"),
            (unsigned long long)(report->checkpoints - report->checkpoints_differ),
            (unsigned long long)report->checkpoints);
    sb_str_add(out, "\n");
}

static struct sb_figure without(struct sb_figure all, struct sb_figure part)
{
    return (struct sb_figure){all.number - part.number, all.sum - part.sum};
}

static void print_figures(const struct sb_replay_report *report, enum sb_lang lang, struct sb_str *out)
{
    add_figure(report, sb_tr(lang, "transfers that passed, as recorded", "giao dịch qua được, như đã ghi"),
               report->recorded_accepted, out);
    add_figure(report, sb_tr(lang, "transfers that pass, replayed", "giao dịch qua được, chạy lại"),
               report->accepted, out);
    add_figure(report, sb_tr(lang, "rule: were refused, now pass", "luật: đã bị từ chối, nay qua"),
               report->changes[SB_CHANGE_ADMITTED], out);
    if (report->retries_admitted.number > 0) {
        add_figure(
            report,
            sb_tr(lang, "  of these retries of one that now passes", "  trong đó thử lại của lần nay đã qua"),
            report->retries_admitted, out);
        add_figure(report, sb_tr(lang, "  without retries", "  không kể thử lại"),
                   without(report->changes[SB_CHANGE_ADMITTED], report->retries_admitted), out);
    }
    if (report->retries_repeated.number > 0)
        add_figure(
            report,
            sb_tr(lang, "  passed both times, needless after it", "  qua cả hai lần, nay không cần nữa"),
            report->retries_repeated, out);
    add_figure(
        report,
        sb_tr(lang, "rule: passed, now refused or asked", "luật: đã qua, nay bị từ chối hoặc phải xác thực"),
        report->changes[SB_CHANGE_REFUSED], out);
    add_figure(report, sb_tr(lang, "cascade: now pass", "kéo theo: nay qua"),
               report->changes[SB_CHANGE_CASCADE_GAINED], out);
    add_figure(report,
               sb_tr(lang, "cascade: stopped by what went before", "kéo theo: bị chặn do việc trước đó"),
               report->changes[SB_CHANGE_CASCADE_LOST], out);
    if (report->other_reason > 0)
        sb_str_printf(out,
                      sb_tr(lang, "  refused both times, for another reason: %llu\n",
                            "  bị từ chối cả hai lần, vì lý do khác: %llu\n"),
                      (unsigned long long)report->other_reason);
}

static void print_top(const struct sb_replay_report *report, enum sb_lang lang, struct sb_str *out)
{
    if (report->top_count == 0)
        return;
    sb_str_printf(out,
                  sb_tr(lang, "\nAccounts touched: %llu. The most affected (pseudonyms):\n",
                        "\nSố tài khoản bị tác động: %llu. Nhiều nhất (bí danh):\n"),
                  (unsigned long long)report->accounts_affected);
    for (unsigned i = 0; i < report->top_count; i++) {
        char id[SB_ID_TEXT_SIZE];
        struct sb_str sum = {0};
        sb_id_print(report->top[i].account, id);
        sb_str_add_amount(&sum, report->top[i].figure.sum, report->decimals);
        sb_str_printf(out, "  %s %8llu  %20s %s\n", id, (unsigned long long)report->top[i].figure.number,
                      sb_str_text(&sum), report->unit);
        sb_str_release(&sum);
    }
}

void sb_replay_print(struct sb_replay_report *report, enum sb_lang lang, struct sb_str *out)
{
    print_head(report, lang, out);
    if (report->same_law)
        print_same(report, lang, out);
    print_figures(report, lang, out);
    size_t count = 0;
    if (report->groups)
        (void)sb_tally_sorted(report->groups, SB_CHANGE_ADMITTED, &count);
    if (count > 0) {
        uint64_t admitted = report->changes[SB_CHANGE_ADMITTED].number;
        uint64_t refused = report->changes[SB_CHANGE_REFUSED].number;
        sb_str_add(out, "\n");
        sb_tally_print(report->groups, lang == SB_VI ? change_titles_vi : change_titles_en, SB_CHANGE_COUNT,
                       refused > admitted ? SB_CHANGE_REFUSED : SB_CHANGE_ADMITTED, 40, report->decimals,
                       lang, out);
    }
    print_top(report, lang, out);
    if (report->mode == SB_REPLAY_WHOLE_RUN) {
        sb_str_add(out, sb_tr(lang, "\nState hash at the end: ", "\nMã băm trạng thái cuối: "));
        add_hash(out, report->state_hash, sizeof(report->state_hash));
        sb_str_add(out, "\n");
    }
    sb_str_add(out, sb_tr(lang, "\nWhat replay cannot know:\n", "\nĐiều chạy lại không thể biết:\n"));
    for (size_t i = 0; i < SB_ARRAY_SIZE(unknowable_en); i++)
        sb_str_printf(out, "  - %s\n", sb_tr(lang, unknowable_en[i], unknowable_vi[i]));
}

/* ------------------------------------------------------------------ JSON */

static json_t *json_figure(struct sb_figure figure)
{
    return json_pack("{s:I, s:I}", "number", (json_int_t)figure.number, "sum_minor", (json_int_t)figure.sum);
}

static json_t *json_hash(const uint8_t *hash, unsigned size)
{
    struct sb_str text = {0};
    add_hash(&text, hash, size);
    json_t *json = json_string(sb_str_text(&text));
    sb_str_release(&text);
    return json;
}

static json_t *json_groups(struct sb_replay_report *report)
{
    static const char *const names[SB_CHANGE_COUNT] = {"admitted", "refused", "cascade_gained",
                                                       "cascade_lost"};
    json_t *list = json_array();
    size_t count = 0;
    const struct sb_tally_group *const *groups =
        report->groups ? sb_tally_sorted(report->groups, SB_CHANGE_ADMITTED, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        json_t *group = json_object();
        for (unsigned j = 0; j < sb_tally_dimension_count(report->groups); j++)
            json_object_set_new(group, sb_dimension_word(sb_tally_dimension(report->groups, j)),
                                json_string(groups[i]->labels[j]));
        for (unsigned j = 0; j < SB_CHANGE_COUNT; j++)
            json_object_set_new(group, names[j], json_figure(groups[i]->columns[j]));
        json_array_append_new(list, group);
    }
    return list;
}

static json_t *json_top(const struct sb_replay_report *report)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < report->top_count; i++) {
        char id[SB_ID_TEXT_SIZE];
        sb_id_print(report->top[i].account, id);
        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "account", id, "number",
                                              (json_int_t)report->top[i].figure.number, "sum_minor",
                                              (json_int_t)report->top[i].figure.sum));
    }
    return list;
}

static json_t *json_unknowable(void)
{
    json_t *list = json_array();
    for (size_t i = 0; i < SB_ARRAY_SIZE(unknowable_en); i++)
        json_array_append_new(list, json_string(unknowable_en[i]));
    return list;
}

char *sb_replay_json(struct sb_replay_report *report)
{
    json_t *root = json_pack(
        "{s:s, s:b, s:b, s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:I}", "mode", mode_word(report->mode),
        "synthetic", (report->info.flags & SB_JOURNAL_SYNTHETIC) != 0, "same_law", report->same_law, "origin",
        report->info.origin, "charter", report->title, "law", report->law, "unit", report->unit, "decimals",
        (int)report->decimals, "events", (json_int_t)report->events, "transfers",
        (json_int_t)report->transfers, "different_results", (json_int_t)report->different_results,
        "checkpoints_differ", (json_int_t)report->checkpoints_differ);
    if (!root)
        return NULL;
    json_object_set_new(root, "charter_hash", json_hash(report->hash, 32));
    json_object_set_new(root, "recorded_charter_hash", json_hash(report->recorded_hash, 32));
    if (report->mode == SB_REPLAY_WHOLE_RUN)
        json_object_set_new(root, "state_hash", json_hash(report->state_hash, 32));
    json_object_set_new(root, "recorded_accepted", json_figure(report->recorded_accepted));
    json_object_set_new(root, "accepted", json_figure(report->accepted));
    json_object_set_new(root, "admitted", json_figure(report->changes[SB_CHANGE_ADMITTED]));
    json_object_set_new(root, "refused", json_figure(report->changes[SB_CHANGE_REFUSED]));
    json_object_set_new(root, "cascade_gained", json_figure(report->changes[SB_CHANGE_CASCADE_GAINED]));
    json_object_set_new(root, "cascade_lost", json_figure(report->changes[SB_CHANGE_CASCADE_LOST]));
    json_object_set_new(root, "retries_admitted", json_figure(report->retries_admitted));
    json_object_set_new(root, "retries_repeated", json_figure(report->retries_repeated));
    json_object_set_new(root, "other_reason", json_integer((json_int_t)report->other_reason));
    json_object_set_new(root, "groups", json_groups(report));
    json_object_set_new(root, "accounts_affected", json_integer((json_int_t)report->accounts_affected));
    json_object_set_new(root, "top_accounts", json_top(report));
    json_object_set_new(root, "cannot_know", json_unknowable());
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    json_decref(root);
    return text;
}
