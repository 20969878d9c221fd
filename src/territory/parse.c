/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The text of a territory, read strictly: one line, one thing, single spaces, nothing in between. The format
 * is told in docs/formats/territory.md. Two passes are hidden in one: places are taken down as they come, and
 * when an epoch's places are over they are sorted, so that a mapping finds both its ends at once. Links are
 * collected as pairs and laid out both ways when the text has ended.
 */

#include "territory/territory_internal.h"

#include "base/limits.h"
#include "base/macros.h"
#include "base/str.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LINE "sandbank-places 1"

struct pair {
    sb_place_index old, new;
};

struct parser {
    struct sb_territory *territory; /* owned until it is handed over */
    struct pair *pairs;             /* owned, in the order of their old place */
    uint32_t *lines;                /* owned: the line of each place, for errors */
    bool *mapped;                   /* owned: by index, whether a line of a mapping tells of it */
    uint32_t place_room, pair_room, pair_count;
    uint32_t line; /* from 1 */
    bool in_mapping, same_codes;
    sb_place_index inside[4]; /* by level: the place that the next smaller one lies in */
    struct sb_err *err;
};

struct span {
    char *text; /* borrowed from the territory's text */
    size_t size;
};

/* What an error shows of a text: its beginning, cut between two characters. */
static int shown(struct span span)
{
    size_t size = SB_MIN(span.size, 40);
    while (size < span.size && size > 0 && ((unsigned char)span.text[size] & 0xC0) == 0x80)
        size--;
    return (int)size;
}

static bool take_word(struct span *rest, struct span *ret_word)
{
    char *space = memchr(rest->text, ' ', rest->size);
    size_t size = space ? (size_t)(space - rest->text) : rest->size;
    *ret_word = (struct span){rest->text, size};
    rest->text += size + (space != NULL);
    rest->size -= size + (space != NULL);
    return size > 0;
}

static bool is_word(struct span span, const char *word)
{
    return span.size == strlen(word) && memcmp(span.text, word, span.size) == 0;
}

static struct sb_territory_epoch *newest_epoch(const struct parser *parser)
{
    struct sb_territory *territory = parser->territory;
    return territory->epoch_count ? &territory->epochs[territory->epoch_count - 1] : NULL;
}

/* ------------------------------------------------------------------ room */

/* Move an array to one of new_count elements. False when memory is out: the old one stays. */
static bool grow(void **array, size_t new_count, size_t size)
{
    void *moved = realloc(*array, new_count * size);
    if (!moved)
        return false;
    *array = moved;
    return true;
}

#define GROW(array, new_count)                                      \
    __extension__({                                                 \
        void *moved_ = (array);                                     \
        bool grown_ = grow(&moved_, (new_count), sizeof(*(array))); \
        (array) = moved_;                                           \
        grown_;                                                     \
    })

static enum sb_status no_memory(struct parser *parser)
{
    return sb_fail(parser->err, SB_NOMEM, "out of memory", "hết bộ nhớ");
}

static enum sb_status make_place_room(struct parser *parser)
{
    struct sb_territory *territory = parser->territory;
    if (territory->count + 1 < parser->place_room)
        return SB_OK;
    uint32_t room = parser->place_room ? parser->place_room * 2 : 256;
    if (!GROW(territory->infos, room) || !GROW(territory->ends, room) || !GROW(territory->keys, room) ||
        !GROW(territory->indexes, room) || !GROW(parser->lines, room) || !GROW(parser->mapped, room))
        return no_memory(parser);
    if (!parser->place_room)
        territory->infos[0] = (struct sb_place_info){0};
    parser->place_room = room;
    return SB_OK;
}

/* ------------------------------------------------------------------ places */

static uint8_t settlement_of(uint32_t place, const char *kind)
{
    static const struct {
        const char *kind;
        uint8_t settlement;
    } kinds[] = {
        {"xa", SB_SETTLEMENT_RURAL},
        {"phuong", SB_SETTLEMENT_URBAN},
        {"thi-tran", SB_SETTLEMENT_URBAN},
        {"dac-khu", SB_SETTLEMENT_SPECIAL},
    };
    if (SB_PLACE_LEVEL(place) != SB_PLACE_COMMUNE)
        return SB_SETTLEMENT_UNKNOWN;
    for (size_t i = 0; i < SB_ARRAY_SIZE(kinds); i++) {
        if (strcmp(kinds[i].kind, kind) == 0)
            return kinds[i].settlement;
    }
    return SB_SETTLEMENT_UNKNOWN;
}

static enum sb_status check_kind(struct parser *parser, struct span kind)
{
    bool good = kind.size > 0 && kind.size <= SB_SYMBOL_SIZE_MAX;
    for (size_t i = 0; good && i < kind.size; i++)
        good = (kind.text[i] >= 'a' && kind.text[i] <= 'z') || kind.text[i] == '-';
    if (good)
        return SB_OK;
    return sb_fail(parser->err, SB_SYNTAX,
                   "expected a kind of place, small letters a to z and '-' (such as xa), found '%.*s'",
                   "cần loại địa bàn, chữ thường a đến z và '-' (ví dụ xa), nhưng gặp '%.*s'", shown(kind),
                   kind.text);
}

static enum sb_status check_place_name(struct parser *parser, struct span name)
{
    bool good = name.size > 0 && name.size <= SB_CHARTER_TEXT_SIZE_MAX && name.text[0] != ' ';
    for (size_t i = 0; good && i < name.size; i++)
        good = (unsigned char)name.text[i] >= ' ' && name.text[i] != 0x7F;
    if (good)
        return SB_OK;
    return sb_fail(parser->err, SB_SYNTAX,
                   "expected the place's name behind its kind, at most %d bytes without control characters",
                   "cần tên địa bàn sau loại, tối đa %d byte và không có ký tự điều khiển",
                   SB_CHARTER_TEXT_SIZE_MAX);
}

/* The nearest larger place above. Only provinces have none. */
static enum sb_status find_parent(struct parser *parser, uint32_t place, struct span code,
                                  sb_place_index *ret_parent)
{
    uint32_t level = SB_PLACE_LEVEL(place);
    sb_place_index parent = 0;
    for (uint32_t above = SB_PLACE_PROVINCE; above < level; above++) {
        if (parser->inside[above])
            parent = parser->inside[above];
    }
    if (level != SB_PLACE_PROVINCE && !parent)
        return sb_fail(parser->err, SB_SYNTAX, "expected a province before '%.*s'",
                       "cần một tỉnh trước '%.*s'", (int)code.size, code.text);
    *ret_parent = parent;
    return SB_OK;
}

static enum sb_status parse_place(struct parser *parser, struct span code, uint32_t place, struct span rest)
{
    struct span kind = {0};
    struct sb_territory *territory = parser->territory;
    struct sb_territory_epoch *epoch = newest_epoch(parser);
    if (!epoch)
        return sb_fail(parser->err, SB_SYNTAX, "expected 'epoch DATE' before the first place",
                       "cần 'epoch NGÀY' trước địa bàn đầu tiên");
    (void)take_word(&rest, &kind); /* an empty one is refused below */
    enum sb_status status = check_kind(parser, kind);
    if (!status)
        status = check_place_name(parser, rest);
    if (!status)
        status = make_place_room(parser);
    sb_place_index parent = 0;
    if (!status)
        status = find_parent(parser, place, code, &parent);
    if (status)
        return status;
    code.text[code.size] = kind.text[kind.size] = rest.text[rest.size] = '\0';
    uint32_t level = SB_PLACE_LEVEL(place);
    sb_place_index index = ++territory->count;
    territory->infos[index] = (struct sb_place_info){
        .place = place,
        .epoch = (uint16_t)(territory->epoch_count - 1),
        .settlement = settlement_of(place, kind.text),
        .parent = parent,
        .province = parent ? territory->infos[parent].province : index,
        .code = code.text,
        .kind = kind.text,
        .name = rest.text,
    };
    for (sb_place_index above = parent; above; above = territory->infos[above].parent)
        territory->ends[above] = index + 1;
    territory->ends[index] = index + 1;
    parser->lines[index] = parser->line;
    parser->mapped[index] = false;
    epoch->count++;
    parser->inside[level] = index;
    for (uint32_t below = level + 1; below < SB_ARRAY_SIZE(parser->inside); below++)
        parser->inside[below] = 0;
    return SB_OK;
}

static int compare_places(const void *a, const void *b, void *context)
{
    const struct sb_place_info *infos = context;
    uint32_t left = infos[*(const sb_place_index *)a].place, right = infos[*(const sb_place_index *)b].place;
    if (left != right)
        return left < right ? -1 : 1;
    return *(const sb_place_index *)a < *(const sb_place_index *)b ? -1 : 1;
}

/* Sort the newest epoch's places and refuse a code that stands twice. */
static enum sb_status end_places(struct parser *parser)
{
    struct sb_territory *territory = parser->territory;
    const struct sb_territory_epoch *epoch = newest_epoch(parser);
    if (epoch->count == 0)
        return sb_fail(parser->err, SB_SYNTAX, "expected the places of the epoch, found none",
                       "cần các địa bàn của thời kỳ, nhưng không có");
    sb_place_index *indexes = territory->indexes + epoch->first - 1;
    uint32_t *keys = territory->keys + epoch->first - 1;
    for (uint32_t i = 0; i < epoch->count; i++)
        indexes[i] = epoch->first + i;
    qsort_r(indexes, epoch->count, sizeof(*indexes), compare_places, territory->infos);
    for (uint32_t i = 0; i < epoch->count; i++) {
        keys[i] = territory->infos[indexes[i]].place;
        if (i == 0 || keys[i] != keys[i - 1])
            continue;
        return sb_fail(parser->err, SB_INVALID, "code %s of line %u stands in line %u already",
                       "mã %s ở dòng %u đã có ở dòng %u", territory->infos[indexes[i]].code,
                       parser->lines[indexes[i]], parser->lines[indexes[i - 1]]);
    }
    return SB_OK;
}

/* ------------------------------------------------------------------ epochs and mappings */

static enum sb_status add_pair(struct parser *parser, sb_place_index old, sb_place_index new)
{
    if (parser->pair_count == parser->pair_room) {
        uint32_t room = parser->pair_room ? parser->pair_room * 2 : 256;
        if (!GROW(parser->pairs, room))
            return no_memory(parser);
        parser->pair_room = room;
    }
    parser->pairs[parser->pair_count++] = (struct pair){old, new};
    return SB_OK;
}

static bool has_parts(const struct sb_territory *territory, sb_place_index index)
{
    return territory->ends[index] != index + 1;
}

/* Map every code that no line of the mapping told of to itself. */
static enum sb_status map_same_codes(struct parser *parser)
{
    struct sb_territory *territory = parser->territory;
    uint16_t newest = (uint16_t)(territory->epoch_count - 1);
    const struct sb_territory_epoch *before = &territory->epochs[newest - 1];
    for (sb_place_index old = before->first; old < before->first + before->count; old++) {
        sb_place_index new = sb_territory_place(territory, newest, territory->infos[old].place);
        if (parser->mapped[old] || !new || has_parts(territory, old) || has_parts(territory, new))
            continue;
        enum sb_status status = add_pair(parser, old, new);
        if (status)
            return status;
    }
    return SB_OK;
}

/* Close what is open: the places of an epoch, or its mapping. */
static enum sb_status end_section(struct parser *parser)
{
    if (!newest_epoch(parser))
        return SB_OK;
    if (!parser->in_mapping)
        return end_places(parser);
    return parser->same_codes ? map_same_codes(parser) : SB_OK;
}

static enum sb_status parse_epoch(struct parser *parser, struct span rest)
{
    struct sb_territory *territory = parser->territory;
    struct sb_date date;
    size_t used;
    if (!sb_date_parse(rest.text, rest.size, &date, &used) || used != rest.size)
        return sb_fail(parser->err, SB_SYNTAX, "expected a date YYYY-MM-DD behind 'epoch', found '%.*s'",
                       "cần ngày dạng NNNN-TT-NN sau 'epoch', nhưng gặp '%.*s'", shown(rest), rest.text);
    sb_day from = sb_day_of_date(date);
    if (newest_epoch(parser) && from <= newest_epoch(parser)->from)
        return sb_fail(parser->err, SB_INVALID, "expected an epoch later than the one before, found %.*s",
                       "cần thời kỳ muộn hơn thời kỳ trước, nhưng gặp %.*s", shown(rest), rest.text);
    if (territory->epoch_count == SB_TERRITORY_EPOCHS_MAX)
        return sb_fail(parser->err, SB_LIMIT, "more than %d epochs", "quá %d thời kỳ",
                       SB_TERRITORY_EPOCHS_MAX);
    enum sb_status status = end_section(parser);
    if (status)
        return status;
    if (!territory->epochs &&
        !(territory->epochs = calloc(SB_TERRITORY_EPOCHS_MAX, sizeof(*territory->epochs))))
        return no_memory(parser);
    territory->epochs[territory->epoch_count++] = (struct sb_territory_epoch){from, territory->count + 1, 0};
    memset(parser->inside, 0, sizeof(parser->inside));
    parser->in_mapping = parser->same_codes = false;
    return SB_OK;
}

static enum sb_status parse_mapping(struct parser *parser, struct span rest)
{
    if (parser->territory->epoch_count < 2 || parser->in_mapping)
        return sb_fail(parser->err, SB_SYNTAX,
                       "expected 'mapping' once, behind the places of the second or a later epoch",
                       "'mapping' chỉ đứng một lần, sau các địa bàn của thời kỳ thứ hai trở đi");
    if (rest.size && !is_word(rest, "same codes"))
        return sb_fail(
            parser->err, SB_SYNTAX, "expected 'same codes' or nothing behind 'mapping', found '%.*s'",
            "sau 'mapping' cần 'same codes' hoặc để trống, nhưng gặp '%.*s'", shown(rest), rest.text);
    enum sb_status status = end_section(parser);
    parser->in_mapping = true;
    parser->same_codes = rest.size > 0;
    return status;
}

/* A place of an epoch that a mapping may name: a commune, or a larger place without any inside. */
static enum sb_status find_mapped(struct parser *parser, uint16_t epoch, struct span code,
                                  sb_place_index *ret_index)
{
    uint32_t place;
    const struct sb_territory *territory = parser->territory;
    if (!sb_place_parse(code.text, code.size, &place))
        return sb_fail(parser->err, SB_SYNTAX,
                       "expected a code of 2, 3 or 5 digits and single spaces between codes, found '%.*s'",
                       "cần mã gồm 2, 3 hoặc 5 chữ số, cách nhau một dấu cách, nhưng gặp '%.*s'", shown(code),
                       code.text);
    sb_place_index index = sb_territory_place(territory, epoch, place);
    char date[SB_TIME_TEXT_SIZE];
    sb_day_print(territory->epochs[epoch].from, date);
    if (!index)
        return sb_fail(parser->err, SB_INVALID, "code %.*s names no place of the epoch from %s",
                       "mã %.*s không có trong thời kỳ từ %s", (int)code.size, code.text, date);
    if (has_parts(territory, index))
        return sb_fail(parser->err, SB_INVALID, "%.*s has places inside it: map those",
                       "%.*s có các địa bàn bên trong: hãy ánh xạ các địa bàn đó", (int)code.size, code.text);
    *ret_index = index;
    return SB_OK;
}

static enum sb_status parse_link(struct parser *parser, struct span first, struct span rest)
{
    uint16_t newest = (uint16_t)(parser->territory->epoch_count - 1);
    struct span word;
    sb_place_index old, new;
    enum sb_status status = find_mapped(parser, (uint16_t)(newest - 1), first, &old);
    if (status)
        return status;
    if (parser->mapped[old])
        return sb_fail(
            parser->err, SB_INVALID, "%.*s is mapped a second time: put all that it became in one line",
            "%.*s được ánh xạ lần thứ hai: hãy viết mọi mã mới trên một dòng", (int)first.size, first.text);
    parser->mapped[old] = true;
    if (!take_word(&rest, &word) || !is_word(word, ">") || rest.size == 0)
        return sb_fail(parser->err, SB_SYNTAX, "expected 'OLD > NEW' or 'OLD > NEW NEW ...'",
                       "cần 'CŨ > MỚI' hoặc 'CŨ > MỚI MỚI ...'");
    uint32_t of_this_line = parser->pair_count;
    while (rest.size > 0) {
        (void)take_word(&rest, &word); /* an empty one is no code and refused as such */
        status = find_mapped(parser, newest, word, &new);
        for (uint32_t i = of_this_line; !status && i < parser->pair_count; i++) {
            if (parser->pairs[i].new == new)
                status = sb_fail(parser->err, SB_INVALID, "%.*s stands twice in the line",
                                 "%.*s xuất hiện hai lần trong dòng", (int)word.size, word.text);
        }
        if (!status && parser->pair_count - of_this_line == SB_TERRITORY_REACH_MAX)
            status = sb_fail(parser->err, SB_LIMIT, "more than %d places in one line",
                             "quá %d địa bàn trong một dòng", SB_TERRITORY_REACH_MAX);
        if (!status)
            status = add_pair(parser, old, new);
        if (status)
            return status;
    }
    return SB_OK;
}

/* ------------------------------------------------------------------ lines */

static enum sb_status parse_keyword(struct parser *parser, struct span word, struct span rest)
{
    static const char *const keywords[] = {"epoch", "mapping"};
    if (is_word(word, "epoch"))
        return parse_epoch(parser, rest);
    if (is_word(word, "mapping"))
        return parse_mapping(parser, rest);
    const char *nearest = sb_text_nearest(word.text, word.size, keywords, SB_ARRAY_SIZE(keywords));
    if (nearest)
        return sb_fail(parser->err, SB_SYNTAX,
                       "expected 'epoch', 'mapping' or a code, found '%.*s'; did you mean '%s'?",
                       "cần 'epoch', 'mapping' hoặc một mã, nhưng gặp '%.*s'; có phải '%s' không?",
                       shown(word), word.text, nearest);
    return sb_fail(
        parser->err, SB_SYNTAX, "expected 'epoch', 'mapping' or a code of 2, 3 or 5 digits, found '%.*s'",
        "cần 'epoch', 'mapping' hoặc mã gồm 2, 3 hoặc 5 chữ số, nhưng gặp '%.*s'", shown(word), word.text);
}

static enum sb_status parse_line(struct parser *parser, struct span line)
{
    uint32_t place;
    struct span word, rest = line;
    if (parser->line == 1)
        return is_word(line, FIRST_LINE)
                   ? SB_OK
                   : sb_fail(parser->err, SB_VERSION, "expected '" FIRST_LINE "', found '%.*s'",
                             "cần '" FIRST_LINE "', nhưng gặp '%.*s'", shown(line), line.text);
    if (line.size == 0 || line.text[0] == '#')
        return SB_OK;
    (void)take_word(&rest, &word); /* a line that begins with a space has no first word: refused as such */
    if (!sb_place_parse(word.text, word.size, &place))
        return parse_keyword(parser, word, rest);
    return parser->in_mapping ? parse_link(parser, word, rest) : parse_place(parser, word, place, rest);
}

static enum sb_status parse_lines(struct parser *parser, size_t size)
{
    char *at = parser->territory->text, *end = at + size;
    while (at < end) {
        char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t line_size = stop ? (size_t)(stop - at) : (size_t)(end - at);
        parser->line++;
        enum sb_status status = parse_line(parser, (struct span){at, line_size});
        if (status)
            return status;
        at += line_size + 1;
    }
    if (parser->line == 0)
        parser->line = 1;
    if (!newest_epoch(parser))
        return sb_fail(parser->err, SB_SYNTAX, "expected at least one 'epoch DATE' with places",
                       "cần ít nhất một 'epoch NGÀY' có địa bàn");
    return end_section(parser);
}

/* ------------------------------------------------------------------ links */

/* Lay the pairs out by one of their ends: count, sum up, put. */
static bool lay_out(const struct parser *parser, bool by_old, struct sb_territory_links *links)
{
    uint32_t count = parser->territory->count;
    links->starts = calloc((size_t)count + 2, sizeof(*links->starts));
    links->links = calloc((size_t)parser->pair_count + 1, sizeof(*links->links));
    uint32_t *next = calloc((size_t)count + 2, sizeof(*next));
    if (!links->starts || !links->links || !next) {
        free(next);
        return false; /* what was made belongs to the territory, which is freed */
    }
    for (uint32_t i = 0; i < parser->pair_count; i++)
        links->starts[(by_old ? parser->pairs[i].old : parser->pairs[i].new) + 1]++;
    for (uint32_t i = 1; i <= count + 1; i++)
        links->starts[i] += links->starts[i - 1];
    memcpy(next, links->starts, ((size_t)count + 2) * sizeof(*next));
    for (uint32_t i = 0; i < parser->pair_count; i++) {
        struct pair pair = parser->pairs[i];
        links->links[next[by_old ? pair.old : pair.new]++] = by_old ? pair.new : pair.old;
    }
    free(next);
    return true;
}

/*
 * Following a place visits every path, so paths are bounded here, once: visits[i] is 1 + the visits of all
 * that i leads to. Links lead to later indexes, or all to earlier ones, so going against them finds each sum
 * already made.
 */
static enum sb_status bound_visits(struct parser *parser, const struct sb_territory_links *links, bool later)
{
    const struct sb_territory *territory = parser->territory;
    uint32_t *visits = calloc((size_t)territory->count + 2, sizeof(*visits));
    if (!visits)
        return no_memory(parser);
    enum sb_status status = SB_OK;
    for (uint32_t n = 1; n <= territory->count && !status; n++) {
        sb_place_index index = later ? territory->count + 1 - n : n;
        visits[index] = 1;
        for (uint32_t i = links->starts[index]; i < links->starts[index + 1] && !status; i++) {
            visits[index] += visits[links->links[i]];
            if (visits[index] > SB_TERRITORY_REACH_MAX)
                status = sb_fail(parser->err, SB_LIMIT,
                                 "following %s (line %u) through the mappings meets more than %d places",
                                 "đi theo %s (dòng %u) qua các ánh xạ gặp quá %d địa bàn",
                                 territory->infos[index].code, parser->lines[index], SB_TERRITORY_REACH_MAX);
        }
    }
    free(visits);
    return status;
}

static enum sb_status make_links(struct parser *parser)
{
    struct sb_territory *territory = parser->territory;
    if (!lay_out(parser, true, &territory->later) || !lay_out(parser, false, &territory->earlier))
        return no_memory(parser);
    enum sb_status status = bound_visits(parser, &territory->later, true);
    return status ? status : bound_visits(parser, &territory->earlier, false);
}

/* ------------------------------------------------------------------ the whole */

static uint32_t line_of(const char *text, size_t offset)
{
    uint32_t line = 1;
    for (size_t i = 0; i < offset; i++)
        line += text[i] == '\n';
    return line;
}

static enum sb_status parse_text(struct parser *parser, const char *name, const char *text, size_t size)
{
    struct sb_territory *territory = parser->territory;
    size_t bad_at;
    if (size > SB_TERRITORY_SIZE_MAX)
        return sb_fail(parser->err, SB_LIMIT, "the text is larger than %u bytes", "văn bản lớn hơn %u byte",
                       SB_TERRITORY_SIZE_MAX);
    if (!sb_text_is_utf8(text, size, &bad_at)) {
        parser->line = line_of(text, bad_at);
        return sb_fail(parser->err, SB_SYNTAX, "expected UTF-8 text", "cần văn bản UTF-8");
    }
    territory->name = strdup(name);
    territory->text = malloc(size + 1);
    if (!territory->name || !territory->text)
        return no_memory(parser);
    memcpy(territory->text, text, size);
    territory->text[size] = '\0';
    enum sb_status status = parse_lines(parser, size);
    return status ? status : make_links(parser);
}

enum sb_status sb_territory_parse(const char *name, const char *text, size_t size,
                                  struct sb_territory **ret_territory, struct sb_err *err)
{
    struct sb_err cause = {0};
    struct parser parser = {.territory = calloc(1, sizeof(struct sb_territory)), .err = &cause};
    if (!parser.territory)
        return sb_fail(err, SB_NOMEM, "territory '%s': out of memory", "địa bàn '%s': hết bộ nhớ", name);
    enum sb_status status = parse_text(&parser, name, text, size);
    if (status) {
        if (parser.line)
            (void)sb_fail_in(&cause, "territory '%s', line %u", "địa bàn '%s', dòng %u", name, parser.line);
        else
            (void)sb_fail_in(&cause, "territory '%s'", "địa bàn '%s'", name);
        if (err)
            *err = cause;
    } else {
        *ret_territory = SB_TAKE(parser.territory);
    }
    sb_territory_free(parser.territory);
    free(parser.pairs);
    free(parser.lines);
    free(parser.mapped);
    return status;
}
