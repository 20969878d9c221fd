/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The writer's inside: what lies between an append and the disk. The caller copies a record's body into a
 * ring and goes on. Whoever waits for it seals it (chain, hash), writes it and syncs, unless another thread
 * is at it; when much is queued, a thread of the journal's own does. A second one fills the next segment with
 * zeros meanwhile, so that no commit waits for it. Without threads, put writes at once.
 */

#include "journal/reader.h"

#include <pthread.h>

/* Kept free at the end of a segment, so that a checkpoint and a clean close never need a new one. */
#define SB_END_ROOM (SB_CHECKPOINT_SIZE + SB_CLOSE_SIZE)

#define SB_PIECE_SIZE (1024u * 1024) /* bytes written and synced at once where there is no hurry */
#define SB_QUEUE_MAX  256u           /* records between the caller and the disk */

enum sb_next_state {
    SB_NEXT_NONE,
    SB_NEXT_WANTED,  /* it is being filled */
    SB_NEXT_READY,   /* filled and durable */
    SB_NEXT_TAKEN,   /* a queued record begins it */
    SB_NEXT_NOSPACE, /* the disk is full; asked again when it is needed */
};

/* A record on its way. */
struct sb_queued {
    struct sb_record record; /* its pointers are dead: the body was copied */
    uint8_t *bytes;          /* in the ring */
    uint32_t size, failed_count;
    uint32_t ring_end; /* where the ring is free again when it was written */
    bool begins;       /* it is the first of the next segment */
};

struct sb_journal {
    const struct sb_os *os;     /* borrowed */
    char *dir;                  /* owned */
    struct sb_file *lock_file;  /* owned */
    const uint8_t *signing_key; /* borrowed, or NULL */
    struct sb_journal_info info;
    uint64_t token;
    uint32_t segment_size; /* of new segments */

    /* The caller's: where the journal stands behind what it was given. */
    struct {
        uint64_t number, sequence;
        uint64_t segment;              /* where the next record goes */
        uint64_t offset, segment_size; /* in it */
        uint64_t last_offset;          /* of the last record, in the same segment */
        bool closed;
    } given;
    uint64_t reserved; /* bytes of the record that reserve promised room for */
    uint8_t *ring;     /* owned; bodies, each in one piece; bytes of queued records are the writer's */
    uint32_t ring_size, ring_head;

    /* Of the thread that set `writing`: where the journal stands on the disk. */
    struct sb_file *file;      /* owned; the segment that is written to */
    struct sb_segment segment; /* its page */
    uint64_t offset;           /* where the next record goes */
    struct sb_chain chain;     /* behind the last written record */

    pthread_mutex_t mutex; /* over all below */
    pthread_cond_t work;   /* there is something to write or sync */
    pthread_cond_t fill;   /* there is a segment to fill */
    pthread_cond_t done;   /* one of the threads did something */
    pthread_t writing_thread, filling_thread;
    bool thread_runs;
    bool stop;
    bool failed;
    struct sb_err failure;   /* the first one */
    struct sb_queued *queue; /* owned; SB_QUEUE_MAX, used round and round */
    uint64_t put, taken;     /* records over all time; put - taken are queued */
    uint64_t round;          /* records up to this one are written before the next sync */
    uint64_t backlog;        /* bytes queued */
    bool writing;            /* a thread writes or syncs */
    uint32_t ring_tail;
    uint64_t put_number, put_sequence;
    uint64_t appended, appended_sequence;
    uint64_t durable, durable_sequence;
    struct sb_journal_mark last; /* the newest written record; number 0: none */
    struct sb_journal_mark mark; /* the marked one: its number, the rest when it is written */
    bool mark_is_written;
    enum sb_next_state next;
    struct sb_err next_failure; /* why SB_NEXT_NOSPACE */
    struct sb_file *next_file;  /* owned; the filler's while SB_NEXT_WANTED */
    uint64_t next_filled;
};

/* Start behind what file, segment, offset and chain say. Threads run unless no_thread. */
SB_CHECKED enum sb_status sb_worker_start(struct sb_journal *journal, bool no_thread, struct sb_err *err);

/* Stop the threads, whatever is queued. */
void sb_worker_stop(struct sb_journal *journal);

/* Make sure that so many bytes fit into this segment, or that the next one is ready. SB_NOSPACE: nothing was
 * changed. */
SB_CHECKED enum sb_status sb_worker_reserve(struct sb_journal *journal, uint64_t size, struct sb_err *err);

/*
 * Queue a record of size bytes (sb_record_encoded_size), copying it; end_room bytes must stay free behind it.
 * Requires a reservation. Any failure, also a later one, is for good: the state above has moved, or the disk
 * is unknown.
 */
SB_CHECKED enum sb_status sb_worker_put(struct sb_journal *journal, const struct sb_record *record,
                                        uint64_t size, uint64_t end_room, struct sb_err *err);

/* Wait until a record is durable. Requires the mutex. */
SB_CHECKED enum sb_status sb_worker_await(struct sb_journal *journal, uint64_t number, struct sb_err *err);

/* Do something that is due, or wait until another thread did. Requires the mutex and something to do. */
void sb_worker_help(struct sb_journal *journal);

/* The first failure. Requires the mutex and that there is one. */
enum sb_status sb_worker_say_failure(const struct sb_journal *journal, struct sb_err *err);

/* True when so many bytes fit behind what was given. */
bool sb_worker_fits(const struct sb_journal *journal, uint64_t size);

/* Zeros over [from, to), durable. */
SB_CHECKED enum sb_status sb_worker_zeros(const struct sb_os *os, struct sb_file *file, uint64_t from,
                                          uint64_t to, struct sb_err *err);
void sb_worker_remove_segment(const struct sb_journal *journal, uint64_t number);
SB_CHECKED enum sb_status sb_worker_create_file(const struct sb_journal *journal, uint64_t number,
                                                struct sb_file **ret_file, struct sb_err *err);

/* Take an unused next segment away. */
void sb_worker_drop_next(struct sb_journal *journal);
