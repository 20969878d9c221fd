/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What the files of this room share. */

#include "os/os.h"

/* The machine's number of an open file of sb_os_real(). */
int sb_file_descriptor(const struct sb_file *file);
