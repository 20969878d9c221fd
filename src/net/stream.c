/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server-sent events. A stream has two owners, who sends and the connection that reads; the last one frees
 * it. While there is nothing to read the connection is suspended: it costs a socket and no turn of any
 * thread.
 */
#include "net/http_internal.h"

#include "base/macros.h"

#include <string.h>

struct sb_stream {
    struct sb_http *http;
    struct MHD_Connection *mhd;
    pthread_mutex_t mutex; /* over all below */
    char *text;            /* owned: what is being read */
    size_t size, read;
    bool suspended, reader_gone, sender_gone, ended;
    struct sb_stream *before, *next; /* under http's mutex */
};

bool sb_exchange_answer_stream(struct sb_exchange *exchange, struct sb_stream **ret_stream)
{
    struct sb_http *http = exchange->http;
    if (atomic_fetch_add(&http->stream_count, 1) >= http->options.streams_max) {
        atomic_fetch_sub(&http->stream_count, 1);
        return false;
    }
    struct sb_stream *stream = calloc(1, sizeof(*stream));
    if (!stream) {
        atomic_fetch_sub(&http->stream_count, 1);
        return false;
    }
    stream->http = http;
    stream->mhd = exchange->mhd;
    pthread_mutex_init(&stream->mutex, NULL);
    pthread_mutex_lock(&http->mutex);
    stream->next = http->streams;
    if (http->streams)
        http->streams->before = stream;
    http->streams = stream;
    pthread_mutex_unlock(&http->mutex);
    exchange->stream = stream;
    exchange->status = 200;
    exchange->type = "text/event-stream; charset=utf-8";
    *ret_stream = stream;
    return true;
}

static void stream_free(struct sb_stream *stream)
{
    struct sb_http *http = stream->http;
    pthread_mutex_lock(&http->mutex);
    if (stream->before)
        stream->before->next = stream->next;
    else
        http->streams = stream->next;
    if (stream->next)
        stream->next->before = stream->before;
    pthread_mutex_unlock(&http->mutex);
    pthread_mutex_destroy(&stream->mutex);
    atomic_fetch_sub(&http->stream_count, 1);
    free(stream->text);
    free(stream);
}

/* Requires the mutex. */
static void wake(struct sb_stream *stream)
{
    if (stream->suspended)
        MHD_resume_connection(stream->mhd);
    stream->suspended = false;
}

bool sb_stream_send(struct sb_stream *stream, const char *text, size_t size)
{
    pthread_mutex_lock(&stream->mutex);
    bool listens = !stream->reader_gone && !stream->ended;
    if (listens && stream->read == stream->size) {
        char *copy = malloc(size);
        if (copy) {
            memcpy(copy, text, size);
            free(stream->text);
            stream->text = copy;
            stream->size = size;
            stream->read = 0;
            wake(stream);
        }
    }
    pthread_mutex_unlock(&stream->mutex);
    return listens;
}

void sb_stream_close(struct sb_stream *stream)
{
    if (!stream)
        return;
    pthread_mutex_lock(&stream->mutex);
    stream->sender_gone = true;
    stream->ended = true;
    bool last = stream->reader_gone;
    wake(stream);
    pthread_mutex_unlock(&stream->mutex);
    if (last)
        stream_free(stream);
}

void sb_stream_end_all(struct sb_http *http)
{
    pthread_mutex_lock(&http->mutex);
    for (struct sb_stream *stream = http->streams; stream; stream = stream->next) {
        pthread_mutex_lock(&stream->mutex);
        stream->ended = true;
        wake(stream);
        pthread_mutex_unlock(&stream->mutex);
    }
    pthread_mutex_unlock(&http->mutex);
}

ssize_t sb_stream_read_cb(void *context, uint64_t position, char *bytes, size_t size)
{
    struct sb_stream *stream = context;
    (void)position;
    pthread_mutex_lock(&stream->mutex);
    size_t count = SB_MIN(stream->size - stream->read, size);
    ssize_t result = (ssize_t)count;
    if (count > 0) {
        memcpy(bytes, stream->text + stream->read, count);
        stream->read += count;
    } else if (stream->ended) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        MHD_suspend_connection(stream->mhd);
        stream->suspended = true;
    }
    pthread_mutex_unlock(&stream->mutex);
    return result;
}

void sb_stream_leave(struct sb_stream *stream)
{
    pthread_mutex_lock(&stream->mutex);
    stream->reader_gone = true;
    stream->suspended = false;
    bool last = stream->sender_gone;
    pthread_mutex_unlock(&stream->mutex);
    if (last)
        stream_free(stream);
}

void sb_stream_read_end_cb(void *context)
{
    sb_stream_leave(context);
}
