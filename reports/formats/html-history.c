// SPDX-License-Identifier: GPL-2.0-only
/* The run's primary metrics over earlier runs of the same workloads on the same machine, with the
 * points at which they changed. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "reports/formats/history-chart.h"
#include "reports/formats/html.h"
#include "reports/history.h"

#define PANELS_MAX 24
#define RUNS_MAX   200
#define POINTS_MIN 3 /* fewer are no history */

/* The kernel of this run whose history of a primary metric it is; or -1. */
static ssize_t find_kernel(const struct dcb_summary *summary, const struct dcb_history *history)
{
	bool primary = false;

	for (size_t i = 0; i < summary->n_comparisons && !primary; i++) {
		const struct dcb_comparison *row = &summary->comparisons[i];
		const struct dcb_store_run_workload *workload = &summary->workloads[row->workload];

		primary = row->primary && strcmp(row->role, history->role) == 0 &&
			  strcmp(row->metric, history->metric) == 0 &&
			  strcmp(workload->name, history->workload) == 0 &&
			  strcmp(workload->params, history->params) == 0;
	}
	for (size_t i = 0; primary && i < summary->n_kernels; i++)
		if (strcmp(summary->kernels[i].name, history->kernel) == 0)
			return (ssize_t)i;
	return -1;
}

static int put_all(struct dcb_html *html, const struct dcb_histories *histories, size_t *ret_n)
{
	/* Those that changed come first. */
	for (int changed = 1; changed >= 0; changed--) {
		for (size_t i = 0; i < histories->n; i++) {
			const struct dcb_history *history = &histories->rows[i];
			ssize_t kernel = find_kernel(html->summary, history);
			char class[16];
			int r;

			if (kernel < 0 || history->n_points < POINTS_MIN ||
			    (history->n_changes > 0) != changed || !dcb_history_chart_can(history))
				continue;
			if (++*ret_n > PANELS_MAX)
				continue;
			if (*ret_n == 1)
				dcb_markup_put(&html->out,
					       "<section id=\"history\">\n<h2>History</h2>\n<p>The "
					       "same workloads in at most %d runs on this machine, "
					       "oldest first: median over boots and their range. "
					       "Dashed lines are points of change.</p>\n<div "
					       "class=\"panels\">\n",
					       RUNS_MAX);
			dcb_html_kernel_class(html->summary, (size_t)kernel, class, sizeof(class));
			r = dcb_history_chart_put(&html->out, history, class, false);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

int dcb_html_history(struct dcb_html *html)
{
	_cleanup_(dcb_histories_deinit) struct dcb_histories histories = DCB_HISTORIES_NULL;
	const struct dcb_store_run *run = &html->summary->run;
	const struct dcb_history_query query = {
		.machine = run->machine, .arch = run->arch, .primary = true, .last = RUNS_MAX};
	size_t n = 0;
	int r;

	r = dcb_histories_load(html->store, &query, &histories, html->err);
	if (r < 0)
		return r;
	r = put_all(html, &histories, &n);
	dcb_html_end_panels(&html->out, n, PANELS_MAX);
	return r;
}
