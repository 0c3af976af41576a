/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * INI files: [section], key = value, comments by # or ; at the start of a line. Own code, as the
 * common library (inih) does not report a section without keys, nor the line of a key.
 */

#include <stddef.h>

struct dcb_error;

/* key and value are NULL for the section line itself. A negative result stops the reading; the
 * message should name `where` ("file:line"). */
typedef int (*dcb_ini_handler)(void *context, const char *where, const char *section,
			       const char *key, const char *value, struct dcb_error *err);

int dcb_ini_read(const char *path, dcb_ini_handler handler, void *context, struct dcb_error *err);
