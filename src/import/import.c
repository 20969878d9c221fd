/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three steps. Read: rows of all files become records, sorted by time in bounded memory. Match: when there
 * are refunds without an original, or opening balances to be found, the sorted records are laid down once
 * more and walked through for each. Write: accounts at their first appearance, then the events.
 */
#include "import/import.h"

#include "base/macros.h"
#include "base/str.h"
#include "import/accounts.h"
#include "import/refunds.h"
#include "import/sorter.h"
#include "os/os.h"

#include <csv.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ORDER_FILE_SHIFT 40 /* rows of one file: 2^40 */

struct import {
    const struct sb_import_options *options;
    struct sb_map *map;
    struct sb_import_totals totals;
    struct sb_err *err;
    struct sb_symbols *symbols;   /* owned */
    struct sb_row_reader *reader; /* owned */
    struct sb_sorter *sorter;     /* owned; struct sb_import_row */
    struct sb_refunds *refunds;   /* owned */
    struct sb_import_accounts accounts;
    bool refunds_seek; /* some refund names no original */

    /* The file that is being read. */
    FILE *file;
    const char *path;
    uint32_t file_number;
    bool is_accounts, has_header;
    uint64_t file_row; /* rows of it so far */
    uint32_t width;    /* fields of its header; 0: not known yet */
    char *header;      /* owned; its header's fields, to know it again */
    size_t header_size;
    uint64_t bytes_before, bytes_all;
    uint64_t calls;

    /* Writing. */
    struct sb_event_writer *writer;  /* owned */
    uint16_t *codes[SB_SPACE_COUNT]; /* owned; the writer's code by the reader's */
    uint16_t unit;
    uint16_t opening_kind;
    FILE *spool, *matches; /* owned; sorted records; struct sb_refund_match */
    uint64_t position;     /* records of the spool handed out */
};

/* ------------------------------------------------------------------ rejects */

static void put_csv(FILE *file, const char *text)
{
    (void)csv_fwrite(file, text, strlen(text)); /* errors are asked for once, at the end */
}

static void put_reject(struct import *im, const char *path, uint64_t line, enum sb_reject why,
                       const char *detail)
{
    FILE *file = im->options->rejects;
    char text[SB_ERR_TEXT_SIZE];
    put_csv(file, path);
    fprintf(file, ",%" PRIu64, line);
    for (int lang = 0; lang < 2; lang++) {
        const char *said = sb_reject_text(why, (enum sb_lang)lang);
        if (detail[0] != '\0')
            (void)snprintf(text, sizeof(text), "%s: '%.80s'", said, detail); /* fits */
        fputc(',', file);
        put_csv(file, detail[0] != '\0' ? text : said);
    }
    fputc('\n', file);
}

static void reject_row(struct import *im, uint64_t line, enum sb_reject why, const char *detail)
{
    if (im->is_accounts) {
        im->totals.account_rejects++;
    } else {
        im->totals.rejected++;
        im->totals.reasons[why]++;
    }
    put_reject(im, im->path, line, why, detail);
}

/* ------------------------------------------------------------------ read */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_blank(const struct sb_row *row)
{
    for (uint32_t i = 0; i < row->count; i++)
        if (row->fields[i].size > 0)
            return false;
    return true;
}

/* A row's fields as one text, to compare rows with the header. */
static void flatten(const struct sb_row *row, struct sb_str *out)
{
    for (uint32_t i = 0; i < row->count; i++) {
        sb_str_add_bytes(out, row->fields[i].text, row->fields[i].size);
        sb_str_add_bytes(out, "\x1F", 1);
    }
}

static enum sb_status take_header(struct import *im, const struct sb_row *row)
{
    struct sb_str text = {0};
    flatten(row, &text);
    if (text.failed) {
        sb_str_release(&text);
        return sb_fail(im->err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    free(im->header);
    im->header = text.text;
    im->header_size = text.size;
    im->width = row->count;
    im->totals.headers += !im->is_accounts;
    enum sb_status status = sb_map_bind(im->map, im->is_accounts, row->fields, row->count, im->err);
    if (status != SB_OK && im->err)
        (void)sb_fail_in(im->err, "'%s'", "'%s'", im->path);
    return status;
}

static bool is_header_again(const struct import *im, const struct sb_row *row)
{
    if (!im->header || row->count != im->width)
        return false;
    const char *at = im->header;
    for (uint32_t i = 0; i < row->count; i++) {
        if (strncmp(at, row->fields[i].text, row->fields[i].size) != 0 || at[row->fields[i].size] != '\x1F')
            return false;
        at += row->fields[i].size + 1;
    }
    return true;
}

/* True when the row has the fields of the header; empty ones too many do no harm. */
static bool fits_width(struct import *im, const struct sb_row *row)
{
    static const enum sb_reject problems[] = {[SB_ROW_FIELD_LONG] = SB_REJECT_LONG,
                                              [SB_ROW_FIELDS_MANY] = SB_REJECT_MANY,
                                              [SB_ROW_QUOTE_OPEN] = SB_REJECT_QUOTE};
    char detail[64] = "";
    bool many = false;
    if (row->problem != SB_ROW_SOUND) {
        reject_row(im, row->line, problems[row->problem], "");
        return false;
    }
    for (uint32_t i = im->width; i < row->count; i++)
        many = many || row->fields[i].size > 0;
    if (row->count >= im->width && !many)
        return true;
    (void)snprintf(detail, sizeof(detail), "%u, %u", row->count, im->width); /* fits */
    reject_row(im, row->line, many ? SB_REJECT_MANY : SB_REJECT_FEW, detail);
    return false;
}

/* Remember an account at its first mention, with what the row says of it. */
static enum sb_row_outcome mention(struct import *im, const struct sb_row *row, struct sb_id id,
                                   enum sb_map_side side, enum sb_status *ret_status)
{
    struct sb_account_facts facts;
    if (sb_id_is_none(id) || sb_import_account_find(&im->accounts, id))
        return SB_ROW_TAKEN;
    enum sb_row_outcome outcome = sb_row_facts(im->reader, row, side, &facts);
    if (outcome == SB_ROW_TAKEN && !sb_import_account_add(&im->accounts, id, &facts))
        *ret_status = sb_fail(im->err, SB_NOMEM, "out of memory for accounts", "hết bộ nhớ cho tài khoản");
    return outcome;
}

static enum sb_row_outcome mention_all(struct import *im, const struct sb_row *row,
                                       const struct sb_import_row *record, enum sb_status *ret_status)
{
    const struct sb_event *event = &record->event;
    enum sb_map_side payer = record->swapped ? SB_MAP_PAYEE_SIDE : SB_MAP_PAYER_SIDE;
    enum sb_map_side payee = record->swapped ? SB_MAP_PAYER_SIDE : SB_MAP_PAYEE_SIDE;
    enum sb_row_outcome outcome = mention(im, row, event->payer, payer, ret_status);
    if (outcome == SB_ROW_TAKEN)
        outcome = mention(im, row, event->payee, payee, ret_status);
    if (outcome == SB_ROW_TAKEN)
        outcome = mention(im, row, event->agent, SB_MAP_AGENT_SIDE, ret_status);
    return outcome;
}

static enum sb_status take_row(struct import *im, const struct sb_row *row)
{
    struct sb_import_row record;
    enum sb_status status = SB_OK;
    enum sb_row_outcome outcome = sb_row_convert(im->reader, row, &record);
    if (outcome == SB_ROW_TAKEN)
        outcome = mention_all(im, row, &record, &status);
    if (status != SB_OK)
        return status;
    if (outcome == SB_ROW_REJECTED)
        reject_row(im, row->line, im->reader->reject, im->reader->detail);
    im->totals.skipped += outcome == SB_ROW_SKIPPED;
    if (outcome != SB_ROW_TAKEN)
        return SB_OK;
    uint64_t last = (UINT64_C(1) << ORDER_FILE_SHIFT) - 1;
    record.file = (uint16_t)im->file_number;
    record.order = ((uint64_t)im->file_number << ORDER_FILE_SHIFT) |
                   (im->map->newest_first ? last - im->file_row : im->file_row);
    if (record.refund && sb_id_is_none(record.event.other)) {
        im->refunds_seek = true;
        sb_refunds_expect(im->refunds, record.event.payer, record.event.payee);
    }
    return sb_sorter_add(im->sorter, &record, im->err);
}

static enum sb_status take_account(struct import *im, const struct sb_row *row)
{
    struct sb_account_facts facts;
    struct sb_id id;
    sb_amount balance;
    enum sb_row_outcome outcome = sb_row_account(im->reader, row, &id, &balance, &facts);
    if (outcome == SB_ROW_TAKEN && sb_import_account_find(&im->accounts, id)) {
        im->reader->reject = SB_REJECT_ACCOUNT;
        im->reader->detail[0] = '\0';
        outcome = SB_ROW_REJECTED;
    }
    if (outcome == SB_ROW_REJECTED)
        reject_row(im, row->line, im->reader->reject, im->reader->detail);
    if (outcome != SB_ROW_TAKEN)
        return SB_OK;
    struct sb_import_account *account = sb_import_account_add(&im->accounts, id, &facts);
    if (!account)
        return sb_fail(im->err, SB_NOMEM, "out of memory for accounts", "hết bộ nhớ cho tài khoản");
    account->listed = true;
    account->opening = balance;
    return SB_OK;
}

static bool go_on(struct import *im)
{
    if (!im->options->progress || ++im->calls % 4096 != 0)
        return true;
    long at = im->file ? ftell(im->file) : 0;
    return im->options->progress(im->bytes_before + (uint64_t)SB_MAX(at, 0L), im->bytes_all);
}

static enum sb_status read_row(void *context, const struct sb_row *row, struct sb_err *err)
{
    struct import *im = context;
    (void)err; /* the same as im->err */
    if (!go_on(im))
        return sb_fail(im->err, SB_INTERRUPTED, "interrupted", "bị ngắt");
    im->file_row++;
    *(im->is_accounts ? &im->totals.account_rows : &im->totals.rows) += 1;
    if (row->problem == SB_ROW_SOUND && is_blank(row)) {
        im->totals.blanks += !im->is_accounts;
        return SB_OK;
    }
    if (im->has_header && !im->header) {
        if (im->file_row < im->map->header_row) {
            im->totals.headers += !im->is_accounts;
            return SB_OK;
        }
        return take_header(im, row);
    }
    if (im->width == 0)
        im->width = row->count;
    if (is_header_again(im, row)) {
        im->totals.headers += !im->is_accounts;
        return SB_OK;
    }
    if (!fits_width(im, row))
        return SB_OK;
    enum sb_status status = im->is_accounts ? take_account(im, row) : take_row(im, row);
    if (status == SB_OK && im->reader->no_memory)
        return sb_fail(im->err, SB_NOMEM, "out of memory for names", "hết bộ nhớ cho tên");
    return status;
}

/* What rows without an id are named by: the file's name, numbered when an earlier file has the same. */
static void label_file(const struct import *im, const char *path, char *label, size_t size)
{
    unsigned same = 1;
    for (uint32_t i = 0; !im->is_accounts && i < im->file_number; i++)
        same += strcmp(base_name(im->options->files[i]), base_name(path)) == 0;
    if (same == 1)
        (void)snprintf(label, size, "%s", base_name(path)); /* names are at most 255 bytes */
    else
        (void)snprintf(label, size, "%s~%u", base_name(path), same);
}

static enum sb_status read_file(struct import *im, const char *path, const char *encoding, char separator)
{
    struct sb_csv_options options = {separator, im->map->quote, encoding};
    char stem[256];
    im->file = fopen(path, "rb");
    if (!im->file) {
        (void)sb_os_fail(im->err, errno);
        return sb_fail_in(im->err, "'%s' cannot be opened", "không mở được '%s'", path);
    }
    (void)snprintf(stem, sizeof(stem), "%s", base_name(path)); /* a longer name loses its end */
    char *dot = strrchr(stem, '.');
    if (dot && dot != stem)
        *dot = '\0';
    im->path = path;
    im->file_row = 0;
    im->width = 0;
    im->has_header = im->map->has_header;
    free(im->header);
    im->header = NULL;
    char label[SB_ROW_LABEL_SIZE];
    label_file(im, path, label, sizeof(label));
    im->reader->label = label;
    im->reader->stem = stem;
    enum sb_status status = SB_OK;
    if (!im->has_header)
        status = sb_map_bind(im->map, im->is_accounts, NULL, 0, im->err);
    if (status == SB_OK)
        status = sb_csv_read(im->file, path, &options, read_row, im, im->err);
    long size = ftell(im->file);
    im->bytes_before += (uint64_t)SB_MAX(size, 0L);
    (void)fclose(im->file); /* only read */
    im->file = NULL;
    return status;
}

/* The accounts file lies beside the mapping unless its path is absolute. */
static enum sb_status read_accounts(struct import *im)
{
    struct sb_map *map = im->map;
    struct sb_str path = {0};
    if (map->accounts_file.size == 0)
        return SB_OK;
    if (map->accounts_file.text[0] != '/')
        sb_str_add_bytes(&path, map->path, (size_t)(base_name(map->path) - map->path));
    sb_str_add(&path, map->accounts_file.text);
    if (path.failed) {
        sb_str_release(&path);
        return sb_fail(im->err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    im->is_accounts = true;
    enum sb_status status =
        read_file(im, sb_str_text(&path),
                  map->accounts_encoding.text ? map->accounts_encoding.text : map->encoding.text,
                  map->accounts_separator ? map->accounts_separator : map->separator);
    im->is_accounts = false;
    sb_str_release(&path);
    return status;
}

static enum sb_status read_all(struct import *im)
{
    for (uint32_t i = 0; i < im->options->file_count; i++) {
        struct stat info;
        if (stat(im->options->files[i], &info) == 0)
            im->bytes_all += (uint64_t)info.st_size;
    }
    enum sb_status status = read_accounts(im);
    im->bytes_before = 0;
    for (uint32_t i = 0; status == SB_OK && i < im->options->file_count; i++) {
        im->file_number = i;
        status = read_file(im, im->options->files[i], im->map->encoding.text, im->map->separator);
    }
    return status;
}

/* ------------------------------------------------------------------ match */

static enum sb_status temporary_failed(struct import *im)
{
    return sb_fail(im->err, errno == ENOSPC ? SB_NOSPACE : SB_IO, "a temporary file in '%s' failed: %s",
                   "tệp tạm trong '%s' bị lỗi: %s", im->options->temporary_dir, strerror(errno));
}

/* Lay the sorted records down, and show those to the matcher that it may need. */
static enum sb_status make_spool(struct import *im)
{
    const void *bytes;
    enum sb_status status;
    uint64_t position = 0;
    im->spool = sb_temporary_file(im->options->temporary_dir);
    if (!im->spool)
        return temporary_failed(im);
    while ((status = sb_sorter_next(im->sorter, &bytes, im->err)) == SB_OK) {
        const struct sb_import_row *record = bytes;
        bool seeks = record->refund && sb_id_is_none(record->event.other);
        if (fwrite(record, sizeof(*record), 1, im->spool) != 1)
            return temporary_failed(im);
        if (im->refunds_seek && (seeks || !record->refund)) {
            status = sb_refunds_add(im->refunds, &record->event, seeks, position, im->err);
            if (status != SB_OK)
                return status;
        }
        position++;
    }
    if (status == SB_END && im->refunds_seek)
        status = sb_refunds_match(im->refunds, &im->matches, im->err);
    return status == SB_END ? SB_OK : status;
}

static enum sb_status next_record(struct import *im, struct sb_import_row *record)
{
    const void *bytes;
    if (!im->spool) {
        enum sb_status status = sb_sorter_next(im->sorter, &bytes, im->err);
        if (status == SB_OK)
            memcpy(record, bytes, sizeof(*record));
        return status;
    }
    if (fread(record, sizeof(*record), 1, im->spool) != 1)
        return ferror(im->spool) ? temporary_failed(im) : SB_END;
    im->position++;
    if (!record->refund || !sb_id_is_none(record->event.other))
        return SB_OK;
    struct sb_refund_match match;
    if (fread(&match, sizeof(match), 1, im->matches) != 1)
        return temporary_failed(im);
    assert(match.position == im->position - 1);
    record->event.other = match.original;
    return SB_OK;
}

static void rewind_records(struct import *im)
{
    im->position = 0;
    if (im->spool)
        rewind(im->spool);
    if (im->matches)
        rewind(im->matches);
}

static void move(struct import *im, struct sb_id id, sb_amount amount)
{
    struct sb_import_account *account = sb_import_account_find(&im->accounts, id);
    assert(account != NULL);
    if (!__builtin_add_overflow(account->running, amount, &account->running))
        account->lowest = SB_MIN(account->lowest, account->running);
}

/* Walk through all once to learn the least that each account needs before the first event. */
static enum sb_status find_openings(struct import *im)
{
    struct sb_import_row record;
    enum sb_status status;
    rewind_records(im);
    while ((status = next_record(im, &record)) == SB_OK) {
        bool found = !record.refund || !sb_id_is_none(record.event.other);
        sb_amount amount = !found ? 0 : record.refund ? -record.event.amount : record.event.amount;
        move(im, record.event.payer, -amount);
        move(im, record.event.payee, amount);
    }
    for (uint32_t i = 0; i < im->accounts.count; i++) {
        struct sb_import_account *account = &im->accounts.all[i];
        bool needs = (account->facts.flags & SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS) != 0;
        if (needs && account->opening < -account->lowest)
            account->opening = -account->lowest;
    }
    return status == SB_END ? SB_OK : status;
}

/* ------------------------------------------------------------------ write */

/* The writer's code of a reader's code. */
static enum sb_status map_code(struct import *im, enum sb_space space, uint16_t *code)
{
    if (*code == 0)
        return SB_OK;
    if (!im->codes[space]) {
        im->codes[space] = calloc(SB_SYMBOLS_MAX + 1, sizeof(uint16_t));
        if (!im->codes[space])
            return sb_fail(im->err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    }
    uint16_t *mapped = &im->codes[space][*code];
    enum sb_status status = SB_OK;
    if (*mapped == 0) {
        const char *name = sb_symbols_name(im->symbols, space, *code);
        status = sb_event_writer_name(im->writer, space, name, strlen(name), mapped, im->err);
    }
    *code = *mapped;
    return status;
}

static struct sb_id id_for(const char *what, struct sb_id account)
{
    char text[64];
    char hex[SB_ID_TEXT_SIZE];
    sb_id_print(account, hex);
    int size = snprintf(text, sizeof(text), "%s %s", what, hex);
    return sb_id_of_text(text, (size_t)size);
}

static enum sb_status write_open(struct import *im, struct sb_import_account *account, sb_time_us time)
{
    struct sb_account_facts facts = account->facts;
    struct sb_event event = {.id = id_for("open", account->id), .account = account->id, .time = time};
    const struct {
        enum sb_space space;
        uint16_t *code;
    } codes[] = {{SB_SPACE_CLASS, &facts.class_},
                 {SB_SPACE_PROVIDER, &facts.provider},
                 {SB_SPACE_TIER, &facts.tier},
                 {SB_SPACE_ISSUER, &facts.issuer},
                 {SB_SPACE_SEX, &facts.sex}};
    for (size_t i = 0; i < SB_ARRAY_SIZE(codes); i++) {
        enum sb_status status = map_code(im, codes[i].space, codes[i].code);
        if (status != SB_OK)
            return status;
    }
    event.type = SB_EVENT_OPEN;
    event.person = facts.person;
    event.attributes.unit = im->unit;
    event.attributes.class_ = facts.class_;
    event.attributes.provider = facts.provider;
    event.attributes.tier = facts.tier;
    event.attributes.issuer = facts.issuer;
    event.attributes.sex = facts.sex;
    event.attributes.birth_year = facts.birth_year;
    event.attributes.flags = facts.flags;
    event.attributes.place = facts.place;
    event.attributes.opened_on = facts.opened_on;
    event.attributes.sim_since = facts.sim_since;
    account->opened = true;
    im->totals.accounts++;
    return sb_event_writer_put(im->writer, &event, im->err);
}

static enum sb_status open_if_new(struct import *im, struct sb_id id, sb_time_us time)
{
    if (sb_id_is_none(id))
        return SB_OK;
    struct sb_import_account *account = sb_import_account_find(&im->accounts, id);
    assert(account != NULL);
    return account->opened ? SB_OK : write_open(im, account, time);
}

/* An opening balance: from the funds, or to them when it is below zero. */
static enum sb_status write_opening(struct import *im, struct sb_id funds, struct sb_id account,
                                    sb_amount amount, sb_time_us time)
{
    struct sb_event event = {.id = id_for("opening", account), .time = time, .type = SB_EVENT_TRANSFER};
    event.payer = amount > 0 ? funds : account;
    event.payee = amount > 0 ? account : funds;
    event.amount = amount > 0 ? amount : -amount;
    event.kind = im->opening_kind;
    im->totals.openings++;
    return sb_event_writer_put(im->writer, &event, im->err);
}

/* Accounts of the accounts file, the funds, and opening balances, all at the time of the first event. */
static enum sb_status write_beginning(struct import *im, sb_time_us time)
{
    const struct sb_map *map = im->map;
    enum sb_status status = SB_OK;
    struct sb_id funds = SB_ID_NONE;
    if (map->funds.size > 0) {
        struct sb_account_facts facts = {.opened_on = SB_DAY_NONE, .sim_since = SB_DAY_NONE};
        funds = sb_id_of_text(map->funds.text, map->funds.size);
        struct sb_import_account *account = sb_import_account_find(&im->accounts, funds);
        if (!account && !sb_import_account_add(&im->accounts, funds, &facts))
            return sb_fail(im->err, SB_NOMEM, "out of memory for accounts", "hết bộ nhớ cho tài khoản");
        account = sb_import_account_find(&im->accounts, funds);
        account->facts.flags = 0; /* it issues what others have: below zero by as much */
        status = open_if_new(im, funds, time);
        if (status == SB_OK)
            status = sb_event_writer_name(im->writer, SB_SPACE_KIND, map->opening_kind.text,
                                          map->opening_kind.size, &im->opening_kind, im->err);
    }
    for (uint32_t i = 0; i < im->accounts.count && status == SB_OK; i++) {
        struct sb_import_account *account = &im->accounts.all[i];
        bool funded = account->opening != 0 && !sb_id_equal(account->id, funds);
        if ((account->listed || funded) && !account->opened)
            status = write_open(im, account, time);
        if (status == SB_OK && funded)
            status = write_opening(im, funds, account->id, account->opening, time);
    }
    return status;
}

/* A refund becomes a REVERSE of its original, by its own id and time. */
static void make_reversal(struct import *im, struct sb_event *event)
{
    struct sb_event reversal = {.id = event->id, .time = event->time, .type = SB_EVENT_REVERSE};
    reversal.other = event->other;
    reversal.amount = event->amount;
    im->totals.reversals++;
    *event = reversal;
}

static enum sb_status write_row(struct import *im, struct sb_import_row *record)
{
    struct sb_event *event = &record->event;
    enum sb_status status = SB_OK;
    if (record->refund && sb_id_is_none(event->other)) {
        im->totals.rejected++;
        im->totals.reasons[SB_REJECT_REFUND]++;
        put_reject(im, im->options->files[record->file], record->line, SB_REJECT_REFUND, "");
        return SB_OK;
    }
    if (!record->refund) {
        const struct sb_id parties[] = {event->payer, event->payee, event->agent};
        for (size_t i = 0; i < SB_ARRAY_SIZE(parties) && status == SB_OK; i++)
            status = open_if_new(im, parties[i], event->time);
        const struct {
            enum sb_space space;
            uint16_t *code;
        } codes[] = {{SB_SPACE_KIND, &event->kind},
                     {SB_SPACE_PROVIDER, &event->provider},
                     {SB_SPACE_CHANNEL, &event->channel},
                     {SB_SPACE_PURPOSE, &event->purpose},
                     {SB_SPACE_COUNTRY, &event->country}};
        for (size_t i = 0; i < SB_ARRAY_SIZE(codes) && status == SB_OK; i++)
            status = map_code(im, codes[i].space, codes[i].code);
        im->totals.transfers++;
        if (__builtin_add_overflow(im->totals.sum, event->amount, &im->totals.sum))
            im->totals.sum = INT64_MAX;
    } else {
        make_reversal(im, event);
    }
    return status == SB_OK ? sb_event_writer_put(im->writer, event, im->err) : status;
}

static enum sb_status begin_file(struct import *im)
{
    struct sb_event_file_info info = {.clock_offset_s = im->map->clock_offset_s,
                                      .decimals = im->map->decimals};
    (void)snprintf(info.unit, sizeof(info.unit), "%s", im->map->unit.text); /* bounded by the mapping */
    (void)snprintf(info.origin, sizeof(info.origin), "%s",
                   im->map->title.text ? im->map->title.text
                                       : base_name(im->options->files[0])); /* may be cut */
    enum sb_status status = sb_event_writer_new(im->options->out, &info, &im->writer, im->err);
    if (status == SB_OK)
        status = sb_event_writer_name(im->writer, SB_SPACE_UNIT, im->map->unit.text, im->map->unit.size,
                                      &im->unit, im->err);
    return status;
}

static enum sb_status write_all(struct import *im)
{
    struct sb_import_row record;
    enum sb_status status = begin_file(im);
    bool begun = false;
    rewind_records(im);
    while (status == SB_OK && (status = next_record(im, &record)) == SB_OK) {
        if (!begun) {
            im->totals.first = record.event.time;
            status = write_beginning(im, record.event.time);
        }
        begun = true;
        im->totals.last = record.event.time;
        if (status == SB_OK)
            status = write_row(im, &record);
        if (status == SB_OK && !go_on(im))
            status = sb_fail(im->err, SB_INTERRUPTED, "interrupted", "bị ngắt");
    }
    if (status == SB_END)
        status = begun ? SB_OK : write_beginning(im, 0);
    return status;
}

/* ------------------------------------------------------------------ the whole */

static int compare_rows(const void *a, const void *b)
{
    const struct sb_import_row *x = a, *y = b;
    if (x->event.time != y->event.time)
        return x->event.time < y->event.time ? -1 : 1;
    if (x->refund != y->refund)
        return x->refund < y->refund ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static enum sb_status prepare(struct import *im)
{
    size_t memory = im->options->memory_size ? im->options->memory_size : SB_SORT_SIZE;
    struct sb_sorter_options options = {sizeof(struct sb_import_row), memory, compare_rows,
                                        im->options->temporary_dir};
    im->symbols = sb_symbols_new();
    im->reader = calloc(1, sizeof(*im->reader));
    if (!im->symbols || !im->reader)
        return sb_fail(im->err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    im->reader->map = im->map;
    im->reader->symbols = im->symbols;
    fputs("file,line,reason,lý do\n", im->options->rejects);
    enum sb_status status = sb_sorter_new(&options, &im->sorter, im->err);
    return status == SB_OK ? sb_refunds_new(im->options->temporary_dir, memory / 4, &im->refunds, im->err)
                           : status;
}

static void release(struct import *im)
{
    sb_sorter_free(im->sorter);
    sb_refunds_free(im->refunds);
    sb_symbols_free(im->symbols);
    sb_import_accounts_release(&im->accounts);
    for (unsigned space = 0; space < SB_SPACE_COUNT; space++)
        free(im->codes[space]);
    if (im->spool)
        (void)fclose(im->spool); /* a temporary file */
    if (im->matches)
        (void)fclose(im->matches);
    free(im->header);
    free(im->reader);
}

enum sb_status sb_import_run(const struct sb_import_options *options, struct sb_import_totals *ret_totals,
                             struct sb_err *err)
{
    struct import im = {.options = options, .map = options->map, .err = err};
    if (options->file_count > SB_IMPORT_FILES_MAX)
        return sb_fail(err, SB_LIMIT, "more than %d files", "quá %d tệp", SB_IMPORT_FILES_MAX);
    enum sb_status status = prepare(&im);
    if (status == SB_OK)
        status = read_all(&im);
    if (status == SB_OK && (im.refunds_seek || im.map->openings_as_needed))
        status = make_spool(&im);
    if (status == SB_OK && im.map->openings_as_needed)
        status = find_openings(&im);
    if (status == SB_OK)
        status = write_all(&im);
    enum sb_status closed = sb_event_writer_close(im.writer, status == SB_OK ? err : NULL);
    if (status == SB_OK)
        status = closed;
    if (status == SB_OK && (fflush(options->rejects) != 0 || ferror(options->rejects)))
        status = sb_fail(err, SB_IO, "the rejects cannot be written: %s", "không ghi được tệp loại: %s",
                         strerror(errno));
    if (status == SB_OK) {
        const struct sb_import_totals *t = &im.totals;
        assert(t->rows == t->headers + t->blanks + t->skipped + t->rejected + t->transfers + t->reversals);
        *ret_totals = *t;
    }
    release(&im);
    return status;
}
