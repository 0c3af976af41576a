/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Markup on its way to a file. What comes from outside can only pass as an argument, and every
 * argument is escaped. */

#include <stdio.h>

/* `error`: the first that happened (negative errno), after which nothing more is written. */
struct dcb_markup {
	FILE *file;
	int error;
};

/*
 * Knows a few of printf's conversions: %s, always made printable and escaped, for text and for
 * attributes in double quotes (NULL gives nothing); %d, %u, %zu and %ld; %f: a coordinate with at
 * most two decimals that no locale changes, 0 for what is not finite; and %%. Any other is a bug.
 */
void dcb_markup_put(struct dcb_markup *markup, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Trusted text as it is, such as the style sheet. */
void dcb_markup_raw(struct dcb_markup *markup, const char *text);
