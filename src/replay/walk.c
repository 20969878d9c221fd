/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/walk.h"

#include "replay/feed.h"

static bool is_beyond(const struct sb_walk_end *end, const struct sb_record *record)
{
    return end && end->known &&
           (record->segment > end->segment ||
            (record->segment == end->segment && record->offset > end->offset));
}

enum sb_status sb_walk(const struct sb_walk *walk, sb_record_fn *take, void *context,
                       struct sb_journal_info *ret_info, struct sb_err *err)
{
    return sb_walk_heeding(walk, NULL, take, context, ret_info, err);
}

enum sb_status sb_walk_heeding(const struct sb_walk *walk, const struct sb_walk_heed *heed,
                               sb_record_fn *take, void *context, struct sb_journal_info *ret_info,
                               struct sb_err *err)
{
    struct sb_feed *feed = NULL;
    bool trusting = walk->end && !walk->end->known && walk->end->trusting;
    struct sb_walk_end last = {.known = true};
    enum sb_status status = sb_feed_open(walk->os, walk->dir, trusting, &feed, err);
    if (status == SB_OK && ret_info)
        *ret_info = *sb_feed_info(feed);
    while (status == SB_OK) {
        const struct sb_record *record;
        uint64_t done, all;
        status = sb_feed_next(feed, &record, &done, &all, err);
        if (status == SB_OK && is_beyond(walk->end, record))
            status = SB_END;
        if (status == SB_OK) {
            last.segment = record->segment;
            last.offset = record->offset;
            status = take(context, record, err);
        }
        if (status == SB_OK && walk->progress)
            walk->progress(walk->doing_en, walk->doing_vi, done, all);
        bool goes_on = !heed || status != SB_OK || heed->heed(heed->context, done, all);
        if (status == SB_OK && (!goes_on || (walk->interrupted && walk->interrupted())))
            status = sb_fail(err, SB_INTERRUPTED, "stopped by the user", "người dùng đã dừng");
    }
    sb_feed_close(feed);
    if (status == SB_END)
        status = SB_OK;
    if (status == SB_OK && walk->end && !walk->end->known)
        *walk->end = last;
    return status;
}
