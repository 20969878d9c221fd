/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What became of an event. Every cause of a refusal has one code. Codes are checked in the order of this
 * table: the first that applies is the result, so that two replays refuse alike. All charter reasons are
 * found together (SB_R_REFUSED, SB_R_UNDECIDED, SB_R_ASK). Numbers are in journals: never reuse one; a code
 * that came later stands where it is checked, with the next free number.
 */

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

/*     name                 number  word                 English Vietnamese */
#define SB_RESULT_MAP(X)                                                                                     \
    X(SB_R_ACCEPTED, 0, "accepted", "accepted", "chấp nhận")                                                 \
    X(SB_R_MALFORMED, 1, "malformed",                                                                        \
      "the record is malformed: unknown type or flag, or an unused field is not zero",                       \
      "bản ghi sai dạng: loại hoặc cờ không biết, hoặc trường không dùng khác 0")                            \
    X(SB_R_ID_ZERO, 2, "id-zero", "the event has no id", "sự kiện không có mã")                              \
    X(SB_R_TIME_BACK, 3, "time-back", "its time lies before the time of an earlier event",                   \
      "thời điểm sớm hơn sự kiện trước đó")                                                                  \
    X(SB_R_CHAIN_OPEN, 4, "chain-open", "the chain has no last member in its batch",                         \
      "chuỗi liên kết không có phần tử cuối")                                                                \
    X(SB_R_CHAIN_TIME, 5, "chain-time", "the members of a chain have different times",                       \
      "các phần tử của chuỗi khác thời điểm")                                                                \
    X(SB_R_CHAIN_LONG, 6, "chain-long", "the chain has too many members", "chuỗi liên kết quá dài")          \
    X(SB_R_CHAIN_BROKEN, 7, "chain-broken", "another member of its chain was refused",                       \
      "một phần tử khác của chuỗi bị từ chối")                                                               \
    X(SB_R_ID_REUSED, 8, "id-reused", "the id was used before with other content",                           \
      "mã đã dùng với nội dung khác")                                                                        \
    X(SB_R_AMOUNT_INVALID, 9, "amount-invalid", "the amount is not from 1 to the greatest allowed",          \
      "số tiền không hợp lệ")                                                                                \
    X(SB_R_KIND_MISSING, 10, "kind-missing", "the transfer has no kind", "giao dịch không có loại")          \
    X(SB_R_SAME_ACCOUNT, 11, "same-account", "payer and payee are the same account",                         \
      "bên trả và bên nhận là một")                                                                          \
    X(SB_R_ACCOUNT_EXISTS, 12, "account-exists", "the account is already open", "tài khoản đã tồn tại")      \
    X(SB_R_ATTRIBUTE_INVALID, 13, "attribute-invalid",                                                       \
      "an attribute of the account is not valid: no unit, or a place that the territory does not have then", \
      "thuộc tính tài khoản không hợp lệ: thiếu đơn vị, hoặc địa bàn không có vào lúc đó")                   \
    X(SB_R_NO_ACCOUNT, 14, "no-account", "there is no such account", "không có tài khoản này")               \
    X(SB_R_NO_PAYER, 15, "no-payer", "there is no account of the payer", "không có tài khoản bên trả")       \
    X(SB_R_NO_PAYEE, 16, "no-payee", "there is no account of the payee", "không có tài khoản bên nhận")      \
    X(SB_R_NO_AGENT, 17, "no-agent", "there is no account of the agent", "không có tài khoản đại lý")        \
    X(SB_R_NO_ORIGINAL, 18, "no-original", "the transfer that it refers to does not exist or was refused",   \
      "giao dịch gốc không có hoặc đã bị từ chối")                                                           \
    X(SB_R_WRONG_ORIGINAL, 19, "wrong-original", "the transfer that it refers to is of another type",        \
      "giao dịch gốc thuộc loại khác")                                                                       \
    X(SB_R_EXPIRED, 20, "expired", "the reservation has expired", "khoản tạm giữ đã hết hạn")                \
    X(SB_R_FINISHED, 21, "finished", "nothing is left of the reservation: posted or voided",                 \
      "khoản tạm giữ đã dùng hết hoặc đã huỷ")                                                               \
    X(SB_R_EXCEEDS_ORIGINAL, 22, "exceeds-original", "the amount is more than what is left of the original", \
      "số tiền vượt phần còn lại của giao dịch gốc")                                                         \
    X(SB_R_CLOSED, 23, "closed", "an account of it is closed", "tài khoản đã đóng")                          \
    X(SB_R_NOT_CLOSED, 24, "not-closed", "the account is not closed", "tài khoản chưa đóng")                 \
    X(SB_R_NOT_EMPTY, 25, "not-empty", "the account still holds or reserves something",                      \
      "tài khoản còn số dư hoặc khoản tạm giữ")                                                              \
    X(SB_R_FROZEN, 26, "frozen", "an account of it is frozen on that side", "tài khoản bị phong toả")        \
    X(SB_R_UNIT_DIFFERS, 27, "unit-differs", "payer and payee have different units",                         \
      "hai tài khoản khác đơn vị")                                                                           \
    X(SB_R_NO_CHARTER, 28, "no-charter", "no charter is installed", "chưa có điều lệ nào có hiệu lực")       \
    X(SB_R_REFUSED, 29, "refused", "the charter refuses it", "điều lệ không cho phép")                       \
    X(SB_R_UNDECIDED, 30, "undecided", "the charter cannot decide: something is not known",                  \
      "không quyết định được: thiếu thông tin")                                                              \
    X(SB_R_ASK, 35, "ask", "the charter asks for more before it passes", "điều lệ yêu cầu xác thực thêm")    \
    X(SB_R_NO_FEE_ACCOUNT, 36, "no-fee-account", "there is no account that a fee is paid from or to",        \
      "không có tài khoản trả hoặc nhận khoản phí")                                                          \
    X(SB_R_FEE_ACCOUNT_BLOCKED, 37, "fee-account-blocked",                                                   \
      "an account that a fee is paid from or to is closed or frozen",                                        \
      "tài khoản trả hoặc nhận khoản phí đã đóng hoặc bị phong toả")                                         \
    X(SB_R_NO_MONEY, 31, "no-money", "the balance is not enough", "số dư không đủ")                          \
    X(SB_R_OVERFLOW, 32, "overflow", "a balance or a sum would overflow", "vượt giới hạn số học")            \
    X(SB_R_UNKNOWN_CHARTER, 33, "unknown-charter", "the charter's text is not there",                        \
      "không có văn bản điều lệ")                                                                            \
    X(SB_R_NAME_CONFLICT, 34, "name-conflict", "the name or its code is taken", "tên hoặc mã tên đã dùng")

enum sb_result_code {
#define X(name, number, word, en, vi) name = number,
    SB_RESULT_MAP(X)
#undef X
        SB_RESULT_COUNT = 38 /* one more than the greatest number */
};

/* Whether the law's rules decided: it refused, could not decide, or asks. Such a result has `failed`. */
static inline bool sb_result_is_of_law(uint16_t code)
{
    return code == SB_R_REFUSED || code == SB_R_UNDECIDED || code == SB_R_ASK;
}

enum sb_result_flags {
    SB_RF_REPEATED =
        1 << 0, /* the same event was there before; this is its result again, and nothing moved */
};

/*
 * The result of an event. The journal keeps code, flags, fees and counted of each, and failed of those
 * refused, undecided or asked.
 */
struct sb_result {
    uint16_t code;  /* enum sb_result_code */
    uint16_t flags; /* enum sb_result_flags */
    uint32_t fees;  /* bit f: fee f of those in force for its kind was charged (TRANSFER, POST) or given back
                       (REVERSE): docs/ledger.md, "Fees" */
    uint64_t counted;   /* bit c: counter c of the plan in force counted this event; needed to give back on
                           reversal */
    uint64_t failed[4]; /* bit r: rule r of the plan in force failed, could not be decided, or asks */
};

const char *sb_result_word(enum sb_result_code code);
const char *sb_result_text(enum sb_result_code code, enum sb_lang lang);
/* The code of a word, SB_RESULT_COUNT when there is none. */
enum sb_result_code sb_result_of_word(const char *word, size_t size);
