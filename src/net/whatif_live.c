/* SPDX-License-Identifier: Apache-2.0 */
#include "net/whatif_live.h"

#include "base/macros.h"
#include "net/live.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct listener {
    const struct sb_pilot *pilot;
    struct sb_id id;
    struct sb_stream *stream; /* owned */
    uint64_t version;         /* as told last */
    struct listener *next;
};

struct sb_whatif_live {
    struct sb_whatifs *whatifs;
    pthread_mutex_t mutex;
    struct listener *listeners; /* under the mutex */
};

struct sb_whatif_live *sb_whatif_live_new(struct sb_whatifs *whatifs)
{
    struct sb_whatif_live *live = calloc(1, sizeof(*live));
    if (!live)
        return NULL;
    live->whatifs = whatifs;
    pthread_mutex_init(&live->mutex, NULL);
    return live;
}

void sb_whatif_live_free(struct sb_whatif_live *live)
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

void sb_whatif_live_join(struct sb_whatif_live *live, const struct sb_pilot *pilot, struct sb_id id,
                         struct sb_stream *stream)
{
    struct listener *listener = calloc(1, sizeof(*listener));
    if (!listener) {
        sb_stream_close(stream);
        return;
    }
    *listener = (struct listener){.pilot = pilot, .id = id, .stream = stream};
    pthread_mutex_lock(&live->mutex);
    listener->next = live->listeners;
    live->listeners = listener;
    pthread_mutex_unlock(&live->mutex);
}

/* False: nothing more is to be told. */
static bool tell(struct sb_whatif_live *live, struct listener *listener)
{
    static const char alive[] = ": alive\n\n";
    uint64_t version = sb_whatifs_version(live->whatifs, listener->id);
    if (version == listener->version)
        return sb_stream_send(listener->stream, alive, sizeof(alive) - 1);
    bool ended = true;
    json_t *root = sb_whatifs_json(live->whatifs, listener->pilot, listener->id, true, &ended);
    SB_CLEANUP(sb_free_ptr) char *text = root ? sb_live_text("whatif", root) : NULL;
    listener->version = version;
    return text && sb_stream_send(listener->stream, text, strlen(text)) && !ended;
}

void sb_whatif_live_tick(struct sb_whatif_live *live)
{
    pthread_mutex_lock(&live->mutex);
    for (struct listener **link = &live->listeners; *link;) {
        struct listener *at = *link;
        if (tell(live, at)) {
            link = &at->next;
            continue;
        }
        *link = at->next;
        sb_stream_close(at->stream);
        free(at);
    }
    pthread_mutex_unlock(&live->mutex);
}
