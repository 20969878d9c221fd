/* SPDX-License-Identifier: Apache-2.0 */
/* Rows under a mapping that uses most of what mappings can say: the totals must add up whatever comes. */
#include "import/import.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char mapping[] =
    "unit GBP with 2 decimals\n"
    "clock +01:00\n"
    "time from \"date\" and column 2 as d/m/yy h:mm or yyyy-mm-dd hh:mm or dd mmm yyyy or unix seconds\n"
    "payer from \"payer\"\n"
    "payee from \"payee\" with prefix \"shop:\"\n"
    "agent from \"agent\"\n"
    "amount from \"out\"\n"
    "amount in from \"in\" times 10\n"
    "kind from \"kind\": \"R\" is refund, \"X\" is rejected, \"S\" is skipped, other is kept\n"
    "payer.birth-year from \"year\"\n"
    "payer.class is subscriber\n"
    "payer.place from \"year\" as commune\n"
    "negative amounts are refunds\n"
    "extra decimals are rounded\n"
    "names fold case and spaces\n"
    "funds from \"bank\"\n"
    "opening balances as needed\n";
static const char header[] = "date,time,payer,payee,agent,out,in,kind,year\n";

/* The input as a file of a name of its own. */
static void write_input(const uint8_t *data, size_t size, char *path)
{
    int descriptor = mkstemp(path);
    assert(descriptor >= 0);
    FILE *file = fdopen(descriptor, "wb");
    assert(file != NULL);
    (void)fwrite(header, 1, strlen(header), file);
    (void)fwrite(data, 1, size, file);
    (void)fclose(file); /* a full disk makes a shorter input */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/sandbank-fuzz-XXXXXX";
    const char *files[] = {path};
    char *out = NULL, *rejects = NULL;
    size_t out_size = 0, rejects_size = 0;
    struct sb_map map;
    struct sb_err err = {0};
    struct sb_import_totals totals;
    write_input(data, size, path);
    enum sb_status status = sb_map_read("fuzz.map", mapping, strlen(mapping), &map, &err);
    assert(status == SB_OK);
    struct sb_import_options options = {
        .map = &map, .files = files, .file_count = 1, .temporary_dir = "/tmp"};
    options.memory_size = 4096; /* so that sorting runs over */
    options.out = open_memstream(&out, &out_size);
    options.rejects = open_memstream(&rejects, &rejects_size);
    assert(options.out != NULL && options.rejects != NULL);
    status = sb_import_run(&options, &totals, &err);
    assert(status == SB_OK); /* the totals are asserted inside */
    (void)fclose(options.out);
    (void)fclose(options.rejects);
    sb_map_release(&map);
    free(out);
    free(rejects);
    (void)unlink(path);
    return 0;
}
