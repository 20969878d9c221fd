/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writing precedents down and following them. Place n of the list belongs to all keys with the hash n: no
 * probing, and what is not met any more is written over by what is.
 */

#include "ledger/precedent.h"

#include "base/bytes.h"

#include <assert.h>

static_assert((SB_PRECEDENTS_MAX & (SB_PRECEDENTS_MAX - 1)) == 0, "a place is the low bits of a hash");
static_assert(SB_PLAN_SEGMENTS_MAX <= UINT16_MAX, "16 bits of the key");
static_assert(offsetof(struct sb_event, kind) == 104 && offsetof(struct sb_event, country) == 112 &&
                  offsetof(struct sb_event, steps) == 116,
              "kind, provider, channel and purpose are one word, country and steps are in the next");

struct sb_precedents *sb_precedents_new(void)
{
    struct sb_precedents *precedents = calloc(1, sizeof(*precedents));
    if (!precedents)
        return NULL;
    precedents->list = calloc(SB_PRECEDENTS_MAX, sizeof(*precedents->list));
    if (!precedents->list) {
        free(precedents);
        return NULL;
    }
    return precedents;
}

void sb_precedents_free(struct sb_precedents *precedents)
{
    if (!precedents)
        return;
    sb_profiles_release(&precedents->profiles);
    free(precedents->list);
    free(precedents);
}

/* ------------------------------------------------------------------ what a plan asks of an event */

static void read_field(uint64_t masks[2], uint8_t field)
{
    uint8_t bytes[16] = {0};
    static const uint8_t offsets[SB_FIELD_COUNT] = {
        [SB_FIELD_PROVIDER] = offsetof(struct sb_event, provider) - 104,
        [SB_FIELD_CHANNEL] = offsetof(struct sb_event, channel) - 104,
        [SB_FIELD_PURPOSE] = offsetof(struct sb_event, purpose) - 104,
        [SB_FIELD_COUNTRY] = offsetof(struct sb_event, country) - 104,
    };
    assert(offsets[field] != 0);
    bytes[offsets[field]] = bytes[offsets[field] + 1] = 0xFF;
    masks[0] |= sb_get_u64(bytes);
    masks[1] |= sb_get_u64(bytes + 8);
}

/* Note what one instruction asks of the event itself. False when there is no room. */
static bool note(struct sb_precedents *precedents, const struct sb_ins *ins)
{
    switch ((enum sb_ins_op)ins->op) {
    case SB_INS_SYMBOL_IN:
        if (ins->side == SB_SIDE_TX)
            read_field(precedents->masks, ins->field);
        return true;
    case SB_INS_SAME:
        if (ins->side == SB_SIDE_TX)
            read_field(precedents->masks, ins->field);
        if (ins->other_side == SB_SIDE_TX)
            read_field(precedents->masks, ins->other_field);
        return true;
    case SB_INS_PLACE_IN_AREA:
    case SB_INS_PLACE_SETTLEMENT:
        return ins->side != SB_SIDE_TX ||
               sb_question_add(precedents->questions, &precedents->question_count, ins);
    case SB_INS_SERVED_IN_AREA:
    case SB_INS_AMOUNT_LEAST:
    case SB_INS_AMOUNT_MOST: return sb_question_add(precedents->questions, &precedents->question_count, ins);
    case SB_INS_AND:
    case SB_INS_OR:
    case SB_INS_NOT:
    case SB_INS_AGE_LEAST:
    case SB_INS_AGE_UNDER:
    case SB_INS_AGE_MOST:
    case SB_INS_AGE_OVER: return true; /* of accounts: ledger/profile.c */
    }
    return false;
}

/* Begin with the plan of an offer: every precedent and every profile was of another. */
static void use(struct sb_precedents *precedents, const struct sb_accounts *accounts,
                const struct sb_offer *offer)
{
    const struct sb_plan *plan = offer->plan;
    uint8_t always[16] = {0xFF, 0xFF}; /* the kind */
    precedents->offer = offer;
    precedents->question_count = 0;
    precedents->masks[0] = sb_get_u64(always);
    precedents->masks[1] = 0;
    memset(precedents->list, 0, SB_PRECEDENTS_MAX * sizeof(*precedents->list));
    memset(precedents->latest, 0, sizeof(precedents->latest));
    for (uint32_t i = 0; i < plan->rule_count; i++)
        precedents->masks[1] |= (uint64_t)plan->rules[i].step << 32;
    precedents->fits = sb_profiles_use(&precedents->profiles, plan);
    for (uint32_t i = 0; i < plan->code_count && precedents->fits; i++)
        precedents->fits = note(precedents, &plan->code[i]);
    for (uint32_t i = 0; i < accounts->count; i++)
        sb_account_at(accounts, i)->profile = 0;
}

/* ------------------------------------------------------------------ keys */

static uint16_t profile_of(struct sb_precedents *precedents, const struct sb_scene *scene, enum sb_side side)
{
    return sb_profile_of(&precedents->profiles, scene->territory, scene->day, scene->sides[side]);
}

/* The key of an event. False: it has none. */
static bool key_of(struct sb_precedents *precedents, const struct sb_instant *instant,
                   const struct sb_scene *scene, struct sb_precedent_key *ret_key)
{
    uint64_t payer = profile_of(precedents, scene, SB_SIDE_PAYER);
    uint64_t payee = profile_of(precedents, scene, SB_SIDE_PAYEE);
    uint64_t agent = scene->sides[SB_SIDE_AGENT] ? profile_of(precedents, scene, SB_SIDE_AGENT) : 0;
    if (SB_UNLIKELY(payer == 0 || payee == 0 || (agent == 0 && scene->sides[SB_SIDE_AGENT])))
        return false;
    uint64_t answers = 0;
    for (uint32_t i = 0; i < precedents->question_count; i++)
        answers |= (uint64_t)sb_condition_leaf(scene, &precedents->questions[i]) << (2 * i);
    const uint8_t *symbols = (const uint8_t *)&scene->event->kind;
    *ret_key = (struct sb_precedent_key){{
        sb_get_u64(symbols) & precedents->masks[0],
        sb_get_u64(symbols + 8) & precedents->masks[1],
        payer | payee << 16 | agent << 32 | (uint64_t)instant->segment << 48,
        answers,
    }};
    return true;
}

static uint32_t place_of(const struct sb_precedent_key *key)
{
    uint64_t hash = key->words[0] * UINT64_C(0x9E3779B97F4A7C15) ^ key->words[1];
    hash = hash * UINT64_C(0xBF58476D1CE4E5B9) ^ key->words[2];
    hash = hash * UINT64_C(0x94D049BB133111EB) ^ key->words[3];
    return (uint32_t)(sb_mix64(hash) & (SB_PRECEDENTS_MAX - 1));
}

static bool same_key(const struct sb_precedent_key *a, const struct sb_precedent_key *b)
{
    return ((a->words[0] ^ b->words[0]) | (a->words[1] ^ b->words[1]) | (a->words[2] ^ b->words[2]) |
            (a->words[3] ^ b->words[3])) == 0;
}

/* ------------------------------------------------------------------ writing down */

void sb_precedent_mark(struct sb_precedent *precedent, uint32_t rule, enum sb_outcome outcome)
{
    precedent->failed[rule / 64] |= UINT64_C(1) << (rule % 64);
    precedent->outcome |= (uint8_t)outcome;
}

void sb_precedent_figure(struct sb_precedent *precedent, const struct sb_bound *bound)
{
    if (precedent->figure_count == SB_PRECEDENT_FIGURES)
        precedent->fits = false;
    else
        precedent->figures[precedent->figure_count++] = *bound;
}

void sb_precedent_window(struct sb_precedent *precedent, const struct sb_tallied *window)
{
    if (precedent->window_count == SB_PRECEDENT_WINDOWS)
        precedent->fits = false;
    else
        precedent->windows[precedent->window_count++] = *window;
}

void sb_precedent_ceiling(struct sb_precedent *precedent, const struct sb_bound *bound)
{
    if (precedent->ceiling_count == SB_PRECEDENT_CEILINGS || !precedent->fits) {
        precedent->fits = false;
        return;
    }
    precedent->ceilings[precedent->ceiling_count++] = *bound;
    precedent->windows[precedent->window_count - 1].ceilings++;
}

/* ------------------------------------------------------------------ following */

static void fail(struct sb_judgement *judgement, const struct sb_bound *bound, uint8_t *outcome)
{
    judgement->failed[bound->rule / 64] |= UINT64_C(1) << (bound->rule % 64);
    *outcome |= bound->outcome;
}

/* Hold the event's amount, and what its payee would have, against the bounds of figures. */
static void follow_figures(const struct sb_precedent *precedent, const struct sb_scene *scene,
                           struct sb_judgement *judgement, uint8_t *outcome)
{
    for (uint32_t i = 0; i < precedent->figure_count; i++) {
        const struct sb_bound *bound = &precedent->figures[i];
        if (sb_bound_is_broken(scene, &judgement->fees, (enum sb_rule_type)bound->type, bound->bound))
            fail(judgement, bound, outcome);
    }
}

static void follow_windows(const struct sb_precedent *precedent, const struct sb_ledger *ledger,
                           struct sb_instant *instant, const struct sb_scene *scene,
                           struct sb_judgement *judgement, uint8_t *outcome)
{
    const struct sb_bound *bound = precedent->ceilings;
    for (uint32_t i = 0; i < precedent->window_count; i++) {
        const struct sb_tallied *window = &precedent->windows[i];
        uint32_t subject = sb_subject_of((enum sb_subject)window->subject, scene->sides[window->side],
                                         scene->numbers[window->side]);
        struct sb_count *count = &judgement->counts[judgement->count_count];
        count->key = sb_instant_window(instant, window->counter, subject);
        count->delta = window->is_sum ? scene->event->amount : 1;
        count->slot = sb_windows_seek(&ledger->windows, window->state, subject);
        int64_t used = sb_windows_used_at(&ledger->windows, &count->key, count->slot, scene->event->time);
        int64_t total;
        bool overflow = __builtin_add_overflow(used, count->delta, &total);
        judgement->overflow |= overflow;
        for (const struct sb_bound *end = bound + window->ceilings; bound < end; bound++) {
            if (SB_UNLIKELY(overflow || total > bound->bound))
                fail(judgement, bound, outcome);
        }
        judgement->count_count += window->counts;
    }
}

static void follow(const struct sb_precedent *precedent, const struct sb_ledger *ledger,
                   struct sb_instant *instant, const struct sb_scene *scene, struct sb_judgement *judgement)
{
    uint8_t outcome = precedent->outcome;
    judgement->overflow = false;
    judgement->fees.bits = 0; /* what may charge is not written down */
    judgement->count_count = 0;
    judgement->counted = precedent->counted;
    memcpy(judgement->failed, precedent->failed, sizeof(judgement->failed));
    follow_figures(precedent, scene, judgement, &outcome);
    follow_windows(precedent, ledger, instant, scene, judgement, &outcome);
    judgement->refused = (outcome & SB_REFUSES) != 0;
    judgement->undecided = (outcome & SB_LEAVES_OPEN) != 0;
    judgement->asks = (outcome & SB_ASKS) != 0;
}

#ifdef SB_CHECK_PRECEDENTS /* sanitized builds: every test then compares the two */
static void check(const struct sb_ledger *ledger, struct sb_instant *instant, const struct sb_scene *scene,
                  const struct sb_judgement *followed)
{
    struct sb_judgement judged;
    sb_judge(ledger, instant, scene, &judged, NULL);
    assert(followed->refused == judged.refused);
    assert(followed->undecided == judged.undecided);
    assert(followed->asks == judged.asks);
    assert(followed->overflow == judged.overflow);
    assert(followed->counted == judged.counted);
    assert(memcmp(followed->failed, judged.failed, sizeof(judged.failed)) == 0);
    assert(followed->count_count == judged.count_count);
    for (uint32_t i = 0; i < judged.count_count; i++) {
        assert(memcmp(&followed->counts[i].key, &judged.counts[i].key, sizeof(judged.counts[i].key)) == 0);
        assert(followed->counts[i].delta == judged.counts[i].delta);
    }
}
#else
static void check(const struct sb_ledger *ledger, struct sb_instant *instant, const struct sb_scene *scene,
                  const struct sb_judgement *followed)
{
    (void)ledger, (void)instant, (void)scene, (void)followed;
}
#endif

void sb_decide(const struct sb_ledger *ledger, struct sb_instant *instant, const struct sb_scene *scene,
               struct sb_judgement *ret_judgement)
{
    struct sb_precedents *precedents = instant->precedents;
    struct sb_precedent_key key;
    if (precedents && SB_UNLIKELY(precedents->offer != instant->offer))
        use(precedents, &ledger->accounts, instant->offer);
    if (!precedents || !precedents->fits || !key_of(precedents, instant, scene, &key)) {
        sb_judge(ledger, instant, scene, ret_judgement, NULL);
        return;
    }
    struct sb_precedent *precedent = &precedents->list[place_of(&key)];
    if (SB_UNLIKELY(!precedent->used || !same_key(&precedent->key, &key))) {
        *precedent = (struct sb_precedent){.key = key, .used = true, .fits = true};
        sb_judge_first(ledger, instant, scene, ret_judgement, precedent);
        precedent->counted = ret_judgement->counted;
    } else if (precedent->fits) {
        follow(precedent, ledger, instant, scene, ret_judgement);
        check(ledger, instant, scene, ret_judgement);
        precedents->latest[scene->event->kind % SB_PRECEDENT_KINDS] = precedent;
    } else {
        sb_judge(ledger, instant, scene, ret_judgement, NULL);
    }
}

/* ------------------------------------------------------------------ fetching ahead */

void sb_precedents_fetch(const struct sb_ledger *ledger, uint16_t kind, struct sb_guess guess)
{
    const struct sb_precedents *precedents = ledger->precedents;
    const struct sb_precedent *like = precedents->latest[kind % SB_PRECEDENT_KINDS];
    uint32_t numbers[] = {guess.payer, guess.payee};
    if (!like)
        return;
    for (unsigned i = 0; i < SB_ARRAY_SIZE(numbers); i++) {
        if (numbers[i] >= ledger->accounts.count)
            return;
        const struct sb_account *account = sb_account_at(&ledger->accounts, numbers[i]);
        if (account->profile == 0 || ledger->instant.day >= account->profile_until)
            __builtin_prefetch(&account->person);
    }
    uint32_t fetched = SB_NOBODY;
    for (uint32_t i = 0; i < like->window_count; i++) {
        const struct sb_tallied *window = &like->windows[i];
        if (window->side == SB_SIDE_AGENT)
            continue;
        uint32_t number = numbers[window->side == SB_SIDE_PAYEE];
        const struct sb_account *account = sb_account_at(&ledger->accounts, number);
        uint32_t subject = sb_subject_of((enum sb_subject)window->subject, account, number);
        if (subject != fetched)
            sb_windows_prefetch(&ledger->windows, subject);
        fetched = subject;
    }
}
