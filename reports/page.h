/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * A report as headings, lines, items, tables and commands, written as it is told: as plain text
 * within a width, or as Markdown. What is said is decided elsewhere, once for both.
 *
 * Every text is malloc'd and taken over, so that dcb_format() can stand in the call; NULL is
 * -ENOMEM. What others wrote goes through dcb_page_quote() first.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "reports/grid.h"

struct dcb_page {
	FILE *file;
	bool markdown;
	size_t width; /* columns; Markdown's tables and words longer than that go beyond it */
	bool colour;  /* of plain text */
	/* What was written last, for the empty lines between. */
	enum {
		DCB_PAGE_NOTHING,
		DCB_PAGE_HEADING,
		DCB_PAGE_TEXT,
		DCB_PAGE_ITEM,
		DCB_PAGE_TABLE
	} last;
};

/* Words of a guest, a console, a user: printable, and in Markdown a code span. malloc'd. */
char *dcb_page_quote(const char *text);

/* level 1: the title, 2: a part of a long report, 3: a section. */
int dcb_page_heading(struct dcb_page *page, int level, char *text, enum dcb_colour colour);
/* A paragraph. */
int dcb_page_line(struct dcb_page *page, char *text);
/* A line of a list, whose further lines stand under its text. */
int dcb_page_item(struct dcb_page *page, char *text, enum dcb_colour colour);
/* A table with a line over it. */
int dcb_page_table(struct dcb_page *page, char *caption, struct dcb_grid *grid);
/* A shell command, broken by backslashes where it is too long; `words` is NULL-terminated,
 * shell-quoted and stays the caller's. A quoted word is not broken. */
int dcb_page_command(struct dcb_page *page, const char *const *words);
