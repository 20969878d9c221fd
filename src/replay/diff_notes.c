/* SPDX-License-Identifier: Apache-2.0 */
/* What is odd in one charter by itself: sentences that do nothing, tiers that may nothing, gaps in time. */
#include "replay/diff_internal.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

enum sb_status sb_diff_note_add(struct sb_diff_work *work, const struct sb_diff_note *note,
                                struct sb_err *err)
{
    struct sb_diff_report *report = work->report;
    for (uint32_t i = 0; i < report->note_count; i++) {
        struct sb_diff_note *one = &report->notes[i];
        if (one->type != note->type || one->plan != note->plan || one->code != note->code ||
            one->sentence != note->sentence || one->rule != note->rule || one->to != note->from)
            continue;
        one->to = note->to;
        return SB_OK;
    }
    struct sb_diff_note *more = realloc(report->notes, (report->note_count + 1) * sizeof(*more));
    if (!more)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    report->notes = more;
    more[report->note_count++] = *note;
    return SB_OK;
}

static void mark(uint64_t *bits, uint32_t bit)
{
    bits[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static bool is_marked(const uint64_t *bits, uint32_t bit)
{
    return (bits[bit / 64] >> (bit % 64) & 1) != 0;
}

void sb_diff_see(struct sb_diff_work *work, const struct sb_diff_space *space,
                 const struct sb_diff_scene *scene, const struct sb_profile profiles[2])
{
    for (int p = 0; p < 2; p++) {
        const struct sb_profile *profile = &profiles[p];
        struct sb_diff_seen *seen = &work->seen[p];
        enum sb_side holder = sb_plan_holder(work->plans[p], space->kind);
        for (uint32_t i = 0; i < profile->count; i++) {
            const struct sb_profile_bound *bound = &profile->bounds[i];
            mark(seen->judged, bound->rule);
            const struct sb_profile_bound *least =
                sb_profile_like(work->plans[p], profile, work->plans[p], bound->rule);
            if (least && least->bound == bound->bound)
                mark(seen->decided, bound->rule);
        }
        if (!profile->plain && profile->plain_rule != SB_DIFF_NO_RULE)
            mark(seen->decided, profile->plain_rule);
        if (holder != SB_SIDE_PAYER && holder != SB_SIDE_PAYEE)
            continue;
        uint16_t tier = scene->open[holder - SB_SIDE_PAYER].attributes.tier;
        if (tier == 0 || tier == work->others.code[SB_SPACE_TIER][0] ||
            tier == work->others.code[SB_SPACE_TIER][1])
            continue;
        mark(seen->tiers_seen, tier);
        if (sb_profile_passes(profile))
            mark(seen->tiers_pass, tier);
    }
}

/* ------------------------------------------------------------------ the whole */

static bool has_effect(enum sb_sentence_type type)
{
    return type == SB_S_ALLOW || type == SB_S_FORBID || type == SB_S_REQUIRE || type == SB_S_LIMIT ||
           type == SB_S_EXCEPT;
}

/* Whether a sentence is in force anywhere in the time that is compared; a table's columns are not told apart.
 */
static bool is_ever_in_force(const struct sb_diff_work *work, int p, uint32_t sentence)
{
    const struct sb_plan *plan = work->plans[p];
    const struct sb_charter *charter = plan->layers[0].charter;
    struct sb_sentence_times times = sb_sentence_times(charter, &charter->sentences[sentence]);
    if (plan->segment_count == 1) { /* the law of one day, held always */
        sb_time_us at = work->options->at;
        return times.known <= at && times.from <= at && at < times.until;
    }
    for (uint32_t i = 0; i < work->stretch_count; i++) {
        const struct sb_stretch *stretch = &work->stretches[i];
        sb_time_us from = SB_MAX(SB_MAX(times.known, times.from), stretch->from);
        if (from < SB_MIN(times.until, stretch->to) && plan->segments[stretch->segment[p]].in_term)
            return true;
    }
    return false;
}

SB_CHECKED static enum sb_status note_sentences(struct sb_diff_work *work, int p, struct sb_err *err)
{
    const struct sb_plan *plan = work->plans[p];
    const struct sb_charter *charter = plan->layers[0].charter;
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < charter->sentence_count && plan->segment_count > 1 && status == SB_OK; i++)
        if (has_effect(charter->sentences[i].type) && !is_ever_in_force(work, p, i))
            status = sb_diff_note_add(work,
                                      &(struct sb_diff_note){.type = SB_DIFF_NEVER_IN_FORCE,
                                                             .plan = (uint8_t)p,
                                                             .sentence = (uint16_t)i,
                                                             .rule = SB_DIFF_NO_RULE},
                                      err);
    for (uint32_t rule = 0; rule < plan->rule_count && status == SB_OK; rule++) {
        const struct sb_diff_seen *seen = &work->seen[p];
        if (is_marked(seen->judged, rule) && !is_marked(seen->decided, rule))
            status = sb_diff_note_add(work,
                                      &(struct sb_diff_note){.type = SB_DIFF_NEVER_DECIDES,
                                                             .plan = (uint8_t)p,
                                                             .sentence = plan->rules[rule].sentence,
                                                             .rule = (uint16_t)rule},
                                      err);
    }
    return status;
}

SB_CHECKED static enum sb_status note_tiers(struct sb_diff_work *work, int p, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    uint32_t count = sb_symbols_count(work->options->symbols, SB_SPACE_TIER);
    for (uint32_t tier = 1; tier <= count && status == SB_OK; tier++)
        if (is_marked(work->seen[p].tiers_seen, tier) && !is_marked(work->seen[p].tiers_pass, tier))
            status = sb_diff_note_add(work,
                                      &(struct sb_diff_note){.type = SB_DIFF_TIER_SHUT,
                                                             .plan = (uint8_t)p,
                                                             .code = (uint16_t)tier,
                                                             .rule = SB_DIFF_NO_RULE},
                                      err);
    return status;
}

SB_CHECKED static enum sb_status note_gaps(struct sb_diff_work *work, int p, struct sb_err *err)
{
    const struct sb_plan *plan = work->plans[p];
    uint32_t first = plan->segment_count, last = 0;
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < plan->segment_count; i++)
        if (plan->segments[i].in_term) {
            first = SB_MIN(first, i);
            last = i;
        }
    for (uint32_t i = first; i < last && status == SB_OK; i++) {
        sb_time_us from = plan->segments[i].from, to = plan->segments[i + 1].from;
        if (!plan->segments[i].in_term && from < work->options->to && to > work->options->from)
            status = sb_diff_note_add(
                work,
                &(struct sb_diff_note){
                    .type = SB_DIFF_GAP, .plan = (uint8_t)p, .rule = SB_DIFF_NO_RULE, .from = from, .to = to},
                err);
    }
    return status;
}

enum sb_status sb_diff_notes_end(struct sb_diff_work *work, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (int p = 0; p < 2 && status == SB_OK; p++) {
        status = note_sentences(work, p, err);
        if (status == SB_OK)
            status = note_tiers(work, p, err);
        if (status == SB_OK)
            status = note_gaps(work, p, err);
    }
    return status;
}
