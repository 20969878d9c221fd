/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the writer learns from the reader that it opens with. */

#include "journal/segment.h"

/* Where a journal ends, after SB_END. */
struct sb_journal_end {
    struct sb_chain chain;
    struct sb_segment segment;          /* the last one that is in use */
    uint64_t offset;                    /* behind the last whole record */
    uint64_t last_segment, last_offset; /* of that record; segment 0: there is none */
    uint64_t torn; /* bytes behind it that are a torn tail, in this segment or the next */
    uint64_t
        proven; /* offset up to which the last segment is durable, as its own records say; at most offset */
};

void sb_journal_reader_end(const struct sb_journal_reader *reader, struct sb_journal_end *ret_end);
