/* SPDX-License-Identifier: Apache-2.0 */
/* A golden file in memory; see golden_file.h. Memory that is out ends the test: there is nobody to tell. */
#include "golden_file.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDENT "    -> "

static const char *expectation(const char *text)
{
    const char *at = text + strspn(text, " \t");
    if (at == text || strncmp(at, "->", 2) != 0)
        return NULL;
    return at + 2 + strspn(at + 2, " ");
}

static void *grown(void *array, size_t count, size_t size)
{
    void *larger = realloc(array, (count + 1) * size);
    assert(larger);
    return larger;
}

static char *copied(const char *text)
{
    char *copy = strdup(text);
    assert(copy);
    return copy;
}

static void add_line(struct golden_file *file, const char *text, unsigned number)
{
    const char *expected = expectation(text);
    if (expected && file->count > 0) {
        struct golden_line *line = &file->lines[file->count - 1];
        line->expected = grown(line->expected, line->expected_count, sizeof(*line->expected));
        line->expected[line->expected_count++] = copied(expected);
        return;
    }
    file->lines = grown(file->lines, file->count, sizeof(*file->lines));
    file->lines[file->count++] = (struct golden_line){.text = copied(text), .number = number};
}

bool golden_file_read(struct golden_file *file, const char *path)
{
    *file = (struct golden_file){.path = path};
    FILE *stream = fopen(path, "r");
    if (!stream) {
        (void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    char *text = NULL;
    size_t room = 0;
    ssize_t size;
    for (unsigned number = 1; (size = getline(&text, &room, stream)) >= 0; number++) {
        if (size > 0 && text[size - 1] == '\n')
            text[size - 1] = '\0';
        add_line(file, text, number);
    }
    free(text);
    (void)fclose(stream); /* only read from */
    return true;
}

void golden_file_release(struct golden_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        struct golden_line *line = &file->lines[i];
        for (size_t j = 0; j < line->expected_count; j++)
            free(line->expected[j]);
        free(line->expected);
        free(line->text);
        sb_str_release(&line->got);
    }
    free(file->lines);
    *file = (struct golden_file){0};
}

bool golden_line_agrees(const struct golden_file *file, const struct golden_line *line)
{
    struct sb_str expected = {0};
    for (size_t i = 0; i < line->expected_count; i++)
        sb_str_printf(&expected, "%s\n", line->expected[i]);
    /* An event that nothing is said about goes through. */
    if (line->expected_count == 0)
        sb_str_add(&expected, "accepted\n");
    bool agrees = strcmp(sb_str_text(&expected), sb_str_text(&line->got)) == 0;
    if (!agrees)
        printf("%s:%u: %s\n  expected:\n%s  got:\n%s", file->path, line->number, line->text,
               sb_str_text(&expected), sb_str_text(&line->got));
    sb_str_release(&expected);
    return agrees;
}

static void write_got(FILE *stream, const struct golden_line *line)
{
    const char *text = sb_str_text(&line->got);
    if (line->expected_count == 0 && strcmp(text, "accepted\n") == 0)
        return;
    while (*text) {
        size_t size = strcspn(text, "\n");
        (void)fprintf(stream, INDENT "%.*s\n", (int)size, text);
        text += size + (text[size] == '\n');
    }
}

bool golden_file_write(const struct golden_file *file)
{
    FILE *stream = fopen(file->path, "w");
    if (!stream) {
        (void)fprintf(stderr, "%s: %s\n", file->path, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < file->count; i++) {
        const struct golden_line *line = &file->lines[i];
        (void)fprintf(stream, "%s\n", line->text);
        if (line->judged)
            write_got(stream, line);
        else
            for (size_t j = 0; j < line->expected_count; j++)
                (void)fprintf(stream, INDENT "%s\n", line->expected[j]);
    }
    return fclose(stream) == 0;
}
