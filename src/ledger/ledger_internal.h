/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the ledger's files share. One event goes: form (check.c) -> time passes (pendings.c) -> check
 * (check.c: structure, law, money; changes nothing) -> apply (step.c). Only apply and the passing of time
 * change state, and they write into the undo log while a chain is open.
 */

#include "ledger/ledger.h"
#include "ledger/past_internal.h"
#include "ledger/slots.h"

#include "base/macros.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define SB_STATE_MAGIC      "SBSTATE1" /* what a saved ledger begins with: save.c, load.c */
#define SB_STATE_MAGIC_SIZE 8u

/* Sums of several 64-bit amounts, where the answer is compared and not kept. */
__extension__ typedef __int128 sb_wide;

/* ------------------------------------------------------------------ memory (memory.c) */

/* Zeroed memory for a table, in large pages when it is large. free() gives it back. NULL: no memory. */
void *sb_table_alloc(size_t size);

/* Zeroed memory for the length of one call, straight from the system: also where the heap must not be touched
 * (save.h). NULL: no memory. */
void *sb_scratch_take(size_t size);
void sb_scratch_give(void *scratch, size_t size); /* safe on NULL */

/* ------------------------------------------------------------------ accounts (accounts.c) */

#define SB_NO_EPOCH UINT16_MAX /* the account has no place, or none of a territory */

/* Two cache lines: what a transfer reads and writes, then what its profile is made of. */
struct sb_account {
    alignas(64) struct sb_id id;
    sb_amount debits_posted, credits_posted, debits_pending, credits_pending;
    uint16_t unit;
    uint16_t profile;     /* what conditions see of it, ledger/profile.h; 0: not found yet */
    sb_day profile_until; /* on this day the profile may be another */
    uint8_t flags, frozen, closed, reserved;
    uint32_t
        customer; /* number of the first account of that person at that provider; SB_NOBODY: one is unknown */

    struct sb_id person;
    uint32_t person_number; /* number of the first account of that person; SB_NOBODY: unknown */
    uint32_t place;
    sb_place_index place_index; /* in ledger.territory; 0 unknown */
    uint16_t place_epoch;
    uint16_t class_, provider, tier, issuer, sex, birth_year;
    sb_day opened_on, sim_since;
};
static_assert(offsetof(struct sb_account, person) == 64, "a transfer touches the first line alone");
static_assert(sizeof(struct sb_account) == 128, "two cache lines: half a million fit where one could");

/* 4096 accounts a chunk: pointers to accounts stay good while others open, and growing copies nothing. Past
 * the first chunks they are taken eight at a time, in large pages. */
#define SB_CHUNK_BITS   12
#define SB_CHUNK_SIZE   (UINT32_C(1) << SB_CHUNK_BITS)
#define SB_CHUNKS_ALONE 64u /* from here on by eights: at most an eighth more than is needed */
#define SB_CHUNKS_BLOCK 8u

struct sb_accounts {
    struct sb_account **chunks; /* owned */
    uint32_t chunk_count, chunk_room;
    uint32_t count;
    struct sb_slots by_id;
    struct sb_slots by_person;   /* first accounts of persons */
    struct sb_slots by_customer; /* first accounts of (person, provider) */
    struct sb_slots by_house;    /* first accounts of (class, provider, unit) */
};

/* Whose house account is meant; none of them 0. */
struct sb_house {
    uint16_t class_, provider, unit;
};

bool sb_accounts_init(struct sb_accounts *accounts, uint32_t hint);
void sb_accounts_release(struct sb_accounts *accounts);

static inline struct sb_account *sb_account_at(const struct sb_accounts *accounts, uint32_t number)
{
    return &accounts->chunks[number >> SB_CHUNK_BITS][number & (SB_CHUNK_SIZE - 1)];
}

/* The number of an id, SB_NOBODY when there is none. */
uint32_t sb_accounts_find(const struct sb_accounts *accounts, struct sb_id id);

/* The first account of a class, provider and unit; SB_NOBODY when there is none. */
uint32_t sb_accounts_house(const struct sb_accounts *accounts, struct sb_house house);

/* The first candidate for an id's number without looking at any account, for prefetching. */
uint32_t sb_accounts_guess(const struct sb_accounts *accounts, struct sb_id id);

/* Add an account as given, but for its numbers of person and customer, which are found. False: no memory. */
bool sb_accounts_open(struct sb_accounts *accounts, const struct sb_account *account);

/* Bring what opening an account will look at towards the cache. */
void sb_accounts_prefetch(const struct sb_accounts *accounts, const struct sb_account *account);

/* Take back the newest opening. */
void sb_accounts_unopen(struct sb_accounts *accounts);

/* ------------------------------------------------------------------ windows (windows.c, rolling.c) */

/* One window of one subject. state: the ledger-wide number of a counter identity. */
struct sb_window_key {
    uint32_t state;
    uint32_t subject;
    int32_t period; /* calendar, lifetime, pilot */
    uint32_t days;  /* rolling; 0 otherwise */
};

/* 24 bytes: one of these stands for a (state, subject), in its latest period. */
struct sb_window_slot {
    uint32_t state; /* + 1; 0: empty */
    uint32_t subject;
    int32_t period;
    uint32_t ring; /* rolling: number of its ring + 1 */
    int64_t used;  /* rolling: sum of all entries, expired ones included until they are forgotten */
};
static_assert(sizeof(struct sb_window_slot) == 24, "at most 48 bytes a live window, at half load");

struct sb_rolling_entry {
    sb_time_us time;
    int64_t value;
};

/* Entries in the order of time; [head, count) are kept, and moved to the front when the room is used up. */
struct sb_ring {
    uint8_t *bytes;             /* owned; packed entries: rolling.c */
    sb_time_us base;            /* what times of narrow entries are counted from */
    uint32_t head, count, room; /* head of a free ring: the next free one + 1 */
    bool wide;
};
static_assert(sizeof(struct sb_ring) == 32, "with its slot, what a rolling window costs besides its events");

struct sb_windows {
    struct sb_window_slot *slots; /* owned */
    uint32_t capacity, count, limit;
    struct sb_ring *rings; /* owned */
    uint32_t ring_count, ring_room, ring_free;
    bool failed; /* memory ran out: the ledger must not go on */
};

/* What a counter state's window is now, to tell live windows from closed ones. */
struct sb_window_now {
    int32_t period;
    uint32_t days;
    sb_time_us time;
};

bool sb_windows_init(struct sb_windows *windows);
/* Room for so many windows at once. Requires that there is none yet. False: no memory. */
bool sb_windows_reserve(struct sb_windows *windows, uint32_t count);
void sb_windows_release(struct sb_windows *windows);

#define SB_WINDOWS_NEAR \
    4u /* slots in which a subject's windows begin: about what a transfer touches together */

/*
 * Where to begin to look. A subject's windows lie side by side, so that an event waits for one place of the
 * memory and not for one a limit. Subjects are counted from 0 and chosen by nobody: multiples of the golden
 * ratio spread them more evenly than chance would.
 */
static inline uint32_t sb_windows_home(const struct sb_windows *windows, uint32_t state, uint32_t subject)
{
    uint64_t spread = (subject * UINT64_C(0x9E3779B97F4A7C15)) >> 32;
    uint32_t first = (uint32_t)((spread * (windows->capacity - SB_WINDOWS_NEAR)) >> 32);
    return first + state % SB_WINDOWS_NEAR;
}

/* Fetch a subject's windows. */
static inline void sb_windows_prefetch(const struct sb_windows *windows, uint32_t subject)
{
    const struct sb_window_slot *slot = &windows->slots[sb_windows_home(windows, 0, subject)];
    __builtin_prefetch(slot, 1);
    __builtin_prefetch(slot + SB_WINDOWS_NEAR - 1, 1);
}

static inline bool sb_window_is_of(const struct sb_window_slot *slot, uint32_t state, uint32_t subject)
{
    return slot->subject == subject && slot->state == state + 1;
}

/* The slot of a (state, subject), or the empty one where it belongs. */
static inline uint32_t sb_windows_seek(const struct sb_windows *windows, uint32_t state, uint32_t subject)
{
    uint32_t at = sb_windows_home(windows, state, subject);
    for (;;) {
        const struct sb_window_slot *slot = &windows->slots[at];
        if (sb_window_is_of(slot, state, subject) || slot->state == 0)
            return at;
        at = at + 1 == windows->capacity ? 0 : at + 1;
    }
}

const struct sb_window_slot *sb_windows_find(const struct sb_windows *windows, uint32_t state,
                                             uint32_t subject);

/* What is used at a time of the window in a slot that was sought for its key, and without seeking first. */
int64_t sb_windows_used_at(const struct sb_windows *windows, const struct sb_window_key *key, uint32_t slot,
                           sb_time_us time);
int64_t sb_windows_used(const struct sb_windows *windows, struct sb_window_key key, sb_time_us time);

/* Count delta at a time that is not before any counted before. Opens the window when it is not there. slot:
 * where it was when it was looked at; the table may have changed since. */
void sb_windows_count(struct sb_windows *windows, const struct sb_window_key *key, uint32_t slot,
                      sb_time_us time, int64_t delta);

/* Put back what was saved: a calendar window's sum, or the next entry of a rolling one. Requires room
 * (sb_windows_reserve). False: the sum overflows. */
bool sb_windows_put(struct sb_windows *windows, struct sb_window_key key, sb_time_us time, int64_t value);

/* Change what was counted at a time. False, and nothing changes, when that window is gone. */
bool sb_windows_adjust(struct sb_windows *windows, struct sb_window_key key, sb_time_us when, int64_t delta);

/* True when adding `more` windows needs sb_windows_grow first. */
static inline bool sb_windows_are_full(const struct sb_windows *windows, uint32_t more)
{
    return windows->count + more > windows->limit;
}

/* Forget closed windows (now[state] says which; NULL: forget none), and take more room where that is not
 * enough. */
void sb_windows_grow(struct sb_windows *windows, const struct sb_window_now *now);

/* Whether a window can still refuse something; entries of a rolling one that can are counted. */
bool sb_windows_is_live(const struct sb_windows *windows, const struct sb_window_slot *slot,
                        const struct sb_window_now *now, uint64_t *ret_entries);

/* Rings: see rolling.c. A ring's number is what a slot holds, minus 1. */
uint32_t sb_rings_take(struct sb_windows *windows);
void sb_rings_give(struct sb_windows *windows, uint32_t ring);
bool sb_ring_add(struct sb_ring *ring, sb_time_us time, int64_t value);
/* The number of the entry of a time; SB_NOBODY when there is none. */
uint32_t sb_ring_find(const struct sb_ring *ring, sb_time_us time);
struct sb_rolling_entry sb_ring_at(const struct sb_ring *ring, uint32_t number);
/* Add to an entry's value. False: no memory. */
bool sb_ring_change(struct sb_ring *ring, uint32_t number, int64_t delta);
/* Bytes that its entries take. */
size_t sb_ring_bytes(const struct sb_ring *ring);
int64_t sb_ring_forget(struct sb_ring *ring, sb_time_us until);
int64_t sb_ring_expired(const struct sb_ring *ring, sb_time_us until);

/* An entry counts while it is later than this. */
static inline sb_time_us sb_rolling_edge(sb_time_us time, uint32_t days)
{
    return time - (int64_t)days * SB_DAY_US;
}

/* ------------------------------------------------------------------ reservations (pendings.c) */

struct sb_pending {
    struct sb_id id;
    uint32_t payer, payee, agent; /* account numbers; agent may be SB_NOBODY */
    uint32_t plan;                /* installation that judged it */
    sb_amount left, posted;
    sb_time_us time, deadline; /* SB_TIME_FOREVER: never */
    uint64_t made;             /* order of making */
    uint64_t counted;
    uint32_t fees;         /* reserved with it, of the law that money goes by; posted with the first post */
    uint32_t counted_fees; /* of the law that judged it: the same, but in a one-step replay */
    uint16_t kind;
    uint16_t provider; /* of the transfer */
    bool open;         /* false: a free place; heap_at holds the next free one + 1 */
    uint32_t heap_at;  /* where in the heap; SB_NOBODY without a deadline */
};

struct sb_pendings {
    struct sb_pending *list; /* owned */
    uint32_t list_count, list_room, list_free;
    uint32_t count;
    struct sb_slots by_id;
    uint32_t *heap; /* owned; numbers by (deadline, made), room as list */
    uint32_t heap_count;
    uint64_t made;
};

bool sb_pendings_init(struct sb_pendings *pendings);
void sb_pendings_release(struct sb_pendings *pendings);
uint32_t sb_pendings_find(const struct sb_pendings *pendings, struct sb_id id);
/* Add one; made 0: it is new and gets the next. Returns its number, SB_NOBODY when memory is out. */
uint32_t sb_pendings_add(struct sb_pendings *pendings, const struct sb_pending *pending);
void sb_pendings_remove(struct sb_pendings *pendings, uint32_t number);
/* The next that falls due at or before a time, or SB_NOBODY. */
uint32_t sb_pendings_due(const struct sb_pendings *pendings, sb_time_us time);

/* ------------------------------------------------------------------ reversed sums (reversals.c) */

struct sb_reversal {
    struct sb_id id; /* of the transfer or post */
    sb_amount reversed;
};

struct sb_reversals {
    struct sb_reversal *list; /* owned; one whose reversed is 0 was undone */
    uint32_t count, room;
    struct sb_slots by_id;
};

bool sb_reversals_init(struct sb_reversals *reversals);
void sb_reversals_release(struct sb_reversals *reversals);
sb_amount sb_reversals_get(const struct sb_reversals *reversals, struct sb_id id);
/* False when memory is out. */
bool sb_reversals_set(struct sb_reversals *reversals, struct sb_id id, sb_amount reversed);

/* ------------------------------------------------------------------ plans and counter states (laws.c) */

/* A plan that was offered, and the ledger-wide state of each of its counters. */
struct sb_offer {
    const struct sb_plan *plan; /* borrowed */
    uint32_t states[SB_PLAN_COUNTERS_MAX];
};

/* An installation: what judges, and the plan whose fees move money. They differ in a one-step replay alone.
 */
struct sb_laws {
    struct sb_offer **offers; /* owned, in the order of offering */
    uint32_t offer_count, offer_room;
    const struct sb_offer **installed; /* owned; [n - 1] is installation n */
    const struct sb_plan **tariffs;    /* owned; likewise: whose fees it charges; room as installed */
    uint32_t installed_count, installed_room;
    uint8_t (*identities)[16]; /* owned; by state */
    uint32_t state_count, state_room;
};

void sb_laws_release(struct sb_laws *laws);
bool sb_laws_offer(struct sb_laws *laws, const struct sb_plan *plan);
/* The offer of a plan itself: one text may be offered under several meanings. NULL: it was not offered. */
const struct sb_offer *sb_laws_offer_of(const struct sb_laws *laws, const struct sb_plan *plan);
const struct sb_offer *sb_laws_find(const struct sb_laws *laws, const uint8_t hash[32]);
bool sb_laws_install(struct sb_laws *laws, const struct sb_offer *offer, const struct sb_plan *tariff);
/* The offer in force, or NULL. */
static inline const struct sb_offer *sb_laws_in_force(const struct sb_laws *laws)
{
    return laws->installed_count != 0 ? laws->installed[laws->installed_count - 1] : NULL;
}
/* What the window of every state is at a time, by the newest installed plan that has it. Room for
 * state_count. */
void sb_laws_now(const struct sb_laws *laws, sb_time_us time, struct sb_window_now *ret_now);

/*
 * What depends on the time and the plan alone, kept from event to event: most events share their local day.
 * Zero to begin with.
 */
struct sb_instant {
    const struct sb_offer *offer;
    struct sb_precedents *precedents; /* borrowed; NULL: every event is judged from the beginning */
    sb_time_us time;
    sb_time_us day_start, day_end;
    sb_time_us segment_start, segment_end;
    sb_day day; /* by the plan's clock */
    uint32_t segment;
    struct sb_instant_window {
        sb_time_us start, end; /* while it is between them, period and days hold */
        int32_t period;
        uint32_t days;
    } windows[SB_PLAN_COUNTERS_MAX]; /* filled in when first asked for */
};

/* Move a instant to a time under an offer. */
void sb_instant_set(struct sb_instant *instant, const struct sb_offer *offer, sb_time_us time);
/* Find counter c's window of the instant. */
void sb_instant_open(struct sb_instant *instant, uint32_t counter);

/* The key of counter c's window of a subject at the instant. */
static inline struct sb_window_key sb_instant_window(struct sb_instant *instant, uint32_t counter,
                                                     uint32_t subject)
{
    const struct sb_instant_window *window = &instant->windows[counter];
    if (SB_UNLIKELY(instant->time < window->start || instant->time >= window->end))
        sb_instant_open(instant, counter);
    return (struct sb_window_key){instant->offer->states[counter], subject, window->period, window->days};
}

/* ------------------------------------------------------------------ conditions (condition.c) */

/* What a condition can see. sides by enum sb_side; TX and HOLDER are NULL, AGENT may be. */
struct sb_scene {
    const struct sb_plan *plan;
    const struct sb_event *event;
    struct sb_account *sides[5];          /* read, but for the profile */
    uint32_t numbers[5];                  /* of the accounts */
    const struct sb_territory *territory; /* of the accounts' place_index */
    sb_day day;
};

enum sb_three sb_condition(const struct sb_scene *scene, struct sb_code code);
/* The truth of one instruction that is not AND, OR or NOT. */
enum sb_three sb_condition_leaf(const struct sb_scene *scene, const struct sb_ins *ins);
/* The first field that an instruction of code reads and that is unknown. False when there is none. */
bool sb_condition_missing(const struct sb_scene *scene, struct sb_code code, uint8_t *ret_side,
                          uint8_t *ret_field);

/* The first and last day on which the age that an instruction asks for may be reached. False when it asks for
 * no age, or for one that is unknown or does not change any more. */
bool sb_condition_age_days(const struct sb_scene *scene, const struct sb_ins *ins, int64_t ret_days[2]);

static inline enum sb_three sb_three_and(enum sb_three a, enum sb_three b)
{
    return a == SB_NO || b == SB_NO ? SB_NO : a == SB_YES && b == SB_YES ? SB_YES : SB_UNKNOWN;
}
static inline enum sb_three sb_three_not(enum sb_three a)
{
    return a == SB_NO ? SB_YES : a == SB_YES ? SB_NO : SB_UNKNOWN;
}

/* ------------------------------------------------------------------ fees (fees.c) */

/* One movement of money. */
struct sb_move {
    uint32_t from, to; /* account numbers; SB_NOBODY: there is none */
    sb_amount amount;  /* INT64_MAX: more than can be said */
    uint16_t rule;     /* of the fee */
};

/* The fees of an event: what moves besides its amount. */
struct sb_fees {
    uint32_t bits; /* sb_result.fees; 0: no fees, and nothing else here counts */
    uint32_t count;
    sb_wide counted[SB_SIDE_HOLDER];        /* by side: what its limits count besides the amount */
    struct sb_move moves[SB_PLAN_FEES_MAX]; /* in the order of their bits */
};

/* What says which accounts a fee moves between, of the transfer or of its reservation. */
struct sb_parties {
    uint32_t payer, payee, agent;
    uint16_t provider; /* of the transfer */
};

static inline struct sb_parties sb_parties_of(const struct sb_scene *scene)
{
    return (struct sb_parties){scene->numbers[SB_SIDE_PAYER], scene->numbers[SB_SIDE_PAYEE],
                               scene->numbers[SB_SIDE_AGENT], scene->event->provider};
}

/* A transfer whose fees are wanted again: by the plan that charged them. */
struct sb_charged {
    const struct sb_plan *plan;
    struct sb_parties parties;
    sb_amount amount;
    sb_time_us time;
    uint16_t kind;
    uint32_t bits;
};

/* What a FEE op would move; amount 0: nothing. */
struct sb_move sb_fees_move(const struct sb_ledger *ledger, const struct sb_plan *plan,
                            const struct sb_op *op, const struct sb_parties *parties, sb_amount amount);
/* Take a fee's movement in. */
void sb_fees_add(struct sb_fees *fees, const struct sb_plan *plan, const struct sb_op *op,
                 struct sb_move move);
/* The fees of a transfer whose bits are known. */
void sb_fees_again(const struct sb_ledger *ledger, const struct sb_charged *charged,
                   struct sb_fees *ret_fees);
/* The fees of a transfer by a plan in force when it happens, whatever judges it. */
void sb_fees_find(const struct sb_ledger *ledger, const struct sb_scene *scene, struct sb_fees *ret_fees);
/* Those of bits that a reversal of the whole returns. */
uint32_t sb_fees_returned(const struct sb_charged *charged);

/* Whether the accounts are there and open, and not frozen. */
enum sb_result_code sb_fees_check_accounts(const struct sb_ledger *ledger, const struct sb_fees *fees);

enum sb_moving { SB_MOVE_POSTED, SB_MOVE_PENDING, SB_MOVE_RESERVED /* from pending to posted */ };
/* Whether movements can happen one after the other. Requires that all accounts are there. */
enum sb_result_code sb_fees_check_money(const struct sb_ledger *ledger, const struct sb_move *moves,
                                        uint32_t count, enum sb_moving how);

static inline sb_wide sb_fees_counted(const struct sb_fees *fees, unsigned side)
{
    return fees->bits != 0 ? fees->counted[side] : 0;
}

/* A reservation's fees, by the law that money goes by. */
static inline struct sb_charged sb_pending_charged(const struct sb_laws *laws,
                                                   const struct sb_pending *pending)
{
    return (struct sb_charged){
        .plan = laws->tariffs[pending->plan - 1],
        .parties = {pending->payer, pending->payee, pending->agent, pending->provider},
        .amount = pending->left + pending->posted,
        .time = pending->time,
        .kind = pending->kind,
        .bits = pending->fees,
    };
}

/* ------------------------------------------------------------------ the judge (judge.c) */

struct sb_count {
    struct sb_window_key key;
    int64_t delta;
    uint32_t slot; /* where the window was, or would be, when it was read */
};

/* What the rules that failed come to. */
enum sb_outcome { SB_REFUSES = 1 << 0, SB_LEAVES_OPEN = 1 << 1, SB_ASKS = 1 << 2 };

struct sb_judgement {
    bool refused, undecided, asks;
    bool overflow; /* a window's sum would not fit */
    uint32_t count_count;
    uint64_t counted;
    uint64_t failed[4];
    struct sb_count counts[SB_PLAN_COUNTERS_MAX]; /* what to count if it passes */
    struct sb_fees fees;                          /* by this law */
};

/* One rule as the judge saw it, for reasons. */
struct sb_finding {
    const struct sb_op *op;
    const struct sb_op_rule *rule;
    enum sb_three fails;
    bool no_subject;                          /* the person or provider that it consists of is not known */
    struct sb_window_key key;                 /* WINDOW */
    const struct sb_account *subject_account; /* WINDOW */
    int64_t used, asked;
};

/* Called for every rule that was evaluated, when somebody wants to know. */
struct sb_witness {
    void (*saw)(void *context, const struct sb_finding *finding);
    void *context;
};

/* Judge a TRANSFER whose accounts are known, from the beginning. witness may be NULL. */
void sb_judge(const struct sb_ledger *ledger, struct sb_instant *instant, const struct sb_scene *scene,
              struct sb_judgement *ret_judgement, const struct sb_witness *witness);

/* The same, and write down in an empty precedent what it comes down to (ledger/precedent.h). */
struct sb_precedent;
void sb_judge_first(const struct sb_ledger *ledger, struct sb_instant *instant, const struct sb_scene *scene,
                    struct sb_judgement *ret_judgement, struct sb_precedent *precedent);

/* Whether the event breaks a bound that needs no window: EACH_MOST, EACH_LEAST, BALANCE. */
bool sb_bound_is_broken(const struct sb_scene *scene, const struct sb_fees *fees, enum sb_rule_type type,
                        int64_t bound);

/* The subject's number of a counter for an account (NULL for PILOT); SB_NOBODY when its person or provider,
 * as far as the subject consists of them, is unknown. */
static inline uint32_t sb_subject_of(enum sb_subject subject, const struct sb_account *account,
                                     uint32_t number)
{
    switch (subject) {
    case SB_SUBJECT_ACCOUNT:
    case SB_SUBJECT_AGENT: return number;
    case SB_SUBJECT_CUSTOMER: return account->customer;
    case SB_SUBJECT_PERSON: return account->person_number;
    case SB_SUBJECT_PROVIDER: return account->provider == 0 ? SB_NOBODY : account->provider;
    case SB_SUBJECT_PILOT: return 0;
    }
    return SB_NOBODY;
}

/* ------------------------------------------------------------------ checking (check.c) */

/* All that apply needs to know; made by sb_check, which changes nothing but caches. */
struct sb_verdict {
    enum sb_result_code code;
    const struct sb_past_entry *repeated; /* the same event was there before: its result is the result */
    uint32_t payer, payee, agent; /* numbers; in REVERSE those of the original; OPEN ... REOPEN: payer */
    uint32_t pending;             /* POST, VOID */
    sb_amount reversed;           /* REVERSE: of the original, before this event */
    const struct sb_past_entry *original;    /* REVERSE: what `other` names */
    const struct sb_past_entry *reservation; /* REVERSE of a POST: the post's reservation */
    const struct sb_offer *offer;            /* CHARTER */
    uint16_t place_epoch;                    /* OPEN, CHANGE */
    sb_place_index place_index;
    struct sb_fees
        fees; /* what moves: TRANSFER, the first POST, and REVERSE of the whole, the last one first */
    uint32_t fees_back; /* REVERSE: of those that windows counted, the ones that go back with the amount */
    bool judged;
    struct sb_scene scene; /* TRANSFER: when accounts and law are known */
    struct sb_judgement judgement;
};

/* Codes 1 to 3: what is refused for one of these leaves no trace. */
enum sb_result_code sb_check_form(const struct sb_ledger *ledger, const struct sb_event *event);

/* All other codes. Requires that form was accepted. guess: numbers that payer and payee probably have. */
struct sb_guess {
    uint32_t payer, payee;
};
void sb_check(const struct sb_ledger *ledger, struct sb_instant *instant, const struct sb_event *event,
              const struct sb_past *past, struct sb_guess guess, struct sb_verdict *ret_verdict);

/* Fill in what a TRANSFER's conditions see. Requires a instant with a plan, and verdict's payer and payee. */
void sb_scene_set(const struct sb_ledger *ledger, const struct sb_instant *instant,
                  const struct sb_event *event, struct sb_verdict *verdict);

/* ------------------------------------------------------------------ undo (undo.c) */

enum sb_undo_type {
    SB_UNDO_ACCOUNT, /* its bytes before */
    SB_UNDO_OPENED,
    SB_UNDO_WINDOW,          /* key, time, and what was added */
    SB_UNDO_PENDING_MADE,    /* number */
    SB_UNDO_PENDING_CHANGED, /* number and its bytes before */
    SB_UNDO_PENDING_ENDED,   /* its bytes before */
    SB_UNDO_REVERSED,        /* id and sum before */
};

struct sb_undo_entry {
    union {
        struct sb_account account;
        struct sb_pending pending;
        struct sb_reversal reversal;
        struct {
            struct sb_window_key key;
            sb_time_us time;
            int64_t delta;
        } window;
    };
    enum sb_undo_type type;
    uint32_t number;
};

struct sb_undo {
    struct sb_undo_entry *list; /* owned */
    uint32_t count, room;
    bool recording; /* a chain is open */
    bool failed;
};

/* Remember, while recording; otherwise nothing. */
void sb_undo_account(struct sb_ledger *ledger, uint32_t number);
void sb_undo_opened(struct sb_ledger *ledger);
void sb_undo_window(struct sb_ledger *ledger, struct sb_window_key key, sb_time_us time, int64_t delta);
void sb_undo_pending(struct sb_ledger *ledger, enum sb_undo_type type, uint32_t number);
void sb_undo_reversed(struct sb_ledger *ledger, struct sb_reversal before);

/* Put everything back, newest first, and stop recording. */
void sb_undo_all(struct sb_ledger *ledger);

/* ------------------------------------------------------------------ effects (apply.c) */

/* Requires verdict.code SB_R_ACCEPTED and not repeated. */
void sb_apply(struct sb_ledger *ledger, const struct sb_event *event, const struct sb_verdict *verdict);
/* Reservations that fall due until time end, then it is that time. */
void sb_pass_time(struct sb_ledger *ledger, sb_time_us time);

/* ------------------------------------------------------------------ watching */

/* Who listens, and what changed since it was told last. */
struct sb_watch {
    sb_ledger_saw_fn *saw; /* NULL: nobody */
    void *context;
    uint32_t *changed; /* owned */
    uint32_t count, room;
};

/* ------------------------------------------------------------------ one-step replay (recorded.c) */

/* Whose fees move money while what was recorded happens. */
struct sb_recording {
    bool on;
    bool found_anew; /* of a chain that broke nothing was recorded: find them by the law of then */
    uint32_t fees;   /* what was recorded of the event in hand */
};

/* The fees that money goes by, into verdict->fees. Requires verdict's accounts, and recording.on. */
void sb_recorded_fees(const struct sb_ledger *ledger, const struct sb_event *event,
                      struct sb_verdict *verdict);

/* ------------------------------------------------------------------ the whole */

struct sb_ledger {
    sb_time_us time;
    struct sb_accounts accounts;
    struct sb_pendings pendings;
    struct sb_windows windows;
    struct sb_reversals reversals;
    struct sb_laws laws;
    const struct sb_territory *territory; /* the first one of an installed plan: accounts' place_index */
    struct sb_instant instant;
    struct sb_precedents *precedents; /* owned */
    struct sb_undo undo;
    struct sb_verdict verdict; /* of the event in hand: too large for the stack of every call */
    struct sb_watch watch;
    struct sb_recording recording;
    bool failed; /* memory ran out: the ledger must not go on */
};

/* Remember for the listener that an account changed. */
static inline void sb_watch_changed(struct sb_ledger *ledger, uint32_t number)
{
    struct sb_watch *watch = &ledger->watch;
    if (SB_LIKELY(!watch->saw))
        return;
    if (watch->count == watch->room) {
        uint32_t room = watch->room + watch->room / 2 + 64;
        uint32_t *changed = realloc(watch->changed, room * sizeof(*changed));
        if (!changed) {
            ledger->failed = true;
            return;
        }
        watch->changed = changed;
        watch->room = room;
    }
    watch->changed[watch->count++] = number;
}

static inline const struct sb_plan *sb_ledger_law(const struct sb_ledger *ledger)
{
    const struct sb_offer *offer = sb_laws_in_force(&ledger->laws);
    return offer ? offer->plan : NULL;
}
