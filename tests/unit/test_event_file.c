/* SPDX-License-Identifier: Apache-2.0 */
#include "import/event_file.h"

#include "base/macros.h"
#include "base/str.h"
#include "test.h"

#include <stdlib.h>

enum { HEADER = 4096, RECORD = 128 };

/* A file in memory: header, three names, an open, a transfer. */
struct bytes {
    char *text; /* owned */
    size_t size;
};

static struct sb_event_file_info sample_info(void)
{
    return (struct sb_event_file_info){
        .flags = 1, .clock_offset_s = 7 * 3600, .decimals = 2, .unit = "GHS", .origin = "a test"};
}

static void write_sample(struct bytes *bytes)
{
    FILE *file = open_memstream(&bytes->text, &bytes->size);
    struct sb_event_file_info info = sample_info();
    struct sb_event_writer *writer = NULL;
    uint16_t unit = 0, kind = 0, again = 0, class_ = 0;
    CHECK_INT(sb_event_writer_new(file, &info, &writer, NULL), SB_OK);
    CHECK_INT(sb_event_writer_name(writer, SB_SPACE_UNIT, "GHS", 3, &unit, NULL), SB_OK);
    CHECK_INT(sb_event_writer_name(writer, SB_SPACE_CLASS, "agent", 5, &class_, NULL), SB_OK);
    struct sb_event open = {.id = {1, 0}, .account = {2, 0}, .time = 10, .type = SB_EVENT_OPEN};
    open.attributes.unit = unit;
    open.attributes.class_ = class_;
    CHECK_INT(sb_event_writer_put(writer, &open, NULL), SB_OK);
    CHECK_INT(sb_event_writer_name(writer, SB_SPACE_KIND, "payment", 7, &kind, NULL), SB_OK);
    CHECK_INT(sb_event_writer_name(writer, SB_SPACE_KIND, "payment", 7, &again, NULL), SB_OK);
    CHECK_INT(again, kind);
    struct sb_event pay = {.id = {3, 0}, .payer = {2, 0}, .payee = {4, 0}, .amount = 5, .time = 11};
    pay.type = SB_EVENT_TRANSFER;
    pay.kind = kind;
    CHECK_INT(sb_event_writer_put(writer, &pay, NULL), SB_OK);
    CHECK_INT(sb_event_writer_close(writer, NULL), SB_OK);
    CHECK_INT(fclose(file), 0);
}

/* Read all of a file in memory; the status that ended it, SB_OK at the end. */
static enum sb_status read_all(const char *text, size_t size, struct sb_event *events, uint32_t max,
                               uint32_t *ret_count, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *copy = malloc(size + 1);
    memcpy(copy, text, size);
    FILE *stream = fmemopen(copy, size, "r");
    struct sb_event_file *file = NULL;
    struct sb_event_file_info info;
    *ret_count = 0;
    enum sb_status status = sb_event_file_open(stream, "x.events", &file, &info, err);
    while (status == SB_OK && *ret_count < max) {
        uint32_t count = 0;
        status = sb_event_file_read(file, events + *ret_count, SB_MIN(max - *ret_count, 2u), &count, err);
        if (status != SB_OK || count == 0)
            break;
        *ret_count += count;
    }
    sb_event_file_close(file);
    (void)fclose(stream); /* of a copy in memory */
    return status;
}

/* What was written is read, names in front of their first use. */
TEST(event_file, reads_what_was_written)
{
    struct bytes bytes = {0};
    struct sb_event events[16];
    uint32_t count;
    write_sample(&bytes);
    CHECK_INT(bytes.size, HEADER + 5 * RECORD);
    CHECK(sb_event_file_is(bytes.text, 8));
    CHECK(!sb_event_file_is(bytes.text, 7));
    CHECK_INT(read_all(bytes.text, bytes.size, events, 16, &count, NULL), SB_OK);
    CHECK_INT(count, 5);
    CHECK_INT(events[0].type, SB_EVENT_NAME);
    CHECK_INT(events[2].type, SB_EVENT_OPEN);
    CHECK_INT(events[3].type, SB_EVENT_NAME);
    CHECK_INT(events[3].name_code, 1);
    CHECK_INT(events[4].amount, 5);
    CHECK_INT(events[4].kind, 1);

    FILE *stream = fmemopen(bytes.text, bytes.size, "r");
    struct sb_event_file *file = NULL;
    struct sb_event_file_info info, expected = sample_info();
    CHECK_INT(sb_event_file_open(stream, "x.events", &file, &info, NULL), SB_OK);
    CHECK_INT(info.flags, expected.flags);
    CHECK_INT(info.clock_offset_s, expected.clock_offset_s);
    CHECK_INT(info.decimals, expected.decimals);
    CHECK_STR(info.unit, expected.unit);
    CHECK_STR(info.origin, expected.origin);
    sb_event_file_close(file);
    CHECK_INT(fclose(stream), 0);
    free(bytes.text);
}

/* Cut anywhere: inside the header no event file, inside an event damaged, between events a shorter file. */
TEST(event_file, a_cut_is_named)
{
    struct bytes bytes = {0};
    struct sb_event events[16];
    struct sb_err err = {0};
    uint32_t count;
    write_sample(&bytes);
    for (size_t size = 1; size < bytes.size; size++) {
        enum sb_status status = read_all(bytes.text, size, events, 16, &count, &err);
        if (size < HEADER)
            CHECK_INT(status, size < 8 ? SB_SYNTAX : SB_DAMAGED);
        else
            CHECK_INT(status, (size - HEADER) % RECORD == 0 ? SB_OK : SB_DAMAGED);
    }
    CHECK_INT(read_all(bytes.text, bytes.size - 1, events, 16, &count, &err), SB_DAMAGED);
    CHECK_STR(err.text[SB_EN], "event file 'x.events': event 5 is cut in the middle");
    free(bytes.text);
}

/* Every byte of the header matters but for nothing; a flipped one is refused. */
TEST(event_file, a_flipped_byte_of_the_header_is_refused)
{
    struct bytes bytes = {0};
    struct sb_event events[16];
    uint32_t count;
    write_sample(&bytes);
    for (size_t at = 0; at < HEADER; at++) {
        bytes.text[at] ^= 0x10;
        CHECK(read_all(bytes.text, bytes.size, events, 16, &count, NULL) != SB_OK);
        bytes.text[at] ^= 0x10;
    }
    CHECK_INT(read_all(bytes.text, bytes.size, events, 16, &count, NULL), SB_OK);
    free(bytes.text);
}

/* A code without a name, a name out of order, a malformed record and a charter cannot be mapped. */
TEST(event_file, codes_must_be_named_in_order)
{
    struct bytes bytes = {0};
    struct sb_event events[16];
    struct sb_err err = {0};
    uint32_t count;
    write_sample(&bytes);
    struct sb_event *at = (void *)(bytes.text + HEADER);
    at[4].kind = 2;
    CHECK_INT(read_all(bytes.text, bytes.size, events, 16, &count, &err), SB_DAMAGED);
    CHECK_STR(err.text[SB_EN], "event file 'x.events': event 5 uses a code without a name");
    at[4].kind = 1;
    at[3].name_code = 2;
    CHECK_INT(read_all(bytes.text, bytes.size, events, 16, &count, &err), SB_DAMAGED);
    CHECK_STR(err.text[SB_EN], "event file 'x.events': event 4 names a code out of order");
    at[3].name_code = 1;
    at[4].steps = 1;
    CHECK_INT(read_all(bytes.text, bytes.size, events, 16, &count, &err), SB_DAMAGED);
    at[4].steps = 0;
    at[2].attributes.class_ = 9;
    CHECK_INT(read_all(bytes.text, bytes.size, events, 16, &count, &err), SB_DAMAGED);
    at[2].attributes.class_ = 1;
    at[4].zero[0] = 1;
    CHECK_INT(read_all(bytes.text, bytes.size, events, 16, &count, &err), SB_DAMAGED);
    CHECK_STR(err.text[SB_EN], "event file 'x.events': event 5 is not well formed");
    memset(&at[4], 0, sizeof(at[4]));
    at[4].type = SB_EVENT_CHARTER;
    CHECK_INT(read_all(bytes.text, bytes.size, events, 16, &count, &err), SB_DAMAGED);
    free(bytes.text);
}

/* A disk that is full is said at the latest by close. */
TEST(event_file, a_failed_write_is_an_error)
{
    FILE *full = fopen("/dev/full", "w");
    struct sb_event_file_info info = sample_info();
    struct sb_event_writer *writer = NULL;
    CHECK(full != NULL);
    enum sb_status status = sb_event_writer_new(full, &info, &writer, NULL);
    if (status == SB_OK)
        status = sb_event_writer_close(writer, NULL);
    CHECK_INT(status, SB_IO);
    (void)fclose(full); /* fails again: the buffer cannot be written */
}

/* An origin that is too long loses its end, whole characters only. */
TEST(event_file, a_long_origin_is_cut_between_characters)
{
    struct bytes bytes = {0};
    FILE *file = open_memstream(&bytes.text, &bytes.size);
    struct sb_event_file_info info = sample_info();
    struct sb_event_writer *writer = NULL;
    for (size_t i = 0; i + 2 < sizeof(info.origin); i += 2)
        memcpy(info.origin + i, "đ", 2);
    info.origin[254] = "đ"[0];
    CHECK_INT(sb_event_writer_new(file, &info, &writer, NULL), SB_OK);
    CHECK_INT(sb_event_writer_close(writer, NULL), SB_OK);
    CHECK_INT(fclose(file), 0);
    struct sb_event_file *reader = NULL;
    FILE *stream = fmemopen(bytes.text, bytes.size, "r");
    CHECK_INT(sb_event_file_open(stream, "x", &reader, &info, NULL), SB_OK);
    CHECK_INT(strlen(info.origin), 254);
    sb_event_file_close(reader);
    CHECK_INT(fclose(stream), 0);
    free(bytes.text);
}
