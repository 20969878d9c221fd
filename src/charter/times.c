/* SPDX-License-Identifier: Apache-2.0 */
/* When a sentence is known and applies (docs/charter-language.md, section 3), and small questions to a tree.
 */
#include "charter/charter.h"

#include <assert.h>
#include <string.h>

sb_time_us sb_moment_start(const struct sb_charter *charter, const struct sb_moment *moment)
{
    assert(moment->present);
    return sb_time_of_day(sb_day_of_date(moment->date), charter->clock_offset_s) +
           (moment->hour * 60 + moment->minute) * SB_MINUTE_US;
}

sb_time_us sb_moment_end(const struct sb_charter *charter, const struct sb_moment *moment)
{
    sb_time_us start = sb_moment_start(charter, moment);
    return start + (moment->has_minute ? SB_MINUTE_US : SB_DAY_US);
}

const char *sb_charter_title(const struct sb_charter *charter)
{
    const struct sb_sentence *title = sb_charter_find(charter, SB_S_CHARTER, NULL);
    return title ? title->name.text : "";
}

const struct sb_sentence *sb_charter_find(const struct sb_charter *charter, enum sb_sentence_type type,
                                          const char *name)
{
    for (uint32_t i = 0; i < charter->sentence_count; i++) {
        const struct sb_sentence *sentence = &charter->sentences[i];
        if (sentence->type == type &&
            (!name || (sentence->name.text && strcmp(sentence->name.text, name) == 0)))
            return sentence;
    }
    return NULL;
}

/* The start of the first moment that is written, else always. */
static sb_time_us first_written(const struct sb_charter *charter, const struct sb_moment *a,
                                const struct sb_moment *b, const struct sb_moment *c)
{
    const struct sb_moment *const moments[] = {a, b, c};
    for (size_t i = 0; i < 3; i++)
        if (moments[i] && moments[i]->present)
            return sb_moment_start(charter, moments[i]);
    return SB_TIME_ALWAYS;
}

struct sb_sentence_times sb_sentence_times(const struct sb_charter *charter,
                                           const struct sb_sentence *sentence)
{
    const struct sb_sentence *by =
        sentence->by.text ? sb_charter_find(charter, SB_S_INSTRUMENT, sentence->by.text) : NULL;
    return (struct sb_sentence_times){
        .known = first_written(charter, &sentence->known_from, by ? &by->known_from : NULL,
                               by ? &by->instrument.signed_on : NULL),
        .from = first_written(charter, &sentence->from, by ? &by->instrument.in_force : NULL,
                              by ? &by->instrument.signed_on : NULL),
        .until = sentence->until.present ? sb_moment_end(charter, &sentence->until) : SB_TIME_FOREVER,
    };
}
