/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fees: docs/charter-language.md, section 6.1, and docs/ledger.md, "Fees". Each sentence is asked whether it
 * charges, how much, from whom and to whom; nothing is prepared beforehand.
 */
#include "model_case.h"

/* ------------------------------------------------------------------ how much */

/* Amount times rate, to the nearest minor unit, halves up; at least; at most. */
static m_wide charge_of(const struct m_band *band, int64_t amount)
{
    if (!band->is_rate)
        return band->number;
    m_wide whole = 100 * 10000, product = (m_wide)amount * band->number;
    m_wide charge = (2 * product + whole) / (2 * whole);
    if (band->has_least && charge < band->least)
        charge = band->least;
    if (band->has_most && charge > band->most)
        charge = band->most;
    return charge;
}

static m_wide charge(const struct m_sentence *s, int64_t amount)
{
    for (int i = 0; i < s->band_count; i++)
        if (s->bands[i].up_to < 0 || amount <= s->bands[i].up_to)
            return charge_of(&s->bands[i], amount);
    return 0;
}

/* ------------------------------------------------------------------ whose */

static int place_of(const struct m_case *c, const struct m_account *account)
{
    return account == NULL ? -1 : (int)(account - c->ledger->accounts);
}

/* The side that pays as a side of the event; M_TX: the provider, which is none. */
static enum m_side paying_side(const struct m_case *c, const struct m_sentence *s)
{
    switch (s->pays) {
    case M_FEE_PAYER: return M_PAYER;
    case M_FEE_PAYEE: return M_PAYEE;
    case M_FEE_AGENT: return M_AGENT;
    case M_FEE_PROVIDER: return M_TX;
    case M_FEE_CLASS:
    case M_FEE_HOLDER:
    case M_FEE_UNSAID: break;
    }
    return c->holder == NULL || c->holder == c->payer ? M_PAYER : M_PAYEE;
}

static const struct m_account *on_side(const struct m_case *c, enum m_side side)
{
    return side == M_PAYER ? c->payer : side == M_PAYEE ? c->payee : side == M_AGENT ? c->agent : NULL;
}

/* The first that was opened with the class, of the provider, in the payer's unit. */
static int house(const struct m_case *c, uint16_t class_, uint16_t provider)
{
    for (int i = 0; i < c->ledger->account_count && provider != 0; i++) {
        const struct m_account *account = &c->ledger->accounts[i];
        if (account->class_ == class_ && account->provider == provider && account->unit == c->payer->unit)
            return i;
    }
    return -1;
}

static uint16_t provider_class(const struct m_world *world)
{
    for (int i = 0; i < world->spaces[SB_SPACE_CLASS].count; i++)
        if (strcmp(world->spaces[SB_SPACE_CLASS].names[i], "provider") == 0)
            return world->spaces[SB_SPACE_CLASS].codes[i];
    assert(false);
    return 0;
}

static uint16_t provider_of(const struct m_case *c, const struct m_sentence *s)
{
    if (s->layer > 0)
        return c->plan->layers[s->layer].provider;
    if (s->pays != M_FEE_PROVIDER)
        return on_side(c, paying_side(c, s))->provider;
    return c->holder != NULL ? c->holder->provider : c->event->provider;
}

static int payer_of(const struct m_case *c, const struct m_sentence *s)
{
    if (s->pays == M_FEE_PROVIDER)
        return house(c, provider_class(c->world), provider_of(c, s));
    return place_of(c, on_side(c, paying_side(c, s)));
}

static int receiver_of(const struct m_case *c, const struct m_sentence *s)
{
    switch (s->gets) {
    case M_FEE_PAYER: return place_of(c, c->payer);
    case M_FEE_PAYEE: return place_of(c, c->payee);
    case M_FEE_AGENT: return place_of(c, c->agent);
    case M_FEE_CLASS: return house(c, s->gets_class, provider_of(c, s));
    case M_FEE_HOLDER: assert(false); break;
    case M_FEE_PROVIDER:
    case M_FEE_UNSAID: break;
    }
    return house(c, provider_class(c->world), provider_of(c, s));
}

/* ------------------------------------------------------------------ which */

static bool needs_agent(const struct m_sentence *s)
{
    return s->pays == M_FEE_AGENT || s->gets == M_FEE_AGENT;
}

static struct m_fee fee_of(const struct m_case *c, const struct m_sentence *s)
{
    struct m_fee fee = {
        .s = s, .applies = m_and(m_in_scope(c, s->layer), m_holds(c, s->cond)), .payer = -1, .receiver = -1};
    fee.charge = charge(s, c->event->amount);
    if (fee.charge == 0 || (needs_agent(s) && c->agent == NULL))
        fee.applies = M_NO;
    if (fee.applies == M_NO)
        return fee;
    fee.side = paying_side(c, s);
    fee.payer = payer_of(c, s);
    fee.receiver = receiver_of(c, s);
    bool stays = fee.payer >= 0 && fee.payer == fee.receiver;
    if (stays)
        fee.applies = M_NO;
    bool strange = fee.payer >= 0 && c->ledger->accounts[fee.payer].unit != c->payer->unit;
    if (strange)
        fee.payer = -1;
    strange = fee.receiver >= 0 && c->ledger->accounts[fee.receiver].unit != c->payer->unit;
    if (strange)
        fee.receiver = -1;
    return fee;
}

void m_find_fees(struct m_case *c)
{
    c->fees.count = 0;
    for (int layer = 0; layer < c->plan->layer_count; layer++) {
        bool in_term = m_in_term(c, layer);
        for (int i = 0; i < c->plan->sentence_count; i++) {
            const struct m_sentence *s = &c->plan->sentences[i];
            if (s->type != M_FEE || s->layer != layer || !in_term || !m_concerns(c, s) ||
                (s->pays == M_FEE_HOLDER && c->holder == NULL))
                continue;
            assert(c->fees.count < M_FEES_MAX);
            c->fees.fees[c->fees.count++] = fee_of(c, s);
        }
    }
}

m_wide m_counted_fees(const struct m_case *c, enum m_side side)
{
    m_wide sum = 0;
    for (int i = 0; i < c->fees.count; i++) {
        const struct m_fee *fee = &c->fees.fees[i];
        if (fee->applies == M_YES && fee->s->is_counted && fee->side == side)
            sum += fee->charge;
    }
    return sum;
}

m_wide m_fees_of_balance(const struct m_case *c)
{
    m_wide sum = 0;
    int payee = place_of(c, c->payee);
    for (int i = 0; i < c->fees.count; i++) {
        const struct m_fee *fee = &c->fees.fees[i];
        if (fee->applies != M_YES)
            continue;
        if (fee->receiver == payee)
            sum += fee->charge;
        if (fee->payer == payee && (c->event->flags & SB_F_PENDING) == 0)
            sum -= fee->charge;
    }
    return sum;
}
