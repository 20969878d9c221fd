/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Following a precedent gives what judging from the beginning gives: on random events under laws that ask all
 * there is to ask, while tiers, days and laws change; and at the bounds of what can be remembered.
 */

#include "ledger/precedent.h"
#include "ledger_world.h"

#include <stdio.h>

#define ACCOUNTS 40u

#define HEAD                                                                                 \
    "charter \"Test\"\nunit VND\nclock +07:00\nnames tier: low, high, blocked\n"             \
    "names class: subscriber, merchant\nkind cash-in to holder\nkind cash-out from holder\n" \
    "kind transfer from holder\nkind payment from holder\nkind float of nobody\n"

static const char first_law[] =
    HEAD "allow all\nallow float\n"
         "forbid all where tx.country is not VN\n"
         "forbid transfer where payee.provider is not payer.provider\n"
         "require holder.class is not subscriber or holder.sim-age at least 3 months at registration\n"
         "forbid cash-out where holder.age under 15 years\n"
         "forbid payment where tx.amount over 900 and not payee.class is merchant\n"
         "ask otp for transfer when tx.amount over 500\n"
         "ask face for payment when sum of payment per account, each day, over 1 500\n"
         "limit month: sum of cash-out, transfer, payment per customer at provider, each calendar month, "
         "at most\n"
         "    | tier | from 2020-01-01 | from 2025-03-20 |\n"
         "    | low  |           2 000 |           3 000 |\n"
         "    | high |            none |           9 000 |\n"
         "limit week: number of transfer where holder.account-age under 30 days per person, last 7 days, "
         "at most 4\n"
         "limit day: sum of transfer per account, each day, at most 1 200\n"
         "limit all-of-it: sum of cash-in, float per provider, pilot, at most 400 000\n"
         "limit served: number of cash-out per agent, each day, at most 6\n"
         "limit each: each transfer at most 800\n"
         "limit held: balance of account at most 20 000\n";

static const char second_law[] =
    HEAD "allow cash-in, cash-out, transfer, payment\n"
         "require holder.tier is not blocked\n"
         "limit month: sum of cash-out, transfer, payment per customer at provider, each calendar month, "
         "at most 2 500\n"
         "limit each: each transfer at most 600\n";

static uint64_t draw(uint64_t *seed, uint64_t below)
{
    *seed += UINT64_C(0x9E3779B97F4A7C15);
    return sb_mix64(*seed) % below;
}

static const char *one_of(uint64_t *seed, const char *const *names, unsigned count)
{
    return names[draw(seed, count)];
}

static const char *const tiers[] = {NULL, "low", "high", "blocked"};
static const char *const classes[] = {NULL, "subscriber", "merchant"};
static const char *const providers[] = {NULL, "a", "b"};
static const char *const dates[] = {NULL, "2024-12-20", "2025-01-31", "2025-02-25", "2025-03-12"};
static const char *const kinds[] = {"cash-in", "cash-out", "transfer", "payment", "float", "unheard-of"};
static const char *const countries[] = {"VN", "VN", "VN", "VN", "LA", NULL};

static void open_accounts(struct world *world, uint64_t *seed)
{
    for (uint64_t i = 1; i <= ACCOUNTS; i++)
        open_account(world, i,
                     (struct opening){.class_ = one_of(seed, classes, 3),
                                      .provider = one_of(seed, providers, 3),
                                      .tier = one_of(seed, tiers, 4),
                                      .person = draw(seed, 12),
                                      .birth_year = (uint16_t)(draw(seed, 3) * 1005),
                                      .opened_on = one_of(seed, dates, 5),
                                      .sim_since = one_of(seed, dates, 5)});
}

static struct sb_event random_transfer(struct world *world, uint64_t *seed)
{
    uint64_t payer = 1 + draw(seed, ACCOUNTS), payee = 1 + (payer + draw(seed, ACCOUNTS - 1)) % ACCOUNTS;
    struct sb_event event =
        move_event(world, one_of(seed, kinds, 6), payer, payee, (sb_amount)(1 + draw(seed, 1000)));
    event.country = code_of(world, SB_SPACE_COUNTRY, one_of(seed, countries, 6));
    event.steps = (uint32_t)draw(seed, 4);
    if (draw(seed, 2) == 0)
        event.agent = id_of(1 + draw(seed, ACCOUNTS));
    return event;
}

static void change_someone(struct world *world, uint64_t *seed)
{
    struct sb_event event = {.id = id_of(world->next_id++), .type = SB_EVENT_CHANGE, .time = world->time};
    event.account = id_of(1 + draw(seed, ACCOUNTS));
    event.attributes.tier = code_of(world, SB_SPACE_TIER, one_of(seed, tiers, 4));
    event.attributes.sim_since = day_of(one_of(seed, dates, 5));
    CHECK_INT(step(world, event), SB_R_ACCEPTED);
}

/* Step a transfer; what its judgement was must be what the judge alone says before it. */
static bool same_as_judged(struct world *world, const struct sb_event *event)
{
    static struct sb_verdict judged;
    struct sb_instant instant = {0};
    sb_check(world->ledger, &instant, event, world->past, (struct sb_guess){SB_NOBODY, SB_NOBODY}, &judged);
    const struct sb_verdict *given = &world->ledger->verdict;
    enum sb_result_code code = step(world, *event);
    bool same = code == judged.code && given->judged == judged.judged;
    if (!same || !judged.judged)
        return same;
    const struct sb_judgement *a = &given->judgement, *b = &judged.judgement;
    same = a->refused == b->refused && a->undecided == b->undecided && a->asks == b->asks &&
           a->overflow == b->overflow && a->counted == b->counted && a->count_count == b->count_count &&
           memcmp(a->failed, b->failed, sizeof(a->failed)) == 0;
    for (uint32_t i = 0; same && i < a->count_count; i++)
        same = memcmp(&a->counts[i].key, &b->counts[i].key, sizeof(a->counts[i].key)) == 0 &&
               a->counts[i].delta == b->counts[i].delta;
    return same;
}

/* How many precedents were written down, and how many of them can be followed. */
static uint32_t precedents_of(const struct world *world, bool that_fit)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < SB_PRECEDENTS_MAX; i++) {
        const struct sb_precedent *precedent = &world->ledger->precedents->list[i];
        count += precedent->used && (precedent->fits || !that_fit);
    }
    return count;
}

TEST(precedent, random_events_get_the_judges_verdict)
{
    struct world world;
    uint64_t seed = 11;
    world_begin(&world);
    struct sb_event laws[] = {charter_event(&world, first_law, NULL),
                              charter_event(&world, second_law, NULL)};
    CHECK_INT(step(&world, laws[0]), SB_R_ACCEPTED);
    open_accounts(&world, &seed);
    uint32_t results[SB_RESULT_COUNT] = {0};
    for (int i = 0; i < 20000; i++) {
        uint64_t turn = draw(&seed, 400);
        world.time += (sb_time_us)draw(&seed, 120) * SB_SECOND_US;
        if (turn == 0)
            world.time += (sb_time_us)draw(&seed, 3) * SB_DAY_US;
        if (turn == 1) {
            struct sb_event law = laws[draw(&seed, 2)];
            law.time = world.time;
            CHECK_INT(step(&world, law), SB_R_ACCEPTED);
        }
        if (turn < 20)
            change_someone(&world, &seed);
        struct sb_event event = random_transfer(&world, &seed);
        if (!same_as_judged(&world, &event))
            test_fail(__FILE__, __LINE__, "event %d is judged otherwise than it is followed", i);
        results[world.result.code]++;
    }
    CHECK(results[SB_R_ACCEPTED] > 500);
    CHECK(results[SB_R_REFUSED] > 500);
    CHECK(results[SB_R_UNDECIDED] > 500);
    CHECK(results[SB_R_ASK] > 0);
    CHECK(precedents_of(&world, true) > 60);
    world_end(&world);
}

/* A place is written over by the next key that belongs there. */
TEST(precedent, more_likes_than_places)
{
    struct world world;
    char name[16];
    enum { TIERS = 64 };
    static_assert(TIERS * TIERS > SB_PRECEDENTS_MAX, "not all are remembered at once");
    world_begin(&world);
    install(&world, HEAD "allow all\nforbid transfer where payer.tier is blocked\n"
                         "forbid transfer where payee.tier is high\n");
    for (uint64_t i = 0; i < TIERS; i++) {
        (void)snprintf(name, sizeof(name), "t%u", (unsigned)i);
        open_account(&world, i + 1, (struct opening){.provider = "a", .tier = i == 3 ? "high" : name});
    }
    for (uint64_t payer = 1; payer <= TIERS; payer++) {
        for (uint64_t payee = 1; payee <= TIERS; payee++) {
            struct sb_event event = move_event(&world, "transfer", payer, payee, 1);
            if (payer != payee && !same_as_judged(&world, &event))
                test_fail(__FILE__, __LINE__, "judged otherwise than followed");
        }
    }
    CHECK(precedents_of(&world, true) > SB_PRECEDENTS_MAX / 2);
    world_end(&world);
}

/* A law with `count` sentences of one form, @ in it for a number. */
static void install_many(struct world *world, const char *form, unsigned count)
{
    static char text[65536];
    size_t size = (size_t)snprintf(text, sizeof(text), "%s", HEAD "allow all\n");
    for (unsigned i = 0; i < count; i++) {
        for (const char *from = form; *from; from++) {
            if (*from == '@')
                size += (size_t)snprintf(text + size, sizeof(text) - size, "%u", 100 + i);
            else
                text[size++] = *from;
        }
    }
    text[size] = '\0';
    install(world, text);
    open_account(world, 1, (struct opening){.provider = "a", .tier = "low"});
    open_account(world, 2, (struct opening){.provider = "a", .tier = "low"});
}

static void judge_some(struct world *world)
{
    for (sb_amount amount = 90; amount < 150; amount += 7) {
        for (int again = 0; again < 2; again++) {
            struct sb_event event = move_event(world, "transfer", 1, 2, amount);
            CHECK(same_as_judged(world, &event));
        }
    }
}

/* One question more than fits: such a law is judged from the beginning, each time. */
TEST(precedent, as_many_questions_as_fit_and_one_more)
{
    for (unsigned more = 0; more < 2; more++) {
        struct world world;
        world_begin(&world);
        install_many(&world, "forbid transfer where tx.amount over @\n", SB_QUESTIONS_MAX + more);
        judge_some(&world);
        CHECK_INT(world.ledger->precedents->fits, more == 0);
        CHECK_INT(precedents_of(&world, false) > 0, more == 0);
        world_end(&world);
    }
}

/* A verdict of more windows, or figures, than a precedent has room for is never followed. */
TEST(precedent, as_many_windows_and_figures_as_fit_and_one_more)
{
    static const struct {
        const char *form;
        unsigned room;
    } cases[] = {
        {"limit w@: sum of transfer per account, each day, at most @\n", SB_PRECEDENT_WINDOWS},
        {"limit f@: each transfer at most @\n", SB_PRECEDENT_FIGURES},
    };
    for (unsigned i = 0; i < SB_ARRAY_SIZE(cases); i++) {
        for (unsigned more = 0; more < 2; more++) {
            struct world world;
            world_begin(&world);
            install_many(&world, cases[i].form, cases[i].room + more);
            judge_some(&world);
            CHECK_INT(precedents_of(&world, false), 1);
            CHECK_INT(precedents_of(&world, true), more == 0);
            world_end(&world);
        }
    }
}

/* Accounts beyond the last profile have none, and their events no precedent. */
TEST(precedent, as_many_profiles_as_there_are_numbers)
{
    struct world world;
    struct sb_profiles profiles = {0};
    world_begin(&world);
    install(&world, HEAD "allow all\nforbid transfer where payer.tier is blocked\n");
    CHECK(sb_profiles_use(&profiles, world.plans[0]));
    struct sb_account account = {.customer = SB_NOBODY, .person_number = SB_NOBODY};
    for (uint32_t tier = 0; tier < SB_PROFILES_MAX; tier++) {
        account.tier = (uint16_t)tier;
        if (sb_profiles_find(&profiles, NULL, 20000, &account) != tier + 1)
            test_fail(__FILE__, __LINE__, "profile of tier %u", tier);
    }
    account.tier = 7;
    CHECK_INT(sb_profiles_find(&profiles, NULL, 20000, &account), 8);
    account.tier = SB_PROFILES_MAX;
    CHECK_INT(sb_profiles_find(&profiles, NULL, 20000, &account), 0);
    sb_profiles_release(&profiles);
    world_end(&world);
}
