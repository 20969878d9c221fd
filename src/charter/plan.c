/* SPDX-License-Identifier: Apache-2.0 */
#include "charter/plan.h"

#include "base/macros.h"

#include <assert.h>
#include <stdlib.h>

void sb_plan_free(struct sb_plan *plan)
{
    if (!plan)
        return;
    for (uint32_t i = 0; i < plan->layer_count; i++)
        sb_charter_free(plan->layers[i].charter);
    sb_arena_release(&plan->arena);
    free(plan);
}

static bool lies_in(const struct sb_plan *plan, uint32_t segment, sb_time_us time)
{
    return plan->segments[segment].from <= time &&
           (segment + 1 == plan->segment_count || time < plan->segments[segment + 1].from);
}

uint32_t sb_plan_segment(const struct sb_plan *plan, sb_time_us time, uint32_t *hint)
{
    if (SB_LIKELY(*hint < plan->segment_count && lies_in(plan, *hint, time)))
        return *hint;
    uint32_t low = 0, high = plan->segment_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (plan->segments[middle].from <= time)
            low = middle;
        else
            high = middle;
    }
    *hint = low;
    return low;
}

enum sb_side sb_plan_holder(const struct sb_plan *plan, uint16_t kind)
{
    uint32_t index = kind < plan->kind_of_code_count ? plan->kind_of_code[kind] : 0;
    if (index == 0)
        return SB_SIDE_TX;
    switch ((enum sb_holder)plan->kind_holder[index - 1]) {
    case SB_HOLDER_PAYEE: return SB_SIDE_PAYEE;
    case SB_HOLDER_PAYER: return SB_SIDE_PAYER;
    case SB_HOLDER_NOBODY: break;
    }
    return SB_SIDE_TX;
}

const struct sb_sentence *sb_plan_sentence(const struct sb_plan *plan, uint32_t rule)
{
    assert(rule < plan->rule_count);
    const struct sb_rule *found = &plan->rules[rule];
    if (found->sentence == UINT16_MAX)
        return NULL;
    return &plan->layers[found->layer].charter->sentences[found->sentence];
}

const char *sb_plan_rule_name(const struct sb_plan *plan, uint32_t rule)
{
    assert(rule < plan->rule_count);
    switch ((enum sb_rule_type)plan->rules[rule].type) {
    case SB_RULE_TERM: return "term";
    case SB_RULE_NOT_ALLOWED: return "allow";
    case SB_RULE_FORBID: return "forbid";
    case SB_RULE_REQUIRE: return "require";
    case SB_RULE_IN_AREA: return "in area";
    case SB_RULE_ASK:
    case SB_RULE_ASK_TOTAL: return sb_plan_sentence(plan, rule)->limit.rule_name.text;
    case SB_RULE_FEE: return sb_plan_sentence(plan, rule)->kept.fee->rule_name.text;
    case SB_RULE_EACH_MOST:
    case SB_RULE_EACH_LEAST:
    case SB_RULE_WINDOW:
    case SB_RULE_BALANCE: break;
    }
    return sb_plan_sentence(plan, rule)->name.text;
}

__extension__ typedef unsigned __int128 wide;

int64_t sb_plan_charge(const struct sb_plan *plan, const struct sb_plan_fee *fee, sb_amount amount)
{
    for (uint32_t i = 0; i < fee->bands_count; i++) {
        const struct sb_plan_band *band = &plan->bands[fee->bands_first + i];
        const struct sb_charge *charge = &band->charge;
        if (amount > band->up_to)
            continue;
        if (!charge->is_rate)
            return charge->number;
        wide product = ((wide)amount * (wide)charge->number + 500000u) / 1000000u;
        int64_t rounded = product > INT64_MAX ? INT64_MAX : (int64_t)product;
        return SB_MIN(SB_MAX(rounded, charge->least), charge->most);
    }
    return 0;
}

void sb_counter_window(const struct sb_plan *plan, const struct sb_counter *counter, sb_time_us time,
                       sb_time_us *ret_start, sb_time_us *ret_end, int32_t *ret_period)
{
    static const enum sb_period periods[] = {SB_PERIOD_DAY, SB_PERIOD_WEEK, SB_PERIOD_MONTH, SB_PERIOD_YEAR};
    /* Times outside the calendar (before the first event) have a window too; the day arithmetic must fit. */
    time = SB_MIN(SB_MAX(time, SB_TIME_MIN), SB_TIME_MAX);
    *ret_period = 0;
    switch ((enum sb_window)counter->window) {
    case SB_WINDOW_ROLLING:
        *ret_start = time - counter->days * SB_DAY_US + 1;
        *ret_end = time + 1;
        return;
    case SB_WINDOW_LIFETIME:
    case SB_WINDOW_PILOT:
        *ret_start = SB_TIME_ALWAYS;
        *ret_end = SB_TIME_FOREVER;
        return;
    case SB_WINDOW_DAY:
    case SB_WINDOW_WEEK:
    case SB_WINDOW_MONTH:
    case SB_WINDOW_YEAR: break;
    }
    enum sb_period period = periods[counter->window];
    sb_day day = sb_day_of_time(time, plan->clock_offset_s);
    sb_day start = sb_period_start(period, day, counter->year_month, counter->year_day);
    sb_day next = sb_period_next(period, day, counter->year_month, counter->year_day);
    *ret_start = sb_time_of_day(start, plan->clock_offset_s);
    *ret_end = sb_time_of_day(next, plan->clock_offset_s);
    *ret_period = start;
}
