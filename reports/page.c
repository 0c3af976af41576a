// SPDX-License-Identifier: GPL-2.0-only
#include "reports/page.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "reports/markdown.h"
#include "reports/text.h"

/* Around what others wrote. Control characters, so that no printable text holds them. */
#define QUOTE_BEGIN '\001'
#define QUOTE_END   '\002'

#define INDENT         2
#define COMMAND_INDENT 4

char *dcb_page_quote(const char *text)
{
	_cleanup_free_ char *clean = dcb_text_printable(text);

	return clean ? dcb_format("%c%s%c", QUOTE_BEGIN, clean, QUOTE_END) : NULL;
}

/* ---- texts as they are written ---- */

static char *drop_quotes(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from != QUOTE_BEGIN && *from != QUOTE_END)
			*to++ = *from;
	*to = '\0';
	return text;
}

/* One stretch of `text`, of own words or, where it begins with QUOTE_BEGIN, of others'. */
static char *markdown_stretch(const char *text, size_t n)
{
	_cleanup_free_ char *part = strndup(text, n);

	if (!part)
		return NULL;
	return *part == QUOTE_BEGIN ? dcb_markdown_code(drop_quotes(part))
				    : dcb_markdown_escape(drop_quotes(part));
}

static char *to_markdown(const char *text)
{
	static const char begin[] = {QUOTE_BEGIN, '\0'}, end[] = {QUOTE_END, '\0'};
	char *all = strdup("");

	while (all && *text) {
		size_t n = strcspn(text, *text == QUOTE_BEGIN ? end : begin);
		_cleanup_free_ char *part = markdown_stretch(text, n);
		char *longer = part ? dcb_format("%s%s", all, part) : NULL;

		free(all);
		all = longer;
		text += n;
	}
	return all;
}

/* Takes `text` over. */
static char *render(const struct dcb_page *page, char *text)
{
	char *rendered;

	if (!text || !page->markdown)
		return text ? drop_quotes(text) : NULL;
	rendered = to_markdown(text);
	free(text);
	return rendered;
}

/* ---- breaking lines ---- */

/* A line of Markdown that begins with anything but a letter could begin a list, a heading... */
static bool may_begin_line(const struct dcb_page *page, const char *text)
{
	return !page->markdown || isalpha((unsigned char)*text) || *text == '(';
}

static const char *skip_columns(const char *text, size_t columns)
{
	for (; *text; text++) {
		if (((unsigned char)*text & 0xc0) == 0x80)
			continue;
		if (columns-- == 0)
			break;
	}
	return text;
}

/* Bytes of `text` that go on a line of `columns`. */
static size_t fitting(const struct dcb_page *page, const char *text, size_t columns)
{
	const char *limit = skip_columns(text, columns), *cut = NULL;

	if (!*limit)
		return strlen(text);
	for (const char *c = text; *c && (c <= limit || (page->markdown && !cut)); c++)
		if (*c == ' ' && c > text && may_begin_line(page, c + 1))
			cut = c;
	if (cut)
		return (size_t)(cut - text);
	/* One word longer than a line. */
	return page->markdown ? strlen(text) : (size_t)(limit - text);
}

static void print_wrapped(const struct dcb_page *page, const char *text, size_t first_indent,
			  size_t indent, enum dcb_colour colour)
{
	size_t left = first_indent;

	do {
		size_t columns = page->width > left + 8 ? page->width - left : 8;
		size_t n = fitting(page, text, columns);
		_cleanup_free_ char *line = strndup(text, n);

		fprintf(page->file, "%*s", (int)left, "");
		dcb_colour_print(line ? line : "", colour, page->colour, page->file);
		fputc('\n', page->file);
		text += n;
		text += *text == ' ';
		left = indent;
	} while (*text);
}

/* ---- what a page is made of ---- */

/* Plain text keeps together what stands under a heading. */
static void begin(struct dcb_page *page, int kind)
{
	bool apart = kind == DCB_PAGE_HEADING;

	if (page->markdown)
		apart = kind != DCB_PAGE_ITEM || page->last != DCB_PAGE_ITEM;
	if (apart && page->last != DCB_PAGE_NOTHING)
		fputc('\n', page->file);
	page->last = kind;
}

static void print_rule(const struct dcb_page *page, const char *text, char with)
{
	size_t n = dcb_text_width(text);

	for (size_t i = 0; i < n && i < page->width; i++)
		fputc(with, page->file);
	fputc('\n', page->file);
}

int dcb_page_heading(struct dcb_page *page, int level, char *text, enum dcb_colour colour)
{
	_cleanup_free_ char *rendered = render(page, text);

	if (!rendered)
		return -ENOMEM;
	begin(page, DCB_PAGE_HEADING);
	if (page->markdown) {
		fprintf(page->file, "%.*s %s\n", level, "###", rendered);
		return 0;
	}
	print_wrapped(page, rendered, 0, 0, colour);
	if (level < 3)
		print_rule(page, rendered, level == 1 ? '=' : '-');
	return 0;
}

int dcb_page_line(struct dcb_page *page, char *text)
{
	_cleanup_free_ char *rendered = render(page, text);
	size_t indent = page->markdown ? 0 : INDENT;

	if (!rendered)
		return -ENOMEM;
	begin(page, DCB_PAGE_TEXT);
	print_wrapped(page, rendered, indent, indent, DCB_COLOUR_NONE);
	return 0;
}

int dcb_page_item(struct dcb_page *page, char *text, enum dcb_colour colour)
{
	_cleanup_free_ char *rendered = render(page, text);

	if (!rendered)
		return -ENOMEM;
	begin(page, DCB_PAGE_ITEM);
	if (page->markdown)
		fputs("- ", page->file);
	print_wrapped(page, rendered, page->markdown ? 0 : INDENT,
		      page->markdown ? INDENT : 2 * INDENT, colour);
	return 0;
}

/* In plain text a short caption stands in the head, and the rows are indented under it. */
#define CAPTION_IN_HEAD 30

int dcb_page_table(struct dcb_page *page, char *caption, struct dcb_grid *grid)
{
	int r;

	if (!caption)
		return -ENOMEM;
	if (page->markdown) {
		r = dcb_page_line(page, caption);
		begin(page, DCB_PAGE_TABLE);
		return r < 0 ? r : dcb_grid_print_markdown(grid, page->file);
	}
	if (page->last == DCB_PAGE_TABLE)
		fputc('\n', page->file);
	if (dcb_text_width(caption) <= CAPTION_IN_HEAD) {
		r = dcb_grid_name(grid, drop_quotes(caption));
		free(caption);
	} else {
		r = dcb_page_line(page, caption);
		if (r == 0)
			r = dcb_grid_name(grid, "");
	}
	begin(page, DCB_PAGE_TABLE);
	return r < 0 ? r : dcb_grid_print(grid, page->width, page->colour, page->file);
}

/* A word without quotes may go on in the next line's first column. */
static size_t print_word(const struct dcb_page *page, const char *word, size_t column)
{
	bool quoted = strpbrk(word, "'\\") != NULL;
	size_t n = dcb_text_width(word);

	/* Behind the last part goes " \\", behind the others a backslash alone. */
	while (!quoted && page->width > column + 2 && n > page->width - column - 2) {
		size_t fits = page->width - column - 1;

		fits = fits < n ? fits : n - 1;
		fprintf(page->file, "%.*s\\\n", (int)fits, word);
		word += fits;
		n -= fits;
		column = 0;
	}
	fputs(word, page->file);
	return column + n;
}

/* An option stays beside its value; room is left for " \\". */
static size_t width_together(const char *const *words)
{
	size_t n = dcb_text_width(words[0]) + 2;

	if (strncmp(words[0], "--", 2) == 0 && words[1])
		n += 1 + dcb_text_width(words[1]);
	return n;
}

int dcb_page_command(struct dcb_page *page, const char *const *words)
{
	size_t indent = page->markdown ? 0 : COMMAND_INDENT, column = indent;
	bool first = true;

	begin(page, DCB_PAGE_TEXT);
	if (page->markdown)
		fputs("```sh\n", page->file);
	fprintf(page->file, "%*s", (int)indent, "");
	for (; *words; words++) {
		/* Room is left for " \". */
		if (!first && column + 1 + width_together(words) > page->width) {
			fprintf(page->file, " \\\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			fputc(' ', page->file);
			column++;
		}
		column = print_word(page, *words, column);
		first = false;
	}
	fputs(page->markdown ? "\n```\n" : "\n", page->file);
	return 0;
}
