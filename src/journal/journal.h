/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The append-only record of every event and its result. A folder of segment files; format:
 * docs/formats/journal.md.
 *
 * Two objects: a writer, one a folder, and readers, any number, also while it is written. All that is on disk
 * is untrusted input: every length is bounded before it is used, every hash checked before a byte is
 * believed.
 *
 * The interface is small on purpose (append a batch at sequence n with a fencing token, read from n, newest
 * n): past one machine the same calls sit on a replicated log.
 */

#include "base/event.h"
#include "ledger/result.h"
#include "os/os.h"

#define SB_JOURNAL_FORMAT 1 /* of the bytes */
#define SB_JOURNAL_MEANING \
    2 /* of the semantics that results were given under: docs/formats/journal.md, "Meanings" */
#define SB_HASH_SIZE 32

struct sb_journal;
struct sb_journal_reader;

enum sb_journal_flags { SB_JOURNAL_SYNTHETIC = 1 << 0 /* made by synth: every report says so */ };

/* What the first record of a journal says of it; each segment repeats it. */
struct sb_journal_info {
    struct sb_id journal_id; /* random */
    uint32_t flags;          /* enum sb_journal_flags */
    uint16_t format, meaning;
    sb_time_us created; /* the machine's clock */
    char origin[256];   /* where the events came from, for people; UTF-8 */
};

enum sb_record_type {
    SB_RECORD_BATCH = 1,      /* events and results */
    SB_RECORD_CHECKPOINT = 2, /* the state's hash after a sequence number, signed when there is a key */
    SB_RECORD_CLOSE = 3,      /* a clean close: behind it nothing was lost */
};

/*
 * One record as read or to be written. Sequence numbers count events from 1. In a batch: first is the number
 * of its first event, texts hold what CHARTER events of the batch install (in order): the sources one after
 * the other, as sb_charter_pack (engine/charter_pack.h) lays them out.
 */
struct sb_record {
    enum sb_record_type type;
    uint64_t first;                /* BATCH: sequence of its first event. Others: of the last event before. */
    uint16_t meaning;              /* as read: what its charters' fees mean; 0: the newest */
    uint32_t count;                /* BATCH */
    const struct sb_event *events; /* borrowed until the next read */
    const struct sb_result *results;
    const char *texts;
    uint32_t texts_size;
    uint8_t plan_hash[SB_HASH_SIZE];  /* BATCH: the plan in force before its first event; zero: none */
    uint8_t state_hash[SB_HASH_SIZE]; /* CHECKPOINT */
    uint8_t key[32];                  /* CHECKPOINT: public key; zero: not signed */
    uint8_t signature[64]; /* CHECKPOINT: Ed25519 of the record's hash with this field zero, see the format */
    uint8_t sealed[SB_HASH_SIZE]; /* CHECKPOINT, as read: what the signature covers */
    uint8_t hash[SB_HASH_SIZE];   /* of the record, as read; the next one carries it */
    uint64_t number;              /* of the record in its journal, as read */
    uint64_t segment;             /* where it lies: segment number and offset in its file */
    uint64_t offset;
};

/* One record of one history: where it stands, and its hash. A reader that finds it there may go on behind it.
 */
struct sb_journal_mark {
    uint64_t segment, offset;   /* of the record's first byte, as in sb_record */
    uint64_t number;            /* of the record in its journal, from 1 */
    uint64_t sequence;          /* of the last event in it, or before it */
    uint8_t hash[SB_HASH_SIZE]; /* of the record */
};

/* ------------------------------------------------------------------ writer */

/* Called once while a journal that is there already is opened, under its lock, before the first record is
 * read: may seek (sb_journal_reader_seek). An error ends the opening. */
typedef enum sb_status sb_begin_fn(void *context, struct sb_journal_reader *reader, struct sb_err *err);

struct sb_journal_options {
    uint32_t flags;
    const char *origin;         /* borrowed; for a new journal */
    const uint8_t *signing_key; /* 64 bytes of Ed25519 secret key, borrowed until close; NULL: checkpoints are
                                   not signed */
    uint32_t segment_size;      /* bytes; 0: SB_SEGMENT_SIZE. Tests use small ones. */
    uint64_t checkpoint_every;  /* unused by the journal itself; see the engine */
    bool no_thread; /* write, sync and prepare in the caller's thread, inside append, wait and reserve: for
                       simulators, where the same seed must give the same calls in the same order */
    sb_begin_fn *begin; /* with the context of sb_journal_open; NULL: reading begins at the first record */
};

/*
 * Open a journal for writing, or make one when the folder is empty or absent (create). Takes the folder's
 * lock (SB_BUSY). Cuts a torn tail at the last whole record and says in *ret_cut how many bytes were cut;
 * refuses any other damage (SB_DAMAGED, with segment, offset and sequence). Reads every record once (from
 * where options->begin sought on) and hands it to `replay`, in order, before it returns; an error of replay's
 * ends the opening. The caller closes.
 */
typedef enum sb_status sb_record_fn(void *context, const struct sb_record *record, struct sb_err *err);
SB_CHECKED enum sb_status sb_journal_open(const struct sb_os *os, const char *dir, bool create,
                                          const struct sb_journal_options *options, sb_record_fn *replay,
                                          void *context, struct sb_journal **ret_journal, uint64_t *ret_cut,
                                          struct sb_err *err);

/* The token that every append must show: it changes with each opening, so an earlier owner's late append is
 * refused. */
uint64_t sb_journal_token(const struct sb_journal *journal);
const struct sb_journal_info *sb_journal_get_info(const struct sb_journal *journal);

/*
 * True when a batch of count events with texts_size bytes of charters fits on the disk for sure: space is
 * reserved (written with zeros) before the state moves. SB_NOSPACE when it does not: nothing was changed, and
 * it may be asked again.
 */
SB_CHECKED enum sb_status sb_journal_reserve(struct sb_journal *journal, uint32_t count, uint32_t texts_size,
                                             struct sb_err *err);

/*
 * Append a batch at sequence record->first, which must be the next one. Copies everything; returns before it
 * is written (readers may not see it yet) or durable; a little may stay unwritten until somebody waits or
 * closes. Requires a reservation at least as large. After any
 * failure, which may show only at a later call, the journal accepts no more writes.
 */
SB_CHECKED enum sb_status sb_journal_append(struct sb_journal *journal, uint64_t token,
                                            const struct sb_record *record, struct sb_err *err);

/* Wait until every event up to a sequence number is durable. One fdatasync serves all batches appended while
 * the one before ran. */
SB_CHECKED enum sb_status sb_journal_wait(struct sb_journal *journal, uint64_t sequence, struct sb_err *err);

/* Where the record that was appended last lies, or will when it is written. Requires that there is one. */
void sb_journal_last_place(const struct sb_journal *journal, uint64_t *ret_segment, uint64_t *ret_offset);

/* The last event appended, and the last one durable. */
uint64_t sb_journal_newest(const struct sb_journal *journal);
uint64_t sb_journal_durable(const struct sb_journal *journal);

/* Append a checkpoint: the state's hash after the newest event. Signed when there is a key. Durable with the
 * next wait. */
SB_CHECKED enum sb_status sb_journal_checkpoint(struct sb_journal *journal,
                                                const uint8_t state_hash[SB_HASH_SIZE], struct sb_err *err);

/* Mark the newest record. False, and nothing is marked, before the first. */
bool sb_journal_set_mark(struct sb_journal *journal);

/* The record that was marked last. False while it is not durable. */
bool sb_journal_marked(const struct sb_journal *journal, struct sb_journal_mark *ret_mark);

/* Make all durable, write a CLOSE record when clean, free. Safe on NULL. Returns the first error there was.
 */
enum sb_status sb_journal_close(struct sb_journal *journal, bool clean, struct sb_err *err);

/* ------------------------------------------------------------------ reader */

/*
 * Open for reading from the first record; checks hashes and the chain as it goes. Holds no lock. A torn tail
 * reads as the end (SB_END) unless strict. Memory does not grow with the journal.
 */
SB_CHECKED enum sb_status sb_journal_reader_open(const struct sb_os *os, const char *dir, bool strict,
                                                 struct sb_journal_reader **ret_reader, struct sb_err *err);
const struct sb_journal_info *sb_journal_reader_info(const struct sb_journal_reader *reader);

/*
 * From now on take the records of segments behind which another was begun without computing their hashes:
 * heads and the chain are still checked, so a reader that checks all comes to the same end, or names the
 * damage. For the first of two passes.
 */
void sb_journal_reader_trust(struct sb_journal_reader *reader);

/*
 * A place between two records, as a reader found it: reading can go on there later without what comes before.
 * The hash of the record before it binds it to this one history.
 */
struct sb_journal_position {
    uint64_t segment, offset;   /* where the next record is looked for */
    uint64_t number, sequence;  /* of the last record and event before it */
    sb_time_us time;            /* the latest event's before it */
    uint8_t hash[SB_HASH_SIZE]; /* of the record before it; of segment 1's page when there is none */
};

/* Where the reader stands, behind the last record that it gave. */
void sb_journal_reader_position(const struct sb_journal_reader *reader,
                                struct sb_journal_position *ret_position);

/*
 * Open for reading behind a position. That the record before it has the position's hash is the caller's to
 * know (sb_fetch_record); the next one is refused when it does not carry it (SB_DAMAGED). SB_NOT_FOUND: the
 * segment is not there. Else as sb_journal_reader_open.
 */
SB_CHECKED enum sb_status sb_journal_reader_open_at(const struct sb_os *os, const char *dir,
                                                    const struct sb_journal_position *position,
                                                    struct sb_journal_reader **ret_reader,
                                                    struct sb_err *err);

/*
 * Go on behind a marked record, which must stand there, whole. SB_NOT_FOUND: it does not; reading goes on
 * where it did. What stands before the mark is not looked at; the chain is checked from it on. Other errors
 * are the file's.
 */
SB_CHECKED enum sb_status sb_journal_reader_seek(struct sb_journal_reader *reader,
                                                 const struct sb_journal_mark *mark, struct sb_err *err);

/* Go on at the begin of the last segment that begins at or before an event: records before it come first. */
SB_CHECKED enum sb_status sb_journal_reader_seek_event(struct sb_journal_reader *reader, uint64_t sequence,
                                                       struct sb_err *err);

/* The next record, borrowed until the next call. SB_END behind the last one; SB_DAMAGED names segment,
 * offset, sequence. */
SB_CHECKED enum sb_status sb_journal_reader_next(struct sb_journal_reader *reader,
                                                 struct sb_record *ret_record, struct sb_err *err);
/* Bytes read so far and in all, for progress. */
void sb_journal_reader_progress(const struct sb_journal_reader *reader, uint64_t *ret_done,
                                uint64_t *ret_all);
/* Bytes behind the last whole record that are a torn tail; after SB_END. */
uint64_t sb_journal_reader_torn(const struct sb_journal_reader *reader);
void sb_journal_reader_close(struct sb_journal_reader *reader);

/* True when the record's signature is that of key (32 bytes) over it. */
bool sb_record_signed_by(const struct sb_record *record, const uint8_t key[32]);
