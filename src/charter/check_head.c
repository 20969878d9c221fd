/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a charter: what stands once, what a layer must not change, places and the day they are named
 * by. */
#include "charter/check_internal.h"

#include "base/macros.h"

#include <string.h>

static void check_once(struct sb_check *check, enum sb_sentence_type type, const char *word_en,
                       const char *word_vi)
{
    const struct sb_sentence *first = NULL;
    for (uint32_t i = 0; i < check->charter->sentence_count; i++) {
        const struct sb_sentence *sentence = &check->charter->sentences[i];
        if (sentence->type != type)
            continue;
        if (first) {
            struct sb_str text[2] = {{0}, {0}};
            sb_str_printf(&text[SB_EN], "'%s' stands once; it stands on line %u already", word_en,
                          first->at.line);
            sb_str_printf(&text[SB_VI], "'%s' chỉ đứng một lần; đã có ở dòng %u", word_vi, first->at.line);
            sb_diagnostics_add_texts(check->diagnostics, SB_SEVERITY_ERROR, sentence->at,
                                     sb_str_text(&text[SB_EN]), sb_str_text(&text[SB_VI]));
            sb_str_release(&text[SB_EN]);
            sb_str_release(&text[SB_VI]);
        }
        first = first ? first : sentence;
    }
}

static void check_unit(struct sb_check *check)
{
    const struct sb_sentence *unit = sb_charter_find(check->charter, SB_S_UNIT, NULL);
    const struct sb_sentence *upper = check->upper ? sb_charter_find(check->upper, SB_S_UNIT, NULL) : NULL;
    if (!unit && !check->is_layer)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, (struct sb_place_in_text){1, 1, 0},
                           "a charter names its unit: 'unit VND'", "điều lệ nêu đơn vị của nó: 'đơn vị VND'");
    if (unit && upper &&
        (strcmp(unit->name.text, upper->name.text) != 0 || unit->unit.decimals != upper->unit.decimals))
        sb_diagnostics_add(
            check->diagnostics, SB_SEVERITY_ERROR, unit->name.at,
            "a provider's charter keeps the regulator's unit: %s with %u decimals",
            "điều lệ của nhà cung cấp giữ đơn vị của cơ quan quản lý: %s với %u chữ số thập phân",
            upper->name.text, upper->unit.decimals);
}

static void check_clock(struct sb_check *check)
{
    const struct sb_sentence *clock = sb_charter_find(check->charter, SB_S_CLOCK, NULL);
    if (!clock || !check->upper || clock->clock.offset_s == check->upper->clock_offset_s)
        return;
    int32_t minutes = check->upper->clock_offset_s / 60;
    int32_t size = minutes < 0 ? -minutes : minutes;
    sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, clock->at,
                       "a provider's charter keeps the regulator's clock: %c%02d:%02d",
                       "điều lệ của nhà cung cấp giữ múi giờ của cơ quan quản lý: %c%02d:%02d",
                       minutes < 0 ? '-' : '+', (int)(size / 60), (int)(size % 60));
}

/* The territory named here or above; finds it for check_area. */
static void check_territory(struct sb_check *check)
{
    const struct sb_sentence *own = sb_charter_find(check->charter, SB_S_TERRITORY, NULL);
    const struct sb_sentence *upper =
        check->upper ? sb_charter_find(check->upper, SB_S_TERRITORY, NULL) : NULL;
    const struct sb_sentence *named = own ? own : upper;
    if (own && upper && strcmp(own->name.text, upper->name.text) != 0)
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, own->name.at,
                           "a provider's charter keeps the regulator's territory: %s",
                           "điều lệ của nhà cung cấp giữ lãnh thổ của cơ quan quản lý: %s", upper->name.text);
    enum sb_status status = named ? sb_territory_find(named->name.text, &check->territory, NULL) : SB_OK;
    check->no_memory |= status == SB_NOMEM;
    if (status != SB_NOT_FOUND || named != own)
        return;
    size_t count;
    const char *const *names = sb_territory_names(&count);
    const char *nearest = sb_text_nearest(own->name.text, strlen(own->name.text), names, count);
    if (nearest || count == 0)
        sb_diagnostics_add(
            check->diagnostics, SB_SEVERITY_ERROR, own->name.at, "unknown territory '%s'; did you mean '%s'?",
            "không có lãnh thổ '%s'; có phải '%s' không?", own->name.text, nearest ? nearest : "");
    else
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, own->name.at,
                           "unknown territory '%s'; the first known one is '%s'",
                           "không có lãnh thổ '%s'; lãnh thổ đầu tiên biết được là '%s'", own->name.text,
                           names[0]);
}

static void check_member(struct sb_check *check, const struct sb_area_member *member, uint16_t epoch)
{
    char begins[SB_TIME_TEXT_SIZE];
    sb_day from, until;
    if (sb_territory_place(check->territory, epoch, member->place) != 0)
        return;
    sb_territory_epoch_days(check->territory, epoch, &from, &until);
    sb_day_print(from, begins);
    for (uint16_t i = 0; i < sb_territory_epoch_count(check->territory); i++) {
        if (sb_territory_place(check->territory, i, member->place) == 0)
            continue;
        char other[SB_TIME_TEXT_SIZE];
        sb_territory_epoch_days(check->territory, i, &from, &until);
        sb_day_print(from, other);
        sb_diagnostics_add(
            check->diagnostics, SB_SEVERITY_ERROR, member->code.at,
            "no place has the code %s in the division in force since %s; one has in that since %s",
            "không nơi nào có mã %s theo địa giới từ %s; có theo địa giới từ %s", member->code.text, begins,
            other);
        return;
    }
    sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, member->code.at,
                       "no place has the code %s in the division in force since %s",
                       "không nơi nào có mã %s theo địa giới từ %s", member->code.text, begins);
}

static void check_area(struct sb_check *check, const struct sb_sentence *area)
{
    if (!check->territory) {
        if (!sb_charter_find(check->charter, SB_S_TERRITORY, NULL) && !(check->is_layer && !check->upper))
            sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, area->at,
                               "an area needs a territory: 'territory vn'",
                               "một vùng cần có lãnh thổ: 'lãnh thổ vn'");
        return;
    }
    int epoch = sb_territory_epoch_on(check->territory, sb_day_of_date(area->area.as_of.date));
    if (epoch < 0) {
        char begins[SB_TIME_TEXT_SIZE];
        sb_day from, until;
        sb_territory_epoch_days(check->territory, 0, &from, &until);
        sb_day_print(from, begins);
        sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, area->area.as_of.at,
                           "places are known from %s on only", "chỉ biết các nơi kể từ %s", begins);
        return;
    }
    for (uint32_t i = 0; i < area->area.count; i++)
        check_member(check, &area->area.members[i], (uint16_t)epoch);
}

void sb_check_head(struct sb_check *check)
{
    uint32_t kinds = 0;
    check_once(check, SB_S_CHARTER, "charter", "điều lệ");
    check_once(check, SB_S_UNIT, "unit", "đơn vị");
    check_once(check, SB_S_CLOCK, "clock", "múi giờ");
    check_once(check, SB_S_TERRITORY, "territory", "lãnh thổ");
    check_unit(check);
    check_clock(check);
    check_territory(check);
    for (uint32_t i = 0; i < check->charter->sentence_count; i++) {
        const struct sb_sentence *sentence = &check->charter->sentences[i];
        if (sentence->type == SB_S_AREA)
            check_area(check, sentence);
        if (sentence->type == SB_S_KIND && ++kinds == SB_CHARTER_KINDS_MAX + 1)
            sb_diagnostics_add(check->diagnostics, SB_SEVERITY_ERROR, sentence->at,
                               "too many kinds: at most %d are read",
                               "quá nhiều loại giao dịch: chỉ đọc được nhiều nhất %d", SB_CHARTER_KINDS_MAX);
    }
}
