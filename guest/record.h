/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What the two halves of guest/protocol.h must agree on. */

#include "guest/protocol.h"

#define DCB_RECORD_MAX_ITERATION 1000000
#define DCB_RECORD_MAX_THREAD    4095
#define DCB_RECORD_MAX_UPTIME_S  1e9

const char *dcb_record_type_name(enum dcb_record_type type);
