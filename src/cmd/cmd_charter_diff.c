/* SPDX-License-Identifier: Apache-2.0 */

/*
 * `charter diff`: where one charter is looser or tighter than another. Each difference is told with an
 * example, and the example's lines are read and judged once more from their text before they are printed.
 */
#include "cmd/cmd.h"

#include "base/macros.h"
#include "cmd/law.h"
#include "import/event_text.h"
#include "replay/diff_fees.h"
#include "replay/diff_trial.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#define FALLBACK_YEAR 2025 /* of examples under laws that hold always */

struct side {
    const char *name;               /* as the user wrote it */
    struct sb_law_files law;        /* owned */
    struct sb_plan *plan;           /* owned; without its fees: those are compared by themselves */
    struct sb_plan *tariff;         /* owned; with them */
    struct sb_plan_options options; /* of a day behind '@' */
    sb_day day;                     /* or SB_DAY_NONE */
};

struct diff {
    struct side sides[2];
    const char *on, *from, *to;
    bool json;
    struct sb_symbols *symbols; /* owned */
    struct sb_diff_report report;
    struct sb_diff_fees fees; /* owned */
    struct sb_str text;
};

/* ------------------------------------------------------------------ words */

#define tr(en, vi) sb_tr(sb_cmd_lang, en, vi)

static const char *letter(unsigned side)
{
    return side == 0 ? "A" : "B";
}

static void add_time(const struct diff *diff, sb_time_us time, struct sb_str *out)
{
    char text[SB_TIME_TEXT_SIZE];
    int32_t offset = diff->sides[0].plan->clock_offset_s;
    if (time % SB_DAY_US == sb_time_of_day(0, offset) % SB_DAY_US ||
        (time + (sb_time_us)offset * SB_SECOND_US) % SB_DAY_US == 0)
        sb_day_print(sb_day_of_time(time, offset), text);
    else
        sb_time_print(time, offset, text);
    sb_str_add(out, text);
}

static void add_period(const struct diff *diff, sb_time_us from, sb_time_us to, struct sb_str *out)
{
    if (from == SB_TIME_ALWAYS && to == SB_TIME_FOREVER) {
        sb_str_add(out, tr("always", "luôn luôn"));
        return;
    }
    if (from != SB_TIME_ALWAYS) {
        sb_str_add(out, tr("from ", "từ "));
        add_time(diff, from, out);
    }
    if (to != SB_TIME_FOREVER) {
        sb_str_add(out,
                   from == SB_TIME_ALWAYS ? tr("before ", "trước ") : tr(" until before ", " đến trước "));
        add_time(diff, to, out);
    }
}

static enum sb_space space_of_field(unsigned field)
{
    static const uint8_t spaces[SB_FIELD_COUNT] = {
        [SB_FIELD_PURPOSE] = SB_SPACE_PURPOSE, [SB_FIELD_CHANNEL] = SB_SPACE_CHANNEL,
        [SB_FIELD_COUNTRY] = SB_SPACE_COUNTRY, [SB_FIELD_PROVIDER] = SB_SPACE_PROVIDER,
        [SB_FIELD_CLASS] = SB_SPACE_CLASS,     [SB_FIELD_TIER] = SB_SPACE_TIER,
        [SB_FIELD_ISSUER] = SB_SPACE_ISSUER,   [SB_FIELD_SEX] = SB_SPACE_SEX,
    };
    return field < SB_FIELD_COUNT && spaces[field] ? (enum sb_space)spaces[field] : SB_SPACE_COUNT;
}

static const char *field_word(unsigned field)
{
    static const char *const words[SB_FIELD_COUNT] = {
#define X(name, word) [name] = word,
        SB_FIELD_MAP(X)
#undef X
    };
    if (field < SB_FIELD_COUNT)
        return words[field];
    return field == SB_DIFF_PERSON ? "person" : field == SB_DIFF_OPENED_ON ? "opened-on" : "agent";
}

static void add_value(const struct diff *diff, const struct sb_diff_variable *variable, int64_t value,
                      struct sb_str *out)
{
    enum sb_space space = space_of_field(variable->field);
    char text[SB_TIME_TEXT_SIZE];
    if (space != SB_SPACE_COUNT && value != 0) {
        sb_str_add(out, sb_symbols_name(diff->symbols, space, (uint16_t)value));
    } else if (variable->field == SB_FIELD_AMOUNT) {
        sb_str_add(out, tr("at least ", "ít nhất "));
        sb_str_add_amount(out, value, diff->sides[0].plan->decimals);
    } else if (variable->field == SB_FIELD_PLACE && value != 0) {
        sb_str_printf(out, "%" PRIu32, SB_PLACE_NUMBER((uint32_t)value));
    } else if ((variable->field == SB_FIELD_SIM_AGE || variable->field == SB_DIFF_OPENED_ON) &&
               value != SB_DAY_NONE) {
        sb_day_print((sb_day)value, text);
        sb_str_printf(out, tr("since %s", "từ %s"), text);
    } else if (variable->field == SB_FIELD_AGE && value != 0) {
        sb_str_printf(out, tr("born in %d", "sinh năm %d"), (int)value);
    } else if (value == 1) {
        sb_str_add(out, tr("known", "có"));
    } else {
        sb_str_add(out, variable->side == SB_SIDE_TX ? tr("none", "không có") : tr("unknown", "không biết"));
    }
}

/* "payer.tier basic, full; tx.country VN": what is not every case that was asked. */
static void add_who(const struct diff *diff, const struct sb_diff_group *group, struct sb_str *out)
{
    static const char *const sides[] = {"tx", "payer", "payee", "agent", "holder"};
    bool first = true;
    if (group->how == SB_DIFF_COUNTS || group->how == SB_DIFF_CARRIES)
        return; /* looked for in a few cases only */
    for (uint32_t v = 0; v < group->who_count; v++) {
        const struct sb_diff_variable *variable = &group->who[v];
        uint64_t all = variable->count >= 64 ? UINT64_MAX : (UINT64_C(1) << variable->count) - 1;
        if ((group->who_seen[v] & all) == all)
            continue;
        sb_str_printf(out, "%s%s.%s ", first ? "" : "; ", sides[variable->side], field_word(variable->field));
        bool comma = false;
        for (uint32_t i = 0; i < variable->count; i++) {
            if ((group->who_seen[v] >> i & 1) == 0)
                continue;
            sb_str_add(out, comma ? ", " : "");
            add_value(diff, variable, variable->values[i], out);
            comma = true;
        }
        first = false;
    }
}

/* "limit month (line 61: each calendar month ...)": a rule of a side by its sentence. */
static void add_rule(const struct diff *diff, unsigned side, uint16_t rule, struct sb_str *out)
{
    const struct sb_plan *plan = diff->sides[side].plan;
    if (rule == SB_DIFF_NO_RULE) {
        sb_str_add(out, tr("no such limit", "không có hạn mức như vậy"));
        return;
    }
    const struct sb_sentence *sentence = sb_plan_sentence(plan, rule);
    const struct sb_rule *law = &plan->rules[rule];
    sb_str_add(out, sb_plan_rule_name(plan, rule));
    if (sentence && sentence->type == SB_S_LIMIT) {
        bool number = sentence->limit.measure == SB_MEASURE_NUMBER;
        sb_str_add(out, sentence->limit.measure == SB_MEASURE_EACH_LEAST ? tr(", at least ", ", ít nhất ")
                                                                         : tr(", at most ", ", không quá "));
        if (number)
            sb_str_printf(out, tr("%" PRId64 " times", "%" PRId64 " lần"), law->bound);
        else
            sb_str_add_amount(out, law->bound, plan->decimals);
    }
    if (sentence)
        sb_str_printf(out, tr(" (line %u", " (dòng %u"), sentence->at.line);
    if (sentence && sentence->by.text)
        sb_str_printf(out, ", %s%s%s", sentence->by.text, sentence->article.text ? " " : "",
                      sentence->article.text ? sentence->article.text : "");
    sb_str_add(out, sentence ? ")" : "");
}

static void add_claim(const struct diff *diff, const struct sb_diff_group *group, struct sb_str *out)
{
    unsigned tight = group->tighter, loose = !tight;
    bool unnamed = group->rule[tight] == SB_DIFF_NO_RULE;
    if (unnamed)
        sb_str_add(out, tr("a limit without a ceiling", "hạn mức không có mức trần"));
    else
        add_rule(diff, tight, group->rule[tight], out);
    switch ((enum sb_diff_how)group->how) {
    case SB_DIFF_REFUSES: break;
    case SB_DIFF_LEAVES_OPEN: sb_str_add(out, tr(" cannot decide", " không quyết định được")); break;
    case SB_DIFF_BOUND:
        sb_str_printf(out, tr("; in %s ", "; ở %s "), letter(loose));
        add_rule(diff, loose, group->rule[loose], out);
        break;
    case SB_DIFF_COUNTS:
        sb_str_printf(out, tr(" counts what this of %s does not: ", " tính điều mà bên %s không tính: "),
                      letter(loose));
        add_rule(diff, loose, group->rule[loose], out);
        break;
    case SB_DIFF_CARRIES:
        sb_str_printf(
            out,
            tr(" has counted since before, this of %s has not: ", " đã tính từ trước, bên %s thì chưa: "),
            letter(loose));
        add_rule(diff, loose, group->rule[loose], out);
        break;
    }
}

/* ------------------------------------------------------------------ examples */

/* The text that an id of an example was made of. */
static const char *name_of_id(struct sb_id id, char text[32])
{
    static const char *const stems[] = {"e", "payer-", "payee-", "person-"};
    static const char *const names[] = {"payer", "payee", "agent", "outside"};
    for (size_t i = 0; i < SB_ARRAY_SIZE(names); i++) {
        struct sb_id one = sb_id_of_text(names[i], strlen(names[i]));
        if (memcmp(&one, &id, sizeof(id)) == 0)
            return names[i];
    }
    for (size_t f = 0; f < SB_ARRAY_SIZE(stems); f++)
        for (unsigned i = 1; i <= SB_DIFF_EVENTS_MAX; i++) {
            (void)snprintf(text, 32, "%s%u", stems[f], i); /* fits */
            struct sb_id one = sb_id_of_text(text, strlen(text));
            if (memcmp(&one, &id, sizeof(id)) == 0)
                return text;
        }
    return NULL;
}

/* An event as a line, with names instead of ids, without a line break. */
static void add_line(const struct diff *diff, const struct sb_event *event, struct sb_str *out)
{
    enum { HEX = SB_ID_TEXT_SIZE - 1 };
    struct sb_str line = {0};
    const struct sb_plan *plan = diff->sides[0].plan;
    sb_event_print(event, diff->symbols, plan->clock_offset_s, plan->decimals, NULL, &line);
    for (const char *at = sb_str_text(&line); *at && *at != '\n';) {
        char text[32];
        struct sb_id id;
        size_t run = strspn(at, "0123456789abcdef");
        const char *name = run == HEX && sb_id_parse(at, HEX, &id) ? name_of_id(id, text) : NULL;
        if (name)
            sb_str_add(out, name);
        else
            sb_str_add_bytes(out, at, SB_MAX(run, (size_t)1));
        at += SB_MAX(run, (size_t)1);
    }
    sb_str_release(&line);
}

static enum sb_status name_code(void *context, enum sb_space space, const char *name, size_t size,
                                uint16_t *ret_code, struct sb_err *err)
{
    return sb_symbols_intern(context, space, name, size, ret_code, err);
}

/* Read the lines of an example and judge them in two new ledgers: true when the last one differs as told. */
SB_CHECKED static enum sb_status judge_lines(const struct diff *diff, const struct sb_diff_group *group,
                                             bool *ret_differs, struct sb_err *err)
{
    const struct sb_plan *plans[2] = {diff->sides[0].plan, diff->sides[1].plan};
    const struct sb_sentence *unit = sb_charter_find(plans[0]->layers[0].charter, SB_S_UNIT, NULL);
    struct sb_event_reader_options options = {
        .offset_s = plans[0]->clock_offset_s,
        .decimals = plans[0]->decimals,
        .unit = unit ? unit->name.text : "unit",
        .id_prefix = "diff-",
        .names = {diff->symbols, name_code},
    };
    struct sb_event_reader *reader = NULL;
    struct sb_pair pair = {0};
    struct sb_result results[2] = {0};
    enum sb_status status = sb_event_reader_new(&options, &reader, err);
    if (status == SB_OK)
        status = sb_pair_start(&pair, plans, group->events[0].time, err);
    for (uint32_t i = 0; i < group->event_count && status == SB_OK; i++) {
        struct sb_str line = {0};
        struct sb_event event;
        add_line(diff, &group->events[i], &line);
        status = sb_event_read_line(reader, sb_str_text(&line), line.size, &event, err);
        if (status == SB_OK)
            status = sb_pair_step(&pair, &event, results, err);
        sb_str_release(&line);
    }
    *ret_differs =
        results[group->tighter].code != SB_R_ACCEPTED && results[!group->tighter].code == SB_R_ACCEPTED;
    sb_pair_release(&pair);
    sb_event_reader_free(reader);
    return status;
}

/* What cannot be shown by its own lines is not told as a difference. */
SB_CHECKED static enum sb_status verify(struct diff *diff, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < diff->report.group_count && status == SB_OK; i++) {
        struct sb_diff_group *group = &diff->report.groups[i];
        bool differs = false;
        if (!group->events)
            continue;
        status = judge_lines(diff, group, &differs, err);
        if (status != SB_OK || differs)
            continue;
        free(group->events);
        group->events = NULL;
    }
    return status;
}

/* Long examples are told by their first and last events; --json has them all. */
static void add_example(const struct diff *diff, const struct sb_diff_group *group, struct sb_str *out)
{
    enum { HEAD = 6, TAIL = 3 };
    for (uint32_t i = 0; i < group->event_count; i++) {
        bool left_out = group->event_count > HEAD + TAIL + 1 && i >= HEAD && i + TAIL < group->event_count;
        if (left_out) {
            if (i == HEAD)
                sb_str_printf(out, tr("        ... %u more of the kind\n", "        ... %u sự kiện nữa\n"),
                              group->event_count - HEAD - TAIL);
            continue;
        }
        sb_str_add(out, "        ");
        add_line(diff, &group->events[i], out);
        sb_str_add(out, "\n");
    }
    for (unsigned side = 0; side < 2; side++)
        sb_str_printf(out, "        -> %s: %s\n", letter(side),
                      sb_result_text((enum sb_result_code)group->code[side], sb_cmd_lang));
}

/* ------------------------------------------------------------------ the report for people */

static bool next_group(const struct diff *diff, uint16_t kind, bool shown, uint32_t *at)
{
    for (; *at < diff->report.group_count; ++*at) {
        const struct sb_diff_group *group = &diff->report.groups[*at];
        if (group->kind == kind && (group->events != NULL) == shown)
            return true;
    }
    return false;
}

static void add_groups(const struct diff *diff, uint16_t kind, bool shown, struct sb_str *out)
{
    uint32_t at = 0;
    bool first = true;
    for (; next_group(diff, kind, shown, &at); at++) {
        const struct sb_diff_group *group = &diff->report.groups[at];
        if (first)
            sb_str_printf(out, "\n%s\n", sb_symbols_name(diff->symbols, SB_SPACE_KIND, kind));
        first = false;
        sb_str_add(out, "  ");
        add_period(diff, group->from, group->to, out);
        sb_str_printf(out, tr(": %s is tighter: ", ": %s chặt hơn: "), letter(group->tighter));
        add_claim(diff, group, out);
        sb_str_add(out, "\n");
        struct sb_str who = {0};
        add_who(diff, group, &who);
        if (who.size > 0)
            sb_str_printf(out, tr("      where %s\n", "      khi %s\n"), sb_str_text(&who));
        sb_str_release(&who);
        if (shown)
            add_example(diff, group, out);
    }
}

/* ------------------------------------------------------------------ fees */

static void add_paid(const struct diff *diff, const int64_t pays[2], struct sb_str *out)
{
    unsigned decimals = diff->sides[0].plan->decimals;
    bool both = pays[0] <= 0 && pays[1] <= 0; /* earns, or nothing */
    for (int side = 0; side < 2; side++) {
        bool earns = pays[side] < 0 || both;
        bool like = side == 1 && (both || (pays[0] >= 0 && pays[1] >= 0));
        sb_str_add(out, side == 1 ? tr(" in A and ", " ở A và ") : "");
        sb_str_add(out, like ? "" : earns ? tr("earns ", "được ") : tr("pays ", "trả "));
        sb_str_add_amount(out, pays[side] < 0 ? -pays[side] : pays[side], decimals);
    }
    sb_str_add(out, tr(" in B\n", " ở B\n"));
}

static void add_fee(const struct diff *diff, const struct sb_diff_fee *fee, struct sb_str *out)
{
    static const char *const sides[2][4] = {{"", "payer", "payee", "agent"},
                                            {"", "bên trả", "bên nhận", "đại lý"}};
    unsigned decimals = diff->sides[0].plan->decimals;
    sb_str_add(out, "  ");
    add_period(diff, fee->seen.from, fee->seen.to, out);
    bool earns = fee->pays[0] < 0 || fee->pays[1] < 0;
    const char *how = fee->dearer ? (earns ? tr(": B is worse for the ", ": B kém hơn đối với ")
                                           : tr(": B is dearer for the ", ": B đắt hơn đối với "))
                      : earns     ? tr(": B is better for the ", ": B có lợi hơn đối với ")
                                  : tr(": B is cheaper for the ", ": B rẻ hơn đối với ");
    sb_str_printf(out, "%s%s, ", how, sides[sb_cmd_lang][fee->side]);
    sb_str_add(out, tr("amounts from ", "số tiền từ "));
    sb_str_add_amount(out, fee->lo, decimals);
    if (fee->hi < SB_AMOUNT_MAX) {
        sb_str_add(out, tr(" to ", " đến "));
        sb_str_add_amount(out, fee->hi, decimals);
    } else {
        sb_str_add(out, tr(" on", " trở lên"));
    }
    sb_str_add(out, tr(": on ", ": với "));
    sb_str_add_amount(out, fee->amount, decimals);
    sb_str_add(out, tr(" it ", ", "));
    add_paid(diff, fee->pays, out);
    struct sb_str who = {0};
    add_who(diff, &fee->seen, &who);
    if (who.size > 0)
        sb_str_printf(out, tr("      where %s\n", "      khi %s\n"), sb_str_text(&who));
    sb_str_release(&who);
}

static void add_fees(const struct diff *diff, struct sb_str *out)
{
    uint32_t kinds = sb_symbols_count(diff->symbols, SB_SPACE_KIND);
    if (diff->fees.count > 0)
        sb_str_add(out, tr("\nFees and commissions\n", "\nPhí và hoa hồng\n"));
    for (uint32_t kind = 1; kind <= kinds; kind++) {
        bool first = true;
        for (uint32_t i = 0; i < diff->fees.count; i++) {
            if (diff->fees.list[i].seen.kind != kind)
                continue;
            if (first)
                sb_str_printf(out, "\n%s\n", sb_symbols_name(diff->symbols, SB_SPACE_KIND, (uint16_t)kind));
            first = false;
            add_fee(diff, &diff->fees.list[i], out);
        }
    }
    if (diff->fees.cut)
        sb_str_add(out, tr("  there are more differences of fees\n", "  còn khác biệt về phí nữa\n"));
}

static void add_note(const struct diff *diff, const struct sb_diff_note *note, struct sb_str *out)
{
    const struct sb_plan *plan = diff->sides[note->plan].plan;
    const struct sb_charter *charter = plan->layers[0].charter;
    sb_str_printf(out, "  %s: ", letter(note->plan));
    switch ((enum sb_diff_note_type)note->type) {
    case SB_DIFF_NEVER_IN_FORCE:
        sb_str_printf(out, tr("line %u is never in force", "dòng %u không bao giờ có hiệu lực"),
                      charter->sentences[note->sentence].at.line);
        break;
    case SB_DIFF_NEVER_DECIDES:
        add_rule(diff, note->plan, note->rule, out);
        sb_str_add(out, tr(" never decides: one of its like is tighter",
                           " không bao giờ quyết định: đã có hạn mức cùng loại chặt hơn"));
        break;
    case SB_DIFF_TIER_SHUT:
        sb_str_printf(out,
                      tr("nothing passes for holders of tier %s", "không giao dịch nào qua đối với hạng %s"),
                      sb_symbols_name(diff->symbols, SB_SPACE_TIER, note->code));
        break;
    case SB_DIFF_NO_LIMIT:
        sb_str_printf(out, tr("%s meets no limit ", "%s không gặp hạn mức nào "),
                      sb_symbols_name(diff->symbols, SB_SPACE_KIND, note->code));
        add_period(diff, note->from, note->to, out);
        break;
    case SB_DIFF_GAP:
        sb_str_add(out, tr("no period of the pilot ", "không có thời gian thí điểm "));
        add_period(diff, note->from, note->to, out);
        break;
    case SB_DIFF_PART_ONLY:
        sb_str_printf(out, tr("not all cases of %s were judged, ", "chưa xét hết các trường hợp của %s, "),
                      sb_symbols_name(diff->symbols, SB_SPACE_KIND, note->code));
        add_period(diff, note->from, note->to, out);
        break;
    }
    sb_str_add(out, "\n");
}

static uint32_t shown_count(const struct diff *diff)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < diff->report.group_count; i++)
        count += diff->report.groups[i].events != NULL;
    return count;
}

static void add_report(const struct diff *diff, struct sb_str *out)
{
    uint32_t kinds = sb_symbols_count(diff->symbols, SB_SPACE_KIND), shown = shown_count(diff);
    for (unsigned side = 0; side < 2; side++)
        sb_str_printf(out, "%s  %s: %s\n", letter(side), diff->sides[side].name,
                      sb_charter_title(diff->sides[side].plan->layers[0].charter));
    for (uint32_t kind = 1; kind <= kinds; kind++)
        add_groups(diff, (uint16_t)kind, true, out);
    if (shown < diff->report.group_count)
        sb_str_add(out, tr("\nNot compared: no events were found that show it\n",
                           "\nKhông so sánh được: không tìm thấy sự kiện nào cho thấy điều đó\n"));
    for (uint32_t kind = 1; kind <= kinds && shown < diff->report.group_count; kind++)
        add_groups(diff, (uint16_t)kind, false, out);
    add_fees(diff, out);
    if (diff->report.note_count > 0)
        sb_str_add(out, tr("\nIn one charter by itself\n", "\nTrong riêng một điều lệ\n"));
    for (uint32_t i = 0; i < diff->report.note_count; i++)
        add_note(diff, &diff->report.notes[i], out);
    sb_str_printf(out,
                  tr("\n%u differences shown, %u not compared; %" PRIu64 " cases in %u stretches of time%s\n",
                     "\n%u khác biệt có ví dụ, %u không so sánh được; %" PRIu64
                     " trường hợp trong %u khoảng thời gian%s\n"),
                  shown, diff->report.group_count - shown, diff->report.case_count,
                  diff->report.stretch_count,
                  diff->report.cut ? tr("; there are more differences", "; còn khác biệt nữa") : "");
}

/* ------------------------------------------------------------------ the report for programs */

static json_t *json_time(const struct diff *diff, sb_time_us time)
{
    char text[SB_TIME_TEXT_SIZE];
    if (time == SB_TIME_ALWAYS || time == SB_TIME_FOREVER)
        return json_null();
    sb_time_print(time, diff->sides[0].plan->clock_offset_s, text);
    return json_string(text);
}

static json_t *json_rule(const struct diff *diff, unsigned side, uint16_t rule)
{
    const struct sb_plan *plan = diff->sides[side].plan;
    if (rule == SB_DIFF_NO_RULE)
        return json_null();
    const struct sb_sentence *sentence = sb_plan_sentence(plan, rule);
    return json_pack("{s:s, s:I, s:I}", "name", sb_plan_rule_name(plan, rule), "line",
                     (json_int_t)(sentence ? sentence->at.line : 0), "bound_minor",
                     (json_int_t)plan->rules[rule].bound);
}

static json_t *json_group(const struct diff *diff, const struct sb_diff_group *group)
{
    static const char *const hows[] = {"refuses", "cannot-decide", "bound", "counts", "carries"};
    json_t *events = json_array();
    struct sb_str text = {0};
    for (uint32_t i = 0; group->events && i < group->event_count; i++) {
        sb_str_clear(&text);
        add_line(diff, &group->events[i], &text);
        json_array_append_new(events, json_string(sb_str_text(&text)));
    }
    sb_str_clear(&text);
    add_who(diff, group, &text);
    json_t *codes = json_array();
    for (unsigned side = 0; group->events && side < 2; side++)
        json_array_append_new(codes, json_string(sb_result_word((enum sb_result_code)group->code[side])));
    json_t *object = json_pack(
        "{s:s, s:o, s:o, s:s, s:s, s:o, s:o, s:s, s:b, s:o, s:o}", "kind",
        sb_symbols_name(diff->symbols, SB_SPACE_KIND, group->kind), "from", json_time(diff, group->from),
        "to", json_time(diff, group->to), "tighter", letter(group->tighter), "how", hows[group->how],
        "rule_a", json_rule(diff, 0, group->rule[0]), "rule_b", json_rule(diff, 1, group->rule[1]), "where",
        sb_str_text(&text), "shown", group->events != NULL, "events", events, "results", codes);
    sb_str_release(&text);
    return object;
}

static json_t *json_fee(const struct diff *diff, const struct sb_diff_fee *fee)
{
    static const char *const sides[] = {"", "payer", "payee", "agent"};
    struct sb_str who = {0};
    add_who(diff, &fee->seen, &who);
    json_t *object =
        json_pack("{s:s, s:o, s:o, s:s, s:b, s:I, s:o, s:I, s:I, s:I, s:s}", "kind",
                  sb_symbols_name(diff->symbols, SB_SPACE_KIND, fee->seen.kind), "from",
                  json_time(diff, fee->seen.from), "to", json_time(diff, fee->seen.to), "side",
                  sides[fee->side], "dearer", fee->dearer, "amount_from_minor", (json_int_t)fee->lo,
                  "amount_to_minor", fee->hi < SB_AMOUNT_MAX ? json_integer(fee->hi) : json_null(),
                  "amount_minor", (json_int_t)fee->amount, "a_pays_minor", (json_int_t)fee->pays[0],
                  "b_pays_minor", (json_int_t)fee->pays[1], "where", sb_str_text(&who));
    sb_str_release(&who);
    return object;
}

static bool print_json(const struct diff *diff)
{
    json_t *groups = json_array(), *notes = json_array(), *fees = json_array();
    for (uint32_t i = 0; i < diff->fees.count; i++)
        json_array_append_new(fees, json_fee(diff, &diff->fees.list[i]));
    for (uint32_t i = 0; i < diff->report.group_count; i++)
        json_array_append_new(groups, json_group(diff, &diff->report.groups[i]));
    for (uint32_t i = 0; i < diff->report.note_count; i++) {
        struct sb_str text = {0};
        add_note(diff, &diff->report.notes[i], &text);
        size_t size = text.size > 0 ? text.size - 1 : 0; /* without the line break and the two spaces */
        json_array_append_new(notes, json_stringn(sb_str_text(&text) + 2, size - 2));
        sb_str_release(&text);
    }
    json_t *root = json_pack("{s:s, s:s, s:o, s:o, s:o, s:I, s:b}", "a", diff->sides[0].name, "b",
                             diff->sides[1].name, "differences", groups, "fees", fees, "notes", notes,
                             "cases", (json_int_t)diff->report.case_count, "cut", diff->report.cut);
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    if (text)
        puts(text);
    bool printed = text != NULL;
    free(text);
    json_decref(root);
    return printed;
}

/* ------------------------------------------------------------------ the command */

static bool read_day(const char *text, sb_day *ret_day)
{
    struct sb_date date;
    size_t used, size = text ? strlen(text) : 0;
    if (!text || !sb_date_parse(text, size, &date, &used) || used != size)
        return false;
    *ret_day = sb_day_of_date(date);
    return true;
}

/* NAME, or NAME@DATE: the law of that day, as if it held always. */
static enum sb_exit take_side(struct side *side, char *name)
{
    char *at = strrchr(name, '@');
    side->day = SB_DAY_NONE;
    side->name = strdup(name);
    if (!side->name)
        return SB_EXIT_FAILURE;
    if (at) {
        if (!read_day(at + 1, &side->day))
            return sb_cmd_usage("charter diff", "'%s' is no date: expected NAME@YYYY-MM-DD",
                                "'%s' không phải là ngày: cần TÊN@YYYY-MM-DD", at + 1);
        *at = '\0';
    }
    bool added = sb_law_add("charter diff", &side->law, name);
    if (at)
        *at = '@';
    return added ? SB_EXIT_DONE : SB_EXIT_FAILURE;
}

static enum sb_exit take_arguments(struct diff *diff, int argc, char **argv)
{
    static const char *const known[] = {"--on=", "--from=", "--to=", "--json", NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    unsigned count = 0;
    int got;
    while ((got = sb_args_next(&args, known)) != 0) {
        if (got < 0)
            return SB_EXIT_USAGE;
        if (args.option && strcmp(args.option, "--json") == 0)
            diff->json = true;
        else if (args.option && strcmp(args.option, "--on") == 0)
            diff->on = args.value;
        else if (args.option && strcmp(args.option, "--from") == 0)
            diff->from = args.value;
        else if (args.option)
            diff->to = args.value;
        else if (count == 2)
            return sb_cmd_usage("charter diff", "two charters at a time, and '%s' is a third",
                                "mỗi lần hai điều lệ, '%s' là cái thứ ba", args.value);
        else {
            enum sb_exit code = take_side(&diff->sides[count++], argv[args.at - 1]);
            if (code != SB_EXIT_DONE)
                return code;
        }
    }
    if (count != 2)
        return sb_cmd_usage("charter diff", "expected two charters: `sandbank charter diff A B [--on DATE]`",
                            "cần hai điều lệ: `sandbank charter diff A B [--on NGÀY]`");
    if (diff->on && (diff->from || diff->to))
        return sb_cmd_usage("charter diff", "--on excludes --from and --to",
                            "--on không dùng cùng --from và --to");
    const char *days[] = {diff->on, diff->from, diff->to};
    for (size_t i = 0; i < SB_ARRAY_SIZE(days); i++) {
        sb_day day;
        if (days[i] && !read_day(days[i], &day))
            return sb_cmd_usage("charter diff", "'%s' is no date: expected YYYY-MM-DD",
                                "'%s' không phải là ngày: cần YYYY-MM-DD", days[i]);
    }
    return SB_EXIT_DONE;
}

/* The clock of a charter is known when it is parsed; a plan for a day is compiled behind that. */
static enum sb_exit compile(struct diff *diff, struct side *side)
{
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    enum sb_exit code = SB_EXIT_DONE;
    sb_day day = side->day;
    if (day == SB_DAY_NONE)
        (void)read_day(diff->on, &day);
    enum sb_status status =
        sb_plan_compile(side->law.sources, 1, NULL, diff->symbols, &side->plan, &diagnostics, &err);
    if (status == SB_OK && day != SB_DAY_NONE) {
        side->options =
            (struct sb_plan_options){.law = SB_LAW_AT, .at = sb_time_of_day(day, side->plan->clock_offset_s)};
        sb_plan_free(side->plan);
        side->plan = NULL;
        status = sb_plan_compile(side->law.sources, 1, &side->options, diff->symbols, &side->plan,
                                 &diagnostics, &err);
    }
    if (status == SB_OK) {
        side->tariff = side->plan;
        side->plan = NULL;
        side->options.meaning = 1;
        status =
            sb_plan_compile(side->law.sources, 1, &side->options, diff->symbols, &side->plan, NULL, &err);
    }
    if (status != SB_OK)
        code = sb_law_fail(&side->law, &diagnostics, &err);
    sb_diagnostics_release(&diagnostics);
    return code;
}

static enum sb_status compare(struct diff *diff, struct sb_err *err)
{
    const struct sb_plan *plan = diff->sides[0].plan;
    int32_t offset = plan->clock_offset_s;
    struct sb_diff_options options = {
        .plans = {plan, diff->sides[1].plan},
        .symbols = diff->symbols,
        .from = SB_TIME_ALWAYS,
        .to = SB_TIME_FOREVER,
    };
    sb_day day = sb_day_of_date((struct sb_date){FALLBACK_YEAR, 1, 1});
    for (int i = 0; i < 2; i++)
        if (diff->sides[i].day != SB_DAY_NONE)
            day = diff->sides[i].day;
    (void)read_day(diff->on, &day);
    options.at = sb_time_of_day(day, offset);
    if (read_day(diff->from, &day))
        options.from = options.at = sb_time_of_day(day, offset);
    if (read_day(diff->to, &day))
        options.to = sb_time_of_day(day + 1, offset); /* the whole of the day */
    enum sb_status status = sb_diff_run(&options, &diff->report, err);
    if (status == SB_OK)
        status = verify(diff, err);
    for (int i = 0; i < 2; i++)
        options.plans[i] = diff->sides[i].tariff;
    return status == SB_OK ? sb_diff_fees_run(&options, &diff->fees, err) : status;
}

static enum sb_exit tell(struct diff *diff)
{
    bool told = true;
    if (diff->json) {
        told = print_json(diff);
    } else {
        add_report(diff, &diff->text);
        told = !diff->text.failed;
        fputs(sb_str_text(&diff->text), stdout);
    }
    if (!told)
        return sb_cmd_fail(&(struct sb_err){SB_NOMEM, {"out of memory", "hết bộ nhớ"}});
    return diff->report.group_count + diff->fees.count > 0 ? SB_EXIT_REFUSED : SB_EXIT_DONE;
}

enum sb_exit sb_cmd_charter_diff(int argc, char **argv)
{
    struct diff diff = {.symbols = sb_symbols_new()};
    struct sb_err err = {0};
    enum sb_exit code = diff.symbols
                            ? take_arguments(&diff, argc, argv)
                            : sb_cmd_fail(&(struct sb_err){SB_NOMEM, {"out of memory", "hết bộ nhớ"}});
    for (int i = 0; i < 2 && code == SB_EXIT_DONE; i++)
        code = compile(&diff, &diff.sides[i]);
    if (code == SB_EXIT_DONE)
        code = compare(&diff, &err) == SB_OK ? tell(&diff) : sb_cmd_fail(&err);
    sb_diff_report_release(&diff.report);
    sb_diff_fees_release(&diff.fees);
    for (int i = 0; i < 2; i++) {
        sb_plan_free(diff.sides[i].plan);
        sb_plan_free(diff.sides[i].tariff);
        sb_law_release(&diff.sides[i].law);
        free((void *)(uintptr_t)diff.sides[i].name); /* owned here, borrowed by everybody else */
    }
    sb_str_release(&diff.text);
    sb_symbols_free(diff.symbols);
    return code;
}
