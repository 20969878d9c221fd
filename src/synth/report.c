/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Generated beside published. A figure is an integer and the number of its decimals, since nothing here is a
 * floating-point number; the same rows make the table and the JSON. A synthetic country that prints only
 * itself could be anything.
 */

#include "synth/calibration.h"

#include "base/macros.h"
#include "base/str.h"

#include <assert.h>
#include <string.h>

#define ROWS_MAX                 32
#define MONTH_HUNDREDTHS_OF_DAYS UINT64_C(3044) /* a month is 30.44 days */

struct row {
    const char *key, *en, *vi; /* static */
    const char *unit;          /* static; "" for a plain number */
    unsigned decimals;
    int64_t generated, low, high; /* high 0: one figure; low 0 too: no figure, the note says what is known */
    const char *source;           /* static */
};

struct rows {
    struct row rows[ROWS_MAX];
    size_t count;
    unsigned source_numbers[ROWS_MAX]; /* of each row's source: equal for equal ones, from 1 */
    unsigned sources;                  /* different ones */
};

#define SBV_2025 "State Bank of Viet Nam, 2025-09-30 (cafef 2025-12-30, vietnamnet 2474987)"
#define SERIES   "from MIC 2024-05-31 (hanoitimes 2024-07-13) to SBV 2025-09-30 (cafef 2025-12-30)"
#define PAYSIM   "PaySim, aggregatedTransactions.csv (EdgarLopezPhD/PaySim), without debit"
#define GSMA     "GSMA State of the Industry 2025, world"

static void add(struct rows *rows, struct row row)
{
    assert(rows->count < ROWS_MAX);
    size_t same = 0;
    while (same < rows->count && strcmp(rows->rows[same].source, row.source) != 0)
        same++;
    rows->source_numbers[rows->count] = same < rows->count ? rows->source_numbers[same] : ++rows->sources;
    rows->rows[rows->count++] = row;
}

/* part of whole in units of 1 / per, rounded to the nearest; 0 of nothing. */
static int64_t share(uint64_t part, uint64_t whole, uint64_t per)
{
    return whole ? (int64_t)((part * per + whole / 2) / whole) : 0;
}

static uint64_t days_of(const struct sb_synth_totals *totals)
{
    return (uint64_t)(totals->options.to - totals->options.from + 1);
}

static uint64_t transactions(const struct sb_synth_totals *totals, uint64_t *ret_value)
{
    uint64_t done = 0, value = 0;
    for (int kind = 0; kind < SB_SYNTH_TRANSACTIONS; kind++) {
        done += totals->done[kind];
        value += (uint64_t)totals->value[kind];
    }
    *ret_value = value;
    return done;
}

static void add_accounts(struct rows *rows, const struct sb_synth_totals *totals)
{
    uint64_t scale = totals->options.scale;
    add(rows, (struct row){"accounts", "subscriber accounts, whole country", "tài khoản thuê bao, cả nước",
                           "", 0, (int64_t)(totals->accounts * scale), 10890000, 0, SBV_2025});
    add(rows, (struct row){"rural", "rural, by commune of registration", "nông thôn, theo xã đăng ký", " %",
                           1, share(totals->rural, totals->accounts, 1000), 700, 0, SBV_2025});
    add(rows, (struct row){"points", "business points, whole country", "điểm kinh doanh, cả nước", "", 0,
                           (int64_t)(totals->points * scale), 11883, 0, SBV_2025});
    add(rows, (struct row){"accounts-per-point", "accounts for each point", "tài khoản trên mỗi điểm", "", 0,
                           share(totals->accounts, totals->points, 1), 916, 0, SBV_2025});
    add(rows, (struct row){"rural-points", "points in rural communes", "điểm ở xã nông thôn", " %", 1,
                           share(totals->rural_points, totals->points, 1000), 203, 300,
                           "MIC and SBV, 2022-03-31 (vietnaminsider 2022-04-12, vietnamnet 2019189)"});
    add(rows,
        (struct row){"merchants", "accepting units, whole country", "đơn vị chấp nhận thanh toán, cả nước",
                     "", 0, (int64_t)(totals->merchants * scale), 276000, 0, SBV_2025});
    add(rows, (struct row){"active", "accounts active in 30 days", "tài khoản hoạt động trong 30 ngày", " %",
                           1, share(totals->active, totals->accounts, 1000), 240, 0, GSMA});
}

static void add_transactions(struct rows *rows, const struct sb_synth_totals *totals)
{
    static const struct {
        const char *key, *en, *vi;
        enum sb_synth_kind kind;
        int64_t published;
    } kinds[] = {
        {"cash-in", "cash-in, of transactions", "nạp tiền, trong các giao dịch", SB_SYNTH_CASH_IN, 201},
        {"cash-out", "cash-out", "rút tiền", SB_SYNTH_CASH_OUT, 367},
        {"payment", "payment", "thanh toán", SB_SYNTH_PAYMENT, 351},
        {"transfer", "transfer", "chuyển tiền", SB_SYNTH_TRANSFER, 82},
    };
    uint64_t value, done = transactions(totals, &value), days = days_of(totals) * 100;
    uint64_t scale = totals->options.scale;
    add(rows, (struct row){"per-account-month", "transactions an account and month",
                           "giao dịch một tài khoản một tháng", "", 2,
                           share(done * MONTH_HUNDREDTHS_OF_DAYS, totals->account_days * 100, 100), 109, 0,
                           SERIES ", mean 9.85 m accounts"});
    add(rows, (struct row){"per-month", "transactions a month, million", "triệu giao dịch một tháng", "", 2,
                           share(done * scale * MONTH_HUNDREDTHS_OF_DAYS, days, 1) / 10000, 1071, 0,
                           SERIES ", mean 9.85 m accounts"});
    add(rows, (struct row){"value-per-month", "value a month, VND billion", "giá trị một tháng, tỉ đồng", "",
                           0, share(value / 1000 * scale * MONTH_HUNDREDTHS_OF_DAYS, days, 1) / 1000000, 253,
                           0, SERIES ", mean 9.85 m accounts"});
    add(rows,
        (struct row){"mean", "mean transaction", "giao dịch trung bình", " VND", 0, share(value, done, 1),
                     23619, 29305, SERIES "; the higher one over the whole pilot"});
    for (size_t i = 0; i < SB_ARRAY_SIZE(kinds); i++)
        add(rows,
            (struct row){kinds[i].key, kinds[i].en, kinds[i].vi, " %", 1,
                         share(totals->done[kinds[i].kind], done, 1000), kinds[i].published, 0, PAYSIM});
}

static void add_hours(struct rows *rows, const struct sb_synth_totals *totals)
{
    static const struct {
        const char *key, *en, *vi;
        unsigned hour;
        int64_t published;
    } hours[] = {
        {"hour-18", "in the hour from 18:00", "trong giờ từ 18:00", 18, 106},
        {"hour-19", "in the hour from 19:00", "trong giờ từ 19:00", 19, 129},
        {"hour-20", "in the hour from 20:00", "trong giờ từ 20:00", 20, 129},
        {"hour-21", "in the hour from 21:00", "trong giờ từ 21:00", 21, 102},
    };
    uint64_t value, done = transactions(totals, &value), night = 0;
    for (size_t i = 0; i < SB_ARRAY_SIZE(hours); i++)
        add(rows, (struct row){hours[i].key, hours[i].en, hours[i].vi, " %", 1,
                               share(totals->done_by_hour[hours[i].hour], done, 1000), hours[i].published, 0,
                               PAYSIM});
    for (unsigned hour = 3; hour <= 6; hour++)
        night += totals->done_by_hour[hour];
    add(rows, (struct row){"hours-3-6", "in the hours 3 to 6", "trong các giờ 3 đến 6", " %", 1,
                           share(night, done, 1000), 0, 0, PAYSIM ": almost nothing"});
}

static void make_rows(const struct sb_synth_totals *totals, struct rows *rows)
{
    rows->count = 0;
    rows->sources = 0;
    add_accounts(rows, totals);
    add_transactions(rows, totals);
    add_hours(rows, totals);
}

static void add_figure(struct sb_str *out, const struct row *row, int64_t figure, bool grouped)
{
    if (grouped) {
        sb_str_add_amount(out, figure, row->decimals);
        return;
    }
    struct sb_str text = {0};
    sb_str_add_amount(&text, figure, row->decimals);
    for (size_t i = 0; i < text.size; i++) {
        if (text.text[i] != ' ')
            sb_str_add_bytes(out, &text.text[i], 1);
    }
    out->failed = out->failed || text.failed;
    sb_str_release(&text);
}

static void add_padded(struct sb_str *out, const struct sb_str *text, size_t width, bool to_the_right)
{
    size_t is = sb_text_width(sb_str_text(text), text->size);
    for (size_t i = is; to_the_right && i < width; i++)
        sb_str_add(out, " ");
    sb_str_add(out, sb_str_text(text));
    for (size_t i = is; !to_the_right && i < width; i++)
        sb_str_add(out, " ");
    sb_str_add(out, "  ");
}

static void add_sources(struct sb_str *out, const struct rows *rows)
{
    unsigned listed = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->source_numbers[i] > listed)
            sb_str_printf(out, "[%u] %s\n", ++listed, rows->rows[i].source);
    }
}

static void add_line(struct sb_str *out, const struct rows *rows, size_t i, enum sb_lang lang)
{
    const struct row *row = &rows->rows[i];
    struct sb_str cell = {0};
    sb_str_add(&cell, sb_tr(lang, row->en, row->vi));
    add_padded(out, &cell, 37, false);
    sb_str_clear(&cell);
    add_figure(&cell, row, row->generated, true);
    sb_str_add(&cell, row->unit);
    add_padded(out, &cell, 13, true);
    sb_str_clear(&cell);
    if (row->low == 0 && row->high == 0)
        sb_str_add(&cell, "-");
    else
        add_figure(&cell, row, row->low, true);
    if (row->high) {
        sb_str_add(&cell, "-");
        add_figure(&cell, row, row->high, true);
    }
    sb_str_add(&cell, row->low ? row->unit : "");
    add_padded(out, &cell, 17, true);
    sb_str_printf(out, "[%u]\n", rows->source_numbers[i]);
    out->failed = out->failed || cell.failed;
    sb_str_release(&cell);
}

static void add_head(struct sb_str *out, enum sb_lang lang)
{
    struct sb_str cell = {0};
    sb_str_add(&cell, "");
    add_padded(out, &cell, 37, false);
    sb_str_add(&cell, sb_tr(lang, "generated", "tạo ra"));
    add_padded(out, &cell, 13, true);
    sb_str_clear(&cell);
    sb_str_add(&cell, sb_tr(lang, "published", "đã công bố"));
    add_padded(out, &cell, 17, true);
    sb_str_printf(out, "%s\n", sb_tr(lang, "source", "nguồn"));
    sb_str_release(&cell);
}

/* What the model expects to be refused or taken back: nothing is published of it. */
static void add_rest(struct sb_str *out, const struct sb_synth_totals *totals, enum sb_lang lang)
{
    sb_str_printf(out,
                  sb_tr(lang,
                        "Besides: %llu attempts over the month's limit by %llu accounts, %llu across "
                        "networks, %llu with a SIM too "
                        "young or unknown, %llu retries, %llu reversals, %llu reservations, %llu ids sent "
                        "again, %llu freezes.\n",
                        "Ngoài ra: %llu lần vượt hạn mức tháng của %llu tài khoản, %llu lần liên mạng, %llu "
                        "lần SIM chưa đủ "
                        "thời gian hoặc không rõ, %llu lần thử lại, %llu hoàn trả, %llu tạm giữ, %llu mã gửi "
                        "lại, %llu phong "
                        "toả.\n"),
                  (unsigned long long)totals->over_limit, (unsigned long long)totals->at_limit,
                  (unsigned long long)totals->cross_network, (unsigned long long)totals->sim_refused,
                  (unsigned long long)totals->retries, (unsigned long long)totals->reversals,
                  (unsigned long long)totals->reservations, (unsigned long long)totals->repeats,
                  (unsigned long long)totals->freezes);
}

void sb_synth_report(const struct sb_synth_totals *totals, enum sb_lang lang, FILE *stream)
{
    struct rows rows;
    struct sb_str out = {0};
    char from[SB_TIME_TEXT_SIZE], to[SB_TIME_TEXT_SIZE];
    make_rows(totals, &rows);
    sb_day_print(totals->options.from, from);
    sb_day_print(totals->options.to, to);
    sb_str_printf(
        &out,
        sb_tr(lang,
              "Synthetic Viet Nam 1:%u, %s to %s, seed %llu: %llu accounts of %llu people, %llu events\n\n",
              "Việt Nam mô phỏng 1:%u, %s đến %s, hạt giống %llu: %llu tài khoản của %llu người, %llu sự "
              "kiện\n\n"),
        totals->options.scale, from, to, (unsigned long long)totals->options.seed,
        (unsigned long long)totals->accounts, (unsigned long long)totals->persons,
        (unsigned long long)totals->events);
    add_head(&out, lang);
    for (size_t i = 0; i < rows.count; i++)
        add_line(&out, &rows, i, lang);
    sb_str_add(&out, "\n");
    add_sources(&out, &rows);
    sb_str_add(&out, "\n");
    add_rest(&out, totals, lang);
    fputs(sb_str_text(&out), stream);
    sb_str_release(&out);
}

/* ------------------------------------------------------------------ JSON */

static void add_member(struct sb_str *out, const char *key, uint64_t value)
{
    sb_str_printf(out, ", \"%s\": %llu", key, (unsigned long long)value);
}

static void add_row_json(struct sb_str *out, const struct row *row)
{
    assert(!strpbrk(row->source, "\"\\")); /* our own texts: nothing to escape */
    sb_str_printf(out, "    {\"key\": \"%s\", \"generated\": ", row->key);
    add_figure(out, row, row->generated, false);
    if (row->low) {
        sb_str_add(out, ", \"published\": [");
        add_figure(out, row, row->low, false);
        sb_str_add(out, ", ");
        add_figure(out, row, row->high ? row->high : row->low, false);
        sb_str_add(out, "]");
    }
    sb_str_printf(out, ", \"unit\": \"%s\", \"source\": \"%s\"}", row->unit[0] ? row->unit + 1 : "",
                  row->source);
}

static void add_provinces_json(struct sb_str *out, const struct sb_synth_totals *totals)
{
    for (size_t i = 0; i < SB_SYNTH_PROVINCES; i++)
        sb_str_printf(out, "%s    {\"code\": \"%s\", \"accounts\": %llu, \"population\": %u}", i ? ",\n" : "",
                      synth_provinces[i].code, (unsigned long long)totals->by_province[i],
                      synth_provinces[i].population);
}

bool sb_synth_report_json(const struct sb_synth_totals *totals, FILE *stream)
{
    struct rows rows;
    struct sb_str out = {0};
    char from[SB_TIME_TEXT_SIZE], to[SB_TIME_TEXT_SIZE];
    make_rows(totals, &rows);
    sb_day_print(totals->options.from, from);
    sb_day_print(totals->options.to, to);
    sb_str_printf(&out, "{\"synthetic\": true, \"country\": \"vn\", \"from\": \"%s\", \"to\": \"%s\"", from,
                  to);
    add_member(&out, "seed", totals->options.seed);
    add_member(&out, "scale", totals->options.scale);
    add_member(&out, "events", totals->events);
    add_member(&out, "accounts", totals->accounts);
    add_member(&out, "persons", totals->persons);
    add_member(&out, "at-two-providers", totals->at_two_providers);
    add_member(&out, "at-three-providers", totals->at_three_providers);
    for (size_t i = 0; i < SB_SYNTH_PROVIDERS; i++)
        add_member(&out, synth_providers[i].name, totals->by_provider[i]);
    add_member(&out, "over-limit", totals->over_limit);
    add_member(&out, "accounts-at-limit", totals->at_limit);
    add_member(&out, "cross-network", totals->cross_network);
    add_member(&out, "sim-refused", totals->sim_refused);
    add_member(&out, "retries", totals->retries);
    add_member(&out, "reversals", totals->reversals);
    add_member(&out, "reservations", totals->reservations);
    add_member(&out, "repeats", totals->repeats);
    add_member(&out, "freezes", totals->freezes);
    sb_str_add(&out, ",\n  \"figures\": [\n");
    for (size_t i = 0; i < rows.count; i++) {
        add_row_json(&out, &rows.rows[i]);
        sb_str_add(&out, i + 1 < rows.count ? ",\n" : "\n");
    }
    sb_str_add(&out, "  ],\n  \"hours\": [");
    for (size_t i = 0; i < 24; i++)
        sb_str_printf(&out, "%s%llu", i ? ", " : "", (unsigned long long)totals->done_by_hour[i]);
    sb_str_add(&out, "],\n  \"provinces\": [\n");
    add_provinces_json(&out, totals);
    sb_str_add(&out, "\n  ]}\n");
    bool good = !out.failed && fputs(sb_str_text(&out), stream) >= 0;
    sb_str_release(&out);
    return good;
}
