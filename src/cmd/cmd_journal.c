/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `journal dump` prints the records and events of a journal, `journal stat` counts them. Both read the bytes
 * and judge nothing. Amounts are minor units. Times are by the clock of the charter that was installed last,
 * before the first one and with --utc they are UTC. With --json, dump prints one object a line.
 */
#include "cmd/cmd.h"

#include "base/calendar.h"
#include "base/macros.h"
#include "engine/charter_pack.h"
#include "import/event_text.h"
#include "journal/journal.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define TYPE_COUNT (SB_EVENT_TICK + 1)

static const char *const type_words[TYPE_COUNT] = {
    "unknown", "transfer", "post",   "void",    "reverse", "open", "change",
    "freeze",  "close",    "reopen", "charter", "name",    "tick",
};

struct stat_counts {
    uint64_t segments, batches, checkpoints, signed_checkpoints, closes;
    uint64_t events, repeated, by_type[TYPE_COUNT], by_code[SB_RESULT_COUNT];
    sb_time_us first_time, last_time;
    bool closed; /* the last record is a CLOSE */
};

struct job {
    const char *dir;
    uint64_t from, to; /* sequence numbers to dump */
    bool json, utc;
    int32_t offset_s;                 /* of the clock in force */
    struct sb_journal_reader *reader; /* owned */
    struct sb_symbols *symbols;       /* owned; names so far */
    struct sb_str line;               /* owned */
    struct stat_counts counts;
    uint64_t torn;
};

static const char *type_word(const struct sb_event *event)
{
    return type_words[event->type < TYPE_COUNT ? event->type : 0];
}

static void hex_of(const uint8_t *bytes, size_t size, char *text)
{
    (void)sodium_bin2hex(text, size * 2 + 1, bytes, size);
}

static bool is_signed(const struct sb_record *record)
{
    return !sodium_is_zero(record->key, sizeof(record->key));
}

static void print_json(json_t *object)
{
    if (object)
        (void)json_dumpf(object, stdout, JSON_COMPACT);
    json_decref(object);
    putchar('\n');
}

/* What a stranger's journal holds must not steer a terminal, nor break JSON. */
static void make_printable(char *text)
{
    size_t bad_at;
    for (char *at = text; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7F)
            *at = '?';
    }
    while (!sb_text_is_utf8(text, strlen(text), &bad_at))
        text[bad_at] = '?';
}

/* ------------------------------------------------------------------ dump */

static void dump_info(const struct job *job)
{
    struct sb_journal_info copy = *sb_journal_reader_info(job->reader), *info = &copy;
    make_printable(info->origin);
    char id[SB_ID_TEXT_SIZE], created[SB_TIME_TEXT_SIZE];
    bool synthetic = (info->flags & SB_JOURNAL_SYNTHETIC) != 0;
    sb_id_print(info->journal_id, id);
    sb_time_print(info->created, job->offset_s, created);
    if (job->json) {
        print_json(json_pack("{s:s, s:s, s:i, s:i, s:s, s:b, s:s}", "record", "journal", "id", id, "format",
                             info->format, "meaning", info->meaning, "created", created, "synthetic",
                             synthetic, "origin", info->origin));
        return;
    }
    printf(sb_tr(sb_cmd_lang, "# journal %s, made %s, from: %s\n", "# nhật ký %s, tạo lúc %s, nguồn: %s\n"),
           id, created, info->origin);
    if (synthetic)
        puts(sb_tr(sb_cmd_lang, "# SYNTHETIC DATA", "# DỮ LIỆU MÔ PHỎNG, không phải thật"));
}

static void dump_record_json(const struct sb_record *record)
{
    char hash[2 * SB_HASH_SIZE + 1], other[2 * SB_HASH_SIZE + 1];
    hex_of(record->hash, SB_HASH_SIZE, hash);
    json_t *object = json_pack("{s:I, s:I, s:s}", "segment", (json_int_t)record->segment, "offset",
                               (json_int_t)record->offset, "hash", hash);
    if (record->type == SB_RECORD_BATCH) {
        hex_of(record->plan_hash, SB_HASH_SIZE, other);
        (void)json_object_update_new(object,
                                     json_pack("{s:s, s:I, s:i, s:i, s:s}", "record", "batch", "first",
                                               (json_int_t)record->first, "count", (int)record->count,
                                               "texts_size", (int)record->texts_size, "plan_hash", other));
    } else {
        (void)json_object_update_new(object,
                                     json_pack("{s:s, s:I}", "record",
                                               record->type == SB_RECORD_CLOSE ? "close" : "checkpoint",
                                               "after", (json_int_t)record->first));
    }
    if (record->type == SB_RECORD_CHECKPOINT) {
        hex_of(record->state_hash, SB_HASH_SIZE, other);
        (void)json_object_set_new(object, "state_hash", json_string(other));
        hex_of(record->key, sizeof(record->key), other);
        (void)json_object_set_new(object, "key", is_signed(record) ? json_string(other) : json_null());
    }
    print_json(object);
}

static void dump_record_text(const struct sb_record *record)
{
    char state[2 * SB_HASH_SIZE + 1], key[2 * SB_HASH_SIZE + 1];
    printf(sb_tr(sb_cmd_lang, "# segment %llu, offset %llu: ", "# đoạn %llu, vị trí %llu: "),
           (unsigned long long)record->segment, (unsigned long long)record->offset);
    switch (record->type) {
    case SB_RECORD_BATCH:
        printf(sb_tr(sb_cmd_lang, "batch of %u events from %llu on\n", "lô %u sự kiện từ số %llu\n"),
               record->count, (unsigned long long)record->first);
        break;
    case SB_RECORD_CHECKPOINT:
        hex_of(record->state_hash, SB_HASH_SIZE, state);
        hex_of(record->key, sizeof(record->key), key);
        printf(sb_tr(sb_cmd_lang, "checkpoint after event %llu: state %s, %s%s\n",
                     "điểm kiểm tra sau sự kiện %llu: trạng thái %s, %s%s\n"),
               (unsigned long long)record->first, state,
               is_signed(record) ? sb_tr(sb_cmd_lang, "with the signature of key ", "kèm chữ ký của khoá ")
                                 : sb_tr(sb_cmd_lang, "not signed", "không ký"),
               is_signed(record) ? key : "");
        break;
    case SB_RECORD_CLOSE:
        printf(sb_tr(sb_cmd_lang, "clean close after event %llu\n", "đóng sạch sau sự kiện %llu\n"),
               (unsigned long long)record->first);
        break;
    }
}

static bool rule_failed(const struct sb_result *result, unsigned rule)
{
    return (result->failed[rule / 64] >> rule % 64 & 1) != 0;
}

static void dump_event_json(const struct job *job, uint64_t sequence, const struct sb_event *event,
                            const struct sb_result *result)
{
    char time[SB_TIME_TEXT_SIZE];
    sb_time_print(event->time, job->offset_s, time);
    json_t *rules = json_array();
    for (unsigned rule = 0; rule < SB_PLAN_RULES_MAX; rule++) {
        if (rule_failed(result, rule))
            (void)json_array_append_new(rules, json_integer(rule));
    }
    char id[SB_ID_TEXT_SIZE];
    sb_id_print(event->id, id);
    json_t *object =
        json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:b, s:o}", "sequence", (json_int_t)sequence, "id", id,
                  "time", time, "type", type_word(event), "text", sb_str_text(&job->line), "result",
                  sb_result_word((enum sb_result_code)result->code), "repeated",
                  (result->flags & SB_RF_REPEATED) != 0, "failed_rules", rules);
    print_json(object);
}

static void dump_event(struct job *job, uint64_t sequence, const struct sb_event *event,
                       const struct sb_result *result)
{
    sb_str_clear(&job->line);
    sb_event_print(event, job->symbols, job->offset_s, 0, NULL, &job->line);
    if (job->line.text)
        make_printable(job->line.text);
    if (job->json) {
        dump_event_json(job, sequence, event, result);
        return;
    }
    printf("%s  # %llu %s", sb_str_text(&job->line), (unsigned long long)sequence,
           sb_result_word((enum sb_result_code)result->code));
    for (unsigned rule = 0, shown = 0; rule < SB_PLAN_RULES_MAX; rule++) {
        if (rule_failed(result, rule))
            printf("%s%u", shown++ ? "," : sb_tr(sb_cmd_lang, " by rules ", " theo quy tắc "), rule);
    }
    puts((result->flags & SB_RF_REPEATED) != 0 ? sb_tr(sb_cmd_lang, " (repeated)", " (lặp lại)") : "");
}

/* A name counts from its event on, when it was accepted. One that does not fit is told and printed as a bare
 * code from then on: judging it is for verify. */
static void learn_name(struct job *job, const struct sb_event *event, const struct sb_result *result)
{
    uint16_t code;
    struct sb_err err = {0};
    if (event->type != SB_EVENT_NAME || result->code != SB_R_ACCEPTED || !sb_event_is_well_formed(event))
        return;
    if (sb_symbols_intern(job->symbols, (enum sb_space)event->name_space, event->name, event->name_size,
                          &code, &err) != SB_OK)
        (void)sb_cmd_fail(&err);
}

static void dump(struct job *job, const struct sb_record *record)
{
    bool batch = record->type == SB_RECORD_BATCH;
    uint64_t last = batch ? record->first + record->count - 1 : record->first;
    bool shown = last >= job->from && record->first <= job->to;
    if (shown && job->json)
        dump_record_json(record);
    else if (shown)
        dump_record_text(record);
    for (uint32_t i = 0; batch && i < record->count; i++) {
        uint64_t sequence = record->first + i;
        learn_name(job, &record->events[i], &record->results[i]);
        if (sequence >= job->from && sequence <= job->to)
            dump_event(job, sequence, &record->events[i], &record->results[i]);
    }
}

/* ------------------------------------------------------------------ stat */

static void count(struct job *job, const struct sb_record *record)
{
    struct stat_counts *counts = &job->counts;
    bool batch = record->type == SB_RECORD_BATCH;
    counts->segments = SB_MAX(counts->segments, record->segment);
    counts->batches += batch;
    counts->closes += record->type == SB_RECORD_CLOSE;
    counts->closed = record->type == SB_RECORD_CLOSE;
    if (record->type == SB_RECORD_CHECKPOINT) {
        counts->checkpoints++;
        counts->signed_checkpoints += is_signed(record);
    }
    for (uint32_t i = 0; batch && i < record->count; i++) {
        const struct sb_event *event = &record->events[i];
        const struct sb_result *result = &record->results[i];
        counts->by_type[event->type < TYPE_COUNT ? event->type : 0]++;
        counts->by_code[result->code]++;
        counts->repeated += (result->flags & SB_RF_REPEATED) != 0;
        if (counts->events++ == 0)
            counts->first_time = event->time;
        if (result->code != SB_R_MALFORMED && result->code != SB_R_ID_ZERO && result->code != SB_R_TIME_BACK)
            counts->last_time = event->time;
    }
}

static void stat_json(const struct job *job)
{
    struct sb_journal_info copy = *sb_journal_reader_info(job->reader), *info = &copy;
    make_printable(info->origin);
    const struct stat_counts *counts = &job->counts;
    char id[SB_ID_TEXT_SIZE], created[SB_TIME_TEXT_SIZE], first[SB_TIME_TEXT_SIZE], last[SB_TIME_TEXT_SIZE];
    json_t *types = json_object(), *codes = json_object();
    for (unsigned i = 0; i < TYPE_COUNT; i++) {
        if (counts->by_type[i] > 0)
            (void)json_object_set_new(types, type_words[i], json_integer((json_int_t)counts->by_type[i]));
    }
    for (unsigned i = 0; i < SB_RESULT_COUNT; i++) {
        if (counts->by_code[i] > 0)
            (void)json_object_set_new(codes, sb_result_word((enum sb_result_code)i),
                                      json_integer((json_int_t)counts->by_code[i]));
    }
    sb_id_print(info->journal_id, id);
    sb_time_print(info->created, job->offset_s, created);
    sb_time_print(counts->first_time, job->offset_s, first);
    sb_time_print(counts->last_time, job->offset_s, last);
    json_t *root =
        json_pack("{s:s, s:s, s:s, s:s, s:b, s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:b, s:I, s:o, s:o, s:I}",
                  "journal", job->dir, "id", id, "created", created, "origin", info->origin, "synthetic",
                  (info->flags & SB_JOURNAL_SYNTHETIC) != 0, "format", info->format, "meaning", info->meaning,
                  "segments", (json_int_t)counts->segments, "batches", (json_int_t)counts->batches,
                  "checkpoints", (json_int_t)counts->checkpoints, "checkpoints_signed",
                  (json_int_t)counts->signed_checkpoints, "closes", (json_int_t)counts->closes,
                  "closed_cleanly", counts->closed, "torn_bytes", (json_int_t)job->torn, "events_by_type",
                  types, "results", codes, "repeated", (json_int_t)counts->repeated);
    (void)json_object_set_new(root, "events", json_integer((json_int_t)counts->events));
    (void)json_object_set_new(root, "first_time", counts->events ? json_string(first) : json_null());
    (void)json_object_set_new(root, "last_time", counts->events ? json_string(last) : json_null());
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    if (text)
        puts(text);
    free(text);
    json_decref(root);
}

static void stat_row(const char *word, uint64_t number, const char *text)
{
    if (number > 0)
        printf("    %-20s %12llu  %s\n", word, (unsigned long long)number, text);
}

static void stat_text(const struct job *job)
{
    const struct stat_counts *counts = &job->counts;
    char first[SB_TIME_TEXT_SIZE], last[SB_TIME_TEXT_SIZE];
    dump_info(job);
    printf(sb_tr(sb_cmd_lang,
                 "segments     %llu\nrecords      %llu batches, %llu checkpoints (%llu signed), %llu clean "
                 "closes\n",
                 "đoạn         %llu\nbản ghi      %llu lô, %llu điểm kiểm tra (%llu có chữ ký), %llu lần "
                 "đóng sạch\n"),
           (unsigned long long)counts->segments, (unsigned long long)counts->batches,
           (unsigned long long)counts->checkpoints, (unsigned long long)counts->signed_checkpoints,
           (unsigned long long)counts->closes);
    if (job->torn > 0)
        printf(sb_tr(sb_cmd_lang,
                     "tail         torn: %llu bytes behind the last whole record, never acknowledged\n",
                     "phần đuôi    ghi dở: %llu byte sau bản ghi nguyên vẹn cuối, chưa từng được xác nhận\n"),
               (unsigned long long)job->torn);
    else
        puts(counts->closed
                 ? sb_tr(sb_cmd_lang, "tail         closed cleanly", "phần đuôi    đóng sạch")
                 : sb_tr(sb_cmd_lang, "tail         not closed: in use, or the process was stopped",
                         "phần đuôi    chưa đóng: đang dùng, hoặc tiến trình đã bị dừng"));
    if (counts->events > 0) {
        sb_time_print(counts->first_time, job->offset_s, first);
        sb_time_print(counts->last_time, job->offset_s, last);
        printf(sb_tr(sb_cmd_lang, "time         %s to %s\n", "thời gian    %s đến %s\n"), first, last);
    }
    printf(sb_tr(sb_cmd_lang, "events       %llu\n", "sự kiện      %llu\n"),
           (unsigned long long)counts->events);
    for (unsigned i = 0; i < TYPE_COUNT; i++)
        stat_row(type_words[i], counts->by_type[i], "");
    puts(sb_tr(sb_cmd_lang, "results", "kết quả"));
    for (unsigned i = 0; i < SB_RESULT_COUNT; i++)
        stat_row(sb_result_word((enum sb_result_code)i), counts->by_code[i],
                 sb_result_text((enum sb_result_code)i, sb_cmd_lang));
    stat_row("(repeated)", counts->repeated, "");
}

/* ------------------------------------------------------------------ the command */

/* The clock of the charters that a batch installs, known to its own events already. Texts that do not parse
 * are for verify to judge: the clock stays. */
static void learn_clock(struct job *job, const struct sb_record *record)
{
    struct sb_source sources[SB_CHARTER_LAYERS_MAX];
    struct sb_charter *charter = NULL;
    struct sb_diagnostics unheard = {0};
    uint32_t count;
    for (size_t at = 0, used; record->type == SB_RECORD_BATCH && at < record->texts_size; at += used) {
        if (sb_charter_unpack(record->texts + at, record->texts_size - at, sources, &count, &used, NULL) !=
            SB_OK)
            return;
        if (sb_charter_parse(sources[0].path, sources[0].text, sources[0].size, &charter, &unheard, NULL) ==
            SB_OK)
            job->offset_s = charter->clock_offset_s;
        sb_charter_free(SB_TAKE(charter));
        sb_diagnostics_release(&unheard);
    }
}

static enum sb_status walk(struct job *job, void (*take)(struct job *, const struct sb_record *),
                           struct sb_err *err)
{
    for (uint64_t n = 0;; n++) {
        struct sb_record record;
        uint64_t done, all;
        enum sb_status status = sb_journal_reader_next(job->reader, &record, err);
        if (status == SB_END)
            break;
        if (status != SB_OK)
            return status;
        if (!job->utc)
            learn_clock(job, &record);
        take(job, &record);
        if (sb_cmd_interrupted() || ferror(stdout))
            return sb_fail(err, SB_INTERRUPTED, "interrupted", "bị ngắt");
        if (take == count && n % 64 == 0) {
            sb_journal_reader_progress(job->reader, &done, &all);
            sb_progress("counting", "đang đếm", done, all);
        }
        if (take == dump && record.first > job->to)
            return SB_OK;
    }
    job->torn = sb_journal_reader_torn(job->reader);
    return SB_OK;
}

static enum sb_status run(struct job *job, bool stats, struct sb_err *err)
{
    enum sb_status status = sb_journal_reader_open(sb_os_real(), job->dir, false, &job->reader, err);
    if (status != SB_OK)
        return status;
    job->symbols = sb_symbols_new();
    if (!job->symbols)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (!stats)
        dump_info(job);
    status = walk(job, stats ? count : dump, err);
    sb_progress_end();
    if (status != SB_OK || !stats)
        return status;
    if (job->json)
        stat_json(job);
    else
        stat_text(job);
    return SB_OK;
}

static bool read_number(const char *text, uint64_t *ret_number)
{
    int64_t number;
    size_t used, size = strlen(text);
    if (!sb_text_amount(text, size, 0, &number, &used) || used != size || number < 1)
        return false;
    *ret_number = (uint64_t)number;
    return true;
}

enum sb_exit sb_cmd_journal(int argc, char **argv)
{
    static const char *const known_dump[] = {"--from=", "--to=", "--utc", "--json", NULL};
    static const char *const known_stat[] = {"--utc", "--json", NULL};
    static const char *const verbs[] = {"dump", "stat"};
    struct job job = {.from = 1, .to = UINT64_MAX};
    struct sb_args args = {.argc = argc, .argv = argv, .at = 2};
    struct sb_err err = {0};
    bool stats = argc > 1 && strcmp(argv[1], "stat") == 0;
    if (argc > 1 && !stats && strcmp(argv[1], "dump") != 0) {
        const char *nearest = sb_text_nearest(argv[1], strlen(argv[1]), verbs, SB_ARRAY_SIZE(verbs));
        return sb_cmd_usage("journal", "there is no '%s'; did you mean '%s'?",
                            "không có '%s'; có phải '%s' không?", argv[1], nearest ? nearest : "dump");
    }
    int got;
    while (argc > 1 && (got = sb_args_next(&args, stats ? known_stat : known_dump)) != 0) {
        if (got < 0)
            return SB_EXIT_USAGE;
        if (args.option && strcmp(args.option, "--json") == 0)
            job.json = true;
        else if (args.option && strcmp(args.option, "--utc") == 0)
            job.utc = true;
        else if (args.option &&
                 !read_number(args.value, strcmp(args.option, "--from") == 0 ? &job.from : &job.to))
            return sb_cmd_usage("journal", "'%s' needs a sequence number from 1, not '%s'",
                                "'%s' cần số thứ tự từ 1, không phải '%s'", args.option, args.value);
        else if (!args.option && job.dir)
            return sb_cmd_usage("journal", "one journal at a time, and '%s' is a second",
                                "mỗi lần một nhật ký, '%s' là cái thứ hai", args.value);
        else if (!args.option)
            job.dir = args.value;
    }
    if (!job.dir)
        return sb_cmd_usage("journal", "say dump or stat, and the journal's folder",
                            "hãy cho biết dump hoặc stat, và thư mục nhật ký");
    enum sb_status status = run(&job, stats, &err);
    sb_journal_reader_close(job.reader);
    sb_symbols_free(job.symbols);
    sb_str_release(&job.line);
    return status == SB_OK ? SB_EXIT_DONE : sb_cmd_fail(&err);
}
