/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"
#include "cmd/measure_print.h"

#include "import/panel_file.h"
#include "measure/did.h"
#include "os/os.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define FEW_CLUSTERS 10 /* on a side; below it the bootstrap itself is a guess: docs/evaluate.md */

struct arguments {
    const char *path;
    struct sb_panel_columns columns;
    struct sb_did_options options;
    bool json, csv;
};

static bool read_count(const char *option, const char *text, int64_t most, int64_t *ret_number)
{
    size_t used;
    if (sb_text_amount(text, strlen(text), 0, ret_number, &used) && text[used] == '\0' && *ret_number <= most)
        return true;
    (void)sb_cmd_usage("evaluate", "%s: '%s' is not a number up to %lld",
                       "%s: '%s' không phải số tối đa %lld", option, text, (long long)most);
    return false;
}

static bool take_option(struct arguments *arguments, const struct sb_args *args)
{
    const struct {
        const char *option;
        const char **place;
    } columns[] = {{"--unit", &arguments->columns.unit},       {"--time", &arguments->columns.period},
                   {"--outcome", &arguments->columns.outcome}, {"--treated", &arguments->columns.treated},
                   {"--cluster", &arguments->columns.cluster}, {"--weight", &arguments->columns.weight}};
    int64_t number = 0;
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        if (strcmp(args->option, columns[i].option) == 0) {
            *columns[i].place = args->value;
            return true;
        }
    }
    if (strcmp(args->option, "--bootstrap") == 0) {
        bool read = read_count("--bootstrap", args->value, SB_DID_DRAWS_MAX, &number);
        arguments->options.draws = (uint32_t)number;
        if (read && number < 100)
            return sb_cmd_usage("evaluate", "--bootstrap: at least 100 draws",
                                "--bootstrap: ít nhất 100 lần") == SB_EXIT_DONE;
        return read;
    }
    if (strcmp(args->option, "--seed") == 0) {
        bool read = read_count("--seed", args->value, INT64_MAX, &number);
        arguments->options.seed = (uint64_t)number;
        return read;
    }
    if (strcmp(args->option, "--controls") == 0) {
        arguments->options.not_yet_treated = strcmp(args->value, "not-yet") == 0;
        if (arguments->options.not_yet_treated || strcmp(args->value, "never") == 0)
            return true;
        return sb_cmd_usage("evaluate", "--controls: '%s' is neither never nor not-yet",
                            "--controls: '%s' không phải never hay not-yet", args->value) == SB_EXIT_DONE;
    }
    arguments->json = arguments->json || strcmp(args->option, "--json") == 0;
    arguments->csv = arguments->csv || strcmp(args->option, "--csv") == 0;
    return true;
}

static bool read_arguments(struct arguments *arguments, int argc, char **argv)
{
    static const char *const known[] = {
        "--unit=",     "--time=",      "--outcome=", "--treated=", "--cluster=", "--weight=",
        "--controls=", "--bootstrap=", "--seed=",    "--json",     "--csv",      NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (args.option) {
            if (!take_option(arguments, &args))
                return false;
        } else if (arguments->path) {
            (void)sb_cmd_usage("evaluate", "one panel at a time, and '%s' is a second",
                               "mỗi lần một bảng, '%s' là cái thứ hai", args.value);
            return false;
        } else {
            arguments->path = args.value;
        }
    }
    const struct sb_panel_columns *columns = &arguments->columns;
    bool complete =
        arguments->path && columns->unit && columns->period && columns->outcome && columns->treated;
    if (got == 0 && !complete)
        (void)sb_cmd_usage("evaluate",
                           "expected a panel and its columns: --unit, --time, --outcome, --treated",
                           "cần một bảng và các cột của nó: --unit, --time, --outcome, --treated");
    else if (got == 0 && arguments->json && arguments->csv)
        (void)sb_cmd_usage("evaluate", "--json and --csv exclude each other",
                           "--json và --csv không dùng cùng nhau");
    return got == 0 && complete && !(arguments->json && arguments->csv);
}

/* ------------------------------------------------------------------ words */

static const char *const kind_words[] = {"att", "event", "group", "calendar", "overall"};
static const char *const overall_words[] = {"simple", "event", "group", "calendar"};

static void name_row(const struct sb_did_row *row, const struct sb_observed *panel, enum sb_lang lang,
                     struct sb_str *out)
{
    switch (row->kind) {
    case SB_DID_GROUP_TIME:
        sb_str_printf(out, sb_tr(lang, "start %s, period %s", "bắt đầu %s, kỳ %s"),
                      sb_observed_period(panel, row->group), sb_observed_period(panel, row->period));
        break;
    case SB_DID_EVENT:
        sb_str_printf(out, sb_tr(lang, "%+d periods from the start", "%+d kỳ so với lúc bắt đầu"),
                      row->event);
        break;
    case SB_DID_GROUP:
        sb_str_printf(out, sb_tr(lang, "start %s", "bắt đầu %s"), sb_observed_period(panel, row->group));
        break;
    case SB_DID_CALENDAR:
        sb_str_printf(out, sb_tr(lang, "period %s", "kỳ %s"), sb_observed_period(panel, row->period));
        break;
    case SB_DID_OVERALL:
        sb_str_add(out, row->of == SB_DID_SIMPLE
                            ? sb_tr(lang, "all treated, all their periods", "mọi đơn vị đã áp dụng, mọi kỳ")
                        : row->of == SB_DID_BY_EVENT ? sb_tr(lang, "mean over the time since the start",
                                                             "trung bình theo thời gian từ lúc bắt đầu")
                        : row->of == SB_DID_BY_GROUP
                            ? sb_tr(lang, "mean over groups", "trung bình theo nhóm")
                            : sb_tr(lang, "mean over periods", "trung bình theo kỳ"));
        break;
    }
}

static const char *const assumptions[2][5] = {
    {"Parallel trends: without the treatment, treated units would have changed as the controls did. No data "
     "can prove it; placebo rows may contradict it.",
     "No anticipation: nobody changes before the first treated period. Base is the period before the start; "
     "before it, the period before.",
     "No spill-over: what happens in treated units leaves the controls alone. Money that moves between "
     "provinces may break this.",
     "Units are weighed as given; no covariates are used. Units with holes, and those treated from the first "
     "period on, are left out.",
     "Everything but what was registered beforehand is exploratory: say which row was the primary one, and "
     "show all the others."},
    {"Xu hướng song song: nếu không áp dụng, các đơn vị áp dụng sẽ thay đổi như nhóm đối chứng. Không dữ "
     "liệu nào chứng minh được; các dòng giả dược có thể bác bỏ.",
     "Không phản ứng trước: không ai thay đổi trước kỳ áp dụng đầu tiên. Mốc so sánh là kỳ ngay trước khi "
     "bắt đầu; trước đó là kỳ liền trước.",
     "Không lan toả: điều xảy ra ở đơn vị áp dụng không ảnh hưởng nhóm đối chứng. Tiền chuyển giữa các tỉnh "
     "có thể phá vỡ giả định này.",
     "Đơn vị được tính theo trọng số đã cho; không dùng biến kiểm soát. Đơn vị thiếu kỳ, và đơn vị áp dụng "
     "ngay từ kỳ đầu, bị loại.",
     "Mọi thứ chưa đăng ký trước đều là thăm dò: hãy nói dòng nào là chính, và trình bày mọi dòng khác."},
};

static void add_warnings(const struct sb_did *did, const struct sb_panel_shape *shape, enum sb_lang lang,
                         struct sb_str *out)
{
    if (did->treated_clusters < 2 || did->control_clusters < 2)
        sb_str_add(
            out,
            sb_tr(
                lang, "ONE CLUSTER on a side: nothing can be said of chance, and no interval is given.\n",
                "CHỈ CÓ MỘT CỤM ở một phía: không thể nói gì về ngẫu nhiên, nên không có khoảng tin cậy.\n"));
    else if (did->treated_clusters < FEW_CLUSTERS || did->control_clusters < FEW_CLUSTERS)
        sb_str_printf(out,
                      sb_tr(lang, "FEW CLUSTERS: %u treated, %u controls. Intervals are likely too narrow.\n",
                            "ÍT CỤM: %u áp dụng, %u đối chứng. Khoảng tin cậy có thể quá hẹp.\n"),
                      did->treated_clusters, did->control_clusters);
    if (did->groups_left_out > 0)
        sb_str_printf(out,
                      sb_tr(lang, "%u groups have no control and are left out.\n",
                            "%u nhóm không có đối chứng nên bị loại.\n"),
                      did->groups_left_out);
    if (shape->with_holes + shape->always_treated > 0)
        sb_str_printf(out,
                      sb_tr(lang, "Left out: %u units with holes, %u treated from the first period on.\n",
                            "Bị loại: %u đơn vị thiếu kỳ, %u đơn vị áp dụng ngay từ kỳ đầu.\n"),
                      shape->with_holes, shape->always_treated);
}

/* ------------------------------------------------------------------ text */

static void print_row(const struct sb_did_row *row, const struct sb_observed *panel)
{
    struct sb_str name = {0};
    name_row(row, panel, sb_cmd_lang, &name);
    if (row->placebo)
        sb_str_add(&name, sb_tr(sb_cmd_lang, " (placebo)", " (giả dược)"));
    const char *text = sb_str_text(&name);
    size_t width = sb_text_width(text, strlen(text));
    printf("  %s%*s %12.6g", text, width < 44 ? (int)(44 - width) : 1, "", row->estimate);
    if (row->has_error)
        printf("  %10.4g  [%.6g, %.6g]  [%.6g, %.6g]", row->error, row->low, row->high, row->band_low,
               row->band_high);
    else
        printf("  %10s", "-");
    printf("  %u/%u\n", row->treated, row->controls);
    sb_str_release(&name);
}

static void print_text(const struct arguments *arguments, const struct sb_observed *panel,
                       const struct sb_did *did)
{
    static const char *const titles[2][5] = {
        {"Group-time effects", "By time since the start", "By group", "By period", "Overall"},
        {"Hiệu ứng theo nhóm và kỳ", "Theo thời gian từ lúc bắt đầu", "Theo nhóm", "Theo kỳ", "Chung"}};
    struct sb_panel_shape shape = sb_observed_shape(panel);
    struct sb_str warnings = {0};
    printf(sb_tr(sb_cmd_lang,
                 "%s: %s of %u units (%u treated, %u never) in %u periods, %u clusters\n"
                 "Difference-in-differences after Callaway and Sant'Anna (2021); controls: %s; %u draws, "
                 "seed %llu\n",
                 "%s: %s của %u đơn vị (%u áp dụng, %u không bao giờ) trong %u kỳ, %u cụm\n"
                 "Khác biệt trong khác biệt theo Callaway và Sant'Anna (2021); đối chứng: %s; %u lần rút, "
                 "hạt giống %llu\n"),
           arguments->path, arguments->columns.outcome, shape.units, shape.treated, shape.never_treated,
           shape.periods, shape.clusters,
           arguments->options.not_yet_treated ? sb_tr(sb_cmd_lang, "not yet treated", "chưa áp dụng")
                                              : sb_tr(sb_cmd_lang, "never treated", "không bao giờ áp dụng"),
           did->draws, (unsigned long long)arguments->options.seed);
    add_warnings(did, &shape, sb_cmd_lang, &warnings);
    fputs(sb_str_text(&warnings), stdout);
    sb_str_release(&warnings);
    static const enum sb_did_kind order[] = {SB_DID_OVERALL, SB_DID_EVENT, SB_DID_GROUP, SB_DID_CALENDAR,
                                             SB_DID_GROUP_TIME};
    for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
        printf("\n%s: %s\n", titles[sb_cmd_lang][order[k]],
               sb_tr(sb_cmd_lang, "estimate, standard error, 95 % alone, 95 % together, treated/controls",
                     "ước lượng, sai số chuẩn, 95 % riêng, 95 % chung, áp dụng/đối chứng"));
        for (size_t i = 0; i < did->count; i++)
            if (did->rows[i].kind == order[k])
                print_row(&did->rows[i], panel);
    }
    if (did->has_placebo)
        printf(sb_tr(sb_cmd_lang,
                     "\nPlacebo rows together: chance alone strays as far with probability %.3f\n",
                     "\nCác dòng giả dược gộp lại: riêng ngẫu nhiên lệch đến thế với xác suất %.3f\n"),
               did->placebo_p);
    printf("\n%s\n", sb_tr(sb_cmd_lang, "What is assumed, and what this cannot say",
                           "Các giả định, và điều mà kết quả không nói được"));
    for (size_t i = 0; i < 5; i++)
        printf("- %s\n", assumptions[sb_cmd_lang][i]);
}

/* ------------------------------------------------------------------ rows and JSON */

static void print_csv(const struct sb_observed *panel, const struct sb_did *did)
{
    fputs("kind,group,period,event,placebo,estimate,error,low,high,band_low,band_high,treated,controls\n",
          stdout);
    for (size_t i = 0; i < did->count; i++) {
        const struct sb_did_row *row = &did->rows[i];
        bool timed = row->kind == SB_DID_GROUP_TIME || row->kind == SB_DID_EVENT;
        bool overall = row->kind == SB_DID_OVERALL;
        printf("%s%s%s,", kind_words[row->kind], overall ? "-" : "", overall ? overall_words[row->of] : "");
        if (row->kind == SB_DID_GROUP_TIME || row->kind == SB_DID_GROUP)
            sb_csv_field(stdout, sb_observed_period(panel, row->group));
        putchar(',');
        if (row->kind == SB_DID_GROUP_TIME || row->kind == SB_DID_CALENDAR)
            sb_csv_field(stdout, sb_observed_period(panel, row->period));
        putchar(',');
        if (timed)
            printf("%d", row->event);
        printf(",%s,%.10g,", row->placebo ? "yes" : "", row->estimate);
        if (row->has_error)
            printf("%.10g,%.10g,%.10g,%.10g,%.10g", row->error, row->low, row->high, row->band_low,
                   row->band_high);
        else
            fputs(",,,,", stdout);
        printf(",%u,%u\n", row->treated, row->controls);
    }
}

static json_t *json_row(const struct sb_did_row *row, const struct sb_observed *panel)
{
    bool grouped = row->kind == SB_DID_GROUP_TIME || row->kind == SB_DID_GROUP;
    bool dated = row->kind == SB_DID_GROUP_TIME || row->kind == SB_DID_CALENDAR;
    json_t *json = json_pack("{s:s, s:f, s:i, s:i}", "kind", kind_words[row->kind], "estimate", row->estimate,
                             "treated", (int)row->treated, "controls", (int)row->controls);
    if (!json)
        return NULL;
    if (row->kind == SB_DID_OVERALL)
        json_object_set_new(json, "of", json_string(overall_words[row->of]));
    if (grouped)
        json_object_set_new(json, "group", json_string(sb_observed_period(panel, row->group)));
    if (dated)
        json_object_set_new(json, "period", json_string(sb_observed_period(panel, row->period)));
    if (row->kind == SB_DID_GROUP_TIME || row->kind == SB_DID_EVENT) {
        json_object_set_new(json, "event", json_integer(row->event));
        json_object_set_new(json, "placebo", json_boolean(row->placebo));
    }
    json_t *interval = row->has_error
                           ? json_pack("{s:f, s:[f,f], s:[f,f]}", "error", row->error, "alone_95", row->low,
                                       row->high, "together_95", row->band_low, row->band_high)
                           : NULL;
    if (interval)
        json_object_update(json, interval);
    json_decref(interval);
    return json;
}

static void print_json(const struct arguments *arguments, const struct sb_observed *panel,
                       const struct sb_did *did)
{
    struct sb_panel_shape shape = sb_observed_shape(panel);
    struct sb_str warnings = {0};
    json_t *rows = json_array(), *assumed = json_array();
    add_warnings(did, &shape, sb_cmd_lang, &warnings);
    for (size_t i = 0; i < did->count; i++)
        json_array_append_new(rows, json_row(&did->rows[i], panel));
    for (size_t i = 0; i < 5; i++)
        json_array_append_new(assumed, json_string(assumptions[sb_cmd_lang][i]));
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:s, s:o, s:o, s:o}", "panel",
        arguments->path, "outcome", arguments->columns.outcome, "controls",
        arguments->options.not_yet_treated ? "not-yet" : "never", "units", (int)shape.units, "treated",
        (int)shape.treated, "periods", (int)shape.periods, "clusters_treated", (int)did->treated_clusters,
        "clusters_control", (int)did->control_clusters, "left_out_holes", (int)shape.with_holes,
        "left_out_always_treated", (int)shape.always_treated, "draws", (int)did->draws, "seed",
        (json_int_t)arguments->options.seed, "warnings", sb_str_text(&warnings), "placebo_p",
        did->has_placebo ? json_real(did->placebo_p) : json_null(), "assumptions", assumed, "rows", rows);
    char *text =
        root ? json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(10)) : NULL;
    if (text)
        puts(text);
    free(text);
    json_decref(root);
    sb_str_release(&warnings);
}

static enum sb_exit run(const struct arguments *arguments)
{
    struct sb_err err = {0};
    struct sb_observed *panel = NULL;
    struct sb_did did = {0};
    FILE *file = fopen(arguments->path, "rb");
    if (!file) {
        (void)sb_os_fail(&err, errno);
        (void)sb_fail_in(&err, "cannot read '%s'", "không đọc được '%s'", arguments->path);
        return sb_cmd_fail(&err);
    }
    enum sb_status status = sb_panel_read(file, arguments->path, &arguments->columns, &panel, &err);
    (void)fclose(file); /* it was only read */
    if (status == SB_OK)
        status = sb_did_estimate(panel, &arguments->options, &did, &err);
    if (status == SB_OK && arguments->csv)
        print_csv(panel, &did);
    else if (status == SB_OK && arguments->json)
        print_json(arguments, panel, &did);
    else if (status == SB_OK)
        print_text(arguments, panel, &did);
    sb_did_release(&did);
    sb_observed_free(panel);
    return status == SB_OK ? SB_EXIT_DONE : sb_cmd_fail(&err);
}

enum sb_exit sb_cmd_evaluate(int argc, char **argv)
{
    struct arguments arguments = {.options = {.seed = 1, .interrupted = sb_cmd_interrupted}};
    return read_arguments(&arguments, argc, argv) ? run(&arguments) : SB_EXIT_USAGE;
}
