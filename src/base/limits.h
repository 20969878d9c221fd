/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Every bound of the program, with its unit and its reason. A bound that a user can meet is named in the
 * error that it gives. */

/* The charter language. A charter is a page or ten of law; these are an order of magnitude above the largest
 * we know. */
#define SB_CHARTER_SIZE_MAX      (256 * 1024) /* bytes of source */
#define SB_CHARTER_SENTENCES_MAX 1024         /* sentences of one charter */
#define SB_CHARTER_ERRORS_MAX    32           /* mistakes shown before we stop looking */
#define SB_CHARTER_NESTING_MAX   32           /* parentheses and `not` in one condition: bounds recursion */
#define SB_CHARTER_NAME_SIZE_MAX 48  /* bytes of a name of a kind, tier, limit ..., without the NUL */
#define SB_CHARTER_TEXT_SIZE_MAX 512 /* bytes of a quoted text */
#define SB_CHARTER_LIST_MAX      256 /* names in one list */
#define SB_CHARTER_COLUMNS_MAX   24  /* columns of a table */
#define SB_CHARTER_ROWS_MAX      64  /* rows of a table */
#define SB_CHARTER_KINDS_MAX     64  /* kinds: one bit each in a mask */
#define SB_CHARTER_LAYERS_MAX    4   /* the regulator's charter and providers' on top of it */

#define SB_STEPS_MAX 32 /* steps of step-up authentication: one bit each in an event */

/* The plan. A verdict's bitmap has a bit a rule, a result's `counted` a bit a counter. */
#define SB_PLAN_RULES_MAX    256  /* bits of the bitmap of failed rules */
#define SB_PLAN_COUNTERS_MAX 64   /* bits of sb_result.counted */
#define SB_PLAN_FEES_MAX     32   /* fees in force for one kind: bits of sb_result.fees */
#define SB_PLAN_SEGMENTS_MAX 1024 /* stretches of time with one set of rules */
#define SB_PLAN_AREAS_MAX    32   /* named areas */
#define SB_QUESTIONS_MAX     32 /* different questions about ages, places and amounts: two bits each in a key */
#define SB_PROFILES_MAX      65535 /* kinds of accounts that a plan can tell apart: 16 bits in a key */
#define SB_PRECEDENTS_MAX    2048  /* remembered verdicts of one ledger; a power of two */
#define SB_ROLLING_DAYS_MAX  3660  /* days of a rolling window: ten years */

/* Comparing two plans. */
#define SB_DIFF_VARIABLES_MAX 24    /* things that the conditions on one kind ask */
#define SB_DIFF_VALUES_MAX    64    /* values of one: bits of a mask */
#define SB_DIFF_CASES_MAX     20000 /* combinations of values judged for one kind and stretch of time */
#define SB_DIFF_GROUPS_MAX    512   /* differences of one report */
#define SB_DIFF_EVENTS_MAX    320   /* events of one example */

/* Territories. Viet Nam's three epochs are 630 kB of text with 17 504 places. */
#define SB_TERRITORY_SIZE_MAX   (8u * 1024 * 1024) /* bytes of source */
#define SB_TERRITORY_EPOCHS_MAX 64                 /* bounds the depth of following a place through them */
#define SB_TERRITORY_REACH_MAX                                                                               \
    1024 /* places met on the way of one place through all later (or earlier) epochs, repeated ones included \
          */

/* The ledger. */
#define SB_CHAIN_MAX    256  /* members of a linked chain: it rolls back whole, inside one batch */
#define SB_BATCH_MAX    8192 /* events of one batch */
#define SB_ACCOUNTS_MAX (UINT32_C(1) << 31)     /* accounts: a dense index is 32 bits with room to spare */
#define SB_TIMEOUT_MAX  (UINT32_C(366) * 86400) /* seconds that a reservation may stay pending */
#define SB_AMOUNT_MAX   (INT64_C(1) << 60) /* minor units of one event; sums are still checked for overflow */

/* Time: 0001-01-01 to 9999-12-31, in microseconds since 1970-01-01T00:00Z. */
#define SB_TIME_MIN (INT64_C(-62135596800) * 1000000)
#define SB_TIME_MAX (INT64_C(253402300799) * 1000000)

/* Symbols: names of kinds, tiers, purposes ... that records carry as 16-bit codes. */
#define SB_SYMBOL_SIZE_MAX 48    /* bytes of a name: it must fit a 128-byte record */
#define SB_SYMBOLS_MAX     65535 /* codes of one name space; code 0 is "none" or "unknown" */

/* The journal. */
#define SB_SEGMENT_SIZE (64u * 1024 * 1024) /* bytes of a segment file, zero-filled before use */
#define SB_RECORD_SIZE_MAX \
    (8u * 1024 * 1024) /* bytes of a record: a full batch with all bitmaps and a charter */

/* Text that comes from outside. */
#define SB_LINE_SIZE_MAX  4096 /* bytes of a line of an event text */
#define SB_CSV_FIELDS_MAX 256  /* fields of a row */
#define SB_CSV_FIELD_MAX  4096 /* bytes of a field */

/* Import. A map is a page; what grows with the rows lies on disk. */
#define SB_MAP_SIZE_MAX      (64 * 1024)         /* bytes of a mapping file */
#define SB_MAP_VALUES_MAX    512                 /* values that one sentence maps */
#define SB_MAP_COLUMNS_MAX   4                   /* columns that one sentence joins */
#define SB_MAP_FORMATS_MAX   8                   /* formats of time that one sentence tries */
#define SB_MAP_FILTERS_MAX   16                  /* sentences that skip or keep rows */
#define SB_TIME_ELEMENTS_MAX 32                  /* parts of one format of time */
#define SB_IMPORT_FILES_MAX  1024                /* files of one import */
#define SB_IMPORT_QUOTE_MAX  (64 * 1024)         /* bytes after which a quote counts as never closed */
#define SB_SORT_SIZE         (64u * 1024 * 1024) /* bytes of records sorted in memory at a time */
#define SB_SORT_FAN_IN       32                  /* sorted runs merged at a time: bounds open files */
#define SB_REFUND_DEPTH      65536 /* latest purchases of two parties among which a refund is looked for */

/* The server. A page asks for little; what is above these is a mistake or an attack. */
#define SB_HTTP_BODY_SIZE_MAX   (512 * 1024) /* bytes of a request's body: a charter as JSON, and room */
#define SB_HTTP_HEADER_SIZE_MAX (32 * 1024)  /* bytes of a connection's memory: request line and headers */
#define SB_HTTP_CONNECTIONS_MAX 1000         /* open at once */
#define SB_HTTP_STREAMS_MAX     200          /* server-sent events at once */
#define SB_HTTP_WORKERS_MAX     64           /* threads that answer */
#define SB_HTTP_QUEUE_MAX       256          /* whole requests that wait for a worker */
#define SB_HTTP_IDLE_S          15           /* seconds of silence after which a connection is closed */
#define SB_HTTP_REQUEST_MS      20000        /* by when a request must be whole, however it trickles in */
#define SB_PAGE_FILES_MAX       256          /* files of the page */
#define SB_PAGE_SIZE_MAX        (16 * 1024 * 1024) /* bytes of all of them: they are kept in memory */
#define SB_PILOTS_MAX           64                 /* journals of one server */
#define SB_CONFIG_SIZE_MAX      (64 * 1024)        /* bytes of a configuration file */
#define SB_CONFIG_MISTAKES_MAX  32                 /* told at once */
#define SB_WHATIFS_WAITING_MAX  16                 /* what-ifs that wait for a thread */
#define SB_THROTTLE_ENTRIES_MAX 4096 /* names and addresses whose wrong passwords are remembered */
#define SB_PROBES_MAX           8192 /* latest transfers that supervision looks at again */
#define SB_LIST_MAX             200  /* entries of one answer */
#define SB_RECENT_MAX           256  /* events that a pilot remembers to show */
#define SB_REFUSALS_MAX         512  /* sentences that figures count refusals of */
