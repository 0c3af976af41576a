/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Reads a kernel console for what went wrong. */

#include <stddef.h>

#include "machines/boot.h"

/* Fills at most 8 findings, one a name, in order of appearance; lines are malloc'd. */
size_t dcb_console_scan(const char *text, size_t size, struct dcb_console_finding findings[8]);
