/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/lib.h"

#include "base/macros.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The public numbers are the rooms' own: a cast translates. */
#define SAME_STATUS(name) static_assert((int)SANDBANK_##name == (int)SB_##name, "one number for " #name)
SAME_STATUS(OK);
SAME_STATUS(NOMEM);
SAME_STATUS(IO);
SAME_STATUS(NOSPACE);
SAME_STATUS(NOT_FOUND);
SAME_STATUS(EXISTS);
SAME_STATUS(SYNTAX);
SAME_STATUS(INVALID);
SAME_STATUS(LIMIT);
SAME_STATUS(DAMAGED);
SAME_STATUS(MISMATCH);
static_assert((int)SANDBANK_VERSION_UNKNOWN == (int)SB_VERSION, "one number for VERSION");
SAME_STATUS(BUSY);
SAME_STATUS(END);
SAME_STATUS(INTERRUPTED);
static_assert((int)SANDBANK_ENGLISH == (int)SB_EN && (int)SANDBANK_VIETNAMESE == (int)SB_VI, "one language");
static_assert(SANDBANK_ERROR_SIZE == SB_ERR_TEXT_SIZE, "an error is copied whole");
static_assert(SANDBANK_CHARTERS_MAX == SB_CHARTER_LAYERS_MAX, "as many layers");

enum { STRUCT_SIZE_MAX = 4096 }; /* bytes: a larger size was never set at all */

const char *sandbank_version(void)
{
    return SANDBANK_VERSION;
}

const char *sandbank_status_text(enum sandbank_status status, enum sandbank_language language)
{
    bool known = (int)status >= 0 && (int)status <= (int)SANDBANK_INTERRUPTED;
    return sb_status_text(known ? (enum sb_status)status : SB_INVALID, sb_lib_lang(language));
}

void sandbank_free(char *text)
{
    free(text);
}

enum sb_lang sb_lib_lang(enum sandbank_language language)
{
    return language == SANDBANK_VIETNAMESE ? SB_VI : SB_EN;
}

enum sandbank_status sb_lib_end(enum sb_status status, const struct sb_err *err,
                                struct sandbank_error *ret_error)
{
    if (status == SB_OK || !ret_error)
        return (enum sandbank_status)status;
    ret_error->status = (enum sandbank_status)status;
    for (unsigned lang = 0; lang < 2; lang++)
        (void)snprintf(ret_error->text[lang], SANDBANK_ERROR_SIZE, "%s",
                       err->text[lang][0] ? err->text[lang]
                                          : sb_status_text(status, (enum sb_lang)lang)); /* fits: same size */
    return (enum sandbank_status)status;
}

enum sb_status sb_lib_take_struct(void *ours, size_t size, const void *theirs, struct sb_err *err)
{
    size_t given;
    memcpy(&given, theirs, sizeof(given));
    if (given < sizeof(given) || given > STRUCT_SIZE_MAX)
        return sb_fail(err, SB_INVALID, "the size of a struct is %zu: set it to its sizeof",
                       "kích thước cấu trúc là %zu: hãy đặt bằng sizeof của nó", given);
    for (size_t i = size; i < given; i++)
        if (((const char *)theirs)[i] != 0)
            return sb_fail(err, SB_INVALID, "a field of a later version of the library is set",
                           "có trường thuộc phiên bản thư viện mới hơn được đặt");
    memset(ours, 0, size);
    memcpy(ours, theirs, SB_MIN(size, given));
    return SB_OK;
}

enum sb_status sb_lib_sources(const struct sandbank_charter *charters, size_t count,
                              struct sb_source *sources, struct sb_err *err)
{
    if (count == 0 || count > SB_CHARTER_LAYERS_MAX)
        return sb_fail(err, SB_INVALID, "a law of %zu charters; expected 1 to %d",
                       "luật gồm %zu điều lệ; cần từ 1 đến %d", count, SB_CHARTER_LAYERS_MAX);
    for (size_t i = 0; i < count; i++)
        sources[i] = (struct sb_source){
            .path = charters[i].path ? charters[i].path : "charter",
            .text = charters[i].text ? charters[i].text : "",
            .size = charters[i].text ? charters[i].size : 0,
        };
    return SB_OK;
}

enum sb_status sb_lib_id(const char *name, struct sb_id *ret_id, struct sb_err *err)
{
    size_t size = name ? strnlen(name, SB_LINE_SIZE_MAX + 1) : 0;
    if (size == 0 || size > SB_LINE_SIZE_MAX)
        return sb_fail(err, SB_INVALID, "a name of %zu bytes; expected 1 to %d",
                       "tên dài %zu byte; cần từ 1 đến %d", size, SB_LINE_SIZE_MAX);
    if (!sb_id_parse(name, size, ret_id))
        *ret_id = sb_id_of_text(name, size);
    return SB_OK;
}

void sandbank_id(const char *name, char ret_id[SANDBANK_ID_SIZE])
{
    static_assert(SANDBANK_ID_SIZE == SB_ID_TEXT_SIZE, "one form of an id");
    struct sb_id id;
    if (!sb_id_parse(name, strlen(name), &id))
        id = sb_id_of_text(name, strlen(name));
    sb_id_print(id, ret_id);
}
