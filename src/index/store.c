/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Nothing is ever written through RocksDB's log and memory table: a batch of rows is sorted here, written as
 * one file and taken in. The mark is one of its rows, so the taking in is the commit.
 *
 *     key                                        value
 *     letter of the kind, hash (8), sequence (8)  none
 *     'c', sequence (8)                           1: a charter that was installed; 0: a name, or another
 *     'm'                                         the mark
 *     'r', sequence (8) of a chunk's first event  segment (8), offset (4), index (2), events of the record
 *                                                 (2), then a digest (8) for each event of the chunk
 *
 * Numbers in keys are big-endian, so that they sort as numbers; in values little-endian. The letters sort as
 * the kinds are written: a c d i l m p r.
 */
#include "index/store.h"

#include "base/bytes.h"
#include "base/macros.h"

#include <rocksdb/c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_SIZE  (32u * 1024 * 1024)
#define BLOCK_SIZE  (4u * 1024)
#define FILE_SIZE   (UINT64_C(128) * 1024 * 1024) /* of a file that compaction writes */
#define LEVEL_SIZE  (UINT64_C(512) * 1024 * 1024) /* of the first sorted level */
#define BATCH_FILES 8                             /* batches that lie unmerged before they are merged */

#define ROW_KEY_SIZE   17u
#define SHORT_KEY_SIZE 9u
#define CHUNK_HEAD     16u
#define MARK_SIZE      156u

static const char letters[SB_ROW_KINDS] = {
    [SB_ROW_ACCOUNT] = 'a', [SB_ROW_DEPENDS] = 'd', [SB_ROW_ID] = 'i',
    [SB_ROW_LIFE] = 'l',    [SB_ROW_PERSON] = 'p',
};

struct sb_store {
    char *batch_path; /* owned; the file of a batch on its way in */
    rocksdb_t *db;
    rocksdb_options_t *options;
    rocksdb_block_based_table_options_t *table;
    rocksdb_cache_t *cache;
    rocksdb_readoptions_t *read;
    rocksdb_env_t *env;
    rocksdb_envoptions_t *env_options;
};

struct sb_cursor {
    rocksdb_iterator_t *iterator;
    char key[ROW_KEY_SIZE]; /* of what was found last */
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory for the index", "hết bộ nhớ cho chỉ mục");
}

/* What RocksDB says; frees it. */
static enum sb_status say(char *text, enum sb_status status, struct sb_err *err)
{
    if (strstr(text, "No space left"))
        status = SB_NOSPACE;
    (void)sb_fail(err, status, "the index on disk: %s", "chỉ mục trên đĩa: %s", text);
    rocksdb_free(text);
    return status;
}

static void put_big(char *bytes, uint64_t value)
{
    sb_put_u64(bytes, __builtin_bswap64(value));
}

static uint64_t get_big(const char *bytes)
{
    return __builtin_bswap64(sb_get_u64(bytes));
}

static void row_key(char key[ROW_KEY_SIZE], char letter, uint64_t hash, uint64_t sequence)
{
    key[0] = letter;
    put_big(key + 1, hash);
    put_big(key + 9, sequence);
}

static void short_key(char key[SHORT_KEY_SIZE], char letter, uint64_t sequence)
{
    key[0] = letter;
    put_big(key + 1, sequence);
}

/* ------------------------------------------------------------------ opening */

static void set_options(struct sb_store *store)
{
    store->cache = rocksdb_cache_create_lru(CACHE_SIZE);
    store->table = rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_block_cache(store->table, store->cache);
    rocksdb_block_based_options_set_block_size(store->table, BLOCK_SIZE);
    rocksdb_block_based_options_set_format_version(store->table, 5);
    /* Even the index blocks of the files live in the cache: memory does not grow with the history. */
    rocksdb_block_based_options_set_index_type(store->table,
                                               rocksdb_block_based_table_index_type_two_level_index_search);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks(store->table, 1);
    rocksdb_block_based_options_set_pin_top_level_index_and_filter(store->table, 1);

    store->env = rocksdb_create_default_env();
    store->env_options = rocksdb_envoptions_create();
    store->options = rocksdb_options_create();
    rocksdb_options_set_env(store->options, store->env);
    rocksdb_options_set_block_based_table_factory(store->options, store->table);
    rocksdb_options_set_compression(store->options, rocksdb_no_compression); /* hashes do not shrink */
    rocksdb_options_set_target_file_size_base(store->options, FILE_SIZE);
    rocksdb_options_set_max_bytes_for_level_base(store->options, LEVEL_SIZE);
    rocksdb_options_set_level0_file_num_compaction_trigger(store->options, BATCH_FILES);
    rocksdb_options_set_max_background_jobs(store->options, 2);
    rocksdb_options_set_write_buffer_size(store->options, 64 * 1024); /* never written to */
    rocksdb_options_set_info_log_level(store->options, 3);            /* errors */
    rocksdb_options_set_keep_log_file_num(store->options, 1);
    rocksdb_options_set_stats_dump_period_sec(store->options, 0);
    rocksdb_options_set_stats_persist_period_sec(store->options, 0);
    rocksdb_options_set_skip_stats_update_on_db_open(store->options, 1);
    /* Merging gives way to those who judge and write. */
    rocksdb_env_lower_thread_pool_cpu_priority(store->env);

    store->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_verify_checksums(store->read, 1);
}

enum sb_status sb_store_open(const char *dir, bool write, struct sb_store **ret_store, struct sb_err *err)
{
    struct sb_store *store = calloc(1, sizeof(*store));
    if (!store)
        return no_memory(err);
    size_t size = strlen(dir) + sizeof(".batch");
    store->batch_path = malloc(size);
    if (!store->batch_path) {
        sb_store_close(store);
        return no_memory(err);
    }
    (void)snprintf(store->batch_path, size, "%s.batch", dir);
    set_options(store);
    rocksdb_options_set_create_if_missing(store->options, write);
    char *text = NULL;
    if (write)
        store->db = rocksdb_open(store->options, dir, &text);
    else
        store->db = rocksdb_open_for_read_only(store->options, dir, 0, &text);
    if (text) {
        store->db = NULL;
        sb_store_close(store);
        return say(text, SB_DAMAGED, err);
    }
    *ret_store = store;
    return SB_OK;
}

void sb_store_close(struct sb_store *store)
{
    if (!store)
        return;
    if (store->db)
        rocksdb_close(store->db);
    if (store->options) {
        rocksdb_readoptions_destroy(store->read);
        rocksdb_options_destroy(store->options);
        rocksdb_block_based_options_destroy(store->table);
        rocksdb_cache_destroy(store->cache);
        rocksdb_envoptions_destroy(store->env_options);
        rocksdb_env_destroy(store->env);
    }
    free(store->batch_path);
    free(store);
}

void sb_store_destroy(const char *dir)
{
    rocksdb_options_t *options = rocksdb_options_create();
    char *text = NULL;
    rocksdb_destroy_db(options, dir, &text);
    if (text) /* what stays is refused or written over by the next opening */
        rocksdb_free(text);
    rocksdb_options_destroy(options);
}

/* ------------------------------------------------------------------ the mark */

static void put_id(char *bytes, struct sb_id id)
{
    sb_put_u64(bytes, id.lo);
    sb_put_u64(bytes + 8, id.hi);
}

static struct sb_id get_id(const char *bytes)
{
    return (struct sb_id){sb_get_u64(bytes), sb_get_u64(bytes + 8)};
}

static void encode_mark(const struct sb_store_mark *mark, char bytes[MARK_SIZE])
{
    const struct sb_journal_position *position = &mark->position;
    const uint64_t numbers[] = {
        position->segment,        position->offset,   position->number,   position->sequence,
        (uint64_t)position->time, mark->key.words[0], mark->key.words[1], mark->last_segment,
        mark->last_offset,        mark->ids,
    };
    memset(bytes, 0, MARK_SIZE);
    sb_put_u32(bytes, SB_INDEX_FORMAT);
    put_id(bytes + 4, mark->journal_id);
    put_id(bytes + 20, mark->max);
    for (size_t i = 0; i < SB_ARRAY_SIZE(numbers); i++)
        sb_put_u64(bytes + 36 + 8 * i, numbers[i]);
    memcpy(bytes + 116, position->hash, SB_HASH_SIZE);
    sb_put_u64(bytes + 148, sb_digest_bytes(1, bytes, 148));
}

static void decode_mark(const char bytes[MARK_SIZE], struct sb_store_mark *mark)
{
    uint64_t numbers[10];
    for (size_t i = 0; i < SB_ARRAY_SIZE(numbers); i++)
        numbers[i] = sb_get_u64(bytes + 36 + 8 * i);
    *mark = (struct sb_store_mark){
        .journal_id = get_id(bytes + 4),
        .max = get_id(bytes + 20),
        .position = {.segment = numbers[0],
                     .offset = numbers[1],
                     .number = numbers[2],
                     .sequence = numbers[3],
                     .time = (sb_time_us)numbers[4]},
        .key = {{numbers[5], numbers[6]}},
        .last_segment = numbers[7],
        .last_offset = numbers[8],
        .ids = numbers[9],
    };
    memcpy(mark->position.hash, bytes + 116, SB_HASH_SIZE);
}

enum sb_status sb_store_mark(const struct sb_store *store, struct sb_store_mark *ret_mark, struct sb_err *err)
{
    char *text = NULL;
    size_t size = 0;
    char *bytes = rocksdb_get(store->db, store->read, "m", 1, &size, &text);
    if (text)
        return say(text, SB_DAMAGED, err);
    if (!bytes)
        return sb_fail(err, SB_NOT_FOUND, "the index is empty", "chỉ mục trống");
    enum sb_status status = SB_OK;
    if (size >= 4 && sb_get_u32(bytes) != SB_INDEX_FORMAT)
        status = sb_fail(err, SB_VERSION, "the index has format %u, expected %u",
                         "chỉ mục có định dạng %u, cần %u", sb_get_u32(bytes), SB_INDEX_FORMAT);
    else if (size != MARK_SIZE || sb_get_u64(bytes + 148) != sb_digest_bytes(1, bytes, 148))
        status = sb_fail(err, SB_DAMAGED, "the index's mark is damaged", "dấu mốc của chỉ mục bị hỏng");
    else
        decode_mark(bytes, ret_mark);
    rocksdb_free(bytes);
    return status;
}

/* ------------------------------------------------------------------ taking in */

struct adding {
    rocksdb_sstfilewriter_t *writer;
    char *text; /* the first failure */
};

static void put(struct adding *adding, const char *key, size_t key_size, const char *value, size_t value_size)
{
    if (!adding->text)
        rocksdb_sstfilewriter_put(adding->writer, key, key_size, value, value_size, &adding->text);
}

static void put_list(struct adding *adding, const struct sb_rows *rows, enum sb_row_kind kind)
{
    const struct sb_row_list *list = &rows->lists[kind];
    char key[ROW_KEY_SIZE];
    for (size_t i = 0; i < list->count && !adding->text; i++) {
        const struct sb_index_row *row = &list->rows[i];
        bool again = i > 0 && row[-1].hash == row->hash && row[-1].sequence == row->sequence;
        row_key(key, letters[kind], row->hash, row->sequence);
        if (!again) /* payer and agent may be one account */
            put(adding, key, sizeof(key), "", 0);
    }
}

static void put_laws(struct adding *adding, const struct sb_rows *rows)
{
    char key[SHORT_KEY_SIZE];
    for (size_t i = 0; i < rows->law_count; i++) {
        char value = rows->laws[i].installs ? 1 : 0;
        short_key(key, 'c', rows->laws[i].sequence);
        put(adding, key, sizeof(key), &value, 1);
    }
}

static void put_chunks(struct adding *adding, const struct sb_rows *rows)
{
    char key[SHORT_KEY_SIZE], value[CHUNK_HEAD + SB_CHUNK_EVENTS * 8];
    for (size_t i = 0; i < rows->chunk_count; i++) {
        const struct sb_chunk *chunk = &rows->chunks[i];
        short_key(key, 'r', chunk->first);
        sb_put_u64(value, chunk->segment);
        sb_put_u32(value + 8, (uint32_t)chunk->offset);
        sb_put_u16(value + 12, (uint16_t)chunk->index);
        sb_put_u16(value + 14, (uint16_t)chunk->record);
        memcpy(value + CHUNK_HEAD, &rows->digests[chunk->first - rows->first], chunk->events * 8);
        put(adding, key, sizeof(key), value, CHUNK_HEAD + chunk->events * 8);
    }
}

static void put_all(struct adding *adding, const struct sb_rows *rows, const struct sb_store_mark *mark)
{
    char bytes[MARK_SIZE];
    encode_mark(mark, bytes);
    put_list(adding, rows, SB_ROW_ACCOUNT);
    put_laws(adding, rows);
    put_list(adding, rows, SB_ROW_DEPENDS);
    put_list(adding, rows, SB_ROW_ID);
    put_list(adding, rows, SB_ROW_LIFE);
    put(adding, "m", 1, bytes, sizeof(bytes));
    put_list(adding, rows, SB_ROW_PERSON);
    put_chunks(adding, rows);
}

enum sb_status sb_store_add(struct sb_store *store, const struct sb_rows *rows,
                            const struct sb_store_mark *mark, struct sb_err *err)
{
    (void)remove(store->batch_path); /* of an earlier attempt */
    struct adding adding = {.writer = rocksdb_sstfilewriter_create(store->env_options, store->options)};
    rocksdb_sstfilewriter_open(adding.writer, store->batch_path, &adding.text);
    put_all(&adding, rows, mark);
    if (!adding.text)
        rocksdb_sstfilewriter_finish(adding.writer, &adding.text);
    rocksdb_sstfilewriter_destroy(adding.writer);
    if (!adding.text) {
        const char *const paths[] = {store->batch_path};
        rocksdb_ingestexternalfileoptions_t *options = rocksdb_ingestexternalfileoptions_create();
        rocksdb_ingestexternalfileoptions_set_move_files(options, 1);
        rocksdb_ingest_external_file(store->db, paths, 1, options, &adding.text);
        rocksdb_ingestexternalfileoptions_destroy(options);
    }
    (void)remove(store->batch_path);
    return adding.text ? say(adding.text, SB_IO, err) : SB_OK;
}

/* ------------------------------------------------------------------ reading */

enum sb_status sb_cursor_new(struct sb_store *store, struct sb_cursor **ret_cursor, struct sb_err *err)
{
    struct sb_cursor *cursor = calloc(1, sizeof(*cursor));
    if (!cursor)
        return no_memory(err);
    cursor->iterator = rocksdb_create_iterator(store->db, store->read);
    *ret_cursor = cursor;
    return SB_OK;
}

void sb_cursor_free(struct sb_cursor *cursor)
{
    if (!cursor)
        return;
    rocksdb_iter_destroy(cursor->iterator);
    free(cursor);
}

static enum sb_status check(struct sb_cursor *cursor, struct sb_err *err)
{
    char *text = NULL;
    rocksdb_iter_get_error(cursor->iterator, &text);
    return text ? say(text, SB_DAMAGED, err) : SB_OK;
}

/* The key under the iterator, when it has this size and begins like that. */
static const char *key_here(const struct sb_cursor *cursor, const char *begin, size_t begin_size, size_t size)
{
    size_t there;
    if (!rocksdb_iter_valid(cursor->iterator))
        return NULL;
    const char *key = rocksdb_iter_key(cursor->iterator, &there);
    return there == size && memcmp(key, begin, begin_size) == 0 ? key : NULL;
}

/* The row under the iterator, when it is of the kind and hash that the cursor's key has. */
static enum sb_status take_row(struct sb_cursor *cursor, uint64_t *ret_sequence, bool *ret_found,
                               struct sb_err *err)
{
    enum sb_status status = check(cursor, err);
    const char *key = key_here(cursor, cursor->key, 9, ROW_KEY_SIZE);
    *ret_found = status == SB_OK && key != NULL;
    if (*ret_found)
        *ret_sequence = get_big(key + 9);
    return status;
}

enum sb_status sb_cursor_find(struct sb_cursor *cursor, enum sb_row_kind kind, uint64_t hash, uint64_t from,
                              uint64_t *ret_sequence, bool *ret_found, struct sb_err *err)
{
    row_key(cursor->key, letters[kind], hash, from);
    rocksdb_iter_seek(cursor->iterator, cursor->key, ROW_KEY_SIZE);
    return take_row(cursor, ret_sequence, ret_found, err);
}

enum sb_status sb_cursor_next(struct sb_cursor *cursor, uint64_t *ret_sequence, bool *ret_found,
                              struct sb_err *err)
{
    rocksdb_iter_next(cursor->iterator);
    return take_row(cursor, ret_sequence, ret_found, err);
}

enum sb_status sb_cursor_part(struct sb_cursor *cursor, uint32_t part, sb_hash_fn *each, void *context,
                              struct sb_err *err)
{
    char from[ROW_KEY_SIZE];
    row_key(from, letters[SB_ROW_ID], (uint64_t)part << 54, 0);
    for (rocksdb_iter_seek(cursor->iterator, from, sizeof(from));; rocksdb_iter_next(cursor->iterator)) {
        const char *key = key_here(cursor, from, 1, ROW_KEY_SIZE);
        if (!key || get_big(key + 1) >> 54 != part)
            return check(cursor, err);
        each(context, get_big(key + 1));
    }
}

enum sb_status sb_cursor_place(struct sb_cursor *cursor, uint64_t sequence, struct sb_chunk *ret_chunk,
                               uint64_t *ret_digest, struct sb_err *err)
{
    char wanted[SHORT_KEY_SIZE];
    short_key(wanted, 'r', sequence);
    rocksdb_iter_seek_for_prev(cursor->iterator, wanted, sizeof(wanted));
    enum sb_status status = check(cursor, err);
    if (status != SB_OK)
        return status;
    const char *key = key_here(cursor, wanted, 1, sizeof(wanted));
    size_t size = 0;
    const char *value = key ? rocksdb_iter_value(cursor->iterator, &size) : NULL;
    uint64_t first = key ? get_big(key + 1) : 0;
    uint64_t events = size > CHUNK_HEAD ? (size - CHUNK_HEAD) / 8 : 0;
    if (!value || events > SB_CHUNK_EVENTS || sequence - first >= events)
        return sb_fail(err, SB_DAMAGED, "the index has no place for sequence %llu",
                       "chỉ mục không có vị trí của số thứ tự %llu", (unsigned long long)sequence);
    *ret_chunk = (struct sb_chunk){
        .first = first,
        .segment = sb_get_u64(value),
        .offset = sb_get_u32(value + 8),
        .index = sb_get_u16(value + 12),
        .record = sb_get_u16(value + 14),
        .events = (uint32_t)events,
    };
    *ret_digest = sb_get_u64(value + CHUNK_HEAD + 8 * (sequence - first));
    return SB_OK;
}

enum sb_status sb_cursor_law(struct sb_cursor *cursor, uint64_t from, struct sb_law_row *ret_law,
                             bool *ret_found, struct sb_err *err)
{
    char wanted[SHORT_KEY_SIZE];
    short_key(wanted, 'c', from);
    rocksdb_iter_seek(cursor->iterator, wanted, sizeof(wanted));
    enum sb_status status = check(cursor, err);
    const char *key = key_here(cursor, wanted, 1, sizeof(wanted));
    size_t size = 0;
    const char *value = key ? rocksdb_iter_value(cursor->iterator, &size) : NULL;
    *ret_found = status == SB_OK && value != NULL;
    if (*ret_found)
        *ret_law = (struct sb_law_row){get_big(key + 1), size == 1 && value[0] == 1};
    return status;
}

enum sb_status sb_store_check(struct sb_store *store, struct sb_err *err)
{
    struct sb_cursor *cursor = NULL;
    enum sb_status status = sb_cursor_new(store, &cursor, err);
    if (status != SB_OK)
        return status;
    rocksdb_iter_seek_to_first(cursor->iterator);
    while (rocksdb_iter_valid(cursor->iterator))
        rocksdb_iter_next(cursor->iterator);
    status = check(cursor, err);
    sb_cursor_free(cursor);
    return status;
}

struct sb_store_sizes sb_store_sizes(const struct sb_store *store)
{
    struct sb_store_sizes sizes = {.memory = rocksdb_cache_get_usage(store->cache)};
    const rocksdb_livefiles_t *files = rocksdb_livefiles(store->db);
    int count = rocksdb_livefiles_count(files);
    sizes.files = (uint64_t)count;
    for (int i = 0; i < count; i++)
        sizes.bytes += rocksdb_livefiles_size(files, i);
    rocksdb_livefiles_destroy(files);
    uint64_t readers = 0;
    if (rocksdb_property_int(store->db, "rocksdb.estimate-table-readers-mem", &readers) == 0)
        sizes.memory += readers;
    return sizes;
}
