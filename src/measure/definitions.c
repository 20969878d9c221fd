/* SPDX-License-Identifier: Apache-2.0 */

/* The vocabulary, in words: docs/measures.md shows it with its formulas. A test compares the two. */

#include "measure/definitions.h"

#include "base/macros.h"

#include <string.h>

#define BOTH(en, vi) \
    {                \
        en, vi       \
    }
#define NONE   \
    {          \
        "", "" \
    }

static const struct sb_measure_definition definitions[SB_M_COUNT] = {
    [SB_M_ACCOUNTS] = {"accounts", SB_UNIT_ACCOUNTS, 0, false,
                       BOTH("Registered accounts", "Tài khoản đã đăng ký"),
                       BOTH("open accounts of customers: of every class but agent, merchant and the house's "
                            "(provider, guarantee, fee, tax). "
                            "Registered is not active, and one person may have several",
                            "tài khoản đang mở của khách hàng: mọi phân loại trừ đại lý, đơn vị chấp nhận "
                            "thanh toán và tài khoản của chính hệ "
                            "thống (provider, guarantee, fee, tax). Đã đăng ký chưa phải là hoạt động, và "
                            "một người có thể có nhiều tài khoản"),
                       BOTH("open accounts of customers", "tài khoản đang mở của khách hàng"), NONE},
    [SB_M_ACTIVE] = {"active", SB_UNIT_ACCOUNTS, 30, false, BOTH("Active accounts", "Tài khoản hoạt động"),
                     BOTH("open accounts of customers that were the holder of at least one transfer that "
                          "passed in the window: paid, withdrew, paid in. "
                          "Who only received is not counted",
                          "tài khoản đang mở của khách hàng đã là chủ hạn mức của ít nhất một giao dịch được "
                          "qua trong kỳ: đã trả, rút hoặc nạp. "
                          "Chỉ nhận tiền thì không tính"),
                     BOTH("active accounts", "tài khoản hoạt động"), NONE},
    [SB_M_ACTIVE_90] = {"active-90", SB_UNIT_ACCOUNTS, 90, false,
                        BOTH("Active accounts", "Tài khoản hoạt động"),
                        BOTH("as active, over 90 days", "như tài khoản hoạt động, trong 90 ngày"),
                        BOTH("active accounts", "tài khoản hoạt động"), NONE},
    [SB_M_ACTIVE_SHARE] = {"active-share", SB_UNIT_SHARE, 30, false,
                           BOTH("Active of registered", "Tỷ lệ hoạt động trên đã đăng ký"),
                           BOTH("active accounts as a part of registered ones",
                                "tài khoản hoạt động trên tài khoản đã đăng ký"),
                           BOTH("active accounts", "tài khoản hoạt động"),
                           BOTH("registered accounts", "tài khoản đã đăng ký")},
    [SB_M_MERCHANTS] =
        {"merchants", SB_UNIT_ACCOUNTS, 0, false, BOTH("Merchants", "Đơn vị chấp nhận thanh toán"),
         BOTH("open accounts of the class merchant", "tài khoản đang mở thuộc phân loại merchant"),
         BOTH("open accounts of merchants", "tài khoản đang mở của đơn vị chấp nhận thanh toán"), NONE},
    [SB_M_MERCHANTS_ACTIVE] = {"merchants-active", SB_UNIT_ACCOUNTS, 30, false,
                               BOTH("Active merchants", "Đơn vị chấp nhận thanh toán hoạt động"),
                               BOTH("merchants on either side of at least one transfer that passed in the "
                                    "window, of a kind that has a holder",
                                    "đơn vị chấp nhận thanh toán ở một trong hai bên của ít nhất một giao "
                                    "dịch được qua trong kỳ, thuộc loại có chủ hạn mức"),
                               BOTH("active merchants", "đơn vị chấp nhận thanh toán hoạt động"), NONE},
    [SB_M_AGENTS] = {"agents", SB_UNIT_ACCOUNTS, 0, false,
                     BOTH("Registered points", "Điểm giao dịch đã đăng ký"),
                     BOTH("open accounts of the class agent. One account is taken for one outlet; a business "
                          "with several outlets under one "
                          "account is counted once",
                          "tài khoản đang mở thuộc phân loại agent. Mỗi tài khoản được coi là một điểm; đơn "
                          "vị có nhiều điểm dùng chung một tài "
                          "khoản chỉ được tính một lần"),
                     BOTH("open accounts of agents", "tài khoản đang mở của đại lý"), NONE},
    [SB_M_POINTS] = {"points", SB_UNIT_ACCOUNTS, 30, false, BOTH("Active points", "Điểm giao dịch hoạt động"),
                     BOTH("agents that served at least one transfer that passed in the window (an active "
                          "outlet, in the GSMA's words)",
                          "đại lý đã phục vụ ít nhất một giao dịch được qua trong kỳ (điểm hoạt động, theo "
                          "cách gọi của GSMA)"),
                     BOTH("active agents", "đại lý hoạt động"), NONE},
    [SB_M_POINTS_PER_ADULTS] = {"points-per-100000-adults", SB_UNIT_PER_100000, 30, false,
                                BOTH("Active points per 100 000 adults",
                                     "Điểm giao dịch hoạt động trên 100 000 người lớn"),
                                BOTH("active agents for every 100 000 people of 15 years and more, by a "
                                     "source that the asker names: no count "
                                     "of adults by province is shipped with the program",
                                     "đại lý hoạt động trên mỗi 100 000 người từ 15 tuổi, theo nguồn do "
                                     "người hỏi nêu: chương trình không kèm số người "
                                     "lớn theo tỉnh"),
                                BOTH("active agents", "đại lý hoạt động"),
                                BOTH("adults", "người từ 15 tuổi")},
    [SB_M_ACCOUNTS_PER_POINT] = {"accounts-per-point", SB_UNIT_PER_ACCOUNT, 30, false,
                                 BOTH("Registered accounts for each active point",
                                      "Số tài khoản đăng ký trên mỗi điểm hoạt động"),
                                 BOTH("registered accounts of customers for each active agent",
                                      "tài khoản khách hàng đã đăng ký trên mỗi đại lý hoạt động"),
                                 BOTH("registered accounts", "tài khoản đã đăng ký"),
                                 BOTH("active agents", "đại lý hoạt động")},
    [SB_M_ATTEMPTS] =
        {"attempts", SB_UNIT_TRANSFERS, 30, false, BOTH("Transfers asked for", "Giao dịch được yêu cầu"),
         BOTH("transfers of kinds that have a holder, whatever became of them; repeated requests once",
              "giao dịch thuộc loại có chủ hạn mức, bất kể kết quả; yêu cầu lặp lại chỉ tính một lần"),
         BOTH("transfers asked for", "giao dịch được yêu cầu"), NONE},
    [SB_M_PASSED] = {"passed", SB_UNIT_TRANSFERS, 30, false,
                     BOTH("Transfers that passed", "Giao dịch được qua"),
                     BOTH("accepted transfers of kinds that have a holder. A reservation counts when it is "
                          "made; what is voided or reversed later is not "
                          "taken off",
                          "giao dịch được chấp nhận thuộc loại có chủ hạn mức. Khoản tạm giữ được tính khi "
                          "lập; phần huỷ hoặc hoàn trả sau đó không trừ ra"),
                     BOTH("transfers that passed", "giao dịch được qua"), NONE},
    [SB_M_REFUSALS] = {"refusals", SB_UNIT_TRANSFERS, 30, false,
                       BOTH("Refused by the charter", "Bị điều lệ từ chối"),
                       BOTH("transfers that the charter refused or could not decide; not those that failed "
                            "for want of money or of an account",
                            "giao dịch mà điều lệ từ chối hoặc không quyết định được; không gồm giao dịch "
                            "hỏng vì thiếu tiền hay không có tài khoản"),
                       BOTH("refused transfers", "giao dịch bị từ chối"), NONE},
    [SB_M_REFUSAL_SHARE] = {"refusal-share", SB_UNIT_SHARE, 30, false,
                            BOTH("Refused of asked for", "Tỷ lệ bị từ chối"),
                            BOTH("refusals as a part of transfers asked for",
                                 "số bị từ chối trên số được yêu cầu"),
                            BOTH("refused transfers", "giao dịch bị từ chối"),
                            BOTH("transfers asked for", "giao dịch được yêu cầu")},
    [SB_M_ASKED] = {"asked", SB_UNIT_TRANSFERS, 30, false,
                    BOTH("Asked for one more step", "Phải xác thực thêm"),
                    BOTH("transfers that the charter answered with a further step of authentication",
                         "giao dịch mà điều lệ đòi thêm một bước xác thực"),
                    BOTH("asked transfers", "giao dịch phải xác thực thêm"), NONE},
    [SB_M_FAILED] =
        {"failed", SB_UNIT_TRANSFERS, 30, false, BOTH("Failed for other causes", "Hỏng vì nguyên nhân khác"),
         BOTH("transfers that no sentence refused: no money, no account, frozen, part of a chain that broke",
              "giao dịch không bị câu nào từ chối: thiếu tiền, không có tài khoản, bị phong toả, thuộc chuỗi "
              "bị hỏng"),
         BOTH("failed transfers", "giao dịch hỏng"), NONE},
    [SB_M_SUM] = {"sum", SB_UNIT_MONEY, 30, false, BOTH("Value of transfers", "Giá trị giao dịch"),
                  BOTH("sum of the amounts of transfers that passed",
                       "tổng số tiền của các giao dịch được qua"),
                  BOTH("sum of amounts", "tổng số tiền"), NONE},
    [SB_M_MEAN] = {"mean", SB_UNIT_MONEY, 30, false, BOTH("Mean transfer", "Giao dịch trung bình"),
                   BOTH("value of transfers by their number", "giá trị giao dịch chia cho số giao dịch"),
                   BOTH("sum of amounts", "tổng số tiền"),
                   BOTH("transfers that passed", "giao dịch được qua")},
    [SB_M_MEDIAN] = {"median", SB_UNIT_MONEY, 0, true, BOTH("Median transfer", "Giao dịch trung vị"),
                     BOTH("the amount that half of the transfers that passed since the beginning do not "
                          "exceed; exact below 256 minor units, else within "
                          "1/256 of the true one",
                          "số tiền mà một nửa số giao dịch được qua từ đầu không vượt; chính xác nếu dưới "
                          "256 đơn vị nhỏ nhất, ngoài ra sai không quá "
                          "1/256"),
                     BOTH("transfers that passed", "giao dịch được qua"), NONE},
    [SB_M_TRANSFERS_PER_ACTIVE] = {"transfers-per-active", SB_UNIT_PER_ACCOUNT, 30, false,
                                   BOTH("Transfers for each active account",
                                        "Số giao dịch trên mỗi tài khoản hoạt động"),
                                   BOTH("transfers that passed by active accounts of customers",
                                        "giao dịch được qua chia cho tài khoản khách hàng hoạt động"),
                                   BOTH("transfers that passed", "giao dịch được qua"),
                                   BOTH("active accounts", "tài khoản hoạt động")},
    [SB_M_PASSED_TOTAL] =
        {"passed-total", SB_UNIT_TRANSFERS, 0, true,
         BOTH("Transfers that passed, since the beginning", "Giao dịch được qua, từ đầu"),
         BOTH("as passed, added up from the first day: it can only grow, and says nothing about today",
              "như giao dịch được qua, cộng dồn từ ngày đầu: chỉ có thể tăng, không nói gì về hiện tại"),
         BOTH("transfers that passed", "giao dịch được qua"), NONE},
    [SB_M_SUM_TOTAL] = {"sum-total", SB_UNIT_MONEY, 0, true,
                        BOTH("Value of transfers, since the beginning", "Giá trị giao dịch, từ đầu"),
                        BOTH("as the value of transfers, added up from the first day",
                             "như giá trị giao dịch, cộng dồn từ ngày đầu"),
                        BOTH("sum of amounts", "tổng số tiền"), NONE},
    [SB_M_BALANCES] = {"balances", SB_UNIT_MONEY, 0, false,
                       BOTH("Balances of customers", "Số dư của khách hàng"),
                       BOTH("sum of the posted balances of customers' open accounts",
                            "tổng số dư đã ghi sổ của tài khoản khách hàng đang mở"),
                       BOTH("sum of balances", "tổng số dư"), NONE},
    [SB_M_MEAN_BALANCE] = {"mean-balance", SB_UNIT_MONEY, 0, false, BOTH("Mean balance", "Số dư trung bình"),
                           BOTH("balances of customers by registered accounts",
                                "số dư của khách hàng chia cho số tài khoản đã đăng ký"),
                           BOTH("sum of balances", "tổng số dư"),
                           BOTH("registered accounts", "tài khoản đã đăng ký")},
    [SB_M_RURAL_SHARE] =
        {"rural-share", SB_UNIT_SHARE, 30, false,
         BOTH("Rural of active accounts", "Tỷ lệ nông thôn trong tài khoản hoạt động"),
         BOTH("active accounts registered in a rural commune (xã), as a part of those whose commune is known "
              "to be rural or urban, by "
              "the statistics office's class at registration, not the reporter's. Special zones stand for "
              "themselves and are left out",
              "tài khoản hoạt động đăng ký tại xã, trên số có địa bàn biết rõ là nông thôn hay thành thị, "
              "theo phân loại của cơ quan thống "
              "kê lúc đăng ký, không theo phân loại của bên báo cáo. Đặc khu đứng riêng, không tính"),
         BOTH("active accounts, rural", "tài khoản hoạt động, nông thôn"),
         BOTH("active accounts, rural and urban", "tài khoản hoạt động, nông thôn và thành thị")},
    [SB_M_RURAL_GAP] = {"rural-gap", SB_UNIT_POINTS, 30, false,
                        BOTH("Gap between urban and rural", "Chênh lệch thành thị và nông thôn"),
                        BOTH("active of registered, urban less rural, in percentage points",
                             "tỷ lệ hoạt động của thành thị trừ nông thôn, tính bằng điểm phần trăm"),
                        BOTH("active of registered, urban", "tỷ lệ hoạt động, thành thị"),
                        BOTH("active of registered, rural", "tỷ lệ hoạt động, nông thôn")},
    [SB_M_WOMEN_SHARE] = {"women-share", SB_UNIT_SHARE, 30, false,
                          BOTH("Women of active accounts", "Tỷ lệ nữ trong tài khoản hoạt động"),
                          BOTH("active accounts of women, as a part of those whose holder's sex is known",
                               "tài khoản hoạt động của nữ, trên số biết rõ giới tính chủ tài khoản"),
                          BOTH("active accounts, women", "tài khoản hoạt động, nữ"),
                          BOTH("active accounts, women and men", "tài khoản hoạt động, nữ và nam")},
    [SB_M_WOMEN_GAP] = {"women-gap", SB_UNIT_POINTS, 30, false,
                        BOTH("Gap between men and women", "Chênh lệch nam và nữ"),
                        BOTH("active of registered, men less women, in percentage points",
                             "tỷ lệ hoạt động của nam trừ nữ, tính bằng điểm phần trăm"),
                        BOTH("active of registered, men", "tỷ lệ hoạt động, nam"),
                        BOTH("active of registered, women", "tỷ lệ hoạt động, nữ")},
    [SB_M_GINI_PROVINCES] = {"gini-provinces", SB_UNIT_INDEX, 30, false,
                             BOTH("Concentration over provinces (Gini)", "Mức tập trung theo tỉnh (Gini)"),
                             BOTH("Gini coefficient of active accounts over all provinces of the day: 0 "
                                  "equal, towards 1 in one province. Provinces are not equally "
                                  "large: it is not a measure of fairness",
                                  "hệ số Gini của tài khoản hoạt động trên mọi tỉnh thành lúc đó: 0 là đều "
                                  "nhau, gần 1 là dồn về một tỉnh. Các tỉnh không "
                                  "bằng nhau về quy mô: đây không phải thước đo công bằng"),
                             BOTH("provinces", "số tỉnh, thành phố"), NONE},
    [SB_M_GINI_AGENTS] =
        {"gini-agents", SB_UNIT_INDEX, 0, true,
         BOTH("Concentration over points (Gini)", "Mức tập trung theo điểm giao dịch (Gini)"),
         BOTH("Gini coefficient of the number of transfers that passed, over all open accounts of agents, "
              "since the beginning",
              "hệ số Gini của số giao dịch được qua, trên mọi tài khoản đại lý đang mở, từ đầu"),
         BOTH("agents", "số đại lý"), NONE},
    [SB_M_HHI_PROVIDERS] =
        {"hhi-providers", SB_UNIT_INDEX, 30, false,
         BOTH("Concentration over providers (HHI)", "Mức tập trung theo nhà cung cấp (HHI)"),
         BOTH("Herfindahl-Hirschman index: sum of the squared shares, in per cent, of providers in the value "
              "of transfers: 10 000 is one "
              "alone. With N providers it is never under 10 000 / N: three cannot go below 3 333",
              "chỉ số Herfindahl-Hirschman: tổng bình phương thị phần, tính bằng phần trăm, của các nhà cung "
              "cấp trong giá trị giao dịch: 10 000 là "
              "một mình. Với N nhà cung cấp, chỉ số không bao giờ dưới 10 000 / N: ba nhà không thể dưới 3 "
              "333"),
         BOTH("providers", "số nhà cung cấp"), NONE},
    [SB_M_TOP_PROVIDER] = {"top-provider", SB_UNIT_SHARE, 30, false,
                           BOTH("Share of the largest provider", "Thị phần của nhà cung cấp lớn nhất"),
                           BOTH("value of transfers of the largest provider's customers, as a part of all",
                                "giá trị giao dịch của khách hàng nhà cung cấp lớn nhất, trên tất cả"),
                           BOTH("sum of amounts, largest provider", "tổng số tiền, nhà cung cấp lớn nhất"),
                           BOTH("sum of amounts", "tổng số tiền")},
};

unsigned sb_measure_count(void)
{
    return SB_M_COUNT;
}

const struct sb_measure_definition *sb_measure_definition(unsigned measure)
{
    return &definitions[measure];
}

unsigned sb_measure_of_name(const char *name)
{
    unsigned i = 0;
    while (i < SB_M_COUNT && strcmp(definitions[i].name, name) != 0)
        i++;
    return i;
}

const char *sb_measured_unit_word(enum sb_measured_unit unit)
{
    static const char *const words[] = {"accounts", "transfers",  "money",       "share",
                                        "points",   "per-100000", "per-account", "index"};
    return words[unit];
}

static const char *const by_words[SB_MEASURED_BY_COUNT] = {"all", "province", "area", "tier",    "sex",
                                                           "age", "provider", "kind", "sentence"};

const char *sb_measured_by_word(enum sb_measured_by by)
{
    return by_words[by];
}

enum sb_measured_by sb_measured_by_of_word(const char *word)
{
    unsigned by = 0;
    while (by < SB_MEASURED_BY_COUNT && strcmp(by_words[by], word) != 0)
        by++;
    return (enum sb_measured_by)by;
}
