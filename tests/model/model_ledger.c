/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger: the checks of docs/ledger.md in the order of the result codes, and what each type does. */
#include "model.h"

#include <stdlib.h>

void m_ledger_init(struct m_ledger *ledger, uint32_t room)
{
    *ledger = (struct m_ledger){.plan = -1, .time = SB_TIME_ALWAYS, .room = room};
    ledger->flows = calloc(room, sizeof(*ledger->flows));
    ledger->memories = calloc(room, sizeof(*ledger->memories));
    ledger->reversals = calloc(room, sizeof(*ledger->reversals));
    assert(ledger->flows != NULL && ledger->memories != NULL && ledger->reversals != NULL);
}

void m_ledger_release(struct m_ledger *ledger)
{
    free(ledger->flows);
    free(ledger->memories);
    free(ledger->reversals);
}

int m_account_of(const struct m_ledger *ledger, struct sb_id id)
{
    for (int i = 0; i < ledger->account_count; i++)
        if (sb_id_equal(ledger->accounts[i].id, id))
            return i;
    return -1;
}

const struct m_memory *m_remember(const struct m_ledger *ledger, struct sb_id id)
{
    for (uint32_t i = 0; i < ledger->memory_count; i++)
        if (sb_id_equal(ledger->memories[i].event.id, id))
            return &ledger->memories[i];
    return NULL;
}

int64_t m_reversed_of(const struct m_ledger *ledger, struct sb_id id)
{
    for (uint32_t i = 0; i < ledger->reversed_count; i++)
        if (sb_id_equal(ledger->reversals[i].id, id))
            return ledger->reversals[i].amount;
    return 0;
}

struct m_flow *m_flow_of(const struct m_ledger *ledger, struct sb_id id)
{
    for (uint32_t i = 0; i < ledger->flow_count; i++)
        if (sb_id_equal(ledger->flows[i].id, id))
            return &ledger->flows[i];
    return NULL;
}

/* ------------------------------------------------------------------ the form of a record */

static bool is_zero(const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (((const unsigned char *)bytes)[i] != 0)
            return false;
    return true;
}

/* Take out of a copy what the type uses; what is left must be zero. */
static bool is_well_formed(const struct sb_event *event)
{
    struct sb_event rest = *event;
    struct sb_id none = SB_ID_NONE;
    unsigned flags = SB_F_LINKED;
    rest.id = none;
    rest.time = 0;
    rest.type = 0;
    switch (event->type) {
    case SB_EVENT_TRANSFER:
        if ((event->flags & SB_F_PENDING) != 0)
            rest.timeout_s = 0;
        if (event->timeout_s > SB_TIMEOUT_MAX)
            return false;
        flags |= SB_F_PENDING;
        rest.payer = rest.payee = rest.agent = none;
        rest.amount = 0;
        rest.place = rest.steps = 0;
        rest.kind = rest.provider = rest.channel = rest.purpose = rest.country = 0;
        break;
    case SB_EVENT_POST:
    case SB_EVENT_REVERSE:
        rest.amount = 0;
        rest.other = none;
        break;
    case SB_EVENT_VOID: rest.other = none; break;
    case SB_EVENT_OPEN:
        rest.person = none;
        rest.attributes.unit = rest.attributes.class_ = rest.attributes.provider = rest.attributes.issuer = 0;
        rest.attributes.opened_on = 0;
        rest.attributes.flags &=
            (uint8_t) ~(SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS | SB_A_CREDITS_MAY_NOT_EXCEED_DEBITS);
        __attribute__((fallthrough));
    case SB_EVENT_CHANGE:
        rest.account = none;
        rest.attributes.tier = rest.attributes.sex = rest.attributes.birth_year = 0;
        rest.attributes.place = 0;
        rest.attributes.sim_since = 0;
        break;
    case SB_EVENT_FREEZE:
        rest.attributes.frozen &= (uint8_t) ~(SB_FROZEN_IN | SB_FROZEN_OUT);
        __attribute__((fallthrough));
    case SB_EVENT_CLOSE:
    case SB_EVENT_REOPEN: rest.account = none; break;
    case SB_EVENT_CHARTER:
        memset(rest.charter_hash, 0, sizeof(rest.charter_hash));
        flags = 0;
        break;
    case SB_EVENT_NAME:
        if (event->name_space >= SB_SPACE_COUNT || event->name_size < 1 ||
            event->name_size > SB_SYMBOL_SIZE_MAX)
            return false;
        rest.name_space = rest.name_code = rest.name_size = 0;
        memset(rest.name, 0, event->name_size);
        flags = 0;
        break;
    case SB_EVENT_TICK: flags = 0; break;
    default: return false;
    }
    rest.flags &= (uint8_t)~flags;
    return is_zero(&rest, sizeof(rest)) && (!(flags == 0) || sb_id_is_none(event->id));
}

static bool has_no_id(const struct sb_event *event)
{
    return event->type == SB_EVENT_CHARTER || event->type == SB_EVENT_NAME || event->type == SB_EVENT_TICK;
}

static bool is_same(const struct sb_event *a, const struct sb_event *b)
{
    struct sb_event x = *a, y = *b;
    x.time = y.time = 0;
    return memcmp(&x, &y, sizeof(x)) == 0;
}

/* ------------------------------------------------------------------ time, reservations */

static void end_reservation(struct m_ledger *ledger, struct m_flow *flow)
{
    ledger->accounts[flow->payer].debits_held -= flow->left;
    ledger->accounts[flow->payee].credits_held -= flow->left;
    flow->given_back += flow->left;
    if (flow->posted == 0) {
        flow->count_given_back = flow->fees_ended = true;
        for (int i = 0; i < flow->charge_count; i++) {
            const struct m_charge *charge = &flow->charges[i];
            ledger->accounts[charge->payer].debits_held -= charge->amount;
            ledger->accounts[charge->receiver].credits_held -= charge->amount;
        }
    }
    flow->left = 0;
    flow->open = false;
}

static void pass_time(struct m_ledger *ledger, sb_time_us time)
{
    ledger->time = time;
    for (uint32_t i = 0; i < ledger->flow_count; i++)
        if (ledger->flows[i].open && ledger->flows[i].deadline <= time)
            end_reservation(ledger, &ledger->flows[i]);
}

/* ------------------------------------------------------------------ money */

/* Whether a sum may grow by amount. */
static bool grows(int64_t sum, int64_t amount)
{
    return (m_wide)sum + amount <= INT64_MAX;
}

static bool can_pay(const struct m_account *account, int64_t amount)
{
    return (account->flags & SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS) == 0 ||
           (m_wide)account->credits - account->debits - account->debits_held >= amount;
}

static bool can_receive(const struct m_account *account, int64_t amount)
{
    return (account->flags & SB_A_CREDITS_MAY_NOT_EXCEED_DEBITS) == 0 ||
           (m_wide)account->debits - account->credits - account->credits_held >= amount;
}

static enum sb_result_code move_now(struct m_account *payer, struct m_account *payee, int64_t amount)
{
    if (!can_pay(payer, amount) || !can_receive(payee, amount))
        return SB_R_NO_MONEY;
    if (!grows(payer->debits, amount) || !grows(payee->credits, amount))
        return SB_R_OVERFLOW;
    payer->debits += amount;
    payee->credits += amount;
    return SB_R_ACCEPTED;
}

static enum sb_result_code reserve(struct m_account *payer, struct m_account *payee, int64_t amount)
{
    if (!can_pay(payer, amount) || !can_receive(payee, amount))
        return SB_R_NO_MONEY;
    if (!grows(payer->debits_held, amount) || !grows(payee->credits_held, amount))
        return SB_R_OVERFLOW;
    payer->debits_held += amount;
    payee->credits_held += amount;
    return SB_R_ACCEPTED;
}

/* ------------------------------------------------------------------ transfers */

static void keep_flow(struct m_ledger *ledger, const struct sb_event *event, const struct m_verdict *verdict)
{
    bool pending = (event->flags & SB_F_PENDING) != 0;
    struct m_flow *flow = &ledger->flows[ledger->flow_count++];
    memset(flow, 0, sizeof(*flow));
    flow->id = event->id;
    flow->time = event->time;
    flow->amount = event->amount;
    flow->take_count = verdict->take_count;
    memcpy(flow->takes, verdict->takes, sizeof(flow->takes));
    flow->reserves = flow->open = pending;
    flow->payer = m_account_of(ledger, event->payer);
    flow->payee = m_account_of(ledger, event->payee);
    flow->left = pending ? event->amount : 0;
    flow->deadline = event->timeout_s == 0 ? INT64_MAX : event->time + event->timeout_s * SB_SECOND_US;
    flow->plan_number = ledger->plan_number;
    flow->plan = ledger->plan;
    flow->event = *event;
}

static enum sb_result_code judge_transfer(struct m_ledger *ledger, const struct sb_event *event,
                                          struct m_verdict *verdict, struct m_result *result)
{
    if (ledger->plan < 0)
        return SB_R_NO_CHARTER;
    m_judge(ledger, event, verdict);
    if (verdict->fails || verdict->undecided || verdict->asks) {
        result->key_count = verdict->key_count;
        memcpy(result->keys, verdict->keys, sizeof(result->keys));
        return verdict->fails ? SB_R_REFUSED : verdict->undecided ? SB_R_UNDECIDED : SB_R_ASK;
    }
    return SB_R_ACCEPTED;
}

/* ------------------------------------------------------------------ fees of a transfer */

static bool pays_not(const struct m_account *account)
{
    return account->closed || (account->frozen & SB_FROZEN_OUT) != 0;
}

static bool gets_not(const struct m_account *account)
{
    return account->closed || (account->frozen & SB_FROZEN_IN) != 0;
}

/* No account of any; then a blocked one of any; then a charge that nobody can write. */
static enum sb_result_code check_fees(const struct m_ledger *ledger, const struct m_fees *fees)
{
    enum sb_result_code code = SB_R_ACCEPTED;
    for (int i = fees->count - 1; i >= 0; i--)
        if (fees->fees[i].applies == M_YES && fees->fees[i].charge > INT64_MAX)
            code = SB_R_OVERFLOW;
    for (int i = 0; i < fees->count; i++) {
        const struct m_fee *fee = &fees->fees[i];
        if (fee->applies == M_YES && fee->payer >= 0 && fee->receiver >= 0 &&
            (pays_not(&ledger->accounts[fee->payer]) || gets_not(&ledger->accounts[fee->receiver])))
            code = SB_R_FEE_ACCOUNT_BLOCKED;
    }
    for (int i = 0; i < fees->count; i++)
        if (fees->fees[i].applies == M_YES && (fees->fees[i].payer < 0 || fees->fees[i].receiver < 0))
            code = SB_R_NO_FEE_ACCOUNT;
    return code;
}

static uint32_t bits_of(const struct m_flow *flow, bool only_returned)
{
    uint32_t bits = 0;
    for (int i = 0; i < flow->charge_count; i++)
        if (!only_returned || flow->charges[i].is_returned)
            bits |= UINT32_C(1) << flow->charges[i].bit;
    return bits;
}

static void keep_charges(struct m_flow *flow, const struct m_fees *fees)
{
    for (int i = 0; i < fees->count; i++)
        if (fees->fees[i].applies == M_YES)
            flow->charges[flow->charge_count++] =
                (struct m_charge){i, fees->fees[i].payer, fees->fees[i].receiver,
                                  (int64_t)fees->fees[i].charge, fees->fees[i].s->is_returned};
}

/* The amount, then each fee: all or nothing. */
static enum sb_result_code move_all(struct m_ledger *ledger, const struct sb_event *event,
                                    const struct m_verdict *verdict)
{
    static struct m_account before[M_ACCOUNTS_MAX];
    bool pending = (event->flags & SB_F_PENDING) != 0;
    struct m_account *payer = &ledger->accounts[m_account_of(ledger, event->payer)];
    struct m_account *payee = &ledger->accounts[m_account_of(ledger, event->payee)];
    memcpy(before, ledger->accounts, sizeof(before));
    enum sb_result_code code =
        pending ? reserve(payer, payee, event->amount) : move_now(payer, payee, event->amount);
    for (int i = 0; i < verdict->fees.count && code == SB_R_ACCEPTED; i++) {
        const struct m_fee *fee = &verdict->fees.fees[i];
        if (fee->applies != M_YES)
            continue;
        struct m_account *from = &ledger->accounts[fee->payer], *to = &ledger->accounts[fee->receiver];
        code = pending ? reserve(from, to, (int64_t)fee->charge) : move_now(from, to, (int64_t)fee->charge);
    }
    if (code == SB_R_ACCEPTED && verdict->overflows)
        code = SB_R_OVERFLOW;
    if (code != SB_R_ACCEPTED)
        memcpy(ledger->accounts, before, sizeof(before));
    return code;
}

static enum sb_result_code transfer(struct m_ledger *ledger, const struct sb_event *event,
                                    struct m_result *result)
{
    if (event->amount < 1 || event->amount > SB_AMOUNT_MAX)
        return SB_R_AMOUNT_INVALID;
    if (event->kind == 0)
        return SB_R_KIND_MISSING;
    if (sb_id_equal(event->payer, event->payee))
        return SB_R_SAME_ACCOUNT;
    int payer_at = m_account_of(ledger, event->payer), payee_at = m_account_of(ledger, event->payee);
    int agent_at = m_account_of(ledger, event->agent);
    if (payer_at < 0)
        return SB_R_NO_PAYER;
    if (payee_at < 0)
        return SB_R_NO_PAYEE;
    if (agent_at < 0 && !sb_id_is_none(event->agent))
        return SB_R_NO_AGENT;
    struct m_account *payer = &ledger->accounts[payer_at], *payee = &ledger->accounts[payee_at];
    if (payer->closed || payee->closed || (agent_at >= 0 && ledger->accounts[agent_at].closed))
        return SB_R_CLOSED;
    if ((payer->frozen & SB_FROZEN_OUT) != 0 || (payee->frozen & SB_FROZEN_IN) != 0)
        return SB_R_FROZEN;
    if (payer->unit != payee->unit)
        return SB_R_UNIT_DIFFERS;
    static struct m_verdict verdict;
    enum sb_result_code code = judge_transfer(ledger, event, &verdict, result);
    if (code != SB_R_ACCEPTED)
        return code;
    code = check_fees(ledger, &verdict.fees);
    if (code == SB_R_ACCEPTED)
        code = move_all(ledger, event, &verdict);
    if (code != SB_R_ACCEPTED)
        return code;
    keep_flow(ledger, event, &verdict);
    keep_charges(&ledger->flows[ledger->flow_count - 1], &verdict.fees);
    result->fees = bits_of(&ledger->flows[ledger->flow_count - 1], false);
    result->counted_count = verdict.take_count;
    for (int i = 0; i < verdict.take_count; i++)
        result->counted[i] = verdict.takes[i].identity;
    return SB_R_ACCEPTED;
}

/* ------------------------------------------------------------------ posts, voids, reversals */

/* The event that `other` names, if it was accepted. */
static const struct sb_event *accepted_before(const struct m_ledger *ledger, struct sb_id id)
{
    const struct m_memory *memory = m_remember(ledger, id);
    if (memory == NULL || memory->result.code != SB_R_ACCEPTED)
        return NULL;
    return &memory->event;
}

static enum sb_result_code find_reservation(struct m_ledger *ledger, const struct sb_event *event,
                                            struct m_flow **ret_flow)
{
    const struct sb_event *other = accepted_before(ledger, event->other);
    if (other == NULL)
        return SB_R_NO_ORIGINAL;
    if (other->type != SB_EVENT_TRANSFER || (other->flags & SB_F_PENDING) == 0)
        return SB_R_WRONG_ORIGINAL;
    struct m_flow *flow = m_flow_of(ledger, event->other);
    assert(flow != NULL);
    if (flow->deadline <= event->time)
        return SB_R_EXPIRED;
    if (flow->left == 0)
        return SB_R_FINISHED;
    *ret_flow = flow;
    return SB_R_ACCEPTED;
}

/* The fees of a reservation go from held to posted; all or none. */
static enum sb_result_code post_charges(struct m_ledger *ledger, const struct m_flow *flow)
{
    for (int i = 0; i < flow->charge_count; i++) {
        const struct m_charge *charge = &flow->charges[i];
        struct m_account *from = &ledger->accounts[charge->payer], *to = &ledger->accounts[charge->receiver];
        if (!grows(from->debits, charge->amount) || !grows(to->credits, charge->amount))
            return SB_R_OVERFLOW;
        from->debits_held -= charge->amount;
        from->debits += charge->amount;
        to->credits_held -= charge->amount;
        to->credits += charge->amount;
    }
    return SB_R_ACCEPTED;
}

static enum sb_result_code post(struct m_ledger *ledger, const struct sb_event *event,
                                struct m_result *result)
{
    static struct m_account before[M_ACCOUNTS_MAX];
    if (event->amount < 1 || event->amount > SB_AMOUNT_MAX)
        return SB_R_AMOUNT_INVALID;
    struct m_flow *flow;
    enum sb_result_code code = find_reservation(ledger, event, &flow);
    if (code != SB_R_ACCEPTED)
        return code;
    if (event->amount > flow->left)
        return SB_R_EXCEEDS_ORIGINAL;
    struct m_account *payer = &ledger->accounts[flow->payer], *payee = &ledger->accounts[flow->payee];
    if (payer->closed || payee->closed)
        return SB_R_CLOSED;
    if ((payer->frozen & SB_FROZEN_OUT) != 0 || (payee->frozen & SB_FROZEN_IN) != 0)
        return SB_R_FROZEN;
    bool is_first = flow->posted == 0;
    for (int i = 0; i < flow->charge_count && is_first; i++)
        if (pays_not(&ledger->accounts[flow->charges[i].payer]) ||
            gets_not(&ledger->accounts[flow->charges[i].receiver]))
            return SB_R_FEE_ACCOUNT_BLOCKED;
    if (!grows(payer->debits, event->amount) || !grows(payee->credits, event->amount))
        return SB_R_OVERFLOW;
    memcpy(before, ledger->accounts, sizeof(before));
    payer->debits_held -= event->amount;
    payer->debits += event->amount;
    payee->credits_held -= event->amount;
    payee->credits += event->amount;
    if (is_first && post_charges(ledger, flow) != SB_R_ACCEPTED) {
        memcpy(ledger->accounts, before, sizeof(before));
        return SB_R_OVERFLOW;
    }
    result->fees = is_first ? bits_of(flow, false) : 0;
    flow->left -= event->amount;
    flow->posted += event->amount;
    flow->open = flow->left > 0;
    return SB_R_ACCEPTED;
}

static enum sb_result_code void_(struct m_ledger *ledger, const struct sb_event *event)
{
    struct m_flow *flow;
    enum sb_result_code code = find_reservation(ledger, event, &flow);
    if (code == SB_R_ACCEPTED)
        end_reservation(ledger, flow);
    return code;
}

static void add_reversed(struct m_ledger *ledger, struct sb_id id, int64_t amount)
{
    for (uint32_t i = 0; i < ledger->reversed_count; i++) {
        if (sb_id_equal(ledger->reversals[i].id, id)) {
            ledger->reversals[i].amount += amount;
            return;
        }
    }
    ledger->reversals[ledger->reversed_count++] = (struct m_reversed){id, amount};
}

/* Those that are returned, the last one first; then the amount. All or nothing. */
static enum sb_result_code move_back(struct m_ledger *ledger, const struct m_flow *flow, int64_t amount,
                                     bool with_fees)
{
    static struct m_account before[M_ACCOUNTS_MAX];
    enum sb_result_code code = SB_R_ACCEPTED;
    for (int i = 0; i < flow->charge_count && with_fees; i++)
        if (flow->charges[i].is_returned && (pays_not(&ledger->accounts[flow->charges[i].receiver]) ||
                                             gets_not(&ledger->accounts[flow->charges[i].payer])))
            return SB_R_FEE_ACCOUNT_BLOCKED;
    memcpy(before, ledger->accounts, sizeof(before));
    for (int i = flow->charge_count - 1; i >= 0 && with_fees && code == SB_R_ACCEPTED; i--)
        if (flow->charges[i].is_returned)
            code = move_now(&ledger->accounts[flow->charges[i].receiver],
                            &ledger->accounts[flow->charges[i].payer], flow->charges[i].amount);
    if (code == SB_R_ACCEPTED)
        code = move_now(&ledger->accounts[flow->payee], &ledger->accounts[flow->payer], amount);
    if (code != SB_R_ACCEPTED)
        memcpy(ledger->accounts, before, sizeof(before));
    return code;
}

static enum sb_result_code reverse(struct m_ledger *ledger, const struct sb_event *event,
                                   struct m_result *result)
{
    if (event->amount < 1 || event->amount > SB_AMOUNT_MAX)
        return SB_R_AMOUNT_INVALID;
    const struct sb_event *other = accepted_before(ledger, event->other);
    if (other == NULL)
        return SB_R_NO_ORIGINAL;
    bool posts = other->type == SB_EVENT_POST;
    if (!posts && (other->type != SB_EVENT_TRANSFER || (other->flags & SB_F_PENDING) != 0))
        return SB_R_WRONG_ORIGINAL;
    int64_t reversed = m_reversed_of(ledger, other->id);
    if (event->amount > other->amount - reversed)
        return SB_R_EXCEEDS_ORIGINAL;
    struct m_flow *flow = m_flow_of(ledger, posts ? other->other : other->id);
    assert(flow != NULL);
    struct m_account *payer = &ledger->accounts[flow->payer], *payee = &ledger->accounts[flow->payee];
    if (payer->closed || payee->closed)
        return SB_R_CLOSED;
    if ((payee->frozen & SB_FROZEN_OUT) != 0 || (payer->frozen & SB_FROZEN_IN) != 0)
        return SB_R_FROZEN;
    bool is_whole = event->amount == flow->amount;
    enum sb_result_code code = move_back(ledger, flow, event->amount, is_whole);
    if (code != SB_R_ACCEPTED)
        return code;
    result->fees = is_whole ? bits_of(flow, true) : 0;
    flow->fees_returned = flow->fees_returned || is_whole;
    add_reversed(ledger, other->id, event->amount);
    flow->given_back += event->amount;
    if (!posts && reversed + event->amount == flow->amount)
        flow->count_given_back = true;
    return SB_R_ACCEPTED;
}

/* ------------------------------------------------------------------ accounts and charters */

/* With a charter that has a territory, a place must be one of that time. */
static sb_place_index place_of(const struct m_ledger *ledger, const struct sb_event *event)
{
    bool dated = ledger->plan >= 0 && ledger->world->territory != NULL;
    return dated ? m_place_then(ledger->world, event->attributes.place, event->time) : 0;
}

static bool has_right_place(const struct m_ledger *ledger, const struct sb_event *event)
{
    return ledger->plan < 0 || ledger->world->territory == NULL || event->attributes.place == 0 ||
           place_of(ledger, event) != 0;
}

static enum sb_result_code open_account(struct m_ledger *ledger, const struct sb_event *event)
{
    if (m_account_of(ledger, event->account) >= 0)
        return SB_R_ACCOUNT_EXISTS;
    if (event->attributes.unit == 0 || !has_right_place(ledger, event))
        return SB_R_ATTRIBUTE_INVALID;
    assert(ledger->account_count < M_ACCOUNTS_MAX);
    ledger->accounts[ledger->account_count++] = (struct m_account){
        .id = event->account,
        .person = event->person,
        .unit = event->attributes.unit,
        .class_ = event->attributes.class_,
        .provider = event->attributes.provider,
        .tier = event->attributes.tier,
        .issuer = event->attributes.issuer,
        .sex = event->attributes.sex,
        .birth_year = event->attributes.birth_year,
        .flags = event->attributes.flags,
        .place = event->attributes.place,
        .place_index = place_of(ledger, event),
        .opened_on = event->attributes.opened_on,
        .sim_since = event->attributes.sim_since,
    };
    return SB_R_ACCEPTED;
}

static enum sb_result_code on_account(struct m_ledger *ledger, const struct sb_event *event)
{
    int at = m_account_of(ledger, event->account);
    if (event->type == SB_EVENT_CHANGE && !has_right_place(ledger, event))
        return SB_R_ATTRIBUTE_INVALID;
    if (at < 0)
        return SB_R_NO_ACCOUNT;
    struct m_account *account = &ledger->accounts[at];
    if (event->type == SB_EVENT_REOPEN) {
        if (!account->closed)
            return SB_R_NOT_CLOSED;
        account->closed = false;
        return SB_R_ACCEPTED;
    }
    if (account->closed)
        return SB_R_CLOSED;
    if (event->type == SB_EVENT_CLOSE) {
        if (account->credits != account->debits || account->credits_held != 0 || account->debits_held != 0)
            return SB_R_NOT_EMPTY;
        account->closed = true;
    } else if (event->type == SB_EVENT_FREEZE) {
        account->frozen = event->attributes.frozen;
    } else {
        account->tier = event->attributes.tier;
        account->place = event->attributes.place;
        account->place_index = place_of(ledger, event);
        account->sim_since = event->attributes.sim_since;
        account->birth_year = event->attributes.birth_year;
        account->sex = event->attributes.sex;
    }
    return SB_R_ACCEPTED;
}

static enum sb_result_code install(struct m_ledger *ledger, const struct sb_event *event)
{
    for (int i = 0; i < ledger->plan_count; i++) {
        if (memcmp(ledger->plan_hashes[i], event->charter_hash, 32) == 0) {
            ledger->plan = i;
            ledger->plan_number++;
            return SB_R_ACCEPTED;
        }
    }
    return SB_R_UNKNOWN_CHARTER;
}

/* ------------------------------------------------------------------ one event */

static enum sb_result_code check_form(const struct m_ledger *ledger, const struct sb_event *event)
{
    if (!is_well_formed(event))
        return SB_R_MALFORMED;
    if (sb_id_is_none(event->id) && !has_no_id(event))
        return SB_R_ID_ZERO;
    return event->time < ledger->time ? SB_R_TIME_BACK : SB_R_ACCEPTED;
}

static void keep_memory(struct m_ledger *ledger, const struct sb_event *event, const struct m_result *result)
{
    if (sb_id_is_none(event->id) || m_remember(ledger, event->id) != NULL)
        return;
    ledger->memories[ledger->memory_count++] = (struct m_memory){.event = *event, .result = *result};
}

/* Form and time are right: the id, then the rest. */
static void judge_one(struct m_ledger *ledger, const struct sb_event *event, struct m_result *result)
{
    const struct m_memory *memory = sb_id_is_none(event->id) ? NULL : m_remember(ledger, event->id);
    if (memory != NULL) {
        if (is_same(&memory->event, event)) {
            *result = memory->result;
            result->repeated = true;
        } else {
            result->code = SB_R_ID_REUSED;
        }
        return;
    }
    switch ((enum sb_event_type)event->type) {
    case SB_EVENT_TRANSFER: result->code = transfer(ledger, event, result); break;
    case SB_EVENT_POST: result->code = post(ledger, event, result); break;
    case SB_EVENT_VOID: result->code = void_(ledger, event); break;
    case SB_EVENT_REVERSE: result->code = reverse(ledger, event, result); break;
    case SB_EVENT_OPEN: result->code = open_account(ledger, event); break;
    case SB_EVENT_CHANGE:
    case SB_EVENT_FREEZE:
    case SB_EVENT_CLOSE:
    case SB_EVENT_REOPEN: result->code = on_account(ledger, event); break;
    case SB_EVENT_CHARTER: result->code = install(ledger, event); break;
    case SB_EVENT_NAME:
    case SB_EVENT_TICK: result->code = SB_R_ACCEPTED; break;
    }
    keep_memory(ledger, event, result);
}

static void start_result(const struct m_ledger *ledger, struct m_result *result)
{
    result->code = SB_R_ACCEPTED;
    result->repeated = false;
    result->plan = ledger->plan;
    result->fees = 0;
    result->key_count = result->counted_count = 0;
}

/* ------------------------------------------------------------------ chains */

static int broken_by_form(const struct sb_event *events, uint32_t count, enum sb_result_code *ret_code)
{
    if ((events[count - 1].flags & SB_F_LINKED) != 0) {
        *ret_code = SB_R_CHAIN_OPEN;
        return (int)count - 1;
    }
    for (uint32_t i = 1; i < count; i++) {
        if (events[i].time != events[0].time) {
            *ret_code = SB_R_CHAIN_TIME;
            return (int)i;
        }
    }
    if (count > SB_CHAIN_MAX) {
        *ret_code = SB_R_CHAIN_LONG;
        return SB_CHAIN_MAX;
    }
    return -1;
}

/* All that a chain that fails must put back. */
struct m_before {
    struct m_ledger ledger;
    struct m_flow *flows;
    struct m_reversed *reversals;
};

static void save(const struct m_ledger *ledger, struct m_before *before)
{
    before->ledger = *ledger;
    before->flows = malloc(((size_t)ledger->flow_count + 1) * sizeof(*ledger->flows));
    before->reversals = malloc(((size_t)ledger->reversed_count + 1) * sizeof(*ledger->reversals));
    assert(before->flows != NULL && before->reversals != NULL);
    memcpy(before->flows, ledger->flows, ledger->flow_count * sizeof(*ledger->flows));
    memcpy(before->reversals, ledger->reversals, ledger->reversed_count * sizeof(*ledger->reversals));
}

static void restore(struct m_ledger *ledger, const struct m_before *before)
{
    *ledger = before->ledger;
    memcpy(ledger->flows, before->flows, ledger->flow_count * sizeof(*ledger->flows));
    memcpy(ledger->reversals, before->reversals, ledger->reversed_count * sizeof(*ledger->reversals));
}

/* The members up to the first that fails; -1 when none does. */
static int judge_members(struct m_ledger *ledger, const struct sb_event *events, uint32_t count,
                         struct m_result *results)
{
    for (uint32_t i = 0; i < count; i++) {
        start_result(ledger, &results[i]);
        results[i].code = check_form(ledger, &events[i]);
        if (results[i].code == SB_R_ACCEPTED)
            judge_one(ledger, &events[i], &results[i]);
        if (results[i].code != SB_R_ACCEPTED)
            return (int)i;
    }
    return -1;
}

static void step_chain(struct m_ledger *ledger, const struct sb_event *events, uint32_t count,
                       struct m_result *results)
{
    enum sb_result_code code = SB_R_ACCEPTED;
    int failed = broken_by_form(events, count, &code);
    if (failed >= 0) {
        start_result(ledger, &results[failed]);
        results[failed].code = code;
    } else {
        struct m_before before;
        if (check_form(ledger, &events[0]) == SB_R_ACCEPTED)
            pass_time(ledger, events[0].time);
        save(ledger, &before);
        failed = judge_members(ledger, events, count, results);
        if (failed >= 0)
            restore(ledger, &before);
        free(before.flows);
        free(before.reversals);
        if (failed < 0)
            return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if ((int)i != failed) {
            start_result(ledger, &results[i]);
            results[i].code = SB_R_CHAIN_BROKEN;
        }
        if (results[i].code > SB_R_TIME_BACK && !results[i].repeated)
            keep_memory(ledger, &events[i], &results[i]);
    }
}

void m_step(struct m_ledger *ledger, const struct sb_event *events, uint32_t count, struct m_result *results)
{
    if (count > 1 || (events[0].flags & SB_F_LINKED) != 0) {
        step_chain(ledger, events, count, results);
        return;
    }
    start_result(ledger, &results[0]);
    results[0].code = check_form(ledger, &events[0]);
    if (results[0].code != SB_R_ACCEPTED)
        return;
    pass_time(ledger, events[0].time);
    judge_one(ledger, &events[0], &results[0]);
}
