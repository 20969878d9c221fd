/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SANDBANK_LEDGER_H
#define SANDBANK_LEDGER_H

/*
 * Requests to the ledger, the answers with their reasons in words, and accounts as they stand.
 *
 *     const char *const attributes[] = {"agent=kiosk-7", "channel=app", NULL};
 *     struct sandbank_request request = {.verb = SANDBANK_TRANSFER, .id = "t1", .time_us = SANDBANK_NOW,
 *         .kind = "cash-in", .from = "kiosk-7", .to = "an", .amount = 500000, .attributes = attributes};
 *     status = sandbank_submit(engine, &request, 1, &answers, &error);
 *
 * Names of accounts, persons, agents and requests are any text of 1 to 4096 bytes; the journal keeps its
 * BLAKE2b-128 only. Who knows all phone numbers can find a number from its hash: use pseudonyms for people.
 * 32 hexadecimal digits are taken as such an id itself.
 */

#include <sandbank/engine.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sandbank_verb {
    SANDBANK_TRANSFER = 1, /* moves amount from `from` to `to` at once */
    SANDBANK_RESERVE = 2,  /* sets it aside until it is posted, voided, or its timeout has passed */
    SANDBANK_POST =
        3, /* of `other`, a reservation: moves amount of what is left of it; may be repeated in parts */
    SANDBANK_VOID = 4,    /* of `other`, a reservation: gives back what is left of it */
    SANDBANK_REVERSE = 5, /* of `other`, a transfer or a post: moves amount back */
    SANDBANK_OPEN = 6,    /* opens `account` with its attributes */
    SANDBANK_CHANGE = 7,  /* changes the attributes that it names; the others stay */
    SANDBANK_FREEZE = 8,  /* attribute frozen: in, out, both or none */
    SANDBANK_CLOSE = 9,   /* closes `account`, which must be empty */
    SANDBANK_REOPEN = 10, /* opens a closed one again */
    SANDBANK_TICK = 11,   /* only time passes, so that reservations expire; has no id */
};

/*
 * One request. What its verb does not use must be zero (or NULL). All texts are borrowed for the call.
 *
 * attributes: "name=value" each, the last one NULL; or NULL for none. A value that is empty or `?` is "not
 * known" (of an account) or "none" (of a transfer), as is an attribute that is not given. By verb:
 *   TRANSFER, RESERVE  agent=NAME provider= channel= purpose= country=, place=province:24 (or district:,
 *                      commune:), steps=pin,face; RESERVE also timeout=SECONDS (at most 366 days; none:
 * never) OPEN               class= provider= tier= issuer= sex= unit= (the law's unless given), person=NAME,
 *                      place=commune:00004, birth-year=1990, sim-since=2020-05-01, opened-on=2025-09-03,
 *                      flags=strict (debits may not exceed credits), mirror, both or free; without it strict
 *                      for the classes subscriber, merchant and agent, else free
 *   CHANGE             tier= sex= place= birth-year= sim-since=
 *   FREEZE             frozen=in, out, both or none
 * Words of the charter's vocabulary (kind, class, tier, purpose ...) that the journal does not know yet are
 * added to it for good, at most 65535 of a sort: check what strangers send before it gets here.
 */
struct sandbank_request {
    enum sandbank_verb verb;
    bool linked; /* this request and the next succeed or fail together; the last of a chain lacks it */
    const char
        *id; /* chosen by the caller. The same request under the same id is answered, not done, again */
    int64_t time_us;     /* never before the latest event's; or SANDBANK_NOW */
    int64_t amount;      /* TRANSFER, RESERVE, POST, REVERSE: minor units, 1 to 2^60 */
    const char *kind;    /* TRANSFER, RESERVE: a kind of the charter */
    const char *from;    /* TRANSFER, RESERVE: account that pays */
    const char *to;      /* TRANSFER, RESERVE: account that is paid */
    const char *other;   /* POST, VOID, REVERSE: the id of what it is about */
    const char *account; /* OPEN, CHANGE, FREEZE, CLOSE, REOPEN */
    const char *const *attributes;
};

/* Requests of one call; members of a chain. */
#define SANDBANK_REQUESTS_MAX 8192
#define SANDBANK_CHAIN_MAX    256

/*
 * What became of a request. Checked in this order: the first that applies is the answer. Numbers never
 * change; new ones may come.
 */
enum sandbank_code {
    SANDBANK_ANSWER_ACCEPTED = 0, /* accepted */
    SANDBANK_ANSWER_MALFORMED =
        1, /* the record is malformed: unknown type or flag, or an unused field is not zero */
    SANDBANK_ANSWER_ID_ZERO = 2,            /* the event has no id */
    SANDBANK_ANSWER_TIME_BACK = 3,          /* its time lies before the time of an earlier event */
    SANDBANK_ANSWER_CHAIN_OPEN = 4,         /* the chain has no last member in its batch */
    SANDBANK_ANSWER_CHAIN_TIME = 5,         /* the members of a chain have different times */
    SANDBANK_ANSWER_CHAIN_LONG = 6,         /* the chain has too many members */
    SANDBANK_ANSWER_CHAIN_BROKEN = 7,       /* another member of its chain was refused */
    SANDBANK_ANSWER_ID_REUSED = 8,          /* the id was used before with other content */
    SANDBANK_ANSWER_AMOUNT_INVALID = 9,     /* the amount is not from 1 to the greatest allowed */
    SANDBANK_ANSWER_KIND_MISSING = 10,      /* the transfer has no kind */
    SANDBANK_ANSWER_SAME_ACCOUNT = 11,      /* payer and payee are the same account */
    SANDBANK_ANSWER_ACCOUNT_EXISTS = 12,    /* the account is already open */
    SANDBANK_ANSWER_ATTRIBUTE_INVALID = 13, /* an attribute of the account is not valid: no unit, or a place
                                               that the territory does not have then */
    SANDBANK_ANSWER_NO_ACCOUNT = 14,        /* there is no such account */
    SANDBANK_ANSWER_NO_PAYER = 15,          /* there is no account of the payer */
    SANDBANK_ANSWER_NO_PAYEE = 16,          /* there is no account of the payee */
    SANDBANK_ANSWER_NO_AGENT = 17,          /* there is no account of the agent */
    SANDBANK_ANSWER_NO_ORIGINAL = 18,       /* the transfer that it refers to does not exist or was refused */
    SANDBANK_ANSWER_WRONG_ORIGINAL = 19,    /* the transfer that it refers to is of another type */
    SANDBANK_ANSWER_EXPIRED = 20,           /* the reservation has expired */
    SANDBANK_ANSWER_FINISHED = 21,          /* nothing is left of the reservation: posted or voided */
    SANDBANK_ANSWER_EXCEEDS_ORIGINAL = 22,  /* the amount is more than what is left of the original */
    SANDBANK_ANSWER_CLOSED = 23,            /* an account of it is closed */
    SANDBANK_ANSWER_NOT_CLOSED = 24,        /* the account is not closed */
    SANDBANK_ANSWER_NOT_EMPTY = 25,         /* the account still holds or reserves something */
    SANDBANK_ANSWER_FROZEN = 26,            /* an account of it is frozen on that side */
    SANDBANK_ANSWER_UNIT_DIFFERS = 27,      /* payer and payee have different units */
    SANDBANK_ANSWER_NO_CHARTER = 28,        /* no charter is installed */
    SANDBANK_ANSWER_REFUSED = 29,           /* the charter refuses it */
    SANDBANK_ANSWER_UNDECIDED = 30,         /* the charter cannot decide: something is not known */
    SANDBANK_ANSWER_ASK = 35, /* the charter asks for more before it passes: ask the customer, then send it
                                 under a new id with the steps that the reasons name */
    SANDBANK_ANSWER_NO_FEE_ACCOUNT = 36,      /* there is no account that a fee is paid from or to */
    SANDBANK_ANSWER_FEE_ACCOUNT_BLOCKED = 37, /* an account of a fee is closed or frozen */
    SANDBANK_ANSWER_NO_MONEY = 31,            /* the balance is not enough */
    SANDBANK_ANSWER_OVERFLOW = 32,            /* a balance or a sum would overflow */
    SANDBANK_ANSWER_UNKNOWN_CHARTER = 33,     /* the charter's text is not there */
    SANDBANK_ANSWER_NAME_CONFLICT = 34,       /* the name or its code is taken */
};

struct sandbank_answers; /* opaque: the answers to one call, with their reasons */

/*
 * Judge and do 1 to SANDBANK_REQUESTS_MAX requests in order, whole chains among them, and return when all are
 * durable. A refusal is an answer, not an error. *ret_answers has one answer a request, in order; free it
 * with sandbank_answers_free; it may outlive the engine.
 *
 * A request that cannot be read (an unknown attribute, a word where a number belongs) is SANDBANK_INVALID,
 * and error names it by its number from 0: nothing of the whole call was done. Other errors:
 * SANDBANK_NOSPACE, SANDBANK_IO, SANDBANK_LIMIT, SANDBANK_NOMEM. After these some of the requests may be
 * done: send the same again, with the same ids, and those that were done are answered as repeated. After
 * SANDBANK_IO and SANDBANK_NOMEM close the engine and open it again first.
 */
SANDBANK_API SANDBANK_CHECKED enum sandbank_status sandbank_submit(struct sandbank_engine *engine,
                                                                   const struct sandbank_request *requests,
                                                                   size_t count,
                                                                   struct sandbank_answers **ret_answers,
                                                                   struct sandbank_error *error);

/*
 * Free answers; every text borrowed from them goes with them. NULL is allowed. Cannot fail.
 */
SANDBANK_API void sandbank_answers_free(struct sandbank_answers *answers);

/*
 * How many answers there are: as many as requests. Cannot fail.
 */
SANDBANK_API size_t sandbank_answers_count(const struct sandbank_answers *answers);

/*
 * The code of answer n. Requires n < count, as do all calls below. SANDBANK_ANSWER_ACCEPTED is 0. Cannot
 * fail.
 */
SANDBANK_API enum sandbank_code sandbank_answer_code(const struct sandbank_answers *answers, size_t n);

/*
 * True when the same request was there before under the same id: this is its answer again, and nothing moved.
 * Cannot fail.
 */
SANDBANK_API bool sandbank_answer_repeated(const struct sandbank_answers *answers, size_t n);

/*
 * The answer's code in words of a language, without the reasons. Static. Cannot fail.
 */
SANDBANK_API const char *sandbank_answer_text(const struct sandbank_answers *answers, size_t n,
                                              enum sandbank_language language);

/* A side of a transfer. */
enum sandbank_side { SANDBANK_PAYER = 0, SANDBANK_PAYEE = 1, SANDBANK_AGENT = 2 };

/*
 * What the fees of an accepted transfer cost a side besides its amount, in minor units; below 0: what it
 * earns. Of a reservation: what is reserved with it. 0 for other requests, and for a repeated answer when
 * another law was installed since the journal began. Cannot fail.
 */
SANDBANK_API int64_t sandbank_answer_fees(const struct sandbank_answers *answers, size_t n,
                                          enum sandbank_side side);

/*
 * How many sentences of the charter refused it, could not decide or ask for more, in the order of the law. 0
 * unless the code is SANDBANK_ANSWER_REFUSED, SANDBANK_ANSWER_UNDECIDED or SANDBANK_ANSWER_ASK; 0 too for a
 * repeated answer when another law was installed since the journal began (`sandbank explain` tells those).
 * Cannot fail.
 */
SANDBANK_API size_t sandbank_answer_reasons(const struct sandbank_answers *answers, size_t n);

/* How a reason is told. */
enum sandbank_audience {
    SANDBANK_FOR_PAYER =
        0, /* one line that fits a short message; says nothing of the payee's money or limits */
    SANDBANK_FOR_OPERATOR = 1, /* one line that fits a short message, with the figures */
    SANDBANK_IN_FULL =
        2, /* several lines: the sentence, instrument and article, window, used, asked, limit */
};

/*
 * Reason r (below the number of reasons) of answer n, in words of a language, for an audience. A repeated
 * answer, and one inside a chain, has the sentence without figures: those of that instant are gone. Borrowed
 * until the answers are freed. Cannot fail.
 */
SANDBANK_API const char *sandbank_answer_reason(const struct sandbank_answers *answers, size_t n, size_t r,
                                                enum sandbank_audience audience,
                                                enum sandbank_language language);

/* Bytes of a word of the vocabulary, NUL included. */
#define SANDBANK_WORD_SIZE 49

/* An account as it stands after the latest event. Words that are not known are "". Amounts are minor units.
 */
struct sandbank_account {
    size_t size;       /* sizeof(struct sandbank_account), set by the caller */
    int64_t balance;   /* credits - debits, posted */
    int64_t spendable; /* what it could pay now as its flags have it; INT64_MAX: they set no bound */
    int64_t debits_posted, credits_posted, debits_pending, credits_pending;
    bool closed, frozen_out, frozen_in;
    char unit[SANDBANK_WORD_SIZE], class_name[SANDBANK_WORD_SIZE], provider[SANDBANK_WORD_SIZE],
        tier[SANDBANK_WORD_SIZE], issuer[SANDBANK_WORD_SIZE], sex[SANDBANK_WORD_SIZE];
    uint16_t birth_year; /* 0: not known */
    char place[24];      /* "commune:00004"; "" when not known */
    char opened_on[16];  /* "2025-09-03" */
    char sim_since[16];
};

/*
 * Read an account by name. Requires account->size; fills as many fields as that size has. Errors:
 * SANDBANK_NOT_FOUND, SANDBANK_INVALID (the name or the size).
 */
SANDBANK_API SANDBANK_CHECKED enum sandbank_status sandbank_account_read(const struct sandbank_engine *engine,
                                                                         const char *name,
                                                                         struct sandbank_account *account,
                                                                         struct sandbank_error *error);

/* Bytes of an id in hexadecimal digits, NUL included. */
#define SANDBANK_ID_SIZE 33

/*
 * The id that a name has in journals and reports: 32 hexadecimal digits. Requires a name that is not empty.
 * Needs no engine. Cannot fail.
 */
SANDBANK_API void sandbank_id(const char *name, char ret_id[SANDBANK_ID_SIZE]);

#ifdef __cplusplus
}
#endif

#endif
