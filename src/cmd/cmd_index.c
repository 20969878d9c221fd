/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `index`: bring a journal's index of old events up to date, or make it anew, while nobody runs the pilot
 * (whoever runs it keeps it itself); and compare it with the journal at any time.
 */
#include "cmd/cmd.h"

#include "index/index.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct indexing {
    const char *dir;
    bool rebuild, verify, json;
    struct sb_journal *journal; /* owned; held while the index is fed: nobody cuts a tail meanwhile */
    bool busy;                  /* another process runs the pilot */
    bool was_removed;           /* what was there could not be used */
    struct sb_err removed;
    uint64_t newest, through;
    struct sb_index_sizes sizes;
};

static struct sb_index_options options_of(const struct indexing *indexing)
{
    return (struct sb_index_options){.os = sb_os_real(), .journal_dir = indexing->dir};
}

static void show_comparing(void *context, uint64_t sequence)
{
    const struct indexing *indexing = context;
    sb_progress("comparing", "đang so", sequence, indexing->through);
}

static enum sb_status feed(struct indexing *indexing, struct sb_index *index, struct sb_err *err)
{
    bool more = true;
    enum sb_status status = SB_OK;
    while (more && status == SB_OK) {
        status = sb_index_feed(index, indexing->newest, 1, &more, err);
        sb_progress("indexing", "đang lập chỉ mục", sb_index_through(index), indexing->newest);
        if (status == SB_OK && sb_cmd_interrupted())
            status = sb_fail(err, SB_INTERRUPTED, "stopped by the user", "người dùng đã dừng");
    }
    return status == SB_OK ? sb_index_keep_filter(index, err) : status;
}

/* What there is to say of an open index. */
static void note(struct indexing *indexing, const struct sb_index *index)
{
    indexing->through = sb_index_through(index);
    indexing->sizes = sb_index_sizes(index);
    indexing->was_removed = sb_index_removed(index) != NULL;
    if (indexing->was_removed)
        indexing->removed = *sb_index_removed(index);
}

/* Opening the journal for writing makes its last events durable: only such may go in. */
static enum sb_status build(struct indexing *indexing, struct sb_index **ret_index, struct sb_err *err)
{
    struct sb_index_options options = options_of(indexing);
    struct sb_journal_options journal_options = {.no_thread = true};
    enum sb_status status = sb_journal_open(sb_os_real(), indexing->dir, false, &journal_options, NULL, NULL,
                                            &indexing->journal, NULL, err);
    if (status != SB_OK)
        return status;
    indexing->newest = sb_journal_newest(indexing->journal);
    if (indexing->rebuild)
        status = sb_index_remove(&options, err);
    if (status == SB_OK)
        status = sb_index_open(&options, ret_index, err);
    if (status != SB_OK)
        return status;
    note(indexing, *ret_index);
    bool was_removed = indexing->was_removed;
    status = feed(indexing, *ret_index, err);
    note(indexing, *ret_index);
    indexing->was_removed = was_removed;
    return status;
}

static enum sb_status work(struct indexing *indexing, struct sb_index **ret_index, struct sb_err *err)
{
    struct sb_err cause = {0};
    enum sb_status status = build(indexing, ret_index, &cause);
    indexing->busy = status == SB_BUSY;
    if (indexing->busy && !indexing->rebuild) {
        struct sb_index_options options = options_of(indexing);
        status = sb_index_open_to_read(&options, ret_index, &cause);
        if (status == SB_OK)
            note(indexing, *ret_index);
    }
    if (status == SB_OK && indexing->verify)
        status = sb_index_verify(*ret_index, show_comparing, indexing, &cause);
    if (status != SB_OK && err)
        *err = cause;
    return status;
}

static void print_text(const struct indexing *indexing)
{
    if (indexing->was_removed)
        printf(
            sb_tr(sb_cmd_lang, "what was there could not be used: %s\n", "chỉ mục cũ không dùng được: %s\n"),
            indexing->removed.text[sb_cmd_lang]);
    printf(sb_tr(sb_cmd_lang, "index        through event %llu, %llu ids\n",
                 "chỉ mục      đến sự kiện %llu, %llu mã\n"),
           (unsigned long long)indexing->through, (unsigned long long)indexing->sizes.ids);
    printf(sb_tr(sb_cmd_lang, "on disk      %llu bytes in %llu files\n",
                 "trên đĩa     %llu byte trong %llu tệp\n"),
           (unsigned long long)indexing->sizes.store.bytes, (unsigned long long)indexing->sizes.store.files);
    if (indexing->sizes.filter_bytes > 0 && indexing->sizes.ids > 0)
        printf(sb_tr(sb_cmd_lang, "in memory    %llu bytes of filter\n", "trong bộ nhớ %llu byte bộ lọc\n"),
               (unsigned long long)indexing->sizes.filter_bytes);
    if (indexing->busy)
        puts(sb_tr(sb_cmd_lang, "a program runs this pilot, and keeps the index itself",
                   "một chương trình đang chạy pilot này và tự giữ chỉ mục"));
    if (indexing->verify)
        puts(sb_tr(sb_cmd_lang, "compared     every row with the journal: they agree",
                   "đã so        từng dòng với nhật ký: khớp"));
}

static void print_json(const struct indexing *indexing)
{
    json_t *root = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:b, s:b, s:b}", "through", (json_int_t)indexing->through, "ids",
        (json_int_t)indexing->sizes.ids, "bytes", (json_int_t)indexing->sizes.store.bytes, "files",
        (json_int_t)indexing->sizes.store.files, "filter_bytes", (json_int_t)indexing->sizes.filter_bytes,
        "busy", indexing->busy, "compared", indexing->verify, "replaced", indexing->was_removed);
    char *text = root ? json_dumps(root, JSON_INDENT(2)) : NULL;
    if (text)
        puts(text);
    free(text);
    json_decref(root);
}

enum sb_exit sb_cmd_index(int argc, char **argv)
{
    static const char *const known[] = {"--rebuild", "--verify", "--json", NULL};
    struct indexing indexing = {0};
    struct sb_args args = {.argc = argc, .argv = argv};
    struct sb_index *index = NULL;
    struct sb_err err = {0};
    int got;
    while ((got = sb_args_next(&args, known)) == 1) {
        if (args.option && strcmp(args.option, "--rebuild") == 0)
            indexing.rebuild = true;
        else if (args.option && strcmp(args.option, "--verify") == 0)
            indexing.verify = true;
        else if (args.option)
            indexing.json = true;
        else if (!indexing.dir)
            indexing.dir = args.value;
        else
            return sb_cmd_usage("index", "one journal at a time, and '%s' is a second",
                                "mỗi lần một nhật ký, '%s' là cái thứ hai", args.value);
    }
    if (got < 0)
        return SB_EXIT_USAGE;
    if (!indexing.dir)
        return sb_cmd_usage("index", "expected a journal's folder", "cần thư mục nhật ký");
    enum sb_status status = work(&indexing, &index, &err);
    sb_progress_end();
    sb_index_close(index);
    (void)sb_journal_close(indexing.journal, false, NULL); /* nothing was appended */
    if (status != SB_OK)
        return sb_cmd_fail(&err);
    if (indexing.json)
        print_json(&indexing);
    else
        print_text(&indexing);
    return SB_EXIT_DONE;
}
