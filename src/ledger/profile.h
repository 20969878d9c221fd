/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Profiles: all that a plan's conditions can see of an account, as one small number. Two accounts of one
 * profile are alike to every condition, so what a verdict comes down to can be remembered for all of its like
 * (ledger/precedent.h). An account keeps its number until a day on which an answer about its age may turn;
 * who changes one of its attributes sets it to 0. A profile is a cache: it is in no hash and in no file.
 */

#include "ledger/ledger_internal.h"

/* All that conditions ask. Numbers of symbols that no condition reads are 0. */
struct sb_profile {
    uint16_t symbols[5]; /* provider, class, tier, issuer, sex */
    uint16_t subjects;   /* which of person, customer and provider are known: they decide whether it counts */
    uint32_t zero;
    uint64_t answers; /* enum sb_three of question n in bits 2n and 2n + 1 */
};
static_assert(sizeof(struct sb_profile) == 24, "compared and hashed as bytes");

struct sb_profiles {
    const struct sb_plan *plan;                /* borrowed */
    bool reads[SB_FIELD_COUNT];                /* which symbols conditions read of an account */
    struct sb_ins questions[SB_QUESTIONS_MAX]; /* of an account's age or place, each once, as of the payer */
    uint32_t question_count;
    struct sb_profile *list; /* owned; [n - 1] is profile n */
    uint32_t count, room;
    struct sb_slots by_content;
};

/* Begin with a plan; what was known under another is forgotten. False when it asks more than fits, or memory
 * is out: profiles cannot be used then. Releasing is safe after both. */
bool sb_profiles_use(struct sb_profiles *profiles, const struct sb_plan *plan);
void sb_profiles_release(struct sb_profiles *profiles);

/* Find an account's profile on a day anew, and write it down in the account. 0: there are too many. */
uint16_t sb_profiles_find(struct sb_profiles *profiles, const struct sb_territory *territory, sb_day day,
                          struct sb_account *account);

/* An account's profile on a day that is not before any day asked for since the plan came. 0: it has none. */
static inline uint16_t sb_profile_of(struct sb_profiles *profiles, const struct sb_territory *territory,
                                     sb_day day, struct sb_account *account)
{
    if (SB_LIKELY(account->profile != 0 && day < account->profile_until))
        return account->profile;
    return sb_profiles_find(profiles, territory, day, account);
}

/* Add an instruction to a list of those that ask something else. False when the list is full. */
bool sb_question_add(struct sb_ins questions[SB_QUESTIONS_MAX], uint32_t *count, const struct sb_ins *ins);
