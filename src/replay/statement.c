/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ways to one answer. The quick one adds up: it takes the account's transfers and what refers to them
 * from the index, reads them, then reads on in the journal behind the index. The whole one steps the journal
 * and looks at the account after each event, which is how fees are seen: they move money of accounts that the
 * event does not name.
 */
#include "replay/statement.h"

#include "base/macros.h"
#include "engine/id_table.h"
#include "replay/excerpt.h"
#include "replay/walk.h"

#include <stdlib.h>
#include <string.h>

struct sb_statement {
    struct sb_statement_options options;
    sb_statement_fn *each;
    void *context;
    struct sb_runner *runner; /* owned: names and charters; of the whole way, the ledger too */
    struct sb_excerpt excerpt;
    struct sb_id_table *known; /* owned: its transfers, and their posts */
    bool synthetic, used_index, exists, has_fees;
    sb_amount balance;
    struct sb_statement_line *lines; /* owned: the quick way tells them when no charter has turned out to take
                                        fees */
    size_t line_count, line_room;
    uint64_t seen; /* the whole way: events so far */
};

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* ------------------------------------------------------------------ lines */

static const struct sb_past_entry *known(const struct sb_statement *statement, struct sb_id id)
{
    return sb_id_is_none(id) ? NULL : sb_id_table_find(statement->known, id);
}

static bool has_account(const struct sb_event *event)
{
    return event->type >= SB_EVENT_OPEN && event->type <= SB_EVENT_REOPEN;
}

/* What a transfer of this amount posts on the account: money goes from `from` to `to`. */
static sb_amount share(const struct sb_statement *statement, struct sb_id from, struct sb_id to,
                       sb_amount amount)
{
    if (sb_id_equal(from, statement->options.account))
        return -amount;
    return sb_id_equal(to, statement->options.account) ? amount : 0;
}

/* The transfer that a post, void or reversal is about; NULL when it is not one of the account's. */
static const struct sb_event *transfer_of(const struct sb_statement *statement, const struct sb_event *event)
{
    const struct sb_past_entry *other = known(statement, event->other);
    if (other && other->event.type == SB_EVENT_POST)
        other = known(statement, other->event.other);
    return other ? &other->event : NULL;
}

/* Whether an accepted event is about the account, and what it says of it. */
static bool describe(const struct sb_statement *statement, const struct sb_event *event,
                     struct sb_statement_line *line)
{
    const struct sb_id account = statement->options.account;
    if (has_account(event))
        return sb_id_equal(event->account, account);
    const struct sb_event *transfer = event->type == SB_EVENT_TRANSFER ? event : NULL;
    if (event->type == SB_EVENT_POST || event->type == SB_EVENT_VOID || event->type == SB_EVENT_REVERSE)
        transfer = transfer_of(statement, event);
    if (!transfer || (!sb_id_equal(transfer->payer, account) && !sb_id_equal(transfer->payee, account) &&
                      !sb_id_equal(transfer->agent, account)))
        return false;
    line->kind = transfer->kind;
    line->other = sb_id_equal(transfer->payer, account) ? transfer->payee : transfer->payer;
    bool moves = event->type == SB_EVENT_POST ||
                 (event->type == SB_EVENT_TRANSFER && (event->flags & SB_F_PENDING) == 0);
    if (moves)
        line->amount = share(statement, transfer->payer, transfer->payee, event->amount);
    else if (event->type == SB_EVENT_REVERSE)
        line->amount = share(statement, transfer->payee, transfer->payer, event->amount);
    return true;
}

/* Later events may refer to it. */
static enum sb_status remember(struct sb_statement *statement, const struct sb_event *event,
                               const struct sb_result *result, struct sb_err *err)
{
    if (event->type != SB_EVENT_TRANSFER && event->type != SB_EVENT_POST)
        return SB_OK;
    return sb_id_table_put(statement->known, event, result, 0, err);
}

static enum sb_status keep_line(struct sb_statement *statement, const struct sb_statement_line *line,
                                struct sb_err *err)
{
    if (statement->line_count == statement->line_room) {
        size_t room = statement->line_room ? statement->line_room * 2 : 64;
        struct sb_statement_line *lines = realloc(statement->lines, room * sizeof(*lines));
        if (!lines)
            return no_memory(err);
        statement->lines = lines;
        statement->line_room = room;
    }
    statement->lines[statement->line_count++] = *line;
    return SB_OK;
}

/* The quick way: one event after the other, in order. */
static enum sb_status add_up(struct sb_statement *statement, uint64_t sequence, const struct sb_event *event,
                             const struct sb_result *result, struct sb_err *err)
{
    struct sb_statement_line line = {.sequence = sequence, .event = *event};
    if (!sb_happened(result) || !describe(statement, event, &line))
        return SB_OK;
    enum sb_status status = remember(statement, event, result, err);
    if (status == SB_OK && __builtin_add_overflow(statement->balance, line.amount, &statement->balance))
        status = sb_fail(err, SB_LIMIT, "the balance is beyond 64 bits", "số dư vượt quá 64 bit");
    if (status != SB_OK)
        return status;
    statement->exists = statement->exists || event->type == SB_EVENT_OPEN;
    line.balance = statement->balance;
    return keep_line(statement, &line, err);
}

/* ------------------------------------------------------------------ names and charters */

/* A name or a charter was taken. */
static void note_law(struct sb_statement *statement)
{
    const struct sb_plan *plan = sb_statement_plan(statement);
    statement->has_fees = statement->has_fees || (plan && plan->fee_count > 0);
}

static enum sb_status take_laws(struct sb_statement *statement, struct sb_err *err)
{
    struct sb_sequences laws = {0};
    enum sb_status status = sb_index_laws(statement->excerpt.index, false, &laws, err);
    for (size_t i = 0; i < laws.count && status == SB_OK; i++) {
        status = sb_excerpt_take_law(&statement->excerpt, statement->runner, laws.list[i], err);
        note_law(statement);
    }
    sb_sequences_release(&laws);
    return status;
}

/* ------------------------------------------------------------------ the quick way */

static enum sb_status tell_found(struct sb_statement *statement, struct sb_err *err)
{
    struct sb_excerpt *excerpt = &statement->excerpt;
    struct sb_id account = statement->options.account;
    enum sb_status status = sb_excerpt_find(excerpt, SB_ROW_ACCOUNT, account, 2, err);
    if (status == SB_OK)
        status = sb_excerpt_find(excerpt, SB_ROW_LIFE, account, 0, err);
    if (status != SB_OK)
        return status;
    sb_excerpt_sort(excerpt);
    for (size_t i = 0; i < excerpt->count && status == SB_OK; i++) {
        const struct sb_indexed *found = &excerpt->found[i];
        status = add_up(statement, found->sequence, &found->event, &found->result, err);
    }
    return status;
}

/* What the index does not have: the journal from there to its end, or to a charter that takes fees. */
static enum sb_status tell_rest(struct sb_statement *statement, struct sb_err *err)
{
    const struct sb_statement_options *options = &statement->options;
    struct sb_journal_position position;
    struct sb_journal_reader *reader;
    enum sb_status status =
        sb_index_position(statement->excerpt.index, &position)
            ? sb_journal_reader_open_at(options->os, options->dir, &position, &reader, err)
            : sb_journal_reader_open(options->os, options->dir, false, &reader, err);
    if (status != SB_OK)
        return status;
    statement->synthetic = (sb_journal_reader_info(reader)->flags & SB_JOURNAL_SYNTHETIC) != 0;
    while (status == SB_OK && !statement->has_fees) {
        struct sb_record record;
        struct sb_err cause = {0};
        status = sb_journal_reader_next(reader, &record, &cause);
        if (status != SB_OK && status != SB_END && err)
            *err = cause;
        uint32_t count = status == SB_OK && record.type == SB_RECORD_BATCH ? record.count : 0;
        for (uint32_t i = 0; i < count && status == SB_OK; i++) {
            const struct sb_event *event = &record.events[i];
            if (event->type == SB_EVENT_NAME || event->type == SB_EVENT_CHARTER)
                status = sb_excerpt_take(statement->runner, &record, i, err);
            else
                status = add_up(statement, record.first + i, event, &record.results[i], err);
            note_law(statement);
        }
        if (status == SB_OK && options->interrupted && options->interrupted())
            status = sb_fail(err, SB_INTERRUPTED, "stopped by the user", "người dùng đã dừng");
    }
    sb_journal_reader_close(reader);
    return status == SB_END ? SB_OK : status;
}

static enum sb_status new_runner(struct sb_statement *statement, enum sb_runner_ids ids, bool as_recorded,
                                 struct sb_err *err)
{
    struct sb_runner_options options = {.ids = ids, .as_recorded = as_recorded};
    sb_runner_free(SB_TAKE(statement->runner));
    return sb_runner_new(&options, &statement->runner, err);
}

/* ------------------------------------------------------------------ the whole way */

static enum sb_status scan(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct sb_statement *statement = context;
    return sb_runner_scan(statement->runner, record, err);
}

static enum sb_status step(void *context, const struct sb_record *record, struct sb_err *err)
{
    struct sb_statement *statement = context;
    return sb_runner_take(statement->runner, record, NULL, err);
}

/* One event, or a chain: what is not explained by the amounts are fees, told with the last line. */
static enum sb_status saw(void *context, const struct sb_ledger *ledger, const struct sb_ledger_seen *seen,
                          struct sb_err *err)
{
    struct sb_statement *statement = context;
    struct sb_account_view view = {0};
    struct sb_statement_line last = {0};
    sb_amount told = 0;
    uint64_t sequence = statement->seen + 1; /* of the first of them */
    enum sb_status status = SB_OK;
    statement->seen += seen->count;
    for (uint32_t i = 0; i < seen->count && status == SB_OK; i++) {
        struct sb_statement_line line = {.sequence = sequence + i, .event = seen->events[i]};
        if (!sb_happened(&seen->results[i]) || !describe(statement, &seen->events[i], &line))
            continue;
        status = remember(statement, &seen->events[i], &seen->results[i], err);
        if (status == SB_OK && last.sequence != 0) {
            last.more_in_chain = true;
            status = statement->each(statement->context, statement, &last, err);
        }
        told += line.amount;
        last = line;
    }
    if (status != SB_OK || !sb_ledger_account(ledger, statement->options.account, &view))
        return status;
    statement->exists = true;
    sb_amount balance = view.credits_posted - view.debits_posted;
    if (last.sequence == 0 && balance == statement->balance)
        return SB_OK;
    if (last.sequence == 0) /* a fee of an event that does not name it */
        last = (struct sb_statement_line){.sequence = sequence, .event = seen->events[0]};
    last.balance = balance;
    last.fees = balance - statement->balance - told;
    statement->balance = balance;
    return statement->each(statement->context, statement, &last, err);
}

static enum sb_status tell_whole(struct sb_statement *statement, struct sb_err *err)
{
    const struct sb_statement_options *options = &statement->options;
    struct sb_walk_end end = {0};
    struct sb_walk first = {options->os,          options->dir,      "reading", "đang đọc",
                            options->interrupted, options->progress, &end};
    struct sb_walk second = {options->os,          options->dir,      "replaying", "đang chạy lại",
                             options->interrupted, options->progress, &end};
    struct sb_journal_info info = {0};
    enum sb_status status = new_runner(statement, SB_RUNNER_WANTED_IDS, false, err);
    if (status == SB_OK)
        status = sb_walk(&first, scan, statement, &info, err);
    if (status != SB_OK)
        return status;
    statement->synthetic = (info.flags & SB_JOURNAL_SYNTHETIC) != 0;
    sb_ledger_watch(sb_runner_ledger(statement->runner), saw, statement);
    return sb_walk(&second, step, statement, NULL, err);
}

/* ------------------------------------------------------------------ the interface */

static enum sb_status check_exists(const struct sb_statement *statement, struct sb_err *err)
{
    char id[SB_ID_TEXT_SIZE];
    sb_id_print(statement->options.account, id);
    return statement->exists
               ? SB_OK
               : sb_fail(err, SB_NOT_FOUND, "no account in '%s' has the id %s",
                         "không có tài khoản nào trong '%s' mang mã %s", statement->options.dir, id);
}

static enum sb_status open_quick(struct sb_statement *statement, struct sb_err *err)
{
    struct sb_index_options options = {.os = statement->options.os,
                                       .journal_dir = statement->options.dir,
                                       .dir = statement->options.index_dir};
    enum sb_status status = new_runner(statement, SB_RUNNER_ALL_IDS, true, err);
    if (status == SB_OK)
        status = sb_excerpt_open(&statement->excerpt, &options, err);
    return status == SB_OK ? take_laws(statement, err) : status;
}

/* *ret_told: the quick way serves. */
static enum sb_status tell_quick(struct sb_statement *statement, bool *ret_told, struct sb_err *err)
{
    enum sb_status status = open_quick(statement, err);
    if (status == SB_OK && !statement->has_fees)
        status = tell_found(statement, err);
    if (status == SB_OK && !statement->has_fees)
        status = tell_rest(statement, err);
    *ret_told = status == SB_OK && !statement->has_fees;
    if (*ret_told)
        statement->used_index = sb_index_through(statement->excerpt.index) != 0;
    for (size_t i = 0; i < statement->line_count && *ret_told && status == SB_OK; i++)
        status = statement->each(statement->context, statement, &statement->lines[i], err);
    return status;
}

static enum sb_status forget_all(struct sb_statement *statement, struct sb_err *err)
{
    statement->balance = 0;
    statement->exists = false;
    sb_id_table_free(statement->known);
    statement->known = sb_id_table_new(false);
    return statement->known ? SB_OK : no_memory(err);
}

enum sb_status sb_statement_tell(const struct sb_statement_options *options, sb_statement_fn *each,
                                 void *context, struct sb_statement **ret_statement, struct sb_err *err)
{
    struct sb_statement *statement = calloc(1, sizeof(*statement));
    *ret_statement = statement;
    if (!statement)
        return no_memory(err);
    statement->options = *options;
    statement->each = each;
    statement->context = context;
    statement->known = sb_id_table_new(false);
    if (!statement->known)
        return no_memory(err);
    bool told = false;
    enum sb_status status = options->whole ? SB_OK : tell_quick(statement, &told, err);
    if (status == SB_OK && !told)
        status = forget_all(statement, err);
    if (status == SB_OK && !told)
        status = tell_whole(statement, err);
    return status == SB_OK ? check_exists(statement, err) : status;
}

void sb_statement_free(struct sb_statement *statement)
{
    if (!statement)
        return;
    sb_runner_free(statement->runner);
    sb_excerpt_release(&statement->excerpt);
    sb_id_table_free(statement->known);
    free(statement->lines);
    free(statement);
}

const struct sb_symbols *sb_statement_symbols(const struct sb_statement *statement)
{
    return sb_runner_symbols(statement->runner);
}

const struct sb_plan *sb_statement_plan(const struct sb_statement *statement)
{
    return sb_ledger_plan(sb_runner_ledger(statement->runner));
}

bool sb_statement_is_synthetic(const struct sb_statement *statement)
{
    return statement->synthetic;
}

bool sb_statement_used_index(const struct sb_statement *statement)
{
    return statement->used_index;
}
