/* SPDX-License-Identifier: Apache-2.0 */
/* Event files: the first byte says whether the rest is a whole file or the events behind a sound header. */
#include "import/event_file.h"

#include "base/macros.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_header(FILE *file)
{
    struct sb_event_file_info info = {.unit = "VND"};
    struct sb_event_writer *writer = NULL;
    enum sb_status status = sb_event_writer_new(file, &info, &writer, NULL);
    assert(status == SB_OK);
    status = sb_event_writer_close(writer, NULL);
    assert(status == SB_OK);
}

static void read_all(char *bytes, size_t size)
{
    FILE *stream = fmemopen(bytes, size, "r");
    struct sb_event_file *file = NULL;
    struct sb_event_file_info info;
    struct sb_event events[3];
    uint32_t count = 1;
    assert(stream != NULL);
    enum sb_status status = sb_event_file_open(stream, "fuzz", &file, &info, NULL);
    while (status == SB_OK && count > 0) {
        status = sb_event_file_read(file, events, SB_ARRAY_SIZE(events), &count, NULL);
        for (uint32_t i = 0; status == SB_OK && i < count; i++)
            assert(sb_event_is_well_formed(&events[i]));
    }
    sb_event_file_close(file);
    (void)fclose(stream); /* of memory */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    char *bytes = NULL;
    size_t bytes_size = 0;
    FILE *stream = open_memstream(&bytes, &bytes_size);
    assert(stream != NULL);
    if (data[0] == 'h')
        add_header(stream);
    (void)fwrite(data + 1, 1, size - 1, stream); /* to memory: a short one is a shorter file */
    (void)fclose(stream);
    read_all(bytes, bytes_size);
    free(bytes);
    return 0;
}
