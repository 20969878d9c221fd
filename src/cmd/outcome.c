/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/outcome.h"

#include "base/macros.h"
#include "replay/tally.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum column { PASSED, REFUSED, COLUMN_COUNT };

struct sb_outcome {
    const struct sb_engine *engine; /* borrowed */
    uint64_t events, transfers, repeated;
    struct sb_figure by_code[SB_RESULT_COUNT];
    struct sb_tally *sentences; /* owned: refusals by article */
    struct sb_tally *provinces; /* owned: passed, refused */
    struct sb_tally *areas;     /* owned */
    struct sb_tally *kinds;     /* owned */
};

struct sb_outcome *sb_outcome_new(const struct sb_engine *engine)
{
    struct sb_outcome *outcome = calloc(1, sizeof(*outcome));
    if (!outcome)
        return NULL;
    outcome->engine = engine;
    outcome->sentences = sb_tally_new((const enum sb_dimension[]){SB_BY_LIMIT}, 1);
    outcome->provinces = sb_tally_new((const enum sb_dimension[]){SB_BY_PROVINCE}, 1);
    outcome->areas = sb_tally_new((const enum sb_dimension[]){SB_BY_AREA}, 1);
    outcome->kinds = sb_tally_new((const enum sb_dimension[]){SB_BY_KIND}, 1);
    if (!outcome->sentences || !outcome->provinces || !outcome->areas || !outcome->kinds) {
        sb_outcome_free(outcome);
        return NULL;
    }
    return outcome;
}

void sb_outcome_free(struct sb_outcome *outcome)
{
    if (!outcome)
        return;
    sb_tally_free(outcome->sentences);
    sb_tally_free(outcome->provinces);
    sb_tally_free(outcome->areas);
    sb_tally_free(outcome->kinds);
    free(outcome);
}

/* "month, D316 III": the rule's name with the article that it stands in. */
static void sentence_label(const struct sb_plan *plan, uint32_t rule, char label[SB_TALLY_LABEL_SIZE])
{
    const struct sb_sentence *sentence = sb_plan_sentence(plan, rule);
    const char *by = sentence && sentence->by.text ? sentence->by.text : "";
    const char *article = sentence && sentence->article.text ? sentence->article.text : "";
    (void)snprintf(label, SB_TALLY_LABEL_SIZE, "%s%s%s%s%s", sb_plan_rule_name(plan, rule), *by ? ", " : "",
                   by, *article ? " " : "", article); /* a label that long is cut */
}

static enum sb_status add_sentences(struct sb_outcome *outcome, const struct sb_plan *plan,
                                    const struct sb_result *result, struct sb_tally_event *labels,
                                    struct sb_err *err)
{
    enum sb_status status = SB_OK;
    for (uint32_t rule = 0; rule < plan->rule_count && status == SB_OK; rule++) {
        char label[SB_TALLY_LABEL_SIZE];
        if ((result->failed[rule / 64] >> (rule % 64) & 1) == 0)
            continue;
        sentence_label(plan, rule, label);
        labels->labels[SB_BY_LIMIT] = label;
        status = sb_tally_add(outcome->sentences, labels, REFUSED, err);
    }
    return status;
}

enum sb_status sb_outcome_add(void *context, const struct sb_event *event, const struct sb_result *result,
                              struct sb_err *err)
{
    struct sb_outcome *outcome = context;
    const struct sb_ledger *ledger = sb_engine_ledger(outcome->engine);
    const struct sb_plan *plan = sb_ledger_plan(ledger);
    outcome->events++;
    if ((result->flags & SB_RF_REPEATED) != 0) {
        outcome->repeated++;
        return SB_OK;
    }
    if (event->type != SB_EVENT_TRANSFER || !plan)
        return SB_OK;
    outcome->transfers++;
    sb_figure_add(&outcome->by_code[result->code], event->amount);
    struct sb_tally_event labels;
    struct sb_tally_buffers buffers;
    sb_tally_describe(ledger, plan, sb_engine_symbols(outcome->engine), event, sb_cmd_lang, &buffers,
                      &labels);
    unsigned column = result->code == SB_R_ACCEPTED ? PASSED : REFUSED;
    enum sb_status status = add_sentences(outcome, plan, result, &labels, err);
    if (status == SB_OK)
        status = sb_tally_add(outcome->kinds, &labels, column, err);
    if (status == SB_OK && labels.labels[SB_BY_PROVINCE])
        status = sb_tally_add(outcome->provinces, &labels, column, err);
    if (status == SB_OK && labels.labels[SB_BY_AREA])
        status = sb_tally_add(outcome->areas, &labels, column, err);
    return status;
}

/* ------------------------------------------------------------------ for people */

static void print_codes(const struct sb_outcome *outcome, unsigned decimals)
{
    for (unsigned code = 0; code < SB_RESULT_COUNT; code++) {
        struct sb_str number = {0}, sum = {0};
        if (outcome->by_code[code].number == 0)
            continue;
        sb_str_add_amount(&number, (int64_t)outcome->by_code[code].number, 0);
        sb_str_add_amount(&sum, outcome->by_code[code].sum, decimals);
        printf("  %-16s %12s %22s  %s\n", sb_result_word((enum sb_result_code)code), sb_str_text(&number),
               sb_str_text(&sum), sb_result_text((enum sb_result_code)code, sb_cmd_lang));
        sb_str_release(&number);
        sb_str_release(&sum);
    }
}

static void print_tally(const char *title, struct sb_tally *tally, const char *const *titles,
                        unsigned columns, unsigned sort_by, unsigned decimals)
{
    size_t count = 0;
    struct sb_str out = {0};
    (void)sb_tally_sorted(tally, sort_by, &count);
    if (count == 0)
        return;
    sb_tally_print(tally, titles, columns, sort_by, 0, decimals, sb_cmd_lang, &out);
    printf("\n%s\n%s", title, sb_str_text(&out));
    sb_str_release(&out);
}

static void print_text(struct sb_outcome *outcome, const struct sb_plan *plan)
{
    const char *const both[] = {sb_tr(sb_cmd_lang, "passed", "qua"),
                                sb_tr(sb_cmd_lang, "refused", "từ chối")};
    /* The sentences' refusals are counted in the second column, which alone is shown. */
    const struct sb_journal_info *info = sb_engine_info(outcome->engine);
    if ((info->flags & SB_JOURNAL_SYNTHETIC) != 0)
        printf(sb_tr(sb_cmd_lang, "SYNTHETIC DATA: %s\n", "DỮ LIỆU MÔ PHỎNG, không phải thật: %s\n"),
               info->origin);
    printf(sb_tr(sb_cmd_lang,
                 "%s: %llu events, %llu of them transfers; %llu repeated requests answered again\n",
                 "%s: %llu sự kiện, trong đó %llu giao dịch; %llu yêu cầu lặp được trả lời lại\n"),
           sb_charter_title(plan->layers[0].charter), (unsigned long long)outcome->events,
           (unsigned long long)outcome->transfers, (unsigned long long)outcome->repeated);
    print_codes(outcome, plan->decimals);
    print_tally(sb_tr(sb_cmd_lang, "Refused by which sentence (one event may fail several)",
                      "Bị từ chối theo điều khoản nào (một sự kiện có thể vi phạm nhiều điều)"),
                outcome->sentences, both, COLUMN_COUNT, REFUSED, plan->decimals);
    print_tally(sb_tr(sb_cmd_lang, "By kind", "Theo loại"), outcome->kinds, both, COLUMN_COUNT, PASSED,
                plan->decimals);
    print_tally(sb_tr(sb_cmd_lang, "By area of registration", "Theo khu vực đăng ký"), outcome->areas, both,
                COLUMN_COUNT, PASSED, plan->decimals);
    print_tally(sb_tr(sb_cmd_lang, "By province of registration", "Theo tỉnh, thành phố đăng ký"),
                outcome->provinces, both, COLUMN_COUNT, PASSED, plan->decimals);
}

/* ------------------------------------------------------------------ JSON */

static json_t *json_figure(struct sb_figure figure)
{
    return json_pack("{s:I, s:I}", "number", (json_int_t)figure.number, "sum_minor", (json_int_t)figure.sum);
}

static json_t *json_tally(struct sb_tally *tally)
{
    json_t *list = json_array();
    size_t count = 0;
    const struct sb_tally_group *const *groups = sb_tally_sorted(tally, REFUSED, &count);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:o, s:o}", "label", groups[i]->labels[0], "passed",
                                              json_figure(groups[i]->columns[PASSED]), "refused",
                                              json_figure(groups[i]->columns[REFUSED])));
    return list;
}

static void print_json(struct sb_outcome *outcome, const struct sb_plan *plan)
{
    json_t *codes = json_object();
    for (unsigned code = 0; code < SB_RESULT_COUNT; code++)
        if (outcome->by_code[code].number > 0)
            json_object_set_new(codes, sb_result_word((enum sb_result_code)code),
                                json_figure(outcome->by_code[code]));
    json_t *root =
        json_pack("{s:s, s:b, s:I, s:I, s:I, s:i, s:o, s:o, s:o, s:o, s:o}", "charter",
                  sb_charter_title(plan->layers[0].charter), "synthetic",
                  (sb_engine_info(outcome->engine)->flags & SB_JOURNAL_SYNTHETIC) != 0, "events",
                  (json_int_t)outcome->events, "transfers", (json_int_t)outcome->transfers, "repeated",
                  (json_int_t)outcome->repeated, "decimals", (int)plan->decimals, "results", codes,
                  "sentences", json_tally(outcome->sentences), "kinds", json_tally(outcome->kinds), "areas",
                  json_tally(outcome->areas), "provinces", json_tally(outcome->provinces));
    char *text = root ? json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    if (text)
        puts(text);
    free(text);
    json_decref(root);
}

bool sb_outcome_print(struct sb_outcome *outcome, bool json)
{
    const struct sb_plan *plan = sb_ledger_plan(sb_engine_ledger(outcome->engine));
    if (plan && json)
        print_json(outcome, plan);
    else if (plan)
        print_text(outcome, plan);
    return outcome->by_code[SB_R_ACCEPTED].number != outcome->transfers;
}
