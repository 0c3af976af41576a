/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The few shapes of which charts are made. Colours and widths come from the page's style sheet, by
 * class; coordinates are the viewBox's. `tip` is what hovering tells, or NULL. */

#include "reports/formats/axis.h"
#include "reports/formats/markup.h"

/* A chart that scales with its place; title and desc are what a reader without eyes gets. */
void dcb_svg_begin(struct dcb_markup *out, const char *class, double width, double height,
		   const char *title, const char *desc);
void dcb_svg_end(struct dcb_markup *out);

void dcb_svg_line(struct dcb_markup *out, const char *class, double x1, double y1, double x2,
		  double y2);
/* From (x1, y1) to (x2, y2) in any order; never thinner than 0.5, so that it can be seen. */
void dcb_svg_rect(struct dcb_markup *out, const char *class, double x1, double y1, double x2,
		  double y2, const char *tip);
void dcb_svg_text(struct dcb_markup *out, const char *class, double x, double y, const char *text);
/* Cuts the text to about that width. */
void dcb_svg_text_within(struct dcb_markup *out, const char *class, double x, double y,
			 double width, const char *text);

enum dcb_svg_shape {
	DCB_SVG_CIRCLE,
	DCB_SVG_TRIANGLE,
	DCB_SVG_SQUARE,
	DCB_SVG_DIAMOND,
	DCB_SVG_RING,
	DCB_SVG_CROSS,
	DCB_SVG_DASH,
	DCB_SVG_LEFT, /* arrowheads */
	DCB_SVG_RIGHT,
	DCB_SVG_SHAPE_N,
};
/* A mark about `size` wide with its middle at (x, y). */
void dcb_svg_mark(struct dcb_markup *out, const char *class, enum dcb_svg_shape shape, double x,
		  double y, double size, const char *tip);

/* A line through n points. */
void dcb_svg_path(struct dcb_markup *out, const char *class, const double *x, const double *y,
		  size_t n);

/* Ticks with labels below y, and grid lines up to y_top. The axis is horizontal. Labels that would
 * run into each other are left out. */
void dcb_svg_axis(struct dcb_markup *out, const struct dcb_axis *axis, double y, double y_top);
