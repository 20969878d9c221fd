/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden tests of charters: text that a lawyer can review, events in, verdicts and reasons out.
 *
 *     # A comment.
 *     charter vn/mobile-money.charter          a path under charters/, or beside this file when it begins
 * with ./ layer examples/viettel-stricter.charter  a provider's layer on it law known-at 2025-05-01 judge
 * with what was known on that day; `law at DATE`: by the law of it set month=1000000 another ceiling of a
 * limit, in minor units 2022-01-10T10:00:00 payment 2 from alice to shop
 *         -> refused month: used 9 999 999, asked 2, at most 10 000 000, remaining 1; D316 "III"; passes from
 * ...
 *         -> used month alice = 9 999 999
 *     2022-01-10T10:00:00 cash-out 100 000 from alice to kiosk
 *         -> accepted
 *         -> fee withdrawal: 2 000 from alice to house
 *
 * `charter` begins a new case with an empty ledger; layer, law and set belong to it, and follow it at once.
 * `amend NAME` later on installs another charter, without layers, at the time of the next event: the ledger
 * goes on. Other lines are events (import/event_text.h), times by the charter's clock. What is expected of an
 * event stands below it: its verdict, every reason a line, every fee a line (also where money or an account
 * is missing for it), and what else is asked:
 *
 *     -> used LIMIT ACCOUNT = N        what the limit in force has used for the account at the event's time
 *     -> balance ACCOUNT = N
 *     -> payer told: TEXT              the short text of the first reason; also "payer told in Vietnamese:",
 *                                      "operator told:"
 *
 * An event that nothing is said about must be accepted. Members of a chain have reasons without figures. What
 * is expected of the last line of a case's head are the charter's errors and warnings; without any it may
 * have warnings, but no errors.
 *
 * A file of docs/ that ends in .md is read the same way: its blocks fenced as ```golden are the text above,
 * its blocks fenced as ```charter NAME are charters that they may name. So the examples of a page run as
 * tests.
 *
 * With --update the expectations are written anew, for review. The last line is "N passed, N failed": one an
 * event line, head or question with an expectation, and one for each that went wrong without.
 */
#include "golden_file.h"

#include "base/macros.h"
#include "import/event_text.h"
#include "ledger/ledger.h"

#include <assert.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REASONS_MAX    SB_PLAN_RULES_MAX
#define PATH_SIZE      1024
#define SETS_MAX       8
#define AMENDMENTS_MAX 8

struct source {
    char name[PATH_SIZE]; /* as messages show it: the same on every machine */
    char path[PATH_SIZE];
    char *text; /* owned */
    size_t size;
};

/* A charter that stands in a page. */
struct block {
    char name[64];
    struct sb_str text;
};

/* One case: a charter, a ledger, and the chain of events that is being collected. */
struct scene {
    struct golden_file *file;
    struct block *blocks; /* borrowed; of the page, when it is one */
    size_t block_count;
    struct source sources[SB_CHARTER_LAYERS_MAX];
    uint32_t source_count;
    struct sb_plan_options options;
    char law_date[16]; /* read by the charter's clock, so only once it is known */
    struct sb_plan_set sets[SETS_MAX];
    char set_names[SETS_MAX][SB_CHARTER_NAME_SIZE_MAX + 1];
    struct golden_line *head; /* the last line of the case's head */
    bool started;             /* events have come: the plan below is made, or could not be */
    bool installed;           /* the ledger has it */
    struct sb_symbols *symbols;
    struct sb_plan *plan;
    struct sb_plan *amended[AMENDMENTS_MAX]; /* the plans before it: the ledger borrows them */
    uint32_t amended_count;
    struct sb_ledger *ledger;
    struct sb_past *past;
    struct sb_event_reader *reader;
    struct sb_event chain[SB_CHAIN_MAX + 1];
    struct golden_line *chain_lines[SB_CHAIN_MAX + 1];
    uint32_t chain_count;
};

static void must(enum sb_status status, const struct sb_err *err, const char *what)
{
    if (status == SB_OK)
        return;
    (void)fprintf(stderr, "golden: %s: %s\n", what, err->text[SB_EN]);
    exit(3);
}

/* ------------------------------------------------------------------ words */

static void say_amount(const struct scene *scene, struct sb_str *out, int64_t amount, bool number)
{
    if (amount < 0)
        sb_str_add(out, "-");
    sb_str_add_amount(out, amount < 0 ? -amount : amount, number ? 0 : scene->plan->decimals);
}

/* To the minute, where nothing is behind it. */
static void say_time(const struct scene *scene, struct sb_str *out, sb_time_us time)
{
    char text[SB_TIME_TEXT_SIZE];
    sb_time_print(time, scene->plan->clock_offset_s, text);
    bool whole = text[16] == ':' && strncmp(text + 17, "00", 2) == 0 && text[19] != '.';
    sb_str_printf(out, "%.16s%s", text, text + (whole ? 19 : 16));
}

static void say_citation(const struct scene *scene, struct sb_str *out, uint32_t rule)
{
    const struct sb_sentence *sentence = sb_plan_sentence(scene->plan, rule);
    if (!sentence)
        return;
    if (!sentence->by.text)
        sb_str_printf(out, "; line %u", sentence->at.line);
    else if (!sentence->article.text)
        sb_str_printf(out, "; %s", sentence->by.text);
    else
        sb_str_printf(out, "; %s \"%s\"", sentence->by.text, sentence->article.text);
}

static const char *layer_word(const struct scene *scene, uint32_t rule)
{
    const struct sb_plan_layer *layer = &scene->plan->layers[scene->plan->rules[rule].layer];
    return layer->provider ? sb_symbols_name(scene->symbols, SB_SPACE_PROVIDER, layer->provider) : NULL;
}

static void say_rule(const struct scene *scene, struct sb_str *out, const char *verdict, uint32_t rule)
{
    const char *layer = layer_word(scene, rule);
    /* The name of an asking rule says that it asks. */
    sb_str_printf(out, "%s%s%s%s", verdict, sb_plan_rule_name(scene->plan, rule), layer ? " of " : "",
                  layer ? layer : "");
}

static void say_figures(const struct scene *scene, struct sb_str *out, const struct sb_reason *reason)
{
    const struct sb_rule *rule = &scene->plan->rules[reason->rule];
    bool window = sb_rule_counts(rule->type), balance = rule->type == SB_RULE_BALANCE;
    bool number = window && scene->plan->counters[rule->counter].measure == SB_MEASURE_NUMBER;
    if (!window && !balance && rule->type != SB_RULE_EACH_MOST && rule->type != SB_RULE_EACH_LEAST)
        return;
    sb_str_add(out, ": ");
    if (window || balance) {
        sb_str_add(out, balance ? "balance " : "used ");
        say_amount(scene, out, reason->used, number);
        sb_str_add(out, ", ");
    }
    sb_str_add(out, "asked ");
    say_amount(scene, out, reason->asked, number);
    sb_str_add(out, rule->type == SB_RULE_EACH_LEAST  ? ", at least "
                    : rule->type == SB_RULE_ASK_TOTAL ? ", asks over "
                                                      : ", at most ");
    say_amount(scene, out, reason->bound, number);
    if (window || balance) {
        sb_str_add(out, ", remaining ");
        say_amount(scene, out, reason->remaining, number);
    }
}

static const char *side_word(uint8_t side)
{
    static const char *const words[] = {"transaction", "payer", "payee", "agent", "holder"};
    return side < SB_ARRAY_SIZE(words) ? words[side] : "?";
}

static void say_missing(struct sb_str *out, const struct sb_reason *reason)
{
    static const char *const fields[] = {
#define X(name, word) [name] = word,
        SB_FIELD_MAP(X)
#undef X
    };
    const char *field = reason->missing_field < SB_FIELD_COUNT ? fields[reason->missing_field] : "person";
    sb_str_printf(out, ": %s of %s is missing", field, side_word(reason->missing_side));
}

static void say_reason(const struct scene *scene, struct sb_str *out, const struct sb_reason *reason)
{
    static const char *const verdicts[] = {[SB_REASON_HOLDS] = "passes ",
                                           [SB_REASON_FAILS] = "refused ",
                                           [SB_REASON_UNDECIDED] = "cannot decide ",
                                           [SB_REASON_ASKS] = ""};
    bool fails = reason->state == SB_REASON_FAILS || reason->state == SB_REASON_ASKS;
    say_rule(scene, out, verdicts[reason->state], reason->rule);
    if (fails)
        say_figures(scene, out, reason);
    else
        say_missing(out, reason);
    say_citation(scene, out, reason->rule);
    if (reason->passes_at != SB_TIME_FOREVER && fails) {
        sb_str_add(out, "; passes from ");
        say_time(scene, out, reason->passes_at);
    }
    sb_str_add(out, "\n");
}

/* ------------------------------------------------------------------ questions below an event */

static int counter_in_force(const struct scene *scene, const char *limit, sb_time_us time)
{
    uint32_t hint = 0, segment = sb_plan_segment(scene->plan, time, &hint);
    for (uint32_t kind = 0; kind <= scene->plan->kind_count; kind++) {
        struct sb_op_list list = scene->plan->lists[(size_t)segment * (scene->plan->kind_count + 1) + kind];
        for (uint32_t i = list.first; i < list.first + list.count; i++) {
            const struct sb_op *op = &scene->plan->ops[i];
            const struct sb_sentence *sentence =
                op->type == SB_OP_WINDOW
                    ? sb_plan_sentence(scene->plan, scene->plan->op_rules[op->rules_first].rule)
                    : NULL;
            if (sentence && sentence->name.text && strcmp(sentence->name.text, limit) == 0)
                return op->counter;
        }
    }
    return -1;
}

static struct sb_id id_of_name(const char *name)
{
    struct sb_id id;
    return sb_id_parse(name, strlen(name), &id) ? id : sb_id_of_text(name, strlen(name));
}

static void answer_used(const struct scene *scene, struct sb_str *out, const char *limit, const char *account,
                        sb_time_us time)
{
    int counter = counter_in_force(scene, limit, time);
    sb_str_printf(out, "used %s %s = ", limit, account);
    if (counter < 0)
        sb_str_add(out, "no such limit in force");
    else
        say_amount(scene, out, sb_ledger_used(scene->ledger, (uint32_t)counter, id_of_name(account), time),
                   scene->plan->counters[counter].measure == SB_MEASURE_NUMBER);
    sb_str_add(out, "\n");
}

static void answer_balance(const struct scene *scene, struct sb_str *out, const char *account)
{
    struct sb_account_view view;
    sb_str_printf(out, "balance %s = ", account);
    if (sb_ledger_account(scene->ledger, id_of_name(account), &view))
        say_amount(scene, out, view.credits_posted - view.debits_posted, false);
    else
        sb_str_add(out, "no such account");
    sb_str_add(out, "\n");
}

static void answer_told(const struct scene *scene, struct sb_str *out, const char *who,
                        const struct sb_reason *reason)
{
    char text[SB_REASON_SHORT_SIZE] = "nothing";
    if (reason)
        sb_reason_short(scene->plan, reason, strstr(who, "Vietnamese") ? SB_VI : SB_EN,
                        strncmp(who, "payer", 5) == 0 ? SB_FOR_PAYER : SB_FOR_OPERATOR, text);
    sb_str_printf(out, "%s: %s\n", who, text);
}

/* Answer what the file asks below an event; lines that ask nothing are verdicts, and already there. */
static void answer(const struct scene *scene, struct golden_line *line, sb_time_us time,
                   const struct sb_reason *first)
{
    static const char *const told[] = {"payer told", "payer told in Vietnamese", "operator told",
                                       "operator told in Vietnamese"};
    for (size_t i = 0; i < line->expected_count; i++) {
        const char *text = line->expected[i];
        char limit[64], account[64];
        if (sscanf(text, "used %63s %63s =", limit, account) == 2)
            answer_used(scene, &line->got, limit, account, time);
        else if (sscanf(text, "balance %63s =", account) == 1)
            answer_balance(scene, &line->got, account);
        for (size_t j = 0; j < SB_ARRAY_SIZE(told); j++)
            if (strncmp(text, told[j], strlen(told[j])) == 0 && text[strlen(told[j])] == ':')
                answer_told(scene, &line->got, told[j], first);
    }
}

/* ------------------------------------------------------------------ judging */

static bool bit(const uint64_t *bits, uint32_t at)
{
    return (bits[at / 64] >> (at % 64)) & 1;
}

/* What a result says by itself: code, and the rules in its bitmap. */
static void say_result(const struct scene *scene, struct sb_str *out, const struct sb_result *result)
{
    const char *again = result->flags & SB_RF_REPEATED ? " (again)" : "";
    static const char *const verdicts[] = {
        [SB_R_REFUSED] = "refused ", [SB_R_UNDECIDED] = "cannot decide ", [SB_R_ASK] = ""};
    if (!sb_result_is_of_law(result->code)) {
        sb_str_printf(out, "%s%s\n", sb_result_word((enum sb_result_code)result->code), again);
        return;
    }
    for (uint32_t rule = 0; rule < scene->plan->rule_count; rule++) {
        if (!bit(result->failed, rule))
            continue;
        say_rule(scene, out, verdicts[result->code], rule);
        say_citation(scene, out, rule);
        sb_str_printf(out, "%s\n", again);
    }
}

/* The reasons must be the very rules of the bitmap: it is from them that a journal is explained. */
static bool same_rules(const struct scene *scene, const struct sb_result *result,
                       const struct sb_reason *reasons, uint32_t count)
{
    uint64_t seen[4] = {0};
    for (uint32_t i = 0; i < count; i++)
        seen[reasons[i].rule / 64] |= UINT64_C(1) << (reasons[i].rule % 64);
    (void)scene;
    return memcmp(seen, result->failed, sizeof(seen)) == 0;
}

static void step(struct scene *scene, const struct sb_event *events, uint32_t count,
                 struct sb_result *results)
{
    struct sb_err err = {0};
    must(sb_ledger_step(scene->ledger, events, count, scene->past, results, &err), &err, "step");
    must(sb_ledger_check(scene->ledger, &err), &err, "the ledger is out of balance");
}

/* Let what falls due fall due, so that the reasons below see what the step will see. */
static void let_time_pass(struct scene *scene, sb_time_us time)
{
    struct sb_event tick = {.type = SB_EVENT_TICK, .time = time};
    struct sb_result result;
    if (time > sb_ledger_time(scene->ledger))
        step(scene, &tick, 1, &result);
}

static const char *account_name(const struct scene *scene, struct sb_id id)
{
    const char *name = sb_event_reader_name(scene->reader, id);
    return sb_id_is_none(id) ? "nobody" : name ? name : "?";
}

/* "fee withdrawal: 2 000 from alice to till". */
static void say_leg(const struct scene *scene, struct sb_str *out, const struct sb_plan *tariff,
                    const struct sb_leg *leg)
{
    sb_str_printf(out, "%s: ", sb_plan_rule_name(tariff, leg->rule));
    say_amount(scene, out, leg->amount, false);
    sb_str_printf(out, " from %s to %s\n", account_name(scene, leg->from), account_name(scene, leg->to));
}

static void judge_one(struct scene *scene)
{
    static struct sb_reason reasons[REASONS_MAX];
    struct sb_leg legs[SB_PLAN_FEES_MAX];
    const struct sb_plan *tariff = NULL;
    struct golden_line *line = scene->chain_lines[0];
    const struct sb_event *event = &scene->chain[0];
    struct sb_result result;
    enum sb_result_code code = SB_R_ACCEPTED;
    let_time_pass(scene, event->time);
    uint32_t count = sb_ledger_reasons(scene->ledger, event, scene->past, false, reasons, REASONS_MAX, &code);
    uint32_t leg_count = sb_ledger_fees(scene->ledger, event, scene->past, legs, &tariff);
    step(scene, event, 1, &result);
    bool judged = sb_result_is_of_law(result.code);
    bool repeated = result.flags & SB_RF_REPEATED;
    if (judged && !repeated)
        for (uint32_t i = 0; i < count; i++)
            say_reason(scene, &line->got, &reasons[i]);
    else
        say_result(scene, &line->got, &result);
    for (uint32_t i = 0; i < leg_count; i++)
        say_leg(scene, &line->got, tariff, &legs[i]);
    if (result.code == SB_R_ACCEPTED && !repeated && (uint32_t)__builtin_popcount(result.fees) != leg_count)
        sb_str_add(&line->got, "BUT the fees are not those of the result's bitmap\n");
    if (!repeated && code != result.code)
        sb_str_printf(&line->got, "BUT the reasons were given for %s, the step gave %s\n",
                      sb_result_word(code), sb_result_word((enum sb_result_code)result.code));
    if (judged && !repeated && !same_rules(scene, &result, reasons, count))
        sb_str_add(&line->got, "BUT the reasons are not those of the result's bitmap\n");
    answer(scene, line, event->time, judged && count > 0 ? &reasons[0] : NULL);
    line->judged = true;
}

static void judge_chain(struct scene *scene)
{
    struct sb_result results[SB_CHAIN_MAX + 1];
    let_time_pass(scene, scene->chain[0].time);
    step(scene, scene->chain, scene->chain_count, results);
    for (uint32_t i = 0; i < scene->chain_count; i++) {
        struct golden_line *line = scene->chain_lines[i];
        say_result(scene, &line->got, &results[i]);
        answer(scene, line, scene->chain[i].time, NULL);
        line->judged = true;
    }
}

static void judge(struct scene *scene)
{
    if (scene->chain_count == 1)
        judge_one(scene);
    else if (scene->chain_count > 1)
        judge_chain(scene);
    scene->chain_count = 0;
}

/* ------------------------------------------------------------------ a case */

static void scene_clear(struct scene *scene)
{
    judge(scene);
    sb_event_reader_free(scene->reader);
    if (scene->ledger)
        sb_ledger_free(scene->ledger);
    sb_past_free(scene->past);
    if (scene->plan)
        sb_plan_free(scene->plan);
    for (uint32_t i = 0; i < scene->amended_count; i++)
        sb_plan_free(scene->amended[i]);
    sb_symbols_free(scene->symbols);
    for (uint32_t i = 0; i < scene->source_count; i++)
        free(scene->sources[i].text);
    *scene = (struct scene){.file = scene->file, .blocks = scene->blocks, .block_count = scene->block_count};
}

static bool read_block(struct scene *scene, struct source *source, const char *name)
{
    for (size_t i = 0; i < scene->block_count; i++) {
        const struct block *block = &scene->blocks[i];
        if (strcmp(block->name, name) != 0)
            continue;
        (void)snprintf(source->name, PATH_SIZE, "%s", name);
        source->size = block->text.size;
        source->text = strdup(sb_str_text(&block->text));
        assert(source->text);
        scene->source_count++;
        return true;
    }
    return false;
}

static void read_source(struct scene *scene, const char *name)
{
    struct source *source = &scene->sources[scene->source_count];
    if (read_block(scene, source, name))
        return;
    const char *slash = strrchr(scene->file->path, '/');
    if (strncmp(name, "./", 2) == 0)
        (void)snprintf(source->path, PATH_SIZE, "%.*s%s", (int)(slash ? slash + 1 - scene->file->path : 0),
                       scene->file->path, name + 2);
    else
        (void)snprintf(source->path, PATH_SIZE, "%s/charters/%s", SANDBANK_SOURCE, name);
    (void)snprintf(source->name, PATH_SIZE, strncmp(name, "./", 2) == 0 ? "%s" : "charters/%s", name);
    FILE *stream = fopen(source->path, "r");
    if (!stream) {
        perror(source->path);
        exit(3);
    }
    source->text = malloc(SB_CHARTER_SIZE_MAX + 1);
    assert(source->text);
    source->size = fread(source->text, 1, SB_CHARTER_SIZE_MAX + 1, stream);
    (void)fclose(stream); /* only read from */
    scene->source_count++;
}

static void say_diagnostics(struct golden_line *line, const struct sb_diagnostics *diagnostics)
{
    bool all = line->expected_count > 0;
    for (uint32_t i = 0; i < diagnostics->count; i++) {
        const struct sb_diagnostic *one = &diagnostics->list[i];
        bool error = one->severity == SB_SEVERITY_ERROR;
        if (error || (all && one->severity == SB_SEVERITY_WARNING))
            sb_str_printf(&line->got, "%s, %sline %u: %s\n", error ? "error" : "warning",
                          one->layer > 0 ? "layer, " : "", one->at.line, one->text[SB_EN]);
    }
    if (all && line->got.size == 0)
        sb_str_add(&line->got, "no warnings\n");
    line->judged = all || line->got.size > 0;
}

static enum sb_status intern(void *context, enum sb_space space, const char *name, size_t size,
                             uint16_t *ret_code, struct sb_err *err)
{
    return sb_symbols_intern(context, space, name, size, ret_code, err);
}

static bool compile(struct scene *scene)
{
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    for (uint32_t i = 0; i < scene->source_count; i++)
        sources[i] =
            (struct sb_source){scene->sources[i].name, scene->sources[i].text, scene->sources[i].size};
    if (!scene->symbols)
        scene->symbols = sb_symbols_new();
    assert(scene->symbols);
    scene->options.sets = scene->sets;
    enum sb_status status = sb_plan_compile(sources, scene->source_count, &scene->options, scene->symbols,
                                            &scene->plan, &diagnostics, &err);
    if (status == SB_OK && scene->options.law != SB_LAW_LIVE) {
        /* Which instant a day begins at, the charter's clock says: now it is known. */
        size_t used;
        int32_t offset_s = scene->plan->clock_offset_s;
        sb_plan_free(scene->plan);
        scene->plan = NULL;
        sb_diagnostics_release(&diagnostics);
        struct sb_date date;
        if (!sb_date_parse(scene->law_date, strlen(scene->law_date), &date, &used)) {
            (void)fprintf(stderr, "%s: law: not a date: %s\n", scene->file->path, scene->law_date);
            exit(3);
        }
        scene->options.at = sb_time_of_day(sb_day_of_date(date), offset_s);
        status = sb_plan_compile(sources, scene->source_count, &scene->options, scene->symbols, &scene->plan,
                                 &diagnostics, &err);
    }
    say_diagnostics(scene->head, &diagnostics);
    if (status != SB_OK && diagnostics.error_count == 0)
        sb_str_printf(&scene->head->got, "error: %s\n", err.text[SB_EN]);
    scene->head->judged |= status != SB_OK;
    sb_diagnostics_release(&diagnostics);
    return status == SB_OK;
}

/* The head is read: compile, and install at the time of the first event. */
static void scene_start(struct scene *scene)
{
    struct sb_err err = {0};
    scene->started = true;
    if (!compile(scene))
        return;
    must(sb_ledger_new(&(struct sb_ledger_options){0}, &scene->ledger, &err), &err, "a ledger");
    must(sb_ledger_offer(scene->ledger, scene->plan, &err), &err, "offer");
    scene->past = sb_past_new(64);
    assert(scene->past);
    struct sb_event_reader_options options = {
        .offset_s = scene->plan->clock_offset_s,
        .decimals = scene->plan->decimals,
        .unit = sb_symbols_name(scene->symbols, SB_SPACE_UNIT, scene->plan->unit),
        .id_prefix = "golden-",
        .names = {.context = scene->symbols, .code = intern},
    };
    must(sb_event_reader_new(&options, &scene->reader, &err), &err, "a reader");
}

static void install(struct scene *scene, sb_time_us time)
{
    struct sb_event event = {.type = SB_EVENT_CHARTER, .time = time};
    struct sb_result result;
    memcpy(event.charter_hash, scene->plan->hash, sizeof(event.charter_hash));
    step(scene, &event, 1, &result);
    assert(result.code == SB_R_ACCEPTED);
    scene->installed = true;
}

/* Another charter from the next event on. */
static void amend(struct scene *scene, struct golden_line *line, const char *name)
{
    struct sb_err err = {0};
    assert(scene->plan && scene->amended_count < AMENDMENTS_MAX);
    judge(scene);
    scene->amended[scene->amended_count++] = SB_TAKE(scene->plan);
    while (scene->source_count > 0)
        free(scene->sources[--scene->source_count].text);
    read_source(scene, name);
    scene->head = line;
    scene->installed = false;
    if (compile(scene))
        must(sb_ledger_offer(scene->ledger, scene->plan, &err), &err, "offer");
}

static void read_event(struct scene *scene, struct golden_line *line)
{
    struct sb_err err = {0};
    struct sb_event *event = &scene->chain[scene->chain_count];
    if (!scene->started)
        scene_start(scene);
    if (!scene->plan) /* the head says why */
        return;
    enum sb_status status = sb_event_read_line(scene->reader, line->text, strlen(line->text), event, &err);
    if (status == SB_END)
        return;
    if (status != SB_OK) {
        sb_str_printf(&line->got, "cannot be read: %s\n", err.text[SB_EN]);
        line->judged = true;
        return;
    }
    if (!scene->installed)
        install(scene, event->time);
    scene->chain_lines[scene->chain_count++] = line;
    if (!(event->flags & SB_F_LINKED) || scene->chain_count > SB_CHAIN_MAX)
        judge(scene);
}

/* ------------------------------------------------------------------ a file */

static const char *after(const char *text, const char *word)
{
    size_t size = strlen(word);
    return strncmp(text, word, size) == 0 && text[size] == ' '
               ? text + size + 1 + strspn(text + size + 1, " ")
               : NULL;
}

static void read_law(struct scene *scene, const char *rest)
{
    const char *known = after(rest, "known-at"), *at = after(rest, "at");
    scene->options.law = known ? SB_LAW_KNOWN_AT : SB_LAW_AT;
    (void)snprintf(scene->law_date, sizeof(scene->law_date), "%.10s", known ? known : at ? at : "");
}

static void read_set(struct scene *scene, const char *rest)
{
    const char *equals = strchr(rest, '=');
    uint32_t i = scene->options.set_count++;
    assert(equals && i < SETS_MAX);
    (void)snprintf(scene->set_names[i], sizeof(scene->set_names[i]), "%.*s", (int)(equals - rest), rest);
    scene->sets[i] = (struct sb_plan_set){scene->set_names[i], strtoll(equals + 1, NULL, 10)};
}

/* True when a line belongs to the head of a case. */
static bool read_head(struct scene *scene, struct golden_line *line)
{
    const char *rest;
    if ((rest = after(line->text, "charter"))) {
        if (scene->head && !scene->started) /* a head alone: what its check says is the test */
            scene_start(scene);
        scene_clear(scene);
        read_source(scene, rest);
    } else if (scene->started || !scene->head) {
        return false;
    } else if ((rest = after(line->text, "layer"))) {
        assert(scene->source_count < SB_CHARTER_LAYERS_MAX);
        read_source(scene, rest);
    } else if ((rest = after(line->text, "law"))) {
        read_law(scene, rest);
    } else if ((rest = after(line->text, "set"))) {
        read_set(scene, rest);
    } else {
        return false;
    }
    scene->head = line;
    return true;
}

static void read_line(struct scene *scene, struct golden_line *line)
{
    const char *text = line->text + strspn(line->text, " \t");
    if (*text == '\0' || *text == '#' || read_head(scene, line))
        return;
    const char *amended = after(line->text, "amend");
    if (amended && scene->plan) {
        amend(scene, line, amended);
        return;
    }
    if (scene->head) {
        read_event(scene, line);
        return;
    }
    sb_str_add(&line->got, "no charter stands before it\n");
    line->judged = true;
}

#define BLOCKS_MAX 32

/* Which lines of a page count, by the fences around them. */
enum fence { FENCE_NONE, FENCE_OTHER, FENCE_CHARTER, FENCE_GOLDEN };

/* Step over a line of a page: true when it is one of a golden block. */
static bool read_page(enum fence *fence, struct block *blocks, size_t *count, const char *text)
{
    bool mark = strncmp(text, "```", 3) == 0;
    if (mark && *fence != FENCE_NONE) {
        *fence = FENCE_NONE;
        return false;
    }
    if (mark) {
        const char *name = after(text, "```charter");
        *fence = name ? FENCE_CHARTER : strcmp(text, "```golden") == 0 ? FENCE_GOLDEN : FENCE_OTHER;
        if (name) {
            assert(*count < BLOCKS_MAX);
            (void)snprintf(blocks[(*count)++].name, sizeof(blocks->name), "%s", name);
        }
        return false;
    }
    if (*fence == FENCE_CHARTER)
        sb_str_printf(&blocks[*count - 1].text, "%s\n", text);
    return *fence == FENCE_GOLDEN;
}

static void run_file(struct golden_file *file)
{
    static struct scene scene;
    struct block blocks[BLOCKS_MAX] = {0};
    enum fence fence = FENCE_NONE;
    size_t size = strlen(file->path);
    bool page = size > 3 && strcmp(file->path + size - 3, ".md") == 0;
    scene = (struct scene){.file = file, .blocks = blocks};
    for (size_t i = 0; i < file->count; i++) {
        struct golden_line *line = &file->lines[i];
        if (!page || read_page(&fence, blocks, &scene.block_count, line->text))
            read_line(&scene, line);
    }
    if (scene.head && !scene.started)
        scene_start(&scene);
    scene_clear(&scene);
    for (size_t i = 0; i < BLOCKS_MAX; i++)
        sb_str_release(&blocks[i].text);
}

int main(int argc, char **argv)
{
    bool update = argc > 1 && strcmp(argv[1], "--update") == 0;
    glob_t found = {0};
    size_t passed = 0, failed = 0;
    if (glob(SANDBANK_SOURCE "/tests/golden/charters/*.golden", 0, NULL, &found) != 0 ||
        glob(SANDBANK_SOURCE "/docs/tutorial*.md", GLOB_APPEND, NULL, &found) != 0) {
        (void)fprintf(stderr, "golden: no files\n");
        return 3;
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct golden_file file;
        bool wanted = argc < 2 + update || strstr(found.gl_pathv[i], argv[1 + update]);
        if (!wanted)
            continue;
        if (!golden_file_read(&file, found.gl_pathv[i])) {
            failed++;
            continue;
        }
        run_file(&file);
        for (size_t j = 0; j < file.count; j++) {
            const struct golden_line *line = &file.lines[j];
            if (!line->judged && line->expected_count == 0)
                continue;
            bool agrees = golden_line_agrees(&file, line);
            passed += agrees && line->expected_count > 0;
            failed += !agrees;
        }
        if (update && !golden_file_write(&file))
            failed++;
        golden_file_release(&file);
    }
    globfree(&found);
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed > 0;
}
