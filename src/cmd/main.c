/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Commands in the order in which a newcomer meets them; `sandbank help` prints this table. */
static const struct sb_cmd commands[] = {
    {NULL, NULL, NULL, NULL, NULL},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]) - 1)

static void print_help(FILE *stream)
{
    fputs(sb_tr(sb_cmd_lang, "sandbank: run a regulatory pilot under its charter, and prove what it did\n\n",
                "sandbank: chạy thí điểm theo điều lệ của nó, và chứng minh thí điểm đã làm gì\n\n"),
          stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "  %-10s %s\n", commands[i].name,
                sb_tr(sb_cmd_lang, commands[i].summary_en, commands[i].summary_vi));
    fputs(sb_tr(sb_cmd_lang,
                "\nsandbank COMMAND --help shows how a command is used. --lang vi|en chooses the language.\n"
                "Exit codes: 0 done, 1 refused or differences found, 2 usage, 3 failure.\n",
                "\nsandbank LỆNH --help cho biết cách dùng một lệnh. --lang vi|en chọn ngôn ngữ.\n"
                "Mã thoát: 0 xong, 1 bị từ chối hoặc có khác biệt, 2 sai cách dùng, 3 thất bại.\n"),
          stream);
}

/* Take --lang off the arguments, wherever it stands before "--". */
static bool take_language(int *argc, char **argv)
{
    const char *from = getenv("LC_ALL");
    if (!from || !*from)
        from = getenv("LC_MESSAGES");
    if (!from || !*from)
        from = getenv("LANG");
    sb_cmd_lang = from && strncmp(from, "vi", 2) == 0 ? SB_VI : SB_EN;
    int kept = 1;
    bool over = false;
    for (int i = 1; i < *argc; i++) {
        over = over || strcmp(argv[i], "--") == 0;
        const char *value = NULL;
        if (!over && strcmp(argv[i], "--lang") == 0 && i + 1 < *argc)
            value = argv[++i];
        else if (!over && strncmp(argv[i], "--lang=", 7) == 0)
            value = argv[i] + 7;
        else
            argv[kept++] = argv[i];
        if (!value)
            continue;
        if (strcmp(value, "vi") != 0 && strcmp(value, "en") != 0)
            return false;
        sb_cmd_lang = strcmp(value, "vi") == 0 ? SB_VI : SB_EN;
    }
    argv[kept] = NULL;
    *argc = kept;
    return true;
}

static enum sb_exit unknown_command(const char *name)
{
    const char *names[COMMAND_COUNT + 1];
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    const char *nearest = sb_text_nearest(name, strlen(name), names, COMMAND_COUNT);
    fprintf(stderr, sb_tr(sb_cmd_lang, "sandbank: unknown command '%s'", "sandbank: không có lệnh '%s'"),
            name);
    if (nearest)
        fprintf(stderr, sb_tr(sb_cmd_lang, "; did you mean '%s'?", "; có phải '%s' không?"), nearest);
    fputs("\n", stderr);
    return SB_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (!take_language(&argc, argv)) {
        fputs("sandbank: --lang takes vi or en / --lang nhận vi hoặc en\n", stderr);
        return SB_EXIT_USAGE;
    }
    if (argc < 2) {
        print_help(stderr);
        return SB_EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return SB_EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("sandbank " SANDBANK_VERSION);
        return SB_EXIT_DONE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i].name, argv[1]) != 0)
            continue;
        for (int j = 2; j < argc && strcmp(argv[j], "--") != 0; j++) {
            if (strcmp(argv[j], "--help") == 0) {
                puts(commands[i].usage);
                return SB_EXIT_DONE;
            }
        }
        return commands[i].main(argc - 1, argv + 1);
    }
    return unknown_command(argv[1]);
}
