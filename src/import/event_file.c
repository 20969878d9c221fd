/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file is written once from front to back and read once from front to back, so that either side may be a
 * pipe: no length in the header, no index behind the events. The header is a whole page, so events never
 * straddle pages and a file can be mapped.
 *
 *     0     8  "SBEVENTS"
 *     8     4  version, 1
 *     12    4  flags
 *     16    4  clock: seconds east of UTC
 *     20    4  decimals of amounts, 0 to 9
 *     24   56  unit, zero behind its end
 *     80  256  origin, zero behind its end
 *     336      zero
 *     4064 32  BLAKE2b-256 of the bytes before it
 *     4096     events of 128 bytes, to the end of the file
 */
#include "import/event_file.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "base/str.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_SIZE = 4096,
    VERSION = 1,
    AT_VERSION = 8,
    AT_FLAGS = 12,
    AT_CLOCK = 16,
    AT_DECIMALS = 20,
    AT_UNIT = 24,
    AT_ORIGIN = 80,
    AT_ZERO = 336,
    AT_HASH = HEADER_SIZE - 32,
    UNIT_SIZE = AT_ORIGIN - AT_UNIT,
    BUFFER_EVENTS = 1024,
    DECIMALS_MAX = 9,
    CLOCK_MAX = 86400, /* seconds: no clock of the world is a day off */
};

static const char magic[8] = {'S', 'B', 'E', 'V', 'E', 'N', 'T', 'S'};

static_assert(UNIT_SIZE > SB_SYMBOL_SIZE_MAX, "a unit fits with its NUL");
static_assert(AT_ZERO - AT_ORIGIN == sizeof(((struct sb_event_file_info *)0)->origin), "an origin fits");

struct sb_event_writer {
    FILE *file;                 /* borrowed */
    struct sb_symbols *symbols; /* owned; the codes of this file */
    sb_time_us time;            /* of the last event: NAME events take it */
    uint32_t count;             /* events in the buffer */
    bool failed;                /* a write failed: nothing more is written */
    struct sb_event buffer[BUFFER_EVENTS];
};

struct sb_event_file {
    FILE *file;                 /* borrowed */
    char *path;                 /* owned; for errors */
    struct sb_symbols *symbols; /* owned; to check that codes are named before they are used */
    uint64_t number;            /* of the last event read, from 1 */
};

/* ------------------------------------------------------------------ writer */

static enum sb_status write_failed(struct sb_event_writer *writer, struct sb_err *err)
{
    writer->failed = true;
    return sb_fail(err, SB_IO, "the event file cannot be written: %s", "không ghi được tệp sự kiện: %s",
                   strerror(errno));
}

/* Text that is too long, or was cut inside a character, loses its end. */
static void put_text(unsigned char *field, const char *text, size_t size_max)
{
    size_t size = strnlen(text, size_max);
    size_t bad_at = size;
    (void)sb_text_is_utf8(text, size, &bad_at); /* bad_at is the length of the sound part either way */
    memcpy(field, text, bad_at);
}

static void hash_header(const unsigned char *header, unsigned char hash[32])
{
    int failed = crypto_generichash(hash, 32, header, AT_HASH, NULL, 0);
    assert(failed == 0);
}

enum sb_status sb_event_writer_new(FILE *file, const struct sb_event_file_info *info,
                                   struct sb_event_writer **ret_writer, struct sb_err *err)
{
    unsigned char header[HEADER_SIZE] = {0};
    assert(info->decimals <= DECIMALS_MAX);
    memcpy(header, magic, sizeof(magic));
    sb_put_u32(header + AT_VERSION, VERSION);
    sb_put_u32(header + AT_FLAGS, info->flags);
    sb_put_u32(header + AT_CLOCK, (uint32_t)info->clock_offset_s);
    sb_put_u32(header + AT_DECIMALS, info->decimals);
    put_text(header + AT_UNIT, info->unit, SB_SYMBOL_SIZE_MAX);
    put_text(header + AT_ORIGIN, info->origin, sizeof(info->origin) - 1);
    hash_header(header, header + AT_HASH);
    struct sb_event_writer *writer = calloc(1, sizeof(*writer));
    struct sb_symbols *symbols = sb_symbols_new();
    if (!writer || !symbols) {
        free(writer);
        sb_symbols_free(symbols);
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    writer->file = file;
    writer->symbols = symbols;
    if (fwrite(header, sizeof(header), 1, file) != 1) {
        enum sb_status status = write_failed(writer, err);
        sb_symbols_free(symbols);
        free(writer);
        return status;
    }
    *ret_writer = writer;
    return SB_OK;
}

static enum sb_status flush_events(struct sb_event_writer *writer, struct sb_err *err)
{
    if (writer->failed)
        return write_failed(writer, err);
    uint32_t count = writer->count;
    writer->count = 0;
    if (fwrite(writer->buffer, sizeof(writer->buffer[0]), count, writer->file) != count)
        return write_failed(writer, err);
    return SB_OK;
}

static enum sb_status append(struct sb_event_writer *writer, const struct sb_event *event, struct sb_err *err)
{
    if (writer->count == BUFFER_EVENTS) {
        enum sb_status status = flush_events(writer, err);
        if (status != SB_OK)
            return status;
    }
    writer->buffer[writer->count++] = *event;
    return SB_OK;
}

enum sb_status sb_event_writer_name(struct sb_event_writer *writer, enum sb_space space, const char *name,
                                    size_t size, uint16_t *ret_code, struct sb_err *err)
{
    uint16_t code = sb_symbols_find(writer->symbols, space, name, size);
    if (code == 0) {
        enum sb_status status = sb_symbols_intern(writer->symbols, space, name, size, &code, err);
        if (status != SB_OK)
            return status;
        struct sb_event event = sb_event_name(writer->time, space, code, name, size);
        status = append(writer, &event, err);
        if (status != SB_OK)
            return status;
    }
    *ret_code = code;
    return SB_OK;
}

enum sb_status sb_event_writer_put(struct sb_event_writer *writer, const struct sb_event *event,
                                   struct sb_err *err)
{
    assert(sb_event_is_well_formed(event));
    assert(event->type != SB_EVENT_NAME);
    assert(event->type != SB_EVENT_CHARTER);
    writer->time = event->time;
    return append(writer, event, err);
}

enum sb_status sb_event_writer_close(struct sb_event_writer *writer, struct sb_err *err)
{
    if (!writer)
        return SB_OK;
    enum sb_status status = flush_events(writer, err);
    if (status == SB_OK && fflush(writer->file) != 0)
        status = write_failed(writer, err);
    sb_symbols_free(writer->symbols);
    free(writer);
    return status;
}

/* ------------------------------------------------------------------ reader */

bool sb_event_file_is(const void *bytes, size_t size)
{
    return size >= sizeof(magic) && memcmp(bytes, magic, sizeof(magic)) == 0;
}

/* A text field: UTF-8 with nothing but zeros behind its end, which lies inside. */
static bool text_is_sound(const unsigned char *field, size_t size)
{
    size_t length = strnlen((const char *)field, size);
    if (length == size || !sb_text_is_utf8((const char *)field, length, NULL))
        return false;
    for (size_t i = length; i < size; i++)
        if (field[i] != 0)
            return false;
    return true;
}

static enum sb_status read_header(const unsigned char *header, const char *path,
                                  struct sb_event_file_info *ret_info, struct sb_err *err)
{
    if (!sb_event_file_is(header, HEADER_SIZE))
        return sb_fail(err, SB_SYNTAX, "'%s' is not an event file", "'%s' không phải là tệp sự kiện", path);
    uint32_t version = sb_get_u32(header + AT_VERSION);
    if (version != VERSION)
        return sb_fail(err, SB_VERSION, "'%s' is an event file of version %" PRIu32 ", known is %d",
                       "'%s' là tệp sự kiện phiên bản %" PRIu32 ", chương trình chỉ biết %d", path, version,
                       VERSION);
    unsigned char hash[32];
    hash_header(header, hash);
    struct sb_event_file_info info = {
        .flags = sb_get_u32(header + AT_FLAGS),
        .clock_offset_s = (int32_t)sb_get_u32(header + AT_CLOCK),
        .decimals = sb_get_u32(header + AT_DECIMALS),
    };
    if (memcmp(hash, header + AT_HASH, sizeof(hash)) != 0 || info.decimals > DECIMALS_MAX ||
        info.clock_offset_s <= -CLOCK_MAX || info.clock_offset_s >= CLOCK_MAX ||
        !text_is_sound(header + AT_UNIT, UNIT_SIZE) || header[AT_UNIT + SB_SYMBOL_SIZE_MAX] != 0 ||
        !text_is_sound(header + AT_ORIGIN, sizeof(info.origin)))
        return sb_fail(err, SB_DAMAGED, "the header of event file '%s' is damaged",
                       "phần đầu của tệp sự kiện '%s' bị hỏng", path);
    memcpy(info.unit, header + AT_UNIT, SB_SYMBOL_SIZE_MAX);
    memcpy(info.origin, header + AT_ORIGIN, sizeof(info.origin));
    *ret_info = info;
    return SB_OK;
}

enum sb_status sb_event_file_open(FILE *stream, const char *path, struct sb_event_file **ret_file,
                                  struct sb_event_file_info *ret_info, struct sb_err *err)
{
    unsigned char header[HEADER_SIZE];
    size_t size = fread(header, 1, sizeof(header), stream);
    if (ferror(stream))
        return sb_fail(err, SB_IO, "event file '%s' cannot be read: %s",
                       "không đọc được tệp sự kiện '%s': %s", path, strerror(errno));
    if (size < sizeof(header))
        return sb_fail(err, sb_event_file_is(header, size) ? SB_DAMAGED : SB_SYNTAX,
                       "'%s' is not an event file: it ends inside its header",
                       "'%s' không phải là tệp sự kiện: kết thúc ngay trong phần đầu", path);
    enum sb_status status = read_header(header, path, ret_info, err);
    if (status != SB_OK)
        return status;
    struct sb_event_file *file = calloc(1, sizeof(*file));
    struct sb_symbols *symbols = sb_symbols_new();
    char *copy = strdup(path);
    if (!file || !symbols || !copy) {
        free(file);
        free(copy);
        sb_symbols_free(symbols);
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    *file = (struct sb_event_file){.file = stream, .path = copy, .symbols = symbols};
    *ret_file = file;
    return SB_OK;
}

static bool known(const struct sb_event_file *file, enum sb_space space, uint16_t code)
{
    return code <= sb_symbols_count(file->symbols, space);
}

/* Every code that the event carries was named before it. Requires a well-formed event. */
static bool codes_are_named(const struct sb_event_file *file, const struct sb_event *event)
{
    if (event->type == SB_EVENT_TRANSFER) {
        unsigned steps = sb_symbols_count(file->symbols, SB_SPACE_STEP);
        return known(file, SB_SPACE_KIND, event->kind) && known(file, SB_SPACE_PROVIDER, event->provider) &&
               known(file, SB_SPACE_CHANNEL, event->channel) &&
               known(file, SB_SPACE_PURPOSE, event->purpose) &&
               known(file, SB_SPACE_COUNTRY, event->country) && (steps >= 32 || event->steps >> steps == 0);
    }
    if (event->type == SB_EVENT_OPEN || event->type == SB_EVENT_CHANGE)
        return known(file, SB_SPACE_UNIT, event->attributes.unit) &&
               known(file, SB_SPACE_CLASS, event->attributes.class_) &&
               known(file, SB_SPACE_PROVIDER, event->attributes.provider) &&
               known(file, SB_SPACE_TIER, event->attributes.tier) &&
               known(file, SB_SPACE_ISSUER, event->attributes.issuer) &&
               known(file, SB_SPACE_SEX, event->attributes.sex);
    return true;
}

/* A NAME gives the next code of its space, and a new name. */
static enum sb_status take_name(struct sb_event_file *file, const struct sb_event *event, struct sb_err *err)
{
    enum sb_space space = (enum sb_space)event->name_space;
    uint16_t code = 0;
    uint32_t next = sb_symbols_count(file->symbols, space) + 1u;
    enum sb_status status = SB_DAMAGED;
    if (event->name_code == next)
        status = sb_symbols_intern(file->symbols, space, event->name, event->name_size, &code, err);
    if (status == SB_NOMEM)
        return status;
    if (status != SB_OK || code != next)
        return sb_fail(err, SB_DAMAGED, "event file '%s': event %" PRIu64 " names a code out of order",
                       "tệp sự kiện '%s': sự kiện %" PRIu64 " đặt tên cho mã sai thứ tự", file->path,
                       file->number);
    return SB_OK;
}

static enum sb_status check(struct sb_event_file *file, const struct sb_event *event, struct sb_err *err)
{
    if (!sb_event_is_well_formed(event) || event->type == SB_EVENT_CHARTER)
        return sb_fail(err, SB_DAMAGED, "event file '%s': event %" PRIu64 " is not well formed",
                       "tệp sự kiện '%s': sự kiện %" PRIu64 " không đúng dạng", file->path, file->number);
    if (event->type == SB_EVENT_NAME)
        return take_name(file, event, err);
    if (!codes_are_named(file, event))
        return sb_fail(err, SB_DAMAGED, "event file '%s': event %" PRIu64 " uses a code without a name",
                       "tệp sự kiện '%s': sự kiện %" PRIu64 " dùng mã chưa có tên", file->path, file->number);
    return SB_OK;
}

enum sb_status sb_event_file_read(struct sb_event_file *file, struct sb_event *events, uint32_t max,
                                  uint32_t *ret_count, struct sb_err *err)
{
    size_t size = fread(events, 1, max * sizeof(*events), file->file);
    if (ferror(file->file))
        return sb_fail(err, SB_IO, "event file '%s' cannot be read: %s",
                       "không đọc được tệp sự kiện '%s': %s", file->path, strerror(errno));
    uint32_t count = (uint32_t)(size / sizeof(*events));
    for (uint32_t i = 0; i < count; i++) {
        file->number++;
        enum sb_status status = check(file, &events[i], err);
        if (status != SB_OK)
            return status;
    }
    if (size % sizeof(*events) != 0)
        return sb_fail(err, SB_DAMAGED, "event file '%s': event %" PRIu64 " is cut in the middle",
                       "tệp sự kiện '%s': sự kiện %" PRIu64 " bị cắt giữa chừng", file->path,
                       file->number + 1);
    *ret_count = count;
    return SB_OK;
}

void sb_event_file_close(struct sb_event_file *file)
{
    if (!file)
        return;
    sb_symbols_free(file->symbols);
    free(file->path);
    free(file);
}

/* ------------------------------------------------------------------ other codes */

static bool recode(const uint16_t *const codes[SB_SPACE_COUNT], enum sb_space space, uint16_t *code)
{
    if (*code == 0)
        return true;
    *code = codes[space][*code];
    return *code != 0;
}

/* A step is a bit: that of its code less one. */
static bool recode_steps(const uint16_t *const codes[SB_SPACE_COUNT], uint32_t *steps)
{
    uint32_t recoded = 0;
    for (uint16_t bit = 0; bit < 32; bit++) {
        uint16_t code = (uint16_t)(bit + 1);
        if ((*steps >> bit & 1) == 0)
            continue;
        if (!recode(codes, SB_SPACE_STEP, &code) || code > 32)
            return false;
        recoded |= UINT32_C(1) << (code - 1);
    }
    *steps = recoded;
    return true;
}

bool sb_event_recode(struct sb_event *event, const uint16_t *const codes[SB_SPACE_COUNT])
{
    if (event->type == SB_EVENT_TRANSFER)
        return recode(codes, SB_SPACE_KIND, &event->kind) &&
               recode(codes, SB_SPACE_PROVIDER, &event->provider) &&
               recode(codes, SB_SPACE_CHANNEL, &event->channel) &&
               recode(codes, SB_SPACE_PURPOSE, &event->purpose) &&
               recode(codes, SB_SPACE_COUNTRY, &event->country) && recode_steps(codes, &event->steps);
    if (event->type == SB_EVENT_OPEN || event->type == SB_EVENT_CHANGE)
        return recode(codes, SB_SPACE_UNIT, &event->attributes.unit) &&
               recode(codes, SB_SPACE_CLASS, &event->attributes.class_) &&
               recode(codes, SB_SPACE_PROVIDER, &event->attributes.provider) &&
               recode(codes, SB_SPACE_TIER, &event->attributes.tier) &&
               recode(codes, SB_SPACE_ISSUER, &event->attributes.issuer) &&
               recode(codes, SB_SPACE_SEX, &event->attributes.sex);
    return true;
}
