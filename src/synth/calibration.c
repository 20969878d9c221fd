/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where a figure is published its source is named here; where nothing is, the line says "assumed". Facts and
 * statistics only: no simulator's code or files.
 */

#include "synth/calibration.h"

/*
 * Ministry of Information and Communications: 2022-03-31 (vietnaminsider.vn 2022-04-12), 2022-06-30
 * (vietnamplus 234840), 2022-11 (vietstock 2022-12), 2023-05 (vietnamnet 2217288), 2024-05-31 (hanoitimes
 * 2024-07-13). State Bank of Viet Nam: 2025-09-30 (cafef 2025-12-30, vietnamnet 2474987). The service began
 * on 2021-11-18. Between two figures growth is even; behind the last, none.
 */
const struct synth_series synth_accounts[] = {
    {{2021, 11, 18}, 0},      {{2022, 3, 31}, 835000},  {{2022, 6, 30}, 1720000},  {{2022, 11, 30}, 2340000},
    {{2023, 5, 31}, 3900000}, {{2024, 5, 31}, 8800000}, {{2025, 9, 30}, 10890000},
};
const size_t synth_accounts_count = sizeof(synth_accounts) / sizeof(synth_accounts[0]);

/* Populations of the 34 provinces as the merger tables of 2025 print them, and the share living in wards:
 * repositories thanglequoc/vietnamese-provinces-database and tranngocminhhieu/vietnamadminunits (MIT), from
 * the National Statistics Office. */
const struct synth_province synth_provinces[SB_SYNTH_PROVINCES] = {
    {"01", 8718000, 467}, {"04", 555809, 137},  {"08", 1865270, 82},  {"11", 653422, 149},
    {"12", 494626, 125},  {"14", 1327430, 152}, {"15", 1778785, 183}, {"19", 1799489, 321},
    {"20", 813978, 114},  {"22", 1429841, 766}, {"24", 3619433, 416}, {"25", 4022638, 175},
    {"31", 4664124, 500}, {"33", 3567943, 178}, {"37", 4412264, 324}, {"38", 3760650, 225},
    {"40", 3470988, 188}, {"42", 1622901, 196}, {"44", 1870845, 192}, {"46", 1236393, 663},
    {"48", 3065628, 531}, {"51", 2161755, 204}, {"52", 3583693, 343}, {"56", 2243554, 464},
    {"66", 3346853, 290}, {"68", 3872999, 246}, {"75", 4491408, 298}, {"79", 14002598, 775},
    {"80", 3254170, 241}, {"82", 4370046, 203}, {"86", 4257581, 165}, {"91", 4952238, 203},
    {"92", 4199824, 419}, {"96", 2606672, 202},
};

/* Assumed: three providers of unequal size; no split is published. */
const struct synth_provider synth_providers[SB_SYNTH_PROVIDERS] = {
    {"viettel", 640}, {"vnpt", 240}, {"mobifone", 120}};

/*
 * Assumed in its steps, calibrated in its sums: about a quarter of accounts active in 30 days (GSMA, State of
 * the Industry 2025: 24 %), 1.09 transactions an account and month, a tail of few who do much (as PaySim's
 * clients' profiles have it), and one account in five thousand whose month would be above VND 10 million.
 */
const struct synth_class synth_classes[SYNTH_CLASSES] = {
    {72000, 43, 80},   {18000, 1075, 80}, {7600, 3450, 90},
    {2100, 12600, 90}, {280, 36000, 130}, {20, 80000, 1800},
};

/* Shares from PaySim's aggregates (cash-out 36.5 %, payment 34.9 %, cash-in 20.0 %, transfer 8.1 %), less
 * what merchants cash out. The means are set so that money is conserved (what is spent was paid in) and the
 * mean over all is between the published ones. */
const struct synth_intention synth_intentions[SB_SYNTH_TRANSACTIONS] = {
    [SB_SYNTH_CASH_OUT] = {430, 15900},
    [SB_SYNTH_PAYMENT] = {462, 7200},
    [SB_SYNTH_TRANSFER] = {108, 16200},
};

/* Assumed: what payments are for. The names are those of Decree 368/2025 for essential purposes. */
const struct synth_purpose synth_purposes[SYNTH_PURPOSES] = {
    {NULL, 430, 100},       {"telecom", 300, 70},  {"electricity", 90, 250},   {"water", 50, 90},
    {"transport", 50, 60},  {"school", 25, 300},   {"public-service", 25, 80}, {"hospital", 15, 400},
    {"insurance", 10, 200}, {"bank-debt", 5, 500},
};

/* A log-normal shape with sigma 1.15, cut at both ends. */
const uint32_t synth_quantiles[SYNTH_QUANTILES + 1] = {2,  6,  9,   11,  13,  16,  18,  21,  23,  26,  29,
                                                       32, 35, 38,  42,  46,  50,  55,  60,  66,  73,  80,
                                                       88, 98, 109, 123, 140, 161, 189, 229, 294, 428, 1185};

/* PaySim's aggregates: 10.6, 12.9, 12.9 and 10.2 % in the hours 18 to 21, almost nothing from 3 to 6. The
 * others assumed. */
const uint16_t synth_hours[24] = {10, 5,  3,  1,  1,  1,  1,   6,   20,  36,  44, 46,
                                  46, 42, 40, 42, 52, 76, 106, 129, 129, 102, 44, 18};
