/* SPDX-License-Identifier: Apache-2.0 */
#include "base/event.h"

#include <string.h>

static bool all_zero(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    unsigned char any = 0;
    for (size_t i = 0; i < size; i++)
        any |= at[i];
    return any == 0;
}

bool sb_event_same(const struct sb_event *a, const struct sb_event *b)
{
    size_t behind_time = offsetof(struct sb_event, timeout_s);
    return memcmp(a, b, offsetof(struct sb_event, time)) == 0 &&
           memcmp((const char *)a + behind_time, (const char *)b + behind_time, sizeof(*a) - behind_time) ==
               0;
}

/* All bytes from timeout_s to country: only a TRANSFER may use them. */
static bool has_no_transfer_fields(const struct sb_event *event)
{
    return (event->timeout_s | event->place | event->kind | event->provider | event->channel |
            event->purpose | event->country | event->steps) == 0;
}

static bool refers_only(const struct sb_event *event)
{
    return all_zero(&event->payer, 3 * sizeof(struct sb_id)) && has_no_transfer_fields(event);
}

static bool attributes_are_well_formed(const struct sb_event *event)
{
    bool opens = event->type == SB_EVENT_OPEN;
    bool keeps = event->attributes.unit == 0 && event->attributes.class_ == 0 &&
                 event->attributes.provider == 0 && event->attributes.issuer == 0 &&
                 event->attributes.flags == 0 && event->attributes.opened_on == 0 &&
                 sb_id_is_none(event->person);
    return event->amount == 0 && has_no_transfer_fields(event) && event->attributes.zero == 0 &&
           event->attributes.frozen == 0 && (opens || keeps) &&
           (event->attributes.flags &
            ~(SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS | SB_A_CREDITS_MAY_NOT_EXCEED_DEBITS)) == 0;
}

static bool names_account_only(const struct sb_event *event)
{
    struct sb_event rest = *event;
    rest.attributes.frozen = 0;
    uint8_t frozen_known = event->type == SB_EVENT_FREEZE ? SB_FROZEN_IN | SB_FROZEN_OUT : 0;
    return (event->attributes.frozen & ~frozen_known) == 0 && event->amount == 0 &&
           has_no_transfer_fields(event) && all_zero(&rest.person, 48);
}

bool sb_event_is_well_formed(const struct sb_event *event)
{
    unsigned flags_known = event->type == SB_EVENT_TRANSFER ? SB_F_PENDING | SB_F_LINKED : SB_F_LINKED;
    if (!all_zero(event->zero, sizeof(event->zero)) || (event->flags & ~flags_known) != 0)
        return false;
    switch ((enum sb_event_type)event->type) {
    case SB_EVENT_TRANSFER:
        return sb_id_is_none(event->other) && ((event->flags & SB_F_PENDING) != 0 || event->timeout_s == 0) &&
               event->timeout_s <= SB_TIMEOUT_MAX;
    case SB_EVENT_POST:
    case SB_EVENT_REVERSE: return refers_only(event);
    case SB_EVENT_VOID: return refers_only(event) && event->amount == 0;
    case SB_EVENT_OPEN:
    case SB_EVENT_CHANGE: return attributes_are_well_formed(event);
    case SB_EVENT_FREEZE:
    case SB_EVENT_CLOSE:
    case SB_EVENT_REOPEN: return names_account_only(event);
    case SB_EVENT_CHARTER:
        return sb_id_is_none(event->id) && event->flags == 0 && event->amount == 0 &&
               all_zero(event->charter_zero, sizeof(event->charter_zero)) && has_no_transfer_fields(event);
    case SB_EVENT_NAME:
        return sb_id_is_none(event->id) && event->flags == 0 && event->amount == 0 &&
               event->name_space < SB_SPACE_COUNT && event->name_size >= 1 &&
               event->name_size <= SB_SYMBOL_SIZE_MAX && has_no_transfer_fields(event) &&
               all_zero(event->name + event->name_size, sizeof(event->name) - event->name_size);
    case SB_EVENT_TICK:
        return sb_id_is_none(event->id) && event->flags == 0 && event->amount == 0 &&
               all_zero(&event->payer, 64) && has_no_transfer_fields(event);
    }
    return false;
}

struct sb_event sb_event_name(sb_time_us time, enum sb_space space, uint16_t code, const char *name,
                              size_t size)
{
    assert(size >= 1 && size <= SB_SYMBOL_SIZE_MAX);
    struct sb_event event = {
        .time = time,
        .type = SB_EVENT_NAME,
        .name_space = (uint16_t)space,
        .name_code = code,
        .name_size = (uint16_t)size,
    };
    memcpy(event.name, name, size);
    return event;
}

const char *sb_event_type_word(enum sb_event_type type)
{
    switch (type) {
    case SB_EVENT_TRANSFER: return "transfer";
    case SB_EVENT_POST: return "post";
    case SB_EVENT_VOID: return "void";
    case SB_EVENT_REVERSE: return "reverse";
    case SB_EVENT_OPEN: return "open";
    case SB_EVENT_CHANGE: return "change";
    case SB_EVENT_FREEZE: return "freeze";
    case SB_EVENT_CLOSE: return "close";
    case SB_EVENT_REOPEN: return "reopen";
    case SB_EVENT_CHARTER: return "charter";
    case SB_EVENT_NAME: return "name";
    case SB_EVENT_TICK: return "tick";
    }
    return "?";
}
