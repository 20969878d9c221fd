/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * The words of the language, one table for everybody: the lexer and parser look for them, the formatter
 * prints them, `sandbank charter keywords` shows them. A keyword is a phrase of one or more words, in English
 * and in Vietnamese; both are understood everywhere. Two keywords may share a phrase (English "for"), because
 * the parser always knows which ones it expects.
 */

#include "base/status.h"

#include <stddef.h>

/* Grouped as the language page is. name, English, Vietnamese */
#define SB_KEYWORD_MAP(X)                                                         \
    X(SB_KW_CHARTER, "charter", "điều lệ")                                        \
    X(SB_KW_OF_PROVIDER, "of provider", "của nhà cung cấp")                       \
    X(SB_KW_UNIT, "unit", "đơn vị")                                               \
    X(SB_KW_WITH, "with", "với")                                                  \
    X(SB_KW_DECIMALS, "decimals", "chữ số thập phân")                             \
    X(SB_KW_CLOCK, "clock", "múi giờ")                                            \
    X(SB_KW_TERRITORY, "territory", "lãnh thổ")                                   \
    X(SB_KW_NAMES, "names", "giá trị")                                            \
    X(SB_KW_SET, "set", "nhóm")                                                   \
    X(SB_KW_AREA, "area", "vùng")                                                 \
    X(SB_KW_PROVINCE, "province", "tỉnh")                                         \
    X(SB_KW_DISTRICT, "district", "huyện")                                        \
    X(SB_KW_COMMUNE, "commune", "xã")                                             \
    X(SB_KW_AS_OF, "as of", "theo địa giới ngày")                                 \
    X(SB_KW_SPLIT_COMMUNES, "split communes count as", "xã bị chia tách tính là") \
    X(SB_KW_INSIDE, "inside", "bên trong")                                        \
    X(SB_KW_OUTSIDE, "outside", "bên ngoài")                                      \
    X(SB_KW_KIND, "kind", "loại giao dịch")                                       \
    X(SB_KW_TO_HOLDER, "to holder", "đến chủ hạn mức")                            \
    X(SB_KW_FROM_HOLDER, "from holder", "từ chủ hạn mức")                         \
    X(SB_KW_OF_NOBODY, "of nobody", "không của ai")                               \
    X(SB_KW_INSTRUMENT, "instrument", "văn bản")                                  \
    X(SB_KW_SIGNED, "signed", "ký ngày")                                          \
    X(SB_KW_IN_FORCE, "in force", "có hiệu lực từ")                               \
    X(SB_KW_SOURCE, "source", "nguồn")                                            \
    X(SB_KW_FROM, "from", "từ")                                                   \
    X(SB_KW_UNTIL, "until", "đến hết")                                            \
    X(SB_KW_KNOWN_FROM, "known from", "được biết từ")                             \
    X(SB_KW_BY, "by", "theo")                                                     \
    X(SB_KW_PILOT_RUNS, "pilot runs", "thời gian thí điểm")                       \
    X(SB_KW_TO, "to", "đến")                                                      \
    X(SB_KW_ONWARD, "onward", "trở đi")                                           \
    X(SB_KW_ALLOW, "allow", "cho phép")                                           \
    X(SB_KW_FORBID, "forbid", "cấm")                                              \
    X(SB_KW_REQUIRE, "require", "yêu cầu")                                        \
    X(SB_KW_AFTER_END, "after the end allow", "sau khi kết thúc cho phép")        \
    X(SB_KW_ALL, "all", "mọi loại")                                               \
    X(SB_KW_FOR, "for", "đối với")                                                \
    X(SB_KW_DURING, "for", "trong")                                               \
    X(SB_KW_WHERE, "where", "nếu")                                                \
    X(SB_KW_AND, "and", "và")                                                     \
    X(SB_KW_OR, "or", "hoặc")                                                     \
    X(SB_KW_NOT, "not", "không phải")                                             \
    X(SB_KW_IS_NOT, "is not", "không là")                                         \
    X(SB_KW_IS, "is", "là")                                                       \
    X(SB_KW_NOT_IN, "not in", "không thuộc")                                      \
    X(SB_KW_IN, "in", "thuộc")                                                    \
    X(SB_KW_AT_LEAST, "at least", "ít nhất")                                      \
    X(SB_KW_AT_MOST, "at most", "không quá")                                      \
    X(SB_KW_OVER, "over", "trên")                                                 \
    X(SB_KW_UNDER, "under", "dưới")                                               \
    X(SB_KW_AT_REGISTRATION, "at registration", "khi đăng ký")                    \
    X(SB_KW_RURAL, "rural", "nông thôn")                                          \
    X(SB_KW_URBAN, "urban", "thành thị")                                          \
    X(SB_KW_SPECIAL, "special", "đặc khu")                                        \
    X(SB_KW_TX, "tx", "giao-dịch")                                                \
    X(SB_KW_PAYER, "payer", "bên-trả")                                            \
    X(SB_KW_PAYEE, "payee", "bên-nhận")                                           \
    X(SB_KW_AGENT, "agent", "đại-lý")                                             \
    X(SB_KW_HOLDER, "holder", "chủ-hạn-mức")                                      \
    X(SB_KW_AMOUNT, "amount", "số-tiền")                                          \
    X(SB_KW_PURPOSE, "purpose", "mục-đích")                                       \
    X(SB_KW_CHANNEL, "channel", "kênh")                                           \
    X(SB_KW_COUNTRY, "country", "quốc-gia")                                       \
    X(SB_KW_PROVIDER_OF, "provider", "nhà-cung-cấp")                              \
    X(SB_KW_PLACE, "place", "nơi")                                                \
    X(SB_KW_CLASS, "class", "phân-loại")                                          \
    X(SB_KW_TIER, "tier", "hạng")                                                 \
    X(SB_KW_ISSUER, "issuer", "bên-phát-hành")                                    \
    X(SB_KW_SEX, "sex", "giới-tính")                                              \
    X(SB_KW_SIM_AGE, "sim-age", "tuổi-sim")                                       \
    X(SB_KW_ACCOUNT_AGE, "account-age", "tuổi-tài-khoản")                         \
    X(SB_KW_AGE, "age", "tuổi")                                                   \
    X(SB_KW_DAY, "day", "ngày")                                                   \
    X(SB_KW_DAYS, "days", "ngày")                                                 \
    X(SB_KW_MONTH, "month", "tháng")                                              \
    X(SB_KW_MONTHS, "months", "tháng")                                            \
    X(SB_KW_YEAR, "year", "năm")                                                  \
    X(SB_KW_YEARS, "years", "năm")                                                \
    X(SB_KW_LIMIT, "limit", "hạn mức")                                            \
    X(SB_KW_SUM_OF, "sum of", "tổng số tiền")                                     \
    X(SB_KW_NUMBER_OF, "number of", "số lần")                                     \
    X(SB_KW_EACH, "each", "mỗi lần")                                              \
    X(SB_KW_BALANCE_OF_ACCOUNT, "balance of account", "số dư tài khoản")          \
    X(SB_KW_ON_KINDS, "on", "khi nhận")                                           \
    X(SB_KW_PER, "per", "của mỗi")                                                \
    X(SB_KW_ACCOUNT, "account", "tài khoản")                                      \
    X(SB_KW_CUSTOMER, "customer at provider", "khách hàng tại nhà cung cấp")      \
    X(SB_KW_PERSON, "person", "cá nhân")                                          \
    X(SB_KW_PROVIDER, "provider", "nhà cung cấp")                                 \
    X(SB_KW_AGENT_SUBJECT, "agent", "đại lý")                                     \
    X(SB_KW_PILOT, "pilot", "thí điểm")                                           \
    X(SB_KW_PAYER_SIDE, "payer", "bên trả")                                       \
    X(SB_KW_PAYEE_SIDE, "payee", "bên nhận")                                      \
    X(SB_KW_HOLDER_SIDE, "holder", "chủ hạn mức")                                 \
    X(SB_KW_EACH_DAY, "each day", "mỗi ngày")                                     \
    X(SB_KW_EACH_WEEK, "each week", "mỗi tuần")                                   \
    X(SB_KW_EACH_MONTH, "each month", "mỗi tháng")                                \
    X(SB_KW_EACH_CALENDAR_DAY, "each calendar day", "mỗi ngày dương lịch")        \
    X(SB_KW_EACH_CALENDAR_WEEK, "each calendar week", "mỗi tuần dương lịch")      \
    X(SB_KW_EACH_CALENDAR_MONTH, "each calendar month", "mỗi tháng dương lịch")   \
    X(SB_KW_EACH_YEAR_FROM, "each year from", "mỗi năm từ ngày")                  \
    X(SB_KW_LAST, "last", "trong")                                                \
    X(SB_KW_LAST_DAYS, "days", "ngày gần nhất")                                   \
    X(SB_KW_LIFETIME, "lifetime", "trọn đời")                                     \
    X(SB_KW_WHOLE_PILOT, "pilot", "toàn thời gian thí điểm")                      \
    X(SB_KW_NONE, "none", "không giới hạn")                                       \
    X(SB_KW_EXCEPT_FROM, "except from", "ngoại trừ")                              \
    X(SB_KW_NOTE, "note", "ghi chú")                                              \
    X(SB_KW_DECIDED, "decided", "quyết định ngày")                                \
    X(SB_KW_ASK, "ask", "xác thực thêm")                                          \
    X(SB_KW_WHEN, "when", "khi")                                                  \
    X(SB_KW_IN_AREA, "in area", "trong vùng")                                     \
    X(SB_KW_BY_PLACE_OF, "by place of", "theo nơi của")                           \
    X(SB_KW_REGISTRATION, "registration", "đăng ký")                              \
    X(SB_KW_FEE, "fee", "phí")                                                    \
    X(SB_KW_UP_TO, "up to", "đến mức")                                            \
    X(SB_KW_PAID_BY, "paid by", "do")                                             \
    X(SB_KW_PAID_TO, "to", "trả vào")                                             \
    X(SB_KW_NOT_COUNTED, "not counted", "không tính vào hạn mức")                 \
    X(SB_KW_COUNTED, "counted", "tính vào hạn mức")                               \
    X(SB_KW_RETURNED_ON_REVERSAL, "returned on reversal", "trả lại khi hoàn trả") \
    X(SB_KW_EXPOSURE, "exposure", "tổng mức rủi ro")                              \
    X(SB_KW_SUM_OF_BALANCES, "sum of balances", "tổng số dư")                     \
    X(SB_KW_OF, "of", "của")                                                      \
    X(SB_KW_PARTICIPANTS, "participants", "số người tham gia")                    \
    X(SB_KW_MEASURE, "measure", "chỉ tiêu")                                       \
    X(SB_KW_ACCOUNTS_ACTIVE, "accounts active", "tài khoản hoạt động")            \
    X(SB_KW_ACCOUNTS, "accounts", "số tài khoản")                                 \
    X(SB_KW_REFUSALS, "refusals", "số lần bị từ chối")                            \
    X(SB_KW_ATTEMPTS, "attempts", "số lần yêu cầu")                               \
    X(SB_KW_IN_TIME, "in", "trong")                                               \
    X(SB_KW_GOAL, "goal", "mục tiêu")                                             \
    X(SB_KW_ON, "on", "vào ngày")                                                 \
    X(SB_KW_SAFEGUARD, "safeguard", "chốt an toàn")                               \
    X(SB_KW_SUSPEND, "suspend", "tạm dừng")                                       \
    X(SB_KW_INVARIANT, "invariant", "điều kiện luôn đúng")                        \
    X(SB_KW_REPORT, "report", "báo cáo")                                          \
    X(SB_KW_DAILY, "daily", "hằng ngày")                                          \
    X(SB_KW_WEEKLY, "weekly", "hằng tuần")                                        \
    X(SB_KW_MONTHLY, "monthly", "hằng tháng")                                     \
    X(SB_KW_QUARTERLY, "quarterly", "hằng quý")                                   \
    X(SB_KW_YEARLY, "yearly", "hằng năm")                                         \
    X(SB_KW_REPORT_TO, "to", "gửi")

enum sb_keyword {
    SB_KW_NO_KEYWORD = 0,
#define X(name, en, vi) name,
    SB_KEYWORD_MAP(X)
#undef X
        SB_KW_COUNT
};

/* The phrase of a keyword in a language, its words parted by single spaces; static. Requires a real keyword.
 */
const char *sb_keyword_text(enum sb_keyword keyword, enum sb_lang lang);
