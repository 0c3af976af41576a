/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Verdicts over all metrics of a run at once. alpha is what the look may spend
 * (reports/stats/looks.h), p_adjusted comes from reports/stats/fdr.h over every judged comparison
 * that has a p.
 *
 *   improved, regressed   p_adjusted <= alpha, and the interval lies wholly beyond the threshold
 *   same                  the interval lies within the threshold, and p of the two one-sided tests
 *                         is <= alpha
 *   cannot-tell           else, with further_blocks (reports/stats/further.h) and a reason
 *
 * So a change takes 6 blocks at the first look, and sameness 5. Exact boots: one seed is judged by
 * its digits. Of several seeds, all within the threshold are the same, and all in one direction
 * with the change and its interval beyond the threshold are a change; what is left is judged as
 * above.
 *
 * Where a side has no value there is no verdict, but a reason.
 */

#include "reports/compare.h"
#include "reports/summary.h"

/* evidence: one a comparison. Fills p_adjusted, verdict, further_blocks and reason of
 * summary->comparisons, and summary->n_judged. -ENOMEM. */
int dcb_judge(struct dcb_summary *summary, const struct dcb_evidence *evidence,
	      const struct dcb_summary_options *options);
