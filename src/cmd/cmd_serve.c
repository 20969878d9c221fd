/* SPDX-License-Identifier: Apache-2.0 */
/* `serve`: the page, its API and the engines behind them, until a signal says to stop. */
#include "cmd/cmd.h"
#include "cmd/law.h"

#include "base/macros.h"
#include "import/ingest.h"
#include "net/server.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPEED 3600 /* seconds of recorded time a second: a day in 24 seconds */

struct serve {
    const char *dir, *config_path, *port, *page, *log;
    const char *feed, *speed, *live_from;
    struct sb_law_files law; /* of a journal that is made for the feed */
    struct sb_config config;
    struct sb_log told;
    uint8_t key[64]; /* Ed25519 secret key; wiped before the program ends */
};

static bool read_arguments(struct serve *serve, int argc, char **argv)
{
    static const char *const known[] = {"--port=",  "--config=",    "--page=",    "--log=", "--feed=",
                                        "--speed=", "--live-from=", "--charter=", NULL};
    struct sb_args args = {.argc = argc, .argv = argv};
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (args.option && strcmp(args.option, "--port") == 0)
            serve->port = args.value;
        else if (args.option && strcmp(args.option, "--config") == 0)
            serve->config_path = args.value;
        else if (args.option && strcmp(args.option, "--page") == 0)
            serve->page = args.value;
        else if (args.option && strcmp(args.option, "--feed") == 0)
            serve->feed = args.value;
        else if (args.option && strcmp(args.option, "--speed") == 0)
            serve->speed = args.value;
        else if (args.option && strcmp(args.option, "--live-from") == 0)
            serve->live_from = args.value;
        else if (args.option && strcmp(args.option, "--charter") == 0) {
            if (!sb_law_add("serve", &serve->law, args.value))
                return false;
        } else if (args.option)
            serve->log = args.value;
        else if (!serve->dir)
            serve->dir = args.value;
        else {
            (void)sb_cmd_usage("serve", "one folder at a time, and '%s' is a second",
                               "mỗi lần một thư mục, '%s' là cái thứ hai", args.value);
            return false;
        }
    }
    if (got == 0 && serve->dir && !serve->feed &&
        (serve->speed || serve->live_from || serve->law.count > 0)) {
        (void)sb_cmd_usage("serve", "--speed, --live-from and --charter go with --feed",
                           "--speed, --live-from và --charter đi cùng --feed");
        return false;
    }
    if (got == 0 && !serve->dir)
        (void)sb_cmd_usage("serve", "expected a journal's folder, or a folder of such",
                           "cần thư mục của một nhật ký, hoặc thư mục chứa các thư mục đó");
    return got == 0 && serve->dir;
}

static enum sb_exit tell_mistakes(const char *path, const struct sb_config_mistakes *mistakes)
{
    for (uint32_t i = 0; i < mistakes->count; i++)
        fprintf(stderr, "%s:%u: %s\n", path, mistakes->list[i].line, mistakes->list[i].text[sb_cmd_lang]);
    if (mistakes->more > 0)
        fprintf(stderr, sb_tr(sb_cmd_lang, "%s: and %u more\n", "%s: và %u lỗi nữa\n"), path, mistakes->more);
    return SB_EXIT_USAGE;
}

/* Options on the command line stand above the file. */
static enum sb_exit read_config(struct serve *serve)
{
    serve->config = sb_config_default();
    if (serve->config_path) {
        SB_CLEANUP(sb_free_ptr) char *text = NULL;
        SB_CLEANUP(sb_free_ptr) struct sb_config_mistakes *mistakes = calloc(1, sizeof(*mistakes));
        size_t size = 0;
        struct sb_err err = {0};
        if (!mistakes || sb_os_read_file(sb_os_real(), serve->config_path, SB_CONFIG_SIZE_MAX, &text, &size,
                                         &err) != SB_OK)
            return sb_cmd_fail(&err);
        if (!sb_config_read(text, size, &serve->config, mistakes))
            return tell_mistakes(serve->config_path, mistakes);
    }
    int64_t port = 0;
    size_t used = 0;
    if (serve->port) {
        if (!sb_text_amount(serve->port, strlen(serve->port), 0, &port, &used) || serve->port[used] != '\0' ||
            port > 65535)
            return sb_cmd_usage("serve", "--port: '%s' is not a number from 0 to 65535",
                                "--port: '%s' không phải số từ 0 đến 65535", serve->port);
        serve->config.port = (uint16_t)port;
    }
    if (serve->log && strcmp(serve->log, "json") != 0 && strcmp(serve->log, "lines") != 0)
        return sb_cmd_usage("serve", "--log takes lines or json, not '%s'",
                            "--log nhận lines hoặc json, không nhận '%s'", serve->log);
    if (serve->log)
        serve->config.log_json = strcmp(serve->log, "json") == 0;
    return SB_EXIT_DONE;
}

/* A secret key file is what `sandbank key` wrote: 128 hex digits on its first line. */
static bool read_key(struct serve *serve, struct sb_err *err)
{
    char *text = NULL;
    size_t size = 0, bytes = 0;
    if (!serve->config.sign[0])
        return true;
    if (sb_os_read_file(sb_os_real(), serve->config.sign, 4096, &text, &size, err) != SB_OK)
        return false;
    bool good = strcspn(text, "\r\n ") == 128 &&
                sodium_hex2bin(serve->key, sizeof(serve->key), text, 128, NULL, &bytes, NULL) == 0 &&
                bytes == 64;
    sodium_memzero(text, size);
    free(text);
    if (!good)
        (void)sb_fail(err, SB_INVALID, "'%s' is not a secret key: make one with `sandbank key FILE`",
                      "'%s' không phải khoá bí mật: hãy tạo bằng `sandbank key TỆP`", serve->config.sign);
    return good;
}

/* Where the page lies: what the user says, beside this program (as it was built), installed. */
static const char *find_page(const struct serve *serve, struct sb_str *path)
{
    char self[4096];
    const char *home = getenv("SANDBANK_HOME");
    ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
    self[SB_MAX(size, 0)] = '\0';
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    if (serve->page || serve->config.page[0])
        return serve->page ? serve->page : serve->config.page;
    const char *const roots[] = {slash ? self : "", home ? home : "", SANDBANK_DATA};
    for (size_t i = 0; i < SB_ARRAY_SIZE(roots); i++) {
        sb_str_clear(path);
        sb_str_printf(path, "%s/web", roots[i]);
        struct sb_str index = {0};
        sb_str_printf(&index, "%s/index.html", sb_str_text(path));
        bool there = roots[i][0] && access(sb_str_text(&index), R_OK) == 0;
        sb_str_release(&index);
        if (there)
            return sb_str_text(path);
    }
    return NULL;
}

/* Signals that end the server are waited for by the first thread alone; all others are made with them
 * blocked.
 */
static void block_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGINT);
    (void)signal(SIGPIPE, SIG_IGN); /* a client that leaves is an error of its connection, no more */
    (void)pthread_sigmask(SIG_BLOCK, signals, NULL); /* fails only for a set that is none */
}

static void wait_for_signal(const sigset_t *signals)
{
    int number = 0;
    while (sigwait(signals, &number) != 0)
        ;
}

/* What is fed, and the journal that is made for it when there is none. */
struct feed {
    struct sb_ingest_head head;
    struct sb_feeder_options options;
};

/* The clock of the charter that a new journal gets; a journal that is there has its own. */
static int32_t clock_of(const struct serve *serve)
{
    struct sb_charter *charter = NULL;
    struct sb_diagnostics unheard = {0}; /* the compiler says it again when the charter is installed */
    int32_t offset_s = 0;
    if (serve->law.count > 0) {
        const struct sb_source *source = &serve->law.sources[0];
        enum sb_status status =
            sb_charter_parse(source->path, source->text, source->size, &charter, &unheard, NULL);
        (void)status; /* as above */
    }
    if (charter)
        offset_s = charter->clock_offset_s;
    sb_charter_free(charter);
    sb_diagnostics_release(&unheard);
    return offset_s;
}

static enum sb_exit read_feed(struct serve *serve, struct feed *feed, struct sb_pilot_options *pilot)
{
    struct sb_err err = {0};
    int64_t speed = SPEED;
    struct sb_date date;
    size_t used = 0;
    if (serve->speed && (!sb_text_amount(serve->speed, strlen(serve->speed), 0, &speed, &used) ||
                         serve->speed[used] != '\0' || speed < 1 || speed > 100000000))
        return sb_cmd_usage("serve", "--speed: '%s' is not a number from 1 to 100 000 000",
                            "--speed: '%s' không phải số từ 1 đến 100 000 000", serve->speed);
    feed->options = (struct sb_feeder_options){
        .path = serve->feed, .speed = (uint32_t)speed, .paced_from = SB_TIME_ALWAYS, .log = &serve->told};
    if (serve->live_from) {
        if (!sb_date_parse(serve->live_from, strlen(serve->live_from), &date, &used) ||
            serve->live_from[used] != '\0')
            return sb_cmd_usage("serve", "--live-from: '%s' is not a date, for example 2025-10-01",
                                "--live-from: '%s' không phải ngày, ví dụ 2025-10-01", serve->live_from);
        feed->options.paced_from = sb_time_of_day(sb_day_of_date(date), clock_of(serve));
    }
    if (sb_ingest_head(serve->feed, 0, &feed->head, &err) != SB_OK)
        return sb_cmd_fail(&err);
    if (feed->head.text)
        return sb_cmd_usage("serve", "--feed: '%s' is a text; it takes event files, from synth or import",
                            "--feed: '%s' là văn bản; cần tệp sự kiện từ synth hoặc import", serve->feed);
    pilot->create = serve->law.count > 0;
    pilot->journal_flags = feed->head.flags;
    pilot->origin = feed->head.origin;
    pilot->sources = serve->law.sources;
    pilot->source_count = serve->law.count;
    pilot->install_time = feed->head.first_time;
    return SB_EXIT_DONE;
}

static enum sb_exit run(struct serve *serve)
{
    sigset_t signals;
    struct sb_err err = {0};
    struct sb_server *server = NULL;
    struct sb_str page = {0};
    struct sb_pilot_options pilot = {.checkpoint_every = serve->config.checkpoint_every};
    block_signals(&signals);
    if (!read_key(serve, &err))
        return sb_cmd_fail(&err);
    pilot.signing_key = serve->config.sign[0] ? serve->key : NULL;
    sb_log_init(&serve->told, stderr, serve->config.log_json, sb_cmd_lang);
    struct feed feed = {.head = {.text = false}};
    if (serve->feed) {
        enum sb_exit read = read_feed(serve, &feed, &pilot);
        if (read != SB_EXIT_DONE)
            return read;
    }
    struct sb_server_options options = {
        .dir = serve->dir,
        .config = &serve->config,
        .log = &serve->told,
        .version = SANDBANK_VERSION,
        .page = find_page(serve, &page),
        .pilot = &pilot,
        .feed = serve->feed ? &feed.options : NULL,
    };
    enum sb_exit code = SB_EXIT_DONE;
    if (!options.page)
        sb_log_tell(&serve->told, SB_LOG_WARNING, "no-page", "the page is not there: only the API is served",
                    "không thấy trang web: chỉ phục vụ API");
    if (sb_server_start(&options, &server, &err) != SB_OK) {
        code = sb_cmd_fail(&err);
    } else {
        sb_log_tell(&serve->told, SB_LOG_INFO, "started", "serving %s on http%s://%s",
                    "đang phục vụ %s tại http%s://%s", serve->dir, server->secure ? "s" : "", server->host);
        wait_for_signal(&signals);
        sb_log_tell(&serve->told, SB_LOG_INFO, "stopping", "stopping: what was accepted is finished first",
                    "đang dừng: hoàn tất những gì đã nhận");
        if (sb_server_stop(server, &err) != SB_OK)
            code = sb_cmd_fail(&err);
        else
            sb_log_tell(&serve->told, SB_LOG_INFO, "stopped", "stopped", "đã dừng");
    }
    sb_log_release(&serve->told);
    sb_str_release(&page);
    return code;
}

enum sb_exit sb_cmd_serve(int argc, char **argv)
{
    struct serve *serve = calloc(1, sizeof(*serve));
    if (!serve)
        return SB_EXIT_FAILURE;
    enum sb_exit code = SB_EXIT_USAGE;
    if (read_arguments(serve, argc, argv))
        code = read_config(serve);
    if (code == SB_EXIT_DONE)
        code = run(serve);
    sodium_memzero(serve->key, sizeof(serve->key));
    sb_law_release(&serve->law);
    free(serve);
    return code;
}
