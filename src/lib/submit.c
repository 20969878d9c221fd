/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests are all read before any is done, so that a mistake in one costs nothing. Then each goes to the
 * engine on its own (a chain as one): the reasons of a refusal are a function of the state that it met, and
 * that state is still there only until the next event. All share one wait for the disk at the end.
 */
#include "lib/lib.h"

#include "base/macros.h"

#include <stdlib.h>
#include <string.h>

enum { AUDIENCES = 3, LANGUAGES = 2, SIDES = 3 };

struct answer {
    uint16_t code; /* enum sb_result_code */
    bool repeated;
    uint16_t reason_count;
    const char *(*reasons)[AUDIENCES][LANGUAGES]; /* in the arena */
    int64_t fees[SIDES];                          /* what each side pays besides the amount */
};

struct sandbank_answers {
    struct sb_arena arena; /* owns the reasons */
    size_t count;
    struct answer all[];
};

/* The public numbers are the ledger's own: a cast translates. */
#define SAME_CODE(name) \
    static_assert((int)SANDBANK_ANSWER_##name == (int)SB_R_##name, "one number for " #name)
SAME_CODE(ACCEPTED);
SAME_CODE(MALFORMED);
SAME_CODE(ID_ZERO);
SAME_CODE(TIME_BACK);
SAME_CODE(CHAIN_OPEN);
SAME_CODE(CHAIN_TIME);
SAME_CODE(CHAIN_LONG);
SAME_CODE(CHAIN_BROKEN);
SAME_CODE(ID_REUSED);
SAME_CODE(AMOUNT_INVALID);
SAME_CODE(KIND_MISSING);
SAME_CODE(SAME_ACCOUNT);
SAME_CODE(ACCOUNT_EXISTS);
SAME_CODE(ATTRIBUTE_INVALID);
SAME_CODE(NO_ACCOUNT);
SAME_CODE(NO_PAYER);
SAME_CODE(NO_PAYEE);
SAME_CODE(NO_AGENT);
SAME_CODE(NO_ORIGINAL);
SAME_CODE(WRONG_ORIGINAL);
SAME_CODE(EXPIRED);
SAME_CODE(FINISHED);
SAME_CODE(EXCEEDS_ORIGINAL);
SAME_CODE(CLOSED);
SAME_CODE(NOT_CLOSED);
SAME_CODE(NOT_EMPTY);
SAME_CODE(FROZEN);
SAME_CODE(UNIT_DIFFERS);
SAME_CODE(NO_CHARTER);
SAME_CODE(REFUSED);
SAME_CODE(UNDECIDED);
SAME_CODE(NO_MONEY);
SAME_CODE(OVERFLOW);
SAME_CODE(UNKNOWN_CHARTER);
SAME_CODE(NAME_CONFLICT);
SAME_CODE(ASK);
SAME_CODE(NO_FEE_ACCOUNT);
SAME_CODE(FEE_ACCOUNT_BLOCKED);
static_assert((int)SB_RESULT_COUNT == 38, "a new code is public too");

static enum sb_status no_memory(struct sb_err *err)
{
    return sb_fail(err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

/* ------------------------------------------------------------------ reasons in words */

static bool add_text(struct sb_arena *arena, const char *text, const char **ret_text)
{
    *ret_text = sb_arena_copy(arena, text, strlen(text));
    return *ret_text != NULL;
}

static bool add_reason(struct sb_arena *arena, const struct sb_plan *plan, const struct sb_reason *reason,
                       const char *texts[AUDIENCES][LANGUAGES])
{
    bool good = true;
    for (unsigned lang = 0; lang < LANGUAGES; lang++) {
        char line[SB_REASON_SHORT_SIZE];
        struct sb_str full = {0};
        sb_reason_short(plan, reason, (enum sb_lang)lang, SB_FOR_PAYER, line);
        good = good && add_text(arena, line, &texts[SANDBANK_FOR_PAYER][lang]);
        sb_reason_short(plan, reason, (enum sb_lang)lang, SB_FOR_OPERATOR, line);
        good = good && add_text(arena, line, &texts[SANDBANK_FOR_OPERATOR][lang]);
        sb_reason_long(plan, reason, (enum sb_lang)lang, 0, &full);
        good = good && !full.failed && add_text(arena, sb_str_text(&full), &texts[SANDBANK_IN_FULL][lang]);
        sb_str_release(&full);
    }
    return good;
}

/* A sentence without figures: the payer is told no more than that the charter refuses, for the sentence may
 * be about the payee. */
static bool add_sentence(struct sb_arena *arena, const struct sb_plan *plan, uint32_t rule,
                         enum sb_result_code code, const char *texts[AUDIENCES][LANGUAGES])
{
    const struct sb_sentence *sentence = sb_plan_sentence(plan, rule);
    const char *by = sentence && sentence->by.text ? sentence->by.text : "";
    const char *article = sentence && sentence->article.text ? sentence->article.text : "";
    bool good = true;
    for (unsigned lang = 0; lang < LANGUAGES; lang++) {
        struct sb_str text = {0};
        sb_str_printf(&text, "%s: %s%s%s%s%s", sb_result_text(code, (enum sb_lang)lang),
                      sb_plan_rule_name(plan, rule), *by ? ", " : "", by, *article ? " " : "", article);
        good = good && !text.failed &&
               add_text(arena, sb_result_text(code, (enum sb_lang)lang), &texts[SANDBANK_FOR_PAYER][lang]) &&
               add_text(arena, sb_str_text(&text), &texts[SANDBANK_FOR_OPERATOR][lang]);
        texts[SANDBANK_IN_FULL][lang] = texts[SANDBANK_FOR_OPERATOR][lang];
        sb_str_release(&text);
    }
    return good;
}

/* Sentences by the bits of a result: what is known of one whose state is gone. */
static enum sb_status tell_sentences(struct sandbank_answers *answers, const struct sb_plan *plan,
                                     const struct sb_result *result, struct answer *answer,
                                     struct sb_err *err)
{
    uint16_t count = 0;
    for (uint32_t rule = 0; rule < plan->rule_count; rule++)
        count = (uint16_t)(count + (result->failed[rule / 64] >> rule % 64 & 1));
    answer->reasons = sb_arena_alloc(&answers->arena, SB_MAX(count, 1), sizeof(*answer->reasons));
    for (uint32_t rule = 0; answer->reasons && rule < plan->rule_count; rule++) {
        if ((result->failed[rule / 64] >> rule % 64 & 1) == 0)
            continue;
        /* What is refused may name what would be asked as well. */
        enum sb_result_code code = sb_rule_asks((enum sb_rule_type)plan->rules[rule].type)
                                       ? SB_R_ASK
                                       : (enum sb_result_code)result->code;
        if (!add_sentence(&answers->arena, plan, rule, code, answer->reasons[answer->reason_count]))
            return no_memory(err);
        answer->reason_count++;
    }
    return answer->reasons ? SB_OK : no_memory(err);
}

/* Reasons with figures, of an event that the ledger has just refused: refusing changed nothing but the time.
 */
static enum sb_status tell_reasons(struct sandbank_answers *answers, const struct sb_ledger *ledger,
                                   const struct sb_event *event, struct answer *answer, struct sb_err *err)
{
    const struct sb_plan *plan = sb_ledger_plan(ledger);
    struct sb_past *past = sb_past_new(1); /* a transfer refers to nothing, and its id is new */
    struct sb_reason *reasons = calloc(SB_PLAN_RULES_MAX, sizeof(*reasons));
    uint32_t count = 0;
    enum sb_result_code code;
    bool good = past && reasons;
    if (good)
        count = SB_MIN(sb_ledger_reasons(ledger, event, past, false, reasons, SB_PLAN_RULES_MAX, &code),
                       (uint32_t)SB_PLAN_RULES_MAX);
    answer->reasons = sb_arena_alloc(&answers->arena, SB_MAX(count, 1u), sizeof(*answer->reasons));
    good = good && answer->reasons;
    for (uint32_t i = 0; good && i < count; i++) {
        good = add_reason(&answers->arena, plan, &reasons[i], answer->reasons[i]);
        answer->reason_count = (uint16_t)(answer->reason_count + good);
    }
    free(reasons);
    sb_past_free(past);
    return good ? SB_OK : no_memory(err);
}

/* What an accepted transfer was charged, from its result and the law in force. */
static void tell_fees(const struct sb_ledger *ledger, const struct sb_event *event,
                      const struct sb_result *result, struct answer *answer)
{
    const struct sb_id sides[SIDES] = {event->payer, event->payee, event->agent};
    const struct sb_past_entry transfer = {
        .event = *event, .result = *result, .plan = sb_ledger_plan_number(ledger)};
    struct sb_leg legs[SB_PLAN_FEES_MAX];
    const struct sb_plan *tariff = NULL;
    uint32_t count = sb_ledger_fees_of(ledger, &transfer, legs, &tariff);
    for (uint32_t i = 0; i < count; i++) {
        for (int side = 0; side < SIDES; side++) {
            if (sb_id_is_none(sides[side]))
                continue;
            answer->fees[side] += sb_id_equal(legs[i].from, sides[side]) ? legs[i].amount : 0;
            answer->fees[side] -= sb_id_equal(legs[i].to, sides[side]) ? legs[i].amount : 0;
        }
    }
}

static enum sb_status tell(struct sandbank_answers *answers, const struct sb_ledger *ledger,
                           const struct sb_event *event, const struct sb_result *result, bool alone,
                           struct answer *answer, struct sb_err *err)
{
    answer->code = result->code;
    answer->repeated = (result->flags & SB_RF_REPEATED) != 0;
    if (event->type == SB_EVENT_TRANSFER && result->fees != 0 &&
        (!answer->repeated || sb_ledger_plan_number(ledger) == 1))
        tell_fees(ledger, event, result, answer);
    if (!sb_result_is_of_law(result->code))
        return SB_OK;
    if (alone && !answer->repeated)
        return tell_reasons(answers, ledger, event, answer, err);
    /* The bits of a repeated result are rules of the plan that gave it; with one law ever that is this one.
     */
    if (answer->repeated && sb_ledger_plan_number(ledger) != 1)
        return SB_OK;
    return tell_sentences(answers, sb_ledger_plan(ledger), result, answer, err);
}

/* ------------------------------------------------------------------ submitting */

/* Do group[first] .. group[first + count - 1]: one request, or one chain. */
static enum sb_status submit_group(struct sandbank_engine *engine, struct sb_lib_request *all, size_t first,
                                   uint32_t count, struct sandbank_answers *answers, uint64_t *ret_sequence,
                                   struct sb_err *err)
{
    struct sb_event *events = calloc(count, sizeof(*events));
    struct sb_result *results = calloc(count, sizeof(*results));
    enum sb_status status = events && results ? SB_OK : no_memory(err);
    for (uint32_t i = 0; i < count && status == SB_OK; i++) {
        sb_lib_complete_change(engine, all, first, first + i);
        events[i] = all[first + i].event;
    }
    if (status == SB_OK)
        status = sb_engine_submit(engine->inner, events, count, results, ret_sequence, err);
    for (uint32_t i = 0; i < count && status == SB_OK; i++)
        status = tell(answers, sb_engine_ledger(engine->inner), &events[i], &results[i], count == 1,
                      &answers->all[first + i], err);
    free(results);
    free(events);
    return status;
}

static enum sb_status read_all(struct sandbank_engine *engine, const struct sandbank_request *requests,
                               size_t count, struct sb_lib_request *ret_requests, struct sb_err *err)
{
    sb_time_us now = sb_lib_now(engine);
    for (size_t i = 0; i < count; i++) {
        enum sb_status status = sb_lib_read_request(engine, &requests[i], &now, &ret_requests[i], err);
        if (status != SB_OK)
            return sb_fail_in(err, "request %zu", "yêu cầu %zu", i);
    }
    return SB_OK;
}

static enum sb_status submit_all(struct sandbank_engine *engine, struct sb_lib_request *requests,
                                 size_t count, struct sandbank_answers *answers, struct sb_err *err)
{
    enum sb_status status = SB_OK;
    uint64_t sequence = 0;
    for (size_t first = 0; first < count && status == SB_OK;) {
        uint32_t size = 1;
        while ((requests[first + size - 1].event.flags & SB_F_LINKED) != 0 && first + size < count)
            size++;
        status = submit_group(engine, requests, first, size, answers, &sequence, err);
        first += size;
    }
    return status == SB_OK ? sb_engine_wait(engine->inner, sequence, err) : status;
}

enum sandbank_status sandbank_submit(struct sandbank_engine *engine, const struct sandbank_request *requests,
                                     size_t count, struct sandbank_answers **ret_answers,
                                     struct sandbank_error *error)
{
    static_assert(SANDBANK_REQUESTS_MAX == SB_BATCH_MAX && SANDBANK_CHAIN_MAX == SB_CHAIN_MAX, "one bound");
    struct sb_err err = {0};
    if (count == 0 || count > SANDBANK_REQUESTS_MAX)
        return sb_lib_end(sb_fail(&err, SB_INVALID, "%zu requests; expected 1 to %d",
                                  "%zu yêu cầu; cần từ 1 đến %d", count, SANDBANK_REQUESTS_MAX),
                          &err, error);
    struct sb_lib_request *read = calloc(count, sizeof(*read));
    struct sandbank_answers *answers = calloc(1, sizeof(*answers) + count * sizeof(answers->all[0]));
    enum sb_status status = read && answers ? SB_OK : no_memory(&err);
    if (answers) {
        sb_arena_init(&answers->arena, SIZE_MAX);
        answers->count = count;
    }
    if (status == SB_OK)
        status = read_all(engine, requests, count, read, &err);
    if (status == SB_OK)
        status = submit_all(engine, read, count, answers, &err);
    free(read);
    if (status == SB_OK)
        *ret_answers = answers;
    else
        sandbank_answers_free(answers);
    return sb_lib_end(status, &err, error);
}

/* ------------------------------------------------------------------ answers */

void sandbank_answers_free(struct sandbank_answers *answers)
{
    if (answers)
        sb_arena_release(&answers->arena);
    free(answers);
}

size_t sandbank_answers_count(const struct sandbank_answers *answers)
{
    return answers->count;
}

static const struct answer *answer_at(const struct sandbank_answers *answers, size_t n)
{
    assert(n < answers->count);
    return &answers->all[n];
}

enum sandbank_code sandbank_answer_code(const struct sandbank_answers *answers, size_t n)
{
    return (enum sandbank_code)answer_at(answers, n)->code;
}

bool sandbank_answer_repeated(const struct sandbank_answers *answers, size_t n)
{
    return answer_at(answers, n)->repeated;
}

const char *sandbank_answer_text(const struct sandbank_answers *answers, size_t n,
                                 enum sandbank_language language)
{
    return sb_result_text((enum sb_result_code)answer_at(answers, n)->code, sb_lib_lang(language));
}

int64_t sandbank_answer_fees(const struct sandbank_answers *answers, size_t n, enum sandbank_side side)
{
    assert((unsigned)side < SIDES);
    return answer_at(answers, n)->fees[side];
}

size_t sandbank_answer_reasons(const struct sandbank_answers *answers, size_t n)
{
    return answer_at(answers, n)->reason_count;
}

const char *sandbank_answer_reason(const struct sandbank_answers *answers, size_t n, size_t r,
                                   enum sandbank_audience audience, enum sandbank_language language)
{
    const struct answer *answer = answer_at(answers, n);
    assert(r < answer->reason_count);
    assert((unsigned)audience < AUDIENCES);
    return answer->reasons[r][audience][sb_lib_lang(language)];
}
