/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A golden file: its lines, and for each of them the expectation lines that follow it. An expectation is an
 * indented line that begins with "->". The runner fills in what it got; the file can compare the two, print
 * the differences, and write itself anew with what was got.
 */

#include "base/str.h"

struct golden_line {
    char *text;      /* owned, without the line break */
    unsigned number; /* from 1, for messages */
    char **expected; /* owned: the text behind "-> " of each line */
    size_t expected_count;
    struct sb_str got; /* the same, as lines */
    bool judged;       /* got counts: something was run */
};

struct golden_file {
    const char *path; /* borrowed */
    struct golden_line *lines;
    size_t count;
};

/* Read a file; a line that begins with space and "->" belongs to the line before it. False: could not, said
 * on stderr. */
bool golden_file_read(struct golden_file *file, const char *path);
void golden_file_release(struct golden_file *file);

/* True when got and expected agree; prints both when not. */
bool golden_line_agrees(const struct golden_file *file, const struct golden_line *line);

/* Write the file with what was got in the place of what was expected. */
bool golden_file_write(const struct golden_file *file);
