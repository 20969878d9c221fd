/* SPDX-License-Identifier: Apache-2.0 */
/* Supervision: balances, the largest accounts, ceilings. */
#include "net/routes.h"
#include "net/supervise.h"

void sb_get_supervision(struct sb_call *call)
{
    struct sb_err err = {0};
    json_t *root = NULL;
    if (sb_supervise(call->pilot, &root, &err) == SB_OK)
        sb_answer_json(call, 200, root);
    else
        sb_answer_failure(call, &err, NULL);
}
