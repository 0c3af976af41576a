// SPDX-License-Identifier: GPL-2.0-only
#include "reports/formats/history-chart.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "reports/format.h"
#include "reports/formats/html.h"
#include "reports/formats/svg.h"
#include "reports/history.h"

#define WIDTH  360.0
#define HEIGHT 130.0
#define LEFT   56.0
#define RIGHT  12.0
#define TOP    22.0
#define FOOT   10.0

struct panel {
	struct dcb_markup *out;
	const struct dcb_history *history;
	struct dcb_axis axis; /* of values, upwards */
	bool links;
};

/* One point is in the middle. */
static double x_of(const struct panel *panel, double index)
{
	double last = (double)panel->history->n_points - 1;

	return LEFT + 6 + (last > 0 ? index / last : 0.5) * (WIDTH - LEFT - RIGHT - 12);
}

static void format_step(const struct dcb_history *history, const struct dcb_history_change *change,
			double value, char *buffer, size_t size)
{
	if (change->has_ratio)
		dcb_format_change(value, buffer, size);
	else
		dcb_format_difference(value, history->unit, buffer, size);
}

static bool set_axis(struct panel *panel)
{
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < panel->history->n_points; i++) {
		lo = fmin(lo, panel->history->points[i].lo);
		hi = fmax(hi, panel->history->points[i].hi);
	}
	if (!(lo <= hi))
		return false;
	dcb_axis_init(&panel->axis, lo, hi, lo > 0 && hi / lo > 20, 3, panel->history->unit);
	panel->axis.from = HEIGHT - FOOT;
	panel->axis.to = TOP;
	return true;
}

static void put_scale(const struct panel *panel)
{
	struct dcb_markup *out = panel->out;

	for (size_t i = 0; i < panel->axis.n_ticks; i++) {
		double y = dcb_axis_at(&panel->axis, panel->axis.ticks[i]);
		char label[64];

		dcb_axis_label(&panel->axis, i, label, sizeof(label));
		dcb_svg_line(out, "grid", LEFT, y, WIDTH - RIGHT, y);
		dcb_svg_text(out, "tick end", LEFT - 5, y + 4, label);
	}
}

/* A dashed line before the first point of a new level, with the step above it. */
static void put_changes(const struct panel *panel)
{
	const struct dcb_history *history = panel->history;
	struct dcb_markup *out = panel->out;

	for (size_t i = 0; i < history->n_changes; i++) {
		double x = x_of(panel, (double)history->changes[i].index - 0.5);
		char step[64];

		format_step(history, &history->changes[i], history->changes[i].change, step,
			    sizeof(step));
		dcb_svg_line(out, "step", x, TOP - 8, x, HEIGHT - FOOT);
		dcb_svg_mark(out, "step", DCB_SVG_DIAMOND, x, TOP - 8, 7, NULL);
		dcb_svg_text(out, "tick start", x + 7, TOP - 5, step);
	}
}

static int put_points(const struct panel *panel, const char *class)
{
	const struct dcb_history *history = panel->history;
	struct dcb_markup *out = panel->out;
	_cleanup_free_ double *x = malloc(history->n_points * sizeof(*x));
	_cleanup_free_ double *y = malloc(history->n_points * sizeof(*y));
	char name[32];

	if (!x || !y)
		return -ENOMEM;
	snprintf(name, sizeof(name), "spread %s", class);
	for (size_t i = 0; i < history->n_points; i++) {
		const struct dcb_history_point *point = &history->points[i];

		x[i] = x_of(panel, (double)i);
		y[i] = dcb_axis_at(&panel->axis, point->median);
		if (point->hi > point->lo)
			dcb_svg_line(out, name, x[i], dcb_axis_at(&panel->axis, point->lo), x[i],
				     dcb_axis_at(&panel->axis, point->hi));
	}
	snprintf(name, sizeof(name), "line %s", class);
	dcb_svg_path(out, name, x, y, history->n_points);
	snprintf(name, sizeof(name), "dot %s", class);
	for (size_t i = 0; i < history->n_points; i++) {
		const struct dcb_history_point *point = &history->points[i];
		_cleanup_free_ char *tip = NULL;
		char value[64];

		dcb_format_value(point->median, history->unit, value, sizeof(value));
		tip = dcb_format("run %" PRId64 ", %s: %s over %zu boots", point->run_id,
				 point->release, value, point->n_boots);
		if (!tip)
			return -ENOMEM;
		dcb_svg_mark(out, name, DCB_SVG_CIRCLE, x[i], y[i], 5, tip);
	}
	return 0;
}

/* "run 7, 6.12.117" */
static void put_run(const struct panel *panel, size_t index)
{
	const struct dcb_history_point *point = &panel->history->points[index];
	long id = (long)point->run_id;

	if (panel->links)
		dcb_markup_put(panel->out, "<a href=\"/runs/%ld\">run %ld</a>, %s", id, id,
			       point->release);
	else
		dcb_markup_put(panel->out, "run %ld, %s", id, point->release);
}

/* The steps in words. */
static void put_steps(const struct panel *panel)
{
	const struct dcb_history *history = panel->history;
	struct dcb_markup *out = panel->out;

	if (!history->n_changes)
		return;
	dcb_markup_put(out, "<ul class=\"steps\">\n");
	for (size_t i = 0; i < history->n_changes; i++) {
		const struct dcb_history_change *change = &history->changes[i];
		char step[64], lo[64], hi[64], p[32];

		if (!change->index || change->index >= history->n_points)
			continue;
		format_step(history, change, change->change, step, sizeof(step));
		format_step(history, change, change->lo, lo, sizeof(lo));
		format_step(history, change, change->hi, hi, sizeof(hi));
		dcb_html_format_p(change->p, p, sizeof(p));
		dcb_markup_put(out, "<li><b>%s</b> (%s to %s, p %s) between ", step, lo, hi, p);
		put_run(panel, change->index - 1);
		dcb_markup_put(out, ", and ");
		put_run(panel, change->index);
		dcb_markup_put(out, "</li>\n");
	}
	dcb_markup_put(out, "</ul>\n");
}

bool dcb_history_chart_can(const struct dcb_history *history)
{
	struct panel panel = {.history = history};

	return set_axis(&panel);
}

int dcb_history_chart_put(struct dcb_markup *out, const struct dcb_history *history,
			  const char *class, bool links)
{
	struct panel panel = {.out = out, .history = history, .links = links};
	_cleanup_free_ char *title = dcb_format("%s%s%s of %s over runs", history->role,
						*history->role ? " " : "", history->metric,
						history->kernel);
	int r;

	if (!title)
		return -ENOMEM;
	if (!set_axis(&panel))
		return -EINVAL;
	dcb_markup_put(out,
		       "<figure>\n<figcaption>%s%s%s <span class=\"soft\">%s, %s</span>"
		       "</figcaption>\n",
		       history->role, *history->role ? " " : "", history->metric, history->workload,
		       history->kernel);
	dcb_svg_begin(out, "panel", WIDTH, HEIGHT, title,
		      "One point a run, oldest first; dashed lines are where the level changed");
	put_scale(&panel);
	put_changes(&panel);
	r = put_points(&panel, class);
	dcb_svg_end(out);
	put_steps(&panel);
	dcb_markup_put(out, "</figure>\n");
	return r;
}
