/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two passes over the journal. The first learns its names, its charters, and which ids later events refer to,
 * so that the second keeps only those: memory grows with accounts and references, not with events. The second
 * runs every record through a ledger of its own and compares result by result. In both, a thread of its own
 * reads ahead (feed.h).
 */
#include "replay/replay.h"

#include "base/macros.h"
#include "engine/charter_pack.h"
#include "engine/runner.h"
#include "replay/affected.h"
#include "replay/retries.h"
#include "replay/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSTALLS_MAX 256
#define SETS_MAX     32
#define TELL_US      (SB_SECOND_US / 2) /* between two calls of sofar */

/* A charter that the journal installed. */
struct install {
    char *pack; /* owned: its sources, as recorded */
    size_t pack_size;
    uint64_t sequence;    /* of its event: it judges later ones */
    struct sb_plan *plan; /* owned: live, for the names of recorded reasons */
};

struct replay {
    const struct sb_os *os;
    const char *dir;
    const struct sb_replay_options *options;
    struct sb_diagnostics *diagnostics;
    struct sb_runner *runner; /* owned */
    struct sb_plan *plan;     /* owned: the other law; NULL: the journal's own */
    struct install *installs; /* owned */
    unsigned install_count;
    struct sb_retries *retries;   /* owned */
    struct sb_affected *affected; /* owned */
    struct sb_result *results;    /* owned: SB_BATCH_MAX */
    struct sb_replay_report *report;
    bool comparing;     /* in the second pass */
    sb_time_us told_at; /* when sofar was last told, by the machine's clock */
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* ------------------------------------------------------------------ first pass: names, charters, references
 */

static enum sb_status keep_install(struct replay *replay, const char *pack, size_t size, uint64_t sequence,
                                   struct sb_err *err)
{
    if (replay->install_count == INSTALLS_MAX)
        return sb_fail(err, SB_LIMIT, "more than %d charters in one journal",
                       "quá %d điều lệ trong một nhật ký", INSTALLS_MAX);
    struct install *install = &replay->installs[replay->install_count];
    install->pack = malloc(size);
    if (!install->pack)
        return no_memory(err);
    memcpy(install->pack, pack, size);
    install->pack_size = size;
    install->sequence = sequence;
    replay->install_count++;
    return SB_OK;
}

static enum sb_status learn(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct replay *replay = context;
    enum sb_status status = sb_runner_scan(replay->runner, record, err);
    const char *texts = record->texts;
    size_t left = record->texts_size;
    for (uint32_t i = 0; record->type == SB_RECORD_BATCH && i < record->count && status == SB_OK; i++) {
        struct sb_source sources[SB_CHARTER_LAYERS_MAX];
        uint32_t count;
        size_t used;
        if (record->events[i].type != SB_EVENT_CHARTER)
            continue;
        status = sb_charter_unpack(texts, left, sources, &count, &used, err);
        if (status == SB_OK)
            status = keep_install(replay, texts, used, record->first + i, err);
        if (status == SB_OK) {
            texts += used;
            left -= used;
        }
    }
    if (record->type == SB_RECORD_BATCH && record->count > 0) {
        if (replay->report->events == 0)
            replay->report->first_time = record->events[0].time;
        replay->report->last_time = record->events[record->count - 1].time;
        replay->report->events += record->count;
    }
    return status;
}

static enum sb_status compile(struct replay *replay, const struct sb_source *sources, uint32_t count,
                              const struct sb_plan_options *options, struct sb_plan **ret_plan,
                              struct sb_err *err)
{
    return sb_plan_compile(sources, count, options, sb_runner_symbols(replay->runner), ret_plan,
                           replay->diagnostics, err);
}

static enum sb_status compile_recorded(struct replay *replay, struct sb_err *err)
{
    struct sb_plan_options live = {.law = SB_LAW_LIVE};
    enum sb_status status = SB_OK;
    for (unsigned i = 0; i < replay->install_count && status == SB_OK; i++) {
        struct install *install = &replay->installs[i];
        struct sb_source sources[SB_CHARTER_LAYERS_MAX];
        uint32_t count;
        size_t used;
        status = sb_charter_unpack(install->pack, install->pack_size, sources, &count, &used, err);
        if (status == SB_OK)
            status = compile(replay, sources, count, &live, &install->plan, err);
    }
    return status;
}

static bool is_same_law(const struct sb_replay_options *options)
{
    return options->source_count == 0 && options->law == SB_LAW_LIVE && options->set_count == 0;
}

/* Read "LIMIT=AMOUNT" with the decimals of the charter's unit. limit points into name, which is caller's
 * memory. */
static enum sb_status read_set(const char *text, unsigned decimals, char name[SB_CHARTER_NAME_SIZE_MAX + 1],
                               struct sb_plan_set *ret_set, struct sb_err *err)
{
    const char *equals = strchr(text, '=');
    size_t used = 0;
    if (!equals || equals == text || (size_t)(equals - text) > SB_CHARTER_NAME_SIZE_MAX ||
        !sb_text_amount(equals + 1, strlen(equals + 1), decimals, &ret_set->value, &used) ||
        equals[1 + used] != '\0')
        return sb_fail(err, SB_INVALID, "'%s' is not LIMIT=AMOUNT, for example month=1000000",
                       "'%s' không có dạng HẠN_MỨC=SỐ_TIỀN, ví dụ month=1000000", text);
    memcpy(name, text, (size_t)(equals - text));
    name[equals - text] = '\0';
    ret_set->limit = name;
    return SB_OK;
}

/* Compile the other law. Its clock and unit, which days and amounts are read by, stand in the regulator's
 * text. */
static enum sb_status compile_with(struct replay *replay, const struct sb_source *sources, uint32_t count,
                                   struct sb_err *err)
{
    const struct sb_replay_options *options = replay->options;
    char names[SETS_MAX][SB_CHARTER_NAME_SIZE_MAX + 1];
    struct sb_plan_set sets[SETS_MAX];
    struct sb_charter *charter = NULL;
    struct sb_diagnostics unheard = {0}; /* what is wrong is said by the compiler below */
    if (options->set_count > SETS_MAX)
        return sb_fail(err, SB_LIMIT, "more than %d changes of limits", "quá %d thay đổi hạn mức", SETS_MAX);
    enum sb_status status =
        sb_charter_parse(sources[0].path, sources[0].text, sources[0].size, &charter, &unheard, err);
    sb_diagnostics_release(&unheard);
    if (!charter)
        return status;
    struct sb_plan_options plan_options = {
        .law = options->law,
        .at = sb_time_of_day(options->law_day, charter->clock_offset_s),
        .sets = sets,
        .set_count = options->set_count,
    };
    status = SB_OK;
    for (uint32_t i = 0; i < options->set_count && status == SB_OK; i++)
        status = read_set(options->sets[i], charter->decimals, names[i], &sets[i], err);
    sb_charter_free(charter);
    return status == SB_OK ? compile(replay, sources, count, &plan_options, &replay->plan, err) : status;
}

/* The other law: the user's charter, or the journal's last one with changes. */
/* Ceilings in another currency, or of other minor units, would be held against the recorded numbers as they
 * are. */
static enum sb_status check_unit(const struct replay *replay, const struct sb_plan *recorded,
                                 struct sb_err *err)
{
    const struct sb_plan *plan = replay->plan;
    const struct sb_symbols *symbols = sb_runner_symbols(replay->runner);
    if (plan->unit == recorded->unit && plan->decimals == recorded->decimals)
        return SB_OK;
    const char *unit = sb_symbols_name(symbols, SB_SPACE_UNIT, plan->unit);
    const char *recorded_unit = sb_symbols_name(symbols, SB_SPACE_UNIT, recorded->unit);
    return sb_fail(err, SB_INVALID, "the journal is in %s with %u decimals, the other charter in %s with %u",
                   "nhật ký tính bằng %s với %u chữ số lẻ, điều lệ kia bằng %s với %u", recorded_unit,
                   (unsigned)recorded->decimals, unit, (unsigned)plan->decimals);
}

static enum sb_status compile_other(struct replay *replay, struct sb_err *err)
{
    const struct sb_replay_options *options = replay->options;
    const struct install *last = &replay->installs[replay->install_count - 1];
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    uint32_t count = options->source_count;
    size_t used;
    enum sb_status status = SB_OK;
    if (count > 0)
        memcpy(sources, options->sources, count * sizeof(*sources));
    else
        status = sb_charter_unpack(last->pack, last->pack_size, sources, &count, &used, err);
    if (status == SB_OK)
        status = compile_with(replay, sources, count, err);
    if (status == SB_OK)
        status = check_unit(replay, last->plan, err);
    if (status == SB_OK)
        status = sb_runner_use(replay->runner, replay->plan, err);
    return status;
}

static void describe(struct replay *replay, const struct sb_plan *plan)
{
    struct sb_replay_report *report = replay->report;
    const struct sb_plan *recorded = replay->installs[replay->install_count - 1].plan;
    (void)snprintf(report->recorded_title, sizeof(report->recorded_title), "%s",
                   sb_charter_title(recorded->layers[0].charter)); /* bounded by the parser */
    (void)snprintf(report->title, sizeof(report->title), "%s", sb_charter_title(plan->layers[0].charter));
    memcpy(report->recorded_hash, recorded->hash, sizeof(report->recorded_hash));
    memcpy(report->hash, plan->hash, sizeof(report->hash));
    report->decimals = plan->decimals;
    report->clock_offset_s = plan->clock_offset_s;
    const char *unit = sb_symbols_name(sb_runner_symbols(replay->runner), SB_SPACE_UNIT, plan->unit);
    (void)snprintf(report->unit, sizeof(report->unit), "%s", unit ? unit : "");
}

/* Behind what the report says of the law already; cut when it is long. */
static void add_law(struct sb_replay_report *report, const char *what, const char *value)
{
    size_t used = strlen(report->law);
    (void)snprintf(report->law + used, sizeof(report->law) - used, "%s%s%s", used > 0 ? ", " : "", what,
                   value);
}

static void describe_law(struct replay *replay)
{
    const struct sb_replay_options *options = replay->options;
    char day[SB_TIME_TEXT_SIZE];
    sb_day_print(options->law_day, day);
    if (options->law == SB_LAW_AT)
        add_law(replay->report, "law at ", day);
    if (options->law == SB_LAW_KNOWN_AT)
        add_law(replay->report, "known at ", day);
    for (uint32_t i = 0; i < options->set_count; i++)
        add_law(replay->report, "", options->sets[i]);
}

/* ------------------------------------------------------------------ second pass: compare */

static enum sb_change change_of(const struct sb_result *then, const struct sb_result *now)
{
    bool passed = then->code == SB_R_ACCEPTED, passes = now->code == SB_R_ACCEPTED;
    if (passed && passes)
        return SB_CHANGE_NONE;
    if (passed)
        return sb_result_is_of_law(now->code) ? SB_CHANGE_REFUSED : SB_CHANGE_CASCADE_LOST;
    if (passes)
        return sb_result_is_of_law(then->code) ? SB_CHANGE_ADMITTED : SB_CHANGE_CASCADE_GAINED;
    return sb_result_is_of_law(then->code) && !sb_result_is_of_law(now->code) ? SB_CHANGE_CASCADE_LOST
                                                                              : SB_CHANGE_NONE;
}

/* The plan under which an event was judged when it was recorded. */
static const struct sb_plan *recorded_plan(const struct replay *replay, uint64_t sequence)
{
    const struct sb_plan *plan = NULL;
    for (unsigned i = 0; i < replay->install_count && replay->installs[i].sequence < sequence; i++)
        plan = replay->installs[i].plan;
    return plan;
}

/* Which side's words explain a change: the rules that failed, or the cause that no law has. */
struct cause {
    const struct sb_plan *plan;
    const struct sb_result *result;
};

static struct cause cause_of(const struct replay *replay, const struct sb_record *record, uint32_t i,
                             const struct sb_result *now, enum sb_change change)
{
    bool then = change == SB_CHANGE_ADMITTED || change == SB_CHANGE_CASCADE_GAINED;
    if (then)
        return (struct cause){recorded_plan(replay, record->first + i), &record->results[i]};
    return (struct cause){sb_ledger_plan(sb_runner_ledger(replay->runner)), now};
}

/* The name of the n-th failed rule, NULL behind the last; the result's own word when no rule failed. Repeated
 * names once. */
static const char *cause_name(struct cause cause, unsigned n, uint32_t *rule)
{
    if (!sb_result_is_of_law(cause.result->code) || !cause.plan)
        return n == 0 ? sb_result_word((enum sb_result_code)cause.result->code) : NULL;
    for (; *rule < cause.plan->rule_count; (*rule)++) {
        if ((cause.result->failed[*rule / 64] >> (*rule % 64) & 1) == 0)
            continue;
        const char *name = sb_plan_rule_name(cause.plan, *rule);
        (*rule)++;
        return name;
    }
    return NULL;
}

static enum sb_status add_to_groups(struct replay *replay, struct sb_tally_event *labels, struct cause cause,
                                    enum sb_change change, struct sb_err *err)
{
    bool by_limit = false;
    for (unsigned i = 0; i < replay->options->by_count; i++)
        by_limit = by_limit || replay->options->by[i] == SB_BY_LIMIT;
    if (!by_limit)
        return sb_tally_add(replay->report->groups, labels, change, err);
    enum sb_status status = SB_OK;
    const char *before = NULL;
    uint32_t rule = 0;
    for (unsigned n = 0; status == SB_OK; n++) {
        const char *name = cause_name(cause, n, &rule);
        if (!name)
            break;
        if (before && strcmp(before, name) == 0)
            continue;
        labels->labels[SB_BY_LIMIT] = name;
        status = sb_tally_add(replay->report->groups, labels, change, err);
        before = name;
    }
    return status;
}

static const char *const change_words[SB_CHANGE_COUNT] = {"admitted,rule", "refused,rule", "gained,cascade",
                                                          "lost,cascade"};

static void write_csv(const struct replay *replay, const struct sb_record *record, uint32_t i,
                      const struct sb_result *now, enum sb_change change, bool retry, struct cause cause,
                      const struct sb_tally_event *labels)
{
    const struct sb_event *event = &record->events[i];
    char id[SB_ID_TEXT_SIZE], payer[SB_ID_TEXT_SIZE], payee[SB_ID_TEXT_SIZE], time[SB_TIME_TEXT_SIZE];
    sb_id_print(event->id, id);
    sb_id_print(event->payer, payer);
    sb_id_print(event->payee, payee);
    sb_time_print(event->time, replay->report->clock_offset_s, time);
    fprintf(replay->options->csv, "%llu,%s,%s,%s,%lld,%s,%s,%s,%s,%s,%s,",
            (unsigned long long)(record->first + i), time, id,
            labels->labels[SB_BY_KIND] ? labels->labels[SB_BY_KIND] : "", (long long)event->amount, payer,
            payee, change_words[change], retry ? "retry" : "",
            sb_result_word((enum sb_result_code)record->results[i].code),
            sb_result_word((enum sb_result_code)now->code));
    uint32_t rule = 0;
    for (unsigned n = 0;; n++) {
        const char *name = cause_name(cause, n, &rule);
        if (!name)
            break;
        fprintf(replay->options->csv, "%s%s", n ? " " : "", name);
    }
    fputs("\n", replay->options->csv);
}

static struct sb_id holder_of(const struct sb_plan *plan, const struct sb_event *event)
{
    enum sb_side side = plan ? sb_plan_holder(plan, event->kind) : SB_SIDE_TX;
    return side == SB_SIDE_PAYEE ? event->payee : side == SB_SIDE_PAYER ? event->payer : SB_ID_NONE;
}

static enum sb_status note_change(struct replay *replay, const struct sb_record *record, uint32_t i,
                                  const struct sb_result *now, enum sb_change change, bool retry,
                                  struct sb_err *err)
{
    const struct sb_event *event = &record->events[i];
    const struct sb_ledger *ledger = sb_runner_ledger(replay->runner);
    const struct sb_plan *plan = sb_ledger_plan(ledger);
    struct cause cause = cause_of(replay, record, i, now, change);
    struct sb_tally_event labels = {.amount = event->amount};
    struct sb_tally_buffers buffers;
    if (plan)
        sb_tally_describe(ledger, plan, sb_runner_symbols(replay->runner), event, replay->options->lang,
                          &buffers, &labels);
    /* Events that no law judges have no kind; their type stands in its place. */
    if (event->type != SB_EVENT_TRANSFER)
        labels.labels[SB_BY_KIND] = sb_event_type_word((enum sb_event_type)event->type);
    enum sb_status status = SB_OK;
    if (replay->options->csv)
        write_csv(replay, record, i, now, change, retry, cause, &labels);
    if (replay->report->groups)
        status = add_to_groups(replay, &labels, cause, change, err);
    if (status == SB_OK)
        status = sb_affected_add(replay->affected, holder_of(plan, event), event->amount, err);
    return status;
}

static enum sb_status compare_transfer(struct replay *replay, const struct sb_record *record, uint32_t i,
                                       struct sb_err *err)
{
    struct sb_replay_report *report = replay->report;
    const struct sb_event *event = &record->events[i];
    const struct sb_result *then = &record->results[i], *now = &replay->results[i];
    if ((then->flags & SB_RF_REPEATED) != 0)
        return SB_OK; /* the same request again: it was answered, not offered anew */
    report->transfers++;
    if (then->code == SB_R_ACCEPTED)
        sb_figure_add(&report->recorded_accepted, event->amount);
    if (now->code == SB_R_ACCEPTED)
        sb_figure_add(&report->accepted, event->amount);
    bool retry = sb_retries_waits(replay->retries, event);
    enum sb_change change = change_of(then, now);
    enum sb_status status = SB_OK;
    if (change == SB_CHANGE_NONE) {
        report->other_reason +=
            then->code != now->code || memcmp(then->failed, now->failed, sizeof(now->failed)) != 0;
    } else {
        sb_figure_add(&report->changes[change], event->amount);
        status = note_change(replay, record, i, now, change, retry, err);
    }
    if (retry && change == SB_CHANGE_ADMITTED)
        sb_figure_add(&report->retries_admitted, event->amount);
    if (retry && then->code == SB_R_ACCEPTED) {
        if (now->code == SB_R_ACCEPTED)
            sb_figure_add(&report->retries_repeated, event->amount);
        sb_retries_settle(replay->retries, event);
    }
    if (status == SB_OK && change == SB_CHANGE_ADMITTED)
        status = sb_retries_wait(replay->retries, event, err);
    return status;
}

/* What no law judges differs only because of what went before it. */
static enum sb_status compare_other(struct replay *replay, const struct sb_record *record, uint32_t i,
                                    struct sb_err *err)
{
    const struct sb_result *now = &replay->results[i];
    enum sb_change change = change_of(&record->results[i], now);
    if (change == SB_CHANGE_NONE || (record->results[i].flags & SB_RF_REPEATED) != 0)
        return SB_OK;
    sb_figure_add(&replay->report->changes[change], record->events[i].amount);
    return note_change(replay, record, i, now, change, false, err);
}

static enum sb_status compare_checkpoint(struct replay *replay, const struct sb_record *record,
                                         struct sb_err *err)
{
    struct sb_replay_report *report = replay->report;
    uint8_t hash[SB_STATE_HASH_SIZE];
    if (!report->same_law || report->mode != SB_REPLAY_WHOLE_RUN)
        return SB_OK;
    enum sb_status status = sb_ledger_hash(sb_runner_ledger(replay->runner), hash, err);
    report->checkpoints++;
    report->checkpoints_differ += status == SB_OK && memcmp(hash, record->state_hash, sizeof(hash)) != 0;
    return status;
}

static bool same_result(const struct sb_result *a, const struct sb_result *b)
{
    return a->code == b->code && a->counted == b->counted &&
           memcmp(a->failed, b->failed, sizeof(a->failed)) == 0;
}

static enum sb_status rerun(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct replay *replay = context;
    if (record->type == SB_RECORD_CHECKPOINT)
        return compare_checkpoint(replay, record, err);
    if (record->type != SB_RECORD_BATCH)
        return SB_OK;
    enum sb_status status = sb_runner_take(replay->runner, record, replay->results, err);
    for (uint32_t i = 0; i < record->count && status == SB_OK; i++) {
        replay->report->different_results +=
            replay->report->same_law && !same_result(&record->results[i], &replay->results[i]);
        if (record->events[i].type == SB_EVENT_TRANSFER)
            status = compare_transfer(replay, record, i, err);
        else
            status = compare_other(replay, record, i, err);
    }
    return status;
}

/* ------------------------------------------------------------------ all of it */

static enum sb_status prepare(struct replay *replay, struct sb_err *err)
{
    const struct sb_replay_options *options = replay->options;
    struct sb_runner_options runner_options = {
        .ids = SB_RUNNER_WANTED_IDS,
        .as_recorded = options->mode == SB_REPLAY_ONE_STEP,
    };
    replay->report->mode = options->mode;
    replay->report->same_law = is_same_law(options);
    replay->installs = calloc(INSTALLS_MAX, sizeof(*replay->installs));
    replay->retries = sb_retries_new();
    replay->affected = sb_affected_new();
    replay->results = calloc(SB_BATCH_MAX, sizeof(*replay->results));
    if (!replay->installs || !replay->retries || !replay->affected || !replay->results)
        return no_memory(err);
    if (options->by_count > 0 && !(replay->report->groups = sb_tally_new(options->by, options->by_count)))
        return no_memory(err);
    return sb_runner_new(&runner_options, &replay->runner, err);
}

/* After every record of both passes. False: stop. */
static bool heed(void *context, uint64_t done, uint64_t all)
{
    struct replay *replay = context;
    const struct sb_replay_options *options = replay->options;
    if (options->stop && options->stop(options->context))
        return false;
    if (!options->sofar)
        return true;
    sb_time_us now = replay->os->now(replay->os->context);
    if (now - replay->told_at < TELL_US && now >= replay->told_at)
        return true;
    replay->told_at = now;
    options->sofar(options->context, replay->comparing ? replay->report : NULL,
                   replay->comparing ? all + done : done, 2 * all);
    return true;
}

static enum sb_status run(struct replay *replay, struct sb_err *err)
{
    struct sb_walk_end end = {.trusting = true};
    struct sb_walk first = {replay->os,
                            replay->dir,
                            "reading",
                            "đang đọc",
                            replay->options->interrupted,
                            replay->options->progress,
                            &end};
    const struct sb_walk_heed heeding = {heed, replay};
    struct sb_walk second = first;
    second.doing_en = "replaying";
    second.doing_vi = "đang chạy lại";
    enum sb_status status = prepare(replay, err);
    if (status == SB_OK)
        status = sb_walk_heeding(&first, &heeding, learn, replay, &replay->report->info, err);
    if (status == SB_OK && replay->install_count == 0)
        status = sb_fail(err, SB_INVALID, "the journal has no charter", "nhật ký không có điều lệ nào");
    if (status == SB_OK)
        status = compile_recorded(replay, err);
    if (status == SB_OK && !replay->report->same_law)
        status = compile_other(replay, err);
    if (status != SB_OK)
        return status;
    describe(replay, replay->plan ? replay->plan : replay->installs[replay->install_count - 1].plan);
    describe_law(replay);
    if (replay->options->csv)
        fputs("sequence,time,id,kind,amount_minor,payer,payee,change,tag,retry,recorded,now,causes\n",
              replay->options->csv);
    replay->comparing = true;
    status = sb_walk_heeding(&second, &heeding, rerun, replay, NULL, err);
    if (status == SB_OK)
        status = sb_ledger_hash(sb_runner_ledger(replay->runner), replay->report->state_hash, err);
    if (status == SB_OK)
        sb_affected_report(replay->affected, replay->report);
    return status;
}

enum sb_status sb_replay(const struct sb_os *os, const char *dir, const struct sb_replay_options *options,
                         struct sb_replay_report **ret_report, struct sb_diagnostics *diagnostics,
                         struct sb_err *err)
{
    struct replay replay = {.os = os, .dir = dir, .options = options, .diagnostics = diagnostics};
    replay.report = calloc(1, sizeof(*replay.report));
    enum sb_status status = replay.report ? run(&replay, err) : no_memory(err);
    sb_runner_free(replay.runner);
    sb_plan_free(replay.plan);
    for (unsigned i = 0; i < replay.install_count; i++) {
        sb_plan_free(replay.installs[i].plan);
        free(replay.installs[i].pack);
    }
    free(replay.installs);
    sb_retries_free(replay.retries);
    sb_affected_free(replay.affected);
    free(replay.results);
    if (status != SB_OK) {
        sb_replay_report_free(replay.report);
        return status;
    }
    *ret_report = replay.report;
    return SB_OK;
}

void sb_replay_report_free(struct sb_replay_report *report)
{
    if (report)
        sb_tally_free(report->groups);
    free(report);
}
