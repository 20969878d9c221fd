/* SPDX-License-Identifier: Apache-2.0 */
#include "net/live.h"

#include "net/figures_json.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define TELL_MS  1000  /* between two figures of one pilot */
#define ALIVE_MS 15000 /* between two comments to a listener of a pilot that stands still */

struct listener {
    struct sb_pilot *pilot;
    bool staff, greeted;
    struct sb_stream *stream; /* owned */
    uint64_t told_ms;
    struct listener *next;
};

/* What was last told of a pilot. */
struct told {
    const struct sb_pilot *pilot;
    uint64_t sequence, at_ms, rate;
    bool moved; /* since the figures were last told: one more is owed, with the rate 0 */
};

struct sb_live {
    pthread_mutex_t mutex; /* over all below */
    struct listener *listeners;
    struct told told[SB_PILOTS_MAX];
    unsigned told_count;
};

struct sb_live *sb_live_new(void)
{
    struct sb_live *live = calloc(1, sizeof(*live));
    if (live)
        pthread_mutex_init(&live->mutex, NULL);
    return live;
}

void sb_live_free(struct sb_live *live)
{
    if (!live)
        return;
    for (struct listener *at = live->listeners, *next; at; at = next) {
        next = at->next;
        sb_stream_close(at->stream);
        free(at);
    }
    pthread_mutex_destroy(&live->mutex);
    free(live);
}

void sb_live_join(struct sb_live *live, struct sb_pilot *pilot, bool staff, struct sb_stream *stream)
{
    struct listener *listener = calloc(1, sizeof(*listener));
    if (!listener) {
        sb_stream_close(stream);
        return;
    }
    *listener = (struct listener){.pilot = pilot, .staff = staff, .stream = stream};
    pthread_mutex_lock(&live->mutex);
    listener->next = live->listeners;
    live->listeners = listener;
    pthread_mutex_unlock(&live->mutex);
}

char *sb_live_text(const char *name, json_t *root)
{
    char *data = root ? json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
    struct sb_str text = {0};
    json_decref(root);
    if (!data)
        return NULL;
    sb_str_printf(&text, "event: %s\ndata: %s\n\n", name, data); /* JSON has no line break of its own */
    free(data);
    if (!text.failed)
        return text.text;
    sb_str_release(&text);
    return NULL;
}

/* Requires the mutex. */
static struct told *told_of(struct sb_live *live, const struct sb_pilot *pilot)
{
    for (unsigned i = 0; i < live->told_count; i++)
        if (live->told[i].pilot == pilot)
            return &live->told[i];
    struct told *told = &live->told[live->told_count++]; /* a server has no more pilots than there is room */
    *told = (struct told){.pilot = pilot, .sequence = atomic_load(&pilot->sequence)};
    return told;
}

uint64_t sb_live_rate(struct sb_live *live, const struct sb_pilot *pilot)
{
    pthread_mutex_lock(&live->mutex);
    uint64_t rate = told_of(live, pilot)->rate;
    pthread_mutex_unlock(&live->mutex);
    return rate;
}

struct telling {
    const struct sb_pilot *pilot;
    uint64_t rate;
    json_t *root;
};

static enum sb_status tell(void *context, struct sb_engine *engine, struct sb_err *err)
{
    struct telling *telling = context;
    (void)engine;
    (void)err;
    telling->root = sb_figures_json(telling->pilot, telling->rate);
    return SB_OK;
}

static char *figures_text(struct sb_pilot *pilot, uint64_t rate)
{
    struct telling telling = {.pilot = pilot, .rate = rate};
    if (sb_front_ask(pilot->front, tell, &telling, NULL) != SB_OK)
        return NULL;
    return sb_live_text("figures", telling.root);
}

/* Requires the mutex. What a listener is due: text, a sign of life, or nothing. False: it has gone. */
static bool serve(struct listener *listener, const char *text, bool news, uint64_t now_ms)
{
    static const char alive[] = ": alive\n\n";
    bool listens = true;
    if (text && (news || !listener->greeted)) {
        listens = sb_stream_send(listener->stream, text, strlen(text));
        listener->greeted = true;
        listener->told_ms = now_ms;
    } else if (now_ms - listener->told_ms >= ALIVE_MS) {
        listens = sb_stream_send(listener->stream, alive, sizeof(alive) - 1);
        listener->told_ms = now_ms;
    }
    return listens;
}

/* Requires the mutex. */
static bool somebody_new(const struct sb_live *live, const struct sb_pilot *pilot, bool *ret_anybody)
{
    bool new = false;
    *ret_anybody = false;
    for (const struct listener *at = live->listeners; at; at = at->next) {
        *ret_anybody = *ret_anybody || at->pilot == pilot;
        new = new || (at->pilot == pilot && !at->greeted);
    }
    return new;
}

/* Requires the mutex. Tell all that listen to a pilot, and forget those that have gone. */
static void tell_all(struct sb_live *live, const struct sb_pilot *pilot, const char *text, bool news,
                     uint64_t now_ms)
{
    for (struct listener **link = &live->listeners; *link;) {
        struct listener *at = *link;
        if (at->pilot == pilot && !serve(at, text, news, now_ms)) {
            *link = at->next;
            sb_stream_close(at->stream);
            free(at);
        } else {
            link = &at->next;
        }
    }
}

void sb_live_tick_pilot(struct sb_live *live, struct sb_pilot *pilot, uint64_t now_ms)
{
    bool anybody;
    pthread_mutex_lock(&live->mutex);
    struct told *told = told_of(live, pilot);
    uint64_t sequence = atomic_load(&pilot->sequence), passed = now_ms - told->at_ms;
    bool due = passed >= TELL_MS, news = false;
    if (due) {
        uint64_t rate = (sequence - told->sequence) * 1000 / passed;
        news = sequence != told->sequence || told->moved;
        told->moved = sequence != told->sequence;
        *told = (struct told){pilot, sequence, now_ms, rate, told->moved};
    }
    bool new = somebody_new(live, pilot, &anybody);
    uint64_t rate = told->rate;
    pthread_mutex_unlock(&live->mutex);
    /* The pilot is asked outside the lock: a long batch must not keep others from joining. */
    char *text = anybody && (news || new) ? figures_text(pilot, rate) : NULL;
    pthread_mutex_lock(&live->mutex);
    tell_all(live, pilot, text, news, now_ms);
    pthread_mutex_unlock(&live->mutex);
    free(text);
}
