/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/tiles.h"

#include "base/macros.h"

#include <string.h>

static const struct sb_tile tiles[] = {
    {.code = "12", .col = 0, .row = 0}, /* Lai Châu */
    {.code = "15", .col = 1, .row = 0}, /* Lào Cai */
    {.code = "08", .col = 2, .row = 0}, /* Tuyên Quang */
    {.code = "04", .col = 3, .row = 0}, /* Cao Bằng */
    {.code = "11", .col = 0, .row = 1}, /* Điện Biên */
    {.code = "14", .col = 1, .row = 1}, /* Sơn La */
    {.code = "25", .col = 2, .row = 1}, /* Phú Thọ */
    {.code = "19", .col = 3, .row = 1}, /* Thái Nguyên */
    {.code = "20", .col = 4, .row = 1}, /* Lạng Sơn */
    {.code = "01", .col = 2, .row = 2}, /* Hà Nội */
    {.code = "24", .col = 3, .row = 2}, /* Bắc Ninh */
    {.code = "31", .col = 4, .row = 2}, /* Hải Phòng */
    {.code = "22", .col = 5, .row = 2}, /* Quảng Ninh */
    {.code = "37", .col = 2, .row = 3}, /* Ninh Bình */
    {.code = "33", .col = 3, .row = 3}, /* Hưng Yên */
    {.code = "38", .col = 2, .row = 4}, /* Thanh Hoá */
    {.code = "40", .col = 2, .row = 5}, /* Nghệ An */
    {.code = "42", .col = 2, .row = 6}, /* Hà Tĩnh */
    {.code = "44", .col = 3, .row = 7}, /* Quảng Trị */
    {.code = "46", .col = 3, .row = 8}, /* Huế */
    {.code = "48",
     .col = 4,
     .row = 8,
     .note = {"with the Hoàng Sa archipelago, which Đà Nẵng administers",
              "gồm quần đảo Hoàng Sa, do Đà Nẵng quản lý"}},
    {.code = "51", .col = 4, .row = 9},  /* Quảng Ngãi */
    {.code = "52", .col = 4, .row = 10}, /* Gia Lai */
    {.code = "66", .col = 4, .row = 11}, /* Đắk Lắk */
    {.code = "68", .col = 4, .row = 12}, /* Lâm Đồng */
    {.code = "56",
     .col = 5,
     .row = 12,
     .note = {"with the Trường Sa archipelago, which Khánh Hoà administers",
              "gồm quần đảo Trường Sa, do Khánh Hoà quản lý"}},
    {.code = "80", .col = 2, .row = 12}, /* Tây Ninh */
    {.code = "75", .col = 3, .row = 12}, /* Đồng Nai */
    {.code = "91", .col = 1, .row = 13}, /* An Giang */
    {.code = "82", .col = 2, .row = 13}, /* Đồng Tháp */
    {.code = "79", .col = 3, .row = 13}, /* Thành phố Hồ Chí Minh */
    {.code = "92", .col = 1, .row = 14}, /* Cần Thơ */
    {.code = "86", .col = 2, .row = 14}, /* Vĩnh Long */
    {.code = "96", .col = 1, .row = 15}, /* Cà Mau */
};

const struct sb_tile *sb_tile_of(const char *code)
{
    for (size_t i = 0; i < SB_ARRAY_SIZE(tiles); i++)
        if (strcmp(tiles[i].code, code) == 0)
            return &tiles[i];
    return NULL;
}

sb_day sb_tiles_from(void)
{
    return sb_day_of_date((struct sb_date){2025, 7, 1});
}
