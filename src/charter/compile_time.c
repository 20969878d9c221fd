/* SPDX-License-Identifier: Apache-2.0 */

/*
 * When sentences hold. By live law a sentence holds once it is known and in force, until its end. With what
 * was known at a date, it holds from its beginning to its end if it was known then, and never if not. By the
 * law of a day everything is judged as if it were that day.
 */

#include "charter/compile_internal.h"

#include "base/macros.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ when */

static sb_time_us judged_at(const struct sb_compile *compile, sb_time_us start)
{
    return compile->options->law == SB_LAW_AT ? compile->options->at : start;
}

static bool is_known(const struct sb_compile *compile, const struct sb_compiled_sentence *sentence,
                     sb_time_us start)
{
    return sentence->known <= (compile->options->law == SB_LAW_LIVE ? start : compile->options->at);
}

bool sb_compile_holds(const struct sb_compile *compile, const struct sb_compiled_sentence *sentence,
                      sb_time_us start, uint32_t *ret_column)
{
    sb_time_us at = judged_at(compile, start);
    if (!is_known(compile, sentence, start) || at < sentence->from || at >= sentence->until)
        return false;
    uint32_t column = 0;
    if (sentence->column_starts) {
        if (at < sentence->column_starts[0])
            return false;
        while (column + 1 < sentence->column_count && at >= sentence->column_starts[column + 1])
            column++;
    }
    *ret_column = column;
    return true;
}

static sb_time_us days_after(sb_time_us time, uint32_t days)
{
    int64_t span, end;
    if (time == SB_TIME_FOREVER || __builtin_mul_overflow(days, SB_DAY_US, &span) ||
        __builtin_add_overflow(time, span, &end))
        return SB_TIME_FOREVER;
    return end;
}

/* Whether a period that is known ended at most so many days ago. */
static bool ended_within(const struct sb_compile *compile, uint32_t layer, sb_time_us start, uint32_t days)
{
    sb_time_us at = judged_at(compile, start);
    for (uint32_t i = compile->layer_first[layer]; i < compile->layer_first[layer + 1]; i++) {
        const struct sb_compiled_sentence *pilot = &compile->sentences[i];
        if (pilot->sentence->type == SB_S_PILOT && is_known(compile, pilot, start) && at >= pilot->until &&
            at < days_after(pilot->until, days))
            return true;
    }
    return false;
}

struct sb_compile_term sb_compile_term(const struct sb_compile *compile, uint32_t layer, sb_time_us start)
{
    struct sb_compile_term term = {.in_term = !compile->layer_has_pilot[layer]};
    uint32_t column;
    for (uint32_t i = compile->layer_first[layer]; i < compile->layer_first[layer + 1] && !term.in_term; i++)
        if (compile->sentences[i].sentence->type == SB_S_PILOT)
            term.in_term = sb_compile_holds(compile, &compile->sentences[i], start, &column);
    for (uint32_t i = compile->layer_first[layer]; i < compile->layer_first[layer + 1] && !term.in_term;
         i++) {
        const struct sb_compiled_sentence *after = &compile->sentences[i];
        if (after->sentence->type == SB_S_AFTER_END && sb_compile_holds(compile, after, start, &column) &&
            ended_within(compile, layer, start, after->sentence->after_end.days)) {
            term.run_off = true;
            term.run_off_kinds |= after->kinds;
        }
    }
    return term;
}

/* ------------------------------------------------------------------ reading the tail */

/* A pilot's period is what `runs` says; the instrument says only since when it is known. */
static void pilot_times(const struct sb_charter *charter, struct sb_compiled_sentence *compiled)
{
    const struct sb_sentence *sentence = compiled->sentence;
    compiled->from = sb_moment_start(charter, &sentence->pilot.runs_from);
    compiled->until =
        sentence->pilot.runs_to.present ? sb_moment_end(charter, &sentence->pilot.runs_to) : SB_TIME_FOREVER;
    if (sentence->from.present)
        compiled->from = SB_MAX(compiled->from, sb_moment_start(charter, &sentence->from));
    if (sentence->until.present)
        compiled->until = SB_MIN(compiled->until, sb_moment_end(charter, &sentence->until));
}

/* The dates over a table's columns are its `from`; one that the sentence writes besides narrows them. */
static enum sb_status column_times(struct sb_compile *compile, const struct sb_charter *charter,
                                   struct sb_compiled_sentence *compiled)
{
    const struct sb_limit_table *table = &compiled->sentence->limit.table;
    if (!compiled->sentence->limit.has_table || table->date_count == 0)
        return SB_OK;
    compiled->column_starts =
        sb_arena_alloc(&compile->scratch, table->date_count, sizeof(*compiled->column_starts));
    if (!compiled->column_starts)
        return sb_compile_no_memory(compile);
    for (uint32_t i = 0; i < table->date_count; i++)
        compiled->column_starts[i] = sb_moment_start(charter, &table->dates[i]);
    if (!compiled->sentence->from.present)
        compiled->from = SB_TIME_ALWAYS;
    return SB_OK;
}

static enum sb_status sentence_times(struct sb_compile *compile, struct sb_compiled_sentence *compiled)
{
    const struct sb_charter *charter = compile->plan->layers[compiled->layer].charter;
    struct sb_sentence_times times = sb_sentence_times(charter, compiled->sentence);
    compiled->known = times.known;
    compiled->from = times.from;
    compiled->until = times.until;
    if (compiled->sentence->type == SB_S_PILOT)
        pilot_times(charter, compiled);
    return compiled->sentence->type == SB_S_LIMIT ? column_times(compile, charter, compiled) : SB_OK;
}

/* ------------------------------------------------------------------ cuts */

static enum sb_status cut(struct sb_compile *compile, sb_time_us time)
{
    if (time == SB_TIME_ALWAYS || time == SB_TIME_FOREVER)
        return SB_OK;
    if (compile->cut_count == SB_COMPILE_CUTS_MAX)
        return sb_fail(compile->err, SB_LIMIT,
                       "the charter's sentences begin and end at more than %d instants",
                       "các câu của điều lệ bắt đầu và kết thúc ở hơn %d thời điểm", SB_COMPILE_CUTS_MAX);
    compile->cuts[compile->cut_count++] = time;
    return SB_OK;
}

static enum sb_status cut_run_offs(struct sb_compile *compile, const struct sb_compiled_sentence *after)
{
    enum sb_status status = SB_OK;
    uint32_t layer = after->layer;
    for (uint32_t i = compile->layer_first[layer]; i < compile->layer_first[layer + 1] && status == SB_OK;
         i++)
        if (compile->sentences[i].sentence->type == SB_S_PILOT)
            status = cut(compile, days_after(compile->sentences[i].until, after->sentence->after_end.days));
    return status;
}

static enum sb_status cut_sentence(struct sb_compile *compile, const struct sb_compiled_sentence *sentence)
{
    enum sb_status status = cut(compile, sentence->known);
    if (status == SB_OK)
        status = cut(compile, sentence->from);
    if (status == SB_OK)
        status = cut(compile, sentence->until);
    for (uint32_t i = 0; sentence->column_starts && i < sentence->column_count && status == SB_OK; i++)
        status = cut(compile, sentence->column_starts[i]);
    if (status == SB_OK && sentence->sentence->type == SB_S_AFTER_END)
        status = cut_run_offs(compile, sentence);
    return status;
}

static int compare_times(const void *a, const void *b)
{
    sb_time_us left = *(const sb_time_us *)a, right = *(const sb_time_us *)b;
    return (left > right) - (left < right);
}

static void sort_cuts(struct sb_compile *compile)
{
    uint32_t kept = 0;
    qsort(compile->cuts, compile->cut_count, sizeof(*compile->cuts), compare_times);
    for (uint32_t i = 0; i < compile->cut_count; i++)
        if (kept == 0 || compile->cuts[kept - 1] != compile->cuts[i])
            compile->cuts[kept++] = compile->cuts[i];
    compile->cut_count = kept;
}

enum sb_status sb_compile_times(struct sb_compile *compile)
{
    compile->cuts = sb_arena_alloc(&compile->scratch, SB_COMPILE_CUTS_MAX, sizeof(*compile->cuts));
    if (!compile->cuts)
        return sb_compile_no_memory(compile);
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < compile->sentence_count && status == SB_OK; i++)
        status = sentence_times(compile, &compile->sentences[i]);
    for (uint32_t i = 0; i < compile->sentence_count && status == SB_OK; i++)
        if (compile->options->law != SB_LAW_AT)
            status = cut_sentence(compile, &compile->sentences[i]);
    if (status == SB_OK)
        sort_cuts(compile);
    return status;
}
