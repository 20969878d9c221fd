/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Symbols go into a profile as they are. Of ages and places only the answers to the plan's questions do:
 * there are as many days of opening as days, but few answers.
 */

#include "ledger/profile.h"

#include <assert.h>

static const uint8_t symbol_fields[] = {SB_FIELD_PROVIDER, SB_FIELD_CLASS, SB_FIELD_TIER, SB_FIELD_ISSUER,
                                        SB_FIELD_SEX};

bool sb_question_add(struct sb_ins questions[SB_QUESTIONS_MAX], uint32_t *count, const struct sb_ins *ins)
{
    for (uint32_t i = 0; i < *count; i++) {
        const struct sb_ins *known = &questions[i];
        if (known->op == ins->op && known->side == ins->side && known->field == ins->field &&
            known->months == ins->months && known->at_registration == ins->at_registration &&
            known->set == ins->set && known->number == ins->number)
            return true;
    }
    if (*count == SB_QUESTIONS_MAX)
        return false;
    questions[(*count)++] = *ins;
    return true;
}

/* ------------------------------------------------------------------ what a plan asks */

/* Note what one instruction asks of an account. False when there is no room. */
static bool note(struct sb_profiles *profiles, const struct sb_ins *ins)
{
    struct sb_ins question = *ins;
    question.side = SB_SIDE_PAYER; /* the answer is the same on either side */
    switch ((enum sb_ins_op)ins->op) {
    case SB_INS_SYMBOL_IN:
        if (ins->side != SB_SIDE_TX)
            profiles->reads[ins->field] = true;
        return true;
    case SB_INS_SAME:
        if (ins->side != SB_SIDE_TX)
            profiles->reads[ins->field] = true;
        if (ins->other_side != SB_SIDE_TX)
            profiles->reads[ins->other_field] = true;
        return true;
    case SB_INS_PLACE_IN_AREA:
    case SB_INS_PLACE_SETTLEMENT:
        return ins->side == SB_SIDE_TX ||
               sb_question_add(profiles->questions, &profiles->question_count, &question);
    case SB_INS_AGE_LEAST:
    case SB_INS_AGE_UNDER:
    case SB_INS_AGE_MOST:
    case SB_INS_AGE_OVER: return sb_question_add(profiles->questions, &profiles->question_count, &question);
    case SB_INS_AND:
    case SB_INS_OR:
    case SB_INS_NOT:
    case SB_INS_AMOUNT_LEAST:
    case SB_INS_AMOUNT_MOST:
    case SB_INS_SERVED_IN_AREA: return true; /* of the event: ledger/precedent.c */
    }
    return false;
}

bool sb_profiles_use(struct sb_profiles *profiles, const struct sb_plan *plan)
{
    sb_profiles_release(profiles);
    profiles->plan = plan;
    bool fits = sb_slots_init(&profiles->by_content, 64);
    for (uint32_t i = 0; i < plan->code_count && fits; i++)
        fits = note(profiles, &plan->code[i]);
    return fits;
}

void sb_profiles_release(struct sb_profiles *profiles)
{
    free(profiles->list);
    sb_slots_release(&profiles->by_content);
    *profiles = (struct sb_profiles){0};
}

/* ------------------------------------------------------------------ an account's */

/* The first day after `day` on which the answer to a question may be another. */
static sb_day turns_on(const struct sb_scene *scene, const struct sb_ins *question)
{
    int64_t reached[2], until = INT32_MAX;
    if (!sb_condition_age_days(scene, question, reached))
        return INT32_MAX;
    for (int i = 0; i < 4; i++) {
        int64_t turn = reached[i / 2] + i % 2;
        if (turn > scene->day)
            until = SB_MIN(until, turn);
    }
    return (sb_day)until;
}

/* What the account is on the day of the scene, in which it is the payer. */
static struct sb_profile describe(const struct sb_profiles *profiles, const struct sb_scene *scene,
                                  sb_day *ret_until)
{
    const struct sb_account *account = scene->sides[SB_SIDE_PAYER];
    const uint16_t symbols[] = {account->provider, account->class_, account->tier, account->issuer,
                                account->sex};
    struct sb_profile profile = {0};
    for (unsigned i = 0; i < SB_ARRAY_SIZE(symbols); i++)
        profile.symbols[i] = profiles->reads[symbol_fields[i]] ? symbols[i] : 0;
    profile.subjects = (uint16_t)((account->person_number != SB_NOBODY) |
                                  (account->customer != SB_NOBODY) << 1 | (account->provider != 0) << 2);
    *ret_until = INT32_MAX;
    for (uint32_t i = 0; i < profiles->question_count; i++) {
        const struct sb_ins *question = &profiles->questions[i];
        profile.answers |= (uint64_t)sb_condition_leaf(scene, question) << (2 * i);
        sb_day turn = turns_on(scene, question);
        *ret_until = SB_MIN(*ret_until, turn);
    }
    return profile;
}

static uint64_t hash_of(const struct sb_profile *profile)
{
    uint64_t words[3];
    memcpy(words, profile, sizeof(words));
    return sb_mix64(words[0] ^ sb_mix64(words[1] ^ sb_mix64(words[2])));
}

static uint64_t hash_at(const void *owner, uint32_t number)
{
    const struct sb_profiles *profiles = owner;
    return hash_of(&profiles->list[number]);
}

static bool make_room(struct sb_profiles *profiles)
{
    if (profiles->count < profiles->room)
        return true;
    uint32_t room = profiles->room * 2 + 64;
    struct sb_profile *list = realloc(profiles->list, room * sizeof(*list));
    if (!list)
        return false;
    profiles->list = list;
    profiles->room = room;
    return true;
}

/* The number of a profile from 1 on, a new one when it is new; 0 when it cannot be kept. */
static uint16_t number_of(struct sb_profiles *profiles, const struct sb_profile *profile)
{
    uint64_t hash = hash_of(profile);
    uint32_t at = sb_slots_home(&profiles->by_content, hash), number;
    while ((number = sb_slots_next(&profiles->by_content, hash, &at)) != SB_NOBODY) {
        if (memcmp(&profiles->list[number], profile, sizeof(*profile)) == 0)
            return (uint16_t)(number + 1);
    }
    if (profiles->count == SB_PROFILES_MAX || !make_room(profiles))
        return 0;
    profiles->list[profiles->count] = *profile;
    if (!sb_slots_put(&profiles->by_content, hash, profiles->count, profiles, hash_at))
        return 0;
    return (uint16_t)++profiles->count;
}

uint16_t sb_profiles_find(struct sb_profiles *profiles, const struct sb_territory *territory, sb_day day,
                          struct sb_account *account)
{
    struct sb_scene scene = {.plan = profiles->plan, .territory = territory, .day = day};
    scene.sides[SB_SIDE_PAYER] = account;
    struct sb_profile profile = describe(profiles, &scene, &account->profile_until);
    account->profile = number_of(profiles, &profile);
    return account->profile;
}
