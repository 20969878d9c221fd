/* SPDX-License-Identifier: Apache-2.0 */
#include "measure/measures_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ amounts in buckets */

unsigned sb_histogram_bucket(int64_t amount)
{
    if (amount < SB_HISTOGRAM_EXACT)
        return amount < 0 ? 0 : (unsigned)amount;
    unsigned top = 63u - (unsigned)__builtin_clzll((unsigned long long)amount); /* at least 8 */
    unsigned sub = (unsigned)(amount >> (top - 7)) & (SB_HISTOGRAM_SUBS - 1);
    return SB_HISTOGRAM_EXACT + (top - 8) * SB_HISTOGRAM_SUBS + sub;
}

int64_t sb_histogram_middle(unsigned bucket)
{
    if (bucket < SB_HISTOGRAM_EXACT)
        return bucket;
    unsigned top = (bucket - SB_HISTOGRAM_EXACT) / SB_HISTOGRAM_SUBS + 8;
    int64_t sub = (bucket - SB_HISTOGRAM_EXACT) % SB_HISTOGRAM_SUBS;
    int64_t width = INT64_C(1) << (top - 7);
    return (INT64_C(1) << top) + sub * width + width / 2;
}

/* ------------------------------------------------------------------ groups */

static bool room_for_key(struct sb_group_index *index, uint32_t key)
{
    if (key < index->room)
        return true;
    uint32_t room = index->room ? index->room : 64;
    while (room <= key)
        room *= 2;
    uint32_t *numbers = realloc(index->numbers, room * sizeof(*numbers));
    if (!numbers)
        return false;
    memset(numbers + index->room, 0, (room - index->room) * sizeof(*numbers));
    index->numbers = numbers;
    index->room = room;
    return true;
}

bool sb_group_of(struct sb_measures *measures, enum sb_measured_by by, uint32_t key, uint32_t *ret_number)
{
    struct sb_group_index *index = &measures->index[by];
    if (!room_for_key(index, key))
        return false;
    if (index->numbers[key] == 0) {
        if (measures->group_count == measures->group_room) {
            uint32_t room = measures->group_room ? measures->group_room * 2 : 64;
            struct sb_group *groups = realloc(measures->groups, room * sizeof(*groups));
            if (!groups)
                return false;
            measures->groups = groups;
            measures->group_room = room;
        }
        measures->groups[measures->group_count] = (struct sb_group){.by = by, .key = key};
        index->numbers[key] = ++measures->group_count;
    }
    *ret_number = index->numbers[key] - 1;
    return true;
}

struct sb_series *sb_group_stocks(struct sb_group *group, enum sb_role role)
{
    if (!group->stocks[role])
        group->stocks[role] = sb_series_new();
    return group->stocks[role];
}

struct sb_series *sb_group_flows(struct sb_group *group)
{
    if (!group->flows)
        group->flows = sb_series_new();
    return group->flows;
}

void sb_groups_release(struct sb_measures *measures)
{
    for (uint32_t i = 0; i < measures->group_count; i++) {
        struct sb_group *group = &measures->groups[i];
        for (unsigned role = 0; role < SB_ROLE_COUNT; role++)
            sb_series_free(group->stocks[role]);
        sb_series_free(group->flows);
        free(group->histogram);
    }
    free(measures->groups);
    for (unsigned by = 0; by < SB_MEASURED_BY_COUNT; by++)
        free(measures->index[by].numbers);
    free(measures->labels);
    free(measures->label_texts);
}

/* ------------------------------------------------------------------ refusals by sentence */

/* "month, D316 III": the rule's name with the article that it stands in. */
static void label_of(const struct sb_plan *plan, uint32_t rule, char label[96])
{
    const struct sb_sentence *sentence = sb_plan_sentence(plan, rule);
    const char *by = sentence && sentence->by.text ? sentence->by.text : "";
    const char *article = sentence && sentence->article.text ? sentence->article.text : "";
    (void)snprintf(label, 96, "%s%s%s%s%s", sb_plan_rule_name(plan, rule), *by ? ", " : "", by,
                   *article ? " " : "", article); /* a label that long is cut */
}

static bool key_of_label(struct sb_measures *measures, const char *label, uint32_t *ret_key)
{
    for (uint32_t i = 0; i < measures->label_count; i++) {
        if (strcmp(measures->label_texts[i], label) == 0) {
            *ret_key = i + 1;
            return true;
        }
    }
    char(*texts)[96] = realloc(measures->label_texts, (measures->label_count + 1) * sizeof(*texts));
    if (!texts)
        return false;
    measures->label_texts = texts;
    (void)snprintf(texts[measures->label_count++], sizeof(*texts), "%s", label);
    *ret_key = measures->label_count;
    return true;
}

static bool add_plan(struct sb_measures *measures, const struct sb_plan *plan)
{
    struct sb_rule_labels *labels =
        realloc(measures->labels, (measures->label_plan_count + 1) * sizeof(*labels));
    if (!labels)
        return false;
    measures->labels = labels;
    struct sb_rule_labels *added = &labels[measures->label_plan_count];
    memcpy(added->hash, plan->hash, sizeof(added->hash));
    for (uint32_t rule = 0; rule < plan->rule_count; rule++) {
        char label[96];
        label_of(plan, rule, label);
        if (!key_of_label(measures, label, &added->keys[rule]))
            return false;
    }
    measures->label_plan_count++;
    return true;
}

bool sb_group_label(struct sb_measures *measures, const struct sb_plan *plan, uint32_t rule,
                    uint32_t *ret_key)
{
    uint32_t at = measures->label_plan_count;
    /* The plan in force is the one that was met last. */
    while (at > 0 && memcmp(measures->labels[at - 1].hash, plan->hash, sizeof(plan->hash)) != 0)
        at--;
    if (at == 0) {
        if (!add_plan(measures, plan))
            return false;
        at = measures->label_plan_count;
    }
    *ret_key = measures->labels[at - 1].keys[rule];
    return true;
}
