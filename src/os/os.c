/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The real table. Reads and writes loop over short transfers and EINTR. sync is fdatasync: it makes the data
 * and the file's size durable, not its times, which nobody here reads. A name in a folder is durable after
 * sync_dir of the folder.
 *
 * fdatasync is not retried after a failure, not even after EINTR: the kernel may have dropped the dirty pages
 * and would report success the second time. The caller must take the file's state as unknown.
 */
#include "os/os_internal.h"

#include "base/macros.h"
#include "base/str.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct sb_file {
    int fd;
    char path[]; /* for error texts */
};

int sb_file_descriptor(const struct sb_file *file)
{
    return file->fd;
}

static enum sb_status status_of_errno(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT: return SB_NOSPACE;
    case ENOENT: return SB_NOT_FOUND;
    case EEXIST: return SB_EXISTS;
    case ENOMEM: return SB_NOMEM;
    default: return SB_IO;
    }
}

/* The system speaks English here whatever the user speaks: no locale is ever set. */
static const char *vietnamese(int number)
{
    switch (number) {
    case EACCES:
    case EPERM: return "không có quyền truy cập";
    case EBUSY: return "đang được sử dụng";
    case EDQUOT: return "vượt hạn mức đĩa";
    case EEXIST: return "đã tồn tại";
    case EFBIG: return "tệp quá lớn";
    case EIO: return "lỗi vào ra";
    case EISDIR: return "là một thư mục";
    case ELOOP: return "quá nhiều liên kết nối nhau";
    case EMFILE:
    case ENFILE: return "đang mở quá nhiều tệp";
    case ENAMETOOLONG: return "tên quá dài";
    case ENOENT: return "không có tệp hoặc thư mục này";
    case ENOMEM: return "hết bộ nhớ";
    case ENOSPC: return "hết chỗ trên đĩa";
    case ENOTDIR: return "không phải thư mục";
    case EROFS: return "hệ thống tệp chỉ cho đọc";
    case ESPIPE: return "không đọc lại từ đầu được";
    default: return strerror(number);
    }
}

enum sb_status sb_os_fail(struct sb_err *err, int number)
{
    enum sb_status status = status_of_errno(number);
    (void)sb_fail(err, status, "%s", "%s", strerror(number));
    if (err)
        (void)snprintf(err->text[SB_VI], sizeof(err->text[SB_VI]), "%s", vietnamese(number)); /* fits */
    return status;
}

/* What was being done, with which file, in both languages; then the cause. */
#define FAIL_ERRNO(err, en, vi, path)                                                      \
    ((err) ? ((void)sb_os_fail(err, errno), sb_fail_in(err, en " '%s'", vi " '%s'", path)) \
           : status_of_errno(errno))

static enum sb_status real_open(void *context, const char *path, enum sb_open_mode mode,
                                struct sb_file **ret_file, struct sb_err *err)
{
    (void)context;
    int flags = O_CLOEXEC;
    switch (mode) {
    case SB_OPEN_READ: flags |= O_RDONLY; break;
    case SB_OPEN_WRITE: flags |= O_RDWR; break;
    case SB_OPEN_CREATE: flags |= O_RDWR | O_CREAT | O_EXCL; break;
    }
    size_t path_size = strlen(path) + 1;
    struct sb_file *file = malloc(sizeof(*file) + path_size);
    if (!file)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    memcpy(file->path, path, path_size);
    do {
        file->fd = open(path, flags, 0644);
    } while (file->fd < 0 && errno == EINTR);
    if (file->fd < 0) {
        enum sb_status status = FAIL_ERRNO(err, "cannot open", "không mở được", path);
        free(file);
        return status;
    }
    *ret_file = file;
    return SB_OK;
}

static void real_close(void *context, struct sb_file *file)
{
    (void)context;
    (void)close(file->fd); /* what must be durable was synced before; Linux closes even on EINTR */
    free(file);
}

static enum sb_status real_read_at(void *context, struct sb_file *file, void *bytes, size_t size,
                                   uint64_t offset, struct sb_err *err)
{
    (void)context;
    char *at = bytes;
    while (size > 0) {
        ssize_t got = pread(file->fd, at, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return FAIL_ERRNO(err, "cannot read", "không đọc được", file->path);
        if (got == 0)
            return sb_fail(err, SB_END, "'%s' ends before offset %llu", "'%s' kết thúc trước vị trí %llu",
                           file->path, (unsigned long long)(offset + size));
        at += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return SB_OK;
}

static enum sb_status real_write_at(void *context, struct sb_file *file, const void *bytes, size_t size,
                                    uint64_t offset, struct sb_err *err)
{
    (void)context;
    const char *at = bytes;
    while (size > 0) {
        ssize_t put = pwrite(file->fd, at, size, (off_t)offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put == 0)
            errno = EIO; /* a write that takes nothing and says no error would loop for ever */
        if (put <= 0)
            return FAIL_ERRNO(err, "cannot write", "không ghi được", file->path);
        at += put;
        size -= (size_t)put;
        offset += (uint64_t)put;
    }
    return SB_OK;
}

static enum sb_status real_size(void *context, struct sb_file *file, uint64_t *ret_size, struct sb_err *err)
{
    (void)context;
    struct stat info;
    if (fstat(file->fd, &info) != 0)
        return FAIL_ERRNO(err, "cannot ask for the size of", "không hỏi được kích thước của", file->path);
    *ret_size = (uint64_t)info.st_size;
    return SB_OK;
}

static enum sb_status real_sync(void *context, struct sb_file *file, struct sb_err *err)
{
    (void)context;
    if (fdatasync(file->fd) != 0)
        return FAIL_ERRNO(err, "cannot make durable", "không ghi bền được", file->path);
    return SB_OK;
}

static enum sb_status real_lock(void *context, struct sb_file *file, struct sb_err *err)
{
    (void)context;
    int result;
    do {
        result = flock(file->fd, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno == EWOULDBLOCK)
        return sb_fail(err, SB_BUSY, "'%s' is in use by another process",
                       "'%s' đang được tiến trình khác dùng", file->path);
    if (result != 0)
        return FAIL_ERRNO(err, "cannot lock", "không khoá được", file->path);
    return SB_OK;
}

static enum sb_status real_make_dir(void *context, const char *path, struct sb_err *err)
{
    (void)context;
    if (mkdir(path, 0755) != 0)
        return FAIL_ERRNO(err, "cannot make folder", "không tạo được thư mục", path);
    return SB_OK;
}

static enum sb_status real_sync_dir(void *context, const char *path, struct sb_err *err)
{
    (void)context;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return FAIL_ERRNO(err, "cannot open folder", "không mở được thư mục", path);
    enum sb_status status = SB_OK;
    if (fsync(fd) != 0)
        status = FAIL_ERRNO(err, "cannot make durable", "không ghi bền được", path);
    (void)close(fd);
    return status;
}

static enum sb_status real_rename(void *context, const char *from, const char *to, struct sb_err *err)
{
    (void)context;
    if (rename(from, to) != 0)
        return FAIL_ERRNO(err, "cannot rename", "không đổi tên được", from);
    return SB_OK;
}

static enum sb_status real_remove(void *context, const char *path, struct sb_err *err)
{
    (void)context;
    if (remove(path) != 0)
        return FAIL_ERRNO(err, "cannot remove", "không xoá được", path);
    return SB_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One NUL-ended name after the other, as they came, into the same sorted by bytes. */
static enum sb_status sort_names(const struct sb_str *names, size_t count, char **ret_names,
                                 struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) const char **sorted = calloc(count + 1, sizeof(*sorted));
    SB_CLEANUP(sb_free_ptr) char *out = malloc(names->size + 1);
    if (!sorted || !out)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    const char *at = names->text;
    for (size_t i = 0; i < count; i++, at += strlen(at) + 1)
        sorted[i] = at;
    qsort(sorted, count, sizeof(*sorted), compare_names);
    char *to = out;
    for (size_t i = 0; i < count; i++)
        to = stpcpy(to, sorted[i]) + 1;
    *to = '\0';
    *ret_names = SB_TAKE(out);
    return SB_OK;
}

static enum sb_status real_list(void *context, const char *path, char **ret_names, struct sb_err *err)
{
    (void)context;
    DIR *dir = opendir(path);
    if (!dir)
        return FAIL_ERRNO(err, "cannot open folder", "không mở được thư mục", path);
    struct sb_str names = {0};
    size_t count = 0;
    enum sb_status status = SB_OK;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(dir);
        if (!entry && errno != 0)
            status = FAIL_ERRNO(err, "cannot read folder", "không đọc được thư mục", path);
        if (!entry)
            break;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        sb_str_add_bytes(&names, entry->d_name, strlen(entry->d_name) + 1);
        count++;
    }
    (void)closedir(dir);
    if (status == SB_OK && names.failed)
        status = sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    if (status == SB_OK)
        status = sort_names(&names, count, ret_names, err);
    sb_str_release(&names);
    return status;
}

static sb_time_us real_now(void *context)
{
    (void)context;
    struct timespec now;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    assert(result == 0);
    return (sb_time_us)now.tv_sec * SB_SECOND_US + now.tv_nsec / 1000;
}

static enum sb_status real_random(void *context, void *bytes, size_t size, struct sb_err *err)
{
    (void)context;
    char *at = bytes;
    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return FAIL_ERRNO(err, "cannot read", "không đọc được", "getrandom");
        at += got;
        size -= (size_t)got;
    }
    return SB_OK;
}

const struct sb_os *sb_os_real(void)
{
    static const struct sb_os real = {
        .open = real_open,
        .close = real_close,
        .read_at = real_read_at,
        .write_at = real_write_at,
        .size = real_size,
        .sync = real_sync,
        .lock = real_lock,
        .make_dir = real_make_dir,
        .sync_dir = real_sync_dir,
        .rename = real_rename,
        .remove = real_remove,
        .list = real_list,
        .now = real_now,
        .random = real_random,
    };
    return &real;
}

/* A regular file says its size; the read is checked against it, so a file that shrinks meanwhile is an error,
 * not a short text. */
static enum sb_status read_all(const struct sb_os *os, struct sb_file *file, const char *path,
                               size_t size_max, char **ret_text, size_t *ret_size, struct sb_err *err)
{
    uint64_t size;
    enum sb_status status = os->size(os->context, file, &size, err);
    if (status != SB_OK)
        return status;
    if (size > size_max)
        return sb_fail(err, SB_LIMIT, "'%s' has %llu bytes, more than the %zu allowed",
                       "'%s' có %llu byte, quá mức cho phép %zu", path, (unsigned long long)size, size_max);
    SB_CLEANUP(sb_free_ptr) char *text = malloc((size_t)size + 1);
    if (!text)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    status = os->read_at(os->context, file, text, (size_t)size, 0, err);
    if (status != SB_OK)
        return status;
    text[size] = '\0';
    *ret_text = SB_TAKE(text);
    *ret_size = (size_t)size;
    return SB_OK;
}

enum sb_status sb_os_read_file(const struct sb_os *os, const char *path, size_t size_max, char **ret_text,
                               size_t *ret_size, struct sb_err *err)
{
    struct sb_file *file;
    enum sb_status status = os->open(os->context, path, SB_OPEN_READ, &file, err);
    if (status != SB_OK)
        return status;
    status = read_all(os, file, path, size_max, ret_text, ret_size, err);
    os->close(os->context, file);
    return status;
}

enum sb_status sb_os_sync_parent(const struct sb_os *os, const char *path, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *parent = strdup(path);
    if (!parent)
        return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    size_t size = strlen(parent);
    while (size > 1 && parent[size - 1] == '/')
        size--;
    while (size > 0 && parent[size - 1] != '/')
        size--;
    while (size > 1 && parent[size - 1] == '/')
        size--;
    parent[size] = '\0';
    return os->sync_dir(os->context, size ? parent : ".", err);
}
