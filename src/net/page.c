/* SPDX-License-Identifier: Apache-2.0 */
#include "net/page.h"

#include "base/limits.h"
#include "base/macros.h"
#include "os/os.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 4  /* folders in folders */
#define TAG_SIZE  35 /* 32 hex digits in quotes, and a NUL */

struct page_file {
    char *path; /* owned: "/app.js" */
    char *text; /* owned */
    size_t size;
    char tag[TAG_SIZE];
    const struct page_file *packed; /* its .gz, or NULL */
};

struct sb_page {
    struct page_file *files; /* owned */
    size_t count, size;
};

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},   {".svg", "image/svg+xml"},
    {".json", "application/json"},         {".png", "image/png"},
    {".ico", "image/vnd.microsoft.icon"},  {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
};

static const char *type_of(const char *path)
{
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending && i < SB_ARRAY_SIZE(types); i++)
        if (strcmp(types[i].ending, ending) == 0)
            return types[i].type;
    return "application/octet-stream";
}

static void make_tag(struct page_file *file)
{
    unsigned char hash[16];
    (void)crypto_generichash(hash, sizeof(hash), (const unsigned char *)file->text, file->size, NULL,
                             0); /* cannot fail: the size is one that it knows */
    file->tag[0] = '"';
    sodium_bin2hex(file->tag + 1, TAG_SIZE - 1, hash, sizeof(hash));
    file->tag[33] = '"';
    file->tag[34] = '\0';
}

static enum sb_status read_one(struct sb_page *page, const char *path, const char *name, struct sb_err *err)
{
    if (page->count == SB_PAGE_FILES_MAX)
        return sb_fail(err, SB_LIMIT, "more than %d files", "quá %d tệp", SB_PAGE_FILES_MAX);
    struct page_file *file = &page->files[page->count];
    enum sb_status status =
        sb_os_read_file(sb_os_real(), path, SB_PAGE_SIZE_MAX - page->size, &file->text, &file->size, err);
    if (status != SB_OK)
        return sb_fail_in(err, "'%s'", "'%s'", path);
    file->path = strdup(name);
    page->count++;
    page->size += file->size;
    make_tag(file);
    return file->path ? SB_OK : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

static enum sb_status read_folder(struct sb_page *page, const char *dir, const char *prefix, unsigned depth,
                                  struct sb_err *err)
{
    const struct sb_os *os = sb_os_real();
    SB_CLEANUP(sb_free_ptr) char *names = NULL;
    enum sb_status status = os->list(os->context, dir, &names, err);
    if (status != SB_OK)
        return sb_fail_in(err, "'%s'", "'%s'", dir);
    for (const char *name = names; *name && status == SB_OK; name += strlen(name) + 1) {
        struct sb_str path = {0}, shown = {0};
        struct stat info;
        sb_str_printf(&path, "%s/%s", dir, name);
        sb_str_printf(&shown, "%s/%s", prefix, name);
        if (path.failed || shown.failed)
            status = sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
        else if (name[0] == '.' || stat(sb_str_text(&path), &info) != 0)
            ; /* hidden, or gone since it was listed: not part of the page */
        else if (S_ISREG(info.st_mode))
            status = read_one(page, sb_str_text(&path), sb_str_text(&shown), err);
        else if (S_ISDIR(info.st_mode) && depth < DEPTH_MAX)
            status = read_folder(page, sb_str_text(&path), sb_str_text(&shown), depth + 1, err);
        sb_str_release(&path);
        sb_str_release(&shown);
    }
    return status;
}

static const struct page_file *find(const struct sb_page *page, const char *path)
{
    for (size_t i = 0; i < page->count; i++)
        if (strcmp(page->files[i].path, path) == 0)
            return &page->files[i];
    return NULL;
}

static void find_packed(struct sb_page *page)
{
    for (size_t i = 0; i < page->count; i++) {
        struct sb_str packed = {0};
        sb_str_printf(&packed, "%s.gz", page->files[i].path);
        page->files[i].packed = find(page, sb_str_text(&packed));
        sb_str_release(&packed);
    }
}

enum sb_status sb_page_open(const char *dir, struct sb_page **ret_page, struct sb_err *err)
{
    struct sb_page *page = calloc(1, sizeof(*page));
    if (page)
        page->files = calloc(SB_PAGE_FILES_MAX, sizeof(*page->files));
    enum sb_status status = page && page->files ? read_folder(page, dir, "", 0, err)
                                                : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK && !find(page, "/index.html"))
        status = sb_fail(err, SB_NOT_FOUND, "'%s' has no index.html", "'%s' không có index.html", dir);
    if (status != SB_OK) {
        sb_page_free(page);
        return status;
    }
    find_packed(page);
    *ret_page = page;
    return SB_OK;
}

void sb_page_free(struct sb_page *page)
{
    if (!page)
        return;
    for (size_t i = 0; page->files && i < page->count; i++) {
        free(page->files[i].path);
        free(page->files[i].text);
    }
    free(page->files);
    free(page);
}

/* Whether a list of codings names gzip, and not with the weight 0. */
static bool takes_gzip(const char *codings)
{
    const char *at = codings ? strstr(codings, "gzip") : NULL;
    if (!at)
        return false;
    at += strlen("gzip");
    at += strspn(at, " ");
    return strncmp(at, ";q=0", 4) != 0 || (at[4] == '.' && strspn(at + 5, "0") < strcspn(at + 5, ", "));
}

/* Whether one of the tags that the client has is this one. */
static bool has_tag(const char *tags, const char *tag)
{
    return tags && (strcmp(tags, "*") == 0 || strstr(tags, tag) != NULL);
}

bool sb_page_answer(const struct sb_page *page, struct sb_exchange *exchange)
{
    const char *path = sb_exchange_path(exchange);
    const struct page_file *file = page ? find(page, strcmp(path, "/") == 0 ? "/index.html" : path) : NULL;
    if (!file)
        return false;
    const char *type = type_of(file->path);
    if (file->packed && takes_gzip(sb_exchange_header(exchange, "Accept-Encoding"))) {
        file = file->packed;
        sb_exchange_add_header(exchange, "Content-Encoding", "gzip");
    }
    sb_exchange_add_header(exchange, "Vary", "Accept-Encoding");
    sb_exchange_add_header(exchange, "ETag", file->tag);
    sb_exchange_add_header(exchange, "Cache-Control", "no-cache");
    if (has_tag(sb_exchange_header(exchange, "If-None-Match"), file->tag))
        sb_exchange_answer_static(exchange, 304, NULL, "", 0);
    else
        sb_exchange_answer_static(exchange, 200, type, file->text, file->size);
    return true;
}
