/* SPDX-License-Identifier: Apache-2.0 */
#include "import/event_file.h"
