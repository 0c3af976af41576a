/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <stdint.h>

/* Unix time in microseconds. */
int64_t dcb_clock_unix_us(void);
