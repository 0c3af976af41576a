// SPDX-License-Identifier: GPL-2.0-only
/* The statistics behind a run until settled: the engine asks, the reports know. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "lab/run.h"
#include "reports/stats/further.h"
#include "reports/stats/looks.h"
#include "reports/summary.h"

static bool is_open(const struct dcb_comparison *comparison)
{
	return comparison->primary && comparison->verdict == DCB_VERDICT_CANNOT_TELL;
}

/* The one that will take longest: one that no number of blocks would settle, else by its number. */
static bool is_slower(const struct dcb_comparison *a, const struct dcb_comparison *b)
{
	if (!b || !a->further_blocks || !b->further_blocks)
		return !b || (!a->further_blocks && b->further_blocks);
	return a->further_blocks > b->further_blocks;
}

/* "; fixed: waiter wall needs about 6 more blocks", or "" */
static char *say_slowest(const struct dcb_summary *summary)
{
	const struct dcb_comparison *slowest = NULL;
	_cleanup_free_ char *what = NULL;

	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		if (is_open(comparison) && is_slower(comparison, slowest))
			slowest = comparison;
	}
	if (!slowest)
		return strdup("");
	what = dcb_format("%s%s%s%s%s",
			  summary->n_kernels > 2 ? summary->kernels[slowest->candidate.kernel].name
						 : "",
			  summary->n_kernels > 2 ? ": " : "", slowest->role,
			  *slowest->role ? " " : "", slowest->metric);
	if (!what)
		return NULL;
	if (!slowest->further_blocks)
		return dcb_format("; %s: %s", what,
				  slowest->reason ? slowest->reason : "cannot tell");
	if (slowest->further_blocks > DCB_FURTHER_MAX)
		return dcb_format("; %s needs more than %d more blocks", what, DCB_FURTHER_MAX);
	return dcb_format("; %s needs about %lld more block%s", what,
			  (long long)slowest->further_blocks,
			  slowest->further_blocks == 1 ? "" : "s");
}

/* So many that a change in one metric alone can be told, adjusted over all of them. Exact figures
 * may be judged by their digits. */
static int64_t next_least(const struct dcb_summary *summary)
{
	double alpha = dcb_look_alpha(summary->n_looks + 1);

	for (size_t i = 0; i < summary->n_comparisons; i++)
		if (summary->comparisons[i].exact)
			return 0;
	return (int64_t)dcb_further_least(
		summary->n_judged ? alpha / (double)summary->n_judged : alpha, true);
}

int dcb_judge_run(void *context, struct dcb_store *store, int64_t run_id,
		  struct dcb_run_look *ret_look, struct dcb_error *err)
{
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	/* More blocks cannot make up for a calibration. */
	const struct dcb_judgement_options judgement = {.lenient = true};
	_cleanup_free_ char *slowest = NULL;
	size_t n = 0, n_open = 0;
	char *text;
	int r;

	(void)context;
	r = dcb_summary_load(store, run_id, &judgement, &summary, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		const struct dcb_comparison *comparison = &summary->comparisons[i];

		n += comparison->primary && comparison->verdict != DCB_VERDICT_NONE;
		n_open += is_open(comparison);
	}
	slowest = say_slowest(summary);
	text = slowest ? dcb_format("%zu of %zu primary metric%s settled%s", n - n_open, n,
				    n == 1 ? "" : "s", slowest)
		       : NULL;
	if (!text)
		return dcb_error_oom(err);
	*ret_look = (struct dcb_run_look){
		.settled = dcb_summary_is_settled(summary),
		.text = text,
		.next_least = next_least(summary),
	};
	return 0;
}
