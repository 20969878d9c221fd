/* SPDX-License-Identifier: Apache-2.0 */
#include "net/supervise.h"

#include "base/macros.h"
#include "net/call.h"

#include <string.h>

#define SLICE         20000 /* accounts looked at between two batches */
#define PROBE_SLICE   512   /* transfers judged again between two batches */
#define PROVIDERS_MAX 64
#define CLASSES_MAX   32
#define TOP           10
#define SHOWN_MAX     100 /* accounts near a ceiling, or just below one */
#define OFTEN         3   /* transfers just below one ceiling that are told */

struct class_sum {
    uint32_t accounts;
    int64_t balance;
};

struct provider {
    uint16_t code;
    uint32_t accounts, frozen;
    struct class_sum classes[CLASSES_MAX]; /* by symbol code */
};

struct place {
    struct sb_account_view account;
    struct sb_activity activity;
    int64_t key; /* what it is large by */
};

struct near {
    struct sb_id account;
    uint16_t rule;
    int64_t used, bound;
};

struct below {
    struct sb_id account;
    uint16_t rule;
    uint32_t number;
    int64_t sum, bound;
    sb_time_us last;
};

struct supervision {
    struct sb_pilot *pilot;
    uint32_t next, probe; /* how far accounts and probes are looked at */
    bool ended;
    struct provider providers[PROVIDERS_MAX];
    unsigned provider_count;
    struct place top[CLASSES_MAX][2][TOP]; /* by class; by number and by value */
    struct near near[SHOWN_MAX];
    unsigned near_count;
    struct below *below; /* owned, SB_PROBES_MAX */
    unsigned below_count;
    struct sb_past *past;      /* owned, empty: a transfer refers to nothing */
    struct sb_reason *reasons; /* owned, SB_PLAN_RULES_MAX */
};

/* ------------------------------------------------------------------ accounts */

static int64_t balance_of(const struct sb_account_view *account)
{
    return account->credits_posted - account->debits_posted;
}

static struct provider *provider_of(struct supervision *all, uint16_t code)
{
    for (unsigned i = 0; i < all->provider_count; i++)
        if (all->providers[i].code == code)
            return &all->providers[i];
    if (all->provider_count == PROVIDERS_MAX)
        return NULL;
    all->providers[all->provider_count].code = code;
    return &all->providers[all->provider_count++];
}

/* Into a list of the ten largest, in order. */
static void rank(struct place top[TOP], const struct place *place)
{
    unsigned at = TOP;
    while (at > 0 && place->key > top[at - 1].key)
        at--;
    if (at == TOP)
        return;
    memmove(&top[at + 1], &top[at], (TOP - at - 1) * sizeof(*top));
    top[at] = *place;
}

static void add_account(struct supervision *all, const struct sb_account_view *account, uint32_t number)
{
    const struct sb_figures *figures = &all->pilot->figures;
    struct provider *provider = provider_of(all, account->provider);
    uint16_t class_ = account->class_ < CLASSES_MAX ? account->class_ : 0;
    struct place place = {.account = *account};
    if (account->closed || !provider)
        return;
    provider->accounts++;
    provider->frozen += account->frozen != 0;
    provider->classes[class_].accounts++;
    /* Sums of a provider's accounts stay within what the ledger itself can hold. */
    provider->classes[class_].balance += balance_of(account);
    if (number < figures->activity_count)
        place.activity = figures->activity[number];
    place.key = (int64_t)place.activity.number;
    rank(all->top[class_][0], &place);
    place.key = place.activity.sum;
    rank(all->top[class_][1], &place);
}

/* ------------------------------------------------------------------ ceilings */

static void add_near(struct supervision *all, const struct sb_reason *reason)
{
    for (unsigned i = 0; i < all->near_count; i++)
        if (all->near[i].rule == reason->rule && sb_id_equal(all->near[i].account, reason->account))
            return;
    if (all->near_count < SHOWN_MAX)
        all->near[all->near_count++] =
            (struct near){reason->account, reason->rule, reason->used, reason->bound};
}

static void add_below(struct supervision *all, struct sb_id account, const struct sb_event *event,
                      const struct sb_reason *reason)
{
    unsigned i = 0;
    while (i < all->below_count &&
           (all->below[i].rule != reason->rule || !sb_id_equal(all->below[i].account, account)))
        i++;
    if (i == all->below_count) {
        if (i == SB_PROBES_MAX)
            return;
        all->below[all->below_count++] =
            (struct below){.account = account, .rule = reason->rule, .bound = reason->bound};
    }
    all->below[i].number++;
    all->below[i].sum += event->amount; /* each is below its ceiling, and there are few */
    all->below[i].last = event->time;
}

/* One of the latest transfers, judged as if it were asked for once more now: what its payer has used. */
static void look_at(struct supervision *all, const struct sb_ledger *ledger, const struct sb_plan *plan,
                    const struct sb_event *event)
{
    struct sb_event again = *event;
    enum sb_result_code code;
    again.time = sb_ledger_time(ledger);
    enum sb_side side = sb_plan_holder(plan, event->kind);
    struct sb_id holder = side == SB_SIDE_PAYEE ? event->payee : event->payer;
    uint32_t count =
        sb_ledger_reasons(ledger, &again, all->past, true, all->reasons, SB_PLAN_RULES_MAX, &code);
    for (uint32_t i = 0; i < count && i < SB_PLAN_RULES_MAX; i++) {
        const struct sb_reason *reason = &all->reasons[i];
        enum sb_rule_type type = (enum sb_rule_type)plan->rules[reason->rule].type;
        bool sums = type == SB_RULE_WINDOW &&
                    plan->counters[plan->rules[reason->rule].counter].measure == SB_MEASURE_SUM;
        if (type == SB_RULE_WINDOW && reason->used / 4 >= reason->bound / 5 && reason->used > 0 &&
            !sb_id_is_none(reason->account))
            add_near(all, reason);
        if ((type == SB_RULE_EACH_MOST || sums) && event->amount < reason->bound &&
            event->amount >= reason->bound - reason->bound / 10)
            add_below(all, holder, event, reason);
    }
}

/* ------------------------------------------------------------------ between two batches */

static enum sb_status slice(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct supervision *all = context;
    const struct sb_figures *figures = &all->pilot->figures;
    const struct sb_ledger *ledger = sb_engine_ledger(engine);
    const struct sb_plan *plan = sb_ledger_plan(ledger);
    uint32_t count = sb_ledger_account_count(ledger), end = SB_MIN(count, all->next + SLICE);
    (void)err;
    for (; all->next < end; all->next++) {
        struct sb_account_view account;
        sb_ledger_account_at(ledger, all->next, &account);
        add_account(all, &account, all->next);
    }
    uint32_t probes = (uint32_t)SB_MIN(figures->probe_count, (uint64_t)SB_PROBES_MAX);
    uint32_t probe_end = SB_MIN(probes, all->probe + PROBE_SLICE);
    for (; plan && all->probe < probe_end; all->probe++)
        look_at(all, ledger, plan, &figures->probes[all->probe]);
    all->ended = all->next >= count && (!plan || all->probe >= probes);
    return SB_OK;
}

/* ------------------------------------------------------------------ JSON */

static const char *name_of(const struct sb_symbols *symbols, enum sb_space space, uint16_t code)
{
    return sb_symbols_name(symbols, space, code);
}

static bool is_class(const struct sb_symbols *symbols, uint16_t code, const char *name)
{
    const char *is = name_of(symbols, SB_SPACE_CLASS, code);
    return is && strcmp(is, name) == 0;
}

/* Accounts of the house itself hold nobody's money. */
static bool is_house(const struct sb_symbols *symbols, uint16_t code)
{
    static const char *const houses[] = {"provider", "fee", "fees", "tax"};
    for (size_t i = 0; i < SB_ARRAY_SIZE(houses); i++)
        if (is_class(symbols, code, houses[i]))
            return true;
    return false;
}

static json_t *provider_json(const struct provider *provider, const struct sb_symbols *symbols)
{
    json_t *classes = json_array();
    int64_t customers = 0, agents = 0, guarantee = 0;
    bool guaranteed = false;
    for (uint16_t code = 0; code < CLASSES_MAX; code++) {
        const struct class_sum *sum = &provider->classes[code];
        if (sum->accounts == 0)
            continue;
        json_array_append_new(classes,
                              json_pack("{s:s?, s:I, s:o}", "class", name_of(symbols, SB_SPACE_CLASS, code),
                                        "accounts", (json_int_t)sum->accounts, "balance",
                                        sb_json_amount(sum->balance)));
        if (is_class(symbols, code, "guarantee")) {
            guaranteed = true;
            /* It is the mirror of what is owed: which side it stands on depends on the books. */
            guarantee += sum->balance < 0 ? -sum->balance : sum->balance;
        } else if (is_class(symbols, code, "agent")) {
            agents += sum->balance;
        } else if (!is_house(symbols, code)) {
            customers += sum->balance;
        }
    }
    return json_pack("{s:s?, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "provider",
                     name_of(symbols, SB_SPACE_PROVIDER, provider->code), "accounts",
                     (json_int_t)provider->accounts, "frozen", (json_int_t)provider->frozen, "by_class",
                     classes, "balances", sb_json_amount(customers), "float", sb_json_amount(agents),
                     "guarantee", guaranteed ? sb_json_amount(guarantee) : json_null(), "covered",
                     guaranteed ? json_boolean(guarantee >= customers + agents) : json_null());
}

static json_t *top_json(const struct place top[TOP], const struct sb_symbols *symbols)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < TOP && top[i].key > 0; i++)
        json_array_append_new(
            list, json_pack("{s:o, s:s?, s:s?, s:I, s:o, s:o}", "account", sb_json_id(top[i].account.id),
                            "provider", name_of(symbols, SB_SPACE_PROVIDER, top[i].account.provider), "tier",
                            name_of(symbols, SB_SPACE_TIER, top[i].account.tier), "number",
                            (json_int_t)top[i].activity.number, "sum", sb_json_amount(top[i].activity.sum),
                            "balance", sb_json_amount(balance_of(&top[i].account))));
    return list;
}

static json_t *largest_json(const struct supervision *all, const struct sb_symbols *symbols)
{
    json_t *list = json_array();
    for (uint16_t code = 0; code < CLASSES_MAX; code++)
        for (unsigned by = 0; by < 2; by++)
            if (all->top[code][by][0].key > 0)
                json_array_append_new(list, json_pack("{s:s?, s:s, s:o}", "class",
                                                      name_of(symbols, SB_SPACE_CLASS, code), "by",
                                                      by == 0 ? "number" : "value", "accounts",
                                                      top_json(all->top[code][by], symbols)));
    return list;
}

static json_t *ceilings_json(const struct supervision *all, const struct sb_plan *plan, json_t **ret_below)
{
    json_t *near = json_array();
    *ret_below = json_array();
    for (unsigned i = 0; plan && i < all->near_count; i++)
        json_array_append_new(near,
                              json_pack("{s:o, s:s, s:o, s:o}", "account", sb_json_id(all->near[i].account),
                                        "limit", sb_plan_rule_name(plan, all->near[i].rule), "used",
                                        sb_json_amount(all->near[i].used), "ceiling",
                                        sb_json_amount(all->near[i].bound)));
    for (unsigned i = 0; plan && i < all->below_count && json_array_size(*ret_below) < SHOWN_MAX; i++) {
        const struct below *below = &all->below[i];
        if (below->number >= OFTEN)
            json_array_append_new(
                *ret_below,
                json_pack("{s:o, s:s, s:o, s:I, s:o, s:o}", "account", sb_json_id(below->account), "limit",
                          sb_plan_rule_name(plan, below->rule), "ceiling", sb_json_amount(below->bound),
                          "number", (json_int_t)below->number, "sum", sb_json_amount(below->sum), "last_time",
                          sb_json_time(below->last, plan->clock_offset_s)));
    }
    return near;
}

struct telling {
    const struct supervision *all;
    json_t *root;
};

static enum sb_status tell(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct telling *telling = context;
    const struct supervision *all = telling->all;
    const struct sb_symbols *symbols = sb_engine_symbols(engine);
    struct sb_pilot_view view = sb_pilot_view_of(all->pilot);
    json_t *providers = json_array(), *below;
    for (unsigned i = 0; i < all->provider_count; i++)
        json_array_append_new(providers, provider_json(&all->providers[i], symbols));
    json_t *near = ceilings_json(all, view.plan, &below);
    telling->root = json_pack("{s:I, s:o, s:s, s:i, s:o, s:o, s:o, s:o}", "sequence",
                              (json_int_t)view.sequence, "time", sb_json_time(view.last_time, view.offset_s),
                              "unit", view.unit, "decimals", (int)view.decimals, "providers", providers,
                              "largest", largest_json(all, symbols), "near", near, "structuring", below);
    return telling->root ? SB_OK : sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

enum sb_status sb_supervise(struct sb_pilot *pilot, json_t **ret_json, struct sb_err *err)
{
    struct supervision *all = calloc(1, sizeof(*all));
    enum sb_status status = SB_OK;
    if (all) {
        all->pilot = pilot;
        all->below = calloc(SB_PROBES_MAX, sizeof(*all->below));
        all->past = sb_past_new(1);
        all->reasons = calloc(SB_PLAN_RULES_MAX, sizeof(*all->reasons));
    }
    if (!all || !all->below || !all->past || !all->reasons)
        status = sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
    while (status == SB_OK && !all->ended)
        status = sb_front_ask(pilot->front, slice, all, err);
    struct telling telling = {.all = all};
    if (status == SB_OK)
        status = sb_front_ask(pilot->front, tell, &telling, err);
    if (status == SB_OK)
        *ret_json = telling.root;
    if (all) {
        free(all->below);
        sb_past_free(all->past);
        free(all->reasons);
    }
    free(all);
    return status;
}
