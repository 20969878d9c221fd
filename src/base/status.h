/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * How a function of Sandbank says that the world failed (disk, memory, somebody's file): a status, and an
 * error text in both languages. Bugs are asserts. Refusals by the rules are ordinary results
 * (ledger/result.h), never a status.
 */

#include <stdarg.h>
#include <stddef.h>

/*     name           number  English                    Vietnamese */
#define SB_STATUS_MAP(X)                                                            \
    X(SB_OK, 0, "done", "xong")                                                     \
    X(SB_NOMEM, 1, "out of memory", "hết bộ nhớ")                                   \
    X(SB_IO, 2, "input or output failed", "lỗi đọc ghi")                            \
    X(SB_NOSPACE, 3, "no space left", "hết chỗ trên đĩa")                           \
    X(SB_NOT_FOUND, 4, "not found", "không tìm thấy")                               \
    X(SB_EXISTS, 5, "already exists", "đã tồn tại")                                 \
    X(SB_SYNTAX, 6, "not well formed", "sai cú pháp")                               \
    X(SB_INVALID, 7, "not valid", "không hợp lệ")                                   \
    X(SB_LIMIT, 8, "over a limit of the program", "vượt giới hạn của chương trình") \
    X(SB_DAMAGED, 9, "damaged", "bị hỏng")                                          \
    X(SB_MISMATCH, 10, "does not agree", "không khớp")                              \
    X(SB_VERSION, 11, "of an unknown version", "phiên bản không biết")              \
    X(SB_BUSY, 12, "in use", "đang được dùng")                                      \
    X(SB_END, 13, "at the end", "đã hết")                                           \
    X(SB_INTERRUPTED, 14, "interrupted", "bị ngắt")

enum sb_status {
#define X(name, number, en, vi) name = number,
    SB_STATUS_MAP(X)
#undef X
};

/* A language of everything that a user sees. */
enum sb_lang { SB_EN = 0, SB_VI = 1 };

#define SB_CHECKED       __attribute__((warn_unused_result))
#define SB_PRINTF(a, b)  __attribute__((format(printf, a, b)))
#define SB_ERR_TEXT_SIZE 640

/*
 * One error, told in both languages. Caller-placed, zero before the first use; holds no memory of its own.
 * A function that fails writes it; a function that succeeds leaves it alone. Every function takes NULL for
 * "tell nobody".
 */
struct sb_err {
    enum sb_status status;
    char text[2]
             [SB_ERR_TEXT_SIZE]; /* by enum sb_lang; lower case, no full stop; cut at the end when too long */
};

/*
 * State a cause. Both formats take the same arguments in the same order. Returns status, so that a function
 * can end with `return sb_fail(err, SB_IO, "...", "...", ...)`.
 */
enum sb_status sb_fail(struct sb_err *err, enum sb_status status, const char *en, const char *vi, ...)
    SB_PRINTF(3, 5) SB_PRINTF(4, 5);

/* Put "what we were doing: " before the cause that is already in err. Returns the status in err (SB_IO when
 * err is NULL). */
enum sb_status sb_fail_in(struct sb_err *err, const char *en, const char *vi, ...) SB_PRINTF(2, 4)
    SB_PRINTF(3, 4);

/* The text of a status in a language; static. */
const char *sb_status_text(enum sb_status status, enum sb_lang lang);

/* Pick the text of a language; the result may be a printf format, and the compiler checks both against the
 * arguments. */
static inline const char *sb_tr(enum sb_lang lang, const char *en, const char *vi)
    __attribute__((format_arg(2), format_arg(3)));
static inline const char *sb_tr(enum sb_lang lang, const char *en, const char *vi)
{
    return lang == SB_VI ? vi : en;
}
