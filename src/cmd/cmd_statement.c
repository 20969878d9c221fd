/* SPDX-License-Identifier: Apache-2.0 */
/* `statement`: what happened to an account, with its balance after each. */
#include "cmd/cmd.h"

#include "base/macros.h"
#include "replay/statement.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct printing {
    const char *dir, *from_text, *to_text;
    bool csv, json;
    struct sb_id account;
    sb_time_us from, to; /* from <= time < to */
    bool begun;
    sb_amount before;  /* the balance before the first line that is printed */
    json_t *lines;     /* owned */
    struct sb_str out; /* owned; the text, printed at the end */
    uint64_t printed;
};

struct word {
    const char *en, *vi;
};

/* What a line is, after its event. */
static struct word word_of(const struct sb_event *event)
{
    switch ((enum sb_event_type)event->type) {
    case SB_EVENT_TRANSFER:
        return (event->flags & SB_F_PENDING) != 0 ? (struct word){"reserve", "tạm giữ"}
                                                  : (struct word){"transfer", "giao dịch"};
    case SB_EVENT_POST: return (struct word){"post", "ghi"};
    case SB_EVENT_VOID: return (struct word){"void", "huỷ giữ"};
    case SB_EVENT_REVERSE: return (struct word){"reverse", "hoàn"};
    case SB_EVENT_OPEN: return (struct word){"open", "mở"};
    case SB_EVENT_CHANGE: return (struct word){"change", "đổi"};
    case SB_EVENT_FREEZE: return (struct word){"freeze", "phong toả"};
    case SB_EVENT_CLOSE: return (struct word){"close", "đóng"};
    case SB_EVENT_REOPEN: return (struct word){"reopen", "mở lại"};
    case SB_EVENT_CHARTER:
    case SB_EVENT_NAME:
    case SB_EVENT_TICK: break;
    }
    return (struct word){"fee", "phí"};
}

/* The amounts and names of one line as texts. */
struct cells {
    char time[SB_TIME_TEXT_SIZE], other[SB_ID_TEXT_SIZE];
    const char *kind;
    struct sb_str amount, fees, balance;
};

static void add_amount(struct sb_str *out, sb_amount amount, unsigned decimals, bool sign)
{
    if (sign && amount > 0)
        sb_str_add(out, "+");
    if (amount < 0)
        sb_str_add(out, "-");
    sb_str_add_amount(out, amount < 0 ? -amount : amount, decimals);
}

static void fill_cells(const struct sb_statement *statement, const struct sb_statement_line *line,
                       struct cells *cells)
{
    const struct sb_plan *plan = sb_statement_plan(statement);
    unsigned decimals = plan ? plan->decimals : 0;
    const char *kind =
        line->kind ? sb_symbols_name(sb_statement_symbols(statement), SB_SPACE_KIND, line->kind) : NULL;
    sb_time_print(line->event.time, plan ? plan->clock_offset_s : 0, cells->time);
    cells->kind = kind ? kind : "";
    if (!sb_id_is_none(line->other))
        sb_id_print(line->other, cells->other);
    if (line->amount != 0)
        add_amount(&cells->amount, line->amount, decimals, true);
    if (line->fees != 0)
        add_amount(&cells->fees, line->fees, decimals, true);
    if (!line->more_in_chain)
        add_amount(&cells->balance, line->balance, decimals, false);
}

static void release_cells(struct cells *cells)
{
    sb_str_release(&cells->amount);
    sb_str_release(&cells->fees);
    sb_str_release(&cells->balance);
}

static void print_json(struct printing *printing, const struct sb_statement_line *line,
                       const struct cells *cells)
{
    char id[SB_ID_TEXT_SIZE];
    sb_id_print(line->event.id, id);
    json_t *object =
        json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "sequence", (json_int_t)line->sequence, "time",
                  cells->time, "id", id, "event", word_of(&line->event).en, "kind", cells->kind, "other",
                  cells->other, "amount", (json_int_t)line->amount, "fees", (json_int_t)line->fees);
    if (object && !line->more_in_chain)
        json_object_set_new(object, "balance", json_integer((json_int_t)line->balance));
    json_array_append_new(printing->lines, object);
}

/* Amounts in minor units in CSV, for machines. */
static void print_csv(struct printing *printing, const struct sb_statement_line *line,
                      const struct cells *cells)
{
    char id[SB_ID_TEXT_SIZE];
    sb_id_print(line->event.id, id);
    sb_str_printf(&printing->out, "%s,%llu,%s,%s,%s,%s,%lld,%lld,", cells->time,
                  (unsigned long long)line->sequence, id, word_of(&line->event).en, cells->kind, cells->other,
                  (long long)line->amount, (long long)line->fees);
    if (!line->more_in_chain)
        sb_str_printf(&printing->out, "%lld", (long long)line->balance);
    sb_str_add(&printing->out, "\n");
}

static void pad(struct sb_str *out, const char *text, size_t width)
{
    size_t taken = sb_text_width(text, strlen(text));
    for (; taken < width; taken++)
        sb_str_add(out, " ");
    sb_str_add(out, text);
}

static void print_text(struct printing *printing, const struct sb_statement_line *line,
                       const struct cells *cells)
{
    struct word word = word_of(&line->event);
    const char *what = sb_tr(sb_cmd_lang, word.en, word.vi);
    sb_str_printf(&printing->out, "%s %10llu  %s", cells->time, (unsigned long long)line->sequence, what);
    size_t taken = sb_text_width(what, strlen(what));
    for (; taken < 10; taken++)
        sb_str_add(&printing->out, " ");
    sb_str_printf(&printing->out, " %-12s %-32s", cells->kind, cells->other);
    pad(&printing->out, sb_str_text(&cells->amount), 18);
    pad(&printing->out, sb_str_text(&cells->fees), 12);
    pad(&printing->out, sb_str_text(&cells->balance), 18);
    sb_str_add(&printing->out, "\n");
}

/* A day's begin by the charter's clock. False when the text is no date. */
static bool read_day(const char *text, int32_t offset_s, int days, sb_time_us *ret_time)
{
    struct sb_date date;
    size_t used = 0;
    if (!sb_date_parse(text, strlen(text), &date, &used) || text[used] != '\0')
        return false;
    *ret_time = sb_time_of_day(sb_day_of_date(date) + days, offset_s);
    return true;
}

/* The clock is known with the first line only. */
static void begin(struct printing *printing, const struct sb_statement *statement)
{
    const struct sb_plan *plan = sb_statement_plan(statement);
    int32_t offset_s = plan ? plan->clock_offset_s : 0;
    printing->begun = true;
    printing->from = SB_TIME_MIN;
    printing->to = SB_TIME_MAX;
    if (printing->from_text && !read_day(printing->from_text, offset_s, 0, &printing->from))
        printing->from = SB_TIME_MAX;
    if (printing->to_text && !read_day(printing->to_text, offset_s, 1, &printing->to))
        printing->to = SB_TIME_MIN;
    if (printing->csv)
        sb_str_add(&printing->out, "time,sequence,id,event,kind,other,amount,fees,balance\n");
}

static enum sb_status print_line(void *context, const struct sb_statement *statement,
                                 const struct sb_statement_line *line, struct sb_err *err)
{
    struct printing *printing = context;
    struct cells cells = {.kind = ""};
    if (!printing->begun)
        begin(printing, statement);
    if (line->event.time < printing->from && !line->more_in_chain)
        printing->before = line->balance;
    if (line->event.time < printing->from || line->event.time >= printing->to)
        return SB_OK;
    fill_cells(statement, line, &cells);
    if (printing->json)
        print_json(printing, line, &cells);
    else if (printing->csv)
        print_csv(printing, line, &cells);
    else
        print_text(printing, line, &cells);
    printing->printed++;
    release_cells(&cells);
    return printing->out.failed ? sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ") : SB_OK;
}

static void print_end(struct printing *printing, const struct sb_statement *statement)
{
    char id[SB_ID_TEXT_SIZE];
    sb_id_print(printing->account, id);
    const struct sb_plan *plan = sb_statement_plan(statement);
    if (printing->json) {
        json_t *root =
            json_pack("{s:s, s:b, s:b, s:I, s:O}", "account", id, "synthetic",
                      sb_statement_is_synthetic(statement), "index", sb_statement_used_index(statement),
                      "balance_before", (json_int_t)printing->before, "lines", printing->lines);
        char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
        if (text)
            puts(text);
        free(text);
        json_decref(root);
        return;
    }
    if (!printing->csv) {
        struct sb_str before = {0};
        if (sb_statement_is_synthetic(statement))
            puts(sb_tr(sb_cmd_lang, "SYNTHETIC DATA", "DỮ LIỆU MÔ PHỎNG, không phải thật"));
        add_amount(&before, printing->before, plan ? plan->decimals : 0, false);
        printf(sb_tr(sb_cmd_lang, "Account %s, balance before: %s\n", "Tài khoản %s, số dư đầu: %s\n"), id,
               sb_str_text(&before));
        sb_str_release(&before);
    }
    fputs(sb_str_text(&printing->out), stdout);
}

static enum sb_exit run(struct printing *printing, bool whole)
{
    struct sb_statement_options options = {.os = sb_os_real(),
                                           .dir = printing->dir,
                                           .account = printing->account,
                                           .whole = whole,
                                           .interrupted = sb_cmd_interrupted,
                                           .progress = sb_progress};
    struct sb_statement *statement = NULL;
    struct sb_err err = {0};
    printing->lines = json_array();
    enum sb_status status = sb_statement_tell(&options, print_line, printing, &statement, &err);
    sb_progress_end();
    if (status == SB_OK)
        print_end(printing, statement);
    sb_statement_free(statement);
    json_decref(printing->lines);
    sb_str_release(&printing->out);
    return status == SB_OK ? SB_EXIT_DONE : sb_cmd_fail(&err);
}

static bool is_day(const char *text)
{
    sb_time_us time;
    return !text || read_day(text, 0, 0, &time);
}

enum sb_exit sb_cmd_statement(int argc, char **argv)
{
    static const char *const known[] = {"--from=", "--to=", "--csv", "--json", "--whole", NULL};
    struct printing printing = {0};
    struct sb_args args = {.argc = argc, .argv = argv};
    const char *account = NULL;
    bool whole = false;
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (args.option && strcmp(args.option, "--from") == 0)
            printing.from_text = args.value;
        else if (args.option && strcmp(args.option, "--to") == 0)
            printing.to_text = args.value;
        else if (args.option && strcmp(args.option, "--csv") == 0)
            printing.csv = true;
        else if (args.option && strcmp(args.option, "--json") == 0)
            printing.json = true;
        else if (args.option)
            whole = true;
        else if (!printing.dir)
            printing.dir = args.value;
        else if (!account)
            account = args.value;
        else
            return sb_cmd_usage("statement", "one account at a time, and '%s' is a second",
                                "mỗi lần một tài khoản, '%s' là cái thứ hai", args.value);
    }
    if (got < 0)
        return SB_EXIT_USAGE;
    if (!account)
        return sb_cmd_usage("statement", "expected a journal's folder and an account",
                            "cần thư mục nhật ký và tài khoản");
    if (!is_day(printing.from_text) || !is_day(printing.to_text))
        return sb_cmd_usage("statement", "expected dates such as 2026-01-31", "cần ngày dạng 2026-01-31");
    if (printing.csv && printing.json)
        return sb_cmd_usage("statement", "either --csv or --json", "chọn --csv hoặc --json");
    if (!sb_id_parse(account, strlen(account), &printing.account))
        printing.account = sb_id_of_text(account, strlen(account));
    return run(&printing, whole);
}
