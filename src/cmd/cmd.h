/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What every command shares: the language, the exit codes, errors, progress, and the table of commands in
 * main.c. */

#include "base/str.h"

#include <stdio.h>

enum sb_exit {
    SB_EXIT_DONE = 0,
    SB_EXIT_REFUSED = 1, /* refused, or differences found */
    SB_EXIT_USAGE = 2,
    SB_EXIT_FAILURE = 3,
};

struct sb_cmd {
    const char *name;
    const char *summary_en, *summary_vi; /* one line */
    const char *usage;    /* "sandbank run DIR --charter FILE EVENTS..." and its options, one a line */
    const char *usage_vi; /* the same, with the same options */
    enum sb_exit (*main)(int argc, char **argv); /* argv[0] is the command's name */
};

/* The language of this run: --lang vi|en (taken off argv by main.c), else LC_ALL, LC_MESSAGES, LANG: "vi..."
 * is Vietnamese. */
extern enum sb_lang sb_cmd_lang;

/* Print `sandbank: CAUSE` in the run's language on stderr; returns the exit code that its status has. */
enum sb_exit sb_cmd_fail(const struct sb_err *err);

/* Print what is wrong with the arguments and how they should be, on stderr; returns SB_EXIT_USAGE. */
enum sb_exit sb_cmd_usage(const char *command, const char *en, const char *vi, ...) SB_PRINTF(2, 4)
    SB_PRINTF(3, 4);

/*
 * Options. A cursor over argv: sb_cmd_next gives the next option or argument. `known` is a NULL-terminated
 * list such as
 * {"--charter=", "--json", NULL}: a trailing '=' takes a value (`--charter FILE` or `--charter=FILE`). "--"
 * ends options. An unknown option is a usage error with the nearest known one, or all of
 * them when none is near.
 */
struct sb_args {
    int argc;
    char **argv;
    int at;
    bool options_over;
    char option_text[64];
    const char *option; /* "--charter" when this was an option, else NULL; until the next call */
    const char *value;  /* its value, or the argument */
};
/* 1: got one; 0: at the end; -1: usage error, already printed. */
int sb_args_next(struct sb_args *args, const char *const *known);

/* Progress on stderr: a bar on a terminal, a plain line every few seconds elsewhere, nothing when quick. */
void sb_progress(const char *en, const char *vi, uint64_t done, uint64_t all);
void sb_progress_end(void);

/* True once the user pressed Ctrl-C: long work ends in good order and the command returns SB_EXIT_FAILURE. */
bool sb_cmd_interrupted(void);

/*
 * Whether a file may be made at path, or replaced by renaming another one over it: nothing is there yet, or
 * an ordinary file. A device or a pipe would be replaced by a file. Errors: SB_EXISTS.
 */
SB_CHECKED enum sb_status sb_cmd_check_output(const char *path, struct sb_err *err);

/* Colour only on a terminal and never with NO_COLOR. "" when there is none. */
const char *sb_style(FILE *stream, const char *ansi);

/* Read a charter file named as a path, or as a shipped one ("vn/mobile-money"): the text is owned by the
 * caller. */
SB_CHECKED enum sb_status sb_cmd_read_charter(const char *name, char **ret_path, char **ret_text,
                                              size_t *ret_size, struct sb_err *err);

/* One a file cmd_*.c. */
enum sb_exit sb_cmd_charter(int argc, char **argv);
enum sb_exit sb_cmd_charter_diff(int argc, char **argv); /* argv[0] is "charter diff" */
enum sb_exit sb_cmd_charter_show(int argc, char **argv); /* argv[0] is "charter show" */
enum sb_exit sb_cmd_charter_try(int argc, char **argv);  /* argv[0] is "charter try" */
enum sb_exit sb_cmd_run(int argc, char **argv);
enum sb_exit sb_cmd_verify(int argc, char **argv);
enum sb_exit sb_cmd_journal(int argc, char **argv);
enum sb_exit sb_cmd_explain(int argc, char **argv);
enum sb_exit sb_cmd_index(int argc, char **argv);
enum sb_exit sb_cmd_statement(int argc, char **argv);
enum sb_exit sb_cmd_key(int argc, char **argv);
enum sb_exit sb_cmd_replay(int argc, char **argv);
enum sb_exit sb_cmd_backup(int argc, char **argv);
enum sb_exit sb_cmd_restore(int argc, char **argv);
enum sb_exit sb_cmd_snapshot(int argc, char **argv);
enum sb_exit sb_cmd_synth(int argc, char **argv);
enum sb_exit sb_cmd_import(int argc, char **argv);
enum sb_exit sb_cmd_serve(int argc, char **argv);
enum sb_exit sb_cmd_user(int argc, char **argv);
enum sb_exit sb_cmd_measure(int argc, char **argv);
enum sb_exit sb_cmd_evaluate(int argc, char **argv);
enum sb_exit sb_cmd_report(int argc, char **argv);
