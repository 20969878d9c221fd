/* SPDX-License-Identifier: Apache-2.0 */
/* Fees: from the tree to the plan's tables. */
#include "charter/compile_internal.h"

#include <string.h>

/* The code of a class, which got one with all other names. */
static uint16_t class_of(const struct sb_compile *compile, enum sb_party party, const struct sb_word *class_)
{
    return party == SB_PARTY_HOUSE
               ? sb_symbols_find(compile->symbols, SB_SPACE_CLASS, class_->text, strlen(class_->text))
               : 0;
}

enum sb_status sb_compile_fee(struct sb_compile *compile, struct sb_compiled_sentence *compiled)
{
    const struct sb_fee *written = compiled->sentence->kept.fee;
    struct sb_plan_fee *fee = sb_compile_push(compile, &compile->fees, sizeof(*fee));
    if (!fee)
        return sb_compile_no_memory(compile);
    compiled->counter = (uint16_t)(compile->fees.count - 1); /* a rule each: few enough */
    *fee = (struct sb_plan_fee){
        .bands_first = compile->bands.count,
        .bands_count = written->row_count,
        .rule = compiled->rule,
        .provider = compile->plan->layers[compiled->layer].provider,
        .payer_class = class_of(compile, written->payer, &written->payer_class),
        .receiver_class = class_of(compile, written->receiver, &written->receiver_class),
        .payer = (uint8_t)written->payer,
        .receiver = (uint8_t)written->receiver,
        .counted = written->counted,
        .returned = written->returned,
    };
    for (uint32_t i = 0; i < written->row_count; i++) {
        struct sb_plan_band *band = sb_compile_push(compile, &compile->bands, sizeof(*band));
        if (!band)
            return sb_compile_no_memory(compile);
        *band = (struct sb_plan_band){.up_to = written->rows[i].any ? INT64_MAX : written->rows[i].up_to,
                                      .charge = written->rows[i].charge};
    }
    return SB_OK;
}
