/* SPDX-License-Identifier: Apache-2.0 */

/*
 *     0            4096
 *     | first page | context | filling | ledger |
 *
 * The page is written last, when both sections are durable, and the file gets its name only when the page is
 * durable too: a crash leaves a partial file with no page, under a name that nobody opens.
 */
#include "engine/snapshot.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "ledger/save.h"

#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC       "SBSNAPSH"
#define NAME_DIGITS 20u
#define ALIGN       64u
#define CONTEXT_MAX (UINT64_C(1) << 30) /* bytes: thousands of charters */

/* The first 4096 bytes, as docs/formats/snapshot.md draws them. */
struct section {
    uint8_t offset[8];
    uint8_t size[8];
    uint8_t hash[32];
};

struct page {
    uint8_t magic[8];
    uint8_t format[2];
    uint8_t meaning[2];
    uint8_t page_size[4];
    uint8_t journal_id[16];
    uint8_t sequence[8];
    uint8_t number[8];
    uint8_t segment[8];
    uint8_t offset[8];
    uint8_t record_hash[32];
    uint8_t made[8];
    struct section context;
    struct section ledger;
    uint8_t zero[3864];
    uint8_t hash[32];
};

static_assert(sizeof(struct page) == 4096, "a page");
static_assert(offsetof(struct page, journal_id) == 16, "on disk");
static_assert(offsetof(struct page, sequence) == 32, "on disk");
static_assert(offsetof(struct page, number) == 40, "on disk");
static_assert(offsetof(struct page, segment) == 48, "on disk");
static_assert(offsetof(struct page, offset) == 56, "on disk");
static_assert(offsetof(struct page, record_hash) == 64, "on disk");
static_assert(offsetof(struct page, made) == 96, "on disk");
static_assert(offsetof(struct page, context) == 104, "on disk");
static_assert(offsetof(struct page, ledger) == 152, "on disk");
static_assert(offsetof(struct page, zero) == 200, "on disk");
static_assert(offsetof(struct page, hash) == 4064, "on disk");

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

static void hash_bytes(const void *bytes, size_t size, uint8_t hash[SB_HASH_SIZE])
{
    (void)crypto_generichash(hash, SB_HASH_SIZE, bytes, size, NULL, 0); /* fails only for other sizes */
}

/* ------------------------------------------------------------------ files */

char *sb_snapshot_path(const char *dir, uint64_t sequence)
{
    struct sb_str path = {0};
    sb_str_printf(&path, "%s/%020" PRIu64 SB_SNAPSHOT_SUFFIX, dir, sequence);
    if (path.failed)
        sb_str_release(&path);
    return path.text;
}

/* 0 when it is not the name of a snapshot. */
static uint64_t sequence_of_name(const char *name)
{
    uint64_t sequence = 0;
    for (size_t i = 0; i < NAME_DIGITS; i++) {
        if (name[i] < '0' || name[i] > '9' || __builtin_mul_overflow(sequence, 10, &sequence) ||
            __builtin_add_overflow(sequence, (uint64_t)(name[i] - '0'), &sequence))
            return 0;
    }
    return strcmp(name + NAME_DIGITS, SB_SNAPSHOT_SUFFIX) == 0 ? sequence : 0;
}

enum sb_status sb_snapshot_list(const struct sb_os *os, const char *dir, uint64_t **ret_sequences,
                                size_t *ret_count, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *names = NULL;
    enum sb_status status = os->list(os->context, dir, &names, err);
    if (status != SB_OK)
        return status;
    size_t count = 0, at = 0;
    for (const char *name = names; *name; name += strlen(name) + 1)
        count += sequence_of_name(name) != 0;
    uint64_t *sequences = malloc((count + 1) * sizeof(*sequences));
    if (!sequences)
        return no_memory(err);
    for (const char *name = names; *name; name += strlen(name) + 1) {
        if (sequence_of_name(name) != 0)
            sequences[count - ++at] = sequence_of_name(name); /* names come in the order of their bytes */
    }
    *ret_sequences = sequences;
    *ret_count = count;
    return SB_OK;
}

static bool is_partial(const char *name)
{
    size_t size = strlen(name), end = strlen(SB_SNAPSHOT_PARTIAL);
    return size > end && strcmp(name + size - end, SB_SNAPSHOT_PARTIAL) == 0;
}

void sb_snapshot_remove_partial(const struct sb_os *os, const char *dir)
{
    SB_CLEANUP(sb_free_ptr) char *names = NULL;
    if (os->list(os->context, dir, &names, NULL) != SB_OK)
        return;
    for (const char *name = names; *name; name += strlen(name) + 1) {
        struct sb_str path = {0};
        sb_str_printf(&path, "%s/%s", dir, name);
        if (is_partial(name) && !path.failed)
            (void)os->remove(os->context, path.text, NULL); /* it is in nobody's way */
        sb_str_release(&path);
    }
}

/* ------------------------------------------------------------------ the first page */

static void put_section(const struct sb_snapshot_section *from, struct section *to)
{
    sb_put_u64(to->offset, from->offset);
    sb_put_u64(to->size, from->size);
    memcpy(to->hash, from->hash, sizeof(to->hash));
}

static void encode(const struct sb_snapshot_head *head, struct page *to)
{
    memset(to, 0, sizeof(*to));
    memcpy(to->magic, MAGIC, sizeof(to->magic));
    sb_put_u16(to->format, head->format);
    sb_put_u16(to->meaning, head->meaning);
    sb_put_u32(to->page_size, sizeof(*to));
    sb_put_u64(to->journal_id, head->journal_id.lo);
    sb_put_u64(to->journal_id + 8, head->journal_id.hi);
    sb_put_u64(to->sequence, head->mark.sequence);
    sb_put_u64(to->number, head->mark.number);
    sb_put_u64(to->segment, head->mark.segment);
    sb_put_u64(to->offset, head->mark.offset);
    memcpy(to->record_hash, head->mark.hash, sizeof(to->record_hash));
    sb_put_u64(to->made, (uint64_t)head->made);
    put_section(&head->context, &to->context);
    put_section(&head->ledger, &to->ledger);
    hash_bytes(to, offsetof(struct page, hash), to->hash);
}

static struct sb_snapshot_section get_section(const struct section *from)
{
    struct sb_snapshot_section section = {sb_get_u64(from->offset), sb_get_u64(from->size), {0}};
    memcpy(section.hash, from->hash, sizeof(section.hash));
    return section;
}

/* Sections one behind the other, as write puts them, up to the file's end. */
static bool sections_are_good(const struct sb_snapshot_head *head, uint64_t file_size)
{
    const struct sb_snapshot_section *context = &head->context, *ledger = &head->ledger;
    return context->offset == sizeof(struct page) && context->size <= CONTEXT_MAX &&
           ledger->offset == (context->offset + context->size + ALIGN - 1) / ALIGN * ALIGN &&
           ledger->offset <= file_size && ledger->size == file_size - ledger->offset;
}

static enum sb_status decode(const struct page *from, uint64_t file_size, struct sb_snapshot_head *ret_head,
                             struct sb_err *err)
{
    uint8_t hash[SB_HASH_SIZE];
    hash_bytes(from, offsetof(struct page, hash), hash);
    if (memcmp(from->magic, MAGIC, sizeof(from->magic)) != 0 || memcmp(hash, from->hash, sizeof(hash)) != 0)
        return sb_fail(err, SB_DAMAGED, "its first page is damaged", "trang đầu bị hỏng");
    struct sb_snapshot_head head = {
        .format = sb_get_u16(from->format),
        .meaning = sb_get_u16(from->meaning),
        .journal_id = {sb_get_u64(from->journal_id), sb_get_u64(from->journal_id + 8)},
        .mark = {.segment = sb_get_u64(from->segment),
                 .offset = sb_get_u64(from->offset),
                 .number = sb_get_u64(from->number),
                 .sequence = sb_get_u64(from->sequence)},
        .made = (sb_time_us)sb_get_u64(from->made),
        .context = get_section(&from->context),
        .ledger = get_section(&from->ledger),
    };
    memcpy(head.mark.hash, from->record_hash, sizeof(head.mark.hash));
    if (head.format != SB_SNAPSHOT_FORMAT || head.meaning != SB_JOURNAL_MEANING)
        return sb_fail(
            err, SB_VERSION, "it has format %u and meaning %u; this program uses format %u and meaning %u",
            "nó có định dạng %u và ngữ nghĩa %u; chương trình này dùng định dạng %u và ngữ nghĩa %u",
            head.format, head.meaning, SB_SNAPSHOT_FORMAT, SB_JOURNAL_MEANING);
    if (sb_get_u32(from->page_size) != sizeof(*from) || !sections_are_good(&head, file_size))
        return sb_fail(err, SB_DAMAGED, "its sections are not where its first page says",
                       "các phần không nằm ở chỗ trang đầu nói");
    *ret_head = head;
    return SB_OK;
}

static enum sb_status in_file(enum sb_status status, const char *path, struct sb_err *err)
{
    if (status == SB_END)
        status = sb_fail(err, SB_DAMAGED, "it is cut short", "bị cắt ngắn");
    if (status != SB_OK)
        (void)sb_fail_in(err, "snapshot '%s'", "ảnh chụp '%s'", path);
    return status;
}

enum sb_status sb_snapshot_read_head(const struct sb_os *os, const char *path,
                                     struct sb_snapshot_head *ret_head, struct sb_err *err)
{
    struct sb_file *file;
    struct page page;
    uint64_t size = 0;
    enum sb_status status = os->open(os->context, path, SB_OPEN_READ, &file, err);
    if (status != SB_OK)
        return status;
    status = os->size(os->context, file, &size, err);
    if (status == SB_OK)
        status = os->read_at(os->context, file, &page, sizeof(page), 0, err);
    os->close(os->context, file);
    if (status == SB_OK)
        status = decode(&page, size, ret_head, err);
    return in_file(status, path, err);
}

/* ------------------------------------------------------------------ loading */

#define PIECES         4u                                /* read ahead */
#define WORTH_A_THREAD ((uint64_t)4 * SB_SNAPSHOT_PIECE) /* bytes */

/*
 * The ledger's bytes, piece by piece, hashed on their way. Reading and hashing take as long as loading: of a
 * large snapshot they are another thread's.
 */
struct reading {
    const struct sb_os *os;
    struct sb_file *file;
    uint64_t at, end;
    uint8_t *bytes; /* owned; PIECES pieces */
    crypto_generichash_state hash;
    bool threaded;
    pthread_t thread;
    pthread_mutex_t mutex; /* over all below */
    pthread_cond_t changed;
    uint64_t made, taken; /* pieces; taken - 1 is lent */
    size_t sizes[PIECES];
    enum sb_status status; /* of the thread's reading */
    struct sb_err failure;
    bool stop;
};

/* Requires that not all was read. */
static enum sb_status read_piece(struct reading *reading, uint8_t *bytes, size_t *ret_size,
                                 struct sb_err *err)
{
    size_t size = (size_t)SB_MIN(reading->end - reading->at, (uint64_t)SB_SNAPSHOT_PIECE);
    enum sb_status status =
        reading->os->read_at(reading->os->context, reading->file, bytes, size, reading->at, err);
    if (status != SB_OK)
        return status;
    (void)crypto_generichash_update(&reading->hash, bytes, size); /* cannot fail on a live state */
    reading->at += size;
    *ret_size = size;
    return SB_OK;
}

/* The thread: one piece after the other into those that are free. */
static void *read_ahead(void *context)
{
    struct reading *reading = context;
    pthread_mutex_lock(&reading->mutex);
    while (!reading->stop && reading->status == SB_OK && reading->at < reading->end) {
        if (reading->made - reading->taken == PIECES - 1) {
            pthread_cond_wait(&reading->changed, &reading->mutex);
            continue;
        }
        uint64_t slot = reading->made % PIECES;
        size_t size = 0;
        pthread_mutex_unlock(&reading->mutex);
        enum sb_status status =
            read_piece(reading, reading->bytes + slot * SB_SNAPSHOT_PIECE, &size, &reading->failure);
        pthread_mutex_lock(&reading->mutex);
        reading->status = status;
        reading->sizes[slot] = size;
        reading->made += status == SB_OK;
        pthread_cond_signal(&reading->changed);
    }
    pthread_mutex_unlock(&reading->mutex);
    return NULL;
}

static enum sb_status take_piece(struct reading *reading, const uint8_t **ret_bytes, size_t *ret_size,
                                 struct sb_err *err)
{
    pthread_mutex_lock(&reading->mutex);
    while (reading->made == reading->taken && reading->status == SB_OK)
        pthread_cond_wait(&reading->changed, &reading->mutex);
    enum sb_status status = reading->made == reading->taken ? reading->status : SB_OK;
    if (status == SB_OK) {
        uint64_t slot = reading->taken++ % PIECES; /* the one before is free again */
        *ret_bytes = reading->bytes + slot * SB_SNAPSHOT_PIECE;
        *ret_size = reading->sizes[slot];
        pthread_cond_signal(&reading->changed);
    } else if (err) {
        *err = reading->failure;
    }
    pthread_mutex_unlock(&reading->mutex);
    return status;
}

static enum sb_status read_more(void *context, const uint8_t **ret_bytes, size_t *ret_size,
                                struct sb_err *err)
{
    struct reading *reading = context;
    if (reading->threaded)
        return take_piece(reading, ret_bytes, ret_size, err);
    *ret_bytes = reading->bytes;
    return read_piece(reading, reading->bytes, ret_size, err);
}

/* Without a thread where that is not worth it, or none can be made. */
static void begin_reading(struct reading *reading)
{
    pthread_mutex_init(&reading->mutex, NULL);
    pthread_cond_init(&reading->changed, NULL);
    reading->threaded = reading->os == sb_os_real() && reading->end - reading->at >= WORTH_A_THREAD &&
                        pthread_create(&reading->thread, NULL, read_ahead, reading) == 0;
}

static void end_reading(struct reading *reading)
{
    if (reading->threaded) {
        pthread_mutex_lock(&reading->mutex);
        reading->stop = true;
        pthread_cond_signal(&reading->changed);
        pthread_mutex_unlock(&reading->mutex);
        pthread_join(reading->thread, NULL);
    }
    pthread_mutex_destroy(&reading->mutex);
    pthread_cond_destroy(&reading->changed);
}

static enum sb_status wrong_hash(struct sb_err *err)
{
    return sb_fail(err, SB_DAMAGED, "its content has not the hash that its first page says",
                   "nội dung không có mã băm mà trang đầu nói");
}

static enum sb_status read_context(const struct sb_os *os, struct sb_file *file,
                                   const struct sb_snapshot_section *section, char **ret_bytes,
                                   struct sb_err *err)
{
    uint8_t hash[SB_HASH_SIZE];
    SB_CLEANUP(sb_free_ptr) char *bytes = malloc((size_t)section->size + 1);
    if (!bytes)
        return no_memory(err);
    enum sb_status status =
        os->read_at(os->context, file, bytes, (size_t)section->size, section->offset, err);
    if (status != SB_OK)
        return status;
    hash_bytes(bytes, (size_t)section->size, hash);
    if (memcmp(hash, section->hash, sizeof(hash)) != 0)
        return wrong_hash(err);
    *ret_bytes = SB_TAKE(bytes);
    return SB_OK;
}

static enum sb_status load_file(const struct sb_os *os, struct sb_file *file,
                                const struct sb_snapshot_head *head, struct sb_runner *runner,
                                struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *context = NULL;
    SB_CLEANUP(sb_free_ptr) uint8_t *bytes = malloc((size_t)PIECES * SB_SNAPSHOT_PIECE);
    uint8_t hash[SB_HASH_SIZE];
    struct reading reading = {.os = os,
                              .file = file,
                              .at = head->ledger.offset,
                              .end = head->ledger.offset + head->ledger.size,
                              .bytes = bytes};
    struct sb_ledger_source source = {.next = read_more, .context = &reading, .size = head->ledger.size};
    if (!bytes || crypto_generichash_init(&reading.hash, NULL, 0, SB_HASH_SIZE) != 0)
        return no_memory(err);
    begin_reading(&reading);
    enum sb_status status = read_context(os, file, &head->context, &context, err);
    if (status == SB_OK)
        status =
            sb_runner_restore(runner, &(struct sb_str){.text = context, .size = (size_t)head->context.size},
                              head->mark.sequence, &source, err);
    end_reading(&reading);
    if (status != SB_OK)
        return status;
    (void)crypto_generichash_final(&reading.hash, hash, sizeof(hash)); /* as update */
    return memcmp(hash, head->ledger.hash, sizeof(hash)) == 0 ? SB_OK : wrong_hash(err);
}

enum sb_status sb_snapshot_load(const struct sb_os *os, const char *path, const struct sb_snapshot_head *head,
                                struct sb_runner *runner, struct sb_err *err)
{
    struct sb_file *file;
    enum sb_status status = os->open(os->context, path, SB_OPEN_READ, &file, err);
    if (status != SB_OK)
        return status;
    status = load_file(os, file, head, runner, err);
    os->close(os->context, file);
    return in_file(status, path, err);
}

/* ------------------------------------------------------------------ writing */

/* Bytes on their way into the file: gathered into pieces, hashed and written. */
struct output {
    struct sb_snapshot_writing *writing;
    crypto_generichash_state hash;
    uint64_t at;    /* in the file, of the piece */
    size_t size;    /* of the piece */
    uint64_t total; /* bytes put */
    enum sb_status status;
    struct sb_err *err;
};

static bool write_piece(struct output *output)
{
    struct sb_snapshot_writing *writing = output->writing;
    const struct sb_os *os = writing->os;
    if (writing->interrupted && writing->interrupted(writing->interrupted_context))
        output->status = sb_fail(output->err, SB_INTERRUPTED, "interrupted", "bị ngắt");
    else
        output->status =
            os->write_at(os->context, writing->file, writing->bytes, output->size, output->at, output->err);
    (void)crypto_generichash_update(&output->hash, writing->bytes, output->size); /* as in read_more */
    output->at += output->size;
    output->size = 0;
    return output->status == SB_OK;
}

static bool put_bytes(void *context, const void *bytes, size_t size)
{
    struct output *output = context;
    const uint8_t *from = bytes;
    output->total += size;
    while (size > 0) {
        size_t piece = SB_MIN(size, SB_SNAPSHOT_PIECE - output->size);
        memcpy(output->writing->bytes + output->size, from, piece);
        output->size += piece;
        from += piece;
        size -= piece;
        if (output->size == SB_SNAPSHOT_PIECE && !write_piece(output))
            return false;
    }
    return true;
}

static enum sb_status begin_section(struct output *output, struct sb_snapshot_writing *writing,
                                    uint64_t offset, struct sb_err *err)
{
    *output = (struct output){.writing = writing, .at = offset, .err = err};
    return crypto_generichash_init(&output->hash, NULL, 0, SB_HASH_SIZE) == 0 ? SB_OK : no_memory(err);
}

static enum sb_status end_section(struct output *output, uint64_t offset,
                                  struct sb_snapshot_section *ret_section)
{
    if (output->status == SB_OK && output->size > 0)
        (void)write_piece(output); /* its status is told below */
    *ret_section = (struct sb_snapshot_section){.offset = offset, .size = output->total};
    (void)crypto_generichash_final(&output->hash, ret_section->hash, SB_HASH_SIZE); /* as in read_more */
    return output->status;
}

static enum sb_status write_context(struct sb_snapshot_writing *writing, struct sb_err *err)
{
    struct output output;
    enum sb_status status = begin_section(&output, writing, sizeof(struct page), err);
    if (status != SB_OK)
        return status;
    (void)put_bytes(&output, writing->context->text, writing->context->size); /* output has its status */
    return end_section(&output, sizeof(struct page), &writing->head.context);
}

static enum sb_status write_ledger(struct sb_snapshot_writing *writing, struct sb_err *err)
{
    const struct sb_snapshot_section *context = &writing->head.context;
    uint64_t offset = (context->offset + context->size + ALIGN - 1) / ALIGN * ALIGN;
    struct output output;
    enum sb_status status = begin_section(&output, writing, offset, err);
    if (status != SB_OK)
        return status;
    status =
        sb_ledger_save(writing->ledger, &(struct sb_ledger_sink){.put = put_bytes, .context = &output}, err);
    if (status != SB_OK && output.status != SB_OK)
        return output.status; /* why the sink wanted no more */
    if (status != SB_OK)
        return status;
    return end_section(&output, offset, &writing->head.ledger);
}

enum sb_status sb_snapshot_write(struct sb_snapshot_writing *writing, struct sb_err *err)
{
    enum sb_status status = write_context(writing, err);
    if (status == SB_OK)
        status = write_ledger(writing, err);
    return status == SB_OK ? writing->os->sync(writing->os->context, writing->file, err) : status;
}

enum sb_status sb_snapshot_finish(struct sb_snapshot_writing *writing, struct sb_err *err)
{
    const struct sb_os *os = writing->os;
    struct page page;
    encode(&writing->head, &page);
    enum sb_status status = os->write_at(os->context, writing->file, &page, sizeof(page), 0, err);
    if (status == SB_OK)
        status = os->sync(os->context, writing->file, err);
    if (status == SB_OK)
        status = os->rename(os->context, writing->partial, writing->path, err);
    return status == SB_OK ? os->sync_dir(os->context, writing->dir, err) : status;
}
