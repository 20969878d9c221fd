/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of events: whatever reads must print, and the print must read back to the same record. */
#include "import/event_text.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum sb_status code_of_table(void *context, enum sb_space space, const char *name, size_t size,
                                    uint16_t *ret_code, struct sb_err *err)
{
    return sb_symbols_intern(context, space, name, size, ret_code, err);
}

static struct sb_event_reader *new_reader(struct sb_symbols *symbols)
{
    struct sb_event_reader *reader = NULL;
    struct sb_event_reader_options options = {
        .decimals = 2, .unit = "VND", .names = {symbols, code_of_table}};
    enum sb_status status = sb_event_reader_new(&options, &reader, NULL);
    assert(status == SB_OK);
    return reader;
}

static void check_line(struct sb_event_reader *reader, struct sb_symbols *symbols, const char *line,
                       size_t size)
{
    struct sb_event event, again;
    struct sb_err err = {0};
    enum sb_status status = sb_event_read_line(reader, line, size, &event, &err);
    if (status != SB_OK) {
        assert(status == SB_END || err.text[SB_VI][0] != '\0');
        return;
    }
    assert(sb_event_is_well_formed(&event));
    struct sb_str text = {0};
    struct sb_event_reader *second = new_reader(symbols);
    sb_event_print(&event, symbols, 0, 2, reader, &text);
    if (text.size <= SB_LINE_SIZE_MAX) {
        status = sb_event_read_line(second, sb_str_text(&text), text.size, &again, &err);
        assert(status == SB_OK);
        assert(memcmp(&event, &again, sizeof(event)) == 0);
    }
    sb_event_reader_free(second);
    sb_str_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_symbols *symbols = sb_symbols_new();
    assert(symbols != NULL);
    struct sb_event_reader *reader = new_reader(symbols);
    const char *text = (const char *)data;
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        size_t length = end ? (size_t)(end - text) - at : size - at;
        check_line(reader, symbols, text + at, length);
        at += length + 1;
    }
    sb_event_reader_free(reader);
    sb_symbols_free(symbols);
    return 0;
}
