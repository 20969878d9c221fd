/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SANDBANK_REPLAY_H
#define SANDBANK_REPLAY_H

/*
 * The recorded history under another law, to the unit, and what differs. Nothing is written; the journal may
 * belong to a running engine, then what was durable at the time of the call is replayed.
 */

#include <sandbank/charter.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sandbank_replay_mode {
    SANDBANK_WHOLE_RUN = 0, /* had it been the law from the start? Every request is offered again */
    SANDBANK_ONE_STEP = 1,  /* with every outcome as recorded, which single verdicts would differ? */
};

struct sandbank_replay_options {
    size_t size; /* sizeof(struct sandbank_replay_options) */
    enum sandbank_replay_mode mode;
    const struct sandbank_charter *charters; /* another law; as for sandbank_engine_install */
    size_t charter_count;                    /* 0: the last one that was recorded */
    const char *law_at;   /* "2026-01-15": judge every event by the sentences in force on that day; or NULL */
    const char *known_at; /* the same: judge with what was known on that day; at most one of the two */
    const char *const
        *sets;          /* "month=1000000", other ceilings in the law's unit, the last one NULL; or NULL */
    const char *by;     /* groups: "limit,kind,tier,province,area,month" or some of them; NULL: limit,kind */
    bool (*stop)(void); /* asked now and then; true ends the replay; NULL: never */
};

/*
 * Replay the journal in a folder. options NULL: without changes, a proof that the recorded results are those
 * of the charter. *ret_json is the report as one JSON object, the same as of `sandbank replay --json`, freed
 * with sandbank_free; *ret_differs (NULL: not wanted) is true when any outcome or checkpoint differs. Errors:
 * SANDBANK_SYNTAX, SANDBANK_INVALID (the law, a ceiling, a day, a group), SANDBANK_DAMAGED,
 * SANDBANK_VERSION_UNKNOWN, SANDBANK_NOT_FOUND, SANDBANK_IO, SANDBANK_INTERRUPTED, SANDBANK_NOMEM.
 */
SANDBANK_API SANDBANK_CHECKED enum sandbank_status sandbank_replay(
    const char *folder, const struct sandbank_replay_options *options, char **ret_json, bool *ret_differs,
    struct sandbank_error *error);

#ifdef __cplusplus
}
#endif

#endif
