// SPDX-License-Identifier: GPL-2.0-only
#include "reports/grid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/markdown.h"
#include "reports/text.h"

#define INDENT 2
#define GAP    2
#define LEAST  4 /* columns that are left of a cell, however narrow the terminal */

struct cell {
	char *text; /* NULL: empty */
	size_t span;
	enum dcb_colour colour;
};

struct dcb_grid {
	size_t n_columns;
	struct cell *cells; /* n_rows * n_columns */
	size_t n_rows;
	bool *right; /* n_columns */
};

int dcb_grid_new(size_t n_columns, struct dcb_grid **ret_grid)
{
	struct dcb_grid *grid = calloc(1, sizeof(*grid));

	if (!grid)
		return -ENOMEM;
	grid->n_columns = n_columns;
	grid->right = calloc(n_columns, sizeof(*grid->right));
	if (!grid->right) {
		free(grid);
		return -ENOMEM;
	}
	*ret_grid = grid;
	return 0;
}

void dcb_grid_free(struct dcb_grid *grid)
{
	if (!grid)
		return;
	for (size_t i = 0; i < grid->n_rows * grid->n_columns; i++)
		free(grid->cells[i].text);
	free(grid->cells);
	free(grid->right);
	free(grid);
}

void dcb_grid_align_right(struct dcb_grid *grid, size_t column)
{
	grid->right[column] = true;
}

int dcb_grid_row(struct dcb_grid *grid)
{
	size_t n = grid->n_rows * grid->n_columns;
	struct cell *cells;

	cells = realloc(grid->cells, (n + grid->n_columns) * sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	memset(cells + n, 0, grid->n_columns * sizeof(*cells));
	grid->cells = cells;
	grid->n_rows++;
	return 0;
}

int dcb_grid_set(struct dcb_grid *grid, size_t column, size_t span, char *text,
		 enum dcb_colour colour)
{
	struct cell *cell = &grid->cells[(grid->n_rows - 1) * grid->n_columns + column];

	free(cell->text);
	*cell = (struct cell){text, span, colour};
	return text ? 0 : -ENOMEM;
}

int dcb_grid_name(struct dcb_grid *grid, const char *name)
{
	for (size_t i = 0; i < grid->n_rows; i++) {
		struct cell *cell = &grid->cells[i * grid->n_columns];
		char *text = i ? dcb_format("  %s", cell->text ? cell->text : "") : strdup(name);

		if (!text)
			return -ENOMEM;
		free(cell->text);
		cell->text = text;
		cell->span = 1;
	}
	return 0;
}

static size_t span_width(const size_t *widths, size_t column, size_t span)
{
	size_t width = 0;

	for (size_t i = column; i < column + span; i++)
		width += widths[i] + (i > column ? GAP : 0);
	return width;
}

/* Cells of one column first; what spans several widens the last of them. */
static void measure(const struct dcb_grid *grid, size_t *widths)
{
	memset(widths, 0, grid->n_columns * sizeof(*widths));
	for (int spanning = 0; spanning < 2; spanning++) {
		for (size_t i = 0; i < grid->n_rows * grid->n_columns; i++) {
			const struct cell *cell = &grid->cells[i];
			size_t column = i % grid->n_columns, has, needs;

			if (!cell->text || (cell->span > 1) != spanning)
				continue;
			needs = dcb_text_width(cell->text);
			has = span_width(widths, column, cell->span);
			if (needs > has)
				widths[column + cell->span - 1] += needs - has;
		}
	}
}

static size_t total_width(const struct dcb_grid *grid, const size_t *widths)
{
	return INDENT + span_width(widths, 0, grid->n_columns);
}

size_t dcb_grid_width(const struct dcb_grid *grid)
{
	size_t *widths = calloc(grid->n_columns, sizeof(*widths)), width;

	if (!widths)
		return 0;
	measure(grid, widths);
	width = total_width(grid, widths);
	free(widths);
	return width;
}

/* Takes from the widest column, one by one. */
static void shrink(const struct dcb_grid *grid, size_t *widths, size_t width)
{
	while (total_width(grid, widths) > width) {
		size_t widest = 0;

		for (size_t i = 1; i < grid->n_columns; i++)
			if (widths[i] > widths[widest])
				widest = i;
		if (widths[widest] <= LEAST)
			return;
		widths[widest]--;
	}
}

void dcb_colour_print(const char *text, enum dcb_colour which, bool colour, FILE *file)
{
	static const char *const codes[] = {
		[DCB_COLOUR_BOLD] = "\033[1m",
		[DCB_COLOUR_GOOD] = "\033[32m",
		[DCB_COLOUR_BAD] = "\033[31m",
		[DCB_COLOUR_UNSURE] = "\033[33m",
	};

	if (colour && which != DCB_COLOUR_NONE)
		fprintf(file, "%s%s\033[0m", codes[which], text);
	else
		fputs(text, file);
}

static void print_row(const struct dcb_grid *grid, struct cell *cells, const size_t *widths,
		      bool colour, FILE *file)
{
	size_t pending = INDENT; /* spaces, printed only before something */

	for (size_t i = 0; i < grid->n_columns;) {
		struct cell *cell = &cells[i];
		size_t span = cell->text ? cell->span : 1;
		size_t width = span_width(widths, i, span);

		if (cell->text && *cell->text) {
			size_t left;

			dcb_text_cut(cell->text, width);
			left = width - dcb_text_width(cell->text);
			if (grid->right[i]) {
				pending += left;
				left = 0;
			}
			fprintf(file, "%*s", (int)pending, "");
			dcb_colour_print(cell->text, cell->colour, colour, file);
			pending = left + GAP;
		} else {
			pending += width + GAP;
		}
		i += span;
	}
	fputc('\n', file);
}

int dcb_grid_print(struct dcb_grid *grid, size_t width, bool colour, FILE *file)
{
	size_t *widths = calloc(grid->n_columns, sizeof(*widths));

	if (!widths)
		return -ENOMEM;
	measure(grid, widths);
	shrink(grid, widths, width);
	for (size_t i = 0; i < grid->n_rows; i++)
		print_row(grid, &grid->cells[i * grid->n_columns], widths, colour, file);
	free(widths);
	return 0;
}

/* ---- Markdown ---- */

static void print_padded(const char *text, size_t width, bool right, FILE *file)
{
	int pad = (int)(width - dcb_text_width(text));

	fprintf(file, "| %*s%s%*s ", right ? pad : 0, "", text, right ? 0 : pad, "");
}

static void print_rule(const struct dcb_grid *grid, const size_t *widths, FILE *file)
{
	for (size_t i = 0; i < grid->n_columns; i++) {
		bool right = grid->right[i];

		fputs("| ", file);
		for (size_t j = right; j < widths[i]; j++)
			fputc('-', file);
		fputs(right ? ": " : " ", file);
	}
	fputs("|\n", file);
}

/* cells: n_rows * n_columns, escaped. */
static void print_markdown(const struct dcb_grid *grid, char *const *cells, size_t *widths,
			   FILE *file)
{
	size_t n = grid->n_columns;

	for (size_t i = 0; i < grid->n_rows * n; i++) {
		size_t width = dcb_text_width(cells[i]);

		if (width > widths[i % n])
			widths[i % n] = width;
	}
	for (size_t i = 0; i < grid->n_rows; i++) {
		for (size_t j = 0; j < n; j++)
			print_padded(cells[i * n + j], widths[j], grid->right[j], file);
		fputs("|\n", file);
		if (i == 0)
			print_rule(grid, widths, file);
	}
}

int dcb_grid_print_markdown(const struct dcb_grid *grid, FILE *file)
{
	size_t n = grid->n_rows * grid->n_columns;
	char **cells = calloc(n + 1, sizeof(*cells));
	size_t *widths = calloc(grid->n_columns, sizeof(*widths));
	int r = cells && widths ? 0 : -ENOMEM;

	/* A rule is at least three dashes long. */
	for (size_t i = 0; r == 0 && i < grid->n_columns; i++)
		widths[i] = 3;
	for (size_t i = 0; r == 0 && i < n; i++) {
		const char *text = grid->cells[i].text;

		cells[i] = dcb_markdown_escape(text ? text : "");
		r = cells[i] ? 0 : -ENOMEM;
	}
	if (r == 0)
		print_markdown(grid, cells, widths, file);
	for (size_t i = 0; cells && i < n; i++)
		free(cells[i]);
	free(cells);
	free(widths);
	return r;
}
