/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A charter as a file: read it, check it, print it again. What it means once compiled is plan.h.
 * Messages go to a list of diagnostics, each with file, line, column, the line with a caret, what was
 * expected, and the nearest known word, in both languages.
 */

#include "base/str.h"
#include "charter/ast.h"

enum sb_severity { SB_SEVERITY_ERROR, SB_SEVERITY_WARNING, SB_SEVERITY_NOTE };

struct sb_diagnostic {
    enum sb_severity severity;
    uint8_t layer; /* of charters compiled together: which source; 0 otherwise */
    struct sb_place_in_text at;
    char text[2][SB_ERR_TEXT_SIZE]; /* by enum sb_lang: "unknown kind 'cash-inn'; did you mean 'cash-in'?" */
};

/* Bounded by SB_CHARTER_ERRORS_MAX of each severity; what is over is counted in `more`. Caller-placed, zero
 * to begin with. */
struct sb_diagnostics {
    struct sb_diagnostic *list; /* owned */
    uint32_t count;
    uint32_t error_count, warning_count;
    uint32_t more;
    bool no_memory; /* something was found and found no room: whoever collected it fails with SB_NOMEM */
};
void sb_diagnostics_release(struct sb_diagnostics *diagnostics);
void sb_diagnostics_add(struct sb_diagnostics *diagnostics, enum sb_severity severity,
                        struct sb_place_in_text at, const char *en, const char *vi, ...) SB_PRINTF(4, 6)
    SB_PRINTF(5, 6);

/* The same with two finished texts, for messages whose parts differ by language. */
void sb_diagnostics_add_texts(struct sb_diagnostics *diagnostics, enum sb_severity severity,
                              struct sb_place_in_text at, const char *en, const char *vi);

/*
 * Print one as a compiler does:
 *     charters/vn/x.charter:12:9: error: unknown kind 'cash-inn'; did you mean 'cash-in'?
 *        12 | allow   cash-inn, cash-out
 *           |         ^^^^^^^^
 */
void sb_diagnostic_print(const struct sb_diagnostic *diagnostic, const struct sb_charter *charter,
                         enum sb_lang lang, struct sb_str *out);

/*
 * Parse a source. Takes nothing; copies what it needs. path is for messages. Always gives a charter (maybe
 * without sentences) unless memory is out, so that messages can show its lines; free it with sb_charter_free.
 * Returns SB_OK when it parsed, SB_SYNTAX when diagnostics hold errors, SB_NOMEM. Keywords of both languages
 * are understood, mixed or not. Bounds: limits.h.
 */
SB_CHECKED enum sb_status sb_charter_parse(const char *path, const char *source, size_t size,
                                           struct sb_charter **ret_charter,
                                           struct sb_diagnostics *diagnostics, struct sb_err *err);

/*
 * The same for a layer: `upper` (the regulator's charter, may be NULL, borrowed for the call) gives the
 * unit's decimals and the clock where this source writes none. fail_after is the arena's test hook;
 * UINT64_MAX: never.
 */
SB_CHECKED enum sb_status sb_charter_parse_layer(const char *path, const char *source, size_t size,
                                                 const struct sb_charter *upper, uint64_t fail_after,
                                                 struct sb_charter **ret_charter,
                                                 struct sb_diagnostics *diagnostics, struct sb_err *err);
void sb_charter_free(struct sb_charter *charter);

/*
 * Check what parsing cannot see: unknown names, impossible dates, overlapping versions of one limit, a kind
 * without a holder (errors); kinds that no limit touches, gaps in the time line, sentences that can never
 * apply (warnings). upper is the charter that this one lies on (the regulator's), or NULL: a like sentence
 * here that is looser is a warning. Returns SB_OK, or SB_INVALID when there were errors.
 */
SB_CHECKED enum sb_status sb_charter_check(const struct sb_charter *charter, const struct sb_charter *upper,
                                           struct sb_diagnostics *diagnostics, struct sb_err *err);

/* Print a charter in the keywords of a language, in the house's layout. Formatting twice changes nothing. */
void sb_charter_format(const struct sb_charter *charter, enum sb_lang lang, struct sb_str *out);

/* The title (the CHARTER sentence), "" when there is none. Borrowed. */
const char *sb_charter_title(const struct sb_charter *charter);

/* The first sentence of a type and name (name NULL: any), or NULL. */
const struct sb_sentence *sb_charter_find(const struct sb_charter *charter, enum sb_sentence_type type,
                                          const char *name);

/*
 * When a sentence is known and when it applies, in UTC microseconds by the charter's clock (meaning 11):
 * known is the sentence's `known from`, else its instrument's, else the instrument's signing date, else
 * always. It applies from its own `from`, else the instrument's `in force`, else its signing date, else
 * always; until its `until` (the instant after the day or minute written), else forever.
 */
struct sb_sentence_times {
    sb_time_us known, from, until;
};
struct sb_sentence_times sb_sentence_times(const struct sb_charter *charter,
                                           const struct sb_sentence *sentence);

/* The instant a moment begins, and the instant after it (the next day or minute), by the charter's clock. */
sb_time_us sb_moment_start(const struct sb_charter *charter, const struct sb_moment *moment);
sb_time_us sb_moment_end(const struct sb_charter *charter, const struct sb_moment *moment);
