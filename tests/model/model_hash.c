/* SPDX-License-Identifier: Apache-2.0 */
/* The state hash: the bytes that docs/ledger.md lists, written one after the other, then hashed. */
#include "model.h"

#include <sodium.h>
#include <stdlib.h>

struct m_bytes {
    unsigned char *bytes; /* owned */
    size_t size, room;
};

static void put(struct m_bytes *out, const void *bytes, size_t size)
{
    if (out->size + size > out->room) {
        out->room = 2 * (out->room + size);
        out->bytes = realloc(out->bytes, out->room);
        assert(out->bytes != NULL);
    }
    memcpy(out->bytes + out->size, bytes, size);
    out->size += size;
}

/* A number in so many bytes, lowest first. */
static void put_number(struct m_bytes *out, int64_t number, size_t size)
{
    uint64_t rest = (uint64_t)number;
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)(rest >> (8 * i));
        put(out, &byte, 1);
    }
}

static void put_id(struct m_bytes *out, struct sb_id id)
{
    put_number(out, (int64_t)id.lo, 8);
    put_number(out, (int64_t)id.hi, 8);
}

static void put_account(struct m_bytes *out, const struct m_world *world, const struct m_account *account)
{
    put_id(out, account->id);
    put_id(out, account->person);
    put_number(out, account->debits, 8);
    put_number(out, account->credits, 8);
    put_number(out, account->debits_held, 8);
    put_number(out, account->credits_held, 8);
    put_number(out, account->unit, 2);
    put_number(out, account->class_, 2);
    put_number(out, account->provider, 2);
    put_number(out, account->tier, 2);
    put_number(out, account->issuer, 2);
    put_number(out, account->sex, 2);
    put_number(out, account->birth_year, 2);
    put_number(out, account->flags, 1);
    put_number(out, account->frozen, 1);
    put_number(out, account->closed ? 1 : 0, 1);
    put_number(out, 0, 1);
    put_number(out, account->place, 4);
    bool placed = account->place_index != 0;
    put_number(out, placed ? sb_territory_info(world->territory, account->place_index)->epoch : 0xFFFF, 2);
    put_number(out, 0, 2);
    put_number(out, account->opened_on, 4);
    put_number(out, account->sim_since, 4);
}

static void put_reservations(struct m_bytes *out, const struct m_ledger *ledger,
                             const struct m_numbers *numbers)
{
    int64_t open = 0;
    for (uint32_t i = 0; i < ledger->flow_count; i++)
        open += ledger->flows[i].open ? 1 : 0;
    put_number(out, open, 8);
    for (uint32_t i = 0; i < ledger->flow_count; i++) {
        const struct m_flow *flow = &ledger->flows[i];
        uint64_t counted = 0;
        if (!flow->open)
            continue;
        for (int k = 0; k < flow->take_count; k++)
            counted |= UINT64_C(1) << numbers->counter[flow->plan][flow->takes[k].identity];
        put_id(out, flow->id);
        put_id(out, flow->event.payer);
        put_id(out, flow->event.payee);
        put_id(out, flow->event.agent);
        put_number(out, flow->left, 8);
        put_number(out, flow->posted, 8);
        put_number(out, flow->time, 8);
        put_number(out, flow->deadline, 8);
        put_number(out, flow->event.kind, 2);
        put_number(out, flow->plan_number, 4);
        put_number(out, flow->charge_count > 0 ? 1 : 0, 2);
        put_number(out, (int64_t)counted, 8);
        if (flow->charge_count == 0)
            continue;
        uint32_t fees = 0;
        for (int k = 0; k < flow->charge_count; k++)
            fees |= UINT32_C(1) << flow->charges[k].bit;
        put_number(out, fees, 4);
        put_number(out, flow->event.provider, 2);
        put_number(out, 0, 2);
    }
}

/* ------------------------------------------------------------------ windows */

struct m_live {
    const uint8_t *identity;
    int64_t subject_number;
    const struct m_sentence *s;
    struct m_subject subject;
};

static int64_t number_of_subject(const struct m_ledger *ledger, const struct m_sentence *s,
                                 const struct m_subject *subject)
{
    if (s->subject == M_PER_PROVIDER)
        return subject->provider;
    for (int i = 0; i < ledger->account_count && s->subject != M_PER_PILOT; i++) {
        struct m_subject other;
        if (m_subject_of(s, &ledger->accounts[i], &other) && sb_id_equal(other.id, subject->id) &&
            other.provider == subject->provider)
            return i;
    }
    return 0;
}

static int by_identity_and_subject(const void *a, const void *b)
{
    const struct m_live *x = a, *y = b;
    int order = memcmp(x->identity, y->identity, 16);
    if (order != 0)
        return order;
    return x->subject_number < y->subject_number ? -1 : x->subject_number > y->subject_number;
}

/* Every counter and subject that an accepted transfer was counted for, once. */
static int find_live(const struct m_ledger *ledger, const struct m_numbers *numbers, struct m_live *live)
{
    int count = 0;
    for (uint32_t i = 0; i < ledger->flow_count; i++) {
        for (int k = 0; k < ledger->flows[i].take_count; k++) {
            const struct m_take *take = &ledger->flows[i].takes[k];
            int n = 0;
            while (n < count && (live[n].s->identity != take->identity ||
                                 !sb_id_equal(live[n].subject.id, take->subject.id) ||
                                 live[n].subject.provider != take->subject.provider))
                n++;
            if (n < count)
                continue;
            const struct m_sentence *s = numbers->sentence[take->identity];
            live[count++] = (struct m_live){.identity = numbers->identity[take->identity],
                                            .subject_number = number_of_subject(ledger, s, &take->subject),
                                            .s = s,
                                            .subject = take->subject};
        }
    }
    qsort(live, (size_t)count, sizeof(*live), by_identity_and_subject);
    return count;
}

static void put_rolling(struct m_bytes *out, const struct m_ledger *ledger, const struct m_live *window,
                        int64_t *ret_entries)
{
    *ret_entries = 0;
    for (uint32_t i = 0; i < ledger->flow_count; i++) {
        sb_time_us time = ledger->flows[i].time;
        if ((i > 0 && ledger->flows[i - 1].time == time) ||
            !m_same_window(window->s, ledger->world->offset_s, time, ledger->time))
            continue;
        int64_t value = m_used_at(ledger, window->s, &window->subject, time);
        if (value == 0)
            continue;
        put_number(out, time, 8);
        put_number(out, value, 8);
        ++*ret_entries;
    }
}

/* The day on which the window began. */
static int64_t period_of(const struct m_ledger *ledger, const struct m_sentence *s)
{
    int32_t offset_s = ledger->world->offset_s;
    sb_day day = m_local_day(ledger->time, offset_s);
    if (s->window == M_LIFETIME || s->window == M_WHOLE_PILOT)
        return 0;
    while (m_same_window(s, offset_s, m_day_begins(day - 1, offset_s), ledger->time))
        day--;
    return day;
}

static void put_windows(struct m_bytes *out, const struct m_ledger *ledger, const struct m_numbers *numbers)
{
    struct m_live *live = calloc((size_t)ledger->flow_count * M_TAKES_MAX + 1, sizeof(*live));
    assert(live != NULL);
    int count = find_live(ledger, numbers, live);
    struct m_bytes body = {0};
    int64_t windows = 0;
    for (int i = 0; i < count; i++) {
        int64_t used = m_used(ledger, live[i].s, &live[i].subject, ledger->time), entries = 0;
        struct m_bytes rolling = {0};
        if (live[i].s->window == M_ROLLING)
            put_rolling(&rolling, ledger, &live[i], &entries);
        if (live[i].s->window == M_ROLLING ? entries > 0 : used != 0) {
            windows++;
            put(&body, live[i].identity, 16);
            put_number(&body, live[i].subject_number, 8);
            if (live[i].s->window == M_ROLLING) {
                put_number(&body, entries, 8);
                put(&body, rolling.bytes, rolling.size);
            } else {
                put_number(&body, period_of(ledger, live[i].s), 4);
                put_number(&body, 0, 4);
                put_number(&body, used, 8);
            }
        }
        free(rolling.bytes);
    }
    put_number(out, windows, 8);
    if (body.size > 0)
        put(out, body.bytes, body.size);
    free(body.bytes);
    free(live);
}

static int by_id(const void *a, const void *b)
{
    const struct m_reversed *x = a, *y = b;
    if (x->id.hi != y->id.hi)
        return x->id.hi < y->id.hi ? -1 : 1;
    return x->id.lo < y->id.lo ? -1 : x->id.lo > y->id.lo;
}

void m_hash(const struct m_ledger *ledger, const struct m_numbers *numbers, uint8_t ret_hash[32])
{
    struct m_bytes out = {0};
    static const unsigned char none[32];
    put(&out, "SBSTATE1", 8);
    put_number(&out, ledger->time, 8);
    put(&out, ledger->plan < 0 ? none : ledger->plan_hashes[ledger->plan], 32);
    put_number(&out, ledger->account_count, 8);
    for (int i = 0; i < ledger->account_count; i++)
        put_account(&out, ledger->world, &ledger->accounts[i]);
    put_reservations(&out, ledger, numbers);
    put_windows(&out, ledger, numbers);
    qsort(ledger->reversals, ledger->reversed_count, sizeof(*ledger->reversals), by_id);
    put_number(&out, ledger->reversed_count, 8);
    for (uint32_t i = 0; i < ledger->reversed_count; i++) {
        put_id(&out, ledger->reversals[i].id);
        put_number(&out, ledger->reversals[i].amount, 8);
    }
    (void)crypto_generichash(ret_hash, 32, out.bytes, out.size, NULL,
                             0); /* fails only on sizes out of range */
    free(out.bytes);
}
