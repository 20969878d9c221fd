/* SPDX-License-Identifier: Apache-2.0 */
/* Small awkward files of the kinds met in life, each with the events, rejects and totals that it gives. */
#include "import/import.h"

#include "base/macros.h"
#include "base/str.h"
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What an import gave, as text. */
struct outcome {
    enum sb_status status;
    struct sb_import_totals totals;
    struct sb_str events; /* a line each */
    char *rejects;        /* owned */
    struct sb_err err;
};

/* Names that the tests use, to print ids. */
static const char *const names[] = {
    "alice",    "bob",          "shop",       "Alice",        "bank",     "café",     "kiosk",    "t1",
    "t2",       "t3",           "t4",         "in.csv:2",     "in.csv:3", "in.csv:4", "in.csv:5", "in.csv:6",
    "in.csv:7", "second.csv:2", "in.csv~2:2", "nguyễn văn a", "shop:x",   "a b",      "in",
};

static const char *name_of(struct sb_id id)
{
    for (size_t i = 0; i < SB_ARRAY_SIZE(names); i++)
        if (sb_id_equal(sb_id_of_text(names[i], strlen(names[i])), id))
            return names[i];
    return "?";
}

static const char *path_of(const char *name)
{
    static char paths[4][512];
    static unsigned at;
    char *path = paths[at++ % 4];
    CHECK(snprintf(path, sizeof(paths[0]), "%s/%s", test_dir(), name) < (int)sizeof(paths[0]));
    return path;
}

static void write_file(const char *name, const char *text, size_t size)
{
    FILE *file = fopen(path_of(name), "wb");
    CHECK(file != NULL);
    CHECK(fwrite(text, 1, size, file) == size);
    CHECK_INT(fclose(file), 0);
}

static void describe(const struct sb_event *event, struct sb_symbols *symbols, uint32_t decimals,
                     struct sb_str *out)
{
    char time[SB_TIME_TEXT_SIZE];
    uint16_t code;
    sb_time_print(event->time, 0, time);
    if (event->type == SB_EVENT_NAME) {
        CHECK_INT(sb_symbols_intern(symbols, (enum sb_space)event->name_space, event->name, event->name_size,
                                    &code, NULL),
                  SB_OK);
        return;
    }
    sb_str_printf(out, "%s ", time);
    if (event->type == SB_EVENT_OPEN) {
        const char *class_ = sb_symbols_name(symbols, SB_SPACE_CLASS, event->attributes.class_);
        sb_str_printf(out, "open %s %s %u\n", name_of(event->account), class_ ? class_ : "-",
                      event->attributes.flags);
        return;
    }
    sb_str_add_amount(out, event->amount, decimals);
    if (event->type == SB_EVENT_REVERSE)
        sb_str_printf(out, " back %s of %s\n", name_of(event->id), name_of(event->other));
    else
        sb_str_printf(out, " %s %s to %s %s\n", sb_symbols_name(symbols, SB_SPACE_KIND, event->kind),
                      name_of(event->payer), name_of(event->payee), name_of(event->id));
}

static void describe_all(char *bytes, size_t size, struct sb_str *out)
{
    FILE *stream = fmemopen(bytes, size, "r");
    struct sb_event_file *file = NULL;
    struct sb_event_file_info info;
    struct sb_event event;
    struct sb_symbols *symbols = sb_symbols_new();
    uint32_t count = 1;
    CHECK_INT(sb_event_file_open(stream, "out", &file, &info, NULL), SB_OK);
    while (sb_event_file_read(file, &event, 1, &count, NULL) == SB_OK && count == 1)
        describe(&event, symbols, info.decimals, out);
    CHECK_INT(count, 0);
    sb_event_file_close(file);
    sb_symbols_free(symbols);
    CHECK_INT(fclose(stream), 0);
}

/* Import files of the test's folder under a mapping. */
static void import_files(struct outcome *o, const char *mapping, const char *const *files, uint32_t count,
                         size_t memory_size)
{
    struct sb_map map;
    char map_path[512];
    char *bytes = NULL, *rejects = NULL;
    size_t bytes_size = 0, rejects_size = 0;
    *o = (struct outcome){0};
    (void)snprintf(map_path, sizeof(map_path), "%s", path_of("test.map"));
    o->status = sb_map_read(map_path, mapping, strlen(mapping), &map, &o->err);
    struct sb_import_options options = {.map = &map,
                                        .files = files,
                                        .file_count = count,
                                        .temporary_dir = test_dir(),
                                        .memory_size = memory_size};
    options.out = open_memstream(&bytes, &bytes_size);
    options.rejects = open_memstream(&rejects, &rejects_size);
    if (o->status == SB_OK)
        o->status = sb_import_run(&options, &o->totals, &o->err);
    CHECK_INT(fclose(options.out), 0);
    CHECK_INT(fclose(options.rejects), 0);
    if (o->status == SB_OK)
        describe_all(bytes, bytes_size, &o->events);
    o->rejects = rejects;
    free(bytes);
    sb_map_release(&map);
}

static void import_bytes(struct outcome *o, const char *mapping, const char *csv, size_t size)
{
    write_file("in.csv", csv, size);
    const char *files[] = {path_of("in.csv")};
    import_files(o, mapping, files, 1, 0);
}

static void import_text(struct outcome *o, const char *mapping, const char *csv)
{
    import_bytes(o, mapping, csv, strlen(csv));
}

static void release(struct outcome *o)
{
    sb_str_release(&o->events);
    free(o->rejects);
}

/* Events without the lines of accounts. */
static const char *moves(struct outcome *o)
{
    static char text[4096];
    size_t used = 0;
    for (const char *line = sb_str_text(&o->events); *line;) {
        const char *end = strchr(line, '\n') + 1;
        size_t size = (size_t)(end - line);
        if (!strstr(line, " open ") || strstr(line, " open ") > end) {
            CHECK(used + size < sizeof(text));
            memcpy(text + used, line, size);
            used += size;
        }
        line = end;
    }
    text[used] = '\0';
    return text;
}

#define HEAD                                                                                      \
    "unit GBP with 2 decimals\npayer from \"from\"\npayee from \"to\"\nkind is pay\namount from " \
    "\"amount\"\n"
#define DAYS HEAD "time from \"date\" as d/m/yyyy or d/m/yy\n"

/* The plain case: accounts at their first appearance, in the order of time. */
TEST(import, rows_become_events_in_the_order_of_time)
{
    struct outcome o;
    import_text(&o, DAYS, "date,from,to,amount\n2/1/2020,alice,shop,10\n1/1/20,bob,alice,0.50\n");
    CHECK_INT(o.status, SB_OK);
    CHECK_STR(sb_str_text(&o.events), "2020-01-01T00:00:00Z open bob - 0\n"
                                      "2020-01-01T00:00:00Z open alice - 0\n"
                                      "2020-01-01T00:00:00Z 0.50 pay bob to alice in.csv:3\n"
                                      "2020-01-02T00:00:00Z open shop - 0\n"
                                      "2020-01-02T00:00:00Z 10 pay alice to shop in.csv:2\n");
    CHECK_STR(o.rejects, "file,line,reason,lý do\n");
    CHECK_INT(o.totals.rows, 3);
    CHECK_INT(o.totals.sum, 1050);
    release(&o);
}

/* One mistake a row: it is rejected with its line and reason, and the rest goes on. */
TEST(import, each_reason_has_a_row)
{
    static const struct {
        const char *row;
        enum sb_reject why;
    } rows[] = {
        {"1/1/2020,alice,shop", SB_REJECT_FEW},
        {"1/1/2020,alice,shop,1,2", SB_REJECT_MANY},
        {"30/2/2020,alice,shop,1", SB_REJECT_TIME},
        {",alice,shop,1", SB_REJECT_TIME},
        {"1/1/2020,alice,shop,", SB_REJECT_AMOUNT_EMPTY},
        {"1/1/2020,alice,shop,ten", SB_REJECT_AMOUNT},
        {"1/1/2020,alice,shop,\"10,00\"", SB_REJECT_AMOUNT},
        {"1/1/2020,alice,shop,1.234", SB_REJECT_AMOUNT_EXTRA},
        {"1/1/2020,alice,shop,0.00", SB_REJECT_AMOUNT_ZERO},
        {"1/1/2020,alice,shop,-1", SB_REJECT_NEGATIVE},
        {"1/1/2020,alice,shop,11529215046068469.77", SB_REJECT_AMOUNT_LARGE},
        {"1/1/2020,alice,shop,99999999999999999999", SB_REJECT_AMOUNT_LARGE},
        {"1/1/2020, ,shop,1", SB_REJECT_PAYER},
        {"1/1/2020,alice,,1", SB_REJECT_PAYEE},
        {"1/1/2020,alice,alice,1", SB_REJECT_SAME},
        {"1/1/2020,caf\xe9,shop,1", SB_REJECT_ENCODING},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        struct outcome o;
        char csv[512], line[512];
        (void)snprintf(csv, sizeof(csv), "date,from,to,amount\n%s\n1/1/2020,alice,shop,1\n", rows[i].row);
        import_text(&o, DAYS, csv);
        CHECK_INT(o.status, SB_OK);
        CHECK_INT(o.totals.reasons[rows[i].why], 1);
        CHECK_INT(o.totals.rejected, 1);
        CHECK_INT(o.totals.transfers, 1);
        (void)snprintf(line, sizeof(line), ",2,\"%s", sb_reject_text(rows[i].why, SB_EN));
        CHECK(strstr(o.rejects, line) != NULL);
        CHECK(strstr(o.rejects, sb_reject_text(rows[i].why, SB_VI)) != NULL);
        release(&o);
    }
}

/* Just under the greatest amount passes. */
TEST(import, the_greatest_amount_passes)
{
    struct outcome o;
    import_text(&o, DAYS, "date,from,to,amount\n1/1/2020,alice,shop,11529215046068469.76\n");
    CHECK_INT(o.totals.transfers, 1);
    CHECK_INT(o.totals.sum, SB_AMOUNT_MAX);
    release(&o);
}

/* Repeated headers, blank rows, rows of commas, and extra empty fields are no rejects. */
TEST(import, headers_and_blanks_are_counted_as_such)
{
    struct outcome o;
    import_text(&o, DAYS,
                "\xEF\xBB\xBF"
                "Date, FROM ,to,amount\r\n\r\n1/1/2020,alice,shop,1,,\r\n,,,\r\nDate, FROM ,to,amount\r\n   "
                "\r\n2/1/2020,alice,shop,2");
    CHECK_INT(o.status, SB_OK);
    CHECK_INT(o.totals.rows, 7);
    CHECK_INT(o.totals.headers, 2);
    CHECK_INT(o.totals.blanks, 3);
    CHECK_INT(o.totals.transfers, 2);
    CHECK_STR(moves(&o), "2020-01-01T00:00:00Z 1 pay alice to shop in.csv:3\n"
                         "2020-01-02T00:00:00Z 2 pay alice to shop in.csv:7\n");
    release(&o);
}

/* Quoted line breaks: the rows behind them keep their line numbers. */
TEST(import, lines_are_counted_inside_quotes)
{
    struct outcome o;
    import_text(&o, DAYS, "date,from,to,amount\n1/1/2020,\"a\nb\",shop,1\nx,alice,shop,1\n");
    CHECK_INT(o.totals.rejected, 1);
    CHECK(strstr(o.rejects, ",4,\"the time is not of the format") != NULL);
    release(&o);
}

/* A quote that is never closed costs what it swallowed, not the rest of the file, nor memory. */
TEST(import, a_quote_never_closed_is_bounded)
{
    struct outcome o;
    struct sb_str csv = {0};
    sb_str_add(&csv, "date,from,to,amount\n1/1/2020,\"alice,shop,1\n");
    for (int i = 0; i < 20000; i++)
        sb_str_add(&csv, "2/1/2020,bob,shop,1\n");
    import_bytes(&o, DAYS, csv.text, csv.size);
    CHECK_INT(o.status, SB_OK);
    CHECK_INT(o.totals.reasons[SB_REJECT_QUOTE], 1);
    CHECK(o.totals.transfers > 10000);
    sb_str_release(&csv);
    release(&o);
}

/* A field at the limit is a name like others; one byte over it is a reject. */
TEST(import, fields_are_bounded)
{
    for (int over = 0; over < 2; over++) {
        struct outcome o;
        struct sb_str csv = {0};
        sb_str_add(&csv, "date,from,to,amount\n1/1/2020,");
        for (int i = 0; i < SB_CSV_FIELD_MAX + over; i++)
            sb_str_add(&csv, "x");
        sb_str_add(&csv, ",shop,1\n");
        import_bytes(&o, DAYS, csv.text, csv.size);
        CHECK_INT(o.totals.transfers, !over);
        CHECK_INT(o.totals.reasons[SB_REJECT_LONG], over);
        sb_str_release(&csv);
        release(&o);
    }
}

TEST(import, rows_have_at_most_256_fields)
{
    struct outcome o;
    struct sb_str csv = {0};
    sb_str_add(&csv, "date,from,to,amount\n1/1/2020,alice,shop,1");
    for (int i = 4; i < SB_CSV_FIELDS_MAX; i++)
        sb_str_add(&csv, ",");
    sb_str_add(&csv, "\n1/1/2020,alice,shop,1");
    for (int i = 4; i < SB_CSV_FIELDS_MAX + 1; i++)
        sb_str_add(&csv, ",");
    import_bytes(&o, DAYS, csv.text, csv.size);
    CHECK_INT(o.totals.transfers, 1);
    CHECK_INT(o.totals.reasons[SB_REJECT_MANY], 1);
    sb_str_release(&csv);
    release(&o);
}

/* Windows-1252, semicolons, decimal commas, a preamble before the header. */
TEST(import, a_continental_bank_export)
{
    struct outcome o;
    import_text(
        &o,
        HEAD "time from \"date\" and \"hour\" as dd.mm.yyyy hh:mm zone +01:00\n"
             "encoding windows-1252\nseparator semicolon\nnumbers like \"1.234,56\"\nheader in row 3\n",
        "Konto;123\nStand;heute\ndate;hour;from;to;amount\n31.12.2019;23:30;caf\xe9;shop;1.234,50\xa0\x80\n"
        "31.12.2019;23:31;caf\xe9;shop;+7\n");
    CHECK_INT(o.status, SB_OK);
    CHECK_INT(o.totals.headers, 3);
    CHECK_STR(moves(&o), "2019-12-31T22:30:00Z 1 234.50 pay café to shop in.csv:4\n"
                         "2019-12-31T22:31:00Z 7 pay café to shop in.csv:5\n");
    release(&o);
}

/* Refunds that name nothing: the latest earlier purchase of the same two with at least that much left. */
TEST(import, refunds_find_their_purchase)
{
    struct outcome o;
    import_text(&o, DAYS "id from \"id\"\nnegative amounts are refunds\n",
                "date,from,to,amount,id\n1/1/2020,alice,shop,10,t1\n2/1/2020,alice,shop,5,t2\n"
                "3/1/2020,alice,shop,-7,t3\n3/1/2020,alice,shop,-5,t4\n4/1/2020,alice,shop,-4,bob\n"
                "4/1/2020,bob,shop,-1,bank\n1/1/2020,alice,shop,-1,kiosk\n");
    CHECK_INT(o.status, SB_OK);
    CHECK_STR(moves(&o), "2020-01-01T00:00:00Z 10 pay alice to shop t1\n"
                         "2020-01-01T00:00:00Z 1 back kiosk of t1\n"
                         "2020-01-02T00:00:00Z 5 pay alice to shop t2\n"
                         "2020-01-03T00:00:00Z 7 back t3 of t1\n"
                         "2020-01-03T00:00:00Z 5 back t4 of t2\n");
    CHECK_INT(o.totals.reasons[SB_REJECT_REFUND], 2);
    CHECK_INT(o.totals.rows, 1 + 2 + 3 + 2);
    CHECK(strstr(o.rejects, ",6,\"a refund without") != NULL);
    CHECK(strstr(o.rejects, ",7,\"a refund without") != NULL);
    release(&o);
}

/* On one date without hours, purchases stand before their refunds, and else rows keep their order. */
TEST(import, purchases_stand_before_refunds_of_the_same_day)
{
    struct outcome o;
    import_text(&o, DAYS "negative amounts are refunds\n",
                "date,from,to,amount\n1/1/2020,alice,shop,-3\n1/1/2020,bob,shop,1\n1/1/2020,alice,shop,3\n");
    CHECK_STR(moves(&o), "2020-01-01T00:00:00Z 1 pay bob to shop in.csv:3\n"
                         "2020-01-01T00:00:00Z 3 pay alice to shop in.csv:4\n"
                         "2020-01-01T00:00:00Z 3 back in.csv:2 of in.csv:4\n");
    release(&o);
    import_text(&o, DAYS "order newest first\n",
                "date,from,to,amount\n1/1/2020,alice,shop,2\n1/1/2020,bob,shop,1\n");
    CHECK_STR(moves(&o), "2020-01-01T00:00:00Z 1 pay bob to shop in.csv:3\n"
                         "2020-01-01T00:00:00Z 2 pay alice to shop in.csv:2\n");
    release(&o);
}

/* A refund by kind, paid by the shop; another that names its original. */
TEST(import, refunds_by_kind_and_by_name)
{
    struct outcome o;
    import_text(
        &o,
        "unit GBP with 2 decimals\npayer from \"from\"\npayee from \"to\"\namount from \"amount\"\n"
        "time from \"date\" as d/m/yyyy\nid from \"id\"\noriginal from \"of\"\nrefunds swap payer and payee\n"
        "kind from \"type\": \"Purchase\" is pay, \"Refund\" is refund, \"Note\" is skipped, \"Fee\" is "
        "rejected\n",
        "date,from,to,amount,id,of,type\n1/1/2020,alice,shop,10,t1,,Purchase\n2/1/"
        "2020,shop,alice,4,t2,,Refund\n"
        "2/1/2020,shop,alice,1,t3,bank,Refund\n3/1/2020,a,b,1,,,Note\n3/1/2020,a,b,1,,,Fee\n3/1/"
        "2020,a,b,1,,,New\n");
    CHECK_INT(o.status, SB_OK);
    CHECK_STR(moves(&o), "2020-01-01T00:00:00Z 10 pay alice to shop t1\n"
                         "2020-01-02T00:00:00Z 4 back t2 of t1\n"
                         "2020-01-02T00:00:00Z 1 back t3 of bank\n");
    CHECK_INT(o.totals.skipped, 1);
    CHECK_INT(o.totals.reasons[SB_REJECT_RULE], 1);
    CHECK_INT(o.totals.reasons[SB_REJECT_VALUE], 1);
    release(&o);
}

/* A statement of one account: money in and out in two columns, the account named by the file. */
TEST(import, a_statement_with_money_in_and_out)
{
    struct outcome o;
    import_text(
        &o,
        "unit GBP with 2 decimals\ntime from \"date\" as d/m/yyyy\npayer from file name\npayee from \"to\"\n"
        "amount from \"out\"\namount in from \"in\"\nkind is pay\n",
        "date,to,out,in,balance\n1/1/2020,shop,5,,95\n2/1/2020,bob,,3.25,98.25\n2/1/2020,bob,1,1,0\n3/1/"
        "2020,bob,0,2,0\n");
    CHECK_INT(o.status, SB_OK);
    CHECK_STR(moves(&o), "2020-01-01T00:00:00Z 5 pay in to shop in.csv:2\n"
                         "2020-01-02T00:00:00Z 3.25 pay bob to in in.csv:3\n"
                         "2020-01-03T00:00:00Z 2 pay bob to in in.csv:5\n");
    CHECK_INT(o.totals.reasons[SB_REJECT_AMOUNT_BOTH], 1);
    release(&o);
}

/* Signs and directions of other exports. */
TEST(import, conventions_of_signs)
{
    static const char *const rows[][3] = {
        {"negative amounts are outgoing\n", "-5", "2020-01-01T00:00:00Z 5 pay alice to shop in.csv:2\n"},
        {"negative amounts are outgoing\n", "5", "2020-01-01T00:00:00Z 5 pay shop to alice in.csv:2\n"},
        {"negative amounts are incoming\n", "-5", "2020-01-01T00:00:00Z 5 pay shop to alice in.csv:2\n"},
        {"negative amounts are unsigned\n", "(5.00)", "2020-01-01T00:00:00Z 5 pay alice to shop in.csv:2\n"},
        {"negative amounts are unsigned\n", "5-", "2020-01-01T00:00:00Z 5 pay alice to shop in.csv:2\n"},
        {"extra decimals are rounded\n", "0.125", "2020-01-01T00:00:00Z 0.13 pay alice to shop in.csv:2\n"},
        {"extra decimals are cut\n", "0.129", "2020-01-01T00:00:00Z 0.12 pay alice to shop in.csv:2\n"},
        {"", "£ 5.100", "2020-01-01T00:00:00Z 5.10 pay alice to shop in.csv:2\n"},
        {"", "GBP 5", "2020-01-01T00:00:00Z 5 pay alice to shop in.csv:2\n"},
        {"", "\"1,23,456.5\"", "2020-01-01T00:00:00Z 123 456.50 pay alice to shop in.csv:2\n"},
        {"", ".5", "2020-01-01T00:00:00Z 0.50 pay alice to shop in.csv:2\n"},
        {"numbers like \"1 234,56\"\n", "\"1 234,5\"",
         "2020-01-01T00:00:00Z 1 234.50 pay alice to shop in.csv:2\n"},
        {"direction from \"d\": \"D\" is out, \"C\" is in\n", "5,C",
         "2020-01-01T00:00:00Z 5 pay shop to alice in.csv:2\n"},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        struct outcome o;
        char mapping[1024], csv[256];
        bool direction = strstr(rows[i][0], "direction") != NULL;
        (void)snprintf(mapping, sizeof(mapping), "%s%s", DAYS, rows[i][0]);
        (void)snprintf(csv, sizeof(csv), "date,from,to,amount%s\n1/1/2020,alice,shop,%s\n",
                       direction ? ",d" : "", rows[i][1]);
        import_text(&o, mapping, csv);
        CHECK_INT(o.status, SB_OK);
        CHECK_STR(moves(&o), rows[i][2]);
        release(&o);
    }
}

/* Formats of time; each must give the same instant. */
TEST(import, formats_of_time)
{
    static const char *const rows[][2] = {
        {"yyyy-mm-dd hh:mm:ss", "2020-02-29 13:05:09"},
        {"yyyy-mm-ddThh:mm:ssz", "2020-02-29T14:05:09+01:00"},
        {"yyyy-mm-ddThh:mm:ss.fz", "2020-02-29T13:05:09.000Z"},
        {"d/m/yy h:mm:ss", "29/2/20 13:05:09"},
        {"m/d/yyyy h:mm:ss ap", "2/29/2020 1:05:09 PM"},
        {"dd mmm yyyy hh:mm:ss", "29 Feb 2020 13:05:09"},
        {"ddd d mmm yyyy hh:mm:ss", "Sat 29 february 2020  13:05:09"},
        {"yyyymmddhhmmss", "20200229130509"},
        {"hh:mm:ss dd-mm-yyyy", "13:05:09 29-02-2020"},
        {"unix seconds", "1582981509"},
        {"unix milliseconds", "1582981509000"},
        {"seconds since 2020-02-29", "47109"},
        {"hours since 2020-02-29", "13.085833334"},
        {"d/m/yyyy or unix seconds", "1582981509"},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        struct outcome o;
        char mapping[1024], csv[256];
        (void)snprintf(mapping, sizeof(mapping), HEAD "time from \"date\" as %s\n", rows[i][0]);
        (void)snprintf(csv, sizeof(csv), "date,from,to,amount\n%s,alice,shop,1\n", rows[i][1]);
        import_text(&o, mapping, csv);
        CHECK_INT(o.status, SB_OK);
        CHECK_INT(o.totals.transfers, 1);
        sb_time_us expected = INT64_C(1582981509) * SB_SECOND_US;
        int64_t apart = o.totals.first - expected;
        CHECK(apart > -SB_SECOND_US && apart < SB_SECOND_US);
        release(&o);
    }
}

TEST(import, times_that_do_not_fit)
{
    static const char *const rows[][2] = {
        {"yyyy-mm-dd", "2019-02-29"},
        {"yyyy-mm-dd", "2019-2-3"},
        {"d/m/yyyy", "1/13/2020"},
        {"d/m/yyyy", "1/1/2020 x"},
        {"d/m/yyyy hh:mm", "1/1/2020 24:00"},
        {"d/m/yyyy h:mm ap", "1/1/2020 13:00 pm"},
        {"unix seconds", "12x"},
        {"unix seconds", "99999999999999999999"},
        {"unix seconds", "-"},
        {"d/m/yyyy hh:mmz", "1/1/2020 10:00+15:00"},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        struct outcome o;
        char mapping[1024], csv[256];
        (void)snprintf(mapping, sizeof(mapping), HEAD "time from \"date\" as %s\n", rows[i][0]);
        (void)snprintf(csv, sizeof(csv), "date,from,to,amount\n%s,alice,shop,1\n", rows[i][1]);
        import_text(&o, mapping, csv);
        CHECK_INT(o.totals.reasons[SB_REJECT_TIME], 1);
        release(&o);
    }
}

/* Several spellings are one account when the mapping says so. */
TEST(import, names_fold)
{
    struct outcome o;
    import_text(&o, DAYS "names fold case and spaces\n",
                "date,from,to,amount\n1/1/2020,NGUYỄN  Văn A,shop,1\n1/1/2020,nguyễn văn a,SHOP,2\n");
    CHECK_INT(o.totals.accounts, 2);
    CHECK_STR(moves(&o), "2020-01-01T00:00:00Z 1 pay nguyễn văn a to shop in.csv:2\n"
                         "2020-01-01T00:00:00Z 2 pay nguyễn văn a to shop in.csv:3\n");
    release(&o);
    import_text(&o, DAYS, "date,from,to,amount\n1/1/2020,alice,shop,1\n1/1/2020,Alice,shop,2\n");
    CHECK_INT(o.totals.accounts, 3);
    release(&o);
}

/* Accounts from a file of their own, with opening balances out of the funds. */
TEST(import, an_accounts_file_with_opening_balances)
{
    static const char accounts[] =
        "name|type|balance|born\nalice|subscriber|100.00|1990\nbob|merchant|0|\nalice|subscriber|1|\n"
        "shop|merchant|-5|\nkiosk|clerk|-5|17xx\n";
    struct outcome o;
    write_file("accounts.csv", accounts, strlen(accounts));
    import_text(&o,
                DAYS
                "accounts file \"accounts.csv\" separator pipe\naccount.name from \"name\"\naccount.class "
                "from \"type\"\n"
                "account.balance from \"balance\"\naccount.birth-year from \"born\"\nfunds from \"bank\"\n",
                "date,from,to,amount\n1/1/2020,alice,shop,1\n");
    CHECK_INT(o.status, SB_OK);
    CHECK_STR(sb_str_text(&o.events), "2020-01-01T00:00:00Z open bank - 0\n"
                                      "2020-01-01T00:00:00Z open alice subscriber 1\n"
                                      "2020-01-01T00:00:00Z 100 opening bank to alice ?\n"
                                      "2020-01-01T00:00:00Z open bob merchant 1\n"
                                      "2020-01-01T00:00:00Z open shop - 0\n"
                                      "2020-01-01T00:00:00Z 1 pay alice to shop in.csv:2\n");
    CHECK_INT(o.totals.account_rows, 6);
    CHECK_INT(o.totals.account_rejects, 3);
    CHECK_INT(o.totals.openings, 1);
    release(&o);
}

/* History begins in the middle: each account gets the least that it needs. */
TEST(import, opening_balances_as_needed)
{
    struct outcome o;
    import_text(&o,
                DAYS "payer.class is subscriber\npayee.class is merchant\nfunds from \"bank\"\nopening "
                     "balances as needed\n"
                     "opening kind is float\nnegative amounts are refunds\n",
                "date,from,to,amount\n1/1/2020,alice,shop,10\n2/1/2020,alice,shop,-4\n3/1/"
                "2020,alice,shop,6\n3/1/2020,shop,bob,13\n");
    CHECK_INT(o.status, SB_OK);
    CHECK_STR(moves(&o), "2020-01-01T00:00:00Z 12 float bank to alice ?\n"
                         "2020-01-01T00:00:00Z 1 float bank to shop ?\n"
                         "2020-01-01T00:00:00Z 10 pay alice to shop in.csv:2\n"
                         "2020-01-02T00:00:00Z 4 back in.csv:3 of in.csv:2\n"
                         "2020-01-03T00:00:00Z 6 pay alice to shop in.csv:4\n"
                         "2020-01-03T00:00:00Z 13 pay shop to bob in.csv:5\n");
    release(&o);
}

TEST(import, accounts_may_or_may_not_go_below_zero)
{
    static const char *const rows[][2] = {
        {"payer.class is subscriber\n", "open alice subscriber 1"},
        {"payer.class is subscriber\naccounts may go below zero\n", "open alice subscriber 0"},
        {"payer.class is clerk\naccounts may not go below zero\n", "open alice clerk 1"},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        struct outcome o;
        char mapping[1024];
        (void)snprintf(mapping, sizeof(mapping), "%s%s", DAYS, rows[i][0]);
        import_text(&o, mapping, "date,from,to,amount\n1/1/2020,alice,shop,1\n");
        CHECK(strstr(sb_str_text(&o.events), rows[i][1]) != NULL);
        release(&o);
    }
}

TEST(import, rows_are_skipped_and_kept)
{
    struct outcome o;
    import_text(&o, DAYS "skip rows where \"to\" is \"bob\", \"kiosk\"\nkeep rows where \"from\" is alice\n",
                "date,from,to,amount\n1/1/2020,alice,shop,1\n1/1/2020,alice,bob,1\n1/1/2020,bob,shop,1\n");
    CHECK_INT(o.totals.skipped, 2);
    CHECK_INT(o.totals.transfers, 1);
    release(&o);
}

/* Columns by number in files without a header, and two files at once, of one name. */
TEST(import, several_files_without_headers)
{
    static const char mapping[] =
        "unit GBP\nno header\ntime from column 1 as yyyy-mm-dd\npayer from column 2\n"
        "payee from column 3\namount from column 4\nkind is pay\n";
    struct outcome o;
    CHECK(mkdir(path_of("other"), 0700) == 0 || errno == EEXIST);
    write_file("in.csv", "2020-01-02,alice,shop,2\n2020-01-01,alice,shop,1\n", 48);
    write_file("other/in.csv", "bad\n2020-01-03,alice,shop,3\n", 28);
    const char *files[] = {path_of("in.csv"), path_of("other/in.csv")};
    import_files(&o, mapping, files, 2, 0);
    CHECK_INT(o.status, SB_OK);
    CHECK_INT(o.totals.transfers, 2);
    CHECK_INT(o.totals.rejected, 2);
    release(&o);
}

/* Rows far over what sorting holds at a time come out in the same order as all at once. */
TEST(import, sorting_in_little_memory_gives_the_same)
{
    struct sb_str csv = {0};
    uint64_t seed = 1;
    sb_str_add(&csv, "date,from,to,amount\n");
    for (int i = 0; i < 3000; i++) {
        seed = sb_mix64(seed + (uint64_t)i);
        sb_str_printf(&csv, "%d/%d/2020,a%d,s%d,%s%d.%02d\n", (int)(seed % 28) + 1, (int)(seed / 32 % 12) + 1,
                      (int)(seed / 1024 % 7), (int)(seed / 8192 % 3), seed % 5 == 0 ? "-" : "",
                      (int)(seed / 65536 % 50) + 1, (int)(seed / 4194304 % 100));
    }
    static const char mapping[] = DAYS "negative amounts are refunds\n";
    struct outcome all, little;
    write_file("in.csv", csv.text, csv.size);
    const char *files[] = {path_of("in.csv")};
    import_files(&all, mapping, files, 1, 0);
    import_files(&little, mapping, files, 1, 3 * sizeof(struct sb_import_row));
    CHECK_INT(all.status, SB_OK);
    CHECK_INT(little.status, SB_OK);
    CHECK(all.totals.reversals > 100);
    CHECK(strcmp(sb_str_text(&all.events), sb_str_text(&little.events)) == 0);
    CHECK_STR(all.rejects, little.rejects);
    release(&all);
    release(&little);
    sb_str_release(&csv);
}

/* A header without a column that the mapping names ends the import, with the place and the nearest name. */
TEST(import, a_missing_column_is_shown_in_the_mapping)
{
    struct outcome o;
    import_text(&o, DAYS, "date,from,to,amuont\n");
    CHECK_INT(o.status, SB_NOT_FOUND);
    CHECK(strstr(o.err.text[SB_EN], "test.map:5:13: no column of that name; did you mean \"amuont\"?\n") !=
          NULL);
    CHECK(strstr(o.err.text[SB_EN], "\n  amount from \"amount\"\n              ^") != NULL);
    release(&o);
    import_text(&o, DAYS "encoding latin-eleventy\n", "date,from,to,amount\n");
    CHECK_INT(o.status, SB_INVALID);
    release(&o);
    const char *files[] = {path_of("nowhere.csv")};
    import_files(&o, DAYS, files, 1, 0);
    CHECK_INT(o.status, SB_NOT_FOUND);
    release(&o);
}

/* ------------------------------------------------------------------ mappings */

TEST(import, mistakes_of_mappings_are_pointed_at)
{
    static const char *const rows[][2] = {
        {"timme from \"x\"\n", "m:1:1: unknown word; did you mean 'time'?\n  timme from \"x\"\n  ^"},
        {"whatever\n", "m:1:1: no sentence begins like this; see docs/import.md\n  whatever\n  ^"},
        {"order random\n", "m:1:7: expected one of oldest, newest\n  order random\n        ^"},
        {"payer.clas is x\n", "m:1:1: unknown word; did you mean 'payer.class'?\n  payer.clas is x\n  ^"},
        {"unit GBP with 12 decimals\n",
         "m:1:15: expected a number from 1 to 9\n  unit GBP with 12 decimals\n                ^"},
        {"unit\nclock +07:00\n", "m:1:5: expected a word or a text in quotes\n  unit\n      ^"},
        {"clock 7\n", "m:1:7: expected an offset such as +07:00\n  clock 7\n        ^"},
        {"time from \"x\" as d/m/y\n", "m:1:18: 'y' means nothing in a format of time: expected d m y h s f "
                                       "z\n  time from \"x\" as d/m/y\n                   ^"},
        {"time from \"x\" as d/m\n", "m:1:18: a format of time needs a day, a month and a year: d/m/yyyy\n  "
                                     "time from \"x\" as d/m\n                   ^"},
        {"time from \"x\n",
         "m:1:11: expected a column: \"its name\" or column 3\n  time from \"x\n            ^"},
        {"payer from \"x\"\npayer from \"y\"\n",
         "m:2:1: this is said a second time\n  payer from \"y\"\n  ^"},
        {"negative amounts are refund\n", "m:1:22: unknown word; did you mean 'refunds'?\n  negative amounts "
                                          "are refund\n                       ^"},
        {"payer from \"x\" payee\n",
         "m:1:16: expected the end of the sentence\n  payer from \"x\" payee\n                 ^"},
        {"kind from \"x\": \"y\" si z\n",
         "m:1:20: expected 'is'\n  kind from \"x\": \"y\" si z\n                     ^"},
        {"numbers like \"abc\"\n", "m:1:14: expected an example in quotes such as \"1.234,56\"\n  numbers "
                                   "like \"abc\"\n               ^"},
        {"unit GBP\n", "m: the mapping does not say 'time'"},
        {DAYS "opening balances as needed\n", "m: opening balances need 'funds from \"ACCOUNT\"'"},
        {DAYS "accounts file \"a\"\n", "m: an accounts file needs 'account.name'"},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        struct sb_map map;
        struct sb_err err = {0};
        CHECK_INT(sb_map_read("m", rows[i][0], strlen(rows[i][0]), &map, &err), SB_SYNTAX);
        CHECK_STR(err.text[SB_EN], rows[i][1]);
        CHECK(err.text[SB_VI][0] != '\0');
        sb_map_release(&map);
    }
}

/* The examples of the manual are mappings: each indented block that says a unit reads without a mistake. */
TEST(import, examples_of_the_manual_read)
{
    char path[512], line[1024];
    struct sb_str block = {0};
    unsigned read = 0;
    (void)snprintf(path, sizeof(path), "%s/docs/import.md", test_source_dir());
    FILE *file = fopen(path, "r");
    CHECK(file != NULL);
    bool more = true;
    while (more) {
        more = fgets(line, sizeof(line), file) != NULL;
        if (more && (strncmp(line, "    ", 4) == 0 || line[0] == '\n')) {
            sb_str_add(&block, line[0] == '\n' ? line : line + 4);
            continue;
        }
        const char *text = sb_str_text(&block) + strspn(sb_str_text(&block), "\n");
        if (strncmp(text, "unit", 4) == 0 || strncmp(text, "map ", 4) == 0) {
            struct sb_map map;
            struct sb_err err = {0};
            enum sb_status status = sb_map_read("docs/import.md", text, strlen(text), &map, &err);
            CHECK_STR(err.text[SB_EN], "");
            CHECK_INT(status, SB_OK);
            sb_map_release(&map);
            read++;
        }
        sb_str_clear(&block);
    }
    CHECK_INT(fclose(file), 0);
    CHECK_INT(read, 3);
    sb_str_release(&block);
}

/* Each bound of a mapping: at it, and one over. */
TEST(import, mappings_are_bounded)
{
    static const struct {
        const char *head, *item, *between;
        int max;
    } rows[] = {
        {DAYS "purpose from \"p\": ", "\"x\" is y", ", ", SB_MAP_VALUES_MAX},
        {DAYS "purpose from ", "\"p\"", " and ", SB_MAP_COLUMNS_MAX},
        {HEAD "time from \"d\" as ", "d/m/yy", " or ", SB_MAP_FORMATS_MAX},
        {DAYS, "skip rows where \"d\" is x", "\n", SB_MAP_FILTERS_MAX},
        {DAYS "agent from \"x\"\nagent.opened-on from \"x\" as \"dmyy", ".", "", SB_TIME_ELEMENTS_MAX - 3},
    };
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows); i++) {
        for (int over = 0; over < 2; over++) {
            struct sb_str text = {0};
            struct sb_map map;
            sb_str_add(&text, rows[i].head);
            for (int j = 0; j < rows[i].max + over; j++)
                sb_str_printf(&text, "%s%s", j > 0 ? rows[i].between : "", rows[i].item);
            sb_str_add(&text, strstr(rows[i].head, "\"dmyy") ? "\"\n" : "\n");
            CHECK_INT(sb_map_read("m", text.text, text.size, &map, NULL), over ? SB_LIMIT : SB_OK);
            sb_map_release(&map);
            sb_str_release(&text);
        }
    }
    struct sb_map map;
    char *text = malloc(SB_MAP_SIZE_MAX + 1);
    memset(text, ' ', SB_MAP_SIZE_MAX + 1);
    memcpy(text, DAYS, strlen(DAYS));
    CHECK_INT(sb_map_read("m", text, SB_MAP_SIZE_MAX, &map, NULL), SB_OK);
    sb_map_release(&map);
    CHECK_INT(sb_map_read("m", text, SB_MAP_SIZE_MAX + 1, &map, NULL), SB_LIMIT);
    sb_map_release(&map);
    free(text);
}

/* ------------------------------------------------------------------ the sample */

/* The committed sample: figures counted once by another program from the same file. */
TEST(import, the_sample_of_birmingham_adds_up)
{
    char map_path[512], csv_path[512], source[8192];
    struct outcome o;
    (void)snprintf(map_path, sizeof(map_path), "%s/examples/birmingham/cards.map", test_source_dir());
    (void)snprintf(csv_path, sizeof(csv_path), "%s/examples/birmingham/cards.csv", test_source_dir());
    FILE *file = fopen(map_path, "rb");
    CHECK(file != NULL);
    size_t size = fread(source, 1, sizeof(source) - 1, file);
    source[size] = '\0';
    CHECK_INT(fclose(file), 0);
    const char *files[] = {csv_path};
    import_files(&o, source, files, 1, 0);
    CHECK_INT(o.status, SB_OK);
    CHECK_INT(o.totals.rows, 20658);
    CHECK_INT(o.totals.headers, 1);
    CHECK_INT(o.totals.transfers, 20146);
    CHECK_INT(o.totals.reversals, 425);
    CHECK_INT(o.totals.rejected, 86);
    CHECK_INT(o.totals.reasons[SB_REJECT_REFUND], 86);
    CHECK_INT(o.totals.accounts, 4236);
    CHECK_INT(o.totals.sum, 310028822);
    release(&o);
}
