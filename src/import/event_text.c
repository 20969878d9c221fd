/* SPDX-License-Identifier: Apache-2.0 */
#include "import/event_text.h"
