/* SPDX-License-Identifier: Apache-2.0 */
#include "import/ingest.h"

#include "base/macros.h"
#include "import/event_file.h"
#include "import/event_text.h"
#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A file on its way into the engine. */
struct stream {
    const struct sb_ingest *ingest;
    FILE *file; /* owned */
    const char *path;
    uint64_t size; /* bytes, 0 when unknown */
    uint64_t done;
    struct sb_event *batch;    /* owned: SB_BATCH_MAX */
    struct sb_result *results; /* owned: SB_BATCH_MAX */
    uint32_t count;
    uint64_t sequence;               /* of the newest submitted */
    sb_time_us time;                 /* of the newest event read */
    sb_time_us begun;                /* the ledger's time before the file */
    uint64_t known;                  /* events that the journal had before */
    bool chain_open;                 /* the newest event read is linked with the next one */
    uint16_t *codes[SB_SPACE_COUNT]; /* owned: the file's codes to the journal's; 0 unknown */
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

static enum sb_status open_file(const char *path, FILE **ret_file, bool *ret_text, struct sb_err *err)
{
    FILE *file = fopen(strcmp(path, "-") == 0 ? "/dev/stdin" : path, "rb");
    if (!file) {
        (void)sb_os_fail(err, errno);
        return sb_fail_in(err, "cannot read '%s'", "không đọc được '%s'", path);
    }
    char first[16] = {0};
    size_t got = fread(first, 1, sizeof(first), file);
    if (ferror(file)) { /* a folder opens, and then cannot be read */
        (void)sb_os_fail(err, errno);
        fclose(file);
        return sb_fail_in(err, "cannot read '%s'", "không đọc được '%s'", path);
    }
    *ret_text = !sb_event_file_is(first, got);
    if (fseek(file, 0, SEEK_SET) != 0) {
        fclose(file);
        return sb_fail(err, SB_IO, "cannot read '%s' again from its start: %s",
                       "không đọc lại được '%s' từ đầu: %s", path, strerror(errno));
    }
    *ret_file = file;
    return SB_OK;
}

/* ------------------------------------------------------------------ head */

static enum sb_status text_head(FILE *file, const char *path, int32_t offset_s,
                                struct sb_ingest_head *ret_head, struct sb_err *err)
{
    char line[SB_LINE_SIZE_MAX + 2];
    for (unsigned number = 1; fgets(line, sizeof(line), file); number++) {
        const char *at = line + strspn(line, " \t");
        if (*at == '\0' || *at == '\n' || *at == '\r' || *at == '#')
            continue;
        size_t used;
        if (!sb_time_parse(at, strlen(at), offset_s, &ret_head->first_time, &used))
            return sb_fail(err, SB_SYNTAX, "'%s' line %u: expected a time such as 2025-09-03T10:00:00+07:00",
                           "'%s' dòng %u: cần một thời điểm như 2025-09-03T10:00:00+07:00", path, number);
        break;
    }
    return SB_OK;
}

static enum sb_status file_head(FILE *file, const char *path, struct sb_ingest_head *ret_head,
                                struct sb_err *err)
{
    struct sb_event_file *events = NULL;
    struct sb_event_file_info info;
    enum sb_status status = sb_event_file_open(file, path, &events, &info, err);
    if (status != SB_OK)
        return status;
    ret_head->flags = info.flags;
    ret_head->decimals = info.decimals;
    (void)snprintf(ret_head->origin, sizeof(ret_head->origin), "%s", info.origin); /* same size */
    (void)snprintf(ret_head->unit, sizeof(ret_head->unit), "%s", info.unit);       /* same size */
    struct sb_event event;
    uint32_t count = 0;
    do {
        status = sb_event_file_read(events, &event, 1, &count, err);
    } while (status == SB_OK && count == 1 && event.type == SB_EVENT_NAME);
    if (status == SB_OK && count == 1)
        ret_head->first_time = event.time;
    sb_event_file_close(events);
    return status;
}

enum sb_status sb_ingest_head(const char *path, int32_t offset_s, struct sb_ingest_head *ret_head,
                              struct sb_err *err)
{
    struct sb_ingest_head head = {.first_time = SB_TIME_FOREVER};
    FILE *file = NULL;
    enum sb_status status = open_file(path, &file, &head.text, err);
    if (status != SB_OK)
        return status;
    status = head.text ? text_head(file, path, offset_s, &head, err) : file_head(file, path, &head, err);
    fclose(file);
    if (status == SB_OK)
        *ret_head = head;
    return status;
}

/* ------------------------------------------------------------------ batches */

/* Tell how far it is, and hear whether the user has had enough. */
static enum sb_status heed(const struct stream *stream, struct sb_err *err)
{
    const struct sb_ingest *ingest = stream->ingest;
    if (ingest->progress)
        ingest->progress("running", "đang chạy", stream->done, stream->size);
    if (ingest->interrupted && ingest->interrupted())
        return sb_fail(err, SB_INTERRUPTED, "stopped by the user; what was run is kept",
                       "người dùng đã dừng; phần đã chạy được giữ");
    return SB_OK;
}

static enum sb_status submit(struct stream *stream, uint32_t count, struct sb_err *err)
{
    const struct sb_ingest *ingest = stream->ingest;
    if (count == 0)
        return SB_OK;
    enum sb_status status =
        sb_engine_submit(ingest->engine, stream->batch, count, stream->results, &stream->sequence, err);
    for (uint32_t i = 0; i < count && status == SB_OK; i++)
        status = ingest->listen(ingest->context, &stream->batch[i], &stream->results[i], err);
    if (status != SB_OK)
        return status;
    stream->count -= count;
    memmove(stream->batch, stream->batch + count, stream->count * sizeof(*stream->batch));
    return heed(stream, err);
}

/* How many of the batch's events can go without cutting a chain; all of them when the chain fills the whole
 * batch. */
static uint32_t whole_chains(const struct stream *stream)
{
    uint32_t count = stream->count;
    while (count > 0 && (stream->batch[count - 1].flags & SB_F_LINKED) != 0)
        count--;
    return count > 0 ? count : stream->count;
}

/*
 * A file that was run before, wholly or until somebody stopped it: its events lie before the journal's last
 * one, where the ledger takes none any more. Those that the journal holds are answered as they were, and not
 * journalled as late ones; a tick of the past says nothing. Others are the ledger's to refuse.
 */
static enum sb_status pass_over(struct stream *stream, const struct sb_event *event, bool *ret_known,
                                struct sb_err *err)
{
    const struct sb_ingest *ingest = stream->ingest;
    struct sb_result result;
    bool is_known = event->type == SB_EVENT_TICK;
    bool is_chained = stream->chain_open || (event->flags & SB_F_LINKED) != 0;
    stream->chain_open = (event->flags & SB_F_LINKED) != 0;
    *ret_known = false;
    if (event->time > stream->begun || (event->time == stream->begun && is_chained))
        return SB_OK; /* a chain that is not late is judged whole */
    enum sb_status status =
        is_known ? SB_OK : sb_engine_answered(ingest->engine, event, &is_known, &result, err);
    if (status != SB_OK || !is_known)
        return status;
    *ret_known = true;
    if (event->type != SB_EVENT_TICK) {
        result.flags |= SB_RF_REPEATED;
        status = ingest->listen(ingest->context, event, &result, err);
    }
    if (status == SB_OK && ++stream->known % SB_BATCH_MAX == 0)
        status = heed(stream, err);
    return status;
}

static enum sb_status put(struct stream *stream, const struct sb_event *event, struct sb_err *err)
{
    bool is_known;
    enum sb_status status = pass_over(stream, event, &is_known, err);
    if (status != SB_OK || is_known)
        return status;
    if (stream->ingest->time_max != 0 && event->time > stream->ingest->time_max) {
        char time[SB_TIME_TEXT_SIZE];
        sb_time_print(event->time, stream->ingest->offset_s, time);
        return sb_fail(err, SB_INVALID,
                       "an event of %s lies too far ahead: all later ones would come too late",
                       "sự kiện lúc %s ở quá xa phía trước: mọi sự kiện sau đó sẽ thành quá muộn", time);
    }
    stream->batch[stream->count++] = *event;
    stream->time = event->time;
    return stream->count == SB_BATCH_MAX ? submit(stream, whole_chains(stream), err) : SB_OK;
}

/* ------------------------------------------------------------------ names */

/*
 * A journal's names come before the events that use them, at a time not before the last one's. Inside a chain
 * the batch may not be cut, so a new name waits for nothing there: its event goes ahead of the chain's first
 * member, at that member's time.
 */
static enum sb_status name_code(struct stream *stream, enum sb_space space, const char *name, size_t size,
                                uint16_t *ret_code, struct sb_err *err)
{
    *ret_code = sb_symbols_find(sb_engine_symbols(stream->ingest->engine), space, name, size);
    if (*ret_code != 0)
        return SB_OK;
    uint32_t ready = stream->count;
    while (ready > 0 && (stream->batch[ready - 1].flags & SB_F_LINKED) != 0)
        ready--;
    enum sb_status status = submit(stream, ready, err);
    sb_time_us time = SB_MAX(stream->count > 0 ? stream->batch[0].time : stream->time,
                             sb_ledger_time(sb_engine_ledger(stream->ingest->engine)));
    return status == SB_OK ? sb_engine_name(stream->ingest->engine, space, name, size, time, ret_code, err)
                           : status;
}

static enum sb_status text_code(void *context, enum sb_space space, const char *name, size_t size,
                                uint16_t *ret_code, struct sb_err *err)
{
    return name_code(context, space, name, size, ret_code, err);
}

/* ------------------------------------------------------------------ a text */

static enum sb_status run_lines(struct stream *stream, struct sb_event_reader *reader, struct sb_err *err)
{
    char line[SB_LINE_SIZE_MAX + 2];
    enum sb_status status = SB_OK;
    for (unsigned number = 1; status == SB_OK && fgets(line, sizeof(line), stream->file); number++) {
        size_t size = strlen(line);
        stream->done += size;
        while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r'))
            size--;
        struct sb_event event;
        status = sb_event_read_line(reader, line, size, &event, err);
        if (status == SB_END) {
            status = SB_OK;
            continue;
        }
        if (status == SB_OK)
            status = put(stream, &event, err);
        else
            status = sb_fail_in(err, "'%s' line %u", "'%s' dòng %u", stream->path, number);
    }
    if (status == SB_OK && ferror(stream->file))
        status = sb_fail(err, SB_IO, "cannot read '%s'", "không đọc được '%s'", stream->path);
    return status;
}

/*
 * What the ids of a text's events begin with: the file's name without its folders, since the same file run
 * from elsewhere, or under another spelling of its path, is the same file; and its first event's time, since
 * a new day's file of the same name is another.
 */
static enum sb_status id_prefix(const struct stream *stream, struct sb_str *ret_prefix, struct sb_err *err)
{
    const char *slash = strrchr(stream->path, '/');
    struct sb_ingest_head head;
    char time[SB_TIME_TEXT_SIZE] = "";
    enum sb_status status = sb_ingest_head(stream->path, stream->ingest->offset_s, &head, err);
    if (status != SB_OK)
        return status;
    if (head.first_time != SB_TIME_FOREVER)
        sb_time_print(head.first_time, 0, time);
    sb_str_printf(ret_prefix, "%s@%s#", slash ? slash + 1 : stream->path, time);
    return ret_prefix->failed ? no_memory(err) : SB_OK;
}

static enum sb_status run_text(struct stream *stream, struct sb_err *err)
{
    struct sb_event_reader *reader = NULL;
    struct sb_str prefix = {0};
    enum sb_status status = id_prefix(stream, &prefix, err);
    struct sb_event_reader_options options = {
        .offset_s = stream->ingest->offset_s,
        .decimals = stream->ingest->decimals,
        .unit = stream->ingest->unit,
        .id_prefix = sb_str_text(&prefix),
        .names = {.context = stream, .code = text_code},
    };
    if (status == SB_OK)
        status = sb_event_reader_new(&options, &reader, err);
    if (status == SB_OK)
        status = run_lines(stream, reader, err);
    sb_event_reader_free(reader);
    sb_str_release(&prefix);
    return status;
}

/* ------------------------------------------------------------------ an event file */

static enum sb_status learn_name(struct stream *stream, const struct sb_event *event, struct sb_err *err)
{
    if (!sb_event_is_well_formed(event))
        return sb_fail(err, SB_DAMAGED, "'%s': a name's record is malformed", "'%s': bản ghi tên sai dạng",
                       stream->path);
    uint16_t code = 0;
    enum sb_status status =
        name_code(stream, (enum sb_space)event->name_space, event->name, event->name_size, &code, err);
    if (status == SB_OK)
        stream->codes[event->name_space][event->name_code] = code;
    return status;
}

static bool map(const struct stream *stream, enum sb_space space, uint16_t *code)
{
    if (*code == 0)
        return true;
    *code = stream->codes[space][*code];
    return *code != 0;
}

/* Steps are bits by code: each set bit moves to its code in the journal. */
static bool map_steps(const struct stream *stream, uint32_t *steps)
{
    uint32_t mapped = 0;
    for (uint16_t bit = 0; bit < 32; bit++) {
        uint16_t code = (uint16_t)(bit + 1);
        if ((*steps >> bit & 1) == 0)
            continue;
        if (!map(stream, SB_SPACE_STEP, &code) || code > 32)
            return false;
        mapped |= UINT32_C(1) << (code - 1);
    }
    *steps = mapped;
    return true;
}

static bool map_event(const struct stream *stream, struct sb_event *event)
{
    if (event->type == SB_EVENT_TRANSFER)
        return map(stream, SB_SPACE_KIND, &event->kind) && map(stream, SB_SPACE_PROVIDER, &event->provider) &&
               map(stream, SB_SPACE_CHANNEL, &event->channel) &&
               map(stream, SB_SPACE_PURPOSE, &event->purpose) &&
               map(stream, SB_SPACE_COUNTRY, &event->country) && map_steps(stream, &event->steps);
    if (event->type == SB_EVENT_OPEN || event->type == SB_EVENT_CHANGE)
        return map(stream, SB_SPACE_UNIT, &event->attributes.unit) &&
               map(stream, SB_SPACE_CLASS, &event->attributes.class_) &&
               map(stream, SB_SPACE_PROVIDER, &event->attributes.provider) &&
               map(stream, SB_SPACE_TIER, &event->attributes.tier) &&
               map(stream, SB_SPACE_ISSUER, &event->attributes.issuer) &&
               map(stream, SB_SPACE_SEX, &event->attributes.sex);
    return true;
}

static enum sb_status put_mapped(struct stream *stream, struct sb_event *event, struct sb_err *err)
{
    if (event->type == SB_EVENT_NAME)
        return learn_name(stream, event, err);
    if (event->type == SB_EVENT_CHARTER)
        return sb_fail(err, SB_INVALID, "'%s': an event file cannot install a charter",
                       "'%s': tệp sự kiện không thể cài điều lệ", stream->path);
    if (!map_event(stream, event))
        return sb_fail(err, SB_DAMAGED, "'%s': an event uses a name that the file does not give",
                       "'%s': một sự kiện dùng tên mà tệp không nêu", stream->path);
    return put(stream, event, err);
}

static enum sb_status run_events(struct stream *stream, struct sb_err *err)
{
    enum { READ_MAX = 1024 };
    struct sb_event_file *file = NULL;
    struct sb_event_file_info info;
    struct sb_event *events = calloc(READ_MAX, sizeof(*events));
    bool room = events != NULL;
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++) {
        stream->codes[space] = calloc(SB_SYMBOLS_MAX + 1, sizeof(uint16_t));
        room = room && stream->codes[space];
    }
    enum sb_status status =
        room ? sb_event_file_open(stream->file, stream->path, &file, &info, err) : no_memory(err);
    for (uint32_t count = 1; status == SB_OK && count > 0;) {
        status = sb_event_file_read(file, events, READ_MAX, &count, err);
        stream->done += (uint64_t)count * sizeof(*events);
        for (uint32_t i = 0; i < count && status == SB_OK; i++)
            status = put_mapped(stream, &events[i], err);
    }
    sb_event_file_close(file);
    free(events);
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++)
        free(stream->codes[space]);
    return status;
}

/* ------------------------------------------------------------------ all of it */

enum sb_status sb_ingest_file(const struct sb_ingest *ingest, const char *path, struct sb_err *err)
{
    struct stream stream = {
        .ingest = ingest, .path = path, .time = sb_ledger_time(sb_engine_ledger(ingest->engine))};
    stream.begun = stream.time;
    struct stat info;
    bool text;
    enum sb_status status = open_file(path, &stream.file, &text, err);
    if (status != SB_OK)
        return status;
    stream.size = fstat(fileno(stream.file), &info) == 0 && info.st_size > 0 ? (uint64_t)info.st_size : 0;
    stream.batch = calloc(SB_BATCH_MAX, sizeof(*stream.batch));
    stream.results = calloc(SB_BATCH_MAX, sizeof(*stream.results));
    if (!stream.batch || !stream.results)
        status = no_memory(err);
    if (status == SB_OK)
        status = text ? run_text(&stream, err) : run_events(&stream, err);
    if (status == SB_OK)
        status = submit(&stream, stream.count, err);
    if (stream.sequence > 0 && (status == SB_OK || status == SB_INTERRUPTED)) {
        enum sb_status waited = sb_engine_wait(ingest->engine, stream.sequence, status == SB_OK ? err : NULL);
        status = status == SB_OK ? waited : status;
    }
    fclose(stream.file);
    free(stream.batch);
    free(stream.results);
    return status;
}
