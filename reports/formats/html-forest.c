// SPDX-License-Identifier: GPL-2.0-only
/*
 * The forest plot (Lewis, Clarke, "Forest plots: trying to see the wood and the trees", BMJ 322,
 * 2001): a table whose rows are metrics, with a strip of a common plot in each, so that the figures
 * stand beside their picture and can be read without it. The axis is the logarithm of the ratio to
 * base, of each workload its own: a kernel that stops spinning changes by a thousand, a lookup by
 * one per cent. What lies beyond the axis is an arrow.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/dose.h"
#include "reports/format.h"
#include "reports/formats/html.h"
#include "reports/mail-parts.h"

#define WIDTH  300.0
#define MARGIN 26.0
#define HEIGHT 22.0
#define HEAD   20.0
#define MARK   9.0

/* How far an axis goes: to 1 / reach and a little beyond on either side. */
static const double reaches[] = {1.02, 1.05, 1.1, 1.2, 1.5, 2, 4};

struct forest {
	struct dcb_html *html;
	size_t workload;
	double reach;
};

static bool is_row(const struct dcb_comparison *comparison, size_t workload)
{
	return comparison->workload == workload && comparison->primary &&
	       dcb_html_is_judged(comparison);
}

static double at(const struct forest *forest, double ratio)
{
	double part = ratio > 0 ? log(ratio) / log(forest->reach) : -2;

	part = fmax(fmin(part, 1), -1);
	return WIDTH / 2 + part * (WIDTH / 2 - MARGIN);
}

static bool is_beyond(const struct forest *forest, double ratio)
{
	return !(ratio > 0) || fabs(log(ratio)) > log(forest->reach) * (1 + 1e-9);
}

/* The smallest reach that holds three quarters of the rows, and the threshold twice. */
static double choose_reach(const struct dcb_html *html, size_t workload)
{
	const struct dcb_summary *summary = html->summary;
	size_t i = 0;

	for (; i + 1 < ARRAY_SIZE(reaches); i++) {
		struct forest forest = {.workload = workload, .reach = reaches[i]};
		size_t n = 0, n_beyond = 0;
		bool wide = true;

		for (size_t j = 0; j < summary->n_comparisons; j++) {
			const struct dcb_comparison *row = &summary->comparisons[j];

			if (!is_row(row, workload) || !row->has_ratio)
				continue;
			n++;
			n_beyond += is_beyond(&forest, row->change) ||
				    (row->has_interval && (is_beyond(&forest, row->change_lo) ||
							   is_beyond(&forest, row->change_hi)));
			wide = wide && 1 + 2 * row->threshold <= reaches[i];
		}
		if (wide && n_beyond * 4 <= n)
			break;
	}
	return reaches[i];
}

static void put_band(const struct forest *forest, double threshold, double height)
{
	struct dcb_markup *out = &forest->html->out;

	if (threshold > 0)
		dcb_svg_rect(out, "band", at(forest, 1 - threshold), 0, at(forest, 1 + threshold),
			     height, NULL);
	dcb_svg_line(out, "one", WIDTH / 2, 0, WIDTH / 2, height);
}

/* "-50 %", "+2.5 %", "-33 %" */
static void format_tick(double percent, char *buffer, size_t size)
{
	long halves = lround(percent * 2);

	if (fabs(percent * 2 - (double)halves) < 0.01 && halves % 2)
		snprintf(buffer, size, "%+ld.5 %%", halves / 2);
	else
		snprintf(buffer, size, "%+ld %%", lround(percent));
}

/* "-50 %", "base", "+100 %" above the rows. */
static void put_axis(const struct forest *forest)
{
	struct dcb_markup *out = &forest->html->out;
	double inner = forest->reach > 2 ? sqrt(forest->reach) : 1 + (forest->reach - 1) / 2;
	const double ticks[] = {1 / forest->reach, 1 / inner, 1, inner, forest->reach};
	/* Under a factor of 1.5 a per cent down is as far as one up. */
	bool fine = forest->reach < 1.5;

	dcb_svg_begin(out, "strip head", WIDTH, HEAD, "Axis of the changes", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(ticks); i++) {
		double tick = fine && i < 2 ? 2 - ticks[4 - i] : ticks[i], x = at(forest, tick);
		char label[32];

		if (i == 2)
			snprintf(label, sizeof(label), "base");
		else
			format_tick((tick - 1) * 100, label, sizeof(label));
		dcb_svg_text(out, "tick", x, HEAD - 7, label);
		dcb_svg_line(out, "ax", x, HEAD - 4, x, HEAD);
	}
	dcb_svg_end(out);
}

/* All that the row's figures are, for hovering and for readers without eyes; malloc'd. */
static char *tip_text(const struct dcb_comparison *comparison)
{
	_cleanup_free_ char *metric = dcb_mail_metric_text(comparison);
	_cleanup_free_ char *change = dcb_mail_change_text(comparison, true);
	char threshold[48] = "", p[96] = "";

	if (!metric || !change)
		return NULL;
	if (comparison->has_p) {
		char raw[32], adjusted[32];

		dcb_html_format_p(comparison->p, raw, sizeof(raw));
		dcb_html_format_p(comparison->p_adjusted, adjusted, sizeof(adjusted));
		snprintf(p, sizeof(p), "; p %s, adjusted %s", raw, adjusted);
	}
	if (comparison->threshold > 0) {
		char share[32];

		dcb_format_percent(comparison->threshold, share, sizeof(share));
		snprintf(threshold, sizeof(threshold), "; threshold %s", share);
	}
	return dcb_format("%s: %s, %s; %zu pairs%s%s", metric, change,
			  dcb_html_verdict(comparison->verdict), comparison->n_pairs, threshold, p);
}

static void put_interval(const struct forest *forest, const struct dcb_comparison *comparison)
{
	struct dcb_markup *out = &forest->html->out;
	double lo = at(forest, comparison->change_lo), hi = at(forest, comparison->change_hi);
	const char *class = dcb_html_verdict_class(comparison->verdict);
	char line[32];

	if (!comparison->has_interval)
		return;
	snprintf(line, sizeof(line), "whisker %s", class);
	dcb_svg_line(out, line, lo, HEIGHT / 2, hi, HEIGHT / 2);
	if (!is_beyond(forest, comparison->change_lo))
		dcb_svg_line(out, line, lo, HEIGHT / 2 - 3, lo, HEIGHT / 2 + 3);
	if (!is_beyond(forest, comparison->change_hi))
		dcb_svg_line(out, line, hi, HEIGHT / 2 - 3, hi, HEIGHT / 2 + 3);
}

static int put_strip(const struct forest *forest, const struct dcb_comparison *comparison)
{
	struct dcb_markup *out = &forest->html->out;
	_cleanup_free_ char *tip = tip_text(comparison);
	enum dcb_svg_shape shape = dcb_html_verdict_shape(comparison->verdict);
	char class[32];

	if (!tip)
		return -ENOMEM;
	dcb_svg_begin(out, "strip", WIDTH, HEIGHT, tip, NULL);
	put_band(forest, comparison->threshold, HEIGHT);
	if (!comparison->has_ratio) {
		dcb_svg_text(out, "tick soft", WIDTH / 2, HEIGHT / 2 + 4, "a difference, no ratio");
	} else {
		if (is_beyond(forest, comparison->change))
			shape = comparison->change > 1 ? DCB_SVG_RIGHT : DCB_SVG_LEFT;
		snprintf(class, sizeof(class), "mark %s",
			 dcb_html_verdict_class(comparison->verdict));
		put_interval(forest, comparison);
		dcb_svg_mark(out, class, shape, at(forest, comparison->change), HEIGHT / 2, MARK,
			     NULL);
	}
	dcb_svg_end(out);
	return 0;
}

static int put_row(const struct forest *forest, const struct dcb_comparison *comparison)
{
	const struct dcb_summary *summary = forest->html->summary;
	struct dcb_markup *out = &forest->html->out;
	_cleanup_free_ char *metric = dcb_mail_metric_text(comparison);
	_cleanup_free_ char *change = dcb_mail_change_text(comparison, true);
	int r;

	if (!metric || !change)
		return -ENOMEM;
	dcb_markup_put(out, "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">%s", metric);
	if (summary->n_kernels > 2)
		dcb_markup_put(out, " <span class=\"soft\">%s</span>",
			       summary->kernels[comparison->candidate.kernel].name);
	dcb_markup_put(out, "</th><td role=\"cell\" class=\"plot\">");
	r = put_strip(forest, comparison);
	if (r < 0)
		return r;
	dcb_markup_put(out,
		       "</td><td role=\"cell\" class=\"figure\">%s</td><td role=\"cell\" "
		       "class=\"word\">",
		       change);
	dcb_html_put_verdict(out, comparison->verdict);
	dcb_markup_put(out, "</td></tr>\n");
	return 0;
}

static int put_workload(struct dcb_html *html, size_t workload)
{
	const struct dcb_summary *summary = html->summary;
	struct forest forest = {html, workload, choose_reach(html, workload)};
	_cleanup_free_ char *dose = dcb_dose_format(&summary->workloads[workload], false, " ",
						    ", ");
	size_t n = 0;

	if (!dose)
		return -ENOMEM;
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];
		int r;

		if (!is_row(comparison, workload))
			continue;
		if (n++ == 0) {
			dcb_markup_put(
				&html->out,
				"<tbody role=\"rowgroup\">\n<tr role=\"row\" class=\"group\">"
				"<th role=\"rowheader\" scope=\"rowgroup\">%s</th>"
				"<td role=\"cell\" class=\"plot\">",
				dose);
			put_axis(&forest);
			dcb_markup_put(&html->out, "</td><td role=\"cell\" class=\"figure\"></td>"
						   "<td role=\"cell\" class=\"word\"></td></tr>\n");
		}
		r = put_row(&forest, comparison);
		if (r < 0)
			return r;
	}
	if (n)
		dcb_markup_put(&html->out, "</tbody>\n");
	return 0;
}

int dcb_html_forest(struct dcb_html *html)
{
	const struct dcb_summary *summary = html->summary;
	struct dcb_markup *out = &html->out;
	size_t n = 0;

	for (size_t i = 0; i < summary->n_comparisons; i++)
		n += is_row(&summary->comparisons[i], summary->comparisons[i].workload);
	if (!n)
		return 0;
	dcb_markup_put(
		out, "<section id=\"changes\">\n<h2>Changes against base</h2>\n"
		     "<table role=\"table\" class=\"forest\">\n<caption>The judged primary "
		     "metrics, as ratios to base on a logarithmic axis, of each workload its own. "
		     "Left of the line is less than base. The shaded band is what counts as the "
		     "same, whiskers are the interval, arrows lie beyond the axis.");
	for (enum dcb_verdict verdict = DCB_VERDICT_IMPROVED; verdict <= DCB_VERDICT_CANNOT_TELL;
	     verdict++) {
		dcb_markup_put(out, " ");
		dcb_html_put_verdict(out, verdict);
	}
	dcb_markup_put(out, "</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">"
			    "<th role=\"columnheader\" scope=\"col\">Metric</th>"
			    "<th role=\"columnheader\" scope=\"col\">Ratio to base</th>"
			    "<th role=\"columnheader\" scope=\"col\" class=\"figure\">Change</th>"
			    "<th role=\"columnheader\" scope=\"col\">Verdict</th></tr></thead>\n");
	for (size_t i = 0; i < summary->n_workloads; i++) {
		int r = put_workload(html, i);

		if (r < 0)
			return r;
	}
	dcb_markup_put(out, "</table>\n</section>\n");
	return 0;
}
