/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The property: on random charters and random streams of events, the program's ledger and the model give the
 * same results, and hold the same. See README.md.
 */
#include "drive.h"
#include "replay_again.h"

#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ streams */

static void *room_for(const struct d_stream *stream, size_t size)
{
    void *memory = calloc(stream->room, size);
    if (memory == NULL)
        abort();
    return memory;
}

static void stream_init(struct d_stream *stream, uint32_t room)
{
    memset(stream, 0, sizeof(*stream));
    stream->room = room;
    stream->events = room_for(stream, sizeof(*stream->events));
    stream->plan_of = room_for(stream, sizeof(*stream->plan_of));
    stream->starts = room_for(stream, sizeof(*stream->starts));
    stream->ends_batch = room_for(stream, sizeof(*stream->ends_batch));
    stream->results = room_for(stream, sizeof(*stream->results));
}

static void stream_release(struct d_stream *stream)
{
    free(stream->events);
    free(stream->plan_of);
    free(stream->starts);
    free(stream->ends_batch);
    free(stream->results);
}

/* Counters of all plans that mean the same get the same number. */
static void number_identities(struct d_stream *stream)
{
    struct {
        int plan, sentence;
    } found[M_PLANS_MAX * M_SENTENCES_MAX];
    int count = 0;
    for (int plan = 0; plan < stream->plan_count; plan++) {
        for (int i = 0; i < stream->plans[plan].sentence_count; i++) {
            struct m_sentence *s = &stream->plans[plan].sentences[i];
            if (!m_counts(s))
                continue;
            int k = 0;
            while (k < count && !m_same_identity(&stream->plans[plan], s, &stream->plans[found[k].plan],
                                                 &stream->plans[found[k].plan].sentences[found[k].sentence]))
                k++;
            if (k == count) {
                found[count].plan = plan;
                found[count++].sentence = i;
            }
            s->identity = k;
        }
    }
}

static void make_stream(struct d_stream *stream, uint64_t seed)
{
    struct m_random random = {seed};
    stream->seed = seed;
    stream->count = 0;
    m_make_world(&random, &stream->world);
    stream->plan_count = 1 + (int)m_below(&random, 3);
    m_make_plan(&random, &stream->world, &stream->plans[0]);
    for (int plan = 1; plan < stream->plan_count; plan++)
        m_amend_plan(&random, &stream->world, &stream->plans[plan - 1], &stream->plans[plan]);
    number_identities(stream);
}

/* ------------------------------------------------------------------ one run beside the model */

struct d_run {
    struct d_stream *stream;
    struct d_side side;
    struct m_ledger model;
    struct m_random random; /* batches, and which used sums are compared */
    struct m_random telling;
    struct m_teller teller;
    bool makes; /* events come from the teller, and are written down */
    uint32_t at;
    struct sb_str *what;
    struct m_result *results; /* of the batch */
};

/* The next unit into the stream at run->at; its size, 0 at the end. */
static uint32_t next_unit(struct d_run *run, uint32_t wanted)
{
    struct d_stream *stream = run->stream;
    uint32_t at = run->at, count = 1;
    if (run->makes) {
        if (at >= wanted)
            return 0;
        bool ends_batch;
        count = m_tell(&run->teller, &stream->events[at], &ends_batch);
        for (uint32_t i = 0; i < count; i++) {
            stream->starts[at + i] = i == 0;
            stream->ends_batch[at + i] = ends_batch && i + 1 == count;
            stream->plan_of[at + i] = -1;
            for (int plan = 0; plan < stream->plan_count; plan++)
                if (memcmp(stream->events[at + i].charter_hash, run->side.hashes[plan], 32) == 0)
                    stream->plan_of[at + i] = (int8_t)plan;
        }
        stream->count = at + count;
    } else {
        if (at >= stream->count)
            return 0;
        while (at + count < stream->count && !stream->starts[at + count])
            count++;
        for (uint32_t i = 0; i < count; i++)
            if (stream->plan_of[at + i] >= 0)
                memcpy(stream->events[at + i].charter_hash, run->side.hashes[stream->plan_of[at + i]], 32);
    }
    return count;
}

static bool run_batch(struct d_run *run, uint32_t wanted, bool *ret_more)
{
    struct d_stream *stream = run->stream;
    uint32_t first = run->at, size = m_chance(&run->random, 30) ? 1 : 1 + m_below(&run->random, 60);
    while (run->at - first < size) {
        uint32_t count = next_unit(run, wanted);
        *ret_more = count > 0;
        if (count == 0)
            break;
        m_step(&run->model, &stream->events[run->at], count, &run->results[run->at - first]);
        if (run->at == first && count == 1 && (stream->events[first].flags & SB_F_LINKED) == 0 &&
            !d_same_reasons(&run->side, stream, &run->model, &stream->events[first], &run->results[0],
                            run->what)) {
            run->at++;
            return false;
        }
        run->at += count;
        if (stream->ends_batch[run->at - 1])
            break;
    }
    if (run->at == first)
        return true;
    d_side_step(&run->side, &stream->events[first], run->at - first, &stream->results[first]);
    for (uint32_t i = first; i < run->at; i++) {
        if (!d_same_result(&run->side, stream, &run->results[i - first], &stream->results[i], run->what)) {
            run->at = i + 1;
            return false;
        }
    }
    return d_same_state(&run->side, stream, &run->model, &run->random, !*ret_more, run->what);
}

static bool check_end(struct d_run *run)
{
    struct sb_err err = {0};
    if (sb_ledger_check(run->side.ledger, &err) == SB_OK)
        return true;
    sb_str_printf(run->what, "sb_ledger_check: %s\n", err.text[SB_EN]);
    return false;
}

static void run_init(struct d_run *run, struct d_stream *stream, bool makes, struct sb_str *what)
{
    memset(run, 0, sizeof(*run));
    run->stream = stream;
    run->makes = makes;
    run->what = what;
    run->random.state = stream->seed ^ UINT64_C(0xBA7C4);
    run->telling.state = stream->seed ^ UINT64_C(0x57034);
    run->results = calloc(64 + 2 * M_UNIT_MAX, sizeof(*run->results));
    if (run->results == NULL)
        abort();
    m_ledger_init(&run->model, stream->room);
}

static void run_release(struct d_run *run)
{
    d_side_release(&run->side);
    m_ledger_release(&run->model);
    free(run->results);
}

struct d_count {
    uint64_t events, used_checks, replayed;
    uint64_t codes[SB_RESULT_COUNT];
};

static void add_up(const struct d_run *run, struct d_count *count)
{
    for (uint32_t i = 0; i < run->at; i++)
        count->codes[run->stream->results[i].code]++;
    count->events += run->at;
    count->used_checks += run->side.used_checks;
}

/* Model and program over the whole stream; makes it first when `makes`. *ret_hash is the state's at the end.
 */
static bool run_beside_model(struct d_stream *stream, bool makes, uint32_t wanted, struct d_count *count,
                             uint8_t ret_hash[32], uint32_t *ret_at, struct sb_str *what)
{
    struct d_run run;
    run_init(&run, stream, makes, what);
    bool same = d_side_init(&run.side, stream, D_AS_MADE, what), more = same;
    run.model.world = &stream->world;
    run.model.plans = stream->plans;
    run.model.plan_hashes = (const uint8_t(*)[32])run.side.hashes;
    run.model.plan_count = stream->plan_count;
    m_teller_init(&run.teller, &run.telling, &stream->world, &run.model);
    while (same && more)
        same = run_batch(&run, wanted, &more);
    if (same)
        same = check_end(&run) && d_same_hash(&run.side, stream, &run.model, what);
    if (same && sb_ledger_hash(run.side.ledger, ret_hash, NULL) != SB_OK)
        abort();
    if (count != NULL)
        add_up(&run, count);
    *ret_at = run.at;
    run_release(&run);
    return same;
}

/* ------------------------------------------------------------------ the program against itself */

static void step_in_batches(struct d_side *side, struct d_stream *stream, uint64_t seed,
                            struct sb_result *results)
{
    struct m_random random = {seed};
    for (uint32_t at = 0; at < stream->count;) {
        uint32_t end = at, size = 1 + m_below(&random, 100);
        do {
            end++;
        } while (end < stream->count && !stream->ends_batch[end - 1] &&
                 (!stream->starts[end] || end - at < size));
        for (uint32_t i = at; i < end; i++)
            if (stream->plan_of[i] >= 0)
                memcpy(stream->events[i].charter_hash, side->hashes[stream->plan_of[i]], 32);
        d_side_step(side, &stream->events[at], end - at, &results[at]);
        at = end;
    }
}

static int plan_after(const struct d_stream *stream, const struct sb_result *results, uint32_t i, int plan)
{
    if (stream->events[i].type == SB_EVENT_CHARTER && results[i].code == SB_R_ACCEPTED)
        return stream->plan_of[i];
    return plan;
}

/*
 * Other batches: the same results to the bit, and the same hash. Sentences in another order: the same rules.
 * Formatted and parsed again: the same results to the bit.
 */
static bool run_again(struct d_stream *stream, enum d_writing writing, const uint8_t hash[32],
                      struct sb_str *what)
{
    static const char *const names[] = {"other batches", "shuffled", "formatted in English",
                                        "formatted in Vietnamese"};
    struct d_side side, first;
    struct sb_result *results = room_for(stream, sizeof(*results));
    bool shuffles = writing == D_SHUFFLED;
    memset(&first, 0, sizeof(first));
    bool same = d_side_init(&side, stream, writing, what) &&
                (!shuffles || d_side_init(&first, stream, D_AS_MADE, what));
    if (same)
        step_in_batches(&side, stream, stream->seed + 99, results);
    int plan = -1;
    for (uint32_t i = 0; same && i < stream->count; i++) {
        const struct sb_result *a = &stream->results[i], *b = &results[i];
        /* The plan of a repeated result is that of its first time: only the bits could be compared. */
        uint32_t keys_a[256] = {0}, keys_b[256] = {0};
        int of_a[64] = {0}, of_b[64] = {0};
        same = a->code == b->code && a->flags == b->flags;
        if (!shuffles)
            same = same && memcmp(a, b, sizeof(*a)) == 0;
        else if (a->flags == 0)
            same = same && d_keys(&first, plan, a, keys_a) == d_keys(&side, plan, b, keys_b) &&
                   memcmp(keys_a, keys_b, sizeof(keys_a)) == 0 &&
                   d_counted(&first, stream, plan, a, of_a) == d_counted(&side, stream, plan, b, of_b) &&
                   memcmp(of_a, of_b, sizeof(of_a)) == 0;
        if (!same)
            sb_str_printf(what, "%s: event %u gives %s, before %s, or other rules\n", names[writing], i,
                          sb_result_word((enum sb_result_code)b->code),
                          sb_result_word((enum sb_result_code)a->code));
        plan = plan_after(stream, results, i, plan);
    }
    uint8_t again[32];
    if (same && writing == D_AS_MADE) {
        if (sb_ledger_hash(side.ledger, again, NULL) != SB_OK)
            abort();
        same = memcmp(hash, again, 32) == 0;
        if (!same)
            sb_str_printf(what, "%s: another state hash\n", names[writing]);
    }
    d_side_release(&side);
    d_side_release(&first);
    free(results);
    return same;
}

/* ------------------------------------------------------------------ making a difference small */

static bool differs(struct d_stream *stream)
{
    struct sb_str what = {0};
    uint8_t hash[32];
    uint32_t at;
    bool same = run_beside_model(stream, false, 0, NULL, hash, &at, &what);
    bool compiles = what.text == NULL || strstr(what.text, "does not compile") == NULL;
    sb_str_release(&what);
    return !same && compiles;
}

/* Take units out, from the event `first` on, as many as `size`; puts them back when the difference is gone.
 */
static bool drop_events(struct d_stream *stream, uint32_t first, uint32_t size)
{
    static struct d_stream kept;
    if (kept.events == NULL)
        stream_init(&kept, stream->room);
    uint32_t end = first + size < stream->count ? first + size : stream->count;
    while (end < stream->count && !stream->starts[end])
        end++;
    while (first < stream->count && !stream->starts[first])
        first++;
    if (first >= end)
        return false;
    uint32_t behind = stream->count - end, count = stream->count;
#define KEEP_AND_CUT(array)                                                                   \
    do {                                                                                      \
        memcpy(kept.array, stream->array, count * sizeof(*stream->array));                    \
        memmove(stream->array + first, stream->array + end, behind * sizeof(*stream->array)); \
    } while (0)
    KEEP_AND_CUT(events);
    KEEP_AND_CUT(plan_of);
    KEEP_AND_CUT(starts);
    KEEP_AND_CUT(ends_batch);
#undef KEEP_AND_CUT
    stream->count = first + behind;
    if (differs(stream))
        return true;
    memcpy(stream->events, kept.events, count * sizeof(*stream->events));
    memcpy(stream->plan_of, kept.plan_of, count * sizeof(*stream->plan_of));
    memcpy(stream->starts, kept.starts, count * sizeof(*stream->starts));
    memcpy(stream->ends_batch, kept.ends_batch, count * sizeof(*stream->ends_batch));
    stream->count = count;
    return false;
}

static void shrink_events(struct d_stream *stream)
{
    for (uint32_t size = stream->count / 2; size > 0; size /= 2)
        for (uint32_t first = 0; first < stream->count;)
            if (!drop_events(stream, first, size))
                first += size;
}

static void shrink_charters(struct d_stream *stream)
{
    for (int plan = 0; plan < stream->plan_count; plan++) {
        for (int i = 0; i < stream->plans[plan].sentence_count; i++) {
            struct m_sentence *s = &stream->plans[plan].sentences[i];
            if (s->removed)
                continue;
            s->removed = true;
            if (!differs(stream))
                s->removed = false;
        }
    }
}

static void shrink(struct d_stream *stream, uint32_t at)
{
    stream->count = at;
    while (stream->ends_batch[stream->count - 1] == false && stream->count < at)
        stream->count++;
    if (!differs(stream))
        return; /* not a difference beside the model, or one of the teller's own */
    shrink_events(stream);
    shrink_charters(stream);
    shrink_events(stream);
}

/* ------------------------------------------------------------------ telling */

static void tell_difference(struct d_stream *stream, uint32_t at, const struct sb_str *first_what,
                            bool shrinks)
{
    printf("DIFFERENCE: --seed %" PRIu64 " --streams 1, at event %u\n%s", stream->seed, at,
           sb_str_text(first_what));
    struct sb_str what = {0}, out = {0};
    struct d_side side;
    uint8_t hash[32];
    stream->count = stream->count < at ? stream->count : at;
    if (shrinks)
        shrink(stream, stream->count);
    if (shrinks && !run_beside_model(stream, false, 0, NULL, hash, &at, &what))
        printf("made small, at event %u of %u:\n%s", at, stream->count, sb_str_text(&what));
    (void)d_side_init(&side, stream, D_AS_MADE, &what); /* for its texts; a complaint was printed before */
    for (int plan = 0; plan < stream->plan_count; plan++)
        for (int layer = 0; layer < stream->plans[plan].layer_count; layer++)
            printf("---- plan %d (%02x%02x), layer %d%s\n%s", plan, side.hashes[plan][0],
                   side.hashes[plan][1], layer, stream->plans[plan].law == M_LIVE ? "" : " (by replay's law)",
                   sb_str_text(&side.texts[plan][layer].text));
    uint32_t end = at < stream->count ? at : stream->count, begin = end > 24 ? end - 24 : 0;
    for (uint32_t i = begin; i < end; i++) {
        sb_str_printf(&out, "%u%s", i, stream->starts[i] ? "" : " &");
        d_print_event(stream, &stream->events[i], &out);
    }
    printf("---- events\n%s", sb_str_text(&out));
    d_side_release(&side);
    sb_str_release(&out);
    sb_str_release(&what);
}

static bool check_stream(struct d_stream *stream, uint64_t seed, uint32_t events, bool shrinks,
                         struct d_count *count)
{
    struct sb_str what = {0};
    uint8_t hash[32];
    uint32_t at;
    make_stream(stream, seed);
    bool same = run_beside_model(stream, true, events, count, hash, &at, &what);
    if (same)
        same = run_again(stream, D_AS_MADE, hash, &what) && run_again(stream, D_SHUFFLED, hash, &what);
    /* A layer can be formatted alone only when it says its unit, or needs none. */
    if (same && seed % 4 == 0 && (stream->world.decimals == 0 || stream->world.layers_say_unit))
        same =
            run_again(stream, D_FORMATTED_EN, hash, &what) && run_again(stream, D_FORMATTED_VI, hash, &what);
    if (same && seed % 3 == 0)
        same = d_replay_again(stream, hash, &count->replayed, &what);
    if (!same)
        tell_difference(stream, at, &what, shrinks);
    sb_str_release(&what);
    return same;
}

/* ------------------------------------------------------------------ main */

static uint64_t number_after(const char *word)
{
    char *end;
    uint64_t number = word == NULL ? 0 : strtoull(word, &end, 10);
    if (word == NULL || *end != '\0') {
        (void)fprintf(stderr, "test_model: a number is missing\n"); /* nobody to tell that it failed */
        exit(2);
    }
    return number;
}

int main(int argc, char **argv)
{
    uint64_t seed = 1, events = 800, streams = 1300, failures_max = 1;
    bool shrinks = true, verbose = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0)
            seed = number_after(argv[++i]);
        else if (strcmp(argv[i], "--events") == 0)
            events = number_after(argv[++i]);
        else if (strcmp(argv[i], "--streams") == 0)
            streams = number_after(argv[++i]);
        else if (strcmp(argv[i], "--failures") == 0)
            failures_max = number_after(argv[++i]);
        else if (strcmp(argv[i], "--no-shrink") == 0)
            shrinks = false;
        else if (strcmp(argv[i], "--codes") == 0)
            verbose = true;
        else {
            printf("usage: test_model [--seed N] [--events N] [--streams N] [--failures N] [--no-shrink] "
                   "[--codes]\n");
            return 2;
        }
    }
    if (events > D_EVENTS_MAX)
        events = D_EVENTS_MAX;
    struct d_stream stream;
    struct d_count count = {0};
    uint64_t failures = 0, i = 0;
    stream_init(&stream, (uint32_t)events + M_UNIT_MAX);
    for (; i < streams && failures < failures_max; i++)
        failures += check_stream(&stream, seed + i, (uint32_t)events, shrinks, &count) ? 0 : 1;
    stream_release(&stream);
    for (int code = 0; verbose && code < SB_RESULT_COUNT; code++)
        printf("%12" PRIu64 "  %s\n", count.codes[code], sb_result_word((enum sb_result_code)code));
    printf("%" PRIu64 " streams, %" PRIu64 " events, %" PRIu64 " used sums compared, %" PRIu64
           " streams replayed\n",
           i, count.events, count.used_checks, count.replayed);
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", i - failures, failures);
    return failures == 0 ? 0 : 1;
}
