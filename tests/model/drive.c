/* SPDX-License-Identifier: Apache-2.0 */
#include "drive.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ charters */

static void intern_names(struct d_side *side, const struct m_world *world)
{
    uint16_t code;
    for (int space = 0; space < SB_SPACE_COUNT; space++) {
        for (int i = 0; i < world->spaces[space].count; i++) {
            const char *name = world->spaces[space].names[i];
            if (sb_symbols_intern(side->symbols, (enum sb_space)space, name, strlen(name), &code, NULL) !=
                SB_OK)
                abort();
            assert(code == world->spaces[space].codes[i]);
        }
    }
    if (sb_symbols_intern(side->symbols, SB_SPACE_KIND, "ghost", 5, &code, NULL) != SB_OK)
        abort();
    assert(code == world->ghost_kind);
}

static bool format_layer(const struct sb_str *text, enum sb_lang lang, struct sb_str *out,
                         struct sb_str *what)
{
    struct sb_charter *charter = NULL;
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    bool parsed =
        sb_charter_parse("made", sb_str_text(text), text->size, &charter, &diagnostics, &err) == SB_OK;
    if (parsed)
        sb_charter_format(charter, lang, out);
    else
        sb_str_printf(what, "does not parse: %s\n", err.text[SB_EN]);
    sb_charter_free(charter);
    sb_diagnostics_release(&diagnostics);
    return parsed;
}

static bool compile(struct d_side *side, const struct d_stream *stream, int plan, enum d_writing writing,
                    struct sb_str *what)
{
    const struct m_plan *model = &stream->plans[plan];
    struct m_random shuffle = {stream->seed * 31 + (uint64_t)plan};
    struct sb_source sources[M_LAYERS_MAX];
    static const char *const paths[] = {"regulator", "provider-1", "provider-2"};
    for (int layer = 0; layer < model->layer_count; layer++) {
        m_print_layer(model, &stream->world, layer, writing == D_SHUFFLED ? &shuffle : NULL,
                      &side->texts[plan][layer]);
        const struct sb_str *text = &side->texts[plan][layer].text;
        if (writing == D_FORMATTED_EN || writing == D_FORMATTED_VI) {
            struct sb_str *formatted = &side->formatted[plan][layer];
            if (!format_layer(text, writing == D_FORMATTED_VI ? SB_VI : SB_EN, formatted, what))
                return false;
            text = formatted;
        }
        sources[layer] = (struct sb_source){paths[layer], sb_str_text(text), text->size};
    }
    struct sb_plan_options options = {.law = model->law == M_LIVE       ? SB_LAW_LIVE
                                             : model->law == M_KNOWN_AT ? SB_LAW_KNOWN_AT
                                                                        : SB_LAW_AT,
                                      .at = model->at};
    struct sb_plan_set set = {.limit = model->set_limit, .value = model->set_whole * m_one(&stream->world)};
    if (model->set_limit[0] != '\0') {
        options.sets = &set;
        options.set_count = 1;
    }
    struct sb_diagnostics diagnostics = {0};
    struct sb_err err = {0};
    bool ok = sb_plan_compile(sources, (uint32_t)model->layer_count, &options, side->symbols,
                              &side->plans[plan], &diagnostics, &err) == SB_OK;
    if (!ok) {
        sb_str_printf(what, "plan %d does not compile: %s\n", plan, err.text[SB_EN]);
        for (uint32_t i = 0; i < diagnostics.count; i++)
            if (diagnostics.list[i].severity == SB_SEVERITY_ERROR)
                sb_str_printf(what, "  line %u: %s\n", diagnostics.list[i].at.line,
                              diagnostics.list[i].text[SB_EN]);
        for (int layer = 0; layer < model->layer_count; layer++)
            sb_str_printf(what, "---- %s\n%s", sources[layer].path, sources[layer].text);
    }
    sb_diagnostics_release(&diagnostics);
    return ok;
}

bool d_side_init(struct d_side *side, const struct d_stream *stream, enum d_writing writing,
                 struct sb_str *what)
{
    memset(side, 0, sizeof(*side));
    side->symbols = sb_symbols_new();
    side->past = sb_past_new(64);
    side->ids = calloc(stream->room, sizeof(*side->ids));
    struct sb_ledger_options options = {0};
    if (side->symbols == NULL || side->past == NULL || side->ids == NULL ||
        sb_ledger_new(&options, &side->ledger, NULL) != SB_OK)
        abort();
    intern_names(side, &stream->world);
    for (int plan = 0; plan < stream->plan_count; plan++) {
        if (!compile(side, stream, plan, writing, what))
            return false;
        memcpy(side->hashes[plan], side->plans[plan]->hash, 32);
        if (sb_ledger_offer(side->ledger, side->plans[plan], NULL) != SB_OK)
            abort();
    }
    return true;
}

void d_side_release(struct d_side *side)
{
    sb_ledger_free(side->ledger);
    sb_past_free(side->past);
    for (int plan = 0; plan < M_PLANS_MAX; plan++) {
        sb_plan_free(side->plans[plan]);
        for (int layer = 0; layer < M_LAYERS_MAX; layer++) {
            sb_str_release(&side->texts[plan][layer].text);
            sb_str_release(&side->formatted[plan][layer]);
        }
    }
    sb_symbols_free(side->symbols);
    free(side->ids);
}

/* ------------------------------------------------------------------ steps */

static const struct sb_past_entry *find_id(const struct d_side *side, struct sb_id id)
{
    for (uint32_t i = side->id_count; i > 0; i--)
        if (sb_id_equal(side->ids[i - 1].event.id, id))
            return &side->ids[i - 1];
    return NULL;
}

static const struct sb_past_entry *look_up(struct d_side *side, struct sb_id id)
{
    const struct sb_past_entry *entry = sb_id_is_none(id) ? NULL : find_id(side, id);
    if (entry != NULL && sb_past_put(side->past, &entry->event, &entry->result, entry->plan, NULL) != SB_OK)
        abort();
    return entry;
}

static void look_up_past(struct d_side *side, const struct sb_event *events, uint32_t count)
{
    sb_past_clear(side->past);
    for (uint32_t i = 0; i < count; i++) {
        look_up(side, events[i].id);
        if (events[i].type != SB_EVENT_POST && events[i].type != SB_EVENT_VOID &&
            events[i].type != SB_EVENT_REVERSE)
            continue;
        const struct sb_past_entry *other = look_up(side, events[i].other);
        if (other != NULL && events[i].type == SB_EVENT_REVERSE && other->event.type == SB_EVENT_POST)
            look_up(side, other->event.other);
    }
}

void d_side_step(struct d_side *side, const struct sb_event *events, uint32_t count,
                 struct sb_result *results)
{
    look_up_past(side, events, count);
    if (sb_ledger_step(side->ledger, events, count, side->past, results, NULL) != SB_OK)
        abort();
    for (uint32_t i = 0; i < count; i++) {
        if (events[i].type == SB_EVENT_CHARTER && results[i].code == SB_R_ACCEPTED)
            side->plan_number++;
        bool kept = results[i].code > SB_R_TIME_BACK || results[i].code == SB_R_ACCEPTED;
        if (sb_id_is_none(events[i].id) || !kept || find_id(side, events[i].id) != NULL)
            continue;
        side->ids[side->id_count++] =
            (struct sb_past_entry){.event = events[i], .result = results[i], .plan = side->plan_number};
    }
}

/* ------------------------------------------------------------------ rules and counters by their place */

static int sentence_at(const struct d_side *side, int plan, uint32_t layer, uint32_t line)
{
    return line < M_LINES_MAX ? side->texts[plan][layer].sentence_of_line[line] : -1;
}

static uint32_t key_of_rule(const struct d_side *side, int plan, uint32_t rule)
{
    const struct sb_rule *of = &side->plans[plan]->rules[rule];
    if (of->type == SB_RULE_TERM)
        return M_KEY(M_R_TERM, of->layer, 0, 0, 0);
    if (of->type == SB_RULE_NOT_ALLOWED)
        return M_KEY(M_R_NOT_ALLOWED, of->layer, 0, 0, 0);
    const struct sb_sentence *sentence = sb_plan_sentence(side->plans[plan], rule);
    int number = sentence == NULL ? 0xFFFF : sentence_at(side, plan, of->layer, sentence->at.line);
    return M_KEY(M_R_SENTENCE, of->layer, number & 0xFFFF, of->row, of->column);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

int d_keys(const struct d_side *side, int plan, const struct sb_result *result, uint32_t keys[256])
{
    int count = 0;
    for (uint32_t r = 0; r < 256; r++)
        if ((result->failed[r / 64] >> (r % 64) & 1) != 0)
            keys[count++] =
                plan >= 0 && r < side->plans[plan]->rule_count ? key_of_rule(side, plan, r) : UINT32_MAX;
    qsort(keys, (size_t)count, sizeof(keys[0]), by_number);
    return count;
}

const struct m_sentence *d_sentence_of_counter(const struct d_side *side, const struct d_stream *stream,
                                               int plan, uint32_t counter)
{
    const struct sb_plan *of = side->plans[plan];
    const struct sb_counter *c = &of->counters[counter];
    uint32_t line = of->layers[c->layer].charter->sentences[c->sentence].at.line;
    int number = sentence_at(side, plan, c->layer, line);
    return number < 0 ? NULL : &stream->plans[plan].sentences[number];
}

int d_counted(const struct d_side *side, const struct d_stream *stream, int plan,
              const struct sb_result *result, int identities[64])
{
    int count = 0;
    for (uint32_t c = 0; c < 64; c++) {
        if ((result->counted >> c & 1) == 0)
            continue;
        const struct m_sentence *s = plan >= 0 && c < side->plans[plan]->counter_count
                                         ? d_sentence_of_counter(side, stream, plan, c)
                                         : NULL;
        identities[count++] = s == NULL ? 9999 : s->identity;
    }
    qsort(identities, (size_t)count, sizeof(identities[0]), by_number);
    return count;
}

/* ------------------------------------------------------------------ comparing results */

static void print_key(const struct d_side *side, const struct d_stream *stream, int plan, uint32_t key,
                      struct sb_str *out)
{
    int number = (int)(key >> 8 & 0xFFFF), layer = (int)(key >> 24 & 0xF);
    (void)side;
    if (key >> 28 == M_R_TERM)
        sb_str_printf(out, " term/%d", layer);
    else if (key >> 28 == M_R_NOT_ALLOWED)
        sb_str_printf(out, " allow/%d", layer);
    else if (key >> 28 != M_R_SENTENCE || plan < 0 || number >= stream->plans[plan].sentence_count)
        sb_str_printf(out, " unknown-rule(%08x)", key);
    else
        sb_str_printf(out, " %s#%d/%d[%u,%u]",
                      stream->plans[plan].sentences[number].type == M_LIMIT
                          ? stream->plans[plan].sentences[number].name
                      : stream->plans[plan].sentences[number].type == M_FORBID  ? "forbid"
                      : stream->plans[plan].sentences[number].type == M_ASK     ? "ask"
                      : stream->plans[plan].sentences[number].type == M_IN_AREA ? "in-area"
                      : stream->plans[plan].sentences[number].type == M_FEE     ? "fee"
                                                                                : "require",
                      number, layer, key >> 4 & 15, key & 15);
}

bool d_same_result(const struct d_side *side, const struct d_stream *stream, const struct m_result *model,
                   const struct sb_result *result, struct sb_str *what)
{
    uint32_t keys[256], expected_keys[M_KEYS_MAX];
    int identities[64], expected[M_TAKES_MAX];
    int key_count = d_keys(side, model->plan, result, keys);
    int counted = d_counted(side, stream, model->plan, result, identities);
    memcpy(expected_keys, model->keys, sizeof(expected_keys));
    memcpy(expected, model->counted, sizeof(expected));
    qsort(expected_keys, (size_t)model->key_count, sizeof(expected_keys[0]), by_number);
    qsort(expected, (size_t)model->counted_count, sizeof(expected[0]), by_number);
    if (result->code == model->code && result->flags == (model->repeated ? SB_RF_REPEATED : 0) &&
        result->fees == model->fees && key_count == model->key_count && counted == model->counted_count &&
        memcmp(keys, expected_keys, (size_t)key_count * sizeof(keys[0])) == 0 &&
        memcmp(identities, expected, (size_t)counted * sizeof(identities[0])) == 0)
        return true;
    sb_str_printf(what, "  model:   %s%s, fees %x; rules:", sb_result_word(model->code),
                  model->repeated ? " (repeated)" : "", model->fees);
    for (int i = 0; i < model->key_count; i++)
        print_key(side, stream, model->plan, expected_keys[i], what);
    sb_str_add(what, "; counts");
    for (int i = 0; i < model->counted_count; i++)
        sb_str_printf(what, " i%d", expected[i]);
    sb_str_printf(what,
                  "\n  program: %s%s, fees %x; rules:", sb_result_word((enum sb_result_code)result->code),
                  (result->flags & SB_RF_REPEATED) != 0 ? " (repeated)" : "", result->fees);
    for (int i = 0; i < key_count; i++)
        print_key(side, stream, model->plan, keys[i], what);
    sb_str_add(what, "; counts");
    for (int i = 0; i < counted; i++)
        sb_str_printf(what, " i%d", identities[i]);
    sb_str_add(what, "\n");
    return false;
}

/* ------------------------------------------------------------------ comparing reasons */

/* A reservation that falls due by the event's time is still counted in reasons: nothing to compare then. */
static bool something_falls_due(const struct d_side *side, const struct m_ledger *model, sb_time_us time)
{
    for (uint32_t i = 0; i < model->flow_count; i++)
        if (model->flows[i].reserves && model->flows[i].deadline <= time &&
            model->flows[i].deadline > sb_ledger_time(side->ledger))
            return true;
    return false;
}

static bool same_figures(const struct d_side *side, const struct d_stream *stream,
                         const struct m_ledger *model, const struct m_result *result,
                         const struct sb_reason *reason, struct sb_str *what)
{
    const struct sb_rule *rule = &side->plans[result->plan]->rules[reason->rule];
    int account = m_account_of(model, reason->account);
    struct m_subject subject;
    if (!sb_rule_counts(rule->type) || reason->state == SB_REASON_UNDECIDED || account < 0)
        return true;
    const struct m_sentence *s = d_sentence_of_counter(side, stream, result->plan, rule->counter);
    if (!m_subject_of(s, &model->accounts[account], &subject))
        return true;
    int64_t used = m_used(model, s, &subject, model->time);
    if (result->code == SB_R_ACCEPTED)
        used -= reason->asked; /* the model has counted it already */
    int64_t remaining = reason->bound > used ? reason->bound - used : 0;
    if (reason->used == used && reason->remaining == remaining && reason->window_start <= model->time &&
        model->time < reason->window_end)
        return true;
    sb_str_printf(what,
                  "reason %s#%d: used %" PRId64 " and %" PRId64 ", remaining %" PRId64 " and %" PRId64 "\n",
                  s->name, (int)(s - stream->plans[result->plan].sentences), used, reason->used, remaining,
                  reason->remaining);
    return false;
}

/* Some sentence of the reason's limit would refuse the event at another time, or a term, which stands for
 * all. */
static bool fails_at(const struct d_side *side, const struct d_stream *stream, const struct m_ledger *model,
                     const struct m_result *result, const struct sb_reason *reason,
                     const struct sb_event *event)
{
    static struct m_verdict verdict;
    const struct m_plan *plan = &stream->plans[result->plan];
    uint32_t counter = side->plans[result->plan]->rules[reason->rule].counter;
    const struct m_sentence *s = d_sentence_of_counter(side, stream, result->plan, counter);
    m_judge(model, event, &verdict);
    for (int i = 0; i < verdict.key_count; i++) {
        const struct m_sentence *other = &plan->sentences[verdict.keys[i] >> 8 & 0xFFFF];
        if (verdict.keys[i] >> 28 == M_R_TERM ||
            (verdict.keys[i] >> 28 == M_R_SENTENCE && other->layer == s->layer && other->type == s->type &&
             other->on_total == s->on_total && strcmp(other->name, s->name) == 0))
            return true;
    }
    return false;
}

static bool fails_later(const struct d_side *side, const struct d_stream *stream,
                        const struct m_ledger *model, const struct m_result *result,
                        const struct sb_reason *reason, struct sb_event later, sb_time_us time)
{
    later.time = time;
    return fails_at(side, stream, model, result, reason, &later);
}

/* The first instant at which a window that is full has room is the first at which the model finds room. */
static bool passes_then(const struct d_side *side, const struct d_stream *stream,
                        const struct m_ledger *model, const struct sb_event *event,
                        const struct m_result *result, const struct sb_reason *reason, struct sb_str *what)
{
    bool decides = (result->code == SB_R_REFUSED && reason->state == SB_REASON_FAILS) ||
                   (result->code == SB_R_ASK && reason->state == SB_REASON_ASKS);
    if (!decides || !sb_rule_counts(side->plans[result->plan]->rules[reason->rule].type) ||
        stream->plans[result->plan].law != M_LIVE)
        return true;
    sb_time_us at = reason->passes_at;
    if (at == SB_TIME_FOREVER && reason->asked > reason->bound)
        return true; /* never, while this version holds */
    bool right = at == SB_TIME_FOREVER
                     ? fails_later(side, stream, model, result, reason, *event, event->time + 1)
                     : at > event->time && !fails_later(side, stream, model, result, reason, *event, at) &&
                           fails_later(side, stream, model, result, reason, *event, at - 1);
    if (!right)
        sb_str_printf(what,
                      "limit %s would pass at %" PRId64 ", says the program of event time %" PRId64 "\n",
                      sb_plan_rule_name(side->plans[result->plan], reason->rule), at, event->time);
    return right;
}

bool d_same_reasons(struct d_side *side, const struct d_stream *stream, const struct m_ledger *model,
                    const struct sb_event *event, const struct m_result *result, struct sb_str *what)
{
    static struct sb_reason reasons[256];
    uint32_t keys[256], expected[M_KEYS_MAX];
    enum sb_result_code code = SB_R_ACCEPTED;
    if (something_falls_due(side, model, event->time))
        return true;
    look_up_past(side, event, 1);
    uint32_t count = sb_ledger_reasons(side->ledger, event, side->past, false, reasons, 256, &code);
    bool same = code == result->code;
    /* What is refused for its form has reasons all the same, and no rules in its result. */
    bool judged = code == SB_R_ACCEPTED || (code >= SB_R_REFUSED && code <= SB_R_OVERFLOW) ||
                  code == SB_R_ASK || code == SB_R_NO_FEE_ACCOUNT || code == SB_R_FEE_ACCOUNT_BLOCKED;
    if (!result->repeated && result->plan >= 0 && judged) {
        for (uint32_t i = 0; i < count; i++)
            keys[i] = key_of_rule(side, result->plan, reasons[i].rule);
        memcpy(expected, result->keys, sizeof(expected));
        qsort(keys, count, sizeof(keys[0]), by_number);
        qsort(expected, (size_t)result->key_count, sizeof(expected[0]), by_number);
        same = same && count == (uint32_t)result->key_count &&
               memcmp(keys, expected, count * sizeof(keys[0])) == 0;
    }
    if (!same) {
        sb_str_printf(what, "sb_ledger_reasons: %s with %u reasons, step: %s with %d rules\n",
                      sb_result_word(code), count, sb_result_word(result->code), result->key_count);
        return false;
    }
    if (result->repeated || result->plan < 0 || event->type != SB_EVENT_TRANSFER)
        return true;
    count = sb_ledger_reasons(side->ledger, event, side->past, true, reasons, 256, &code);
    for (uint32_t i = 0; i < count; i++)
        if (!same_figures(side, stream, model, result, &reasons[i], what) ||
            !passes_then(side, stream, model, event, result, &reasons[i], what))
            return false;
    return true;
}

/* ------------------------------------------------------------------ comparing states */

static bool same_account(const struct m_account *model, const struct sb_account_view *view,
                         struct sb_str *what)
{
    if (sb_id_equal(model->id, view->id) && sb_id_equal(model->person, view->person) &&
        model->debits == view->debits_posted && model->credits == view->credits_posted &&
        model->debits_held == view->debits_pending && model->credits_held == view->credits_pending &&
        model->unit == view->unit && model->class_ == view->class_ && model->provider == view->provider &&
        model->tier == view->tier && model->issuer == view->issuer && model->sex == view->sex &&
        model->birth_year == view->birth_year && model->flags == view->flags &&
        model->frozen == view->frozen && model->closed == view->closed && model->place == view->place &&
        model->place_index == view->place_index && model->opened_on == view->opened_on &&
        model->sim_since == view->sim_since)
        return true;
    sb_str_printf(what,
                  "account a%" PRIu64 ": debits, credits, pending debits and credits\n  model:   %" PRId64
                  " %" PRId64 " %" PRId64 " %" PRId64 "\n  program: %" PRId64 " %" PRId64 " %" PRId64
                  " %" PRId64 "\n  or an attribute differs (frozen %u %u, closed %d %d, tier %u %u)\n",
                  model->id.lo - 1000, model->debits, model->credits, model->debits_held, model->credits_held,
                  view->debits_posted, view->credits_posted, view->debits_pending, view->credits_pending,
                  model->frozen, view->frozen, model->closed, view->closed, model->tier, view->tier);
    return false;
}

static bool same_reservations(const struct d_side *side, const struct m_ledger *model, struct sb_str *what)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < model->flow_count; i++) {
        const struct m_flow *flow = &model->flows[i];
        if (!flow->reserves)
            continue;
        open += flow->open ? 1 : 0;
        sb_amount left = sb_ledger_pending_left(side->ledger, flow->id);
        if (left != flow->left) {
            sb_str_printf(
                what, "reservation e%" PRIu64 ": left %" PRId64 " in the model, %" PRId64 " in the program\n",
                flow->id.lo / 3, flow->left, left);
            return false;
        }
    }
    if (open == sb_ledger_pending_count(side->ledger))
        return true;
    sb_str_printf(what, "open reservations: %u in the model, %u in the program\n", open,
                  sb_ledger_pending_count(side->ledger));
    return false;
}

static bool same_used(struct d_side *side, const struct d_stream *stream, const struct m_ledger *model,
                      int account, struct sb_str *what)
{
    if (model->plan < 0)
        return true;
    for (uint32_t c = 0; c < side->plans[model->plan]->counter_count; c++) {
        const struct m_sentence *s = d_sentence_of_counter(side, stream, model->plan, c);
        struct m_subject subject;
        if (s == NULL) {
            sb_str_printf(what, "counter %u is of no sentence\n", c);
            return false;
        }
        int64_t used = 0;
        if (m_subject_of(s, &model->accounts[account], &subject))
            used = m_used(model, s, &subject, model->time);
        int64_t got = sb_ledger_used(side->ledger, c, model->accounts[account].id, model->time);
        side->used_checks++;
        if (used != got) {
            sb_str_printf(what,
                          "used of limit %s#%d for account a%" PRIu64 ": %" PRId64 " in the model, %" PRId64
                          " in the program\n",
                          s->name, (int)(s - stream->plans[model->plan].sentences),
                          model->accounts[account].id.lo - 1000, used, got);
            return false;
        }
    }
    return true;
}

bool d_same_state(struct d_side *side, const struct d_stream *stream, const struct m_ledger *model,
                  struct m_random *random, bool all, struct sb_str *what)
{
    if ((uint32_t)model->account_count != sb_ledger_account_count(side->ledger) ||
        model->time != sb_ledger_time(side->ledger) ||
        model->plan_number != sb_ledger_plan_number(side->ledger) ||
        side->plan_number != model->plan_number) {
        sb_str_printf(what, "accounts %d %u, time %" PRId64 " %" PRId64 ", installed %u %u\n",
                      model->account_count, sb_ledger_account_count(side->ledger), model->time,
                      sb_ledger_time(side->ledger), model->plan_number, sb_ledger_plan_number(side->ledger));
        return false;
    }
    for (int i = 0; i < model->account_count; i++) {
        struct sb_account_view view;
        sb_ledger_account_at(side->ledger, (uint32_t)i, &view);
        if (!same_account(&model->accounts[i], &view, what))
            return false;
    }
    if (!same_reservations(side, model, what))
        return false;
    for (int i = 0; i < (all ? model->account_count : 2) && model->account_count > 0; i++)
        if (!same_used(side, stream, model, all ? i : (int)m_below(random, (uint32_t)model->account_count),
                       what))
            return false;
    return true;
}

bool d_same_hash(const struct d_side *side, const struct d_stream *stream, const struct m_ledger *model,
                 struct sb_str *what)
{
    static struct m_numbers numbers;
    uint8_t expected[32], got[32];
    memset(&numbers, 0, sizeof(numbers));
    for (int plan = 0; plan < stream->plan_count; plan++) {
        for (uint32_t c = 0; c < side->plans[plan]->counter_count; c++) {
            const struct m_sentence *s = d_sentence_of_counter(side, stream, plan, c);
            const uint8_t *identity = side->plans[plan]->counters[c].identity;
            if (s == NULL || (numbers.sentence[s->identity] != NULL &&
                              memcmp(numbers.identity[s->identity], identity, 16) != 0)) {
                sb_str_printf(what, "counter %u of plan %d has an identity of its own\n", c, plan);
                return false;
            }
            memcpy(numbers.identity[s->identity], identity, 16);
            numbers.sentence[s->identity] = s;
            numbers.counter[plan][s->identity] = c;
        }
    }
    m_hash(model, &numbers, expected);
    if (sb_ledger_hash(side->ledger, got, NULL) != SB_OK)
        abort();
    if (memcmp(expected, got, 32) != 0)
        sb_str_add(what, "the state hash is not the model's\n");
    return memcmp(expected, got, 32) == 0;
}

/* ------------------------------------------------------------------ words */

static void print_id(struct sb_str *out, const char *before, struct sb_id id)
{
    if (sb_id_is_none(id))
        return;
    if (id.lo >= 1000 && id.lo < 1100 && id.hi < 3)
        sb_str_printf(out, " %s a%" PRIu64, before, id.lo - 1000);
    else if (id.lo % 3 == 0 && id.lo < 3 * D_EVENTS_MAX)
        sb_str_printf(out, " %s e%" PRIu64, before, id.lo / 3);
    else
        sb_str_printf(out, " %s %" PRIx64 ":%" PRIx64, before, id.lo, id.hi);
}

static void print_name(struct sb_str *out, const struct d_stream *stream, enum sb_space space, uint16_t code)
{
    const struct m_names *names = &stream->world.spaces[space];
    for (int i = 0; i < names->count; i++)
        if (names->codes[i] == code)
            sb_str_printf(out, " %s=%s", sb_space_word(space), names->names[i]);
    if (code > names->count)
        sb_str_printf(out, " %s=%u", sb_space_word(space), code);
}

static void print_attributes(struct sb_str *out, const struct d_stream *stream, const struct sb_event *event)
{
    char text[SB_TIME_TEXT_SIZE];
    if (!sb_id_is_none(event->person))
        sb_str_printf(out, " person=p%" PRIu64, event->person.lo - 5000);
    print_name(out, stream, SB_SPACE_UNIT, event->attributes.unit);
    print_name(out, stream, SB_SPACE_CLASS, event->attributes.class_);
    print_name(out, stream, SB_SPACE_PROVIDER, event->attributes.provider);
    print_name(out, stream, SB_SPACE_TIER, event->attributes.tier);
    print_name(out, stream, SB_SPACE_ISSUER, event->attributes.issuer);
    print_name(out, stream, SB_SPACE_SEX, event->attributes.sex);
    if (event->attributes.place != 0)
        sb_str_printf(out, " place=%u:%u", SB_PLACE_LEVEL(event->attributes.place),
                      SB_PLACE_NUMBER(event->attributes.place));
    sb_str_printf(out, " born=%u flags=%u", event->attributes.birth_year, event->attributes.flags);
    if (event->type == SB_EVENT_OPEN && event->attributes.opened_on != SB_DAY_NONE) {
        sb_day_print(event->attributes.opened_on, text);
        sb_str_printf(out, " opened=%s", text);
    }
    if (event->attributes.sim_since != SB_DAY_NONE) {
        sb_day_print(event->attributes.sim_since, text);
        sb_str_printf(out, " sim=%s", text);
    }
}

void d_print_event(const struct d_stream *stream, const struct sb_event *event, struct sb_str *out)
{
    static const char *const types[] = {"?",       "TRANSFER", "POST",   "VOID",  "REVERSE",
                                        "OPEN",    "CHANGE",   "FREEZE", "CLOSE", "REOPEN",
                                        "CHARTER", "NAME",     "TICK"};
    char text[SB_TIME_TEXT_SIZE];
    sb_time_print(event->time, stream->world.offset_s, text);
    sb_str_printf(out, "  %s %s%s", text, event->type < 13 ? types[event->type] : "?",
                  (event->flags & SB_F_LINKED) != 0 ? "+" : "");
    print_id(out, "", event->id);
    if (event->type >= SB_EVENT_OPEN && event->type <= SB_EVENT_REOPEN) {
        print_id(out, "account", event->account);
        if (event->type <= SB_EVENT_CHANGE)
            print_attributes(out, stream, event);
        if (event->type == SB_EVENT_FREEZE)
            sb_str_printf(out, " frozen=%u", event->attributes.frozen);
    } else if (event->type <= SB_EVENT_REVERSE) {
        print_id(out, "from", event->payer);
        print_id(out, "to", event->payee);
        print_id(out, "agent", event->agent);
        print_id(out, "of", event->other);
        sb_str_printf(out, " amount=%" PRId64, event->amount);
        if ((event->flags & SB_F_PENDING) != 0)
            sb_str_printf(out, " pending timeout=%u", event->timeout_s);
        print_name(out, stream, SB_SPACE_KIND, event->kind);
        print_name(out, stream, SB_SPACE_PROVIDER, event->provider);
        print_name(out, stream, SB_SPACE_CHANNEL, event->channel);
        print_name(out, stream, SB_SPACE_PURPOSE, event->purpose);
        print_name(out, stream, SB_SPACE_COUNTRY, event->country);
        if (event->place != 0)
            sb_str_printf(out, " place=%u:%u", SB_PLACE_LEVEL(event->place), SB_PLACE_NUMBER(event->place));
    } else if (event->type == SB_EVENT_CHARTER) {
        sb_str_printf(out, " %02x%02x", event->charter_hash[0], event->charter_hash[1]);
    }
    sb_str_add(out, "\n");
}
