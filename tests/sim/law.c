/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Laws of a regulator and of two providers: each sentence is in some and not in others, with one of three
 * figures. A law is amended by drawing another one, so most limits live on under another ceiling, some vanish
 * and come back. Dates lie in the half year after June 2025 through which a run lives: versions, terms and
 * what is known later come into force between two events, without anybody's doing.
 */
#include "sim.h"

#include "base/macros.h"

#include <string.h>

struct sentence {
    uint32_t percent; /* of the laws have it */
    const char *before;
    uint32_t figures[3]; /* one of them; 0: none is written */
    const char *after;
};

static const char head[] = "charter \"Simulated pilot\"\n"
                           "unit VND\n"
                           "clock +07:00\n"
                           "kind cash-in to holder\n"
                           "kind cash-out from holder\n"
                           "kind payment from holder\n"
                           "kind transfer from holder\n"
                           "kind float of nobody\n"
                           "instrument early \"Circular 1\" signed 2025-05-01 known from 2025-06-20\n"
                           "instrument late \"Circular 2\" signed 2025-08-10 in force 2025-09-01\n"
                           "allow all\n"
                           "allow float\n";

static const struct sentence regulator[] = {
    {75, "limit wallet: balance of account at most ", {9000, 30000, 200000}, "\n"},
    {75, "limit each-payment: each payment at most ", {900, 1500, 3000}, "\n"},
    {75,
     "limit day: sum of payment, transfer, cash-out per account, each day, at most\n"
     "    | tier  | at most |\n    | basic |    ",
     {2000, 4000, 9000},
     " |\n    | full  |    none |\n"},
    {75, "limit transfers: number of transfer per account, each week, at most ", {3, 6, 20}, "\n"},
    {75,
     "limit month: sum of payment, transfer per customer at provider, each calendar month, at most ",
     {5000, 20000, 90000},
     "\n"},
    {75, "limit loads: number of cash-in per person, last 30 days, at most ", {5, 9, 40}, "\n"},
    {100, "limit purse: sum of payment per account, last 3 days, at most ", {1500, 3000, 8000}, "\n"},
    {75, "limit desk: sum of cash-in, cash-out per agent, each day, at most ", {9000, 40000, 100000}, "\n"},
    {75, "limit whole: sum of all per pilot, pilot, at most ", {300000, 900000, 5000000}, "\n"},
    {75, "limit shop: sum of payment per payee account, each day, at most ", {4000, 9000, 40000}, "\n"},
    {75, "limit house: number of all per provider, each year from 07-01, at most ", {90, 200, 900}, "\n"},
    {75, "limit life: number of cash-out per account, lifetime, at most ", {3, 9, 50}, "\n"},
    {75,
     "limit app: sum of payment where tx.channel is app per account, last 1 days, at most ",
     {500, 2000, 7000},
     "\n"},
    {30, "except from purse: payment where tx.purpose is food\n", {0}, ""},
    {30, "require holder.tier is full for transfer\n", {0}, ""},
    {30, "forbid payment where tx.country is XX\n", {0}, ""},
    /* What is dated. */
    {60,
     "limit grown: sum of cash-out per account, each calendar week, at most\n"
     "    | tier  | from 2025-05-01 | from 2025-07-10 | from 2025-10-01 |\n"
     "    | basic |             300 |            none |             900 |\n"
     "    | full  |            none | ",
     {700, 1500, 6000},
     " |            none |   by early\n"},
    {40,
     "limit season: sum of payment per account, last 2 days, at most ",
     {900, 2500, 9000},
     " from 2025-07-01 until 2025-09-10 by early\n"},
    {40,
     "limit season: sum of payment per account, last 2 days, at most ",
     {1200, 3500, 12000},
     " from 2025-09-11 by late\n"},
    {15, "forbid transfer where tx.amount over ", {100, 400, 700}, " until 2025-07-31T12:00 by early\n"},
    /* A term, or none: then the law holds always. */
    {12,
     "pilot runs 2025-06-01 to 2025-09-30\npilot runs 2025-11-01 onward known from 2025-09-15\n"
     "after the end allow cash-out for ",
     {5, 20, 40},
     " days\n"},
    /* What is asked. */
    {45, "ask pin when tx.amount over ", {200, 500, 800}, " for transfer\n"},
    {45,
     "ask face for transfer when sum of transfer, payment per account, each day, over ",
     {400, 1500, 5000},
     "\n"},
    {30, "ask pin when number of cash-out per account, last 7 days, over ", {1, 2, 5}, " from 2025-07-05\n"},
    /* What moves besides. */
    {25,
     "fee pay for payment: 1.5 % at least 2 at most ",
     {10, 20, 40},
     ", paid by payer, counted, returned on reversal\n"},
    {20,
     "fee out for cash-out:\n    | up to | fee |\n    |   500 |   5 |\n    |  none | 1 % |, paid by holder, "
     "to fees, counted\n",
     {0},
     ""},
    {20,
     "fee commission for cash-in, cash-out: ",
     {1, 3, 9},
     ", paid by provider, to agent, returned on reversal\n"},
    {15, "fee shop for payment where tx.channel is app: 2 %, paid by payee, to provider\n", {0}, ""},
    {15, "fee desk for cash-in: 0.5 %, paid by agent, to payee, counted\n", {0}, ""},
};

/* All of these or none: the areas are theirs. */
static const struct sentence territory[] = {
    {100,
     "territory vn\n"
     "area core: commune 00004, commune 00008 as of 2025-07-01, split communes count as inside\n"
     "area old-core: commune 00001, commune 00016 as of 2025-06-30\n"
     "area capital: province 01 as of 2025-06-30, split communes count as outside\n",
     {0},
     ""},
    {35, "in area core by place of agent for cash-out\n", {0}, ""},
    {35, "in area capital by place of registration for cash-in, payment from 2025-07-20\n", {0}, ""},
    {50,
     "limit near: sum of payment where payee.place in core per account, last 5 days, at most ",
     {800, 2500, 9000},
     "\n"},
    {30, "ask face when payer.place in old-core and tx.amount over ", {100, 300, 600}, " for payment\n"},
    {30, "forbid transfer where tx.place in core and payer.place is rural\n", {0}, ""},
};

static const struct sentence beta[] = {
    {100, "charter \"Own rules\" of provider beta\nallow all\n", {0}, ""},
    {90, "limit own: sum of payment per account, each day, at most ", {500, 1000, 2000}, "\n"},
    {40, "ask pin when tx.amount over ", {50, 150, 450}, " for payment until 2025-10-31\n"},
    {40, "require holder.tier is full for cash-out from 2025-08-01\n", {0}, ""},
    {30, "fee own for payment: ", {1, 2, 5}, ", paid by holder, to fees, returned on reversal\n"},
};

static const struct sentence alpha[] = {
    {100, "charter \"House rules\" of provider alpha\nallow cash-in, payment, transfer\n", {0}, ""},
    {85, "allow cash-out where tx.channel is not app\n", {0}, ""},
    {50, "limit own: number of transfer per account, last 4 days, at most ", {2, 5, 12}, "\n"},
    {30, "pilot runs 2025-06-20 to 2025-11-", {10, 20, 30}, "\n"},
};

struct text {
    char *bytes;
    size_t used;
};

static void add(struct text *text, const char *bytes)
{
    size_t size = strlen(bytes);
    if (text->used + size >= SIM_LAW_SIZE_MAX)
        sim_fail("a law is longer than there is room for");
    memcpy(text->bytes + text->used, bytes, size + 1);
    text->used += size;
}

static void draw_sentences(struct sim_random *random, const struct sentence *sentences, size_t count,
                           struct text *text)
{
    for (size_t i = 0; i < count; i++) {
        char figure[16] = "";
        uint32_t choice = sim_below(random, 3);
        if (!sim_chance(random, sentences[i].percent))
            continue;
        if (sentences[i].figures[0] > 0)
            (void)snprintf(figure, sizeof(figure), "%u", sentences[i].figures[choice]);
        add(text, sentences[i].before);
        add(text, figure);
        add(text, sentences[i].after);
    }
}

static void draw_layer(struct sim_random *random, const struct sentence *sentences, size_t count,
                       const char *path, struct sim_law *law)
{
    struct text text = {law->texts[law->count], 0};
    draw_sentences(random, sentences, count, &text);
    law->sources[law->count++] = (struct sb_source){path, text.bytes, text.used};
}

void sim_law_draw(struct sim_random *random, uint32_t number, struct sim_law *law)
{
    struct text text = {law->texts[0], 0};
    char line[32];
    (void)snprintf(line, sizeof(line), "# law %u\n", number);
    add(&text, line);
    add(&text, head);
    if (sim_chance(random, 25))
        draw_sentences(random, territory, SB_ARRAY_SIZE(territory), &text);
    draw_sentences(random, regulator, SB_ARRAY_SIZE(regulator), &text);
    law->sources[0] = (struct sb_source){"regulator.charter", text.bytes, text.used};
    law->count = 1;
    if (sim_chance(random, 35))
        draw_layer(random, beta, SB_ARRAY_SIZE(beta), "beta.charter", law);
    if (sim_chance(random, 25))
        draw_layer(random, alpha, SB_ARRAY_SIZE(alpha), "alpha.charter", law);
}
