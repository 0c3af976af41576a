/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Text on its way into Markdown as GitHub and GitLab read it (GFM 0.29): nothing in it becomes
 * markup, a link, a mention or a number of an issue. It should still read well unrendered.
 */

/* Backslashes before what would be markup in the middle of a line; malloc'd, NULL on lack of
 * memory. For names and figures; what others wrote goes into dcb_markdown_code(). */
char *dcb_markdown_escape(const char *text);
/* A code span, whatever backticks stand in it: no mention or reference works in there; malloc'd,
 * NULL on lack of memory. "" gives "". */
char *dcb_markdown_code(const char *text);
