/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* One row under a mapping: an event, or a reason why not. Needs nothing but the row and the mapping. */

#include "import/csv_rows.h"

/* Why a row is left out. Numbers are nobody's business but the report's. */
#define SB_REJECT_MAP(X)                                                                                   \
    X(SB_REJECT_FEW, "too few fields", "thiếu trường")                                                     \
    X(SB_REJECT_MANY, "too many fields", "thừa trường")                                                    \
    X(SB_REJECT_LONG, "a field is too long", "trường quá dài")                                             \
    X(SB_REJECT_QUOTE, "a quote is never closed", "dấu ngoặc kép không đóng")                              \
    X(SB_REJECT_ENCODING, "not of the encoding that the mapping says",                                     \
      "không đúng bảng mã mà tệp ánh xạ nêu")                                                              \
    X(SB_REJECT_TIME, "the time is not of the format, or not in the calendar",                             \
      "thời điểm sai dạng hoặc không có trong lịch")                                                       \
    X(SB_REJECT_AMOUNT_EMPTY, "no amount", "không có số tiền")                                             \
    X(SB_REJECT_AMOUNT, "the amount is not a number of this format", "số tiền sai dạng")                   \
    X(SB_REJECT_AMOUNT_ZERO, "the amount is zero", "số tiền bằng không")                                   \
    X(SB_REJECT_AMOUNT_LARGE, "the amount is too large", "số tiền quá lớn")                                \
    X(SB_REJECT_AMOUNT_EXTRA, "more decimals than the unit has",                                           \
      "nhiều chữ số thập phân hơn đơn vị cho phép")                                                        \
    X(SB_REJECT_AMOUNT_BOTH, "money goes both in and out", "tiền vừa vào vừa ra")                          \
    X(SB_REJECT_NEGATIVE, "the amount is negative", "số tiền âm")                                          \
    X(SB_REJECT_PAYER, "no payer", "không có bên trả")                                                     \
    X(SB_REJECT_PAYEE, "no payee", "không có bên nhận")                                                    \
    X(SB_REJECT_SAME, "payer and payee are the same", "bên trả và bên nhận là một")                        \
    X(SB_REJECT_KIND, "no kind", "không có loại giao dịch")                                                \
    X(SB_REJECT_VALUE, "a value that the mapping does not know", "giá trị mà tệp ánh xạ không nêu")        \
    X(SB_REJECT_RULE, "the mapping rejects this value", "tệp ánh xạ loại giá trị này")                     \
    X(SB_REJECT_DIRECTION, "the direction is not in, out or back",                                         \
      "chiều giao dịch không phải in, out, back")                                                          \
    X(SB_REJECT_PLACE, "the place is not a code", "địa bàn không phải mã số")                              \
    X(SB_REJECT_DATE, "a date is not of the format, or not in the calendar",                               \
      "ngày sai dạng hoặc không có trong lịch")                                                            \
    X(SB_REJECT_YEAR, "a year of birth that is none", "năm sinh không hợp lệ")                             \
    X(SB_REJECT_SYMBOLS, "too many different names", "quá nhiều tên khác nhau")                            \
    X(SB_REJECT_ACCOUNT, "the account has no name, or was there before", "tài khoản không tên hoặc đã có") \
    X(SB_REJECT_REFUND, "a refund without an earlier purchase that it fits",                               \
      "hoàn tiền không khớp với giao dịch mua nào trước đó")

enum sb_reject {
#define X(name, en, vi) name,
    SB_REJECT_MAP(X)
#undef X
        SB_REJECT_COUNT
};
const char *sb_reject_text(enum sb_reject reject, enum sb_lang lang);

enum sb_row_outcome { SB_ROW_TAKEN, SB_ROW_REJECTED, SB_ROW_SKIPPED };

/* A row taken: a TRANSFER in the reader's codes, and what sorting and refunds need. */
struct sb_import_row {
    struct sb_event event; /* `other`: the original that a refund names */
    uint64_t order;        /* among rows of one time */
    uint32_t line;
    uint16_t file;
    uint8_t refund;  /* becomes a REVERSE */
    uint8_t swapped; /* the payer is whom the mapping calls payee */
};
static_assert(sizeof(struct sb_import_row) == 144, "ten million rows are 1.4 GB of temporary files");

/* What a file says of an account. */
struct sb_account_facts {
    struct sb_id person;
    uint16_t class_, provider, tier, issuer, sex, birth_year; /* codes of the reader's symbols */
    uint32_t place;
    sb_day opened_on, sim_since;
    uint8_t flags; /* enum sb_account_flags */
};

#define SB_ROW_LABEL_SIZE 300 /* bytes of a label with its NUL: a file's name is at most 255 bytes */

struct sb_row_reader {
    const struct sb_map *map;   /* borrowed, bound to the file's header */
    struct sb_symbols *symbols; /* borrowed; names become codes of it */
    const char *label;          /* borrowed; of the file: rows without an id are "LABEL:LINE"; shorter
                                   than SB_ROW_LABEL_SIZE */
    const char *stem;           /* borrowed; of the file, without folder and ending */
    enum sb_reject reject;      /* of the last row rejected */
    bool no_memory;             /* a name found no room: what this row and later ones give says nothing */
    char detail[SB_CSV_FIELD_MAX + 1]; /* the text that was at fault, or "" */
    char scratch[2 * SB_MAP_COLUMNS_MAX * (SB_CSV_FIELD_MAX + 1)];
};

/* Convert a row. Requires a sound row of as many fields as its header. ret_row is set when it is taken. */
enum sb_row_outcome sb_row_convert(struct sb_row_reader *reader, const struct sb_row *row,
                                   struct sb_import_row *ret_row);

/* What a row says of the account on a side. */
enum sb_row_outcome sb_row_facts(struct sb_row_reader *reader, const struct sb_row *row,
                                 enum sb_map_side side, struct sb_account_facts *ret_facts);

/* A row of the accounts file: the account and its opening balance (0: none). */
enum sb_row_outcome sb_row_account(struct sb_row_reader *reader, const struct sb_row *row,
                                   struct sb_id *ret_account, sb_amount *ret_balance,
                                   struct sb_account_facts *ret_facts);
