/* SPDX-License-Identifier: Apache-2.0 */
#include "charter_world.h"

#include "base/macros.h"

#include <dirent.h>

static char *formatted(const struct parsed *parsed, enum sb_lang lang)
{
    struct sb_str out = {0};
    sb_str_add(&out, "");
    sb_charter_format(parsed->charter, lang, &out);
    CHECK(!out.failed);
    return out.text;
}

/* ------------------------------------------------------------------ trees are the same */

static void same_word(struct sb_word a, struct sb_word b)
{
    CHECK(!a.text == !b.text);
    if (a.text)
        CHECK_STR(a.text, b.text);
}

static void same_words(struct sb_words a, struct sb_words b)
{
    CHECK_INT(a.count, b.count);
    for (uint32_t i = 0; i < a.count; i++)
        same_word(a.list[i], b.list[i]);
}

static void same_moment(struct sb_moment a, struct sb_moment b)
{
    CHECK_INT(a.present, b.present);
    CHECK_INT(a.has_minute, b.has_minute);
    CHECK(memcmp(&a.date, &b.date, 6) == 0);
    CHECK_INT(a.hour * 60 + a.minute, b.hour * 60 + b.minute);
}

static void same_condition(const struct sb_condition *a, const struct sb_condition *b)
{
    CHECK(!a == !b);
    if (!a)
        return;
    CHECK_INT(a->op, b->op);
    CHECK_INT(a->side, b->side);
    CHECK_INT(a->field, b->field);
    CHECK_INT(a->at_registration, b->at_registration);
    CHECK_INT(a->against_field, b->against_field);
    CHECK_INT(a->other_side, b->other_side);
    CHECK_INT(a->number, b->number);
    CHECK_INT(a->span.count, b->span.count);
    CHECK_INT(a->span.months, b->span.months);
    CHECK_INT(a->height, b->height);
    same_words(a->names, b->names);
    same_condition(a->left, b->left);
    same_condition(a->right, b->right);
}

static void same_limit(const struct sb_sentence *a, const struct sb_sentence *b)
{
    CHECK_INT(a->limit.measure, b->limit.measure);
    CHECK_INT(a->limit.subject, b->limit.subject);
    CHECK_INT(a->limit.side_written, b->limit.side_written);
    CHECK_INT(a->limit.side, b->limit.side);
    CHECK_INT(a->limit.window, b->limit.window);
    CHECK_INT(a->limit.year_month * 100 + a->limit.year_day, b->limit.year_month * 100 + b->limit.year_day);
    CHECK_INT(a->limit.days, b->limit.days);
    CHECK_INT(a->limit.ceiling.value, b->limit.ceiling.value);
    CHECK_INT(a->limit.has_table, b->limit.has_table);
    const struct sb_limit_table *left = &a->limit.table, *right = &b->limit.table;
    CHECK_INT(left->attribute_count, right->attribute_count);
    CHECK_INT(left->date_count, right->date_count);
    CHECK_INT(left->row_count, right->row_count);
    for (uint32_t i = 0; i < left->date_count; i++)
        same_moment(left->dates[i], right->dates[i]);
    for (uint32_t i = 0; i < left->row_count; i++) {
        for (uint32_t j = 0; j < left->attribute_count; j++)
            same_word(left->rows[i].values[j], right->rows[i].values[j]);
        for (uint32_t j = 0; j < SB_MAX(left->date_count, 1u); j++) {
            CHECK_INT(left->rows[i].cells[j].present, right->rows[i].cells[j].present);
            CHECK_INT(left->rows[i].cells[j].value, right->rows[i].cells[j].value);
        }
    }
}

static void same_sentence(const struct sb_sentence *a, const struct sb_sentence *b)
{
    CHECK_INT(a->type, b->type);
    same_moment(a->from, b->from);
    same_moment(a->until, b->until);
    same_moment(a->known_from, b->known_from);
    same_word(a->by, b->by);
    same_word(a->article, b->article);
    same_word(a->name, b->name);
    CHECK_INT(a->kinds.all, b->kinds.all);
    same_words(a->kinds.names, b->kinds.names);
    same_condition(a->where, b->where);
    if (a->type == SB_S_LIMIT)
        same_limit(a, b);
    if (a->type == SB_S_AREA)
        CHECK_INT(a->area.split, b->area.split);
    if (a->type == SB_S_NAMES)
        same_words(a->names.words, b->names.words);
    if (a->type == SB_S_INSTRUMENT) {
        same_word(a->instrument.title, b->instrument.title);
        same_moment(a->instrument.in_force, b->instrument.in_force);
        same_word(a->instrument.source, b->instrument.source);
    }
    if (a->type == SB_S_PILOT)
        same_moment(a->pilot.runs_to, b->pilot.runs_to);
    if (a->type == SB_S_NOTE)
        same_word(a->note.text, b->note.text);
    if (a->type == SB_S_ASK) {
        CHECK_INT(a->limit.total, b->limit.total);
        CHECK_INT(a->limit.asked.all, b->limit.asked.all);
        same_words(a->limit.asked.names, b->limit.asked.names);
        CHECK_INT(a->limit.measure, b->limit.measure);
        CHECK_INT(a->limit.subject, b->limit.subject);
        CHECK_INT(a->limit.window, b->limit.window);
        CHECK_INT(a->limit.ceiling.value, b->limit.ceiling.value);
    }
    if (a->type == SB_S_IN_AREA)
        CHECK_INT(a->in_area.of_agent, b->in_area.of_agent);
    if (a->type >= SB_S_FEE)
        same_word(a->kept.text, b->kept.text);
}

static void same_tree(const struct parsed *a, const struct parsed *b)
{
    CHECK_INT(a->charter->sentence_count, b->charter->sentence_count);
    CHECK_INT(a->charter->decimals, b->charter->decimals);
    CHECK_INT(a->charter->clock_offset_s, b->charter->clock_offset_s);
    CHECK_INT(a->charter->comment_count, b->charter->comment_count);
    for (uint32_t i = 0; i < a->charter->sentence_count; i++)
        same_sentence(&a->charter->sentences[i], &b->charter->sentences[i]);
}

/* In each language: the formatted text parses to the same tree, and formatting it again changes nothing. */
static void check_round_trip(const char *source)
{
    struct parsed parsed = parse_good(source);
    char *text[2];
    for (int lang = SB_EN; lang <= SB_VI; lang++) {
        text[lang] = formatted(&parsed, (enum sb_lang)lang);
        struct parsed again = parse_good(text[lang]);
        same_tree(&parsed, &again);
        char *twice = formatted(&again, (enum sb_lang)lang);
        CHECK_STR(twice, text[lang]);
        char *other = formatted(&again, lang == SB_EN ? SB_VI : SB_EN);
        if (lang == SB_VI)
            CHECK_STR(other, text[SB_EN]);
        free(twice);
        free(other);
        release(&again);
    }
    free(text[0]);
    free(text[1]);
    release(&parsed);
}

/* ------------------------------------------------------------------ tests */

#define CONSTRUCTS                                                                                           \
    "# before\n\nunit GHS with 2 decimals   # behind\ncharter \"A \\\"b\\\" \\\\\" of provider p\nclock "    \
    "-03:30\n"                                                                                               \
    "territory vn\nnames tier: a, b\nnames provider: x\nset s: a, b\n\n"                                     \
    "area n: province 24, commune 00004 as of 2025-07-01\n"                                                  \
    "area m: district 001 as of 2025-07-01, split communes count as inside\n# between\n"                     \
    "kind cash-in to holder\nkind pay from holder  # c\nkind float of nobody\n"                              \
    "instrument A \"a\" signed 2021-01-01 in force 2021-02-01T08:00 source \"s\" known from 2021-01-02\n"    \
    "instrument BBB \"long title\" by A\n"                                                                   \
    "pilot runs 2021-01-01 to 2021-12-31T12:00 known from 2020-01-01 by A \"1\"\npilot runs 2022-01-01 "     \
    "onward\n"                                                                                               \
    "allow all by A\nallow pay where tx.country is not VN from 2021-01-01\n"                                 \
    "forbid pay where (tx.amount over 5.50 or tx.amount under 1) and not (payer.place is rural or "          \
    "payee.place in n) "                                                                                     \
    "until 2025-12-31 by A \"III\"\n"                                                                        \
    "forbid pay where not not payer.tier is a and payer.provider is payee.provider and payer.tier is b\n"    \
    "forbid pay where payer.tier is a and (payer.tier is b and payer.tier is c)\n"                           \
    "require holder.sim-age at least 1 month at registration for pay, cash-in\n"                             \
    "require agent.account-age over 24 months or payer.age at most 1 year or payer.sim-age under 1 day\n"    \
    "limit w: sum of pay where tx.channel in a, b per payee customer at provider, last 30 days, at most 1 "  \
    "000\n"                                                                                                  \
    "  from 2021-01-01 # moved\n  until 2021-12-31 # stays\n"                                                \
    "limit d: number of all, last 1 days, at most 1 000 000\nlimit y: sum of pay per agent, each year from " \
    "04-01, at most 5\n"                                                                                     \
    "limit l: sum of pay per pilot, lifetime, at most 5\nlimit p: sum of pay per payer person, pilot, at "   \
    "most 5\n"                                                                                               \
    "limit e: each pay where payer.tier is a at least 5\nlimit b: balance of account at most 5 by A\n"       \
    "limit c: balance of account on pay, float where payee.tier is a at most 5\n"                            \
    "limit t: sum of all, each week, at most\n | tier | payee.class | from 2021-01-01 | from "               \
    "2021-06-01T12:00 |\n"                                                                                   \
    "# odd place\n | a | x | 5 | - |\n | b | y | none | 0.50 | until 2025-12-31 by A \"2\"\n"                \
    "limit u: each pay at least\n | issuer | at least |\n | bank | 5 |\n"                                    \
    "except from w, d: all where tx.purpose in s by A\nafter the end allow pay for 1 day\nnote A \"x\" "     \
    "decided 2021-01-01\nnote \"y\"\n"                                                                       \
    "ask pin when sum of all where tx.channel is app, each day, over 0.50 by A\nask pin for pay when "       \
    "number "                                                                                                \
    "of pay, float per payee account, last 3 days, over 2\nask pin for all when tx.amount over 5\n"          \
    "in area n by place of registration for pay from 2021-01-01\n"                                           \
    "ask pin when tx.amount over 5 for pay\nin area n by place of agent\nfee pay: 1.5 % at least 1 at most " \
    "2, paid by agent, to f, counted\n"                                                                      \
    "fee all: 5\nfee pay:\n | up to | fee |\n | 10 | 1 |\n | none | 1 % at most 5 |, not counted by A\n"     \
    "exposure: sum of balances at most 5\nparticipants at most 5\nmeasure q = accounts where payer.place "   \
    "is urban / accounts in 1 days\n"                                                                        \
    "goal q over 5.25 % on 2022-01-01\nsafeguard g: suspend all when sum of pay in 7 days over 1 000.50\n"   \
    "invariant: sum of balances of c at most guarantee\nreport weekly to SBV   \n\n\n# end\n"

TEST(charter_format, every_construct_goes_round)
{
    check_round_trip(CONSTRUCTS);
    check_round_trip("");
    check_round_trip("# only a comment");
}

/* What the house's layout looks like, in both languages. */
TEST(charter_format, golden)
{
    char *source = read_source_file("tests/golden/charter-format.source");
    struct parsed parsed = parse_good(source);
    for (int lang = SB_EN; lang <= SB_VI; lang++) {
        char *text = formatted(&parsed, (enum sb_lang)lang);
        char *expected = read_source_file(lang == SB_EN ? "tests/golden/charter-format.en"
                                                        : "tests/golden/charter-format.vi");
        CHECK_STR(text, expected);
        free(expected);
        free(text);
    }
    release(&parsed);
    free(source);
}

static void check_folder(const char *folder, unsigned *count)
{
    struct sb_str path = {0};
    sb_str_printf(&path, "%s/%s", test_source_dir(), folder);
    DIR *dir = opendir(sb_str_text(&path));
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        sb_str_clear(&path);
        sb_str_printf(&path, "%s/%s", folder, entry->d_name);
        if (strstr(entry->d_name, ".charter")) {
            char *source = read_source_file(sb_str_text(&path));
            check_round_trip(source);
            free(source);
            ++*count;
        } else if (entry->d_name[0] != '.' && strchr(folder, '/') == NULL) {
            check_folder(sb_str_text(&path), count);
        }
    }
    if (dir)
        closedir(dir);
    sb_str_release(&path);
}

/* Every charter that ships. */
TEST(charter_format, shipped_charters_go_round)
{
    unsigned count = 0;
    check_folder("charters", &count);
    CHECK(count >= 7);
}
