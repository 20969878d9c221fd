/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The page's files, read into memory when the server starts: what is served is what was there then, no path
 * from outside ever reaches the disk, and a browser that has a file is told so by its hash.
 */

#include "net/http.h"

struct sb_page;

/* Read every file of a folder, its folders included. X.gz is served in place of X to who can read it.
 * Errors: SB_IO, SB_NOT_FOUND, SB_LIMIT, SB_NOMEM. */
SB_CHECKED enum sb_status sb_page_open(const char *dir, struct sb_page **ret_page, struct sb_err *err);
void sb_page_free(struct sb_page *page); /* safe on NULL */

/* Answer a GET of one of the page's files ("/" is index.html); false when there is none of that name. Waits
 * for nothing. */
bool sb_page_answer(const struct sb_page *page, struct sb_exchange *exchange);
