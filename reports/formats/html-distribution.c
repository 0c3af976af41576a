// SPDX-License-Identifier: GPL-2.0-only
/* How the boots of each kernel are spread, over a box of their quartiles, and beneath them how
 * their iterations are: where a median hides two clusters or a tail, it is seen here. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/formats/html.h"
#include "reports/mail-parts.h"
#include "reports/quantiles.h"
#include "reports/table-rows.h"

#define WIDTH    360.0
#define MARGIN   10.0
#define LANE     44.0
#define FOOT     22.0
#define DOTS_MAX 120 /* of a kernel's boots; more are thinned to so many quantiles */
#define LOG_FROM 20  /* greatest by least: from here on the axis is logarithmic */

struct panel {
	struct dcb_html *html;
	const struct dcb_comparison *first;   /* of the metric; its candidates follow */
	const struct dcb_iterations *spreads; /* one a kernel, or NULL */
	struct dcb_axis axis;
	struct dcb_quantiles *quantiles; /* empty between uses */
};

static const struct dcb_side *side_of(const struct panel *panel, size_t kernel)
{
	const struct dcb_summary *summary = panel->html->summary;

	if (kernel == summary->base)
		return &panel->first->base;
	for (size_t i = 0; i < dcb_html_step(summary); i++)
		if (panel->first[i].candidate.kernel == kernel)
			return &panel->first[i].candidate;
	return NULL;
}

/* The ends over all kernels; of iterations without the outermost hundredth, lest one of them
 * squeeze the rest. false: nobody has a value. */
static bool find_range(const struct panel *panel, double *ret_lo, double *ret_hi)
{
	double lo = INFINITY, hi = -INFINITY;

	for (size_t kernel = 0; kernel < panel->html->summary->n_kernels; kernel++) {
		const struct dcb_side *side = side_of(panel, kernel);
		const struct dcb_iterations *spread = panel->spreads ? &panel->spreads[kernel]
								     : NULL;

		if (side && side->n) {
			lo = fmin(lo, side->lo);
			hi = fmax(hi, side->hi);
		}
		if (spread && spread->n) {
			lo = fmin(lo, dcb_iterations_find(spread, 0.01));
			hi = fmax(hi, dcb_iterations_find(spread, 0.99));
		}
	}
	*ret_lo = lo;
	*ret_hi = hi;
	return lo <= hi;
}

/* One fine line at each hundredth of the iterations. */
static void put_iterations(struct panel *panel, size_t kernel, const char *class, double y)
{
	const struct dcb_iterations *spread = panel->spreads ? &panel->spreads[kernel] : NULL;
	char rug[32];

	if (!spread || !spread->n)
		return;
	snprintf(rug, sizeof(rug), "rug %s", class);
	dcb_markup_put(&panel->html->out, "<path class=\"%s\" d=\"", rug);
	for (size_t i = 1; i < DCB_ITERATIONS_LEVELS && dcb_iterations_levels[i] < 0.995; i++)
		dcb_markup_put(&panel->html->out, "M%f %fv%f",
			       dcb_axis_at(&panel->axis, spread->at[i]), y - 9, 18.0);
	dcb_markup_put(&panel->html->out, "\"/>");
}

/* The boots themselves, or quantiles of them; returns how many. */
static size_t thin_boots(const struct panel *panel, const struct dcb_side *side,
			 double ret_values[DOTS_MAX])
{
	double levels[DOTS_MAX];

	if (side->n <= DOTS_MAX) {
		memcpy(ret_values, side->boots, side->n * sizeof(*ret_values));
		return side->n;
	}
	for (size_t i = 0; i < DOTS_MAX; i++)
		levels[i] = (double)i / (DOTS_MAX - 1);
	dcb_quantiles_at(panel->quantiles, levels, DOTS_MAX, ret_values);
	return DOTS_MAX;
}

static void put_boots(struct panel *panel, const struct dcb_side *side, const char *class, double y)
{
	static const double quarters[] = {0.25, 0.75};
	struct dcb_markup *out = &panel->html->out;
	double box[ARRAY_SIZE(quarters)], values[DOTS_MAX];
	char name[32];
	size_t n, rows;

	for (size_t i = 0; i < side->n; i++)
		dcb_quantiles_add(panel->quantiles, side->boots[i]);
	dcb_quantiles_at(panel->quantiles, quarters, ARRAY_SIZE(quarters), box);
	n = thin_boots(panel, side, values);
	rows = n < 5 ? n : 5;
	dcb_quantiles_clear(panel->quantiles);
	snprintf(name, sizeof(name), "box %s", class);
	dcb_svg_rect(out, name, dcb_axis_at(&panel->axis, box[0]), y - 8,
		     dcb_axis_at(&panel->axis, box[1]), y + 8, NULL);
	snprintf(name, sizeof(name), "middle %s", class);
	dcb_svg_line(out, name, dcb_axis_at(&panel->axis, side->median), y - 10,
		     dcb_axis_at(&panel->axis, side->median), y + 10);
	snprintf(name, sizeof(name), "dot %s", class);
	/* Under each other about the middle, so that equal ones are seen as many. */
	for (size_t i = 0; i < n; i++)
		dcb_svg_mark(out, name, DCB_SVG_CIRCLE, dcb_axis_at(&panel->axis, values[i]),
			     y + ((double)(i % rows) - (double)(rows - 1) / 2) * 3.4, 5.5, NULL);
}

static int put_lane(struct panel *panel, size_t kernel)
{
	const struct dcb_side *side = side_of(panel, kernel);
	struct dcb_markup *out = &panel->html->out;
	_cleanup_free_ char *name = dcb_table_kernel(panel->html->summary, kernel);
	_cleanup_free_ char *value = side ? dcb_mail_side_text(side, panel->first->unit, true)
					  : NULL;
	double y = (double)kernel * LANE + 28;
	char class[16];

	if (!name || (side && !value))
		return -ENOMEM;
	dcb_html_kernel_class(panel->html->summary, kernel, class, sizeof(class));
	dcb_svg_text_within(out, "name", MARGIN, y - 14, WIDTH / 2 - MARGIN, name);
	dcb_svg_text(out, "value", WIDTH - MARGIN, y - 14, value);
	if (!side || !side->n) {
		dcb_svg_text_within(out, "note", MARGIN, y + 4, WIDTH - 2 * MARGIN,
				    side && side->lacking ? side->lacking : "no value");
		return 0;
	}
	put_iterations(panel, kernel, class, y);
	put_boots(panel, side, class, y);
	return 0;
}

static int put_panel(struct panel *panel)
{
	const struct dcb_summary *summary = panel->html->summary;
	struct dcb_markup *out = &panel->html->out;
	_cleanup_free_ char *metric = dcb_mail_metric_text(panel->first), *desc = NULL;
	double height = (double)summary->n_kernels * LANE + FOOT, lo, hi;

	if (!metric)
		return -ENOMEM;
	if (!find_range(panel, &lo, &hi))
		return 0;
	dcb_axis_init(&panel->axis, lo, hi, lo > 0 && hi / lo > LOG_FROM, 5, panel->first->unit);
	panel->axis.from = MARGIN + 4;
	panel->axis.to = WIDTH - MARGIN - 4;
	desc = dcb_format("%s of %s by kernel; the figures stand in the table of all metrics",
			  metric, summary->workloads[panel->first->workload].name);
	if (!desc)
		return -ENOMEM;
	dcb_markup_put(out, "<figure>\n<figcaption>%s%s</figcaption>\n", metric,
		       panel->axis.log ? " (log)" : "");
	dcb_svg_begin(out, "panel", WIDTH, height, metric, desc);
	dcb_svg_axis(out, &panel->axis, height - FOOT + 2, 0);
	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		int r = put_lane(panel, kernel);

		if (r < 0)
			return r;
	}
	dcb_svg_end(out);
	dcb_markup_put(out, "</figure>\n");
	return 0;
}

/* Nothing ever happened: a metric that is 0 in every boot makes no picture. */
static bool is_worth_it(const struct dcb_comparison *first, size_t step)
{
	bool worth = first->base.n && (first->base.lo != 0 || first->base.hi != 0);

	for (size_t i = 0; i < step; i++)
		worth = worth || (first[i].candidate.n &&
				  (first[i].candidate.lo != 0 || first[i].candidate.hi != 0));
	return first->primary && worth;
}

static int put_workload(struct panel *panel, size_t workload)
{
	const struct dcb_summary *summary = panel->html->summary;
	size_t step = dcb_html_step(summary), n = 0;

	for (size_t i = 0; i + step <= summary->n_comparisons; i += step) {
		int r;

		panel->first = &summary->comparisons[i];
		panel->spreads = panel->html->samples->measures[i / step];
		if (panel->first->workload != workload || !is_worth_it(panel->first, step))
			continue;
		if (n++ == 0)
			dcb_markup_put(&panel->html->out,
				       "<details%s>\n<summary>%s</summary>\n<div "
				       "class=\"panels\">\n",
				       workload == 0 ? " open" : "",
				       summary->workloads[workload].name);
		r = put_panel(panel);
		if (r < 0)
			return r;
	}
	if (n)
		dcb_markup_put(&panel->html->out, "</div>\n</details>\n");
	return 0;
}

int dcb_html_distributions(struct dcb_html *html)
{
	_cleanup_(dcb_quantiles_freep) struct dcb_quantiles *quantiles = NULL;
	struct panel panel = {.html = html};
	int r;

	if (!html->summary->n_comparisons)
		return 0;
	r = dcb_quantiles_new(&quantiles);
	if (r < 0)
		return r;
	panel.quantiles = quantiles;
	dcb_markup_put(
		&html->out,
		"<section id=\"distributions\">\n<h2>Distributions</h2>\n<p>Dots are boots "
		"(the median of each; at most %d a kernel, then quantiles), the box holds the "
		"middle half of them, the bar is their median. The fine lines behind are "
		"hundredths of all iterations.</p>\n",
		DOTS_MAX);
	for (size_t i = 0; r >= 0 && i < html->summary->n_workloads; i++)
		r = put_workload(&panel, i);
	dcb_markup_put(&html->out, "</section>\n");
	return r;
}
