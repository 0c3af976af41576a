// SPDX-License-Identifier: GPL-2.0-only
/*
 * Latencies with a tail: the share of iterations that took no longer than so much. The share's axis
 * gives each further nine the same room (as in HdrHistogram's percentile plots), since what is
 * above 99 % is what one wants to see.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/formats/html.h"
#include "reports/mail-parts.h"
#include "reports/table-rows.h"

#define WIDTH      360.0
#define HEIGHT     190.0
#define LEFT       44.0
#define RIGHT      12.0
#define TOP        8.0
#define FOOT       22.0
#define PANELS_MAX 24
#define N_MIN      200 /* fewer iterations have no tail that could be told */
#define TAIL       1.2 /* p99 by p50: less is none */

struct mark {
	double level;
	const char *name;
};

static const struct mark marks[] = {
	{0.5, "p50"}, {0.9, "p90"}, {0.99, "p99"}, {0.999, "p99.9"}, {0.9999, "p99.99"}};

struct panel {
	struct dcb_html *html;
	const struct dcb_comparison *first;
	const struct dcb_iterations *spreads;
	struct dcb_axis axis;
	double nines; /* at the top */
};

static double nines_of(double level)
{
	return -log10(fmax(1 - level, 1e-9));
}

/* At least one value lies above it. */
static bool can_tell(const struct dcb_iterations *spread, double level)
{
	return (1 - level) * (double)spread->n >= 1 - 1e-9;
}

/* A time that somebody waited; CPU time is none. */
static bool is_latency(const struct dcb_comparison *row)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	size_t n = strlen(row->metric);

	if (n >= 3 && strcmp(row->metric + n - 3, "cpu") == 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(units[i], row->unit) == 0)
			return true;
	return false;
}

/* Where the time of one operation is told, that of all of them together would be the same again. */
static bool is_told_finer(const struct dcb_summary *summary, const struct dcb_comparison *row)
{
	if (strcmp(row->metric, "wall") != 0)
		return false;
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *other = &summary->comparisons[i];

		if (other->workload == row->workload && other->primary &&
		    strcmp(other->role, row->role) == 0 && strcmp(other->metric, "op-wall") == 0)
			return true;
	}
	return false;
}

static bool has_tail(const struct dcb_html *html, const struct dcb_comparison *first,
		     const struct dcb_iterations *spreads)
{
	if (!spreads || !first->primary || !is_latency(first) ||
	    is_told_finer(html->summary, first))
		return false;
	for (size_t kernel = 0; kernel < html->summary->n_kernels; kernel++) {
		const struct dcb_iterations *spread = &spreads[kernel];

		if (spread->n >= N_MIN &&
		    dcb_iterations_find(spread, 0.99) >
			    TAIL * fmax(dcb_iterations_find(spread, 0.5), 1e-300))
			return true;
	}
	return false;
}

static bool set_axes(struct panel *panel)
{
	double lo = INFINITY, hi = -INFINITY;

	panel->nines = 1;
	for (size_t kernel = 0; kernel < panel->html->summary->n_kernels; kernel++) {
		const struct dcb_iterations *spread = &panel->spreads[kernel];

		for (size_t i = 0; spread->n && i < DCB_ITERATIONS_LEVELS; i++) {
			if (!can_tell(spread, dcb_iterations_levels[i]))
				continue;
			/* Not 0: a logarithm is wanted. */
			if (spread->at[i] > 0)
				lo = fmin(lo, spread->at[i]);
			hi = fmax(hi, spread->at[i]);
			panel->nines = fmax(panel->nines, nines_of(dcb_iterations_levels[i]));
		}
	}
	if (!(lo <= hi))
		return false;
	dcb_axis_init(&panel->axis, lo, hi, true, 6, panel->first->unit);
	panel->axis.from = LEFT;
	panel->axis.to = WIDTH - RIGHT;
	return true;
}

static double height_of(const struct panel *panel, double level)
{
	double part = fmin(nines_of(level) / panel->nines, 1);

	return HEIGHT - FOOT - part * (HEIGHT - FOOT - TOP);
}

static void put_scale(struct panel *panel)
{
	struct dcb_markup *out = &panel->html->out;

	dcb_svg_axis(out, &panel->axis, HEIGHT - FOOT, TOP);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		double y = height_of(panel, marks[i].level);

		if (nines_of(marks[i].level) > panel->nines + 1e-9)
			break;
		dcb_svg_line(out, "grid", LEFT, y, WIDTH - RIGHT, y);
		dcb_svg_text(out, "tick end", LEFT - 5, y + 4, marks[i].name);
	}
}

static void put_line(struct panel *panel, size_t kernel)
{
	const struct dcb_iterations *spread = &panel->spreads[kernel];
	double x[DCB_ITERATIONS_LEVELS], y[DCB_ITERATIONS_LEVELS];
	char class[16], name[32];
	size_t n = 0;

	if (!spread->n)
		return;
	dcb_html_kernel_class(panel->html->summary, kernel, class, sizeof(class));
	for (size_t i = 0; i < DCB_ITERATIONS_LEVELS; i++) {
		if (!can_tell(spread, dcb_iterations_levels[i]))
			continue;
		x[n] = dcb_axis_at(&panel->axis, spread->at[i]);
		y[n++] = height_of(panel, dcb_iterations_levels[i]);
	}
	snprintf(name, sizeof(name), "line %s", class);
	dcb_svg_path(&panel->html->out, name, x, y, n);
	snprintf(name, sizeof(name), "dot %s", class);
	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (can_tell(spread, marks[i].level))
			dcb_svg_mark(&panel->html->out, name, DCB_SVG_CIRCLE,
				     dcb_axis_at(&panel->axis,
						 dcb_iterations_find(spread, marks[i].level)),
				     height_of(panel, marks[i].level), 6, NULL);
}

static int put_figures(struct panel *panel, const char *metric)
{
	static const size_t columns[] = {0, 2, 3};
	const struct dcb_summary *summary = panel->html->summary;
	struct dcb_markup *out = &panel->html->out;

	dcb_markup_put(out,
		       "<table class=\"small\"><caption "
		       "class=\"hidden\">Quantiles of %s</caption><thead><tr>"
		       "<th scope=\"col\">Kernel</th>",
		       metric);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		dcb_markup_put(out, "<th scope=\"col\" class=\"figure\">%s</th>",
			       marks[columns[i]].name);
	dcb_markup_put(out, "<th scope=\"col\" class=\"figure\">iterations</th></tr></thead>"
			    "<tbody>\n");
	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		const struct dcb_iterations *spread = &panel->spreads[kernel];
		_cleanup_free_ char *name = dcb_table_kernel(summary, kernel);
		char class[16];

		if (!name)
			return -ENOMEM;
		dcb_html_kernel_class(summary, kernel, class, sizeof(class));
		dcb_markup_put(out, "<tr><th scope=\"row\"><span class=\"key %s\"></span>%s</th>",
			       class, name);
		for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
			double level = marks[columns[i]].level;
			char value[64] = "-";

			if (spread->n && can_tell(spread, level))
				dcb_format_value(dcb_iterations_find(spread, level),
						 panel->first->unit, value, sizeof(value));
			dcb_markup_put(out, "<td class=\"figure\">%s</td>", value);
		}
		dcb_markup_put(out, "<td class=\"figure\">%zu</td></tr>\n", (size_t)spread->n);
	}
	dcb_markup_put(out, "</tbody></table>\n");
	return 0;
}

static int put_panel(struct panel *panel)
{
	struct dcb_markup *out = &panel->html->out;
	_cleanup_free_ char *metric = dcb_mail_metric_text(panel->first);
	const char *workload = panel->html->summary->workloads[panel->first->workload].name;
	int r;

	if (!metric)
		return -ENOMEM;
	if (!set_axes(panel))
		return 0;
	dcb_markup_put(out,
		       "<figure>\n<figcaption>%s <span class=\"soft\">%s</span>"
		       "</figcaption>\n",
		       metric, workload);
	dcb_svg_begin(out, "panel", WIDTH, HEIGHT, metric,
		      "Share of iterations by how long they took; the quantiles stand in the table "
		      "below");
	put_scale(panel);
	for (size_t kernel = 0; kernel < panel->html->summary->n_kernels; kernel++)
		put_line(panel, kernel);
	dcb_svg_end(out);
	r = put_figures(panel, metric);
	dcb_markup_put(out, "</figure>\n");
	return r;
}

int dcb_html_tails(struct dcb_html *html)
{
	const struct dcb_summary *summary = html->summary;
	size_t step = dcb_html_step(summary), n = 0;

	for (size_t i = 0; i + step <= summary->n_comparisons; i += step) {
		struct panel panel = {.html = html,
				      .first = &summary->comparisons[i],
				      .spreads = html->samples->measures[i / step]};
		int r;

		if (!has_tail(html, panel.first, panel.spreads) || n++ >= PANELS_MAX)
			continue;
		if (n == 1)
			dcb_markup_put(
				&html->out,
				"<section id=\"tails\">\n<h2>Tails</h2>\n<p>For times with a "
				"tail (p99 over %d %% above p50, at least %d iterations): the "
				"share of all iterations that took no longer. The axis of "
				"shares gives every further nine the same room; lines are "
				"drawn through at most %d quantiles.</p>\n<div "
				"class=\"panels\">\n",
				(int)lround((TAIL - 1) * 100), N_MIN, DCB_ITERATIONS_LEVELS);
		r = put_panel(&panel);
		if (r < 0)
			return r;
	}
	dcb_html_end_panels(&html->out, n, PANELS_MAX);
	return 0;
}
