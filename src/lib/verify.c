/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/lib.h"

#include <sandbank/journal.h>

#include "base/macros.h"
#include "replay/verify.h"

#include <string.h>

enum sandbank_status sandbank_verify(const char *folder, const uint8_t *public_key,
                                     struct sandbank_verification *verification, struct sandbank_error *error)
{
    struct sb_err err = {0};
    struct sb_verify verify = {.os = sb_os_real(), .dir = folder, .key = public_key};
    struct sb_verification found;
    struct sandbank_verification taken;
    enum sb_status status = sb_lib_take_struct(&taken, sizeof(taken), verification, &err);
    if (status == SB_OK)
        status = sb_verify_journal(&verify, &found, &err);
    if (status == SB_OK) {
        taken.size = verification->size;
        taken.batches = found.batches;
        taken.events = found.events;
        taken.checkpoints = found.checkpoints;
        taken.signed_checkpoints = found.signed_checkpoints;
        taken.closed = found.closed;
        taken.synthetic = (found.info.flags & SB_JOURNAL_SYNTHETIC) != 0;
        memcpy(verification, &taken, SB_MIN(verification->size, sizeof(taken)));
    }
    return sb_lib_end(status, &err, error);
}
