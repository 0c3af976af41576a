// SPDX-License-Identifier: GPL-2.0-only
#include "reports/grid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
};

int dcb_grid_new(size_t n_columns, struct dcb_grid **ret_grid)
{
	struct dcb_grid *grid = calloc(1, sizeof(*grid));

	if (!grid)
		return -ENOMEM;
	grid->n_columns = n_columns;
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
	free(grid);
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
			dcb_text_cut(cell->text, width);
			fprintf(file, "%*s", (int)pending, "");
			dcb_colour_print(cell->text, cell->colour, colour, file);
			pending = width - dcb_text_width(cell->text) + GAP;
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

static void print_markdown_cell(const char *text, FILE *file)
{
	fputs("| ", file);
	for (const char *c = text ? text : ""; *c; c++) {
		if (*c == '|')
			fputc('\\', file);
		fputc(*c, file);
	}
	fputc(' ', file);
}

void dcb_grid_print_markdown(const struct dcb_grid *grid, FILE *file)
{
	for (size_t i = 0; i < grid->n_rows; i++) {
		for (size_t j = 0; j < grid->n_columns; j++)
			print_markdown_cell(grid->cells[i * grid->n_columns + j].text, file);
		fputs("|\n", file);
		for (size_t j = 0; i == 0 && j < grid->n_columns; j++)
			fputs("| --- ", file);
		if (i == 0)
			fputs("|\n", file);
	}
}
