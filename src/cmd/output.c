/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cmd.h"

#include "base/limits.h"
#include "base/macros.h"
#include "os/os.h"

#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum sb_lang sb_cmd_lang = SB_EN;

enum sb_exit sb_cmd_fail(const struct sb_err *err)
{
    fprintf(stderr, "sandbank: %s\n",
            err->text[sb_cmd_lang][0] ? err->text[sb_cmd_lang] : sb_status_text(err->status, sb_cmd_lang));
    return err->status == SB_MISMATCH ? SB_EXIT_REFUSED : SB_EXIT_FAILURE;
}

enum sb_exit sb_cmd_usage(const char *command, const char *en, const char *vi, ...)
{
    va_list args;
    va_start(args, vi);
    fprintf(stderr, "sandbank %s: ", command);
    vfprintf(stderr, sb_cmd_lang == SB_VI ? vi : en, args);
    fprintf(stderr, sb_tr(sb_cmd_lang, "\ntry: sandbank %s --help\n", "\nxem: sandbank %s --help\n"),
            command);
    va_end(args);
    return SB_EXIT_USAGE;
}

/* When no option is near what was written, all are told. */
static void list_options(const struct sb_args *args, const char *option, const char *const *known)
{
    struct sb_str list = {0};
    for (size_t i = 0; known[i]; i++)
        sb_str_printf(&list, "%s%.*s", i ? ", " : "", (int)strcspn(known[i], "="), known[i]);
    (void)sb_cmd_usage(args->argv[0], "unknown option '%s'; there are %s", "không có tuỳ chọn '%s'; có %s",
                       option, sb_str_text(&list));
    sb_str_release(&list);
}

static int unknown_option(const struct sb_args *args, const char *option, const char *const *known)
{
    size_t count = 0;
    while (known[count])
        count++;
    const char *nearest = sb_text_nearest(option, strcspn(option, "="), known, count);
    if (nearest)
        (void)sb_cmd_usage(args->argv[0], "unknown option '%s'; did you mean '%.*s'?",
                           "không có tuỳ chọn '%s'; có phải '%.*s' không?", option,
                           (int)strcspn(nearest, "="), nearest);
    else if (count == 0)
        (void)sb_cmd_usage(args->argv[0], "unknown option '%s'; there are none",
                           "không có tuỳ chọn '%s'; ở đây không có tuỳ chọn nào", option);
    else
        list_options(args, option, known);
    return -1;
}

int sb_args_next(struct sb_args *args, const char *const *known)
{
    if (args->at == 0)
        args->at = 1;
    if (args->at >= args->argc)
        return 0;
    char *word = args->argv[args->at++];
    args->option = NULL;
    args->value = word;
    if (args->options_over || word[0] != '-' || word[1] == '\0')
        return 1;
    if (strcmp(word, "--") == 0) {
        args->options_over = true;
        return sb_args_next(args, known);
    }
    size_t size = strcspn(word, "=");
    for (size_t i = 0; known[i]; i++) {
        size_t known_size = strcspn(known[i], "=");
        if (known_size != size || memcmp(known[i], word, size) != 0)
            continue;
        bool takes_value = known[i][known_size] == '=';
        (void)snprintf(args->option_text, sizeof(args->option_text), "%.*s", (int)size,
                       word); /* known: fits */
        args->option = args->option_text;
        if (takes_value != (word[size] == '=') && !(takes_value && word[size] == '\0')) {
            (void)sb_cmd_usage(args->argv[0], "'%.*s' takes no value", "'%.*s' không nhận giá trị", (int)size,
                               word);
            return -1;
        }
        if (takes_value && word[size] == '\0' && args->at >= args->argc) {
            (void)sb_cmd_usage(args->argv[0], "'%s' needs a value", "'%s' cần một giá trị", word);
            return -1;
        }
        args->value = !takes_value ? NULL : word[size] == '=' ? word + size + 1 : args->argv[args->at++];
        return 1;
    }
    return unknown_option(args, word, known);
}

static struct timespec progress_last;
static bool progress_shown;

void sb_progress(const char *en, const char *vi, uint64_t done, uint64_t all)
{
    static bool begun;
    bool terminal = isatty(STDERR_FILENO) == 1;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!begun) {
        progress_last = now;
        begun = true;
    }
    int64_t waited_ms =
        (now.tv_sec - progress_last.tv_sec) * 1000 + (now.tv_nsec - progress_last.tv_nsec) / 1000000;
    if (waited_ms < (terminal ? 100 : 5000))
        return;
    progress_last = now;
    unsigned percent = all ? (unsigned)(done * 100 / all) : 0;
    if (terminal) {
        char bar[41];
        memset(bar, '-', 40);
        memset(bar, '#', SB_MIN(percent, 100u) * 40 / 100);
        bar[40] = '\0';
        fprintf(stderr, "\r%s [%s] %3u %%", sb_tr(sb_cmd_lang, en, vi), bar, percent);
        progress_shown = true;
    } else {
        fprintf(stderr, "%s: %u %%\n", sb_tr(sb_cmd_lang, en, vi), percent);
    }
}

void sb_progress_end(void)
{
    if (progress_shown)
        fputs("\r\033[K", stderr);
    progress_shown = false;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

bool sb_cmd_interrupted(void)
{
    static bool installed;
    if (!installed) {
        struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
        (void)sigaction(SIGINT, &action,
                        NULL); /* without it Ctrl-C just ends the process, which is no harm either */
        installed = true;
    }
    return interrupted != 0;
}

enum sb_status sb_cmd_check_output(const char *path, struct sb_err *err)
{
    struct stat info;
    if (stat(path, &info) != 0 || S_ISREG(info.st_mode))
        return SB_OK; /* what else is wrong with the path is told when it is opened */
    return sb_fail(err, SB_EXISTS, "'%s' is no ordinary file and would be replaced by one",
                   "'%s' không phải tệp thường và sẽ bị thay bằng một tệp", path);
}

const char *sb_style(FILE *stream, const char *ansi)
{
    const char *no_color = getenv("NO_COLOR");
    return isatty(fileno(stream)) == 1 && !(no_color && *no_color) ? ansi : "";
}

/* Where a shipped charter lies: what the user says, the source that this program was built from, the
 * installed ones. */
static bool find_shipped(const char *name, struct sb_str *path)
{
    const char *home = getenv("SANDBANK_HOME");
    const char *const roots[] = {home ? home : "", SANDBANK_SOURCE, SANDBANK_DATA};
    for (size_t i = 0; i < SB_ARRAY_SIZE(roots); i++) {
        sb_str_clear(path);
        sb_str_printf(path, "%s/charters/%s.charter", roots[i], name);
        if (roots[i][0] && access(sb_str_text(path), R_OK) == 0)
            return true;
    }
    return false;
}

/* Say which shipped charter somebody may have meant by a name that is no file. */
static enum sb_status no_such_charter(const char *name, struct sb_err *err)
{
    enum { NAMES_MAX = 256, NAME_SIZE = 64 };
    static char texts[NAMES_MAX][NAME_SIZE];
    const char *names[NAMES_MAX];
    size_t count = 0;
    glob_t found = {0};
    if (glob(SANDBANK_SOURCE "/charters/*/*.charter", 0, NULL, &found) != 0)
        (void)glob(SANDBANK_DATA "/charters/*/*.charter", 0, NULL, &found); /* none there: no suggestion */
    for (size_t i = 0; i < found.gl_pathc && count < NAMES_MAX; i++) {
        const char *path = found.gl_pathv[i];
        const char *from = strstr(path, "/charters/");
        const char *next = from;
        while (next && (next = strstr(from + 1, "/charters/")) != NULL)
            from = next;
        if (!from)
            continue;
        from += strlen("/charters/");
        (void)snprintf(texts[count], NAME_SIZE, "%.*s", (int)(strlen(from) - strlen(".charter")),
                       from); /* cut: no match */
        names[count] = texts[count];
        count++;
    }
    const char *nearest = sb_text_nearest(name, strlen(name), names, count);
    globfree(&found);
    if (nearest)
        return sb_fail(err, SB_NOT_FOUND, "there is no charter '%s'; did you mean '%s'?",
                       "không có điều lệ '%s'; có phải '%s' không?", name, nearest);
    return sb_fail(err, SB_NOT_FOUND, "there is no charter '%s': neither a file nor a shipped one",
                   "không có điều lệ '%s': không phải tệp, cũng không có sẵn", name);
}

enum sb_status sb_cmd_read_charter(const char *name, char **ret_path, char **ret_text, size_t *ret_size,
                                   struct sb_err *err)
{
    /* Messages and journals name a charter as the user did: the same on every machine. */
    struct sb_str path = {0}, shown = {0};
    sb_str_add(&shown, name);
    bool shipped = access(name, R_OK) != 0 && find_shipped(name, &path);
    if (!shipped && access(name, F_OK) != 0) {
        sb_str_release(&path);
        sb_str_release(&shown);
        return no_such_charter(name, err);
    }
    if (shipped)
        sb_str_add(&shown, ".charter");
    enum sb_status status = sb_os_read_file(sb_os_real(), shipped ? sb_str_text(&path) : name,
                                            SB_CHARTER_SIZE_MAX, ret_text, ret_size, err);
    if (status == SB_OK)
        *ret_path = SB_TAKE(shown.text);
    sb_str_release(&path);
    sb_str_release(&shown);
    return status;
}
