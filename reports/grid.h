/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Rows of cells under each other, as wide as they need or, failing that, as wide as there is. */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/cleanup.h"

enum dcb_colour {
	DCB_COLOUR_NONE,
	DCB_COLOUR_BOLD,
	DCB_COLOUR_GOOD,
	DCB_COLOUR_BAD,
	DCB_COLOUR_UNSURE,
};

struct dcb_grid;

int dcb_grid_new(size_t n_columns, struct dcb_grid **ret_grid);
void dcb_grid_free(struct dcb_grid *grid);
DEFINE_CLEANUP(struct dcb_grid *, dcb_grid_free)

/* Figures stand right, words left. */
void dcb_grid_align_right(struct dcb_grid *grid, size_t column);
/* The name of the table in its head's first cell, and all other first cells indented. -ENOMEM. */
int dcb_grid_name(struct dcb_grid *grid, const char *name);
/* A new row of empty cells; those that follow are set in it. */
int dcb_grid_row(struct dcb_grid *grid);
/* Takes `text` over, which may be NULL for lack of memory (-ENOMEM). span: over how many columns.
 */
int dcb_grid_set(struct dcb_grid *grid, size_t column, size_t span, char *text,
		 enum dcb_colour colour);
/* Columns on the terminal that it needs. */
size_t dcb_grid_width(const struct dcb_grid *grid);
/* Cuts cells where `width` is not enough. -ENOMEM. */
int dcb_grid_print(struct dcb_grid *grid, size_t width, bool colour, FILE *file);

/* The same as a Markdown table whose first row is the head, its cells escaped and padded so that it
 * reads well unrendered; cells that span are not known there. -ENOMEM. */
int dcb_grid_print_markdown(const struct dcb_grid *grid, FILE *file);

/* One text in a colour, if colours are wanted. */
void dcb_colour_print(const char *text, enum dcb_colour which, bool colour, FILE *file);
