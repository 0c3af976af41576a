/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Fields by RFC 4180: quoted where they hold a comma, a quote or a line end. */

#include <stdio.h>

/* What RFC 4180 ends a record with. */
#define DCB_CSV_END "\r\n"

/* Printable UTF-8 (reports/text.h); NULL is the empty field. -ENOMEM. */
int dcb_csv_print(const char *text, FILE *file);
