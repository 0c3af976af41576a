// SPDX-License-Identifier: GPL-2.0-only
/* Counts of what stayed the same, and the figures of a base without candidates. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "reports/format.h"
#include "reports/mail-parts.h"

/* ---- what stayed the same, and other counts ---- */

struct counts {
	size_t same, equal, improved, unknown; /* the last two: lesser metrics */
	double threshold;                      /* of the same; -1: several */
};

static struct counts count_rest(const struct dcb_summary *summary, size_t candidate,
				size_t workload)
{
	struct counts counts = {0};

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		if (comparison->workload != workload || comparison->candidate.kernel != candidate ||
		    !dcb_mail_is_compared(comparison))
			continue;
		if (comparison->verdict == DCB_VERDICT_SAME) {
			counts.same++;
			/* Of differences it is no share. */
			if (comparison->has_ratio && counts.threshold == 0)
				counts.threshold = comparison->threshold;
			else if (comparison->has_ratio && counts.threshold != comparison->threshold)
				counts.threshold = -1;
			counts.equal += dcb_mail_is_unchanged(comparison);
		}
		if (comparison->primary)
			continue;
		counts.improved += comparison->verdict == DCB_VERDICT_IMPROVED;
		counts.unknown += comparison->verdict == DCB_VERDICT_CANNOT_TELL;
	}
	return counts;
}

static int write_same(const struct dcb_summary *summary, size_t workload,
		      const struct counts *counts, struct dcb_page *page)
{
	_cleanup_free_ char *dose = dcb_mail_dose(summary, workload);
	char within[64] = "", equal[64] = "";

	if (!dose)
		return -ENOMEM;
	if (counts->threshold < 0) {
		snprintf(within, sizeof(within), " within their thresholds");
	} else if (counts->threshold > 0) {
		char share[48];

		dcb_format_percent(counts->threshold, share, sizeof(share));
		snprintf(within, sizeof(within), " within %s", share);
	}
	if (counts->equal == counts->same)
		return dcb_page_item(page,
				     dcb_format("%s: %zu metric%s equal to the digit", dose,
						counts->same, counts->same == 1 ? "" : "s"),
				     DCB_COLOUR_NONE);
	if (counts->equal)
		snprintf(equal, sizeof(equal), ", %zu of them equal", counts->equal);
	return dcb_page_item(page,
			     dcb_format("%s: %zu metric%s the same%s%s", dose, counts->same,
					counts->same == 1 ? "" : "s", within, equal),
			     DCB_COLOUR_NONE);
}

/* Metrics that nobody asked for first: a count is enough of those that did not get worse. */
static int write_lesser(const struct dcb_summary *summary, size_t workload,
			const struct counts *counts, struct dcb_page *page)
{
	_cleanup_free_ char *dose = dcb_mail_dose(summary, workload);
	char improved[64] = "", unknown[64] = "";

	if (!dose)
		return -ENOMEM;
	if (counts->improved)
		snprintf(improved, sizeof(improved), "%zu improved", counts->improved);
	if (counts->unknown)
		snprintf(unknown, sizeof(unknown), "%sof %zu nothing can be told",
			 counts->improved ? ", " : "", counts->unknown);
	return dcb_page_item(page,
			     dcb_format("%s: of lesser metrics, %s%s", dose, improved, unknown),
			     DCB_COLOUR_NONE);
}

int dcb_mail_rest(const struct dcb_summary *summary, size_t candidate, struct dcb_page *page)
{
	bool begun = false;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < summary->n_workloads; i++) {
		struct counts counts = count_rest(summary, candidate, i);

		bool lesser = counts.improved || counts.unknown;

		if (!counts.same && !lesser)
			continue;
		if (!begun)
			r = dcb_page_heading(page, 3, strdup("The rest"), DCB_COLOUR_NONE);
		begun = true;
		if (r >= 0 && counts.same)
			r = write_same(summary, i, &counts, page);
		if (r >= 0 && lesser)
			r = write_lesser(summary, i, &counts, page);
	}
	return r;
}

/* ---- base alone ---- */

static int add_figure(const struct dcb_comparison *comparison, struct dcb_grid *grid)
{
	int r = dcb_grid_row(grid);

	r = r < 0 ? r : dcb_grid_set(grid, 0, 1, dcb_mail_metric_text(comparison), DCB_COLOUR_NONE);
	return r < 0 ? r
		     : dcb_grid_set(grid, 1, 1,
				    dcb_mail_side_text(&comparison->base, comparison->unit, true),
				    DCB_COLOUR_NONE);
}

static int write_figures(const struct dcb_summary *summary, size_t workload, struct dcb_page *page)
{
	_cleanup_(dcb_grid_freep) struct dcb_grid *grid = NULL;
	size_t n = 0;
	int r = dcb_grid_new(2, &grid);

	r = r < 0 ? r : dcb_grid_row(grid);
	r = r < 0 ? r : dcb_grid_set(grid, 0, 1, strdup("metric"), DCB_COLOUR_NONE);
	r = r < 0 ? r
		  : dcb_grid_set(grid, 1, 1, strdup(summary->kernels[summary->base].name),
				 DCB_COLOUR_NONE);
	for (size_t i = 0; r >= 0 && i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		if (comparison->workload != workload || !comparison->base.n || !comparison->primary)
			continue;
		r = add_figure(comparison, grid);
		n++;
	}
	if (r < 0 || !n)
		return r;
	return dcb_page_table(page, dcb_mail_dose(summary, workload), grid);
}

int dcb_mail_figures(const struct dcb_summary *summary, struct dcb_page *page)
{
	int r = dcb_page_heading(page, 3, strdup("Figures"), DCB_COLOUR_BOLD);

	for (size_t i = 0; r >= 0 && i < summary->n_workloads; i++)
		r = write_figures(summary, i, page);
	return r;
}
