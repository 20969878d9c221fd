/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The bytes that save.c writes, into an empty ledger. They are untrusted: every count is bounded by the bytes
 * that are left before room is made for it, everything that is used as a number into something is looked up,
 * and the order that the serialization prescribes is asked for, so that nothing can come twice. What bytes do
 * not say (numbers of persons, indexes, heaps) is made anew.
 *
 * Tables get their room at once, and the places of a block of accounts or windows are fetched before they are
 * used: four million windows at random would wait for memory most of the time.
 */

#include "ledger/save.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "ledger/ledger_internal.h"

#include <assert.h>
#include <stdio.h>

#define ACCOUNT_SIZE      98u /* bytes of one, as put_account writes it */
#define PENDING_SIZE      112u
#define PENDING_FEES_SIZE 8u  /* behind one that has fees */
#define WINDOW_HEAD_SIZE  24u /* identity and subject */
#define WINDOW_TAIL_SIZE  16u /* of a calendar window */
#define ROLLING_SIZE      16u /* an entry */
#define REVERSAL_SIZE     24u
#define PIECE_SIZE_MAX    128u
#define BLOCK             32u /* accounts or windows whose places are fetched together */

/* Bytes in pieces from a source, given out in pieces of the caller's size. */
struct feed {
    const struct sb_ledger_source *source;
    const uint8_t *at; /* what is left of the source's last piece */
    size_t left;
    uint64_t unread;               /* bytes of all that were not given out yet */
    uint8_t joint[PIECE_SIZE_MAX]; /* a piece across two of the source's */
    struct sb_err *err;
};

static enum sb_status damaged(struct feed *feed, const char *en, const char *vi)
{
    (void)sb_fail(feed->err, SB_DAMAGED, "%s", "%s", en);
    if (feed->err)
        (void)snprintf(feed->err->text[SB_VI], sizeof(feed->err->text[SB_VI]), "%s", vi); /* fits */
    (void)sb_fail_in(feed->err, "the saved ledger", "sổ cái đã lưu");
    return SB_DAMAGED;
}

static enum sb_status more(struct feed *feed)
{
    return feed->source->next(feed->source->context, &feed->at, &feed->left, feed->err);
}

/* The next size bytes, borrowed until the next call. */
static enum sb_status take(struct feed *feed, size_t size, const uint8_t **ret_bytes)
{
    assert(size <= PIECE_SIZE_MAX);
    if (feed->unread < size)
        return damaged(feed, "it ends too early", "kết thúc quá sớm");
    feed->unread -= size;
    for (size_t have = 0; feed->left < size || have > 0;) {
        size_t piece = SB_MIN(feed->left, size - have);
        if (piece > 0)
            memcpy(feed->joint + have, feed->at, piece);
        have += piece;
        feed->at += piece;
        feed->left -= piece;
        if (have == size) {
            *ret_bytes = feed->joint;
            return SB_OK;
        }
        enum sb_status status = more(feed);
        if (status != SB_OK)
            return status;
    }
    *ret_bytes = feed->at;
    feed->at += size;
    feed->left -= size;
    return SB_OK;
}

static uint16_t u16(const uint8_t **at)
{
    *at += 2;
    return sb_get_u16(*at - 2);
}

static uint32_t u32(const uint8_t **at)
{
    *at += 4;
    return sb_get_u32(*at - 4);
}

static uint64_t u64(const uint8_t **at)
{
    *at += 8;
    return sb_get_u64(*at - 8);
}

static int64_t i64(const uint8_t **at)
{
    return (int64_t)u64(at);
}

static struct sb_id id(const uint8_t **at)
{
    struct sb_id id = {.lo = u64(at)};
    id.hi = u64(at);
    return id;
}

/* How many of something come next. Each takes at least size bytes, so that many must be left. */
static enum sb_status take_count(struct feed *feed, size_t size, uint32_t *ret_count)
{
    const uint8_t *at = NULL;
    enum sb_status status = take(feed, 8, &at);
    if (status != SB_OK)
        return status;
    uint64_t count = u64(&at);
    if (count > feed->unread / size || count >= SB_ACCOUNTS_MAX)
        return damaged(feed, "a count is larger than what follows it",
                       "một số lượng lớn hơn phần dữ liệu theo sau");
    *ret_count = (uint32_t)count;
    return SB_OK;
}

static enum sb_status no_memory(struct feed *feed)
{
    return sb_fail(feed->err, SB_NOMEM, "out of memory for the saved ledger", "hết bộ nhớ cho sổ cái đã lưu");
}

/* ------------------------------------------------------------------ accounts */

static bool account_is_good(const struct sb_account *account)
{
    return !sb_id_is_none(account->id) && account->unit != 0 &&
           (account->debits_posted | account->credits_posted) >= 0 &&
           (account->debits_pending | account->credits_pending) >= 0 && account->frozen <= 3 &&
           account->closed <= 1;
}

static enum sb_status take_account(struct feed *feed, struct sb_account *ret_account)
{
    const uint8_t *at = NULL;
    enum sb_status status = take(feed, ACCOUNT_SIZE, &at);
    if (status != SB_OK)
        return status;
    struct sb_account account = {.id = id(&at)};
    account.person = id(&at);
    account.debits_posted = i64(&at);
    account.credits_posted = i64(&at);
    account.debits_pending = i64(&at);
    account.credits_pending = i64(&at);
    account.unit = u16(&at);
    account.class_ = u16(&at);
    account.provider = u16(&at);
    account.tier = u16(&at);
    account.issuer = u16(&at);
    account.sex = u16(&at);
    account.birth_year = u16(&at);
    account.flags = at[0];
    account.frozen = at[1];
    account.closed = at[2];
    bool zeros = at[3] == 0;
    at += 4;
    account.place = u32(&at);
    account.place_epoch = u16(&at);
    zeros = u16(&at) == 0 && zeros;
    account.opened_on = (sb_day)u32(&at);
    account.sim_since = (sb_day)u32(&at);
    if (!zeros || !account_is_good(&account))
        return damaged(feed, "an account is none that there can be", "có tài khoản không thể tồn tại");
    *ret_account = account;
    return SB_OK;
}

/* What the bytes leave to the territory. Most accounts share their place with one of the few before. */
static enum sb_status find_place(struct feed *feed, const struct sb_ledger *ledger,
                                 struct sb_account *account)
{
    const struct sb_territory *territory = ledger->territory;
    if (account->place_epoch == SB_NO_EPOCH)
        return SB_OK;
    if (territory && account->place_epoch < sb_territory_epoch_count(territory))
        account->place_index = sb_territory_place(territory, account->place_epoch, account->place);
    if (account->place_index == 0)
        return damaged(feed, "the territory has not the place of an account",
                       "địa bàn không có nơi đăng ký của một tài khoản");
    return SB_OK;
}

static enum sb_status open_block(struct feed *feed, struct sb_ledger *ledger, struct sb_account *block,
                                 uint32_t count)
{
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        status = take_account(feed, &block[i]);
        if (status == SB_OK)
            sb_accounts_prefetch(&ledger->accounts, &block[i]);
    }
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        status = find_place(feed, ledger, &block[i]);
        if (status == SB_OK && sb_accounts_find(&ledger->accounts, block[i].id) != SB_NOBODY)
            status = damaged(feed, "an account comes twice", "có tài khoản xuất hiện hai lần");
        if (status == SB_OK && !sb_accounts_open(&ledger->accounts, &block[i]))
            status = no_memory(feed);
    }
    return status;
}

static enum sb_status load_accounts(struct feed *feed, struct sb_ledger *ledger)
{
    uint32_t count = 0;
    enum sb_status status = take_count(feed, ACCOUNT_SIZE, &count);
    if (status != SB_OK)
        return status;
    sb_accounts_release(&ledger->accounts);
    if (!sb_accounts_init(&ledger->accounts, count))
        return no_memory(feed);
    for (uint32_t done = 0; done < count && status == SB_OK; done += BLOCK) {
        struct sb_account block[BLOCK];
        status = open_block(feed, ledger, block, SB_MIN(BLOCK, count - done));
    }
    return status;
}

/* ------------------------------------------------------------------ reservations */

/* What is given back later asks the agent's account for its person: where one was counted, there is one. */
static bool agent_is_good(const struct sb_ledger *ledger, const struct sb_pending *pending)
{
    const struct sb_plan *plan = ledger->laws.installed[pending->plan - 1]->plan;
    uint32_t hint = 0;
    struct sb_op_list list = sb_plan_list(plan, sb_plan_segment(plan, pending->time, &hint), pending->kind);
    for (uint32_t i = 0; i < list.count && pending->agent == SB_NOBODY; i++) {
        const struct sb_op *op = &plan->ops[list.first + i];
        if (op->type == SB_OP_WINDOW && op->side == SB_SIDE_AGENT &&
            (pending->counted >> op->counter & 1) != 0)
            return false;
    }
    return true;
}

/* Fees that its charter has, between accounts that are there. */
static bool fees_are_good(const struct sb_ledger *ledger, const struct sb_pending *pending)
{
    const struct sb_charged charged = sb_pending_charged(&ledger->laws, pending);
    struct sb_fees fees;
    sb_amount whole;
    if (__builtin_add_overflow(pending->left, pending->posted, &whole) || whole > SB_AMOUNT_MAX)
        return false;
    sb_fees_again(ledger, &charged, &fees);
    for (uint32_t i = 0; i < fees.count; i++) {
        const struct sb_move *move = &fees.moves[i];
        if (move->from == SB_NOBODY || move->to == SB_NOBODY || move->amount == 0 ||
            move->amount == INT64_MAX)
            return false;
    }
    return pending->fees != 0 && fees.bits == pending->fees;
}

static bool pending_is_good(const struct sb_ledger *ledger, const struct sb_pending *pending)
{
    return !sb_id_is_none(pending->id) && pending->payer != SB_NOBODY && pending->payee != SB_NOBODY &&
           pending->payer != pending->payee && pending->left > 0 && pending->left <= SB_AMOUNT_MAX &&
           pending->posted >= 0 && pending->posted <= SB_AMOUNT_MAX && pending->time <= ledger->time &&
           pending->time >= SB_TIME_MIN && pending->deadline > ledger->time && pending->kind != 0 &&
           pending->plan >= 1 && pending->plan <= ledger->laws.installed_count &&
           agent_is_good(ledger, pending) && sb_pendings_find(&ledger->pendings, pending->id) == SB_NOBODY;
}

static enum sb_status take_pending(struct feed *feed, const struct sb_ledger *ledger,
                                   struct sb_pending *ret_pending)
{
    const uint8_t *at = NULL;
    enum sb_status status = take(feed, PENDING_SIZE, &at);
    if (status != SB_OK)
        return status;
    struct sb_pending pending = {.id = id(&at)};
    pending.payer = sb_accounts_find(&ledger->accounts, id(&at));
    pending.payee = sb_accounts_find(&ledger->accounts, id(&at));
    struct sb_id agent = id(&at);
    pending.agent = sb_id_is_none(agent) ? SB_NOBODY : sb_accounts_find(&ledger->accounts, agent);
    pending.left = i64(&at);
    pending.posted = i64(&at);
    pending.time = i64(&at);
    pending.deadline = i64(&at);
    pending.kind = u16(&at);
    pending.plan = u32(&at);
    uint16_t has_fees = u16(&at);
    pending.counted = u64(&at);
    bool agent_is_known = sb_id_is_none(agent) || pending.agent != SB_NOBODY;
    bool good = has_fees <= 1 && agent_is_known && pending_is_good(ledger, &pending);
    if (good && has_fees == 1) {
        status = take(feed, PENDING_FEES_SIZE, &at);
        if (status != SB_OK)
            return status;
        pending.fees = pending.counted_fees = u32(&at);
        pending.provider = u16(&at);
        good = u16(&at) == 0 && fees_are_good(ledger, &pending);
    }
    if (!good)
        return damaged(feed, "a reservation is none that there can be", "có khoản tạm giữ không thể tồn tại");
    *ret_pending = pending;
    return SB_OK;
}

static enum sb_status load_pendings(struct feed *feed, struct sb_ledger *ledger)
{
    uint32_t count = 0;
    enum sb_status status = take_count(feed, PENDING_SIZE, &count);
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        struct sb_pending pending;
        status = take_pending(feed, ledger, &pending);
        if (status == SB_OK && sb_pendings_add(&ledger->pendings, &pending) == SB_NOBODY)
            status = no_memory(feed);
    }
    return status;
}

/* ------------------------------------------------------------------ windows */

struct window {
    struct sb_window_key key;
    uint32_t entries; /* that follow, of a rolling one */
    int64_t used;
};

/* Windows in the order of their identities: the states that have one, and what is expected next. */
struct windows {
    struct sb_window_now *now; /* owned; by state */
    uint8_t identity[16];      /* of the last window */
    uint32_t state;            /* its state */
    uint64_t subject;          /* its subject */
    bool any;                  /* there was one */
};

static uint32_t state_of(const struct sb_laws *laws, const uint8_t identity[16])
{
    for (uint32_t state = 0; state < laws->state_count; state++) {
        if (memcmp(laws->identities[state], identity, 16) == 0)
            return state;
    }
    return SB_NOBODY;
}

/* Identity and subject, in ascending order: none comes twice. */
static enum sb_status take_window_head(struct feed *feed, const struct sb_ledger *ledger,
                                       struct windows *windows)
{
    const uint8_t *at = NULL;
    enum sb_status status = take(feed, WINDOW_HEAD_SIZE, &at);
    if (status != SB_OK)
        return status;
    int order = windows->any ? memcmp(at, windows->identity, 16) : 1;
    uint64_t subject = sb_get_u64(at + 16);
    if (order < 0 || (order == 0 && subject <= windows->subject) || subject > UINT32_MAX)
        return damaged(feed, "windows are not in their order", "các khung không đúng thứ tự");
    if (order > 0) {
        memcpy(windows->identity, at, 16);
        windows->state = state_of(&ledger->laws, at);
    }
    windows->any = true;
    windows->subject = subject;
    /* A plan that was not installed has no windows: its states have no period. */
    bool known = windows->state != SB_NOBODY &&
                 (windows->now[windows->state].period != INT32_MIN || windows->now[windows->state].days != 0);
    return known ? SB_OK
                 : damaged(feed, "no installed charter has the limit of a window",
                           "không điều lệ đã cài nào có hạn mức của một khung");
}

static enum sb_status take_window(struct feed *feed, const struct sb_ledger *ledger, struct windows *windows,
                                  struct window *ret_window)
{
    const uint8_t *at = NULL;
    enum sb_status status = take_window_head(feed, ledger, windows);
    if (status != SB_OK)
        return status;
    const struct sb_window_now *now = &windows->now[windows->state];
    struct window window = {
        .key = {.state = windows->state, .subject = (uint32_t)windows->subject, .days = now->days}};
    if (now->days != 0) {
        status = take_count(feed, ROLLING_SIZE, &window.entries);
        if (status == SB_OK && window.entries == 0)
            status = damaged(feed, "a rolling window is empty", "một khung trượt trống");
        *ret_window = window;
        return status;
    }
    status = take(feed, WINDOW_TAIL_SIZE, &at);
    if (status != SB_OK)
        return status;
    window.key.period = (int32_t)u32(&at);
    bool zero = u32(&at) == 0;
    window.used = i64(&at);
    if (!zero || window.key.period != now->period || window.used == 0)
        return damaged(feed, "a window is not the one of the ledger's time",
                       "một khung không thuộc thời điểm của sổ cái");
    *ret_window = window;
    return SB_OK;
}

static enum sb_status load_entries(struct feed *feed, struct sb_ledger *ledger, const struct window *window)
{
    sb_time_us before = sb_rolling_edge(ledger->time, window->key.days);
    enum sb_status status = SB_OK;
    for (uint32_t i = 0; i < window->entries && status == SB_OK; i++) {
        const uint8_t *at = NULL;
        status = take(feed, ROLLING_SIZE, &at);
        if (status != SB_OK)
            return status;
        sb_time_us time = i64(&at);
        int64_t value = i64(&at);
        if (time <= before || time > ledger->time || value == 0 ||
            !sb_windows_put(&ledger->windows, window->key, time, value))
            return damaged(feed, "an entry of a rolling window is none that there can be",
                           "có mục của khung trượt không thể tồn tại");
        before = time;
        if (ledger->windows.failed)
            status = no_memory(feed);
    }
    return status;
}

static enum sb_status load_block(struct feed *feed, struct sb_ledger *ledger, struct windows *windows,
                                 uint32_t count)
{
    struct window block[BLOCK];
    enum sb_status status = SB_OK;
    uint32_t calendar = 0; /* of them wait for their place */
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        status = take_window(feed, ledger, windows, &block[calendar]);
        if (status != SB_OK)
            return status;
        if (block[calendar].entries != 0) {
            status = load_entries(feed, ledger, &block[calendar]);
        } else {
            sb_windows_prefetch(&ledger->windows, block[calendar].key.subject);
            calendar++;
        }
    }
    for (uint32_t i = 0; i < calendar && status == SB_OK; i++) {
        if (!sb_windows_put(&ledger->windows, block[i].key, ledger->time, block[i].used))
            status = damaged(feed, "a window's sum is too large", "tổng của một khung quá lớn");
    }
    return status;
}

static enum sb_status load_windows(struct feed *feed, struct sb_ledger *ledger)
{
    uint32_t count = 0;
    enum sb_status status = take_count(feed, WINDOW_HEAD_SIZE, &count);
    struct windows windows = {.now = calloc((size_t)ledger->laws.state_count + 1, sizeof(*windows.now))};
    if (status == SB_OK && (!windows.now || !sb_windows_reserve(&ledger->windows, count)))
        status = no_memory(feed);
    if (status == SB_OK)
        sb_laws_now(&ledger->laws, ledger->time, windows.now);
    for (uint32_t done = 0; done < count && status == SB_OK; done += BLOCK)
        status = load_block(feed, ledger, &windows, SB_MIN(BLOCK, count - done));
    free(windows.now);
    return status;
}

/* ------------------------------------------------------------------ reversed sums */

static enum sb_status load_reversals(struct feed *feed, struct sb_ledger *ledger)
{
    uint32_t count = 0;
    enum sb_status status = take_count(feed, REVERSAL_SIZE, &count);
    struct sb_id before = SB_ID_NONE;
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        const uint8_t *at = NULL;
        status = take(feed, REVERSAL_SIZE, &at);
        if (status != SB_OK)
            return status;
        struct sb_id of = id(&at);
        sb_amount reversed = i64(&at);
        bool ascends = of.hi != before.hi ? of.hi > before.hi : of.lo > before.lo;
        if (!ascends || reversed <= 0 || reversed > SB_AMOUNT_MAX)
            return damaged(feed, "a reversed sum is none that there can be",
                           "có tổng đã hoàn không thể tồn tại");
        if (!sb_reversals_set(&ledger->reversals, of, reversed))
            status = no_memory(feed);
        before = of;
    }
    return status;
}

/* ------------------------------------------------------------------ the whole */

static enum sb_status install(struct feed *feed, struct sb_ledger *ledger, const struct sb_plan *const *plans,
                              uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct sb_offer *offer = sb_laws_offer_of(&ledger->laws, plans[i]);
        assert(offer);
        if (!sb_laws_install(&ledger->laws, offer, plans[i]))
            return no_memory(feed);
        if (!ledger->territory)
            ledger->territory = plans[i]->territory;
    }
    return SB_OK;
}

/* What stands before the accounts: which format, the time, and the plan in force. */
static enum sb_status load_head(struct feed *feed, struct sb_ledger *ledger)
{
    static const uint8_t no_plan[32];
    const struct sb_plan *plan = sb_ledger_law(ledger);
    const uint8_t *at = NULL;
    enum sb_status status = take(feed, SB_STATE_MAGIC_SIZE + 8 + 32, &at);
    if (status != SB_OK)
        return status;
    sb_time_us time = (sb_time_us)sb_get_u64(at + SB_STATE_MAGIC_SIZE);
    if (memcmp(at, SB_STATE_MAGIC, SB_STATE_MAGIC_SIZE) != 0)
        return damaged(feed, "it does not begin as one", "phần đầu không đúng");
    if (time != SB_TIME_ALWAYS && (time < SB_TIME_MIN || time > SB_TIME_MAX))
        return damaged(feed, "its time is none that there is", "thời điểm không tồn tại");
    if (memcmp(at + SB_STATE_MAGIC_SIZE + 8, plan ? plan->hash : no_plan, 32) != 0)
        return damaged(feed, "its charter is not the one that was installed last",
                       "điều lệ không phải là điều lệ được cài sau cùng");
    ledger->time = time;
    return SB_OK;
}

enum sb_status sb_ledger_load(struct sb_ledger *ledger, const struct sb_plan *const *plans,
                              uint32_t plan_count, const struct sb_ledger_source *source, struct sb_err *err)
{
    struct feed feed = {.source = source, .unread = source->size, .err = err};
    assert(ledger->accounts.count == 0);
    assert(ledger->laws.installed_count == 0);
    enum sb_status status = install(&feed, ledger, plans, plan_count);
    if (status == SB_OK)
        status = load_head(&feed, ledger);
    if (status == SB_OK)
        status = load_accounts(&feed, ledger);
    if (status == SB_OK)
        status = load_pendings(&feed, ledger);
    if (status == SB_OK)
        status = load_windows(&feed, ledger);
    if (status == SB_OK)
        status = load_reversals(&feed, ledger);
    if (status == SB_OK && feed.unread != 0)
        status = damaged(&feed, "something stands behind its end", "còn dữ liệu sau phần cuối");
    if (status == SB_OK && sb_ledger_check(ledger, err) != SB_OK)
        status = damaged(&feed, "its books do not agree with themselves", "sổ không tự khớp");
    return status;
}
