/* SPDX-License-Identifier: Apache-2.0 */
#include "net/whatif.h"

#include "base/macros.h"
#include "net/call.h"
#include "net/whatif_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const state_words[] = {"running", "done", "failed", "cancelled"};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* Requires the mutex. */
static struct whatif *find(const struct sb_whatifs *whatifs, const char *pilot, struct sb_id id)
{
    struct whatif *at = whatifs->newest;
    while (at && (!sb_id_equal(at->id, id) || (pilot && strcmp(at->pilot_id, pilot) != 0)))
        at = at->older;
    return at;
}

static void whatif_free(struct whatif *whatif)
{
    free(whatif->charter);
    json_decref(whatif->question);
    json_decref(whatif->figures);
    json_decref(whatif->error);
    free(whatif);
}

char *sb_whatif_path(const struct sb_whatifs *whatifs, const struct whatif *whatif, const char *ending)
{
    char id[SB_ID_TEXT_SIZE];
    struct sb_str path = {0};
    sb_id_print(whatif->id, id);
    sb_str_printf(&path, "%s/%s/%s%s", whatifs->folder, whatif->pilot_id, id, ending);
    if (!path.failed)
        return path.text;
    sb_str_release(&path);
    return NULL;
}

/* ------------------------------------------------------------------ JSON */

/* Requires the mutex. */
static json_t *to_json(const struct whatif *whatif, bool whole)
{
    char id[SB_ID_TEXT_SIZE], link[SB_PILOT_ID_SIZE + 64];
    json_t *root = json_deep_copy(whatif->question);
    sb_id_print(whatif->id, id);
    (void)snprintf(link, sizeof(link), "/api/pilots/%s/whatifs/%s", whatif->pilot_id, id); /* it fits */
    json_t *head = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "id", id, "pilot", whatif->pilot_id, "link",
                             link, "state", state_words[whatif->state], "done", (json_int_t)whatif->done,
                             "all", (json_int_t)whatif->all);
    if (!root || !head || json_object_update(root, head) != 0) {
        json_decref(root);
        json_decref(head);
        return NULL;
    }
    json_decref(head);
    if (whatif->error)
        (void)json_object_set(root, "error", whatif->error); /* without memory it is left out */
    if (whole && whatif->figures)
        (void)json_object_set(root, whatif->state == WHATIF_DONE ? "report" : "first", whatif->figures);
    return root;
}

json_t *sb_whatifs_json(struct sb_whatifs *whatifs, const struct sb_pilot *pilot, struct sb_id id, bool whole,
                        bool *ret_ended)
{
    pthread_mutex_lock(&whatifs->mutex);
    struct whatif *whatif = find(whatifs, pilot->id, id);
    json_t *root = whatif ? to_json(whatif, whole) : NULL;
    if (whatif && ret_ended)
        *ret_ended = whatif->state != WHATIF_RUNNING;
    pthread_mutex_unlock(&whatifs->mutex);
    return root;
}

json_t *sb_whatifs_list(struct sb_whatifs *whatifs, const struct sb_pilot *pilot, struct sb_id after,
                        uint32_t limit, struct sb_id *ret_next)
{
    json_t *list = json_array();
    *ret_next = SB_ID_NONE;
    pthread_mutex_lock(&whatifs->mutex);
    struct whatif *at = sb_id_is_none(after) ? NULL : find(whatifs, pilot->id, after);
    at = at ? at->older : whatifs->newest;
    struct sb_id last = SB_ID_NONE;
    for (; at; at = at->older) {
        if (strcmp(at->pilot_id, pilot->id) != 0)
            continue;
        if (json_array_size(list) == limit) {
            *ret_next = last;
            break;
        }
        json_array_append_new(list, to_json(at, false));
        last = at->id;
    }
    pthread_mutex_unlock(&whatifs->mutex);
    return list;
}

uint64_t sb_whatifs_version(struct sb_whatifs *whatifs, struct sb_id id)
{
    pthread_mutex_lock(&whatifs->mutex);
    const struct whatif *whatif = find(whatifs, NULL, id);
    uint64_t version = whatif ? whatif->version : 0;
    pthread_mutex_unlock(&whatifs->mutex);
    return version;
}

uint32_t sb_whatifs_running(struct sb_whatifs *whatifs)
{
    pthread_mutex_lock(&whatifs->mutex);
    uint32_t running = whatifs->running;
    pthread_mutex_unlock(&whatifs->mutex);
    return running;
}

char *sb_whatifs_path(struct sb_whatifs *whatifs, const struct sb_pilot *pilot, struct sb_id id,
                      const char *ending, bool *ret_done)
{
    pthread_mutex_lock(&whatifs->mutex);
    const struct whatif *whatif = find(whatifs, pilot->id, id);
    char *path = whatif ? sb_whatif_path(whatifs, whatif, ending) : NULL;
    *ret_done = whatif && whatif->state == WHATIF_DONE;
    pthread_mutex_unlock(&whatifs->mutex);
    return path;
}

/* ------------------------------------------------------------------ files */

/* Write a file whole or not at all. */
static enum sb_status write_file(const char *path, const char *text, size_t size, struct sb_err *err)
{
    struct sb_str temporary = {0};
    sb_str_printf(&temporary, "%s.new", path);
    int file =
        temporary.failed ? -1 : open(sb_str_text(&temporary), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = file >= 0;
    for (size_t at = 0; good && at < size;) {
        ssize_t put = write(file, text + at, size - at);
        good = put > 0 || (put < 0 && errno == EINTR);
        at += put > 0 ? (size_t)put : 0;
    }
    good = good && fdatasync(file) == 0;
    int number = errno;
    if (file >= 0 && close(file) != 0)
        good = false;
    good = good && rename(sb_str_text(&temporary), path) == 0;
    enum sb_status status = good ? SB_OK : sb_os_fail(err, good ? errno : number);
    sb_str_release(&temporary);
    return status == SB_OK ? SB_OK : sb_fail_in(err, "cannot write '%s'", "không ghi được '%s'", path);
}

/* What is kept of a job that has ended. Requires the mutex. */
enum sb_status sb_whatif_keep(struct sb_whatifs *whatifs, const struct whatif *whatif, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *path = sb_whatif_path(whatifs, whatif, ".json");
    json_t *root = to_json(whatif, true);
    SB_CLEANUP(sb_free_ptr) char *text = root ? json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER) : NULL;
    json_decref(root);
    return path && text ? write_file(path, text, strlen(text), err) : no_memory(err);
}

static enum whatif_state state_of(const char *word)
{
    for (unsigned i = 0; word && i < SB_ARRAY_SIZE(state_words); i++)
        if (strcmp(state_words[i], word) == 0)
            return (enum whatif_state)i;
    return WHATIF_FAILED;
}

/* A kept job. What does not look like one is passed over: the folder may hold anything. */
static struct whatif *read_kept(const char *pilot_id, struct sb_id id, const char *path)
{
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, NULL), *report = NULL;
    struct whatif *whatif = json_is_object(root) ? calloc(1, sizeof(*whatif)) : NULL;
    if (whatif) {
        static const char *const own[] = {"id",  "pilot", "link",   "state", "done",
                                          "all", "error", "report", "first"};
        (void)snprintf(whatif->pilot_id, sizeof(whatif->pilot_id), "%s",
                       pilot_id); /* a folder's name of ours */
        whatif->id = id;
        whatif->state = state_of(json_string_value(json_object_get(root, "state")));
        whatif->done = (uint64_t)json_integer_value(json_object_get(root, "done"));
        whatif->all = (uint64_t)json_integer_value(json_object_get(root, "all"));
        whatif->error = json_incref(json_object_get(root, "error"));
        report = json_object_get(root, "report");
        whatif->figures = json_incref(report);
        whatif->version = 1;
        for (size_t i = 0; i < SB_ARRAY_SIZE(own); i++)
            (void)json_object_del(root, own[i]); /* what is not there need not go */
        whatif->question = json_incref(root);
        const char *made = json_string_value(json_object_get(root, "made_at"));
        (void)snprintf(whatif->made_at, sizeof(whatif->made_at), "%s",
                       made ? made : ""); /* cut: sorts all the same */
    }
    json_decref(root);
    return whatif;
}

/* Newest first. */
static void insert(struct sb_whatifs *whatifs, struct whatif *whatif)
{
    struct whatif **link = &whatifs->newest;
    while (*link && strcmp((*link)->made_at, whatif->made_at) > 0)
        link = &(*link)->older;
    whatif->older = *link;
    *link = whatif;
    whatifs->count++;
}

static void read_folder(struct sb_whatifs *whatifs, const char *pilot_id)
{
    const struct sb_os *os = sb_os_real();
    struct sb_str folder = {0};
    SB_CLEANUP(sb_free_ptr) char *names = NULL;
    sb_str_printf(&folder, "%s/%s", whatifs->folder, pilot_id);
    if (os->list(os->context, sb_str_text(&folder), &names, NULL) == SB_OK) {
        for (const char *name = names; *name; name += strlen(name) + 1) {
            struct sb_id id;
            struct sb_str path = {0};
            if (strlen(name) != 37 || memcmp(name + 32, ".json", 5) != 0 || !sb_id_parse(name, 32, &id))
                continue;
            sb_str_printf(&path, "%s/%s", sb_str_text(&folder), name);
            struct whatif *whatif = read_kept(pilot_id, id, sb_str_text(&path));
            if (whatif)
                insert(whatifs, whatif);
            sb_str_release(&path);
        }
    }
    sb_str_release(&folder);
}

static enum sb_status make_folder(const char *path, struct sb_err *err)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return SB_OK;
    (void)sb_os_fail(err, errno);
    return sb_fail_in(err, "cannot make the folder '%s'", "không tạo được thư mục '%s'", path);
}

/* ------------------------------------------------------------------ life */

enum sb_status sb_whatifs_new(const struct sb_whatif_options *options, struct sb_whatifs **ret_whatifs,
                              struct sb_err *err)
{
    const struct sb_os *os = sb_os_real();
    struct sb_whatifs *whatifs = calloc(1, sizeof(*whatifs));
    if (!whatifs || !(whatifs->folder = strdup(options->folder))) {
        free(whatifs);
        return no_memory(err);
    }
    whatifs->kept_max = options->kept_max;
    pthread_mutex_init(&whatifs->mutex, NULL);
    pthread_cond_init(&whatifs->work, NULL);
    SB_CLEANUP(sb_free_ptr) char *names = NULL;
    if (os->list(os->context, options->folder, &names, NULL) == SB_OK) /* not there yet: nothing is kept */
        for (const char *name = names; *name; name += strlen(name) + 1)
            if (name[0] != '.' && strlen(name) < SB_PILOT_ID_SIZE)
                read_folder(whatifs, name);
    enum sb_status status = sb_whatif_start_threads(whatifs, options->running_max, err);
    if (status != SB_OK) {
        sb_whatifs_free(whatifs);
        return status;
    }
    *ret_whatifs = whatifs;
    return SB_OK;
}

void sb_whatifs_free(struct sb_whatifs *whatifs)
{
    if (!whatifs)
        return;
    sb_whatif_end_threads(whatifs);
    for (struct whatif *at = whatifs->newest, *next; at; at = next) {
        next = at->older;
        whatif_free(at);
    }
    pthread_cond_destroy(&whatifs->work);
    pthread_mutex_destroy(&whatifs->mutex);
    free(whatifs->folder);
    free(whatifs);
}

static json_t *question_json(const struct sb_whatif_question *question, const char *made_at)
{
    char day[SB_TIME_TEXT_SIZE] = "";
    json_t *sets = json_array(), *by = json_array();
    sb_day_print(question->law_day, day);
    for (uint32_t i = 0; i < question->set_count; i++)
        json_array_append_new(sets, json_string(question->sets[i]));
    for (unsigned i = 0; i < question->by_count; i++)
        json_array_append_new(by, json_string(sb_dimension_word(question->by[i])));
    return json_pack("{s:s, s:s, s:o, s:s?, s:s?, s:b, s:o, s:s?, s:s}", "name", question->name, "mode",
                     question->mode == SB_HOW_ONE_STEP ? "one-step" : "whole-run", "sets", sets, "law_at",
                     question->law == SB_LAW_AT ? day : NULL, "known_at",
                     question->law == SB_LAW_KNOWN_AT ? day : NULL, "own_charter", question->charter != NULL,
                     "by", by, "made_by", question->made_by, "made_at", made_at);
}

static enum sb_status prepare(const struct sb_whatifs *whatifs, struct whatif *whatif,
                              const struct sb_whatif_question *question, struct sb_err *err)
{
    const struct sb_os *os = sb_os_real();
    struct sb_str folder = {0};
    sb_time_print(os->now(os->context), 0, whatif->made_at);
    whatif->options = *question;
    whatif->options.charter = NULL;
    whatif->options.made_by = NULL;
    whatif->question = question_json(question, whatif->made_at);
    whatif->charter = question->charter ? strdup(question->charter) : NULL;
    if (!whatif->question || (question->charter && !whatif->charter))
        return no_memory(err);
    enum sb_status status = os->random(os->context, &whatif->id, sizeof(whatif->id), err);
    sb_str_printf(&folder, "%s/%s", whatifs->folder, whatif->pilot_id);
    if (status == SB_OK)
        status = make_folder(whatifs->folder, err);
    if (status == SB_OK)
        status = make_folder(sb_str_text(&folder), err);
    sb_str_release(&folder);
    if (status == SB_OK && question->charter) {
        SB_CLEANUP(sb_free_ptr) char *path = sb_whatif_path(whatifs, whatif, ".charter");
        status = path ? write_file(path, question->charter, strlen(question->charter), err) : no_memory(err);
    }
    return status;
}

enum sb_status sb_whatifs_start(struct sb_whatifs *whatifs, struct sb_pilot *pilot,
                                const struct sb_whatif_question *question, struct sb_id *ret_id,
                                struct sb_err *err)
{
    struct whatif *whatif = calloc(1, sizeof(*whatif));
    if (!whatif)
        return no_memory(err);
    whatif->pilot = pilot;
    whatif->version = 1;
    whatif->all = 1;
    (void)snprintf(whatif->pilot_id, sizeof(whatif->pilot_id), "%s", pilot->id); /* same size */
    enum sb_status status = prepare(whatifs, whatif, question, err);
    pthread_mutex_lock(&whatifs->mutex);
    uint32_t kept = 0;
    for (const struct whatif *at = whatifs->newest; at; at = at->older)
        kept += strcmp(at->pilot_id, pilot->id) == 0;
    if (status == SB_OK && kept >= whatifs->kept_max)
        status = sb_fail(err, SB_BUSY, "%u what-ifs are kept already: forget one first",
                         "đã giữ %u kịch bản: hãy bỏ bớt một", kept);
    if (status == SB_OK && whatifs->waiting >= SB_WHATIFS_WAITING_MAX)
        status = sb_fail(err, SB_BUSY, "%u what-ifs wait already: try again later",
                         "đã có %u kịch bản đang chờ: hãy thử lại sau", whatifs->waiting);
    if (status == SB_OK) {
        *ret_id = whatif->id;
        insert(whatifs, whatif);
        whatifs->waiting++;
        whatif->waits = true;
        pthread_cond_signal(&whatifs->work);
    }
    pthread_mutex_unlock(&whatifs->mutex);
    if (status != SB_OK)
        whatif_free(whatif);
    return status;
}

/* Requires the mutex. */
static void forget(struct sb_whatifs *whatifs, struct whatif *whatif)
{
    static const char *const endings[] = {".json", ".csv", ".charter"};
    struct whatif **link = &whatifs->newest;
    for (size_t i = 0; i < SB_ARRAY_SIZE(endings); i++) {
        SB_CLEANUP(sb_free_ptr) char *path = sb_whatif_path(whatifs, whatif, endings[i]);
        if (path)
            (void)unlink(path); /* not every job has every file */
    }
    while (*link != whatif)
        link = &(*link)->older;
    *link = whatif->older;
    whatifs->count--;
    whatif_free(whatif);
}

enum sb_status sb_whatifs_end(struct sb_whatifs *whatifs, const struct sb_pilot *pilot, struct sb_id id,
                              const char *who, bool all, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    pthread_mutex_lock(&whatifs->mutex);
    struct whatif *whatif = find(whatifs, pilot->id, id);
    const char *made_by = whatif ? json_string_value(json_object_get(whatif->question, "made_by")) : NULL;
    bool own = !made_by || (who && strcmp(who, made_by) == 0);
    if (!whatif)
        status = sb_fail(err, SB_NOT_FOUND, "there is no such what-if", "không có kịch bản này");
    else if (!own && !all)
        status = sb_fail(err, SB_INVALID, "it is somebody else's: only an admin may end it",
                         "kịch bản của người khác: chỉ quản trị viên được bỏ");
    else if (whatif->state == WHATIF_RUNNING)
        atomic_store(&whatif->cancelled, true);
    else
        forget(whatifs, whatif);
    pthread_mutex_unlock(&whatifs->mutex);
    return status;
}
