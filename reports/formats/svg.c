// SPDX-License-Identifier: GPL-2.0-only
#include "reports/formats/svg.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/text.h"

/* Of the labels at the size that the style sheet gives them: a digit's width, half of it. */
#define CHARACTER  5.8
#define LABEL_GAP  6.0
#define LABEL_DROP 13.0

void dcb_svg_begin(struct dcb_markup *out, const char *class, double width, double height,
		   const char *title, const char *desc)
{
	dcb_markup_put(out,
		       "<svg class=\"%s\" viewBox=\"0 0 %f %f\" role=\"img\"><title>%s</title>",
		       class, width, height, title);
	if (desc)
		dcb_markup_put(out, "<desc>%s</desc>", desc);
}

void dcb_svg_end(struct dcb_markup *out)
{
	dcb_markup_put(out, "</svg>\n");
}

void dcb_svg_line(struct dcb_markup *out, const char *class, double x1, double y1, double x2,
		  double y2)
{
	dcb_markup_put(out, "<line class=\"%s\" x1=\"%f\" y1=\"%f\" x2=\"%f\" y2=\"%f\"/>", class,
		       x1, y1, x2, y2);
}

static void put_end(struct dcb_markup *out, const char *element, const char *tip)
{
	if (tip)
		dcb_markup_put(out, "><title>%s</title></%s>", tip, element);
	else
		dcb_markup_put(out, "/>");
}

void dcb_svg_rect(struct dcb_markup *out, const char *class, double x1, double y1, double x2,
		  double y2, const char *tip)
{
	dcb_markup_put(out, "<rect class=\"%s\" x=\"%f\" y=\"%f\" width=\"%f\" height=\"%f\"",
		       class, fmin(x1, x2), fmin(y1, y2), fmax(fabs(x2 - x1), 0.5),
		       fmax(fabs(y2 - y1), 0.5));
	put_end(out, "rect", tip);
}

void dcb_svg_text(struct dcb_markup *out, const char *class, double x, double y, const char *text)
{
	dcb_markup_put(out, "<text class=\"%s\" x=\"%f\" y=\"%f\">%s</text>", class, x, y, text);
}

void dcb_svg_text_within(struct dcb_markup *out, const char *class, double x, double y,
			 double width, const char *text)
{
	_cleanup_free_ char *cut = dcb_text_printable(text);

	if (!cut) {
		out->error = -ENOMEM;
		return;
	}
	dcb_text_cut(cut, (size_t)(width / CHARACTER));
	dcb_svg_text(out, class, x, y, cut);
}

/* Corners about (0, 0), as parts of half the size; n 0: a circle. */
static const struct {
	size_t n;
	double x[5], y[5];
} shapes[DCB_SVG_SHAPE_N] = {
	[DCB_SVG_TRIANGLE] = {3, {0, 1.15, -1.15}, {-1.1, 0.9, 0.9}},
	[DCB_SVG_SQUARE] = {4, {-0.85, 0.85, 0.85, -0.85}, {-0.85, -0.85, 0.85, 0.85}},
	[DCB_SVG_DIAMOND] = {4, {0, 1.2, 0, -1.2}, {-1.2, 0, 1.2, 0}},
	[DCB_SVG_CROSS] = {5, {-1, 1, 0, -1, 1}, {-1, 1, 0, 1, -1}},
	[DCB_SVG_DASH] = {2, {-1, 1}, {0, 0}},
	[DCB_SVG_LEFT] = {3, {-1, 0.8, 0.8}, {0, -1, 1}},
	[DCB_SVG_RIGHT] = {3, {1, -0.8, -0.8}, {0, -1, 1}},
};

void dcb_svg_mark(struct dcb_markup *out, const char *class, enum dcb_svg_shape shape, double x,
		  double y, double size, const char *tip)
{
	if (shapes[shape].n == 0) {
		dcb_markup_put(out, "<circle class=\"%s\" cx=\"%f\" cy=\"%f\" r=\"%f\"", class, x,
			       y, size / 2);
		put_end(out, "circle", tip);
		return;
	}
	dcb_markup_put(out, "<path class=\"%s\" d=\"", class);
	for (size_t i = 0; i < shapes[shape].n; i++)
		dcb_markup_put(out, "%s%f %f", i ? "L" : "M", x + shapes[shape].x[i] * size / 2,
			       y + shapes[shape].y[i] * size / 2);
	/* A cross and a dash are strokes. */
	dcb_markup_put(out, "%s\"", shape == DCB_SVG_CROSS || shape == DCB_SVG_DASH ? "" : "Z");
	put_end(out, "path", tip);
}

void dcb_svg_path(struct dcb_markup *out, const char *class, const double *x, const double *y,
		  size_t n)
{
	dcb_markup_put(out, "<path class=\"%s\" d=\"", class);
	for (size_t i = 0; i < n; i++)
		dcb_markup_put(out, "%s%f %f", i ? "L" : "M", x[i], y[i]);
	dcb_markup_put(out, "\"/>");
}

void dcb_svg_axis(struct dcb_markup *out, const struct dcb_axis *axis, double y, double y_top)
{
	double free_from = -1e9;

	dcb_svg_line(out, "ax", axis->from, y, axis->to, y);
	for (size_t i = 0; i < axis->n_ticks; i++) {
		double x = dcb_axis_at(axis, axis->ticks[i]), half;
		char label[64];

		dcb_axis_label(axis, i, label, sizeof(label));
		half = (double)dcb_text_width(label) * CHARACTER / 2;
		dcb_svg_line(out, "grid", x, y, x, y_top);
		if (x - half < free_from)
			continue;
		dcb_svg_text(out, "tick", x, y + LABEL_DROP, label);
		free_from = x + half + LABEL_GAP;
	}
}
