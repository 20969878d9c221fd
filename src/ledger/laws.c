/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Plans that were offered and installed. A counter of a plan is bound to a ledger-wide state by its identity,
 * so that an amended charter goes on with what limits of the same identity have used.
 */

#include "ledger/ledger_internal.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

void sb_laws_release(struct sb_laws *laws)
{
    for (uint32_t i = 0; i < laws->offer_count; i++)
        free(laws->offers[i]);
    free(laws->offers);
    free(laws->installed);
    free(laws->tariffs);
    free(laws->identities);
}

/* The state of an identity, made when it is new; SB_NOBODY when memory is out. */
static uint32_t bind(struct sb_laws *laws, const uint8_t identity[16])
{
    for (uint32_t state = 0; state < laws->state_count; state++) {
        if (memcmp(laws->identities[state], identity, 16) == 0)
            return state;
    }
    if (laws->state_count == laws->state_room) {
        uint32_t room = SB_MAX(laws->state_room * 2, 64u);
        uint8_t(*identities)[16] = realloc(laws->identities, room * sizeof(*identities));
        if (!identities)
            return SB_NOBODY;
        laws->identities = identities;
        laws->state_room = room;
    }
    memcpy(laws->identities[laws->state_count], identity, 16);
    return laws->state_count++;
}

bool sb_laws_offer(struct sb_laws *laws, const struct sb_plan *plan)
{
    if (laws->offer_count == laws->offer_room) {
        uint32_t room = SB_MAX(laws->offer_room * 2, 8u);
        struct sb_offer **offers = realloc(laws->offers, room * sizeof(*offers));
        if (!offers)
            return false;
        laws->offers = offers;
        laws->offer_room = room;
    }
    struct sb_offer *offer = calloc(1, sizeof(*offer));
    if (!offer)
        return false;
    offer->plan = plan;
    for (uint32_t counter = 0; counter < plan->counter_count; counter++) {
        offer->states[counter] = bind(laws, plan->counters[counter].identity);
        if (offer->states[counter] == SB_NOBODY) {
            free(offer);
            return false;
        }
    }
    laws->offers[laws->offer_count++] = offer;
    return true;
}

const struct sb_offer *sb_laws_find(const struct sb_laws *laws, const uint8_t hash[32])
{
    for (uint32_t i = laws->offer_count; i-- > 0;) {
        if (memcmp(laws->offers[i]->plan->hash, hash, 32) == 0)
            return laws->offers[i];
    }
    return NULL;
}

const struct sb_offer *sb_laws_offer_of(const struct sb_laws *laws, const struct sb_plan *plan)
{
    for (uint32_t i = laws->offer_count; i-- > 0;) {
        if (laws->offers[i]->plan == plan)
            return laws->offers[i];
    }
    return NULL;
}

bool sb_laws_install(struct sb_laws *laws, const struct sb_offer *offer, const struct sb_plan *tariff)
{
    if (laws->installed_count == laws->installed_room) {
        uint32_t room = SB_MAX(laws->installed_room * 2, 8u);
        const struct sb_offer **installed = realloc(laws->installed, room * sizeof(*installed));
        if (!installed)
            return false;
        laws->installed = installed;
        const struct sb_plan **tariffs = realloc(laws->tariffs, room * sizeof(*tariffs));
        if (!tariffs)
            return false;
        laws->tariffs = tariffs;
        laws->installed_room = room;
    }
    laws->tariffs[laws->installed_count] = tariff;
    laws->installed[laws->installed_count++] = offer;
    return true;
}

void sb_laws_now(const struct sb_laws *laws, sb_time_us time, struct sb_window_now *ret_now)
{
    for (uint32_t state = 0; state < laws->state_count; state++)
        ret_now[state] = (struct sb_window_now){.period = INT32_MIN, .time = time};
    /* From the oldest on, so that the newest plan has the last word. */
    for (uint32_t i = 0; i < laws->installed_count; i++) {
        const struct sb_offer *offer = laws->installed[i];
        bool comes_again = i + 1 < laws->installed_count && laws->installed[i + 1] == offer;
        for (uint32_t c = 0; !comes_again && c < offer->plan->counter_count; c++) {
            const struct sb_counter *counter = &offer->plan->counters[c];
            struct sb_window_now *now = &ret_now[offer->states[c]];
            sb_time_us start, end;
            sb_counter_window(offer->plan, counter, time, &start, &end, &now->period);
            now->days = counter->window == SB_WINDOW_ROLLING ? counter->days : 0;
        }
    }
}

void sb_instant_set(struct sb_instant *instant, const struct sb_offer *offer, sb_time_us time)
{
    if (instant->offer != offer)
        *instant = (struct sb_instant){.offer = offer, .precedents = instant->precedents};
    instant->time = time;
    if (!offer)
        return;
    const struct sb_plan *plan = offer->plan;
    if (time < instant->day_start || time >= instant->day_end) {
        instant->day = sb_day_of_time(time, plan->clock_offset_s);
        instant->day_start = sb_time_of_day(instant->day, plan->clock_offset_s);
        instant->day_end = instant->day_start + SB_DAY_US;
    }
    if (time < instant->segment_start || time >= instant->segment_end) {
        uint32_t segment = sb_plan_segment(plan, time, &instant->segment);
        instant->segment = segment;
        instant->segment_start = plan->segments[segment].from;
        instant->segment_end =
            segment + 1 < plan->segment_count ? plan->segments[segment + 1].from : SB_TIME_FOREVER;
    }
}

void sb_instant_open(struct sb_instant *instant, uint32_t counter)
{
    const struct sb_plan *plan = instant->offer->plan;
    const struct sb_counter *definition = &plan->counters[counter];
    struct sb_instant_window *window = &instant->windows[counter];
    if (definition->window == SB_WINDOW_ROLLING)
        *window = (struct sb_instant_window){
            .start = SB_TIME_ALWAYS, .end = SB_TIME_FOREVER, .days = definition->days};
    else
        sb_counter_window(plan, definition, instant->time, &window->start, &window->end, &window->period);
}
