/* SPDX-License-Identifier: Apache-2.0 */
#include "import/event_text.h"

#include "base/macros.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static enum sb_status code_of_table(void *context, enum sb_space space, const char *name, size_t size,
                                    uint16_t *ret_code, struct sb_err *err)
{
    return sb_symbols_intern(context, space, name, size, ret_code, err);
}

struct fixture {
    struct sb_symbols *symbols;
    struct sb_event_reader *reader;
    struct sb_event event;
    struct sb_err err;
};

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.symbols = sb_symbols_new()};
    struct sb_event_reader_options options = {
        .offset_s = 7 * 3600,
        .decimals = 2,
        .unit = "GHS",
        .id_prefix = "e",
        .names = {f->symbols, code_of_table},
    };
    CHECK_INT(sb_event_reader_new(&options, &f->reader, NULL), SB_OK);
}

static void fixture_release(struct fixture *f)
{
    sb_event_reader_free(f->reader);
    sb_symbols_free(f->symbols);
}

static enum sb_status read_line(struct fixture *f, const char *line)
{
    f->err = (struct sb_err){0};
    return sb_event_read_line(f->reader, line, strlen(line), &f->event, &f->err);
}

static struct sb_id id_of(const char *text)
{
    return sb_id_of_text(text, strlen(text));
}

/* Each line reads, and prints as the second column; the print reads back to the same event. */
TEST(event_text, lines_print_and_read_back)
{
    static const char *const rows[][2] = {
        {"2025-09-03T10:00:00 open alice class=subscriber provider=viettel tier=full person=p1 "
         "sim-since=2020-05-01",
         "2025-09-03T10:00:00+07:00 open alice class=subscriber provider=viettel tier=full unit=GHS "
         "person=p1 "
         "sim-since=2020-05-01 id=e1"},
        {"2025-09-03T10:00:00Z open bank flags=mirror opened-on=2020-02-29 birth-year=1980 sex=f issuer=b "
         "place=commune:00004 unit=trip",
         "2025-09-03T17:00:00+07:00 open bank issuer=b sex=f unit=trip place=commune:00004 birth-year=1980 "
         "opened-on=2020-02-29 flags=mirror id=e2"},
        {"2025-09-03T10:05:00 cash-in 500 000 from kiosk to alice agent=kiosk id=t1",
         "2025-09-03T10:05:00+07:00 cash-in 500 000 from kiosk to alice agent=kiosk id=t1"},
        {"2025-09-03T10:06:00 reserve payment 6 000.50 from alice to \"the # shop\" timeout=3600 id=p1 "
         "purpose=electricity channel=ussd country=LA place=province:24 provider=x steps=pin,face # a "
         "comment",
         "2025-09-03T10:06:00+07:00 reserve payment 6 000.50 from alice to \"the # shop\" provider=x "
         "channel=ussd purpose=electricity country=LA place=province:24 steps=pin,face timeout=3600 id=p1"},
        {"2025-09-03T10:07:00 post p1 4 000 000", "2025-09-03T10:07:00+07:00 post p1 4 000 000 id=e5"},
        {"2025-09-03T10:08:00 void p1 id=\"a b\"", "2025-09-03T10:08:00+07:00 void p1 id=\"a b\""},
        {"2025-09-03T10:09:00 reverse t1 0.05 +", "2025-09-03T10:09:00+07:00 reverse t1 0.05 id=e7 +"},
        {"2025-09-03T10:10:00 change alice tier=medium",
         "2025-09-03T10:10:00+07:00 change alice tier=medium sex=? place=? birth-year=? sim-since=2020-05-01 "
         "id=e8"},
        {"2025-09-03T10:11:00 freeze alice both", "2025-09-03T10:11:00+07:00 freeze alice both id=e9"},
        {"2025-09-03T10:12:00 close alice", "2025-09-03T10:12:00+07:00 close alice id=e10"},
        {"2025-09-03T10:12:30.25 reopen alice", "2025-09-03T10:12:30.250000+07:00 reopen alice id=e11"},
        {"2025-09-03T10:13:00 tick", "2025-09-03T10:13:00+07:00 tick"},
        {"2025-09-03T10:14:00 \"open\" 1 from \"\\\"q\\\\\" to b",
         "2025-09-03T10:14:00+07:00 \"open\" 1 from \"\\\"q\\\\\" to b id=e13"},
        {"2025-09-03T10:14:00 ? 0 from 00000000000000000000000000000000 to "
         "000102030405060708090a0b0c0d0e0f",
         "2025-09-03T10:14:00+07:00 ? 0 from 00000000000000000000000000000000 to "
         "000102030405060708090a0b0c0d0e0f id=e14"},
        {"  2025-09-03T10:14:00\tkết-chuyển 1 from ngân-hàng to \"Nguyễn Văn A\"\r",
         "2025-09-03T10:14:00+07:00 kết-chuyển 1 from ngân-hàng to \"Nguyễn Văn A\" id=e15"},
    };
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        struct sb_str text = {0};
        CHECK_INT(read_line(&f, rows[i][0]), SB_OK);
        CHECK(sb_event_is_well_formed(&f.event));
        sb_event_print(&f.event, f.symbols, 7 * 3600, 2, f.reader, &text);
        CHECK_STR(sb_str_text(&text), rows[i][1]);

        struct fixture again;
        fixture_init(&again);
        sb_symbols_free(again.symbols);
        again.symbols = NULL;
        sb_event_reader_free(again.reader);
        struct sb_event_reader_options options = {.decimals = 2, .names = {f.symbols, code_of_table}};
        CHECK_INT(sb_event_reader_new(&options, &again.reader, NULL), SB_OK);
        CHECK_INT(read_line(&again, sb_str_text(&text)), SB_OK);
        CHECK(memcmp(&again.event, &f.event, sizeof(f.event)) == 0);
        fixture_release(&again);
        sb_str_release(&text);
    }
    fixture_release(&f);
}

/* Empty lines and comments are no events and take no serial number. */
TEST(event_text, comments_are_no_events)
{
    struct fixture f;
    fixture_init(&f);
    CHECK_INT(read_line(&f, ""), SB_END);
    CHECK_INT(read_line(&f, "   "), SB_END);
    CHECK_INT(read_line(&f, "\r"), SB_END);
    CHECK_INT(read_line(&f, "# 2025-09-03T10:12:00 close alice"), SB_END);
    CHECK_INT(read_line(&f, "2025-09-03T10:12:00 close alice#1 # why"), SB_OK);
    CHECK(sb_id_equal(f.event.account, id_of("alice#1")));
    CHECK(sb_id_equal(f.event.id, id_of("e1")));
    CHECK_STR(sb_event_reader_name(f.reader, f.event.id), "e1");
    CHECK(sb_event_reader_name(f.reader, id_of("nobody")) == NULL);
    fixture_release(&f);
}

/* A change says all five attributes: those that it does not name stay as the reader last heard. */
TEST(event_text, change_keeps_what_it_does_not_name)
{
    struct fixture f;
    fixture_init(&f);
    CHECK_INT(read_line(&f, "2025-01-01T00:00 open a tier=low sex=f birth-year=1990 place=province:01"),
              SB_OK);
    uint16_t low = f.event.attributes.tier;
    CHECK_INT(read_line(&f, "2025-01-02T00:00 change a sim-since=2024-01-01 sex=?"), SB_OK);
    CHECK_INT(f.event.attributes.tier, low);
    CHECK_INT(f.event.attributes.sex, 0);
    CHECK_INT(f.event.attributes.birth_year, 1990);
    CHECK_INT(read_line(&f, "2025-01-03T00:00 change a tier=high"), SB_OK);
    CHECK(f.event.attributes.tier != low);
    CHECK_INT(f.event.attributes.place, SB_PLACE(SB_PLACE_PROVINCE, 1));
    CHECK_INT(f.event.attributes.sim_since, 19723);
    CHECK_INT(f.event.attributes.sex, 0);
    CHECK_INT(read_line(&f, "2025-01-03T00:00 change stranger tier=high"), SB_OK);
    CHECK_INT(f.event.attributes.sim_since, SB_DAY_NONE);
    fixture_release(&f);
}

TEST(event_text, flags_follow_the_class_unless_named)
{
    static const struct {
        const char *line;
        int flags;
    } rows[] = {
        {"2025-01-01T00:00 open a class=subscriber", 1},
        {"2025-01-01T00:00 open a class=merchant", 1},
        {"2025-01-01T00:00 open a class=agent", 1},
        {"2025-01-01T00:00 open a class=bank", 0},
        {"2025-01-01T00:00 open a", 0},
        {"2025-01-01T00:00 open a flags=free class=agent", 0},
        {"2025-01-01T00:00 open a flags=strict", 1},
        {"2025-01-01T00:00 open a flags=mirror", 2},
        {"2025-01-01T00:00 open a flags=both", 3},
        {"2025-01-01T00:00 open a class=?", 0},
    };
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        CHECK_INT(read_line(&f, rows[i].line), SB_OK);
        CHECK_INT(f.event.attributes.flags, rows[i].flags);
        CHECK_INT(f.event.attributes.opened_on, SB_DAY_NONE);
        CHECK_STR(sb_symbols_name(f.symbols, SB_SPACE_UNIT, f.event.attributes.unit), "GHS");
    }
    fixture_release(&f);
}

/* Every mistake says its column, what was expected, and the nearest known word. */
TEST(event_text, mistakes_are_explained)
{
    static const char *const rows[][2] = {
        {"yesterday tick", "column 1: expected a time such as 2025-09-03T10:00:00, found 'yesterday'"},
        {"2025-13-01T00:00 tick",
         "column 1: expected a time such as 2025-09-03T10:00:00, found '2025-13-01T00:00'"},
        {"2025-01-01T00:00", "column 17: expected an event behind the time, found ''"},
        {"2025-01-01T00:00 opn alice",
         "column 18: expected an amount after the kind 'opn', found 'alice'; did you mean 'open'?"},
        {"2025-01-01T00:00 payment x from a to b", "column 26: expected an amount, found 'x'"},
        {"2025-01-01T00:00 payment 1.234 from a to b", "column 26: expected an amount, found '1.234'"},
        {"2025-01-01T00:00 payment 9999999999999999999 from a to b",
         "column 26: expected an amount, found '9999999999999999999'"},
        {"2025-01-01T00:00 payment 5 form a to b", "column 28: expected 'from', found 'form'"},
        {"2025-01-01T00:00 payment 5 from a", "column 34: expected 'to', found ''"},
        {"2025-01-01T00:00 payment 5 from a to", "column 37: expected a name, found ''"},
        {"2025-01-01T00:00 payment 5 from \"\" to b", "column 33: expected a name, found '\"\"'"},
        {"2025-01-01T00:00 payment 5 from \"a to b",
         "column 33: expected a closing quote on the same line, found '\"a'"},
        {"2025-01-01T00:00 payment 5 from \"a\"x to b",
         "column 36: expected a space behind the closing quote, found 'x'"},
        {"2025-01-01T00:00 payment 5 from a to b chanel=x",
         "column 40: 'chanel' is not an attribute here; did you mean 'channel='?"},
        {"2025-01-01T00:00 payment 5 from a to b timeout=5", "column 40: 'timeout' is not an attribute here"},
        {"2025-01-01T00:00 payment 5 from a to b + c", "column 42: expected the end of the line behind '+', "
                                                       "found 'c'"},
        {"2025-01-01T00:00 đổi 5 from a to b tier=x", "column 36: 'tier' is not an attribute here"},
        {"2025-01-01T00:00 reserve payment 5 from a to b timeout=31622401",
         "column 48: expected seconds, at most a year of 366 days, found 'timeout=31622401'"},
        {"2025-01-01T00:00 open a tier=x tier=y", "column 32: expected each attribute once, found 'tier=y'"},
        {"2025-01-01T00:00 open a place=provnce:1",
         "column 25: unknown level of a place 'provnce'; did you mean 'province'?"},
        {"2025-01-01T00:00 open a place=province:16777216",
         "column 25: expected a place such as province:24 or commune:00004, found 'place=province:16777216'"},
        {"2025-01-01T00:00 open a sim-since=2023-02-29",
         "column 25: expected a date such as 2025-09-03, found 'sim-since=2023-02-29'"},
        {"2025-01-01T00:00 open a birth-year=10000", "column 25: expected a year, found 'birth-year=10000'"},
        {"2025-01-01T00:00 open a flags=fre",
         "column 25: expected flags=free, strict, mirror or both, found 'flags=fre'"},
        {"2025-01-01T00:00 freeze a sideways", "column 27: expected in, out, both or none, found 'sideways'"},
        {"2025-01-01T00:00 tick id=5", "column 23: 'id' is not an attribute here"},
        {"2025-01-01T00:00 close a id=?", "column 26: expected a name behind 'id=', found 'id=?'"},
        {"2025-01-01T00:00 void", "column 22: expected a name, found ''"},
        {"2025-01-01T00:00 \xff", "column 18: not UTF-8"},
    };
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        CHECK_INT(read_line(&f, rows[i][0]), SB_SYNTAX);
        CHECK_STR(f.err.text[SB_EN], rows[i][1]);
        CHECK(strncmp(f.err.text[SB_VI], "cột ", strlen("cột ")) == 0);
    }
    fixture_release(&f);
}

/* At the limit a line is read, one byte over it is not. */
TEST(event_text, lines_are_bounded)
{
    struct fixture f;
    fixture_init(&f);
    char line[SB_LINE_SIZE_MAX + 2];
    static const char head[] = "2025-01-01T00:00 close ";
    memset(line, 'x', sizeof(line));
    memcpy(line, head, strlen(head));
    CHECK_INT(sb_event_read_line(f.reader, line, SB_LINE_SIZE_MAX, &f.event, &f.err), SB_OK);
    CHECK_INT(sb_event_read_line(f.reader, line, SB_LINE_SIZE_MAX + 1, &f.event, &f.err), SB_LIMIT);
    CHECK_INT(sb_event_read_line(f.reader, "2025-01-01T00:00 open a steps=x", 31, &f.event, NULL), SB_SYNTAX);
    fixture_release(&f);
}

/* A record has 32 bits for steps. */
TEST(event_text, steps_are_at_most_32)
{
    struct fixture f;
    fixture_init(&f);
    char line[128];
    for (int i = 1; i <= 33; i++) {
        (void)snprintf(line, sizeof(line), "2025-01-01T00:00 payment 1 from a to b steps=s%d", i);
        CHECK_INT(read_line(&f, line), i <= 32 ? SB_OK : SB_LIMIT);
        if (i <= 32)
            CHECK_INT(f.event.steps, UINT32_C(1) << (i - 1));
    }
    fixture_release(&f);
}

/* The engine's own events print as comments, and a reader passes over them. */
TEST(event_text, engine_events_print_as_comments)
{
    struct fixture f;
    struct sb_str text = {0};
    fixture_init(&f);
    struct sb_event name = sb_event_name(0, SB_SPACE_KIND, 3, "cash-in", 7);
    sb_event_print(&name, f.symbols, 0, 0, NULL, &text);
    CHECK_STR(sb_str_text(&text), "# 1970-01-01T00:00:00Z name kind 3 cash-in");
    CHECK_INT(read_line(&f, sb_str_text(&text)), SB_END);
    sb_str_clear(&text);
    struct sb_event charter = {.type = SB_EVENT_CHARTER};
    charter.charter_hash[31] = 0xAB;
    sb_event_print(&charter, f.symbols, 0, 0, NULL, &text);
    CHECK_STR(sb_str_text(&text), "# 1970-01-01T00:00:00Z charter "
                                  "00000000000000000000000000000000000000000000000000000000000000ab");
    sb_str_release(&text);
    fixture_release(&f);
}
