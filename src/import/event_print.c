/* SPDX-License-Identifier: Apache-2.0 */
/* The way back from a record to a line: everything that is not its default is written, and every event's id.
 */
#include "import/event_text.h"

#include "base/macros.h"
#include "import/event_names.h"

#include <inttypes.h>
#include <string.h>

struct printer {
    const struct sb_event *event;
    const struct sb_symbols *symbols;
    int32_t offset_s;
    uint32_t decimals;
    const struct sb_event_reader *reader; /* or NULL */
    struct sb_str *out;
};

static bool needs_quotes(const char *text)
{
    return text[0] == '\0' || text[0] == '#' || strcmp(text, "+") == 0 || strcmp(text, "?") == 0 ||
           strpbrk(text, " \t\"") != NULL;
}

static void add_text(struct sb_str *out, const char *text, bool quoted)
{
    if (!quoted && !needs_quotes(text)) {
        sb_str_add(out, text);
        return;
    }
    sb_str_add(out, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            sb_str_add(out, "\\");
        sb_str_add_bytes(out, text, 1);
    }
    sb_str_add(out, "\"");
}

static void add_id(const struct printer *p, struct sb_id id)
{
    const char *text = p->reader ? sb_event_reader_name(p->reader, id) : NULL;
    char hex[SB_ID_TEXT_SIZE];
    sb_id_print(id, hex);
    add_text(p->out, text ? text : hex, false);
}

static void add_id_field(const struct printer *p, const char *word, struct sb_id id)
{
    if (sb_id_is_none(id))
        return;
    sb_str_printf(p->out, " %s=", word);
    add_id(p, id);
}

/* A name of a table; a code that nobody named shows as ?. */
static void add_code(const struct printer *p, const char *word, enum sb_space space, uint16_t code)
{
    if (code == 0)
        return;
    const char *name = sb_symbols_name(p->symbols, space, code);
    sb_str_printf(p->out, " %s=", word);
    if (name)
        add_text(p->out, name, false);
    else
        sb_str_add(p->out, "?");
}

static void add_date(const struct printer *p, const char *word, sb_day day)
{
    char text[SB_TIME_TEXT_SIZE];
    if (day == SB_DAY_NONE)
        return;
    sb_day_print(day, text);
    sb_str_printf(p->out, " %s=%s", word, text);
}

static void add_place(const struct printer *p, uint32_t place)
{
    static const struct {
        const char *word;
        int digits; /* as the codes of Viet Nam's statistics office are written */
    } levels[] = {{NULL, 0}, {"province", 2}, {"district", 3}, {"commune", 5}};
    uint32_t level = SB_PLACE_LEVEL(place);
    if (place == 0)
        return;
    if (level >= 1 && level < SB_ARRAY_SIZE(levels))
        sb_str_printf(p->out, " place=%s:%0*" PRIu32, levels[level].word, levels[level].digits,
                      SB_PLACE_NUMBER(place));
    else
        sb_str_printf(p->out, " place=%" PRIu32 ":%" PRIu32, level, SB_PLACE_NUMBER(place));
}

static void add_steps(const struct printer *p)
{
    const char *separator = " steps=";
    for (unsigned i = 0; i < 32; i++) {
        if ((p->event->steps >> i & 1) == 0)
            continue;
        const char *name = sb_symbols_name(p->symbols, SB_SPACE_STEP, (uint16_t)(i + 1));
        sb_str_printf(p->out, "%s%s", separator, name ? name : "?");
        separator = ",";
    }
}

static void add_amount(const struct printer *p)
{
    sb_str_add(p->out, " ");
    sb_str_add_amount(p->out, p->event->amount, p->decimals);
}

static bool is_verb(const char *text)
{
    static const char *const verbs[] = {"reserve", "post",   "void",  "reverse", "open",
                                        "change",  "freeze", "close", "reopen",  "tick"};
    for (unsigned i = 0; i < SB_ARRAY_SIZE(verbs); i++)
        if (strcmp(verbs[i], text) == 0)
            return true;
    return false;
}

static void add_transfer(const struct printer *p)
{
    const struct sb_event *event = p->event;
    bool pending = (event->flags & SB_F_PENDING) != 0;
    const char *kind = sb_symbols_name(p->symbols, SB_SPACE_KIND, event->kind);
    sb_str_add(p->out, pending ? " reserve " : " ");
    if (kind)
        add_text(p->out, kind, !pending && is_verb(kind));
    else
        sb_str_add(p->out, "?");
    add_amount(p);
    sb_str_add(p->out, " from ");
    add_id(p, event->payer);
    sb_str_add(p->out, " to ");
    add_id(p, event->payee);
    add_id_field(p, "agent", event->agent);
    add_code(p, "provider", SB_SPACE_PROVIDER, event->provider);
    add_code(p, "channel", SB_SPACE_CHANNEL, event->channel);
    add_code(p, "purpose", SB_SPACE_PURPOSE, event->purpose);
    add_code(p, "country", SB_SPACE_COUNTRY, event->country);
    add_place(p, event->place);
    add_steps(p);
    if (event->timeout_s != 0)
        sb_str_printf(p->out, " timeout=%" PRIu32, event->timeout_s);
}

static void add_verb(const struct printer *p, const char *verb, struct sb_id id)
{
    sb_str_printf(p->out, " %s ", verb);
    add_id(p, id);
}

static void add_flags(const struct printer *p)
{
    static const char *const words[] = {"free", "strict", "mirror", "both"}; /* by value */
    const char *class_ = sb_symbols_name(p->symbols, SB_SPACE_CLASS, p->event->attributes.class_);
    uint8_t flags = p->event->attributes.flags;
    uint8_t by_class = class_ ? sb_event_flags_of_class(class_, strlen(class_)) : 0;
    if (flags != by_class && flags < SB_ARRAY_SIZE(words))
        sb_str_printf(p->out, " flags=%s", words[flags]);
}

static void add_open(const struct printer *p)
{
    const struct sb_event *event = p->event;
    add_verb(p, "open", event->account);
    add_code(p, "class", SB_SPACE_CLASS, event->attributes.class_);
    add_code(p, "provider", SB_SPACE_PROVIDER, event->attributes.provider);
    add_code(p, "tier", SB_SPACE_TIER, event->attributes.tier);
    add_code(p, "issuer", SB_SPACE_ISSUER, event->attributes.issuer);
    add_code(p, "sex", SB_SPACE_SEX, event->attributes.sex);
    if (event->attributes.unit == 0)
        sb_str_add(p->out, " unit=?");
    add_code(p, "unit", SB_SPACE_UNIT, event->attributes.unit);
    add_id_field(p, "person", event->person);
    add_place(p, event->attributes.place);
    if (event->attributes.birth_year != 0)
        sb_str_printf(p->out, " birth-year=%u", event->attributes.birth_year);
    add_date(p, "opened-on", event->attributes.opened_on);
    add_date(p, "sim-since", event->attributes.sim_since);
    add_flags(p);
}

/* All five that a change sets are written, unknown ones too: what the reader remembers must not decide. */
static void add_change(const struct printer *p)
{
    const struct sb_event *event = p->event;
    add_verb(p, "change", event->account);
    if (event->attributes.tier == 0)
        sb_str_add(p->out, " tier=?");
    add_code(p, "tier", SB_SPACE_TIER, event->attributes.tier);
    if (event->attributes.sex == 0)
        sb_str_add(p->out, " sex=?");
    add_code(p, "sex", SB_SPACE_SEX, event->attributes.sex);
    if (event->attributes.place == 0)
        sb_str_add(p->out, " place=?");
    add_place(p, event->attributes.place);
    if (event->attributes.birth_year == 0)
        sb_str_add(p->out, " birth-year=?");
    else
        sb_str_printf(p->out, " birth-year=%u", event->attributes.birth_year);
    if (event->attributes.sim_since == SB_DAY_NONE)
        sb_str_add(p->out, " sim-since=?");
    add_date(p, "sim-since", event->attributes.sim_since);
}

/* CHARTER and NAME are the engine's own events: comments to a reader. */
static void add_engine_event(const struct printer *p)
{
    const struct sb_event *event = p->event;
    if (event->type == SB_EVENT_NAME && event->name_space < SB_SPACE_COUNT) {
        sb_str_printf(p->out, " name %s %u %.*s", sb_space_word((enum sb_space)event->name_space),
                      event->name_code, (int)SB_MIN((size_t)event->name_size, sizeof(event->name)),
                      event->name);
        return;
    }
    sb_str_add(p->out, event->type == SB_EVENT_CHARTER ? " charter " : " unknown ");
    for (unsigned i = 0; i < sizeof(event->charter_hash); i++)
        sb_str_printf(p->out, "%02x", event->charter_hash[i]);
}

static void add_freeze(const struct printer *p)
{
    static const char *const words[] = {"none", "out", "in", "both"}; /* by value */
    add_verb(p, "freeze", p->event->account);
    sb_str_printf(p->out, " %s", words[p->event->attributes.frozen & 3]);
}

static void add_parts(const struct printer *p)
{
    switch ((enum sb_event_type)p->event->type) {
    case SB_EVENT_TRANSFER: add_transfer(p); break;
    case SB_EVENT_POST:
        add_verb(p, "post", p->event->other);
        add_amount(p);
        break;
    case SB_EVENT_VOID: add_verb(p, "void", p->event->other); break;
    case SB_EVENT_REVERSE:
        add_verb(p, "reverse", p->event->other);
        add_amount(p);
        break;
    case SB_EVENT_OPEN: add_open(p); break;
    case SB_EVENT_CHANGE: add_change(p); break;
    case SB_EVENT_FREEZE: add_freeze(p); break;
    case SB_EVENT_CLOSE: add_verb(p, "close", p->event->account); break;
    case SB_EVENT_REOPEN: add_verb(p, "reopen", p->event->account); break;
    case SB_EVENT_TICK: sb_str_add(p->out, " tick"); break;
    case SB_EVENT_CHARTER:
    case SB_EVENT_NAME: add_engine_event(p); break;
    }
}

void sb_event_print(const struct sb_event *event, const struct sb_symbols *symbols, int32_t offset_s,
                    uint32_t decimals, const struct sb_event_reader *reader, struct sb_str *out)
{
    struct printer printer = {event, symbols, offset_s, decimals, reader, out};
    char time[SB_TIME_TEXT_SIZE];
    bool known = event->type >= SB_EVENT_TRANSFER && event->type <= SB_EVENT_TICK;
    bool engine = !known || event->type == SB_EVENT_CHARTER || event->type == SB_EVENT_NAME;
    sb_time_print(event->time, offset_s, time);
    sb_str_printf(out, "%s%s", engine ? "# " : "", time);
    if (known)
        add_parts(&printer);
    else
        add_engine_event(&printer);
    if (!engine && event->type != SB_EVENT_TICK) {
        sb_str_add(out, " id=");
        add_id(&printer, event->id);
    }
    if ((event->flags & SB_F_LINKED) != 0)
        sb_str_add(out, " +");
}
