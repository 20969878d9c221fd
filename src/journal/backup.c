/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A journal only grows, and its segments get their names in order; so a backup folder that gains them in the
 * same order, each file whole before it has its name, is at every instant the journal as it was at some
 * earlier one. The manifest comes last and says how far it was checked.
 *
 * The last segment's records were read from the page cache, where a record may stand that its writer has not
 * made durable: the file is synced before its records count. Anybody may sync a file.
 */
#include "journal/backup.h"

#include "base/macros.h"
#include "base/str.h"
#include "journal/reader.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST          "backup.manifest"
#define UNFINISHED        "backup.unfinished" /* there, and no manifest: the first backup is under way */
#define PARTIAL           ".partial"
#define MANIFEST_SIZE_MAX 1024u
#define PIECE             (1024u * 1024) /* bytes of one read or write */

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* DIR/NAME and what follows, to be freed by the caller; NULL when memory is out. */
static char *path_of(const char *dir, const char *name, const char *suffix)
{
    struct sb_str path = {0};
    sb_str_printf(&path, "%s/%s%s", dir, name, suffix);
    if (path.failed)
        sb_str_release(&path);
    return path.text;
}

static char *partial_of(const char *path)
{
    struct sb_str partial = {0};
    sb_str_printf(&partial, "%s" PARTIAL, path);
    if (partial.failed)
        sb_str_release(&partial);
    return partial.text;
}

/* ------------------------------------------------------------------ whole files */

/* A new file under a partial name, instead of whatever an interrupted attempt left there. */
static enum sb_status create_partial(const struct sb_os *os, const char *partial, struct sb_file **ret_file,
                                     struct sb_err *err)
{
    (void)os->remove(os->context, partial, NULL); /* mostly there is none */
    return os->open(os->context, partial, SB_OPEN_CREATE, ret_file, err);
}

/* Close a partial file and give it its name, durably; or take it away. */
static enum sb_status end_partial(const struct sb_os *os, const char *dir, struct sb_file *file,
                                  const char *path, enum sb_status status, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *partial = partial_of(path);
    if (status == SB_OK)
        status = os->sync(os->context, file, err);
    os->close(os->context, file);
    if (!partial)
        return no_memory(err);
    if (status == SB_OK)
        status = os->rename(os->context, partial, path, err);
    if (status == SB_OK)
        return os->sync_dir(os->context, dir, err);
    (void)os->remove(os->context, partial, NULL); /* one that stays is written over by the next attempt */
    return status;
}

static enum sb_status write_file(const struct sb_os *os, const char *dir, const char *name, const char *text,
                                 size_t size, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *path = path_of(dir, name, "");
    SB_CLEANUP(sb_free_ptr) char *partial = path ? partial_of(path) : NULL;
    struct sb_file *file;
    if (!partial)
        return no_memory(err);
    enum sb_status status = create_partial(os, partial, &file, err);
    if (status != SB_OK)
        return status;
    status = os->write_at(os->context, file, text, size, 0, err);
    return end_partial(os, dir, file, path, status, err);
}

static enum sb_status remove_file(const struct sb_os *os, const char *dir, const char *name,
                                  struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *path = path_of(dir, name, "");
    struct sb_err cause = {0};
    if (!path)
        return no_memory(err);
    enum sb_status status = os->remove(os->context, path, &cause);
    if (status == SB_OK || status == SB_NOT_FOUND)
        return SB_OK;
    if (err)
        *err = cause;
    return status;
}

/* ------------------------------------------------------------------ the manifest */

static void print_manifest(const struct sb_backup_end *end, struct sb_str *out)
{
    char id[SB_ID_TEXT_SIZE], hash[2 * SB_HASH_SIZE + 1];
    sb_id_print(end->journal_id, id);
    (void)sodium_bin2hex(hash, sizeof(hash), end->mark.hash, SB_HASH_SIZE);
    sb_str_printf(out,
                  "sandbank backup 1\njournal %s\nsegment %" PRIu64 "\noffset %" PRIu64 "\nrecord %" PRIu64
                  "\nsequence %" PRIu64 "\nhash %s\ntime %" PRId64 "\n",
                  id, end->mark.segment, end->mark.offset, end->mark.number, end->mark.sequence, hash,
                  end->time);
}

/* Behind "KEY ", or "" when it is not there. */
static const char *value_of(const char *text, const char *key)
{
    size_t size = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        if (strncmp(line, key, size) == 0 && line[size] == ' ')
            return line + size + 1;
    }
    return "";
}

/* What was read is printed again: only a text that is the same byte for byte is a manifest. */
static bool parse_manifest(const char *text, size_t size, struct sb_backup_end *ret_end)
{
    struct sb_backup_end end = {0};
    struct sb_str again = {0};
    size_t bytes = 0;
    const char *id = value_of(text, "journal"), *hash = value_of(text, "hash");
    bool good = strlen(text) == size && strlen(id) >= 32 && sb_id_parse(id, 32, &end.journal_id) &&
                strlen(hash) >= 2 * SB_HASH_SIZE &&
                sodium_hex2bin(end.mark.hash, SB_HASH_SIZE, hash, 2 * SB_HASH_SIZE, NULL, &bytes, NULL) == 0;
    end.mark.segment = strtoull(value_of(text, "segment"), NULL, 10);
    end.mark.offset = strtoull(value_of(text, "offset"), NULL, 10);
    end.mark.number = strtoull(value_of(text, "record"), NULL, 10);
    end.mark.sequence = strtoull(value_of(text, "sequence"), NULL, 10);
    end.time = strtoll(value_of(text, "time"), NULL, 10);
    print_manifest(&end, &again);
    good = good && !again.failed && again.size == size && memcmp(again.text, text, size) == 0;
    sb_str_release(&again);
    if (good)
        *ret_end = end;
    return good;
}

/* SB_NOT_FOUND: there is none. */
static enum sb_status read_manifest(const struct sb_os *os, const char *dir, struct sb_backup_end *ret_end,
                                    struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *path = path_of(dir, MANIFEST, "");
    SB_CLEANUP(sb_free_ptr) char *text = NULL;
    size_t size = 0;
    if (!path)
        return no_memory(err);
    enum sb_status status = sb_os_read_file(os, path, MANIFEST_SIZE_MAX, &text, &size, err);
    if (status == SB_OK && !parse_manifest(text, size, ret_end))
        status = sb_fail(err, SB_DAMAGED, "'%s' is no manifest of a backup",
                         "'%s' không phải bản kê của bản sao lưu", path);
    return status;
}

static enum sb_status write_manifest(const struct sb_backup *backup, const struct sb_backup_end *end,
                                     struct sb_err *err)
{
    struct sb_str text = {0};
    print_manifest(end, &text);
    enum sb_status status = text.failed
                                ? no_memory(err)
                                : write_file(backup->os, backup->to, MANIFEST, text.text, text.size, err);
    sb_str_release(&text);
    return status;
}

/* ------------------------------------------------------------------ reading a journal */

static struct sb_backup_end end_of(const struct sb_journal_reader *reader)
{
    struct sb_journal_end at;
    struct sb_backup_end end = {.journal_id = sb_journal_reader_info(reader)->journal_id};
    sb_journal_reader_end(reader, &at);
    end.mark = (struct sb_journal_mark){.segment = at.last_segment,
                                        .offset = at.last_offset,
                                        .number = at.chain.number,
                                        .sequence = at.chain.sequence};
    memcpy(end.mark.hash, at.chain.hash, SB_HASH_SIZE);
    end.time = at.chain.time;
    return end;
}

/* Read from where the reader stands to the end. */
static enum sb_status read_on(struct sb_journal_reader *reader, struct sb_err *err)
{
    for (;;) {
        struct sb_record record;
        struct sb_err cause = {0};
        enum sb_status status = sb_journal_reader_next(reader, &record, &cause);
        if (status == SB_END)
            return SB_OK;
        if (status != SB_OK) {
            if (err)
                *err = cause;
            return status;
        }
    }
}

static bool same_mark(const struct sb_journal_mark *a, const struct sb_journal_mark *b)
{
    return a->segment == b->segment && a->offset == b->offset && a->number == b->number &&
           a->sequence == b->sequence && memcmp(a->hash, b->hash, SB_HASH_SIZE) == 0;
}

/* All of a folder's journal, and that it ends where it should. */
static enum sb_status check_copy(const struct sb_os *os, const char *dir, const struct sb_journal_mark *mark,
                                 struct sb_err *err)
{
    struct sb_journal_reader *reader;
    enum sb_status status = sb_journal_reader_open(os, dir, true, &reader, err);
    if (status != SB_OK)
        return status;
    status = read_on(reader, err);
    struct sb_backup_end end = end_of(reader);
    if (status == SB_OK && !same_mark(&end.mark, mark))
        status = sb_fail(err, SB_DAMAGED, "the copy in '%s' ends at record %llu instead of %llu",
                         "bản sao trong '%s' kết thúc ở bản ghi %llu thay vì %llu", dir,
                         (unsigned long long)end.mark.number, (unsigned long long)mark->number);
    sb_journal_reader_close(reader);
    return status;
}

/* ------------------------------------------------------------------ segments */

/* One segment: what of it is to be copied. */
struct part {
    uint64_t number;
    uint64_t end;  /* behind its last record */
    uint64_t size; /* of the file */
};

struct copying {
    const struct sb_backup *backup;
    struct sb_journal_reader *reader; /* owned; of the journal that is copied */
    uint8_t *bytes, *other;           /* owned; a piece each */
    struct part part;                 /* the one that is read; number 0: none yet */
    struct sb_backup_counts counts;
};

/* The piece of a part at an offset: its records, then zeros. */
static enum sb_status read_piece(const struct sb_os *os, struct sb_file *file, const struct part *part,
                                 uint64_t at, uint8_t *bytes, struct sb_err *err)
{
    size_t size = (size_t)SB_MIN(part->size - at, (uint64_t)PIECE);
    size_t used = at < part->end ? (size_t)SB_MIN(part->end - at, (uint64_t)size) : 0;
    memset(bytes + used, 0, size - used);
    enum sb_status status = used > 0 ? os->read_at(os->context, file, bytes, used, at, err) : SB_OK;
    return status == SB_END ? sb_fail(err, SB_DAMAGED, "the file became shorter", "tệp đã ngắn đi") : status;
}

/* Whether the folder has this part already, byte for byte. What cannot be read is not the same. */
static enum sb_status compare(struct copying *copying, struct sb_file *from, const char *path, bool *ret_same,
                              struct sb_err *err)
{
    const struct sb_os *os = copying->backup->os;
    struct sb_file *to;
    uint64_t size = 0;
    *ret_same = false;
    if (os->open(os->context, path, SB_OPEN_READ, &to, NULL) != SB_OK)
        return SB_OK;
    bool same = os->size(os->context, to, &size, NULL) == SB_OK && size == copying->part.size;
    enum sb_status status = SB_OK;
    for (uint64_t at = 0; at < copying->part.size && same && status == SB_OK; at += PIECE) {
        size_t piece = (size_t)SB_MIN(copying->part.size - at, (uint64_t)PIECE);
        status = read_piece(os, from, &copying->part, at, copying->bytes, err);
        same = os->read_at(os->context, to, copying->other, piece, at, NULL) == SB_OK &&
               memcmp(copying->bytes, copying->other, piece) == 0;
    }
    os->close(os->context, to);
    *ret_same = same;
    return status;
}

static enum sb_status copy(struct copying *copying, struct sb_file *from, const char *path,
                           struct sb_err *err)
{
    const struct sb_os *os = copying->backup->os;
    SB_CLEANUP(sb_free_ptr) char *partial = partial_of(path);
    struct sb_file *to;
    if (!partial)
        return no_memory(err);
    enum sb_status status = create_partial(os, partial, &to, err);
    if (status != SB_OK)
        return status;
    for (uint64_t at = 0; at < copying->part.size && status == SB_OK; at += PIECE) {
        status = read_piece(os, from, &copying->part, at, copying->bytes, err);
        if (status == SB_OK)
            status = os->write_at(os->context, to, copying->bytes,
                                  (size_t)SB_MIN(copying->part.size - at, (uint64_t)PIECE), at, err);
        if (status == SB_OK && copying->backup->interrupted && copying->backup->interrupted())
            status = sb_fail(err, SB_INTERRUPTED, "stopped by the user", "người dùng đã dừng");
    }
    copying->counts.copied++;
    return end_partial(os, copying->backup->to, to, path, status, err);
}

/* Put the part that was read into the other folder, unless it is there. */
static enum sb_status put_part(struct copying *copying, struct sb_err *err)
{
    const struct sb_backup *backup = copying->backup;
    const struct sb_os *os = backup->os;
    SB_CLEANUP(sb_free_ptr) char *from_path = sb_segment_path(backup->from, copying->part.number);
    SB_CLEANUP(sb_free_ptr) char *to_path = sb_segment_path(backup->to, copying->part.number);
    struct sb_file *from;
    bool same = false;
    if (!from_path || !to_path)
        return no_memory(err);
    enum sb_status status = os->open(os->context, from_path, SB_OPEN_READ, &from, err);
    if (status != SB_OK)
        return status;
    status = os->sync(os->context, from, err); /* what was read of it is durable from here on */
    if (status == SB_OK)
        status = compare(copying, from, to_path, &same, err);
    if (status == SB_OK && !same)
        status = copy(copying, from, to_path, err);
    os->close(os->context, from);
    copying->counts.segments++;
    return status;
}

/* The reader is behind a record, or at the end: where its segment's records end so far. */
static struct part part_of(const struct sb_journal_reader *reader)
{
    struct sb_journal_end at;
    sb_journal_reader_end(reader, &at);
    return (struct part){.number = at.segment.number, .end = at.offset, .size = at.segment.size};
}

/* Read the journal, and put each segment when it was read whole. upto: number of the last record that is
 * wanted. */
static enum sb_status copy_all(struct copying *copying, uint64_t upto, struct sb_err *err)
{
    const struct sb_backup *backup = copying->backup;
    copying->part = part_of(copying->reader);
    for (;;) {
        struct sb_record record;
        struct sb_err cause = {0};
        uint64_t done, all;
        enum sb_status status = sb_journal_reader_next(copying->reader, &record, &cause);
        if (status != SB_OK && status != SB_END && err)
            *err = cause;
        if (status != SB_OK && status != SB_END)
            return status;
        struct part part = part_of(copying->reader);
        if (part.number != copying->part.number) {
            enum sb_status put = put_part(copying, err);
            if (put != SB_OK)
                return put;
        }
        copying->part = part;
        sb_journal_reader_progress(copying->reader, &done, &all);
        if (backup->progress)
            backup->progress("copying", "đang sao chép", done, all);
        if (backup->interrupted && backup->interrupted())
            return sb_fail(err, SB_INTERRUPTED, "stopped by the user", "người dùng đã dừng");
        if (status == SB_END || record.number == upto)
            return put_part(copying, err);
    }
}

static enum sb_status begin_copying(struct copying *copying, const struct sb_backup *backup,
                                    struct sb_err *err)
{
    *copying = (struct copying){.backup = backup, .bytes = malloc(PIECE), .other = malloc(PIECE)};
    if (!copying->bytes || !copying->other)
        return no_memory(err);
    return sb_journal_reader_open(backup->os, backup->from, false, &copying->reader, err);
}

static void end_copying(struct copying *copying)
{
    sb_journal_reader_close(copying->reader);
    free(copying->bytes);
    free(copying->other);
}

/* ------------------------------------------------------------------ into a backup folder */

static bool is_there(const struct sb_os *os, const char *dir, const char *name)
{
    SB_CLEANUP(sb_free_ptr) char *path = path_of(dir, name, "");
    struct sb_file *file;
    if (!path || os->open(os->context, path, SB_OPEN_READ, &file, NULL) != SB_OK)
        return false;
    os->close(os->context, file);
    return true;
}

/* Somebody opened the backup for writing: what was added there must not be written over. */
static enum sb_status check_tail(const struct sb_backup *backup, const struct sb_backup_end *known,
                                 struct sb_journal_reader *journal, struct sb_err *err)
{
    struct sb_journal_reader *reader;
    if (sb_journal_reader_open(backup->os, backup->to, false, &reader, NULL) != SB_OK)
        return SB_OK; /* damaged: it is copied anew */
    bool readable =
        sb_journal_reader_seek(reader, &known->mark, NULL) == SB_OK && read_on(reader, NULL) == SB_OK;
    struct sb_backup_end end = end_of(reader);
    sb_journal_reader_close(reader);
    if (!readable || same_mark(&end.mark, &known->mark) ||
        sb_journal_reader_seek(journal, &end.mark, NULL) == SB_OK)
        return SB_OK;
    return sb_fail(err, SB_MISMATCH, "'%s' was written to since its backup: it has records that '%s' has not",
                   "'%s' đã bị ghi thêm sau lần sao lưu: nó có bản ghi mà '%s' không có", backup->to,
                   backup->from);
}

/* That the folder is a backup of this very journal, and not ahead of it. */
static enum sb_status check_known(const struct sb_backup *backup, const struct sb_backup_end *known,
                                  struct sb_err *err)
{
    struct sb_journal_reader *journal;
    enum sb_status status = sb_journal_reader_open(backup->os, backup->from, false, &journal, err);
    if (status != SB_OK)
        return status;
    if (!sb_id_equal(sb_journal_reader_info(journal)->journal_id, known->journal_id))
        status = sb_fail(err, SB_MISMATCH, "'%s' is a backup of another journal than '%s'",
                         "'%s' là bản sao lưu của nhật ký khác '%s'", backup->to, backup->from);
    else if (sb_journal_reader_seek(journal, &known->mark, NULL) != SB_OK)
        status = sb_fail(
            err, SB_MISMATCH,
            "'%s' has record %llu, behind event %llu, and '%s' has not: it lost its end, or is damaged there",
            "'%s' có bản ghi %llu, sau sự kiện %llu, còn '%s' thì không: nó mất phần cuối, hoặc hỏng ở đó",
            backup->to, (unsigned long long)known->mark.number, (unsigned long long)known->mark.sequence,
            backup->from);
    else
        status = check_tail(backup, known, journal, err);
    sb_journal_reader_close(journal);
    return status;
}

/* What is in the folder already. */
static enum sb_status check_folder(const struct sb_backup *backup, struct sb_err *err)
{
    const struct sb_os *os = backup->os;
    struct sb_backup_end known;
    struct sb_err cause = {0};
    uint64_t *numbers = NULL;
    size_t count = 0;
    enum sb_status status = read_manifest(os, backup->to, &known, &cause);
    if (status == SB_OK)
        return check_known(backup, &known, err);
    if (status != SB_NOT_FOUND) {
        if (err)
            *err = cause;
        return status;
    }
    status = sb_segment_list(os, backup->to, &numbers, &count, err);
    free(numbers);
    if (status == SB_OK && count > 0 && !is_there(os, backup->to, UNFINISHED))
        return sb_fail(err, SB_EXISTS, "'%s' holds a journal that is no backup",
                       "'%s' chứa một nhật ký không phải bản sao lưu", backup->to);
    return status == SB_OK ? write_file(os, backup->to, UNFINISHED, "", 0, err) : status;
}

static enum sb_status make_locked(const struct sb_backup *backup, struct copying *copying, struct sb_err *err)
{
    enum sb_status status = check_folder(backup, err);
    if (status == SB_OK)
        status = begin_copying(copying, backup, err);
    if (status == SB_OK)
        status = copy_all(copying, 0, err);
    if (status != SB_OK)
        return status;
    copying->counts.end = end_of(copying->reader);
    if (copying->counts.end.mark.number == 0)
        return sb_fail(err, SB_INVALID, "the journal in '%s' is empty", "nhật ký trong '%s' trống",
                       backup->from);
    status = check_copy(backup->os, backup->to, &copying->counts.end.mark, err);
    if (status == SB_OK)
        status = write_manifest(backup, &copying->counts.end, err);
    return status == SB_OK ? remove_file(backup->os, backup->to, UNFINISHED, err) : status;
}

/* Its name is made durable also when it is there: an earlier attempt may have failed to. */
static enum sb_status make_dir(const struct sb_os *os, const char *dir, struct sb_err *err)
{
    struct sb_err cause = {0};
    enum sb_status status = os->make_dir(os->context, dir, &cause);
    if (status == SB_OK || status == SB_EXISTS)
        return sb_os_sync_parent(os, dir, err);
    if (err)
        *err = cause;
    return status;
}

enum sb_status sb_backup_make(const struct sb_backup *backup, struct sb_backup_counts *ret_counts,
                              struct sb_err *err)
{
    const struct sb_os *os = backup->os;
    struct copying copying = {0};
    struct sb_file *lock = NULL;
    struct sb_journal_reader *reader;
    /* Nothing is made for a journal that is not there. */
    enum sb_status status = sb_journal_reader_open(os, backup->from, false, &reader, err);
    if (status != SB_OK)
        return status;
    sb_journal_reader_close(reader);
    status = make_dir(os, backup->to, err);
    if (status == SB_OK)
        status = sb_segment_lock_dir(os, backup->to, &lock, err);
    if (status == SB_OK)
        status = make_locked(backup, &copying, err);
    if (lock)
        os->close(os->context, lock);
    if (status == SB_OK)
        *ret_counts = copying.counts;
    end_copying(&copying);
    return status;
}

/* ------------------------------------------------------------------ out of one */

static bool is_of_restore(const char *name)
{
    size_t size = strlen(name);
    return strcmp(name, SB_LOCK_NAME) == 0 || (size > 8 && strcmp(name + size - 8, SB_SEGMENT_SUFFIX) == 0) ||
           (size > 16 && strcmp(name + size - 16, SB_SEGMENT_SUFFIX PARTIAL) == 0);
}

enum sb_status sb_backup_remove(const struct sb_os *os, const char *dir, struct sb_err *err)
{
    SB_CLEANUP(sb_free_ptr) char *names = NULL;
    enum sb_status status = os->list(os->context, dir, &names, err);
    for (const char *name = names; status == SB_OK && *name; name += strlen(name) + 1) {
        if (!is_of_restore(name))
            return sb_fail(err, SB_EXISTS, "'%s' holds '%s', which is no part of a restore",
                           "'%s' chứa '%s', không phải của một lần khôi phục", dir, name);
    }
    for (const char *name = names; status == SB_OK && *name; name += strlen(name) + 1)
        status = remove_file(os, dir, name, err);
    return status == SB_OK ? os->remove(os->context, dir, err) : status;
}

static enum sb_status copy_out(const struct sb_backup *backup, struct copying *copying,
                               const struct sb_backup_end *known, struct sb_err *err)
{
    enum sb_status status = begin_copying(copying, backup, err);
    if (status == SB_OK)
        status = copy_all(copying, known->mark.number, err);
    if (status != SB_OK)
        return status;
    copying->counts.end = end_of(copying->reader);
    if (!sb_id_equal(copying->counts.end.journal_id, known->journal_id))
        return sb_fail(err, SB_DAMAGED, "the backup in '%s' is not of the journal that its manifest names",
                       "bản sao lưu trong '%s' không phải của nhật ký mà bản kê nêu", backup->from);
    if (!same_mark(&copying->counts.end.mark, &known->mark))
        return sb_fail(
            err, SB_DAMAGED, "the backup in '%s' ends at record %llu, its manifest names record %llu",
            "bản sao lưu trong '%s' kết thúc ở bản ghi %llu, bản kê nêu bản ghi %llu", backup->from,
            (unsigned long long)copying->counts.end.mark.number, (unsigned long long)known->mark.number);
    return check_copy(backup->os, backup->to, &known->mark, err);
}

enum sb_status sb_backup_restore(const struct sb_backup *backup, struct sb_backup_counts *ret_counts,
                                 struct sb_err *err)
{
    const struct sb_os *os = backup->os;
    struct sb_backup_end known;
    struct copying copying = {0};
    struct sb_err cause = {0};
    enum sb_status status = read_manifest(os, backup->from, &known, &cause);
    if (status == SB_NOT_FOUND)
        return sb_fail(err, SB_NOT_FOUND, "'%s' is no finished backup: it has no manifest",
                       "'%s' không phải bản sao lưu hoàn chỉnh: không có bản kê", backup->from);
    if (status == SB_OK)
        status = os->make_dir(os->context, backup->to, &cause);
    if (status != SB_OK) {
        if (err)
            *err = cause;
        return status;
    }
    status = copy_out(backup, &copying, &known, err);
    if (status == SB_OK)
        *ret_counts = copying.counts;
    else if (sb_backup_remove(os, backup->to, NULL) != SB_OK)
        (void)sb_fail_in(err, "'%s' stays, half restored", "'%s' còn lại, khôi phục dở dang", backup->to);
    end_copying(&copying);
    return status;
}
