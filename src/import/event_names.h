/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What a reader of texts remembers by id: the text that an id was made of (for people), and the attributes
 * that it last said an account has (a change names only what differs). An open-addressing table; entries
 * never go away.
 */

#include "base/arena.h"
#include "base/event.h"

/* The attributes of an account that may change. */
struct sb_changeable {
    uint16_t tier, sex, birth_year;
    uint32_t place;
    sb_day sim_since;
};

struct sb_event_name {
    struct sb_id id;
    char *text; /* in the arena, NUL-terminated; NULL when the id itself was written */
    struct sb_changeable attributes;
};

struct sb_event_names {
    struct sb_event_name *slots; /* owned; a slot whose id is none is empty */
    size_t count, room;          /* room: a power of two, at most half full */
    struct sb_arena texts;
};

void sb_event_names_init(struct sb_event_names *names);
void sb_event_names_release(struct sb_event_names *names);

/*
 * The entry of an id, made when it is new: with a copy of the text (NULL: none) and all attributes unknown.
 * Requires an id that is not none. Borrowed until the next entry is made. NULL when memory is out.
 */
struct sb_event_name *sb_event_names_entry(struct sb_event_names *names, struct sb_id id, const char *text,
                                           size_t size);

/* The entry of an id, or NULL. */
const struct sb_event_name *sb_event_names_find(const struct sb_event_names *names, struct sb_id id);

/* The flags that an account of a class has unless its line says others: a customer cannot spend what it does
 * not have. */
uint8_t sb_event_flags_of_class(const char *class_word, size_t size);
