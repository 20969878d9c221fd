/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/walk.h"

#include "replay/feed.h"

enum sb_status sb_walk(const struct sb_walk *walk, sb_record_fn *take, void *context,
                       struct sb_journal_info *ret_info, struct sb_err *err)
{
    struct sb_feed *feed = NULL;
    enum sb_status status = sb_feed_open(walk->os, walk->dir, &feed, err);
    if (status == SB_OK && ret_info)
        *ret_info = *sb_feed_info(feed);
    while (status == SB_OK) {
        const struct sb_record *record;
        uint64_t done, all;
        status = sb_feed_next(feed, &record, &done, &all, err);
        if (status == SB_OK)
            status = take(context, record, err);
        if (status == SB_OK && walk->progress)
            walk->progress(walk->doing_en, walk->doing_vi, done, all);
        if (status == SB_OK && walk->interrupted && walk->interrupted())
            status = sb_fail(err, SB_INTERRUPTED, "stopped by the user", "người dùng đã dừng");
    }
    sb_feed_close(feed);
    return status == SB_END ? SB_OK : status;
}
