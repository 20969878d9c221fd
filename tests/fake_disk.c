/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A file is two images, what is read now and what is durable, and a flag a sector: written since it was last
 * made durable. A name is an entry of a table of paths; changes of names stand in a list, in order, until
 * their folder is synced: `names` is what is seen now, `durable_names` what a crash leaves at least. Tests
 * run out of memory by abort().
 */
#include "fake_disk.h"

#include "base/id.h"
#include "base/macros.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR    512u
#define NAMES_MAX 4096
#define PATH_SIZE 240

struct image {
    uint8_t *bytes;
    size_t size;
};

struct inode {
    bool is_dir;
    struct image now, durable;
    uint8_t *dirty; /* one a sector of `now` */
    size_t room;    /* bytes that all three have room for; a multiple of SECTOR */
    const struct sb_file *locked_by;
    struct inode *older; /* all inodes of the disk, for freeing */
};

struct name {
    char path[PATH_SIZE];
    struct inode *inode;
};

struct names {
    struct name *names;
    size_t count;
};

/* A change of names: `from` goes, `to` comes; either may be empty. */
struct change {
    char from[PATH_SIZE], to[PATH_SIZE];
    struct inode *inode;
};

struct sb_file {
    struct inode *inode;
    uint64_t life; /* of the disk when it was opened */
    bool writable;
};

struct fake_disk {
    struct sb_os os;
    pthread_mutex_t mutex;
    uint64_t random;
    uint64_t life; /* grows with each crash */
    struct inode *inodes;
    struct names names, durable_names;
    struct change *changes;
    size_t change_count;
    uint64_t calls[FAKE_ANY + 1];
    enum fake_op fail_op;
    uint64_t fail_at; /* value of calls[fail_op]; 0: none */
    enum sb_status fail_status;
    uint64_t off_at; /* value of calls[FAKE_ANY]; 0: never */
    uint64_t space;
    sb_time_us now;
};

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

static uint64_t next_random(struct fake_disk *disk)
{
    disk->random += UINT64_C(0x9E3779B97F4A7C15);
    return sb_mix64(disk->random);
}

static bool toss(struct fake_disk *disk)
{
    return next_random(disk) >> 63;
}

/* ------------------------------------------------------------------ names */

static struct name *find_name(const struct names *names, const char *path)
{
    for (size_t i = 0; i < names->count; i++) {
        if (strcmp(names->names[i].path, path) == 0)
            return &names->names[i];
    }
    return NULL;
}

static void apply(struct names *names, const struct change *change)
{
    struct name *from = change->from[0] ? find_name(names, change->from) : NULL;
    if (from)
        *from = names->names[--names->count];
    if (!change->to[0])
        return;
    struct name *to = find_name(names, change->to);
    if (!to) {
        if (names->count == NAMES_MAX)
            abort();
        to = &names->names[names->count++];
    }
    memcpy(to->path, change->to, PATH_SIZE);
    to->inode = change->inode;
}

static void parent_of(const char *path, char parent[PATH_SIZE])
{
    const char *slash = strrchr(path, '/');
    (void)snprintf(parent, PATH_SIZE, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
}

static bool dir_exists(const struct fake_disk *disk, const char *path)
{
    if (!*path || strcmp(path, ".") == 0 || strcmp(path, "/") == 0)
        return true;
    const struct name *name = find_name(&disk->names, path);
    return name && name->inode->is_dir;
}

static void change_names(struct fake_disk *disk, const char *from, const char *to, struct inode *inode)
{
    disk->changes = need(realloc(disk->changes, (disk->change_count + 1) * sizeof(*disk->changes)));
    struct change *change = &disk->changes[disk->change_count++];
    memset(change, 0, sizeof(*change));
    (void)snprintf(change->from, PATH_SIZE, "%s", from);
    (void)snprintf(change->to, PATH_SIZE, "%s", to);
    change->inode = inode;
    apply(&disk->names, change);
}

static struct inode *new_inode(struct fake_disk *disk, bool is_dir)
{
    struct inode *inode = need(calloc(1, sizeof(*inode)));
    inode->is_dir = is_dir;
    inode->older = disk->inodes;
    disk->inodes = inode;
    return inode;
}

/* ------------------------------------------------------------------ bytes */

static void grow_room(struct inode *inode, size_t size)
{
    if (size <= inode->room)
        return;
    size_t room = (SB_MAX(size, inode->room * 2) + SECTOR - 1) / SECTOR * SECTOR;
    inode->now.bytes = need(realloc(inode->now.bytes, room));
    inode->durable.bytes = need(realloc(inode->durable.bytes, room));
    inode->dirty = need(realloc(inode->dirty, room / SECTOR));
    memset(inode->now.bytes + inode->room, 0, room - inode->room);
    memset(inode->durable.bytes + inode->room, 0, room - inode->room);
    memset(inode->dirty + inode->room / SECTOR, 0, (room - inode->room) / SECTOR);
    inode->room = room;
}

static void write_bytes(struct inode *inode, const void *bytes, size_t size, uint64_t offset)
{
    if (size == 0)
        return;
    grow_room(inode, (size_t)offset + size);
    memcpy(inode->now.bytes + offset, bytes, size);
    inode->now.size = SB_MAX(inode->now.size, (size_t)offset + size);
    for (size_t at = (size_t)offset / SECTOR; at <= ((size_t)offset + size - 1) / SECTOR; at++)
        inode->dirty[at] = 1;
}

/* Make written sectors durable: all of them, or each with luck. */
static void settle(struct fake_disk *disk, struct inode *inode, bool all)
{
    bool grows = all || toss(disk);
    for (size_t at = 0; at < inode->room / SECTOR; at++) {
        if (inode->dirty[at] && (all || toss(disk)))
            memcpy(inode->durable.bytes + at * SECTOR, inode->now.bytes + at * SECTOR, SECTOR);
        inode->dirty[at] = 0;
    }
    if (grows)
        inode->durable.size = inode->now.size;
}

static void forget_unsettled(struct inode *inode)
{
    inode->locked_by = NULL;
    inode->now.size = inode->durable.size;
    if (inode->room == 0)
        return;
    memset(inode->durable.bytes + inode->durable.size, 0, inode->room - inode->durable.size);
    memcpy(inode->now.bytes, inode->durable.bytes, inode->room);
}

static uint64_t space_used(const struct fake_disk *disk)
{
    uint64_t used = 0;
    for (size_t i = 0; i < disk->names.count; i++)
        used += disk->names.names[i].inode->now.size;
    return used;
}

/* ------------------------------------------------------------------ the table */

/* Count a call; the status that it must fail with, or SB_OK. */
static enum sb_status begin(struct fake_disk *disk, enum fake_op op, struct sb_err *err)
{
    disk->calls[op]++;
    disk->calls[FAKE_ANY]++;
    if (disk->off_at != 0 && disk->calls[FAKE_ANY] >= disk->off_at)
        return sb_fail(err, SB_IO, "the power is off", "mất điện");
    bool counts = disk->fail_op == op || disk->fail_op == FAKE_ANY;
    if (disk->fail_at == 0 || !counts || disk->calls[disk->fail_op] != disk->fail_at)
        return SB_OK;
    disk->fail_at = 0;
    return sb_fail(err, disk->fail_status, "this call was to fail", "lời gọi này được cho hỏng");
}

static enum sb_status no_such(struct sb_err *err, const char *path)
{
    return sb_fail(err, SB_NOT_FOUND, "there is no '%s'", "không có '%s'", path);
}

static enum sb_status do_open(struct fake_disk *disk, const char *path, enum sb_open_mode mode,
                              struct sb_file **ret_file, struct sb_err *err)
{
    const struct name *name = find_name(&disk->names, path);
    struct inode *inode = name ? name->inode : NULL;
    char parent[PATH_SIZE];
    parent_of(path, parent);
    if (mode == SB_OPEN_CREATE && inode)
        return sb_fail(err, SB_EXISTS, "'%s' exists", "'%s' đã có", path);
    if (mode == SB_OPEN_CREATE ? !dir_exists(disk, parent) : !inode)
        return no_such(err, path);
    if (!inode) {
        inode = new_inode(disk, false);
        change_names(disk, "", path, inode);
    }
    struct sb_file *file = need(calloc(1, sizeof(*file)));
    *file = (struct sb_file){.inode = inode, .life = disk->life, .writable = mode != SB_OPEN_READ};
    *ret_file = file;
    return SB_OK;
}

static enum sb_status fake_open(void *context, const char *path, enum sb_open_mode mode,
                                struct sb_file **ret_file, struct sb_err *err)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    enum sb_status status = begin(disk, FAKE_OPEN, err);
    if (status == SB_OK)
        status = do_open(disk, path, mode, ret_file, err);
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

static void fake_close(void *context, struct sb_file *file)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    if (file->inode->locked_by == file)
        file->inode->locked_by = NULL;
    pthread_mutex_unlock(&disk->mutex);
    free(file);
}

/* A call on an open file: counted, and refused when the file was opened before the crash. */
static enum sb_status begin_on(struct fake_disk *disk, enum fake_op op, const struct sb_file *file,
                               struct sb_err *err)
{
    enum sb_status status = begin(disk, op, err);
    if (status == SB_OK && file->life != disk->life)
        status = sb_fail(err, SB_IO, "the file was open before the crash", "tệp được mở trước sự cố");
    return status;
}

static enum sb_status fake_read_at(void *context, struct sb_file *file, void *bytes, size_t size,
                                   uint64_t offset, struct sb_err *err)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    enum sb_status status = begin_on(disk, FAKE_READ, file, err);
    const struct image *image = &file->inode->now;
    if (status == SB_OK && (offset > image->size || size > image->size - offset))
        status = sb_fail(err, SB_END, "the file ends before", "tệp kết thúc trước đó");
    if (status == SB_OK && size > 0)
        memcpy(bytes, image->bytes + offset, size);
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

static enum sb_status fake_write_at(void *context, struct sb_file *file, const void *bytes, size_t size,
                                    uint64_t offset, struct sb_err *err)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    bool was_on = !fake_disk_is_off(disk);
    enum sb_status status = begin_on(disk, FAKE_WRITE, file, err);
    size_t lands = size;
    size_t growth =
        (size_t)offset + size > file->inode->now.size ? (size_t)offset + size - file->inode->now.size : 0;
    if (!file->writable)
        abort();
    if (status == SB_OK && growth > 0 && space_used(disk) + growth > disk->space) {
        status = sb_fail(err, SB_NOSPACE, "the disk is full", "đĩa đầy");
        lands = 0;
    } else if (status != SB_OK) {
        lands = was_on && file->life == disk->life ? (size_t)(next_random(disk) % (size + 1)) : 0;
    }
    write_bytes(file->inode, bytes, lands, offset);
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

static enum sb_status fake_size(void *context, struct sb_file *file, uint64_t *ret_size, struct sb_err *err)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    enum sb_status status = begin_on(disk, FAKE_SIZE, file, err);
    if (status == SB_OK)
        *ret_size = file->inode->now.size;
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

static enum sb_status fake_sync(void *context, struct sb_file *file, struct sb_err *err)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    bool was_on = !fake_disk_is_off(disk);
    enum sb_status status = begin_on(disk, FAKE_SYNC, file, err);
    if (status == SB_OK || (was_on && file->life == disk->life))
        settle(disk, file->inode, status == SB_OK);
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

static enum sb_status fake_lock(void *context, struct sb_file *file, struct sb_err *err)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    enum sb_status status = begin_on(disk, FAKE_LOCK, file, err);
    if (status == SB_OK && file->inode->locked_by && file->inode->locked_by != file)
        status = sb_fail(err, SB_BUSY, "the file is locked", "tệp đang bị khoá");
    if (status == SB_OK)
        file->inode->locked_by = file;
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

static enum sb_status fake_make_dir(void *context, const char *path, struct sb_err *err)
{
    struct fake_disk *disk = context;
    char parent[PATH_SIZE];
    parent_of(path, parent);
    pthread_mutex_lock(&disk->mutex);
    enum sb_status status = begin(disk, FAKE_MAKE_DIR, err);
    if (status == SB_OK && (dir_exists(disk, path) || find_name(&disk->names, path)))
        status = sb_fail(err, SB_EXISTS, "'%s' exists", "'%s' đã có", path);
    else if (status == SB_OK && !dir_exists(disk, parent))
        status = no_such(err, parent);
    else if (status == SB_OK)
        change_names(disk, "", path, new_inode(disk, true));
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

static bool is_inside(const char *path, const char *dir)
{
    char parent[PATH_SIZE];
    parent_of(path, parent);
    return path[0] != '\0' && strcmp(parent, dir) == 0;
}

static enum sb_status fake_sync_dir(void *context, const char *path, struct sb_err *err)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    enum sb_status status = begin(disk, FAKE_SYNC_DIR, err);
    if (status == SB_OK && !dir_exists(disk, path))
        status = no_such(err, path);
    size_t kept = 0;
    for (size_t i = 0; i < disk->change_count && status == SB_OK; i++) {
        const struct change *change = &disk->changes[i];
        if (is_inside(change->from, path) || is_inside(change->to, path))
            apply(&disk->durable_names, change);
        else
            disk->changes[kept++] = *change;
    }
    if (status == SB_OK)
        disk->change_count = kept;
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

static enum sb_status fake_rename(void *context, const char *from, const char *to, struct sb_err *err)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    enum sb_status status = begin(disk, FAKE_RENAME, err);
    const struct name *name = find_name(&disk->names, from);
    if (status == SB_OK && !name)
        status = no_such(err, from);
    else if (status == SB_OK)
        change_names(disk, from, to, name->inode);
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

static enum sb_status fake_remove(void *context, const char *path, struct sb_err *err)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    enum sb_status status = begin(disk, FAKE_REMOVE, err);
    if (status == SB_OK && !find_name(&disk->names, path))
        status = no_such(err, path);
    else if (status == SB_OK)
        change_names(disk, path, "", NULL);
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *list_names(const struct fake_disk *disk, const char *path)
{
    const char **found = need(calloc(disk->names.count + 1, sizeof(*found)));
    size_t count = 0, size = 1;
    for (size_t i = 0; i < disk->names.count; i++) {
        const char *full = disk->names.names[i].path;
        const char *slash = strrchr(full, '/');
        if (!is_inside(full, path))
            continue;
        found[count] = slash ? slash + 1 : full;
        size += strlen(found[count++]) + 1;
    }
    qsort(found, count, sizeof(*found), compare_texts);
    char *names = need(calloc(size, 1)), *to = names;
    for (size_t i = 0; i < count; i++)
        to = stpcpy(to, found[i]) + 1;
    free(found);
    return names;
}

static enum sb_status fake_list(void *context, const char *path, char **ret_names, struct sb_err *err)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    enum sb_status status = begin(disk, FAKE_LIST, err);
    if (status == SB_OK && !dir_exists(disk, path))
        status = no_such(err, path);
    else if (status == SB_OK)
        *ret_names = list_names(disk, path);
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

static sb_time_us fake_now(void *context)
{
    struct fake_disk *disk = context;
    pthread_mutex_lock(&disk->mutex);
    sb_time_us now = disk->now;
    pthread_mutex_unlock(&disk->mutex);
    return now;
}

static enum sb_status fake_random(void *context, void *bytes, size_t size, struct sb_err *err)
{
    struct fake_disk *disk = context;
    uint8_t *to = bytes;
    pthread_mutex_lock(&disk->mutex);
    enum sb_status status = begin(disk, FAKE_RANDOM, err);
    for (size_t i = 0; i < size && status == SB_OK; i++)
        to[i] = (uint8_t)next_random(disk);
    pthread_mutex_unlock(&disk->mutex);
    return status;
}

/* ------------------------------------------------------------------ for the test */

struct fake_disk *fake_disk_new(uint64_t seed)
{
    struct fake_disk *disk = need(calloc(1, sizeof(*disk)));
    disk->os = (struct sb_os){
        .context = disk,
        .open = fake_open,
        .close = fake_close,
        .read_at = fake_read_at,
        .write_at = fake_write_at,
        .size = fake_size,
        .sync = fake_sync,
        .lock = fake_lock,
        .make_dir = fake_make_dir,
        .sync_dir = fake_sync_dir,
        .rename = fake_rename,
        .remove = fake_remove,
        .list = fake_list,
        .now = fake_now,
        .random = fake_random,
    };
    pthread_mutex_init(&disk->mutex, NULL);
    disk->random = seed;
    disk->space = UINT64_MAX;
    disk->now = INT64_C(1756684800) * SB_SECOND_US; /* 2025-09-01T00:00Z */
    disk->names.names = need(calloc(NAMES_MAX, sizeof(struct name)));
    disk->durable_names.names = need(calloc(NAMES_MAX, sizeof(struct name)));
    return disk;
}

void fake_disk_free(struct fake_disk *disk)
{
    if (!disk)
        return;
    while (disk->inodes) {
        struct inode *inode = disk->inodes;
        disk->inodes = inode->older;
        free(inode->now.bytes);
        free(inode->durable.bytes);
        free(inode->dirty);
        free(inode);
    }
    free(disk->changes);
    free(disk->names.names);
    free(disk->durable_names.names);
    pthread_mutex_destroy(&disk->mutex);
    free(disk);
}

const struct sb_os *fake_disk_os(struct fake_disk *disk)
{
    return &disk->os;
}

uint64_t fake_disk_calls(const struct fake_disk *disk, enum fake_op op)
{
    return disk->calls[op];
}

void fake_disk_fail(struct fake_disk *disk, enum fake_op op, uint64_t n, enum sb_status status)
{
    disk->fail_op = op;
    disk->fail_at = n ? disk->calls[op] + n : 0;
    disk->fail_status = status;
}

void fake_disk_power_off(struct fake_disk *disk, uint64_t n)
{
    disk->off_at = n ? disk->calls[FAKE_ANY] + n : 0;
}

bool fake_disk_is_off(const struct fake_disk *disk)
{
    return disk->off_at != 0 && disk->calls[FAKE_ANY] >= disk->off_at;
}

void fake_disk_crash(struct fake_disk *disk)
{
    pthread_mutex_lock(&disk->mutex);
    size_t lucky = disk->change_count ? (size_t)(next_random(disk) % (disk->change_count + 1)) : 0;
    for (size_t i = 0; i < lucky; i++)
        apply(&disk->durable_names, &disk->changes[i]);
    disk->change_count = 0;
    disk->names.count = disk->durable_names.count;
    memcpy(disk->names.names, disk->durable_names.names, disk->names.count * sizeof(struct name));
    for (struct inode *inode = disk->inodes; inode; inode = inode->older) {
        settle(disk, inode, false);
        forget_unsettled(inode);
    }
    disk->life++;
    disk->off_at = disk->fail_at = 0;
    pthread_mutex_unlock(&disk->mutex);
}

void fake_disk_set_space(struct fake_disk *disk, uint64_t bytes)
{
    disk->space = bytes;
}

uint64_t fake_disk_space_used(const struct fake_disk *disk)
{
    return space_used(disk);
}

void fake_disk_set_time(struct fake_disk *disk, sb_time_us now)
{
    disk->now = now;
}

uint8_t *fake_disk_bytes(struct fake_disk *disk, const char *path, size_t *ret_size)
{
    const struct name *name = find_name(&disk->names, path);
    if (!name || name->inode->is_dir)
        return NULL;
    *ret_size = name->inode->now.size;
    return name->inode->now.bytes;
}

static void put_name(struct fake_disk *disk, const char *path, struct inode *inode)
{
    struct change change = {.inode = inode};
    (void)snprintf(change.to, PATH_SIZE, "%s", path);
    apply(&disk->names, &change);
    apply(&disk->durable_names, &change);
}

void fake_disk_put(struct fake_disk *disk, const char *path, const void *bytes, size_t size)
{
    char parent[PATH_SIZE];
    parent_of(path, parent);
    if (!dir_exists(disk, parent))
        put_name(disk, parent, new_inode(disk, true));
    struct inode *inode = new_inode(disk, false);
    write_bytes(inode, bytes, size, 0);
    settle(disk, inode, true);
    put_name(disk, path, inode);
}

struct fake_disk *fake_disk_copy(const struct fake_disk *disk, uint64_t seed)
{
    struct fake_disk *copy = fake_disk_new(seed);
    copy->now = disk->now;
    for (size_t i = 0; i < disk->names.count; i++) {
        const struct name *name = &disk->names.names[i];
        if (name->inode->is_dir)
            put_name(copy, name->path, new_inode(copy, true));
        else
            fake_disk_put(copy, name->path, name->inode->now.bytes, name->inode->now.size);
    }
    return copy;
}
