// SPDX-License-Identifier: GPL-2.0-only
/* Every metric with all that is known of it: what the charts are drawn from. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/dose.h"
#include "reports/format.h"
#include "reports/formats/html.h"
#include "reports/mail-parts.h"

static const struct {
	const char *name, *class;
} columns[] = {
	{"Metric", ""},          {"Candidate", ""},   {"Base", "figure"},
	{"Its value", "figure"}, {"Boots", "figure"}, {"Change", "figure"},
	{"Threshold", "figure"}, {"p", "figure"},     {"Adjusted p", "figure"},
	{"Verdict", ""},         {"Remark", ""},
};

static void put_head(struct dcb_markup *out)
{
	dcb_markup_put(out, "<thead><tr>");
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		dcb_markup_put(out, "<th scope=\"col\" class=\"%s\">%s</th>", columns[i].class,
			       columns[i].name);
	dcb_markup_put(out, "</tr></thead>\n");
}

/* Why there is no verdict, or what one should know of it. */
static void put_remark(struct dcb_html *html, const struct dcb_comparison *comparison)
{
	const struct dcb_side *sides[] = {&comparison->base, &comparison->candidate};
	bool alone = comparison->candidate.kernel == html->summary->base;
	struct dcb_markup *out = &html->out;
	const char *between = "";
	bool both;

	if (comparison->further_blocks > DCB_FURTHER_MAX)
		dcb_markup_put(out, "more than %d further blocks", DCB_FURTHER_MAX);
	else if (comparison->further_blocks > 0)
		dcb_markup_put(out, "about %ld further blocks", (long)comparison->further_blocks);
	if (comparison->further_blocks > 0)
		between = "; ";
	if (comparison->reason) {
		dcb_markup_put(out, "%s%s", between, comparison->reason);
		between = "; ";
	}
	/* One reason for both is told once. */
	both = !alone && sides[0]->lacking && sides[1]->lacking &&
	       strcmp(sides[0]->lacking, sides[1]->lacking) == 0;
	for (size_t i = both ? 1 : 0; i < (alone ? 1 : ARRAY_SIZE(sides)); i++) {
		const char *kernel = html->summary->kernels[sides[i]->kernel].name;

		if (sides[i]->bimodal) {
			dcb_markup_put(out, "%s%s: two clusters of boots", between, kernel);
			between = "; ";
		}
		if (!comparison->reason && !sides[i]->n && sides[i]->lacking) {
			dcb_markup_put(out, "%s%s%s%s", between, both ? "" : kernel,
				       both ? "" : ": ", sides[i]->lacking);
			between = "; ";
		}
	}
	if (comparison->exact)
		dcb_markup_put(out, "%sexact", between);
}

static int put_figures(struct dcb_html *html, const struct dcb_comparison *comparison)
{
	bool compared = dcb_mail_is_compared(comparison);
	_cleanup_free_ char *base = dcb_mail_side_text(&comparison->base, comparison->unit, true);
	_cleanup_free_ char *candidate = dcb_mail_side_text(&comparison->candidate,
							    comparison->unit, true);
	_cleanup_free_ char *change = compared ? dcb_mail_change_text(comparison, true)
					       : strdup("");
	char threshold[32] = "", p[32] = "", adjusted[32] = "";

	if (!base || !candidate || !change)
		return -ENOMEM;
	if (comparison->threshold > 0 && compared)
		dcb_format_percent(comparison->threshold, threshold, sizeof(threshold));
	if (comparison->has_p)
		dcb_html_format_p(comparison->p, p, sizeof(p));
	/* What is not judged was not among those it is adjusted for. */
	if (comparison->has_p && comparison->verdict != DCB_VERDICT_NONE)
		dcb_html_format_p(comparison->p_adjusted, adjusted, sizeof(adjusted));
	dcb_markup_put(&html->out,
		       "<td class=\"figure\">%s</td><td class=\"figure\">%s</td>"
		       "<td class=\"figure\">%zu, %zu</td><td class=\"figure\">%s</td>"
		       "<td class=\"figure\">%s</td><td class=\"figure\">%s</td>"
		       "<td class=\"figure\">%s</td>",
		       base, candidate, comparison->base.n, comparison->candidate.n, change,
		       threshold, p, adjusted);
	return 0;
}

static int put_row(struct dcb_html *html, const struct dcb_comparison *comparison)
{
	_cleanup_free_ char *metric = dcb_mail_metric_text(comparison);
	bool alone = comparison->candidate.kernel == html->summary->base;
	struct dcb_markup *out = &html->out;
	int r;

	if (!metric)
		return -ENOMEM;
	dcb_markup_put(out, "<tr><th scope=\"row\">%s%s%s</th><td>%s</td>",
		       comparison->primary ? "" : "(", metric, comparison->primary ? "" : ")",
		       alone ? "" : html->summary->kernels[comparison->candidate.kernel].name);
	r = put_figures(html, comparison);
	if (r < 0)
		return r;
	dcb_markup_put(out, "<td>");
	if (comparison->verdict != DCB_VERDICT_NONE)
		dcb_html_put_verdict(out, comparison->verdict);
	dcb_markup_put(out, "</td><td class=\"remark\">");
	put_remark(html, comparison);
	dcb_markup_put(out, "</td></tr>\n");
	return 0;
}

static int put_workload(struct dcb_html *html, size_t workload)
{
	const struct dcb_summary *summary = html->summary;
	_cleanup_free_ char *dose = dcb_dose_format(&summary->workloads[workload], true, ": ",
						    ", ");
	size_t n = 0;

	if (!dose)
		return -ENOMEM;
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		int r;

		if (summary->comparisons[i].workload != workload)
			continue;
		if (n++ == 0)
			dcb_markup_put(
				&html->out,
				"<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" "
				"colspan=\"%zu\"><span class=\"stick\">%s</span></th></tr>\n",
				ARRAY_SIZE(columns), dose);
		r = put_row(html, &summary->comparisons[i]);
		if (r < 0)
			return r;
	}
	if (n)
		dcb_markup_put(&html->out, "</tbody>\n");
	return 0;
}

int dcb_html_table(struct dcb_html *html)
{
	const struct dcb_summary *summary = html->summary;
	struct dcb_markup *out = &html->out;

	dcb_markup_put(out, "<section id=\"metrics\">\n<h2>All metrics</h2>\n");
	if (!summary->n_comparisons) {
		dcb_markup_put(out, "<p>Nothing was measured.</p>\n</section>\n");
		return 0;
	}
	dcb_markup_put(out,
		       "<details>\n<summary>%zu rows with intervals, p and thresholds</summary>\n",
		       summary->n_comparisons);
	dcb_html_begin_scroll(out, "All metrics");
	dcb_markup_put(out,
		       "<table class=\"all\">\n<caption>Medians over boots with their range; "
		       "change with its interval; p of no change, and adjusted for the number of "
		       "metrics in the run. Metrics in brackets are not primary.</caption>\n");
	put_head(out);
	for (size_t i = 0; i < summary->n_workloads; i++) {
		int r = put_workload(html, i);

		if (r < 0)
			return r;
	}
	dcb_markup_put(out, "</table></div>\n</details>\n</section>\n");
	return 0;
}
