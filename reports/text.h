/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Text that came from elsewhere (consoles of hostile guests, names of users) on its way to a
 * terminal or into JSON.
 */

#include <stddef.h>

/* Valid UTF-8 of printable characters: what is not becomes '?', so that no escape sequence reaches
 * a terminal. NULL gives "". malloc'd. */
char *dcb_text_printable(const char *text);
/* Valid UTF-8, control characters kept: for JSON, which escapes them. NULL gives NULL; malloc'd. */
char *dcb_text_utf8(const char *text);
/* Columns, one a character. */
size_t dcb_text_width(const char *text);
/* Cuts to `width` columns in place, ".." at the end where something is lost. */
void dcb_text_cut(char *text, size_t width);
