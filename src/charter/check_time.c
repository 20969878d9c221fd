/* SPDX-License-Identifier: Apache-2.0 */
/* Time: dates that contradict each other, the pilot's time line, sentences that can never apply. */
#include "charter/check_internal.h"

#include "base/macros.h"

#include <string.h>

/* Which tails a sentence may have: what declares names, and the head, holds always. */
static bool may_be_dated(enum sb_sentence_type type)
{
    return type >= SB_S_ALLOW && type != SB_S_NOTE;
}

static void check_tail(struct sb_check *check, const struct sb_sentence *sentence)
{
    const struct sb_moment *dated = sentence->from.present ? &sentence->from : &sentence->until;
    if (dated->present && !may_be_dated(sentence->type))
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, dated->at,
                           sentence->type == SB_S_PILOT ? "the pilot's dates stand behind 'pilot runs'"
                                                        : "this sentence holds always: it has no dates",
                           sentence->type == SB_S_PILOT ? "ngày của thí điểm đứng sau 'thời gian thí điểm'"
                                                        : "câu này luôn có hiệu lực: không có ngày");
    if (sentence->known_from.present && !may_be_dated(sentence->type) && sentence->type != SB_S_PILOT &&
        sentence->type != SB_S_INSTRUMENT)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, sentence->known_from.at,
                           "this sentence is known always: it has no dates",
                           "câu này luôn được biết: không có ngày");
    if (sentence->from.present && sentence->until.present &&
        sb_moment_end(check->charter, &sentence->until) <= sb_moment_start(check->charter, &sentence->from))
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, sentence->until.at,
                           "'until' lies before 'from'", "'đến hết' nằm trước 'từ'");
}

/* ------------------------------------------------------------------ the pilot's time line */

struct period {
    sb_time_us from, until, known;
    const struct sb_sentence *sentence;
};

static int compare_periods(const void *left, const void *right)
{
    const struct period *a = left, *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->sentence < b->sentence ? -1 : 1;
}

/* All periods that do not run backwards, in order; NULL with *ret_count 0 when there are none. */
static struct period *collect_periods(struct sb_check *check, uint32_t *ret_count)
{
    struct period *periods = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < check->charter->sentence_count; i++) {
        const struct sb_sentence *sentence = &check->charter->sentences[i];
        if (sentence->type != SB_S_PILOT)
            continue;
        struct period period = {sb_moment_start(check->charter, &sentence->pilot.runs_from), SB_TIME_FOREVER,
                                sb_sentence_times(check->charter, sentence).known, sentence};
        if (sentence->pilot.runs_to.present)
            period.until = sb_moment_end(check->charter, &sentence->pilot.runs_to);
        if (period.until <= period.from) {
            sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, sentence->pilot.runs_to.at,
                               "the pilot ends before it begins", "thí điểm kết thúc trước khi bắt đầu");
            continue;
        }
        struct period *grown = sb_arena_grow(&check->arena, periods, count, sizeof(*periods));
        if (!grown) {
            check->no_memory = true;
            break;
        }
        periods = grown;
        periods[count++] = period;
    }
    if (count > 1)
        qsort(periods, count, sizeof(*periods), compare_periods);
    *ret_count = count;
    return periods;
}

static void check_gaps(struct sb_check *check, const struct period *periods, uint32_t count)
{
    int32_t offset = check->charter->clock_offset_s;
    sb_time_us reached = count > 0 ? periods[0].until : 0;
    for (uint32_t i = 1; i < count; i++) {
        if (periods[i].from > reached) {
            char from[SB_TIME_TEXT_SIZE], until[SB_TIME_TEXT_SIZE];
            sb_day_print(sb_day_of_time(reached, offset), from);
            sb_day_print(sb_day_of_time(periods[i].from - 1, offset), until);
            sb_diagnostics_add(check->diagnostics, SB_SEVERITY_WARNING, periods[i].sentence->at,
                               "a gap in the time line: the pilot does not run from %s to %s",
                               "dòng thời gian có khoảng trống: thí điểm không chạy từ %s đến %s", from,
                               until);
        }
        reached = SB_MAX(reached, periods[i].until);
    }
}

/* ------------------------------------------------------------------ sentences that never apply */

/* The longest run-off: after a period's end some sentences still judge. */
static sb_time_us longest_run_off(const struct sb_check *check)
{
    uint32_t days = 0;
    for (uint32_t i = 0; i < check->charter->sentence_count; i++)
        if (check->charter->sentences[i].type == SB_S_AFTER_END)
            days = SB_MAX(days, check->charter->sentences[i].after_end.days);
    return (sb_time_us)days * SB_DAY_US;
}

static bool meets_a_period(const struct period *periods, uint32_t count, sb_time_us run_off, sb_time_us from,
                           sb_time_us until)
{
    for (uint32_t i = 0; i < count; i++) {
        sb_time_us end =
            periods[i].until > SB_TIME_MAX - run_off ? SB_TIME_FOREVER : periods[i].until + run_off;
        if (SB_MAX(from, SB_MAX(periods[i].from, periods[i].known)) < SB_MIN(until, end))
            return true;
    }
    return count == 0;
}

static void check_applies(struct sb_check *check, const struct sb_sentence *sentence,
                          const struct period *periods, uint32_t count, sb_time_us run_off)
{
    struct sb_sentence_times times = sb_sentence_times(check->charter, sentence);
    sb_time_us from = SB_MAX(times.known, times.from);
    bool backwards = sentence->from.present && times.from >= times.until; /* an error, said already */
    if (backwards)
        return;
    if (from >= times.until)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_WARNING, sentence->at,
                           "this sentence never applies: it ends before it is known and in force",
                           "câu này không bao giờ áp dụng: nó kết thúc trước khi được biết và có hiệu lực");
    else if (!meets_a_period(periods, count, run_off, from, times.until))
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_WARNING, sentence->at,
                           "this sentence never applies: the pilot does not run in its time",
                           "câu này không bao giờ áp dụng: thí điểm không chạy trong thời gian của nó");
}

void sb_check_times(struct sb_check *check)
{
    uint32_t count;
    struct period *periods = collect_periods(check, &count);
    sb_time_us run_off = longest_run_off(check);
    check_gaps(check, periods, count);
    for (uint32_t i = 0; i < check->charter->sentence_count; i++) {
        const struct sb_sentence *sentence = &check->charter->sentences[i];
        check_tail(check, sentence);
        if (may_be_dated(sentence->type))
            check_applies(check, sentence, periods, count, run_off);
    }
}
