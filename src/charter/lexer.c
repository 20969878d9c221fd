/* SPDX-License-Identifier: Apache-2.0 */
#include "charter/charter.h"
