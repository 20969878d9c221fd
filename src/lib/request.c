/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request with its attributes by name, into an event. The table `attributes` is the list of the latter, the
 * table `verbs` of what each verb needs; the words are those of the event text (docs/formats/events.md).
 */
#include "lib/lib.h"

#include "base/macros.h"

#include <string.h>

const char *const sb_lib_level_words[3] = {"province", "district", "commune"};

enum part { PART_ID = 1, PART_KIND = 2, PART_SIDES = 4, PART_OTHER = 8, PART_ACCOUNT = 16, PART_AMOUNT = 32 };

struct verb_row {
    const char *word;
    enum sb_event_type type;
    unsigned parts; /* enum part: what it needs; what it does not need must not be there */
};

static const struct verb_row verbs[] = {
    [SANDBANK_TRANSFER] = {"transfer", SB_EVENT_TRANSFER, PART_ID | PART_KIND | PART_SIDES | PART_AMOUNT},
    [SANDBANK_RESERVE] = {"reserve", SB_EVENT_TRANSFER, PART_ID | PART_KIND | PART_SIDES | PART_AMOUNT},
    [SANDBANK_POST] = {"post", SB_EVENT_POST, PART_ID | PART_OTHER | PART_AMOUNT},
    [SANDBANK_VOID] = {"void", SB_EVENT_VOID, PART_ID | PART_OTHER},
    [SANDBANK_REVERSE] = {"reverse", SB_EVENT_REVERSE, PART_ID | PART_OTHER | PART_AMOUNT},
    [SANDBANK_OPEN] = {"open", SB_EVENT_OPEN, PART_ID | PART_ACCOUNT},
    [SANDBANK_CHANGE] = {"change", SB_EVENT_CHANGE, PART_ID | PART_ACCOUNT},
    [SANDBANK_FREEZE] = {"freeze", SB_EVENT_FREEZE, PART_ID | PART_ACCOUNT},
    [SANDBANK_CLOSE] = {"close", SB_EVENT_CLOSE, PART_ID | PART_ACCOUNT},
    [SANDBANK_REOPEN] = {"reopen", SB_EVENT_REOPEN, PART_ID | PART_ACCOUNT},
    [SANDBANK_TICK] = {"tick", SB_EVENT_TICK, 0},
};

enum form {
    FORM_ID,
    FORM_WORD,
    FORM_DATE,
    FORM_PLACE,
    FORM_NUMBER16,
    FORM_NUMBER32,
    FORM_STEPS,
    FORM_FLAGS,
    FORM_FROZEN
};

#define VERB(verb) (1u << (SANDBANK_##verb))
#define MOVES      (VERB(TRANSFER) | VERB(RESERVE))
#define SAYS       (VERB(OPEN) | VERB(CHANGE))
#define AT(member) offsetof(struct sb_event, member)

struct attribute {
    const char *name;
    unsigned verbs; /* VERB: where it may stand */
    enum form form;
    enum sb_space space; /* FORM_WORD */
    size_t at;           /* offset in the event */
    uint64_t most;       /* FORM_NUMBER */
};

static const struct attribute attributes[] = {
    {"agent", MOVES, FORM_ID, 0, AT(agent), 0},
    {"provider", MOVES, FORM_WORD, SB_SPACE_PROVIDER, AT(provider), 0},
    {"channel", MOVES, FORM_WORD, SB_SPACE_CHANNEL, AT(channel), 0},
    {"purpose", MOVES, FORM_WORD, SB_SPACE_PURPOSE, AT(purpose), 0},
    {"country", MOVES, FORM_WORD, SB_SPACE_COUNTRY, AT(country), 0},
    {"place", MOVES, FORM_PLACE, 0, AT(place), 0},
    {"steps", MOVES, FORM_STEPS, 0, AT(steps), 0},
    {"timeout", VERB(RESERVE), FORM_NUMBER32, 0, AT(timeout_s), SB_TIMEOUT_MAX},
    {"class", VERB(OPEN), FORM_WORD, SB_SPACE_CLASS, AT(attributes.class_), 0},
    {"provider", VERB(OPEN), FORM_WORD, SB_SPACE_PROVIDER, AT(attributes.provider), 0},
    {"tier", SAYS, FORM_WORD, SB_SPACE_TIER, AT(attributes.tier), 0},
    {"issuer", VERB(OPEN), FORM_WORD, SB_SPACE_ISSUER, AT(attributes.issuer), 0},
    {"sex", SAYS, FORM_WORD, SB_SPACE_SEX, AT(attributes.sex), 0},
    {"unit", VERB(OPEN), FORM_WORD, SB_SPACE_UNIT, AT(attributes.unit), 0},
    {"person", VERB(OPEN), FORM_ID, 0, AT(person), 0},
    {"place", SAYS, FORM_PLACE, 0, AT(attributes.place), 0},
    {"birth-year", SAYS, FORM_NUMBER16, 0, AT(attributes.birth_year), 9999},
    {"sim-since", SAYS, FORM_DATE, 0, AT(attributes.sim_since), 0},
    {"opened-on", VERB(OPEN), FORM_DATE, 0, AT(attributes.opened_on), 0},
    {"flags", VERB(OPEN), FORM_FLAGS, 0, AT(attributes.flags), 0},
    {"frozen", VERB(FREEZE), FORM_FROZEN, 0, AT(attributes.frozen), 0},
};
static_assert(SB_ARRAY_SIZE(attributes) <= 32, "one bit each in `seen`");

/* One request on its way. */
struct reading {
    struct sandbank_engine *engine;
    const struct attribute *attribute; /* that is being read */
    const char *value;                 /* its text; "" for none and for `?` */
    bool customer;                     /* OPEN: the class is one whose accounts may not go below zero */
    struct sb_err *err;
};

/* How many bytes of a text an error shows: not half a character. */
static int shown(const char *text, size_t size)
{
    size_t end = SB_MIN(size, (size_t)64);
    while (end > 0 && end < size && ((unsigned char)text[end] & 0xC0) == 0x80)
        end--;
    return (int)end;
}

/* Fail: what an attribute's value should be. Both texts are literals. */
#define EXPECTED(reading, en, vi)                                                         \
    sb_fail((reading)->err, SB_INVALID, "attribute '%s': expected " en ", not '%.*s'",    \
            "thuộc tính '%s': cần " vi ", không phải '%.*s'", (reading)->attribute->name, \
            shown((reading)->value, strlen((reading)->value)), (reading)->value)

/* The code of a word, journalled at the ledger's time: a request that is refused for its time must not have
 * stopped the engine with a name that came too early. */
static enum sb_status code_of(const struct reading *reading, enum sb_space space, const char *word,
                              size_t size, uint16_t *ret_code)
{
    struct sb_engine *inner = reading->engine->inner;
    enum sb_status status = sb_engine_name(inner, space, word, size, sb_ledger_time(sb_engine_ledger(inner)),
                                           ret_code, reading->err);
    return status == SB_OK ? SB_OK
                           : sb_fail_in(reading->err, "%s '%.*s'", "%s '%.*s'", sb_space_word(space),
                                        shown(word, size), word);
}

/* Digits and nothing else, at most `most`. */
static bool read_number(const char *text, size_t size, uint64_t most, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (size == 0 || size > 18)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    *ret_number = number;
    return number <= most;
}

static enum sb_status read_place(const struct reading *reading, uint32_t *ret_place)
{
    const char *colon = strchr(reading->value, ':');
    size_t level_size = colon ? (size_t)(colon - reading->value) : 0;
    for (unsigned level = 0; level < SB_ARRAY_SIZE(sb_lib_level_words); level++) {
        uint64_t number;
        if (strlen(sb_lib_level_words[level]) != level_size ||
            memcmp(sb_lib_level_words[level], reading->value, level_size) != 0 ||
            !read_number(colon + 1, strlen(colon + 1), 0xFFFFFF, &number))
            continue;
        *ret_place = SB_PLACE(level + 1, number);
        return SB_OK;
    }
    return EXPECTED(reading, "a place such as province:24 or commune:00004",
                    "địa bàn như province:24 hoặc commune:00004");
}

static enum sb_status read_date(const struct reading *reading, sb_day *ret_day)
{
    struct sb_date date;
    size_t used, size = strlen(reading->value);
    if (!sb_date_parse(reading->value, size, &date, &used) || used != size)
        return EXPECTED(reading, "a date such as 2025-09-03", "ngày như 2025-09-03");
    *ret_day = sb_day_of_date(date);
    return SB_OK;
}

/* Names of step-ups, separated by commas. */
static enum sb_status read_steps(const struct reading *reading, uint32_t *ret_steps)
{
    const char *text = reading->value;
    while (*text) {
        size_t size = strcspn(text, ",");
        uint16_t code;
        enum sb_status status = code_of(reading, SB_SPACE_STEP, text, size, &code);
        if (status != SB_OK)
            return status;
        if (code > SB_STEPS_MAX)
            return sb_fail(reading->err, SB_LIMIT, "more than %d kinds of steps", "quá %d loại bước xác thực",
                           SB_STEPS_MAX);
        *ret_steps |= UINT32_C(1) << (code - 1);
        text += size + (text[size] == ',');
    }
    return SB_OK;
}

/* One of the words that are numbers by their place in a list. */
static bool read_choice(const char *const *words, unsigned count, const char *text, uint8_t *ret_choice)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(words[i], text) == 0) {
            *ret_choice = (uint8_t)i;
            return true;
        }
    }
    return false;
}

static enum sb_status read_flags(const struct reading *reading, uint8_t *ret_flags)
{
    static const char *const words[] = {"free", "strict", "mirror", "both"}; /* by enum sb_account_flags */
    return read_choice(words, SB_ARRAY_SIZE(words), reading->value, ret_flags)
               ? SB_OK
               : EXPECTED(reading, "free, strict, mirror or both", "free, strict, mirror hoặc both");
}

static enum sb_status read_frozen(const struct reading *reading, uint8_t *ret_frozen)
{
    static const char *const words[] = {"none", "out", "in", "both"}; /* by enum sb_frozen */
    return read_choice(words, SB_ARRAY_SIZE(words), reading->value, ret_frozen)
               ? SB_OK
               : EXPECTED(reading, "in, out, both or none", "in, out, both hoặc none");
}

static enum sb_status read_word(const struct reading *reading, char *at)
{
    uint16_t code = 0;
    enum sb_status status = SB_OK;
    if (reading->value[0])
        status = code_of(reading, reading->attribute->space, reading->value, strlen(reading->value), &code);
    memcpy(at, &code, sizeof(code));
    return status;
}

static enum sb_status read_a_number(const struct reading *reading, char *at)
{
    uint64_t number = 0;
    const struct attribute *attribute = reading->attribute;
    if (reading->value[0] && !read_number(reading->value, strlen(reading->value), attribute->most, &number))
        return sb_fail(reading->err, SB_INVALID, "attribute '%s': expected a number up to %llu",
                       "thuộc tính '%s': cần một số không quá %llu", attribute->name,
                       (unsigned long long)attribute->most);
    uint16_t small = (uint16_t)number;
    uint32_t large = (uint32_t)number;
    if (attribute->form == FORM_NUMBER16)
        memcpy(at, &small, sizeof(small));
    else
        memcpy(at, &large, sizeof(large));
    return SB_OK;
}

/* Read a value into its place in the event, which is reached by offset, as the table says. */
static enum sb_status take_value(const struct reading *reading, struct sb_event *event)
{
    char *at = (char *)event + reading->attribute->at;
    bool given = reading->value[0] != '\0';
    struct sb_id id = SB_ID_NONE;
    sb_day day = SB_DAY_NONE;
    uint32_t bits = 0;
    enum sb_status status = SB_OK;
    switch (reading->attribute->form) {
    case FORM_ID:
        status = given ? sb_lib_id(reading->value, &id, reading->err) : SB_OK;
        memcpy(at, &id, sizeof(id));
        break;
    case FORM_WORD: status = read_word(reading, at); break;
    case FORM_DATE:
        status = given ? read_date(reading, &day) : SB_OK;
        memcpy(at, &day, sizeof(day));
        break;
    case FORM_PLACE:
        status = given ? read_place(reading, &bits) : SB_OK;
        memcpy(at, &bits, sizeof(bits));
        break;
    case FORM_NUMBER16:
    case FORM_NUMBER32: status = read_a_number(reading, at); break;
    case FORM_STEPS:
        status = read_steps(reading, &bits);
        memcpy(at, &bits, sizeof(bits));
        break;
    case FORM_FLAGS: status = read_flags(reading, &event->attributes.flags); break;
    case FORM_FROZEN: status = read_frozen(reading, &event->attributes.frozen); break;
    }
    return status;
}

static const struct attribute *find_attribute(const char *name, size_t size, enum sandbank_verb verb)
{
    for (size_t i = 0; i < SB_ARRAY_SIZE(attributes); i++)
        if ((attributes[i].verbs >> verb & 1) != 0 && strlen(attributes[i].name) == size &&
            memcmp(attributes[i].name, name, size) == 0)
            return &attributes[i];
    return NULL;
}

static enum sb_status unknown_attribute(const struct reading *reading, const char *name, size_t size,
                                        enum sandbank_verb verb)
{
    const char *words[SB_ARRAY_SIZE(attributes)];
    size_t count = 0;
    for (size_t i = 0; i < SB_ARRAY_SIZE(attributes); i++)
        if ((attributes[i].verbs >> verb & 1) != 0)
            words[count++] = attributes[i].name;
    const char *nearest = sb_text_nearest(name, size, words, count);
    if (nearest)
        return sb_fail(reading->err, SB_INVALID, "'%.*s' is not an attribute of %s; did you mean '%s='?",
                       "'%.*s' không phải là thuộc tính của %s; có phải '%s=' không?", shown(name, size),
                       name, verbs[verb].word, nearest);
    return sb_fail(reading->err, SB_INVALID, "'%.*s' is not an attribute of %s",
                   "'%.*s' không phải là thuộc tính của %s", shown(name, size), name, verbs[verb].word);
}

static enum sb_status read_attribute(struct reading *reading, const char *text, enum sandbank_verb verb,
                                     struct sb_lib_request *request)
{
    size_t name_size = strcspn(text, "=");
    const struct attribute *attribute = find_attribute(text, name_size, verb);
    if (!attribute || text[name_size] != '=')
        return unknown_attribute(reading, text, name_size, verb);
    uint32_t bit = UINT32_C(1) << (attribute - attributes);
    if ((request->seen & bit) != 0)
        return sb_fail(reading->err, SB_INVALID, "attribute '%s' is there twice",
                       "thuộc tính '%s' có hai lần", attribute->name);
    request->seen |= bit;
    reading->attribute = attribute;
    reading->value = strcmp(text + name_size, "=?") == 0 ? "" : text + name_size + 1;
    if (strnlen(reading->value, SB_LINE_SIZE_MAX + 1) > SB_LINE_SIZE_MAX)
        return sb_fail(reading->err, SB_INVALID, "attribute '%s' has more than %d bytes",
                       "thuộc tính '%s' dài quá %d byte", attribute->name, SB_LINE_SIZE_MAX);
    /* The same rule as of event texts: who serves the public may not spend what it does not have. */
    static const char *const customers[] = {"subscriber", "merchant", "agent"};
    uint8_t which;
    if (attribute->at == AT(attributes.class_))
        reading->customer = read_choice(customers, SB_ARRAY_SIZE(customers), reading->value, &which);
    return take_value(reading, &request->event);
}

static bool was_seen(const struct sb_lib_request *request, size_t at)
{
    for (size_t i = 0; i < SB_ARRAY_SIZE(attributes); i++)
        if (attributes[i].at == at && (request->seen >> i & 1) != 0)
            return true;
    return false;
}

static enum sb_status read_attributes(struct reading *reading, const struct sandbank_request *theirs,
                                      struct sb_lib_request *request)
{
    struct sb_event *event = &request->event;
    enum sb_status status = SB_OK;
    if (theirs->verb == SANDBANK_OPEN)
        event->attributes.opened_on = SB_DAY_NONE;
    if (theirs->verb == SANDBANK_OPEN || theirs->verb == SANDBANK_CHANGE)
        event->attributes.sim_since = SB_DAY_NONE;
    for (const char *const *at = theirs->attributes; at && *at && status == SB_OK; at++)
        status = read_attribute(reading, *at, theirs->verb, request);
    if (status == SB_OK && theirs->verb == SANDBANK_FREEZE && request->seen == 0)
        status = sb_fail(reading->err, SB_INVALID, "a freeze needs the attribute 'frozen'",
                         "freeze cần thuộc tính 'frozen'");
    if (status != SB_OK || theirs->verb != SANDBANK_OPEN)
        return status;
    if (!was_seen(request, AT(attributes.flags)))
        event->attributes.flags = reading->customer ? SB_A_DEBITS_MAY_NOT_EXCEED_CREDITS : 0;
    if (!was_seen(request, AT(attributes.unit)))
        event->attributes.unit = sb_ledger_plan(sb_engine_ledger(reading->engine->inner))->unit;
    return SB_OK;
}

/* A text that a verb needs, or must not have. */
static enum sb_status check_part(const struct reading *reading, enum sandbank_verb verb, bool needed,
                                 bool given, const char *name)
{
    if (needed == given)
        return SB_OK;
    return given ? sb_fail(reading->err, SB_INVALID, "%s has no '%s'", "%s không có '%s'", verbs[verb].word,
                           name)
                 : sb_fail(reading->err, SB_INVALID, "%s needs '%s'", "%s cần '%s'", verbs[verb].word, name);
}

static enum sb_status check_parts(const struct reading *reading, const struct sandbank_request *theirs)
{
    unsigned parts = verbs[theirs->verb].parts;
    const struct {
        const char *name;
        unsigned part;
        bool given;
    } rows[] = {
        {"id", PART_ID, theirs->id != NULL},          {"kind", PART_KIND, theirs->kind != NULL},
        {"from", PART_SIDES, theirs->from != NULL},   {"to", PART_SIDES, theirs->to != NULL},
        {"other", PART_OTHER, theirs->other != NULL}, {"account", PART_ACCOUNT, theirs->account != NULL},
    };
    enum sb_status status = SB_OK;
    for (size_t i = 0; i < SB_ARRAY_SIZE(rows) && status == SB_OK; i++)
        status = check_part(reading, theirs->verb, (parts & rows[i].part) != 0, rows[i].given, rows[i].name);
    if (status == SB_OK && (parts & PART_AMOUNT) == 0)
        status = check_part(reading, theirs->verb, false, theirs->amount != 0, "amount");
    return status;
}

static enum sb_status read_parts(struct reading *reading, const struct sandbank_request *theirs,
                                 struct sb_event *event)
{
    unsigned parts = verbs[theirs->verb].parts;
    enum sb_status status = SB_OK;
    event->amount = theirs->amount;
    if ((parts & PART_ID) != 0)
        status = sb_lib_id(theirs->id, &event->id, reading->err);
    if (status == SB_OK && (parts & PART_SIDES) != 0)
        status = sb_lib_id(theirs->from, &event->payer, reading->err);
    if (status == SB_OK && (parts & PART_SIDES) != 0)
        status = sb_lib_id(theirs->to, &event->payee, reading->err);
    if (status == SB_OK && (parts & PART_OTHER) != 0)
        status = sb_lib_id(theirs->other, &event->other, reading->err);
    if (status == SB_OK && (parts & PART_ACCOUNT) != 0)
        status = sb_lib_id(theirs->account, &event->account, reading->err);
    if (status == SB_OK && (parts & PART_KIND) != 0)
        status = code_of(reading, SB_SPACE_KIND, theirs->kind, strlen(theirs->kind), &event->kind);
    return status;
}

enum sb_status sb_lib_read_request(struct sandbank_engine *engine, const struct sandbank_request *request,
                                   sb_time_us *now, struct sb_lib_request *ret_request, struct sb_err *err)
{
    struct reading reading = {.engine = engine, .err = err};
    struct sb_lib_request read = {.seen = 0};
    if (request->verb < SANDBANK_TRANSFER || request->verb > SANDBANK_TICK)
        return sb_fail(err, SB_INVALID, "there is no verb %d", "không có động từ %d", (int)request->verb);
    read.event.type = (uint8_t)verbs[request->verb].type;
    read.event.flags = (uint8_t)((request->verb == SANDBANK_RESERVE ? SB_F_PENDING : 0) |
                                 (request->linked ? SB_F_LINKED : 0));
    read.event.time = request->time_us == SANDBANK_NOW ? *now : request->time_us;
    if (read.event.time < SB_TIME_MIN || read.event.time > SB_TIME_MAX)
        return sb_fail(err, SB_INVALID, "a time outside the years 1 to 9999",
                       "thời điểm ngoài các năm từ 1 đến 9999");
    enum sb_status status = check_parts(&reading, request);
    if (status == SB_OK)
        status = read_parts(&reading, request, &read.event);
    if (status == SB_OK)
        status = read_attributes(&reading, request, &read);
    if (status != SB_OK)
        return status;
    *now = SB_MAX(*now, read.event.time);
    *ret_request = read;
    return SB_OK;
}

/* The attributes that an account will have when its turn in the group comes; false when nobody knows it. */
static bool stand_before(const struct sandbank_engine *engine, const struct sb_lib_request *group,
                         size_t first, size_t n, struct sb_event *ret_event)
{
    struct sb_account_view view;
    for (size_t i = n; i-- > first;) {
        const struct sb_event *event = &group[i].event;
        if ((event->type == SB_EVENT_OPEN || event->type == SB_EVENT_CHANGE) &&
            sb_id_equal(event->account, group[n].event.account)) {
            *ret_event = *event;
            return true;
        }
    }
    if (!sb_ledger_account(sb_engine_ledger(engine->inner), group[n].event.account, &view))
        return false;
    ret_event->attributes.tier = view.tier;
    ret_event->attributes.sex = view.sex;
    ret_event->attributes.birth_year = view.birth_year;
    ret_event->attributes.place = view.place;
    ret_event->attributes.sim_since = view.sim_since;
    return true;
}

void sb_lib_complete_change(const struct sandbank_engine *engine, struct sb_lib_request *group, size_t first,
                            size_t n)
{
    struct sb_lib_request *request = &group[n];
    struct sb_event before = {.type = SB_EVENT_CHANGE};
    if (request->event.type != SB_EVENT_CHANGE || !stand_before(engine, group, first, n, &before))
        return;
    struct sb_event *event = &request->event;
    if (!was_seen(request, AT(attributes.tier)))
        event->attributes.tier = before.attributes.tier;
    if (!was_seen(request, AT(attributes.sex)))
        event->attributes.sex = before.attributes.sex;
    if (!was_seen(request, AT(attributes.birth_year)))
        event->attributes.birth_year = before.attributes.birth_year;
    if (!was_seen(request, AT(attributes.place)))
        event->attributes.place = before.attributes.place;
    if (!was_seen(request, AT(attributes.sim_since)))
        event->attributes.sim_since = before.attributes.sim_since;
}
