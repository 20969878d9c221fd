/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target over every file of its corpus folder, so that what a fuzzer once found is an ordinary
 * test ever after. With -Dfuzz=true libFuzzer's own main takes its place.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return 1;
    size_t size = 0, room = 1 << 16;
    uint8_t *bytes = malloc(room);
    while (bytes) {
        size_t got = fread(bytes + size, 1, room - size, file);
        size += got;
        if (got == 0)
            break;
        if (size == room) {
            uint8_t *larger = realloc(bytes, room * 2);
            if (!larger)
                break;
            bytes = larger;
            room *= 2;
        }
    }
    fclose(file);
    /* An allocation of exactly the size lets the address sanitizer see a read behind the end. */
    uint8_t *exact = bytes ? realloc(bytes, size ? size : 1) : NULL;
    if (exact)
        (void)LLVMFuzzerTestOneInput(exact, size); /* the target's own asserts are the test */
    free(exact);
    return exact ? 0 : 1;
}

int main(int argc, char **argv)
{
    size_t passed = 0, failed = 0;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name); /* a longer path fails to open */
        if (run_file(path) == 0) {
            passed++;
        } else {
            printf("FAILED %s\n", path);
            failed++;
        }
    }
    if (folder)
        closedir(folder);
    if (passed == 0)
        failed++; /* an empty corpus tests nothing */
    printf("%zu passed, %zu failed\n", passed, failed);
    return failed == 0 ? 0 : 1;
}
